"""Does the headline stand when something is left out, and how much may not have been seen?"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, replace
from math import fsum
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from influence.chance.unseen import longer
from influence.chance.unseen import unseen as not_seen
from influence.contract.details.robustness import Alternative, Robustness, Unseen, UnseenSource
from influence.contract.findings import Finding
from influence.contract.measures import Definition, finds, near_enough
from influence.kernels.arrays import Floats, Ints, distinct_pairs
from influence.measures.reach import NO_TIMES, NOBODY
from influence.network.log_queries import months_by_source, set_aside, source_of, written_to_many
from influence.network.responses import Links, Log
from influence.reach.steps import Touches, alters, headline, touches
from influence.times import months

if TYPE_CHECKING:
    from influence.reach.ego import Ego

BULK = 20
"""An item with more addressees than this is bulk mail."""
QUICK = 10_000_000
"""Microseconds: a program answers within ten seconds, again and again."""
QUICK_RESPONSES = 5


@dataclass(frozen=True)
class Without:
    """reach_4 when something is left out (or in): how many items or people that were, and who."""

    what: str
    reach_4: float
    left_out: int
    people: tuple[str, ...] = ()


@near_enough
@finds(
    robustness=Definition(
        "how far reach_4 moves at most when bots, the largest alter, bulk mail … are left out or in",
        label="Largest change",
        meaning=(
            "Does it hang on one choice? By how much the headline moves at most when it is counted again without "
            "bots, without the largest alter, without bulk mail and so on."
        ),
        reading="Low: the headline does not hang on one choice.",
        unit="share",
        family="How well does it hold?",
    ),
)
def robustness(ego: Ego) -> dict[str, Finding]:
    """Count reach_4 again under other choices; the value is the largest change, as a share of reach_4.

    `detail.alternatives`: `with_bots` (flagged bots counted as people); `without_suspected` (people of whose at
    least 5 answers to the leader half or more came within 10 seconds); `without_largest_alter` (nothing that
    the person with most responses did, nor what hangs on it); `without_bulk` (nothing that answers an item of the
    leader's with more than 20 addressees); `without_largest_conversation` (the one with most responses). Each has
    `reach_4`, `change` = reach_4 / the headline − 1, and how many people, items or responses it is about.
    """
    if not ego.dated:
        return {"robustness": Finding("robustness", None, "share", reason=NO_TIMES)}
    headline = unmet(ego, ego.drawn)
    if not headline:
        return {"robustness": Finding("robustness", None, "share", reason=NOBODY)}
    rows = {
        one.what: Alternative(one.reach_4, one.reach_4 / headline - 1, one.left_out, one.people)
        for one in alternatives(ego)
    }
    most = max(abs(row.change or 0.0) for row in rows.values())
    return {"robustness": Finding("robustness", most, "share", detail=Robustness(headline, rows))}


def alternatives(ego: Ego) -> list[Without]:
    """Work out every alternative of `robustness`."""
    bots = sorted(ego.bots - {ego.leader})
    quick = suspected(ego.log, ego.drawn, ego.leader)
    people, count = np.unique(ego.drawn.person, return_counts=True)
    largest = people[count == count.max(initial=0)][:1].tolist()
    bulk = _bulk(ego)
    units, size = np.unique(ego.unit, return_counts=True)
    longest = units[size == size.max(initial=0)][:1]
    rest = ~np.isin(ego.unit, longest)
    return [
        Without("with_bots", unmet(ego, _touches(ego, ego.log, {ego.leader})), len(bots), _ids(ego, bots)),
        Without("without_suspected", _without(ego, quick), len(quick), _ids(ego, quick)),
        Without("without_largest_alter", _without(ego, largest), len(largest), _ids(ego, largest)),
        Without(
            "without_bulk", unmet(ego, _touches(ego, not_answering(ego.log, bulk), ego.nobody)), len(bulk)
        ),
        Without("without_largest_conversation", unmet(ego, _where(ego.drawn, rest)), int((~rest).sum())),
    ]


def unmet(ego: Ego, drawn: Touches) -> float:
    """Return reach_4 of some responses: Σ (1 − m(v)) over the distinct people outside the team, in people."""
    return headline(alters(drawn, ego.met, ego.team))


def _touches(ego: Ego, log: Log, nobody: Set[int]) -> Touches:
    return touches(log, ego.leader, ego.window, ego.passing, nobody, ego.drawn.undated)


def _where(drawn: Touches, mask: np.ndarray[Any, np.dtype[np.bool_]]) -> Touches:
    return Touches(drawn.item[mask], drawn.person[mask], drawn.time[mask], drawn.depth[mask], drawn.undated)


def _without(ego: Ego, people: list[int]) -> float:
    if not people:
        return unmet(ego, ego.drawn)
    return unmet(ego, _touches(ego, without_people(ego.log, people), ego.nobody | set(people)))


def _ids(ego: Ego, people: list[int]) -> tuple[str, ...]:
    return tuple(ego.people.who[code].person for code in people)


def without_people(log: Log, people: list[int]) -> Log:
    """Return a log in which nothing that some people did is answered, and nothing that they did answers."""
    mine = np.isin(log.items.author, people)
    links, responses = log.links, log.responses
    kept = ~(mine[links.child] | mine[links.parent])
    told = ~(np.isin(responses.responder, people) | np.isin(responses.target, people))
    return Log(log.tables, log.items, _links(links, kept), responses.where(told))


def not_answering(log: Log, items: Ints) -> Log:
    """Return a log without the links to some items, so that nothing answers them."""
    links, responses = log.links, log.responses
    return Log(
        log.tables,
        log.items,
        _links(links, ~np.isin(links.parent, items)),
        responses.where(~np.isin(responses.parent, items)),
    )


def _links(links: Links, kept: np.ndarray[Any, np.dtype[np.bool_]]) -> Links:
    return replace(
        links,
        child=links.child[kept],
        parent=links.parent[kept],
        inferred=links.inferred[kept],
        responds=links.responds[kept],
    )


def suspected(log: Log, drawn: Touches, leader: int) -> list[int]:
    """Return people who answer like a program: of at least 5 answers to the leader half came within 10 seconds."""
    told = log.counted()
    answers = told.where((told.target == leader) & (told.parent >= 0) & np.isin(told.item, drawn.item))
    wait = answers.time - log.items.time[answers.parent]
    people, place, count = np.unique(answers.responder, return_inverse=True, return_counts=True)
    quick = np.bincount(place, (wait >= 0) & (wait <= QUICK), len(people))
    chosen: list[int] = people[(count >= QUICK_RESPONSES) & (2 * quick >= count)].tolist()
    return chosen


def _bulk(ego: Ego) -> Ints:
    return written_to_many(ego.tables, ego.leader, BULK)


@near_enough
@finds(
    unseen=Definition(
        "what reach_4 would be if responses that were not seen behaved like those that were",
        label="With what was not seen",
        meaning=(
            "The headline if missing months and rows behaved like those seen (Good and Toulmin 1956); "
            "the upper bound adds people who would respond if it went on for ever (Chao 1987)."
        ),
        unit="people",
        family="How well does it hold?",
    ),
)
def unseen(ego: Ego) -> dict[str, Finding]:
    """Estimate reach_4 with what was not seen: people not yet seen, and months and rows that a source lacks.

    The value is reach_4 + Σ over sources of what their missing part would add: t = missing months / months held
    + rows set aside / activities held, at most 1, by Good & Toulmin's formula (`influence.chance.unseen.longer`).
    `low` is reach_4 as seen; `high` the upper end of Chao's interval for everybody who would respond if it
    went on for ever (`influence.chance.unseen.unseen`), or the value if that is more. `detail`: `not_seen` with its
    interval, `coverage` (the chance that the next response comes from somebody already counted), and for every
    source `months`, `missing` (their names), `set_aside`, `would_add`. A part that a service never gave out (a
    cap that no file states) shows only as months that are missing.
    """
    if not ego.dated:
        return {"unseen": Finding("unseen", None, "people", reason=NO_TIMES)}
    if not len(ego.drawn.item):
        return {"unseen": Finding("unseen", None, "people", reason=NOBODY)}
    weight = _weights(ego)
    people, times = _times(ego.drawn.person, ego.unit)
    estimate = not_seen(times, weight[people], len(np.unique(ego.unit)) + ego.silent)
    seen = unmet(ego, ego.drawn)
    sources = _sources(ego, weight)
    value = seen + fsum(row.would_add or 0.0 for row in sources)
    detail = Unseen(
        reach_4=seen,
        not_seen=estimate.more,
        not_seen_interval=(estimate.low, estimate.high),
        coverage=estimate.coverage,
        sources=sources,
    )
    high = max(value, seen + estimate.high)
    return {"unseen": Finding("unseen", value, "people", seen, high, detail=detail)}


def _weights(ego: Ego) -> Floats:
    """Return 1 − m(v) by person code; 0 for the team and for whom was not reached."""
    weight = np.zeros(len(ego.people))
    for one in ego.found:
        weight[one.person] = one.unmet
    return weight


def _times(person: np.ndarray[Any, np.dtype[np.int32]], unit: Ints) -> tuple[Ints, Ints]:
    """Return who responded, and in how many conversations."""
    people, times = np.unique(distinct_pairs(person.astype(np.int64), unit)[0], return_counts=True)
    return people, times


def _sources(ego: Ego, weight: Floats) -> tuple[UnseenSource, ...]:
    """Say of each source what it held in the window, what is missing, and what that would add."""
    held, aside = months_by_source(ego.tables, ego.settings.zone, ego.window), set_aside(ego.tables)
    every = [name for name, _ in months(ego.window, ego.settings.zone)]
    source = np.array(source_of(ego.tables, ego.drawn.item), object)
    return tuple(
        _source(
            Held(
                name,
                held[name],
                [month for month in every if month not in held[name]],
                *aside.get(name, (0, 0)),
            ),
            *_times(ego.drawn.person[source == name], ego.unit[source == name]),
            weight,
        )
        for name in sorted(held)
    )


class Held(NamedTuple):
    """What one source held in the window: months, those that are missing, rows set aside and stored."""

    source: str
    months: Set[str]
    missing: list[str]
    aside: int
    stored: int


def _source(held: Held, people: Ints, times: Ints, weight: Floats) -> UnseenSource:
    more = min(1.0, len(held.missing) / max(len(held.months), 1) + held.aside / max(held.stored, 1))
    return UnseenSource(
        source=held.source,
        months=len(held.months),
        missing=tuple(held.missing),
        set_aside=held.aside,
        would_add=longer(times, weight[people], more),
    )
