"""Makes of the columns that a table came with those that every query can read: no value of them raises an error.

A Parquet file of somebody else may hold columns of any type, text that is no text, and times that no calendar has.
"""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as kinds

_PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_FIRST, _LAST = -62_135_596_800, 253_402_300_799
"""Seconds from 1970 to the beginning of the year 1, and to the end of the year 9999."""


def readable(table: pa.Table) -> pa.Table:
    """Return the rows with columns of text, numbers, truths, points in time and lists of text only.

    What is none of these becomes the text that tells it; bytes that are no UTF-8 become U+FFFD, and times beyond
    the years 1 and 9999 the nearest within.

    >>> readable(pa.table({"id": pa.array([{"a": 1}, None])})).to_pylist()
    [{'id': "{'a': 1}"}, {'id': None}]
    """
    arrays = [_readable(column) for column in table.columns]
    return pa.table(arrays, names=table.column_names)


def _readable(column: pa.ChunkedArray) -> pa.ChunkedArray:
    found = column.type
    if kinds.is_timestamp(found):
        return _within(column)
    if _is_plain(found) or _is_text(found) or (_is_list(found) and _is_text(found.value_type)):
        return column if _is_sound(column) else _told(column)
    if kinds.is_float16(found):
        return column.cast(pa.float32())
    if kinds.is_dictionary(found) and _is_text(found.value_type):
        return _readable(pa.chunked_array([c.dictionary_decode() for c in column.chunks], found.value_type))
    return _told(column)


def _is_plain(found: pa.DataType) -> bool:
    """Tell whether it is of a type whose every value the database knows."""
    return bool(
        kinds.is_null(found)
        or kinds.is_integer(found)
        or kinds.is_float32(found)
        or kinds.is_float64(found)
        or kinds.is_boolean(found)
        or kinds.is_decimal128(found)
        or kinds.is_date32(found)
    )


def _is_text(found: pa.DataType) -> bool:
    return bool(kinds.is_string(found) or kinds.is_large_string(found))


def _is_list(found: pa.DataType) -> bool:
    return bool(kinds.is_list(found) or kinds.is_large_list(found))


def _is_sound(column: pa.ChunkedArray) -> bool:
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _within(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Move times that no calendar has to its first or its last moment, which nobody means either."""
    of_second = _PER_SECOND[column.type.unit]
    first, last = _FIRST * of_second, _LAST * of_second
    numbers = column.cast(pa.int64())
    span = pc.min_max(numbers).as_py()
    if span["min"] is None or (span["min"] >= first and span["max"] <= last):
        return column
    kept = pc.max_element_wise(pc.min_element_wise(numbers, min(last, 2**63 - 1)), max(first, -(2**63)))
    return pc.if_else(pc.is_valid(numbers), kept, None).cast(column.type)


def _told(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Write each value as text, and a list as a list of texts."""
    listed = _is_list(column.type) or kinds.is_fixed_size_list(column.type)
    tell: Callable[[pa.Scalar], object] = _texts if listed else _text
    told = pa.list_(pa.string()) if listed else pa.string()
    return pa.chunked_array([pa.array(map(tell, chunk), told) for chunk in column.chunks], told)


def _texts(item: pa.Scalar) -> list[str | None] | None:
    return [_text(one) for one in item.values] if item.is_valid else None


def _text(item: pa.Scalar) -> str | None:
    """Write a value as text; where Python has none like it, say what it is of."""
    if not item.is_valid:
        return None
    try:
        value = item.as_buffer().to_pybytes() if _is_text(item.type) else item.as_py()
    except (ValueError, OverflowError, TypeError, NotImplementedError, pa.ArrowException):
        return f"<{item.type}>"
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return None if value is None else str(value)
