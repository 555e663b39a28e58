"""Everybody's reach in one go: who responded to whom, how many hands away, and whether they had met.

The definitions are those for one leader (`steps`, `encounters`), read off the log once for all people.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from influence.kernels.arrays import Codes, Flags, Floats, Ints
from influence.met.calibration import FEATURES, standing_fit
from influence.met.encounters import MEETINGS, UNDATED, Strengths, decided
from influence.network.network import Network
from influence.network.responses import Count, Responses
from influence.people.directory import People
from influence.people.teams import Teams
from influence.reach.population import Population, Ties, response_network
from influence.reach.steps import DAY, Alter, Passing, Window
from influence.store.engine import Engine

Rows = tuple[Ints, Ints]
"""Lists of numbers for each person, end to end: those of person i are `second[first[i]:first[i + 1]]`."""
_LATEST = np.iinfo(np.int64).max
MOST_TOUCHES = 8_000_000
"""So many touches of several leaders are held at once: half a gigabyte."""


@dataclass(frozen=True)
class Reaches:
    """Everybody reached by everybody: one row for each pair, sorted by leader and then person.

    `step` is 2 (team), 3 (met) or 4 (networked); `m` is m(v) by `first`, the first response in microseconds or
    `UNDATED`; `depth` is the least number of hands. `unit` is the conversation in which the pair touched, −1 where
    there is more than one or none: conversations are numbered from 0, and after them come the items that name
    the leader outside the leader's conversations. `people` is how many people there are at all.

    >>> one = np.ones(1, np.int32)
    >>> reaches = Reaches(0 * one, one, np.full(1, 4), np.full(1, 0.1), one < 1, one, one, one, people=2)
    >>> reaches.of(0), reaches.reach_4()[0].tolist()
    ([Alter(person=1, step=4, m=0.1, known=False, depth=1, first=1)], [0.9, 0.0])
    """

    leader: Codes
    person: Codes
    step: NDArray[np.int8]
    m: Floats
    known: Flags
    depth: NDArray[np.int16]
    first: Ints
    unit: Ints
    people: int

    def __len__(self) -> int:
        return len(self.leader)

    def of(self, leader: int) -> list[Alter]:
        """List whom one leader reached, as `steps.alters` does."""
        rows = range(*np.searchsorted(self.leader, [leader, leader + 1]).tolist())
        return [
            Alter(
                int(self.person[i]),
                int(self.step[i]),
                float(self.m[i]),
                bool(self.known[i]),
                int(self.depth[i]),
                None if self.first[i] == UNDATED else int(self.first[i]),
            )
            for i in rows
        ]

    @property
    def unmet(self) -> Floats:
        """The weight of each pair in step 4: 1 − m(v), and 0 in the team."""
        return np.where(self.step == 2, 0.0, 1 - self.m)

    def reach_4(self) -> tuple[Floats, Floats, Floats]:
        """Return reach_4 of everybody by person code, in people, and its bounds: the unknown all met, all unmet."""
        doubtful = ~self.known & (self.step != 2)
        sure = self._summed(np.where(doubtful, 0.0, self.unmet))
        return self._summed(self.unmet), sure, sure + self._summed(doubtful.astype(np.float64))

    def reach_2(self) -> Floats:
        """Return how many of their team everybody reached, by person code, in people."""
        return self._summed((self.step == 2).astype(np.float64))

    def reach_3(self) -> Floats:
        """Return the sum of m(v) over those outside the team whom everybody reached, by person code, in people."""
        return self._summed(np.where(self.step == 2, 0.0, self.m))

    def _summed(self, weight: Floats) -> Floats:
        return np.bincount(self.leader, weight, self.people).astype(np.float64)


def everybodys_reach(
    population: Population, window: Window, *, leaders: Ints | None = None, count: Count = "headline"
) -> Reaches:
    """Find whom everybody (or each of some `leaders`, person codes) reached in a window: step, m(v), depth.

    First-hand and passed-on as in `steps.touches`, m(v) as in `encounters.met_by`; bots are never reached.
    O(items + links · hands + encounters of the people reached).

    >>> from influence.settings import Settings
    >>> from influence.store.store import Store
    >>> empty = Population(Store().engine, Settings())
    >>> len(everybodys_reach(empty, empty.whole_window()))
    0
    """
    settings = population.settings
    passing = Passing(int(settings.delta_days * DAY), settings.hands)
    chosen = np.arange(len(population.people)) if leaders is None else np.unique(leaders)
    pairs = _reached_by(population, window, passing, chosen, count)
    m, known = _met(population, pairs.leader, pairs.person, pairs.first)
    in_team = Teams(population.people, settings.teams).hold(pairs.leader, pairs.person)
    step = np.where(in_team, 2, np.where(known & (m >= 0.5), 3, 4)).astype(np.int8)
    people = len(population.people)
    return Reaches(pairs.leader, pairs.person, step, m, known, pairs.depth, pairs.first, pairs.unit, people)


@dataclass(frozen=True)
class _Touching:
    """Leader, person, first moment, depth and conversation, one row each touch or each pair."""

    leader: Codes
    person: Codes
    first: Ints
    depth: NDArray[np.int16]
    unit: Ints


def _reached_by(
    population: Population, window: Window, passing: Passing, leaders: Ints, count: Count
) -> _Touching:
    """Return the pairs of some leaders; where their touches would fill the memory, of one half after the other."""
    touched = _touches(population, window, passing, leaders, count)
    if touched is not None:
        return _pairs(population, touched, leaders)
    halves = [_reached_by(population, window, passing, half, count) for half in np.array_split(leaders, 2)]
    return _Touching(*(np.concatenate(columns) for columns in zip(*map(_columns, halves), strict=True)))


def _columns(touching: _Touching) -> tuple[NDArray[Any], ...]:
    return touching.leader, touching.person, touching.first, touching.depth, touching.unit


def _touches(
    population: Population, window: Window, passing: Passing, leaders: Ints, count: Count
) -> _Touching | None:
    """Return every valid response in the window, first-hand and passed-on; None where they are too many."""
    from influence.kernels.everybody import everybodys_depth  # numba: loaded only when something is measured

    log, leading = population.log, np.zeros(len(population.people), bool)
    leading[leaders] = True
    items, responses, links = log.items, log.counted(count), log.counted_links(count)
    passed = everybodys_depth(
        links.child,
        links.parent,
        items.time,
        items.author,
        passing.delta,
        passing.hands,
        leading=leading,
        most=MOST_TOUCHES if len(leaders) > 1 else None,
    )
    if passed is None:
        return None
    item = np.concatenate([responses.item, passed[0]])
    leader = np.concatenate([responses.target, passed[1]])
    depth = np.concatenate([np.ones(len(responses), np.int16), passed[2]])
    kept = window.holds(items.time[item]) & _reached(population)[items.author[item]] & leading[leader]
    item, leader = item[kept], leader[kept]
    unit = _units(population, item, leader)
    return _Touching(leader, items.author[item], items.time[item], depth[kept], unit)


def _reached(population: Population) -> Flags:
    reached = np.ones(len(population.people), bool)
    reached[list(population.bots)] = False
    return reached


def _units(population: Population, item: Ints, leader: Codes) -> Ints:
    """Return the conversation of each touch; a mention outside the leader's conversations is one of its own."""
    items = population.log.items
    width = int(items.conversation.max(initial=0)) + 1
    begun = np.unique(items.author.astype(np.int64) * width + items.conversation)
    conversation = items.conversation[item]
    own = np.isin(leader.astype(np.int64) * width + conversation, begun)
    return np.where(own, conversation, width + item)


