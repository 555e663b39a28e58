"""The bottom of every live connector, against real sockets: a service that is busy, broken, endless, or says no."""

import contextlib
import email.utils
import gzip
import itertools
import json
import socket
import time
import tracemalloc
import zlib

import pytest

from connectors.kit import limits
from connectors.kit.answers import as_member, needed, read
from connectors.kit.http import Moved, Service
from influence.contract.connector import Changed, ConnectorError, Gone, NotAuthorised, RateLimited
from tests.kit.served import Said, raw, served, trickle

SIGN_IN = {"Authorization": "Bearer placeholder"}


class Turns:
    """Says one thing after the other; the last for ever."""

    def __init__(self, *says):
        self.left = list(says)

    def __call__(self, _):
        return self.left.pop(0) if len(self.left) > 1 else self.left[0]


@contextlib.contextmanager
def service(*says, headers=None):
    """A service that says these in turn, what it was asked, and the waits."""
    waits = []
    with served(Turns(*says)) as here:
        asked = Service(here.url, headers, sleep=waits.append)
        yield asked, waits, here
        asked.close()


def http_date(seconds):
    return email.utils.formatdate(seconds, usegmt=True)


@pytest.fixture
def _small(monkeypatch):
    """Limits that a test can wait for."""
    monkeypatch.setattr(limits, "LARGEST_ANSWER", 4 * 1024 * 1024)
    monkeypatch.setattr(limits, "LONGEST_ANSWER", 0.5)


# --- waiting ----------------------------------------------------------------------------------------------


def test_it_waits_as_long_as_it_is_asked_to_and_goes_on():
    with service(Said(status=429, headers={"Retry-After": "3"}), [1]) as (asked, waits, _):
        assert [1] == asked.json("/posts")
    assert [3.0] == waits


@pytest.mark.parametrize("off", [-3600, 3600])
def test_a_moment_is_compared_with_the_services_own_clock_however_wrong_ours_is(off):
    there = time.time() + off
    at = http_date(there)
    for told in ({"Retry-After": http_date(there + 7)}, {"x-rate-limit-reset": str(int(there) + 7)}):
        with service(Said(status=429, headers={"Date": at, **told}), [1]) as (asked, waits, _):
            assert [1] == asked.json("/posts")
        assert [7.0] == waits


def test_a_refusal_because_no_request_is_left_is_a_wait():
    spent = Said(status=403, headers={"x-ratelimit-remaining": "0", "Retry-After": "2"})
    with service(spent, [1]) as (asked, waits, _):
        assert [1] == asked.json("/posts")
    assert [2.0] == waits


def test_a_long_wait_is_a_typed_error_with_its_seconds():
    with (
        service(Said(status=429, headers={"Retry-After": "900"})) as (asked, waits, _),
        pytest.raises(RateLimited, match="asks to wait 900 seconds") as told,
    ):
        asked.get("/posts")
    assert 900 == told.value.seconds
    assert [] == waits


def test_a_server_that_fails_is_asked_again_when_it_says_and_then_left():
    with service(Said(status=503, headers={"Retry-After": "4"}), [1]) as (asked, waits, _):
        assert [1] == asked.json("/posts")
    assert [4.0] == waits
    with (
        service(Said(status=503)) as (asked, waits, here),
        pytest.raises(ConnectorError, match="503 again and again"),
    ):
        asked.get("/posts")
    assert 5 == len(here.asked) == len(waits)


# --- saying no --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "error"),
    [(401, NotAuthorised), (403, NotAuthorised), (404, Gone), (410, Gone), (400, ConnectorError)],
)
def test_each_no_has_its_type_and_names_the_path_but_not_the_query(status, error):
    with service(Said(status=status)) as (asked, _, _), pytest.raises(error, match=str(status)) as told:
        asked.get("/posts", key="placeholder")
    assert "/posts" in str(told.value)
    assert "placeholder" not in str(told.value)


def test_a_token_is_never_sent_in_the_clear():
    with pytest.raises(ConnectorError, match=r"http://acme\.example is not https") as told:
        Service("http://acme.example/?key=placeholder", SIGN_IN)
    assert "placeholder" not in str(told.value)
    Service("http://127.0.0.1:8080")


def test_a_changed_answer_names_the_field():
    with pytest.raises(Changed, match="the post has no 'id'"):
        needed({"ID": 7}, "id", "the post")
    with pytest.raises(Changed, match=r"page\.json is not JSON"):
        read(as_member("page.json", b"<html>"))


# --- being sent on ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("headers", [SIGN_IN, {"Api-Key": "placeholder"}, {"Cookie": "sid=placeholder"}])
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_sign_in_never_follows_to_another_host(headers, status):
    with served(lambda _: [1]) as other:
        with (
            service(Said(status=status, headers={"Location": f"{other.url}/x?key=1"}), headers=headers) as (
                asked,
                *_,
            ),
            pytest.raises(Moved, match="the sign-in is not sent there") as told,
        ):
            asked.get("/posts", key="placeholder")
        assert [] == other.asked
    assert f"{other.url}/x" == told.value.address


def test_a_cookie_and_what_is_sent_never_follow_to_another_host():
    with served(lambda _: [1]) as other:
        away = Said(status=307, headers={"Location": other.url})
        with service(Said([1], headers={"Set-Cookie": "sid=placeholder"}), away) as (asked, *_):
            asked.get("/posts")
            with pytest.raises(Moved):
                asked.get("/posts")
        with service(away) as (asked, *_), pytest.raises(Moved):
            asked.request("POST", "/posts", content=b"placeholder")
        assert [] == other.asked


