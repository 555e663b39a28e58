"""GitHub: issues, pull requests, comments, reviews and reactions, of a repository or around one person.

The answers are asked for directly: no package for GitHub is needed for a dozen requests.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from connectors.kit.answers import LeftOut, as_member, each, needed, whole
from connectors.kit.answers import read as answer
from connectors.kit.http import Service, asked_to_wait
from connectors.kit.text import clean
from connectors.kit.times import moment
from influence.contract.connector import Changed, ConnectorError, Gone, RateLimited, Reply
from influence.contract.files import Member
from influence.contract.records import Activity, Person, Record, Verb

if TYPE_CHECKING:
    import httpx

SYSTEM = "github"
AT_ONCE = 100
MOST_PAGES = 10_000
PUBLIC = "https://api.github.com"
_GHOST = 10137
"""The number of `ghost`, the account that stands for everybody who left."""
_STREAMS = ("issues", "issues/comments", "pulls/comments")
_OURS = re.compile(
    rb'"(comments_url|issue_url|pull_request_url)"\s*:\s*"https?://[^"\s]{1,200}/repos/[^"/\s]{1,100}/[^"/\s]{1,100}'
    rb"/(issues|pulls)/\d"
)
_PLACE = re.compile(
    r"(?P<repository>/repos/[^/\s]+/[^/\s]+)/(?P<kind>issues|pulls)/(?P<rest>(?:comments/)?\d+)$"
)
_CODE = re.compile(r"```[\s\S]{0,100000}?```|`[^`\n]{0,2000}`|^>[^\n]*", re.MULTILINE)
_MENTION = re.compile(r"(?<![\w/`@.])@([A-Za-z0-9](?:[A-Za-z0-9-]{0,38}))(?![\w/-]|\.\w)")
_NAME = re.compile(r"[\w.-]{1,100}")


@dataclass(frozen=True)
class GitHub:
    """Who opened, commented, reviewed and reacted.

    `repositories` are `owner/name`, with `;` between them; `user` is a login: everything that person is
    involved in is read too. `url` is the address of an Enterprise server's interface.
    """

    repositories: str = ""
    user: str = ""
    url: str = PUBLIC

    name: ClassVar[str] = "github"
    title: ClassVar[str] = "GitHub: issues, pull requests, comments, reviews and reactions, live"
    source: ClassVar[str] = "Connect it live; on GitHub: Settings, Developer settings, Fine-grained tokens."
    secrets: ClassVar[tuple[str, ...]] = ("token",)
    reads: ClassVar[str] = "Issues, pull requests, their comments, reviews and reactions; no code."
    revoke: ClassVar[str] = "On GitHub: Settings, Developer settings, Personal access tokens, Delete."

    def recognises(self, member: Member, head: bytes) -> bool:  # noqa: ARG002 - a name proves nothing
        """Tell by the links that every issue, comment and review carries."""
        start = head.lstrip()[:1]
        return head.startswith(b'{"reactions_of":') or (start in {b"[", b"{"} and bool(_OURS.search(head)))

    def parse(self, member: Member) -> Iterator[Record]:
        """Turn a list of issues, comments, reviews or reactions into records.

        Raises:
            Changed: it is no such list.
        """
        found = answer(member)
        if isinstance(found, Mapping) and "reactions_of" in found:
            about = str(found["reactions_of"])
            yield from each(found["items"], lambda row: _reaction(row, about), "reaction")
        else:
            rows = found.get("items", [found]) if isinstance(found, Mapping) else found
            yield from each(rows, _item, "item")

    def fetch(self, cursor: Mapping[str, Any], secret: Callable[[str], str]) -> Iterator[Reply]:
        """Yield what changed in the repositories, and in what the user is involved in, the oldest first.

        Raises:
            RateLimited, NotAuthorised, Gone, Changed: as they say.
        """
        repositories = [one.strip() for one in self.repositories.split(";") if one.strip()]
        for one in repositories:
            if not re.fullmatch(r"[\w.-]+/[\w.-]+", one):
                raise ConnectorError(f"{one[:60]!r} is no repository; write it as owner/name")
        if not repositories and not _NAME.fullmatch(self.user):
            raise ConnectorError("connect with --set repositories=owner/name or --set user=login")
        headers = {
            "Authorization": f"Bearer {secret('token')}",
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        hub = _Hub(Service(f"{self.url.rstrip('/')}/", headers), json.loads(json.dumps(dict(cursor))))
        for one in repositories:
            for stream in _STREAMS:
                yield from hub.stream(one, stream)
        if self.user:
            yield from hub.around(self.user)


@dataclass
class _Hub:
    """One pull; `state` is the cursor as it grows: how far each list was read, by time of change."""

    service: Service
    state: dict[str, Any]
    left: str = ""

    def get(self, path: str, **params: Any) -> httpx.Response:
        """Ask, and stop before the allowance of the hour is overdrawn.

        Raises:
            RateLimited: nothing is left of it.
        """
        if self.left.startswith("0 "):
            seconds = float(self.left.split(" ")[1])
            raise RateLimited(
                f"the hour's requests are used up; pull again in {seconds:.0f} seconds", seconds
            )
        response = self.service.get(path, per_page=AT_ONCE, **params)
        if response.headers.get("x-ratelimit-resource") == "search":  # has an allowance of its own
            return response
        left = response.headers.get("x-ratelimit-remaining", "")
        self.left = f"{left} {asked_to_wait(response.headers) or 0:.0f}" if left.isdigit() else ""
        return response

    def stream(self, repository: str, path: str) -> Iterator[Reply]:
        """Yield the pages of one list of a repository, each after what belongs to its items."""
        state = "all" if path == "issues" else None
        key = f"{repository.lower()} {path}"
        for page, rows in self._changed(
            key,
            lambda since, number: self.get(
                f"repos/{repository}/{path}",
                state=state,
                sort="updated",
                direction="asc",
                since=since or None,
                page=number,
            ),
        ):
            for row in rows:
                yield from self._belonging(row)
            self._reach(key, rows)
            yield self._reply(f"{repository}-{path}-{self.state[key]['since']}", page)

    def around(self, user: str) -> Iterator[Reply]:
        """Yield the issues and pull requests that a person is involved in, each after what belongs to it."""
        key = f"user {user.lower()}"

        def search(since: str, number: int) -> httpx.Response:
            asked = f"involves:{user}" + (f" updated:>={since}" if since else "")
            return self.get("search/issues", q=asked, sort="updated", order="asc", page=number)

        for _, rows in self._changed(key, search):
            for row in rows:
                place = _repository(str(needed(row, "url", "the issue")))
                number = whole(needed(row, "number", "the issue"), "the issue's number")
                lists = ["issues", *(["pulls"] if row.get("pull_request") else [])]
                for kind in lists:
                    yield from self._all(f"{place}/{kind}/{number}/comments", belonging=True)
                yield from self._belonging(row)
                self._reach(key, [row])
                yield self._reply(f"{place}-{number}", json.dumps([row]).encode())

    def _changed(
        self, key: str, ask: Callable[[str, int], httpx.Response]
    ) -> Iterator[tuple[bytes, list[Mapping[str, Any]]]]:
        """Yield pages by time of change; how far they reach is for the caller to note (`_reach`).

        The next page is asked for by the time that was reached: by its number, an item would be lost
        whenever one before it changes and moves to the end.
        """
        number = 1
        for _ in range(MOST_PAGES):
            state = self.state.get(key, {"since": "", "at": []})
            response = ask(state["since"], number)
            found = response.json()
            rows = needed(found, "items", "the search") if isinstance(found, Mapping) else found
            fresh = [row for row in rows if not self._was_seen(row, state)]
            if fresh:
                yield response.content, fresh
            if len(rows) < AT_ONCE:
                return
            number = number + 1 if str(rows[-1]["updated_at"]) == state["since"] else 1

    def _was_seen(self, row: Mapping[str, Any], state: Mapping[str, Any]) -> bool:
        return (
            needed(row, "updated_at", "an item") == state["since"]
            and needed(row, "id", "an item") in state["at"]
        )

    def _reach(self, key: str, rows: list[Mapping[str, Any]]) -> None:
        """Note how far a list was read: the time of its last item, and which items have that very time."""
        state = self.state.get(key, {"since": "", "at": []})
        last = max(str(row["updated_at"]) for row in rows)
        same = {row["id"] for row in rows if row["updated_at"] == last}
        self.state[key] = {
            "since": last,
            "at": sorted(same.union(state["at"] if state["since"] == last else ())),
        }

    def _belonging(self, row: Mapping[str, Any]) -> Iterator[Reply]:
        """Yield the reviews of a pull request, and the reactions to anything."""
        url = str(needed(row, "url", "an item"))
        if row.get("pull_request") and "number" in row:
            yield from self._all(f"{_repository(url)}/pulls/{row['number']}/reviews")
        counted = row.get("reactions")
        if isinstance(counted, Mapping) and counted.get("total_count"):
            yield from self._all(f"{_path(url)}/reactions", about=url)

    def _all(self, path: str, about: str = "", *, belonging: bool = False) -> Iterator[Reply]:
        """Yield all pages of a short list; an empty page is the last."""
        for number in range(1, MOST_PAGES):
            try:
                response = self.get(path, page=number)
            except Gone:
                return
            rows = response.json()
            if not rows:
                return
            if belonging:
                for row in rows:
                    yield from self._belonging(row)
            body = json.dumps({"reactions_of": about, "items": rows}).encode() if about else response.content
            yield self._reply(f"{path}-{number}", body)
            if len(rows) < AT_ONCE:
                return

    def _reply(self, name: str, body: bytes) -> Reply:
        file = re.sub(r"[^\w.:-]+", "-", name.removeprefix("repos/")) + ".json"
        left = self.left.split(" ")[0]
        note = f"requests left this hour: {left}" if left and int(left) % 100 == 0 else ""
        return Reply(as_member(file, body), json.loads(json.dumps(self.state)), note)


def _path(url: str) -> str:
    """Return the part of an item's address that the service asks for: never a host that the item names."""
    found = _PLACE.search(urlsplit(url).path)
    if not found:
        raise Changed("an item's address is none of an issue or a comment: the answer has changed")
    return f"{found['repository'].lstrip('/')}/{found['kind']}/{found['rest']}"


