"""People side by side, or one person in two windows: every measure like for like, and which differences are told apart.

Reports read these records. Sides stand in the order in which they were asked for: it is no rank.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

WAYS = ("answers", "begins", "connects", "broadcasts", "listens")
"""What an act can be, in the order in which it is told."""


@dataclass(frozen=True)
class Role:
    """What somebody mostly does, as one of `WAYS`, and how often each; `mostly` is None where no way stands out.

    `reason` says why nothing can be told at all.
    """

    mostly: str | None
    times: Mapping[str, int]
    reason: str | None = None

    @property
    def acts(self) -> int:
        """How many acts there are."""
        return sum(self.times.values())


@dataclass(frozen=True)
class Side:
    """One person in one window: in how many `weeks` of it they did anything, of `of` there are, and their role."""

    person: str
    name: str
    window: Mapping[str, str | None]
    weeks: int
    of: int
    role: Role


@dataclass(frozen=True)
class Value:
    """A measure of one side: its value, its 95 % interval, and why there is none."""

    value: float | None
    interval: tuple[float, float] | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Line:
    """One measure of every side, in their order; what counts happenings is for each active week (`weekly`)."""

    name: str
    unit: str
    weekly: bool
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Apart:
    """One measure of one side against another, by their places: p that nothing differs, and whether they are apart.

    All differences are decided together (Benjamini and Hochberg).
    """

    measure: str
    one: int
    other: int
    p: float
    apart: bool


@dataclass(frozen=True)
class Compared:
    """Sides, the measures of each, the differences that could be tested, and the limits (`reasons`)."""

    sides: tuple[Side, ...]
    lines: tuple[Line, ...]
    differences: tuple[Apart, ...]
    reasons: tuple[str, ...] = ()
    notice: str | None = None

    @property
    def one_person(self) -> bool:
        """Whether it is one person in several windows."""
        return len({side.person for side in self.sides}) == 1

    def line(self, name: str) -> Line:
        """Return one measure of all sides."""
        return next(one for one in self.lines if one.name == name)

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)
