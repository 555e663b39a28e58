"""Dates and names as people read them; every format words them the same way."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from influence.contract.findings import Report
from influence.contract.headline import nameless
from influence.contract.language import ENGLISH, in_days, recognised, spoken, translated
from influence.contract.wording import month_of, plain, short_month, span_of

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


def notice(report: Report) -> str:
    """Return what a report is narrowed to, and what the workspace has every report say of itself.

    A line of our own is in the language spoken.

    >>> notice(Report({}, {}, {}, notice="Draft, for the board only"))
    'Draft, for the board only'
    """
    part = report.narrowed.sentences() if report.narrowed else []
    return " ".join([*part, *(recognised(plain(line)) for line in (report.notice or "").splitlines())])


def care(report: Report) -> str:
    """Say how to handle the report; nothing of a copy without names, which is made to be handed on."""
    return "" if nameless(report) else translated("It names people: share it as you would a personnel file.")


def day(time: str | None) -> str:
    """Word the day of an ISO 8601 time, or its month where that is all it says; what is no time stays as it stands.

    >>> day("2026-01-05T14:03:00+01:00"), day("2026-01"), day(None)
    ('5 Jan 2026', 'January 2026', 'undated')
    """
    if time is None:
        return translated("undated")
    moment = _read(time)
    return month(time) if moment is None else in_days(moment)


def days(since: str | None, until: str | None) -> str:
    """Word the days from one ISO 8601 time to another; the month and the year once where they are the same.

    >>> days("2026-03-05T08:00:00+00:00", "2026-03-17T08:00:00+00:00"), days("2026-03-05", "2026-03-05")
    ('5 to 17 Mar 2026', '5 Mar 2026')
    >>> days("2026-02-28", "2026-03-02"), days("2025-12-30", "2026-01-02"), days(None, "2026-01-02")
    ('28 Feb to 2 Mar 2026', '30 Dec 2025 to 2 Jan 2026', 'undated to 2 Jan 2026')
    """
    first, last = (_read(time) if time else None for time in (since, until))
    if first is None or last is None or first.date() == last.date():
        return span_of(day(since), day(until))
    if spoken().code == ENGLISH:
        return span_of(_shortest(first, last), in_days(last))
    from babel.dates import format_interval

    begun, ended = first.replace(tzinfo=None), last.replace(tzinfo=None)
    return plain(format_interval(begun, ended, "yMMMd", locale=spoken().locale))


def _shortest(first: datetime, last: datetime) -> str:
    """Word a day in English without the month and the year that the day behind it has too."""
    if first.year != last.year:
        return in_days(first)
    return f"{first.day}" if first.month == last.month else f"{first.day} {short_month(first.month)}"


def day_and_hour(time: str | None) -> str:
    """Word the day and the minute of an ISO 8601 time.

    >>> day_and_hour("2026-01-05T14:03:00+01:00")
    '5 Jan 2026, 14:03'
    """
    moment = _read(time) if time else None
    if moment is None:
        return day(time)
    if spoken().code == ENGLISH:
        return f"{in_days(moment)}, {moment:%H:%M}"
    from babel.dates import format_skeleton

    hour = format_skeleton("Hm", moment.replace(tzinfo=None), locale=spoken().locale)
    return f"{in_days(moment)}, {hour}"


def month(text: str) -> str:
    """Word a month.

    >>> month("2026-01")
    'January 2026'
    """
    moment = _read(f"{text}-01")
    return plain(text) if moment is None else month_of(moment.year, moment.month)


def week(text: str) -> str:
    """Word an ISO week by its Monday.

    >>> week("2026-W02"), week("soon")
    ('week from 5 Jan 2026', 'soon')
    """
    try:
        monday = datetime.fromisoformat(f"{text}-1") if "W" in text else None
    except ValueError:
        monday = None
    return plain(text) if monday is None else translated("week from {day}").format(day=in_days(monday))


def period(window: Mapping[str, str | None]) -> str:
    """Word a window [since, until): its last day is the one before a midnight `until`.

    >>> period({"since": "2026-01-01T00:00:00+00:00", "until": "2026-07-01T00:00:00+00:00"})
    '1 Jan 2026 to 30 Jun 2026'
    >>> period({"since": None, "until": None})
    'the whole record'
    """
    since, until = window.get("since"), window.get("until")
    if not since and not until:
        return translated("the whole record")
    first = day(since) if since else translated("the first record")
    return span_of(first, _last_day(until) if until else translated("the last record"))


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
