"""What a median, a share and a wait could also have been: intervals that need no draws, and censored waits."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from math import ceil, floor

import numpy as np
from numpy.typing import ArrayLike

from influence.kernels.arrays import Flags, Floats

MANY = 4_000
"""Events from which on the law of their count is not written out."""


def median_interval(values: ArrayLike, share: float = 0.95) -> tuple[float, float] | None:
    """Return the interval that holds the median with at least that certainty, whatever the distribution.

    (x_(k), x_(n − k + 1)) of the sorted values, with the largest k such that P(B < k) ≤ (1 − share) / 2 for
    B ~ Binomial(n, ½). None for so few values that there is no such k (fewer than six at 95 %).

    Source: Conover 1999, Practical Nonparametric Statistics, 3rd edition, section 3.2.

    >>> median_interval([1, 2, 3, 4, 5, 60]), median_interval([1, 2, 3, 4, 5])
    ((1.0, 60.0), None)
    """
    from scipy.special import bdtr  # scipy costs 0.1 s, and only a report needs it

    ordered = np.sort(np.asarray(values, np.float64))
    n = ordered.size
    k = int((bdtr(np.arange(n // 2), n, 0.5) <= (1 - share) / 2).sum())
    return (float(ordered[k - 1]), float(ordered[n - k])) if k else None


def share_interval(some: Floats, every: Floats, weight: Floats, held: Flags) -> tuple[float, float] | None:
    """Return a 95 % interval of a weighted share, from bootstrap draws of the part and of the whole.

    The share is Σ weight over what is `held` / Σ weight. The draws are centred on sums over people, so that
    a part may exceed its whole in one: that is a share of 1. Draws collapse where all or nothing is held;
    so the interval also covers Wilson's for (Σ w)² / Σ w² people (Kish's effective number). None where the
    whole is nothing.

    >>> nothing = share_interval(np.zeros(9), np.full(9, 10.0), np.ones(10), np.zeros(10, bool))
    >>> [round(edge, 4) for edge in nothing]
    [0.0, 0.2775]
    """
    kept = every > 0
    if not kept.any() or not weight.sum() > 0:
        return None
    low, high = np.quantile(np.minimum(some[kept] / every[kept], 1.0), [0.025, 0.975])
    people = float(weight.sum() ** 2 / (weight**2).sum())
    value = min(float(weight[held].sum() / weight.sum()), 1.0)  # sums differ in their last digits
    edges = wilson(value * people, people)
    return min(float(low), edges[0]), max(float(high), edges[1])


def wilson(some: float, every: float, share: float = 0.95) -> tuple[float, float]:
    """Return Wilson's interval of a share: it stays in [0, 1] and does not collapse at 0 and 1.

    (p + z²/2n ± z √(p (1 − p)/n + z²/4n²)) / (1 + z²/n).

    Source: Wilson 1927, Probable inference, the law of succession, and statistical inference, JASA 22(158),
    doi:10.1080/01621459.1927.10502953.

    Raises:
        ValueError: there is nothing to take a share of.

    >>> [round(edge, 4) for edge in wilson(0, 10)]
    [0.0, 0.2775]
    """
    from scipy.special import ndtri  # scipy costs 0.1 s, and only a report needs it

    if not 0 <= some <= every or not every > 0:
        raise ValueError(f"{some} of {every} is no share")
    z, p, every = float(ndtri((1 + share) / 2)), float(some / every), float(every)
    middle = p + z * z / (2 * every)
    half = z * (p * (1 - p) / every + z * z / (4 * every * every)) ** 0.5
    low, high = (middle - half) / (1 + z * z / every), (middle + half) / (1 + z * z / every)
    return min(max(low, 0.0), p), max(min(high, 1.0), p)


def clustered_share(part: Floats, whole: Floats) -> tuple[float, float]:
    """Return a 95 % interval of Σ part / Σ whole, where each pair is what one conversation holds of both.

    Conversations are taken as what may come again, not what they hold: the variance is that of a ratio of sums
    (Cochran 1977, Sampling Techniques, section 6.3), n / (n − 1) Σ (part − p · whole)² / (Σ whole)², and the interval
    Wilson's for the number of independent trials that would have it (Korn & Graubard 1998, Survey Methodology 24(2)),
    at most Σ whole; where all or nothing is part there are as many trials as conversations.

    Raises:
        ValueError: there is nothing to take a share of.

    >>> alike = clustered_share(np.ones(50), np.full(50, 2.0))
    >>> one_each = clustered_share(np.repeat([0.0, 1.0], 50), np.ones(100))
    >>> [round(edge, 3) for edge in (*alike, *one_each)]
    [0.404, 0.596, 0.403, 0.597]
    """
    total, n = float(whole.sum()), int((whole > 0).sum())
    if not total > 0:
        raise ValueError("there is nothing to take a share of")
    share = min(float(part.sum()) / total, 1.0)
    variance = float(((part - share * whole) ** 2).sum()) * n / max(n - 1, 1) / total**2
    free = share * (1 - share)
    trials = (free / max(variance, free / total)) if free else n
    return wilson(share * trials, trials)


def count_between(chances: ArrayLike, share: float = 0.99) -> tuple[int, int]:
    """Return the whole numbers between which the count of what happens lies with that certainty at least.

    Each of independent events has its own chance; the count of those that happen has the Poisson binomial law, whose
    tails beyond the two numbers hold (1 − share) / 2 each at most. O(n²) for n events whose chance is not 0 or 1; from
    some thousands on the normal law, which is then as exact.

    Source: Hong 2013, On computing the distribution function for the Poisson binomial distribution, Computational
    Statistics & Data Analysis 59, doi:10.1016/j.csda.2012.10.006.

    >>> count_between([1.0, 1.0, 0.0]), count_between([0.05] * 20), count_between([])
    ((2, 2), (0, 4), (0, 0))
    """
    every = np.asarray(chances, np.float64)
    sure, open_ = int((every >= 1).sum()), every[(every > 0) & (every < 1)]
    edge = (1 - share) / 2
    if open_.size > MANY:
        from scipy.special import ndtri  # scipy costs 0.1 s, and only a report needs it

        middle, half = float(open_.sum()), float(-ndtri(edge) * np.sqrt((open_ * (1 - open_)).sum()))
        return sure + max(0, floor(middle - half)), sure + min(open_.size, ceil(middle + half))
    law = np.ones(1)
    for chance in open_.tolist():
        law = np.append(law * (1 - chance), 0.0) + np.append(0.0, law * chance)
    below = np.cumsum(law)
    return sure + int((below <= edge).sum()), sure + int((below < 1 - edge).sum())


@dataclass(frozen=True)
class Survival:
    """A survival curve: at each `time` of an event the share `survival` that is left after it.

    `low` and `high` are the band of S, log-log (not a number where S is 0 or 1).
    """

    time: Floats
    survival: Floats
    low: Floats
    high: Floats

    def at(self, time: float) -> float:
        """Return the share that is left at a time."""
        place = int(np.searchsorted(self.time, time, side="right"))
        return float(self.survival[place - 1]) if place else 1.0


def kaplan_meier(wait: ArrayLike, happened: ArrayLike, share: float = 0.95) -> Survival:
    """Estimate the share still waiting at each time: S(t) = Π_{t_i ≤ t} (1 − d_i / n_i), right-censored.

    `wait` is how long each was seen, `happened` whether the event ended it (else it is censored and was at
    risk up to and with that time); d_i events at t_i of n_i at risk; `share` is how sure the band is.

    Source: Kaplan and Meier 1958, Nonparametric estimation from incomplete observations, JASA 53(282),
    doi:10.1080/01621459.1958.10501452; Greenwood 1926 for the variance. Worked out by `scipy.stats.ecdf`.

    Raises:
        ValueError: lengths differ, or a wait is negative or not a number.

    >>> kaplan_meier([1, 2, 2, 3], [True, True, False, True]).survival.tolist()
    [0.75, 0.5, 0.0]
    """
    from scipy.stats import (  # scipy's distributions cost 0.5 s, and only a report needs them
        CensoredData,
        ecdf,
    )

    times, ended = np.asarray(wait, np.float64), np.asarray(happened, bool)
    if times.shape != ended.shape or times.ndim != 1:
        raise ValueError("wait and happened must have one length")
    if not (times >= 0).all():
        raise ValueError("a wait must be a number, 0 or more")
    at = np.unique(times[ended])
    if not at.size:
        return Survival(at, at, at, at)
    left = ecdf(CensoredData(uncensored=times[ended], right=times[~ended])).sf
    with warnings.catch_warnings():  # where all or nothing is left there is no band, as is said above
        warnings.simplefilter("ignore", RuntimeWarning)
        band = left.confidence_interval(share, method="log-log")
    return Survival(at, left.evaluate(at), band.low.evaluate(at), band.high.evaluate(at))  # type: ignore[attr-defined]


def median_wait(curve: Survival) -> tuple[float | None, float | None, float | None]:
    """Return the median of a survival curve and its interval (low, high); None for what lies beyond the data.

    The median is the first time at which S ≤ ½. The interval are the times at which ½ is inside the band: from the
    first time at which its lower edge is ½ or less to the first at which its upper edge is.

    Source: Brookmeyer and Crowley 1982, Biometrics 38(1), doi:10.2307/2530286; Kalbfleisch and Prentice for
    log-log.

    >>> median_wait(kaplan_meier([1, 2, 3, 4], [True] * 4))
    (2.0, 1.0, None)
    """
    banded = (curve.survival > 0) & (curve.survival < 1)
    median = _first(curve.time, curve.survival)
    low = _first(curve.time[banded], curve.low[banded])
    high = _first(curve.time[banded], curve.high[banded])
    return median, (median if low is None else low), high


def _first(time: Floats, share: Floats) -> float | None:
    half = np.flatnonzero(share <= 0.5 + 1e-12)
    return float(time[half[0]]) if len(half) else None


def interval(values: Floats, share: float = 0.95) -> tuple[float, float]:
    """Return the percentile interval that holds `share` of the draws.

    >>> interval(np.arange(101.0), share=0.5)
    (25.0, 75.0)
    """
    edge = (1 - share) / 2
    low, high = np.quantile(values, [edge, 1 - edge])
    return float(low), float(high)
