"""Walls between departments: who responds to whom, against what chance alone gives: a picture."""

from __future__ import annotations

from math import log2

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from influence.contract.details.organisation import Between, Walls
from influence.contract.findings import Finding, Report
from influence.contract.language import recognised, translated
from influence.contract.wording import counted, number
from reports.figures import palette
from reports.figures.letters import SMALL, fitted, wide
from reports.figures.room import (
    NARROW,
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
from reports.story.sentences import say

MOST_DEPARTMENTS = 7
_ROW, _GAP, _PAD, _DEEPEST = 32.0, 1.5, 8.0, 3.0
_NAMES = 0.4
"""Which part of the width the names may take."""


@house_style()
def plot_walls(found: Finding | Report, ax: Axes | None = None) -> Axes:
    """Draw how many times as many pairs of two departments respond as chance would have it; return the axes.

    The departments with most pairs are drawn, each with a number that heads its column. Where there are none, the axes
    say why.

    Raises:
        NothingToDraw: the finding is another, or the report does not hold `walls`.
    """
    finding = held(found, "walls")
    names, cells = _drawn(finding)
    axes = own_axes(ax, (NARROW, _height(max(1, len(names)))))
    if not names:
        return say_nothing(axes, _why_not(finding))
    room = in_points(axes)
    high = row_height(axes, len(names) + 1, _ROW)
    left = min(_NAMES * room.width, max(wide(_numbered(*each)) for each in enumerate(names)) + _PAD)
    across = (room.width - left) / len(names)
    for place, name in enumerate(names):
        _name(axes, place, name, Room(left, high), across)
    for (row, column), cell in cells.items():
        _cell(axes, cell, left + column * across, (row + 1) * high, Room(across, high))
    return axes


def walls_picture(report: Report) -> Picture | None:
    """Make the page's picture of it; None where there is nothing to draw."""
    finding = report.findings.get("walls")
    names, cells = _drawn(finding) if finding else ([], {})
    if finding is None or not names:
        return None
    figure, axes = page_axes(NARROW, _height(len(names)))
    plot_walls(finding, axes)
    return Picture(figure, translated("Between departments"), " ".join(map(_words, cells.values())))


def _height(departments: int) -> float:
    return _ROW * (departments + 1) / 72


def _drawn(finding: Finding) -> tuple[list[str], dict[tuple[int, int], Between]]:
    """Return the departments with most pairs, and their cells by row and column, each pair of departments once."""
    told = [one for one in finding.told(Walls).between if one.pairs is not None and one.expected is not None]
    pairs: dict[str, int] = {}
    for one in told:
        for name in {one.one, one.other}:
            pairs[name] = pairs.get(name, 0) + (one.pairs or 0)
    names = sorted(sorted(pairs, key=lambda name: (-pairs[name], name))[:MOST_DEPARTMENTS])
    if finding.value is None or len(names) < 2:
        return [], {}
    place = {name: at for at, name in enumerate(names)}
    shown = [one for one in told if one.one in place and one.other in place]
    corners = [sorted((place[one.one], place[one.other]), reverse=True) for one in shown]
    return names, {(row, column): one for (row, column), one in zip(corners, shown, strict=True)}


def _why_not(finding: Finding) -> str:
    return recognised(finding.reason or "") or translated("The departments are too small to be drawn.")


def _numbered(place: int, name: str) -> str:
    return f"{place + 1}  {name}"


def _times(one: Between) -> float | None:
    return (one.pairs or 0) / one.expected if one.expected else None


def _words(one: Between) -> str:
    pairs = counted(one.pairs or 0, "pair", "pairs")
    expected = number(one.expected or 0, "pairs")
    if one.one == one.other:
        return str(
            say("Within {name}: {pairs}, {expected} by chance.", name=one.one, pairs=pairs, expected=expected)
        )
    return str(
        say("{one} and {other}: {pairs}, {expected} by chance.", one=one.one, other=one.other, pairs=pairs,
            expected=expected)
    )  # fmt: skip


def _name(axes: Axes, place: int, name: str, room: Room, across: float) -> None:
    """Write a department's name before its row, and its number over its column."""
    words = fitted(_numbered(place, name), room.width - _PAD)
    row, top = (place + 1.5) * room.height, 0.6 * room.height
    axes.text(0, row, words, va="center", fontsize=SMALL, color=palette.INK, parse_math=False)
    middle = room.width + (place + 0.5) * across
    axes.text(middle, top, str(place + 1), ha="center", va="center", fontsize=SMALL, color=palette.MUTED)


def _cell(axes: Axes, one: Between, left: float, top: float, room: Room) -> None:
    times = _times(one)
    depth = 0.0 if times is None else min(1.0, abs(log2(max(times, 2**-_DEEPEST))) / _DEEPEST)
    colour = palette.MET if times is not None and times > 1 else palette.UNMET
    axes.add_patch(
        Rectangle((left, top), room.width - _GAP, room.height - _GAP, facecolor=colour, alpha=0.06 + 0.54 * depth,
                  linewidth=0)
    )  # fmt: skip
    words = "–" if times is None else number(round(times, 1), "times")
    axes.text(
        left + room.width / 2, top + room.height / 2, words, ha="center", va="center", fontsize=SMALL,
        color=palette.INK,
    )  # fmt: skip
    tell(axes, left, left + room.width, top, top + room.height, _words(one))
