"""The events of a Matrix room as activities: who wrote, answered, reacted, edited or withdrew what."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from connectors.kit.answers import LeftOut, guarded, mapping, needed
from connectors.kit.lists import texts
from connectors.kit.text import clean
from influence.contract.connector import Changed
from influence.contract.records import Activity, Deleted, Note, Person, Record, Verb

FEWEST_NOTICES = 3
"""Notices, and nothing else, by which a sender counts as a program."""
_MESSAGES = frozenset(
    (
        *("m.room.message", "m.room.encrypted", "m.sticker"),
        *("m.poll.start", "org.matrix.msc3381.poll.start", "m.poll.response"),
    )
)
_USER = re.compile(r"@[^\s:]{0,255}:[^\s]{1,255}")
_PILL = re.compile(r"https://matrix\.to/#/((?:@|%40)[^\"'<>?\s]{1,300})")


@dataclass(frozen=True)
class Room:
    """What one answer holds of a room: its events, who is in it (None: not told), edited messages."""

    room_id: Any
    events: Any
    members: Mapping[str, Any] | None = None
    originals: Any = ()
    state: Any = ()


def read_room(room: Room) -> Iterator[Record]:
    """Yield the activities of a room, what was withdrawn, and who its people are.

    Raises:
        Changed: the events are no list.
    """
    if not isinstance(room.events, list):
        raise Changed("the events of a room are no list: the service's answer has changed")
    reader = _Reader(room)
    for number, event in enumerate(room.events, 1):
        yield from guarded(lambda event=event: reader.read(event), f"event {number}")  # type: ignore[misc]
    yield from reader.people()
    yield from (Note(f"{count:,} {what}") for what, count in sorted(reader.passed_over.items()))


@dataclass
class _Reader:
    """Reads the events of one room; knows who is in it and which of its messages were edited."""

    room: Room
    passed_over: Counter[str] = field(default_factory=Counter)
    notices: Counter[str] = field(default_factory=Counter)
    by_hand: set[str] = field(default_factory=set)
    names: dict[str, str] = field(default_factory=dict)
    by_id: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    edits: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    here: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        events = [one for one in (*self.room.state, *self.room.events) if isinstance(one, Mapping)]
        for event in events:
            content = mapping(event.get("content"))
            if event.get("type") == "m.room.member" and content.get("membership") == "join":
                self.names[str(event.get("state_key"))] = str(content.get("displayname") or "")
        for user, shown in (self.room.members or {}).items():
            self.names[user] = str(mapping(shown).get("display_name") or "")
        known = [one for one in (*self.room.originals, *self.room.events) if isinstance(one, Mapping)]
        self.by_id = {str(one.get("event_id")): one for one in known}
        self.here = {str(event.get("event_id")) for event in events}
        for event in known:
            self._note_edit(event)
            self._note_edit(
                mapping(mapping(mapping(event.get("unsigned")).get("m.relations")).get("m.replace"))
            )

    def _note_edit(self, event: Mapping[str, Any]) -> None:
        """Remember the latest edit of each message; what others put in an author's mouth does not count."""
        relation = _relation(mapping(event.get("content")))
        target = str(relation.get("event_id"))
        original = self.by_id.get(target, {})
        if relation.get("rel_type") == "m.replace" and event.get("sender") == original.get("sender"):
            self.edits[target] = max(self.edits.get(target, event), event, key=_stated_time)

    def read(self, event: Any) -> Iterator[Record]:
        """Yield what one event says."""
        kind, content = str(needed(event, "type", "the event")), mapping(event.get("content"))
        if kind == "m.room.redaction":
            yield Deleted(f"matrix:{self._redacted(event)}", line=1)
        elif "redacted_because" in mapping(event.get("unsigned")):
            self.passed_over["messages were withdrawn before they were read"] += 1
        elif kind == "m.reaction":
            acted = self._activity(event, Verb.REACT, self._related(content))
            yield replace(acted, reaction=clean(str(_relation(content).get("key") or ""), 40) or None)
        elif kind in _MESSAGES and _relation(content).get("rel_type") == "m.replace":
            yield from self._edited(content)
        elif kind in _MESSAGES:
            yield self._message(event)
        else:
            self.passed_over["events are no messages (who joined, names, topics)"] += 1

    def _redacted(self, event: Mapping[str, Any]) -> str:
        """Return what is withdrawn; rooms of version 11 and later say it in the content."""
        found = event.get("redacts") or mapping(event.get("content")).get("redacts")
        if not isinstance(found, str) or not found.strip():
            raise Changed(
                "the redaction has no 'redacts': the service's answer no longer has the shape it had"
            )
        return found

    def _edited(self, content: Mapping[str, Any]) -> Iterator[Record]:
        """Yield once a message that was edited, as it is now; one that stands here too is yielded there."""
        target = self._related(content)
        if target not in self.edits:
            self.passed_over["edits are of messages that are not in this answer"] += 1
        elif target not in self.here and "redacted_because" not in mapping(
            self.by_id[target].get("unsigned")
        ):
            self.here.add(target)
            yield self._message(self.by_id[target])

    def _message(self, event: Mapping[str, Any]) -> Activity:
        content = mapping(event.get("content"))
        edit = mapping(self.edits.get(str(event.get("event_id")), {}).get("content"))
        self._count(str(event.get("sender")), content)
        parent, thread = _answered(content)
        return self._activity(
            event,
            Verb.REPLY if parent else Verb.MESSAGE,
            parent,
            thread=thread,
            shown=mapping(edit.get("m.new_content")) or content,
        )

    def _count(self, sender: str, content: Mapping[str, Any]) -> None:
        if content.get("msgtype") == "m.notice":
            self.notices[sender] += 1
        else:
            self.by_hand.add(sender)

    def _activity(
        self,
        event: Mapping[str, Any],
        verb: Verb,
        parent: str | None,
        *,
        thread: str | None = None,
        shown: Mapping[str, Any] | None = None,
    ) -> Activity:
        sender = needed(event, "sender", "the event")
        if not isinstance(sender, str) or not _USER.fullmatch(sender):
            raise LeftOut("its sender is no user")
        room_id = self.room.room_id or event.get("room_id")
        shown, others = shown or {}, [user for user in self.room.members or {} if user != sender]
        body = shown.get("body")
        return Activity(
            id=f"matrix:{needed(event, 'event_id', 'the event')}",
            time=_time(needed(event, "origin_server_ts", "the event")),
            actor=account(sender),
            verb=verb,
            parent=f"matrix:{parent}" if parent else None,
            conversation=f"matrix:{thread}" if thread else None,
            to=(account(others[0]),) if len(others) == 1 else (),
            mentions=tuple(account(user) for user in _mentioned(shown) if user != sender),
            channel=f"matrix:{room_id}" if room_id else None,
            audience=len(others) if others else None,
            text=clean(body, 20_000) if isinstance(body, str) and verb is not Verb.REACT else None,
            line=1,
        )

    def _related(self, content: Mapping[str, Any]) -> str:
        return str(needed(_relation(content), "event_id", "the relation"))

    def people(self) -> Iterator[Person]:
        """Yield the names that the room shows, and which senders are programs."""
        bots = {user for user, n in self.notices.items() if n >= FEWEST_NOTICES and user not in self.by_hand}
        for user in sorted({*self.names, *bots}):
            name = clean(self.names.get(user, ""), 200) or None
            if _USER.fullmatch(user) and (name or user in bots):
                yield Person(name=name, accounts=(account(user),), bot=True if user in bots else None, line=1)


