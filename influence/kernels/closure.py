"""Compiled loops over triangles and squares."""

from __future__ import annotations

import numpy as np

from influence.kernels.arrays import Codes, Floats, Indices, Ints, check_rows
from influence.kernels.compiling import compiled


def triangles(indptr: Indices, indices: Indices, weights: Floats) -> Floats:
    """Return for every node the sum, over the triangles it is in, of the product of the three weights.

    With weights of 1 this is their number. The rows must be symmetric, without ties of a node with itself, each
    neighbour once. Each triangle is found once, from its least connected corner: O(ties^1.5).

    Source: Latapy 2008, Main-memory triangle computations for very large (sparse (power-law)) graphs, Theoretical
    Computer Science 407, doi:10.1016/j.tcs.2008.07.017.

    Raises:
        ValueError: the rows are not well formed.

    >>> triangles(np.array([0, 2, 4, 6]), np.array([1, 2, 0, 2, 0, 1]), np.ones(6)).tolist()
    [1.0, 1.0, 1.0]
    """
    n = check_rows(indptr, indices, weights)
    degree, rows = np.diff(indptr), np.repeat(np.arange(n), np.diff(indptr))
    # by rank all ties lead to better connected nodes, of which none has more than the root of twice the ties
    order = np.argsort(degree, kind="stable")
    rank = np.empty(n, np.int64)
    rank[order] = np.arange(n)
    up = np.flatnonzero(rank[rows] < rank[indices])
    from_, to = rank[rows[up]], rank[indices[up]].astype(np.int32)
    begin = np.concatenate([[0], np.cumsum(np.bincount(from_, minlength=n))])
    placed = np.argsort(from_, kind="stable")
    found: Floats = _triangles(begin, to[placed], weights[up][placed])[rank]
    return found


@compiled
def _triangles(begin: Ints, upward: Codes, weights: Floats) -> Floats:
    n = begin.size - 1
    sums, tie = np.zeros(n), np.full(n, -1, np.int64)
    for u in range(n):
        for e in range(begin[u], begin[u + 1]):
            tie[upward[e]] = e
        for e in range(begin[u], begin[u + 1]):
            v = upward[e]
            for f in range(begin[v], begin[v + 1]):
                w = upward[f]
                if tie[w] >= 0:
                    product = weights[e] * weights[f] * weights[tie[w]]
                    sums[u] += product
                    sums[v] += product
                    sums[w] += product
        for e in range(begin[u], begin[u + 1]):
            tie[upward[e]] = -1
    return sums


def squares(indptr: Indices, indices: Indices) -> Ints:
    """Return for every node how many pairs of its neighbours meet in a third node, counted for each such node.

    The rows must be symmetric, without ties of a node with itself, each neighbour once. O(Σ degree²).

    Raises:
        ValueError: the rows are not well formed.

    >>> squares(np.array([0, 2, 4, 6, 8]), np.array([1, 3, 0, 2, 1, 3, 0, 2])).tolist()
    [1, 1, 1, 1]
    """
    check_rows(indptr, indices)
    return _squares(indptr, indices)


@compiled
def _squares(indptr: Indices, indices: Indices) -> Ints:
    n = indptr.size - 1
    found, met = np.zeros(n, np.int64), np.zeros(n, np.int64)
    for v in range(n):
        for e in range(indptr[v], indptr[v + 1]):
            u = indices[e]
            for f in range(indptr[u], indptr[u + 1]):
                # each neighbour that leads to x makes a pair with those that did before
                x = indices[f]
                if x != v:
                    found[v] += met[x]
                    met[x] += 1
        for e in range(indptr[v], indptr[v + 1]):
            u = indices[e]
            for f in range(indptr[u], indptr[u + 1]):
                met[indices[f]] = 0
    return found
