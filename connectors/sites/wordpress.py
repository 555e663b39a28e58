"""WordPress: posts and comments over REST, from the export file (WXR), or from the feeds where REST is closed.

WordPress tells neither which comment was edited nor which was deleted. So each pull asks for all of them,
a hundred at a time, and passes on the pages that differ from those of the pull before; what has vanished
is asked for by its number before it is called gone.
"""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from connectors.kit.answers import as_member, needed, whole
from connectors.kit.answers import read as answer
from connectors.kit.http import Service
from connectors.sites import wordpress_export
from connectors.sites import wordpress_records as wordpress_answers
from influence.contract.connector import ConnectorError, Gone, NotAuthorised, Reply
from influence.contract.files import Member
from influence.contract.records import Record

if TYPE_CHECKING:
    import httpx

AT_ONCE = 100
"""Items on one page: as many as WordPress gives."""
MOST_PAGES = 10_000
_KINDS = ("users", "posts", "comments")
_FEEDS = ("feed/", "comments/feed/")
_REST = re.compile(rb"wp\\?/v2\\?/(posts|comments|users)")
_XML = re.compile(rb"http://wordpress\.org/export/|<generator>\s*https?://wordpress\.org/\?v=")


@dataclass(frozen=True)
class WordPress:
    """Posts and comments of a blog: a comment answers its post, a reply answers a comment.

    `url` is the blog's address; `user` the name that an application password belongs to (without one,
    only what everybody can see is read).
    """

    url: str = ""
    user: str = ""

    name: ClassVar[str] = "wordpress"
    title: ClassVar[str] = "WordPress: posts and comments, live or from the export file"
    source: ClassVar[str] = "In WordPress: Tools, Export, All content; or connect the blog live."
    secrets: ClassVar[tuple[str, ...]] = ("application-password",)
    reads: ClassVar[str] = "All published posts, all comments, and the names of those who wrote them."
    revoke: ClassVar[str] = "In WordPress: Users, Profile, Application Passwords, Revoke."

    def recognises(self, member: Member, head: bytes) -> bool:  # noqa: ARG002 - a name proves nothing
        """Tell by what only WordPress writes: the namespace of its export, its generator, its REST links."""
        start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
        if start == b"<":
            return bool(_XML.search(head))
        return (start == b"[" and bool(_REST.search(head))) or head.startswith(b'{"gone": [{"kind":')

    def parse(self, member: Member) -> Iterator[Record]:
        """Turn an answer of REST, an export file or a feed into records.

        Raises:
            Changed: it is no answer of WordPress.
            Unreadable: the XML holds neither posts nor comments.
        """
        with member.open() as stream:
            start = stream.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
        yield from (wordpress_export if start == b"<" else wordpress_answers).records(member)

    def fetch(self, cursor: Mapping[str, Any], secret: Callable[[str], str]) -> Iterator[Reply]:
        """Yield the pages that are new or differ, and what is gone; the feeds where REST is closed.

        Raises:
            RateLimited, NotAuthorised, Gone, Changed: as they say.
        """
        service = Service(self._address(), self._headers(secret))
        state = {kind: dict(cursor.get(kind, {})) for kind in (*_KINDS, "feeds")}
        blog = _Blog(service, state, signed_in=bool(self.user))
        try:
            blog.get("posts", per_page=1)
        except (Gone, NotAuthorised):
            if self.user:
                raise
            yield from blog.feeds()
            return
        for kind in _KINDS:
            yield from blog.changed(kind)

    def _address(self) -> str:
        if not re.match(r"https?://[^/\s]+", self.url):
            raise ConnectorError(
                "the blog's address is missing: connect with --set url=https://blog.acme.example"
            )
        return f"{self.url.rstrip('/')}/"

    def _headers(self, secret: Callable[[str], str]) -> dict[str, str]:
        if not self.user:
            return {}
        pair = f"{self.user}:{secret('application-password')}".encode()
        return {"Authorization": f"Basic {b64encode(pair).decode()}"}


