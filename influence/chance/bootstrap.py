"""Could it be chance? The bootstrap of whole conversations, p-values, and how to read many of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from influence.kernels.arrays import Floats, Ints, distinct_pairs

SMOOTHING = 12
"""How far the alternating sum over shared people is followed; the later terms would only add noise."""
FEWEST_DEGREES = 3.0
LEAST_PART = 0.2
"""The variance is never taken as less than this part of the jackknife's."""
MOST_APART = 500
"""More conversations than these are drawn together where they brought the same."""


def conversation_draws(
    unit: Ints, person: Ints, weight: Floats, *, silent: int = 0, draws: int = 1000, seed: int = 1
) -> Floats:
    """Return `draws` bootstrap values (draws × columns) of each column of Σ weight over distinct people.

    `unit` and `person` say, one row a response, in which conversation somebody responded; `weight` is one row
    a person (people × columns); `silent` conversations drew no response at all. Whole conversations are drawn
    with replacement, as many as there are; a unit below 0 is a mention outside them, which comes at its own
    time, so that how many there are is drawn too (Poisson).

    Resampling distinct people can only lose people. So a draw is the estimate + Σ (times drawn − 1) · what each
    conversation alone brought, whose variance is the jackknife's, J₁; it errs to the large side (Efron & Stein
    1981, doi:10.1214/aos/1176345462). Three corrections make its intervals cover what they say:

    * people who came by several conversations: the variance is Σ_S (−1)^(|S|+1) W_S² over the sets S of
      conversations, W_S the weight of the people who responded in exactly those: the alternating sum of
      all differences (for people apart from one another it is what Good & Toulmin 1956,
      doi:10.1093/biomet/43.1-2.45, expect of as many conversations more), with the binomial weights of Efron
      & Thisted 1976, doi:10.1093/biomet/63.3.435, plus one standard error of these terms, and at most J₁;
    * few conversations bring most people: Student's t with 2 n / (kurtosis − 1) degrees of freedom;
    * few people: the variance grows with the sum, so that an interval is wider above than below (a score
      interval: Wilson 1927, doi:10.1080/01621459.1927.10502953). No draw is below 0.

    More than 500 conversations that brought somebody are drawn together where they brought the same: how often `count`
    of them are drawn is one binomial number, of the same law as `count` numbers added up.

    The median of the draws is the estimate, which every interval holds. With fewer than two conversations
    nothing can be told, and all draws are the estimate. `benchmarks/calibration` shows the coverage.

    >>> from influence.chance.intervals import interval
    >>> few = conversation_draws(np.arange(100), np.arange(100), np.ones((100, 1)), silent=9_900)
    >>> bool(abs(np.median(few) - 100) < 1.5), [round(edge) for edge in interval(few[:, 0])]
    (True, [83, 123])
    """
    total: Floats = weight.sum(axis=0)
    if not len(unit):
        return np.tile(total, (draws, 1))
    brought = _brought(unit, person, weight, silent)
    if brought.units < 2:
        return np.tile(total, (draws, 1))
    alike = brought.alike()
    times = _times_drawn(alike, brought.conversations, draws, seed)
    spread = brought.spread()
    steps = ((times - alike.count) @ alike.alone) / np.where(spread > 0, spread, 1.0)
    return _scored(total, steps, spread * brought.widening())


@dataclass(frozen=True)
class _Alike:
    """Conversations that brought the same, a row each: how many they are, what each brought, and if they were begun."""

    count: Floats
    alone: Floats
    begun: NDArray[np.bool_]


