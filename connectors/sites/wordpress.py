"""WordPress: posts and comments over REST, from the export file (WXR), or from the feeds where REST is closed.

WordPress tells neither which comment was edited nor which was deleted. So each pull asks for all of them,
a hundred at a time, and passes on the pages that differ from those of the pull before; what has vanished
is asked for by its number before it is called gone.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from connectors.kit.answers import as_member, needed, read, shape_expected, whole, written
from connectors.kit.http import Service
from connectors.kit.paging import Answer, State, Task, walk
from connectors.sites import wordpress_export, wordpress_records
from influence.contract.connector import ConnectorError, Gone, NotAuthorised, Reply, Secret
from influence.contract.files import Member
from influence.contract.records import Record

if TYPE_CHECKING:
    import httpx

AT_ONCE = 100
"""Items on one page: as many as WordPress gives."""
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
        with shape_expected():
            with member.open() as stream:
                start = stream.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
            yield from (wordpress_export if start == b"<" else wordpress_records).records(member)

    def fetch(self, cursor: Mapping[str, Any], secret: Secret) -> Iterator[Reply]:
        """Yield the pages that are new or differ, and what is gone; the feeds where REST is closed.

        Raises:
            RateLimited, NotAuthorised, Gone, Changed: as they say.
        """
        pull = _Pull(Service(self._address(), self._headers(secret)), signed_in=bool(self.user))
        yield from walk(cursor, lambda _: [["rest"]], pull.ask, keeps_tasks=False)

    def _address(self) -> str:
        if not re.match(r"https?://[^/\s]+", self.url):
            raise ConnectorError(
                "the blog's address is missing: connect with --set url=https://blog.acme.example"
            )
        return f"{self.url.rstrip('/')}/"

    def _headers(self, secret: Secret) -> dict[str, str]:
        if not self.user:
            return {}
        pair = f"{self.user}:{secret.get('application-password')}".encode()
        return {"Authorization": f"Basic {b64encode(pair).decode()}"}


@dataclass
class _Listing:
    """All items of one kind while they are read: the digests of the pages, the numbers known and seen."""

    kind: str
    digests: dict[str, str]
    known: set[int]
    site: str
    seen: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class _Pull:
    """One pull of one blog; the cursor holds of each kind the digests of its pages and the numbers of its items."""

    service: Service
    signed_in: bool

    def ask(self, task: Task, state: State) -> Answer:
        """Ask for a page, for what may have vanished, or for a feed where REST is closed."""
        match task:
            case ["rest"]:
                return Answer(None, self._begin())
            case ["kind", str(kind)]:
                place = state.get(kind, {})
                known = set(_numbers(place))
                listing = _Listing(kind, dict(place.get("pages", {})), known, place.get("site", ""))
                return Answer(None, [["page", listing, 1], ["gone", listing]])
            case ["page", _Listing() as listing, int(number)]:
                return self._listed(listing, number, state)
            case ["gone", _Listing() as listing]:
                return Answer(self._gone(listing, state))
        return self._fed(task[1], state)

    def _begin(self) -> list[Task]:
        try:
            self._get("posts", per_page=1)
        except (Gone, NotAuthorised):
            if self.signed_in:
                raise
            return [["feed", feed] for feed in _FEEDS]
        return [["kind", kind] for kind in _KINDS]

    def _get(self, kind: str, **params: Any) -> httpx.Response:
        """Ask REST, by an address that works whatever permalinks the blog has."""
        return self.service.get("", rest_route=f"/wp/v2/{kind}", **params)

    def _listed(self, listing: _Listing, number: int, state: State) -> Answer:
        """Give a page on that is not as it was; one that repeats, or is empty, is the last."""
        kind, response = listing.kind, self._page(listing.kind, number)
        if response is None:
            return Answer(None)
        name, page = f"{kind}-{number}.json", response.content
        rows = read(as_member(name, page))
        numbers = {whole(needed(row, "id", kind), "the id") for row in rows}
        if not numbers or numbers <= listing.seen:
            return Answer(None)
        listing.seen |= numbers
        is_last = len(rows) < AT_ONCE or response.headers.get("x-wp-totalpages") == str(number)
        then = [] if is_last else [["page", listing, number + 1]]
        digest = hashlib.sha256(page).hexdigest()[:16]
        if listing.digests.get(str(number)) == digest:
            return Answer(None, then)
        listing.digests[str(number)] = digest
        listing.site = listing.site or _site(rows[0])
        ids = _ranges(listing.known | listing.seen)
        state[kind] = {"pages": dict(listing.digests), "ids": ids, "site": listing.site}
        return Answer(as_member(name, page), then)

    def _gone(self, listing: _Listing, state: State) -> Member | None:
        """Tell what has vanished."""
        kind, missing = listing.kind, sorted(listing.known - listing.seen)
        gone = [number for number in missing if not self._is_there(kind, number)]
        if not gone:
            return None
        state[kind]["ids"] = _ranges((listing.known | listing.seen) - set(gone))
        told = {"gone": [{"kind": kind, "id": number} for number in gone], "site": listing.site}
        return written(f"{kind}-gone.json", told)

    def _page(self, kind: str, number: int) -> httpx.Response | None:
        """Ask for one page with all fields, or, where that is not allowed, with those that all can see."""
        order = {"page": number, "per_page": AT_ONCE, "orderby": "id", "order": "asc"}
        more = {"context": "edit", "status": "all"} if kind == "comments" else {"context": "edit"}
        for params in [order | more, order] if self.signed_in else [order]:
            try:
                return self._get(kind, **params)
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
            row = read(as_member(kind, self._get(f"{kind}/{number}").content))
        except (Gone, NotAuthorised):
            return False
        return str(row.get("status")) in {"publish", "approved"}

    def _fed(self, feed: str, state: State) -> Answer:
        """Ask for a feed, which holds the newest ten posts or comments."""
        page = self.service.get(feed).content
        digest = hashlib.sha256(re.sub(rb"<lastBuildDate>[^<]*</lastBuildDate>", b"", page)).hexdigest()[:16]
        known = state.get("feeds", {})
        if known.get(feed) == digest or b"<item>" not in page:
            return Answer(None)
        state["feeds"] = {**known, feed: digest}
        name = f"{feed.strip('/').replace('/', '-')}.xml"
        return Answer(as_member(name, page), note="REST is closed: only the newest ten are seen")


def _site(row: Mapping[str, Any]) -> str:
    return wordpress_records.site_of(str(row["_links"]["self"][0]["href"]))


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
