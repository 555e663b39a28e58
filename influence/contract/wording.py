"""Text and numbers as people read them: one line, whole people, rows that add up. Terminal and page share it."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence

from influence.contract.language import numbered

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
CANNOT_TELL = "cannot tell"
_WIDE_INTERVAL = 5.0
_PEOPLE = re.compile(r"\b(?:people|persons?)\b")
_RATES = {
    "people beyond for each one near": ("beyond for each one near", "beyond for each {} near"),
    "new people per person reached": ("new people for each one reached", "new people for each {} reached"),
    "people a conversation": ("people in each conversation", "people in {} conversations"),
    "people expected": ("people in each exchange", "people in {} exchanges"),
}
_DIFFERENCES = frozenset({"people a conversation"})
_ENOUGH = {1: 3.0, 10: 1.0}
"""A rate is worded for one where that gives three people or more, for ten where that gives one, else for a hundred."""
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
_BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_NOISE = 6
"""Digits of a sum that are kept: what lies behind them is noise, and 2.4999999999 is half."""
_MOST_OF = 10
"""Odds are worded as one, two or three of so many at most."""


def plain(text: str) -> str:
    r"""Make text safe to show on one line: no control characters, no direction overrides, single spaces.

    >>> plain("Ann\u202e\x00  Lee\n")
    'Ann Lee'
    """
    if text.isprintable() and "  " not in text and text.strip() == text:
        return text  # nearly every text, and the letters need not be looked at one by one
    kept = (" " if character.isspace() else character for character in text if not _is_unshowable(character))
    return " ".join("".join(kept).split())


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
        return "fewer than 1"
    return f"{count:,}".replace("-", "−")


def people_between(low: float, high: float, *, half_up: bool = True) -> str:
    """Word a range of people: from nobody upwards; one number where both ends are the same whole number.

    >>> people_between(556.77, 636.77), people_between(-0.2, 2.0), people_between(0.1, 0.3), people_between(3, 3)
    ('557 to 637', '0 to 2', 'fewer than 1', '3')
    """
    low, high = max(0.0, low), max(0.0, high)
    first, last = (whole(end, half_up=half_up) for end in (low, high))
    return people(high, half_up=half_up) if first == last else f"{first:,} to {last:,}"


def noun(count: str, one: str = "person", many: str = "people") -> str:
    """Return the noun that goes with a number in words.

    >>> noun("1"), noun("fewer than 1"), noun("0 to 1"), noun("0")
    ('person', 'person', 'people', 'people')
    """
    return one if count in {"1", "fewer than 1"} else many


def odds(chance: float) -> str:
    """Word a chance as so many of so many.

    >>> odds(0.1), odds(0.34), odds(0.66), odds(0.0), odds(0.02), odds(0.97)
    ('1 in 10', '1 in 3', '2 in 3', 'nobody', '1 in 50', 'nearly everybody')
    """
    if chance <= 0.001:
        return "nobody"
    if chance >= 1 - 0.5 / _MOST_OF:
        return "everybody" if chance >= 0.999 else "nearly everybody"
    if chance < 1 / _MOST_OF:
        return f"1 in {round(1 / chance):,}"
    pairs = [(part, of) for of in range(2, _MOST_OF + 1) for part in range(1, of)]
    part, of = min(pairs, key=lambda pair: (round(abs(pair[0] / pair[1] - chance), 2), pair[1]))
    return f"{part} in {of}"


def number(value: float | None, unit: str = "people") -> str:
    """Word a value: people in whole people, shares in per cent, other small values to two digits.

    >>> number(17.47), number(0.3), number(1204.3), number(0.434, "share"), number(0.01234, "score")
    ('17', 'fewer than 1', '1,204', '43 %', '0.012')
    >>> number(None), number(4.31, "spheres"), number(0.42, "new people per person reached")
    ('cannot tell', '4.3', '4')
    """
    if value is None or not math.isfinite(value):
        return CANNOT_TELL
    if is_people(unit):
        return people(value * scale(value, unit))
    if value < 0:
        return f"−{number(-value, unit)}"
    if is_share(unit):
        return _per_cent(value)
    if 0 < value < 1:
        return f"{value:.2g}" if value >= 0.0001 else "under 0.0001"
    return _trimmed(value)


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
        return CANNOT_TELL
    if unit in _DIFFERENCES:
        count = people(abs(value) * scale(value, unit))
        more = f"{'fewer' if value < 0 else 'more'} {noun(count)}"
        return f"{count} {unit_for(value, unit).replace('people', more, 1)}"
    return f"{number(value, unit)} {unit_for(value, unit)}".rstrip()


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


def unit_for(value: float, unit: str) -> str:
    """Word the unit that stands behind a value: that of a rate says of how many.

    >>> unit_for(0.42, "new people per person reached"), unit_for(1.0, "people")
    ('new people for each 10 reached', 'person')
    """
    if unit in _RATES:
        of = scale(value, unit)
        return _RATES[unit][0] if of == 1 else _RATES[unit][1].format(of)
    return unit_of(unit, one=noun(number(value, unit)) == "person")


def _trimmed(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 99.95 else f"{value:,.1f}".removesuffix(".0")


def _per_cent(value: float) -> str:
    if 0 < value < 0.005:
        return "under 1 %"
    if 0.995 <= value < 1:
        return "over 99 %"
    return f"{value * 100:.0f} %"


def between(low: float, high: float, unit: str = "people", *, of: int = 1) -> str:
    """Word an interval within what can be: people are whole and never fewer than none, shares lie between 0 and 100 %.

    `of` is for how many a rate of people is worded.

    >>> between(12.1, 22.8), between(-3.0, 0.3), between(3, 3), between(0.31, 1.02, "share")
    ('12 to 23', 'fewer than 1', '3', '31 to 100 %')
    >>> between(-0.31, 0.5, "people a conversation", of=10), between(4.1, 4.5, "spheres")
    ('−3 to 5', '4.1 to 4.5')
    """
    if not (math.isfinite(low) and math.isfinite(high)):
        return CANNOT_TELL
    if unit == "people":
        return people_between(low, high)
    if is_share(unit):
        first, last = (number(min(1.0, max(0.0, end)), unit) for end in (low, high))
        return last if first == last else f"{first.removesuffix(' %')} to {last}"
    if is_people(unit) or high - low >= _WIDE_INTERVAL:
        first, last = (f"{whole(end * of):,}".replace("-", "−") for end in (low, high))
    else:
        first, last = number(low, unit), number(high, unit)
    return first if first == last else f"{first} to {last}"


def counted(amount: float, one: str, many: str) -> str:
    """Word a count with its noun.

    >>> counted(1, "person", "people"), counted(0, "person", "people"), counted(1204, "reply", "replies")
    ('1 person', '0 people', '1,204 replies')
    """
    text = number(amount)
    return f"{text} {numbered(one, many, 1 if noun(text) == 'person' else 2)}"
