"""The compiled loops against brute force and against networkx."""

from itertools import product

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from influence.kernels import centrality
from influence.kernels import conversations as of_conversations
from influence.kernels.centrality import Iteration, Surfer
from influence.kernels.conversations import Contacts, Replies
from influence.network.network import Network

settings.register_profile("compiled", deadline=None)  # the first call compiles
settings.load_profile("compiled")

LEADER = 0


# --- brute force: the definitions, word for word ------------------------------------------------------------


def every_walk(contacts, start, n, delta, k_max):
    fewest = [0 if v == start else -1 for v in range(n)]
    walks = [(start, None, 0)]
    while walks:
        at, arrived, hops = walks.pop()
        for u, v, t in contacts:
            in_time = arrived is None or (t > arrived and t - arrived <= delta)
            if u == at and u != v and in_time and hops < k_max:
                if fewest[v] < 0 or fewest[v] > hops + 1:
                    fewest[v] = hops + 1
                walks.append((v, t, hops + 1))
    return fewest


def walk_up(item, parent, time, author, link, delta, k_max):
    changes = 0
    while author[item] != LEADER:
        above = parent[item]
        if above < 0 or not link[item] or not 0 < time[item] - time[above] <= delta:
            return -1
        changes += author[item] != author[above]
        item = above
    return changes if changes <= k_max else -1


def top_of(item, parent):
    seen = []
    while item not in seen:
        seen.append(item)
        if parent[item] < 0:
            return item
        item = parent[item]
    return min(seen[seen.index(item) :])


# --- inputs -------------------------------------------------------------------------------------------------

contacts = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 9)), max_size=9)


@st.composite
def ties(draw):
    n = draw(st.integers(1, 12))
    node = st.integers(0, n - 1)
    return n, draw(st.lists(st.tuples(node, node, st.sampled_from([0.5, 1.0, 2.0, 7.0])), max_size=40))


@st.composite
def conversations(draw):
    n = draw(st.integers(0, 12))
    column = [
        st.integers(-1, n - 1),
        st.integers(0, 12),
        st.integers(0, 3),
        st.sampled_from([True, True, True, False]),
    ]
    parent, time, author, link = (draw(st.lists(values, min_size=n, max_size=n)) for values in column)
    return parent, sorted(time), author, link


def network_of(n, edges):
    names = [f"p{i:02}" for i in range(n)]
    return Network.from_edges(names, *([row[i] for row in edges] for i in range(3)))


# --- contacts in time ---------------------------------------------------------------------------------------


@given(contacts, st.integers(0, 4), st.integers(0, 6), st.integers(0, 5))
def test_reach_in_time_is_what_trying_every_walk_finds(rows, start, delta, k_max):
    rows = sorted(rows, key=lambda row: row[2])
    sources, targets, times = ([row[i] for row in rows] for i in range(3))
    found = of_conversations.respect_time(Contacts(sources, targets, times), start, 5, delta, k_max)
    assert every_walk(rows, start, 5, delta, k_max) == found.tolist()
    assert np.int8 == found.dtype


@pytest.mark.parametrize("order", [[0, 1], [1, 0]])
def test_contacts_at_one_time_do_not_chain_whatever_their_order(order):
    sources, targets = np.array([0, 1])[order], np.array([1, 2])[order]
    contacts = Contacts(sources, targets, [5, 5])
    assert [0, 1, -1] == of_conversations.respect_time(contacts, 0, 3, 9, 4).tolist()


def test_a_contact_at_the_same_time_does_not_hide_the_arrival_before_it():
    contacts = Contacts([0, 0, 1], [1, 1, 2], [1, 5, 5])
    found = of_conversations.respect_time(contacts, start=0, n=3, delta=4, k_max=2)
    assert [0, 1, 2] == found.tolist()


def test_the_longest_wait_still_carries_and_one_more_does_not():
    contacts = Contacts([0, 1], [1, 2], [0, 7]), Contacts([0, 1], [1, 2], [0, 8])
    in_time, too_late = (of_conversations.respect_time(each, 0, 3, delta=7, k_max=2) for each in contacts)
    assert ([0, 1, 2], [0, 1, -1]) == (in_time.tolist(), too_late.tolist())


