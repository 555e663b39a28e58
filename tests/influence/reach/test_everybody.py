"""Everybody's reach at once: the same as one leader's, person by person."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from influence.contract.details.many import SecondGenerationLeaders
from influence.kernels.conversations import Contacts, respect_time
from influence.kernels.sets_of_people import carried_on, singletons
from influence.measures import many, reach
from influence.met import calibration
from influence.network.responses import Responses
from influence.people.columns import Who
from influence.people.decisions import Decisions
from influence.people.directory import People
from influence.people.teams import Teams
from influence.reach import everybody
from influence.reach.acquaintance import digital_network
from influence.reach.ego import Ego
from influence.reach.everybody import Reaches, everybodys_reach
from influence.reach.population import Population
from influence.reach.possible import everybodys_possible_reach
from influence.reach.steps import Passing
from tests.kit.invented import company
from tests.kit.logs import iso, logs, post, reply, stored
from tests.kit.plain_reading import DAY, PlainReading

# --- everybody at once is everybody one by one --------------------------------------------------------------


def close(alters):
    return [(a.person, a.step, round(a.m, 9), a.known, a.depth, a.first) for a in alters]


def test_one_conversation_by_hand(workspace):
    """Ann posts, bob replies, cem replies to bob: ann reaches both, bob reaches cem, and naming eve reaches nobody."""
    made = workspace(
        activities=[
            post("1", "x:ann", 0, mentions=["x:eve"]),
            reply("2", "x:bob", 1, "1"),
            reply("3", "x:cem", 2, "2"),
        ]
    )
    population = made.analysis
    found = everybodys_reach(population, population.whole_window())
    name = [one.person for one in population.people.who]
    pairs = {(name[u], name[v]): d for u, v, d in zip(found.leader, found.person, found.depth, strict=True)}
    assert {
        ("x:ann", "x:bob"): 1,
        ("x:ann", "x:cem"): 2,
        ("x:bob", "x:cem"): 1,
        ("x:eve", "x:ann"): 1,
    } == pairs
    values, low, high = found.reach_4()
    ann = population.people.code["x:ann"]
    assert (1.8, 0, 2) == (pytest.approx(values[ann]), low[ann], high[ann])
    assert ([0, 0, 0, 0], 0.2) == (found.reach_2().tolist(), pytest.approx(found.reach_3()[ann]))


def test_what_is_answered_at_the_same_moment_or_too_late_is_not_passed_on(workspace):
    made = workspace(
        activities=[
            post("1", "x:ann", 0),
            reply("2", "x:bob", 1, "1"),
            reply("3", "x:cem", 1, "2"),
            reply("4", "x:dan", 15, "2"),
            reply("5", "x:eve", 15.1, "2"),
        ]
    )
    population = made.analysis
    found = everybodys_reach(population, population.whole_window())
    reached = {
        population.people.who[a.person].person: a.depth for a in found.of(population.people.code["x:ann"])
    }
    assert {"x:bob": 1, "x:dan": 2} == reached


def test_evidence_of_the_very_moment_of_the_first_response_counts_and_later_does_not(workspace):
    made = workspace(
        activities=[post("1", "x:ann", 0), reply("2", "x:bob", 1, "1"), reply("3", "x:cem", 1, "1")],
        encounters=[
            {
                "time": iso(day * DAY),
                "people": ["x:ann", f"x:{who}"],
                "kind": "in_person",
                "evidence": "calendar",
            }
            for who, day in (("bob", 1), ("cem", 1.01))
        ],
    )
    population = made.analysis
    found = everybodys_reach(population, population.whole_window())
    m = {population.people.who[a.person].person: (round(a.m, 9), a.known) for a in found.of(0)}
    assert {"x:bob": (0.955, True), "x:cem": (0.1, False)} == m


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(log=logs())
def test_everybodys_reach_is_that_of_each_by_a_plain_reading(log, tmp_path_factory):
    activities, people, encounters, since, until = log
    with stored(tmp_path_factory.mktemp("log"), activities, people, encounters) as made:
        population = made.analysis
        if not len(population.log.items):
            return
        found = everybodys_reach(population, made.window(iso(since), iso(until)))
    value, low, high = found.reach_4()
    two, three = found.reach_2(), found.reach_3()
    for code, one in enumerate(population.people.who):
        plain = PlainReading(activities, people, encounters, one.person, since, until)
        expected = plain.numbers()
        names = ("reach_4", "low", "high", "reach_2", "reach_3")
        ours = [float(each[code]) for each in (value, low, high, two, three)]
        assert [expected[name] for name in names] == pytest.approx(ours, abs=1e-9), one.person
        depths = {population.people.who[alter.person].person: alter.depth for alter in found.of(code)}
        assert {v: depth for v, (_, _, _, depth, _) in plain.steps().items()} == depths


contacts = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(0, 40)), max_size=40)


@settings(deadline=None)
@given(contacts, st.integers(1, 4), st.sampled_from([1, 7, 30]), st.sets(st.integers(0, 6), max_size=2))
def test_everybodys_possible_reach_is_that_of_each(drawn, hands, days, bots):
    responses = responses_of(sorted((day, u, v) for u, v, day in drawn if u != v))
    found = everybodys_possible_reach(responses, 7, bots, Passing(days * DAY * 10**6, hands))
    assert 0 == found.error
    for code in range(7):
        one = reach.limited_waiting_time_reach(responses, code, 7, bots, (hands, days))
        assert (one.value or 0) == found.values[code]


def test_three_hundred_random_logs_give_everybody_what_they_give_each():
    rng = np.random.default_rng(3)
    for _ in range(300):
        n, count, hands, delta = (int(rng.integers(*ends)) for ends in ((2, 12), (1, 60), (1, 6), (1, 15)))
        sources, targets = rng.integers(0, n, (2, count))
        times = np.sort(rng.integers(0, 60, count))
        found = carried_on(sources, targets, times, delta, hands, singletons(np.ones(n, bool)))
        for u in range(n):
            contacts = Contacts(sources, targets, times)
            fewest = respect_time(contacts, start=u, n=n, delta=delta, k_max=hands)
            reached = {v for v in range(n) if int(found[u, 0]) >> v & 1}
            assert set(np.flatnonzero(fewest > 0).tolist()) == reached - {u}


def responses_of(rows):
    day, target, responder = np.array(rows, np.int64).reshape(-1, 3).T
    none = np.zeros(len(rows), np.int64)
    people = (responder.astype(np.int32), target.astype(np.int32))
    return Responses(none, *people, none - 1, none > 0, day * DAY * 10**6)


@pytest.fixture(scope="module")
def demo(invented, tmp_path_factory):
    made, _ = invented(tmp_path_factory.mktemp("demo") / "workspace")
    yield made
    made.close()


def test_in_the_demo_company_everybodys_reach_is_that_of_each(demo):
    population = demo.analysis
    window = population.whole_window()
    found = everybodys_reach(population, window)
    leaders = [population.people.code[person] for person in company().leaders.values()]
    chosen = leaders + np.random.default_rng(1).choice(len(population.people), 12, replace=False).tolist()
    assert len(found) > 10_000
    for leader in chosen:
        assert close(Ego(population, leader, window).found) == close(found.of(leader))
    some = everybodys_reach(population, window, leaders=np.array(leaders))
    assert set(leaders) == set(some.leader.tolist())
    for leader in leaders:
        assert found.of(leader) == some.of(leader)


def anew(demo):
    """The demo company with nothing kept of it."""
    return Population(demo.store.engine, demo.settings, demo.analysis.people)


def test_where_touches_fill_the_memory_one_half_of_the_people_comes_after_the_other(demo, monkeypatch):
    population = anew(demo)
    whole = population.whole_window()
    month = type(whole)(whole.until - 60 * DAY * 10**6, whole.until)
    at_once = everybodys_reach(population, month)
    calls = []
    touches = everybody._touches
    monkeypatch.setattr(everybody, "MOST_TOUCHES", 20_000)
    monkeypatch.setattr(everybody, "_touches", lambda *given: calls.append(touches(*given)) or calls[-1])
    by_halves = everybodys_reach(population, month)
    for name in ("leader", "person", "step", "m", "known", "depth", "first", "unit"):
        assert getattr(at_once, name).tolist() == getattr(by_halves, name).tolist()
    assert 2 < len(calls)
    assert calls[0] is None


@pytest.fixture
def decided(demo):
    """The demo company with a fit accepted and some declarations; both are taken back afterwards."""
    engine = demo.store.engine
    weights = (2.0, 0.7, 0.0, 1.0, 0.5, 1.5, 3.0)
    fit = calibration.Fit(weights, -1.0, (-1.0, 0.5, 2.0), (0.05, 0.4, 0.95), 60, 0.1, 0.2)
    calibration.accept(engine, fit, by="test")
    decisions = Decisions(engine)
    accounts = [one.accounts for one in demo.analysis.people.who if one.accounts][:200:20]
    made = [decisions.record("met", *pair, value=iso(0)) for pair in combinations(accounts[:5], 2)]
    made += [decisions.record("never", accounts[0], one) for one in accounts[5:]]
    yield anew(demo)
    for number in made:
        decisions.undo(number)
    calibration.take_back(engine)


def test_what_labels_have_fitted_and_what_was_decided_counts_for_everybody_too(decided):
    window = decided.whole_window()
    found = everybodys_reach(decided, window)
    assert {0.0, 1.0} & set(np.unique(found.m[found.known]).tolist())
    assert ((found.m > 0.05) & (found.m < 0.95) & found.known).any()
    for leader in range(0, 200, 20):
        assert close(Ego(decided, leader, window).found) == close(found.of(leader))


def test_an_undated_network_reaches_by_its_ties(workspace):
    rows = [("a", "b"), ("a", "c"), ("b", "c")]
    made = workspace(
        ties=[{"source": f"x:{u}", "target": f"x:{v}", "meaning": "influence"} for u, v in rows]
        + [{"source": "x:a", "target": "x:b", "meaning": "met"}]
    )
    population = made.analysis
    window = population.whole_window()
    found = everybodys_reach(population, window)
    for leader in range(3):
        assert close(Ego(population, leader, window).found) == close(found.of(leader))
    assert [1.0, 1.0, 0.0] == found.reach_4()[0].tolist()  # the calendar of ties knows everybody here
    organised = many.organisation(population, window)
    assert (None, many.NO_TIMES) == (
        organised["second_generation_leaders"].value,
        organised["second_generation_leaders"].reason,
    )
    assert (None, many.NO_CONVERSATIONS) == (
        organised["gini"].interval,
        organised["gini"].detail.no_interval,
    )
    assert (
        0 == everybodys_possible_reach(population.responses(window), 3, frozenset(), Passing()).values.sum()
    )


def test_a_bot_is_never_reached_and_leads_nobody_into_the_count(workspace):
    made = workspace(
        people=[{"person": "robot", "accounts": ["x:robot"], "bot": True}],
        activities=[post("1", "x:ann", 0), reply("2", "x:robot", 1, "1"), reply("3", "x:bob", 2, "2")],
    )
    population = made.analysis
    window = population.whole_window()
    found = everybodys_reach(population, window)
    names = {population.people.who[v].person for v in found.person.tolist()}
    assert {"x:bob"} == names
    assert "robot" not in {population.people.who[code].person for code in many.active(population, window)}


# --- teams --------------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(
    st.lists(st.sampled_from([None, *"01234567"]), min_size=8, max_size=8),
    st.lists(st.sampled_from([None, "team", "customer"]), min_size=8, max_size=8),
    st.sampled_from([{}, {"p1": ["p5", "P 6", "x:7"], "x:2": [], "P 1": ["p3"]}]),
)
def test_everybodys_team_is_that_of_each_even_where_managers_run_in_a_circle(managers, spheres, declared):
    people = People(
        [
            Who(
                f"p{i}",
                f"Pia N{'abcdefgh'[i]}",
                (f"x:{i}",),
                manager=f"p{boss}" if boss is not None else None,
                sphere=s,
            )
            for i, (boss, s) in enumerate(zip(managers, spheres, strict=True))
        ],
        {f"x:{i}": i for i in range(8)},
    )
    declared = {_known(words): [_known(each) for each in members] for words, members in declared.items()}
    teams = Teams(people, declared)
    for leader in range(8):
        assert read_plainly(people, declared, leader) == teams.of(leader)


def read_plainly(people, declared, leader):
    """The team by walking: what is declared; else whoever has the leader above them; else the sphere."""
    for words, members in declared.items():
        if people.find(words) == leader:
            return {people.find(member) for member in members} - {leader}
    by_chart = {
        code for code in range(len(people)) if code != leader and leader in managers_above(people, code)
    }
    return by_chart or {
        code for code, one in enumerate(people.who) if one.sphere == "team" and code != leader
    }


def managers_above(people, code):
    above = []
    while (code := people.manager(people.who[code])) is not None and code not in above:
        above.append(code)
    return above


def _known(words):
    return f"Pia N{'abcdefgh'[int(words[2])]}" if words.startswith("P ") else words


# --- the digital part ---------------------------------------------------------------------------------------


def test_only_ties_between_people_who_have_not_met_are_digital(workspace):
    made = workspace(
        activities=[
            post("1", "email:ann@a.se", 10),
            reply("2", "email:bob@a.se", 11, "1"),
            reply("3", "email:cem@b.se", 12, "1"),
            reply("4", "email:dan@b.se", 13, "1"),
        ],
        encounters=[
            {
                "time": iso(day * DAY),
                "people": ["email:ann@a.se", f"email:{who}"],
                "kind": "in_person",
                "evidence": "calendar",
            }
            for day, who in ((1, "bob@a.se"), (20, "cem@b.se"))
        ],
    )
    population = made.analysis
    digital = digital_network(population, population.whole_window())
    assert [("email:ann@a.se", "email:cem@b.se"), ("email:ann@a.se", "email:dan@b.se")] == list(
        digital.graph().edges
    )
    standing = made.report("email:ann@a.se").findings
    assert 3 == standing["neighbourhood"].value
    assert 2 == standing["digital_neighbourhood"].value


# --- second generation --------------------------------------------------------------------------------------


def generation(workspace, *activities, people=()):
    made = workspace(activities=list(activities), **({"people": list(people)} if people else {}))
    population = made.analysis
    return population, population.whole_window()


def test_who_is_brought_in_and_then_draws_others_is_a_second_generation_leader(workspace):
    """Bob's first response is to ann; then he posts, and cem responds. Cem is brought in by bob and leads nobody."""
    population, window = generation(
        workspace,
        post("1", "x:ann", 0),
        reply("2", "x:bob", 1, "1"),
        post("3", "x:bob", 2),
        reply("4", "x:cem", 3, "3"),
    )
    ann, bob = (Ego(population, population.people.code[who], window) for who in ("x:ann", "x:bob"))
    found = many.many(ann)["second_generation_leaders"]
    assert (1, 0, 1, ("x:bob",)) == (found.value, found.low, found.high, found.detail.people)
    assert (0, 1) == (
        many.many(bob)["second_generation_leaders"].value,
        many.many(bob)["second_generation_leaders"].detail.brought_in,
    )
    assert 1 == many.organisation(population, window)["second_generation_leaders"].value


