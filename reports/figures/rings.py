"""The four steps as nested rings: the leader in the middle, then the team, those met, those never met."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Wedge

from influence.contract.findings import NETWORKED, TEAM, Reached, Report
from influence.contract.headline import leader_name
from influence.contract.wording import counted, plain
from reports.figures import palette
from reports.figures.svg import Picture
from reports.story.evidence import anchors, in_order, mark_of
from reports.story.wording import shortened

SINGLE_MARKS = 400
"""Above this many people one mark stands for several."""
MOST_SECTORS = 10

_GAP = math.radians(34)  # at the top, where the rings are named
_WIDTH = 9.6
_SPAN = 3.17  # units across the figure: the rings, and names on both sides
_CORE = 0.13
_BETWEEN = 0.035
_LARGEST = 0.075
_KINDS = ("team", "met", "unknown", "unmet")


@dataclass(frozen=True)
class Ring:
    """One step's band, between two radii."""

    step: int
    name: str
    inner: float
    outer: float
    colour: str


@dataclass(frozen=True)
class Sector:
    """One sphere's angles, clockwise from the top, in radians."""

    sphere: str
    start: float
    end: float
    people: int


@dataclass(frozen=True)
class Cell:
    """The people of one ring in one sector, as marks to be placed."""

    ring: Ring
    start: float
    end: float
    marks: tuple[tuple[str, str], ...]


@dataclass
class Placed:
    """Marks of one kind: where each stands and which row it links to."""

    x: list[float] = field(default_factory=list)
    y: list[float] = field(default_factory=list)
    links: list[str] = field(default_factory=list)


def rings_picture(report: Report) -> Picture | None:
    """Draw everybody who responded by step, sphere and certainty; None where nobody did.

    Up to `SINGLE_MARKS` people have one mark each, linked to their row; above that a mark stands for several,
    and the picture says for how many.
    """
    if not report.people:
        return None
    each = people_a_mark(len(report.people))
    rings, sectors = _rings(report.people), _sectors(report.people)
    cells = _cells(report, rings, sectors, each)
    figure = Figure(figsize=(_WIDTH, 7.5))
    axes = figure.add_axes((0, 0.075, 1, 0.925))
    axes.set(xlim=(-_SPAN / 2, _SPAN / 2), ylim=(-1.12, 1.12), aspect="equal")
    axes.set_axis_off()
    _draw_bands(axes, rings, sectors)
    _draw_marks(axes, cells, each)
    _draw_words(axes, rings, sectors, report)
    _draw_legend(axes, each)
    return Picture(figure, "The four steps", _described(report, each), _link_names(report))


def people_a_mark(people: int) -> int:
    """Return how many people one mark stands for.

    >>> people_a_mark(400), people_a_mark(3000)
    (1, 10)
    """
    if people <= SINGLE_MARKS:
        return 1
    power = 1
    while True:
        for factor in (2, 5, 10):
            if people <= factor * power * SINGLE_MARKS:
                return factor * power
        power *= 10


def _rings(people: Sequence[Reached]) -> list[Ring]:
    """Give each ring an area in proportion to its people, but never a sliver."""
    counts = Counter(min(max(reached.step, 2), 4) for reached in people)
    plan = (
        (2, "team", palette.TEAM_BAND),
        (3, "met", palette.MET_BAND),
        (
            4,
            "never met",
            palette.UNMET_BAND,
        ),
    )
    weights = [max(counts[step], 0.16 * len(people), 1.0) for step, _, _ in plan]
    inner = _CORE + _BETWEEN
    free = 1 - (inner + 2 * _BETWEEN) ** 2
    rings = []
    for (step, name, colour), weight in zip(plan, weights, strict=True):
        outer = math.sqrt(inner**2 + free * weight / sum(weights))
        rings.append(Ring(step, name, inner, outer, colour))
        inner = outer + _BETWEEN
    return rings


def _sector_names(people: Sequence[Reached]) -> dict[str, str]:
    counts = Counter(reached.sphere for reached in people if reached.outside)
    largest = [sphere for sphere, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]
    shown = set(largest) if len(largest) <= MOST_SECTORS else set(largest[: MOST_SECTORS - 1])
    return {sphere: sphere if sphere in shown else "other spheres" for sphere in largest}


