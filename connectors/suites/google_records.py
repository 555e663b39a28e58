"""What the answers of Google Workspace say: Gmail (headers), Calendar, contacts, and the activity of Drive.

Shapes as in Google's discovery documents: gmail.v1, calendar.v3, people.v1, driveactivity.v2.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from connectors.kit.addresses import address_account, named
from connectors.kit.answers import ODD_SHAPES, as_member, each, guarded, identifier, listed, needed
from connectors.kit.called_off import refuse_called_off, refuse_marked_day
from connectors.kit.lists import objects, rows_of, texts
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
from connectors.kit.times import moment
from connectors.mail.files import Mail
from connectors.mail.folders import place_written
from influence.contract.connector import Changed, Unreadable
from influence.contract.records import (
    Activity,
    Deleted,
    Encounter,
    Evidence,
    Modality,
    Note,
    Person,
    Record,
    Rows,
    SetAside,
    Verb,
)

HEADERS = (
    *("From", "Sender", "To", "Cc", "Bcc", "Date", "Subject", "Message-ID", "In-Reply-To", "References"),
    *(
        "Reply-To",
        "X-Original-From",
        "X-Original-Sender",
        "List-Id",
        "List-Post",
        "Auto-Submitted",
        "Precedence",
        "Return-Path",
    ),
    *("X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress"),
    *("X-Failed-Recipients", "Content-Type", "Content-Class"),
)
"""The headers of a message that are asked for; no text is."""
_CHAT = "a message of a chat, which says not to whom"
_LABELS = {
    "DRAFT": "a draft that was never sent",
    "SPAM": "a message among the spam",
    "TRASH": "a message in the bin",
    "SENT": "a message without headers",
}
"""Gmail's own labels that say what a message is, and what one of them is that has no sender."""
_NO_MEETING = {
    "outOfOffice": "an absence, not a meeting",
    "focusTime": "time of one's own, not a meeting",
    "workingLocation": "where somebody works, not a meeting",
    "birthday": "a birthday, not a meeting",
}
_SEPARATOR = b"From influence Mon Jan  5 09:00:00 2026\n"
_PROFILE = re.compile(r"people/(\d{3,40})$")


@dataclass
class Reading:
    """Reads the items of one answer; `until` is the moment after which no meeting has taken place yet."""

    until: datetime
    rooms: BookedRooms = field(default_factory=BookedRooms)

    def records(self, answer: Any) -> Iterator[Record]:
        """Yield what an answer says, by what it is an answer of.

        Raises:
            Changed: it is none of the answers that are known.
        """
        if not isinstance(answer, Mapping):
            raise Changed("the answer is no JSON object")
        if "messages" in answer or "payload" in answer:
            yield from _mail(listed(answer, "messages") or [answer], address_account(answer.get("owner")))
        elif str(answer.get("kind", "")).startswith("calendar#event"):
            events = listed(answer, "items") if "items" in answer else [answer]
            for event in filter(lambda one: isinstance(one, Mapping), events):
                with suppress(*ODD_SHAPES):  # what is odd is told where it is read
                    self.rooms.learn(_told(event))
            yield from each(events, self._event, "the entry")
        elif "connections" in answer:
            owner = address_account(answer.get("owner"))
            yield from each(listed(answer, "connections"), lambda one: _contact(one, owner), "contact")
        elif "activities" in answer:
            yield from each(listed(answer, "people"), lambda one: _contact(one, None), "person")
            yield from each(listed(answer, "activities"), _drive, "activity", "timestamp")
        elif "withheld" in answer:
            part, why = clean(str(answer["withheld"]), 20), clean(str(answer.get("why")), 200)
            yield Note(f"{part} is not read: it was not given, or is not switched on in the project ({why})")
        elif set(answer) - {"kind", "etag", "nextPageToken", "nextSyncToken", "resultSizeEstimate"}:
            raise Changed("the answer is none of Gmail, Calendar, People or Drive Activity that is known")

    def _event(self, event: Mapping[str, Any]) -> Iterator[Record]:
        try:
            yield self._encounter(event)
        except NoMeeting as reason:
            yield from no_meeting(reason, name_of_entry(event))

    def _encounter(self, event: Mapping[str, Any]) -> Encounter:
        _refuse_no_meeting(event)
        attendees, told = _attendees(event), _told(event)
        present = [one for one in attendees if one.get("responseStatus") != "declined"]
        guests = sum(int(one.get("additionalGuests") or 0) for one in present)
        people = tuple(dict.fromkeys(_together(event, attendees)))
        time = refuse_after(self.until, _start(event, people))
        kind, place = kind_of(told, self.rooms), place_of(told.locations)
        return meeting(name_of_entry(event), time, people, kind, place, guests)