def test_who_was_followed_before_being_brought_in_was_not_made_a_leader(workspace):
    population, window = generation(
        workspace,
        post("1", "x:bob", 0),
        reply("2", "x:cem", 1, "1"),
        post("3", "x:ann", 2),
        reply("4", "x:bob", 3, "3"),
    )
    ann = Ego(population, population.people.code["x:ann"], window)
    found = many.many(ann)["second_generation_leaders"]
    assert (0, SecondGenerationLeaders(1, ())) == (found.value, found.detail)


def test_the_leader_answering_back_makes_nobody_a_leader(workspace):
    population, window = generation(
        workspace, post("1", "x:ann", 0), reply("2", "x:bob", 1, "1"), reply("3", "x:ann", 2, "2")
    )
    ann = Ego(population, population.people.code["x:ann"], window)
    assert 0 == many.many(ann)["second_generation_leaders"].value


def test_a_first_response_before_the_window_brings_nobody_in(workspace):
    population, _ = generation(
        workspace,
        post("1", "x:ann", 0),
        reply("2", "x:bob", 1, "1"),
        post("3", "x:ann", 9),
        reply("4", "x:bob", 10, "3"),
    )
    window = population.whole_window()
    later = type(window)(window.since + 5 * DAY * 10**6, window.until)
    assert 0 == many.brought_in(population, later).person.size
    assert 1 == many.brought_in(population, window).person.size


