"""Yammer, now Viva Engage: live by its REST interface, or the network data export (a zip of CSV files).

Written on httpx: there is no maintained package for it. The interface dates no like, and the newest
messages come first; a pull goes back over the last `again` days, so that likes and edits of those are seen.
"""

from __future__ import annotations

import json
import re
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import PurePosixPath
from typing import Any, ClassVar

from connectors.kit import csv_files as delimited
from connectors.kit.addresses import clean
from connectors.kit.answers import (
    address_account,
    each,
    identifier,
    listed,
    moment,
    once,
    read,
    tells_what_changed,
)
from connectors.kit.http import Service, as_member, field
from connectors.kit.sign_in import Application, Permission, SignedIn, by_device_code, kept
from influence.contract.connector import Changed, ConnectorError, Reply, Unreadable, each_file
from influence.contract.files import Export, Member
from influence.contract.records import Activity, Deleted, Note, Person, Record, SetAside, Verb

PAGE = 20
ALLOWED, WITHIN = 10, 30.0
"""Requests, and the seconds in which the service allows so many."""
_MENTION = re.compile(r"\[\[?[Uu]ser:(\d{1,20})\b")
_MESSAGE_COLUMNS = frozenset(("id", "senderid", "threadid", "repliedtoid", "createdat"))
_USER_COLUMNS = frozenset(("id", "name", "email", "joinedat"))
_NO_ACTIVITY = frozenset(("groups.csv", "networks.csv", "topics.csv", "admins.csv", "files.csv", "pages.csv"))