def _pairs(population: Population, touched: _Touching, leaders: Ints) -> _Touching:
    """Return each pair once, sorted: its first moment, least depth, and its conversation if there is only one."""
    n, ties = len(population.people), population.ties
    tied = _reached(population)[ties.target] & np.isin(ties.source, leaders)
    none = np.full(int(tied.sum()), _LATEST)
    keys = np.concatenate([touched.leader, ties.source[tied]]).astype(np.int64) * n
    keys += np.concatenate([touched.person, ties.target[tied]])
    order = np.argsort(keys, kind="stable")
    begin = np.flatnonzero(np.diff(keys[order], prepend=-1))
    first, depth, unit = (
        np.concatenate([given, undated])[order]
        for given, undated in (
            (touched.first, none),
            (touched.depth, np.ones(none.size, np.int16)),
            (touched.unit, np.full(none.size, -1)),
        )
    )
    if not begin.size:
        nobody = np.empty(0, np.int32)
        return _Touching(nobody, nobody, first, depth, unit)
    earliest, one, other = (
        np.minimum.reduceat(first, begin),
        np.minimum.reduceat(unit, begin),
        np.maximum.reduceat(unit, begin),
    )
    leader, person = (side.astype(np.int32) for side in np.divmod(keys[order][begin], n))
    return _Touching(
        leader,
        person,
        np.where(earliest == _LATEST, UNDATED, earliest),
        np.minimum.reduceat(depth, begin),
        np.where(one == other, one, -1),
    )


