"""What leaders did and who came to their conversations: what habits are told from, over all leaders of a record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from influence.advice.signs import History
from influence.kernels.arrays import Flags, Floats, Ints
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
    author: Ints
    conversation: Ints
    place: Ints
    hour: Ints
    said: Flags
    asks: Ints
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
        target, responder = responses.target.astype(np.int64), responses.responder.astype(np.int64)
        kept = people & (np.isin(target, leaders) | np.isin(responder, leaders)) & (target != responder)
        asked, asks = asks_by_item(population.tables)
        known = np.full(len(items), NOT_KEPT, np.int64)
        known[asked] = asks
        return cls(
            leaders,
            items.time,
            items.author.astype(np.int64),
            items.conversation,
            population.channels,
            hours(items.time, population.settings.zone),
            items.said,
            known,
            *named_by_item(population.tables),
            responses.item[kept],
            responses.parent[kept],
            responder[kept],
            target[kept],
            _unmet(population, target[kept], responder[kept], responses.time[kept]),
        )


def leading(population: Population, window: Window) -> list[int]:
    """Return to whom most different people responded in the first two thirds of a window."""
    cut = window.until - (window.until - window.since) // 3
    found: list[int] = History.of(population, window).before(cut).leaders(LEADERS).tolist()
    return found


def hours(time: Ints, zone: str) -> Ints:
    """Return the hour of the day in a zone.

    >>> hours(np.array([0, 3_600_000_000 * 23]), "Europe/Stockholm").tolist()
    [1, 0]
    """
    there = pa.array(time, pa.timestamp("us", "UTC")).cast(pa.timestamp("us", zone))
    return np.asarray(pc.hour(there)).astype(np.int64)


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
