"""The invented people: 400 employees in a tree, a thousand people outside, a few bots, and who comes in besides."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from influence.demo.dice import Dice

COMPANY = "Vindhall"
DOMAIN = "vindhall.example"
SITES = {"Copenhagen": 1, "Oslo": 1, "Helsinki": 2, "London": 0, "Boston": -5, "Singapore": 8}
"""Site → hours ahead of UTC; each keeps one offset all year."""
DEPARTMENTS = {
    "Research": 27,
    "Marketing": 30,
    "Customer Success": 48,
    "Engineering": 110,
    "Product": 34,
    "Sales": 62,
    "Operations": 46,
    "Finance": 24,
    "People": 18,
}
"""Department → people, its head included; with the chief executive 400."""
OUTSIDE = {"customer": (260, 30), "partner": (120, 15), "industry": (320, 40), "public": (300, 0)}
"""Sphere → (people, organisations)."""
LEADERS = {
    "near": "Aksel Brandt",
    "beyond": "Ylva Nordahl",
    "broadcast": "Gareth Pryce",
    "carried_on": "Ines Carvalho",
}
LATER = ("contagious", "Product", "Maren Solheim")
"""Role, department and name of a leader who begins later, and until then talks as everybody does."""
SPAN = 8
"""People to a manager below the head of a department."""

_FIRST = (
    "Åsa Björn Signe Eero Freja Gunnar Helmi Ida Jens Kaisa Lars Maja Nils Oona Per Runa Søren Tove Ulla "
    "Vidar Aino Brynja Dagny Esben Hanne Kari Leif Magnus Solveig Torsten Alice Ben Clara Daniel Emma "
    "Fiona George Harriet Ian Julia Karen Liam Megan Oliver Rose Samuel Tessa Will Amara Chen Diego Farah "
    "Giulia Hiroshi Ifeoma José Kwame Lucía Mei Noor Priya Rahul Sofia Tariq Yuki Zanele Anouk Bartek"
)
_LAST = (
    "Aalto Berg Dahl Ek Falk Grönlund Haugen Ivarsson Jensen Karlsen Lindqvist Møller Nyberg Ottosen "
    "Persson Rasmussen Sjöberg Tuominen Vestergaard Virtanen Åkesson Østby Holm Krog Lund Moen Norén "
    "Archer Bennett Cole Dawson Ellis Foster Grant Hughes Irving Jarvis Knight Lowe Mercer Norton Parker "
    "Quinn Reeves Shaw Turner Vaughan Walsh Young Adeyemi Banerjee Castillo Duarte Eze Fontaine García "
    "Haddad Ito Jovanović Kowalski Lim Mbeki Nakamura Okafor Petrov Rossi Silva Tanaka Wang Zhou"
)
_WORKS = (
    "Amber", "Birch", "Cedar", "Delta", "Ember", "Fathom", "Granite", "Harbour", "Iris", "Juniper",
    "Kestrel", "Lantern", "Meadow", "Nimbus", "Otter",
)  # fmt: skip
_TRADES = ("Foods", "Logistics", "Energy", "Health", "Textiles", "Tools", "Media", "Rail")


@dataclass(frozen=True)
class Somebody:
    """One person, or what is none. `zone` is in hours ahead of UTC; `manager` is an index.

    `bot` None: nobody states it, the address tells. `listed` tells whether the company's table of people has them.
    """

    index: int
    person: str
    name: str
    accounts: dict[str, str]
    organisation: str | None = None
    department: str | None = None
    site: str | None = None
    zone: int = 0
    manager: int | None = None
    sphere: str | None = None
    bot: bool | None = False
    listed: bool = True


@dataclass(frozen=True)
class Cast:
    """Everybody, and the groups in which they work; people are indexes into `people`.

    `teams` maps a manager to the direct reports; `projects` cross departments; `clients` maps an outside
    organisation to (employees, outsiders) who work together; `leaders` has those of `LEADERS`,
    and the one of `LATER` once she leads.
    """

    people: list[Somebody] = field(default_factory=list)
    leaders: dict[str, int] = field(default_factory=dict)
    departments: dict[str, list[int]] = field(default_factory=dict)
    teams: dict[int, list[int]] = field(default_factory=dict)
    projects: list[list[int]] = field(default_factory=list)
    clients: dict[str, tuple[list[int], list[int]]] = field(default_factory=dict)
    bots: dict[str, int] = field(default_factory=dict)

    def employees(self) -> list[int]:
        """Return the employees."""
        return [who.index for who in self.people if who.site is not None]

    def outsiders(self) -> list[int]:
        """Return everybody outside the company."""
        return [who.index for who in self.people if who.sphere is not None and not who.bot]

    def team(self, leader: int) -> set[int]:
        """Return all who report to somebody, directly or through others."""
        found, left = set[int](), list(self.teams.get(leader, ()))
        while left:
            found.add(one := left.pop())
            left += self.teams.get(one, ())
        return found

    def join(self, person: str, name: str, accounts: dict[str, str], **known: Any) -> int:
        """Add somebody, or something, that came later; return the index."""
        self.people.append(Somebody(len(self.people), person, name, accounts, **known))
        return self.people[-1].index

    def having(self, system: str, among: Sequence[int]) -> list[int]:
        """Return those who have an account in a system, in the same order."""
        return [i for i in among if system in self.people[i].accounts]


class _Names:
    """Names that nobody else of the cast has."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._first, self._last = _FIRST.split(), _LAST.split()
        self._taken = set(LEADERS.values())

    def next(self) -> str:
        while (name := f"{self._dice.pick(self._first)} {self._dice.pick(self._last)}") in self._taken:
            pass
        self._taken.add(name)
        return name


