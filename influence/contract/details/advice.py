"""What belongs to advice, to its back-test and to coming back."""

from __future__ import annotations

from dataclasses import dataclass

from influence.contract.details.record import Detail

GAINS_IN = {"conversation": "change", "sphere": "change", "topic": "people a conversation", "habit": "change"}
"""In which unit advice that is no forecast gains, by its kind."""
EXPECTED = "people expected"


@dataclass(frozen=True)
class Advised(Detail):
    """One thing to do: one more exchange with somebody, a conversation, a sphere or a topic to turn to, a habit.

    `name` is what people call whom or what `who` means; `gain` is how many people never met and not reached in the
    window it is expected to bring (of conversations, spheres and habits: by how much more came, as a share), `interval`
    its 95 % interval, `reason` why in plain words, `evidence` the ids of activities that show it.
    """

    kind: str
    who: str
    name: str
    gain: float | None
    interval: tuple[float, float] | None
    reason: str
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class Advice(Detail, of=("advice",)):
    """What to do next, and how such advice did when tested, in words; `tried` says what else was."""

    rows: tuple[Advised, ...]
    words: str
    tried: str | None = None


@dataclass(frozen=True)
class AdviceBacktest(
    Detail,
    of=("advice_backtest",),
    nameless=("exchanged", "brought", "skill", "baseline", "ahead", "lift", "ahead_interval"),
):
    """How many people were exchanged with, how many of them brought somebody, and whether that was foreseen.

    `baseline` is the AUC of ranking by responses so far, `ahead` the difference, `lift` what the best-ranked third
    brought over the mean of all.
    """

    exchanged: int | None
    brought: int | None
    skill: bool
    words: str
    baseline: float | None = None
    ahead: float | None = None
    lift: float | None = None
    ahead_interval: tuple[float, float] | None = None


@dataclass(frozen=True)
class StepUp(
    Detail, of=("step_up",), nameless=("conversations", "came_back", "compared", "with_", "without")
):
    """Conversations that the leader began, came back to, and that have their like; people who came with and without."""

    conversations: int | None
    came_back: int | None
    compared: int | None
    with_: float | None = None
    without: float | None = None
