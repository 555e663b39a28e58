"""What belongs to the movement from month to month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from influence.contract.details.record import Detail


@dataclass(frozen=True)
class TrendSlope(Detail, of=("trend_slope",)):
    """How many months were used and which left out; p of no trend, its direction; which sources lack which months."""

    months: int | None
    left_out: tuple[str, ...]
    p: float | None = None
    direction: str | None = None
    gaps: Mapping[str, tuple[str, ...]] | None = None


@dataclass(frozen=True)
class LevelBreak(Detail):
    """The first month of a new level, the medians before and after, p, and sources that begin or end there."""

    month: str
    before: float | None
    after: float | None
    p: float | None
    sources: tuple[str, ...]


@dataclass(frozen=True)
class TrendBreaks(Detail, of=("trend_breaks",)):
    """The breaks, in order."""

    breaks: tuple[LevelBreak, ...]
