"""Communities: Louvain, Leiden, label propagation."""

from __future__ import annotations

import re
from collections.abc import Iterator, ValuesView
from functools import partial
from itertools import islice
from random import Random
from typing import Any

import networkx as nx
import numpy as np

from influence.kernels import labels, levels
from influence.kernels.arrays import Indices, Ints
from influence.network.networkx_backend.compressed import CompressedGraph, Node
from influence.network.networkx_backend.degrees import degrees
from influence.network.networkx_backend.turning import both_ways

_Partition = list[set[Node]]
_SINCE_3_7 = tuple(map(int, re.findall(r"\d+", nx.__version__)[:2])) >= (3, 7)
"""Since then networkx multiplies what it compares instead of dividing it."""


def louvain_communities(
    graph: CompressedGraph,
    weight: str | None = "weight",
    resolution: float = 1,
    threshold: float = 1e-07,
    max_level: int | None = None,
    seed: Any = None,
) -> _Partition:
    """Compute `networkx.community.louvain_communities`: for a seed the same communities.

    Raises:
        ValueError: `max_level` is below 1.
        NotImplementedError: a weight is no finite number.
    """
    _refuse_no_level(max_level)
    *_, last = islice(louvain_partitions(graph, weight, resolution, threshold, seed), max_level)
    return last


def louvain_partitions(
    graph: CompressedGraph,
    weight: str | None = "weight",
    resolution: float = 1,
    threshold: float = 1e-07,
    seed: Any = None,
) -> Iterator[_Partition]:
    """Yield `networkx.community.louvain_partitions`: for a seed the same.

    Raises:
        NotImplementedError: a weight is no finite number.
    """
    if not graph.indices.size:
        return iter([[{node} for node in graph]])
    found = levels.levels(
        _edges(graph, weight), partial(_drawn, seed), resolution, threshold, multiplied=_SINCE_3_7
    )
    return (_parted(graph, label) for label in found)


def leiden_communities(
    graph: CompressedGraph,
    weight: str | None = "weight",
    resolution: float = 1,
    max_level: int | None = None,
    seed: Any = None,
) -> _Partition:
    """Compute `networkx.community.leiden_communities`, which networkx leaves to backends.

    Raises:
        ValueError: `max_level` is below 1.
        NotImplementedError: a weight is not a number of 0 or more.
    """
    _refuse_no_level(max_level)
    *_, last = islice(leiden_partitions(graph, weight, resolution, seed), max_level)
    return last


def leiden_partitions(
    graph: CompressedGraph, weight: str | None = "weight", resolution: float = 1, seed: Any = None
) -> Iterator[_Partition]:
    """Yield `networkx.community.leiden_partitions`, which networkx leaves to backends.

    Raises:
        NotImplementedError: a weight is not a number of 0 or more.
    """
    if not graph.indices.size:
        return iter([[{node} for node in graph]])
    edges = _edges(graph, weight)
    if not edges.weights.min() >= 0 or not edges.weights.sum() > 0:
        raise NotImplementedError("communities over weights below 0, or of nothing")
    found = levels.leiden_levels(edges, partial(_drawn, seed), resolution)
    return (_parted(graph, label) for label in found)


def _edges(graph: CompressedGraph, weight: str | None) -> levels.Edges:
    """List every edge once, as networkx does."""
    once = np.ones(graph.indices.size, np.bool_) if graph.directed else graph.rows <= graph.indices
    weights = graph.weights(weight).astype(np.float64)[once]
    return levels.Edges(
        len(graph), graph.rows[once], graph.indices[once].astype(np.int64), weights, graph.directed
    )


def _drawn(seed: Any, n: int) -> Ints:
    order = list(range(n))
    seed.shuffle(order)
    return np.array(order, np.int64)


def label_propagation_communities(graph: CompressedGraph) -> ValuesView[set[Node]]:
    """Compute `networkx.community.label_propagation_communities`; nothing is drawn."""
    order = np.argsort(-degrees(graph), kind="stable")
    return _grouped(graph, labels.propagated(graph.indptr, graph.indices, order)).values()


def asyn_lpa_communities(
    graph: CompressedGraph, weight: str | None = None, seed: Any = None
) -> Iterator[set[Node]]:
    """Yield `networkx.community.asyn_lpa_communities`: for a seed the same.

    Raises:
        networkx.ExceededMaxIterations: labels have not settled in 10,000 rounds.
        NotImplementedError: a weight is no finite number, or the seed is a generator of NumPy's.
    """
    weights = graph.weights(weight) if weight else np.ones(graph.indices.size)
    label = _at_random(graph.indptr, graph.indices, weights, seed, by_queue=False)
    return iter(_grouped(graph, label).values())


def fast_label_propagation_communities(
    graph: CompressedGraph, *, weight: str | None = None, seed: Any = None
) -> Iterator[set[Node]]:
    """Yield `networkx.community.fast_label_propagation_communities`: for a seed the same if undirected.

    Raises:
        networkx.ExceededMaxIterations: labels have not settled in 10,000 rounds.
        NotImplementedError: a weight is no finite number, or the seed is a generator of NumPy's.
    """
    weights = graph.weights(weight)
    rows = both_ways(graph, weights)
    label = _at_random(rows.indptr, rows.indices, rows.values, seed, by_queue=True)
    return iter(_grouped(graph, label).values())


def _at_random(indptr: Indices, indices: Indices, weights: Any, seed: Any, by_queue: bool) -> Ints:
    if type(seed) is not Random:
        raise NotImplementedError("only Python's own random numbers are drawn as networkx draws them")
    version, numbers, spare = seed.getstate()
    state = np.array(numbers, np.int64)
    label = labels.propagated_at_random(indptr, indices, weights.astype(np.float64), state, by_queue)
    seed.setstate((version, tuple(state.tolist()), spare))
    if label is None:
        raise nx.ExceededMaxIterations("labels have not settled in 10,000 rounds")
    return label


def _refuse_no_level(max_level: int | None) -> None:
    if max_level is not None and max_level <= 0:
        raise ValueError("max_level argument must be a positive integer or None")


def _parted(graph: CompressedGraph, label: Ints) -> _Partition:
    grouped = _grouped(graph, label)
    return [grouped[number] for number in sorted(grouped)]


def _grouped(graph: CompressedGraph, label: Ints) -> dict[int, set[Node]]:
    """Give the nodes of each label; labels in the order of their first nodes."""
    groups: dict[int, set[Node]] = {}
    for node, number in zip(graph.nodes, label.tolist(), strict=True):
        groups.setdefault(number, set()).add(node)
    return groups
