"""Snapshots: what a report found, kept in the store as it was told that day, and never worked out again."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from importlib.metadata import version
from typing import Any

from influence.contract.findings import TEAM, EgoNetwork, Report
from influence.contract.tracked import Past
from influence.store.engine import Engine
from influence.times import Window, exact, microseconds


@dataclass(frozen=True)
class Snapshot:
    """A report of a window as it was told at `taken`, by a `version` of the program; read where it is asked for."""

    told: bytes
    taken: datetime
    version: str
    window: Window

    @cached_property
    def report(self) -> Report:
        """The report."""
        return Report.from_json(self._body)

    @property
    def reached(self) -> set[str]:
        """The ids of everybody outside the team who counts in it; of a year's snapshots no more is needed."""
        return {
            person for person, row in self._body["people"].items() if row["step"] != TEAM and row["m"] < 1
        }

    @property
    def told_of_reach(self) -> Past:
        """What it said of reach_4."""
        found = self._body["findings"].get("reach_4") or {}
        until = self._body["window"]["until"]
        return Past(str(until), *(found.get(part) for part in ("value", "low", "high")))

    @cached_property
    def _body(self) -> Any:
        return json.loads(zlib.decompress(self.told))


_PROGRAM = version("networked-influence")


class Snapshots:
    """The snapshots in one store.

    >>> from influence.store.store import Store
    >>> snapshots = Snapshots(Store().engine)
    >>> told = Report({"person": "p1", "name": "Ann"}, {"since": None, "until": None}, {})
    >>> snapshots.keep(told, Window(0, 1)).report.leader["name"]
    'Ann'
    >>> len(snapshots.of("p1")), snapshots.leaders()
    (1, ['p1'])
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(self, report: Report, window: Window) -> Snapshot:
        """Keep a report of a window, without the evidence that leads to single messages."""
        slim, now = without_evidence(report), datetime.now(UTC)
        told = zlib.compress(json.dumps(slim.as_json(), ensure_ascii=True).encode(), 9)
        with self._engine.transaction():
            self._engine.run(
                "INSERT INTO snapshot_log SELECT coalesce(max(seq), 0) + 1, ?, ?, ?, ?, ?, ? FROM snapshot_log",
                [now, slim.leader["person"], exact(window.since), exact(window.until), _PROGRAM, told],
            )
        return Snapshot(told, now, _PROGRAM, window)

    def of(self, person: str) -> list[Snapshot]:
        """Return a person's snapshots, the earliest window first."""
        rows = self._engine.arrow(
            "SELECT taken, since, until, version, told FROM snapshot_log WHERE leader = ? ORDER BY until, since, seq",
            [person],
        )
        return [
            Snapshot(
                row["told"],
                row["taken"],
                row["version"],
                Window(microseconds(row["since"]), microseconds(row["until"])),
            )
            for row in rows.to_pylist()
        ]

    def leaders(self) -> list[str]:
        """Return of whom there are snapshots, by id."""
        rows = self._engine.arrow("SELECT DISTINCT leader FROM snapshot_log ORDER BY leader")
        return list(rows["leader"].to_pylist())


def without_evidence(report: Report) -> Report:
    """Return a report without what leads to single messages, and without pictures."""
    return replace(
        report,
        people=tuple(replace(one, evidence=(), met=(), tags=(), months=()) for one in report.people),
        conversations=tuple(replace(one, evidence=(), tree=(), tree_more=0) for one in report.conversations),
        responses={},
        network=EgoNetwork(),
        names={},
    )
