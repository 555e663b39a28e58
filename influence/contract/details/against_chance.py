"""What belongs to the influence test and to position by chance."""

from __future__ import annotations

from dataclasses import dataclass, fields

from influence.contract.details.record import Detail


@dataclass(frozen=True)
class Textbook(Detail, nameless=("alpha", "p", "by_chance", "draws"), counts=("activated",)):
    """The same question asked of everybody's first response, or why it is not asked; `draws` where they are fewer."""

    alpha: float | None = None
    p: float | None = None
    by_chance: tuple[float, float, float] | None = None
    activated: int | None = None
    reason: str | None = None
    draws: int | None = None


@dataclass(frozen=True)
class InfluenceTest(
    Detail,
    of=("influence_test",),
    nameless=(
        "telling",
        "threads",
        "threads_of",
        "p",
        "one_step",
        "by_chance",
        "draws",
        "cut",
        "says",
        "textbook",
    ),
    counts=("people",),
):
    """What was asked (moments that tell, threads, of how many, people) and what chance gives.

    `p` is how often orders drawn by chance give as much as `one_step`; `by_chance` their 2.5, 50 and 97.5 % points;
    `cut` how many threads were cut short.
    """

    telling: int | None
    threads: int | None
    threads_of: int | None
    people: int | None
    p: float | None = None
    one_step: float | None = None
    by_chance: tuple[float, float, float] | None = None
    draws: int | None = None
    cut: int | None = None
    says: str | None = None
    textbook: Textbook | None = None


@dataclass(frozen=True)
class ByChance(Detail, nameless=("value", "mean", "points", "z", "p", "discovery")):
    """One measure of position and what chance gives: mean, 2.5, 50 and 97.5 % points, z, and p (two-sided).

    `discovery` tells whether it is one at q = 0.05 (Benjamini and Hochberg).
    """

    value: float | None
    mean: float | None
    points: tuple[float, float, float] | None
    z: float | None
    p: float | None
    discovery: bool


@dataclass(frozen=True)
class PositionByChance(
    Detail, of=("position_by_chance",), nameless=("pagerank", "constraint", "clustering", "reciprocity")
):
    """Each measure of position against networks in which all keep their number of ties."""

    pagerank: ByChance | None = None
    constraint: ByChance | None = None
    clustering: ByChance | None = None
    reciprocity: ByChance | None = None

    @property
    def discoveries(self) -> tuple[str, ...]:
        """Name the measures that are not what chance would give."""
        found = ((one.name, getattr(self, one.name)) for one in fields(self))
        return tuple(name for name, one in found if one is not None and one.discovery)
