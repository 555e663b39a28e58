"""The network around the leader: the strongest people, their communities as soft areas, never a hairball."""

from __future__ import annotations

import math
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse

from influence.contract.findings import Report
from influence.contract.headline import leader_name
from influence.contract.wording import counted, plain
from reports.figures import palette
from reports.figures.svg import Picture
from reports.story.evidence import anchors, mark_of
from reports.story.wording import shortened

MOST_PEOPLE = 100
MOST_LABELS = 50
TIES_A_PERSON = 2

_WIDTH, _HEIGHT = 10.0, 7.2
_STRETCH = 1.3  # names run sideways, so the picture does too
_APART = 1.0
_LABEL = 9.0

Place = tuple[float, float]
Box = tuple[float, float, float, float]
Spot = tuple[float, float, str]


@dataclass(frozen=True)
class Alter:
    """One person of the picture besides the leader."""

    person: str
    name: str
    kind: str
    community: int
    strength: float


@dataclass(frozen=True)
class Area:
    """A community: where it lies and its people, the strongest first; a loose one has no area."""

    centre: Place
    radius: float
    people: tuple[Alter, ...]
    loose: bool


def network_picture(report: Report) -> Picture | None:
    """Draw the leader, the strongest people and the strongest ties among them; None where there are none."""
    alters = _alters(report)
    if not alters:
        return None
    areas = _areas(alters)
    places = {alter.person: place for area in areas for alter, place in _inside(area)}
    places[report.leader.get("person", "")] = (0.0, 0.0)
    figure = Figure(figsize=(_WIDTH, _HEIGHT))
    axes = figure.add_axes((0, 0, 1, 1))
    points = _frame(axes, areas)
    _draw_areas(axes, areas)
    _draw_ties(axes, report, places)
    _draw_people(axes, report, alters, places, points)
    return Picture(
        figure, "The network around the leader", _described(report, alters), _names(report, alters)
    )


def _alters(report: Report) -> list[Alter]:
    leader = report.leader.get("person", "")
    strength: dict[str, float] = defaultdict(float)
    for source, target, responses in report.network.edges:
        ours = leader in (source, target)
        strength[source] += responses if ours else responses * 0.001
        strength[target] += responses if ours else responses * 0.001
    kinds = {reached.person: mark_of(reached) for reached in report.people}
    alters = [
        Alter(
            person,
            plain(name) or plain(person),
            kinds.get(person) or _kind(m),
            community,
            strength[person],
        )
        for person, name, _, m, community in report.network.nodes
        if person != leader
    ]
    return sorted(alters, key=lambda alter: (-alter.strength, alter.person))[:MOST_PEOPLE]


def _kind(m: float) -> str:
    """Tell the kind of a person who did not respond, of whom only m is known."""
    if m >= 0.5:
        return "met"
    return "unmet" if m == 0 else "unknown"


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


def _frame(axes: Axes, areas: Sequence[Area]) -> float:
    """Fit everything into the figure; return how many points one unit is."""
    left = min(0, *(area.centre[0] - area.radius for area in areas), -3) * _STRETCH
    right = max(0, *(area.centre[0] + area.radius for area in areas), 3) * _STRETCH
    bottom = min(0, *(area.centre[1] - area.radius for area in areas), -2)
    top = max(0, *(area.centre[1] + area.radius for area in areas), 2)
    unit = min((_WIDTH - 1.6) / (right - left), (_HEIGHT - 0.4) / (top - bottom))
    x, y = (left + right) / 2, (bottom + top) / 2
    axes.set(
        xlim=(x - _WIDTH / unit / 2, x + _WIDTH / unit / 2),
        ylim=(y - _HEIGHT / unit / 2, y + _HEIGHT / unit / 2),
    )
    axes.set_axis_off()
    return unit * 72


