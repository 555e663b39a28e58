"""Every measure of some people side by side, or of one person in two windows, and which differences are told apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from influence.analysis.alike import WEEKLY, active_weeks, for_each_week
from influence.analysis.comparison import COMPARED, FALSE_SHARE, ONE_WINDOW, Comparison
from influence.analysis.report import Analysis
from influence.chance.intervals import wilson
from influence.chance.p_values import discoveries
from influence.contract.compared import WAYS, Apart, Compared, Line, Role, Side, Value
from influence.contract.findings import Finding, Report
from influence.contract.language import because
from influence.contract.measures import catalogue
from influence.measures.peers import p_of_difference
from influence.network.ways import ways
from influence.reach.population import Population
from influence.times import WEEK, Window

LEFT_OUT = frozenset({"How well does it hold?", "What to do", "From month to month"})
"""Families of findings that say how sure others are, what to do, or how it moved: nothing to compare people by."""
OF_THE_HOUSE = frozenset(
    {"gini", "absence_factor", "coverage_curve", "second_generation_leaders", "walls", "help_outcome"}
)
"""Findings about everybody, the same for each leader."""
NO_RANK = frozenset({"voterank", "digital_voterank", "reach_beyond", "beyond_ratio"})
"""Places in an order, which compare nothing, and what reach_4 and beyond_share tell already."""
FEWEST_ACTS = 20
TOO_FEW_ACTS = because("too few acts are on record to say what somebody mostly does")
TWO_WINDOWS = because(
    "What is compared is what was brought into this workspace; whether the person or the time made a difference it "
    "cannot tell."
)


def compared_measures(wanted: Sequence[str] = ()) -> list[str]:
    """Return the findings that are compared, those that every report has first, or those of them that are wanted.

    Raises:
        PluginError: there is no such measure.
    """
    return [
        name
        for measure in sorted(catalogue(wanted), key=lambda one: (one.name != "four-steps", one.name))
        for name, words in measure.finds.items()
        if words.family not in LEFT_OUT
        and name not in OF_THE_HOUSE | NO_RANK
        and (not wanted or {measure.name, name} & {*wanted})
    ]


def side(analysis: Analysis, leader: int, window: Window, names: Sequence[str]) -> tuple[Report, Side]:
    """Return what is found of one leader in one window, and what they mostly do."""
    report = analysis.about(leader, window, names)
    weeks = max(1, round((window.until - window.since) / WEEK)) if analysis.dated else 0
    active = int(active_weeks(analysis, window, weeks)[leader]) if weeks else 0
    who = report.leader
    return report, Side(
        who["person"], who["name"], dict(report.window), active, weeks, role(analysis, leader, window)
    )


def role(population: Population, leader: int, window: Window) -> Role:
    """Return what somebody mostly does in a window: the way whose share is surely larger than that of every other.

    Each act is one of five ways (`network.ways`). A way stands out where the 95 % interval of its share (Wilson) lies
    above that of the next. Nothing is told of fewer than twenty acts.
    """
    found = ways(population.tables, leader, window)
    times = {way: found.get(way, 0) for way in WAYS}
    acts = sum(times.values())
    if acts < FEWEST_ACTS:
        return Role(None, times, TOO_FEW_ACTS)
    most, second = sorted(times, key=lambda way: -times[way])[:2]
    apart = wilson(times[most], acts)[0] > wilson(times[second], acts)[1]
    return Role(most if apart else None, times)


def side_by_side(
    found: Sequence[tuple[Report, Side]], names: Sequence[str], headline: Comparison | None = None
) -> Compared:
    """Put the sides together: each measure of all, and which differences are more than chance over all of them.

    p of reach_4 and beyond_share is that of the conversations drawn again (`comparison.compare`), which knows what two
    people share; of any other measure with two intervals it is `peers.p_of_difference`. All together are decided by
    Benjamini and Hochberg's procedure at 5 % (1995, doi:10.1111/j.2517-6161.1995.tb02031.x).
    """
    lines = tuple(_lines(found, names))
    tested = list(_tested(lines, [one for _, one in found], headline))
    decided = discoveries([p for _, _, _, p, _ in tested], FALSE_SHARE) if tested else []
    differences = tuple(
        Apart(measure, one, other, p, bool(sure and may))
        for (measure, one, other, p, may), sure in zip(tested, decided, strict=True)
    )
    limit = ONE_WINDOW if headline is not None else TWO_WINDOWS
    return Compared(tuple(one for _, one in found), lines, differences, (limit,), notice=found[0][0].notice)


def _lines(found: Sequence[tuple[Report, Side]], names: Sequence[str]) -> Iterator[Line]:
    """Yield each measure of all: as it is where all were active in as many weeks, else for each active week."""
    weeks = [side.weeks for _, side in found]
    weekly = len(set(weeks)) > 1
    weeks = weeks if weekly else [min(1, active) for active in weeks]
    for name in names:
        every = [report.findings.get(name) for report, _ in found]
        told = [Value(*for_each_week(one, active)) for one, active in zip(every, weeks, strict=True)]
        known: Finding | None = next(
            (one for one in every if one is not None and one.value is not None), None
        )
        if known is not None:
            yield Line(name, known.unit, weekly and name in WEEKLY, tuple(told))


_Tested = tuple[str, int, int, float, bool]
"""A measure, two sides, p, and whether they may be told apart at all."""


def _tested(lines: Sequence[Line], sides: Sequence[Side], headline: Comparison | None) -> Iterator[_Tested]:
    drawn = _drawn(headline, sides)
    for line in lines:
        for one, other in combinations(range(len(sides)), 2):
            first, second = line.values[one], line.values[other]
            if (line.name, one, other) in drawn:
                yield (line.name, one, other, *drawn[line.name, one, other])
            elif first.value is not None and second.value is not None and first.interval and second.interval:
                p = p_of_difference((first.value, first.interval), (second.value, second.interval))
                yield line.name, one, other, p, True


def _drawn(
    headline: Comparison | None, sides: Sequence[Side]
) -> Mapping[tuple[str, int, int], tuple[float, bool]]:
    """Return p of what was drawn again, and whether it may be told apart: not where it turns with the unknown."""
    place = {side.person: n for n, side in enumerate(sides)}
    return {
        (one.measure, *sorted((place[one.one], place[one.other]))): (one.p, not one.turns)  # type: ignore[misc]
        for one in (headline.differences if headline is not None else ())
        if one.p is not None and one.measure in COMPARED
    }
