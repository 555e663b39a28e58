"""Burt's structural holes."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from influence.kernels import centrality
from influence.network.networkx_backend.compressed import CompressedGraph, Node
from influence.network.networkx_backend.turning import Rows, joined


def constraint(
    graph: CompressedGraph, nodes: Iterable[Node] | None = None, weight: str | None = None
) -> dict[Node, float]:
    """Compute `networkx.constraint`.

    Raises:
        NotImplementedError: a node has an edge with itself, a weight is not a number above 0, or
            nodes are named where edges may be parallel.
    """
    return _of(graph, nodes, weight, 0)


def effective_size(
    graph: CompressedGraph, nodes: Iterable[Node] | None = None, weight: str | None = None
) -> dict[Node, float]:
    """Compute `networkx.effective_size`, always as networkx does for named nodes (see its page in the documents).

    Raises:
        NotImplementedError: a node has an edge with itself, a weight is not a number above 0, or
            nodes are named where edges may be parallel.
    """
    return _of(graph, nodes, weight, 1)


def local_constraint(graph: CompressedGraph, u: Node, v: Node, weight: str | None = None) -> float:
    """Compute `networkx.local_constraint`.

    Raises:
        KeyError: there is no such node.
        NotImplementedError: a node has an edge with itself, a weight is not a number above 0, or
            nodes are named where edges may be parallel.
    """
    _refuse_parallel(graph)
    ties = _mutual(graph, weight)
    rows = np.repeat(np.arange(len(graph)), np.diff(ties.indptr))
    part = ties.values / np.bincount(rows, ties.values, len(graph))[rows]
    of_u = slice(*ties.indptr[graph.places[u] : graph.places[u] + 2])
    direct = part[of_u] * (ties.indices[of_u] == graph.places[v])
    onward = np.where(ties.indices == graph.places[v], part, 0)
    indirect = part[of_u] * np.bincount(rows, onward, len(graph))[ties.indices[of_u]]
    return float((direct + indirect).sum() ** 2)


def _mutual(graph: CompressedGraph, weight: str | None) -> Rows:
    weights = graph.weights(weight).astype(np.float64)
    if graph.loops.any() or (weights.size and not (np.isfinite(weights) & (weights > 0)).all()):
        raise NotImplementedError("structural holes need ties between two people, of weights above 0")
    return joined(graph, weights)


def _refuse_parallel(graph: CompressedGraph) -> None:
    if graph.is_multigraph():
        raise NotImplementedError("networkx itself reads no weight of parallel edges for a named node")


def _of(
    graph: CompressedGraph, nodes: Iterable[Node] | None, weight: str | None, which: int
) -> dict[Node, float]:
    """Pick nodes' values; for named ones networkx has none where no edge leads out of them."""
    if nodes is not None:
        _refuse_parallel(graph)
    ties = _mutual(graph, weight)
    values = centrality.structural_holes(ties.indptr, ties.indices, ties.values)[which]
    if nodes is None:
        return graph.named(values)
    silent = np.diff(graph.indptr) == 0
    found = np.where(silent, np.nan, values).tolist()
    return {node: found[graph.places[node]] for node in nodes}