def plain(name: str) -> str:
    """Write a name in the letters of an address.

    >>> plain("Søren Sjöberg")
    'soren.sjoberg'
    """
    spelt = name.lower().replace("ø", "o").replace("æ", "ae").replace("ć", "c")
    folded = unicodedata.normalize("NFKD", spelt).encode("ascii", "ignore").decode()
    return folded.replace(" ", ".")


def assemble(dice: Dice) -> Cast:
    """Invent everybody: the employees first (the chief executive is number 0), then outsiders and bots."""
    cast, names = Cast(), _Names(dice)
    _hire(cast, dice, LEADERS["near"], None, None, "Copenhagen")
    for department, size in DEPARTMENTS.items():
        _staff(cast, dice, names, department, size)
    heads = {department: members[0] for department, members in cast.departments.items()}
    cast.leaders.update(near=0, beyond=heads["Research"], broadcast=heads["Marketing"])
    cast.leaders.update(carried_on=heads["Customer Success"])
    for sphere, (count, organisations) in OUTSIDE.items():
        _surround(cast, dice, names, sphere, count, organisations)
    _projects(cast, dice)
    _clients(cast, dice)
    _bots(cast)
    return cast


def _staff(cast: Cast, dice: Dice, names: _Names, department: str, size: int) -> None:
    """Fill a department: its head, managers below the head, everybody else below a manager."""
    known = {"Research": "beyond", "Marketing": "broadcast", "Customer Success": "carried_on"}
    name = LEADERS[known[department]] if department in known else names.next()
    name = LATER[2] if department == LATER[1] else name
    head = _hire(cast, dice, name, department, 0, dice.pick(["Copenhagen", "Oslo", "London"]))
    cast.departments[department] = [head]
    managers = max(1, (size - 1) // SPAN)
    sites = list(SITES)
    for _ in range(managers):
        cast.departments[department].append(
            _hire(cast, dice, names.next(), department, head, dice.pick(sites))
        )
    leads = cast.departments[department][1:]
    for number in range(size - 1 - managers):
        manager = leads[number % managers]
        near = cast.people[manager].site if dice.happens(0.75) else dice.pick(sites)
        cast.departments[department].append(
            _hire(cast, dice, names.next(), department, manager, near or "Oslo")
        )


def _hire(cast: Cast, dice: Dice, name: str, department: str | None, manager: int | None, site: str) -> int:
    index, address = len(cast.people), plain(name)
    accounts = {
        "email": f"email:{address}@{DOMAIN}",
        "chat": f"chat:{address}",
        "calendar": f"calendar:{address}",
        "yammer": f"yammer:{index + 1000}",
    }
    public = name in LEADERS.values()
    if public or dice.happens(0.4):
        accounts["x"] = f"x:{address.replace('.', '_')}"
    if public or dice.happens(0.12):
        accounts["blog"] = f"blog:{address.replace('.', '-')}"
    cast.people.append(
        Somebody(index, f"e{index + 1:03}", name, accounts, COMPANY, department, site, SITES[site], manager)
    )
    if manager is not None:
        cast.teams.setdefault(manager, []).append(index)
    return index


def _surround(cast: Cast, dice: Dice, names: _Names, sphere: str, count: int, organisations: int) -> None:
    """Invent the people of one outside sphere; those with no e-mail address stay unknown to a calendar."""
    combined = [f"{work} {trade}" for trade in _TRADES for work in _WORKS]
    start = {"customer": 0, "partner": 30, "industry": 45, "public": 0}[sphere]
    for _ in range(count):
        organisation = combined[start + dice.below(organisations)] if organisations else None
        host = f"{(organisation or 'mail').lower().replace(' ', '-')}.example"
        index, name = len(cast.people), names.next()
        address = plain(name)
        accounts = {"x": f"x:{address.replace('.', '_')}"} if dice.happens(0.85) else {}
        if not accounts or dice.happens({"public": 0.55, "industry": 0.85}.get(sphere, 0.95)):
            accounts["email"] = f"email:{address}@{host}"
        if dice.happens(0.45):
            accounts["blog"] = f"blog:{address.replace('.', '-')}"
        zone = dice.pick([-8, -5, 0, 1, 1, 1, 2, 5, 8])
        cast.people.append(
            Somebody(index, f"o{index + 1:04}", name, accounts, organisation, zone=zone, sphere=sphere)
        )


def _projects(cast: Cast, dice: Dice) -> None:
    """Form 45 projects of two or three departments; the chief executive and the broadcaster are in none."""
    apart = {cast.leaders["near"], cast.leaders["broadcast"]}
    for _ in range(45):
        departments = dice.some(list(DEPARTMENTS), 2 + dice.below(2))
        pool = [who for name in departments for who in cast.departments[name] if who not in apart]
        cast.projects.append(dice.some(pool, 5 + dice.below(5)))


def _clients(cast: Cast, dice: Dice) -> None:
    """Let three employees know up to five people of each client; the chief executive joins one in three."""
    staff = [
        who
        for name in ("Sales", "Customer Success", "Product", "Operations")
        for who in cast.departments[name]
    ]
    for who in cast.people:
        if who.sphere not in {"customer", "partner"} or not who.organisation or "email" not in who.accounts:
            continue
        if who.organisation not in cast.clients:
            chief = [cast.leaders["near"]] if dice.happens(0.35) else []
            cast.clients[who.organisation] = (chief + dice.some(staff, 3), [])
        if len(cast.clients[who.organisation][1]) < 5:
            cast.clients[who.organisation][1].append(who.index)


def _bots(cast: Cast) -> None:
    kinds = {
        "build": ("Build robot", {"chat": "chat:build-robot"}, None),
        "digest": ("Weekly digest", {"yammer": "yammer:1"}, None),
        "list": ("Everybody (mailing list)", {"email": f"email:everybody@{DOMAIN}"}, None),
        "news": ("Headline robot", {"x": "x:headline_robot"}, "public"),
    }
    for kind, (name, accounts, sphere) in kinds.items():
        cast.bots[kind] = len(cast.people)
        organisation = None if sphere else COMPANY
        cast.people.append(
            Somebody(len(cast.people), f"b-{kind}", name, accounts, organisation, sphere=sphere, bot=True)
        )
