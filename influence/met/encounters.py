"""Who has met whom, gathered from the store: meetings, words, cards, the chart, networks of meetings, declarations.

m(v) is the probability that leader and v had met face to face. Independent pieces of evidence combine as 1 − Π(1 − s)
(noisy-or) with r(v), the chance of a meeting that nobody recorded; a declaration overrules them; what labels have
fitted stands in for all of these. A person of whom neither strong evidence nor a calendar that was kept tells is
unknown, not unmet.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np
import pyarrow as pa

from influence.kernels.arrays import UNDATED, Ints
from influence.met.calibration import standing_fit
from influence.met.coverage import NOT_NAMING, coverage
from influence.met.evidence import MEETINGS, Piece, Pieces, Strengths
from influence.met.known import Met, Supposed
from influence.people.decisions import Decision, Decisions, codes
from influence.people.directory import People
from influence.people.tables import PeopleTables
from influence.store.engine import Engine
from influence.times import microseconds

_OF_LEADER = """
CREATE OR REPLACE TEMP TABLE of_leader AS
WITH listed AS (SELECT seq, unnest(people) AS account FROM encounters),
mine AS (SELECT DISTINCT seq FROM listed JOIN account_person USING (account) WHERE person = ?)
SELECT l.seq, l.account, p.person FROM listed l JOIN mine USING (seq) JOIN account_person p USING (account)
"""
"""One row for each account in each of the leader's encounters: never pairs, so that a crowd stays a crowd."""

_PIECES = """
WITH crowd AS (SELECT seq, count(DISTINCT person) AS n FROM of_leader GROUP BY seq)
SELECT o.person, epoch_us(e.time) AS time, e.evidence, e.kind,
    coalesce(e.attendees, c.n) AS n, e.place
FROM (SELECT DISTINCT seq, person FROM of_leader) o JOIN crowd c USING (seq) JOIN encounters e USING (seq)
WHERE o.person <> ? AND NOT (e.evidence = 'declared' OR e.kind = 'never')
ORDER BY o.person, e.time NULLS FIRST, e.evidence, e.kind, n, e.place NULLS FIRST
"""

_SAID = """
SELECT o.person, epoch_us(e.time) AS time, e.kind, e.place, e.attendees
FROM of_leader o JOIN encounters e USING (seq) WHERE o.person <> ? AND (e.evidence = 'declared' OR e.kind = 'never')
QUALIFY row_number() OVER (PARTITION BY o.person ORDER BY e.time DESC NULLS LAST, o.seq DESC) = 1
ORDER BY o.person
"""

_NAMED = """
SELECT DISTINCT o.seq, split_part(o.account, ':', 1) AS system, epoch_us(e.time) AS time
FROM of_leader o JOIN encounters e USING (seq)
WHERE o.person <> ? AND e.evidence IN ('calendar', 'event') AND e.time IS NOT NULL
    AND NOT list_contains(?, split_part(o.account, ':', 1))
"""
"""A calendar names everybody whom one meets. A contact card, a declaration, words in a message tell of nobody else."""

MET_TIES = """
SELECT DISTINCT a.person AS one, b.person AS other
FROM tie_log t JOIN account_person a ON a.account = t.source JOIN account_person b ON b.account = t.target
WHERE t.meaning = 'met' AND a.person <> b.person
"""


def met_by(tables: PeopleTables, leader: int, strengths: Strengths, registers: Sequence[str] = ()) -> Met:
    """Gather all evidence about whom the leader has met; nothing is learned yet of those it does not tell of.

    A declaration made by command overrules imported ones, whatever their dates; of each the latest wins. `registers`
    are the sources that name everybody who was asked.
    """
    engine, people = tables.engine, tables.people
    engine.run(_OF_LEADER, [leader])
    rows = engine.arrow(_PIECES, [leader])
    named = engine.arrow(_NAMED, [leader, list(NOT_NAMING)])
    undated = _undated(rows.schema, _at_one_desk(people, leader), _tied(tables, leader))
    pieces = _columns(pa.concat_tables([rows, undated]), strengths)
    covered = coverage(tables, leader, named, registers)
    return Met(pieces, _declared(tables, leader), covered, Supposed(strengths.prior), standing_fit(engine))


