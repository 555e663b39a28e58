"""Pages of a programme: they say what the records hold, nothing of others runs in them, and they fit any screen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from influence.contract.plugins import load
from influence.contract.programmed import (
    Band,
    Ended,
    Exercise,
    Goal,
    Measured,
    Note,
    Programme,
    Sheet,
    Sought,
    Together,
)
from reports.formats.programme import as_page, as_text, write_page, write_text
from tests.kit.axe import AXE, NO_AXE, barriers
from tests.kit.browser import Tab

BEFORE = {"since": "2026-01-05T00:00:00+00:00", "until": "2026-03-02T00:00:00+00:00"}
NOW = {"since": "2026-03-02T00:00:00+00:00", "until": "2026-04-27T00:00:00+00:00"}
SHEET = Sheet(
    programme="Spring",
    mentor="Mia",
    person="ann",
    name="Ann Berg",
    before=BEFORE,
    now=NOW,
    weeks=(8, 7),
    measured=(
        Measured("reach_4", "people", True, 1.6, 2.4, (1.2, 2.0), (2.1, 2.8), True),
        Measured("response_rate", "share", False, 0.5, 0.55, (0.4, 0.6), (0.45, 0.65), False),
        Measured(
            "response_time", "hours", False, None, 5.0, reason="less than half of what was asked was answered"
        ),
    ),
    goals=(
        Sought(Goal("reach_4", "change", 0.2), 1.92, True),
        Sought(Goal("response_rate", "least", 0.6), 0.6, False),
        Sought(Goal("response_time", "most", 4.0), 4.0, None),
    ),
    bands=(Band("reach_4", -0.1, 0.25, 6),),
    exercise=Exercise("sooner", "response_time", "Answer within a day.", "it is late"),
    notes=(Note(1, "2026-03-09T10:00:00+00:00", "mia", "ann", "advice given", "sooner", "Answer sooner"),),
)
TOGETHER = Together(0.24, (0.03, 0.5), 0.02, 7, 33)
PROGRAMME = Programme(
    "Spring", "Mia", "2026-03-02", "2026-04-27", "2026-03-02T09:00:00+00:00", (SHEET,), TOGETHER
)
ENDED = Ended(
    "Spring",
    "2026-03-02",
    "2026-04-27",
    NOW,
    8,
    TOGETHER,
    5,
    8,
    (Band("reach_4", -0.1, 0.25, 8),),
    given=9,
    taken=4,
)


def test_a_sheet_says_what_to_practise_what_was_agreed_and_what_moved() -> None:
    text = " ".join(as_text(SHEET).split())
    assert "Ann Berg, 2 Mar 2026 to 26 Apr 2026, against 5 Jan 2026 to 1 Mar 2026 before the start" in text
    assert "Reached: 1 of 2 goals of which it can be told." in text
    assert (
        "20 % more than before: reached. Before 16 people, wanted 19 people, now 24 people (21 to 28)."
        in text
    )
    assert "at least 60 %: not yet. Before 50 %, wanted 60 %, now 55 % (45 to 65 %)." in text
    assert "at most 4 hours: cannot tell (less than half of what was asked was answered)." in text
    assert "16 people (12 to 20) before, 24 people (21 to 28) now; more than chance may move" in text
    assert "half of 6 others moved by −10 % to +25 % of what each had before" in text
    assert "9 Mar 2026, advice given: Answer sooner" in text


def test_a_goal_that_chance_alone_may_have_reached_says_so() -> None:
    by_chance = replace(SHEET, measured=(replace(SHEET.measured[0], apart=False),), goals=SHEET.goals[:1])
    said = "now 24 people (21 to 28). Chance alone may move so much."
    assert said in " ".join(as_text(by_chance).split())
    assert "Chance alone" not in as_text(SHEET)


def test_a_goal_that_is_missed_by_less_than_can_be_shown_is_nearly_reached() -> None:
    near = Sought(Goal("reach_4", "least", 2.41), 2.41, False)
    assert "at least 24 people: nearly, now 24 people (21 to 28)." in " ".join(
        as_text(replace(SHEET, goals=(near,))).split()
    )
    untold = replace(SHEET, goals=SHEET.goals[2:])
    assert "Whether what was agreed is reached cannot be told." in " ".join(as_text(untold).split())


def test_what_cannot_be_compared_or_practised_says_why() -> None:
    text = " ".join(
        as_text(replace(SHEET, reason="too early", exercise=None, no_exercise="nothing tells")).split()
    )
    assert "It cannot be told yet how this compares with the time before: too early." in text
    assert "Cannot tell: nothing tells." in text


def test_the_end_report_tells_bands_and_no_names() -> None:
    text = " ".join(as_text(ENDED).split())
    assert "7 mentees moved by +24 % against 33 leaders like them" in text
    assert "(+3 % to +50 % with 95 % certainty)" in text
    assert "consistent with the programme having made a difference; it does not show that it did" in text
    assert "Reached: 5 of 8 goals of which it can be told." in text
    assert "Chance alone may reach a goal: whether the mentees moved otherwise" in text
    assert "Advice was given 9 times, and noted as taken 4 times." in text
    assert "Ann" not in text
    apart = replace(ENDED, together=replace(TOGETHER, interval=(-0.1, 0.5)))
    assert "cannot be told apart (−10 % to +50 % with 95 % certainty)" in " ".join(as_text(apart).split())


def test_the_mentor_sees_each_by_themselves_in_the_order_of_the_file() -> None:
    other = replace(SHEET, person="bo", name="Bo Ek", goals=())
    text = as_text(replace(PROGRAMME, sheets=(SHEET, other), changed=True))
    assert text.index("Ann Berg") < text.index("Bo Ek")
    assert "No goal was agreed" in text
    assert "what was agreed at the start counts" in " ".join(text.split())


@pytest.mark.parametrize("record", [SHEET, PROGRAMME, ENDED])
def test_it_comes_by_its_entry_point(record: Any, tmp_path: Path) -> None:
    assert (load("influence.sheets", "html"), load("influence.sheets", "txt")) == (write_page, write_text)
    assert write_page(record, tmp_path / "a.html")[0].read_text(encoding="utf-8") == as_page(record)
    assert write_text(record, tmp_path / "a.txt")[0].read_text(encoding="utf-8") == as_text(record)


def test_what_others_wrote_is_no_markup_in_a_page() -> None:
    odd = "<script>alert(1)</script>\u202e\x1b[2J"
    note = replace(SHEET.notes[0], words=odd)
    page = as_page(replace(SHEET, name=odd, programme=odd, notes=(note,), notice=odd))
    assert "<script" not in page
    assert "\u202e" not in page
    assert "\x1b" not in page + as_text(replace(SHEET, name=odd, notes=(note,), notice=odd))
    assert "default-src 'none'" in page


@pytest.mark.skipif(not AXE.exists(), reason=NO_AXE)
@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1280, "dark")])
def test_a_page_fits_the_screen_and_can_be_read_by_all(
    chromium: Any, tmp_path: Path, width: int, scheme: str
) -> None:
    long = replace(SHEET, name="W" * 200, notes=(replace(SHEET.notes[0], words="x" * 900),))
    for record in (long, ENDED):
        (file,) = write_page(record, tmp_path / "a.html")
        tab = Tab(chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme))
        tab.page.goto(file.as_uri())
        assert [] == tab.too_wide()
        assert [] == barriers(tab)
        tab.page.close()
