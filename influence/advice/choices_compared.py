"""Which conversation leaders wrote in and to which sphere they turned, beside where else they did: rows of comparisons.

Compared is what came within δ after: people who first responded to the leader at all, each with 1 − m(v). What tells
the two sides apart was known at that moment, so that the same can be told of today (`choices_tested`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from influence.advice.acted import Acted
from influence.advice.habits_compared import PERIODS, Arrivals, Comparison
from influence.advice.history import History
from influence.kernels.arrays import NEVER, Flags, Floats, Ints, as_one
from influence.network.log_queries import on_lists
from influence.people.spheres import spheres_of_pairs
from influence.times import Window

if TYPE_CHECKING:
    from influence.reach.population import Population

LATEST = 200
"""Of a conversation so many of its latest items tell who wrote there lately."""
STEPS = 7
"""A seventh of δ is a step: what is known of spheres is brought up to date at the beginning of each."""
SHRUNKEN = 10.0
"""A leader's own rate with a sphere is drawn to everybody's as if so many exchanges had been like everybody's."""
FEWEST_EXCHANGES = 10
"""Of a sphere to whose people leaders turned less often nothing is told."""


@dataclass(frozen=True)
class Exchanges:
    """Leaders' acts towards people outside the team who had not responded to them: arrays of one length, by time.

    One a pair and stretch of δ. `place` is the leader's place among the leaders, `sphere` a number, `brought` is
    1 − m(v) where v responded within δ after, else 0.
    """

    place: Ints
    person: Ints
    item: Ints
    time: Ints
    sphere: Ints
    brought: Floats

    def where(self, kept: Flags | Ints) -> Exchanges:
        """Return those that a mask or positions choose."""
        place, person, item, time, sphere = (
            column[kept] for column in (self.place, self.person, self.item, self.time, self.sphere)
        )
        return Exchanges(place, person, item, time, sphere, self.brought[kept])


