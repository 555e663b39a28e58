"""Network: who influenced whom as compressed sparse rows, and the same network for every networkx function.

This module must not import networkx at its top: networkx loads `networkx_backend`, and with it this module, at the
end of its own import.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, pairwise
from operator import lt
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from influence.kernels.arrays import Floats
from influence.network.networkx_face import NetworkxFace

if TYPE_CHECKING:
    import networkx as nx


@dataclass(frozen=True, eq=False, repr=False)
class Network(NetworkxFace):
    """Who influenced whom: a tie u → v where v responded to u, its weight the number of responses.

    `nodes` are people's ids in sorted order; the ties of node i are `indices[indptr[i]:indptr[i + 1]]`,
    sorted, each once, with their `weights`. Where `directed` is False every tie stands in both rows.
    `self_loops` counts the responses that were left out because nobody responds to themselves. The arrays
    are read-only. Make one with `from_edges`; hand it to any networkx function.

    >>> network = Network.from_edges(["ann", "bob", "cem"], [0, 0, 1], [1, 1, 2])
    >>> network
    Network(3 people, 2 ties, weight 3)
    >>> import networkx as nx
    >>> nx.betweenness_centrality(network)
    {'ann': 0.0, 'bob': 0.5, 'cem': 0.0}
    """

    nodes: tuple[str, ...]
    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    weights: Floats
    directed: bool = True
    self_loops: int = 0

    __networkx_backend__: ClassVar[str] = "influence"
    __networkx_cache__: ClassVar[None] = None  # it cannot change, so it keeps its own copy, without warnings

    @classmethod
    def from_edges(
        cls, nodes: Iterable[str], sources: ArrayLike, targets: ArrayLike, weights: ArrayLike | None = None
    ) -> Network:
        """Build a network from ties between positions in `nodes` (any order); `weights` default to 1.

        Parallel ties are added up; ties of a node with itself are left out and counted in `self_loops`.

        Raises:
            ValueError: a node is named twice, a position is outside `nodes`, the arrays differ in length, or
                a weight is not a finite number above 0.

        >>> Network.from_edges(["bob", "ann"], [0, 0], [1, 0]).graph().edges(data="weight")
        OutEdgeDataView([('bob', 'ann', 1.0)])
        """
        given = list(nodes)
        names, place = _in_order(given)
        from_, to = _positions(sources, len(names), "sources"), _positions(targets, len(names), "targets")
        weight = np.ones(from_.size) if weights is None else np.asarray(weights, np.float64)
        if not from_.shape == to.shape == weight.shape:
            raise ValueError("sources, targets and weights must have one length")
        kept = from_ != to
        if not kept.all():
            from_, to, weight = from_[kept], to[kept], weight[kept]
        if place is not None:
            from_, to = place[from_], place[to]
        rows = _rows(len(names), from_, to, weight)
        return cls(names, *rows, self_loops=int(kept.size - kept.sum()))

    @classmethod
    def of(cls, given: Network | nx.Graph, weight: str = "weight") -> Network:
        """Return any networkx graph as a Network (a Network as it is), so that every measure takes both.

        Nodes are named by their text; an edge without `weight` weighs 1; parallel edges are added up, and an
        edge of a node with itself is left out and counted. An undirected graph gives an undirected network.

        Raises:
            ValueError: two nodes have one text, or a weight is not a finite number above 0.

        >>> import networkx as nx
        >>> Network.of(nx.path_graph(3)), Network.of(nx.DiGraph([("ann", "bob"), ("bob", "bob")])).self_loops
        (Network(3 people, 2 ties, weight 2, undirected), 1)
        """
        if isinstance(given, Network):
            return given
        nodes = list(given)
        place = {node: i for i, node in enumerate(nodes)}
        ties = [(place[u], place[v], data.get(weight, 1)) for u, v, data in given.edges(data=True)]
        from_, to, weights = zip(*ties, strict=True) if ties else ((), (), ())
        network = cls.from_edges([str(node) for node in nodes], from_, to, weights)
        return network if given.is_directed() else network.undirected()

    def __post_init__(self) -> None:
        if not (np.isfinite(self.weights) & (self.weights > 0)).all():
            raise ValueError("weights must be finite numbers above 0")
        for array in (self.indptr, self.indices, self.weights):
            array.flags.writeable = False

    def reverse(self) -> Network:
        """Turn every arrow: u → v where u responded to v."""
        from influence.kernels import rows  # numba: loaded only when a network is made

        turned = rows.turned(self.indptr, self.indices, self.weights)
        return Network(self.nodes, *turned, self.directed, self.self_loops)

    def undirected(self) -> Network:
        """Join both directions of each pair; the weight is the sum, Burt's mutual weight a_uv + a_vu.

        >>> Network.from_edges(["ann", "bob"], [0, 1], [1, 0], [2, 3]).undirected()
        Network(2 people, 1 tie, weight 5, undirected)
        """
        return self._joined if self.directed else self

    def among(self, people: Sequence[str]) -> Network:
        """Return the ties among some people, all of whom are in it, those without a tie too.

        >>> Network.from_edges(["ann", "bob", "cem"], [0, 0, 1], [1, 2, 2]).among(["cem", "ann"]).ties()
        [('ann', 'cem', 1.0)]
        """
        names = sorted(set(people))
        place_of = {name: place for place, name in enumerate(names)}
        place = np.array([place_of.get(name, -1) for name in self.nodes], np.int64)
        from_, to = place[self._row_of_ties], place[self.indices]
        kept = (from_ >= 0) & (to >= 0)
        rows = _rows(len(names), from_[kept], to[kept], self.weights[kept])
        return Network(tuple(names), *rows, directed=self.directed)

    def ties(self) -> list[tuple[str, str, float]]:
        """List the ties by name, sorted: who influenced, whom, and the weight."""
        from_, to = self._row_of_ties.tolist(), self.indices.tolist()
        return [
            (self.nodes[u], self.nodes[v], w)
            for u, v, w in zip(from_, to, self.weights.tolist(), strict=True)
        ]

    def graph(self) -> nx.DiGraph:
        """Return a new networkx graph: a `DiGraph` (a `Graph` if undirected) whose edges have a `weight`."""
        import networkx as nx  # see the module's first lines

        graph = nx.DiGraph() if self.directed else nx.Graph()
        graph.add_nodes_from(self.nodes)
        graph.add_weighted_edges_from((u, v, w) for u, v, w in self.ties() if self.directed or u < v)
        return graph

    def index(self, person: str) -> int:
        """Return the position of a person in `nodes`.

        Raises:
            KeyError: there is no such person.
        """
        place = bisect_left(self.nodes, person)
        if place == len(self.nodes) or self.nodes[place] != person:
            raise KeyError(person)
        return place

    def size(self, weight: str | None = None) -> float:
        """Count the ties, or add up their weights where `weight` is "weight" (as in networkx)."""
        total = self.weights.sum() if weight == "weight" else self.indices.size
        total = float(total) if self.directed else float(total) / 2
        return total if weight else int(total)

    def __len__(self) -> int:
        return len(self.nodes)

    def __iter__(self) -> Iterator[str]:
        return iter(self.nodes)

    def __contains__(self, person: object) -> bool:
        place = bisect_left(self.nodes, person) if isinstance(person, str) else len(self)
        return place < len(self) and self.nodes[place] == person

    def __repr__(self) -> str:
        people = f"{len(self)} {'person' if len(self) == 1 else 'people'}"
        ties = f"{self.size()} {'tie' if self.size() == 1 else 'ties'}"
        kind = "" if self.directed else ", undirected"
        return f"Network({people}, {ties}, weight {self.size('weight'):g}{kind})"

    @cached_property
    def _joined(self) -> Network:
        from influence.kernels import rows  # numba: loaded only when a network is made

        joined = rows.joined(self.indptr, self.indices, self.weights)
        return Network(self.nodes, *joined, directed=False, self_loops=self.self_loops)

    @cached_property
    def _row_of_ties(self) -> NDArray[np.int64]:
        return np.repeat(np.arange(len(self)), np.diff(self.indptr))


def _in_order(given: list[str]) -> tuple[tuple[str, ...], NDArray[np.int32] | None]:
    """Sort names; return where each went, or nothing where they stood in order."""
    place = None
    names = tuple(given)
    if not all(map(lt, names, islice(names, 1, None))):
        order = sorted(range(len(given)), key=given.__getitem__)
        names = tuple(map(given.__getitem__, order))
        doubled = next((name for name, after in pairwise(names) if name == after), None)
        if doubled is not None:
            raise ValueError(f"the node {doubled!r} is named twice")
        place = np.empty(len(names), np.int32)
        place[order] = np.arange(len(names), dtype=np.int32)
    return names, place


def _positions(values: ArrayLike, n: int, name: str) -> NDArray[np.integer[Any]]:
    array = np.asarray(values)
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        raise ValueError(f"{name} must be one row of whole numbers")
    if array.size and (array.min() < 0 or array.max() >= n):
        raise ValueError(f"{name} must be positions in nodes, 0 to {n - 1}")
    return array.astype(np.int32, copy=False)


def _rows(
    n: int, sources: NDArray[np.integer[Any]], targets: NDArray[np.integer[Any]], weights: Floats
) -> tuple[NDArray[np.int64], NDArray[np.int32], Floats]:
    """Sort ties into rows and add up parallel ones."""
    from influence.kernels import rows  # numba: loaded only when a network is made

    return rows.sorted_rows(n, sources, targets, weights)
