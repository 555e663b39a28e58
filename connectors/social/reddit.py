"""Reddit: dumps and API pages as files, and the live API.

The API is asked over our own thin requests, with time-outs and bounded retries; praw would add a second
way of waiting and keeps no raw reply.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from connectors.kit.answers import At, as_member, each, needed, read, shape_expected
from connectors.kit.deletions import are_tombstones, as_tombstones, tombstones
from connectors.kit.http import Service
from connectors.kit.json_files import holds, values
from connectors.kit.paging import Answer, State, Task, left, walk
from connectors.social.reddit_records import People, full_name, read_thing, things
from influence.contract.connector import ConnectorError, Gone, NotAuthorised, Reply, Secret
from influence.contract.files import Member
from influence.contract.records import Activity, Note, Record, SetAside

if TYPE_CHECKING:
    import httpx

_THING = re.compile(rb'"kind"\s*:\s*"(t[134]|Listing|more)"')
_MARKS = ((b'"subreddit"', b'"created_utc"'), (b'"link_id"', b'"created_utc"'))
RECENT = 30 * 86_400
"""Seconds for which an item is asked again: for edits, deletions and new comments."""
ANSWERED = 7 * 86_400
"""Seconds for which replies to a comment are asked again, since Reddit does not count them."""
DEEPEST = 50
"""How often the rest of a long thread is asked for."""
AT_ONCE = 100


@dataclass(frozen=True)
class Reddit:
    """Submissions and comments: who answered whom, who named whom (`u/name`), who crossposted.

    `user` is whose submissions and comments are pulled, with the comments in their threads. Votes are
    anonymous on Reddit and are no responses here.
    """

    user: str | None = None

    name: ClassVar[str] = "reddit"
    title: ClassVar[str] = "Reddit: JSON dumps, API pages, live"
    source: ClassVar[str] = "Save a page's address with .json, use a dump; or: influence connect reddit."
    secrets: ClassVar[tuple[str, ...]] = ("client_id", "client_secret")
    reads: ClassVar[str] = "Public submissions and comments of one user, and the comments that answer them."
    revoke: ClassVar[str] = "Delete the app at reddit.com/prefs/apps."
    address: ClassVar[str] = "https://oauth.reddit.com"
    sign_in: ClassVar[str] = "https://www.reddit.com"
    transport: ClassVar[httpx.BaseTransport | None] = None
    clock: ClassVar[Callable[[], float]] = time.time

    def recognises(self, member: Member, head: bytes) -> bool:  # noqa: ARG002 - a name proves nothing
        """Tell by the kinds of things, or by fields that only Reddit has."""
        return holds(head, *_MARKS) or (holds(head, (b'"kind"',)) and bool(_THING.search(head)))

    def parse(self, member: Member) -> Iterator[Record]:
        """Yield one activity a submission, comment or message; of deleted authors nothing is kept.

        Raises:
            Unreadable: the file is not JSON.
        """
        with shape_expected():
            if are_tombstones(member):
                yield from tombstones(member)
                return
            people, seen, doubles = People(), set[str](), Counter[str]()
            for record in each(
                _things(values(member)),
                lambda at: read_thing(at.value[0], at.value[1], at.line, people),
                "the item",
            ):
                if isinstance(record, Activity):
                    doubles[record.id] += record.id in seen
                    if record.id in seen:
                        continue
                    seen.add(record.id)
                yield record
            if doubles.total():
                yield Note(f"{doubles.total():,} items stand more than once; each is counted once")

    def fetch(self, cursor: Mapping[str, Any], secret: Secret) -> Iterator[Reply]:
        """Yield pages since `cursor`; items of the last 30 days are asked again for what changed.

        Raises:
            ConnectorError: no user is named.
            RateLimited, NotAuthorised, Gone, Changed: as they say.
        """
        if not self.user or not re.fullmatch(r"[\w-]{3,20}", self.user):
            raise ConnectorError("say whose submissions to read: user=NAME, without u/")
        service = Service(self.address, self._headers(secret), transport=self.transport)
        pull = _Pull(self.user, service, type(self).clock())
        yield from walk(cursor, pull.begin, pull.ask)

    def _headers(self, secret: Secret) -> dict[str, str]:
        """Sign in as the app alone: no password and no rights over the account."""
        agent = {"User-Agent": f"networked-influence (for u/{self.user})"}
        service = Service(self.sign_in, agent, transport=self.transport)
        app = secret.get("client_id"), secret.get("client_secret")
        form = {"grant_type": "client_credentials"}
        raw = service.request("POST", "/api/v1/access_token", auth=app, data=form).content
        answer = read(as_member("the sign-in", raw))
        return {**agent, "Authorization": f"Bearer {needed(answer, 'access_token', 'the sign-in')}"}


def _things(found: Iterator[At | SetAside]) -> Iterator[At | SetAside]:
    for one in found:
        if isinstance(one, SetAside):
            yield one
        else:
            yield from (At(one.line, thing) for thing in things(one.value))


class _Pull:
    """One pull: turns tasks into requests, and pages into the tasks that follow from them."""

    def __init__(self, user: str, service: Service, now: float) -> None:
        self._user, self._service, self._now = user, service, now

    def begin(self, state: State) -> list[Task]:
        """Plan a round: what became of recent items, then what is new.

        The cursor remembers of each recent item when it was made, its comments and its thread.
        """
        recent = {
            item_id: seen for item_id, seen in state.get("recent", {}).items() if self._now - seen[0] < RECENT
        }
        state["recent"] = recent
        state.setdefault("marks", {})
        ids = sorted(recent)
        checks = [["info", ids[at : at + AT_ONCE], "check", 0] for at in range(0, len(ids), AT_ONCE)]
        answers = [
            ["replies", [recent[item_id][2], item_id], None, 0]
            for item_id in ids
            if item_id.startswith("t1_") and self._now - recent[item_id][0] < ANSWERED
        ]
        streams = [[kind, None, None, state["marks"].get(kind, 0)] for kind in ("submitted", "comments")]
        return [*checks, *answers, *streams]

    def ask(self, task: Task, state: State) -> Answer:
        """Ask for one page; a thread that is gone or closed to us is passed over."""
        kind, about, page, _ = task
        if kind == "gone":
            return Answer(as_tombstones("gone.json", (f"reddit:{item_id}" for item_id in about)))
        path, params = self._request(kind, about, page)
        try:
            response = self._service.get(path, raw_json=1, **params)
        except (NotAuthorised, Gone):
            if kind not in {"thread", "replies", "more"}:
                raise
            return Answer(None)
        body = read(as_member(path, response.content))
        found = list(things(body))
        then = self._after(task, body, found, state)
        name = f"{path.removeprefix('/').removesuffix('.json')}.json"
        return Answer(as_member(name, response.content), then, left(response.headers))

    def _request(self, kind: str, about: Any, page: str | None) -> tuple[str, dict[str, Any]]:
        if kind == "info":
            return "/api/info.json", {"id": ",".join(about)}
        if kind == "more":
            return "/api/morechildren.json", {
                "api_type": "json",
                "link_id": about[0],
                "children": ",".join(about[1]),
            }
        if kind in {"thread", "replies"}:
            comment = about[1].removeprefix("t1_") if kind == "replies" else None
            link = (about[0] if kind == "replies" else about).removeprefix("t3_")
            return f"/comments/{link}.json", {"limit": 500, "sort": "old", "comment": comment}
        return f"/user/{self._user}/{kind}.json", {"limit": AT_ONCE, "sort": "new", "after": page}

    def _after(
        self, task: Task, body: Any, found: list[tuple[str, Mapping[str, Any]]], state: State
    ) -> list[Task]:
        kind, about, page, mark = task
        if kind == "info":
            return self._checked(about, found, state) if page == "check" else []
        if kind in {"thread", "replies", "more"}:
            link = about if kind == "thread" else about[0]
            return _rest(link, found, mark + 1) if mark < DEEPEST else []
        rows = [thing for its_kind, thing in found if its_kind in {"t1", "t3"}]
        new = [
            row
            for row in rows
            if row.get("created_utc", 0) >= mark and row.get("name") not in state["recent"]
        ]
        tasks = self._follow_ups(new, state)
        state["marks"][kind] = max(
            [state["marks"].get(kind, 0), *(row.get("created_utc", 0) for row in rows)]
        )
        more = needed(needed(body, "data", f"the page of {kind}"), "after", f"the page of {kind}")
        if more and more != page and rows and len(new) == len(rows):
            tasks.append([kind, None, more, mark])
        return tasks

    def _follow_ups(self, rows: list[Mapping[str, Any]], state: State) -> list[Task]:
        """Ask for the threads of new submissions, and for what new comments answer and who answered them."""
        tasks: list[Task] = []
        parents = set[str]()
        for row in rows:
            item_id, link = full_name(row.get("name")), str(row.get("link_id") or row.get("name"))
            if self._now - row.get("created_utc", 0) < RECENT:
                state["recent"][item_id] = [row.get("created_utc", 0), row.get("num_comments", 0), link]
            if item_id.startswith("t1_"):
                parents.update((full_name(row.get("parent_id")), full_name(link)))
                tasks.append(["replies", [link, item_id], None, 0])
            elif row.get("num_comments"):
                tasks.append(["thread", item_id, None, 0])
        known = sorted(parents)
        asked: list[Task] = [
            ["info", known[at : at + AT_ONCE], None, 0] for at in range(0, len(known), AT_ONCE)
        ]
        return [*asked, *tasks]

    def _checked(
        self, asked: list[str], found: list[tuple[str, Mapping[str, Any]]], state: State
    ) -> list[Task]:
        """Tell what is gone, and ask again for threads that have grown."""
        rows = {str(thing.get("name")): thing for _, thing in found}
        missing = [
            item_id
            for item_id in asked
            if item_id not in rows or rows[item_id].get("author") in {None, "[deleted]"}
        ]
        tasks: list[Task] = [["gone", missing, None, 0]] if missing else []
        for item_id in missing:
            state["recent"].pop(item_id, None)
        for item_id, row in rows.items():
            seen = state["recent"].get(item_id)
            if seen and row.get("num_comments", 0) != seen[1]:
                seen[1] = row["num_comments"]
                tasks.append(["thread", item_id, None, 0])
        return tasks


def _rest(link: str, found: list[tuple[str, Mapping[str, Any]]], depth: int) -> list[Task]:
    """Ask for the comments that a page of a thread names but does not hold."""
    tasks: list[Task] = []
    for kind, thing in found:
        if kind != "more":
            continue
        children = [str(item_id) for item_id in thing.get("children") or []]
        tasks.extend(
            ["more", [link, children[at : at + AT_ONCE]], None, depth]
            for at in range(0, len(children), AT_ONCE)
        )
        if not children and str(thing.get("parent_id")).startswith("t1_"):
            tasks.append(["replies", [link, thing["parent_id"]], None, depth])
    return tasks
