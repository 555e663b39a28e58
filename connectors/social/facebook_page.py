"""A Facebook Page by the Graph API: its posts, the comments on them and who reacted.

Written on httpx: the service's own package is for advertisements. The interface dates no reaction, and
names the people who comment or react only to a Page's own token; others are counted and set aside.
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
from influence.contract.connector import Changed, ConnectorError, Reply
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
    reads: ClassVar[str] = "It reads the posts of the Page, the comments on them and who reacted."
    revoke: ClassVar[str] = "Remove the app under the Page's Settings > Business integrations."

    # --- files --------------------------------------------------------------------------------------------

    def recognises(self, member: Member, head: bytes) -> bool:  # noqa: ARG002 - a name proves nothing
        """Tell a saved answer by the fields of a post or a comment."""
        if not head.lstrip(b"\xef\xbb\xbf \r\n").startswith((b"{", b"[")):
            return False
        said = b'"created_time"' in head and b'"id"' in head
        return said and any(
            name in head for name in (b'"permalink_url"', b'"message"', b'"story"', b'"updated_time"')
        )

    def parse(self, member: Member) -> Iterator[Record]:
        """Yield posts, comments, answers to comments, and reactions.

        Raises:
            Changed: it is no answer of the Graph API.
        """
        answer = read(member)
        if isinstance(answer, Mapping) and "data" not in answer and "created_time" not in answer:
            answer = [one for one in answer.values() if isinstance(one, Mapping)]
        if not isinstance(answer, Mapping | list):
            raise Changed(f"{member.name} is no post, nor a list of posts")
        items = listed(answer, "data") if isinstance(answer, list) or "data" in answer else [answer]
        yield from once(each(items, _item, "item"))

    # --- live ---------------------------------------------------------------------------------------------

    @tells_what_changed
    def fetch(self, cursor: Mapping[str, Any], secret: Callable[[str], str]) -> Iterator[Reply]:
        """Yield pages of posts, newest first, down to what is settled, each with all comments and reactions.

        Raises:
            RateLimited, NotAuthorised, Gone, Changed: as they say.
            ConnectorError: an option is not what it should be.
        """
        asked = _Asked(Service(self.server, {"Authorization": f"Bearer {secret('page_token')}"}))
        state, feed = dict(cursor), f"/{identifier(self.page, 'page')}/feed"
        settled = self._settled(state.get("since"))
        while True:
            answer = asked.get(feed, fields=_FIELDS, limit=PAGE, after=state.get("after"))
            posts = listed(answer, "data")
            times = [_text(wanted(post, "created_time", "the post")) for post in posts]
            if times:
                state.setdefault("newest", max([*times, state.get("since", "")]))
            after, in_between = _next(answer), "after" in state
            ended = not posts or after is None or after == state.get("after")
            ended = ended or (settled is not None and max(times) < settled)
            state = _after(state) if ended else state | {"after": after}
            if posts or in_between:
                body = {"data": [asked.complete(post) for post in posts]}
                yield Reply(as_member("facebook-page.json", json.dumps(body).encode()), dict(state))
            if ended:
                return

    def _settled(self, since: str | None) -> str | None:
        try:
            days = timedelta(days=float(self.again))
        except ValueError:
            raise ConnectorError(f"again is {self.again[:20]!r}; give a number of days") from None
        return (moment(since, "since") - days).isoformat() if since else None


@dataclass(frozen=True)
class _Asked:
    service: Service

    def get(self, path: str, **params: Any) -> dict[str, Any]:
        return dict(read(as_member(path, self.service.get(path, **params).content)))

    def complete(self, item: Mapping[str, Any]) -> dict[str, Any]:
        """Return a post or comment with all its comments and reactions, and without links that hold the token."""
        found = dict(item)
        for edge, fields in (
            ("comments", f"{_SAID},parent{{id}},{_REACTIONS}"),
            ("reactions", "id,name,type"),
        ):
            if edge in found:
                everything = self._all(str(item.get("id")), edge, fields, found[edge])
                found[edge] = {"data": [self.complete(one) for one in everything]}
        return found

    def _all(self, item: str, edge: str, fields: str, first: Any) -> list[Any]:
        items, after = list(listed(first, "data")), _next(first)
        seen: set[str] = set()
        while after is not None and after not in seen:
            seen.add(after)
            path = f"/{identifier(item, 'the item')}/{edge}"
            stream = "stream" if edge == "comments" else None
            answer = self.get(path, fields=fields, limit=_NESTED, after=after, filter=stream)
            items += listed(answer, "data")
            after = _next(answer) if listed(answer, "data") else None
        return items


def _next(answer: Any) -> str | None:
    """Return where the next page begins; its address is not used, since it holds the token."""
    paging = (answer.get("paging") or {}) if isinstance(answer, Mapping) else {}
    after = (paging.get("cursors") or {}).get("after") if paging.get("next") else None
    return str(after) if after else None


def _after(state: Mapping[str, Any]) -> dict[str, Any]:
    newest = state.get("newest") or state.get("since")
    return {"since": newest} if newest else {}


def _text(time: Any) -> str:
    return moment(time, "created_time").isoformat()


def _item(item: Mapping[str, Any]) -> Iterator[Record]:
    if not item.get("created_time"):
        yield SetAside(f"the item {clean(str(item.get('id', '')), 80)} is no post and no comment")
        return
    yield from _said(item, None)


def _said(item: Mapping[str, Any], below: str | None) -> Iterator[Record]:
    """Yield a post, or a comment that stands below an item, with its comments and reactions."""
    number = f"facebook:{identifier(wanted(item, 'id', 'the item'), 'the id of the item')}"
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
    comments = listed(item.get("comments"), "data")
    yield from each(comments, lambda comment: _said(comment, number), "comment")
    for edge in ("reactions", "likes"):
        yield from _reactions(listed(item.get(edge), "data"), number, item.get("created_time"))


def _account(who: Mapping[str, Any]) -> str:
    return f"facebook:{identifier(who.get('id'), 'the id of a person')}"


def _person(who: Mapping[str, Any]) -> Person:
    return Person(name=clean(str(who.get("name") or ""), 200) or None, accounts=(_account(who),))


def _named(item: Mapping[str, Any], actor: str) -> tuple[str, ...]:
    tags = [one for one in listed(item, "message_tags") if one.get("type", "user") in {"user", "page"}]
    return tuple(dict.fromkeys(_account(one) for one in tags if one.get("id") and _account(one) != actor))


def _reactions(reactions: list[Any], item: str, time: Any) -> Iterator[Record]:
    """Yield who reacted. No answer dates a reaction: it bears the item's time, the earliest it can be."""
    for reaction in reactions:
        if not reaction.get("id"):
            yield SetAside(f"a reaction to {item} names nobody")
            continue
        yield _person(reaction)
        yield Activity(
            id=f"{item}:reaction:{identifier(reaction['id'], 'the id of a person')}",
            time=moment(time, f"created_time of {item}"),
            actor=_account(reaction),
            verb=Verb.REACT,
            parent=item,
        )
