"""Signing in to Microsoft by MSAL: a code on another screen, then a permission that renews itself at each pull.

What is kept is MSAL's token cache without the tokens that end within the hour: the Windows credential store takes
2,500 bytes. MSAL itself has no time-outs; its requests go by a session of ours.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from connectors.kit.answers import mapping, shape_expected
from connectors.kit.browser import LONGEST_WAIT
from connectors.kit.permission import Permission
from connectors.kit.text import clean
from influence.contract.connector import Changed, ConnectorError, MissingExtra, NotAuthorised, Secret
from influence.contract.errors import SourceError
from influence.contract.secrecy import hush

KEPT = ("token_cache", "refresh_token")
"""Under which names a sign-in is kept: MSAL's cache, or what workspaces from before it hold."""
NEEDS: Mapping[str, str] = {"msal": "microsoft", "httpx": "microsoft"}
PUBLIC = "https://login.microsoftonline.com"
_OF_MSAL = {"openid", "profile", "offline_access"}
"""What MSAL asks for by itself."""
_SHORT_LIVED = {"AccessToken", "IdToken", "atext"}


class Entra:
    """An application that Microsoft's sign-in knows at `login` for a `tenant`, and what it asks for (`scopes`).

    Raises:
        MissingExtra: the package msal is not installed.
        ConnectorError: there is no `client_id`, or the sign-in cannot be reached or knows no such tenant.
    """

    def __init__(self, client_id: str, scopes: Iterable[str], login: str, tenant: str) -> None:
        try:
            import msal  # an extra, and 0.1 s with what it brings

            from connectors.kit.sessions import session
        except ImportError:
            raise MissingExtra(
                "Microsoft's sign-in needs: pip install 'networked-influence[microsoft]'"
            ) from None
        if not client_id:
            raise ConnectorError(
                "client_id is not set: register an application with the service (the connector's page in the "
                "documents says how) and give its id with --set client_id=…"
            )
        self._scopes = [scope for scope in scopes if scope not in _OF_MSAL]
        self._cache = msal.SerializableTokenCache()
        self._kept, self._login = "", login
        place = login if login.startswith("https://") else PUBLIC
        with _heard(login):
            self._app = msal.PublicClientApplication(
                client_id,
                authority=f"{place}/{tenant}",
                token_cache=self._cache,
                http_client=session(place, instead=login, sleep=time.sleep),
                instance_discovery=None if login == PUBLIC else False,
            )
        _stays(self._app.authority, place)

    def by_device_code(self, ask: Callable[[str], None]) -> dict[str, str]:
        """Ask a person to type a code on Microsoft's page, wait until they did, and return what is to be kept.

        Raises:
            NotAuthorised: they refused, or the code ran out.
            ConnectorError: the application is refused.
        """
        with _heard(self._login):
            flow = self._app.initiate_device_flow(self._scopes)
            if "user_code" not in flow or "device_code" not in flow:
                raise _refusal(flow)
            flow["interval"] = min(max(flow["interval"], 1), 30)
            flow["expires_at"] = min(flow["expires_at"], time.time() + LONGEST_WAIT)
            page = clean(str(flow.get("verification_uri")), 200)
            ask(f"Open {page} and type the code {clean(str(flow['user_code']), 40)}")
            given = self._app.acquire_token_by_device_flow(flow)
        if "access_token" not in given:
            raise _refusal(given)
        return {KEPT[0]: self._lasting()}

    def permission(self, secret: Secret) -> Permission:
        """Return the permission that was given once; each renewal is kept before it is used.

        Raises:
            SourceError: nothing is kept.
            NotAuthorised: what is kept is no sign-in.
        """
        name, self._kept = _found(secret)
        hush(self._kept)
        if self._kept.startswith("{"):
            with _heard(self._login):
                self._cache.deserialize(self._kept)
                hush(*(str(one["secret"]) for one in self._cache.search("RefreshToken")))

        def renew() -> tuple[str, float]:
            secret.keep(name, self._kept)  # where nothing can be kept, that is told while the old one is good
            with _heard(self._login):
                given = self._renewed()
            if "access_token" not in given:
                raise _refusal(given)
            self._kept = self._lasting()
            secret.keep(name, self._kept)
            return str(given["access_token"]), float(given.get("expires_in", 0))

        return Permission(renew)

    def user(self) -> str:
        """Return the name by which the person signs in, as Microsoft told it when they did."""
        return clean(str(next((one.get("username") for one in self._app.get_accounts()), "")), 100)

    def _renewed(self) -> Mapping[str, Any]:
        accounts = self._app.get_accounts()
        if accounts:
            given = self._app.acquire_token_silent_with_error(self._scopes, accounts[0], force_refresh=True)
        elif self._kept.startswith("{"):
            given = None
        else:
            given = self._app.acquire_token_by_refresh_token(self._kept, self._scopes)
        if given is None:
            raise NotAuthorised(
                "the sign-in that is kept is for another application or another place; connect again"
            )
        return mapping(given)

    def _lasting(self) -> str:
        """Return what is worth keeping of the cache.

        Raises:
            NotAuthorised: nothing of it lasts.
        """
        kinds = json.loads(self._cache.serialize())
        if not kinds.get("RefreshToken") or not kinds.get("Account"):
            raise NotAuthorised(
                "Microsoft gave no lasting permission; take it back there, then connect again"
            )
        left = {kind: rows for kind, rows in kinds.items() if kind not in _SHORT_LIVED}
        return json.dumps(left, separators=(",", ":"))


