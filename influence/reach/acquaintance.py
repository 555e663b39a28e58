"""Ties of the network between people who have met, and those who have not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from influence.kernels.arrays import NEVER, UNDATED, Codes, Flags, Floats, Ints, distinct_pairs
from influence.network.network import Network
from influence.reach.population import Population, Ties, response_network
from influence.times import Window


@dataclass(frozen=True)
class Acquaintance:
    """Of everybody tied by responses, whether they had met: one row for each pair, sorted by source and target.

    `m` is m(v) by the target's first response to the source in the window; `known` whether anything tells.
    """

    source: Codes
    target: Codes
    m: Floats
    known: Flags

    @property
    def met(self) -> Flags:
        """Mark the ties between people known to have met: m ≥ 0.5."""
        met: Flags = self.known & (self.m >= 0.5)
        return met

    def counts(self) -> dict[str, int]:
        """Count the ties, those of which it is known whether the two have met, those met and not met.

        `pairs_not_met` counts two people once, whichever of them responded.
        """
        known, met = int(self.known.sum()), int(self.met.sum())
        apart = self.known & ~self.met
        low, high = np.minimum(self.source, self.target)[apart], np.maximum(self.source, self.target)[apart]
        pairs = len(distinct_pairs(low, high)[0])
        return {
            "ties": len(self.source),
            "known": known,
            "met": met,
            "not_met": known - met,
            "pairs_not_met": pairs,
        }


def acquaintance(population: Population, window: Window) -> Acquaintance:
    """Say of each tie of the response network of a window whether the two had met."""
    from_, to, _, earliest = _tied_pairs(population, window)
    m, known = population.met_by_pairs(from_, to, earliest)
    return Acquaintance(from_, to, m, known)


def digital_network(population: Population, window: Window) -> Network:
    """Return the digital part of the response network: the ties between people not known to have met.

    A tie u → v is left out where it is known that u and v had met by v's first response to u in the window,
    with m ≥ 0.5. Who has no other ties is no longer in the network.
    """
    responses, ties = population.responses(window), population.ties
    from_, to, place, earliest = _tied_pairs(population, window)
    m, known = population.met_by_pairs(from_, to, earliest)
    digital = ~(known & (m >= 0.5))[place]
    dated, undated = np.split(digital, [len(responses)])
    kept = Ties(ties.source[undated], ties.target[undated], ties.weight[undated])
    return response_network(population.people, responses.where(dated), kept)


def _tied_pairs(population: Population, window: Window) -> tuple[Codes, Codes, Ints, Ints]:
    """Return source and target of each tie, the tie of each response and undated tie, and each tie's first time."""
    responses, ties = population.responses(window), population.ties
    first = np.concatenate([responses.time, np.full(len(ties.source), UNDATED)])
    n = len(population.people)
    source, target = (
        np.concatenate([own.astype(np.int64), undated])
        for own, undated in ((responses.target, ties.source), (responses.responder, ties.target))
    )
    pairs, place = np.unique(source * n + target, return_inverse=True)
    earliest = np.full(pairs.size, NEVER)
    np.minimum.at(earliest, place, first)
    from_, to = (side.astype(np.int32) for side in np.divmod(pairs, max(n, 1)))
    return from_, to, place, earliest
