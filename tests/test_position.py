"""Position: a person's place in the network, and among all people in it."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from influence.findings import Finding
from influence.measures import position as module
from influence.measures.position import position
from influence.network import Network

NAMES = ["pagerank", "betweenness", "constraint", "effective_size", "core_number"]


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
    return {name: finding.value for name, finding in position(network, person).items()}


def test_who_is_responded_to_ranks_before_who_responds(chain):
    found = [position(chain, person)["pagerank"] for person in chain]
    assert [1, 2, 3, 4] == [finding.detail["rank"] for finding in found]
    assert [75, 50, 25, 0] == [finding.detail["percentile"] for finding in found]
    # by hand, up to a factor: dan 1, cem 1 + 0.85, bob 1 + 0.85 · 1.85, ann 1 + 0.85 · 2.5725
    parts = np.array([3.186625, 2.5725, 1.85, 1.0])
    assert list(parts / parts.sum()) == pytest.approx([finding.value for finding in found])


def test_betweenness_counts_pairs_along_the_arrows(chain):
    """Of six ordered pairs of others, bob stands between ann–cem and ann–dan: two."""
    assert [0, 2 / 6, 2 / 6, 0] == [values(chain, person)["betweenness"] for person in chain]


def test_constraint_by_hand_and_lower_is_better(chain):
    """Bob has two contacts who do not know each other: ½² + ½². Ann has one: 1."""
    ann, bob = (position(chain, person)["constraint"] for person in ("ann", "bob"))
    assert (1.0, 0.5) == (ann.value, bob.value)
    assert {"percentile": 50, "rank": 3, "of": 4, "better": "lower"} == dict(ann.detail)
    assert {"percentile": 0, "rank": 1, "of": 4, "better": "lower"} == dict(bob.detail)


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
    ranks = [position(star, person)["pagerank"].detail["rank"] for person in "abc"]
    assert [2, 2, 2] == ranks
    assert 0 == position(star, "a")["pagerank"].detail["percentile"]


def test_a_single_response_makes_a_position():
    found = values(named(("ann", "bob")), "ann")
    assert 1.85 / 2.85 == pytest.approx(found.pop("pagerank"))
    assert {"betweenness": 0, "constraint": 1, "effective_size": 1, "core_number": 1} == found


def test_who_is_not_in_the_network_has_no_position(chain):
    found = position(chain, "zoe")
    assert NAMES == list(found)
    for name, finding in found.items():
        assert (name, None) == (finding.name, finding.value)
        assert "this person is not in the network of responses" == finding.reason


def test_who_has_no_ties_has_no_position():
    network = Network.from_edges(["ann", "bob", "eve"], [0, 2], [1, 2])
    assert {"this person has no ties in the network of responses"} == {
        finding.reason for finding in position(network, "eve").values()
    }
    assert 2 == position(network, "ann")["constraint"].detail["of"]  # undefined for eve
    assert 3 == position(network, "ann")["pagerank"].detail["of"]


def test_in_an_empty_network_nobody_has_a_position():
    assert [None] * 5 == list(values(Network.from_edges([], [], []), "ann").values())


def test_an_undirected_network_is_refused(chain):
    with pytest.raises(ValueError, match="undirected"):
        position(chain.undirected(), "ann")


def test_findings_survive_the_report(chain):
    for name, finding in position(chain, "bob").items():
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
        found = position(network, person)
        for name, everybody in expected.items():
            value, ours = everybody[person], found[name]
            defined = [other for other in everybody.values() if other == other]
            lower = sum(other < value - 1e-7 for other in defined)
            assert value == pytest.approx(ours.value, abs=1e-9)
            assert 100 * lower / len(defined) == ours.detail["percentile"]
            assert len(defined) == ours.detail["of"]


# --- sampled betweenness ------------------------------------------------------------------------------------


def test_a_small_network_is_not_sampled(chain):
    detail = position(chain, "bob")["betweenness"].detail
    assert (True, False) == (detail["exact"], "error" in detail)


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
    found = position(network, "000")["betweenness"]
    assert (0, (0.0, pytest.approx(found.detail["error"]))) == (found.value, found.interval)


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
    found = position(network, "1650")
    assert (None, "there are more shortest paths than a number can hold") == (
        found["betweenness"].value,
        found["betweenness"].reason,
    )
    assert 1 > found["constraint"].value > 0
