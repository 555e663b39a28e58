"""How it moved, by month and by week: the same numbers, their slope, and where the level broke."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import pairwise
from math import fsum, log
from statistics import median
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from influence.contract.details.trend import LevelBreak, TrendBreaks, TrendSlope
from influence.contract.findings import MONTH, WEEK, Finding, Month, Week
from influence.contract.language import because
from influence.contract.measures import Definition, finds, near_enough
from influence.contract.turns import steps
from influence.contract.wording import counted
from influence.kernels.arrays import Floats
from influence.measures.reach import NO_TIMES
from influence.met.known import Met
from influence.network.log_queries import months_by_source, origins
from influence.reach.steps import Touches, alters, headline
from influence.times import WEEK as A_WEEK
from influence.times import Window, calendar_weeks, months, partial_months, partial_weeks, week_of

if TYPE_CHECKING:
    from influence.reach.ego import Ego


FEWEST_MONTHS = 6
"""Fewer complete months, or weeks, tell no slope: their 95 % interval would be wider than all that is seen."""
FEWEST_IN_A_LEVEL = 3
PERMUTATIONS = 1_999
MOST_COMPARED = 1_040
"""So many months or weeks are compared by twos, each with each other."""
LONGEST = {MONTH: 240, WEEK: 104}
"""So many months or weeks, the last ones, in which breaks are looked for."""
SHOWN_BY_WEEK = 26
"""A window of fewer weeks is told by week: it has fewer whole months than a slope needs."""
UNITS = {MONTH: "people more in each month", WEEK: "people more in each week"}
_SLOPE = {MONTH: "trend_slope", WEEK: "weekly_slope"}
_BREAKS = {MONTH: "trend_breaks", WEEK: "weekly_breaks"}
SURE = 0.05


@dataclass(frozen=True)
class Slope:
    """A slope for each step of x, its 95 % interval, and Mann and Kendall's p that there is no trend."""

    value: float
    low: float
    high: float
    p: float


@dataclass(frozen=True)
class Break:
    """The level changed before position `at` of a series: its medians before and after, and p."""

    at: int
    before: float
    after: float
    p: float


def trend(drawn: Touches, met: Met, team: Set[int], window: Window, zone: str) -> list[Month]:
    """Return reach_2, reach_3 and reach_4 with each month as the window: m(v) by the first response in it."""
    return [Month(name, *_numbers(drawn, met, team, month)) for name, month in months(window, zone)]


def by_week(drawn: Touches, met: Met, team: Set[int], window: Window, zone: str) -> list[Week]:
    """Return the same with each ISO week of the zone as the window; the first and the last may be parts of one."""
    parts = partial_weeks(window, zone)
    return [
        Week(name, *_numbers(drawn, met, team, week), whole=name not in parts)
        for name, week in calendar_weeks(window, zone)
    ]


def _numbers(
    drawn: Touches, met: Met, team: Set[int], window: Window
) -> tuple[float, float, float, float, float, int]:
    """Return reach_2, reach_3, reach_4, its bounds, and how many responses there were."""
    held = drawn.within(window)
    found = alters(held, met, team)
    outside = [alter for alter in found if alter.outside]
    low = fsum(alter.unmet for alter in outside if alter.known)
    return (
        float(len(found) - len(outside)),
        fsum(alter.met for alter in outside),
        headline(outside),
        low,
        low + sum(not alter.known for alter in outside),
        len(held.time),
    )


_MONTHS: WeakKeyDictionary[Ego, list[Month]] = WeakKeyDictionary()
_WEEKS: WeakKeyDictionary[Ego, list[Week]] = WeakKeyDictionary()


def monthly(ego: Ego) -> list[Month]:
    """Return `trend` of a leader's window, worked out once."""
    if ego not in _MONTHS:
        _MONTHS[ego] = trend(ego.drawn, ego.met, ego.team, ego.window, ego.settings.zone)
    return _MONTHS[ego]


def weekly(ego: Ego) -> list[Week]:
    """Return `by_week` of a leader's window, worked out once."""
    if ego not in _WEEKS:
        _WEEKS[ego] = by_week(ego.drawn, ego.met, ego.team, ego.window, ego.settings.zone)
    return _WEEKS[ego]


