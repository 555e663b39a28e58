"""YouTube by its Data API v3: a channel's own videos, the comments on them, and the replies to those.

Written on httpx, as the other Google services. Likes and views name nobody, and are not read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

from connectors.kit.answers import each, identifier, listed, moment, once, read, tells_what_changed
from connectors.kit.http import Service, as_member
from connectors.kit.http import field as wanted
from connectors.kit.text import clean
from influence.contract.connector import Changed, ConnectorError, Gone, Reply
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
        "Connect with: influence connect youtube --set channel=UC…; saved answers are read too."
    )
    secrets: ClassVar[tuple[str, ...]] = ("api_key",)
    reads: ClassVar[str] = "It reads the public videos of the channel and the public comments on them."
    revoke: ClassVar[str] = "Delete the API key at https://console.cloud.google.com/apis/credentials."

    # --- files --------------------------------------------------------------------------------------------

    def recognises(self, member: Member, head: bytes) -> bool:  # noqa: ARG002 - a name proves nothing
        """Tell an answer of the Data API by the kind that it states."""
        if not head.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"{"):
            return False
        return any(f'"youtube#{kind}'.encode() in head for kind in _KINDS)

    def parse(self, member: Member) -> Iterator[Record]:
        """Yield videos as posts, comments and replies, and who wrote them.

        Raises:
            Changed: it is no answer of the Data API.
        """
        answer = read(member)
        if not isinstance(answer, Mapping) or not str(answer.get("kind", "")).startswith("youtube#"):
            raise Changed(f"{member.name} does not say of which kind of YouTube's it is")
        items = listed(answer, "items") if "items" in answer else [answer]
        yield from once(each(items, _item, "item"))

    # --- live ---------------------------------------------------------------------------------------------

    @tells_what_changed
    def fetch(self, cursor: Mapping[str, Any], secret: Callable[[str], str]) -> Iterator[Reply]:
        """Yield the channel's videos, then the comments on them, each newest first down to what is settled.

        Raises:
            RateLimited, NotAuthorised, Gone, Changed: as they say.
            ConnectorError: an option is not what it should be.
        """
        if not self.channel.startswith("UC"):
            raise ConnectorError(
                f"channel is {self.channel[:40]!r}; give the channel's id, which begins with UC"
            )
        pull = _Pull(self, Service(self.server, {"X-Goog-Api-Key": secret("api_key")}), dict(cursor))
        yield from pull.videos()
        yield from pull.comments()

    def settled(self, time: str | None) -> str | None:
        """Return the moment before which nothing is asked for again.

        Raises:
            ConnectorError: `again` is no number of days.
        """
        try:
            days = timedelta(days=float(self.again))
        except ValueError:
            raise ConnectorError(f"again is {self.again[:20]!r}; give a number of days") from None
        return _text(moment(time, "publishedAt") - days) if time else None


@dataclass(frozen=True)
class _Pull:
    options: YouTube
    service: Service
    at: dict[str, Any]

    def _get(self, path: str, **params: Any) -> dict[str, Any]:
        return dict(read(as_member(path, self.service.get(path, **params).content)))

    def videos(self) -> Iterator[Reply]:
        """Yield the uploads of the channel, which stand in a playlist of their own."""
        told = self._get("/channels", part="contentDetails,snippet", id=self.options.channel)
        channel = next(iter(listed(told, "items")), None)
        if channel is None:
            raise Gone(f"there is no channel {self.options.channel[:40]!r} on YouTube")
        lists = wanted(wanted(channel, "contentDetails", "the channel"), "relatedPlaylists", "the channel")
        uploads = identifier(lists.get("uploads"), "the playlist of uploads")
        yield from self._sweep("videos", "/playlistItems", part="snippet,contentDetails", playlistId=uploads)

    def comments(self) -> Iterator[Reply]:
        """Yield the threads on all videos, each with all its replies."""
        about = {"allThreadsRelatedToChannelId": self.options.channel, "order": "time"}
        yield from self._sweep("comments", "/commentThreads", part="snippet,replies", **about)

    def _sweep(self, key: str, path: str, **params: Any) -> Iterator[Reply]:
        state = dict(self.at.get(key, {}))
        settled = self.options.settled(state.get("since"))
        page = state.get("page")
        while True:
            answer = self._get(path, maxResults=50 if key == "videos" else PAGE, pageToken=page, **params)
            items = listed(answer, "items")
            for item in items:
                self._complete(item)
            times = [_text(moment(_published(item), "publishedAt")) for item in items]
            if times:
                state.setdefault("newest", max([*times, state.get("since", "")]))
            page_after = answer.get("nextPageToken")
            ended = not items or not page_after or page_after == page
            ended = ended or (settled is not None and max(times) < settled)
            state = _after(state) if ended else state | {"page": page_after}
            if items or page:
                self.at[key] = state
                cursor = json.loads(json.dumps(self.at))
                yield Reply(as_member(f"youtube-{key}.json", json.dumps(answer).encode()), cursor)
            if ended:
                return
            page = page_after

    def _complete(self, item: Mapping[str, Any]) -> None:
        """Add the replies of a thread that the thread does not hold: it holds five of them at most."""
        total = int((item.get("snippet") or {}).get("totalReplyCount") or 0)
        held = listed(item.get("replies"), "comments")
        if total <= len(held) or not isinstance(item, dict):
            return
        found: list[Any] = []
        page: str | None = None
        while True:
            answer = self._get(
                "/comments", part="snippet", parentId=item["id"], maxResults=PAGE, pageToken=page
            )
            new = [one for one in listed(answer, "items") if one not in found]
            found += new
            page = answer.get("nextPageToken")
            if not new or not page:
                break
        item["replies"] = {"comments": found}


def _after(state: Mapping[str, Any]) -> dict[str, Any]:
    newest = state.get("newest") or state.get("since")
    return {"since": newest} if newest else {}


def _text(time: Any) -> str:
    return str(time.isoformat(timespec="milliseconds").replace("+00:00", "Z"))


def _published(item: Mapping[str, Any]) -> Any:
    snippet = wanted(item, "snippet", "the item")
    comment = (snippet.get("topLevelComment") or {}).get("snippet") or {}
    return comment.get("publishedAt") or snippet.get("publishedAt")


def _item(item: Mapping[str, Any]) -> Iterator[Record]:
    kind = str(item.get("kind", "")).removeprefix("youtube#")
    snippet = item.get("snippet") or {}
    if kind == "comment":
        yield from _comment(item, None)
    elif kind == "commentThread":
        video = snippet.get("videoId")
        yield from _comment(wanted(snippet, "topLevelComment", "the thread"), video)
        replies = listed(item.get("replies"), "comments")
        yield from each(replies, lambda reply: _comment(reply, video), "reply")
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
    snippet = wanted(comment, "snippet", "the comment")
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
