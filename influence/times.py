"""Moments, windows, zones: microseconds since 1970, UTC."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from influence.kernels.arrays import Ints

HOUR = 3_600_000_000
"""Microseconds."""
DAY = 24 * HOUR
WEEK = 7 * DAY
EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""Between which moments a time can be meant: others are set aside when they are brought in."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BACK = re.compile(r"([1-9]\d{0,4})([dwmy])", re.ASCII)
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
"""The months of what a calendar calls a period."""


@dataclass(frozen=True)
class Window:
    """[since, until) in microseconds since 1970, UTC."""

    since: int
    until: int

    @property
    def halves(self) -> tuple[Window, Window]:
        """Its two halves, of one length: a first microsecond too many is in neither."""
        middle = self.until - (self.until - self.since) // 2
        return Window(2 * middle - self.until, middle), Window(middle, self.until)

    def holds(self, time: Ints) -> NDArray[np.bool_]:
        """Tell which moments lie in the window."""
        return (time >= self.since) & (time < self.until)

    def stretch(self, time: Ints) -> slice:
        """Return which of some moments in order lie in the window: what it cuts out is a view, and no copy.

        >>> Window(2, 4).stretch(np.array([1, 2, 2, 3, 4]))
        slice(1, 4, None)
        """
        since, until = np.searchsorted(time, (self.since, self.until)).tolist()
        return slice(since, max(since, until))


def microseconds(when: datetime) -> int:
    """Return a moment as microseconds since 1970, exactly; `when` states its zone.

    >>> microseconds(datetime(1970, 1, 2, tzinfo=UTC)) == DAY
    True
    """
    return (when - _EPOCH) // timedelta(microseconds=1)


def stated(given: str | date, zone: str) -> int:
    """Return a date or time as a person writes it, as microseconds since 1970; without a zone it is in `zone`.

    Raises:
        ValueError: it is no date.

    >>> stated("1970-01-01", "Europe/Stockholm")
    -3600000000
    """
    when = datetime.fromisoformat(given if isinstance(given, str) else given.isoformat())
    return microseconds(when if when.tzinfo is not None else when.replace(tzinfo=ZoneInfo(zone)))


def meant(given: str | date, zone: str) -> int:
    """Return a date or time of a window that somebody asks for, as `stated` does.

    Raises:
        ValueError: it is no date, or one of a time of which nothing can be on record.

    >>> meant("0001-01-01", "UTC")
    Traceback (most recent call last):
    ValueError: nothing is on record before 1900 or after 2200
    """
    time = stated(given, zone)
    if not microseconds(EARLIEST) <= time <= microseconds(LATEST):
        raise ValueError(f"nothing is on record before {EARLIEST.year} or after {LATEST.year}")
    return time


def exact(time: int) -> datetime:
    """Return microseconds since 1970 as a moment in UTC, exactly.

    >>> exact(1).isoformat()
    '1970-01-01T00:00:00.000001+00:00'
    """
    return _EPOCH + timedelta(microseconds=time)


def moment(time: int | None, zone: str) -> str | None:
    """Write microseconds since 1970 as ISO 8601 with the offset of a zone.

    >>> moment(0, "Europe/Stockholm")
    '1970-01-01T01:00:00+01:00'
    """
    if time is None:
        return None
    return exact(time).astimezone(ZoneInfo(zone)).isoformat(timespec="seconds")


def day_at(time: int, zone: str) -> date:
    """Return the day of a moment in a zone.

    >>> day_at(-1, "Europe/Stockholm")
    datetime.date(1970, 1, 1)
    """
    return exact(time).astimezone(ZoneInfo(zone)).date()


def months(window: Window, zone: str) -> list[tuple[str, Window]]:
    """Cut a window into calendar months of a time zone; the first and the last may be parts of one.

    >>> [name for name, _ in months(Window(0, 40 * DAY), "UTC")]
    ['1970-01', '1970-02']
    """
    place = ZoneInfo(zone)
    start = exact(window.since).astimezone(place)
    year, month = start.year, start.month
    cut = []
    since = window.since
    while since < window.until:
        following = (year + month // 12, month % 12 + 1)
        until = min(window.until, _begins(following, place))
        cut.append((f"{year:04}-{month:02}", Window(since, until)))
        (year, month), since = following, until
    return cut


def _begins(month: tuple[int, int], place: ZoneInfo) -> int:
    return microseconds(datetime(*month, 1, tzinfo=place))


def partial_months(window: Window, zone: str) -> set[str]:
    """Return which months of a window are only parts of one: at most the first and the last.

    >>> sorted(partial_months(Window(0, 40 * DAY), "UTC"))
    ['1970-02']
    """
    place, parts = ZoneInfo(zone), set()
    for name, cut in months(window, zone):
        year, month = int(name[:4]), int(name[5:])
        whole = _begins((year, month), place), _begins((year + month // 12, month % 12 + 1), place)
        if (cut.since, cut.until) != whole:
            parts.add(name)
    return parts


def calendar_weeks(window: Window, zone: str) -> list[tuple[str, Window]]:
    """Cut a window into ISO weeks, Monday to Monday in a time zone; the first and the last may be parts of one.

    A week in which the clocks are changed is an hour shorter or longer. The name is that of ISO 8601, whose years begin
    with the week of their first Thursday.

    >>> [name for name, _ in calendar_weeks(Window(0, 8 * DAY), "UTC")]  # 1970 began on a Thursday
    ['1970-W01', '1970-W02']
    """
    place = ZoneInfo(zone)
    first = exact(window.since).astimezone(place).date()
    monday, since, cut = first - timedelta(days=first.weekday()), window.since, []
    while since < window.until:
        name = _iso_week(monday)
        monday += timedelta(weeks=1)
        until = min(window.until, _midnight(monday, place))
        cut.append((name, Window(since, until)))
        since = until
    return cut


def week_of(time: int, zone: str) -> str:
    """Return the ISO week in which a moment lies in a zone.

    >>> week_of(0, "UTC")
    '1970-W01'
    """
    return _iso_week(exact(time).astimezone(ZoneInfo(zone)).date())


def _iso_week(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year:04}-W{week:02}"


def partial_weeks(window: Window, zone: str) -> set[str]:
    """Return which weeks of a window are only parts of one: at most the first and the last.

    >>> sorted(partial_weeks(Window(4 * DAY, 12 * DAY), "UTC"))
    ['1970-W03']
    """
    edges = weeks(window, zone).tolist()
    whole = set(pairwise(edges))
    return {name for name, cut in calendar_weeks(window, zone) if (cut.since, cut.until) not in whole}


def _midnight(day: date, place: ZoneInfo) -> int:
    return microseconds(datetime(day.year, day.month, day.day, tzinfo=place))


def weeks(window: Window, zone: str) -> Ints:
    """Return the edges of the whole weeks of a window, Monday to Monday in a time zone: one edge more than weeks.

    >>> (weeks(Window(0, 20 * DAY), "UTC") // DAY).tolist()  # 1970 began on a Thursday
    [4, 11, 18]
    """
    place = ZoneInfo(zone)
    first = exact(window.since).astimezone(place)
    monday = first.date() - timedelta(days=first.weekday())
    count = (
        window.until - window.since
    ) // WEEK + 3  # a week may be an hour shorter or longer than seven days
    days = (monday + timedelta(weeks=n) for n in range(count))
    edges = [_midnight(day, place) for day in days]
    return np.array([edge for edge in edges if window.since <= edge <= window.until], np.int64)


def lately(words: str, end: int, zone: str) -> Window | None:
    """Read a period that ends with what is on record: `7d`, `4w`, `6m`, `1y`, or `week`, `month`, `quarter`, `year`.

    `end` is the moment after the last that counts, in microseconds. The first kind goes back so many days, weeks,
    months or years from the end of that day; the second is the last whole one of a calendar that ended by then. None
    where the words are no period, or one that begins before anything can be on record.

    >>> end = stated("2026-05-20T10:00", "UTC")
    >>> window = lately("4w", end, "UTC")
    >>> moment(window.since, "UTC")[:10], moment(window.until, "UTC")[:10]
    ('2026-04-23', '2026-05-21')
    >>> moment(lately("quarter", end, "UTC").since, "UTC")[:10], lately("soon", end, "UTC")
    ('2026-01-01', None)
    """
    place, back = ZoneInfo(zone), _BACK.fullmatch(words)
    last = exact(end - 1).astimezone(place).date()
    try:
        if back is not None:
            until = last + timedelta(days=1)
            since = _before(until, int(back[1]), back[2])
        elif words == "week":
            until = last + timedelta(days=1)
            until -= timedelta(days=until.weekday())
            since = until - timedelta(weeks=1)
        elif words in _MONTHS:
            since, until = _last_whole(last + timedelta(days=1), _MONTHS[words])
        else:
            return None
    except (OverflowError, ValueError):  # before the year 1
        return None
    if since < EARLIEST.date():
        return None
    return Window(_midnight(since, place), _midnight(until, place))


def end_of_day(end: int, zone: str) -> int:
    """Return when the last day on record is over, `end` being the moment after its last activity.

    A day, or a week, whose last evening was quiet is a whole one.

    >>> moment(end_of_day(stated("2026-05-20T10:00", "UTC"), "UTC"), "UTC")
    '2026-05-21T00:00:00+00:00'
    """
    day = lately("1d", end, zone)
    return end if day is None else day.until


def _before(day: date, many: int, unit: str) -> date:
    if unit in "dw":
        return day - timedelta(days=many * (7 if unit == "w" else 1))
    year, month = divmod(day.year * 12 + day.month - 1 - many * (12 if unit == "y" else 1), 12)
    for last in (day.day, 30, 29, 28):  # a month may be shorter
        with suppress(ValueError):
            return date(year, month + 1, min(day.day, last))
    raise ValueError(f"there is no day {many}{unit} before {day}")


def _last_whole(day: date, months: int) -> tuple[date, date]:
    """Return the edges of the last whole period of so many calendar months that ended by a day."""
    began = (day.year * 12 + day.month - 1) // months * months
    (year, month), (before, first) = divmod(began, 12), divmod(began - months, 12)
    return date(before, first + 1, 1), date(year, month + 1, 1)
