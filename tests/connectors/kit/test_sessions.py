"""The bottom under the libraries that ask by `requests`, driven by plain `requests` against real sockets."""

import gzip
import itertools
import time
import tracemalloc
from contextlib import ExitStack

import pytest
import requests

from connectors.kit import limits, sessions
from connectors.kit.sessions import session
from influence.contract.connector import ConnectorError
from tests.kit.served import Said, raw, served, trickle

SIGN_IN = {"Authorization": "Bearer placeholder"}
WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\n[1]"
SHORT = b"HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n[1"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.fixture
def asking():
    """Makes sessions, and closes them."""
    with ExitStack() as made:
        yield lambda *where: made.enter_context(session(*where))


@pytest.fixture
def _small(monkeypatch):
    monkeypatch.setattr(limits, "LONGEST_ANSWER", 0.5)


@pytest.fixture
def _at_once(monkeypatch):
    monkeypatch.setattr(sessions.time, "sleep", lambda _: None)


def test_what_is_for_a_service_goes_where_it_is_played(asking):
    with served(lambda _: [1]) as here:
        assert [1] == asking("https://api.acme.example", here.url).get(
            "https://api.acme.example/posts"
        ).json()
        assert ["/posts"] == [one.path for one in here.asked]
    with pytest.raises(ConnectorError, match="is not https"):
        asking("https://api.acme.example", "http://elsewhere.example")


def test_a_netrc_file_signs_nobody_in(asking, tmp_path, monkeypatch):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login ann password placeholder\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with served(lambda _: [1]) as here:
        asking().get(here.url)
        asking().get(here.url, headers=SIGN_IN)
        requests.get(here.url, timeout=5)
    assert [None, "Bearer placeholder", "Basic YW5uOnBsYWNlaG9sZGVy"] == [
        one.headers["Authorization"] for one in here.asked
    ]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_nothing_follows_to_another_host(asking, status):
    with (
        served(lambda _: [1]) as other,
        served(lambda _: Said(status=status, headers={"Location": f"{other.url}/x?key=placeholder"})) as here,
        pytest.raises(ConnectorError, match="the sign-in is not sent there") as told,
    ):
        asking().get(here.url, headers=SIGN_IN, params={"key": "placeholder"})
    assert [] == other.asked
    assert "placeholder" not in str(told.value)


def test_on_the_same_host_it_follows_and_a_circle_ends(asking):
    def answer(asked):
        return [1] if asked.path == "/there" else Said(status=302, headers={"Location": "/there"})

    with served(answer) as here:
        assert [1] == asking().get(f"{here.url}/posts", headers=SIGN_IN).json()
        assert "Bearer placeholder" == here.asked[-1].headers["Authorization"]
    with (
        served(lambda _: Said(status=302, headers={"Location": "/posts"})) as here,
        pytest.raises(requests.TooManyRedirects),
    ):
        asking().get(f"{here.url}/posts")


@pytest.mark.parametrize(
    "said",
    [
        lambda: Said(b"x" * 1024 * 1024 for _ in range(3072)),
        lambda: Said(gzip.compress(b"\0" * 64 * 1024 * 1024), headers={"Content-Encoding": "gzip"}),
    ],
    ids=["three gigabytes", "packed"],
)
def test_no_more_is_read_than_is_held(asking, monkeypatch, said):
    monkeypatch.setattr(limits, "LARGEST_ANSWER", 4 * 1024 * 1024)
    told = said()
    with served(lambda _: told) as here:
        tracemalloc.start()
        with pytest.raises(ConnectorError, match="more than 4 MiB; the rest is not read"):
            asking().get(here.url)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 24 * 1024 * 1024


def test_what_is_packed_is_unpacked(asking):
    with served(lambda _: Said(gzip.compress(b"[1]"), headers={"Content-Encoding": "gzip"})) as here:
        assert [1] == asking().get(here.url).json()
    assert "gzip" == here.asked[0].headers["Accept-Encoding"]


@pytest.mark.usefixtures("_small")
@pytest.mark.parametrize(
    "say",
    [
        lambda: itertools.chain([b"HTTP/1.1 200 OK\r\nX-A: "], trickle()),
        lambda: itertools.chain([b"HTTP/1.1 200 OK\r\nContent-Length: 3000\r\n\r\n["], trickle()),
    ],
    ids=["headers", "body"],
)
def test_an_answer_that_drips_ends(asking, say):
    began = time.monotonic()
    with raw(say) as (url, _), pytest.raises(ConnectorError, match="takes more than 0 seconds"):
        asking().get(url)
    assert time.monotonic() - began < 3


def test_a_service_that_says_nothing_is_left(asking, monkeypatch):
    monkeypatch.setattr(sessions, "SILENT", 0.2)
    monkeypatch.setattr(sessions, "TRIES", 1)
    with (
        raw(lambda: (time.sleep(0.1) or b"" for _ in range(9))) as (url, _),
        pytest.raises(requests.ConnectionError, match="timed out"),
    ):
        asking().get(url)


@pytest.mark.usefixtures("_at_once")
@pytest.mark.parametrize(
    "first",
    [SHORT, CHUNKED + b"2\r\n[1\r\n", CHUNKED + b"zz\r\n"],
    ids=["cut off", "chunks cut off", "no chunks"],
)
@pytest.mark.parametrize("resets", [False, True], ids=["closed", "reset"])
def test_an_answer_that_breaks_off_is_asked_for_again_five_times_and_no_more(asking, first, resets):
    with raw(lambda: [first], lambda: [WHOLE], resets=resets) as (url, heard):
        assert [1] == asking().get(url).json()
    assert 2 == len(heard)
    with (
        raw(lambda: [first], resets=resets) as (url, heard),
        pytest.raises(ConnectorError, match=r"127\.0\.0\.1 breaks off its answer again and again"),
    ):
        asking().get(url)
    assert 5 == len(heard)


def test_a_wait_that_is_asked_for_is_left_to_the_library(asking):
    with served(lambda _: Said(status=429, headers={"Retry-After": "900"})) as here:
        assert 429 == asking().get(here.url).status_code
    assert 1 == len(here.asked)
