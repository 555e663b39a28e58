"""Discord: channels that DiscordChatExporter wrote (JSON), and the data package that Discord gives a member."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, ClassVar

from connectors.chat.discord_records import exported, own_message, owner
from connectors.kit.answers import each, mapping
from connectors.kit.csv_files import rows as csv_rows
from connectors.kit.exports import each_file
from connectors.kit.json_files import document, holds, rows
from connectors.kit.text import clean
from influence.contract.connector import ConnectorError, Unreadable
from influence.contract.files import Export, Member
from influence.contract.records import Note, Person, Record
from influence.contract.unpacking import DAMAGED_MEMBER

_MARKS = (b'"messages"', b'"channel"', b'"timestamp"', b'"author"', b'"guild"')
_USER = re.compile(r"(?:package/)?[^/]{1,60}/user\.json", re.IGNORECASE)
_MESSAGES = re.compile(
    r"((?:package/)?[^/]{1,60}/(?:c\d{1,25}|\d{5,25})/)messages\.(json|csv)", re.IGNORECASE
)
"""The folders in a data package are called as in the language of the member, the files are not."""


@dataclass(frozen=True)
class Discord:
    """Messages of channels and conversations, what they answer, mentions and reactions; or one's own messages."""

    name: ClassVar[str] = "discord"
    title: ClassVar[str] = "Discord: channels by DiscordChatExporter (JSON), or one's own data package"
    each_has: ClassVar[frozenset[str]] = frozenset(("user.json",))
    source: ClassVar[str] = (
        "Ask for your data under Settings, Data & Privacy; or DiscordChatExporter writes a channel."
    )

    def claims(self, names: Sequence[str]) -> bool:
        """Tell a data package by the names inside: the account, and a folder of messages for each channel."""
        return any(map(_USER.fullmatch, names)) and any(map(_MESSAGES.fullmatch, names))

    def recognises(self, member: Member, head: bytes) -> bool:  # noqa: ARG002 - a name proves nothing
        """Tell a channel by its fields."""
        return holds(head, _MARKS)

    def parse(self, member: Member) -> Iterator[Record]:
        """Yield the messages of one channel.

        Raises:
            Unreadable: it is none.
        """
        if not holds(member.head(), _MARKS):
            raise Unreadable(
                f"{member.name}: this alone is no channel of DiscordChatExporter; import the whole data package"
            )
        yield from exported(member)

    def parse_export(self, export: Export) -> Iterator[tuple[str, Record]]:
        """Yield the owner and their messages.

        Raises:
            Unreadable: the account does not tell whose package it is.
        """
        accounts = [name for name in export.files if _USER.fullmatch(name)]
        whose = [one for _, one in each_file(export, accounts[:1], lambda member: [owner(member)])]
        if not whose or not isinstance(whose[0], Person):
            raise Unreadable(f"{export.name}: account/user.json does not tell whose data package it is")
        yield accounts[0], whose[0]
        actor = whose[0].accounts[0]
        read = [name for name in export.files if _MESSAGES.fullmatch(name)]
        for name in read:
            place = _place(export, name)
            yield from each_file(export, [name], lambda member, place=place: _own(member, actor, place))  # type: ignore[misc]
        if left := len(export.files) - len(read) - 1:
            yield export.name, Note(f"files that are not read (settings, activity, servers): {left:,}")


def _place(export: Export, name: str) -> Mapping[str, Any]:
    """Return what is known of the channel in whose folder messages lie; its id is the folder's name at least."""
    found = _MESSAGES.fullmatch(name)
    folder = found[1] if found else ""
    known: Mapping[str, Any] = {}
    if f"{folder}channel.json" in export.files:
        with suppress(ConnectorError, OSError, *DAMAGED_MEMBER):
            known = mapping(document(export.member(f"{folder}channel.json")))
    return {"id": clean(folder.rstrip("/").rpartition("/")[2].lstrip("c"), 40), **known}


def _own(member: Member, actor: str, place: Mapping[str, Any]) -> Iterator[Record]:
    found = csv_rows(member) if member.name.lower().endswith(".csv") else rows(member)
    yield from each(found, lambda at: [own_message(at.value, actor, place, at.line)], "the message")
