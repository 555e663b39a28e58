"""A measure for each active week in words, with its interval: for ten of them, so that people stay whole."""

from __future__ import annotations

from influence.contract.wording import between, phrase, scale

WEEKS = 10
"""So many active weeks what counts happenings is worded for."""


def value_of(value: float | None, unit: str, *, weekly: bool) -> str:
    """Word a value with its unit, that of an active week for ten of them.

    >>> value_of(1.6, "people", weekly=True), value_of(0.5, "share", weekly=False), value_of(None, "", weekly=True)
    ('16 people', '50 %', 'cannot tell')
    """
    return phrase(None if value is None else value * (WEEKS if weekly else 1), unit)


def within_of(value: float | None, interval: tuple[float, float] | None, unit: str, *, weekly: bool) -> str:
    """Word between what a value lies, as `value_of` words the value; empty where nothing says it.

    >>> within_of(1.6, (1.2, 2.1), "people", weekly=True), within_of(0.5, None, "share", weekly=False)
    ('12 to 21', '')
    """
    if value is None or interval is None:
        return ""
    weeks = WEEKS if weekly else 1
    low, high = (end * weeks for end in interval)
    return between(low, high, unit, of=scale(value * weeks, unit))
