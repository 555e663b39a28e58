"""What Zulip tells, in an archive and in answers: messages, reactions, people, and what a message seems to answer.

Zulip has topics and no replies: the message before it in the topic by somebody else, within 24 hours, is
taken for its parent, and marked as inferred.
References: github.com/zulip/zulip-archive; Zulip API, Get messages, Get users, Message formatting.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeAlias
from urllib.parse import unquote

from connectors.kit.addresses import email_account
from connectors.kit.answers import each, guarded, needed
from connectors.kit.json_files import rows
from connectors.kit.lists import objects
from connectors.kit.text import clean, words
from influence.contract.files import Member
from influence.contract.records import Activity, Deleted, Person, Record, SetAside, Verb

LONGEST_WAIT = 24 * 3600
"""Seconds within which a message is taken for an answer to the one before it."""
SYSTEM_BOTS = {"notification bot", "welcome bot", "reminder bot", "email gateway", "zulip feedback bot"}
_QUOTE = re.compile(r"(</?blockquote>)")
_MENTION = re.compile(
    r'<span class="user-mention[^"<>]{0,60}" data-user-id="(\d{1,18})">@?([^<>]{1,200})</span>'
)
Turn: TypeAlias = tuple[str, str, int]
"""A message as a possible parent: who wrote it, its id, its time in seconds."""
AFTER = timedelta(microseconds=1)
"""Zulip does not tell when a reaction was made: it is dated just after its message, the earliest it can be."""
TOPIC = re.compile(r"(?:.*/)?(\d+)-([^/]*)/([^/]+)\.json")
_HIDDEN_ADDRESS = re.compile(r"user\d+@")


@dataclass
class Turns:
    """One topic as it is read: its last message, and the last one before that by somebody else."""

    last: Turn | None = None
    other: Turn | None = None

    def parent(self, author: str, identity: str, time: int) -> str | None:
        """Take the next message and return the id of the one that it seems to answer.

        >>> turns = Turns()
        >>> [turns.parent(*m) for m in [("ann", "1", 0), ("bob", "2", 60), ("bob", "3", 90), ("ann", "4", 95)]]
        [None, '1', '1', '3']
        """
        if self.last is not None and self.last[0] != author:
            self.other = self.last
        self.last = (author, identity, time)
        near = self.other is not None and 0 <= time - self.other[2] <= LONGEST_WAIT
        return self.other[1] if self.other is not None and near else None

    def is_over(self, now: int) -> bool:
        """Tell whether nothing of it can be answered any more."""
        return self.last is None or now - self.last[2] > LONGEST_WAIT


def mentions(content: str) -> Iterator[tuple[str, str]]:
    """Yield id and name of each person named in a message's HTML; what is only quoted names nobody.

    >>> list(mentions('<blockquote>x</blockquote><span class="user-mention" data-user-id="7">@Ann Lee</span>'))
    [('7', 'Ann Lee')]
    """
    if "user-mention" not in content:
        return
    for found in _MENTION.finditer(own_words(content)):
        yield found[1], clean(html.unescape(found[2]), 200)


def own_words(content: str) -> str:
    """Return the HTML without what it quotes: those are another's words.

    >>> own_words("<p>Ann said</p><blockquote><p>No</p></blockquote><p>Yes</p>")
    '<p>Ann said</p><p>Yes</p>'
    """
    depth, own = 0, []
    for part in _QUOTE.split(content):
        if part == "<blockquote>":
            depth += 1
        elif part == "</blockquote>":
            depth = max(0, depth - 1)
        elif not depth:
            own.append(part)
    return "".join(own)


def archived(member: Member) -> Iterator[Record]:
    """Read one topic; accounts are names, since an archive holds no ids of senders."""
    found = TOPIC.fullmatch(member.name)
    stream, topic = (found[2], found[3]) if found else ("", member.name.removesuffix(".json"))
    place = f"{found[1]}/" if found else ""
    reader = _Topic(_plain(stream) or None, f"zulip-topic:{place}{_plain(topic)}")
    yield from each(rows(member), lambda at: reader.read(at.line, at.value), "the message")


def _plain(name: str) -> str:
    """Return a name that zulip-archive wrote for a file: `Dask.20Tutorial` is `Dask Tutorial`."""
    return clean(unquote(re.sub(r"\.(?=[0-9A-F]{2})", "%", name)), 200)


@dataclass
class _Topic:
    """One topic of an archive while it is read."""

    stream: str | None
    conversation: str
    turns: Turns = field(default_factory=Turns)
    bots: set[str] = field(default_factory=set)

    def read(self, line: int, row: Mapping[str, Any]) -> Iterator[Record]:
        """Yield a message, and its author where it is a program."""
        number, seconds, name = row.get("id"), row.get("timestamp"), row.get("sender_full_name")
        if not isinstance(number, int) or not isinstance(seconds, int) or not 0 < seconds < 2**33:
            yield SetAside("the message has no id or no time that can be meant", line)
            return
        author = clean(name, 200) if isinstance(name, str) else ""
        if not author:
            yield SetAside("the message has no author", line)
            return
        actor, identity = f"zulip-name:{author}", f"zulip:{number}-{seconds}"
        content = row.get("content")
        content = content if isinstance(content, str) else ""
        system = author.lower() in SYSTEM_BOTS
        if system and actor not in self.bots:
            self.bots.add(actor)
            yield Person(name=author, accounts=(actor,), bot=True, line=line)
        parent = None if system else self.turns.parent(actor, identity, seconds)
        named = dict.fromkeys(f"zulip-name:{whom}" for _, whom in mentions(content) if whom)
        yield Activity(
            id=identity,
            time=datetime.fromtimestamp(seconds, UTC),
            actor=actor,
            verb=Verb.REPLY if parent else Verb.MESSAGE,
            parent=parent,
            inferred=parent is not None,
            conversation=self.conversation,
            mentions=tuple(one for one in named if one != actor),
            channel=self.stream,
            text=words(own_words(content)),
            line=line,
        )


def people(users: Sequence[Any], site: str) -> Iterator[Record]:
    """Yield who is in an organisation."""
    for user in users:
        if not isinstance(user, Mapping) or not isinstance(user.get("user_id"), int):
            yield SetAside("the user has no id", 1)
            continue
        bot = user.get("is_bot") is True
        shown = user.get("delivery_email") or user.get("email")
        address = clean(shown, 320) if isinstance(shown, str) and not bot else ""
        mail = (email_account(address),) if "@" in address and not _HIDDEN_ADDRESS.match(address) else ()
        name = clean(str(user.get("full_name") or ""), 200) or None
        yield Person(name=name, accounts=(f"zulip:{site}/{user['user_id']}", *mail), bot=bot or None, line=1)


@dataclass
class Page:
    """One kept page of messages: `before` the topics as they stood, `since` the first id that is told here."""

    site: str
    kept: Mapping[str, Any]
    bots: set[str] = field(default_factory=set)

    def records(self, messages: Sequence[Any]) -> Iterator[Record]:
        """Yield what is gone, then what each message says, from the first that is told here."""
        since, topics = (
            int(needed(self.kept, "since", "the kept answer")),
            topics_of(self.kept.get("before", {})),
        )
        for gone in self.kept.get("gone", []):
            yield Deleted(f"zulip:{self.site}/{int(gone)}", 1)
        for message in messages:
            if not isinstance(message, Mapping) or not isinstance(message.get("id"), int):
                yield SetAside("the message has no id", 1)
                continue
            records = list(guarded(partial(self.message, message, topics), f"message {message['id']}"))
            yield from records if message["id"] >= since else ()

    def message(self, message: Mapping[str, Any], topics: dict[str, Turns]) -> Iterator[Record]:
        """Yield one message and its reactions; `topics` as they stand before it."""
        number, seconds, sender = message["id"], message.get("timestamp"), message.get("sender_id")
        if not isinstance(seconds, int) or not isinstance(sender, int) or not 0 < seconds < 2**33:
            yield SetAside(f"message {number} has no sender or no time that can be meant", 1)
            return
        place, actor = place_of(message), self._account(sender)
        identity = f"zulip:{self.site}/{number}"
        system = is_system(message)
        turns = topics.setdefault(place, Turns())
        parent = None if system else turns.parent(str(sender), str(number), seconds)
        content = message.get("content")
        content = content if isinstance(content, str) else ""
        if system and actor not in self.bots:
            self.bots.add(actor)
            name = clean(str(message.get("sender_full_name") or ""), 200)
            yield Person(name=name or None, accounts=(actor,), bot=True, line=1)
        named = dict.fromkeys(self._account(int(whom)) for whom, _ in mentions(content))
        said = Activity(
            id=identity,
            time=datetime.fromtimestamp(seconds, UTC),
            actor=actor,
            verb=Verb.REPLY if parent else Verb.MESSAGE,
            parent=f"zulip:{self.site}/{parent}" if parent else None,
            inferred=parent is not None,
            conversation=f"zulip:{self.site}/{place}",
            to=tuple(self._account(one) for one in _others(message, sender)),
            mentions=tuple(one for one in named if one != actor),
            channel=_stream(message),
            text=words(own_words(content)),
            tags=_topic(message),
            line=1,
        )
        yield said
        yield from self._reactions(message.get("reactions"), said)

    def _reactions(self, reactions: Any, to: Activity) -> Iterator[Record]:
        made: set[str] = set()
        for one in objects(reactions, "reactions"):
            whose = _whose(one)
            if not isinstance(whose, int):
                yield SetAside("a reaction to the message cannot be read", 1)
                continue
            kind = clean(str(one.get("emoji_name")), 100)
            identity = f"{to.id}:{kind}:{whose}"
            if identity not in made:
                made.add(identity)
                yield Activity(
                    id=identity,
                    time=to.time + AFTER,
                    actor=self._account(whose),
                    verb=Verb.REACT,
                    parent=to.id,
                    reaction=kind,
                    conversation=to.conversation,
                    channel=to.channel,
                    line=1,
                )

    def _account(self, user: int) -> str:
        return f"zulip:{self.site}/{user}"


def _whose(reaction: Any) -> Any:
    """Return the id of who reacted; older servers put it into an object of its own."""
    row = reaction if isinstance(reaction, Mapping) else {}
    user = row.get("user")
    return row.get("user_id", user.get("id") if isinstance(user, Mapping) else None)


def is_system(message: Mapping[str, Any]) -> bool:
    """Tell what Zulip itself says (a topic was moved): nobody answers that."""
    return message.get("sender_realm_str") == "zulipinternal"


def place_of(message: Mapping[str, Any]) -> str:
    """Return the topic, or the set of people of a direct message."""
    if isinstance(message.get("stream_id"), int):
        return f"{message['stream_id']}/{clean(str(message.get('subject') or ''), 200)}"
    return "direct/" + ",".join(str(one) for one in sorted(_recipients(message)))


def _topic(message: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the topic that a message in a stream stands under."""
    topic = clean(str(message.get("subject") or ""), 100) if isinstance(message.get("stream_id"), int) else ""
    return (topic,) if topic else ()


def _stream(message: Mapping[str, Any]) -> str | None:
    name = message.get("display_recipient")
    return clean(name, 200) or None if isinstance(name, str) else None


def _recipients(message: Mapping[str, Any]) -> set[int]:
    """Return who a direct message is to; what is to a stream has its name there."""
    told = message.get("display_recipient")
    rows = [] if isinstance(message.get("stream_id"), int) else objects(told, "display_recipient")
    return {row["id"] for row in rows if isinstance(row.get("id"), int)}


def _others(message: Mapping[str, Any], sender: int) -> list[int]:
    return sorted(_recipients(message) - {sender})


def topics_of(kept: Mapping[str, Any]) -> dict[str, Turns]:
    """Return the topics as a cursor holds them."""
    return {place: Turns(*(tuple(turn) if turn else None for turn in turns)) for place, turns in kept.items()}
