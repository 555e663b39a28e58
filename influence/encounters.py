"""Who has met whom, and how sure: m(v), the probability that leader and v had met face to face.

Independent pieces of evidence combine as m = 1 − Π(1 − s) (noisy-or); a declaration overrules them;
a person about whom nothing can be known is unknown, not unmet.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

from influence.engine import Engine
from influence.people import People


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
        if evidence == "contact":
            return self.contact
        if evidence == "message":
            return self.message
        base = {"in_person": self.in_person, "unknown": self.unknown, "online": self.online}.get(kind, 0.0)
        return base * min(1.0, self.table / attendees)


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
class Met:
    """What is known about whom the leader has met, by person code."""

    pieces: Mapping[int, Sequence[Piece]]
    declared: Mapping[int, Piece]
    covered: frozenset[int]
    prior: float

    def known(self, person: int) -> bool:
        """Tell whether anything could be known: evidence, a declaration, or a calendar that names such accounts."""
        return person in self.covered

    def probability(self, person: int, at: int | None) -> float:
        """Return m(v) at a moment in microseconds (None: only undated evidence counts); the prior if unknown."""
        if person in self.declared:
            return self.declared[person].strength
        if person not in self.covered:
            return self.prior
        return 1 - prod(1 - piece.strength for piece in self.until(person, at))

    def until(self, person: int, at: int | None) -> list[Piece]:
        """List the pieces dated at or before a moment, and the undated."""
        if person in self.declared:
            return [self.declared[person]]
        return [
            piece
            for piece in self.pieces.get(person, ())
            if piece.time is None or (at is not None and piece.time <= at)
        ]

    def first(self, person: int) -> int | None:
        """Return the moment of the first dated encounter that tells something."""
        times = self._times(person)
        return times[0] if times else None

    def last(self, person: int) -> int | None:
        """Return the moment of the last dated encounter that tells something."""
        times = self._times(person)
        return times[-1] if times else None

    def _times(self, person: int) -> list[int]:
        """A declaration with a date is an encounter too; a declared stranger has none."""
        declared = self.declared.get(person)
        if declared is not None and declared.strength == 0:
            return []
        pieces = [*self.pieces.get(person, ()), *([declared] if declared else [])]
        return sorted(piece.time for piece in pieces if piece.time is not None and piece.strength > 0)


_WITH_LEADER = """
SELECT e.encounter, epoch_us(e.time) AS time, e.kind, e.evidence, e.place, p.person, e.account,
    coalesce(e.attendees, count(DISTINCT p.person) OVER (PARTITION BY e.encounter)) AS n, e.attendees
FROM (
    SELECT seq AS encounter, time, kind, evidence, place, attendees, unnest(people) AS account
    FROM encounters) e
JOIN account_person p ON p.account = e.account
WHERE e.encounter IN (
    SELECT seq FROM (SELECT seq, unnest(people) AS account FROM encounters) JOIN account_person USING (account)
    WHERE person = ?)
ORDER BY e.time NULLS FIRST, e.encounter, e.account
"""

_MET_TIES = """
SELECT DISTINCT a.person AS one, b.person AS other, split_part(t.source, ':', 1) AS system
FROM tie_log t JOIN account_person a ON a.account = t.source JOIN account_person b ON b.account = t.target
WHERE t.meaning = 'met' AND a.person <> b.person
"""


_NOT_NAMING = {"name", "mailbox"}
"""A calendar in plain words names whom it happens to name: it tells nothing about everybody else."""


@dataclass
class _Evidence:
    """Evidence about the leader as it is being gathered."""

    pieces: dict[int, list[Piece]] = field(default_factory=lambda: defaultdict(list))
    declared: dict[int, Piece] = field(default_factory=dict)
    systems: set[str] = field(default_factory=set)


def met_by(engine: Engine, people: People, leader: int, strengths: Strengths) -> Met:
    """Gather all evidence about whom the leader has met. Needs the table `account_person` (`read_log`)."""
    gathered = _Evidence()
    weighed = set()
    for row in engine.arrow(_WITH_LEADER, [leader]).to_pylist():
        if row["person"] == leader:
            continue
        gathered.systems |= {row["account"].partition(":")[0]} - _NOT_NAMING
        if (row["encounter"], row["person"]) not in weighed:
            weighed.add((row["encounter"], row["person"]))
            _weigh(gathered, row, strengths)
    _ask_the_chart(gathered, people, leader, strengths)
    _ask_the_ties(gathered, engine, people, leader)
    return Met(gathered.pieces, gathered.declared, _covered(gathered, people, leader), strengths.prior)


def _weigh(gathered: _Evidence, row: Mapping[str, Any], strengths: Strengths) -> None:
    """Rows come in order of time, so that the latest declaration is the one that stays."""
    shared = {"time": row["time"], "place": row["place"], "attendees": row["attendees"]}
    if row["evidence"] == "declared" or row["kind"] == "never":
        strength = 0.0 if row["kind"] in {"never", "online"} else 1.0
        gathered.declared[row["person"]] = Piece("declared", row["kind"], strength, **shared)
        return
    strength = strengths.of(row["evidence"], row["kind"], row["n"])
    piece = Piece(row["evidence"], row["kind"], strength, **(shared | {"attendees": row["n"]}))
    gathered.pieces[row["person"]].append(piece)


def _ask_the_chart(gathered: _Evidence, people: People, leader: int, strengths: Strengths) -> None:
    boss, site = people.manager(people.who[leader]), people.who[leader].site
    if boss is None or site is None:
        return
    for code, one in enumerate(people.who):
        if code != leader and one.site == site and people.manager(one) == boss:
            gathered.pieces[code].append(Piece("chart", "in_person", strengths.same_manager_and_site))


def _ask_the_ties(gathered: _Evidence, engine: Engine, people: People, leader: int) -> None:
    """A published network of meetings tells who met whom, and that nobody else of its system did."""
    rows = engine.arrow(_MET_TIES).to_pylist()
    mine = {account.partition(":")[0] for account in people.who[leader].accounts}
    for row in rows:
        if row["system"] in mine:
            gathered.systems.add(row["system"])
        if leader in {row["one"], row["other"]}:
            other = row["other"] if row["one"] == leader else row["one"]
            if not any(piece.evidence == "tie" for piece in gathered.pieces[other]):
                gathered.pieces[other].append(Piece("tie", "in_person", 1.0))


def _covered(gathered: _Evidence, people: People, leader: int) -> frozenset[int]:
    told = {code for code, pieces in gathered.pieces.items() if any(piece.strength > 0 for piece in pieces)}
    named = {
        code
        for code, one in enumerate(people.who)
        if any(account.partition(":")[0] in gathered.systems for account in one.accounts)
    }
    return frozenset((told | named | set(gathered.declared)) - {leader})
