"""Facebook: the export of a personal profile as JSON (zip or folder).

The export knows people by name only, so an account here is a name: namesakes are one. It writes UTF-8 as if it
were Latin-1 (`JosÃ©`), which is undone.
Reference: Facebook Help, Download a copy of your information on Facebook.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from connectors.kit.addresses import email_account
from connectors.kit.answers import each
from connectors.kit.exports import each_file
from connectors.kit.json_files import document, document_text, rows
from connectors.kit.text import clean
from influence.contract.connector import Unreadable
from influence.contract.files import Export, Member
from influence.contract.records import Activity, Note, Person, Record, SetAside, Verb

AFTER = timedelta(microseconds=1)
"""Where the export does not tell when a reaction was made: just after its message, the earliest it can be."""
_THREAD = re.compile(r"(?:.*/)?messages/[^/]+/([^/]+)/message_\d+\.json")
_POSTS = re.compile(
    r"(?:.*/)?(?:your_posts[^/]*|your_uncategorized_photos|your_posts_in_groups|group_posts[^/]*)\.json"
)
_COMMENTS = re.compile(r"(?:.*/)?(?:comments|your_comments_in_groups)\.json")
_REACTIONS = re.compile(r"(?:.*/)?(?:likes_and_reactions[^/]*|posts_and_comments|reactions)\.json")
_FRIENDS = re.compile(r"(?:.*/)?(?:friends|your_friends)\.json")
_PROFILE = re.compile(r"(?:.*/)?profile_information\.json")
_CONVERSATION = re.compile(rb'\s*\{\s*"participants"\s*:\s*\[')
_PATH = re.compile(r'"thread_path"\s*:\s*"([^"\\]{1,300})"')
_NOBODY = re.compile(
    r"facebook[ -](?:user|nutzer|bruker|användare|bruger|gebruiker)|utilisateur facebook", re.I
)
_WHOSE = re.compile(
    r"(?:commented on|replied to|likes|liked|loves|reacted to) (.{1,200}?)['’]s (?:\w+ )?"
    r"(?:post|photo|video|comment|link|status|reel|album|update|reply|story|memory|note|event)"
)
_WALL = re.compile(r"(?:wrote|posted) on (.{1,200}?)['’]s (?:timeline|wall|profile)")
_NO_MESSAGE = {"call_duration": "calls", "is_unsent": "unsent messages"}


@dataclass(frozen=True)
class FacebookExport:
    """Messages, friends, and the owner's own posts, comments and reactions.

    `owner` is the owner's name as Facebook shows it, where the export does not tell it.
    """

    owner: str = ""

    name: ClassVar[str] = "facebook-export"
    title: ClassVar[str] = "Facebook: the export of a personal profile (JSON)"
    source: ClassVar[str] = "Ask for it in the Accounts Centre, Download your information, format JSON."

    def claims(self, names: Sequence[str]) -> bool:
        """Tell by the names inside: conversations or posts as Facebook names them, and not Instagram's."""
        if any("instagram" in name.lower() for name in names):
            return False
        return any(_THREAD.fullmatch(name) or "/your_posts" in f"/{name}" for name in names)

    def recognises(self, member: Member, head: bytes) -> bool:  # noqa: ARG002 - a name proves nothing
        """Tell a conversation by its fields; the other files mean something only in their export."""
        return _CONVERSATION.match(head) is not None and b'"timestamp_ms"' in head

    def parse_export(self, export: Export) -> Iterator[tuple[str, Record]]:
        """Yield the owner, friends, messages, and the owner's posts, comments and reactions."""
        kinds = {name: kind for name in export.files if (kind := _kind(name))}
        reader = _Reader(clean(self.owner, 200))
        profiles = [name for name, kind in kinds.items() if kind == "profile"]
        yield from each_file(export, profiles, reader.profile)
        reader.owner = reader.owner or _in_every_thread(export, kinds)
        for name, kind in kinds.items():
            if kind != "profile":
                yield from each_file(export, [name], getattr(reader, kind))
        yield from ((export.name, note) for note in reader.notes())
        left = Counter(name.rpartition(".")[2].lower()[:8] for name in export.files if name not in kinds)
        if left:
            told = ", ".join(f"{count:,} .{clean(ending, 8)}" for ending, count in left.most_common(6))
            yield export.name, Note(f"files that are not read (pictures, settings, what others saw): {told}")

    def parse(self, member: Member) -> Iterator[Record]:
        """Yield the messages of one conversation.

        Raises:
            Unreadable: it is none.
        """
        if not self.recognises(member, member.head()):
            raise Unreadable(
                f"{member.name}: this alone is no conversation; import the whole Facebook export"
            )
        reader = _Reader(clean(self.owner, 200))
        yield from reader.thread(member)
        yield from reader.notes()


def _kind(name: str) -> str | None:
    kinds = {
        "profile": _PROFILE,
        "friends": _FRIENDS,
        "thread": _THREAD,
        "posts": _POSTS,
        "comments": _COMMENTS,
        "reactions": _REACTIONS,
    }
    return next((kind for kind, pattern in kinds.items() if pattern.fullmatch(name)), None)


