"""Request Tracker over its REST interface, version 2: requests, answers, notes and who closed what.

Read ticket by ticket: a ticket that changed since the last pull comes whole, with all its history.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit

from connectors.kit.addresses import display_name, email_account
from connectors.kit.answers import (
    each,
    guarded,
    mapping,
    needed,
    needed_list,
    read,
    shape_expected,
    whole,
    written,
)
from connectors.kit.http import Service
from connectors.kit.lists import objects, rows_of, setting_aside
from connectors.kit.paging import Answer, State, Task, everything, gathered, sound, walk
from connectors.kit.text import clean
from connectors.kit.times import moment, passed
from influence.contract.connector import Changed, ConnectorError, Gone, NotAuthorised, Reply, Secret
from influence.contract.files import Member
from influence.contract.records import Activity, Deleted, Person, Record, SetAside, Verb

AT_ONCE = 100
SYSTEM = "rt"
_PROGRAMS = frozenset(("RT_System", "RT_Bot", "Nobody"))
_BY_PEOPLE = frozenset(("Create", "Correspond", "Comment", "Status"))
_ZONES = timedelta(days=1)
"""A search reads its dates in the user's own zone, which it does not tell; so it is asked for a day more."""
_PERSON = "EmailAddress,RealName"
_DELETED = "ObjectType = 'RT::Ticket' AND Type = 'Status' AND NewValue = 'deleted' AND id > {}"


@dataclass(frozen=True)
class RequestTracker:
    """Tickets of Request Tracker 5: who asked, who answered, who noted, who closed.

    `url` is its address. An answer responds to the request; what the requestor writes after an answer
    responds to that answer. A change of status by a person counts as an edit of the request.
    """

    url: str = ""

    name: ClassVar[str] = "request-tracker"
    title: ClassVar[str] = "Request Tracker: requests and answers of a service desk, live"
    source: ClassVar[str] = "Connect it live; in Request Tracker: Logged in as, Settings, Auth Tokens."
    secrets: ClassVar[tuple[str, ...]] = ("token",)
    required: ClassVar[tuple[str, ...]] = ("url",)
    beforehand: ClassVar[str] = (
        "An auth token of Request Tracker 5 can do all that you can do there, and holds until you revoke it."
    )
    reads: ClassVar[str] = "All tickets that the owner of the token can see, with their history."
    revoke: ClassVar[str] = "In Request Tracker: Logged in as, Settings, Auth Tokens, Revoke."

    def recognises(self, member: Member, head: bytes) -> bool:  # noqa: ARG002 - a name proves nothing
        """Tell by the links of its second REST interface and by the parts of a ticket."""
        ours = b"/REST/2.0/" in head and b'"history"' in head
        return head.lstrip()[:1] == b"{" and ours

    def parse(self, member: Member) -> Iterator[Record]:
        """Turn one ticket and its history (`{"ticket": …, "history": {"items": […]}}`) into records.

        Raises:
            Changed: it is no such answer.
        """
        with shape_expected():
            found = read(member)
            where = "the answer of Request Tracker"
            with setting_aside() as odd:
                reader = _Ticket(needed(found, "ticket", where), rows_of(found, "users"))
            yield from (SetAside(reason, line=1) for reason in odd)
            yield from reader.records(needed_list(needed(found, "history", where), "items", "the history"))

    def fetch(self, cursor: Mapping[str, Any], secret: Secret) -> Iterator[Reply]:
        """Yield the tickets that changed or were deleted since the cursor, the longest unchanged first.

        Raises:
            RateLimited, NotAuthorised, Gone, Changed, StoppedShort: as they say.
        """
        pull = _Pull(self._service(secret))
        yield from walk(cursor, pull.begin, pull.ask, keeps_tasks=False)

    def signed_in_as(self, secret: Secret) -> str:
        """Ask for the version, which only somebody who is signed in is told; whose the token is, is not.

        Raises:
            RateLimited, NotAuthorised, Gone, Changed: as they say.
        """
        version = needed(self._service(secret).json("rt"), "Version", "the answer of Request Tracker")
        place = urlsplit(self.url).netloc
        return f"the owner of the token on {place} (Request Tracker {clean(str(version), 40)})"

    def _service(self, secret: Secret) -> Service:
        if not self.url:
            raise ConnectorError("the address is missing: connect with --set url=https://rt.acme.example")
        return Service(f"{self.url.rstrip('/')}/REST/2.0/", {"Authorization": f"token {secret.get('token')}"})


