"""What the export of a Facebook profile tells, file by file: conversations, and the owner's own acts.

It knows people by name only, so an account here is a name: namesakes are one. It writes UTF-8 as if it were
Latin-1 (`JosÃ©`), which is undone.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.kit.addresses import email_account
from connectors.kit.answers import At, each
from connectors.kit.json_files import document, holds, rows, search
from connectors.kit.lists import objects, rows_of, texts
from connectors.kit.text import clean
from connectors.social import facebook_titles as titles
from connectors.social.facebook_titles import KnownNames
from connectors.social.meta_lines import is_of_program
from connectors.social.meta_reactions import told_apart
from influence.contract.files import Member
from influence.contract.records import Activity, Note, Person, Record, SetAside, Verb

AFTER = timedelta(microseconds=1)
"""Where the export does not tell when a reaction was made: just after its message, the earliest it can be."""
THREAD = re.compile(r"(?:.*/)?messages/[^/]+/([^/]+)/message_\d+\.json")
_PATH = re.compile(rb'"thread_path"\s{0,100}:\s{0,100}"([^"\\]{1,300})"')
_THREAD_NAME = re.compile(rb'"threadName"\s{0,100}:\s{0,100}"([^"\\]{1,300})"')
_PARTICIPANTS = re.compile(rb'"participants"\s{0,100}:\s{0,100}(\[[^\[\]]{0,50000}\])')
_NOBODY = re.compile(r"\bfacebook", re.IGNORECASE)
"""All deleted users have one name, which holds Facebook's in every language: `Usuario de Facebook`."""
_SAID = frozenset(("Generic", "Share", "None"))
"""What Facebook calls messages that somebody wrote."""
_OWN = frozenset(("Subscribe", "Unsubscribe", "Call", "Payment", "Plan"))
"""What it calls lines of its own: who joined, a call, a payment."""
_LISTS = {
    "comments_v2": "comments",
    "group_comments_v2": "comments",
    "reactions_v2": "reactions",
    "friends_v2": "friends",
    "group_posts_v2": "posts",
    "profile_v2": "profile",
}
"""The list that a file holds, which has the same name in all languages, and what it is."""
_FIRST_KEY = re.compile(rb'\s{0,1000}\{\s{0,1000}"(\w{1,60})"\s{0,100}:')
_POSTED = re.compile(
    rb'\s{0,1000}\[\s{0,1000}\{[^\[\]]{0,4000}"data"\s{0,100}:\s{0,100}\[\s{0,1000}\{\s{0,1000}"post"'
)
_CONVERSATION = re.compile(rb'\s*\{\s*"participants"\s*:\s*\[')
_WRITTEN_TO = (
    "posts have a title in another language: it mentions whom it names; whether it is to them is not seen"
)


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


def no_message(row: Mapping[str, Any], sender: str) -> str:
    """Return what stands among the messages and is none; empty for a message. A call that nobody took lasted 0 seconds.

    >>> no_message({"content": "Bo missed your call.", "call_duration": 0}, "Bo"), no_message({"content": "Hei"}, "Bo")
    ('calls', '')
    """
    duration = row.get("call_duration")
    if duration or (isinstance(duration, int) and duration is not False):
        return "calls"
    if row.get("is_unsent"):
        return "unsent messages"
    content = row.get("content")
    is_own = isinstance(content, str) and is_of_program(mended(content), sender)
    return "lines of the program itself" if is_own else ""


def account_of(name: str) -> str:
    """Write a name as an account.

    >>> account_of("Ann Lee")
    'facebook-name:Ann Lee'
    """
    return f"facebook-name:{name}"


def _name(value: Any) -> str | None:
    """Return a name as it is shown; None where it is nobody's: Facebook calls all deleted users alike."""
    name = clean(mended(value), 200) if isinstance(value, str) else ""
    return None if not name or _NOBODY.search(name) else name


