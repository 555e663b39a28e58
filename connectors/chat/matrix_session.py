"""A signed-in session at a Matrix home server, whose token is renewed for as long as the server allows.

Reference: https://spec.matrix.org/latest/client-server-api/ (login, refreshing access tokens, soft logout).
A renewed token is kept before it is used: until then the server still accepts the one before it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from connectors.kit.answers import as_member, mapping, needed, read
from connectors.kit.http import Service
from connectors.kit.lists import rows_of
from influence.contract.connector import ConnectorError, NotAuthorised, Secret
from influence.contract.errors import SourceError
from influence.contract.secrecy import hush

if TYPE_CHECKING:
    import httpx

_API = "/_matrix/client/v3"
_LOGIN, _REFRESH = f"{_API}/login", f"{_API}/refresh"
_DEVICE = "influence"
"""What the session is called in the person's list of sessions."""
PASTE = (
    "sign in there with Element, copy the access token under Settings, Help & About, Advanced, and give that "
    "when `influence connect` asks for an access token"
)


class Session:
    """Asks a home server in somebody's name."""

    def __init__(self, server: str, secret: Secret) -> None:
        self._server, self._secret = server, secret
        self._service = self._signed(secret.get("access_token"))

    def json(self, path: str, **params: Any) -> Any:
        """Ask for something; where the token has ended, renew it and ask again.

        Raises:
            NotAuthorised: the server accepts neither the token nor its renewal.
            RateLimited, Gone, Changed, ConnectorError: as for `Service`.
        """
        given = {name: value for name, value in params.items() if value is not None}
        response = self._service.answer("GET", f"{_API}/{path}", params=given)
        if response.status_code == 401 and self._renewed():
            response = self._service.answer("GET", f"{_API}/{path}", params=given)
        return read(as_member(path, self._service.accepted(response).content))

    def close(self) -> None:
        """Let go of the connections."""
        self._service.close()

    def _signed(self, token: str) -> Service:
        return Service(self._server, {"Authorization": f"Bearer {token}"})

    def _renewed(self) -> bool:
        """Renew the token; False where there is nothing to renew it with, as with one that was pasted."""
        try:
            lasting = self._secret.get("refresh_token")
        except SourceError:
            return False
        if not lasting:
            return False
        self._secret.keep("refresh_token", lasting)  # what cannot be kept is better not asked for
        answer = Service(self._server).answer("POST", _REFRESH, json={"refresh_token": lasting})
        if answer.status_code >= 400:
            raise NotAuthorised(
                f"{host_of(self._server)} does not renew the sign-in ({answer.status_code}); connect again"
            )
        told = _body(answer)
        token = str(needed(told, "access_token", "the renewed sign-in"))
        self._secret.keep("refresh_token", str(told.get("refresh_token") or lasting))
        self._secret.keep("access_token", token)
        self._service.close()
        self._service = self._signed(token)
        return True


def signed_in(server: str, user: str, password: str, ask: Callable[[str], None]) -> dict[str, str]:
    """Sign in with a name and a password, which is sent once and not kept; return the tokens.

    Raises:
        NotAuthorised: the server does not accept them.
        ConnectorError: it has no sign-in by password; the sentence says how to go about it.
    """
    hush(password)
    service = Service(server)
    flows = {str(row.get("type")) for row in rows_of(_body(service.get(_LOGIN)), "flows")}
    if "m.login.password" not in flows:
        raise ConnectorError(f"{host_of(server)} has no sign-in by name and password: {PASTE}")
    given = {
        "type": "m.login.password",
        "identifier": {"type": "m.id.user", "user": user},
        "password": password,
        "refresh_token": True,
        "initial_device_display_name": _DEVICE,
    }
    answer = service.answer("POST", _LOGIN, json=given)
    if answer.status_code in {400, 401, 403}:
        raise NotAuthorised(f"{host_of(server)} does not accept the name {user[:80]!r} with that password")
    told = _body(service.accepted(answer))
    tokens = {name: str(told[name]) for name in ("access_token", "refresh_token") if told.get(name)}
    needed(tokens, "access_token", "the sign-in")
    hush(*tokens.values())
    ask(_how_long(told))
    return tokens


def _how_long(told: Mapping[str, Any]) -> str:
    """Say how long a token holds."""
    ends = told.get("expires_in_ms")
    if not told.get("refresh_token") or not isinstance(ends, int) or isinstance(ends, bool):
        return "The token holds until you sign its session out."
    minutes = max(1, round(ends / 60_000))
    return (
        f"The token holds for {minutes:,} minute{'s' if minutes > 1 else ''} and is renewed at every pull, "
        "until you sign its session out or the server ends it."
    )


def _body(answer: httpx.Response) -> Mapping[str, Any]:
    return mapping(read(as_member("the sign-in", answer.content)))


def host_of(server: str) -> str:
    """Return the name of a server.

    >>> host_of("https://matrix.acme.example")
    'matrix.acme.example'
    """
    return urlsplit(server).netloc or server
