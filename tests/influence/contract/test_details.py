"""A detail is a record that comes back from JSON as it was, and whatever another program wrote is read with care."""

import json
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from influence.contract.details.advice import StepUp
from influence.contract.details.brand import SphereSides
from influence.contract.details.contact import BeforeContact, FirstContacts
from influence.contract.details.exchange import Pull, WaitingOnLeader
from influence.contract.details.record import RECORDS, Detail
from influence.contract.details.voice import Lead
from influence.contract.findings import Finding


def read_back(finding):
    return Finding.from_json(finding.name, json.loads(json.dumps(finding.as_json(), allow_nan=False)))


def test_a_record_comes_back_as_it_was():
    contacts = {"customer": FirstContacts(("bo",), (), ("cia",))}
    finding = Finding("before_contact", 1.0, "people", detail=BeforeContact(contacts, None, 1))
    assert finding == read_back(finding)


def test_what_has_a_default_is_left_out_and_what_has_none_is_written_as_null():
    assert {"conversations": 3, "came_back": 1, "compared": None} == StepUp(3, 1, None).as_json()
    assert {"bulk": 0} == Pull(bulk=0).as_json()


def test_a_word_that_python_keeps_for_itself_stands_without_its_underscore():
    assert StepUp.from_json({"with": 1.5}).with_ == 1.5
    assert StepUp(3, 1, 1, with_=1.5).as_json()["with"] == 1.5


def test_keys_stand_at_the_top_level_of_the_finding_in_the_order_of_the_record():
    body = Finding("lead", 3.0, "people", detail=Lead(p=0.04, takers=9)).as_json()
    assert ["value", "unit", "takers", "p"] == list(body)


@pytest.mark.parametrize("value", ["3", True, None, [3], {"3": 3}, float("inf"), float("nan"), 10**400])
def test_what_is_no_finite_number_is_none(value):
    assert Lead.from_json({"p": value, "takers": value}) == Lead()


def test_a_count_is_whole():
    assert (9, None) == (Lead.from_json({"takers": 9.0}).takers, Lead.from_json({"takers": 9.5}).takers)


def test_a_pair_of_another_length_or_with_a_part_missing_is_none():
    for ends in ([1], [1, 2, 3], [1, None], "12", {"low": 1}):
        assert Lead.from_json({"shuffled_interval": ends}).shuffled_interval is None
    assert (1, None) == SphereSides.from_json({"interval": [1, None]}).interval


def test_of_a_list_and_of_a_table_what_is_of_its_kind_is_kept():
    waits = WaitingOnLeader.from_json(
        {"list": [{"item": "a", "days": "many"}, 3, "b"], "ways": {"named": 2, "x": "y"}}
    )
    assert [("a", "", None)] == [(wait.item, wait.person, wait.days) for wait in waits.list]
    assert {"named": 2} == waits.ways
    held = BeforeContact.from_json({"by_sphere": {"media": {"met_later": ["bo", 7]}, "public": 3}})
    assert {"media": FirstContacts(("bo",), (), ())} == held.by_sphere


def test_a_mapping_under_our_name_is_read_as_the_record_and_one_under_another_stays():
    assert Lead(p=0.04) == Finding("lead", 3.0, "people", detail={"p": 0.04, "more": 1}).detail
    theirs = Finding("our_own", 3.0, "people", detail={"p": 0.04, "rows": [1, {"a": None}]})
    assert {"p": 0.04, "rows": [1, {"a": None}]} == theirs.detail
    assert theirs == read_back(theirs)
    assert 0.04 == theirs.told(Lead).p


def test_a_finding_without_a_detail_tells_nothing():
    nothing = Finding("lead", None, "people", reason="too little to say")
    assert {} == nothing.detail
    assert Lead() == nothing.told(Lead)
    assert Pull() == Finding("lead", 3.0, "people", detail=Lead(p=0.04)).told(Pull)


def test_a_third_partys_record_is_read_by_its_name():
    @dataclass(frozen=True)
    class Hours(Detail, of=("first_hour",)):
        by_day: tuple[int, ...]

    try:
        finding = Finding("first_hour", 7.0, "hours", detail=Hours((7, 9)))
        assert finding == read_back(finding)
    finally:
        del RECORDS["first_hour"]


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@given(st.data(), st.sampled_from(sorted(RECORDS)))
def test_whatever_was_written_a_record_is_made_of_it_that_can_be_written_and_read_again(data, name):
    keys = list(RECORDS[name].from_json({}).__dict__)
    finding = Finding(name, 1.0, "people", detail=data.draw(st.dictionaries(st.sampled_from(keys), _ANY)))
    assert finding == read_back(finding)
