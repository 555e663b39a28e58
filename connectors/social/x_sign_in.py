"""The permission to read X: given once in the browser, renewed for as long as it is used (OAuth 2.0, PKCE).

tweepy signs in. An access token lives two hours; the token that renews it can be used once and comes with the next
one, so the new ones are kept before they are used, and the keeping is tried before anything is asked.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from connectors.kit.browser import LONGEST_WAIT, Waiting
from connectors.kit.http import refuse_open
from connectors.kit.permission import undisturbed
from connectors.kit.text import clean
from influence.contract.connector import Changed, ConnectorError, NotAuthorised, Secret
from influence.contract.errors import SourceError
from influence.contract.secrecy import hush

if TYPE_CHECKING:
    import tweepy

API = "https://api.twitter.com"
"""Where tweepy 4.17 sends every request; it cannot be told otherwise."""
CONSENT = "https://twitter.com/i/oauth2/authorize"
"""Where tweepy 4.17 sends the browser."""
SCOPE = ("tweet.read", "users.read", "like.read", "offline.access")
"""What the app asks for: to read, and to go on reading when the two hours are over."""
_EARLY = 60.0
"""Seconds before the end of an access token at which it is renewed."""
_TWO_HOURS = 7200
"""Seconds that an access token lives at most."""
_APP_REFUSED = {"invalid_client", "unauthorized_client"}


@dataclass(frozen=True)
class App:
    """The app in whose name a person is asked, and where X is; only confidential apps have a `client_secret`.

    Raises:
        ConnectorError: there is no `client_id`.
    """

    client_id: str
    client_secret: str = field(repr=False)
    server: str
    login: str

    def __post_init__(self) -> None:
        if not self.client_id:
            raise ConnectorError(
                "client_id is not set: make an app at developer.x.com (docs/connectors/x.md says how) and "
                "give its id with --set client_id=…"
            )

    def handler(self, back: str) -> tweepy.OAuth2UserHandler:
        """Return what signs in; `back` is where the browser comes back to.

        Raises:
            ConnectorError: an address is not https (nor this machine).
        """
        import tweepy

        from connectors.kit.sessions import bound  # as tweepy, only where a live source is asked

        refuse_open(self.login)
        secret = self.client_secret or None
        made = tweepy.OAuth2UserHandler(
            client_id=self.client_id, redirect_uri=back, scope=list(SCOPE), client_secret=secret
        )
        if secret:
            hush(secret, base64.b64encode(f"{self.client_id}:{secret}".encode()).decode())
        once = 1  # a code and a refresh token are used up by being sent
        return bound(made, API, self.server, sleep=time.sleep, tries=once)


def signed_in(
    app: App, ask: Callable[[str], None], port: int, longest: float = LONGEST_WAIT
) -> dict[str, str]:
    """Let a person give the permission in the browser of this machine; return what is to be kept.

    Raises:
        NotAuthorised: the permission was refused, or nobody answered.
        ConnectorError: the port is taken, X cannot be reached, or it refuses the app.
    """
    with Waiting(port) as browser:
        handler = app.handler(browser.address)
        page = handler.get_authorization_url()
        ask(f"Open {page.replace(CONSENT, app.login, 1)}")
        came = browser.back(parse_qs(urlsplit(page).query)["state"][0], longest)
    hush(parse_qs(urlsplit(came).query)["code"][0])
    handler.scope = None  # a person may have allowed less: what is missing is told where it is asked for
    secure = came.replace("http://", "https://", 1)  # it never left this machine, which oauthlib cannot know
    with handler:
        return _kept(_redeemed(lambda: handler.fetch_token(secure), "the code"), time.time())


class Permission:
    """The access token of a source, renewed where it has ended or X no longer takes it."""

    def __init__(self, app: App, secret: Secret, now: Callable[[], float] = time.time) -> None:
        self._app, self._secret, self._now = app, secret, now

    def token(self) -> str:
        """Return the access token, renewed first if by this machine's clock it has ended.

        Raises:
            SourceError: there is none.
            NotAuthorised, ConnectorError: as for `renewed`.
        """
        if self._ended() and self._known("refresh_token"):
            return self.renewed()
        token = self._known("token")
        if token:
            return token
        return self.renewed() if self._known("refresh_token") else self._secret.get("token")

    def renewed(self) -> str:
        """Renew the access token and keep what came, before it is used.

        Raises:
            NotAuthorised: X does not renew it: it was taken back, or there is nothing to renew it with.
            SourceError: what comes could not be kept; nothing was asked then.
            ConnectorError: X cannot be reached, or it refuses the app.
        """
        old = self._known("refresh_token")
        if not old:
            raise NotAuthorised("X no longer takes the token, which holds for two hours; connect again")
        self._secret.keep("refresh_token", old)  # a rehearsal: X takes the old one once
        if token := self._known("token"):
            self._secret.keep("token", token)
        handler = self._app.handler("http://127.0.0.1/")
        who = {} if self._app.client_secret else {"client_id": self._app.client_id}
        with undisturbed(), handler:
            tokens = _redeemed(
                lambda: handler.refresh_token(
                    f"{API}/2/oauth2/token", refresh_token=old, auth=handler.auth, **who
                ),
                "the permission",
            )
            for name, value in _kept(tokens, self._now()).items():
                self._secret.keep(name, value)
        return str(tokens["access_token"])

    def _ended(self) -> bool:
        try:
            return self._now() > float(self._known("token_ends")) - _EARLY
        except ValueError:  # nothing is known of it: X will say
            return False

    def _known(self, name: str) -> str:
        try:
            found = self._secret.get(name).strip()
        except SourceError:
            return ""
        hush(found)
        return found


def _redeemed(ask: Callable[[], Mapping[str, Any]], what: str) -> Mapping[str, Any]:
    """Return the tokens that X gives for a code or a refresh token."""
    import requests
    from oauthlib.oauth2 import OAuth2Error

    from connectors.kit.sessions import reason_of

    try:
        return ask()
    except OAuth2Error as error:
        told = clean(str(error.error), 60)
        if told in _APP_REFUSED:
            raise ConnectorError(
                f"X refuses the app ({told}); check client_id, and its secret if it has one"
            ) from None
        raise NotAuthorised(f"X no longer accepts {what} ({told}); connect again") from None
    except requests.RequestException as error:
        raise ConnectorError(f"X cannot be reached to sign in: {reason_of(error)}") from None
    except (ValueError, TypeError, AttributeError, ArithmeticError):
        raise Changed("X's answer to the sign-in no longer has the shape it had") from None


def _kept(tokens: Mapping[str, Any], now: float) -> dict[str, str]:
    """Return what is kept of the tokens, that which cannot be had again first."""
    if not tokens.get("refresh_token"):
        raise NotAuthorised("X gave a permission for two hours only; connect again and allow it to stay")
    found = {"refresh_token": str(tokens["refresh_token"]), "token": str(tokens["access_token"])}
    lives = tokens.get("expires_in")
    stays = min(lives, _TWO_HOURS) if isinstance(lives, int | float) else _TWO_HOURS
    return {**found, "token_ends": str(int(now + stays))}