def _in_every_thread(export: Export, kinds: Mapping[str, str]) -> str:
    """Return the one name that takes part in every conversation; empty where there is none, or more than one."""
    threads = [name for name, kind in kinds.items() if kind == "thread"]
    present: Counter[str] = Counter()
    for _, record in each_file(export, threads, _participants):
        if isinstance(record, Person):
            present[record.name or ""] += 1
    always = [name for name, count in present.items() if count == len(threads)]
    return always[0] if len(always) == 1 else ""


def _participants(member: Member) -> Iterator[Record]:
    for row in rows(member, "participants"):
        if not isinstance(row, SetAside) and (name := _name(row[1].get("name"))):
            yield Person(name=name, accounts=(account_of(name),), line=row[0])


def mended(text: str) -> str:
    """Undo that UTF-8 was written as Latin-1; text that was not stays as it is.

    >>> mended("JosÃ©"), mended("José"), mended("Ann")
    ('José', 'José', 'Ann')
    """
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def account_of(name: str) -> str:
    """Write a name as an account.

    >>> account_of("Ann Lee")
    'facebook-name:Ann Lee'
    """
    return f"facebook-name:{name}"


def _name(value: Any) -> str | None:
    """Return a name as it is shown; None where it is nobody's: Facebook calls all deleted users alike."""
    name = clean(mended(value), 200) if isinstance(value, str) else ""
    return None if not name or _NOBODY.fullmatch(name) else name


