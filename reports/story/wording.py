"""Numbers, dates and names as people read them; every format words a value the same way."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta

CANNOT_TELL = "cannot tell"

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

_BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_WIDE_INTERVAL = 5.0
_BARE = frozenset({"score", "ratio", "index", "exponent", "AUC", "p-value"})
_SINGULAR = {
    "people": "person",
    "items": "item",
    "hours": "hour",
    "hands": "hand",
    "times": "time",
    "spheres": "sphere",
    "conversations": "conversation",
    "communities": "community",
    "changes of level": "change of level",
    "ties": "tie",
}


def plain(text: str) -> str:
    r"""Make text safe to show on one line: no control characters, no direction overrides, single spaces.

    >>> plain("Ann\u202e\x00  Lee\n")
    'Ann Lee'
    """
    kept = (" " if character.isspace() else character for character in text if not _is_unshowable(character))
    return " ".join("".join(kept).split())


def _is_unshowable(character: str) -> bool:
    if character in _BIDI_CONTROLS or ord(character) & 0xFFFE == 0xFFFE:
        return True
    return unicodedata.category(character) in {"Cc", "Cs"} and not character.isspace()


def shortened(text: str, length: int) -> str:
    """Cut text to `length` characters, the last one an ellipsis where something was cut.

    >>> shortened("Maximiliane von Hohenberg", 12)
    'Maximiliane…'
    """
    text = plain(text)
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def number(value: float | None, unit: str = "people") -> str:
    """Word a value: people to one decimal, shares in per cent, other small values to two digits.

    >>> number(17.47), number(21.0), number(1204.3), number(0.434, "share"), number(0.01234, "score")
    ('17.5', '21', '1,204', '43 %', '0.012')
    >>> number(None), number(-0.0931, "people a conversation")
    ('cannot tell', '−0.093')
    """
    if value is None or not math.isfinite(value):
        return CANNOT_TELL
    if value < 0:
        return f"−{number(-value, unit)}"
    if is_share(unit):
        return _per_cent(value)
    if unit != "people" and 0 < value < 1:
        return f"{value:.2g}" if value >= 0.0001 else "under 0.0001"
    if 0 < value < 0.05:
        return "under 0.1"
    return _trimmed(value)


def is_share(unit: str) -> bool:
    """Tell whether a unit is a part of something, worded in per cent.

    >>> is_share("share of responses"), is_share("people")
    (True, False)
    """
    return unit == "share" or unit.startswith("share of ")


def unit_of(unit: str, *, one: bool = False) -> str:
    """Word a unit behind its number; empty where the number says enough by itself.

    >>> unit_of("people", one=True), unit_of("share"), unit_of("hours")
    ('person', '', 'hours')
    """
    if is_share(unit) or unit in _BARE:
        return ""
    return _SINGULAR.get(unit, plain(unit)) if one else plain(unit)


def _trimmed(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 99.95 else f"{value:,.1f}".removesuffix(".0")


def _per_cent(value: float) -> str:
    if 0 < value < 0.005:
        return "under 1 %"
    if 0.995 <= value < 1:
        return "over 99 %"
    return f"{value * 100:.0f} %"


def between(low: float, high: float, unit: str = "people") -> str:
    """Word an interval: wide ones in whole numbers, since more digits would claim too much.

    >>> between(12.1, 22.8), between(16.57, 17.57), between(3, 3), between(0.31, 0.5, "share")
    ('12 to 23', '16.6 to 17.6', '3', '31 to 50 %')
    """
    if is_share(unit):
        first, last = number(low, unit), number(high, unit)
        return last if first == last else f"{first.removesuffix(' %')} to {last}"
    if high - low >= _WIDE_INTERVAL:
        return f"{_whole(low)} to {_whole(high)}"
    first, last = number(low, unit), number(high, unit)
    return first if first == last else f"{first} to {last}"


def _whole(value: float) -> str:
    text = f"{abs(value):,.0f}"
    return f"−{text}" if value < 0 and text != "0" else text


def counted(amount: float, one: str, many: str) -> str:
    """Word a count with its noun.

    >>> counted(1, "person", "people"), counted(0, "person", "people"), counted(1204, "reply", "replies")
    ('1 person', '0 people', '1,204 replies')
    """
    text = number(amount)
    return f"{text} {one if text == '1' else many}"


def day(time: str | None) -> str:
    """Word the day of an ISO 8601 time; what is no time is shown as it stands.

    >>> day("2026-01-05T14:03:00+01:00"), day(None)
    ('5 Jan 2026', 'undated')
    """
    if time is None:
        return "undated"
    moment = _read(time)
    return plain(time) if moment is None else f"{moment.day} {MONTHS[moment.month - 1][:3]} {moment.year}"


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
