"""A programme by its page: what to write, its beginning, notes that are kept, taken back and put back."""

import html
import re

import pytest

from reports.story.plan import plan
from tests.kit.axe import AXE, barriers
from tests.kit.browser import DESK, PHONE
from tests.kit.dashboard import open_dashboard
from tests.reports.dashboard.test_in_a_browser import PROGRAMME, inside
from tests.reports.dashboard.test_pages import said

HOSTILE = '<script>document.title="ran"</script>'


def ended(opened):
    """Wait for all that is being worked out."""
    for work in list(opened.serving.desk.works._all):
        opened.serving.desk.works.wait(work, 60)


def standing(small):
    return [(one.kind, one.about, one.words) for one in small.programme().notes.standing()]


@pytest.fixture(scope="module")
def begun(small, dashboard, visitor):
    """The workspace's programme, begun from its page."""
    (small.path / "programme.toml").write_text(PROGRAMME, "utf-8")
    assert 303 == visitor.post("/programme/begin").status
    ended(dashboard)
    return small


def test_without_a_file_the_page_says_what_to_write_and_nothing_begins(dashboard, visitor):
    page = visitor.get("/programme").text
    assert "[[mentees]]\nwho = " in page
    assert "Begin the programme" not in page
    assert 303 == visitor.post("/programme/begin").status
    ended(dashboard)
    state = visitor.get("/programme").text.partition('class="state"')[2].partition("</section>")[0]
    assert "there is no programme.toml; " in html.unescape(state)


def test_its_file_is_written_for_who_is_chosen_and_corrected_before_it_is_begun(small, visitor):
    file = small.path / "programme.toml"
    for named, why in (([], "No mentee is named."), (["nobody"], "nobody here is called")):
        answer = visitor.post("/programme/write", {"who": named})
        assert (400, False) == (answer.status, file.exists())
        assert why in said(answer.text)
    assert 303 == visitor.post("/programme/write", {"who": ["ann", "eve@acme.example, ann"]}).status
    assert ["ann", "eve"] == [small.who(one.who).person for one in small.programme().file.mentees]
    written, page = file.read_text("utf-8"), visitor.get("/programme").text
    assert html.escape(written, quote=False).splitlines()[5] in page
    assert "Begin the programme" in page
    answer = visitor.post("/programme/correct", {"file": PROGRAMME.replace('"4w"', '"4 moons"')})
    assert (400, written) == (answer.status, file.read_text("utf-8"))
    assert "<bdi>programme.toml, line 6: " in answer.text
    assert "4 moons" in answer.text.partition("<textarea")[2]
    assert "Begin the programme" not in answer.text
    assert 303 == visitor.post("/programme/correct", {"file": PROGRAMME.replace("\n", "\r\n")}).status
    assert PROGRAMME == file.read_text("utf-8")
    assert "is there already" in said(visitor.post("/programme/write", {"who": "ann"}).text)


def test_a_file_that_cannot_be_meant_is_one_sentence_with_its_line(small, visitor):
    (small.path / "programme.toml").write_text(PROGRAMME.replace('"4w"', '"4 moons"'), "utf-8")
    page = visitor.get("/programme").text
    assert 'role="alert"' in page
    assert "<bdi>programme.toml, line 6: " in page
    assert str(small.path) not in page
    assert "Begin the programme" not in page


def test_it_is_begun_once_and_whoever_did_is_in_the_log_of_readings(small, dashboard, visitor):
    (small.path / "programme.toml").write_text(PROGRAMME, "utf-8")
    before = visitor.get("/programme").text
    assert "Spring, mentor Mia: 6 Apr 2026 to 31 May 2026, with 1 mentee." in before
    assert "<li><bdi>Ann " in before
    assert "Begin the programme" in before
    assert not small.programme().started
    assert 303 == visitor.post("/programme/begin").status
    ended(dashboard)
    assert small.programme().started
    page = dashboard.finished(visitor, "/programme").text
    assert "<iframe" in page
    assert "Begin the programme" not in page
    assert "programme" in {row.command for row in small.readings.about(["ann"])}
    frozen = small.programme().baseline.taken
    visitor.post("/programme/begin")
    ended(dashboard)
    assert frozen == small.programme().baseline.taken


