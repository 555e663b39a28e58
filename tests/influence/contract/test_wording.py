"""Claims about `influence.contract.wording`: people are whole, parts add up, nothing reaches beyond what can be."""

import re
from math import fsum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from influence.contract.wording import (
    between,
    counted,
    number,
    odds,
    people,
    people_between,
    phrase,
    shared,
    whole,
)

COUNTS = st.floats(0, 1e6)
UNITS = st.sampled_from(
    [
        "people",
        "people beyond for each one near",
        "new people per person reached",
        "people a conversation",
        "people expected",
        "people more in each month",
    ]
)


@given(st.lists(st.floats(0, 1e4), max_size=12))
def test_parts_in_whole_people_add_up_to_their_whole_sum(values):
    parts = shared(values)
    assert whole(fsum(round(value, 6) for value in values)) == sum(parts)
    assert all(abs(part - value) < 1 + 1e-6 for part, value in zip(parts, values, strict=True))


@given(st.integers(0, 10_000), st.floats(0, 1))
def test_met_and_never_met_add_up_to_the_people_there_are(outside, part):
    met = outside * part
    assert outside == whole(met, half_up=False) + whole(outside - met)


@given(st.floats(allow_nan=True, allow_infinity=True), UNITS)
def test_people_are_never_shown_with_decimals(value, unit):
    for text in (number(value, unit), phrase(value, unit), between(value, value + 1, unit)):
        assert not re.search(r"\d\.\d|nan|inf\b", text)


@given(COUNTS, COUNTS)
def test_a_range_of_people_never_begins_below_nobody(one, other):
    text = people_between(min(one, other) - 50, max(one, other) - 50)
    assert "−" not in text
    assert "-" not in text


@given(st.floats(-1, 2), st.floats(-1, 2))
def test_a_range_of_shares_stays_between_nothing_and_all(one, other):
    shown = [int(each) for each in re.findall(r"\d+", between(min(one, other), max(one, other), "share"))]
    assert all(0 <= each <= 100 for each in shown)


@given(COUNTS, COUNTS, COUNTS)
def test_the_number_within_its_range_is_shown_within_it(one, two, three):
    low, value, high = sorted((one, two, three))
    assert whole(low) <= whole(value) <= whole(high)
    assert whole(low, half_up=False) <= whole(value, half_up=False) <= whole(high, half_up=False)


@pytest.mark.parametrize(
    ("expected", "value", "unit"),
    [
        ("14 beyond for each one near", 13.9, "people beyond for each one near"),
        ("13 beyond for each 10 near", 1.3, "people beyond for each one near"),
        ("4 new people for each 10 reached", 0.42, "new people per person reached"),
        ("2 people in 100 exchanges", 0.02, "people expected"),
        ("11 more people in 10 conversations", 1.1, "people a conversation"),
        ("1 fewer person in 10 conversations", -0.1, "people a conversation"),
        ("fewer than 1 person", 0.3, "people"),
        ("2 people more in each month", 1.6, "people more in each month"),
        ("cannot tell", None, "people"),
    ],
)
def test_a_rate_is_worded_for_as_many_as_keep_people_whole(expected, value, unit):
    assert expected == phrase(value, unit)


@pytest.mark.parametrize(
    ("expected", "amount"),
    [("0 people", 0), ("fewer than 1 person", 0.2), ("1 person", 0.6), ("2 people", 1.5)],
)
def test_a_count_in_words_takes_its_noun(expected, amount):
    assert expected == counted(amount, "person", "people")


@given(st.floats(0, 1))
def test_odds_are_near_the_chance_that_they_word(chance):
    found = re.fullmatch(r"([\d,]+) in ([\d,]+)", odds(chance))
    if found:
        part, of = (int(each.replace(",", "")) for each in found.groups())
        assert abs(part / of - chance) <= 0.06


def test_half_a_person_is_rounded_as_people_round():
    assert ("3", "2") == (people(2.5), people(2.5, half_up=False))
