"""How the times of a column are written, tried on its values; and whether the day or the month may come first."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import lru_cache

_DATES = """
%d.%m.%Y | %d/%m/%Y | %m/%d/%Y | %d-%m-%Y | %m-%d-%Y | %Y/%m/%d | %Y.%m.%d | %Y-%m-%d
%d/%b/%y | %d/%b/%Y | %d-%b-%y | %d-%b-%Y | %d-%B-%Y | %d %b %Y | %d %B %Y | %d. %b %Y | %d. %B %Y
%b %d, %Y | %B %d, %Y | %a, %d %b %Y | %a %d %b %Y | %A, %B %d, %Y | %A, %d %B %Y
%d/%m/%y | %m/%d/%y | %d.%m.%y | %d-%m-%y | %m-%d-%y | %Y%m%d
"""
_DAYS = [date.strip() for line in _DATES.strip().splitlines() for date in line.split("|")]
_CLOCKS = (
    "",
    *(f"{mark} {clock}" for mark in ("", ",") for clock in ("%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S %p")),
    *(" %I:%M%p", " %H.%M", " %H.%M.%S", " %H:%M:%S.%f", " %H:%M:%S %z"),
    *("T%H:%M:%S", " at %I:%M %p", " - %H:%M"),
)
"""What may follow a date."""
_FORMATS = (
    *(day + clock for day in _DAYS for clock in _CLOCKS),
    "%a %b %d %H:%M:%S %Y",
    "%a %b %d %H:%M:%S %z %Y",
    "%Y%m%d%H%M%S",
    "%Y%m%d%H%M",
)
_CLOCK_ONLY = ("%H:%M:%S", "%H:%M", "%I:%M %p", "%I:%M:%S %p", "%H.%M", "%Hh%M", "%H h %M")
_ENOUGH = 0.9
"""The share of values that a format has to fit."""
_SHAPED = re.compile(r"(?=.{6,40}$)[^\W\d]{0,10}\W{0,2}(?:\d|[^\W\d]{3,12}\W{1,2}\d).*\d.*")
"""What may be a time at all."""
_FIRST = 3
"""Values by which most formats are ruled out."""


def time_format(values: Sequence[str]) -> str | None:
    """Return how times are written: "" for ISO 8601 or a number of seconds, a format, None for no times.

    >>> time_format(["31/12/2026", "01/02/2026"]), time_format(["2026-01-05"]), time_format(["Ann"])
    ('%d/%m/%Y', '', None)
    >>> time_format(["05/Jan/26 9:00 AM"]), time_format(["27-10-2021", "28-10-2021"])
    ('%d/%b/%y %I:%M %p', '%d-%m-%Y')
    """
    if not values:
        return None
    if sum(map(is_iso, values)) >= _ENOUGH * len(values):
        return ""
    if not all(map(_SHAPED.fullmatch, values[:_FIRST])):
        return None
    fitting = _fitting(tuple(values))
    return max(fitting, key=lambda form: sum(_fits(value, form) for value in values), default=None)


def is_doubtful(values: Sequence[str]) -> bool:
    """Tell whether all the times can be read with the day first and with the month first, as other times.

    >>> is_doubtful(["05/01/2026", "06/01/2026"]), is_doubtful(["05/01/2026", "13/01/2026"])
    (True, False)
    """
    forms = [form for form in _fitting(tuple(values)) if all(_fits(value, form) for value in values)]
    day = any(form.startswith("%d") and "%m" in form[:6] for form in forms)
    return day and any(form.startswith("%m") for form in forms)


def clock_format(values: Sequence[str]) -> str | None:
    """Return how times of day are written, which stand in a column of their own; None where there are none.

    >>> clock_format(["09:00", "17:30"]), clock_format(["2026-01-05"])
    ('%H:%M', None)
    """
    return next((form for form in _CLOCK_ONLY if values and _most(values, form)), None)


def is_time(value: str) -> bool:
    """Tell whether a value by itself is a date or time, not only a number.

    >>> is_time("10/12/2020 17:10"), is_time("2019"), is_time("Created")
    (True, False, False)
    """
    return bool(re.search(r"\d\D+\d", value)) and time_format([value]) is not None


@lru_cache(maxsize=256)
def _fitting(values: tuple[str, ...]) -> tuple[str, ...]:
    some = [form for form in _FORMATS if any(_fits(value, form) for value in values[:_FIRST])]
    return tuple(form for form in some if _most(values, form))


def _most(values: Sequence[str], form: str) -> bool:
    return sum(_fits(value, form) for value in values) >= _ENOUGH * len(values)


def read_time(value: str, formats: Sequence[str]) -> datetime:
    """Read a time by the first format that fits, else as ISO 8601 or a number of seconds or milliseconds since 1970.

    Raises:
        ValueError, OverflowError, OSError: it is none of these.

    >>> read_time("31/12/2026", ["%m/%d/%Y", "%d/%m/%Y"]).date().isoformat()
    '2026-12-31'
    """
    for form in formats:
        try:
            return datetime.strptime(value, form)
        except ValueError:
            continue
    if re.fullmatch(r"\d{10}|\d{13}", value):
        return datetime.fromtimestamp(int(value) / (1000 if len(value) == 13 else 1), UTC)
    return datetime.fromisoformat(value)


def is_format(form: str) -> bool:
    """Tell whether times can be read by a format at all.

    >>> is_format("%d/%m/%Y"), is_format("%Y-%Y"), is_format("%q"), is_format("today")
    (True, False, False, True)
    """
    try:
        datetime.strptime("", form)
    except re.error:  # a part stands twice
        return False
    except ValueError as error:
        return "does not match" in str(error)
    return True


def is_iso(value: str) -> bool:
    """Tell ISO 8601, or a number of seconds or milliseconds since 1970 that is of our days."""
    if re.fullmatch(r"1\d{9}|1\d{12}", value):
        return True
    return bool(re.match(r"\d{4}-?\d\d-?\d\d", value)) and _parses(lambda: datetime.fromisoformat(value))


def _fits(value: str, form: str) -> bool:
    return _parses(lambda: datetime.strptime(value, form))


def _parses(read: Callable[[], object]) -> bool:
    try:
        read()
    except ValueError:
        return False
    return True
