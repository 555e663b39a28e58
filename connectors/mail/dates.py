"""The date of a message: as RFC 5322 says it, and as programs have written it that knew it less well."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

from connectors.kit.months import month_called
from connectors.kit.text import clean
from connectors.kit.zones import zone_called

EARLIEST = datetime(1980, 1, 2, tzinfo=UTC)
"""Clocks that were never set say 1980-01-01; there was hardly any mail before."""
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DATE = re.compile(
    rf"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?(\d{{1,2}}) ({'|'.join(_MONTHS)}) ([12]\d{{3}}) (\d\d):(\d\d):(\d\d)"
    r" ([+-][01]\d[0-5]\d)(?: \([A-Z]{1,5}\))?",
    re.ASCII,
)
_LONGEST = 200
_YEAR_FIRST = re.compile(
    r"([12]\d{3})[-/.](\d\d)[-/.](\d\d)[T ]+(\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)\s*(.*)", re.ASCII
)
_WILD = re.compile(r"[+-](?:\d{5,20}|(?:1[5-9]|[2-9]\d)\d\d|\d\d[6-9]\d)$", re.ASCII)
"""An offset that no place on Earth has: what it was meant to say nobody knows, as with -0000."""
_OFFSET = re.compile(r"\(?(?:GMT|UTC|UT|Z)?\s*([+-])(\d\d?):?(\d\d)?\)?", re.IGNORECASE | re.ASCII)
_CLOCK = re.compile(r"\d{1,2}[:.]\d\d(?:[:.]\d\d)?(?![:.\d])", re.ASCII)
_FRACTION = re.compile(r"(:\d\d)[.,]\d{1,9}(?=[\sZz+-]|$)", re.ASCII)
_LEAP = re.compile(r"(:\d\d):60\b", re.ASCII)
_HOURS = re.compile(r"(?<=\s)([+-])-?(\d\d)(\d\d)?(?=\s|$)", re.ASCII)
"""An offset without its minutes, or with its sign twice."""
_TWELVE = re.compile(r"\b(\d{1,2})((?::\d\d){1,2})\s*([AP])\.?M\b\.?", re.IGNORECASE | re.ASCII)
_MONTH = re.compile(r"(?<=\d[ -])([^\W\d_]{3,12})\.?(?=[ -]\d{4})")
_FIRST_WORD = re.compile(r"\s.*", re.DOTALL)
_ODD_YEAR = re.compile(r"\b0\d{3}\b(?!\s*$)")


class NoDate(ValueError):
    """Why nobody can say when a message was sent."""


def sent_at(value: str, zone: ZoneInfo | None, latest: datetime) -> datetime:
    """Return when a message was sent, in UTC; `zone` is for dates that state none.

    Raises:
        NoDate: it is missing, cannot be read, states no zone where none is given, or cannot be meant.

    >>> end = datetime(2030, 1, 1, tzinfo=UTC)
    >>> sent_at("Thu, 10 Jul 1997 14:53:31 EST5EDT", None, end).isoformat()
    '1997-07-10T18:53:31+00:00'
    >>> sent_at("2025-11-07T09:10:11+01:00", None, end).isoformat()
    '2025-11-07T08:10:11+00:00'
    """
    if not value.strip():
        raise NoDate("the message has no date")
    time = _as_usual(value) or _as_may_be(value.strip()[:_LONGEST], zone)
    if not EARLIEST <= time <= latest:
        raise NoDate(f"the date {clean(value, 60)!r} cannot be meant: mail is dated from 1980 to now")
    return time


def names_unknown_zone(value: str) -> bool:
    """Tell whether a date states its zone by a name that nothing explains.

    >>> names_unknown_zone("Thu, 1 Jan 2026 10:00:00 IST"), names_unknown_zone("Thu, 1 Jan 2026 10:00:00 PDT")
    (True, False)
    >>> names_unknown_zone("Thu, 1 Jan 2026 10:00:00"), names_unknown_zone("Thu, 1 Jan 2026 10:00:00 +0100")
    (False, False)
    """
    if _as_usual(value) is not None:
        return False
    text = _tidied(value.strip()[:_LONGEST])
    clock = _CLOCK.search(text)
    stated = text[clock.end() :].strip(" ()") if clock else ""
    if not re.match(r"[^\W\d_]{2}", stated) or _OFFSET.match(stated):
        return False
    return not any(map(zone_called, (stated, _FIRST_WORD.sub("", stated))))


def _as_usual(value: str) -> datetime | None:
    """Read a date as nearly every program writes it; None for another, which the standard library tries."""
    found = _DATE.fullmatch(value)
    if found is None or found[7] == "-0000":
        return None
    day, month, year, hour, minute, second, offset = found.groups()
    at = int(f"{offset[0]}1") * (60 * int(offset[1:3]) + int(offset[3:]))
    try:
        local = datetime(
            int(year), _MONTHS.index(month) + 1, int(day), int(hour), int(minute), int(second), tzinfo=UTC
        )
    except ValueError:
        return None
    return local - timedelta(minutes=at)


def _as_may_be(value: str, zone: ZoneInfo | None) -> datetime:
    told = clean(value, 60)
    value = _tidied(value)
    try:
        time, rest = _year_first(value) or _as_the_library_does(value)
    except (TypeError, ValueError, IndexError, OverflowError):
        raise NoDate(f"the date {told!r} cannot be read") from None
    if _ODD_YEAR.search(re.sub(r"[+-]\d{4}", "", value)):
        raise NoDate(f"the year of the date {told!r} cannot be meant")
    if time.tzinfo is None:
        time = _placed(time, rest, zone, told)
    try:
        return time.astimezone(UTC)
    except (OverflowError, ValueError):
        raise NoDate(f"the date {told!r} cannot be meant") from None


def _tidied(value: str) -> str:
    """Write a date so that the library can read it: whole seconds of 24 hours, English months, an offset of places."""
    value = _TWELVE.sub(_of_24, _FRACTION.sub(r"\1", _LEAP.sub(r"\1:59", value)))
    value = _MONTH.sub(_in_english, value)
    value = _HOURS.sub(lambda part: f"{part[1]}{part[2]}{part[3] or '00'}", value)
    return _WILD.sub("-0000", value)


def _in_english(found: re.Match[str]) -> str:
    """Write a month as the library knows it: programs have written it in the language of their user."""
    month = month_called(found[1])
    return _MONTHS[month - 1] if month else found[0]


def _of_24(found: re.Match[str]) -> str:
    hour = int(found[1]) % 12 + (12 if found[3].upper() == "P" else 0)
    return f"{hour if int(found[1]) <= 12 else int(found[1]):02}{found[2]}"


def _year_first(value: str) -> tuple[datetime, str] | None:
    """Read `2025-11-07T09:10:11+01:00`; the zone stays in the rest."""
    found = _YEAR_FIRST.fullmatch(value)
    if found is None:
        return None
    year, month, day, clock, rest = found.groups()
    return datetime.fromisoformat(f"{year}-{month}-{day} {clock}"), rest or " "


def _as_the_library_does(value: str) -> tuple[datetime, str]:
    clock = _CLOCK.search(value)
    return parsedate_to_datetime(value), value[clock.end() :] if clock else ""


def _placed(time: datetime, rest: str, zone: ZoneInfo | None, told: str) -> datetime:
    """Place a time in the zone that stands behind it, by its offset or its name, else in the one that was given."""
    stated = rest.strip()
    if "-0000" in stated or stated.upper() == "Z":
        return time.replace(tzinfo=UTC)
    if offset := _OFFSET.match(stated):
        minutes = int(f"{offset[1]}1") * (60 * int(offset[2]) + int(offset[3] or 0))
        return time.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    for name in (stated.strip(" ()"), _FIRST_WORD.sub("", stated.strip(" ()"))):
        if name and (called := zone_called(name)):
            return time.replace(tzinfo=ZoneInfo(called))
    if zone is None:
        raise NoDate(f"the date {told!r} states no time zone; import with --zone")
    return time.replace(tzinfo=zone)
