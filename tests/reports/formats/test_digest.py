import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from influence.contract.findings import Report
from influence.contract.plugins import load
from reports.formats.digest import digest, inert, write_digest
from reports.story.sentences import headline
from reports.story.story import story
from tests.kit.sample_report import empty_report, sample_report, ties_report

MOST = 40


@pytest.mark.parametrize("make", [sample_report, empty_report, ties_report, lambda: Report({}, {}, {})])
def test_a_digest_is_a_screen_that_leads_with_the_number(make):
    report = make()
    lines = digest(report).splitlines()
    assert MOST >= len(lines)
    assert any(
        line.startswith("**") and headline(report).text.casefold() in line.casefold() for line in lines
    )


def test_a_digest_says_what_the_story_says():
    report = sample_report()
    trend = next(section for section in story(report) if section.key == "trend")
    assert str(trend.sentences[0]) in digest(report)


def test_a_digest_names_conversations_by_what_they_were_about():
    report = sample_report()
    named = tuple(replace(one, words=("prices", "delivery")) for one in report.conversations)
    assert "1. prices, delivery" in digest(replace(report, conversations=named))


def test_a_digest_says_that_it_names_people_and_that_the_company_is_invented():
    text = digest(sample_report())
    assert "It names people: share it as you would a personnel file." in text
    assert sample_report().notice in text


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("*Ann* _B_ `c` ~d~", r"\*Ann\* \_B\_ \`c\` \~d\~"),
        ("[x](javascript:alert)", "\\[x\\](javascript\u2060:alert)"),
        ("<script> | <b>", r"\<script\> \| \<b\>"),
        ("@channel", "@\u2060channel"),
        ("https://evil.example/x", "https://\u2060evil.\u2060example/x"),
        ("&lt; $x$ #1", r"\&lt; \$x\$ \#1"),
    ],
)
def test_what_others_wrote_is_no_markup_in_a_digest(name, shown):
    report = replace(sample_report(), leader={"person": "p0", "name": name})
    assert f"# {shown}\n" in digest(report)


@given(st.text(max_size=80))
def test_no_text_brings_markup_a_mention_or_a_second_line(text):
    made = inert(text)
    assert [] == re.findall(r"(?<!\\)[<>`*\[\]|]", made.replace("\\\\", ""))
    assert [] == re.findall("@(?!\u2060)|://(?!\u2060)", made)
    assert "\n" not in made


def test_a_line_that_would_begin_a_list_does_not():
    assert [r"\- a", r"1\. b", r"\# c", r"\+ d"] == [inert(text) for text in ("- a", "1. b", "# c", "+ d")]


def test_a_name_of_ten_thousand_letters_is_cut():
    report = replace(sample_report(), leader={"person": "p0", "name": "y" * 10_000})
    assert 6000 > len(digest(report))


def test_a_digest_comes_by_its_entry_point(tmp_path):
    (path,) = load("influence.formats", "md")(sample_report(), tmp_path / "mara.md")
    assert digest(sample_report()) == path.read_text(encoding="utf-8")
    assert load("influence.formats", "md") is write_digest