# --- findings -----------------------------------------------------------------------------------------------


def test_a_cohort_is_measured_among_itself(workspace):
    """Of ann, who reaches two, and bob, who reaches nobody: all with one of two, half of it with one."""
    population, window = generation(
        workspace,
        post("1", "x:ann", 0),
        reply("2", "x:bob", 1, "1"),
        reply("3", "x:cem", 2, "1"),
    )
    codes = [population.people.code[who] for who in ("x:ann", "x:bob")]
    found = many.organisation(population, window, codes)
    assert (0.5, 1, 1) == tuple(found[name].value for name in ("gini", "absence_factor", "coverage_curve"))
    assert ((1.8,), 1.8) == (
        found["coverage_curve"].detail.curve,
        found["coverage_curve"].detail.covered,
    )
    assert (None, None) == (found["gini"].low, found["gini"].high)  # all unknown met: nobody beyond
    assert many.ALL_MET == found["gini"].detail.no_bounds
    everybody_ = many.organisation(population, window)
    assert (2 / 3, 3) == (pytest.approx(everybody_["gini"].value), everybody_["gini"].detail.of)


def test_where_nobody_reaches_anybody_nothing_is_shared_out(workspace):
    population, window = generation(workspace, post("1", "x:ann", 0), post("2", "x:bob", 1))
    found = many.organisation(population, window)
    for name in ("gini", "absence_factor", "coverage_curve"):
        assert (None, many.NOBODY) == (found[name].value, found[name].reason)
    alone = many.organisation(population, window, [0])
    assert (None, many.ALONE) == (alone["gini"].value, alone["gini"].reason)


