"""The headline in words, for terminal and page: one range, what another run would give, and what would narrow it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from influence.contract.details.reach import Reach
from influence.contract.details.tone import ToneOf
from influence.contract.findings import Finding, Month, Reached, Report, Week
from influence.contract.language import because, message, numbered, recognised, translated
from influence.contract.wording import (
    counted,
    counted_between,
    month_of,
    people,
    people_between,
    plain,
)

CAUTION = because(
    "A response is consistent with influence; it does not show that the leader caused it: people who are alike also "
    "act alike (Shalizi and Thomas 2011)."
)
"""What no report can show; it stands once, among the limits."""
NAMELESS = "leader"
"""The leader's id in a copy without names."""
ASKED = 10
"""So many answers are asked for at a time."""
_YEAR = 12
_AGAIN = {
    1: message("if such a month were run again: {range}"),
    3: message("if such a quarter were run again: {range}"),
    6: message("if such a half-year were run again: {range}"),
}
_LONG = 2 * 366
_SAFE = re.compile(r"[\w@.][\w@.:+/-]*", re.ASCII)
"""What may stand in a command that somebody copies into a terminal."""


def headline(report: Report) -> Finding:
    """Return the number that leads every report: reach_4, the people beyond; without a value where there is none."""
    found = report.findings.get("reach_4") or report.findings.get("reach_beyond")
    if found is None:
        return Finding("reach_4", None, "people", reason=because("this report does not hold it"))
    return found if found.value is None or math.isfinite(found.value) else replace(found, value=None)


def leader_name(report: Report) -> str:
    """Return the leader's name, or the id where no name is known."""
    return (
        plain(report.leader.get("name") or "")
        or plain(report.leader.get("person", ""))
        or translated("the leader")
    )


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


