"""WordPress as XML: the export file (WXR) and the RSS feeds, read item by item; no entity is ever expanded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from connectors.kit.addresses import display_name
from connectors.kit.answers import LeftOut, guarded, whole
from connectors.kit.text import clean, is_nobody, words
from connectors.kit.times import moment
from connectors.kit.xml_elements import Element, elements
from connectors.sites.wordpress_records import (
    SYSTEM,
    TAXONOMIES,
    UNNAMED,
    accounts_of,
    item_id,
    person,
    refuse_programs,
    site_of,
)
from influence.contract.connector import Unreadable
from influence.contract.files import Member
from influence.contract.records import Activity, Deleted, Person, Record, SetAside, Verb

_POSTS = frozenset(("post", "page"))
_COMMENT_LINK = re.compile(r"#comment-(\d{1,18})$")
_OWN = re.compile(rb"http://wordpress\.org/export/|<generator>\s*https?://wordpress\.org/\?v=")
_IN_REPLY = re.compile(r"\A\s*<p>In reply to <a href=\"[^\"<>]{1,1000}#comment-(\d{1,18})\"")


def is_own(head: bytes) -> bool:
    """Tell by what only WordPress writes: the namespace of its export, and its generator.

    >>> is_own(b"<rss><generator>https://wordpress.org/?v=6.8</generator>")
    True
    """
    return _OWN.search(head) is not None


def records(member: Member) -> Iterator[Record]:
    """Turn an export file or a feed into records.

    Raises:
        Unreadable: it holds neither posts nor comments.
    """
    reader, found = _Reader(), False
    for element in elements(member, _WANTED):
        if isinstance(element, SetAside):
            if not found:
                raise Unreadable(f"{member.name}: {element.reason}; export it again")
            yield element
            continue
        found = True
        named = f"{element.tag} {element.get('wp:post_id')}".strip()
        yield from _on(element.line, guarded(partial(reader.read, element), named, element.line))
    if not found:
        raise Unreadable(f"{member.name}: there is no post and no comment in it")


_WANTED = frozenset(("item", "wp:author", "wp:base_blog_url", "wp:base_site_url", "link"))


def _on(line: int, found: Iterable[Any]) -> Iterator[Record]:
    """Place what knows no better on the line of the element that it was read from."""
    for record in found:
        yield replace(record, line=line) if record.line in {None, 1} else record


@dataclass
class _Reader:
    """Reads the elements of one file in their order: the blog's address and authors come first."""

    site: str = ""
    authors: dict[str, int] = field(default_factory=dict)

    def read(self, element: Element) -> Iterable[Record]:
        """Return what one element tells."""
        match element.tag:
            case "wp:base_blog_url" | "link":
                if not self.site or element.tag != "link":
                    where = urlsplit(element.text.strip())
                    self.site = f"{where.netloc.lower()}{where.path.rstrip('/')}"
                return ()
            case "wp:author":
                return self._author(element)
            case "item" if element.get("wp:post_type"):
                return self._post(element)
            case "item":
                return self._fed(element)
        return ()

    def _author(self, element: Element) -> Iterator[Record]:
        number = whole(element.get("wp:author_id"), "the author's id")
        self.authors[element.get("wp:author_login")] = number
        name = display_name(element.get("wp:author_display_name") or element.get("wp:author_login"))
        yield Person(name=name or None, accounts=self._accounts(number, element.get("wp:author_email")))

    def _accounts(self, number: int, email: str) -> tuple[str, ...]:
        return accounts_of(self.site, number, email)

    def _post(self, element: Element) -> Iterator[Record]:
        kind, number = element.get("wp:post_type"), whole(element.get("wp:post_id"), "the post's id")
        if kind not in _POSTS:
            raise LeftOut(f"no post or page ({clean(kind, 30)})")
        own = item_id(self.site, "posts", number)
        if element.get("wp:status") != "publish":
            yield Deleted(own)
            yield SetAside(
                f"post {number}: it is not published ({clean(element.get('wp:status'), 20)})", element.line
            )
            return
        yield from guarded(lambda: [self._published(element, own)], f"post {number}", element.line)
        for comment in element.all("wp:comment"):
            named = f"comment {clean(comment.get('wp:comment_id'), 20)}"
            read = partial(self._comment, comment, own, element)
            yield from _on(comment.line, guarded(read, named, comment.line))

    def _published(self, element: Element, own: str) -> Activity:
        login = element.get("dc:creator")
        if login not in self.authors:
            raise LeftOut("its author is not among those that the export lists")
        return Activity(
            id=own,
            time=moment(element.get("wp:post_date_gmt"), zone="Z"),
            actor=f"{SYSTEM}:{self.site}/{self.authors[login]}",
            verb=Verb.POST,
            conversation=own,
            channel=f"{SYSTEM}:{self.site}",
            text=words(f"{element.get('title')} {element.get('content:encoded')}"),
            url=clean(element.get("link")) or None,
            tags=_terms(element),
        )

    def _comment(self, comment: Element, post: str, element: Element) -> Iterator[Record]:
        number = whole(comment.get("wp:comment_id"), "the comment's id")
        own = item_id(self.site, "comments", number)
        if comment.get("wp:comment_approved") != "1":
            yield Deleted(own)
            yield SetAside(f"comment {number}: it is not approved", comment.line)
            return
        refuse_programs(comment.get("wp:comment_type"))
        accounts = self._accounts(
            whole(comment.get("wp:comment_user_id") or 0, "the author"),
            comment.get("wp:comment_author_email"),
        )
        if not accounts:
            raise LeftOut("a guest wrote it who left no address, so nobody knows who it is")
        yield from person(display_name(comment.get("wp:comment_author")), accounts)
        parent = whole(comment.get("wp:comment_parent") or 0, "the comment's parent")
        yield Activity(
            id=own,
            time=moment(comment.get("wp:comment_date_gmt"), zone="Z"),
            actor=accounts[0],
            verb=Verb.REPLY if parent else Verb.COMMENT,
            parent=item_id(self.site, "comments", parent) if parent else post,
            conversation=post,
            channel=f"{SYSTEM}:{self.site}",
            text=words(comment.get("wp:comment_content")),
            url=f"{clean(element.get('link'))}#comment-{number}" if element.get("link") else None,
        )

    def _fed(self, element: Element) -> Iterator[Record]:
        """Read an item of a feed, which names its author and no more."""
        link = element.get("link")
        site, name = self.site or site_of(link), display_name(element.get("dc:creator"))
        if is_nobody(name):
            raise LeftOut("its author gives no name")
        account = f"{SYSTEM}-name:{site}/{name.lower()}"
        found = _COMMENT_LINK.search(link)
        post = f"{SYSTEM}:{urlsplit(link).netloc.lower()}{urlsplit(link).path}{_query(link)}"
        answers = _IN_REPLY.match(element.get("content:encoded"))
        own = item_id(site, "comments", int(found[1])) if found else post
        yield Person(name=name, accounts=(account,))
        yield Activity(
            id=own,
            time=_fed_time(element.get("pubDate")),
            actor=account,
            verb=(Verb.REPLY if answers else Verb.COMMENT) if found else Verb.POST,
            parent=_parent(site, post, answers) if found else None,
            conversation=post,
            channel=f"{SYSTEM}:{site}",
            text=words(element.get("content:encoded") or element.get("description")),
            url=clean(link) or None,
            tags=_terms(element),
        )


def _terms(element: Element) -> tuple[str, ...]:
    """Return the categories and tags of a post; a feed does not say which of the two each is."""
    of = [(one, one.attributes.get("domain", "category")) for one in element.all("category")]
    held = (one for one, domain in of if domain in TAXONOMIES and one.attributes.get("nicename") != UNNAMED)
    return tuple(dict.fromkeys(filter(None, (clean(one.text, 200) for one in held))))


def _parent(site: str, post: str, answers: re.Match[str] | None) -> str:
    return item_id(site, "comments", int(answers[1])) if answers else post


def _query(link: str) -> str:
    query = urlsplit(link).query
    return f"?{clean(query, 100)}" if query else ""


def _fed_time(text: str) -> Any:
    found = parsedate_to_datetime(text)
    if found.tzinfo is None:
        raise ValueError(f"the time {text[:40]!r} states no zone")
    return found.astimezone(UTC)
