"""What belongs to spheres, outward and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from influence.contract.details.record import Detail


@dataclass(frozen=True)
class Heard(Detail, nameless=("value",), counts=("people",)):
    """Of one sphere: Σ (1 − m(u)) over the people to whom the leader responded, and how many they are."""

    value: float | None
    people: int | None


@dataclass(frozen=True)
class ListenedTo(Detail):
    """One person outside the team to whom the leader responded, and in how many responses."""

    person: str
    name: str
    sphere: str
    responses: int | None


@dataclass(frozen=True)
class Sources(Detail, of=("sources",), nameless=("by_sphere",)):
    """To whom the leader responds, by sphere, and who they are: people's ids.

    `most` are those outside the team to whom the leader responded most often, the most often first.
    """

    by_sphere: Mapping[str, Heard]
    people: tuple[str, ...]
    most: tuple[ListenedTo, ...] | None = None
