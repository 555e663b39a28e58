"""The number by week or by month: a picture."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import TypeAlias

from matplotlib.axes import Axes

from influence.contract.details.trend import TrendBreaks
from influence.contract.findings import MONTH, WEEK, Month, Report, Week
from influence.contract.headline import month_unknown
from influence.contract.language import message, translated
from influence.contract.wording import between, number, people, short_day, short_month
from reports.figures import palette
from reports.figures.letters import LINE, SMALL, wide, wrapped
from reports.figures.room import NARROW, WIDE, Room, count_upwards, own_axes, page_axes, say_nothing, tell
from reports.figures.svg import Picture, house_style
from reports.story.movement import in_month, rows, when
from reports.story.sentences import say

MISSING = message("shaded: a source is missing")
CHANGED = message("dashed: the level changed")
_MISSING = {
    False: message("A source is missing in this month."),
    True: message("A source is missing in the month of this week."),
}
_ANOTHER = {
    False: message("From this month on the level is another."),
    True: message("From this week on the level is another."),
}
_TITLE = {
    MONTH: message("People never met who responded, by month"),
    WEEK: message("People never met who responded, by week"),
}
MOST = {MONTH: 1200, WEEK: 104}
"""So many months or weeks, the last ones, are drawn: more weeks would be a blur."""
_Row: TypeAlias = Month | Week
_WEEK_STEPS = (1, 2, 4, 8, 13, 26, 52)
_STEPS = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200)
_HEADROOM = 0.06
_PAD = 12.0


@house_style()
def plot_trend(report: Report, ax: Axes | None = None, *, by: str | None = None) -> Axes:
    """Draw the people never met who responded, by week or month, with their range, and those met; return the axes.

    It is drawn `by` "week" or "month", as the report is told where neither is asked for; by week the whole weeks of the
    last two years. Months in which a source is missing are shaded, a dashed line stands where the level changed, and a
    month that has no number breaks the line. Without dated months the axes say so in words. The axes' x are months, the
    year times twelve and the month from nought, or weeks since the year 1.
    """
    by = by or report.by
    months = _numbered(report, by)
    axes = own_axes(ax, (WIDE, 3.6))
    if not months:
        return say_nothing(axes, translated("There are no dated responses to follow from month to month."))
    first, last = min(months), max(months)
    shaded, broken = _missing(report, first, last, by), _broken(report, first, last, by)
    _shade(axes, shaded)
    _draw_trend(axes, months)
    _mark(axes, broken)
    _axes(axes, months, by)
    _name_ends(axes, months)
    _key(axes, _key_lines(report, months, Room.of(axes).width, by))
    top = axes.get_ylim()[1]
    for place, row in months.items():
        tell(
            axes,
            place - 0.5,
            place + 0.5,
            0,
            top,
            _words(row, missing=place in shaded, broken=place in broken),
        )
    return axes


def trend_picture(report: Report, *, narrow: bool = False, by: str | None = None) -> Picture | None:
    """Make the page's picture of it, as the report is told or by week or month; None where there is none to draw."""
    by = by or report.by
    months = _numbered(report, by)
    if not months:
        return None
    width, height = (NARROW, 4.0) if narrow else (WIDE, 3.6)
    figure, axes = page_axes(width, height)
    tallest = max(max(row.high, row.reach_4, row.reach_3) for row in months.values())
    across, high = 72 * width, 72 * height
    left, below = wide(number(tallest)) + _PAD, 3.2 * SMALL
    above = (1 + LINE * len(_key_lines(report, months, across - left, by))) * SMALL
    axes.set_position((left / across, below / high, 1 - left / across, 1 - (below + above) / high))
    plot_trend(report, axes, by=by)
    described = " ".join(_words(row) for row in months.values())
    return Picture(figure, translated(_TITLE[by]), described)


def other_picture(report: Report, *, narrow: bool = False) -> Picture | None:
    """Make the picture by month of a report that is told by week, and the other way round."""
    return trend_picture(report, narrow=narrow, by=other(report))


def other(report: Report) -> str:
    """Return by what a report is not told first: by month where it is by week."""
    return MONTH if report.by == WEEK else WEEK


def _numbered(report: Report, by: str) -> dict[int, _Row]:
    whole = [row for row in rows(report, by) if not isinstance(row, Week) or row.whole]
    numbered = {ordinal: row for row in whole if (ordinal := _ordinal(row.name)) is not None}
    return dict(sorted(numbered.items())[-MOST[by] :])


