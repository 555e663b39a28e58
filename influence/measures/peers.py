"""Teams like the leader's: of the same organisation and about the same size, to stand beside it."""

from __future__ import annotations

from dataclasses import dataclass
from math import erfc, hypot, sqrt
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from influence.chance.intervals import clustered_share
from influence.contract.language import because
from influence.kernels.arrays import Floats, Ints

if TYPE_CHECKING:
    from influence.reach.ego import Ego

_Z = 1.959963984540054
FEWEST_TEAMS = 3
ALIKE = 2
"""A team like it has at least half and at most twice as many people."""
NO_TEAM = because("no team is known; an organisation chart, or [teams] in influence.toml, says who is in it")
NO_PEERS = because("too few teams like it are known here to compare")
Share: TypeAlias = tuple[float, tuple[float, float]]
"""A share and its interval."""


@dataclass(frozen=True)
class Beside:
    """Teams like the leader's: how many, their share, the interval of the leader's team's less theirs, and p of none.

    `share`, `difference` and `p` are None where there are too few of them.
    """

    teams: int
    share: float | None = None
    difference: tuple[float, float] | None = None
    same_department: bool | None = None
    p: float | None = None

    @property
    def why_not(self) -> str | None:
        """Why there is nothing to compare."""
        return NO_PEERS if self.share is None else None


def told_of(ego: Ego) -> tuple[Ints, str | None]:
    """Return the leader's team as person codes, bots left out, and why nothing may be told of it, if so."""
    team, least = np.array(sorted(ego.team - ego.bots), np.int64), ego.settings.smallest_group
    if not len(team):
        return team, NO_TEAM
    if len(team) < least:
        why = because("the team has fewer than {least} people, and nothing is told of so few", least=least)
        return team, why
    return team, None


def beside(ego: Ego, team: Ints, part: Floats, whole: float = 1.0) -> Beside:
    """Compare Σ part / Σ whole over the team with that of teams like it; `part` is by person code, `whole` of each.

    Teams like it are those of other leaders of the organisation that share nobody with it and have at least half and
    at most twice as many people (never fewer than `smallest_group`): of the leader's department where at least three
    are, else of any.
    """
    teams, same = teams_like(ego, team)
    if len(teams) < FEWEST_TEAMS:
        return Beside(len(teams))
    own = part[team], np.full(len(team), whole)
    theirs = (
        np.array([part[members].sum() for members in teams]),
        np.array([whole * len(members) for members in teams]),
    )
    shares = [
        (float(some.sum() / every.sum()), clustered_share(some, every)) for some, every in (own, theirs)
    ]
    return Beside(len(teams), shares[1][0], difference(*shares), same, p_of_difference(*shares))


def teams_like(ego: Ego, team: Ints) -> tuple[list[Ints], bool]:
    """Return the teams to stand beside one, as person codes, and whether all are of the leader's department."""
    least = max(ego.settings.smallest_group, -(-len(team) // ALIKE))
    own = set(team.tolist()) | {ego.leader}
    department = dict(ego.people.told("department"))
    found = [
        (department.get(leader) == department.get(ego.leader), members)
        for leader, members in ego.population.teams.everybodys(least, ALIKE * len(team))
        if ego.inside[leader] and leader not in own and own.isdisjoint(members.tolist())
    ]
    near = [members for same, members in found if same] if ego.leader in department else []
    return (near, True) if len(near) >= FEWEST_TEAMS else ([members for _, members in found], False)


def difference(one: Share, other: Share) -> tuple[float, float]:
    """Return the 95 % interval of one share less another, from the interval of each (Newcombe 1998, method 10).

    >>> from influence.chance.intervals import wilson
    >>> [round(edge, 4) for edge in difference((0.8, wilson(56, 70)), (0.6, wilson(48, 80)))]
    [0.0524, 0.3339]
    """
    (p, (low, high)), (q, (least, most)) = one, other
    return p - q - sqrt((p - low) ** 2 + (most - q) ** 2), p - q + sqrt((high - p) ** 2 + (q - least) ** 2)


def p_of_difference(one: Share, other: Share) -> float:
    """Return p that two values are the same, from the interval of each: where `difference` at 1 − p ends at 0.

    The margin towards 0 is taken as 1.96 standard errors (Zou and Donner 2008, doi:10.1002/sim.3095).

    >>> from influence.chance.intervals import wilson
    >>> round(p_of_difference((0.8, wilson(56, 70)), (0.6, wilson(48, 80))), 3)
    0.008
    """
    (p, (low, high)), (q, (least, most)) = one, other
    margin = hypot(p - low, most - q) if p > q else hypot(high - p, q - least)
    if p == q:
        return 1.0
    return erfc(_Z * abs(p - q) / margin / sqrt(2)) if margin > 0 else 0.0
