"""How they took it, by hand: classes of people, the hostile part of the reach, and what is a storm."""

import pytest

from influence.chance.intervals import wilson
from influence.measures.reach import NO_TIMES
from influence.measures.tone import MOSTLY_UNTOLD, NOBODY_BEYOND, tone
from tests.kit.asking import asking, row

ego_of = asking("x:lea")
LIKE, ANGRY = {"verb": "react", "reaction": "like"}, {"verb": "react", "reaction": "disagree"}


@pytest.fixture
def measured(workspace):
    """Measure responses to one post: whom of those who respond the leader has met, and whom never, is declared."""

    def found(*rows, never=(), met=(), team=()):
        people = [{"person": "lea", "accounts": ["x:lea"]}]
        people += [{"person": one, "accounts": [f"x:{one}"], "manager": "lea"} for one in team]
        declared = [(one, "never") for one in never] + [(one, "in_person") for one in met]
        encounters = [
            {"people": ["x:lea", f"x:{one}"], "kind": kind, "evidence": "declared"} for one, kind in declared
        ]
        kinds = {"encounters": encounters} if encounters else {}
        one = workspace(activities=[row("p", 0, "lea"), *rows], people=people, **kinds)
        return tone(ego_of(one))["tone"]

    return found


def test_each_is_of_the_class_that_most_of_their_responses_are_of(measured):
    """Ann liked twice and was angry once, Bob was angry, Cem both, Dan marked the middle, Eve tells nothing."""
    never = ("ann", "bob", "cem", "dan", "eve")
    found = measured(
        row("1", 1, "ann", "p", **LIKE),
        row("2", 2, "ann", "p", **LIKE),
        row("3", 3, "ann", "p", **ANGRY),
        row("4", 4, "bob", "p", **ANGRY),
        row("5", 5, "cem", "p", **ANGRY),
        row("6", 6, "cem", "p", **LIKE),
        row("7", 7, "dan", "p", rating=0.5),
        row("8", 8, "eve", "p"),
        never=never,
    )
    held = found.detail
    assert {name: (one.people, one.responses, one.reach) for name, one in held.classes.items()} == {
        "welcomed": (1, 3, 1.0),
        "neutral": (2, 1, 2.0),
        "hostile": (1, 3, 1.0),
        "unknown": (1, 1, 1.0),
    }
    assert (held.people, held.told, held.by_words, held.storm) == (5, 4, 0, False)
    assert (found.value, found.low, found.high) == (1 / 4, 1 / 5, 2 / 5)
    assert found.interval == pytest.approx(wilson(1, 4))


def test_people_count_by_what_they_add_to_the_reach(measured):
    """Ann is declared met and adds nothing: all of the reach that is told is Bob's hostility."""
    rows = [row("1", 1, "ann", "p", **LIKE), row("2", 2, "bob", "p", **ANGRY)]
    found = measured(*rows, never=("bob",), met=("ann",))
    assert (found.detail.classes["welcomed"].people, found.detail.classes["welcomed"].reach) == (1, 0.0)
    assert (found.value, found.low, found.high) == (1.0, 1.0, 1.0)


@pytest.mark.parametrize(("hostile", "storm"), [(2, False), (3, True)])
def test_three_hostile_replies_are_a_storm_and_no_reach(measured, hostile, storm):
    """Wilson's lower edge, one-sided: 2 of 2 is 0.43, 3 of 3 is 0.53."""
    never = ("ann", "bob", "cem")[:hostile]
    found = measured(*(row(one, 1, one, "p", **ANGRY) for one in never), never=never)
    assert found.value == 1.0
    assert found.detail.storm is storm
    assert wilson(hostile, hostile, 0.9)[0] == pytest.approx(1 / (1 + 1.6449**2 / hostile), abs=1e-4)


def test_the_team_is_not_asked(measured):
    found = measured(row("1", 1, "tim", "p", **ANGRY), team=("tim",))
    assert (found.value, found.reason) == (None, NOBODY_BEYOND)


def test_where_most_is_not_told_nothing_is_said_of_the_whole(measured):
    """Of three one is told: the classes stand there, and no share."""
    never = ("ann", "bob", "cem")
    rows = [row("1", 1, "ann", "p", **ANGRY), row("2", 1, "bob", "p"), row("3", 1, "cem", "p")]
    found = measured(*rows, never=never)
    assert (found.value, found.reason) == (None, MOSTLY_UNTOLD)
    assert (found.detail.told, found.detail.classes["unknown"].people) == (1, 2)
    assert found.detail.storm is False


def test_nothing_told_at_all(measured):
    found = measured(row("1", 1, "ann", "p"), never=("ann",))
    assert (found.value, found.reason, found.detail.told) == (None, MOSTLY_UNTOLD, 0)


def test_an_undated_network_has_no_tone(workspace):
    one = workspace(ties=[{"source": "x:lea", "target": "x:ann", "meaning": "influence"}])
    assert tone(ego_of(one))["tone"].reason == NO_TIMES
