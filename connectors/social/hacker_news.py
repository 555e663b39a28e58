"""Hacker News: what a person posted and commented there, and everything said around it.

Read from the search interface (hn.algolia.com/api), which gives a whole discussion in one answer; items of
the other interface (hacker-news.firebaseio.com) are read too when saved as files. Votes name nobody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from connectors.kit.answers import (
    each,
    identifier,
    listed,
    needed,
    once,
    read,
    shape_expected,
    whole,
    written,
)
from connectors.kit.http import Service
from connectors.kit.json_files import holds
from connectors.kit.paging import Answer, State, Task, sound, swept, walk
from connectors.kit.text import clean
from connectors.kit.times import days_given, moment
from influence.contract.connector import Changed, ConnectorError, Reply, Secret
from influence.contract.files import Member
from influence.contract.records import Activity, Deleted, Person, Record, SetAside, Verb

PAGE = 20
_REMOVED = {"", "[deleted]", "[dead]", "[flagged]"}


@dataclass(frozen=True)
class HackerNews:
    """The discussions in which `user` took part.

    `again` is how many days a pull goes back for late answers: a discussion closes after two weeks.
    """

    user: str = ""
    again: str = "15"
    server: str = "https://hn.algolia.com/api/v1"

    name: ClassVar[str] = "hacker-news"
    title: ClassVar[str] = "Hacker News: the discussions in which a person took part"
    source: ClassVar[str] = (
        "Connect with: influence connect hacker-news --set user=NAME; saved answers are read too."
    )
    secrets: ClassVar[tuple[str, ...]] = ()
    required: ClassVar[tuple[str, ...]] = ("user",)
    reads: ClassVar[str] = "It reads public discussions; no sign-in is needed."
    revoke: ClassVar[str] = "There is nothing to take back."

    # --- files --------------------------------------------------------------------------------------------

    def recognises(self, member: Member, head: bytes) -> bool:  # noqa: ARG002 - a name proves nothing
        """Tell an item by its fields, in either interface's shape."""
        plain = (b'"by"', b'"time"', b'"type"', b'"id"')
        search = (b'"created_at_i"', b'"story_id"', b'"author"', b'"children"')
        return holds(head, search, (*plain, b'"kids"'), (*plain, b'"parent"'))

    def parse(self, member: Member) -> Iterator[Record]:
        """Yield posts, comments and answers; what was deleted becomes a tombstone.

        Raises:
            Changed: it is no item.
        """
        with shape_expected():
            answer = read(member)
            if not isinstance(answer, Mapping | list):
                raise Changed(f"{member.name} is no item of Hacker News, nor a list of them")
            items = listed(answer, "items") if isinstance(answer, list) or "items" in answer else [answer]
            yield from once(each(_with_children(items), _item, "the item"))

    # --- live ---------------------------------------------------------------------------------------------

    def fetch(self, cursor: Mapping[str, Any], secret: Secret) -> Iterator[Reply]:  # noqa: ARG002 - all is public
        """Yield the person's discussions, newest first, down to those that are closed and known.

        Raises:
            RateLimited, Gone, Changed, StoppedShort: as they say.
            ConnectorError: an option is not what it should be.
        """
        pull = _Pull(self._name(), days_given(self.again), Service(self.server))
        yield from walk(cursor, lambda _: [["discussions"]], pull.ask, keeps_tasks=False)

    def signed_in_as(self, secret: Secret) -> str:  # noqa: ARG002 - all is public
        """Ask whether there is such a person.

        Raises:
            RateLimited, Gone, Changed: as they say.
            ConnectorError: `user` is no name.
        """
        found = Service(self.server).json(f"/users/{self._name()}")
        name = clean(str(needed(found, "username", "the answer about the person")), 40)
        return f"nobody: public discussions of {name} on Hacker News"

    def _name(self) -> str:
        if not self.user.replace("-", "").replace("_", "").isalnum():
            raise ConnectorError(
                f"user is {self.user[:40]!r}; give a name on Hacker News, as in --set user=pg"
            )
        return self.user


