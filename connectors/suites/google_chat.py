"""Google Chat in Takeout: the messages of a conversation, in topics, and who takes part.

Dates stand in the language of the account (`måndag 5 januari 2026 kl. 09:00:00 UTC`), in UTC.
Reference: Google Takeout, Google Chat (Groups/…/messages.json, group_info.json).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from typing import Any

from connectors.kit.addresses import address_account
from connectors.kit.answers import At, each, mapping
from connectors.kit.json_files import document, holds, rows
from connectors.kit.lists import rows_of
from connectors.kit.months import spoken_moment
from connectors.kit.text import clean
from influence.contract.files import Member
from influence.contract.records import Activity, Deleted, Person, Record, SetAside, Verb

AFTER = timedelta(microseconds=1)
"""Takeout does not tell when a reaction was made: it is dated just after its message, the earliest it can be."""
_MESSAGES = (b'"messages"', b'"creator"', b'"created_date"', b'"message_id"')
_MEMBERS = (b'"members"', b'"user_type"')


def is_chat(head: bytes) -> bool:
    """Tell the messages of a conversation, or the list of who takes part in one, by their fields."""
    return holds(head, _MESSAGES, _MEMBERS)


def chat_records(member: Member) -> Iterator[Record]:
    """Yield the messages and reactions of a conversation and who wrote them, or who takes part."""
    reader = _Conversation()
    if holds(member.head(), _MESSAGES):
        yield from each(rows(member, "messages"), reader.read, "the message")
        return
    for row in rows_of(document(member), "members"):
        yield from reader.claim(row, 1)


@dataclass
class _Conversation:
    """One conversation while it is read: who was named, and the first message of each topic."""

    named: set[str] = field(default_factory=set)
    begun: dict[str, str] = field(default_factory=dict)

    def claim(self, who: Mapping[str, Any], line: int) -> Iterator[Person]:
        account, name = address_account(who.get("email")), clean(str(who.get("name") or ""), 200)
        if account and account not in self.named:
            self.named.add(account)
            bot = True if str(who.get("user_type")).lower() == "bot" else None
            yield Person(name=name or None, accounts=(account,), bot=bot, line=line)

    def read(self, at: At) -> Iterator[Record]:
        """Yield a message, who wrote it where that is new, and its reactions."""
        row, line = at.value, at.line
        space, topic, own = self._place(row)
        item_id = f"google-chat:{own}"
        if str(row.get("message_state")).upper() == "DELETED":
            yield Deleted(item_id, line)
            return
        creator = mapping(row.get("creator"))
        actor = address_account(creator.get("email"))
        if actor is None:
            yield SetAside(
                "the message has no author with an address: the account is deleted, or another's", line
            )
            return
        yield from self.claim(creator, line)
        root = self.begun.setdefault(f"{space}/{topic}", item_id)
        said = Activity(
            id=item_id,
            time=spoken_moment(str(row.get("created_date")), UTC),
            actor=actor,
            verb=Verb.MESSAGE if root == item_id else Verb.REPLY,
            parent=None if root == item_id else root,
            conversation=root,
            mentions=_quoted(row, actor),
            channel=f"google-chat:{space}",
            text=str(row.get("text") or "") or None,
            line=line,
        )
        yield said
        yield from _reactions(row, said)

    def _place(self, row: Mapping[str, Any]) -> tuple[str, str, str]:
        own = clean(str(row["message_id"]), 200)
        space, _, rest = own.partition("/")
        topic = clean(str(row.get("topic_id") or rest.partition("/")[0] or own), 200)
        return space, topic, own


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
