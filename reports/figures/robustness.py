"""What the number would be by other readings: a picture."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from influence.contract.details.robustness import Robustness
from influence.contract.findings import Report
from influence.contract.headline import mostly_unknown
from influence.contract.wording import number
from reports.figures import palette
from reports.figures.spheres import WIDTH, frame
from reports.figures.svg import Picture
from reports.story.chance import alternatives
from reports.story.wording import shortened

MOST_ALTERNATIVES = 12


def robustness_picture(report: Report) -> Picture | None:
    """Draw the headline and what it would be under each alternative; None where none is known.

    Where the headline is a range, since of most people nothing tells, there is no single number to compare with.
    """
    told = alternatives(report)[:MOST_ALTERNATIVES]
    headline = report.told("robustness", Robustness).reach_4
    if not told or headline is None or mostly_unknown(report):
        return None
    rows = [("as reported", headline), *told]
    figure = Figure(figsize=(WIDTH, 0.29 * len(rows) + 0.5))
    axes = figure.add_axes(
        (0.56, 0.36 / (0.29 * len(rows) + 0.5), 0.29, 0.97 - 0.36 / (0.29 * len(rows) + 0.5))
    )
    top = max(max(value for _, value in rows), 1.0)
    _band(axes, report, top)
    for place, (name, value) in enumerate(rows):
        _dot(axes, place, name, value, headline)
    frame(axes, len(rows), top)
    described = "; ".join(f"{name}: {number(value)}" for name, value in rows)
    return Picture(figure, "The headline, counted again", described)


def _band(axes: Axes, report: Report, top: float) -> None:
    """Shade the headline's 95 % interval, so that a move can be weighed against chance."""
    finding = report.findings.get("reach_4")
    if finding is not None and finding.interval:
        axes.axvspan(
            max(0.0, finding.interval[0]), min(finding.interval[1], 1.3 * top), color=palette.UNMET, alpha=0.14,
            linewidth=0,
        )  # fmt: skip


def _dot(axes: Axes, place: int, name: str, value: float, headline: float) -> None:
    first = place == 0
    colour = palette.UNMET if first else palette.INK
    if not first:
        axes.plot((headline, value), (place, place), color=palette.LINE, linewidth=1.6, zorder=2)
    axes.plot([value], [place], marker="D" if first else "o", markersize=6.5, color=colour, zorder=3)
    axes.annotate(
        shortened(name, 40),
        (0, place),
        xycoords=("axes fraction", "data"),
        xytext=(-8, 0),
        textcoords="offset points",
        ha="right",
        va="center",
        fontsize=9.5,
        color=palette.INK,
        parse_math=False,
    )
    axes.annotate(
        number(value).replace("fewer than ", "<"),
        (1, place),
        xycoords=("axes fraction", "data"),
        xytext=(8, 0),
        textcoords="offset points",
        va="center",
        fontsize=9.5,
        color=palette.INK,
    )
