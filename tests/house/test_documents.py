"""The documents as a site: it is built without a warning, every link leads somewhere, nothing is asked of others."""

import runpy
import shutil
import subprocess
import sys

import pytest

from influence.contract import plugins
from influence.contract.measures import catalogue
from tests.kit.browser import CHROMIUM, NO_CHROMIUM
from tests.kit.places import ROOT

LINKS = runpy.run_path(str(ROOT / "tools/links.py"))
PARTS = runpy.run_path(str(ROOT / "tools/site_parts.py"))


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site as `make docs` builds it."""
    folder = tmp_path_factory.mktemp("site")
    options = [
        "--quiet",
        "--fail-on-warning",
        "--keep-going",
        "--jobs",
        "2",
        "-c",
        "docs",
        "-d",
        str(folder / "read"),
    ]
    command = [sys.executable, "-m", "sphinx", *options, ".", str(folder / "docs")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ("", 0) == (done.stderr, done.returncode)
    return folder / "docs"


def test_every_link_leads_somewhere_nothing_is_loaded_from_elsewhere_and_links_to_others_are_listed(site):
    lines, elsewhere = LINKS["wrong"](site)
    assert [] == lines
    assert {"https://github.com/zulip/zulip-archive"} <= elsewhere


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ('<a href="other.html#nowhere">', "other.html#nowhere leads nowhere"),
        ('<a href="missing.html">', "missing.html leads nowhere"),
        ('<img src="missing.png">', "missing.png leads nowhere"),
        ('<script src="https://cdn.example/a.js"></script>', "loads https://cdn.example/a.js"),
        ('<link rel="stylesheet" href="//cdn.example/a.css">', "loads //cdn.example/a.css"),
        ('<iframe src="https://a.example"></iframe>', "loads https://a.example"),
    ],
)
def test_a_link_that_leads_nowhere_or_loads_from_elsewhere_is_told(tmp_path, written, told):
    (tmp_path / "page.html").write_text(written)
    (tmp_path / "other.html").write_text('<p id="here">')
    assert [f"page.html: {told}"] == LINKS["wrong"](tmp_path)[0]


def test_a_style_that_loads_from_elsewhere_is_told(tmp_path):
    (tmp_path / "a.css").write_text(
        '@import "https://fonts.example/a.css"; b { background: url(data:image/png,x) }'
    )
    assert ["a.css: loads https://fonts.example/a.css"] == LINKS["wrong"](tmp_path)[0]


def test_every_connector_has_a_page_or_a_row_in_the_table(site):
    table = (site / "docs/connectors.html").read_text("utf-8")
    for name in plugins.names("influence.connectors"):
        assert (site / f"docs/connectors/{name}.html").exists() or f">{name}</span>" in table, name


def test_every_format_of_a_report_stands_in_the_documents():
    text = (ROOT / "docs/formats.md").read_text("utf-8")
    _, _, table = text.partition("## What a report can be written as")
    for name in plugins.names("influence.formats"):
        assert f"`{name}`" in table, name


def test_every_number_stands_in_the_list_in_plain_words(site):
    page = (site / "docs/numbers.html").read_text("utf-8")
    for measure in catalogue():
        for name in measure.finds if measure.own else ():
            assert f">{name}</span>" in page, name


def test_the_interface_of_python_is_there_from_its_docstrings(site):
    page = (site / "docs/python/workspace.html").read_text("utf-8")
    for name in ("import_path", "report", "compare", "write", "pull"):
        assert f'id="influence.Workspace.{name}"' in page, name


def test_a_picture_that_was_not_taken_is_a_sentence():
    text = PARTS["filled_in"]("<!-- picture never-taken.png: a screen -->")
    assert text.startswith("*(Here `make docs` shows a screen")


def test_without_the_programs_a_line_says_which_pictures_are_left_out(monkeypatch, tmp_path):
    shots = runpy.run_path(str(ROOT / "tools/screenshots.py"))
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(shots["NoProgram"], match="pdftoppm is not installed"):
        list(shots["picture_of_pdf"](tmp_path / "a.pdf", tmp_path))


@pytest.mark.skipif(not CHROMIUM, reason=NO_CHROMIUM)
def test_what_a_page_lacks_is_told_and_the_other_pictures_are_taken(tmp_path):
    shots = runpy.run_path(str(ROOT / "tools/screenshots.py"))
    (tmp_path / "page.html").write_text("<h1>Nothing to point at</h1>")
    told = list(shots["pictures_of_page"](tmp_path / "page.html", tmp_path))
    assert ["network.png: the page has no #pictures"] == told
    assert {"first-screen.png", "first-screen-telephone.png"} == {
        file.name for file in tmp_path.glob("*.png")
    }
