"""The first screen's words: what to start and to stop, whom one listens to, how it moved, how far to trust it."""

from dataclasses import replace

import pytest

from influence.contract.details.exchange import Wait, WaitingOnLeader
from influence.contract.details.letting_go import OnlyLeaderAnswers
from influence.contract.findings import Branch, Finding
from reports.story.brief import brief
from reports.story.trees import NESTED, SHOWN, tree
from tests.kit.sample_report import empty_report, sample_report, ties_report


def having(*findings, without=()):
    whole = sample_report()
    held = {name: one for name, one in whole.findings.items() if name not in without}
    return replace(whole, findings=held | {one.name: one for one in findings})


def moved(**told):
    finding = sample_report().findings["against_before"]
    return str(brief(having(replace(finding, detail=replace(finding.detail, **told)))).moved)


def test_whom_the_forecast_names_is_turned_to_first():
    assert str(brief(sample_report()).start).startswith("Turn to Bao Brandt once more")


def test_who_is_likeliest_to_respond_is_turned_to_where_the_forecast_names_nobody():
    told = str(brief(having(without=("advice",))).start)
    assert "Turn to Ottilie Brandvold, the likeliest to respond next of all not yet reached: 41 %." == told


def test_without_skill_the_one_outside_who_has_waited_longest_is_answered_first():
    waits = (
        Wait("q0", "p1", "Tom Team", "team", "addressed", 300.0),
        Wait("q1", "x1", "Juno Abara", "customer", "addressed", 9.0),
        Wait("q2", "x2", "Ilse Fontaine", "partner", "addressed", 31.0),
    )
    waiting = Finding("waiting_on_leader", 3.0, "conversations", detail=WaitingOnLeader(list=waits))
    start = brief(having(waiting, without=("advice", "next_to_respond"))).start
    assert "Answer Ilse Fontaine (partners), who has waited longest: 31 days." == str(start)


def test_whom_an_answer_still_helps_comes_before_who_has_waited_longest():
    old = Wait("q2", "x2", "Ilse Fontaine", "partner", "addressed", 300.0)
    recent = Wait("q1", "x1", "Juno Abara", "customer", "addressed", 9.0)
    waiting = WaitingOnLeader(list=(old,), recent=recent)
    finding = Finding("waiting_on_leader", 2.0, "conversations", detail=waiting)
    found = having(finding, without=("advice", "next_to_respond"))
    assert "Answer Juno Abara (customers), waiting for 9 days." == str(brief(found).start)


def test_what_others_could_answer_is_left_to_them():
    assert str(brief(sample_report()).stop).startswith("Answering what others could: in 5 conversations")


def test_sending_without_exchange_is_stopped_where_it_is_surely_the_lesser_part():
    alone = Finding("only_leader_answers", 0.2, "share", detail=OnlyLeaderAnswers(30, 6, 6))
    assert "37 %" in str(brief(having(alone)).stop)


def test_where_nothing_supports_it_nothing_stands_out():
    gone = ("advice", "next_to_respond", "waiting_on_leader", "only_leader_answers")
    even = Finding("two_way_share", 0.6, "share", interval=(0.5, 0.7))
    told = brief(having(even, without=gone))
    assert "Nothing in this record stands out to start." == str(told.start)
    assert "Nothing in this record stands out to stop." == str(told.stop)


@pytest.mark.parametrize("make", [empty_report, ties_report])
def test_what_was_not_measured_is_left_out(make):
    told = brief(make())
    assert (None, None, None, None) == (told.start, told.stop, told.moved, told.trust)


def test_those_listened_to_stand_by_name_which_ranks_nobody_and_lead_to_their_rows():
    (line,) = [one.sentence for one in brief(sample_report()).answers if one.key == "spheres"]
    assert "listens most to Cem Castillo, Emil Fontaine and Ingrid Abara-Castillo." in str(line)
    assert 2 == sum((span.anchor or "").startswith("person-") for span in line.spans)


@pytest.mark.parametrize(
    ("expected", "told"),
    [
        ("27, up from 20 in the period before.", {}),
        ("12, down from 20 in the period before.", {"was": 20.0, "now": 12.0}),
        ("20 in the second half, up from 12 in the first.", {"was": 12.0, "now": 20.0, "halves": True}),
        ("20, as many as in the period before.", {"was": 20.2, "now": 20.0}),
        ("13 people came, 6 stayed away. ", {"came_back": None}),
        ("13 people came, 6 stayed away, 2 were met. ", {"met_since": 2, "came_back": 0}),
        ("13 people came, 4 of them back after a while; 6 stayed away. ", {}),
        ("13 people came, 4 of them back after a while; 6 stayed away, 2 were met. ", {"met_since": 2}),
        ("That much could be chance.", {"apart": False}),
        ("it may be the record that changed", {"sources": ("mail.mbox",)}),
        ("of most people nothing tells", {"mostly_unknown": True}),
    ],
)
def test_it_says_how_it_moved_and_what_else_could_have_moved_it(expected, told):
    assert expected in moved(**told)


def test_a_movement_that_cannot_be_told_says_why():
    cannot = Finding("against_before", None, "people more than before", reason="nothing is on record before")
    assert "Cannot tell how it moved: nothing is on record before." == str(brief(having(cannot)).moved)


def test_nothing_is_said_to_be_caused():
    told = brief(sample_report())
    said = [
        told.range,
        told.start,
        told.stop,
        told.moved,
        told.trust,
        *(one.sentence for one in told.answers),
    ]
    assert "caus" not in " ".join(map(str, said))


def test_a_tree_deeper_than_a_telephone_is_wide_says_whom_its_items_answer():
    chain = [Branch(f"i{n}", f"p{n}", None, f"i{n - 1}" if n else None) for n in range(NESTED + 3)]
    rows, further = tree(chain, {})
    assert 0 == further
    assert NESTED == max(row.level for row in rows)
    assert ["", f"p{NESTED}", f"p{NESTED + 1}"] == [row.answers for row in rows[-3:]]


def test_a_tree_in_a_circle_or_without_end_is_cut_and_counted():
    circle = [Branch("a", "p1", None, "b"), Branch("b", "p2", None, "a"), Branch("c", "p3", None)]
    assert 2 == tree(circle, {})[1]
    wide = [Branch(f"i{n}", "p1", None) for n in range(SHOWN + 7)]
    assert 7 == tree(wide, {})[1]


def test_every_list_of_a_tree_that_opens_is_closed():
    mixed = [("a", None), ("b", "a"), ("c", "b"), ("d", "a"), ("e", None), ("f", "e")]
    rows, _ = tree([Branch(one, one, None, parent) for one, parent in mixed], {})
    assert sum(row.opens for row in rows) == sum(row.closes for row in rows)
