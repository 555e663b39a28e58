"""The bottom of every live connector: what it does when a service is busy, broken, or says no."""

import httpx
import pytest

from connectors.kit.answers import as_member, needed, read
from connectors.kit.http import Service
from influence.contract.connector import Changed, ConnectorError, Gone, NotAuthorised, RateLimited


def service(*replies):
    """A service that gives these replies in turn, and the list of waits."""
    waits, left = [], list(replies)

    def answer(_):
        reply = left.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return reply

    return Service("https://acme.example", transport=httpx.MockTransport(answer), sleep=waits.append), waits


def test_it_waits_as_long_as_it_is_asked_to_and_goes_on():
    asked, waits = service(httpx.Response(429, headers={"Retry-After": "3"}), httpx.Response(200, json=[1]))
    assert [1] == asked.get("/posts").json()
    assert [3.0] == waits


def test_a_refusal_because_no_request_is_left_is_a_wait():
    spent = httpx.Response(403, headers={"x-ratelimit-remaining": "0", "Retry-After": "2"})
    asked, waits = service(spent, httpx.Response(200, json=[1]))
    assert [1] == asked.get("/posts").json()
    assert [2.0] == waits


def test_a_long_wait_is_a_typed_error_with_its_seconds():
    asked, waits = service(httpx.Response(429, headers={"Retry-After": "900"}))
    with pytest.raises(RateLimited, match="asks to wait 900 seconds") as told:
        asked.get("/posts")
    assert 900 == told.value.seconds
    assert [] == waits


def test_a_broken_connection_is_tried_five_times_and_no_more():
    asked, waits = service(*[httpx.ConnectError("refused")] * 5)
    with pytest.raises(ConnectorError, match=r"acme\.example cannot be reached"):
        asked.get("/posts")
    assert 4 == len(waits)


def test_a_server_that_always_fails_ends():
    asked, _ = service(*[httpx.Response(503)] * 5)
    with pytest.raises(ConnectorError, match="503 again and again"):
        asked.get("/posts")


@pytest.mark.parametrize(
    ("status", "error"),
    [(401, NotAuthorised), (403, NotAuthorised), (404, Gone), (410, Gone), (400, ConnectorError)],
)
def test_each_no_has_its_type(status, error):
    asked, _ = service(httpx.Response(status))
    with pytest.raises(error, match=str(status)):
        asked.get("/posts")


def test_a_token_is_never_sent_in_the_clear():
    with pytest.raises(ConnectorError, match="is not https"):
        Service("http://acme.example", {"Authorization": "Bearer placeholder"})
    Service("http://127.0.0.1:8080")


def test_a_changed_answer_names_the_field():
    with pytest.raises(Changed, match="the post has no 'id'"):
        needed({"ID": 7}, "id", "the post")
    with pytest.raises(Changed, match=r"page\.json is not JSON"):
        read(as_member("page.json", b"<html>"))
