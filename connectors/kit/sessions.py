"""The bottom under the libraries that ask by `requests` (tweepy, praw, msal, google-auth): theirs has no limits.

Time-outs, a few tries where the connection breaks, an answer read within limits, no sign-in sent on to another
host, and none taken from a netrc file. The waiting that a service asks for is the caller's.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util.retry import Retry

from connectors.kit.http import refuse_open
from connectors.kit.limits import CONNECTING, PACKED, SILENT, TRIES, deadline, unpacked, within
from connectors.kit.text import clean
from influence.contract.connector import ConnectorError


def session(address: str = "", instead: str = "") -> requests.Session:
    """Return a session with limits; what is sent to `address` goes to `instead`, where that is given.

    Raises:
        ConnectorError: `instead` is not https (nor this machine).
    """
    if instead:
        refuse_open(instead)
    made = requests.Session()
    made.headers["Accept-Encoding"] = PACKED
    made.auth = _as_it_is  # else the password of a netrc file would stand in place of the token
    for scheme in ("https://", "http://"):
        made.mount(scheme, Bounded())
    if instead and instead != address:
        made.mount(address, Bounded(address, instead))
    return made


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


class _Plain(HTTPConnection):
    def getresponse(self) -> Any:
        with deadline(lambda: filter(None, [self.sock]), self.host):
            return super().getresponse()


class _Secure(HTTPSConnection):
    def getresponse(self) -> Any:
        with deadline(lambda: filter(None, [self.sock]), self.host):
            return super().getresponse()


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


class Bounded(HTTPAdapter):
    """Sends requests with limits; see `session`."""

    def __init__(self, address: str = "", instead: str = "") -> None:
        tries = Retry(
            total=TRIES - 1, redirect=0, status=0, backoff_factor=0.5, respect_retry_after_header=False
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
        host = urlsplit(str(request.url)).hostname or "the service"
        if self._instead and str(request.url).startswith(self._address):
            request.url = self._instead + str(request.url).removeprefix(self._address)
        more |= {"timeout": (CONNECTING, SILENT), "stream": True}
        for attempt in range(TRIES):
            response = super().send(request, **more)
            self._stays(response)
            response.raw = _Limited(response.raw, host)
            try:
                response.content  # noqa: B018 - it is read here
            except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
                time.sleep(0.5 * 2**attempt)
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


class _Limited:
    """The body of an answer while it comes: `requests` reads it by `stream`, piece by piece."""

    def __init__(self, raw: Any, host: str) -> None:
        self._raw, self._host = raw, host

    def stream(self, amount: int, decode_content: bool | None = None) -> Iterator[bytes]:  # noqa: ARG002 - always unpacked
        packed = self._raw.headers.get("content-encoding")
        return within(unpacked(self._pieces(amount), packed, self._host), self._host)

    def _pieces(self, amount: int) -> Iterator[bytes]:
        """Yield what has come, without waiting until there is as much as `amount`."""
        while piece := self._raw.read1(amount, decode_content=False):
            yield piece

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw, name)
