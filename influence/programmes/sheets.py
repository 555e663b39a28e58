"""One mentee against their own baseline and agreed goals, like for like, and the others as a band."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from influence.analysis.alike import WEEKLY, for_each_week
from influence.contract.findings import Finding, Report
from influence.contract.language import because
from influence.contract.programmed import CHANGE, Band, Goal, Measured, Sheet, Sought
from influence.measures.peers import difference

TOLD = (
    "reach_4",
    "persistence",
    "response_rate",
    "response_time",
    "pull",
    "two_way_share",
    "carry_on",
    "only_leader_answers",
    "waiting_on_leader",
)
"""The measures that a sheet tells beside those of the goals."""
HARDLY = 0.1
"""People or items for each active week of the baseline: of less than one in ten weeks no share is a goal."""


def measured(
    goals: Iterable[Goal], before: Report, now: Report, weeks: tuple[int, int]
) -> tuple[Measured, ...]:
    """Return the measures of the goals, then those that every sheet tells, before and now."""
    names = dict.fromkeys([*(goal.measure for goal in goals), *TOLD])
    return tuple(_measured(name, before.findings.get(name), now.findings.get(name), weeks) for name in names)


def baseline_of(goals: Iterable[Goal], before: Report, weeks: int) -> tuple[Measured, ...]:
    """Return the measures of the goals as they were before the start, while it is too early to tell more."""
    told = {goal.measure: before.findings.get(goal.measure) for goal in goals}
    return tuple(_before(name, found, weeks) for name, found in told.items())


def _before(name: str, found: Finding | None, weeks: int) -> Measured:
    value, interval, reason = for_each_week(found, weeks)
    unit = "" if found is None else found.unit
    return Measured(name, unit, name in WEEKLY, value, None, interval, reason=reason)


def _measured(name: str, before: Finding | None, now: Finding | None, weeks: tuple[int, int]) -> Measured:
    was, later = for_each_week(before, weeks[0]), for_each_week(now, weeks[1])
    unit = (now or before or Finding(name, None, "")).unit
    apart = None
    if was[0] is not None and later[0] is not None and was[1] is not None and later[1] is not None:
        low, high = difference((later[0], later[1]), (was[0], was[1]))
        apart = not low <= 0 <= high
    return Measured(name, unit, name in WEEKLY, was[0], later[0], was[1], later[1], apart, later[2] or was[2])


def sought(goals: Iterable[Goal], told: Sequence[Measured]) -> tuple[Sought, ...]:
    """Return what was agreed, what it wanted, and whether it is reached."""
    by_name = {one.name: one for one in told}
    return tuple(_sought(goal, by_name[goal.measure]) for goal in goals)


def _sought(goal: Goal, found: Measured) -> Sought:
    if goal.kind == CHANGE and found.was is not None and _hardly(found):
        return Sought(goal, None, None)
    return Sought(goal, goal.wanted(found.was), goal.reached(found.was, found.now))


def _hardly(found: Measured) -> bool:
    """Tell whether there was hardly anything before of which a change could be a share."""
    return not found.was or (found.weekly and found.was < HARDLY)


def moved(sheets: Iterable[Sheet], least: int) -> tuple[Band, ...]:
    """Return for each measure where the middle half of some mentees moved, if it can be told of at least so many.

    The ends are quartiles, rounded to whole per cents, so that neither is a person's own number.
    """
    shares: dict[str, list[float]] = {}
    for sheet in sheets:
        for one in sheet.measured:
            if one.was and one.now is not None and not _hardly(one):
                shares.setdefault(one.name, []).append(one.now / one.was - 1)
    return tuple(
        Band(name, _quartile(found, 0.25), _quartile(found, 0.75), len(found))
        for name, found in shares.items()
        if len(found) >= least
    )


def _quartile(shares: Sequence[float], at: float) -> float:
    return round(float(np.quantile(shares, at)), 2)


def bands(sheets: Mapping[str, Sheet], person: str, least: int) -> tuple[tuple[Band, ...], str | None]:
    """Return the bands that a mentee's sheet may show, made of all others alone; and why none is of what was agreed.

    Where nothing was agreed, that is of the people never met.
    """
    told = {one.name for one in sheets[person].measured}
    found = moved((sheet for one, sheet in sheets.items() if one != person), least)
    shown = tuple(one for one in found if one.measure in told)
    agreed = {one.goal.measure for one in sheets[person].goals} or {"reach_4"}
    if any(one.measure in agreed for one in shown):
        return shown, None
    return shown, because(
        "a band needs at least {least} other mentees of whom the same can be told", least=least
    )
