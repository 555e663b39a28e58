"""Dates and names as people read them; every format words them the same way."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from influence.contract.wording import MONTHS, plain

_RIGHT_TO_LEFT = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff"
_LEFTWARD = re.compile(rf"[{_RIGHT_TO_LEFT}]+(?:[\s.'’-]+[{_RIGHT_TO_LEFT}]+)*")


def shortened(text: str, length: int) -> str:
    """Cut text to `length` characters, the last one an ellipsis where something was cut.

    >>> shortened("Maximiliane von Hohenberg", 12)
    'Maximiliane…'
    """
    text = plain(text)
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def isolated(text: str) -> str:
    r"""Keep words that are written from right to left from moving what stands beside them.

    >>> isolated("Ann Lee"), isolated("from \u05d0\u05d1 12")
    ('Ann Lee', 'from \u2068\u05d0\u05d1\u2069 12')
    """
    return _LEFTWARD.sub("\u2068\\g<0>\u2069", text)


def day(time: str | None) -> str:
    """Word the day of an ISO 8601 time; what is no time is shown as it stands.

    >>> day("2026-01-05T14:03:00+01:00"), day(None)
    ('5 Jan 2026', 'undated')
    """
    if time is None:
        return "undated"
    moment = _read(time)
    return plain(time) if moment is None else f"{moment.day} {MONTHS[moment.month - 1][:3]} {moment.year}"


def days(since: str | None, until: str | None) -> str:
    """Word the days from one ISO 8601 time to another; the month and the year once where they are the same.

    >>> days("2026-03-05T08:00:00+00:00", "2026-03-17T08:00:00+00:00"), days("2026-03-05", "2026-03-05")
    ('5 to 17 Mar 2026', '5 Mar 2026')
    >>> days("2026-02-28", "2026-03-02"), days("2025-12-30", "2026-01-02"), days(None, "2026-01-02")
    ('28 Feb to 2 Mar 2026', '30 Dec 2025 to 2 Jan 2026', 'undated to 2 Jan 2026')
    """
    first, last = day(since), day(until)
    if first == last:
        return first
    early, late = first.split(" "), last.split(" ")
    while early and late and early[-1] == late[-1]:
        early.pop()
        late.pop()
    return f"{' '.join(early)} to {last}"


def day_and_hour(time: str | None) -> str:
    """Word the day and the minute of an ISO 8601 time.

    >>> day_and_hour("2026-01-05T14:03:00+01:00")
    '5 Jan 2026, 14:03'
    """
    moment = _read(time) if time else None
    return day(time) if moment is None else f"{day(time)}, {moment:%H:%M}"


def month(text: str) -> str:
    """Word a month.

    >>> month("2026-01")
    'January 2026'
    """
    moment = _read(f"{text}-01")
    return plain(text) if moment is None else f"{MONTHS[moment.month - 1]} {moment.year}"


def period(window: Mapping[str, str | None]) -> str:
    """Word a window [since, until): its last day is the one before a midnight `until`.

    >>> period({"since": "2026-01-01T00:00:00+00:00", "until": "2026-07-01T00:00:00+00:00"})
    '1 Jan 2026 to 30 Jun 2026'
    >>> period({"since": None, "until": None})
    'the whole record'
    """
    since, until = window.get("since"), window.get("until")
    if not since and not until:
        return "the whole record"
    first = day(since) if since else "the first record"
    return f"{first} to {_last_day(until) if until else 'the last record'}"


def _last_day(until: str) -> str:
    moment = _read(until)
    if moment is None:
        return plain(until)
    return day((moment - timedelta(microseconds=1)).isoformat())


def _read(time: str) -> datetime | None:
    try:
        return datetime.fromisoformat(time)
    except ValueError:
        return None
