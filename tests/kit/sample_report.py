"""Reports built in code, as the analysis would hand them over: invented people in an invented company."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from influence.contract.details.position import Position
from influence.contract.details.reach import Crossings, PossibleReach, Reach
from influence.contract.findings import (
    Branch,
    Conversation,
    Coverage,
    EgoNetwork,
    Finding,
    MetEvidence,
    Month,
    Reached,
    Report,
    Response,
    SphereReach,
    Week,
)
from tests.kit.sample_findings import measured

LEADER = {"person": "p0", "name": "Mara Lindqvist"}
WINDOW = {"since": "2026-01-01T00:00:00+00:00", "until": "2026-07-01T00:00:00+00:00", "zone": "UTC"}
NOTICE = "Invented company: every person and every message is made up."
START = datetime(2026, 1, 1, tzinfo=UTC)

_FIRST = (
    *("Ada", "Bao", "Cem", "Dina", "Emil", "Fay", "Goran", "Hana", "Ivo", "Jun", "Kaya", "Leif", "Mona"),
    *("Nils", "Olga", "Pia", "Qiu", "Rosa", "Sven", "Tala", "Uma", "Vito", "Wim", "Xenia", "Yara", "Zoë"),
)
_LAST = (
    *("Abara", "Brandt", "Castillo", "Dvořák", "Eriksen", "Fontaine", "García"),
    *("Haddad", "Ito", "Jansen", "Kowalski", "Lund", "Moretti", "Nakamura"),
)
_SPHERES = ("company", "customer", "department", "industry", "media", "partner", "public", "unknown")
_WEIGHTS = (24, 18, 14, 10, 3, 12, 9, 5)
_ABOUT: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("ferry", "harbour", "tide"), ()),
    ((), ("hiring", "mentors")),
    (("packaging", "glass"), ("materials",)),
    ((), ()),
)
TRAVELLED = 5
_CHANNELS = ("Forum / product", "Chat #strategy", "Blog", "Mailing list")


def sample_report() -> Report:
    """Return a report of ordinary size: 56 people, 9 conversations, 6 months."""
    return built(people=56, conversations=9, seed=7)


def large_report() -> Report:
    """Return a report of 3,000 people."""
    return built(people=3000, conversations=400, seed=11)


def empty_report() -> Report:
    """Return the report of a leader to whom nobody responded."""
    nobody = "nobody responded"
    findings = [
        Finding("own_output", 4.0, "items"),
        Finding("reach_2", 0.0, "people"),
        Finding("reach_3", 0.0, "people"),
        Finding("reach_4", 0.0, "people", 0.0, 0.0, (0.0, 0.0)),
        Finding("reach_beyond", 0.0, "people", 0.0, 0.0, (0.0, 0.0)),
        Finding("beyond_share", None, "share", reason=nobody),
        Finding("beyond_ratio", None, "ratio", reason=nobody),
        Finding("first_hand", 0.0, "people"),
        Finding("passed_on", 0.0, "people"),
        Finding("audience", 37.0, "people"),
    ]
    coverage = (
        Coverage(
            "posts.csv", "generic", 4, "2026-01-04T00:00:00+00:00", "2026-03-01T00:00:00+00:00", "explicit"
        ),
    )
    return Report(LEADER, WINDOW, {finding.name: finding for finding in findings}, coverage=coverage)


def ties_report() -> Report:
    """Return the report of an undated network: what needs times is None, with that reason."""
    undated = "the ties have no times"
    named = [(f"t{n}", f"{_FIRST[n]} {_LAST[n]}", 3, 0.5, n % 3) for n in range(14)]
    findings = [
        Finding("reach_4", None, "people", reason=undated),
        Finding("reach_beyond", None, "people", reason=undated),
        Finding("possible_reach", None, "people", reason=undated),
        Finding("crossings", None, "people", reason=undated),
        Finding("pagerank", 0.0312, "score", detail=Position(92.0, rank=12, of=150, better="higher")),
        Finding("betweenness", 0.104, "score", detail=Position(97.0, rank=5, of=150, better="higher")),
        Finding("core_number", 11.0, "ties", detail=Position(88.0, rank=18, of=150, better="higher")),
    ]
    edges = [("p0", person, 1.0 + n % 4) for n, (person, *_) in enumerate(named)]
    edges += [(named[n][0], named[(n + 3) % 14][0], 1.0) for n in range(14)]
    return Report(
        LEADER,
        {"since": None, "until": None},
        {finding.name: finding for finding in findings},
        coverage=(Coverage("survey.graphml", "ties", 120, None, None, "none"),),
        reasons=("The network has no times, so nobody can be counted as responding.",),
        network=EgoNetwork((("p0", LEADER["name"], 0, 1.0, 0), *named), tuple(edges), 14, 149),
    )


def built(people: int, conversations: int, seed: int) -> Report:
    """Build a report whose numbers agree with its people."""
    chance = random.Random(seed)  # noqa: S311 (not for secrets)
    reached = [_reached(n, chance) for n in range(people)]
    responses = {r.id: r for one in reached for r in _responses(one, chance, conversations)}
    return Report(
        leader=LEADER,
        window=WINDOW,
        findings=_findings(reached),
        people=tuple(reached),
        coverage=_coverage(),
        reasons=(
            "Mail before March was not given, so earlier responses by mail are missing.",
            "The chat states no threads: its responses are inferred and left out of the headline.",
        ),
        spheres=_spheres(reached),
        trend=_trend(reached),
        weekly=_weekly(reached),
        conversations=tuple(_conversation(n, responses, reached) for n in range(conversations)),
        responses=responses,
        network=_network(reached, chance),
        notice=NOTICE,
    )


def _reached(n: int, chance: random.Random) -> Reached:
    name = f"{_FIRST[n % len(_FIRST)]} {_LAST[(n // 3 + n) % len(_LAST)]}"
    first = (START + timedelta(hours=chance.randrange(24 * 175))).isoformat()
    count = 1 + int(chance.expovariate(0.4))
    ids = tuple(f"a{n}.{k}" for k in range(min(count, 5)))
    if n % 6 == 0:
        return Reached(f"p{n + 1}", name, 2, 1.0, True, 1, "team", count, first, "Nordlys", ids)
    sphere = chance.choices(_SPHERES, _WEIGHTS)[0]
    m, known, met = _meeting(chance, first)
    depth = chance.choices((1, 2, 3), (6, 3, 1))[0]
    organisation = "Nordlys" if sphere in {"company", "department"} else None
    step = 3 if m >= 0.5 else 4
    return Reached(f"p{n + 1}", name, step, m, known, depth, sphere, count, first, organisation, ids, met)


def _meeting(chance: random.Random, first: str) -> tuple[float, bool, tuple[MetEvidence, ...]]:
    draw = chance.random()
    before = (datetime.fromisoformat(first) - timedelta(days=9)).isoformat()
    if draw < 0.4:
        return 0.95, True, (MetEvidence("calendar", "in_person", 0.95, before, "Oslo", 6),)
    if draw < 0.5:
        return 0.3, True, (MetEvidence("contact", "unknown", 0.3),)
    return (0.0, True, ()) if draw < 0.87 else (0.1, False, ())


def _responses(one: Reached, chance: random.Random, conversations: int) -> list[Response]:
    rows = []
    for k, key in enumerate(one.evidence):
        time = datetime.fromisoformat(one.first_response or "") + timedelta(hours=30 * k)
        thread = chance.randrange(conversations)
        rows.append(
            Response(
                id=key,
                time=time.isoformat(),
                actor=one.person,
                verb=chance.choice(("reply", "comment", "share", "react")),
                target="p0" if one.depth == 1 else "p1",
                parent=f"item{thread}",
                conversation=f"c{thread}",
                channel=_CHANNELS[thread % 4],
                url=f"https://forum.nordlys.example/t/{thread}" if thread % 3 else None,
                inferred=thread % 4 == 1,
                source=("forum.csv", "chat.json")[thread % 2],
            )
        )
    return rows


def _findings(reached: list[Reached]) -> dict[str, Finding]:
    outside = [one for one in reached if one.step != 2]
    team, met = len(reached) - len(outside), sum(one.m for one in outside)
    beyond = sum(1 - one.m for one in outside)
    known = sum(1 - one.m for one in outside if one.known)
    unknown = sum(not one.known for one in outside)
    passed, n = sum(one.depth > 1 for one in reached), len(reached)
    inferred = Reach(
        with_inferred=beyond * 1.1, without_inferred=beyond, outside=len(outside), unknown=unknown
    )
    spread = (beyond * 0.7, beyond * 1.28)
    crossings = Crossings(digital_first=("p3", "p9"), met_then_digital=("p2", "p5", "p8"))
    grid = {
        f"{k},{d}": round(n * (0.4 + 0.2 * k) * (0.6 + i * 0.25))
        for k in (1, 2, 3, 4)
        for i, d in enumerate((1, 7, 14, 30))
    }
    found = [
        Finding("own_output", 48.0, "items"),
        Finding("reach_2", float(team), "people"),
        Finding("reach_3", met, "people", met - 0.1 * unknown, met + 0.9 * unknown),
        Finding("reach_4", beyond, "people", known, known + unknown, spread, detail=inferred),
        Finding("reach_beyond", beyond, "people", known, known + unknown, spread),
        Finding("beyond_share", beyond / (team + met + beyond), "share"),
        Finding("beyond_ratio", beyond / (team + met), "ratio"),
        Finding("first_hand", float(n - passed), "people"),
        Finding("passed_on", float(passed), "people"),
        Finding("possible_reach", float(grid["4,30"]), "people", detail=PossibleReach(grid)),
        Finding("audience", float(n * 9), "people"),
        Finding("crossings", 5.0, "people", detail=crossings),
        Finding("pagerank", 0.0312, "score", detail=Position(98.0, rank=3, of=150, better="higher")),
        Finding("betweenness", 0.104, "score", detail=Position(97.0, rank=5, of=150, better="higher")),
        Finding("constraint", 0.071, "score", detail=Position(4.0, rank=145, of=150, better="lower")),
        Finding("core_number", 11.0, "ties", detail=Position(91.0, rank=14, of=150, better="higher")),
    ]
    return {finding.name: finding for finding in (*found, *measured(beyond))}


def _coverage() -> tuple[Coverage, ...]:
    first, last = "2026-01-02T08:00:00+00:00", "2026-06-29T17:00:00+00:00"
    return (
        Coverage("forum.csv", "forum", 1204, first, last, "explicit"),
        Coverage("chat.json", "chat", 5311, first, last, "none", 3),
        Coverage(
            "mail.mbox",
            "email",
            812,
            "2026-03-01T09:00:00+00:00",
            last,
            "inferred",
            0,
            ("2026-01", "2026-02"),
        ),
    )


def _spheres(reached: list[Reached]) -> tuple[SphereReach, ...]:
    rows = []
    for sphere in _SPHERES:
        inside = [one for one in reached if one.sphere == sphere and one.step != 2]
        value, known = sum(1 - one.m for one in inside), len(inside) * 4
        if inside:
            rows.append(SphereReach(sphere, value, len(inside), known, value / known))
    return tuple(rows)


def _trend(reached: list[Reached]) -> tuple[Month, ...]:
    names = [f"2026-{month:02}" for month in range(1, 7)]
    return tuple(Month(name, *_counted(reached, lambda day, name=name: day[:7] == name)) for name in names)


def _weekly(reached: list[Reached]) -> tuple[Week, ...]:
    """The weeks from 1 January 2026, a Thursday, to 30 June, a Tuesday: the first and the last are parts of one."""
    names = [f"2026-W{week:02}" for week in range(1, 28)]

    def in_week(day: str, name: str) -> bool:
        return "{}-W{:02}".format(*date.fromisoformat(day[:10]).isocalendar()) == name

    return tuple(
        Week(
            name,
            *_counted(reached, lambda day, name=name: in_week(day, name)),
            whole=name not in {names[0], names[-1]},
        )
        for name in names
    )


def _counted(
    reached: list[Reached], within: Callable[[str], bool]
) -> tuple[float, float, float, float, float, int]:
    inside = [one for one in reached if one.first_response and within(one.first_response)]
    outside = [one for one in inside if one.step != 2]
    beyond, low = sum(1 - one.m for one in outside), sum(1 - one.m for one in outside if one.known)
    high = low + sum(not one.known for one in outside)
    met = sum(one.m for one in outside)
    return float(len(inside) - len(outside)), met, beyond, low, high, sum(one.responses for one in inside)


def _conversation(n: int, responses: dict[str, Response], reached: list[Reached]) -> Conversation:
    inside = [row for row in responses.values() if row.conversation == f"c{n}"]
    who = {row.actor for row in inside}
    unmet = sum(1 - one.m for one in reached if one.person in who and one.step != 2)
    began = (START + timedelta(days=n % 170)).isoformat()
    words, tags = _ABOUT[n % len(_ABOUT)]
    tree = _tree(n, began, inside) if n < TRAVELLED else ()
    return Conversation(
        f"c{n}",
        began,
        "p0" if n % 3 else "p4",
        len(inside),
        len(who),
        unmet,
        _CHANNELS[n % 4],
        tuple(row.id for row in inside),
        words,
        tags,
        min(n + 1, len(inside)),
        tree,
    )


def _tree(n: int, began: str, inside: list[Response]) -> tuple[Branch, ...]:
    """Answers to the beginning, and to each other: every other one goes one hand deeper."""
    tree = [Branch(f"item{n}", "p0" if n % 3 else "p4", began)]
    for place, row in enumerate(inside):
        tree.append(Branch(row.id, row.actor, row.time, tree[place if place % 2 else 0].id))
    return tuple(tree)


def _network(reached: list[Reached], chance: random.Random) -> EgoNetwork:
    strongest = sorted(reached, key=lambda one: (-one.responses, one.person))[:200]
    nodes = [
        (one.person, one.name, one.step, one.m, _SPHERES.index(one.sphere) // 2 if one.step != 2 else 5)
        for one in strongest
    ]
    edges = [("p0", one.person, float(one.responses)) for one in strongest]
    for _ in range(len(strongest) * 2):
        one, other = chance.sample(nodes, 2)
        if one[4] == other[4] or chance.random() < 0.2:
            edges.append((one[0], other[0], 1.0))
    return EgoNetwork((("p0", LEADER["name"], 0, 1.0, 0), *nodes), tuple(edges), len(nodes), len(reached))
