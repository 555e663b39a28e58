"""Slack's Web API by slack_sdk: one page of a method at a time, each refusal in a sentence.

slack_sdk sends by urllib, which reads without end, and takes the token along to wherever it is sent on. It is used
with its sending replaced by a session of ours, and its waiting for a busy Slack bounded.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import Message
from io import BytesIO
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request

import requests
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import (
    ConnectionErrorRetryHandler,
    RateLimitErrorRetryHandler,
    ServerErrorRetryHandler,
)

from connectors.kit.answers import mapping, needed, needed_list, shape_expected
from connectors.kit.http import refuse_open
from connectors.kit.limits import LONGEST_WAIT, TRIES, asked_to_wait
from connectors.kit.paging import sound
from connectors.kit.permission import undisturbed
from connectors.kit.sessions import session
from connectors.kit.text import clean
from influence.contract.connector import Changed, ConnectorError, NotAuthorised, RateLimited, Secret
from influence.contract.secrecy import hush

PAGE = 200
"""Items that are asked for at once, as Slack recommends."""
LACKING = "missing_scope"
_SIGN_IN = {
    *("not_authed", "invalid_auth", "account_inactive", "token_revoked", "token_expired"),
    *("no_permission", "access_denied", "not_allowed_token_type", "org_login_required"),
    *("invalid_refresh_token", "bad_client_secret", "invalid_client_id"),
}
_CLOSED = {"not_in_channel", "channel_not_found", "thread_not_found", "is_archived", LACKING}
"""Errors that say of one thing that it is not given; the rest goes on."""
logging.getLogger("slack_sdk").addHandler(logging.NullHandler())  # what it logs is told in a sentence


class Waiting(RateLimitErrorRetryHandler):
    """Waits as long as Slack asks to, within reason; the time may be told in seconds or as a moment."""

    def prepare_for_next_attempt(self, *, state: Any, request: Any, response: Any = None, **_: Any) -> None:
        """Wait.

        Raises:
            RateLimited: Slack asks to wait longer than two minutes.
        """
        told = {name.lower(): str(values[0]) for name, values in response.headers.items() if values}
        seconds = asked_to_wait(told)
        if seconds is not None and seconds > LONGEST_WAIT:
            raise _busy(urlsplit(request.url).hostname, seconds)
        time.sleep(1.0 if seconds is None else seconds)
        state.next_attempt_requested = True
        state.increment_current_attempt()


def _busy(host: str | None, seconds: float) -> RateLimited:
    return RateLimited(f"{host} asks to wait {seconds:.0f} seconds; pull again after that", seconds)


class Client(WebClient):
    """A client of slack_sdk that sends by a session of ours: with limits, and to no other host.

    Raises:
        ConnectorError: the address is not https (nor this machine).
    """

    def __init__(self, address: str, token: str) -> None:
        refuse_open(address)
        hush(token)
        dropped = ConnectionErrorRetryHandler(1, error_types=[requests.ConnectionError, requests.Timeout])
        patience = [Waiting(TRIES - 1), ServerErrorRetryHandler(TRIES - 1), dropped]
        super().__init__(token, address, retry_handlers=patience)
        self._session = session()

    def _perform_urllib_http_request_internal(self, url: str, req: Request) -> dict[str, Any]:
        """Send a request; this is where slack_sdk itself calls `urlopen`."""
        body: Any = req.data
        answer = self._session.request(
            req.get_method(), url, data=body, headers=dict(req.header_items()), allow_redirects=False
        )
        if answer.status_code >= 300:
            head = Message()
            for name, value in answer.headers.items():
                head[name] = value
            raise HTTPError(url, answer.status_code, answer.reason, head, BytesIO(answer.content))
        text = answer.content.decode("utf-8", "replace")
        return {"status": answer.status_code, "headers": answer.headers, "body": text}


@dataclass(frozen=True)
class Page:
    """One answer of a method, and the cursor of the page after it ('' at the end)."""

    method: str
    answer: Mapping[str, Any]
    after: str

    @property
    def error(self) -> str:
        """What Slack says where it does not give this; '' where it does."""
        return "" if self.answer.get("ok") is True else clean(str(self.answer.get("error")), 60)

    def refusal(self) -> ConnectorError:
        """Say in a sentence why Slack does not give this."""
        return refusal(self.method, self.answer)

    def rows(self, name: str) -> list[Mapping[str, Any]]:
        """Return the objects of a list in the answer; none where Slack does not give it."""
        if self.error:
            return []
        found = needed_list(self.answer, name, f"Slack's answer to {self.method}")
        return [row for row, _ in sound(found, _object, "an item")]


def _object(row: Any) -> None:
    if not isinstance(row, Mapping):
        raise Changed("it is no JSON object")


class Api:
    """The methods of Slack's Web API; a token that runs out is replaced by `renew`, where there is such a thing."""

    def __init__(self, address: str, token: str, renew: Callable[[], str] | None = None) -> None:
        self._address, self._renew = address, renew
        self._client = Client(address, token)

    def page(self, method: str, cursor: str = "", **params: Any) -> Page:
        """Ask for one page.

        Raises:
            NotAuthorised: the token is not accepted.
            RateLimited: Slack asks to wait too long.
            Changed: the answer is none.
            ConnectorError: Slack cannot be reached, or refuses for another reason.
        """
        asked = {**params, "limit": PAGE, **({"cursor": cursor} if cursor else {})}
        answer = heard(method, lambda: self._client.api_call(method, params=asked))
        error = clean(str(answer.get("error")), 60)
        if answer.get("ok") is True or error in _CLOSED:
            told = mapping(answer.get("response_metadata")).get("next_cursor")
            return Page(method, answer, told if isinstance(told, str) else "")
        if error == "token_expired" and self._renew is not None:
            renew, self._renew = self._renew, None
            self._client = Client(self._address, renew())
            return self.page(method, cursor, **params)
        if error == "invalid_cursor" and cursor:
            return self.page(method, **params)
        raise refusal(method, answer)


