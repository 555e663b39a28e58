"""A copy of a report for others: people are "a customer", small groups are merged, and nothing leads back to anybody.

Nothing is taken over unless it is known to name nobody: of each finding the attributes that its record lists as such,
of each text only what the program itself says. The leader is named: it is their report.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from math import fsum
from typing import Any

from influence.advice import introductions, next_to_respond
from influence.analysis.small_groups import classes, hides, kept
from influence.contract import plugins
from influence.contract.details.record import Detail
from influence.contract.details.spheres import Heard, Sources
from influence.contract.details.trend import AgainstBefore, SphereMove
from influence.contract.findings import (
    Conversation,
    Coverage,
    EgoNetwork,
    Finding,
    Month,
    Reached,
    Report,
    SphereReach,
    Week,
)
from influence.contract.headline import CAUTION, NAMELESS, leader_name
from influence.contract.language import because, message, translated
from influence.contract.measures import catalogue
from influence.contract.narrowing import Narrowed, Narrowing
from influence.contract.records import SPHERES, Unsaid
from influence.demo import NOTICE
from influence.measures import (
    against_chance,
    asked,
    audience_share,
    brand,
    cascades,
    employees,
    exchange,
    exposure,
    first_touch,
    help_outcome,
    letting_go,
    many,
    named_voices,
    peers,
    reach,
    spheres,
    stage,
    tags,
    team_follows,
    tone,
    voice,
    walls,
)

SMALLEST = 5
"""A smaller group of people is merged or left out, unless the settings say otherwise."""
OTHERS = message("others")
LEADER = NAMELESS
_STEPS = frozenset({"reach_2", "reach_3", "reach_4", "reach_beyond", "first_hand", "passed_on"})
"""How many people were reached at all: the report is about these numbers, and they list nobody."""
_MONTH = re.compile(r"\d{4}-\d{2}", re.ASCII)
_WHEN = re.compile(r"\d{4}-W?\d{2}", re.ASCII)
_GRID = re.compile(r"\d+(?:,\d+(?:\.\d+)?)?", re.ASCII)
_PARENTS = frozenset({"explicit", "inferred", "none", "undated"})
_WHO = {
    "team": message("team member {n}"),
    "department": message("colleague of the department {n}"),
    "company": message("colleague {n}"),
    "customer": message("customer {n}"),
    "partner": message("partner {n}"),
    "industry": message("somebody of the industry {n}"),
    "media": message("somebody of the media {n}"),
    "public": message("somebody of the public {n}"),
}
_SOMEBODY, _ANYBODY = message("somebody {n}"), message("somebody")
_WORDS = frozenset(
    {
        *("rising", "falling", "none to be told", "higher", "lower"),
        *(brand.PERSON_MORE, brand.BRAND_MORE, brand.ALIKE, brand.TOO_LITTLE),
        *(against_chance.MORE_THAN_CHANCE, against_chance.LIKE_CHANCE),
        *asked.WAYS,
        *(employees.LEADER, employees.EMPLOYEES, employees.BRAND),
        *(employees.FIRST_MORE, employees.SECOND_MORE),
        *(kind.value for kind in Unsaid),
    }
)
"""Words of our own that stand in details."""
_REASONS = frozenset(
    {
        *(reach.NOBODY, reach.MOSTLY_UNKNOWN, reach.NO_TIMES, reach.NO_CONVERSATIONS, reach.TOO_FEW),
        *(voice.NO_TEXT, voice.TOO_LITTLE, cascades.BEGAN_NONE, cascades.UNANSWERED),
        *(exchange.NOBODY_ASKED, exchange.ONLY_MASS_MAIL, exchange.LESS_THAN_HALF),
        *(letting_go.TOO_FEW, letting_go.ANSWERED_NONE, letting_go.NO_CIRCLE),
        *(many.NOBODY, many.ALL_MET, many.ALONE, many.NO_CONVERSATIONS, exposure.NO_ITEMS),
        *(exposure.NOT_TOLD, exposure.OF_ALL),
        *(spheres.NOBODY_BEYOND, spheres.NO_SPHERE, spheres.NO_SOURCES, brand.NO_BRAND, brand.SILENT),
        *(brand.SAID_NOTHING, brand.NO_RESPONSE, first_touch.NOBODY_OUTSIDE, first_touch.NO_SOURCE),
        *(employees.EVERYBODY_SILENT, stage.NOTHING, peers.NO_TEAM, peers.NO_PEERS),
        *(walls.NO_DEPARTMENTS, walls.TOO_FEW, team_follows.NOWHERE, tone.NOBODY_BEYOND, tone.MOSTLY_UNTOLD),
        introductions.NOBODY_LEFT,
        *(next_to_respond.NOBODY_LEFT, next_to_respond.NOTHING_DONE),
        *(next_to_respond.NO_CHANCES, next_to_respond.NO_BETTER),
        *(help_outcome.NO_OUTCOMES, help_outcome.NOBODY_ASKED, help_outcome.TOO_FEW),
        *(audience_share.NO_AUDIENCE, audience_share.NAMES_NOBODY),
        tags.NO_TAGS,
        *(named_voices.NO_VOICES, named_voices.NOT_HERE, named_voices.NO_RESPONSE),
    }
)
"""Reasons that are the same sentence whoever it is about; any other is left out."""


def without_names(report: Report, smallest: int = SMALLEST) -> Report:
    """Return a copy of a report in which nobody but the leader can be told.

    People have a number, in an order that is drawn from the whole report, so that nobody who does not have it can work
    it out. What is told of a person (sphere, community, hands, month of the first response) is told of at least
    `smallest` people of the same step together, each with their mean m(v) and number of responses, so that sums stay;
    else it is left out. Spheres of fewer people are merged into others; conversations, months and weeks of fewer are
    left out, those of all but fewer too, and so are the numbers of people in details. There is no evidence, no id, no
    link, no place, no organisation, no channel, no word or tag, and no time but months, weeks and the days of the
    window.

    >>> report = Report({"person": "email:ann@acme.example", "name": "Ann"}, {}, {})
    >>> without_names(report).leader
    {'person': 'leader', 'name': 'Ann'}
    """
    few = len(report.people) < smallest
    stand = large_spheres(report.spheres, smallest)
    people = {} if few else _people(report, stand, smallest)
    return Report(
        leader={"person": LEADER, "name": leader_name(report)},
        window=_window(report.window),
        findings=_findings(report, smallest, few=few),
        people=tuple(people.values()),
        coverage=tuple(_coverage(row, n) for n, row in enumerate(report.coverage, 1)),
        reasons=tuple(reason for reason in report.reasons if reason == CAUTION),
        spheres=() if few else _spheres(report.spheres, stand),
        trend=() if few else tuple(row for row in report.trend if _shown(row, report, smallest)),
        weekly=() if few else tuple(row for row in report.weekly if _shown(row, report, smallest)),
        by=report.by,
        conversations=() if few else _conversations(report, smallest),
        network=_network(report, people),
        notice="\n".join(_notices(report, smallest)),
        narrowed=_narrowed(report.narrowed),
    )


def _narrowed(narrowed: Narrowed | None) -> Narrowed | None:
    """Return how much is left of what is on record; of what it is narrowed to only spheres of ours are told."""
    if narrowed is None:
        return None
    ours = not narrowed.to.by_items and all(sphere in SPHERES for sphere in narrowed.to.spheres)
    return Narrowed(narrowed.to if ours else Narrowing(), narrowed.items, narrowed.of)


def _notices(report: Report, smallest: int) -> Iterator[str]:
    """Say that names are left out, and that a company is invented; a notice of the user's own may name somebody."""
    if report.notice == NOTICE:
        yield NOTICE
    yield because("Names are left out; groups below {n} people are merged.", n=smallest)


