"""Leadership for the many, and everybody's reach at once: the same as one leader's, person by person."""

from itertools import combinations
from math import e

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from influence.measures import many
from influence.measures.many import absence_factor, coverage_curve, gini, spread
from influence.reach.everybody import Reaches

amounts = st.lists(st.integers(0, 50), min_size=1, max_size=12)


def reaches_of(*pairs, people=10):
    """Make reaches of (leader, person, m, known, step)."""
    rows = sorted(pairs)
    column = {
        name: np.array([row[i] for row in rows])
        for i, name in enumerate(("leader", "person", "m", "known", "step"))
    }
    nobody = np.zeros(len(rows), np.int64)
    return Reaches(
        column["leader"].astype(np.int32),
        column["person"].astype(np.int32),
        column["step"].astype(np.int8),
        column["m"].astype(float),
        column["known"].astype(bool),
        (nobody + 1).astype(np.int16),
        nobody + 5,
        nobody - 1,
        people,
    )


# --- gini ---------------------------------------------------------------------------------------------------


def test_where_everybody_has_the_same_the_gini_is_0_and_where_one_has_all_it_is_near_1():
    assert (0, 0.75, 0.99) == (gini([3, 3, 3]), gini([0, 0, 0, 8]), gini([0] * 99 + [1]))


def test_the_gini_of_nothing_cannot_be_told():
    assert gini([]) is None
    assert gini([0, 0]) is None


@given(amounts)
def test_the_gini_is_half_the_mean_difference_as_a_part_of_the_mean(values):
    apart = [abs(x - y) for x in values for y in values]
    mean = sum(values) / len(values)
    expected = sum(apart) / len(apart) / 2 / mean if mean else None
    assert expected == pytest.approx(gini(values)) if mean else gini(values) is None


@given(amounts, st.randoms(use_true_random=False))
def test_neither_order_nor_unit_changes_the_gini(values, random):
    shuffled = random.sample(values, len(values))
    assert gini(values) == gini(shuffled)
    if any(values):
        assert gini(values) == pytest.approx(gini([7.5 * x for x in values]))


@pytest.mark.parametrize("values", [[-1, 2], [float("nan")], [float("inf")], [[1, 2]]])
def test_what_is_no_amount_is_refused(values):
    for measure in (gini, absence_factor):
        with pytest.raises(ValueError, match="at least 0"):
            measure(values)


# --- absence factor -----------------------------------------------------------------------------------------


def test_one_person_who_holds_half_is_an_absence_factor_of_one():
    assert 1 == absence_factor([5, 1, 1, 1, 1, 1])
    assert 2 == absence_factor([4, 1, 1, 1, 1, 1])
    assert 3 == absence_factor([0.1] * 6)  # a sum whose last digit is off still is a half


@given(amounts)
def test_no_fewer_people_hold_half(values):
    fewest = absence_factor(values)
    if fewest is None:
        assert 0 == sum(values)
        return
    best = [max(sum(chosen) for chosen in combinations(values, k)) for k in (fewest - 1, fewest)]
    assert 2 * best[0] < sum(values) <= 2 * best[1]


# --- coverage curve -----------------------------------------------------------------------------------------


def test_the_second_is_chosen_for_the_people_the_first_does_not_cover():
    """0 covers 5, 6, 7; 1 covers 6, 7; 2 covers 8: after 0 comes 2, and 1 adds nothing."""
    pairs = [(0, 5), (0, 6), (0, 7), (1, 6), (1, 7), (2, 8)]
    reaches = reaches_of(*((u, v, 0.0, True, 4) for u, v in pairs))
    chosen, covered = coverage_curve(reaches, np.arange(3))
    assert ([0, 2], [3, 4]) == (chosen.tolist(), covered.tolist())


def test_the_team_and_people_met_for_sure_are_not_covered():
    reaches = reaches_of((0, 5, 0.0, True, 2), (0, 6, 1.0, True, 3), (0, 7, 0.25, True, 4))
    assert [0.75] == coverage_curve(reaches, np.arange(2))[1].tolist()


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(5, 11), st.sampled_from([0.0, 0.1, 0.6])), max_size=25)
)
def test_the_greedy_choice_covers_what_it_promises(drawn):
    pairs = {(u, v): m for u, v, m in drawn}
    reaches = reaches_of(*((u, v, m, True, 4) for (u, v), m in pairs.items()), people=12)
    chosen, covered = coverage_curve(reaches, np.arange(5))
    steps = np.diff(covered, prepend=0)
    assert (steps > 0).all()
    assert (np.diff(steps) < 1e-9).all()
    for k in range(1, len(chosen) + 1):
        best = max(cover_of(pairs, several) for several in combinations(range(5), k))
        assert cover_of(pairs, chosen[:k].tolist()) == pytest.approx(covered[k - 1])
        assert (1 - 1 / e) * best - 1e-9 <= covered[k - 1] <= best + 1e-9


def cover_of(pairs, chosen):
    return sum(max((1 - pairs.get((u, v), 1.0) for u in chosen), default=0) for v in range(12))


# --- drawn again --------------------------------------------------------------------------------------------


def test_where_pairs_are_too_many_there_are_fewer_draws_and_the_details_say_how_many(monkeypatch):
    """Forty leaders, each of whom reached one to four people in a conversation of their own."""
    leader = np.repeat(np.arange(40, dtype=np.int32), np.arange(40) % 4 + 1)
    person = 40 + np.arange(leader.size, dtype=np.int32)
    far, no = np.full(leader.size, 4, np.int8), np.zeros(leader.size)
    unit = np.arange(leader.size)
    reaches = Reaches(
        leader, person, far, no, no < 1, far.astype(np.int16), unit, unit, people=40 + unit.size
    )
    usual = spread(reaches, np.arange(40), draws=400)["gini"]
    monkeypatch.setattr(many, "MOST_MOVED", 200 * unit.size)
    fewer = spread(reaches, np.arange(40), draws=400)["gini"]
    assert (None, 200) == (usual.detail.draws, fewer.detail.draws)
    assert usual.interval == pytest.approx(fewer.interval, rel=0.1)
