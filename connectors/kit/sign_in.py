"""Signing in without handing over a password: by a code on another screen, or in the browser on this machine.

References: RFC 8628 (device code), RFC 8252 and RFC 7636 (loopback address, PKCE), RFC 6749 (refreshing).
Written on httpx with time-outs everywhere; the services' own packages add nothing that is needed here.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from connectors.kit.answers import as_member, read
from connectors.kit.browser import LONGEST_WAIT, Waiting
from connectors.kit.http import Service, refuse_open
from connectors.kit.text import clean
from influence.contract.connector import Changed, ConnectorError, NotAuthorised

EARLY = 60.0
"""Seconds before its end at which an access token is renewed."""
_DEVICE = "urn:ietf:params:oauth:grant-type:device_code"


@dataclass(frozen=True)
class Application:
    """Who asks (`client_id`), for what (`scope`), and where the service gives it.

    `client_secret` is only for services that want one of installed applications too (Google);
    `more` are further fields of the address that the browser opens.
    """

    client_id: str
    scope: str
    token_url: str
    device_url: str = ""
    authorise_url: str = ""
    client_secret: str = field(default="", repr=False)
    more: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_microsoft(cls, client_id: str, scope: str, login: str, tenant: str) -> Application:
        """Return one that Microsoft's sign-in at `login` knows, in an organisation (its id or domain)."""
        place = f"{login}/{tenant}/oauth2/v2.0"
        return cls(client_id, scope, f"{place}/token", f"{place}/devicecode")

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
        for url in filter(None, (self.token_url, self.device_url, self.authorise_url)):
            refuse_open(url)
        return self


def by_device_code(
    application: Application, ask: Callable[[str], None], *, sleep: Callable[[float], None] = time.sleep
) -> dict[str, str]:
    """Ask a person to type a code on the service's page, wait until they did, and return the tokens.

    Raises:
        NotAuthorised: they refused, or the code ran out.
        ConnectorError: the service cannot be reached or refuses the application.
    """
    application.checked()
    form = {"client_id": application.client_id, "scope": application.scope}
    status, told = _post(application.device_url, form, sleep)
    code = _wanted(told, status, "device_code")
    page = told.get("verification_uri") or told.get("verification_url")
    ask(f"Open {clean(str(page), 200)} and type the code {clean(_wanted(told, status, 'user_code'), 40)}")
    return _wait_for_code(application, code, told, sleep)


def _wait_for_code(
    application: Application, code: str, told: Mapping[str, Any], sleep: Callable[[float], None]
) -> dict[str, str]:
    pause, waited = min(max(_seconds(told.get("interval"), 5.0), 1.0), 30.0), 0.0
    longest = min(_seconds(told.get("expires_in"), LONGEST_WAIT), LONGEST_WAIT)
    form = _who(application) | {"grant_type": _DEVICE, "device_code": code}
    while waited < longest:
        sleep(pause)
        waited += pause
        status, answer = _post(application.token_url, form, sleep)
        error = answer.get("error")
        if error == "slow_down":
            pause += 5.0
        elif error != "authorization_pending":
            return _tokens(status, answer)
    raise NotAuthorised("the code ran out before it was typed; connect again")


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
    with Waiting(port) as browser:
        here = browser.address
        ask(f"Open {_authorise_address(application, verifier, state, here)}")
        code = parse_qs(urlsplit(browser.back(state, longest)).query)["code"][0]
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


