"""Which spheres are reached: whose world people belong to, seen from the leader."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from math import fsum

from influence.findings import SphereReach
from influence.people import People, Who
from influence.steps import Alter


def spheres(people: People, leader: int, team: Set[int], rules: Mapping[str, Sequence[str]]) -> list[str]:
    """Return everybody's sphere by person code, seen from the leader.

    In this order: the team; what a people table states; the rules of the settings (organisation, e-mail
    domain, `department:Name`); the leader's department; the leader's organisation or domain; else unknown.
    """
    return [
        "team" if code in team else _sphere(one, people.who[leader], rules)
        for code, one in enumerate(people.who)
    ]


def _sphere(one: Who, leader: Who, rules: Mapping[str, Sequence[str]]) -> str:
    if one.sphere and one.sphere not in {"unknown", "team"}:
        return one.sphere
    marks = _marks(one)
    for sphere, wanted in rules.items():
        if marks & {mark.lower() for mark in wanted}:
            return sphere
    same_house = _houses(one) & _houses(leader)
    if one.department and one.department == leader.department and (same_house or not _houses(one)):
        return "department"
    return "company" if same_house else "unknown"


def _marks(one: Who) -> set[str]:
    department = {f"department:{one.department.lower()}"} if one.department else set()
    return _houses(one) | department


def _houses(one: Who) -> set[str]:
    domains = {domain.lower() for domain in one.domains()}
    return domains | ({one.organisation.lower()} if one.organisation else set())


def sphere_reach(found: Sequence[Alter], of: Sequence[str], left_out: Set[int]) -> list[SphereReach]:
    """Return `sphere_reach[s]` = Σ (1 − m(v)) over reached v in s, and its share of the known people of s.

    People of the team are in it with weight 0: they are near by definition. `left_out` (the leader, bots)
    are not counted among the known people of a sphere.
    """
    reached: dict[str, list[Alter]] = defaultdict(list)
    for alter in found:
        reached[of[alter.person]].append(alter)
    known: dict[str, int] = defaultdict(int)
    for code, sphere in enumerate(of):
        known[sphere] += code not in left_out
    rows = []
    for sphere in sorted(reached, key=lambda s: (-len(reached[s]), s)):
        value = fsum(1 - alter.m for alter in reached[sphere] if alter.step != 2)
        share = value / known[sphere] if known[sphere] else None
        rows.append(SphereReach(sphere, value, len(reached[sphere]), known[sphere], share))
    return rows
