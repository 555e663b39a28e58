"""Claims about reports in other languages: nothing stays English, and each language says it all."""

from dataclasses import replace
from pathlib import Path
from shutil import which

import pytest

from influence.contract import plugins
from influence.contract.details.brand import PersonAgainstBrand
from influence.contract.findings import Finding
from influence.contract.headline import sentences as on_a_terminal
from influence.contract.language import languages, speaking
from reports.story import advice, evidence, glossary, inbound, sentences
from reports.story.brief import brief
from reports.story.story import all_numbers, story
from tests.kit.languages import as_text, in_our_words, pseudo, text_of, texts_in, untranslated
from tests.kit.sample_report import built, empty_report, sample_report, ties_report

FEW = "too little to say: 5 whole months with data from every source; 6 are needed"
REPORTS = {
    "sample": sample_report,
    "large": lambda: built(people=420, conversations=110, seed=11),
    "empty": empty_report,
    "ties": ties_report,
}


@pytest.fixture(scope="module", params=REPORTS)
def report(request):
    return in_our_words(REPORTS[request.param]())


def told(report):
    """Return all that a story hands to a format."""
    return (
        story(report),
        brief(report),
        sentences.headline(report),
        all_numbers(report),
        evidence.steps(report),
        evidence.conversations(report),
        evidence.spheres(report),
        advice.advice_rows(report),
        advice.waiting_rows(report),
        inbound.campaign_lines(report),
        on_a_terminal(report),
        tuple(pair[1:] for pair in glossary.words()),
        tuple(glossary.families()),
    )


def test_nothing_that_a_story_tells_is_untranslated(report):
    with speaking(pseudo()):
        text = "\n".join(texts_in(told(report)))
    assert set() == untranslated(text, report)


def test_no_verdict_is_untranslated():
    brand = Finding(
        "person_against_brand",
        2.0,
        "times the brand's responses per item",
        interval=(1.2, 3.1),
        detail=PersonAgainstBrand(None, verdict="the person draws more"),
    )
    slope = Finding(
        "trend_slope",
        None,
        "people more in each month",
        reason=FEW,
    )
    report = in_our_words(sample_report())
    report = replace(report, findings={**report.findings, brand.name: brand, slope.name: slope})
    with speaking(pseudo()):
        text = "\n".join(texts_in(story(report)))
    assert set() == untranslated(text, report)


@pytest.mark.parametrize("kind", sorted(plugins.names("influence.formats")))
def test_nothing_that_a_format_writes_for_readers_is_untranslated(kind, report, tmp_path):
    if kind == "pdf" and which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not here")
    write = plugins.load("influence.formats", kind)
    with speaking(pseudo()):
        text = "\n".join(map(text_of, write(report, tmp_path / f"report.{kind}")))
    assert set() == untranslated(text, report)


@pytest.mark.parametrize("code", languages())
def test_a_sample_report_is_told_as_it_was_read_over(code):
    golden = Path(__file__).parent / f"golden/story.{code}.txt"
    assert golden.read_text(encoding="utf-8") == as_text(code), "read it over: make told"
