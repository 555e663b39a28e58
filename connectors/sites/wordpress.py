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

from connectors.kit.addresses import display_name
from connectors.kit.answers import as_member, mapping, needed, read, shape_expected, whole, written
from connectors.kit.http import Service
from connectors.kit.paging import Answer, State, Task, walk
from connectors.sites import wordpress_export, wordpress_records
from connectors.sites.feed_pull import FeedPull
from connectors.sites.public_pages import PublicPages, secure
from connectors.sites.wordpress_rest import Rest, discovered, signed_root, under
from influence.contract.connector import ConnectorError, Gone, NotAuthorised, Reply, Secret, StoppedShort
from influence.contract.files import Member
from influence.contract.records import Record

if TYPE_CHECKING:
    import httpx

AT_ONCE = 100
"""Items on one page: as many as WordPress gives."""
_KINDS = ("users", "posts", "comments")
_FEEDS = (("feed/", "comments/feed/"), ("?feed=rss2", "?feed=comments-rss2"))
"""Where the feeds lie, with permalinks and without."""
_REST = re.compile(rb"wp\\?/v2\\?/(posts|comments|users)")


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
    required: ClassVar[tuple[str, ...]] = ("url",)
    reads: ClassVar[str] = "All published posts, all comments, and the names of those who wrote them."
    revoke: ClassVar[str] = "In WordPress: Users, Profile, Application Passwords, Revoke."

    def recognises(self, member: Member, head: bytes) -> bool:  # noqa: ARG002 - a name proves nothing
        """Tell by what only WordPress writes: the namespace of its export, its generator, its REST links."""
        start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
        if start == b"<":
            return wordpress_export.is_own(head)
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

    def signed_in_as(self, secret: Secret) -> str:
        """Say whose application password it is, or that nobody is signed in, and what is read then.

        Raises:
            RateLimited, NotAuthorised, Gone, ConnectorError: as for `fetch`.
        """
        address = self._address()
        pages = PublicPages(address)
        if self.user:
            service = Service(address, self._headers(secret))
            answer = service.request("GET", under(address).route("users/me"))
            user = mapping(read(as_member("users/me", answer.content)))
            return f"{display_name(str(user.get('name')))[:80] or self.user} on {address[:100]}"
        if found := discovered(address, pages):
            return f"nobody: the public pages of {found.address[:100]}"
        feed = FeedPull(address, pages, guesses=_FEEDS).found()[0]
        return f"nobody: {feed[:100]} (its REST is closed: the feeds are read)"

    def fetch(self, cursor: Mapping[str, Any], secret: Secret) -> Iterator[Reply]:
        """Yield the pages that are new or differ, and what is gone; the feeds where REST is closed.

        Raises:
            RateLimited, NotAuthorised, Gone, Changed: as they say.
            StoppedShort: after all that could be read, where a list goes round in a circle.
        """
        address = self._address()
        pages = PublicPages(address)
        service = Service(address, self._headers(secret)) if self.user else None
        with shape_expected():
            rest = signed_root(address, service, pages) if service else discovered(address, pages)
        pull: _Pull | FeedPull
        if rest:
            pull = _Pull(rest, service or Service(rest.address), signed_in=bool(self.user))
            yield from walk(
                cursor, lambda _: [["kind", kind] for kind in _KINDS], pull.ask, keeps_tasks=False
            )
        else:
            pull = FeedPull(address, pages, guesses=_FEEDS, of_wordpress=True)
            yield from walk(cursor, pull.begin, pull.ask)
        if pull.short:
            raise StoppedShort(" ".join(pull.short))

    def _address(self) -> str:
        if not re.match(r"https?://[^/\s]+", self.url):
            raise ConnectorError(
                "the blog's address is missing: connect with --set url=https://blog.acme.example"
            )
        return f"{secure(self.url).rstrip('/')}/"

    def _headers(self, secret: Secret) -> dict[str, str]:
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


@dataclass
class _Pull:
    """One pull of one blog; the cursor holds of each kind the digests of its pages and the numbers of its items."""

    rest: Rest
    service: Service
    signed_in: bool
    short: list[str] = field(default_factory=list)
    _embeds: bool = False

    def ask(self, task: Task, state: State) -> Answer:
        """Ask for a page, or for what may have vanished."""
        match task:
            case ["kind", str(kind)]:
                place = state.get(kind, {})
                known = set(_numbers(place))
                listing = _Listing(kind, dict(place.get("pages", {})), known, place.get("site", ""))
                return Answer(None, [["page", listing, 1], ["gone", listing]])
            case ["page", _Listing() as listing, int(number)]:
                return self._listed(listing, number, state)
        return Answer(self._gone(task[1], state))

    def _get(self, kind: str, **params: Any) -> httpx.Response:
        return self.service.request("GET", self.rest.route(kind, **params))

    def _listed(self, listing: _Listing, number: int, state: State) -> Answer:
        """Give a page on that is not as it was; an empty one is the last, one that came before stops short."""
        kind, response = listing.kind, self._page(listing.kind, number)
        if response is None:
            return Answer(None)
        name, page = f"{kind}-{number}.json", response.content
        rows = read(as_member(name, page))
        numbers = {whole(needed(row, "id", kind), "the id") for row in rows}
        if numbers and numbers <= listing.seen:
            self.short.append(f"the list of {kind} goes round in a circle and was left at page {number}.")
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
        order: dict[str, Any] = {"page": number, "per_page": AT_ONCE, "orderby": "id", "order": "asc"}
        if kind == "posts":
            order["_embed"] = "author,wp:term" if self._embeds else "wp:term"
        more = {"context": "edit", "status": "all"} if kind == "comments" else {"context": "edit"}
        for params in [order | more, order] if self.signed_in else [order]:
            try:
                return self._get(kind, **params)
            except NotAuthorised:
                continue
            except ConnectorError as error:
                if number > 1 and str(error).endswith("(400)"):  # past the end: items went meanwhile
                    return None
                raise
        self._embeds = self._embeds or kind == "users"  # names come beside the posts, then
        return None

    def _is_there(self, kind: str, number: int) -> bool:
        if self.short or kind == "users":
            return True
        try:
            row = read(as_member(kind, self._get(f"{kind}/{number}").content))
        except (Gone, NotAuthorised):
            return False
        return str(row.get("status")) in {"publish", "approved"}


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
