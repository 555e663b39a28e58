"""Feeds as they lie: RSS (0.9 to 2.0), Atom and JSON Feed, as entries of one shape.

References: RSS 2.0 (rssboard.org), RSS 1.0 (purl.org/rss/1.0), RFC 4287 (Atom), RFC 4685 (answers in Atom),
jsonfeed.org. Read by our own small reader, not by a library: an entry is told by its line, a file is not held
in memory, what declares entities is refused, and a time without a zone stays one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urljoin

from connectors.kit.answers import identifier, mapping, needed_list, read
from connectors.kit.lists import rows_of, texts
from connectors.kit.text import clean
from connectors.kit.xml_elements import Element, elements
from influence.contract.connector import Unreadable
from influence.contract.files import HEAD, Member
from influence.contract.records import SetAside

ASKED = "influence-feed"
"""The processing instruction behind a feed that was pulled: what of its place the feed does not tell itself."""
_XML, _RDF, _THREAD = (
    "http://www.w3.org/XML/1998/namespace",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "http://purl.org/syndication/thread/1.0",
)
_ENTRIES = ("item", "atom:entry")
_ABOUT = (
    *("title", "link", "managingEditor", "dc:creator", "itunes:author", "generator"),
    *("atom:title", "atom:link", "atom:author", "atom:generator", f"?{ASKED}"),
)
_PICTURES = ("image", "textinput", "textInput", "itunes:image", "itunes:owner")
"""Elements with titles and links of their own."""
_BEFORE = (
    r"\A\ufeff?\s*(?><\?.{0,2000}?\?>\s*|<!--.{0,20000}?-->\s*"
    r"|<!DOCTYPE[^>\[]{0,500}(?:\[.{0,5000}?\]\s*)?>\s*){0,20}+"
)
"""What may stand before the root; no part of it is tried at another length."""
_ROOT = re.compile(_BEFORE + r"<(?:[\w.-]{1,40}:)?(rss|RDF|feed|entry)\b([^>]{0,20000})>?", re.DOTALL)
_JSON = re.compile(
    r"""\A\ufeff?\s*\{.{0,60000}?"version"\s*:\s*"https?:\\?/\\?/jsonfeed\.org\\?/version""", re.DOTALL
)


@dataclass(frozen=True)
class Writer:
    """Who wrote something: a name, an address, or both."""

    name: str = ""
    email: str = ""


@dataclass(frozen=True)
class Feed:
    """What a feed tells of itself; `answers` (a post's id) and `site` are told by whoever pulled it.

    `answers` is None where it is no feed of comments, and empty where each comment tells its post.
    """

    title: str = ""
    home: str = ""
    writers: tuple[Writer, ...] = ()
    generator: str = ""
    following: str = ""
    site: str = ""
    answers: str | None = None


