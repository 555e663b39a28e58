"""What the number would be by other readings: a picture."""

from __future__ import annotations

from matplotlib.axes import Axes

from influence.contract.details.robustness import Robustness
from influence.contract.findings import Finding, Report
from influence.contract.headline import mostly_unknown
from influence.contract.language import recognised, translated
from influence.contract.wording import number
from reports.figures import palette
from reports.figures.letters import SMALL, fitted, wide
from reports.figures.room import (
    NARROW,
    ROW,
    Room,
    held,
    in_points,
    own_axes,
    page_axes,
    row_height,
    say_nothing,
    tell,
)
from reports.figures.svg import Picture, house_style
from reports.story.chance import alternatives

MOST_ALTERNATIVES = 12
_PAD = 8.0


@house_style()
def plot_robustness(report: Report, ax: Axes | None = None) -> Axes:
    """Draw the headline and what it would be under each alternative, with its 95 % interval; return the axes.

    Where the headline is a range, since of most people nothing tells, there is no single number to compare with: the
    axes say so in words, as they do where no alternative is known.

    Raises:
        NothingToDraw: the report does not hold `robustness`.
    """
    finding = held(report, "robustness")
    rows = _counted_again(report)
    axes = own_axes(ax, (NARROW, _height(max(1, len(rows)))))
    if not rows:
        return say_nothing(axes, _why_not(report, finding))
    ends = [wide(number(value)) for _, value in rows]
    top = max(1.0, *(value for _, value in rows))
    unit = max(1.0, Room.of(axes).width - 3 * _PAD - max(ends)) / top
    in_points(axes, _PAD, unit)
    _band(axes, report, top)
    high = row_height(axes, len(rows))
    for place, row in enumerate(rows):
        _dot(axes, place, high, row, rows[0][1], unit)
    return axes


def robustness_picture(report: Report) -> Picture | None:
    """Make the page's picture of it; None where there is nothing to draw."""
    rows = _counted_again(report)
    if not rows:
        return None
    figure, axes = page_axes(NARROW, _height(len(rows)))
    plot_robustness(report, axes)
    described = "; ".join(_words(*row) for row in rows)
    return Picture(figure, translated("The headline, counted again"), described)


def _height(rows: int) -> float:
    return (ROW * rows) / 72


def _counted_again(report: Report) -> list[tuple[str, float]]:
    told = alternatives(report)[:MOST_ALTERNATIVES]
    headline = report.told("robustness", Robustness).reach_4
    if not told or headline is None or mostly_unknown(report):
        return []
    return [(translated("as reported"), headline), *told]


def _why_not(report: Report, finding: Finding) -> str:
    if mostly_unknown(report):
        return translated("The number is a range, so there is no single number to count again.")
    return recognised(finding.reason or "") or translated("No other reading is known.")


def _words(name: str, value: float) -> str:
    return f"{name}: {number(value)}"


def _band(axes: Axes, report: Report, top: float) -> None:
    """Shade the headline's 95 % interval, so that a move can be weighed against chance."""
    finding = report.findings.get("reach_4")
    if finding is not None and finding.interval:
        low, high = max(0.0, finding.interval[0]), min(finding.interval[1], 1.3 * top)
        high = min(high, axes.get_xlim()[1])
        axes.axvspan(low, high, color=palette.UNMET, alpha=0.14, linewidth=0)


def _dot(axes: Axes, place: int, high: float, row: tuple[str, float], headline: float, unit: float) -> None:
    name, value = row
    first, top = place == 0, place * high
    left, right = axes.get_xlim()
    colour, y = palette.UNMET if first else palette.INK, top + 0.7 * high
    if not first:
        axes.plot((headline, value), (y, y), color=palette.LINE, linewidth=1.6, zorder=2)
    axes.plot([value], [y], marker="D" if first else "o", markersize=6.5, color=colour, zorder=3)
    words = fitted(name, (right - left) * unit - 2 * _PAD)
    axes.text(0, top + 0.3 * high, words, va="center", fontsize=SMALL, color=palette.INK, parse_math=False)
    x = max(value, value if first else headline) + 1.3 * _PAD / unit
    axes.text(x, y, number(value), va="center", fontsize=SMALL, color=palette.MUTED, zorder=4)
    tell(axes, left, right, top, top + high, _words(*row))
