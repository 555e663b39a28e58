"""What belongs to the four steps, the possible reach and the crossings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from influence.contract.details.record import Detail


@dataclass(frozen=True)
class Reach(Detail, of=("reach_2", "reach_3", "reach_4", "reach_beyond")):
    """Why there is no interval; reach_4 with all responses that were inferred, and with none of them, in people."""

    no_interval: str | None = None
    with_inferred: float | None = None
    without_inferred: float | None = None


@dataclass(frozen=True)
class PossibleReach(Detail, of=("possible_reach",)):
    """People who could have been reached, by "k,δ": through how many hands at most, within how many days each."""

    grid: Mapping[str, int]


@dataclass(frozen=True)
class Crossed(Detail):
    """How many people of one sphere crossed either way."""

    digital_first: int | None
    met_then_digital: int | None


@dataclass(frozen=True)
class Crossings(Detail, of=("crossings",)):
    """Who responded before the first encounter, and who after the last: people's ids; both counted by sphere."""

    digital_first: tuple[str, ...]
    met_then_digital: tuple[str, ...]
    by_sphere: Mapping[str, Crossed] | None = None
