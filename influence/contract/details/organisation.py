"""What belongs to the leader's organisation: walls between its departments, and teams that reach beyond."""

from __future__ import annotations

from dataclasses import dataclass

from influence.contract.details.record import Detail


@dataclass(frozen=True)
class Between(Detail, nameless=("one", "other", "pairs", "expected")):
    """How many pairs of people of two departments (or of one) respond, and how many would if chance alone drew them."""

    one: str
    other: str
    pairs: int | None
    expected: float | None


@dataclass(frozen=True)
class Walls(
    Detail,
    of=("walls",),
    nameless=(
        "by_chance",
        "p",
        "without_leader",
        "first_half",
        "second_half",
        "departments",
        "merged",
        "between",
    ),
    counts=("people", "pairs"),
):
    """The index by chance (2.5, 50, 97.5 %) and its p; without the leader; in the two halves of the window.

    `people` of known department who respond to one another, in `pairs`; `between` has every two `departments`, of which
    those of few people are `merged`.
    """

    people: int | None
    pairs: int | None
    by_chance: tuple[float, float, float] | None = None
    p: float | None = None
    without_leader: float | None = None
    first_half: float | None = None
    second_half: float | None = None
    departments: int | None = None
    merged: int | None = None
    between: tuple[Between, ...] = ()


@dataclass(frozen=True)
class TeamBeyond(
    Detail,
    of=("team_beyond",),
    nameless=(
        "first_half",
        "second_half",
        "teams",
        "peers",
        "difference",
        "apart",
        "no_peers",
        "same_department",
        "typical",
        "peers_typical",
    ),
    counts=("team", "reaching"),
):
    """How many of the team reach people never met, of how many; the share in the two halves of the window.

    At least half of the team reach `typical` such people or more, of the people of teams like it `peers_typical`.
    `teams` like it, in size and (where that says) department, share `peers` on average; `difference` is the interval of
    the team's share less theirs, `apart` whether it leaves 0 out; `no_peers` says why there is nothing to compare.
    """

    team: int | None
    reaching: int | None
    first_half: float | None = None
    second_half: float | None = None
    teams: int | None = None
    peers: float | None = None
    difference: tuple[float, float] | None = None
    apart: bool | None = None
    same_department: bool | None = None
    no_peers: str | None = None
    typical: int | None = None
    peers_typical: int | None = None


@dataclass(frozen=True)
class Followed(
    Detail,
    nameless=("system", "place", "late", "peers", "behind"),
    counts=("adopters", "team", "active", "before", "after"),
):
    """One system in which the leader acts: how many of the `team` are active, began before the leader, and after.

    `place` is the part of the organisation's `adopters` who began before the leader: 0, nobody; towards 1, nearly all;
    `late` whether that is in the last third. `peers` is the part of teams like it who are active, `behind` whether
    this team surely is less so, all systems decided together.
    """

    system: str
    adopters: int | None
    team: int | None
    active: int | None
    before: int | None
    after: int | None
    place: float | None
    late: bool | None = None
    peers: float | None = None
    behind: bool | None = None


@dataclass(frozen=True)
class TeamFollows(
    Detail,
    of=("team_follows",),
    nameless=(
        "place",
        "late",
        "teams",
        "peers",
        "difference",
        "behind",
        "systems",
        "no_peers",
        "same_department",
    ),
    counts=("team",),
):
    """Each system, and teams like it as in `TeamBeyond`; `place` is the median of the leader's places.

    `late` tells whether that is in the last third, `behind` whether the team is surely less active than its peers.
    """

    team: int | None
    systems: tuple[Followed, ...] = ()
    place: float | None = None
    late: bool | None = None
    teams: int | None = None
    peers: float | None = None
    difference: tuple[float, float] | None = None
    behind: bool | None = None
    same_department: bool | None = None
    no_peers: str | None = None
