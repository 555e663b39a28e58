"""Two groups compared within strata: how much larger a share is in one than in the other, among those alike."""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import ArrayLike

from influence.kernels.arrays import Floats

_Z = 1.959963984540054


def risk_difference(
    some: ArrayLike, every: ArrayLike, others: ArrayLike, of: ArrayLike
) -> tuple[float, tuple[float, float]] | None:
    """Return the Mantel–Haenszel difference of two shares over strata, and its 95 % interval.

    In each stratum `some` of `every` in the first group and `others` of `of` in the second are what is counted. The
    difference is Σ w (some/every − others/of) / Σ w, w = every · of / (every + of): a stratum without one of the
    groups tells nothing. The interval inverts the score test with the variance of Sato (1989, Biometrics 45,
    1323–1324), which holds for many small strata and for few large ones (Klingenberg 2014, doi:10.1002/sim.6122); it
    is kept within −1 and 1. None where no stratum has both groups.

    >>> share, (low, high) = risk_difference([4, 8], [10, 10], [2, 5], [10, 10])
    >>> round(share, 3), round(low, 3), round(high, 3)
    (0.25, -0.055, 0.507)
    """
    a, n, c, m = (np.asarray(each, np.float64) for each in (some, every, others, of))
    both = (n > 0) & (m > 0)
    a, n, c, m = a[both], n[both], c[both], m[both]
    whole: Floats = n + m
    weight = float((n * m / whole).sum())
    if not weight > 0:
        return None
    share = float(((a * m - c * n) / whole).sum()) / weight
    p = float(((n**2 * c - m**2 * a + n * m * (m - n) / 2) / whole**2).sum())
    q = float(((a * (m - c) + c * (n - a)) / (2 * whole)).sum())
    middle = share + _Z**2 * p / (2 * weight**2)
    margin = sqrt(max(0.0, middle**2 - share**2 + _Z**2 * q / weight**2))
    return share, (max(-1.0, min(share, middle - margin)), min(1.0, max(share, middle + margin)))