def _sectors(people: Sequence[Reached]) -> list[Sector]:
    named = _sector_names(people)
    counts = Counter(named[reached.sphere] for reached in people if reached.outside)
    total = sum(counts.values())
    weights = {sphere: max(count, 0.07 * total) for sphere, count in sorted(counts.items())}
    sectors, at = [], _GAP / 2
    for sphere, weight in weights.items():
        width = (math.tau - _GAP) * weight / sum(weights.values())
        sectors.append(Sector(sphere, at, at + width, counts[sphere]))
        at += width
    return sectors


def _cells(report: Report, rings: list[Ring], sectors: list[Sector], each: int) -> list[Cell]:
    named, shown = _sector_names(report.people), anchors(report)
    cells = []
    for ring in rings:
        inside = [reached for reached in in_order(report.people) if min(max(reached.step, 2), 4) == ring.step]
        if ring.step == TEAM:
            cells.append(Cell(ring, _GAP / 2, math.tau - _GAP / 2, _marks(inside, shown, each)))
            continue
        for sector in sectors:
            here = [reached for reached in inside if named[reached.sphere] == sector.sphere]
            cells.append(Cell(ring, sector.start, sector.end, _marks(here, shown, each)))
    return [cell for cell in cells if cell.marks]


def _marks(people: Sequence[Reached], shown: Mapping[str, str], each: int) -> tuple[tuple[str, str], ...]:
    marks: list[tuple[str, str]] = []
    for kind in _KINDS:
        alike = [reached for reached in people if mark_of(reached) == kind]
        if each == 1:
            marks += [(kind, f"#{shown[r.person]}" if r.person in shown else "") for r in alike]
        elif alike:
            marks += [(kind, "")] * max(1, round(len(alike) / each))
    return tuple(marks)


def _spacing(cells: Sequence[Cell]) -> float:
    spacing = _LARGEST
    while spacing > 0.004 and any(sum(_slots(cell, spacing).values()) < len(cell.marks) for cell in cells):
        spacing *= 0.97
    return spacing


def _slots(cell: Cell, spacing: float) -> dict[float, int]:
    """Return the fewest arcs that hold the cell's marks, by radius, and how many fit on each."""
    width, angle = cell.ring.outer - cell.ring.inner, cell.end - cell.start
    slots: dict[float, int] = {}
    for arcs in range(1, max(1, int(width / spacing)) + 1):
        radii = [cell.ring.inner + width * (place + 0.5) / arcs for place in range(arcs)]
        slots = {radius: max(0, int((angle * radius - 0.55 * spacing) / spacing)) for radius in radii}
        if sum(slots.values()) >= len(cell.marks):
            break
    return slots


def _place(cell: Cell, spacing: float) -> list[tuple[float, float]]:
    """Spread the marks over the arcs, around the sector's middle, in the order of their angle."""
    centre, angle = (cell.start + cell.end) / 2, cell.end - cell.start
    places = []
    for radius, count in _shared(len(cell.marks), _slots(cell, spacing)).items():
        step = min(spacing * 1.25 / radius, (angle - 0.5 * spacing / radius) / max(count, 1))
        places += [(radius, centre + (n - (count - 1) / 2) * step) for n in range(count)]
    return sorted(places, key=lambda place: (place[1], place[0]))


