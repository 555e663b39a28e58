"""Charts that a reader can edit: bars and lines whose data are the report's numbers, told apart without colour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from influence.contract.language import translated
from influence.contract.wording import people, plain
from reports.figures import palette
from reports.figures.palette import MARKS
from reports.formats.deck import Page
from reports.formats.tables import defused
from reports.formats.template import Room
from reports.story.charted import Bar, Both, Point
from reports.story.wording import shortened

_LABEL, _LONG_LABEL = 28, 44
_MANY_MONTHS, _MOST_TICKS = 18, 8
_SLATE = MARKS["team"].fill


def steps_chart(page: Page, room: Room, bars: Sequence[Bar], alt: str) -> None:
    """Draw the steps as bars, each in the colour that its people have in every picture."""
    colours = [_SLATE, palette.MET, palette.UNMET][-len(bars) :]
    _bars(page, room, bars, alt, colours)


def choices_chart(page: Page, room: Room, bars: Sequence[Bar], alt: str) -> None:
    """Draw the headline and what it would be under other choices."""
    _bars(page, room, bars, alt, [palette.UNMET, *[_SLATE] * (len(bars) - 1)])


def spheres_chart(page: Page, room: Room, rows: Sequence[Both], alt: str) -> None:
    """Draw by sphere whom the leader reaches and to how many they listen; a range as its two ends."""
    labels = [shortened(row.label, _LABEL) for row in rows]
    series = {translated("reached"): [row.reached.low for row in rows]}
    fills = [(palette.UNMET, False)]
    if not all(row.reached.certain for row in rows):
        series = {
            translated("reached, at least"): [row.reached.low for row in rows],
            translated("reached, at most"): [row.reached.high for row in rows],
        }
        fills.append((palette.UNMET, True))
    if any(row.heard for row in rows):
        series[translated("listened to")] = [row.heard for row in rows]
        fills.append((_SLATE, False))
    chart = _drawn(page, room, "BAR_CLUSTERED", labels, series, alt)
    _as_bars(chart, legend=len(series) > 1)
    for held, (colour, hatched) in zip(chart.plots[0].series, fills, strict=True):
        _paint(held.format.fill, colour, hatched=hatched)


def months_chart(page: Page, room: Room, points: Sequence[Point], alt: str) -> None:
    """Draw people never met month by month as a line between the two ends of its range, and people met."""
    from pptx.enum.chart import XL_LABEL_POSITION
    from pptx.enum.dml import MSO_LINE

    few, ranges_only = len(points) <= _MANY_MONTHS, all(point.unmet is None for point in points)
    labels = [point.label if few else point.month for point in points]
    series: dict[str, list[float | None]] = {translated("never met"): [point.unmet for point in points]}
    if any(point.low != point.high for point in points):
        series[translated("never met, at most")] = [point.high for point in points]
        series[translated("never met, at least")] = [point.low for point in points]
    series[translated("met")] = [point.met for point in points]
    series = {name: held for name, held in series.items() if any(value is not None for value in held)}
    chart = _drawn(page, room, "LINE_MARKERS", labels, series, alt)
    _axes(chart)
    _legend(chart)
    for held in chart.plots[0].series:
        held.smooth = False
        unmet, met = held.name == translated("never met"), held.name == translated("met")
        _lined(held, palette.MET if met else palette.UNMET, 2.5 if unmet else 1.25)
        held.format.line.dash_style = MSO_LINE.SOLID if unmet or met else MSO_LINE.DASH
        mark = "DIAMOND" if unmet else "CIRCLE" if met else "NONE"
        _marked(held, mark if few else "NONE", palette.MET if met else palette.UNMET)
        if few and (unmet or (ranges_only and not met)):
            shown = held.data_labels
            shown.show_value, shown.position = True, XL_LABEL_POSITION.ABOVE
            shown.number_format, shown.number_format_is_linked = number_format(), False
    _spaced(chart, len(points))


def number_format() -> str:
    """Return the format in which a chart writes people: whole, and fewer than one in words.

    >>> number_format()
    '[=0]0;[<1]"fewer than 1";#,##0'
    """
    few = people(0.3).replace('"', "")
    return f'[=0]0;[<1]"{few}";#,##0'


def _bars(page: Page, room: Room, bars: Sequence[Bar], alt: str, colours: Sequence[str]) -> None:
    """Draw a bar for each number; one of which only the ends are known is solid to the lower, hatched to the upper."""
    sure = all(bar.certain for bar in bars)
    labels = [shortened(bar.label, _LONG_LABEL) for bar in bars]
    if sure:
        series = {translated("people"): [bar.low for bar in bars]}
    else:
        labels = [f"{label}: {bar.words}" for label, bar in zip(labels, bars, strict=True)]
        series = {
            translated("at least"): [bar.low for bar in bars],
            translated("and at most so many more"): [bar.high - bar.low for bar in bars],
        }
    chart = _drawn(page, room, "BAR_CLUSTERED" if sure else "BAR_STACKED", labels, series, alt)
    _as_bars(chart, legend=not sure, labelled=sure)
    for place, held in enumerate(chart.plots[0].series):
        _paint(held.format.fill, _SLATE, hatched=place > 0)  # the legend shows this one
        for row, colour in enumerate(colours):
            _paint(held.points[row].format.fill, colour, hatched=place > 0)


def _drawn(
    page: Page,
    room: Room,
    kind: str,
    labels: Sequence[str],
    series: dict[str, list[float]] | dict[str, list[float | None]],
    alt: str,
) -> Any:
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE
    from pptx.util import Pt

    data = CategoryChartData(number_format="#,##0")
    data.categories = [_harmless(label) for label in labels]
    for name, values in series.items():
        data.add_series(name, values)
    frame = page.slide.shapes.add_chart(
        getattr(XL_CHART_TYPE, kind), room.left, room.top, room.width, room.height, data
    )
    frame.name = shortened(alt, 60)
    frame._element.nvGraphicFramePr.cNvPr.set("descr", plain(alt))
    chart = frame.chart
    chart.has_title = False
    chart.font.size = Pt(12)
    return chart


def _harmless(label: str) -> str:
    """Return a label that the chart's own workbook takes as text: no formula, no link."""
    text = str(defused(plain(label) or "–"))
    return f"'{text}" if ":" in text.split(" ")[0] or text.startswith("{") else text


