"""A service that speaks JSON over HTTPS: time-outs everywhere, and retries that are ours and bounded."""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from connectors.kit.answers import as_member, read
from connectors.kit.limits import (
    CONNECTING,
    PACKED,
    SILENT,
    TRIES,
    backoff,
    deadline,
    is_busy,
    pause,
    unpacked,
    within,
)
from connectors.kit.text import clean
from influence.contract.connector import (
    ConnectorError,
    Gone,
    MissingExtra,
    NotAuthorised,
)
from influence.contract.secrecy import hush

if TYPE_CHECKING:
    import socket

    import httpx

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_HOPS = 5
"""How often one request is sent on."""
_PACKED = {b"content-encoding", b"content-length", b"transfer-encoding"}
"""What tells how the answer was packed: it is unpacked here."""
_ALWAYS = {"Accept": "application/json", "Accept-Encoding": PACKED, "User-Agent": "networked-influence"}
_PLAIN = {
    *("accept", "accept-encoding", "accept-language", "connection", "content-length", "content-type"),
    *("depth", "host", "prefer", "user-agent", "if-none-match", "if-modified-since"),
    *("linkedin-version", "x-github-api-version", "x-restli-protocol-version"),
}
"""Headers that tell nobody who asks."""


class Moved(ConnectorError):
    """The service sends a request that bears a sign-in on to another host (`address`), where it is not sent."""

    def __init__(self, host: str, address: str) -> None:
        super().__init__(
            f"{host} sends us on to {clean(address, 200)}; the sign-in is not sent there: if that is where the "
            "service lives now, connect again with that address"
        )
        self.address = address


class Withheld(NotAuthorised):
    """The service knows the sign-in, and does not give it this (403)."""


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
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        try:
            import httpx  # 60 ms, and only live sources need it
        except ImportError:
            raise MissingExtra("live sources need: pip install 'networked-influence[live]'") from None
        refuse_open(base_url)
        self._client = httpx.Client(
            base_url=base_url,
            headers={**_ALWAYS, **(headers or {})},
            timeout=httpx.Timeout(SILENT, connect=CONNECTING),
            event_hooks={"response": [self._leads_somewhere]},
        )
        signs = _signs(headers or {})
        hush(
            *(
                word
                for name, value in (headers or {}).items()
                if name.lower() in signs
                for word in value.split()[-1:]
            )
        )
        self._signs = bool(signs)
        weakref.finalize(self, self._client.close)
        self._host, self._sleep = urlsplit(base_url).hostname or base_url, sleep
        self._sockets: weakref.WeakSet[socket.socket] = weakref.WeakSet()

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
            NotAuthorised: it does not accept the sign-in (401), or not for this (`Withheld`, 403).
            Gone: there is no such thing (404, 410).
            RateLimited, ConnectorError: as for `answer`; or it refuses for another reason.
        """
        return self.accepted(self.answer(method, path, **more))

    def answer(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Ask the service, up to five times where it is busy or the connection breaks; a refusal is an answer too.

        Raises:
            RateLimited: it asks to wait longer than two minutes, or keeps asking.
            ConnectorError: it cannot be reached, or keeps failing.
        """
        import httpx

        for attempt in range(TRIES):
            try:
                response = self._whole(self._client.build_request(method, path, **more))
            except httpx.InvalidURL as error:
                raise ConnectorError(
                    f"{self._host} cannot be asked for {clean(path, 80)!r}: {error}"
                ) from None
            except httpx.TransportError as error:
                if attempt == TRIES - 1:
                    raise ConnectorError(f"{self._host} cannot be reached: {error}") from error
                self._sleep(backoff(attempt))
                continue
            if not is_busy(response.status_code, response.headers):
                return response
            self._sleep(pause(self._host, response.status_code, response.headers, attempt))
        raise ConnectorError(f"{self._host} answers {response.status_code} again and again; try later")

    def _whole(self, request: httpx.Request, hops: int = 0) -> httpx.Response:
        """Send a request and read its answer whole, within limits, from where it is sent on to on the same host."""
        request.extensions["trace"] = self._note_socket
        with deadline(lambda: self._sockets, self._host):
            sent = self._client.send(request, stream=True)
            try:
                if sent.next_request is None:
                    return self._read(sent, request)
            finally:
                sent.close()
        if hops == _HOPS:
            raise ConnectorError(f"{self._host} sends us on from one address to the next, without end")
        self._may_go(request, sent.next_request)
        return self._whole(sent.next_request, hops + 1)

    def _read(self, sent: httpx.Response, request: httpx.Request) -> httpx.Response:
        """Read an answer whole, within limits."""
        import httpx

        pieces = unpacked(sent.iter_raw(), sent.headers.get("content-encoding"), self._host)
        body = b"".join(within(pieces, self._host))
        told = [(name, value) for name, value in sent.headers.raw if name.lower() not in _PACKED]
        return httpx.Response(sent.status_code, headers=told, content=body, request=request)

    def _note_socket(self, event: str, told: Mapping[str, Any]) -> None:
        """Note each connection that is made, so that one that never ends can be hung up."""
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            self._sockets.add(told["return_value"].get_extra_info("socket"))

    def _leads_somewhere(self, sent: httpx.Response) -> None:
        """Refuse an answer that sends us on to what is no address."""
        import httpx

        if sent.has_redirect_location:
            try:
                httpx.URL(sent.headers["location"])
            except httpx.InvalidURL:
                raise ConnectorError(
                    f"{self._host} sends us on to what is no address: {clean(sent.headers['location'], 80)!r}"
                ) from None

    def _may_go(self, request: httpx.Request, onward: httpx.Request) -> None:
        """Let a sign-in go nowhere but to the host that it is for, and nothing from outside to this machine."""
        here, there = request.url, onward.url
        refuse_open(str(there))
        if here.host == there.host and (here.port == there.port or here.scheme != there.scheme):
            return
        if there.host in _LOOPBACK and here.host not in _LOOPBACK:
            raise ConnectorError(f"{self._host} sends us on to this machine itself; not followed")
        if self._signs or _signs(request.headers) or request.method != "GET":
            raise Moved(self._host, str(there.copy_with(query=None)))

    def accepted(self, response: httpx.Response) -> httpx.Response:
        """Return an answer that is no refusal.

        Raises:
            NotAuthorised, Gone, ConnectorError: as for `request`.
        """
        status, place = response.status_code, f"{self._host}{response.url.path}"
        if status in {401, 403}:
            refusal = Withheld if status == 403 else NotAuthorised
            raise refusal(f"{place} does not accept the sign-in ({status}); connect again")
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
    if where.scheme != "https" and not (where.scheme == "http" and where.hostname in _LOOPBACK):
        plain = f"{where.scheme}://{where.hostname}" if where.hostname else clean(url, 80)
        raise ConnectorError(f"{plain} is not https: a token sent there could be read on the way")


def _signs(headers: Mapping[str, str]) -> set[str]:
    """Return the names of headers that may bear a sign-in: all that are not known to be plain."""
    return {name.lower() for name in headers} - _PLAIN
