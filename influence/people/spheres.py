"""Whose world a person belongs to, seen from the leader: what is stated, then rules, then the same house.

What neither is stated nor follows from a rule is unknown, and stays unknown until somebody says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from influence.people.directory import People, Who


def spheres(
    people: People,
    leader: int,
    team: Set[int],
    rules: Mapping[str, Sequence[str]],
    listed: Mapping[str, Set[int]] | None = None,
) -> list[str]:
    """Return everybody's sphere by person code, seen from the leader.

    In this order: the team; what a people table or the user states; the rules of the settings (organisation,
    e-mail domain, `department:Name`, `list:Name`, whose members `listed` gives); the leader's department; the
    leader's organisation or domain; else unknown.
    """
    placed = _Rules(rules, listed or {})
    me = people.who[leader]
    home = houses(me)
    return [
        "team" if code in team else _sphere(one, code, me, home, placed)
        for code, one in enumerate(people.who)
    ]


def houses(one: Who) -> set[str]:
    """Return what tells where somebody works, in lower case: the domains of their mail, their organisation."""
    domains = {domain.lower() for domain in one.domains()}
    return domains | ({one.organisation.lower()} if one.organisation else set())


class _Rules:
    """The rules turned round: from a mark (a house, a department) to its sphere; the first rule to name it wins."""

    def __init__(self, rules: Mapping[str, Sequence[str]], listed: Mapping[str, Set[int]]) -> None:
        self._order = list(rules)
        self._of: dict[str, int] = {}
        for rank, sphere in enumerate(self._order):
            for mark in rules[sphere]:
                self._of.setdefault(mark.lower(), rank)
        self._listed = listed

    def sphere(self, one: Who, code: int) -> str | None:
        marks = houses(one) | ({f"department:{one.department.lower()}"} if one.department else set())
        marks |= {mark for mark, members in self._listed.items() if code in members}
        ranks = [self._of[mark] for mark in marks if mark in self._of]
        return self._order[min(ranks)] if ranks else None


def _sphere(one: Who, code: int, me: Who, home: Set[str], placed: _Rules) -> str:
    if one.sphere and one.sphere not in {"unknown", "team"}:
        return one.sphere
    ruled = placed.sphere(one, code)
    if ruled is not None:
        return ruled
    own = houses(one)
    if one.department and one.department == me.department and (own & home or not own):
        return "department"
    return "company" if own & home else "unknown"
