"""Our kernels against networkx and SciPy, side by side in one run: `python benchmarks/position.py`.

Times are the best of three after one call that compiles. networkx starts from a networkx graph and ours from
a Network, each built beforehand; what building costs stands in its own row.
"""

from __future__ import annotations

import platform
from collections.abc import Callable
from importlib.metadata import version
from time import perf_counter

import networkx as nx
import numpy as np
from scipy.sparse import coo_array

from influence.kernels import centrality, conversations
from influence.kernels.sets_of_people import carried_on, singletons
from influence.measures.position import communities, neighbourhood, position_of, voterank
from influence.network.network import Network

PEOPLE, TIES, PIVOTS, CONTACTS = 5_000, 100_000, 20, 1_000_000


def best(function: Callable[[], object], rounds: int = 3) -> float:
    """Return the least time of some rounds, in seconds."""
    times = []
    for _ in range(rounds):
        begun = perf_counter()
        function()
        times.append(perf_counter() - begun)
    return min(times)


def row(what: str, ours: Callable[[], object], theirs: Callable[[], object] | None, whose: str) -> None:
    """Time both and print one line."""
    ours()
    mine = best(ours)
    if theirs is None:
        print(f"{what:<44}{mine * 1e3:>11.1f}{'–':>13}{'':>11}  {whose}")
        return
    other = best(theirs, rounds=1)
    print(f"{what:<44}{mine * 1e3:>11.1f}{other * 1e3:>13.1f}{other / mine:>10.1f}×  {whose}")


def main() -> None:
    """Build one random network with hubs and print the table."""
    packages = ("numpy", "scipy", "numba", "networkx")
    print(f"Python {platform.python_version()},", ", ".join(f"{name} {version(name)}" for name in packages))
    rng = np.random.default_rng(1)
    people = [f"p{i:05}" for i in range(PEOPLE)]
    pull = 1 / np.arange(1, PEOPLE + 1) ** 0.5
    sources, targets = rng.choice(PEOPLE, (2, TIES), p=pull / pull.sum())
    network = Network.from_edges(people, sources, targets)
    graph, mutual = network.graph(), network.undirected()
    print(f"{network}\n\n{'':<44}{'ours, ms':>11}{'theirs, ms':>13}{'ratio':>11}")

    def scipy_rows() -> object:
        return coo_array((np.ones(TIES), (sources, targets)), shape=(PEOPLE, PEOPLE)).tocsr()

    row("build", lambda: Network.from_edges(people, sources, targets), scipy_rows, "SciPy (without names)")
    row("build", lambda: Network.from_edges(people, sources, targets), network.graph, "networkx")
    row("pagerank, settled to 1e-10", lambda: nx.pagerank(network), _tight(graph), "networkx")
    row(
        f"betweenness, {PIVOTS} pivots",
        lambda: nx.betweenness_centrality(network, k=PIVOTS, seed=1),
        lambda: nx.betweenness_centrality(graph, k=PIVOTS, seed=1),
        "networkx",
    )
    row("core number", lambda: nx.core_number(network), lambda: nx.core_number(graph), "networkx")
    row(
        "constraint and effective size",
        lambda: centrality.structural_holes(mutual.indptr, mutual.indices, mutual.weights),
        lambda: (nx.constraint(graph, weight="weight"), nx.effective_size(graph, weight="weight")),
        "networkx on SciPy",
    )
    row(
        "communities (Louvain; ours the best of four)",
        lambda: communities(network),
        lambda: nx.community.louvain_communities(network.undirected().graph(), seed=1),
        "networkx (once)",
    )
    row(
        "everybody's N(1) to N(4), exact",
        lambda: neighbourhood(network),
        _balls(graph),
        "networkx, of 1 in 50",
    )
    row("VoteRank, the first 20", lambda: voterank(network, 20), lambda: nx.voterank(graph, 20), "networkx")
    row("position of one person, all eight measures", lambda: position_of(network, "p00007"), None, "")
    times = np.sort(rng.integers(0, 10**9, CONTACTS))
    contacts = (rng.integers(0, PEOPLE, CONTACTS), rng.integers(0, PEOPLE, CONTACTS), times)
    own = singletons(np.ones(PEOPLE, bool))
    row(
        f"reach in time of everybody, {CONTACTS:,} contacts",
        lambda: carried_on(*contacts, 10**6, 4, own),
        None,
        "",
    )
    row(
        f"reach in time of one, {CONTACTS:,} contacts, k = 4",
        lambda: conversations.respect_time(
            conversations.Contacts(*contacts), start=7, n=PEOPLE, delta=10**6, k_max=4
        ),
        None,
        "",
    )


def _balls(graph: nx.DiGraph) -> Callable[[], object]:
    return lambda: [nx.single_source_shortest_path_length(graph, u, 4) for u in list(graph)[::50]]


def _tight(graph: nx.DiGraph) -> Callable[[], object]:
    return lambda: nx.pagerank(graph, tol=1e-10 / len(graph), max_iter=1000)


if __name__ == "__main__":
    main()
