"""Meetings as calendars tell them: who was there, where, and by words and place whether in person or online."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from connectors.kit.apart import not_read
from influence.contract.records import Encounter, Evidence, Modality, Note, Record, SetAside, Withdrawn

_EXCHANGE = re.compile(r"040000008200E00074C5B7101A82E008[0-9A-F]+", re.IGNORECASE)
_COVERED = b"vCal-Uid\1\0\0\0".hex().upper()
"""Before the UID of another program, within an identifier of Exchange."""
MOST_GUESTS = 1_000_000
"""Guests beyond which a number is no number of people in a meeting."""


class NoMeeting(ValueError):
    """Why an entry is no meeting; it withdraws what older versions of the entry said."""


class NotRead(NoMeeting):
    """Why nothing can be told of an entry, so that it withdraws nothing."""


class Absent(NoMeeting):
    """Why an entry is no meeting of the calendar's owner, though others may have met.

    It withdraws only that those of the `accounts` were there who declined.
    """

    def __init__(self, accounts: Sequence[str]) -> None:
        super().__init__("the owner of the calendar declined")
        self.accounts = accounts


@dataclass(frozen=True)
class Name:
    """Which time of which meeting an entry tells of, and in which version; the same in every calendar.

    `id` is that of the meeting itself where the entry is not one time of a series.
    """

    id: str
    meeting: str
    version: int | None = None


def name_of(uid: str, original: date | None = None, version: int = 0) -> Name:
    """Name an entry by its UID and, in a series, by when that time of it was to begin at first (RECURRENCE-ID).

    The time at which it takes place is no part of the name: a meeting that is moved is the same meeting.

    >>> moved = name_of("1@acme", datetime(2026, 1, 5, 9, tzinfo=UTC))
    >>> moved == name_of("1@acme", datetime.fromisoformat("2026-01-05T10:00+01:00")), moved == name_of("1@acme")
    (True, False)
    """
    whole = _plain_uid(uid)
    meeting = _digest(whole)
    if original is None:
        return Name(meeting, meeting, version or None)
    if isinstance(original, datetime) and original.tzinfo is not None:
        with suppress(OverflowError):
            original = original.astimezone(UTC)
    return Name(_digest(f"{whole}\x1f{original.isoformat()}"), meeting, version or None)


def _digest(seed: str) -> str:
    return f"calendar:{hashlib.sha256(seed.encode('utf-8', 'replace')).hexdigest()[:32]}"


def _plain_uid(uid: str) -> str:
    """Take the date of one time, and the cover around another program's UID, off an identifier of Exchange.

    >>> _plain_uid("040000008200E00074C5B7101A82E00807EA010500")
    '040000008200E00074C5B7101A82E0080000000000'
    """
    uid = uid.strip()
    if not _EXCHANGE.fullmatch(uid):
        return uid
    _, covered, inside = uid.upper().partition(_COVERED)
    if covered:
        with suppress(ValueError):
            return bytes.fromhex(inside).rstrip(b"\0").decode("utf-8")
    return (uid[:32] + "0" * 8 + uid[40:]).upper()


def version_of(sequence: Any, changed: datetime | None) -> int:
    """Order the versions of a meeting: by SEQUENCE first, then by when it was changed (RFC 5546, 2.1.5).

    >>> version_of(1, None) > version_of(0, datetime(2026, 1, 5, tzinfo=UTC)) > version_of(None, None)
    True
    """
    number = int(sequence) if re.fullmatch(r"\d{1,20}", str(sequence)) else 0
    seconds = int(changed.timestamp()) if changed is not None else 0
    return min(number, 2**31 - 1) << 32 | min(max(seconds, 0), 2**32 - 1)


def refuse_after(until: datetime, time: datetime) -> datetime:
    """Return the time of a meeting that has taken place.

    Raises:
        NoMeeting: it lies after `until`.
    """
    if time > until:
        raise NoMeeting(f"the meeting lies after {until.date()}")
    return time


def day_of(day: date) -> datetime:
    """Return the moment at which a meeting of whole days counts: noon of its first day, in UTC.

    >>> day_of(date(2026, 1, 5)).isoformat()
    '2026-01-05T12:00:00+00:00'
    """
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def meeting(
    name: Name,
    time: datetime,
    people: Iterable[str],
    kind: Modality,
    place: str | None,
    guests: int = 0,
) -> Encounter:
    """Make the encounter of a meeting.

    `guests` are those who were brought along and are not listed.

    Raises:
        NoMeeting: it names fewer than two people, or so many guests that they cannot be meant.
    """
    together = tuple(dict.fromkeys(people))
    if not 0 <= guests <= MOST_GUESTS:
        raise NotRead("the number of guests cannot be meant")
    refuse_alone(together)
    return Encounter(
        people=together,
        kind=kind,
        evidence=Evidence.CALENDAR,
        time=time,
        attendees=len(together) + guests if guests else None,
        place=place,
        id=name.id,
        meeting=name.meeting,
        version=name.version,
    )


def refuse_alone(people: Sequence[str]) -> None:
    """Refuse an entry of nobody else.

    Raises:
        NoMeeting: it names one person only.
        NotRead: it names nobody, as calendars do that show no guests to whom they are shared with.
    """
    if len(people) < 2:
        raise (NoMeeting if people else NotRead)("the entry names fewer than two people")


def told_by_name(named: int, untold: int) -> Iterator[Note]:
    """Say how many people stand in a calendar by their name alone, and how many guests cannot be told at all.

    >>> [note.text for note in told_by_name(2, 0)]
    ['people known by their name alone: 2; each is the one person who bears it, where only one does']
    """
    if named:
        yield Note(
            f"people known by their name alone: {named:,}; each is the one person who bears it, where only one does"
        )
    yield from not_read(
        Counter({"guests of whom neither an address nor a name is told": untold} if untold else ())
    )


def no_meeting(
    reason: NoMeeting, name: Name | None, line: int | None = None, but: Sequence[str] = ()
) -> Iterator[Record]:
    """Set an entry aside, and withdraw what other versions of it said; `but` are times that are said apart."""
    yield SetAside(str(reason), line)
    if name is not None and not isinstance(reason, NotRead):
        gone = Withdrawn(name.meeting, name.id, name.version, but=tuple(but), line=line)
        absent = reason.accounts if isinstance(reason, Absent) else [None]
        yield from (replace(gone, absent=account) for account in absent)