def shown_by(ego: Ego) -> str:
    """Return by what the movement of a window is told: by week where less than half a year of it is on record."""
    time, window = ego.population.recorded, ego.window
    since, until = max(window.since, int(time[0])), min(window.until, int(time[-1]) + 1)
    return WEEK if until - since < SHOWN_BY_WEEK * A_WEEK else MONTH


# --- slope and breaks of any series -------------------------------------------------------------------------


def theil_sen(x: Sequence[float], y: Sequence[float]) -> Slope:
    """Return the median of all slopes (y_j − y_i) / (x_j − x_i), i < j, which a few wild months do not move.

    The 95 % interval is Sen's, from the distribution of Kendall's S; p is Mann and Kendall's, two-sided:
    exact without ties, else normal with the variance corrected for ties. Both take months as independent
    of one another. x must ascend.

    Sources: Theil 1950; Sen 1968, doi:10.1080/01621459.1968.10480934; Mann 1945, doi:10.2307/1907187.

    Raises:
        ValueError: lengths differ, there are fewer than 3 values, or x does not ascend.

    >>> found = theil_sen([0, 1, 2, 3, 4, 5], [1, 3, 5, 7, 9, 90])
    >>> found.value, round(found.p, 4)
    (2.0, 0.0028)
    """
    from scipy.stats import kendalltau, theilslopes  # 0.3 s, and only a report needs it

    across, up = np.asarray(x, np.float64), np.asarray(y, np.float64)
    if across.shape != up.shape or across.size < 3 or not (np.diff(across) > 0).all():
        raise ValueError("a slope needs as many values as places, at least 3, and places that ascend")
    if (up == up[0]).all():
        return Slope(0.0, 0.0, 0.0, 1.0)
    sen = theilslopes(up, across, 0.95)
    p = float(kendalltau(across, up).pvalue)
    return Slope(float(sen.slope), float(sen.low_slope), float(sen.high_slope), p)


def largest_shift(y: Sequence[float], *, seed: int = 1) -> tuple[int, int, float]:
    """Return the stretch [start, end) of a series whose level differs most from the rest, and its p.

    The largest |S_end − S_start| / √(m (n − m) / n) over all stretches of m values, S the running sum of the
    ranks less their mean; a stretch that reaches the series' end is one change of level, any other is two.
    Stretch and rests have at least 3 values. p = (1 + #{as large when shuffled}) / (1 + 1,999).

    Sources: circular binary segmentation, Olshen et al. 2004, doi:10.1093/biostatistics/kxh008, on ranks as
    Pettitt 1979, doi:10.2307/2346729.

    Raises:
        ValueError: there are fewer than 6 values.

    >>> largest_shift([1, 2, 1, 2, 9, 8, 9, 8, 9])[:2], largest_shift([1, 2, 1, 9, 8, 9, 8, 1, 2, 1])[:2]
    ((4, 9), (3, 7))
    """
    from scipy.stats import rankdata  # 0.3 s, and only a report needs it

    n = len(y)
    if n < 2 * FEWEST_IN_A_LEVEL:
        raise ValueError(f"a change of level needs at least {2 * FEWEST_IN_A_LEVEL} values, not {n}")
    ranks = rankdata(y) - (n + 1) / 2
    start, end, scale = _stretches(n)
    found = _shifts(ranks, start, end, scale)
    best = int(np.argmax(found > found.max() - 1e-9))
    random, as_large = np.random.default_rng(seed), 0
    for _ in steps(range(PERMUTATIONS)):
        as_large += bool(_shifts(random.permutation(ranks), start, end, scale).max() >= found[best] - 1e-9)
    return int(start[best]), int(end[best]), (1 + as_large) / (1 + PERMUTATIONS)


def _stretches(n: int) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
    """List all stretches that leave no piece shorter than a level may be, those at the end first, and their scale."""
    least = FEWEST_IN_A_LEVEL
    single = [(start, n) for start in range(least, n - least + 1)]
    double = [(a, b) for a in range(least, n) for b in range(a + least, n - least + 1)]
    start, end = np.array(single + double, np.int64).T
    size = end - start
    return start, end, 1 / np.sqrt(size * (n - size) / n)


