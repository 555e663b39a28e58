"""How it moved, in words: by week and by month, and what moved it from one period to another."""

from dataclasses import replace

import pytest

from influence.contract.details.trend import AgainstBefore
from influence.contract.findings import Finding, Report, Week
from reports.story.movement import in_short, moved, question, trend
from reports.story.story import story
from tests.kit.sample_report import sample_report


def weekly(**more) -> Report:
    return replace(sample_report(), by="week", **more)


def said(report: Report) -> list[str]:
    return [str(sentence) for sentence in trend(report)]


def against(**told) -> str:
    report = sample_report()
    finding = report.findings["against_before"]
    detail = replace(finding.told(AgainstBefore), **told)
    return " ".join(
        map(
            str,
            moved(
                replace(
                    report, findings=report.findings | {"against_before": replace(finding, detail=detail)}
                )
            ),
        )
    )


def test_a_report_by_week_tells_weeks_and_one_by_month_months():
    by_month = " ".join(said(sample_report()))
    assert "month by month" in question(sample_report())
    assert "The highest month was" in by_month
    assert "week" not in by_month
    by_week = " ".join(said(weekly()))
    assert "week by week" in question(weekly())
    assert "It is rising: fewer than 1 person more a week, 95 % interval" in by_week
    assert "The level changed in the week from 30 Mar 2026" in by_week
    assert "The highest was the week from" in by_week
    assert "month" not in by_week.partition("Compared are")[0]


def test_a_part_of_a_week_is_never_the_highest():
    rows = sample_report().weekly
    most = replace(rows[0], reach_4=500.0, high=500.0, low=500.0)
    assert not most.whole
    assert "500" not in " ".join(said(weekly(weekly=(most, *rows[1:]))))
    assert "500" in " ".join(said(weekly(weekly=(replace(most, whole=True), *rows[1:]))))


@pytest.mark.parametrize(
    ("whole", "says"),
    [
        (
            0,
            "No whole week, Monday to Sunday, lies in this window: no movement from week to week can be told.",
        ),
        (1, "There is one whole week only, the week from 5 Jan 2026: no movement can be told."),
    ],
)
def test_a_window_without_two_whole_weeks_is_one_sentence(whole, says):
    rows = [Week(f"2026-W{n:02}", 0, 1, 2, 2, 2, 3, whole=n == 2 and whole == 1) for n in (1, 2, 3)]
    assert says == said(weekly(weekly=tuple(rows)))[0]


def test_the_coverage_of_both_periods_is_said_first():
    assert against().startswith(
        "Compared are 1 Jul 2025 to 31 Dec 2025 and 1 Jan 2026 to 30 Jun 2026; the sources cover 94 % of the earlier "
        "and 100 % of the later."
    )


def test_new_back_and_lapsed_are_told_apart_and_add_up():
    words = against(new=6.0, returned=2.0, lapsed=3.0, anew=0.0)
    assert "9 people are new, on record since 7 Oct 2024; 4 had responded before" in words
    assert "those who came add 8, and those who stayed away take 3." in words
    assert "what is now known take 2" in against(anew=-2.0)
    assert "what is now known adds 2" in against(anew=2.0)
    unknown = against(came_back=None, record_since=None)
    assert "13 people of the later were not in the earlier, and 6 of the earlier not in the later" in unknown


def test_the_conversations_that_brought_and_lost_most_are_named_and_lead_to_their_row():
    words = against()
    assert "than ferry, harbour, tide, begun 2 Mar 2026 by Mara Lindqvist: 6 people." in words
    assert "than a conversation, begun 3 Nov 2025 by Dina Eriksen: 3 people." in words
    anchors = [span.anchor for sentence in moved(sample_report()) for span in sentence.spans if span.anchor]
    assert any(anchor.startswith("conversation-") for anchor in anchors)
    assert "No conversation brought" not in against(brought=None, lost=None)


def test_where_of_most_people_nothing_tells_no_sums_are_told():
    words = against(mostly_unknown=True)
    assert "Weighed" not in words
    assert "By sphere" not in words
    assert "9 people are new" in words


def test_what_cannot_be_compared_says_why():
    report = sample_report()
    cannot = Finding("against_before", None, "people more than before", reason="nothing is on record before")
    report = replace(report, findings=report.findings | {"against_before": cannot})
    assert "Cannot tell how it moved: nothing is on record before." == str(moved(report)[0])
    assert () == moved(replace(report, findings={}))


def test_the_section_is_told_by_what_the_report_says():
    keys = {section.key: section.question for section in story(weekly())}
    assert "How did it move, week by week?" == keys["trend"]


def test_in_short_it_says_the_slope_or_else_what_was_highest():
    assert str(in_short(weekly())[0]).startswith("Does it rise or fall?")
    slope = Finding(
        "weekly_slope", None, "people more in each week", reason="too little to say: 3 whole weeks"
    )
    few = weekly(findings=sample_report().findings | {"weekly_slope": slope})
    assert str(in_short(few)[0]).startswith("The highest was the week from")
    assert 1 == len(in_short(few))
