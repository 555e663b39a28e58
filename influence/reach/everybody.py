"""Everybody's reach in one go: who responded to whom, how many hands away, and whether they had met.

The definitions are those for one leader (`steps`, `encounters`), read off the log once for all people.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from influence.contract.findings import TEAM
from influence.kernels.arrays import NEVER, UNDATED, Codes, Flags, Floats, Ints, among
from influence.network.responses import Count
from influence.reach.population import Population
from influence.reach.steps import Alter, Passing, step_of
from influence.settings import Settings
from influence.times import DAY, Window

_COLUMNS = ("leader", "person", "step", "m", "known", "depth", "first", "unit")
MOST_TOUCHES = 8_000_000
"""So many touches of several leaders are held at once: half a gigabyte."""


@dataclass(frozen=True)
class Reaches:
    """Everybody reached by everybody: one row for each pair, sorted by leader and then person.

    `step` is 2 (team), 3 (met) or 4 (networked); `m` is m(v) by `first`, the first response in microseconds or
    `UNDATED`; `depth` is the least number of hands. `unit` is the conversation in which the pair touched, −1 where
    there is more than one or none: conversations are numbered from 0, and after them come the items that name
    the leader outside the leader's conversations. `people` is how many people there are at all.

    >>> one = np.ones(1, np.int32)
    >>> reaches = Reaches(0 * one, one, np.full(1, 4), np.full(1, 0.1), one < 1, one, one, one, people=2)
    >>> reaches.of(0), reaches.reach_4()[0].tolist()
    ([Alter(person=1, step=4, m=0.1, known=False, depth=1, first=1)], [0.9, 0.0])
    """

    leader: Codes
    person: Codes
    step: NDArray[np.int8]
    m: Floats
    known: Flags
    depth: NDArray[np.int16]
    first: Ints
    unit: Ints
    people: int

    def __len__(self) -> int:
        return len(self.leader)

    def of(self, leader: int) -> list[Alter]:
        """List whom one leader reached, as `steps.alters` does."""
        rows = range(*np.searchsorted(self.leader, [leader, leader + 1]).tolist())
        return [
            Alter(
                int(self.person[i]),
                int(self.step[i]),
                float(self.m[i]),
                bool(self.known[i]),
                int(self.depth[i]),
                None if self.first[i] == UNDATED else int(self.first[i]),
            )
            for i in rows
        ]

    @property
    def unmet(self) -> Floats:
        """The weight of each pair in step 4: 1 − m(v), and 0 in the team."""
        return np.where(self.step == TEAM, 0.0, 1 - self.m)

    def reach_4(self) -> tuple[Floats, Floats, Floats]:
        """Return reach_4 of everybody by person code, in people, and its bounds: the unknown all met, all unmet."""
        doubtful = ~self.known & (self.step != TEAM)
        sure = self._summed(np.where(doubtful, 0.0, self.unmet))
        return self._summed(self.unmet), sure, sure + self._summed(doubtful.astype(np.float64))

    def reach_2(self) -> Floats:
        """Return how many of their team everybody reached, by person code, in people."""
        return self._summed((self.step == TEAM).astype(np.float64))

    def reach_3(self) -> Floats:
        """Return the sum of m(v) over those outside the team whom everybody reached, by person code, in people."""
        return self._summed(np.where(self.step == TEAM, 0.0, self.m))

    def _summed(self, weight: Floats) -> Floats:
        return np.bincount(self.leader, weight, self.people).astype(np.float64)


def everybodys_reach(
    population: Population, window: Window, *, leaders: Ints | None = None, count: Count = "headline"
) -> Reaches:
    """Find whom everybody (or each of some `leaders`, person codes) reached in a window: step, m(v), depth.

    First-hand and passed-on as in `steps.touches`, m(v) as in `encounters.met_by`; bots are never reached. That of
    everybody is kept with the store. O(items + links · hands + encounters of the people reached).

    >>> from influence.settings import Settings
    >>> from influence.store.store import Store
    >>> empty = Population(Store().engine, Settings())
    >>> len(everybodys_reach(empty, empty.whole_window()))
    0
    """
    people = len(population.people)
    if leaders is not None:
        return _reach(population, window, np.unique(leaders), count)
    table = population.kept.table(
        "reaches",
        lambda: _as_table(_reach(population, window, np.arange(people), count)),
        *kept_for(population, window),
        count,
    )
    columns: dict[str, NDArray[Any]] = {name: table[name].to_numpy() for name in _COLUMNS}
    return Reaches(**columns, people=people)


def kept_for(population: Population, window: Window) -> tuple[Window, Settings]:
    """Return what a table for a window depends on beside the store: also the settings, but those that only show."""
    return window, replace(population.settings, notice=None, sources={}, campaigns={})


def _as_table(reaches: Reaches) -> pa.Table:
    return pa.table({name: getattr(reaches, name) for name in _COLUMNS})


def _reach(population: Population, window: Window, leaders: Ints, count: Count) -> Reaches:
    settings = population.settings
    passing = Passing(int(settings.delta_days * DAY), settings.hands, count)
    pairs = _reached_by(population, window, passing, leaders)
    m, known = population.met_by_pairs(pairs.leader, pairs.person, pairs.first)
    in_team = population.teams.hold(pairs.leader, pairs.person)
    step = step_of(in_team, m, known)
    people = len(population.people)
    return Reaches(pairs.leader, pairs.person, step, m, known, pairs.depth, pairs.first, pairs.unit, people)


@dataclass(frozen=True)
class _Touching:
    """Leader, person, first moment, depth and conversation, one row each touch or each pair."""

    leader: Codes
    person: Codes
    first: Ints
    depth: NDArray[np.int16]
    unit: Ints


def _reached_by(population: Population, window: Window, passing: Passing, leaders: Ints) -> _Touching:
    """Return the pairs of some leaders; where their touches would fill the memory, of one half after the other."""
    touched = _touches(population, window, passing, leaders)
    if touched is not None:
        return _pairs(population, touched, leaders)
    halves = [_reached_by(population, window, passing, half) for half in np.array_split(leaders, 2)]
    return _Touching(*(np.concatenate(columns) for columns in zip(*map(_columns, halves), strict=True)))


def _columns(touching: _Touching) -> tuple[NDArray[Any], ...]:
    return touching.leader, touching.person, touching.first, touching.depth, touching.unit


def _touches(population: Population, window: Window, passing: Passing, leaders: Ints) -> _Touching | None:
    """Return every valid response in the window, first-hand and passed-on; None where they are too many."""
    # numba: loaded only when something is measured
    from influence.kernels.conversations import Replies
    from influence.kernels.everybody import everybodys_depth

    log, leading = population.log, np.zeros(len(population.people), bool)
    leading[leaders] = True
    items, responses, links = log.items, log.counted(passing.count), log.counted_links(passing.count)
    passed = everybodys_depth(
        Replies(links.child, links.parent, items.time, items.author),
        passing.delta,
        passing.hands,
        leading=leading,
        most=MOST_TOUCHES if len(leaders) > 1 else None,
    )
    if passed is None:
        return None
    item = np.concatenate([responses.item, passed[0]])
    leader = np.concatenate([responses.target, passed[1]])
    depth = np.concatenate([np.ones(len(responses), np.int16), passed[2]])
    kept = window.holds(items.time[item]) & _reached(population)[items.author[item]] & leading[leader]
    item, leader = item[kept], leader[kept]
    unit = _units(population, item, leader)
    return _Touching(leader, items.author[item], items.time[item], depth[kept], unit)


def _reached(population: Population) -> Flags:
    reached = np.ones(len(population.people), bool)
    reached[list(population.bots)] = False
    return reached


def _units(population: Population, item: Ints, leader: Codes) -> Ints:
    """Return the conversation of each touch; a mention outside the leader's conversations is one of its own."""
    items = population.log.items
    width, people = int(items.conversation.max(initial=0)) + 1, len(population.people)
    # by conversation first: both sides are then nearly in order, which is what finding them costs least in
    begun = np.sort(items.conversation * people + items.author)
    conversation = items.conversation[item]
    own = among(conversation * people + leader, begun)
    return np.where(own, conversation, width + item)


