"""Who has met whom, and how sure: m(v), the probability that leader and v had met face to face.

Independent pieces of evidence combine as 1 − Π(1 − s) (noisy-or) with r(v), the chance of a meeting that nobody
recorded; a declaration overrules them; what labels have fitted stands in for all of these. A person of whom neither
strong evidence nor a calendar that was kept tells is unknown, not unmet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

import numpy as np
import pyarrow as pa

from influence.kernels.arrays import UNDATED, Flags, Floats, Ints
from influence.met.calibration import Fit, standing_fit
from influence.met.coverage import COVERED, MONTH, MONTHS, NOT_NAMING, Coverage, coverage
from influence.met.unrecorded import Records, learned, share_shown, unrecorded
from influence.people.decisions import Decision, Decisions, codes
from influence.people.directory import People
from influence.people.tables import PeopleTables
from influence.store.engine import Engine
from influence.times import microseconds


@dataclass(frozen=True)
class Strengths:
    """How much each kind of evidence says, each in [0, 1]; `table` people make a meeting half as telling at 2·table.

    `prior` is π₀, how likely somebody has met the leader of whose group nothing is known.
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
VAGUE = "meeting unknown"
"""Entries that state neither place nor link, as a sort of evidence."""
SURE = 0.99
"""How sure it is that what is supposed lies between its edges."""
STRONG = 0.5
"""A piece of evidence from this strength on tells more than it leaves open."""


@dataclass(frozen=True)
class Piece:
    """One piece of evidence about one person; `time` in microseconds, None if undated."""

    evidence: str
    kind: str
    strength: float
    time: int | None = None
    place: str | None = None
    attendees: int | None = None

    @property
    def vague(self) -> bool:
        """Whether it is a meeting of unknown kind: of all of these with one person only the strongest counts."""
        return self.evidence in MEETINGS and self.kind == "unknown"


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

    @cached_property
    def held(self) -> Flags:
        """Which pieces are meetings, of whatever kind."""
        held: Flags = np.array([evidence in MEETINGS for evidence, _ in self.sorts], bool)[self.sort]
        return held

    @cached_property
    def vague(self) -> Flags:
        """Which pieces are meetings of unknown kind."""
        vague: Flags = self.held & np.array([kind == "unknown" for _, kind in self.sorts], bool)[self.sort]
        return vague

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
class Supposed:
    """What is supposed of people of whom nothing tells: π by group, and how often in a year the leader meets people.

    `group` is the name of each person's group by code; a group from which nothing was learned has the `prior`.
    `people` are how many each π was learned from, `edges` between which values it lies with 99 % certainty.
    """

    prior: float
    often: float = 0.0
    chance: Mapping[str, float] = field(default_factory=dict)
    people: Mapping[str, int] = field(default_factory=dict)
    group: Sequence[str] = ()
    edges: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def of(self, person: int) -> float:
        """Return π(v): how likely somebody of their group has met the leader."""
        return self.chance.get(self.group[person], self.prior) if self.group else self.prior

    def at_edges(self) -> tuple[Supposed, Supposed]:
        """Return what could be supposed at the least, and at the most."""
        low, high = ({name: each[side] for name, each in self.edges.items()} for side in (0, 1))
        return replace(self, chance=low), replace(self, chance=high)


