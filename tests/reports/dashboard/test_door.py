"""Nobody comes in without a link, and nothing is changed but from a page of ours."""

import socket

import pytest

from reports.dashboard.app import READ, WRITE, application
from reports.dashboard.desk import Desk
from reports.dashboard.door import Door
from tests.kit.dashboard import Visitor

POSTS = [*WRITE, "/import", "/stop", "/link", "/leave"]
"""Whatever changes or ends something; a test below sees that no other address does."""
ONLY_READ = [*READ, "/static/dashboard.css", "/static/dashboard.js", "/progress/{number}"]


def test_every_address_of_the_application_is_tried_here(small):
    routes = application(Desk(small), Door(1)).routes
    sent = {route.path for route in routes if "POST" in route.methods}
    assert sorted(POSTS) == sorted(sent)
    assert sorted(ONLY_READ) == sorted(route.path for route in routes if "GET" in route.methods)
    assert {"GET", "HEAD", "POST"} == {method for route in routes for method in route.methods}
    assert not [route.path for route in routes if {"GET", "POST"} <= route.methods]


def opened(path):
    return path.replace("{person}", "ann")


def test_it_listens_on_this_machine_alone(dashboard):
    listening = dashboard.serving._listening
    assert "127.0.0.1" == listening.getsockname()[0]
    others = {one[4][0] for one in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    for address in others - {"127.0.0.1"}:
        with socket.socket() as one:
            one.settimeout(2)
            assert 0 != one.connect_ex((address, dashboard.port))


def test_no_answer_waits_for_an_acknowledgement(dashboard):
    listening = dashboard.serving._listening
    assert listening.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_link_works_once_and_opens_a_session_that_no_script_reads_and_no_other_site_sends(dashboard):
    link, one = dashboard.link(), Visitor(dashboard.port)
    entered = one.enter(link)
    assert 200 == entered.status
    cookie = entered.headers["set-cookie"]
    assert "no-referrer" == entered.headers["referrer-policy"]
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    assert "max-age" not in cookie.lower()
    assert "expires" not in cookie.lower()
    again = Visitor(dashboard.port).get(link.removeprefix(one.origin))
    assert 403 == again.status
    assert "it was used already" in again.text
    assert "set-cookie" not in again.headers
    assert 200 == one.get("/").status


@pytest.mark.parametrize(
    "path", ["/?token=wrong", "/", "/people", "/?token=", "/nowhere", "/static/dashboard.js"]
)
def test_without_a_link_there_is_one_clear_page_and_nothing_of_the_workspace(dashboard, path):
    answer = Visitor(dashboard.port).get(path)
    assert answer.status in {401, 403}
    assert "This door is closed" in answer.text
    assert "influence serve" in answer.text
    assert "Acme" not in answer.text


def test_a_browser_that_fetches_ahead_does_not_use_the_link_up(dashboard):
    link, one = dashboard.link(), Visitor(dashboard.port)
    path = link.removeprefix(one.origin)
    assert 403 == one.get(path, **{"Sec-Purpose": "prefetch"}).status
    assert 200 == one.get(path).status


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost:{port}",
        "127.0.0.1",
        "127.0.0.1:1",
        "evil.example:{port}",
        "127.0.0.1:{port}.evil.example",
    ],
)
@pytest.mark.parametrize("path", ["/", *POSTS])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_any_other_name_of_this_machine_is_refused(dashboard, visitor, host, method, path):
    sent = {
        "Host": host.format(port=dashboard.port),
        "Origin": visitor.origin,
        "Sec-Fetch-Site": "same-origin",
    }
    answer = visitor.ask(method, path, b"word=" + visitor.word.encode() if method == "POST" else None, sent)
    assert 421 == answer.status
    assert "Acme" not in answer.text


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "null"},
        {"Origin": "{origin}", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "{origin}", "Sec-Fetch-Site": "same-site"},
        {"Origin": "{origin}", "Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "same-origin"},
        {"Origin": "http://localhost:{port}", "Sec-Fetch-Site": "same-origin"},
    ],
)
def test_a_change_from_another_place_is_refused(dashboard, visitor, path, headers):
    sent = {name: value.format(origin=visitor.origin, port=dashboard.port) for name, value in headers.items()}
    sent["Content-Type"] = "application/x-www-form-urlencoded"
    answer = visitor.post(path, headers=sent)
    assert 403 == answer.status
    assert "nothing was changed" in answer.text


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("word", ["", "guess", "another"])
def test_a_change_without_the_word_of_its_session_is_refused(dashboard, visitor, path, word):
    held = dashboard.visitor().word if word == "another" else word
    answer = visitor.post(path, word=held)
    assert 403 == answer.status
    assert "another session" in answer.text


@pytest.mark.parametrize("path", POSTS)
def test_what_changes_something_is_never_a_get(visitor, path):
    before = visitor.get("/people/decisions").text
    answer = visitor.get(f"{path}?answer=yes&number=1&source=x&word={visitor.word}")
    assert answer.status in ({200} if path in READ else {404, 405})
    assert before == visitor.get("/people/decisions").text


@pytest.mark.parametrize("path", POSTS)
def test_without_a_session_nothing_is_changed_whatever_word_is_sent(dashboard, visitor, path):
    stranger = Visitor(dashboard.port)
    assert 401 == stranger.post(path, word=visitor.word).status


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_no_other_method_is_known(visitor, method):
    assert 405 == visitor.ask(method, "/").status


@pytest.mark.parametrize("path", [*map(opened, READ), "/static/dashboard.css", "/nowhere", "/progress/99"])
def test_no_other_site_may_read_frame_or_script_any_answer(visitor, path):
    answer = visitor.get(path, Origin="https://evil.example")
    headers = {name.lower(): value for name, value in answer.headers.items()}
    assert not [name for name in headers if name.startswith("access-control")]
    policy = {part.split()[0]: part.split()[1:] for part in headers["content-security-policy"].split(";")}
    assert ["'none'"] == policy["default-src"]
    framed = "sandbox" in policy
    assert framed <= (path in {"/digest/letter", "/campaigns/page", "/programme/page", "/compare/all"})
    assert (["'self'"] if framed else ["'none'"]) == policy["frame-ancestors"]
    assert not {"'unsafe-inline'", "'unsafe-eval'", "*"} & set(policy.get("script-src", []))
    assert "same-origin" == headers["referrer-policy"]
    assert "nosniff" == headers["x-content-type-options"]


def test_a_form_that_is_too_long_is_refused(visitor):
    answer = visitor.post("/settings", {"value": "x" * 300_000})
    assert 413 == answer.status


def test_whoever_leaves_is_out_and_the_other_session_stays(dashboard):
    one, other = dashboard.visitor(), dashboard.visitor()
    assert one.cookie != other.cookie
    assert 200 == one.post("/leave").status
    assert 401 == one.get("/").status
    assert 200 == other.get("/").status


def test_whoever_is_in_lets_another_browser_in(dashboard, visitor):
    told = visitor.post("/link").text
    link = told.partition('class="link">')[2].partition("<")[0]
    other = Visitor(dashboard.port)
    assert 200 == other.enter(link).status
    assert 200 == other.get("/").status
