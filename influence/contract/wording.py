"""Text and numbers as people read them: one line, whole people, rows that add up. Terminal and page share it."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from datetime import date

from influence.contract.language import (
    ENGLISH,
    MONTHS,
    forms,
    in_figures,
    message,
    numbered,
    spoken,
    translated,
)

CANNOT_TELL = message("cannot tell")
_WIDE_INTERVAL = 5.0
_PEOPLE = re.compile(r"\b(?:people|persons?)\b")
_RATES = {
    "people beyond for each one near": (
        forms("beyond for each one near", "beyond for each one near"),
        forms("beyond for each {n} near", "beyond for each {n} near"),
    ),
    "new people per person reached": (
        forms("new person for each one reached", "new people for each one reached"),
        forms("new person for each {n} reached", "new people for each {n} reached"),
    ),
    "people a conversation": (
        forms("person in each conversation", "people in each conversation"),
        forms("person in {n} conversations", "people in {n} conversations"),
    ),
    "people expected": (
        forms("person in each exchange", "people in each exchange"),
        forms("person in {n} exchanges", "people in {n} exchanges"),
    ),
}
_DIFFERENCES = frozenset({"people a conversation"})
_ENOUGH = {1: 3.0, 10: 1.0}
"""A rate is worded for one where that gives three people or more, for ten where that gives one, else for a hundred."""
_BARE = frozenset({"score", "ratio", "index", "exponent", "AUC", "p-value"})
_UNITS = (
    forms("person", "people"),
    forms("item", "items"),
    forms("hour", "hours"),
    forms("minute", "minutes"),
    forms("hand", "hands"),
    forms("time", "times"),
    forms("sphere", "spheres"),
    forms("conversation", "conversations"),
    forms("community", "communities"),
    forms("change of level", "changes of level"),
    forms("tie", "ties"),
    forms("letter", "letters"),
    forms("response", "responses"),
    forms("impression", "impressions"),
    forms("member reached", "members reached"),
    forms("reaction", "reactions"),
    forms("comment", "comments"),
    forms("reshare", "reshares"),
    forms("person more in each month", "people more in each month"),
    forms("person more in each week", "people more in each week"),
    forms("person more than before", "people more than before"),
)
_FORMS = {many: (one, many) for one, many in _UNITS}
_LONGEST_QUOTED = 80
ASKS = "influence people review asks"
"""Ends what an account says of mail that others write: a page says which of its own asks."""
_BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_SPACE = re.compile(r"(?<=\d)([\u00a0\u202f])(?=[\d%])|\s+")
"""A space: that within a number, which keeps it on one line, stays as it is."""
_BREAK = re.compile(r"[\n\v\f\r\x1c-\x1f\x85\u2028\u2029]+")
"""What begins another line, or the line anew."""
_SHARE = re.compile(r"(?<=\d) (?=%)")
_NOISE = 6
"""Digits of a sum that are kept: what lies behind them is noise, and 2.4999999999 is half."""
_MOST_OF = 10
"""Odds are worded as one, two or three of so many at most."""


def plain(text: str) -> str:
    r"""Make text safe to show on one line: no control characters, no direction overrides, single spaces.

    >>> plain("Ann\u202e\x00  Lee\n")
    'Ann Lee'
    """
    if text.isprintable():  # nearly every text, and its letters need not be looked at one by one
        return " ".join(text.split())
    kept = (character for character in text if not _is_unshowable(character))
    return _SPACE.sub(_space, "".join(kept)).strip()


def file_name(name: str) -> str:
    """Make a safe file name of a person's name: letters, digits and dashes only, and short in bytes too."""
    letters = "-".join("".join(c if c.isalnum() else " " for c in name.lower()).split())[:80]
    return letters.encode()[:160].decode(errors="ignore").rstrip("-") or "report"


def quoted(value: object) -> str:
    """Return what somebody wrote as an error names it: in quotes, and cut where nobody would read on.

    >>> quoted("wehn"), len(quoted("x" * 5_000))
    ("'wehn'", 81)
    """
    told = repr(value)
    return told if len(told) <= _LONGEST_QUOTED else f"{told[:_LONGEST_QUOTED]}…"


def unbroken(text: str) -> str:
    r"""Keep a share and its sign on one line, wherever the text is laid out.

    >>> unbroken("31 to 100 % of them")
    '31 to 100\xa0% of them'
    """
    return _SHARE.sub("\u00a0", text)


