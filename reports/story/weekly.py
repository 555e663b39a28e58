"""A measure for each active week in words: for ten of them, so that people stay whole."""

from __future__ import annotations

from influence.contract.wording import phrase

WEEKS = 10
"""So many active weeks what counts happenings is worded for."""


def value_of(value: float | None, unit: str, *, weekly: bool) -> str:
    """Word a value with its unit, that of an active week for ten of them.

    >>> value_of(1.6, "people", weekly=True), value_of(0.5, "share", weekly=False), value_of(None, "", weekly=True)
    ('16 people', '50 %', 'cannot tell')
    """
    return phrase(None if value is None else value * (WEEKS if weekly else 1), unit)
