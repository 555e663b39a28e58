"""A glance at a leader: the headline, the steps, the spheres, the conversations and the movement, without evidence.

It answers while somebody waits for it (a filter of the dashboard): nothing is worked out that it does not hold.
"""

from __future__ import annotations

from collections import Counter

from influence.analysis import evidence
from influence.analysis.conversations import Brought, brought, conversations
from influence.analysis.limits import limits
from influence.analysis.report import HEADLINE, names_of, window_of
from influence.contract.findings import Conversation, Reached, Report, Response
from influence.contract.measures import measure
from influence.kernels.arrays import Ints
from influence.measures import spheres, trend
from influence.reach.ego import Ego
from influence.times import moment

CONVERSATIONS = 20
"""So many conversations are shown, those that brought most."""


def glance(ego: Ego) -> Report:
    """Return a report that holds what a glance shows: its numbers are those of the whole report."""
    findings = measure(HEADLINE)(ego)
    told = _conversations(ego)
    return Report(
        leader={"person": ego.person, "name": ego.people.who[ego.leader].name},
        window=window_of(ego),
        findings=findings,
        people=tuple(_people(ego)),
        coverage=tuple(evidence.coverage(ego.tables, ego.window, ego.settings.zone)),
        reasons=tuple(limits(ego, findings)),
        spheres=tuple(spheres.sphere_reach(ego.found, ego.spheres, ego.nobody)),
        trend=tuple(trend.monthly(ego)) if ego.dated else (),
        conversations=tuple(told),
        weekly=tuple(trend.weekly(ego)) if ego.dated else (),
        by=trend.shown_by(ego) if ego.dated else "month",
        notice=ego.settings.notice,
        names=names_of(ego, (), told),
        narrowed=ego.tables.part.narrowed if ego.tables.part else None,
    )


def _people(ego: Ego) -> list[Reached]:
    """Return one row a person, by step and then by first response, without what shows it."""
    who, zone = ego.reached, ego.settings.zone
    responses = Counter(ego.drawn.person.tolist())
    order = sorted(ego.found, key=lambda one: (one.step, one.first is None, one.first or 0, one.person))
    return [
        Reached(
            person=who[one.person].person,
            name=who[one.person].name,
            step=one.step,
            m=one.m,
            known=one.known,
            depth=one.depth,
            sphere=ego.spheres[one.person],
            responses=responses[one.person],
            first_response=moment(one.first, zone),
            organisation=who[one.person].organisation,
        )
        for one in order
    ]


def _conversations(ego: Ego) -> list[Conversation]:
    """Return the conversations that brought most; only the first response in each is looked up, for its name."""
    every = brought(ego)
    most = Brought(*(column[:CONVERSATIONS] for column in vars(every).values()))
    return conversations(ego, most, _firsts(ego, most.unit))


def _firsts(ego: Ego, units: Ints) -> dict[int, Response]:
    shown = evidence.first_of_each(ego.drawn.item, ego.unit, units)
    return evidence.details(ego.log, shown, ego.leader, ego.settings.zone)
