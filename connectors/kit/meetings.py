"""Meetings as the calendars of online services tell them: who was there, and whether in person or online."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import UTC, datetime

from connectors.kit.modality import place_in, told_by
from connectors.kit.text import clean
from influence.contract.connector import ConnectorError
from influence.contract.records import Encounter, Evidence, Modality

_VAGUE = re.compile(
    r"(tb[acd]|n/?a|none|-+|\?+|home|hjemme|phone|by phone|call|to be (announced|confirmed))\W*",
    re.IGNORECASE,
)


class NoMeeting(ValueError):
    """Why an entry is set aside."""


def moment_of(until: str) -> datetime:
    """Return the moment up to which meetings have taken place: now, unless a date says otherwise.

    Raises:
        ConnectorError: it is no date.

    >>> moment_of("2026-06-30").isoformat()
    '2026-06-30T00:00:00+00:00'
    """
    if not until:
        return datetime.now(UTC)
    try:
        found = datetime.fromisoformat(until)
    except ValueError:
        raise ConnectorError(
            f"until is {until[:40]!r}, which is no date; write one as in 2026-06-30"
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def place_of(locations: Iterable[str]) -> str | None:
    """Return the parts of the locations that are a place: no link, no phone, nothing vague.

    >>> place_of(["Room 4; https://zoom.us/j/1", "tbd"])
    'Room 4'
    """
    parts = (part.strip() for text in locations for part in re.split(r"[;|]", place_in(text) or ""))
    kept = [p for p in parts if p and not _VAGUE.fullmatch(p) and told_by(p) is not Modality.ONLINE]
    return clean("; ".join(dict.fromkeys(kept)), 200) or None


def kind_of(place: str | None, texts: Iterable[str], *, online: bool, room: bool) -> Modality:
    """Tell whether people were together: online by a link or by words, in person by a place or a room.

    >>> kind_of("Oslo", [], online=False, room=False).value, kind_of("Oslo", [], online=True, room=False).value
    ('in_person', 'unknown')
    """
    online = online or any(told_by(text) is Modality.ONLINE for text in texts)
    in_person = room or place is not None
    if online == in_person:
        return Modality.UNKNOWN
    return Modality.ONLINE if online else Modality.IN_PERSON


def meeting(
    uid: str,
    time: datetime,
    people: Iterable[str],
    kind: Modality,
    place: str | None,
    until: datetime,
    guests: int = 0,
) -> Encounter:
    """Make the encounter of a meeting; its id is that of the same meeting in an .ics file.

    `guests` are those who were brought along and are not listed.

    Raises:
        NoMeeting: it lies after `until`, or names fewer than two people.
    """
    together = tuple(dict.fromkeys(people))
    if time > until:
        raise NoMeeting(f"the meeting lies after {until.date()}")
    if len(together) < 2:
        raise NoMeeting("the entry names fewer than two people")
    seed = f"{uid}\x1f{time.isoformat()}"
    return Encounter(
        people=together,
        kind=kind,
        evidence=Evidence.CALENDAR,
        time=time,
        attendees=len(together) + guests if guests else None,
        place=place,
        id=f"calendar:{hashlib.sha256(seed.encode('utf-8', 'replace')).hexdigest()[:32]}",
    )
