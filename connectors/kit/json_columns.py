"""JSON Lines as columns: lines that are written alike are read together, all others one by one.

A shape is what lines have in common: which keys, in which order, and which of them hold lists. It is learnt from
a line and written as a regular expression of flat JSON, stricter than any reader: no key twice, no number that
would be written in another way when it is read. What fits it, DuckDB turns into columns; for what does not, and
for the reason why a line is no row, `json_files` is asked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from connectors.kit.answers import At
from connectors.kit.json_files import line_row
from connectors.kit.line_blocks import LineBlock, line_blocks
from influence.contract.records import SetAside

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa
    from numpy.typing import NDArray

_SHAPES = 12
"""Shapes of one file that are remembered; lines of more are read one by one."""
_TEACHERS = 10
"""Lines that fit no shape and are looked at for a new one: so many of the first, and of all."""
_FEWEST = 50
"""Lines for which it does not pay to ask a database."""
_MOST_KEYS = 60
"""Keys of a shape; the expression of more would be too large."""
_ROUNDS = 8
"""How often new shapes are looked for in a block."""
_PLAIN_KEY = re.compile(r'[^"\\\x00-\x1f\ud800-\udfff]{1,200}')
_SPACE, _END = r"[ \t]*", r"[ \t\r\n]*$"
_ESCAPE = (
    r'\\(?:["\\/bfnrt]|u(?:[1-9a-cA-CefEF][0-9a-fA-F]{3}|0[1-9a-fA-F][0-9a-fA-F]{2}|00[1-9a-fA-F][0-9a-fA-F]'
    r"|000[1-9a-fA-F]|[dD][0-7][0-9a-fA-F]{2}|[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}))"
)
"""No NUL, and no half of a surrogate pair."""
_TEXT = rf'"(?:[^"\\\x00-\x1f]|{_ESCAPE})*"'
_NUMBER = (
    r"(?:0|-?[1-9][0-9]{0,14}|0\.0|-?[1-9][0-9]{0,9}\.(?:0|[0-9]{0,4}[1-9])"
    r"|-?0\.0{0,3}[1-9](?:[0-9]{0,11}[1-9])?|[1-3][0-9]{9}\.[0-9]{5}[1-9])"
)
"""Numbers that are written again as they were: of fifteen digits, or times to the millionth of a second."""
_ITEM = rf"(?:{_TEXT}|{_NUMBER}|true|false)"
_VALUE = rf"(?:{_ITEM}|null)"


def _listed(of: str) -> str:
    return rf"\[{_SPACE}(?:{of}(?:{_SPACE},{_SPACE}{of})*)?{_SPACE}\]"


def _object(of: str) -> str:
    pair = rf"{_TEXT}{_SPACE}:{_SPACE}{of}"
    return rf"\{{{_SPACE}(?:{pair}(?:{_SPACE},{_SPACE}{pair})*)?{_SPACE}\}}"


_FLAT = rf"(?:{_VALUE}|{_listed(_VALUE)})"
_PATTERNS = {
    "text": _VALUE,
    "number": r"(?:-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|null)",
    "split": _VALUE,
    "list": rf"(?:{_listed(_ITEM)}|null)",
    "unused": _FLAT,
    "object": rf"(?:{_FLAT}|{_object(_VALUE)})",
}


@dataclass(frozen=True)
class _Shape:
    """The keys of lines in their order, any of which may be missing, each with what it holds.

    That is a `text` (or a plain number), a `number` however it is written, a `list`, a text to be `split` at
    semicolons, or what is `unused`; that may be an `object`, in which a number is not looked for. `columns` tells
    the column of each key that is used.
    """

    keys: tuple[tuple[str, str], ...]
    columns: tuple[tuple[str, str], ...]

    @property
    def _kinds(self) -> set[str]:
        return {kind for _, kind in self.keys}

    def fitting(self, lines: pa.Array) -> NDArray[np.bool_]:
        """Tell which lines have this shape; they must end in a brace."""
        import pyarrow.compute as pc

        pairs = "".join(
            rf'(?:"{re.escape(key)}"{_SPACE}:{_SPACE}{_PATTERNS[kind]}{_SPACE}(?:,{_SPACE}|\}}{_END}))?'
            for key, kind in self.keys
        )
        found = pc.match_substring_regex(lines, rf"^{_SPACE}\{{{_SPACE}{pairs}$")
        return np.asarray(found.to_numpy(zero_copy_only=False))

    def read(self, engine: duckdb.DuckDBPyConnection, lines: pa.Array) -> pa.Table:
        """Read lines of this shape; values that are empty are NULL.

        Raises:
            duckdb.Error: a line is no JSON.
        """
        import pyarrow as pa

        names = dict(self.columns)
        used = {key: kind for key, kind in self.keys if kind not in _UNUSED}
        form = {key: ["VARCHAR"] if kind == "list" else "VARCHAR" for key, kind in used.items()}
        columns = ", ".join(
            f"{_SELECTED[kind].format(_quoted(key), _literal(_number_of(key)))} AS {_quoted(names[key])}"
            for key, kind in used.items()
        )
        line = "line, " if "number" in self._kinds else ""
        unpacked = f"SELECT {line}unnest(json_transform(line, {_literal(json.dumps(form))})) FROM lines"  # noqa: S608
        engine.register("lines", pa.table({"line": lines}))
        return engine.sql(f"SELECT {columns} FROM ({unpacked})").to_arrow_table()  # noqa: S608 - keys are quoted

    def with_(self, other: _Shape) -> _Shape | None:
        """Return the shape of lines of either, if the keys of both can stand in one order."""
        kinds, columns = dict(self.keys), dict(self.columns) | dict(other.columns)
        if any(kinds.setdefault(key, kind) != kind for key, kind in other.keys):
            return None
        order = _one_order([key for key, _ in self.keys], [key for key, _ in other.keys])
        if order is None or len(order) > _MOST_KEYS or len(set(columns.values())) < len(columns):
            return None
        if {"number", "object"} <= set(kinds.values()):
            return None
        return _Shape(tuple((key, kinds[key]) for key in order), tuple(columns.items()))


def _number_of(key: str) -> str:
    """Write the expression that finds the number of a key in a line without objects in it."""
    return rf'"{re.escape(key)}"{_SPACE}:{_SPACE}(-?[0-9][-+.eE0-9]*)'


_UNUSED = frozenset({"unused", "object"})
_SELECTED = {
    "text": "nullif({0}, '')",
    "number": "nullif(regexp_extract(line, {1}, 1), '')",
    "list": "{0}",
    "split": "string_split(nullif({0}, ''), ';')",
}


def _quoted(name: str) -> str:
    return f'"{name}"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _one_order(some: list[str], others: list[str]) -> list[str] | None:
    """Merge two orders of keys into one that keeps both; None where they contradict each other.

    >>> _one_order(["a", "c"], ["a", "b", "c", "d"]), _one_order(["a", "b"], ["b", "a"])
    (['a', 'b', 'c', 'd'], None)
    """
    order, at = list(some), 0
    for key in others:
        if key not in some:
            order.insert(at, key)
        elif (at := order.index(key, at) if key in order[at:] else -1) < 0:
            return None
        at += 1
    return order


@cache
def _engine() -> duckdb.DuckDBPyConnection:
    """A database in memory that reads and writes nothing else."""
    import duckdb

    engine = duckdb.connect(config={"enable_external_access": "false", "memory_limit": "500MB"})
    engine.execute("SET preserve_insertion_order = true")
    return engine


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
    _shapes: list[_Shape] = field(default_factory=list)

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
        shape: _Shape,
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
            table = shape.read(_engine().cursor(), fit)
        except duckdb.Error:  # it reads less than the expression allows: then Python says what it is
            return waiting
        tables.append(table.append_column("line", pa.array(block.first + waiting[fitting], pa.int64())))
        return waiting[~fitting]

    def _learn(self, block: LineBlock, waiting: NDArray[np.int64]) -> list[_Shape]:
        """Learn from some of the lines that fit no shape; return what is new."""
        import pyarrow as pa

        first, others = waiting[:_TEACHERS], waiting[_TEACHERS:]
        some = others[:: max(1, len(others) // _TEACHERS)][:_TEACHERS]
        found: dict[_Shape, list[str]] = {}
        for at in [*first, *some]:
            line = block.line(at)
            if (shape := self._shape_of(line)) is not None:
                found.setdefault(shape, []).append(line.decode())
        learnt: dict[_Shape, None] = {}
        for shape, lines in found.items():
            place, both = self._place_for(shape)
            if both is None or not shape.fitting(pa.array(lines)).any():
                continue
            self.unused.update(dict.fromkeys(key.lower() for key, kind in shape.keys if kind in _UNUSED))
            for known in self._shapes[place : place + 1]:
                learnt.pop(known, None)
            self._shapes[place : place + 1] = [both]
            learnt[both] = None
        return list(learnt)

    def _place_for(self, shape: _Shape) -> tuple[int, _Shape | None]:
        """Find the shape with which one can be joined, and the joint one; None where there is no room for more."""
        for place, known in enumerate(self._shapes):
            if (both := known.with_(shape)) is not None:
                return place, both
        return len(self._shapes), shape if len(self._shapes) < _SHAPES else None

    def _shape_of(self, line: bytes) -> _Shape | None:
        """Learn the shape of a line; None where it is no row, or is written in an unusual way."""
        try:
            pairs = json.loads(line, object_pairs_hook=tuple, parse_int=float)
        except (ValueError, RecursionError):
            return None
        if not isinstance(pairs, tuple) or not 0 < len(pairs) <= _MOST_KEYS:
            return None
        kinds: dict[str, str] = {}
        for key, value in pairs:
            kind = self._kind(key.lower(), value)
            if kind is None or key in kinds or not _PLAIN_KEY.fullmatch(key):
                return None
            kinds[key] = kind
        if "object" in kinds.values():
            kinds = {key: "text" if kind == "number" else kind for key, kind in kinds.items()}
        used = {key: self.columns[key.lower()] for key in kinds if key.lower() in self.columns}
        is_plain = len(set(used.values())) == len(used)
        return _Shape(tuple(kinds.items()), tuple(used.items())) if is_plain else None

    def _kind(self, key: str, value: Any) -> str | None:
        """Tell what a key holds; None where that is no value for it."""
        if key not in self.columns:
            return "object" if isinstance(value, tuple) else "unused"
        if key in self.lists and (value is None or isinstance(value, list)):
            return "list"
        if isinstance(value, list | tuple):
            return None
        if key in self.lists:
            return "split"
        return "number" if isinstance(value, float) else "text"

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
