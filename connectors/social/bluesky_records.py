"""Records and views of Bluesky (AT protocol) as activities.

References: atproto.com/specs (AT URI, DID, TID), the lexicons app.bsky.feed and app.bsky.graph.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.kit.answers import needed
from connectors.kit.lists import rows_of, texts
from connectors.kit.text import clean
from connectors.kit.times import moment
from influence.contract.connector import Changed
from influence.contract.records import Activity, Person, Record, SetAside, Verb

_DID = re.compile(r"did:[a-z]{1,20}:[\w.:%-]{1,250}")
_URI = re.compile(r"at://(did:[a-z]{1,20}:[\w.:%-]{1,250})/([\w.-]{1,300})/([\w.~:-]{1,512})")
_HANDLE = re.compile(r"[\w-]{1,63}(\.[\w-]{1,63}){1,8}")
_TID = re.compile(r"[2-7a-j][2-7a-z]{12}")
_DIGITS = "234567abcdefghijklmnopqrstuvwxyz"
_FEED = "app.bsky.feed."


def account(did: Any) -> str:
    """Return the account of a DID, which stays when the handle changes.

    Raises:
        ValueError: it is none.

    >>> account("did:plc:abc")
    'bluesky:did:plc:abc'
    """
    if not _DID.fullmatch(str(did)):
        raise ValueError(f"{str(did)[:60]!r} is no DID")
    return f"bluesky:{did}"


def parts(uri: Any) -> tuple[str, str, str]:
    """Return the DID, the collection and the key of a record's address.

    Raises:
        ValueError: it is none.

    >>> parts("at://did:plc:abc/app.bsky.feed.post/3n2uhpr5u3c2t")
    ('did:plc:abc', 'app.bsky.feed.post', '3n2uhpr5u3c2t')
    """
    found = _URI.fullmatch(str(uri))
    if found is None:
        raise ValueError(f"{str(uri)[:80]!r} is no address of a record")
    return found[1], found[2], found[3]


def time_of(key: str) -> datetime:
    """Return when a record was made, by its key (a TID: microseconds since 1970, shifted by 10 bits).

    Raises:
        ValueError: the key is no TID.

    >>> time_of("3n2uhpr5u3c2t").date().isoformat()
    '2026-11-22'
    """
    if not _TID.fullmatch(key):
        raise ValueError("it states no time, nor does its key")
    value = 0
    for letter in key:
        value = value * 32 + _DIGITS.index(letter)
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=value >> 10)


def id_of(uri: Any) -> str:
    """Return the id of the activity of a record."""
    parts(uri)
    return f"bluesky:{uri}"


def reaction_id(verb: Verb, subject: Any, did: str) -> str:
    """Return the id of a like or repost: of one person there is one for each post, wherever it was read."""
    return f"{id_of(subject)}/{verb.value}/{did}"


@dataclass
class People:
    """Claims on people, each made once."""

    made: set[tuple[str | None, ...]] = field(default_factory=set)

    def claim(self, profile: Mapping[str, Any], line: int) -> Iterator[Person]:
        """Yield that a DID, a handle and a name are one person's, where it is new."""
        did, handle = account(profile["did"]), str(profile.get("handle", "")).lower()
        name = clean(str(profile.get("displayName") or ""), 200) or None
        known = handle != "handle.invalid" and _HANDLE.fullmatch(handle)
        accounts = (did, f"bluesky-handle:{handle}") if known else (did,)
        labels = {str(one.get("val")) for one in rows_of(profile, "labels")}
        if (name, *accounts) not in self.made:
            self.made.add((name, *accounts))
            yield Person(name=name, accounts=accounts, bot=True if "bot" in labels else None, line=line)


def read_record(uri: Any, value: Mapping[str, Any], line: int) -> Activity | Person | None:
    """Read one record of a repository; None for those that are no activity (lists, gates, settings).

    Raises:
        ValueError, KeyError, TypeError: it has another shape.
    """
    did, collection, key = parts(uri)
    if collection == "app.bsky.actor.profile":
        return Person(
            name=clean(str(value.get("displayName") or ""), 200) or None, accounts=(account(did),), line=line
        )
    if collection == f"{_FEED}post":
        return _post(uri, value, line)
    time, actor = _time(value, key), account(did)
    if collection == f"{_FEED}like":
        subject = needed(value["subject"], "uri", "the like")
        item_id = reaction_id(Verb.REACT, subject, did)
        return Activity(item_id, time, actor, Verb.REACT, parent=id_of(subject), reaction="like", line=line)
    if collection == f"{_FEED}repost":
        subject = needed(value["subject"], "uri", "the repost")
        item_id = reaction_id(Verb.SHARE, subject, did)
        return Activity(item_id, time, actor, Verb.SHARE, parent=id_of(subject), line=line)
    if collection == "app.bsky.graph.follow":
        return Activity(id_of(uri), time, actor, Verb.FOLLOW, to=(account(value["subject"]),), line=line)
    return None