def harmless(line: str) -> str:
    r"""Make a line safe to show on a terminal: as `plain`, but its spaces and tabs stay.

    >>> harmless("  Ann\x1b[2J\n\tLee\u202e")
    '  Ann[2J \tLee'
    """
    if line.isprintable():
        return line
    kept = (character for character in line if not _is_unshowable(character))
    return _BREAK.sub(" ", "".join(kept))


def _space(found: re.Match[str]) -> str:
    return found[1] or " "


def _is_unshowable(character: str) -> bool:
    if character in _BIDI_CONTROLS or ord(character) & 0xFFFE == 0xFFFE:
        return True
    return unicodedata.category(character) in {"Cc", "Cs"} and not character.isspace()


def whole(value: float, *, half_up: bool = True) -> int:
    """Round to whole people. Met is rounded half down and never met half up, so that the two add up.

    >>> whole(2.5), whole(2.5, half_up=False), whole(628.77)
    (3, 2, 629)
    """
    kept = round(value, _NOISE)
    return math.floor(kept + 0.5) if half_up else math.ceil(kept - 0.5)


def shared(values: Sequence[float]) -> tuple[int, ...]:
    """Round parts so that they add up to their rounded sum: the largest remainders are rounded up.

    >>> shared([259.4, 111.4, 108.4]), shared([0.4, 0.4, 0.4])
    ((259, 112, 108), (1, 0, 0))
    """
    kept = [round(value, _NOISE) if math.isfinite(value) else 0.0 for value in values]
    parts = [math.floor(value) for value in kept]
    left = whole(math.fsum(kept)) - sum(parts)
    by_remainder = sorted(range(len(parts)), key=lambda place: (parts[place] - kept[place], place))
    for place in by_remainder[:left]:
        parts[place] += 1
    return tuple(parts)


def people(value: float, *, half_up: bool = True) -> str:
    """Word a number of people, in whole people.

    >>> people(1204.3), people(0.3), people(0.0), people(-2.0)
    ('1,204', 'fewer than 1', '0', '−2')
    """
    count = whole(value, half_up=half_up)
    if count == 0 and round(value, _NOISE) > 0:
        return translated("fewer than 1")
    return _count(count)


def _count(amount: int) -> str:
    return in_figures(f"{amount:,}".replace("-", "−"))


def span_of(low: str, high: str) -> str:
    """Word a range of two numbers that are in words already; one where they are the same."""
    return low if low == high else translated("{low} to {high}").format(low=low, high=high)


def people_between(low: float, high: float, *, half_up: bool = True) -> str:
    """Word a range of people: from nobody upwards; one number where both ends are the same whole number.

    >>> people_between(556.77, 636.77), people_between(-0.2, 2.0), people_between(0.1, 0.3), people_between(3, 3)
    ('557 to 637', '0 to 2', 'fewer than 1', '3')
    """
    low, high = max(0.0, low), max(0.0, high)
    first, last = (whole(end, half_up=half_up) for end in (low, high))
    return people(high, half_up=half_up) if first == last else span_of(_count(first), _count(last))


def form(value: float, *, half_up: bool = True) -> int:
    """Return the whole number whose form of a noun goes with a number of people: fewer than 1 takes that of one.

    >>> form(0.3), form(1.2), form(0.0), form(17.4)
    (1, 1, 0, 17)
    """
    count = whole(value, half_up=half_up)
    return 1 if count == 0 and round(value, _NOISE) > 0 else abs(count)


def form_between(low: float, high: float, *, half_up: bool = True) -> int:
    """Return the whole number whose form of a noun goes with a range of people: that of its end, as of many.

    >>> form_between(0.0, 1.0), form_between(1.0, 1.0), form_between(12, 23)
    (2, 1, 23)
    """
    first, last = (whole(max(0.0, end), half_up=half_up) for end in (low, high))
    return form(max(0.0, high), half_up=half_up) if first == last else max(2, last)


def month_of(year: int, month: int) -> str:
    """Word a month, as the language spoken writes it.

    >>> month_of(2026, 1)
    'January 2026'
    """
    if spoken().code == ENGLISH:
        return f"{MONTHS[month - 1]} {year}"
    from babel.dates import format_skeleton  # its tables cost what a report in English does not need

    return str(format_skeleton("yMMMM", date(year, month, 1), locale=spoken().locale))


def short_month(month: int) -> str:
    """Word a month in a few letters, as under a picture.

    >>> short_month(1)
    'Jan'
    """
    if spoken().code == ENGLISH:
        return MONTHS[month - 1][:3]
    names = spoken().locale.months["stand-alone"]["abbreviated"]
    return str(names[month]).removesuffix(".")


