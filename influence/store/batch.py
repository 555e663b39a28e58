"""One import on its way into the store."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from influence.contract.records import Activity, Deleted, Encounter, Note, Person, Record, Rows, SetAside, Tie
from influence.store.engine import Engine, count
from influence.store.listening import Listening
from influence.store.schema import KIND_OF, KINDS, MORTAL, as_table, placed
from influence.store.staging import Keeping, staging

_AT_ONCE = 20_000
"""Records of one kind that are kept in memory before they go in."""


_TURN = 100_000
"""Rows after which a long batch lands what it has: DuckDB holds in memory what has not landed. Until the batch
is entered in `batches` it does not count, and `_sweep` takes it away."""


_SEEN_AGAIN = """EXISTS (
    SELECT 1 FROM (SELECT id, key FROM {log} QUALIFY row_number() OVER (PARTITION BY id ORDER BY seq DESC) = 1) newest
    WHERE newest.id = s.id AND newest.key <> s.key)"""
"""A live source says how things are now: what it shows again after an edit or a deletion is so again."""


_Row: TypeAlias = Activity | Encounter | Person | Tie | Deleted


@dataclass
class Summary:
    """What became of the rows of an import: `read` = `stored` + `known` + `aside`, always.

    >>> str(Summary(read=5, stored=3, known=1, aside=1))
    '5 read = 3 stored + 1 already known + 1 set aside'
    """

    read: int = 0
    stored: int = 0
    known: int = 0
    aside: int = 0

    def __add__(self, other: Summary) -> Summary:
        return Summary(
            self.read + other.read,
            self.stored + other.stored,
            self.known + other.known,
            self.aside + other.aside,
        )

    def __sub__(self, other: Summary) -> Summary:
        return Summary(
            self.read - other.read,
            self.stored - other.stored,
            self.known - other.known,
            self.aside - other.aside,
        )

    def __str__(self) -> str:
        return (
            f"{self.read:,} read = {self.stored:,} stored + {self.known:,} already known "
            f"+ {self.aside:,} set aside"
        )


class Batch:
    """One import on its way into the store; `summary` is right after `flush`.

    `claims` counts what was said of accounts (a name, that two belong together): these are no rows of a file.
    """

    def __init__(
        self, engine: Engine, keeping: Keeping, number: int, source: str, *, live: bool = False
    ) -> None:
        self._engine, self._keeping, self._live = engine, keeping, live
        self._number, self._source = number, source
        self._text = Listening(engine, number, source, live=live)
        self._waiting: dict[str, list[tuple[_Row, str]]] = defaultdict(list)
        self._aside: list[tuple[SetAside, str]] = []
        self._turned = self.claims = 0
        self.summary = Summary()

    def add(self, record: Record, file: str) -> None:
        """Add a record read in `file`; records wait until there are enough of them to go in at once."""
        match record:
            case Rows():
                self.flush()
                self.summary += self._take(record, placed(record.table, file))
                self._turn()
            case SetAside():
                self._aside.append((record, file))
            case Note():
                pass
            case Person(person=None):
                self.claims += 1
                self._wait("claims", record, file)
            case Deleted():
                self._wait("deleted", record, file)
            case _:
                self._wait(KIND_OF[type(record)], record, file)

    def _wait(self, kind: str, record: _Row, file: str) -> None:
        """Let a record wait; what was there before a deletion, or comes after it, goes in before it or after it."""
        if self._waiting and (kind == "deleted") != ("deleted" in self._waiting):
            self.flush()
        self._waiting[kind].append((record, file))
        if len(self._waiting[kind]) >= _AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Bring everything that waits into the store; people that only claim accounts are not counted as rows."""
        for kind, pairs in self._waiting.items():
            if kind == "deleted":
                self.summary += self._delete(
                    [record.id for record, _ in pairs if isinstance(record, Deleted)]
                )
                continue
            records, files = [record for record, _ in pairs], [file for _, file in pairs]
            of = "people" if kind == "claims" else kind
            added = self._take(Rows(of, None), as_table(of, records, files))  # type: ignore[arg-type]
            self.summary += added if kind != "claims" else Summary()
        self._waiting.clear()
        self.summary += self._quarantine(self._aside)
        self._aside.clear()
        self._turn()

    def _turn(self) -> None:
        written = self.summary.stored + self._text.bags
        if written - self._turned >= _TURN:
            self._engine.turn()
            self._turned = written

    def close(self) -> None:
        """Bring in what waits, and settle what messages told."""
        self.flush()
        self._text.settle()

    def refuse(self, file: str, reason: str) -> None:
        """Keep in the quarantine that a whole file could not be read; it counts as no row."""
        self._quarantine([(SetAside(reason), file)])

    def remember(self, cursor: Mapping[str, Any]) -> None:
        """Keep where to go on after this batch, in the same transaction, in place of what was kept before."""
        self._engine.run("DELETE FROM cursors WHERE source = ?", [self._source])
        self._engine.run(
            "INSERT INTO cursors VALUES (?, ?, ?)",
            [self._number, self._source, json.dumps(cursor, sort_keys=True)],
        )

    def _quarantine(self, aside: Sequence[tuple[SetAside, str]]) -> Summary:
        if not aside:
            return Summary()
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
        return Summary(read=len(aside), aside=len(aside))

    def _delete(self, ids: Sequence[str]) -> Summary:
        """Add a tombstone for each activity or encounter of these ids that is here and not deleted yet."""
        self._engine.offer("gone", pa.table({"id": pa.array(sorted(set(ids)), pa.string())}))
        stored = sum(self._bury(kind) for kind in MORTAL)
        return Summary(len(ids), min(stored, len(ids)), max(0, len(ids) - stored), 0)

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

    def _take(self, rows: Rows, table: pa.Table) -> Summary:
        """Check, convert and keep the rows of one kind.

        They wait outside the database: a temporary table that is replaced stays in memory until the end of
        the transaction.
        """
        engine = self._engine
        engine.offer("incoming", table)
        staged = engine.arrow(staging(rows.kind, table.schema, rows.zone, self._keeping))
        refused = staged.filter(pc.is_valid(staged["reason"])).select(["file", "line", "reason"]).to_pylist()
        self._quarantine([(SetAside(row["reason"], row["line"]), row["file"]) for row in refused])
        engine.offer("staged", staged.filter(pc.is_null(staged["reason"])))
        stored = self._append(rows.kind)
        if rows.kind == "activities":
            self._text.listen(staged)
            if self._keeping.terms:
                self._text.keep_terms()
        return Summary(table.num_rows, stored, table.num_rows - stored - len(refused), len(refused))

    def _append(self, kind: str) -> int:
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

    def _last(self, log: str) -> int:
        return count(self._engine, f"SELECT coalesce(max(seq), 0) AS n FROM {log}")

    def _remember_copies(self) -> None:
        self._engine.run(f"""
            INSERT INTO copies SELECT DISTINCT {self._number}, s.id, l.id FROM staged s JOIN activity_log l USING (key)
            WHERE s.id <> l.id AND NOT EXISTS (FROM copies c WHERE c.id = s.id AND c.original = l.id)""")
