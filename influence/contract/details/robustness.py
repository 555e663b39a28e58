"""What belongs to robustness and to what was not seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from influence.contract.details.record import Detail


@dataclass(frozen=True)
class Alternative(Detail):
    """reach_4 under another choice, its change as a share of the headline, and how many it is about and who."""

    reach_4: float | None
    change: float | None
    left_out: int | None
    people: tuple[str, ...]


@dataclass(frozen=True)
class Robustness(Detail, of=("robustness",), nameless=("reach_4",)):
    """The headline and what it would be under each alternative."""

    reach_4: float | None
    alternatives: Mapping[str, Alternative]


@dataclass(frozen=True)
class UnseenSource(Detail):
    """One source: how many months it holds, which it lacks, rows set aside, and how many people that would add."""

    source: str
    months: int | None
    missing: tuple[str, ...]
    set_aside: int | None
    would_add: float | None


@dataclass(frozen=True)
class Unseen(Detail, of=("unseen",), nameless=("reach_4", "not_seen", "not_seen_interval", "coverage")):
    """The headline, people not seen with their interval, and the chance that the next response is from one counted."""

    reach_4: float | None
    not_seen: float | None
    not_seen_interval: tuple[float, float] | None
    coverage: float | None
    sources: tuple[UnseenSource, ...]
