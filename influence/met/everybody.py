"""Who has met whom, for many pairs at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from influence.kernels.arrays import UNDATED, Codes, Flags, Floats, Ints, Rows
from influence.met.calibration import FEATURES, standing_fit
from influence.met.coverage import COVERED, ENOUGH, MONTH, MONTHS, NOT_NAMING, registers_of
from influence.met.encounters import MET_TIES, decided
from influence.met.evidence import MEETINGS, STRONG, Strengths
from influence.met.known import feature
from influence.met.unrecorded import Records, learned
from influence.people.directory import People
from influence.people.tables import PeopleTables
from influence.store.engine import Engine

if TYPE_CHECKING:
    from influence.kernels.everybody import Evidence, Meetings

_PLACED = """
CREATE OR REPLACE TEMP TABLE placed AS
SELECT row_number() OVER (ORDER BY time NULLS FIRST, seq) - 1 AS place, time, kind, evidence, attendees, people,
    evidence IN ('calendar', 'event') AND time IS NOT NULL AS naming
FROM encounters
"""
"""Numbered before people are told apart: an engine may do both at once, and would then number people."""
_ENCOUNTERED = """
CREATE OR REPLACE TEMP TABLE encountered AS
SELECT DISTINCT e.place, p.person, split_part(e.account, ':', 1) AS system, e.naming
FROM (SELECT place, naming, unnest(people) AS account FROM placed) e JOIN account_person p USING (account)
"""
_ENCOUNTERS = """
SELECT epoch_us(e.time) AS time, e.kind, e.evidence, coalesce(e.attendees, n.people, 1) AS n FROM placed e
LEFT JOIN (SELECT place, count(DISTINCT person) AS people FROM encountered GROUP BY place) n USING (place)
ORDER BY e.place
"""
_TIED = f"CREATE OR REPLACE TEMP TABLE tied AS {MET_TIES}"
_OWNED = """
CREATE OR REPLACE TEMP TABLE owns_kind AS
SELECT DISTINCT person, kind FROM (SELECT person, split_part(account, ':', 1) AS kind FROM account_person)
WHERE kind IN (SELECT system FROM encountered WHERE naming) AND NOT list_contains(?, kind)
"""
_NAMED = """
CREATE OR REPLACE TEMP TABLE names_kind AS
SELECT c.person, h.system AS kind, h.place
FROM (SELECT DISTINCT place, person FROM encountered WHERE naming) c
JOIN (SELECT place, system, count(*) AS people, min(person) AS one FROM encountered
    WHERE naming GROUP BY place, system) h USING (place)
WHERE (h.people > 1 OR h.one <> c.person) AND NOT list_contains(?, h.system)
"""
"""The kinds of account by which an entry names anybody but the person: never pairs, so that a crowd stays a crowd."""
_NUMBERED = """
SELECT person, number, place FROM {}
JOIN (SELECT kind, row_number() OVER (ORDER BY kind) - 1 AS number FROM (SELECT DISTINCT kind FROM owns_kind))
    USING (kind)
