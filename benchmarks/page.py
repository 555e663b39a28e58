"""How large the report's page is, how soon it can be used and how fast its filters answer.

Run it with numbers of people: python benchmarks/page.py 500 5000. Prints the page's size, when its table and filters
stand after the navigation began (also as a ratio to an empty page in the same browser), how long the slowest of some
filters takes until the table and until the picture shows it, and how long the picture takes to stand. The tests'
browser has no graphics card: there the processor draws.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

from influence.contract.findings import Report
from reports.formats.page import page
from tests.kit.browser import launched, tab
from tests.kit.sample_report import built

PEOPLE = (500, 5_000, 50_000)
TRIES = 5
EMPTY = "<!doctype html><html lang=en><title>empty</title><p>Nothing.</p></html>"
_STARTED = """() => new Promise(done => { const look = () => document.documentElement.dataset.ready
    ? done(performance.now()) : setTimeout(look, 5); look() })"""
_FILTER = """value => new Promise(done => {
    const box = document.getElementById('find'); const began = performance.now();
    box.value = value; box.dispatchEvent(new Event('input', {bubbles: true}));
    const answered = performance.now() - began;
    requestAnimationFrame(() => requestAnimationFrame(() => done([answered, performance.now() - began]))) })"""
_DRAWN = """() => new Promise(done => { const began = performance.now();
    document.getElementById('explorer').scrollIntoView();
    const look = () => document.documentElement.classList.contains('moving')
        ? done(performance.now() - began) : setTimeout(look, 5); look() })"""


def main() -> None:
    """Measure and print, one line for each number of people."""
    wanted = tuple(map(int, sys.argv[1:])) or PEOPLE
    with tempfile.TemporaryDirectory() as folder, launched() as browser:
        nothing = _opened(browser, _written(Path(folder), "empty", EMPTY))
        print(
            f"{'people':>8}{'MB':>7}{'made s':>8}{'ready ms':>10}{'empty':>7}{'filter ms':>11}{'drawn ms':>10}"
        )
        for count in wanted:
            began = time.perf_counter()
            text = page(invented(count))
            made = time.perf_counter() - began
            file = _written(Path(folder), str(count), text)
            ready = median(_ready(browser, file) for _ in range(TRIES))
            filtered, redrawn, drawn = _answered(browser, file)
            size = len(text.encode()) / 1e6
            print(
                f"{count:>8,}{size:>7.2f}{made:>8.1f}{ready:>10.0f}{ready / nothing:>6.0f}×"
                f"{filtered:>11.0f}{redrawn:>12.0f}{drawn:>10.0f}"
            )


def invented(count: int) -> Report:
    """Return a report of so many people with months and tags."""
    whole, chance = built(people=count, conversations=min(count, 400), seed=3), random.Random(3)  # noqa: S311 (not for secrets)
    return replace(
        whole,
        people=tuple(
            replace(one, months=(f"2026-{chance.randrange(1, 7):02}",), tags=(f"tag {chance.randrange(9)}",))
            for one in whole.people
        ),
    )


def _written(folder: Path, name: str, text: str) -> Path:
    file = folder / f"{name}.html"
    file.write_text(text, encoding="utf-8")
    return file


def _opened(browser: Any, file: Path) -> float:
    with tab(browser, file) as opened:
        return float(opened.page.evaluate("performance.getEntriesByType('navigation')[0].domComplete"))


def _ready(browser: Any, file: Path) -> float:
    with tab(browser, file) as opened:
        return float(opened.page.evaluate(_STARTED))


def _answered(browser: Any, file: Path) -> tuple[float, float, float]:
    """Return the slowest of some filters, until the table and until the picture shows it, and the picture's start."""
    with tab(browser, file) as opened:
        opened.page.evaluate(_STARTED)
        drawn = float(opened.page.evaluate(_DRAWN))
        times = [opened.page.evaluate(_FILTER, value) for value in ("a", "an", "zoe", "lund", "")]
        return max(one for one, _ in times), max(both for _, both in times), drawn


if __name__ == "__main__":
    main()
