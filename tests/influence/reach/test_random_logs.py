"""On small random logs a plain reading of the measures gives the same numbers as the engine."""

from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from influence.contract.details.reach import PossibleReach
from tests.kit.draws import draws
from tests.kit.logs import START, iso, logs, stored
from tests.kit.plain_reading import DAY, PlainReading


@settings(
    max_examples=draws(12, 60),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(log=logs())
def test_the_engine_and_the_plain_reading_agree(log, tmp_path_factory):
    activities, people, encounters, since, until = log
    plain = PlainReading(activities, people, encounters, "p0", since, until)
    if not any(since <= row["time"] < until for row in activities):
        return
    with stored(tmp_path_factory.mktemp("log"), activities, people, encounters) as workspace:
        report = workspace.report("p0", iso(since), iso(until), measures=["four-steps", "possible-reach"])
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


@settings(max_examples=draws(3, 10), deadline=None, suppress_health_check=[HealthCheck.too_slow])
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


@settings(max_examples=draws(7, 25), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(log=logs())
def test_bounds_and_interval_hold_the_estimate(log, tmp_path_factory):
    activities, people, encounters, _, _ = log
    if not activities:
        return
    with stored(tmp_path_factory.mktemp("log"), activities, people, encounters) as workspace:
        found = workspace.report("p0", measures=["four-steps"]).findings
    for name in ("reach_2", "reach_3", "reach_4"):
        assert found[name].low <= found[name].value + 1e-9
        assert found[name].value <= found[name].high + 1e-9
    if found["reach_4"].interval:
        low, high = found["reach_4"].interval
        assert low - 1e-9 <= found["reach_4"].value <= high + 1e-9
