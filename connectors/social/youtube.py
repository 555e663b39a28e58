"""YouTube by its Data API v3: a channel's own videos, the comments on them, and the replies to those.

Written on httpx, as the other Google services. Likes and views name nobody, and are not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from connectors.kit.answers import each, identifier, listed, needed, once, read, shape_expected, written
from connectors.kit.http import Service
from connectors.kit.json_files import holds
from connectors.kit.paging import Answer, State, Task, everything, swept, walk
from connectors.kit.text import clean
from connectors.kit.times import days_given, moment
from connectors.social import youtube_takeout
from influence.contract.connector import Changed, ConnectorError, Gone, Reply, Secret
from influence.contract.files import Member
from influence.contract.records import Activity, Person, Record, SetAside, Verb

PAGE = 100
_KINDS = ("comment", "commentThread", "playlistItem", "video", "subscription", "channel")


@dataclass(frozen=True)
class YouTube:
    """Videos, comments and replies of the channel `channel` (its id, which begins with UC).

    `again` is how many days a pull goes back for edits and late replies.
    """

    channel: str = ""
    again: str = "30"
    server: str = "https://www.googleapis.com/youtube/v3"

    name: ClassVar[str] = "youtube"
    title: ClassVar[str] = "YouTube: a channel's videos, comments and replies"
    source: ClassVar[str] = (
        "Connect with: influence connect youtube --set channel=UC…; saved answers and Takeout's comments are read too."
    )
    secrets: ClassVar[tuple[str, ...]] = ("api_key",)
    required: ClassVar[tuple[str, ...]] = ("channel",)
    beforehand: ClassVar[str] = (
        "An API key of a project of yours at Google Cloud, with the YouTube Data API v3 switched on; it costs nothing. "
        "A project may use 10,000 units a day, and each page that is read takes one; the key holds until you delete it."
    )
    reads: ClassVar[str] = "It reads the public videos of the channel and the public comments on them."
    revoke: ClassVar[str] = "Delete the API key at https://console.cloud.google.com/apis/credentials."

    # --- files --------------------------------------------------------------------------------------------

    def recognises(self, member: Member, head: bytes) -> bool:  # noqa: ARG002 - a name proves nothing
        """Tell an answer of the Data API by the kind that it states, Takeout's comments by their columns."""
        return youtube_takeout.is_table(head) or holds(
            head, *((f'"youtube#{kind}'.encode(),) for kind in _KINDS)
        )

    def parse(self, member: Member) -> Iterator[Record]:
        """Yield videos as posts, comments and replies, and who wrote them.

        Raises:
            Changed: it is no answer of the Data API.
        """
        if youtube_takeout.is_table(member.head()):
            yield from youtube_takeout.records(member)
            return
        with shape_expected():
            answer = read(member)
            if not isinstance(answer, Mapping) or not str(answer.get("kind", "")).startswith("youtube#"):
                raise Changed(f"{member.name} does not say of which kind of YouTube's it is")
            items = listed(answer, "items") if "items" in answer else [answer]
            yield from once(each(items, _item, "the item"))

    # --- live ---------------------------------------------------------------------------------------------

    def fetch(self, cursor: Mapping[str, Any], secret: Secret) -> Iterator[Reply]:
        """Yield the channel's videos, then the comments on them, each newest first down to what is settled.

        Raises:
            RateLimited, NotAuthorised, Gone, Changed, StoppedShort: as they say.
            ConnectorError: an option is not what it should be.
        """
        pull = self._pull(secret)
        yield from walk(cursor, pull.begin, pull.ask, keeps_tasks=False)

    def signed_in_as(self, secret: Secret) -> str:
        """Ask for the name of the channel.

        Raises:
            RateLimited, NotAuthorised, Gone, Changed: as they say.
            ConnectorError: an option is not what it should be.
        """
        found = self._pull(secret).found()
        name = clean(str((found.get("snippet") or {}).get("title") or self.channel), 100)
        return f"nobody: public videos of {name} on YouTube, asked for with your API key"

    def _pull(self, secret: Secret) -> _Pull:
        if not self.channel.startswith("UC"):
            raise ConnectorError(
                f"channel is {self.channel[:40]!r}; give the channel's id, which begins with UC"
            )
        service = Service(self.server, {"X-Goog-Api-Key": secret.get("api_key")})
        return _Pull(self.channel, days_given(self.again), service)


