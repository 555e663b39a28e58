"""Compiled loops that swap the ties of a network and keep everybody's number of ties."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from influence.kernels.arrays import Indices
from influence.kernels.compiling import compiled


@compiled
def _slot(table: Indices, key: int) -> int:
    """Find where a key stands, or may stand, in an open table whose size is a power of two; -1 is free."""
    mask = table.size - 1
    # Fibonacci hashing, 2^64 / φ as a signed number; the lowest bits are left out, which mix least
    at = (key * -7046029254386353131) >> 20 & mask
    while table[at] != -1 and table[at] != key:
        at = (at + 1) & mask
    return at


@compiled
def tie_table(sources: Indices, targets: Indices, nodes: int) -> NDArray[np.int64]:
    """Return an open table of all ties.

    >>> sorted(tie_table(np.array([0, 1]), np.array([1, 0]), 2).tolist())[-3:]
    [-1, 1, 2]
    """
    size = 16
    while size < 4 * sources.size:  # at most a quarter full, so that a search ends after a step or two
        size *= 2
    table = np.full(size, -1, np.int64)
    for e in range(sources.size):
        key = sources[e] * nodes + targets[e]
        table[_slot(table, key)] = key
    return table


@compiled
def _take_out(table: Indices, key: int) -> None:
    """Take a key out and close the gap, so that every key is still found from its own place."""
    # a search ends at the first free slot, so that what stood behind the gap must be put in anew
    mask = table.size - 1
    gap = _slot(table, key)
    table[gap] = -1
    at = (gap + 1) & mask
    while table[at] != -1:
        moved = table[at]
        table[at] = -1
        table[_slot(table, moved)] = moved
        at = (at + 1) & mask


@compiled
def swap_ties(sources: Indices, targets: Indices, table: Indices, nodes: int, swaps: int, seed: int) -> int:
    """Try so many times to exchange the targets of two ties drawn at random; return how many were exchanged.

    a → b and c → d become a → d and c → b, unless that makes a tie of a node with itself or one that there is
    already (its opposite may be there). Changes `targets` and `table`.

    >>> sources, targets = np.array([0, 1]), np.array([2, 3])
    >>> swap_ties(sources, targets, tie_table(sources, targets, 4), 4, 0, 1), targets.tolist()
    (0, [2, 3])
    """
    np.random.seed(seed)
    done = 0
    # tries are counted, not swaps: a network with few possible swaps must be stayed in longer to be drawn as often
    for _ in range(swaps):
        e, f = np.random.randint(0, targets.size), np.random.randint(0, targets.size)
        a, b, c, d = sources[e], targets[e], sources[f], targets[f]
        if a in (c, d) or b in (c, d):
            continue
        one, other = a * nodes + d, c * nodes + b
        if table[_slot(table, one)] == one or table[_slot(table, other)] == other:
            continue
        _take_out(table, a * nodes + b)
        _take_out(table, c * nodes + d)
        table[_slot(table, one)] = one
        table[_slot(table, other)] = other
        targets[e], targets[f] = d, b
        done += 1
    return done
