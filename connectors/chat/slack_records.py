"""What a Slack message says: who wrote where, whom it answers, names and moves; the same in export and API.

References: Slack, Reading workspace data exports; Slack API, message events and conversations.history.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.kit.addresses import email_account
from connectors.kit.lists import objects, texts
from connectors.kit.text import clean
from influence.contract.records import (
    Activity,
    Deleted,
    Encounter,
    Evidence,
    Modality,
    Note,
    Person,
    Record,
    SetAside,
    Verb,
)

SAID = {"me_message", "thread_broadcast", "file_share", "bot_message", "file_comment"}
"""Subtypes that somebody wrote; all others are notices (somebody joined, a topic was set) and left out."""
AFTER = timedelta(microseconds=1)
"""Slack does not tell when a reaction was made: it is dated just after its message, the earliest it can be."""
FIRST = 1_262_304_000
"""2010 began; there was no Slack before 2013."""
LAST = 4_102_444_800
"""2100 begins."""
_MENTION = re.compile(r"<@([UWB][A-Z0-9]{1,30})(?:\|[^<>]{0,200})?>")
_TS = re.compile(r"\d{10,11}(?:\.\d{1,6})?")
MOST_ELEMENTS = 10_000
"""Elements of the blocks of one message that are looked at."""
_TALKS = {"huddle_thread", "sh_room_created"}
"""Subtypes under which Slack says who talked in a room."""
_ID = re.compile(r"[A-Z0-9]{2,40}")


@dataclass(frozen=True, slots=True)
class Channel:
    """Where it was said; `members` are those of a direct message, which has no `name`."""

    id: str
    name: str | None = None
    members: tuple[str, ...] = ()


@dataclass
class MessageReader:
    """Turns messages into records, and counts what it leaves out.

    `known` are accounts of which a list of users tells; where one was read (`listed`), somebody who writes by an
    app and is not on it is the app.
    """

    left_out: Counter[str] = field(default_factory=Counter)
    unlisted: int = 0
    known: set[str] = field(default_factory=set)
    listed: bool = False

    def read(self, message: Mapping[str, Any], channel: Channel, line: int) -> Iterator[Record]:
        """Yield the message, its reactions, and claims on authors that no list of users knows."""
        subtype = message.get("subtype")
        if subtype and (not isinstance(subtype, str) or subtype not in SAID):
            yield from self._notice(str(subtype), message, channel, line)
            return
        ts, actor = message.get("ts"), self._author(message)
        if not isinstance(ts, str) or not _TS.fullmatch(ts) or float(ts) < FIRST:
            yield SetAside(f"the message's time {str(ts)[:40]!r} cannot be meant", line)
            return
        if actor is None:
            yield SetAside("the message has no author", line)
            return
        if actor not in self.known:
            for claim in self._claim(actor, message, line):
                self.known.add(actor)
                yield claim
        said = _said(message, ts, actor, channel, line)
        yield said
        if "reactions" in message:
            yield from self._reactions(message["reactions"], said)

    def _notice(
        self, subtype: str, message: Mapping[str, Any], channel: Channel, line: int
    ) -> Iterator[Record]:
        inner = message.get("message")
        edited = isinstance(inner, Mapping) and inner.get("subtype") != "message_changed"
        if subtype == "message_changed" and isinstance(inner, Mapping) and edited:
            yield from self.read(inner, channel, line)
        elif subtype == "message_deleted" and isinstance(message.get("deleted_ts"), str):
            yield Deleted(_id(channel, message["deleted_ts"]), line)
        elif subtype == "tombstone" and isinstance(message.get("ts"), str):
            yield Deleted(_id(channel, message["ts"]), line)
        elif subtype in _TALKS and (talk := _talk(message.get("room"), line)):
            yield talk
        else:
            self.left_out[clean(subtype, 40)] += 1

    def _author(self, message: Mapping[str, Any]) -> str | None:
        comment = message.get("comment")
        whose = message.get("user") or (comment.get("user") if isinstance(comment, Mapping) else None)
        found = whose or message.get("bot_id")
        return f"slack:{found}" if isinstance(found, str) and _ID.fullmatch(found) else None

    def _claim(self, actor: str, message: Mapping[str, Any], line: int) -> Iterator[Person]:
        profile = message.get("user_profile")
        if isinstance(profile, Mapping) and message.get("user"):
            if name := _first_name(profile, "real_name", "display_name", "first_name", "name"):
                yield Person(name=name, accounts=(actor,), line=line)
        elif self.listed and (message.get("bot_id") or isinstance(message.get("bot_profile"), Mapping)):
            app = message.get("bot_profile")
            name = _first_name(app, "name") if isinstance(app, Mapping) else _first_name(message, "username")
            yield Person(name=name, accounts=(actor,), bot=True, line=line)
        elif actor == "slack:USLACKBOT" or not (message.get("user") or message.get("comment")):
            yield Person(name=_first_name(message, "username"), accounts=(actor,), bot=True, line=line)

    def _reactions(self, reactions: Any, to: Activity) -> Iterator[Record]:
        for reaction in objects(reactions, "reactions"):
            if not isinstance(reaction.get("users"), list):
                yield SetAside("a reaction to the message cannot be read", to.line)
                continue
            users = [
                user for user in texts(reaction["users"], "the users of a reaction") if _ID.fullmatch(user)
            ]
            count = reaction.get("count")
            self.unlisted += max(0, count - len(users)) if isinstance(count, int) else 0
            for user in dict.fromkeys(users):
                yield _reaction(to, clean(str(reaction.get("name")), 100), user)

    def notes(self) -> Iterator[Note]:
        """Yield what was left out, by its kind."""
        if self.left_out:
            kinds = ", ".join(f"{count:,} {kind}" for kind, count in self.left_out.most_common())
            yield Note(f"notices that are nobody's message were left out: {kinds}")
        if self.unlisted:
            yield Note(f"reactions whose makers Slack does not list were left out: {self.unlisted:,}")


def _said(message: Mapping[str, Any], ts: str, actor: str, channel: Channel, line: int) -> Activity:
    text = message.get("text")
    text = text if isinstance(text, str) else ""
    thread = message.get("thread_ts")
    answers = isinstance(thread, str) and thread != ts and _TS.fullmatch(thread) is not None
    root = _id(channel, str(thread) if answers else ts)
    return Activity(
        id=_id(channel, ts),
        time=datetime.fromtimestamp(float(ts), UTC),
        actor=actor,
        verb=_verb(message, answers=answers),
        parent=root if answers else None,
        conversation=root,
        to=tuple(one for one in channel.members if one != actor),
        mentions=_mentions(text, message.get("blocks"), actor),
        channel=channel.name,
        text=text or None,
        line=line,
    )


def _talk(room: Any, line: int) -> Encounter | None:
    """Return the online meeting that a huddle was; None where fewer than two were in it."""
    if not isinstance(room, Mapping) or not isinstance(room.get("id"), str):
        return None
    listed = [*_listed(room, "participant_history"), *_listed(room, "participants"), room.get("created_by")]
    people = dict.fromkeys(f"slack:{one}" for one in listed if isinstance(one, str) and _ID.fullmatch(one))
    people.pop("slack:USLACKBOT", None)
    begun = room.get("date_start")
    if len(people) < 2 or not isinstance(begun, int) or not FIRST <= begun < LAST:
        return None
    return Encounter(
        people=tuple(people),
        kind=Modality.ONLINE,
        evidence=Evidence.EVENT,
        time=datetime.fromtimestamp(begun, UTC),
        id=f"slack-room:{clean(room['id'], 40)}",
        line=line,
    )


def _listed(of: Mapping[str, Any], name: str) -> list[Any]:
    value = of.get(name)
    return value[:1000] if isinstance(value, list) else []


def _verb(message: Mapping[str, Any], *, answers: bool) -> Verb:
    if answers:
        return Verb.REPLY
    return Verb.COMMENT if message.get("subtype") == "file_comment" else Verb.MESSAGE


def _mentions(text: str, blocks: Any, actor: str) -> tuple[str, ...]:
    """Return who is named: in the text, and in the blocks, of which the text is often only a short form."""
    named = _MENTION.findall(text) if "<@" in text else []
    found = dict.fromkeys(f"slack:{user}" for user in (*named, *_named_in(blocks)))
    found.pop(actor, None)
    return tuple(found)


def _named_in(blocks: Any) -> Iterator[str]:
    """Yield who is named in blocks: elements of the type `user`, and texts within elements."""
    waiting, left = [blocks] if isinstance(blocks, list) else [], MOST_ELEMENTS
    while waiting and (left := left - 1):
        one = waiting.pop()
        if isinstance(one, list):
            waiting.extend(reversed(one))
        elif isinstance(one, Mapping):
            user, text = one.get("user_id"), one.get("text")
            if one.get("type") == "user" and isinstance(user, str) and _ID.fullmatch(user):
                yield user
            if isinstance(text, str) and one.get("type") == "mrkdwn":
                yield from _MENTION.findall(text)
            waiting.extend(
                one[name]
                for name in ("fields", "elements", "text")
                if isinstance(one.get(name), list | Mapping)
            )


def _reaction(to: Activity, name: str, user: str) -> Activity:
    return Activity(
        id=f"{to.id}:{name}:{user}",
        time=to.time + AFTER,
        actor=f"slack:{user}",
        verb=Verb.REACT,
        parent=to.id,
        reaction=name,
        conversation=to.conversation,
        channel=to.channel,
        line=to.line,
    )


def _id(channel: Channel, ts: str) -> str:
    return f"slack:{channel.id}:{ts}"


def person(user: Mapping[str, Any], line: int) -> Person | SetAside:
    """Return what a list of users says of one: name, account, e-mail address, whether it is a bot.

    In an Enterprise Grid a person has an id in the workspace and one in the whole organisation.

    >>> person({"id": "U1", "profile": {"real_name": "Ann Lee", "email": "ann@acme.com"}}, 1).accounts
    ('slack:U1', 'email:ann@acme.com')
    """
    found, profile = user.get("id"), user.get("profile")
    if not isinstance(found, str) or not _ID.fullmatch(found):
        return SetAside("the user has no id", line)
    profile = profile if isinstance(profile, Mapping) else {}
    address = profile.get("email")
    mail = (email_account(clean(address, 320)),) if isinstance(address, str) and "@" in address else ()
    grid = user.get("enterprise_user")
    wide = grid.get("id") if isinstance(grid, Mapping) else None
    other = (f"slack:{wide}",) if isinstance(wide, str) and _ID.fullmatch(wide) and wide != found else ()
    return Person(
        name=_first_name(profile, "real_name") or _first_name(user, "real_name", "name"),
        accounts=(f"slack:{found}", *other, *mail),
        bot=True if user.get("is_bot") is True or found == "USLACKBOT" else None,
        line=line,
    )


def _first_name(of: Mapping[str, Any], *fields: str) -> str | None:
    for name in fields:
        value = of.get(name)
        if isinstance(value, str) and clean(value, 200):
            return clean(value, 200)
    return None
