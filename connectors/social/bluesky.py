"""Bluesky (AT protocol): answers of its XRPC interface as files, CAR repositories, and live.

Everything read is public, so no sign-in is needed. The interface is asked over our own thin requests,
with time-outs and bounded retries, so that raw replies can be kept and read again.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar
from urllib.parse import urlsplit

from connectors.kit.answers import At, as_member, each, guarded, needed, needed_list, read, shape_expected
from connectors.kit.deletions import are_tombstones, as_tombstones, tombstones
from connectors.kit.http import Service
from connectors.kit.json_files import holds, values
from connectors.kit.lists import rows_of
from connectors.kit.paging import Answer, State, Task, left, walk
from connectors.kit.stored import asked_again
from connectors.kit.text import clean
from connectors.social.bluesky_car import Broken, is_car, records
from connectors.social.bluesky_records import (
    People,
    account,
    id_of,
    parts,
    quoted_by,
    reaction_id,
    read_reactions,
    read_record,
    read_thread,
    read_view,
    time_of,
)
from influence.contract.connector import ConnectorError, Gone, NotAuthorised, Reply, Secret, Unreadable
from influence.contract.files import Member
from influence.contract.records import Activity, Note, Record, SetAside, Verb

_MARKS = ((b'"at://did:',), (b'"app.bsky.',), (b'"did:plc:', b'"handle"'), (b'"did:web:', b'"handle"'))
_POSTS = "app.bsky.feed.post"
_COLLECTIONS = (_POSTS, "app.bsky.feed.like", "app.bsky.feed.repost", "app.bsky.graph.follow")
_VERB = {"app.bsky.feed.like": Verb.REACT, "app.bsky.feed.repost": Verb.SHARE}
_ASKED = {
    "getPostThread": "replyCount",
    "getRepostedBy": "repostCount",
    "getLikes": "likeCount",
    "getQuotes": "quoteCount",
}
RECENT = 30 * 86_400
"""Seconds for which a record is asked again: for edits, deletions and new answers."""
AT_ONCE = 100
_PARTS = 4
"""Strokes in the address of a record: at://did/collection/key."""
VIEWED = 25
"""Posts that the network shows in one answer."""
LARGEST = 2 * 1024 * 1024 * 1024
"""Bytes of the largest CAR file that is read; it is held in memory."""


