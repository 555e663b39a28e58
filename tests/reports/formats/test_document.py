import re
import subprocess
import sys
from dataclasses import replace

import pytest

from influence.contract.findings import Report
from influence.contract.headline import mostly_unknown
from influence.contract.plugins import load
from reports.formats import document as documents
from reports.formats import lettering
from reports.formats.chapters import NAME
from reports.formats.document import PAGES, document, write_document
from reports.formats.writing import CannotWrite
from reports.story.advice import tried
from reports.story.sentences import headline
from tests.kit.loopback import needs
from tests.kit.sample_report import built, empty_report, sample_report, ties_report

HOSTILE = (
    *(
        '#panic("x") Åse Ødegård Þór',
        "*bold* _it_",
        "$x$ @ref ] [",
        "`code` // c /* d",
        "<script>alert(1)</script>",
        "\\u{41} <l>",
    ),
    *("x" * NAME, "Maximiliane Alexandra von Hohenberg-Sondershausen und Thurn"),
)


def every(hostile, text):
    """The sample with these texts wherever a report holds one that others wrote."""
    report = sample_report()
    texts = [*hostile, *hostile]
    return replace(
        report,
        leader={"person": "p0", "name": text},
        people=tuple(replace(one, name=texts[n % len(texts)]) for n, one in enumerate(report.people)),
        conversations=tuple(
            replace(one, words=(texts[n],), begun_by=f"p{n + 1}", channel=texts[n])
            for n, one in enumerate(report.conversations)
        ),
        responses={key: replace(one, url="javascript:alert(1)") for key, one in report.responses.items()},
        coverage=tuple(replace(row, source=texts[n]) for n, row in enumerate(report.coverage)),
        reasons=hostile[:8],
        notice=hostile[0],
    )


def told(made, place):
    """What a reader of PDF says of a document: its text in one line, and what it is made of."""
    needs("poppler-utils", "pdftotext", "pdfinfo", "pdffonts")
    file = place / "document.pdf"
    file.write_bytes(made)
    said = [
        subprocess.run([*command, file, *more], capture_output=True, text=True, check=True).stdout
        for command, more in ((["pdftotext"], ["-"]), (["pdfinfo"], []), (["pdffonts"], []))
    ]
    return " ".join(said[0].split()), dict(re.findall(r"(\w+): +(.*)", said[1])), said[2].splitlines()[2:]


@pytest.fixture(scope="module")
def ordinary(tmp_path_factory):
    return told(document(sample_report()), tmp_path_factory.mktemp("ordinary"))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    return told(document(every(HOSTILE, HOSTILE[0])), tmp_path_factory.mktemp("hostile"))


def test_a_document_has_few_pages_is_tagged_and_brings_its_fonts(ordinary):
    _, facts, fonts = ordinary
    assert ("yes", True) == (facts["Tagged"], int(facts["Pages"]) <= PAGES)
    assert fonts
    assert all("yes yes yes" in " ".join(font.split()) for font in fonts)


def test_a_document_names_its_leader_and_no_author(ordinary):
    _, facts, _ = ordinary
    assert "Mara Lindqvist: influence beyond the people met" == facts["Title"]
    assert "Author" not in facts


def test_the_number_in_the_document_is_the_number_of_the_story(ordinary):
    text, _, _ = ordinary
    number = headline(sample_report())
    assert f"{number.text} {number.unit}" in text
    assert f"Step 4, networked {number.text} {number.unit} {number.bounds} {number.interval}" in text.replace(
        "\u00a0", " "
    )


def test_what_held_and_what_was_tried_as_advice_stand_in_a_document(ordinary):
    text = ordinary[0].replace("\u00a0", " ")
    assert "What held when tested" in text
    assert "180 % more people" in text
    assert "told is the last third. Associations" in text
    assert tried(sample_report()) in text


def test_a_document_says_that_it_names_people_and_that_its_company_is_invented(ordinary):
    text, _, _ = ordinary
    assert text.count("It names people: share it as you would a personnel file.") > 1
    assert sample_report().notice in text


