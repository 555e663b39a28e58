"""Campaigns in one line each, and what nobody said: plain sentences, and nobody named."""

from dataclasses import replace

import pytest

from influence.contract.details.inbound import Campaign, MassMail, Unsaid
from influence.contract.findings import Finding, Report
from reports.formats.page import page
from reports.story.inbound import campaign_lines, campaigns, said_by_nobody
from reports.story.story import story
from tests.kit.sample_report import sample_report

MARCH = ("2026-03-05T08:00:00+01:00", "2026-03-17T20:00:00+01:00")


def told(*campaigns, **more):
    every = float(sum(one.letters for one in campaigns))
    return with_(Finding("mass_mail", every, "letters", detail=MassMail(campaigns, **more)))


def with_(*findings):
    report = sample_report()
    return replace(report, findings=dict(report.findings) | {one.name: one for one in findings})


def sentences(report, key):
    return [str(one) for part in story(report) if part.key == key for one in part.sentences]


def test_a_campaign_is_one_line_beside_what_waits():
    line = "one letter, 1,124 senders, 5 to 17 Mar 2026"
    expected = f"Mass mail came too, and is counted apart from what waits: {line}."
    assert expected in sentences(told(Campaign(1124, 1124, *MARCH, texts=1)), "takes")


@pytest.mark.parametrize(
    ("letters", "senders", "texts", "line"),
    [
        (30, 30, None, "one subject, 30 senders, 5 to 17 Mar 2026"),
        (30, 30, 30, "one subject, 30 senders, 5 to 17 Mar 2026"),
        (30, 28, 1, "one letter, 28 senders of 30 letters, 5 to 17 Mar 2026"),
        (30, 30, 4, "one letter in 4 versions, 30 senders, 5 to 17 Mar 2026"),
    ],
)
def test_a_line_says_what_was_alike(letters, senders, texts, line):
    assert (line,) == campaign_lines(told(Campaign(letters, senders, *MARCH, texts=texts)))


def test_many_campaigns_are_told_by_the_largest_and_listed_on_the_page():
    many = tuple(Campaign(90 - n, 90 - n, *MARCH, texts=1) for n in range(5))
    (sentence,) = campaigns(told(*many, answered=1))
    assert "in 5 campaigns, and is" in str(sentence)
    assert "88 senders, 5 to 17 Mar 2026; 2 more. Mara Lindqvist answered 1 letter." in str(sentence)
    assert "<li>one letter, 86 senders, 5 to 17 Mar 2026</li>" in page(told(*many))


def test_what_nobody_said_stands_with_what_was_covered():
    expected = (
        "Not counted, because nobody said it: 40 spam, 8 automatic replies and 3 drafts, by or to Mara Lindqvist; "
        "101 in all, by or to anybody."
    )
    assert expected in sentences(sample_report(), "coverage")


@pytest.mark.parametrize(
    ("kinds", "everywhere", "ending"),
    [
        ({"spam": 1}, {"spam": 1}, "1 spam, by or to Mara Lindqvist."),
        ({}, {"calendar answer": 2}, "2 answers to invitations; none of it is by or to Mara Lindqvist."),
        ({"of_tomorrow": 2}, {"of_tomorrow": 2}, "2 of_tomorrow, by or to Mara Lindqvist."),
    ],
)
def test_a_kind_is_told_in_plain_words(kinds, everywhere, ending):
    found = with_(Finding("unsaid", 1.0, "items", detail=Unsaid(kinds, everywhere)))
    assert [f"Not counted, because nobody said it: {ending}"] == [str(one) for one in said_by_nobody(found)]


def test_where_there_was_none_nothing_is_said():
    nothing = with_(Finding("mass_mail", 0.0, "letters"), Finding("unsaid", 0.0, "items"))
    assert () == (*campaigns(nothing), *said_by_nobody(nothing))


def test_both_are_read_back_from_json():
    report = sample_report()
    again = Report.from_json(report.as_json())
    assert campaign_lines(report) == campaign_lines(again)
    assert said_by_nobody(report) == said_by_nobody(again)
