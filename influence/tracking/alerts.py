"""What somebody should look at: a system that fell silent, a storm, a topic that took off, a sphere that went quiet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from influence.contract.details.tags import Carried, Tags
from influence.contract.details.tone import ToneOf
from influence.contract.findings import Report
from influence.contract.language import because
from influence.contract.tracked import Moved
from influence.settings import Settings


def alerts(report: Report, moved: Moved | None, settings: Settings) -> tuple[str, ...]:
    """Return a sentence for each rule of `[alerts]` that holds, systems first: without them the rest says little."""
    return (
        *_silent(report, settings.silent),
        *_storm(report),
        *_took_off(report, settings),
        *_quiet_spheres(moved, settings),
    )


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
            yield because("nothing of {name} was brought in since {day}", name=system, day=when.date())


def _storm(report: Report) -> Iterator[str]:
    """Say so where most of those who responded were hostile: it is no influence."""
    if report.told("tone", ToneOf).storm:
        yield because("most of those who responded were hostile: a storm, and no influence")


def _took_off(report: Report, settings: Settings) -> Iterator[str]:
    """Name the topics and tags whose last week drew so many times the responses of any week before it in the window.

    A tag that a topic of the user's holds is told with that topic, not beside it.
    """
    told = report.told("tags", Tags)
    topics = [one for one in told.topics if _rose(one, settings)]
    held = {mark.casefold().lstrip("#") for one in topics for mark in settings.topics.get(one.name, ())}
    tags = [one for one in told.tags if _rose(one, settings) and one.name.casefold() not in held]
    for one in (*topics, *tags):
        *before, last = one.weeks
        yield because(
            "the topic {name} took off: {last} responses in the last week, at most {most} in a week before",
            name=one.name,
            last=last,
            most=max(before),
        )


def _rose(one: Carried, settings: Settings) -> bool:
    *before, last = one.weeks or (0,)
    return bool(before) and last >= max(settings.smallest_group, settings.took_off * max(before))


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
