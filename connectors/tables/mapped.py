"""Any table as CSV, JSON Lines or Excel, read by a mapping (see `mapping`); ready-made ones go by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import ClassVar

from connectors.kit import sheets
from connectors.kit.csv_files import plain
from connectors.kit.times import named_zone
from connectors.tables.first_mapping import draft_mapping
from connectors.tables.mapping import READY_MADE, TIME_FORMAT, Mapped, named, ready_made, refuse_columns
from connectors.tables.translated import in_other_languages
from connectors.tables.unread_kinds import UnreadKinds
from influence.contract.connector import ConnectorError, Unreadable
from influence.contract.files import Member
from influence.contract.records import Note, Person, Record, SetAside

BY_NAME = (
    "some people are told by their names alone here: two of one name are taken for one, unless the mapping names a "
    "column with their number or address"
)


@dataclass(frozen=True)
class Table:
    """A table of any columns.

    `mapping` is a mapping file, or the name of one that comes with the package (`ready_made`). `zone` is the IANA
    zone for times that state none, where the mapping names none; `owner` the account (or e-mail address) of whoever
    keeps the table, where the mapping leaves that open.
    """

    mapping: str = ""
    zone: str | None = None
    owner: str | None = None

    name: ClassVar[str] = "table"
    title: ClassVar[str] = "any table as CSV, JSON Lines or Excel, by a mapping of its columns"
    source: ClassVar[str] = "Export the table; influence import FILE --map writes a first mapping."
    ready_made: ClassVar[Mapping[str, str]] = READY_MADE

    def recognises(self, member: Member, head: bytes) -> bool:
        """Tell by its columns whether a ready-made mapping is for it; others need `--set mapping=`."""
        markup_or_binary = head.lstrip()[:1] in {b"<", b"["} or b"\0" in head[:1000]
        if markup_or_binary and not sheets.is_workbook(head):
            return False
        try:
            return _fitting(sheets.columns(member)) is not None
        except ConnectorError:
            return False

    def parse(self, member: Member) -> Iterator[Record]:
        """Yield what the rows tell by the mapping; a row that it does not fit is set aside with its reason.

        Raises:
            Unreadable: it is no table, damaged, or no mapping is known for it.
            BadMapping: the mapping cannot be used, or names a column that the file lacks.
            MissingExtra: it is a workbook, and the package that reads those is not installed.
        """
        by = self._mapping(member)
        found = sheets.columns(member, by.sheet)
        refuse_columns(by, found, member.name)
        used = {plain(name) for name in by.columns()}
        unused = [name[:60] for name in found if plain(name) and plain(name) not in used]
        if unused:
            told = ", ".join(map(repr, unused[:20]))
            yield Note(f"columns that the mapping does not use: {told}")
        any_row, unread, untimed, by_name = False, UnreadKinds(), 0, 0
        for item in sheets.rows(member, by.columns(), by.lists(), by.sheet):
            any_row = True
            if isinstance(item, SetAside):
                yield item
            else:
                line, row = item
                for record in by.records(row, line, unread):
                    untimed += isinstance(record, SetAside) and TIME_FORMAT in record.reason
                    by_name += isinstance(record, Person) and by.is_by_name(record)
                    yield record
        yield from unread.notes()
        if untimed and (not self.mapping or self.mapping in READY_MADE):
            yield Note(
                f"{untimed:,} times are written in a way that a ready-made mapping does not guess; write your own, "
                f"with the order of day and month, by: influence import {member.name} --map"
            )
        if by_name:
            yield Note(BY_NAME)
        if not any_row:
            raise Unreadable(f"{member.name}: there is a header but no row below it")

    def draft(self, member: Member) -> str:
        """Write a first mapping for a table, to be looked through; see `draft_mapping`."""
        return draft_mapping(member)

    def _mapping(self, member: Member) -> Mapped:
        if self.mapping:
            return named(self.mapping, self.zone, self.owner)
        fitting = _fitting(sheets.columns(member))
        if fitting is None:
            raise Unreadable(
                f"{member.name}: no mapping is known for these columns; write one with: "
                f"influence import {member.name} --map"
            )
        return replace(fitting, zone=fitting.zone or named_zone(self.zone))


@lru_cache(maxsize=1)
def _all_ready_made() -> tuple[Mapped, ...]:
    return (*map(ready_made, READY_MADE), *in_other_languages())


def _fitting(found: list[str]) -> Mapped | None:
    there = {plain(name) for name in found}
    for one in _all_ready_made():
        if all(plain(name) in there for name in (*one.recognised_by, *one.columns())):
            return one
    return None