def month_unknown(month: Month | Week) -> bool:
    """Whether of more than half of the people outside the team of a month, or a week, nothing tells.

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
        return _mostly_unknown(of_whom, outside, who)
    wider = people_between(*held) != people_between(found.low or 0.0, found.high or 0.0)
    pattern = (
        numbered(
            "{range}, depending mostly on whether the one person of whom nothing tells has met {who}",
            "{range}, depending mostly on whether the {n} people of whom nothing tells have met {who}",
            of_whom,
        )
        if wider
        else numbered(
            "{range}, depending on whether the one person of whom nothing tells has met {who}",
            "{range}, depending on whether the {n} people of whom nothing tells have met {who}",
            of_whom,
        )
    )
    return pattern.format(range=people_between(*held), n=people(of_whom), who=who)


def _mostly_unknown(of_whom: int, outside: int, who: str) -> str:
    """Say of how many people outside the team nothing tells, where those are most of them."""
    if of_whom < outside:
        pattern = translated(
            "of {n} of the {of} people outside the team nothing tells whether they have met {who}"
        )
        return pattern.format(n=people(of_whom), of=people(outside), who=who)
    pattern = numbered(
        "nothing tells whether the one person outside the team has met {who}",
        "of all {n} people outside the team nothing tells whether they have met {who}",
        outside,
    )
    return pattern.format(n=people(outside), who=who)


def _everybody_known(held: tuple[float, float], who: str) -> str:
    """Say that nothing is unknown, and how far the evidence may be wrong."""
    if people(held[0]) == people(held[1]):
        pattern = translated(
            "of everybody outside the team it is known whether they have met {who}, so there is no range"
        )
        return pattern.format(who=who)
    pattern = translated("{range}: something tells of everybody outside the team, and may be wrong of a few")
    return pattern.format(range=people_between(*held))


def again(report: Report) -> str:
    """Say in which range another such window would lie, or why that cannot be told; nothing where most is unknown."""
    found = headline(report)
    if found.value is None or mostly_unknown(report) or not unknown(report)[1]:
        return ""
    if found.interval is not None and all(map(math.isfinite, found.interval)):
        return such(report.window).format(range=people_between(*found.interval))
    why = found.told(Reach).no_interval
    if not why:
        return ""
    return translated("what another run would give cannot be told: {why}").format(why=recognised(plain(why)))


def such(window: Mapping[str, str | None]) -> str:
    """Return the sentence that runs a window of this length again, its `range` still open.

    >>> such({"since": "2025-09-01T02:53:34+00:00", "until": "2026-08-31T23:59:09+00:00"})
    'if such a year were run again: {range}'
    >>> such({"since": "2026-01-01", "until": "2026-04-01"}), such({"since": "2026-01-05", "until": "2026-02-21"})
    ('if such a quarter were run again: {range}', 'if 47 such days were run again: {range}')
    """
    first, after = _day(window.get("since")), _day(window.get("until"), after=True)
    if first is None or after is None or after <= first:
        return translated("if such a window were run again: {range}")
    days = (after - first).days
    months = _YEAR * (after.year - first.year) + after.month - first.month
    if first.day == after.day and months:
        return _months_again(months)
    if abs(days - 365) <= 1 or days > _LONG:
        return _years_again(round(days / 365.25))
    if days == 7:
        return translated("if such a week were run again: {range}")
    pattern = numbered(
        "if such a day were run again: {range}", "if {n} such days were run again: {range}", days
    )
    return pattern.replace("{n}", people(days))


def _months_again(months: int) -> str:
    if months in _AGAIN:
        return translated(_AGAIN[months])
    if months % _YEAR == 0:
        return _years_again(months // _YEAR)
    pattern = numbered(
        "if such a month were run again: {range}", "if {n} such months were run again: {range}", months
    )
    return pattern.replace("{n}", people(months))


def _years_again(years: int) -> str:
    pattern = numbered(
        "if such a year were run again: {range}", "if {n} such years were run again: {range}", years
    )
    return pattern.replace("{n}", people(years))


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
    pattern = (
        numbered(
            "One answer would settle it: the command “{command}” asks whom {who} had met.",
            "{n} answers would settle it: the command “{command}” asks whom {who} had met.",
            answers,
        )
        if answers == of_whom
        else numbered(
            "One answer would narrow the range by 1: the command “{command}” asks whom {who} had met.",
            "{n} answers would narrow the range by {n}: the command “{command}” asks whom {who} had met.",
            answers,
        )
    )
    said = pattern.format(n=people(answers), command=command(report), who=leader_name(report))
    calendar = _calendar(report)
    return (*([calendar] if calendar else []), said)


def _calendar(report: Report) -> str:
    firsts = [reached.first_response for reached in report.people if reached.outside and not reached.known]
    days = sorted(day for day in map(_day, firsts) if day is not None)
    addressed = headline(report).told(Reach).addressed
    if not days or addressed == 0:
        return ""
    if addressed is None:
        pattern = message(
            "A full calendar of {who} from {first} to {last} would tell most: it covers the year before each of "
            "them first responded."
        )
    elif addressed < unknown(report)[0]:
        pattern = message(
            "A full calendar of {who} from {first} to {last} would tell of {n} of them: it covers the year before "
            "each of them first responded."
        )
    else:
        pattern = message(
            "A full calendar of {who} from {first} to {last} would tell of them: it covers the year before each of "
            "them first responded."
        )
    first, last = _month(days[0], -_YEAR), _month(days[-1])
    return translated(pattern).format(
        who=leader_name(report), first=first, last=last, n=people(addressed or 0)
    )


def _month(day: date, later: int = 0) -> str:
    year, place = divmod(_YEAR * day.year + day.month - 1 + later, _YEAR)
    return month_of(year, place + 1)


def nameless(report: Report) -> bool:
    """Whether the report is a copy without names, in which the leader alone is named.

    >>> nameless(Report({"person": NAMELESS, "name": "Ann"}, {}, {}))
    True
    """
    return report.leader.get("person") == NAMELESS


def command(report: Report) -> str:
    """Return the command that asks for the answers; a name that a shell could misread is left to the reader.

    >>> command(Report({"person": "email:ann@acme.example", "name": "Ann"}, {}, {}))
    'influence met ann@acme.example label'
    >>> command(Report({"person": "$(reboot)", "name": "Ann"}, {}, {}))
    'influence met LEADER label'
    """
    return f"influence met {named(report)} label"


def named(report: Report) -> str:
    """Return the leader as a command takes it; what a shell could misread is left to the reader.

    >>> named(Report({"person": "email:ann@acme.example", "name": "Ann"}, {}, {}))
    'ann@acme.example'
    """
    person = report.leader.get("person", "").removeprefix("email:")
    return person if _SAFE.fullmatch(person) and not nameless(report) else "LEADER"


def sentences(report: Report) -> tuple[str, ...]:
    """Tell the headline in a few lines, as a terminal shows it, after what the report is narrowed to."""
    part = report.narrowed.sentences() if report.narrowed else []
    return (*part, *_whole_headline(report))


def _whole_headline(report: Report) -> tuple[str, ...]:
    found, who = headline(report), leader_name(report)
    if found.value is None:
        why = recognised(plain(found.reason or because("no reason was given")))
        pattern = translated("How many people never met {who} reached cannot be told: {why}.")
        return (pattern.format(who=who, why=why),)
    doubt, rerun = depending(report), again(report)
    first = _lead(report, doubt).format(who=who, n=people_shown(report), doubt=doubt)
    second = f"{rerun[:1].upper()}{rerun[1:]}." if rerun else ""
    more = cures(report) if mostly_unknown(report) else ()
    return tuple(line for line in (first, storm(report), second, *more) if line)


def storm(report: Report) -> str:
    """Say that most of those reached were hostile, where that is so: it is never sold as influence.

    >>> told = {"storm": True, "people": 40, "told": 30, "classes": {"hostile": {"people": 28}}}
    >>> storm(Report({"name": "Ada Berg"}, {}, {"tone": Finding("tone", 0.9, "share", detail=told)}))
    'This is a storm and no influence: of the 30 people of whom it is told how they took it, 28 were hostile.'
    """
    found = report.findings.get("tone")
    told = found.told(ToneOf) if found else None
    if told is None or not told.storm:
        return ""
    hostile = told.classes["hostile"].people if "hostile" in told.classes else None
    if not told.told or not hostile:
        return translated("This is a storm and no influence: most of those who responded were hostile.")
    pattern = translated(
        "This is a storm and no influence: of the {told} of whom it is told how they took it, {n} were hostile."
    )
    return pattern.format(told=counted(told.told, "person", "people"), n=people(hostile))


def _lead(report: Report, doubt: str) -> str:
    if shown(report) == people(0):
        if doubt:
            return translated("{who} reached no people never met: {doubt}.")
        return translated("{who} reached no people never met.")
    if doubt:
        return translated("{who} reached {n} never met: {doubt}.")
    return translated("{who} reached {n} never met.")


def people_shown(report: Report) -> str:
    """Return the headline as it is shown, with its noun: whole people, or the range where most is unknown."""
    found = headline(report)
    held = bounds(found)
    if held and mostly_unknown(report):
        return counted_between(*held, "person", "people")
    return counted(found.value or 0.0, "person", "people")
