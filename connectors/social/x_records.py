"""Posts of X (Twitter) as the service writes them: API version 2, API version 1.1 and both kinds of archive.

References: docs.x.com (API v2 data dictionary, edit history, identifiers).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from connectors.kit.answers import guarded, mapping, needed
from connectors.kit.lists import objects, rows_of, texts
from connectors.kit.text import clean
from connectors.kit.times import in_utc, moment
from influence.contract.records import Activity, Deleted, Person, Record, SetAside, Verb

_FIRST_SNOWFLAKE = 29_700_859_247
"""The first post whose number holds its time (2010-11-04)."""
_EPOCH = datetime(2010, 11, 4, 1, 42, 54, 657000, tzinfo=UTC)
_NUMBER = re.compile(r"\d{1,19}")
_HANDLE = re.compile(r"\w{1,20}")
_STATUS = re.compile(
    r"https?://(?:(?:www|m|mobile)\.)?(?:twitter|x)\.com/(?:#!/)?(\w{1,20})/(?:web/)?status(?:es)?/(\d{1,19})/?(?:[?#].*)?"
)
"""The address of a post; one of its pictures has more behind the number."""
_NO_HANDLES = frozenset(("i", "statuses", "web"))


def number(value: Any) -> str:
    """Return the number of a post or a user.

    Raises:
        ValueError: it is none.

    >>> number("12"), number(12)
    ('12', '12')
    """
    text = str(value)
    if isinstance(value, bool) or not _NUMBER.fullmatch(text):
        raise ValueError(f"{text[:40]!r} is no number of a post or user")
    return text


def account(value: Any) -> str:
    """Return the account of a user's number."""
    return f"x:{number(value)}"


def handle_account(name: Any) -> str | None:
    """Return the account of somebody of whom only the handle is known; handles are not told apart by case.

    >>> handle_account("@AnnLee"), handle_account("no handle")
    ('x-handle:annlee', None)
    """
    text = str(name).removeprefix("@")
    return f"x-handle:{text.lower()}" if _HANDLE.fullmatch(text) else None


def time_of(post: str) -> datetime | None:
    """Return when a post was made, by its number; None for the posts before numbers held it.

    >>> time_of("1394735776701816833").isoformat(timespec="seconds")
    '2021-05-18T19:24:56+00:00'
    """
    value = int(post)
    if value < _FIRST_SNOWFLAKE:
        return None
    return _EPOCH + timedelta(milliseconds=value >> 22)


def dated(value: Any) -> datetime:
    """Return a time in any of the ways in which X has written it.

    Raises:
        ValueError: it is written in none of them.

    >>> dated("Sun Oct 07 07:39:51 +0000 2012") == dated("2012-10-07 07:39:51 +0000")
    True
    """
    text = str(value)
    if re.match(r"[A-Z][a-z]{2} ", text):
        try:
            return in_utc(datetime.strptime(text[:40], "%a %b %d %H:%M:%S %z %Y"))
        except ValueError:
            raise ValueError(f"the time {clean(text, 40)!r} cannot be read") from None
    return moment(re.sub(r" ([+-]\d{4})$", r"\1", text))


@dataclass
class People:
    """Claims on people, each made once."""

    made: set[tuple[str, ...]] = field(default_factory=set)

    def claim(self, name: Any, item_id: Any, handle: Any, line: int) -> Iterator[Person]:
        """Yield that a number, a handle and a name are one person's, where that is new."""
        accounts = tuple(filter(None, (account(item_id), handle_account(handle))))
        if accounts not in self.made:
            self.made.add(accounts)
            yield Person(name=clean(str(name or ""), 200) or None, accounts=accounts, line=line)


def read_v1(
    post: Mapping[str, Any], line: int, people: People, *, owner: tuple[str, str] | None = None
) -> Iterator[Record]:
    """Read a post of API 1.1 or of an archive, and the posts that it holds; `owner` where it names no author.

    Raises:
        ValueError, KeyError, TypeError: it has another shape.
    """
    user = post.get("user")
    if not isinstance(user, Mapping):
        if owner is None:
            raise ValueError("it does not say whose it is: import the whole archive, or name its --set owner")
        user = {"id_str": owner[0], "screen_name": owner[1]}
    yield from people.claim(user.get("name"), user_id(user), user.get("screen_name"), line)
    held = {kind: post.get(f"{kind}_status") for kind in ("retweeted", "quoted")}
    for each in held.values():
        if isinstance(each, Mapping) and each.get("user"):
            yield from read_v1(each, line, people)
    mentions = _all_mentions(post)
    for one in mentions:
        if _known(one):
            yield from people.claim(one.get("name"), user_id(one), one.get("screen_name"), line)
    activity = _activity_v1(post, user, mentions, held, line)
    yield activity
    yield from _other_versions(activity.id, versions(post), line)