def _found(secret: Secret) -> tuple[str, str]:
    try:
        return KEPT[0], secret.get(KEPT[0])
    except SourceError as missing:
        try:
            return KEPT[1], secret.get(KEPT[1])
        except SourceError:
            raise missing from None


def _stays(authority: Any, place: str) -> None:
    """Let a sign-in go nowhere but to the place that was meant, whatever that place says of itself."""
    for address in (authority.token_endpoint, authority.device_authorization_endpoint):
        there, here = urlsplit(str(address)), urlsplit(place)
        if (there.scheme, there.netloc) != (here.scheme, here.netloc):
            raise ConnectorError(
                f"{here.netloc} sends the sign-in on to {clean(there.netloc, 80)!r}; if that is right, "
                f"connect again with --set login=https://{clean(there.netloc, 80)}"
            )


@contextmanager
def _heard(login: str) -> Iterator[None]:
    """Say in a sentence what MSAL and what it asks with raise."""
    import msal
    import requests

    host = urlsplit(login).hostname or login
    try:
        with shape_expected():
            yield
    except requests.RequestException as error:
        raise ConnectorError(f"{host} cannot be reached: {clean(str(error), 160)}") from error
    except msal.exceptions.MsalError as error:
        raise ConnectorError(
            f"{host} is busy or out of order ({clean(str(error), 80)}); try later"
        ) from error
    except Changed as error:
        if "authority configuration" not in str(error):
            raise
        raise ConnectorError(
            f"{host} knows no such organisation, or is out of order; give its id or domain with --set tenant=…"
        ) from error


def _refusal(told: Mapping[str, Any]) -> ConnectorError:
    """Say why there is no token."""
    error = clean(str(told.get("error")), 60)
    why = clean(re.split(r"[\r\n]| Trace ID", str(told.get("error_description") or ""))[0], 160)
    if error in {"access_denied", "authorization_declined"}:
        return NotAuthorised("the permission was refused; connect again to ask for it anew")
    if error in {"expired_token", "authorization_pending", "slow_down", "code_expired"}:
        return NotAuthorised("the code ran out before it was typed; connect again")
    if error in {"invalid_grant", "interaction_required", "consent_required", "login_required"}:
        return NotAuthorised(
            "Microsoft no longer renews the sign-in: it was taken back, or 90 days passed without a pull"
            f"{f' ({why})' if why else ''}; connect again"
        )
    if error == "None":
        return Changed("the answer to the sign-in has no 'access_token'")
    return ConnectorError(
        f"Microsoft refuses the application: {error}{f' ({why})' if why else ''}; check client_id, tenant, and "
        "what the application may ask for"
    )