def _told(event: Mapping[str, Any]) -> Told:
    """Return what an entry tells about how people met."""
    return Told(
        locations=(str(event.get("location") or ""),),
        title=str(event.get("summary") or ""),
        text=str(event.get("description") or ""),
        online=bool(event.get("hangoutLink") or event.get("conferenceData")),
        room=any(map(_is_room, _attendees(event))),
    )


# --- Gmail ------------------------------------------------------------------------------------------------


def _mail(messages: list[Any], owner: str | None) -> Iterator[Record]:
    """Read messages as the mail connector reads them, so that Gmail and its mbox by Takeout agree."""
    kept: list[bytes] = []
    for message in messages:
        yield from guarded(partial(_keep, message, owner, kept), "")
    if not kept:
        return
    try:
        yield from map(_as_answered, Mail().parse_live(as_member("gmail.mbox", b"".join(kept))))
    except Unreadable:
        yield SetAside("none of the messages has a header that can be read", 1)


def _keep(message: Any, owner: str | None, kept: list[bytes]) -> Iterator[SetAside]:
    """Add a message to those that are read, or say why it is not."""
    if not isinstance(message, Mapping) or not isinstance(message.get("payload"), Mapping):
        yield SetAside("a message without headers", 1)
        return
    labels = texts(message.get("labelIds"), "labelIds")
    reasons = [_LABELS[label] for label in labels if label in _LABELS]
    if "CHAT" in labels:
        yield SetAside(_CHAT, 1)
    elif reasons and not _headers(message).get("from"):
        yield SetAside(reasons[0], 1)
    else:
        kept.append(_SEPARATOR + _place(labels, owner) + _as_mail(message))


def _place(labels: Sequence[str], owner: str | None) -> bytes:
    """Say where a message lies; both fields are written always, so that no header of it says so instead."""
    kinds = ",".join(label for label in labels if label in _LABELS)
    return place_written(kinds, owner)


def _as_answered(record: Record) -> Record:
    """Take off the line, and the fingerprint of a text that was not asked for: two short mails are not copies."""
    if isinstance(record, Note | Rows):
        return record
    placed = replace(record, line=1)
    return replace(placed, fingerprint=None) if isinstance(placed, Activity) else placed


def _headers(message: Mapping[str, Any]) -> dict[str, str]:
    headers = rows_of(message["payload"], "headers")
    return {str(one.get("name", "")).lower(): str(one.get("value", "")) for one in headers}


def _as_mail(message: Mapping[str, Any]) -> bytes:
    """Write the header of a message as a mail file holds it; a header's value stays on its line."""
    named = _headers(message)
    lines = [f"{name}: {clean(named[name.lower()], 50_000)}\n" for name in HEADERS if named.get(name.lower())]
    received = str(message.get("internalDate", ""))
    if "date" not in named and re.fullmatch(r"\d{1,14}", received):
        time = datetime.fromtimestamp(int(received) / 1000, UTC)
        lines.append(f"Date: {time:%a, %d %b %Y %H:%M:%S} +0000\n")
    return ("".join(lines) + "MIME-Version: 1.0\n\n\n").encode("utf-8", "replace")


# --- Calendar ---------------------------------------------------------------------------------------------


