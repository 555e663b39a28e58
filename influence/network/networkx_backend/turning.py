"""The rows of a graph the other way round, both ways at once, and joined."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_array, csr_array

from influence.kernels.arrays import Codes, Floats, Ints
from influence.network.networkx_backend.compressed import CompressedGraph, Numbers, fixed


class Rows(NamedTuple):
    """Neighbours in compressed sparse rows, with a number for each entry."""

    indptr: Ints
    indices: Codes
    values: Floats


def incoming(graph: CompressedGraph, values: Numbers) -> Rows:
    """Turn every edge, its value with it; of an undirected graph these are the rows themselves."""
    if not graph.directed:
        return Rows(graph.indptr, graph.indices, values.astype(np.float64))
    return _rows(graph.matrix_of(values).T.tocsr())


def both_ways(graph: CompressedGraph, values: Numbers) -> Rows:
    """Give the neighbours by edges in and out; who stands in both stands twice."""
    if not graph.directed:
        return Rows(graph.indptr, graph.indices, values.astype(np.float64))
    turned = incoming(graph, values)
    nodes = np.arange(len(graph))
    order = np.argsort(np.concatenate([np.repeat(nodes, np.diff(turned.indptr)), graph.rows]), kind="stable")
    indices = np.concatenate([turned.indices, graph.indices])[order]
    both = np.concatenate([turned.values, values])[order]
    return Rows(fixed(graph.indptr + turned.indptr), fixed(indices), both)


def apart(graph: CompressedGraph) -> csr_array:
    """Return a matrix with 1 where an edge leads to another node."""
    matrix = graph.matrix_of(np.where(graph.rows == graph.indices, 0, 1)).copy()
    matrix.eliminate_zeros()
    return matrix


def opposite(graph: CompressedGraph) -> Ints:
    """Find for every entry u → v of an undirected graph the entry v → u."""
    there = np.argsort(graph.rows * len(graph) + graph.indices, kind="stable")
    back = np.argsort(graph.indices.astype(np.int64) * len(graph) + graph.rows, kind="stable")
    place = np.empty(there.size, np.int64)
    place[there] = back
    return place


def joined(graph: CompressedGraph, values: Numbers) -> Rows:
    """Add what leads from u to v and from v to u, in sorted rows, without edges of a node with itself.

    Of an undirected graph both are the same edge, so that it counts twice.
    """
    apart = graph.rows != graph.indices
    from_, to = graph.rows[apart].astype(np.int32), graph.indices[apart]
    ends = np.concatenate([from_, to]), np.concatenate([to, from_])
    both = np.concatenate([values[apart], values[apart]])
    return _rows(coo_array((both, ends), shape=(len(graph), len(graph))).tocsr())  # keeps what adds up to 0


def _rows(matrix: csr_array) -> Rows:
    indptr, indices = matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32)
    return Rows(fixed(indptr), fixed(indices), matrix.data.astype(np.float64))