def test_a_slow_short_walk_does_not_hide_a_quick_long_one():
    """Node 3 is told twice, late by more hops: only the late telling is fresh enough to carry on."""
    contacts = Contacts([0, 0, 1, 2, 3], [3, 1, 2, 3, 4], [0, 6, 7, 8, 9])
    assert [0, 1, 2, 1, 4] == of_conversations.respect_time(contacts, 0, 5, 3, 4).tolist()


def test_a_wait_from_the_first_day_of_the_calendar_to_the_last_does_not_overflow():
    contacts = Contacts([0, 1], [1, 2], [-62_135_596_800_000_000, 253_402_300_799_999_999])
    waiting = {delta: of_conversations.respect_time(contacts, 0, 3, delta, 2) for delta in (10, 2**62)}
    assert [[0, 1, -1], [0, 1, 2]] == [found.tolist() for found in waiting.values()]


def test_without_contacts_only_the_start_is_reached():
    contacts = Contacts([], [], [])
    assert [-1, 0] == of_conversations.respect_time(contacts, start=1, n=2, delta=1, k_max=3).tolist()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"times": [2, 1]}, "sorted by time"),
        ({"sources": [0]}, "one length"),
        ({"targets": [1, 3]}, "targets must be between 0 and 2"),
        ({"sources": [-1, 0]}, "sources must be between 0 and 2"),
        ({"sources": [0.0, 1.0]}, "whole numbers"),
        ({"start": 3}, "start must be between 0 and 2"),
        ({"k_max": 128}, "k_max must be between 0 and 127"),
    ],
)
def test_contacts_that_compiled_code_would_choke_on_are_refused(change, message):
    whole = {"sources": [0, 1], "targets": [1, 2], "times": [1, 2], "start": 0, "k_max": 2} | change
    contacts = Contacts(whole["sources"], whole["targets"], whole["times"])
    with pytest.raises(ValueError, match=message):
        of_conversations.respect_time(contacts, whole["start"], n=3, delta=1, k_max=whole["k_max"])


# --- conversations ------------------------------------------------------------------------------------------


def links(parent, responds=None):
    """The links (children, parents) of one parent an item, where it responds."""
    rows = [(c, p) for c, p in enumerate(parent) if p >= 0 and (responds is None or responds[c])]
    return [c for c, _ in rows], [p for _, p in rows]


@given(conversations(), st.integers(0, 6), st.integers(0, 3))
def test_depth_is_what_walking_up_from_each_item_finds(conversation, delta, k_max):
    parent, time, author, link = conversation
    replies = Replies(*links(parent, link), time, author)
    found = of_conversations.conversation_depth(replies, LEADER, delta, k_max)
    expected = [walk_up(i, parent, time, author, link, delta, k_max) for i in range(len(parent))]
    assert expected == found.tolist()
    assert np.int16 == found.dtype


def test_who_answers_themselves_goes_no_deeper_and_the_leader_starts_anew():
    parent, author = [-1, 0, 1, 2, 3, 4], [LEADER, 1, 1, 2, LEADER, 3]
    replies = Replies(*links(parent), range(6), author)
    found = of_conversations.conversation_depth(replies, LEADER, 9, 4)
    assert [0, 1, 1, 2, 0, 1] == found.tolist()


def test_a_late_answer_cuts_off_all_that_hangs_on_it():
    replies = Replies([1, 2], [0, 1], [0, 20, 21], [LEADER, 1, 2])
    found = of_conversations.conversation_depth(replies, LEADER, 9, 4)
    assert [0, -1, -1] == found.tolist()


def test_an_item_that_claims_a_later_parent_has_no_depth():
    replies = Replies([0, 1], [1, 1], [0, 5], [1, LEADER])
    found = of_conversations.conversation_depth(replies, LEADER, 9, 4)
    assert [-1, 0] == found.tolist()


def test_of_two_parents_the_nearer_to_the_leader_counts():
    replies = Replies([1, 2, 3, 3], [0, 1, 2, 0], range(4), [LEADER, 1, 2, 3])
    found = of_conversations.conversation_depth(replies, LEADER, 9, 4)
    assert [0, 1, 2, 1] == found.tolist()