def name_of_entry(event: Mapping[str, Any]) -> Name:
    """Name an entry as its .ics does; one that was deleted may state no more than its own id and its series'."""
    own = str(event.get("recurringEventId") or needed(event, "id", "the entry"))
    uid = str(event.get("iCalUID") or f"{own}@google.com")
    changed = moment(event["updated"], "updated") if event.get("updated") else None
    return name_of(uid, _original(event), version_of(event.get("sequence"), changed))


def _original(event: Mapping[str, Any]) -> date | None:
    start = event.get("originalStartTime") or {}
    if "dateTime" in start:
        return moment(start["dateTime"], "originalStartTime")
    return date.fromisoformat(start["date"]) if "date" in start else None


def _refuse_no_meeting(event: Mapping[str, Any]) -> None:
    if event.get("status") == "cancelled":
        raise NoMeeting("the meeting was cancelled")
    if event.get("eventType") in _NO_MEETING:
        raise NoMeeting(_NO_MEETING[event["eventType"]])
    if "recurrence" in event:
        raise NotRead("the rule of a series; its meetings are entries of their own")
    own = [one for one in _attendees(event) if one.get("self")]
    if any(one.get("responseStatus") == "declined" for one in own):
        accounts = (address_account(one.get("email")) for one in own)
        raise Absent([account for account in accounts if account])
    if event.get("status") == "tentative":
        raise NoMeeting("a tentative entry that was never confirmed")
    refuse_called_off(str(event.get("summary") or ""))


def _start(event: Mapping[str, Any], people: Sequence[str]) -> datetime:
    start = needed(event, "start", "the entry")
    if "dateTime" in start or "date" not in start:
        return moment(needed(start, "dateTime", "the entry's start"), "the entry's start")
    if event.get("transparency") == "transparent" or len(people) < 2:
        raise (NoMeeting if people else NotRead)("an all-day entry, not a meeting")
    refuse_marked_day(str(event.get("summary") or ""))
    return day_of(date.fromisoformat(str(start["date"])))


