"""What a calendar covers: in how many of the months before a moment it was kept.

A calendar tells of a meeting that did not take place only where it was kept: c, in [0, 1], is the share of the twelve
months before a moment in which at least four of its entries name an account of the person's kind. A register that
names everybody who was asked (an undated network of who met whom, a survey) covers whom it names: c = 1.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from influence.kernels.arrays import Ints
from influence.people.directory import People
from influence.people.tables import PeopleTables
from influence.times import DAY

MONTHS, ENOUGH = 12, 4
"""So many months are looked at, and so many entries make a month one in which the calendar was kept."""
MONTH = int(365.25 * DAY / MONTHS)
"""A twelfth of a year, in microseconds."""
COVERED = 0.5
"""From this coverage on, that nothing tells of a meeting says that there was none."""
NOT_NAMING = ("name", "mailbox")
"""A calendar in plain words names whom it happens to name: it tells nothing about everybody else."""

_REGISTERED = """
WITH networks AS (SELECT DISTINCT origin FROM tie_log WHERE meaning = 'met'),
named AS (
    SELECT origin AS register, unnest([source, target]) AS account FROM tie_log JOIN networks USING (origin)
    UNION ALL SELECT source, unnest(people) FROM encounters WHERE list_contains(?, source))
SELECT DISTINCT register, person FROM named JOIN account_person USING (account) ORDER BY register, person
"""


@dataclass(frozen=True)
class Coverage:
    """What the calendar of one leader, and the registers that name the leader, cover.

    `entries` are the sorted times of the calendar's entries by the kind of account that they name (`email`, `slack`),
    in microseconds; `kinds` the kinds of account that each person has; `registered` who stands in the registers.

    >>> weekly = np.arange(0, 13 * MONTH, 7 * DAY)
    >>> kept = Coverage({"email": weekly[weekly > 6 * MONTH]}, {1: ("email",), 2: ("x",)}, frozenset({3}))
    >>> kept.of(1, 12 * MONTH), kept.of(2, 12 * MONTH), kept.of(3, None)
    (0.5, 0.0, 1.0)
    """

    entries: Mapping[str, Ints] = field(default_factory=dict)
    kinds: Mapping[int, Sequence[str]] = field(default_factory=dict)
    registered: frozenset[int] = frozenset()

    def of(self, person: int, at: int | None) -> float:
        """Return c, in [0, 1], of the months before a moment (None: no moment, which only registers cover)."""
        if person in self.registered:
            return 1.0
        if at is None:
            return 0.0
        kept = np.zeros(MONTHS, bool)
        for kind in self.kinds.get(person, ()):
            if kind in self.entries:
                kept |= _kept(self.entries[kind], at)
        return float(kept.sum()) / MONTHS


def _kept(times: Ints, at: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Tell of each of the months before a moment, the last first, whether there are enough entries."""
    before = np.searchsorted(times, at - MONTH * np.arange(MONTHS + 1), side="right")
    enough: np.ndarray[tuple[int], np.dtype[np.bool_]] = before[:-1] - before[1:] >= ENOUGH
    return enough


def coverage(tables: PeopleTables, leader: int, named: pa.Table, registers: Sequence[str]) -> Coverage:
    """Gather what a leader's calendar covers from the kinds of account `named` by its entries, and when: kind, time."""
    times = named.column("time").to_numpy().astype(np.int64)
    systems = named.column("system").to_numpy(zero_copy_only=False)
    entries = {str(kind): np.sort(times[systems == kind]) for kind in np.unique(systems.astype(str))}
    registered = [members for members in registers_of(tables, registers) if leader in members]
    return Coverage(entries, _kinds(tables.people, entries), frozenset[int]().union(*registered) - {leader})


def _kinds(people: People, kinds: Mapping[str, Ints]) -> dict[int, tuple[str, ...]]:
    found: dict[int, list[str]] = defaultdict(list)
    for account, code in people.account_person.items():
        kind = account.partition(":")[0]
        if kind in kinds and kind not in found[code]:
            found[code].append(kind)
    return {code: tuple(owned) for code, owned in found.items() if owned}


def registers_of(tables: PeopleTables, registers: Sequence[str]) -> list[frozenset[int]]:
    """Return who is named by each register: each undated network of who met whom, each source that is called one."""
    found: dict[str, set[int]] = defaultdict(set)
    for row in tables.rows(_REGISTERED, [list(registers)]).to_pylist():
        found[row["register"]].add(row["person"])
    return [frozenset(members) for members in found.values()]