class Turned:
    """What leaders did in a window and what was known then; those of `Acted.of`, if none are named."""

    def __init__(
        self, population: Population, window: Window, delta: int, leaders: Sequence[int] = ()
    ) -> None:
        self.population, self.window, self.delta = population, window, delta
        self.acted = Acted.of(population, window, leaders)
        self.leaders = self.acted.leaders
        self.history = History.of(population, window)
        self.people = self.history.people

    # --- who had responded --------------------------------------------------------------------------------

    @cached_property
    def _first(self) -> tuple[Ints, Ints]:
        """Each pair leader · people + responder that there is, sorted, and which response came first."""
        of = self.acted
        time = of.time[of.response]
        pair = of.target * self.people + of.responder
        rows = np.flatnonzero(np.isin(of.target, self.leaders))
        order = rows[np.lexsort((time[rows], pair[rows]))]
        pairs, first = np.unique(pair[order], return_index=True)
        return pairs, order[first]

    def responded(self, leader: Ints, person: Ints) -> Ints:
        """Return when each first responded to that leader (`NEVER`: not in the window)."""
        pairs, first = self._first
        found = np.full(len(leader), NEVER, np.int64)
        if len(pairs):
            wanted = leader * self.people + person
            place = np.minimum(np.searchsorted(pairs, wanted), len(pairs) - 1)
            there = pairs[place] == wanted
            found[there] = self.acted.time[self.acted.response[first[place[there]]]]
        return found

    def _near(self, leader: Ints, person: Ints) -> Flags:
        team = self.population.teams.hold(leader.astype(np.int32), person.astype(np.int32))
        near: Flags = team | (leader == person)
        return near

    # --- conversations ------------------------------------------------------------------------------------

    def conversations(self, part: Window) -> Comparison:
        """Compare items in conversations in which people not reached had written lately with those in others.

        Of each leader, conversation and stretch of δ the first item that says something, where somebody else had
        written within δ before; within each sixth of the window.
        """
        of = self.acted
        own = np.flatnonzero(of.said & np.isin(of.author, self.leaders) & (of.time >= part.since))
        own = own[of.time[own] + self.delta <= part.until]
        stretch = (of.time[own] - self.window.since) // self.delta
        keys = as_one(of.who(own), of.conversation[own], stretch)
        own = own[np.sort(np.unique(keys, return_index=True)[1])]
        others, fresh = self.lately(of.who(own), of.conversation[own], of.time[own])
        own, fresh = own[others > 0], fresh[others > 0]
        leader, conversation, time = of.who(own), of.conversation[own], of.time[own]
        came = self._came(leader, conversation, time)
        return Comparison(leader, self._sets(leader, time), conversation, fresh > 0, came, own)

    def _sets(self, leader: Ints, time: Ints) -> Ints:
        length = max(self.window.until - self.window.since, 1)
        return leader * PERIODS + (time - self.window.since) * PERIODS // length

    def _said_in(self, conversation: Ints) -> Ints:
        """Return what people said in some conversations; by conversation, then in order of time."""
        of = self.acted
        wanted = np.zeros(int(of.conversation.max(initial=0)) + 1, bool)
        wanted[conversation] = True
        kept = wanted[of.conversation] & of.said & self.history.asked[of.author] & self.window.holds(of.time)
        item = np.flatnonzero(kept)
        found: Ints = item[np.argsort(of.conversation[item], kind="stable")]
        return found

    def lately(self, leader: Ints, conversation: Ints, moment: Ints) -> tuple[Ints, Ints]:
        """Return how many others wrote in conversations within δ before moments, and how many of them are not reached.

        Not reached is who is not in the leader's team and had not responded to the leader.
        """
        row, person = self.writers(conversation, moment)
        other = person != leader[row]
        row, person = row[other], person[other]
        fresh = ~self._near(leader[row], person) & (self.responded(leader[row], person) >= moment[row])
        return np.bincount(row, minlength=len(leader)), np.bincount(row[fresh], minlength=len(leader))

    def writers(self, conversation: Ints, moment: Ints) -> tuple[Ints, Ints]:
        """Return who wrote in each of some conversations within δ before a moment each: the row, and the person."""
        of, items = self.acted, self._said_in(conversation)
        told = of.number(of.conversation[items], of.time[items])
        begin, end = (
            np.searchsorted(told, of.number(conversation, one), "left")
            for one in (moment - self.delta, moment)
        )
        begin = np.maximum(begin, end - LATEST)
        count = end - begin
        row = np.repeat(np.arange(len(count)), count)
        place = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + np.repeat(begin, count)
        pair = np.unique(row * self.people + of.who(items[place]))
        return pair // self.people, pair % self.people

    def _came(self, leader: Ints, conversation: Ints, time: Ints) -> Floats:
        """Return what came to conversations within δ after moments: by where somebody first responded at all."""
        of, (_, first) = self.acted, self._first
        most = int(of.conversation.max(initial=0)) + 1
        keys, row = np.unique(
            of.target[first] * most + of.conversation[of.response[first]], return_inverse=True
        )
        came = Arrivals(row.astype(np.int64), of.time[of.response[first]], of.unmet[first])
        wanted = leader * most + conversation
        place = np.searchsorted(keys, wanted)
        there = place < len(keys)
        there[there] = keys[place[there]] == wanted[there]
        row = np.where(there, place, len(keys))
        later, so_far = (came.until(row, one)[1] for one in (time + self.delta, time))
        return np.where(there, later - so_far, 0.0)

    # --- spheres ------------------------------------------------------------------------------------------

    def spheres(self, part: Window) -> Comparison:
        """Compare exchanges with people of the sphere that had answered the leader most with those with others."""
        of, named = self.exchanges, self._named[0]
        inside = (of.time >= part.since) & (of.time + self.delta <= part.until) & (named >= 0)
        rows, kept = of.where(inside), (of.sphere == named)[inside]
        leader = self.leaders[rows.place]
        return Comparison(leader, self._sets(leader, rows.time), rows.person, kept, rows.brought, rows.item)

    @cached_property
    def exchanges(self) -> Exchanges:
        """All exchanges of the window, in order of time."""
        leader, person, item, time = self._acts()
        kept = np.flatnonzero(~self._near(leader, person))
        kept = kept[self.responded(leader[kept], person[kept]) > time[kept]]
        kept = kept[np.argsort(time[kept], kind="stable")]
        stretch = (time[kept] - self.window.since) // self.delta
        keys = as_one(leader[kept], person[kept], stretch)
        kept = kept[np.sort(np.unique(keys, return_index=True)[1])]
        return self._worth(leader[kept], person[kept], item[kept], time[kept])

    def _acts(self) -> tuple[Ints, Ints, Ints, Ints]:
        """Return what leaders answered and wrote to people: leader, person, item, time."""
        of, found = self.history, list[tuple[Ints, Ints, Ints, Ints]]()
        for leader, person, item, time in (
            (of.responder, of.target, of.response, of.responded),
            (of.writer, of.reader, of.letter, of.wrote),
        ):
            kept = np.flatnonzero(np.isin(leader, self.leaders) & of.asked[person])
            found.append(
                (leader[kept].astype(np.int64), person[kept].astype(np.int64), item[kept], time[kept])
            )
        leaders, people, items, times = (np.concatenate(both) for both in zip(*found, strict=True))
        return leaders, people, items, times

    def _worth(self, leader: Ints, person: Ints, item: Ints, time: Ints) -> Exchanges:
        """Add to exchanges the sphere of each person, and what it brought."""
        first = self.responded(leader, person)
        came = first <= time + self.delta
        pair, one, row = np.unique(leader * self.people + person, return_index=True, return_inverse=True)
        pairs = (pair // self.people).astype(np.int32), (pair % self.people).astype(np.int32)
        rules = self.population.settings.spheres
        sphere = spheres_of_pairs(
            self.population.people, rules, on_lists(self.population.tables, rules), pairs
        )
        met = self.population.met_by_pairs(*pairs, np.where(came[one], first[one], time[one]))[0]
        place = np.searchsorted(self.leaders, leader)
        return Exchanges(place, person, item, time, sphere[row], np.where(came, 1 - met[row], 0.0))

    @cached_property
    def _named(self) -> tuple[Ints, Ints]:
        """The sphere that would have been named at each exchange, and to each leader at the end (−1: none)."""
        of = self.exchanges
        known = _Rates(len(self.leaders), int(of.sphere.max(initial=0)) + 1)
        named, step, told = np.full(len(of.time), -1, np.int64), max(self.delta // STEPS, 1), 0
        begins = self.window.since + (of.time - self.window.since) // step * step
        for begin in np.unique(begins).tolist():
            until = int(np.searchsorted(of.time, begin - self.delta, "right"))
            known.add(of, slice(told, until))
            told, rows = until, begins == begin
            named[rows] = known.best()[of.place[rows]]
        known.add(of, slice(told, int(np.searchsorted(of.time, self.window.until - self.delta, "right"))))
        return named, known.best()

    def named(self, leader: int) -> int:
        """Return the number of the sphere named to a leader at the end of the window (−1: none)."""
        return int(self._named[1][np.searchsorted(self.leaders, leader)])


class _Rates:
    """How many exchanges each leader had with people of each sphere, and what these brought, as far as it is known."""

    def __init__(self, leaders: int, spheres: int) -> None:
        self.made, self.brought = np.zeros((leaders, spheres)), np.zeros((leaders, spheres))

    def add(self, of: Exchanges, rows: slice) -> None:
        place = of.place[rows], of.sphere[rows]
        np.add.at(self.made, place, 1.0)
        np.add.at(self.brought, place, of.brought[rows])

    def best(self) -> Ints:
        """Return the sphere with which each leader's exchanges brought most, drawn to everybody's rate (−1: none)."""
        made, brought = self.made.sum(axis=0), self.brought.sum(axis=0)
        usual = (brought + 0.5) / (made + 1)
        rate = (self.brought + SHRUNKEN * usual) / (self.made + SHRUNKEN)
        rate[(self.made == 0) | (made < FEWEST_EXCHANGES)[None, :]] = -1.0
        found: Ints = np.where(rate.max(axis=1) >= 0, rate.argmax(axis=1), -1)
        return found
