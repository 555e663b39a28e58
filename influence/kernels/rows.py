"""Compiled loops that sort ties into rows: compressed sparse rows from pairs, turned, and joined both ways."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from influence.kernels.arrays import Codes, Floats, Indices, Ints, read_only
from influence.kernels.compiling import compiled

Ties: TypeAlias = tuple[Ints, Codes, Floats]
"""Where each row begins, the neighbours in it, and their weights."""


def sorted_rows(n: int, sources: Indices, targets: Indices, weights: Floats) -> Ties:
    """Sort ties between `n` nodes into rows, each neighbour once; parallel ties are added up in their order. O(ties).

    The positions must be from 0 to n − 1, which is not checked.

    >>> indptr, indices, weights = sorted_rows(3, np.array([2, 0, 2]), np.array([1, 1, 1]), np.ones(3))
    >>> indptr.tolist(), indices.tolist(), weights.tolist()
    ([0, 1, 1, 2], [1, 1], [1.0, 2.0])
    """
    from_, to = read_only(sources, np.int32), read_only(targets, np.int32)
    return _sorted_rows(n, from_, to, read_only(weights, np.float64))


def turned(indptr: Indices, indices: Indices, weights: Floats) -> Ties:
    """Turn every tie: the row of a node then has those in whose rows it stood, sorted. O(ties).

    >>> [part.tolist() for part in turned(np.array([0, 2, 2]), np.array([0, 1]), np.array([5.0, 7.0]))]
    [[0, 1, 2], [0, 0], [5.0, 7.0]]
    """
    return _turned(*fixed(indptr, indices), read_only(weights, np.float64))


def joined(indptr: Indices, indices: Indices, weights: Floats) -> Ties:
    """Join both directions of each pair, their weights added up. The rows must be sorted, each neighbour once. O(ties).

    >>> [part.tolist() for part in joined(np.array([0, 1, 2]), np.array([1, 0]), np.array([5.0, 7.0]))]
    [[0, 1, 2], [1, 0], [12.0, 12.0]]
    """
    forth = *fixed(indptr, indices), read_only(weights, np.float64)
    back = _turned(*forth)
    return _joined(*forth, *(read_only(part) for part in back))


def fixed(indptr: Indices, indices: Indices) -> tuple[Ints, Codes]:
    """Return rows in the one width and layout that loops are compiled for; without a copy where they have it."""
    return read_only(indptr, np.int64), read_only(indices, np.int32)


@compiled
def _sorted_rows(n: int, sources: Codes, targets: Codes, weights: Floats) -> Ties:
    """Count and scatter by target, then by source: the second pass meets the targets of each source in order."""
    begin = _beginnings(targets, n)
    from_, weight = np.empty(targets.size, np.int32), np.empty(targets.size)
    place = begin[:-1].copy()
    for e in range(targets.size):
        i = place[targets[e]]
        place[targets[e]] += 1
        from_[i], weight[i] = sources[e], weights[e]
    fresh = _beginnings(sources, n)
    indices, summed = np.empty(targets.size, np.int32), np.empty(targets.size)
    end = fresh[:-1].copy()
    for v in range(n):
        for i in range(begin[v], begin[v + 1]):
            u = from_[i]
            if end[u] > fresh[u] and indices[end[u] - 1] == v:
                summed[end[u] - 1] += weight[i]
            else:
                indices[end[u]], summed[end[u]] = v, weight[i]
                end[u] += 1
    return _closed_up(fresh, end, indices, summed)


@compiled
def _beginnings(nodes: Codes, n: int) -> Ints:
    begin = np.zeros(n + 1, np.int64)
    for node in nodes:
        begin[node + 1] += 1
    for v in range(n):
        begin[v + 1] += begin[v]
    return begin


@compiled
def _closed_up(begin: Ints, end: Ints, indices: Codes, weights: Floats) -> Ties:
    """Close the gaps that parallel ties have left behind the rows."""
    indptr, count = np.zeros(begin.size, np.int64), 0
    for u in range(end.size):
        if count < begin[u]:
            for i in range(begin[u], end[u]):
                indices[count + i - begin[u]], weights[count + i - begin[u]] = indices[i], weights[i]
        count += end[u] - begin[u]
        indptr[u + 1] = count
    return indptr, indices[:count].copy(), weights[:count].copy()


@compiled
def _turned(indptr: Ints, indices: Codes, weights: Floats) -> Ties:
    n = indptr.size - 1
    begin = _beginnings(indices, n)
    place = begin[:-1].copy()
    from_, weight = np.empty(indices.size, np.int32), np.empty(indices.size)
    for u in range(n):
        for e in range(indptr[u], indptr[u + 1]):
            i = place[indices[e]]
            place[indices[e]] += 1
            from_[i], weight[i] = u, weights[e]
    return begin, from_, weight


@compiled
def _joined(
    indptr: Ints, indices: Codes, weights: Floats, indptr2: Ints, indices2: Codes, weights2: Floats
) -> Ties:
    n = indptr.size - 1
    begin, merged, summed = (
        np.zeros(n + 1, np.int64),
        np.empty(2 * indices.size, np.int32),
        np.empty(2 * indices.size),
    )
    count = 0
    for u in range(n):
        i, j = indptr[u], indptr2[u]
        while i < indptr[u + 1] or j < indptr2[u + 1]:
            if j == indptr2[u + 1] or (i < indptr[u + 1] and indices[i] < indices2[j]):
                merged[count], summed[count] = indices[i], weights[i]
                i += 1
            elif i == indptr[u + 1] or indices2[j] < indices[i]:
                merged[count], summed[count] = indices2[j], weights2[j]
                j += 1
            else:
                merged[count], summed[count] = indices[i], weights[i] + weights2[j]
                i += 1
                j += 1
            count += 1
        begin[u + 1] = count
    return begin, merged[:count].copy(), summed[:count].copy()
