"""Who is likely to respond next: what is known at a cut, what is learned, how it is tested, and what is too little."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from influence.advice import likely, signs
from influence.advice.history import History
from influence.advice.likely import Ranked, Record, elsewhere
from influence.advice.next_to_respond import next_to_respond
from influence.advice.signs import OF_PAIRS, SIGNS, asked_at, came
from influence.advice.tested import back_tested
from influence.advice.week import this_week
from influence.contract.details.next_to_respond import NextToRespond
from influence.times import DAY
from tests.kit.asking import asking

START = datetime(2026, 1, 1, tzinfo=UTC)
ego_of = asking("x:boss")


def row(n, day, actor, verb="post", **more):
    return {
        "id": f"i{n:03}",
        "time": (START + timedelta(days=day)).isoformat(),
        "actor": f"x:{actor}",
        "verb": verb,
    } | more


# --- signs --------------------------------------------------------------------------------------------------

BY_HAND = [
    row(0, 0, "boss", conversation="c1"),
    row(1, 1, "ann", "reply", parent="i000"),  # ann answers the boss
    row(2, 2, "ann"),
    row(3, 3, "bob", "reply", parent="i002"),  # bob answers ann, who answers the boss
    row(4, 4, "cem"),
    row(5, 5, "boss", "reply", parent="i004"),  # the boss answers cem
    row(6, 30, "dan"),  # has to do with nobody
    row(7, 40, "bob", "reply", parent="i000"),  # bob comes
]


def signs_of(ego, cut, *, upto=None):
    history = History.of(ego.population, ego.window)
    asked = asked_at(history if upto is None else history.before(upto), cut, [ego.leader])
    who = [ego.people.who[code].person for code in asked.person]
    return {
        name: dict(zip(SIGNS, signs, strict=True)) for name, signs in zip(who, asked.signs, strict=True)
    }, asked


def at(day):
    return int((START + timedelta(days=day)).timestamp() * 1_000_000)


def test_signs_are_counted_as_by_hand_and_who_has_responded_is_not_asked_about(workspace):
    found, _ = signs_of(ego_of(workspace(activities=BY_HAND)), at(35))
    assert {"x:bob", "x:cem", "x:dan"} == set(found)
    assert np.log(2) == found["x:bob"]["answers_those_reached"] == found["x:bob"]["ties_with_those_reached"]
    assert np.log(2) == found["x:cem"]["answered_them"]
    assert 0 == found["x:dan"]["walk"] == found["x:dan"]["shared_contacts"]
    assert found["x:bob"]["walk"] > 0
    assert np.log1p(5) == pytest.approx(found["x:dan"]["seen_ago"])


def test_nothing_at_or_after_the_cut_is_looked_at(workspace):
    ego = ego_of(workspace(activities=BY_HAND))
    assert signs_of(ego, at(35))[0] == signs_of(ego, at(35), upto=at(35))[0]


def test_who_first_responds_after_the_cut_has_come(workspace):
    ego = ego_of(workspace(activities=BY_HAND))
    _, asked = signs_of(ego, at(35))
    history = History.of(ego.population, ego.window)
    came_ = came(history, asked, at(35), at(60))
    assert ["x:bob"] == [ego.people.who[code].person for code in asked.person[came_]]
    assert not came(history, asked, at(41), at(60)).any()


MANY = [
    row(0, 0, "boss"),
    row(1, 1, "ann", "reply", parent="i000"),  # ann answers the boss
    row(2, 2, "ann"),
    row(3, 3, "bob", "reply", parent="i002"),  # bob is near the boss by ann, and did least of all lately
    *(row(10 * n + day, 10 + n, f"p{n}") for n in range(1, 6) for day in range(n)),  # p5 did most, p1 least
]


def asked_of(workspace, cut, also=()):
    ego = ego_of(workspace(activities=MANY))
    code = {who.person: code for code, who in enumerate(ego.people.who)}
    history = History.of(ego.population, ego.window)
    asked = asked_at(history, cut, [ego.leader], [code[one] for one in also])
    return {ego.people.who[person].person for person in asked.person}


def test_of_more_than_can_be_asked_about_the_most_active_and_the_nearest_are(workspace, monkeypatch):
    monkeypatch.setattr(signs, "MOST_ASKED", 3)
    assert {"x:p5", "x:bob", "x:p4"} == asked_of(workspace, at(35))


def test_who_is_asked_for_by_name_is_asked_about_too_unless_not_seen_lately(workspace, monkeypatch):
    monkeypatch.setattr(signs, "MOST_ASKED", 3)
    assert {"x:p5", "x:bob", "x:p4", "x:p1"} == asked_of(workspace, at(35), also=["x:p1", "x:ann"])


def test_leaders_held_one_at_a_time_have_the_same_signs_as_all_at_once(monkeypatch):
    history, leaders = invented(planted=True), list(range(LEADERS))
    at_once = asked_at(history, 300 * DAY, leaders)
    monkeypatch.setattr(signs, "AT_ONCE", 1)
    one_by_one = asked_at(history, 300 * DAY, leaders)
    assert np.array_equal(at_once.signs, one_by_one.signs)
    assert np.array_equal(at_once.person, one_by_one.person)


# --- learning -----------------------------------------------------------------------------------------------

ITEMS = ("time", "author", "conversation", "channel")
PEOPLE, LEADERS, DAYS = 160, 12, 360


def invented(*, planted, seed=1):
    """A year in which people answer leaders: those near the ones they answer come, if planted, else anybody."""
    random = np.random.default_rng(seed)
    time = np.sort(random.integers(0, DAYS * DAY, 9_000))
    responder = random.integers(0, PEOPLE, len(time))
    near = (responder // 10 + random.integers(0, 2, len(time))) % LEADERS if planted else None
    target = random.integers(0, LEADERS, len(time)) if near is None else near
    within = random.random(len(time)) < 0.8  # most answer one another, in their ten if planted
    ten, anybody = random.integers(0, 10, len(time)), random.integers(0, PEOPLE, len(time))
    other = responder // 10 * 10 + ten if planted else anybody
    target = np.where(within, other, target)
    kept = target != responder
    time, responder, target = time[kept], responder[kept], target[kept]
    count = np.arange(len(time))
    none = np.empty(0, np.int64)
    return History(
        np.ones(PEOPLE, bool), 0, time, responder, count // 3, np.full(len(time), -1),
        count, time, responder, target, none, none, none, none,
    )  # fmt: skip


def record(*, planted, seed=1):
    return Record(invented(planted=planted, seed=seed), 0, DAYS * DAY)


def test_a_planted_pattern_is_learned_and_tested_with_skill_beyond_both_simple_rankings():
    found = back_tested(record(planted=True))
    assert found.skill
    assert found.most_interval[0] > 0
    assert found.leaders >= 5
    assert "did better" in found.words


def test_where_anybody_comes_there_is_no_skill():
    found = back_tested(record(planted=False))
    assert 0.4 < found.auc < 0.6


def test_probabilities_are_those_that_come():
    held = record(planted=True)
    cut = held.until - held.ahead
    pairs = held.at(cut)
    outcome = came(held.history, pairs.asked, cut, held.until)
    curve = held.chances(cut)
    if curve is None:
        pytest.fail("enough come for a curve")
    chance = curve.of(held.weights(cut).scores(pairs))
    assert outcome.mean() == pytest.approx(chance.mean(), abs=0.1)


def test_what_is_learned_is_the_same_each_time():
    first, second = (record(planted=True).weights(DAYS * DAY) for _ in range(2))
    assert first.here
    assert np.array_equal(first.raw, second.raw)
    assert np.array_equal(first.rank, second.rank)


def test_some_of_those_who_did_not_come_teach_nearly_what_all_teach(monkeypatch):
    cut, orders = 2 * DAYS * DAY // 3, []
    for others in (2, PEOPLE**2):
        monkeypatch.setattr(likely, "OTHERS", others)
        held = record(planted=True)
        orders.append(held.weights(cut).scores(held.at(cut)))
    assert not np.array_equal(*orders)
    assert np.corrcoef(*orders)[0, 1] > 0.95


def test_a_record_too_small_to_learn_from_takes_the_weights_learned_elsewhere():
    held = record(planted=True)
    few = Record(held.history.before(4 * DAY), 0, 4 * DAY)
    assert few.weights(4 * DAY) is elsewhere()
    assert few.chances(4 * DAY) is None
    assert back_tested(Record(held.history.before(DAY), 0, DAY)).auc is None


def test_the_weights_learned_elsewhere_are_of_signs_that_there_are_and_say_how_they_were_made():
    told = elsewhere()
    assert not told.raw.any()
    assert not told.rank[OF_PAIRS:].any()
    assert (np.count_nonzero(told.rank), True) == (15, bool((np.abs(told.rank) < 2).all()))


def test_what_signs_add_makes_up_the_difference_between_two_scores():
    held = record(planted=True)
    cut = held.until - held.ahead
    pairs, weights = held.at(cut), held.weights(cut)
    scores, parts = weights.scores(pairs), weights.parts(pairs)
    assert scores[0] - scores[7] == pytest.approx(parts[0].sum() - parts[7].sum())


def test_ranks_are_among_the_people_of_one_leader():
    pairs = record(planted=True).at(200 * DAY)
    leader = pairs.asked.leader == pairs.asked.leader[0]
    alone = Ranked.of(pairs.asked.where(leader))
    assert np.allclose(alone.ranks, pairs.ranks[leader])


def test_a_history_before_a_moment_holds_nothing_later():
    held = invented(planted=True).before(100 * DAY)
    assert max(held.time.max(), held.responded.max()) < 100 * DAY
    assert 1 == len({len(getattr(held, one.name)) for one in fields(held) if one.name in ITEMS})


# --- the finding --------------------------------------------------------------------------------------------


def reason_of(ego):
    found = next_to_respond(ego)
    assert found["next_to_respond"].value is None
    return found["next_to_respond"].reason


def test_a_log_of_one_week_says_how_much_would_be_enough(workspace):
    ego = ego_of(workspace(activities=[row(0, 0, "boss"), row(1, 6, "ann", "reply", parent="i000")]))
    assert "the window has 6 days; at least 28 are needed to learn who responds next" == reason_of(ego)


def test_a_workspace_of_one_leader_says_how_many_are_needed(workspace):
    assert "responded to 1 leader; at least 5 are needed" in reason_of(ego_of(workspace(activities=BY_HAND)))


def test_where_everybody_has_responded_nobody_is_left(workspace):
    activities = [row(0, 0, "boss"), row(1, 1, "ann", "reply", parent="i000"), row(2, 60, "ann")]
    assert "has responded already" in reason_of(ego_of(workspace(activities=activities)))


def test_a_leader_who_did_nothing_is_told_of_all_the_same(workspace):
    activities = [row(0, 0, "ann"), row(1, 1, "bob", "reply", parent="i000"), row(2, 60, "boss", "view")]
    assert reason_of(ego_of(workspace(activities=activities)))


def test_the_week_names_whom_to_answer_and_lines_keep_their_names(workspace):
    ego = ego_of(workspace(activities=BY_HAND))
    first, second = this_week(ego), this_week(ego)
    assert [one.line for one in first.answers] == [one.line for one in second.answers]
    assert first.minutes is None
    assert "20 are needed" in first.findings["answer_minutes"].reason


def test_a_detail_is_read_back_as_it_was_written():
    told = NextToRespond((), 3, 30.0, here=False)
    assert replace(told) == NextToRespond.from_json(told.as_json())