def _repository(url: str) -> str:
    return "/".join(_path(url).split("/")[:3])


def _host(url: str) -> str:
    """Return what tells an Enterprise server's numbers from those of github.com: nothing for the latter."""
    host = urlsplit(url).netloc.lower()
    return "" if host in {"api.github.com", "github.com"} else f"{host}/"


def _identity(url: str) -> str:
    """Write the id of what an address of the interface names.

    >>> _identity("https://api.github.com/repos/Acme/Site/pulls/7")
    'github:acme/site#7'
    >>> _identity("https://api.github.com/repos/acme/site/issues/comments/9")
    'github:acme/site/issue-comment-9'
    """
    _, owner, name, kind, *rest = _path(url).lower().split("/")
    place = f"{SYSTEM}:{_host(url)}{owner}/{name}"
    if rest[0] == "comments":
        return f"{place}/{'issue' if kind == 'issues' else 'review'}-comment-{rest[1]}"
    return f"{place}#{rest[0]}"


def _item(row: Any) -> Iterable[Record]:
    if "issue_url" in row and "body" in row:
        return _written(row, Verb.COMMENT, _identity(str(row["url"])), _identity(str(row["issue_url"])))
    if "pull_request_url" in row and "diff_hunk" in row:
        return _review_comment(row)
    if "pull_request_url" in row and "state" in row:
        return _review(row)
    if "number" in row and "title" in row:
        return _written(row, Verb.POST, _identity(str(row["url"])), None)
    raise LeftOut("neither issue nor comment nor review")