@dataclass
class _Reader:
    """Reads one export, whose owner it knows by name."""

    owner: str = ""
    left_out: Counter[str] = field(default_factory=Counter)
    claimed: set[str] = field(default_factory=set)
    numbers: Counter[str] = field(default_factory=Counter)

    def profile(self, member: Member) -> Iterator[Record]:
        """Yield who the owner is."""
        found = document(member)
        profile = found.get("profile_v2") or found.get("profile") if isinstance(found, dict) else None
        told = profile.get("name") if isinstance(profile, dict) else None
        name = _name(told.get("full_name") if isinstance(told, dict) else None)
        if not isinstance(profile, dict) or name is None:
            yield SetAside("the profile tells no name", 1)
            return
        self.owner = self.owner or name
        self.claimed.add(self.owner)
        listed = profile.get("emails")
        mails = listed.get("emails") if isinstance(listed, dict) else None
        addresses = [clean(one, 320) for one in mails or () if isinstance(one, str) and "@" in one]
        accounts = (account_of(self.owner), *(email_account(one) for one in addresses))
        yield Person(name=self.owner, accounts=accounts, line=1)

    def friends(self, member: Member) -> Iterator[Record]:
        """Yield each friend; a friendship is no encounter: two accounts that follow each other since a day."""
        yield from self._each(member, self._friend, "friends_v2", "friends")

    def _friend(self, line: int, row: Mapping[str, Any]) -> Iterator[Record]:
        name = _name(row.get("name"))
        if name is None:
            raise ValueError("the friend has no name: the profile is deleted")
        yield from self._claim(name, line)
        if self.owner:
            yield self._activity(
                f"friend:{name}", row.get("timestamp"), name, Verb.FOLLOW, line, to=(self.owner,)
            )

    def posts(self, member: Member) -> Iterator[Record]:
        """Yield the owner's posts; friends who are tagged are mentioned."""
        yield from self._each(member, self._post, "group_posts_v2", "group_posts", "status_updates")

    def _post(self, line: int, row: Mapping[str, Any]) -> Iterator[Record]:
        tags = [_name(tag.get("name") if isinstance(tag, dict) else tag) for tag in row.get("tags") or ()]
        words = [one.get("post") for one in row.get("data") or () if isinstance(one, dict)]
        text = next((mended(one) for one in words if isinstance(one, str)), None)
        title = row.get("title")
        wall = _WALL.search(mended(title)) if isinstance(title, str) else None
        to = _name(wall[1]) if wall else None
        yield self._own("post", Verb.POST, row, line, text, [name for name in tags if name], to)

    def comments(self, member: Member) -> Iterator[Record]:
        """Yield the owner's comments; whose post it was, an English title tells."""
        keys = ("comments_v2", "comments", "group_comments_v2", "group_comments")
        yield from self._each(member, self._comment, *keys)

    def _comment(self, line: int, row: Mapping[str, Any]) -> Iterator[Record]:
        text = _inner(row, "comment").get("comment")
        yield self._answer(
            "comment", Verb.COMMENT, row, line, mended(text) if isinstance(text, str) else None
        )

    def reactions(self, member: Member) -> Iterator[Record]:
        """Yield the owner's reactions; whose post it was, an English title tells."""
        yield from self._each(member, self._reaction, "reactions_v2", "reactions")

    def _reaction(self, line: int, row: Mapping[str, Any]) -> Iterator[Record]:
        kind = clean(str(_inner(row, "reaction").get("reaction") or ""), 40).lower()
        yield self._answer(f"reaction-{kind}", Verb.REACT, row, line)

    def thread(self, member: Member) -> Iterator[Record]:
        """Yield the messages of one conversation, their reactions, and who takes part."""
        found, folder = _PATH.search(document_text(member)), _THREAD.fullmatch(member.name)
        path = found[1] if found else folder[1] if folder else member.name
        thread = clean(path.rpartition("/")[2], 200)
        people = [record for record in _participants(member) if isinstance(record, Person)]
        for person in people:
            yield from self._claim(person.name or "", person.line or 1)
        names = [person.name or "" for person in people]
        yield from each(
            rows(member, "messages"),
            lambda at: self._message(at.line, at.value, thread, names),
            "the message",
        )

    def notes(self) -> Iterator[Note]:
        """Yield what was left out."""
        if self.left_out:
            yield Note(", ".join(f"{count:,} {what}" for what, count in self.left_out.most_common()))

    def _message(
        self, line: int, row: Mapping[str, Any], thread: str, names: Sequence[str]
    ) -> Iterator[Record]:
        sender = _name(row.get("sender_name"))
        for key, what in _NO_MESSAGE.items():
            if row.get(key):
                self.left_out[f"{what} were left out"] += 1
                return
        if sender is None:
            yield SetAside(
                "the message has no sender who can be told from others: the profile is deleted", line
            )
            return
        yield from self._claim(sender, line)
        milliseconds = row.get("timestamp_ms")
        time = milliseconds / 1000 if isinstance(milliseconds, int) else None
        key = f"{thread}:{milliseconds}:{sender}"
        content = row.get("content")
        said = self._activity(
            key,
            time,
            sender,
            Verb.MESSAGE,
            line,
            to=tuple(name for name in names if name != sender),
            conversation=f"facebook:{thread}",
            text=mended(content) if isinstance(content, str) else None,
        )
        yield said
        if isinstance(said, Activity):
            yield from self._message_reactions(row.get("reactions"), said)

    def _message_reactions(self, reactions: Any, to: Activity) -> Iterator[Record]:
        for row in reactions if isinstance(reactions, list) else ():
            name = _name(row.get("actor")) if isinstance(row, dict) else None
            if name is None:
                yield SetAside("a reaction to the message is by nobody who can be told from others", to.line)
                continue
            yield Activity(
                id=f"{to.id}:reaction:{name}",
                time=to.time + AFTER,
                actor=account_of(name),
                verb=Verb.REACT,
                parent=to.id,
                conversation=to.conversation,
                line=to.line,
            )

    def _answer(
        self, kind: str, verb: Verb, row: Mapping[str, Any], line: int, text: str | None = None
    ) -> Record:
        title = row.get("title")
        whose = _WHOSE.search(mended(title)) if isinstance(title, str) else None
        name = _name(whose[1]) if whose else None
        if name is None:
            self.left_out["comments and reactions do not tell (in English) whom they answer"] += 1
        return self._own(kind, verb, row, line, text, [name] if name else [])

    def _own(
        self,
        kind: str,
        verb: Verb,
        row: Mapping[str, Any],
        line: int,
        text: str | None,
        named: Sequence[str],
        to: str | None = None,
    ) -> Record:
        if not self.owner:
            return SetAside("whose export it is cannot be told; name the owner with --set owner='…'", line)
        stamp, names = row.get("timestamp"), _accounts(named, self.owner)
        to_whom = (to,) if to else ()
        return self._activity(
            f"{kind}:{stamp}", stamp, self.owner, verb, line, to=to_whom, mentions=names, text=text
        )

    def _activity(
        self, key: str, seconds: Any, who: str, verb: Verb, line: int, **more: Any
    ) -> Activity | SetAside:
        if not isinstance(seconds, int | float) or not 1_000_000_000 < seconds < 2**33:
            return SetAside(f"the time {str(seconds)[:40]!r} cannot be meant", line)
        self.numbers[key] += 1
        number = "" if self.numbers[key] == 1 else f":{self.numbers[key]}"
        more["to"] = _accounts(more.get("to", ()), who)
        time = datetime.fromtimestamp(seconds, UTC)
        return Activity(f"facebook:{key}{number}", time, account_of(who), verb, line=line, **more)

    def _claim(self, name: str, line: int) -> Iterator[Person]:
        if name and name not in self.claimed:
            self.claimed.add(name)
            yield Person(name=name, accounts=(account_of(name),), line=line)

    def _each(
        self, member: Member, read: Callable[[int, Mapping[str, Any]], Iterator[Record]], *keys: str
    ) -> Iterator[Record]:
        """Read the rows of a list, or of the list under a key that Facebook has used over the years."""
        yield from each(rows(member, *keys), lambda at: read(at.line, at.value), "the row")


def _accounts(names: Sequence[str], without: str) -> tuple[str, ...]:
    return tuple(account_of(name) for name in dict.fromkeys(names) if name and name != without)


def _inner(row: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return the object of that name in the row's `data`, where Facebook puts a comment or a reaction."""
    data = row.get("data")
    for one in data if isinstance(data, list) else ():
        if isinstance(one, dict) and isinstance(one.get(name), dict):
            return dict(one[name])
    return {}
