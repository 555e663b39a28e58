"""Who of those not yet reached is likely to respond next: learned from earlier cuts of the same record.

A score is linear in the signs known at a cut (`influence.advice.signs`) and in their ranks among everybody who could
be named to that leader. It is learned from all leaders of the record, at cuts before and after which enough is known,
and leans on weights that were learned elsewhere (`learned_elsewhere.txt`); where the record holds too little it is
these alone. Nothing at or after the moment asked about is looked at.

Sources: logistic regression with a ridge, Hoerl and Kennard 1970, doi:10.1080/00401706.1970.10488634; learned from all
who came and some of the others, weighted, King and Zeng 2001, doi:10.1093/oxfordjournals.pan.a004868; calibration by a
logistic curve, Platt 1999; signs as in Liben-Nowell and Kleinberg 2007, doi:10.1002/asi.20591.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from itertools import pairwise

import numpy as np

from influence.advice.history import History
from influence.advice.signs import OF_PAIRS, SIGNS, Asked, asked_at, came
from influence.contract.turns import step
from influence.kernels.arrays import Flags, Floats, Ints

LEADERS = 60
"""Of more, those to whom most different people responded teach enough."""
FEWEST = 20
"""Who came at the cuts learned from, and who did not: of fewer nothing is learned here."""
OTHERS = 20
"""So many who did not come, for each who did, teach nearly as much as all: errors of weights are √(21/20) as large."""
CUTS = (1.0, 1.5, 2.0, 2.5, 3.0)
"""How many steps before the moment asked about lie the cuts learned from; who came within one step is learned."""
STEP = 6
"""A step is a sixth of the window: half of the time that is foreseen, a third."""
FIRST = 0.08
"""The part of the record that must lie before a cut."""
RIDGE = 0.001
"""scikit-learn's C of the weights learned here, and how much more those learned elsewhere are trusted."""
TRUST = 30.0


@dataclass(frozen=True)
class Weights:
    """A score: Σ raw · sign + Σ rank · (rank of the sign − ½) + level; ranks are among the people of one leader."""

    raw: Floats
    rank: Floats
    level: float = 0.0
    here: bool = False

    def scores(self, asked: Ranked) -> Floats:
        """Return the score of each pair."""
        found: Floats = asked.asked.signs @ self.raw + asked.ranks @ self.rank[:OF_PAIRS] + self.level
        return found

    def parts(self, asked: Ranked) -> Floats:
        """Return what each sign adds to each pair's score, beyond what it adds to all of these pairs on average."""
        signs, ranks = asked.asked.signs, asked.ranks
        found: Floats = (signs - signs.mean(axis=0)) * self.raw
        found[:, :OF_PAIRS] += (ranks - ranks.mean(axis=0)) * self.rank[:OF_PAIRS]
        return found


@dataclass(frozen=True)
class Ranked:
    """Pairs with their signs, and of the signs that are of pairs the rank among one leader's people, less a half."""

    asked: Asked
    ranks: Floats

    @classmethod
    def of(cls, asked: Asked) -> Ranked:
        """Rank the signs of pairs."""
        ranks = np.empty((len(asked), OF_PAIRS))
        for rows in _by_leader(asked.leader):
            ranks[rows] = _ranks(asked.signs[rows, :OF_PAIRS])
        return cls(asked, ranks)

    def where(self, kept: Flags | Ints) -> Ranked:
        """Return some of the pairs, with their ranks among all."""
        return Ranked(self.asked.where(kept), self.ranks[kept])


def _by_leader(leader: Ints) -> list[slice]:
    edges = np.flatnonzero(np.diff(leader)) + 1
    begin = [0, *edges.tolist(), len(leader)]
    return [slice(a, b) for a, b in pairwise(begin) if b > a]


def _ranks(signs: Floats) -> Floats:
    """Return each value's rank in its column, from −½ to ½; equals share theirs.

    >>> _ranks(np.array([[1.0], [3.0], [3.0], [9.0]])).ravel().tolist()
    [-0.375, 0.0, 0.0, 0.375]
    """
    from scipy.stats import rankdata  # 0.3 s, and only this needs it

    found: Floats = (rankdata(signs, axis=0) - 0.5) / len(signs) - 0.5
    return found


