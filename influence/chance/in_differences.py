"""Difference in differences of a few people, each beside others like them: an interval by randomisation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from influence.kernels.arrays import Floats

DRAWS = 9_999
LEVEL = 0.05
FEWEST_WAYS = 400
"""With fewer ways in which those treated could have been chosen, the ends of the interval rest on a handful of them."""


@dataclass(frozen=True)
class InDifferences:
    """By how much those treated changed more than those like them, its 95 % interval, and p that nothing differs."""

    value: float
    interval: tuple[float, float]
    p: float


def in_differences(sets: Sequence[Floats], *, draws: int = DRAWS, seed: int = 1) -> InDifferences | None:
    """Compare changes within sets of people alike; the first of each set was treated, the others were not.

    The estimate is the mean over sets of the change of the one treated less the mean change of the others (difference
    in differences, matched: Abadie 2005, doi:10.1111/0034-6527.00321). Its law where nothing differs is that of the
    same mean where in each set any other had been the one treated (Fisher 1935; Rosenbaum 2002, Observational Studies,
    chapter 2): nothing is supposed of how changes are spread, and it holds for few people. The interval holds every
    effect that such a test at 2.5 % on each side does not refuse, the effect taken as the same for all. With τ taken
    off those treated, the mean of a draw is A + τ B, B = mean over sets of −1 where the same one is drawn and else
    1 / (n − 1): so the effects at which draws pass the estimate T are (T − A) / (1 + B), and the interval lies between
    two of these in order. p doubles the smaller side, with (1 + #) / (1 + draws).

    None where those treated could have been chosen in fewer than `FEWEST_WAYS` ways.

    >>> found = in_differences([np.array([0.5, 0.0, 0.1, -0.1, 0.05])] * 6)
    >>> round(found.value, 3), found.interval[0] > 0, found.p < 0.05
    (0.487, True, True)
    >>> in_differences([np.array([0.5, 0.0])] * 4) is None
    True
    """
    kept = [one for one in sets if one.size > 1]
    sizes = np.array([one.size for one in kept])
    if not kept or float(np.log(sizes).sum()) < float(np.log(FEWEST_WAYS)):
        return None
    rng = np.random.default_rng(seed)
    lifted, off = np.zeros(draws), np.zeros(draws)
    for one in kept:
        apart = (one.size * one - one.sum()) / (one.size - 1)
        drawn = rng.integers(0, one.size, draws)
        lifted += apart[drawn]
        off += np.where(drawn == 0, -1.0, 1 / (one.size - 1))
    lifted, off = lifted / len(kept), off / len(kept)
    value = float(np.mean([(one.size * one[0] - one.sum()) / (one.size - 1) for one in kept]))
    return InDifferences(value, _between(value, lifted, off), _p(value, lifted))


def _between(value: float, lifted: Floats, off: Floats) -> tuple[float, float]:
    """Return the effects between which neither side of the test is refused."""
    same = 1 + off < 1e-12  # the very choice that was made passes the estimate whatever the effect
    crossed = np.sort((value - lifted[~same]) / (1 + off[~same]))
    refused = int(np.floor(LEVEL / 2 * (1 + lifted.size))) - 1 - int(same.sum())
    if refused < 0:
        return -np.inf, np.inf
    return float(crossed[refused]), float(crossed[-1 - refused])


def _p(value: float, lifted: Floats) -> float:
    sides = int((lifted >= value - 1e-12).sum()), int((lifted <= value + 1e-12).sum())
    return min(1.0, 2 * (1 + min(sides)) / (1 + lifted.size))
