"""The four steps: who responded to a leader in a window, how many hands away, and whether they have met.

Step 1 is the leader's own output; 2 the team; 3 people met; 4 people never met, the networked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from math import fsum

import numpy as np
from numpy.typing import NDArray

from influence.contract.findings import MET, NETWORKED, TEAM
from influence.kernels.arrays import Flags, Floats, Ints
from influence.met.known import Met, moments
from influence.network.responses import Count, Log
from influence.times import DAY, Window


@dataclass(frozen=True)
class Passing:
    """How influence is followed: how slowly (δ in microseconds), how far (k in hands), by which responses."""

    delta: int = 14 * DAY
    hands: int = 4
    count: Count = "headline"


@dataclass(frozen=True)
class Touches:
    """Every valid response that the leader drew, first-hand or passed-on; arrays of one length.

    `person` responded at `time` by `item`, `depth` hands from the leader. Dated and in order of time;
    `undated` are the people who responded in a network without times.
    """

    item: Ints
    person: NDArray[np.int32]
    time: Ints
    depth: NDArray[np.int16]
    undated: frozenset[int] = frozenset()

    def within(self, window: Window) -> Touches:
        """Return what lies in a narrower window (undated responses lie in none but the whole)."""
        kept = window.stretch(self.time)
        return Touches(self.item[kept], self.person[kept], self.time[kept], self.depth[kept])


def step_of(in_team: Flags, m: Floats, known: Flags) -> NDArray[np.int8]:
    """Return the steps of people reached: in the team; else met, if that is known and likelier than not; else beyond.

    >>> step_of(np.array([True, False, False]), np.array([1, 0.5, 0.5]), np.array([True, True, False])).tolist()
    [2, 3, 4]
    """
    return np.where(in_team, TEAM, np.where(known & (m >= 0.5), MET, NETWORKED)).astype(np.int8)


@dataclass(frozen=True)
class Alter:
    """One person reached: step, m(v), whether that is known, depth, first response (None: undated).

    >>> Alter(person=1, step=4, m=0.25, known=True, depth=1, first=0).unmet
    0.75
    """

    person: int
    step: int
    m: float
    known: bool
    depth: int
    first: int | None

    @property
    def outside(self) -> bool:
        """Whether the person is outside the team."""
        return self.step != TEAM

    @property
    def met(self) -> float:
        """What the person adds to reach_3: m(v) outside the team, 0 inside it."""
        return self.m if self.outside else 0.0

    @property
    def unmet(self) -> float:
        """What the person adds to reach_4, the headline: 1 − m(v) outside the team, 0 inside it."""
        return 1 - self.m if self.outside else 0.0

    @property
    def weights(self) -> tuple[float, float, float]:
        """What the person adds to reach_2, reach_3 and reach_4."""
        return float(not self.outside), self.met, self.unmet


def touches(
    log: Log,
    leader: int,
    window: Window,
    passing: Passing,
    nobody: Set[int],
    undated: Iterable[int] = (),
) -> Touches:
    """Find every valid response in the window; `nobody` are the bots, who are never reached.

    First-hand: a response to the leader's item, or one that names the leader. Passed-on: an item that
    descends from the leader's by response links whose every wait is in (0, δ]; depth counts how often
    the author changes on the way.
    """
    responses = log.counted(passing.count)
    direct = responses.where(responses.target == leader)
    item, depth = _passed_on(log, leader, passing)
    items = np.concatenate([direct.item, item])
    depths = np.concatenate([np.ones(len(direct), np.int16), depth])
    order = np.lexsort((depths, items))
    items, depths = items[order], depths[order]
    first_of_item = np.ones(len(items), bool)
    first_of_item[1:] = items[1:] != items[:-1]
    keep = first_of_item & window.holds(log.items.time[items])
    keep &= ~np.isin(
        log.items.author[items], np.fromiter(nobody, np.int32) if nobody else np.empty(0, np.int32)
    )
    kept = items[keep]
    return Touches(
        kept,
        log.items.author[kept],
        log.items.time[kept],
        depths[keep],
        frozenset(undated) - {leader} - set(nobody),
    )


def _passed_on(log: Log, leader: int, passing: Passing) -> tuple[Ints, NDArray[np.int16]]:
    # numba: loaded only when something is measured
    from influence.kernels.conversations import Replies, conversation_depth

    links = log.counted_links(passing.count)
    items = log.items
    replies = Replies(links.child, links.parent, items.time, items.author)
    depth = conversation_depth(replies, leader, passing.delta, passing.hands)
    found = np.flatnonzero(depth > 0)
    return found, depth[found].astype(np.int16)


def alters(drawn: Touches, met: Met, team: Set[int]) -> list[Alter]:
    """Say of everybody reached in which step they are, by the earliest of their valid responses."""
    return alters_of(*first_and_depth(drawn), met, team)


def first_and_depth(drawn: Touches) -> tuple[dict[int, int | None], dict[int, int]]:
    """Return when each person first responded (None: undated) and through how few hands."""
    first: dict[int, int | None] = dict.fromkeys(drawn.undated)
    depth: dict[int, int] = dict.fromkeys(drawn.undated, 1)
    if not len(drawn.person):
        return first, depth
    order = np.argsort(drawn.person, kind="stable")
    begin = np.flatnonzero(np.diff(drawn.person[order], prepend=-1))
    people = drawn.person[order][begin].tolist()
    times = np.minimum.reduceat(drawn.time[order], begin).tolist()
    hands = np.minimum.reduceat(drawn.depth[order], begin).tolist()
    first.update(zip(people, times, strict=True))
    depth |= {one: min(near, depth.get(one, near)) for one, near in zip(people, hands, strict=True)}
    return first, depth


def alters_of(
    first: Mapping[int, int | None], depth: Mapping[int, int], met: Met, team: Set[int]
) -> list[Alter]:
    """Say in which step people are by the first time of each (None: undated); sorted by person."""
    people = sorted(first)
    m, known = met.each(np.array(people, np.int64), moments(first[person] for person in people))
    in_team = np.array([person in team for person in people], bool)
    rows = zip(people, step_of(in_team, m, known).tolist(), m.tolist(), known.tolist(), strict=True)
    return [
        Alter(person, step, chance, tells, depth.get(person, 1), first[person])
        for person, step, chance, tells in rows
    ]


def headline(found: Sequence[Alter]) -> float:
    """Return reach_4: the sum of 1 − m(v) over the people reached outside the team.

    >>> headline([Alter(person=1, step=4, m=0.25, known=True, depth=1, first=0)])
    0.75
    """
    return fsum(alter.unmet for alter in found)
