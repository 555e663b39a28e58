"""Spheres outward and back: a picture."""

from __future__ import annotations

from dataclasses import dataclass, replace

from matplotlib.axes import Axes

from influence.contract.findings import Report
from influence.contract.headline import mostly_unknown
from influence.contract.language import message, translated
from influence.contract.wording import between, number, shared
from reports.figures import palette
from reports.figures.letters import SMALL, fitted, wide
from reports.figures.room import NARROW, in_points, own_axes, page_axes, row_height, say_nothing, tell
from reports.figures.svg import Picture, house_style
from reports.story.sentences import say
from reports.story.spheres import sources_by_sphere, sphere_name, unmet_range

MOST_SPHERES = 9
OTHERS = message("other spheres")
LISTENED, OF_KNOWN = message("listened to"), message("reached, of those known")
HEARD, REACHED = -1, 1
_TITLES = ((HEARD, LISTENED), (REACHED, OF_KNOWN))
_ROW, _BAR = 26.0, 15.0  # points
_PAD = 6.0
_LEAST = 0.001  # people


@dataclass(frozen=True)
class Wing:
    """One sphere: people never met who responded, people never met who were responded to, people known there.

    The words are whole people, rounded so that the spheres add up, or a range where of most people nothing tells. In a
    report that was not asked whom the leader listens to, nobody is `heard` and there are no words of it.
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
    words = [number(count) for count in shared([wing.reached for wing in rows])]
    back = [number(count) for count in shared([wing.heard for wing in rows])]
    if "sources" not in report.findings:
        back = [""] * len(rows)
    if mostly_unknown(report):
        ranges = {row.sphere: unmet_range(report, row) for row in report.spheres}
        kept = {wing.sphere for wing in rows if wing.sphere != OTHERS}
        rest = [held for sphere, held in ranges.items() if sphere not in kept]
        ranges[OTHERS] = sum(low for low, _ in rest), sum(high for _, high in rest)
        held = [ranges.get(wing.sphere, (0.0, 0.0)) for wing in rows]
        words = [between(*each) for each in held]
        rows = [replace(wing, surely=low, reached=high) for wing, (low, high) in zip(rows, held, strict=True)]
    return tuple(
        replace(wing, reached_words=word, heard_words=heard)
        for wing, word, heard in zip(rows, words, back, strict=True)
    )


@dataclass(frozen=True)
class _Scale:
    """Where things lie, in points from the left: the middle of the names, half their width, and one person's length."""

    middle: float
    names: float
    person: float

    @classmethod
    def of(cls, rows: tuple[Wing, ...], width: float) -> _Scale:
        """Leave the bars what the names in the middle and the numbers at both ends do not need."""
        names = min(max(wide(_name(wing)) for wing in rows), 0.32 * width) / 2 + _PAD
        left, right = (
            max(wide(_at_end(wing, side)) for wing in rows) + 2 * _PAD for side in (HEARD, REACHED)
        )
        heard, reached = max(wing.heard for wing in rows), max(wing.reached for wing in rows)
        titles = [wide(translated(title)) if _told(rows, side) else 0.0 for side, title in _TITLES]
        free = width - 2 * names
        person = (free - left - right) / max(heard + reached, _LEAST)
        if left + heard * person < titles[0]:
            person = min(person, (free - titles[0] - right) / max(reached, _LEAST))
        if right + reached * person < titles[1]:
            person = min(person, (free - titles[1] - left) / max(heard, _LEAST))
        person = max(0.0, person)
        return cls(max(left + heard * person, titles[0]) + names, names, person)


@house_style()
def plot_spheres(report: Report, ax: Axes | None = None) -> Axes:
    """Draw by sphere whom the leader listens to (left) and reaches (right), in people never met; return the axes.

    Where there is neither, the axes say so in words.
    """
    rows = wings(report)
    axes = own_axes(ax, (NARROW, _height(max(1, len(rows)))))
    if not rows:
        return say_nothing(
            axes, translated("Nobody never met responded, and nobody never met was responded to.")
        )
    room = in_points(axes)
    scale = _Scale.of(rows, room.width)
    high = row_height(axes, len(rows) + 1, _ROW)
    for side, title in _TITLES:
        x, free = scale.middle + side * scale.names, scale.middle - scale.names
        words = (
            fitted(translated(title), free if side == HEARD else room.width - x) if _told(rows, side) else ""
        )
        across = "right" if side == HEARD else "left"
        axes.text(x, high / 2, words, ha=across, va="center", fontsize=SMALL, color=palette.MUTED)
    for place, wing in enumerate(rows):
        _draw_wing(axes, (place + 1.5) * high, wing, scale)
        tell(axes, 0, room.width, (place + 1) * high, (place + 2) * high, _words(wing))
    return axes


def spheres_picture(report: Report) -> Picture | None:
    """Make the page's picture of it; None where there is nothing to draw."""
    rows = wings(report)
    if not rows:
        return None
    figure, axes = page_axes(NARROW, _height(len(rows)))
    plot_spheres(report, axes)
    return Picture(figure, translated("Spheres, outward and back"), " ".join(map(_words, rows)))


def _told(rows: tuple[Wing, ...], side: int) -> bool:
    """Tell whether anything is told of a side: a report need not have been asked whom the leader listens to."""
    return side == REACHED or any(wing.heard_words for wing in rows)


def _height(rows: int) -> float:
    return _ROW * (rows + 1) / 72


def _words(wing: Wing) -> str:
    parts = {"sphere": _name(wing), "reached": _at_end(wing, REACHED), "heard": wing.heard_words}
    if not wing.heard_words:
        return str(say("{sphere}: reached {reached}.", **parts))
    if not wing.known:
        return str(say("{sphere}: reached {reached}, listened to {heard}.", **parts))
    parts |= {"reached": wing.reached_words, "known": number(wing.known)}
    return str(say("{sphere}: reached {reached} of {known} known, listened to {heard}.", **parts))


def _name(wing: Wing) -> str:
    return translated(OTHERS) if wing.sphere == OTHERS else sphere_name(wing.sphere)


def _draw_wing(axes: Axes, y: float, wing: Wing, scale: _Scale) -> None:
    axes.text(
        scale.middle, y, fitted(_name(wing), 2 * scale.names - _PAD), ha="center", va="center", fontsize=SMALL,
        color=palette.INK, parse_math=False,
    )  # fmt: skip
    for side, people, colour in ((HEARD, wing.heard, palette.SLATE), (REACHED, wing.reached, palette.UNMET)):
        start, length = scale.middle + side * scale.names, people * scale.person
        if (
            side == REACHED and wing.surely is not None
        ):  # pale as far as it could be, full as far as it is known
            axes.barh(y, length, left=start, height=_BAR, color=colour, alpha=0.28, linewidth=0)
            axes.barh(y, wing.surely * scale.person, left=start, height=_BAR, color=colour, linewidth=0)
        else:
            axes.barh(y, side * length, left=start, height=_BAR, color=colour, linewidth=0)
        axes.text(
            start + side * (length + _PAD),
            y,
            _at_end(wing, side),
            ha="left" if side == REACHED else "right",
            va="center",
            fontsize=SMALL,
            color=palette.INK if people else palette.MUTED,
        )


def _at_end(wing: Wing, side: int) -> str:
    if side == HEARD:
        return wing.heard_words
    if not wing.known:
        return wing.reached_words
    return translated("{reached} of {known}").format(reached=wing.reached_words, known=number(wing.known))
