"""Claims about what is shown: one range, whole people, and numbers about met that agree with one another."""

import csv
import io
import re
from dataclasses import replace
from math import fsum

import pytest
from hypothesis import HealthCheck, given, settings

from influence.contract.findings import Finding, Report, SphereReach
from influence.contract.headline import depending, headline, mostly_unknown, shown, unknown
from reports.figures.sureness import sureness_picture
from reports.figures.trend import trend_picture
from reports.formats.page import page
from reports.formats.tables import write_csv
from reports.story import doubt, evidence, sentences
from reports.story.spheres import unmet_by_sphere
from reports.story.story import all_numbers, story
from tests.kit.sample_reach import REPORTS, reached, report_of
from tests.kit.sample_report import sample_report

MANY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
FEW = settings(MANY, max_examples=12)
DECIMALS = re.compile(r"\d\.\d+ (?:people|person)|(?:people|person)[^.<]{0,30} \d+\.\d")


def said(report: Report) -> str:
    told = (str(one) for section in story(report) for one in (*section.sentences, *section.untold))
    numbers = (f"{one.text} {one.unit} {one.bounds} {one.interval} {one.note}" for one in all_numbers(report))
    return "\n".join((*told, *numbers, *map(str, (*doubt.supposed(report), *doubt.cures(report)))))


def texts(html: str) -> str:
    return re.sub(r"<[^>]+>", " ", re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL))


def whole(text: str) -> int:
    return 0 if text == "fewer than 1" else int(text.replace(",", ""))


# --- whole people -------------------------------------------------------------------------------------------


@MANY
@given(REPORTS)
def test_no_sentence_and_no_number_has_a_part_of_a_person(report):
    text = said(report)
    assert not DECIMALS.search(text), text
    assert not re.search(r"\bnan\b|\binf\b|None\.", text)


@FEW
@given(REPORTS)
def test_no_page_has_a_part_of_a_person(report):
    text = texts(page(report))
    assert not re.search(r"\d\.\d+\s+(?:people|person)", text)
    assert not re.search(r"\bnan\b", text)
    assert shown(report) in text


@MANY
@given(REPORTS)
def test_the_steps_add_up_to_everybody_who_responded(report):
    steps = {one.name: one for one in sentences.numbers(report, "reach_2", "reach_3", "reach_4")}
    if mostly_unknown(report):
        low, high = (text.split(" to ") for text in (steps["reach_3"].text, steps["reach_4"].text))
        outside = unknown(report)[1]
        assert outside == whole(low[0]) + whole(high[-1]) == whole(low[-1]) + whole(high[0])
    else:
        assert len(report.people) == sum(whole(one.text) for one in steps.values())


@MANY
@given(REPORTS)
def test_the_spheres_add_up_to_the_headline(report):
    by_sphere = [text for _, text in unmet_by_sphere(report)]
    if mostly_unknown(report):
        ends = [[int(each) for each in text.split(" to ")] for text in by_sphere if "fewer" not in text]
        assert all(one[0] <= one[-1] for one in ends)
    else:
        assert whole(shown(report)) == sum(map(whole, by_sphere))


@MANY
@given(REPORTS)
def test_everybody_stands_in_one_row_and_the_sentence_counts_the_same(report):
    if not report.people:
        return
    rows = next(str(s) for section in story(report) for s in section.sentences if "By row, in" in str(s))
    count, *parts = re.findall(r"\d+", rows.replace("Mara Lindqvist", ""))
    assert len(report.people) == int(count) == sum(map(int, parts))
    assert len(report.people) == sum(int(step.count.split()[0]) for step in evidence.steps(report))


# --- one range ----------------------------------------------------------------------------------------------


@MANY
@given(REPORTS)
def test_where_most_is_unknown_neither_share_nor_ratio_is_a_number_but_their_reason_is_told(report):
    text = said(report)
    if mostly_unknown(report):
        assert "% of all who responded" not in text
        assert not re.search(r"\d beyond for each", text)
        assert "so a share would only repeat what is supposed of them" in text
        assert "run again" not in text
        assert doubt.cures(report)


