"""Chains of people who have met, from a leader to somebody not reached, and how likely each hop answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from influence.chance.shrunken import beta_binomial
from influence.kernels.arrays import Flags, Floats, Ints
from influence.measures.asked import ASKED_AT_ONCE
from influence.met.encounters import decided
from influence.network.answering import Answers, among, answers, met_with
from influence.times import Window

if TYPE_CHECKING:
    from influence.reach.ego import Ego

MOST_FIRST, MOST_LAST, MOST_BETWEEN = 300, 20, 5
"""So many people the leader has met are looked at, so many who have met each target, and so many for each of these."""
HAVE_MET = 0.5
"""From this m(v) on, and where anything tells, two people have met."""


class Hop(NamedTuple):
    """From whom to whom, how likely it answers, how likely the two have met, and their last encounter (−1: unknown)."""

    one: int
    other: int
    chance: float
    met: float
    last: int


@dataclass(frozen=True)
class Hops:
    """Hops between people who have met, arrays of one length; what each means stands in `Hop`."""

    one: Ints
    other: Ints
    chance: Floats
    met: Floats
    last: Ints

    @property
    def score(self) -> Floats:
        """How likely the other answers and the two have met."""
        return self.chance * self.met

    def where(self, kept: Flags | Ints) -> Hops:
        """Return the hops that a mask chooses, or an order."""
        return Hops(self.one[kept], self.other[kept], self.chance[kept], self.met[kept], self.last[kept])

    def best_by_end(self, most: int) -> Hops:
        """Return the likeliest hops to each person, at most so many, the likeliest first."""
        order = np.lexsort((-self.score, self.other))
        begins = np.unique(self.other[order], return_index=True)[1]
        rank = np.arange(len(order)) - np.repeat(begins, np.diff(np.append(begins, len(order))))
        return self.where(order[rank < most])

    def rows(self) -> list[Hop]:
        """Return the hops one by one."""
        columns = (self.one, self.other, self.chance, self.met, self.last)
        return [Hop(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]

    def __len__(self) -> int:
        return len(self.one)


@dataclass(frozen=True)
class Way:
    """A chain of hops from the leader to a target, and how likely every hop answers and has met."""

    hops: tuple[Hop, ...]

    @property
    def score(self) -> float:
        """The product over all hops."""
        return prod(hop.chance * hop.met for hop in self.hops)

    @property
    def people(self) -> tuple[int, ...]:
        """Who is on the way after the leader, the target last."""
        return tuple(hop.other for hop in self.hops)


class Ways:
    """Everything that is asked of a log to find chains from one leader; what is asked for is worked out once."""

    def __init__(self, ego: Ego) -> None:
        self.ego = ego
        self.until = min(ego.window.until, int(ego.population.recorded[-1]) + 1)
        self.size = len(ego.people)
        self.most = 2 * int(ego.settings.strengths.table)

    @cached_property
    def answers(self) -> Answers:
        """Who answered whom in the window, up to the last moment at which an answer could be seen."""
        window = Window(self.ego.window.since, self.until)
        return answers(self.ego.tables, window, self.ego.passing.delta, ASKED_AT_ONCE)

    @cached_property
    def supposed(self) -> dict[int, tuple[float, float]]:
        """α and β by kind of pair: whether who asks, and who is asked, is of the organisation."""
        kind = self._kind(self.answers.asker, self.answers.person)
        return {
            number: beta_binomial(self.answers.answered[kind == number], self.answers.asked[kind == number])
            for number in range(4)
        }

    def _kind(self, asker: Ints, person: Ints) -> Ints:
        return 2 * self.ego.inside[asker].astype(np.int64) + self.ego.inside[person]

    def seen(self, asker: Ints, person: Ints) -> tuple[Ints, Ints, Ints]:
        """Return of some pairs how often asked and answered, and the latest answer as an item (−1: none)."""
        held, key = self.answers, asker * self.size + person
        known = held.asker * self.size + held.person
        if not len(known):
            return np.zeros(len(key), np.int64), np.zeros(len(key), np.int64), np.full(len(key), -1)
        place = np.minimum(np.searchsorted(known, key), len(known) - 1)
        there = known[place] == key
        return (
            np.where(there, held.asked[place], 0),
            np.where(there, held.answered[place], 0),
            np.where(there, held.last[place], -1),
        )

    def chance(self, asker: Ints, person: Ints) -> Floats:
        """Return how likely each person answers who asks: their own record, drawn to that of all pairs of the kind."""
        asked, answered, _ = self.seen(asker, person)
        law = np.array([self.supposed[number] for number in range(4)])[self._kind(asker, person)]
        found: Floats = (answered + law[:, 0]) / (asked + law.sum(axis=1))
        return found

    # --- who has met whom ---------------------------------------------------------------------------------

    @cached_property
    def first(self) -> Hops:
        """The hops from the leader to people met, the likeliest first; the team has been met."""
        ego, met = self.ego, self.ego.met
        told = set(met.told) | set(met.declared) | ego.team
        other = np.array(sorted(told - ego.nobody), np.int64)
        m, known = met.each(other, np.full(len(other), self.until))
        m = np.where(np.isin(other, sorted(ego.team)) & (met.said(other) != 0), np.maximum(m, 1.0), m)
        known |= np.isin(other, sorted(ego.team))
        kept = known & (m >= HAVE_MET)
        other, m = other[kept], m[kept]
        last = [met.last(code) for code in other.tolist()]
        moment = np.array([-1 if at is None or at >= self.until else at for at in last], np.int64)
        one = np.full(len(other), ego.leader)
        hops = Hops(one, other, self.chance(one, other), m, moment)
        return hops.where(np.argsort(-hops.score, kind="stable")[:MOST_FIRST])

    def to(self, people: Ints, frm: Flags | None = None) -> Hops:
        """Return the hops to some people from anybody who has met them (`frm`: from these, by person code)."""
        wanted = among(people, self.size)
        held = self.answers
        one, other, last = met_with(self.ego.tables, people, self.most, self.until)
        pairs = [one * self.size + other]
        pairs += [held.asker[wanted[held.person]] * self.size + held.person[wanted[held.person]]]
        pairs += [held.person[wanted[held.asker]] * self.size + held.asker[wanted[held.asker]]]
        said = np.array([*self._declared], np.int64).reshape(-1, 2)
        pairs += [(a * self.size + b)[wanted[b]] for a, b in (said.T, said.T[::-1])]
        key = np.unique(np.concatenate(pairs))
        able = np.ones(self.size, bool) if frm is None else frm.copy()
        able[sorted(self.ego.nobody)] = False
        key = key[able[key // self.size]]
        met_at = np.full(len(key), -1)
        together = np.isin(pairs[0], key)
        met_at[np.searchsorted(key, pairs[0][together])] = last[together]
        return self._met(key // self.size, key % self.size, met_at)

    @cached_property
    def _declared(self) -> Collection[tuple[int, int]]:
        """The pairs about whom the user declared something."""
        return decided(self.ego.tables.engine, self.ego.people).keys()

    def _met(self, one: Ints, other: Ints, last: Ints) -> Hops:
        """Return the pairs, sorted, of people who have met."""
        if not len(one):
            none = np.empty(0, np.int64)
            return Hops(none, none, none.astype(float), none.astype(float), none)
        leader, person = one.astype(np.int32), other.astype(np.int32)
        m, known = self.ego.population.met_by_pairs(leader, person, np.full(len(one), self.until))
        team = self.ego.population.teams.hold(leader, person) | self.ego.population.teams.hold(person, leader)
        m, known = np.where(team & ~(known & (m == 0)), 1.0, m), known | team
        kept = known & (m >= HAVE_MET)
        one, other = one[kept], other[kept]
        return Hops(one, other, self.chance(one, other), m[kept], last[kept])

    # --- chains -------------------------------------------------------------------------------------------

    def best(self, targets: Ints) -> list[Way]:
        """Return the best chains to each of some people, at most one for each who begins it, the likeliest first.

        Leader → a → target, and leader → a → b → target; the score is the product over the hops of how likely each
        answers and has met.
        """
        last = self.to(targets)
        last = last.where(~among(targets, self.size)[last.one]).best_by_end(MOST_LAST)
        two = _joined(self.first.rows(), last)
        bridges = np.unique(last.one)
        if not len(bridges):
            return []
        middle = self.to(bridges, among(self.first.other, self.size)).best_by_end(MOST_BETWEEN)
        three = _joined(_joined(self.first.rows(), middle), last.best_by_end(MOST_BETWEEN))
        return _each_beginning(two + three)


def _joined(begun: Sequence[Way | Hop], then: Hops) -> list[Way]:
    """Return every way that goes on by a hop to somebody who is not on it yet."""
    after: dict[int, list[Hop]] = defaultdict(list)
    for hop in then.rows():
        after[hop.one].append(hop)
    ways = [one if isinstance(one, Way) else Way((one,)) for one in begun]
    return [
        Way((*way.hops, hop)) for way in ways for hop in after[way.people[-1]] if hop.other not in way.people
    ]


def _each_beginning(ways: Sequence[Way]) -> list[Way]:
    """Return the best way to each target by each who begins it, the likeliest first."""
    best: dict[tuple[int, int], Way] = {}
    for way in ways:
        key = way.people[-1], way.people[0]
        if key not in best or (way.score, -len(way.hops)) > (best[key].score, -len(best[key].hops)):
            best[key] = way
    return sorted(best.values(), key=lambda way: (-way.score, len(way.hops), way.people))
