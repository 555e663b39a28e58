"""How many could be reached, by steps and by days: a picture."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from influence.contract.details.reach import PossibleReach
from influence.contract.findings import Finding, Report
from influence.contract.language import recognised, translated
from influence.contract.wording import counted, number
from reports.figures import palette
from reports.figures.letters import SMALL, fitted, wide
from reports.figures.room import NARROW, held, in_points, own_axes, say_nothing, tell
from reports.figures.svg import house_style
from reports.story.sentences import say

_ROW = 30.0  # points
_PAD = 8.0
Cells = dict[tuple[float, float], int]


@house_style()
def plot_possible_reach(found: Finding | Report, ax: Axes | None = None) -> Axes:
    """Draw how many could have been reached, by how many steps (rows) and days a step (columns); return the axes.

    Where it cannot be told, the axes say why.

    Raises:
        NothingToDraw: the finding is another, or the report does not hold `possible_reach`.
    """
    finding = held(found, "possible_reach")
    cells = reachable(finding.told(PossibleReach).grid)
    steps, waits = (sorted({key[place] for key in cells}) for place in (0, 1))
    axes = own_axes(ax, (NARROW, _ROW * (len(steps) + 1.5) / 72))
    if not cells:
        return say_nothing(axes, recognised(finding.reason or "") or translated("cannot tell"))
    room = in_points(axes)
    names = [counted(step, "step", "steps") for step in steps]
    left = min(0.4 * room.width, max(map(wide, names)) + _PAD)
    across, high = (room.width - left) / len(waits), room.height / (len(steps) + 1)
    for place, wait in enumerate(waits):
        words = fitted(counted(wait, "day", "days"), across)
        _text(axes, left + (place + 0.5) * across, high / 2, words, palette.MUTED)
    for row, step in enumerate(steps):
        y = (row + 1) * high
        _text(axes, left - _PAD, y + high / 2, fitted(names[row], left), palette.MUTED, "right")
        for place, wait in enumerate(waits):
            if (step, wait) in cells:
                _cell(axes, (left + place * across, y, across, high), (step, wait), cells)
    return axes


def reachable(grid: Mapping[str, int]) -> Cells:
    """Read a grid by its keys "k,δ": how many through so many steps at most, within so many days each.

    >>> reachable({"2,7": 12, "no key": 3})
    {(2.0, 7.0): 12}
    """
    cells: Cells = {}
    for key, value in grid.items():
        step, _, wait = key.partition(",")
        with suppress(ValueError):  # a key that is no "k,δ"
            cells[(float(step), float(wait))] = value
    return cells


def _cell(axes: Axes, box: tuple[float, float, float, float], key: tuple[float, float], cells: Cells) -> None:
    x, y, across, high = box
    share = cells[key] / max(1, *cells.values())
    area = Rectangle(
        (x + 1, y + 1), across - 2, high - 2, linewidth=0, color=palette.MET, alpha=0.08 + 0.3 * share
    )
    axes.add_patch(area)
    _text(axes, x + across / 2, y + high / 2, fitted(number(cells[key]), across), palette.INK)
    words = say(
        "Through {steps} at most, within {days} each: {people}.",
        steps=counted(key[0], "step", "steps"),
        days=counted(key[1], "day", "days"),
        people=counted(cells[key], "person", "people"),
    )
    tell(axes, x, x + across, y, y + high, str(words))


def _text(axes: Axes, x: float, y: float, words: str, colour: str, across: str = "center") -> None:
    axes.text(x, y, words, ha=across, va="center", fontsize=SMALL, color=colour, parse_math=False)
