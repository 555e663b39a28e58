"""Whom the leader who reaches beyond meant to reach with a launch: most answer her, and some are not in the data."""

from __future__ import annotations

from collections.abc import Collection

from influence.demo.cast import Cast
from influence.demo.dice import Dice

ANSWERING, SILENT, ELSEWHERE = 30, 10, 12
"""So many of the list answer her, so many others are in the data, and so many are not."""


def launch_list(cast: Cast, dice: Dice, answered: Collection[int]) -> tuple[str, ...]:
    """Return the list, an account each: who outside answered her, others outside, and strangers to all sources."""
    outside = [who for who in cast.outsiders() if not cast.people[who].bot]
    answering = dice.some([who for who in outside if who in answered], ANSWERING)
    silent = dice.some([who for who in outside if who not in answered], SILENT)
    here = sorted(next(iter(cast.people[who].accounts.values())) for who in (*answering, *silent))
    return (*here, *(f"email:reader{n}@elsewhere.example" for n in range(1, ELSEWHERE + 1)))
