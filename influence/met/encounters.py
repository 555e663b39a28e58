"""Who has met whom, and how sure: m(v), the probability that leader and v had met face to face.

Independent pieces of evidence combine as m = 1 − Π(1 − s) (noisy-or); a declaration overrules them; what labels
have fitted stands in for both the strengths and their combination; a person about whom nothing can be known is
unknown, not unmet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pyarrow as pa

from influence.kernels.arrays import UNDATED, Floats, Ints
from influence.met.calibration import Fit, standing_fit
from influence.people.decisions import Decision, Decisions, codes
from influence.people.directory import People
from influence.people.tables import PeopleTables
from influence.store.engine import Engine
from influence.times import microseconds


@dataclass(frozen=True)
class Strengths:
    """How much each kind of evidence says, each in [0, 1]; `table` people make a meeting half as telling at 2·table.

    `prior` is m(v) of a person about whom nothing is known.
    """

    in_person: float = 0.95
    unknown: float = 0.4
    online: float = 0.0
    same_manager_and_site: float = 0.9
    message: float = 0.6
    contact: float = 0.3
    table: float = 8.0
    prior: float = 0.1

    def of(self, evidence: str, kind: str, attendees: int) -> float:
        """Return the strength of one piece of evidence among `attendees` people.

        >>> Strengths().of("calendar", "in_person", 16)
        0.475
        """
        return self.base(evidence, kind) * self.share(evidence, attendees)

    def base(self, evidence: str, kind: str) -> float:
        """Return the strength of a piece of evidence at one table."""
        if evidence in {"contact", "message"}:
            return self.contact if evidence == "contact" else self.message
        if evidence in {"chart", "tie"}:
            return self.same_manager_and_site if evidence == "chart" else 1.0
        return {"in_person": self.in_person, "unknown": self.unknown, "online": self.online}.get(kind, 0.0)

    def share(self, evidence: str, attendees: int) -> float:
        """Return how much of a meeting falls on one pair: min(1, table / n); cards and words are of two anyway."""
        return min(1.0, self.table / attendees) if evidence in MEETINGS else 1.0


MEETINGS = frozenset(("calendar", "event"))
"""Evidence that is shared out among all who came."""


@dataclass(frozen=True)
class Piece:
    """One piece of evidence about one person; `time` in microseconds, None if undated."""

    evidence: str
    kind: str
    strength: float
    time: int | None = None
    place: str | None = None
    attendees: int | None = None


@dataclass(frozen=True)
class Pieces:
    """All pieces of evidence about a leader and others, as columns sorted by person and time.

    `sort` is a position in `sorts`, the pairs of evidence and kind; `attendees` is 0 where a piece has none;
    `share` is min(1, table / n).
    """

    person: Ints
    time: Ints
    sort: Ints
    strength: Floats
    share: Floats
    attendees: Ints
    place: pa.ChunkedArray
    sorts: Sequence[tuple[str, str]]

    def __len__(self) -> int:
        return len(self.person)

    def about(self, person: int, at: int | None = None, *, always: bool = False) -> slice:
        """Return where the pieces about a person stand: the undated, and those dated up to `at` (or `always` all)."""
        first, end = self._ends(person)
        if always:
            return slice(first, end)
        until = UNDATED if at is None else at
        return slice(first, first + int(np.searchsorted(self.time[first:end], until, side="right")))

    def _ends(self, person: int) -> tuple[int, int]:
        first, end = np.searchsorted(self.person, (person, person + 1))
        return int(first), int(end)

    def listed(self, rows: slice) -> list[Piece]:
        """Write out some rows."""
        return [self._piece(row) for row in range(rows.start, rows.stop)]

    def _piece(self, row: int) -> Piece:
        evidence, kind = self.sorts[self.sort[row]]
        time, attendees = int(self.time[row]), int(self.attendees[row])
        return Piece(
            evidence,
            kind,
            float(self.strength[row]),
            None if time == UNDATED else time,
            self.place[row].as_py(),
            attendees or None,
        )


@dataclass(frozen=True)
class Met:
    """What is known about whom the leader has met, by person code.

    `told` are the people about whom some evidence says something, `evident` those and all whom it could name,
    `covered` these and all about whom something was declared.
    """

    pieces: Pieces
    declared: Mapping[int, Piece]
    covered: frozenset[int]
    prior: float
    fit: Fit | None = None
    told: frozenset[int] = frozenset()
    evident: frozenset[int] = frozenset()

    def known(self, person: int) -> bool:
        """Tell whether anything could be known: evidence, a declaration, or a calendar that names such accounts."""
        return person in self.covered

    def probability(self, person: int, at: int | None) -> float:
        """Return m(v) at a moment in microseconds (None: only undated evidence counts); the prior if unknown.

        m = 1 − Π(1 − s) over the pieces dated at or before it, or what was fitted to labels in its place.
        """
        if person in self.declared:
            return self.declared[person].strength
        if person not in self.covered:
            return self.prior
        return self.judged(person, at)

    def judged(self, person: int, at: int | None) -> float:
        """Return what the evidence alone says, as if nothing had been declared and everybody were covered."""
        if self.fit is not None:
            return self.fit.m(self.seen(person, at))
        return self.by_default(person, at)

    def by_default(self, person: int, at: int | None) -> float:
        """Return 1 − Π(1 − s) whether or not something was fitted."""
        rows = self.pieces.about(person, at)
        return float(1 - np.prod(1 - self.pieces.strength[rows]))

    def seen(self, person: int, at: int | None) -> dict[str, float]:
        """Return how much evidence of each sort there is by a moment: meetings as the sum of min(1, table / n)."""
        rows = self.pieces.about(person, at)
        amounts: dict[str, float] = {}
        for sort, share in zip(
            self.pieces.sort[rows].tolist(), self.pieces.share[rows].tolist(), strict=True
        ):
            evidence, kind = self.pieces.sorts[sort]
            name = f"meeting {kind}" if evidence in MEETINGS else evidence
            amounts[name] = amounts.get(name, 0.0) + share
        return amounts

    def until(self, person: int, at: int | None) -> list[Piece]:
        """List the pieces dated at or before a moment, and the undated; a declaration stands alone."""
        if person in self.declared:
            return [self.declared[person]]
        return self.pieces.listed(self.pieces.about(person, at))

    def ever(self, person: int) -> list[Piece]:
        """List every piece about a person, whatever its date, a declaration first."""
        declared = [self.declared[person]] if person in self.declared else []
        return declared + self.pieces.listed(self.pieces.about(person, always=True))

    def first(self, person: int) -> int | None:
        """Return the moment of the first dated encounter that tells something."""
        times = self._times(person)
        return min(times) if times else None

    def last(self, person: int) -> int | None:
        """Return the moment of the last dated encounter that tells something."""
        times = self._times(person)
        return max(times) if times else None

    def _times(self, person: int) -> list[int]:
        """A declaration with a date is an encounter too; a declared stranger has none."""
        declared = self.declared.get(person)
        if declared is not None and declared.strength == 0:
            return []
        rows = self.pieces.about(person, always=True)
        telling = (self.pieces.strength[rows] > 0) & (self.pieces.time[rows] != UNDATED)
        times: list[int] = self.pieces.time[rows][telling].tolist()
        return times + ([declared.time] if declared is not None and declared.time is not None else [])


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

_SYSTEMS = """
SELECT DISTINCT split_part(o.account, ':', 1) AS system FROM of_leader o JOIN encounters e USING (seq)
WHERE o.person <> ? AND e.evidence IN ('calendar', 'event')
"""
"""A calendar names everybody whom one meets. A contact card, a declaration, words in a message tell of nobody else."""

MET_TIES = """
SELECT DISTINCT a.person AS one, b.person AS other, split_part(t.source, ':', 1) AS system
FROM tie_log t JOIN account_person a ON a.account = t.source JOIN account_person b ON b.account = t.target
WHERE t.meaning = 'met' AND a.person <> b.person
"""

_NOT_NAMING = {"name", "mailbox"}
"""A calendar in plain words names whom it happens to name: it tells nothing about everybody else."""


def met_by(tables: PeopleTables, leader: int, strengths: Strengths) -> Met:
    """Gather all evidence about whom the leader has met.

    A declaration made by command overrules imported ones, whatever their dates; of each the latest wins.
    """
    engine, people = tables.engine, tables.people
    engine.run(_OF_LEADER, [leader])
    tied, systems = _ties(tables, leader)
    systems |= set(engine.arrow(_SYSTEMS, [leader]).column("system").to_pylist()) - _NOT_NAMING
    rows = engine.arrow(_PIECES, [leader])
    rows = pa.concat_tables([rows, _undated(rows.schema, _at_one_desk(people, leader), tied)])
    pieces = _columns(rows, strengths)
    declared = _declared(tables, leader)
    told = frozenset(np.unique(pieces.person[pieces.strength > 0]).tolist())
    evident = (told | _named(people, systems)) - {leader}
    covered = evident | declared.keys()
    return Met(pieces, declared, covered, strengths.prior, standing_fit(engine), told, evident)


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
        for code, one in enumerate(people.who)
        if one.site == site and code != leader and people.manager(one) == boss
    ]


def _ties(tables: PeopleTables, leader: int) -> tuple[list[int], set[str]]:
    """A published network of meetings tells who met whom, and that nobody else of its system did."""
    rows = tables.rows(MET_TIES).to_pylist()
    mine = {account.partition(":")[0] for account in tables.people.who[leader].accounts}
    met = {row["other"] for row in rows if row["one"] == leader}
    met |= {row["one"] for row in rows if row["other"] == leader}
    return sorted(met), {row["system"] for row in rows if row["system"] in mine}


def _named(people: People, systems: set[str]) -> set[int]:
    """Return everybody with an account in one of the systems."""
    if not systems:
        return set()
    heads = tuple(f"{system}:" for system in systems)
    return {code for account, code in people.account_person.items() if account.startswith(heads)}