def _draw_areas(axes: Axes, areas: Sequence[Area]) -> None:
    for n, area in enumerate(areas):
        if not area.loose:
            colour = palette.AREAS[n % len(palette.AREAS)]
            x, y = area.centre
            axes.add_patch(
                Ellipse(
                    (x * _STRETCH, y),
                    2 * area.radius * _STRETCH,
                    2 * area.radius,
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
    _draw_lines(axes, others[: TIES_A_PERSON * len(places)], places, 0.7, "#d3d9de")
    _draw_lines(axes, sorted(ours.items()), places, min(0.8, 40 / len(places)), "#b9c3cb")


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
    lines = [[(places[end][0] * _STRETCH, places[end][1]) for end in pair] for pair, _ in ties]
    widths = [width * (0.6 + 1.6 * math.sqrt(max(weight, 0) / most)) for _, weight in ties]
    axes.add_collection(LineCollection(lines, colors=colour, linewidths=widths, zorder=2), autolim=False)


def _draw_people(
    axes: Axes, report: Report, alters: Sequence[Alter], places: Mapping[str, Place], points: float
) -> None:
    shown = anchors(report)
    size = max(5.0, min(10.0, 0.32 * points))
    for kind, mark in palette.MARKS.items():
        alike = [alter for alter in alters if alter.kind == kind]
        drawn = axes.scatter(
            [places[alter.person][0] * _STRETCH for alter in alike],
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
    _draw_labels(axes, report, alters, places, points, size)


def _draw_labels(
    axes: Axes,
    report: Report,
    alters: Sequence[Alter],
    places: Mapping[str, Place],
    points: float,
    size: float,
) -> None:
    at = {
        alter.person: (places[alter.person][0] * _STRETCH * points, places[alter.person][1] * points)
        for alter in alters
    }
    taken = [_box(x - size / 2, y - size / 2, size, size) for x, y in at.values()]
    own = shortened(leader_name(report), 26)
    taken.append(_label(axes, own, (0.0, -18.0, "center"), points, "bold"))
    taken.append(_box(-9, -9, 18, 18))
    for alter in alters[:MOST_LABELS]:
        words = shortened(alter.name, 22)
        spot = _free_spot(at[alter.person], _wide(words), size, taken)
        if spot is not None:
            taken.append(_label(axes, words, spot, points, "normal"))


def _free_spot(at: Place, width: float, size: float, taken: Sequence[Box]) -> Spot | None:
    x, y = at
    beside, above = size / 2 + 2.5, size / 2 + _LABEL * 0.75
    spots = (
        (x + beside, y, "left"),
        (x - beside, y, "right"),
        (x, y + above, "center"),
        (x, y - above, "center"),
    )
    return next(
        (spot for spot in spots if not any(_overlap(_label_box(spot, width), other) for other in taken)), None
    )


def _label_box(spot: Spot, width: float) -> Box:
    left = {"left": 0.0, "right": -width, "center": -width / 2}[spot[2]]
    return _box(spot[0] + left, spot[1] - _LABEL * 0.6, width, _LABEL * 1.2)


def _label(axes: Axes, words: str, spot: Spot, points: float, weight: str) -> Box:
    axes.text(
        spot[0] / points,
        spot[1] / points,
        words,
        ha=spot[2],
        va="center",
        fontsize=_LABEL if weight == "normal" else 11,
        fontweight=weight,
        color=palette.INK,
        zorder=5,
        parse_math=False,
    )
    width = _wide(words) * (1 if weight == "normal" else 1.3)
    return _label_box(spot, width)


def _wide(words: str) -> float:
    return sum(1.0 if unicodedata.east_asian_width(letter) in "WF" else 0.56 for letter in words) * _LABEL


def _box(x: float, y: float, width: float, height: float) -> Box:
    return (x, y, x + width, y + height)


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _described(report: Report, alters: Sequence[Alter]) -> str:
    of = max(report.network.of, len(alters))
    communities = len({alter.community for alter in alters})
    shown = counted(len(alters), "person", "people")
    groups = counted(communities, "community", "communities")
    return (
        f"{shown} of {of:,} with the strongest ties to the leader, in {groups}. "
        "A line is one or more responses; the thicker, the more."
    )


def _names(report: Report, alters: Sequence[Alter]) -> dict[str, str]:
    shown = anchors(report)
    return {
        f"#{shown[alter.person]}": f"{alter.name}, {palette.MARKS[alter.kind].label}"
        for alter in alters
        if alter.person in shown
    }