def test_a_question_that_bears_no_sign_in_follows_and_brings_nothing_along():
    with (
        served(lambda _: [1]) as other,
        service(Said(status=302, headers={"Location": f"{other.url}/there"})) as (asked, *_),
    ):
        assert [1] == asked.json("/posts", key="placeholder")
    assert [("/there", {})] == [(one.path, dict(one.query)) for one in other.asked]


def test_on_the_same_host_a_sign_in_follows():
    with service(Said(status=301, headers={"Location": "/there"}), [1], headers=SIGN_IN) as (asked, _, here):
        assert [1] == asked.json("/posts")
    assert ["Bearer placeholder"] * 2 == [one.headers["Authorization"] for one in here.asked]


@pytest.mark.parametrize(
    ("where", "reason"),
    [
        ("http://acme.example/x?key=placeholder", r"http://acme\.example is not https"),
        ("ftp://acme.example/x", "is not https"),
        ("file:///etc/passwd", "is not https"),
        ("http://[::1", "sends us on to what is no address"),
        ("https://acme.example:nine/", "sends us on to what is no address"),
    ],
)
def test_where_nobody_should_go_nobody_goes(where, reason):
    with (
        service(Said(status=302, headers={"Location": where})) as (asked, waits, here),
        pytest.raises(ConnectorError, match=reason) as told,
    ):
        asked.get("/posts")
    assert 1 == len(here.asked)
    assert [] == waits
    assert "placeholder" not in str(told.value)


def test_being_sent_round_in_a_circle_ends():
    with (
        service(Said(status=302, headers={"Location": "/posts"})) as (asked, _, here),
        pytest.raises(ConnectorError, match="from one address to the next, without end"),
    ):
        asked.get("/posts")
    assert 6 == len(here.asked)


# --- answers without measure ------------------------------------------------------------------------------


def pieces(size, count):
    return (b"x" * size for _ in range(count))


def refused(asked, reason):
    """Ask; the refusal, the seconds it took, and the most memory that was held."""
    tracemalloc.start()
    began = time.monotonic()
    with pytest.raises(ConnectorError, match=reason):
        asked.get("/posts")
    took = time.monotonic() - began
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return took, peak


def test_of_three_gigabytes_no_more_is_read_than_is_held(monkeypatch):
    monkeypatch.setattr(limits, "LARGEST_ANSWER", 4 * 1024 * 1024)
    with service(Said(pieces(1024 * 1024, 3072))) as (asked, *_):
        _, peak = refused(asked, "answers with more than 4 MiB; the rest is not read")
    assert peak < 24 * 1024 * 1024


@pytest.mark.parametrize("layers", [1, 2])
def test_what_is_packed_counts_unpacked(monkeypatch, layers):
    monkeypatch.setattr(limits, "LARGEST_ANSWER", 4 * 1024 * 1024)
    bomb = gzip.compress(b"\0" * (64 * 1024 * 1024))
    told = {"Content-Encoding": ", ".join(["gzip"] * layers)}
    said = Said(gzip.compress(bomb) if layers == 2 else bomb, headers=told)
    with service(said) as (asked, *_):
        _, peak = refused(asked, "more than 4 MiB|packs its answer in a way that was not asked for")
    assert peak < 24 * 1024 * 1024


def test_what_is_packed_is_unpacked_and_what_is_damaged_is_told():
    packed = gzip.compress(json.dumps(["ø"] * 100_000).encode())
    with service(Said(packed, headers={"Content-Encoding": "gzip"})) as (asked, _, here):
        assert ["ø"] * 100_000 == asked.json("/posts")
    assert "gzip" == here.asked[0].headers["Accept-Encoding"]
    for broken in (packed[:-20], b"no gzip at all", zlib.compress(b"[]")):
        with (
            service(Said(broken, headers={"Content-Encoding": "gzip"})) as (asked, *_),
            pytest.raises(ConnectorError, match="cannot be unpacked"),
        ):
            asked.get("/posts")


@pytest.mark.usefixtures("_small")
def test_an_answer_that_drips_ends():
    with service(Said(trickle(b"["))) as (asked, *_):
        took, _ = refused(asked, "takes more than 0 seconds for one answer; try later")
    assert took < 3


@pytest.mark.usefixtures("_small")
def test_headers_that_never_end_do():
    with raw(lambda: itertools.chain([b"HTTP/1.1 200 OK\r\nX-A: "], trickle())) as (url, heard):
        took, _ = refused(Service(url), "takes more than 0 seconds for one answer")
    assert took < 3
    assert 1 == len(heard)


WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n[1]"
SHORT = b"HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n[1"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "first",
    [SHORT, CHUNKED + b"2\r\n[1\r\n", CHUNKED + b"zz\r\n", b"", b"no HTTP at all\r\n\r\n"],
    ids=["cut off", "chunks cut off", "chunks that are none", "nothing", "another protocol"],
)
@pytest.mark.parametrize("resets", [False, True], ids=["closed", "reset"])
def test_an_answer_that_breaks_off_is_asked_for_again_five_times_and_no_more(first, resets):
    waits = []
    with raw(lambda: [first], lambda: [WHOLE], resets=resets) as (url, heard):
        assert [1] == Service(url, sleep=waits.append).json("/posts")
    assert (2, 1) == (len(heard), len(waits))
    with (
        raw(lambda: [first], resets=resets) as (url, heard),
        pytest.raises(ConnectorError, match=r"127\.0\.0\.1 cannot be reached"),
    ):
        Service(url, sleep=waits.append).get("/posts")
    assert 5 == len(heard)


def test_where_nobody_listens_five_tries_are_made_and_no_more():
    waits = []
    with socket.create_server(("127.0.0.1", 0)) as gone:
        url = f"http://127.0.0.1:{gone.getsockname()[1]}"
    with pytest.raises(ConnectorError, match="cannot be reached"):
        Service(url, sleep=waits.append).get("/posts")
    assert 4 == len(waits)