ORDER BY person, number, place
"""


@dataclass(frozen=True)
class Pairs:
    """Pairs of people, sorted by leader and person, with the moment up to which evidence counts (or `UNDATED`).

    `group` numbers the circles of people alike in whether they meet the leader, for each leader apart; −1 is the team,
    of whom nothing need be supposed.
    """

    leader: Codes
    person: Codes
    first: Ints
    group: Ints


def met_by_pairs(
    tables: PeopleTables, strengths: Strengths, pairs: Pairs, registers: Sequence[str] = ()
) -> tuple[Floats, Flags]:
    """Return m(v) and whether it is known for many pairs: `encounters.Met` for all at once.

    What is supposed of people of whom nothing tells is learned from the pairs.
    """
    people, fit = tables.people, standing_fit(tables.engine)
    found = _with_ties(tables, strengths, pairs, _evidence(tables, strengths, pairs))
    said = _said(
        tables.engine, people, pairs.leader.astype(np.int64) * len(people) + pairs.person, found.said
    )
    covered = np.where(_registered(registers_of(tables, registers), pairs), 1.0, found.coverage)
    known = (said >= 0) | (found.strongest >= STRONG) | (covered >= COVERED)
    if fit:
        found.amounts[:, FEATURES.index("uncovered")] = 1 - covered
        m = fit.each(found.amounts)
    else:
        chance = _unrecorded(pairs, found, said, covered, strengths.prior)
        m = chance + (1 - chance) * (1 - found.missed)
    return np.where(said >= 0, said, m), known


def _with_ties(tables: PeopleTables, strengths: Strengths, pairs: Pairs, found: Evidence) -> Evidence:
    """Add what the chart says of two at one desk, and what a published network of meetings says."""
    n = len(tables.people)
    desk = _at_one_desk(tables.people, pairs)
    tied = _tied(tables.engine, n, pairs.leader.astype(np.int64) * n + pairs.person)
    found.amounts[:, FEATURES.index("chart")] += desk
    found.amounts[:, FEATURES.index("tie")] += tied
    alike = desk * strengths.same_manager_and_site
    return found._replace(
        missed=found.missed * (1 - alike) * ~tied,
        apart=found.apart * ~tied,
        strongest=np.maximum(found.strongest, np.where(tied, 1.0, alike)),
    )


def _unrecorded(pairs: Pairs, found: Evidence, said: Floats, covered: Floats, prior: float) -> Floats:
    """Return r(v) of each pair, learned from all of them."""
    leaders, leader = np.unique(pairs.leader, return_inverse=True)
    declared, groups = said >= 0, int(pairs.group.max(initial=-1)) + 1
    shown, lately = np.where(declared, said, 1 - found.apart), np.where(declared, 0, found.lately)
    records = Records(leader, pairs.group, covered, shown, lately, declared)
    return learned(records, len(leaders), groups, prior).after(leader, pairs.group, covered, prior)


def _evidence(tables: PeopleTables, strengths: Strengths, pairs: Pairs) -> Evidence:
    """Return what encounters say about each pair."""
    # numba: loaded only when something is measured
    from influence.kernels.everybody import Calendars, Kept, evidence_of_pairs

    engine, n = tables.engine, len(tables.people)
    for statement in (_PLACED, _ENCOUNTERED, _TIED):
        engine.run(statement)
    for statement in (_OWNED, _NAMED):
        engine.run(statement, [list(NOT_NAMING)])
    meetings = _meetings(engine, strengths, n)
    named = engine.arrow(_NUMBERED.format("names_kind"))
    owned = engine.arrow(_NUMBERED.format("(SELECT *, 0 AS place FROM owns_kind)"))
    calendars = Calendars(
        *_rows(named, "number", n), meetings.time[_column(named, "place")], *_rows(owned, "number", n)
    )
    kept = Kept(MONTHS, MONTH, ENOUGH, STRONG)
    asked = pairs.leader, pairs.person, pairs.first
    return evidence_of_pairs(asked, meetings, calendars, kept, len(FEATURES))


def _said(engine: Engine, people: People, keys: Ints, told: NDArray[np.int8]) -> Floats:
    """Return what was declared about each pair, by import or, before that, by command: 1, 0, or −1 for nothing."""
    said = told.astype(np.float64)
    n = len(people)
    for (one, other), piece in decided(engine, people).items():
        for key in (one * n + other, other * n + one):
            said[np.searchsorted(keys, key) : np.searchsorted(keys, key, side="right")] = piece.strength
    return said


def _column(table: pa.Table, name: str, missing: int = 0) -> Ints:
    column: Ints = table.column(name).fill_null(missing).combine_chunks().to_numpy().astype(np.int64)
    return column


def _rows(table: pa.Table, name: str, n: int) -> Rows:
    """Make rows of a table of (person, number) that is sorted by person."""
    return np.searchsorted(_column(table, "person"), np.arange(n + 1)), _column(table, name)


def _meetings(engine: Engine, strengths: Strengths, n: int) -> Meetings:
    """Return who was where, and of every encounter, in order of time, what it tells."""
    from influence.kernels.everybody import Meetings  # numba: loaded only when something is measured

    present = engine.arrow("SELECT DISTINCT person, place FROM encountered ORDER BY person, place")
    table = engine.arrow(_ENCOUNTERS)
    sorts = list(zip(table.column("evidence").to_pylist(), table.column("kind").to_pylist(), strict=True))
    number = {sort: i for i, sort in enumerate(sorted(set(sorts)))}
    sort = np.array([number[each] for each in sorts], np.int64)
    attendees = np.maximum(_column(table, "n"), 1)
    of_sort = [_sort_of(*each) for each in number]
    shared = np.array([each > 0 for each in of_sort], bool)[sort]
    share = np.where(shared, np.minimum(1.0, strengths.table / attendees), 1.0)
    base = np.array([strengths.base(*each) for each in number], np.float64)[sort]
    places = np.array([feature(*each) for each in number], np.int64)[sort]
    declares = np.array([_declares(*each) for each in number], np.int64)[sort]
    sorted_out = np.array(of_sort, np.int64)[sort]
    time = _column(table, "time", UNDATED)
    return Meetings(*_rows(present, "place", n), time, base * share, share, places, sorted_out, declares)


def _sort_of(evidence: str, kind: str) -> int:
    """Return 2 for a meeting of unknown kind, 1 for another meeting, 0 for other evidence."""
    return 0 if evidence not in MEETINGS else 2 if kind == "unknown" else 1


def _declares(evidence: str, kind: str) -> int:
    if evidence != "declared" and kind != "never":
        return -1
    return 0 if kind in {"never", "online"} else 1


def _at_one_desk(people: People, pairs: Pairs) -> Flags:
    """Tell which pairs share a manager and a site by the chart."""
    seen: dict[tuple[int | str, str], int] = {}
    numbers = np.full(len(people), -1, np.int64)
    for code, site in people.told("site"):
        boss = people.manager(people.who[code])
        if boss is not None:
            numbers[code] = seen.setdefault((boss, site), len(seen))
    desk: Flags = (numbers[pairs.leader] >= 0) & (numbers[pairs.leader] == numbers[pairs.person])
    return desk


def _registered(registers: Sequence[frozenset[int]], pairs: Pairs) -> Flags:
    """Tell which pairs a register names both of."""
    named = np.zeros(len(pairs.leader), bool)
    for members in registers:
        codes = np.fromiter(members, np.int64, len(members))
        named |= np.isin(pairs.leader, codes) & np.isin(pairs.person, codes)
    return named


def _tied(engine: Engine, n: int, keys: Ints) -> Flags:
    """Tell which pairs a published network of meetings ties."""
    table = engine.arrow("SELECT DISTINCT one, other FROM tied")
    one, other = _column(table, "one"), _column(table, "other")
    tied: Flags = np.isin(keys, np.concatenate([one * n + other, other * n + one]))
    return tied