def _shared(marks: int, slots: Mapping[float, int]) -> dict[float, int]:
    total = sum(slots.values()) or 1
    share = {radius: min(room, marks * room // total) for radius, room in slots.items()}
    left = marks - sum(share.values())
    for radius, room in slots.items():
        more = min(left, room - share[radius])
        share[radius] += more
        left -= more
    return share


def _draw_bands(axes: Axes, rings: list[Ring], sectors: list[Sector]) -> None:
    for ring in rings:
        width = ring.outer - ring.inner
        axes.add_patch(
            Wedge((0, 0), ring.outer, 0, 360, width=width, facecolor=ring.colour, linewidth=0, zorder=1)
        )
    edges = [sector.start for sector in sectors] + [sectors[-1].end] if sectors else []
    for angle in edges:
        x, y = math.sin(angle), math.cos(angle)
        inner = rings[1].inner
        axes.plot((x * inner, x * 1.0), (y * inner, y * 1.0), color=palette.PAPER, linewidth=3, zorder=2)


def _draw_marks(axes: Axes, cells: Sequence[Cell], each: int) -> None:
    spacing = _spacing(cells)
    diameter = 0.68 * spacing * _WIDTH * 72 / _SPAN  # in points
    placed = {kind: Placed() for kind in _KINDS}
    for cell in cells:
        for (kind, link), (radius, angle) in zip(cell.marks, _place(cell, spacing), strict=False):
            placed[kind].x.append(radius * math.sin(angle))
            placed[kind].y.append(radius * math.cos(angle))
            placed[kind].links.append(link)
    for kind, marks in placed.items():
        style = palette.MARKS[kind]
        drawn = axes.scatter(
            marks.x,
            marks.y,
            s=(diameter * style.size) ** 2,
            marker=style.marker,
            facecolor=style.fill,
            edgecolor=style.edge,
            linewidth=min(1.3, diameter * 0.14),
            zorder=3,
        )
        if each == 1:
            drawn.set_urls([link or None for link in marks.links])


def _draw_words(axes: Axes, rings: list[Ring], sectors: list[Sector], report: Report) -> None:
    axes.scatter([0], [0], s=620, color=palette.INK, zorder=3)
    initials = "".join(word[0] for word in leader_name(report).split()[:2]).upper()
    axes.text(
        0, 0, initials, color=palette.PAPER, ha="center", va="center", fontsize=11, zorder=4, parse_math=False
    )
    counts = Counter(min(max(reached.step, 2), 4) for reached in report.people)
    kinds = Counter(mark_of(reached) for reached in report.people if reached.step == NETWORKED)
    for ring in rings:
        words = "\n".join(f"{name} · {count:,}" for name, count in _kinds_of(ring, kinds, counts))
        middle = (ring.inner + ring.outer) / 2
        axes.text(
            0,
            middle,
            words,
            ha="center",
            va="center",
            fontsize=10,
            color=palette.INK,
            zorder=4,
            fontweight="bold",
        )
    for sector in sectors:
        _name_sector(axes, sector)


def _kinds_of(ring: Ring, kinds: Counter[str], counts: Counter[int]) -> list[tuple[str, int]]:
    """Name a ring with its people; who is unknown is counted apart."""
    if ring.step != NETWORKED or not kinds["unknown"]:
        return [(ring.name, counts[ring.step])]
    unknown = ("unknown", kinds["unknown"])
    never = counts[ring.step] - kinds["unknown"]
    return [(ring.name, never), unknown] if never else [unknown]


def _name_sector(axes: Axes, sector: Sector) -> None:
    angle = (sector.start + sector.end) / 2
    x, y = 1.045 * math.sin(angle), 1.045 * math.cos(angle)
    across = "left" if x > 0.12 else "right" if x < -0.12 else "center"
    down = "bottom" if y > 0.6 else "top" if y < -0.6 else "center"
    words = f"{shortened(sector.sphere, 18)} · {sector.people:,}"
    axes.text(x, y, words, ha=across, va=down, fontsize=11.5, color=palette.INK, parse_math=False)


def _draw_legend(axes: Axes, each: int) -> None:
    entries = [
        Line2D(
            [],
            [],
            linestyle="",
            marker=mark.marker,
            markersize=9 * mark.size,
            color=mark.fill,
            markeredgecolor=mark.edge,
            label=mark.label,
        )
        for mark in palette.MARKS.values()
    ]
    title = None if each == 1 else f"Each mark stands for about {each:,} people, at least one mark a group"
    legend = axes.legend(
        handles=entries,
        ncols=4,
        loc="upper center",
        bbox_to_anchor=(0.5, 0.01),
        frameon=False,
        fontsize=10.5,
        labelcolor=palette.MUTED,
        title=title,
        title_fontsize=10,
        handletextpad=0.3,
        columnspacing=2.2,
    )
    legend.get_title().set_color(palette.MUTED)


def _described(report: Report, each: int) -> str:
    kinds = Counter(mark_of(reached) for reached in report.people)
    steps = Counter(reached.step for reached in report.people)
    by_step = ", ".join(f"step {step}: {count:,}" for step, count in sorted(steps.items()))
    by_kind = ", ".join(f"{palette.MARKS[kind].label}: {kinds[kind]:,}" for kind in _KINDS)
    marks = "one mark for each person" if each == 1 else f"one mark for about {each:,} people"
    everybody = counted(len(report.people), "person", "people")
    return f"{everybody} by row, {marks}. {by_step}. {by_kind}. The tables below list them."


def _link_names(report: Report) -> dict[str, str]:
    shown = anchors(report)
    return {
        f"#{shown[reached.person]}": ", ".join(
            (plain(reached.name), plain(reached.sphere), palette.MARKS[mark_of(reached)].label)
        )
        for reached in report.people
        if reached.person in shown
    }
