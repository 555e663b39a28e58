"""What a blog's page says of where else to look: its `Link` header and the links in its head; nothing of it is run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

MOST_READ = 512 * 1024
"""Characters of a page in which links are looked for: they stand at its beginning."""
REST = "https://api.w.org/"
_FEEDS = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/json")


@dataclass(frozen=True)
class Link:
    """One link: what it is, the address, and what it says of that."""

    rel: frozenset[str]
    address: str
    type: str = ""
    title: str = ""


def links_of(page: str, address: str) -> list[Link]:
    """Return the links in a page.

    >>> [one.address for one in links_of('<link rel=alternate href="/feed/">', "https://ann.example/blog")]
    ['https://ann.example/feed/']
    """
    reader = _Links(address)
    with suppress(AssertionError, ValueError):  # what it says of markup that is none
        reader.feed(page[:MOST_READ])
    return [link for link in reader.found if link.address]


def rest_root(headers: Mapping[Any, Mapping[str, str]], links: list[Link], address: str) -> str | None:
    """Return where a blog's REST begins: by the `Link` header (as httpx has read it), else by the page."""
    told = headers.get(REST, {}).get("url")
    if told:
        return urljoin(address, told)
    return next((one.address for one in links if REST in one.rel), None)


def feeds(links: list[Link]) -> Iterator[Link]:
    """Yield the links to feeds; JSON only where it says that it is a feed."""
    for one in links:
        is_feed = one.type in _FEEDS[:3] or (one.type == _FEEDS[3] and "feed" in one.address)
        if "alternate" in one.rel and is_feed:
            yield one


def of_comments(link: Link) -> bool:
    """Tell a feed of comments by its title or address.

    >>> of_comments(Link(frozenset(), "https://ann.example/comments/feed/"))
    True
    """
    return any(
        word in f"{link.title} {link.address}".lower() for word in ("comment", "kommentar", "commentaire")
    )


class _Links(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__()
        self.found: list[Link] = []
        self._base = address

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "base" and told.get("href"):
            self._base = _joined(self._base, told["href"])
        elif tag == "link" and told.get("href"):
            rel = frozenset(told.get("rel", "").lower().split())
            kind = told.get("type", "").lower().strip()
            self.found.append(
                Link(rel, _joined(self._base, told["href"].strip()), kind, told.get("title", ""))
            )


def _joined(base: str, address: str) -> str:
    try:
        return urljoin(base, address)
    except ValueError:  # brackets that hold no address
        return ""
