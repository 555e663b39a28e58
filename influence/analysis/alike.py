"""Like for like: whether two windows may be compared, and a finding for each week in which somebody did anything."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

import numpy as np

from influence.contract.errors import InfluenceError
from influence.contract.findings import Coverage, Finding, Report
from influence.contract.headline import unsure
from influence.contract.language import because
from influence.kernels.arrays import Ints
from influence.reach.population import Population
from influence.times import WEEK, Window

UNLIKE = 0.2
"""Two windows are not compared where a system covers one of them by more than this share better than the other."""
WEEKLY = frozenset(
    {
        *("own_output", "audience", "shown", "reach_2", "reach_3", "reach_4", "reach_beyond", "first_hand"),
        *("passed_on", "crossings", "help", "tags", "first_touch", "before_contact", "mass_mail", "unsaid"),
        "typed_by_others",
    }
)
"""The findings that count what happened in a window: they are told for each active week."""
MOSTLY_UNKNOWN = because(
    "of most of the people outside the team nothing tells whether they have met the leader"
)
INACTIVE = because("nothing that the leader did is on record in this window")
Told = tuple[float | None, tuple[float, float] | None, str | None]
"""A value, its interval, and why there is none."""


class CannotCompare(InfluenceError):
    """Why two windows cannot be compared, in one sentence."""


def refuse_unlike(before: Report, now: Report) -> None:
    """Refuse two windows that cannot be compared.

    Raises:
        CannotCompare: a number is missing, or one window is much better on record than the other.
    """
    for report in (before, now):
        found = report.findings.get("reach_4")
        if found is None or found.value is None:
            raise CannotCompare(because("one of the two windows has no number of people never met"))
    covers = [_covered(report) for report in (before, now)]
    for system in sorted(covers[0].keys() | covers[1].keys()):
        was, later = (one.get(system, 0.0) for one in covers)
        if abs(later - was) > UNLIKE:
            raise CannotCompare(
                because(
                    "what is on record of {name} covers {was} of the window before and {now} of this one",
                    name=system,
                    was=f"{was:.0%}".replace("%", " %"),
                    now=f"{later:.0%}".replace("%", " %"),
                )
            )


def _covered(report: Report) -> dict[str, float]:
    """Return what share of a window lies between the first and the last activity of each system: files come and go."""
    since, until = (datetime.fromisoformat(str(report.window[edge])) for edge in ("since", "until"))
    spans: dict[str, list[Coverage]] = defaultdict(list)
    for row in report.coverage:
        if row.first and row.last:
            spans[row.system].append(row)
    found = {}
    for system, rows in spans.items():
        first = max(since, min(datetime.fromisoformat(str(row.first)) for row in rows))
        last = min(until, max(datetime.fromisoformat(str(row.last)) for row in rows))
        found[system] = max(0.0, (last - first) / (until - since))
    return found


def active_weeks(population: Population, window: Window, weeks: int) -> Ints:
    """Return by person code in how many weeks of a window, counted from its first day, somebody did anything."""
    items = population.log.items
    held = window.holds(items.time)
    week = np.minimum((items.time[held] - window.since) // WEEK, weeks - 1)
    pairs = np.unique(items.author[held].astype(np.int64) * weeks + week)
    found: Ints = np.bincount(pairs // weeks, minlength=len(population.people)).astype(np.int64)
    return found


def for_each_week(found: Finding | None, weeks: int) -> Told:
    """Return a finding's value and interval, for each of so many active weeks where it counts happenings.

    Where of most people nothing tells whether they have met the leader a number of people is none.

    >>> for_each_week(Finding("own_output", 12.0, "items"), 4)
    (3.0, None, None)
    """
    if found is None or found.value is None:
        return None, None, found.reason if found else None
    if unsure(found):
        return None, None, MOSTLY_UNKNOWN
    many = weeks if found.name in WEEKLY else 1
    if not many:
        return None, None, INACTIVE
    held = found.interval
    return found.value / many, None if held is None else (held[0] / many, held[1] / many), None
