"""CSV as columns: rows that are written as the rules say are read together, all others one by one.

A quote that is not closed costs the row in which it stands and no other: the next line is read anew.
"""

from __future__ import annotations

import csv
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

import numpy as np

from connectors.kit.csv_lines import LONGEST_ROW, Sorted, sorted_out
from connectors.kit.line_blocks import LineBlock, block_of, line_blocks
from influence.contract.records import SetAside

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

_LINE_END, _RETURN = b"\n\r"
_AGAIN = 50_000
"""Lines that may be read again, beside four times those of the file, to save rows behind quotes that do not close."""


class _GoesOn(Exception):
    """A row goes on in the next block."""


@dataclass
class RowColumns:
    """The rows below the header as tables of texts, and what is set aside.

    `width` is the number of columns and `used` names those that are wanted, by their number. Values that are empty
    are NULL. `one_by_one` tells, after all is read, how many rows were read singly.
    """

    width: int
    delimiter: str
    used: Mapping[int, str]
    one_by_one: int = 0
    _header_seen: bool = False
    _read: int = 0
    _again: int = 0

    def of(self, stream: IO[bytes]) -> Iterator[pa.Table | SetAside]:
        """Yield the rows of each block in the order of their lines, with `line`, after what was set aside in it."""
        held = block_of(b"")
        for block, is_last in _with_last(line_blocks(stream)):
            self._read += len(block)
            joined = block_of(held.content + block.content, held.first) if len(held) else block
            end = yield from self._block(joined, is_last=is_last)
            held = block_of(joined.content[joined.bounds[end] :], joined.number(end))

    def _block(self, block: LineBlock, *, is_last: bool) -> Generator[pa.Table | SetAside, None, int]:
        """Yield what a block holds; return where a row begins that goes on in the next one."""
        start = 0 if self._header_seen else self._below_header(block)
        lines = sorted_out(block, start, self.delimiter, is_last=is_last)
        found = self._rows(block, lines, is_last=is_last)
        if found is None:
            all_odd = Sorted(start, len(block), lines.begins, np.ones(len(block), np.bool_))
            found = self._rows(block, all_odd, is_last=is_last)
        if found is None:
            return start
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
                self._header_seen = bool(next(csv.reader(given, delimiter=self.delimiter, strict=True)))
                at = given.end
            except csv.Error:
                self._header_seen, at = True, at + 1
        return at

    def _rows(
        self, block: LineBlock, lines: Sorted, *, is_last: bool
    ) -> tuple[pa.Table, list[SetAside], int] | None:
        """Read the odd lines one by one and the others together; None where these are not as they seem."""
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
        read = self._together(block, together, lines.begins, aside)
        if read is None:
            return None
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
            row = next(csv.reader(given, delimiter=self.delimiter, strict=True))
        except csv.Error as error:
            if given.ran_out and not is_last:
                raise _GoesOn from None
            self.one_by_one += 1
            aside.append(SetAside(_what_is_wrong(given.end - at, error), number))
            return self._behind(block, at, given, aside)
        self.one_by_one += bool(row or given.bad)
        if given.bad:
            line, reason = min(given.bad.items())
            aside.append(SetAside(f"line {line} {reason}", number))
        elif row and len(row) != self.width:
            aside.append(_wrong_width(len(row), self.width, number))
        elif row:
            rows.append((number, row))
        return given.end

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
            for place, name in self.used.items()
        }
        single = pa.table(arrays | {"line": pa.array([line for line, _ in rows], pa.int64())})
        return pa.concat_tables([read, single]).sort_by("line")

    # --- rows together ------------------------------------------------------------------------------------

    def _together(
        self,
        block: LineBlock,
        kept: NDArray[np.bool_],
        begins: NDArray[np.bool_],
        aside: list[SetAside],
    ) -> pa.Table | None:
        """Read lines that are whole rows; None where they are no rows after all."""
        import pyarrow as pa

        kept = kept & ~(begins & _blank(block))
        begins = begins & kept
        table, any_wrong = self._parsed(block, kept)
        if any_wrong:
            widths = _widths(block, kept, begins, self.delimiter)
            wrong = widths != self.width
            lines = np.flatnonzero(begins)
            for line, width in zip(lines[wrong].tolist(), widths[wrong].tolist(), strict=True):
                aside.append(_wrong_width(width, self.width, block.number(line)))
            row_of = np.cumsum(begins) - 1
            kept = kept & ~wrong[np.maximum(row_of, 0)]
            begins = begins & kept
            table, any_wrong = self._parsed(block, kept)
        numbers = block.first + np.flatnonzero(begins)
        if any_wrong or table.num_rows != len(numbers):
            return None
        return table.append_column("line", pa.array(numbers, pa.int64()))

    def _parsed(self, block: LineBlock, kept: NDArray[np.bool_]) -> tuple[pa.Table, bool]:
        """Read lines; tell whether a row had another number of values than the header has."""
        import pyarrow as pa
        from pyarrow import csv as arrow_csv

        wrong: list[int] = []

        def note(row: arrow_csv.InvalidRow) -> str:
            wrong.append(row.actual_columns)
            return "skip"

        names = [self.used.get(place, f" {place}") for place in range(self.width)]
        content = _content(block, kept)
        if not len(content):
            return pa.table({name: pa.array([], pa.string()) for name in self.used.values()}), False
        table = arrow_csv.read_csv(
            pa.BufferReader(content),
            arrow_csv.ReadOptions(use_threads=False, block_size=len(content) + 1, column_names=names),
            arrow_csv.ParseOptions(
                delimiter=self.delimiter, newlines_in_values=True, invalid_row_handler=note
            ),
            arrow_csv.ConvertOptions(
                check_utf8=False,
                column_types=dict.fromkeys(self.used.values(), pa.string()),
                include_columns=list(self.used.values()),
                null_values=[""],
                strings_can_be_null=True,
            ),
        )
        return table, bool(wrong)


