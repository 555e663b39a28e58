"""The one pipeline: from the store to the findings about one leader in one window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from influence.analysis import evidence
from influence.contract.findings import EgoNetwork, Finding, Report, Response
from influence.measures import catalogue, spheres, trend
from influence.network.network import Network
from influence.people.accounts import PROBABLE
from influence.people.directory import People
from influence.reach.ego import Ego
from influence.reach.population import Population
from influence.reach.steps import Alter, Window, moment

ALTERS_IN_PICTURE = 120
HEADLINE = "four-steps"
"""The measure that every report has, whatever else is asked for."""


class EmptyWindow(Exception):
    """There is nothing in the window; the sentence says what there is."""


class Analysis(Population):
    """Everything in one store, ready for questions about any leader: read once, asked often."""

    def about(self, leader: int, window: Window, measures: Sequence[str] = ()) -> Report:
        """Report on one leader, by all measures or by those named.

        Raises:
            EmptyWindow: no activity of anybody lies in the window, and there are no ties.
            PluginError: there is no such measure.
        """
        self._refuse_empty(window)
        wanted = [HEADLINE, *measures] if measures else []
        ego = Ego(self, leader, window)
        return report(ego, _findings(ego, wanted))

    def _refuse_empty(self, window: Window) -> None:
        time = self.log.items.time
        if len(self.ties.source) or bool(window.holds(time).any()):
            return
        if not len(time):
            raise EmptyWindow(
                "the workspace holds no activity yet; bring some in with: influence import PATH"
            )
        zone = self.settings.zone
        first, last = (str(moment(int(t), zone))[:10] for t in (time[0], time[-1]))
        raise EmptyWindow(f"nothing happened in this window; the activities here run from {first} to {last}")


def _findings(ego: Ego, wanted: Sequence[str]) -> dict[str, Finding]:
    measures = sorted(catalogue(wanted), key=lambda measure: (measure.name != HEADLINE, measure.name))
    return {name: finding for measure in measures for name, finding in measure(ego).items()}


def report(ego: Ego, findings: Mapping[str, Finding]) -> Report:
    """Put the findings about a leader together with the evidence for them."""
    zone, me = ego.settings.zone, ego.people.who[ego.leader]
    shown = np.union1d(evidence.shown_items(ego.drawn, ego.unit), evidence.cited(ego.engine, findings))
    details = evidence.details(ego.engine, ego.log, shown, ego.people, ego.leader, zone)
    ids = {item: response.id for item, response in details.items()}
    tied = evidence.ties(ego.engine, ego.people, ego.leader)
    responses = (*details.values(), *(tie for ties in tied.values() for tie in ties))
    return Report(
        leader={"person": me.person, "name": me.name},
        window=_window(ego),
        findings=findings,
        people=tuple(
            evidence.reached(ego.found, ego.drawn, ego.people, ego.met, ego.spheres, ids, tied, zone)
        ),
        coverage=tuple(evidence.coverage(ego.engine, ego.window, zone)),
        reasons=tuple(limits(ego, findings)),
        spheres=tuple(spheres.sphere_reach(ego.found, ego.spheres, ego.nobody)),
        trend=tuple(trend.trend(ego.drawn, ego.met, ego.team, ego.window, zone)) if ego.dated else (),
        conversations=tuple(
            evidence.conversations(ego.drawn, ego.unit, ego.found, ego.log, ego.people, details, zone)
        ),
        responses={one.id: one for one in responses},
        network=_picture(ego),
        notice=ego.settings.notice,
        names=_names(ego, responses),
    )


def _names(ego: Ego, responses: Sequence[Response]) -> dict[str, str]:
    """Return the names of people who stand in the evidence but were not reached."""
    named = {person for one in responses for person in (one.actor, one.target) if person}
    known = {ego.people.who[alter.person].person for alter in ego.found} | {ego.person}
    return {person: ego.people.who[ego.people.code[person]].name for person in sorted(named - known)}


def _window(ego: Ego) -> dict[str, str | None]:
    zone = ego.settings.zone
    if not ego.dated:
        return {"since": None, "until": None, "zone": zone}
    since, until = (moment(time, zone) for time in (ego.window.since, ego.window.until))
    return {"since": since, "until": until, "zone": zone}


def _picture(ego: Ego) -> EgoNetwork:
    """The leader, the strongest alters (most responses), and the ties among them, with communities."""
    people, count = np.unique(ego.drawn.person, return_counts=True)
    strength: dict[int, float] = dict(zip(people.tolist(), count.tolist(), strict=True))
    mine = ego.ties.source == ego.leader
    strength.update(zip(ego.ties.target[mine].tolist(), ego.ties.weight[mine].tolist(), strict=True))
    of = {alter.person: alter for alter in ego.found}
    chosen = sorted(of, key=lambda code: (-strength.get(code, 0), ego.people.who[code].person))
    shown = [of[code] for code in chosen[:ALTERS_IN_PICTURE]]
    return _ego_network(ego.network, ego.people, ego.leader, shown, len(of))


def _ego_network(
    network: Network, people: People, leader: int, shown: Sequence[Alter], of: int
) -> EgoNetwork:
    import networkx as nx  # 0.2 s, and only a report needs it

    me = people.who[leader].person
    if not shown:
        return EgoNetwork(nodes=((me, people.who[leader].name, 0, 1.0, 0),), shown=0, of=of)
    names = [me, *(people.who[alter.person].person for alter in shown)]
    graph = network.graph().subgraph(names)
    around = nx.Graph(graph.subgraph(names[1:]))
    around.add_nodes_from(names[1:])
    ordered = nx.Graph()
    ordered.add_nodes_from(sorted(around))
    ordered.add_edges_from(sorted((*sorted(edge), around.edges[edge]) for edge in around.edges))
    groups = nx.community.louvain_communities(ordered, seed=1)
    community = {
        name: n for n, group in enumerate(sorted(groups, key=lambda g: (-len(g), min(g)))) for name in group
    }
    nodes = [(me, people.who[leader].name, 0, 1.0, -1)]
    for alter in shown:
        who = people.who[alter.person]
        nodes.append((who.person, who.name, alter.step, alter.m, community[who.person]))
    edges = sorted((u, v, float(data["weight"])) for u, v, data in graph.edges(data=True))
    return EgoNetwork(tuple(nodes), tuple(edges), len(shown), of)


def limits(ego: Ego, findings: Mapping[str, Finding]) -> list[str]:
    """Say in plain words what these numbers cannot tell."""
    return [
        "A response is consistent with influence; it does not show that the leader caused it: people who are alike "
        "also act alike (Shalizi and Thomas 2011).",
        "Only what was brought into this workspace was seen. Influence elsewhere leaves no trace here.",
        *_about_meetings(ego),
        *_about_responses(ego, findings),
        *_about_people(ego),
    ]


def _about_meetings(ego: Ego) -> list[str]:
    said = []
    outside = [alter for alter in ego.found if alter.step != 2]
    unknown = sum(not alter.known for alter in outside)
    if unknown:
        said.append(
            f"Whether you have met is not known for {unknown:,} of the {len(outside):,} people outside the team: "
            f"no calendar, chart or statement says. Each counts as met with probability "
            f"{ego.settings.strengths.prior:g}; the bounds take all of them as met, then as not met."
        )
    if ego.met.fit is not None:
        said.append(
            f"How much each kind of evidence of a meeting weighs is fitted to {ego.met.fit.labels:,} answers of yours "
            f"(Brier score {ego.met.fit.brier:.3f}; {ego.met.fit.brier_default:.3f} without)."
        )
    return said


def _about_responses(ego: Ego, findings: Mapping[str, Finding]) -> list[str]:
    said = []
    guessed = int(ego.responses.inferred.sum())
    if guessed:
        said.append(
            f"{guessed:,} of {len(ego.responses):,} responses were inferred, because their source does not state what "
            "a message answers."
        )
    extra = float(findings["reach_4"].detail.get("with_inferred", 0)) - float(findings["reach_4"].value or 0)
    if extra >= 0.05:
        said.append(
            f"Responses that were only inferred are left out; they would add {extra:.1f} people to step 4."
        )
    possible = findings["possible_reach"].value if "possible_reach" in findings else None
    if possible is not None and possible < len(ego.found):
        said.append(
            "Some people were reached through chains that began before the window or were carried on by their own "
            "author, which the possible reach does not follow; it is smaller than the reach here."
        )
    return said


def _about_people(ego: Ego) -> list[str]:
    said = []
    if ego.people.conflicts:
        said.append(
            f"{len(ego.people.conflicts):,} accounts are claimed for two people; "
            "the command “influence doctor” lists them."
        )
    likely = sum(link.stage == PROBABLE for link in ego.people.links)
    if likely:
        said.append(
            f"{likely:,} accounts are taken for somebody's by likelihood, not by a source; the "
            "command “influence people show” says why, “influence people review” asks about the doubtful ones."
        )
    if ego.bots:
        said.append(
            f"{len(ego.bots):,} bots, lists, shared mailboxes and deleted users are not counted; "
            "the command “influence people --bots” lists each with its reason."
        )
    return said
