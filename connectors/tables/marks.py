"""Marks that people give, as stars: the mapping of a table says which mark is the worst and which the best."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_NUMBER = re.compile(r"-?\d{1,9}(?:[.,]\d{1,9})?")


@dataclass(frozen=True)
class Scale:
    """The marks that can be given; the worst may be the higher number, as in German schools."""

    worst: float
    best: float

    def rating(self, told: str) -> float | None:
        """Return a mark from 0 (the worst) to 1 (the best); None where the text is no mark of the scale.

        >>> stars = Scale(1, 5)
        >>> stars.rating("4"), stars.rating("4,5"), stars.rating("6"), stars.rating("good")
        (0.75, 0.875, None, None)
        >>> Scale(6, 1).rating("2")
        0.8
        """
        text = told.strip()
        if not _NUMBER.fullmatch(text):
            return None
        found = (float(text.replace(",", ".")) - self.worst) / (self.best - self.worst)
        return found if 0 <= found <= 1 else None

    def __str__(self) -> str:
        """Say between which marks it lies."""
        return f"{self.worst:g} (the worst) to {self.best:g} (the best)"


def scale_of(body: Any) -> Scale | None:
    """Return the scale that a mapping states under [rating]; None where it states none that can be meant.

    >>> scale_of({"worst": 1, "best": 5})
    Scale(worst=1.0, best=5.0)
    >>> scale_of({"worst": 1}), scale_of({"worst": 5, "best": 5})
    (None, None)
    """
    if not isinstance(body, Mapping) or set(body) != {"worst", "best"}:
        return None
    worst, best = body["worst"], body["best"]
    if not all(isinstance(one, int | float) and abs(one) < 1e9 for one in (worst, best)) or worst == best:
        return None
    return Scale(float(worst), float(best))
