"""Jira: issues and their comments, as the table that Jira exports (CSV), and as saved answers of its search (JSON).

References: Atlassian Support, Export results from Jira in a CSV file (All fields); Jira REST API, search.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, partial
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from connectors.kit.addresses import address_account
from connectors.kit.answers import At, each, guarded, identifier, mapping
from connectors.kit.csv_files import header, listed_rows
from connectors.kit.day_order import DayOrder, read_written
from connectors.kit.json_files import document, holds, rows
from connectors.kit.lists import rows_of
from connectors.kit.months import short_moment
from connectors.kit.repeats import Repeats
from connectors.kit.text import clean
from connectors.kit.times import in_utc, moment, named_zone
from connectors.sites.jira_headers import in_english
from influence.contract.connector import Unreadable
from influence.contract.files import Member
from influence.contract.records import Activity, Person, Record, Verb

_NEEDED = {"issuekey", "issueid", "created"}
_WRITERS = {"creator", "reporter"}
_USED = frozenset(
    (
        *("issuekey", "created", "summary", "labels", "comment", "comments"),
        *("creator", "reporter", "assignee", "creatorid", "reporterid", "assigneeid"),
    )
)
"""The columns that are read, of the hundreds that a table may have."""
_ANSWER = ((b'"issues"', b'"fields"', b'"key"', b'"self"'),)
_ALONE = ((b'"key"', b'"self"', b'"fields"', b'"creator"', b'"created"', b'"summary"'),)
"""One issue, as the service answers that is asked for it by its key."""
_COMMENT = re.compile(r"([^;]{6,40});([^;]{1,200});(.{0,200000})", re.DOTALL)
_NOBODY = frozenset(("anonymous", "anonym", "anonyme", "anónimo", "anoniem", "former user"))
"""What stands where nobody was signed in, or an account is gone: many strangers, and no one person."""
_MOST_PARTS = 10_000
_NAMED = re.compile(r"\[~(?:accountid:)?([^\[\]]{1,100})\]")


@dataclass(frozen=True)
class Jira:
    """Who made an issue and who commented on it.

    `zone` is that of the person who exported the table, in which its times stand; `dates` is `day-first` or
    `month-first` where those are numbers that do not tell.
    """

    zone: str | None = None
    dates: str = ""

    name: ClassVar[str] = "jira"
    title: ClassVar[str] = (
        "Jira: issues and comments, exported as a table (CSV, all fields), or saved answers"
    )
    source: ClassVar[str] = "In the list of issues: Export, CSV (all fields)."

    def recognises(self, member: Member, head: bytes) -> bool:  # noqa: ARG002 - a name proves nothing
        """Tell the table by its columns, an answer by its fields."""
        columns = set(in_english(header(head)[0]))
        return (columns >= _NEEDED and bool(columns & _WRITERS)) or holds(head, *_ANSWER, *_ALONE)

    def parse(self, member: Member) -> Iterator[Record]:
        """Yield each issue, and the comments on it.

        Raises:
            Unreadable: it is neither, or its times state no zone and none is given.
            ConnectorError: the dates do not tell their order.
        """
        head = member.head()
        if holds(head, *_ANSWER):
            reader = _Issues()
            yield from each(rows(member, "issues"), lambda at: reader.answer(at.value, at.line), "the issue")
            return
        if holds(head, *_ALONE):
            reader = _Issues()
            yield from guarded(lambda: reader.answer(mapping(document(member)), 1), "the issue")
            return
        if not self.recognises(member, head):
            raise Unreadable(
                f"{member.name}: the table has no columns Issue key, Issue id, Created and Creator"
            )
        zone = named_zone(self.zone)
        if zone is None:
            raise Unreadable(
                f"{member.name}: its times state no zone; say which it is, as in --zone Europe/Oslo"
            )
        names = in_english(header(head)[0])
        places = [place for place, name in enumerate(names) if name in _USED]
        table = _Table(names=[names[place] for place in places], zone=zone, order=self._order(member))
        yield from each(listed_rows(member, places), lambda at: table.issue(at.value, at.line), "the issue")

    def _order(self, member: Member) -> str:
        order, names = DayOrder(), in_english(header(member.head())[0])
        for row in listed_rows(member.up_to_damage(), [names.index("created")]):
            written = read_written(row.value[0] or "") if isinstance(row, At) else None
            if written is not None:
                order.learn(written)
        return order.decided(self.dates, member.name)


@dataclass
class _Issues:
    """Makes records of issues, wherever they come from."""

    named: set[str] = field(default_factory=set)
    repeats: Repeats = field(default_factory=Repeats)

    def claim(
        self, account: str, name: str, line: int, *also: str, bot: bool | None = None
    ) -> Iterator[Person]:
        """Yield somebody who was not named before."""
        if account not in self.named and (name or also):
            self.named.add(account)
            yield Person(name=name or None, accounts=(account, *also), bot=bot, line=line)

    def answer(self, row: Mapping[str, Any], line: int) -> Iterator[Record]:
        """Yield an issue of a saved answer and its comments."""
        key, told = identifier(row["key"], "key"), mapping(row.get("fields"))
        writer = mapping(told.get("creator") or told.get("reporter"))
        actor = yield from self._who(writer, line)
        labels = told.get("labels")
        yield Activity(
            id=f"jira:{key}",
            time=moment(told.get("created"), "created"),
            actor=actor,
            verb=Verb.POST,
            conversation=f"jira:{key}",
            channel=f"jira:{key.rpartition('-')[0]}",
            text=str(told.get("summary") or "") or None,
            tags=tuple(str(one) for one in labels) if isinstance(labels, list) else (),
            line=line,
        )
        for one in rows_of(mapping(told.get("comment")), "comments"):
            author = yield from self._who(mapping(one.get("author")), line)
            body = one["body"] if isinstance(one.get("body"), str) else _marked(one.get("body"))
            number = identifier(one.get("id"), "the comment's id")
            yield self.comment(key, f"jira:comment:{number}", author, moment(one.get("created")), body, line)

    def _who(self, user: Mapping[str, Any], line: int) -> Generator[Record, None, str]:
        own = user.get("accountId") or user.get("name") or user.get("key")
        account = _account(str(own or ""))
        mail = address_account(user.get("emailAddress"))
        name = clean(str(user.get("displayName") or ""), 200)
        bot = True if user.get("accountType") == "app" else None
        yield from self.claim(account, name, line, *((mail,) if mail and mail != account else ()), bot=bot)
        return account

    def comment(self, key: str, own: str, author: str, time: datetime, body: str, line: int) -> Activity:
        """Make a comment, which answers its issue."""
        named = dict.fromkeys(_account(one) for one in _NAMED.findall(body))
        return Activity(
            id=own,
            time=time,
            actor=author,
            verb=Verb.COMMENT,
            parent=f"jira:{key}",
            conversation=f"jira:{key}",
            mentions=tuple(one for one in named if one != author),
            channel=f"jira:{key.rpartition('-')[0]}",
            text=body.strip() or None,
            line=line,
        )


def _marked(body: Any) -> str:
    """Return the words of a text in Atlassian's document format, with mentions as its older texts write them."""
    told: list[str] = []
    left: list[Any] = [body]
    while left and len(told) < _MOST_PARTS:
        part = left.pop()
        if isinstance(part, list):
            left.extend(reversed(part))
        elif isinstance(part, dict):
            named = mapping(part.get("attrs")).get("id") if part.get("type") == "mention" else None
            told.append(f"[~accountid:{named}]" if named else str(part.get("text") or ""))
            left.append(part.get("content"))
    return " ".join(filter(None, told))