def _review_comment(row: Mapping[str, Any]) -> Iterable[Record]:
    thread, own = _identity(str(row["pull_request_url"])), _identity(str(row["url"]))
    answered = row.get("in_reply_to_id")
    if answered:
        parent = f"{own.rpartition('-')[0]}-{whole(answered, 'the comment answered')}"
        return _written(row, Verb.REPLY, own, parent, thread)
    return _written(row, Verb.COMMENT, own, thread)


def _review(row: Mapping[str, Any]) -> Iterable[Record]:
    thread, words = _identity(str(row["pull_request_url"])), str(row.get("body") or "").strip()
    if not row.get("submitted_at"):
        raise LeftOut("a review that was not submitted")
    if not words and str(row["state"]).upper() == "COMMENTED":
        raise LeftOut("a review without words of its own; its comments are read for themselves")
    own = f"{thread.split('#')[0]}/review-{whole(row.get('id'), 'the number of the review')}"
    return _written(row, Verb.COMMENT if words else Verb.REACT, own, thread)


def _written(
    row: Mapping[str, Any], verb: Verb, own: str, parent: str | None, thread: str | None = None
) -> Iterator[Record]:
    host = _host(str(row.get("url") or row.get("pull_request_url")))
    actor, login = _user(row.get("user"), host)
    yield from _person(row["user"], actor, host)
    text = row.get("body") if isinstance(row.get("body"), str) else ""
    yield Activity(
        id=own,
        time=moment(row.get("submitted_at") or needed(row, "created_at", "an item")),
        actor=actor,
        verb=verb,
        parent=parent,
        conversation=thread or parent or own,
        mentions=_mentions(text, login, host),
        channel=re.split(r"[#]|/(?:issue|review)-", own)[0],
        text=clean(f"{row.get('title') or ''} {text}", 20_000) or None,
        url=clean(str(row.get("html_url") or "")) or None,
        line=1,
    )