@cache
def elsewhere() -> Weights:
    """Return the weights that were learned from public records, and stand in a text file with how they were made."""
    text = (files("influence.advice") / "learned_elsewhere.txt").read_text("utf-8")
    rows = (line.split() for line in text.splitlines() if line and not line.startswith("#"))
    return of_ranks({name: float(weight) for name, weight in rows})


def of_ranks(weights: Mapping[str, float]) -> Weights:
    """Return weights of ranks alone, by the name of the sign."""
    rank = np.array([weights.get(name, 0.0) for name in SIGNS])
    return Weights(np.zeros(len(SIGNS)), rank)


@dataclass
class Record:
    """A history with the pairs of its cuts, each worked out once; `since` and `until` bound the window."""

    history: History
    since: int
    until: int
    told: Weights = field(default_factory=elsewhere)

    @cached_property
    def step(self) -> int:
        """Half of the time that is foreseen."""
        return (self.until - self.since) // STEP

    @property
    def ahead(self) -> int:
        """How far ahead is foreseen: a third of the window."""
        return 2 * self.step

    @cached_property
    def _pairs(self) -> dict[int, Ranked]:
        return {}

    def at(self, cut: int) -> Ranked:
        """Return the pairs of the leaders of a cut."""
        if cut not in self._pairs:
            step()
            leaders = self.history.before(cut).leaders(LEADERS, 1)
            self._pairs[cut] = Ranked.of(asked_at(self.history, cut, leaders))
        return self._pairs[cut]

    @cached_property
    def _weights(self) -> dict[int, Weights]:
        return {}

    def weights(self, until: int) -> Weights:
        """Learn from what came before a moment; the weights learned elsewhere where that is too little."""
        if until not in self._weights:
            self._weights[until] = self._learn(until)
        return self._weights[until]

    def _learn(self, until: int) -> Weights:
        cuts = [until - int(self.step * one) for one in CUTS]
        cuts = [cut for cut in cuts if cut - self.since >= FIRST * (until - self.since)]
        pairs = [self.at(cut) for cut in cuts]
        outcomes = [
            came(self.history, one.asked, cut, cut + self.step) for one, cut in zip(pairs, cuts, strict=True)
        ]
        outcome = np.concatenate([np.zeros(0, bool), *outcomes])
        if min(outcome.sum(), (~outcome).sum()) < FEWEST:
            return self.told
        return _learned(pairs, outcome, self.told)

    def chances(self, until: int) -> Chances | None:
        """Return how a score becomes a probability, by what followed a cut that lies a third of the window before.

        A score is told in standard deviations among all pairs of its cut; the level is moved by how much more or less
        often people came within the last step than within the first after that cut: who has come cannot come again.
        None where too few came, or where who scored higher came no more often.
        """
        cut = until - self.ahead
        if cut - self.since < FIRST * (until - self.since):
            return None
        pairs, now = self.at(cut), self.at(until)
        outcome = came(self.history, pairs.asked, cut, until)
        if min(outcome.sum(), (~outcome).sum()) < FEWEST or not len(now.asked):
            return None
        early, late = (self._rate(one) for one in (cut, until - self.step))
        fit = _curve(_standard(self.weights(cut).scores(pairs)), outcome)
        return _moved(fit, self.weights(until).scores(now), late - early)

    def _rate(self, cut: int) -> float:
        """Return the log-odds that somebody came within the step after a cut; one half is added to both sides."""
        outcome = came(self.history, self.at(cut).asked, cut, cut + self.step)
        return float(np.log((outcome.sum() + 0.5) / ((~outcome).sum() + 0.5)))


@dataclass(frozen=True)
class Chances:
    """A logistic curve from scores to probabilities."""

    slope: float
    level: float

    def of(self, scores: Floats) -> Floats:
        """Return probabilities.

        >>> Chances(1.0, 0.0).of(np.array([0.0])).tolist()
        [0.5]
        """
        found: Floats = 1 / (1 + np.exp(-np.clip(self.slope * scores + self.level, -30, 30)))
        return found


