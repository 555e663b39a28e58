"""Meetings that nobody recorded: how likely one is, learned from what calendars show of people alike.

Who has met the leader has met them several times, so that a calendar kept in half of the months shows more than half
of these people. Of people met n ≥ 1 times in the months that are covered, n is Poisson with mean λ c, cut at 0; λ is
the meetings in a year, by maximum likelihood. A calendar that covers c then shows the share
q = (1 − exp(−λ c)) / (1 − exp(−λ)) of the people met. Of a group, the share who have met the leader is
π = (Σ e + κ π₀) / (Σ q + κ), e being what meetings on record say of each, κ = 10: as if ten people more were known, of
whom the share π₀ has met the leader. Where nothing is on record, r = π (1 − q) / (1 − π q) is then the chance of a
meeting: Bayes' rule. Where c is 0, r is π; where c is 1, it is 0. How far π may be wrong is told by the beta law with
these weights.

Sources: Robbins 1956; Morris 1983, doi:10.1080/01621459.1983.10477920 (empirical Bayes); Cohen 1960,
doi:10.1080/00401706.1960.10489905 (the truncated Poisson law).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from influence.kernels.arrays import Floats, Ints

KAPPA = 10.0
"""As many people's worth of weight as the setting has beside what is learned."""
MOST_OFTEN = 60.0
"""Meetings in a year beyond which nothing changes."""


@dataclass(frozen=True)
class Records:
    """What is on record of people who responded, each seen from one leader; arrays of one length.

    `leader` and `group` are numbers from 0, group −1 being the team, from which nothing is learned; `coverage` is c;
    `shown` is 1 − Π (1 − s) over what is on record, or 1 or 0 as declared; `meetings` how many of them in the
    last twelve months tell more than they leave open; `declared` marks those whose answer is stated.
    """

    leader: Ints
    group: Ints
    coverage: Floats
    shown: Floats
    meetings: Ints
    declared: np.ndarray[tuple[int], np.dtype[np.bool_]]


@dataclass(frozen=True)
class Unrecorded:
    """What was learned: π of each group, from how many people, and λ of each leader.

    `met` and `apart` are the weights of those who have met the leader and of those who have not, by group: π is
    met / (met + apart).
    """

    met: Floats
    apart: Floats
    people: Ints
    often: Floats

    @property
    def chance(self) -> Floats:
        """π of each group."""
        return self.met / (self.met + self.apart)

    def edges(self, share: float) -> tuple[Floats, Floats]:
        """Return between which values π of each group lies with that certainty, by the beta law of its weights."""
        from scipy.special import betaincinv  # scipy costs 0.1 s, and only a report needs it

        edge = (1 - share) / 2
        # a prior of 0 or 1 may leave a side without any weight, of which the beta law knows nothing
        met, apart = (np.maximum(side, np.finfo(float).tiny) for side in (self.met, self.apart))
        low, high = betaincinv(met, apart, edge), betaincinv(met, apart, 1 - edge)
        return np.asarray(low, np.float64), np.asarray(high, np.float64)

    def after(self, leader: Ints, group: Ints, coverage: Floats, otherwise: float) -> Floats:
        """Return r, the chance of a meeting that nobody recorded; π is `otherwise` for people of no group."""
        chance = np.where(group >= 0, np.append(self.chance, otherwise)[group], otherwise)
        return unrecorded(chance, share_shown(coverage, self.often[leader]))


def unrecorded(chance: Floats, shown: Floats) -> Floats:
    """Return r = π (1 − q) / (1 − π q).

    >>> unrecorded(np.array([0.5, 0.5, 0.5]), np.array([0.0, 0.5, 1.0])).round(3).tolist()
    [0.5, 0.333, 0.0]
    """
    left: Floats = chance * (1 - shown) / np.maximum(1 - chance * shown, np.finfo(float).tiny)
    return left


def share_shown(coverage: Floats, often: Floats) -> Floats:
    """Return q: which share of the people met a calendar shows that covers c, where they meet λ times a year.

    >>> share_shown(np.array([0.5, 0.5, 1.0]), np.array([0.0, 4.0, 4.0])).round(3).tolist()
    [0.5, 0.881, 1.0]
    """
    once = often < 1e-6
    rate = np.where(once, 1.0, often)
    shown: Floats = np.where(once, coverage, np.expm1(-rate * coverage) / np.expm1(-rate))
    return shown


def learned(records: Records, leaders: int, groups: int, prior: float) -> Unrecorded:
    """Learn π of each group and λ of each leader; where nothing is on record π is the `prior` and λ is 0.

    >>> one = np.zeros(40, np.int64)
    >>> known = Records(one, one, np.ones(40), np.ones(40), one + 1, one > 0)
    >>> learned(known, 1, 1, 0.1).chance.round(3).tolist()
    [0.82]
    """
    often = meetings_a_year(records, leaders)
    shown = np.where(records.declared, 1.0, share_shown(records.coverage, often[records.leader]))
    use = (records.group >= 0) & (records.declared | (records.coverage > 0))
    group = records.group[use]
    met = KAPPA * prior + np.bincount(group, records.shown[use], groups).astype(np.float64)
    apart = KAPPA + np.bincount(group, shown[use], groups).astype(np.float64) - met
    return Unrecorded(met, np.maximum(apart, 0.0), np.bincount(group, minlength=groups), often)


def meetings_a_year(records: Records, leaders: int) -> Floats:
    """Return λ of each leader by maximum likelihood: the root of Σ λ c / (1 − exp(−λ c)) = Σ n.

    Σ is over the people with a meeting on record, and one person more who was met once in a year: of one person met
    often little follows for the others.
    """
    use = (records.group >= 0) & (records.meetings > 0) & (records.coverage > 0)
    leader, covered = records.leader[use], records.coverage[use]
    counted = 1 + np.bincount(leader, records.meetings[use], leaders)
    low, high = np.zeros(leaders), np.full(leaders, MOST_OFTEN)
    for _ in range(40):
        rate = (low + high) / 2
        expected = _mean(rate) + np.bincount(leader, _mean(rate[leader] * covered), leaders)
        low, high = np.where(expected < counted, rate, low), np.where(expected < counted, high, rate)
    return np.where(high < 1e-6, 0.0, high)


def _mean(rate: Floats) -> Floats:
    """Return the mean of a Poisson law cut at 0."""
    positive = np.maximum(rate, 1e-9)
    mean: Floats = positive / -np.expm1(-positive)
    return mean
