"""GitHub: issues, pull requests, comments, reviews and reactions, of a repository or around one person.

The answers are asked for directly: no package for GitHub is needed for a dozen requests.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from connectors.kit.answers import LeftOut, as_member, each, needed, needed_list, read, shape_expected, whole
from connectors.kit.http import Service
from connectors.kit.limits import asked_to_wait
from connectors.kit.lists import rows_of
from connectors.kit.paging import Answer, State, Task, sound, walk
from connectors.kit.text import clean
from connectors.kit.times import moment, passed
from influence.contract.connector import Changed, ConnectorError, Gone, RateLimited, Reply, Secret
from influence.contract.files import Member
from influence.contract.records import Activity, Person, Record, Verb

if TYPE_CHECKING:
    import httpx

SYSTEM = "github"
AT_ONCE = 100
PUBLIC = "https://api.github.com"
_GHOST = 10137
"""The number of `ghost`, the account that stands for everybody who left."""
_NEW: Mapping[str, Any] = {"since": "", "at": []}
"""How far a list was read that was not read before."""
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
    beforehand: ClassVar[str] = (
        "A fine-grained token with read access to issues and pull requests is enough; it ends on the day that you "
        "choose when you make it. GitHub answers 5,000 requests an hour."
    )
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
        with shape_expected():
            found = read(member)
            if isinstance(found, Mapping) and "reactions_of" in found:
                about = str(found["reactions_of"])
                yield from each(found["items"], lambda row: _reaction(row, about), "reaction")
            else:
                rows = found.get("items", [found]) if isinstance(found, Mapping) else found
                yield from each(rows, _item, "item")

    def fetch(self, cursor: Mapping[str, Any], secret: Secret) -> Iterator[Reply]:
        """Yield what changed in the repositories, and in what the user is involved in, the oldest first.

        Raises:
            RateLimited, NotAuthorised, Gone, Changed, StoppedShort: as they say.
        """
        repositories = [one.strip() for one in self.repositories.split(";") if one.strip()]
        for one in repositories:
            if not re.fullmatch(r"[\w.-]+/[\w.-]+", one):
                raise ConnectorError(f"{one[:60]!r} is no repository; write it as owner/name")
        if not repositories and not _NAME.fullmatch(self.user):
            raise ConnectorError("connect with --set repositories=owner/name or --set user=login")
        pull = _Pull(self._service(secret), repositories, self.user)
        yield from walk(cursor, pull.begin, pull.ask, keeps_tasks=False)

    def signed_in_as(self, secret: Secret) -> str:
        """Ask whose the token is.

        Raises:
            RateLimited, NotAuthorised, Changed: as they say.
        """
        who = needed(self._service(secret).json("user"), "login", "the account")
        return f"{clean(str(who), 100)} on {'GitHub' if self.url == PUBLIC else urlsplit(self.url).netloc}"

    def _service(self, secret: Secret) -> Service:
        headers = {
            "Authorization": f"Bearer {secret.get('token')}",
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        return Service(f"{self.url.rstrip('/')}/", headers)


@dataclass
class _Pull:
    """One pull; the cursor holds how far each list was read, by time of change."""

    service: Service
    repositories: Sequence[str]
    user: str
    left: str = ""

    def begin(self, _: State) -> list[Task]:
        """Plan a pull: each list of each repository, then what the user is involved in."""
        streams = [["changes", one, path, 1] for one in self.repositories for path in _STREAMS]
        return [*streams, ["search", self.user, 1]] if self.user else streams

    def ask(self, task: Task, state: State) -> Answer:
        """Ask for a page; what belongs to its items is asked for before the page itself is given on."""
        match task:
            case ["changes", str(repository), str(path), int(page)]:
                return self._stream(repository, path, page, state)
            case ["search", str(user), int(page)]:
                return self._search(user, page, state)
            case ["details", str(path), str(about), bool(belonging), int(page)]:
                return self._list(path, about, page, belonging=belonging)
            case ["reach", str(key), list(rows), str(name), raw]:
                state[key] = _reached(state.get(key, _NEW), rows)
                return self._say(name, raw)
        return self._say(task[1], task[2])

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

    def _stream(self, repository: str, path: str, page: int, state: State) -> Answer:
        key = f"{repository.lower()} {path}"
        since = state.get(key, _NEW)["since"]
        asked = {"state": "all" if path == "issues" else None, "sort": "updated", "direction": "asc"}
        response = self.get(f"repos/{repository}/{path}", **asked, since=since or None, page=page)
        fresh, following = _changed(read(as_member(path, response.content)), page, state.get(key, _NEW))
        tasks = [task for _, tasks in sound(fresh, _belonging) for task in tasks]
        if fresh:
            tasks.append(["reach", key, fresh, f"{repository}-{path}-{_newest(fresh)}", response.content])
        more = ["changes", repository, path, following] if following else None
        return Answer(None, tasks, more=more, empty=not fresh)

    def _search(self, user: str, page: int, state: State) -> Answer:
        """List the issues and pull requests that a person is involved in, each after what belongs to it."""
        key = f"user {user.lower()}"
        since = state.get(key, _NEW)["since"]
        asked = f"involves:{user}" + (f" updated:>={since}" if since else "")
        response = self.get("search/issues", q=asked, sort="updated", order="asc", page=page)
        found = needed_list(read(as_member("the search", response.content)), "items", "the search")
        fresh, following = _changed(found, page, state.get(key, _NEW))
        tasks: list[Task] = []
        for row, (place, number) in sound(fresh, _numbered):
            kinds = ["issues", *(["pulls"] if row.get("pull_request") else [])]
            tasks += [["details", f"{place}/{kind}/{number}/comments", "", True, 1] for kind in kinds]
            tasks += [task for _, tasks in sound([row], _belonging) for task in tasks]
            tasks.append(["reach", key, [row], f"{place}-{number}", json.dumps([row]).encode()])
        more = ["search", user, following] if following else None
        return Answer(None, tasks, more=more, empty=not fresh)

    def _list(self, path: str, about: str, page: int, *, belonging: bool) -> Answer:
        """Ask for a page of a short list; an empty page is the last."""
        try:
            response = self.get(path, page=page)
        except Gone:
            return Answer(None)
        rows = read(as_member(path, response.content))
        if not rows:
            return Answer(None)
        tasks = [task for _, tasks in sound(rows, _belonging) for task in tasks] if belonging else []
        body = json.dumps({"reactions_of": about, "items": rows}).encode() if about else response.content
        more = ["details", path, about, belonging, page + 1] if len(rows) >= AT_ONCE else None
        return Answer(None, [*tasks, ["say", f"{path}-{page}", body]], more=more, held=(path, rows))

    def _say(self, name: str, body: bytes) -> Answer:
        file = re.sub(r"[^\w.:-]+", "-", name.removeprefix("repos/")) + ".json"
        left = self.left.split(" ")[0]
        note = f"requests left this hour: {left}" if left and int(left) % 100 == 0 else ""
        return Answer(as_member(file, body), note=note)


def _changed(
    rows: list[Mapping[str, Any]], page: int, place: Mapping[str, Any]
) -> tuple[list[Mapping[str, Any]], int | None]:
    """Return what of a list by time of change is new, and which page to ask for next.

    The next page is asked for by the time that was reached: by its number, an item would be lost whenever
    one before it changes and moves to the end.
    """
    placed = list(sound(rows, _place))
    fresh = [row for row, (at, number) in placed if at != place["since"] or number not in place["at"]]
    if len(rows) < AT_ONCE:
        return fresh, None
    following = page + 1 if not placed or placed[-1][1][0] == place["since"] else 1
    return fresh, following if fresh or following > page else None


def _place(row: Any) -> tuple[str, int]:
    """Return where an item stands in a list by time of change, and its number."""
    at = str(needed(row, "updated_at", "an item"))
    passed(moment(at, "updated_at"), "updated_at")
    return at, whole(needed(row, "id", "an item"), "an item's id")


def _newest(rows: Sequence[Mapping[str, Any]]) -> str:
    return max(str(row["updated_at"]) for row in rows)


def _reached(place: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return how far a list was read: the time of its last item, and which items have that very time."""
    last = _newest(rows)
    same = {whole(row["id"], "an item's id") for row in rows if row["updated_at"] == last}
    return {"since": last, "at": sorted(same.union(place["at"] if place["since"] == last else ()))}


def _belonging(row: Mapping[str, Any]) -> list[Task]:
    """List the reviews of a pull request, and the reactions to anything."""
    url = str(needed(row, "url", "an item"))
    tasks: list[Task] = []
    if row.get("pull_request") and "number" in row:
        tasks.append(["details", f"{_repository(url)}/pulls/{row['number']}/reviews", "", False, 1])
    counted = row.get("reactions")
    if isinstance(counted, Mapping) and counted.get("total_count"):
        tasks.append(["details", f"{_path(url)}/reactions", url, False, 1])
    return tasks


def _numbered(row: Any) -> tuple[str, int]:
    """Return the repository of an issue, and its number there."""
    number = whole(needed(row, "number", "the issue"), "the issue's number")
    return _repository(str(needed(row, "url", "the issue"))), number


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
        tags=tuple(clean(str(one.get("name") or ""), 200) for one in rows_of(row, "labels")),
        reaction=clean(str(row.get("state") or ""), 40).lower() or None if verb is Verb.REACT else None,
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
        reaction=clean(str(row.get("content") or ""), 40).lower() or None,
        channel=re.split(r"[#]|/(?:issue|review)-", parent)[0],
        line=1,
    )