@dataclass(frozen=True)
class _Brought:
    """What conversations brought: `alone` (unit × column), and the weight of people by set of conversations.

    `begun` marks the units that are conversations begun by the leader, of which there are `conversations`;
    `shared` (set × column) has the weight of the people of each set of `size` units.
    """

    alone: Floats
    begun: NDArray[np.bool_]
    conversations: int
    shared: Floats
    size: Ints

    @property
    def units(self) -> int:
        return self.conversations + int((~self.begun).sum())

    def alike(self) -> _Alike:
        """Return what conversations brought alone: each for itself, or many together where they brought the same."""
        telling = np.flatnonzero(self.alone.any(axis=1))
        alone, begun = self.alone[telling], self.begun[telling]
        if len(telling) <= MOST_APART:
            return _Alike(np.ones(len(telling)), alone, begun)
        order = np.lexsort((*alone.T, begun))
        new = np.ones(len(order), bool)
        new[1:] = (np.diff(alone[order], axis=0) != 0).any(axis=1) | np.diff(begun[order])
        first = np.flatnonzero(new)
        count = np.diff(first, append=len(order)).astype(np.float64)
        return _Alike(count, alone[order][first], begun[order][first])

    @property
    def _mean(self) -> Floats:
        mean: Floats = self.alone[self.begun].sum(axis=0) / max(self.conversations, 1)
        return mean

    @property
    def _jackknife(self) -> Floats:
        squares: Floats = (self.alone**2).sum(axis=0) - self.conversations * self._mean**2
        return np.maximum(squares, 0.0)

    def spread(self) -> Floats:
        """Return the standard deviation of the plain draws."""
        return np.sqrt(self._jackknife)

    def widening(self) -> Floats:
        """Return by how much to multiply them: less for people who are shared, more where few bring most."""
        from scipy.special import stdtrit  # loaded only when something is drawn

        jackknife = self._jackknife
        several = self.size > 1
        terms = _alternating(self.size[several])[:, None] * self.shared[several] ** 2
        part = 1 + (terms.sum(axis=0) + np.sqrt((terms**2).sum(axis=0))) / np.where(
            jackknife > 0, jackknife, 1
        )
        student = stdtrit(self._degrees(), 0.975) / stdtrit(np.inf, 0.975)
        widening: Floats = np.sqrt(np.clip(part, LEAST_PART, 1.0)) * student
        return widening

    def _degrees(self) -> Floats:
        spread = self.spread()
        scale = np.where(spread > 0, spread, 1.0)  # fourth powers of what is tiny would vanish
        mean, alone = self._mean / scale, self.alone / scale
        fourth = ((alone[self.begun] - mean) ** 4).sum(axis=0) + (alone[~self.begun] ** 4).sum(axis=0)
        fourth += (self.conversations - int(self.begun.sum())) * mean**4
        kurtosis = self.units * fourth
        degrees: Floats = np.maximum(2 * self.units / np.maximum(kurtosis - 1, 1e-9), FEWEST_DEGREES)
        return degrees


def _brought(unit: Ints, person: Ints, weight: Floats, silent: int) -> _Brought:
    """Sort people by the set of conversations in which they responded."""
    units, code = np.unique(unit, return_inverse=True)
    pairs = distinct_pairs(person, code)
    people, first, count = np.unique(pairs[0], return_index=True, return_counts=True)
    single = count == 1
    alone = np.zeros((len(units), weight.shape[1]))
    np.add.at(alone, pairs[1][first[single]], weight[people[single]])
    marks = np.random.default_rng(0).integers(0, 1 << 63, len(units), dtype=np.uint64)
    _, of_set, place = np.unique(
        np.add.reduceat(marks[pairs[1]], first), return_index=True, return_inverse=True
    )
    shared = np.zeros((len(of_set), weight.shape[1]))
    np.add.at(shared, place, weight[people])
    begun = units >= 0
    return _Brought(alone, begun, int(begun.sum()) + silent, shared, count[of_set])


def _alternating(size: Ints) -> Floats:
    """Return (−1)^(k + 1) · P(a binomial of 12 halves is at least k)."""
    from scipy.special import bdtrc  # loaded only when something is drawn

    followed = np.minimum(size, SMOOTHING)
    weights: Floats = np.where(size % 2 == 1, 1.0, -1.0) * bdtrc(followed - 1.0, SMOOTHING, 0.5)
    return np.where(size > SMOOTHING, 0.0, weights)


def _times_drawn(alike: _Alike, conversations: int, draws: int, seed: int) -> Floats:
    """Draw the conversations with replacement and count the telling ones; the others share one count."""
    rng, begun = np.random.default_rng(seed), alike.begun
    times = np.empty((draws, len(begun)))
    shares = np.append(alike.count[begun], 0.0) / max(conversations, 1)
    shares[-1] = max(0.0, 1 - shares[:-1].sum())
    if conversations:
        times[:, begun] = rng.multinomial(conversations, shares, size=draws)[:, :-1]
    times[:, ~begun] = rng.poisson(alike.count[~begun], (draws, int((~begun).sum())))
    return times


def _scored(total: Floats, steps: Floats, spread: Floats) -> Floats:
    """Solve (y − total)² = steps² · spread² · y / total for y, on the side of each step."""
    positive = (total > 0) & (spread > 0)
    unit = np.where(positive, spread**2 / np.where(total > 0, total, 1), 0.0)
    values: Floats = total + unit * steps**2 / 2 + steps * np.sqrt(spread**2 + (unit * steps) ** 2 / 4)
    return np.where(positive, np.maximum(values, 0.0), total)
