"""Evidence of whom a leader has met: how much each kind says, and all pieces of it as columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from influence.kernels.arrays import UNDATED, Flags, Floats, Ints


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

    def base(self, evidence: str, kind: str) -> float:
        """Return the strength of a piece of evidence at one table."""
        if evidence in {"contact", "message"}:
            return self.contact if evidence == "contact" else self.message
        if evidence in {"chart", "tie"}:
            return self.same_manager_and_site if evidence == "chart" else 1.0
        return {"in_person": self.in_person, "unknown": self.unknown, "online": self.online}.get(kind, 0.0)


MEETINGS = frozenset(("calendar", "event"))
"""Evidence that is shared out among all who came."""
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
        return self._sorted([evidence in MEETINGS for evidence, _ in self.sorts])

    @cached_property
    def recorded(self) -> Flags:
        """Which pieces stand in what names everybody whom one meets: a calendar, or a network of meetings."""
        return self._sorted([evidence in MEETINGS or evidence == "tie" for evidence, _ in self.sorts])

    @cached_property
    def vague(self) -> Flags:
        """Which pieces are meetings of unknown kind: of all of these with one person only the strongest counts."""
        return self._sorted([evidence in MEETINGS and kind == "unknown" for evidence, kind in self.sorts])

    def _sorted(self, marks: Sequence[bool]) -> Flags:
        flags: Flags = np.array(marks, bool)[self.sort]
        return flags

    def by(self, person: Ints, at: Ints) -> tuple[Ints, Ints]:
        """Return the rows about some people up to a moment each (`UNDATED`: the undated), and the place of whose."""
        first, end = np.searchsorted(self.person, (person, person + 1))
        length = end - first
        owner = np.repeat(np.arange(len(person)), length)
        rows = np.arange(len(owner)) + np.repeat(first - np.cumsum(length) + length, length)
        kept = self.time[rows] <= at[owner]
        return rows[kept], owner[kept]

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
