"""Where a blog's REST begins: under its own address, or where its page says (the `Link` header, rel api.w.org)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from connectors.kit.answers import as_member, read
from connectors.kit.http import Service
from connectors.kit.text import clean
from connectors.sites.pages import links_of, rest_root
from connectors.sites.public_pages import PublicPages
from influence.contract.connector import Changed, ConnectorError, Gone, NotAuthorised, RateLimited

_HOSTED = "/wp/v2/sites/"
"""WordPress.com has the REST of all its blogs on one host, each under its number."""


@dataclass(frozen=True)
class Rest:
    """The root of a blog's REST.

    >>> Rest("https://acme.example/wp-json/").route("posts", page=2)
    'https://acme.example/wp-json/wp/v2/posts?page=2'
    >>> Rest("https://acme.example/?rest_route=/").route("posts/7")
    'https://acme.example/?rest_route=/wp/v2/posts/7'
    >>> Rest("https://public-api.wordpress.com/wp/v2/sites/123").route("posts")
    'https://public-api.wordpress.com/wp/v2/sites/123/posts'
    """

    address: str

    def route(self, name: str, **params: Any) -> str:
        """Return the address of a route, whatever permalinks the blog has."""
        hosted = "" if _HOSTED in self.address else "wp/v2/"
        address = f"{self.address.rstrip('/')}/{hosted}{name}"
        if not params:
            return address
        return f"{address}{'&' if '?' in address else '?'}{urlencode(params)}"

    def answers(self, ask: Any) -> bool:
        """Tell whether posts are answered as JSON to whoever asks.

        Raises:
            RateLimited, ConnectorError: it cannot be told now.
        """
        try:
            return isinstance(read(as_member("posts", ask(self.route("posts", per_page=1)).content)), list)
        except (Changed, Gone, NotAuthorised):
            return False
        except RateLimited:
            raise
        except ConnectorError as error:
            if error.__cause__ is not None:  # it was not refused: nobody is there
                raise
            return False


def is_root(address: str) -> bool:
    """Tell an address that a person gave as that of REST itself."""
    return any(mark in address for mark in ("rest_route=", "/wp-json", _HOSTED))


def under(address: str) -> Rest:
    """Return the root under a blog's own address; that works with every kind of permalinks."""
    return Rest(address if is_root(address) else f"{address}?rest_route=/")


def discovered(address: str, pages: PublicPages) -> Rest | None:
    """Return the REST that everybody may read; None where it is closed.

    Raises:
        RateLimited, ConnectorError: the blog cannot be asked.
    """
    rest = under(address)
    if is_root(address) or rest.answers(pages.get):
        return rest
    named = _named(address, pages)
    return named if named and named.answers(pages.get) else None


def signed_root(address: str, service: Service, pages: PublicPages) -> Rest:
    """Return the REST that a sign-in is for: on the blog's own host and on no other.

    Raises:
        NotAuthorised: the sign-in is not accepted, or REST lies on another host.
        RateLimited, Gone, ConnectorError: as for `Service.request`.
    """
    rest = under(address)
    try:
        read(as_member("posts", service.request("GET", rest.route("posts", per_page=1)).content))
    except (Gone, Changed):
        named = _named(address, pages)
        if named is None or named == rest:
            raise
        if urlsplit(named.address)[:2] != urlsplit(address)[:2]:
            raise NotAuthorised(
                f"the REST of {clean(address, 100)} lies on another host, where the sign-in is not sent: connect "
                f"without a user to read what is public, or with --set url={clean(named.address, 200)}"
            ) from None
        return named
    return rest


def _named(address: str, pages: PublicPages) -> Rest | None:
    """Return the root that a page names, if there is a page."""
    try:
        page = pages.get(address)
    except (Gone, NotAuthorised):
        return None
    address = str(page.url)
    root = rest_root(page.links, links_of(page.text, address), address)
    return Rest(root) if root and root.startswith(("https://", "http://")) else None
