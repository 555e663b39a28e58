"""Walls between departments and the team that reaches beyond: small cases by hand, and companies without either."""

from datetime import timedelta

import numpy as np
import pytest

from influence.chance.intervals import clustered_share
from influence.chance.p_values import p_value
from influence.contract.details.organisation import Between
from influence.measures.peers import NO_PEERS, NO_TEAM, difference
from influence.measures.team_beyond import team_beyond
from influence.measures.team_follows import NOWHERE, team_follows
from influence.measures.walls import NO_DEPARTMENTS, TOO_FEW, Ties, by_chance, index, walls
from tests.kit.asking import DAY0, asking, row
from tests.kit.draws import draws

ego_of = asking("x:lea")


def person(name, **more):
    return {"person": name, "accounts": [f"x:{name}"], "organisation": "Acme", **more}


@pytest.fixture
def measured(workspace):
    """Measure rows and people: measured(walls, rows, people)."""

    def found(measure, rows, people=(), **kinds):
        one = workspace(activities=rows, people=list(people), **kinds)
        (finding,) = measure(ego_of(one)).values()
        return finding

    return found


def answers(pairs, begin=0):
    """One post and its answer for each pair (asked, answering), an hour apart."""
    rows = []
    for n, (asked, answering) in enumerate(pairs, begin):
        rows += [row(f"p{n}", 2 * n, asked), row(f"r{n}", 2 * n + 1, answering, f"p{n}")]
    return rows


def allowed(companies):
    """How far from 95 % of shuffled companies chance may take the share: two standard errors of a thousand, 1.4 %."""
    return 0.014 if companies >= 1_000 else 3.5 * (0.05 * 0.95 / companies) ** 0.5


# --- walls --------------------------------------------------------------------------------------------------

BLUE = ["lea", *(f"b{n}" for n in range(6))]
RED = [f"r{n}" for n in range(7)]
STAFF = [*(person(one, department="Blue") for one in BLUE), *(person(one, department="Red") for one in RED)]


def within(group):
    return [(one, other) for n, one in enumerate(group) for other in group[n + 1 :]]


def test_two_departments_that_hardly_speak(measured):
    """21 pairs in each, two across: (2 − 42) / 44; each pair once, however often and whichever way they respond."""
    pairs = [*within(BLUE), *within(RED), ("lea", "r0"), ("b0", "r1"), ("r1", "b0"), ("r1", "b0")]
    found = measured(walls, answers(pairs), STAFF)
    assert pytest.approx((2 - 42) / 44) == found.value
    assert (14, 44, 2, 0) == (
        found.detail.people,
        found.detail.pairs,
        found.detail.departments,
        found.detail.merged,
    )
    assert found.detail.p <= 0.01
    assert pytest.approx((1 - (15 + 21)) / 37) == found.detail.without_leader
    assert [("Blue", "Blue", 21), ("Blue", "Red", 2), ("Red", "Red", 21)] == [
        (one.one, one.other, one.pairs) for one in found.detail.between
    ]


def test_the_halves_of_the_window_are_read_apart(measured):
    """First all within, then all across."""
    rows = answers([*within(BLUE), *zip(BLUE * 3, RED * 2 + RED[::-1], strict=True)])
    found = measured(walls, rows, STAFF)
    assert (-1, 1) == (found.detail.first_half, found.detail.second_half)


def test_departments_of_few_are_counted_and_not_shown(measured):
    few = [person("q0", department="Quiet"), person("q1", department="Quiet")]
    found = measured(walls, answers([*within(BLUE), *within(RED), ("q0", "q1")]), [*STAFF, *few])
    assert (3, 1) == (found.detail.departments, found.detail.merged)
    assert "Quiet" not in {name for one in found.detail.between for name in (one.one, one.other)}


def test_outsiders_and_people_of_no_department_make_no_pair(measured):
    outside = [{"person": "out", "accounts": ["x:out"], "sphere": "customer", "department": "Red"}]
    nowhere = [person("now")]
    pairs = [*within(BLUE), *within(RED), ("lea", "out"), ("out", "r1"), ("now", "r2")]
    assert 42 == measured(walls, answers(pairs), [*STAFF, *outside, *nowhere]).detail.pairs


def test_one_department_or_few_pairs_tell_nothing(measured):
    assert NO_DEPARTMENTS == measured(walls, answers(within(BLUE)), STAFF[:7]).reason
    assert TOO_FEW == measured(walls, answers([("lea", "r1"), ("b0", "b1")]), STAFF).reason