def account(user: str) -> str:
    """Write a user as an account.

    >>> account("@Ann:acme.example")
    'matrix:@ann:acme.example'
    """
    return f"matrix:{user.lower()}"


def _stated_time(event: Mapping[str, Any]) -> int:
    found = event.get("origin_server_ts")
    return found if isinstance(found, int) else 0


def _time(milliseconds: Any) -> datetime:
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int):
        raise LeftOut("its time cannot be read")
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        raise LeftOut("its time cannot be meant") from None


def _answered(content: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Return the message that this one answers, and the root of its thread.

    In a thread, clients that know none show an answer to the message before (`is_falling_back`): no answer.
    """
    relation = _relation(content)
    answered = mapping(relation.get("m.in_reply_to")).get("event_id")
    root = relation.get("event_id") if relation.get("rel_type") == "m.thread" else None
    if root and (relation.get("is_falling_back") or not answered):
        answered = root
    return (str(answered) if answered else None), (str(root) if root else None)


def _mentioned(content: Mapping[str, Any]) -> Sequence[str]:
    """Return who is named: as the client says it, else the links to users in the text (older clients)."""
    if "m.mentions" in content:
        found = texts(mapping(content["m.mentions"]).get("user_ids"), "user_ids")
    else:
        markup = content.get("formatted_body")
        links = _PILL.findall(markup[:50_000]) if isinstance(markup, str) else []
        found = [link.replace("%40", "@").replace("%3A", ":").replace("%3a", ":") for link in links]
    return list(dict.fromkeys(user for user in found if _USER.fullmatch(user)))


def _relation(content: Mapping[str, Any]) -> Mapping[str, Any]:
    return mapping(content.get("m.relates_to"))
