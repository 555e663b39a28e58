"""Viva Insights: the person-to-person query, which says how much two people worked together in a week or month.

It bears no names and no activities, so it is a network without dates: who is tied to whom, and how strongly.
Reference: Microsoft Learn, Viva Insights, Person-to-person query.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from connectors.kit import csv_files as delimited
from connectors.kit.answers import each
from connectors.kit.csv_files import plain
from connectors.kit.text import clean
from influence.contract.connector import Unreadable
from influence.contract.files import Member
from influence.contract.records import Note, Person, Record, Tie

_SIDES = ("primarycollaborator", "secondarycollaborator")
_OLD_SIDES = ("tieorigin", "tiedestination")
"""As Workplace Analytics called them."""
_STRENGTHS = ("strongtiescore", "collaborationhours", "diversetiescore")
_ORGANISATIONS = ("organization", "organisation")
_Row: TypeAlias = Mapping[str, str | None]


@dataclass(frozen=True)
class VivaInsights:
    """Ties of the person-to-person query: undirected, weighed by the strong tie score, else by hours.

    `system` is the system of its people, who have no other account: `17` becomes `viva:17`.
    """

    system: str = "viva"

    name: ClassVar[str] = "viva-insights"
    title: ClassVar[str] = "Viva Insights: the person-to-person query as CSV"
    source: ClassVar[str] = (
        "Run a person-to-person query in Viva Insights' analyst workbench and download its CSV."
    )

    def recognises(self, member: Member, head: bytes) -> bool:  # noqa: ARG002 - a name proves nothing
        """Tell by the header: both collaborators by their id."""
        return _sides({plain(name) for name in delimited.header(head)[0]}) is not None

    def parse(self, member: Member) -> Iterator[Record]:
        """Yield a tie for each row, and once for each person where they belong.

        Raises:
            Unreadable: it is no such query, is not UTF-8, or holds no row.
        """
        names = {plain(name) for name in delimited.columns_of(member)}
        sides = _sides(names)
        if sides is None:
            raise Unreadable(
                f"{member.name}: line 1: a person-to-person query has PrimaryCollaborator_PersonId and "
                "SecondaryCollaborator_PersonId, this has not"
            )
        weighed = next((name for name in _STRENGTHS if name in names), None)
        seen: set[str] = set()
        yield from each(
            delimited.rows(member), lambda at: self._row(at.value, at.line, sides, weighed, seen), "the row"
        )
        if weighed is None:
            yield Note("no column says how strong a tie is: each counts one")

    def _row(
        self, row: _Row, line: int, sides: tuple[str, str], weighed: str | None, seen: set[str]
    ) -> Iterator[Record]:
        source, target = (self._account(row, side) for side in sides)
        for account, side in zip((source, target), sides, strict=True):
            belongs = next((row[key] for end in _ORGANISATIONS if row.get(key := side + end)), None)
            if belongs and account not in seen:
                seen.add(account)
                yield Person(accounts=(account,), department=clean(belongs, 200), line=line)
        weight = float((row.get(weighed) if weighed else None) or 1)
        layer = clean(row.get("metricdate") or "", 40)
        yield Tie(source, target, "influence", weight=weight, layer=layer or None, directed=False, line=line)

    def _account(self, row: _Row, side: str) -> str:
        number = clean(row.get(f"{side}personid") or "", 200)
        if not number:
            raise ValueError("it names only one of the two people")
        return f"{self.system}:{number}"


def _sides(names: set[str]) -> tuple[str, str] | None:
    """Return how the columns of both sides begin."""
    found = (sides for sides in (_SIDES, _OLD_SIDES) if all(f"{side}personid" in names for side in sides))
    return next(found, None)
