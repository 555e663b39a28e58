"""Claims about `influence.contract.headline`: the number that leads, its one range, and what would narrow it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from influence.contract.details.reach import Reach
from influence.contract.findings import Finding, Report
from influence.contract.headline import (
    again,
    asked,
    bounds,
    command,
    cures,
    depending,
    headline,
    mostly_unknown,
    sentences,
    shown,
    such,
    unknown,
)
from tests.kit.sample_reach import REPORTS, reached, report_of

KNOWN, DOUBTFUL = reached(0, 0.0), reached(1, 0.1, known=False)


def ends(text):
    return [int(each.replace(",", "")) for each in text.split(" to ")]


@given(REPORTS)
def test_the_range_holds_the_number_in_whole_people_from_nobody_up(report):
    found = headline(report)
    text = shown(report)
    if text == "fewer than 1":
        assert 0 < found.value < 0.5
        return
    low, high = ends(text)[0], ends(text)[-1]
    if mostly_unknown(report):
        assert 0 <= low <= found.value + 0.5
        assert found.value - 0.5 <= high <= unknown(report)[1]
    else:
        assert low == high
        assert abs(low - found.value) <= 0.5 + 1e-6


@given(REPORTS)
def test_the_range_is_as_wide_as_there_are_people_of_whom_nothing_tells(report):
    of_whom, _ = unknown(report)
    text = depending(report).split(", depending")[0]
    if of_whom and not mostly_unknown(report):
        low, high = ends(text)
        assert of_whom == high - low
        number = 0 if shown(report) == "fewer than 1" else int(shown(report))
        assert low <= number <= high


@given(REPORTS)
def test_no_other_run_reaches_below_nobody(report):
    text = again(report)
    assert ("run again: " in text) == (not mostly_unknown(report) and unknown(report)[1] > 0)
    if text and "fewer than" not in text:
        assert 0 <= ends(text.split(": ")[1])[0]


def test_two_of_whom_nothing_tells_are_nobody_to_two_without_another_run():
    report = report_of([reached(n, 0.1, known=False) for n in range(2)])
    assert "0 to 2" == shown(report)
    assert "of all 2 people outside the team nothing tells whether they have met Mara Lindqvist" == depending(
        report
    )
    assert "" == again(report)
    assert [
        "Mara Lindqvist reached 0 to 2 people never met: of all 2 people outside the team nothing tells whether "
        "they have met Mara Lindqvist.",
        "A full calendar of Mara Lindqvist from January 2025 to February 2026 would tell most: it covers the year "
        "before each of them first responded.",
        "2 answers would settle it: the command “influence met p0 label” asks whom Mara Lindqvist had met.",
    ] == list(sentences(report))


def test_one_of_whom_nothing_tells_is_one_person():
    report = report_of([DOUBTFUL])
    assert "0 to 1" == shown(report)
    assert "nothing tells whether the one person outside the team has met Mara Lindqvist" == depending(report)
    few = report_of([KNOWN, reached(2, 0.0), DOUBTFUL])
    assert depending(few).startswith(
        "2 to 3, depending on whether the one person of whom nothing tells has met"
    )


def test_where_both_ends_are_the_same_whole_number_it_is_that_number():
    told = Reach(outside=3, unknown=2)
    report = Report(
        {"name": "Ada"}, {}, {"reach_4": Finding("reach_4", 2.9, "people", 2.8, 3.2, detail=told)}
    )
    assert mostly_unknown(report)
    assert "3" == shown(report)


def test_where_everybody_is_known_there_is_no_range_and_one_sentence_says_so():
    report = report_of([KNOWN, reached(3, 0.95)])
    assert (
        "of everybody outside the team it is known whether they have met Mara Lindqvist, so there is no range"
        == (depending(report))
    )
    assert () == cures(report)


def test_nobody_reached_has_neither_range_nor_cure():
    report = report_of([])
    assert ("0", "", "", ()) == (shown(report), depending(report), again(report), cures(report))
    assert ("Mara Lindqvist reached no people never met.",) == sentences(report)


def test_what_cannot_be_told_says_why():
    report = Report({"name": "Ada"}, {}, {"reach_4": Finding("reach_4", None, "people", reason="no times")})
    assert ("How many people never met Ada reached cannot be told: no times.",) == sentences(report)


def test_why_there_is_no_other_run_is_said():
    told = Reach("fewer than 5 conversations are too few to draw again", outside=1, unknown=0)
    finding = Finding("reach_4", 1.0, "people", 1.0, 1.0, detail=told)
    report = replace(report_of([KNOWN]), findings={"reach_4": finding})
    expected = (
        "what another run would give cannot be told: fewer than 5 conversations are too few to draw again"
    )
    assert expected == again(report)


def test_a_report_of_an_older_version_counts_its_people():
    report = report_of([KNOWN, DOUBTFUL])
    finding = replace(headline(report), detail={})
    assert (1, 2) == unknown(replace(report, findings={"reach_4": finding}))


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_is_not_shown(value):
    report = Report({}, {}, {"reach_4": Finding("reach_4", value, "people", 0.0, 2.0)})
    assert "" == shown(report)
    assert bounds(Finding("reach_4", 1.0, "people", value, 2.0)) is None


@pytest.mark.parametrize(
    ("expected", "since", "until"),
    [
        ("such a year were", "2026-01-01T00:00:00+01:00", "2027-01-01T00:00:00+01:00"),
        ("such a year were", "2025-09-01T02:53:34+00:00", "2026-08-31T23:59:09+00:00"),
        ("such a half-year were", "2026-01-01", "2026-07-01"),
        ("such a quarter were", "2026-01-01T00:00:00+01:00", "2026-04-01T00:00:00+02:00"),
        ("such a month were", "2026-02-01", "2026-03-01"),
        ("5 such months were", "2026-02-01", "2026-07-01"),
        ("2 such years were", "2024-05-01", "2026-05-01"),
        ("such a week were", "2026-02-02", "2026-02-09"),
        ("47 such days were", "2026-01-05", "2026-02-21"),
        ("such a day were", "2026-01-05", "2026-01-06"),
        ("such a day were", "2026-01-05", "2026-01-05T11:00:00"),
        ("4 such years were", "2020-01-05", "2024-02-21"),
        ("such a window were", None, None),
        ("such a window were", "soon", "2026-01-01"),
        ("such a window were", "2026-02-01", "2026-01-01"),
    ],
)
def test_a_window_is_named_by_its_real_length(expected, since, until):
    assert f"if {expected} run again: {{range}}" == such({"since": since, "until": until})


def test_ten_answers_narrow_the_range_by_ten_and_name_whom_they_are_about():
    report = report_of([reached(n, 0.1, known=False) for n in range(25)] + [KNOWN])
    assert any("10 answers would narrow the range by 10" in line for line in cures(report))
    first = asked(report)
    assert 10 == len(first)
    assert all(not one.known for one in first)
    assert min(one.responses for one in first) >= 3


@given(st.text(max_size=30))
def test_no_name_becomes_a_command_that_a_shell_could_misread(person):
    said = command(Report({"person": person, "name": person}, {}, {}))
    assert said.startswith("influence met ")
    assert said.endswith(" label")
    assert set() == set(said) & set("$`\"'\\;&|<>(){}*?!#~\n\r\t")
    assert not said.split()[2].startswith("-")
    assert 4 == len(said.split())
