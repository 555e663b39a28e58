"""Zulip: the JSON of a public archive (zulip-archive), and the REST API with a person's e-mail and key.

References: github.com/zulip/zulip-archive; Zulip API, Get messages, Get users.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlsplit

from connectors.chat.zulip_export import MESSAGES, REALM, organisation_records
from connectors.chat.zulip_records import (
    LONGEST_WAIT,
    TOPIC,
    Page,
    Turns,
    archived,
    is_system,
    people,
    place_of,
    topics_of,
)
from connectors.kit.answers import as_member, needed, needed_list, read, shape_expected, whole, written_beside
from connectors.kit.exports import each_file
from connectors.kit.http import Service
from connectors.kit.paging import Answer, State, Task, sound, walk
from connectors.kit.text import clean
from influence.contract.connector import ConnectorError, Reply, Secret
from influence.contract.files import Export, Member
from influence.contract.records import Note, Record

PAGE = 1000
"""Messages that are asked for at once."""
MOST_KNOWN = 5000
"""Messages of which the cursor knows that they are there, so that deletions are seen."""
_ARCHIVED = re.compile(rb'\s*\[\s*\{\s*"content"\s*:')
_REPLY = re.compile(rb'\s*\{"zulip": ?"(users|messages)"')


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
    title: ClassVar[str] = "Zulip: an organisation's own export, an archive as JSON, or live with an API key"
    each_has: ClassVar[frozenset[str]] = frozenset(("realm.json",))
    source: ClassVar[str] = (
        "An administrator exports the organisation under Settings, Organization, Data exports; or take the folder "
        "zulip_json that zulip-archive makes."
    )
    secrets: ClassVar[tuple[str, ...]] = ("key",)
    required: ClassVar[tuple[str, ...]] = ("site", "email")
    beforehand: ClassVar[str] = (
        "An API key can do all that you can do, and holds until you generate another; it is under Personal settings, "
        "Account & privacy."
    )
    reads: ClassVar[str] = "It reads the people and all messages and reactions that you can see."
    revoke: ClassVar[str] = (
        "Generate a new key under Personal settings, Account & privacy; the old one is void."
    )

    def claims(self, names: Sequence[str]) -> bool:
        """Tell by the names inside: an index of streams and files of topics, or Zulip's own export."""
        if any(map(REALM.fullmatch, names)) and any(map(MESSAGES.fullmatch, names)):
            return True
        return any(re.search(r"(^|/)stream_index\.json$", name) for name in names) and any(
            TOPIC.fullmatch(name) for name in names
        )

    def recognises(self, member: Member, head: bytes) -> bool:  # noqa: ARG002 - a name proves nothing
        """Tell a topic of an archive by its fields, and a kept answer of the API by its beginning."""
        archived = _ARCHIVED.match(head) is not None and b'"sender_full_name"' in head
        return archived or _REPLY.match(head) is not None

    def parse_export(self, export: Export) -> Iterator[tuple[str, Record]]:
        """Yield all topics of an archive, or all of an organisation's own export."""
        if any(map(MESSAGES.fullmatch, export.files)):
            yield from organisation_records(export, urlsplit(self.site).netloc or self.site)
            return
        topics = [name for name in export.files if TOPIC.fullmatch(name)]
        yield from each_file(export, topics, archived)
        left = [name for name in export.files if not TOPIC.fullmatch(name) and "stream_index" not in name]
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
                yield from archived(member)
                return
            kept = read(member)
            site, answer = str(needed(kept, "site", member.name)), needed(kept, "answer", member.name)
            if kept["zulip"] == "users":
                yield from people(needed_list(answer, "members", "Zulip's answer"), site)
            else:
                yield from Page(site, kept).records(needed_list(answer, "messages", "Zulip's answer"))

    def fetch(self, cursor: Mapping[str, Any], secret: Secret) -> Iterator[Reply]:
        """Yield the people, then messages oldest first, beginning `lookback` days before the last one read.

        Raises:
            RateLimited, NotAuthorised, Changed, StoppedShort: as they say.
            ConnectorError: `site` or `email` is not given, or Zulip refuses.
        """
        pull = self._pull(secret)
        yield from walk(cursor, pull.begin, pull.ask, keeps_tasks=False)

    def signed_in_as(self, secret: Secret) -> str:
        """Ask whose the key is.

        Raises:
            RateLimited, NotAuthorised, Changed: as they say.
            ConnectorError: `site` or `email` is not given, or Zulip refuses.
        """
        pull = self._pull(secret)
        who = str(needed(pull.service.json("users/me"), "full_name", "Zulip's answer"))
        return f"{clean(who, 100)} ({clean(self.email, 100)}) on {pull.site}"

    def _pull(self, secret: Secret) -> _Pull:
        if not self.site or not self.email or not re.fullmatch(r"\d{1,3}", self.lookback):
            raise ConnectorError(
                "a live Zulip needs site and email, and lookback as a number of days: "
                "--set site=https://acme.zulipchat.com --set email=you@acme.com"
            )
        address = self.site if "://" in self.site else f"https://{self.site}"
        key = b64encode(f"{self.email}:{secret.get('key')}".encode()).decode()
        service = Service(f"{address.rstrip('/')}/api/v1/", {"Authorization": f"Basic {key}"})
        place = urlsplit(address).netloc.lower()
        return _Pull(service, place, int(self.lookback) * 86_400)


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
        """Ask for the people, or for a page of messages; Zulip says which is the last."""
        if task == ["users"]:
            raw = self.service.get("users").content
            read(as_member("the people", raw))
            return Answer(
                written_beside("users.json", {"zulip": "users", "site": self.site}, raw), (), "the people"
            )
        asked = {"anchor": state["anchor"], "num_before": 0, "num_after": PAGE, "include_anchor": "false"}
        raw = self.service.get("messages", **asked).content
        answer = read(as_member("messages", raw))
        rows = needed_list(answer, "messages", "Zulip's answer")
        told = {"zulip": "messages", "site": self.site, "since": state["since"], "before": state["topics"]}
        newest = answer.get("found_newest")
        gone = self._go_on(rows, bool(newest) if newest is not None else not rows, state)
        member = written_beside(f"messages {state['anchor']}.json", {**told, "gone": gone}, raw)
        more, note = None if state.get("done") else task, f"{len(answer['messages']):,} messages"
        return Answer(member, note=note, more=more, empty=not rows)

    def _go_on(self, rows: Sequence[Any], newest: bool, state: State) -> list[int]:
        """Note where the pull stands after a page; return the messages that should stand on it and do not."""
        found = dict(placed for _, placed in sound(rows, _placed))
        anchor, recent = state["anchor"], state["recent"]
        fresh = {number: time for number, time in found.items() if number > anchor}
        done = newest
        last, now = max(fresh, default=anchor), max(fresh.values(), default=0)
        expected = [number for number, _ in recent if anchor < number and (done or number <= last)]
        odd = len(found) < len(rows)  # of one that cannot be read nobody knows which it is
        gone = [number for number in expected if number not in fresh and not odd]
        lately = [
            [number, time]
            for number, time in sorted((dict(recent) | fresh).items())
            if number not in gone and (not fresh or time >= now - self.again - LONGEST_WAIT or number > last)
        ]
        topics = _read_on(topics_of(state["topics"]), rows)
        state["topics"] = {place: [t.last, t.other] for place, t in topics.items() if not t.is_over(now)}
        state |= {"anchor": last, "recent": lately[-MOST_KNOWN:], **({"done": True} if done else {})}
        return gone


def _placed(row: Any) -> tuple[int, int]:
    """Return the number of a message, and its time in seconds."""
    number = whole(needed(row, "id", "the message"), "the message's id")
    return number, whole(needed(row, "timestamp", "the message"), "the message's time")


def _read_on(topics: dict[str, Turns], rows: Sequence[Any]) -> dict[str, Turns]:
    """Take the messages of a page into their topics, as `parse` will."""
    for row, (number, time) in sound(rows, _placed):
        if isinstance(row.get("sender_id"), int) and not is_system(row):
            turns = topics.setdefault(place_of(row), Turns())
            turns.parent(str(row["sender_id"]), str(number), time)
    return topics
