"""The network around the leader: the strongest people, their communities as soft areas, never a hairball."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import Ellipse

from influence.contract.findings import Report
from influence.contract.headline import leader_name
from influence.contract.language import translated
from influence.contract.wording import counted, number
from reports.figures import palette
from reports.figures.letters import BOLD, LINE, SMALL, fitted, wide
from reports.figures.room import NARROW, WIDE, Room, own_axes, page_axes, say_nothing
from reports.figures.svg import Picture, house_style
from reports.story.evidence import anchors
from reports.story.explorer import Alter
from reports.story.explorer import alters as strongest
from reports.story.sentences import say

MOST_PEOPLE = 100
MOST_LABELS, LABELS_IN_NARROW = 50, 16
TIES_A_PERSON = 2

_HEIGHT, _NARROW_HEIGHT = 7.0, 5.0
_APART = 1.0
_NAME = 0.19  # of the width, for a name at most
_NARROW_NAME = 0.36
_LEADER = 9.0

Place = tuple[float, float]
Box = tuple[float, float, float, float]
Spot = tuple[float, float, str]


@dataclass(frozen=True)
class Area:
    """A community: where it lies and its people, the strongest first; a loose one has no area."""

    centre: Place
    radius: float
    people: tuple[Alter, ...]
    loose: bool


@dataclass(frozen=True)
class Frame:
    """How many points a unit is, how many wide and high the axes are, and how far it is stretched sideways."""

    points: float
    room: Room
    middle: Place
    stretch: float

    def holds(self, box: Box) -> bool:
        """Whether a box, in points from the leader, lies inside the axes."""
        x, y = self.middle[0] * self.points, self.middle[1] * self.points
        across, high = self.room.width / 2, self.room.height / 2
        return x - across <= box[0] and box[2] <= x + across and y - high <= box[1] and box[3] <= y + high


@house_style()
def plot_network(report: Report, ax: Axes | None = None) -> Axes:
    """Draw the leader, the strongest people and the strongest ties among them; return the axes.

    Soft areas are communities. In axes less than 480 points wide there are fewer names. Where the report
    holds no network the axes say so.
    """
    axes = own_axes(ax, (WIDE, _HEIGHT))
    shown = strongest(report)[:MOST_PEOPLE]
    if not shown:
        return say_nothing(axes, translated("There are no ties to draw."))
    areas = _areas(shown)
    places = {alter.person: place for area in areas for alter, place in _inside(area)}
    places[report.leader.get("person", "")] = (0.0, 0.0)
    frame = _frame(axes, areas)
    places = {person: (x * frame.stretch, y) for person, (x, y) in places.items()}
    _draw_areas(axes, areas, frame.stretch)
    _draw_ties(axes, report, places)
    _draw_people(axes, report, shown, places, frame)
    return axes


def network_picture(report: Report, *, narrow: bool = False) -> Picture | None:
    """Make the page's picture of it, with a link from each mark to its row; None where there are no ties."""
    shown = strongest(report)[:MOST_PEOPLE]
    if not shown:
        return None
    figure, axes = page_axes(*((NARROW, _NARROW_HEIGHT) if narrow else (WIDE, _HEIGHT)))
    plot_network(report, axes)
    return Picture(
        figure, translated("The network around the leader"), network_words(report), _names(report, shown)
    )


def network_words(report: Report) -> str:
    """Say what the picture shows: how many people, of how many, in how many communities; empty without ties."""
    shown = strongest(report)[:MOST_PEOPLE]
    if not shown:
        return ""
    groups = len({alter.community for alter in shown})
    sentence = say(
        "{people} of {of} with the strongest ties to the leader, in {groups}. A line is one or more responses; the "
        "thicker, the more.",
        people=counted(len(shown), "person", "people"),
        of=number(max(report.network.of, len(shown))),
        groups=counted(groups, "community", "communities"),
    )
    return str(sentence)


def _areas(alters: Sequence[Alter]) -> list[Area]:
    """Lay the communities as discs around the leader; those of one or two people share one, unseen."""
    groups: dict[int, list[Alter]] = defaultdict(list)
    for alter in alters:
        groups[alter.community].append(alter)
    large = sorted((g for g in groups.values() if len(g) > 2), key=lambda g: (-len(g), g[0].person))
    loose = [alter for alter in alters if len(groups[alter.community]) <= 2]
    together = [(tuple(group), False) for group in large] + ([(tuple(loose), True)] if loose else [])
    if len(together) == 1:
        people, is_loose = together[0]
        return [Area((0.0, 0.0), _disc(len(people) + 6), people, is_loose)]
    return _around(together)


