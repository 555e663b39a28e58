"""Ranks that are settled by following edges again and again."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import networkx as nx
import numpy as np
from scipy.sparse import eye_array
from scipy.sparse.linalg import eigs, splu

from influence.kernels import centrality
from influence.kernels.arrays import Floats
from influence.network.networkx_backend.components import is_connected, is_strongly_connected
from influence.network.networkx_backend.compressed import CompressedGraph, Node

DEFAULT_TOL, DEFAULT_ROUNDS = 1.0e-6, 100  # networkx's own, of PageRank


def pagerank(
    graph: CompressedGraph,
    alpha: float = 0.85,
    personalization: Mapping[Node, float] | None = None,
    max_iter: int = DEFAULT_ROUNDS,
    tol: float = DEFAULT_TOL,
    nstart: Mapping[Node, float] | None = None,
    weight: str | None = "weight",
    dangling: Mapping[Node, float] | None = None,
) -> dict[Node, float]:
    """Compute `networkx.pagerank`; `tol` is for each node.

    networkx hands its defaults on as if they had been given. So `tol` = 1e-6 means: until all changes
    together are below 1e-10, and `max_iter` = 100 means 1,000; any other value is taken as it is.

    Raises:
        networkx.PowerIterationFailedConvergence: it has not settled in `max_iter` rounds.
        ZeroDivisionError: given shares add up to 0.
    """
    if not len(graph):
        return {}
    surfer = centrality.Surfer(alpha, _shares(graph, personalization), _shares(graph, dangling))
    settled = 1e-10 if tol == DEFAULT_TOL else tol * len(graph)
    rounds = 1000 if max_iter == DEFAULT_ROUNDS else max_iter
    iteration = centrality.Iteration(_shares(graph, nstart), settled, rounds)
    weights = graph.weights(weight).astype(np.float64)
    ranks = centrality.pagerank(graph.indptr, graph.indices, weights, surfer, iteration)
    if ranks is None:
        raise nx.PowerIterationFailedConvergence(max_iter)
    return graph.named(ranks)


def _shares(graph: CompressedGraph, given: Mapping[Node, float] | None) -> Floats | None:
    if given is None:
        return None
    values = np.array([given.get(node, 0.0) for node in graph], np.float64)
    if values.sum() == 0:
        raise ZeroDivisionError("shares that add up to 0 cannot be used")
    shares: Floats = values / values.sum()
    return shares


def hits(
    graph: CompressedGraph,
    max_iter: int = 100,
    tol: float = 1.0e-8,
    nstart: Mapping[Node, float] | None = None,
    normalized: bool = True,
) -> tuple[dict[Node, float], dict[Node, float]]:
    """Compute `networkx.hits`: hubs and authorities, each from the other (Kleinberg 1999, doi:10.1145/324133.324140).

    As networkx does since 3.7. Before it took the first singular vector, which is not one where several are as long: of
    a star it gave numbers below 0.

    Raises:
        networkx.NetworkXError: the start lacks a node, or sums to 0.
        networkx.PowerIterationFailedConvergence: it has not settled in `max_iter` rounds.
    """
    if not len(graph):
        return {}, {}
    matrix, hubs = graph.matrix("weight"), _first_hubs(graph, nstart)
    for _ in range(max_iter if matrix.nnz else 0):
        before, authorities = hubs, hubs @ matrix
        hubs = matrix @ authorities
        hubs = hubs / hubs.max()
        if np.abs(hubs - before).sum() < tol:
            break
    else:
        raise nx.PowerIterationFailedConvergence(max_iter)
    if normalized:
        return graph.named(hubs / hubs.sum()), graph.named(authorities / authorities.sum())
    return graph.named(hubs), graph.named(authorities / authorities.max())


def _first_hubs(graph: CompressedGraph, nstart: Mapping[Node, float] | None) -> Floats:
    if nstart is None:
        return np.full(len(graph), 1 / len(graph))
    if missing := [node for node in graph if node not in nstart]:
        raise nx.NetworkXError(f"nstart must have a value for every node; missing: {missing}")
    start = _given(graph, nstart)
    if not start.sum():
        raise nx.NetworkXError("nstart values must not sum to zero")
    shares: Floats = start / start.sum()
    return shares


def eigenvector_centrality(
    graph: CompressedGraph,
    max_iter: int = 100,
    tol: float = 1.0e-6,
    nstart: Mapping[Node, float] | None = None,
    weight: str | None = None,
) -> dict[Node, float]:
    """Compute `networkx.eigenvector_centrality`; `tol` is for each node.

    Raises:
        networkx.NetworkXPointlessConcept: there is no node.
        networkx.NetworkXError: the start is 0 everywhere.
        networkx.PowerIterationFailedConvergence: it has not settled in `max_iter` rounds.
    """
    _refuse_nobody(graph)
    x = np.ones(len(graph)) if nstart is None else _given(graph, nstart)
    if not x.any():
        raise nx.NetworkXError("initial vector cannot have all zero values")
    x = x / x.sum()
    arriving = graph.matrix(weight or None).T.tocsr()
    for _ in range(max_iter):
        new = x + arriving @ x
        new /= math.hypot(*new) or 1
        change, x = np.abs(new - x).sum(), new
        if change < len(graph) * tol:
            return graph.named(x)
    raise nx.PowerIterationFailedConvergence(max_iter)


def eigenvector_centrality_numpy(
    graph: CompressedGraph, weight: str | None = None, max_iter: int = 50, tol: float = 0
) -> dict[Node, float]:
    """Compute `networkx.eigenvector_centrality_numpy`, by ARPACK.

    Raises:
        networkx.NetworkXPointlessConcept: there is no node.
        networkx.AmbiguousSolution: not every node reaches every other.
        scipy.sparse.linalg.ArpackNoConvergence: it has not settled in `max_iter` rounds.
    """
    _refuse_nobody(graph)
    if not (is_strongly_connected(graph) if graph.directed else is_connected(graph)):
        raise nx.AmbiguousSolution(
            "`eigenvector_centrality_numpy` does not give consistent results for disconnected graphs"
        )
    _, vectors = eigs(graph.matrix(weight).T, k=1, which="LR", maxiter=max_iter, tol=tol)
    largest = vectors.flatten().real
    return graph.named(largest / (np.sign(largest.sum()) * np.linalg.norm(largest)))


def katz_centrality(
    graph: CompressedGraph,
    alpha: float = 0.1,
    beta: Any = 1.0,
    max_iter: int = 1000,
    tol: float = 1.0e-6,
    nstart: Mapping[Node, float] | None = None,
    normalized: bool = True,
    weight: str | None = None,
) -> dict[Node, float]:
    """Compute `networkx.katz_centrality`; `tol` is for each node.

    Raises:
        networkx.NetworkXError: `beta` is no number and has not one for each node.
        networkx.PowerIterationFailedConvergence: it has not settled in `max_iter` rounds.
    """
    if not len(graph):
        return {}
    x = np.zeros(len(graph)) if nstart is None else _given(graph, nstart)
    arriving, own = graph.matrix(weight).T.tocsr(), _own(graph, beta)
    for _ in range(max_iter):
        new = alpha * (arriving @ x) + own
        change, x = np.abs(new - x).sum(), new
        if change < len(graph) * tol:
            length = math.hypot(*x) if normalized else 1
            return graph.named(x / (length or 1))
    raise nx.PowerIterationFailedConvergence(max_iter)


def katz_centrality_numpy(
    graph: CompressedGraph,
    alpha: float = 0.1,
    beta: Any = 1.0,
    normalized: bool = True,
    weight: str | None = None,
) -> dict[Node, float]:
    """Compute `networkx.katz_centrality_numpy`: one sparse system of equations, where networkx fills a square.

    Raises:
        networkx.NetworkXError: `beta` is no number and has not one for each node.
        numpy.linalg.LinAlgError: there is no one answer.
    """
    if not len(graph):
        return {}
    system = (eye_array(len(graph), format="csc") - alpha * graph.matrix(weight).T).tocsc()
    try:
        x = splu(system).solve(_own(graph, beta))
    except RuntimeError as error:  # SciPy's word for a singular matrix
        raise np.linalg.LinAlgError("Singular matrix") from error
    return graph.named(x / (np.sign(x.sum()) * np.linalg.norm(x) if normalized else 1))


def _own(graph: CompressedGraph, beta: Any) -> Floats:
    """Read what each node has without any edge: one number, or one for each node."""
    try:
        return np.full(len(graph), float(beta))
    except (TypeError, ValueError, AttributeError) as error:
        if not isinstance(beta, Mapping):
            raise nx.NetworkXError("beta must be a number") from error
        if set(beta) != set(graph):
            raise nx.NetworkXError("beta dictionary must have a value for every node") from error
        return _given(graph, beta)


def _given(graph: CompressedGraph, values: Mapping[Node, float]) -> Floats:
    return np.array([values[node] for node in graph], np.float64)


def _refuse_nobody(graph: CompressedGraph) -> None:
    if not len(graph):
        raise nx.NetworkXPointlessConcept("cannot compute centrality for the null graph")