@dataclass(frozen=True)
class _Pull:
    """One pull; the cursor holds `since` when all is known, and before which second a sweep stands."""

    user: str
    again: timedelta
    service: Service

    def ask(self, task: Task, state: State) -> Answer:
        """Ask what the person wrote before a second, newest first, and for the discussions of that."""
        before = state.get("before")
        hits = self._hits(before, state.get("since"))
        times = [time for _, time in sound(hits, _hit_at)]
        if times:
            state.setdefault("newest", max(*times, state.get("since", 0)))
        since, ended = state.get("since"), len(hits) < PAGE
        place = swept(state) if ended else state | {"before": min(times)}
        state.clear()
        state.update(place)
        name = f"hacker-news-{max(times, default=0)}.json"
        told = written(name, {"items": list(self._discussions(hits))}) if hits or before is not None else None
        more, afresh = None if ended else task, {"since": since} if since else {}
        return Answer(told, more=more, held=hits, afresh=afresh)

    def _hits(self, before: Any, since: Any) -> list[Any]:
        limits = [f"created_at_i<={before}"] if before is not None else []
        limits += [f"created_at_i>{int(since) - int(self.again.total_seconds())}"] if since else []
        asked = {
            "tags": f"author_{self.user}",
            "hitsPerPage": PAGE,
            "numericFilters": ",".join(limits) or None,
        }
        return listed(self.service.json("/search_by_date", **asked), "hits")

    def _discussions(self, hits: list[Any]) -> Iterator[Any]:
        stories = (story for _, story in sound(hits, _story_of, "a hit"))
        for story in dict.fromkeys(stories):
            yield self.service.json(f"/items/{story}")


def _hit_at(hit: Any) -> int:
    return whole(needed(hit, "created_at_i", "the hit"), "the hit's time")


def _story_of(hit: Any) -> str:
    return identifier(hit.get("story_id") or needed(hit, "objectID", "the hit"), "the story")


def _with_children(items: list[Any]) -> Iterator[Any]:
    """Yield every item before those below it, however deep the discussion is."""
    waiting = list(reversed(items))
    while waiting:
        item = waiting.pop()
        yield item
        waiting += reversed(listed(item, "children")) if isinstance(item, Mapping) else []


def _item(item: Mapping[str, Any]) -> Iterator[Record]:
    number = f"hackernews:{identifier(needed(item, 'id', 'the item'), 'the id of the item')}"
    author = str(item.get("author") or item.get("by") or "")
    if item.get("deleted") or item.get("dead") or author in _REMOVED:
        yield Deleted(number)
        return
    kind = str(item.get("type"))
    if kind not in {"story", "comment", "poll", "job"}:
        yield SetAside(f"{number} is a {clean(kind, 30)}, which is no post and no comment")
        return
    actor = f"hackernews:{identifier(author, 'the author')}"
    parent = item.get("parent_id") or item.get("parent")
    story = item.get("story_id")
    yield Person(name=clean(author, 200), accounts=(actor,))
    yield Activity(
        id=number,
        time=_time(item, number),
        actor=actor,
        verb=Verb.COMMENT if parent else Verb.POST,
        parent=f"hackernews:{parent}" if parent else None,
        conversation=f"hackernews:{story}" if story else None,
        text=clean(str(item.get("title") or item.get("text") or ""), 20_000) or None,
        url=f"https://news.ycombinator.com/item?id={number.partition(':')[2]}",
    )


def _time(item: Mapping[str, Any], number: str) -> datetime:
    seconds = item.get("time") if "time" in item else item.get("created_at_i")
    if isinstance(seconds, int) and not isinstance(seconds, bool) and 0 < seconds < 1e11:
        return datetime.fromtimestamp(seconds, UTC)
    return moment(item.get("created_at"), f"the time of {number}")
