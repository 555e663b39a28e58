"""Entries of feeds as records: a post of its author, or a comment that answers a post."""

from __future__ import annotations

import contextlib
import hashlib
import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from urllib.parse import urlsplit

from connectors.kit.addresses import display_name, email_account, mailboxes
from connectors.kit.answers import LeftOut, guarded
from connectors.kit.text import clean, is_nobody, words
from connectors.kit.times import in_utc, named_zone
from connectors.kit.zones import zone_called
from connectors.sites.feed_files import Entry, Feed, Writer, about, entries
from influence.contract.files import Member
from influence.contract.no_person import is_nobodys
from influence.contract.records import Activity, Note, Person, Record, SetAside, Verb

SYSTEM = "blog"
_URI = re.compile(r"[a-z][a-z0-9+.-]{1,20}:\S")
_LONGEST_ID = 400
_NAMED_ZONE = re.compile(r"\s([A-Za-z]{2,5})$")


def records(member: Member, zone: str | None = None) -> Iterator[Record]:
    """Turn a feed into records; `zone` is for times that state none.

    Raises:
        Unreadable: it is no feed.
        Changed: it is JSON, and none of a feed.
        ConnectorError: there is no such zone.
    """
    reader, count = _Reader(about(member), zone), 0
    named_zone(zone)
    for entry in entries(member):
        if isinstance(entry, SetAside):
            yield entry
            continue
        count += 1
        named = f"entry {clean(entry.title or entry.key, 60)!r}"
        yield from guarded(partial(reader.read, entry), named, entry.line)
    if not count:
        yield Note(f"{member.name}: the feed holds no entry")
    if reader.several:
        yield Note(f"entries that name more than one author: {reader.several:,}; the first is taken")


def entry_id(key: str, site: str) -> str:
    """Write the id of an entry: as it is where it is an address or a URN, else within its blog.

    >>> entry_id("tag:ann.example,2026:7", "ann.example"), entry_id("7", "ann.example")
    ('blog:tag:ann.example,2026:7', 'blog:ann.example/7')
    """
    text = key if _URI.match(key) else f"{site}/{key}"
    if len(text) > _LONGEST_ID:
        text = f"{text[:100]}-{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:32]}"
    return f"{SYSTEM}:{text}"


def site_of(feed: Feed, entry: Entry | None = None) -> str:
    """Return the host of the blog: as whoever pulled it says, else of its home, else of the entry.

    >>> site_of(Feed(home="https://Ann.example/blog/"))
    'ann.example'
    """
    with contextlib.suppress(ValueError):
        where = feed.site or urlsplit(feed.home).netloc or urlsplit(entry.link if entry else "").netloc
        return clean(where.lower().rpartition("@")[2], 200)
    return ""


class _Reader:
    """Reads the entries of one feed."""

    def __init__(self, feed: Feed, zone: str | None) -> None:
        self.feed, self.several = feed, 0
        self._zone, self._seen, self._said = zone, set[str](), set[Person]()

    def read(self, entry: Entry) -> Iterator[Record]:
        """Yield who wrote an entry, and the entry."""
        site = site_of(self.feed, entry)
        if not site:
            raise LeftOut("neither it nor its feed says at which address it lies")
        if not entry.key:
            raise LeftOut("it has neither an id nor a link, so it could not be told from another")
        own = entry_id(entry.key, site)
        if own in self._seen:
            raise LeftOut("an entry before it has the same id")
        time, parent = moment(entry.published or entry.updated, self._zone), self._parent(entry, site)
        person = self._person(entry, site, answers=parent is not None)
        self._seen.add(own)
        if person not in self._said:
            self._said.add(person)
            yield person
        channel = f"{SYSTEM}:{site}"
        yield Activity(
            id=own,
            time=time,
            actor=person.accounts[0],
            verb=Verb.POST if parent is None else Verb.COMMENT,
            parent=parent,
            conversation=parent or own,
            channel=channel,
            text=words(entry.text if parent and entry.text else f"{entry.title} {entry.text}"),
            url=_address(entry.link),
            tags=entry.tags,
        )

    def _parent(self, entry: Entry, site: str) -> str | None:
        """Return the id of what it answers: as it says, else as whoever pulled it says, else the page it stands on."""
        if entry.answers:
            return entry_id(entry.answers, site)
        if self.feed.answers is None:
            return None
        page = entry.link.partition("#")[0]
        if not self.feed.answers and page in {"", entry.link}:
            raise LeftOut("it is a comment that does not tell which post it answers")
        return self.feed.answers or entry_id(page, site)

    def _person(self, entry: Entry, site: str, *, answers: bool) -> Person:
        """Tell who wrote it: as stated, else who writes the feed; a comment of nobody is nobody's."""
        stated = [writer for one in entry.writers if (writer := _split(one)) != Writer()]
        self.several += len(stated) > 1
        if entry.writers and not stated:
            raise LeftOut("its author gives no name")
        if not stated and answers:
            raise LeftOut("it is a comment and names no author")
        writers = stated or [writer for one in self.feed.writers if (writer := _split(one)) != Writer()]
        return _person(writers[0], site) if writers else self._itself(site)

    def _itself(self, site: str) -> Person:
        """Where nobody is named the posts are the feed's own, as those of a channel are."""
        with contextlib.suppress(ValueError):
            path = urlsplit(self.feed.home).path.rstrip("/")
            return Person(name=self.feed.title or None, accounts=(f"{SYSTEM}:{site}{clean(path, 200)}",))
        return Person(name=self.feed.title or None, accounts=(f"{SYSTEM}:{site}",))