@dataclass(frozen=True)
class Entry:
    """One entry: `answers` is the id of what it answers, `comments` the feed of its own comments, `count` how many.

    `tags` are its categories.
    """

    line: int
    id: str = ""
    link: str = ""
    title: str = ""
    text: str = ""
    writers: tuple[Writer, ...] = ()
    published: str = ""
    updated: str = ""
    answers: str = ""
    comments: str = ""
    count: str = ""
    tags: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The stable id: as stated, else the link."""
        return self.id or self.link


def is_feed(head: bytes) -> bool:
    """Tell by the first bytes whether it is a feed.

    >>> is_feed(b'<?xml version="1.0"?><rss version="2.0">'), is_feed(b"<!doctype html><html>")
    (True, False)
    """
    wide = head[:2] in {b"\xff\xfe", b"\xfe\xff"}
    text = head[:HEAD].decode("utf-16" if wide else "latin-1", "ignore").removeprefix("ï»¿")
    found = _ROOT.match(text)
    if found is None:
        return _JSON.match(text) is not None
    kind, spaces = found[1], found[2]
    return kind == "rss" or (
        "/rss" in spaces if kind == "RDF" else bool(re.search("/(20)?05/Atom|/atom/ns#", spaces))
    )


def about(member: Member) -> Feed:
    """Return what a feed tells of itself, wherever in the file it stands.

    Raises:
        Unreadable: it is no feed.
        Changed: it is JSON, and none of a feed.
    """
    head = member.head()
    if not is_feed(head):
        raise Unreadable(f"{member.name} is no feed: neither RSS nor Atom nor JSON Feed")
    if _is_json(head):
        return _json_about(mapping(read(member)))
    wanted = frozenset((*_ABOUT, *_PICTURES, *_ENTRIES))
    found = (one for one in elements(member, wanted, lenient=True) if isinstance(one, Element))
    return _xml_about([one for one in found if one.tag not in _ENTRIES])


def entries(member: Member) -> Iterator[Entry | SetAside]:
    """Yield the entries in their order; where the file breaks off, that it does.

    Raises:
        Changed: it is JSON, and none of a feed.
    """
    if _is_json(member.head()):
        for number, row in enumerate(needed_list(read(member), "items", member.name), 1):
            no_object = SetAside(f"entry {number} is no object", 1)
            yield _json_entry(row) if isinstance(row, Mapping) else no_object
        return
    for one in elements(member, frozenset((*_ENTRIES, *_PICTURES)), lenient=True):
        if isinstance(one, SetAside):
            yield one
        elif one.tag in _ENTRIES:
            yield _xml_entry(one)


def placed(body: bytes, site: str, answers: str | None = None) -> bytes:
    """Write behind a feed of which blog it is, and what its entries answer; in characters of two bytes as it is.

    >>> placed(b"<rss/>", "blog.example", "blog:1")
    b'<rss/><?influence-feed site=blog.example answers=blog%3A1?>'
    """
    told = f"<?{ASKED} site={quote(site, safe='')}"
    told += "?>" if answers is None else f" answers={quote(answers, safe='')}?>"
    wide = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}.get(body[:2], "ascii")
    return body if _is_json(body[:100]) else body + told.encode(wide)


def _is_json(head: bytes) -> bool:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"


# --- XML --------------------------------------------------------------------------------------------------


def _xml_about(found: list[Element]) -> Feed:
    whole = Element("feed", 1, parts=found)
    placed = ["", *(one.text for one in whole.all(f"?{ASKED}"))][-1]  # ours stands behind all others
    told = dict(part.split("=", 1) for part in placed.split() if "=" in part)
    home = _linked(whole, "alternate") or whole.get("link")
    return Feed(
        title=clean(whole.get("title", "atom:title"), 200),
        home=home,
        writers=_writers(whole, "atom:author", "managingEditor", "dc:creator", "itunes:author"),
        generator=clean(whole.get("generator", "atom:generator"), 200),
        following=_linked(whole, "next") or _linked(whole, "prev-archive"),
        site=unquote(told.get("site", "")),
        answers=unquote(told["answers"]) if "answers" in told else None,
    )


def _xml_entry(item: Element) -> Entry:
    base = item.attributes.get(f"{_XML} base", "")
    guid = next(item.all("guid"), None)
    link = _linked(item, "alternate", base) or item.get("link")
    if not link and guid is not None and guid.attributes.get("isPermaLink", "true") == "true":
        link = guid.text.strip() if guid.text.strip().startswith(("http://", "https://")) else ""
    answered = next(item.all("thr:in-reply-to"), None)
    return Entry(
        line=item.line,
        id=_key(item.get("guid", "atom:id") or item.attributes.get(f"{_RDF} about", "")),
        link=link,
        title=item.get("title", "atom:title"),
        text=item.get("content:encoded", "atom:content", "description", "atom:summary"),
        writers=_writers(item, "atom:author", "dc:creator", "author", "itunes:author"),
        published=item.get("pubDate", "atom:published", "atom:issued", "dc:date"),
        updated=item.get("atom:updated", "atom:modified"),
        answers=_key(answered.attributes.get("ref", "") or answered.attributes.get("href", ""))
        if answered
        else "",
        comments=_replies(item, base) or item.get("wfw:commentRss", "wfw:commentRSS"),
        count=item.get("slash:comments", "thr:total") or _counted(item),
        tags=_tags(item),
    )


def _tags(item: Element) -> tuple[str, ...]:
    """Return the categories: RSS writes them as text, Atom as a term that a label may show."""
    atom = (
        one.attributes.get("label") or one.attributes.get("term", "") for one in item.all("atom:category")
    )
    plain = (one.text for tag in ("category", "dc:subject") for one in item.all(tag))
    return tuple(dict.fromkeys(filter(None, (clean(one, 200) for one in (*plain, *atom)))))


def _writers(item: Element, *tags: str) -> tuple[Writer, ...]:
    """Return who wrote it by the first of these names that tells: the others tell the same in another way."""
    for tag in tags:
        found = dict.fromkeys(writer for one in item.all(tag) if (writer := _named(one)) != Writer())
        if found:
            return tuple(found)
    return ()


def _named(writer: Element) -> Writer:
    """Read an author: `ann@acme.example (Ann Lee)`, a name, or Atom's parts."""
    name = writer.get("atom:name") or (writer.text.strip() if not writer.parts else "")
    return Writer(clean(name, 200), clean(writer.get("atom:email"), 320))


