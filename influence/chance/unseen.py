"""How much was not seen: people who would respond if it went on, and what missing months would have added."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np
from numpy.typing import ArrayLike

SMOOTHING = 12


@dataclass(frozen=True)
class Unseen:
    """An estimate of what was not seen: `more` (with its 95 % interval) and the sample `coverage` so far."""

    more: float
    low: float
    high: float
    coverage: float


def unseen(times: ArrayLike, weight: ArrayLike, units: int) -> Unseen:
    """Estimate the weight of the people who have not responded yet, from how often the others did.

    `times` says of each person reached in how many of the `units` conversations they responded, `weight` what
    they count for. With f₁ and f₂ people in exactly one and two, A = (units − 1) / units, the people not seen are at
    least A f₁² / (2 f₂), or A f₁ (f₁ − 1) / 2 where nobody is in two (Chao 1987, doi:10.2307/2531532), each
    counted as those seen once are on average; its interval is Chao's, lognormal. `coverage` is the chance
    that the next response is from somebody already seen: 1 − (f₁ / n) · s / (s + f₁), n responses and s = `units` ×
    people not seen (Good 1953, doi:10.1093/biomet/40.3-4.237; Chao & Jost 2012, doi:10.1890/11-1952.1; in
    units Chao et al. 2014, doi:10.1890/13-0133.1). One conversation does not show who comes again: 1 − f₁ / n.
    With the number of responses as `units` both are what Chao says of abundances.

    Raises:
        ValueError: lengths differ, somebody responded in no conversation, or in more than there are.

    >>> unseen([1, 1, 1, 1, 2, 2, 5], np.ones(7), units=10).more
    3.6
    """
    count, share = np.asarray(times, np.int64), np.asarray(weight, np.float64)
    if count.shape != share.shape or (count.size and (count.min() < 1 or count.max() > units)):
        raise ValueError("everybody responded in at least one conversation, and in no more than there are")
    once, twice, n = int((count == 1).sum()), int((count == 2).sum()), int(count.sum())
    if not once:
        return Unseen(0.0, 0.0, 0.0, 1.0)
    part = (units - 1) / units
    more = part * once**2 / (2 * twice) if twice else part * once * (once - 1) / 2
    covered = 1 - once / n * (units * more / (units * more + once) if units > 1 else 1)
    each = float(share[count == 1].mean())
    if more == 0:
        return Unseen(0.0, 0.0, 0.0, covered)
    widen = exp(1.959964 * sqrt(log(1 + _variance(once, twice, part, len(count) + more) / more**2)))
    return Unseen(each * more, each * more / widen, each * more * widen, covered)


def _variance(once: int, twice: int, part: float, people: float) -> float:
    """Return Chao's variance of the number of people not seen."""
    if twice:
        ratio = once / twice
        return twice * (part / 2 * ratio**2 + part**2 * ratio**3 + part**2 / 4 * ratio**4)
    half = part * once * (once - 1) / 2 + part**2 * once * (2 * once - 1) ** 2 / 4
    return max(half - part**2 * once**4 / (4 * people), 0.0)


def longer(times: ArrayLike, weight: ArrayLike, more: float) -> float:
    """Return the weight of new people that a part `more` as many conversations again would bring, at most 1.

    Σ_k (−1)^(k + 1) t^k W_k, W_k the weight of the people seen k times (Good & Toulmin 1956,
    doi:10.1093/biomet/43.1-2.45), each term times the chance that a binomial of 12 with 1 / (1 + t) is at least k
    (Efron & Thisted 1976, doi:10.1093/biomet/63.3.435); not below 0.

    Raises:
        ValueError: lengths differ, or `more` is not between 0 and 1, beyond which the sum tells nothing.

    >>> round(longer([1, 1, 1, 1, 2, 2, 5], np.ones(7), more=0.5), 2)
    1.53
    """
    count, share = np.asarray(times, np.int64), np.asarray(weight, np.float64)
    if count.shape != share.shape or not 0 <= more <= 1:
        raise ValueError("times and weight have one length, and more lies between 0 and 1")
    from scipy.special import bdtrc  # loaded only when something is measured

    k = np.arange(1, SMOOTHING + 1)
    seen = np.bincount(np.minimum(count, SMOOTHING + 1), share, SMOOTHING + 2)[1:-1]
    terms = -((-more) ** k) * bdtrc(k - 1.0, SMOOTHING, 1 / (1 + more)) * seen
    return max(0.0, float(terms.sum()))