def _window(window: Mapping[str, str | None]) -> dict[str, str | None]:
    """Return the days of a window: the moment of the last activity would be one of somebody's."""
    return {"since": _day(window.get("since")), "until": _day(window.get("until"), after=True)}


def _day(time: str | None, *, after: bool = False) -> str | None:
    """Return the day of a moment; `after`, the first day that begins at it or later."""
    try:
        moment = datetime.fromisoformat(time or "").replace(tzinfo=None)
    except ValueError:
        return None
    day = datetime(moment.year, moment.month, moment.day)
    return str((day + timedelta(days=1) if after and moment > day else day).date())


def _month(time: str | None) -> str | None:
    return time[:7] if time and _MONTH.fullmatch(time[:7]) else None


# --- people ---------------------------------------------------------------------------------------------------


def large_spheres(rows: Sequence[SphereReach], smallest: int) -> frozenset[str]:
    """Return the spheres that stand by themselves: large ones, and ours, since a user's may be named after somebody."""
    ours = {row.sphere: row.people for row in rows if row.sphere in SPHERES}
    return kept(ours, smallest, sum(row.people for row in rows if row.sphere not in ours))


def _people(report: Report, stand: frozenset[str], smallest: int) -> dict[str, Reached]:
    """Return everybody reached as somebody, by person, in an order that tells nothing."""
    alike: dict[tuple[int, bool], list[Reached]] = defaultdict(list)
    for one in report.people:
        alike[one.step, one.known].append(one)
    attributes = (
        lambda one: one.sphere if one.sphere in stand else None,
        lambda one: one.community,
        lambda one: min(one.depth, 2),
        lambda one: _month(one.first_response),
    )
    found = {
        one.person: (one, told, inside)
        for rows in alike.values()
        for inside, told in classes(rows, attributes, smallest)
        for one in inside
    }
    counted: Counter[str] = Counter()
    people = {}
    for n, person in enumerate(_drawn(report, found), 1):
        one, (sphere, community, depth, month), inside = found[person]
        who = _WHO.get(str(sphere), _SOMEBODY)
        counted[who] += 1
        people[person] = Reached(
            person=f"p{n}",
            name=translated(who).format(n=counted[who]),
            step=one.step,
            m=fsum(each.m for each in inside) / len(inside),
            known=one.known,
            depth=int(depth or 1),
            sphere=str(sphere or OTHERS),
            responses=max(1, round(fsum(each.responses for each in inside) / len(inside))),
            first_response=None if month is None else str(month),
            months=() if month is None else (str(month),),
            community=None if community is None else int(community),
        )
    return people


