"""Would such lists have been right? Learned before the last third of the record, scored on it, over all leaders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from influence.advice.backtest import auc, percentiles
from influence.advice.likely import Ranked, Record
from influence.advice.signs import SIGNS, came
from influence.contract.language import because
from influence.contract.wording import between, counted, number
from influence.kernels.arrays import Flags, Floats

FEWEST = 5
"""Leaders to whom somebody came in the last third; of fewer nothing is said of skill."""
DRAWS = 2_000
MOST, TIES = SIGNS.index("answers"), SIGNS.index("ties_with_those_reached")
Interval = tuple[float, float]


@dataclass(frozen=True)
class Tested:
    """The mean AUC over leaders, and by how much it is above two simple rankings'; intervals draw leaders again.

    `most` ranks by responses given to anybody, `ties` by ties with people already reached. None where there are too few
    leaders; `brier` None where nothing gave probabilities.
    """

    leaders: int
    auc: float | None = None
    interval: Interval | None = None
    most: float | None = None
    most_interval: Interval | None = None
    ties: float | None = None
    ties_interval: Interval | None = None
    brier: float | None = None

    @property
    def skill(self) -> bool:
        """Whether the whole interval lies above chance."""
        return self.interval is not None and self.interval[0] > 0.5

    @property
    def words(self) -> str:
        """Say what the test showed; the AUC is how often, of two people, the one who responded ranked first."""
        if self.auc is None or self.interval is None:
            why = because(
                "in the last third of the record somebody new responded to {leaders}; at least {least} are "
                "needed to test such a list",
                leaders=counted(self.leaders, "leader", "leaders"),
                least=FEWEST,
            )
            return because("too little to say: {why}", why=why)
        measured = {
            "leaders": counted(self.leaders, "leader", "leaders"),
            "share": number(self.auc, "share"),
            "range": between(*self.interval, "share"),
        }
        if not self.skill:
            return because(
                "over {leaders} the list cannot be told from chance on the last third of the record: of two "
                "people it put the one who responded first in {share} of cases ({range})",
                **measured,
            )
        if all(low is not None and low[0] > 0 for low in (self.most_interval, self.ties_interval)):
            return because(
                "over {leaders} the list did better on the last third of the record than going to those who "
                "respond most, or to those with most ties to people already reached: of two people it put the one who "
                "responded first in {share} of cases ({range})",
                **measured,
            )
        return because(
            "over {leaders} the list did better than chance on the last third of the record, but cannot be "
            "told apart from going to those who respond most, or to those with most ties to people already reached: of "
            "two people it put the one who responded first in {share} of cases ({range})",
            **measured,
        )


def back_tested(record: Record) -> Tested:
    """Learn before the last third, rank for each leader who was not reached then, and score by who responded."""
    cut = record.until - record.ahead
    pairs = record.at(cut)
    outcome = came(record.history, pairs.asked, cut, record.until)
    scores = record.weights(cut).scores(pairs)
    rows = list(_scored(pairs, outcome))
    if len(rows) < FEWEST:
        return Tested(len(rows))
    rankings = scores, pairs.asked.signs[:, MOST], pairs.asked.signs[:, TIES]
    each = np.array([[_auc(one[at], outcome[at]) for one in rankings] for at in rows])
    times = np.random.default_rng(1).integers(0, len(each), (DRAWS, len(each)))
    ahead = np.column_stack([each[:, 0], each[:, 0] - each[:, 1], each[:, 0] - each[:, 2]])
    drawn = ahead[times].mean(axis=1)
    value, spread = ahead.mean(axis=0).tolist(), [percentiles(drawn[:, n]) for n in range(3)]
    curve = record.chances(cut)
    brier = None if curve is None else brier_skill(curve.of(scores), outcome)
    return Tested(len(rows), value[0], spread[0], value[1], spread[1], value[2], spread[2], brier)


def _scored(pairs: Ranked, outcome: Flags) -> Iterator[Flags]:
    for leader in np.unique(pairs.asked.leader).tolist():
        rows: Flags = pairs.asked.leader == leader
        if 0 < outcome[rows].sum() < rows.sum():
            yield rows


def _auc(score: Floats, outcome: Flags) -> float:
    return float(auc(score, outcome, np.ones((1, len(score)), np.int64))[0])


def brier_skill(chance: Floats, outcome: Flags) -> float:
    """Return 1 − the Brier score over that of the share who came; above 0 is better than knowing that share.

    Source: Brier 1950, doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2.

    >>> brier_skill(np.array([0.0, 1.0]), np.array([False, True]))
    1.0
    """
    base = outcome.mean()
    return float(1 - ((chance - outcome) ** 2).mean() / ((base - outcome) ** 2).mean())
