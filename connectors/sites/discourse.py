"""Discourse, the forum of many communities and idea platforms: topics, posts and likes over its JSON answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit

from connectors.kit.addresses import display_name
from connectors.kit.answers import (
    LeftOut,
    each,
    listed,
    needed,
    needed_list,
    read,
    shape_expected,
    whole,
    written,
)
from connectors.kit.http import Service, Withheld
from connectors.kit.paging import Answer, State, Task, everything, gathered, sound, walk
from connectors.kit.text import clean, words
from connectors.kit.times import days_given, moment, passed
from influence.contract.connector import Changed, ConnectorError, Gone, Reply, Secret
from influence.contract.files import Member
from influence.contract.records import Activity, Deleted, Person, Record, SetAside, Verb

SYSTEM = "discourse"
AT_ONCE = 20
"""Posts that Discourse gives at once."""
LIKES_AT_ONCE = 30
_REGULAR = 1
_LIKE = 1
"""The number of an action `liked`; 2 is the same act seen by the one who was liked."""
_WAS_LIKED = 2
_GONE = "gone"
"""What we write as the kind of a topic that is no longer there."""
_MENTION = re.compile(r'<a class="mention" href="(?:/[\w./-]{0,80})?/u/([^"/<>\s]{1,60})"')


@dataclass(frozen=True)
class Discourse:
    """Topics and posts of a forum, and who liked the posts of some people.

    `url` is the forum's address; `user` the name that an API key belongs to (without one, what everybody
    can see is read). `people` are names, with `;` between them, whose likes, given and received, are read
    too. `days` is for how long an old topic is looked at again, for what was deleted in it.
    """

    url: str = ""
    user: str = ""
    people: str = ""
    days: str = "30"

    name: ClassVar[str] = "discourse"
    title: ClassVar[str] = "Discourse: topics, replies, mentions and likes of a forum, live"
    source: ClassVar[str] = "Connect the forum live; its administrators make API keys under Admin, API."
    secrets: ClassVar[tuple[str, ...]] = ("api-key",)
    required: ClassVar[tuple[str, ...]] = ("url",)
    beforehand: ClassVar[str] = (
        "What everybody sees needs no key and no user. A key is made by the forum's administrators; it holds until "
        "they revoke it, and, as forums are set up, ends when it is not used for 180 days."
    )
    reads: ClassVar[str] = (
        "All topics and posts that the key's owner can see, and the likes of the people named."
    )
    revoke: ClassVar[str] = "In Discourse: Admin, API, Keys, Revoke."

    def recognises(self, member: Member, head: bytes) -> bool:  # noqa: ARG002 - a name proves nothing
        """Tell by the fields that only answers of Discourse have."""
        if head.lstrip()[:1] != b"{":
            return False
        topic = b'"post_stream"' in head and (b'"topic_id"' in head or b'"archetype"' in head)
        post = b'"post_number"' in head and b'"topic_id"' in head and b'"cooked"' in head
        return topic or post or (b'"user_actions"' in head and b'"acting_username"' in head)

    def parse(self, member: Member) -> Iterator[Record]:
        """Turn a topic with its posts, or a list of likes, into records.

        Raises:
            Changed: it is no such answer.
        """
        with shape_expected():
            found = read(member)
            reader = _Reader(self._site())
            if isinstance(found, Mapping) and "user_actions" in found:
                yield from each(found["user_actions"], reader.like, "like")
                return
            if isinstance(found, Mapping) and "post_number" in found:
                yield from each([found], reader.post, "post")
                return
            stream = needed(found, "post_stream", "the answer of Discourse")
            reader.tags = _tags(found)
            yield from each(needed(stream, "posts", "the topic"), reader.post, "post")
            yield from reader.deleted(found)

    def _site(self) -> str:
        where = urlsplit(self.url)
        return f"{where.netloc.lower()}{where.path.rstrip('/')}/" if self.url else ""

    def fetch(self, cursor: Mapping[str, Any], secret: Secret) -> Iterator[Reply]:
        """Yield the topics that are new or changed since the cursor, then the likes.

        Raises:
            RateLimited, NotAuthorised, Gone, Changed, StoppedShort: as they say.
        """
        pull = self._pull(secret)
        yield from walk(cursor, pull.begin, pull.ask, keeps_tasks=False)

    def signed_in_as(self, secret: Secret) -> str:
        """Ask for the list of topics: with a key that is not of the user, or where all is closed, it is refused.

        Raises:
            RateLimited, NotAuthorised, Gone, Changed: as they say.
        """
        needed(self._pull(secret).service.json("latest.json"), "topic_list", "the list")
        place = self._site().rstrip("/")
        return f"{self.user} on {place}" if self.user else f"nobody: public pages of {place}"

    def _pull(self, secret: Secret) -> _Pull:
        if not self.url:
            raise ConnectorError("the address is missing: connect with --set url=https://forum.acme.example")
        if not self.days.isdigit():
            raise ConnectorError(f"days is {self.days[:20]!r}, which is no number of days")
        headers = {"Api-Key": secret.get("api-key"), "Api-Username": self.user} if self.user else {}
        names = list(filter(None, map(str.strip, self.people.split(";"))))
        return _Pull(Service(f"{self.url.rstrip('/')}/", headers), days_given(self.days, "days"), names)


class _Reader:
    """Reads posts and likes; `site` keeps the numbers of one forum from those of another.

    `tags` are those of the topic that is read: who began it named it by them.
    """

    def __init__(self, site: str) -> None:
        self.tags: tuple[str, ...] = ()
        self._at = f"{SYSTEM}:{site}"
        self._names = f"{SYSTEM}-name:{site}"

    def _id(self, topic: Any, number: Any) -> str:
        return f"{self._at}t/{whole(topic, 'the topic')}/{whole(number, 'the number of the post')}"

    def post(self, row: Mapping[str, Any]) -> Iterator[Record]:
        """Yield a post and who wrote it; its number in the topic names it, as replies name it."""
        topic, number = needed(row, "topic_id", "the post"), needed(row, "post_number", "the post")
        own = self._id(topic, number)
        if row.get("deleted_at") or row.get("user_deleted") or row.get("hidden"):
            yield Deleted(own, line=1)
            return
        if row.get("post_type", _REGULAR) != _REGULAR:
            raise LeftOut("a note of the forum or of its staff, no post")
        yield from self._author(row)
        answered = row.get("reply_to_post_number")
        first = whole(number, "the number of the post") == 1
        yield Activity(
            id=own,
            time=moment(needed(row, "created_at", "the post")),
            actor=self._user(row),
            verb=Verb.POST if first else Verb.REPLY if answered else Verb.COMMENT,
            parent=None if first else self._id(topic, answered or 1),
            conversation=self._id(topic, 1),
            mentions=self._mentions(row),
            text=words(row.get("cooked")),
            url=self._link(f"t/{topic}/{number}"),
            tags=self.tags if first else (),
            line=1,
        )

    def _link(self, path: str) -> str | None:
        site = self._at.removeprefix(f"{SYSTEM}:")
        return f"https://{site}{path}" if site else None

    def _user(self, row: Mapping[str, Any]) -> str:
        number = row.get("user_id")
        if number is None:
            raise LeftOut("its author is no longer known")
        return f"{self._at}{number if _is_program(number) else whole(number, 'the author')}"

    def _author(self, row: Mapping[str, Any]) -> Iterator[Person]:
        account, name = self._user(row), clean(str(row.get("username") or ""), 60).lower()
        yield Person(
            name=display_name(str(row.get("name") or "")) or name or None,
            accounts=(account, f"{self._names}{name}") if name else (account,),
            bot=True if _is_program(row.get("user_id")) else None,
            line=1,
        )

    def _mentions(self, row: Mapping[str, Any]) -> tuple[str, ...]:
        own = clean(str(row.get("username") or ""), 60).lower()
        found = (name.lower() for name in _MENTION.findall(str(row.get("cooked") or "")))
        return tuple(dict.fromkeys(f"{self._names}{name}" for name in found if name != own))

    def like(self, row: Mapping[str, Any]) -> Iterator[Record]:
        """Yield who liked which post, and when."""
        if needed(row, "action_type", "the action") not in {_LIKE, _WAS_LIKED}:
            raise LeftOut("no like")
        post = self._id(needed(row, "topic_id", "the like"), needed(row, "post_number", "the like"))
        number = needed(row, "acting_user_id", "the like")
        who = number if _is_program(number) else whole(number, "who liked")
        yield Activity(
            id=f"{post}/like-{who}",
            time=moment(needed(row, "created_at", "the like")),
            actor=f"{self._at}{who}",
            verb=Verb.REACT,
            parent=post,
            reaction="like",
            conversation=self._id(row["topic_id"], 1),
            line=1,
        )

    def deleted(self, topic: Mapping[str, Any]) -> Iterator[Deleted | SetAside]:
        """Yield the numbers that are missing from a topic that was read whole: those posts were deleted."""
        stream = topic["post_stream"]
        posts = stream["posts"]
        if not isinstance(stream.get("stream") or [], list):
            yield SetAside("the topic does not list its posts: what was deleted from it cannot be told", 1)
            return
        whole_topic = len(posts) == len(stream.get("stream") or ())
        if not (whole_topic and (posts or topic.get("archetype") == _GONE)):
            return
        numbers = sound(posts, lambda row: whole(row.get("post_number"), "the number of the post"))
        there = {number for _, number in numbers}
        if len(there) < len(posts):  # of one that cannot be read nobody knows which it is
            return
        highest = whole(topic.get("highest_post_number") or max(there, default=0), "the highest number")
        for number in range(1, min(highest, 100_000) + 1):
            if number not in there:
                yield Deleted(self._id(needed(topic, "id", "the topic"), number), line=1)


@dataclass(frozen=True)
class _Pull:
    """One pull. The cursor holds the topics of the last `days` as they were `seen`, and when each like was read."""

    service: Service
    days: timedelta
    people: Sequence[str]

    def begin(self, state: State) -> list[Task]:
        """Plan a pull: the topics, then the likes of the people named."""
        state["seen"] = dict(state.get("seen", {}))
        return [["topics"], *(["likes", name, kind] for name in self.people for kind in (_LIKE, _WAS_LIKED))]

    def ask(self, task: Task, state: State) -> Answer:
        """Ask for one topic, or for a list of what is to be read."""
        match task:
            case ["topics"]:
                return Answer(None, self._topics(state))
            case ["topic", str(number), str(sign), int(left)]:
                self._note(number, sign, state)
                body = self._topic(number)
                note = f"topics left: {left}" if left and left % 100 == 0 else ""
                return Answer(written(f"topic-{number}.json", body) if body is not None else None, note=note)
            case ["vanished", str(number), str(sign)]:
                return Answer(self._vanished(number, sign, state))
            case ["likes", str(name), int(kind)]:
                return Answer(None, self._likes(name, kind, state))
        _, key, name, rows = task
        if key:
            state[key] = str(rows[0]["created_at"])
        return Answer(written(name, {"user_actions": rows}))

    def _topics(self, state: State) -> list[Task]:
        """List what differs from what was seen, the oldest change first, and what is listed no more."""
        oldest, seen = str(state.get("short", self._oldest(str(state.get("bumped", ""))))), state["seen"]
        found, whole = self._listed(oldest)
        listed = dict(found)
        state.pop("short", None)
        if not whole:
            state["short"] = oldest  # the next pull goes through it again
        new = sorted((sign, number) for number, sign in listed.items() if seen.get(number) != sign)
        missing = [(number, sign) for number, sign in seen.items() if number not in listed]
        gone = [["vanished", number, sign] for number, sign in missing if sign >= oldest]
        return [*gone, *(["topic", number, sign, len(new) - at] for at, (sign, number) in enumerate(new, 1))]

    def _note(self, number: str, sign: str, state: State) -> None:
        state["bumped"] = max(sign.split(" ")[0], str(state.get("bumped", "")))
        oldest = self._oldest(state["bumped"])
        state["seen"] = {key: at for key, at in {**state["seen"], number: sign}.items() if at >= oldest}

    def _vanished(self, number: str, sign: str, state: State) -> Member | None:
        """Tell of a topic that was listed before that it is no longer there, if that is so."""
        if self._topic(number) is not None:
            return None
        del state["seen"][number]
        highest = sign.rpartition(" ")[2]
        body = {
            "id": int(number),
            "archetype": _GONE,
            "highest_post_number": int(highest) if highest.isdigit() else 1,
            "post_stream": {"posts": [], "stream": []},
        }
        return written(f"topic-{number}-gone.json", body)

    def _oldest(self, bumped: str) -> str:
        return (moment(bumped, "bumped_at") - self.days).strftime("%Y-%m-%dT%H:%M:%S") if bumped else ""

    def _listed(self, oldest: str) -> tuple[list[tuple[str, str]], bool]:
        """Return topics with their signature, back to the oldest that is looked at again, and whether that is all."""

        def after(rows: list[Any], page: int) -> int | None:
            signs = list(sound(rows, _sign))
            pinned = sum(bool(row.get("pinned") or row.get("pinned_globally")) for row, _ in signs)
            return None if not rows or sum(sign < oldest for _, sign in signs) > pinned else page + 1

        def signed(rows: list[Any]) -> list[tuple[str, str]]:
            found = sound(rows, lambda row: (_number(row), _sign(row)), "a topic")
            return [(number, sign) for _, (number, sign) in found if sign >= oldest]

        return gathered(everything(0, self._page, signed, after))

    def _page(self, page: int) -> list[Any]:
        found = self.service.json("latest.json", order="activity", page=page)
        return needed_list(needed(found, "topic_list", "the list"), "topics", "the list of topics")

    def _topic(self, number: str) -> Any:
        """Ask for a topic and, twenty at a time, for the posts that it names but does not bring."""
        try:
            topic = self.service.json(f"t/{number}.json")
        except (Gone, Withheld):
            return None
        stream = needed(topic, "post_stream", f"topic {number}")
        posts = needed_list(stream, "posts", f"topic {number}")
        there = {
            number for _, number in sound(posts, lambda row: whole(needed(row, "id", "a post"), "its id"))
        }
        missing = [one for one in listed(stream, "stream") if isinstance(one, int) and one not in there]
        for start in range(0, len(missing), AT_ONCE):
            asked = {"post_ids[]": missing[start : start + AT_ONCE]}
            more = self.service.json(f"t/{number}/posts.json", **asked)
            stream["posts"] += needed_list(needed(more, "post_stream", "the posts"), "posts", "the posts")
        return topic

    def _likes(self, name: str, kind: int, state: State) -> list[Task]:
        """List what somebody liked, or who liked what they wrote, since the last pull; the oldest first."""
        key = f"likes-{kind}-{name}"
        since = str(state.get(key, ""))

        def rows(found: Any) -> list[Any]:
            told = needed_list(found, "user_actions", "the likes")
            times = sound(told, lambda row: str(needed(row, "created_at", "a like")), "a like")
            return [row for row, time in times if time > since]

        def ask(offset: int) -> Any:
            return self.service.json("user_actions.json", username=name, filter=kind, offset=offset)

        def after(found: Any, offset: int) -> int | None:
            told = found["user_actions"]
            return offset + LIKES_AT_ONCE if told and len(rows(found)) == len(told) else None

        new, all_of_it = gathered(everything(0, ask, rows, after))
        ends = range(len(new), 0, -LIKES_AT_ONCE)
        file = f"likes-{quote(name, safe='')}-{kind}"
        mark = key if all_of_it else ""
        return [["told", mark, f"{file}-{end}.json", new[max(0, end - LIKES_AT_ONCE) : end]] for end in ends]


def _tags(topic: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the tags of a topic: names, or in newer forums objects that bear them."""
    named = (one.get("name") if isinstance(one, Mapping) else one for one in listed(topic, "tags"))
    return tuple(clean(one, 200) for one in named if isinstance(one, str))


def _is_program(number: Any) -> bool:
    """Tell a user of Discourse itself (the system, its bots): only those have numbers below 0."""
    return re.fullmatch(r"-[0-9]{1,18}", str(number)) is not None


def _number(row: Any) -> str:
    return str(whole(needed(row, "id", "the topic"), "the topic's id"))


def _sign(row: Mapping[str, Any]) -> str:
    """Write when a topic was last changed, and its counts, which also tell what was deleted or liked."""
    at = str(row.get("bumped_at") or row.get("last_posted_at") or row.get("created_at") or "")
    if not re.match(r"\d{4}-\d\d-\d\dT", at):
        raise Changed("a topic has no 'bumped_at': the answer of Discourse has changed")
    passed(moment(at, "bumped_at"), "bumped_at")
    counts = (row.get("posts_count"), row.get("like_count"), row.get("highest_post_number"))
    return " ".join([at, *map(str, counts)])
