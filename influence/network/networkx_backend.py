"""networkx's door: algorithms that run on the arrays without a conversion."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from influence.kernels.arrays import Floats

if TYPE_CHECKING:
    import networkx as nx
from influence.network.network import Network

DEFAULT_TOL, DEFAULT_ROUNDS = 1.0e-6, 100  # networkx's own, of PageRank


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

        from influence.kernels import centrality  # loads numba: only when it is asked for

        if not len(G):
            return {}
        surfer = centrality.Surfer(alpha, _shares(G, personalization), _shares(G, dangling))
        settled = 1e-10 if tol == DEFAULT_TOL else tol * len(G)
        rounds = 1000 if max_iter == DEFAULT_ROUNDS else max_iter
        iteration = centrality.Iteration(_shares(G, nstart), settled, rounds)
        ranks = centrality.pagerank(G.indptr, G.indices, _weights(G, weight), surfer, iteration)
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
        from influence.kernels import centrality  # loads numba: only when it is asked for

        n = len(G)
        drawn = None if k is None or k == n else np.array([G.index(v) for v in seed.sample(list(G), k)], int)
        sums, _ = centrality.dependencies(G.indptr, G.indices, np.arange(n) if drawn is None else drawn)
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
        from influence.kernels import centrality  # loads numba: only when it is asked for

        rows = _both_ways(G) if G.directed else (G.indptr, G.indices)
        return dict(zip(G.nodes, centrality.core_number(*rows).tolist(), strict=True))

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
    from influence.kernels import centrality  # loads numba: only when it is asked for

    if weight != "weight":
        network = Network(
            network.nodes, network.indptr, network.indices, _weights(network, None), network.directed
        )
    mutual = network.undirected()
    return centrality.structural_holes(mutual.indptr, mutual.indices, mutual.weights)


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
