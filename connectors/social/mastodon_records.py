"""Statuses, notifications and archives of Mastodon (and of servers that speak its API).

References: docs.joinmastodon.org (entities), W3C ActivityPub and ActivityStreams 2.0 (the archive's outbox).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from connectors.kit.answers import needed
from connectors.kit.lists import rows_of, texts
from connectors.kit.text import clean
from connectors.kit.times import moment
from influence.contract.records import Activity, Person, Record, SetAside, Verb

_NAME = re.compile(r"[\w.-]{1,100}")
_HOST = re.compile(r"[\w.-]{1,253}(:\d{1,5})?")
_ID = re.compile(r"[\w-]{1,64}")
_USER = re.compile(r"(?:/users/|/@)([\w.-]{1,100})/?$")
_AP_USER = re.compile(r"/ap/users/(\d{1,20})/?$")
_STATUS = re.compile(r"/statuses/(\d{1,20})(?:/activity)?/?$|/@[\w.-]{1,100}/(\d{1,20})/?$")
_PUBLIC = ("https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public")
_FIRST = datetime(2016, 1, 1, tzinfo=UTC)
_LAST = datetime(2100, 1, 1, tzinfo=UTC)


def host_of(address: Any) -> str:
    """Return the server of an address, in lower case.

    Raises:
        ValueError: it names none.

    >>> host_of("https://Social.Example/@ann")
    'social.example'
    """
    found = urlsplit(str(address)).netloc.lower().rpartition("@")[2]
    if not _HOST.fullmatch(found):
        raise ValueError(f"the address {str(address)[:60]!r} names no server")
    return found


def account(name: Any, host: str) -> str:
    """Return the account of a name as the server `host` writes it: `ann`, or `ann@other.example`.

    Raises:
        ValueError: it is no such name.

    >>> account("Ann", "social.example"), account("bob@other.example", "social.example")
    ('mastodon:ann@social.example', 'mastodon:bob@other.example')
    """
    user, _, other = str(name).removeprefix("@").partition("@")
    if not _NAME.fullmatch(user) or not _HOST.fullmatch(other or host):
        raise ValueError(f"{str(name)[:60]!r} is no name of an account")
    return f"mastodon:{user.lower()}@{(other or host).lower()}"


def account_at(address: Any) -> str:
    """Return the account of an actor's address (`https://social.example/users/ann`).

    Raises:
        ValueError: the address is not written in a way that names the account.
    """
    found = _USER.search(str(address)) or _AP_USER.search(str(address))
    if found is None:
        raise ValueError(f"the address {str(address)[:80]!r} is no account's")
    return account(found[1], host_of(address))


def status_at(address: Any) -> str:
    """Return the id of the activity for a status's address.

    >>> status_at("https://social.example/users/ann/statuses/12")
    'mastodon:social.example/12'
    >>> status_at("https://other.example/notes/x1")
    'mastodon:https://other.example/notes/x1'
    """
    host, found = host_of(address), _STATUS.search(str(address))
    return f"mastodon:{host}/{found[1] or found[2]}" if found else f"mastodon:{str(address)[:500]}"


def time_of(status: str) -> datetime:
    """Return when a status was made, by its number (milliseconds since 1970, shifted by 16 bits).

    Raises:
        ValueError: the id is no number that holds a time.

    >>> time_of("117020576916218297").isoformat(timespec="seconds")
    '2026-08-01T13:51:39+00:00'
    """
    number = status.rpartition("/")[2]
    if number.isdecimal() and len(number) < 20:
        time = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(number) >> 16)
        if _FIRST < time < _LAST:
            return time
    raise ValueError(f"the service does not say when {status[:60]} was answered, nor does its number")


def plain(content: Any) -> str | None:
    """Return the text of a status without its markup.

    >>> plain("<p>Hello &amp; <b>welcome</b></p>")
    'Hello & welcome'
    """
    return unescape(re.sub(r"<[^<>]{0,2000}>", "", str(content or ""))).strip() or None


@dataclass
class Server:
    """The server whose answers are read; found by its own accounts, whose names have no `@`, if not named."""

    host: str | None = None
    made: set[Any] = field(default_factory=set)

    def find(self, accounts: Iterable[Mapping[str, Any]]) -> None:
        """Learn the server's name from an account of its own."""
        for one in accounts:
            if self.host is None and one.get("acct") and "@" not in str(one["acct"]):
                self.host = host_of(one.get("url") or one.get("uri"))

    def known(self) -> str:
        """Return its name.

        Raises:
            ValueError: nothing on the page tells it.
        """
        if self.host is None:
            raise ValueError("it does not say of which server it is: name it with --set server=https://…")
        return self.host

    def account(self, one: Mapping[str, Any]) -> str:
        """Return the account of one of the API's accounts."""
        return account(needed(one, "acct", "the account"), self.known())

    def claim(self, one: Mapping[str, Any], line: int) -> Iterator[Person]:
        """Yield the name of an account, and that it is a bot's or a group's, where it is new."""
        name = clean(str(one.get("display_name") or ""), 200) or None
        by_number = _AP_USER.search(str(one.get("uri")))
        accounts = [self.account(one)] + ([account_at(one["uri"])] if by_number else [])
        bot = True if one.get("bot") or one.get("group") else None
        if (name, *accounts, bot) not in self.made:
            self.made.add((name, *accounts, bot))
            yield Person(name=name, accounts=tuple(accounts), bot=bot, line=line)

    def id(self, status: Any) -> str:
        """Return the id of the activity for one of the API's statuses."""
        if not _ID.fullmatch(str(status)):
            raise ValueError(f"{str(status)[:40]!r} is no status's id")
        return f"mastodon:{self.known()}/{status}"


