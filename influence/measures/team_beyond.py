"""Whether the team reaches beyond too: how many of it are answered by people they never met, beside teams like it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from influence.chance.intervals import clustered_share, wilson
from influence.contract.details.organisation import TeamBeyond
from influence.contract.findings import NETWORKED, Finding
from influence.contract.language import because
from influence.contract.measures import Definition, finds
from influence.kernels.arrays import Flags, Ints
from influence.measures.reach import NO_TIMES
from influence.reach.everybody import Reaches, everybodys_reach
from influence.times import Window

if TYPE_CHECKING:
    from influence.reach.ego import Ego

NAME, UNIT = "team_beyond", "share"
FEWEST_TEAMS = 3
INSIDE = ("team", "department", "company")
ALIKE = 2
"""A team like it has at least half and at most twice as many people."""
NO_TEAM = because("no team is known; an organisation chart, or [teams] in influence.toml, says who is in it")
NO_PEERS = because("too few teams like it are known here to compare")


@dataclass(frozen=True)
class Peers:
    """Teams like the leader's: one row a team, how many of it reach people never met and how many it has."""

    reaching: Ints
    people: Ints
    same_department: bool


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

    Whom each of the team reached is found as for the leader (`reach.everybodys_reach`); beyond are those in step 4 by
    row. `low` leaves out those of whom nothing tells whether they have met. Nothing is told of a team that is smaller
    than `smallest_group`, and never who of it. Beside it stand the teams of other leaders of the same organisation
    that share nobody with it and have at least half and at most twice as many people; of the leader's department, if
    at least three of them are. `peers` is the share of all their people together, `difference` the team's share less
    theirs with its 95 % interval (Newcombe 1998, method 10, Statistics in Medicine
    17(8), of whole teams), `apart` whether that leaves 0 out.
    """
    team = np.array(sorted(ego.team - ego.bots), np.int64)
    reason = None if ego.dated else NO_TIMES
    if reason is None and not len(team):
        reason = NO_TEAM
    elif reason is None and len(team) < ego.settings.smallest_group:
        reason = because(
            "the team has fewer than {least} people, and nothing is told of so few",
            least=ego.settings.smallest_group,
        )
    if reason is not None:
        return {NAME: Finding(NAME, None, UNIT, reason=reason)}
    reaches = everybodys_reach(ego.population, ego.window)
    sure, some = _reach_beyond(reaches, known=True)[team], _reach_beyond(reaches)[team]
    halves = [
        _reach_beyond(everybodys_reach(ego.population, half, leaders=team))[team]
        for half in _halves(ego.window)
    ]
    detail = TeamBeyond(len(team), int(some.sum()), float(halves[0].mean()), float(halves[1].mean()))
    detail = _compared(detail, _peers(ego, team, _reach_beyond(reaches)))
    value = float(some.mean())
    within = wilson(some.sum(), len(team))
    return {NAME: Finding(NAME, value, UNIT, float(sure.mean()), value, within, detail=detail)}


def _reach_beyond(reaches: Reaches, *, known: bool = False) -> Flags:
    """Tell of everybody, by person code, whether they reached anybody never met; `known` if that is sure."""
    beyond = reaches.step == NETWORKED
    if known:
        beyond &= reaches.known
    flags: Flags = np.bincount(reaches.leader[beyond], minlength=reaches.people) > 0
    return flags


def _halves(window: Window) -> tuple[Window, Window]:
    middle = (window.since + window.until) // 2
    return Window(window.since, middle), Window(middle, window.until)


def _peers(ego: Ego, team: Ints, beyond: Flags) -> Peers:
    """Find the teams like the leader's, of the same department where there are enough of them."""
    least = max(ego.settings.smallest_group, -(-len(team) // ALIKE))
    home = {code for code, sphere in enumerate(ego.spheres) if sphere in INSIDE}
    own = set(team.tolist()) | {ego.leader}
    department = dict(ego.people.told("department"))
    rows = [
        (department.get(leader) == department.get(ego.leader), int(beyond[members].sum()), len(members))
        for leader, members in ego.population.teams.everybodys(least, ALIKE * len(team))
        if leader in home and leader not in own and own.isdisjoint(members.tolist())
    ]
    near = [row for row in rows if row[0]] if ego.leader in department else []
    chosen = near if len(near) >= FEWEST_TEAMS else rows
    reaching, people = (np.array([row[n] for row in chosen], np.int64) for n in (1, 2))
    return Peers(reaching, people, same_department=chosen is near)


def _compared(detail: TeamBeyond, peers: Peers) -> TeamBeyond:
    """Put teams like it beside the team, or why there are none."""
    if len(peers.people) < FEWEST_TEAMS:
        return replace(detail, teams=len(peers.people), no_peers=NO_PEERS)
    of, some = float(detail.team or 0), float(detail.reaching or 0)
    share, theirs = some / of, float(peers.reaching.sum() / peers.people.sum())
    within = difference(
        (share, wilson(some, of)),
        (theirs, clustered_share(peers.reaching.astype(np.float64), peers.people.astype(np.float64))),
    )
    return replace(
        detail,
        teams=len(peers.people),
        peers=theirs,
        difference=within,
        apart=not within[0] <= 0 <= within[1],
        same_department=peers.same_department,
    )


Share: TypeAlias = tuple[float, tuple[float, float]]
"""A share and its interval."""


def difference(one: Share, other: Share) -> tuple[float, float]:
    """Return the 95 % interval of one share less another, from the interval of each (Newcombe 1998, method 10).

    >>> [round(edge, 4) for edge in difference((0.8, wilson(56, 70)), (0.6, wilson(48, 80)))]
    [0.0524, 0.3339]
    """
    (p, (low, high)), (q, (least, most)) = one, other
    return p - q - sqrt((p - low) ** 2 + (most - q) ** 2), p - q + sqrt((high - p) ** 2 + (q - least) ** 2)