def _time(value: Mapping[str, Any], key: str) -> datetime:
    """Return when a record says it was made; where that cannot be read, when its key says so."""
    try:
        return moment(value.get("createdAt"))
    except Changed:
        return time_of(key)


def _post(uri: str, post: Mapping[str, Any], line: int) -> Activity:
    did, _, key = parts(uri)
    actor, verb, parent, conversation = account(did), Verb.POST, None, str(uri)
    if isinstance(reply := post.get("reply"), Mapping):
        verb, parent = Verb.REPLY, needed(reply["parent"], "uri", "the reply")
        conversation = str(needed(reply["root"], "uri", "the reply"))
    quoted = quoted_by(post)
    features = [one for facet in rows_of(post, "facets") for one in rows_of(facet, "features")]
    mentions = [account(one["did"]) for one in features if "did" in one]
    tags = [*(one.get("tag") for one in features), *texts(post.get("tags"), "tags")]
    if quoted and parent is None:
        verb, parent = Verb.QUOTE, quoted
    elif quoted:
        mentions.append(account(parts(quoted)[0]))
    return Activity(
        id=id_of(uri),
        time=_time(post, key),
        actor=actor,
        verb=verb,
        parent=id_of(parent) if parent else None,
        conversation=id_of(conversation),
        mentions=tuple(one for one in dict.fromkeys(mentions) if one != actor),
        text=str(post.get("text") or "") or None,
        url=f"https://bsky.app/profile/{did}/post/{key}",
        tags=tuple(dict.fromkeys(clean(one, 200) for one in tags if isinstance(one, str))),
        line=line,
    )


def quoted_by(post: Mapping[str, Any]) -> str | None:
    """Return the address of the post that a post quotes; a quoted list or feed is no post."""
    embed = post.get("embed")
    while isinstance(embed, Mapping) and isinstance(embed.get("record"), Mapping):
        embed = embed["record"]
    uri = str(embed.get("uri")) if isinstance(embed, Mapping) else ""
    return uri if f"/{_FEED}post/" in uri else None


def read_view(view: Mapping[str, Any], line: int, people: People) -> Iterator[Record]:
    """Read a post as the network shows it: its author and its record.

    Raises:
        ValueError, KeyError, TypeError: it has another shape.
    """
    yield from people.claim(view["author"], line)
    found = read_record(view["uri"], needed(view, "record", "the post"), line)
    if found is not None:
        yield found


def read_thread(thread: Mapping[str, Any], line: int, people: People) -> Iterator[Record]:
    """Read a thread: the post, what it answers, and everything that answers it.

    Raises:
        ValueError, KeyError, TypeError: it has another shape.
    """
    todo = [thread]
    while todo:
        node = todo.pop()
        if isinstance(node.get("post"), Mapping):
            yield from read_view(node["post"], line, people)
        elif node.get("blocked") or node.get("notFound"):
            yield SetAside("an answer in the thread is deleted or blocked, and not shown", line)
        if isinstance(node.get("parent"), Mapping):
            todo.append(node["parent"])
        todo.extend(rows_of(node, "replies"))


def read_reactions(page: Mapping[str, Any], line: int, people: People) -> Iterator[Record]:
    """Read who liked a post, with times, or who reposted it: the service gives no time for that.

    A repost is dated at the post itself, the earliest that it can be.

    Raises:
        ValueError, KeyError, TypeError: it has another shape.
    """
    subject = page["uri"]
    for like in rows_of(page, "likes"):
        yield from people.claim(like["actor"], line)
        did = like["actor"]["did"]
        yield Activity(
            id=reaction_id(Verb.REACT, subject, did),
            time=moment(like["createdAt"]),
            actor=account(did),
            verb=Verb.REACT,
            parent=id_of(subject),
            reaction="like",
            line=line,
        )
    for profile in rows_of(page, "repostedBy"):
        yield from people.claim(profile, line)
        yield Activity(
            id=reaction_id(Verb.SHARE, subject, profile["did"]),
            time=time_of(parts(subject)[2]),
            actor=account(profile["did"]),
            verb=Verb.SHARE,
            parent=id_of(subject),
            line=line,
        )
