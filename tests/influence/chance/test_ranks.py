"""Tests by rank give what SciPy gives, for few values and many, with ties and without."""

import numpy as np
import pytest
from scipy.stats import kendalltau, mannwhitneyu, rankdata, theilslopes

from influence.chance.ranks import ranks, rises, samples_differ
from influence.measures.trend import theil_sen


@pytest.fixture(params=range(60))
def series(request):
    random = np.random.default_rng(request.param)
    size = int(random.integers(4, 60))
    values = random.normal(size=size) if request.param % 2 else random.integers(0, 9, size) + 0.0
    return np.sort(values) if request.param % 7 == 1 else values


def test_two_samples_differ_as_by_mann_and_whitney(series):
    for cut in (1, 3, len(series) // 2):
        expected = mannwhitneyu(series[:cut], series[cut:]).pvalue
        assert expected == pytest.approx(samples_differ(series[:cut], series[cut:]), rel=1e-9)


def test_a_series_rises_as_by_kendall_and_its_slope_is_that_of_theil_and_sen(series):
    places = np.arange(len(series)) * 1.0
    assert kendalltau(places, series).pvalue == pytest.approx(rises(series), rel=1e-9)
    expected, found = theilslopes(series, places, 0.95), theil_sen(places.tolist(), series.tolist())
    edges = (expected.slope, expected.low_slope, expected.high_slope)
    assert edges == pytest.approx((found.value, found.low, found.high), rel=1e-9, abs=1e-12)


def test_ties_share_their_mean_rank(series):
    assert rankdata(series).tolist() == ranks(series).tolist()


def test_samples_without_any_difference_are_not_told_apart():
    assert 1.0 == samples_differ([2, 2, 2], [2, 2])
    assert 1.0 == rises([3, 3, 3, 3])
