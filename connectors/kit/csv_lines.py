"""Which lines of a CSV file can be read together: by their quotes, without reading a value.

Where every quote of a block opens a value or closes one, rows end at the line ends outside of quotes. Else each
line is looked at by itself, and one whose quotes are right is a row.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from connectors.kit.line_blocks import LineBlock

if TYPE_CHECKING:
    from numpy.typing import NDArray

LONGEST_ROW = 1024 * 1024
"""Bytes of the longest row of several lines: a quote that is open for longer was never meant to be."""
_LINE_END, _RETURN, _QUOTE = 10, 13, 34


@dataclass(frozen=True)
class Sorted:
    """The lines of a block from `start` to `end`: which begin a row, and which are `odd` and must be read singly.

    From `end` on they belong to a row that goes on in the next block.
    """

    start: int
    end: int
    begins: NDArray[np.bool_]
    odd: NDArray[np.bool_]


def sorted_out(block: LineBlock, start: int, delimiter: str, *, is_last: bool) -> Sorted:
    """Sort out the lines from `start` on, where a row begins.

    >>> from connectors.kit.line_blocks import block_of
    >>> text = b'a,"b' + bytes([10]) + b'c"' + bytes([10]) + b"d,e"
    >>> sorted_out(block_of(text), 0, ",", is_last=True).begins.tolist()
    [True, False, True]
    """
    quotes = np.flatnonzero(block.codes == _QUOTE)
    quotes = quotes[np.searchsorted(quotes, block.bounds[start]) :]
    odd = _no_text(block)
    begins = np.zeros(len(block), np.bool_)
    begins[start:] = True
    whole = start
    if not odd.any() and _are_regular(block, quotes, np.arange(len(quotes)) % 2 == 0, delimiter).all():
        inside = np.searchsorted(quotes, block.bounds) % 2 == 1
        whole = int(np.flatnonzero(~inside)[-1])
        rows = block.bounds[start : whole + 1][~inside[start : whole + 1]]
        if np.diff(rows).max(initial=0) > csv.field_size_limit():
            whole = start
        begins[start:whole] &= ~inside[start:whole]
    if whole == len(block):
        return Sorted(start, whole, begins, odd)
    if whole > start and not is_last and block.bounds[-1] - block.bounds[whole] <= LONGEST_ROW:
        return Sorted(start, whole, begins, odd)
    alone = _odd_alone(block, quotes, delimiter)
    odd[whole:] |= alone[whole:]
    return Sorted(start, len(block), begins, odd)


def _no_text(block: LineBlock) -> NDArray[np.bool_]:
    """Tell which lines are no text, or hold a carriage return that ends no line."""
    codes = block.codes
    odd = np.zeros(len(block), np.bool_)
    returns = np.flatnonzero(codes == _RETURN)
    bare = returns[codes[np.minimum(returns + 1, len(codes) - 1)] != _LINE_END]
    nuls = np.flatnonzero(codes == 0) if b"\0" in block.content else bare[:0]
    for lines in (block.holding(bare), block.holding(nuls), block.not_utf8(), block.too_long()):
        odd[lines] = True
    return odd


def _are_regular(
    block: LineBlock, quotes: NDArray[np.int64], opens: NDArray[np.bool_], delimiter: str
) -> NDArray[np.bool_]:
    """Tell which quotes stand where a quote may that opens a value, or closes one; in it a quote is doubled."""
    codes = block.codes
    if not len(quotes):
        return opens
    places = np.where(opens, quotes - 1, quotes + 1)
    beside = codes[np.clip(places, 0, len(codes) - 1)]
    beside = np.where((places < 0) | (places >= len(codes)), _LINE_END, beside)
    right = (beside == ord(delimiter)) | (beside == _LINE_END) | (beside == _QUOTE)
    return np.asarray(right | (~opens & (beside == _RETURN)))


def _odd_alone(block: LineBlock, quotes: NDArray[np.int64], delimiter: str) -> NDArray[np.bool_]:
    """Tell which lines are no row by themselves, or are too long for one look."""
    until = np.searchsorted(quotes, block.bounds)
    odd = (np.diff(until) % 2 == 1) | (np.diff(block.bounds) > csv.field_size_limit())
    lines = np.searchsorted(block.bounds, quotes, side="right") - 1
    opens = (np.arange(len(quotes)) - until[lines]) % 2 == 0
    odd[lines[~_are_regular(block, quotes, opens, delimiter)]] = True
    return np.asarray(odd)
