"""How well a ranking told who came, leader by leader, and how sure that is: leaders are drawn again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from influence.advice.signs import SIGNS, Asked
from influence.kernels.arrays import Flags, Floats

DRAWS = 5_000
FIRST = 10
Score = Callable[[Floats, Flags], float]
ByLeader = dict[tuple[float, int], float]
"""A value for each cut and leader."""


def _column(*names: str) -> Callable[[Asked], Floats]:
    def told(asked: Asked) -> Floats:
        found: Floats = asked.signs[:, [SIGNS.index(name) for name in names]].sum(axis=1)
        return found

    return told


MOST, TIES = "most responses to anybody", "most ties with people already reached"
BASELINES: Mapping[str, Callable[[Asked], Floats]] = {
    "most active": _column("active"),
    "most active lately": _column("active_lately"),
    MOST: _column("answers"),
    TIES: _column("ties_with_those_reached"),
    "Adamic-Adar": _column("shared_contacts"),
    "common neighbours, weighted by recency": _column("shared_contacts_lately"),
    "personalised PageRank": _column("walk"),
    "the cascade alone, by one hand between": _column("cascade"),
    "preferential attachment in time (new ties lately)": _column("new_ties_lately"),
    "memory of the pair (EdgeBank), either way": _column(
        "answered_them", "wrote_to_them", "wrote_to_leader", "shared_conversations"
    ),
}
"""What the field would rank by; each knows what is known before the cut and nothing else."""


def auc(score: Floats, came: Flags) -> float:
    """Return how often somebody who came is ranked above somebody who did not; ties count half."""
    from scipy.stats import rankdata

    hits = int(came.sum())
    return float((rankdata(score)[came].sum() - hits * (hits + 1) / 2) / (hits * (len(came) - hits)))


def precision(score: Floats, came: Flags) -> float:
    """Return the average precision."""
    hit = came[np.argsort(-score, kind="stable")]
    return float((np.cumsum(hit) / np.arange(1, len(hit) + 1))[hit].mean())


def first_ten(score: Floats, came: Flags) -> float:
    """Return how many of the first ten came."""
    return float(came[np.argsort(-score, kind="stable")[:FIRST]].sum())


def by_leader(asked: Asked, score: Floats, came: Flags, how: Score, cut: float) -> ByLeader:
    """Score each leader to whom somebody came and somebody did not."""
    found = {}
    for leader in np.unique(asked.leader).tolist():
        rows = asked.leader == leader
        if 0 < came[rows].sum() < rows.sum():
            found[cut, leader] = how(score[rows], came[rows])
    return found


@dataclass(frozen=True)
class Mean:
    """A mean over leaders and its 95 % interval by drawing leaders again."""

    value: float
    low: float
    high: float
    leaders: int

    def __str__(self) -> str:
        return f"{self.value:+.3f} ({self.low:+.3f} to {self.high:+.3f})"


def mean(values: ByLeader, less: ByLeader | None = None) -> Mean:
    """Return the mean over leaders (of a leader's cuts first), less another ranking's where one is given."""
    of: dict[int, list[float]] = {}
    for (cut, leader), value in values.items():
        of.setdefault(leader, []).append(value - (less[cut, leader] if less else 0.0))
    each = np.array([np.mean(one) for one in of.values()])
    if not len(each):
        return Mean(np.nan, np.nan, np.nan, 0)
    drawn = np.random.default_rng(1).integers(0, len(each), (DRAWS, len(each)))
    low, high = np.quantile(each[drawn].mean(axis=1), [0.025, 0.975])
    return Mean(float(each.mean()), float(low), float(high), len(each))


def brier_skill(chance: Floats, came: Flags) -> float:
    """Return 1 − Brier score / that of the share who came, which nobody knew before."""
    base = came.mean()
    return float(1 - ((chance - came) ** 2).mean() / ((base - came) ** 2).mean())


def reliability(chance: Floats, came: Flags) -> list[tuple[float, float, int]]:
    """Return mean probability, share who came and how many, in ten groups of rising probability."""
    groups: list[NDArray[np.int64]] = np.array_split(np.argsort(chance, kind="stable"), 10)
    return [(float(chance[rows].mean()), float(came[rows].mean()), len(rows)) for rows in groups if len(rows)]