def _activity_v1(
    post: Mapping[str, Any],
    user: Mapping[str, Any],
    mentions: list[Mapping[str, Any]],
    held: Mapping[str, Any],
    line: int,
) -> Activity:
    own = number(post.get("id_str") or post["id"])
    longer = mapping(post.get("extended_tweet"))
    text = str(longer.get("full_text") or post.get("full_text") or post.get("text") or "")
    item_id = first_version(post, own)
    parent = post.get("in_reply_to_status_id_str") or post.get("in_reply_to_status_id")
    addressed = post.get("in_reply_to_user_id_str") or post.get("in_reply_to_user_id")
    verb, quoted = Verb.POST, post.get("quoted_status_id_str") or _id_of(held["quoted"])
    if held["retweeted"] or post.get("retweeted_status_id_str"):
        verb, parent = Verb.SHARE, post.get("retweeted_status_id_str") or _id_of(held["retweeted"])
    elif addressed or parent:
        verb = Verb.REPLY
    elif re.match(r"RT @\w{1,20}:? ", text) and mentions:
        verb = Verb.SHARE
    elif quoted:
        verb, parent = Verb.QUOTE, quoted
    actor, named = account(user_id(user)), [_mentioned_v1(one) for one in mentions]
    linked = None if quoted or verb is Verb.SHARE else _linked(post, own)
    if linked:
        verb, parent = (Verb.QUOTE, linked[1]) if verb is Verb.POST else (verb, parent)
        is_own = linked[0].lower() == str(user.get("screen_name")).lower()
        named.append(None if is_own or linked[0].lower() in _NO_HANDLES else handle_account(linked[0]))
    return Activity(
        id=f"x:{item_id}",
        time=dated(post["created_at"]) if item_id == own else _by_number(item_id),
        actor=actor,
        verb=verb,
        parent=f"x:{number(parent)}" if parent else None,
        to=(account(addressed),) if addressed and account(addressed) != actor else (),
        mentions=tuple(filter(None, named)),
        text=text or None,
        url=f"https://x.com/i/status/{own}",
        tags=_tags((post, mapping(post.get("extended_tweet"))), "text"),
        line=line,
    )