def _as_bars(chart: Any, *, legend: bool, labelled: bool = True) -> None:
    from pptx.enum.chart import XL_LABEL_POSITION
    from pptx.util import Pt

    plot = chart.plots[0]
    plot.gap_width, plot.vary_by_categories = 60, False
    if labelled:
        plot.has_data_labels = True
        shown = plot.data_labels
        shown.show_value, shown.position = True, XL_LABEL_POSITION.OUTSIDE_END
        shown.number_format, shown.number_format_is_linked = number_format(), False
        shown.font.size = Pt(12)
        plot.overlap = -5
    chart.category_axis.reverse_order = True
    chart.value_axis.visible = not labelled
    _axes(chart)
    if legend:
        _legend(chart)
    else:
        chart.has_legend = False


def _axes(chart: Any) -> None:
    from pptx.enum.chart import XL_TICK_MARK
    from pptx.util import Pt

    value, category = chart.value_axis, chart.category_axis
    value.minimum_scale = 0
    value.has_major_gridlines = bool(value.visible)
    if value.visible:
        value.major_gridlines.format.line.color.rgb = _rgb(palette.LINE)
        value.tick_labels.number_format, value.tick_labels.number_format_is_linked = "#,##0", False
    value.format.line.fill.background()
    category.format.line.color.rgb = _rgb(palette.LINE)
    category.major_tick_mark = XL_TICK_MARK.NONE
    category.tick_labels.font.size = Pt(12)


def _legend(chart: Any) -> None:
    from pptx.enum.chart import XL_LEGEND_POSITION

    chart.has_legend = True
    chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False


def _spaced(chart: Any, months: int) -> None:
    """Name so few months that no two names run into each other."""
    every = -(-months // _MOST_TICKS)
    if every > 1:
        axis = chart.category_axis._element
        for tag in ("tickLblSkip", "tickMarkSkip"):
            held = axis.makeelement(f"{{{axis.nsmap['c']}}}{tag}", {"val": str(every)})
            before = axis.find("{*}noMultiLvlLbl")
            axis.insert(list(axis).index(before) if before is not None else len(axis), held)


def _lined(series: Any, colour: str, points: float) -> None:
    from pptx.util import Pt

    series.format.line.color.rgb, series.format.line.width = _rgb(colour), Pt(points)


def _marked(series: Any, mark: str, colour: str) -> None:
    from pptx.enum.chart import XL_MARKER_STYLE

    series.marker.style = getattr(XL_MARKER_STYLE, mark)
    if mark != "NONE":
        series.marker.size = 8
        series.marker.format.fill.solid()
        series.marker.format.fill.fore_color.rgb = _rgb(colour)
        series.marker.format.line.color.rgb = _rgb(colour)


def _paint(fill: Any, colour: str, *, hatched: bool) -> None:
    """Fill a bar; hatched where nothing tells, so that it is told apart without its colour."""
    from pptx.enum.dml import MSO_PATTERN

    if hatched:
        fill.patterned()
        fill.pattern = MSO_PATTERN.WIDE_UPWARD_DIAGONAL
        fill.fore_color.rgb, fill.back_color.rgb = _rgb(colour), _rgb(palette.PAPER)
        return
    fill.solid()
    fill.fore_color.rgb = _rgb(colour)


def _rgb(colour: str) -> Any:
    from pptx.dml.color import RGBColor

    return RGBColor.from_string(colour[1:].upper())
