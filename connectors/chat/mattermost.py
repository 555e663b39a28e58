"""Mattermost: the bulk export of a server (JSON Lines), and saved answers of its API (posts, users).

References: Mattermost, Bulk export data, Data format (docs.mattermost.com); API Reference, Posts and Users.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, ClassVar

from connectors.kit.addresses import address_account
from connectors.kit.answers import each, guarded, identifier, mapping
from connectors.kit.apart import not_read
from connectors.kit.json_files import document, holds, values
from connectors.kit.lists import rows_of, texts
from connectors.kit.repeats import Repeats
from connectors.kit.text import clean
from influence.contract.connector import Unreadable
from influence.contract.files import Member
from influence.contract.records import Activity, Deleted, Note, Person, Record, SetAside, Verb

_BULK = re.compile(rb"(?:\xef\xbb\xbf)?\s{0,100}\{\s{0,20}\"type\"\s{0,20}:\s{0,20}\"version\"")
_POSTS = (b'"order"', b'"posts"', b'"channel_id"', b'"root_id"')
_LISTED = (b'"channel_id"', b'"root_id"', b'"user_id"', b'"create_at"')
"""What `mmctl post list --json` writes: the posts alone, in a list."""
_USERS = (b'"username"', b'"notify_props"', b'"auth_service"')
_MENTION = re.compile(r"(?<![\w@./])@([a-z0-9][a-z0-9._-]{1,63})", re.IGNORECASE)
_EVERYBODY = frozenset(("all", "here", "channel"))
_AFTER = timedelta(microseconds=1)


@dataclass(frozen=True)
class Mattermost:
    """Posts of channels and direct messages, their threads and reactions, and who is there."""

    name: ClassVar[str] = "mattermost"
    title: ClassVar[str] = "Mattermost: the bulk export of a server (JSON Lines), or saved answers of its API"
    source: ClassVar[str] = "An administrator makes it with: mmctl export create, then mmctl export download."

    def recognises(self, member: Member, head: bytes) -> bool:  # noqa: ARG002 - a name proves nothing
        """Tell a bulk export by its first line, answers by their fields."""
        return _BULK.match(head) is not None or holds(head, _POSTS, _LISTED, _USERS)

    def parse(self, member: Member) -> Iterator[Record]:
        """Yield who is there, posts, answers and reactions.

        Raises:
            Unreadable: it is neither a bulk export nor an answer that is known.
        """
        head = member.head()
        if _BULK.match(head):
            yield from _bulk(member)
        elif holds(head, _POSTS, _LISTED):
            yield from _answer(member)
        elif holds(head, _USERS):
            body = document(member)
            yield from each(
                body if isinstance(body, list) else [body], lambda one: [_person(one)], "the user"
            )
        else:
            raise Unreadable(
                f"{member.name}: the file is no bulk export of Mattermost and no answer with its posts"
            )


def _bulk(member: Member) -> Iterator[Record]:
    reader, others = _Bulk(), Counter[str]()
    for line in values(member):
        if isinstance(line, SetAside):
            yield line
            continue
        row = mapping(line.value)
        kind = str(row.get("type"))
        if kind in {"user", "bot", "post", "direct_post"}:
            yield from guarded(partial(reader.read, kind, row, line.line), f"the {kind}", line.line)
        elif not row:
            yield SetAside("the line is no JSON object", line.line)
        elif kind not in {"version", "team", "channel", "scheme", "role", "emoji", "direct_channel"}:
            others[clean(kind, 40)] += 1
    if others:
        yield Note(
            "lines that are not read: " + ", ".join(f"{kind} ({count:,})" for kind, count in others.items())
        )
    yield from not_read(reader.apart)


def _time(value: Any) -> datetime:
    """Read milliseconds since 1970.

    Raises:
        ValueError: it is no such number.
    """
    if not isinstance(value, int) or not 0 < value < 2**43:
        raise ValueError(f"the time {clean(str(value), 40)!r} cannot be meant")
    return datetime.fromtimestamp(value / 1000, UTC)


def _by_name(name: Any) -> str:
    return f"mattermost:@{identifier(str(name or '').lower(), 'the username')}"


def _person(row: Mapping[str, Any], line: int = 1) -> Person:
    """Return what a list of users says of one: name, accounts by id and by username, address."""
    name = clean(f"{row.get('first_name') or ''} {row.get('last_name') or ''}", 200)
    number = (f"mattermost:{identifier(row['id'], 'id')}",) if row.get("id") else ()
    mail = address_account(row.get("email"))
    shown = name or clean(
        str(row.get("nickname") or row.get("display_name") or row.get("username") or ""), 200
    )
    accounts = (*number, _by_name(row["username"]), *((mail,) if mail else ()))
    bot = True if row.get("is_bot") is True or "owner" in row else None
    return Person(name=shown or None, accounts=accounts, bot=bot, line=line)


def _mentions(text: str, actor: str) -> tuple[str, ...]:
    named = (one.rstrip(".-_").lower() for one in _MENTION.findall(text))
    found = dict.fromkeys(f"mattermost:@{one}" for one in named if one not in _EVERYBODY)
    return tuple(one for one in found if one != actor)


@dataclass
class _Bulk:
    """Reads the lines of a bulk export, in which posts have no ids: a channel, a moment and a user name one."""

    repeats: Repeats = field(default_factory=Repeats)
    bots: set[str] = field(default_factory=set)
    apart: Counter[str] = field(default_factory=Counter)

    def read(self, kind: str, row: Mapping[str, Any], line: int) -> Iterator[Record]:
        body = mapping(row.get(kind))
        if kind == "bot":
            self.bots.add(str(body.get("username") or "").lower())
        if kind in {"user", "bot"}:
            yield _person(body if kind == "user" else {**body, "is_bot": True}, line)
            return
        members = _members(body)
        if kind == "direct_post" and not members:
            raise ValueError("it does not tell between whom it is")
        place = "+".join(sorted(members)) if members else f"{body.get('team')}/{body.get('channel')}"
        place = clean(place, 300)
        root = self._post(body, place, members, line)
        if self._is_said(body):
            yield root
            yield from self._reactions(body, root)
        for answer in rows_of(body, "replies"):
            if self._is_said(answer):
                said = self._post(answer, place, members, line, root)
                yield said
                yield from self._reactions(answer, said)

    def _is_said(self, body: Mapping[str, Any]) -> bool:
        """Tell what an account said from what a program wrote, which is counted."""
        why = _of_a_program(body, is_bot=str(body.get("user") or "").lower() in self.bots)
        if why:
            self.apart[why] += 1
        return not why

    def _post(
        self,
        body: Mapping[str, Any],
        place: str,
        members: Sequence[str],
        line: int,
        root: Activity | None = None,
    ) -> Activity:
        actor, text = _by_name(body.get("user")), str(body.get("message") or "")
        own = self.repeats.named(f"mattermost:{place}:{body.get('create_at')}:{actor.partition('@')[2]}")
        return Activity(
            id=own,
            time=_time(body.get("create_at")),
            actor=actor,
            verb=Verb.REPLY if root else Verb.MESSAGE,
            parent=root.id if root else None,
            conversation=root.id if root else own,
            to=tuple(one for one in members if one != actor),
            mentions=_mentions(text, actor),
            channel=None if members else f"mattermost:{place}",
            text=text or None,
            line=line,
        )

    def _reactions(self, body: Mapping[str, Any], to: Activity) -> Iterator[Record]:
        for row in rows_of(body, "reactions"):
            yield _reaction(_by_name(row.get("user")), row, to)


def _members(body: Mapping[str, Any]) -> tuple[str, ...]:
    """Return between whom a direct post is, as older servers name them or as newer ones do."""
    named = texts(body.get("channel_members"), "channel_members")
    newer = [str(one.get("username") or "") for one in rows_of(body, "participants")]
    return tuple(_by_name(one) for one in named or newer)


def _of_a_program(row: Mapping[str, Any], *, is_bot: bool) -> str:
    """Say why nobody wrote a post of theirs; empty where somebody did, or a bot in its own name."""
    props = mapping(row.get("props"))
    if str(row.get("type") or "").startswith("system_"):
        return "lines of the program (joined, renamed and the like)"
    through = any(
        str(props.get(name)).lower() == "true" for name in ("from_webhook", "from_bot", "from_plugin")
    )
    return "posts of programs in the name of an account" if through and not is_bot else ""


def _reaction(who: str, row: Mapping[str, Any], to: Activity) -> Activity:
    sign = clean(str(row.get("emoji_name") or ""), 60)
    return Activity(
        id=f"{to.id}:{sign}:{who.partition(':')[2]}",
        time=max(_time(row.get("create_at")), to.time + _AFTER),
        actor=who,
        verb=Verb.REACT,
        parent=to.id,
        conversation=to.conversation,
        channel=to.channel,
        reaction=sign or None,
        line=to.line,
    )


def _answer(member: Member) -> Iterator[Record]:
    """Yield the posts of an answer; of those of the program none."""
    body, apart, people = document(member), Counter[str](), []
    posts = body if isinstance(body, list) else list(mapping(mapping(body).get("posts")).values())
    for one in posts:
        why = _of_a_program(mapping(one), is_bot=False)
        if why:
            apart[why] += 1
        else:
            people.append(one)
    yield from each(people, _post, "the post")
    yield from not_read(apart)


def _post(row: Mapping[str, Any]) -> Iterator[Record]:
    own = f"mattermost:{identifier(row['id'], 'id')}"
    if row.get("delete_at"):
        yield Deleted(own, 1)
        return
    actor, text = f"mattermost:{identifier(row['user_id'], 'user_id')}", str(row.get("message") or "")
    root = f"mattermost:{identifier(row['root_id'], 'root_id')}" if row.get("root_id") else None
    said = Activity(
        id=own,
        time=_time(row.get("create_at")),
        actor=actor,
        verb=Verb.REPLY if root else Verb.MESSAGE,
        parent=root,
        conversation=root or own,
        mentions=_mentions(text, actor),
        channel=f"mattermost:{identifier(row['channel_id'], 'channel_id')}",
        text=text or None,
        tags=tuple(one.lstrip("#") for one in str(row.get("hashtags") or "").split()),
        line=1,
    )
    yield said
    for reaction in rows_of(mapping(row.get("metadata")), "reactions"):
        yield _reaction(f"mattermost:{identifier(reaction.get('user_id'), 'user_id')}", reaction, said)
