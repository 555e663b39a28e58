"""Values with their intervals on one scale, each a small line with a dot: beside words, which say the same."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET  # it only writes here

_WIDE, _HIGH, _EDGE = 240.0, 14.0, 6.0


def interval_lines(
    values: Sequence[float], within: Sequence[tuple[float, float] | None], whole: float = 0.0
) -> list[str]:
    """Return one SVG a value, all on a scale from nothing (or the least, below it) to the most, or to the `whole`.

    A page colours them.

    >>> [line.count("<line") for line in interval_lines([1.0, 3.0], [None, (2.0, 4.0)])]
    [1, 2]
    """
    held = [0.0, whole, *values, *(end for ends in within if ends for end in ends)]
    least, most = min(held), max(held)
    span = (most - least) or 1.0

    def across(value: float) -> str:
        return f"{_EDGE + (value - least) / span * (_WIDE - 2 * _EDGE):.1f}"

    return [
        _line(across(value), ends and (across(ends[0]), across(ends[1])))
        for value, ends in zip(values, within, strict=True)
    ]


def _line(value: str, ends: tuple[str, str] | None) -> str:
    middle = f"{_HIGH / 2:g}"
    picture = ET.Element(
        "svg", {"viewBox": f"0 0 {_WIDE:g} {_HIGH:g}", "class": "interval", "aria-hidden": "true"}
    )
    whole = {"x1": f"{_EDGE:g}", "x2": f"{_WIDE - _EDGE:g}", "y1": middle, "y2": middle, "class": "scale"}
    ET.SubElement(picture, "line", whole)
    if ends:
        ET.SubElement(
            picture, "line", {"x1": ends[0], "x2": ends[1], "y1": middle, "y2": middle, "class": "range"}
        )
    ET.SubElement(picture, "circle", {"cx": value, "cy": middle, "r": "4"})
    return ET.tostring(picture, encoding="unicode")
