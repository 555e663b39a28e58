"""What somebody should look at: a sphere that went quiet, a system that fell silent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from influence.contract.findings import Report
from influence.contract.language import because
from influence.contract.tracked import Moved
from influence.settings import Settings


def alerts(report: Report, moved: Moved | None, settings: Settings) -> tuple[str, ...]:
    """Return a sentence for each rule of `[alerts]` that holds, systems first: without them the rest says little."""
    return (*_silent(report, settings.silent), *_quiet_spheres(moved, settings))


def _silent(report: Report, days: float) -> Iterator[str]:
    """Name the systems whose last activity is more than so many days before the end of the window."""
    end = datetime.fromisoformat(str(report.window["until"]))
    last: dict[str, datetime] = {}
    for row in report.coverage:
        if row.last:
            when = datetime.fromisoformat(row.last)
            last[row.system] = max(when, last.get(row.system, when))
    for system, when in sorted(last.items()):
        if end - when > timedelta(days=days):
            yield because(
                "nothing of {name} was brought in since {day}", name=system, day=when.date().isoformat()
            )


def _quiet_spheres(moved: Moved | None, settings: Settings) -> Iterator[str]:
    """Name the spheres of which less than `sphere_quiet` is left; what was less than the smallest group was little."""
    for one in moved.spheres if moved else ():
        if one.was >= settings.smallest_group and one.now < settings.sphere_quiet * one.was:
            yield because(
                "the sphere {sphere} went quiet: {now} people never met responded, {was} in the window before",
                sphere=one.sphere,
                now=round(one.now),
                was=round(one.was),
            )