def test_everybody_keeps_their_ties_when_drawn_by_chance():
    """But for pairs of somebody with themselves, which are dropped."""
    random = np.random.default_rng(3)
    one, other = random.integers(0, 40, 300), random.integers(40, 80, 300)
    every = Ties(one, other, np.arange(80) % 3)
    for again in list(by_chance(every))[:20]:
        assert (again.one != again.other).all()
        degree = np.bincount([*again.one, *again.other], minlength=80)
        assert (degree <= np.bincount([*one, *other], minlength=80)).all()


def test_a_shuffled_company_has_walls_by_chance_alone():
    """The departments of a fixed network dealt out at random: p ≤ 0.05 in 5 % of companies, give or take chance."""
    random, companies = np.random.default_rng(5), draws(200, 1_000)
    n = 150
    degree_weight = random.pareto(2.0, n) + 1
    p = degree_weight / degree_weight.sum()
    one, other = random.choice(n, 600, p=p), random.choice(n, 600, p=p)
    low, high = np.minimum(one, other), np.maximum(one, other)
    pairs = np.unique((low * n + high)[low != high])
    found = 0
    for company in range(companies):
        department = random.permutation(np.arange(n) % 5)
        every = Ties(pairs // n, pairs % n, department)
        drawn = np.array([index(again) for again in by_chance(every, company)])
        value = index(every)
        found += min(1.0, 2 * min(p_value(value, drawn), p_value(-value, -drawn))) <= 0.05
    assert abs(found / companies - 0.05) <= allowed(companies)


# --- the team beyond ----------------------------------------------------------------------------------------


def a_team(leader, size, reaching):
    """A leader's team, some of whom got an answer from a stranger of their own; and what it takes."""
    members = [f"{leader}{n}" for n in range(size)]
    people = [person(leader), *(person(one, manager=leader) for one in members)]
    return people, [(one, f"fan-{one}") for one in members[:reaching]]


def test_how_many_of_the_team_are_answered_by_strangers(measured):
    """Three of six; three other teams of six with one each; one of twenty is no team like it."""
    people, pairs = a_team("lea", 6, 3)
    for leader, size, reaching in (("ott", 6, 1), ("pia", 6, 1), ("qui", 6, 1), ("roy", 20, 20)):
        more, others = a_team(leader, size, reaching)
        people, pairs = people + more, pairs + others
    found = measured(team_beyond, answers(pairs), people)
    assert (0.5, 6, 3) == (found.value, found.detail.team, found.detail.reaching)
    assert (3, pytest.approx(1 / 6)) == (found.detail.teams, found.detail.peers)
    assert (1, 0) == (found.detail.typical, found.detail.peers_typical)
    low, high = found.detail.difference
    assert low < 1 / 3 < high
    assert found.detail.apart is (low > 0)
    assert 0 == found.low, "nothing tells whether they have met"


def test_a_team_below_the_smallest_size_is_not_told(measured):
    people, pairs = a_team("lea", 4, 4)
    found = measured(team_beyond, answers(pairs), people)
    assert found.value is None
    assert "fewer than 5 people" in found.reason


def test_without_a_team_or_peers_that_is_said(measured):
    people, pairs = a_team("lea", 5, 2)
    assert NO_PEERS == measured(team_beyond, answers(pairs), people).detail.no_peers
    assert NO_TEAM == measured(team_beyond, answers(pairs), [person("lea")]).reason


def test_the_team_of_the_leaders_own_manager_is_no_peer(measured):
    """It holds the leader's team; and teams within the leader's are part of it."""
    people, pairs = a_team("lea", 6, 2)
    people[0] = person("lea", manager="top")
    people = [person("top"), *people, *(person(f"s{n}", manager="lea0") for n in range(5))]
    assert 0 == measured(team_beyond, answers(pairs), people).detail.teams


# --- the team follows ---------------------------------------------------------------------------------------


def chats(people, begin, system="slack"):
    """One message a day of each, in their order."""
    return [
        {
            "id": f"{system}{name}",
            "time": (DAY0 + timedelta(days=begin + n)).isoformat(),
            "actor": f"{system}:{name}",
            "verb": "message",
        }
        for n, name in enumerate(people)
    ]


def in_chat(people):
    return [one | {"accounts": [*one["accounts"], f"slack:{one['person']}"]} for one in people]


def test_who_of_the_team_is_where_the_leader_is(measured):
    """Two of six are in the chat, one before the leader; of four others there three began before: place 4 of 6."""
    people = [*in_chat(a_team("lea", 6, 0)[0]), *in_chat([person(f"c{n}") for n in range(4)])]
    order = ["c0", "c1", "lea0", "c2", "lea", "lea1", "c3"]
    found = measured(team_follows, chats(order, 0), people)
    assert pytest.approx(2 / 6) == found.value
    (chat,) = found.detail.systems
    assert (7, 6, 2, 1, 1, pytest.approx(4 / 6)) == (
        chat.adopters,
        chat.team,
        chat.active,
        chat.before,
        chat.after,
        chat.place,
    )
    assert (True, NO_PEERS) == (found.detail.late, found.detail.no_peers)


def test_a_team_behind_its_peers_with_a_leader_who_began_late(measured):
    """Nobody of eight is in the chat; all of three other teams of eight are, and began before the leader."""
    people, others = in_chat(a_team("lea", 8, 0)[0]), []
    for name in ("ott", "pia", "qui"):
        team, _ = a_team(name, 8, 0)
        people, others = people + in_chat(team), others + [one["person"] for one in team]
    found = measured(team_follows, chats([*others, "lea"], 0), people)
    assert (0, 1, True, True) == (found.value, found.detail.peers, found.detail.late, found.detail.behind)
    (chat,) = found.detail.systems
    assert (True, 1, True) == (chat.late, chat.peers, chat.behind)


def test_one_system_that_the_team_does_not_take_up_is_told_though_it_takes_up_the_others(measured):
    """All are in the mail, the leader first; in the chat are all of three other teams, and the leader last of all."""
    people, others = in_chat(a_team("lea", 8, 0)[0]), []
    for name in ("ott", "pia", "qui"):
        team, _ = a_team(name, 8, 0)
        people, others = people + in_chat(team), others + [one["person"] for one in team]
    people = [one | {"accounts": [*one["accounts"], f"mail:{one['person']}"]} for one in people]
    mail = chats(["lea", *(f"lea{n}" for n in range(8)), *others], 0, "mail")
    found = measured(team_follows, [*mail, *chats([*others, "lea"], 60)], people).detail
    assert [("mail", False, False), ("slack", True, True)] == [
        (one.system, one.late, one.behind) for one in found.systems
    ]
    assert found.late is False


def test_a_system_in_which_the_leader_is_not_or_few_are_tells_nothing(measured):
    people = in_chat(a_team("lea", 6, 0)[0])
    assert NOWHERE == measured(team_follows, chats(["lea0", "lea1"], 0), people).reason


def test_between_is_a_row_of_its_own():
    assert {"one": "Blue", "other": "Red", "pairs": 2, "expected": 3.5} == Between(
        "Blue", "Red", 2, 3.5
    ).as_json()


def test_a_clustered_share_covers_as_often_as_it_says():
    """Conversations of very different sizes, each with a share of its own around 0.3."""
    random, covered, tried = np.random.default_rng(2), 0, draws(400, 2_000)
    for _ in range(tried):
        size = random.geometric(0.2, 60).astype(float)
        part = random.binomial(size.astype(int), random.beta(3, 7, 60)).astype(float)
        low, high = clustered_share(part, size)
        covered += low <= 0.3 <= high
    assert covered / tried >= 0.92


@pytest.mark.parametrize(("teams", "size", "share"), [(12, 20, 0.2), (6, 26, 0.15), (4, 30, 0.5)])
def test_a_team_of_a_shuffled_company_differs_from_others_by_chance_alone(teams, size, share):
    """Teams dealt out at random: the interval of the difference holds 0 in 95 % of companies, give or take chance."""
    random, companies = np.random.default_rng(11), draws(300, 1_000)
    held = 0
    for _ in range(companies):
        reaching = (random.random(400) < share).astype(float)
        sizes = random.integers(size // 2, 2 * size + 1, teams)
        own, *others = np.split(random.permutation(reaching), np.cumsum([size, *sizes]))[: teams + 1]
        some = np.array([part.sum() for part in others])
        every = np.array([float(len(part)) for part in others])
        sides = (own, np.ones(size)), (some, every)
        low, high = difference(
            *((part.sum() / whole.sum(), clustered_share(part, whole)) for part, whole in sides)
        )
        held += low <= 0 <= high
    assert abs(held / companies - 0.95) <= allowed(companies)
