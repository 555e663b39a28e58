"""What a mentee might practise next: one exercise, called for by a measure of their own, or why none is."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from influence.contract.details.exchange import WaitingOnLeader
from influence.contract.details.letting_go import CarryOn, OnlyLeaderAnswers
from influence.contract.details.persistence import Persistence
from influence.contract.findings import Finding, Report
from influence.contract.language import because
from influence.contract.programmed import Exercise
from influence.contract.wording import between, counted

WAIT, A_FIFTH = 3, 0.2
"""So many conversations of the last 30 days, and so large a part of all of the window, wait where it comes first."""
LATE = 48.0
"""Hours after which half is answered; a later answer is late."""
HALF = 0.5
NOT_CALLED_FOR = because("nothing that is on record of these weeks calls for one of the exercises")
NOTHING_TELLS = because("none of the measures that would call for an exercise can be told in these weeks")


@dataclass(frozen=True)
class Rule:
    """An exercise: its name, the measure behind it, what to do, and when it is called for.

    `why` returns the reason in words, or None where the finding calls for nothing; it is asked only where the finding
    has a value.
    """

    name: str
    measure: str
    does: str
    why: Callable[[Finding], str | None]


def _waiting(found: Finding) -> str | None:
    told = found.told(WaitingOnLeader)
    still = told.still or 0
    if still < WAIT or not told.of or (found.value or 0) < A_FIFTH * told.of:
        return None
    return because("{n} of the last 30 days wait", n=counted(still, "conversation", "conversations"))


def _seldom(found: Finding) -> str | None:
    told = found.told(Persistence)
    if (found.value or 0) >= HALF or not told.weeks:
        return None
    return because(
        "in {held} of {weeks} weeks there was an exchange with somebody never met",
        held=told.held or 0,
        weeks=told.weeks,
    )


def _alone(found: Finding) -> str | None:
    told = found.told(OnlyLeaderAnswers)
    if found.interval is None or found.interval[0] <= HALF:
        return None
    return because(
        "in {n} of {of} conversations that others began nobody else answered",
        n=told.only_leader or 0,
        of=told.conversations or 0,
    )


def _late(found: Finding) -> str | None:
    if (found.value or 0) <= LATE or (found.interval is not None and found.interval[0] <= LATE / 2):
        return None
    return because("half of what others say is answered only after {n} hours", n=round(found.value or 0))


def _unanswered(found: Finding) -> str | None:
    if found.interval is None or found.interval[1] >= HALF:
        return None
    return because("{share} of what others say is answered", share=between(*found.interval, "share"))


def _not_carried(found: Finding) -> str | None:
    told = found.told(CarryOn)
    if found.interval is None or found.interval[1] >= HALF:
        return None
    return because(
        "of {of} conversations in which three others responded, others carried on {n}",
        n=told.carried_on or 0,
        of=told.judged or 0,
    )


def _one_way(found: Finding) -> str | None:
    if found.interval is None or found.interval[1] >= HALF:
        return None
    return because(
        "with {share} of the people outside the team who responded it goes both ways",
        share=between(*found.interval, "share"),
    )


EXERCISES = (
    Rule(
        "waiting",
        "waiting_on_leader",
        because("Answer one of those who wait each day, first those from outside the team."),
        _waiting,
    ),
    Rule(
        "return",
        "persistence",
        because("Come back each week to one conversation with somebody whom you never met."),
        _seldom,
    ),
    Rule(
        "step back",
        "only_leader_answers",
        because("Before you answer in a conversation of others, ask somebody else to answer first."),
        _alone,
    ),
    Rule(
        "sooner",
        "response_time",
        because("Answer within a day, if only to say when more will come."),
        _late,
    ),
    Rule(
        "answer",
        "response_rate",
        because("Answer two more of those who write to you each day, in one line if need be."),
        _unanswered,
    ),
    Rule(
        "hand over",
        "carry_on",
        because("Begin one conversation a week with a question that others can answer among themselves."),
        _not_carried,
    ),
    Rule(
        "both ways",
        "two_way_share",
        because("Respond each week to one person outside the team who responded to you."),
        _one_way,
    ),
)
"""In this order: people who wait come before habits, habits before style."""


def exercise(report: Report, taken: Collection[str] = ()) -> tuple[Exercise | None, str | None]:
    """Return the first exercise that the findings call for, and why there is none if so.

    What was advised already and `taken` comes only after all others.
    """
    told = [rule for rule in EXERCISES if report.value(rule.measure) is not None]
    found = [
        Exercise(rule.name, rule.measure, rule.does, why)
        for rule in told
        if (why := rule.why(report.findings[rule.measure])) is not None
    ]
    if found:
        return min(found, key=lambda one: one.name in taken), None
    return None, NOT_CALLED_FOR if told else NOTHING_TELLS
