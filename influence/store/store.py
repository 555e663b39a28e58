"""The store: append-only tables in one DuckDB file. Nothing is changed in place, nothing added twice.

A row is known by its `key`. The newest row of an id is the activity as it is now; a deletion is a row
too (a tombstone). What cannot be read stands in `quarantine` with its file, line and reason.
"""

from __future__ import annotations

import json
import secrets
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from influence.contract.records import Activity, Deleted, Encounter, Note, Person, Record, Rows, SetAside, Tie
from influence.store.engine import DuckEngine
from influence.store.staging import KIND_OF, as_table, placed, staging
from influence.text.meeting_phrases import ANSWERED_WORDS, DELETED_WORDS, HEARD, told_words
from influence.text.terms import kept_terms

VERSION = 3
_AT_ONCE = 20_000
"""Records of one kind that are kept in memory before they go in."""
_TURN = 100_000
"""Rows after which a long batch lands what it has: DuckDB holds in memory what has not landed. Until the batch
is entered in `batches` it does not count, and `_sweep` takes it away."""

_HEARD_AT_ONCE = 32_000_000
"""Bytes of messages that wait for a closer look."""

_OF_BATCHES = (
    "activity_log",
    "copies",
    "encounter_log",
    "people_log",
    "tie_log",
    "cursors",
    "quarantine",
    "term_log",
)
_MORTAL = (("activities", "activity_log"), ("encounters", "encounter_log"))

_SEEN_AGAIN = """EXISTS (
    SELECT 1 FROM (SELECT id, key FROM {log} QUALIFY row_number() OVER (PARTITION BY id ORDER BY seq DESC) = 1) newest
    WHERE newest.id = s.id AND newest.key <> s.key)"""
"""A live source says how things are now: what it shows again after an edit or a deletion is so again."""

_BAGS_AT_ONCE = 10_000
_UNTOLD = """
SELECT key, said, coalesce(conversation, parent, id) AS conversation FROM staged s
WHERE said IS NOT NULL AND NOT deleted AND NOT EXISTS (FROM term_log t WHERE t.key = s.key)
QUALIFY row_number() OVER (PARTITION BY key ORDER BY row) = 1 ORDER BY conversation, time, id"""

_Row: TypeAlias = Activity | Encounter | Person | Tie | Deleted

