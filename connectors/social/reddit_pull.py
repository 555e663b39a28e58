"""One pull from Reddit: what is asked next (by praw), and what follows from it."""

from __future__ import annotations

import base64
import configparser
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from importlib import resources
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from connectors.kit.answers import as_member, needed, read
from connectors.kit.deletions import as_tombstones
from connectors.kit.http import Withheld, refuse_open
from connectors.kit.limits import LONGEST_WAIT, asked_to_wait
from connectors.kit.paging import Answer, State, Task, left, sound
from connectors.kit.text import clean
from connectors.kit.times import passed, seconds
from connectors.social.reddit_records import full_name, things
from influence.contract.connector import Changed, ConnectorError, Gone, NotAuthorised, RateLimited
from influence.contract.secrecy import hush, hushed

if TYPE_CHECKING:
    import praw
    import requests

RECENT = 30 * 86_400
"""Seconds for which an item is asked again: for edits, deletions and new comments."""
ANSWERED = 7 * 86_400
"""Seconds for which replies to a comment are asked again, since Reddit does not count them."""
DEEPEST = 50
"""How often the rest of a long thread is asked for."""
AT_ONCE = 100
_THREADS = {"thread", "replies", "more"}


@dataclass(frozen=True)
class App:
    """The app that asks, for whose sake, and where Reddit is."""

    client_id: str
    client_secret: str = field(repr=False)
    user: str
    server: str
    login: str

    def reddit(self, session: requests.Session) -> praw.Reddit:
        """Return Reddit as the app alone sees it: no password, and no rights over any account.

        Everything is given here, and no praw.ini is read: one in the current folder could send the secret elsewhere.
        """
        import praw

        before, praw.config.Config.CONFIG = praw.config.Config.CONFIG, _as_praw_comes()
        try:
            made = praw.Reddit(
                "DEFAULT",
                client_id=self.client_id,
                client_secret=self.client_secret,
                user_agent=f"networked-influence (for u/{self.user})",
                oauth_url=self.server,
                reddit_url=self.login,
                requestor_kwargs={"session": session},
                username=None,
                password=None,
                refresh_token=None,
                check_for_updates=False,
                check_for_async=False,
            )
        finally:
            praw.config.Config.CONFIG = before
        made.read_only = True
        return made


def _as_praw_comes() -> configparser.ConfigParser:
    """Return the settings that praw brings with it."""
    found = configparser.ConfigParser(interpolation=None)
    found.read_string(resources.files("praw").joinpath("praw.ini").read_text(encoding="utf-8"))
    return found


class Api:
    """Reddit by praw: hands on answers as they came, and says where praw would wait in silence."""

    def __init__(self, app: App, sleep: Callable[[float], None]) -> None:
        from connectors.kit.sessions import session  # as praw, only where a live source is asked

        for address in (app.server, app.login):
            refuse_open(address)
        hush(app.client_secret, base64.b64encode(f"{app.client_id}:{app.client_secret}".encode()).decode())
        made = session(sleep=sleep)
        made.hooks["response"].append(self._keep)
        self._reddit, self._sleep, self.close = app.reddit(made), sleep, made.close
        self._last: requests.Response | None = None
        self._began = self._waited = self._reset = 0.0

    def _keep(self, response: requests.Response, **_: Any) -> None:
        """Keep an answer; praw asks for its token by POST, which is nobody's to read and no wait for a limit."""
        if response.request.method == "POST":
            self._began = time.monotonic()
            return
        self._last = response
        self._waited = time.monotonic() - response.elapsed.total_seconds() - self._began

    def get(self, path: str, **params: Any) -> requests.Response:
        """Ask for something.

        Raises:
            RateLimited: nothing is left of what Reddit gives, for longer than two minutes.
            NotAuthorised, Gone, Changed, ConnectorError: as they say.
        """
        self._wait_for_more()
        self._last = None
        asked = {name: value for name, value in params.items() if value is not None}
        try:
            with _in_one_sentence(path):
                self._began = time.monotonic()
                self._reddit.request(method="GET", path=path, params=asked)
        except LookupError:  # prawcore has no error for a 401 that does not say why
            if self._last is None or self._last.status_code not in {401, 403}:
                raise
            raise _refused(self._last.status_code, path) from None
        if self._last is None:
            raise Changed(f"reddit's answer to {path} is missing")
        self._reset = asked_to_wait(self._last.headers) or 1.0
        return self._last

    def left(self) -> str:
        """Say how much Reddit still gives, how long praw waited to keep within it, and how long we shall."""
        told = [left(self._last.headers) if self._last is not None else ""]
        if self._waited > 1:
            told.append(f"waited {self._waited:.0f} seconds to keep within them")
        if self._nothing_left():
            told.append(f"the next one waits {self._reset:.0f} seconds")
        return "; ".join(part for part in told if part)

    def _nothing_left(self) -> bool:
        remaining = self._reddit.auth.limits["remaining"]
        return remaining is not None and int(remaining) <= 0

    def _wait_for_more(self) -> None:
        if not self._nothing_left():
            return
        if self._reset > LONGEST_WAIT:
            raise RateLimited(
                f"reddit gives nothing more for {self._reset:.0f} seconds; pull again after that", self._reset
            )
        self._sleep(self._reset)


