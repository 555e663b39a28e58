"""Comparing people: told apart, or said that they cannot be."""

import json

import numpy as np
import pytest

from influence.analysis import comparison as cohort
from influence.analysis.comparison import CohortError, compare
from influence.measures.reach import TOO_FEW, four_steps
from influence.reach.ego import Ego
from tests.kit.logs import iso

DAY = 86_400


def threads(leader, count, answering, begin=0):
    """Make `count` posts by a leader; `answering(i)` names who answers the i-th."""
    rows = []
    for i in range(count):
        post = f"{leader}-{i}"
        day = begin + i % 300
        rows.append({"id": post, "time": iso(day * DAY), "actor": f"x:{leader}", "verb": "post"})
        for n, who in enumerate(answering(i)):
            answer = {
                "id": f"{post}-{n}",
                "time": iso(day * DAY + 60 + n),
                "actor": f"x:{who}",
                "verb": "reply",
            }
            rows.append(answer | {"parent": post})
    return rows


def egos(made, *people):
    population = made.analysis
    window = population.whole_window()
    return [Ego(population, population.people.find(f"x:{person}"), window) for person in people]


def of(comparison, measure, one, other):
    """Find one difference, whichever way round it stands."""
    found = [
        each
        for each in comparison.differences
        if each.measure == measure and {each.one, each.other} == {f"x:{one}", f"x:{other}"}
    ]
    assert 1 == len(found)
    return found[0]


def never(leader, other):
    return {"time": iso(0), "people": [f"x:{leader}", f"x:{other}"], "kind": "never", "evidence": "declared"}


@pytest.fixture
def three(workspace):
    """Ann draws 120 people by 120 posts, bob one by each fourth of 80, cem one by each fourth of 80 too."""
    return workspace(
        activities=threads("ann", 120, lambda i: [f"a{i}"])
        + threads("bob", 80, lambda i: [f"b{i}"] if i % 4 == 0 else [])
        + threads("cem", 80, lambda i: [f"c{i}"] if i % 4 == 1 else []),
    )


def test_a_number_has_the_interval_that_the_report_gives_it(three):
    found = egos(three, "ann", "bob")
    for ego in found:
        told = compare(found).people[ego.person]
        assert [four_steps(ego)[name] for name in told] == list(told.values())


def test_many_more_people_are_told_apart_and_as_many_are_not(three):
    found = compare(egos(three, "cem", "ann", "bob"))
    ann, equal = of(found, "reach_4", "ann", "bob"), of(found, "reach_4", "bob", "cem")
    assert ("x:ann", pytest.approx(90), True) == (ann.one, ann.value, ann.apart)
    assert ann.interval[0] > 50
    assert ann.interval[1] < 130
    assert (
        f"ann has more reach beyond than bob, {cohort.UNSIZED}" == ann.words
    )  # nothing tells who has met whom
    assert (0, False, cohort.NOT_APART) == (equal.value, equal.apart, equal.words)
    assert equal.interval[0] < 0 < equal.interval[1]
    assert equal.p > 0.5
    assert [108, 18, 18] == [pytest.approx(each["reach_4"].value) for each in found.people.values()]


def test_people_come_in_order_of_their_id_and_their_order_changes_nothing(three):
    found = compare(egos(three, "cem", "ann", "bob"))
    assert ["x:ann", "x:bob", "x:cem"] == list(found.people)
    assert found == compare(egos(three, "bob", "cem", "ann"))
    body = json.loads(json.dumps(found.as_json(), allow_nan=False))
    assert ("influence.comparison/1", "ann") == (body["schema"], body["people"]["x:ann"]["name"])
    assert "rank" not in json.dumps(body)


def test_every_interval_holds_its_difference(three):
    differences = [
        one for one in compare(egos(three, "ann", "bob", "cem")).differences if one.value is not None
    ]
    assert 3 == len(differences)
    for one in differences:
        assert one.interval[0] <= one.value <= one.interval[1]
        assert 0 < one.p <= 1


def test_a_share_is_compared_too(workspace):
    """Ann's people are her team but for one in ten; bob's are all beyond."""
    made = workspace(
        activities=threads("ann", 100, lambda i: [f"{'a' if i % 10 == 0 else 't'}{i}"])
        + threads("bob", 100, lambda i: [f"b{i}"]),
        people=[{"person": f"t{i}", "accounts": [f"x:t{i}"], "manager": "x:ann"} for i in range(100)],
        encounters=[never("ann", f"a{i}") for i in range(100)] + [never("bob", f"b{i}") for i in range(100)],
    )
    found = of(compare(egos(made, "ann", "bob")), "beyond_share", "ann", "bob")
    assert (True, pytest.approx(0.1 - 1)) == (found.apart, found.value)
    assert found.words.startswith("bob has more of a share beyond than ann, by 8")


