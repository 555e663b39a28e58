"""CSV as columns: rows that are written as the rules say are read together, all others one by one.

A quote that is not closed costs the row in which it stands and no other: the next line is read anew.
"""

from __future__ import annotations

import csv
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import IO, TYPE_CHECKING

import numpy as np

from connectors.kit.csv_lines import LONGEST_ROW, Sorted, sorted_out
from connectors.kit.csv_together import Form
from connectors.kit.line_blocks import LineBlock, block_of, line_blocks
from influence.contract.records import SetAside

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

_AGAIN = 50_000
"""Lines that may be read again, beside four times those of the file, to save rows behind quotes that do not close."""


class _GoesOn(Exception):
    """A row goes on in the next block."""


@dataclass
class RowColumns:
    """The rows below the header as tables of texts, and what is set aside.

    Values that are empty are NULL. `one_by_one` tells, after all is read, how many rows were read singly.
    """

    form: Form
    one_by_one: int = 0
    _header_seen: bool = False
    _read: int = 0
    _again: int = 0

    def of(self, stream: IO[bytes]) -> Iterator[pa.Table | SetAside]:
        """Yield the rows of each block in the order of their lines, with `line`, after what was set aside in it."""
        held = block_of(b"")
        for block, is_last in _with_last(line_blocks(stream)):
            self._read += len(block)
            joined = block
            if len(held):
                joined = block_of(held.content + block.content, held.first, held.long | block.long)
            end = yield from self._block(joined, is_last=is_last)
            first = joined.number(end)
            left = frozenset(line for line in joined.long if line >= first)
            held = block_of(joined.content[joined.bounds[end] :], first, left)

    def _block(self, block: LineBlock, *, is_last: bool) -> Generator[pa.Table | SetAside, None, int]:
        """Yield what a block holds; return where a row begins that goes on in the next one."""
        start = 0 if self._header_seen else self._below_header(block)
        lines = sorted_out(block, start, self.form.delimiter, is_last=is_last)
        found = self._rows(block, lines, is_last=is_last)
        while not isinstance(found, tuple):
            lines = replace(lines, odd=lines.odd | found)
            found = self._rows(block, lines, is_last=is_last)
        table, aside, end = found
        yield from sorted(aside, key=lambda one: one.line or 0)
        if table.num_rows:
            yield table
        return end

    def _below_header(self, block: LineBlock) -> int:
        """Return the line below the header, which is the first row that is not empty."""
        at = 0
        while at < len(block) and not self._header_seen:
            given = _Given(block, at)
            try:
                self._header_seen = bool(next(csv.reader(given, delimiter=self.form.delimiter, strict=True)))
                at = given.end
            except csv.Error:
                self._header_seen, at = True, at + 1
        return at

    def _rows(
        self, block: LineBlock, lines: Sorted, *, is_last: bool
    ) -> tuple[pa.Table, list[SetAside], int] | NDArray[np.bool_]:
        """Read the odd lines one by one and the others together; else tell which of these are odd, too."""
        import pyarrow as pa

        end, at = lines.end, lines.start
        together = ~lines.odd
        rows: list[tuple[int, list[str]]] = []
        aside: list[SetAside] = []
        for odd in np.flatnonzero(lines.odd).tolist():
            if odd < at or odd >= end:
                continue
            try:
                at = self._singly(block, odd, rows, aside, is_last=is_last)
            except _GoesOn:
                end = odd
                break
            together[odd:at] = False
        together[: lines.start], together[end:] = False, False
        read = self.form.read(block, together, lines.begins, aside)
        if not isinstance(read, pa.Table):
            return read
        return (self._joined(read, rows) if rows else read), aside, end

    # --- rows one by one ----------------------------------------------------------------------------------

    def _singly(
        self,
        block: LineBlock,
        at: int,
        rows: list[tuple[int, list[str]]],
        aside: list[SetAside],
        *,
        is_last: bool,
    ) -> int:
        """Read the row that begins on a line; return the line after it.

        Raises:
            _GoesOn: it does not end in this block.
        """
        given, number = _Given(block, at), block.number(at)
        try:
            row = next(csv.reader(given, delimiter=self.form.delimiter, strict=True))
        except csv.Error as error:
            if given.ran_out and not is_last:
                raise _GoesOn from None
            self.one_by_one += 1
            if end := self._escaped(block, at, rows, is_last=is_last):
                return end
            aside.append(SetAside(_what_is_wrong(given.end - at, error), number))
            return self._behind(block, at, given, aside)
        self.one_by_one += bool(row or given.bad)
        if given.bad:
            line, reason = min(given.bad.items())
            aside.append(SetAside(f"line {line} {reason}", number))
        elif row and len(row) != self.form.width:
            aside.append(self.form.wrong_width(len(row), number))
            if self._are_rows(block, range(at + 1, given.end)):
                return self._behind(block, at, given, aside)
        elif row:
            rows.append((number, row))
        return given.end

    def _escaped(
        self, block: LineBlock, at: int, rows: list[tuple[int, list[str]]], *, is_last: bool
    ) -> int | None:
        """Read a row whose quotes have a backslash before them, as some programs write; None where it is none.

        Raises:
            _GoesOn: it does not end in this block.
        """
        if b'\\"' not in block.line(at):
            return None
        given = _Given(block, at)
        try:
            row = next(csv.reader(given, delimiter=self.form.delimiter, escapechar="\\", strict=True))
        except csv.Error:
            if given.ran_out and not is_last:
                raise _GoesOn from None
            return None
        if given.bad or len(row) != self.form.width:
            return None
        rows.append((block.number(at), row))
        return given.end

    def _are_rows(self, block: LineBlock, lines: Sequence[int]) -> bool:
        """Tell whether each of some lines is a row by itself: then they belong to no row before them."""
        for at in lines:
            given = _Given(block, at, last=at + 1)
            try:
                row = next(csv.reader(given, delimiter=self.form.delimiter, strict=True))
            except csv.Error:
                return False
            if given.bad or len(row) != self.form.width:
                return False
        return len(lines) > 0

    def _behind(self, block: LineBlock, at: int, given: _Given, aside: list[SetAside]) -> int:
        """Return the line from which to go on behind a row that is none: the next one, while that is soon done."""
        self._again += given.end - at
        if self._again <= _AGAIN + 4 * self._read:
            return at + 1
        reason = f"the line stands behind a quote that opens on line {block.number(at)} and is not closed"
        aside += [
            SetAside(reason, block.number(line))
            for line in range(at + 1, given.end)
            if block.line(line).strip()
        ]
        return given.end

    def _joined(self, read: pa.Table, rows: Sequence[tuple[int, list[str]]]) -> pa.Table:
        import pyarrow as pa

        arrays = {
            name: pa.array([row[place] or None for _, row in rows], pa.string())
            for place, name in self.form.used.items()
        }
        single = pa.table(arrays | {"line": pa.array([line for line, _ in rows], pa.int64())})
        return pa.concat_tables([read, single]).sort_by("line")


