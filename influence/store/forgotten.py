"""Who was forgotten stays out: known again by a keyed mark of each account, and by nothing that names anybody.

The key lies outside the store. Without it a mark tells nothing; whoever has both may try accounts that they know.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from influence.contract.records import Exposure, Withdrawn
from influence.store.engine import Engine

REASON = "of somebody who was forgotten"
_THEIRS = {"activities": ("actor",), "people": ("person", "accounts"), "ties": ("source", "target")}
"""Columns of each kind in which an account of somebody makes the row theirs."""
_OF_OTHERS = {
    "activities": ("addressees", "mentions", "outbox", "typist"),
    "encounters": ("people",),
    "people": ("manager",),
}
"""Columns out of which they are taken; the row stays, since it is of others too."""
_TOGETHER = 2
"""Fewer people than this meet nobody."""
_Flags = npt.NDArray[np.bool_]


def mark(key: bytes, account: str) -> str:
    """Return what stands for an account: HMAC-SHA256 (RFC 2104) under a key.

    >>> mark(b"key", "x:1") == mark(b"key", "x:1"), mark(b"key", "x:1") == mark(b"another key", "x:1")
    (True, False)
    """
    return hmac.new(key, account.encode("utf-8", "surrogatepass"), "sha256").hexdigest()


def marks_in(engine: Engine) -> frozenset[str]:
    """Return the marks that a store keeps of those who were forgotten."""
    return frozenset(engine.arrow("SELECT DISTINCT mark FROM forgotten_log").column("mark").to_pylist())


class Forgotten:
    """Those who were forgotten, by their marks; `key` is asked for only where there are any.

    >>> Forgotten(frozenset(), bytes).knows("x:1"), Forgotten(frozenset([mark(b"k", "x:1")]), lambda: b"k").knows("x:1")
    (False, True)
    """

    def __init__(self, marks: frozenset[str], key: Callable[[], bytes]) -> None:
        self._marks = marks
        self._key = key() if marks else b""
        self._known: dict[str, bool] = {}

    def knows(self, account: str) -> bool:
        """Tell whether somebody who was forgotten had this account, or this id in a people table."""
        if not self._marks:
            return False
        known = self._known.get(account)
        if known is None:
            known = self._known[account] = mark(self._key, account) in self._marks
        return known

    def set_apart(self, kind: str, staged: pa.Table) -> pa.Table:
        """Return staged rows with a reason on those that are theirs, and without them in the rows of others."""
        if not self._marks or not staged.num_rows:
            return staged
        theirs = np.zeros(staged.num_rows, np.bool_)
        for name in _THEIRS.get(kind, ()):
            theirs |= self._holding(staged[name].combine_chunks())
        for name in _OF_OTHERS.get(kind, ()):
            column = staged[name].combine_chunks()
            left = self._without(column)
            if kind == "encounters":
                alone = pc.list_value_length(left).to_numpy(zero_copy_only=False) < _TOGETHER
                theirs |= alone & self._holding(column)
            staged = staged.set_column(staged.schema.get_field_index(name), name, left)
        return _with_reason(staged, theirs)

    def exposures(self, told: Iterable[Exposure]) -> list[Exposure]:
        """Return the numbers that are told of others."""
        return [one for one in told if not self.knows(one.account)]

    def withdraws(self, one: Withdrawn) -> bool:
        """Tell whether what is withdrawn is that one of them took part."""
        return one.absent is not None and self.knows(one.absent)

    def _gone(self, values: pa.Array) -> pa.Array:
        """Tell of each account whether it was theirs."""
        found = [word for word in pc.unique(values).to_pylist() if word is not None and self.knows(word)]
        return pc.is_in(values, pa.array(found, values.type))

    def _holding(self, column: pa.Array) -> _Flags:
        if not _is_list(column):
            flags: _Flags = self._gone(column).to_numpy(zero_copy_only=False)
            return flags
        hits = self._gone(column.flatten()).to_numpy(zero_copy_only=False)
        rows = pc.list_parent_indices(column).to_numpy(zero_copy_only=False)
        counted = np.bincount(rows[hits], minlength=len(column)) > 0
        return np.asarray(counted, np.bool_)

    def _without(self, column: pa.Array) -> pa.Array:
        if not _is_list(column):
            return pc.if_else(self._gone(column), pa.scalar(None, column.type), column)
        kept = pc.invert(self._gone(column.flatten()))
        rows = pc.list_parent_indices(column).to_numpy(zero_copy_only=False)
        counts = np.bincount(rows[kept.to_numpy(zero_copy_only=False)], minlength=len(column))
        ends = pa.array(np.concatenate(([0], np.cumsum(counts))), pa.int32())
        return pa.ListArray.from_arrays(ends, column.flatten().filter(kept))


def _is_list(column: pa.Array) -> bool:
    return bool(pa.types.is_list(column.type))


def _with_reason(staged: pa.Table, theirs: _Flags) -> pa.Table:
    """Say why the rows that are theirs stay out; not on which line they stand, since that leads to them."""
    flags, place = pa.array(theirs), staged.schema.get_field_index("reason")
    reasons = pc.if_else(flags, REASON, staged["reason"].combine_chunks().cast(pa.string()))
    lines = staged["line"].combine_chunks()
    told = staged.set_column(place, "reason", reasons)
    unlined = pc.if_else(flags, pa.scalar(None, lines.type), lines)
    return told.set_column(told.schema.get_field_index("line"), "line", unlined)