def read_status(status: Mapping[str, Any], line: int, server: Server) -> Iterator[Record]:
    """Read a status, and the ones that it boosts or quotes.

    Raises:
        ValueError, KeyError, TypeError: it has another shape.
    """
    server.find([status["account"]])
    yield from server.claim(status["account"], line)
    boosted, quoted = status.get("reblog"), _quoted(status)
    for held in (boosted, quoted):
        if isinstance(held, Mapping) and "account" in held:
            yield from read_status(held, line, server)
    if isinstance(boosted, Mapping):
        yield reaction(Verb.SHARE, str(boosted["id"]), status["account"], status["created_at"], line, server)
    else:
        yield _activity(status, quoted, line, server)


def _quoted(status: Mapping[str, Any]) -> Mapping[str, Any] | None:
    quote = status.get("quote")
    if not isinstance(quote, Mapping):
        return None
    if isinstance(held := quote.get("quoted_status"), Mapping):
        return held
    return {"id": quote["quoted_status_id"]} if quote.get("quoted_status_id") else None


def _activity(
    status: Mapping[str, Any], quoted: Mapping[str, Any] | None, line: int, server: Server
) -> Activity:
    actor, parent = server.account(status["account"]), status.get("in_reply_to_id")
    named = [server.account(one) for one in rows_of(status, "mentions")]
    others = tuple(one for one in dict.fromkeys(named) if one != actor)
    direct = status.get("visibility") == "direct"
    verb = Verb.MESSAGE if direct else Verb.POST
    if parent or status.get("in_reply_to_account_id"):
        verb = Verb.REPLY
    elif quoted is not None:
        verb, parent = Verb.QUOTE, quoted["id"]
    return Activity(
        id=server.id(status["id"]),
        time=moment(status["created_at"]),
        actor=actor,
        verb=verb,
        parent=server.id(parent) if parent else None,
        to=others if direct else (),
        mentions=() if direct else others,
        text=plain(status.get("content")),
        url=_web(status.get("url")),
        tags=_names(rows_of(status, "tags")),
        line=line,
    )