def test_what_two_people_share_moves_both(workspace):
    """Both are named in the same replies: whichever conversations are drawn, they reach the same people."""
    rows = threads("zed", 40, lambda i: [f"r{i}"])
    for row in rows:
        row["mentions"] = ["x:ann", "x:bob"] if row["verb"] == "reply" else []
    made = workspace(activities=rows)
    found = of(compare(egos(made, "ann", "bob")), "reach_4", "ann", "bob")
    assert (0, (0, 0), False) == (found.value, found.interval, found.apart)


def test_thirty_people_who_do_the_same_are_not_told_apart(workspace):
    """One draw of chance for each of 435 pairs: at q = 5 % nothing should be found where there is nothing."""
    rng = np.random.default_rng(5)
    rows = []
    for n in range(30):
        drawn = rng.poisson(0.8, 60)
        rows += threads(f"p{n}", 60, lambda i, n=n, drawn=drawn: [f"r{n}-{i}-{k}" for k in range(drawn[i])])
    found = compare(egos(workspace(activities=rows), *(f"p{n}" for n in range(30))))
    assert 2 * 435 == len(found.differences)
    assert not any(one.apart for one in found.differences)
    alone = [one for one in found.differences if one.measure == "reach_4" and one.p < 0.05]
    assert 3 <= len(alone)  # tested one by one some pairs would seem to differ


def test_one_who_does_more_is_found_among_nine_who_do_the_same(workspace):
    rng = np.random.default_rng(6)
    rows = []
    for n in range(10):
        drawn = rng.poisson(2.5 if n == 4 else 0.8, 60)
        rows += threads(f"p{n}", 60, lambda i, n=n, drawn=drawn: [f"r{n}-{i}-{k}" for k in range(drawn[i])])
    found = compare(egos(workspace(activities=rows), *(f"p{n}" for n in range(10))))
    apart = [{one.one, one.other} for one in found.differences if one.apart]
    assert 9 == len(apart)
    assert all("x:p4" in pair for pair in apart)


def test_a_difference_that_turns_with_the_unknown_is_none(workspace):
    """Of bob's people 0.36 is unmet for sure, all ann's are unknown: 180 against 68, and with all met 0 against 68."""
    made = workspace(
        activities=threads("ann", 200, lambda i: [f"a{i}"]) + threads("bob", 190, lambda i: [f"b{i}"]),
        encounters=[
            {
                "time": iso(-DAY),
                "people": ["x:bob", f"x:b{i}"],
                "kind": "unknown",
                "evidence": "message",
            }
            for i in range(190)
        ],
    )
    found = of(compare(egos(made, "ann", "bob")), "reach_4", "ann", "bob")
    assert (180 - 190 * 0.4 * 0.9, False, cohort.TURNS) == (
        pytest.approx(found.value),
        found.apart,
        found.words,
    )
    assert found.p < 0.01


def test_an_undated_network_says_nothing_of_how_sure_a_difference_is(workspace):
    ties = [("ann", "bob"), ("ann", "cem"), ("bob", "cem")]
    made = workspace(ties=[{"source": f"x:{u}", "target": f"x:{v}", "meaning": "influence"} for u, v in ties])
    found = compare(egos(made, "ann", "bob"))
    one = of(found, "reach_4", "ann", "bob")
    assert (pytest.approx(0.9), None, None, False) == (one.value, one.interval, one.p, one.apart)
    assert f"cannot tell: {cohort.NO_TIMES}" == one.words
    assert cohort.NO_TIMES in found.reasons


def test_somebody_who_reached_nobody_can_be_compared(workspace):
    made = workspace(activities=threads("ann", 60, lambda i: [f"a{i}"]) + threads("bob", 60, lambda _: []))
    found = compare(egos(made, "ann", "bob"))
    assert of(found, "reach_4", "ann", "bob").apart
    share = of(found, "beyond_share", "ann", "bob")
    assert (None, False) == (share.value, share.apart)
    assert share.words.startswith("cannot tell: ")
    assert "nobody responded" in share.words


def test_what_is_no_cohort_is_refused_in_one_sentence(three):
    ann, bob, again = egos(three, "ann", "bob", "ann")
    with pytest.raises(CohortError, match="2 to 30 people, not 1"):
        compare([ann])
    with pytest.raises(CohortError, match="x:ann is named twice"):
        compare([ann, again])
    later = Ego(ann.population, bob.leader, type(bob.window)(bob.window.since + 1, bob.window.until))
    with pytest.raises(CohortError, match="one window"):
        compare([ann, later])


def test_of_too_few_conversations_no_difference_is_told(workspace):
    made = workspace(
        activities=threads("ann", 40, lambda i: [f"a{i}"]) + threads("bob", 4, lambda i: [f"b{i}"])
    )
    found = of(compare(egos(made, "ann", "bob")), "reach_4", "ann", "bob")
    assert (False, f"cannot tell: {TOO_FEW}") == (found.apart, found.words)
