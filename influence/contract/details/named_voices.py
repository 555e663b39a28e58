"""What belongs to the leader among named voices."""

from __future__ import annotations

from dataclasses import dataclass

from influence.contract.details.record import Detail


@dataclass(frozen=True)
class Voice(
    Detail, nameless=("items", "responses", "rate", "ratio", "interval", "verdict"), counts=("people",)
):
    """One voice: its items, the responses that they drew, from how many people, and responses per item.

    `never_met` are those who had never met it, weighed, with the range `least` to `most`. `ratio` is the leader's
    responses per item over the voice's, with an interval that holds for all voices together; None for the leader.
    """

    person: str
    name: str
    items: int | None
    responses: int | None
    people: int | None
    rate: float | None
    never_met: float | None
    least: float | None
    most: float | None
    ratio: float | None = None
    interval: tuple[float | None, float | None] | None = None
    verdict: str | None = None


@dataclass(frozen=True)
class AmongVoices(Detail, of=("among_voices",)):
    """The leader first, then the voices in the order of the settings; names that nobody here has."""

    voices: tuple[Voice, ...]
    not_here: tuple[str, ...] | None = None
