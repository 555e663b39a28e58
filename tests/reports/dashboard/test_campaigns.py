"""A campaign is written, corrected and taken out on its page, through the checks of the settings' file."""

import html
import re

import pytest

from tests.kit.axe import AXE, NO_AXE, barriers
from tests.kit.browser import DESK, PHONE
from tests.kit.dashboard import SCRIPT, open_dashboard
from tests.reports.dashboard.test_in_a_browser import inside

SPRING = {"name": "spring", "since": "2026-04-01", "until": "2026-05-31", "tag": ["climate"]}
COMMENTED = """
[campaigns.autumn]
tags = ["budget"]  # agreed on with Cia
since = 2026-01-01
"""


@pytest.fixture
def settings(small):
    """The settings' file, as it was again afterwards."""
    file = small.path / "influence.toml"
    before = file.read_text("utf-8")
    yield file
    file.write_text(before, "utf-8")
    small.change_setting("chance", "seed", 1)


def said(text):
    """The sentence of what cannot be meant."""
    return html.unescape(re.search(r'role="alert"><bdi>(.+?)</bdi>', text, re.DOTALL)[1])


def held(page):
    """What the form of a page holds of the campaign that it corrects."""
    return html.unescape(re.search(r'name="before" value="([^"]*)"', page)[1])


def test_a_campaign_is_written_and_told_and_comments_stay(small, settings, dashboard, visitor):
    comments = settings.read_text("utf-8").count("#")
    page = visitor.get("/campaigns").text
    assert "No campaign is written yet." in page
    assert 'name="tag" value="climate"' in page
    answer = visitor.post("/campaigns", SPRING)
    assert (303, "/campaigns?name=spring") == (answer.status, answer.headers["location"])
    assert comments == settings.read_text("utf-8").count("#")
    assert ("2026-04-01", ("climate",)) == (lambda one: (one.since, one.only.tags))(
        small.settings.campaigns["spring"]
    )
    assert "<iframe" in dashboard.finished(visitor, "/campaigns?name=spring").text
    assert "#climate" in dashboard.finished(visitor, "/campaigns/page?name=spring").text


def test_it_is_corrected_and_called_otherwise_and_what_is_not_changed_stays_as_it_was(
    small, settings, dashboard, visitor
):
    settings.write_text(settings.read_text("utf-8") + COMMENTED, "utf-8")
    small.change_setting("chance", "seed", 1)
    page = dashboard.finished(visitor, "/campaigns?name=autumn").text
    assert 'name="tag" value="budget" checked' in page
    corrected = {"name": "autumn", "since": "2026-01-01", "until": "2026-03-31", "tag": ["budget"]}
    assert 303 == visitor.post("/campaigns", corrected | {"before": held(page)}).status
    assert 'tags = ["budget"]  # agreed on with Cia\nsince = 2026-01-01\nuntil' in settings.read_text("utf-8")
    page = dashboard.finished(visitor, "/campaigns?name=autumn").text
    assert 303 == visitor.post("/campaigns", corrected | {"name": "late", "before": held(page)}).status
    assert ["late"] == list(small.settings.campaigns)
    assert "2026-03-31" in dashboard.finished(visitor, "/campaigns?name=late").text


@pytest.mark.usefixtures("settings")
def test_numbers_of_reports_are_not_worked_out_anew_for_it(small, visitor):
    analysis = small.analysis
    visitor.post("/campaigns", SPRING)
    assert analysis is small.analysis


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"tag": [], "channels": ""}, "should say what belongs to it: tags, topics or channels"),
        ({"since": ""}, 'should say when it began: since = "2026-01-31"'),
        ({"since": "last spring"}, "since = 'last spring' should be a day such as 2026-01-31"),
        ({"until": "2026-03-01"}, "ends (2026-03-01) before it begins (2026-04-01)"),
        ({"name": ""}, "a campaign has a name of its own on one line"),
        ({"name": "x" * 61}, "of at most 60 letters"),
        ({"name": "autumn"}, "there is a campaign 'autumn' already"),
        ({"name": "autumn", "before": "[" * 5000}, "there is a campaign 'autumn' already"),
        ({"name": "autumn", "before": '{"name": [], "since": {}, "until": 1}'}, "meanwhile"),
        (
            {"before": '{"name": "autumn", "tags": ["other"], "since": "2026-01-01", "until": null}'},
            "meanwhile",
        ),
        (
            {"before": '{"name": "gone", "tags": ["other"], "since": "2026-01-01", "until": null}'},
            "meanwhile",
        ),
    ],
)
def test_what_cannot_be_meant_is_said_beside_what_was_typed_and_nothing_is_written(
    small, settings, visitor, change, words
):
    settings.write_text(settings.read_text("utf-8") + COMMENTED, "utf-8")
    small.change_setting("chance", "seed", 1)
    before = settings.read_text("utf-8")
    answer = visitor.post("/campaigns", SPRING | {"channels": f"hall {SCRIPT}"} | change)
    assert 400 == answer.status
    assert words in said(answer.text)
    assert before == settings.read_text("utf-8")
    assert SCRIPT not in answer.text
    assert (f"hall {SCRIPT}" in html.unescape(answer.text)) == ("channels" not in change)


def test_it_is_taken_out(settings, dashboard, visitor):
    before = settings.read_text("utf-8")
    visitor.post("/campaigns", SPRING)
    page = dashboard.finished(visitor, "/campaigns?name=spring").text
    assert 303 == visitor.post("/campaigns/remove", {"before": held(page)}).status
    assert before.split() == settings.read_text("utf-8").split()
    again = visitor.post("/campaigns/remove", {"before": held(page)})
    assert (400, True) == (again.status, "meanwhile" in again.text)


@pytest.mark.usefixtures("settings")
def test_a_door_that_only_shows_lets_none_be_written(small):
    with open_dashboard(small, read_only=True) as opened:
        guest = opened.visitor()
        assert 'action="/campaigns"' not in guest.get("/campaigns").text
        assert 403 == guest.post("/campaigns", SPRING).status
    with open_dashboard(small, ["ann"]) as opened:
        assert 404 == opened.visitor().post("/campaigns", SPRING).status


@pytest.mark.usefixtures("settings")
@pytest.mark.skipif(not AXE.is_file(), reason=NO_AXE)
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_campaign_is_begun_in_a_browser(chromium, small, dashboard, size):
    with inside(chromium, dashboard, size) as (tab, go):
        go("/campaigns")
        assert [] == tab.too_wide()
        assert [] == barriers(tab)
        tab.page.fill("#name", "Spring")
        tab.page.fill("#since", "2026-04-01")
        tab.page.check("input[name=tag][value=climate]")
        tab.page.fill("#tags", "#budget, net-zero")
        tab.page.click("text=Keep the campaign")
        tab.page.wait_for_url("**/campaigns?name=Spring")
        assert ("budget", "climate", "net-zero") == tuple(
            sorted(small.settings.campaigns["Spring"].only.tags)
        )
