"""Pulling a blog by its feeds: found from its page, page by page as far as they go, with the feeds of comments.

A feed is asked whether it has changed (ETag, Last-Modified). Where it has, its pages are read down to those on
which nothing is new, and the feed of comments of each entry whose count of comments is not the one known.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from connectors.kit.answers import as_member, mapping
from connectors.kit.paging import Answer, State, Task
from connectors.kit.text import clean
from connectors.sites.feed_files import Entry, Feed, about, entries, is_feed, placed
from connectors.sites.feed_records import entry_id, moment, site_of
from connectors.sites.pages import feeds, links_of, of_comments
from connectors.sites.public_pages import PublicPages, mark_of, secure
from influence.contract.connector import ConnectorError, Gone, NotAuthorised
from influence.contract.files import Member

if TYPE_CHECKING:
    import httpx

GUESSES = (("feed/",), ("feed.xml",), ("atom.xml",), ("rss.xml",), ("index.xml",))
"""Where feeds lie of which the page does not tell: one of posts, and behind it that of its comments."""
MOST_PAGES = 2_000
"""Pages of one feed."""
MOST_KNOWN = 500
"""Feeds of comments that are remembered."""
ASKED_AGAIN = 30
"""Feeds of comments that are asked each time, where the blog does not tell how many comments there are."""
_NUMBERED = re.compile(r"[?&]paged=(\d{1,9})")
_BUILT = re.compile(rb"<lastBuildDate>[^<]*</lastBuildDate>")


@dataclass
class FeedPull:
    """One pull. The cursor holds of each feed by what it is known unchanged, and the newest time in it.

    `of_wordpress`: RSS before Atom, and the feed of all comments also where the posts have feeds of their own.
    """

    url: str
    pages: PublicPages
    zone: str | None = None
    guesses: Sequence[Sequence[str]] = GUESSES
    of_wordpress: bool = False
    short: list[str] = field(default_factory=list)
    _pages: int = 0
    _seen: set[str] = field(default_factory=set)

    def found(self, response: httpx.Response | None = None) -> list[str]:
        """Return the addresses of the blog's feeds: of posts, and where there is one, of all comments.

        Raises:
            ConnectorError: there is none; what was tried.
        """
        try:
            response = response or self.pages.get(self.url)
        except (Gone, NotAuthorised):  # the page is closed; its feeds may be open
            return self._guessed(self.url)
        here = str(response.url)
        if is_feed(response.content):
            return [here]
        told = list(feeds(links_of(response.text, here)))
        told.sort(key=lambda link: self.of_wordpress and "rss" not in link.type)
        posts = [link.address for link in told if not of_comments(link)][:1] or self._guessed(here)
        return list(dict.fromkeys([*posts, *[link.address for link in told if of_comments(link)][:1]]))

    def _guessed(self, here: str) -> list[str]:
        base = here if here.endswith("/") else f"{here}/"
        for group in self.guesses:
            found = [url for guess in group if (url := self._is_there(urljoin(base, guess)))]
            if found:
                return found
        tried = ", ".join(group[0] for group in self.guesses)
        raise ConnectorError(
            f"no feed was found at {clean(here, 100)}: the page names none, and none lies at {tried}; "
            "if the blog has one, give its own address with --set url=…"
        )

    def _is_there(self, address: str) -> str:
        response = self._asked(address)
        return str(response.url) if response is not None else ""

    def begin(self, state: State) -> list[Task]:
        """Return the first tasks: the feeds as known, else as found."""
        if "at" not in state:
            state["at"] = self.found()
        first, *others = state["at"]
        return [["feed", first], *(["comments", one, "", "", ""] for one in others)]

    def ask(self, task: Task, state: State) -> Answer:
        """Ask for a feed, for a further page of it, or for comments."""
        match task:
            case ["feed", str(url)]:
                return self._first(url, state)
            case ["page", str(url), str(first), str(newest), dict(mark), bool(told)]:
                return self._page(self._asked(url), _Place(first, newest, mark, told), state)
            case ["comments", str(url), str(post), str(site), str(count)]:
                return self._comments(url, _Post(post, site, count), state)
        raise ConnectorError(f"the cursor holds {clean(str(task), 60)!r}, which is no task of this source")

    def _asked(self, url: str, known: Any = None) -> httpx.Response | None:
        """Ask for a feed; None where nothing is new since it was marked, or it is not there."""
        try:
            response = self.pages.get(url, known)
        except (Gone, NotAuthorised):
            return None
        if response.status_code == 304 or (known and _mark(response)["digest"] == known.get("digest")):
            return None
        return response if is_feed(response.content) else None

    def _first(self, url: str, state: State) -> Answer:
        known = mapping(mapping(state.get("feeds")).get(url))
        response = self.pages.get(url, known)
        if response.status_code == 304 or (known and _mark(response)["digest"] == known.get("digest")):
            return Answer(None, _asked_again(state))
        if not is_feed(response.content):
            raise ConnectorError(
                f"{clean(url, 100)} gives no feed any more; connect again with the blog's address"
            )
        moved = str(response.url) != url
        note = f"sent on to {clean(str(response.url), 200)}; if it has moved, connect again with that"
        place = _Place(url, str(known.get("newest", "")), _mark(response))
        return replace(self._page(response, place, state), note=note if moved else "")

    def _page(self, response: httpx.Response | None, place: _Place, state: State) -> Answer:
        """Give a page on, and ask for the one after it if something on this one is new."""
        if response is None:
            if place.told:
                self.short.append(f"{clean(place.first, 80)} names a next page that is not there.")
            return Answer(None)
        url, member = str(response.url), as_member(_name(str(response.url)), response.content)
        feed, found, is_whole = about(member), *_read(member)
        new = not {one.key for one in found} <= self._seen
        if not (new or place.told or place.is_first):  # it was only a guess that there is another page
            return Answer(None)
        self._seen.update(one.key for one in found)
        self._pages += 1
        top = max(map(self._time, found), default="")
        mark = {"newest": max(top, place.newest), **place.mark} if is_whole else {"newest": place.newest}
        following = _on_the_host_of(url, feed.following) or self._numbered(feed, url, new=new)
        if feed.following and not following:
            self.short.append(
                f"{clean(place.first, 80)} has its next page on another host, which is not asked."
            )
        told, old = bool(feed.following), bool(place.newest and top <= place.newest)
        if following and not old and self._pages >= MOST_PAGES:
            self.short.append(f"{clean(place.first, 80)} has more than {MOST_PAGES:,} pages, left there.")
            following = ""
        elif not (told and following) or old:
            _remember(state, "feeds", place.first, mark)
        more = ["page", following, place.first, place.newest, mark, told] if following and not old else None
        site = site_of(feed) or urlsplit(url).netloc
        body = as_member(member.name, placed(response.content, site))
        return Answer(body, _of_comments(found, url, site, state), more=more, empty=not new)

    def _time(self, entry: Entry) -> str:
        """Return the time of an entry, as it is compared; one that is still to come tells nothing."""
        try:
            time = moment(entry.updated or entry.published, self.zone)
        except (ValueError, ConnectorError):
            return ""
        return time.isoformat() if time <= datetime.now(UTC) else ""

    def _numbered(self, feed: Feed, url: str, *, new: bool) -> str:
        """Return the next page's address of a blog that numbers its pages without telling, as WordPress does."""
        if feed.following or "wordpress.org" not in feed.generator or not new:
            return ""
        number = int(found[1]) if (found := _NUMBERED.search(url)) else 1
        bare = _NUMBERED.sub("", url)
        return f"{bare}{'&' if '?' in bare else '?'}paged={number + 1}"

    def _comments(self, url: str, post: _Post, state: State) -> Answer:
        """Give a feed of comments on; that of the whole blog only where the entries have none of their own."""
        known = mapping(state.get("answers"))
        if not (post.id or self.of_wordpress) and any(mapping(one).get("post") for one in known.values()):
            return Answer(None)
        mark = mapping(known.get(url))
        response = self._asked(url, mark)
        told = {"post": post.id, "site": post.site, "count": post.count}
        if response is None:
            _remember(state, "answers", url, {**mark, **told})
            return Answer(None)
        member = as_member(_name(str(response.url)), response.content)
        feed = about(member)
        found, is_whole = _read(member)
        _remember(state, "answers", url, _mark(response) | told if is_whole else told | {"count": ""})
        following = _on_the_host_of(url, feed.following)
        more = ["comments", following, post.id, post.site, post.count] if following else None
        site = post.site or site_of(feed) or urlsplit(url).netloc
        body = as_member(member.name, placed(response.content, site, post.id))
        return Answer(body, more=more, empty=not found)