def test_the_intervals_and_bounds_of_the_demo_hold_the_estimate(demo):
    population = demo.analysis
    found = many.organisation(population, population.whole_window())
    for name in ("gini", "absence_factor", "coverage_curve", "second_generation_leaders"):
        assert found[name].low <= found[name].value <= found[name].high
    for name in ("gini", "absence_factor"):
        low, high = found[name].interval
        assert low < found[name].value < high
    assert found == many.organisation(population, population.whole_window())


def test_the_standard_error_is_that_of_conversations_drawn_again():
    """One leader, 400 conversations that each alone brought one person: the reach varies like a Poisson count."""
    n = 400
    far = np.full(n, 4, np.int8)
    people, none = np.arange(1, n + 1, dtype=np.int32), np.zeros(n)
    one = Reaches(
        0 * people,
        people,
        far,
        none,
        none < 1,
        far.astype(np.int16),
        people.astype(int),
        people.astype(int),
        n + 1,
    )
    drawn = np.array(list(many._drawn(one, np.array([0]), 4000, 1)))
    assert (400, 20) == (pytest.approx(drawn.mean(), rel=0.01), pytest.approx(drawn.std(), rel=0.05))
    several = Reaches(
        one.leader, one.person, one.step, one.m, one.known, one.depth, one.first, np.full(n, -1), n + 1
    )
    assert 0 == np.std(list(many._drawn(several, np.array([0]), 100, 1)))


