"""A Facebook Page by the Graph API: its posts, the comments on them and who reacted.

Written on httpx: the service's own package is for advertisements. The interface dates no reaction, and
names the people who comment or react only to a Page's own token; others are counted and set aside.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, ClassVar

from connectors.kit.answers import (
    each,
    guarded,
    identifier,
    listed,
    mapping,
    needed,
    once,
    read,
    shape_expected,
    written,
)
from connectors.kit.http import Service
from connectors.kit.json_files import holds
from connectors.kit.paging import Answer, State, Task, everything, leads_nowhere, sound, swept, walk
from connectors.kit.text import clean
from connectors.kit.times import days_given, moment, passed
from influence.contract.connector import Changed, Reply, Secret
from influence.contract.files import Member
from influence.contract.records import Activity, Person, Record, SetAside, Verb

PAGE = 25
_NESTED = 100
_SAID = "id,from{id,name},message,message_tags,created_time"
_REACTIONS = f"reactions.limit({_NESTED}){{id,name,type}}"
_COMMENTS = f"comments.filter(stream).limit({_NESTED}){{{_SAID},parent{{id}},{_REACTIONS}}}"
_FIELDS = f"{_SAID},permalink_url,to{{id,name}},{_COMMENTS},{_REACTIONS}"


@dataclass(frozen=True)
class FacebookPage:
    """Posts, comments and reactions of the Page `page` (its id or name).

    `again` is how many days a pull goes back for edits, late comments and reactions.
    """

    page: str = "me"
    again: str = "30"
    server: str = "https://graph.facebook.com/v23.0"

    name: ClassVar[str] = "facebook-page"
    title: ClassVar[str] = "A Facebook Page: posts, comments and reactions"
    source: ClassVar[str] = (
        "Connect with: influence connect facebook-page --set page=ID; saved answers are read too."
    )
    secrets: ClassVar[tuple[str, ...]] = ("page_token",)
    beforehand: ClassVar[str] = (
        "You need an app of your own at Meta and, as somebody who manages the Page, a token of the Page with "
        "pages_read_engagement and pages_read_user_content. Made from a long-lived user token it has no end; "
        "made from a short-lived one it ends after an hour or two."
    )
    reads: ClassVar[str] = "It reads the posts of the Page, the comments on them and who reacted."
    revoke: ClassVar[str] = "Remove the app under the Page's Settings > Business integrations."

    # --- files --------------------------------------------------------------------------------------------

    def recognises(self, member: Member, head: bytes) -> bool:  # noqa: ARG002 - a name proves nothing
        """Tell a saved answer by the fields of a post or a comment."""
        of_a_post = (b'"permalink_url"', b'"message"', b'"story"', b'"updated_time"')
        return holds(head, *((b'"created_time"', b'"id"', name) for name in of_a_post))

    def parse(self, member: Member) -> Iterator[Record]:
        """Yield posts, comments, answers to comments, and reactions.

        Raises:
            Changed: it is no answer of the Graph API.
        """
        with shape_expected():
            answer = read(member)
            if isinstance(answer, Mapping) and "data" not in answer and "created_time" not in answer:
                answer = [one for one in answer.values() if isinstance(one, Mapping)]
            if not isinstance(answer, Mapping | list):
                raise Changed(f"{member.name} is no post, nor a list of posts")
            items = listed(answer, "data") if isinstance(answer, list) or "data" in answer else [answer]
            yield from once(each(items, _item, "the item"))

    # --- live ---------------------------------------------------------------------------------------------

    def fetch(self, cursor: Mapping[str, Any], secret: Secret) -> Iterator[Reply]:
        """Yield pages of posts, newest first, down to what is settled, each with all comments and reactions.

        Raises:
            RateLimited, NotAuthorised, Gone, Changed, StoppedShort: as they say.
            ConnectorError: an option is not what it should be.
        """
        pull = _Pull(f"{self._path()}/feed", days_given(self.again), self._service(secret))
        yield from walk(cursor, lambda _: [["feed"]], pull.ask, keeps_tasks=False)

    def signed_in_as(self, secret: Secret) -> str:
        """Ask for the name of the Page.

        Raises:
            RateLimited, NotAuthorised, Gone, Changed: as they say.
        """
        found = self._service(secret).json(self._path(), fields="id,name")
        name = clean(str(needed(found, "name", "the Page")), 100)
        return f"the Page {name} ({identifier(needed(found, 'id', 'the Page'), 'the id of the Page')})"

    def _path(self) -> str:
        return f"/{identifier(self.page, 'page')}"

    def _service(self, secret: Secret) -> Service:
        return Service(self.server, {"Authorization": f"Bearer {secret.get('page_token')}"})


@dataclass(frozen=True)
class _Pull:
    """One pull; the cursor holds `since` when all is known, and after which page a sweep stands."""

    feed: str
    again: timedelta
    service: Service

    def ask(self, task: Task, state: State) -> Answer:
        """Ask for a page of posts, newest first, and for all comments and reactions of each."""
        since, before = state.get("since"), state.get("after")
        settled = (moment(since, "since") - self.again).isoformat() if since else None
        answer = dict(self.service.json(self.feed, fields=_FIELDS, limit=PAGE, after=before))
        posts = listed(answer, "data")
        times = [time for _, time in sound(posts, _time)]
        if times:
            state.setdefault("newest", max([*times, since or ""]))
        after, afresh = _next(answer), {"since": since} if since else {}
        ended = after is None or (settled is not None and max(times, default=settled) < settled)
        place = swept(state) if ended else state | {"after": after}
        state.clear()
        state.update(place)
        more = None if ended else task
        body = {"data": [self._complete(post) for post in posts]}
        member = written("facebook-page.json", body) if posts or before is not None else None
        return Answer(member, more=more, empty=not posts, held=posts, afresh=afresh)

    def _complete(self, item: Any) -> Any:
        """Return a post or comment with all its comments and reactions, and without links that hold the token."""
        if not isinstance(item, Mapping) or not isinstance(item.get("id"), str | int):
            return item  # it is set aside where it is read
        found = dict(item)
        for edge, fields in (
            ("comments", f"{_SAID},parent{{id}},{_REACTIONS}"),
            ("reactions", "id,name,type"),
        ):
            if edge in found:
                all_of_it = self._all(str(item.get("id")), edge, fields, found[edge])
                found[edge] = {"data": [self._complete(one) for one in all_of_it]}
        return found

    def _all(self, item: str, edge: str, fields: str, first: Any) -> Iterator[Any]:
        stream = "stream" if edge == "comments" else None

        def ask(after: str) -> Any:
            path = f"/{identifier(item, 'the item')}/{edge}"
            return self.service.json(path, fields=fields, limit=_NESTED, after=after, filter=stream)

        yield from listed(first, "data")
        yield from everything(
            _next(first),
            ask,
            lambda answer: listed(answer, "data"),
            lambda answer, _: _next(answer),
        )


def _next(answer: Any) -> str | None:
    """Return where the next page begins; its address is not used, since it holds the token."""
    told = mapping(answer).get("paging")
    paging = mapping(told)
    if not paging.get("next") and (told is None or isinstance(told, Mapping)):
        return None
    after = mapping(paging.get("cursors")).get("after")
    if not after or not isinstance(after, str):
        leads_nowhere()
        return None
    return after


def _time(post: Any) -> str:
    return passed(moment(needed(post, "created_time", "the post"), "created_time")).isoformat()


def _item(item: Mapping[str, Any]) -> Iterator[Record]:
    if not item.get("created_time"):
        yield SetAside(f"the item {clean(str(item.get('id', '')), 80)} is no post and no comment")
        return
    yield from _said(item, None)


def _said(item: Mapping[str, Any], below: str | None) -> Iterator[Record]:
    """Yield a post, or a comment that stands below an item, with its comments and reactions."""
    number = f"facebook:{identifier(needed(item, 'id', 'the item'), 'the id of the item')}"
    yield from guarded(partial(_own, item, number, below), number)
    comments = listed(item.get("comments"), "data")
    yield from each(comments, lambda comment: _said(comment, number), "the comment")
    for edge in ("reactions", "likes"):
        kind = "like" if edge == "likes" else ""
        yield from _reactions(listed(item.get(edge), "data"), number, item.get("created_time"), kind)


def _own(item: Mapping[str, Any], number: str, below: str | None) -> Iterator[Record]:
    """Yield a post or a comment itself."""
    author = item.get("from") or {}
    parent = (item.get("parent") or {}).get("id")
    answered = f"facebook:{parent}" if parent else below
    if author.get("id"):
        yield _person(author)
        yield Activity(
            id=number,
            time=moment(item.get("created_time"), f"created_time of {number}"),
            actor=_account(author),
            verb=Verb.REPLY if parent else Verb.COMMENT if answered else Verb.POST,
            parent=answered,
            mentions=_named(item, _account(author)),
            text=str(item.get("message") or "") or None,
            url=clean(str(item.get("permalink_url") or ""), 500) or None,
        )
    else:
        yield SetAside(f"{number} names no author: the service tells them to the Page's own token only")


def _account(who: Mapping[str, Any]) -> str:
    return f"facebook:{identifier(who.get('id'), 'the id of a person')}"


def _person(who: Mapping[str, Any]) -> Person:
    return Person(name=clean(str(who.get("name") or ""), 200) or None, accounts=(_account(who),))


def _named(item: Mapping[str, Any], actor: str) -> tuple[str, ...]:
    tags = [one for one in listed(item, "message_tags") if one.get("type", "user") in {"user", "page"}]
    return tuple(dict.fromkeys(_account(one) for one in tags if one.get("id") and _account(one) != actor))


def _reactions(reactions: list[Any], item: str, time: Any, kind: str) -> Iterator[Record]:
    """Yield who reacted. No answer dates a reaction: it bears the item's time, the earliest it can be."""
    yield from each(reactions, lambda one: _reaction(one, item, time, kind), f"the reaction to {item},")


def _reaction(reaction: Any, item: str, time: Any, kind: str) -> Iterator[Record]:
    if not reaction.get("id"):
        yield SetAside(f"a reaction to {item} names nobody")
    else:
        yield _person(reaction)
        yield Activity(
            id=f"{item}:reaction:{identifier(reaction['id'], 'the id of a person')}",
            time=moment(time, f"created_time of {item}"),
            actor=_account(reaction),
            verb=Verb.REACT,
            parent=item,
            reaction=clean(str(reaction.get("type") or kind), 40).lower() or None,
        )