def _shifts(ranks: Floats, start: NDArray[np.int64], end: NDArray[np.int64], scale: Floats) -> Floats:
    running = np.concatenate([[0.0], np.cumsum(ranks)])
    shifts: Floats = np.abs(running[end] - running[start]) * scale
    return shifts


def breaks(y: Sequence[float], *, seed: int = 1) -> list[Break]:
    """Return where the level of a series changed, in order: the largest shift, then again in each piece.

    A shift counts if its p is at most 0.05 / 2^d, d = how often the series was cut before (so that a series
    without any change is cut in about 5 % of cases at most), if the levels on both sides of each cut differ
    (Mann and Whitney, p ≤ 0.05), and if levels describe the series better than one straight line does (by BIC, least
    squares): a steady rise is a slope, not a break.

    Source: see `largest_shift`.

    >>> [found.at for found in breaks([2, 3, 2, 3, 2, 3, 2, 9, 8, 9, 8, 9, 8, 9])]
    [7]
    >>> breaks(range(20))
    []
    """
    values = np.asarray(y, np.float64)
    cuts = sorted(_cuts(values, 0, 0, seed))
    edges = [0, *(at for at, _ in cuts), values.size]
    levels = [float(np.median(values[a:b])) for a, b in pairwise(edges)]
    return [Break(at, levels[n], levels[n + 1], p) for n, (at, p) in enumerate(cuts)]


def _cuts(values: Floats, offset: int, depth: int, seed: int) -> list[tuple[int, float]]:
    if values.size < 2 * FEWEST_IN_A_LEVEL or (values == values[0]).all():
        return []
    start, end, p = largest_shift(values.tolist(), seed=seed)
    places = _that_differ(values, [0, start, end, values.size])
    if p > SURE / 2**depth or not places or not _levels_fit_better(values, places):
        return []
    cuts = [(offset + at, p) for at in places]
    for a, b in pairwise([0, *places, values.size]):
        cuts += _cuts(values[a:b], offset + a, depth + 1, seed)
    return cuts


def _that_differ(values: Floats, edges: Sequence[int]) -> list[int]:
    """Return the inner edges whose two sides differ by Mann and Whitney's test."""
    from scipy.stats import mannwhitneyu  # 0.3 s, and only a report needs it

    pieces = [(a, at, b) for a, at, b in zip(edges, edges[1:], edges[2:], strict=False) if at < b]
    return [at for a, at, b in pieces if float(mannwhitneyu(values[a:at], values[at:b]).pvalue) <= SURE]


def _levels_fit_better(values: Floats, places: Sequence[int]) -> bool:
    """Compare BIC = n ln(RSS / n) + parameters · ln n: levels and their places against a straight line."""
    n = values.size
    x = np.arange(n, dtype=np.float64)
    line = values - np.polyval(np.polyfit(x, values, 1), x)
    steps = np.concatenate([values[a:b] - values[a:b].mean() for a, b in pairwise([0, *places, n])])
    tiny = 1e-12 * max(1.0, float((values**2).sum()))
    more = 2 * len(places) + 1 - 2
    return n * log(max(steps @ steps, tiny) / max(line @ line, tiny)) + more * log(n) < 0


# --- the two findings ---------------------------------------------------------------------------------------


def gaps(held: Mapping[str, Set[str]], names: Sequence[str]) -> dict[str, list[str]]:
    """Return the months in which a source holds nothing between its first and its last, and which sources.

    `held` are the months in which each source holds anything. A source that is empty in most of its months
    is merely quiet and has no gaps.

    >>> gaps({"mail": {"2026-01", "2026-02", "2026-04"}}, ["2026-01", "2026-02", "2026-03", "2026-04"])
    {'2026-03': ['mail']}
    """
    missing = defaultdict(list)
    for source in sorted(held):
        if not held[source]:
            continue
        span = [name for name in names if min(held[source]) <= name <= max(held[source])]
        if span and median(name in held[source] for name in span) == 1:
            for name in span:
                if name not in held[source]:
                    missing[name].append(source)
    return dict(sorted(missing.items()))


