"""How sure is it that they have met: a picture."""

from __future__ import annotations

import math

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from influence.contract import headline as lead
from influence.contract.findings import Finding, Report
from reports.figures import palette
from reports.figures.spheres import WIDTH
from reports.figures.svg import Picture
from reports.figures.trend import SMALL
from reports.story.sentences import headline


def sureness_picture(report: Report) -> Picture | None:
    """Draw the headline's one range, and apart from it what another run would give; None where it has neither.

    Where of most people nothing tells there is the range alone: no number in it, and no other run.
    """
    finding = lead.headline(report)
    rows = _rows(report, finding)
    if (
        finding.value is None
        or not rows
        or not any((finding.value, *(end for _, held in rows for end in held)))
    ):
        return None
    figure = Figure(figsize=(WIDTH, 0.35 + 0.3 * len(rows)))
    tall = 0.3 * len(rows) / (0.35 + 0.3 * len(rows))
    axes = figure.add_axes((0.02, 1 - tall, 0.96, 0.98 * tall))
    _scale(axes, max(1.0, finding.value, *(end for _, held in rows for end in held)), len(rows))
    for place, (kind, held) in enumerate(rows):
        _draw(axes, place, kind, held)
    if not lead.mostly_unknown(report):
        axes.plot(
            [finding.value], [0], marker="D", markersize=7, color=palette.UNMET, markeredgecolor=palette.PAPER
        )
    return Picture(figure, "How sure the number is", "; ".join(_described(report)) + ".")


def _rows(report: Report, finding: Finding) -> list[tuple[str, tuple[float, float]]]:
    """Return the ranges within what can be: nobody is the least."""
    held = lead.bounds(finding)
    again = finding.interval if lead.again(report) and not lead.mostly_unknown(report) else None
    rows = [("bounds", held)] if held and lead.unknown(report)[0] else []
    rows += [("again", again)] if again and all(map(math.isfinite, again)) else []
    return [(kind, (max(0.0, low), max(0.0, high))) for kind, (low, high) in rows]


def _described(report: Report) -> list[str]:
    words = headline(report)
    return [
        each for each in (f"{words.text} {words.unit}", lead.depending(report), lead.again(report)) if each
    ]


def _scale(axes: Axes, top: float, rows: int) -> None:
    axes.set(xlim=(-0.015 * top, 1.06 * top), ylim=(rows - 0.4, -0.6), yticks=[])
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(palette.LINE)
    axes.locator_params(axis="x", nbins=6, integer=True)
    axes.tick_params(axis="x", colors=palette.MUTED, labelsize=SMALL, length=3, color=palette.LINE)


def _draw(axes: Axes, place: int, kind: str, held: tuple[float, float]) -> None:
    if kind == "again":
        axes.plot(held, (place, place), color=palette.UNMET, alpha=0.28, linewidth=9, solid_capstyle="butt")
        return
    axes.plot(held, (place, place), color=palette.UNMET, linewidth=2.2)
    for end in held:
        axes.plot((end, end), (place - 0.25, place + 0.25), color=palette.UNMET, linewidth=2.2)
