"""What is known about whom a leader has met: m(v), whether it is known, and what is supposed where nothing tells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from influence.kernels.arrays import UNDATED, Flags, Floats, Ints
from influence.met.calibration import FEATURES, Fit
from influence.met.coverage import COVERED, MONTH, MONTHS, Coverage
from influence.met.evidence import MEETINGS, STRONG, Piece, Pieces
from influence.met.unrecorded import Records, learned, share_shown, unrecorded

SURE = 0.99
"""How sure it is that what is supposed lies between its edges."""


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
    edges: Mapping[str, Sequence[float]] = field(default_factory=dict)

    def of(self, person: int) -> float:
        """Return π(v): how likely somebody of their group has met the leader."""
        return self.chance.get(self.group[person], self.prior) if self.group else self.prior

    def at_edges(self) -> tuple[Supposed, Supposed]:
        """Return what could be supposed at the least, and at the most."""
        low, high = ({name: each[side] for name, each in self.edges.items()} for side in (0, 1))
        return replace(self, chance=low), replace(self, chance=high)

    def each(self, person: Ints) -> Floats:
        """Return π(v) of some people."""
        return np.array([self.of(one) for one in person.tolist()], np.float64)


@dataclass(frozen=True)
class Seen:
    """What is on record of some people by a moment each; arrays of one length.

    `missed` is Π(1 − s) over all evidence, `apart` over meetings and networks of meetings alone; `strongest` the
    largest s; `coverage` c; `lately` how many meetings of the last year tell more than they leave open; `amounts`
    (people × `FEATURES`) how much evidence there is of each sort.
    """

    missed: Floats
    apart: Floats
    strongest: Floats
    coverage: Floats
    lately: Ints
    amounts: Floats


@dataclass(frozen=True)
class Met:
    """What is known about whom the leader has met, by person code.

    m(v) = 1 − (1 − r(v)) · Π(1 − s): what is on record, and r(v), the chance of a meeting that nobody recorded.
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

    def each(self, person: Ints, at: Ints) -> tuple[Floats, Flags]:
        """Return m(v) of some people by a moment each, and whether anything could be known of it.

        Moments are microseconds, or `UNDATED`: then only undated evidence counts. Known is what is declared, what a
        strong piece of evidence tells, and whose meetings the calendar would show.
        """
        seen, said = self.seen(person, at), self.said(person)
        m = self.fit.each(seen.amounts) if self.fit is not None else self._by_default(person, seen)
        known = (said >= 0) | (seen.strongest >= STRONG) | (seen.coverage >= COVERED)
        return np.where(said >= 0, said, m), known

    def by_default(self, person: Ints, at: Ints) -> Floats:
        """Return 1 − (1 − r) · Π(1 − s) whether or not something was fitted or declared."""
        return self._by_default(person, self.seen(person, at))

    def _by_default(self, person: Ints, seen: Seen) -> Floats:
        chance = self._unrecorded(person, seen.coverage)
        return chance + (1 - chance) * (1 - seen.missed)

    def unrecorded(self, person: Ints, at: Ints) -> Floats:
        """Return r(v): the chance that they had met and nobody recorded it."""
        return self._unrecorded(person, self.coverage.of(person, at))

    def _unrecorded(self, person: Ints, coverage: Floats) -> Floats:
        often = np.full(len(person), self.supposed.often)
        return unrecorded(self.supposed.each(person), share_shown(coverage, often))

    def said(self, person: Ints) -> Floats:
        """Return what was declared of some people: 1 met, 0 never, −1 nothing."""
        strength = {code: piece.strength for code, piece in self.declared.items()}
        return np.array([strength.get(code, -1.0) for code in person.tolist()], np.float64)

    def covers(self, person: Ints, at: Ints) -> Flags:
        """Tell of whom a meeting would be on record, so that none says something: by a calendar, or declared."""
        covered: Flags = (self.said(person) >= 0) | (self.coverage.of(person, at) >= COVERED)
        return covered

    def seen(self, person: Ints, at: Ints) -> Seen:
        """Return what is on record of some people by a moment each.

        Meetings of unknown kind of one person are not independent: of all of them only the strongest counts.
        """
        pieces, n = self.pieces, len(person)
        rows, owner = pieces.by(person, at)
        strength, vague = pieces.strength[rows], pieces.vague[rows]
        missed, apart, strongest, vaguest = np.ones(n), np.ones(n), np.zeros(n), np.zeros(n)
        np.maximum.at(strongest, owner, strength)
        np.maximum.at(vaguest, owner[vague], strength[vague])
        np.multiply.at(missed, owner[~vague], 1 - strength[~vague])
        clear = pieces.recorded[rows] & ~vague
        np.multiply.at(apart, owner[clear], 1 - strength[clear])
        coverage = self.coverage.of(person, at)
        # of a person without a moment only undated evidence counts, and none of it is of the last year
        lately = pieces.held[rows] & (strength >= STRONG) & (pieces.time[rows] > _a_year_before(at)[owner])
        return Seen(
            missed * (1 - vaguest),
            apart * (1 - vaguest),
            strongest,
            coverage,
            np.bincount(owner[lately], minlength=n),
            self._amounts(rows, owner, coverage),
        )

    def _amounts(self, rows: Ints, owner: Ints, coverage: Floats) -> Floats:
        """Return how much evidence of each sort there is: shares of meetings, the largest where the kind is unknown."""
        amounts = np.zeros((len(coverage), len(FEATURES)))
        place = np.array([feature(*each) for each in self.pieces.sorts], np.int64)[self.pieces.sort[rows]]
        share, vague = self.pieces.share[rows], self.pieces.vague[rows]
        added = (place >= 0) & ~vague
        np.add.at(amounts, (owner[added], place[added]), share[added])
        np.maximum.at(amounts, (owner[vague], place[vague]), share[vague])
        amounts[:, FEATURES.index("uncovered")] = 1 - coverage
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
        if first is None or first <= at:
            return None
        who, when = np.array([person]), np.array([at])
        return first if self.covers(who, when)[0] and self.seen(who, when).missed[0] > STRONG else None

    def _times(self, person: int) -> list[int]:
        """A declaration with a date is an encounter too; a declared stranger has none."""
        declared = self.declared.get(person)
        if declared is not None and declared.strength == 0:
            return []
        rows = self.pieces.about(person, always=True)
        telling = (self.pieces.strength[rows] > 0) & (self.pieces.time[rows] != UNDATED)
        times: list[int] = self.pieces.time[rows][telling].tolist()
        return times + ([declared.time] if declared is not None and declared.time is not None else [])


