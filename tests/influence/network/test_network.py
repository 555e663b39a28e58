"""Network: sorted rows of ties, and every networkx function on them."""

import copy
import pickle
import subprocess
import sys

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from influence.network import networkx_backend as module
from influence.network.network import Network
from influence.network.networkx_backend import NATIVE
from tests.kit.places import SHARED

names = st.lists(st.text(max_size=3), min_size=1, max_size=8, unique=True)


@st.composite
def ties(draw):
    nodes = draw(names)
    node = st.integers(0, len(nodes) - 1)
    edges = draw(st.lists(st.tuples(node, node, st.sampled_from([0.5, 1.0, 3.0])), max_size=25))
    return nodes, edges


def network_of(nodes, edges):
    return Network.from_edges(nodes, *([row[i] for row in edges] for i in range(3)))


def by_hand(nodes, edges):
    graph = nx.DiGraph()
    graph.add_nodes_from(sorted(nodes))
    for u, v, weight in edges:
        if u != v:
            before = graph.get_edge_data(nodes[u], nodes[v], {"weight": 0})["weight"]
            graph.add_edge(nodes[u], nodes[v], weight=before + weight)
    return graph


def same(graph, other):
    assert list(graph) == list(other)
    assert dict(graph.adjacency()) == dict(other.adjacency())


@pytest.fixture
def small():
    return Network.from_edges(["cem", "ann", "bob"], [1, 1, 1, 2, 2], [2, 2, 0, 0, 2], [1, 2, 1, 5, 9])


# --- building -----------------------------------------------------------------------------------------------


def test_nodes_are_sorted_and_parallel_ties_are_added_up(small):
    assert ("ann", "bob", "cem") == small.nodes
    assert [0, 2, 3, 3] == small.indptr.tolist()
    assert [1, 2, 2] == small.indices.tolist()
    assert [3.0, 1.0, 5.0] == small.weights.tolist()


def test_a_response_to_oneself_is_left_out_and_counted(small):
    assert 1 == small.self_loops
    assert 1 == small.reverse().self_loops == small.undirected().self_loops


def test_it_says_what_it_is(small):
    assert "Network(3 people, 3 ties, weight 9)" == repr(small)
    assert "Network(3 people, 3 ties, weight 9, undirected)" == repr(small.undirected())
    assert "Network(1 person, 0 ties, weight 0)" == repr(Network.from_edges(["ann"], [], []))
    assert (3, 3, 9.0) == (len(small), small.size(), small.size("weight"))


def test_a_person_is_found_by_name(small):
    assert [0, 1, 2] == [small.index(name) for name in small]
    assert (True, False, False) == ("bob" in small, "bo" in small, 7 in small)
    with pytest.raises(KeyError, match="zoe"):
        small.index("zoe")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((["a", "b", "a"], [], []), "the node 'a' is named twice"),
        ((["a", "b"], [0], [2]), "targets must be positions in nodes, 0 to 1"),
        ((["a", "b"], [-1], [1]), "sources must be positions in nodes"),
        ((["a", "b"], [0.0], [1]), "whole numbers"),
        ((["a", "b"], [[0]], [1]), "one row"),
        ((["a", "b"], [0, 1], [1]), "one length"),
        ((["a", "b"], [0], [1], [1, 1]), "one length"),
        ((["a", "b"], [0], [1], [0]), "above 0"),
        ((["a", "b"], [0], [1], [-1]), "above 0"),
        ((["a", "b"], [0], [1], [float("nan")]), "finite"),
        ((["a", "b"], [0, 0], [1, 1], [1e308, 1e308]), "finite"),
    ],
)
@pytest.mark.filterwarnings("ignore:overflow")
def test_what_is_no_network_is_refused_in_one_sentence(arguments, message):
    with pytest.raises(ValueError, match=message):
        Network.from_edges(*arguments)


@given(ties())
def test_it_is_the_graph_that_its_ties_make(drawn):
    network, graph = network_of(*drawn), by_hand(*drawn)
    same(graph, network.graph())
    same(graph.reverse(), network.reverse().reverse().reverse().graph())
    assert sum(u == v for u, v, _ in drawn[1]) == network.self_loops


@given(ties())
def test_undirected_is_the_sum_of_both_directions(drawn):
    graph, network = by_hand(*drawn), network_of(*drawn).undirected()
    for u in graph:
        for v in graph:
            both = sum(graph.get_edge_data(*pair, {"weight": 0})["weight"] for pair in ((u, v), (v, u)))
            assert (both or None) == network.graph().get_edge_data(u, v, {}).get("weight")
    assert network.undirected() is network
    assert graph.to_undirected().size() == network.size()


