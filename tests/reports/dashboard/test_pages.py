"""What the pages show is what the reports say, and what cannot be meant is told in one sentence."""

import re

import pytest

from influence.contract.narrowing import Narrowing
from reports.dashboard import taking
from reports.dashboard.preferences import sections
from reports.story.sentences import headline
from tests.kit.dashboard import SCRIPT


def number_of(text):
    return re.search(r'class="big[^"]*" href="[^"]*">([^<]+)<', text)[1]


def said(text):
    """The sentence of an error page or of a view that cannot be meant."""
    return re.search(r'role="alert"><bdi>(.+?)</bdi>', text, re.DOTALL)[1]


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/begin",
        "/leader/ann",
        "/compare",
        "/digest",
        "/people",
        "/people/decisions",
        "/sources",
        "/aside",
        "/settings",
    ],
)
def test_every_page_is_there_and_leads_to_the_others(visitor, path):
    answer = visitor.get(path)
    assert 200 == answer.status
    for place in ("/compare", "/digest", "/people", "/sources", "/aside", "/settings"):
        assert f'href="{place}"' in answer.text


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("", {}),
        ("?since=2026-03-01", {"since": "2026-03-01"}),
        ("?since=2026-02-01&until=2026-04-01", {"since": "2026-02-01", "until": "2026-04-01"}),
        ("?tag=climate", {"only": Narrowing(tags=["climate"])}),
        ("?sphere=unknown&since=quarter", {"since": "quarter", "only": Narrowing(spheres=["unknown"])}),
    ],
)
def test_a_glance_has_the_numbers_of_the_report(small, visitor, query, asked):
    answer = visitor.get(f"/leader/ann{query}")
    with small.alone:
        report = small.report("ann", measures=["four-steps"], **asked)
        glance = small.glance("ann", asked.get("since"), asked.get("until"), asked.get("only", Narrowing()))
    assert 200 == answer.status
    assert report.findings == glance.findings
    assert report.spheres == glance.spheres
    assert report.coverage == glance.coverage
    assert (glance.trend or glance.weekly) in {report.trend, report.weekly}
    assert glance.trend or glance.weekly
    told = {
        (one.id, one.responses, one.people, one.unmet, one.channel, one.tags) for one in report.conversations
    }
    assert {
        (one.id, one.responses, one.people, one.unmet, one.channel, one.tags) for one in glance.conversations
    } <= told
    assert headline(report).text == number_of(answer.text)


def test_the_whole_report_is_worked_out_beside_and_then_shown_as_its_page(dashboard, visitor):
    path = "/leader/ann/report?since=2026-03-01"
    first = visitor.get(path)
    assert 200 == first.status
    if "Every measure is being worked out" in first.text:
        for work in list(dashboard.serving.desk.works._all):
            dashboard.serving.desk.works.wait(work, 60)
    answer = visitor.get(path)
    assert 'id="brief"' in answer.text
    assert "sha256-" in answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/leader/nobody-here", 400, "nobody-here"),
        ("/leader?who=", 400, "nobody is named"),
        ("/leader/ann?since=yesterday-ish", 200, "is not a date such as 2026-01-31"),
        ("/leader/ann?since=2026-05-01&until=2026-04-01", 200, "empty or reversed"),
        ("/leader/ann?since=2031-01-01&until=2032-01-01", 200, "nothing happened in this window"),
        ("/leader/ann?tag=sports", 200, "sports"),
        ("/leader/ann?tag=%23", 200, "one of the tags is empty"),
        ("/leader/ann?sphere=moon", 200, "there is no sphere"),
        ("/compare?who=ann,nobody-here", 200, "nobody-here"),
        ("/digest/letter", 400, "nobody is tracked yet"),
        ("/leader/ann/report?since=x", 400, "From: &#39;x&#39; is not a date"),
        ("/people?kind=met&about=nobody-here", 400, "nobody-here"),
        ("/leader/ann?since=0001-01-01", 200, "is not a date"),
        ("/leader/ann?until=9999-12-31", 200, "is not a date"),
        ("/progress/" + "9" * 5000, 404, "no such page"),
        ("/nowhere", 404, "no such page"),
        ("/leader/%00", 400, ""),
        ("/leader/" + "x" * 4000, 400, ""),
    ],
)
def test_what_cannot_be_meant_is_one_sentence(dashboard, visitor, path, status, words):
    answer = visitor.get(path)
    if "is being worked out" in answer.text:
        for work in list(dashboard.serving.desk.works._all):
            dashboard.serving.desk.works.wait(work, 60)
        answer = visitor.get(path)
    assert status == answer.status
    assert words in said(answer.text)
    assert "Traceback" not in answer.text