@MANY
@given(REPORTS)
def test_the_headline_is_worded_the_same_everywhere(report):
    lead = sentences.headline(report)
    assert shown(report) == lead.text
    assert lead.text in {one.text for one in all_numbers(report) if one.name == "reach_4"}
    if report.people and lead.text != "0":
        (beyond,) = (section for section in story(report) if section.key == "beyond")
        assert lead.text in str(beyond.sentences[0]).replace("Fewer", "fewer")


@MANY
@given(REPORTS)
def test_no_interval_is_drawn_below_nobody(report):
    picture = sureness_picture(report)
    if picture is not None:
        drawn = [float(x) for line in picture.figure.axes[0].lines for x in line.get_xdata()]
        assert min(drawn) >= 0
        markers = [line for line in picture.figure.axes[0].lines if line.get_marker() == "D"]
        assert len(markers) == (not mostly_unknown(report))


def test_the_range_and_another_run_are_said_apart():
    report = report_of(
        [reached(n, 0.0) for n in range(20)] + [reached(n, 0.1, known=False) for n in (20, 21)]
    )
    (beyond,) = (section for section in story(report) if section.key == "beyond")
    assert [
        "20 to 22, depending on whether the 2 people of whom nothing tells have met Mara Lindqvist.",
        "If such a half-year were run again: 19 to 25.",
    ] == [str(one) for one in beyond.sentences[1:3]]


def test_two_of_whom_nothing_tells_are_shown_as_nobody_to_two_with_the_cure_beside():
    html = page(report_of([reached(n, 0.1, known=False) for n in range(2)]))
    assert re.search(r'class="big" href="#n-reach_4">0 to 2<', html)
    text = " ".join(texts(html).split())
    assert "What would narrow it" in text
    assert "influence met p0 label" in text
    assert "Asked about first, those who responded most: Person 1" in text
    assert "1.8" not in text
    assert "2 people by row" in text


def test_a_month_in_which_most_is_unknown_is_a_range_in_table_and_picture():
    report = report_of([reached(0, 0.1, known=False), *(reached(n, 0.0) for n in (1, 7, 13))])
    assert trend_picture(report).description.startswith("January 2026: 0 to 1 never met. February")
    assert (
        '<th scope="row">January 2026</th><td class="r">0</td><td class="r">0 to 1</td><td class="r">0 to 1</td>'
        in page(report)
    )


def test_numbers_in_the_robustness_of_an_unknown_headline_are_not_shown():
    report = report_of([reached(n, 0.1, known=False) for n in range(2)])
    held = {"reach_4": 1.8, "alternatives": {"with_bots": {"reach_4": 2.8}, "first_hand": {"reach_4": 0.9}}}
    found = Finding("robustness", 0.55, "share", detail=held)
    text = said(replace(report, findings={**report.findings, "robustness": found}))
    assert "it would be" not in text
    assert "First-hand responses alone" not in text


def test_the_csv_shows_what_the_page_shows_and_keeps_the_sums(tmp_path):
    report = report_of([reached(n, 0.1, known=False) for n in range(2)])
    *_, beside = write_csv(report, tmp_path / "ann.csv")
    rows = {row["finding"]: row for row in csv.DictReader(io.StringIO(beside.read_text(encoding="utf-8")))}
    assert ("0 to 2 people", "1.8") == (rows["reach_4"]["shown"], rows["reach_4"]["value"])
    assert ("cannot tell", "") == (rows["beyond_share"]["shown"], rows["beyond_share"]["value"])


# --- what is supposed, and what is asked -------------------------------------------------------------------


def test_what_was_supposed_of_whom_and_from_how_many_it_was_learned_is_told():
    report = report_of([reached(0, 0.0), reached(1, 0.3333, known=False)])
    first, second = map(str, doubt.supposed(report))
    assert first.startswith(
        "Of 1 person outside the team nothing tells whether they have met Mara Lindqvist."
    )
    assert (
        "Supposed to have met the leader: the company, 1 person: 1 in 3, learned from 40 of whom it is known."
        == (second)
    )
    assert "What the range rests on" in page(report)


