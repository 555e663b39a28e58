"""What a report is asked beside its window, as a person writes it: the period to compare with."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

from influence.contract.errors import InfluenceError
from influence.measures.periods import FEWEST_DAYS
from influence.times import DAY, Window, moment, stated

PREVIOUS: Literal["previous"] = "previous"
ALIKE = 1 / 30
"""Two periods are of one length where they differ by no more than this: the quarters of a year do."""


class CannotAsk(InfluenceError):
    """What is asked for cannot be meant, in one sentence that says what can."""


def against(words: str, window: Window, zone: str) -> Window | Literal["previous"]:
    """Read the period to compare a window with: `previous`, or two days such as 2026-01-01..2026-03-31, both in it.

    Raises:
        CannotAsk: the words are neither, or the period is not an earlier one of the window's length.

    >>> days = Window(stated("2026-04-01", "UTC"), stated("2026-07-01", "UTC"))
    >>> moment(against("2026-01-01..2026-03-31", days, "UTC").until, "UTC")[:10]
    '2026-04-01'
    """
    if words.strip().lower() == PREVIOUS:
        return PREVIOUS
    period = _period(words, zone)
    if period.until > window.since:
        raise CannotAsk(
            f"--against {words} is not over when the window begins, on {str(moment(window.since, zone))[:10]}: "
            "an earlier period is compared"
        )
    length, held = (one.until - one.since for one in (period, window))
    if abs(length - held) > ALIKE * max(length, held):
        first = str(moment(period.until - held, zone))[:10]
        last = str(moment(period.until - 1, zone))[:10]
        raise CannotAsk(
            f"--against {words} has {_days(length)} days and the window {_days(held)}: periods of one length are "
            f"compared, such as --against {first}..{last}"
        )
    return period


def _days(length: int) -> int:
    return round(length / DAY)


def _period(words: str, zone: str) -> Window:
    first, dots, last = words.partition("..")
    try:
        since, until = stated(first.strip(), zone), stated(str(_after(last.strip())), zone)
    except (ValueError, OverflowError):
        dots = ""
    if not dots:
        raise CannotAsk(
            f'--against {words!r} is neither "previous" nor two days such as 2026-01-01..2026-03-31'
        )
    if until - since < FEWEST_DAYS * DAY:
        raise CannotAsk(f"--against {words} is shorter than {FEWEST_DAYS} days, or reversed")
    return Window(since, until)


def _after(day: str) -> date:
    return date.fromisoformat(day) + timedelta(days=1)
