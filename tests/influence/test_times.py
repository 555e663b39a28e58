"""Periods as people say them: so long back from what is on record, or the last whole one of a calendar."""

from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from influence.analysis.questions import WorkspaceError
from influence.cli import main
from influence.times import (
    HOUR,
    Window,
    calendar_weeks,
    exact,
    lately,
    partial_weeks,
    stated,
    week_of,
    weeks,
)
from tests.kit.asking import row

ZONE = "Europe/Stockholm"


def days(words, end):
    """The first day of a period and the day after its last, in the zone."""
    window = lately(words, stated(end, ZONE), ZONE)
    return tuple(
        exact(edge).astimezone(ZoneInfo(ZONE)).isoformat()[:16] for edge in (window.since, window.until)
    )


@pytest.mark.parametrize(
    ("words", "since", "until"),
    [
        ("7d", "2026-05-14T00:00", "2026-05-21T00:00"),
        ("4w", "2026-04-23T00:00", "2026-05-21T00:00"),
        ("6m", "2025-11-21T00:00", "2026-05-21T00:00"),
        ("1y", "2025-05-21T00:00", "2026-05-21T00:00"),
        ("week", "2026-05-11T00:00", "2026-05-18T00:00"),
        ("month", "2026-04-01T00:00", "2026-05-01T00:00"),
        ("quarter", "2026-01-01T00:00", "2026-04-01T00:00"),
        ("year", "2025-01-01T00:00", "2026-01-01T00:00"),
    ],
)
def test_periods_that_end_on_a_wednesday_in_may(words, since, until):
    assert (since, until) == days(words, "2026-05-20T10:00")


def test_a_week_and_a_month_that_have_just_ended_are_whole():
    assert ("2026-05-25T00:00", "2026-06-01T00:00") == days("week", "2026-06-01T00:00")
    assert ("2026-05-01T00:00", "2026-06-01T00:00") == days("month", "2026-06-01T00:00")


def test_months_back_from_a_longer_one_end_with_the_shorter():
    """From the end of 30 May a quarter of a year back is 28 February, in a leap year the 29th."""
    assert "2026-02-28T00:00" == days("3m", "2026-05-30T00:00")[0]
    assert "2024-02-29T00:00" == days("3m", "2024-05-30T00:00")[0]


@pytest.mark.parametrize("words", ["", "0d", "4", "w4", "4 w", "99999y", "²d", "fortnight", "2026-01-01"])
def test_anything_else_is_no_period(words):
    assert lately(words, stated("2026-05-20", "UTC"), "UTC") is None


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(1, 400), st.sampled_from("dwmy"))
def test_a_period_back_is_as_long_as_it_says_and_whole_in_days(day, many, unit):
    end = stated(datetime(day.year, day.month, day.day, 13), ZONE)
    window = lately(f"{many}{unit}", end, ZONE)
    if window is None:
        assert "y" == unit
        assert day.year - many <= 1900
        return
    since, until = (exact(edge).astimezone(ZoneInfo(ZONE)) for edge in (window.since, window.until))
    assert day + timedelta(days=1) == until.date()
    length = (until.date() - since.date()).days
    least, most = {"d": (1, 1), "w": (7, 7), "m": (28, 31), "y": (365, 366)}[unit]
    assert least * many <= length <= most * many + 3
    assert (0, 0) == (since.hour, until.hour)


def test_a_command_takes_one_beginning_of_the_window(workspace):
    one = workspace(activities=[row("p", 0, "lea"), row("r", 24 * 20, "ann", "p")])
    found = one.window("7d", None)
    assert 7 * 24 * 3_600_000_000 == found.until - found.since
    for since, until in (("300y", None), ("0001-01-01", None), (None, "9999-12-31"), (None, "2200-01-02")):
        with pytest.raises(WorkspaceError, match="is not a date such as"):
            one.window(since, until)
    asked = ["report", "x:lea", "-w", "nowhere", "--last", "4w", "--since", "2026-01-01"]
    said = CliRunner().invoke(main, asked)
    assert 2 == said.exit_code
    assert "--last and --since both say when the window begins" in said.output


@pytest.mark.parametrize(
    ("since", "until", "hours"),
    [("2026-03-23", "2026-04-06", [167, 168]), ("2026-10-19", "2026-11-02", [169, 168])],
)
def test_a_week_in_which_the_clocks_change_is_an_hour_shorter_or_longer(since, until, hours):
    zone = "Europe/Stockholm"
    window = Window(stated(since, zone), stated(until, zone))
    cut = calendar_weeks(window, zone)
    assert hours == [(week.until - week.since) // HOUR for _, week in cut]
    assert set() == partial_weeks(window, zone)


def test_the_weeks_of_a_year_are_those_of_its_thursdays():
    """2026 has 53 weeks; its first begins on 29 December 2025, and its last ends on 3 January 2027."""
    window = Window(stated("2025-12-29", "UTC"), stated("2027-01-11", "UTC"))
    names = [name for name, _ in calendar_weeks(window, "UTC")]
    assert ["2026-W01", "2026-W53", "2027-W01"] == [names[0], *names[-2:]]
    assert ["2025-W52", "2026-W01"] == [week_of(stated(f"2025-12-{day}", "UTC"), "UTC") for day in (28, 29)]


@given(
    st.integers(0, 60 * 365 * 24),
    st.integers(1, 200 * 24),
    st.sampled_from(["UTC", "Europe/Stockholm", "Asia/Kolkata", "America/New_York", "Pacific/Apia"]),
)
def test_weeks_cut_a_window_without_gaps_and_end_on_mondays(start, length, zone):
    window = Window(start * HOUR, (start + length) * HOUR)
    cut = calendar_weeks(window, zone)
    assert (window.since, window.until) == (cut[0][1].since, cut[-1][1].until)
    assert all(one.until == other.since for (_, one), (_, other) in pairwise(cut))
    assert [name for name, _ in cut] == sorted({name for name, _ in cut})
    edges = weeks(window, zone).tolist()
    assert all(one.until in edges for _, one in cut[:-1])
    parts = partial_weeks(window, zone)
    assert parts <= {cut[0][0], cut[-1][0]}
    assert len(cut) - len(parts) == max(0, len(edges) - 1)
    assert all(week_of(one.since, zone) == name == week_of(one.until - 1, zone) for name, one in cut)
