"""Whether people come because contacts came: the tests against plain readings, and their errors by simulation."""

import sys
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import exp, log

import numpy as np
import pytest
from scipy.optimize import minimize

from influence.chance import thread_test as permutation
from influence.chance.shuffle_test import shuffle_test
from influence.chance.thread_test import contacts, thread_test, threads
from influence.kernels import chance, cores
from influence.measures.against_chance import influence_test, position_by_chance, question
from tests.kit.asking import asking
from tests.kit.places import ROOT

sys.path.insert(0, str(ROOT / "benchmarks/calibration"))
from worlds import HOUR, World, happen

ego_of = asking("p0")


def thread_result(log, draws=199, seed=1):
    taken = threads(log.thread, log.person, log.time, log.opened)
    return thread_test(taken, log.known, log.hours, draws=draws, seed=seed)


# --- contacts and threads -----------------------------------------------------------------------------------


def test_contacts_are_both_ways_once_each_since_the_first_time():
    known = contacts([0, 1, 2, 1], [1, 0, 1, 1], [9, 4, 7, 1], people=4)
    assert [0, 1, 3, 4, 4] == known.indptr.tolist()
    assert [1, 0, 2, 1] == known.contact.tolist()
    assert [4, 4, 7, 7] == known.since.tolist()


def test_a_thread_has_each_person_once_at_their_first_response():
    taken = threads([5, 5, 5, 5, 5], [3, 2, 3, 1, 2], [8, 2, 4, 6, 9], [0] * 5)
    assert [2, 3, 1] == taken.person.tolist()
    assert [2, 4, 6] == taken.time.tolist()


def test_threads_of_two_people_are_left_out_because_their_order_tells_nothing():
    taken = threads([1, 1, 2, 2, 2], [0, 1, 0, 1, 2], [1, 2, 3, 4, 5], [0, 0, 3, 3, 3])
    assert [0, 3] == taken.start.tolist()
    assert [3] == taken.opened.tolist()
    assert 1 == taken.of


def test_of_a_very_long_thread_the_first_three_hundred_count_and_it_is_said():
    taken = threads([1] * 500, range(500), range(500), [0] * 500)
    assert 300 == len(taken.person)
    assert 299 == taken.person.max()
    assert 1 == taken.cut


def test_more_threads_than_there_is_time_for_are_drawn_at_random_and_it_is_said():
    thread, person = np.repeat(np.arange(100), 100), np.tile(np.arange(100), 100)
    taken = threads(thread, person, thread * 1000 + person, thread * 1000)
    assert 30 == len(taken.start) - 1
    assert 100 == taken.of


def test_what_does_not_fit_together_is_refused():
    with pytest.raises(ValueError, match="one length"):
        threads([1], [1, 2], [1, 2], [0, 0])
    with pytest.raises(ValueError, match="one length"):
        contacts([0], [1, 2], [0], people=3)
    for person in (-1, 3):
        with pytest.raises(ValueError, match="numbered"):
            contacts([0], [person], [0], people=3)
    known = contacts([], [], [], people=3)
    with pytest.raises(ValueError, match="24 counts"):
        thread_test(threads([1] * 3, [0, 1, 2], [1, 2, 3], [0] * 3), known, np.ones((3, 23)))
    with pytest.raises(ValueError, match="at least one thread"):
        thread_test(threads([], [], [], []), known, np.ones((3, 24)))
    with pytest.raises(ValueError, match="once each"):
        shuffle_test([1, 1], [1, 2], known)


# --- the model, against a plain reading ----------------------------------------------------------------------


def plain_likelihood(course, theta):
    """Σ ln P(next) straight from the docstring, and in how many slots the contacts differ."""
    start, group, hour, row, still, clock, begin, neighbour = course
    total, telling = 0.0, 0
    for c in range(len(start) - 1):
        for k in range(start[c], start[c + 1] - 1):
            earlier = {s for s in range(start[c], k) if group[s] < group[k]}
            chances, counts = {}, set()
            for v in range(k, start[c + 1]):
                active = len(earlier & set(neighbour[begin[v] : begin[v + 1]].tolist()))
                terms = [log(active + 1), clock[row[v], hour[k]], *still[v]]
                chances[v] = exp(sum(t * f for t, f in zip(theta, terms, strict=True)))
                counts.add(active)
            total += log(chances[k] / sum(chances.values()))
            telling += len(counts) > 1
    return total, telling


def random_course(seed):
    rng = np.random.default_rng(seed)
    thread, person = rng.integers(0, 6, 60), rng.integers(0, 12, 60)
    time = rng.integers(0, 40, 60) * HOUR  # some at the same moment
    known = contacts(rng.integers(0, 12, 20), rng.integers(0, 12, 20), rng.integers(-9, 1, 20), people=12)
    taken = threads(thread, person, time, np.zeros(60, int))
    return permutation._course(taken, known, rng.integers(0, 9, (12, 24)).astype(float))


