"""How much lies between others: of nodes and of edges, from all nodes, from some drawn, between some and others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

import numpy as np

from influence.kernels import centrality, shortest_paths
from influence.kernels.arrays import Flags, Floats, Ints
from influence.network.networkx_backend.compressed import CompressedGraph, Node
from influence.network.networkx_backend.turning import opposite

Edge: TypeAlias = tuple[Node, Node] | tuple[Node, Node, Any]


def betweenness_centrality(
    graph: CompressedGraph,
    k: int | None = None,
    normalized: bool = True,
    weight: str | None = None,
    endpoints: bool = False,
    seed: Any = None,
) -> dict[Node, float]:
    """Compute `networkx.betweenness_centrality`, from the same pivots for the same seed.

    Raises:
        NotImplementedError: a length is not a number above 0.
    """
    n = len(graph)
    pivots = None if k is None or k == n else _drawn(graph, k, seed)
    sources = np.arange(n) if pivots is None else pivots
    if weight is None and not endpoints:
        sums, _ = centrality.dependencies(graph.indptr, graph.indices, sources)
        return graph.named(sums * _scale(graph, normalized, pivots))
    found = _between(graph, weight, sources, np.ones(n, np.bool_))
    if not endpoints:
        return graph.named(found.nodes * _scale(graph, normalized, pivots))
    return graph.named((found.nodes + found.ends) * _scale_with_ends(graph, normalized, pivots))


def edge_betweenness_centrality(
    graph: CompressedGraph,
    k: int | None = None,
    normalized: bool = True,
    weight: str | None = None,
    seed: Any = None,
) -> dict[Edge, float]:
    """Compute `networkx.edge_betweenness_centrality`, from the same pivots for the same seed.

    Raises:
        NotImplementedError: a length is not a number above 0.
    """
    pivots = None if k is None else _drawn(graph, k, seed)
    sources = np.arange(len(graph)) if pivots is None else pivots
    found = _between(graph, weight, sources, np.ones(len(graph), np.bool_))
    return _of_edges(graph, weight, found.ties, _scale_with_ends(graph, normalized, pivots))


def betweenness_centrality_subset(
    graph: CompressedGraph,
    sources: Iterable[Node],
    targets: Iterable[Node],
    normalized: bool = False,
    weight: str | None = None,
) -> dict[Node, float]:
    """Compute `networkx.betweenness_centrality_subset`.

    Raises:
        KeyError: a source is no node.
        NotImplementedError: a length is not a number above 0.
    """
    found = _between(graph, weight, _places(graph, sources), _flags(graph, targets))
    return graph.named(found.nodes * _scale(graph, normalized, None))


def edge_betweenness_centrality_subset(
    graph: CompressedGraph,
    sources: Iterable[Node],
    targets: Iterable[Node],
    normalized: bool = False,
    weight: str | None = None,
) -> dict[Edge, float]:
    """Compute `networkx.edge_betweenness_centrality_subset`.

    Raises:
        KeyError: a source is no node.
        NotImplementedError: a length is not a number above 0.
    """
    found = _between(graph, weight, _places(graph, sources), _flags(graph, targets), even=True)
    return _of_edges(graph, weight, found.ties, _scale_with_ends(graph, normalized, None))


def _drawn(graph: CompressedGraph, k: int, seed: Any) -> Ints:
    return np.array(seed.sample(list(range(len(graph))), k), np.int64)


def _places(graph: CompressedGraph, nodes: Iterable[Node]) -> Ints:
    return np.array([graph.places[node] for node in nodes], np.int64)


def _flags(graph: CompressedGraph, nodes: Iterable[Node]) -> Flags:
    flags = np.zeros(len(graph), np.bool_)
    flags[[graph.places[node] for node in nodes if node in graph]] = True
    return flags


def _between(
    graph: CompressedGraph, weight: str | None, sources: Ints, targets: Flags, even: bool = False
) -> shortest_paths.Between:
    lengths = graph.lengths(weight)
    if lengths.size and lengths.min() == 0:
        raise NotImplementedError("paths are counted only where every length is above 0")
    return shortest_paths.between(graph.indptr, graph.indices, lengths, sources, targets, even)


def _of_edges(graph: CompressedGraph, weight: str | None, ties: Floats, scale: float) -> dict[Edge, float]:
    """Give every edge its value, in networkx's order; parallel ones share it, if none of them is longer."""
    kept = np.ones(ties.size, np.bool_)
    if not graph.directed:
        ties, kept = ties + ties[opposite(graph)], graph.rows <= graph.indices
    from_, to = graph.rows[kept].tolist(), graph.indices[kept].tolist()
    values = (ties[kept] * scale).tolist()
    pairs = ((graph.nodes[u], graph.nodes[v]) for u, v in zip(from_, to, strict=True))
    if graph.parallel is None:
        return dict(zip(pairs, values, strict=True))
    return {
        edge: value
        for pair, whole in zip(pairs, values, strict=True)
        for edge, value in _shared(graph, weight, pair, whole)
    }


def _shared(
    graph: CompressedGraph, weight: str | None, pair: tuple[Node, Node], whole: float
) -> list[tuple[Edge, float]]:
    origin: Any = graph.origin  # a Network has no parallel edges
    data = origin[pair[0]][pair[1]]
    length = {key: 1 if weight is None else data[key].get(weight, 1) for key in data}
    shortest = min(length.values())
    sharing = sum(each == shortest for each in length.values())
    return [((*pair, key), whole / sharing if each == shortest else 0.0) for key, each in length.items()]


def _scale(graph: CompressedGraph, normalized: bool, pivots: Ints | None) -> Floats:
    """Scale sums to all pairs; a pivot says nothing of itself."""
    n = len(graph)
    if n < 3:
        return np.ones(n)
    if pivots is not None and not pivots.size:
        raise ZeroDivisionError("no pivot was drawn")
    heard = np.full(n, float(n - 1 if pivots is None else pivots.size))
    if pivots is not None:
        heard[pivots] -= 1
    pairs = n - 2 if normalized else (1 if graph.directed else 2) / (n - 1)
    with np.errstate(divide="ignore"):  # one pivot: not a number for itself, as in networkx
        scale: Floats = 1 / (heard * pairs)
    return np.where(np.isinf(scale), np.nan, scale)


def _scale_with_ends(graph: CompressedGraph, normalized: bool, pivots: Ints | None) -> float:
    n = len(graph)
    if n < 2:
        return 1.0
    heard = n if pivots is None else pivots.size
    return 1 / (heard * (n - 1)) if normalized else n / (heard * (1 if graph.directed else 2))
