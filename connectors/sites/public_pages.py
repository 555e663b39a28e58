"""Asking for public pages without a sign-in: where a person said, and where that leads, never into their network."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from connectors.kit.http import Service
from connectors.kit.text import clean
from influence.contract.connector import ConnectorError, MissingExtra

if TYPE_CHECKING:
    import httpx

_WANTED = {
    "Accept": "application/atom+xml, application/rss+xml, application/feed+json, text/html;q=0.8, */*;q=0.5"
}


@dataclass
class PublicPages:
    """Asks for pages, each host by a service of its own; `named` is the address that a person gave.

    Raises:
        ConnectorError: the address is none.
    """

    named: str
    _services: dict[str, Service] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not _host(_checked(self.named)):
            raise ConnectorError(
                f"{clean(self.named, 80)!r} is no address of a blog; give one as in --set url=https://blog.acme.example"
            )

    def get(self, address: str, mark: Mapping[str, str] | None = None) -> httpx.Response:
        """Ask for a page; with the mark of the last answer the service may say that it has not changed (304).

        Raises:
            ConnectorError: a page of the web leads to an address of this machine or network.
            RateLimited, NotAuthorised, Gone, ConnectorError: as for `Service.request`.
        """
        address = _checked(secure(address))
        self._refuse_inside(address)
        service = self._service(address)
        asked = {"If-None-Match": (mark or {}).get("etag"), "If-Modified-Since": (mark or {}).get("modified")}
        headers = _WANTED | {name: value for name, value in asked.items() if value}
        response = service.request("GET", address, headers=headers)
        self._refuse_inside(str(response.url))
        return response

    def _service(self, address: str) -> Service:
        where = urlsplit(address)
        if where.netloc not in self._services:
            self._services[where.netloc] = Service(f"{where.scheme}://{where.netloc}")
        return self._services[where.netloc]

    def _refuse_inside(self, address: str) -> None:
        if _host(address) != _host(self.named) and _is_inside(_host(address)):
            raise ConnectorError(
                f"{_host(self.named)} leads to {clean(address, 100)}, which is no address of the web; it is not asked"
            )


def secure(address: str) -> str:
    """Return an address of the web with https: many pages still name themselves without.

    >>> secure("http://ann.example/feed"), secure("http://127.0.0.1:8720/")
    ('https://ann.example/feed', 'http://127.0.0.1:8720/')
    """
    plain = address.startswith("http://") and not _is_inside(_host(address))
    return f"https://{address.removeprefix('http://')}" if plain else address


def mark_of(response: httpx.Response) -> dict[str, str]:
    """Return by what a service recognises, next time, that nothing is new; both short, or none."""
    found = {"etag": response.headers.get("etag", ""), "modified": response.headers.get("last-modified", "")}
    return {name: value for name, value in found.items() if value and len(value) <= 300}


def _checked(address: str) -> str:
    """Return an address that can be asked.

    Raises:
        ConnectorError: it cannot; the sentence says why.
        MissingExtra: the package httpx is not installed.
    """
    try:
        import httpx  # 60 ms, and only live sources need it
    except ImportError:
        raise MissingExtra("live sources need: pip install 'networked-influence[live]'") from None
    try:
        httpx.URL(address)
    except (httpx.InvalidURL, ValueError) as error:
        raise ConnectorError(
            f"{clean(address, 80)!r} is no address of a blog: {clean(str(error), 100)}"
        ) from None
    return address


def _host(address: str) -> str:
    with suppress(ValueError):
        where = urlsplit(address)
        return (where.hostname or "") if where.scheme in {"http", "https"} else ""
    return ""


def _is_inside(host: str) -> bool:
    """Tell a host that is no place of the web.

    >>> _is_inside("127.0.0.1"), _is_inside("printer.local"), _is_inside("ann.example")
    (True, True, False)
    """
    with suppress(ValueError):
        return not ipaddress.ip_address(host).is_global
    return "." not in host or host.endswith((".local", ".internal", ".localhost", ".lan"))