@dataclass(frozen=True)
class Acquaintance:
    """Of everybody tied by responses, whether they had met: one row for each pair, sorted by source and target.

    `m` is m(v) by the target's first response to the source in the window; `known` whether anything tells.
    """

    source: Codes
    target: Codes
    m: Floats
    known: Flags

    @property
    def met(self) -> Flags:
        """Mark the ties between people known to have met: m ≥ 0.5."""
        met: Flags = self.known & (self.m >= 0.5)
        return met

    def counts(self) -> dict[str, int]:
        """Count the ties, those of which it is known whether the two have met, those met and not met.

        `pairs_not_met` counts two people once, whichever of them responded.
        """
        known, met = int(self.known.sum()), int(self.met.sum())
        apart = self.known & ~self.met
        low, high = np.minimum(self.source, self.target)[apart], np.maximum(self.source, self.target)[apart]
        pairs = len(np.unique(np.stack([low, high]), axis=1).T)
        return {
            "ties": len(self.source),
            "known": known,
            "met": met,
            "not_met": known - met,
            "pairs_not_met": pairs,
        }


def acquaintance(population: Population, window: Window) -> Acquaintance:
    """Say of each tie of the response network of a window whether the two had met."""
    from_, to, _, earliest = _tied_pairs(population, window)
    m, known = _met(population, from_, to, earliest)
    return Acquaintance(from_, to, m, known)


def digital_network(population: Population, window: Window) -> Network:
    """Return the digital part of the response network: the ties between people not known to have met.

    A tie u → v is left out where it is known that u and v had met by v's first response to u in the window,
    with m ≥ 0.5. Who has no other ties is no longer in the network.
    """
    responses, ties = population.responses(window), population.ties
    from_, to, place, earliest = _tied_pairs(population, window)
    m, known = _met(population, from_, to, earliest)
    digital = ~(known & (m >= 0.5))[place]
    dated, undated = np.split(digital, [len(responses)])
    kept = Ties(ties.source[undated], ties.target[undated], ties.weight[undated])
    return response_network(population.people, responses.where(dated), kept)


def _tied_pairs(population: Population, window: Window) -> tuple[Codes, Codes, Ints, Ints]:
    """Return source and target of each tie, the tie of each response and undated tie, and each tie's first time."""
    responses, ties = population.responses(window), population.ties
    first = np.concatenate([responses.time, np.full(len(ties.source), UNDATED)])
    n = len(population.people)
    source, target = (
        np.concatenate([own.astype(np.int64), undated])
        for own, undated in ((responses.target, ties.source), (responses.responder, ties.target))
    )
    pairs, place = np.unique(source * n + target, return_inverse=True)
    earliest = np.full(pairs.size, _LATEST)
    np.minimum.at(earliest, place, first)
    from_, to = (side.astype(np.int32) for side in np.divmod(pairs, max(n, 1)))
    return from_, to, place, earliest


# --- have they met ------------------------------------------------------------------------------------------

_ENCOUNTERED = """
CREATE OR REPLACE TEMP TABLE encountered AS
SELECT DISTINCT e.place, p.person, split_part(e.account, ':', 1) AS system, e.naming FROM (
    SELECT row_number() OVER (ORDER BY time NULLS FIRST, seq) - 1 AS place, unnest(people) AS account,
        evidence IN ('calendar', 'event') AS naming
    FROM encounters) e
JOIN account_person p USING (account)
"""

