"""How likely two nodes are to have an edge, from what they share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, TypeAlias

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from influence.kernels.arrays import Floats, Ints
from influence.network.networkx_backend.compressed import CompressedGraph, Node
from influence.network.networkx_backend.degrees import degrees
from influence.network.networkx_backend.turning import apart

_AT_ONCE = 100_000  # pairs whose shared neighbours are in memory together

Scored: TypeAlias = Iterator[tuple[Node, Node, float]]
_Pairs: TypeAlias = Iterable[tuple[Node, Node]]


def adamic_adar_index(graph: CompressedGraph, ebunch: _Pairs | None = None) -> Scored:
    """Yield `networkx.adamic_adar_index`.

    Raises:
        networkx.NodeNotFound: a pair names no node.
        ZeroDivisionError: a shared neighbour has no other edge (of a node with itself).
    """
    others = apart(graph)
    with np.errstate(divide="ignore", invalid="ignore"):
        worth = 1 / np.log(degrees(graph))
    return _scored(graph, ebunch, lambda u, v: _shared(others, worth, u, v))


def resource_allocation_index(graph: CompressedGraph, ebunch: _Pairs | None = None) -> Scored:
    """Yield `networkx.resource_allocation_index`.

    Raises:
        networkx.NodeNotFound: a pair names no node.
    """
    others = apart(graph)
    with np.errstate(divide="ignore"):
        worth = 1 / degrees(graph)
    return _scored(graph, ebunch, lambda u, v: _shared(others, worth, u, v))


def jaccard_coefficient(graph: CompressedGraph, ebunch: _Pairs | None = None) -> Scored:
    """Yield `networkx.jaccard_coefficient`.

    Raises:
        networkx.NodeNotFound: a pair names no node.
    """
    everyone, size = graph.matrix_of(np.ones(graph.indices.size)), np.diff(graph.indptr)
    others, ones = apart(graph), np.ones(len(graph))

    def scores(u: Ints, v: Ints) -> Floats:
        both = everyone[u].multiply(everyone[v]).sum(axis=1)
        union = size[u] + size[v] - both
        share: Floats = _shared(others, ones, u, v) / np.where(union > 0, union, 1)
        return share

    return _scored(graph, ebunch, scores)


def preferential_attachment(graph: CompressedGraph, ebunch: _Pairs | None = None) -> Scored:
    """Yield `networkx.preferential_attachment`.

    Raises:
        networkx.NodeNotFound: a pair names no node.
    """
    degree = degrees(graph)
    return _scored(graph, ebunch, lambda u, v: degree[u] * degree[v])


def _shared(others: csr_array, worth: Floats, u: Ints, v: Ints) -> Floats:
    """Sum what the neighbours are worth that two nodes share, these two left out."""
    common = others[u].multiply(others[v]).tocoo()
    found = np.bincount(common.coords[0], common.data * worth[common.coords[1]], u.size).astype(np.float64)
    if np.isinf(found).any():
        raise ZeroDivisionError("float division by zero")
    return found


def _scored(
    graph: CompressedGraph, ebunch: _Pairs | None, scores: Callable[[Ints, Ints], NDArray[Any]]
) -> Scored:
    if ebunch is None:
        return _in_turn(_strangers(graph), scores, graph)
    pairs = list(ebunch)
    for node in (node for pair in pairs for node in pair):
        if node not in graph:
            raise nx.NodeNotFound(f"Node {node} not in G.")
    places = ((graph.places[u], graph.places[v]) for u, v in pairs)
    return _in_turn(places, scores, graph)


def _in_turn(
    pairs: Iterator[tuple[int, int]], scores: Callable[[Ints, Ints], NDArray[Any]], graph: CompressedGraph
) -> Scored:
    while some := list(islice(pairs, _AT_ONCE)):
        u, v = np.array(some, np.int64).T
        for (i, j), score in zip(some, scores(u, v).tolist(), strict=True):
            yield graph.nodes[i], graph.nodes[j], score


def _strangers(graph: CompressedGraph) -> Iterator[tuple[int, int]]:
    """Yield every pair of nodes without an edge, once."""
    n = len(graph)
    for u in range(n):
        known = np.zeros(n, np.bool_)
        known[graph.indices[graph.indptr[u] : graph.indptr[u + 1]]] = True
        for v in np.flatnonzero(~known[u + 1 :]).tolist():
            yield u, u + 1 + v
