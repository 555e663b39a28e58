"""WebDAV collections of calendars and contacts: found from one address, synchronised by RFC 6578.

The library caldav was left aside: it has neither bounded retries nor an address book, and four requests are
all that is needed. References: RFC 4791 (CalDAV), 6352 (CardDAV), 5397 (principal), 6578 (sync-collection).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from connectors.kit.http import Moved, Service
from connectors.kit.paging import everything, gathered
from connectors.kit.text import clean
from influence.contract.connector import Changed, ConnectorError, Gone, RateLimited

_NAMES = {
    "d": "DAV:",
    "c": "urn:ietf:params:xml:ns:caldav",
    "card": "urn:ietf:params:xml:ns:carddav",
}
_ANSWER = "{DAV:}multistatus"
"""What every answer is (RFC 4918, 13)."""
_DECLARED = " ".join(f'xmlns:{short}="{name}"' for short, name in _NAMES.items())


@dataclass(frozen=True)
class Kind:
    """What differs between calendars and address books: names of elements (of `_NAMES`)."""

    what: str
    home: str
    collection: str
    data: str
    multiget: str
    well_known: str


CALENDARS = Kind(
    "calendar",
    "c:calendar-home-set",
    "c:calendar",
    "c:calendar-data",
    "c:calendar-multiget",
    "/.well-known/caldav",
)
ADDRESS_BOOKS = Kind(
    "address book",
    "card:addressbook-home-set",
    "card:addressbook",
    "card:address-data",
    "card:addressbook-multiget",
    "/.well-known/carddav",
)


@dataclass(frozen=True)
class Listing:
    """What changed in a collection: resources to fetch, resources gone, and the token after it.

    `whole` is true where the server listed everything, because it was not asked or does not remember.
    """

    changed: Sequence[str]
    gone: Sequence[str]
    token: str
    whole: bool


@dataclass
class Dav:
    """One server, signed in with a name and a password.

    Raises:
        ConnectorError: address or name are missing, or the address is not https (or this machine).
    """

    url: str
    user: str
    password: str
    kind: Kind
    _services: dict[str, Service] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not (urlsplit(self.url).hostname and self.user):
            raise ConnectorError(
                f"which {self.kind.what}? Name the address and the user: --set url=https://… --set user=…"
            )

    def close(self) -> None:
        """Let go of the connections."""
        for service in self._services.values():
            service.close()
        self._services.clear()

    def collections(self) -> list[str]:
        """List the addresses of the calendars (or address books) of the user, sorted.

        Raises:
            NotAuthorised: the server does not accept the sign-in.
            ConnectorError: there is none to be found at this address.
        """
        if urlsplit(self.url).path not in {"", "/"} and (own := self._marked(self.url, "0")):
            return own
        principal = self._property(self._start(), "d:current-user-principal")
        home = self._property(principal or self.url, self.kind.home) if principal else None
        marked = self._marked(home or self.url, "1")
        if not marked:
            raise ConnectorError(
                f"{self.url} shows no {self.kind.what}; give the address that the provider states, or that of "
                f"one {self.kind.what} itself"
            )
        return marked

    def _marked(self, url: str, depth: str) -> list[str]:
        found = self._propfind(url, depth, "d:resourcetype")
        collection = f".//{self.kind.collection}"
        return sorted({href for href, props in found if props.find(collection, _NAMES) is not None})

    def _start(self) -> str:
        """Return where to begin: the address given, or what the server names where only a host was given."""
        if urlsplit(self.url).path not in {"", "/"}:
            return self.url
        try:
            well_known = urljoin(self.url, self.kind.well_known)
            response = self._ask("PROPFIND", well_known, _propfind_body("d:current-user-principal"), "0")
            return str(response.url)
        except RateLimited:
            raise
        except ConnectorError:
            return self.url

    def changes(self, collection: str, token: str) -> Listing:
        """List what changed since a token; everything for an empty one, or for one that the server forgot.

        Raises:
            ConnectorError: the server does not offer the synchronisation of collections.
        """
        try:
            return self._changes(collection, token)
        except (RateLimited, Gone):
            raise
        except ConnectorError:
            if not token:
                raise
            return self._changes(collection, "")

    def _changes(self, collection: str, token: str) -> Listing:
        tokens = [token]

        def rows(answer: ET.Element) -> list[tuple[str, str]]:
            found = answer.findall("d:response", _NAMES)
            return [(_href(collection, one), one.findtext("d:status", "", _NAMES)) for one in found]

        def after(answer: ET.Element, _: str) -> str | None:
            tokens.append(answer.findtext("d:sync-token", "", _NAMES))
            if not tokens[-1]:
                raise Changed(f"{self._host}: the list of changes has no 'sync-token'; it cannot be followed")
            cut_off = any(" 507" in status for _, status in rows(answer))
            return tokens[-1] if cut_off else None

        pages, is_whole = gathered(
            everything(token, lambda since: self._report(collection, _sync_body(since)), rows, after)
        )
        gone, changed = set[str](), set[str]()
        for href, status in pages:
            if " 404" in status or " 410" in status:
                gone.add(href)
            elif " 507" not in status and not href.endswith("/"):
                changed.add(href)
        then = tokens[-1] if is_whole else token  # what stopped short is gone through again
        return Listing(sorted(changed), sorted(gone - changed), then, is_whole and not token)

    def contents(self, collection: str, hrefs: Sequence[str]) -> dict[str, str]:
        """Fetch some resources of a collection; one that has just gone is left out."""
        wanted = "".join(f"<d:href>{escape(urlsplit(href).path)}</d:href>" for href in hrefs)
        body = f"<{self.kind.multiget} {_DECLARED}><d:prop><{self.kind.data}/></d:prop>{wanted}</{self.kind.multiget}>"
        answer = self._report(collection, body)
        return {
            _href(collection, response): text
            for response in answer.findall("d:response", _NAMES)
            if (text := response.findtext(f".//{self.kind.data}", "", _NAMES))
        }

    def _property(self, url: str, name: str) -> str | None:
        """Return the address that a property of a resource holds."""
        for href, props in self._propfind(url, "0", name):
            found = props.findtext(f".//{name}/d:href", "", _NAMES).strip()
            if found:
                return urljoin(href, found)
        return None

    def _propfind(self, url: str, depth: str, name: str) -> list[tuple[str, ET.Element]]:
        response = self._ask("PROPFIND", url, _propfind_body(name), depth)
        answer = _xml(response.content, self._host)
        return [(_href(str(response.url), one), one) for one in answer.findall("d:response", _NAMES)]

    def _report(self, url: str, body: str) -> ET.Element:
        return _xml(self._ask("REPORT", url, body, "0").content, self._host)

    def _ask(self, method: str, url: str, body: str, depth: str) -> Any:
        where = urlsplit(url)
        content = f'<?xml version="1.0" encoding="utf-8"?>{body}'.encode()
        headers = {"Content-Type": "application/xml; charset=utf-8", "Depth": depth}
        path = where.path + (f"?{where.query}" if where.query else "")
        service = self._service(f"{where.scheme}://{where.netloc}")
        try:
            return service.request(method, path, content=content, headers=headers)
        except Moved as moved:  # to another host of the same domain (`p42.icloud.com`), or refused there
            if urlsplit(moved.address).netloc == where.netloc:
                raise
            return self._ask(method, moved.address, body, depth)

    def _service(self, origin: str) -> Service:
        """Return the service at an origin; the sign-in goes to hosts of the same domain only."""
        if not _same_domain(origin, self.url):
            raise ConnectorError(f"{self._host} points to {origin}, which is another domain: not followed")
        if origin not in self._services:
            pair = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
            self._services[origin] = Service(
                origin,
                {"Authorization": f"Basic {pair}", "Accept": "text/xml, application/xml"},
            )
        return self._services[origin]

    @property
    def _host(self) -> str:
        return urlsplit(self.url).hostname or self.url


def signed_in_as(dav: Dav) -> str:
    """Look for the collections and say whose they are, and how many.

    Raises:
        NotAuthorised, ConnectorError: as for `Dav.collections`.
    """
    count, what = len(dav.collections()), dav.kind.what
    return (
        f"{clean(dav.user, 200)} on {urlsplit(dav.url).hostname}: {count:,} {what}{'s' if count > 1 else ''}"
    )


def _href(base: str, response: ET.Element) -> str:
    href = response.findtext("d:href", "", _NAMES).strip()
    if not href:
        host = urlsplit(base).hostname
        raise Changed(f"{host}: an entry of the answer has no 'href': the answer has another shape")
    return urljoin(base, href)


def _same_domain(origin: str, url: str) -> bool:
    """Tell whether two addresses are of one host, or of hosts below one domain (`p42.icloud.com`)."""
    first, second = (urlsplit(one) for one in (origin, url))
    if first.netloc == second.netloc:
        return first.scheme == second.scheme
    names = [(one.hostname or "").split(".") for one in (first, second)]
    return first.scheme == "https" and all(len(name) > 2 for name in names) and names[0][-2:] == names[1][-2:]


def _propfind_body(name: str) -> str:
    return f"<d:propfind {_DECLARED}><d:prop><{name}/></d:prop></d:propfind>"


def _sync_body(token: str) -> str:
    return (
        f"<d:sync-collection {_DECLARED}><d:sync-token>{escape(token)}</d:sync-token>"
        "<d:sync-level>1</d:sync-level><d:prop><d:getetag/></d:prop></d:sync-collection>"
    )


def _xml(content: bytes, host: str) -> ET.Element:
    """Read an answer; one that declares entities is refused, since they can be made to fill the memory."""
    if re.search(rb"<!(DOCTYPE|ENTITY)", content.replace(b"\0", b""), re.IGNORECASE):
        raise Changed(f"{host} answers with a document that declares entities; it is not read")
    try:
        answer = ET.fromstring(content)  # noqa: S314 - entities are refused above
    except ET.ParseError as error:
        raise Changed(
            f"{host} answers with something that is no XML ({error}); is this the right address?"
        ) from None
    if answer.tag != _ANSWER:  # a page that asks to sign in to a network is XML too
        raise Changed(f"{host} answers with {clean(answer.tag, 40)!r} in place of a list; pull again")
    return answer
