"""Rows of CSV that are read together: lines of which each begins a row, or belongs to the one before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from connectors.kit.line_blocks import LineBlock
from influence.contract.records import SetAside

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

_LINE_END, _RETURN, _QUOTE = b'\n\r"'


@dataclass(frozen=True)
class Form:
    """How rows are written: the number of columns, what stands between values, and which columns are `used`."""

    width: int
    delimiter: str
    used: Mapping[int, str]

    def read(
        self,
        block: LineBlock,
        kept: NDArray[np.bool_],
        begins: NDArray[np.bool_],
        aside: list[SetAside],
    ) -> pa.Table | NDArray[np.bool_]:
        """Read the lines that are kept, of which some begin rows; else tell which are to be read one by one.

        Empty values are NULL. Rows of another width are put `aside`, but for those of several lines.
        """
        import pyarrow as pa

        kept = kept & ~(begins & _blank(block))
        begins = begins & kept
        if kept.any() and not self.used:
            return kept
        try:
            return self._read(block, kept, begins, aside)
        except pa.ArrowInvalid:
            return kept

    def _read(
        self,
        block: LineBlock,
        kept: NDArray[np.bool_],
        begins: NDArray[np.bool_],
        aside: list[SetAside],
    ) -> pa.Table | NDArray[np.bool_]:
        import pyarrow as pa

        table, any_wrong = self._parsed(block, kept)
        if any_wrong:
            widths = _widths(block, kept, begins, self.delimiter)
            wrong = widths != self.width
            row_of = np.maximum(np.cumsum(begins) - 1, 0)
            long = wrong & (np.bincount(row_of[kept], minlength=len(wrong)) > 1)
            if long.any():
                return np.asarray(kept & long[row_of])
            lines = np.flatnonzero(begins)
            for line, width in zip(lines[wrong].tolist(), widths[wrong].tolist(), strict=True):
                aside.append(self.wrong_width(width, block.number(line)))
            kept = kept & ~wrong[row_of]
            begins = begins & kept
            table, any_wrong = self._parsed(block, kept)
        numbers = block.first + np.flatnonzero(begins)
        if any_wrong or table.num_rows != len(numbers):
            return kept
        return table.append_column("line", pa.array(numbers, pa.int64()))

    def wrong_width(self, found: int, line: int) -> SetAside:
        """Say that a row has another number of values than the header."""
        return SetAside(f"fields in the row: {found}, in the header: {self.width}", line)

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