@pytest.mark.parametrize("seed", range(6))
def test_likelihood_score_and_information_are_those_of_a_plain_reading(seed):
    course = random_course(seed)
    theta = np.random.default_rng(seed).normal(0, 0.5, permutation.TERMS)
    score, information, likelihood, telling = chance.follow(course, theta, False)
    plain, plain_telling = plain_likelihood(course, theta)
    assert plain == pytest.approx(likelihood, abs=1e-9)
    assert plain_telling == telling > 0
    for t in range(permutation.TERMS):
        step = np.eye(permutation.TERMS)[t] * 1e-5
        above, below = (chance.follow(course, theta + sign * step, False) for sign in (1, -1))
        assert (above[2] - below[2]) / 2e-5 == pytest.approx(score[t], abs=1e-5)
        assert (below[0] - above[0]) / 2e-5 == pytest.approx(information[t], abs=1e-4)


def test_contacts_count_only_from_before_the_thread_began():
    log_ = happen(World(threads=20), 1)
    taken = threads(log_.thread, log_.person, log_.time, log_.opened)
    before = thread_test(taken, log_.known, log_.hours, draws=1).telling
    late = permutation.Contacts(
        log_.known.indptr, log_.known.contact, log_.known.since + taken.time.max() + 1
    )
    assert before > 50
    assert 0 == thread_test(taken, late, log_.hours, draws=1).telling


def test_what_chance_gives_is_centred_on_no_influence_and_as_wide_as_the_error_says():
    found = thread_result(happen(World(zones=True, keen=0.5, threads=60), 3), draws=2000)
    assert 0 == pytest.approx(found.by_chance.mean(), abs=4 * found.error / 2000**0.5)
    assert found.error == pytest.approx(found.by_chance.std(), rel=0.15)


def test_the_order_of_rows_and_the_names_of_threads_do_not_matter():
    log_ = happen(World(threads=30), 2)
    order = np.random.default_rng(1).permutation(len(log_.thread))
    one = thread_result(log_)
    taken = threads(1000 + 7 * log_.thread[order], log_.person[order], log_.time[order], log_.opened[order])
    other = thread_test(taken, log_.known, log_.hours, draws=199)
    assert (one.alpha, one.p) == (other.alpha, other.p)
    assert one.by_chance.tolist() == other.by_chance.tolist()


def test_the_number_of_cores_does_not_matter(monkeypatch):
    log_ = happen(World(threads=30), 2)
    one = thread_result(log_)
    monkeypatch.setattr(cores, "cpu_count", lambda: 1)
    assert one.by_chance.tolist() == thread_result(log_).by_chance.tolist()
    assert one.by_chance.tolist() != thread_result(log_, seed=2).by_chance.tolist()


def test_waking_hours_pass_as_fast_as_a_person_is_active_in_them():
    even, early = np.zeros(24), np.where(np.arange(24) < 12, 0.0, -50.0)
    row, clock = np.array([0, 1, 1, 1, 1]), np.stack([even, early])
    since = np.array([0, 0, 0, 0, 20]) * HOUR
    until = (np.array([5.5, 6, 18, 30, 25]) * HOUR).astype(np.int64)
    assert [5.5, 12, 24, 36, 2] == pytest.approx(permutation._awake_between(since, until, row, clock))


def test_promptness_leaves_the_thread_itself_out():
    """Person 0 comes to three threads; how prompt they are in one is told by the other two, and so for contacts."""
    hours = np.array([1, 2, 3, 4, 6, 5, 7, 8, 9])
    taken = threads(np.repeat([0, 1, 2], 3), [0, 1, 2, 1, 0, 2, 2, 1, 0], hours * HOUR, [0] * 9)
    known = contacts([0], [1], [-1], people=3)
    row, begin, neighbour = taken.person, np.zeros(10, int), np.empty(0, np.int64)
    own, theirs = permutation._promptness(taken, row, known, np.zeros((3, 24)), begin, neighbour)
    early = -np.log(taken.time / HOUR + permutation.FASTEST)
    early -= early.mean()
    mine = early[taken.person == 0]
    assert (mine[1] + mine[2]) / (2 + permutation.FAINT) == pytest.approx(own[taken.person == 0][0])
    others = early[taken.person == 1]
    assert others.sum() / (3 + permutation.FAINT) == pytest.approx(theirs[taken.person == 0][0])
    assert 0 == theirs[taken.person == 2][0]  # no contacts
    course = permutation._course(taken, known, np.ones((3, 24)))
    assert others[1:].sum() / (2 + permutation.FAINT) == pytest.approx(
        course[4][0][3]
    )  # present: left out here


