"""Meetings as calendars tell them: who was there, when and where."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

from influence.contract.records import Encounter, Evidence, Modality

MOST_GUESTS = 1_000_000
"""Guests beyond which a number is no number of people in a meeting."""


class NoMeeting(ValueError):
    """Why an entry is set aside."""


def refuse_after(until: datetime, time: datetime) -> datetime:
    """Return the time of a meeting that has taken place.

    Raises:
        NoMeeting: it lies after `until`.
    """
    if time > until:
        raise NoMeeting(f"the meeting lies after {until.date()}")
    return time


def meeting(
    uid: str,
    time: datetime,
    people: Iterable[str],
    kind: Modality,
    place: str | None,
    guests: int = 0,
) -> Encounter:
    """Make the encounter of a meeting; its id is that of the same meeting in an .ics file.

    `guests` are those who were brought along and are not listed.

    Raises:
        NoMeeting: it names fewer than two people, or so many guests that they cannot be meant.
    """
    together = tuple(dict.fromkeys(people))
    if not 0 <= guests <= MOST_GUESTS:
        raise NoMeeting("the number of guests cannot be meant")
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