def _disc(people: int) -> float:
    return _APART * (math.sqrt(people / math.pi) + 0.55)


def _around(groups: Sequence[tuple[tuple[Alter, ...], bool]]) -> list[Area]:
    radii = [_disc(len(people)) for people, _ in groups]
    distance = max(radii) + 1.5 * _APART
    while sum(_half_angle(radius, distance) for radius in radii) > math.pi:
        distance *= 1.02
    spare = (math.tau - 2 * sum(_half_angle(radius, distance) for radius in radii)) / len(radii)
    at, areas = math.radians(200), []
    for (people, loose), radius in zip(groups, radii, strict=True):
        half = _half_angle(radius, distance)
        at += half + spare / 2
        near = radius + 1.5 * _APART if len(groups) <= 3 else distance
        areas.append(Area((near * math.cos(at), near * math.sin(at)), radius, people, loose))
        at += half + spare / 2
    return areas


def _half_angle(radius: float, distance: float) -> float:
    return math.asin(min(1.0, (radius + 0.35 * _APART) / distance))


def _inside(area: Area) -> list[tuple[Alter, Place]]:
    """Place people like the seeds of a sunflower, the strongest in the middle.

    An area that stands alone lies around the leader and leaves room there.
    """
    alone = area.centre == (0.0, 0.0)
    turn = math.pi * (3 - math.sqrt(5))
    placed = []
    for n, alter in enumerate(area.people):
        distance = _APART * math.sqrt((n + (6.5 if alone else 0.25)) / math.pi)
        angle = turn * n
        placed.append(
            (
                alter,
                (area.centre[0] + distance * math.cos(angle), area.centre[1] + distance * math.sin(angle)),
            )
        )
    return placed


def _frame(axes: Axes, areas: Sequence[Area]) -> Frame:
    """Fit everything into the axes: names run sideways, so a wide picture is stretched so far."""
    room = Room.of(axes)
    stretch = 1.0 if room.narrow else 1.3
    left = min(0, *(area.centre[0] - area.radius for area in areas), -3) * stretch
    right = max(0, *(area.centre[0] + area.radius for area in areas), 3) * stretch
    bottom = min(0, *(area.centre[1] - area.radius for area in areas), -2)
    top = max(0, *(area.centre[1] + area.radius for area in areas), 2)
    across = room.width - (0.04 if room.narrow else 0.16) * room.width
    points = max(1.0, min(across / (right - left), (room.height - 2 * SMALL) / (top - bottom)))
    x, y = (left + right) / 2, (bottom + top) / 2
    half, high = room.width / points / 2, room.height / points / 2
    axes.set(xlim=(x - half, x + half), ylim=(y - high, y + high))
    axes.set_axis_off()
    return Frame(points, room, (x, y), stretch)


def _draw_areas(axes: Axes, areas: Sequence[Area], stretch: float) -> None:
    for n, area in enumerate(areas):
        if not area.loose:
            x, y = area.centre
            colour, radius = palette.AREAS[n % len(palette.AREAS)], area.radius
            axes.add_patch(
                Ellipse(
                    (x * stretch, y),
                    2 * radius * stretch,
                    2 * radius,
                    facecolor=colour,
                    linewidth=0,
                    zorder=1,
                )
            )


def _draw_ties(axes: Axes, report: Report, places: Mapping[str, Place]) -> None:
    leader = report.leader.get("person", "")
    ties: dict[tuple[str, str], float] = defaultdict(float)
    for source, target, responses in report.network.edges:
        if source in places and target in places and source != target:
            ties[(min(source, target), max(source, target))] += responses
    ours = {pair: weight for pair, weight in ties.items() if leader in pair}
    others = sorted(
        (item for item in ties.items() if leader not in item[0]), key=lambda item: (-item[1], item[0])
    )
    _draw_lines(axes, others[: TIES_A_PERSON * len(places)], places, 0.7, palette.TIE)
    _draw_lines(axes, sorted(ours.items()), places, min(0.8, 40 / len(places)), palette.OWN_TIE)


def _draw_lines(
    axes: Axes,
    ties: Sequence[tuple[tuple[str, str], float]],
    places: Mapping[str, Place],
    width: float,
    colour: str,
) -> None:
    if not ties:
        return
    most = max(weight for _, weight in ties) or 1.0
    lines = [[places[end] for end in pair] for pair, _ in ties]
    widths = [width * (0.6 + 1.6 * math.sqrt(max(weight, 0) / most)) for _, weight in ties]
    axes.add_collection(LineCollection(lines, colors=colour, linewidths=widths, zorder=2), autolim=False)