def _account(told: str) -> str:
    """Return the account of a name of Jira, of an id or of an address.

    Raises:
        ValueError: there is none.
    """
    name = clean(told, 200)
    if not name or name.lower() in _NOBODY:
        raise ValueError("it names nobody who wrote it")
    return address_account(name) or f"jira:{name.lower()}"


@dataclass
class _Table(_Issues):
    """Reads the rows of a table, in which columns such as Comment stand many times."""

    names: Sequence[str] = ()
    zone: ZoneInfo | None = None
    order: str = ""

    @cached_property
    def _places(self) -> Mapping[str, list[int]]:
        found: dict[str, list[int]] = {}
        for place, name in enumerate(self.names):
            found.setdefault(name, []).append(place)
        return found

    def _all(self, values: Sequence[str | None], name: str) -> list[str]:
        return [value for place in self._places.get(name, ()) if (value := values[place])]

    def _first(self, values: Sequence[str | None], *names: str) -> str:
        return next((found[0] for name in names if (found := self._all(values, name))), "")

    def issue(self, values: Sequence[str | None], line: int) -> Iterator[Record]:
        """Yield the issue of a row and its comments; one that cannot be read is set aside alone."""
        key = identifier(self._first(values, "issuekey"), "the issue's key")
        ids = {name: self._first(values, f"{name}id") for name in ("creator", "reporter", "assignee")}
        for name, own in ids.items():
            if own and (shown := self._first(values, name)):
                yield from self.claim(_account(own), clean(shown, 200), line)
        shown = self._first(values, "creator", "reporter")
        writer = "creator" if self._first(values, "creator") else "reporter"
        if " " in shown and not ids[writer]:
            yield from self.claim(_account(shown), clean(shown, 200), line)
        yield Activity(
            id=f"jira:{key}",
            time=self._time(self._first(values, "created")),
            actor=_account(ids[writer] or shown),
            verb=Verb.POST,
            conversation=f"jira:{key}",
            channel=f"jira:{key.rpartition('-')[0]}",
            text=self._first(values, "summary") or None,
            tags=tuple(clean(one, 100) for one in self._all(values, "labels")),
            line=line,
        )
        for told in (*self._all(values, "comment"), *self._all(values, "comments")):
            yield from guarded(partial(self._comment, key, told, line), "a comment", line)

    def _comment(self, key: str, told: str, line: int) -> Iterator[Record]:
        found = _COMMENT.fullmatch(told)
        if found is None:
            raise ValueError("it does not begin with its time and its author")
        author, time = _account(found[2]), self._time(found[1])
        own = self.repeats.named(f"jira:{key}:{time:%Y%m%dT%H%M%S}:{author}")
        yield self.comment(key, own, author, time, found[3], line)

    def _time(self, told: str) -> datetime:
        if not told:
            raise ValueError("it tells no time")
        zone = self.zone or UTC
        written = read_written(told.strip())
        found = written.local(self.order).replace(tzinfo=zone) if written else short_moment(told, zone)
        return in_utc(found)