def _person(writer: Writer, site: str) -> Person:
    name = (f"{SYSTEM}:{site}/{writer.name.lower()}",) if writer.name else ()
    email = (email_account(writer.email),) if writer.email else ()
    return Person(name=writer.name or None, accounts=(*name, *email))


def _split(writer: Writer) -> Writer:
    """Tell name and address apart (`ann@acme.example (Ann Lee)`); an address that a program writes from is none."""
    text = html.unescape(writer.name)
    found = next(iter(mailboxes(text)), None) if "@" in text[1:] else None
    name = display_name(found.name) if found and found.address else _first(text.removeprefix("/u/"))
    address = writer.email.lower() or (found.address if found else "")
    if not re.fullmatch(r"[^\s@;:]{1,128}@[^\s@;:]{1,253}", address) or is_nobodys(email_account(address)):
        address = ""
    return Writer("" if is_nobody(name) else name, address)


def _first(names: str) -> str:
    """Return the first of several names; one written last name first is turned.

    >>> _first("Ann Lee, Bo Berg"), _first("Lee, Ann"), _first("@ann")
    ('Ann Lee', 'Ann Lee', '@ann')
    """
    first, comma, rest = names.partition(",")
    if comma and " " in first.strip() and rest.strip():
        return clean(first, 200)
    return display_name(names) or clean(names, 200)


def moment(text: str, zone: str | None) -> datetime:
    """Read the time of an entry, as RSS (RFC 822) or Atom (RFC 3339) write it.

    Raises:
        LeftOut: there is none, or it states no zone and none is given.

    >>> moment("Mon, 02 Mar 2026 10:00:00 CET", None).isoformat()
    '2026-03-02T09:00:00+00:00'
    """
    if not text:
        raise LeftOut("it has no time")
    found = _read_time(clean(text, 60))
    if found is None:
        raise LeftOut(f"its time {clean(text, 40)!r} cannot be read")
    if found.tzinfo is None:
        known = named_zone(zone or _zone_of(text))
        if known is None:
            raise LeftOut(f"its time {clean(text, 40)!r} states no zone; give one as in zone=Europe/Oslo")
        found = found.replace(tzinfo=known)
    return in_utc(found).astimezone(UTC)


def _read_time(text: str) -> datetime | None:
    with contextlib.suppress(ValueError, OverflowError):
        return datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text))
    with contextlib.suppress(ValueError, OverflowError, TypeError, IndexError):
        return parsedate_to_datetime(text)
    return None


def _zone_of(text: str) -> str | None:
    found = _NAMED_ZONE.search(text.strip())
    return zone_called(found[1]) if found else None


def _address(link: str) -> str | None:
    return clean(link, 2000) if link.startswith(("https://", "http://")) else None