def test_a_persons_hours_lean_on_their_contacts_hours():
    hours = np.zeros((3, 24))
    hours[0, 9], hours[1, 10], hours[2, 20] = 60, 60, 60
    clock = np.exp(permutation._clock(hours, contacts([0], [1], [0], people=3), np.arange(3)))
    assert [1.0] * 3 == pytest.approx(clock.sum(axis=1))
    assert clock[0, 9] > clock[0, 10] > 10 * clock[0, 20]
    assert clock[2, 20] > 0.5


def test_what_else_brings_people_sooner_is_learned_from_the_log():
    awake = thread_result(happen(World(zones=True), 1), draws=1).nuisance
    quick = thread_result(happen(World(alike_keen=0.7), 1), draws=1).nuisance
    assert awake[0] > 0.3  # the hour of the day
    assert quick[3] + quick[4] > 0.3  # promptness, their own and their contacts'


def test_contacts_in_a_thread_are_found_however_many_others_somebody_has():
    """Person 0 has exchanged with everybody, persons 1 and 2 with each other, all but the last before the thread."""
    known = contacts([0] * 200 + [1], [*range(1, 201), 2], [*[1] * 199, 9, 1], people=201)
    began, person = np.array([5]), np.array([0, 1, 2, 200])
    begin, found = chance.local_contacts(
        np.array([0, 4]), person, began, known.indptr, known.contact, known.since
    )
    assert [[1, 2], [0, 2], [0, 1], []] == [sorted(found[a:b].tolist()) for a, b in pairwise(begin)]


# --- the textbook's test ------------------------------------------------------------------------------------


def plain_counts(person, time, known, people):
    """How often somebody with a active contacts was at risk, and acted, by plain loops over the moments."""
    when = dict(zip(person, time, strict=True))
    acted, at_risk = defaultdict(int), defaultdict(int)
    for moment in sorted(set(time)):
        for v in range(people):
            if when.get(v, moment) >= moment:
                around = known.contact[known.indptr[v] : known.indptr[v + 1]].tolist()
                a = sum(u in when and when[u] < moment for u in around)
                at_risk[a] += 1
                acted[a] += when.get(v) == moment
    return acted, at_risk


@pytest.mark.parametrize("seed", range(4))
def test_the_textbook_alpha_is_that_of_a_plain_reading_and_a_library_that_fits(seed):
    rng = np.random.default_rng(seed)
    known = contacts(rng.integers(0, 30, 60), rng.integers(0, 30, 60), np.zeros(60, int), people=30)
    person = rng.permutation(30)[:20].tolist()
    time = rng.integers(0, 15, 20).tolist()
    acted, at_risk = plain_counts(person, time, known, 30)

    def worse(coefficients):
        alpha, beta = coefficients
        total = permutation.PRIOR / 2 * alpha**2
        for a, n in at_risk.items():
            p = 1 / (1 + exp(-(alpha * log(a + 1) + beta)))
            total -= acted[a] * log(p) + (n - acted[a]) * log(1 - p)
        return total

    expected = minimize(worse, [0, -2], method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-12}).x[0]
    assert expected == pytest.approx(shuffle_test(person, time, known, draws=1).alpha, abs=1e-4)


def test_shuffles_within_strata_of_one_change_nothing():
    known = contacts([0, 1, 2], [1, 2, 3], [0, 0, 0], people=6)
    found = shuffle_test([0, 1, 2, 3], [1, 2, 3, 4], known, strata=[0, 1, 2, 3], draws=50)
    assert {found.alpha} == set(found.by_chance.tolist())
    assert 1.0 == found.p


def test_a_chain_of_contacts_that_act_one_after_the_other_is_more_than_chance():
    chain = np.arange(39)
    known = contacts(chain, chain + 1, np.zeros(39, int), people=200)
    assert shuffle_test(np.arange(40), np.arange(40), known).p < 0.01


# --- how often they err: a quick version of benchmarks/calibration -------------------------------------------


def share_found(world, logs, test):
    return np.mean([test(happen(world, seed)) <= 0.05 for seed in range(logs)])


def textbook(log_):
    order = np.lexsort((log_.time, log_.person))
    person, first = np.unique(log_.person[order], return_index=True)
    return shuffle_test(person, log_.time[order][first], log_.known, draws=99).p


def test_where_people_are_only_alike_the_thread_test_holds_its_level_and_the_textbook_does_not():
    alike = World(threads=40)
    assert 0.01 <= share_found(alike, 200, lambda log_: thread_result(log_, draws=99).p) <= 0.10
    assert share_found(alike, 40, textbook) > 0.4


def test_the_textbook_holds_its_level_where_those_alike_do_not_like_the_same_threads():
    assert share_found(World(threads=40, taste=False), 100, textbook) <= 0.12


