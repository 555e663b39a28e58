"""Mastodon: the archive that a server gives, API answers as files, and the live API.

The API is asked over our own thin requests, with time-outs and bounded retries, so that raw replies can
be kept and read again; Mastodon.py hands out objects of its own.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from connectors.kit.answers import At, as_member, each, needed, read, shape_expected
from connectors.kit.deletions import are_tombstones, as_tombstones, tombstones
from connectors.kit.exports import each_file
from connectors.kit.http import Service, Withheld
from connectors.kit.json_files import holds, items, values
from connectors.kit.lists import rows_of
from connectors.kit.paging import Answer, State, Task, left, walk
from connectors.kit.stored import asked_again
from connectors.kit.text import clean
from connectors.social.mastodon_records import (
    Server,
    account,
    host_of,
    reaction,
    read_notification,
    read_outbox,
    read_status,
    time_of,
)
from influence.contract.connector import ConnectorError, Gone, Reply, Secret
from influence.contract.files import Export, Member
from influence.contract.records import Activity, Note, Person, Record, SetAside, Verb

_MARKS = (
    (b'"in_reply_to_account_id"',),
    (b'"orderedItems"', b'"actor"'),
    (b'"orderedItems"', b'"likes.json"'),
    (b'"acct"', b'"statuses_count"'),
)
_REACTIONS = re.compile(r"statuses[/_](\w{1,64})[/_](favourited_by|reblogged_by)")
_BACKUP = ("mentions", "favourites", "bookmarks", "followers", "following")
"""Lists in a backup that the program mastodon-archive makes, besides the statuses."""
_VERB = {"favourited_by": Verb.REACT, "reblogged_by": Verb.SHARE}
_READER = re.compile(r"accounts[/_]([\w.-]{1,100}@[\w.:-]{1,260})[/_]notifications")
_ASKED = {
    "context": "replies_count",
    "reblogged_by": "reblogs_count",
    "favourited_by": "favourites_count",
    "quotes": "quotes_count",
}
_ME = "/api/v1/accounts/verify_credentials"
RECENT = 30 * 86_400
"""Seconds for which a status is asked again: for edits, deletions and new answers."""
AT_ONCE = 40


@dataclass(frozen=True)
class Mastodon:
    """Statuses, replies, boosts, favourites, quotes, mentions and follows of one account.

    `server` is the address of the account's server (`https://mastodon.social`); a saved answer needs it
    only where no account of that server stands on the page.

    Favourites and boosts that are listed by account have no time: they are dated at the status that they
    answer, the earliest that they can be, until a notification tells the time.
    """

    server: str | None = None

    name: ClassVar[str] = "mastodon"
    title: ClassVar[str] = "Mastodon: archive (outbox.json), API answers, live"
    each_has: ClassVar[frozenset[str]] = frozenset(("actor.json",))
    source: ClassVar[str] = (
        "Preferences › Import and export › Request your archive; or: influence connect mastodon."
    )
    stored: ClassVar[tuple[str, ...]] = ("mastodon:",)
    secrets: ClassVar[tuple[str, ...]] = ("token",)
    required: ClassVar[tuple[str, ...]] = ("server",)
    beforehand: ClassVar[str] = (
        "Make an application on your server: Preferences, Development, New application, with the scopes read:accounts, "
        "read:statuses and read:notifications. Its token does not expire; deleting the application ends it."
    )
    reads: ClassVar[str] = (
        "Your statuses, your notifications, and who replied to, boosted, favourited and quoted your statuses."
    )
    revoke: ClassVar[str] = "Preferences › Account › Authorized apps, or delete the app under Development."
    clock: ClassVar[Callable[[], float]] = time.time

    def recognises(self, member: Member, head: bytes) -> bool:  # noqa: ARG002 - a name proves nothing
        """Tell by fields that only Mastodon's API, or an ActivityPub outbox, has."""
        return holds(head, *_MARKS)

    def parse(self, member: Member) -> Iterator[Record]:
        """Yield one activity a status, boost, favourite or follow, and claims on people.

        Raises:
            Unreadable: the file is not JSON.
            ConnectorError: `server` is no address.
        """
        with shape_expected():
            if are_tombstones(member):
                yield from tombstones(member)
            else:
                yield from _Reading(self._host()).file(member)

    def claims(self, names: Sequence[str]) -> bool:
        """Tell an archive by its outbox beside its actor."""
        plain = {PurePosixPath(name).name for name in names}
        return {"outbox.json", "actor.json"} <= plain

    def parse_export(self, export: Export) -> Iterator[tuple[str, Record]]:
        """Yield the statuses, boosts and favourites of an archive."""
        reading = _Reading(self._host())
        named = {PurePosixPath(name).name: name for name in export.files}
        yield from each_file(export, [named["actor.json"]], reading.actor)
        rest = [named[name] for name in ("outbox.json", "likes.json") if name in named]
        yield from each_file(export, rest, reading.file)
        if others := len(export.files) - len(rest) - 1:
            yield (
                export.name,
                Note(f"{others:,} other files of the archive hold no statuses (pictures, bookmarks)"),
            )

    def _host(self) -> str | None:
        if self.server is None:
            return None
        try:
            return host_of(self.server)
        except ValueError:
            raise ConnectorError(
                f"server is {self.server[:60]!r}; write its address as in https://mastodon.social"
            ) from None

    def fetch(self, cursor: Mapping[str, Any], secret: Secret) -> Iterator[Reply]:
        """Yield answers since `cursor`; statuses of the last 30 days are asked again for what changed.

        Raises:
            ConnectorError: no server is named.
            RateLimited, NotAuthorised, Gone, Changed, StoppedShort: as they say.
        """
        service, host = self._service(secret)
        pull = _Pull(service, host, type(self).clock())
        yield from walk(cursor, pull.begin, pull.ask)

    def look_again(self, ids: Iterable[str], secret: Secret) -> Iterator[Reply]:
        """Yield what the server says now of stored statuses: an edited one as it is, one that is gone as such.

        Raises:
            ConnectorError: no server is named.
            RateLimited, NotAuthorised, Changed: as they say.
        """
        service, host = self._service(secret)
        statuses = (one.removeprefix(f"mastodon:{host}/") for one in ids)
        tasks = asked_again("status", (status for status in statuses if status.isdigit()), 1)
        yield from walk({}, lambda _: tasks, _Pull(service, host, type(self).clock()).look)

    def signed_in_as(self, secret: Secret) -> str:
        """Ask whose the token is.

        Raises:
            ConnectorError: no server is named.
            RateLimited, NotAuthorised, Changed: as they say.
        """
        service, host = self._service(secret)
        return f"{clean(str(needed(service.json(_ME), 'acct', 'the account')), 100)} on {host}"

    def _service(self, secret: Secret) -> tuple[Service, str]:
        host = self._host()
        if self.server is None or host is None:
            raise ConnectorError("say which server your account is on: server=https://mastodon.social")
        return Service(self.server, {"Authorization": f"Bearer {secret.get('token')}"}), host


