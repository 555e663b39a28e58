"""Signing in without handing over a password: by a code on another screen, or in the browser on this machine.

References: RFC 8628 (device code), RFC 8252 and RFC 7636 (loopback address, PKCE), RFC 6749 (refreshing).
Written on httpx with time-outs everywhere; the services' own packages add nothing that is needed here.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from connectors.kit.answers import as_member, read
from connectors.kit.http import Service, refuse_open
from connectors.kit.text import clean
from influence.contract.connector import Changed, ConnectorError, NotAuthorised

LONGEST_WAIT = 900.0
"""Seconds in which a person has to give the permission."""
_DONE = b"<!doctype html><title>Signed in</title><p>Signed in. You may close this page."
_REFUSED = (
    b"<!doctype html><title>Not signed in</title><p>Not signed in: this is not the answer that was asked for."
)


@dataclass(frozen=True)
class Application:
    """Who asks (`client_id`), for what (`scope`), and where the service gives it.

    `client_secret` is only for services that want one of installed applications too (Google);
    `more` are further fields of the address that the browser opens.
    """

    client_id: str
    scope: str
    token_url: str
    authorise_url: str = ""
    client_secret: str = field(default="", repr=False)
    more: Mapping[str, str] = field(default_factory=dict)

    def checked(self) -> Application:
        """Return it if it can be used.

        Raises:
            ConnectorError: there is no `client_id`, or an address is not https (or this machine).
        """
        if not self.client_id:
            raise ConnectorError(
                "client_id is not set: register an application with the service (the connector's page in the "
                "documents says how) and give its id with --set client_id=…"
            )
        for url in filter(None, (self.token_url, self.authorise_url)):
            refuse_open(url)
        return self


def by_loopback(
    application: Application,
    ask: Callable[[str], None],
    *,
    port: int = 0,
    longest: float = LONGEST_WAIT,
) -> dict[str, str]:
    """Ask a person to open an address in the browser of this machine, wait for its answer, return the tokens.

    The answer comes to an address on the loopback interface (`port` 0: any free one); it must bring back
    our `state`, and only who knows the verifier (PKCE, S256) can use the code in it.

    Raises:
        NotAuthorised: the permission was refused, or nobody answered within `longest` seconds.
        ConnectorError: the port is taken, or the service refuses.
    """
    application.checked()
    verifier, state = secrets.token_urlsafe(64), secrets.token_urlsafe(24)
    here = ""

    def opened(address: str) -> None:
        nonlocal here
        here = address
        ask(f"Open {_authorise_address(application, verifier, state, here)}")

    code = answered(state, opened, port=port, longest=longest)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": here, "code_verifier": verifier}
    return _tokens(*_post(application.token_url, _who(application) | form))


def _authorise_address(application: Application, verifier: str, state: str, here: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    fields = {
        "response_type": "code",
        "client_id": application.client_id,
        "redirect_uri": here,
        "scope": application.scope,
        "state": state,
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
        **application.more,
    }
    return f"{application.authorise_url}?{urlencode(fields)}"


def answered(
    state: str, opened: Callable[[str], None], *, port: int = 0, longest: float = LONGEST_WAIT
) -> str:
    """Listen on the loopback interface until the browser brings a code with our `state`, and return the code.

    `opened` is told the address to which the browser must come back, once somebody listens there.

    Raises:
        NotAuthorised: the permission was refused, or nobody answered within `longest` seconds.
        ConnectorError: the port is taken.
    """
    try:
        server = _Waiting(port, state)
    except OSError as error:
        raise ConnectorError(f"port {port} of this machine cannot be listened on: {error.strerror}") from None
    with server:
        opened(f"http://127.0.0.1:{server.server_port}/")
        return server.wait(longest)


class _Waiting(HTTPServer):
    """Listens on the loopback interface until the browser brings the code that belongs to our state."""

    def __init__(self, port: int, state: str) -> None:
        super().__init__(("127.0.0.1", port), _Answer)
        self.state, self.code, self.error = state, "", ""

    def wait(self, longest: float) -> str:
        end = time.monotonic() + longest
        while not (self.code or self.error) and (left := end - time.monotonic()) > 0:
            self.timeout = left
            self.handle_request()
        if not self.code:
            reason = f"the permission was refused ({self.error})" if self.error else "nobody answered in time"
            raise NotAuthorised(f"{reason}; connect again")
        return self.code


class _Answer(BaseHTTPRequestHandler):
    timeout = 10
    server: _Waiting

    def do_GET(self) -> None:
        """Take the code if the state is ours; anything else is refused, and the waiting goes on."""
        fields = parse_qs(urlsplit(self.path).query)
        ours = secrets.compare_digest(fields.get("state", [""])[0].encode(), self.server.state.encode())
        if ours:
            self.server.code = fields.get("code", [""])[0]
            self.server.error = clean(fields.get("error", ["no code came back"])[0], 80)
        self._say(200 if ours and self.server.code else 400)

    def _say(self, status: int) -> None:
        page = _DONE if status == 200 else _REFUSED
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_: object) -> None:
        """Write nothing: the address holds the code."""


def _who(application: Application) -> dict[str, str]:
    who = {"client_id": application.client_id}
    return who | ({"client_secret": application.client_secret} if application.client_secret else {})


def _tokens(status: int, answer: Mapping[str, Any]) -> dict[str, str]:
    """Return the tokens of an answer: `access_token`, and `refresh_token` where there is one."""
    if answer.get("error") in {"access_denied", "authorization_declined"}:
        raise NotAuthorised("the permission was refused; connect again to ask for it anew")
    if answer.get("error") in {"expired_token", "invalid_grant"}:
        raise NotAuthorised("the code ran out before it was used; connect again")
    _wanted(answer, status, "access_token")
    return {name: str(answer[name]) for name in ("access_token", "refresh_token") if answer.get(name)}


def _wanted(answer: Mapping[str, Any], status: int, name: str) -> str:
    if answer.get(name):
        return str(answer[name])
    if answer.get("error"):
        raise ConnectorError(
            f"the service refuses the application ({status}): {clean(str(answer['error']), 80)}; "
            "check client_id and what the application may ask for"
        )
    raise Changed(f"the answer to the sign-in ({status}) has no {name!r}")


def _post(url: str, form: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
    """Send a form and return status and answer: a refusal is one that says why. No redirect is followed with it."""
    service = Service(url)
    try:
        response = service.answer("POST", url, data=dict(form))
    finally:
        service.close()
    told = f"the answer of {urlsplit(url).hostname} to the sign-in ({response.status_code})"
    answer = read(as_member(told, response.content))
    if not isinstance(answer, dict):
        raise Changed(f"{told} is no JSON object")
    return response.status_code, answer
