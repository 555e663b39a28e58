"""Letting go: who carries on, who else answers, and what the network is without the leader."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from influence import demo
from influence.contract.details.letting_go import CarryOn, Centralisation, OnlyLeaderAnswers
from influence.measures import cascades, exchange, letting_go
from influence.measures.letting_go import circle_degrees, degree_centralisation
from influence.measures.two_way import two_way
from influence.network.network import Network
from tests.kit.asking import asking, row
from tests.kit.draws import draws
from tests.kit.invented import company as the_company
from tests.kit.logs import iso, logs, stored
from tests.kit.plain_reading import PlainReading

ego_of = asking("x:lea")


@pytest.fixture
def talk(workspace):
    """Ask about the leader of a few activities: talk(row(…), …)."""
    return lambda *rows, **kinds: ego_of(workspace(activities=rows, **kinds))


CARRIED = [
    row("p", 0, "lea"),
    row("a", 1, "ann", "p"),
    row("b", 2, "bob", "a"),
    row("c", 3, "cem", "b"),
]
HELD = [
    row("q", 10, "lea"),
    row("d", 11, "ann", "q"),
    row("e", 12, "bob", "q"),
    row("f", 13, "cem", "q"),
    row("g", 14, "lea", "d"),
]


# --- carried on -----------------------------------------------------------------------------------------


def test_a_conversation_that_others_carry_on_and_one_that_goes_through_the_leader(talk):
    """Two of three responses to p are between others; of the four to q none is."""
    found = letting_go.carry_on(talk(*CARRIED, *HELD))["carry_on"]
    assert (0.5, CarryOn(conversations=2, judged=2, carried_on=1)) == (found.value, found.detail)
    assert found.interval[0] < 0.5 < found.interval[1]


def test_exactly_half_is_not_most(talk):
    half = [*CARRIED, row("g", 4, "lea", "c")]
    assert 0 == letting_go.carry_on(talk(*half))["carry_on"].value


def test_with_two_other_people_nothing_can_be_judged(talk):
    found = letting_go.carry_on(talk(*CARRIED[:3], row("again", 4, "ann", "b")))["carry_on"]
    assert (None, letting_go.TOO_FEW) == (found.value, found.reason)


def test_a_bot_carries_nothing_on(talk):
    bot = [{"person": "robot", "accounts": ["x:cem"], "bot": True}]
    assert letting_go.TOO_FEW == letting_go.carry_on(talk(*CARRIED, people=bot))["carry_on"].reason


def test_who_began_nothing_let_nothing_go(talk):
    began = row("o", -1, "dan")
    found = letting_go.carry_on(talk(began, row("l", 0, "lea", "o")))["carry_on"]
    assert cascades.BEGAN_NONE == found.reason


# --- the only one who answers ---------------------------------------------------------------------------


def test_only_the_leader_answers_one_of_two(talk):
    """Only the leader answers o, ann's own word aside; bob answers s as well; u is not answered by the leader."""
    rows = [
        row("o", 0, "ann"), row("l", 1, "lea", "o"), row("n", 2, "ann", "l"),
        row("s", 3, "ann"), row("t", 4, "lea", "s"), row("b", 5, "bob", "s"),
        row("u", 6, "ann"), row("v", 7, "bob", "u"),
    ]  # fmt: skip
    found = letting_go.only_leader_answers(talk(*rows))["only_leader_answers"]
    assert (0.5, OnlyLeaderAnswers(conversations=2, only_leader=1, asked_alone=0)) == (
        found.value,
        found.detail,
    )


def test_what_was_asked_of_the_leader_alone_is_told_apart(talk):
    rows = [row("o", 0, "ann", verb="message", to=["x:lea"]), row("l", 1, "lea", "o", to=["x:ann"])]
    found = letting_go.only_leader_answers(talk(*rows))["only_leader_answers"]
    assert (1, 1) == (found.value, found.detail.asked_alone)