class _Reading:
    """Reads files that belong together: of which server, whose, and which activities were there before."""

    def __init__(self, host: str | None) -> None:
        self._server = Server(host)
        self._owner: str | None = None

    def actor(self, member: Member) -> Iterator[Record]:
        yield from each(values(member), lambda at: self._actor(at.value, at.line), "the account")

    def _actor(self, value: Mapping[str, Any], line: int) -> Iterator[Person]:
        self._owner = account(value["preferredUsername"], host_of(value["id"]))
        yield Person(name=str(value.get("name") or "")[:200] or None, accounts=(self._owner,), line=line)

    def file(self, member: Member) -> Iterator[Record]:
        reactions, reader = _REACTIONS.search(member.name), _READER.search(member.name)
        status, kind = reactions.groups() if reactions else (None, None)

        def read(value: Any, line: int) -> Iterator[Record]:
            if status and kind and isinstance(value, Mapping) and "acct" in value:
                self._server.find([value])
                yield from self._server.claim(value, line)
                yield reaction(_VERB[kind], status, value, None, line, self._server)
            else:
                yield from self._read(value, line, reader[1] if reader else None)

        last: dict[str, Activity] = {}
        for record in each(_entries(member), lambda at: read(at.value, at.line), "the status"):
            if isinstance(record, Activity):
                last[record.id] = record
            else:
                yield record
        yield from last.values()

    def _read(self, value: Any, line: int, reader: str | None) -> Iterator[Record]:
        if isinstance(value, _Entry):
            yield from read_outbox(value.value, line, self._owner)
        elif not isinstance(value, Mapping):
            raise ValueError("it is no object")
        elif "type" in value and "account" in value and "created_at" in value:
            yield from read_notification(value, line, self._server, reader)
        elif "account" in value and "created_at" in value and "content" in value and "id" in value:
            yield from read_status(value, line, self._server)
        elif "acct" in value:
            self._server.find([value])
            yield from self._server.claim(value, line)
        elif isinstance(value.get("last_status"), Mapping):
            yield from read_status(value["last_status"], line, self._server)
        else:
            yield from self._lists(value, line)

    def _lists(self, value: Mapping[str, Any], line: int) -> Iterator[Record]:
        """Read an answer that holds lists: the context of a status, a search, grouped notifications."""
        names = ("accounts", "ancestors", "descendants", "statuses", *_BACKUP)
        lists = [name for name in names if isinstance(value.get(name), list)]
        held = [row for name in lists for row in rows_of(value, name)]
        if not lists:
            yield SetAside("neither a status, a notification nor an account", line)
        self._server.find([row.get("account") or row for row in held])
        for row in held:
            if "acct" in row:
                yield from self._server.claim(row, line)
            else:
                yield from read_status(row, line, self._server)
        yield from self._favourites(value, line)

    def _favourites(self, value: Mapping[str, Any], line: int) -> Iterator[Activity]:
        """Read what the owner of a backup favoured: it says whose it is, and not when."""
        whose = value.get("account")
        if not isinstance(whose, Mapping) or "acct" not in whose:
            return
        for status in rows_of(value, "favourites"):
            yield reaction(Verb.REACT, str(status["id"]), whose, None, line, self._server)