def with_learned(met: Met, first: Mapping[int, int | None], group: Sequence[str]) -> Met:
    """Return what is known with π learned from people who responded, by their first response, for each `group`.

    People whose group is empty (the team) teach nothing.
    """
    people = np.array(sorted(person for person in first if group[person]), np.int64)
    names, number = np.unique(np.array([group[one] for one in people.tolist()], str), return_inverse=True)
    records = _records(met, people, moments(first[one] for one in people.tolist()), number)
    found = learned(records, 1, len(names), met.supposed.prior)
    low, high = found.edges(SURE)
    chance, taught, edges = (
        dict(zip(names.tolist(), each, strict=True))
        for each in (found.chance.tolist(), found.people.tolist(), np.stack([low, high], axis=1).tolist())
    )
    often = float(found.often[0])
    return replace(met, supposed=Supposed(met.supposed.prior, often, chance, taught, group, edges))


def _records(met: Met, people: Ints, first: Ints, group: Ints) -> Records:
    """Return what is on record of some people of one leader."""
    seen, said = met.seen(people, first), met.said(people)
    declared = said >= 0
    return Records(
        leader=np.zeros(len(people), np.int64),
        group=group,
        coverage=seen.coverage,
        shown=np.where(declared, said, 1 - seen.apart),
        meetings=np.where(declared, 0, seen.lately),
        declared=declared,
    )


def moments(times: Iterable[int | None]) -> Ints:
    """Return moments as numbers: `UNDATED` for None."""
    return np.array([UNDATED if time is None else time for time in times], np.int64)


def _a_year_before(at: Ints) -> Ints:
    dated = at != UNDATED
    return np.where(dated, np.where(dated, at, 0) - MONTHS * MONTH, UNDATED)


def feature(evidence: str, kind: str) -> int:
    """Return which of `FEATURES` a sort of evidence is; −1 for none."""
    name = f"meeting {kind}" if evidence in MEETINGS else evidence
    return FEATURES.index(name) if name in FEATURES else -1
