"""Exchange that goes both ways: of the people never met who responded, those to whom the leader responded too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from influence.chance.bootstrap import conversation_draws
from influence.chance.intervals import share_interval
from influence.contract.details.exchange import TwoWayShare
from influence.contract.findings import Finding
from influence.contract.language import because
from influence.contract.measures import Definition, finds, near_enough
from influence.kernels.arrays import Flags

if TYPE_CHECKING:
    from influence.reach.ego import Ego


@near_enough
@finds(
    two_way_share=Definition(
        "the part of the people never met with whom responses went both ways",
        label="Both ways",
        meaning=(
            "The part of the people beyond with whom responses went both ways: they responded to the "
            "leader, and the leader to them."
        ),
        reading="High: exchange. Low: broadcast.",
        unit="share",
        family="Exchange",
    ),
)
def two_way(ego: Ego) -> dict[str, Finding]:
    """Measure with how much of reach_4 the exchange goes both ways.

    two_way_share = Σ (1 − m(v)) over those outside the team who responded to the leader and to whom the
    leader responded / Σ (1 − m(v)) over all reached outside the team. Passed-on people responded to others,
    so they are not two-way. Bounds take the unknown as met, then as unmet; 95 % interval by the bootstrap
    of whole conversations. Needs no times.
    """
    name, unit = "two_way_share", "share"
    outside = np.array([alter.outside for alter in ego.found], bool)
    both = _both_ways(ego)
    weight = np.array([alter.unmet for alter in ego.found])
    if not weight.sum() > 0:
        return {name: Finding(name, None, unit, reason=because("nobody who had not been met responded"))}
    value = float((weight * both).sum() / weight.sum())
    detail = TwoWayShare(both_ways=int((outside & both).sum()), people=int(outside.sum()))
    bounds = [value, *_two_readings(ego, outside, both)]
    within = None
    if len(ego.drawn.item) and not ego.drawn.undated and len(np.unique(ego.unit)) + ego.silent > 1:
        codes = np.array([alter.person for alter in ego.found])
        person = np.searchsorted(codes, ego.drawn.person)
        draws = conversation_draws(
            ego.unit, person, np.stack([weight * both, weight], axis=1),
            silent=ego.silent, draws=ego.settings.draws, seed=ego.settings.seed,
        )  # fmt: skip
        within = share_interval(draws[:, 0], draws[:, 1], weight, both)
    return {name: Finding(name, value, unit, min(bounds), max(bounds), within, detail=detail)}


def _both_ways(ego: Ego) -> Flags:
    """Tell of everybody reached whether they responded to the leader and the leader to them."""
    responses, ties, me = ego.responses, ego.ties, ego.leader
    drawn = np.concatenate([responses.responder[responses.target == me], ties.target[ties.source == me]])
    given = np.concatenate([responses.target[responses.responder == me], ties.source[ties.target == me]])
    codes = np.array([alter.person for alter in ego.found], np.int64)
    both: Flags = np.isin(codes, drawn) & np.isin(codes, given)
    return both


def _two_readings(ego: Ego, outside: Flags, both: Flags) -> list[float]:
    """Return the share with every unknown met, and with every unknown unmet, where that means something."""
    shares = []
    for unknown in (0.0, 1.0):
        weight = np.array([a.unmet if a.known else unknown for a in ego.found]) * outside
        if weight.sum() > 0:
            shares.append(float((weight * both).sum() / weight.sum()))
    return shares
