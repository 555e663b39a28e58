"""Instagram and Threads: the download of an account as JSON (zip or folder).

Reference: Meta, Accounts Centre, Download your information. Meta describes no field; docs/connectors/instagram.md names
where the shapes were read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from connectors.kit.exports import each_file
from connectors.kit.text import clean
from connectors.social.instagram_names import is_instagrams
from connectors.social.instagram_records import (
    Told,
    kind_in_export,
    kind_of_head,
    own,
    participants,
    profile,
    thread,
)
from influence.contract.connector import Unreadable
from influence.contract.files import Export, Member
from influence.contract.records import Note, Record

_CONVERSATION = re.compile(rb'\s*\{\s*"participants"\s*:\s*\[')
_FACEBOOKS = (b'"thread_type"', b'"Generic"', b'"Facebook user"', b"facebook.com/")


@dataclass(frozen=True)
class Instagram:
    """Messages, and what the owner posted, commented, liked and followed; on Threads, too.

    `owner` is the owner's username, where the export does not tell it.
    """

    owner: str = ""

    name: ClassVar[str] = "instagram"
    title: ClassVar[str] = "Instagram and Threads: the download of an account (JSON)"
    each_has: ClassVar[frozenset[str]] = frozenset(("personal_information.json",))
    source: ClassVar[str] = "Ask for it in the Accounts Centre, Download your information, format JSON."

    def claims(self, names: Sequence[str]) -> bool:
        """Tell by the names inside: folders as only Instagram's download has them."""
        return is_instagrams(names)

    def recognises(self, member: Member, head: bytes) -> bool:
        """Tell a file by the list that it holds; a conversation alone may be Facebook's, which looks the same."""
        if kind_of_head(head) not in {None, "profile"}:
            return True
        if _CONVERSATION.match(head) is None or b'"timestamp_ms"' not in head:
            return False
        return "instagram" in member.name.lower() or not any(mark in head for mark in _FACEBOOKS)

    def parse_export(self, export: Export) -> Iterator[tuple[str, Record]]:
        """Yield the owner, the messages, and what the owner did.

        Raises:
            Unreadable: the download is HTML.
        """
        kinds = {name: kind for name, member in export.files.items() if (kind := _kind(member))}
        if not kinds and any(name.endswith(".html") for name in export.files):
            raise Unreadable(
                f"{export.name}: this is Instagram's download as HTML, which is for people to read; ask for it again "
                "in the Accounts Centre, Download your information, and choose the format JSON"
            )
        told = Told(clean(self.owner, 40).lower().removeprefix("@"))
        profiles = [name for name, kind in kinds.items() if kind == "profile"]
        yield from each_file(export, profiles, lambda member: profile(member, told))
        threads = [name for name, kind in kinds.items() if kind == "thread"]
        told.shown = told.shown or _in_every_thread(export, threads)
        yield from each_file(export, threads, lambda member: thread(member, told))
        for name, kind in kinds.items():
            if kind not in {"profile", "thread"}:
                yield from each_file(export, [name], lambda member, kind=kind: own(member, kind, told))  # type: ignore[misc]
        yield from ((export.name, note) for note in told.notes())
        left = Counter(name.rpartition(".")[2].lower()[:8] for name in export.files if name not in kinds)
        if left:
            kept = ", ".join(f"{count:,} .{clean(ending, 8)}" for ending, count in left.most_common(6))
            yield export.name, Note(f"files that are not read (pictures, settings, what was seen): {kept}")

    def parse(self, member: Member) -> Iterator[Record]:
        """Yield the records of one file.

        Raises:
            Unreadable: it is none of those that are read.
        """
        head, told = member.head(), Told(clean(self.owner, 40).lower().removeprefix("@"))
        kind = kind_of_head(head)
        if kind == "profile":
            yield from profile(member, told)
        elif kind is not None:
            yield from own(member, kind, told)
        elif _CONVERSATION.match(head):
            yield from thread(member, told)
        else:
            raise Unreadable(
                f"{member.name}: this alone is nothing that is read; import the whole download of Instagram"
            )
        yield from told.notes()


def _kind(member: Member) -> str | None:
    return kind_in_export(member) if member.name.endswith(".json") else None


def _in_every_thread(export: Export, threads: Sequence[str]) -> str:
    """Return the one name that takes part in every conversation; empty where there is none, or more than one."""
    present: Counter[str] = Counter()
    for name in threads:
        try:
            present.update(participants(export.member(name)))
        except (Unreadable, OSError):  # it is set aside where its messages are read
            continue
    always = [name for name, count in present.items() if count == len(threads)]
    return always[0] if len(always) == 1 else ""