def _drawn(report: Report, people: Iterable[str]) -> list[str]:
    """Order people by digests that only who has the whole report can work out."""
    key = sha256(json.dumps(report.as_json()).encode()).digest()
    return sorted(people, key=lambda one: sha256(key + one.encode("utf-8", "backslashreplace")).digest())


def _spheres(rows: Sequence[SphereReach], stand: frozenset[str]) -> tuple[SphereReach, ...]:
    others = [row for row in rows if row.sphere not in stand]
    kept_rows = [
        SphereReach(row.sphere, row.value, row.people, row.known, row.share)
        for row in rows
        if row.sphere in stand
    ]
    if not others:
        return tuple(kept_rows)
    value, people, known = (
        fsum(row.value for row in others),
        sum(row.people for row in others),
        sum(row.known for row in others),
    )
    return (*kept_rows, SphereReach(OTHERS, value, people, known, value / known if known else None))


def _network(report: Report, people: Mapping[str, Reached]) -> EgoNetwork:
    """Return the leader and the people shown, by community; who answered whom would tell who is who."""
    shown = [people[node[0]] for node in report.network.nodes if node[0] in people]
    nodes = [
        (one.person, one.name, one.step, one.m, -1 if one.community is None else one.community)
        for one in shown
    ]
    nodes.sort(key=lambda node: int(node[0][1:]))
    leader = (LEADER, leader_name(report), 0, 1.0, -1)
    ties = tuple((LEADER, node[0], 1.0) for node in nodes)
    return EgoNetwork((leader, *nodes), ties, len(nodes), max(report.network.of, len(nodes)))


# --- months, conversations, sources ---------------------------------------------------------------------------


def _shown(row: Month | Week, report: Report, smallest: int) -> bool:
    """Whether a month or a week tells of nobody, or of many, and leaves nobody out, or many."""
    people = row.reach_2 + row.reach_3 + row.reach_4
    return bool(_WHEN.fullmatch(row.name)) and hides(people, len(report.people), smallest)


def _conversations(report: Report, smallest: int) -> tuple[Conversation, ...]:
    of = len(report.people)
    large = (row for row in report.conversations if row.people and hides(row.people, of, smallest))
    return tuple(
        Conversation(
            id=f"c{n}",
            began=_month(row.began),
            begun_by=LEADER if row.begun_by == report.leader.get("person") else translated(_ANYBODY),
            responses=row.responses,
            people=row.people,
            unmet=round(row.unmet, 1),
            depth=row.depth,
        )
        for n, row in enumerate(large, 1)
    )


def _coverage(row: Coverage, number: int) -> Coverage:
    return Coverage(
        source=translated("source {n}").format(n=number),
        system=row.system if row.system in {*plugins.names("influence.connectors"), "email"} else "",
        activities=row.activities,
        first=_month(row.first),
        last=_month(row.last),
        parents=row.parents if row.parents in _PARENTS else "none",
        set_aside=row.set_aside,
        missing_months=tuple(month for month in row.missing_months if _MONTH.fullmatch(month)),
    )


# --- findings -------------------------------------------------------------------------------------------------