@dataclass(frozen=True)
class _Pull:
    """One pull. The cursor holds the tickets of the last day before the newest change, each with its time.

    Of a list that stopped short it holds since when, so that the next pull goes through it again.
    """

    service: Service
    users: dict[str, Any] = field(default_factory=dict)

    def begin(self, state: State) -> list[Task]:
        """Plan a pull: what changed, then what was deleted."""
        state |= {"recent": state.get("recent", {}), "deleted": int(state.get("deleted", 0))}
        return [["changed"], ["deletions"]]

    def ask(self, task: Task, state: State) -> Answer:
        """Ask for a ticket, or for a list of those to ask for."""
        match task:
            case ["changed"]:
                return Answer(None, self._changed(state))
            case ["deletions"]:
                return Answer(None, self._deletions(state["deleted"]))
            case ["ticket", str(number), str(at), int(left)]:
                member = self._ticket(number)
                state["recent"] = _of_the_last_day(state["recent"] | {number: at})
                return Answer(member, note=f"tickets left: {left}" if left and left % 100 == 0 else "")
        _, number, deletion = task
        member = self._ticket(number)
        state |= {"recent": _of_the_last_day(state["recent"]), "deleted": max(deletion, state["deleted"])}
        return Answer(member)

    def _changed(self, state: State) -> list[Task]:
        """List the tickets that changed since the last pull, the longest unchanged first."""
        recent = state["recent"]
        since = state.pop("short", max(recent.values(), default=""))
        query = "id > 0"
        if since:
            query = f"LastUpdated >= '{(moment(since) - 2 * _ZONES).strftime('%Y-%m-%d %H:%M:%S')}'"
        rows, is_whole = gathered(self._all("tickets", query=query, fields="LastUpdated", orderby="id"))
        if not is_whole:
            state["short"] = since
        listed = dict(found for _, found in sound(rows, _changed, "a ticket"))
        oldest = (moment(since) - _ZONES).strftime("%Y-%m-%dT%H:%M:%SZ") if since else ""
        new = sorted(
            (at, number) for number, at in listed.items() if at >= oldest and recent.get(number) != at
        )
        return [["ticket", number, at, len(new) - place] for place, (at, number) in enumerate(new, 1)]

    def _deletions(self, last: int) -> list[Task]:
        """List the tickets that were deleted, which no search for tickets finds any more."""
        asked = {"query": _DELETED.format(last), "fields": "ObjectId", "orderby": "id"}
        rows, is_whole = gathered(self._all("transactions", **asked))
        found = sound(rows, _deleted, "a deletion")
        return [["deleted", number, at if is_whole else 0] for _, (number, at) in found]

    def _ticket(self, number: str) -> Member:
        """Ask for a ticket with its history; `fields` adds to people their name and address."""
        ticket = self.service.json(f"ticket/{number}")
        fields = {"fields": "Type,Creator,Created,NewValue,OldValue", "fields[Creator]": _PERSON}
        history = list(self._all(f"ticket/{number}/history", **fields))
        asked = [str(one["id"]) for one in rows_of(ticket, "Requestor") if one.get("id")]
        users = [found for name in asked if (found := self._user(name))]
        return written(
            f"ticket-{number}.json", {"ticket": ticket, "history": {"items": history}, "users": users}
        )

    def _user(self, name: str) -> Any:
        """Ask once for somebody's name and address, which the ticket itself does not tell."""
        if name not in self.users:
            try:
                found = self.service.json(f"user/{quote(name, safe='')}")
                self.users[name] = {
                    "id": name,
                    "RealName": found.get("RealName"),
                    "EmailAddress": found.get("EmailAddress"),
                }
            except (Gone, NotAuthorised):
                self.users[name] = None
        return self.users[name]

    def _all(self, path: str, **params: Any) -> Generator[Mapping[str, Any], None, bool]:
        """Yield the items of all pages."""

        def rows(found: Any) -> list[Any]:
            items = needed_list(found, "items", f"the answer to {path}")
            return [row for row, _ in sound(items, lambda row: needed(row, "id", "an item"), "an item")]

        def after(found: Any, page: int) -> int | None:
            told = found.get("pages")  # of which one may be empty: what it holds is hidden from us
            return page + 1 if (page < int(told) if told else found["items"]) else None

        def ask(page: int) -> Any:
            found = self.service.json(path, page=page, per_page=AT_ONCE, **params)
            if mapping(found).get("page", page) not in (page, str(page)):
                raise ConnectorError(
                    f"asked for page {page} of {clean(path, 80)} it gives another; pull again"
                )
            return found

        return everything(1, ask, rows, after)


def _changed(row: Any) -> tuple[str, str]:
    """Return the number of a ticket, and when it changed."""
    at = str(needed(row, "LastUpdated", "the ticket"))
    passed(moment(at, "LastUpdated"), "LastUpdated")
    return str(whole(needed(row, "id", "the ticket"), "the ticket's id")), at


def _deleted(row: Any) -> tuple[str, int]:
    """Return the number of a ticket that was deleted, and that of its deletion."""
    number = whole(needed(row, "ObjectId", "the transaction"), "the ticket's id")
    return str(number), whole(row["id"], "the transaction's id")


def _of_the_last_day(recent: Mapping[str, str]) -> dict[str, str]:
    oldest = moment(max(recent.values())) - _ZONES if recent else None
    return {number: at for number, at in recent.items() if oldest and moment(at) >= oldest}


