"""The independent-cascade model: who would be reached next, and where one more act would reach most.

Whoever is reached reaches each of their contacts once, with the probability of that tie (Kempe, Kleinberg, Tardos
2003, doi:10.1145/956750.956769). Reverse-reachable sets turn this around: a set holds all who would have reached
one person in one throw of all ties, so that the share of sets which somebody is in, times the weight of
everybody, is their expected reach (Borgs et al. 2014, arXiv:1212.0884). Import this module only where it is needed:
it loads numba.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil, exp, lgamma, log, sqrt

import numpy as np
from numpy.typing import ArrayLike

from influence.contract.turns import step
from influence.kernels.arrays import Floats, Ints
from influence.kernels.spread import (
    Beliefs,
    Chances,
    Memberships,
    draw_reverse_sets,
    greedy_choice,
    reached_by,
)

MOST_SETS = 1_000_000
MOST_MEMBERS = 50_000_000
"""Of all sets together; what is drawn stops there (400 MB)."""


@dataclass(frozen=True)
class CascadeModel:
    """Ties with probabilities, by target: those who may reach v are `sources[indptr[v]:indptr[v + 1]]`.

    A probability below 0 is drawn from `beliefs`, once for all sets that are drawn together.
    """

    indptr: Ints
    sources: Ints
    probability: Floats
    beliefs: Beliefs = field(default_factory=lambda: Beliefs(np.empty(0), np.empty(0)))

    @classmethod
    def from_ties(
        cls, n: int, sources: ArrayLike, targets: ArrayLike, probability: ArrayLike
    ) -> CascadeModel:
        """Build a model of n people from ties u → v (each at most once) and their probabilities.

        Raises:
            ValueError: lengths differ, a position is not in 0 … n − 1, or a probability is not in [0, 1].

        >>> CascadeModel.from_ties(3, [0, 1], [1, 2], [0.5, 1.0]).sources.tolist()
        [0, 1]
        """
        from_, to = np.asarray(sources, np.int64), np.asarray(targets, np.int64)
        chance = np.asarray(probability, np.float64)
        if not from_.shape == to.shape == chance.shape or from_.ndim != 1:
            raise ValueError("sources, targets and probability must be rows of one length")
        if from_.size and (min(from_.min(), to.min()) < 0 or max(from_.max(), to.max()) >= n):
            raise ValueError(f"sources and targets must be positions, 0 to {n - 1}")
        if not ((chance >= 0) & (chance <= 1)).all():
            raise ValueError("a probability must lie between 0 and 1")
        order = _sorted(from_, n)
        order = order[_sorted(to[order], n)]
        indptr = np.concatenate([[0], np.cumsum(np.bincount(to, minlength=n))]).astype(np.int64)
        return cls(indptr, from_[order], chance[order])

    @property
    def rows(self) -> Chances:
        """The ties as compiled loops take them."""
        return Chances(self.indptr, self.sources, self.probability)

    @property
    def thrown(self) -> Chances:
        """The ties as `draw_reverse_sets` takes them, which writes what it draws from beliefs."""
        return self.rows._replace(probability=self.probability.copy()) if len(self.beliefs.a) else self.rows

    def __len__(self) -> int:
        return len(self.indptr) - 1


def _sorted(positions: Ints, n: int) -> Ints:
    """Return the order that sorts positions below n, of equals the first first."""
    from scipy.sparse import csr_matrix  # counts, where NumPy would sort

    place = np.arange(len(positions) + 1)
    order: Ints = csr_matrix((place[:-1], positions, place), (len(positions), n)).tocsc().data
    return order


@dataclass(frozen=True)
class Sets:
    """Reverse-reachable sets: the i-th is `members[offsets[i]:offsets[i + 1]]`, its root first."""

    offsets: Ints
    members: Ints

    def __len__(self) -> int:
        return len(self.offsets) - 1


@dataclass(frozen=True)
class Acts:
    """What could be done: act a reaches each of `people[indptr[a]:indptr[a + 1]]` with its `chance`."""

    indptr: Ints
    people: Ints
    chance: Floats

    @classmethod
    def everybody(cls, n: int, chance: ArrayLike = 1.0) -> Acts:
        """One act for each of n people, which reaches them with a chance (1: they are sure to be reached)."""
        chances = np.broadcast_to(np.asarray(chance, np.float64), (n,)).copy()
        return cls(np.arange(n + 1), np.arange(n), chances)

    @property
    def rows(self) -> Chances:
        """The acts as compiled loops take them."""
        return Chances(self.indptr, self.people, self.chance)

    def __len__(self) -> int:
        return len(self.indptr) - 1


@dataclass(frozen=True)
class Chosen:
    """Acts chosen one after the other, the weight that each adds to those before it, and of how many sets."""

    acts: tuple[int, ...]
    adds: tuple[float, ...]
    sets: int

    @property
    def spread(self) -> float:
        """The expected weight that all of them reach together."""
        return float(sum(self.adds))


def reverse_sets(model: CascadeModel, roots: ArrayLike, *, hops: int = 2**31, seed: int = 1) -> Sets:
    """Draw one reverse-reachable set for each root: everybody from whom a path of at most `hops` live ties leads there.

    A tie is live with its probability, thrown when it is first looked at. At most 50 million members are
    drawn in all; later roots are left out.

    Raises:
        ValueError: a root is no position.

    >>> sure = CascadeModel.from_ties(3, [0, 1], [1, 2], [1, 1])
    >>> reverse_sets(sure, [2]).members.tolist(), reverse_sets(sure, [2], hops=1).members.tolist()
    ([2, 1, 0], [2, 1])
    """
    start = np.asarray(roots, np.int64)
    if start.size and (start.min() < 0 or start.max() >= len(model)):
        raise ValueError(f"roots must be positions, 0 to {len(model) - 1}")
    random = np.random.default_rng(seed)
    return Sets(*draw_reverse_sets(model.thrown, start, hops, MOST_MEMBERS, random, model.beliefs))


def weighted_roots(weight: ArrayLike, count: int, seed: int = 1) -> Ints:
    """Draw roots in proportion to their weight.

    Raises:
        ValueError: a weight is below 0 or not finite, or all are 0.

    >>> weighted_roots([0.0, 2.0], 3).tolist()
    [1, 1, 1]
    """
    return _InARow(weight).at(np.random.default_rng(seed).random(count))


def even_roots(weight: ArrayLike, count: int) -> Ints:
    """Return roots in proportion to their weight, as evenly as can be: nothing is left to chance.

    Raises:
        ValueError: as `weighted_roots`.

    >>> even_roots([1.0, 0.0, 2.0], 6).tolist()
    [0, 0, 2, 2, 2, 2]
    """
    return _InARow(weight).at((np.arange(count) + 0.5) / count)


class _InARow:
    """Everybody in a row, each as wide as their weight."""

    def __init__(self, weight: ArrayLike) -> None:
        given = np.asarray(weight, np.float64)
        if not np.isfinite(given).all() or (given < 0).any() or not given.any():
            raise ValueError("weights must be numbers of at least 0, and one above 0")
        self.holders = np.flatnonzero(given)
        self.sums = np.cumsum(given[self.holders])

    def at(self, places: Floats) -> Ints:
        """Return who stands at each place in [0, 1)."""
        rows = np.searchsorted(self.sums, places * self.sums[-1], side="right")
        found: Ints = self.holders[np.minimum(rows, len(self.holders) - 1)]
        return found


def greedy_cover(sets: Sets, n: int, acts: Acts, k: int) -> tuple[list[int], list[float]]:
    """Choose up to k acts, each time the one that covers most of what is left; return them and the shares they add.

    A set that holds people p of an act is covered by it with probability 1 − Π(1 − chance(p)), independently
    of acts chosen before. The same gain goes to the first act. Stops where nothing is left to add.

    >>> sets = Sets(np.array([0, 1, 2, 4]), np.array([0, 1, 1, 2]))
    >>> greedy_cover(sets, 3, Acts.everybody(3), 2)
    ([1, 0], [0.6666666666666666, 0.3333333333333333])
    """
    chosen, adds = greedy_choice(_by_member(sets, n, acts), acts.rows, k)
    return chosen.tolist(), (adds / max(len(sets), 1)).tolist()


def _by_member(sets: Sets, n: int, acts: Acts) -> Memberships:
    """Turn the sets round: in which is each of those whom an act may reach, in order."""
    from scipy.sparse import csr_matrix  # counts, where NumPy would sort

    asked = np.zeros(n, bool)
    asked[acts.people] = True
    kept = np.concatenate([[0], np.cumsum(asked[sets.members])])
    members = sets.members[asked[sets.members]]
    rows = csr_matrix((np.empty(len(members), np.int8), members, kept[sets.offsets]), (len(sets), n)).tocsc()
    return Memberships(rows.indptr.astype(np.int64), rows.indices.astype(np.int64), len(sets))


@dataclass(frozen=True)
class Search:
    """How acts are sought: `epsilon` from greedy's guarantee, `hops` how far a cascade is followed."""

    epsilon: float = 0.3
    hops: int = 2**31
    seed: int = 1