def trend_slope(rows: Sequence[Month | Week], left_out: Set[str] = frozenset(), by: str = MONTH) -> Finding:
    """Return Theil and Sen's slope of monthly (or weekly) reach_4 with its 95 % interval: people more in each month.

    `left_out` names the months or weeks that are not whole (parts of one, gaps of a source). `low` and `high` hold
    the slopes where all unknown people are taken as met, and as unmet. `detail` has `p` (Mann and Kendall),
    `direction` (rising, falling, or none to be told: the interval holds 0), `months` used and those left out. The last
    1,040 are looked at, twenty years of weeks: one mail of 1900 makes thousands.

    >>> rows = [Month(f"2026-{n:02}", 0.0, 0.0, 2.0 * n, 2.0 * n, 2.0 * n, n) for n in range(1, 9)]
    >>> trend_slope(rows).value, trend_slope(rows).detail.direction, trend_slope(rows[:5]).value
    (2.0, 'rising', None)
    """
    used = [(n, row) for n, row in enumerate(rows) if row.name not in left_out][-MOST_COMPARED:]
    missing = tuple(row.name for row in rows if row.name in left_out)
    count = len(used)
    detail = TrendSlope(None, missing, weeks=count) if by == WEEK else TrendSlope(count, missing)
    name, unit = _SLOPE[by], UNITS[by]
    if count < FEWEST_MONTHS:
        return Finding(name, None, unit, reason=_too_few(count, by), detail=detail)
    x = [float(n) for n, _ in used]
    found = theil_sen(x, [row.reach_4 for _, row in used])
    bounds = [theil_sen(x, [getattr(row, end) for _, row in used]).value for end in ("low", "high")]
    direction = "rising" if found.low > 0 else "falling" if found.high < 0 else "none to be told"
    return Finding(
        name,
        found.value,
        unit,
        min(found.value, *bounds),
        max(found.value, *bounds),
        (found.low, found.high),
        detail=replace(detail, p=found.p, direction=direction),
    )


def trend_breaks(
    rows: Sequence[Month | Week],
    left_out: Set[str] = frozenset(),
    edges: Mapping[str, Sequence[str]] | None = None,
    *,
    seed: int = 1,
    by: str = MONTH,
) -> Finding:
    """Return how many times the level of monthly (or weekly) reach_4 changed; `detail` lists the `breaks`.

    Each has the first `month` of the new level, the median `before` and `after`, p, and `sources`: those whose
    data begins or ends there (`edges`), so that the change may be one of what was seen. Tenths of a person are the
    smallest that is looked at. Looks at the last 240 months, or 104 weeks, at most. See `breaks`.

    >>> rows = [Month(f"m{n:02}", 0.0, 0.0, 9.0 if n > 6 else 2.0, 0.0, 0.0, n) for n in range(14)]
    >>> trend_breaks(rows).detail.breaks[0].month
    'm07'
    """
    used = [row for row in rows if row.name not in left_out][-LONGEST[by] :]
    name, unit = _BREAKS[by], "changes of level"
    if len(used) < FEWEST_MONTHS:
        return Finding(name, None, unit, reason=_too_few(len(used), by))
    marks = tuple(
        LevelBreak(
            month=used[found.at].name,
            before=found.before,
            after=found.after,
            p=found.p,
            sources=_sources_at(used[found.at - 1].name, used[found.at].name, edges or {}),
        )
        for found in breaks([round(row.reach_4, 1) for row in used], seed=seed)
    )
    return Finding(name, float(len(marks)), unit, detail=TrendBreaks(marks))


def _too_few(whole: int, by: str) -> str:
    weeks, months = counted(whole, "whole week", "whole weeks"), counted(whole, "whole month", "whole months")
    held = weeks if by == WEEK else months
    why = because(
        "{months} with data from every source; {least} are needed", months=held, least=FEWEST_MONTHS
    )
    return because("too little to say: {why}", why=why)


