"""The kinds of arrays that the house speaks of, and the checks before compiled code, which checks no index."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Indices: TypeAlias = NDArray[np.integer[Any]]
"""Positions, whatever their width."""
Ints: TypeAlias = NDArray[np.int64]
"""Positions, counts, and moments (microseconds since 1970, UTC)."""
Codes: TypeAlias = NDArray[np.int32]
"""Codes of people."""
Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]
Words: TypeAlias = NDArray[np.uint64]
"""Sets of people, a bit each, or the registers of sketches of such sets."""
Rows: TypeAlias = tuple[Ints, Ints]
"""Lists of numbers for each person, end to end: those of person i are `second[first[i]:first[i + 1]]`."""
UNDATED = np.iinfo(np.int64).min
"""The moment of what has none: before everything that has one."""
NEVER = np.iinfo(np.int64).max
"""The moment of what has not happened."""


def integers(values: ArrayLike, name: str) -> Ints:
    """Return one row of whole numbers as 64-bit integers; `name` is for the error.

    Raises:
        ValueError: there is more than one row, or not all are whole numbers.
    """
    array = np.asarray(values)
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        raise ValueError(f"{name} must be one row of whole numbers")
    # one width and one layout, so that a loop is compiled once and not anew for each kind of array
    return np.ascontiguousarray(array, dtype=np.int64)


def read_only(values: NDArray[Any], kind: type[np.generic] | None = None) -> NDArray[Any]:
    """Return an array in one width and layout, closed to writing; without a copy where it has them.

    Arrays that differ in any of these are kinds of their own, for each of which a loop is compiled anew.
    """
    array = np.ascontiguousarray(values, kind).view()
    array.flags.writeable = False
    return array


def check_within(values: Indices, low: int, high: int, name: str) -> None:
    """Raise ValueError unless every value is in [low, high)."""
    # a negative position would not fail: it would be read from the end, or from outside the array
    if values.size and (np.min(values) < low or np.max(values) >= high):
        raise ValueError(f"{name} must be between {low} and {high - 1}")


def check_course(times: Indices, k_max: int, most: int) -> None:
    """Raise ValueError unless `times` rise and a course may have `k_max` hands, at the most `most`."""
    if not 0 <= k_max <= most:
        raise ValueError(f"k_max must be between 0 and {most}, not {k_max}")
    if (times[1:] < times[:-1]).any():
        raise ValueError("what happened must be sorted by time")


def check_rows(indptr: Indices, indices: Indices, weights: Floats | None = None) -> int:
    """Return the number of nodes of a network in compressed sparse rows; raise ValueError where it is none."""
    well_formed = indptr.size > 0 and indptr[0] == 0 and indptr[-1] == indices.size
    if not well_formed or (np.diff(indptr) < 0).any():
        raise ValueError("indptr must rise from 0 to the number of ties")
    if weights is not None and weights.size != indices.size:
        raise ValueError("weights must have one number for each tie")
    check_within(indices, 0, indptr.size - 1, "indices")
    return indptr.size - 1


def among(wanted: NDArray[np.int64], held: NDArray[np.int64]) -> Flags:
    """Tell which numbers are among others, which are sorted; far quicker than `np.isin` where there are many.

    >>> among(np.array([3, 9, 1]), np.array([1, 3, 3, 5])).tolist()
    [True, False, True]
    """
    if not held.size:
        return np.zeros(wanted.shape, bool)
    place = np.minimum(np.searchsorted(held, wanted), held.size - 1)
    found: Flags = held[place] == wanted
    return found


def distinct_pairs(
    one: NDArray[np.int64], other: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return each pair of numbers once, in order; far quicker than `np.unique` over columns.

    >>> [side.tolist() for side in distinct_pairs(np.array([5, 3, 5]), np.array([-1, 2, -1]))]
    [[3, 5], [2, -1]]
    """
    values, code = np.unique(other, return_inverse=True)
    place = np.unique(one.astype(np.int64) * values.size + code)
    if not place.size:
        return place, place
    return place // values.size, values[place % values.size]


def as_one(*columns: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return a number for each row of columns: the same where the rows are, and rising as they do in order.

    Sorted by it, rows are told apart far quicker than by `np.unique` over columns.

    >>> as_one(np.array([7, 7, 1]), np.array([-1, 4, 4])).tolist()
    [36, 41, 5]
    """
    held = np.zeros(columns[0].size, np.int64)
    for column in columns:
        low, wide = _span(column)
        if (int(held.max(initial=0)) + 1) * wide >= 2**62:
            held, column = (np.unique(each, return_inverse=True)[1] for each in (held, column))
            low, wide = _span(column)
        held = held * wide + (column - low)
    return held


def _span(column: NDArray[np.int64]) -> tuple[int, int]:
    """Return the least number and how many numbers there are from it to the greatest."""
    if not column.size:
        return 0, 1
    low = int(column.min())
    return low, int(column.max()) - low + 1
