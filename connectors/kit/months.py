"""Months and moments as programs write them that take the language of their user."""

from __future__ import annotations

import re
from datetime import datetime, tzinfo

from connectors.kit.text import clean

_BEGINNINGS = (
    "jan jän ene gen sty tam led янв січ oca ιαν",
    "feb fév fev lut hel úno únor фев лют şub φεβ",
    "mar mär maa mrt bře мар бер μαρ",
    "apr avr abr kwi huh dub апр кві nis απρ",
    "may mai maj mei mag kvě maio мая май тра μαΐ μαι",
    "jun juin giu cze kes июн чер haz ιουν",
    "jul juil lug lip hei июл лип tem ιουλ",
    "aug aoû ago sie elo srp авг сер ağu αυγ",
    "sep set wrz syy září сен вер eyl σεπ",
    "oct okt ott out paź lok říj окт жов eki οκτ",
    "nov nob lis ноя kas νοε",
    "dec dez déc des dic gru jou pro дек гру ara δεκ",
)
_MONTH = {word: at for at, words in reversed(list(enumerate(_BEGINNINGS, 1))) for word in words.split()}
_WORD = re.compile(r"[^\W\d_]{3,12}")
_CLOCK = re.compile(r"(\d{1,2})[:.](\d\d)(?:[:.](\d\d))?")
_YEAR, _DAY = re.compile(r"(?<!\d)[12]\d{3}(?!\d)"), re.compile(r"(?<![\d:.])\d{1,2}(?![\d:])")
_AFTERNOON = re.compile(r"(?<=[\d\s])(?:p\.?\s?m\b|nachm)|下午|午後|오후", re.IGNORECASE)
_MORNING = re.compile(r"(?<=[\d\s])(?:a\.?\s?m\b|vorm)|上午|午前|오전", re.IGNORECASE)
_SHORT = re.compile(
    r"(\d{1,2})[/ .-]{1,2}([^\W\d_]{3,12}\.?)[/ .-]{1,2}(\d{4}|\d\d),? (\d{1,2})[:.](\d\d)(?:[:.](\d\d))?"
    r" ?([ap]\.?m\.?)?",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"([12]\d{3})\s?(?:年|년|[-/.])\s?(\d{1,2})\s?(?:月|월|[-/.])\s?(\d{1,2})")


def month_called(word: str) -> int | None:
    """Return the number of a month by its name or the beginning of it; None for another word.

    >>> month_called("Januar"), month_called("févr."), month_called("juillet"), month_called("Monday")
    (1, 2, 7, None)
    """
    plain = word.strip(".").lower()
    return next((_MONTH[plain[:size]] for size in (5, 4, 3) if plain[:size] in _MONTH), None)


def spoken_moment(text: str, zone: tzinfo) -> datetime:
    """Read a day and a time written in words, of nearly any language: the month's name, a year, a day, hours.

    Raises:
        ValueError: it is none.

    >>> from datetime import UTC
    >>> spoken_moment("Monday, January 5, 2026 at 9:00:00 PM UTC", UTC).isoformat()
    '2026-01-05T21:00:00+00:00'
    >>> spoken_moment("lundi 5 janvier 2026 à 09:00:00 UTC", UTC).isoformat()
    '2026-01-05T09:00:00+00:00'
    """
    told = clean(text, 100)
    clock = _CLOCK.search(re.sub(r"^\D*\d{1,2}\.\d{1,2}\.\d{4}", lambda part: " " * len(part[0]), told))
    if clock is None:
        raise ValueError(f"the time {told[:60]!r} cannot be read")
    year, month, day = _date(told[: clock.start()] + " " + told[clock.end() :], told)
    hour = int(clock[1])
    if _AFTERNOON.search(told) and hour < 12:
        hour += 12
    elif _MORNING.search(told) and hour == 12:
        hour = 0
    return datetime(year, month, day, hour, int(clock[2]), int(clock[3] or 0), tzinfo=zone)


def _date(text: str, told: str) -> tuple[int, int, int]:
    if numbered := _NUMBERED.search(text):
        return int(numbered[1]), int(numbered[2]), int(numbered[3])
    words = [word for word in _WORD.findall(text) if month_called(word)]
    # Of two that may be one (`mar. 6 janvier`), the weekday is written first.
    month = month_called(words[-1]) if words else None
    year, day = _YEAR.search(text), _DAY.search(text)
    if month is None or year is None or day is None:
        raise ValueError(f"the day of {told[:60]!r} cannot be read")
    return int(year[0]), month, int(day[0])


def short_moment(text: str, zone: tzinfo) -> datetime:
    """Read a day with the month's name and a year of two digits or four, and a time: `05/Jan/26 9:00 AM`.

    Raises:
        ValueError: it is none.

    >>> from datetime import UTC
    >>> short_moment("05/Jan/26 9:00 PM", UTC).isoformat(), short_moment("5. janv. 2026 09:00", UTC).isoformat()
    ('2026-01-05T21:00:00+00:00', '2026-01-05T09:00:00+00:00')
    """
    told = clean(text, 60)
    found = _SHORT.fullmatch(told)
    month = month_called(found[2]) if found else None
    if found is None or month is None:
        raise ValueError(f"the time {told[:60]!r} cannot be read")
    hour, half = int(found[4]), (found[7] or "").lower()[:1]
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    year = int(found[3]) + (2000 if len(found[3]) == 2 else 0)
    return datetime(year, month, int(found[1]), hour, int(found[5]), int(found[6] or 0), tzinfo=zone)