def test_what_was_agreed_stays_once_it_is_begun(begun, dashboard, visitor):
    file = begun.path / "programme.toml"
    before = file.read_text("utf-8")
    dashboard.finished(visitor, "/programme")
    for text in (PROGRAMME, PROGRAMME.replace('"Spring"', '"Autumn"')):
        answer = visitor.post("/programme/correct", {"file": text})
        assert (400, before) == (answer.status, file.read_text("utf-8"))
        assert "what was agreed stays as it is" in said(answer.text)
    assert "What programme.toml says" not in visitor.get("/programme").text


def test_the_end_report_is_a_page_to_keep_and_names_nobody(begun, dashboard, visitor):
    page = dashboard.finished(visitor, "/programme?end=yes").text
    assert 'href="/programme?end=yes" aria-current="page"' in page
    assert 'href="/programme/page?end=yes" download="end-report.html"' in page
    assert (
        'href="/programme?end=yes">End report, for the sponsor'
        in dashboard.finished(visitor, "/programme").text
    )
    report = visitor.get("/programme/page?end=yes").text
    assert "told without names" in report
    assert not {"Ann", "Mia"} & set(re.findall(r"\w+", report))
    with open_dashboard(begun, ["ann"], read_only=True) as opened:
        assert 404 == opened.visitor().get("/programme/page?end=yes").status


def test_a_note_is_kept_taken_back_and_put_back_and_is_text(begun, dashboard, visitor):
    note = {"mentee": "ann", "words": f"Answer within a day {HOSTILE}", "advice": "taken", "about": "sooner"}
    answer = visitor.post("/programme/note", note)
    assert (303, "/programme?mentee=ann#noting") == (answer.status, answer.headers["location"])
    kept = ("advice taken", "sooner", note["words"])
    assert [kept] == standing(begun)
    page = dashboard.finished(visitor, "/programme?mentee=ann").text
    assert "advice taken: Answer within a day &lt;script&gt;" in page
    assert HOSTILE not in page
    places = [page.index(mark) for mark in ('href="#noting"', "<iframe", 'id="noting"')]
    assert sorted(places) == places  # the sheet that is talked about stands before the form of a note
    (number,) = (one.seq for one in begun.programme().notes.standing())
    answer = visitor.post("/programme/undo", {"mentee": "ann", "number": str(number)})
    assert [] == standing(begun)
    page = dashboard.finished(visitor, answer.headers["location"]).text
    assert "The note is taken back." in page
    taken = answer.headers["location"].partition("undone=")[2]
    assert f'name="number" value="{taken}"' in page
    visitor.post("/programme/undo", {"mentee": "ann", "number": taken, "back": "yes"})
    assert [kept] == standing(begun)


def options(page, of):
    """What one group of choices offers: the value and the words of each."""
    group = page.partition(f'<optgroup label="{of}">')[2].partition("</optgroup>")[0]
    return dict(re.findall(r'<option value="([^"]+)"[^>]*>([^<]*)</option>', group))


