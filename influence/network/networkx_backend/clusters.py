"""How far neighbours are neighbours: triangles, clustering, squares."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np

from influence.kernels import closure as kernels
from influence.kernels.arrays import Floats
from influence.network.networkx_backend.compressed import CompressedGraph, Numbers
from influence.network.networkx_backend.turning import Rows, apart, joined


def triangles(graph: CompressedGraph, nodes: Any = None) -> Any:
    """Compute `networkx.triangles`.

    Raises:
        networkx.NetworkXNotImplemented: some nodes are asked about where edges are parallel.
    """
    if nodes is not None:
        _refuse_parallel(graph)
    return graph.chosen(_triangles(_neighbours(graph)).astype(np.int64), nodes)


def clustering(graph: CompressedGraph, nodes: Any = None, weight: str | None = None) -> Any:
    """Compute `networkx.clustering`: Watts and Strogatz, Onnela (weighted), Fagiolo (directed).

    Raises:
        networkx.NetworkXNotImplemented: edges may be parallel.
        NotImplementedError: a weight is no number.
    """
    return graph.chosen(_clustering(graph, weight), nodes)


def average_clustering(
    graph: CompressedGraph, nodes: Any = None, weight: str | None = None, count_zeros: bool = True
) -> float:
    """Compute `networkx.average_clustering`.

    Raises:
        ZeroDivisionError: there is nobody to count.
        networkx.NetworkXNotImplemented: edges may be parallel.
        NotImplementedError: a weight is no number.
    """
    values = _clustering(graph, weight)[graph.bunch(nodes)].tolist()
    counted = values if count_zeros else [value for value in values if abs(value) > 0]
    return float(sum(counted) / len(counted))


def transitivity(graph: CompressedGraph) -> float:
    """Compute `networkx.transitivity`; of a directed graph over edges out, as networkx does.

    Raises:
        networkx.NetworkXNotImplemented: edges may be parallel.
    """
    _refuse_parallel(graph)
    if graph.directed:
        out = apart(graph)
        closed, degree = (out @ out).multiply(out).sum(), np.diff(out.indptr)
    else:
        rows = _neighbours(graph)
        closed, degree = 2 * _triangles(rows).sum(), np.diff(rows.indptr)
    return int(closed) / int((degree * (degree - 1)).sum()) if closed else 0


def square_clustering(graph: CompressedGraph, nodes: Any = None) -> Any:
    """Compute `networkx.square_clustering`.

    Raises:
        NotImplementedError: the graph is directed.
    """
    if graph.directed:
        raise NotImplementedError("squares of a directed graph")
    rows = _neighbours(graph)
    degree, squares = np.diff(rows.indptr), kernels.squares(rows.indptr, rows.indices)
    near = np.bincount(np.repeat(np.arange(len(graph)), degree), degree[rows.indices], len(graph)).astype(
        np.int64
    )
    potential = (near - degree) * (degree - 1) - 2 * _triangles(rows).astype(np.int64) - squares
    return graph.chosen(_shares(squares, potential), nodes)


def _clustering(graph: CompressedGraph, weight: str | None) -> Floats:
    _refuse_parallel(graph)
    weights = np.ones(graph.indices.size)
    if weight is not None:
        given = graph.weights(weight)
        weights = np.cbrt(given / (given.max() if given.size else 1))
    rows = _neighbours(graph) if weight is None and not graph.directed else joined(graph, weights)
    counted = kernels.triangles(rows.indptr, rows.indices, rows.values.astype(np.float64))
    degree = np.diff(rows.indptr)
    if not graph.directed:
        return _shares(2 * counted if weight is None else counted / 4, degree * (degree - 1))
    ways = joined(graph, np.ones(graph.indices.size, np.int64))
    row = np.repeat(np.arange(len(graph)), np.diff(ways.indptr))
    total, mutual = (np.bincount(row, each, len(graph)) for each in (ways.values, ways.values == 2))
    return _shares(counted, total * (total - 1) - 2 * mutual)


def _refuse_parallel(graph: CompressedGraph) -> None:
    if graph.is_multigraph():
        raise nx.NetworkXNotImplemented("not implemented for multigraph type")


def _neighbours(graph: CompressedGraph) -> Rows:
    """Give the neighbours of an undirected graph, without edges of a node with itself."""
    if not graph.loops.any():
        return Rows(graph.indptr, graph.indices, np.ones(graph.indices.size))
    rows = joined(graph, np.ones(graph.indices.size))
    return Rows(rows.indptr, rows.indices, np.ones(rows.indices.size))


def _triangles(rows: Rows) -> Floats:
    return kernels.triangles(rows.indptr, rows.indices, np.ones(rows.indices.size))


def _shares(found: Numbers, possible: Numbers) -> Floats:
    shares: Floats = np.where(
        (found == 0) | (possible <= 0), 0.0, found / np.where(possible <= 0, 1, possible)
    )
    return shares
