"""Zulip: the JSON of a public archive (zulip-archive), and the REST API with a person's e-mail and key.

References: github.com/zulip/zulip-archive; Zulip API, Get messages, Get users.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit

from connectors.chat.zulip_records import LONGEST_WAIT, SYSTEM_BOTS, Turns, mentions, own_words
from connectors.kit.addresses import email_account
from connectors.kit.answers import as_member, each, needed, needed_list, read, shape_expected, written_beside
from connectors.kit.exports import each_file
from connectors.kit.http import Service
from connectors.kit.json_files import rows
from connectors.kit.paging import Answer, State, Task, walk
from connectors.kit.text import clean, words
from influence.contract.connector import ConnectorError, Reply
from influence.contract.files import Export, Member
from influence.contract.records import Activity, Deleted, Note, Person, Record, SetAside, Verb

PAGE = 1000
"""Messages that are asked for at once."""
MOST_KNOWN = 5000
"""Messages of which the cursor knows that they are there, so that deletions are seen."""
AFTER = timedelta(microseconds=1)
"""Zulip does not tell when a reaction was made: it is dated just after its message, the earliest it can be."""
_TOPIC = re.compile(r"(?:.*/)?(\d+)-([^/]*)/([^/]+)\.json")
_ARCHIVED = re.compile(rb'\s*\[\s*\{\s*"content"\s*:')
_REPLY = re.compile(rb'\s*\{"zulip": ?"(users|messages)"')
_HIDDEN_ADDRESS = re.compile(r"user\d+@")


@dataclass(frozen=True)
class Zulip:
    """Messages by topic, mentions and reactions.

    `site` is the address of the organisation and `email` the sign-in, both for a live source only;
    `lookback` is how many days are read again at each pull, for edits, deletions and late reactions.
    """

    site: str = ""
    email: str = ""
    lookback: str = "3"

    name: ClassVar[str] = "zulip"
    title: ClassVar[str] = "Zulip: an archive as JSON, or live with an API key"
    source: ClassVar[str] = "Take the folder zulip_json that zulip-archive makes of an organisation."
    secrets: ClassVar[tuple[str, ...]] = ("key",)
    reads: ClassVar[str] = "It reads the people and all messages and reactions that you can see."
    revoke: ClassVar[str] = (
        "Generate a new key under Personal settings, Account & privacy; the old one is void."
    )

    def claims(self, names: Sequence[str]) -> bool:
        """Tell by the names inside: an index of streams, and files of topics."""
        return any(re.search(r"(^|/)stream_index\.json$", name) for name in names) and any(
            _TOPIC.fullmatch(name) for name in names
        )

    def recognises(self, member: Member, head: bytes) -> bool:  # noqa: ARG002 - a name proves nothing
        """Tell a topic of an archive by its fields, and a kept answer of the API by its beginning."""
        archived = _ARCHIVED.match(head) is not None and b'"sender_full_name"' in head
        return archived or _REPLY.match(head) is not None

    def parse_export(self, export: Export) -> Iterator[tuple[str, Record]]:
        """Yield all topics of an archive."""
        topics = [name for name in export.files if _TOPIC.fullmatch(name)]
        yield from each_file(export, topics, _archived)
        left = [name for name in export.files if not _TOPIC.fullmatch(name) and "stream_index" not in name]
        if left:
            shown = ", ".join(clean(name, 60) for name in left[:5])
            yield export.name, Note(f"files that are no topics were not read: {len(left)} ({shown})")

    def parse(self, member: Member) -> Iterator[Record]:
        """Yield the records of one topic of an archive, or of one kept answer of the API.

        Raises:
            Unreadable: it is neither.
            Changed: the answer has another shape than it had.
        """
        with shape_expected():
            with member.open() as stream:
                live = _REPLY.match(stream.read(200)) is not None
            if not live:
                yield from _archived(member)
                return
            kept = read(member)
            site, answer = str(needed(kept, "site", member.name)), needed(kept, "answer", member.name)
            if kept["zulip"] == "users":
                yield from _people(needed_list(answer, "members", "Zulip's answer"), site)
            else:
                yield from _Answer(site, kept).records(needed_list(answer, "messages", "Zulip's answer"))

    def fetch(self, cursor: Mapping[str, Any], secret: Callable[[str], str]) -> Iterator[Reply]:
        """Yield the people, then messages oldest first, beginning `lookback` days before the last one read.

        Raises:
            RateLimited, NotAuthorised, Changed: as they say.
            ConnectorError: `site` or `email` is not given, or Zulip refuses.
        """
        if not self.site or not self.email or not re.fullmatch(r"\d{1,3}", self.lookback):
            raise ConnectorError(
                "a live Zulip needs site and email, and lookback as a number of days: "
                "--set site=https://acme.zulipchat.com --set email=you@acme.com"
            )
        address = self.site if "://" in self.site else f"https://{self.site}"
        key = b64encode(f"{self.email}:{secret('key')}".encode()).decode()
        service = Service(f"{address.rstrip('/')}/api/v1/", {"Authorization": f"Basic {key}"})
        place = urlsplit(address).netloc.lower()
        pull = _Pull(service, place, int(self.lookback) * 86_400)
        yield from walk(cursor, pull.begin, pull.ask, keeps_tasks=False)


def _archived(member: Member) -> Iterator[Record]:
    """Read one topic; accounts are names, since an archive holds no ids of senders."""
    found = _TOPIC.fullmatch(member.name)
    stream, topic = (found[2], found[3]) if found else ("", member.name.removesuffix(".json"))
    place = f"{found[1]}/" if found else ""
    reader = _Topic(_plain(stream) or None, f"zulip-topic:{place}{_plain(topic)}")
    yield from each(rows(member), lambda at: reader.read(at.line, at.value), "the message")


def _plain(name: str) -> str:
    """Return a name that zulip-archive wrote for a file: `Dask.20Tutorial` is `Dask Tutorial`."""
    return clean(unquote(re.sub(r"\.(?=[0-9A-F]{2})", "%", name)), 200)


@dataclass
class _Topic:
    """One topic of an archive while it is read."""

    stream: str | None
    conversation: str
    turns: Turns = field(default_factory=Turns)
    bots: set[str] = field(default_factory=set)

    def read(self, line: int, row: Mapping[str, Any]) -> Iterator[Record]:
        number, seconds, name = row.get("id"), row.get("timestamp"), row.get("sender_full_name")
        if not isinstance(number, int) or not isinstance(seconds, int) or not 0 < seconds < 2**33:
            yield SetAside("the message has no id or no time that can be meant", line)
            return
        author = clean(name, 200) if isinstance(name, str) else ""
        if not author:
            yield SetAside("the message has no author", line)
            return
        actor, identity = f"zulip-name:{author}", f"zulip:{number}-{seconds}"
        content = row.get("content")
        content = content if isinstance(content, str) else ""
        system = author.lower() in SYSTEM_BOTS
        if system and actor not in self.bots:
            self.bots.add(actor)
            yield Person(name=author, accounts=(actor,), bot=True, line=line)
        parent = None if system else self.turns.parent(actor, identity, seconds)
        named = dict.fromkeys(f"zulip-name:{whom}" for _, whom in mentions(content) if whom)
        yield Activity(
            id=identity,
            time=datetime.fromtimestamp(seconds, UTC),
            actor=actor,
            verb=Verb.REPLY if parent else Verb.MESSAGE,
            parent=parent,
            inferred=parent is not None,
            conversation=self.conversation,
            mentions=tuple(one for one in named if one != actor),
            channel=self.stream,
            text=words(own_words(content)),
            line=line,
        )


def _people(users: Sequence[Any], site: str) -> Iterator[Record]:
    for user in users:
        if not isinstance(user, Mapping) or not isinstance(user.get("user_id"), int):
            yield SetAside("the user has no id", 1)
            continue
        bot = user.get("is_bot") is True
        shown = user.get("delivery_email") or user.get("email")
        address = clean(shown, 320) if isinstance(shown, str) and not bot else ""
        mail = (email_account(address),) if "@" in address and not _HIDDEN_ADDRESS.match(address) else ()
        name = clean(str(user.get("full_name") or ""), 200) or None
        yield Person(name=name, accounts=(f"zulip:{site}/{user['user_id']}", *mail), bot=bot or None, line=1)


@dataclass
class _Answer:
    """One kept page of messages: `before` the topics as they stood, `since` the first id that is told here."""

    site: str
    kept: Mapping[str, Any]
    bots: set[str] = field(default_factory=set)

    def records(self, messages: Sequence[Any]) -> Iterator[Record]:
        since, topics = (
            int(needed(self.kept, "since", "the kept answer")),
            _topics(self.kept.get("before", {})),
        )
        for gone in self.kept.get("gone", []):
            yield Deleted(f"zulip:{self.site}/{int(gone)}", 1)
        for message in messages:
            if not isinstance(message, Mapping) or not isinstance(message.get("id"), int):
                yield SetAside("the message has no id", 1)
                continue
            records = list(self._message(message, topics))
            yield from records if message["id"] >= since else ()

    def _message(self, message: Mapping[str, Any], topics: dict[str, Turns]) -> Iterator[Record]:
        number, seconds, sender = message["id"], message.get("timestamp"), message.get("sender_id")
        if not isinstance(seconds, int) or not isinstance(sender, int) or not 0 < seconds < 2**33:
            yield SetAside(f"message {number} has no sender or no time that can be meant", 1)
            return
        place, actor = _place(message), self._account(sender)
        identity = f"zulip:{self.site}/{number}"
        system = _is_system(message)
        turns = topics.setdefault(place, Turns())
        parent = None if system else turns.parent(str(sender), str(number), seconds)
        content = message.get("content")
        content = content if isinstance(content, str) else ""
        if system and actor not in self.bots:
            self.bots.add(actor)
            name = clean(str(message.get("sender_full_name") or ""), 200)
            yield Person(name=name or None, accounts=(actor,), bot=True, line=1)
        named = dict.fromkeys(self._account(int(whom)) for whom, _ in mentions(content))
        said = Activity(
            id=identity,
            time=datetime.fromtimestamp(seconds, UTC),
            actor=actor,
            verb=Verb.REPLY if parent else Verb.MESSAGE,
            parent=f"zulip:{self.site}/{parent}" if parent else None,
            inferred=parent is not None,
            conversation=f"zulip:{self.site}/{place}",
            to=tuple(self._account(one) for one in _others(message, sender)),
            mentions=tuple(one for one in named if one != actor),
            channel=_stream(message),
            text=words(own_words(content)),
            line=1,
        )
        yield said
        yield from self._reactions(message.get("reactions"), said)

    def _reactions(self, reactions: Any, to: Activity) -> Iterator[Record]:
        made: set[str] = set()
        for one in reactions if isinstance(reactions, list) else ():
            whose = _whose(one)
            if not isinstance(whose, int):
                yield SetAside("a reaction to the message cannot be read", 1)
                continue
            identity = f"{to.id}:{clean(str(one.get('emoji_name')), 100)}:{whose}"
            if identity not in made:
                made.add(identity)
                yield Activity(
                    id=identity,
                    time=to.time + AFTER,
                    actor=self._account(whose),
                    verb=Verb.REACT,
                    parent=to.id,
                    conversation=to.conversation,
                    channel=to.channel,
                    line=1,
                )

    def _account(self, user: int) -> str:
        return f"zulip:{self.site}/{user}"


def _whose(reaction: Any) -> Any:
    """Return the id of who reacted; older servers put it into an object of its own."""
    row = reaction if isinstance(reaction, Mapping) else {}
    user = row.get("user")
    return row.get("user_id", user.get("id") if isinstance(user, Mapping) else None)


def _is_system(message: Mapping[str, Any]) -> bool:
    """Tell what Zulip itself says (a topic was moved): nobody answers that."""
    return message.get("sender_realm_str") == "zulipinternal"


def _place(message: Mapping[str, Any]) -> str:
    """Return the topic, or the set of people of a direct message."""
    if isinstance(message.get("stream_id"), int):
        return f"{message['stream_id']}/{clean(str(message.get('subject') or ''), 200)}"
    return "direct/" + ",".join(str(one) for one in sorted(_recipients(message)))


def _stream(message: Mapping[str, Any]) -> str | None:
    name = message.get("display_recipient")
    return clean(name, 200) or None if isinstance(name, str) else None


def _recipients(message: Mapping[str, Any]) -> set[int]:
    listed = message.get("display_recipient")
    rows = listed if isinstance(listed, list) else []
    return {row["id"] for row in rows if isinstance(row, Mapping) and isinstance(row.get("id"), int)}


def _others(message: Mapping[str, Any], sender: int) -> list[int]:
    return sorted(_recipients(message) - {sender})


def _topics(kept: Mapping[str, Any]) -> dict[str, Turns]:
    return {place: Turns(*(tuple(turn) if turn else None for turn in turns)) for place, turns in kept.items()}


@dataclass
class _Pull:
    """One pull of messages; the cursor holds where it stands, the open topics, and what lately was there."""

    service: Service
    site: str
    again: int

    def begin(self, state: State) -> list[Task]:
        """Plan a pull: the people, then page after page; one that was cut off goes on where it stood."""
        if not state or state.get("done"):
            place = self._start(state.get("recent", []))
            state.clear()
            state.update(place)
        return [["users"], ["messages"]]

    def _start(self, recent: list[list[int]]) -> State:
        """Begin a day before what is read again, since the topics of that day are not kept."""
        if not recent:
            return {"anchor": 0, "since": 0, "topics": {}, "recent": []}
        cut = recent[0][1] + LONGEST_WAIT if len(recent) >= MOST_KNOWN else 0
        from_ = max(recent[-1][1] - self.again, cut)
        since = next((number for number, time in recent if time >= from_), recent[-1][0])
        return {"anchor": recent[0][0] - 1, "since": since, "topics": {}, "recent": recent}

    def ask(self, task: Task, state: State) -> Answer:
        """Ask for the people, or for a page of messages; one that brings nothing is the last."""
        if task == ["users"]:
            raw = self.service.get("users").content
            read(as_member("the people", raw))
            return Answer(
                written_beside("users.json", {"zulip": "users", "site": self.site}, raw), (), "the people"
            )
        asked = {"anchor": state["anchor"], "num_before": 0, "num_after": PAGE, "include_anchor": "false"}
        raw = self.service.get("messages", **asked).content
        answer = read(as_member("messages", raw))
        rows = [row for row in needed_list(answer, "messages", "Zulip's answer") if isinstance(row, Mapping)]
        told = {"zulip": "messages", "site": self.site, "since": state["since"], "before": state["topics"]}
        name = f"messages {state['anchor']}.json"
        gone = self._go_on(rows, answer.get("found_newest") is True, state)
        member = written_beside(name, {**told, "gone": gone}, raw)
        return Answer(member, [] if state.get("done") else [task], f"{len(answer['messages']):,} messages")

    def _go_on(self, rows: Sequence[Mapping[str, Any]], newest: bool, state: State) -> list[int]:
        """Note where the pull stands after a page; return the messages that should stand on it and do not."""
        found = {
            int(needed(row, "id", "the message")): int(needed(row, "timestamp", "the message"))
            for row in rows
        }
        anchor, recent = state["anchor"], state["recent"]
        fresh = {number: time for number, time in found.items() if number > anchor}
        done = newest or not fresh
        last, now = max(fresh, default=anchor), max(fresh.values(), default=0)
        expected = [number for number, _ in recent if anchor < number and (done or number <= last)]
        gone = [number for number in expected if number not in fresh]
        lately = [
            [number, time]
            for number, time in sorted((dict(recent) | fresh).items())
            if number not in gone and (not fresh or time >= now - self.again - LONGEST_WAIT or number > last)
        ]
        topics = _read_on(_topics(state["topics"]), rows)
        state["topics"] = {place: [t.last, t.other] for place, t in topics.items() if not t.is_over(now)}
        state |= {"anchor": last, "recent": lately[-MOST_KNOWN:], **({"done": True} if done else {})}
        return gone


def _read_on(topics: dict[str, Turns], rows: Sequence[Mapping[str, Any]]) -> dict[str, Turns]:
    """Take the messages of a page into their topics, as `parse` will."""
    for row in rows:
        if isinstance(row.get("sender_id"), int) and not _is_system(row):
            turns = topics.setdefault(_place(row), Turns())
            turns.parent(str(row["sender_id"]), str(row["id"]), row["timestamp"])
    return topics
