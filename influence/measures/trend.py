"""How it moved: the same numbers, month by month."""

from __future__ import annotations

from collections.abc import Set
from datetime import UTC, datetime
from math import fsum
from zoneinfo import ZoneInfo

from influence.encounters import Met
from influence.findings import Month
from influence.steps import Touches, Window, alters


def months(window: Window, zone: str) -> list[tuple[str, Window]]:
    """Cut a window into calendar months of a time zone; the first and the last may be parts of one.

    >>> [name for name, _ in months(Window(0, 40 * 86_400_000_000), "UTC")]
    ['1970-01', '1970-02']
    """
    place = ZoneInfo(zone)
    start = datetime.fromtimestamp(window.since / 1e6, UTC).astimezone(place)
    year, month = start.year, start.month
    cut = []
    since = window.since
    while since < window.until:
        following = (year + month // 12, month % 12 + 1)
        end = datetime(*following, 1, tzinfo=place)
        until = min(window.until, int(end.timestamp()) * 1_000_000)
        cut.append((f"{year:04}-{month:02}", Window(since, until)))
        (year, month), since = following, until
    return cut


def trend(drawn: Touches, met: Met, team: Set[int], window: Window, zone: str) -> list[Month]:
    """Return reach_2, reach_3 and reach_4 with each month as the window: m(v) by the first response in it."""
    rows = []
    for name, month in months(window, zone):
        found = alters(drawn.within(month), met, team)
        outside = [alter for alter in found if alter.step != 2]
        low = fsum(1 - alter.m for alter in outside if alter.known)
        rows.append(
            Month(
                month=name,
                reach_2=float(len(found) - len(outside)),
                reach_3=fsum(alter.m for alter in outside),
                reach_4=fsum(1 - alter.m for alter in outside),
                low=low,
                high=low + sum(not alter.known for alter in outside),
                responses=int(month.holds(drawn.time).sum()),
            )
        )
    return rows