@dataclass
class _Blog:
    """One pull of one blog; `state` is the cursor as it grows."""

    service: Service
    state: dict[str, dict[str, Any]]
    signed_in: bool

    def get(self, kind: str, **params: Any) -> httpx.Response:
        """Ask REST, by an address that works whatever permalinks the blog has."""
        return self.service.get("", rest_route=f"/wp/v2/{kind}", **params)

    def changed(self, kind: str) -> Iterator[Reply]:
        """Yield the pages of one kind that are not as they were, then what has vanished from them."""
        digests, known = dict(self.state[kind].get("pages", {})), set(_numbers(self.state[kind]))
        seen: set[int] = set()
        site = self.state[kind].get("site", "")
        for number, (page, rows) in enumerate(self._pages(kind), 1):
            seen.update(whole(needed(row, "id", kind), "the id") for row in rows)
            digest = hashlib.sha256(page).hexdigest()[:16]
            if digests.get(str(number)) == digest:
                continue
            digests[str(number)] = digest
            site = site or _site(rows[0])
            self.state[kind] = {"pages": dict(digests), "ids": _ranges(known | seen), "site": site}
            yield self._reply(f"{kind}-{number}.json", page)
        gone = [number for number in sorted(known - seen) if not self._is_there(kind, number)]
        if gone:
            self.state[kind]["ids"] = _ranges((known | seen) - set(gone))
            told = {"gone": [{"kind": kind, "id": number} for number in gone], "site": site}
            yield self._reply(f"{kind}-gone.json", json.dumps(told).encode())

    def _pages(self, kind: str) -> Iterator[tuple[bytes, list[Any]]]:
        before: set[int] = set()
        for number in range(1, MOST_PAGES):
            response = self._page(kind, number)
            page = response.content if response is not None else b"[]"
            rows = answer(as_member(f"{kind}-{number}.json", page))
            numbers = {whole(needed(row, "id", kind), "the id") for row in rows}
            if not numbers or numbers <= before:
                return
            before |= numbers
            yield page, rows
            last = response.headers.get("x-wp-totalpages") if response is not None else None
            if len(rows) < AT_ONCE or last == str(number):
                return

    def _page(self, kind: str, number: int) -> httpx.Response | None:
        """Ask for one page with all fields, or, where that is not allowed, with those that all can see."""
        order = {"page": number, "per_page": AT_ONCE, "orderby": "id", "order": "asc"}
        more = {"context": "edit", "status": "all"} if kind == "comments" else {"context": "edit"}
        for params in [order | more, order] if self.signed_in else [order]:
            try:
                return self.get(kind, **params)
            except NotAuthorised:
                continue
            except ConnectorError as error:
                if number > 1 and str(error).endswith(
                    "(400)"
                ):  # a page past the end, when items went meanwhile
                    return None
                raise
        return None

    def _is_there(self, kind: str, number: int) -> bool:
        if kind == "users":
            return True
        try:
            row = self.get(f"{kind}/{number}").json()
        except (Gone, NotAuthorised):
            return False
        return str(row.get("status")) in {"publish", "approved"}

    def feeds(self) -> Iterator[Reply]:
        """Yield the feeds, which hold the newest ten posts and comments."""
        for feed in _FEEDS:
            page = self.service.get(feed).content
            shown = re.sub(rb"<lastBuildDate>[^<]*</lastBuildDate>", b"", page)
            digest = hashlib.sha256(shown).hexdigest()[:16]
            if self.state["feeds"].get(feed) != digest and b"<item>" in page:
                self.state["feeds"][feed] = digest
                yield self._reply(
                    f"{feed.strip('/').replace('/', '-')}.xml",
                    page,
                    "REST is closed: only the newest ten are seen",
                )

    def _reply(self, name: str, body: bytes, note: str = "") -> Reply:
        cursor = {kind: dict(state) for kind, state in self.state.items() if state}
        return Reply(as_member(name, body), cursor, note)


def _site(row: Mapping[str, Any]) -> str:
    return wordpress_answers.site_of(str(row["_links"]["self"][0]["href"]))


def _numbers(state: Mapping[str, Any]) -> Iterator[int]:
    for first, last in state.get("ids", []):
        yield from range(first, last + 1)


def _ranges(numbers: Iterable[int]) -> list[list[int]]:
    """Write numbers as ranges, which keeps the cursor short.

    >>> _ranges({1, 2, 3, 7})
    [[1, 3], [7, 7]]
    """
    found: list[list[int]] = []
    for number in sorted(numbers):
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return found
