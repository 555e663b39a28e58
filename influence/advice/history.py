"""What everybody did in a window, in order of time, as advice is learned from it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

from influence.kernels.arrays import Codes, Flags, Ints
from influence.network.doings import written_to_few_by_all
from influence.times import Window

if TYPE_CHECKING:
    from influence.reach.population import Population

WRITTEN_TO = 8


@dataclass(frozen=True)
class History:
    """What everybody did, in order of time (microseconds), by person code.

    `time`, `author`, `conversation`, `channel` (−1: none) are of items, of which `begin` is the first; `response` (an
    item), `responded` (its time), `responder`, `target` of responses; `letter` (an item), `wrote` (its time), `writer`,
    `reader` of what was written to at most eight people. `asked` tells who can be asked about.
    """

    asked: Flags
    begin: int
    time: Ints
    author: Codes
    conversation: Ints
    channel: Ints
    response: Ints
    responded: Ints
    responder: Codes
    target: Codes
    letter: Ints
    wrote: Ints
    writer: Codes
    reader: Codes

    @classmethod
    def of(cls, population: Population, window: Window) -> History:
        """Return the history of a window; the one that was asked for last is not read again."""
        held = _LAST.get(population)
        if held is None or held[0] != window:
            held = _LAST[population] = window, cls._read(population, window)
        return held[1]

    @classmethod
    def _read(cls, population: Population, window: Window) -> History:
        items, responses = population.log.items, population.responses(window)
        kept = window.stretch(items.time)
        item, reader = written_to_few_by_all(population.tables, WRITTEN_TO, window)
        asked = np.ones(len(population.people), bool)
        asked[sorted(population.bots)] = False
        return cls(
            asked,
            kept.start,
            items.time[kept],
            items.author[kept],
            items.conversation[kept],
            population.channels[kept],
            responses.item,
            responses.time,
            responses.responder,
            responses.target,
            item,
            items.time[item],
            items.author[item],
            reader.astype(np.int32),
        )

    def before(self, cut: int) -> History:
        """Return what was done before a moment."""
        items, responses, writing = (
            slice(0, int(np.searchsorted(times, cut))) for times in (self.time, self.responded, self.wrote)
        )
        earlier = History(
            self.asked,
            self.begin,
            self.time[items],
            self.author[items],
            self.conversation[items],
            self.channel[items],
            self.response[responses],
            self.responded[responses],
            self.responder[responses],
            self.target[responses],
            self.letter[writing],
            self.wrote[writing],
            self.writer[writing],
            self.reader[writing],
        )
        pair, first, place = self.pairs
        kept = first < cut
        number = np.cumsum(kept, dtype=np.int32) - 1
        earlier.__dict__["pairs"] = pair[kept], first[kept], number[place[responses]]
        return earlier

    @property
    def people(self) -> int:
        """How many people there are."""
        return len(self.asked)

    @property
    def first_responses(self) -> tuple[Ints, Ints]:
        """Each pair target · people + responder that there is, sorted, and when that response came first."""
        return self.pairs[:2]

    @cached_property
    def pairs(self) -> tuple[Ints, Ints, Codes]:
        """The first responses, and of each response the place of its pair among them."""
        pairs = self.target.astype(np.int64) * self.people + self.responder
        pair, first, place = np.unique(pairs, return_index=True, return_inverse=True)
        return pair, self.responded[first], place.astype(np.int32)

    def leaders(self, most: int, least: int = 5) -> Ints:
        """Return up to so many people to whom most different people responded, at least `least` of them, most first."""
        responders = np.bincount(self.first_responses[0] // self.people, minlength=self.people)
        responders[~self.asked] = 0
        best = np.argsort(-responders, kind="stable")[:most]
        found: Ints = best[responders[best] >= least]
        return found


_LAST: WeakKeyDictionary[Population, tuple[Window, History]] = WeakKeyDictionary()
"""The window that was asked for last, and its history."""
