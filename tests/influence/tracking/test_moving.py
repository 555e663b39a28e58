"""How a number moved between two snapshots: sums that are exact, and comparisons that are refused."""

from __future__ import annotations

from dataclasses import replace
from math import fsum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from influence.analysis.alike import CannotCompare
from influence.contract.findings import NETWORKED, TEAM, Conversation, Coverage, Finding, Reached, Report
from influence.settings import Settings
from influence.store.store import Store
from influence.times import Window
from influence.tracking.alerts import alerts
from influence.tracking.moving import moved
from influence.tracking.snapshots import Snapshots

WINDOW = {"since": "2026-01-05T00:00:00+00:00", "until": "2026-02-02T00:00:00+00:00", "zone": "UTC"}
LATER = {"since": "2026-01-12T00:00:00+00:00", "until": "2026-02-09T00:00:00+00:00", "zone": "UTC"}
PEOPLE = st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from([0.0, 0.1, 0.3, 0.9, 1.0]))


def reached(person: str, m: float, sphere: str = "customer", step: int = NETWORKED) -> Reached:
    return Reached(person, f"Name {person}", step, m, known=True, depth=1, sphere=sphere, responses=1)


def report(people: list[Reached], window: dict[str, str] = WINDOW, **more: Any) -> Report:
    value = fsum(1 - one.m for one in people if one.outside)
    found = Finding("reach_4", value, "people", interval=more.pop("interval", None))
    return Report({"person": "lea", "name": "Lea"}, window, {"reach_4": found}, tuple(people), **more)


def seen(weights: dict[str, float], window: dict[str, str] = WINDOW, **more: Any) -> Report:
    return report([reached(person, m) for person, m in weights.items()], window, **more)


@given(before=PEOPLE, now=PEOPLE, earlier=st.sets(st.sampled_from("abcdefgh")))
def test_what_came_and_went_is_all_of_the_difference(
    before: dict[str, float], now: dict[str, float], earlier: set[str]
) -> None:
    change = moved(seen(before), seen(now, LATER), earlier)
    balance = change.was + change.came.weight + change.returned.weight - change.lapsed.weight + change.stayed
    assert balance == pytest.approx(change.now, abs=1e-9)
    assert change.now == pytest.approx(fsum(1 - m for m in now.values()))
    assert fsum(one.now - one.was for one in change.spheres) == pytest.approx(change.now - change.was)


def test_who_came_returned_and_lapsed() -> None:
    before, now = seen({"a": 0.0, "b": 0.2}), seen({"b": 0.1, "c": 0.0, "d": 0.5}, LATER)
    change = moved(before, now, {"d", "a"})
    assert (change.was, change.now) == (pytest.approx(1.8), pytest.approx(2.4))
    assert (change.came.people, change.came.names, change.came.weight) == (1, ("Name c",), 1.0)
    assert (change.returned.people, change.returned.weight) == (1, 0.5)
    assert (change.lapsed.people, change.lapsed.weight, change.stayed) == (1, 1.0, pytest.approx(0.1))


def test_whoever_was_merged_since_is_nobody_new() -> None:
    change = moved(
        seen({"x:1": 0.0}), seen({"ann": 0.0}, LATER), set(), {"x:1": "ann", "ann": "ann"}.__getitem__
    )
    assert (change.came.people, change.lapsed.people, change.stayed) == (0, 0, 0.0)


def test_the_team_and_who_was_met_for_certain_count_nothing() -> None:
    team = reached("t", 0.0, step=TEAM)
    assert moved(report([team]), report([reached("m", 1.0)], LATER), set()).now == 0
    told = report([team, reached("m", 1.0), reached("a", 0.5)])
    assert Snapshots(Store().engine).keep(told, Window(0, 1)).reached == {"a"}


