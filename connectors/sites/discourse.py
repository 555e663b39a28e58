"""Discourse, the forum of many communities and idea platforms: topics, posts and likes over its JSON answers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit

from connectors.kit.addresses import display_name
from connectors.kit.answers import LeftOut, as_member, each, needed, whole
from connectors.kit.answers import read as answer
from connectors.kit.http import Service
from connectors.kit.text import clean, words
from connectors.kit.times import moment
from influence.contract.connector import Changed, ConnectorError, Gone, NotAuthorised, Reply
from influence.contract.files import Member
from influence.contract.records import Activity, Deleted, Person, Record, Verb

SYSTEM = "discourse"
AT_ONCE = 20
"""Posts that Discourse gives at once."""
MOST_PAGES = 10_000
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
        found = answer(member)
        reader = _Answers(self._site())
        if isinstance(found, Mapping) and "user_actions" in found:
            yield from each(found["user_actions"], reader.like, "like")
            return
        if isinstance(found, Mapping) and "post_number" in found:
            yield from each([found], reader.post, "post")
            return
        stream = needed(found, "post_stream", "the answer of Discourse")
        yield from each(needed(stream, "posts", "the topic"), reader.post, "post")
        yield from reader.deleted(found)

    def _site(self) -> str:
        where = urlsplit(self.url)
        return f"{where.netloc.lower()}{where.path.rstrip('/')}/" if self.url else ""

    def fetch(self, cursor: Mapping[str, Any], secret: Callable[[str], str]) -> Iterator[Reply]:
        """Yield the topics that are new or changed since the cursor, then the likes.

        Raises:
            RateLimited, NotAuthorised, Gone, Changed: as they say.
        """
        if not self.url:
            raise ConnectorError("the address is missing: connect with --set url=https://forum.acme.example")
        if not self.days.isdigit():
            raise ConnectorError(f"days is {self.days[:20]!r}, which is no number of days")
        headers = {"Api-Key": secret("api-key"), "Api-Username": self.user} if self.user else {}
        forum = _Forum(Service(f"{self.url.rstrip('/')}/", headers), dict(cursor), int(self.days))
        yield from forum.topics()
        for name in filter(None, map(str.strip, self.people.split(";"))):
            for kind in (_LIKE, _WAS_LIKED):
                yield from forum.likes(name, kind)


class _Answers:
    """Reads posts and likes; `site` keeps the numbers of one forum from those of another."""

    def __init__(self, site: str) -> None:
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
            line=1,
        )

    def _link(self, path: str) -> str | None:
        site = self._at.removeprefix(f"{SYSTEM}:")
        return f"https://{site}{path}" if site else None

    def _user(self, row: Mapping[str, Any]) -> str:
        number = row.get("user_id")
        if number is None:
            raise LeftOut("its author is no longer known")
        return f"{self._at}{number if number == -1 else whole(number, 'the author')}"

    def _author(self, row: Mapping[str, Any]) -> Iterator[Person]:
        account, name = self._user(row), clean(str(row.get("username") or ""), 60).lower()
        program = row.get("user_id") in {-1, -2}
        yield Person(
            name=display_name(str(row.get("name") or "")) or name or None,
            accounts=(account, f"{self._names}{name}") if name else (account,),
            bot=True if program else None,
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
        who = whole(needed(row, "acting_user_id", "the like"), "who liked")
        yield Activity(
            id=f"{post}/like-{who}",
            time=moment(needed(row, "created_at", "the like")),
            actor=f"{self._at}{who}",
            verb=Verb.REACT,
            parent=post,
            conversation=self._id(row["topic_id"], 1),
            line=1,
        )

    def deleted(self, topic: Mapping[str, Any]) -> Iterator[Deleted]:
        """Yield the numbers that are missing from a topic that was read whole: those posts were deleted."""
        stream = topic["post_stream"]
        posts = stream["posts"]
        whole_topic = len(posts) == len(stream.get("stream") or ())
        if not (whole_topic and (posts or topic.get("archetype") == _GONE)):
            return
        there = {whole(row.get("post_number"), "the number of the post") for row in posts}
        highest = whole(topic.get("highest_post_number") or max(there, default=0), "the highest number")
        for number in range(1, min(highest, 100_000) + 1):
            if number not in there:
                yield Deleted(self._id(needed(topic, "id", "the topic"), number), line=1)


@dataclass
class _Forum:
    """One pull of one forum; `state` is the cursor as it grows."""

    service: Service
    state: dict[str, Any]
    days: int

    def topics(self) -> Iterator[Reply]:
        """Yield each topic whose counts or time differ from those that were seen, the oldest change first."""
        self.state["seen"] = dict(self.state.get("seen", {}))
        seen: dict[str, str] = dict(self.state["seen"])
        listed = dict(self._listed(str(self.state.get("bumped", ""))))
        new = [(sign, number) for number, sign in listed.items() if seen.get(number) != sign]
        yield from self._vanished({number: sign for number, sign in seen.items() if number not in listed})
        for left, (sign, number) in zip(range(len(new) - 1, -1, -1), sorted(new), strict=True):
            seen = {**self.state["seen"], number: sign}
            self.state["bumped"] = max(sign.split(" ")[0], str(self.state.get("bumped", "")))
            oldest = self._oldest(self.state["bumped"])
            self.state["seen"] = {key: at for key, at in seen.items() if at >= oldest}
            body = self._topic(number)
            if body is not None:
                note = f"topics left: {left}" if left and left % 100 == 0 else ""
                yield Reply(
                    as_member(f"topic-{number}.json", json.dumps(body).encode()), dict(self.state), note
                )

    def _vanished(self, missing: Mapping[str, str]) -> Iterator[Reply]:
        """Yield the topics that were listed before and are no longer there."""
        oldest = self._oldest(str(self.state.get("bumped", "")))
        for number, sign in missing.items():
            if sign >= oldest and self._topic(number) is None:
                del self.state["seen"][number]
                highest = sign.rpartition(" ")[2]
                body = {
                    "id": int(number),
                    "archetype": _GONE,
                    "highest_post_number": int(highest) if highest.isdigit() else 1,
                    "post_stream": {"posts": [], "stream": []},
                }
                name = f"topic-{number}-gone.json"
                yield Reply(as_member(name, json.dumps(body).encode()), dict(self.state))

    def _oldest(self, bumped: str) -> str:
        return (moment(bumped) - timedelta(days=self.days)).strftime("%Y-%m-%dT%H:%M:%S") if bumped else ""

    def _listed(self, bumped: str) -> Iterator[tuple[str, str]]:
        """Yield topics with their signature, the latest first, back to `days` before the last pull."""
        oldest, before = self._oldest(bumped), set[str]()
        for page in range(MOST_PAGES):
            found = self.service.get("latest.json", order="activity", page=page).json()
            rows = needed(needed(found, "topic_list", "the list"), "topics", "the list of topics")
            numbers = {str(whole(needed(row, "id", "the topic"), "the topic's id")) for row in rows}
            if not numbers or numbers <= before:
                return
            before |= numbers
            signs = [(str(row["id"]), _sign(row)) for row in rows]
            yield from ((number, sign) for number, sign in signs if sign >= oldest)
            pinned = sum(bool(row.get("pinned") or row.get("pinned_globally")) for row in rows)
            if sum(sign < oldest for _, sign in signs) > pinned:
                return

    def _topic(self, number: str) -> Any:
        """Ask for a topic and, twenty at a time, for the posts that it names but does not bring."""
        try:
            topic = self.service.get(f"t/{number}.json").json()
        except (Gone, NotAuthorised):
            return None
        stream = needed(topic, "post_stream", f"topic {number}")
        there = {row.get("id") for row in stream["posts"]}
        missing = [one for one in stream.get("stream") or [] if one not in there]
        for start in range(0, len(missing), AT_ONCE):
            asked = {"post_ids[]": missing[start : start + AT_ONCE]}
            more = self.service.get(f"t/{number}/posts.json", **asked).json()
            stream["posts"] += needed(needed(more, "post_stream", "the posts"), "posts", "the posts")
        return topic

    def likes(self, name: str, kind: int) -> Iterator[Reply]:
        """Yield what somebody liked, or who liked what they wrote, since the last pull; the oldest first."""
        key = f"likes-{kind}-{name}"
        since = str(self.state.get(key, ""))
        new: list[Any] = []
        for offset in range(0, MOST_PAGES * 30, 30):
            found = self.service.get("user_actions.json", username=name, filter=kind, offset=offset).json()
            rows = needed(found, "user_actions", "the likes")
            fresh = [
                row for row in rows if str(needed(row, "created_at", "a like")) > since and row not in new
            ]
            new += fresh
            if len(fresh) < len(rows) or not rows:
                break
        for start in range(len(new), 0, -30):
            part = new[max(0, start - 30) : start]
            self.state[key] = str(part[0]["created_at"])
            body = json.dumps({"user_actions": part}).encode()
            yield Reply(
                as_member(f"likes-{quote(name, safe='')}-{kind}-{start}.json", body), dict(self.state)
            )


def _sign(row: Mapping[str, Any]) -> str:
    """Write when a topic was last changed, and its counts, which also tell what was deleted or liked."""
    at = str(row.get("bumped_at") or row.get("last_posted_at") or row.get("created_at") or "")
    if not re.match(r"\d{4}-\d\d-\d\dT", at):
        raise Changed("a topic has no 'bumped_at': the answer of Discourse has changed")
    counts = (row.get("posts_count"), row.get("like_count"), row.get("highest_post_number"))
    return " ".join([at, *map(str, counts)])