class Permission:
    """An access token that is renewed by its refresh token whenever it runs out."""

    def __init__(
        self,
        application: Application,
        refresh_token: str,
        *,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._application, self._refresh_token = application.checked(), refresh_token
        self._now, self._sleep = now, sleep
        self._token, self._end = "", 0.0

    def header(self) -> dict[str, str]:
        """Return the header that a request needs.

        Raises:
            NotAuthorised: the permission was taken back or has run out.
        """
        if self._now() >= self._end:
            self._renew()
        return {"Authorization": f"Bearer {self._token}"}

    def _renew(self) -> None:
        form = {"grant_type": "refresh_token", "refresh_token": self._refresh_token}
        if self._application.scope:
            form["scope"] = self._application.scope
        status, answer = _post(self._application.token_url, _who(self._application) | form, self._sleep)
        if answer.get("error") == "invalid_grant":
            raise NotAuthorised("the permission was taken back or has run out; connect again")
        self._token = _wanted(answer, status, "access_token")
        self._refresh_token = str(answer.get("refresh_token") or self._refresh_token)
        self._end = self._now() + max(0.0, _seconds(answer.get("expires_in"), 3600.0) - EARLY)


@dataclass(frozen=True)
class SignedIn:
    """A service, and the permission with which it is asked."""

    service: Service
    permission: Permission

    def get(
        self, path: str, params: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> Any:
        """Ask for something and return it as plain values; parameters that are None are left out.

        Raises:
            RateLimited, NotAuthorised, Gone, Changed: as they say.
        """
        given = {name: value for name, value in (params or {}).items() if value is not None}
        more = {"params": given} if given else {}
        head = self.permission.header() | dict(headers or {})
        return read(as_member(path, self.service.request("GET", path, headers=head, **more).content))

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Ask by a body of JSON; as `get`."""
        response = self.service.request("POST", path, headers=self.permission.header(), json=dict(body))
        return read(as_member(path, response.content))


def signed_in(application: Application, refresh_token: str, server: str) -> SignedIn:
    """Return a service with the permission that a person gave for it."""
    return SignedIn(Service(server), Permission(application, refresh_token))


def parts_chosen(text: str, known: Iterable[str]) -> list[str]:
    """Return the parts of a service that an option names, divided by commas or semicolons.

    Raises:
        ConnectorError: there is no such part.

    >>> parts_chosen("mail; people", ["people", "mail"])
    ['mail', 'people']
    """
    found = [part.strip() for part in text.replace(";", ",").split(",") if part.strip()]
    for part in found:
        if part not in known:
            raise ConnectorError(f"parts has {part[:40]!r}; there are: {', '.join(known)}")
    return found


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


def kept(tokens: Mapping[str, str]) -> dict[str, str]:
    """Return what is worth keeping of the tokens: the refresh token alone.

    Raises:
        NotAuthorised: there is none, so that the permission would end within the hour.

    >>> list(kept({"access_token": "…", "refresh_token": "…"}))
    ['refresh_token']
    """
    if "refresh_token" not in tokens:
        raise NotAuthorised("the service gave no lasting permission; take it back there, then connect again")
    return {"refresh_token": tokens["refresh_token"]}


def _wanted(answer: Mapping[str, Any], status: int, name: str) -> str:
    if answer.get(name):
        return str(answer[name])
    if answer.get("error"):
        raise ConnectorError(
            f"the service refuses the application ({status}): {clean(str(answer['error']), 80)}; "
            "check client_id and what the application may ask for"
        )
    raise Changed(f"the answer to the sign-in ({status}) has no {name!r}")


def _seconds(value: Any, otherwise: float) -> float:
    try:
        return max(0.0, float(value))
    except (TypeError, ValueError):
        return otherwise


def _post(
    url: str, form: Mapping[str, str], sleep: Callable[[float], None] = time.sleep
) -> tuple[int, dict[str, Any]]:
    """Send a form and return status and answer: a refusal is one that says why. No redirect is followed with it."""
    service = Service(url, sleep=sleep)
    try:
        response = service.answer("POST", url, data=dict(form))
    finally:
        service.close()
    told = f"the answer of {urlsplit(url).hostname} to the sign-in ({response.status_code})"
    answer = read(as_member(told, response.content))
    if not isinstance(answer, dict):
        raise Changed(f"{told} is no JSON object")
    return response.status_code, answer
