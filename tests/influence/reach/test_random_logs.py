"""On small random logs a plain reading of the measures gives the same numbers as the engine."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from influence import Workspace
from influence.contract.details.reach import PossibleReach
from tests.kit.plain_reading import DAY, PlainReading

START = datetime(2026, 1, 1, tzinfo=UTC)
VERBS = ["post", "reply", "comment", "share", "quote", "react", "message", "edit", "follow", "view"]
HOUR = 3600


@st.composite
def logs(draw, systems=("a", "b")):
    """Six people with one or two accounts, up to 30 activities, up to 8 encounters, a chart."""
    accounts = [f"{system}:{n}" for n in range(6) for system in systems]
    people = [
        {
            "person": f"p{n}",
            "accounts": draw(st.sampled_from([[f"{s}:{n}" for s in systems], [f"{systems[0]}:{n}"]])),
            "manager": draw(st.sampled_from([None, "p0", "p1", "p2"])),
            "site": draw(st.sampled_from([None, "here", "there"])),
            "bot": draw(st.integers(0, 7)) == 0 and n > 0,
        }
        for n in range(5)
    ]
    count = draw(st.integers(0, 30))
    with_parents = draw(st.booleans())
    times = sorted(draw(st.lists(st.integers(0, 60 * 24), min_size=count, max_size=count)))
    activities = []
    for n, hours in enumerate(times):
        row = {
            "id": f"i{n:02}",
            "time": hours * HOUR,
            "actor": draw(st.sampled_from(accounts)),
            "verb": draw(st.sampled_from(VERBS if with_parents else ["message", "post"])),
            "to": draw(st.lists(st.sampled_from(accounts), max_size=2)),
            "mentions": draw(st.lists(st.sampled_from(accounts), max_size=1)) if with_parents else [],
        }
        if with_parents and activities and draw(st.integers(0, 3)):
            row["parent"] = draw(st.sampled_from(activities))["id"]
        if draw(st.booleans()):
            row["channel"] = draw(st.sampled_from(["one", "two"]))
        activities.append(row)
    encounters = [draw(encounter(accounts, n)) for n in range(draw(st.integers(0, 8)))]
    since = draw(st.sampled_from([0, 10 * DAY]))
    until = draw(st.sampled_from([45 * DAY, 61 * DAY]))
    return activities, people, encounters, since, until


@st.composite
def encounter(draw, accounts, n):
    evidence = draw(st.sampled_from(["calendar", "calendar", "event", "contact", "message", "declared"]))
    kinds = ["in_person", "never"] if evidence == "declared" else ["in_person", "online", "unknown"]
    row = {
        "id": f"e{n}",
        "people": draw(st.lists(st.sampled_from(accounts), min_size=1, max_size=4, unique=True)),
        "kind": draw(st.sampled_from(kinds)),
        "evidence": evidence,
        "time": draw(st.integers(0, 60)) * DAY + n,
    }
    if evidence not in {"declared"} and draw(st.booleans()):
        row["time"] = None
    if draw(st.integers(0, 3)) == 0:
        row["attendees"] = draw(st.integers(1, 40))
    return row


def stored(folder, activities, people, encounters):
    """Bring a log into a new workspace as a user would: as JSON Lines."""
    for name, rows in (("activities", activities), ("people", people), ("encounters", encounters)):
        lines = [
            json.dumps(row | ({"time": iso(row["time"])} if row.get("time") is not None else {}))
            for row in rows
        ]
        (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    workspace = Workspace.create(folder / "workspace")
    for name, rows in (("activities", activities), ("people", people), ("encounters", encounters)):
        if rows:
            workspace.import_path(folder / f"{name}.jsonl", connector=name)
    return workspace


def iso(seconds):
    return (START + timedelta(seconds=seconds)).isoformat()


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(log=logs())
def test_the_engine_and_the_plain_reading_agree(log, tmp_path_factory):
    activities, people, encounters, since, until = log
    plain = PlainReading(activities, people, encounters, "p0", since, until)
    if not any(since <= row["time"] < until for row in activities):
        return
    with stored(tmp_path_factory.mktemp("log"), activities, people, encounters) as workspace:
        report = workspace.report("p0", iso(since), iso(until))
    expected = plain.numbers()
    found = report.findings
    for name in ("reach_2", "reach_3", "reach_4", "beyond_share", "beyond_ratio", "first_hand", "passed_on"):
        assert expected[name] == pytest.approx(found[name].value, abs=1e-9), name
    assert expected["low"] == pytest.approx(found["reach_4"].low, abs=1e-9)
    assert expected["high"] == pytest.approx(found["reach_4"].high, abs=1e-9)
    rows = {
        one.person: (
            one.step,
            round(one.m, 9),
            one.known,
            one.depth,
            (datetime.fromisoformat(one.first_response) - START).total_seconds(),
        )
        for one in report.people
    }
    assert plain.steps() == rows
    grid = found["possible_reach"].told(PossibleReach).grid
    for key, count in grid.items():
        hands, days = map(int, key.split(","))
        assert plain.possible_reach(hands, days * DAY) == count, key


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(log=logs(), seed=st.randoms(use_true_random=False))
def test_order_does_not_matter_and_twice_adds_nothing(log, seed, tmp_path_factory):
    activities, people, encounters, _, _ = log
    if not activities:
        return
    shuffled = activities[:]
    seed.shuffle(shuffled)
    folder = tmp_path_factory.mktemp("log")
    with stored(folder, activities, people, encounters) as workspace:
        first = workspace.report("p0").as_json()
        again = workspace.import_path(folder / "activities.jsonl").summary
        assert (0, len(activities)) == (again.stored, again.known)
    with stored(tmp_path_factory.mktemp("shuffled"), shuffled, people, encounters) as workspace:
        assert first == workspace.report("p0").as_json()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(log=logs())
def test_bounds_and_interval_hold_the_estimate(log, tmp_path_factory):
    activities, people, encounters, _, _ = log
    if not activities:
        return
    with stored(tmp_path_factory.mktemp("log"), activities, people, encounters) as workspace:
        found = workspace.report("p0").findings
    for name in ("reach_2", "reach_3", "reach_4"):
        assert found[name].low <= found[name].value + 1e-9
        assert found[name].value <= found[name].high + 1e-9
    if found["reach_4"].interval:
        low, high = found["reach_4"].interval
        assert low - 1e-9 <= found["reach_4"].value <= high + 1e-9