def heard(method: str, call: Callable[[], Any]) -> Mapping[str, Any]:
    """Return what a method answers, refusals too.

    Raises:
        RateLimited, Changed, ConnectorError: as for `Api.page`.
    """
    with shape_expected():
        try:
            response = call()
        except requests.RequestException as error:
            raise ConnectorError(f"Slack cannot be reached: {clean(str(error), 160)}") from error
        except SlackApiError as error:
            response = error.response
        if response.status_code == 429:
            raise _busy(
                "Slack", asked_to_wait({k.lower(): str(v) for k, v in response.headers.items()}) or 60.0
            )
        if response.status_code != 200:
            raise ConnectorError(f"Slack answers {response.status_code} to {method}; try later")
        answer = response.data
        if not isinstance(answer, Mapping) or "non-JSON" in str(answer.get("error")):
            raise Changed(f"Slack's answer to {method} is no JSON object")
        return answer


def refusal(method: str, answer: Mapping[str, Any]) -> ConnectorError:
    """Say why Slack refuses a method."""
    if not isinstance(answer.get("error"), str):
        return Changed(f"Slack's answer to {method} says neither that it is one nor why it is none")
    error = clean(str(answer.get("error")), 60)
    if error in _SIGN_IN or error == LACKING:
        lacks = f"; the app lacks {clean(str(answer['needed']), 80)}" if answer.get("needed") else ""
        return NotAuthorised(
            f"Slack does not accept the sign-in for {method} ({error}{lacks}); connect again"
        )
    return ConnectorError(f"Slack refuses {method} ({error})")


def rotated(address: str, client_id: str, secret: Secret) -> str:
    """Exchange the refresh token of an app with token rotation for an access token; the next one is kept first.

    Raises:
        SourceError: a secret is not known, or cannot be kept.
        NotAuthorised: Slack does not accept it.
    """
    before, client_secret = secret.get("refresh_token"), secret.get("client_secret")
    hush(before, client_secret)
    secret.keep("refresh_token", before)  # where nothing can be kept, that is told while this one is good
    given = {
        "client_id": client_id,
        "client_secret": client_secret,
        "grant_type": "refresh_token",
        "refresh_token": before,
    }
    method, what = "oauth.v2.access", "Slack's new sign-in"
    with undisturbed():
        answer = heard(method, lambda: Client(address, "").oauth_v2_access(**given))
        if answer.get("ok") is not True:
            raise refusal(method, answer)
        place = answer if "access_token" in answer else mapping(answer.get("authed_user"))
        secret.keep("refresh_token", str(needed(place, "refresh_token", what)))
    return str(needed(place, "access_token", what))