@pytest.mark.parametrize(
    ("child", "parent", "time", "message"),
    [
        ([0], [1], [0], "parent must be between 0 and 0"),
        ([1, 0], [0, 0], [0, 1], "sorted by child"),
        ([1], [0], [5, 0], "sorted by time"),
        ([1], [], [0, 1], "one length"),
    ],
)
def test_links_that_compiled_code_would_choke_on_are_refused(child, parent, time, message):
    with pytest.raises(ValueError, match=message):
        of_conversations.conversation_depth(Replies(child, parent, time, [1] * len(time)), LEADER, 9, 4)


def test_a_parent_that_is_no_item_is_refused():
    with pytest.raises(ValueError, match="parent must be between -1 and 0"):
        of_conversations.conversation_root([1])


@given(st.integers(0, 12).flatmap(lambda n: st.lists(st.integers(-1, n - 1), min_size=n, max_size=n)))
def test_the_root_is_what_following_each_link_finds_circles_too(parent):
    assert [top_of(i, parent) for i in range(len(parent))] == of_conversations.conversation_root(
        parent
    ).tolist()


def test_a_long_chain_takes_one_pass():
    n = 300_000
    assert 0 == of_conversations.conversation_root(np.arange(-1, n - 1)).max()
    assert 0 == of_conversations.conversation_root(np.roll(np.arange(n), 1)).max()


# --- position in a network ----------------------------------------------------------------------------------


@given(ties(), st.booleans(), st.sampled_from([0.5, 0.85, 0.95]))
def test_pagerank_is_that_of_networkx(drawn, directed, alpha):
    network = network_of(*drawn) if directed else network_of(*drawn).undirected()
    expected = nx.pagerank(network.graph(), alpha=alpha, tol=1e-13, max_iter=5000)
    found = centrality.pagerank(network.indptr, network.indices, network.weights, Surfer(alpha))
    assert list(expected.values()) == pytest.approx(found, abs=1e-8)
    assert 1 == pytest.approx(found.sum())


def test_pagerank_of_the_paper_by_langville_and_meyer():
    """Deeper inside PageRank, 2004: six pages, α = 0.9, page 2 is dangling."""
    edges = [(1, 2), (1, 3), (3, 1), (3, 2), (3, 5), (4, 5), (4, 6), (5, 4), (5, 6), (6, 4)]
    network = network_of(6, [(u - 1, v - 1, 1.0) for u, v in edges])
    found = centrality.pagerank(network.indptr, network.indices, network.weights, Surfer(0.9))
    assert [0.03721, 0.05396, 0.04151, 0.3751, 0.206, 0.2862] == pytest.approx(found, abs=5e-5)


def test_pagerank_that_has_not_settled_is_not_given():
    network = network_of(3, [(0, 1, 1.0), (1, 2, 1.0)])
    few = Iteration(max_iter=2)
    assert centrality.pagerank(network.indptr, network.indices, network.weights, iteration=few) is None


@given(ties(), st.booleans())
def test_dependencies_of_all_add_up_to_the_betweenness_of_networkx(drawn, directed):
    network = network_of(*drawn) if directed else network_of(*drawn).undirected()
    sums, _ = centrality.dependencies(network.indptr, network.indices, np.arange(len(network)))
    expected = nx.betweenness_centrality(network.graph(), normalized=False).values()
    assert list(expected) == pytest.approx(sums / (1 if directed else 2))


@given(ties())
def test_squares_are_those_of_each_pivot_alone(drawn):
    network = network_of(*drawn)
    alone = [
        centrality.dependencies(network.indptr, network.indices, np.array([s])) for s in range(len(network))
    ]
    sums, squares = centrality.dependencies(network.indptr, network.indices, np.arange(len(network)))
    assert sum(s for s, _ in alone) == pytest.approx(sums)
    assert sum(s**2 for s, _ in alone) == pytest.approx(squares)


def test_betweenness_of_the_kite_by_krackhardt():
    """Assessing the political landscape, 1990: Heather (7) holds 14 of the 36 pairs."""
    kite = nx.krackhardt_kite_graph()
    network = network_of(10, [(u, v, 1.0) for u, v in kite.edges]).undirected()
    sums, _ = centrality.dependencies(network.indptr, network.indices, np.arange(10))
    expected = [5 / 6, 5 / 6, 0, 11 / 3, 0, 25 / 3, 25 / 3, 14, 8, 0]
    assert expected == pytest.approx(sums / 2)


