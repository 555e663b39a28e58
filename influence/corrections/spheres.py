"""Suggests rules for spheres from the data: which houses there are outside, and what tells whose world they are."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from influence.network.log_queries import messages_between
from influence.network.log_tables import LogTables
from influence.people.columns import Who
from influence.people.directory import People
from influence.people.names import public_mail
from influence.people.spheres import houses

_DEPARTMENTS = {
    "customer": (
        "sales",
        "support",
        "customer",
        "account",
        "service",
        "försäljning",
        "salg",
        "myynti",
        "vertrieb",
    ),
    "partner": (
        "partner",
        "alliance",
        "procurement",
        "purchas",
        "supply",
        "channel",
        "inköp",
        "einkauf",
        "achats",
    ),
    "media": ("press", "media", "communication", "public relations", "kommunikation"),
}
_MEDIA = ("news", "press", "media", "radio", "zeitung", "tidning", "gazette", "herald", "journal", "tv")
FEWEST = 2
"""Fewer people than this of one house are not worth a rule."""


@dataclass(frozen=True)
class Suggestion:
    """One house outside: how many people and exchanges, the sphere that the data suggest (None: cannot tell), why."""

    house: str
    people: int
    exchanges: int
    sphere: str | None
    why: str


def suggest(tables: LogTables, rules: Mapping[str, Sequence[str]]) -> list[Suggestion]:
    """Suggest a sphere for each house that no rule names, the busiest first.

    A house is an organisation or an e-mail domain other than the own one, which is where most people of an
    organisation chart work, else where most people are.
    """
    people = tables.people
    own = _own_house(people)
    ruled = {mark.lower() for marks in rules.values() for mark in marks}
    members = _members(people, own, ruled)
    exchanges, met_by = _exchanges(tables, members)
    found = [
        _suggestion(house, codes, exchanges[house], met_by[house])
        for house, codes in members.items()
        if len(codes) >= FEWEST
    ]
    return sorted(found, key=lambda one: (-one.exchanges, -one.people, one.house))


def _own_house(people: People) -> set[str]:
    charted = [one for one in people.who if one.manager or one.department]
    votes = Counter(house for one in charted or people.who for house in houses(one))
    if not votes:
        return set()
    most = max(votes.values())
    first = min(house for house, count in votes.items() if count == most)
    shared = {house for one in people.who if first in houses(one) for house in houses(one)}
    return {first} | {house for house in shared if not public_mail(house)}


def _members(people: People, own: set[str], ruled: set[str]) -> dict[str, list[int]]:
    members: dict[str, list[int]] = defaultdict(list)
    for code, one in enumerate(people.who):
        theirs = houses(one)
        if not one.bot and not one.sphere and not theirs & own and not theirs & ruled:
            for house in theirs:
                members[house].append(code)
    return members


def _exchanges(
    tables: LogTables, members: Mapping[str, Sequence[int]]
) -> tuple[Counter[str], dict[str, Counter[str]]]:
    """Count messages between each house and everybody else, and with which departments."""
    of: dict[int, list[str]] = defaultdict(list)
    for house, codes in members.items():
        for code in codes:
            of[code].append(house)
    times: Counter[str] = Counter()
    departments: dict[str, Counter[str]] = defaultdict(Counter)
    for row in messages_between(tables):
        for code, other in ((row["one"], row["other"]), (row["other"], row["one"])):
            for house in of.get(code, ()):
                times[house] += row["times"]
                if department := tables.people.who[other].department:
                    departments[house][department] += row["times"]
    return times, departments


def _suggestion(house: str, codes: Sequence[int], times: int, departments: Counter[str]) -> Suggestion:
    sphere, why = _told(house, departments)
    return Suggestion(house, len(codes), times, sphere, why)


def _told(house: str, departments: Counter[str]) -> tuple[str | None, str]:
    if public_mail(house):
        return "public", "private mail"
    if any(word in house.replace(".", " ").split() or house.startswith(word) for word in _MEDIA):
        return "media", "by its name"
    for sphere, words in _DEPARTMENTS.items():
        with_them = sum(n for name, n in departments.items() if any(word in name.lower() for word in words))
        if departments and with_them * 2 > departments.total():
            first = departments.most_common(1)[0][0]
            return sphere, f"{with_them / departments.total():.0%} of its exchanges are with {first}"
    return None, "cannot tell"


def as_settings(suggestions: Sequence[Suggestion]) -> str:
    """Write suggestions as lines for `influence.toml`; what cannot be told is commented out.

    >>> print(as_settings([Suggestion("gmail.com", 3, 7, "public", "private mail")]))
    [spheres]
    public = [
      "gmail.com",  # 3 people, 7 exchanges: private mail
    ]
    """
    by_sphere: dict[str | None, list[Suggestion]] = defaultdict(list)
    for one in suggestions:
        by_sphere[one.sphere].append(one)
    lines = ["[spheres]"]
    for sphere in sorted(name for name in by_sphere if name is not None):
        lines += [f"{sphere} = [", *(f"  {_line(one)}" for one in by_sphere[sphere]), "]"]
    if by_sphere[None]:
        lines += [
            "# Whose world these are cannot be told from the data; move what you know into a list above:"
        ]
        lines += [f"#   {_line(one)}" for one in by_sphere[None]]
    return "\n".join(lines)


def _line(one: Suggestion) -> str:
    name = one.house.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{name}",  # {one.people:,} people, {one.exchanges:,} exchanges: {one.why}'


def matches(people: People, rules: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    """Count whom each rule of the settings finds, so that one that finds nobody is seen."""
    return [
        {"sphere": sphere, "rule": mark, "people": sum(_meant(one, mark.lower()) for one in people.who)}
        for sphere, marks in rules.items()
        for mark in marks
        if not mark.lower().startswith("list:")
    ]


def _meant(one: Who, mark: str) -> bool:
    return mark in houses(one) or mark == f"department:{(one.department or '').lower()}"
