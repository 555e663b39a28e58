"""A campaign week by week, counted from its first day, against what the weeks before let expect."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import numpy as np

from influence.campaigns.held import Held, Touching
from influence.chance.interrupted import CannotTell, Factor, Interrupted, interrupted
from influence.contract.campaigned import (
    AFTER,
    BEFORE,
    DURING,
    EVERYTHING_THERE,
    SUBJECT,
    AgainstBefore,
    CampaignWeek,
    Times,
)
from influence.kernels.arrays import Flags, Floats, Ints
from influence.network.heard import heard_from, heard_in
from influence.times import WEEK, Window, end_of_day, exact, microseconds, moment

MOST_BEFORE = 156
"""So many weeks before are looked at: what was three years ago says little."""
WEEKS_AFTER = 4


@dataclass(frozen=True)
class Weeks:
    """Seven days each, [since, until): `place` counts weeks from the campaign's first day.

    So each has every weekday once, and no weekday is in the way. `heard` tells where no source is silent.
    """

    place: Floats
    since: Ints
    until: Ints
    part: tuple[str, ...]
    heard: Flags

    def counts(self, found: Touching) -> Ints:
        """Return how many people responded in each week."""
        edges = zip(self.since.tolist(), self.until.tolist(), strict=True)
        return np.array([len(np.unique(found.within(Window(*edge)).person)) for edge in edges], np.int64)


def against_before(held: Held) -> tuple[AgainstBefore, tuple[CampaignWeek, ...]]:
    """Compare how many people responded a week with the weeks before, and list the weeks.

    Who responds to what is on the subject is counted, where somebody did in half of the weeks before or more; a new
    tag has no before, and then it is who responds to anything in the systems where the campaign ran.

    Raises:
        NeedsStatsmodels: statsmodels is not installed.
    """
    weeks = weeks_around(held)
    counts, which = weeks.counts(held.ever), SUBJECT
    before = np.array([part == BEFORE for part in weeks.part]) & weeks.heard
    if 2 * (counts[before] > 0).sum() < before.sum():
        counts, which = weeks.counts(held.everything_there()), EVERYTHING_THERE
    during = sum(part == DURING for part in weeks.part)
    told = AgainstBefore(which, int(before.sum()), during)
    try:
        found = interrupted(weeks.place[weeks.heard], counts[weeks.heard], during)
    except CannotTell as why:
        return replace(told, reason=str(why)), _rows(held, weeks, counts, None)
    return _told(told, found), _rows(held, weeks, counts, found)


def weeks_around(held: Held) -> Weeks:
    """Return the whole weeks before, during and up to four after a campaign that are on record where it ran."""
    zone = held.whole.settings.zone
    since, until = held.window.since, held.window.until
    last = end_of_day(held.whole.whole_window().until, zone)
    begun = heard_from(held.whole.tables, held.systems)
    rows = [
        *reversed(list(_seven_days(since, zone, -1, Window(begun, since), BEFORE))),
        *_seven_days(since, zone, 1, Window(since, until), DURING),
        *list(_seven_days(until, zone, 1, Window(until, last), AFTER))[:WEEKS_AFTER],
    ]
    edges = np.array([(window.since, window.until) for window, _ in rows], np.int64).reshape(-1, 2)
    first = np.round((edges[:, 0] - since) / WEEK, 3)  # an hour more or less where clocks are changed
    part = tuple(name for _, name in rows)
    place = np.where(np.array(part) == DURING, np.round(first), first) if part else first
    heard = heard_in(held.whole.tables, held.systems, edges[:, 0], edges[:, 1])
    return Weeks(place, edges[:, 0], edges[:, 1], part, heard)


def _seven_days(start: int, zone: str, step: int, inside: Window, part: str) -> Iterator[tuple[Window, str]]:
    """Yield weeks of seven days from a moment on, forward or back, as long as they lie inside a window."""
    local = exact(start).astimezone(ZoneInfo(zone))
    for number in range(MOST_BEFORE):
        edges = (microseconds(local + timedelta(weeks=step * n)) for n in (number, number + 1))
        window = Window(*sorted(edges))
        if window.since < inside.since or window.until > inside.until:
            return
        yield window, part


def _told(told: AgainstBefore, found: Interrupted) -> AgainstBefore:
    return replace(
        told,
        mean=_times(found.mean),
        level=_times(found.level),
        slope=_times(found.slope),
        after=_times(found.after),
        correlation=found.correlation,
        yearly=found.yearly,
    )


def _times(found: Factor | None) -> Times | None:
    return None if found is None else Times(found.times, found.low, found.high)


def _rows(held: Held, weeks: Weeks, counts: Ints, found: Interrupted | None) -> tuple[CampaignWeek, ...]:
    lines = iter(() if found is None else zip(found.fitted, found.expected, strict=True))
    rows = []
    for place, part in enumerate(weeks.part):
        heard = bool(weeks.heard[place])
        line = next(lines, (None, None)) if heard else (None, None)
        fit, expected = (None if one is None else float(one) for one in line)
        day = str(moment(int(weeks.since[place]), held.whole.settings.zone))
        rows.append(CampaignWeek(day, part, int(counts[place]) if heard else None, fit, expected))
    return tuple(rows)