@dataclass
class _Given:
    """Lines of a block from one on, as a reader of one row asks for them; `bad` ones are empty.

    `end` is the line after the last that was given, `size` their bytes; `ran_out` tells whether more were asked for
    than the block has, so that the row may go on in the next one.
    """

    block: LineBlock
    end: int
    size: int = 0
    ran_out: bool = False
    bad: dict[int, str] = field(default_factory=dict)

    def __iter__(self) -> Iterator[str]:
        """Yield each line with its line end."""
        while self.end < len(self.block):
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
    for block in blocks:
        if before is not None:
            yield before, False
        before = block
    if before is not None:
        yield before, True


def _what_is_wrong(lines: int, error: csv.Error) -> str:
    if "field limit" in str(error) and lines == 1:
        return f"a value is longer than {csv.field_size_limit():,} characters; write the file as Parquet"
    if "unexpected end" in str(error) or "field limit" in str(error):
        return f"a quote opens here and is not closed in the {lines} lines that follow"
    return f"the quotes are not those of a CSV row ({error})"


def _wrong_width(found: int, width: int, line: int) -> SetAside:
    return SetAside(f"fields in the row: {found}, in the header: {width}", line)


def _blank(block: LineBlock) -> NDArray[np.bool_]:
    """Tell which lines hold nothing."""
    codes, ends = block.codes, block.bounds[1:]
    size = np.diff(block.bounds)
    last = codes[np.maximum(ends - 1, 0)] if len(codes) else codes
    before = codes[np.maximum(ends - 2, 0)] if len(codes) else codes
    return np.asarray((last == _LINE_END) & ((size == 1) | ((size == 2) & (before == _RETURN))))


def _content(block: LineBlock, kept: NDArray[np.bool_]) -> pa.Buffer | bytes:
    """Join the lines that are kept; where they stand together nothing is copied."""
    import pyarrow as pa

    edges = np.flatnonzero(np.diff(kept, prepend=False, append=False))
    runs = [
        (int(block.bounds[a]), int(block.bounds[b])) for a, b in zip(edges[::2], edges[1::2], strict=True)
    ]
    if len(runs) == 1:
        return pa.py_buffer(block.content).slice(runs[0][0], runs[0][1] - runs[0][0])
    return b"".join(block.content[a:b] for a, b in runs)


def _widths(
    block: LineBlock, kept: NDArray[np.bool_], begins: NDArray[np.bool_], delimiter: str
) -> NDArray[np.int64]:
    """Count the values of each row: the delimiters outside of quotes, and one."""
    codes = np.frombuffer(_content(block, kept), np.uint8)
    sizes = np.cumsum(np.diff(block.bounds)[kept])
    starts = np.concatenate([[0], sizes])[:-1][begins[kept]]
    quotes = np.flatnonzero(codes == ord('"'))
    found = np.flatnonzero(codes == ord(delimiter))
    outside = found[np.searchsorted(quotes, found) % 2 == 0]
    return np.diff(np.searchsorted(outside, np.append(starts, len(codes)))) + 1
