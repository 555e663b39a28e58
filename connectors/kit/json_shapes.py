"""What lines of JSON have in common: which keys, in which order, and what each of them holds.

A shape is learnt from a line and written as a regular expression of flat JSON, stricter than any reader: no key
twice, and no number that would be written in another way when it is read. DuckDB turns the lines that fit into
columns, and is given no others.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa
    from numpy.typing import NDArray

_MOST_KEYS = 60
"""Keys of a shape; the expression of more would be too large."""
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
    "object": rf"(?:{_FLAT}|{_object(_FLAT)}|{_listed(_object(_VALUE))})",
}


@dataclass(frozen=True)
class Shape:
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
        import pyarrow as pa
        import pyarrow.compute as pc

        pairs = "".join(
            rf'(?:"{re.escape(key)}"{_SPACE}:{_SPACE}{_PATTERNS[kind]}{_SPACE}(?:,{_SPACE}|\}}{_END}))?'
            for key, kind in self.keys
        )
        try:
            found = pc.match_substring_regex(lines, rf"^{_SPACE}\{{{_SPACE}{pairs}$")
        except pa.ArrowInvalid:  # so many keys that the expression is too large
            return np.zeros(len(lines), np.bool_)
        return np.asarray(found.to_numpy(zero_copy_only=False))

    def read(self, lines: pa.Array) -> pa.Table:
        """Read lines of this shape; values that are empty are NULL.

        Raises:
            duckdb.Error: a line is no JSON.
        """
        import pyarrow as pa

        names = dict(self.columns)
        used = {key: kind for key, kind in self.keys if kind not in UNUSED}
        form = {key: ["VARCHAR"] if kind == "list" else "VARCHAR" for key, kind in used.items()}
        columns = ", ".join(
            f"{_SELECTED[kind].format(_quoted(key), _literal(_number_of(key)))} AS {_quoted(names[key])}"
            for key, kind in used.items()
        )
        line = "line, " if "number" in self._kinds else ""
        unpacked = f"SELECT {line}unnest(json_transform(line, {_literal(json.dumps(form))})) FROM lines"  # noqa: S608
        engine = _engine().cursor()
        engine.register("lines", pa.table({"line": lines}))
        return engine.sql(f"SELECT {columns} FROM ({unpacked})").to_arrow_table()  # noqa: S608 - keys are quoted

    def with_(self, other: Shape) -> Shape | None:
        """Return the shape of lines of either, if the keys of both can stand in one order."""
        kinds, columns = dict(self.keys), dict(self.columns) | dict(other.columns)
        if any(kinds.setdefault(key, kind) != kind for key, kind in other.keys):
            return None
        order = _one_order([key for key, _ in self.keys], [key for key, _ in other.keys])
        if order is None or len(order) > _MOST_KEYS or len(set(columns.values())) < len(columns):
            return None
        if {"number", "object"} <= set(kinds.values()):
            return None
        return Shape(tuple((key, kinds[key]) for key in order), tuple(columns.items()))


def _number_of(key: str) -> str:
    """Write the expression that finds the number of a key in a line without objects in it."""
    return rf'"{re.escape(key)}"{_SPACE}:{_SPACE}(-?[0-9][-+.eE0-9]*)'


UNUSED = frozenset({"unused", "object"})
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

    return duckdb.connect(
        config={"enable_external_access": "false", "memory_limit": "500MB", "temp_directory": ""}
    )


def shape_of(line: bytes, columns: Mapping[str, str], lists: frozenset[str]) -> Shape | None:
    """Learn the shape of a line; None where it is no row, or is written in an unusual way.

    `columns` names the column of each key in lower case, `lists` the keys whose values are lists.

    >>> shape_of(b'{"time": 1.50, "to": []}', {"time": "time", "to": "to"}, frozenset({"to"})).keys
    (('time', 'number'), ('to', 'list'))
    """
    try:
        pairs = json.loads(line, object_pairs_hook=tuple, parse_int=float)
    except (ValueError, RecursionError):
        return None
    if not isinstance(pairs, tuple) or not 0 < len(pairs) <= _MOST_KEYS:
        return None
    kinds: dict[str, str] = {}
    for key, value in pairs:
        kind = _kind(key.lower(), value, columns, lists)
        if kind is None or key in kinds or not _PLAIN_KEY.fullmatch(key):
            return None
        kinds[key] = kind
    if "object" in kinds.values():
        kinds = {key: "text" if kind == "number" else kind for key, kind in kinds.items()}
    used = {key: columns[key.lower()] for key in kinds if key.lower() in columns}
    is_plain = len(set(used.values())) == len(used)
    return Shape(tuple(kinds.items()), tuple(used.items())) if used and is_plain else None


def _kind(key: str, value: Any, columns: Mapping[str, str], lists: frozenset[str]) -> str | None:
    """Tell what a key holds; None where that is no value for it."""
    if key not in columns:
        holds_objects = isinstance(value, list) and any(isinstance(item, tuple) for item in value)
        return "object" if holds_objects or isinstance(value, tuple) else "unused"
    if key in lists and (value is None or isinstance(value, list)):
        return "list"
    if isinstance(value, list | tuple):
        return None
    if key in lists:
        return "split"
    return "number" if isinstance(value, float) else "text"
