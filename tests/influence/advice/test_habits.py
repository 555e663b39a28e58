"""Habits over all leaders of a record: compared with conversations just like them, pooled, found twice or not shown."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from influence.advice.acted import Acted
from influence.advice.adviser import advise
from influence.advice.habits_compared import Arrivals, Comparison, Doings, effects
from influence.advice.habits_tested import habit_rows, tried
from influence.advice.twice import FEWEST_ON_A_SIDE, summed
from influence.chance.p_values import discoveries
from influence.chance.pooled import pooled
from influence.times import DAY, Window
from tests.kit.asking import asking
from tests.kit.draws import draws
from tests.kit.habit_worlds import DELTA, WINDOW, world

START = datetime(2026, 1, 1, tzinfo=UTC)
ego_of = asking("x:boss")


def row(name, hours, actor, verb="post", **more):
    time = (START + timedelta(hours=hours)).isoformat()
    return {"id": name, "time": time, "actor": f"x:{actor}", "verb": verb} | more


def whole(acted, window=WINDOW, delta=DELTA):
    return Doings(acted, window, window, delta)


# --- pooling ------------------------------------------------------------------------------------------------


def test_pooling_by_hand():
    # effects 0, 2 with variance 1 each: Σ w (e − 1)² = 2 > 1, so that τ² = 1: weights ½, their squares add up to 1
    found = pooled(np.array([0.0, 2.0]), np.ones(2))
    assert pytest.approx((1.0, 1.0)) == (found.value, found.spread)
    assert pytest.approx(1 + 12.7062 * 1.0, rel=1e-4) == found.interval[1]  # t with 1 degree, 97.5 %: 12.7062
    assert pytest.approx(0.5) == found.p  # t = 1 with 1 degree


EFFECTS = st.lists(st.tuples(st.floats(-3, 3), st.floats(0.01, 4)), min_size=2, max_size=12)


@settings(max_examples=60, deadline=None)
@given(rows=EFFECTS, by=st.floats(-2, 2))
def test_pooling_follows_what_effects_are_moved_and_turned_by(rows, by):
    effect, variance = (np.array(column) for column in zip(*rows, strict=True))
    found, moved = pooled(effect, variance), pooled(effect + by, variance)
    assert pytest.approx(found.value + by, abs=1e-6) == moved.value
    assert pytest.approx(found.spread, abs=1e-5) == moved.spread
    assert pytest.approx(-found.value, abs=1e-6) == pooled(-effect, variance).value
    assert min(effect) - 1e-9 <= found.value <= max(effect) + 1e-9
    assert found.interval[0] <= found.value <= found.interval[1]
    assert (found.p < 0.05) == (found.interval[0] > 0 or found.interval[1] < 0)


@pytest.mark.parametrize("given_", [([1.0], [1.0]), ([1.0, 2.0], [1.0, 0.0]), ([1.0, 2.0], [1.0])])
def test_what_cannot_be_pooled_is_refused(given_):
    with pytest.raises(ValueError, match="two effects or more"):
        pooled(*(np.array(column) for column in given_))


# --- effects ------------------------------------------------------------------------------------------------


ROWS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 3), st.booleans(), st.integers(0, 6)), min_size=1, max_size=40
)


def comparison(rows):
    leader, within, kept, brought = (np.array(column) for column in zip(*rows, strict=True))
    n = np.arange(len(rows))
    return Comparison(leader, leader * 10 + within, n, kept.astype(bool), brought.astype(float), n)


@settings(max_examples=60, deadline=None)
@given(rows=ROWS)
def test_effects_agree_with_a_plain_reading_and_turn_with_the_habit(rows):
    found = {one.leader: one for one in effects(comparison(rows))}
    for leader in {one for one, *_ in rows}:
        sets = [[(k, y) for who, w, k, y in rows if (who, w) == (leader, number)] for number in range(4)]
        sides = [([y for k, y in one if k], [y for k, y in one if not k]) for one in sets]
        sides = [(a, b) for a, b in sides if a and b]
        weight = [len(a) * len(b) / (len(a) + len(b)) for a, b in sides]
        level = sum(w * np.mean(a + b) for w, (a, b) in zip(weight, sides, strict=True))
        if not level:
            assert leader not in found
            continue
        apart = sum(w * (np.mean(a) - np.mean(b)) for w, (a, b) in zip(weight, sides, strict=True))
        assert pytest.approx(apart / level) == found[leader].share
        assert pytest.approx(level) == found[leader].worth
        assert sum(len(a) for a, _ in sides) == found[leader].kept
    turned = {one.leader: one.share for one in effects(comparison([(a, b, not k, y) for a, b, k, y in rows]))}
    assert pytest.approx({name: -one.share for name, one in found.items()}) == turned


def test_where_habits_are_dealt_out_anew_within_sets_shares_are_none_on_average():
    random = np.random.default_rng(3)
    rows = [(0, n % 3, n % 4 == 0, int(random.geometric(0.4)) - 1) for n in range(36)]
    one = comparison(rows)
    shares = []
    for _ in range(2_000):
        kept = one.kept.copy()
        for number in range(3):
            kept[one.within == number] = random.permutation(kept[one.within == number])
        shares.append(effects(replace(one, kept=kept))[0].share)
    assert abs(np.mean(shares)) < 3 * np.std(shares) / len(shares) ** 0.5


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


# --- what is compared, on small logs by hand ----------------------------------------------------------------


def doings(ego):
    window = Window(ego.window.since, ego.window.until + 60 * DAY)
    return Doings(Acted.of(ego.population, window, [ego.leader]), window, window, ego.passing.delta)


def sides(of):
    """What came where the habit was kept and where not, of sets that have both."""
    both = [one for one in np.unique(of.within) if len(set(of.kept[of.within == one].tolist())) == 2]
    rows = np.isin(of.within, both)
    return tuple(sorted(of.brought[rows & side].round(2).tolist()) for side in (of.kept, ~of.kept))


def answers(parent, hours, count):
    return [row(f"{parent}-{n}", hours + n, f"{parent}p{n}", "reply", parent=parent) for n in range(count)]


def test_naming_others_and_hours_by_hand(workspace):
    rows = [
        row("b1", 9, "boss", mentions=["x:ann"]), *answers("b1", 10, 3),
        row("b2", 10, "boss"), *answers("b2", 11, 1),
        row("b3", 22, "boss"), *answers("b3", 23, 2),
        row("b4", 23, "boss"), *answers("b4", 24 + 14 * 24, 2),  # after δ
    ]  # fmt: skip
    found = doings(ego_of(workspace(activities=rows)))
    assert ([2.7], [0.0, 0.9, 1.8]) == sides(found.naming())
    assert ([0.9, 2.7], [0.0, 1.8]) == sides(found.at_hours(6, 12))
    assert ([0.0, 1.8], [0.9, 2.7]) == sides(found.at_hours(18, 6))


def test_asking_is_told_where_texts_are_kept_outside_links_and_quotes(workspace):
    texts = ["What now?", "See https://x.example/?q=1", "> Why?\nBecause.", "何?", "Done."]
    rows = [row(f"b{n}", n, "boss", text=text) for n, text in enumerate(texts)]
    rows += [one for n in range(5) for one in answers(f"b{n}", 10 + n, n + 1)]
    kept = ego_of(workspace("[privacy]\nkeep_text = true\n", activities=rows))
    assert ([0.9, 3.6], [1.8, 2.7, 4.5]) == sides(doings(kept).asking())
    assert 0 == len(doings(ego_of(workspace(activities=rows))).asking().item)


def test_answering_within_a_day_is_beside_what_had_no_answer_yet_and_got_one_later(workspace):
    rows = []
    for n, wait in enumerate([2, 50, 400]):  # the last one comes after δ: it is beside nobody
        rows.append(row(f"q{n}", n, f"asker{n}"))
        rows.append(row(f"a{n}", n + wait, "boss", "reply", parent=f"q{n}"))
        rows += answers(f"a{n}", n + wait + 1, 3 - n)
    assert ([2.7], [1.8]) == sides(doings(ego_of(workspace(activities=rows))).sooner())


def test_coming_back_is_beside_conversations_that_lived_alike_by_then(workspace):
    rows = []
    for n, (back, more) in enumerate([(2.5, 2), (None, 1), (400, 0)]):
        rows += [row(f"b{n}", n, "boss"), row(f"r{n}", n + 1, f"p{n}", "reply", parent=f"b{n}")]
        if back:
            rows.append(row(f"back{n}", n + back, "boss", "reply", parent=f"r{n}"))
        rows += [row(f"s{n}-{k}", n + 4 + k, f"s{n}-{k}", "reply", parent=f"b{n}") for k in range(more)]
    found = doings(ego_of(workspace(activities=rows))).coming_back()
    first = found.within == found.within[0]
    assert ([1.8], [0.0, 0.9]) == tuple(
        sorted(found.brought[first & side].round(2).tolist()) for side in (found.kept, ~found.kept)
    )


def test_one_who_had_come_more_than_once_is_one_person_and_the_team_weighs_nothing(workspace):
    people = [
        {"person": "boss", "accounts": ["x:boss"]},
        {"person": "ann", "accounts": ["x:ann"], "manager": "boss"},
    ]
    rows = [
        row("b1", 0, "boss"),
        *(row(f"r{n}", 1 + n, "bob", "reply", parent="b1") for n in range(3)),
        row("s", 2, "ann", "reply", parent="b1"),
    ]
    found = doings(asking("boss")(workspace(activities=rows, people=people)))
    assert [0.9] == pytest.approx(found.among(np.array([True])).brought.tolist())


# --- worlds -------------------------------------------------------------------------------------------------


def holding(seed, lift=None, **size):
    return tried(world(seed, lift, **size), WINDOW, DELTA, seed)


def test_where_no_habit_changes_anything_one_is_found_before_the_last_third_in_at_most_5_of_100_and_none_holds():
    worlds = draws(12, 300)
    found = [holding(seed) for seed in range(worlds)]
    told = [discoveries([one.before.p for one in each if one.before]) for each in found]
    most = 0.05 * worlds + 3 * (0.05 * 0.95 * worlds) ** 0.5
    assert sum(any(one) for one in told) <= most
    assert sum(one.holds for each in found for one in each) <= 0.01 * worlds
    assert all(sum(one.before is not None for one in each) >= 4 for each in found)


def test_a_planted_habit_is_found_and_no_other_is_taken_for_it():
    worlds = draws(5, 60)
    found = [
        {one.name for one in holding(seed, {"ask": 1.8}, conversations=400) if one.holds}
        for seed in range(worlds)
    ]
    assert sum("ask" in one for one in found) >= 0.8 * worlds
    assert sum(bool(one - {"ask"}) for one in found) <= max(1, 0.05 * worlds)


def test_what_came_only_before_the_last_third_does_not_hold():
    acted = world(2, {"ask": 2.5})
    late = acted.time >= WINDOW.since + 2 * (WINDOW.until - WINDOW.since) // 3
    random = np.random.default_rng(1)
    asks = np.where(late, random.permutation(acted.asks), acted.asks)
    before, after = (
        {one.name: one for one in tried(replace(acted, asks=each), WINDOW, DELTA, 1)}["ask"]
        for each in (acted.asks, asks)
    )
    assert (True, False) == (before.holds, after.holds)
    assert before.before == after.before  # nothing after the cut was looked at


def test_with_too_few_leaders_nothing_is_said():
    found = tried(world(1, {"ask": 5.0}, leaders=4), WINDOW, DELTA, 1)
    assert all(one.before is None and not one.holds for one in found)
    assert (None, 0) == summed([])


# --- in a report --------------------------------------------------------------------------------------------


def named_and_not(leaders=6, rounds=90):
    """Leaders who name somebody in every second post, to which three come instead of one; `boss` is one of them."""
    rows = []
    for leader in ["boss", *(f"lead{n}" for n in range(1, leaders))]:
        for n in range(rounds):
            naming = {"mentions": ["x:somebody"]} if n % 2 else {}
            name = f"{leader}{n}"
            rows.append(row(name, n * 96 + len(rows) % 3, leader, **naming))
            rows += [
                row(f"{name}-{k}", n * 96 + 5 + k, f"{name}-{k}", "reply", parent=name)
                for k in range(3 if n % 2 else 1)
            ]
    return rows


def test_a_habit_that_holds_is_a_row_with_reason_and_the_leaders_own_evidence(workspace):
    made = workspace(activities=named_and_not())
    found = advise(ego_of(made))
    (habit,) = [one for one in found.rows if one.kind == "habit"]
    assert ("name_others", "naming others") == (habit.who, habit.name)
    assert pytest.approx(1.0, rel=1e-3) == habit.gain  # 3 and 1: 2 apart, of 2 on average
    assert "100 % more people never met came so" in habit.reason.replace("\u00a0", " ")
    assert "(69 % to 131 %, over 6 leaders)" in habit.reason.replace("\u00a0", " ")
    assert "the leader did so in 43 of 86 conversations compared" in habit.reason
    assert 5 == len(habit.evidence)
    assert {int(one.removeprefix("boss")) % 2 for one in habit.evidence} == {1}
    assert found.tried.endswith("held before the last third of the record and in it: 1")
    rows, tried = habit_rows(ego_of(made))  # as it is kept
    assert list(found.rows[-1:]) == rows
    assert found.tried.endswith(f"; {tried}")


def test_with_too_little_it_says_how_much_would_be_enough(workspace):
    rows, words = habit_rows(ego_of(workspace(activities=[row("b", 0, "boss"), row("c", 1, "boss")])))
    assert [] == rows
    assert words == (
        f"habits are too little on record: 0 leaders kept one in {FEWEST_ON_A_SIDE} conversations and did not in "
        f"{FEWEST_ON_A_SIDE} just like them before the last third of the record; 5 are needed"
    )
