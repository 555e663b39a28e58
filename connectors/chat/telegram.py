"""Telegram: what Telegram Desktop exports as JSON (result.json), one chat or all of them.

Reference: Telegram, Chat export (telegram.org/blog/export-and-more); the fields are those that Telegram
Desktop's own source writes (export_output_json.cpp).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from connectors.kit.answers import At, guarded, mapping
from connectors.kit.apart import not_read
from connectors.kit.json_files import holds
from connectors.kit.json_nested import Places, nested
from connectors.kit.lists import rows_of
from connectors.kit.phones import number_account
from connectors.kit.text import clean
from connectors.kit.times import in_utc, named_zone, seconds
from influence.contract.connector import Unreadable
from influence.contract.files import Member
from influence.contract.records import Activity, Person, Record, SetAside, Verb

_PLACES = Places(
    rows="messages",
    around=frozenset(("chats", "left_chats", "list")),
    told=frozenset(("name", "type", "id", "personal_information")),
)
_ONE = ((b'"messages"', b'"from_id"', b'"type"'), (b'"messages"', b'"actor_id"', b'"type"'))
_ALL = (b'"personal_information"', b'"user_id"', b'"about"')
_BETWEEN_TWO = frozenset(("personal_chat", "bot_chat"))
_CHANNELS = frozenset(("public_channel", "private_channel"))
_LOOKED_AT = 2000
"""Messages among which the owner is looked for, where the export is of one chat."""
_AFTER = timedelta(microseconds=1)


@dataclass(frozen=True)
class Telegram:
    """The messages of chats, what they answer, and reactions.

    `zone` is where the program ran, for exports of versions before 2021, whose times state none.
    """

    zone: str | None = None

    name: ClassVar[str] = "telegram"
    title: ClassVar[str] = "Telegram: what Telegram Desktop exports (result.json)"
    source: ClassVar[str] = (
        "In Telegram Desktop: a chat's menu, Export chat history; or Settings, Advanced, Export."
    )

    def recognises(self, member: Member, head: bytes) -> bool:  # noqa: ARG002 - a name proves nothing
        """Tell an export by the fields of its messages, or of its owner."""
        return holds(head, *_ONE, _ALL) and b'"update_id"' not in head

    def parse(self, member: Member) -> Iterator[Record]:
        """Yield each message, its reactions, and who wrote it.

        Raises:
            Unreadable: it is no export of Telegram.
        """
        if not self.recognises(member, member.head()):
            raise Unreadable(
                f"{member.name}: the file is no export of Telegram Desktop as JSON (result.json)"
            )
        reader = _Reader(named_zone(self.zone), _owner(member))
        for told, row in nested(member, _PLACES):
            if isinstance(row, SetAside):
                yield row
            else:
                yield from guarded(lambda told=told, row=row: reader.read(told, row), "the message", row.line)  # type: ignore[misc]
        yield from not_read(reader.apart)


def _owner(member: Member) -> str:
    """Return the account of the owner: as the export says, else who writes in a chat of two and is not the other."""
    for told, row in islice(nested(member, _PLACES), _LOOKED_AT):
        stated = mapping(told.get("personal_information")).get("user_id")
        if isinstance(stated, int):
            return f"telegram:user{stated}"
        sender = _identity(row.value.get("from_id")) if isinstance(row, At) else None
        if told.get("type") in _BETWEEN_TWO and sender and sender != f"user{told.get('id')}":
            return f"telegram:{clean(sender, 60)}"
    return ""


@dataclass
class _Reader:
    zone: ZoneInfo | None
    owner: str
    named: set[tuple[str, str]] = field(default_factory=set)
    apart: Counter[str] = field(default_factory=Counter)

    def read(self, told: Mapping[str, Any], at: At) -> Iterator[Record]:
        """Yield a message and what was made of it; a line of the program is counted."""
        yield from self._who_owns(told)
        row, chat = at.value, self._chat(told)
        if row.get("type") != "message":
            called = row.get("action") == "phone_call"
            self.apart["calls" if called else "lines of the program (joined, pinned and the like)"] += 1
            return
        sender = _identity(row.get("from_id"))
        if not sender:
            raise ValueError("the message has no sender who can be told from others: the account is deleted")
        actor = f"telegram:{clean(sender, 60)}"
        yield from self._named(
            actor, row.get("from"), at.line, bot=told.get("type") == "bot_chat" and actor != self.owner
        )
        said = self._said(told, at, chat, actor)
        yield said
        yield from self._reactions(row, said)

    def _chat(self, told: Mapping[str, Any]) -> str:
        """Name a chat; one of two is numbered by the other, so that the owner belongs to its name."""
        name = clean(str(told.get("id") or told.get("name") or "saved"), 60)
        two = told.get("type") in _BETWEEN_TWO or told.get("type") == "saved_messages"
        return f"{self.owner.partition(':')[2]}+{name}" if two else name

    def _said(self, told: Mapping[str, Any], at: At, chat: str, actor: str) -> Activity:
        row, kind = at.value, told.get("type")
        answers, elsewhere = row.get("reply_to_message_id"), row.get("reply_to_peer_id")
        forwarded = row.get("forwarded_from") or row.get("forwarded_from_id")
        where = clean(str(elsewhere), 60).lstrip("abcdefghijklmnopqrstuvwxyz") if elsewhere else chat
        parts = _parts(row)
        return Activity(
            id=f"telegram:{chat}:{row['id']}",
            time=self._time(row, "date"),
            actor=actor,
            verb=_verb(kind, answers=answers is not None, forwarded=bool(forwarded)),
            parent=f"telegram:{where}:{answers}" if isinstance(answers, int) else None,
            conversation=f"telegram:{chat}",
            to=self._to(told, actor),
            mentions=tuple(one for one in _mentioned(parts, row) if one != actor),
            channel=None if kind in _BETWEEN_TWO else f"telegram:{chat}",
            text="".join(str(part.get("text") or "") for part in parts) or None,
            tags=tuple(str(part["text"]).lstrip("#") for part in parts if part.get("type") == "hashtag"),
            line=at.line,
        )

    def _to(self, told: Mapping[str, Any], actor: str) -> tuple[str, ...]:
        if told.get("type") not in _BETWEEN_TWO:
            return ()
        other = f"telegram:user{told.get('id')}"
        to = self.owner if actor == other else other
        return (to,) if to and to != actor else ()

    def _time(self, row: Mapping[str, Any], name: str) -> datetime:
        if row.get(f"{name}_unixtime"):
            return seconds(row[f"{name}_unixtime"])
        return self._local(row.get(name))

    def _local(self, told: Any) -> datetime:
        found = datetime.fromisoformat(str(told))
        if found.tzinfo is None and self.zone is None:
            raise ValueError("the time states no zone; say which it is, as in --zone Europe/Oslo")
        return in_utc(found if found.tzinfo else found.replace(tzinfo=self.zone))

    def _reactions(self, row: Mapping[str, Any], to: Activity) -> Iterator[Record]:
        for reaction in rows_of(row, "reactions"):
            sign = clean(str(reaction.get("emoji") or reaction.get("type") or ""), 40)
            known = rows_of(reaction, "recent")
            count = reaction.get("count")
            if isinstance(count, int) and count > len(known):
                self.apart["reactions that do not say whose they are"] += count - len(known)
            for one in known:
                who = f"telegram:{clean(_identity(one.get('from_id')), 60)}"
                if who == "telegram:":
                    continue
                yield from self._named(who, one.get("from"), to.line or 1)
                time = to.time + _AFTER
                with suppress(ValueError):  # its own time is local, and this one is near it
                    time = max(time, self._local(one.get("date"))) if self.zone else time
                yield Activity(
                    id=f"{to.id}:{sign}:{who.partition(':')[2]}",
                    time=time,
                    actor=who,
                    verb=Verb.REACT,
                    parent=to.id,
                    conversation=to.conversation,
                    channel=to.channel,
                    reaction=sign or None,
                    line=to.line,
                )

    def _who_owns(self, told: Mapping[str, Any]) -> Iterator[Person]:
        mine = mapping(told.get("personal_information"))
        name = clean(f"{mine.get('first_name') or ''} {mine.get('last_name') or ''}", 200)
        if not mine or not self.owner or (self.owner, name) in self.named:
            return
        self.named.add((self.owner, name))
        number = number_account(str(mine.get("phone_number") or ""))
        handle = clean(str(mine.get("username") or ""), 60).lstrip("@").lower()
        also = (*((f"telegram:@{handle}",) if handle else ()), *((number,) if number else ()))
        yield Person(name=name or None, accounts=(self.owner, *also), line=1)

    def _named(self, account: str, name: Any, line: int, *, bot: bool = False) -> Iterator[Person]:
        shown = clean(name, 200) if isinstance(name, str) else ""
        if shown and (account, shown) not in self.named:
            self.named.add((account, shown))
            yield Person(name=shown, accounts=(account,), bot=True if bot else None, line=line)


def _identity(told: Any) -> str:
    """Return who somebody is; versions before 2021 wrote the number of a user alone."""
    return f"user{told}" if isinstance(told, int) and told > 0 else told if isinstance(told, str) else ""


def _verb(kind: Any, *, answers: bool, forwarded: bool) -> Verb:
    if answers:
        return Verb.REPLY
    if forwarded:
        return Verb.SHARE
    return Verb.POST if kind in _CHANNELS else Verb.MESSAGE


def _parts(row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the pieces of a text: plain ones, mentions, tags."""
    found = row.get("text_entities") or row.get("text")
    if isinstance(found, str):
        return [{"type": "plain", "text": found}]
    listed = found if isinstance(found, list) else []
    return [one if isinstance(one, Mapping) else {"type": "plain", "text": str(one)} for one in listed]


def _mentioned(parts: list[Mapping[str, Any]], row: Mapping[str, Any]) -> Iterator[str]:
    """Yield whom a message names, each once: by handle, by name, and whose words it passes on."""
    found: dict[str, None] = {}
    for part in parts:
        if part.get("type") == "mention":
            found[f"telegram:@{clean(str(part.get('text')), 60).lstrip('@').lower()}"] = None
        elif part.get("type") == "mention_name" and part.get("user_id"):
            found[f"telegram:user{clean(str(part['user_id']), 40).removeprefix('user')}"] = None
    if isinstance(row.get("forwarded_from_id"), str):
        found[f"telegram:{clean(row['forwarded_from_id'], 60)}"] = None
    yield from found
