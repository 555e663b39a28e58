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


@dataclass(frozen=True)
class SphereMove(Detail):
    """How many people never met responded from one sphere, before and in the period, weighed."""

    sphere: str
    was: float
    now: float


@dataclass(frozen=True)
class AgainstBefore(Detail, of=("against_before",)):
    """Which two periods were compared, what the number was and is, and what moved it.

    The periods are [since, until) and the one of the same length before it; `halves`, where nothing is on record before
    the window, that they are its own two halves. `was` and `now` are reach_4 of each; `apart` whether their difference
    can be told from chance, None where that cannot be told, and `no_interval` then says why if it is not drawn again.
    `came` and `stayed_away` count people never met who responded in one of the two only, `stayed` those of both, and
    `met_since` those never met before, and met by their first response in the later one: `was` is about `stayed`,
    `stayed_away` and `met_since`, `now` about `stayed` and `came`. `by_sphere` stands with the largest move first.
    `mostly_unknown` says that of more than half of the people of one of the two nothing tells whether they have met the
    leader; `sources` are those whose data begins or ends in the two, so that the change may be one of what was seen.
    """

    since: str | None
    until: str | None
    before_since: str | None
    before_until: str | None
    was: float | None
    now: float | None
    halves: bool
    apart: bool | None
    came: int | None
    stayed: int | None
    stayed_away: int | None
    by_sphere: tuple[SphereMove, ...]
    met_since: int | None = None
    mostly_unknown: bool | None = None
    no_interval: str | None = None
    sources: tuple[str, ...] | None = None
