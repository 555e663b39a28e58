"""What belongs to introductions: who could bring the leader to whom, hop by hop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from influence.contract.details.record import Detail


@dataclass(frozen=True)
class Hop(Detail):
    """One hop of a chain: to whom; how often they were asked by the one before and answered, and how likely that is.

    `met` is how likely the two have met, `met_last` the day of their last encounter on record, `answered_last` the day
    of the last answer; `evidence` are ids of activities.
    """

    person: str
    name: str
    asked: int | None
    answered: int | None
    chance: float | None
    met: float | None
    met_last: str | None = None
    answered_last: str | None = None
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Chain(Detail):
    """A way to somebody not reached: whose world, which organisation, how likely every hop answers and has met."""

    person: str
    name: str
    sphere: str
    organisation: str | None
    score: float | None
    hops: tuple[Hop, ...]


@dataclass(frozen=True)
class Within(Detail):
    """Of one sphere: how many people known are not reached, and to how many of them a chain leads."""

    left: int | None
    with_chain: int | None


@dataclass(frozen=True)
class Introductions(Detail, of=("introductions",), nameless=("skill", "auc", "auc_interval")):
    """The best chains of each sphere, and whether such chains came true when tested, in words.

    `auc` is how often, of two people to whom a chain led by two thirds of the window, the one who was reached in the
    last third stood first; `skill` whether its whole interval lies above chance.
    """

    rows: tuple[Chain, ...] = ()
    spheres: Mapping[str, Within] | None = None
    skill: bool | None = None
    words: str | None = None
    auc: float | None = None
    auc_interval: tuple[float, float] | None = None