def test_a_note_is_about_an_exercise_or_a_line_of_the_plan_that_is_chosen(begun, dashboard, visitor):
    begun.programme().notes.keep("ann", "Before", "note")
    page = dashboard.finished(visitor, "/programme?mentee=ann").text
    assert set(begun.programme().exercises) == set(options(page, "An exercise"))
    assert {} == options(page, "A line of the leader&#39;s plan")
    assert 'href="/programme?mentee=ann&amp;plan=yes"' in page
    page = dashboard.finished(visitor, "/programme?mentee=ann&plan=yes").text
    lines = options(page, "A line of the leader&#39;s plan")
    assert {one.line for one in plan(begun.report("ann"))} == set(lines)
    line, words = next(iter(lines.items()))
    visitor.post("/programme/note", {"mentee": "ann", "words": "", "advice": "given", "about": line})
    kind, about, said = standing(begun)[-1]
    assert ("advice given", line) == (kind, about)
    assert html.unescape(words) == f"Start: {said}"
    assert lines == options(
        dashboard.finished(visitor, "/programme?mentee=ann").text, "A line of the leader&#39;s plan"
    )
    visitor.post("/programme/note", {"mentee": "ann", "words": "x", "about": line, "other": "our talk"})
    assert ("note", "our talk", "x") == standing(begun)[-1]


@pytest.mark.parametrize(
    ("note", "words"),
    [
        ({"mentee": "ann", "words": " \x00 "}, "the note says nothing"),
        ({"mentee": "ann", "words": "long " * 500, "about": "mine"}, "keep it to 2,000"),
        ({"mentee": "eve", "words": "x"}, "is no mentee of"),
        ({"mentee": "nobody-here", "words": "x"}, "nobody-here"),
    ],
)
def test_what_cannot_be_kept_is_said_beside_what_was_typed(begun, visitor, note, words):
    before = standing(begun)
    answer = visitor.post("/programme/note", note)
    assert 400 == answer.status
    assert words in answer.text.partition('role="alert"')[2]
    assert "<iframe" not in answer.text.partition('role="alert"')[0]  # what is wrong stands first
    assert before == standing(begun)
    if "about" in note:
        assert note["words"].strip() in answer.text
        assert 'value="mine"' in answer.text


def test_a_door_that_only_shows_keeps_no_note_and_offers_none(begun):
    before = standing(begun)
    with open_dashboard(begun, read_only=True) as opened:
        visitor = opened.visitor()
        assert 403 == visitor.post("/programme/note", {"mentee": "ann", "words": "x"}).status
        assert 403 == visitor.post("/programme/undo", {"mentee": "ann", "number": "1"}).status
        assert 403 == visitor.post("/programme/begin").status
        page = opened.finished(visitor, "/programme?mentee=ann").text
    assert before == standing(begun)
    assert "<iframe" in page
    assert "Keep the note" not in page


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("file", [None, PROGRAMME.replace("Spring", "Autumn")], ids=["no file", "not begun"])
def test_before_it_begins_nobody_is_shut_out(chromium, begun, dashboard, size, file):
    place = begun.path / "programme.toml"
    place.unlink() if file is None else place.write_text(file, "utf-8")
    try:
        with inside(chromium, dashboard, size) as (tab, go):
            go("/programme")
            assert [] == tab.too_wide()
            assert [] == tab.complaints
            assert not AXE.is_file() or [] == barriers(tab, folded=True)
            assert (file is None) == ("Begin the programme" not in tab.page.content())
    finally:
        place.write_text(PROGRAMME, "utf-8")


def test_a_note_is_written_by_the_keyboard_alone(chromium, begun, dashboard, visitor):
    dashboard.finished(visitor, "/programme?mentee=ann")
    with inside(chromium, dashboard, PHONE) as (tab, go):
        go("/programme?mentee=ann")
        tab.page.focus("#words")
        tab.page.keyboard.type("By keys")
        tab.page.keyboard.press("Tab")
        tab.page.keyboard.type("advice g")
        tab.page.keyboard.press("Tab")
        tab.page.keyboard.type("waiting")
        tab.page.keyboard.press("Tab")
        tab.page.keyboard.press("Enter")
        tab.page.wait_for_url("**/programme?mentee=ann")
        tab.page.wait_for_selector(".kept-notes:has-text('By keys')", timeout=30_000)
        assert [] == tab.complaints
    assert ("advice given", "waiting", "By keys") in standing(begun)
