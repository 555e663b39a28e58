"""The four steps as nested rings: the leader in the middle, then the team, those met, those never met."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Wedge

from influence.contract.findings import NETWORKED, TEAM, Reached, Report
from influence.contract.headline import leader_name
from influence.contract.language import message, translated
from influence.contract.wording import counted, number, plain
from reports.figures import palette
from reports.figures.letters import SMALL, fitted, followed, wide
from reports.figures.room import NARROW, WIDE, Room, own_axes, page_axes, say_nothing
from reports.figures.spheres import OTHERS
from reports.figures.svg import Picture, house_style
from reports.story.evidence import anchors, in_order, mark_of
from reports.story.sentences import say
from reports.story.spheres import sphere_name

SINGLE_MARKS = 400
"""Above this many people one mark stands for several."""
MOST_SECTORS = 10
UNKNOWN = message("unknown")

_GAP = math.radians(34)  # at the top, where the rings are named if there is room
_NAME = 12.5
_BOLD = 1.1
"""So much wider are bold letters."""
_CORE = 0.13
_BETWEEN = 0.035
_LARGEST = 0.075
_KINDS = ("team", "met", "unknown", "unmet")
_ROW = SMALL * 1.6


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


@dataclass(frozen=True)
class Frame:
    """Where the rings stand in the axes, in points: the middle, how far they reach, where the words below begin."""

    x: float
    y: float
    reach: float
    below: float


@house_style()
def plot_rings(report: Report, ax: Axes | None = None) -> Axes:
    """Draw everybody who responded by step, sphere and certainty; return the axes.

    Up to `SINGLE_MARKS` people have one mark each; above that a mark stands for several, and the picture says for how
    many. In axes less than 480 points wide the spheres have numbers, which the list below names. Where nobody
    responded the axes say so.
    """
    axes = own_axes(ax, (WIDE, 7.6))
    if not report.people:
        return say_nothing(axes, translated("nobody responded"))
    narrow = Room.of(axes).narrow
    rings = _rings(report.people)
    gap = 0.0 if narrow else _gap(rings, report, _frame(axes, _sectors(report.people, _GAP), report))
    sectors = _sectors(report.people, gap)
    frame = _frame(axes, sectors, report)
    _draw_bands(axes, rings, sectors)
    _draw_marks(axes, _cells(report, rings, sectors, gap), frame, people_a_mark(len(report.people)) == 1)
    _draw_leader(axes, report)
    if narrow:
        _number_sectors(axes, sectors, frame)
    else:
        _name_rings(axes, rings, report)
        for sector in sectors:
            _name_sector(axes, sector, frame)
    _draw_legend(axes, report, frame)
    return axes


def rings_picture(report: Report, *, narrow: bool = False) -> Picture | None:
    """Make the page's picture of it, with a link from each mark to its row; None where nobody responded."""
    if not report.people:
        return None
    spheres = len(set(_sector_names(report.people).values()))
    below = _rows_below(report, spheres, narrow=True) * _ROW / 72
    figure, axes = page_axes(*((NARROW, NARROW + below) if narrow else (WIDE, 7.6)))
    plot_rings(report, axes)
    return Picture(figure, translated("The four steps"), _described(report), _link_names(report))


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
        (2, message("team"), palette.TEAM_BAND),
        (3, message("met"), palette.MET_BAND),
        (4, message("never met"), palette.UNMET_BAND),
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
    return {sphere: sphere if sphere in shown else OTHERS for sphere in largest}


def _sectors(people: Sequence[Reached], gap: float) -> list[Sector]:
    named = _sector_names(people)
    counts = Counter(named[reached.sphere] for reached in people if reached.outside)
    total = sum(counts.values())
    weights = {sphere: max(count, 0.07 * total) for sphere, count in sorted(counts.items())}
    sectors, at = [], gap / 2
    for sphere, weight in weights.items():
        width = (math.tau - gap) * weight / sum(weights.values())
        sectors.append(Sector(sphere, at, at + width, counts[sphere]))
        at += width
    return sectors


def _cells(report: Report, rings: list[Ring], sectors: list[Sector], gap: float) -> list[Cell]:
    named, shown = _sector_names(report.people), anchors(report)
    each = people_a_mark(len(report.people))
    cells = []
    for ring in rings:
        inside = [reached for reached in in_order(report.people) if min(max(reached.step, 2), 4) == ring.step]
        if ring.step == TEAM:
            cells.append(Cell(ring, gap / 2, math.tau - gap / 2, _marks(inside, shown, each)))
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


