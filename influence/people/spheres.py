"""Whose world a person belongs to, seen from the leader: what is stated, then rules, then the same house.

What neither is stated nor follows from a rule is unknown, and stays unknown until somebody says so.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence, Set

import numpy as np

from influence.contract.records import SPHERES
from influence.kernels.arrays import Codes, Flags, Ints
from influence.people.columns import Who
from influence.people.directory import People


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
    home, seen = houses(me), ["unknown"] * len(people)
    for code in placed.of_whom(people):
        seen[code] = _sphere(people.who[code], code, me, home, placed)
    for code in team:
        seen[code] = "team"
    return seen


def circles(people: People, leader: int, spheres: Sequence[str]) -> list[str]:
    """Return the circle of each person, within which people are alike in whether they meet the leader.

    It is the sphere; within the company the site, where the leader's is known, else the department. The team, of whom
    nothing need be supposed, has none (an empty text).
    """
    by_site = people.who[leader].site is not None
    return [
        ""
        if sphere == "team"
        else _circle(people.who[code], by_site=by_site)
        if sphere == "company"
        else sphere
        for code, sphere in enumerate(spheres)
    ]


def circles_of_pairs(
    people: People,
    rules: Mapping[str, Sequence[str]],
    listed: Mapping[str, Set[int]],
    pairs: tuple[Codes, Codes],
) -> Ints:
    """Return the circle of each person as `circles` has it for each leader, numbered from 0; the team's is −1.

    `pairs` are leaders and people by code; who is in whose team is not asked here, but a sphere may say it.
    """
    leader, person = pairs
    sphere = _sphere_of_pairs(people, _Rules(rules, listed), leader, person)
    site, department = (_number_of(people, people.told(name)) for name in ("site", "department"))
    by_site = np.zeros(len(people), bool)
    by_site[[code for code, _ in people.told("site")]] = True
    place = np.where(
        sphere == SPHERES.index("company"), np.where(by_site[leader], site[person], department[person]), -1
    )
    wide = int(place.max(initial=0)) + 2
    keys = (leader.astype(np.int64) * (int(sphere.max(initial=0)) + 1) + sphere) * wide + place + 1
    number: Ints = np.unique(keys, return_inverse=True)[1]
    return np.where(sphere == SPHERES.index("team"), -1, number)


def spheres_of_pairs(
    people: People,
    rules: Mapping[str, Sequence[str]],
    listed: Mapping[str, Set[int]],
    pairs: tuple[Codes, Codes],
) -> Ints:
    """Return the sphere of people as leaders see them: its place in `SPHERES`, after these words that only a rule has.

    `pairs` are leaders and people by code, sorted; who is in whose team is not asked here, but a sphere may say it.
    """
    return _sphere_of_pairs(people, _Rules(rules, listed), *pairs)


def _sphere_of_pairs(people: People, placed: _Rules, leader: Codes, person: Codes) -> Ints:
    ruled = ((code, _fixed(people.who[code], code, placed)) for code in placed.of_whom(people))
    fixed = _number_of(people, ruled, SPHERES)
    department = _number_of(people, people.told("department"))
    home, shared = _shared_houses(people, leader, person)
    same = (department[person] >= 0) & (department[person] == department[leader]) & (shared | ~home[person])
    seen = np.where(same, SPHERES.index("department"), SPHERES.index("unknown"))
    seen = np.where(shared & ~same, SPHERES.index("company"), seen)
    return np.where(fixed[person] >= 0, fixed[person], seen)


def _shared_houses(people: People, leader: Codes, person: Codes) -> tuple[Flags, Flags]:
    """Return who has a house at all, and which pairs share one."""
    sets = {code: frozenset(houses(people.who[code])) for code in people.placed}
    present: list[frozenset[str]] = list(dict.fromkeys(filter(None, sets.values())))
    number = _number_of(people, sets.items())
    # few sets of houses make many pairs of people: each pair of sets is looked at once
    width = len(present) + 1  # the last place is that of who has no house
    both, which = np.unique((number[leader] % width) * width + number[person] % width, return_inverse=True)
    pairs = zip(*(side.tolist() for side in np.divmod(both, width)), strict=True)
    sides = [*present, frozenset[str]()]
    shared = np.array([bool(sides[one] & sides[other]) for one, other in pairs], bool)
    return number >= 0, shared[which]


def _number_of(people: People, told: Iterable[tuple[int, Hashable]], first: Sequence[Hashable] = ()) -> Ints:
    """Number what is told of people by their code, −1 where it is nothing; those of `first` come first."""
    number = {word: place for place, word in enumerate(first)}
    numbers = np.full(len(people), -1, np.int64)
    for code, word in told:
        if word:
            numbers[code] = number.setdefault(word, len(number))
    return numbers


def _circle(one: Who, *, by_site: bool) -> str:
    place = one.site if by_site else one.department
    return f"company, {place}" if place else f"company, {'site' if by_site else 'department'} unknown"


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

    def of_whom(self, people: People) -> Iterable[int]:
        """Everybody of whom anything tells where they belong, or who stands on a list."""
        return {*people.placed}.union(*self._listed.values())

    def sphere(self, one: Who, code: int) -> str | None:
        marks = houses(one) | ({f"department:{one.department.lower()}"} if one.department else set())
        marks |= {mark for mark, members in self._listed.items() if code in members}
        ranks = [self._of[mark] for mark in marks if mark in self._of]
        return self._order[min(ranks)] if ranks else None


def _fixed(one: Who, code: int, placed: _Rules) -> str | None:
    """Return the sphere that is stated, or follows from a rule, whoever the leader is."""
    stated = one.sphere if one.sphere not in {"unknown", "team"} else None
    return stated or placed.sphere(one, code)


def _sphere(one: Who, code: int, me: Who, home: Set[str], placed: _Rules) -> str:
    fixed = _fixed(one, code, placed)
    if fixed is not None:
        return fixed
    own = houses(one)
    if one.department and one.department == me.department and (own & home or not own):
        return "department"
    return "company" if own & home else "unknown"
