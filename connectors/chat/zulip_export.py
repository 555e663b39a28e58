"""Zulip's own export of an organisation: realm.json, and its messages in files of a thousand.

Reference: Zulip, Export your organization; zerver/lib/export.py (zerver_message, zerver_recipient).
"""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.chat.zulip_records import Page, Turns, people
from connectors.kit.answers import each
from connectors.kit.exports import each_file
from connectors.kit.json_files import document
from connectors.kit.lists import rows_of
from connectors.kit.text import clean
from influence.contract.connector import Unreadable
from influence.contract.files import Export, Member
from influence.contract.records import Note, Record

REALM = re.compile(r"((?:.*/)?)realm\.json")
MESSAGES = re.compile(r"(?:.*/)?messages-\d{6}\.json")
_TO_ONE, _TO_STREAM = 1, 2
"""Kinds of recipients: a person, a stream; all others are groups of people."""
_NAMED = re.compile(r"@\*\*([^*|\n]{1,200})(?:\|(\d{1,18}))?\*\*")


@dataclass
class Organisation:
    """One export while it is read: who is in it, where messages go, and the topics as they stand."""

    site: str
    """Where it is; where that is not stated, the export's own short name is known by `realm`."""
    system: set[int] = field(default_factory=set)
    by_name: dict[str, int] = field(default_factory=dict)
    streams: dict[int, str] = field(default_factory=dict)
    recipients: dict[int, tuple[int, int]] = field(default_factory=dict)
    members: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    reactions: dict[int, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    topics: dict[str, Turns] = field(default_factory=dict)
    page: Page = field(default_factory=lambda: Page("export", {"since": 0}))

    def realm(self, member: Member) -> Iterator[Record]:
        """Learn what realm.json tells, and yield who is in the organisation."""
        found = document(member)
        if not rows_of(found, "zerver_userprofile"):
            raise Unreadable(f"{member.name}: there is no list zerver_userprofile in it")
        named = (clean(str(row.get("string_id") or ""), 60) for row in rows_of(found, "zerver_realm"))
        self.site = self.site or next(filter(None, named), "export")
        self.page = Page(self.site, {"since": 0})
        self.system = {row["id"] for row in rows_of(found, "zerver_userprofile_crossrealm")}
        users = [{**row, "user_id": row.get("id")} for row in rows_of(found, "zerver_userprofile")]
        self.by_name = {
            str(row.get("full_name")): row["id"] for row in users if isinstance(row.get("id"), int)
        }
        self.streams = {row["id"]: str(row.get("name")) for row in rows_of(found, "zerver_stream")}
        for row in rows_of(found, "zerver_recipient"):
            self.recipients[row["id"]] = row["type"], row["type_id"]
        for row in rows_of(found, "zerver_subscription"):
            if self.recipients.get(row["recipient"], (0, 0))[0] > _TO_STREAM:
                self.members[row["recipient"]].append(row["user_profile"])
        self._reactions(found)
        yield from people(users, self.site)

    def _reactions(self, found: Any) -> None:
        for row in rows_of(found, "zerver_reaction"):
            made = {"user_id": row.get("user_profile"), "emoji_name": row.get("emoji_name")}
            self.reactions[row["message"]].append(made)

    def messages(self, member: Member) -> Iterator[Record]:
        """Yield the messages of one file, oldest first."""
        found = document(member)
        self._reactions(found)
        rows = sorted(rows_of(found, "zerver_message"), key=lambda row: int(row["id"]))
        yield from each(rows, self._message, "the message", "id")

    def _message(self, row: Mapping[str, Any]) -> Iterator[Record]:
        kind, number = self.recipients.get(row["recipient"], (0, 0))
        where: dict[str, Any] = {"display_recipient": [{"id": one} for one in self._among(row, kind, number)]}
        if kind == _TO_STREAM:
            where = {"stream_id": number, "display_recipient": self.streams.get(number)}
        message = {
            "id": row["id"],
            "timestamp": int(row["date_sent"]),
            "sender_id": row["sender"],
            "sender_realm_str": "zulipinternal" if row["sender"] in self.system else "",
            "subject": row.get("subject"),
            "content": self._html(row),
            "reactions": self.reactions.pop(row["id"], []),
            **where,
        }
        yield from self.page.message(message, self.topics)

    def _among(self, row: Mapping[str, Any], kind: int, number: int) -> list[int]:
        """Return who takes part in a conversation of some people."""
        return [row["sender"], number] if kind == _TO_ONE else self.members.get(row["recipient"], [])

    def _html(self, row: Mapping[str, Any]) -> str:
        """Return a message as HTML; where the server kept none, whom its Markdown names as HTML would."""
        if rendered := row.get("rendered_content"):
            return str(rendered)
        named = (
            (name, number or self.by_name.get(name))
            for name, number in _NAMED.findall(str(row.get("content")))
        )
        spans = "".join(
            f'<span class="user-mention" data-user-id="{number}">@{html.escape(name)}</span>'
            for name, number in named
            if number
        )
        return html.escape(str(row.get("content") or ""), quote=False) + spans


def organisation_records(export: Export, site: str) -> Iterator[tuple[str, Record]]:
    """Yield people and messages of an export.

    Raises:
        Unreadable: there is no realm.json in it.
    """
    realms = [name for name in export.files if REALM.fullmatch(name)]
    if not realms:
        raise Unreadable(f"{export.name}: Zulip's export has realm.json, this has not")
    reader = Organisation(site)
    yield from each_file(export, realms[:1], reader.realm)
    parts = sorted(name for name in export.files if MESSAGES.fullmatch(name))
    yield from each_file(export, parts, reader.messages)
    left = [name for name in export.files if name not in {*parts, *realms[:1]}]
    if left:
        shown = ", ".join(clean(name, 60) for name in left[:5])
        yield export.name, Note(f"files that hold no messages were not read: {len(left)} ({shown})")
