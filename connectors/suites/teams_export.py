"""Teams and Skype: what a person gets who exports their chats (messages.json).

Reference: Microsoft Support, Export or delete your data in Microsoft Teams (free); Skype wrote the same file. Microsoft
describes no field of it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from connectors.kit.answers import At, NoJson, flat, guarded, identifier, mapping
from connectors.kit.apart import not_read
from connectors.kit.json_files import holds
from connectors.kit.json_nested import Places, nested
from connectors.kit.lists import rows_of
from connectors.kit.phones import number_account
from connectors.kit.text import clean, words
from connectors.kit.times import moment
from influence.contract.connector import Unreadable
from influence.contract.files import Member
from influence.contract.records import Activity, Encounter, Evidence, Modality, Person, Record, SetAside, Verb

_PLACES = Places(
    rows="MessageList",
    around=frozenset(("conversations",)),
    told=frozenset(("userId", "id", "displayName", "threadProperties")),
)
_MARKS = (b'"conversations"', b'"MessageList"')
_BEGINS = (b'"userId"', b'"exportDate"', b'"conversations"')
_SAID = re.compile(
    r"(?:RichText|Text)(?:/(?:Html|Sms|UriObject|Media_\w{1,30}|Contacts|Location))?", re.IGNORECASE
)
_QUOTE = re.compile(r"<quote\b[^<>]{0,2000}\bmessageid=\"(\d{6,20})\"", re.IGNORECASE)
_REPLY = re.compile(r"<blockquote\b[^<>]{0,500}\bitemid=\"(\d{6,20})\"", re.IGNORECASE)
_AT = re.compile(r"<at\b[^<>]{0,200}\bid=\"([^\"<>]{3,100})\"", re.IGNORECASE)
_ORGANISATION = re.compile(r"8:orgid:([0-9a-f-]{36})", re.IGNORECASE)
_OF_TWO = re.compile(r"19:([0-9a-f-]{36})_([0-9a-f-]{36})@unq\.gbl\.spaces", re.IGNORECASE)
"""A conversation of two accounts of organisations is called by both."""
_CALL = re.compile(r"event/call\w{0,20}", re.IGNORECASE)
_ENDED = re.compile(r"<partlist\b[^<>]{0,400}\btype=[\"']ended[\"']", re.IGNORECASE)
_PART = re.compile(r"<part\b", re.IGNORECASE)
_WHO = re.compile(r"\bidentity=[\"']([^\"'<>]{1,200})[\"']", re.IGNORECASE)
_SPOKE = re.compile(r"<duration>\s{0,20}0{0,20}\.?0{0,20}[1-9]", re.IGNORECASE)
"""How long somebody was in a call: of one who did not answer nothing is told, or 0."""
_LONGEST_CALL = 200_000
_AFTER = timedelta(microseconds=1)


@dataclass(frozen=True)
class TeamsExport:
    """Messages of conversations, what they answer, mentions and reactions; calls in which two spoke."""

    name: ClassVar[str] = "teams-export"
    title: ClassVar[str] = (
        "Teams (free) and Skype: what a person gets who exports their chats (messages.json)"
    )
    source: ClassVar[str] = (
        "Ask for it in Teams: Settings, Accounts, Export; the archive holds messages.json."
    )

    def recognises(self, member: Member, head: bytes) -> bool:  # noqa: ARG002 - a name proves nothing
        """Tell the file by its fields."""
        return holds(head, _MARKS, _BEGINS)

    def parse(self, member: Member) -> Iterator[Record]:
        """Yield each message, its reactions, and who wrote it.

        Raises:
            Unreadable: it is no such file.
        """
        if not self.recognises(member, member.head()):
            raise Unreadable(f"{member.name}: the file is no messages.json of an export of Teams or Skype")
        reader = _Reader()
        for told, row in nested(member, _PLACES):
            if isinstance(row, SetAside):
                yield row
            else:
                yield from guarded(lambda told=told, row=row: reader.read(told, row), "the message", row.line)  # type: ignore[misc]
        yield from not_read(reader.apart)


def account_of(told: Any) -> str:
    """Write an identity of Teams or Skype as an account; that of an organisation is the one that Graph knows.

    Raises:
        Changed: it is none.

    >>> account_of("8:live:ann"), account_of("8:orgid:1fce8e1c-7b3b-4b8f-a2a3-0b6d3a0e5c11")
    ('skype:live:ann', 'microsoft:1fce8e1c-7b3b-4b8f-a2a3-0b6d3a0e5c11')
    >>> account_of("4:+4791234567")
    'phone:+4791234567'
    """
    text = str(told or "").rpartition("/")[2]
    found = _ORGANISATION.fullmatch(text)
    if found:
        return f"microsoft:{found[1].lower()}"
    if text.startswith("4:") and (number := number_account(text[2:])):
        return number
    return f"skype:{identifier(text.partition(':')[2] if text[:2].rstrip(':').isdigit() else text, 'the sender')}"


@dataclass
class _Reader:
    named: set[tuple[str, str]] = field(default_factory=set)
    apart: Counter[str] = field(default_factory=Counter)

    def read(self, told: Mapping[str, Any], at: At) -> Iterator[Record]:
        """Yield a message and its reactions; a line of the program is counted."""
        row, kind = at.value, str(at.value.get("messagetype") or "")
        if mapping(row.get("properties")).get("deletetime"):
            self.apart["messages that were deleted"] += 1
            return
        if _CALL.fullmatch(kind):
            yield from self._call(row, at.line)
            return
        if not _SAID.fullmatch(kind):
            self.apart["lines of the program (joined, renamed and the like)"] += 1
            return
        actor, talk = account_of(row.get("from")), str(told.get("id") or row.get("conversationid") or "")
        yield from self._named(actor, row.get("displayName"), at.line, str(row.get("from") or ""))
        if _is_of_two(talk):
            yield from self._named(account_of(talk), told.get("displayName"), at.line, talk)
        said = self._said(told, at, actor, talk)
        yield said
        yield from self._reactions(row, said)

    def _said(self, told: Mapping[str, Any], at: At, actor: str, talk: str) -> Activity:
        row, content = at.value, str(at.value.get("content") or "")
        owner = account_of(told["userId"]) if told.get("userId") else None
        two = _is_of_two(talk)
        other = account_of(talk) if two else _other_of(talk, actor)
        to = owner if two and actor == other else other
        # A conversation of two bears the other's name: the owner belongs to it.
        chat = clean("+".join(sorted({str(owner), str(other)})) if two else talk, 200)
        answers = _REPLY.search(content) or _QUOTE.search(content)
        named = dict.fromkeys(account_of(one) for one in _AT.findall(content) if one[:2] == "8:")
        return Activity(
            id=f"teams:{chat}:{identifier(row['id'], 'id')}",
            time=moment(row.get("originalarrivaltime"), zone="Z"),
            actor=actor,
            verb=Verb.REPLY if answers else Verb.MESSAGE,
            parent=f"teams:{chat}:{answers[1]}" if answers else None,
            conversation=f"teams:{chat}",
            to=(to,) if to and to != actor else (),
            mentions=tuple(one for one in named if one != actor),
            channel=None if other else f"teams:{chat}",
            text=words(content.rpartition("</quote>")[2].rpartition("</blockquote>")[2]),
            line=at.line,
        )

    def _call(self, row: Mapping[str, Any], line: int) -> Iterator[Encounter]:
        """Yield the online meeting that a call was; one that began, or that nobody answered, is counted."""
        content = str(row.get("content") or "")
        parts = _PART.split(content[:_LONGEST_CALL])[1:]
        spoke = [found[1] for part in parts if _SPOKE.search(part) and (found := _WHO.search(part))]
        people = tuple(dict.fromkeys(map(account_of, spoke)))
        if not _ENDED.search(content):
            self.apart["calls that began, or were missed"] += 1
        elif len(people) < 2:
            self.apart["calls that tell of fewer than two who spoke"] += 1
        else:
            yield Encounter(
                people=people,
                kind=Modality.ONLINE,
                evidence=Evidence.EVENT,
                time=moment(row.get("originalarrivaltime"), zone="Z"),
                id=f"teams-call:{'+'.join(sorted(people))}:{identifier(row['id'], 'id')}",
                line=line,
            )

    def _reactions(self, row: Mapping[str, Any], to: Activity) -> Iterator[Record]:
        for emotion in rows_of(_written_out(mapping(row.get("properties"))), "emotions"):
            sign = clean(str(emotion.get("key") or ""), 40)
            for user in rows_of(emotion, "users"):
                who, at = account_of(user.get("mri")), user.get("time")
                made = to.time + _AFTER
                milliseconds = int(str(at)) if re.fullmatch(r"\d{1,13}", str(at), re.ASCII) else 0
                if 0 < milliseconds < 2**43:
                    made = max(made, datetime.fromtimestamp(milliseconds / 1000, UTC))
                yield Activity(
                    id=f"{to.id}:{sign}:{who}",
                    time=made,
                    actor=who,
                    verb=Verb.REACT,
                    parent=to.id,
                    conversation=to.conversation,
                    channel=to.channel,
                    reaction=sign or None,
                    line=to.line,
                )

    def _named(self, account: str, name: Any, line: int, told: str) -> Iterator[Person]:
        shown = clean(name, 200) if isinstance(name, str) else ""
        if shown and (account, shown) not in self.named:
            self.named.add((account, shown))
            yield Person(
                name=shown,
                accounts=(account,),
                bot=True if told.rpartition("/")[2].startswith("28:") else None,
                line=line,
            )


def _is_of_two(talk: str) -> bool:
    """Tell a conversation with one other, which bears their name: a person, a telephone, a program."""
    return talk.startswith(("8:", "1:", "2:", "4:", "28:"))


def _other_of(talk: str, actor: str) -> str | None:
    """Return the other of two accounts of organisations by which a conversation is called; None where it is not."""
    found = _OF_TWO.fullmatch(talk)
    pair = [f"microsoft:{one.lower()}" for one in found.groups()] if found else []
    return next((one for one in pair if one != actor), None) if actor in pair else None


def _written_out(properties: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the properties of a message with its reactions as a list, which also come as a text of JSON."""
    told = properties.get("emotions")
    if not isinstance(told, str):
        return properties
    with suppress(NoJson):  # it is left out, and told
        return {**properties, "emotions": flat(told)}
    return properties
