"""Two small figures: spheres outward and back, and the headline counted again under other choices."""

from __future__ import annotations

from dataclasses import dataclass, replace

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from influence.contract.findings import Report
from influence.contract.headline import mostly_unknown
from influence.contract.wording import between, shared
from reports.figures import palette
from reports.figures.svg import Picture
from reports.story.spheres import sources_by_sphere, unmet_range
from reports.story.wording import shortened

MOST_SPHERES = 9
OTHERS = "other spheres"
LISTENED, OF_KNOWN = "listened to", "reached, of those known"
HEARD, REACHED = -1, 1
SLATE = "#4a5763"
_ROW = 0.36  # inches
WIDTH = 5.0
_NAMES = 0.66  # inches on either side of the middle, where the names stand
_LETTER, _PAD = 0.085, 0.12  # inches
_LEAST = 0.001  # people


@dataclass(frozen=True)
class Wing:
    """One sphere: people never met who responded, people never met who were responded to, people known there.

    The words are whole people, rounded so that the spheres add up, or a range where of most people nothing tells.
    """

    sphere: str
    reached: float
    heard: float
    known: int
    surely: float | None = None
    reached_words: str = ""
    heard_words: str = ""


def wings(report: Report) -> tuple[Wing, ...]:
    """Return the spheres with anybody beyond, outward or back, the largest first; the smallest put together."""
    heard = sources_by_sphere(report)
    reached = {row.sphere: (row.value, row.known) for row in report.spheres if row.value > 0}
    every = [
        Wing(
            sphere, reached.get(sphere, (0.0, 0))[0], heard.get(sphere, 0.0), reached.get(sphere, (0.0, 0))[1]
        )
        for sphere in {*heard, *reached}
    ]
    every.sort(key=lambda wing: (-max(wing.reached, wing.heard), wing.sphere))
    if len(every) > MOST_SPHERES:
        rest = every[MOST_SPHERES - 1 :]
        reach, back = sum(wing.reached for wing in rest), sum(wing.heard for wing in rest)
        every[MOST_SPHERES - 1 :] = [Wing(OTHERS, reach, back, sum(wing.known for wing in rest))]
    return _worded(report, every)


def _worded(report: Report, rows: list[Wing]) -> tuple[Wing, ...]:
    out, back = shared([wing.reached for wing in rows]), shared([wing.heard for wing in rows])
    words = [f"{count:,}" for count in out]
    if mostly_unknown(report):
        ranges = {row.sphere: unmet_range(report, row) for row in report.spheres}
        kept = {wing.sphere for wing in rows if wing.sphere != OTHERS}
        rest = [held for sphere, held in ranges.items() if sphere not in kept]
        ranges[OTHERS] = sum(low for low, _ in rest), sum(high for _, high in rest)
        held = [ranges.get(wing.sphere, (0.0, 0.0)) for wing in rows]
        words = [between(*each) for each in held]
        rows = [replace(wing, surely=low, reached=high) for wing, (low, high) in zip(rows, held, strict=True)]
    return tuple(
        replace(wing, reached_words=word, heard_words=f"{count:,}")
        for wing, word, count in zip(rows, words, back, strict=True)
    )


@dataclass(frozen=True)
class _Scale:
    """Where things lie, in inches from the left: the middle of the names, and how long one person is."""

    middle: float
    person: float

    @classmethod
    def of(cls, rows: tuple[Wing, ...]) -> _Scale:
        """Leave the bars what the names in the middle and the numbers at both ends do not need."""
        left, right = (
            _LETTER * max(len(_at_end(wing, side)) for wing in rows) + _PAD for side in (HEARD, REACHED)
        )
        heard, reached = max(wing.heard for wing in rows), max(wing.reached for wing in rows)
        titles = [_LETTER * len(title) for title in (LISTENED, OF_KNOWN)]
        free = WIDTH - 2 * _NAMES
        person = (free - left - right) / max(heard + reached, _LEAST)
        if left + heard * person < titles[0]:
            person = min(person, (free - titles[0] - right) / max(reached, _LEAST))
        if right + reached * person < titles[1]:
            person = min(person, (free - titles[1] - left) / max(heard, _LEAST))
        return cls(max(left + heard * person, titles[0]) + _NAMES, person)


def spheres_picture(report: Report) -> Picture | None:
    """Draw by sphere whom the leader listens to (left) and reaches (right); None where there is neither."""
    rows = wings(report)
    if not rows:
        return None
    figure = Figure(figsize=(WIDTH, _ROW * (len(rows) + 1)))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, WIDTH), ylim=(len(rows) - 0.4, -1.4))
    axes.set_axis_off()
    scale = _Scale.of(rows)
    for side, across, words in ((HEARD, "right", LISTENED), (REACHED, "left", OF_KNOWN)):
        x = scale.middle + side * _NAMES
        axes.text(x, -0.85, words, ha=across, va="center", fontsize=9.5, color=palette.MUTED)
    for place, wing in enumerate(rows):
        _draw_wing(axes, place, wing, scale)
    described = "; ".join(
        f"{wing.sphere}: reached {wing.reached_words}, listened to {wing.heard_words}" for wing in rows
    )
    return Picture(figure, "Spheres, outward and back", described)


def _draw_wing(axes: Axes, place: int, wing: Wing, scale: _Scale) -> None:
    axes.text(
        scale.middle, place, shortened(wing.sphere, 16), ha="center", va="center", fontsize=10.5,
        color=palette.INK, parse_math=False,
    )  # fmt: skip
    for side, people, colour in ((HEARD, wing.heard, SLATE), (REACHED, wing.reached, palette.UNMET)):
        start, length = scale.middle + side * _NAMES, people * scale.person
        if (
            side == REACHED and wing.surely is not None
        ):  # pale as far as it could be, full as far as it is known
            axes.barh(place, length, left=start, height=0.58, color=colour, alpha=0.28, linewidth=0)
            axes.barh(place, wing.surely * scale.person, left=start, height=0.58, color=colour, linewidth=0)
        else:
            axes.barh(place, side * length, left=start, height=0.58, color=colour, linewidth=0)
        axes.annotate(
            _at_end(wing, side),
            (start + side * length, place),
            xytext=(side * 5, 0),
            textcoords="offset points",
            ha="left" if side == REACHED else "right",
            va="center",
            fontsize=9.5,
            color=palette.INK if people else palette.MUTED,
        )


def _at_end(wing: Wing, side: int) -> str:
    if side == HEARD:
        return wing.heard_words
    return f"{wing.reached_words} of {wing.known:,}" if wing.known else wing.reached_words


def frame(axes: Axes, rows: int, top: float) -> None:
    """Draw the axes of rows of bars: how far they reach, and nothing that the eye must pass over."""
    axes.set(xlim=(0, 1.12 * top), ylim=(rows - 0.4, -0.6), yticks=[])
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(palette.LINE)
    axes.locator_params(axis="x", nbins=4, integer=True)
    axes.tick_params(axis="x", colors=palette.MUTED, labelsize=9, length=3, color=palette.LINE)
