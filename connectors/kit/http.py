"""A service that speaks JSON over HTTPS: time-outs everywhere, and retries that are ours and bounded."""

from __future__ import annotations

import random
import time
import weakref
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from connectors.kit.answers import as_member, read
from influence.contract.connector import (
    ConnectorError,
    Gone,
    MissingExtra,
    NotAuthorised,
    RateLimited,
)

if TYPE_CHECKING:
    import httpx

TRIES = 5
LONGEST_WAIT = 120.0
"""Seconds: a service that asks to wait longer ends the fetch, which goes on from its cursor next time."""
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class Service:
    """One service and how to ask it.

    Raises:
        MissingExtra: the package httpx is not installed.
        ConnectorError: the address is not https (or this machine).
    """

    def __init__(
        self,
        base_url: str,
        headers: Mapping[str, str] | None = None,
        *,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        try:
            import httpx  # 60 ms, and only live sources need it
        except ImportError:
            raise MissingExtra("live sources need: pip install 'networked-influence[live]'") from None
        refuse_open(base_url)
        self._client = httpx.Client(
            base_url=base_url,
            headers={"Accept": "application/json", "User-Agent": "networked-influence", **(headers or {})},
            timeout=httpx.Timeout(30.0, connect=10.0),
            follow_redirects=True,
            transport=transport,
        )
        weakref.finalize(self, self._client.close)
        self._host, self._sleep = urlsplit(base_url).hostname or base_url, sleep

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def get(self, path: str, **params: Any) -> httpx.Response:
        """Ask for something; see `request`."""
        return self.request(
            "GET", path, params={key: value for key, value in params.items() if value is not None}
        )

    def json(self, path: str, **params: Any) -> Any:
        """Ask for something and read it as JSON.

        Raises:
            Changed: it is none.
            RateLimited, NotAuthorised, Gone, ConnectorError: as for `request`.
        """
        return read(as_member(path or self._host, self.get(path, **params).content))

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Ask the service for what it has to give.

        Raises:
            NotAuthorised: it does not accept the sign-in (401, 403).
            Gone: there is no such thing (404, 410).
            RateLimited, ConnectorError: as for `answer`; or it refuses for another reason.
        """
        return self._accepted(self.answer(method, path, **more))

    def answer(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Ask the service, up to five times where it is busy or the connection breaks; a refusal is an answer too.

        Raises:
            RateLimited: it asks to wait longer than two minutes, or keeps asking.
            ConnectorError: it cannot be reached, or keeps failing.
        """
        import httpx

        for attempt in range(TRIES):
            try:
                response = self._client.request(method, path, **more)
            except httpx.TransportError as error:
                if attempt == TRIES - 1:
                    raise ConnectorError(f"{self._host} cannot be reached: {error}") from error
                self._sleep(_backoff(attempt))
                continue
            if not _busy(response):
                return response
            self._wait(response, attempt)
        raise ConnectorError(f"{self._host} answers {response.status_code} again and again; try later")

    def _wait(self, response: httpx.Response, attempt: int) -> None:
        seconds = asked_to_wait(response.headers)
        if response.status_code < 500 and (attempt == TRIES - 1 or (seconds or 0) > LONGEST_WAIT):
            wait = seconds or _backoff(attempt)
            raise RateLimited(f"{self._host} asks to wait {wait:.0f} seconds; pull again after that", wait)
        self._sleep(min(seconds if seconds is not None else _backoff(attempt), LONGEST_WAIT))

    def _accepted(self, response: httpx.Response) -> httpx.Response:
        status, place = response.status_code, f"{self._host}{response.url.path}"
        if status in {401, 403}:
            raise NotAuthorised(f"{place} does not accept the sign-in ({status}); connect again")
        if status in {404, 410}:
            raise Gone(f"{place} is not there ({status})")
        if status >= 400:
            raise ConnectorError(f"{place} refuses the request ({status})")
        return response


def refuse_open(url: str) -> None:
    """Refuse an address on the way to which a secret could be read.

    Raises:
        ConnectorError: it is not https (nor this machine).
    """
    where = urlsplit(url)
    if where.scheme != "https" and where.hostname not in _LOOPBACK:
        raise ConnectorError(f"{url} is not https: a token sent there could be read on the way")


def _busy(response: httpx.Response) -> bool:
    """Tell whether to wait: too many requests (GitHub says 403 and that none is left), or the server fails."""
    if response.status_code == 403:
        return "retry-after" in response.headers or response.headers.get("x-ratelimit-remaining") == "0"
    return response.status_code == 429 or response.status_code >= 500


def asked_to_wait(headers: Mapping[str, str], now: Callable[[], float] = time.time) -> float | None:
    """Return the seconds to wait by `Retry-After` or `x-rate-limit-reset`; None where neither says.

    >>> asked_to_wait({"retry-after": "7"}), asked_to_wait({"x-rate-limit-reset": "110"}, now=lambda: 100)
    (7.0, 10.0)
    """
    for name in ("retry-after", "x-ratelimit-reset-after"):
        try:
            return max(0.0, float(headers[name]))
        except (KeyError, ValueError):
            continue
    for name in ("x-rate-limit-reset", "x-ratelimit-reset"):
        try:
            return max(0.0, float(headers[name]) - now())
        except (KeyError, ValueError):
            continue
    return None


def _backoff(attempt: int) -> float:
    return float(2**attempt) + random.random()  # noqa: S311 - it only spreads the load