def _attendees(event: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return objects(listed(event, "attendees"), "attendees")  # without them it would be another meeting


def _is_room(one: Mapping[str, Any]) -> bool:
    return bool(one.get("resource")) or str(one.get("email")).lower().endswith(
        "@resource.calendar.google.com"
    )


def _together(event: Mapping[str, Any], attendees: list[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the organiser and who did not decline; rooms and calendars of groups are not people."""
    declined = {_guest(one) for one in attendees if one.get("responseStatus") == "declined"}
    for one in (event.get("organizer") or {}, *attendees):
        account = _guest(one)
        person = account and not one.get("resource") and not account.endswith("calendar.google.com")
        if account and person and account not in declined:
            yield account


def _guest(one: Mapping[str, Any]) -> str | None:
    """Return the account of a guest; where Google does not know the address, the name."""
    return address_account(one.get("email")) or named(str(one.get("displayName") or ""))


# --- People -----------------------------------------------------------------------------------------------


def _contact(person: Mapping[str, Any], owner: str | None) -> Iterator[Record]:
    """Yield a contact, and that the owner has their phone number where the card holds one."""
    if person.get("person"):
        person = person["person"]
    emails = [address_account(one.get("value")) for one in rows_of(person, "emailAddresses")]
    accounts = [*_profiles(person), *(one for one in emails if one)]
    if not accounts:
        yield SetAside("a contact without an e-mail address or account")
        return
    work: Mapping[str, Any] = next(iter(rows_of(person, "organizations")), {})
    names = rows_of(person, "names")
    yield Person(
        name=clean(str(names[0].get("displayName") or ""), 200) or None if names else None,
        accounts=tuple(dict.fromkeys(accounts)),
        organisation=clean(str(work.get("name") or ""), 200) or None,
        department=clean(str(work.get("department") or ""), 200) or None,
    )
    others = [one for one in emails if one and one != owner]
    if owner and others and rows_of(person, "phoneNumbers"):
        yield Encounter((owner, others[0]), Modality.UNKNOWN, Evidence.CONTACT)


def _profiles(person: Mapping[str, Any]) -> Iterator[str]:
    sources = rows_of(person.get("metadata"), "sources")
    yield from (
        f"google:{identifier(one.get('id'), 'the id of a profile')}"
        for one in sources
        if one.get("type") == "PROFILE"
    )


# --- Drive ------------------------------------------------------------------------------------------------


def _drive(activity: Mapping[str, Any]) -> Iterator[Record]:
    """Yield one activity for each actor and target of an action that is somebody's doing on a file."""
    time = activity.get("timestamp") or (activity.get("timeRange") or {}).get("endTime")
    for action in rows_of(activity, "actions") or [{"detail": activity.get("primaryActionDetail")}]:
        actors = [action["actor"]] if action.get("actor") else rows_of(activity, "actors")
        targets = [action["target"]] if action.get("target") else rows_of(activity, "targets")
        when = action.get("timestamp") or (action.get("timeRange") or {}).get("endTime") or time
        for actor in actors:
            for target in targets:
                yield _act(needed(action, "detail", "the action"), actor, target, when)


def _act(detail: Mapping[str, Any], who: Mapping[str, Any], target: Mapping[str, Any], time: Any) -> Record:
    kind = next(iter(detail), "unknown")
    actor = _known((who or {}).get("user"))
    if actor is None:
        return SetAside(f"an act in Drive ({clean(kind, 30)}) by nobody who is named")
    file = _file(target)
    if kind == "comment":
        return _comment(detail["comment"], actor, target, file, moment(time, "timestamp"))
    verb = {"create": Verb.POST, "edit": Verb.EDIT, "permissionChange": Verb.SHARE}.get(kind)
    if verb is None:
        return SetAside(f"an act in Drive ({clean(kind, 30)}) that answers nobody")
    return Activity(
        id=file if verb is Verb.POST else _own_id(file, kind, actor, time),
        time=moment(time, "timestamp"),
        actor=actor,
        verb=verb,
        parent=None if verb is Verb.POST else file,
        to=_given_to(detail["permissionChange"], actor) if verb is Verb.SHARE else (),
    )


def _comment(
    comment: Mapping[str, Any], actor: str, target: Mapping[str, Any], file: str, time: datetime
) -> Record:
    about = target.get("fileComment") or {}
    discussion = f"{file}:{identifier(about.get('legacyDiscussionId'), 'the discussion')}"
    subtype = str(
        (comment.get("post") or comment.get("suggestion") or comment.get("assignment") or {}).get("subtype")
    )
    first = subtype == "ADDED"
    own = identifier(about.get("legacyCommentId") or about.get("legacyDiscussionId"), "the comment")
    item = discussion if first else f"{file}:{own}"
    if subtype in {"DELETED", "REPLY_DELETED"}:
        return Deleted(discussion if subtype == "DELETED" else item)
    if not first and item == discussion:
        item = _own_id(discussion, subtype, actor, time.isoformat())
    named = [_known(one) for one in listed(comment, "mentionedUsers")]
    return Activity(
        id=item,
        time=time,
        actor=actor,
        verb=Verb.COMMENT if first else Verb.REPLY,
        parent=file if first else discussion,
        conversation=discussion,
        mentions=tuple(dict.fromkeys(one for one in named if one and one != actor)),
    )


def _known(user: Any) -> str | None:
    found = _PROFILE.search(str(((user or {}).get("knownUser") or {}).get("personName") or ""))
    return f"google:{found[1]}" if found else None


def _file(target: Mapping[str, Any]) -> str:
    item = target.get("driveItem") or (target.get("fileComment") or {}).get("parent") or {}
    return "drive:" + identifier(str(item.get("name") or "").removeprefix("items/"), "the file")


def _given_to(change: Mapping[str, Any], actor: str) -> tuple[str, ...]:
    added = (_known(one.get("user")) for one in listed(change, "addedPermissions"))
    return tuple(dict.fromkeys(one for one in added if one and one != actor))


def _own_id(*parts: Any) -> str:
    digest = hashlib.sha256("\x1f".join(map(str, parts)).encode("utf-8", "replace")).hexdigest()
    return f"{parts[0]}:{parts[1]}:{digest[:24]}"