def most_spread(
    model: CascadeModel,
    k: int,
    *,
    acts: Acts | None = None,
    weight: ArrayLike | None = None,
    search: Search | None = None,
) -> Chosen:
    """Choose k acts whose expected reach is, with probability 1 − 1/n, at least (1 − 1/e − ε) of the best k's.

    `acts` default to reaching one person for certain; `weight` says how much each person counts (default 1).
    This is IMM: sets are drawn until a lower bound of the best is known, then as many more as the bound asks for.
    Since sets that decided how many to draw are counted again, the bound holds for every number that can be asked
    for (the second way of Chen 2018), which is one of a few hundred. At most a million; `Chosen.sets` says how many.

    Sources: Tang, Shi, Xiao 2015, doi:10.1145/2723372.2723734; Chen 2018, An issue in the martingale analysis
    of IMM, arXiv:1808.09363.

    Raises:
        ValueError: k is below 1, ε is not in (0, 1), or the weights are none.

    >>> star = CascadeModel.from_ties(4, [0, 0, 0], [1, 2, 3], [1, 1, 1])
    >>> found = most_spread(star, 1)
    >>> found.acts, round(found.spread, 1)
    ((0,), 4.0)
    """
    how = search or Search()
    if k < 1 or not 0 < how.epsilon < 1:
        raise ValueError("k must be at least 1, and epsilon lie between 0 and 1")
    n = len(model)
    worth = np.ones(n) if weight is None else np.asarray(weight, np.float64)
    doable = Acts.everybody(n) if acts is None else acts
    bound = _Bounds(max(len(doable), 2), min(k, len(doable)), how.epsilon)
    growing = _Growing(model, worth, how)
    lower = _lower_bound(growing, n, doable, bound)
    sets = growing.to(_asked_for(bound.final / lower))
    chosen, adds = greedy_cover(sets, n, doable, k)
    total = float(worth.sum())
    return Chosen(tuple(chosen), tuple(share * total for share in adds), len(sets))