def test_what_a_bot_began_is_nobodys_question(talk):
    bot = [{"person": "robot", "accounts": ["x:robot"], "bot": True}]
    rows = [row("o", 0, "robot"), row("a", 1, "ann", "o"), row("l", 2, "lea", "a")]
    found = letting_go.only_leader_answers(talk(*rows, people=bot))["only_leader_answers"]
    assert letting_go.ANSWERED_NONE == found.reason


def test_who_answers_nobody_is_no_bottleneck(talk):
    found = letting_go.only_leader_answers(
        talk(row("o", 0, "ann"), row("b", 1, "bob", "o"), row("p", 2, "lea"))
    )
    assert letting_go.ANSWERED_NONE == found["only_leader_answers"].reason


# --- centralisation -------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [3, 4, 10])
def test_a_star_is_all_on_one_and_a_circle_on_nobody(n):
    """Freeman 1979: the star has 1, the circle and the complete graph 0."""
    assert (1, 0, 0) == tuple(
        degree_centralisation(g) for g in (nx.star_graph(n - 1), nx.cycle_graph(n), nx.complete_graph(n))
    )


def test_freemans_five_points_between():
    """A chain of five: degrees 1 2 2 2 1, so (1 + 1) / (4 · 3)."""
    assert 2 / 12 == pytest.approx(degree_centralisation(nx.path_graph(5)))


def test_loops_and_directions_and_double_ties_are_left_aside():
    graph = nx.MultiDiGraph([(0, 1), (0, 1), (1, 0), (2, 0), (2, 2)])
    assert 1 == degree_centralisation(graph)


@pytest.mark.parametrize("ties", [[], [0], [1, 1], nx.path_graph(2)])
def test_two_people_have_no_centre(ties):
    assert degree_centralisation(ties) is None


@pytest.mark.parametrize("ties", [[3, 1, 1], [-1, 0, 0]])
def test_more_ties_than_others_are_refused(ties):
    with pytest.raises(ValueError, match="among 3 people"):
        degree_centralisation(ties)


@settings(max_examples=60, deadline=None)
@given(st.integers(3, 15), st.integers(0, 60), st.integers(0, 2**32 - 1))
def test_the_circle_around_a_person_is_networkxs_ego_graph(n, ties, seed):
    rng = np.random.default_rng(seed)
    names = [f"p{i:02}" for i in range(n)]
    network = Network.from_edges(names, *rng.integers(0, n, (2, ties)))
    graph = nx.Graph(network.graph())
    graph.remove_nodes_from(["p01"])
    ego = nx.ego_graph(graph, "p00")
    found = circle_degrees(network, "p00", {"p01"})
    assert sorted(d for _, d in ego.degree) == sorted(found[0].tolist())
    ego.remove_node("p00")
    assert sorted(d for _, d in ego.degree) == sorted(found[1].tolist())
    degrees = [d for _, d in nx.Graph(network.graph()).degree]
    assert sum(max(degrees) - d for d in degrees) / ((n - 1) * (n - 2)) == pytest.approx(
        degree_centralisation(network)
    )


def test_a_leader_who_holds_all_ties_leaves_nothing_behind(talk):
    """Three people answer the leader, and nobody else: a star; without its centre there is no tie."""
    found = letting_go.centralisation(talk(*HELD))["centralisation"]
    assert (1, Centralisation(people=3, without_leader=0)) == (found.value, found.detail)


def test_a_circle_of_two_or_none_is_no_network(talk):
    for ego in (talk(row("p", 0, "lea"), row("a", 1, "ann", "p")), talk(row("p", 0, "lea"))):
        assert letting_go.NO_CIRCLE == letting_go.centralisation(ego)["centralisation"].reason


def test_an_undated_network_has_a_centre_but_no_conversations(workspace):
    ties = [{"source": "x:lea", "target": f"x:{who}", "meaning": "influence"} for who in ("ann", "bob")]
    ego = ego_of(workspace(ties=ties))
    assert 1 == letting_go.centralisation(ego)["centralisation"].value
    for measure in (letting_go.carry_on, letting_go.only_leader_answers):
        assert {"the network has no times, which this measure needs"} == {
            one.reason for one in measure(ego).values()
        }


