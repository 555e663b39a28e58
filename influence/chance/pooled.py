"""One effect from many leaders, each with their own: random effects, and an interval that holds for few of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from influence.kernels.arrays import Floats

LEVEL = 0.05
ROUNDS = 100


@dataclass(frozen=True)
class Pooled:
    """The mean effect, its 95 % interval, p that it is none, how far effects differ (`spread`, τ) and of how many."""

    value: float
    interval: tuple[float, float]
    p: float
    spread: float
    of: int


def pooled(effects: Floats, variances: Floats) -> Pooled:
    """Pool effects with their variances: a random-effects mean with Knapp and Hartung's interval.

    The weights are 1 / (v + τ²); τ² is Paule and Mandel's, the value at which the weighted squares add up to one less
    than the number of effects, 0 where they are less anyway (1982, doi:10.6028/jres.087.022). The variance of the mean
    is what the effects themselves differ by (Knapp & Hartung 2003, doi:10.1002/sim.1482), never less than their
    variances say, and the interval and p are by Student's t with one degree of freedom less than there are effects.

    Raises:
        ValueError: fewer than two effects, or a variance that is not above 0.

    >>> found = pooled(np.array([0.1, 0.2, 0.3, 0.2]), np.full(4, 0.01))
    >>> round(found.value, 3), [round(end, 3) for end in found.interval], found.spread
    (0.2, [0.041, 0.359], 0.0)
    """
    if len(effects) < 2 or len(effects) != len(variances) or not (variances > 0).all():
        raise ValueError("pooling needs two effects or more, each with a variance above 0")
    from scipy.stats import t as student  # 0.3 s, and only pooling needs it

    spread = _spread(effects, variances)
    weight = 1 / (variances + spread)
    value = float(weight @ effects / weight.sum())
    free = len(effects) - 1
    squares = float(weight @ (effects - value) ** 2) / free
    error = float(np.sqrt(max(squares, 1.0) / weight.sum()))
    half = float(student.ppf(1 - LEVEL / 2, free)) * error
    p = float(2 * student.sf(abs(value) / error, free))
    return Pooled(value, (value - half, value + half), p, float(np.sqrt(spread)), len(effects))


def _spread(effects: Floats, variances: Floats) -> float:
    """Return Paule and Mandel's τ² by halving: the weighted squares fall as it grows."""
    if _squares(effects, variances) <= len(effects) - 1:
        return 0.0
    low, high = 0.0, float(np.ptp(effects) ** 2)
    for _ in range(ROUNDS):
        middle = (low + high) / 2
        above = _squares(effects, variances + middle) > len(effects) - 1
        low, high = (middle, high) if above else (low, middle)
    return (low + high) / 2


def _squares(effects: Floats, variances: Floats) -> float:
    weight = 1 / variances
    mean = weight @ effects / weight.sum()
    return float(weight @ (effects - mean) ** 2)
