"""The headline in words, for terminal and page: one range, what another run would give, and what would narrow it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from influence.contract.details.reach import Reach
from influence.contract.findings import Finding, Month, Reached, Report
from influence.contract.wording import MONTHS, noun, people, people_between, plain

ASKED = 10
"""So many answers are asked for at a time."""
_YEAR = 12
_MONTHS = {1: "month", 3: "quarter", 6: "half-year", _YEAR: "year"}
_LONG = 2 * 366
_SAFE = re.compile(r"[\w@.][\w@.:+/-]*", re.ASCII)
"""What may stand in a command that somebody copies into a terminal."""


def headline(report: Report) -> Finding:
    """Return the number that leads every report: reach_4, the people beyond; without a value where there is none."""
    found = report.findings.get("reach_4") or report.findings.get("reach_beyond")
    if found is None:
        return Finding("reach_4", None, "people", reason="this report does not hold it")
    return found if found.value is None or math.isfinite(found.value) else replace(found, value=None)


def leader_name(report: Report) -> str:
    """Return the leader's name, or the id where no name is known."""
    return plain(report.leader.get("name") or "") or plain(report.leader.get("person", "")) or "the leader"


def unknown(report: Report) -> tuple[int, int]:
    """Return of how many people outside the team nothing tells whether they have met the leader, and of how many."""
    told = headline(report).told(Reach)
    if told.unknown is not None and told.outside is not None:
        return told.unknown, told.outside
    outside = [reached for reached in report.people if reached.outside]
    return sum(not reached.known for reached in outside), len(outside)


def mostly_unknown(report: Report) -> bool:
    """Whether so little is known that the headline is its range: of more than half of the people nothing tells."""
    of_whom, outside = unknown(report)
    return 2 * of_whom > outside and bounds(headline(report)) is not None


def unsure(finding: Finding) -> bool:
    """Whether a finding by itself says that of more than half of the people outside the team nothing tells."""
    return bounds(finding) is not None and finding.told(Reach).mostly_unknown


def month_unknown(month: Month) -> bool:
    """Whether of more than half of a month's people outside the team nothing tells.

    >>> month_unknown(Month("2026-01", 0, 0.2, 1.8, 0.0, 2.0, 2)), month_unknown(Month("2026-02", 0, 3, 4, 4, 4, 9))
    (True, False)
    """
    return 2 * (month.high - month.low) > month.reach_3 + month.reach_4


def bounds(finding: Finding) -> tuple[float, float] | None:
    """Return the range of a number, which always holds it; None where it has none.

    Of people met and never met it is the whole numbers that hold the count with 99 % certainty: the unknown all met or
    none, and the evidence about the others right as often as it says.
    """
    if finding.value is None or finding.low is None or finding.high is None:
        return None
    if not all(map(math.isfinite, (finding.value, finding.low, finding.high))):
        return None
    held = [finding.value, finding.low, finding.high, *_counted(finding)]
    return min(held), max(held)


def _counted(finding: Finding) -> tuple[int, ...]:
    told = finding.told(Reach)
    return () if told.least is None or told.most is None else (told.least, told.most)


def shown(report: Report) -> str:
    """Return the headline as it is shown: whole people, or the range where most is unknown; empty where it has none."""
    found = headline(report)
    if found.value is None:
        return ""
    held = bounds(found)
    return people_between(*held) if held and mostly_unknown(report) else people(found.value)


def depending(report: Report) -> str:
    """Say what the headline's one range is and what it depends on, or that it depends on nothing.

    >>> told = Reach(outside=648, unknown=80, least=553, most=640)
    >>> found = Finding("reach_4", 628.8, "people", 556.8, 636.8, detail=told)
    >>> depending(Report({"name": "Ada Berg"}, {}, {"reach_4": found}))
    '553 to 640, depending mostly on whether the 80 people of whom nothing tells have met Ada Berg'
    """
    found, (of_whom, outside) = headline(report), unknown(report)
    held, who = bounds(found), leader_name(report)
    if held is None or not outside:
        return ""
    if not of_whom:
        return _everybody_known(held, who)
    if mostly_unknown(report):
        of = f"all {outside:,}" if of_whom == outside > 1 else f"{of_whom:,} of the {outside:,}"
        if outside == 1:
            return f"nothing tells whether the one person outside the team has met {who}"
        return f"of {of} people outside the team nothing tells whether they have met {who}"
    they = (
        "the one person of whom nothing tells has"
        if of_whom == 1
        else f"the {of_whom:,} people of whom nothing tells have"
    )
    wider = people_between(*held) != people_between(found.low or 0.0, found.high or 0.0)
    return f"{people_between(*held)}, depending {'mostly ' if wider else ''}on whether {they} met {who}"


def _everybody_known(held: tuple[float, float], who: str) -> str:
    """Say that nothing is unknown, and how far the evidence may be wrong."""
    told = f"of everybody outside the team it is known whether they have met {who}"
    if people(held[0]) == people(held[1]):
        return f"{told}, so there is no range"
    return (
        f"{people_between(*held)}: something tells of everybody outside the team, and may be wrong of a few"
    )