# --- a plain reading ------------------------------------------------------------------------------------


@settings(max_examples=draws(8, 40), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(log=logs())
def test_the_numbers_are_those_of_a_plain_reading(log, tmp_path_factory):
    activities, people, encounters, since, until = log
    if not activities:
        return
    plain = PlainReading(activities, people, encounters, "p0", since, until)
    with stored(tmp_path_factory.mktemp("log"), activities, people, encounters) as workspace:
        ego = ego_of(workspace, since=iso(since), until=iso(until), leader="p0")
        carried = letting_go.carry_on(ego)["carry_on"].value
        only = letting_go.only_leader_answers(ego)["only_leader_answers"].value
    assert (plain_carry_on(plain), plain_only(plain)) == (carried, only)


def root(plain, item):
    above = plain.item[item].get("parent") or min(plain.answers.get(item, []), default=None)
    return root(plain, above) if above else item


def responses_below(plain, top):
    return [
        (v, u)
        for item, v, u in plain.responses()
        if plain.inside(item) and root(plain, item) == top and not {v, u} & plain.bots()
    ]


def plain_carry_on(plain):
    me, told = plain.leader, []
    for one in plain.activities:
        begins = one["verb"] in {"post", "message", "share", "quote"} and root(plain, one["id"]) == one["id"]
        if not begins or plain.author(one) != me or not plain.inside(one["id"]):
            continue
        pairs = responses_below(plain, one["id"])
        if len({v for v, _ in pairs} - {me}) >= 3:
            told.append(sum(me not in pair for pair in pairs) / len(pairs) > 0.5)
    return sum(told) / len(told) if told else None


def plain_only(plain):
    me, told = plain.leader, []
    for one in plain.activities:
        who = plain.author(one)
        if root(plain, one["id"]) != one["id"] or who in plain.bots() | {me}:
            continue
        answering = {v for v, _ in responses_below(plain, one["id"])} - {who}
        if me in answering:
            told.append(answering == {me})
    return sum(told) / len(told) if told else None


# --- the planted company --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def company(invented, tmp_path_factory):
    workspace, _ = invented(tmp_path_factory.mktemp("demo") / "company")
    leaders = the_company().leaders
    with workspace:
        yield {role: ego_of(workspace, leader=person) for role, person in leaders.items()}


@pytest.mark.parametrize("role", [role for role, truth in demo.TRUTHS.items() if "carry_on" in truth.bounds])
def test_the_planted_carry_on_comes_out(company, role):
    low, high = demo.TRUTHS[role].bounds["carry_on"]
    assert low <= letting_go.carry_on(company[role])["carry_on"].value <= high


def test_the_broadcaster_has_the_least_exchange_of_all(company):
    """By every measure, and for what comes unasked the intervals part him from each of the others."""
    found = {
        role: exchange.exchange(ego) | cascades.cascades(ego) | letting_go.carry_on(ego)
        for role, ego in company.items()
    }
    for name in ("pull", "response_rate", "help"):
        assert "broadcast" == min(found, key=lambda role: found[role][name].value), name
    begun = {role: one["cascade_size"].detail for role, one in found.items()}
    assert "broadcast" == min(begun, key=lambda role: begun[role].answered / begun[role].conversations)
    broadcast = found.pop("broadcast")
    assert all(broadcast["pull"].interval[1] < other["pull"].interval[0] for other in found.values())
    storm = broadcast["carry_on"].detail  # the one conversation of his in which three others responded
    assert (1, 0) == (storm.judged, storm.carried_on)


def test_every_share_of_every_leader_lies_in_its_interval(company):
    """The broadcaster answers each of the few beyond who respond: all of nine is not certain either."""
    for ego in company.values():
        for finding in (two_way(ego) | cascades.generations(ego)).values():
            low, high = finding.interval
            assert low <= finding.value <= high
            assert low < high


def test_she_whose_people_carry_on_brings_most_people_through_others(company):
    share = {role: cascades.generations(ego)["second_generation"].value for role, ego in company.items()}
    assert "carried_on" == max(share, key=share.__getitem__)
