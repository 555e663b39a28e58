"""Network: sorted rows of ties, and every networkx function on them."""

import copy
import pickle

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from influence.network.network import Network

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
