"""Measure us and our peers in turn, several rounds, and write a table of ratios."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from typing import Any

import click

from benchmarks.beside.all import WORKS
from benchmarks.beside.inputs import MissingInput
from benchmarks.beside.work import OURS, Inputs, Work

LIBRARIES = (
    *("numpy", "scipy", "numba", "networkx", "scikit-network", "duckdb", "pyarrow"),
    *(
        "igraph",
        "networkit",
        "rustworkx",
        "vivainsights",
        "raphtory",
        "reticula",
        "pynetim",
        "polars",
        "pandas",
    ),
)
Rounds = dict[str, list[dict[str, Any]]]


@click.command()
@click.argument("works", nargs=-1)
@click.option(
    "--inputs",
    "folder",
    type=click.Path(path_type=Path),
    default=Path("build/beside"),
    show_default=True,
    help="Where what is measured on is made and kept.",
)
@click.option("--data", type=click.Path(path_type=Path, exists=True), help="The folder of published data.")
@click.option("--full", is_flag=True, help="At the sizes of the goals: hours, and 16 GB of memory.")
@click.option("--rounds", default=3, show_default=True, help="How often each side does each piece of work.")
@click.option(
    "--patience",
    default=900,
    show_default=True,
    help="Seconds after which a run is stopped, and not tried again.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Where the table goes; shown as well.")
def main(
    works: tuple[str, ...],
    folder: Path,
    data: Path | None,
    full: bool,
    rounds: int,
    patience: int,
    out: Path | None,
) -> None:
    """Measure the WORKS whose names begin so, or all of them."""
    folder.mkdir(parents=True, exist_ok=True)
    given = Inputs(folder.resolve(), data, full)
    chosen = [work for name, work in WORKS.items() if not works or name.startswith(works)]
    lines = [*_HEAD, *_machine(), *_COLUMNS]
    for line in lines:
        click.echo(line)
    why = tomllib.loads((Path(__file__).parent / "reasons.toml").read_text(encoding="utf-8"))
    for work in chosen:
        for line in _row(work, given, rounds, patience, why.get(work.name, "")):
            lines.append(line)
            click.echo(line)
    if out:
        out.write_text("\n".join(lines) + "\n", encoding="utf-8")


_HEAD = (
    "# Beside our peers",
    "",
    "Each row is one piece of work, done in turn by us and by others, in a process of its own each time: medians of",
    "wall seconds with the least and the most, seconds of the processor, the most memory of one process, and how many",
    "times as long as we they took (above 1: we are ahead). Networks are R-MAT with Graph500's quarters and are built",
    "from arrays of ties within the time; libraries are loaded and, of ours, loops compiled before the clock starts.",
    "Imports and reports are whole commands, beside what DuckDB needs to read the same rows, drop those that stand",
    "twice and write them, or to count who answered whom in which month. Polars and pandas only read. Logs are of",
    "200,000 activities, larger ones of 1,000,000; networks of 20,000 people and 200,000 ties, large ones of 100,000",
    "and 1,000,000, small ones of 2,000 and 20,000; with `--full` five to ten times that.",
    "",
    "`python -m benchmarks.beside --help` measures again; the peers are in `benchmarks/beside/requirements.txt`. Why a",
    "goal is missed is told from profiles, in `benchmarks/beside/reasons.toml`.",
    "",
)
_COLUMNS = (
    "| work | who | wall s (least to most) | cpu s | MB | they : we | answer |",
    "|---|---|---|---|---|---|---|",
)


def _machine() -> list[str]:
    there = [f"{name} {found}" for name in LIBRARIES if (found := _version(name))]
    missing = [name for name in LIBRARIES if not _version(name)]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    lines = [
        f"{platform.machine()}, {os.cpu_count()} processors, {memory:.0f} GiB; {platform.system()}, "
        f"Python {platform.python_version()}; load {os.getloadavg()[0]:.1f} when it began.",
        "",
        ", ".join(there) + ".",
    ]
    return [*lines, f"Not installed: {', '.join(missing)}.", ""] if missing else [*lines, ""]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _row(work: Work, given: Inputs, rounds: int, patience: int, why: str) -> Iterator[str]:
    """Run all sides in turn, round after round, and tell each: medians, spread, ratio."""
    try:
        place = work.input(given)
    except MissingInput as missing:
        yield f"| {work.name} | – | {missing} | | | | |"
        return
    sides = [OURS, *work.peers]
    done: Rounds = {side: [] for side in sides}
    for _ in range(rounds):
        for side in sides:
            if not any("late" in run for run in done[side]):
                done[side].append(_run(work, side, place, patience))
    ours = _median(done[OURS], "wall")
    for side in sides:
        yield _told(work, side, done[side], ours)
    yield from _verdict(work, done, why)


def _run(work: Work, side: str, place: Path, patience: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.beside.one", work.name, side, str(place)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=patience, check=False)
    except subprocess.TimeoutExpired:
        return {"failed": f"> {patience:,} s", "late": patience}
    if done.returncode:
        return {"failed": (done.stderr.strip().splitlines() or ["failed"])[-1][:120]}
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def _median(runs: list[dict[str, Any]], what: str) -> float | None:
    values = [run[what] for run in runs if what in run]
    return median(values) if values else None


def _told(work: Work, side: str, runs: list[dict[str, Any]], ours: float | None) -> str:
    name = work.name if side == OURS else ""
    walls = [run["wall"] for run in runs if "wall" in run]
    if not walls:
        return f"| {name} | {side} | {runs[0]['failed']} | | | | |"
    middle = median(walls)
    ratio = f"{middle / ours:.2f} ×" if side != OURS and ours else ""
    spread = f"{middle:.2f} ({min(walls):.2f} to {max(walls):.2f})"
    answer = next((run["answer"] for run in runs if run.get("answer") is not None), None)
    judged = f"{work.answer} {answer:,.4g}" if answer is not None else ""
    return (
        f"| {name} | {side} | {spread} | {_median(runs, 'cpu'):.2f} | {_median(runs, 'mb'):,.0f} | {ratio} "
        f"| {judged} |"
    )


def _verdict(work: Work, done: Rounds, why: str) -> Iterator[str]:
    """Say where a goal is missed, by how much and why."""
    ours, theirs = _median(done[OURS], "wall"), _median(done.get(work.beside, []), "wall")
    if work.goal is None or not ours or not theirs or theirs / ours >= work.goal:
        return
    missed = f"goal {work.goal:.2f} ×, missed by a factor of {work.goal * ours / theirs:.1f}"
    yield f"| | | **{missed}** | | | | {why} |"


if __name__ == "__main__":
    main()
