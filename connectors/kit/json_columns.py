"""JSON Lines as columns: lines that are written alike are read together, all others one by one.

Lines are alike that have one shape (`json_shapes`). What has none, and why a line is no row, `json_files` is asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

import numpy as np

from connectors.kit.answers import At
from connectors.kit.json_files import line_row
from connectors.kit.json_shapes import UNUSED, Shape, shape_of
from connectors.kit.line_blocks import LineBlock, line_blocks
from influence.contract.errors import by_hand
from influence.contract.records import SetAside

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

_SHAPES = 12
"""Shapes of one file that are remembered; lines of more are read one by one."""
_TEACHERS = 10
"""Lines that fit no shape and are looked at for a new one: so many of the first, and of all."""
_FEWEST = 50
"""Lines for which it does not pay to ask a database."""
_ROUNDS = 8
"""How often new shapes are looked for in a block."""


@dataclass
class LineColumns:
    """The lines of a JSON Lines file as tables of the columns wanted and `line`, with what is set aside.

    `columns` names the column of each key in lower case, `lists` the keys whose values are lists. `unused` are,
    after all is read, the other keys that were found, `one_by_one` how many lines were read singly.
    """

    columns: Mapping[str, str]
    lists: frozenset[str]
    unused: dict[str, None] = field(default_factory=dict)
    one_by_one: int = 0
    _shapes: list[Shape] = field(default_factory=list)

    def of(self, stream: IO[bytes]) -> Iterator[pa.Table | SetAside]:
        """Yield the rows of each block in the order of their lines, after what was set aside in it."""
        for block in line_blocks(stream):
            tables, left = self._together(block)
            rows: list[At] = []
            for item in self._singly(block, left):
                if isinstance(item, SetAside):
                    yield item
                else:
                    rows.append(item)
            if rows:
                tables.append(self._table(rows))
            if tables:
                yield _in_order(tables)

    # --- lines of one shape -------------------------------------------------------------------------------

    def _together(self, block: LineBlock) -> tuple[list[pa.Table], NDArray[np.int64]]:
        """Read what fits a shape; return it with the lines that do not."""
        whole = _closed(block)
        for odd in (block.not_utf8(), block.too_long()):
            whole[odd] = False
        waiting = np.flatnonzero(whole)
        if len(waiting) < _FEWEST:
            return [], np.arange(len(block))
        tables: list[pa.Table] = []
        lines = block.texts()
        for shape in list(self._shapes):
            waiting = self._read(shape, block, lines, waiting, tables)
        for _ in range(_ROUNDS):
            for shape in self._learn(block, waiting):
                waiting = self._read(shape, block, lines, waiting, tables)
        whole[:] = ~whole
        whole[waiting] = True
        return tables, np.flatnonzero(whole)

    def _read(
        self,
        shape: Shape,
        block: LineBlock,
        lines: pa.Array,
        waiting: NDArray[np.int64],
        tables: list[pa.Table],
    ) -> NDArray[np.int64]:
        """Add the table of those lines that have the shape; return those that wait on."""
        import duckdb
        import pyarrow as pa

        if not len(waiting):
            return waiting
        offered = lines if len(waiting) == len(lines) else lines.take(pa.array(waiting))
        fitting = shape.fitting(offered)
        if not fitting.any():
            return waiting
        fit = offered if fitting.all() else offered.filter(pa.array(fitting))
        try:
            table = shape.read(fit)
        except duckdb.Error as error:
            if by_hand(error):
                raise KeyboardInterrupt from error
            return waiting  # it reads less than the expression allows: then Python says what it is
        tables.append(table.append_column("line", pa.array(block.first + waiting[fitting], pa.int64())))
        return waiting[~fitting]

    def _learn(self, block: LineBlock, waiting: NDArray[np.int64]) -> list[Shape]:
        """Learn from some of the lines that fit no shape; return what is new."""
        import pyarrow as pa

        first, others = waiting[:_TEACHERS], waiting[_TEACHERS:]
        some = others[:: max(1, len(others) // _TEACHERS)][:_TEACHERS]
        found: dict[Shape, list[str]] = {}
        for at in [*first, *some]:
            line = block.line(at)
            if (shape := shape_of(line, self.columns, self.lists)) is not None:
                found.setdefault(shape, []).append(line.decode())
        learnt: dict[Shape, None] = {}
        for shape, lines in found.items():
            place, both = self._place_for(shape)
            if both is None or not shape.fitting(pa.array(lines)).any():
                continue
            self.unused.update(dict.fromkeys(key.lower() for key, kind in shape.keys if kind in UNUSED))
            for known in self._shapes[place : place + 1]:
                learnt.pop(known, None)
            self._shapes[place : place + 1] = [both]
            learnt[both] = None
        return list(learnt)

    def _place_for(self, shape: Shape) -> tuple[int, Shape | None]:
        """Find the shape with which one can be joined, and the joint one; None where there is no room for more."""
        for place, known in enumerate(self._shapes):
            if (both := known.with_(shape)) is not None:
                return place, both
        return len(self._shapes), shape if len(self._shapes) < _SHAPES else None

    # --- lines one by one ---------------------------------------------------------------------------------

    def _singly(self, block: LineBlock, left: NDArray[np.int64]) -> Iterator[At | SetAside]:
        wanted = frozenset(self.columns)
        for at in left.tolist():
            item = line_row(block, at, wanted, self.lists)
            if item is not None:
                self.one_by_one += 1
                yield item

    def _table(self, rows: Sequence[At]) -> pa.Table:
        import pyarrow as pa

        told = [{self.columns.get(key, key): value for key, value in row.value.items()} for row in rows]
        names = dict.fromkeys(self.columns.values())
        listed = {self.columns[key] for key in self.lists & self.columns.keys()}
        self.unused.update(dict.fromkeys(key for row in told for key in row if key not in names))
        types = {name: pa.list_(pa.string()) if name in listed else pa.string() for name in names}
        arrays = {name: pa.array([row.get(name) for row in told], of) for name, of in types.items()}
        return pa.table(arrays | {"line": pa.array([row.line for row in rows], pa.int64())})


def _closed(block: LineBlock) -> NDArray[np.bool_]:
    """Tell which lines end in a brace."""
    codes, last = block.codes, block.bounds[1:] - 1
    for line_end in b"\n\r":
        last = last - (codes[last] == line_end)
    return np.asarray(codes[last] == ord("}"))


def _in_order(tables: Sequence[pa.Table]) -> pa.Table:
    """Return the rows of several tables in the order of their lines, without columns that are empty."""
    import pyarrow as pa

    types: dict[str, pa.DataType] = {}
    for table in tables:
        types |= {one.name: one.type for one in table.schema}
    rows = pa.concat_tables(
        [table.cast(pa.schema([(name, types[name]) for name in table.column_names])) for table in tables],
        promote_options="default",
    )
    rows = rows if len(tables) == 1 else rows.sort_by("line")
    return rows.select([name for name in rows.column_names if rows[name].null_count < rows.num_rows])
