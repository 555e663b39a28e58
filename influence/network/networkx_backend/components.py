"""Parts of a graph that hang together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import networkx as nx
import numpy as np
from scipy.sparse.csgraph import connected_components as _label

from influence.kernels.arrays import Codes
from influence.network.networkx_backend.compressed import CompressedGraph, Node

_Kind = Literal["weak", "strong"]


def connected_components(graph: CompressedGraph) -> Iterator[set[Node]]:
    """Yield `networkx.connected_components`, or its weak ones, in the order of their first nodes."""
    return _parts(graph, "weak")


def number_connected_components(graph: CompressedGraph) -> int:
    """Count `networkx.connected_components`, or its weak ones."""
    return _labels(graph, "weak")[0]


def is_connected(graph: CompressedGraph) -> bool:
    """Compute `networkx.is_connected`, or `networkx.is_weakly_connected`.

    Raises:
        networkx.NetworkXPointlessConcept: there is no node.
    """
    return _is_one(graph, "weak")


def node_connected_component(graph: CompressedGraph, n: Node) -> set[Node]:
    """Compute `networkx.node_connected_component`.

    Raises:
        KeyError: there is no such node.
    """
    label = _labels(graph, "weak")[1]
    return {graph.nodes[i] for i in np.flatnonzero(label == label[graph.places[n]]).tolist()}


# networkx has two names for each, for graphs with and without directions; on the arrays they are one
weakly_connected_components = connected_components
number_weakly_connected_components = number_connected_components
is_weakly_connected = is_connected


def strongly_connected_components(graph: CompressedGraph) -> Iterator[set[Node]]:
    """Yield `networkx.strongly_connected_components`: none before one that it leads to."""
    return _parts(graph, "strong")


def number_strongly_connected_components(graph: CompressedGraph) -> int:
    """Count `networkx.strongly_connected_components`."""
    return _labels(graph, "strong")[0]


def is_strongly_connected(graph: CompressedGraph) -> bool:
    """Compute `networkx.is_strongly_connected`.

    Raises:
        networkx.NetworkXPointlessConcept: there is no node.
    """
    return _is_one(graph, "strong")


def _labels(graph: CompressedGraph, kind: _Kind) -> tuple[int, Codes]:
    if not len(graph):
        return 0, np.empty(0, np.int32)
    ones = np.ones(graph.indices.size)  # of the width that SciPy wants, which would copy them else
    return _label(graph.matrix_of(ones), directed=graph.directed, connection=kind)


def _parts(graph: CompressedGraph, kind: _Kind) -> Iterator[set[Node]]:
    """Yield the nodes of each label in turn; SciPy numbers strong parts so that edges lead to lower numbers."""
    count, label = _labels(graph, kind)
    members = np.argsort(label, kind="stable").tolist()
    nodes = [graph.nodes[i] for i in members]
    ends = np.cumsum(np.bincount(label, minlength=count)).tolist()
    begin = 0
    for end in ends:
        yield set(nodes[begin:end])
        begin = end


def _is_one(graph: CompressedGraph, kind: _Kind) -> bool:
    if not len(graph):
        raise nx.NetworkXPointlessConcept("Connectivity is undefined for the null graph.")
    return _labels(graph, kind)[0] == 1
