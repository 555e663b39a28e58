"""The bottom under the libraries that ask by `requests` (tweepy, praw, msal, google-auth): theirs has no limits.

Time-outs, a few tries where the connection breaks, an answer read within limits, no sign-in sent on to another
host, none taken from a netrc file, and no new token in a log. The waiting that a service asks for is done where
a `sleep` is given, and is the caller's where none is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util.retry import Retry

from connectors.kit.answers import mended
from connectors.kit.http import refuse_open
from connectors.kit.limits import (
    CONNECTING,
    PACKED,
    SILENT,
    TRIES,
    deadline,
    is_busy,
    pause,
    unpacked,
    within,
)
from connectors.kit.text import clean
from influence.contract.connector import ConnectorError
from influence.contract.secrecy import hush, hushed

FIRST_WAIT = 0.5
"""Seconds before a connection that broke is tried again; twice as long each further time."""


def session(
    address: str = "", instead: str = "", *, sleep: Callable[[float], None] | None = None, tries: int = TRIES
) -> requests.Session:
    """Return a session with limits; see `bound`."""
    return bound(requests.Session(), address, instead, sleep=sleep, tries=tries)


Session = TypeVar("Session", bound=requests.Session)


def bound(
    made: Session,
    address: str = "",
    instead: str = "",
    *,
    sleep: Callable[[float], None] | None = None,
    tries: int = TRIES,
) -> Session:
    """Put limits below a session; what it sends to `address` goes to `instead`, where that is given.

    With a `sleep` it waits where a service is busy, `tries` times at most; a busy answer and a broken connection
    are errors of ours then, so that no library begins to wait or to try on its own.

    Raises:
        ConnectorError: `instead` is not https (nor this machine).
    """
    if instead:
        refuse_open(instead)
    made.headers["Accept-Encoding"] = PACKED
    made.max_redirects = _HOPS
    if made.auth is None:
        made.auth = _as_it_is  # else the password of a netrc file would stand in place of the token
    made.hooks["response"].append(_hush_tokens)
    for scheme in ("https://", "http://"):
        made.mount(scheme, _adapter("", "", sleep, tries))
    if instead and instead != address:
        made.mount(address, _adapter(address, instead, sleep, tries))
    return made


def _adapter(address: str, instead: str, sleep: Callable[[float], None] | None, tries: int) -> Bounded:
    return Patient(address, instead, sleep, tries) if sleep else Bounded(address, instead)


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _hush_tokens(response: requests.Response, **_: Any) -> None:
    """Blank new tokens before a library logs the answer that brought them."""
    if response.request.method != "POST":
        return
    try:
        answer = response.json()
    except ValueError:
        return
    if isinstance(answer, dict):
        hush(*(str(value) for name, value in answer.items() if str(name).endswith("_token")))


class _Watched(HTTPConnection):
    """A connection whose answer's headers end in time, and which tells by which socket the rest of it comes."""

    def getresponse(self) -> Any:
        comes_by = list(filter(None, [self.sock]))
        with deadline(lambda: comes_by, self.host):
            answer: Any = super().getresponse()
        answer.comes_by = comes_by
        return answer


class _Plain(_Watched):
    pass


