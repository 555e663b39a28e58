"""Facebook: the export of a personal profile as JSON (zip or folder).

Reference: Facebook Help, Download a copy of your information on Facebook.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import ClassVar

from connectors.kit.exports import each_file
from connectors.kit.text import clean
from connectors.social.facebook_records import (
    THREAD,
    Conversations,
    OwnActs,
    Told,
    is_conversation,
    kind_of_head,
    participants,
)
from connectors.social.instagram_names import is_instagrams
from influence.contract.connector import Unreadable
from influence.contract.files import Export, Member
from influence.contract.records import Note, Person, Record
from influence.contract.unpacking import DAMAGED_MEMBER

_POSTS = re.compile(
    r"(?:.*/)?(?:your_posts[^/]*|your_uncategorized_photos|your_posts_in_groups|group_posts[^/]*)\.json"
)
_COMMENTS = re.compile(r"(?:.*/)?(?:comments|your_comments_in_groups)\.json")
_REACTIONS = re.compile(r"(?:.*/)?(?:likes_and_reactions[^/]*|posts_and_comments|reactions)\.json")
_FRIENDS = re.compile(r"(?:.*/)?(?:friends|your_friends)\.json")
_PROFILE = re.compile(r"(?:.*/)?profile_information\.json")
_HTML = re.compile(
    r"(?:.*/)?(?:messages/[^/]+/[^/]+/message_\d+|your_posts__check_ins__[^/]*|your_posts_\d+)\.html"
)
_HTML_FOLDER = "/your_facebook_activity/"
_ORDER = ("profile", "friends", "thread", "posts", "comments", "reactions")
"""People first: in titles of other languages only those are found who are known."""


@dataclass(frozen=True)
class FacebookExport:
    """Messages, friends, and the owner's own posts, comments and reactions.

    `owner` is the owner's name as Facebook shows it, where the export does not tell it.
    """

    owner: str = ""

    name: ClassVar[str] = "facebook-export"
    title: ClassVar[str] = "Facebook: the export of a personal profile (JSON)"
    each_has: ClassVar[frozenset[str]] = frozenset(("profile_information.json",))
    source: ClassVar[str] = "Ask for it in the Accounts Centre, Download your information, format JSON."

    def claims(self, names: Sequence[str]) -> bool:
        """Tell by the names inside: conversations or posts as Facebook names them, and not Instagram's."""
        if is_instagrams(names) or any("instagram" in name.lower() for name in names):
            return False
        return any(THREAD.fullmatch(name) or "/your_posts" in f"/{name}" for name in names) or _in_html(names)

    def recognises(self, member: Member, head: bytes) -> bool:
        """Tell a conversation by its fields; the other files mean something only in their export.

        Instagram writes its conversations in the very same fields: those that lie in its folder are not Facebook's.
        """
        if "instagram" in member.name.lower():
            return False
        return is_conversation(head)

    def parse_export(self, export: Export) -> Iterator[tuple[str, Record]]:
        """Yield the owner, friends, messages, and the owner's posts, comments and reactions."""
        found = {name: kind for name, member in export.files.items() if (kind := _kind(member))}
        kinds = dict(sorted(found.items(), key=lambda one: _ORDER.index(one[1])))
        if not kinds and _in_html(list(export.files)):
            raise Unreadable(
                f"{export.name}: this is Facebook's export as HTML, which is for people to read; ask for it again in "
                "the Accounts Centre, Download your information, and choose the format JSON"
            )
        told = Told(clean(self.owner, 200))
        own = OwnActs(told)
        readers = {
            "friends": own.friends,
            "posts": own.posts,
            "comments": own.comments,
            "reactions": own.reactions,
            "thread": Conversations(told).thread,
        }
        profiles = [name for name, kind in kinds.items() if kind == "profile"]
        yield from each_file(export, profiles, own.profile)
        told.owner = told.owner or _in_every_thread(export, kinds)
        for name, kind in kinds.items():
            if kind != "profile":
                yield from each_file(export, [name], readers[kind])
        yield from ((export.name, note) for note in told.notes())
        left = Counter(name.rpartition(".")[2].lower()[:8] for name in export.files if name not in kinds)
        if left:
            kept = ", ".join(f"{count:,} .{clean(ending, 8)}" for ending, count in left.most_common(6))
            yield export.name, Note(f"files that are not read (pictures, settings, what others saw): {kept}")

    def parse(self, member: Member) -> Iterator[Record]:
        """Yield the messages of one conversation.

        Raises:
            Unreadable: it is none.
        """
        if not self.recognises(member, member.head()):
            raise Unreadable(
                f"{member.name}: this alone is no conversation; import the whole Facebook export"
            )
        told = Told(clean(self.owner, 200))
        yield from Conversations(told).thread(member)
        yield from told.notes()


def _in_html(names: Sequence[str]) -> bool:
    """Tell an export as HTML, which Facebook gives where nobody asks for another."""
    return any(
        _HTML.fullmatch(name) or (name.endswith(".html") and _HTML_FOLDER in f"/{name}") for name in names
    )


def _kind(member: Member) -> str | None:
    """Tell what a file is by its name, which may be in another language, else by the list that it holds."""
    named = _kind_by_name(member.name)
    if named or not member.name.endswith(".json"):
        return named
    with suppress(OSError, *DAMAGED_MEMBER):  # it is of no kind, and counted
        return kind_of_head(member.head())
    return None


def _kind_by_name(name: str) -> str | None:
    kinds = {
        "profile": _PROFILE,
        "friends": _FRIENDS,
        "thread": THREAD,
        "posts": _POSTS,
        "comments": _COMMENTS,
        "reactions": _REACTIONS,
    }
    return next((kind for kind, pattern in kinds.items() if pattern.fullmatch(name)), None)


def _in_every_thread(export: Export, kinds: Mapping[str, str]) -> str:
    """Return the one name that takes part in every conversation; empty where there is none, or more than one."""
    threads = [name for name, kind in kinds.items() if kind == "thread"]
    present: Counter[str] = Counter()
    for _, record in each_file(export, threads, participants):
        if isinstance(record, Person):
            present[record.name or ""] += 1
    always = [name for name, count in present.items() if count == len(threads)]
    return always[0] if len(always) == 1 else ""
