"""Signing in to Google by its own libraries: in the browser of this machine, then renewed at each pull.

The address that is opened, PKCE and the exchange of the code are google-auth-oauthlib's. Its own listener is not
used: it takes one request, whoever sends it, so that a browser that only looks whether somebody is there ends the
sign-in or holds it up for ever. Neither library has time-outs; their requests go by a session of ours.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from google.auth.exceptions import GoogleAuthError
from google.auth.transport.requests import Request
from google.oauth2.credentials import Credentials
from google_auth_oauthlib.flow import InstalledAppFlow
from oauthlib.oauth2 import OAuth2Error

from connectors.kit.answers import shape_expected
from connectors.kit.browser import LONGEST_WAIT, Waiting
from connectors.kit.permission import Permission
from connectors.kit.sessions import bound, session
from connectors.kit.text import clean
from influence.contract.connector import ConnectorError, NotAuthorised, Secret
from influence.contract.secrecy import hush

LOGIN = "https://accounts.google.com/o/oauth2/v2/auth"
TOKEN = "https://oauth2.googleapis.com/token"  # noqa: S105 - the address, not a token


@dataclass(frozen=True)
class Application:
    """Who asks Google (`client_id`) for what (`scopes`), and where Google gives it (`login`, `token_url`)."""

    client_id: str
    client_secret: str = field(repr=False)
    scopes: Sequence[str]
    login: str = LOGIN
    token_url: str = TOKEN

    def by_browser(self, ask: Callable[[str], None], longest: float = LONGEST_WAIT) -> tuple[str, list[str]]:
        """Let a person give the permission in their browser; return what renews it, and the scopes they gave.

        Raises:
            NotAuthorised: they refused, or nobody answered within `longest` seconds.
            ConnectorError: Google refuses the application.
        """
        with _heard(self.token_url):
            flow = self._flow()
            with Waiting(0) as browser:
                flow.redirect_uri = browser.address
                url, state = flow.authorization_url(prompt="consent")
                ask(f"Open {self.login}{str(url).removeprefix(LOGIN)}")
                came = browser.back(state, longest)
            told = _exchanged(flow, parse_qs(urlsplit(came).query)["code"][0])
        if not told.get("refresh_token"):
            raise NotAuthorised("Google gave no lasting permission; take it back there, then connect again")
        given = told.get("scope") or list(self.scopes)
        return str(told["refresh_token"]), given.split() if isinstance(given, str) else list(given)

    def permission(self, secret: Secret) -> Permission:
        """Return the permission that was given once; what renews it is kept anew, should Google change it.

        Raises:
            SourceError: nothing is kept.
        """
        held: Any = Credentials(  # type: ignore[no-untyped-call]
            None,
            refresh_token=secret.get("refresh_token"),
            token_uri=TOKEN,
            client_id=self.client_id,
            client_secret=self.client_secret,
        )
        hush(held.refresh_token, self.client_secret)
        request = Request(session(TOKEN, instead=self.token_url))

        def renew() -> tuple[str, float]:
            before = held.refresh_token
            with _heard(self.token_url):
                held.refresh(request)
            if held.refresh_token != before:
                secret.keep("refresh_token", held.refresh_token)
            now = datetime.now(UTC).replace(tzinfo=None)  # as the library writes it
            return str(held.token), (held.expiry - now).total_seconds() if held.expiry else 0.0

        return Permission(renew)

    def _flow(self) -> Any:
        verifier = secrets.token_urlsafe(64)
        basic = base64.b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()
        hush(verifier, self.client_secret, basic)
        who = {"client_id": self.client_id, "client_secret": self.client_secret}
        config = {"installed": {**who, "auth_uri": LOGIN, "token_uri": TOKEN}}
        flow = InstalledAppFlow.from_client_config(config, list(self.scopes), code_verifier=verifier)
        bound(flow.oauth2session, TOKEN, instead=self.token_url)
        return flow


def _exchanged(flow: Any, code: str) -> Mapping[str, Any]:
    """Exchange the code; that a person gave less than was asked for is no error."""
    hush(code)
    try:
        return dict(flow.fetch_token(code=code))
    except Warning as less:  # so oauthlib says that the scopes are others
        return dict(getattr(less, "token", {}))


@contextmanager
def _heard(token_url: str) -> Iterator[None]:
    """Say in a sentence what the libraries raise."""
    host = urlsplit(token_url).hostname or token_url
    try:
        with shape_expected():
            yield
    except (requests.RequestException, GoogleAuthError, OAuth2Error) as error:
        why = clean(str(error), 160)
        if "invalid_grant" in why:
            raise NotAuthorised(
                "Google no longer renews the sign-in: it was taken back, or its time is over (of an application "
                'in "testing" after 7 days: publish it, or make it internal); connect again'
            ) from error
        if isinstance(error, requests.RequestException) or getattr(error, "retryable", False):
            raise ConnectorError(f"{host} cannot be reached, or is out of order: {why}") from error
        raise ConnectorError(
            f"Google refuses the application: {why}; check client_id, the client's secret, and what it may ask for"
        ) from error