@dataclass(frozen=True)
class Bluesky:
    """Posts, replies, quotes, reposts, likes, mentions and follows.

    `accounts` are the handles or DIDs to pull, separated by `;`. `server` is where their repositories lie
    (a PDS), `view` the service that knows who answered them; an empty `view` leaves the answers out.

    Reposts that are listed by account have no time: they are dated at the post that they repost, the
    earliest that they can be.
    """

    accounts: str | None = None
    server: str = "https://bsky.social"
    view: str = "https://public.api.bsky.app"

    name: ClassVar[str] = "bluesky"
    title: ClassVar[str] = "Bluesky: repository (.car), API answers, live"
    source: ClassVar[str] = "Settings › Account › Export my data (repo.car); or: influence connect bluesky."
    stored: ClassVar[tuple[str, ...]] = ("bluesky:",)
    secrets: ClassVar[tuple[str, ...]] = ()
    required: ClassVar[tuple[str, ...]] = ("accounts",)
    reads: ClassVar[str] = (
        "Public posts, likes, reposts and follows, and who answered them; no sign-in is needed."
    )
    revoke: ClassVar[str] = "Nothing to revoke: only what is public is read."
    clock: ClassVar[Callable[[], float]] = time.time

    def recognises(self, member: Member, head: bytes) -> bool:  # noqa: ARG002 - a name proves nothing
        """Tell a CAR file by its header, an answer by addresses that only the AT protocol has."""
        return is_car(head) or holds(head, *_MARKS)

    def parse(self, member: Member) -> Iterator[Record]:
        """Yield one activity a post, like, repost or follow, and claims on people.

        Raises:
            Unreadable: the file is neither JSON nor a repository.
        """
        with shape_expected():
            if are_tombstones(member):
                yield from tombstones(member)
                return
            reading = _Reading()
            found = _of_car(member) if is_car(member.head()) else values(member)
            yield from each(found, lambda at: reading.read(at.value, at.line), "the record")
            for kind, count in reading.others.items():
                yield Note(f"{count:,} records of the kind {kind[:80]!r} are no activities")

    def fetch(self, cursor: Mapping[str, Any], secret: Secret) -> Iterator[Reply]:  # noqa: ARG002
        """Yield answers since `cursor`; records of the last 30 days are asked again for what changed.

        Raises:
            ConnectorError: no account is named.
            RateLimited, Gone, Changed, StoppedShort: as they say.
        """
        view = Service(self.view) if self.view else None
        pull = _Pull(self._names(), Service(self.server), view, type(self).clock())
        yield from walk(cursor, pull.begin, pull.ask)

    def look_again(self, ids: Iterable[str], secret: Secret) -> Iterator[Reply]:  # noqa: ARG002 - all is public
        """Yield what the network shows now of stored posts: an edited one as it is, one that is gone as such.

        Raises:
            RateLimited, Gone, Changed: as they say.
        """
        addresses = (one.removeprefix("bluesky:") for one in ids)
        posts = (one for one in addresses if one.count("/") == _PARTS and f"/{_POSTS}/" in one)
        tasks = asked_again("getPosts", posts, VIEWED)
        if self.view:
            pull = _Pull([], Service(self.server), Service(self.view), type(self).clock())
            yield from walk({}, lambda _: tasks, pull.look)

    def signed_in_as(self, secret: Secret) -> str:  # noqa: ARG002 - all is public
        """Ask the server whose records the first account's are.

        Raises:
            ConnectorError: no account is named, or there is none of that name.
            RateLimited, Gone, Changed: as they say.
        """
        names = self._names()
        told = Service(self.server).json("/xrpc/com.atproto.repo.describeRepo", repo=names[0])
        who = clean(str(needed(told, "handle", "the repository")), 260)
        more = f" and {len(names) - 1:,} more" if names[1:] else ""
        return f"nobody: public records of {who}{more} on {urlsplit(self.server).hostname}"

    def _names(self) -> list[str]:
        names = [name.strip().removeprefix("@") for name in (self.accounts or "").split(";") if name.strip()]
        if not names:
            raise ConnectorError("say whose records to read: accounts=ann.example.com;bob.bsky.social")
        return names


class _Reading:
    """Reads the values of one file; each activity once."""

    def __init__(self) -> None:
        self._people, self._seen = People(), set[Any]()
        self.others: Counter[str] = Counter()

    def read(self, value: Any, line: int) -> Iterator[Record]:
        for record in self._any(value, line):
            if not isinstance(record, Activity):
                yield record
            elif record.id not in self._seen:
                self._seen.add(record.id)
                yield record

    def _any(self, value: Any, line: int) -> Iterator[Record]:
        if not isinstance(value, Mapping):
            raise ValueError("it is no object")
        if "uri" in value and isinstance(value.get("value"), Mapping):
            yield from self._record(value["uri"], value["value"], line)
        elif "author" in value and "record" in value:
            yield from read_view(value, line, self._people)
        elif "likes" in value or "repostedBy" in value:
            yield from read_reactions(value, line, self._people)
        elif isinstance(value.get("thread"), Mapping):
            yield from read_thread(value["thread"], line, self._people)
        elif "did" in value and "handle" in value:
            yield from self._people.claim(value, line)
        elif str(value.get("$type")).endswith("threadViewPost"):
            yield from read_thread(value, line, self._people)
        else:
            yield from self._lists(value, line)

    def _record(self, uri: Any, value: Mapping[str, Any], line: int) -> Iterator[Record]:
        found = read_record(uri, value, line)
        if found is None:
            self.others[parts(uri)[1]] += 1
        else:
            yield found

    def _lists(self, value: Mapping[str, Any], line: int) -> Iterator[Record]:
        names = ("records", "posts", "feed", "follows", "followers", "notifications", "actors")
        if not any(isinstance(value.get(name), list) for name in names):
            yield SetAside("a record without its address: it does not say whose it is", line)
        for row in (row for name in names for row in rows_of(value, name)):
            shown = row.get("post") if isinstance(row.get("post"), Mapping) else row
            yield from guarded(partial(self._any, shown, line), "the record", line)