@contextmanager
def _in_one_sentence(path: str) -> Iterator[None]:
    import praw
    import prawcore
    import requests

    from connectors.kit.sessions import reason_of

    try:
        yield
    except prawcore.RequestException as error:
        if isinstance(error.original_exception, ConnectorError):
            raise error.original_exception from None
        raise ConnectorError(f"reddit cannot be reached: {reason_of(error.original_exception)}") from None
    except prawcore.OAuthException as error:
        raise NotAuthorised(
            f"reddit refuses the app's sign-in ({clean(str(error.error), 60)}); connect again"
        ) from None
    except prawcore.BadJSON:
        raise Changed(f"reddit's answer to {path} is not JSON") from None
    except prawcore.ResponseException as error:
        where = urlsplit(str(error.response.url)).path
        raise _refused(error.response.status_code, where) from None
    except (prawcore.PrawcoreException, praw.exceptions.PRAWException) as error:
        raise ConnectorError(f"reddit cannot be asked: {hushed(clean(str(error), 200))}") from None
    except requests.RequestException:
        raise Changed("reddit's answer to the sign-in is not JSON") from None


def _refused(status: int, place: str) -> ConnectorError:
    if status in {401, 403}:
        refusal = Withheld if status == 403 else NotAuthorised
        return refusal(f"reddit{place} does not accept the sign-in ({status}); connect again")
    if status in {301, 302, 404, 410, 451}:
        return Gone(f"reddit{place} is not there ({status})")
    return ConnectorError(f"reddit{place} refuses the request ({status})")


class Pull:
    """One pull: turns tasks into requests, and pages into the tasks that follow from them."""

    def __init__(self, user: str, api: Api, now: float) -> None:
        self._user, self._api, self._now = user, api, now

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
            response = self._api.get(path, **params)
        except (Withheld, Gone):
            if kind not in _THREADS:
                raise
            return Answer(None)
        body = read(as_member(path, response.content))
        found = list(things(body))
        then, more = self._after(task, body, found, state)
        name = f"{path.removeprefix('/').removesuffix('.json')}.json"
        empty = more is not None and not found
        return Answer(as_member(name, response.content), then, self._api.left(), more, empty)

    def look(self, task: Task, state: State) -> Answer:
        """Ask what became of items, and tell which are gone."""
        return self.ask([*task[:2], "check", 0], {**state, "recent": {}})

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
    ) -> tuple[list[Task], Task | None]:
        kind, about, page, mark = task
        if kind == "info":
            return (self._checked(about, found, state) if page == "check" else []), None
        if kind in _THREADS:
            link = about if kind == "thread" else about[0]
            return (_rest(link, found, mark + 1) if mark < DEEPEST else []), None
        rows = [thing for its_kind, thing in found if its_kind in {"t1", "t3"}]
        rows = [thing for thing, _ in sound(rows, _made)]
        late = [row for row in rows if row.get("created_utc", 0) >= mark]
        tasks = self._follow_ups([row for row in late if row.get("name") not in state["recent"]], state)
        after = needed(needed(body, "data", f"the page of {kind}"), "after", f"the page of {kind}")
        onward = bool(after) and len(late) == len(rows)
        self._advance(task, rows, state, last=not onward)
        return tasks, [kind, None, clean(str(after), 100), mark] if onward else None

    def _advance(self, task: Task, rows: list[Mapping[str, Any]], state: State, *, last: bool) -> None:
        """Move a list's mark to its newest item, which came on its first page, when the last page has come."""
        kind, _, page, _ = task
        newest = state.setdefault("newest", {})
        if page is None:
            newest[kind] = max((row.get("created_utc", 0) for row in rows), default=0)
        if last:
            state["marks"][kind] = max(state["marks"].get(kind, 0), newest.pop(kind, 0))

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


def _made(thing: Mapping[str, Any]) -> datetime:
    """Return when a thing was made, whose name is one."""
    full_name(thing.get("name"))
    return passed(seconds(thing.get("created_utc"), "created_utc"))


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
