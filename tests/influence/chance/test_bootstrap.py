"""Could it be chance: the bootstrap and its coverage, p-values, discoveries, networks drawn by chance."""

import sys
from collections import Counter, defaultdict

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, chisquare, kstest, t

from influence.chance.bootstrap import conversation_draws
from influence.chance.intervals import interval
from influence.chance.null_networks import degree_preserving, position_against_chance
from influence.chance.p_values import discoveries, p_value
from influence.network.network import Network
from tests.kit.places import ROOT

sys.path.insert(0, str(ROOT / "benchmarks/calibration"))
from windows import PROCESSES, covers, expected

ONE = np.ones((100, 1))


# --- the bootstrap of whole conversations -------------------------------------------------------------------


def test_people_who_come_alone_among_many_conversations_are_counted_like_any_rare_thing():
    draws = conversation_draws(np.arange(100), np.arange(100), ONE, silent=99_900, draws=4000)
    low, high = interval(draws[:, 0])
    assert 100 == pytest.approx(np.median(draws), abs=1)
    assert (82.2, 121.6) == pytest.approx((low, high), abs=2.5)  # a Wilson score interval of a Poisson count


def test_a_conversation_that_always_draws_as_many_people_leaves_no_doubt_about_them():
    assert [[100.0]] == np.unique(conversation_draws(np.arange(100), np.arange(100), ONE), axis=0).tolist()


def test_mentions_come_by_themselves_so_that_their_number_is_open_too():
    low, high = interval(conversation_draws(-1 - np.arange(100), np.arange(100), ONE, draws=4000)[:, 0])
    assert (82.2, 121.6) == pytest.approx((low, high), abs=2.5)


@pytest.mark.parametrize("unit", [np.arange(600), -1 - np.arange(600)], ids=["conversations", "mentions"])
def test_conversations_drawn_together_spread_as_those_drawn_each_for_itself(unit, monkeypatch):
    weight = np.repeat([[1.0, 0.5], [0.2, 0.3], [1.0, 0.1]], 200, axis=0)

    def spread():
        return conversation_draws(unit, np.arange(600), weight, silent=5_400, draws=4000).std(axis=0)

    together = spread()
    monkeypatch.setattr("influence.chance.bootstrap.MOST_APART", 600)
    assert spread() == pytest.approx(together, rel=0.07)


def test_people_who_came_to_every_conversation_are_certain_to_come():
    unit, person = np.repeat(np.arange(5), 100), np.tile(np.arange(100), 5)
    assert [[100.0]] == np.unique(conversation_draws(unit, person, ONE), axis=0).tolist()


def test_with_one_conversation_or_none_nothing_can_be_told():
    assert {100.0} == set(conversation_draws(np.zeros(100, int), np.arange(100), ONE, draws=9)[:, 0])
    nothing = np.empty(0, np.int64)
    assert [[0.0, 0.0]] * 3 == conversation_draws(nothing, nothing, np.zeros((0, 2)), draws=3).tolist()


def plain_spread(rows, weight, silent):
    """The standard deviation that the docstring gives, in plain Python; conversations only."""
    units_of = defaultdict(set)
    for unit, person in rows:
        units_of[person].add(unit)
    by_set = Counter()
    for person, units in units_of.items():
        by_set[frozenset(units)] += weight[person]
    n = len({unit for unit, _ in rows}) + silent
    alone = [w for units, w in by_set.items() if len(units) == 1]
    alone += [0.0] * (n - len(alone))
    mean = sum(alone) / n
    jackknife = sum((w - mean) ** 2 for w in alone)
    terms = [
        (-1) ** (len(units) + 1) * binom.sf(len(units) - 1, 12, 0.5) * w * w
        for units, w in by_set.items()
        if len(units) > 1
    ]
    variance = jackknife + sum(terms) + sum(term**2 for term in terms) ** 0.5
    variance = min(max(variance, 0.2 * jackknife), jackknife)
    kurtosis = n * sum((w - mean) ** 4 for w in alone) / jackknife**2
    return variance**0.5 * t.ppf(0.975, max(3, 2 * n / (kurtosis - 1))) / 1.959964


@pytest.mark.parametrize("seed", range(5))
def test_the_spread_is_that_of_a_plain_reading(seed):
    rng = np.random.default_rng(seed)
    unit, person = rng.integers(0, 120, 500), rng.integers(0, 400, 500)
    weight = rng.uniform(0.5, 1, (400, 1))
    present, code = np.unique(person, return_inverse=True)
    draws = conversation_draws(unit, code, weight[present], silent=30, draws=20_000)
    rows = list(zip(unit.tolist(), code.tolist(), strict=True))
    plain = plain_spread(rows, weight[present][:, 0].tolist(), 30)
    assert plain == pytest.approx(draws.std(), rel=0.04)


