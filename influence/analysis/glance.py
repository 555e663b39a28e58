"""A glance at a leader: the headline, the steps, the spheres, the conversations and the movement, without evidence.

It answers while somebody waits for it (a filter of the dashboard): nothing is worked out that it does not hold.
"""

from __future__ import annotations

from collections import Counter

from influence.analysis import evidence
from influence.analysis.conversations import Brought, brought, conversations
from influence.analysis.report import HEADLINE, names_of, window_of
from influence.contract.findings import MONTH, Conversation, Reached, Report
from influence.contract.measures import measure
from influence.measures import spheres, trend
from influence.reach.ego import Ego

CONVERSATIONS = 20
"""So many conversations are shown, those that brought most."""


def glance(ego: Ego, held: evidence.Held) -> Report:
    """Return a report that holds what a glance shows: its numbers are those of the whole report.

    `held` is what each source held; what a report cannot tell in general is left to the whole report.
    """
    zone, by = ego.settings.zone, trend.shown_by(ego) if ego.dated else MONTH
    told = _conversations(ego)
    return Report(
        leader={"person": ego.person, "name": ego.people.who[ego.leader].name},
        window=window_of(ego),
        findings=measure(HEADLINE)(ego),
        people=tuple(_people(ego)),
        coverage=tuple(evidence.coverage(held, ego.window, zone)),
        spheres=tuple(spheres.sphere_reach(ego.found, ego.spheres, ego.nobody)),
        trend=tuple(trend.monthly(ego)) if ego.dated and by == MONTH else (),
        conversations=tuple(told),
        weekly=tuple(trend.weekly(ego)) if ego.dated and by != MONTH else (),
        by=by,
        notice=ego.settings.notice,
        names=names_of(ego, (), told),
        narrowed=ego.tables.narrowed,
    )


def _people(ego: Ego) -> list[Reached]:
    """Return one row a person, by step and then by first response, without what shows it."""
    responses = Counter(ego.drawn.person.tolist())
    order = sorted(ego.found, key=lambda one: (one.step, one.first is None, one.first or 0, one.person))
    return [evidence.person_reached(ego, one, responses[one.person]) for one in order]


def _conversations(ego: Ego) -> list[Conversation]:
    """Return the conversations that brought most; only the first response in each is looked up, for its name."""
    every = brought(ego)
    most = Brought(*(column[:CONVERSATIONS] for column in vars(every).values()))
    return conversations(ego, most, evidence.firsts(ego, most.unit), trees=False)
