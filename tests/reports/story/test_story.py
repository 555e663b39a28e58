from dataclasses import replace

import pytest

from influence.contract.details.own_voice import TypedByOthers, Typist
from influence.contract.details.trend import TrendSlope
from influence.contract.findings import Finding, Reached, Report
from influence.contract.wording import between, counted, number, plain
from reports.story.sentences import headline, say, worded
from reports.story.story import all_numbers, story
from reports.story.wording import period
from tests.kit.sample_report import LEADER, empty_report, sample_report, ties_report

ALWAYS = ("beyond", "people", "conversations", "trend", "coverage", "limits")
QUESTIONS = ("beyond", "people", "worth", "spheres", "takes", "chance", *ALWAYS[2:])


def everything_said(report: Report) -> str:
    return " ".join(str(sentence) for section in story(report) for sentence in section.sentences)


@pytest.mark.parametrize(
    ("expected", "make"), [(QUESTIONS, sample_report), (ALWAYS, empty_report), (ALWAYS, ties_report)]
)
def test_a_report_answers_the_questions_in_one_order_and_leaves_out_what_was_not_measured(expected, make):
    sections = story(make())
    assert expected == tuple(section.key for section in sections)
    assert all(section.sentences for section in sections)


def test_the_headline_is_reach_4_with_its_bounds_and_its_interval():
    finding = Finding("reach_4", 17.47, "people", 16.57, 17.57, (12.1, 22.8))
    lead = headline(Report(LEADER, {}, {"reach_4": finding}))
    assert ("17", "17 to 18", "12 to 23") == (lead.text, lead.bounds, lead.interval)


def test_reach_beyond_is_the_headline_where_reach_4_is_absent():
    lead = headline(Report(LEADER, {}, {"reach_beyond": Finding("reach_beyond", 3.0, "people")}))
    assert ("reach_beyond", "3") == (lead.name, lead.text)


def test_a_report_without_a_headline_says_so():
    lead = headline(Report(LEADER, {}, {}))
    assert ("cannot tell", "this report does not hold it") == (lead.text, lead.reason)
    assert "Cannot tell: this report does not hold it." in everything_said(Report(LEADER, {}, {}))


def test_what_cannot_be_told_keeps_its_reason():
    assert "Cannot tell: the ties have no times." in everything_said(ties_report())


def test_one_person_is_not_people():
    one = Reached("p1", "Ada", 4, 0.0, True, 1, "public", 1)
    report = Report(LEADER, {}, {"reach_4": Finding("reach_4", 1.0, "people")}, people=(one,))
    assert "About 1 person who had never met Mara Lindqvist" in everything_said(report)


def test_who_typed_for_the_leader_is_named_and_whether_that_was_decided_or_is_stated():
    by = (Typist("p9", "Pat Aide", 190, decided=True), Typist("p8", "Lo\u202eu", 1, decided=False))
    finding = Finding("typed_by_others", 191.0, "items", detail=TypedByOthers(332, by))
    report = replace(sample_report(), findings={**sample_report().findings, finding.name: finding})
    said = "Others typed 191 items of the 332 that are Mara Lindqvist's: Pat Aide 190, as you decided; Lou 1"
    assert said in everything_said(report)
    none = replace(
        report, findings={**report.findings, finding.name: Finding("typed_by_others", 0.0, "items")}
    )
    assert "Others typed" not in everything_said(none)


@pytest.mark.parametrize("make", [sample_report, empty_report, ties_report])
def test_nothing_is_said_to_be_caused(make):
    text = everything_said(make())
    assert "is consistent with influence" in text
    assert text.count("caused") == text.count("does not show that the leader caused it")


def test_inferred_responses_are_told_apart_from_the_headline():
    finding = Finding("reach_4", 10.0, "people", detail={"with_inferred": 14.2, "without_inferred": 10.0})
    said = everything_said(replace(sample_report(), findings={"reach_4": finding}))
    assert "Counting the responses that the program inferred, it would be 14." in said
    assert "only responses that a source states" not in said


def test_the_first_screen_stays_calm():
    (beyond,) = (section for section in story(sample_report()) if section.key == "beyond")
    assert 4 == len(beyond.sentences)


def test_every_number_in_a_sentence_that_names_a_finding_names_one_of_the_report():
    report = sample_report()
    said = [sentence for section in story(report) for sentence in (*section.sentences, *section.untold)]
    named = {span.about for sentence in said for span in sentence.spans} - {None}
    assert named
    assert set() == named - set(report.findings)


def test_every_finding_is_worded_once_unknown_ones_too():
    report = sample_report()
    report = replace(report, findings={**report.findings, "our_own": Finding("our_own", 0.5, "share")})
    assert sorted(report.findings) == sorted(one.name for one in all_numbers(report))


def test_a_position_says_how_many_it_is_higher_than():
    finding = Finding("pagerank", 0.01, "score", detail={"percentile": 92.0, "rank": 12, "of": 150})
    assert "higher than 92 % of 150 people" == worded(finding).note


def test_where_lower_is_better_a_position_says_how_many_are_lower():
    finding = Finding("constraint", 0.1, "index", detail={"percentile": 4.0, "of": 150, "better": "lower"})
    assert "4 % of 150 people have a lower value" == worded(finding).note


def test_a_name_is_never_read_as_a_pattern():
    assert "{0.__class__} %s" == str(say("{who}", who="{0.__class__} %s"))


@pytest.mark.parametrize(
    ("expected", "value", "unit"),
    [
        ("17", 17.47, "people"),
        ("21", 21.0, "people"),
        ("1,204", 1204.2, "people"),
        ("fewer than 1", 0.01, "people"),
        ("0", 0.0, "people"),
        ("43 %", 0.43, "share"),
        ("under 1 %", 0.001, "share"),
        ("over 99 %", 0.999, "share"),
        ("0.48", 0.48, "ratio"),
        ("43 %", 0.43, "share of responses"),
        ("−9", -0.0931, "people a conversation"),
        ("−4 %", -0.04, "share"),
        ("cannot tell", None, "people"),
        ("cannot tell", float("nan"), "people"),
    ],
)
def test_numbers_are_worded_for_people(expected, value, unit):
    assert expected == number(value, unit)


def test_a_wide_interval_claims_no_decimals():
    assert "12 to 23" == between(12.1, 22.8)
    assert "1.2 to 2.8" == between(1.2, 2.8, "hours")
    assert "−4 to 8" == between(-4.44, 8.3, "people more in each month")
    assert "0 to 8" == between(-0.2, 8.3)


def test_a_count_of_one_takes_the_singular():
    assert ("1 reply", "2 replies") == (counted(1, "reply", "replies"), counted(2, "reply", "replies"))


def test_a_window_ends_on_the_day_before_its_midnight():
    window = {"since": "2026-01-01T00:00:00+01:00", "until": "2026-04-01T00:00:00+02:00"}
    assert "1 Jan 2026 to 31 Mar 2026" == period(window)


def test_direction_overrides_and_control_characters_are_not_shown():
    assert "exe.fdp" == plain("\u202eexe.fdp\u0000\u2069")
    assert "שלום" == plain("שלום")


def test_a_trend_that_rounds_to_nobody_hardly_moves():
    slope = Finding(
        "trend_slope", -0.04, "people", interval=(-0.08, -0.01), detail=TrendSlope(12, (), 0.01, "falling")
    )
    report = replace(sample_report(), findings=dict(sample_report().findings) | {"trend_slope": slope})
    assert "It hardly moves: it is falling by less than one person a month." in everything_said(report)