def _undated(schema: pa.Schema, desk: Sequence[int], tied: Sequence[int]) -> pa.Table:
    """Rows for what the chart says and what a published network of meetings says."""
    rows = [{"person": code, "evidence": "chart", "kind": "in_person"} for code in desk]
    rows += [{"person": code, "evidence": "tie", "kind": "in_person"} for code in tied]
    return pa.Table.from_pylist(rows, schema=schema)


def _columns(rows: pa.Table, strengths: Strengths) -> Pieces:
    """Sort the rows by person and time, and weigh them; within one moment they stand in the order they come in."""
    person = rows["person"].to_numpy().astype(np.int64)
    time = rows["time"].fill_null(UNDATED).to_numpy().astype(np.int64)
    order = np.lexsort((time, person))
    (sort, sorts), attendees = _sorts(rows), rows["n"].fill_null(0).to_numpy().astype(np.int64)[order]
    sort = sort[order]
    shared = np.array([evidence in MEETINGS for evidence, _ in sorts], bool)[sort]
    share = np.where(shared, np.minimum(1.0, strengths.table / np.maximum(attendees, 1)), 1.0)
    base = np.array([strengths.base(*each) for each in sorts], np.float64)[sort]
    place = rows["place"].take(pa.array(order))
    return Pieces(person[order], time[order], sort, base * share, share, attendees, place, sorts)


def _sorts(rows: pa.Table) -> tuple[Ints, list[tuple[str, str]]]:
    """Return the pairs of evidence and kind, and which of them each row is."""
    evidence, kind = (rows[name].combine_chunks().dictionary_encode() for name in ("evidence", "kind"))
    both = evidence.indices.to_numpy().astype(np.int64) * len(kind.dictionary) + kind.indices.to_numpy()
    present, sort = np.unique(both, return_inverse=True)
    pairs = [divmod(code, len(kind.dictionary)) for code in present.tolist()]
    return sort, [(evidence.dictionary[one].as_py(), kind.dictionary[other].as_py()) for one, other in pairs]


def _declared(tables: PeopleTables, leader: int) -> dict[int, Piece]:
    """Return what was declared about each person: what an import states, then what commands decided."""
    found = {}
    for row in tables.rows(_SAID, [leader]).to_pylist():
        strength = 0.0 if row["kind"] in {"never", "online"} else 1.0
        found[row["person"]] = Piece(
            "declared", row["kind"], strength, row["time"], row["place"], row["attendees"]
        )
    for (one, other), piece in decided(tables.engine, tables.people).items():
        if leader in {one, other}:
            found[other if one == leader else one] = piece
    return found


def decided(engine: Engine, people: People) -> dict[tuple[int, int], Piece]:
    """Return the declarations made by command, by pair of person codes, the lower first; the latest wins.

    `influence met` records them (met, never, and the answers to `label`); `place` names the decision.
    """
    pairs: dict[tuple[int, int], Piece] = {}
    for one in Decisions(engine).standing():
        answer = answer_of(one)
        if answer not in {"met", "never"}:
            continue
        kind = "in_person" if answer == "met" else "never"
        time = microseconds(datetime.fromisoformat(one.value)) if one.verb == "met" and one.value else None
        piece = Piece("declared", kind, float(answer == "met"), time, f"decision {one.seq}")
        for mine in codes(people, one.accounts):
            for theirs in codes(people, one.others) - {mine}:
                pairs[min(mine, theirs), max(mine, theirs)] = piece
    return pairs


def answer_of(one: Decision) -> str | None:
    """Return what a decision says of a pair: met, never or unsure; None where it is about something else.

    The value of a label is `met by 2026-01-31T09:00:00+00:00`: the answer, and the moment asked about.
    """
    return (one.value or "").partition(" by ")[0] if one.verb == "label" else _SAYS.get(one.verb)


_SAYS = {"met": "met", "never": "never"}


def _at_one_desk(people: People, leader: int) -> list[int]:
    """Return who has the same manager and the same site in the chart."""
    boss, site = people.manager(people.who[leader]), people.who[leader].site
    if boss is None or site is None:
        return []
    return [
        code
        for code, at in people.told("site")
        if at == site and code != leader and people.manager(people.who[code]) == boss
    ]


def _tied(tables: PeopleTables, leader: int) -> list[int]:
    """Return whom a published network of meetings ties to the leader."""
    rows = tables.rows(MET_TIES).to_pylist()
    met = {row["other"] for row in rows if row["one"] == leader}
    return sorted(met | {row["one"] for row in rows if row["other"] == leader})
