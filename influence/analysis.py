"""The one pipeline: from the store to the findings about one leader in one window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import fsum

import numpy as np

from influence import evidence
from influence.encounters import Met, met_by
from influence.engine import Engine
from influence.findings import EgoNetwork, Finding, Report
from influence.measures import exposure, position, reach, spheres, trend
from influence.network import Network
from influence.people import People, UnknownPerson, resolve
from influence.responses import Count, Ints, Log, Responses, read_log
from influence.settings import Settings
from influence.steps import DAY, Alter, Passing, Touches, Window, alters, touches

ALTERS_IN_PICTURE = 120


class EmptyWindow(Exception):
    """There is nothing in the window; the sentence says what there is."""


@dataclass(frozen=True)
class Ties:
    """The influence ties of an undated network, as person codes: `target` responded to `source`."""

    source: Ints
    target: Ints
    weight: np.ndarray[tuple[int], np.dtype[np.float64]]


_TIES = """
SELECT a.person AS source, b.person AS target, sum(t.weight) AS weight FROM (
    SELECT source, target, weight FROM tie_log WHERE meaning = 'influence'
    UNION ALL SELECT target, source, weight FROM tie_log WHERE meaning = 'influence' AND NOT directed) t
JOIN account_person a ON a.account = t.source JOIN account_person b ON b.account = t.target
WHERE a.person <> b.person GROUP BY ALL ORDER BY ALL
"""


class Analysis:
    """Everything in one store, ready for questions about any leader: read once, asked often."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self.engine, self.settings = engine, settings
        self.people: People = resolve(engine)
        self.log: Log = read_log(engine, self.people)

    @cached_property
    def bots(self) -> frozenset[int]:
        """The codes of bots, who are never reached."""
        return frozenset(code for code, one in enumerate(self.people.who) if one.bot)

    @cached_property
    def ties(self) -> Ties:
        """The influence ties of all undated networks."""
        rows = self.engine.arrow(_TIES)
        source, target, weight = (
            rows.column(name).combine_chunks().to_numpy() for name in ("source", "target", "weight")
        )
        return Ties(source.astype(np.int64), target.astype(np.int64), weight.astype(np.float64))

    def whole_window(self) -> Window:
        """Return the window that holds everything."""
        time = self.log.items.time
        return Window(int(time[0]), int(time[-1]) + 1) if len(time) else Window(0, 1)

    def network(self, window: Window) -> Network:
        """Return the response network of a window."""
        counted = self.log.counted()
        return response_network(self.people, counted.where(window.holds(counted.time)), self.ties)

    def about(self, leader: int, window: Window) -> Report:
        """Report on one leader.

        Raises:
            EmptyWindow: no activity of anybody lies in the window, and there are no ties.
        """
        self._refuse_empty(window)
        return _About(self, leader, window).report()

    def _refuse_empty(self, window: Window) -> None:
        time = self.log.items.time
        if len(self.ties.source) or bool(window.holds(time).any()):
            return
        if not len(time):
            raise EmptyWindow(
                "the workspace holds no activity yet; bring some in with: influence import PATH"
            )
        zone = self.settings.zone
        first, last = (str(evidence.moment(int(t), zone))[:10] for t in (time[0], time[-1]))
        raise EmptyWindow(f"nothing happened in this window; the activities here run from {first} to {last}")


