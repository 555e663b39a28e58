"""The leader among named voices: shares and rates by hand, one person named twice, and nobody who is not here."""

import pytest

from influence.measures.named_voices import (
    LEADER_MORE,
    NO_RESPONSE,
    NO_VOICES,
    NOT_HERE,
    TOO_LITTLE,
    among_voices,
)
from influence.settings import SettingsError
from tests.kit.asking import answered, asking, row

ego_of = asking("x:lea")
FANS = [f"f{n}" for n in range(9)]


def posts(who, n, each):
    return answered(who, n, FANS[:each])


@pytest.fixture
def told(workspace):
    def found(*rows, named=("x:rival",), **kinds):
        settings = f"[voices]\naccounts = {list(named)}\n" if named else ""
        return among_voices(ego_of(workspace(settings, activities=rows, **kinds)))["among_voices"]

    return found


def test_shares_and_rates_by_hand(told):
    """Ten items with six answers against ten with two: three quarters, three times as many an item."""
    found = told(*posts("lea", 10, 6), *posts("rival", 10, 2))
    low, high = found.interval
    assert (0.75, True) == (found.value, low < 0.75 < high)
    leader, rival = found.detail.voices
    assert ("x:lea", 6, None) == (leader.person, leader.rate, leader.ratio)
    assert (20, 2, 2, 3, LEADER_MORE) == (
        rival.responses,
        rival.people,
        rival.rate,
        rival.ratio,
        rival.verdict,
    )
    assert (0, 2) == (rival.least, rival.most), "nothing tells whom the rival has met"


def test_what_voices_say_to_one_another_is_left_out(told):
    rows = [
        *posts("lea", 5, 2),
        *posts("rival", 5, 2),
        row("a", 50, "rival", "lea0"),
        row("b", 51, "lea", "rival0"),
    ]
    assert 0.5 == told(*rows).value


def test_two_names_of_one_person_are_one_voice_and_strangers_are_listed(told):
    people = [{"person": "r", "accounts": ["x:rival", "x:alias"]}]
    rows = [*posts("lea", 5, 2), *posts("rival", 5, 2), row("c", 60, "alias")]
    found = told(*rows, named=("x:alias", "x:rival", "x:nobody", "x:lea"), people=people)
    assert ["x:lea", "r"] == [one.person for one in found.detail.voices]
    assert ("x:nobody",) == found.detail.not_here


def test_a_voice_of_few_items_is_not_compared(told):
    found = told(*posts("lea", 10, 2), *posts("rival", 4, 2))
    assert (None, TOO_LITTLE) == (found.detail.voices[1].ratio, found.detail.voices[1].verdict)


def test_where_nothing_can_be_told_it_says_why(told):
    assert NO_VOICES == told(*posts("lea", 3, 1), named=()).reason
    assert NOT_HERE == told(*posts("lea", 3, 1)).reason
    assert NO_RESPONSE == told(*posts("lea", 3, 0), *posts("rival", 3, 0)).reason


def test_a_setting_that_cannot_be_meant_is_named(told):
    with pytest.raises(SettingsError, match=r"\[voices\] accounts should be a list of names in quotes"):
        told(*posts("lea", 1, 1), named=(7,))