@dataclass(frozen=True)
class Yammer:
    """Messages, replies, mentions and likes of a Yammer (Viva Engage) network, and whose accounts they are.

    `client_id` is that of the application that your organisation registered, `tenant` the organisation's
    id or domain; `again` how many days a pull goes back for likes and edits.
    """

    client_id: str = ""
    tenant: str = "organizations"
    again: str = "30"
    scope: str = "https://www.yammer.com/.default offline_access"
    server: str = "https://www.yammer.com/api/v1"
    login: str = "https://login.microsoftonline.com"

    name: ClassVar[str] = "yammer"
    title: ClassVar[str] = "Viva Engage (Yammer): live, or the network data export"
    source: ClassVar[str] = (
        "A network administrator exports it under Network Admin > Export Data; or: influence connect yammer."
    )
    secrets: ClassVar[tuple[str, ...]] = ("refresh_token",)
    reads: ClassVar[str] = (
        "It reads the messages that you can see, who wrote, answered, named and liked, and nothing else."
    )
    revoke: ClassVar[str] = (
        "Remove the application at https://myapps.microsoft.com (… > Manage your application)."
    )

    def sign_in(self, ask: Callable[[str], None]) -> dict[str, str]:
        """Let a person give the permission by device code and return what is to be kept."""
        return kept(by_device_code(self._application(), ask))

    def _application(self) -> Application:
        place = f"{self.login}/{self.tenant}/oauth2/v2.0"
        return Application(self.client_id, self.scope, f"{place}/token", f"{place}/devicecode")

    # --- live ---------------------------------------------------------------------------------------------

    @tells_what_changed
    def fetch(self, cursor: Mapping[str, Any], secret: Callable[[str], str]) -> Iterator[Reply]:
        """Yield pages of messages, newest first: what an interrupted pull left, then what is new since.

        Raises:
            RateLimited, NotAuthorised, Gone, Changed: as they say.
            ConnectorError: an option is not what it should be.
        """
        permission = Permission(self._application(), secret("refresh_token"))
        asked = _Asked(SignedIn(Service(self.server), permission), Pace())
        at = dict(cursor)
        if at.get("older_than"):
            for reply in self._sweep(asked, at):
                at = dict(reply.cursor)
                yield reply
        yield from self._sweep(asked, {name: at[name] for name in ("since", "since_time") if name in at})

    def _sweep(self, asked: _Asked, cursor: Mapping[str, Any]) -> Iterator[Reply]:
        """Go from the newest message back to what is known; the cursor after a page tells where it stands."""
        at = dict(cursor)
        while True:
            older_than = at.get("older_than")
            answer = asked.get("/messages.json", {"older_than": older_than, "limit": PAGE})
            messages = listed(answer, "messages")
            if not messages and "newest" not in at:
                return
            ids = [int(field(message, "id", "a message")) for message in messages]
            if ids and "newest" not in at:
                at |= {"newest": max(ids), "newest_time": messages[ids.index(max(ids))].get("created_at")}
            ended = self._ended(answer, messages, ids, at)
            at = _after(at) if ended else at | {"older_than": min(ids)}
            answer = answer | {"likers": dict(_likers(asked, messages))} if messages else answer
            yield Reply(as_member(f"yammer-{max(ids, default=0)}.json", json.dumps(answer).encode()), at)
            if ended:
                return

    def _ended(
        self, answer: Mapping[str, Any], messages: Sequence[Any], ids: Sequence[int], at: Mapping[str, Any]
    ) -> bool:
        if not ids or (answer.get("meta") or {}).get("older_available") is False:
            return True
        if at.get("older_than") is not None and min(ids) >= int(at["older_than"]):
            return True
        if "since" not in at or min(ids) > int(at["since"]):
            return False
        oldest = messages[list(ids).index(min(ids))]
        return self._is_settled(oldest, at.get("since_time"))

    def _is_settled(self, message: Mapping[str, Any], since: Any) -> bool:
        """Tell whether a message is so old that its likes are not asked for again."""
        try:
            days = timedelta(days=float(self.again))
        except ValueError:
            raise ConnectorError(f"again is {self.again[:20]!r}; give a number of days") from None
        return moment(message.get("created_at"), "created_at") < moment(since, "created_at") - days

    # --- files --------------------------------------------------------------------------------------------

    def recognises(self, member: Member, head: bytes) -> bool:  # noqa: ARG002 - a name proves nothing
        """Tell messages or users by their fields: a saved answer, or a table of the network data export."""
        if head.lstrip(b"\xef\xbb\xbf \r\n").startswith((b"{", b"[")):
            message = all(name in head for name in (b'"sender_id"', b'"replied_to_id"', b'"thread_id"'))
            return message or all(name in head for name in (b'"full_name"', b'"network_id"', b'"state"'))
        return bool(_table(head))

    def parse(self, member: Member) -> Iterator[Record]:
        """Yield messages, likes and people of one answer or one table.

        Raises:
            Unreadable: the table is none of the export's.
            Changed: the answer no longer has the shape it had.
        """
        head = member.head()
        if head.lstrip(b"\xef\xbb\xbf \r\n").startswith((b"{", b"[")):
            yield from once(_answer(read(member), member.name))
            return
        table = _table(head)
        if not table:
            raise Unreadable(f"{member.name}: the file is no table of messages or users, nor a saved answer")
        yield from _rows(member, _row_message if table == "messages" else _row_user)

    def claims(self, names: Sequence[str]) -> bool:
        """Tell a network data export by its Messages.csv and Users.csv."""
        return {"messages.csv", "users.csv"} <= {PurePosixPath(name).name.lower() for name in names}

    def parse_export(self, export: Export) -> Iterator[tuple[str, Record]]:
        """Yield what the tables of an export say; what is no table of it is set aside by name."""
        wanted = {"messages.csv", "users.csv"}
        by_kind = {name: PurePosixPath(name).name.lower() for name in sorted(export.files)}
        yield from each_file(export, [n for n, kind in by_kind.items() if kind in wanted], self._table)
        for name, kind in by_kind.items():
            if kind in _NO_ACTIVITY or kind in {"log.txt", "request.txt"}:
                yield name, Note("the table holds nothing that anybody did to somebody, and is not used")
            elif kind not in wanted:
                yield name, SetAside("the file is no table of the export that is read")

    def _table(self, member: Member) -> Iterator[Record]:
        try:
            yield from self.parse(member)
        except ConnectorError as error:
            yield SetAside(str(error))


