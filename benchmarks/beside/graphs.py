"""Measures of a network: built from arrays of ties and run, by us and by the graph libraries."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.beside import inputs
from benchmarks.beside.work import Inputs, Prepare, Timed, Work

PIVOTS = 64
HOPS = 3


def _ties(path: Path) -> tuple[int, np.ndarray, np.ndarray]:
    held = np.load(path)
    return int(held["nodes"]), held["source"], held["target"]


# --- ours ---------------------------------------------------------------------------------------------------


def ours(run: Callable[[Any], Any], *, directed: bool = True) -> Prepare:
    """Build a Network and run; a small one is run before, so that what is compiled is at hand."""

    def prepare(path: Path) -> Timed:
        from influence.network.network import Network

        nodes, source, target = _ties(path)
        names = [f"n{i:08}" for i in range(nodes)]

        def built(names: list[str], source: np.ndarray, target: np.ndarray) -> Network:
            network = Network.from_edges(names, source, target)
            return network if directed else network.undirected()

        run(built(names[:50], np.arange(40), np.arange(40) + 5))
        return lambda: run(built(names, source, target))

    return prepare


def _pagerank(network: Any) -> None:
    from influence.kernels import centrality

    centrality.pagerank(network.indptr, network.indices, network.weights)


def _core(network: Any) -> None:
    from influence.kernels import centrality

    centrality.core_number(network.indptr, network.indices)


def _betweenness(network: Any) -> None:
    from influence.kernels import centrality

    pivots = np.random.default_rng(1).integers(0, len(network), PIVOTS)
    centrality.dependencies(network.indptr, network.indices, pivots)


def _holes(network: Any) -> None:
    from influence.kernels import centrality

    centrality.structural_holes(network.indptr, network.indices, network.weights)


def _communities(network: Any) -> np.ndarray:
    from influence.kernels import communities

    return communities.communities(network.indptr, network.indices, np.ones(network.indices.size))


def _neighbourhood(network: Any) -> None:
    from influence.measures.position import neighbourhood

    neighbourhood(network)


def _weak_components(network: Any) -> int:
    import networkx as nx

    return int(nx.number_weakly_connected_components(network))


def _triangles(network: Any) -> float:
    import networkx as nx

    return sum(nx.triangles(network).values()) / 3


def _five(network: Any) -> list[dict[str, float]]:
    """Tell the five things that Viva Insights' table tells of everybody."""
    import networkx as nx

    return [
        nx.betweenness_centrality(network, normalized=False),
        nx.closeness_centrality(network),
        dict(nx.degree(network)),
        nx.eigenvector_centrality(network, max_iter=1000),
        nx.pagerank(network),
    ]


def _modularity(path: Path, label: Any) -> float:
    """Return Newman's modularity of communities, each pair that is tied counted once."""
    nodes, source, target = _ties(path)
    low, high = np.minimum(source, target), np.maximum(source, target)
    low, high = np.divmod(np.unique(low * nodes + high), nodes)
    _, code = np.unique(np.asarray(label), return_inverse=True)
    inside = np.count_nonzero(code[low] == code[high]) / low.size
    strength = np.bincount(code[np.concatenate([low, high])]) / (2 * low.size)
    return float(inside - (strength**2).sum())


