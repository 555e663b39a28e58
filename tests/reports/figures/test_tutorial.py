"""Claims about the tutorial notebook, and about what a notebook shows of a finding and a report."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

import influence
from influence.analysis.comparison import Comparison
from influence.contract.findings import Finding, Report
from tests.kit.sample_report import LEADER, WINDOW, sample_report

TUTORIAL = Path(influence.__file__).parent.parent / "docs" / "tutorial.ipynb"
ATTACK = "<script>alert(1)</script>\u202e"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    book = nbformat.read(TUTORIAL, as_version=4)
    place = {"metadata": {"path": str(tmp_path_factory.mktemp("tutorial"))}}
    return NotebookClient(book, timeout=120, kernel_name="python3", resources=place).execute()


def outputs(book, kind):
    data = [given.get("data", {}) for cell in book.cells for given in cell.get("outputs", ())]
    return [one[kind] for one in data if kind in one]


def test_the_tutorial_is_kept_without_outputs():
    book = nbformat.read(TUTORIAL, as_version=4)
    assert not [cell for cell in book.cells if cell.get("outputs") or cell.get("execution_count")]


def test_the_tutorial_runs_from_the_first_cell_to_the_last(run):
    assert 4 == len(outputs(run, "image/png")), "rings, two by two, and the network"
    report, finding, comparison = outputs(run, "text/html")
    assert "Mara Lindqvist reached 27 people never met" in report
    assert "27 people" in finding
    assert "cannot be told apart" in comparison
    assert "mara.html" in str(run.cells)


@pytest.mark.parametrize(
    "shown",
    [
        Finding(ATTACK, 3.0, ATTACK),
        Finding("reach_4", None, "people", reason=ATTACK),
        Report(LEADER | {"name": ATTACK}, {"since": ATTACK, "until": ATTACK}, {}, notice=ATTACK),
        Comparison({"a": {}}, (), (ATTACK,), {"a": ATTACK}),
    ],
)
def test_what_a_notebook_shows_is_escaped(shown):
    html = shown._repr_html_()
    assert "<script" not in html
    assert "\u202e" not in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize(
    ("expected", "finding"),
    [
        ("27 people, range 23 to 28, 95 % interval 19 to 35", sample_report().findings["reach_4"]),
        ("cannot tell, nobody responded", Finding("beyond_share", None, "share", reason="nobody responded")),
        (
            "0 to 2 people",
            Finding("reach_4", 1.8, "people", 0.0, 2.0, (0.0, 3.0), detail={"outside": 2, "unknown": 2}),
        ),
        ("12 people", Finding("reach_2", 12.0, "people", 12.0, 12.0)),
    ],
)
def test_a_finding_says_its_number_its_range_or_why_there_is_none(expected, finding):
    assert expected == str(finding).split(": ", 1)[1]
    assert all(part in finding._repr_html_() for part in expected.split(", "))


def test_a_report_is_named_in_one_line_and_said_as_in_a_terminal():
    report = sample_report()
    held = f"{len(report.findings)} findings, 56 people"
    assert f"<Report on 'p0' from {WINDOW['since']} to {WINDOW['until']}: {held}>" == repr(report)
    assert str(report).startswith("Mara Lindqvist reached 27 people never met: 23 to 28, depending on")
    html = report._repr_html_()
    assert "Invented company" in html
    assert len(report.findings) == html.count("<tr>")
    assert 60_000 > len(html)


def test_a_report_of_nothing_is_shown_with_the_reason():
    html = Report(LEADER, WINDOW, {})._repr_html_()
    assert "cannot be told: this report does not hold it" in html
    assert "<details>" not in html