@dataclass(frozen=True)
class _Pull:
    """One pull; of the videos and of the comments the cursor holds where each sweep stands."""

    channel: str
    again: timedelta
    service: Service

    def begin(self, _: State) -> list[Task]:
        """Plan a pull: the channel, whose uploads stand in a playlist of their own, then the threads on all videos."""
        threads = {"allThreadsRelatedToChannelId": self.channel, "order": "time"}
        about: dict[str, Any] = {"part": "snippet,replies", **threads, "maxResults": PAGE}
        return [["channel"], ["comments", "/commentThreads", about]]

    def ask(self, task: Task, state: State) -> Answer:
        """Ask for the channel, or for a page of one sweep, newest first."""
        if task[0] == "channel":
            about = {"part": "snippet,contentDetails", "playlistId": self._uploads(), "maxResults": 50}
            return Answer(None, [["videos", "/playlistItems", about]])
        key, path, about = task
        place = dict(state.get(key, {}))
        since, page = place.get("since"), place.get("page")
        answer = dict(self.service.json(path, pageToken=page, **about))
        items = listed(answer, "items")
        for item in items:
            self._complete(item)
        times = [_text(moment(_published(item), "publishedAt")) for item in items]
        if times:
            place.setdefault("newest", max([*times, since or ""]))
        following = answer.get("nextPageToken")
        settled = _text(moment(since, "publishedAt") - self.again) if since else ""
        ended = not following or max(times, default=settled) < settled
        if not items and not page and ended:
            return Answer(None)
        state[key] = swept(place) if ended else place | {"page": following}
        afresh, more = {**state, key: {"since": since} if since else {}}, None if ended else task
        told = written(f"youtube-{key}.json", answer)
        return Answer(told, more=more, empty=not items, held=(key, items), afresh=afresh)

    def found(self) -> Mapping[str, Any]:
        """Ask for the channel.

        Raises:
            Gone: there is none of that id.
        """
        told = self.service.json("/channels", part="contentDetails,snippet", id=self.channel)
        channel = next(iter(listed(dict(told), "items")), None)
        if channel is None:
            raise Gone(f"there is no channel {self.channel[:40]!r} on YouTube")
        return dict(channel)

    def _uploads(self) -> str:
        lists = needed(
            needed(self.found(), "contentDetails", "the channel"), "relatedPlaylists", "the channel"
        )
        return identifier(lists.get("uploads"), "the playlist of uploads")

    def _complete(self, item: Mapping[str, Any]) -> None:
        """Add the replies of a thread that the thread does not hold: it holds five of them at most."""
        total = int((item.get("snippet") or {}).get("totalReplyCount") or 0)
        held = listed(item.get("replies"), "comments")
        if total <= len(held) or not isinstance(item, dict):
            return
        about = {"part": "snippet", "parentId": item["id"], "maxResults": PAGE}
        found = everything(
            "",
            lambda page: self.service.json("/comments", **about, pageToken=page or None),
            lambda answer: listed(answer, "items"),
            lambda answer, _: answer.get("nextPageToken"),
        )
        item["replies"] = {"comments": list(found)}


def _text(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _published(item: Mapping[str, Any]) -> Any:
    snippet = needed(item, "snippet", "the item")
    comment = (snippet.get("topLevelComment") or {}).get("snippet") or {}
    return comment.get("publishedAt") or snippet.get("publishedAt")


def _item(item: Mapping[str, Any]) -> Iterator[Record]:
    kind = str(item.get("kind", "")).removeprefix("youtube#")
    snippet = item.get("snippet") or {}
    if kind == "comment":
        yield from _comment(item, None)
    elif kind == "commentThread":
        video = snippet.get("videoId")
        yield from _comment(needed(snippet, "topLevelComment", "the thread"), video)
        replies = listed(item.get("replies"), "comments")
        yield from each(replies, lambda reply: _comment(reply, video), "the reply")
    elif kind in {"playlistItem", "video"} and snippet:
        yield from _video(item, snippet)
    elif kind == "subscription" and snippet:
        yield from _subscription(item, snippet)
    elif kind == "channel":
        name = clean(str(snippet.get("title") or ""), 200) or None
        yield Person(name=name, accounts=(_account(item.get("id")),))
    else:
        yield SetAside(f"the item {clean(str(item.get('id', '')), 80)} is of no kind that is read")


def _account(channel: Any) -> str:
    return f"youtube:{identifier(channel, 'the id of a channel')}"


def _comment(comment: Mapping[str, Any], video: Any) -> Iterator[Record]:
    snippet = needed(comment, "snippet", "the comment")
    item = f"youtube:{identifier(comment.get('id'), 'the id of the comment')}"
    author = (snippet.get("authorChannelId") or {}).get("value")
    if not author:
        yield SetAside(f"{item} names no author")
        return
    answered = snippet.get("parentId")
    about = snippet.get("videoId") or video or (None if answered else snippet.get("channelId"))
    yield Person(
        name=clean(str(snippet.get("authorDisplayName") or ""), 200) or None, accounts=(_account(author),)
    )
    yield Activity(
        id=item,
        time=moment(snippet.get("publishedAt"), f"publishedAt of {item}"),
        actor=_account(author),
        verb=Verb.REPLY if answered else Verb.COMMENT,
        parent=f"youtube:{answered or about}" if answered or about else None,
        channel=f"youtube:{snippet['channelId']}" if snippet.get("channelId") else None,
        text=str(snippet.get("textOriginal") or snippet.get("textDisplay") or "") or None,
    )


def _video(item: Mapping[str, Any], snippet: Mapping[str, Any]) -> Iterator[Record]:
    number = (snippet.get("resourceId") or {}).get("videoId") or item.get("id")
    owner = _account(snippet.get("videoOwnerChannelId") or snippet.get("channelId"))
    published = (item.get("contentDetails") or {}).get("videoPublishedAt") or snippet.get("publishedAt")
    name = snippet.get("videoOwnerChannelTitle") or snippet.get("channelTitle")
    yield Person(name=clean(str(name or ""), 200) or None, accounts=(owner,))
    yield Activity(
        id=f"youtube:{identifier(number, 'the id of the video')}",
        time=moment(published, "publishedAt"),
        actor=owner,
        verb=Verb.POST,
        channel=owner,
        text=str(snippet.get("title") or "") or None,
    )


def _subscription(item: Mapping[str, Any], snippet: Mapping[str, Any]) -> Iterator[Record]:
    followed = _account((snippet.get("resourceId") or {}).get("channelId"))
    yield Activity(
        id=f"youtube:{identifier(item.get('id'), 'the id of the subscription')}",
        time=moment(snippet.get("publishedAt"), "publishedAt"),
        actor=_account(snippet.get("channelId")),
        verb=Verb.FOLLOW,
        to=(followed,),
    )
