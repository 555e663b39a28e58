"""The report's numbers as charts hold them: rounded as the words are, so that no chart says what a sentence does not.

Where of most people nothing tells, a number is its two ends; what cannot be told stands in no chart.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from influence.contract.details.robustness import Robustness
from influence.contract.findings import Report, Week
from influence.contract.headline import bounds, month_unknown, mostly_unknown
from influence.contract.language import translated
from influence.contract.wording import plain, shared, whole
from reports.story.chance import alternatives
from reports.story.movement import rows, when
from reports.story.sentences import numbers
from reports.story.spheres import reached_outside, sources_by_sphere, sphere_name, unmet_range

MOST_SPHERES = 8
"""The smaller spheres stand together."""
MOST_CHOICES = 8


@dataclass(frozen=True)
class Bar:
    """One number of people, from `low` to `high` where only its ends are known, and as the report words it."""

    label: str
    low: float
    high: float
    words: str

    @property
    def certain(self) -> bool:
        """Whether it is one number."""
        return self.low == self.high


@dataclass(frozen=True)
class Both:
    """One sphere: whom the leader reaches there, and to how many there they listen."""

    label: str
    reached: Bar
    heard: float


@dataclass(frozen=True)
class Point:
    """One month or week, in words and as 2026-01 or 2026-W05: never met, its range, and met.

    Never met is None where only the range says something.
    """

    label: str
    month: str
    unmet: float | None
    low: float
    high: float
    met: float | None


def drawn(value: float, *, half_up: bool = True) -> float:
    """Round to whole people; fewer than one, but somebody, keeps a tenth, so that it is not nobody.

    >>> drawn(17.5), drawn(0.3), drawn(0.0), drawn(0.01)
    (18.0, 0.3, 0.0, 0.1)
    """
    if not math.isfinite(value):
        return 0.0
    count = whole(max(0.0, value), half_up=half_up)
    return float(count) if count or value <= 0 else max(0.1, round(value, 1))


def steps(report: Report) -> tuple[Bar, ...]:
    """Return steps 2, 3 and 4, as many as can be told."""
    bars = []
    for told in numbers(report, "reach_2", "reach_3", "reach_4"):
        found = report.findings[told.name]
        if found.value is None or not told.known:
            continue
        held = bounds(found) if told.name != "reach_2" and mostly_unknown(report) else None
        half_up = told.name != "reach_3"
        low, high = (drawn(end, half_up=half_up) for end in held or (found.value, found.value))
        bars.append(Bar(told.label, low, high, told.text))
    return tuple(bars)


def spheres(report: Report) -> tuple[Both, ...]:
    """Return the spheres outward and back, the largest first, the smallest together; each mix adds up to its number."""
    out = {row.sphere: row for row in reached_outside(report)}
    back = sources_by_sphere(report)
    weight = {
        sphere: max(out[sphere].value if sphere in out else 0.0, back.get(sphere, 0.0))
        for sphere in {*out, *back}
    }
    order = sorted(weight, key=lambda sphere: (-weight[sphere], sphere))
    reached = dict(zip(order, shared([out[s].value if s in out else 0.0 for s in order]), strict=True))
    heard = dict(zip(order, shared([back.get(s, 0.0) for s in order]), strict=True))
    ends = {sphere: (float(reached[sphere]),) * 2 for sphere in order}
    if mostly_unknown(report):
        ends |= {sphere: _ends(unmet_range(report, row)) for sphere, row in out.items()}
    rows = [_both(sphere_name(sphere), ends[sphere], float(heard[sphere])) for sphere in order]
    if len(rows) <= MOST_SPHERES:
        return tuple(rows)
    rest = rows[MOST_SPHERES - 1 :]
    together = sum(row.reached.low for row in rest), sum(row.reached.high for row in rest)
    others = _both(translated("other spheres"), together, sum(row.heard for row in rest))
    return (*rows[: MOST_SPHERES - 1], others)


def months(report: Report) -> tuple[Point, ...]:
    """Return the months, or the whole weeks, by which the movement is told, in their order."""
    return tuple(
        Point(
            label=when(row),
            month=plain(row.name),
            unmet=None if month_unknown(row) else drawn(row.reach_4),
            low=drawn(row.low),
            high=drawn(row.high),
            met=None if month_unknown(row) else drawn(row.reach_3, half_up=False),
        )
        for row in rows(report)
        if not isinstance(row, Week) or row.whole
    )


def choices(report: Report) -> tuple[Bar, ...]:
    """Return the headline as reported and counted again under other choices; nothing where it is a range."""
    told, headline = alternatives(report)[:MOST_CHOICES], report.told("robustness", Robustness).reach_4
    if not told or headline is None or mostly_unknown(report):
        return ()
    rows = ((translated("as reported"), headline), *told)
    return tuple(Bar(name, drawn(value), drawn(value), "") for name, value in rows)


def _ends(held: tuple[float, float]) -> tuple[float, float]:
    return drawn(held[0]), drawn(held[1])


def _both(label: str, ends: tuple[float, ...], heard: float) -> Both:
    return Both(label, Bar(label, ends[0], ends[-1], ""), heard)
