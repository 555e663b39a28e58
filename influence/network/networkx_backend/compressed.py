"""A graph as networkx has it, in compressed sparse rows: any nodes, their order, loops, weights and parallel edges."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

from influence.kernels.arrays import Codes, Floats, Ints
from influence.network.network import Network

if TYPE_CHECKING:
    import networkx as nx
    from scipy.sparse import csr_array

Node: TypeAlias = Hashable
Numbers: TypeAlias = NDArray[np.int64] | NDArray[np.float64]
"""Whole where networkx's own answer would be whole."""


@dataclass(frozen=True, eq=False, repr=False)
class CompressedGraph:
    """The neighbours of node i are `indices[indptr[i]:indptr[i + 1]]`, in networkx's order, each once.

    Of an undirected graph every edge stands in both rows (an edge of a node with itself once). `parallel` says
    how many edges each entry stands for, where it may be more than one. `origin` is what it was made of: it keeps
    the attributes, which are read only when they are asked for.
    """

    origin: nx.Graph | Network
    nodes: Sequence[Node]
    indptr: Ints
    indices: Codes
    directed: bool
    parallel: Ints | None = None

    __networkx_backend__: ClassVar[str] = "influence"

    @classmethod
    def of(cls, graph: nx.Graph | Network) -> CompressedGraph:
        """Compress a networkx graph; a Network has its rows."""
        if isinstance(graph, Network):
            return cls(graph, graph.nodes, graph.indptr, graph.indices, graph.directed)
        nodes = list(graph)
        rows = graph._adj.values()  # without a wrapper around each row
        indptr = np.concatenate([[0], np.cumsum(np.fromiter(map(len, rows), np.int64, len(nodes)))])
        neighbours: Iterable[Any] = chain.from_iterable(rows)
        if nodes != list(range(len(nodes))):
            neighbours = map({node: i for i, node in enumerate(nodes)}.__getitem__, neighbours)
        indices = np.fromiter(neighbours, np.int32, int(indptr[-1]))
        parallel = None
        if graph.is_multigraph():
            edges = (len(keys) for row in rows for keys in row.values())
            parallel = np.fromiter(edges, np.int64, indices.size)
        return cls(graph, nodes, fixed(indptr), fixed(indices), graph.is_directed(), parallel)

    def is_directed(self) -> bool:
        """Tell networkx whether edges have a direction."""
        return self.directed

    def is_multigraph(self) -> bool:
        """Tell networkx whether two nodes may have more than one edge."""
        return self.parallel is not None

    def __len__(self) -> int:
        return len(self.nodes)

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes)

    def __contains__(self, node: object) -> bool:
        try:
            return node in self.places
        except TypeError:  # what cannot be hashed is no node
            return False

    @cached_property
    def places(self) -> Mapping[Node, int]:
        """The position of each node."""
        return {node: i for i, node in enumerate(self.nodes)}

    @cached_property
    def rows(self) -> Ints:
        """The node that each entry of `indices` belongs to."""
        return np.repeat(np.arange(len(self)), np.diff(self.indptr))

    @cached_property
    def multiplicity(self) -> Ints:
        """How many edges each entry stands for."""
        return np.ones(self.indices.size, np.int64) if self.parallel is None else self.parallel

    @cached_property
    def loops(self) -> Ints:
        """How many edges each node has with itself."""
        own = self.rows == self.indices
        return np.bincount(self.rows[own], self.multiplicity[own], len(self)).astype(np.int64)

    def weights(self, name: str | None, of_parallel: str = "sum") -> Numbers:
        """Read the weight of every entry, 1 where it has none; of parallel edges the "sum" or the "min".

        Raises:
            NotImplementedError: a weight is no number.
        """
        if name is None:
            return self.multiplicity if of_parallel == "sum" else np.ones(self.indices.size, np.int64)
        if isinstance(self.origin, Network):
            return self.origin.weights if name == "weight" else self.multiplicity
        edges = (data for row in self.origin._adj.values() for data in row.values())
        if self.parallel is None:
            return _numbers([data.get(name, 1) for data in edges])
        each = _numbers([data.get(name, 1) for keys in edges for data in keys.values()])
        if not each.size:
            return each
        join = np.add if of_parallel == "sum" else np.minimum
        joined: Numbers = join.reduceat(each, np.cumsum(self.parallel) - self.parallel)
        return joined

    def lengths(self, name: str | None) -> Floats:
        """Read the length of every entry, of parallel edges the shortest; None as the kernels have it, unweighted.

        Raises:
            NotImplementedError: a length is no number, or below 0.
        """
        if name is None:
            return np.empty(0)
        lengths = self.weights(name, "min").astype(np.float64)
        if lengths.size and lengths.min() < 0:
            raise NotImplementedError("lengths below 0")
        return lengths

    def matrix(self, weight: str | None) -> csr_array:
        """Return the weights as a matrix: row i has what leads from node i."""
        return self.matrix_of(self.weights(weight).astype(np.float64))

    def matrix_of(self, values: NDArray[Any]) -> csr_array:
        """Return any values of the entries as a matrix."""
        from scipy.sparse import csr_array  # networkx is imported without it

        return csr_array((values, self.indices, self.indptr), shape=(len(self), len(self)))

    def named(self, values: NDArray[Any]) -> dict[Node, Any]:
        """Give each node its value."""
        return dict(zip(self.nodes, values.tolist(), strict=True))

    def chosen(self, values: NDArray[Any], nodes: Any) -> Any:
        """Give the value of one node, of some, or (None) of all, as networkx's `nodes` argument has it."""
        if nodes is None:
            return self.named(values)
        if nodes in self:
            return values[self.places[nodes]].item()
        return {self.nodes[i]: values[i].item() for i in self.bunch(nodes)}

    def bunch(self, nodes: Any) -> list[int]:
        """Find the nodes that an `nbunch` names; what is no node is left out, as in networkx.

        Raises:
            networkx.NetworkXError: it is no node and nothing that could be some.
        """
        if nodes is None:
            return list(range(len(self)))
        if nodes in self:
            return [self.places[nodes]]
        try:
            return [self.places[node] for node in nodes if node in self.places]
        except TypeError as error:
            from networkx import NetworkXError

            raise NetworkXError("nbunch is not a node or a sequence of nodes.") from error


def fixed(array: NDArray[Any]) -> Any:
    """Make an array read-only, as a Network's are, so that a loop is compiled once for both."""
    array.flags.writeable = False
    return array


def _numbers(values: list[Any]) -> Numbers:
    try:
        array = np.array(values if values else np.empty(0, np.int64))
    except (ValueError, OverflowError) as error:
        raise NotImplementedError("a weight is no number") from error
    if (
        array.ndim != 1
        or array.dtype.kind not in "biuf"
        or (array.dtype.kind == "f" and np.isnan(array).any())
    ):
        raise NotImplementedError("a weight is no number")
    return array.astype(np.float64) if array.dtype.kind == "f" else array.astype(np.int64)
