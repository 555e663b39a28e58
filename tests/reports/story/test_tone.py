"""How they took it is told in the story; a storm stands before the number, on the first screen and in the terminal."""

from dataclasses import replace

from influence.analysis.without_names import without_names
from influence.contract.details.tone import Toned, ToneOf
from influence.contract.findings import Finding, Report
from influence.contract.headline import sentences, storm
from reports.story.brief import brief
from reports.story.story import story
from tests.kit.sample_report import LEADER, sample_report

SAID = (
    "This is a storm and no influence: of the 30 people of whom it is told how they took it, 28 were hostile."
)


def classes(**people):
    return {name: Toned(n, n, float(n)) for name, n in people.items()}


STORM = Finding(
    "tone",
    0.93,
    "share",
    0.7,
    0.95,
    detail=ToneOf(True, 40, 30, 0, classes(welcomed=2, hostile=28, unknown=10)),
)


def told_of(finding):
    report = sample_report()
    return replace(report, findings=report.findings | {"tone": finding})


def section(report, key):
    return " ".join(str(one) for part in story(report) if part.key == key for one in part.sentences)


def test_a_storm_stands_before_the_range_on_the_first_screen_and_in_the_terminal():
    report = told_of(STORM)
    assert storm(report) == SAID
    assert sentences(report)[1] == SAID
    assert str(brief(report).range).startswith(SAID)
    assert section(report, "beyond").count(SAID) == 1
    value = "The fourth step brings this role a storm and no value so far."
    assert str(brief(report).answers[0].sentence) == value
    assert section(report, "worth").startswith(value)


def test_where_there_is_no_storm_nobody_speaks_of_one():
    report = sample_report()
    assert storm(report) == ""
    assert "storm" not in section(report, "beyond") + " ".join(sentences(report))
    assert storm(Report(LEADER, {}, {})) == ""


def test_the_classes_are_told_and_what_no_word_tells():
    said = section(told_of(STORM), "people")
    assert (
        "How did they take it? Of 30 of the 40 people outside the team marks, reactions or words tell it: "
        "2 welcomed it and 28 took it with hostility. Of the people never met, 28 to 38 were hostile. "
        "Whether a response is against the leader" in said
    )


def test_where_nobody_is_known_to_be_hostile_that_is_said_and_of_how_many_nothing_tells():
    kind = ToneOf(False, 40, 30, 0, classes(welcomed=30, hostile=0, unknown=10))
    said = section(told_of(Finding("tone", 0.0, "share", 0.0, 0.3, detail=kind)), "people")
    assert "nobody is known to have taken it with hostility; of 10 nothing tells." in said


def test_where_nothing_is_told_that_is_said():
    nothing = ToneOf(False, 40, 0, 0, classes(welcomed=0, neutral=0, hostile=0, unknown=40))
    said = section(told_of(Finding("tone", None, "share", reason="so", detail=nothing)), "people")
    assert "Of the 40 people outside the team nothing tells how they took it." in said
    assert "How did they take it?" not in said


def test_a_report_of_before_says_nothing_of_it():
    report = sample_report()
    without = replace(report, findings={k: v for k, v in report.findings.items() if k != "tone"})
    assert "took it" not in section(without, "people")


def test_a_copy_without_names_still_says_that_it_was_a_storm():
    said = storm(without_names(told_of(STORM)))
    assert said.startswith("This is a storm and no influence: ")
