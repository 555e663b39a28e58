"""How sure is it that they have met: a picture."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from influence.contract.findings import Finding, Report
from reports.figures import palette
from reports.figures.svg import Picture
from reports.figures.trend import SMALL
from reports.story.sentences import headline


def sureness_picture(report: Report) -> Picture | None:
    """Draw the headline with its bounds and its 95 % interval; None where it has neither."""
    finding = report.findings.get("reach_4") or report.findings.get("reach_beyond")
    if finding is None or finding.value is None or (finding.interval is None and finding.low is None):
        return None
    if not any((finding.value, finding.high, *(finding.interval or ()))):
        return None
    lead = headline(report)
    figure = Figure(figsize=(7.2, 1.25))
    axes = figure.add_axes((0.015, 0.3, 0.97, 0.68))
    _scale(axes, finding)
    _draw_sureness(axes, finding)
    description = (
        f"{lead.text} people, bounds {lead.bounds or 'none'}, 95 % interval {lead.interval or 'none'}."
    )
    return Picture(figure, "How sure the number is", description)


def _scale(axes: Axes, finding: Finding) -> None:
    value = finding.value or 0.0
    top = max(value, finding.high or 0.0, *(finding.interval or (0.0,)), 1.0)
    axes.set(xlim=(-0.015 * top, 1.06 * top), ylim=(-1, 1), yticks=[])
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(palette.LINE)
    axes.locator_params(axis="x", nbins=6, integer=True)
    axes.tick_params(axis="x", colors=palette.MUTED, labelsize=SMALL + 1.5, length=3, color=palette.LINE)


def _draw_sureness(axes: Axes, finding: Finding) -> None:
    value = finding.value or 0.0
    if finding.interval:
        axes.plot(
            finding.interval, (0, 0), color=palette.UNMET, alpha=0.28, linewidth=11, solid_capstyle="butt"
        )
    if finding.low is not None and finding.high is not None:
        axes.plot((finding.low, finding.high), (0, 0), color=palette.UNMET, linewidth=2.2)
        for end in (finding.low, finding.high):
            axes.plot((end, end), (-0.3, 0.3), color=palette.UNMET, linewidth=2.2)
    axes.plot([value], [0], marker="D", markersize=8, color=palette.UNMET, markeredgecolor=palette.PAPER)
