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
import pyarrow.compute as pc

from influence.kernels.arrays import UNDATED, Flags, Floats, Ints
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
WITH ends AS (
    SELECT origin, meaning, account, split_part(account, ':', 1) AS system
    FROM (SELECT origin, meaning, unnest([source, target]) AS account FROM tie_log)),
asked AS (SELECT DISTINCT origin, system FROM ends WHERE meaning = 'met'),
named AS (
    SELECT origin AS register, account FROM ends JOIN asked USING (origin, system)
    UNION ALL SELECT source, unnest(people) FROM encounters WHERE list_contains(?, source))
SELECT DISTINCT register, person FROM named JOIN account_person USING (account) ORDER BY register, person
"""
"""Whom an undated network of meetings names, by accounts of the kind that its meetings name: also who met nobody."""


@dataclass(frozen=True)
class Coverage:
    """What the calendar of one leader, and the registers that name the leader, cover.

    `entries` are the sorted times of the calendar's entries by the kind of account that they name (`email`, `slack`),
    in microseconds; `owners` who has an account of each kind; `registered` who stands in the registers; sorted codes.

    >>> weekly = np.arange(0, 13 * MONTH, 7 * DAY)
    >>> kept = Coverage({"email": weekly[weekly > 6 * MONTH]}, {"email": np.array([1])}, np.array([3]))
    >>> kept.of(np.array([1, 2, 3]), np.array([12 * MONTH] * 3)).tolist()
    [0.5, 0.0, 1.0]
    """

    entries: Mapping[str, Ints] = field(default_factory=dict)
    owners: Mapping[str, Ints] = field(default_factory=dict)
    registered: Ints = field(default_factory=lambda: np.empty(0, np.int64))

    def of(self, person: Ints, at: Ints) -> Floats:
        """Return c, in [0, 1], of the months before a moment each (`UNDATED`: none, which only registers cover)."""
        kept = np.zeros((len(person), MONTHS), bool)
        for kind, times in self.entries.items():
            owns = np.isin(person, self.owners[kind]) & (at != UNDATED)
            kept[owns] |= months_kept(times, at[owns])
        return np.where(np.isin(person, self.registered), 1.0, kept.mean(axis=1))


def months_kept(times: Ints, at: Ints) -> Flags:
    """Tell of each of the months before each moment, the last first, whether there are enough entries."""
    before = np.searchsorted(times, at[:, np.newaxis] - MONTH * np.arange(MONTHS + 1), side="right")
    enough: Flags = before[:, :-1] - before[:, 1:] >= ENOUGH
    return enough


def coverage(tables: PeopleTables, leader: int, named: pa.Table, registers: Sequence[str]) -> Coverage:
    """Gather what a leader's calendar covers: `named` has a row for each entry and kind of account, kind and time."""
    times = named.column("time").to_numpy().astype(np.int64)
    systems = np.array(named.column("system").to_pylist(), str)
    entries = {str(kind): np.sort(times[systems == kind]) for kind in np.unique(systems)}
    members = [register for register in registers_of(tables, registers) if leader in register]
    registered = frozenset[int]().union(*members) - {leader}
    return Coverage(entries, _owners(tables.people, entries), np.array(sorted(registered), np.int64))


def _owners(people: People, kinds: Mapping[str, Ints]) -> dict[str, Ints]:
    table = people.table()
    account, person = table["account"], table["person"]
    of = {kind: person.filter(pc.starts_with(account, f"{kind}:")).to_numpy() for kind in kinds}
    return {kind: np.unique(owners).astype(np.int64) for kind, owners in of.items()}


def registers_of(tables: PeopleTables, registers: Sequence[str]) -> list[frozenset[int]]:
    """Return who is named by each register: each undated network of who met whom, each source that is called one."""
    found: dict[str, set[int]] = defaultdict(set)
    for row in tables.rows(_REGISTERED, [list(registers)]).to_pylist():
        found[row["register"]].add(row["person"])
    return [frozenset(members) for members in found.values()]
