"""Could it be chance? The bootstrap of whole conversations."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from influence.responses import Ints

Floats = NDArray[np.float64]


def conversation_draws(
    unit: Ints, person: Ints, weight: Floats, *, silent: int = 0, draws: int = 1000, seed: int = 1
) -> Floats:
    """Return `draws` bootstrap values of each column of Σ weight over distinct people.

    `unit` and `person` say, one row a response, in which conversation somebody responded; `weight` is one
    row a person (people × columns); `silent` conversations drew no response at all. Conversations are drawn
    with replacement. A person who responded in a single conversation comes, stays away or comes twice with
    it; one who responded in several is brought by the others too and stays. This keeps the draws centred on
    the estimate, which resampling distinct people does not (it can only lose people), and is the
    infinitesimal jackknife of the distinct sum, whose variance errs to the large side (Efron & Stein 1981,
    doi:10.1214/aos/1176345462).

    >>> few = conversation_draws(np.arange(100), np.arange(100), np.ones((100, 1)), silent=9_900)
    >>> bool(abs(few.mean() - 100) < 1.5), bool(abs(few.std() - 10) < 1)
    (True, True)
    """
    total = weight.sum(axis=0)
    responding, code = np.unique(unit, return_inverse=True)
    units = len(responding) + silent
    if units < 2:
        return np.tile(total, (draws, 1))
    brought = _brought_alone(code, person, weight, len(responding))
    telling = np.flatnonzero(brought.any(axis=1))
    chosen = _times_drawn(units, len(telling), draws, seed)
    values: Floats = total + (chosen - 1.0) @ brought[telling]
    return np.maximum(values, 0.0)


def _brought_alone(code: Ints, person: Ints, weight: Floats, units: int) -> Floats:
    """Sum, for each conversation, the weights of the people whom it alone brought."""
    pairs = np.unique(np.stack([person, code]), axis=1)
    people, first, count = np.unique(pairs[0], return_index=True, return_counts=True)
    single = count == 1
    brought = np.zeros((units, weight.shape[1]))
    np.add.at(brought, pairs[1][first[single]], weight[people[single]])
    return brought


def _times_drawn(units: int, telling: int, draws: int, seed: int) -> Floats:
    """Draw `units` conversations with replacement and count the telling ones; the others share one count."""
    shares = np.full(telling + 1, 1 / units)
    shares[-1] = max(0.0, 1 - telling / units)
    counts = np.random.default_rng(seed).multinomial(units, shares, size=draws)
    return counts[:, :-1].astype(np.float64)


def interval(values: Floats, share: float = 0.95) -> tuple[float, float]:
    """Return the percentile interval that holds `share` of the draws."""
    edge = (1 - share) / 2
    low, high = np.quantile(values, [edge, 1 - edge])
    return float(low), float(high)