def _all_mentions(post: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return who is named, also beyond the 280 characters that a post shows at first."""
    longer = mapping(post.get("extended_tweet"))
    return [one for held in (post, longer) for one in rows_of(mapping(held.get("entities")), "user_mentions")]


def _tags(held: Iterable[Mapping[str, Any]], name: str) -> tuple[str, ...]:
    """Return the tags of a post, also those beyond its first 280 characters; `name` is what a tag stands under."""
    found = (one.get(name) for each in held for one in rows_of(mapping(each.get("entities")), "hashtags"))
    return tuple(dict.fromkeys(clean(one, 200) for one in found if isinstance(one, str)))


def _linked(post: Mapping[str, Any], own: str) -> tuple[str, str] | None:
    """Return handle and number of the post that the last link to one leads to: archives tell quotes by nothing else.

    >>> link = "https://x.com/bo_ek/status/12?s=20"
    >>> _linked({"entities": {"urls": [{"expanded_url": link}]}}, "13")
    ('bo_ek', '12')
    """
    for url in reversed(rows_of(mapping(post.get("entities")), "urls")):
        found = _STATUS.fullmatch(str(url.get("expanded_url"))[:500])
        if found and found[2] != own:
            return found[1], found[2]
    return None


def first_version(post: Mapping[str, Any], own: str) -> str:
    """Return the number under which a post first appeared: each edit of it has one of its own.

    >>> first_version({"edit_history_tweet_ids": ["7", "9"]}, "9"), first_version({}, "9")
    ('7', '9')
    """
    held = versions(post)
    return min((*held, own), key=int)


def versions(post: Mapping[str, Any]) -> list[str]:
    """Return the numbers of all versions of a post, as API 2, API 1.1 and archives write them; empty where untold."""
    told = mapping(post.get("edit_history") or post.get("edit_info"))
    inner = mapping(told.get("initial") or told.get("edit"))
    first = [inner.get("initialTweetId"), told.get("initial_tweet_id")]
    control = mapping(inner.get("editControlInitial") or inner)
    for listed in (
        post.get("edit_history_tweet_ids"),
        told.get("edit_tweet_ids"),
        control.get("editTweetIds"),
    ):
        first += texts(listed, "the versions of the post")
    return [number(one) for one in first if one is not None]


def _other_versions(kept: str | None, held: Iterable[str], line: int) -> Iterator[Deleted]:
    """Withdraw versions of a post that may have been brought in under numbers of their own."""
    others = dict.fromkeys(f"x:{one}" for one in held)
    yield from (Deleted(one, line) for one in others if one != kept)


def user_id(user: Mapping[str, Any]) -> Any:
    """Return the number of a user as version 1.1 writes it.

    >>> user_id({"id_str": "12", "id": 12})
    '12'
    """
    return user.get("id_str") or needed(user, "id", "the user")


def _known(user: Mapping[str, Any]) -> bool:
    """Tell a user who was there when the archive was made; a deleted one has the number -1."""
    return bool(_NUMBER.fullmatch(str(user.get("id_str") or user.get("id"))))


def _id_of(held: Any) -> Any:
    return held.get("id_str") or held.get("id") if isinstance(held, Mapping) else None


def _mentioned_v1(user: Mapping[str, Any]) -> str | None:
    return account(user_id(user)) if _known(user) else handle_account(user.get("screen_name"))


def read_v2(page: Mapping[str, Any], line: int, people: People) -> Iterator[Record | SetAside]:
    """Read a page of API v2 (`data`, `includes`, `errors`), or one post as twarc flattens it.

    Raises:
        ValueError, KeyError, TypeError: it has another shape.
    """
    if not {"data", "includes", "errors", "meta", "id"} & page.keys():
        raise ValueError("it is no page of posts or users")
    held = page.get("includes")
    reading = _Page({}, {}, people, line)
    yield from reading.users(rows_of(held, "users"))
    data = page.get("data", page if "id" in page else [])
    rows = [data] if isinstance(data, Mapping) else objects(data, "data")
    reading.know((*rows_of(held, "tweets"), *rows))
    for row in (*rows_of(held, "tweets"), *rows):
        yield from guarded(partial(reading.row, row), "a post", line)
    yield from _errors(page, reading.firsts, line)


@dataclass
class _Page:
    """One page: who is who on it, and which posts it holds."""

    by_handle: dict[str, str]
    authors: dict[str, str]
    people: People
    line: int
    firsts: dict[str, str] = field(default_factory=dict)
    """Of each post that was edited, the number under which it first appeared."""

    def users(self, users: Iterable[Mapping[str, Any]]) -> Iterator[Person]:
        for user in users:
            self.by_handle[str(user.get("username", "")).lower()] = account(user.get("id"))
            yield from self.people.claim(user.get("name"), user["id"], user.get("username"), self.line)

    def know(self, posts: Iterable[Mapping[str, Any]]) -> None:
        for post in posts:
            if post.get("author_id"):
                self.authors[str(post.get("id"))] = account(post["author_id"])
            held = post.get("edit_history_tweet_ids")
            if isinstance(held, list) and len(held) > 1:
                first = min(map(number, held), key=int)
                self.firsts |= dict.fromkeys(map(number, held), first)

    def _post_of(self, item_id: Any) -> str:
        own = number(item_id)
        return f"x:{self.firsts.get(own, own)}"

    def row(self, row: Mapping[str, Any]) -> Iterator[Record]:
        """Read a post, a user, a direct message, or say what else it is."""
        if "author_id" in row:
            yield from self._post(row)
        elif "username" in row:
            yield from self.users([row])
        elif "dm_conversation_id" in row:
            yield from self._message(row)
        elif row.get("action") == "delete":
            yield _withdrawn(row, self.line)
        else:
            what = "a post without its author" if "text" in row else "neither a post nor a user"
            yield SetAside(what, self.line)

    def _post(self, post: Mapping[str, Any]) -> Iterator[Record]:
        if isinstance(post.get("author"), Mapping):
            yield from self.users([post["author"]])
        if isinstance(post.get("in_reply_to_user"), Mapping):
            yield from self.users([post["in_reply_to_user"]])
        referenced = rows_of(post, "referenced_tweets")
        self.know(referenced)
        for each in referenced:
            if "author_id" in each:
                yield from self._post(each)
        activity = self._activity(post, {str(each.get("type")): number(each["id"]) for each in referenced})
        yield activity
        yield from _other_versions(activity.id, versions(post), self.line)

    def _activity(self, post: Mapping[str, Any], refers: Mapping[str, str]) -> Activity:
        item_id, actor = number(post["id"]), account(post["author_id"])
        verb, parent = Verb.POST, None
        for kind, its_verb in (("quoted", Verb.QUOTE), ("replied_to", Verb.REPLY), ("retweeted", Verb.SHARE)):
            if kind in refers:
                verb, parent = its_verb, self._post_of(refers[kind])
        addressed = post.get("in_reply_to_user_id")
        longer = mapping(post.get("note_tweet"))
        named = (rows_of(mapping(held.get("entities")), "mentions") for held in (post, longer))
        mentions = [self._mentioned(one) for rows in named for one in rows]
        if verb is Verb.REPLY and "quoted" in refers:
            mentions.append(self.authors.get(refers["quoted"]))
        first = first_version(post, item_id)
        dated_itself = first == item_id and "created_at" in post
        return Activity(
            id=f"x:{first}",
            time=moment(post["created_at"]) if dated_itself else _by_number(first),
            actor=actor,
            verb=Verb.REPLY if verb is Verb.POST and addressed else verb,
            parent=parent,
            conversation=self._post_of(post["conversation_id"]) if post.get("conversation_id") else None,
            to=(account(addressed),) if addressed and account(addressed) != actor else (),
            mentions=tuple(dict.fromkeys(one for one in mentions if one and one != actor)),
            text=str(longer.get("text") or post.get("text") or "") or None,
            url=f"https://x.com/i/status/{item_id}",
            tags=_tags((post, longer), "tag"),
            line=self.line,
        )

    def _mentioned(self, one: Mapping[str, Any]) -> str | None:
        if one.get("id"):
            return account(one["id"])
        return self.by_handle.get(str(one.get("username", "")).lower()) or handle_account(one.get("username"))

    def _message(self, event: Mapping[str, Any]) -> Iterator[Record]:
        if event.get("event_type", "MessageCreate") != "MessageCreate":
            yield SetAside("a change of a group conversation, not a message", self.line)
            return
        sender, conversation = account(event["sender_id"]), str(event["dm_conversation_id"])
        members = [account(item_id) for item_id in conversation.split("-") if _NUMBER.fullmatch(item_id)]
        yield Activity(
            id=f"x-message:{number(event['id'])}",
            time=moment(event["created_at"]),
            actor=sender,
            verb=Verb.MESSAGE,
            to=tuple(one for one in members if one != sender) if len(members) == 2 else (),
            channel=f"x-messages:{conversation[:80]}",
            text=str(event.get("text") or "") or None,
            line=self.line,
        )


def _withdrawn(row: Mapping[str, Any], line: int) -> Record:
    """Read a line of a compliance stream; posts and users look alike there but for the time in a post's number."""
    item_id = number(row["id"])
    made = time_of(item_id)
    if made is None or abs(made - moment(row["created_at"])) > timedelta(seconds=2):
        return SetAside("a user who left or is protected; what they wrote is not told here", line)
    return Deleted(f"x:{item_id}", line)


def _by_number(item_id: str) -> datetime:
    time = time_of(item_id)
    if time is None:
        raise ValueError(f"the post {item_id} states no time")
    return time


def _errors(page: Mapping[str, Any], edited: Mapping[str, str], line: int) -> Iterator[Record]:
    """Posts that are gone are tombstones, but earlier versions of one that is here; an error alone is set aside."""
    found = rows_of(page, "errors")
    for error in found:
        if error.get("resource_type") == "tweet" and "not-found" in str(error.get("type")):
            gone = number(error.get("resource_id") or error["value"])
            if gone not in edited:
                yield Deleted(f"x:{gone}", line)
    if found and "data" not in page:
        yield SetAside(f"the service answered: {clean(str(found[0].get('title')), 120)}", line)


def read_reactions(
    page: Mapping[str, Any], line: int, people: People, post: str, verb: Verb
) -> Iterator[Record]:
    """Read who liked or reposted a post: the service gives no time, so each is dated at the post itself.

    Raises:
        ValueError, KeyError, TypeError: it has another shape.
    """
    for user in rows_of(page, "data"):
        yield from people.claim(user.get("name"), user["id"], user.get("username"), line)
        yield Activity(
            id=f"x:{number(post)}/{verb.value}/{number(user['id'])}",
            time=_by_number(number(post)),
            actor=account(user["id"]),
            verb=verb,
            parent=f"x:{post}",
            reaction="like" if verb is Verb.REACT else None,
            line=line,
        )