def _hanging_together(path: Path) -> tuple[int, np.ndarray, np.ndarray]:
    """Return the largest component alone, its nodes numbered anew."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    nodes, source, target = _ties(path)
    _, label = connected_components(coo_array((np.ones(source.size), (source, target)), (nodes, nodes)))
    inside = label[source] == np.bincount(label).argmax()
    there, code = np.unique(np.concatenate([source[inside], target[inside]]), return_inverse=True)
    return there.size, *np.split(code, 2)


# --- theirs -------------------------------------------------------------------------------------------------


def networkit(run: Callable[[Any, Any], Any], *, directed: bool = True, whole: bool = True) -> Prepare:
    """Build a graph of NetworKit from coordinates and run, or of its largest component only."""

    def prepare(path: Path) -> Timed:
        import networkit as nk
        from scipy.sparse import coo_matrix

        nodes, source, target = _ties(path) if whole else _hanging_together(path)

        def timed() -> Any:
            ties = coo_matrix((np.ones(source.size), (source, target)), shape=(nodes, nodes))
            graph = nk.GraphFromCoo(ties, n=nodes, weighted=False, directed=directed)
            if not directed:
                graph.removeMultiEdges()
            return run(nk, graph)

        return timed

    return prepare


def _nk_communities(nk: Any, graph: Any) -> Any:
    return nk.community.PLM(graph, refine=True).run().getPartition().getVector()


def scikit_network(run: Callable[[Any], Any], *, directed: bool = True) -> Prepare:
    """Build compressed sparse rows by SciPy and run scikit-network on them."""

    def prepare(path: Path) -> Timed:
        import sknetwork.clustering
        import sknetwork.ranking
        import sknetwork.topology  # noqa: F401 -- loaded before the clock starts
        from scipy.sparse import coo_matrix

        nodes, source, target = _ties(path)

        def timed() -> Any:
            rows = coo_matrix((np.ones(source.size), (source, target)), shape=(nodes, nodes)).tocsr()
            if not directed:
                rows = ((rows + rows.T) > 0).astype(float)
            return run(rows)

        return timed

    return prepare


def _sk_communities(rows: Any) -> Any:
    from sknetwork.clustering import Louvain

    return Louvain(random_state=1).fit_predict(rows)


def _sk(name: str) -> Callable[[Any], Any]:
    def run(rows: Any) -> Any:
        import sknetwork.topology

        return getattr(sknetwork.topology, name)(rows)

    return run


def _sk_pagerank(rows: Any) -> None:
    from sknetwork.ranking import PageRank

    PageRank(n_iter=100, tol=1e-10).fit(rows)


def igraph(run: Callable[[Any], Any], *, directed: bool = True) -> Prepare:
    """Build a graph of igraph from an array of ties and run."""

    def prepare(path: Path) -> Timed:
        import igraph

        nodes, source, target = _ties(path)

        def timed() -> Any:
            graph = igraph.Graph(nodes, np.column_stack([source, target]), directed=directed)
            return run(graph if directed else graph.simplify())

        return timed

    return prepare


def rustworkx(run: Callable[[Any, Any], Any], *, directed: bool = True) -> Prepare:
    """Build a graph of rustworkx from a list of ties and run."""

    def prepare(path: Path) -> Timed:
        import rustworkx as rx

        nodes, source, target = _ties(path)
        ties = list(zip(source.tolist(), target.tolist(), [1.0] * source.size, strict=True))

        def timed() -> Any:
            graph = rx.PyDiGraph(multigraph=False) if directed else rx.PyGraph(multigraph=False)
            graph.add_nodes_from(range(nodes))
            graph.add_edges_from(ties)
            return run(rx, graph)

        return timed

    return prepare


def networkx(run: Callable[[Any, Any], Any], *, directed: bool = True) -> Prepare:
    """Build a graph of networkx and run its own Python."""

    def prepare(path: Path) -> Timed:
        import networkx as nx

        nodes, source, target = _ties(path)
        ties = list(zip(source.tolist(), target.tolist(), strict=True))

        def timed() -> Any:
            graph = nx.DiGraph() if directed else nx.Graph()
            graph.add_nodes_from(range(nodes))
            graph.add_edges_from(ties)
            return run(nx, graph)

        return timed

    return prepare


def viva_insights(path: Path) -> Timed:
    """Ask vivainsights for the five centralities of everybody, from a person-to-person query as a table."""
    import pandas as pd
    import vivainsights as vi

    _, source, target = _ties(path)
    sides = {"PrimaryCollaborator": source, "SecondaryCollaborator": target}
    people = {f"{side}_PersonId": [f"n{code:08}" for code in codes] for side, codes in sides.items()}
    query = pd.DataFrame(people | {f"{side}_Organization": "all" for side in sides})

    def timed() -> Any:
        return vi.network_p2p(query, centrality="betweenness", return_type="network")

    return timed


# --- the table ----------------------------------------------------------------------------------------------


def _large(given: Inputs) -> Path:
    size = (1_000_000, 10_000_000) if given.full else (100_000, 1_000_000)
    return inputs.network(given.folder, *size)


def _middle(given: Inputs) -> Path:
    return inputs.network(given.folder, *((100_000, 1_000_000) if given.full else (20_000, 200_000)))


def _small(given: Inputs) -> Path:
    return inputs.network(given.folder, *((20_000, 200_000) if given.full else (2_000, 20_000)))


_mutual = partial(ours, directed=False)
WORKS = [
    Work(
        "PageRank, large network",
        _large,
        ours(_pagerank),
        {
            "NetworKit": networkit(lambda nk, g: nk.centrality.PageRank(g, tol=1e-10).run()),
            "scikit-network": scikit_network(_sk_pagerank),
        },
        2,
        "NetworKit",
    ),
    Work(
        "PageRank",
        _middle,
        ours(_pagerank),
        {
            "igraph": igraph(lambda g: g.pagerank()),
            "rustworkx": rustworkx(lambda rx, g: rx.pagerank(g, tol=1e-10)),
            "networkx": networkx(lambda nx, g: nx.pagerank(g, tol=1e-10, max_iter=1000)),
        },
    ),
    Work(
        "core numbers, large network",
        _large,
        _mutual(_core),
        {
            "scikit-network": scikit_network(_sk("get_core_decomposition"), directed=False),
            "NetworKit": networkit(lambda nk, g: nk.centrality.CoreDecomposition(g).run(), directed=False),
            "igraph": igraph(lambda g: g.coreness(), directed=False),
        },
        1,
        "scikit-network",
    ),
    Work(
        f"betweenness from {PIVOTS} sources, large network",
        _large,
        ours(_betweenness),
        {
            "NetworKit": networkit(
                lambda nk, g: nk.centrality.EstimateBetweenness(g, PIVOTS, False, True).run()
            )
        },
        2,
        "NetworKit",
    ),
    Work(
        "Burt's constraint and effective size",
        _middle,
        _mutual(_holes),
        {"igraph": igraph(lambda g: g.constraint(), directed=False)},
        20,
        "igraph",
    ),
    Work(
        "five centralities of everybody, small network",
        _small,
        ours(_five),
        {"vivainsights": viva_insights},
        1,
        "vivainsights",
    ),
    Work("Burt's constraint and effective size, large network", _large, _mutual(_holes), {}),
    Work(
        "how many are within three steps (HyperBall)",
        _middle,
        ours(_neighbourhood),
        {
            "NetworKit, largest component": networkit(
                lambda nk, g: nk.distance.HopPlotApproximation(g, HOPS, 64).run(), directed=False, whole=False
            )
        },
        5,
        "NetworKit, largest component",
    ),
    Work(
        "communities",
        _middle,
        _mutual(_communities),
        {
            "NetworKit": networkit(_nk_communities, directed=False),
            "scikit-network": scikit_network(_sk_communities, directed=False),
            "igraph": igraph(lambda g: g.community_multilevel().membership, directed=False),
        },
        1,
        "scikit-network",
        "modularity",
        _modularity,
    ),
    Work(
        "weak components",
        _middle,
        ours(_weak_components),
        {
            "scikit-network": scikit_network(_sk("get_connected_components")),
            "NetworKit": networkit(
                lambda nk, g: nk.components.WeaklyConnectedComponents(g).run().numberOfComponents()
            ),
        },
        1,
        "scikit-network",
        "components",
        lambda _, found: float(found if np.isscalar(found) else np.unique(found).size),
    ),
    Work(
        "triangles",
        _middle,
        _mutual(_triangles),
        {
            "scikit-network": scikit_network(_sk("count_triangles"), directed=False),
            "igraph": igraph(lambda g: len(g.list_triangles()), directed=False),
        },
        1,
        "scikit-network",
        "triangles",
        lambda _, found: float(found),
    ),
]
