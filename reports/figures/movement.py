"""How the number moved against the period before, and in which spheres: a picture."""

from __future__ import annotations

from matplotlib.axes import Axes

from influence.contract.details.trend import AgainstBefore
from influence.contract.findings import Finding, Report
from influence.contract.language import message, recognised, translated
from influence.contract.wording import people
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
    say_nothing,
    tell,
)
from reports.figures.svg import Picture, house_style
from reports.story.sentences import say
from reports.story.spheres import sphere_name

MOST_SPHERES = 8
ALL = message("all spheres")
KEY = message("hollow: the period before · full: this period")
_PAD = 8.0
_KEY = 24.0  # points, above the rows
_Row = tuple[str, float, float]


@house_style()
def plot_movement(found: Finding | Report, ax: Axes | None = None) -> Axes:
    """Draw the people never met who responded before (hollow) and now (full), in all and by sphere; return the axes.

    The spheres that moved most are drawn. Where there is nothing to compare with, the axes say why.

    Raises:
        NothingToDraw: the finding is another, or the report does not hold `against_before`.
    """
    finding = held(found, "against_before")
    rows = _rows(finding)
    axes = own_axes(ax, (NARROW, _height(max(1, len(rows)))))
    if not rows:
        return say_nothing(axes, _why_not(finding))
    ends = max(wide(_moved(was, now)) for _, was, now in rows)
    top = max(1.0, *(max(was, now) for _, was, now in rows))
    unit = max(1.0, Room.of(axes).width - 3 * _PAD - ends) / top
    room = in_points(axes, _PAD, unit)
    high = min(ROW, (room.height - _KEY) / len(rows))
    key = fitted(translated(KEY), room.width - _PAD)
    axes.text(0, _KEY / 2, key, va="center", fontsize=SMALL, color=palette.MUTED)
    for place, row in enumerate(rows):
        _draw(axes, _KEY + place * high, high, row, unit)
    return axes


def movement_picture(report: Report) -> Picture | None:
    """Make the page's picture of it; None where there is nothing to draw."""
    finding = report.findings.get("against_before")
    rows = _rows(finding) if finding else []
    if finding is None or not rows:
        return None
    figure, axes = page_axes(NARROW, _height(len(rows)))
    plot_movement(finding, axes)
    described = " ".join(_words(row) for row in rows)
    return Picture(figure, translated("Against the period before"), described)


def _height(rows: int) -> float:
    return (ROW * rows + _KEY) / 72


def _rows(finding: Finding) -> list[_Row]:
    """Return everybody and the spheres that moved most; none where it cannot be told how it moved."""
    told = finding.told(AgainstBefore)
    if finding.value is None or told.was is None or told.now is None or told.mostly_unknown:
        return []
    moved = [(sphere_name(row.sphere), max(0.0, row.was), max(0.0, row.now)) for row in told.by_sphere]
    return [(translated(ALL), max(0.0, told.was), max(0.0, told.now)), *moved[:MOST_SPHERES]]


def _why_not(finding: Finding) -> str:
    if finding.value is not None and finding.told(AgainstBefore).mostly_unknown:
        return translated("Of most people nothing tells whether they were met, so no movement can be drawn.")
    return recognised(finding.reason or "") or translated("There is no period before to compare with.")


def _moved(was: float, now: float) -> str:
    return f"{people(was)} → {people(now)}"


def _words(row: _Row) -> str:
    name, was, now = row
    return str(say("{sphere}: {was} before, {now} now.", sphere=name, was=people(was), now=people(now)))


def _draw(axes: Axes, top: float, high: float, row: _Row, unit: float) -> None:
    name, was, now = row
    left, right = axes.get_xlim()
    y, paper = top + 0.7 * high, palette.PAPER
    axes.plot((was, now), (y, y), color=palette.UNMET, linewidth=2, alpha=0.5, zorder=2)
    axes.plot([was], [y], marker="o", markersize=7, color=paper, markeredgecolor=palette.UNKNOWN, zorder=3)
    axes.plot([now], [y], marker="D", markersize=6.5, color=palette.UNMET, zorder=4)
    words = fitted(name, (right - left) * unit - 2 * _PAD)
    axes.text(0, top + 0.3 * high, words, va="center", fontsize=SMALL, color=palette.INK, parse_math=False)
    x = max(was, now) + _PAD / unit
    axes.text(x, y, _moved(was, now), va="center", fontsize=SMALL, color=palette.MUTED)
    tell(axes, left, right, top, top + high, _words(row))
