"""What belongs to first touch: who responded before anybody of the organisation had been in contact with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from influence.contract.details.record import Detail


@dataclass(frozen=True)
class Touched(Detail, counts=("responded", "unknown")):
    """Of one sphere: how many responded, the ids of those who did so first, how many nothing tells of, days ahead.

    `ahead` is the median of days from their first response to the first contact, of those who had one since.
    """

    responded: int | None
    first: tuple[str, ...]
    unknown: int | None
    ahead: float | None = None


@dataclass(frozen=True)
class FirstTouch(Detail, of=("first_touch",), nameless=("ahead",), counts=("since", "no_sphere")):
    """Spheres, customers first; median days ahead of those in contact `since`; how many are of no known sphere."""

    by_sphere: Mapping[str, Touched]
    ahead: float | None
    since: int | None
    no_sphere: int | None