class Pace:
    """Keeps within what the service allows: ten requests for messages in thirty seconds, by user and application."""

    def __init__(
        self, now: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._now, self._sleep = now, sleep
        self._asked: deque[float] = deque(maxlen=ALLOWED)

    def wait(self) -> None:
        """Wait until one more request is within the limit."""
        if len(self._asked) == ALLOWED:
            self._sleep(max(0.0, self._asked[0] + WITHIN - self._now()))
        self._asked.append(self._now())


@dataclass(frozen=True)
class _Asked:
    signed_in: SignedIn
    pace: Pace

    def get(self, path: str, params: Mapping[str, Any]) -> Any:
        self.pace.wait()
        return self.signed_in.get(path, params)


def _likers(asked: _Asked, messages: Sequence[Any]) -> Iterator[tuple[str, list[Any]]]:
    """Yield who likes a message, where the message names fewer than it counts."""
    for message in messages:
        liked = message.get("liked_by") or {}
        if int(liked.get("count") or 0) > len(liked.get("names") or []):
            number = identifier(message.get("id"), "the message's id")
            yield number, _all_likers(asked, number)


def _all_likers(asked: _Asked, message: str) -> list[Any]:
    """Ask page by page until one brings nobody new."""
    found: list[Any] = []
    for page in count(1):
        answer = asked.get(f"/users/liked_message/{message}.json", {"page": page})
        new = [user for user in listed(answer, "users") if user not in found]
        found += new
        if not new or not answer.get("more_available"):
            break
    return found


def _after(at: Mapping[str, Any]) -> dict[str, Any]:
    """Return the cursor after a whole sweep: everything up to the newest message of it is known."""
    newest = max(int(at["newest"]), int(at.get("since", 0)))
    time = at.get("newest_time") if newest == int(at["newest"]) else at.get("since_time")
    return {"since": newest, "since_time": time}


# --- answers ----------------------------------------------------------------------------------------------


def _answer(answer: Any, name: str) -> Iterator[Record]:
    if not isinstance(answer, Mapping | list):
        raise Changed(f"{name} is neither a message nor a list of messages or users")
    if isinstance(answer, list) or "sender_id" in answer or "full_name" in answer:
        items = answer if isinstance(answer, list) else [answer]
        users = [one for one in items if isinstance(one, Mapping) and "full_name" in one]
        answer = {"users": users, "messages": [one for one in items if one not in users]}
    references = listed(answer, "references")
    people = [one for one in (*references, *listed(answer, "users")) if isinstance(one, Mapping)]
    yield from each([one for one in people if one.get("type") in ("user", "bot", "guide")], _user, "user")
    handles = {str(one.get("name")): one.get("id") for one in people if one.get("type") == "user"}
    likers = answer.get("likers")
    for message in listed(answer, "messages"):
        yield from each([message], _message, "message")
        yield from each([message], lambda one: _likes(one, likers or {}, handles), "likes of message")


def _user(user: Mapping[str, Any]) -> Iterator[Record]:
    number = identifier(user.get("id"), "the user's id")
    active = user.get("state", "active") == "active"
    email = address_account(user.get("email"))
    yield Person(
        name=clean(str(user.get("full_name") or ""), 200) or None if active else None,
        accounts=(_account(number), email) if email else (_account(number),),
        bot=True if user.get("type") != "user" else None,
    )


def _account(number: Any) -> str:
    return f"yammer:{identifier(number, 'the id of a user')}"


def _item(number: Any) -> str:
    return f"yammer:{identifier(number, 'the id of a message')}"


def _message(message: Mapping[str, Any]) -> Iterator[Record]:
    item = _item(field(message, "id", "the message"))
    if message.get("system_message"):
        yield SetAside(f"the message {item} was written by the service itself")
        return
    actor = _account(field(message, "sender_id", f"the message {item}"))
    if message.get("sender_type") not in (None, "user"):
        yield Person(accounts=(actor,), bot=True)
    body = message.get("body") or {}
    parsed = str(body.get("rich") or body.get("parsed") or "") if isinstance(body, Mapping) else ""
    shared = message.get("shared_message_id")
    answered = message.get("replied_to_id") or None
    yield Activity(
        id=item,
        time=moment(message.get("created_at"), f"created_at of {item}"),
        actor=actor,
        verb=_verb(answered, shared, direct=bool(message.get("direct_message"))),
        parent=_item(answered or shared) if answered or shared else None,
        conversation=_item(message["thread_id"]) if message.get("thread_id") else None,
        to=tuple(_account(one) for one in [message.get("direct_to_id")] if one),
        mentions=_named(parsed, actor),
        channel=f"yammer-group:{message['group_id']}" if message.get("group_id") else None,
        text=_text(body, message),
        url=clean(str(message.get("web_url") or ""), 500) or None,
    )


def _verb(answered: Any, shared: Any, *, direct: bool) -> Verb:
    if answered:
        return Verb.REPLY
    if shared:
        return Verb.SHARE
    return Verb.MESSAGE if direct else Verb.POST


def _named(body: str, actor: str) -> tuple[str, ...]:
    found = (f"yammer:{number}" for number in _MENTION.findall(body[:100_000]))
    return tuple(dict.fromkeys(account for account in found if account != actor))


def _text(body: Any, message: Mapping[str, Any]) -> str | None:
    plain = body.get("plain") if isinstance(body, Mapping) else None
    return str(plain or message.get("content_excerpt") or "") or None


def _likes(
    message: Mapping[str, Any], likers: Mapping[str, Any], handles: Mapping[str, Any]
) -> Iterator[Record]:
    """Yield who likes a message. No answer dates a like: it bears the message's time, the earliest it can be."""
    item = _item(message.get("id"))
    everybody = likers.get(str(message.get("id"))) or (message.get("liked_by") or {}).get("names") or []
    for liker in everybody:
        number = liker.get("user_id") or liker.get("id") or handles.get(str(liker.get("permalink")))
        if number is None:
            yield SetAside(f"a like of {item} names nobody by an id")
            continue
        name = clean(str(liker.get("full_name") or ""), 200)
        yield Person(name=name or None, accounts=(_account(number),))
        yield Activity(
            id=f"{item}:like:{identifier(number, 'the id of a user')}",
            time=moment(message.get("created_at"), f"created_at of {item}"),
            actor=_account(number),
            verb=Verb.REACT,
            parent=item,
        )


# --- tables -----------------------------------------------------------------------------------------------


def _table(head: bytes) -> str:
    columns = {delimited.plain(name) for name in delimited.header(head)[0]}
    if columns >= _MESSAGE_COLUMNS:
        return "messages"
    return "users" if columns >= _USER_COLUMNS and "apiurl" in columns else ""


_Row = dict[str, str | None]


def _rows(member: Member, read_row: Callable[[_Row, int], Record]) -> Iterator[Record]:
    names = [delimited.plain(name) for name in delimited.columns_of(member)]
    for block in delimited.blocks(member):
        if isinstance(block, SetAside):
            yield block
            continue
        for line, *values in zip(block.lines, *block.columns, strict=True):
            try:
                yield read_row(dict(zip(names, values, strict=True)), line)
            except (ConnectorError, ValueError) as error:
                yield SetAside(str(error), line)


def _row_user(row: _Row, line: int) -> Record:
    email = address_account(row.get("email"))
    account = _account(row.get("id"))
    gone = row.get("deletedat") is not None
    return Person(
        name=None if gone else clean(row.get("name") or "", 200) or None,
        accounts=(account, email) if email else (account,),
        department=clean(row.get("department") or "", 200) or None,
        site=clean(row.get("location") or "", 200) or None,
        line=line,
    )


def _row_message(row: _Row, line: int) -> Record:
    item = _item(row.get("id"))
    if row.get("deletedat"):
        return Deleted(item, line=line)
    if (row.get("sendertype") or "user").lower() == "system":
        return SetAside(f"the message {item} was written by the service itself", line)
    actor = _account(row.get("senderid"))
    private = str(row.get("inprivateconversation")).lower() == "true"
    answered = row.get("repliedtoid")
    return Activity(
        id=item,
        time=_row_time(row, item),
        actor=actor,
        verb=_verb(answered, None, direct=private),
        parent=_item(answered) if answered else None,
        conversation=_item(row["threadid"]) if row.get("threadid") else None,
        to=_participants(row.get("participants"), actor) if private else (),
        mentions=_named(row.get("body") or "", actor),
        channel=f"yammer-group:{row['groupid']}" if row.get("groupid") else None,
        text=row.get("body"),
        line=line,
    )


def _row_time(row: _Row, item: str) -> datetime:
    return moment(row.get("createdat"), f"created_at of {item}")


def _participants(value: str | None, actor: str) -> tuple[str, ...]:
    found = (f"yammer:{number}" for number in re.findall(r"user:(\d{1,20})", value or "", re.IGNORECASE))
    return tuple(dict.fromkeys(account for account in found if account != actor))
