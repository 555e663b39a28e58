"""X (Twitter): both kinds of archive, pages of the API as files, and the live API v2 (by tweepy)."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, ClassVar

from connectors.kit.answers import At, as_member, each, needed, read, shape_expected
from connectors.kit.exports import each_file
from connectors.kit.json_files import holds, values
from connectors.kit.lists import rows_of
from connectors.kit.paging import walk
from connectors.kit.stored import asked_again
from connectors.kit.text import clean
from connectors.kit.times import moment
from connectors.social.x_long_posts import LongPosts
from connectors.social.x_pull import AT_ONCE, DOLLARS, Api, Pull
from connectors.social.x_records import People, account, number, read_reactions, read_v1, read_v2, time_of
from connectors.social.x_sign_in import App, Permission, signed_in
from influence.contract.connector import Changed, ConnectorError, Reply, Secret
from influence.contract.errors import SourceError
from influence.contract.files import Export, Member
from influence.contract.records import Activity, Deleted, Note, Person, Record, SetAside, Verb

_ARCHIVE = re.compile(
    rb"\s*(Grailbird\.data\.tweets_|window\.YTD\.((?:community_|note_)?tweets?|likes?|account|deleted_tweets?"
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
_FILE = re.compile(r"((?:community-)?tweets?|like|direct-messages(-group)?|deleted-tweets?)(-part\d+)?\.js")
_LONG = re.compile(r"note-tweets?(-part\d+)?\.js")
_MONTH = re.compile(r"(.*/)?tweets/\d{4}_\d\d\.js")
_REACTIONS = re.compile(r"tweets[/_](\d{1,19})[/_](liking_users|retweeted_by)")
_VERB = {"liking_users": Verb.REACT, "retweeted_by": Verb.SHARE}
_OF_ARCHIVE = ("tweet", "noteTweet", "like", "dmConversation", "account", "follower", "following")
"""Each of these alone holds a row of an archive."""
_SHOWN = 8
"""Names of files that are told of many."""


@dataclass(frozen=True)
class X:
    """Posts, replies, quotes, reposts, likes and messages of one X account, and what others answered.

    `owner` is the number of the archive's owner, where a file alone does not say it (`tweets.js`).
    `reactions` is `no` to leave out who liked and reposted: each user read costs $0.010. `since` (ISO 8601,
    with its zone) is where the first pull begins. `client_id` is of the app that asks you for permission, and
    `port` that of the address to which X sends the browser back, as the app names it. `server` and `login` are
    where X is.

    Likes, and reposts that X lists by user, have no time in X's answers: they are dated at the post that
    they answer, the earliest that they can be.
    """

    owner: str | None = None
    reactions: str = "yes"
    since: str | None = None
    client_id: str = ""
    port: str = "8713"
    server: str = "https://api.x.com"
    login: str = "https://x.com/i/oauth2/authorize"

    name: ClassVar[str] = "x"
    title: ClassVar[str] = "X (Twitter): archive, API pages, live"
    each_has: ClassVar[frozenset[str]] = frozenset(("account.js",))
    source: ClassVar[str] = (
        "Settings › Your account › Download an archive of your data; or: influence connect x."
    )
    needs: ClassVar[Mapping[str, str]] = {}
    stored: ClassVar[tuple[str, ...]] = ("x:",)
    secrets: ClassVar[tuple[str, ...]] = ("refresh_token", "token", "token_ends")
    given: ClassVar[tuple[str, ...]] = ("client_secret",)
    required: ClassVar[tuple[str, ...]] = ("client_id",)
    beforehand: ClassVar[str] = (
        "You need an app of your own at console.x.com with OAuth 2.0, the callback address "
        "http://127.0.0.1:8713/ and credit: X charges "
        f"${DOLLARS['own']:.3f} for each of your own posts and mentions where you own the app, "
        f"${DOLLARS['post']:.3f} for each post of others and each one that is looked at again, and "
        f"${DOLLARS['user']:.3f} for each user. An app of the type native has no client secret. "
        "The permission lasts for as long as you pull with it."
    )
    reads: ClassVar[str] = (
        "Your own posts, posts that mention you, and who replied to, quoted, reposted and liked your posts."
    )
    revoke: ClassVar[str] = "X › Settings › Security and account access › Apps and sessions › Connected apps."
    clock: ClassVar[Callable[[], float]] = time.time
    sleep: ClassVar[Callable[[float], None]] = time.sleep

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
        chosen, others = list[str](), list[str]()
        for name, member in export.files.items():
            plain = PurePosixPath(name).name
            if plain == "account.js":
                yield from each_file(export, [name], reading.account)
            elif _LONG.fullmatch(plain):
                yield from each_file(export, [name], reading.longer)
            elif _MONTH.fullmatch(name) or _FILE.fullmatch(plain):
                chosen.append(name)
            elif plain in {"follower.js", "following.js"}:
                yield name, Note(_follows(member))
            else:
                others.append(plain)
        yield from each_file(export, sorted(chosen), reading.posts)
        yield from ((export.name, record) for record in reading.notes())
        if others:
            told = ", ".join(clean(name, 40) for name in sorted(others)[:_SHOWN])
            more = ", …" if len(others) > _SHOWN else ""
            yield (
                export.name,
                Note(f"other files of the archive are not read: {len(others):,} ({told}{more})"),
            )

    def _owner(self) -> tuple[str, str] | None:
        if self.owner is None:
            return None
        try:
            return number(self.owner.removeprefix("x:")), ""
        except ValueError:
            raise ConnectorError(
                f"owner is {self.owner[:40]!r}; write the number of the account, as in account.js"
            ) from None

    def sign_in(self, ask: Callable[[str], None], given: Mapping[str, str]) -> dict[str, str]:
        """Let a person give the permission in their browser and return what is to be kept.

        Raises:
            NotAuthorised: the permission was refused, or nobody answered.
            ConnectorError: there is no `client_id`, or the port is taken.
        """
        if not re.fullmatch(r"\d{1,5}", self.port):
            raise ConnectorError(
                f"port is {self.port[:40]!r}; write a number, as in the app's callback address"
            )
        return signed_in(self._app(given.get("client_secret", "")), ask, int(self.port))

    def _app(self, client_secret: str) -> App:
        return App(self.client_id, client_secret, self.server, self.login)

    def _api(self, secret: Secret) -> Api:
        try:
            client_secret = secret.get("client_secret")
        except SourceError:  # a native app has none
            client_secret = ""
        app, now = self._app(client_secret), type(self).clock
        return Api(Permission(app, secret, now), self.server, type(self).sleep)

    def signed_in_as(self, secret: Secret) -> str:
        """Ask whose permission it is.

        Raises:
            RateLimited, NotAuthorised, Gone, Changed: as they say.
        """
        with shape_expected(), closing(self._api(secret)) as api:
            me = needed(read(as_member("users/me", api.me().content)), "data", "users/me")
            return f"{clean(str(me['username']), 40)} ({clean(str(me.get('name', '')), 80)}) on X"

    def fetch(self, cursor: Mapping[str, Any], secret: Secret) -> Iterator[Reply]:
        """Yield pages of the API since `cursor`; each post of the last 30 days is asked again for what changed.

        Raises:
            RateLimited, NotAuthorised, Gone, Changed: as they say.
            StoppedShort: after all that could be read, where a list went round in circles.
        """
        began = self._began()
        with closing(self._api(secret)) as api:
            pull = Pull(self.reactions != "no", began, api, type(self).clock())
            yield from walk(cursor, pull.begin, pull.ask)

    def look_again(self, ids: Iterable[str], secret: Secret) -> Iterator[Reply]:
        """Yield what X says now of stored posts: an edited one as it is, one that is gone as such.

        Raises:
            RateLimited, NotAuthorised, Gone, Changed: as they say.
        """
        posts = (one.removeprefix("x:") for one in ids)
        tasks = asked_again("posts", (post for post in posts if post.isdigit()), AT_ONCE)
        with closing(self._api(secret)) as api:
            pull = Pull(False, None, api, type(self).clock())
            yield from walk({}, lambda _: tasks, pull.look)

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
        self._long = LongPosts()

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

    def longer(self, member: Member) -> Iterator[Record]:
        """Learn the whole texts of long posts; a text is no row of its own."""
        yield from each(values(member), lambda at: self._long.learn(at.value), "the long text")

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
        if kind not in _OF_ARCHIVE:  # a page of the API may hold nothing but its posts
            return read_v2(value, line, self._people)
        if not isinstance(content, Mapping):
            raise ValueError("it is no object")
        if kind == "tweet" and content.get("deleted_at"):
            return [Deleted(f"x:{number(content.get('id_str') or content['id'])}", line)]
        if kind == "tweet":
            return read_v1(self._long.whole(content), line, self._people, owner=self._owner)
        if kind == "noteTweet":
            self._left_out["long texts are read with the posts that they belong to, in a whole archive"] += 1
            return []
        if kind == "like":
            return [self._like(content, line)]
        if kind == "dmConversation":
            return list(_messages(content, line))
        if kind == "account":
            return self._account(value, line)
        self._left_out["follows are not read: the archive does not say when they were"] += 1
        return []

    def _like(self, like: Mapping[str, Any], line: int) -> Record:
        if self._owner is None:
            raise ValueError("it does not say whose it is: import the whole archive, or name its --set owner")
        post, owner = number(like["tweetId"]), self._owner[0]
        made = time_of(post)
        if made is None:
            return SetAside("a like has no time, and the post is from before numbers told it", line)
        item_id = f"x:{post}/react/{owner}"
        return Activity(
            item_id, made, account(owner), Verb.REACT, parent=f"x:{post}", reaction="like", line=line
        )


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
            reaction=clean(str(one.get("reactionKey") or ""), 40) or None,
            line=line,
        )
