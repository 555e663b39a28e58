"""Whether the team takes up the ways of working that the leader uses, and whether the leader was early or late."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from influence.chance.intervals import clustered_share
from influence.chance.p_values import discoveries
from influence.contract.details.organisation import Followed, TeamFollows
from influence.contract.findings import Finding
from influence.contract.language import because
from influence.contract.measures import Definition, finds
from influence.kernels.arrays import Ints
from influence.measures.peers import Beside, beside, told_of
from influence.measures.reach import NO_TIMES
from influence.network.adoption import Adopters, adopters

if TYPE_CHECKING:
    from influence.reach.ego import Ego

NAME, UNIT = "team_follows", "share"
LATE = 2 / 3
"""Who begins after two thirds of all who ever do are, by Rogers, of the late majority or later."""
NOWHERE = because("the leader is active in no system in which enough others of the organisation are")


@finds(
    team_follows=Definition(
        "what part of the team is active in the systems in which the leader is",
        label="The team follows",
        meaning=(
            "Over all systems in which the leader acts (mail, a chat, a social network): the part of the team who act "
            "there too. Beside it stand teams of about the same size, and whether the leader began early or late."
        ),
        reading="Low, with a leader who began late: the leader may be the reason that the team is not taking it up.",
        unit="share",
        family="Leadership for the many",
    ),
)
def team_follows(ego: Ego) -> dict[str, Finding]:
    """Return the share of (person of the team, system) in which that person had acted by the end of the window.

    Systems are those in which the leader and at least `smallest_group` people of the organisation had acted. The 95 %
    interval takes people as what may come again (`chance.clustered_share`). `detail` says of each system how many of
    the team began before and after the leader, and the leader's place: the part of the organisation's adopters who
    began before (Rogers 1962, Diffusion of Innovations); `late` if the median place is in the last third. Beside it
    stand teams like it (`peers.beside`), of the same systems; `behind` if the difference is below 0 with its interval.
    The same is told of each system by itself, whose p are decided together (Benjamini & Hochberg 1995, 5 %).
    Who was there when the record of a system begins is taken to have begun then.
    """
    team, reason = told_of(ego)
    if not ego.dated or reason is not None:
        return {NAME: Finding(NAME, None, UNIT, reason=reason if ego.dated else NO_TIMES)}
    systems = _systems(ego)
    if not systems:
        return {NAME: Finding(NAME, None, UNIT, reason=NOWHERE)}
    active = np.zeros(len(ego.people))
    for one in systems:
        active[one.person] += 1
    rows = _each(ego, systems, team)
    place = median(row.place for row in rows if row.place is not None)
    peers = beside(ego, team, active, float(len(systems)))
    detail = TeamFollows(
        len(team),
        rows,
        place,
        late=place >= LATE,
        teams=peers.teams,
        peers=peers.share,
        difference=peers.difference,
        behind=None if peers.difference is None else peers.difference[1] < 0,
        same_department=peers.same_department,
        no_peers=peers.why_not,
    )
    value = float(active[team].sum()) / (len(team) * len(systems))
    within = clustered_share(active[team], np.full(len(team), float(len(systems))))
    return {NAME: Finding(NAME, value, UNIT, interval=within, detail=detail)}


def _systems(ego: Ego) -> list[Adopters]:
    """Return who of the organisation acts in each system in which the leader and enough others do."""
    own = ego.inside.copy()
    own[sorted(ego.bots)] = False
    found = []
    for one in adopters(ego.tables, ego.window.until):
        kept = own[one.person]
        if ego.leader in one.person and kept.sum() >= ego.settings.smallest_group:
            found.append(Adopters(one.system, one.person[kept], one.first[kept]))
    return found


def _each(ego: Ego, systems: Sequence[Adopters], team: Ints) -> tuple[Followed, ...]:
    """Tell of each system; in which of them the team is behind teams like it is decided for all together."""
    peers = [_peers(ego, one, team) for one in systems]
    differ = discoveries([1.0 if one.p is None else one.p for one in peers])
    return tuple(map(partial(_followed, ego, team), systems, peers, differ))


def _peers(ego: Ego, system: Adopters, team: Ints) -> Beside:
    active = np.zeros(len(ego.people))
    active[system.person] = 1
    return beside(ego, team, active)


def _followed(ego: Ego, team: Ints, system: Adopters, peers: Beside, differs: bool) -> Followed:
    began = int(system.first[np.searchsorted(system.person, ego.leader)])
    member = np.isin(system.person, team)
    others = system.first[system.person != ego.leader]
    active, place = int(member.sum()), float((others < began).mean()) if len(others) else 0.0
    return Followed(
        system.system,
        adopters=len(system.person),
        team=len(team),
        active=active,
        before=int((system.first[member] < began).sum()),
        after=int((system.first[member] > began).sum()),
        place=place,
        late=place >= LATE,
        peers=peers.share,
        behind=None if peers.share is None else differs and active < peers.share * len(team),
    )