def again(report: Report) -> str:
    """Say in which range another such window would lie, or why that cannot be told; nothing where most is unknown."""
    found = headline(report)
    if found.value is None or mostly_unknown(report) or not unknown(report)[1]:
        return ""
    if found.interval is not None and all(map(math.isfinite, found.interval)):
        return f"if {such(report.window)} run again: {people_between(*found.interval)}"
    why = found.told(Reach).no_interval
    if not why:
        return ""
    return f"what another run would give cannot be told: {plain(why).removesuffix(': too little to say')}"


def such(window: Mapping[str, str | None]) -> str:
    """Name a window by its length, for a sentence that runs it again.

    >>> such({"since": "2025-09-01T02:53:34+00:00", "until": "2026-08-31T23:59:09+00:00"})
    'such a year were'
    >>> such({"since": "2026-01-01", "until": "2026-04-01"}), such({"since": "2026-01-05", "until": "2026-02-21"})
    ('such a quarter were', '47 such days were')
    """
    first, after = _day(window.get("since")), _day(window.get("until"), after=True)
    if first is None or after is None or after <= first:
        return "such a window were"
    days = (after - first).days
    months = _YEAR * (after.year - first.year) + after.month - first.month
    if first.day == after.day and months:
        if months in _MONTHS:
            return f"such a {_MONTHS[months]} were"
        return f"{months // _YEAR} such years were" if months % _YEAR == 0 else f"{months} such months were"
    if abs(days - 365) <= 1:
        return "such a year were"
    if days == 7:
        return "such a week were"
    if days > _LONG:
        return f"{round(days / 365.25)} such years were"
    return f"{days} such days were" if days > 1 else "such a day were"


def _day(time: str | None, *, after: bool = False) -> date | None:
    """Return the day of a time; `after`, the first day that no longer belongs to the window."""
    try:
        moment = datetime.fromisoformat(time or "")
    except ValueError:
        return None
    midnight = (moment.hour, moment.minute, moment.second, moment.microsecond) == (0, 0, 0, 0)
    return moment.date() if midnight or not after else moment.date() + timedelta(days=1)


def asked(report: Report) -> tuple[Reached, ...]:
    """Return the people whose answer would narrow the range: those of whom nothing tells, most responses first."""
    open_ = [reached for reached in report.people if reached.outside and not reached.known]
    return tuple(
        sorted(open_, key=lambda one: (-one.responses, one.first_response or "", one.person))[:ASKED]
    )


def cures(report: Report) -> tuple[str, ...]:
    """Say what would narrow the range most: the calendar of which months, and how many answers; none without doubt."""
    of_whom, _ = unknown(report)
    if not of_whom:
        return ()
    answers = min(ASKED, of_whom)
    each = "would settle it" if answers == of_whom else f"would narrow the range by {answers}"
    count = "One answer" if answers == 1 else f"{answers} answers"
    calendar = _calendar(report)
    said = f"{count} {each}: the command “{command(report)}” asks whom {leader_name(report)} had met."
    return (*([calendar] if calendar else []), said)


def _calendar(report: Report) -> str:
    firsts = [reached.first_response for reached in report.people if reached.outside and not reached.known]
    days = sorted(day for day in map(_day, firsts) if day is not None)
    addressed = headline(report).told(Reach).addressed
    if not days or addressed == 0:
        return ""
    tells = (
        "most"
        if addressed is None
        else f"of {addressed:,} of them"
        if addressed < unknown(report)[0]
        else "of them"
    )
    start, end = _month(days[0], -_YEAR), _month(days[-1])
    return (
        f"A full calendar of {leader_name(report)} from {start} to {end} would tell {tells}: it covers the year "
        "before each of them first responded."
    )


def _month(day: date, later: int = 0) -> str:
    place = _YEAR * day.year + day.month - 1 + later
    return f"{MONTHS[place % _YEAR]} {place // _YEAR}"


def command(report: Report) -> str:
    """Return the command that asks for the answers; a name that a shell could misread is left to the reader.

    >>> command(Report({"person": "email:ann@acme.example", "name": "Ann"}, {}, {}))
    'influence met ann@acme.example label'
    >>> command(Report({"person": "$(reboot)", "name": "Ann"}, {}, {}))
    'influence met LEADER label'
    """
    person = report.leader.get("person", "").removeprefix("email:")
    return f"influence met {person if _SAFE.fullmatch(person) else 'LEADER'} label"


def sentences(report: Report) -> tuple[str, ...]:
    """Tell the headline in a few lines, as a terminal shows it."""
    number, who = shown(report), leader_name(report)
    if not number:
        why = plain(headline(report).reason or "no reason was given")
        return (f"How many people never met {who} reached cannot be told: {why}.",)
    lead = f"{who} reached {number if number != '0' else 'no'} {noun(number)} never met"
    doubt, rerun = depending(report), again(report)
    first = f"{lead}: {doubt}." if doubt else f"{lead}."
    second = f"{rerun[:1].upper()}{rerun[1:]}." if rerun else ""
    more = cures(report) if mostly_unknown(report) else ()
    return tuple(line for line in (first, second, *more) if line)
