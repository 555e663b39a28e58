"""Spheres, outward and back."""

from math import exp, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from influence.contract.details.spheres import Heard
from influence.measures.spheres import balance, breadth, outward_and_back
from influence.times import Window

PEOPLE = [
    {"person": "lea", "accounts": ["s:lea"], "department": "Sales"},
    *({"person": f"c{n}", "accounts": [f"s:c{n}"], "sphere": "customer"} for n in range(3)),
    {"person": "p0", "accounts": ["s:p0"], "sphere": "partner"},
    {"person": "m0", "accounts": ["s:m0"], "sphere": "media"},
    {"person": "robot", "accounts": ["s:robot"], "sphere": "media", "bot": True},
]


def said(number, actor, parent=None):
    return {
        "id": f"a{number}",
        "time": f"2026-01-{number:02}T09:00:00Z",
        "actor": f"s:{actor}",
        "verb": "reply" if parent else "post",
        "parent": parent,
    }


def found(workspace, *activities, **kinds):
    made = workspace(people=PEOPLE, activities=list(activities), **kinds)
    return made.report("lea", measures=["outward-and-back"]).findings


def test_three_customers_and_a_partner_are_as_broad_as_less_than_two_spheres(workspace):
    replies = [said(n + 2, f"c{n}", "a1") for n in range(3)]
    value = found(workspace, said(1, "lea"), *replies, said(9, "p0", "a1"))["sphere_breadth"].value
    assert exp(-(0.75 * log(0.75) + 0.25 * log(0.25))) == pytest.approx(value)


def test_sources_are_those_whom_the_leader_answers_and_no_robots(workspace):
    findings = found(
        workspace,
        said(1, "m0"),
        said(2, "robot"),
        said(3, "c0"),
        said(4, "lea", "a1"),
        said(5, "lea", "a2"),
        said(6, "m0", "a4"),
    )
    assert ("m0",) == findings["sources"].detail.people
    assert 0.9 == pytest.approx(findings["sources"].value)
    assert {"media": Heard(value=0.9, people=1)} == findings["sources"].detail.by_sphere
    assert 1.0 == findings["balance"].value


def test_whom_one_listens_to_stands_by_name_the_most_often_answered_first(workspace):
    asked = (said(1, "m0"), said(2, "c0"), said(3, "robot"))
    answers = (said(4, "lea", "a1"), said(5, "lea", "a2"), said(6, "lea", "a2"), said(7, "lea", "a3"))
    most = found(workspace, *asked, *answers)["sources"].detail.most
    assert [("c0", "customer", 2), ("m0", "media", 1)] == [(o.person, o.sphere, o.responses) for o in most]


def test_who_is_heard_where_they_never_listen_has_no_balance(workspace):
    findings = found(workspace, said(1, "lea"), said(2, "c0", "a1"), said(3, "m0"), said(4, "lea", "a3"))
    assert 0.0 == findings["balance"].value


def test_who_answers_nobody_cannot_be_in_balance(workspace):
    findings = found(workspace, said(1, "lea"), said(2, "c0", "a1"))
    assert findings["balance"].value is None
    assert "responded to nobody" in findings["balance"].reason


def test_nobody_beyond_has_no_breadth(workspace):
    assert found(workspace, said(1, "lea"))["sphere_breadth"].value is None


SHARES = st.dictionaries(st.sampled_from("abcdef"), st.floats(0.01, 100), min_size=1)


@given(SHARES)
def test_breadth_lies_between_one_and_the_number_of_spheres(reached):
    assert 1 - 1e-9 <= breadth(reached).value <= len(reached) + 1e-9


@given(SHARES, SHARES)
def test_balance_is_the_same_from_either_side_and_whole_with_oneself(out, back):
    assert balance(out, back).value == pytest.approx(balance(back, out).value)
    assert 1 == pytest.approx(balance(out, out).value)


def test_the_breadth_of_the_demo_s_networked_leader_lies_in_its_interval(invented, tmp_path):
    from influence.reach.ego import Ego

    made, leader = invented(tmp_path / "demo")
    with made:
        population = made.analysis
        window = population.whole_window()
        ego = Ego(population, population.people.find(leader), Window(window.since, window.until))
        one = outward_and_back(ego)["sphere_breadth"]
    assert one.interval[0] <= one.value <= one.interval[1]
    assert 3 < one.value < 9


def test_where_no_sphere_is_known_neither_breadth_nor_balance_can_be_told():
    assert "not known" in breadth({"unknown": 3.0}).reason
    assert balance({"unknown": 3.0}, {"customer": 1.0}).value is None
    assert balance({"customer": 3.0, "unknown": 1.0}, {"customer": 1.0}).value == pytest.approx(0.75)