def _of_car(member: Member) -> Iterator[At | SetAside]:
    with member.open() as stream:
        content = stream.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise Unreadable(f"{member.name}: the repository is larger than 2 GiB")
    found = 0
    try:
        did, entries = records(content)
        for path, value in entries:
            yield At(1, {"uri": f"at://{did}/{path}", "value": value})
            found += 1
    except Broken as error:
        if not found:
            raise Unreadable(f"{member.name}: {error}; export it again") from None
        yield SetAside(f"{error}; what comes after it is not read", 1)


class _Pull:
    """One pull: turns tasks into requests, and answers into the tasks that follow from them."""

    def __init__(self, names: list[str], server: Service, view: Service | None, now: float) -> None:
        self._names, self._server, self._view, self._now = names, server, view, now

    def begin(self, state: State) -> list[Task]:
        """Plan a round: each account's posts and who answered them, then its likes, reposts and follows.

        Reposts come last, since an account's own record tells their time. The cursor remembers of each
        recent record its activity; those that do not come again are gone.
        """
        state.setdefault("marks", {})
        state["counts"] = {
            u: c for u, c in state.get("counts", {}).items() if self._age(parts(u)[2]) < RECENT
        }
        recent = {
            place: {key: item_id for key, item_id in keys.items() if self._age(key) < RECENT}
            for place, keys in state.get("recent", {}).items()
        }
        state["recent"], state["unseen"] = recent, {place: sorted(keys) for place, keys in recent.items()}
        state.setdefault("dids", {})
        who: list[Task] = [["who", name, None] for name in self._names if name not in state["dids"]]
        return [*who, *([["records", [name, kind], None] for kind in _COLLECTIONS for name in self._names])]

    def _age(self, key: str) -> float:
        try:
            return self._now - time_of(key).timestamp()
        except ValueError:
            return float("inf")

    def ask(self, task: Task, state: State) -> Answer:
        """Ask for one answer; a post that is gone or hidden is passed over."""
        kind, about, page = task
        if kind == "gone":
            return Answer(as_tombstones("gone.json", about))
        if kind == "who" and about.startswith("did:"):
            state["dids"][about] = about
            return Answer(None)
        service = self._server if kind in {"who", "records"} else self._view
        if service is None:
            return Answer(None)
        path, params = _request(kind, about, page, state)
        try:
            response = service.get(f"/xrpc/{path}", **params)
        except ConnectorError as error:
            if kind in {"who", "records"} or not _is_hidden(error):
                raise
            return Answer(None)
        body = read(as_member(path, response.content))
        if kind == "who":
            self._know(about, body, state)
            return Answer(None)
        member, note = as_member(f"{path}.json", response.content), left(response.headers)
        if kind == "getPosts":
            return Answer(member, self._counted(rows_of(body, "posts"), state), note)
        rows = [row for name in ("records", "likes", "repostedBy", "posts") for row in rows_of(body, name)]
        more = [kind, about, body["cursor"]] if body.get("cursor") else None
        then: list[Task] = []
        if kind == "records":
            then, is_last = self._listed(about, body, state, is_last=more is None)
            more = None if is_last else more
        return Answer(member, then, note, more, empty=not rows, held=(kind, about, rows))

    def look(self, task: Task, state: State) -> Answer:
        """Ask what became of posts, and tell which are gone."""
        if task[0] == "gone":
            return self.ask(task[:3], state)
        answer = self.ask(task[:3], {**state, "dids": {}, "counts": {}})
        shown = read(answer.member) if answer.member is not None else {"posts": []}
        rows = rows_of({"posts": needed_list(shown, "posts", "the posts")}, "posts")
        there = {str(row.get("uri")) for row in rows}
        missing = [id_of(uri) for uri in task[1] if uri not in there]
        return replace(answer, then=[["gone", missing, None]] if missing else [])

    def _know(self, name: str, body: Any, state: State) -> None:
        did = needed(body, "did", f"the answer about {name[:80]}")
        account(did)
        state["dids"][name] = did

    def _listed(
        self, about: list[str], body: Mapping[str, Any], state: State, *, is_last: bool
    ) -> tuple[list[Task], bool]:
        """Note what was listed, newest first, back to the oldest recent record; at its end tell what is gone."""
        name, kind = about
        place = f"{state['dids'][name]}/{kind}"
        rows = [
            (parts(needed(row, "uri", "the record"))[2], row)
            for row in rows_of({"records": needed(body, "records", "the page of records")}, "records")
        ]
        recent, unseen = state["recent"].setdefault(place, {}), set(state["unseen"].get(place, ()))
        mark = state["marks"].get(place, "")
        # Newer than the mark of the round before, which stands until this one has come to its end.
        new = [row for key, row in rows if key > mark or key in recent]
        for key, row in rows:
            unseen.discard(key)
            if self._age(key) < RECENT:
                recent[key] = _activity_of(row)
        state["unseen"][place] = sorted(unseen)
        newest = max([state.setdefault("newest", {}).get(place, ""), *(key for key, _ in rows)])
        state["newest"][place] = newest
        tasks = self._follow_ups(kind, new) if self._view else []
        floor = min([mark, *recent]) if mark else ""
        if not is_last and min((key for key, _ in rows), default="~") > floor:
            return tasks, False
        state["marks"][place] = newest
        missing = [recent.pop(key) for key in sorted(unseen) if key in recent]
        state["unseen"][place] = []
        return [*tasks, *([["gone", missing, None]] if missing else [])], True

    def _follow_ups(self, kind: str, rows: list[Mapping[str, Any]]) -> list[Task]:
        """Ask how often new posts were answered, and for the posts that they answer."""
        wanted: dict[str, None] = {}
        for row in rows:
            value = row["value"]
            uris = [row["uri"], (value.get("reply") or {}).get("parent", {}).get("uri"), quoted_by(value)]
            if kind != _POSTS:
                subject = value.get("subject")
                uris = [subject.get("uri")] if isinstance(subject, Mapping) else []
            wanted.update(dict.fromkeys(uri for uri in uris if uri and f"/{_POSTS}/" in uri))
        ids = list(wanted)
        return [["getPosts", ids[at : at + VIEWED], None] for at in range(0, len(ids), VIEWED)]

    def _counted(self, posts: list[Mapping[str, Any]], state: State) -> list[Task]:
        """Ask who answered each post of the accounts whose counts have changed."""
        own, tasks = set(state["dids"].values()), list[Task]()
        for post in posts:
            uri = needed(post, "uri", "the post")
            if parts(uri)[0] not in own:
                continue
            counts = {name: post.get(name) or 0 for name in _ASKED.values()}
            seen = state["counts"].get(uri, {})
            tasks += [[kind, uri, None] for kind, name in _ASKED.items() if counts[name] > seen.get(name, 0)]
            if self._age(parts(uri)[2]) < RECENT:
                state["counts"][uri] = counts
        return tasks