@dataclass(frozen=True)
class _Entry:
    """One entry of an outbox, which looks like nothing in the API."""

    value: Any


def _entries(member: Member) -> Iterator[At | SetAside]:
    if b'"orderedItems"' not in member.head():
        yield from values(member)
        return
    for one in items(member, "orderedItems"):
        yield one if isinstance(one, SetAside) else At(one.line, _Entry(one.value))


class _Pull:
    """One pull: turns tasks into requests, and answers into the tasks that follow from them."""

    def __init__(self, service: Service, host: str, now: float) -> None:
        self._service, self._host, self._now = service, host, now

    def begin(self, state: State) -> list[Task]:
        """Plan a round: who I am, my statuses back to the oldest recent one, then my notifications.

        The cursor remembers of each recent status its activity and its counts; those that do not come
        again are gone.
        """
        recent = {
            item_id: seen for item_id, seen in state.get("recent", {}).items() if self._age(item_id) < RECENT
        }
        state["recent"], state["unseen"], state["newest"] = recent, sorted(recent), {}
        floor = (
            min([*map(int, recent), int(state.get("mark", 0))], default=0) if recent else state.get("mark", 0)
        )
        streams = [["statuses", None, None, floor], ["notifications", None, None, state.get("notified")]]
        return [["me", None, None, None], *streams]

    def _age(self, status: str) -> float:
        try:
            return self._now - time_of(status).timestamp()
        except ValueError:
            return float("inf")

    def ask(self, task: Task, state: State) -> Answer:
        """Ask for one answer; what is gone or closed to us is passed over."""
        kind, about, page, since = task
        if kind == "gone":
            return Answer(as_tombstones("gone.json", about))
        path, params = self._request(kind, about, page, since, state)
        try:
            response = self._service.get(path, **params)
        except (Withheld, Gone):
            if kind in {"me", "statuses"}:
                raise
            return Answer(None)
        body = read(as_member(path, response.content))
        rows = [row for row in body if isinstance(row, Mapping)] if isinstance(body, list) else []
        following = _next(response.headers.get("link", ""))
        more = [kind, about, following, since] if following else None
        if kind == "statuses" and min(filter(None, map(_number, rows)), default=since + 1) <= since:
            more = None
        then = self._after(kind, body, rows, state, is_last=more is None)
        name = path.removeprefix("/api/v1/")
        if kind == "notifications":
            name = f"accounts/{state['acct']}/notifications"
        member, held = as_member(f"{name}.json", response.content), (kind, about, rows)
        return Answer(member, then, left(response.headers), more, empty=not rows, held=held)

    def look(self, task: Task, state: State) -> Answer:  # noqa: ARG002 - nothing follows from it
        """Ask what became of one status; one that is closed to us is passed over."""
        [status] = task[1]
        try:
            response = self._service.get(f"/api/v1/statuses/{status}")
        except Gone:
            return Answer(as_tombstones("gone.json", [f"mastodon:{self._host}/{status}"]))
        except Withheld:
            return Answer(None)
        return Answer(as_member(f"statuses/{status}.json", response.content), note=left(response.headers))

    def _request(
        self, kind: str, about: Any, page: str | None, since: Any, state: State
    ) -> tuple[str, dict[str, Any]]:
        if kind == "me":
            return _ME, {}
        if kind == "statuses":
            return f"/api/v1/accounts/{state['me']}/statuses", {"limit": AT_ONCE, "max_id": page}
        if kind == "notifications":
            return "/api/v1/notifications", {"limit": AT_ONCE, "max_id": page, "since_id": since}
        if kind == "context":
            return f"/api/v1/statuses/{about}/context", {}
        return f"/api/v1/statuses/{about}/{kind}", {"limit": 2 * AT_ONCE, "max_id": page}

    def _after(
        self, kind: str, body: Any, rows: list[Mapping[str, Any]], state: State, *, is_last: bool
    ) -> list[Task]:
        """Note what an answer tells; a list's mark moves with its last page, and only then is it known what is gone."""
        if kind == "me":
            state["me"] = str(needed(body, "id", "the account"))
            state["acct"] = account(needed(body, "acct", "the account"), self._host).partition(":")[2]
        if kind not in {"statuses", "notifications"}:
            return []
        mark = "mark" if kind == "statuses" else "notified"
        newest = state.setdefault("newest", {})
        newest[mark] = max([int(state.get(mark) or 0), newest.get(mark, 0), *map(_number, rows)])
        tasks = [task for row in rows for task in self._follow_ups(row, state)] if kind == "statuses" else []
        if is_last:
            state[mark] = newest[mark] if kind == "statuses" else str(newest[mark])
        return [*tasks, *self._gone(state)] if is_last and kind == "statuses" else tasks

    def _gone(self, state: State) -> list[Task]:
        there = (item_id for item_id in state["unseen"] if item_id in state["recent"])
        missing = [state["recent"].pop(item_id)["activity"] for item_id in there]
        state["unseen"] = []
        return [["gone", missing, None, None]] if missing else []

    def _follow_ups(self, status: Mapping[str, Any], state: State) -> list[Task]:
        item_id = str(needed(status, "id", "the status"))
        seen = state["recent"].get(item_id, {})
        if item_id in state["unseen"]:
            state["unseen"].remove(item_id)
        counts = {name: status.get(name) or 0 for name in _ASKED.values()}
        boosted = status.get("reblog")
        if self._age(item_id) < RECENT:
            activity = f"mastodon:{self._host}/{item_id}"
            if isinstance(boosted, Mapping):
                activity = f"mastodon:{self._host}/{boosted.get('id')}/share/{state['acct']}"
            state["recent"][item_id] = {"activity": activity, **counts}
        if isinstance(boosted, Mapping):
            return []
        answers = status.get("in_reply_to_id") and not seen
        tasks: list[Task] = [
            [kind, item_id, None, None] for kind, name in _ASKED.items() if counts[name] > seen.get(name, 0)
        ]
        if answers and not counts["replies_count"]:
            tasks.append(["context", item_id, None, None])
        return tasks


def _number(row: Mapping[str, Any]) -> int:
    found = str(row.get("id"))
    return int(found) if found.isdecimal() and len(found) < 30 else 0


def _next(link: str) -> str | None:
    """Return where the next page begins, by the header `Link`; its address itself is never followed.

    >>> _next('<https://social.example/api/v1/notifications?max_id=7>; rel="next", <https://a>; rel="prev"')
    '7'
    """
    for part in link.split(","):
        address, _, relation = part.partition(";")
        if 'rel="next"' in relation:
            return parse_qs(urlsplit(address.strip(" <>")).query).get("max_id", [None])[0]
    return None
