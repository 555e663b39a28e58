"""X (Twitter): both kinds of archive, pages of the API as files, and the live API v2.

The API is asked over our own thin requests: tweepy's v2 client has no time-outs and no bounded retries
(tweepy#2024, #2029).
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, ClassVar

from connectors.kit.answers import At, as_member, each, needed, read, rows_of, shape_expected
from connectors.kit.exports import each_file
from connectors.kit.http import Service
from connectors.kit.json_files import holds, values
from connectors.kit.paging import Answer, State, Task, left, walk
from connectors.kit.sign_in import Application, by_loopback
from connectors.kit.times import moment
from connectors.social.x_records import People, account, number, read_reactions, read_v1, read_v2, time_of
from influence.contract.connector import Changed, ConnectorError, Gone, NotAuthorised, Reply, Secret
from influence.contract.files import Export, Member
from influence.contract.records import Activity, Deleted, Note, Person, Record, SetAside, Verb

if TYPE_CHECKING:
    import httpx

_ARCHIVE = re.compile(
    rb"\s*(Grailbird\.data\.tweets_|window\.YTD\.(tweets?|likes?|account|deleted_tweets?"
    rb"|direct_messages(_group)?|followers?|following)\.)"
)
_MARKS = (
    (b'"edit_history_tweet_ids"',),
    (b'"in_reply_to_status_id_str"',),
    (b'"dm_conversation_id"', b'"sender_id"'),
    (b"https://api.twitter.com/",),
    (b'"author_id"', b'"conversation_id"'),
    (b'"public_metrics"', b'"username"'),
)
_COMPLIANCE = re.compile(rb'\s*\{"id": ?"\d{1,19}", ?"action": ?"delete"')
_FILE = re.compile(r"(tweets?|like|direct-messages(-group)?|deleted-tweets?)(-part\d+)?\.js")
_MONTH = re.compile(r"(.*/)?tweets/\d{4}_\d\d\.js")
_REACTIONS = re.compile(r"tweets[/_](\d{1,19})[/_](liking_users|retweeted_by)")
_VERB = {"liking_users": Verb.REACT, "retweeted_by": Verb.SHARE}
_FIELDS = {
    "tweet.fields": "author_id,conversation_id,created_at,edit_history_tweet_ids,entities,in_reply_to_user_id,"
    "public_metrics,referenced_tweets",
    "expansions": "author_id,entities.mentions.username,in_reply_to_user_id,referenced_tweets.id,"
    "referenced_tweets.id.author_id",
    "user.fields": "username,name",
    "max_results": 100,
}
SCOPE = "tweet.read users.read like.read"
"""What the app asks for: to read, and nothing else."""
_DOLLARS = {"post": 0.005, "user": 0.010, "own": 0.001}
"""What reading one costs (X's pay-per-use prices, 2026)."""
RECENT = 30 * 86_400
"""Seconds for which a post is asked again: for edits, deletions and new answers."""
SEARCHED = 7 * 86_400
"""Seconds that the search of recent posts goes back."""
LONGEST_QUERY = 15
"""Conversations in one search, so that it stays below 512 characters."""


@dataclass(frozen=True)
class X:
    """Posts, replies, quotes, reposts, likes and messages of one X account, and what others answered.

    `owner` is the number of the archive's owner, where a file alone does not say it (`tweets.js`).
    `reactions` is `no` to leave out who liked and reposted: each user read costs $0.010. `since` (ISO 8601,
    with its zone) is where the first pull begins. `client_id` is of the app that asks you for permission.

    Likes, and reposts that X lists by user, have no time in X's answers: they are dated at the post that
    they answer, the earliest that they can be.
    """

    owner: str | None = None
    reactions: str = "yes"
    since: str | None = None
    client_id: str = ""

    name: ClassVar[str] = "x"
    title: ClassVar[str] = "X (Twitter): archive, API pages, live"
    source: ClassVar[str] = (
        "Settings › Your account › Download an archive of your data; or: influence connect x."
    )
    secrets: ClassVar[tuple[str, ...]] = ("token",)
    reads: ClassVar[str] = (
        "Your own posts, posts that mention you, and who replied to, quoted, reposted and liked your posts."
    )
    revoke: ClassVar[str] = "X › Settings › Security and account access › Apps and sessions › Connected apps."
    address: ClassVar[str] = "https://api.x.com"
    login: ClassVar[str] = "https://x.com/i/oauth2/authorize"
    port: ClassVar[int] = 8713
    """X sends the browser back only to an address that the app names: http://127.0.0.1:8713/"""
    transport: ClassVar[httpx.BaseTransport | None] = None
    clock: ClassVar[Callable[[], float]] = time.time

    def recognises(self, member: Member, head: bytes) -> bool:  # noqa: ARG002 - a name proves nothing
        """Tell an archive's file by its first words, an API page by fields that only X has."""
        return bool(_ARCHIVE.match(head) or _COMPLIANCE.match(head)) or holds(head, *_MARKS)

    def parse(self, member: Member) -> Iterator[Record]:
        """Yield one activity a post, like or message, and claims on people.

        Raises:
            Unreadable: the file is not JSON.
        """
        with shape_expected():
            yield from _Reading(self._owner()).file(member)

    def claims(self, names: Sequence[str]) -> bool:
        """Tell an archive by the names of its files."""
        plain = {PurePosixPath(name).name for name in names}
        new = "account.js" in plain and bool({"tweets.js", "tweet.js"} & plain)
        return new or any(_MONTH.fullmatch(name) for name in names)

    def parse_export(self, export: Export) -> Iterator[tuple[str, Record]]:
        """Yield the posts, likes and messages of an archive, old or new; each post once."""
        reading = _Reading(self._owner())
        chosen, others = [], 0
        for name, member in export.files.items():
            plain = PurePosixPath(name).name
            if plain == "account.js":
                yield from each_file(export, [name], reading.account)
            elif _MONTH.fullmatch(name) or _FILE.fullmatch(plain):
                chosen.append(name)
            elif plain in {"follower.js", "following.js"}:
                yield name, Note(_follows(member))
            else:
                others += 1
        yield from each_file(export, sorted(chosen), reading.posts)
        yield from ((export.name, record) for record in reading.notes())
        yield export.name, Note(f"{others:,} other files of the archive hold no posts, likes or messages")

    def _owner(self) -> tuple[str, str] | None:
        if self.owner is None:
            return None
        try:
            return number(self.owner.removeprefix("x:")), ""
        except ValueError:
            raise ConnectorError(
                f"owner is {self.owner[:40]!r}; write the number of the account, as in account.js"
            ) from None

    def sign_in(self, ask: Callable[[str], None], given: Mapping[str, str]) -> dict[str, str]:  # noqa: ARG002 - nothing is asked for first
        """Let a person give the permission in their browser and return what is to be kept.

        It holds for two hours: X's lasting tokens change at each use, and one that was lost locks one out.

        Raises:
            NotAuthorised: the permission was refused, or nobody answered.
            ConnectorError: there is no `client_id`, or the port is taken.
        """
        address = f"{self.address}/2/oauth2/token"
        app = Application(self.client_id, SCOPE, address, authorise_url=self.login)
        return {"token": by_loopback(app, ask, port=self.port)["access_token"]}

    def fetch(self, cursor: Mapping[str, Any], secret: Secret) -> Iterator[Reply]:
        """Yield pages of the API since `cursor`; each post of the last 30 days is asked again for what changed.

        Raises:
            RateLimited, NotAuthorised, Gone, Changed: as they say.
        """
        began = self._began()
        headers = {"Authorization": f"Bearer {secret.get('token')}"}
        service = Service(self.address, headers, transport=self.transport)
        pull = _Pull(self.reactions != "no", began, service, type(self).clock())
        yield from walk(cursor, pull.begin, pull.ask)

    def _began(self) -> str | None:
        try:
            return moment(self.since).isoformat().replace("+00:00", "Z") if self.since else None
        except Changed:
            raise ConnectorError(
                f"since is {str(self.since)[:40]!r}; write a time with its zone, as in 2026-01-01T00:00:00Z"
            ) from None


def _follows(member: Member) -> str:
    count = sum(not isinstance(one, SetAside) for one in values(member))
    return f"{count:,} follows are not read: the archive does not say when they were"


class _Reading:
    """Reads files that belong together: whose they are, who is who, and which posts were there before."""

    def __init__(self, owner: tuple[str, str] | None) -> None:
        self._owner, self._people = owner, People()
        self._seen: set[str] = set()
        self._left_out: Counter[str] = Counter()

    def file(self, member: Member) -> Iterator[Record]:
        yield from self.posts(member)
        yield from self.notes()

    def posts(self, member: Member) -> Iterator[Record]:
        reactions = _REACTIONS.search(member.name)
        found = reactions.groups() if reactions else None
        for record in each(values(member), lambda at: self._read(at.value, at.line, found), "the post"):
            if isinstance(record, Activity) and record.id in self._seen:
                self._left_out["posts stand more than once; each is counted once"] += 1
                continue
            if isinstance(record, Activity):
                self._seen.add(record.id)
            yield record

    def notes(self) -> Iterator[Note]:
        yield from (Note(f"{count:,} {what}") for what, count in self._left_out.items())

    def account(self, member: Member) -> Iterator[Record]:
        yield from each(values(member), lambda at: self._account(at.value, at.line), "the account")

    def _account(self, value: Mapping[str, Any], line: int) -> Iterator[Person]:
        found = value["account"]
        self._owner = number(found["accountId"]), str(found.get("username") or "")
        yield from self._people.claim(found.get("accountDisplayName"), *self._owner, line)

    def _read(self, value: Any, line: int, reactions: tuple[str, ...] | None) -> Iterable[Record]:
        if not isinstance(value, Mapping):
            raise ValueError("it is no object")
        if "statuses" in value:
            rows = rows_of(value, "statuses")
            return [record for row in rows for record in read_v1(row, line, self._people)]
        reactions = reactions or _asked(value)
        if reactions:
            return read_reactions(value, line, self._people, reactions[0], _VERB[reactions[1]])
        if len(value) == 1:
            return self._of_archive(value, line)
        if "id_str" in value or (
            "entities" in value and not {"author_id", "data", "username"} & value.keys()
        ):
            return read_v1(value, line, self._people, owner=self._owner)
        return read_v2(value, line, self._people)

    def _of_archive(self, value: Mapping[str, Any], line: int) -> Iterable[Record]:
        ((kind, content),) = value.items()
        if kind == "tweet" and content.get("deleted_at"):
            return [Deleted(f"x:{number(content.get('id_str') or content['id'])}", line)]
        if kind == "tweet":
            return read_v1(content, line, self._people, owner=self._owner)
        if kind == "like":
            return [self._like(content, line)]
        if kind == "dmConversation":
            return list(_messages(content, line))
        if kind == "account":
            return self._account(value, line)
        if kind in {"follower", "following"}:
            self._left_out["follows are not read: the archive does not say when they were"] += 1
            return []
        return read_v2(value, line, self._people)

    def _like(self, like: Mapping[str, Any], line: int) -> Record:
        if self._owner is None:
            raise ValueError("it does not say whose it is: import the whole archive, or name its --set owner")
        post, owner = number(like["tweetId"]), self._owner[0]
        made = time_of(post)
        if made is None:
            return SetAside("a like has no time, and the post is from before numbers told it", line)
        item_id = f"x:{post}/react/{owner}"
        return Activity(item_id, made, account(owner), Verb.REACT, parent=f"x:{post}", line=line)


def _asked(value: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Return the post and the question of a page of users that twarc kept with its address."""
    kept = value.get("__twarc")
    found = _REACTIONS.search(str(kept.get("url"))) if isinstance(kept, Mapping) else None
    return found.groups() if found else None


def _messages(conversation: Mapping[str, Any], line: int) -> Iterator[Record]:
    """Read a conversation of the archive, message by message, with the reactions to each."""
    channel = f"x-messages:{str(conversation['conversationId'])[:80]}"
    found = (At(line, message) for message in rows_of(conversation, "messages"))
    yield from each(found, lambda at: _message(at.value, channel, at.line), "the message")


def _message(message: Mapping[str, Any], channel: str, line: int) -> Iterator[Record]:
    made = message.get("messageCreate")
    if not isinstance(made, Mapping):
        yield SetAside("a change of a group conversation, not a message", line)
        return
    item_id, recipient = f"x-message:{number(made['id'])}", made.get("recipientId")
    yield Activity(
        id=item_id,
        time=moment(made["createdAt"]),
        actor=account(made["senderId"]),
        verb=Verb.MESSAGE,
        to=(account(recipient),) if recipient else (),
        channel=channel,
        text=str(made.get("text") or "") or None,
        line=line,
    )
    for one in rows_of(made, "reactions"):
        yield Activity(
            id=f"{item_id}/react/{number(one['senderId'])}",
            time=moment(one["createdAt"]),
            actor=account(one["senderId"]),
            verb=Verb.REACT,
            parent=item_id,
            channel=channel,
            line=line,
        )


class _Pull:
    """One pull: turns tasks into requests, and pages into the tasks that follow from them."""

    def __init__(self, reactions: bool, began: str | None, service: Service, now: float) -> None:
        self._reactions, self._began = reactions, began
        self._service, self._now = service, now
        self._refused: set[str] = set()
        self._dollars = 0.0

    def begin(self, state: State) -> list[Task]:
        """Plan a round: who I am, my posts, mentions, and what became of my recent posts."""
        state["recent"] = {
            item_id: counts
            for item_id, counts in state.get("recent", {}).items()
            if self._age(item_id) < RECENT
        }
        state.setdefault("marks", {})
        ids = sorted(state["recent"])
        checks = [["posts", ids[at : at + 100], None, None] for at in range(0, len(ids), 100)]
        searches = [
            ["search", group, None, state["marks"].get("search")]
            for group in _groups([item_id for item_id in ids if self._age(item_id) < SEARCHED])
        ]
        streams = [[kind, None, None, state["marks"].get(kind)] for kind in ("tweets", "mentions")]
        return [["me", None, None, None], *checks, *searches, *streams]

    def _age(self, post: str) -> float:
        made = time_of(post)
        return self._now - made.timestamp() if made else float("inf")

    def ask(self, task: Task, state: State) -> Answer:
        """Ask for one page; what X does not give to this sign-in is not asked again in this pull."""
        kind, about, page, since = task
        if kind in self._refused:
            return Answer(None)
        path, params = self._request(kind, about, page, since, state)
        try:
            response = self._service.get(path, **params)
        except (NotAuthorised, Gone):
            if kind in {"me", "tweets", "mentions", "posts"}:
                raise
            self._refused.add(kind)
            return Answer(None)
        body = read(as_member(path, response.content))
        then = self._after(task, body, state)
        member = as_member(f"{path.removeprefix('/2/')}.json", response.content)
        return Answer(member, then, self._note(kind, body, response.headers))

    def _request(
        self, kind: str, about: Any, page: str | None, since: str | None, state: State
    ) -> tuple[str, dict[str, Any]]:
        if kind == "me":
            return "/2/users/me", {}
        if kind in {"liking_users", "retweeted_by"}:
            return f"/2/tweets/{about}/{kind}", {"max_results": 100, "pagination_token": page}
        params: dict[str, Any] = {**_FIELDS, "since_id": since}
        if kind == "posts":
            return "/2/tweets", {**_FIELDS, "max_results": None, "ids": ",".join(about)}
        if kind == "search":
            query = " OR ".join(f"conversation_id:{item_id}" for item_id in about)
            return "/2/tweets/search/recent", {**params, "query": query, "next_token": page}
        if kind == "quote_tweets":
            return f"/2/tweets/{about}/quote_tweets", {**params, "since_id": None, "pagination_token": page}
        if since is None:
            params["start_time"] = self._began
        return f"/2/users/{state['me']}/{kind}", {**params, "pagination_token": page}

    def _after(self, task: Task, body: Mapping[str, Any], state: State) -> list[Task]:
        kind, about, page, since = task
        if kind == "me":
            state["me"] = number(needed(needed(body, "data", "users/me"), "id", "users/me"))
            return []
        posts = rows_of(body, "data")
        if kind in {"tweets", "mentions", "search"}:
            _advance(state["marks"], kind, posts)
        follow = self._follow_ups(posts, state, first=kind == "tweets") if kind in {"tweets", "posts"} else []
        more = (body.get("meta") or {}).get("next_token")
        if more and more != page and posts:
            follow.append([kind, about, more, since])
        return follow

    def _follow_ups(self, posts: list[Mapping[str, Any]], state: State, *, first: bool) -> list[Task]:
        """Ask who answered a post where its counts have changed since they were last seen."""
        tasks: list[Task] = []
        new = []
        for post in posts:
            item_id, counts = number(post.get("id")), post.get("public_metrics") or {}
            seen = state["recent"].get(item_id, {})
            if self._age(item_id) < RECENT:
                state["recent"][item_id] = {name: counts.get(name, 0) for name in _ASKED.values()}
            if any(each.get("type") == "retweeted" for each in rows_of(post, "referenced_tweets")):
                continue
            if first and counts.get("reply_count") and self._age(item_id) < SEARCHED:
                new.append(item_id)
            for kind, count in _ASKED.items():
                if counts.get(count, 0) > seen.get(count, 0) and self._wanted(kind):
                    tasks.append([kind, item_id, None, None])
        return [*tasks, *(["search", group, None, None] for group in _groups(new))]

    def _wanted(self, kind: str) -> bool:
        return kind == "quote_tweets" or self._reactions

    def _note(self, kind: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> str:
        includes = body.get("includes") or {}
        rows = 1 if kind == "me" else len(rows_of(body, "data"))
        people = {"liking_users", "retweeted_by"}
        of_others = len(rows_of(includes, "tweets")) * _DOLLARS["post"]
        price = _DOLLARS["own" if kind in {"me", "tweets", "posts"} else "user" if kind in people else "post"]
        self._dollars += rows * price + of_others + len(rows_of(includes, "users")) * _DOLLARS["user"]
        told = [left(headers), f"about ${self._dollars:.3f} so far"]
        if self._refused:
            told.append(f"not given to this sign-in: {', '.join(sorted(self._refused))}")
        return "; ".join(part for part in told if part)


_ASKED = {"quote_tweets": "quote_count", "retweeted_by": "retweet_count", "liking_users": "like_count"}


def _advance(marks: dict[str, str], kind: str, posts: list[Mapping[str, Any]]) -> None:
    newest = max((int(number(post.get("id"))) for post in posts), default=0)
    if newest > int(marks.get(kind) or 0):
        marks[kind] = str(newest)


def _groups(ids: list[str]) -> list[list[str]]:
    return [ids[at : at + LONGEST_QUERY] for at in range(0, len(ids), LONGEST_QUERY)]
