"""Which two periods are compared: those that are on record, of one length, and covered alike."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING

import numpy as np

from influence.contract.language import because
from influence.kernels.arrays import Flags, Ints
from influence.measures.reach import NO_TIMES
from influence.measures.trend import gaps
from influence.met.coverage import ENOUGH, MONTH
from influence.network.log_queries import months_by_source, origins, source_of
from influence.times import DAY, Window, day_at, months

if TYPE_CHECKING:
    from influence.reach.ego import Ego

COVERED = 0.9
"""A period is on record if the sources cover this share of it."""
UNLIKE = 0.2
"""Two periods of which the sources cover shares that differ by more are not compared."""
FEWEST_DAYS = 7
"""A shorter period is made of weekdays: another one differs by which they are."""
SILENT = 5.0
"""A source ends, or begins, where it is silent for so many of its usual pauses."""


class CannotCompare(Exception):
    """Why there are no two periods to compare, in one sentence."""


@dataclass(frozen=True)
class Periods:
    """The leader in two periods of one length, `before` earlier than `now`; `halves` of the window, or not.

    `coverage` are the shares of the two that the sources cover, and `broken` those that begin or end in them.
    """

    before: Ego
    now: Ego
    halves: bool
    coverage: tuple[float, float]
    broken: tuple[str, ...]

    @property
    def window(self) -> Window:
        """From the beginning of the first to the end of the second."""
        return Window(self.before.window.since, self.now.window.until)

    def holds(self, time: Ints) -> Flags:
        """Tell which moments lie in one of the two."""
        flags: Flags = self.before.window.holds(time) | self.now.window.holds(time)
        return flags


def periods(ego: Ego) -> Periods:
    """Return the window and the period that it is to be compared with.

    That is the one asked for (`ego.asked.against`); else the one right before it, and the window's halves where that
    is not on record.

    Raises:
        CannotCompare: they are not on record, or not covered alike.
    """
    if not ego.dated:
        raise CannotCompare(NO_TIMES)
    window = on_record(ego, ego.window)
    if not _long_enough(window):
        raise CannotCompare(
            because("the window is shorter than {days} days, too short to compare", days=FEWEST_DAYS)
        )
    asked = ego.asked.against
    if asked is not None:  # neither is cut, and no other is taken in its place
        return _compared(ego, _before(ego.window) if asked == "previous" else asked, ego.window)
    try:
        return _compared(ego, _before(window), window)
    except CannotCompare as why:
        first, second = window.halves
        if not _long_enough(first):
            too_short = because("{why}, and the window is too short to compare its halves", why=str(why))
            raise CannotCompare(too_short) from why
        return _compared(ego, first, second, halves=True)


def _before(window: Window) -> Window:
    return Window(2 * window.since - window.until, window.since)


def _compared(ego: Ego, before: Window, now: Window, *, halves: bool = False) -> Periods:
    missing = _missing(ego, before) or _missing(ego, now)
    if missing is not None:
        raise CannotCompare(missing)
    sources = Sources.of(ego, Window(before.since, now.until))
    coverage = sources.cover(before, now)
    if abs(coverage[0] - coverage[1]) > UNLIKE:
        one, other = (round(100 * share) for share in coverage)
        raise CannotCompare(
            because(
                "the sources cover {one} % of the earlier period and {other} % of the later, too unlike to compare",
                one=one,
                other=other,
            )
        )
    later = ego if now == ego.window else ego.during(now)
    return Periods(ego.during(before), later, halves, coverage, sources.broken)


def on_record(ego: Ego, window: Window) -> Window:
    """Return a window, cut to what is on record where that is less than nine tenths of it.

    Raises:
        CannotCompare: nothing of it is on record.
    """
    time = ego.population.recorded
    if not window.holds(time).any():
        raise CannotCompare(because("nothing is on record in this window"))
    if covered(time, window, ego.settings.zone) >= COVERED:
        return window
    return Window(max(window.since, int(time[0])), min(window.until, int(time[-1]) + 1))


def _long_enough(window: Window) -> bool:
    return window.until - window.since >= FEWEST_DAYS * DAY


def covered(time: Ints, window: Window, zone: str) -> float:
    """Return the share of a window that is on record: the months in which anybody did anything.

    `time` are the sorted times of all activities; before the first of them and after the last nothing is on record.

    >>> covered(np.array([35 * DAY, 65 * DAY]), Window(25 * DAY, 75 * DAY), "UTC")
    0.6
    """
    held = 0
    for _, month in months(window, zone):
        first, after = np.searchsorted(time, [month.since, month.until]).tolist()
        if first < after:
            since = month.since if first else int(time[0])
            held += (month.until if after < len(time) else int(time[-1])) - since
    return held / (window.until - window.since)


def _missing(ego: Ego, period: Window) -> str | None:
    """Say why a period cannot be compared; None where activities and meetings are both on record in it."""
    time, zone = ego.population.recorded, ego.settings.zone
    if covered(time, period, zone) < COVERED:
        if time[0] > period.since:
            return because("nothing is on record before {day}", day=day_at(int(time[0]), zone))
        return because(
            "of {since} to {until} too little is on record",
            since=day_at(period.since, zone),
            until=day_at(period.until - 1, zone),
        )
    kept = _calendar_since(ego)
    if kept is not None and kept > period.since + (1 - COVERED) * (period.until - period.since):
        return because(
            "the leader's calendar begins on {day}, so that before it nothing tells whom they had met",
            day=day_at(kept, zone),
        )
    return None


def _calendar_since(ego: Ego) -> int | None:
    """Return from when on the leader's calendar was kept: the first entry of a month with enough of them."""
    begins = []
    for times in ego.met.coverage.entries.values():
        dense = np.flatnonzero(times[ENOUGH - 1 :] - times[: len(times) - ENOUGH + 1] <= MONTH)
        begins += [int(times[dense[0]])] if len(dense) else []
    return min(begins, default=None)


