"""Interrupted time series: what a step is, what chance is, what cannot be told, and how often it cries wolf."""

from __future__ import annotations

import runpy
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t as student

from influence.chance.interrupted import ERRORS, CannotTell, NeedsStatsmodels, interrupted
from tests.kit.places import ROOT

BENCHMARK = runpy.run_path(str(ROOT / "benchmarks/campaigns.py"))
WEEKS = np.arange(-30, 10)


def counts(seed: int, lift: float = 1.0) -> Any:
    expected = np.where((WEEKS >= 0) & (WEEKS < 6), 40 * lift, 40.0)
    return np.random.default_rng(seed).poisson(expected)


def test_weeks_that_are_all_alike_are_no_change() -> None:
    found = interrupted(WEEKS, np.full(40, 20), 6)
    assert (pytest.approx(1.0), False) == (found.mean.times, found.changed)
    assert np.full(40, 20.5) == pytest.approx(found.expected)


def test_a_step_is_found_with_its_size_and_ends_with_the_campaign() -> None:
    during = (WEEKS >= 0) & (WEEKS < 6)
    found = interrupted(WEEKS, np.where(during, 81, 40) + WEEKS % 2, 6)
    assert found.changed
    assert 2.0 == pytest.approx(found.mean.times, rel=0.02)
    assert 2.0 == pytest.approx(found.level.times, rel=0.05)
    assert found.slope is not None
    assert found.after is not None
    assert 1.0 == pytest.approx(found.slope.times, rel=0.02)
    assert 1.0 == pytest.approx(found.after.times, rel=0.05)
    assert found.fitted[during].mean() == pytest.approx(2 * found.expected[during].mean(), rel=0.03)


def test_a_growth_that_was_there_before_is_no_change() -> None:
    found = interrupted(WEEKS, np.round(30 * 1.03**WEEKS + WEEKS % 3), 6)
    assert not found.changed
    assert 1.0 == pytest.approx(found.mean.times, abs=0.1)


def test_a_fall_is_a_change_too() -> None:
    during = (WEEKS >= 0) & (WEEKS < 6)
    found = interrupted(WEEKS, np.where(during, 20, 40) + WEEKS % 2, 6)
    assert found.changed
    assert found.mean.high < 1


@given(seed=st.integers(0, 99), lift=st.sampled_from([0.5, 1.0, 1.7]))
@settings(max_examples=6, deadline=None)
def test_the_interval_is_that_of_a_plain_reading(seed: int, lift: float) -> None:
    """Generalised least squares by the inverse, for all that errors may be; 2.5 % of the mixture lie on either side."""
    found, logs = interrupted(WEEKS, counts(seed, lift), 6), np.log(counts(seed, lift) + 0.5)
    on, after = (WEEKS >= 0) & (WEEKS < 6), WEEKS >= 6
    columns = [np.ones(40), WEEKS, on, np.where(on, WEEKS - 2.5, 0), after]
    design, below = np.stack(columns, axis=1).astype(float), np.zeros(2)
    weights = []
    for rho, own in ERRORS:
        along = rho ** np.abs(WEEKS[:, None] - WEEKS) if rho else np.eye(40)
        spread = np.linalg.inv((1 - own) * along + own * np.eye(40))
        known = np.linalg.inv(design.T @ spread @ design)
        effect = known @ design.T @ spread @ logs
        left = logs - design @ effect
        rest = left @ spread @ left
        likelihood = np.linalg.slogdet(spread)[1] + np.linalg.slogdet(known)[1] - 35 * np.log(rest)
        scale = np.sqrt(known[2, 2] * rest / 35)
        edges = np.log([found.mean.low, found.mean.high])
        weights.append((likelihood / 2 - np.log(1 - rho), student.cdf((edges - effect[2]) / scale, 35)))
    most = max(weight for weight, _ in weights)
    total = sum(np.exp(weight - most) for weight, _ in weights)
    below = sum(np.exp(weight - most) * share for weight, share in weights) / total
    assert [0.025, 0.975] == pytest.approx(below.tolist(), abs=1e-6)


def test_weeks_may_be_missing_and_their_order_says_nothing() -> None:
    kept = np.delete(np.arange(40), [3, 4, 17])
    found = interrupted(WEEKS[kept], counts(1)[kept], 6)
    mixed = np.random.default_rng(1).permutation(kept)
    again = interrupted(WEEKS[mixed], counts(1)[mixed], 6)
    assert 37 == len(found.fitted)
    assert found.mean.times == pytest.approx(again.mean.times)
    assert found.mean.low == pytest.approx(again.mean.low)


def test_a_campaign_of_two_weeks_has_no_slope_and_one_without_weeks_after_no_after() -> None:
    weeks = np.arange(-20, 2)
    found = interrupted(weeks, 20 + weeks % 3, 2)
    assert (None, None) == (found.slope, found.after)
    assert found.level == found.mean


def test_a_wave_of_the_year_is_allowed_for_from_two_years_before_on() -> None:
    weeks = np.arange(-110, 10)
    wave = np.round(60 * np.exp(0.5 * np.sin(2 * np.pi * weeks / 52.18)) + weeks % 3)
    assert interrupted(weeks, wave, 6).yearly
    assert not interrupted(weeks, wave, 6).changed
    assert not interrupted(weeks[-60:], wave[-60:], 6).yearly


@pytest.mark.parametrize(
    ("weeks", "many", "why"),
    [
        (np.arange(-11, 6), 20, "it needs 12 weeks on record before the campaign, and there are 11"),
        (np.arange(-20, 0), 20, "no whole week of the campaign"),
        (np.arange(-20, 6), 2, "fewer than 3 people a week"),
    ],
)
def test_what_cannot_be_told_is_said_with_its_reason(weeks: Any, many: int, why: str) -> None:
    with pytest.raises(CannotTell, match=why):
        interrupted(weeks, np.full(len(weeks), many), 6)


def test_without_statsmodels_one_sentence_names_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "statsmodels.regression.linear_model", None)
    with pytest.raises(NeedsStatsmodels, match=r"pip install 'networked-influence\[campaign\]'"):
        interrupted(WEEKS, counts(1), 6)


def test_what_is_no_count_is_refused() -> None:
    with pytest.raises(ValueError, match="one length"):
        interrupted(WEEKS, counts(1)[1:], 6)
    with pytest.raises(ValueError, match="negative"):
        interrupted(WEEKS, counts(1) - 100, 6)


@pytest.mark.parametrize("kind", [BENCHMARK["KINDS"][3], BENCHMARK["KINDS"][8]], ids=str)
def test_campaigns_without_effect_are_seldom_told_as_a_change(kind: Any) -> None:
    """The short form of `benchmarks/campaigns.py`: of 80 at 5 % more than 9 come once in a hundred times."""
    assert BENCHMARK["changed"](kind, 1.0, 80) <= 9


def test_campaigns_that_double_what_comes_are_mostly_told() -> None:
    kind = BENCHMARK["Kind"](52, 6, 100, 0.3, 0.1, 200)
    assert BENCHMARK["changed"](kind, 2.0, 20) >= 18