def short_day(month: int, day: int) -> str:
    """Word a day of a month in a few letters, as under a picture.

    >>> short_day(1, 5)
    '5 Jan'
    """
    if spoken().code == ENGLISH:
        return f"{day} {short_month(month)}"
    from babel.dates import format_skeleton  # its tables cost what a report in English does not need

    return str(format_skeleton("MMMd", date(2000, month, day), locale=spoken().locale))


def odds(chance: float) -> str:
    """Word a chance as so many of so many.

    >>> odds(0.1), odds(0.34), odds(0.66), odds(0.0), odds(0.02), odds(0.97)
    ('1 in 10', '1 in 3', '2 in 3', 'nobody', '1 in 50', 'nearly everybody')
    """
    if chance <= 0.001:
        return translated("nobody")
    if chance >= 1 - 0.5 / _MOST_OF:
        return translated("everybody") if chance >= 0.999 else translated("nearly everybody")
    if chance < 1 / _MOST_OF:
        return _so_many(1, round(1 / chance))
    pairs = [(part, of) for of in range(2, _MOST_OF + 1) for part in range(1, of)]
    part, of = min(pairs, key=lambda pair: (round(abs(pair[0] / pair[1] - chance), 2), pair[1]))
    return _so_many(part, of)


def _so_many(part: int, of: int) -> str:
    return translated("{part} in {of}").format(part=_count(part), of=_count(of))


def number(value: float | None, unit: str = "people") -> str:
    """Word a value: people in whole people, shares in per cent, other small values to two digits.

    >>> number(17.47), number(0.3), number(1204.3), number(0.434, "share"), number(0.01234, "score")
    ('17', 'fewer than 1', '1,204', '43 %', '0.012')
    >>> number(None), number(4.31, "spheres"), number(0.42, "new people per person reached")
    ('cannot tell', '4.3', '4')
    """
    if value is None or not math.isfinite(value):
        return translated(CANNOT_TELL)
    if is_people(unit):
        return people(value * scale(value, unit))
    if value < 0:
        return f"−{number(-value, unit)}"
    if is_share(unit):
        return _per_cent(value)
    if 0 < value < 0.0001:
        return _under(0.0001)
    return in_figures(f"{value:.2g}" if 0 < value < 1 else _trimmed(value))


def _under(least: float) -> str:
    return translated("under {n}").format(n=in_figures(f"{least:.4f}"))


def is_people(unit: str) -> bool:
    """Tell whether a unit counts people, who are worded in whole numbers.

    >>> is_people("people"), is_people("people beyond for each one near"), is_people("items")
    (True, True, False)
    """
    return _PEOPLE.search(unit) is not None


def scale(value: float, unit: str) -> int:
    """Return for how many a rate of people is worded: small ones for ten or a hundred, so that people stay whole.

    >>> scale(13.9, "people beyond for each one near"), scale(0.42, "people expected"), scale(0.4, "people")
    (1, 10, 1)
    """
    if unit not in _RATES or value == 0:
        return 1
    return next((many for many, enough in _ENOUGH.items() if abs(value) * many >= enough), 100)


def phrase(value: float | None, unit: str) -> str:
    """Word a value with its unit.

    >>> phrase(0.42, "new people per person reached"), phrase(1.0, "people"), phrase(0.4, "share")
    ('4 new people for each 10 reached', '1 person', '40 %')
    >>> phrase(-0.7, "people a conversation")
    '7 fewer people in 10 conversations'
    """
    if value is None or not math.isfinite(value):
        return translated(CANNOT_TELL)
    if unit in _DIFFERENCES:
        return _difference(value, scale(value, unit))
    return f"{number(value, unit)} {unit_for(value, unit)}".rstrip()


def _difference(value: float, of: int) -> str:
    """Word how many people more, or fewer, came in so many conversations."""
    size = abs(value) * of
    if value < 0 and of == 1:
        pattern = numbered(
            "{n} fewer person in each conversation", "{n} fewer people in each conversation", form(size)
        )
    elif value < 0:
        pattern = numbered(
            "{n} fewer person in {of} conversations", "{n} fewer people in {of} conversations", form(size)
        )
    elif of == 1:
        pattern = numbered(
            "{n} more person in each conversation", "{n} more people in each conversation", form(size)
        )
    else:
        pattern = numbered(
            "{n} more person in {of} conversations", "{n} more people in {of} conversations", form(size)
        )
    return pattern.format(n=people(size), of=_count(of))