@pytest.mark.parametrize("name", HOSTILE[:6])
def test_what_others_wrote_stands_in_a_document_as_it_is(name, hostile):
    text, _, _ = hostile
    assert name in text


def test_a_link_that_may_not_be_followed_is_none():
    assert b"javascript" not in document(every(HOSTILE, "Ann"))


def test_the_longest_name_and_lists_still_fit_the_pages(tmp_path):
    report = every(("y" * 10_000,) * 9, "z" * 10_000)
    text, facts, _ = told(document(replace(report, reasons=("w " * 900,) * 40)), tmp_path)
    assert PAGES >= int(facts["Pages"])
    assert "z" * 30 in text.replace(" ", "")
    assert "…" in text


@pytest.mark.parametrize(
    "make", [empty_report, ties_report, lambda: built(3, 1, 3), lambda: Report({}, {}, {})]
)
def test_there_is_a_document_of_nobody_and_of_few(make, tmp_path):
    report = make()
    text, facts, _ = told(document(report), tmp_path)
    assert PAGES >= int(facts["Pages"])
    assert headline(report).text in text


def test_where_most_is_unknown_the_document_leads_with_the_range(tmp_path):
    report = sample_report()
    people = tuple(replace(one, known=not one.outside, m=0.1, met=()) for one in report.people)
    found = report.findings["reach_4"]
    many = float(sum(one.outside for one in people))
    told_of = replace(found, low=0.0, high=many, detail={"outside": many, "unknown": many})
    report = replace(report, people=people, findings={**report.findings, "reach_4": told_of})
    assert mostly_unknown(report)
    text, _, _ = told(document(report), tmp_path)
    assert f"0 to {many:.0f} people" in text


def test_one_report_gives_the_same_bytes_twice():
    assert document(empty_report()) == document(empty_report())


def test_letters_that_no_font_has_are_boxes_and_the_document_says_so(tmp_path):
    none = "\U0010fffd"
    text, _, _ = told(
        document(replace(empty_report(), leader={"person": "p0", "name": f"Ann {none}"})), tmp_path
    )
    assert f"Ann {lettering.BOX}" in text
    assert "No font on this machine has the letters of 1 word" in text


def test_a_letter_without_a_font_in_a_picture_or_an_address_stops_nothing(tmp_path):
    none = "\U0010fffd"
    report = sample_report()
    people = tuple(replace(one, sphere=none) if one.outside else one for one in report.people)
    spheres = (replace(report.spheres[0], sphere=none), *report.spheres[1:])
    responses = {key: replace(one, url=f"https://{none}.example/") for key, one in report.responses.items()}
    text, facts, _ = told(
        document(replace(report, people=people, spheres=spheres, responses=responses)), tmp_path
    )
    assert ("yes", True) == (facts["Tagged"], lettering.BOX in text)


def test_names_of_any_script_stand_beside_their_numbers(tmp_path):
    text, _, _ = told(
        document(
            replace(empty_report(), leader={"person": "p0", "name": "\u05d3\u05d5\u05d3 \u05db\u05d4\u05df"})
        ),
        tmp_path,
    )
    assert "1 Jan 2026 to 30 Jun 2026" in text


def test_without_the_extra_the_cure_is_named(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(CannotWrite, match=r"pip install 'networked-influence\[pdf\]'"):
        write_document(empty_report(), tmp_path / "report.pdf")
    assert [] == list(tmp_path.iterdir())


def test_the_template_holds_no_words_of_its_own():
    template = documents._TEMPLATE.read_text(encoding="utf-8")
    code = "\n".join(line for line in template.splitlines() if not line.startswith("//"))
    assert [] == re.findall(r"\[[^\]\s#]+[^\]]*\]", code)
    assert [] == [text for text in re.findall(r'"([^"]*)"', code) if text.count(" ") > 1]


def test_a_document_comes_by_its_entry_point():
    assert load("influence.formats", "pdf") is write_document
