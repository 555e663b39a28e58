"""What the leader's own conversations show: topics that brought more people, coming back, answering sooner."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from influence.advice.adviser import FORECAST, advice, advise
from influence.advice.coming_back import step_up
from influence.advice.habits import (
    ALIKE,
    Answered,
    Arrivals,
    answered,
    conversations_of,
    drawn_sums,
    sooner,
    topic_gains,
    topic_rows,
)
from influence.measures import voice
from tests.kit.asking import asking

START = datetime(2026, 1, 1, tzinfo=UTC)
TERMS = "[privacy]\nkeep_terms = true\n"
MONEY, GARDEN = ["budget", "forecast", "invoice", "margin"], ["soil", "tomato", "compost", "harvest"]
HOUR = 3_600_000_000


def row(name, hours, actor, verb="post", **more):
    time = (START + timedelta(hours=hours)).isoformat()
    return {"id": name, "time": time, "actor": f"x:{actor}", "verb": verb} | more


ego_of = asking("x:boss")


def of_kind(rows, kind):
    return [one for one in rows if one.kind == kind]


# --- topics -------------------------------------------------------------------------------------------------


def two_topics(more=3, rounds=40):
    """Posts by the boss, every second one about gardens: `more` new people answer those, one the others."""
    random = np.random.default_rng(4)
    rows = []
    for n in range(rounds):
        words = GARDEN if n % 2 else MONEY
        rows.append(row(f"b{n}", n * 48, "boss", text=" ".join(random.choice(words, 3))))
        for new in range(more if n % 2 else 1):
            said = " ".join(random.choice(words, 3))
            rows.append(
                row(f"r{n}-{new}", n * 48 + 1 + new, f"p{n}-{new}", "reply", parent=f"b{n}", text=said)
            )
    return rows


def test_a_conversation_brings_whom_it_reached_first_each_with_the_chance_of_never_having_met(workspace):
    rows = [
        row("b1", 0, "boss"),
        row("r1", 1, "ann", "reply", parent="b1"),
        row("r2", 2, "bob", "reply", parent="r1"),
        row("b2", 3, "boss"),
        row("r3", 4, "ann", "reply", parent="b2"),  # reached before
        row("r4", 5, "cem", "reply", parent="b2"),
        row("b3", 6, "boss"),  # to silence
        row("a1", 7, "ann"),
        row("b4", 8, "boss", "react", parent="a1"),  # no item of the leader's
    ]
    ego = ego_of(workspace(activities=rows))
    found = conversations_of(ego)
    at = ego.tables.rows("SELECT id FROM item ORDER BY item").column("id").to_pylist()
    brought = {at[item]: value for item, value in zip(found.item, found.brought, strict=True)}
    assert pytest.approx({"b1": 0.9 + 0.9, "b2": 0.9, "b3": 0.0}) == brought


TEAM = [
    {"person": "boss", "accounts": ["x:boss"]},
    {"person": "ann", "accounts": ["x:ann"], "manager": "boss"},
]


def test_the_team_is_not_brought_and_weighs_nothing_where_it_comes(workspace):
    rows = [
        row("b1", 0, "boss"),
        row("r1", 1, "ann", "reply", parent="b1"),
        row("r2", 2, "bob", "reply", parent="b1"),
        row("b2", 3, "boss", "reply", parent="r2"),
    ]
    ego = ego_of(workspace(activities=rows, people=TEAM), leader="boss")
    assert pytest.approx([0.9]) == conversations_of(ego).brought.tolist()
    _, came = answered(ego)
    assert pytest.approx([0.0, 0.9]) == sorted(came.weight.tolist())


def test_the_gain_of_a_topic_by_hand():
    brought, topic = np.array([4.0, 2.0, 1.0, 1.0, 0.0]), np.array([0, 0, 1, 1, -1])
    found = topic_gains(brought, topic, np.array([0, 1]))
    assert (1.6, [3.0, 1.0]) == (found.overall, found.mean.tolist())
    assert pytest.approx([1.4, -0.6]) == found.gain.tolist()
    assert (found.low <= found.gain).all()
    assert (found.gain <= found.high).all()


def test_a_planted_topic_is_found_with_its_numbers_and_its_evidence(workspace):
    rows = two_topics()
    first, *others = of_kind(advise(ego_of(workspace(TERMS, activities=rows))).rows, "topic")
    assert set(first.who.split(", ")) <= set(GARDEN)
    assert pytest.approx(0.9 * (3 - 2)) == first.gain
    assert 0 < first.interval[0] <= first.gain <= first.interval[1]
    assert (
        first.reason
        == f"20 conversations on {first.who} brought 54 people never met, where the average would have been 36"
    )
    assert 5 == len(first.evidence)
    assert set(first.evidence) <= {f"b{n}" for n in range(1, 40, 2)}
    assert [] == others  # the other topic brings fewer than the mean


def test_topics_that_bring_as_many_are_said_to_be_alike(workspace):
    rows = [
        *two_topics(more=1),
        row("extra", 49.5, "extra", "reply", parent="b1", text="thanks"),
    ]
    found = topic_rows(ego_of(workspace(TERMS, activities=rows)))
    assert found
    assert all(one.reason.endswith(ALIKE) and one.interval[0] <= 0 <= one.interval[1] for one in found)


def test_without_words_there_are_no_topics(workspace):
    assert [] == topic_rows(ego_of(workspace(activities=two_topics())))


def test_where_no_topic_differs_any_of_them_is_said_to_bring_more_in_at_most_5_of_100():
    false = 0
    for seed in range(100):
        random = np.random.default_rng(seed)
        brought = random.poisson(random.gamma(1, 1, 300)).astype(float)
        found = topic_gains(brought, random.integers(0, 8, 300), np.arange(8), seed=seed)
        false += bool((found.low > 0).any())
    assert false / 100 <= 0.05


@settings(max_examples=50, deadline=None)
@given(rows=st.lists(st.tuples(st.integers(0, 9), st.integers(-1, 2)), min_size=1, max_size=30))
def test_gains_agree_with_a_plain_reading(rows):
    brought, topic = np.array([one for one, _ in rows], float), np.array([of for _, of in rows])
    asked = np.unique(topic[topic >= 0])
    mean = sum(one for one, _ in rows) / len(rows)
    plain = []
    for number in asked:
        on = [one for one, of in rows if of == number]
        plain.append(sum(on) / len(on) - mean)
    found = topic_gains(brought, topic, asked)
    assert pytest.approx(plain) == found.gain.tolist()
    assert all(low <= gain <= high for low, gain, high in zip(found.low, plain, found.high, strict=True))


def test_what_is_drawn_again_does_not_depend_on_how_many_are_drawn_at_a_time(monkeypatch):
    columns = np.random.default_rng(1).random((7, 2))
    at_once = drawn_sums(columns, 50, seed=3)
    monkeypatch.setattr("influence.advice.habits.CELLS", 20)
    assert at_once.tolist() == drawn_sums(columns, 50, seed=3).tolist()


def test_topics_are_worked_out_once_for_voice_and_advice(workspace, monkeypatch):
    ego, times = ego_of(workspace(TERMS, activities=two_topics())), []
    real = voice.topics
    monkeypatch.setattr(voice, "topics", lambda *given, **more: times.append(1) or real(*given, **more))
    voice.voice(ego)
    topic_rows(ego)
    assert [1] == times


# --- answering sooner ---------------------------------------------------------------------------------------


def test_a_soon_answer_is_compared_at_the_same_wait_with_those_of_its_kind_and_size():
    # 0 is answered after 2; 1, 2 and 3 later: 2 is of another kind, and to 3 more people had come by then
    of = Answered(np.arange(4), np.zeros(4, int), np.array([2, 50, 50, 50]), np.array([0, 0, 1, 0]))
    came = Arrivals(np.array([0, 0, 0, 1, 3, 3, 0]), np.array([3, 4, 13, 9, 1, 5, 4]), np.ones(7))
    found = sooner(of, came, middle=2, delta=10)
    assert ([0], [1]) == (found.back.tolist(), found.like.tolist())
    assert (3.0, 1.0) == (found.after[0], found.instead[0])  # who came after 12 is too late


@settings(max_examples=50, deadline=None)
@given(
    rows=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 9), st.integers(0, 3)), max_size=25),
    asked=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 12)), min_size=1, max_size=8),
)
def test_arrivals_by_a_moment_agree_with_a_plain_reading(rows, asked):
    came = Arrivals(*(np.array([one[n] for one in rows], np.int64) for n in range(3)))
    place, time = (np.array(column) for column in zip(*asked, strict=True))
    count, weight = came.until(place, time)
    there = [[w for c, t, w in rows if c == at and t <= then] for at, then in asked]
    assert [len(one) for one in there] == count.tolist()
    assert pytest.approx([sum(one) for one in there]) == weight.tolist()


def world(seed, lift, conversations=160):
    """People come at rates that differ and die down; the leader answers one of them after a while; then × lift."""
    random = np.random.default_rng(seed)
    waits, rows = [], []
    for _ in range(conversations):
        rate, time, answer, times = random.gamma(2, 0.05), 0.0, None, [0.0]
        while time <= 150:
            pace = rate * np.exp(-time / 60) * (lift if answer is not None and time >= answer else 1)
            following = time + random.exponential(1 / pace)
            if answer is not None and time < answer <= following:
                time = answer
                continue
            time = following
            times.append(time)
            if answer is None and random.random() < 0.3:
                answer = time + random.exponential(8)
        if answer is not None:
            rows += [(len(waits), int(one * 1_000)) for one in times]
            waits.append(int(answer * 1_000))
    n, (row_, time_) = len(waits), np.array(rows).T
    of = Answered(np.arange(n), np.zeros(n, np.int64), np.array(waits), np.zeros(n, np.int64))
    return sooner(of, Arrivals(row_, time_, np.ones(len(rows))), int(np.median(waits)), 50_000, seed=seed)


def test_answering_soon_without_effect_differs_by_nothing_in_95_of_100_though_busy_conversations_are_answered_first():
    intervals = [world(seed, 1.0).interval(200, seed) for seed in range(100)]
    inside = sum(low <= 0 <= high for low, high in intervals)
    assert 0.95 - 3 * (0.95 * 0.05 / 100) ** 0.5 <= inside / 100


def test_an_answer_that_makes_more_come_is_found():
    assert world(1, 3.0).interval()[0] > 0.5


def asked_and_answered(conversations=30):
    """Questions to the boss, answered after 1 hour or after 30; three come after each early answer."""
    rows = []
    for n in range(conversations):
        start, wait = n * 400, 1 if n % 2 else 30
        rows.append(row(f"q{n}", start, f"asker{n}", "message", to=["x:boss"]))
        rows.append(row(f"a{n}", start + wait, "boss", "reply", parent=f"q{n}"))
        rows += [
            row(f"c{n}-{k}", start + wait + 1 + k, f"p{n}-{k}", "reply", parent=f"a{n}")
            for k in range(3 if n % 2 else 0)
        ]
    return rows


def test_waits_and_comers_of_a_log_by_hand(workspace):
    ego = ego_of(workspace(activities=asked_and_answered(4)))
    of, came = answered(ego)
    assert [30, 1, 30, 1] == [wait // HOUR for wait in of.wait.tolist()]
    assert 1 == len(set(of.kind.tolist()))
    assert [1, 1, 1, 3, 3, 3] == came.row.tolist()  # the askers stated no response
    assert pytest.approx([0.9] * 6) == came.weight.tolist()


def test_the_habit_of_answering_soon_is_a_row_with_reason_and_evidence(workspace):
    (habit,) = of_kind(advise(ego_of(workspace(activities=asked_and_answered()))).rows, "habit")
    assert ("answer_sooner", "answering others within 1 hour") == (habit.who, habit.name)
    assert pytest.approx([2.7] * 3) == [habit.gain, *habit.interval]
    assert "41 people never met came within 14 days after, 0 to as many like the 15" in habit.reason
    assert 5 == len(habit.evidence)
    assert set(habit.evidence) <= {f"a{n}" for n in range(1, 30, 2)}


@pytest.mark.parametrize(("expected", "conversations"), [(0, 18), (1, 20)])
def test_fewer_than_ten_on_a_side_tell_nothing(workspace, expected, conversations):
    rows = advise(ego_of(workspace(activities=asked_and_answered(conversations)))).rows
    assert expected == len(of_kind(rows, "habit"))


# --- coming back --------------------------------------------------------------------------------------------


def come_back_to(conversations=30):
    """Posts with one answer each; the boss comes back to every second one, and two more people come there."""
    rows = []
    for n in range(conversations):
        start = n * 400
        rows.append(row(f"b{n}", start, "boss"))
        rows.append(row(f"r{n}", start + 1, f"p{n}", "reply", parent=f"b{n}"))
        if n % 2:
            rows.append(row(f"back{n}", start + 2, "boss", "reply", parent=f"r{n}"))
            rows += [row(f"s{n}-{k}", start + 3 + k, f"s{n}-{k}", "reply", parent=f"b{n}") for k in range(2)]
    return rows


def test_the_habit_of_coming_back_is_the_finding_step_up(workspace):
    ego = ego_of(workspace(activities=come_back_to()))
    found, finding = advise(ego), step_up(ego)
    (habit,) = [one for one in of_kind(found.rows, "habit") if one.who == "come_back"]
    assert found.step_up == finding
    assert (finding.value, finding.interval) == (habit.gain, habit.interval)
    assert pytest.approx(1.8) == habit.gain
    assert (
        "15 conversations of their own 27 people never met came, 0 to as many conversations" in habit.reason
    )
    assert set(habit.evidence) <= {f"back{n}" for n in range(1, 30, 2)}


# --- the whole ----------------------------------------------------------------------------------------------


def test_the_order_of_rows_changes_no_topic_and_no_habit(workspace):
    topics = [one | {"id": f"t{one['id']}"} | parent_of(one) for one in two_topics()]
    every = [*topics, *asked_and_answered()]
    found = [
        of_kind(made.rows, "topic") + of_kind(made.rows, "habit")
        for made in (advise(ego_of(workspace(TERMS, activities=given))) for given in (every, every[::-1]))
    ]
    assert {"topic", "habit"} == {one.kind for one in found[0]}
    assert found[0] == found[1]


def parent_of(one):
    return {"parent": f"t{one['parent']}"} if "parent" in one else {}


def test_topics_and_habits_are_no_forecast_and_none_is_promised_for_them(workspace):
    ego = ego_of(workspace(TERMS, activities=two_topics()))
    found, finding = advise(ego), advice(ego)["advice"]
    assert not {"topic", "habit"} & set(FORECAST)
    assert {one.kind for one in found.forecast} <= set(FORECAST)
    assert finding.value is None
    assert "topic" in {one.kind for one in finding.detail.rows}
