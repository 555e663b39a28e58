"""Whose world a person belongs to, seen from the leader: what is stated, then rules, then the same house."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from influence.people import People, Who


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
