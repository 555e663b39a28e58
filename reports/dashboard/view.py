"""What a page is asked for, as its address says it: a leader, a window, and what it is narrowed to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias
from urllib.parse import quote, urlencode

from influence.contract.narrowing import Narrowing

Pairs: TypeAlias = Sequence[tuple[str, str]]
"""A query as it came: a name may stand there more than once."""
KINDS = {"tag": "tags", "topic": "topics", "channel": "channels", "sphere": "spheres"}
"""What a filter is called in an address, and in a narrowing."""
LONGEST, MOST = 200, 20
"""So many letters of one value of an address are read, and so many values of one kind."""


@dataclass(frozen=True)
class View:
    """A window and a narrowing; empty texts are left out of its address.

    >>> view = View.read([("since", "2026-01-01"), ("tag", "#Climate"), ("tag", ""), ("colour", "red")])
    >>> view.query(), view.only.tags
    ('since=2026-01-01&tag=climate', ('climate',))
    """

    since: str = ""
    until: str = ""
    only: Narrowing = field(default_factory=Narrowing)

    @classmethod
    def read(cls, pairs: Pairs) -> View:
        """Read a view from a query; what it does not know is nothing to it.

        Raises:
            NarrowingError: a filter is empty but for its signs.
        """
        return cls(
            since=one_of(pairs, "since"),
            until=one_of(pairs, "until"),
            only=Narrowing(**{many: all_of(pairs, one) for one, many in KINDS.items()}),
        )

    def pairs(self) -> list[tuple[str, str]]:
        """Return it as an address holds it."""
        narrowed = [(one, word) for one, many in KINDS.items() for word in getattr(self.only, many)]
        return [*((name, said) for name in ("since", "until") if (said := getattr(self, name))), *narrowed]

    def query(self) -> str:
        """Return it as the query of an address."""
        return urlencode(self.pairs())


@dataclass(frozen=True)
class Choice:
    """One thing that may be chosen: its value, what it is called, and whether it is."""

    value: str
    label: str
    chosen: bool


def one_of(pairs: Pairs, name: str) -> str:
    """Return the last value of a name, cut to what anybody means; empty where there is none."""
    return next((said.strip()[:LONGEST] for key, said in reversed(pairs) if key == name), "")


def all_of(pairs: Pairs, name: str) -> tuple[str, ...]:
    """Return all values of a name that are not empty."""
    return tuple(said.strip()[:LONGEST] for key, said in pairs if key == name and said.strip())[:MOST]


def leader_path(person: str, *rest: str) -> str:
    """Return the address of a leader, or of a page of theirs; an id may hold anything.

    >>> leader_path("x:a/b", "report")
    '/leader/x%3Aa%2Fb/report'
    """
    return "/".join(["/leader", _part(person), *rest])


def _part(text: str) -> str:
    return quote(text, safe="")


def with_query(path: str, pairs: Iterable[tuple[str, str]]) -> str:
    """Return an address with a query, if there is any."""
    query = urlencode(list(pairs))
    return f"{path}?{query}" if query else path