_TABLES = """
CREATE TABLE meta (key VARCHAR, value VARCHAR);
CREATE TABLE batches (batch BIGINT, done TIMESTAMPTZ, source VARCHAR, connector VARCHAR,
    read BIGINT, stored BIGINT, known BIGINT, aside BIGINT);
CREATE TABLE activity_log (seq BIGINT, batch BIGINT, source VARCHAR, id VARCHAR, key VARCHAR, time TIMESTAMPTZ,
    actor VARCHAR, verb VARCHAR, parent VARCHAR, conversation VARCHAR, addressees VARCHAR[], mentions VARCHAR[],
    channel VARCHAR, audience BIGINT, text VARCHAR, url VARCHAR, subject VARCHAR, answers BOOLEAN,
    inferred BOOLEAN, deleted BOOLEAN);
CREATE TABLE copies (batch BIGINT, id VARCHAR, original VARCHAR);
CREATE TABLE encounter_log (seq BIGINT, batch BIGINT, source VARCHAR, id VARCHAR, key VARCHAR, time TIMESTAMPTZ,
    people VARCHAR[], kind VARCHAR, evidence VARCHAR, attendees BIGINT, place VARCHAR, deleted BOOLEAN);
CREATE TABLE people_log (seq BIGINT, batch BIGINT, source VARCHAR, key VARCHAR, person VARCHAR, name VARCHAR,
    accounts VARCHAR[], organisation VARCHAR, department VARCHAR, site VARCHAR, manager VARCHAR,
    sphere VARCHAR, bot BOOLEAN);
CREATE TABLE tie_log (seq BIGINT, batch BIGINT, origin VARCHAR, key VARCHAR, source VARCHAR, target VARCHAR,
    weight DOUBLE, meaning VARCHAR, layer VARCHAR, directed BOOLEAN);
CREATE TABLE cursors (batch BIGINT, source VARCHAR, cursor VARCHAR);
CREATE TABLE quarantine (batch BIGINT, file VARCHAR, line BIGINT, reason VARCHAR);
CREATE VIEW activities AS SELECT * FROM activity_log
    QUALIFY row_number() OVER (PARTITION BY id ORDER BY seq DESC) = 1 AND NOT deleted;
CREATE VIEW encounters AS SELECT * FROM encounter_log
    QUALIFY row_number() OVER (PARTITION BY id ORDER BY seq DESC) = 1 AND NOT deleted;
"""
_LATER = {
    2: """
CREATE TABLE decision_log (seq BIGINT, decided TIMESTAMPTZ, author VARCHAR, verb VARCHAR, accounts VARCHAR[],
    others VARCHAR[], value VARCHAR, reason VARCHAR, undoes BIGINT);
CREATE TABLE link_log (run BIGINT, one VARCHAR, other VARCHAR, probability DOUBLE, weight DOUBLE, verdict VARCHAR,
    reasons VARCHAR);
CREATE TABLE fit_log (seq BIGINT, decided TIMESTAMPTZ, author VARCHAR, fit VARCHAR, undoes BIGINT);
""",
    3: "CREATE TABLE term_log (batch BIGINT, key VARCHAR, terms VARCHAR[]);",
}
"""What each version added: an older store gets it when it is opened."""
_KEPT = {
    "activities": (
        "activity_log",
        "source, id, key, time, actor, verb, parent, conversation, addressees, mentions, channel, audience, "
        "text, url, subject, answers, inferred, deleted",
    ),
    "encounters": (
        "encounter_log",
        "source, id, key, time, people, kind, evidence, attendees, place, deleted",
    ),
    "people": (
        "people_log",
        "source, key, person, name, accounts, organisation, department, site, manager, sphere, bot",
    ),
    "ties": ("tie_log", "origin, key, source, target, weight, meaning, layer, directed"),
}


class StoreError(Exception):
    """The store cannot be used, in one sentence."""


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