class _Secure(_Watched, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


class Bounded(HTTPAdapter):
    """Sends requests with limits; see `session`."""

    def __init__(self, address: str = "", instead: str = "") -> None:
        tries = Retry(
            total=TRIES - 1, redirect=0, status=0, backoff_factor=FIRST_WAIT, respect_retry_after_header=False
        )
        super().__init__(max_retries=tries)
        self._address, self._instead = address, instead

    def init_poolmanager(self, *given: Any, **more: Any) -> None:
        """Make the connections such that the headers of an answer end too."""
        super().init_poolmanager(*given, **more)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}

    def send(self, request: requests.PreparedRequest, **more: Any) -> requests.Response:  # type: ignore[override]
        """Send a request and read its answer whole, within limits; one that breaks off is asked for again.

        Raises:
            ConnectorError: the answer is too large, too slow, breaks off, or sends us on to another host.
        """
        if self._instead and str(request.url).startswith(self._address):
            request.url = self._instead + str(request.url).removeprefix(self._address)
        host = host_of(request)
        more |= {"timeout": (CONNECTING, SILENT), "stream": True}
        for attempt in range(TRIES):
            response = super().send(request, **more)
            self._stays(response)
            response.raw = _Limited(response.raw, host)
            try:
                with deadline(partial(getattr, response.raw, "comes_by", ()), host):
                    response._content = mended(response.content)
            except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
                if request.method != "GET":  # what was sent may have been taken
                    raise
                time.sleep(FIRST_WAIT * 2**attempt)
            else:
                return response
        raise ConnectorError(f"{host} breaks off its answer again and again; try later")

    def _stays(self, response: requests.Response) -> None:
        if not response.is_redirect:
            return
        onward = urlsplit(response.headers["location"])
        here = urlsplit(str(response.request.url))
        if onward.netloc and (onward.scheme, onward.netloc) != (here.scheme, here.netloc):
            response.close()
            raise ConnectorError(
                f"{here.hostname} sends us on to {clean(onward.netloc, 80)}; the sign-in is not sent there"
            )


class Patient(Bounded):
    """Waits as well where the service is busy; see `bound`."""

    def __init__(self, address: str, instead: str, sleep: Callable[[float], None], tries: int) -> None:
        super().__init__(address, instead)
        self._sleep, self._tries = sleep, tries

    def send(self, request: requests.PreparedRequest, **more: Any) -> requests.Response:  # type: ignore[override]
        """Send a request, again where the service is busy.

        Raises:
            RateLimited: it asks to wait longer than two minutes, or keeps asking.
            ConnectorError: it cannot be reached, or keeps failing; or as `Bounded.send`.
        """
        for attempt in range(self._tries):
            try:
                response = super().send(request, **more)
            except requests.RequestException as error:  # the library would begin another round of tries
                raise ConnectorError(f"{host_of(request)} cannot be reached: {reason_of(error)}") from None
            status = response.status_code
            if not is_busy(status, response.headers):
                return response
            response.close()
            wait = pause(host_of(request), status, response.headers, attempt, self._tries)
            if attempt < self._tries - 1:
                self._sleep(wait)
        raise ConnectorError(f"{host_of(request)} answers {status} again and again; try later")


def reason_of(error: Exception) -> str:
    """Say in a few words why a request came to nothing, without the address that it was for.

    >>> reason_of(requests.ConnectionError("HTTPConnection(host='acme'): Failed: [Errno 111] Connection refused"))
    '[Errno 111] Connection refused'
    """
    inner = getattr(error.args[0] if error.args else None, "reason", None) or error
    return hushed(clean(str(inner).rpartition(": ")[2], 160)) or type(error).__name__


def host_of(request: requests.PreparedRequest) -> str:
    """Return the host that a request goes to."""
    return urlsplit(str(request.url)).hostname or str(request.url)


_HOPS = 5
"""How often one request is sent on."""


class _Limited:
    """The body of an answer while it comes: `requests` reads it by `stream`, piece by piece."""

    def __init__(self, raw: Any, host: str) -> None:
        self._raw, self._host = raw, host

    def stream(self, amount: int, decode_content: bool | None = None) -> Iterator[bytes]:  # noqa: ARG002 - always unpacked
        packed = self._raw.headers.get("content-encoding")
        try:
            yield from within(unpacked(self._pieces(amount), packed, self._host), self._host)
        except BaseException:
            self._raw.close()
            raise

    def _pieces(self, amount: int) -> Iterator[bytes]:
        """Yield what has come, without waiting until there is as much as `amount`."""
        while piece := self._raw.read1(amount, decode_content=False):
            yield piece

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw, name)
