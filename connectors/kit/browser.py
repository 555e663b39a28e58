"""Waits on this machine for the browser that comes back from a service's page of consent (RFC 8252)."""

from __future__ import annotations

import secrets
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

from connectors.kit.text import clean
from influence.contract.connector import ConnectorError, NotAuthorised

LONGEST_WAIT = 900.0
"""Seconds in which a person has to give the permission."""
_DONE = b"<!doctype html><title>Signed in</title><p>Signed in. You may close this page."
_REFUSED = (
    b"<!doctype html><title>Not signed in</title><p>Not signed in: this is not the answer that was asked for."
)


class Waiting(HTTPServer):
    """Listens on the loopback interface (`port` 0: any free one) at `address`.

    Raises:
        ConnectorError: the port is taken.
    """

    def __init__(self, port: int) -> None:
        try:
            super().__init__(("127.0.0.1", port), _Answer)
        except OSError as error:
            raise ConnectorError(
                f"port {port} of this machine cannot be listened on: {error.strerror}"
            ) from None
        self.address = f"http://127.0.0.1:{self.server_port}/"
        self.state, self.came, self.error = "", "", ""

    def back(self, state: str, longest: float = LONGEST_WAIT) -> str:
        """Return the address to which the browser came back, with our `state` and a code in it.

        Raises:
            NotAuthorised: the permission was refused, or nobody answered within `longest` seconds.
        """
        self.state = state
        end = time.monotonic() + longest
        while not (self.came or self.error) and (left := end - time.monotonic()) > 0:
            self.timeout = left
            self.handle_request()
        if not self.came:
            reason = f"the permission was refused ({self.error})" if self.error else "nobody answered in time"
            raise NotAuthorised(f"{reason}; connect again")
        return self.address + self.came.lstrip("/")


class _Answer(BaseHTTPRequestHandler):
    timeout = 10
    server: Waiting

    def do_GET(self) -> None:
        """Take the code if the state is ours; anything else is refused, and the waiting goes on."""
        fields = parse_qs(urlsplit(self.path).query)
        ours = secrets.compare_digest(fields.get("state", [""])[0].encode(), self.server.state.encode())
        if ours and fields.get("code"):
            self.server.came = self.path
        elif ours:
            self.server.error = clean(fields.get("error", ["no code came back"])[0], 80)
        self._say(200 if ours and self.server.came else 400)

    def _say(self, status: int) -> None:
        page = _DONE if status == 200 else _REFUSED
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_: object) -> None:
        """Write nothing: the address holds the code."""