class Store:
    """The tables of one workspace.

    Raises:
        EngineError: the file cannot be opened.
        StoreError: a newer version of the program made it.
    """

    def __init__(
        self, path: Path | None = None, *, keep_text: bool = False, keep_terms: bool = False
    ) -> None:
        fresh = path is None or not path.exists()
        self.engine = DuckEngine(path)
        self._keep_text = keep_text
        self._keep_terms = keep_terms and not keep_text  # a text has its terms
        if fresh:
            self._create(path)
        self._check_version(path)
        self._sweep()
        self._secret = self._meta("secret") or ""

    def _create(self, path: Path | None) -> None:
        with self.engine.transaction():
            self.engine.run(_TABLES)
            for tables in _LATER.values():
                self.engine.run(tables)
            self.engine.run(
                "INSERT INTO meta VALUES ('version', ?), ('secret', ?)", [VERSION, secrets.token_hex()]
            )
        if path is not None:
            path.chmod(0o600)

    def _check_version(self, path: Path | None) -> None:
        version = int(self._meta("version") or 0)
        if version > VERSION:
            raise StoreError(
                f"{path} was made by a newer version of influence (store {version}, this one reads {VERSION}); "
                "upgrade with: pip install --upgrade networked-influence"
            )
        if version < VERSION:
            self._upgrade(version)

    def _upgrade(self, version: int) -> None:
        with self.engine.transaction():
            for later in range(version + 1, VERSION + 1):
                self.engine.run(_LATER[later])
            self.engine.run("UPDATE meta SET value = ? WHERE key = 'version'", [str(VERSION)])

    def _meta(self, key: str) -> str | None:
        rows = self.engine.arrow("SELECT value FROM meta WHERE key = ?", [key]).to_pylist()
        return rows[0]["value"] if rows else None

    def close(self) -> None:
        """Let go of the file."""
        self.engine.close()

    @contextmanager
    def batch(self, source: str, connector: str, *, live: bool = False) -> Iterator[Batch]:
        """Open a batch: all that is added in the `with` block counts together, or nothing of it.

        What a `live` source shows again after it was deleted is back; an old export brings nothing back.
        """
        number = self._count("SELECT coalesce(max(batch), 0) + 1 AS n FROM batches")
        try:
            with self.engine.transaction():
                batch = Batch(self, number, source, live=live)
                yield batch
                batch.flush()
                batch.settle_words()
                self._close(number, source, connector, batch.summary)
        except BaseException:
            self._sweep()
            raise

    def _close(self, number: int, source: str, connector: str, total: Summary) -> None:
        """Enter the batch in the book: from here on it counts."""
        self.engine.run(
            "INSERT INTO batches VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                number,
                datetime.now(UTC),
                source,
                connector,
                total.read,
                total.stored,
                total.known,
                total.aside,
            ],
        )

    def _sweep(self) -> None:
        """Take away what a batch that never ended has left: a failure, or a machine that stopped."""
        unfinished = "batch > (SELECT coalesce(max(batch), 0) FROM batches)"
        left = " UNION ALL ".join(
            f"SELECT count(*) AS n FROM {log} WHERE {unfinished}" for log in _OF_BATCHES
        )
        if self._count(f"SELECT sum(n) AS n FROM ({left})"):
            with self.engine.transaction():
                for log in _OF_BATCHES:
                    self.engine.run(f"DELETE FROM {log} WHERE {unfinished}")

    def _count(self, sql: str) -> int:
        return int(self.engine.arrow(sql).column("n")[0].as_py())

    def cursor(self, source: str) -> dict[str, Any]:
        """Return where the last fetch from a source ended; empty before the first."""
        rows = self.engine.arrow(
            "SELECT cursor FROM cursors WHERE source = ? ORDER BY batch DESC LIMIT 1", [source]
        ).to_pylist()
        return dict(json.loads(rows[0]["cursor"])) if rows else {}

    def quarantine(self) -> list[dict[str, object]]:
        """List what was set aside: file, line, reason, oldest batch first."""
        return list(
            self.engine.arrow(
                "SELECT file, line, reason FROM quarantine ORDER BY batch, file, line NULLS FIRST, reason"
            ).to_pylist()
        )