def _asked_for(count: float) -> int:
    """Round a number of sets up to the next of the few that can be asked for, each a twentieth above the one before."""
    return min(MOST_SETS, ceil(_STEP ** ceil(log(max(count, 1.0), _STEP))))


_STEP = 1.05
_NUMBERS = log(MOST_SETS, _STEP) + log(MOST_SETS, 2) + 3
"""How many numbers of sets there can be in the end, at the most: these, and those that the search draws."""


@dataclass(frozen=True)
class _Bounds:
    """λ′ and λ* of IMM, each divided by n: sets to draw, times the best share that k of m acts can cover."""

    m: int
    k: int
    epsilon: float

    @property
    def _sure(self) -> float:
        return (1 + log(2) / log(self.m)) * log(self.m)

    @property
    def _ways(self) -> float:
        return lgamma(self.m + 1) - lgamma(self.k + 1) - lgamma(self.m - self.k + 1)

    @property
    def step(self) -> float:
        """ε′ of the search for the lower bound."""
        return sqrt(2) * self.epsilon

    @property
    def search(self) -> float:
        """λ′ / n."""
        rounds = log(max(2.0, log(MOST_SETS, 2)))
        return (2 + 2 / 3 * self.step) * (self._ways + self._sure + rounds) / self.step**2

    @property
    def final(self) -> float:
        """λ* / n."""
        sure = self._sure + log(2) + log(_NUMBERS)
        alpha, beta = sqrt(sure), sqrt((1 - exp(-1)) * (self._ways + sure))
        return 2 * ((1 - exp(-1)) * alpha + beta) ** 2 / self.epsilon**2


