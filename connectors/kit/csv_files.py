"""Rows of a CSV file: comma, semicolon or tab; UTF-8; each row with the line on which it starts.

A row that cannot be read is given back with its reason; no line is ever held that is longer than
`LONGEST_LINE`, so a file without line ends cannot fill the memory.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import IO

from connectors.kit.answers import At
from influence.contract.connector import Unreadable
from influence.contract.files import HEAD, Member
from influence.contract.records import SetAside

LONGEST_LINE = 32 * 1024 * 1024
"""Bytes of the longest line that is read."""
CHUNK = 100_000
"""Rows that are held at once."""
BOM = b"\xef\xbb\xbf"
_DELIMITERS = (",", ";", "\t")


def _as_it_is(raw: bytes) -> str:
    if b"\0" in raw:
        raise ValueError("holds a NUL byte")
    return raw.decode("utf-8")


@dataclass(frozen=True)
class Lines:
    """The lines of a stream, numbered from 1; those that cannot be text are empty and stand in `bad`.

    `decode` says what becomes of odd characters: a table's line that has any is bad.

    >>> import io
    >>> lines = Lines(io.BytesIO(b"a" + b"\\n" + bytes([255])))
    >>> list(lines), lines.bad
    (['a\\n', '\\n'], {2: 'is not UTF-8'})
    """

    stream: IO[bytes]
    decode: Callable[[bytes], str] = _as_it_is
    bad: dict[int, str] = field(default_factory=dict)

    def __iter__(self) -> Iterator[str]:
        """Yield each line with its line end."""
        number = 0
        while raw := self.stream.readline(LONGEST_LINE + 1):
            number += 1
            if number == 1:
                raw = raw.removeprefix(BOM)
            yield self._text(raw, number)

    def _text(self, raw: bytes, number: int) -> str:
        if len(raw) > LONGEST_LINE and not raw.endswith(b"\n"):
            self._skip_to_line_end()
            return self._refuse(
                number, f"is longer than {LONGEST_LINE // 1024 // 1024} MiB; write the file as Parquet"
            )
        try:
            return self.decode(raw)
        except UnicodeDecodeError:
            return self._refuse(number, "is not UTF-8")
        except ValueError as reason:
            return self._refuse(number, str(reason))

    def _refuse(self, number: int, reason: str) -> str:
        self.bad[number] = reason
        return "\n"

    def _skip_to_line_end(self) -> None:
        while raw := self.stream.readline(1024 * 1024):
            if raw.endswith(b"\n"):
                return


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


@dataclass(frozen=True)
class Block:
    """Some rows at once: `columns[i][j]` is the field of column i in row j; `lines[j]` where it starts."""

    lines: list[int]
    columns: list[tuple[str | None, ...]]


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


def blocks(member: Member) -> Iterator[Block | SetAside]:
    """Yield the rows below the header in blocks of `CHUNK`, empty fields as None, bad rows set aside.

    Raises:
        Unreadable: it is empty, not UTF-8, a column stands twice, or there is no row below the header.
    """
    names = columns_of(member)
    _, delimiter = header(member.head())
    found = False
    with member.open() as stream:
        lines = Lines(stream)
        held = _Held(len(names))
        for item in _rows(lines, delimiter):
            found = True
            if isinstance(item, SetAside):
                yield item
            elif problem := held.add(*item):
                yield problem
            elif len(held.lines) >= CHUNK:
                yield held.block()
        if held.lines:
            yield held.block()
    if not found:
        raise Unreadable(f"{member.name}: there is a header but no row below it")


def rows(member: Member) -> Iterator[At | SetAside]:
    """Yield each row below the header: its values by the plain names of their columns, None where empty.

    Raises:
        Unreadable: as for `blocks`.
    """
    names = [plain(name) for name in columns_of(member)]
    for block in blocks(member):
        if isinstance(block, SetAside):
            yield block
            continue
        for line, values in zip(block.lines, zip(*block.columns, strict=True), strict=True):
            yield At(line, dict(zip(names, values, strict=True)))


@dataclass
class _Held:
    width: int
    lines: list[int] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)

    def add(self, line: int, row: list[str]) -> SetAside | None:
        if len(row) != self.width:
            return SetAside(f"fields in the row: {len(row)}, in the header: {self.width}", line)
        self.lines.append(line)
        self.rows.append(row)
        return None

    def block(self) -> Block:
        columns = [tuple(value or None for value in column) for column in zip(*self.rows, strict=True)]
        block = Block(self.lines, columns)
        self.lines, self.rows = [], []
        return block


def _rows(lines: Lines, delimiter: str) -> Iterator[tuple[int, list[str]] | SetAside]:
    """Yield every row below the header with the line on which it starts; blank lines are no rows."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    header_seen = False
    while True:
        start = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            _bad_line(lines.bad, start, reader.line_num)
            yield SetAside(_what_is_wrong(start, reader.line_num, error), start)
            continue
        if lines.bad and (reason := _bad_line(lines.bad, start, reader.line_num)):
            yield SetAside(reason, start)
        elif row and not header_seen:
            header_seen = True
        elif row:
            yield start, row


def _what_is_wrong(start: int, end: int, error: csv.Error) -> str:
    if "unexpected end" in str(error) or "field limit" in str(error):
        return f"a quote opens here and is not closed in the {end - start + 1} lines that follow"
    return f"the quotes are not those of a CSV row ({error})"


def _bad_line(bad: dict[int, str], start: int, end: int) -> str | None:
    found = [line for line in bad if start <= line <= end]
    reasons = [bad.pop(line) for line in found]
    return f"line {found[0]} {reasons[0]}" if found else None
