"""Times as services, files and options write them, as UTC."""

from __future__ import annotations

import contextlib
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connectors.kit.text import clean
from influence.contract.connector import Changed, ConnectorError

_SLASHES = re.compile(r"^(\d{4})/(\d\d)/(\d\d) ")
_OFFSET = re.compile(r" ?([+-]\d{2}):?(\d{2})$")
_FINER = re.compile(r"(\.\d{6})\d+")
_ZONE = re.compile(r"(Z|[+-]\d\d:?\d\d)$")


def named_zone(name: str | None) -> ZoneInfo | None:
    """Return the IANA zone of that name, or None for None.

    Raises:
        ConnectorError: there is no such zone.

    >>> named_zone("Europe/Oslo")
    zoneinfo.ZoneInfo(key='Europe/Oslo')
    """
    if name is None:
        return None
    with contextlib.suppress(ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo(name)
    raise ConnectorError(f"{name[:60]!r} is no time zone; write one as in Europe/Oslo or UTC")


def moment(value: Any, what: str = "the time", *, zone: str = "") -> datetime:
    """Read a time of a service as UTC: ISO 8601 with a zone, or `2011/03/28 20:39:12 +0000`.

    `zone` (`Z`) is for a service whose times state none.

    Raises:
        Changed: it is missing, or none of these.

    >>> moment("2011/03/28 20:39:12 +0000").isoformat()
    '2011-03-28T20:39:12+00:00'
    >>> moment("2026-01-05T09:00:00", zone="Z").isoformat()
    '2026-01-05T09:00:00+00:00'
    """
    if value is None or value == "":
        raise Changed(f"{what} is missing")
    text = str(value).strip()[:60]
    plain = _FINER.sub(r"\1", _SLASHES.sub(r"\1-\2-\3 ", text))
    plain = _OFFSET.sub(r"\1:\2", plain.replace(" UTC", "Z"))
    with contextlib.suppress(ValueError, OverflowError):
        found = datetime.fromisoformat(plain if _ZONE.search(plain) else plain + zone)
        if found.tzinfo is not None:
            return found.astimezone(UTC)
    raise Changed(f"{what} is {clean(text, 40)!r}, which is no time with a zone")


def passed(time: datetime, what: str = "the time") -> datetime:
    """Return a time that is not to come: one that is would stand before all that comes, for ever.

    Raises:
        Changed: it lies more than two days ahead of the clock of this machine.
    """
    if time > datetime.now(UTC) + timedelta(days=2):
        raise Changed(f"{what} is {time.isoformat()}, which is to come")
    return time


def in_utc(time: datetime) -> datetime:
    """Return a time in UTC.

    Raises:
        Changed: it lies outside the calendar.
    """
    try:
        return time.astimezone(UTC)
    except (OverflowError, ValueError):
        raise Changed("the time lies outside the calendar") from None


def seconds(value: Any, what: str = "the time") -> datetime:
    """Return the time of so many seconds since 1970.

    Raises:
        Changed: it is no such number.

    >>> seconds(1767603600).isoformat()
    '2026-01-05T09:00:00+00:00'
    """
    try:
        return datetime.fromtimestamp(float(value), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        raise Changed(f"{what} is {clean(str(value), 40)!r}, which is no number of seconds") from None


def day_given(text: str, option: str = "until") -> datetime:
    """Return the moment that an option states: a date, in UTC where it states no zone; now where it is empty.

    Raises:
        ConnectorError: it is no date.

    >>> day_given("2026-06-30").isoformat()
    '2026-06-30T00:00:00+00:00'
    """
    if not text:
        return datetime.now(UTC)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ConnectorError(
            f"{option} is {text[:40]!r}, which is no date; write one as in 2026-06-30"
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def days_given(text: str, option: str = "again") -> timedelta:
    """Return the days that an option states.

    Raises:
        ConnectorError: it is no number of days.

    >>> days_given("30").days
    30
    """
    try:
        return timedelta(days=float(text))
    except (ValueError, OverflowError):
        raise ConnectorError(f"{option} is {text[:20]!r}; give a number of days") from None