def _names(tags: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    found = (clean(str(one.get("name") or ""), 200) for one in tags)
    return tuple(dict.fromkeys(filter(None, found)))


def _web(address: Any) -> str | None:
    return str(address)[:500] if re.match(r"https?://[^\s\"'<>]+$", str(address)) else None


def reaction(
    verb: Verb, status: str, one: Mapping[str, Any], time: Any, line: int, server: Server
) -> Activity:
    """Make the boost or favourite of a status; without a time it is dated at the status, the earliest it can be."""
    actor, item_id = server.account(one), server.id(status)
    return Activity(
        id=f"{item_id}/{verb.value}/{actor.partition(':')[2]}",
        time=time_of(status) if time is None else moment(time),
        actor=actor,
        verb=verb,
        parent=item_id,
        reaction="favourite" if verb is Verb.REACT else None,
        line=line,
    )


_NOTIFIED = {"favourite": Verb.REACT, "reblog": Verb.SHARE}


def read_notification(
    one: Mapping[str, Any], line: int, server: Server, reader: str | None
) -> Iterator[Record]:
    """Read a notification: a dated favourite, boost or follow, or the status that it brings.

    Raises:
        ValueError, KeyError, TypeError: it has another shape.
    """
    who, status, kind = one["account"], one.get("status"), one["type"]
    server.find([who, *([status["account"]] if isinstance(status, Mapping) else [])])
    yield from server.claim(who, line)
    if isinstance(status, Mapping):
        yield from read_status(status, line, server)
    if kind in _NOTIFIED and isinstance(status, Mapping):
        yield reaction(_NOTIFIED[kind], str(status["id"]), who, one["created_at"], line, server)
    elif kind == "follow" and reader:
        actor = server.account(who)
        followed = account(reader, server.known())
        item_id = f"mastodon:{server.known()}/follow/{actor.partition(':')[2]}/{followed.partition(':')[2]}"
        yield Activity(item_id, moment(one["created_at"]), actor, Verb.FOLLOW, to=(followed,), line=line)
    elif not isinstance(status, Mapping):
        yield SetAside(f"a notification of {clean(str(kind), 40)!r}, which is no response", line)


def read_outbox(entry: Any, line: int, owner: str | None) -> Iterator[Record]:
    """Read one entry of an archive's outbox: a status, or the boost of one; or, in `likes.json`, an address.

    Raises:
        ValueError, KeyError, TypeError: it has another shape.
    """
    if isinstance(entry, str):
        yield _liked(entry, line, owner)
        return
    actor = owner or account_at(_address(entry["actor"]))
    if entry["type"] == "Announce":
        boosted = status_at(needed({"object": _address(entry["object"])}, "object", "the boost"))
        item_id = f"{boosted}/share/{actor.partition(':')[2]}"
        yield Activity(item_id, moment(entry["published"]), actor, Verb.SHARE, parent=boosted, line=line)
    elif entry["type"] == "Create" and isinstance(entry["object"], Mapping):
        yield from _note(entry["object"], actor, line)
    else:
        yield SetAside(f"an entry of the kind {clean(str(entry['type']), 40)!r}, which is no status", line)


def _liked(address: str, line: int, owner: str | None) -> Activity:
    if owner is None:
        raise ValueError("it does not say whose likes these are: import the whole archive")
    item_id = status_at(address)
    return Activity(
        f"{item_id}/react/{owner.partition(':')[2]}",
        time_of(item_id),
        owner,
        Verb.REACT,
        parent=item_id,
        reaction="favourite",
        line=line,
    )


def _address(value: Any) -> Any:
    """Return the address of what stands as such, as an object that bears it, or as the first of a list of these."""
    if isinstance(value, list):
        value = value[0] if value else None
    return value.get("id") or value.get("href") if isinstance(value, Mapping) else value


def _addressed(note: Mapping[str, Any]) -> list[str]:
    """Return all to whom a status goes: servers write them as a list, as one address, or as objects."""
    found: list[str] = []
    for name in ("to", "cc"):
        value = note.get(name)
        if isinstance(value, Mapping) or _is_address(value):
            value = [value]
        found += texts([_address(one) for one in value] if isinstance(value, list) else value, name)
    return found


def _is_address(value: Any) -> bool:
    return isinstance(value, str) and (value in _PUBLIC or value.startswith(("https://", "http://")))


def _note(note: Mapping[str, Any], actor: str, line: int) -> Iterator[Record]:
    people = []
    tags = [note["tag"]] if isinstance(note.get("tag"), Mapping) else rows_of(note, "tag")
    for tag in tags:
        if tag.get("type") == "Mention":
            found = account(tag["name"], host_of(tag["href"])) if tag.get("name") else account_at(tag["href"])
            people.append(found)
    others = tuple(one for one in dict.fromkeys(people) if one != actor)
    direct = not any(one in _PUBLIC or one.endswith("/followers") for one in _addressed(note))
    parent = _address(note.get("inReplyTo"))
    quoted = _address(note.get("quoteUri") or note.get("quote") or note.get("quoteUrl"))
    verb = Verb.REPLY if parent else Verb.MESSAGE if direct else Verb.QUOTE if quoted else Verb.POST
    answered = parent or (quoted if verb is Verb.QUOTE else None)
    yield Activity(
        id=status_at(note["id"]),
        time=moment(note["published"]),
        actor=actor,
        verb=verb,
        parent=status_at(answered) if answered else None,
        to=others if direct else (),
        mentions=() if direct else others,
        text=plain(note.get("content")),
        url=_web(note.get("url")),
        tags=_names(one for one in tags if one.get("type") == "Hashtag"),
        line=line,
    )