def _pairs(population: Population, touched: _Touching, leaders: Ints) -> _Touching:
    """Return each pair once, sorted: its first moment, least depth, and its conversation if there is only one."""
    n, ties = len(population.people), population.ties
    tied = _reached(population)[ties.target] & among(ties.source, leaders)
    none = np.full(int(tied.sum()), NEVER)
    keys = np.concatenate([touched.leader, ties.source[tied]]).astype(np.int64) * n
    keys += np.concatenate([touched.person, ties.target[tied]])
    order = np.argsort(keys)
    begin = np.flatnonzero(np.diff(keys[order], prepend=-1))
    first, depth, unit = (
        np.concatenate([given, undated])[order]
        for given, undated in (
            (touched.first, none),
            (touched.depth, np.ones(none.size, np.int16)),
            (touched.unit, np.full(none.size, -1)),
        )
    )
    if not begin.size:
        nobody = np.empty(0, np.int32)
        return _Touching(nobody, nobody, first, depth, unit)
    earliest, one, other = (
        np.minimum.reduceat(first, begin),
        np.minimum.reduceat(unit, begin),
        np.maximum.reduceat(unit, begin),
    )
    leader, person = (side.astype(np.int32) for side in np.divmod(keys[order][begin], n))
    return _Touching(
        leader,
        person,
        np.where(earliest == NEVER, UNDATED, earliest),
        np.minimum.reduceat(depth, begin),
        np.where(one == other, one, -1),
    )
