"""Who has met whom, for many pairs at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from influence.kernels.arrays import UNDATED, Codes, Flags, Floats, Ints, Rows
from influence.met.calibration import FEATURES, standing_fit
from influence.met.encounters import MEETINGS, MET_TIES, Strengths, decided
from influence.people.directory import People
from influence.people.tables import PeopleTables
from influence.store.engine import Engine

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
_TIED = f"CREATE OR REPLACE TEMP TABLE tied AS {MET_TIES}"
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


@dataclass(frozen=True)
class Pairs:
    """Pairs of people, sorted by leader and person, with the moment up to which evidence counts (or `UNDATED`)."""

    leader: Codes
    person: Codes
    first: Ints


def met_by_pairs(tables: PeopleTables, strengths: Strengths, pairs: Pairs) -> tuple[Floats, Flags]:
    """Return m(v) and whether it is known for many pairs: `encounters.Met` for all at once."""
    from influence.kernels.everybody import evidence_of_pairs  # numba: loaded only when something is measured

    engine, people = tables.engine, tables.people
    for statement in (_ENCOUNTERED, _TIED, _OWNED, _NAMED):
        engine.run(statement)
    n, fit = len(people), standing_fit(engine)
    present = engine.arrow("SELECT DISTINCT person, place FROM encountered ORDER BY person, place")
    systems = tuple(
        _rows(engine.arrow(_NUMBERED.format(t)), "number", n) for t in ("names_system", "owns_system")
    )
    miss, told, amounts = evidence_of_pairs(
        (pairs.leader, pairs.person, pairs.first),
        _rows(present, "place", n),
        _encounters(engine, strengths),
        (systems[0], systems[1]),
        len(FEATURES) if fit else 0,
    )
    keys = pairs.leader.astype(np.int64) * n + pairs.person
    desk, tied = _at_one_desk(people, pairs), _tied(engine, n, keys)
    said = _said(engine, people, keys, told)
    known = (told > 0) | (desk & (strengths.same_manager_and_site > 0)) | tied | (said >= 0)
    m = 1 - miss * np.where(desk, 1 - strengths.same_manager_and_site, 1.0) * ~tied
    if fit:
        amounts[:, FEATURES.index("chart")] += desk
        amounts[:, FEATURES.index("tie")] += tied
        m = fit.each(amounts)
    return np.where(said >= 0, said, np.where(known, m, strengths.prior)), known


def _said(engine: Engine, people: People, keys: Ints, told: NDArray[np.int8]) -> Floats:
    """Return what was declared about each pair, by import or, before that, by command: 1, 0, or −1 for nothing."""
    said = np.where(told & 8, 1.0, np.where(told & 4, 0.0, -1.0))
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


def _at_one_desk(people: People, pairs: Pairs) -> Flags:
    """Tell which pairs share a manager and a site by the chart."""
    seen: dict[tuple[int | str, str], int] = {}
    numbers = np.full(len(people), -1, np.int64)
    for code, one in enumerate(people.who):
        boss = people.manager(one)
        if boss is not None and one.site is not None:
            numbers[code] = seen.setdefault((boss, one.site), len(seen))
    desk: Flags = (numbers[pairs.leader] >= 0) & (numbers[pairs.leader] == numbers[pairs.person])
    return desk


def _tied(engine: Engine, n: int, keys: Ints) -> Flags:
    """Tell which pairs a published network of meetings ties."""
    table = engine.arrow("SELECT DISTINCT one, other FROM tied")
    one, other = _column(table, "one"), _column(table, "other")
    tied: Flags = np.isin(keys, np.concatenate([one * n + other, other * n + one]))
    return tied
