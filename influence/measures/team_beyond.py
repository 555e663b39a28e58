"""Whether the team reaches beyond too: how many of it are answered by people they never met, beside teams like it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from influence.chance.intervals import wilson
from influence.contract.details.organisation import TeamBeyond
from influence.contract.findings import NETWORKED, Finding
from influence.contract.measures import Definition, finds
from influence.kernels.arrays import Ints
from influence.measures.peers import beside, teams_like, told_of
from influence.measures.reach import NO_TIMES
from influence.reach.everybody import Reaches, everybodys_reach

if TYPE_CHECKING:
    from influence.reach.ego import Ego

NAME, UNIT = "team_beyond", "share"


@finds(
    team_beyond=Definition(
        "what part of the team reaches people whom they never met",
        label="The team reaches beyond",
        meaning=(
            "The part of the team to whom people responded whom they themselves never met. Teams of about the same "
            "size, of the same department where there are enough, stand beside it."
        ),
        reading="High: leadership has spread to the team.",
        unit="share",
        family="Leadership for the many",
    ),
)
def team_beyond(ego: Ego) -> dict[str, Finding]:
    """Return the share of the team who themselves have people never met responding, with Wilson's 95 % interval.

    Whom each of the team reached is found as for the leader (`reach.everybodys_reach`); beyond are those in step 4
    by row, and how many of them half of the team reach at least is told too. `low` leaves out those of whom nothing
    tells whether they have met. Nothing is told of a team that is smaller than `smallest_group`, and never who of
    it. Beside it stand teams like it (`peers.beside`), with the interval of the difference; `apart` tells whether
    that leaves 0 out.
    """
    team, reason = told_of(ego)
    if not ego.dated or reason is not None:
        return {NAME: Finding(NAME, None, UNIT, reason=reason if ego.dated else NO_TIMES)}
    reaches = everybodys_reach(ego.population, ego.window)
    sure, many = _beyond(reaches, known=True)[team] > 0, _beyond(reaches)
    some = many[team] > 0
    first, second = (
        float((_beyond(everybodys_reach(ego.population, half, leaders=team))[team] > 0).mean())
        for half in ego.window.halves
    )
    peers = beside(ego, team, (many > 0).astype(np.float64))
    detail = TeamBeyond(
        len(team),
        int(some.sum()),
        first,
        second,
        teams=peers.teams,
        peers=peers.share,
        difference=peers.difference,
        apart=None if peers.difference is None else not peers.difference[0] <= 0 <= peers.difference[1],
        same_department=peers.same_department,
        no_peers=peers.why_not,
        typical=_half_have(many[team]),
        peers_typical=None
        if peers.share is None
        else _half_have(many[np.concatenate(teams_like(ego, team)[0])]),
    )
    value = float(some.mean())
    within = wilson(some.sum(), len(team))
    return {NAME: Finding(NAME, value, UNIT, float(sure.mean()), value, within, detail=detail)}


def _beyond(reaches: Reaches, *, known: bool = False) -> Ints:
    """Count by person code whom each reached and never met; `known`: of whom that is sure."""
    beyond = reaches.step == NETWORKED
    if known:
        beyond &= reaches.known
    many: Ints = np.bincount(reaches.leader[beyond], minlength=reaches.people)
    return many


def _half_have(many: Ints) -> int:
    """Return what at least half have, or more.

    >>> _half_have(np.array([0, 2, 5, 9]))
    5
    """
    return int(np.sort(many)[len(many) // 2])
