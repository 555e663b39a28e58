"""How far nodes are from each other, and how close all others are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import networkx as nx
import numpy as np

from influence.kernels import shortest_paths
from influence.kernels.arrays import Floats
from influence.network.networkx_backend.compressed import CompressedGraph, Node
from influence.network.networkx_backend.turning import Rows, incoming


def closeness_centrality(
    graph: CompressedGraph, u: Node | None = None, distance: str | None = None, wf_improved: bool = True
) -> Any:
    """Compute `networkx.closeness_centrality`.

    Raises:
        networkx.NodeNotFound: there is no node `u`.
        NotImplementedError: a length is not a number of 0 or more.
    """
    if u is not None and u not in graph:
        raise nx.NodeNotFound(f"Source {u} is not in G")
    asked = np.arange(len(graph)) if u is None else np.array([graph.places[u]])
    sums = shortest_paths.distance_sums(*_lengths_to(graph, distance), asked, np.ones(len(graph), np.bool_))
    near = sums.reached / np.where(sums.distance > 0, sums.distance, np.inf)
    if wf_improved:
        near *= sums.reached / max(len(graph) - 1, 1)
    return graph.named(near) if u is None else near.item()


def harmonic_centrality(
    graph: CompressedGraph, nbunch: Any = None, distance: str | None = None, sources: Any = None
) -> dict[Node, float]:
    """Compute `networkx.harmonic_centrality`.

    Raises:
        NotImplementedError: a length is not a number of 0 or more.
    """
    asked, from_ = (list(dict.fromkeys(graph.bunch(nodes))) for nodes in (nbunch, sources))
    nearness = _nearness_to(graph, distance, asked, from_)
    found = dict(zip((graph.nodes[i] for i in asked), nearness.tolist(), strict=True))
    return {node: found[node] for node in set(iter(found))}  # in networkx's order


def _nearness_to(graph: CompressedGraph, distance: str | None, asked: list[int], from_: list[int]) -> Floats:
    """Sum 1 / distance to each node asked about, from the side that has fewer nodes."""
    counted = np.zeros(len(graph), np.bool_)
    if len(asked) <= len(from_):
        counted[from_] = True
        rows = _lengths_to(graph, distance)
        return shortest_paths.distance_sums(*rows, np.array(asked, np.int64), counted).nearness
    nearness, lengths = np.zeros(len(graph)), graph.lengths(distance)
    for source in from_:
        reached, far = shortest_paths.distances(graph.indptr, graph.indices, lengths, np.array([source]))
        nearness[reached[far > 0]] += 1 / far[far > 0]
    return nearness[asked]


def _lengths_to(graph: CompressedGraph, distance: str | None) -> Rows:
    if distance is None:
        turned = incoming(graph, graph.multiplicity)
        return Rows(turned.indptr, turned.indices, shortest_paths.UNWEIGHTED)
    return incoming(graph, graph.lengths(distance))


def single_source_shortest_path_length(
    graph: CompressedGraph, source: Node, cutoff: float | None = None
) -> dict[Node, int]:
    """Compute `networkx.single_source_shortest_path_length`.

    Raises:
        networkx.NodeNotFound: there is no such node.
    """
    _refuse_unknown(graph, source, "Source {} is not in G")
    return _from(graph, _steps(graph), [source], cutoff)


def single_target_shortest_path_length(
    graph: CompressedGraph, target: Node, cutoff: float | None = None
) -> dict[Node, int]:
    """Compute `networkx.single_target_shortest_path_length`.

    Raises:
        networkx.NodeNotFound: there is no such node.
    """
    _refuse_unknown(graph, target, "Target {} is not in G")
    return _from(graph, _lengths_to(graph, None), [target], cutoff)


def all_pairs_shortest_path_length(
    graph: CompressedGraph, cutoff: float | None = None
) -> Iterator[tuple[Node, dict[Node, int]]]:
    """Yield `networkx.all_pairs_shortest_path_length`."""
    rows = _steps(graph)
    return ((source, _from(graph, rows, [source], cutoff)) for source in graph)


def dijkstra_path_length(graph: CompressedGraph, source: Node, target: Node, weight: str = "weight") -> float:
    """Compute `networkx.dijkstra_path_length`.

    Raises:
        networkx.NodeNotFound: there is no node `source`.
        networkx.NetworkXNoPath: no path leads to `target`.
        NotImplementedError: a length is not a number of 0 or more.
    """
    _refuse_unknown(graph, source, "Node {} not found in graph")
    if source == target:
        return 0
    found = _from(graph, _lengths(graph, weight), [source], None, _whole(graph, weight))
    if target not in found:
        raise nx.NetworkXNoPath(f"Node {target} not reachable from {source}")
    length: float = found[target]
    return length


def single_source_dijkstra_path_length(
    graph: CompressedGraph, source: Node, cutoff: float | None = None, weight: str = "weight"
) -> dict[Node, float]:
    """Compute `networkx.single_source_dijkstra_path_length`.

    Raises:
        networkx.NodeNotFound: there is no such node.
        NotImplementedError: a length is not a number of 0 or more.
    """
    return multi_source_dijkstra_path_length(graph, [source], cutoff, weight)


def multi_source_dijkstra_path_length(
    graph: CompressedGraph, sources: Iterable[Node], cutoff: float | None = None, weight: str = "weight"
) -> dict[Node, float]:
    """Compute `networkx.multi_source_dijkstra_path_length`.

    Raises:
        ValueError: there are no sources.
        networkx.NodeNotFound: a source is no node.
        NotImplementedError: a length is not a number of 0 or more.
    """
    if not sources:
        raise ValueError("sources must not be empty")
    nodes = list(sources)
    for source in nodes:
        _refuse_unknown(graph, source, "Node {} not found in graph")
    return _from(graph, _lengths(graph, weight), nodes, cutoff, _whole(graph, weight))


def all_pairs_dijkstra_path_length(
    graph: CompressedGraph, cutoff: float | None = None, weight: str = "weight"
) -> Iterator[tuple[Node, dict[Node, float]]]:
    """Yield `networkx.all_pairs_dijkstra_path_length`.

    Raises:
        NotImplementedError: a length is not a number of 0 or more.
    """
    rows, whole = _lengths(graph, weight), _whole(graph, weight)
    return ((source, _from(graph, rows, [source], cutoff, whole)) for source in graph)


def shortest_path_length(
    graph: CompressedGraph,
    source: Node | None = None,
    target: Node | None = None,
    weight: str | None = None,
    method: str = "dijkstra",
) -> Any:
    """Compute `networkx.shortest_path_length`; without lengths below 0 both methods have one answer.

    Raises:
        ValueError: there is no such method.
        networkx.NodeNotFound: there is no such node.
        networkx.NetworkXNoPath: no path leads from `source` to `target`.
        NotImplementedError: a length is not a number of 0 or more.
    """
    if method not in ("dijkstra", "bellman-ford"):
        raise ValueError(f"method not supported: {method}")
    rows, whole = _lengths(graph, weight), _whole(graph, weight)
    if source is None and target is None:
        return ((node, _from(graph, rows, [node], None, whole)) for node in graph)
    if source is None:
        _refuse_unknown(graph, target, "Node {} not found in graph" if weight else "Source {} is not in G")
        return _from(graph, _lengths_to(graph, weight), [target], None, whole)
    _refuse_unknown(graph, source, "Node {} not found in graph" if weight else "Source {} is not in G")
    found = _from(graph, rows, [source], None, whole)
    if target is None:
        return found
    if weight is None:
        _refuse_unknown(graph, target, "Target {} is not in G")
    if target not in found:
        unweighted = f"No path between {source} and {target}."
        raise nx.NetworkXNoPath(f"Node {target} not reachable from {source}" if weight else unweighted)
    return found[target]


def _from(
    graph: CompressedGraph, rows: Rows, sources: list[Any], cutoff: float | None, whole: bool = True
) -> dict[Node, Any]:
    """Give how far what some nodes reach is, the nearest first."""
    most = np.inf if cutoff is None else float(cutoff)
    places = np.array([graph.places[node] for node in sources], np.int64)
    reached, far = shortest_paths.distances(rows.indptr, rows.indices, rows.values, places, most)
    nodes = (graph.nodes[i] for i in reached.tolist())
    return dict(zip(nodes, (far.astype(np.int64) if whole else far).tolist(), strict=True))


def _steps(graph: CompressedGraph) -> Rows:
    return Rows(graph.indptr, graph.indices, shortest_paths.UNWEIGHTED)


def _lengths(graph: CompressedGraph, weight: str | None) -> Rows:
    return Rows(graph.indptr, graph.indices, graph.lengths(weight))


def _whole(graph: CompressedGraph, weight: str | None) -> bool:
    return weight is None or graph.weights(weight, "min").dtype.kind == "i"


def _refuse_unknown(graph: CompressedGraph, node: Any, sentence: str) -> None:
    if node not in graph:
        raise nx.NodeNotFound(sentence.format(node))