def _read(member: Member) -> tuple[list[Entry], bool]:
    """Return the entries of a page, and whether it was whole: one that breaks off is asked for again."""
    found = list(entries(member))
    return [one for one in found if isinstance(one, Entry)], all(isinstance(one, Entry) for one in found)


@dataclass(frozen=True)
class _Place:
    """Of a feed that is read page by page: its first page, the newest time known before, and its mark now."""

    first: str
    newest: str
    mark: dict[str, Any]
    told: bool = False

    @property
    def is_first(self) -> bool:
        return "newest" not in self.mark


@dataclass(frozen=True)
class _Post:
    """The post that the comments of a feed answer."""

    id: str
    site: str
    count: str


def _of_comments(found: list[Entry], url: str, site: str, state: State) -> list[Task]:
    """Return the tasks for the feeds of comments of entries, but for those whose count is the one known."""
    tasks: list[Task] = []
    for entry in found:
        address = _on_the_host_of(url, entry.comments)
        known = mapping(mapping(state.get("answers")).get(address))
        if address and entry.count != "0" and not (entry.count and entry.count == known.get("count")):
            tasks.append(["comments", address, entry_id(entry.key, site), site, entry.count])
    return tasks


def _asked_again(state: State) -> list[Task]:
    """Return, where the feed has not changed, the comments whose number it does not tell."""
    known = [(url, mapping(one)) for url, one in mapping(state.get("answers")).items()][-ASKED_AGAIN:]
    keys = ("post", "site", "count")
    return [
        ["comments", url, *(str(one.get(key, "")) for key in keys)]
        for url, one in known
        if not one.get("count")
    ]


def _remember(state: State, kind: str, url: str, mark: dict[str, Any]) -> None:
    known = {key: one for key, one in mapping(state.get(kind)).items() if key != url} | {url: mark}
    state[kind] = dict(list(known.items())[-MOST_KNOWN:])


def _mark(response: httpx.Response) -> dict[str, Any]:
    bare = _BUILT.sub(b"", response.content)
    return {**mark_of(response), "digest": hashlib.sha256(bare).hexdigest()[:16]}


def _on_the_host_of(url: str, address: str) -> str:
    """Return an address that a feed names, if it lies where the feed does."""
    try:
        there = secure(urljoin(url, address)) if address else ""
        return there if urlsplit(there)[:2] == urlsplit(url)[:2] else ""
    except ValueError:
        return ""


def _name(url: str) -> str:
    where = urlsplit(url)
    return f"{re.sub(r'[^a-zA-Z0-9.]+', '-', f'{where.path} {where.query}').strip('-')[:80] or 'feed'}.xml"