class _Ticket:
    """Reads one ticket: its history in order, since an answer is to what was written before it."""

    def __init__(self, ticket: Mapping[str, Any], users: list[Mapping[str, Any]]) -> None:
        where = urlsplit(str(needed(_own(ticket), "_url", "the ticket")))
        if not where.netloc:
            raise Changed("the ticket does not say which Request Tracker it is of: the answer has changed")
        self.site = f"{where.netloc.lower()}{where.path.split('/REST/', 1)[0]}"
        self.number = whole(needed(ticket, "id", "the ticket"), "the ticket's id")
        self.root = f"{SYSTEM}:{self.site}/ticket-{self.number}"
        self.ticket = ticket
        self.users = {str(user.get("id")): user for user in users}
        self.left_out: Counter[str] = Counter()
        self._last_answer: Activity | None = None
        self._told: set[str] = set()

    def records(self, items: list[Mapping[str, Any]]) -> Iterator[Record]:
        """Yield what people did on this ticket, and how many rows the system wrote itself."""
        if self.ticket.get("Status") == "deleted":
            yield Deleted(self.root, line=1)
            yield from each(items, lambda row: [Deleted(self._id(row))], "the transaction")
            return
        for row in items:
            yield from guarded(partial(self._row, row), f"ticket {self.number}")
        if self.left_out:
            kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(self.left_out.items()))
            yield SetAside(f"ticket {self.number}: rows that no person wrote: {kinds}", line=1)

    def _id(self, row: Mapping[str, Any]) -> str:
        return f"{SYSTEM}:{self.site}/transaction-{whole(needed(row, 'id', 'a transaction'), 'its id')}"

    def _row(self, row: Mapping[str, Any]) -> Iterator[Record]:
        kind = clean(str(needed(row, "Type", "a transaction")), 40)
        creator = needed(row, "Creator", "a transaction")
        if kind not in _BY_PEOPLE or needed(creator, "id", "the creator") in _PROGRAMS:
            self.left_out[kind] += 1
            return
        asking = self._requestor() if kind == "Create" else None
        yield from self._person(asking or creator)
        yield self._activity(kind, row, self._account(asking or creator))

    def _activity(self, kind: str, row: Mapping[str, Any], actor: str) -> Activity:
        request = kind == "Create"
        made = Activity(
            id=self.root if request else self._id(row),
            time=moment(needed(row, "Created", "a transaction")),
            actor=actor,
            verb={"Create": Verb.POST, "Correspond": Verb.REPLY, "Comment": Verb.COMMENT}.get(
                kind, Verb.EDIT
            ),
            parent=None if request else self._parent(kind, actor),
            conversation=self.root,
            channel=self._queue(),
            subject=None,
            text=clean(str(self.ticket.get("Subject") or ""), 500) or None if request else None,
            url=f"{self._address()}/Ticket/Display.html?id={self.number}",
            line=1,
        )
        if kind == "Correspond":
            self._last_answer = made
        return made

    def _parent(self, kind: str, actor: str) -> str:
        """What the requestor writes is to the last answer by somebody else, all else to the request."""
        asked = {self._account(one) for one in self._people("Requestor")}
        last = self._last_answer
        if kind == "Correspond" and actor in asked and last is not None and last.actor not in asked:
            return last.id
        return self.root

    def _requestor(self) -> Mapping[str, Any] | None:
        """Return who asked, where it is one person: a desk often writes a request down for somebody."""
        asked = self._people("Requestor")
        return self.users.get(str(asked[0]["id"]), asked[0]) if len(asked) == 1 else None

    def _people(self, role: str) -> list[Mapping[str, Any]]:
        found = objects(self.ticket.get(role) or None, role)
        return [one for one in found if one.get("type", "user") == "user"]

    def _account(self, user: Mapping[str, Any]) -> str:
        return f"{SYSTEM}:{self.site}/{clean(str(needed(user, 'id', 'a user')), 200)}"

    def _person(self, user: Mapping[str, Any]) -> Iterator[Person]:
        account = self._account(user)
        if account in self._told:
            return
        self._told.add(account)
        address = next(
            (str(one) for one in (user.get("EmailAddress"), user["id"]) if "@" in str(one or "")), ""
        )
        name = display_name(str(user.get("RealName") or ""))
        accounts = (account, email_account(clean(address, 300))) if address else (account,)
        if name or address:
            yield Person(name=name or None, accounts=accounts, line=1)

    def _queue(self) -> str | None:
        queue = self.ticket.get("Queue")
        return (
            f"{SYSTEM}:{self.site}/queue-{clean(str(queue['id']), 80)}"
            if isinstance(queue, Mapping)
            else None
        )

    def _address(self) -> str:
        return str(_own(self.ticket)["_url"]).split("/REST/", 1)[0][:300]


def _own(ticket: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the link by which a ticket names itself."""
    for link in objects(needed_list(ticket, "_hyperlinks", "the ticket"), "_hyperlinks"):
        if link.get("ref") == "self":
            return dict(link)
    raise Changed("the ticket has no link to itself: the answer of Request Tracker has changed")
