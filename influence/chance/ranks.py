"""Tests by rank: do two samples differ, and does a series rise; exact where the samples are few and nothing is tied.

SciPy has the first two as well, but loading its statistics takes as long as a small report.
"""

from __future__ import annotations

from math import factorial, sqrt

import numpy as np
from numpy.typing import ArrayLike

from influence.kernels.arrays import Floats, Ints

FEW_APART, FEW_IN_A_ROW = 8, 33
"""Up to so many values in one of two samples, or in a series, p is exact where there are no ties."""


def ranks(values: ArrayLike) -> Floats:
    """Return the rank of each value from 1 up, those tied with their mean.

    >>> ranks([5, 2, 5, 9]).tolist()
    [2.5, 1.0, 2.5, 4.0]
    """
    _, place, count = np.unique(np.asarray(values, np.float64), return_inverse=True, return_counts=True)
    mean: Floats = (np.cumsum(count) - (count - 1) / 2)[place]
    return mean


def samples_differ(one: ArrayLike, other: ArrayLike) -> float:
    """Return the two-sided p that two samples come from one distribution, by Mann and Whitney's U.

    Exact where one of them has at most 8 values and nothing is tied; else normal, with ties and continuity
    corrected for.

    Source: Mann and Whitney 1947, doi:10.1214/aoms/1177730491.

    >>> samples_differ([1, 2, 3], [4, 5, 6])
    0.1
    """
    x, y = np.asarray(one, np.float64), np.asarray(other, np.float64)
    n, m = x.size, y.size
    every = np.concatenate([x, y])
    below = ranks(every)[:n].sum() - n * (n + 1) / 2
    u = max(float(below), n * m - float(below))
    tied = np.unique(every, return_counts=True)[1]
    if min(n, m) <= FEW_APART and (tied == 1).all():
        ways = _ways_of_u(n, m)
        return min(1.0, 2 * float(ways[int(u) :].sum() / ways.sum()))
    spread = sqrt(n * m / 12 * (n + m + 1 - float((tied**3 - tied).sum()) / ((n + m) * (n + m - 1))))
    return _two_sided((u - n * m / 2 - 0.5) / spread) if spread else 1.0


def _ways_of_u(n: int, m: int) -> Floats:
    """Count the orders of n and m values by U: the Gaussian binomial coefficient."""
    ways = np.zeros(n * m + 1)
    ways[0] = 1.0
    for j in range(1, n + 1):
        for at in range(
            n * m, m + j - 1, -1
        ):  # times 1 − x^(m + j), from the top: what is taken off is as it was
            ways[at] -= ways[at - m - j]
        for at in range(j, n * m + 1):  # over 1 − x^j
            ways[at] += ways[at - j]
    return ways


def rises(series: ArrayLike) -> float:
    """Return the two-sided p that a series neither rises nor falls, by Kendall's S (Mann's test of trend).

    Exact for at most 33 values without ties; else normal with the variance corrected for ties.

    Sources: Mann 1945, doi:10.2307/1907187; Kendall 1970, Rank Correlation Methods, chapters 4 and 5.

    >>> rises([1, 2, 3, 4])
    0.08333333333333333
    """
    y = np.asarray(series, np.float64)
    n = y.size
    later = np.sign(y[None, :] - y[:, None])[np.triu_indices(n, 1)]
    s, pairs = float(later.sum()), n * (n - 1) // 2
    tied = np.unique(y, return_counts=True)[1]
    fewest = int(min((later > 0).sum(), (later < 0).sum()))
    if (tied == 1).all() and (n <= FEW_IN_A_ROW or fewest <= 1):
        return 1.0 if 2 * fewest == pairs else min(1.0, 2 * _orders(n, fewest) / factorial(n))
    variance = (n * (n - 1) * (2 * n + 5) - _tie_term(tied)) / 18
    return _two_sided(abs(s) / sqrt(variance)) if variance else 1.0


def _orders(n: int, most: int) -> int:
    """Count the orders of n values with at most so many pairs turned round."""
    ways = [1] + [0] * most
    for j in range(2, n + 1):
        sums = [0]
        for each in ways:
            sums.append(sums[-1] + each)
        ways = [sums[k + 1] - sums[max(0, k + 1 - j)] for k in range(most + 1)]
    return sum(ways)


def slope_interval(slopes: Floats, series: ArrayLike, quantile: float) -> tuple[float, float]:
    """Return Sen's interval: the slopes (sorted) that lie ± `quantile` standard deviations of S from their middle.

    Source: Sen 1968, doi:10.1080/01621459.1968.10480934.

    >>> slope_interval(np.arange(6.0), [1, 2, 3, 4], 1.0)
    (1.0, 4.0)
    """
    y = np.asarray(series, np.float64)
    n, tied = y.size, np.unique(y, return_counts=True)[1]
    wide = quantile * sqrt((n * (n - 1) * (2 * n + 5) - _tie_term(tied)) / 18)
    low = max(round((len(slopes) - wide) / 2) - 1, 0)
    high = min(round((len(slopes) + wide) / 2), len(slopes) - 1)
    return float(slopes[low]), float(slopes[high])


def _tie_term(tied: Ints) -> float:
    return float((tied * (tied - 1) * (2 * tied + 5)).sum())


def _two_sided(z: float) -> float:
    from scipy.special import ndtr  # scipy costs 0.1 s, and only a report needs it

    return min(1.0, 2 * float(ndtr(-z)))
