"""Invented windows whose expected reach is known, to see whether intervals cover it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from influence.chance.bootstrap import conversation_draws
from influence.chance.intervals import interval

MET, SHARES = (0.1, 0.0, 0.5, 0.9), (0.6, 0.2, 0.1, 0.1)


@dataclass(frozen=True)
class Process:
    """A leader's window: so many conversations, each drawing people at rates of their own.

    `rate` is how often a person responds to a conversation on average (the rates are Pareto, 1.5); `bursty` the
    standard deviation of the logarithm of how much conversations draw; `mentions` how many mentions outside any
    conversation a person makes for each response to a conversation they would make on average.
    """

    people: int
    rate: float
    conversations: int
    bursty: float = 0.0
    mentions: float = 0.0

    def rates(self) -> NDArray[np.float64]:
        """Return each person's rate, the same every time."""
        drawn = np.random.default_rng(5).pareto(1.5, self.people) + 0.01
        return drawn / drawn.mean() * self.rate

    def unmet(self) -> NDArray[np.float64]:
        """Return each person's 1 − m, the same every time."""
        return 1 - np.random.default_rng(9).choice(MET, self.people, p=SHARES)

    def draw(self, rng: np.random.Generator) -> NDArray[np.float64]:
        """Return how much each conversation of a window draws, 1 on average."""
        return rng.lognormal(-(self.bursty**2) / 2, self.bursty, self.conversations)


def expected(process: Process, windows: int = 20_000) -> float:
    """Return the expected reach_4 of a window: the mean of Σ (1 − m)(1 − exp(−rate · what all draw))."""
    rng = np.random.default_rng(3)
    rates, unmet = process.rates(), process.unmet()
    drawn = np.array([process.draw(rng).sum() for _ in range(windows)]) + process.mentions
    grid = np.quantile(drawn, (np.arange(400) + 0.5) / 400)
    return float(np.mean([unmet @ -np.expm1(-rates * total) for total in grid]))


def covers(process: Process, truth: float, seed: int, draws: int = 1000) -> tuple[bool, bool, float]:
    """Let one window happen; say whether the 95 % interval of reach_4 is above or below the truth, and its width."""
    rng = np.random.default_rng([7, seed])
    rates = process.rates()
    hit = rng.random((process.conversations, process.people)) < -np.expm1(-np.outer(process.draw(rng), rates))
    unit, person = np.nonzero(hit)
    silent = process.conversations - len(np.unique(unit))
    named = np.repeat(np.arange(process.people), rng.poisson(process.mentions * rates))
    unit, person = np.concatenate([unit, -1 - np.arange(len(named))]), np.concatenate([person, named])
    people, person = np.unique(person, return_inverse=True)
    weight = process.unmet()[people][:, None]
    low, high = interval(
        conversation_draws(unit, person, weight, silent=silent, draws=draws, seed=seed)[:, 0]
    )
    return low > truth, high < truth, high - low


PROCESSES = {
    "few people reached": Process(300, 0.0015, 30),
    "very few": Process(200, 0.001, 40),
    "many, most once": Process(3000, 0.002, 60),
    "regulars": Process(300, 0.03, 60),
    "hardly anybody but regulars": Process(200, 0.08, 80, bursty=0.5),
    "bursty conversations": Process(1000, 0.004, 100, bursty=1.0),
    "very bursty conversations": Process(1000, 0.004, 100, bursty=1.5),
    "mentions too": Process(500, 0.003, 40, bursty=0.7, mentions=20),
}
