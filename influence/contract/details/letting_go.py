"""What belongs to letting go of control."""

from __future__ import annotations

from dataclasses import dataclass

from influence.contract.details.record import Detail


@dataclass(frozen=True)
class CarryOn(Detail, of=("carry_on",), nameless=("conversations", "judged", "carried_on")):
    """Conversations that the leader began, those in which three others responded, those that others carried on."""

    conversations: int | None
    judged: int | None
    carried_on: int | None


@dataclass(frozen=True)
class OnlyLeaderAnswers(
    Detail, of=("only_leader_answers",), nameless=("conversations", "only_leader", "asked_alone")
):
    """Others' conversations that the leader answered, alone, and alone since nobody else was asked."""

    conversations: int | None
    only_leader: int | None
    asked_alone: int | None


@dataclass(frozen=True)
class Centralisation(Detail, of=("centralisation",), nameless=("without_leader",), counts=("people",)):
    """How many people are around the leader, and the centralisation among them without the leader."""

    people: int | None
    without_leader: float | None
