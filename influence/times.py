"""Moments, windows, zones: microseconds since 1970, UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from influence.kernels.arrays import Ints

HOUR = 3_600_000_000
"""Microseconds."""
DAY = 24 * HOUR
WEEK = 7 * DAY
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Window:
    """[since, until) in microseconds since 1970, UTC."""

    since: int
    until: int

    def holds(self, time: Ints) -> NDArray[np.bool_]:
        """Tell which moments lie in the window."""
        return (time >= self.since) & (time < self.until)


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
    edges = [microseconds(datetime(day.year, day.month, day.day, tzinfo=place)) for day in days]
    return np.array([edge for edge in edges if window.since <= edge <= window.until], np.int64)