class _About:
    """One leader in one window, step by step."""

    def __init__(self, analysis: Analysis, leader: int, window: Window) -> None:
        self.all, self.leader, self.window = analysis, leader, window
        self.people, self.log, self.settings = analysis.people, analysis.log, analysis.settings
        self.passing = Passing(int(self.settings.delta_days * DAY), self.settings.hands)
        self.nobody = analysis.bots | {leader}
        self.team = self._team()
        self.met: Met = met_by(analysis.engine, self.people, leader, self.settings.strengths)
        self.drawn = self._touches()
        self.found: list[Alter] = alters(self.drawn, self.met, self.team)

    def _team(self) -> set[int]:
        """Return the declared team, else the organisation chart's, else the people whose sphere is `team`."""
        me = self.people.who[self.leader]
        for words, members in self.settings.teams.items():
            if words in {me.person, *me.accounts} or self._is_me(words):
                return {self.people.find(member) for member in members} - {self.leader}
        by_chart = self.people.team(self.leader)
        return by_chart or {
            code for code, one in enumerate(self.people.who) if one.sphere == "team" and code != self.leader
        }

    def _is_me(self, words: str) -> bool:
        try:
            return self.people.find(words) == self.leader
        except UnknownPerson:
            return False

    def _touches(self, count: Count = "headline") -> Touches:
        ties = self.all.ties
        undated = ties.target[ties.source == self.leader].tolist()
        return touches(
            self.log, self.leader, self.window, self.passing, self.nobody, count=count, undated=undated
        )

    @cached_property
    def unit(self) -> Ints:
        """The conversation of each touch; a mention outside the leader's conversations is one of its own."""
        items = self.log.items
        mine = np.unique(items.conversation[items.author == self.leader])
        conversation = items.conversation[self.drawn.item]
        return np.where(np.isin(conversation, mine), conversation, -1 - self.drawn.item)

    @cached_property
    def spheres(self) -> list[str]:
        return spheres.spheres(self.people, self.leader, self.team, self.settings.spheres)

    @cached_property
    def responses(self) -> Responses:
        counted = self.log.counted()
        return counted.where(self.window.holds(counted.time))

    @cached_property
    def network(self) -> Network:
        return self.all.network(self.window)

    def report(self) -> Report:
        zone, me = self.settings.zone, self.people.who[self.leader]
        shown = evidence.shown_items(self.drawn, self.unit)
        details = evidence.details(self.all.engine, self.log, shown, self.people, self.leader, zone)
        ids = {item: response.id for item, response in details.items()}
        tied = evidence.ties(self.all.engine, self.people, self.leader)
        findings = self._findings()
        return Report(
            leader={"person": me.person, "name": me.name},
            window={
                "since": evidence.moment(self.window.since, zone),
                "until": evidence.moment(self.window.until, zone),
                "zone": zone,
            }
            if len(self.log.items)
            else {"since": None, "until": None, "zone": zone},
            findings=findings,
            people=tuple(
                evidence.reached(self.found, self.drawn, self.people, self.met, self.spheres, ids, tied, zone)
            ),
            coverage=tuple(evidence.coverage(self.all.engine, self.window, zone)),
            reasons=tuple(self._reasons(findings)),
            spheres=tuple(spheres.sphere_reach(self.found, self.spheres, self.nobody)),
            trend=tuple(trend.trend(self.drawn, self.met, self.team, self.window, zone))
            if len(self.log.items)
            else (),
            conversations=tuple(
                evidence.conversations(
                    self.drawn, self.unit, self.found, self.log, self.people, details, zone
                )
            ),
            responses={
                one.id: one for one in (*details.values(), *(tie for ties in tied.values() for tie in ties))
            },
            network=self._picture(),
            notice=self.settings.notice,
        )

    def _findings(self) -> dict[str, Finding]:
        people = self.people
        names = [one.person for one in people.who]
        draws = reach.drawn_reach(
            self.found,
            self.drawn,
            self.unit,
            silent=self._silent(),
            draws=self.settings.draws,
            seed=self.settings.seed,
        )
        findings = reach.reach(self.found, draws)
        findings |= self._with_inferred(findings)
        findings |= reach.hands(self.found)
        default = self.passing.hands, self.settings.delta_days
        findings["possible_reach"] = (
            reach.possible_reach(self.responses, self.leader, len(people), self.all.bots, default)
            if len(self.log.items)
            else Finding("possible_reach", None, "people", reason=reach.NO_TIMES)
        )
        findings |= exposure.exposure(self.all.engine, self.leader, self.window, self.nobody)
        findings["crossings"] = reach.crossings(self.found, self.drawn, self.met, names)
        return findings | position.position(self.network, people.who[self.leader].person)

    def _silent(self) -> int:
        """Count the leader's conversations in the window that drew no response."""
        items = self.log.items
        mine = (items.author == self.leader) & self.window.holds(items.time)
        return len(np.setdiff1d(items.conversation[mine], self.unit))

    def _with_inferred(self, findings: Mapping[str, Finding]) -> dict[str, Finding]:
        """Say at the headline what it would be with all inferred responses, and with none."""
        detail = {"with_inferred": self._unmet("all"), "without_inferred": self._unmet("stated")}
        return {
            name: replace(findings[name], detail={**findings[name].detail, **detail})
            for name in ("reach_4", "reach_beyond")
        }

    def _unmet(self, count: Count) -> float:
        found = alters(self._touches(count), self.met, self.team)
        return fsum(1 - alter.m for alter in found if alter.step != 2)

    def _reasons(self, findings: Mapping[str, Finding]) -> list[str]:
        return limits(self.found, self.responses, findings, self.people.conflicts, self.settings)

    def _picture(self) -> EgoNetwork:
        """The leader, the strongest alters (most responses), and the ties among them, with communities."""
        strength: dict[int, float] = {}
        people, count = np.unique(self.drawn.person, return_counts=True)
        strength.update(zip(people.tolist(), count.tolist(), strict=True))
        ties = self.all.ties
        mine = ties.source == self.leader
        strength.update(zip(ties.target[mine].tolist(), ties.weight[mine].tolist(), strict=True))
        of = {alter.person: alter for alter in self.found}
        chosen = sorted(of, key=lambda code: (-strength.get(code, 0), self.people.who[code].person))
        chosen = chosen[:ALTERS_IN_PICTURE]
        return _ego_network(self.network, self.people, self.leader, [of[code] for code in chosen], len(of))