def test_of_few_people_the_interval_is_wider_above_than_below():
    nine = np.arange(9)
    low, high = interval(conversation_draws(nine, nine, np.ones((9, 1)), silent=9_991, draws=4000)[:, 0])
    assert (4.9, 17.7) == pytest.approx((low, high), abs=0.6)  # plain quantiles of the times drawn: 4 and 15


def test_where_one_conversation_brings_most_the_doubt_is_larger_than_the_jackknife_says():
    unit = np.concatenate([np.zeros(30, int), np.arange(1, 100)])
    draws = conversation_draws(unit, np.arange(129), np.ones((129, 1)), draws=4000)
    jackknife = (30**2 + 99 - 129**2 / 100) ** 0.5
    student = t.ppf(0.975, 3) / 1.96  # one conversation of thirty: hardly any degrees of freedom
    assert student * jackknife < draws.std()


@st.composite
def happenings(draw):
    rows = draw(st.lists(st.tuples(st.integers(-3, 6), st.integers(0, 8)), min_size=1, max_size=40))
    people = sorted({person for _, person in rows})
    weight = draw(st.lists(st.floats(0, 1), min_size=len(people), max_size=len(people)))
    return [(unit, people.index(person)) for unit, person in rows], weight, draw(st.integers(0, 5))


@settings(max_examples=80, deadline=None)
@given(happened=happenings(), shuffle=st.randoms(use_true_random=False))
def test_the_interval_holds_the_estimate_and_the_order_of_rows_does_not_matter(happened, shuffle):
    rows, weight, silent = happened
    column = np.array(weight)[:, None]
    unit, person = np.array(rows).T
    draws = conversation_draws(unit, person, column, silent=silent)
    low, high = interval(draws[:, 0])
    assert low - 1e-9 <= sum(weight) <= high + 1e-9
    assert (draws >= 0).all()
    shuffle.shuffle(rows)
    unit, person = np.array(rows).T
    assert draws.tolist() == conversation_draws(unit, person, column, silent=silent).tolist()


@pytest.mark.parametrize("name", ["few people reached", "regulars", "mentions too"])
def test_intervals_cover_what_they_say(name):
    """A quick version of benchmarks/calibration: 250 windows, so that the share is known to 1.4 %."""
    process = PROCESSES[name]
    truth = expected(process, 3000)
    held = [not any(covers(process, truth, seed, draws=400)[:2]) for seed in range(250)]
    assert 0.95 == pytest.approx(np.mean(held), abs=0.045)


# --- p-values -----------------------------------------------------------------------------------------------


def test_a_p_value_counts_how_often_chance_gives_as_much():
    assert 1 / 5 == p_value(9.0, [1, 2, 3, 4])
    assert 3 / 5 == p_value(3.0, [1, 2, 3, 4])
    assert 1.0 == p_value(0.0, [1, 2, 3, 4])


def test_as_much_up_to_the_last_digits_is_as_much():
    assert 2 / 2 == p_value(0.1 + 0.2, [0.3])


def test_no_draw_and_no_number_are_refused():
    for observed, drawn in ((1.0, []), (float("nan"), [1.0]), (1.0, [float("inf")]), (1.0, [[1.0]])):
        with pytest.raises(ValueError, match="p-value needs"):
            p_value(observed, drawn)


def test_discoveries_are_those_of_benjamini_and_hochberg_1995():
    """Their own example: 15 tests, of which the four smallest are found at q = 0.05."""
    given = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344]
    given += [0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000]
    assert [True] * 4 + [False] * 11 == discoveries(given)
    assert [False] * 11 + [True] * 4 == discoveries(given[::-1])


def test_of_nothing_there_is_no_discovery_and_no_p_value_above_one():
    assert [] == discoveries([])
    for bad in ([1.2], [-0.1], [float("nan")]):
        with pytest.raises(ValueError, match="between 0 and 1"):
            discoveries(bad)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.floats(0.01, 0.5))
def test_a_discovery_stays_one_when_its_p_value_falls(p_values, q):
    found = discoveries(p_values, q)
    for i, was in enumerate(found):
        if was:
            assert discoveries([*p_values[:i], p_values[i] / 2, *p_values[i + 1 :]], q)[i]


