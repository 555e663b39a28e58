"""The plan of a week: its lines, their names that stay, and what the answers take."""

from dataclasses import replace

from influence.contract.details.exchange import WaitingOnLeader, Worth
from influence.contract.findings import Finding
from influence.contract.plan import line
from reports.story.next_to_respond import next_rows, next_to_respond
from reports.story.plan import answers, plan, takes
from tests.kit.sample_report import empty_report, sample_report


def having(*findings, without=()):
    whole = sample_report()
    held = {name: one for name, one in whole.findings.items() if name not in without}
    return replace(whole, findings=held | {one.name: one for one in findings})


def waiting(*items):
    worth = tuple(
        Worth(item, item, item, f"x:{item}", f"Ada {item}", "customer", "addressed", 2.0, 0, 0)
        for item in items
    )
    return Finding(
        "waiting_on_leader", float(len(items)), "conversations", detail=WaitingOnLeader(worth=worth)
    )


def test_three_people_are_answered_in_a_week_and_that_takes_three_times_as_long_as_one():
    report = having(waiting("q1", "q2", "q3", "q4"))
    told = answers(report)
    assert ["Ada q1 (customers).", "Ada q2 (customers).", "Ada q3 (customers)."] == [
        str(one.words) for one in told
    ]
    assert "3 answers take about 36 minutes together: 12 minutes lie between two answers" in str(
        takes(report)
    )
    assert takes(having(waiting("q1"), without=("answer_minutes",))) is None


def test_a_line_keeps_its_name_whatever_its_numbers_are():
    leader = sample_report().leader["person"]
    assert line("answer", leader, "q1") == answers(having(waiting("q1")))[0].line
    for chance in (0.41, 0.8):
        found = sample_report().findings["next_to_respond"]
        best = replace(found.detail.rows[0], chance=chance)
        told = plan(having(replace(found, detail=replace(found.detail, rows=(best,))), without=("advice",)))
        assert "reach-0a1b2c" == told[0].line


def test_where_nothing_stands_out_the_plan_has_no_line():
    assert () == plan(empty_report())


def test_who_is_likely_to_respond_is_named_with_how_likely_and_why():
    first, _ = next_rows(sample_report())
    assert ("Ottilie Brandvold", "customer", "41 %") == (first.who, first.sphere, first.likely)
    assert "who both answer the leader" in first.why
    assert "a first response from 1 person never met, among the 2 likeliest of 320 people" in str(
        next_to_respond(sample_report())[0]
    )


def test_where_hardly_anybody_is_expected_that_is_said_and_no_part_of_a_person():
    found = sample_report().findings["next_to_respond"]
    said = str(next_to_respond(having(replace(found, value=0.3)))[0])
    assert "days, expect hardly any first response from people never met, even among the " in said


def test_where_probabilities_are_no_better_people_are_named_in_order_and_without_one():
    found = sample_report().findings["next_to_respond"]
    rows = tuple(replace(row, chance=None) for row in found.detail.rows)
    report = having(replace(found, value=None, reason="no better", detail=replace(found.detail, rows=rows)))
    assert "how likely cannot be told: no better." in str(next_to_respond(report)[0])
    assert ["cannot tell"] * 2 == [row.likely for row in next_rows(report)]