def test_what_a_program_writes_as_a_page_stands_in_a_frame_that_runs_nothing(dashboard, visitor):
    assert "No campaign is written yet" in visitor.get("/campaigns").text
    assert "[[mentees]]" in visitor.get("/programme").text  # there is none: what to write
    every = re.search(
        r'href="(/compare[^"]+every=yes)"', visitor.get("/compare?who=ann&since=2026-04-01").text
    )[1]
    page = dashboard.finished(visitor, every.replace("&amp;", "&")).text
    alone = re.search(r'src="(/compare/all[^"]+)"', page)[1]
    assert "against=previous" in alone
    assert 'download="compare.html"' in page
    assert "1 Apr 2026" in dashboard.finished(visitor, alone.replace("&amp;", "&")).text
    answer = dashboard.finished(visitor, "/compare/all?who=ann&who=eve&since=2026-03-01")
    assert 200 == answer.status
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "Eve Hidden" in answer.text


def test_a_whole_report_is_taken_along_as_each_kind_of_file_and_as_no_other(dashboard, visitor):
    page = dashboard.finished(visitor, "/leader/ann/files?since=2026-03-01").text
    offered = re.findall(r'href="(/leader/ann/file[^"]+)" download="ann-[\w-]+\.(\w+)"', page)
    assert [*taking.KINDS] == [kind for _, kind in offered]
    begins = {"pdf": b"%PDF", "pptx": b"PK", "xlsx": b"PK", "html": b"<!doctype html>", "json": b"{"}
    for address, kind in offered:
        answer = visitor.get(address.replace("&amp;", "&"))
        assert (200, taking.KINDS[kind][0]) == (answer.status, answer.headers["content-type"].split(";")[0])
        assert re.fullmatch(
            rf"attachment; filename\*=UTF-8''ann-[\w-]+\.{kind}", answer.headers["content-disposition"]
        )
        assert answer.body.startswith(begins[kind])
    assert b"2026-03-01" in answer.body  # of the view
    for kind in ("csv", "../pdf", "", "graphml"):
        assert 404 == visitor.get(f"/leader/ann/file?as={kind}").status


def test_a_comparison_is_taken_along_as_a_pdf(dashboard, visitor):
    every = "/compare?who=ann&who=eve&since=2026-03-01&every=yes"
    address = re.search(
        r'href="(/compare/pdf[^"]+)" download="compare.pdf"', dashboard.finished(visitor, every).text
    )[1]
    answer = visitor.get(address.replace("&amp;", "&"))
    assert (200, "application/pdf") == (answer.status, answer.headers["content-type"])
    assert answer.body.startswith(b"%PDF")


def test_where_nobody_is_tracked_the_pages_say_where_a_snapshot_is_taken(visitor):
    for path in ("/begin", "/digest"):
        page = visitor.get(path).text
        assert "open a leader from the overview and take a snapshot" in page, path
        assert "influence track" not in page, path


def test_a_campaign_of_the_settings_is_shown(small, dashboard, visitor):
    file = small.path / "influence.toml"
    before = file.read_text("utf-8")
    file.write_text(
        f'{before}\n[campaigns.spring]\ntags = ["climate"]\nsince = "2026-04-01"\nuntil = "2026-05-31"\n',
        "utf-8",
    )
    visitor.post("/settings", {"section": "chance", "name": "seed", "kind": "number", "value": "1"})
    shown = dashboard.finished(visitor, "/campaigns?name=spring")
    assert "<iframe" in shown.text
    assert "#climate" in dashboard.finished(visitor, "/campaigns/page?name=spring").text
    assert "autumn" in said(dashboard.finished(visitor, "/campaigns?name=autumn").text)
    file.write_text(before, "utf-8")
    visitor.post("/settings", {"section": "chance", "name": "seed", "kind": "number", "value": "1"})


def test_a_name_that_holds_a_script_is_text_on_every_page(visitor):
    for path in (
        "/",
        "/leader/ann",
        "/compare?who=ann,eve",
        "/people",
        f"/leader?who={SCRIPT}",
        f"/leader/ann?tag={SCRIPT}",
    ):
        text = visitor.get(path.replace("<", "%3C").replace(">", "%3E").replace(" ", "%20")).text
        assert SCRIPT not in text, path
        assert "<img src=x" not in text, path


