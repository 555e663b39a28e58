"""Reddit: dumps and API pages, a member's own data request, and the live API (by praw)."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, ClassVar

from connectors.kit.answers import At, as_member, each, mapping, needed, read, shape_expected
from connectors.kit.deletions import are_tombstones, tombstones
from connectors.kit.json_files import holds, values
from connectors.kit.paging import walk
from connectors.kit.stored import asked_again
from connectors.kit.text import clean
from connectors.kit.times import seconds
from connectors.social import reddit_export
from connectors.social.reddit_pull import AT_ONCE, Api, App, Pull
from connectors.social.reddit_records import People, read_thing, things
from influence.contract.connector import ConnectorError, Reply, Secret
from influence.contract.files import Export, Member
from influence.contract.records import Activity, Note, Record, SetAside

_THING = re.compile(rb'"kind"\s*:\s*"(t[134]|Listing|more)"')
_MARKS = ((b'"subreddit"', b'"created_utc"'), (b'"link_id"', b'"created_utc"'))


@dataclass(frozen=True)
class Reddit:
    """Submissions and comments: who answered whom, who named whom (`u/name`), who crossposted.

    `user` is whose submissions and comments are pulled, with the comments in their threads, and whose a data
    request is, where it does not say so itself. Votes are anonymous on Reddit and are no responses here.
    `server` and `login` are where Reddit is.
    """

    user: str | None = None
    server: str = "https://oauth.reddit.com"
    login: str = "https://www.reddit.com"

    name: ClassVar[str] = "reddit"
    title: ClassVar[str] = "Reddit: a member's data request, JSON dumps, API pages, live"
    each_has: ClassVar[frozenset[str]] = frozenset(("statistics.csv",))
    source: ClassVar[str] = (
        "Ask for your own data at reddit.com/settings/data-request, save a page's address with .json, or use a "
        "dump; or: influence connect reddit."
    )
    needs: ClassVar[Mapping[str, str]] = {}
    stored: ClassVar[tuple[str, ...]] = ("reddit:",)
    secrets: ClassVar[tuple[str, ...]] = ("client_id", "client_secret")
    required: ClassVar[tuple[str, ...]] = ("user",)
    beforehand: ClassVar[str] = (
        "Since November 2025 Reddit must approve an app before it may ask for anything, and often does not; it "
        "costs nothing. Its Responsible Builder Policy forbids to find out who somebody is by matching Reddit "
        "with what is known elsewhere: that an account is a colleague's is linked here only for a reason that "
        "you state. Your own data request (reddit.com/settings/data-request) needs no approval: influence import."
    )
    reads: ClassVar[str] = "Public submissions and comments of one user, and the comments that answer them."
    revoke: ClassVar[str] = "Delete the app at reddit.com/prefs/apps."
    clock: ClassVar[Callable[[], float]] = time.time
    sleep: ClassVar[Callable[[float], None]] = time.sleep

    def recognises(self, member: Member, head: bytes) -> bool:  # noqa: ARG002 - a name proves nothing
        """Tell by the kinds of things, by fields or by columns that only Reddit has."""
        if reddit_export.kind_of(head):
            return True
        return holds(head, *_MARKS) or (holds(head, (b'"kind"',)) and bool(_THING.search(head)))

    def parse(self, member: Member) -> Iterator[Record]:
        """Yield one activity a submission, comment or message; of deleted authors nothing is kept.

        Raises:
            Unreadable: the file is neither JSON nor a table of a data request.
        """
        if reddit_export.kind_of(member.head()):
            yield from reddit_export.file(member, self._stated())
            return
        with shape_expected():
            if are_tombstones(member):
                yield from tombstones(member)
                return
            people, seen, doubles = People(), set[str](), Counter[str]()
            for record in each(
                _things(values(member)),
                lambda at: read_thing(at.value[0], at.value[1], at.line, people),
                "the item",
            ):
                if isinstance(record, Activity):
                    doubles[record.id] += record.id in seen
                    if record.id in seen:
                        continue
                    seen.add(record.id)
                yield record
            if doubles.total():
                yield Note(f"{doubles.total():,} items stand more than once; each is counted once")

    def claims(self, names: Sequence[str]) -> bool:
        """Tell a data request by the names of its files."""
        return reddit_export.claims(names)

    def parse_export(self, export: Export) -> Iterator[tuple[str, Record]]:
        """Yield the posts, comments and private messages of a data request; each once.

        Raises:
            ConnectorError: `user` is no name of a user.
        """
        yield from reddit_export.whole(export, self._stated())

    def _stated(self) -> str:
        """Return the name of the user, empty where none is stated."""
        if not self.user:
            return ""
        name = self.user.removeprefix("u/")
        if not re.fullmatch(r"[\w-]{3,20}", name):
            raise ConnectorError(f"user is {self.user[:40]!r}; write the name of an account, as in u/name")
        return name

    def _api(self, secret: Secret) -> Api:
        user = self._stated()
        if not user:
            raise ConnectorError("say whose submissions to read: user=NAME, without u/")
        known = secret.get("client_id").strip(), secret.get("client_secret").strip()
        return Api(App(*known, user, self.server, self.login), type(self).sleep)

    def signed_in_as(self, secret: Secret) -> str:
        """Ask about the user: the app signs in for nobody, so that is all that can be said.

        Raises:
            ConnectorError: no user is named.
            RateLimited, NotAuthorised, Gone, Changed: as they say.
        """
        path = f"/user/{self._stated()}/about.json"
        with shape_expected(), closing(self._api(secret)) as api:
            about = mapping(needed(read(as_member(path, api.get(path).content)), "data", path))
            name, made = clean(str(about.get("name", self.user)), 40), about.get("created_utc")
            since = f"account of {seconds(made).year}" if made else "suspended"
            return f"the app alone, reading u/{name} ({since})"

    def fetch(self, cursor: Mapping[str, Any], secret: Secret) -> Iterator[Reply]:
        """Yield pages since `cursor`; items of the last 30 days are asked again for what changed.

        Raises:
            ConnectorError: no user is named.
            RateLimited, NotAuthorised, Gone, Changed: as they say.
            StoppedShort: after all that could be read, where a list went round in circles.
        """
        with closing(self._api(secret)) as api:
            pull = Pull(self._stated(), api, type(self).clock())
            yield from walk(cursor, pull.begin, pull.ask)

    def look_again(self, ids: Iterable[str], secret: Secret) -> Iterator[Reply]:
        """Yield what Reddit says now of stored items: an edited one as it is, one that is gone as such.

        Raises:
            ConnectorError: no user is named.
            RateLimited, NotAuthorised, Gone, Changed: as they say.
        """
        items = (one.removeprefix("reddit:") for one in ids)
        tasks = asked_again("info", (item for item in items if item.startswith(("t1_", "t3_"))), AT_ONCE)
        with closing(self._api(secret)) as api:
            yield from walk({}, lambda _: tasks, Pull(self._stated(), api, type(self).clock()).look)


def _things(found: Iterator[At | SetAside]) -> Iterator[At | SetAside]:
    for one in found:
        if isinstance(one, SetAside):
            yield one
        else:
            yield from (At(one.line, thing) for thing in things(one.value))
