"""Where to write and to which sphere to turn: known at that moment, beside where else leaders went, found twice."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from influence.advice.adviser import advise
from influence.advice.choices_compared import FEWEST_EXCHANGES, Turned
from influence.advice.choices_tested import choice_rows, choices_of
from influence.times import DAY, Window
from tests.kit.asking import asking

START = datetime(2026, 1, 1, tzinfo=UTC)
ego_of = asking("x:boss")


def row(name, hours, actor, parent=None, **more):
    time = (START + timedelta(hours=hours)).isoformat()
    verb = "reply" if parent else "post"
    return {"id": name, "time": time, "actor": f"x:{actor}", "verb": verb, "parent": parent} | more


def turned(ego):
    window = Window(ego.window.since, ego.window.until + 60 * DAY)
    return Turned(ego.population, window, ego.passing.delta, [ego.leader]), window


def sides(of):
    """What came where it would have been named, and where not."""
    return tuple(of.brought[side].round(2).tolist() for side in (of.kept, ~of.kept))


# --- conversations ------------------------------------------------------------------------------------------


def test_a_conversation_is_named_where_somebody_not_reached_wrote_within_delta_and_counted_is_who_first_responds_there(
    workspace,
):
    rows = [
        row("a", 0, "boss"), row("a1", 1, "ann", "a"),  # ann is reached
        row("b", 2, "ann"), row("b1", 3, "boss", "b"),  # only ann wrote there: not named
        row("b2", 4, "bob", "b1"),  # and yet bob comes: 0.9
        row("c", 5, "cem"), row("c1", 6, "boss", "c"),  # cem is not reached: named
        row("c2", 7, "cem", "c1"), row("c3", 8, "ann", "c1"),  # cem comes, ann had come before: 0.9
        row("d", 9, "dan"), row("d1", 9 + 15 * 24, "boss", "d"),  # dan wrote longer ago than δ: nothing of it counts
        row("d2", 9 + 15 * 24 + 1, "dan", "d1"),
    ]  # fmt: skip
    of, window = turned(ego_of(workspace(activities=rows)))
    assert ([0.9], [0.9]) == sides(of.conversations(window))


def test_the_team_bots_and_the_leader_are_nobody_to_reach_and_of_a_stretch_of_delta_the_first_item_counts(
    workspace,
):
    people = [
        {"person": "boss", "accounts": ["x:boss"]},
        {"person": "tim", "accounts": ["x:tim"], "manager": "boss"},
        {"person": "bot", "accounts": ["x:bot"], "bot": True},
    ]
    rows = [
        row("a", 0, "tim"), row("a1", 1, "bot", "a"), row("a2", 2, "boss", "a"), row("a3", 3, "boss", "a"),
        row("e", 0, "eve"), row("e1", 1, "boss", "e"), row("e2", 2, "boss", "e"), row("e3", 3, "eve", "e2"),
    ]  # fmt: skip
    of, window = turned(asking("boss")(workspace(activities=rows, people=people)))
    assert ([0.9], [0.0]) == sides(of.conversations(window))


def test_what_comes_after_the_moment_changes_nothing_of_what_was_named(workspace):
    rows = [row("c", 5, "cem"), row("c1", 6, "boss", "c"), row("z", 2000, "zoe")]
    later = [row("c2", 7, "cem", "c1"), row("c3", 8, "dan", "c1")]
    short, full = (turned(ego_of(workspace(activities=one))) for one in (rows, [*rows, *later]))
    assert (
        short[0].conversations(short[1]).kept.tolist()
        == full[0].conversations(full[1]).kept.tolist()
        == [True]
    )


# --- spheres ------------------------------------------------------------------------------------------------


def spheres_of(people):
    return [{"person": one, "accounts": [f"x:{one}"], "sphere": one.rstrip("0123456789")} for one in people]


def turning(rounds, leader="boss", answering="customer"):
    """A leader who answers a customer and a partner a day; those of one kind answer back, those of the other do not.

    All are new people, so that each is one exchange.
    """
    rows = []
    for n in range(rounds):
        for kind in ("customer", "partner"):
            who, asked = f"{kind}{n}", f"{leader}-{kind}{n}"
            rows += [row(asked, 24 * n, who), row(f"{asked}-r", 24 * n + 1, leader, asked)]
            if kind == answering:
                rows.append(row(f"{asked}-s", 24 * n + 2, who, f"{asked}-r"))
    return rows


def test_the_sphere_named_is_the_one_that_had_answered_most_by_then_and_nothing_is_named_before_enough_is_known(
    workspace,
):
    rounds = 40
    people = spheres_of([f"{kind}{n}" for kind in ("customer", "partner") for n in range(rounds)])
    ego = ego_of(workspace(activities=turning(rounds), people=people))
    of, window = turned(ego)
    found = of.spheres(window)
    came, not_ = sides(found)
    assert {0.9} == set(came)
    assert {0.0} == set(not_)
    # told first where ten exchanges of each sphere lie δ back: those of the first 23 days are compared with nothing
    assert rounds - (14 + FEWEST_EXCHANGES) <= len(came) <= rounds - (14 + FEWEST_EXCHANGES) + 2
    assert "customer" == ego.spheres[int(found.conversation[found.kept][-1])]
    assert of.exchanges.sphere[found.kept.argmax()] == of.named(ego.leader)


# --- found twice --------------------------------------------------------------------------------------------


def world(*, more, leaders=6, rounds=90, seed=1):
    """Leaders who write by turns where somebody new wrote and where somebody reached did; they come if `more`."""
    random, rows = np.random.default_rng(seed), []
    for leader in ["boss", *(f"lead{n}" for n in range(1, leaders))]:
        rows += [row(f"{leader}-0", 0, leader), row(f"{leader}-00", 1, f"old-{leader}", f"{leader}-0")]
        for n in range(rounds):
            new, name, at = n % 2, f"{leader}-{n}-", 24 + 96 * n + len(rows) % 3
            rows += [
                row(f"{name}a", at, f"new-{leader}{n}" if new else f"old-{leader}"),
                row(f"{name}b", at + 1, leader, f"{name}a"),
            ]
            if new and more:
                rows.append(row(f"{name}c", at + 2, f"new-{leader}{n}", f"{name}b"))
            if random.random() < 0.5:
                rows.append(row(f"{name}d", at + 3, f"come-{leader}{n}", f"{name}b"))
    return rows


def test_conversations_that_held_are_rows_with_the_tested_figure_reason_and_evidence(workspace):
    rows = world(more=True)
    end = 24 + 96 * 90
    rows += [
        row("late", end, "nina"), *(row(f"late{n}", end + 1, f"nils{n}", "late") for n in range(3)),
        row("dull", end, "old-boss"),
    ]  # fmt: skip
    ego = ego_of(workspace(activities=rows))
    found, words = choice_rows(ego)
    tried, _ = choices_of(ego.population, ego.window, ego.passing.delta)
    assert tried.holds
    assert words.startswith(
        "conversations in which people not reached wrote lately brought more, before the last third"
    )
    best = found[0]
    assert ("late", "with an item by nina, 28 Dec 2026") == (best.who, best.name)
    assert (tried.last.value, tried.last.interval) == (best.gain, best.interval)
    assert best.gain == pytest.approx(1.0, abs=0.3)  # 1.5 come where a new one wrote, 0.5 elsewhere: 1 of 1
    assert best.reason.startswith(
        "4 people who had not responded to the leader wrote there in the last 14 days; in the"
    )
    assert ("late", "late0", "late1", "late2") == best.evidence
    assert "dull" not in {one.who for one in found}
    assert found == [one for one in advise(ego).rows if one.kind == "conversation"]


def test_where_new_people_do_not_come_more_none_is_named_and_the_words_say_so(workspace):
    found, words = choice_rows(ego_of(workspace(activities=world(more=False))))
    assert [] == found
    assert (
        "did not hold before the last third of the record and in it, so that none is named"
        in words.split("; ")[0]
    )


def test_with_too_little_it_says_how_much_would_be_enough(workspace):
    found, words = choice_rows(ego_of(workspace(activities=[row("a", 0, "boss"), row("b", 1, "ann", "a")])))
    assert [] == found
    where, sphere = words.split("; whether ")
    assert where.endswith("wrote in 10 of these and in 10 others before the last third; 5 are needed")
    assert sphere.startswith(
        "the sphere that answered most goes on to is too little on record: 0 leaders turned 10 times"
    )


def test_a_sphere_that_held_is_a_row_with_the_leaders_own_exchanges(workspace):
    rounds, leaders = 150, ["boss", *(f"lead{n}" for n in range(1, 6))]
    people = spheres_of([f"{kind}{n}" for kind in ("customer", "partner") for n in range(rounds)])
    rows = [one for leader in leaders for one in turning(rounds, leader)]
    found, words = choice_rows(ego_of(workspace(activities=rows, people=people)))
    (best,) = [one for one in found if one.kind == "sphere"]
    assert "customer" == best.who
    assert best.reason.startswith(
        "of 150 exchanges with people of this sphere who had not responded before 150 were answered within 14 days, of "
        "150 exchanges with people of others 0; in the last third of the record"
    )
    assert 5 == len(best.evidence)
    assert words.endswith(
        "had answered a leader most went on to, before the last third of the record and in it"
    )
