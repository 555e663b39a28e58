"""How sure is it that they have met: a picture."""

from __future__ import annotations

import math

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from influence.contract import headline as lead
from influence.contract.findings import Finding, Report
from influence.contract.language import recognised, translated
from influence.contract.wording import number
from reports.figures import palette
from reports.figures.letters import SMALL
from reports.figures.room import NARROW, Room, own_axes, say_nothing, tell
from reports.figures.svg import Picture, house_style
from reports.story.sentences import headline

_ROW, _AXIS = 0.3, 0.36  # inches


@house_style()
def plot_sureness(report: Report, ax: Axes | None = None) -> Axes:
    """Draw the headline's one range, and apart from it what another run would give; return the axes.

    Where of most people nothing tells there is the range alone: no number in it, and no other run. Where there is
    neither, the axes say why in words.
    """
    finding = lead.headline(report)
    rows = _rows(report, finding)
    axes = own_axes(ax, (NARROW, _height(max(1, len(rows)))))
    if not _drawable(finding, rows):
        return say_nothing(axes, _why_not(finding))
    top = max(1.0, finding.value or 0.0, *(end for _, held in rows for end in held))
    _scale(axes, top, len(rows))
    for place, (kind, held) in enumerate(rows):
        _draw(axes, place, kind, held)
        tell(axes, 0.0, 1.06 * top, place - 0.45, place + 0.45, _row_words(report, kind))
    if finding.value is not None and not lead.mostly_unknown(report):
        axes.plot(
            [finding.value], [0], marker="D", markersize=7, color=palette.UNMET, markeredgecolor=palette.PAPER
        )
    return axes


def sureness_picture(report: Report) -> Picture | None:
    """Make the page's picture of it; None where there is nothing to draw."""
    finding = lead.headline(report)
    rows = _rows(report, finding)
    if not _drawable(finding, rows):
        return None
    height = _height(len(rows))
    figure = Figure(figsize=(NARROW, height))
    plot_sureness(report, figure.add_axes((0.02, _AXIS / height, 0.96, 1 - _AXIS / height)))
    words = headline(report)
    parts = (f"{words.text} {words.unit}", lead.depending(report), lead.again(report))
    described = "; ".join(each for each in parts if each)
    return Picture(figure, translated("How sure the number is"), f"{described}.")


def _height(rows: int) -> float:
    return _AXIS + _ROW * rows


def _drawable(finding: Finding, rows: list[tuple[str, tuple[float, float]]]) -> bool:
    return bool(
        finding.value is not None
        and any((finding.value, *(end for _, held in rows for end in held)))
        and rows
    )


def _why_not(finding: Finding) -> str:
    if finding.value is None:
        return recognised(finding.reason or "") or translated("cannot tell")
    return translated("nobody responded") if not finding.value else translated("There is no range to draw.")


def _row_words(report: Report, kind: str) -> str:
    return lead.depending(report) if kind == "bounds" else lead.again(report)


def _rows(report: Report, finding: Finding) -> list[tuple[str, tuple[float, float]]]:
    """Return the ranges within what can be: nobody is the least."""
    held = lead.bounds(finding)
    again = finding.interval if lead.again(report) and not lead.mostly_unknown(report) else None
    rows = [("bounds", held)] if held and lead.unknown(report)[0] else []
    rows += [("again", again)] if again and all(map(math.isfinite, again)) else []
    return [(kind, (max(0.0, low), max(0.0, high))) for kind, (low, high) in rows]


def _scale(axes: Axes, top: float, rows: int) -> None:
    axes.set(xlim=(-0.015 * top, 1.06 * top), ylim=(rows - 0.4, -0.6), yticks=[])
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(palette.LINE)
    axes.locator_params(axis="x", nbins=max(1, min(6, int(Room.of(axes).width / 70))), integer=True)
    axes.xaxis.set_major_formatter(lambda value, _: number(value))
    axes.tick_params(axis="x", colors=palette.MUTED, labelsize=SMALL, length=3, color=palette.LINE)


def _draw(axes: Axes, place: int, kind: str, held: tuple[float, float]) -> None:
    if kind == "again":
        axes.plot(held, (place, place), color=palette.UNMET, alpha=0.28, linewidth=9, solid_capstyle="butt")
        return
    axes.plot(held, (place, place), color=palette.UNMET, linewidth=2.2)
    for end in held:
        axes.plot((end, end), (place - 0.25, place + 0.25), color=palette.UNMET, linewidth=2.2)
