"""What Viva Engage (Yammer) tells: messages, likes and people of its answers, and the tables of its export."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from connectors.kit import csv_files as delimited
from connectors.kit.addresses import address_account
from connectors.kit.answers import each, identifier, listed, mapping, needed
from connectors.kit.lists import rows_of, setting_aside
from connectors.kit.text import clean
from connectors.kit.times import moment
from influence.contract.connector import Changed, Unreadable
from influence.contract.files import Member
from influence.contract.records import Activity, Deleted, Person, Record, SetAside, Verb

_MENTION = re.compile(r"\[\[?[Uu]ser:(\d{1,20})\b")
_MESSAGE_COLUMNS = frozenset(("id", "senderid", "threadid", "repliedtoid", "createdat"))
_USER_COLUMNS = frozenset(("id", "name", "email", "joinedat"))
_GONE = re.compile(r"(?:deleted|former|removed|unknown) (?:user|member)", re.IGNORECASE)
"""What stands in place of the name of many who have left."""
_Row: TypeAlias = dict[str, str | None]


def answer_records(answer: Any, name: str) -> Iterator[Record]:
    """Yield people, messages and likes of an answer, or of a list of what answers hold.

    Raises:
        Changed: it is neither.
    """
    if not isinstance(answer, Mapping | list):
        raise Changed(f"{name} is neither a message nor a list of messages or users")
    if isinstance(answer, list) or "sender_id" in answer or "full_name" in answer:
        items = answer if isinstance(answer, list) else [answer]
        users = [one for one in items if isinstance(one, Mapping) and "full_name" in one]
        answer = {"users": users, "messages": [one for one in items if one not in users]}
    with setting_aside() as odd:
        people = [*rows_of(answer, "references"), *rows_of(answer, "users")]
    yield from (SetAside(reason, line=1) for reason in odd)
    yield from each([one for one in people if one.get("type") in ("user", "bot", "guide")], _user, "user")
    handles = {str(one.get("name")): one.get("id") for one in people if one.get("type") == "user"}
    likers = answer.get("likers")
    for message in listed(answer, "messages"):
        yield from each([message], _message, "the message")
        yield from each([message], lambda one: _likes(one, mapping(likers), handles), "the likes of message")


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
    item = _item(needed(message, "id", "the message"))
    if message.get("system_message"):
        yield SetAside(f"the message {item} was written by the service itself")
        return
    actor = _account(needed(message, "sender_id", f"the message {item}"))
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
            reaction="like",
        )


def table_of(head: bytes) -> str:
    """Tell the kind of a table of the export by its header: messages, users, or empty for none."""
    columns = {delimited.plain(name) for name in delimited.header(head)[0]}
    if columns >= _MESSAGE_COLUMNS:
        return "messages"
    return "users" if columns >= _USER_COLUMNS and "apiurl" in columns else ""


def table_records(member: Member) -> Iterator[Record]:
    """Yield what one table of the network data export tells.

    Raises:
        Unreadable: it is none of its messages or users.
    """
    kind = table_of(member.head())
    if not kind:
        raise Unreadable(f"{member.name}: the file is no table of messages or users, nor a saved answer")
    if kind == "users":
        yield from each(delimited.rows(member), lambda at: [_row_user(at.value, at.line)], "")
        return
    named: set[str] = set()
    yield from each(delimited.rows(member), lambda at: _row_of_message(at.value, at.line, named), "")


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


def _row_of_message(row: _Row, line: int, named: set[str]) -> Iterator[Record]:
    """Yield a message, and once for each sender who that is: people of other networks stand in no Users.csv."""
    message = _row_message(row, line)
    if isinstance(message, Activity) and message.actor not in named:
        named.add(message.actor)
        name, email = clean(row.get("sendername") or "", 200), address_account(row.get("senderemail"))
        name = "" if _GONE.match(name) else name
        bot = (row.get("sendertype") or "user").lower() != "user"
        if name or email or bot:
            accounts = (message.actor, email) if email else (message.actor,)
            yield Person(name=name or None, accounts=accounts, bot=bot or None, line=line)
    yield message


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
