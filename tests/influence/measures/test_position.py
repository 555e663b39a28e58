"""Position: a person's place in the network, and among all people in it."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from influence.contract.details.position import Position
from influence.contract.findings import Finding
from influence.measures import position as module
from influence.measures.position import position_of
from influence.network.network import Network

NAMES = [
    *("pagerank", "betweenness", "constraint", "effective_size", "core_number"),
    *("communities", "neighbourhood", "voterank"),
]


def random_network(n, ties, seed=4):
    rng = np.random.default_rng(seed)
    return Network.from_edges([f"p{i:05}" for i in range(n)], *rng.integers(0, n, (2, ties)))


def named(*edges):
    nodes = sorted({name for edge in edges for name in edge})
    place = {name: i for i, name in enumerate(nodes)}
    return Network.from_edges(nodes, [place[u] for u, _ in edges], [place[v] for _, v in edges])


@pytest.fixture
def chain():
    """bob responded to ann, cem to bob, dan to cem: influence runs from ann to dan."""
    return named(("ann", "bob"), ("bob", "cem"), ("cem", "dan"))


def values(network, person):
    return {name: finding.value for name, finding in position_of(network, person).items()}


def test_who_is_responded_to_ranks_before_who_responds(chain):
    found = [position_of(chain, person)["pagerank"] for person in chain]
    assert [1, 2, 3, 4] == [finding.detail.rank for finding in found]
    assert [75, 50, 25, 0] == [finding.detail.percentile for finding in found]
    # by hand, up to a factor: dan 1, cem 1 + 0.85, bob 1 + 0.85 · 1.85, ann 1 + 0.85 · 2.5725
    parts = np.array([3.186625, 2.5725, 1.85, 1.0])
    assert list(parts / parts.sum()) == pytest.approx([finding.value for finding in found])


def test_betweenness_counts_pairs_along_the_arrows(chain):
    """Of six ordered pairs of others, bob stands between ann–cem and ann–dan: two."""
    assert [0, 2 / 6, 2 / 6, 0] == [values(chain, person)["betweenness"] for person in chain]


def test_constraint_by_hand_and_lower_is_better(chain):
    """Bob has two contacts who do not know each other: ½² + ½². Ann has one: 1."""
    ann, bob = (position_of(chain, person)["constraint"] for person in ("ann", "bob"))
    assert (1.0, 0.5) == (ann.value, bob.value)
    assert Position(50, rank=3, of=4, better="lower") == ann.detail
    assert Position(0, rank=1, of=4, better="lower") == bob.detail


def test_effective_size_and_core_number_by_hand(chain):
    triangle = named(("ann", "bob"), ("bob", "cem"), ("cem", "ann"), ("ann", "dan"))
    assert (2, 1) == (values(chain, "bob")["effective_size"], values(chain, "bob")["core_number"])
    # ann's dan overlaps with nobody; bob and cem each overlap by a third: 3 − 2 / 3
    assert 3 - 2 / 3 == pytest.approx(values(triangle, "ann")["effective_size"])
    assert (2, 1) == (values(triangle, "ann")["core_number"], values(triangle, "dan")["core_number"])


def test_answers_both_ways_are_one_contact_in_a_core():
    assert 1 == values(named(("ann", "bob"), ("bob", "ann")), "ann")["core_number"]


def test_people_with_the_same_value_share_a_rank():
    star = named(("hub", "a"), ("hub", "b"), ("hub", "c"))
    ranks = [position_of(star, person)["pagerank"].detail.rank for person in "abc"]
    assert [2, 2, 2] == ranks
    assert 0 == position_of(star, "a")["pagerank"].detail.percentile


def test_a_single_response_makes_a_position():
    found = values(named(("ann", "bob")), "ann")
    assert 1.85 / 2.85 == pytest.approx(found.pop("pagerank"))
    assert {
        "betweenness": 0,
        "constraint": 1,
        "effective_size": 1,
        "core_number": 1,
        "communities": 1,
        "neighbourhood": 1,
        "voterank": 1,
    } == found


def test_who_is_not_in_the_network_has_no_position(chain):
    found = position_of(chain, "zoe")
    assert NAMES == list(found)
    for name, finding in found.items():
        assert (name, None) == (finding.name, finding.value)
        assert "this person is not in the network of responses" == finding.reason


def test_who_has_no_ties_has_no_position():
    network = Network.from_edges(["ann", "bob", "eve"], [0, 2], [1, 2])
    assert {"this person has no ties in the network of responses"} == {
        finding.reason for finding in position_of(network, "eve").values()
    }
    assert 2 == position_of(network, "ann")["constraint"].detail.of  # undefined for eve
    assert 3 == position_of(network, "ann")["pagerank"].detail.of


def test_in_an_empty_network_nobody_has_a_position():
    assert [None] * len(NAMES) == list(values(Network.from_edges([], [], []), "ann").values())


def test_a_networkx_graph_is_as_good_as_a_network(chain):
    for graph in (chain.graph(), nx.MultiDiGraph(chain.graph())):
        assert position_of(chain, "bob") == position_of(graph, "bob")
    assert position_of(chain.undirected(), "bob") == position_of(chain.graph().to_undirected(), "bob")
    numbered = nx.relabel_nodes(chain.graph(), {"ann": 0, "bob": 1, "cem": 2, "dan": 3})
    assert values(chain, "bob") == values(numbered, "1")


def test_parallel_edges_are_added_up_and_loops_left_out():
    graph = nx.MultiDiGraph([("ann", "bob"), ("ann", "bob"), ("bob", "bob")])
    network = Network.of(graph)
    assert ([2.0], 1) == (network.weights.tolist(), network.self_loops)
    with pytest.raises(ValueError, match="named twice"):
        Network.of(nx.Graph([(1, "1")]))


def test_findings_survive_the_report(chain):
    for name, finding in position_of(chain, "bob").items():
        assert finding == Finding.from_json(name, finding.as_json())


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), min_size=1, max_size=30))
def test_every_value_is_that_of_networkx(edges):
    network = Network.from_edges("abcdefgh", [u for u, _ in edges], [v for _, v in edges])
    graph = network.graph()
    if not network.size():
        return
    with np.errstate(all="ignore"):
        expected = {
            "pagerank": nx.pagerank(graph.reverse(), tol=1e-14, max_iter=999),
            "betweenness": nx.betweenness_centrality(graph),
            "constraint": nx.constraint(graph, weight="weight"),
            "core_number": nx.core_number(graph.to_undirected()),
        }
    for person in set(graph) - set(nx.isolates(graph)):
        found = position_of(network, person)
        for name, everybody in expected.items():
            value, ours = everybody[person], found[name]
            defined = [other for other in everybody.values() if other == other]
            lower = sum(other < value - 1e-7 for other in defined)
            assert value == pytest.approx(ours.value, abs=1e-9)
            assert 100 * lower / len(defined) == ours.detail.percentile
            assert len(defined) == ours.detail.of


# --- two hundred random graphs against networkx -------------------------------------------------------------


def random_graph(seed):
    """Directed or not, weighted, with loops, in several parts, some nodes alone."""
    rng = np.random.default_rng(seed)
    n, ties = int(rng.integers(2, 40)), int(rng.integers(1, 160))
    graph = nx.DiGraph() if seed % 2 else nx.Graph()
    graph.add_nodes_from(range(100, 100 + n))
    parts = int(rng.integers(1, 4))
    for _ in range(ties):
        u = int(rng.integers(n))
        v = int(rng.integers(n))
        if u % parts == v % parts:
            graph.add_edge(100 + u, 100 + v, weight=float(rng.choice([1, 1, 2, 0.5, 7.25])))
    return graph


def by_networkx(graph):
    """Every measure as networkx has it; PageRank by votes, so on the turned arrows."""
    votes = graph.reverse() if graph.is_directed() else graph
    in_order = Network.of(
        graph
    ).graph()  # networkx adds votes up in the order of edges: ties fall by last digits
    turns = {int(person): turn for turn, person in enumerate(nx.voterank(in_order), start=1)}
    near = {
        k: {u: len(nx.single_source_shortest_path_length(graph, u, k)) - 1 for u in graph}
        for k in range(1, 5)
    }
    with np.errstate(all="ignore"):
        return {
            "pagerank": nx.pagerank(votes, tol=1e-15, max_iter=9999),
            "betweenness": nx.betweenness_centrality(graph),
            "constraint": nx.constraint(graph, weight="weight"),
            "effective_size": nx.effective_size(graph, weight="weight", nodes=list(graph)),
            "core_number": nx.core_number(graph.to_undirected()),
            "neighbourhood": near[3],
            "voterank": {person: turns.get(person, np.nan) for person in graph},
        }, near


@pytest.mark.parametrize("first", range(0, 200, 25))
def test_every_measure_is_that_of_networkx(first):
    for seed in range(first, first + 25):
        graph = random_graph(seed)
        found = module.scores(graph)
        without_loops = graph.copy()
        without_loops.remove_edges_from(list(nx.selfloop_edges(graph)))
        expected, near = by_networkx(without_loops)
        for name, everybody in expected.items():
            ours = found[name].values
            theirs = np.array(list(everybody.values()), float)
            # the effective size of all at once is another one in networkx than that of named people, who have none
            # where nobody responded to them
            told = ~np.isnan(theirs) if name == "effective_size" else np.ones(len(graph), bool)
            assert theirs[told] == pytest.approx(ours[told], abs=1e-9, nan_ok=True), (seed, name)
        alone = list(nx.isolates(without_loops))
        assert np.isnan([found["constraint"].values[u - 100] for u in alone]).all()
        for k, each in near.items():
            assert list(each.values()) == [row[str(k)] for row in found["neighbourhood"].own["grid"]]
        assert nx.betweenness_centrality(graph) == pytest.approx(nx.betweenness_centrality(without_loops))


@pytest.mark.parametrize("first", range(0, 200, 50))
def test_communities_are_a_partition_of_the_modularity_that_networkx_finds(first):
    for seed in range(first, first + 50):
        graph = random_graph(seed)
        network = Network.of(graph)
        mutual = network.undirected().graph()
        labels = np.array(module.communities(network).own["community"])
        groups = [
            {u for u, own in zip(network, labels, strict=True) if own == c} for c in range(labels.max() + 1)
        ]
        sizes = [len(group) for group in groups]
        assert sizes == sorted(sizes, reverse=True)
        q = dict(module.communities(network).detail)["modularity"]
        if not mutual.size():
            assert (0, len(mutual)) == (q, len(groups))
            continue
        assert nx.community.modularity(mutual, groups) == pytest.approx(q, abs=1e-9)
        theirs = nx.community.louvain_communities(mutual, seed=1)
        assert nx.community.modularity(mutual, theirs) - 0.02 <= q
        assert all(nx.is_connected(mutual.subgraph(group)) for group in groups)
        for u, count in zip(network, module.communities(network).values, strict=True):
            around = {u, *mutual[u]}
            assert count == sum(bool(around & group) for group in groups)


def test_communities_that_were_planted_are_found():
    graph = nx.planted_partition_graph(5, 30, 0.5, 0.02, seed=3)
    scores = module.communities(nx.relabel_nodes(graph, lambda i: f"{i:03}"))
    labels = np.array(scores.own["community"]).reshape(5, 30)
    assert (labels == labels[:, :1]).all()
    assert [0, 1, 2, 3, 4] == sorted(labels[:, 0].tolist())
    assert [30] * 150 == scores.own["community_people"]


def test_the_same_seed_gives_the_same_communities():
    network = random_network(300, 900)
    one, two = (module.communities(network, seed=4) for _ in range(2))
    assert (one.own, one.detail) == (two.own, two.detail)


# --- neighbourhoods and elections ---------------------------------------------------------------------------


def test_three_degrees_of_influence_end_after_three_responses(chain):
    found = position_of(chain, "ann")["neighbourhood"]
    assert (3, {"1": 1, "2": 2, "3": 3, "4": 3}) == (found.value, found.detail.grid)
    assert 0 == values(chain, "dan")["neighbourhood"]


def test_beyond_exact_sets_a_neighbourhood_keeps_to_its_error(monkeypatch):
    from influence.kernels import sets_of_people as position_kernels

    network = random_network(2000, 5000)
    exact = module.neighbourhood(network)
    monkeypatch.setattr(position_kernels, "EXACT_SETS", 100)
    monkeypatch.setattr(position_kernels, "SKETCH_BYTES", 2000 * 2 * 256)
    inside = []
    for seed in range(10):
        about = module.neighbourhood(network, seed=seed)
        assert (("exact", False), ("registers", 256)) == about.detail
        inside.append((abs(about.values - exact.values) <= about.error).mean())
    assert 0.93 <= np.mean(inside) <= 1
    found = position_of(network, "p00007")["neighbourhood"]
    assert found.interval[0] <= found.value <= found.interval[1]
    assert 256 == found.detail.registers


def test_who_would_be_elected_last_has_no_votes_left(chain):
    """Each has one voter: ann is first by name, then nobody's voice is left for bob but cem's, and so on."""
    found = position_of(named(("hub", "a"), ("hub", "b"), ("a", "b")), "a")["voterank"]
    assert (None, "nobody has a vote left for this person when their turn would come") == (
        found.value,
        found.reason,
    )
    assert [1, 2, 3] == [values(chain, person)["voterank"] for person in ("ann", "bob", "cem")]


def test_of_many_only_the_first_are_elected():
    network = random_network(200, 800)
    whole, some = module.voterank(network).values, module.voterank(network, most=5).values
    assert 5 == np.isfinite(some).sum()
    assert whole[np.isfinite(some)].tolist() == some[np.isfinite(some)].tolist()


# --- sampled betweenness ------------------------------------------------------------------------------------


def test_a_small_network_is_not_sampled(chain):
    detail = position_of(chain, "bob")["betweenness"].detail
    assert (True, None) == (detail.exact, detail.error)


def test_beyond_the_budget_the_estimate_keeps_to_its_bound(monkeypatch):
    network = random_network(400, 3000)
    exact = module.betweenness(network).values
    monkeypatch.setattr(module, "EXACT_WORK", 0)
    monkeypatch.setattr(module, "SAMPLED_WORK", 100 * network.size())
    for seed in range(20):
        scores = module.betweenness(network, seed=seed)
        assert ("exact", False) in scores.detail
        assert ("pivots", 100) in scores.detail
        off = abs(scores.values - exact)
        assert (off <= scores.error).mean() >= 0.95
        assert off.max() > 0


def test_the_estimate_is_right_on_average(monkeypatch):
    network = random_network(60, 200)
    exact = module.betweenness(network).values
    monkeypatch.setattr(module, "EXACT_PEOPLE", 59)
    draws = np.array([module.betweenness(network, seed=seed).values for seed in range(400)])
    noise = draws.std(axis=0) / np.sqrt(400)
    assert (abs(draws.mean(axis=0) - exact) <= 5 * noise + 1e-12).all()


def test_the_bound_by_hand(monkeypatch):
    """Nobody stands between anybody: the variance is 0, the second term is left."""
    network = Network.from_edges([f"{i:03}" for i in range(200)], np.zeros(199, int), np.arange(1, 200))
    monkeypatch.setattr(module, "EXACT_PEOPLE", 100)
    scores = module.betweenness(network)
    assert ("pivots", 100) in scores.detail
    assert 200 / 199 * 7 * np.log(80) / (3 * 99) == pytest.approx(scores.error[5])
    found = position_of(network, "000")["betweenness"]
    assert (0, (0.0, pytest.approx(found.detail.error))) == (found.value, found.interval)


def test_the_same_seed_gives_the_same_estimate(monkeypatch):
    network = random_network(300, 2000)
    monkeypatch.setattr(module, "EXACT_PEOPLE", 100)
    one, two, other = (module.betweenness(network, seed=seed).values for seed in (1, 1, 2))
    assert one.tolist() == two.tolist()
    assert one.tolist() != other.tolist()


def test_more_shortest_paths_than_a_number_can_hold_are_said_so():
    """1,100 diamonds in a row: 2^1100 shortest paths from end to end."""
    top, left, right = (np.arange(0, 3300, 3) + i for i in range(3))
    bottom = top + 3
    sources = np.concatenate([top, top, left, right])
    targets = np.concatenate([left, right, bottom, bottom])
    network = Network.from_edges([f"{i:04}" for i in range(3301)], sources, targets)
    found = position_of(network, "1650")
    assert (None, "there are more shortest paths than a number can hold") == (
        found["betweenness"].value,
        found["betweenness"].reason,
    )
    assert 1 > found["constraint"].value > 0