def _draw_people(
    axes: Axes, report: Report, alters: Sequence[Alter], places: Mapping[str, Place], frame: Frame
) -> None:
    shown = anchors(report)
    size = max(5.0, min(10.0, 0.32 * frame.points))
    for kind, mark in palette.MARKS.items():
        alike = [alter for alter in alters if alter.kind == kind]
        drawn = axes.scatter(
            [places[alter.person][0] for alter in alike],
            [places[alter.person][1] for alter in alike],
            s=(size * mark.size) ** 2,
            marker=mark.marker,
            facecolor=mark.fill,
            edgecolor=mark.edge,
            linewidth=1.2,
            zorder=3,
        )
        drawn.set_urls([f"#{shown[alter.person]}" if alter.person in shown else None for alter in alike])
    axes.scatter([0], [0], s=260, color=palette.INK, zorder=4)
    _draw_labels(axes, report, alters, places, frame)


def _draw_labels(
    axes: Axes, report: Report, alters: Sequence[Alter], places: Mapping[str, Place], frame: Frame
) -> None:
    """Name the strongest first, each where its name meets no other name, no mark and not the frame."""
    points, narrow = frame.points, frame.room.narrow
    size, longest = max(5.0, min(10.0, 0.32 * points)), (_NARROW_NAME if narrow else _NAME) * frame.room.width
    at = {
        alter.person: (places[alter.person][0] * points, places[alter.person][1] * points) for alter in alters
    }
    taken = [_box(x - size / 2, y - size / 2, size, size) for x, y in at.values()]
    taken.append(_box(-_LEADER, -_LEADER, 2 * _LEADER, 2 * _LEADER))
    taken.append(_name_leader(axes, report, frame, longest))
    named, most = 0, LABELS_IN_NARROW if narrow else MOST_LABELS
    for alter in alters:
        words = fitted(alter.name, longest)
        spot = _free_spot(at[alter.person], wide(words), size, taken, frame)
        if spot is not None and named < most:
            taken.append(_label(axes, words, spot, points, "normal"))
            named += 1


def _name_leader(axes: Axes, report: Report, frame: Frame, longest: float) -> Box:
    words = fitted(leader_name(report), 1.5 * longest / BOLD)
    half = wide(words) * BOLD / 2
    spots: tuple[Spot, ...] = (
        (0.0, -2 * _LEADER, "center"),
        (-half, 2 * _LEADER, "left"),
        (half, 2 * _LEADER, "right"),
    )
    inside = (spot for spot in spots if frame.holds(_label_box(spot, 2 * half)))
    return _label(axes, words, next(inside, spots[0]), frame.points, "bold")


def _free_spot(at: Place, width: float, size: float, taken: Sequence[Box], frame: Frame) -> Spot | None:
    x, y = at
    beside, above = size / 2 + 2.5, size / 2 + SMALL * 0.75
    spots = (
        (x + beside, y, "left"),
        (x - beside, y, "right"),
        (x, y + above, "center"),
        (x, y - above, "center"),
    )
    boxes = ((spot, _label_box(spot, width)) for spot in spots)
    return next(
        (
            spot
            for spot, box in boxes
            if frame.holds(box) and not any(_overlap(box, other) for other in taken)
        ),
        None,
    )


def _label_box(spot: Spot, width: float) -> Box:
    left = {"left": 0.0, "right": -width, "center": -width / 2}[spot[2]]
    return _box(spot[0] + left, spot[1] - SMALL * LINE / 2, width, SMALL * LINE)


def _label(axes: Axes, words: str, spot: Spot, points: float, weight: str) -> Box:
    axes.text(
        spot[0] / points,
        spot[1] / points,
        words,
        ha=spot[2],
        va="center",
        fontsize=SMALL,
        fontweight=weight,
        color=palette.INK,
        zorder=5,
        parse_math=False,
    )
    return _label_box(spot, wide(words) * (1 if weight == "normal" else BOLD))


def _box(x: float, y: float, width: float, height: float) -> Box:
    return (x, y, x + width, y + height)


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _names(report: Report, alters: Sequence[Alter]) -> dict[str, str]:
    shown = anchors(report)
    return {
        f"#{shown[alter.person]}": f"{alter.name}, {translated(palette.MARKS[alter.kind].label)}"
        for alter in alters
        if alter.person in shown
    }
