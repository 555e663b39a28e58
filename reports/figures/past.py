"""The number from snapshot to snapshot as a small line with its range: for a card, where a chart has no room.

It is a line and a band, written as they are: matplotlib takes 10 to 30 ms for each, and an overview has one a leader.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET  # it only writes here

from influence.contract.headline import mostly_unknown
from influence.contract.language import translated
from influence.contract.tracked import Past, Tracked
from influence.contract.wording import people, plain
from reports.figures import palette

FEWEST = 3
"""Of fewer snapshots a sentence says as much."""
_WIDE, _HIGH, _EDGE = 240.0, 44.0, 5.0
_Point = tuple[float, float]


def past_picture(tracked: Tracked) -> str:
    """Return the picture as SVG; empty where too few snapshots have a number, or the last one has no single one."""
    known = [one for one in tracked.past if one.value is not None]
    if len(known) < FEWEST or mostly_unknown(tracked.report):
        return ""
    picture = ET.Element(
        "svg",
        {"viewBox": f"0 0 {_WIDE:g} {_HIGH:g}", "class": "past", "role": "img", "aria-label": _said(known)},
    )
    low, high = _edges(known)
    band = [*low, *reversed(high)]
    ET.SubElement(
        picture, "polygon", {"points": _points(band), "fill": palette.UNMET, "fill-opacity": "0.18"}
    )
    line = _placed(known, [one.value or 0.0 for one in known])
    drawn = {"fill": "none", "stroke": palette.UNMET, "stroke-width": "2", "stroke-linejoin": "round"}
    ET.SubElement(picture, "polyline", {"points": _points(line), **drawn})
    x, y = line[-1]
    ET.SubElement(picture, "circle", {"cx": f"{x:.1f}", "cy": f"{y:.1f}", "r": "3.5", "fill": palette.UNMET})
    return ET.tostring(picture, encoding="unicode")


def _said(known: Sequence[Past]) -> str:
    pattern = translated("Over {n} snapshots: {numbers} people never met, the last one last.")
    return pattern.format(n=len(known), numbers=plain(", ".join(people(one.value or 0.0) for one in known)))


def _edges(known: Sequence[Past]) -> tuple[list[_Point], list[_Point]]:
    """Return where the ends of each range lie; without a range both lie on the number."""
    low, high = ([_end(one, end) for one in known] for end in ("low", "high"))
    return _placed(known, low), _placed(known, high)


def _end(one: Past, end: str) -> float:
    held: float | None = getattr(one, end)
    return (one.value or 0.0) if held is None else held


def _placed(known: Sequence[Past], values: Sequence[float]) -> list[_Point]:
    """Place values from left to right, from nobody at the foot to the most that any range holds."""
    top = max(1.0, *(max(_end(one, "high"), one.value or 0.0) for one in known))
    step = (_WIDE - 2 * _EDGE) / (len(known) - 1)
    return [
        (_EDGE + place * step, _HIGH - _EDGE - value / top * (_HIGH - 2 * _EDGE))
        for place, value in enumerate(values)
    ]


def _points(placed: Sequence[_Point]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in placed)
