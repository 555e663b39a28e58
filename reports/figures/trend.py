"""Findings as figures: how sure the headline is, and how it moved by month."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from influence.contract.details.trend import TrendBreaks
from influence.contract.findings import Month, Report
from influence.contract.headline import month_unknown
from influence.contract.wording import between, people, short_month
from reports.figures import palette
from reports.figures.svg import Picture
from reports.story.story import in_month

SMALL = 9.5
"""Size of the small print in points."""


def trend_picture(report: Report) -> Picture | None:
    """Draw reach_4 by month with its bounds, and step 3 as a thin line; None without months.

    Months in which a source is missing are shaded, and a month that has no number breaks the line.
    """
    months = _numbered(report.trend)
    if not months:
        return None
    figure = Figure(figsize=(9.2, 3.5))
    axes = figure.add_axes((0.05, 0.13, 0.8, 0.82))
    _shade_missing(axes, report, min(months), max(months))
    _draw_trend(axes, months)
    _mark_breaks(axes, report, min(months), max(months))
    _name_ends(axes, months)
    _month_axis(axes, sorted(months))
    words = "; ".join(
        f"{row.month}: {in_month(row)}" + ("" if month_unknown(row) else f" ({between(row.low, row.high)})")
        for row in report.trend
    )
    return Picture(figure, "People never met who responded, by month", words)


def _numbered(trend: Sequence[Month]) -> dict[int, Month]:
    numbered = {ordinal: row for row in trend if (ordinal := _ordinal(row.month)) is not None}
    return dict(sorted(numbered.items()))


def _ordinal(month: str) -> int | None:
    year, _, of_year = month.partition("-")
    if not (year.isdecimal() and of_year.isdecimal() and 1 <= int(of_year) <= 12):
        return None
    return int(year) * 12 + int(of_year) - 1


def _shade_missing(axes: Axes, report: Report, first: int, last: int) -> None:
    missing = {_ordinal(month) for source in report.coverage for month in source.missing_months}
    for run in _runs(sorted(each for each in missing if each is not None and first <= each <= last)):
        axes.axvspan(run[0] - 0.5, run[-1] + 0.5, color=palette.TEAM_BAND, linewidth=0, zorder=0)
        axes.annotate(
            "a source\nis missing",
            ((run[0] + run[-1]) / 2, 1),
            xycoords=("data", "axes fraction"),
            xytext=(0, -4),
            textcoords="offset points",
            ha="center",
            va="top",
            fontsize=8,
            color=palette.MUTED,
        )


def _draw_trend(axes: Axes, months: dict[int, Month]) -> None:
    for run in _runs(list(months)):
        rows = [months[place] for place in run]
        axes.fill_between(
            run,
            [row.low for row in rows],
            [row.high for row in rows],
            color=palette.UNMET,
            alpha=0.16,
            linewidth=0,
        )
        _draw_numbers(axes, dict(zip(run, rows, strict=True)))
        if len(run) == 1:
            axes.vlines(run, rows[0].low, rows[0].high, color=palette.UNMET, alpha=0.3, linewidth=6)


def _draw_numbers(axes: Axes, months: dict[int, Month]) -> None:
    """Draw both sums where they say something: not in a month in which of most people nothing tells."""
    for run in _runs([place for place, row in months.items() if not month_unknown(row)]):
        rows = [months[place] for place in run]
        axes.plot(
            run, [row.reach_3 for row in rows], color=palette.MET, linewidth=1.4, marker="o", markersize=4
        )
        axes.plot(
            run, [row.reach_4 for row in rows], color=palette.UNMET, linewidth=2.4, marker="D", markersize=5.5
        )


def _mark_breaks(axes: Axes, report: Report, first: int, last: int) -> None:
    marked = [_ordinal(each.month) for each in report.told("trend_breaks", TrendBreaks).breaks]
    for place in (each for each in marked if each is not None and first < each <= last):
        axes.axvline(place - 0.5, color=palette.MUTED, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
        axes.annotate(
            "level changed",
            (place - 0.5, 1),
            xycoords=("data", "axes fraction"),
            xytext=(4, -4),
            textcoords="offset points",
            va="top",
            fontsize=8,
            color=palette.MUTED,
        )


def _runs(places: list[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for place in places:
        if runs and place == runs[-1][-1] + 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    return runs


def _name_ends(axes: Axes, months: dict[int, Month]) -> None:
    last, row = list(months.items())[-1]
    top = max(max(each.high, each.reach_4, each.reach_3) for each in months.values()) or 1.0
    axes.set_ylim(0, top * 1.15)
    if month_unknown(row):
        _name_end(axes, last, (row.low + row.high) / 2, f"never met  {in_month(row)}", palette.UNMET)
        return
    apart = 0.085 * top * 1.15
    never, met = row.reach_4, row.reach_3
    if abs(never - met) < apart:
        middle, sign = (never + met) / 2, 1 if never >= met else -1
        never, met = middle + sign * apart / 2, middle - sign * apart / 2
    _name_end(axes, last, never, f"never met  {people(row.reach_4)}", palette.UNMET)
    _name_end(axes, last, met, f"met  {people(row.reach_3, half_up=False)}", palette.MET)


def _name_end(axes: Axes, last: int, height: float, label: str, colour: str) -> None:
    axes.annotate(
        label,
        (last, height),
        xytext=(12, 0),
        textcoords="offset points",
        va="center",
        fontsize=10.5,
        color=colour,
        annotation_clip=False,
    )


def _month_axis(axes: Axes, places: list[int]) -> None:
    first, last = places[0], places[-1]
    step = max(1, -(-(last - first + 1) // 13))
    ticks = list(range(first, last + 1, step))
    axes.set_xticks(ticks, [_tick(place, place == first) for place in ticks])
    axes.set_xlim(first - 0.5, last + 0.5)
    axes.locator_params(axis="y", nbins=5, integer=True)
    axes.grid(axis="y", color=palette.LINE, linewidth=0.6, alpha=0.6)
    axes.set_axisbelow(True)
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(palette.LINE)
    axes.tick_params(colors=palette.MUTED, labelsize=SMALL, length=0, pad=6)


def _tick(place: int, with_year: bool) -> str:
    year, of_year = divmod(place, 12)
    return f"{short_month(of_year + 1)}\n{year}" if with_year or of_year == 0 else short_month(of_year + 1)
