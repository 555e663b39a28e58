"""What leaders did and who came to their conversations: what habits are told from, over all leaders of a record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from influence.advice.history import History
from influence.kernels.arrays import Codes, Flags, Floats, Ints
from influence.network.doings import asks_by_item, named_by_item
from influence.times import Window

if TYPE_CHECKING:
    from influence.reach.population import Population

LEADERS = 60
"""Of more, those to whom most different people responded."""
NOT_KEPT = -1


@dataclass(frozen=True)
class Acted:
    """A record in order of time, as arrays by item: `time` (microseconds), `author`, `conversation`, `place`, `hour`.

    `place` is the channel (−1: none), `hour` that of the day in the workspace's zone, `said` what says something,
    `asks` whether it asks (1), does not (0), or its text is not kept (−1). `named_in` and `named` are whom items name.
    Responses: `response` (an item), `to` (the item that it responds to, −1: none), `responder`, `target`, and `unmet`:
    1 − m(v) of that pair at its first response, 0 in the team.
    """

    leaders: Ints
    time: Ints
    author: Codes
    conversation: Ints
    place: Ints
    hour: NDArray[np.int8]
    said: Flags
    asks: NDArray[np.int8]
    named_in: Ints
    named: Ints
    response: Ints
    to: Ints
    responder: Ints
    target: Ints
    unmet: Floats

    @classmethod
    def of(cls, population: Population, window: Window, of: Sequence[int] = ()) -> Acted:
        """Read what some leaders did in a window, else those who led before its last third (`leading`)."""
        items, responses = population.log.items, population.responses(window)
        leaders = np.array(sorted(of or leading(population, window)), np.int64)
        people = ~np.isin(responses.responder, sorted(population.bots))
        led = np.isin(responses.target, leaders) | np.isin(responses.responder, leaders)
        kept = people & led & (responses.target != responses.responder)
        target, responder = (one[kept].astype(np.int64) for one in (responses.target, responses.responder))
        asked, asks = asks_by_item(population.tables)
        known = np.full(len(items), NOT_KEPT, np.int8)
        known[asked] = asks
        return cls(
            leaders,
            items.time,
            items.author,
            items.conversation,
            population.channels,
            hours(items.time, population.settings.zone),
            items.said,
            known,
            *named_by_item(population.tables),
            responses.item[kept],
            responses.parent[kept],
            responder,
            target,
            _unmet(population, target, responder, responses.time[kept]),
        )

    def who(self, item: Ints) -> Ints:
        """Return who did some items."""
        return self.author[item].astype(np.int64)

    @cached_property
    def led(self) -> Ints:
        """The items of conversations in which one of the leaders wrote; by conversation, then in order of time."""
        led = np.zeros(int(self.conversation.max(initial=0)) + 1, bool)
        led[self.conversation[np.isin(self.author, self.leaders)]] = True
        item = np.flatnonzero(led[self.conversation])
        found: Ints = item[np.argsort(self.conversation[item], kind="stable")]
        return found

    @cached_property
    def before(self) -> Codes:
        """How many items of its conversation lie before each item of one in which a leader wrote; 0 of all others."""
        begins = np.flatnonzero(np.diff(self.conversation[self.led], prepend=-1))
        found = np.zeros(len(self.time), np.int32)
        found[self.led] = np.arange(len(self.led)) - np.repeat(
            begins, np.diff(np.append(begins, len(self.led)))
        )
        return found

    @cached_property
    def told(self) -> Ints:
        """Of what is `led`, conversation and moment as one number, which rises: see `number`."""
        return self.number(self.conversation[self.led], self.time[self.led])

    def number(self, conversation: Ints, moment: Ints) -> Ints:
        """Return a number for conversations and moments, by which they stand in order."""
        return conversation * (len(self.time) + 1) + np.searchsorted(self.time, moment, "left")


def leading(population: Population, window: Window) -> list[int]:
    """Return to whom most different people responded in the first two thirds of a window."""
    cut = window.until - (window.until - window.since) // 3
    found: list[int] = History.of(population, window).before(cut).leaders(LEADERS).tolist()
    return found


def hours(time: Ints, zone: str) -> NDArray[np.int8]:
    """Return the hour of the day in a zone.

    >>> hours(np.array([0, 3_600_000_000 * 23]), "Europe/Stockholm").tolist()
    [1, 0]
    """
    there = pa.array(time, pa.timestamp("us", "UTC")).cast(pa.timestamp("us", zone))
    return np.asarray(pc.hour(there)).astype(np.int8)


def _unmet(population: Population, leader: Ints, person: Ints, time: Ints) -> Floats:
    """Return 1 − m(v) of each pair at its first response; those of a leader's team weigh nothing."""
    order = np.lexsort((time, person, leader))
    pair = leader[order] * len(population.people) + person[order]
    _, first = np.unique(pair, return_index=True)
    one, other = (column[order][first].astype(np.int32) for column in (leader, person))
    m, _ = population.met_by_pairs(one, other, time[order][first])
    weight = np.where(population.teams.hold(one, other), 0.0, 1 - m)
    found = np.empty(len(leader))
    found[order] = np.repeat(weight, np.diff(np.append(first, len(pair))))
    return found