def _ordinal(month: str) -> int | None:
    """Number a month, or a week, so that the next one is one more."""
    if "W" in month:
        with suppress(ValueError):
            return (date.fromisoformat(f"{month}-1").toordinal() - 1) // 7
        return None
    year, _, of_year = month.partition("-")
    if not (year.isdecimal() and of_year.isdecimal() and 1 <= int(of_year) <= 12):
        return None
    return int(year) * 12 + int(of_year) - 1


def _words(row: _Row, *, missing: bool = False, broken: bool = False) -> str:
    """Say one month: never met with its range, met, and what stands in the way of comparing it."""
    dated, never, within = when(row), in_month(row), between(row.low, row.high)
    met = people(row.reach_3, half_up=False)
    if month_unknown(row):
        told = [say("{month}: {n} never met.", month=dated, n=never)]
    elif within == never:
        told = [say("{month}: {n} never met, {met} met.", month=dated, n=never, met=met)]
    else:
        words = {"month": dated, "n": never, "within": within, "met": met}
        told = [say("{month}: {n} never met (range {within}), {met} met.", **words)]
    weekly = isinstance(row, Week)
    told += [say(_MISSING[weekly])] if missing else []
    told += [say(_ANOTHER[weekly])] if broken else []
    return " ".join(map(str, told))


def _missing(report: Report, first: int, last: int, by: str) -> set[int]:
    """Return the months in which a source is missing, or the weeks that touch one."""
    months = {_ordinal(month) for source in report.coverage for month in source.missing_months}
    missing = _weeks_of({each for each in months if each is not None}) if by == WEEK else months
    return {each for each in missing if each is not None and first <= each <= last}


