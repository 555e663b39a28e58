"""Google Chat in Takeout: the messages of a conversation, in topics, and who takes part.

Dates stand in the language of the account (`måndag 5 januari 2026 kl. 09:00:00 UTC`), in UTC.
Reference: Google Takeout, Google Chat (Groups/…/messages.json, group_info.json).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from pathlib import PurePosixPath
from typing import Any

from connectors.kit.addresses import address_account
from connectors.kit.answers import At, each, mapping
from connectors.kit.json_files import document, holds, rows
from connectors.kit.lists import rows_of
from connectors.kit.months import spoken_moment
from connectors.kit.repeats import Repeats
from connectors.kit.text import clean
from influence.contract.files import Member
from influence.contract.records import Activity, Deleted, Person, Record, SetAside, Verb

AFTER = timedelta(microseconds=1)
"""Takeout does not tell when a reaction was made: it is dated just after its message, the earliest it can be."""
_MESSAGES = (
    (b'"messages"', b'"creator"', b'"created_date"', b'"message_id"'),
    (b'"messages"', b'"creator"', b'"created_date"', b'"user_type"'),
    (b'"messages"', b'"created_date"', b'"message_id"', b'"message_state"'),
)
"""Old conversations have no ids; of one that begins with many deletions no author shows at first."""
_MEMBERS = (b'"members"', b'"user_type"')
_OF_TWO = re.compile(r"(?:.*/)?Groups/DM [^/]+/[^/]+", re.DOTALL)
"""Takeout keeps each conversation that is no space in a folder of this name."""
_MOST_IN_A_CHAT = 50


def is_chat(head: bytes) -> bool:
    """Tell the messages of a conversation, or the list of who takes part in one, by their fields."""
    return holds(head, *_MESSAGES, _MEMBERS)


def chat_records(member: Member) -> Iterator[Record]:
    """Yield the messages and reactions of a conversation and who wrote them, or who takes part."""
    is_messages = holds(member.head(), *_MESSAGES)
    reader = _Conversation(place=member.name, between=_writers(member) if is_messages else frozenset())
    if is_messages:
        yield from each(rows(member, "messages"), reader.read, "the message")
        return
    for row in rows_of(document(member), "members"):
        yield from reader.claim(row, 1)


def _writers(member: Member) -> frozenset[str]:
    """Return who wrote in a conversation that is no space, who therefore wrote to each other; else nobody."""
    found: set[str] = set()
    if _OF_TWO.fullmatch(member.name) is None:
        return frozenset()
    for row in rows(member, "messages"):
        if isinstance(row, At) and (account := _author(mapping(row.value.get("creator")))):
            found.add(account)
        if len(found) > _MOST_IN_A_CHAT:
            return frozenset()
    return frozenset(found)


def _author(creator: Mapping[str, Any]) -> str | None:
    """Return the account of who wrote: the address, of a program without one its name; None where there is neither."""
    name = clean(str(creator.get("name") or ""), 200)
    if account := address_account(creator.get("email")):
        return account
    return f"google-chat:bot {name}" if name and _is_program(creator) else None


def _is_program(who: Mapping[str, Any]) -> bool:
    return str(who.get("user_type")).lower() == "bot"


@dataclass
class _Conversation:
    """One conversation while it is read: who was named, and the first message of each topic."""

    place: str
    between: frozenset[str] = frozenset()
    repeats: Repeats = field(default_factory=Repeats)
    named: set[str] = field(default_factory=set)
    begun: dict[str, str] = field(default_factory=dict)

    def claim(self, who: Mapping[str, Any], line: int) -> Iterator[Person]:
        account, name = _author(who), clean(str(who.get("name") or ""), 200)
        if account and account not in self.named:
            self.named.add(account)
            yield Person(
                name=name or None, accounts=(account,), bot=True if _is_program(who) else None, line=line
            )

    def read(self, at: At) -> Iterator[Record]:
        """Yield a message, who wrote it where that is new, and its reactions."""
        row, line = at.value, at.line
        space, topic, own = self._place(row)
        item_id = f"google-chat:{own}"
        # What was deleted, or has no author left, began its topic all the same: the next one is no answer to nobody.
        root = self.begun.setdefault(f"{space}/{topic}", item_id)
        if str(row.get("message_state")).upper() == "DELETED":
            yield Deleted(item_id, line)
            return
        creator = mapping(row.get("creator"))
        actor = _author(creator)
        if actor is None:
            yield SetAside(
                "the message has no author with an address: the account is deleted, or another's", line
            )
            return
        yield from self.claim(creator, line)
        parent = _quoted_message(row) or (None if root == item_id else root)
        said = Activity(
            id=item_id,
            time=spoken_moment(str(row.get("created_date")), UTC),
            actor=actor,
            verb=Verb.REPLY if parent else Verb.MESSAGE,
            parent=parent,
            conversation=root,
            to=tuple(sorted(self.between - {actor})),
            mentions=_quoted(row, actor),
            channel=f"google-chat:{space}",
            text=str(row.get("text") or "") or None,
            line=line,
        )
        yield said
        yield from _reactions(row, said)

    def _place(self, row: Mapping[str, Any]) -> tuple[str, str, str]:
        """Return the space, the topic and the message; old conversations have none of them: the folder, a moment."""
        told = row.get("message_id")
        if told is None:
            folder = clean(PurePosixPath(self.place).parent.name, 100)
            moment = clean(str(row.get("created_date")), 100)
            own = self.repeats.named(f"{folder}/{moment}/{_author(mapping(row.get('creator'))) or ''}")
            return folder, own, own
        own = clean(str(told), 200)
        space, _, rest = own.partition("/")
        topic = clean(str(row.get("topic_id") or rest.partition("/")[0] or own), 200)
        return space, topic, own


def _quoted_message(row: Mapping[str, Any]) -> str | None:
    """Return the message that one quotes, where it is named."""
    told = clean(str(mapping(row.get("quoted_message_metadata")).get("message_id") or ""), 200)
    return f"google-chat:{told}" if told else None


def _quoted(row: Mapping[str, Any], actor: str) -> tuple[str, ...]:
    """Return whom a message quotes: it answers them."""
    creator = mapping(mapping(row.get("quoted_message_metadata")).get("creator"))
    account = address_account(creator.get("email"))
    return (account,) if account and account != actor else ()


def _reactions(row: Mapping[str, Any], to: Activity) -> Iterator[Record]:
    for reaction in rows_of(row, "reactions"):
        shown = clean(str(mapping(reaction.get("emoji")).get("unicode") or ""), 40)
        addresses = reaction.get("reactor_emails")
        accounts = map(address_account, addresses if isinstance(addresses, list) else ())
        for account in dict.fromkeys(one for one in accounts if one):
            yield Activity(
                id=f"{to.id}:{shown or 'custom'}:{account.partition(':')[2]}",
                time=to.time + AFTER,
                actor=account,
                verb=Verb.REACT,
                parent=to.id,
                conversation=to.conversation,
                channel=to.channel,
                reaction=shown or None,
                line=to.line,
            )