def test_influence_that_was_planted_is_found():
    planted = World(threads=60, influence=1.0)
    found = [thread_result(happen(planted, seed), draws=99) for seed in range(30)]
    assert sum(one.p <= 0.05 for one in found) >= 27
    assert 1.0 == pytest.approx(np.mean([one.alpha for one in found]), abs=0.15)


# --- the measure --------------------------------------------------------------------------------------------

START = datetime(2026, 1, 1, tzinfo=UTC)


def written(world, seed):
    """A world as rows: contacts answer each other before; the leader p0 begins threads, and people reply."""
    log_ = happen(world, seed)
    rows = []
    low = np.repeat(np.arange(world.people), np.diff(log_.known.indptr))
    for n, (u, v) in enumerate(zip(low.tolist(), log_.known.contact.tolist(), strict=True)):
        if u < v:
            about = {"time": START - timedelta(days=30, minutes=-n), "actor": f"s:{u}"}
            rows.append({"id": f"said{n}", "verb": "post", **about})
            later = {"time": about["time"] + timedelta(seconds=30), "actor": f"s:{v}"}
            rows.append({"id": f"answer{n}", "verb": "reply", "parent": f"said{n}", **later})
    for thread, opened in sorted(set(zip(log_.thread.tolist(), log_.opened.tolist(), strict=True))):
        begun = START + timedelta(microseconds=opened)
        rows.append({"id": f"t{thread}", "verb": "post", "actor": "s:leader", "time": begun})
    for n, (thread, person, time) in enumerate(
        zip(log_.thread.tolist(), log_.person.tolist(), log_.time.tolist(), strict=True)
    ):
        came = START + timedelta(microseconds=time)
        rows.append(
            {"id": f"r{n}", "verb": "reply", "parent": f"t{thread}", "actor": f"s:{person}", "time": came}
        )
    return [row | {"time": row["time"].isoformat()} for row in rows]


def test_planted_influence_comes_out_of_a_workspace_and_none_does_not(workspace):
    world = World(people=80, threads=50, influence=1.5)
    log_ = happen(world, 4)
    ego = ego_of(workspace(activities=written(world, 4)), leader="s:leader")
    asked = question(ego)
    assert len(threads(log_.thread, log_.person, log_.time, log_.opened).person) == len(asked.taken.person)
    found = influence_test(ego)["influence_test"]
    assert found.detail.p < 0.01
    assert found.interval[0] <= found.value <= found.interval[1]
    assert found.interval[0] > 0
    assert "more than chance gives" in found.detail.says
    assert found.detail.textbook.activated == len(asked.person)
    none = World(people=80, threads=50)
    found = influence_test(ego_of(workspace(activities=written(none, 4)), leader="s:leader"))[
        "influence_test"
    ]
    assert found.detail.p > 0.05
    assert "cannot be told apart" in found.detail.says


def test_a_small_log_says_too_little(workspace):
    rows = [
        {"id": "a", "time": "2026-01-01T10:00:00Z", "actor": "s:p0", "verb": "post"},
        {"id": "b", "time": "2026-01-01T11:00:00Z", "actor": "s:1", "verb": "reply", "parent": "a"},
    ]
    found = influence_test(ego_of(workspace(activities=rows), leader="s:p0"))["influence_test"]
    assert found.value is None
    assert "too little to say: 0 moments" in found.reason


def test_a_network_without_times_cannot_be_asked(workspace):
    ties = [{"source": "s:p0", "target": f"s:{n}", "meaning": "influence"} for n in range(1, 6)]
    ego = ego_of(workspace(ties=ties), leader="s:p0")
    assert influence_test(ego)["influence_test"].value is None
    assert "no times" in influence_test(ego)["influence_test"].reason


def test_position_by_chance_needs_no_times(workspace):
    rng = np.random.default_rng(1)
    pairs = {(int(u), int(v)) for u, v in rng.integers(0, 30, (90, 2)) if u != v}
    ties = [{"source": f"s:{u}", "target": f"s:{v}", "meaning": "influence"} for u, v in sorted(pairs)]
    found = position_by_chance(ego_of(workspace(ties=ties), leader="s:3"))["position_by_chance"]
    assert 0 < found.value <= 1
    held = found.detail
    for one in (held.pagerank, held.constraint, held.clustering, held.reciprocity):
        assert one.points[0] <= one.mean <= one.points[2]
        assert one.p >= 2 / 200


def test_a_person_outside_the_network_has_no_position_by_chance(workspace):
    rows = [{"id": "a", "time": "2026-01-01T10:00:00Z", "actor": "s:p0", "verb": "post"}]
    found = position_by_chance(ego_of(workspace(activities=rows), leader="s:p0"))["position_by_chance"]
    assert found.value is None
    assert "not in the network" in found.reason