def is_share(unit: str) -> bool:
    """Tell whether a unit is a part of something, worded in per cent.

    >>> is_share("share of responses"), is_share("people")
    (True, False)
    """
    return unit == "share" or unit.startswith("share of ")


def unit_of(unit: str, amount: int = 2) -> str:
    """Word a unit behind its number, in the form that goes with it; empty where the number says enough by itself.

    >>> unit_of("people", 1), unit_of("share"), unit_of("hours")
    ('person', '', 'hours')
    """
    if is_share(unit) or unit in _BARE:
        return ""
    if unit in _FORMS:
        return numbered(*_FORMS[unit], amount)
    return translated(plain(unit))


def unit_for(value: float, unit: str) -> str:
    """Word the unit that stands behind a value: that of a rate says of how many.

    >>> unit_for(0.42, "new people per person reached"), unit_for(0.1, "people expected")
    ('new people for each 10 reached', 'person in 10 exchanges')
    """
    if unit in _RATES:
        of = scale(value, unit)
        each, several = _RATES[unit]
        return numbered(*(each if of == 1 else several), form_of(value, unit)).format(n=_count(of))
    return unit_of(unit, form_of(value, unit))


def form_of(value: float, unit: str = "people") -> int:
    """Return the whole number whose form of a noun goes with a value as it is shown: a broken one takes that of many.

    >>> form_of(1.0, "hours"), form_of(4.3, "spheres"), form_of(0.4, "people"), form_of(math.inf)
    (1, 2, 1, 2)
    """
    if not math.isfinite(value):
        return 2
    if is_people(unit):
        return form(value * scale(value, unit))
    told = _trimmed(value).replace(",", "")
    return int(told) if told.isdecimal() and value >= 1 else 2


def _trimmed(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 99.95 else f"{value:,.1f}".removesuffix(".0")


def _per_cent(value: float) -> str:
    if 0 < value < 0.005:
        return translated("under {n}").format(n=in_figures("1 %"))
    if 0.995 <= value < 1:
        return translated("over {n}").format(n=in_figures("99 %"))
    return in_figures(f"{value * 100:.0f} %")


def between(low: float, high: float, unit: str = "people", *, of: int = 1) -> str:
    """Word an interval within what can be: people are whole and never fewer than none, shares lie between 0 and 100 %.

    A `change` is a share too, and has no bounds. `of` is for how many a rate of people is worded.

    >>> between(12.1, 22.8), between(-3.0, 0.3), between(3, 3), between(0.31, 1.02, "share")
    ('12 to 23', 'fewer than 1', '3', '31 to 100 %')
    >>> between(-0.31, 0.5, "people a conversation", of=10), between(4.1, 4.5, "spheres")
    ('−3 to 5', '4.1 to 4.5')
    >>> between(-0.2, 1.31, "change")
    '−20 % to 131 %'
    """
    if not (math.isfinite(low) and math.isfinite(high)):
        return translated(CANNOT_TELL)
    if unit == "people":
        return people_between(low, high)
    if unit == "change":
        return span_of(number(low, "share"), number(high, "share"))
    if is_share(unit):
        return _shares(*(min(1.0, max(0.0, end)) for end in (low, high)))
    if is_people(unit) or high - low >= _WIDE_INTERVAL:
        return span_of(_count(whole(low * of)), _count(whole(high * of)))
    return span_of(number(low, unit), number(high, unit))


def _shares(low: float, high: float) -> str:
    """Word a range of shares, with the sign once where both are plain numbers."""
    first, last = _per_cent(low), _per_cent(high)
    if first == last or 0 < low < 0.005 or 0.995 <= low < 1:
        return span_of(first, last)
    return span_of(in_figures(f"{low * 100:.0f}"), last)


def counted(amount: float, one: str, many: str) -> str:
    """Word a count with its noun.

    >>> counted(1, "person", "people"), counted(0, "person", "people"), counted(1204, "reply", "replies")
    ('1 person', '0 people', '1,204 replies')
    """
    return f"{number(amount)} {numbered(one, many, form(amount))}"


def counted_between(low: float, high: float, one: str, many: str) -> str:
    """Word a range of people with its noun.

    >>> counted_between(12.1, 22.8, "person", "people"), counted_between(1.0, 1.0, "person", "people")
    ('12 to 23 people', '1 person')
    """
    return f"{people_between(low, high)} {numbered(one, many, form_between(low, high))}"
