"""What files of Discord say: channels as DiscordChatExporter writes them, and a member's own data package.

References: DiscordChatExporter (Tyrrrz), its JSON; Discord Support, Your Discord Data Package.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from typing import Any

from connectors.kit.answers import At, guarded, identifier, mapping
from connectors.kit.apart import not_read
from connectors.kit.json_files import document
from connectors.kit.json_nested import Places, nested
from connectors.kit.lists import rows_of
from connectors.kit.text import clean
from connectors.kit.times import moment
from influence.contract.files import Member
from influence.contract.records import Activity, Person, Record, SetAside, Verb

PLACES = Places("messages", frozenset(), frozenset(("guild", "channel")))
_SAID = frozenset(("Default", "Reply", "ThreadStarterMessage", "0", "19", "20", "21", "23"))
"""Kinds of messages that a person wrote or asked for; those that the program does not know it writes as numbers."""
_LOOKED_AT = 2000
_AFTER = timedelta(microseconds=1)


def exported(member: Member) -> Iterator[Record]:
    """Yield the messages of a channel that DiscordChatExporter wrote, their reactions, and who wrote them."""
    reader = _Channel(_between_two(member))
    for told, row in nested(member, PLACES):
        if isinstance(row, SetAside):
            yield row
        else:
            yield from guarded(lambda told=told, row=row: reader.read(told, row), "the message", row.line)  # type: ignore[misc]
    yield from not_read(reader.apart)


def _between_two(member: Member) -> tuple[str, ...]:
    """Return who talks in a direct conversation, as far as its first messages show; nobody elsewhere."""
    found: dict[str, None] = {}
    for told, row in islice(nested(member, PLACES), _LOOKED_AT):
        if not str(mapping(told.get("channel")).get("type")).startswith("Direct"):
            return ()
        author = mapping(row.value.get("author")).get("id") if isinstance(row, At) else None
        if isinstance(author, str) and author.isalnum():
            found.setdefault(f"discord:{author}")
    return tuple(found)


@dataclass
class _Channel:
    """Reads one channel; `people` are those who talk, where it is a conversation of theirs alone."""

    people: tuple[str, ...]
    named: set[str] = field(default_factory=set)
    apart: Counter[str] = field(default_factory=Counter)

    def read(self, told: Mapping[str, Any], at: At) -> Iterator[Record]:
        """Yield a message and its reactions."""
        row, place = at.value, mapping(told.get("channel"))
        if str(row.get("type")) not in _SAID:
            self.apart["lines of the program (joined, pinned and the like)"] += 1
            return
        author = mapping(row.get("author"))
        yield from self.claim(author, at.line)
        said = self._said(row, place, self.account(author), at.line)
        yield said
        yield from self._reactions(row, said)

    def _said(self, row: Mapping[str, Any], place: Mapping[str, Any], actor: str, line: int) -> Activity:
        channel = identifier(str(place.get("id")), "the channel's id")
        passed_on = bool(row.get("forwardedMessage"))
        refers = passed_on or str(row.get("type")) in {"Reply", "19"}
        answers = mapping(row.get("reference")).get("messageId") if refers else None
        named = (self.account(one) for one in rows_of(row, "mentions") if one.get("id"))
        return Activity(
            id=f"discord:{identifier(row['id'], 'id')}",
            time=moment(row.get("timestamp")),
            actor=actor,
            verb=Verb.SHARE if passed_on else Verb.REPLY if answers else Verb.MESSAGE,
            parent=f"discord:{identifier(answers, 'the reference')}" if answers else None,
            conversation=f"discord:{channel}",
            to=tuple(one for one in self.people if one != actor),
            mentions=tuple(one for one in dict.fromkeys(named) if one != actor),
            channel=None if self.people else f"discord:{channel}",
            text=str(row.get("content") or "") or None,
            line=line,
        )

    def _reactions(self, row: Mapping[str, Any], to: Activity) -> Iterator[Record]:
        for reaction in rows_of(row, "reactions"):
            emoji, users = mapping(reaction.get("emoji")), rows_of(reaction, "users")
            sign = clean(str(emoji.get("code") or emoji.get("name") or "custom"), 40)
            count = reaction.get("count")
            if isinstance(count, int) and count > len(users):
                self.apart["reactions that do not say whose they are"] += count - len(users)
            for user in users:
                yield from self.claim(user, to.line or 1)
                who = self.account(user)
                yield Activity(
                    id=f"{to.id}:{sign}:{who.partition(':')[2]}",
                    time=to.time + _AFTER,
                    actor=who,
                    verb=Verb.REACT,
                    parent=to.id,
                    conversation=to.conversation,
                    channel=to.channel,
                    reaction=sign,
                    line=to.line,
                )

    @staticmethod
    def account(user: Mapping[str, Any]) -> str:
        return f"discord:{identifier(user.get('id'), 'the author')}"

    def claim(self, user: Mapping[str, Any], line: int) -> Iterator[Person]:
        account = self.account(user)
        if account not in self.named:
            self.named.add(account)
            name = clean(str(user.get("nickname") or user.get("name") or ""), 200)
            deleted = name.lower().startswith("deleted user")
            yield Person(
                name=None if deleted else name or None,
                accounts=(account,),
                bot=True if user.get("isBot") is True else None,
                line=line,
            )


# --- a member's own data package --------------------------------------------------------------------------


def owner(member: Member) -> Person | SetAside:
    """Return whose data package it is."""
    body = mapping(document(member))
    if not str(body.get("id") or "").isdigit():
        return SetAside("the account tells no id", 1)
    mail = str(body.get("email") or "").lower()
    also = (f"email:{mail}",) if "@" in mail and " " not in mail else ()
    name = clean(str(body.get("global_name") or body.get("username") or ""), 200)
    return Person(name=name or None, accounts=(f"discord:{body['id']}", *also), line=1)


def own_message(row: Mapping[str, Any], actor: str, place: Mapping[str, Any], line: int) -> Activity:
    """Read a message of a data package: all in it are the owner's; what they answer it does not say.

    Raises:
        Changed: the time or the id is none.
    """
    told = {str(key).lower(): value for key, value in row.items()}
    channel = identifier(str(place.get("id")), "the channel's id")
    listed = place.get("recipients")
    others = [f"discord:{one}" for one in (listed if isinstance(listed, list) else []) if str(one).isdigit()]
    return Activity(
        id=f"discord:{identifier(told.get('id'), 'id')}",
        time=moment(told.get("timestamp"), zone="Z"),
        actor=actor,
        verb=Verb.MESSAGE,
        conversation=f"discord:{channel}",
        to=tuple(one for one in dict.fromkeys(others) if one != actor),
        channel=None if others else f"discord:{channel}",
        text=str(told.get("contents") or "") or None,
        line=line,
    )
