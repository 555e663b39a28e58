"""Matching before the start, and what followed: by hand, by law, and by invented programmes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from influence.chance.in_differences import in_differences
from influence.programmes.cohort import TOO_FEW_OTHERS, Before, together
from influence.programmes.matching import Leaders, level, matched

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"
CHANGES = st.lists(st.lists(st.floats(-2, 2), min_size=5, max_size=6).map(np.array), min_size=5, max_size=8)


@pytest.fixture
def programmes() -> Iterator[Any]:
    sys.path.insert(0, str(BENCHMARKS))
    try:
        import programmes

        yield programmes
    finally:
        sys.path.remove(str(BENCHMARKS))


def test_by_hand() -> None:
    """Each mentee changed by 1, 2, 3, 4, those beside them by 0: 2.5 more; only the choice made gives so much."""
    sets = [np.array([float(n), 0.0, 0.0, 0.0, 0.0]) for n in (1, 2, 3, 4)]
    found = in_differences(sets)
    assert found is not None
    assert found.value == pytest.approx(2.5)
    lifted = [(5 * one - one.sum()) / 4 for one in sets]
    every = [
        np.mean([one[c] for one, c in zip(lifted, chosen, strict=True)])
        for chosen in product(range(5), repeat=4)
    ]
    exact = 2 * np.mean(np.array(every) >= 2.5 - 1e-9)
    assert found.p == pytest.approx(exact, abs=0.002)


@given(CHANGES, st.floats(-3, 3))
@settings(max_examples=15, deadline=None)
def test_an_effect_moves_estimate_and_interval_by_as_much(sets: list[np.ndarray], effect: float) -> None:
    plain = in_differences(sets, draws=999)
    moved = in_differences([np.array([one[0] + effect, *one[1:]]) for one in sets], draws=999)
    assert plain is not None
    assert moved is not None
    assert moved.value == pytest.approx(plain.value + effect, abs=1e-9)
    for one, other in zip(moved.interval, plain.interval, strict=True):
        assert one == pytest.approx(other + effect, abs=1e-6)
    assert moved.interval[0] - 1e-9 <= moved.value <= moved.interval[1] + 1e-9


@given(CHANGES)
@settings(max_examples=15, deadline=None)
def test_the_interval_leaves_nothing_out_just_where_the_test_refuses(sets: list[np.ndarray]) -> None:
    found = in_differences(sets, draws=999)
    assert found is not None
    low, high = found.interval
    if low > 1e-9 or high < -1e-9:
        assert found.p <= 0.05 + 2 / 1000
    elif low < -1e-9 and high > 1e-9:
        assert found.p > 0.05 - 2 / 1000


def test_too_few_ways_to_choose_tell_nothing() -> None:
    assert in_differences([np.array([1.0, 0.0])] * 8) is None
    assert in_differences([np.array([1.0])] * 8) is None
    assert in_differences([]) is None


def leaders(*rows: tuple[float, int, int]) -> Leaders:
    return Leaders(
        np.array([[row[0]] for row in rows]),
        np.array([row[1] for row in rows]),
        np.array([row[2] for row in rows]),
    )


def test_each_other_stands_beside_one_mentee_and_all_get_one_before_one_gets_two() -> None:
    found = matched(leaders((0.0, 5, 1), (0.1, 5, 1)), leaders((0.0, 5, 1), (0.05, 5, 1), (0.3, 5, 1)))
    assert sorted(row for rows in found for row in rows.tolist()) == [0, 1, 2]
    assert min(map(len, found)) == 1


def test_nobody_stands_beside_whom_nobody_is_like() -> None:
    """Twice the reach is alike and a little more is not; so with the team."""
    others = leaders((np.log(2), 5, 1), (np.log(2.1), 5, 1), (0.0, 11, 1), (0.0, 12, 1))
    assert [rows.tolist() for rows in matched(leaders((0.0, 5, 1)), others)] == [[2, 0]]
    assert [rows.tolist() for rows in matched(leaders((9.0, 5, 1)), others)] == [[]]


def cohort(effect: float, mentees: int = 6) -> tuple[dict[str, list[str]], dict[str, Before], Any]:
    rng = np.random.default_rng(4)
    beside = {f"m{n}": [f"o{n}{k}" for k in range(5)] for n in range(mentees)}
    everybody = [*beside, *(one for others in beside.values() for one in others)]
    before = {one: Before(20.0, 8, level(20.0, 8)) for one in everybody}
    now = {one: (20.0 * (1 + effect * (one in beside)) + rng.normal(0, 1), 8) for one in everybody}
    return beside, before, now


def test_a_planted_difference_is_told_with_its_size() -> None:
    found = together(*cohort(0.5), least=5)
    assert found.value == pytest.approx(0.5, abs=0.08)
    assert (found.apart, found.mentees, found.others) == (True, 6, 30)


def test_a_programme_of_three_is_too_few() -> None:
    found = together(*cohort(0.5, mentees=3), least=5)
    assert (found.value, found.apart) == (None, False)
    assert (
        found.reason == "too few: beside 3 of the mentees stand leaders like them, and at least 5 are needed"
    )
    assert together({}, {}, {}, least=5).reason == TOO_FEW_OTHERS


def test_who_did_nothing_in_one_window_is_left_out() -> None:
    beside, before, now = cohort(0.5)
    before["m0"], now["m1"] = Before(0.0, 0), (0.0, 0)
    assert together(beside, before, now, least=4).mentees == 4


def test_a_mentee_of_whom_the_time_before_is_not_known_is_left_out_and_takes_it_from_nobody() -> None:
    beside, before, now = cohort(0.5)
    before = {one: replace(was, earlier=was.levels[0] + 0.1) for one, was in before.items()}
    before["m0"] = replace(before["m0"], earlier=None)
    found = together(beside, before, now, least=5)
    assert (found.mentees, found.apart) == (5, True)


def test_programmes_without_effect_seldom_differ_and_with_one_more_often(programmes: Any) -> None:
    """The short form of benchmarks/programmes.py: 60 of each, mentees at random and from those who were falling."""
    world = programmes.World(median=20, drift=0.2, burst=10, mentees=16, leaders=250)
    told = {
        (how, effect): np.mean([programmes.programme(world, how, seed, effect).apart for seed in range(60)])
        for how, effect in (("at random", 0.0), ("who was falling", 0.0), ("at random", 0.3))
    }
    assert told["at random", 0.0] <= 0.12  # binomial: passes with 0.98 where the rate is 0.05
    assert told["who was falling", 0.0] <= 0.15
    assert told["at random", 0.3] >= 0.25
