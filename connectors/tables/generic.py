"""The generic import format: activities, encounters, people and ties as CSV, JSON Lines or Parquet.

The columns are those of the records, under their own names in any order and any case. Values are passed
on as found; the store checks and converts them.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from connectors.kit import csv_files as delimited
from connectors.kit import json_files
from connectors.kit.json_columns import LineColumns
from connectors.kit.line_blocks import BOM
from connectors.tables import parquet
from influence.contract.connector import Unreadable
from influence.contract.files import Member
from influence.contract.records import Note, Record, Rows, SetAside

ALIASES = {"targets": "mentions"}
LISTS = frozenset({"to", "mentions", "targets", "people", "accounts", "tags"})
_NOTED_COLUMNS = 20


@dataclass(frozen=True)
class _Table:
    """What the four kinds share: how a file is recognised, and how its columns are brought.

    `zone` is the IANA zone for times that state none.
    """

    zone: str | None = None

    name: ClassVar[str]
    title: ClassVar[str]
    source: ClassVar[str]
    columns: ClassVar[tuple[str, ...]]
    needed: ClassVar[tuple[tuple[tuple[str, ...], ...], ...]]
    """Ways to be this kind: each a tuple of columns needed, each column a tuple of names of which one will do."""

    def recognises(self, member: Member, head: bytes) -> bool:
        """Tell by the header or the keys, whatever the file is called."""
        return self.fits(column_names(member, head))

    def fits(self, found: Sequence[str]) -> bool:
        """Tell whether these columns make a table of this kind."""
        names = {_canonical(name) for name in found}
        return any(all(names.intersection(one_of) for one_of in way) for way in self.needed)

    def parse(self, member: Member) -> Iterator[Record]:
        """Yield the file's columns in chunks of 100,000 rows, bad rows set aside with their line.

        Raises:
            Unreadable: the columns are not those of this kind, the file is not UTF-8 or damaged, or it
                holds no row.
        """
        head = member.head()
        names = column_names(member, head)
        if not self.fits(names):
            raise Unreadable(_wrong_columns(member, head, names, self))
        if head.startswith(parquet.MARK):
            yield from self._parquet(member)
        elif head.removeprefix(BOM).lstrip().startswith(b"{"):
            yield from self._json_lines(member)
        else:
            yield from self._delimited(member)

    def _delimited(self, member: Member) -> Iterator[Record]:
        names = [_canonical(name) for name in delimited.columns_of(member)]
        _refuse_doubles(member, names)
        yield from _unused([name for name in names if name not in self.columns])
        used = {place: name for place, name in enumerate(names) if name in self.columns}
        for item in delimited.tables(member, used):
            yield item if isinstance(item, SetAside) else Rows(self.name, item, self.zone)

    def _json_lines(self, member: Member) -> Iterator[Record]:
        names = {name: name for name in self.columns} | {
            alias: name for alias, name in ALIASES.items() if name in self.columns
        }
        lines = LineColumns(names, LISTS)
        found = False
        with member.open() as stream:
            for item in lines.of(stream):
                found = True
                yield item if isinstance(item, SetAside) else Rows(self.name, item, self.zone)
        if not found:
            raise Unreadable(f"{member.name}: there is no row in the file")
        yield from _unused(list(lines.unused))

    def _parquet(self, member: Member) -> Iterator[Record]:
        import pyarrow as pa

        with parquet.opened(member) as file:
            if file.rows == 0:
                raise Unreadable(f"{member.name}: there is no row in the file")
            names = [_canonical(name) for name in file.names]
            _refuse_doubles(member, names)
            yield from _unused([name for name in names if name not in self.columns])
            for part in file.tables([name for name in file.names if _canonical(name) in self.columns]):
                if isinstance(part, SetAside):
                    yield part
                    continue
                row, table = part
                table = table.rename_columns([_canonical(name) for name in table.column_names])
                lines = pa.array(np.arange(row, row + len(table)))
                yield Rows(self.name, table.append_column("line", lines), self.zone)


def column_names(member: Member, head: bytes) -> list[str]:
    """Read the column names or keys of a CSV, JSON Lines or Parquet file; none where it is none of them."""
    if head.startswith(parquet.MARK):
        try:
            with parquet.opened(member) as file:
                return file.names
        except Unreadable:
            return []
    if head.removeprefix(BOM).lstrip().startswith((b"{", b"[")):
        return json_files.first_keys(member)
    return delimited.header(head)[0]


def _canonical(name: str) -> str:
    found = name.strip().lower()
    return ALIASES.get(found, found)


def _refuse_doubles(member: Member, names: Sequence[str]) -> None:
    doubled = [name for name in names if names.count(name) > 1]
    if doubled:
        raise Unreadable(f"{member.name}: the column {doubled[0][:60]!r} stands twice; rename one")


def _unused(names: Sequence[str]) -> Iterator[Note]:
    if names:
        more = f" and {len(names) - _NOTED_COLUMNS} more" if len(names) > _NOTED_COLUMNS else ""
        told = ", ".join(repr(name[:60]) for name in names[:_NOTED_COLUMNS])
        yield Note(f"columns that are not used: {told}{more}")


def _wrong_columns(member: Member, head: bytes, found: Sequence[str], kind: _Table) -> str:
    if not head.strip():
        return f"{member.name}: the file is empty; {kind.name} need a header and rows"
    if head.startswith(parquet.MARK) and not found:
        return f"{member.name}: the Parquet file is damaged or cut off; get it again"
    if not head.startswith(parquet.MARK) and not delimited.is_utf8(head):
        return f"{member.name}: the file is not UTF-8 text; save it as CSV in UTF-8"
    if head.lstrip().startswith(b"["):
        return f"{member.name}: the file is a JSON array; write JSON Lines, one object a line"
    names = {_canonical(name) for name in found}
    way = min(kind.needed, key=lambda way: sum(not names.intersection(one_of) for one_of in way))
    missing = [one_of for one_of in way if not names.intersection(one_of)]
    told = ", ".join(_missing(one_of, found) for one_of in missing)
    needs = ", ".join(" or ".join(one_of) for one_of in way)
    return f"{member.name}: line 1: {kind.name} need the columns {needs}; missing: {told}"


def _missing(one_of: Sequence[str], found: Sequence[str]) -> str:
    known = {name.strip().lower(): name for name in found}
    for name in one_of:
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
        if near:
            return f"{name} (is it {known[near[0]][:60]!r}?)"
    return " or ".join(one_of)


@dataclass(frozen=True)
class Activities(_Table):
    """Who did what, when and to whose item: one activity a row.

    `zone` is the IANA zone for times that state none.
    """

    name = "activities"
    title = "activities as CSV, JSON Lines or Parquet"
    source = "Write one row for each activity: time, actor (system:identifier), verb, parent, to, mentions."
    columns = (
        *("id", "time", "actor", "verb", "parent", "conversation", "to", "mentions", "channel", "audience"),
        *("text", "url", "subject", "inferred", "fingerprint", "outbox", "typist", "unsaid", "deleted"),
        *("tags", "rating", "reaction"),
    )
    needed = ((("time",), ("actor",), ("verb",)),)


@dataclass(frozen=True)
class Encounters(_Table):
    """Who was together, when and how: one encounter a row.

    `zone` is the IANA zone for times that state none.
    """

    name = "encounters"
    title = "encounters as CSV, JSON Lines or Parquet"
    source = "Write one row for each encounter: time, people (accounts), kind, evidence, attendees, place."
    columns = ("id", "time", "people", "kind", "evidence", "attendees", "place")
    needed = ((("people",), ("kind",)), (("time",), ("people",), ("evidence",)))


@dataclass(frozen=True)
class People(_Table):
    """Who somebody is, where they belong and which accounts are theirs: one person a row.

    `zone` is not used: people have no times.
    """

    name = "people"
    title = "people as CSV, JSON Lines or Parquet"
    source = "Write one row for each person: person, name, accounts, organisation, department, site, manager."
    columns = (
        *("person", "name", "accounts", "organisation", "department", "site", "manager", "sphere", "bot"),
        *("first_contact", "outcome"),
    )
    needed = (
        (("person",), ("accounts", "name", "organisation", "department", "site", "sphere", "bot")),
        (("name", "sphere", "bot"), ("accounts",)),
    )

    def recognises(self, member: Member, head: bytes) -> bool:
        """Tell by the header or the keys; a chart with other columns (e-mail) is left to that connector."""
        names = {_canonical(name) for name in column_names(member, head)}
        chart = "manager" in names and "accounts" not in names and not names <= set(self.columns)
        return self.fits(list(names)) and not chart


@dataclass(frozen=True)
class Ties(_Table):
    """An undated network: one tie a row.

    `zone` is not used: ties have no times.
    """

    name = "ties"
    title = "ties of an undated network as CSV, JSON Lines or Parquet"
    source = "Write one row for each tie: source, target (accounts), weight, meaning, layer, directed."
    columns = ("source", "target", "weight", "meaning", "layer", "directed")
    needed = ((("source",), ("target",), ("meaning", "weight", "layer")),)