def _learned(pairs: list[Ranked], outcome: Flags, told: Weights) -> Weights:
    rows, stands_for = _taught_by(outcome)
    features = _features(pairs, rows, told)
    plain = features[:, :-1]
    part = stands_for / stands_for.sum()
    mean = part @ plain
    plain -= mean
    spread = np.sqrt(np.einsum("i,ij,ij->j", part, plain, plain))
    spread[spread < 1e-9] = np.inf
    plain /= spread
    coefficients, intercept = _logistic(features, outcome[rows], RIDGE, stands_for)
    weight, trust = coefficients[:-1] / spread, TRUST * float(coefficients[-1])
    rank = trust * told.rank
    rank[:OF_PAIRS] += weight[len(SIGNS) :]
    level = intercept - float(mean @ weight)
    return Weights(weight[: len(SIGNS)] + trust * told.raw, rank, level, here=True)


def _taught_by(outcome: Flags) -> tuple[Ints, Floats]:
    """Return the pairs that are learned from, and how many pairs each stands for: all who came, evenly some others.

    >>> rows, stands_for = _taught_by(np.arange(100) == 7)
    >>> len(rows), 7 in rows, float(stands_for.min()), round(float(stands_for.sum()), 6)
    (21, True, 1.0, 100.0)
    """
    others = np.flatnonzero(~outcome)
    some = min(len(others), OTHERS * int(outcome.sum()))
    rows = np.sort(np.concatenate([np.flatnonzero(outcome), others[np.arange(some) * len(others) // some]]))
    return rows, np.where(outcome[rows], 1.0, len(others) / some)


def _features(pairs: list[Ranked], rows: Ints, told: Weights) -> Floats:
    """Return a row for each chosen pair: its signs, the ranks of some, and what was learned elsewhere.

    It is filled in place: of a large log it is the largest array of all, and there is room for one.
    """
    found = np.empty((len(rows), len(SIGNS) + OF_PAIRS + 1))
    edges = np.cumsum([0, *(len(one.asked) for one in pairs)])
    places = pairwise(np.searchsorted(rows, edges))
    for one, since, (start, end) in zip(pairs, edges[:-1], places, strict=True):
        some = one.where(rows[start:end] - since)
        found[start:end, : len(SIGNS)] = some.asked.signs
        found[start:end, len(SIGNS) : -1] = some.ranks
        found[start:end, -1] = TRUST * told.scores(some)
    return found


def _standard(scores: Floats) -> Floats:
    spread = float(scores.std())
    found: Floats = (scores - scores.mean()) / (spread if spread > 0 else 1.0)
    return found


def _curve(scores: Floats, outcome: Flags) -> Chances:
    slope, level = _logistic(scores[:, None], outcome, 1e6, np.ones(len(scores)))
    return Chances(float(slope[0]), level)


def _logistic(features: Floats, outcome: Flags, ridge: float, weight: Floats) -> tuple[Floats, float]:
    """Return coefficients and intercept of a logistic regression; one thread, so that sums are the same everywhere.

    Newton's steps, since pairs are many and features few: six passes over the pairs where lbfgs takes 60 to 150.
    """
    from sklearn.linear_model import LogisticRegression  # 0.5 s, and only learning needs it
    from threadpoolctl import threadpool_limits

    step()
    with threadpool_limits(1):
        fit = LogisticRegression(C=ridge, solver="newton-cholesky").fit(features, outcome, weight)
    return fit.coef_[0], float(fit.intercept_[0])


def _moved(curve: Chances, scores: Floats, shift: float) -> Chances | None:
    """Return a curve of standard scores for scores as they are, its level moved; None where it does not rise."""
    spread = float(scores.std())
    if curve.slope <= 0 or spread <= 0:
        return None
    slope = curve.slope / spread
    return Chances(slope, curve.level + shift - slope * float(scores.mean()))
