"""What is read off the numbers of edges: degrees, reciprocity, assortativity, elections."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
from scipy.sparse import csr_array

from influence.kernels import communities
from influence.kernels.arrays import Floats, Indices
from influence.network.networkx_backend.compressed import CompressedGraph, Node, Numbers, fixed


def degree_centrality(graph: CompressedGraph) -> dict[Node, float]:
    """Compute `networkx.degree_centrality`."""
    return _centrality(graph, degrees(graph))


def in_degree_centrality(graph: CompressedGraph) -> dict[Node, float]:
    """Compute `networkx.in_degree_centrality`."""
    return _centrality(graph, _incoming(graph, graph.multiplicity))


def out_degree_centrality(graph: CompressedGraph) -> dict[Node, float]:
    """Compute `networkx.out_degree_centrality`."""
    return _centrality(graph, _outgoing(graph, graph.multiplicity))


def degrees(graph: CompressedGraph, weight: str | None = None) -> Numbers:
    """Return networkx's degree of every node: an edge of a node with itself counts twice."""
    weights = graph.weights(weight)
    total = _outgoing(graph, weights)
    own = graph.rows == graph.indices
    return total + (
        _incoming(graph, weights) if graph.directed else _incoming(graph, np.where(own, weights, 0))
    )


def _outgoing(graph: CompressedGraph, weights: Numbers) -> Numbers:
    return _sums(graph.rows, weights, len(graph))


def _incoming(graph: CompressedGraph, weights: Numbers) -> Numbers:
    return _sums(graph.indices, weights, len(graph))


def _sums(nodes: Indices, weights: Numbers, n: int) -> Numbers:
    sums: Floats = np.bincount(nodes, weights, n).astype(np.float64)
    return sums if weights.dtype.kind == "f" else sums.astype(np.int64)


def _centrality(graph: CompressedGraph, degree: Numbers) -> dict[Node, float]:
    if len(graph) <= 1:
        return dict.fromkeys(graph.nodes, 1)
    return graph.named(degree * (1.0 / (len(graph) - 1.0)))


def reciprocity(graph: CompressedGraph, nodes: Any = None) -> Any:
    """Compute `networkx.reciprocity`.

    Raises:
        networkx.NetworkXError: it is asked of a node without edges, or of a graph without.
        NotImplementedError: the graph is undirected, or its edges may be parallel.
    """
    if nodes is None:
        return overall_reciprocity(graph)
    _refuse_undirected(graph)
    total = np.diff(graph.indptr) + _incoming(graph, graph.multiplicity)
    both = np.diff(_answered(graph).indptr)
    if nodes in graph and total[graph.places[nodes]] == 0:
        raise nx.NetworkXError("Not defined for isolated nodes.")
    share = 2 * both / np.where(total, total, 1)
    found = graph.chosen(share, nodes)
    if not isinstance(found, dict):
        return found
    return {node: value if total[graph.places[node]] else None for node, value in found.items()}


def overall_reciprocity(graph: CompressedGraph) -> float:
    """Compute `networkx.overall_reciprocity`.

    Raises:
        networkx.NetworkXError: there is no edge.
        NotImplementedError: the graph is undirected, or its edges may be parallel.
    """
    _refuse_undirected(graph)
    if not graph.indices.size:
        raise nx.NetworkXError("Not defined for empty graphs")
    return int(_answered(graph).nnz - graph.loops.sum()) / graph.indices.size


def _refuse_undirected(graph: CompressedGraph) -> None:
    if not graph.directed or graph.is_multigraph():
        raise NotImplementedError("reciprocity of an undirected graph, or of parallel edges")


def _answered(graph: CompressedGraph) -> csr_array:
    """Return a matrix of the edges that have one back."""
    edges = graph.matrix_of(np.ones(graph.indices.size, np.int8))
    answered: csr_array = edges.multiply(edges.T.tocsr()).tocsr()
    return answered


def degree_assortativity_coefficient(
    graph: CompressedGraph, x: str = "out", y: str = "in", weight: str | None = None, nodes: Any = None
) -> float:
    """Compute `networkx.degree_assortativity_coefficient`; not a number where all degrees are alike."""
    one, other = _degrees_of_ends(graph, x, y, weight, nodes)
    one, other = one - one.mean(), other - other.mean()
    return float((one * other).mean() / np.sqrt((one**2).mean() * (other**2).mean()))


def degree_pearson_correlation_coefficient(
    graph: CompressedGraph, x: str = "out", y: str = "in", weight: str | None = None, nodes: Any = None
) -> float:
    """Compute `networkx.degree_pearson_correlation_coefficient`."""
    from scipy.stats import pearsonr  # 0.3 s, and only this needs it

    one, other = _degrees_of_ends(graph, x, y, weight, nodes)
    if one.size < 2:
        # an error or NaN, as this networkx says it
        return float(nx.degree_pearson_correlation_coefficient(nx.null_graph(), backend="networkx"))
    return float(pearsonr(one, other)[0])


def _degrees_of_ends(
    graph: CompressedGraph, x: str, y: str, weight: str | None, nodes: Any
) -> tuple[Floats, Floats]:
    """Give the degrees at both ends of every edge among some nodes, of undirected ones both ways."""
    weights = graph.weights(weight)
    if graph.directed:
        of = {"out": _outgoing(graph, weights), "in": _incoming(graph, weights)}
    else:
        of = {x: degrees(graph, weight), y: degrees(graph, weight)}
    among = np.ones(len(graph), np.bool_)
    if nodes is not None:
        among[:] = False
        among[graph.bunch(nodes)] = True
    kept = among[graph.rows] & among[graph.indices]
    ends = [np.repeat(side[kept], graph.multiplicity[kept]) for side in (graph.rows, graph.indices)]
    return of[x][ends[0]].astype(np.float64), of[y][ends[1]].astype(np.float64)


def voterank(graph: CompressedGraph, number_of_nodes: int | None = None) -> list[Node]:
    """Compute `networkx.voterank`.

    Raises:
        NotImplementedError: a node of an undirected graph has an edge with itself.
    """
    if not graph.directed and graph.loops.any():
        raise NotImplementedError("an edge of a node with itself votes twice")
    each = np.repeat(graph.indices, graph.multiplicity)
    out = np.concatenate([[0], np.cumsum(_outgoing(graph, graph.multiplicity))])
    elected = communities.elections(fixed(out), fixed(each), number_of_nodes)
    return [graph.nodes[i] for i in elected]