def response_network(people: People, responses: Responses, ties: Ties) -> Network:
    """Return the network of responses: u → v weighs how often v responded to u; only people with a tie."""
    source = np.concatenate([responses.target.astype(np.int64), ties.source])
    target = np.concatenate([responses.responder.astype(np.int64), ties.target])
    weight = np.concatenate([np.ones(len(responses)), ties.weight])
    present, code = np.unique(np.concatenate([source, target]), return_inverse=True)
    nodes = [people.who[person].person for person in present.tolist()]
    return Network.from_edges(nodes, code[: len(source)], code[len(source) :], weight)


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


def limits(
    found: Sequence[Alter],
    responses: Responses,
    findings: Mapping[str, Finding],
    conflicts: Sequence[str],
    settings: Settings,
) -> list[str]:
    """Say in plain words what these numbers cannot tell."""
    said = [
        "A response is consistent with influence; it does not show that the leader caused it: people who are alike "
        "also act alike (Shalizi and Thomas 2011).",
        "Only what was brought into this workspace was seen. Influence elsewhere leaves no trace here.",
    ]
    outside = [alter for alter in found if alter.step != 2]
    unknown = sum(not alter.known for alter in outside)
    if unknown:
        said.append(
            f"Whether you have met is not known for {unknown:,} of the {len(outside):,} people outside the team: "
            f"no calendar, chart or statement says. Each counts as met with probability {settings.strengths.prior:g}; "
            "the bounds take all of them as met, then as not met."
        )
    guessed = int(responses.inferred.sum())
    if guessed:
        said.append(
            f"{guessed:,} of {len(responses):,} responses were inferred, because their source does not state what "
            "a message answers."
        )
    extra = float(findings["reach_4"].detail.get("with_inferred", 0)) - float(findings["reach_4"].value or 0)
    if extra >= 0.05:
        said.append(
            f"Responses that were only inferred are left out; they would add {extra:.1f} people to step 4."
        )
    possible = findings["possible_reach"].value
    if possible is not None and possible < len(found):
        said.append(
            "Some people were reached through chains that began before the window or were carried on by their own "
            "author, which the possible reach does not follow; it is smaller than the reach here."
        )
    if conflicts:
        said.append(f"{len(conflicts):,} accounts are claimed for two people; `influence doctor` lists them.")
    return said
