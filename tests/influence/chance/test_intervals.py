"""Intervals that need no draws, and waits that have not ended: published values and plain readings."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from influence.chance.intervals import kaplan_meier, median_interval, median_wait, share_interval, wilson

# Freireich et al. 1963, remission of leukaemia in weeks under 6-mercaptopurine and under placebo; + is censored
MERCAPTOPURINE = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
PLACEBO = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"


def curve(weeks):
    marks = weeks.split()
    return kaplan_meier([int(mark.rstrip("+")) for mark in marks], ["+" not in mark for mark in marks])


def test_the_published_curve_of_freireichs_patients():
    """Survival and standard error as in Kalbfleisch and Prentice and in Collett, to the digits printed."""
    found = curve(MERCAPTOPURINE)
    assert [6, 7, 10, 13, 16, 22, 23] == found.time.tolist()
    printed = [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482]
    assert printed == pytest.approx(found.survival.tolist(), abs=5e-5)
    errors = np.array([0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346])
    spread = np.exp(1.96 * errors / (found.survival * -np.log(found.survival)))
    assert (found.survival**spread).tolist() == pytest.approx(found.low.tolist(), abs=5e-4)
    assert (found.survival ** (1 / spread)).tolist() == pytest.approx(found.high.tolist(), abs=5e-4)


def test_the_published_medians_and_their_log_log_intervals():
    """23 weeks (13 to beyond the data) under treatment, 8 (4 to 11) under placebo."""
    assert (23, 13, None) == median_wait(curve(MERCAPTOPURINE))
    assert (8, 4, 11) == median_wait(curve(PLACEBO))


def test_a_curve_tells_what_is_left_at_any_time():
    found = curve(MERCAPTOPURINE)
    assert [1, 0.8571, 0.8571, 0.4482] == pytest.approx([found.at(t) for t in (5.9, 6, 6.9, 99)], abs=5e-5)


def test_a_wait_that_never_ended_has_no_median():
    assert (None, None, None) == median_wait(kaplan_meier([3, 4], [False, False]))
    assert (None, None, None) == median_wait(kaplan_meier([], []))


@pytest.mark.parametrize(("waits", "ends"), [([1, 2], [True]), ([-1], [True]), ([float("nan")], [True])])
def test_waits_that_cannot_be_are_refused(waits, ends):
    with pytest.raises(ValueError, match="wait"):
        kaplan_meier(waits, ends)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.booleans()), max_size=30), st.randoms(use_true_random=False))
def test_the_curve_is_that_of_a_plain_reading_in_any_order(rows, dice):
    left, plain = 1.0, []
    for time in sorted({wait for wait, ended in rows if ended}):
        risk = sum(wait >= time for wait, _ in rows)
        left *= 1 - sum(wait == time and ended for wait, ended in rows) / risk
        plain.append(left)
    dice.shuffle(rows)
    found = kaplan_meier([wait for wait, _ in rows], [ended for _, ended in rows])
    assert plain == pytest.approx(found.survival.tolist())


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.booleans()), max_size=30))
def test_the_interval_of_a_wait_holds_its_median(rows):
    median, low, high = median_wait(kaplan_meier([w for w, _ in rows], [ended for _, ended in rows]))
    assert median is None or low <= median
    assert high is None or median <= high


@pytest.mark.parametrize(
    ("some", "every", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilsons_interval_is_the_printed_one(some, every, low, high):
    """Newcombe 1998, Statistics in Medicine 17, table I, method 3."""
    assert (low, high) == pytest.approx(wilson(some, every), abs=5e-5)


@given(st.integers(0, 500), st.integers(1, 500))
def test_wilsons_interval_holds_the_share_and_mirrors(some, every):
    some = min(some, every)
    low, high = wilson(some, every)
    assert 0 <= low <= some / every <= high <= 1
    assert (1 - high, 1 - low) == pytest.approx(wilson(every - some, every))


@pytest.mark.parametrize(("some", "every"), [(0, 0), (2, 1), (-1, 3)])
def test_no_share_has_no_interval(some, every):
    with pytest.raises(ValueError, match="is no share"):
        wilson(some, every)


def test_a_share_of_all_is_not_certain():
    """Nine of nine: the draws know nothing else, Wilson does."""
    low, high = share_interval(np.full(99, 9.0), np.full(99, 9.0), np.ones(9), np.ones(9, bool))
    assert (wilson(9, 9)[0], 1) == pytest.approx((low, high))


@given(st.lists(st.floats(1e-6, 1), min_size=1, max_size=40), st.integers(0, 2**32 - 1))
def test_the_interval_of_a_weighted_share_holds_it_whatever_the_weights(weights, seed):
    weight, rng = np.array(weights), np.random.default_rng(seed)
    held = rng.random(len(weights)) < rng.choice([0.5, 1.0])
    draws = rng.random(50) * weight.sum()
    low, high = share_interval(draws * rng.random(50), draws, weight, held)
    assert 0 <= low <= weight[held].sum() / weight.sum() + 1e-12
    assert min(1, weight[held].sum() / weight.sum()) <= high + 1e-12 <= 1 + 1e-9


def test_few_heavy_people_count_as_few():
    heavy = np.array([1.0, 0.001, 0.001, 0.001])
    held = np.array([True, False, False, False])
    assert share_interval(np.ones(9), np.ones(9), heavy, held)[0] < 0.3


@pytest.mark.parametrize("weight", [np.zeros(2), np.ones(2)])
def test_a_share_of_nothing_has_no_interval(weight):
    assert share_interval(np.zeros(5), np.zeros(5), weight, np.ones(2, bool)) is None


@pytest.mark.parametrize(("n", "k"), [(6, 1), (8, 1), (9, 2), (12, 3), (15, 4), (20, 6), (25, 8), (100, 40)])
def test_the_median_lies_between_the_order_statistics_of_the_tables(n, k):
    """The widest interval of the sign test at 95 %, as in its printed tables."""
    assert (k, n - k + 1) == median_interval(np.random.default_rng(1).permutation(n) + 1)


def test_five_values_are_too_few_for_an_interval_of_their_median():
    assert median_interval([1, 2, 3, 4, 5]) is None
    assert median_interval([]) is None


def test_the_interval_of_a_median_covers_it_as_often_as_it_says():
    draws = np.random.default_rng(3).exponential(size=(2_000, 31))
    hits = [low <= np.log(2) <= high for low, high in map(median_interval, draws)]
    assert 0.94 <= np.mean(hits) <= 0.99