def _findings(report: Report, smallest: int, *, few: bool) -> dict[str, Finding]:
    """Return what our own measures found, in their own units."""
    units = {name: one.unit for measure in catalogue() if measure.own for name, one in measure.finds.items()}
    return {
        name: _finding(replace(finding, name=name, unit=units[name]), smallest, few=few)
        for name, finding in report.findings.items()
        if name in units
    }


def _finding(finding: Finding, smallest: int, *, few: bool) -> Finding:
    counts = finding.unit == "people" and (few or finding.name not in _STEPS)
    if counts and finding.value is not None and 0 < finding.value < smallest:
        reason = because("fewer than {n} people are left out, as names are", n=smallest)
        return Finding(finding.name, None, finding.unit, reason=reason)
    why, detail = finding.reason, finding.detail
    if why is not None and why not in _REASONS:
        why = because("the reason is left out, as names are")
    if few or not isinstance(detail, Detail) or not (detail.nameless or detail.counts):
        return replace(finding, reason=why, detail={})
    return replace(finding, reason=why, detail=nameless(detail, smallest))


def nameless(detail: Detail, smallest: int) -> Detail:
    """Return what a detail tells of nobody: the attributes that its record lists, and numbers of people not too few.

    >>> from influence.contract.details.own_voice import TypedByOthers, Typist
    >>> nameless(TypedByOthers(40, (Typist("p7", "Bo Ek", 40, True),)), 5)
    TypedByOthers(made=40, by=())
    """
    empty = type(detail).from_json({})
    told = {name: _told(getattr(detail, name), smallest) for name in detail.nameless}
    told |= {name: _told(_many(getattr(detail, name), smallest), smallest) for name in detail.counts}
    if isinstance(detail, AgainstBefore):
        told |= _of_periods(detail, smallest)
    if isinstance(detail, Sources):
        told["by_sphere"] = _heard(detail.by_sphere, smallest)
    return replace(empty, **{name: value for name, value in told.items() if value is not None})


def _many(value: Any, smallest: int) -> Any:
    """Return a number of people, or a table of them, without those that are too few."""
    if isinstance(value, Mapping):
        return {key: each for key, each in value.items() if _many(each, smallest) is not None}
    return None if value is None or 0 < value < smallest else value


def _told(value: Any, smallest: int) -> Any:
    """Return a value if it is a number, a month or a week, one of our own words, or made of such; else None."""
    if isinstance(value, Detail):
        return nameless(value, smallest)
    if isinstance(value, str):
        ours = value in _WORDS or value in _REASONS or _WHEN.fullmatch(value)
        return value if ours else None
    if isinstance(value, tuple):
        return tuple(each for each in (_told(one, smallest) for one in value) if each is not None)
    if isinstance(value, Mapping):
        rows = ((key, _told(each, smallest)) for key, each in value.items())
        return {
            key: each for key, each in rows if each is not None and (key in _WORDS or _GRID.fullmatch(key))
        }
    return value


def _of_periods(detail: AgainstBefore, smallest: int) -> dict[str, Any]:
    """Return the days of two periods, and how the spheres moved; those of few people are merged."""
    edges = {
        edge: _day(getattr(detail, edge), after=edge == "until")
        for edge in ("since", "until", "before_since", "before_until")
    }
    plain = [SphereMove(row.sphere, row.was, row.now) for row in detail.by_sphere]
    rows = [row for row in plain if row.sphere in SPHERES and _moved_many(row, smallest)]
    others = [row for row in plain if row not in rows]
    merged = SphereMove(OTHERS, fsum(row.was for row in others), fsum(row.now for row in others))
    if others and _moved_many(merged, smallest):
        rows.append(merged)
    return edges | {"by_sphere": tuple(sorted(rows, key=lambda row: (-abs(row.now - row.was), row.sphere)))}


def _heard(rows: Mapping[str, Heard], smallest: int) -> dict[str, Heard]:
    """Return to whom the leader responds, by sphere; those of few people, and of the user's own names, are merged."""
    people = {sphere: row.people or 0 for sphere, row in rows.items() if sphere in SPHERES}
    stand = kept(
        people, smallest, sum(row.people or 0 for sphere, row in rows.items() if sphere not in people)
    )
    others = [row for sphere, row in rows.items() if sphere not in stand]
    count = sum(row.people or 0 for row in others)
    merged = {OTHERS: Heard(fsum(row.value or 0.0 for row in others), count)} if count >= smallest else {}
    return {sphere: row for sphere, row in rows.items() if sphere in stand} | merged


def _moved_many(row: SphereMove, smallest: int) -> bool:
    return all(_many(people, smallest) is not None for people in (row.was, row.now))
