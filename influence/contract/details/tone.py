"""What belongs to the tone: how many people and responses are of each class, and how much of the reach each makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from influence.contract.details.record import Detail


@dataclass(frozen=True)
class Toned(Detail, counts=("people",)):
    """Of one class: people outside the team, their responses of that class, and what these people add to reach_4."""

    people: int | None
    responses: int | None
    reach: float | None


@dataclass(frozen=True)
class ToneOf(Detail, of=("tone",), nameless=("storm", "by_words"), counts=("people", "told")):
    """The classes welcomed, neutral, hostile and unknown; `told` is of how many of the `people` the class is known.

    `storm` is whether most of those who make up reach_4 and are told are hostile, with 95 % certainty; `by_words` how
    many responses were told by their words, and not by a mark or the kind of a reaction.
    """

    storm: bool | None
    people: int | None
    told: int | None
    by_words: int | None
    classes: Mapping[str, Toned]