@given(ties(), st.randoms(use_true_random=False))
def test_the_order_in_which_people_and_ties_come_changes_nothing(drawn, random):
    nodes, edges = drawn
    shuffled = random.sample(nodes, len(nodes))
    place = [shuffled.index(name) for name in nodes]
    moved = [(place[u], place[v], weight) for u, v, weight in random.sample(edges, len(edges))]
    same(network_of(nodes, edges).graph(), network_of(shuffled, moved).graph())


def test_it_cannot_be_changed(small):
    with pytest.raises(ValueError, match="read-only"):
        small.weights[0] = 7
    with pytest.raises(AttributeError):
        small.nodes = ()
    with pytest.raises(nx.NetworkXError, match="Frozen"):
        small.add_edge("ann", "zoe")


def test_a_graph_that_was_handed_out_is_ones_own(small):
    small.graph().remove_node("ann")
    assert 3 == len(small.graph())


def test_it_can_be_copied_and_sent_to_another_process(small):
    for other in (copy.deepcopy(small), pickle.loads(pickle.dumps(small))):  # noqa: S301 (our own bytes)
        same(small.graph(), other.graph())


def test_names_that_would_be_markup_stay_names():
    hostile = ["<script>alert(1)</script>", "=1+1", "../../x", "\u202egnp", ""]
    assert sorted(hostile) == list(nx.pagerank(Network.from_edges(hostile, [0, 1], [1, 4])))


# --- the networkx backend -----------------------------------------------------------------------------------


