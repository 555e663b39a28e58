"""The pictures of the page, each as wide as a page and as a telephone, as inline SVG."""

from __future__ import annotations

from collections.abc import Callable

from influence.contract.findings import Report
from reports.figures.movement import movement_picture
from reports.figures.network import network_picture
from reports.figures.rings import rings_picture
from reports.figures.robustness import robustness_picture
from reports.figures.spheres import spheres_picture
from reports.figures.stage import stage_picture
from reports.figures.sureness import sureness_picture
from reports.figures.svg import Picture, house_style, to_svg
from reports.figures.trend import other_picture, trend_picture
from reports.figures.walls import walls_picture

WIDE_ONLY, NARROW_ONLY = "wide-only", "narrow-only"
"""The classes by which a style sheet shows the one that fits."""
_BOTH: dict[str, Callable[..., Picture | None]] = {
    "rings": rings_picture,
    "network": network_picture,
    "trend_chart": trend_picture,
    "other_chart": other_picture,
}
_ONE: dict[str, Callable[[Report], Picture | None]] = {
    "sureness": sureness_picture,
    "carried": stage_picture,
    "wings": spheres_picture,
    "counted_again": robustness_picture,
    "movement": movement_picture,
    "departments": walls_picture,
}


def page_pictures(report: Report) -> dict[str, str]:
    """Return every picture of a report by its key as inline SVG; empty where there is nothing to draw.

    Rings, network and both trends are there twice, one after the other: of the class `wide-only` and of `narrow-only`.
    The others are narrow enough for both. Words in them are 11 pixels high or more on a telephone 390 pixels wide.
    """
    with house_style():
        pictures = {key: _inline(make(report), key, key) for key, make in _ONE.items()}
        for key, make in _BOTH.items():
            wide = _inline(make(report), key, f"{key} {WIDE_ONLY}")
            narrow = _inline(make(report, narrow=True), f"{key}-n", f"{key} {NARROW_ONLY}")
            pictures[key] = wide + narrow
    return pictures


def glance_pictures(report: Report) -> dict[str, str]:
    """Return the pictures that a glance at a report shows, as `page_pictures` does: how sure, which spheres, when."""
    with house_style():
        pictures = {key: _inline(_ONE[key](report), key, key) for key in ("sureness", "wings")}
        wide = _inline(trend_picture(report), "trend_chart", f"trend_chart {WIDE_ONLY}")
        narrow = _inline(trend_picture(report, narrow=True), "trend_chart-n", f"trend_chart {NARROW_ONLY}")
    return {**pictures, "trend_chart": wide + narrow}


def _inline(picture: Picture | None, key: str, classes: str) -> str:
    return to_svg(picture, key, f"picture {classes}") if picture else ""
