"""Whose world a person belongs to, seen from the leader: what is stated, then rules, then the same house.

What neither is stated nor follows from a rule is unknown, and stays unknown until somebody says so.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence, Set

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
    home = houses(me)
    return [
        "team" if code in team else _sphere(one, code, me, home, placed)
        for code, one in enumerate(people.who)
    ]


def circles(people: People, leader: int, spheres: Sequence[str]) -> list[str]:
    """Return the circle of each person, within which people are alike in whether they meet the leader.

    It is the sphere; within the company the site, where the leader's is known, else the department. The team, of whom
    nothing need be supposed, has none (an empty text).
    """
    by_site = people.who[leader].site is not None
    return [
        "" if sphere == "team" else _circle(sphere, one, by_site=by_site)
        for sphere, one in zip(spheres, people.who, strict=True)
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
    site, department = (
        _numbered([getattr(one, name) or None for one in people.who]) for name in ("site", "department")
    )
    by_site = np.array([one.site is not None for one in people.who], bool)[leader]
    place = np.where(
        sphere == SPHERES.index("company"), np.where(by_site, site[person], department[person]), -1
    )
    wide = int(place.max(initial=0)) + 2
    keys = (leader.astype(np.int64) * (int(sphere.max(initial=0)) + 1) + sphere) * wide + place + 1
    number: Ints = np.unique(keys, return_inverse=True)[1]
    return np.where(sphere == SPHERES.index("team"), -1, number)


def _sphere_of_pairs(people: People, placed: _Rules, leader: Codes, person: Codes) -> Ints:
    """Return the sphere of each pair: its place in `SPHERES`, and after these the words that only a rule has."""
    stated = [
        one.sphere if one.sphere and one.sphere not in {"unknown", "team"} else None for one in people.who
    ]
    given = [stated[code] or placed.sphere(one, code) for code, one in enumerate(people.who)]
    fixed = _numbered(given, SPHERES)
    department = _numbered([one.department or None for one in people.who])
    home, shared = _shared_houses(people, leader, person)
    same = (department[person] >= 0) & (department[person] == department[leader]) & (shared | ~home[person])
    seen = np.where(same, SPHERES.index("department"), SPHERES.index("unknown"))
    seen = np.where(shared & ~same, SPHERES.index("company"), seen)
    return np.where(fixed[person] >= 0, fixed[person], seen)


def _shared_houses(people: People, leader: Codes, person: Codes) -> tuple[Flags, Flags]:
    """Return who has a house at all, and which pairs share one."""
    sets = [frozenset(houses(one)) for one in people.who]
    present = list(dict.fromkeys(sets))
    number = _numbered(sets)
    # few sets of houses make many pairs of people: each pair of sets is looked at once
    both, which = np.unique(number[leader] * len(present) + number[person], return_inverse=True)
    pairs = zip(*(side.tolist() for side in np.divmod(both, max(len(present), 1))), strict=True)
    shared = np.array([bool(present[one] & present[other]) for one, other in pairs], bool)
    return np.array([bool(each) for each in sets], bool), shared[which]


def _numbered(words: Sequence[Hashable | None], first: Sequence[Hashable] = ()) -> Ints:
    """Number words, −1 for None; those of `first` come first."""
    number = {word: place for place, word in enumerate(first)}
    return np.array(
        [-1 if word is None else number.setdefault(word, len(number)) for word in words], np.int64
    )


def _circle(sphere: str, one: Who, *, by_site: bool) -> str:
    place = one.site if by_site else one.department
    if sphere != "company":
        return sphere
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