def _links(item: Element, rel: str) -> Iterator[Mapping[str, str]]:
    for link in item.all("atom:link"):
        if link.attributes.get("rel", "alternate") == rel and link.attributes.get("href"):
            yield link.attributes


def _linked(item: Element, rel: str, base: str = "") -> str:
    """Return the address of a link of that kind; of several the page for people."""
    found = sorted(_links(item, rel), key=lambda link: link.get("type", "text/html") != "text/html")
    return urljoin(base, found[0]["href"].strip()) if found else ""


def _replies(item: Element, base: str) -> str:
    feeds = (
        link["href"]
        for link in _links(item, "replies")
        if link.get("type", "").endswith(("atom+xml", "rss+xml"))
    )
    return urljoin(base, next(feeds, ""))


def _counted(item: Element) -> str:
    counts = (
        link.get("http://purl.org/syndication/thread/1.0 count", "") for link in _links(item, "replies")
    )
    return next((count for count in counts if count), "")


def _key(text: str) -> str:
    return clean(text, 2000)


# --- JSON -------------------------------------------------------------------------------------------------


def _json_about(feed: Mapping[str, Any]) -> Feed:
    return Feed(
        title=clean(_said(feed, "title"), 200),
        home=_said(feed, "home_page_url") or _said(feed, "feed_url"),
        writers=_json_writers(feed),
        following=_said(feed, "next_url"),
    )


def _json_entry(row: Mapping[str, Any]) -> Entry:
    number = row.get("id")
    return Entry(
        line=1,
        id=_key(identifier(number, "the id") if isinstance(number, int) else _said(row, "id")),
        link=_said(row, "url"),
        title=_said(row, "title"),
        text=_said(row, "content_html") or _said(row, "content_text") or _said(row, "summary"),
        writers=_json_writers(row),
        published=_said(row, "date_published"),
        updated=_said(row, "date_modified"),
        tags=tuple(clean(one, 200) for one in texts(row.get("tags"), "tags")),
    )


def _json_writers(row: Mapping[str, Any]) -> tuple[Writer, ...]:
    listed = [*rows_of(row, "authors"), mapping(row.get("author"))]
    names = (Writer(clean(_said(one, "name"), 200)) for one in listed)
    return tuple(dict.fromkeys(name for name in names if name.name))


def _said(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    return value.strip() if isinstance(value, str) else ""
