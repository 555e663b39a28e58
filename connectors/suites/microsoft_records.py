"""What the answers of Microsoft Graph say: mail, meetings, messages of Teams, and people.

Shapes as documented for Graph v1.0: message, event, chatMessage, user. No text of a mail is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from connectors.kit.addresses import address_account, named
from connectors.kit.answers import ODD_SHAPES, LeftOut, each, guarded, identifier, listed, needed
from connectors.kit.called_off import refuse_called_off, refuse_marked_day
from connectors.kit.lists import objects, rows_of
from connectors.kit.meetings import (
    Absent,
    Name,
    NoMeeting,
    NotRead,
    day_of,
    meeting,
    name_of,
    no_meeting,
    refuse_after,
    version_of,
)
from connectors.kit.modality.telling import BookedRooms, Told, kind_of, place_of
from connectors.kit.text import clean
from connectors.kit.times import moment, named_zone
from connectors.kit.zones import zone_called
from connectors.mail.graph_mail import MailReading, mail_account, mailbox_of
from influence.contract.connector import Changed
from influence.contract.records import Activity, Deleted, Note, Person, Record, SetAside, Verb

_ONE_ON_ONE = re.compile(r"19:([0-9a-f-]{36})_([0-9a-f-]{36})@unq\.gbl\.spaces")
_TAG = re.compile(r"<[^<>]{0,2000}>")


@dataclass
class Reading:
    """Reads the items of one answer; `until` is the moment after which no meeting has taken place yet."""

    until: datetime
    rooms: BookedRooms = field(default_factory=BookedRooms)
    mail: MailReading = field(default_factory=MailReading)
    moved: int = 0

    def records(self, answer: Any) -> Iterator[Record]:
        """Yield what every item says, each read by what it is.

        Raises:
            Changed: the answer is neither a list of items nor an item.
        """
        items = listed(answer, "value")
        if not items and isinstance(answer, Mapping) and "value" not in answer:
            items = [answer]
        if not items and not isinstance(answer, Mapping | list):
            raise Changed("the answer is neither an item nor a list of items")
        for event in (
            one for one in items if isinstance(one, Mapping) and "attendees" in one and "start" in one
        ):
            with suppress(*ODD_SHAPES):  # what is odd is told where it is read
                self.rooms.learn(_told(event))
        if isinstance(answer, Mapping):
            self.mail.lies_in(answer.get("folder"), answer.get("owner"))
        chat = answer.get("chat") if isinstance(answer, Mapping) else None
        yield from each(listed(chat, "members"), _member, "the member of the chat")
        yield from each(items, partial(self._item, chat=chat), "the item")
        yield from each(self.mail.at_end(), lambda record: [record], "the sender")
        if self.moved:
            yield Note(f"{self.moved:,} items were moved or deleted in the mailbox; that mail was sent stays")

    def _item(self, item: Mapping[str, Any], chat: Mapping[str, Any] | None) -> Iterator[Record]:
        if "@removed" in item:
            self.moved += 1
        elif "attendees" in item and "start" in item:
            yield from self._meeting(item)
        elif "toRecipients" in item or "internetMessageId" in item:
            yield from self.mail.records(item)
        elif "body" in item and "from" in item:
            yield from guarded(partial(self._message, item, chat), "the message")
            yield from each(listed(item, "replies"), partial(self._message, chat=chat), "reply")
        elif "userPrincipalName" in item:
            yield from _person(item)
        else:
            yield SetAside(f"the item {clean(str(item.get('id', '')), 80)} is of no kind that is read")

    # --- meetings -----------------------------------------------------------------------------------------

    def _meeting(self, event: Mapping[str, Any]) -> Iterator[Record]:
        try:
            yield self._encounter(event)
        except NoMeeting as reason:
            yield from no_meeting(reason, name_of_entry(event))

    def _encounter(self, event: Mapping[str, Any]) -> Record:
        _refuse_no_meeting(event)
        told = _told(event)
        people = tuple(dict.fromkeys(_attendees(event)))
        if event.get("isAllDay"):
            _refuse_marked_days(event, people)
        time = refuse_after(self.until, _start(event))
        kind, place = kind_of(told, self.rooms), place_of(told.locations)
        return meeting(name_of_entry(event), time, people, kind, place)

    # --- Teams --------------------------------------------------------------------------------------------

    def _message(self, message: Mapping[str, Any], chat: Mapping[str, Any] | None) -> Iterator[Record]:
        where = _where(message, chat)
        number = identifier(needed(message, "id", "the message"), "the message's id")
        item = f"teams:{where}/{number}" if where else f"teams:{number}"
        if message.get("deletedDateTime") or message.get("deleted") is True:
            yield Deleted(item)
            return
        if message.get("messageType", "message") != "message":
            yield SetAside(f"{item} tells of an event of Teams itself, and is no message")
            return
        actor = _identity(message.get("from"))
        if actor is None:
            yield SetAside(f"{item} has no sender")
            return
        yield actor
        yield from self._said(message, item, actor.accounts[0], where, chat)
        yield from each(listed(message, "reactions"), partial(_reaction, item=item), "reaction")

    def _said(
        self,
        message: Mapping[str, Any],
        item: str,
        actor: str,
        where: str,
        chat: Mapping[str, Any] | None,
    ) -> Iterator[Record]:
        named = [_identity(one.get("mentioned")) for one in rows_of(message, "mentions")]
        yield from (person for person in named if person is not None)
        mentions = (person.accounts[0] for person in named if person is not None)
        answered = message.get("replyToId") or _quoted(message)
        in_chat = bool(message.get("chatId") or chat)
        root = f"{item.rpartition('/')[0] + '/' if where else 'teams:'}{answered or message['id']}"
        yield Activity(
            id=item,
            time=moment(message.get("createdDateTime"), f"createdDateTime of {item}"),
            actor=actor,
            verb=Verb.REPLY if answered else Verb.MESSAGE if in_chat else Verb.POST,
            parent=root if answered else None,
            conversation=None if in_chat else root,
            to=tuple(one for one in _addressees(where, chat) if one != actor),
            mentions=tuple(dict.fromkeys(one for one in mentions if one != actor)),
            channel=f"teams:{where}" if where else None,
            text=clean(_TAG.sub(" ", str((message.get("body") or {}).get("content") or "")[:20_000])) or None,
            url=clean(str(message.get("webUrl") or ""), 500) or None,
        )


# --- meetings ---------------------------------------------------------------------------------------------


def name_of_entry(event: Mapping[str, Any]) -> Name:
    """Name a meeting as its .ics does; Exchange gives each time of a series an identifier with its date in it."""
    uid = str(event.get("iCalUId") or event.get("uid") or needed(event, "id", "the meeting"))
    original = (
        moment(event["originalStart"], "originalStart", zone="Z") if event.get("originalStart") else None
    )
    if original is None and event.get("type") in {"occurrence", "exception"}:
        original = _start(event)
    changed = event.get("lastModifiedDateTime")
    version = version_of(None, moment(changed, "lastModifiedDateTime") if changed else None)
    return name_of(uid, original, version)


def _refuse_no_meeting(event: Mapping[str, Any]) -> None:
    if event.get("isCancelled"):
        raise NoMeeting("the meeting was cancelled")
    answer = _response(event.get("responseStatus"))
    if answer == "declined":
        raise Absent(_declined(event))
    if event.get("type") == "seriesMaster":
        raise NotRead("the rule of a series; its meetings are entries of their own")
    if event.get("showAs") == "tentative" and answer == "notresponded":
        raise NoMeeting("a tentative entry that was never confirmed")
    refuse_called_off(str(event.get("subject") or ""))


def _refuse_marked_days(event: Mapping[str, Any], people: Sequence[str]) -> None:
    if event.get("showAs") in {"free", "oof", "workingElsewhere"} or len(people) < 2:
        raise (NoMeeting if people else NotRead)("an all-day entry, not a meeting")
    refuse_marked_day(str(event.get("subject") or ""))


def _response(status: Any) -> str:
    return str((status or {}).get("response") or (status or {}).get("Response") or "").lower()


def _declined(event: Mapping[str, Any]) -> list[str]:
    found = [
        mail_account(mailbox_of(one))
        for one in objects(listed(event, "attendees"), "attendees")
        if _has_declined(one)
    ]
    return [account for account in found if account]


def _has_declined(attendee: Mapping[str, Any]) -> bool:
    return _response(attendee.get("status")) == "declined"


def _locations(event: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    one = event.get("location")
    return [*objects([one] if one else None, "location"), *rows_of(event, "locations")]


def _rooms(event: Mapping[str, Any]) -> set[str]:
    """Return the addresses of the rooms, or their names: as attendees, Graph calls them "required" like people."""
    called = {
        clean(str(one["displayName"]), 200)
        for one in _locations(event)
        if one.get("locationType") == "conferenceRoom" and one.get("displayName")
    }
    booked = [
        one
        for one in objects(listed(event, "attendees"), "attendees")
        if one.get("type") == "resource" or mailbox_of(one).name in called
    ]
    places = [
        str(one.get(name) or "")
        for one in _locations(event)
        for name in ("locationEmailAddress", "locationUri", "uniqueId")
    ]
    return {place.lower().removeprefix("mailto:") for place in places if "@" in place} | {
        mailbox_of(one).address or mailbox_of(one).name for one in booked
    }


def _told(event: Mapping[str, Any]) -> Told:
    """Return what a meeting tells about how people met."""
    locations = _locations(event)
    joined = event.get("onlineMeeting")
    return Told(
        locations=tuple(map(_location, locations)),
        title=str(event.get("subject") or ""),
        text=str(event.get("bodyPreview") or ""),
        links=(
            str(event.get("onlineMeetingUrl") or ""),
            *(str(one.get("locationUri") or "") for one in locations),
        ),
        online=bool(event.get("isOnlineMeeting") or joined or _is_provided(event)),
        room=bool(_rooms(event)) or any(one.get("locationType") == "conferenceRoom" for one in locations),
    )


def _is_provided(event: Mapping[str, Any]) -> bool:
    return str(event.get("onlineMeetingProvider") or "unknown") != "unknown"


def _location(location: Mapping[str, Any]) -> str:
    """Return the name of a location with its address, where it states one."""
    address = location.get("address")
    parts = (
        [address.get(name) for name in ("street", "city", "countryOrRegion")]
        if isinstance(address, Mapping)
        else []
    )
    return ", ".join(str(part) for part in (location.get("displayName"), *parts) if part)


def _attendees(event: Mapping[str, Any]) -> Iterator[str]:
    """Yield the organiser and who did not decline; rooms are not people."""
    attendees = objects(listed(event, "attendees"), "attendees")
    declined = [mailbox_of(one) for one in attendees if _has_declined(one)]
    left_out = _rooms(event) | {one.address or one.name for one in declined}
    for one in (event.get("organizer"), *attendees):
        mailbox = mailbox_of(one)
        account = mail_account(mailbox) or named(mailbox.name)
        if account is not None and (mailbox.address or mailbox.name) not in left_out:
            yield account


def _start(event: Mapping[str, Any]) -> datetime:
    start = needed(event, "start", "the meeting")
    zone = str(needed(start, "timeZone", "the meeting's start"))
    time = re.sub(r"\.\d+$", "", str(needed(start, "dateTime", "the meeting's start")))
    named = named_zone(zone_called(zone) or zone)
    try:
        found = datetime.fromisoformat(time)
        return day_of(found) if event.get("isAllDay") else found.replace(tzinfo=named).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Changed(f"the meeting's start is {clean(time, 40)!r}, which is no time") from None


# --- Teams ------------------------------------------------------------------------------------------------


def _where(message: Mapping[str, Any], chat: Mapping[str, Any] | None) -> str:
    """Return the channel or chat of a message: the ids of messages are unique only within it."""
    channel = (message.get("channelIdentity") or {}).get("channelId")
    found = channel or message.get("chatId") or (chat or {}).get("id")
    return identifier(found, "the chat's id") if found else ""


def _identity(who: Any) -> Person | None:
    """Return the person or program behind an identity; None where it is neither (a channel, a device)."""
    user, program = (who or {}).get("user"), (who or {}).get("application")
    if user and user.get("id"):
        name = clean(str(user.get("displayName") or ""), 200)
        return Person(
            name=name if name and not name.startswith("orgid:") else None,
            accounts=(f"microsoft:{identifier(user['id'], 'the id of a user')}",),
        )
    if program and program.get("id"):
        account = f"microsoft:{identifier(program['id'], 'the id of a program')}"
        return Person(
            name=clean(str(program.get("displayName") or ""), 200) or None, accounts=(account,), bot=True
        )
    return None


def _quoted(message: Mapping[str, Any]) -> str | None:
    """Return the message of a chat that this one answers by quoting it: chats have no threads."""
    quotes = [one for one in listed(message, "attachments") if one.get("contentType") == "messageReference"]
    return identifier(quotes[0].get("id"), "the message that is quoted") if quotes else None


def _reaction(reaction: Mapping[str, Any], item: str) -> Iterator[Record]:
    who = _identity(reaction.get("user"))
    if who is None:
        yield SetAside(f"a reaction to {item} names nobody")
        return
    kind = clean(str(reaction.get("reactionType") or ""), 40)
    yield Activity(
        id=f"{item}:{kind}:{who.accounts[0].partition(':')[2]}",
        time=moment(reaction.get("createdDateTime"), f"the time of a reaction to {item}"),
        actor=who.accounts[0],
        verb=Verb.REACT,
        parent=item,
        reaction=kind or None,
    )


def _members(chat: Mapping[str, Any] | None) -> list[Any]:
    return [one for one in listed(chat, "members") if isinstance(one, Mapping) and one.get("userId")]


def _member(one: Mapping[str, Any]) -> Iterator[Record]:
    if not one.get("userId"):
        raise LeftOut("it is no user of the directory")
    yield from _person(one)


def _addressees(where: str, chat: Mapping[str, Any] | None) -> tuple[str, ...]:
    """Return who is in a chat; the id of a chat of two says who they are."""
    if chat is not None:
        return tuple(f"microsoft:{one['userId']}" for one in _members(chat))
    two = _ONE_ON_ONE.fullmatch(where)
    return tuple(f"microsoft:{one}" for one in two.groups()) if two else ()


# --- people -----------------------------------------------------------------------------------------------


def _person(user: Mapping[str, Any]) -> Iterator[Record]:
    """Yield a user of the directory, with their manager and those who report to them where these stand in it."""
    number = identifier(user.get("userId") or user.get("id"), "the id of a user")
    addresses = (address_account(user.get(name)) for name in ("mail", "email", "userPrincipalName"))
    manager = user.get("manager")
    yield Person(
        person=f"microsoft:{number}" if "userPrincipalName" in user else None,
        name=clean(str(user.get("displayName") or ""), 200) or None,
        accounts=tuple(dict.fromkeys((f"microsoft:{number}", *(one for one in addresses if one)))),
        organisation=clean(str(user.get("companyName") or ""), 200) or None,
        department=clean(str(user.get("department") or ""), 200) or None,
        site=clean(str(user.get("officeLocation") or ""), 200) or None,
        manager=f"microsoft:{identifier(manager['id'], 'the id of the manager')}" if manager else None,
    )
    if manager and "userPrincipalName" in manager:
        yield from _person(manager)
    for report in rows_of(user, "directReports"):
        yield from _person({**report, "manager": {"id": number}} if "manager" not in report else report)