_ENCOUNTERS = """
SELECT epoch_us(e.time) AS time, e.kind, e.evidence, coalesce(e.attendees, n.people, 1) AS n FROM (
    SELECT row_number() OVER (ORDER BY time NULLS FIRST, seq) - 1 AS place, * FROM encounters) e
LEFT JOIN (SELECT place, count(DISTINCT person) AS people FROM encountered GROUP BY place) n USING (place)
ORDER BY e.place
"""

_TIED = """
CREATE OR REPLACE TEMP TABLE tied AS
SELECT DISTINCT a.person AS one, b.person AS other, split_part(t.source, ':', 1) AS system
FROM tie_log t JOIN account_person a ON a.account = t.source JOIN account_person b ON b.account = t.target
WHERE t.meaning = 'met' AND a.person <> b.person
"""

_OWNED = """
CREATE OR REPLACE TEMP TABLE owns_system AS
SELECT DISTINCT person, split_part(account, ':', 1) AS system FROM account_person
"""

_NAMED = """
CREATE OR REPLACE TEMP TABLE names_system AS
SELECT DISTINCT c.person, h.system FROM (SELECT DISTINCT place, person FROM encountered) c
JOIN (SELECT place, system, count(*) AS people, min(person) AS one FROM encountered
    WHERE naming GROUP BY place, system) h USING (place)
WHERE (h.people > 1 OR h.one <> c.person) AND h.system NOT IN ('name', 'mailbox')
UNION SELECT person, system FROM owns_system WHERE system IN (SELECT system FROM tied)
"""
"""The systems in which an encounter names anybody but the person: never pairs, so that a crowd stays a crowd."""

_NUMBERED = """
SELECT person, number FROM {} JOIN (
    SELECT system, row_number() OVER (ORDER BY system) - 1 AS number FROM (
        SELECT system FROM names_system UNION SELECT system FROM owns_system)) USING (system)
ORDER BY person, number
"""


def _met(population: Population, leader: Codes, person: Codes, first: Ints) -> tuple[Floats, Flags]:
    """Return m(v) and whether it is known for pairs sorted by leader: `encounters.Met` for all at once."""
    from influence.kernels.everybody import evidence_of_pairs  # numba: loaded only when something is measured

    engine, people, strengths = population.engine, population.people, population.settings.strengths
    for statement in (_ENCOUNTERED, _TIED, _OWNED, _NAMED):
        engine.run(statement)
    n, fit = len(people), standing_fit(engine)
    present = engine.arrow("SELECT DISTINCT person, place FROM encountered ORDER BY person, place")
    systems = tuple(
        _rows(engine.arrow(_NUMBERED.format(t)), "number", n) for t in ("names_system", "owns_system")
    )
    miss, told, amounts = evidence_of_pairs(
        leader,
        person,
        first,
        _rows(present, "place", n),
        _encounters(engine, strengths),
        (systems[0], systems[1]),
        len(FEATURES) if fit else 0,
    )
    keys = leader.astype(np.int64) * n + person
    desk, tied = _at_one_desk(people, leader, person), _tied(engine, n, keys)
    said = _said(population, keys, told)
    known = (told > 0) | (desk & (strengths.same_manager_and_site > 0)) | tied | (said >= 0)
    m = 1 - miss * np.where(desk, 1 - strengths.same_manager_and_site, 1.0) * ~tied
    if fit:
        amounts[:, FEATURES.index("chart")] += desk
        amounts[:, FEATURES.index("tie")] += tied
        m = fit.each(amounts)
    return np.where(said >= 0, said, np.where(known, m, strengths.prior)), known


def _said(population: Population, keys: Ints, told: NDArray[np.int8]) -> Floats:
    """Return what was declared about each pair, by import or, before that, by command: 1, 0, or −1 for nothing."""
    said = np.where(told & 8, 1.0, np.where(told & 4, 0.0, -1.0))
    n = len(population.people)
    for (one, other), piece in decided(population.engine, population.people).items():
        for key in (one * n + other, other * n + one):
            said[np.searchsorted(keys, key) : np.searchsorted(keys, key, side="right")] = piece.strength
    return said


def _column(table: pa.Table, name: str, missing: int = 0) -> Ints:
    column: Ints = table.column(name).fill_null(missing).combine_chunks().to_numpy().astype(np.int64)
    return column


