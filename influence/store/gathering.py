"""Tables that wait to go into the store together, cut so that each time as many rows go in as it writes at once."""

from __future__ import annotations

import pyarrow as pa

from influence.contract.records import Rows
from influence.store.schema import placed

_ROWS_AT_ONCE, _BYTES_AT_ONCE = 3 * 122_880, 128_000_000
"""DuckDB writes groups of 122,880 rows: those that are full it need not write again."""


class Gathered:
    """Tables of one kind, one zone and the same columns, each with its file."""

    def __init__(self) -> None:
        self._tables: list[tuple[Rows, str]] = []

    def __bool__(self) -> bool:
        return bool(self._tables)

    def fits(self, rows: Rows) -> bool:
        """Tell whether a table may wait with those that do."""
        if not self._tables:
            return True
        first = self._tables[0][0]
        return (first.kind, first.zone) == (rows.kind, rows.zone) and first.table.schema.equals(
            rows.table.schema
        )

    def add(self, rows: Rows, file: str) -> None:
        """Let a table wait."""
        self._tables.append((rows, file))

    def is_enough(self) -> bool:
        """Tell whether there are as many rows, or bytes, as go in at once."""
        held = sum(each.table.nbytes for each, _ in self._tables)
        return self._rows() >= _ROWS_AT_ONCE or held >= _BYTES_AT_ONCE

    def _rows(self) -> int:
        return sum(each.table.num_rows for each, _ in self._tables)

    def take(self) -> tuple[Rows, pa.Table]:
        """Return as many rows as go in at once, and whose kind they are; the others of the last table wait on."""
        rows, last = self._tables[-1]
        over = max(0, self._rows() - _ROWS_AT_ONCE)
        cut = rows.table.num_rows - over
        tables = [*((each.table, file) for each, file in self._tables[:-1]), (rows.table.slice(0, cut), last)]
        self._tables = [(Rows(rows.kind, rows.table.slice(cut), rows.zone), last)] if over else []
        return rows, placed(tables)
