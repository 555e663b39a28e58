"""Network: who influenced whom as compressed sparse rows, and the same network for every networkx function.

`networkx` finds `backend` and `backend_info` by their entry points. This module must not import networkx at
its top: networkx loads it at the end of its own import.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from influence.kernels.arrays import Floats

if TYPE_CHECKING:
    import networkx as nx

DEFAULT_TOL, DEFAULT_ROUNDS = 1.0e-6, 100  # networkx's own, of PageRank


@dataclass(frozen=True, eq=False, repr=False)
class Network:
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
        order = sorted(range(len(given)), key=given.__getitem__)
        names = tuple(given[i] for i in order)
        doubled = next((name for name, after in pairwise(names) if name == after), None)
        if doubled is not None:
            raise ValueError(f"the node {doubled!r} is named twice")
        place = np.empty(len(names), np.int64)
        place[order] = np.arange(len(names))
        from_, to = _positions(sources, len(names), "sources"), _positions(targets, len(names), "targets")
        weight = np.ones(from_.size) if weights is None else np.asarray(weights, np.float64)
        if not from_.shape == to.shape == weight.shape:
            raise ValueError("sources, targets and weights must have one length")
        kept = from_ != to
        rows = _rows(len(names), place[from_[kept]], place[to[kept]], weight[kept])
        return cls(names, *rows, self_loops=int(from_.size - kept.sum()))

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
        rows = _rows(len(self), self.indices.astype(np.int64), self._row_of_ties, self.weights)
        return Network(self.nodes, *rows, self.directed, self.self_loops)

    def undirected(self) -> Network:
        """Join both directions of each pair; the weight is the sum, Burt's mutual weight a_uv + a_vu.

        >>> Network.from_edges(["ann", "bob"], [0, 1], [1, 0], [2, 3]).undirected()
        Network(2 people, 1 tie, weight 5, undirected)
        """
        if not self.directed:
            return self
        from_, to = self._row_of_ties, self.indices.astype(np.int64)
        both = np.concatenate([from_, to]), np.concatenate([to, from_])
        rows = _rows(len(self), *both, np.concatenate([self.weights, self.weights]))
        return Network(self.nodes, *rows, directed=False, self_loops=self.self_loops)

    def graph(self) -> nx.DiGraph:
        """Return a new networkx graph: a `DiGraph` (a `Graph` if undirected) whose edges have a `weight`."""
        import networkx as nx  # see the module's first lines

        graph = nx.DiGraph() if self.directed else nx.Graph()
        graph.add_nodes_from(self.nodes)
        from_, to = self._row_of_ties.tolist(), self.indices.tolist()
        ties = zip(from_, to, self.weights.tolist(), strict=True)
        name = self.nodes
        graph.add_weighted_edges_from((name[u], name[v], w) for u, v, w in ties if self.directed or u < v)
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

    def is_directed(self) -> bool:
        """Tell networkx whether ties have a direction."""
        return self.directed

    def is_multigraph(self) -> bool:
        """Tell networkx that no tie stands twice."""
        return False

    def __getitem__(self, person: str) -> Any:
        return self._mirror[person]

    if not TYPE_CHECKING:  # a typo must stay an error for mypy

        def __getattr__(self, name: str) -> Any:
            """Read what a networkx graph has and a network has not (`degree`, `edges`, `adj` …)."""
            if name.startswith("_"):
                raise AttributeError(f"a Network has no {name!r}")
            return getattr(self._mirror, name)

    @cached_property
    def _mirror(self) -> nx.DiGraph:
        """The networkx graph that answers what is not done on the arrays; frozen, so that it stays true."""
        import networkx as nx  # see the module's first lines

        return nx.freeze(self.graph())

    @cached_property
    def _row_of_ties(self) -> NDArray[np.int64]:
        return np.repeat(np.arange(len(self)), np.diff(self.indptr))


def _positions(values: ArrayLike, n: int, name: str) -> NDArray[np.int64]:
    array = np.asarray(values)
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        raise ValueError(f"{name} must be one row of whole numbers")
    if array.size and (array.min() < 0 or array.max() >= n):
        raise ValueError(f"{name} must be positions in nodes, 0 to {n - 1}")
    return array.astype(np.int64)


def _rows(
    n: int, sources: NDArray[np.int64], targets: NDArray[np.int64], weights: Floats
) -> tuple[NDArray[np.int64], NDArray[np.int32], Floats]:
    """Sort ties into rows and add up parallel ones."""
    keys = sources * n + targets
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    first = np.flatnonzero(np.diff(keys, prepend=-1))
    summed = np.add.reduceat(weights[order], first) if first.size else np.empty(0)
    from_, to = np.divmod(keys[first], max(n, 1))
    indptr = np.concatenate([[0], np.cumsum(np.bincount(from_, minlength=n))])
    return indptr.astype(np.int64), to.astype(np.int32), summed


# --- the networkx backend -----------------------------------------------------------------------------------


class Backend:
    """Runs networkx functions on a Network: its own methods on the arrays, all others on a converted graph.

    The methods have networkx's own signatures and answers, save one: PageRank settles to 1e-10 unless another
    `tol` than networkx's default is given (1e-6 for each node is some percent off on large networks).
    """

    def pagerank(
        self,
        G: Network,  # noqa: N803 (networkx passes it by this name)
        alpha: float = 0.85,
        personalization: Mapping[str, float] | None = None,
        max_iter: int = DEFAULT_ROUNDS,
        tol: float = DEFAULT_TOL,
        nstart: Mapping[str, float] | None = None,
        weight: str | None = "weight",
        dangling: Mapping[str, float] | None = None,
    ) -> dict[str, float]:
        """Compute `networkx.pagerank`; `tol` is for each node.

        networkx hands its defaults on as if they had been given. So `tol` = 1e-6 means: until all changes
        together are below 1e-10, and `max_iter` = 100 means 1,000; any other value is taken as it is.

        Raises:
            networkx.PowerIterationFailedConvergence: it has not settled in `max_iter` rounds.
            ZeroDivisionError: given shares add up to 0.
        """
        from networkx import PowerIterationFailedConvergence

        from influence.kernels import conversations as kernels  # loads numba: only when it is asked for

        if not len(G):
            return {}
        given = (_shares(G, personalization), _shares(G, dangling), _shares(G, nstart))
        settled = 1e-10 if tol == DEFAULT_TOL else tol * len(G)
        rounds = 1000 if max_iter == DEFAULT_ROUNDS else max_iter
        ranks = kernels.pagerank(G.indptr, G.indices, _weights(G, weight), alpha, *given, settled, rounds)
        if ranks is None:
            raise PowerIterationFailedConvergence(max_iter)
        return _named(G, ranks)

    def betweenness_centrality(
        self,
        G: Network,  # noqa: N803
        k: int | None = None,
        normalized: bool = True,
        weight: str | None = None,
        endpoints: bool = False,
        seed: Any = None,
    ) -> dict[str, float]:
        """Compute `networkx.betweenness_centrality`; weighted paths and endpoints by conversion."""
        if weight is not None or endpoints:
            convert = _by_conversion("betweenness_centrality")
            converted: dict[str, float] = convert(
                G, k=k, normalized=normalized, weight=weight, endpoints=endpoints, seed=seed
            )
            return converted
        from influence.kernels import conversations as kernels  # loads numba: only when it is asked for

        n = len(G)
        drawn = None if k is None or k == n else np.array([G.index(v) for v in seed.sample(list(G), k)], int)
        sums, _ = kernels.dependencies(G.indptr, G.indices, np.arange(n) if drawn is None else drawn)
        if n < 3:
            return _named(G, sums)
        pivots = np.full(n, float(n - 1 if drawn is None else drawn.size))
        if drawn is not None:
            pivots[drawn] -= 1  # a pivot says nothing of itself
        pairs = n - 2 if normalized else (1 if G.directed else 2) / (n - 1)
        with np.errstate(invalid="ignore"):  # one pivot: not a number for itself, as in networkx
            return _named(G, sums / (pivots * pairs))

    def core_number(self, G: Network) -> dict[str, int]:  # noqa: N803
        """Compute `networkx.core_number`: a pair with ties both ways counts twice, as it does there."""
        from influence.kernels import conversations as kernels  # loads numba: only when it is asked for

        rows = _both_ways(G) if G.directed else (G.indptr, G.indices)
        return dict(zip(G.nodes, kernels.core_number(*rows).tolist(), strict=True))

    def constraint(
        self,
        G: Network,  # noqa: N803
        nodes: Iterable[str] | None = None,
        weight: str | None = None,
    ) -> dict[str, float]:
        """Compute `networkx.constraint`."""
        return _chosen(G, _holes(G, weight)[0], nodes)

    def effective_size(
        self,
        G: Network,  # noqa: N803
        nodes: Iterable[str] | None = None,
        weight: str | None = None,
    ) -> dict[str, float]:
        """Compute `networkx.effective_size`."""
        return _chosen(G, _holes(G, weight)[1], nodes)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Find any other networkx function, to be run on a converted graph."""
        if name.startswith("_"):
            raise AttributeError(name)
        return _by_conversion(name)

    @staticmethod
    def convert_to_nx(network: Any, *, name: str | None = None) -> Any:  # noqa: ARG004 (networkx's signature)
        """Return a network as a networkx graph, converted once; a result is returned as it is."""
        return network._mirror if isinstance(network, Network) else network

    @staticmethod
    def convert_from_nx(
        graph: nx.Graph, *, edge_attrs: Mapping[str, float] | None = None, **_: Any
    ) -> Network:
        """Return a networkx graph as a Network: `networkx.pagerank(graph, backend="influence")`.

        Raises:
            NotImplementedError: a Network cannot hold it: nodes that are no strings, parallel edges, edges
                of a node with itself, weights that are not finite numbers above 0.
        """
        if graph.is_multigraph() or not all(isinstance(node, str) for node in graph):
            raise NotImplementedError("a Network has strings for nodes and no parallel edges")
        weight = next(iter(edge_attrs or {}), "weight")
        try:
            network = Network.of(graph, weight)
        except (TypeError, ValueError) as error:
            raise NotImplementedError(f"a Network cannot hold this graph: {error}") from error
        if network.self_loops:
            raise NotImplementedError("a Network has no edges of a node with itself")
        return network

    @staticmethod
    def can_run(name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool | str:
        """Refuse what would change a network, since it would only change a copy."""
        if _changes_its_input(_dispatched(name).mutates_input, args, kwargs):
            return "a Network cannot be changed; change network.graph() instead"
        return True

    @staticmethod
    def should_run(name: str, _args: tuple[Any, ...], _kwargs: Mapping[str, Any]) -> bool:
        """Ask for conversion from networkx only where the arrays are used."""
        return name in NATIVE


def _dispatched(name: str) -> Any:
    from networkx.utils.backends import _registered_algorithms  # no public way from a name to its function

    if name not in _registered_algorithms or not _registered_algorithms[name].graphs:
        raise AttributeError(name)
    return _registered_algorithms[name]


def _by_conversion(name: str) -> Callable[..., Any]:
    return partial(_dispatched(name), backend="networkx")


def _changes_its_input(
    mutates: bool | dict[str, int], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> bool:
    """Read networkx's `mutates_input`: yes, no, or by an argument ("not copy": where copy is false)."""
    if isinstance(mutates, bool):
        return mutates
    for name, place in mutates.items():
        negated, key = name.startswith("not "), name.removeprefix("not ")
        value = args[place] if place < len(args) else kwargs.get(key, True if negated else None)
        if (negated and not value) or (not negated and value is not None):
            return True
    return False


def _named(network: Network, values: Floats) -> dict[str, float]:
    return dict(zip(network.nodes, values.tolist(), strict=True))


def _weights(network: Network, weight: str | None) -> Floats:
    return network.weights if weight == "weight" else np.ones(network.indices.size)


def _shares(network: Network, given: Mapping[str, float] | None) -> Floats | None:
    if given is None:
        return None
    values = np.array([given.get(node, 0.0) for node in network], np.float64)
    if values.sum() == 0:
        raise ZeroDivisionError("shares that add up to 0 cannot be used")
    shares: Floats = values / values.sum()
    return shares


def _both_ways(network: Network) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Give the neighbours by ties in and out; who stands in both stands twice."""
    turned = network.reverse()
    from_ = np.concatenate([network._row_of_ties, turned._row_of_ties])
    to = np.concatenate([network.indices, turned.indices])
    return network.indptr + turned.indptr, to[np.argsort(from_, kind="stable")]


def _holes(network: Network, weight: str | None) -> tuple[Floats, Floats]:
    from influence.kernels import conversations as kernels  # loads numba: only when it is asked for

    if weight != "weight":
        network = Network(
            network.nodes, network.indptr, network.indices, _weights(network, None), network.directed
        )
    mutual = network.undirected()
    return kernels.structural_holes(mutual.indptr, mutual.indices, mutual.weights)


def _chosen(network: Network, values: Floats, nodes: Iterable[str] | None) -> dict[str, float]:
    """Pick people's values; for named people networkx has none where nobody responded to them."""
    if nodes is None:
        return _named(network, values)
    index = {node: network.index(node) for node in nodes}
    silent = np.diff(network.indptr) == 0
    return {node: float("nan") if silent[i] else float(values[i]) for node, i in index.items()}


NATIVE = ("pagerank", "betweenness_centrality", "core_number", "constraint", "effective_size")
backend = Backend()


def backend_info() -> dict[str, Any]:
    """Describe the backend to networkx, which adds it to its functions' documentation."""
    note = {"additional_docs": "Runs on the arrays of an influence.Network, compiled by numba."}
    return {
        "backend_name": "influence",
        "project": "networked-influence",
        "package": "influence",
        "short_summary": "Networks of who responded to whom, as compressed sparse rows.",
        "functions": dict.fromkeys(NATIVE, note),
    }
