"""Months and moments as programs write them that take the language of their user."""

from __future__ import annotations

import re
from datetime import datetime, tzinfo

from connectors.kit.day_order import full_year, hour_of_day
from connectors.kit.text import clean

_BEGINNINGS = (
    "jan jän ene gen sty tam led янв січ oca ιαν ينا ינו בינו",
    "feb fév fev lut hel úno únor фев лют şub φεβ فبر פבר בפבר",
    "mar mär maa mrt bře мар бер μαρ مار מרץ במרץ מרס",
    "apr avr abr kwi huh dub апр кві nis απρ أبر ابر אפר באפר",
    "may mai maj mei mag kvě maio мая май тра μαΐ μαι ماي מאי במאי",
    "jun juin giu cze kes июн чер haz ιουν يون יוני ביוני",
    "jul juil lug lip hei июл лип tem ιουλ يول יולי ביולי",
    "aug aoû ago sie elo srp авг сер ağu αυγ أغس اغس אוג באוג",
    "sep set wrz syy září сен вер eyl σεπ سبت ספט בספט",
    "oct okt ott out paź lok říj окт жов eki οκτ أكت اكت אוק באוק",
    "nov nob lis ноя kas νοε نوف נוב בנוב",
    "dec dez déc des dic gru jou pro дек гру ara δεκ ديس דצמ בדצמ",
)
_MONTH = {word: at for at, words in reversed(list(enumerate(_BEGINNINGS, 1))) for word in words.split()}
_WORD = re.compile(r"[^\W\d_]{3,12}")
_CLOCK = re.compile(
    r"(\d{1,2})(?:[:.](\d\d)(?:[:.](\d\d))?| ?[時时点點시] ?(\d{1,2}) ?[分분](?: ?(\d{1,2}) ?[秒초])?)"
)
_VIETNAMESE = re.compile(r"(\d{1,2}),? th(?:áng|g) (\d{1,2}),?(?: năm)? (\d{4})", re.IGNORECASE)
_YEAR, _DAY = re.compile(r"(?<!\d)[12]\d{3}(?!\d)"), re.compile(r"(?<![\d:.])\d{1,2}(?![\d:])")
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
    hour = hour_of_day(int(clock[1]), told[: clock.start()], told[clock.end() :])
    minute, second = int(clock[2] or clock[4]), int(clock[3] or clock[5] or 0)
    return datetime(full_year(year), month, day, hour, minute, second, tzinfo=zone)


def _date(text: str, told: str) -> tuple[int, int, int]:
    if numbered := _NUMBERED.search(text):
        return int(numbered[1]), int(numbered[2]), int(numbered[3])
    if numbered := _VIETNAMESE.search(text):
        return int(numbered[3]), int(numbered[2]), int(numbered[1])
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