def _weeks_of(months: set[int]) -> set[int | None]:
    """Return the weeks of which any day lies in one of some months."""
    found: set[int | None] = set()
    for month in months:
        edges = (date(one // 12, one % 12 + 1, 1).toordinal() - 1 for one in (month, month + 1))
        begin, end = edges
        found |= set(range(begin // 7, (end - 1) // 7 + 1))
    return found


def _broken(report: Report, first: int, last: int, by: str) -> set[int]:
    """Return the months, or weeks, from which on the level is another."""
    name = "weekly_breaks" if by == WEEK else "trend_breaks"
    marked = {_ordinal(each.month) for each in report.told(name, TrendBreaks).breaks}
    return {each for each in marked if each is not None and first < each <= last}


def _shade(axes: Axes, shaded: set[int]) -> None:
    for run in _runs(sorted(shaded)):
        axes.axvspan(run[0] - 0.5, run[-1] + 0.5, color=palette.TEAM_BAND, linewidth=0, zorder=0)


def _mark(axes: Axes, broken: set[int]) -> None:
    for place in sorted(broken):
        axes.axvline(place - 0.5, color=palette.MUTED, linewidth=1, linestyle=(0, (4, 3)), zorder=1)


def _draw_trend(axes: Axes, months: dict[int, _Row]) -> None:
    for run in _runs(list(months)):
        rows = [months[place] for place in run]
        low, high = [row.low for row in rows], [row.high for row in rows]
        axes.fill_between(run, low, high, color=palette.UNMET, alpha=0.16, linewidth=0)
        _draw_numbers(axes, dict(zip(run, rows, strict=True)))
        if len(run) == 1:
            axes.vlines(run, rows[0].low, rows[0].high, color=palette.UNMET, alpha=0.3, linewidth=6)


def _draw_numbers(axes: Axes, months: dict[int, _Row]) -> None:
    """Draw both sums where they say something: not in a month in which of most people nothing tells."""
    for run in _runs([place for place, row in months.items() if not month_unknown(row)]):
        rows = [months[place] for place in run]
        met, never = [row.reach_3 for row in rows], [row.reach_4 for row in rows]
        axes.plot(run, met, color=palette.MET, linewidth=1.4, marker="o", markersize=4)
        axes.plot(run, never, color=palette.UNMET, linewidth=2.4, marker="D", markersize=5.5)


def _runs(places: list[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for place in places:
        if runs and place == runs[-1][-1] + 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    return runs


def _axes(axes: Axes, months: dict[int, _Row], by: str) -> None:
    """Scale both axes: on the right room for the names of the lines, below as many months as there is room for."""
    first, last, width = min(months), max(months), Room.of(axes).width
    names = max(wide(line) for _, words in _ends(months) for line in words) + 1.5 * _PAD
    of_one = max(1.0, width - names) / (last - first + 1)
    axes.set_xlim(first - 0.5, first - 0.5 + width / of_one)
    top = max(max(each.high, each.reach_4, each.reach_3) for each in months.values()) or 1.0
    axes.set_ylim(0, top * (1 + _HEADROOM))
    ticks = _week_ticks(first, last, of_one) if by == WEEK else _ticks(first, last, of_one)
    axes.set_xticks(ticks, _tick_words(ticks, by))
    count_upwards(axes)


def _ticks(first: int, last: int, of_one: float) -> list[int]:
    """Choose the months that are named, January among them, so far apart that no two names meet."""
    widest = max(wide(short_month(of_year)) for of_year in range(1, 13))
    apart = max(widest, wide("2026")) + 0.6 * _PAD
    step = next((step for step in _STEPS if step * of_one >= apart), _STEPS[-1])
    ticks = [place for place in range(first, last + 1) if place % step == 0]
    return ticks or [first]


def _week_ticks(first: int, last: int, of_one: float) -> list[int]:
    """Choose the weeks that are named, so far apart that no two names meet, the last one among them."""
    widest = max(wide(_short_day(week)) for week in range(first, last + 1))
    step = next((step for step in _WEEK_STEPS if step * of_one >= widest + 0.6 * _PAD), _WEEK_STEPS[-1])
    return list(range(last, first - 1, -step))[::-1]


def _monday(week: int) -> date:
    return date.fromordinal(7 * week + 1)


def _short_day(week: int) -> str:
    return short_day(_monday(week).month, _monday(week).day)


def _tick_words(ticks: list[int], by: str) -> list[str]:
    """Name what is marked: the year stands with the first of it."""
    if by == MONTH:
        return [_tick(place, place == ticks[0]) for place in ticks]
    years = [None, *(_monday(place).year for place in ticks)]
    return [
        f"{_short_day(place)}\n{_monday(place).year}" if _monday(place).year != year else _short_day(place)
        for place, year in zip(ticks, years, strict=False)
    ]


def _tick(place: int, with_year: bool) -> str:
    year, of_year = divmod(place, 12)
    return f"{short_month(of_year + 1)}\n{year}" if with_year or of_year == 0 else short_month(of_year + 1)


def _ends(months: dict[int, _Row]) -> list[tuple[str, tuple[str, str]]]:
    """Name the lines behind the last month: in which colour, and what with which number."""
    row = months[max(months)]
    never = (
        palette.UNMET,
        (translated("never met"), in_month(row) if month_unknown(row) else people(row.reach_4)),
    )
    if month_unknown(row):
        return [never]
    return [never, (palette.MET, (translated("met"), people(row.reach_3, half_up=False)))]


def _name_ends(axes: Axes, months: dict[int, _Row]) -> None:
    """Write the names beside their lines' ends, apart from one another and inside the axes."""
    last, row = max(months), months[max(months)]
    high, top = axes.get_ylim()[1], Room.of(axes).height
    line = SMALL * LINE
    heights = [(row.low + row.high) / 2] if month_unknown(row) else [row.reach_4, row.reach_3]
    at = [min(max(height / high * top, line), top - line) for height in heights]
    if len(at) == 2 and abs(at[0] - at[1]) < 2.1 * line:
        upper = 0 if at[0] >= at[1] else 1
        middle = min(max((at[0] + at[1]) / 2, 2.1 * line), top - 2.1 * line)
        at[upper], at[1 - upper] = middle + 1.05 * line, middle - 1.05 * line
    for (colour, words), height in zip(_ends(months), at, strict=True):
        axes.annotate(
            "\n".join(words), (last + 0.5, height / top * high), xytext=(0, 0), textcoords="offset points",
            va="center", fontsize=SMALL, linespacing=LINE, color=colour, annotation_clip=False,
        )  # fmt: skip


def _key_lines(report: Report, months: dict[int, _Row], room: float, by: str) -> list[str]:
    """Say what shades and dashes mean, where there are any, in lines of a width in points."""
    first, last = min(months), max(months)
    found = ((MISSING, _missing(report, first, last, by)), (CHANGED, _broken(report, first, last, by)))
    return wrapped(" · ".join(translated(words) for words, there in found if there), room)


def _key(axes: Axes, lines: list[str]) -> None:
    """Write the key above the axes."""
    axes.annotate(
        "\n".join(lines), (0, 1), xycoords="axes fraction", xytext=(0, 6), textcoords="offset points",
        va="bottom", fontsize=SMALL, linespacing=LINE, color=palette.MUTED, annotation_clip=False,
    )  # fmt: skip