@dataclass(frozen=True)
class Met:
    """What is known about whom the leader has met, by person code.

    m(v) = 1 − (1 − r(v)) · Π(1 − s): what is on record, and r(v), the chance of a meeting that nobody recorded.
    `told` are the people about whom some evidence says something, at whatever time.
    """

    pieces: Pieces
    declared: Mapping[int, Piece]
    coverage: Coverage
    supposed: Supposed
    fit: Fit | None = None

    @property
    def told(self) -> frozenset[int]:
        """The people about whom some evidence says something, whatever its date."""
        return frozenset(np.unique(self.pieces.person[self.pieces.strength > 0]).tolist())

    def known(self, person: int, at: int | None) -> bool:
        """Tell whether anything could be known by a moment: a declaration, strong evidence, or a calendar kept."""
        return self.covers(person, at) or self._strongest(person, at) >= STRONG

    def covers(self, person: int, at: int | None) -> bool:
        """Tell whether a meeting would be on record: that there is none then says something."""
        return person in self.declared or self.coverage.of(person, at) >= COVERED

    def _strongest(self, person: int, at: int | None) -> float:
        return float(self.pieces.strength[self.pieces.about(person, at)].max(initial=0.0))

    def probability(self, person: int, at: int | None) -> float:
        """Return m(v) at a moment in microseconds (None: only undated evidence counts)."""
        if person in self.declared:
            return self.declared[person].strength
        if self.fit is not None:
            return self.fit.m(self.seen(person, at))
        return self.by_default(person, at)

    def by_default(self, person: int, at: int | None) -> float:
        """Return 1 − (1 − r) · Π(1 − s) whether or not something was fitted or declared."""
        chance = self.unrecorded(person, at)
        return chance + (1 - chance) * self.recorded(person, at)

    def recorded(self, person: int, at: int | None) -> float:
        """Return 1 − Π(1 − s) over the evidence by a moment; of meetings of unknown kind only the strongest counts."""
        rows = self.pieces.about(person, at)
        return 1 - _left_open(self.pieces.strength[rows], self.pieces.vague[rows])

    def unrecorded(self, person: int, at: int | None) -> float:
        """Return r(v): the chance that they had met and nobody recorded it."""
        shown = share_shown(np.array([self.coverage.of(person, at)]), np.array([self.supposed.often]))
        return float(unrecorded(np.array([self.supposed.of(person)]), shown)[0])

    def seen(self, person: int, at: int | None) -> dict[str, float]:
        """Return how much evidence of each sort there is by a moment, and how much was not covered.

        Meetings are the sum of min(1, table / n), and the largest of these where their kind is unknown.
        """
        rows = self.pieces.about(person, at)
        amounts = {"uncovered": 1 - self.coverage.of(person, at)}
        for sort, share in zip(
            self.pieces.sort[rows].tolist(), self.pieces.share[rows].tolist(), strict=True
        ):
            evidence, kind = self.pieces.sorts[sort]
            name = f"meeting {kind}" if evidence in MEETINGS else evidence
            before = amounts.get(name, 0.0)
            amounts[name] = max(before, share) if name == VAGUE else before + share
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

    def first_after(self, person: int, at: int) -> int | None:
        """Return the moment of the first encounter if it came after a moment, and one before would be on record."""
        first = self.first(person)
        later = first is not None and first > at and self.covers(person, at)
        return first if later and self.recorded(person, at) < STRONG else None

    def _times(self, person: int) -> list[int]:
        """A declaration with a date is an encounter too; a declared stranger has none."""
        declared = self.declared.get(person)
        if declared is not None and declared.strength == 0:
            return []
        rows = self.pieces.about(person, always=True)
        telling = (self.pieces.strength[rows] > 0) & (self.pieces.time[rows] != UNDATED)
        times: list[int] = self.pieces.time[rows][telling].tolist()
        return times + ([declared.time] if declared is not None and declared.time is not None else [])

    def learning(self, first: Mapping[int, int | None], group: Sequence[str]) -> Met:
        """Return the same with π learned from people who responded, by their first response, for each `group`.

        People whose group is empty (the team) teach nothing.
        """
        people = sorted(person for person in first if group[person])
        names, number = np.unique(np.array([group[person] for person in people], str), return_inverse=True)
        records = self._records(people, [first[person] for person in people], number)
        found = learned(records, 1, len(names), self.supposed.prior)
        supposed = Supposed(
            self.supposed.prior,
            float(found.often[0]),
            dict(zip(names.tolist(), found.chance.tolist(), strict=True)),
            dict(zip(names.tolist(), found.people.tolist(), strict=True)),
            group,
            dict(
                zip(
                    names.tolist(),
                    zip(*(edge.tolist() for edge in found.edges(SURE)), strict=True),
                    strict=True,
                )
            ),
        )
        return replace(self, supposed=supposed)

    def _records(self, people: Sequence[int], first: Sequence[int | None], group: Ints) -> Records:
        pairs = list(zip(people, first, strict=True))
        met = [self._on_record(*pair) for pair in pairs]
        return Records(
            leader=np.zeros(len(pairs), np.int64),
            group=group,
            coverage=np.array([self.coverage.of(*pair) for pair in pairs], np.float64),
            shown=np.array([shown for shown, _ in met], np.float64),
            meetings=np.array([count for _, count in met], np.int64),
            declared=np.array([person in self.declared for person in people], bool),
        )

    def _on_record(self, person: int, at: int | None) -> tuple[float, int]:
        """Return 1 − Π(1 − s) over meetings alone, and how many of the last year tell more than they leave open."""
        if person in self.declared:
            return self.declared[person].strength, 0
        rows = self.pieces.about(person, at)
        held = self.pieces.held[rows]
        strength, vague = self.pieces.strength[rows][held], self.pieces.vague[rows][held]
        lately = self.pieces.time[rows][held] > (UNDATED if at is None else at - MONTHS * MONTH)
        return 1 - _left_open(strength, vague), int((lately & (strength >= STRONG)).sum())


def _left_open(strength: Floats, vague: Flags) -> float:
    """Return Π(1 − s); entries of unknown kind are not independent, of all of them only the strongest counts."""
    return float(np.prod(1 - strength[~vague]) * (1 - strength[vague].max(initial=0.0)))


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
        for code, one in enumerate(people.who)
        if one.site == site and code != leader and people.manager(one) == boss
    ]


def _tied(tables: PeopleTables, leader: int) -> list[int]:
    """Return whom a published network of meetings ties to the leader."""
    rows = tables.rows(MET_TIES).to_pylist()
    met = {row["other"] for row in rows if row["one"] == leader}
    return sorted(met | {row["one"] for row in rows if row["other"] == leader})
