"""Spheres, outward and back: in whose worlds the leader is answered, and whose worlds the leader answers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence, Set
from math import exp, fsum, log
from typing import TYPE_CHECKING

import numpy as np

from influence.chance.bootstrap import conversation_draws
from influence.chance.intervals import interval
from influence.contract.details.spheres import Heard, ListenedTo, Sources
from influence.contract.findings import Finding, SphereReach
from influence.contract.language import because
from influence.contract.measures import Definition, finds, near_enough
from influence.kernels.arrays import Floats
from influence.measures.reach import FEWEST_CONVERSATIONS
from influence.network.responses import Responses
from influence.reach.steps import Alter, alters_of, headline

if TYPE_CHECKING:
    from influence.reach.ego import Ego

UNKNOWN = "unknown"
LISTENED_TO = 10
"""So many of those to whom the leader responded most are told by name."""
NOBODY_BEYOND = because("nobody beyond the people met responded in this window")
NO_SPHERE = because("whose world the people beyond belong to is not known")
NO_SOURCES = because("the leader responded to nobody whom they had never met")


@near_enough
@finds(
    sphere_breadth=Definition(
        "how many spheres the reach beyond is spread over, evenly counted",
        label="Breadth",
        meaning=(
            "Over how many spheres the people beyond are spread, counted as if all were equally large "
            "(Hill number)."
        ),
        reading="1: all in one sphere.",
        unit="spheres",
        family="Spheres and topics",
    ),
    sources=Definition(
        ("how many people never met the leader responds to: where the leader's own influences come from"),
        label="Listened to",
        meaning=(
            "People never met to whom the leader responds or whose items the leader shares, each counted "
            "with the probability of never having met: where the leader's own influences come from."
        ),
        unit="people",
        family="Spheres and topics",
    ),
    balance=Definition(
        "how far the spheres that are reached are those that the leader listens to",
        label="Heard where listening",
        meaning=(
            "How far the spheres that respond are those that the leader responds to: 100 %, the same "
            "mix; 0, none in common."
        ),
        unit="share",
        family="Spheres and topics",
    ),
)
def outward_and_back(ego: Ego) -> dict[str, Finding]:
    """Say over how many spheres the reach is spread, from which spheres it is fed, and whether these are the same."""
    heard = answered(ego)
    out, back = _by_sphere(ego.found, ego.spheres), _by_sphere(heard, ego.spheres)
    return {
        "sphere_breadth": breadth(out, _draws(ego, list(out))),
        "sources": _sources(ego, heard),
        "balance": balance(out, back),
    }


def _sources(ego: Ego, heard: Sequence[Alter]) -> Finding:
    """Return `sources` with its bounds: the unknown all met, then all unmet."""
    outside = [alter for alter in heard if alter.outside]
    surely = fsum(alter.unmet for alter in outside if alter.known)
    rows = sphere_reach(heard, ego.spheres, ego.nobody)
    detail = Sources(
        by_sphere={row.sphere: Heard(row.value, row.people) for row in rows},
        people=tuple(sorted(ego.people.ids(np.array([alter.person for alter in heard], np.int64)))),
        most=_most(ego, outside) or None,
    )
    return Finding(
        "sources",
        headline(outside),
        "people",
        surely,
        surely + sum(not alter.known for alter in outside),
        detail=detail,
    )


def _most(ego: Ego, outside: Sequence[Alter]) -> tuple[ListenedTo, ...]:
    """Return those of some people to whom the leader responded most often, the most often first."""
    mine: Responses = ego.responses.where(ego.responses.responder == ego.leader)
    often = Counter(mine.target.tolist())
    codes = [alter.person for alter in outside if often[alter.person]]
    who = dict(zip(codes, ego.people.some(codes), strict=True))
    ranked = sorted(codes, key=lambda code: (-often[code], who[code].person))
    return tuple(
        ListenedTo(who[code].person, who[code].name, ego.spheres[code], often[code])
        for code in ranked[:LISTENED_TO]
    )


def answered(ego: Ego) -> list[Alter]:
    """Return whom the leader responded to in the window, as `steps.alters` does: m(u) by the first time."""
    first: dict[int, int | None] = dict.fromkeys(ego.ties.source[ego.ties.target == ego.leader].tolist())
    mine: Responses = ego.responses.where(ego.responses.responder == ego.leader)
    order = np.argsort(mine.time, kind="stable")[::-1]
    first |= dict(zip(mine.target[order].tolist(), mine.time[order].tolist(), strict=True))
    people = {person: time for person, time in first.items() if person not in ego.nobody}
    return alters_of(people, {}, ego.met, ego.team)


def _by_sphere(found: Sequence[Alter], of: Sequence[str]) -> dict[str, float]:
    sums: dict[str, list[float]] = defaultdict(list)
    for alter in found:
        if alter.outside:
            sums[of[alter.person]].append(alter.unmet)
    return {sphere: fsum(sums[sphere]) for sphere in sorted(sums)}


def _draws(ego: Ego, spheres: Sequence[str]) -> Floats | None:
    """Return bootstrap values of the reach in each sphere (draws × spheres); None where there is nothing to draw."""
    if ego.drawn.undated or not spheres or ego.conversations < FEWEST_CONVERSATIONS:
        return None
    row = {alter.person: place for place, alter in enumerate(ego.found)}
    weight = np.zeros((len(ego.found), len(spheres)))
    for alter in ego.found:
        if alter.outside:
            weight[row[alter.person], spheres.index(ego.spheres[alter.person])] = alter.unmet
    person = np.array([row[code] for code in ego.drawn.person.tolist()], np.int64)
    chance = ego.settings
    return conversation_draws(
        ego.unit, person, weight, silent=ego.silent, draws=chance.draws, seed=chance.seed
    )


def breadth(reached: Mapping[str, float], draws: Floats | None = None) -> Finding:
    """Return `sphere_breadth` = exp(−Σ p ln p), p the share of reach_4 in each sphere: 1 to the number of spheres.

    `draws` (draws × spheres, in the order of `reached`) give the interval. The unit is spheres that would be as
    broad if all were alike: the Hill number of order 1 (Hill 1973, doi:10.2307/1934352; Jost 2006,
    doi:10.1111/j.2006.0030-1299.14714.x).

    >>> round(breadth({"customer": 5.0, "partner": 5.0}).value, 9)
    2.0
    """
    if fsum(reached.values()) <= 0:
        return Finding("sphere_breadth", None, "spheres", reason=NOBODY_BEYOND)
    if set(reached) == {UNKNOWN}:
        return Finding("sphere_breadth", None, "spheres", reason=NO_SPHERE)
    value = _effective(list(reached.values()))
    if draws is None or not (draws.sum(axis=1) > 0).all():
        return Finding("sphere_breadth", value, "spheres")
    low, high = interval(np.array([_effective(row) for row in draws.tolist()]))
    return Finding("sphere_breadth", value, "spheres", interval=(min(low, value), max(high, value)))


def _effective(sums: Sequence[float]) -> float:
    total = fsum(sums)
    return exp(-fsum(part / total * log(part / total) for part in sums if part > 0))


def balance(out: Mapping[str, float], back: Mapping[str, float]) -> Finding:
    """Return `balance` = Σ min(p, q): p the shares of spheres in the reach, q in the sources; 0 to 1.

    1: the leader listens where they are heard; 0: the two have no sphere in common.

    >>> round(balance({"customer": 1.0, "partner": 1.0}, {"customer": 4.0}).value, 9)
    0.5
    """
    total_out, total_back = fsum(out.values()), fsum(back.values())
    if total_out <= 0:
        return Finding("balance", None, "share", reason=NOBODY_BEYOND)
    if total_back <= 0:
        return Finding("balance", None, "share", reason=NO_SOURCES)
    if {UNKNOWN} in (set(out), set(back)):
        return Finding("balance", None, "share", reason=NO_SPHERE)
    shared = fsum(min(out[one] / total_out, back.get(one, 0.0) / total_back) for one in out)
    return Finding("balance", shared, "share")


def sphere_reach(found: Sequence[Alter], of: Sequence[str], left_out: Set[int]) -> list[SphereReach]:
    """Return `sphere_reach[s]` = Σ (1 − m(v)) over reached v in s, and its share of the known people of s.

    People of the team are in it with weight 0: they are near by definition. `left_out` (the leader, bots)
    are not counted among the known people of a sphere.
    """
    reached: dict[str, list[Alter]] = defaultdict(list)
    for alter in found:
        reached[of[alter.person]].append(alter)
    known: dict[str, int] = defaultdict(int)
    for code, sphere in enumerate(of):
        known[sphere] += code not in left_out
    rows = []
    for sphere in sorted(reached, key=lambda s: (-len(reached[s]), s)):
        value = headline(reached[sphere])
        share = value / known[sphere] if known[sphere] else None
        rows.append(SphereReach(sphere, value, len(reached[sphere]), known[sphere], share))
    return rows
