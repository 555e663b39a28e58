"""What belongs to leadership for the many."""

from __future__ import annotations

from dataclasses import dataclass

from influence.contract.details.record import Detail


@dataclass(frozen=True)
class Spread(Detail, of=("gini", "absence_factor"), nameless=("of", "no_bounds", "no_interval", "draws")):
    """Over how many people, why there are no bounds or no interval, and of how many draws if fewer than usual."""

    of: int | None
    no_bounds: str | None = None
    no_interval: str | None = None
    draws: int | None = None


@dataclass(frozen=True)
class CoverageCurve(
    Detail, of=("coverage_curve",), nameless=("curve", "covered", "chosen", "of", "no_bounds")
):
    """How many people the first 1 to 100 chosen cover together, all that are covered, and how many are chosen."""

    curve: tuple[float, ...]
    covered: float | None
    chosen: int | None
    of: int | None
    at_least: str
    no_bounds: str | None = None


@dataclass(frozen=True)
class SecondGenerationLeaders(Detail, of=("second_generation_leaders",), counts=("brought_in",)):
    """How many people were brought in at all, and who of them now reach others: people's ids."""

    brought_in: int | None
    people: tuple[str, ...] | None = None
