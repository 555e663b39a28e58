"""Whose doing carries a role, in four parts: a picture."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from influence.contract.findings import Report
from influence.contract.language import message, translated
from reports.figures import palette
from reports.figures.letters import SMALL, fitted
from reports.figures.room import NARROW, in_points, own_axes, page_axes, say_nothing, tell
from reports.figures.svg import Picture, house_style
from reports.story.sentences import say
from reports.story.standing import four_parts

_BAR, _ROW, _SWATCH, _GAP = 22.0, 21.0, 11.0, 1.5  # points
_ROWS = 2
_HEIGHT = (_BAR + 8 + _ROW * _ROWS) / 72


@dataclass(frozen=True)
class Part:
    """One part of all that was done: by whom, which share, the share in whole per cent, and its colour."""

    by: str
    share: float
    percent: int
    colour: str

    @property
    def words(self) -> str:
        """The part as its key says it."""
        return str(say("{by} {percent} %", by=self.by, percent=str(self.percent)))


_BY = (
    (message("own output"), palette.LINE),
    (message("team"), palette.SLATE),
    (message("met"), palette.MET),
    (message("never met"), palette.UNMET),
)
_OTHERS = (message("others"), palette.UNKNOWN)


def parts(report: Report) -> tuple[Part, ...]:
    """Return the parts that carry the role; those met or not are one where of most of them nothing tells."""
    held = four_parts(report)
    if not held:
        return ()
    by = _BY if len(held) == len(_BY) else (*_BY[:2], _OTHERS)
    return tuple(
        Part(translated(who), share, percent, colour)
        for (who, colour), (share, percent) in zip(by, held, strict=True)
    )


@house_style()
def plot_stage(report: Report, ax: Axes | None = None) -> Axes:
    """Draw one bar in four parts: own output, the team's, that of people met and of people never met; return the axes.

    Where that is not known, the axes say so in words.
    """
    axes, rows = own_axes(ax, (NARROW, _HEIGHT)), parts(report)
    if not rows:
        return say_nothing(axes, translated("Whose doing carries this role is not known."))
    width, left = in_points(axes).width, 0.0
    for part in rows:
        across = part.share * width
        axes.add_patch(
            Rectangle((left, 0), max(0.0, across - _GAP), _BAR, facecolor=part.colour, linewidth=0)
        )
        tell(axes, left, left + across, 0, _BAR, part.words)
        left += across
    for place, part in enumerate(rows):
        _draw_key(
            axes, part, (place % _ROWS) * width / _ROWS, _BAR + 8 + _ROW * (place // _ROWS), width / _ROWS
        )
    return axes


def stage_picture(report: Report) -> Picture | None:
    """Make the page's picture of it; None where there is nothing to draw."""
    rows = parts(report)
    if not rows:
        return None
    figure, axes = page_axes(NARROW, _HEIGHT)
    plot_stage(report, axes)
    return Picture(
        figure, translated("Whose doing carries this role"), ", ".join(part.words for part in rows)
    )


def _draw_key(axes: Axes, part: Part, left: float, top: float, room: float) -> None:
    axes.add_patch(Rectangle((left, top + 3), _SWATCH, _SWATCH, facecolor=part.colour, linewidth=0))
    axes.text(
        left + _SWATCH + 6, top + 3 + _SWATCH / 2, fitted(part.words, room - _SWATCH - 12), va="center",
        fontsize=SMALL, color=palette.INK, parse_math=False,
    )  # fmt: skip
