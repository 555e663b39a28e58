"""The one pipeline: from the store to the findings about one leader in one window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np

from influence.analysis import evidence
from influence.analysis.conversations import brought, conversations
from influence.analysis.limits import limits
from influence.analysis.picture import picture
from influence.contract.errors import InfluenceError
from influence.contract.findings import MONTH, Conversation, Finding, Report, Response
from influence.contract.language import day_in_english
from influence.contract.measures import NEAR_ONLY, catalogue
from influence.contract.turns import step
from influence.measures import spheres, trend
from influence.measures.audiences import who_is_meant
from influence.network.log_queries import unsaid_in_all
from influence.reach.asked import Asked
from influence.reach.ego import Ego
from influence.reach.population import Population
from influence.times import Window, day_at, moment

HEADLINE = "four-steps"
"""The measure that every report has, whatever else is asked for."""


class EmptyWindow(InfluenceError):
    """There is nothing in the window; the sentence says what there is."""


class Analysis(Population):
    """Everything in one store, ready for questions about any leader: read once, asked often."""

    def about(
        self, leader: int, window: Window, measures: Sequence[str] = (), asked: Asked | None = None
    ) -> Report:
        """Report on one leader, by all measures or by those named, and on what is asked beside.

        Raises:
            EmptyWindow: no activity of anybody lies in the window, and there are no ties.
            PluginError: there is no such measure.
            UnknownGroup: there is no such group as an audience that is asked for names.
        """
        self.refuse_empty(window)
        wanted = [HEADLINE, *measures] if measures else []
        ego = Ego(self, leader, window, asked)
        for entries in ego.asked.audiences.values():
            who_is_meant(ego, entries)  # a group that is not there is told before all else is worked out
        return report(ego, _findings(ego, wanted))

    @cached_property
    def held(self) -> evidence.Held:
        """What each source held, which no window changes."""
        return evidence.held(self.tables, self.settings.zone)

    def refuse_empty(self, window: Window) -> None:
        """Say so where there is nothing in a window.

        Raises:
            EmptyWindow: that is so.
        """
        time = self.log.items.time
        if self.tables.near:
            time = np.union1d(time, self.recorded)
        if len(self.ties.source) or bool(window.holds(time).any()):
            return
        if not len(time):
            self.refuse_unsaid()
            raise EmptyWindow(
                "the workspace holds no activity yet; bring some in with: influence import PATH"
            )
        if self.tables.narrowed is not None:
            raise EmptyWindow("nothing of what this report is narrowed to happened in this window")
        zone = self.settings.zone
        first, last = (day_in_english(day_at(int(t), zone)) for t in (time[0], time[-1]))
        raise EmptyWindow(f"nothing happened in this window; the activities here run from {first} to {last}")

    def refuse_unsaid(self) -> None:
        """Say so where all that was brought in is what nobody said.

        Raises:
            EmptyWindow: that is so.
        """
        kinds = {} if self.dated else unsaid_in_all(self.tables)
        if kinds and not len(self.ties.source):
            told = ", ".join(f"{count:,} {kind}" for kind, count in kinds.items())
            raise EmptyWindow(
                f"all that was brought in is counted apart, for nobody said it or it was thrown away ({told})"
            )


def _findings(ego: Ego, wanted: Sequence[str]) -> dict[str, Finding]:
    measures = sorted(catalogue(wanted), key=lambda measure: (measure.name != HEADLINE, measure.name))
    found: dict[str, Finding] = {}
    for measure in measures:
        step()
        found |= measure(ego) if measure.near or not ego.tables.near else measure.silent(NEAR_ONLY)
    return found


def report(ego: Ego, findings: Mapping[str, Finding]) -> Report:
    """Put the findings about a leader together with the evidence for them."""
    zone, me = ego.settings.zone, ego.people.who[ego.leader]
    most, network = brought(ego), picture(ego)
    shown = np.union1d(
        evidence.shown_items(ego.drawn, ego.unit, most.unit), evidence.cited(ego.tables, findings)
    )
    details = evidence.details(ego.log, shown, ego.leader, zone)
    ids = {item: response.id for item, response in details.items()}
    tied = evidence.ties(ego.tables, ego.leader)
    told = conversations(ego, most, details)
    responses = (*details.values(), *(tie for ties in tied.values() for tie in ties))
    return Report(
        leader={"person": me.person, "name": me.name},
        window=window_of(ego),
        findings=findings,
        people=tuple(evidence.reached(ego, ids, tied, network)),
        coverage=tuple(evidence.coverage(evidence.held(ego.tables, zone), ego.window, zone)),
        reasons=tuple(limits(ego, findings)),
        spheres=tuple(spheres.sphere_reach(ego.found, ego.spheres, ego.nobody)),
        trend=tuple(trend.monthly(ego)) if ego.dated else (),
        conversations=tuple(told),
        responses={one.id: one for one in responses},
        network=network,
        weekly=tuple(trend.weekly(ego)) if ego.dated else (),
        by=ego.asked.by or (trend.shown_by(ego) if ego.dated else MONTH),
        notice=ego.settings.notice,
        names=names_of(ego, responses, told),
        narrowed=ego.tables.narrowed,
    )


def names_of(ego: Ego, responses: Sequence[Response], told: Sequence[Conversation]) -> dict[str, str]:
    """Return the names of people who stand in the evidence or in a tree but were not reached."""
    named = {person for one in responses for person in (one.actor, one.target) if person}
    named |= {branch.person for one in told for branch in one.tree}
    known = {ego.people.who[alter.person].person for alter in ego.found} | {ego.person}
    return {person: ego.people.who[ego.people.code[person]].name for person in sorted(named - known)}


def window_of(ego: Ego) -> dict[str, str | None]:
    """Return the window of a report in the zone of the workspace; without times it has no edges."""
    zone = ego.settings.zone
    if not ego.dated:
        return {"since": None, "until": None, "zone": zone}
    since, until = (moment(time, zone) for time in (ego.window.since, ego.window.until))
    return {"since": since, "until": until, "zone": zone}