@pytest.mark.parametrize(
    ("was", "now", "apart"),
    [((8.0, 12.0), (28.0, 33.0), True), ((8.0, 30.0), (12.0, 33.0), False), (None, (28.0, 33.0), None)],
)
def test_whether_it_is_more_than_chance(was: Any, now: Any, apart: bool | None) -> None:
    before = seen(dict.fromkeys("abcdefghij", 0.0), interval=was)
    later = report([reached(f"p{n}", 0.0) for n in range(30)], LATER, interval=now)
    assert moved(before, later, set()).apart is apart


def covered(first: str, last: str, system: str = "email") -> Coverage:
    return Coverage(
        "a file", system, 9, f"2026-{first}T00:00:00+00:00", f"2026-{last}T00:00:00+00:00", "explicit"
    )


def test_windows_that_a_source_covers_unlike_are_not_compared() -> None:
    """Until 18 January of 28 days each: 13 of the first, 6 of the second."""
    half = (covered("01-01", "01-18"),)
    with pytest.raises(
        CannotCompare,
        match="what is on record of email covers 46 % of the window before and 21 % of this one",
    ):
        moved(seen({"a": 0.0}, coverage=half), seen({"a": 0.0}, LATER, coverage=half), set())
    whole = (covered("01-01", "03-01"),)
    assert moved(seen({"a": 0.0}, coverage=whole), seen({"a": 0.0}, LATER, coverage=whole), set()).now == 1


def test_a_snapshot_without_a_number_is_not_compared() -> None:
    empty = Report({"person": "lea", "name": "Lea"}, WINDOW, {"reach_4": Finding("reach_4", None, "people")})
    with pytest.raises(CannotCompare, match="no number of people never met"):
        moved(empty, seen({"a": 0.0}, LATER), set())


def test_of_new_conversations_those_that_brought_most_are_told() -> None:
    def talk(name: str, unmet: float) -> Conversation:
        return Conversation(name, None, "lea", 1, 1, unmet)

    before = seen({}, conversations=(talk("old", 9.0),))
    now = seen({}, LATER, conversations=(talk("old", 9.0), talk("b", 2.0), talk("a", 5.0), talk("none", 0.0)))
    assert [one.id for one in moved(before, now, set()).conversations] == ["a", "b"]


def test_a_quiet_sphere_and_a_silent_source_are_pointed_at() -> None:
    customers = [reached(f"c{n}", 0.0) for n in range(6)]
    partners = [reached(f"p{n}", 0.0, "partner") for n in range(4)]
    before = report([*customers, *partners], coverage=(covered("01-01", "03-01"),))
    now = report(
        customers[:2], LATER, coverage=(covered("01-01", "03-01"), covered("01-01", "01-20", "chat"))
    )
    change = moved(before, report(customers[:2], LATER, coverage=before.coverage), set())
    assert alerts(now, change, Settings()) == (
        "nothing of chat was brought in since 20 Jan 2026",
        "the sphere customer went quiet: 2 people never met responded, 6 in the window before",
    )
    assert alerts(now, change, Settings(silent=30, sphere_quiet=0.3)) == ()


def test_a_storm_and_a_topic_that_took_off_are_pointed_at() -> None:
    carried = [
        {"name": name, "items": 4, "responses": sum(weeks), "people": 9, "weeks": weeks}
        for name, weeks in (
            ("climate", [2, 3, 1, 6]),
            ("hiring", [3, 3, 3, 5]),
            ("ai", [0, 0, 0, 4]),
            ("new", [9]),
        )
    ]
    findings = {
        "tags": Finding("tags", 9.0, "people", detail={"tags": carried[:2], "topics": carried[2:]}),
        "tone": Finding("tone", 0.9, "share", detail={"storm": True}),
    }
    base = report([reached("a", 0.0)])
    assert alerts(replace(base, findings={**base.findings, **findings}), None, Settings()) == (
        "most of those who responded were hostile: a storm, and no influence",
        "the topic climate took off: 6 responses in the last week, at most 3 in a week before",
    )
