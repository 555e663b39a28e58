"""Feeds: the posts of any blog, podcast or account that has RSS, Atom or JSON Feed, and the comments in feeds.

A feed holds the newest entries; older ones are there only where it is given in pages. It tells no deletions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from connectors.kit.answers import as_member, shape_expected
from connectors.kit.paging import walk
from connectors.kit.times import named_zone
from connectors.sites import feed_records, wordpress_export
from connectors.sites.feed_files import about, is_feed
from connectors.sites.feed_pull import FeedPull
from connectors.sites.public_pages import PublicPages
from influence.contract.connector import Reply, Secret, StoppedShort
from influence.contract.files import Member
from influence.contract.records import Record


@dataclass(frozen=True)
class FeedReader:
    """Posts by those whom a feed names as authors, else by the feed itself; a comment answers its post.

    `url` is the address of the blog or of its feed; `zone` is for times that state none.
    """

    url: str = ""
    zone: str | None = None

    name: ClassVar[str] = "feed"
    title: ClassVar[str] = "Feeds (RSS, Atom, JSON Feed): the posts of a blog, live or saved"
    source: ClassVar[str] = (
        "Connect with: influence connect feed --set url=https://blog.acme.example; saved feeds are read too."
    )
    secrets: ClassVar[tuple[str, ...]] = ()
    required: ClassVar[tuple[str, ...]] = ("url",)
    reads: ClassVar[str] = "The public feeds of a blog: its posts, and the comments where they have feeds."
    revoke: ClassVar[str] = "There is nothing to take back: no sign-in is needed."

    def recognises(self, member: Member, head: bytes) -> bool:  # noqa: ARG002 - a name proves nothing
        """Tell a feed by its first element; WordPress' own are for its connector, which knows more of them."""
        return is_feed(head) and not wordpress_export.is_own(head)

    def parse(self, member: Member) -> Iterator[Record]:
        """Turn a feed into records.

        Raises:
            Unreadable: it is no feed.
            Changed: it is JSON, and none of a feed.
            ConnectorError: there is no such zone.
        """
        with shape_expected():
            yield from feed_records.records(member, self.zone)

    def signed_in_as(self, secret: Secret) -> str:  # noqa: ARG002 - all is public
        """Say which feed it is.

        Raises:
            RateLimited, Gone, ConnectorError: as for `fetch`.
        """
        pages = PublicPages(self.url)
        response = pages.get(FeedPull(self.url, pages).found()[0])
        title = about(as_member("feed", response.content)).title
        return f"nobody: the feed {title[:80]!r} at {str(response.url)[:100]}"

    def fetch(self, cursor: Mapping[str, Any], secret: Secret) -> Iterator[Reply]:  # noqa: ARG002 - all is public
        """Yield the feeds that have changed, page by page.

        Raises:
            RateLimited, Gone: as they say.
            ConnectorError: there is no feed, or no such zone.
            StoppedShort: after all that could be read, where a feed goes round in a circle or never ends.
        """
        named_zone(self.zone)
        pull = FeedPull(self.url, PublicPages(self.url), self.zone)
        yield from walk(cursor, pull.begin, pull.ask)
        if pull.short:
            raise StoppedShort(" ".join(pull.short))
