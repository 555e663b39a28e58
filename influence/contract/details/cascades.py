"""What belongs to the conversations that a leader begins, and to whom they bring."""

from __future__ import annotations

from dataclasses import dataclass

from influence.contract.details.record import Detail


@dataclass(frozen=True)
class Tree(Detail):
    """One conversation: the id of the item that began it, and its shape in items and hands."""

    conversation: str
    size: int | None
    depth: int | None
    structural_virality: float | None


@dataclass(frozen=True)
class Shape(
    Detail,
    of=("cascade_size", "cascade_depth", "mean_depth", "structural_virality"),
    nameless=("conversations", "answered", "mean", "largest", "inferred"),
):
    """How many conversations the leader began and how many were answered; mean and largest value over these.

    `inferred` is the share of the links that were guessed, `top` the five largest conversations.
    """

    conversations: int | None
    answered: int | None
    mean: float | None = None
    largest: float | None = None
    inferred: float | None = None
    top: tuple[Tree, ...] | None = None


@dataclass(frozen=True)
class Generations(Detail, of=("reproduction", "second_generation")):
    """People by the depth of their first response, each number over the one before, and how many have no depth."""

    generations: tuple[int, ...]
    ratios: tuple[float, ...]
    undated: int | None = None


@dataclass(frozen=True)
class SocialH(Detail, of=("social_h",), counts=("people", "returning")):
    """People outside the team who responded, and those who did in two conversations and more."""

    people: int | None
    returning: int | None