def _sources_at(last: str, first: str, edges: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Name the sources that begin or end in the months, or weeks, on both sides of a break, or between them."""
    found = {source for month, sources in edges.items() if last <= month <= first for source in sources}
    return tuple(sorted(found))


@near_enough
@finds(
    trend_slope=Definition(
        "how many more people never met each month brings than the month before",
        label="Slope by month",
        meaning=(
            "By how many people never met each month differs from the one before (the median slope, "
            "Theil–Sen); months that are partly outside the window, or lack a source, are left out."
        ),
        unit="people more in each month",
        family="From month to month",
    ),
    trend_breaks=Definition(
        "how often the monthly level changed",
        label="Breaks",
        meaning="Months at which the level changed by more than shuffled months give.",
        unit="changes of level",
        family="From month to month",
    ),
    weekly_slope=Definition(
        "how many more people never met each week brings than the week before",
        label="Slope by week",
        meaning=(
            "By how many people never met each week, Monday to Sunday, differs from the one before (the median slope, "
            "Theil–Sen); weeks that are partly outside the window, or lack a source, are left out."
        ),
        unit="people more in each week",
        family="From month to month",
    ),
    weekly_breaks=Definition(
        "how often the weekly level changed",
        label="Breaks by week",
        meaning="Weeks at which the level changed by more than shuffled weeks give.",
        unit="changes of level",
        family="From month to month",
    ),
)
def movement(ego: Ego) -> dict[str, Finding]:
    """How reach beyond moves from month to month and from week to week: slopes, and where the level broke."""
    if not ego.dated:
        slopes = {name: Finding(name, None, UNITS[by], reason=NO_TIMES) for by, name in _SLOPE.items()}
        return slopes | {
            name: Finding(name, None, "changes of level", reason=NO_TIMES) for name in _BREAKS.values()
        }
    zone, seed = ego.settings.zone, ego.settings.seed
    rows = monthly(ego)
    held = months_by_source(ego.tables, zone)
    missing = gaps(held, [row.month for row in rows])
    left_out = partial_months(ego.window, zone) | missing.keys()
    edges = _edges(held, rows[0].month, rows[-1].month)
    slope, broken = trend_slope(rows, left_out), trend_breaks(rows, left_out, edges, seed=seed)
    detail = replace(
        slope.told(TrendSlope), gaps={month: tuple(sources) for month, sources in missing.items()}
    )
    return {"trend_slope": replace(slope, detail=detail), "trend_breaks": broken} | _by_week(ego, missing)


def _by_week(ego: Ego, missing: Mapping[str, Sequence[str]]) -> dict[str, Finding]:
    """Return slope and breaks by week; weeks that touch a month which a source lacks are left out."""
    zone, rows = ego.settings.zone, weekly(ego)
    gone = [cut for name, cut in months(ego.window, zone) if name in missing]
    left_out = {row.week for row in rows if not row.whole}
    left_out |= {
        name
        for name, week in calendar_weeks(ego.window, zone)
        if any(month.since < week.until and week.since < month.until for month in gone)
    }
    edges = _week_edges(ego, rows[0].week, rows[-1].week)
    return {
        "weekly_slope": trend_slope(rows, left_out, WEEK),
        "weekly_breaks": trend_breaks(rows, left_out, edges, seed=ego.settings.seed, by=WEEK),
    }


def _week_edges(ego: Ego, first: str, last: str) -> dict[str, list[str]]:
    """Return the weeks, inside the window, in which a source's data begins or ends."""
    spans: dict[str, list[int]] = defaultdict(list)
    for row in origins(ego.tables):
        spans[row["source"]] += [row["first"], row["last"]]
    edges = defaultdict(list)
    for source, times in sorted(spans.items()):
        for week in {week_of(time, ego.settings.zone) for time in (min(times), max(times))}:
            if first < week < last:
                edges[week].append(source)
    return edges


def _edges(held: Mapping[str, Set[str]], first: str, last: str) -> dict[str, list[str]]:
    """Return the months, inside the window, in which a source's data begins or ends."""
    edges = defaultdict(list)
    for source, names in held.items():
        for month in {min(names), max(names)}:
            if first < month < last:
                edges[month].append(source)
    return edges