def answers(graph, seed=3):
    pivots = max(1, len(graph) // 2)
    with np.errstate(all="ignore"):
        return {
            "pagerank": nx.pagerank(graph, tol=1e-12, max_iter=5000),
            "unweighted pagerank": nx.pagerank(graph, weight=None, tol=1e-12, max_iter=5000),
            "betweenness": nx.betweenness_centrality(graph),
            "raw betweenness": nx.betweenness_centrality(graph, normalized=False),
            "sampled": nx.betweenness_centrality(graph, k=pivots, seed=seed),
            "raw sampled": nx.betweenness_centrality(graph, k=pivots, normalized=False, seed=seed),
            "weighted": nx.betweenness_centrality(graph, weight="weight"),
            "endpoints": nx.betweenness_centrality(graph, endpoints=True),
            "core": nx.core_number(graph),
            "constraint": nx.constraint(graph, nodes=list(graph)),
            "weighted constraint": nx.constraint(graph, nodes=list(graph), weight="weight"),
            "effective size": nx.effective_size(graph, nodes=list(graph)),
            "weighted effective size": nx.effective_size(graph, nodes=list(graph), weight="weight"),
            "closeness, by conversion": nx.closeness_centrality(graph),
            "transitivity, by conversion": {"": nx.transitivity(nx.DiGraph(graph.edges))},
        }


@settings(deadline=None, max_examples=60)
@given(ties(), st.booleans())
def test_networkx_answers_as_it_does_for_its_own_graph(drawn, directed):
    network = network_of(*drawn) if directed else network_of(*drawn).undirected()
    expected = answers(network.graph())
    for name, found in answers(network).items():
        assert (name, list(expected[name])) == (name, list(found))
        assert list(expected[name].values()) == pytest.approx(list(found.values()), nan_ok=True, abs=1e-9), (
            name
        )


@pytest.mark.parametrize("name", NATIVE)
def test_what_runs_on_the_arrays_is_never_converted(name, small, monkeypatch):
    monkeypatch.setattr(Network, "graph", None)  # conversion would call it
    assert list(small) == list(getattr(nx, name)(small))
    assert all(isinstance(value, int | float) for value in getattr(nx, name)(small).values())


def test_pagerank_settles_by_default_and_obeys_a_tolerance_that_is_given():
    rng = np.random.default_rng(5)
    network = Network.from_edges([f"{i:04}" for i in range(3000)], *rng.integers(0, 3000, (2, 9000)))
    exact = np.array(list(nx.pagerank(network.graph(), tol=1e-15, max_iter=9999).values()))
    ours, coarse = (
        np.array(list(found.values())) for found in (nx.pagerank(network), nx.pagerank(network, tol=2e-6))
    )
    theirs = np.array(list(nx.pagerank(network.graph(), tol=2e-6).values()))
    assert 1e-9 > abs(ours - exact).sum()
    assert theirs == pytest.approx(coarse, rel=1e-9)
    assert 1e-5 < abs(coarse - exact).sum()
    with pytest.raises(nx.PowerIterationFailedConvergence):
        nx.pagerank(network, max_iter=2)


def test_pagerank_takes_shares_as_networkx_does(small):
    shares = {"personalization": {"ann": 2, "bob": 1}, "dangling": {"cem": 1}, "nstart": {"bob": 1}}
    for chosen in ({}, *({key: value} for key, value in shares.items()), shares):
        expected = nx.pagerank(small.graph(), tol=1e-13, max_iter=999, **chosen)
        assert expected == pytest.approx(nx.pagerank(small, **chosen), abs=1e-9)
    with pytest.raises(ZeroDivisionError):
        nx.pagerank(small, personalization={"ann": 0})


def test_an_empty_network_has_no_ranks():
    empty = Network.from_edges([], [], [])
    assert [{}] * len(NATIVE) == [getattr(nx, name)(empty) for name in NATIVE]


def test_functions_that_networkx_does_not_dispatch_work_too(small):
    assert 0.5 == nx.density(small)
    assert [0, 0, 3] == nx.degree_histogram(small)
    assert {"weight": 3.0} == small["ann"]["bob"]


def test_a_converted_graph_is_made_once_and_without_a_warning(small):
    assert nx.transitivity(small) == nx.transitivity(small)
    assert module.backend.convert_to_nx(small) is module.backend.convert_to_nx(small)


def test_a_function_that_would_change_the_network_is_refused(small):
    for change in (
        lambda: nx.set_edge_attributes(small, 1, "x"),
        lambda: nx.stochastic_graph(small, copy=False),
    ):
        with pytest.raises(NotImplementedError, match="mutate"):
            change()
    assert 1.0 == pytest.approx(nx.stochastic_graph(small)["bob"]["cem"]["weight"])


def test_there_is_no_function_that_networkx_has_not(small):
    assert not hasattr(module.backend, "no_such_measure")
    assert not hasattr(module.backend, "graph__new__")
    with pytest.raises(AttributeError):
        small._no_such_thing  # noqa: B018


@given(ties(), st.booleans())
@settings(deadline=None)
def test_a_networkx_graph_becomes_a_network(drawn, directed):
    network = network_of(*drawn) if directed else network_of(*drawn).undirected()
    back = module.backend.convert_from_nx(network.graph(), edge_attrs={"weight": 1})
    same(network.graph(), back.graph())
    assert directed == back.directed
    expected = nx.core_number(network.graph())
    assert expected == nx.core_number(network.graph(), backend="influence")


@pytest.mark.parametrize(
    "graph",
    [
        nx.path_graph(3),
        nx.DiGraph([("a", "a")]),
        nx.MultiDiGraph([("a", "b")]),
        nx.DiGraph([("a", "b", {"weight": -1})]),
        nx.DiGraph([("a", "b", {"weight": "heavy"})]),
    ],
)
def test_a_graph_that_a_network_cannot_hold_is_refused(graph):
    with pytest.raises(NotImplementedError):
        nx.pagerank(graph, backend="influence")


def test_networkx_finds_the_backend_and_does_not_load_numba_for_it():
    code = (
        "import sys, networkx as nx; import influence.network.network;"
        "print(nx.utils.backends.backend_info['influence']['backend_name'],"
        "'Runs on the arrays' in nx.pagerank.__doc__, {'numba', 'scipy', 'duckdb'} & set(sys.modules))"
    )
    for first in ("", "import influence.network.network;"):
        run = [sys.executable, "-W", "error", "-c", first + code]
        done = subprocess.run(run, capture_output=True, text=True, check=False)
        assert ("influence True set()\n", "") == (done.stdout, done.stderr)


def test_on_real_mail_the_answers_are_those_of_networkx():
    """1,005 people of a research institute (SNAP email-Eu-core)."""
    file = SHARED / "data" / "email_eu_core" / "email-Eu-core.txt"
    if not file.exists():
        pytest.skip("the shared data is not here: email_eu_core")
    ties = np.loadtxt(file, dtype=int, skiprows=1)
    network = Network.from_edges([f"{i:04}" for i in range(ties.max() + 1)], *ties.T)
    graph = network.graph()
    assert (1005, 24_929, 642) == (len(network), network.size(), network.self_loops)
    assert nx.core_number(graph) == nx.core_number(network)
    assert nx.constraint(graph) == pytest.approx(nx.constraint(network), nan_ok=True)
    assert nx.pagerank(graph, tol=1e-13, max_iter=999) == pytest.approx(nx.pagerank(network), abs=1e-10)
    expected, found = (nx.betweenness_centrality(each, k=25, seed=1) for each in (graph, network))
    assert expected == pytest.approx(found)
