"""What belongs to the four steps, the possible reach and the crossings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from influence.contract.details.record import Detail


@dataclass(frozen=True)
class Prior(Detail):
    """The chance that people of a group had met the leader and nobody recorded it.

    `learned_from` is how many people of the group it was learned from, `used_for` of how many nothing else tells.
    """

    group: str
    chance: float | None
    learned_from: int | None
    used_for: int | None


@dataclass(frozen=True)
class Reach(
    Detail,
    of=("reach_2", "reach_3", "reach_4", "reach_beyond"),
    nameless=("no_interval", "with_inferred", "without_inferred", "outside", "unknown", "least", "most"),
    counts=("addressed",),
):
    """Why there is no interval; reach_4 with all responses that were inferred, and with none of them, in people.

    `outside` are the people reached outside the team, `unknown` those of them of whom nothing tells whether they
    have met the leader, and `addressed` those of these who have an e-mail address, by which a calendar would name them;
    `priors` say what was supposed of the unknown, by group. `least` and `most` are the whole numbers of
    people between which the count lies, with 99 % certainty: the unknown all met or all not met, and the evidence about
    the others right as often as it says.
    """

    no_interval: str | None = None
    with_inferred: float | None = None
    without_inferred: float | None = None
    outside: int | None = None
    unknown: int | None = None
    addressed: int | None = None
    priors: tuple[Prior, ...] | None = None
    least: int | None = None
    most: int | None = None

    @property
    def mostly_unknown(self) -> bool:
        """Whether so little is known that the number is a range: of more than half of the people nothing tells.

        >>> Reach(outside=3, unknown=2).mostly_unknown, Reach(outside=4, unknown=2).mostly_unknown
        (True, False)
        """
        return 2 * (self.unknown or 0) > (self.outside or 0)


@dataclass(frozen=True)
class PossibleReach(Detail, of=("possible_reach",), counts=("grid",)):
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
