"""What belongs to a leader's own voice: who typed what bears the leader's name."""

from __future__ import annotations

from dataclasses import dataclass

from influence.contract.details.record import Detail


@dataclass(frozen=True)
class Typist(Detail):
    """Somebody who typed items of the leader's: how many, and whether you decided so or a source states it."""

    person: str
    name: str
    items: int | None
    decided: bool | None


@dataclass(frozen=True)
class TypedByOthers(Detail, of=("typed_by_others",), nameless=("made",)):
    """Who typed, most first, and of how many items of the leader's (`made`)."""

    made: int | None
    by: tuple[Typist, ...]