def _is_hidden(error: ConnectorError) -> bool:
    """Tell that a post is gone or hidden; the protocol says so by 400 where others say 404."""
    return isinstance(error, NotAuthorised | Gone) or str(error).endswith("refuses the request (400)")


def _request(kind: str, about: Any, page: str | None, state: State) -> tuple[str, dict[str, Any]]:
    if kind == "who":
        return "com.atproto.identity.resolveHandle", {"handle": about}
    if kind == "records":
        repo, collection = state["dids"][about[0]], about[1]
        return "com.atproto.repo.listRecords", {
            "repo": repo,
            "collection": collection,
            "limit": AT_ONCE,
            "cursor": page,
        }
    if kind == "getPosts":
        return "app.bsky.feed.getPosts", {"uris": about}
    if kind == "getPostThread":
        return "app.bsky.feed.getPostThread", {"uri": about, "depth": 1000, "parentHeight": 0}
    return f"app.bsky.feed.{kind}", {"uri": about, "limit": AT_ONCE, "cursor": page}


def _activity_of(row: Mapping[str, Any]) -> str:
    """Return the id of the activity that a listed record becomes."""
    did, collection, _ = parts(row["uri"])
    subject = row.get("value", {}).get("subject")
    if collection in _VERB and isinstance(subject, Mapping):
        return reaction_id(_VERB[collection], subject.get("uri"), did)
    return id_of(row["uri"])
