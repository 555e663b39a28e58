"""Long work says on every page that has to wait what waits for what, and is stopped there; nothing is lost by it."""

import threading
from contextlib import contextmanager

import pytest

from influence.contract.turns import Stop, working
from reports.dashboard import app
from tests.reports.dashboard.test_pages import said


@contextmanager
def going_on(dashboard, title="The long one"):
    """Real work that has its turn at the workspace, and asks it again and again until it is stopped."""
    began, desk = threading.Event(), dashboard.serving.desk

    def ask(_):
        with desk.workspace.alone:
            while True:
                desk.workspace.store.imports()
                began.set()

    work = desk.works.start(title, title, ask, reads=True)
    assert began.wait(20)
    try:
        yield work
    finally:
        desk.works.stop(work.number)
        desk.works.wait(work, 20)
        assert not work.running


@pytest.fixture
def fresh(dashboard):
    """The dashboard when nothing is worked out yet."""
    dashboard.serving.desk.changed()
    return dashboard


def test_a_page_that_has_to_wait_says_for_what_and_is_shown_after_it_is_stopped(fresh, visitor):
    with going_on(fresh) as work:
        page = visitor.get("/leader/ann?since=2026-02-03")
        assert (200, True) == (page.status, "The long one</bdi>" in page.text)
        assert "begun at" in page.text
        assert 'data-again="2"' in page.text
        stopped = visitor.post("/stop", {"number": work.number, "back": "/leader/ann?since=2026-02-03"})
        assert (303, "/leader/ann?since=2026-02-03") == (stopped.status, stopped.headers["location"])
        fresh.serving.desk.works.wait(work, 20)
        assert (False, True) == (work.running, work.stopped)
        assert "3 Feb 2026" in visitor.get("/leader/ann?since=2026-02-03").text


def test_what_was_worked_out_before_is_shown_at_once(fresh, visitor):
    visitor.get("/leader/ann")
    with going_on(fresh):
        assert "Every measure" not in visitor.get("/leader/ann").text
        assert "In which spheres?" in visitor.get("/leader/ann").text


def test_work_that_waits_says_for_what_and_may_be_stopped_while_it_does(fresh, visitor):
    with going_on(fresh):
        desk = fresh.serving.desk
        second = desk.works.start("second", "The second", lambda _: desk.workspace.doctor(), reads=True)
        page = visitor.get("/settings").text + visitor.get("/people?kind=met&about=ann").text
        assert "waits for: The long one" in page
        visitor.post("/stop", {"number": second.number, "back": "/"})
        desk.works.wait(second, 20)
        assert second.stopped


def test_a_change_that_would_have_to_wait_long_is_not_made_and_says_so(fresh, visitor, monkeypatch):
    monkeypatch.setattr(app, "_PATIENCE_TO_CHANGE_S", 0.3)
    file = fresh.workspace.path / "influence.toml"
    before = file.read_text("utf-8")
    with going_on(fresh):
        answer = visitor.post(
            "/settings", {"section": "met", "name": "prior", "kind": "number", "value": "0.3"}
        )
        assert (503, True) == (answer.status, "Nothing was changed" in answer.text)
        assert "data-again" not in answer.text
    assert before == file.read_text("utf-8")


def test_a_report_is_stopped_in_the_middle_and_begun_again(fresh, visitor, monkeypatch):
    desk = fresh.serving.desk
    assert "is being worked out" in visitor.get("/leader/eve/report?since=2026-02-03").text
    work = desk.works.going()[0]
    visitor.post("/stop", {"number": work.number})
    desk.works.wait(work, 60)
    assert work.stopped
    assert "This was stopped" in said(visitor.get("/leader/eve/report?since=2026-02-03").text)
    monkeypatch.setattr("reports.dashboard.desk._LATELY_S", 0)
    assert "is being worked out" in visitor.get("/leader/eve/report?since=2026-02-03").text
    (again,) = desk.works.going()
    assert again is not work
    desk.works.stop(again.number)
    desk.works.wait(again, 60)


@pytest.mark.parametrize(
    "back",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/\n/evil[",
        "/\t/evil.example",
        "evil",
        "",
    ],
)
def test_stopping_never_leads_elsewhere(visitor, back):
    answer = visitor.post("/stop", {"number": "7", "back": back})
    assert (303, "/") == (answer.status, answer.headers["location"])


def test_who_takes_errors_for_answers_does_not_take_a_stop_for_one(small):
    def refuse():
        raise Stop

    with pytest.raises(Stop), working(refuse):
        small.report("ann")
