"""Where a role stands on the four steps: whose doing carries it, and how much of each sphere it reaches digitally."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from influence.chance.intervals import clustered_share
from influence.contract.details.stage import Digital, Stage
from influence.contract.findings import Finding
from influence.contract.language import because
from influence.contract.measures import Definition, finds, near_enough
from influence.kernels.arrays import Flags, Floats, Ints
from influence.measures.reach import FEWEST_CONVERSATIONS, NO_TIMES
from influence.network.log_queries import items_by

if TYPE_CHECKING:
    from influence.reach.ego import Ego

NAME, UNIT = "stage", "share"
NOTHING = because("the leader made no item in this window, and nobody responded")


@near_enough
@finds(
    stage=Definition(
        "what part of all that happens around the leader is done by people never met: where the role stands",
        label="Carried by people never met",
        meaning=(
            "Of all items by the leader and all responses to them, first-hand and passed on, the part that people "
            "never met made. The other parts are the leader's own output, the team's and that of people met."
        ),
        reading="Low: own output or the team carries the role. High: people beyond carry it.",
        unit="share",
        family="How far",
    ),
)
def stage(ego: Ego) -> dict[str, Finding]:
    """Return the part of (own items + responses drawn) that is by people never met.

    stage = Σ over valid responses of (1 − m(v)), the team's aside / (items of the leader + valid responses). Bounds
    take the unknown as met, then as unmet. The 95 % interval takes whole conversations as what may come again
    (`chance.clustered_share`), each with its own items and responses. `detail` has the four parts (`own`, `team`,
    `met`, `networked`, in items and responses), and of each sphere but the team how many of the people who could be
    reached only digitally were: Σ (1 − m(v)) over those reached / the same over everybody of the sphere, with m(v)
    by the end of the window for those not reached.
    """
    if not ego.dated:
        return {NAME: Finding(NAME, None, UNIT, reason=NO_TIMES)}
    own = items_by(ego.tables, [ego.leader], ego.window)
    by_step, doubt = _by_step(ego)
    total = len(own) + by_step.sum()
    if not total > 0:
        return {NAME: Finding(NAME, None, UNIT, reason=NOTHING)}
    sums = by_step.sum(axis=0)
    value = float(sums[2] / total)
    surely = float(by_step[~doubt, 2].sum())
    team, met, networked = sums.tolist()
    detail = Stage(float(len(own)), team, met, networked, _spheres(ego))
    low, high = surely / total, (surely + int(doubt.sum())) / total
    within = _interval(ego, own, by_step[:, 2])
    return {NAME: Finding(NAME, value, UNIT, float(low), float(high), within, detail=detail)}


def _by_step(ego: Ego) -> tuple[Floats, Flags]:
    """Return of each response what it adds to team, met and networked, and whether nothing tells if they met."""
    row = {alter.person: alter.weights for alter in ego.found}
    unknown = {alter.person for alter in ego.found if alter.outside and not alter.known}
    people = ego.drawn.person.tolist()
    weights = np.array([row[code] for code in people], np.float64).reshape(-1, 3)
    return weights, np.array([code in unknown for code in people], bool)


def _interval(ego: Ego, own: Ints, networked: Floats) -> tuple[float, float] | None:
    unit = np.concatenate([ego.log.items.conversation[own], ego.unit])
    part = np.concatenate([np.zeros(len(own)), networked])
    _, row = np.unique(unit, return_inverse=True)
    if row.max() + 1 < FEWEST_CONVERSATIONS:
        return None
    return clustered_share(np.bincount(row, part).astype(np.float64), np.bincount(row).astype(np.float64))


def _spheres(ego: Ego) -> dict[str, Digital]:
    """Weigh who of each sphere could be reached only digitally, and who of them was reached."""
    end = min(ego.window.until - 1, int(ego.population.recorded[-1]))
    people = np.arange(len(ego.people))
    unmet = 1 - ego.met.each(people, np.full(len(people), end))[0]
    reached = np.zeros(len(people))
    for alter in ego.found:
        unmet[alter.person] = reached[alter.person] = alter.unmet
    kept = ~np.isin(people, sorted(ego.nobody | ego.team))
    names, place = np.unique(np.array(ego.spheres)[kept], return_inverse=True)
    some, every = (np.bincount(place, weight[kept], len(names)).tolist() for weight in (reached, unmet))
    return {
        name: Digital(float(part), float(whole))
        for name, part, whole in zip(names.tolist(), some, every, strict=True)
    }