class Batch:
    """One import on its way into the store; `summary` is right after `flush`.

    `claims` counts what was said of accounts (a name, that two belong together): these are no rows of a file.
    """

    def __init__(self, store: Store, number: int, source: str, *, live: bool = False) -> None:
        self._store, self._engine, self._live = store, store.engine, live
        self._number, self._source = number, source
        self._waiting: dict[str, list[tuple[_Row, str]]] = defaultdict(list)
        self._aside: list[tuple[SetAside, str]] = []
        self._heard: list[pa.Table] = []
        self._turned = self._bags = self.claims = 0
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

    def settle_words(self) -> None:
        """Say whom words of a meeting were told where the message answered is here now; forget those of the deleted."""
        self._remember_words()
        words = "encounter_log WHERE evidence = 'message' AND starts_with(id, 'words:')"
        gone = f"SELECT count(*) AS n FROM activity_log WHERE batch = {self._number} AND deleted"
        if self._store._count(f"SELECT count(*) AS n FROM {words} AND len(people) = 1"):
            self._engine.run(ANSWERED_WORDS, {"batch": self._number})
        if self._store._count(gone) and self._store._count(f"SELECT count(*) AS n FROM {words}"):
            self._engine.run(DELETED_WORDS, {"batch": self._number})

    def _turn(self) -> None:
        written = self.summary.stored + self._bags
        if written - self._turned >= _TURN:
            self._engine.turn()
            self._turned = written

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
        stored = sum(self._bury(kind, log) for kind, log in _MORTAL)
        return Summary(len(ids), min(stored, len(ids)), max(0, len(ids) - stored), 0)

    def _bury(self, kind: str, log: str) -> int:
        before = self._store._count(f"SELECT coalesce(max(seq), 0) AS n FROM {log}")
        self._engine.run(
            f"INSERT INTO {log} BY NAME SELECT * REPLACE "
            "(? + row_number() OVER (ORDER BY id) AS seq, ? AS batch, md5('deleted:' || key) AS key, "
            "true AS deleted) "
            f"FROM {kind} JOIN gone USING (id)",
            [before, self._number],
        )
        return self._store._count(f"SELECT coalesce(max(seq), 0) AS n FROM {log}") - before

    def _take(self, rows: Rows, table: pa.Table) -> Summary:
        """Check, convert and keep the rows of one kind.

        They wait outside the database: a temporary table that is replaced stays in memory until the end of
        the transaction.
        """
        engine = self._engine
        engine.offer("incoming", table)
        query = staging(
            rows.kind,
            table.schema,
            rows.zone,
            self._store._secret,
            keep_text=self._store._keep_text,
            keep_terms=self._store._keep_terms,
        )
        staged = engine.arrow(query)
        refused = staged.filter(pc.is_valid(staged["reason"])).select(["file", "line", "reason"]).to_pylist()
        self._quarantine([(SetAside(row["reason"], row["line"]), row["file"]) for row in refused])
        engine.offer("staged", staged.filter(pc.is_null(staged["reason"])))
        stored = self._append(rows.kind)
        if rows.kind == "activities":
            self._listen(staged)
            if self._store._keep_terms:
                self._keep_terms()
        return Summary(table.num_rows, stored, table.num_rows - stored - len(refused), len(refused))

    def _append(self, kind: str) -> int:
        """Keep the rows whose key is not known; remember copies of one message under another id."""
        log, columns = _KEPT[kind]
        again = _SEEN_AGAIN.format(log=log) if self._live and (kind, log) in _MORTAL else "false"
        start = self._store._count(f"SELECT coalesce(max(seq), 0) AS n FROM {log}")
        origin = "origin" if kind == "ties" else "source"
        taken = columns.replace(f"{origin}, ", "? AS " + origin + ", ", 1)
        self._engine.run(
            f"""INSERT INTO {log} (seq, batch, {columns})
            SELECT {start} + row_number() OVER (ORDER BY row), {self._number}, {taken} FROM (
                SELECT * FROM staged s WHERE NOT EXISTS (FROM {log} l WHERE l.key = s.key) OR {again}
                QUALIFY row_number() OVER (PARTITION BY key ORDER BY row) = 1)""",
            [self._source],
        )
        if kind == "activities":
            self._remember_copies()
        return self._store._count(f"SELECT coalesce(max(seq), 0) AS n FROM {log}") - start

    def _remember_copies(self) -> None:
        self._engine.run(f"""
            INSERT INTO copies SELECT DISTINCT {self._number}, s.id, l.id FROM staged s JOIN activity_log l USING (key)
            WHERE s.id <> l.id AND NOT EXISTS (FROM copies c WHERE c.id = s.id AND c.original = l.id)""")

    def _keep_terms(self) -> None:
        """Keep the terms of messages whose terms are not known yet, those that were here before as well."""
        told = self._engine.arrow(_UNTOLD)
        for start in range(0, told.num_rows, _BAGS_AT_ONCE):
            some = told.slice(start, _BAGS_AT_ONCE)
            terms = kept_terms(some["said"].to_pylist(), some["conversation"].to_pylist())
            bags = pa.table({"key": some["key"], "terms": pa.array(terms, pa.list_(pa.string()))})
            self._engine.offer("bags", bags)
            self._engine.run("INSERT INTO term_log SELECT ?, key, terms FROM bags", [self._number])
        self._bags += told.num_rows

    def _listen(self, staged: pa.Table) -> None:
        """Set aside, for a closer look, what may tell of a meeting; the text is dropped after it."""
        heard = staged.filter(pc.is_valid(staged["words"]))
        if heard.num_rows:
            self._heard.append(heard.select(list(HEARD)))
        if sum(table.nbytes for table in self._heard) > _HEARD_AT_ONCE:
            self._remember_words()

    def _remember_words(self) -> None:
        """Keep that a message tells of a meeting, and which message; these are no rows of the file."""
        if self._heard:
            self._engine.offer("heard", pa.concat_tables(self._heard))
            self._engine.run(told_words(live=self._live), {"batch": self._number, "source": self._source})
            self._heard.clear()