def _frame(axes: Axes, sectors: Sequence[Sector], report: Report) -> Frame:
    """Leave the rings what names and legend do not need; a unit of the axes is then how far the rings reach."""
    room = Room.of(axes)
    beside = above = 2 * SMALL
    if not room.narrow:
        beside, above = max([0.0, *(_sector_width(room, sector) for sector in sectors)]), 2 * _NAME
    below = room.height - _ROW * _rows_below(report, len(sectors), narrow=room.narrow)
    reach = max(1.0, min(room.width / 2 - beside, (below - 2 * above) / 2))
    frame = Frame(room.width / 2, below / 2, reach, below)
    axes.set(
        xlim=(-frame.x / reach, (room.width - frame.x) / reach),
        ylim=((frame.y - room.height) / reach, frame.y / reach),
        aspect="auto",
    )
    axes.set_axis_off()
    return frame


def _rows_below(report: Report, spheres: int, *, narrow: bool) -> float:
    """Return how many lines stand below the rings: the marks, the spheres by number, for how many a mark stands."""
    several = 1 if people_a_mark(len(report.people)) > 1 else 0
    return 0.5 + several + (2 + (spheres + 1) // 2 if narrow else 1)


def _sector_words(sector: Sector, room: float, size: float) -> str:
    count = f" · {number(sector.people)}"
    name = translated(OTHERS) if sector.sphere == OTHERS else sphere_name(sector.sphere)
    return followed(fitted(name, room - wide(count, size), size), count)


def _sector_width(room: Room, sector: Sector) -> float:
    return 0.06 * room.width + wide(_sector_words(sector, 0.22 * room.width, _NAME), _NAME) * 0.8


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


def _draw_marks(axes: Axes, cells: Sequence[Cell], frame: Frame, linked: bool) -> None:
    spacing = _spacing(cells)
    diameter = 0.68 * spacing * frame.reach  # in points
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
        if linked:
            drawn.set_urls([link or None for link in marks.links])


def _draw_leader(axes: Axes, report: Report) -> None:
    axes.scatter([0], [0], s=(2.2 * SMALL) ** 2, color=palette.INK, zorder=3)
    initials = "".join(word[0] for word in leader_name(report).split()[:2]).upper()
    axes.text(
        0,
        0,
        initials,
        color=palette.PAPER,
        ha="center",
        va="center",
        fontsize=SMALL,
        zorder=4,
        parse_math=False,
    )


def _name_rings(axes: Axes, rings: list[Ring], report: Report) -> None:
    for ring, words in _ring_words(rings, report):
        middle = (ring.inner + ring.outer) / 2
        axes.text(
            0, middle, "\n".join(words), ha="center", va="center", fontsize=SMALL, color=palette.INK, zorder=4,
            fontweight="bold",
        )  # fmt: skip


def _ring_words(rings: list[Ring], report: Report) -> list[tuple[Ring, list[str]]]:
    """Return each ring with the lines that name it."""
    counts = Counter(min(max(reached.step, 2), 4) for reached in report.people)
    kinds = Counter(mark_of(reached) for reached in report.people if reached.step == NETWORKED)
    return [
        (ring, [f"{translated(name)} · {number(count)}" for name, count in _kinds_of(ring, kinds, counts)])
        for ring in rings
    ]


def _gap(rings: list[Ring], report: Report, frame: Frame) -> float:
    """Return the angle that is left free at the top: what the name of the outermost ring needs, in any language."""
    ring, words = _ring_words(rings, report)[-1]
    half = max(_BOLD * wide(line) for line in words) / 2 + SMALL / 2
    return max(_GAP, 2 * math.atan2(half, frame.reach * (ring.inner + ring.outer) / 2))


def _kinds_of(ring: Ring, kinds: Counter[str], counts: Counter[int]) -> list[tuple[str, int]]:
    """Name a ring with its people; who is unknown is counted apart."""
    if ring.step != NETWORKED or not kinds["unknown"]:
        return [(ring.name, counts[ring.step])]
    unknown = (UNKNOWN, kinds["unknown"])
    never = counts[ring.step] - kinds["unknown"]
    return [(ring.name, never), unknown] if never else [unknown]


def _name_sector(axes: Axes, sector: Sector, frame: Frame) -> None:
    angle = (sector.start + sector.end) / 2
    out = 1 + 0.9 * SMALL / frame.reach
    x, y = out * math.sin(angle), out * math.cos(angle)
    across = "left" if x > 0.12 else "right" if x < -0.12 else "center"
    down = "bottom" if y > 0.6 else "top" if y < -0.6 else "center"
    beside = frame.x - abs(x) * frame.reach
    words = _sector_words(sector, beside if across != "center" else 2 * beside, _NAME)
    axes.text(x, y, words, ha=across, va=down, fontsize=_NAME, color=palette.INK, parse_math=False)


def _number_sectors(axes: Axes, sectors: Sequence[Sector], frame: Frame) -> None:
    """Number the spheres around the rings, and name the numbers in two columns below the legend."""
    rows = (len(sectors) + 1) // 2
    for place, sector in enumerate(sectors):
        angle, out = (sector.start + sector.end) / 2, 1 + SMALL / frame.reach
        x, y, digits = out * math.sin(angle), out * math.cos(angle), number(place + 1)
        _text(axes, (x, y), digits, palette.INK, "center")
        column, row = divmod(place, rows)
        left = column * frame.x - frame.x + SMALL
        down = (frame.y - frame.below - (row + 2.5) * _ROW) / frame.reach
        _text(axes, (left / frame.reach, down), digits, palette.MUTED, "left")
        words = _sector_words(sector, frame.x - 3 * SMALL, SMALL)
        _text(axes, ((left + 1.8 * SMALL) / frame.reach, down), words, palette.INK, "left")


def _text(axes: Axes, at: tuple[float, float], words: str, colour: str, across: str) -> None:
    axes.text(*at, words, ha=across, va="center", fontsize=SMALL, color=colour, parse_math=False)


def _draw_legend(axes: Axes, report: Report, frame: Frame) -> None:
    """Name the marks below the rings, in one row or two, with their people where the rings themselves are unnamed."""
    narrow, kinds = Room.of(axes).narrow, Counter(mark_of(reached) for reached in report.people)
    counts = {kind: f" · {number(kinds[kind])}" if narrow else "" for kind in palette.MARKS}
    columns = 2 if narrow else 4
    across = 2 * frame.x / columns
    long = translated(palette.MARKS["unknown"].label)
    short = narrow or wide(long) > across - 2 * SMALL
    labels = {kind: mark.label for kind, mark in palette.MARKS.items()} | (
        {"unknown": UNKNOWN} if short else {}
    )
    words = {kind: translated(label) + counts[kind] for kind, label in labels.items()}
    if not narrow:
        across = min(across, max(map(wide, words.values())) + 3 * SMALL)
    left = -across * columns / 2 + SMALL
    for place, (kind, mark) in enumerate(palette.MARKS.items()):
        row, column = divmod(place, columns)
        x, y = (
            (left + column * across) / frame.reach,
            (frame.y - frame.below - (row + 0.5) * _ROW) / frame.reach,
        )
        axes.add_line(
            Line2D(
                [x], [y], linestyle="", marker=mark.marker, markersize=9 * mark.size, color=mark.fill,
                markeredgecolor=mark.edge,
            )
        )  # fmt: skip
        label = fitted(words[kind], across - 2 * SMALL)
        _text(axes, (x + SMALL / frame.reach, y), label, palette.MUTED, "left")
    each = people_a_mark(len(report.people))
    if each > 1:
        bottom = (frame.y - Room.of(axes).height + 0.6 * _ROW) / frame.reach
        _text(axes, (0, bottom), _each_mark(each, 2 * frame.x), palette.MUTED, "center")


def _each_mark(each: int, room: float) -> str:
    long = str(say("Each mark stands for about {n} people, at least one mark a group", n=number(each)))
    short = str(say("Each mark: about {n} people", n=number(each)))
    return long if wide(long) <= room else fitted(short, room)


def _described(report: Report) -> str:
    each, kinds = people_a_mark(len(report.people)), Counter(mark_of(reached) for reached in report.people)
    by_kind = ", ".join(f"{translated(palette.MARKS[kind].label)}: {number(kinds[kind])}" for kind in _KINDS)
    parts = {"everybody": counted(len(report.people), "person", "people"), "by_kind": by_kind}
    if each == 1:
        return str(
            say("{everybody} by row, one mark for each person. {by_kind}. The tables list them.", **parts)
        )
    return str(
        say(
            "{everybody} by row, one mark for about {n} people. {by_kind}. The tables list them.",
            n=number(each),
            **parts,
        )
    )


def _link_names(report: Report) -> dict[str, str]:
    shown = anchors(report)
    return {
        f"#{shown[reached.person]}": ", ".join(
            (
                plain(reached.name),
                sphere_name(reached.sphere),
                translated(palette.MARKS[mark_of(reached)].label),
            )
        )
        for reached in report.people
        if reached.person in shown
    }
