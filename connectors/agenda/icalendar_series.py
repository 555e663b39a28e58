"""Meetings that recur: the rules that are refused, and the times at which a series takes place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from connectors.agenda.icalendar_entries import LINE, all_of, line_of, start_of, stated, without_guesses_told
from connectors.kit.meetings import NotRead
from connectors.kit.text import clean

LONGEST_PAST = timedelta(days=5 * 366)
"""How far back from `until` recurring meetings are listed."""
_ALLOWED = {
    "DAILY": {"BYDAY", "BYMONTH"},
    "WEEKLY": {"BYDAY", "BYMONTH", "BYSETPOS"},
    "MONTHLY": {"BYDAY", "BYMONTH", "BYMONTHDAY", "BYSETPOS"},
    "YEARLY": {"BYDAY", "BYMONTH", "BYMONTHDAY", "BYSETPOS", "BYWEEKNO", "BYYEARDAY"},
}
"""The days by which each rule may go on (RFC 5545, 3.3.10). By others the library looks for a day that never comes, to
the year 9999."""
_DAYS = {
    "BYMONTH": (1, 12),
    "BYMONTHDAY": (1, 31),
    "BYSETPOS": (1, 366),
    "BYWEEKNO": (1, 53),
    "BYYEARDAY": (1, 366),
}
_OF_THE_RULE = (
    *(
        "UID",
        "SEQUENCE",
        "DTSTART",
        "DTEND",
        "DURATION",
        "RRULE",
        "RDATE",
        "EXDATE",
        "EXRULE",
        "RECURRENCE-ID",
        LINE,
    ),
)


@dataclass(frozen=True)
class Occurrence:
    """One time of a series: the line of the entry that tells of it, when it begins, and when it first was to begin."""

    line: int
    start: date
    original: date


def recurs(event: Any) -> bool:
    """Tell whether an entry states more times than one."""
    return "RRULE" in event or "RDATE" in event


def refuse_endless(event: Any) -> None:
    """Refuse rules that are no meeting's and would take for ever to write out.

    Raises:
        NotRead: it is one.
    """
    start = start_of(event)
    if start is not None and start.year < 1970:
        raise NotRead("the entry recurs since before 1970")
    for rule in (*all_of(event, "RRULE"), *all_of(event, "EXRULE")):
        often = [str(freq).upper() for freq in rule.get("FREQ", [])]
        times = sum(len(rule.get(part, [])) for part in ("BYHOUR", "BYMINUTE", "BYSECOND"))
        if any(int(number) < 1 for part in ("INTERVAL", "COUNT") for number in rule.get(part, [])):
            raise NotRead(
                "the rule by which the meeting recurs cannot be read (an interval or a count below 1)"
            )
        if {"SECONDLY", "MINUTELY", "HOURLY"}.intersection(often) or times > 3:
            raise NotRead("the entry recurs more than once a day")
        for part in _DAYS.keys() & rule.keys():
            if not all(part in _ALLOWED.get(freq, ()) for freq in often):
                raise NotRead(
                    f"the rule by which the entry recurs is not supported ({often[0].lower()}, {part})"
                )
            least, most = _DAYS[part]
            if any(not least <= abs(int(number)) <= most for number in rule[part]):
                raise NotRead(f"the rule by which the meeting recurs cannot be read ({part})")


def occurrences(
    events: Iterable[Any], since: datetime, until: datetime, zone: tzinfo | None
) -> list[Occurrence]:
    """Write out a series and what was changed of it; `zone` is for starts that state none.

    Raises:
        NotRead: its rule cannot be read.
    """
    rules = [_rule_of(event, zone) for event in events]
    left_out = [one for rule in rules for one in _left_out(rule)]
    try:
        with without_guesses_told():
            without = {one.original for one in _listed(left_out, since, until)} if left_out else set()
            return [one for one in _listed(rules, since, until) if one.original not in without]
    except Exception as error:
        raise NotRead(
            f"the rule by which the meeting recurs cannot be read ({clean(str(error), 80)})"
        ) from None


def _listed(rules: Iterable[Any], since: datetime, until: datetime) -> list[Occurrence]:
    import icalendar
    import recurring_ical_events

    calendar = icalendar.Calendar()
    for rule in rules:
        calendar.add_component(rule)
    return [_occurrence(one) for one in recurring_ical_events.of(calendar).between(since, until)]


def _left_out(rule: Any) -> Iterator[Any]:
    """Yield the series whose times an EXRULE (RFC 2445, 4.8.5.2) takes out: the library knows none."""
    for excepted in all_of(rule, "EXRULE"):
        series = copy(rule)
        for name in ("RDATE", "EXDATE", "EXRULE"):
            series.pop(name, None)
        series["RRULE"] = excepted
        yield series


def _occurrence(event: Any) -> Occurrence:
    return Occurrence(line_of(event), event["DTSTART"].dt, event["RECURRENCE-ID"].dt)


def _rule_of(event: Any, zone: tzinfo | None) -> Any:
    """Return what of an entry says when: the library copies the whole of it for each of its times."""
    import icalendar

    rule = icalendar.Event()
    for name in _OF_THE_RULE:
        if name in event:
            rule[name] = event[name]
    for one in (*all_of(rule, "RRULE"), *all_of(rule, "EXRULE")):
        if one.get("UNTIL"):
            one["UNTIL"] = [_last(until, start_of(event), zone) for until in one["UNTIL"]]
    _at_the_hour(rule)
    return rule


def _at_the_hour(rule: Any) -> None:
    """Put the days that an RDATE adds to a series at its time of day, as those are that an EXDATE takes out."""
    start = start_of(rule)
    if isinstance(start, datetime):
        for one in (one for dates in all_of(rule, "RDATE") for one in dates.dts):
            if isinstance(one.dt, date) and not isinstance(one.dt, datetime):
                one.dt = datetime.combine(one.dt, start.timetz())


def _last(until: date, start: date | None, zone: tzinfo | None) -> date:
    """Return the last moment of a rule in the terms of its start: a date includes that day, in the series' own zone.

    `zone` is that of starts that state none, as whole days do.
    """
    own = start.tzinfo if isinstance(start, datetime) else None
    if isinstance(until, datetime) and until.tzinfo is not None and own is None:
        until = until.astimezone(zone or UTC).replace(tzinfo=None)
    if not isinstance(start, datetime):
        return until.date() if isinstance(until, datetime) else until
    if not isinstance(until, datetime):
        until = datetime.combine(until, time.max.replace(microsecond=0))
    return until.replace(tzinfo=until.tzinfo or own).astimezone(UTC) if own is not None else until


def original_of(event: Any, series: Sequence[Any]) -> date | None:
    """Return when one time of a series was to begin at first, in the terms of the series where that is here.

    A date stands for the time of the series on that day, and a moment for its day where the series is of whole days.
    """
    first = stated(event, "RECURRENCE-ID")
    start = start_of(series[0]) if series else None
    if first is None or start is None:
        return first
    if isinstance(first, datetime):
        return first if isinstance(start, datetime) else first.date()
    return datetime.combine(first, start.timetz()) if isinstance(start, datetime) else first