def kind_of_head(head: bytes) -> str | None:
    """Tell by the beginning of a file of an export what it holds, whatever it is called; None for any other.

    >>> kind_of_head(b'{"reactions_v2": []}'), kind_of_head(b'{"trash_v2": []}')
    ('reactions', None)
    >>> kind_of_head(b'[{"timestamp": 1, "data": [{"post": "Hei"}]}]')
    'posts'
    """
    head = head.removeprefix(b"\xef\xbb\xbf")
    if is_conversation(head):
        return "thread"
    if found := _FIRST_KEY.match(head):
        return _LISTS.get(found[1].decode("ascii", "replace"))
    return "posts" if _POSTED.match(head) else None


def is_conversation(head: bytes) -> bool:
    """Tell a conversation by its fields."""
    return is_encrypted(head) or (_CONVERSATION.match(head) is not None and b'"timestamp_ms"' in head)


def participants(member: Member) -> Iterator[Record]:
    """Yield who takes part in a conversation."""
    if is_encrypted(member.head()):
        for one in _listed(member):
            if name := _name(one.get("name") if isinstance(one, Mapping) else one):
                yield Person(name=name, accounts=(account_of(name),), line=1)
        return
    for row in rows(member, "participants"):
        if not isinstance(row, SetAside) and (name := _name(row[1].get("name"))):
            yield Person(name=name, accounts=(account_of(name),), line=row[0])


def _listed(member: Member) -> list[Any]:
    """Return who takes part in an encrypted chat, as the beginning says it: the file may be cut further on."""
    if found := search(member, _PARTICIPANTS):
        with suppress(ValueError):
            return list(json.loads(found[1]))
    listed = document(member).get("participants")
    return listed if isinstance(listed, list) else []


def is_encrypted(head: bytes) -> bool:
    """Tell a chat that was encrypted from end to end: Messenger exports these apart, with other names of fields.

    >>> is_encrypted(b'{"participants": ["Ann"], "threadName": "Ann_1", "messages": [{"senderName": "Ann"}]}')
    True
    """
    return holds(
        head, (b'"threadName"', b'"senderName"'), (b'"threadName"', b'"participants"', b'"isUnsent"')
    )