def test_a_setting_is_changed_through_the_checks_of_reading_it_and_comments_stay(small, visitor):
    file = small.path / "influence.toml"
    before = file.read_text("utf-8")
    assert "how much each kind of evidence says" in visitor.get("/settings").text
    wrong = visitor.post("/settings", {"section": "met", "name": "prior", "kind": "number", "value": "7"})
    assert 400 == wrong.status
    assert "between 0 and 1" in said(wrong.text)
    assert before == file.read_text("utf-8")
    changed = visitor.post(
        "/settings", {"section": "met", "name": "prior", "kind": "number", "value": "0.25"}
    )
    assert 303 == changed.status
    after = file.read_text("utf-8")
    assert "prior = 0.25 " in after
    assert after.count("#") == before.count("#")
    assert 0.25 == small.settings.strengths.prior
    visitor.post(
        "/settings", {"section": "topics", "name": "planet", "kind": "list", "value": "#climate\nnet zero"}
    )
    assert ["#climate", "net zero"] == list(small.settings.topics["planet"])
    assert "#climate\nnet zero</textarea>" in visitor.get("/settings").text  # so that it can be kept as it is
    assert 'value="planet"' in visitor.get("/leader/ann").text
    visitor.post("/settings", {"section": "topics", "name": "planet", "kind": "list", "value": ""})
    visitor.post("/settings", {"section": "met", "name": "prior", "kind": "number", "value": "0.1"})
    assert before.split() == file.read_text("utf-8").split()


def card(text):
    """The question on a page as its form holds it."""
    return dict(re.findall(r'<input type="hidden" name="(kind|about|key)" value="([^"]*)"', text))


def test_the_queue_asks_keeps_and_takes_back_and_a_second_answer_is_told(dashboard, visitor):
    page = visitor.get("/people?kind=met&about=ann")
    asked = card(page.text)
    other = dashboard.visitor()
    answer = visitor.post("/people", {**asked, "answer": "met"})
    assert 303 == answer.status
    number = re.search(r"undo=(\d+)", answer.headers["location"])[1]
    next_page = visitor.get(answer.headers["location"])
    assert card(next_page.text)["key"] != asked["key"]
    assert f"Kept as decision {number}." in next_page.text
    late = other.post("/people", {**asked, "answer": "never"})
    assert 400 == late.status
    assert "answered meanwhile" in said(late.text)
    assert (
        303 == visitor.post("/people/undo", {"number": number, "back": "/people?kind=met&about=ann"}).status
    )
    assert asked["key"] == card(visitor.get("/people?kind=met&about=ann").text)["key"]
    assert "undone" in visitor.get("/people/decisions").text


def test_a_question_put_off_is_not_asked_until_somebody_wants_it(visitor):
    asked = card(visitor.get("/people?kind=met&about=ann").text)
    answer = visitor.post("/people", {**asked, "answer": "pass"})
    later = visitor.get(answer.headers["location"]).text
    assert card(later).get("key") != asked["key"]
    assert asked["key"] == card(visitor.get("/people?kind=met&about=ann").text)["key"]


@pytest.mark.parametrize("number", ["", "x", "99999", "9" * 40, "-1"])
def test_a_decision_that_is_not_there_is_told(visitor, number):
    answer = visitor.post("/people/undo", {"number": number})
    assert 400 == answer.status
    assert "no" in said(answer.text)


def test_going_back_never_leads_elsewhere(visitor):
    asked = card(visitor.get("/people?kind=met&about=ann").text)
    location = visitor.post("/people", {**asked, "answer": "unsure"}).headers["location"]
    number = re.search(r"undo=(\d+)", location)[1]
    answer = visitor.post("/people/undo", {"number": number, "back": "//evil.example/people"})
    assert "/people/decisions" == answer.headers["location"]


def test_snapshots_are_taken_from_the_page_once_a_week(dashboard, visitor):
    for told in ("snapshot 1 is taken", "snapshot 1 was taken before"):
        assert "/digest" == visitor.post("/track", {"who": "eve"}).headers["location"]
        dashboard.serving.desk.works.wait(dashboard.serving.desk.works.latest("track"), 60)
        assert told in visitor.get("/digest").text


def test_whom_to_compare_is_offered_and_others_are_typed(visitor):
    offered = re.findall(
        r'<input type="checkbox" name="who" value="([^"]+)"( checked)?>', visitor.get("/compare").text
    )
    assert {("ann", ""), ("eve", "")} <= set(offered)
    chosen = visitor.get("/compare?who=ann&who=a%40else.example").text
    assert 'value="ann" checked' in chosen
    assert 'id="who" name="who" value="a@else.example"' in chosen
    assert "Who can be told apart" in chosen


def test_who_is_not_found_by_a_first_name_is_one_click_away(visitor):
    answer = visitor.get("/leader?who=Hidden")
    assert (400, True) == (answer.status, '<a href="/leader/eve"><bdi>Eve Hidden</bdi></a>' in answer.text)
    assert 'action="/leader"' in answer.text


def test_the_picture_of_how_sure_the_number_is_says_what_stands_for_what(visitor):
    page = visitor.get("/leader/ann").text.partition('<figure class="sureness">')[2]
    assert "Line: the range, from all of whom nothing tells met to none" in page.partition("</figure>")[0]


def test_every_setting_says_what_it_is_for(dashboard):
    without = [
        (s.name, one.name) for s in sections(dashboard.serving.desk) for one in s.settings if not one.why
    ]
    assert [] == without
