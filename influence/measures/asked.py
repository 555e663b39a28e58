"""What others said to a leader, what the leader answered, and what the leader did towards them.

Texts are not kept, so that a question cannot be told by its question mark: every *inbound* item counts as
one. Inbound is a post, message, reply, comment or quote by somebody else (no bot) that names the leader,
answers an item by the leader, or is addressed to the leader among at most eight people; mail to more is bulk.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from influence.kernels.arrays import NEVER, Flags, Ints
from influence.measures.cascades import heads
from influence.network.log_queries import addressed_to, written_to

if TYPE_CHECKING:
    from influence.reach.ego import Ego

ASKED_AT_ONCE = 8
"""Who writes to more people at once asks nobody in particular."""
WAYS = ("addressed", "named", "in_reply")
"""How something is said to the leader."""


@dataclass(frozen=True)
class Inbound:
    """What others said to the leader, in order of time: arrays of one length.

    `way` is a position in `WAYS`; `answer` and `thanks` are the first item by which the leader answered, and
    the first by which the person responded to that answer, −1 where there is none; `mass` tells letters of mass
    mail; `bulk` items were left out.
    """

    item: Ints
    person: Ints
    time: Ints
    way: Ints
    answer: Ints
    thanks: Ints
    mass: Flags
    bulk: int = 0

    def __len__(self) -> int:
        return len(self.item)

    def where(self, kept: Flags) -> Inbound:
        """Return the items that a mask chooses."""
        return Inbound(
            self.item[kept],
            self.person[kept],
            self.time[kept],
            self.way[kept],
            self.answer[kept],
            self.thanks[kept],
            self.mass[kept],
            self.bulk,
        )


@dataclass(frozen=True)
class Acts:
    """What the leader did towards somebody, ever: wrote to, named or answered `person` at `time`.

    `bulk` is what was written to more people than eight.
    """

    person: Ints
    time: Ints
    bulk: Flags


def inbound(ego: Ego) -> Inbound:
    """Find what others said to the leader in the window, what the leader answered and who took it up.

    An answer is a counted response by the leader to the item, a thank-you a counted response by the person
    to the answer (a reaction too); both not before what they respond to, and before the end of the window.
    Where people answer themselves, the first such item that is inbound stands for all, and an answer to any.
    Mass mail is marked, and its bulk is no bulk here.
    """
    said = said_in(ego)
    addressed, people = addressed_to(ego.tables, ego.leader)
    drawn = ego.responses.where(ego.responses.target == ego.leader)
    items = [addressed[people <= ASKED_AT_ONCE], drawn.item[drawn.parent < 0], drawn.item[drawn.parent >= 0]]
    item, way = _last_of_each(items)
    bulk = np.setdiff1d(addressed[people > ASKED_AT_ONCE], np.union1d(item, ego.mass_mail.item))
    kept = said[item] & _by_others(ego, item)
    item, way = item[kept], way[kept]
    head = heads(ego.log)
    first = np.sort(np.unique(head[item], return_index=True)[1])
    item, way = item[first], way[first]
    person = ego.log.items.author[item].astype(np.int64)
    answer = _first_response(ego, head, item, np.full(len(item), ego.leader))
    thanks = _first_response(ego, head, answer, person)
    left_out = int((said[bulk] & _by_others(ego, bulk)).sum())
    mass = ego.mass_mail.holds(item)
    return Inbound(item, person, ego.log.items.time[item], way, answer, thanks, mass, left_out)


def said_in(ego: Ego) -> Flags:
    """Tell by item which of the window say something, whoever says it."""
    items = ego.log.items
    found: Flags = items.said & ego.window.holds(items.time)
    return found


def _by_others(ego: Ego, item: Ints) -> Flags:
    return ~np.isin(ego.log.items.author[item], sorted(ego.nobody))


def _last_of_each(items: list[Ints]) -> tuple[Ints, Ints]:
    """Return each item once, with the last of the lists that holds it."""
    every = np.concatenate(items[::-1])
    way = np.repeat(np.arange(len(items))[::-1], [len(part) for part in items[::-1]])
    item, first = np.unique(every, return_index=True)
    return item, way[first]


def _first_response(ego: Ego, head: Ints, item: Ints, by: Ints) -> Ints:
    """Return the first counted response by a person to each item or to what its author added to it.

    −1 where there is none, or where the item is −1: no item.
    """
    links, items = ego.log.counted_links(), ego.log.items
    asked = item[item >= 0]
    since = np.full(len(items), NEVER)
    np.minimum.at(since, head[asked], items.time[asked])
    kept = since[head[links.parent]] <= items.time[links.parent]
    kept &= items.time[links.parent] <= items.time[links.child]
    kept &= items.time[links.child] < ego.window.until
    child, people = links.child[kept], len(ego.people)
    key = head[links.parent[kept]] * people + items.author[child]
    order = np.lexsort((child, key))
    key, child = key[order], child[order]
    wanted = np.where(item >= 0, head[item] * people + by, -1)
    place = np.searchsorted(key, wanted)
    there = place < len(key)
    there[there] = key[place[there]] == wanted[there]
    found = np.full(len(item), -1, np.int64)
    found[there] = child[place[there]]
    return found


def acts_of(ego: Ego) -> Acts:
    """Return all that the leader did towards somebody before the window's end, the window's beginning aside."""
    item, person, people = written_to(ego.tables, ego.leader, ego.window.until)
    every = ego.log.counted()
    mine = every.where((every.responder == ego.leader) & (every.time < ego.window.until))
    return Acts(
        np.concatenate([person, mine.target.astype(np.int64)]),
        np.concatenate([ego.log.items.time[item], mine.time]),
        np.concatenate([people > ASKED_AT_ONCE, np.zeros(len(mine), bool)]),
    )


def prompted(person: Ints, time: Ints, acts: Acts, delta: int) -> Flags:
    """Tell before which of some moments there was an act towards that person in [t − δ, t).

    >>> acts = Acts(np.array([8]), np.array([10]), np.array([False]))
    >>> prompted(np.array([8, 8, 8, 9]), np.array([10, 11, 16, 11]), acts, 5).tolist()
    [False, True, False, False]
    """
    everyone, moment = np.concatenate([person, acts.person]), np.concatenate([time, acts.time])
    is_act = np.arange(len(moment)) >= len(person)
    order = np.lexsort((is_act, moment, everyone))
    last = np.maximum.accumulate(np.where(is_act[order], np.arange(len(order)), -1))
    before = order[np.maximum(last, 0)]
    found = (last >= 0) & (everyone[before] == everyone[order]) & (moment[order] - moment[before] <= delta)
    answer = np.zeros(len(order), bool)
    answer[order] = found
    return answer[: len(person)]