def _as_usual(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Name the fields of a message of an encrypted chat as those of all others are."""
    return {
        "sender_name": row.get("senderName"),
        "timestamp_ms": row.get("timestamp"),
        "content": row.get("text"),
        "reactions": row.get("reactions"),
        "is_unsent": row.get("isUnsent"),
        "call_duration": row.get("type") in {"call", "videoCall", "audioCall"},
    }


@dataclass
class Told:
    """What the files of one export have told so far: whose it is, who was named, and what was left out."""

    owner: str = ""
    left_out: Counter[str] = field(default_factory=Counter)
    claimed: set[str] = field(default_factory=set)
    numbers: Counter[str] = field(default_factory=Counter)
    known: KnownNames = field(default_factory=KnownNames)

    def notes(self) -> Iterator[Note]:
        """Yield what was left out."""
        if self.left_out:
            yield Note(", ".join(f"{count:,} {what}" for what, count in self.left_out.most_common()))

    def leave_out(self, what: str) -> None:
        """Count something that is no activity of its own."""
        self.left_out[what] += 1

    def activity(
        self, key: str, seconds: Any, who: str, verb: Verb, line: int, **more: Any
    ) -> Activity | SetAside:
        """Make an activity; one of the same second as another gets a number."""
        if not isinstance(seconds, int | float) or not 1_000_000_000 < seconds < 2**33:
            return SetAside(f"the time {str(seconds)[:40]!r} cannot be meant", line)
        self.numbers[key] += 1
        number = "" if self.numbers[key] == 1 else f":{self.numbers[key]}"
        more["to"] = _accounts(more.get("to", ()), who)
        time = datetime.fromtimestamp(seconds, UTC)
        return Activity(f"facebook:{key}{number}", time, account_of(who), verb, line=line, **more)

    def claim(self, name: str, line: int) -> Iterator[Person]:
        """Yield somebody who was not named before."""
        if name and name not in self.claimed:
            self.claimed.add(name)
            self.known.learn([name])
            yield Person(name=name, accounts=(account_of(name),), line=line)


@dataclass(frozen=True)
class Conversations:
    """Reads conversations."""

    told: Told

    def thread(self, member: Member) -> Iterator[Record]:
        """Yield the messages of one conversation, their reactions, and who takes part."""
        encrypted = is_encrypted(member.head())
        pattern = _THREAD_NAME if encrypted else _PATH
        found, folder = search(member, pattern), THREAD.fullmatch(member.name)
        path = found[1].decode("utf-8", "replace") if found else folder[1] if folder else member.name
        thread = clean(path.rpartition("/")[2], 200)
        people = [record for record in participants(member) if isinstance(record, Person)]
        for person in people:
            yield from self.told.claim(person.name or "", person.line or 1)
        names = [person.name or "" for person in people]
        said = each(
            rows(member, "messages"),
            lambda at: self._message(at.line, _as_usual(at.value) if encrypted else at.value, thread, names),
            "the message",
        )
        yield from told_apart(said, self.told.leave_out)

    def _message(
        self, line: int, row: Mapping[str, Any], thread: str, names: Sequence[str]
    ) -> Iterator[Record]:
        sender = _name(row.get("sender_name"))
        if what := no_message(row, sender or ""):
            self.told.leave_out(f"{what} were left out")
            return
        if str(row.get("type")) not in _SAID:
            whose = "the program itself" if str(row.get("type")) in _OWN else "a type that is not known"
            self.told.left_out[f"lines of {whose} were left out"] += 1
            return
        if sender is None:
            yield SetAside(
                "the message has no sender who can be told from others: the profile is deleted", line
            )
            return
        yield from self.told.claim(sender, line)
        milliseconds = row.get("timestamp_ms")
        time = milliseconds / 1000 if isinstance(milliseconds, int) else None
        key = f"{thread}:{milliseconds}:{sender}"
        content = row.get("content")
        said = self.told.activity(
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
        for row in objects(reactions, "reactions"):
            name, shown = _name(row.get("actor")), row.get("reaction")
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
                reaction=clean(mended(shown), 40) or None if isinstance(shown, str) else None,
                line=to.line,
            )


@dataclass(frozen=True)
class OwnActs:
    """Reads who the owner is and what the owner did."""

    told: Told

    def profile(self, member: Member) -> Iterator[Record]:
        """Yield who the owner is."""
        found = document(member)
        profile = found.get("profile_v2") or found.get("profile") if isinstance(found, dict) else None
        told = profile.get("name") if isinstance(profile, dict) else None
        name = _name(told.get("full_name") if isinstance(told, dict) else None)
        if not isinstance(profile, dict) or name is None:
            yield SetAside("the profile tells no name", 1)
            return
        self.told.owner = self.told.owner or name
        self.told.claimed.add(self.told.owner)
        listed = profile.get("emails")
        mails = listed.get("emails") if isinstance(listed, dict) else None
        addresses = [clean(one, 320) for one in texts(mails, "emails") if "@" in one]
        accounts = (account_of(self.told.owner), *(email_account(one) for one in addresses))
        yield Person(name=self.told.owner, accounts=accounts, line=1)

    def friends(self, member: Member) -> Iterator[Record]:
        """Yield each friend; a friendship is no encounter: two accounts that follow each other since a day."""
        yield from _each(member, self._friend, "friends_v2", "friends")

    def _friend(self, line: int, row: Mapping[str, Any]) -> Iterator[Record]:
        name = _name(row.get("name"))
        if name is None:
            raise ValueError("the friend has no name: the profile is deleted")
        yield from self.told.claim(name, line)
        if self.told.owner:
            yield self.told.activity(
                f"friend:{name}", row.get("timestamp"), name, Verb.FOLLOW, line, to=(self.told.owner,)
            )

    def posts(self, member: Member) -> Iterator[Record]:
        """Yield the owner's posts; friends who are tagged are mentioned."""
        yield from _each(member, self._post, "group_posts_v2", "group_posts", "status_updates")

    def _post(self, line: int, row: Mapping[str, Any]) -> Iterator[Record]:
        tags = [_name(tag.get("name") if isinstance(tag, dict) else tag) for tag in row.get("tags") or ()]
        words = [one.get("post") for one in rows_of(row, "data")]
        text = next((mended(one) for one in words if isinstance(one, str)), None)
        title = _title(row)
        wall = titles.wall(title)
        named = [name for name in tags if name]
        self.told.known.learn(named)
        if title and not titles.is_english(title):
            self.told.left_out[_WRITTEN_TO] += 1
            named += self.told.known.named_in(title, self.told.owner)
        yield self._own("post", Verb.POST, At(line, row), text, named, _name(wall) if wall else None)

    def comments(self, member: Member) -> Iterator[Record]:
        """Yield the owner's comments; whose post it was, the title tells."""
        keys = ("comments_v2", "comments", "group_comments_v2", "group_comments")
        yield from _each(member, self._comment, *keys)

    def _comment(self, line: int, row: Mapping[str, Any]) -> Iterator[Record]:
        text = _inner(row, "comment").get("comment")
        yield self._answer(
            "comment", Verb.COMMENT, At(line, row), mended(text) if isinstance(text, str) else None
        )

    def reactions(self, member: Member) -> Iterator[Record]:
        """Yield the owner's reactions; whose post it was, the title tells."""
        yield from _each(member, self._reaction, "reactions_v2", "reactions")

    def _reaction(self, line: int, row: Mapping[str, Any]) -> Iterator[Record]:
        kind = clean(str(_inner(row, "reaction").get("reaction") or ""), 40).lower()
        found = self._answer(f"reaction-{kind}", Verb.REACT, At(line, row))
        yield replace(found, reaction=kind or None) if isinstance(found, Activity) else found

    def _answer(self, kind: str, verb: Verb, at: At, text: str | None = None) -> Record:
        name = self._answered(_title(at.value))
        if name is None:
            self.told.left_out["comments and reactions do not tell whom they answer"] += 1
        return self._own(kind, verb, at, text, [name] if name else [])

    def _answered(self, title: str) -> str | None:
        """Return whom an act answers: as an English title says it, in another the one known person who is named."""
        if titles.is_english(title):
            whose = titles.whose(title)
            return _name(whose) if whose else None
        named = self.told.known.named_in(title, self.told.owner)
        if len(named) == 1:
            self.told.left_out[
                "comments and reactions are titled in another language: they answer whom it names"
            ] += 1
            return named[0]
        return None

    def _own(
        self, kind: str, verb: Verb, at: At, text: str | None, named: Sequence[str], to: str | None = None
    ) -> Record:
        owner, line = self.told.owner, at.line
        if not owner:
            return SetAside("whose export it is cannot be told; name the owner with --set owner='…'", line)
        stamp, names, to_whom = at.value.get("timestamp"), _accounts(named, owner), (to,) if to else ()
        more = {"to": to_whom, "mentions": names, "text": text}
        return self.told.activity(f"{kind}:{stamp}", stamp, owner, verb, line, **more)


def _each(
    member: Member, read: Callable[[int, Mapping[str, Any]], Iterator[Record]], *keys: str
) -> Iterator[Record]:
    """Read the rows of a list, or of the list under a key that Facebook has used over the years."""
    yield from each(rows(member, *keys), lambda at: read(at.line, at.value), "the row")


def _title(row: Mapping[str, Any]) -> str:
    title = row.get("title")
    return clean(mended(title), 500) if isinstance(title, str) else ""


def _accounts(names: Sequence[str], without: str) -> tuple[str, ...]:
    return tuple(account_of(name) for name in dict.fromkeys(names) if name and name != without)


def _inner(row: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return the object of that name in the row's `data`, where Facebook puts a comment or a reaction."""
    for one in rows_of(row, "data"):
        if isinstance(one.get(name), dict):
            return dict(one[name])
    return {}