# --- what the sources cover -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sources:
    """When each source holds anything, and how many of the responses that the leader ever drew are its own.

    `spans` reach from the first to the last activity of a source, and as far beyond as it may be silent; `missing` are
    months between in which it holds nothing, `rate` its responses to the leader in a microsecond of its span.
    """

    spans: Mapping[str, Window]
    missing: Mapping[str, list[Window]]
    rate: Mapping[str, float]
    broken: tuple[str, ...]

    @classmethod
    def of(cls, ego: Ego, window: Window) -> Sources:
        """Read when the sources hold anything; `broken` are those that begin or end in a window."""
        rows: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
        for row in origins(ego.tables):
            rows[row["source"]].append((row["first"], row["last"], row["activities"]))
        spans = {source: (min(r[0] for r in held), max(r[1] for r in held)) for source, held in rows.items()}
        loose = {source: _silence(held, spans[source], window) for source, held in rows.items()}
        drawn = Counter(source_of(ego.tables, ego.ever.item)) if len(ego.ever.item) else Counter[str]()
        return cls(
            {
                s: Window(first - int(loose[s]), last + int(loose[s]) + 1)
                for s, (first, last) in spans.items()
            },
            _months_missing(ego, window),
            {s: drawn[s] / (last - first + DAY) for s, (first, last) in spans.items() if drawn[s]},
            tuple(
                sorted(s for s, (first, last) in spans.items() if _breaks_off(first, last, loose[s], window))
            ),
        )

    def cover(self, before: Window, now: Window) -> tuple[float, float]:
        """Return the shares of two periods that the sources cover, each source by its rate.

        Those that cover nothing of either are no part of it; without any there is nothing to be covered: 1.
        """
        shares = {source: (self._share(source, before), self._share(source, now)) for source in self.rate}
        held = {source: both for source, both in shares.items() if any(both)}
        total = fsum(self.rate[source] for source in held)
        if not total:
            return 1.0, 1.0
        one, other = (
            fsum(self.rate[source] * both[n] for source, both in held.items()) / total for n in (0, 1)
        )
        return min(one, 1.0), min(other, 1.0)

    def _share(self, source: str, period: Window) -> float:
        """Return the share of a period that one source covers."""
        span = _overlap(self.spans[source], period)
        gone = sum(_overlap(month, period) for month in self.missing.get(source, ()))
        return max(0, span - gone) / (period.until - period.since)


def _overlap(one: Window, other: Window) -> int:
    return max(0, min(one.until, other.until) - max(one.since, other.since))


def _silence(rows: list[tuple[int, int, int]], span: tuple[int, int], window: Window) -> float:
    """Return for how long a source may be silent without having ended, in microseconds."""
    pause = (span[1] - span[0]) / max(sum(row[2] for row in rows) - 1, 1)
    return max((1 - COVERED) * (window.until - window.since) / 2, SILENT * pause)


def _months_missing(ego: Ego, window: Window) -> dict[str, list[Window]]:
    """Return the months in which a source holds nothing between its first and its last."""
    zone = ego.settings.zone
    cut = dict(months(window, zone))
    found: dict[str, list[Window]] = defaultdict(list)
    for month, sources in gaps(months_by_source(ego.tables, zone), list(cut)).items():
        for source in sources:
            found[source].append(cut[month])
    return found


def _breaks_off(first: int, last: int, loose: float, window: Window) -> bool:
    if last < window.since or first >= window.until:
        return False
    return first - window.since > loose or window.until - last > loose
