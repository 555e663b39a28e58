"""Charts of a report or a finding, by matplotlib, for a page and for a notebook. May use the story.

>>> from matplotlib.figure import Figure
>>> from influence.contract.findings import Month, Report
>>> from reports.figures import plot_trend
>>> report = Report({"name": "Ada Berg"}, {}, {}, trend=(Month("2026-01", 0, 3, 4, 4, 5, 9),))
>>> axes = Figure().add_subplot()
>>> plot_trend(report, axes) is axes
True

Each draws on the axes it is given, by the room that they have, and returns them; without axes it makes a figure of
matplotlib's `pyplot`, which a notebook shows. `axes.figure.savefig` writes SVG, PNG and PDF.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reports.figures.movement import plot_movement
    from reports.figures.network import plot_network
    from reports.figures.possible import plot_possible_reach
    from reports.figures.rings import plot_rings
    from reports.figures.robustness import plot_robustness
    from reports.figures.room import NothingToDraw
    from reports.figures.spheres import plot_spheres
    from reports.figures.stage import plot_stage
    from reports.figures.sureness import plot_sureness
    from reports.figures.trend import plot_trend
    from reports.figures.walls import plot_walls

__all__ = [
    "NothingToDraw",
    "plot_movement",
    "plot_network",
    "plot_possible_reach",
    "plot_rings",
    "plot_robustness",
    "plot_spheres",
    "plot_stage",
    "plot_sureness",
    "plot_trend",
    "plot_walls",
]
_HOMES = {name: name.removeprefix("plot_") for name in __all__} | {
    "NothingToDraw": "room",
    "plot_possible_reach": "possible",
}


def __getattr__(name: str) -> Any:
    """Import a chart when it is first asked for: matplotlib takes a while."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
