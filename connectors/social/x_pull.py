"""One pull from X: what is asked next, by which of tweepy's methods, what it costs, and what follows from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from connectors.kit.answers import as_member, mapping, needed, read
from connectors.kit.http import Withheld
from connectors.kit.lists import rows_of
from connectors.kit.paging import Answer, State, Task, left
from connectors.kit.text import clean
from connectors.social.x_records import first_version, number, time_of, versions
from connectors.social.x_sign_in import API, Permission
from influence.contract.connector import ConnectorError, Gone, NotAuthorised

if TYPE_CHECKING:
    import requests
    import tweepy

DOLLARS = {"post": 0.005, "user": 0.010, "own": 0.001}
"""What reading one costs (docs.x.com, pay-per-usage, August 2026): `own` in the lists of one's own posts and
mentions, where one owns the app. What was charged is not charged again on the same day (UTC)."""
RECENT = 30 * 86_400
"""Seconds for which a post is asked again: for edits, deletions and new answers."""
SEARCHED = 7 * 86_400
"""Seconds that the search of recent posts goes back."""
_LONG_ENOUGH = 6 * 86_400
"""Age of a post from which on it is too old to begin the search with: X refuses it, and our clock may be off."""
AT_ONCE = 100
"""Posts that are asked for by their numbers in one request."""
LONGEST_QUERY = 15
"""Conversations in one search, so that it stays below 512 characters."""
_FIELDS = {
    "tweet_fields": "author_id,conversation_id,created_at,edit_history_tweet_ids,entities,in_reply_to_user_id,"
    "note_tweet,public_metrics,referenced_tweets",
    "expansions": "author_id,entities.mentions.username,in_reply_to_user_id,referenced_tweets.id,"
    "referenced_tweets.id.author_id",
    "user_fields": "username,name",
}
_ASKED = {"quote_tweets": "quote_count", "retweeted_by": "retweet_count", "liking_users": "like_count"}
_PEOPLE = {"liking_users", "retweeted_by"}
_ESSENTIAL = {"me", "tweets", "mentions", "posts"}


class Api:
    """X by tweepy: asks, waits where X asks to, and renews the permission where X no longer takes it."""

    def __init__(self, permission: Permission, server: str, sleep: Callable[[float], None]) -> None:
        import requests
        import tweepy

        from connectors.kit.sessions import session  # as tweepy, only where a live source is asked

        self._permission = permission
        self._client = tweepy.Client(permission.token(), return_type=requests.Response)
        self._client.session = session(API, server, sleep=sleep)
        self._client.user_agent = "networked-influence"

    def get(self, ask: Callable[[tweepy.Client], Any]) -> requests.Response:
        """Ask by one of tweepy's methods.

        Raises:
            RateLimited, NotAuthorised, Gone, ConnectorError: as they say.
        """
        import tweepy

        with _in_one_sentence():
            try:
                found: requests.Response = ask(self._client)
            except tweepy.Unauthorized:
                self._client.bearer_token = self._permission.renewed()
                found = ask(self._client)
        return found

    def me(self) -> requests.Response:
        """Ask whose permission it is."""
        return self.get(lambda x: x.get_me(user_auth=False))

    def close(self) -> None:
        """Let go of the connections."""
        self._client.session.close()


@contextmanager
def _in_one_sentence() -> Iterator[None]:
    import requests
    import tweepy

    from connectors.kit.sessions import reason_of

    try:
        yield
    except tweepy.HTTPException as error:
        where = urlsplit(str(error.response.url))
        raise _refused(error.response.status_code, f"{where.hostname}{where.path}") from None
    except (tweepy.TweepyException, requests.RequestException) as error:
        raise ConnectorError(f"X cannot be reached: {reason_of(error)}") from None


def _refused(status: int, place: str) -> ConnectorError:
    if status in {401, 403}:
        refusal = Withheld if status == 403 else NotAuthorised
        return refusal(f"{place} does not accept the sign-in ({status}); connect again")
    if status in {404, 410}:
        return Gone(f"{place} is not there ({status})")
    if status == 402:
        return ConnectorError("X gives nothing more until the app has credit again (402); see console.x.com")
    return ConnectorError(f"{place} refuses the request ({status})")


class Pull:
    """One pull: turns tasks into requests, and pages into the tasks that follow from them."""

    def __init__(self, reactions: bool, began: str | None, api: Api, now: float) -> None:
        self._reactions, self._began = reactions, began
        self._api, self._now = api, now
        self._refused: set[str] = set()
        self._charged: dict[str, float] = {}

    def begin(self, state: State) -> list[Task]:
        """Plan a round: who I am, my posts, mentions, and what became of my recent posts.

        The cursor remembers of each recent post its counts, up to where its conversation was searched, and of an
        edited one the number under which it first appeared.
        """
        state["recent"] = {
            item_id: seen for item_id, seen in state.get("recent", {}).items() if self._age(item_id) < RECENT
        }
        state["first"] = {
            item_id: first for item_id, first in state.get("first", {}).items() if item_id in state["recent"]
        }
        state.setdefault("marks", {})
        ids = sorted(state["recent"])
        checks = [["posts", ids[at : at + AT_ONCE], None, None] for at in range(0, len(ids), AT_ONCE)]
        streams = [[kind, None, None, state["marks"].get(kind)] for kind in ("tweets", "mentions")]
        return [["me", None, None, None], *checks, *self._searches(ids, state), *streams]

    def _age(self, post: str) -> float:
        made = time_of(post)
        return self._now - made.timestamp() if made else float("inf")

    def _searches(self, ids: list[str], state: State) -> list[Task]:
        """Ask for the conversations of posts, those that were searched up to the same place together."""
        marks = {item_id: state["recent"].get(item_id, {}).get("searched") or item_id for item_id in ids}
        young = [item_id for item_id in ids if self._age(item_id) < SEARCHED]
        young.sort(key=lambda item_id: int(marks[item_id]))
        groups = [young[at : at + LONGEST_QUERY] for at in range(0, len(young), LONGEST_QUERY)]
        since = [marks[group[0]] for group in groups]
        return [
            ["search", group, None, mark if self._age(mark) < _LONG_ENOUGH else None]
            for group, mark in zip(groups, since, strict=True)
        ]

    def ask(self, task: Task, state: State) -> Answer:
        """Ask for one page; what X does not give to this sign-in is not asked again in this pull."""
        kind = task[0]
        if kind in self._refused:
            return Answer(None)
        try:
            response = self._api.get(lambda x: self._request(x, task, state))
        except (Withheld, Gone):
            if kind in _ESSENTIAL:
                raise
            self._refused.add(kind)
            return Answer(None)
        path = urlsplit(str(response.url)).path.partition("/2/")[2]
        if kind in _PEOPLE:
            path = path.replace(task[1], state.get("first", {}).get(task[1], task[1]))
        body = read(as_member(path, response.content))
        posts = rows_of(body, "data") if isinstance(mapping(body).get("data"), list) else []
        then, more = self._after(task, body, posts, state)
        note = self._note(kind, body, response.headers)
        empty = more is not None and not posts
        return Answer(as_member(f"{path}.json", response.content), then, note, more, empty)

    def look(self, task: Task, state: State) -> Answer:  # noqa: ARG002 - nothing follows from it
        """Ask what became of posts."""
        response = self._api.get(lambda x: self._request(x, task, {}))
        body = read(as_member("tweets", response.content))
        return Answer(
            as_member("tweets.json", response.content), note=self._note("posts", body, response.headers)
        )

    def _request(self, x: tweepy.Client, task: Task, state: State) -> Any:
        kind, about, page, since = task
        if kind == "me":
            return x.get_me(user_auth=False)
        if kind == "posts":
            return x.get_tweets(about, **_FIELDS)
        if kind in _PEOPLE:
            asked = x.get_liking_users if kind == "liking_users" else x.get_retweeters
            return asked(about, pagination_token=page, max_results=100)
        more = {**_FIELDS, "max_results": 100}
        if kind == "quote_tweets":
            return x.get_quote_tweets(about, pagination_token=page, **more)
        if kind == "search":
            query = " OR ".join(f"conversation_id:{item_id}" for item_id in about)
            return x.search_recent_tweets(query, since_id=since, next_token=page, **more)
        asked = x.get_users_tweets if kind == "tweets" else x.get_users_mentions
        began = self._began if since is None else None
        return asked(state["me"], since_id=since, start_time=began, pagination_token=page, **more)

    def _after(
        self, task: Task, body: Mapping[str, Any], posts: list[Mapping[str, Any]], state: State
    ) -> tuple[list[Task], Task | None]:
        kind, about, _, since = task
        if kind == "me":
            state["me"] = number(needed(needed(body, "data", "users/me"), "id", "users/me"))
            return [], None
        follow = self._follow_ups(posts, state, first=kind == "tweets") if kind in {"tweets", "posts"} else []
        token = mapping(body.get("meta")).get("next_token")
        if kind in {"tweets", "mentions", "search"}:
            self._advance(task, posts, state, last=not token)
        return follow, [kind, about, clean(str(token), 500), since] if token else None

    def _advance(self, task: Task, posts: list[Mapping[str, Any]], state: State, *, last: bool) -> None:
        """Move a list's mark to its newest post, which came on its first page, when the last page has come."""
        kind, about, page, _ = task
        name = f"search {about[0]}" if kind == "search" else kind
        newest = state.setdefault("newest", {})
        if page is None:
            newest[name] = max((int(number(post.get("id"))) for post in posts), default=0)
        if not last:
            return
        mark = newest.pop(name, 0)
        if kind == "search":
            for item_id in about:
                seen = state["recent"].get(item_id, {})
                if mark > int(seen.get("searched") or 0):
                    seen["searched"] = str(mark)
        elif mark > int(state["marks"].get(kind) or 0):
            state["marks"][kind] = str(mark)

    def _follow_ups(self, posts: list[Mapping[str, Any]], state: State, *, first: bool) -> list[Task]:
        """Ask who answered a post where its counts have changed since they were last seen."""
        tasks: list[Task] = []
        new = []
        for post in posts:
            item_id, counts = number(post.get("id")), post.get("public_metrics") or {}
            if (appeared := first_version(post, item_id)) != item_id:
                state.setdefault("first", {})[item_id] = appeared
                for earlier in set(versions(post)) - {item_id}:
                    state["recent"].pop(earlier, None)
            seen = state["recent"].get(item_id, {})
            if self._age(item_id) < RECENT:
                held = {"searched": seen["searched"]} if "searched" in seen else {}
                state["recent"][item_id] = held | {name: counts.get(name, 0) for name in _ASKED.values()}
            if any(each.get("type") == "retweeted" for each in rows_of(post, "referenced_tweets")):
                continue
            if first and counts.get("reply_count"):
                new.append(item_id)
            for kind, count in _ASKED.items():
                if counts.get(count, 0) > seen.get(count, 0) and self._wanted(kind):
                    tasks.append([kind, item_id, None, None])
        return [*tasks, *self._searches(new, state)]

    def _wanted(self, kind: str) -> bool:
        return kind == "quote_tweets" or self._reactions

    def _note(self, kind: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> str:
        self._charge(kind, body)
        told = [left(headers), f"about ${sum(self._charged.values()):.3f} so far"]
        if self._refused:
            told.append(f"not given to this sign-in: {', '.join(sorted(self._refused))}")
        return "; ".join(part for part in told if part)

    def _charge(self, kind: str, body: Mapping[str, Any]) -> None:
        """Note what a page costs: each post and each user once."""
        includes = mapping(body.get("includes"))
        data = body.get("data")
        rows = [data] if isinstance(data, Mapping) else rows_of(body, "data")
        price = DOLLARS[
            "own" if kind in {"tweets", "mentions"} else "user" if kind in {"me", *_PEOPLE} else "post"
        ]
        what = "user" if kind in {"me", *_PEOPLE} else "post"
        for row in rows:
            self._charged.setdefault(f"{what} {row.get('id')}", price)
        for what, held in (("post", "tweets"), ("user", "users")):
            for row in rows_of(includes, held):
                self._charged.setdefault(f"{what} {row.get('id')}", DOLLARS[what])
