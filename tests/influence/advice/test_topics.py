"""What the leader's own conversations show: topics that brought more people, before the last third and in it."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from influence.advice.adviser import FORECAST, advice, advise
from influence.advice.topics import conversations_of, drawn_sums, topic_gains, topic_rows
from influence.measures import voice
from tests.kit.asking import asking

START = datetime(2026, 1, 1, tzinfo=UTC)
TERMS = "[privacy]\nkeep_terms = true\n"
MONEY, GARDEN = ["budget", "forecast", "invoice", "margin"], ["soil", "tomato", "compost", "harvest"]


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


def test_the_team_is_not_brought(workspace):
    rows = [
        row("b1", 0, "boss"),
        row("r1", 1, "ann", "reply", parent="b1"),
        row("r2", 2, "bob", "reply", parent="b1"),
        row("b2", 3, "boss", "reply", parent="r2"),
    ]
    ego = ego_of(workspace(activities=rows, people=TEAM), leader="boss")
    assert pytest.approx([0.9]) == conversations_of(ego).brought.tolist()


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
    assert pytest.approx(0.9 * (3 - 27 / 13)) == first.gain  # 13 rounds are left: 7 bring three, 6 one
    assert 0 < first.interval[0] <= first.gain <= first.interval[1]
    assert first.reason.startswith(
        f"in the last third of the window 7 conversations on {first.who} brought 19 people never met, where the "
        "average would have been 13; "
    )
    assert 5 == len(first.evidence)
    assert set(first.evidence) <= {f"b{n}" for n in range(25, 40, 2)}
    assert [] == others  # the other topic brings fewer than the mean


def test_a_topic_that_brought_more_only_before_the_last_third_is_not_named(workspace):
    rows = two_topics()
    late = [one for one in rows if one["id"].startswith("r") and one["id"].endswith(("-1", "-2"))]
    ended = {one["id"] for one in late if int(one["parent"][1:]) >= 26}
    assert [] == topic_rows(
        ego_of(workspace(TERMS, activities=[one for one in rows if one["id"] not in ended]))
    )


def test_topics_that_bring_as_many_are_not_named(workspace):
    rows = [
        *two_topics(more=1),
        row("extra", 49.5, "extra", "reply", parent="b1", text="thanks"),
    ]
    assert [] == topic_rows(ego_of(workspace(TERMS, activities=rows)))


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
    monkeypatch.setattr("influence.advice.topics.CELLS", 20)
    assert at_once.tolist() == drawn_sums(columns, 50, seed=3).tolist()


def test_topics_are_worked_out_once_for_voice_and_advice(workspace, monkeypatch):
    ego, times = ego_of(workspace(TERMS, activities=two_topics())), []
    real = voice.topics
    monkeypatch.setattr(voice, "topics", lambda *given, **more: times.append(1) or real(*given, **more))
    voice.voice(ego)
    topic_rows(ego)
    assert [1] == times


# --- the whole ----------------------------------------------------------------------------------------------


def test_the_order_of_rows_changes_no_topic(workspace):
    every = [one | {"id": f"t{one['id']}"} | parent_of(one) for one in two_topics()]
    found = [
        of_kind(advise(ego_of(workspace(TERMS, activities=given))).rows, "topic")
        for given in (every, every[::-1])
    ]
    assert found[0]
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
