"""Rows of a CSV file: comma, semicolon or tab; UTF-8, or wider and marked; each row with the line on which it starts.

Rows are read many at once; those that are written in an odd way one by one (`csv_columns`). A row that cannot be
read is given back with its reason.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from connectors.kit.answers import At
from connectors.kit.csv_columns import RowColumns
from connectors.kit.csv_together import Form
from connectors.kit.line_blocks import BOM
from influence.contract.connector import Unreadable
from influence.contract.files import HEAD, Member
from influence.contract.records import SetAside

if TYPE_CHECKING:
    import pyarrow as pa

_AT_ONCE = 10_000
"""Rows that are held as values of Python."""
_DELIMITERS = (",", ";", "\t")


def is_utf8(head: bytes) -> bool:
    """Tell whether the first bytes of a file are UTF-8: its header and, if there are rows, at least one.

    >>> is_utf8("zażółć".encode()), is_utf8("time;name".encode("utf-16"))
    (True, False)
    """
    if b"\0" in head[:4] or head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    first, *rows = [line for line in _whole_lines(head) if line.strip()] or [b""]
    return _decodes(first) and (not rows or any(_decodes(row) for row in rows))


def _whole_lines(head: bytes) -> list[bytes]:
    cut = len(head) >= HEAD and b"\n" in head
    return (head[: head.rindex(b"\n")] if cut else head).split(b"\n")


def _decodes(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def plain(name: str) -> str:
    """Write a column's name as it is compared: lower case, letters and digits only.

    >>> plain("Reports To (ID)")
    'reportstoid'
    """
    return re.sub(r"[\W_]+", "", name.lower())


def header(head: bytes) -> tuple[list[str], str]:
    """Read the column names and the delimiter from the first bytes of a CSV file; none where there is none.

    >>> header(b"Sender;Recipient;EventDate\\n17;37;2010-01-02 17:40:10\\n")
    (['Sender', 'Recipient', 'EventDate'], ';')
    """
    first = head.removeprefix(BOM).lstrip(b"\r\n").split(b"\n", 1)[0]
    if not _decodes(first) or b"\0" in first or not first.strip():
        return [], ","
    splits = [(_split(first.decode("utf-8"), delimiter), delimiter) for delimiter in _DELIMITERS]
    return max(splits, key=lambda split: len(split[0]))


def _split(line: str, delimiter: str) -> list[str]:
    try:
        return [name.strip() for name in next(csv.reader([line], delimiter=delimiter))]
    except (csv.Error, StopIteration):
        return []


def columns_of(member: Member) -> list[str]:
    """Read the column names of a CSV file.

    Raises:
        Unreadable: it is empty, not UTF-8, or a column stands twice.
    """
    head = member.head()
    if not head.strip():
        raise Unreadable(f"{member.name}: the file is empty; it needs a header and rows")
    if not is_utf8(head):
        raise Unreadable(f"{member.name}: the file is not UTF-8 text; save it as CSV in UTF-8")
    names, _ = header(head)
    plain_names = [plain(name) for name in names]
    doubled = [
        name for name, key in zip(names, plain_names, strict=True) if key and plain_names.count(key) > 1
    ]
    if doubled:
        raise Unreadable(f"{member.name}: line 1: the column {doubled[0][:60]!r} stands twice; rename one")
    return names


def tables(member: Member, used: Mapping[int, str]) -> Iterator[pa.Table | SetAside]:
    """Yield the rows below the header, many at once: the columns that are `used`, by their number, and `line`.

    Fields that are empty are NULL; bad rows are set aside.

    Raises:
        Unreadable: it is empty, not UTF-8, a column stands twice, or there is no row below the header.
    """
    names, (_, delimiter) = columns_of(member), header(member.head())
    found = False
    with member.open() as stream:
        for item in RowColumns(Form(len(names), delimiter, used)).of(stream):
            found = True
            yield item
    if not found:
        raise Unreadable(f"{member.name}: there is a header but no row below it")


def rows(member: Member) -> Iterator[At | SetAside]:
    """Yield each row below the header: its values by the plain names of their columns, None where empty.

    Raises:
        Unreadable: as for `tables`.
    """
    names = [plain(name) for name in columns_of(member)]
    found = False
    for row in listed_rows(member):
        found = True
        yield row if isinstance(row, SetAside) else At(row.line, dict(zip(names, row.value, strict=True)))
    if not found:
        raise Unreadable(f"{member.name}: there is a header but no row below it")


def listed_rows(member: Member, places: Sequence[int] | None = None) -> Iterator[At | SetAside]:
    """Yield each row below the header as a list of its values, None where empty: a column may stand more than once.

    `places` are the columns that are wanted, all of them if left out.

    >>> from connectors.kit.answers import as_member
    >>> [row.value for row in listed_rows(as_member("a.csv", b"Key,Comment,Comment\\n1,a,\\n"))]
    [['1', 'a', None]]
    """
    names, delimiter = header(member.head())
    used = {place: str(place) for place in (range(len(names)) if places is None else places)}
    with member.open() as stream:
        for table in RowColumns(Form(len(names), delimiter, used)).of(stream):
            if isinstance(table, SetAside):
                yield table
                continue
            for some in table.to_batches(_AT_ONCE):
                *columns, lines = (column.to_pylist() for column in some.columns)
                for line, *values in zip(lines, *columns, strict=True):
                    yield At(line, values)