def _lower_bound(growing: _Growing, n: int, acts: Acts, bound: _Bounds) -> float:
    """Return a share that the best k acts cover for (almost) certain: guess 1/2, 1/4 … until the sets agree."""
    guess = 1.0
    while True:
        guess /= 2
        count = min(MOST_SETS, ceil(bound.search / guess))
        covered = sum(greedy_cover(growing.to(count), n, acts, bound.k)[1])
        if covered >= (1 + bound.step) * guess or count == MOST_SETS:
            return max(covered, 1 / MOST_SETS) / (1 + bound.step)


class _Growing:
    """Sets with weighted roots of which more and more are drawn: those drawn before stay, as in IMM."""

    def __init__(self, model: CascadeModel, worth: Floats, how: Search) -> None:
        self.model, self.hops = model, how.hops
        self.worth = _InARow(worth)
        self.places, self.throws = np.random.default_rng(how.seed), np.random.default_rng(how.seed + 1)
        self.sets = Sets(np.zeros(1, np.int64), np.empty(0, np.int64))
        self.asked = 0

    def to(self, count: int) -> Sets:
        """Return `count` sets, or more where there are more: those before, and as many new ones as are missing."""
        step()
        count = max(count, self.asked)
        roots = self.worth.at(self.places.random(count - self.asked))
        left = MOST_MEMBERS - len(self.sets.members)
        new = Sets(
            *draw_reverse_sets(self.model.thrown, roots, self.hops, left, self.throws, self.model.beliefs)
        )
        offsets = np.concatenate([self.sets.offsets, new.offsets[1:] + self.sets.offsets[-1]])
        self.asked, self.sets = count, Sets(offsets, np.concatenate([self.sets.members, new.members]))
        return self.sets


def simulated_spread(
    model: CascadeModel, seeds: ArrayLike, *, runs: int = 10_000, hops: int = 2**31, seed: int = 1
) -> float:
    """Return the mean number of people whom cascades from `seeds` reach, seeds included, over many runs.

    Source: Kempe, Kleinberg, Tardos 2003, doi:10.1145/956750.956769.

    Raises:
        ValueError: a seed is no position, or there is no run.

    >>> half = CascadeModel.from_ties(2, [0], [1], [0.5])
    >>> round(simulated_spread(half, [0]), 1)
    1.5
    """
    given = np.unique(np.asarray(seeds, np.int64))
    if runs < 1 or (given.size and (given.min() < 0 or given.max() >= len(model))):
        raise ValueError("seeds must be positions, and runs at least 1")
    to = np.repeat(np.arange(len(model)), np.diff(model.indptr))
    onward = CascadeModel.from_ties(len(model), to, model.sources, model.probability)
    random = np.random.default_rng(seed)
    return reached_by(onward.rows, given, runs, hops, random) / runs