# --- larger than exact sets ---------------------------------------------------------------------------------


def test_beyond_exact_sets_possible_reach_keeps_to_its_error(monkeypatch):
    from influence.kernels import sets_of_people as position_kernels

    rng = np.random.default_rng(2)
    n, count = 3000, 40_000
    pull = 1 / np.arange(1, n + 1) ** 0.5
    ends = rng.choice(n, (2, count), p=pull / pull.sum()).astype(np.int32)
    zero = np.zeros(count, np.int64)
    time = np.sort(rng.integers(0, 300 * DAY * 10**6, count))
    responses = Responses(zero, ends[1], ends[0], zero, zero > 0, time).where(ends[0] != ends[1])
    exact = everybodys_possible_reach(responses, n, frozenset({3}), Passing())
    monkeypatch.setattr(position_kernels, "EXACT_SETS", 100)
    about = everybodys_possible_reach(responses, n, frozenset({3}), Passing())
    assert (0, pytest.approx(1.04 / 512**0.5)) == (exact.error, about.error)
    assert exact.values.max() > 1000
    off = about.values - exact.values
    large = exact.values > 20
    assert np.sqrt(np.mean((off[large] / exact.values[large]) ** 2)) < 1.5 * about.error
    assert everybodys_possible_reach(responses, n, frozenset({3}), Passing(), seed=5).error == about.error