def test_evidence_that_may_err_widens_the_range_and_is_said():
    report = report_of([reached(n, 0.05) for n in range(20)])
    lead = headline(report)
    report = replace(
        report,
        findings={
            **report.findings,
            "reach_4": replace(lead, detail={"outside": 20, "unknown": 0, "least": 16, "most": 20}),
        },
    )
    assert "16 to 20: something tells of everybody outside the team, and may be wrong of a few" == depending(
        report
    )
    assert [
        "The range holds the count with 99 % certainty if the evidence about meetings is as right as it says."
    ] == [str(one) for one in doubt.supposed(report)]
    assert "19" == shown(report)


def test_without_groups_the_rows_tell_what_is_supposed():
    report = report_of([reached(0, 0.0), reached(1, 0.1, known=False)])
    lead = headline(report)
    bare = replace(lead, detail={"outside": 2, "unknown": 1})
    report = replace(report, findings={**report.findings, "reach_4": bare})
    assert "Of all of them 1 in 10 is supposed to have met the leader." == str(doubt.supposed(report)[1])


@pytest.mark.parametrize(
    ("question", "finding"),
    [
        (
            "Did people join because their contacts had?",
            Finding("influence_test", 0.1, "exponent", detail={"p": 0.3}),
        ),
        (
            "Is the position more than the number of ties would give?",
            Finding("position_by_chance", 0.4, "p-value"),
        ),
        (
            "Do others take up the leader's words?",
            Finding("lead", 3.0, "people", detail={"shuffled": 2.9, "p": 0.4}),
        ),
    ],
)
def test_every_test_of_chance_names_its_question(question, finding):
    report = replace(sample_report(), findings={**sample_report().findings, finding.name: finding})
    assert f"\n{question}" in f"\n{said(report)}" or f" {question}" in said(report)


def test_no_question_over_the_page_asks_whether_it_could_be_chance():
    assert "could it be chance" not in texts(page(sample_report())).lower()


def test_each_number_about_met_says_which_of_three_it_is():
    ways = {one.name: one.counted for one in all_numbers(sample_report()) if one.counted}
    assert {"weighed", "by row", "by name"} == set(ways.values())
    assert ("weighed", "by row", "by name") == (ways["reach_4"], ways["before_contact"], ways["crossings"])


def test_a_hostile_name_stays_harmless_in_range_and_cure():
    attack = "<img src=x onerror=alert(1)>\u202e`$(reboot)`"
    people = [reached(n, 0.1, known=False, name=attack) for n in range(3)]
    html = page(report_of(people, leader={"person": attack, "name": attack}))
    assert "<img" not in html
    assert "\u202e" not in html
    assert "influence met LEADER label" in html


def test_spheres_beyond_those_named_are_put_together_so_that_the_sentence_adds_up():
    spheres = tuple(SphereReach(f"s{n}", 9.4 - n, 10, 40, 0.2) for n in range(9))
    report = replace(sample_report(), spheres=spheres)
    text = next(str(s) for section in story(report) for s in section.sentences if "By sphere: " in str(s))
    parts = [int(each) for each in re.findall(r" (\d+)(?:,| and|\.)", text.split("By sphere:")[1])]
    assert 7 == len(parts)
    assert round(fsum(row.value for row in spheres)) == sum(parts)


def test_spheres_of_a_report_of_this_kind_are_whole_sums():
    report = report_of([reached(n, 0.3) for n in range(9)])
    assert fsum(row.value for row in report.spheres) == pytest.approx(headline(report).value)


@pytest.mark.parametrize(
    ("coverage", "chance", "words"),
    [
        (
            0.5,
            0.2,
            ("a meeting that nobody recorded · calendar kept in 6 of the 12 months before · chance 20 %",),
        ),
        (0.0, 0.1, ("a meeting that nobody recorded · no calendar kept before · chance 10 %",)),
        (1.0, 0.0, ()),
        (None, None, ()),
        (float("nan"), 0.5, ()),
        (0.5, float("nan"), ()),
    ],
)
def test_a_row_says_how_likely_a_meeting_is_that_nobody_recorded(coverage, chance, words):
    one = replace(reached(1, 0.2), coverage=coverage, unrecorded=chance)
    assert [words] == [row.met for step in evidence.steps(report_of([one])) for row in step.rows]