def _user(user: Any, host: str) -> tuple[str, str]:
    if not isinstance(user, Mapping) or "id" not in user or user["id"] == _GHOST:
        raise LeftOut("written by an account that no longer exists")
    return f"{SYSTEM}:{host}{whole(user['id'], 'the account')}", str(user.get("login") or "").lower()


def _person(user: Mapping[str, Any], account: str, host: str) -> Iterator[Person]:
    login = str(user.get("login") or "")
    if _NAME.fullmatch(login.removesuffix("[bot]")):
        program = user.get("type") == "Bot" or login.endswith("[bot]")
        yield Person(
            name=login,
            accounts=(account, f"{SYSTEM}-login:{host}{login.lower()}"),
            bot=True if program else None,
            line=1,
        )


def _mentions(text: str | None, own: str, host: str) -> tuple[str, ...]:
    """Return who is named in words of the writer's own: not in code, and not in lines that are quoted."""
    found = (name.lower() for name in _MENTION.findall(_CODE.sub(" ", (text or "")[:100_000])))
    return tuple(dict.fromkeys(f"{SYSTEM}-login:{host}{name}" for name in found if name != own))


def _reaction(row: Mapping[str, Any], about: str) -> Iterator[Record]:
    host, parent = _host(about), _identity(about)
    actor, _ = _user(row.get("user"), host)
    yield from _person(row["user"], actor, host)
    yield Activity(
        id=f"{parent}/reaction-{whole(needed(row, 'id', 'the reaction'), 'the number of the reaction')}",
        time=moment(needed(row, "created_at", "the reaction")),
        actor=actor,
        verb=Verb.REACT,
        parent=parent,
        channel=re.split(r"[#]|/(?:issue|review)-", parent)[0],
        line=1,
    )