def _rows(table: pa.Table, name: str, n: int) -> Rows:
    """Make rows of a table of (person, number) that is sorted by person."""
    return np.searchsorted(_column(table, "person"), np.arange(n + 1)), _column(table, name)


def _encounters(engine: Engine, strengths: Strengths) -> tuple[Ints, Floats, Floats, Ints, Ints]:
    """Return time, strength, share, feature and what is declared of every encounter, in order of time."""
    table = engine.arrow(_ENCOUNTERS)
    sorts = list(zip(table.column("evidence").to_pylist(), table.column("kind").to_pylist(), strict=True))
    number = {sort: i for i, sort in enumerate(sorted(set(sorts)))}
    sort = np.array([number[each] for each in sorts], np.int64)
    attendees = np.maximum(_column(table, "n"), 1)
    shared = np.array([evidence in MEETINGS for evidence, _ in number], bool)[sort]
    share = np.where(shared, np.minimum(1.0, strengths.table / attendees), 1.0)
    base = np.array([strengths.base(*each) for each in number], np.float64)[sort]
    feature = np.array([_feature(*each) for each in number], np.int64)[sort]
    declares = np.array([_declares(*each) for each in number], np.int64)[sort]
    return _column(table, "time", UNDATED), base * share, share, feature, declares


def _feature(evidence: str, kind: str) -> int:
    name = f"meeting {kind}" if evidence in MEETINGS else evidence
    return FEATURES.index(name) if name in FEATURES else -1


def _declares(evidence: str, kind: str) -> int:
    if evidence != "declared" and kind != "never":
        return -1
    return 0 if kind in {"never", "online"} else 1


def _at_one_desk(people: People, leader: Codes, person: Codes) -> Flags:
    """Tell which pairs share a manager and a site by the chart."""
    seen: dict[tuple[int | str, str], int] = {}
    numbers = np.full(len(people), -1, np.int64)
    for code, one in enumerate(people.who):
        boss = people.manager(one)
        if boss is not None and one.site is not None:
            numbers[code] = seen.setdefault((boss, one.site), len(seen))
    desk: Flags = (numbers[leader] >= 0) & (numbers[leader] == numbers[person])
    return desk


def _tied(engine: Engine, n: int, keys: Ints) -> Flags:
    """Tell which pairs a published network of meetings ties."""
    table = engine.arrow("SELECT DISTINCT one, other FROM tied")
    one, other = _column(table, "one"), _column(table, "other")
    tied: Flags = np.isin(keys, np.concatenate([one * n + other, other * n + one]))
    return tied


# --- how far it could have gone -----------------------------------------------------------------------------


@dataclass(frozen=True)
class PossibleReach:
    """`possible_reach` of everybody by person code, in people; `error` is the relative standard error, 0 if exact."""

    values: Floats
    error: float


def everybodys_possible_reach(
    responses: Responses, people: int, bots: Set[int], passing: Passing, *, seed: int = 0
) -> PossibleReach:
    """Return the limited-waiting-time reach of everybody: `measures.reach.possible_reach` for all at once.

    Exact for at most 16,384 people who take part; beyond that by HyperLogLog sketches, with a relative
    standard error of 1.04 / √registers (and somebody whom influence comes back to may count themselves).
    Source: Badie-Modiri et al. 2020, doi:10.1103/PhysRevE.101.052303; Flajolet et al. 2007.
    """
    from influence.kernels import sets_of_people as kernels  # numba: loaded only when something is measured

    values = np.zeros(people)
    if not len(responses):
        return PossibleReach(values, 0.0)
    order = np.argsort(responses.time, kind="stable")
    both = np.concatenate([responses.target[order], responses.responder[order]])
    present, code = np.unique(both, return_inverse=True)
    source, target = np.split(code, 2)
    counted = ~np.isin(present, list(bots))
    registers = kernels.registers_for(present.size, passing.hands + 1)
    own = kernels.singletons(counted, registers, seed)
    found = kernels.carried_on(source, target, responses.time[order], passing.delta, passing.hands, own)
    if registers is None:
        found &= ~kernels.singletons(np.ones(present.size, bool))
    values[present] = kernels.sizes(found, registers)
    return PossibleReach(values, 1.04 / registers**0.5 if registers else 0.0)