@given(ties())
def test_core_numbers_are_those_of_networkx(drawn):
    network = network_of(*drawn).undirected()
    found = centrality.core_number(network.indptr, network.indices)
    assert list(nx.core_number(network.graph()).values()) == found.tolist()


@given(ties())
def test_constraint_is_that_of_networkx(drawn):
    network = network_of(*drawn)
    mutual = network.undirected()
    found, _ = centrality.structural_holes(mutual.indptr, mutual.indices, mutual.weights)
    if network.size():  # networkx cannot divide a matrix without entries
        with np.errstate(all="ignore"):
            expected = nx.constraint(network.graph(), weight="weight")
        assert list(expected.values()) == pytest.approx(found, nan_ok=True)
    else:
        assert np.isnan(found).all()


@given(ties())
def test_effective_size_is_that_of_networkx_for_named_nodes(drawn):
    """For all at once networkx 3.6 divides m_vw by the strongest tie of w, against its own formula."""
    network = network_of(*drawn).undirected()
    _, found = centrality.structural_holes(network.indptr, network.indices, network.weights)
    expected = nx.effective_size(network.graph(), nodes=network.nodes, weight="weight")
    assert list(expected.values()) == pytest.approx(found, nan_ok=True)


def test_constraint_of_the_graph_by_borgatti():
    """Unpacking Burt's redundancy measures, Connections 20(1), 1997: ego G, its alters A to F."""
    edges = ["AB", "AF", "AG", "AE", "EG", "FG", "BG", "BD", "DG", "GC"]
    names = "ABCDEFG"
    network = network_of(7, [(names.index(u), names.index(v), 1.0) for u, v in edges]).undirected()
    constraint, size = centrality.structural_holes(network.indptr, network.indices, network.weights)
    assert [0.595, 1, 0.400] == pytest.approx(constraint[[0, 2, 6]], abs=5e-4)
    assert [2.5, 1, 4.667] == pytest.approx(size[[0, 2, 6]], abs=5e-4)


def test_a_hub_with_very_many_contacts_costs_no_square():
    """The plain loop over neighbours' neighbours would take 10^11 steps here."""
    n = 300_000
    hub = np.zeros(n - 1, int), np.arange(1, n)
    network = Network.from_edges([f"{i:06}" for i in range(n)], *hub).undirected()
    constraint, size = centrality.structural_holes(network.indptr, network.indices, network.weights)
    assert (n - 1, 1) == (size[0], size[1])
    assert 1 / (n - 1) == pytest.approx(constraint[0])


ROWS = {"indptr": np.array([0, 1, 2]), "indices": np.array([1, 0]), "weights": np.ones(2)}
BROKEN = [
    {"indptr": np.array([0, 2, 1])},
    {"indptr": np.array([0, 1, 3])},
    {"indptr": np.array([], int)},
    {"indices": np.array([1, 2])},
    {"indices": np.array([1, -1])},
]
WAYS = list(product(BROKEN, ["pagerank", "structural_holes", "core_number"]))


@pytest.mark.parametrize(("change", "name"), WAYS)
def test_rows_that_are_not_well_formed_are_refused(change, name):
    rows = ROWS | change
    wanted = ("indptr", "indices") if name == "core_number" else ("indptr", "indices", "weights")
    with pytest.raises(ValueError, match=r"indptr must rise|indices must be between 0 and 1"):
        getattr(centrality, name)(*(rows[key] for key in wanted))


def test_a_directed_network_has_no_core_number_and_no_structural_holes():
    one_way = np.array([0, 1, 1]), np.array([1])
    with pytest.raises(ValueError, match="undirected"):
        centrality.core_number(*one_way)
    with pytest.raises(ValueError, match="undirected"):
        centrality.structural_holes(*one_way, np.ones(1))


def test_a_pivot_that_is_no_node_is_refused():
    with pytest.raises(ValueError, match="pivots must be between 0 and 1"):
        centrality.dependencies(ROWS["indptr"], ROWS["indices"], np.array([2]))