@dataclass
class _Given:
    """Lines of a block from one on, up to the `last`, as a reader of one row asks for them; `bad` ones are empty.

    `end` is the line after those that were given, `size` their bytes; `ran_out` tells whether more were asked for
    than the block has, so that the row may go on in the next one.
    """

    block: LineBlock
    end: int
    last: int | None = None
    size: int = 0
    ran_out: bool = False
    bad: dict[int, str] = field(default_factory=dict)

    def __iter__(self) -> Iterator[str]:
        """Yield each line with its line end."""
        while self.end < (self.last or len(self.block)):
            at, self.end = self.end, self.end + 1
            self.size += len(self.block.line(at))
            yield self._text(at)
            if self.size > LONGEST_ROW:
                return
        self.ran_out = True

    def _text(self, at: int) -> str:
        try:
            return self.block.text(at, _as_it_is)
        except ValueError as reason:
            self.bad[self.block.number(at)] = str(reason)
            return "\n"


def _as_it_is(raw: bytes) -> str:
    if b"\0" in raw:
        raise ValueError("holds a NUL byte")
    return raw.decode("utf-8")


def _with_last(blocks: Iterable[LineBlock]) -> Iterator[tuple[LineBlock, bool]]:
    """Yield each block, and whether it is the last."""
    before = None
    try:
        for block in blocks:
            if before is not None:
                yield before, False
            before = block
    except Exception:
        if before is not None:
            yield before, False
        raise
    if before is not None:
        yield before, True


def _what_is_wrong(lines: int, error: csv.Error) -> str:
    if "field limit" in str(error) and lines == 1:
        return f"a value is longer than {csv.field_size_limit():,} characters; write the file as Parquet"
    if "unexpected end" in str(error) or "field limit" in str(error):
        return f"a quote opens here and is not closed in the {lines} lines that follow"
    return f"the quotes are not those of a CSV row ({error})"
