"""Where a picture is drawn: the user's axes or our own, how much room they have, and a picture of nothing."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

from influence.contract.errors import InfluenceError
from influence.contract.findings import Finding, Report
from influence.contract.language import translated
from influence.contract.wording import number, plain
from reports.figures import palette
from reports.figures.letters import LINE, SMALL, wrapped

WIDE, NARROW = 9.6, 4.9
"""Inches across: on a page, and on a telephone, where a point is then a pixel."""
ROW = 40.0
"""How many points high a row is: a name, and its dots below."""
TOLD = "told: "
"""What the name of a mark begins with that tells something: the words are the rest."""
_SMALL_ROOM = 480.0


class NothingToDraw(InfluenceError):
    """The report does not hold what the picture shows; the sentence names it."""


@dataclass(frozen=True)
class Room:
    """How many points wide and high the axes are."""

    width: float
    height: float

    @property
    def narrow(self) -> bool:
        """Whether it is that of a telephone: few labels, names in a list below."""
        return self.width < _SMALL_ROOM

    @classmethod
    def of(cls, axes: Axes) -> Room:
        """Measure axes as they stand now."""
        return cls(axes.bbox.width * 72 / axes.figure.dpi, axes.bbox.height * 72 / axes.figure.dpi)


def own_axes(ax: Axes | None, size: tuple[float, float]) -> Axes:
    """Return the axes given; where none are, those of a new figure of that size that a notebook shows."""
    if ax is not None:
        return ax
    from matplotlib import pyplot as plt  # finds out how figures are shown here, which a page must not

    return plt.figure(figsize=size).add_axes((0.02, 0.02, 0.96, 0.96))


def page_axes(width: float, height: float) -> tuple[Figure, Axes]:
    """Return a new figure of that size in inches, and axes that fill it."""
    figure = Figure(figsize=(width, height))
    return figure, figure.add_axes((0, 0, 1, 1))


def in_points(axes: Axes, left: float = 0.0, unit: float = 1.0) -> Room:
    """Let y be points from the top and x units of so many points, its zero so many points from the left."""
    room = Room.of(axes)
    axes.set(xlim=(-left / unit, (room.width - left) / unit), ylim=(room.height, 0))
    axes.set_axis_off()
    return room


def row_height(axes: Axes, rows: int, most: float = ROW) -> float:
    """Return how many points high each of some rows may be, so that all of them fit."""
    return min(most, Room.of(axes).height / max(1, rows))


def held(found: Finding | Report, name: str) -> Finding:
    """Return the finding of that name.

    Raises:
        NothingToDraw: it is another, or the report does not hold it.
    """
    if isinstance(found, Finding):
        if found.name == name:
            return found
        raise NothingToDraw(f"this is the finding {found.name}; the picture is of {name}")
    if name not in found.findings:
        raise NothingToDraw(f"this report holds no {name}")
    return found.findings[name]


def count_upwards(axes: Axes) -> None:
    """Let a chart over time count people upwards by quiet lines, with whole numbers beside them."""
    axes.locator_params(axis="y", nbins=5, integer=True)
    axes.yaxis.set_major_formatter(lambda value, _: number(value))
    axes.grid(axis="y", color=palette.LINE, linewidth=0.6, alpha=0.6)
    axes.set_axisbelow(True)
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(palette.LINE)
    axes.tick_params(colors=palette.MUTED, labelsize=SMALL, length=0, pad=6)


def say_nothing(axes: Axes, why: str) -> Axes:
    """Say in words why there is no picture, in the middle of the axes."""
    room = in_points(axes)
    lines = wrapped(plain(why) or translated("There is nothing to draw."), 0.9 * room.width)
    axes.text(
        room.width / 2, room.height / 2, "\n".join(lines), ha="center", va="center", fontsize=SMALL,
        linespacing=LINE, color=palette.MUTED, parse_math=False,
    )  # fmt: skip
    return axes


def tell(axes: Axes, left: float, right: float, bottom: float, top: float, words: str) -> None:
    """Let a part of a picture, in the axes' own units, tell its words to a pointer, a finger and the keyboard."""
    corners = [(left, bottom), (right, bottom), (right, top), (left, top)]
    area = PolyCollection([corners], facecolor=palette.INK, alpha=0.0, linewidth=0, zorder=9, clip_on=False)
    area.set_gid(f"{TOLD}{plain(words)}")
    axes.add_collection(area, autolim=False)
