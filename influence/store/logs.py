"""The logs of the store, and how one batch adds to them: rows are only ever appended."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from influence.contract.records import SetAside, Withdrawn
from influence.contract.secrecy import hushed
from influence.store.engine import Engine, count
from influence.store.marks import Marks
from influence.store.schema import KINDS, MORTAL, arrow
from influence.store.summary import Summary

_SEEN_AGAIN = """EXISTS (
    SELECT 1 FROM (SELECT id, key, {version} AS version FROM {log}
        QUALIFY row_number() OVER (PARTITION BY id ORDER BY {version} DESC, seq DESC) = 1) newest
    WHERE newest.id = s.id AND newest.key <> s.key::UUID AND newest.version <= {version})"""
"""A live source says how things are now: what it shows again after an edit or a deletion is so again."""
_VERSION = "coalesce(version, 0)"
_UNNAMED = "evidence = 'calendar' AND meeting IS NULL AND starts_with(id, 'calendar:')"
_SAME_UNNAMED = f"""
    FROM encounters e WHERE {_UNNAMED} AND EXISTS (
        FROM staged s WHERE s.meeting IS NOT NULL AND s.time = e.time
        AND (list_has_all(s.people, e.people) OR list_has_all(e.people, s.people)))"""
"""Stores before version 4 know a meeting by its time: the same time of the same people is that meeting."""
_EQUALS = """
    FROM {rows} e JOIN withdrawn w ON w.meeting = e.meeting AND w.id = w.meeting AND e.id <> w.id
    WHERE coalesce(e.version, 0) = coalesce(w.version, 0)
    AND (w.absent IS NULL OR list_contains(e.people, w.absent))
    AND e.time BETWEEN coalesce(w.since, e.time) AND coalesce(w.until, e.time)
    AND NOT e.deleted AND NOT list_contains(w.but, e.id)"""
"""Times that a meeting no longer lists; the view sees to those of lower versions, whenever they are brought in."""
_OF_WITHDRAWN = "SELECT count(*) AS n FROM encounters WHERE meeting IN (SELECT meeting FROM withdrawn)"
_SHOWN = {
    "activities": """SELECT id, arg_max(key, (unsaid IS NULL, seq)) AS key FROM activity_log
        WHERE id IN (SELECT id FROM fresh) GROUP BY id HAVING NOT arg_max(deleted, (unsaid IS NULL, seq))""",
    "encounters": """SELECT id, key FROM encounters
        WHERE id IN (SELECT id FROM fresh) OR meeting IN (SELECT meeting FROM fresh)""",
}
"""What is shown of that which comes in."""
_MOVED = """
    SELECT count(*) FILTER (WHERE b.id IS NULL) AS new, count(*) FILTER (WHERE b.key <> now.key) AS changed,
        (SELECT count(*) FROM before) - count(b.id) AS deleted
    FROM ({shown}) now LEFT JOIN before b USING (id)"""


_ANOTHER = """
    WITH owner AS (FROM (
        SELECT id, time, actor, subject, false AS fresh, seq AS place FROM activity_log
            WHERE id IN (SELECT id FROM staged) AND unsaid IS NULL
        UNION ALL SELECT id, time, actor, subject, true, row FROM staged WHERE unsaid IS NULL)
        QUALIFY row_number() OVER (PARTITION BY id ORDER BY fresh, place) = 1)
    SELECT s.row FROM staged s JOIN owner o USING (id)
    WHERE s.fingerprint IS NOT NULL AND s.unsaid IS NULL AND (abs(epoch(s.time) - epoch(o.time)) > 60
        OR s.actor <> o.actor AND s.subject IS DISTINCT FROM o.subject)"""
_OWN_ID = "id || '#' || left(md5(actor || (epoch_us(time) // 60000000)::VARCHAR), 8)"
"""A mail under the id of another mail of another time, or of another sender and subject, is another mail."""


class Logs:
    """Adds the rows of one batch: those whose key is not known."""

    def __init__(self, engine: Engine, number: int, source: str, *, live: bool) -> None:
        self._engine, self._number, self._source, self._live = engine, number, source, live
        self._ids, self._keys = Marks(engine, "id"), Marks(engine, "key")

    def append(self, kind: str, staged: pa.Table) -> Summary:
        """Keep the rows whose key is not known; remember copies of one message under another id."""
        if kind != "activities":
            self._engine.offer("staged", staged)
            made = self._keep(kind, staged.slice(0, 0), self._unknown(kind, staged))
            if kind == "encounters" and count(
                self._engine, f"SELECT count(*) AS n FROM encounter_log WHERE {_UNNAMED}"
            ):
                made.deleted += self._retire(_SAME_UNNAMED)
            return made
        printed = staged["fingerprint"].null_count < staged.num_rows
        alone, met = self._parted(staged, printed=printed)
        self._engine.offer("staged", met)
        if printed and met.num_rows:
            met = self._told_apart(met)
        made = self._keep(kind, alone, self._unknown(kind, met))
        if printed and met.num_rows:
            self._remember_copies()
        self._remember_sent(staged)
        return made

    def _parted(self, staged: pa.Table, *, printed: bool) -> tuple[pa.Table, pa.Table]:
        """Part activities that share id and key with nothing here from those that may share them."""
        met = self._ids.met(staged) | (self._keys.met(staged) if printed else False)
        if not met.any():
            return staged, staged.slice(0, 0)
        return staged.filter(pa.array(~met)), staged.filter(pa.array(met))

    def _unknown(self, kind: str, staged: pa.Table) -> pa.Table:
        """Return those of the rows, offered as `staged`, that are not known, of equal ones the first."""
        if not staged.num_rows:
            return staged
        log, version = KINDS[kind].log, _VERSION if kind == "encounters" else "0"
        again = _SEEN_AGAIN.format(log=log, version=version) if self._live and kind in MORTAL else "false"
        fresh = self._engine.arrow(
            f"""SELECT min(row) AS row FROM staged s
            WHERE NOT EXISTS (FROM {log} l WHERE l.key = s.key::UUID) OR {again} GROUP BY key"""
        )
        if fresh.num_rows == staged.num_rows:
            return staged
        return staged.filter(pc.is_in(staged["row"], fresh["row"].combine_chunks()))

    def _keep(self, kind: str, alone: pa.Table, fresh: pa.Table) -> Summary:
        """Add rows in the order in which they came, and count what that makes of what is shown."""
        rows = pa.concat_tables([alone, fresh])
        if kind not in MORTAL:
            return Summary(stored=self._insert(kind, rows), new=rows.num_rows)
        made = Summary(stored=rows.num_rows, new=alone.num_rows - _true(alone["deleted"]))
        if not fresh.num_rows:
            self._insert(kind, rows)
            return made
        self._engine.offer("fresh", fresh)
        self._engine.offer("before", self._engine.arrow(_SHOWN[kind]))
        self._insert(kind, rows)
        [moved] = self._engine.arrow(_MOVED.format(shown=_SHOWN[kind])).to_pylist()
        return made + Summary(**moved)

    def _insert(self, kind: str, rows: pa.Table) -> int:
        if not rows.num_rows:
            return 0
        log = KINDS[kind].log
        place = np.empty(rows.num_rows, np.int64)
        place[np.argsort(rows["row"].to_numpy())] = np.arange(rows.num_rows) + 1 + self._last(log)
        self._engine.offer("added", rows.append_column("seq", pa.array(place)))
        columns = ", ".join(KINDS[kind].kept)
        self._engine.run(
            f"""INSERT INTO {log} (seq, batch, {KINDS[kind].origin}, {columns})
            SELECT seq, {self._number}, ?, {columns.replace("key,", "key::UUID,")} FROM added""",
            [self._source],
        )
        if kind == "activities":
            self._ids.add(rows)
            self._keys.add(rows)
        return int(rows.num_rows)

    def _told_apart(self, met: pa.Table) -> pa.Table:
        """Give a mail that bears another mail's id one of its own; the first of an id keeps it."""
        another = self._engine.arrow(_ANOTHER)
        if not another.num_rows:
            return met
        self._engine.offer("another", another)
        own = f"CASE WHEN row IN (SELECT row FROM another) THEN {_OWN_ID} ELSE id END AS id"
        told = self._engine.arrow(
            f"SELECT * REPLACE (hash(id) AS id_mark) FROM (SELECT * REPLACE ({own}) FROM staged)"
        )
        self._engine.offer("staged", told)
        return told

    def _remember_sent(self, staged: pa.Table) -> None:
        """Keep in whose sent mail each message lay and who typed it, also of copies that are not kept."""
        sent = staged.filter(pc.is_valid(pc.coalesce(staged["outbox"], staged["typist"])))
        if sent.num_rows:
            self._engine.offer("in_sent_mail", sent)
            self._engine.run(
                """INSERT INTO sent_log SELECT DISTINCT ?, ?, l.id, s.outbox, s.typist
                FROM in_sent_mail s JOIN activity_log l ON l.key = s.key::UUID WHERE NOT EXISTS (FROM sent_log o
                    WHERE o.id = l.id AND o.outbox IS NOT DISTINCT FROM s.outbox
                    AND o.typist IS NOT DISTINCT FROM s.typist)""",
                [self._number, self._source],
            )

    def _remember_copies(self) -> None:
        self._engine.run(f"""
            INSERT INTO copies SELECT DISTINCT {self._number}, s.id, l.id
            FROM staged s JOIN activity_log l ON l.key = s.key::UUID
            WHERE s.id <> l.id AND NOT EXISTS (FROM copies c WHERE c.id = s.id AND c.original = l.id)""")

    def bury(self, ids: Sequence[str]) -> int:
        """Add a tombstone for each activity or encounter of these ids that is here; return how many that were."""
        self._engine.offer("gone", pa.table({"id": arrow(sorted(set(ids)), pa.string())}))
        return sum(self._bury(kind) for kind in MORTAL)

    def _bury(self, kind: str) -> int:
        return self._retire(f"FROM {kind} e JOIN gone USING (id)", KINDS[kind].log)

    def _retire(self, rows: str, log: str = "encounter_log") -> int:
        """Add a tombstone for each of the rows `e`; return how many that were."""
        before = self._last(log)
        self._engine.run(
            f"INSERT INTO {log} BY NAME SELECT e.* REPLACE "
            "(? + row_number() OVER (ORDER BY e.id) AS seq, ? AS batch, md5('deleted:' || e.key)::UUID AS key, "
            f"true AS deleted) {rows}",
            [before, self._number],
        )
        return self._last(log) - before

    def withdraw(self, withdrawn: Sequence[Withdrawn]) -> int:
        """Keep what versions of meetings say is no encounter, also of what is not here yet; return how many it hid."""
        self._engine.offer("withdrawn", _as_withdrawn(withdrawn))
        before = count(self._engine, _OF_WITHDRAWN)
        shown = "EXISTS (FROM encounters e WHERE e.id = w.id AND coalesce(e.version, 0) <= coalesce(w.version, 0))"
        again = f"w.absent IS NULL AND w.since IS NULL AND {shown}" if self._live else "false"
        self._engine.run(
            f"""INSERT INTO encounter_log BY NAME
            SELECT ? + row_number() OVER (ORDER BY row) AS seq, ? AS batch, ? AS source, id, key, since AS time,
                [] AS people, meeting, version, absent, true AS deleted
            FROM (SELECT *, md5(concat_ws(chr(31), 'withdrawn', id, coalesce(version, 0), coalesce(absent, '')))::UUID
                AS key FROM withdrawn) w
            WHERE NOT EXISTS (FROM encounter_log l WHERE l.key = w.key) OR {again}""",
            [self._last("encounter_log"), self._number, self._source],
        )
        if count(self._engine, "SELECT count(*) AS n" + _EQUALS.format(rows="encounter_log")):
            self._retire(_EQUALS.format(rows="encounters"))
        return before - count(self._engine, _OF_WITHDRAWN)

    def set_aside(self, aside: Sequence[tuple[SetAside, str]]) -> None:
        """Keep what could not be read, with its file, line and reason; what is kept already is not kept twice."""
        if not aside:
            return
        table = pa.table(
            {
                "file": arrow([file for _, file in aside], pa.string()),
                "line": pa.array([row.line for row, _ in aside], pa.int64()),
                "reason": arrow([hushed(row.reason) for row, _ in aside], pa.string()),
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


def _as_withdrawn(withdrawn: Sequence[Withdrawn]) -> pa.Table:
    text, moment = pa.string(), pa.timestamp("us", "UTC")
    types = {"meeting": text, "id": text, "version": pa.int64(), "since": moment, "until": moment}
    types |= {"but": pa.list_(text), "absent": text}
    columns = {name: arrow([getattr(one, name) for one in withdrawn], of) for name, of in types.items()}
    return pa.table(columns | {"row": pa.array(range(len(withdrawn)), pa.int64())})


def _true(flags: pa.ChunkedArray) -> int:
    return int(np.count_nonzero(flags.to_numpy().astype(np.bool_)))
