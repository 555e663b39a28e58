"""A comparison as page, text and PDF: they say the same, rank nobody, and nothing of others runs in them."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from pathlib import Path
from shutil import which
from typing import Any

import pytest

from influence.contract.compared import WAYS, Apart, Compared, Line, Role, Side, Value
from influence.contract.measures import catalogue
from influence.contract.plugins import load
from reports.figures.intervals import interval_lines
from reports.formats.compared import as_document, as_page, as_text, write_document, write_page, write_text
from tests.kit.axe import AXE, NO_AXE, barriers
from tests.kit.browser import Tab

WINDOW = {"since": "2026-01-05T00:00:00+00:00", "until": "2026-03-02T00:00:00+00:00"}
LATER = {"since": "2026-03-02T00:00:00+00:00", "until": "2026-04-27T00:00:00+00:00"}
TIMES = dict(zip(WAYS, (30, 5, 1, 2, 0), strict=True))
ANN = Side("ann", "Ann Berg", WINDOW, 8, 8, Role("answers", TIMES))
BO = Side("bo", "Bo Ek", WINDOW, 6, 8, Role(None, TIMES))
CY = Side("cy", "Cy Fa", WINDOW, 1, 8, Role(None, dict.fromkeys(WAYS, 1), "too few acts are on record"))
LINES = (
    Line(
        "reach_4",
        "people",
        True,
        (Value(2.0, (1.5, 2.5)), Value(0.5, (0.2, 0.9)), Value(None, None, "nobody")),
    ),
    Line(
        "response_rate",
        "share",
        False,
        (Value(0.5, (0.4, 0.6)), Value(0.52, (0.4, 0.6)), Value(0.1, (0.0, 0.3))),
    ),
)
DIFFERENCES = (Apart("reach_4", 0, 1, 0.001, True), Apart("response_rate", 0, 1, 0.7, False))
THREE = Compared((ANN, BO, CY), LINES, DIFFERENCES, ("What is compared is one window.",))


def test_it_says_who_does_what_what_tells_apart_and_that_it_is_no_rank() -> None:
    text = " ".join(as_text(THREE).split())
    assert "Ann Berg, Bo Ek and Cy Fa, 5 Jan 2026 to 1 Mar 2026" in text
    assert "Ann Berg mostly answers: of 38 acts 30 answer, 5 begin, 1 connects and 2 broadcast." in text
    assert "Bo Ek does no one thing more than all others: of 38 acts" in text
    assert "What Cy Fa mostly does cannot be told: too few acts are on record." in text
    assert "Of 2 differences that could be tested 1 is more than chance may make." in text
    assert (
        "Step 4, networked, in 10 active weeks: Ann Berg 20 people (15 to 25) and Bo Ek 5 people (2 to 9)."
        in text
    )
    assert "Answered" not in text
    assert "Weeks in which anything was done: Ann Berg 8 of 8, Bo Ek 6 of 8 and Cy Fa 1 of 8." in text
    assert "The order is that of the question; it is no rank." in text


def test_every_value_has_the_interval_of_the_report_beside_it_where_there_is_one() -> None:
    page = as_page(replace(THREE, lines=(*LINES, Line("own_output", "items", False, (Value(7.0),) * 3))))
    row = page.rpartition("Step 4, networked")[2].partition("</tr>")[0]
    assert ["20 people (15 to 25)", "5 people (2 to 9)", "cannot tell"] == re.findall(
        r"<td[^>]*>(.*?)</td>", re.sub("</?span[^>]*>", "", row)
    )
    assert ">7 items</span></td>" in page
    assert "In brackets stands the" in page


@pytest.mark.parametrize(
    ("apart", "told"),
    [
        ([(0, 1)], "told apart: Ann Berg and Bo Ek."),
        ([(1, 0), (0, 2)], "not told apart: Bo Ek and Cy Fa."),
        (
            [(0, 1), (0, 2), (1, 2)],
            "Ann Berg 20 people (15 to 25), Bo Ek 5 people (2 to 9) and Cy Fa 5 people (2 to 9).",
        ),
    ],
)
def test_of_several_each_value_stands_once_with_the_shorter_list_of_pairs(
    apart: list[tuple[int, int]], told: str
) -> None:
    reach = next(line for line in LINES if line.name == "reach_4")
    line = replace(reach, values=(*reach.values[:2], reach.values[1]))
    differences = tuple(Apart("reach_4", one, other, 0.001, True) for one, other in apart)
    text = " ".join(as_text(Compared((ANN, BO, CY), (line,), differences)).split())
    assert told in text
    assert 1 == text.count("Ann Berg 20 people")


def test_one_person_is_told_by_window() -> None:
    later = replace(ANN, window=LATER)
    lines = tuple(replace(line, values=line.values[:2]) for line in LINES)
    text = " ".join(as_text(Compared((ANN, later), lines, DIFFERENCES)).split())
    assert "Ann Berg, 5 Jan 2026 to 1 Mar 2026 and 2 Mar 2026 to 26 Apr 2026" in text
    assert "1 Mar 2026 20 people (15 to 25) and 2 Mar 2026 to 26 Apr 2026 5 people (2 to 9)" in text
    assert "Ann Berg (2 Mar 2026 to 26 Apr 2026) mostly answers" in text


def test_where_nothing_differs_or_could_be_tested_it_says_so() -> None:
    assert "none is more than chance may make" in as_text(replace(THREE, differences=DIFFERENCES[1:]))
    assert "Nothing here has an interval" in as_text(replace(THREE, differences=()))


def test_it_comes_by_its_entry_point(tmp_path: Path) -> None:
    writers = {"html": write_page, "pdf": write_document, "txt": write_text}
    for kind, write in writers.items():
        assert load("influence.comparisons", kind) is write
        assert write(THREE, tmp_path / f"a.{kind}") == [tmp_path / f"a.{kind}"]
    assert (tmp_path / "a.html").read_text(encoding="utf-8") == as_page(THREE)


def test_what_others_wrote_runs_nowhere() -> None:
    odd = "<script>alert(1)</script>#panic()\u202e\x1b[2J"
    made = replace(THREE, sides=(replace(ANN, name=odd), BO, CY), notice=odd)
    page = as_page(made)
    assert "<script" not in page
    assert "\u202e" not in page
    assert "\x1b" not in page + as_text(made)
    assert as_document(made).startswith(b"%PDF")


def test_the_same_comparison_gives_the_same_pdf() -> None:
    assert as_document(THREE) == as_document(THREE)


@pytest.mark.skipif(not AXE.exists(), reason=NO_AXE)
@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1280, "dark")])
def test_a_page_fits_the_screen_and_can_be_read_by_all(
    chromium: Any, tmp_path: Path, width: int, scheme: str
) -> None:
    many = [replace(ANN, person=f"p{n}", name=f"Person number {n} of many") for n in range(30)]
    lines = tuple(replace(line, values=tuple(line.values[0] for _ in many)) for line in LINES)
    (file,) = write_page(Compared(tuple(many), lines, DIFFERENCES), tmp_path / "a.html")
    tab = Tab(chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme))
    tab.page.goto(file.as_uri())
    assert [] == tab.too_wide()
    assert [] == barriers(tab)
    tab.page.close()


@pytest.mark.skipif(which("pdftotext") is None, reason="pdftotext (poppler-utils) is not here")
def test_on_paper_tables_stand_close_and_break_so_that_no_page_but_the_last_is_nearly_empty(
    tmp_path: Path,
) -> None:
    lines = tuple(replace(LINES[n // 28], values=LINES[n // 28].values[:2]) for n in range(56))
    (file,) = write_document(replace(THREE, sides=(ANN, BO), lines=lines), tmp_path / "a.pdf")
    text = subprocess.run(["pdftotext", file, "-"], check=True, capture_output=True, text=True).stdout
    pages = text.rstrip("\f").split("\f")
    assert 2 == len(pages)
    assert all("Measure" in page for page in pages)


@pytest.mark.skipif(which("pdftotext") is None, reason="pdftotext (poppler-utils) is not here")
def test_two_people_by_every_measure_stand_on_two_pages(tmp_path: Path) -> None:
    names = [name for one in catalogue() for name in one.finds][:60]
    lines = tuple(replace(LINES[1], name=name, values=LINES[1].values[:2]) for name in names)
    apart = tuple(Apart(name, 0, 1, 0.001, True) for name in names[:12])
    (file,) = write_document(
        replace(THREE, sides=(ANN, BO), lines=lines, differences=apart), tmp_path / "a.pdf"
    )
    text = subprocess.run(["pdftotext", file, "-"], check=True, capture_output=True, text=True).stdout
    assert 2 == len(text.rstrip("\f").split("\f"))
    assert {"How far", "Exchange", "Leadership for the many"} <= set(text.splitlines())


@pytest.mark.parametrize("measures", [77, 84, 85, 89])
def test_where_little_would_be_left_for_a_page_rows_stand_closer_until_it_is_not_nearly_empty(
    measures: int,
) -> None:
    names = [name for one in catalogue() for name in one.finds]
    lines = tuple(
        replace(LINES[1], name=names[n % len(names)], values=LINES[1].values[:2]) for n in range(measures)
    )
    made = as_document(replace(THREE, sides=(ANN, BO), lines=lines))
    assert [b"2"] == re.findall(rb"/Type\s*/Pages.*?/Count\s+(\d+)", made, re.DOTALL)


def test_on_a_page_whatever_tells_apart_is_drawn_for_each_who_has_a_value() -> None:
    page = as_page(THREE)
    drawn = page.partition("What tells them apart")[2].partition("Every measure")[0]
    assert re.findall(r"<dt>(.*?)</dt>", drawn) == ["Ann Berg", "Bo Ek"]
    assert drawn.count('class="interval"') == drawn.count('class="range"') == 2
    assert "20 people" in drawn
    assert "told apart" not in drawn


def test_of_three_the_pairs_are_named_that_are_told_apart_or_are_not() -> None:
    three = replace(
        THREE,
        differences=(Apart("response_rate", 0, 1, 0.7, False), Apart("response_rate", 0, 2, 0.001, True)),
    )
    assert "Told apart: Ann Berg and Cy Fa." in as_page(three)
    both = replace(three, differences=(*three.differences, Apart("response_rate", 1, 2, 0.001, True)))
    assert "Not told apart: Ann Berg and Bo Ek." in as_page(both)


def test_shares_are_drawn_on_a_scale_that_goes_to_all() -> None:
    [half, twice] = (
        re.findall(r'cx="([\d.]+)"', line)[0]
        for line in interval_lines([0.5, 0.5], [None, None], 1.0)[:1] + interval_lines([0.5], [None])
    )
    assert float(half) < float(twice)