# --- networks drawn by chance -------------------------------------------------------------------------------


def random_network(seed, n=30, ties=120):
    rng = np.random.default_rng(seed)
    pairs = sorted({(int(u), int(v)) for u, v in rng.integers(0, n, (ties, 2)) if u != v})
    u, v = np.array(pairs).T
    return Network.from_edges([f"p{i:02}" for i in range(n)], u, v, rng.integers(1, 9, len(pairs)))


@pytest.mark.parametrize("seed", range(20))
def test_everybody_keeps_their_number_of_ties_and_no_loop_and_no_double_tie_is_made(seed):
    network = random_network(seed)
    before = network.graph()
    for drawn in degree_preserving(network, 5, seed):
        after = drawn.graph()
        assert dict(before.out_degree()) == dict(after.out_degree())
        assert dict(before.in_degree()) == dict(after.in_degree())
        assert dict(before.out_degree(weight="weight")) == dict(after.out_degree(weight="weight"))
        assert 0 == drawn.self_loops == nx.number_of_selfloops(after)
        assert network.size() == drawn.size()


def test_all_networks_with_the_same_ties_are_equally_likely():
    ring = Network.from_edges("abcd", [0, 1, 2, 3], [1, 2, 3, 0])
    drawn = Counter(tuple(one.indices.tolist()) for one in degree_preserving(ring, 4500, seed=3))
    assert 9 == len(drawn)  # derangements of four
    assert chisquare(list(drawn.values())).pvalue > 0.001


def test_the_same_seed_draws_the_same_and_another_seed_something_else():
    network = random_network(1)
    one, same, other = (
        [tuple(drawn.indices.tolist()) for drawn in degree_preserving(network, 3, seed)] for seed in (1, 1, 2)
    )
    assert one == same
    assert one != other
    assert 3 == len(set(one))


def test_a_network_that_cannot_be_otherwise_stays_as_it_is():
    for network in (
        Network.from_edges("ab", [0, 1], [1, 0]),
        Network.from_edges("ab", [0], [1]),
        Network.from_edges("ab", [], []),
        Network.from_edges("abc", [0, 0, 1, 1, 2, 2], [1, 2, 0, 2, 0, 1]),
    ):
        for drawn in degree_preserving(network, 2):
            assert network.graph().edges == drawn.graph().edges


def test_an_undirected_network_is_refused():
    with pytest.raises(ValueError, match="directed"):
        next(degree_preserving(random_network(1).undirected(), 1))


@pytest.mark.parametrize("seed", range(5))
def test_a_position_is_the_same_as_in_networkx(seed):
    network = random_network(seed)
    graph, mutual = network.graph(), network.undirected().graph()
    found = position_against_chance(network, "p03", draws=2)
    assert nx.pagerank(graph.reverse(), tol=1e-12)["p03"] == pytest.approx(found["pagerank"].value, abs=1e-9)
    assert nx.constraint(mutual, ["p03"], weight="weight")["p03"] == pytest.approx(found["constraint"].value)
    assert nx.clustering(mutual, "p03") == pytest.approx(found["clustering"].value)
    assert nx.reciprocity(graph, "p03") == pytest.approx(found["reciprocity"].value)


def test_ties_that_are_all_returned_are_more_than_chance_gives():
    rng = np.random.default_rng(2)
    pairs = {(int(u), int(v)) for u, v in rng.integers(0, 40, (80, 2)) if u != v}
    u, v = np.array(sorted(pairs | {(v, u) for u, v in pairs})).T
    found = position_against_chance(Network.from_edges([f"p{i:02}" for i in range(40)], u, v), "p07")
    assert 1.0 == found["reciprocity"].value
    assert 2 / 200 == found["reciprocity"].p
    assert found["reciprocity"].z > 5


def test_where_ties_are_chance_no_position_stands_out():
    p_values = [position_against_chance(random_network(100 + s), "p03", draws=39, seed=s) for s in range(40)]
    for name in ("pagerank", "clustering"):
        found = [one[name].p for one in p_values]
        assert sum(p <= 0.05 for p in found) <= 7  # 2 expected
        assert kstest(found, "uniform").pvalue > 1e-4 or np.mean(found) > 0.5


def test_a_person_without_ties_has_no_position():
    lonely = Network.from_edges("abc", [0], [1])
    with pytest.raises(ValueError, match="no ties"):
        position_against_chance(lonely, "c")
    with pytest.raises(KeyError):
        position_against_chance(lonely, "z")
