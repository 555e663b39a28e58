"""Who responded to tags and topics of one's own: people, weeks and voices by hand."""

import pytest

from influence.measures.tags import NO_TAGS, tags
from tests.kit.asking import asking, row

ego_of = asking("x:lea")
DAY, WEEK = 24, 7 * 24
TALK = [
    row("a", 0, "lea", tags=["climate"]),
    row("a1", 5 * DAY, "bo", "a"),  # 1 January 2026 is a Thursday: the first whole week begins on the 5th
    row("a2", 5 * DAY + 1, "cy", "a"),
    row("a3", WEEK + 5 * DAY, "bo", "a", verb="react"),
    row("b", 1, "lea", tags=["climate", "hiring"], text="we need more hands on the boat"),
    row("b1", 6 * DAY, "cy", "b"),
    row("c", 2, "lea", text="a boat for everybody, and soon"),
    row("c1", 6 * DAY, "di", "c"),
    row("d", 3, "rival", tags=["climate"]),
    row("d1", 4, "lea", "d", tags=["hiring"]),
    row("e", 3 * WEEK, "rival", "a"),
]
TOPICS = '[topics]\nboats = ["boat"]\nnobody = ["#zebra"]\n'
KEEP = "[privacy]\nkeep_text = true\n"


@pytest.fixture
def told(workspace):
    def found(settings="", **more):
        return tags(ego_of(workspace(settings, activities=TALK, **more)))["tags"]

    return found


def counts(one):
    return one.name, one.items, one.responses, one.people, one.least, one.most


def test_items_responses_and_people_of_each_tag_by_hand(told):
    found = told()
    assert [("climate", 2, 5, 3, 0, 3), ("hiring", 2, 1, 1, 0, 1)] == [
        counts(one) for one in found.detail.tags
    ]
    assert (2, ()) == (found.detail.of, found.detail.topics)
    assert (0, 3) == (found.low, found.high), "di responded to what has no tag"


def test_the_weeks_run_from_monday_to_monday(told):
    found = told().detail
    assert "2026-01-05" == found.first_week
    assert [(3, 1), (1, 0)] == [one.weeks for one in found.tags], (
        "the last answer came in a week that is not whole"
    )


def test_topics_stand_in_the_order_of_the_settings_and_count_words_and_tags(told):
    found = told(KEEP + TOPICS)
    assert [("boats", 2, 2, 2, 0, 2)] == [counts(one) for one in found.detail.topics], (
        "of zebras nobody wrote"
    )
    assert (0, 4) == (found.low, found.high), "di responded to a boat"
    assert () == found.detail.unread


def test_where_no_words_are_kept_topics_with_words_are_named(told):
    assert ("boats",) == told(TOPICS).detail.unread


def test_what_the_named_voices_carry_is_counted_beside(told):
    named = '[voices]\naccounts = ["x:rival", "x:lea"]\n'
    assert [1, 0] == [one.voices for one in told(named).detail.tags]
    assert [None, None] == [one.voices for one in told().detail.tags]


def test_without_tags_and_topics_it_says_so(workspace):
    place = workspace(activities=[row("a", 0, "lea"), row("a1", 1, "bo", "a")])
    assert NO_TAGS == tags(ego_of(place))["tags"].reason


def test_people_met_and_the_team_are_no_people_never_met(told):
    people = [
        {"person": "lea", "accounts": ["x:lea"]},
        {"person": "bo", "accounts": ["x:bo"], "manager": "lea"},
        {"person": "cy", "accounts": ["x:cy"]},
    ]
    met = [{"people": ["x:lea", "x:cy"], "kind": "in_person", "evidence": "declared", "time": None}]
    found = told(people=people, encounters=met)
    assert (3, 0, 1) == (found.detail.tags[0].people, found.low, found.high), "of the rival nothing tells"


def test_tags_of_people_and_conversations_stand_in_the_report(workspace):
    report = workspace(activities=TALK).report("x:lea")
    held = {one.person: one.tags for one in report.people}
    assert {
        "x:bo": ("climate",),
        "x:cy": ("climate", "hiring"),
        "x:di": (),
        "x:rival": ("climate",),
    } == held
    assert ("climate",) in [one.tags for one in report.conversations]
