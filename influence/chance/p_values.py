"""P-values, and which of many are discoveries."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from influence.kernels.arrays import Floats


def p_value(observed: float, by_chance: ArrayLike) -> float:
    """Return p = (1 + #{≥}) / (1 + B): how often chance gives as much, of B draws by chance.

    Draws that differ from the observed only in their last digits are as much. Never 0; among permutations,
    exact (Phipson & Smyth 2010, doi:10.2202/1544-6115.1585).

    Raises:
        ValueError: there is no draw, or a number is not finite.

    >>> p_value(3.0, [1.0, 2.0, 3.0, 4.0])
    0.6
    """
    drawn = np.asarray(by_chance, np.float64)
    if drawn.ndim != 1 or not drawn.size:
        raise ValueError("a p-value needs a row of draws by chance")
    if not (np.isfinite(drawn).all() and np.isfinite(observed)):
        raise ValueError("a p-value needs finite numbers")
    margin = 1e-9 * max(1.0, abs(observed))
    return float(1 + (drawn >= observed - margin).sum()) / (1 + drawn.size)


def discoveries(p_values: Sequence[float] | Floats, q: float = 0.05) -> list[bool]:
    """Say of each p-value whether it is a discovery when at most a share `q` of discoveries may be false.

    Benjamini & Hochberg 1995, doi:10.1111/j.2517-6161.1995.tb02031.x: the k smallest, k the largest rank
    with p_(k) ≤ q · k / n. Holds for independent and for positively dependent tests.

    Raises:
        ValueError: a p-value or `q` is outside [0, 1].

    >>> discoveries([0.01, 0.04, 0.03, 0.20])
    [True, False, False, False]
    """
    given = np.asarray(p_values, np.float64)
    if not 0 <= q <= 1 or (given.size and not ((given >= 0) & (given <= 1)).all()):
        raise ValueError("p-values and q lie between 0 and 1")
    if not given.size:
        return []
    found: list[bool] = (adjusted(given) <= q + 1e-12).tolist()
    return found


def adjusted(p_values: Floats) -> Floats:
    """Return Benjamini and Hochberg's adjusted p-values: the least share of false discoveries with each a discovery.

    >>> adjusted(np.array([0.01, 0.04, 0.03])).round(3).tolist()
    [0.03, 0.04, 0.04]
    """
    order, n = np.argsort(p_values)[::-1], len(p_values)
    least = np.minimum.accumulate(p_values[order] * n / np.arange(n, 0, -1))
    found = np.empty(n)
    found[order] = np.minimum(least, 1.0)
    return found
