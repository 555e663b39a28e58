"""The logs of the store, and how one batch adds to them: rows are only ever appended."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from influence.contract.records import SetAside
from influence.store.engine import Engine, count
from influence.store.schema import KINDS, MORTAL

_SEEN_AGAIN = """EXISTS (
    SELECT 1 FROM (SELECT id, key FROM {log} QUALIFY row_number() OVER (PARTITION BY id ORDER BY seq DESC) = 1) newest
    WHERE newest.id = s.id AND newest.key <> s.key)"""
"""A live source says how things are now: what it shows again after an edit or a deletion is so again."""


class Logs:
    """Adds the rows of one batch; what was `staged` before is what `append` keeps."""

    def __init__(self, engine: Engine, number: int, source: str, *, live: bool) -> None:
        self._engine, self._number, self._source, self._live = engine, number, source, live

    def append(self, kind: str) -> int:
        """Keep the rows whose key is not known; remember copies of one message under another id."""
        log, columns = KINDS[kind].log, ", ".join(KINDS[kind].kept)
        again = _SEEN_AGAIN.format(log=log) if self._live and kind in MORTAL else "false"
        start = self._last(log)
        self._engine.run(
            f"""INSERT INTO {log} (seq, batch, {KINDS[kind].origin}, {columns})
            SELECT {start} + row_number() OVER (ORDER BY row), {self._number}, ?, {columns} FROM (
                SELECT * FROM staged s WHERE NOT EXISTS (FROM {log} l WHERE l.key = s.key) OR {again}
                QUALIFY row_number() OVER (PARTITION BY key ORDER BY row) = 1)""",
            [self._source],
        )
        if kind == "activities":
            self._remember_copies()
        return self._last(log) - start

    def _remember_copies(self) -> None:
        self._engine.run(f"""
            INSERT INTO copies SELECT DISTINCT {self._number}, s.id, l.id FROM staged s JOIN activity_log l USING (key)
            WHERE s.id <> l.id AND NOT EXISTS (FROM copies c WHERE c.id = s.id AND c.original = l.id)""")

    def bury(self, ids: Sequence[str]) -> int:
        """Add a tombstone for each activity or encounter of these ids that is here; return how many that were."""
        self._engine.offer("gone", pa.table({"id": pa.array(sorted(set(ids)), pa.string())}))
        return sum(self._bury(kind) for kind in MORTAL)

    def _bury(self, kind: str) -> int:
        log = KINDS[kind].log
        before = self._last(log)
        self._engine.run(
            f"INSERT INTO {log} BY NAME SELECT * REPLACE "
            "(? + row_number() OVER (ORDER BY id) AS seq, ? AS batch, md5('deleted:' || key) AS key, "
            "true AS deleted) "
            f"FROM {kind} JOIN gone USING (id)",
            [before, self._number],
        )
        return self._last(log) - before

    def set_aside(self, aside: Sequence[tuple[SetAside, str]]) -> None:
        """Keep what could not be read, with its file, line and reason; what is kept already is not kept twice."""
        if not aside:
            return
        table = pa.table(
            {
                "file": pa.array([file for _, file in aside], pa.string()),
                "line": pa.array([row.line for row, _ in aside], pa.int64()),
                "reason": pa.array([row.reason for row, _ in aside], pa.string()),
            }
        )
        self._engine.offer("refused", table)
        self._engine.run(
            "INSERT INTO quarantine SELECT ?, file, line, reason FROM refused r WHERE NOT EXISTS "
            "(FROM quarantine q WHERE q.file = r.file AND q.reason = r.reason AND q.line IS NOT DISTINCT FROM r.line)",
            [self._number],
        )

    def remember(self, cursor: Mapping[str, Any]) -> None:
        """Keep where to go on after this batch, in the same transaction, in place of what was kept before."""
        self._engine.run("DELETE FROM cursors WHERE source = ?", [self._source])
        self._engine.run(
            "INSERT INTO cursors VALUES (?, ?, ?)",
            [self._number, self._source, json.dumps(cursor, sort_keys=True)],
        )

    def _last(self, log: str) -> int:
        return count(self._engine, f"SELECT coalesce(max(seq), 0) AS n FROM {log}")
