"""Joins accounts into people, one link at a time, each with its reason; what may not be joined stays apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from influence.people.names import (
    domain_of,
)

DECIDED, STATED, OWNED, NAMED, PROBABLE = "decided", "stated", "owner", "name", "probable"
"""Why two accounts are one person, the surest first: the user, a source, one mailbox or login, one name in one
domain, likelihood."""
GUARDED = {"Reddit": frozenset(("reddit",)), "X": frozenset(("x", "x-handle", "twitter"))}
"""Services whose terms forbid to match an account with an identity elsewhere without a reason, and their accounts."""


@dataclass(frozen=True)
class Link:
    """Two accounts joined: at which stage, why, and how much it weighs (log2 of the odds; None: certain)."""

    one: str
    other: str
    stage: str
    reason: str
    weight: float | None = None


def token(person: str) -> str:
    """Return what stands for the id of a people table among accounts; no account begins with a space.

    >>> token("p0")
    ' p0'
    """
    return f" {person}"


def stated_id(mark: str) -> str | None:
    """Return the id of a people table that a token stands for; None for an account.

    >>> stated_id(" p0"), stated_id("x:1")
    ('p0', None)
    """
    return mark[1:] if mark.startswith(" ") else None


class Accounts:
    """Accounts joined into people (union-find).

    Two people of a people table are joined by a decision only, and what was put apart is not joined at all;
    `conflicts` tells of the first.

    >>> accounts = Accounts()
    >>> accounts.part("x:1", "x:2")
    >>> accounts.join(Link("x:1", "y:1", STATED, "a file")), accounts.join(Link("y:1", "x:2", STATED, "a file"))
    (True, False)
    >>> accounts.groups()
    [(None, ['x:1', 'y:1']), (None, ['x:2'])]
    """

    def __init__(self) -> None:
        self._above: dict[str, str] = {}
        self._stated: dict[str, str] = {}
        self._apart: dict[str, set[str]] = defaultdict(set)
        self.links: list[Link] = []
        self.conflicts: list[str] = []

    def add(self, account: str) -> str:
        """Take an account in, and return the one that stands for its person."""
        known = account in self._above
        root = self._root(self._above.setdefault(account, account))
        person = stated_id(account)
        if not known and person is not None:
            self._stated[root] = person
        return root

    def stated(self, account: str) -> str | None:
        """Return the id that a people table gives to the person of an account."""
        return self._stated.get(self.add(account))

    def together(self, one: str, other: str) -> bool:
        """Tell whether two accounts are one person."""
        return self.add(one) == self.add(other)

    def part(self, one: str, other: str) -> None:
        """Keep two accounts apart from here on; what is joined already stays joined."""
        first, second = self.add(one), self.add(other)
        if first != second:
            self._apart[first].add(second)
            self._apart[second].add(first)

    def claim(self, first: str, accounts: Iterable[str], stage: str, reason: str) -> None:
        """Join accounts that belong together, each with the first."""
        self.add(first)
        for account in accounts:
            self.add(account)
            if account != first:
                self.join(Link(first, account, stage, reason))

    def join(self, link: Link) -> bool:
        """Join two accounts unless that is forbidden; tell whether they are one person now."""
        one, other = self.add(link.one), self.add(link.other)
        if one == other:
            return True
        mine, theirs = self._stated.get(one), self._stated.get(other)
        if other in self._apart[one]:
            return False
        if mine is not None and theirs is not None and link.stage != DECIDED:
            self.conflicts.append(
                f"{link.other.strip()} is claimed for {mine!r} and for {theirs!r}; it stays with {theirs!r}"
            )
            return False
        self._union(one, other)
        self.links.append(link)
        return True

    def _union(self, one: str, other: str) -> None:
        self._above[other] = one
        stated = [self._stated[root] for root in (one, other) if root in self._stated]
        if stated:
            self._stated[one] = min(stated)
        for enemy in self._apart.pop(other, ()):
            self._apart[enemy] = (self._apart[enemy] - {other}) | {one}
            self._apart[one].add(enemy)

    def _root(self, account: str) -> str:
        while self._above[account] != account:
            self._above[account] = self._above[self._above[account]]
            account = self._above[account]
        return account

    def groups(self) -> list[tuple[str | None, list[str]]]:
        """Return each person's stated id (if any) and members, sorted: accounts and tokens of stated ids."""
        members: dict[str, list[str]] = defaultdict(list)
        for account in sorted(self._above):
            members[self._root(account)].append(account)
        return [(self._stated.get(root), accounts) for root, accounts in members.items()]


def guards(systems: Iterable[str]) -> tuple[str, ...]:
    """Return the services some of whose accounts stand here together with accounts from elsewhere.

    >>> guards(["x", "email"]), guards(["x", "x-handle"]), guards(["reddit", "x"])
    (('X',), (), ('Reddit', 'X'))
    """
    there = set(systems)
    return tuple(name for name, own in GUARDED.items() if there & own and there - own)


def guards_of(accounts: Iterable[str]) -> tuple[str, ...]:
    """Return the services that want a reason before these are taken for one person.

    >>> guards_of(["x:12", "email:ann@acme.example"]), guards_of(["reddit:ann", "reddit:ann_2"])
    (('X',), ())
    """
    return guards(account.partition(":")[0] for account in accounts)


def domains(accounts: Iterable[str]) -> set[str]:
    """Return the domains of the e-mail accounts among some.

    >>> domains(["email:ann@acme.example", "x:1"])
    {'acme.example'}
    """
    return {domain for account in accounts if (domain := domain_of(account))}
