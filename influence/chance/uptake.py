"""Who took up a term after responding to somebody's use of it, and how many would have with their times shuffled.

Import this module only where it is needed: it loads numba.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from influence.contract.turns import steps
from influence.kernels.arrays import Ints
from influence.kernels.chance import Layout, taken_up

PARTS = 50
"""Work may be ended so many times while it is worked out what would have been in shuffled times."""


@dataclass(frozen=True)
class Uses:
    """Who used which term in which of their items: `slot` is a position in the `Slots`."""

    slot: Ints
    term: Ints


@dataclass(frozen=True)
class Slots:
    """Items with terms, by whom and when, sorted by person and time."""

    person: Ints
    time: Ints


@dataclass(frozen=True)
class Exposures:
    """Who responded, when, to a use of which term."""

    person: Ints
    term: Ints
    time: Ints


@dataclass(frozen=True)
class Said:
    """What was said and to what it responded."""

    slots: Slots
    uses: Uses
    exposures: Exposures


@dataclass(frozen=True)
class Uptake:
    """By topic, and for any topic in the last place: people who took up a term, for the first time, and shuffled.

    `shuffled` is draws × (topics + 1): how many would have taken up a term for the first time.
    """

    takers: Ints
    new: Ints
    shuffled: Ints

    def p(self) -> NDArray[np.float64]:
        """Return (1 + #{shuffled ≥ new}) / (1 + draws) for each topic."""
        as_many = (self.shuffled >= self.new).sum(axis=0)
        found: NDArray[np.float64] = (1 + as_many) / (1 + len(self.shuffled))
        return found


def uptake(
    said: Said,
    topic: Ints,
    topics: int,
    delta: int,
    *,
    draws: int = 1_000,
    seed: int = 1,
) -> Uptake:
    """Count who used a term within δ after responding to a use of it, and who of them never had before.

    A person counts for a topic if it holds for any term x of it (`topic[x]`, −1: none) and any of their responses
    at τ: some use in (τ, τ + δ]; new if moreover no use before τ (a use in the response itself counts
    neither way). The shuffle gives each person's items to their own times at random, what was said together staying
    together: who talks much, and about what, stays; when is lost.

    Source: the time shuffle of Anagnostopoulos, Kumar, Mahdian 2008, doi:10.1145/1401890.1401897, within persons.

    Raises:
        ValueError: slots are not sorted by person and time, or a use names no slot.

    >>> slots = Slots(np.zeros(3, int), np.array([1, 5, 9]))
    >>> responded = Exposures(np.array([0]), np.array([0]), np.array([4]))
    >>> found = uptake(Said(slots, Uses(np.array([1]), np.array([0])), responded), np.array([0]), 1, delta=10)
    >>> found.takers.tolist(), found.new.tolist(), found.shuffled.mean(axis=0).round(1).tolist()
    ([1, 1], [1, 1], [0.7, 0.7])
    """
    slots, uses = said.slots, said.uses
    order = np.lexsort((slots.time, slots.person))
    if (order != np.arange(len(order))).any():
        raise ValueError("slots must be sorted by person and time")
    if uses.slot.size and (uses.slot.min() < 0 or uses.slot.max() >= len(order)):
        raise ValueError("a use must name a slot")
    random = np.random.default_rng(seed)
    parts = [taken_up(one, topics, delta, draws, random) for one in steps(_parts(_laid_out(said, topic)))]
    takers, new, shuffled = (np.sum(counts, axis=0) for counts in zip(*parts, strict=True))
    return Uptake(takers, new, shuffled)


def _parts(laid: Layout) -> Iterator[Layout]:
    """Cut what was said into parts of about as many people each, which are gone through one after the other."""
    people = len(laid.slot_from)
    cuts = np.linspace(0, people, min(max(people, 1), PARTS) + 1).astype(np.int64).tolist()
    for first, last in pairwise(cuts):
        yield laid._replace(
            slot_from=laid.slot_from[first:last],
            slot_to=laid.slot_to[first:last],
            pair_start=laid.pair_start[first : last + 1],
            mark_start=laid.mark_start[first : last + 1],
        )


def _laid_out(said: Said, topic: Ints) -> Layout:
    """Lay out, for each (person, term) that was responded to and used, its topic, its uses and its responses."""
    slots, uses, exposures = said.slots, said.uses, said.exposures
    wide = int(max(topic.size, 1))
    told = topic[exposures.term] >= 0
    seen = np.unique(
        np.stack([(exposures.person * wide + exposures.term)[told], exposures.time[told]]), axis=1
    )
    key = slots.person[uses.slot] * wide + uses.term
    kept = np.isin(key, seen[0])
    spoken = np.unique(np.stack([key[kept], uses.slot[kept]]), axis=1)
    pair, use_start = np.unique(spoken[0], return_index=True)
    heard = seen[:, np.isin(seen[0], pair)]
    _, heard_start = np.unique(heard[0], return_index=True)
    person, pair_start = np.unique(pair // wide, return_index=True)
    marks, mark_of_use = np.unique(spoken[1], return_inverse=True)
    return Layout(
        np.searchsorted(slots.person, person, "left"),
        np.searchsorted(slots.person, person, "right"),
        np.append(pair_start, len(pair)),
        np.append(np.searchsorted(slots.person[marks], person, "left"), len(marks)),
        topic[pair % wide],
        np.append(use_start, len(spoken[1])),
        np.append(heard_start, len(heard[1])),
        marks,
        mark_of_use.astype(np.int64),
        np.ascontiguousarray(
            heard[1]
        ),  # else a kind of array of its own, for which the loop is compiled anew
        slots.time,
    )
