"""Cores and shells, by taking away those with the fewest edges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import networkx as nx
import numpy as np

from influence.kernels import centrality, layers
from influence.network.network import Network
from influence.network.networkx_backend.compressed import CompressedGraph, Node
from influence.network.networkx_backend.turning import both_ways

_Cores: TypeAlias = Mapping[Node, int]


def core_number(graph: CompressedGraph) -> dict[Node, int]:
    """Compute `networkx.core_number`: a pair with edges both ways counts twice, as it does there.

    Raises:
        networkx.NetworkXNotImplemented: a node has an edge with itself.
    """
    _refuse_loops(graph, "has")
    rows = both_ways(graph, graph.multiplicity)
    return graph.named(centrality.core_number(rows.indptr, rows.indices))


def onion_layers(graph: CompressedGraph) -> dict[Node, int]:
    """Compute `networkx.onion_layers`.

    Raises:
        networkx.NetworkXNotImplemented: a node has an edge with itself.
    """
    _refuse_loops(graph, "contains")
    layer, order = layers.onion_layers(graph.indptr, graph.indices)
    return {graph.nodes[i]: int(layer[i]) for i in order}


def k_core(graph: CompressedGraph, k: int | None = None, core_number: _Cores | None = None) -> Any:
    """Compute `networkx.k_core`: a new networkx graph.

    Raises:
        networkx.NetworkXNotImplemented: a node has an edge with itself, and no `core_number` is given.
    """
    core = _cores(graph, core_number)
    least = max(core.values()) if k is None else k
    return _among(graph, [node for node, number in core.items() if number >= least])


def k_shell(graph: CompressedGraph, k: int | None = None, core_number: _Cores | None = None) -> Any:
    """Compute `networkx.k_shell`: a new networkx graph.

    Raises:
        networkx.NetworkXNotImplemented: a node has an edge with itself, and no `core_number` is given.
    """
    core = _cores(graph, core_number)
    exact = max(core.values()) if k is None else k
    return _among(graph, [node for node, number in core.items() if number == exact])


def k_crust(graph: CompressedGraph, k: int | None = None, core_number: _Cores | None = None) -> Any:
    """Compute `networkx.k_crust`: a new networkx graph.

    Raises:
        networkx.NetworkXNotImplemented: a node has an edge with itself, and no `core_number` is given.
    """
    core = _cores(graph, core_number)
    most = max(core.values()) - 1 if k is None else k
    return _among(graph, [node for node, number in core.items() if number <= most])


def k_corona(graph: CompressedGraph, k: int, core_number: _Cores | None = None) -> Any:
    """Compute `networkx.k_corona`: a new networkx graph.

    Raises:
        networkx.NetworkXNotImplemented: a node has an edge with itself, and no `core_number` is given.
    """
    core = _cores(graph, core_number)
    number = np.array([core[node] for node in graph])
    inside = np.bincount(graph.rows, number[graph.indices] >= k, len(graph))
    return _among(graph, [graph.nodes[i] for i in np.flatnonzero((number == k) & (inside == k)).tolist()])


def _cores(graph: CompressedGraph, given: _Cores | None) -> _Cores:
    return core_number(graph) if given is None else given


def _among(graph: CompressedGraph, nodes: list[Node]) -> Any:
    origin = graph.origin.graph() if isinstance(graph.origin, Network) else graph.origin
    return origin.subgraph(nodes).copy()


def _refuse_loops(graph: CompressedGraph, verb: str) -> None:
    if graph.loops.any():
        raise nx.NetworkXNotImplemented(
            f"Input graph {verb} self loops which is not permitted; "
            "Consider using G.remove_edges_from(nx.selfloop_edges(G))."
        )
