"""The tables of the store: every column once, whence it comes, and whether it tells one row from another."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from influence.contract.records import Activity, Encounter, Person, SetAside, Tie

VERSION = 10
TEXT, TEXTS, MOMENT, DAY, NUMBER, REAL, TRUTH = (
    "VARCHAR",
    "VARCHAR[]",
    "TIMESTAMPTZ",
    "DATE",
    "BIGINT",
    "DOUBLE",
    "BOOLEAN",
)
_KEY = "UUID"
"""Sixteen bytes hold the digest that tells one row from another; as text it takes 32."""
_ARROW = {
    TEXT: pa.string(),
    TEXTS: pa.list_(pa.string()),
    MOMENT: pa.timestamp("us", "UTC"),
    DAY: pa.date32(),
    NUMBER: pa.int64(),
    REAL: pa.float64(),
    TRUTH: pa.bool_(),
}


@dataclass(frozen=True)
class Column:
    """One column of a log: its name and type there.

    `given` is the record's field that it comes from ("": it is worked out); `kept` whether the log has it; `tells`
    whether rows that differ in it are different rows. One that is `later` than the first rows of a store tells only
    where something stands in it: every row of before keeps its key.
    """

    name: str
    type: str = TEXT
    given: str | None = None
    kept: bool = True
    tells: bool = True
    later: bool = False

    @property
    def field(self) -> str:
        """The field of the record, and the column of a file, from which it comes; empty where there is none."""
        return self.name if self.given is None else self.given

    @property
    def digested(self) -> str:
        """What of it goes into the key, as text: moments as numbers, and of people who they are, not their order."""
        if self.later:
            return f"'{self.name}:' || {self.name}"
        if self.type == MOMENT:
            value = f"epoch_us({self.name})"
        else:
            value = f"list_sort({self.name})" if self.name in {"people", "accounts"} else self.name
        return f"coalesce(CAST({value} AS VARCHAR), '')"


@dataclass(frozen=True)
class Kind:
    """One kind of record and the log that keeps it; `origin` names the column of the source that brought a row."""

    log: str
    columns: tuple[Column, ...]
    origin: str = "source"
    identified: bool = True

    @property
    def kept(self) -> tuple[str, ...]:
        """The columns that an import fills, in their order, after `origin`."""
        named = tuple(column.name for column in self.columns if column.kept)
        return ("id", "key", *named) if self.identified else ("key", *named)

    @property
    def table(self) -> str:
        """The statement that makes the log."""
        types = {column.name: column.type for column in self.columns} | {"key": _KEY}
        columns = ", ".join(f"{name} {types.get(name, TEXT)}" for name in (self.origin, *self.kept))
        return f"CREATE TABLE {self.log} (seq BIGINT, batch BIGINT, {columns});"

    @property
    def given(self) -> tuple[str, ...]:
        """The fields of the record, which are the columns of a file in our own format."""
        identity = ("id",) if self.identified else ()
        return (*identity, *(column.field for column in self.columns if column.field))

    @property
    def telling(self) -> tuple[str, ...]:
        """What goes into the key of a row, in this order for ever: another order makes every row a new one."""
        return tuple(column.digested for column in self.columns if column.tells)

    def type_of(self, field: str) -> str:
        """Return the type of a field of the record."""
        return next((column.type for column in self.columns if column.field == field), TEXT)


KINDS = {
    "activities": Kind(
        "activity_log",
        (
            Column("time", MOMENT),
            Column("actor"),
            Column("verb"),
            Column("parent"),
            Column("conversation"),
            Column("addressees", TEXTS, given="to"),
            Column("mentions", TEXTS),
            Column("channel"),
            Column("audience", NUMBER),
            Column("text", tells=False),
            Column("url"),
            Column("subject"),
            Column("answers", TRUTH, given=""),
            Column("inferred", TRUTH),
            Column("fingerprint", kept=False, tells=False),
            Column("outbox", kept=False, tells=False),
            Column("typist", kept=False, tells=False),
            Column("deleted", TRUTH),
            Column("unsaid", tells=False),
            Column("wording", given="", tells=False),
            Column("tags", TEXTS, tells=False),
            Column("rating", REAL, tells=False),
            Column("reaction", tells=False),
            Column("tone", given="", tells=False),
        ),
    ),
    "encounters": Kind(
        "encounter_log",
        (
            Column("time", MOMENT),
            Column("people", TEXTS),
            Column("kind"),
            Column("evidence"),
            Column("attendees", NUMBER),
            Column("place"),
            Column("deleted", TRUTH, given="", tells=False),
            Column("meeting", tells=False),
            Column("version", NUMBER, tells=False),
            Column("absent", given="", tells=False),
        ),
    ),
    "people": Kind(
        "people_log",
        (
            Column("person"),
            Column("name"),
            Column("accounts", TEXTS),
            Column("organisation"),
            Column("department"),
            Column("site"),
            Column("manager"),
            Column("sphere"),
            Column("bot", TRUTH),
            Column("first_contact", DAY, later=True),
            Column("outcome", later=True),
        ),
        identified=False,
    ),
    "ties": Kind(
        "tie_log",
        (
            Column("source"),
            Column("target"),
            Column("weight", REAL),
            Column("meaning"),
            Column("layer"),
            Column("directed", TRUTH),
        ),
        origin="origin",
        identified=False,
    ),
}
KIND_OF = {Activity: "activities", Encounter: "encounters", Person: "people", Tie: "ties"}
MORTAL = ("activities", "encounters")
"""Kinds whose rows have an id, so that a tombstone can withdraw them; the view of that name shows what is left."""

OF_BATCHES = (
    *(kind.log for kind in KINDS.values()),
    *("copies", "cursors", "quarantine", "term_log", "exposure_log", "sent_log"),
)
"""Tables whose rows belong to a batch and count only once it is entered."""

_ACTIVITIES = """
CREATE OR REPLACE VIEW {name} AS SELECT * FROM activity_log
    QUALIFY row_number() OVER (PARTITION BY id ORDER BY unsaid IS NOT NULL, seq DESC) = 1
    AND NOT deleted AND unsaid IS {said} NULL;"""
"""Of each id the newest row; what was said goes before the draft of it and before its copy in somebody's trash."""
_ENCOUNTERS = """
CREATE OR REPLACE VIEW encounters AS SELECT e.* FROM encounter_log e
    WHERE e.absent IS NULL AND NOT EXISTS (
        FROM (FROM encounter_log WHERE id = meeting OR absent IS NOT NULL) w WHERE w.meeting = e.meeting AND (
            w.absent IS NULL AND w.id <> e.id AND coalesce(w.version, 0) > coalesce(e.version, 0)
            AND (NOT w.deleted OR e.time >= coalesce(w.time, e.time))
            OR w.id IN (e.id, e.meeting) AND list_contains(e.people, w.absent)
            AND (coalesce(w.version, 0) > coalesce(e.version, 0)
                OR w.id = e.id AND coalesce(w.version, 0) = coalesce(e.version, 0) AND w.seq > e.seq)))
    QUALIFY row_number() OVER (PARTITION BY id ORDER BY coalesce(version, 0) DESC, seq DESC) = 1 AND NOT deleted;"""
"""Of each id the highest version, but no time that a higher version of the whole meeting does not list."""
VIEWS = (
    _ENCOUNTERS,
    _ACTIVITIES.format(name="activities", said=""),
    _ACTIVITIES.format(name="unsaid_activities", said="NOT"),
)
"""What of the logs is shown, over whichever engine they lie in."""
TABLES = """
CREATE TABLE meta (key VARCHAR, value VARCHAR);
CREATE TABLE batches (batch BIGINT, done TIMESTAMPTZ, source VARCHAR, connector VARCHAR,
    read BIGINT, stored BIGINT, known BIGINT, aside BIGINT);
CREATE TABLE copies (batch BIGINT, id VARCHAR, original VARCHAR);
CREATE TABLE cursors (batch BIGINT, source VARCHAR, cursor VARCHAR);
CREATE TABLE quarantine (batch BIGINT, file VARCHAR, line BIGINT, reason VARCHAR);
""" + "\n".join(kind.table for kind in KINDS.values())
_OF_KEYS = (*(kind.log for kind in KINDS.values()), "term_log")
LATER = {
    2: """
CREATE TABLE decision_log (seq BIGINT, decided TIMESTAMPTZ, author VARCHAR, verb VARCHAR, accounts VARCHAR[],
    others VARCHAR[], value VARCHAR, reason VARCHAR, undoes BIGINT);
CREATE TABLE link_log (run BIGINT, one VARCHAR, other VARCHAR, probability DOUBLE, weight DOUBLE, verdict VARCHAR,
    reasons VARCHAR);
CREATE TABLE fit_log (seq BIGINT, decided TIMESTAMPTZ, author VARCHAR, fit VARCHAR, undoes BIGINT);
""",
    3: "CREATE TABLE term_log (batch BIGINT, key VARCHAR, terms VARCHAR[]);",
    4: """
ALTER TABLE encounter_log ADD COLUMN IF NOT EXISTS meeting VARCHAR;
ALTER TABLE encounter_log ADD COLUMN IF NOT EXISTS version BIGINT;
ALTER TABLE encounter_log ADD COLUMN IF NOT EXISTS absent VARCHAR;
""",
    5: """
CREATE TABLE exposure_log (batch BIGINT, source VARCHAR, id VARCHAR, time TIMESTAMPTZ, account VARCHAR, service VARCHAR,
    metric VARCHAR, count BIGINT);
""",
    6: """
CREATE TABLE sent_log (batch BIGINT, source VARCHAR, id VARCHAR, outbox VARCHAR, typist VARCHAR);
ALTER TABLE activity_log ADD COLUMN IF NOT EXISTS unsaid VARCHAR;
ALTER TABLE activity_log ADD COLUMN IF NOT EXISTS wording VARCHAR;
""",
    7: "\n".join(f"ALTER TABLE {log} ALTER key SET DATA TYPE {_KEY} USING key::{_KEY};" for log in _OF_KEYS)
    + "".join(VIEWS),
    8: """
ALTER TABLE activity_log ADD COLUMN IF NOT EXISTS tags VARCHAR[];
ALTER TABLE activity_log ADD COLUMN IF NOT EXISTS rating DOUBLE;
ALTER TABLE activity_log ADD COLUMN IF NOT EXISTS reaction VARCHAR;
ALTER TABLE activity_log ADD COLUMN IF NOT EXISTS tone VARCHAR;
ALTER TABLE people_log ADD COLUMN IF NOT EXISTS first_contact DATE;
ALTER TABLE people_log ADD COLUMN IF NOT EXISTS outcome VARCHAR;
CREATE TABLE IF NOT EXISTS snapshot_log (seq BIGINT, taken TIMESTAMPTZ, leader VARCHAR, since TIMESTAMPTZ,
    until TIMESTAMPTZ, version VARCHAR, told BLOB);
"""
    + "".join(VIEWS),
    9: """
CREATE TABLE IF NOT EXISTS baseline_log (seq BIGINT, taken TIMESTAMPTZ, programme VARCHAR, leader VARCHAR,
    since TIMESTAMPTZ, until TIMESTAMPTZ, version VARCHAR, told BLOB);
CREATE TABLE IF NOT EXISTS note_log (seq BIGINT, noted TIMESTAMPTZ, author VARCHAR, programme VARCHAR, leader VARCHAR,
    kind VARCHAR, about VARCHAR, words VARCHAR, undoes BIGINT);
CREATE TABLE IF NOT EXISTS forgotten_log (seq BIGINT, done TIMESTAMPTZ, mark VARCHAR);
CREATE TABLE IF NOT EXISTS reading_log (seq BIGINT, read TIMESTAMPTZ, reader VARCHAR, command VARCHAR,
    leaders VARCHAR[], basis VARCHAR, chained VARCHAR);
CREATE TABLE IF NOT EXISTS release_log (seq BIGINT, released TIMESTAMPTZ, leader VARCHAR, cell VARCHAR,
    marks VARCHAR[]);
""",
    10: """
ALTER TABLE batches ADD COLUMN IF NOT EXISTS again BIGINT;
UPDATE batches SET again = aside WHERE connector = 'recognised' AND aside > 0
    AND batch NOT IN (SELECT batch FROM quarantine)
    AND EXISTS (FROM batches b
        WHERE b.batch < batches.batch AND b.source = batches.source AND b.aside >= batches.aside);
""",
}
"""What each version added: an older store gets it when it is opened."""
_ADDED = re.compile(r"ALTER TABLE (\w+) ADD COLUMN IF NOT EXISTS (\w+)")


def added_since(version: int) -> dict[str, set[str]]:
    """Return the columns that later versions than one added, by table.

    >>> added_since(7)["people_log"] == {"first_contact", "outcome"}
    True
    """
    added: dict[str, set[str]] = defaultdict(set)
    for later in range(version + 1, VERSION + 1):
        for table, column in _ADDED.findall(LATER[later]):
            added[table].add(column)
    return added


ODD_VALUES = (pa.ArrowException, TypeError, ValueError, OverflowError, AttributeError)
"""What `as_table` raises where a record holds a value of another kind than its field."""


def as_table(
    kind: str, records: Sequence[Activity | Encounter | Person | Tie], files: Sequence[str] = ()
) -> pa.Table:
    """Turn records of one kind into rows, one column a field; `files` says of each where it was read.

    >>> as_table("ties", [Tie("x:1", "x:2", "met")]).column("meaning").to_pylist()
    ['met']
    """
    columns = {
        name: arrow([getattr(record, name) for record in records], _ARROW[KINDS[kind].type_of(name)])
        for name in KINDS[kind].given
    }
    places = {
        "line": pa.array([record.line for record in records], pa.int64()),
        "file": arrow(files or [""] * len(records), pa.string()),
        "row": pa.array(range(len(records)), pa.int64()),
    }
    return pa.table(columns | places)


def that_fit(
    kind: str, pairs: Sequence[tuple[Any, str]]
) -> tuple[list[tuple[Any, str]], list[tuple[SetAside, str]]]:
    """Part records that go into a table, each with its file, from those that hold a value of another kind."""
    fit, odd = [], []
    for record, file in pairs:
        try:
            as_table(kind, [record], [file])
        except ODD_VALUES as error:
            line = record.line if isinstance(record.line, int) and abs(record.line) < 2**63 else None
            odd.append((SetAside(f"it holds a value of another kind: {str(error)[:120]}", line), file))
        else:
            fit.append((record, file))
    return fit, odd


def arrow(values: Sequence[Any], of: pa.DataType) -> pa.Array:
    """Turn values into a column; halves of surrogate pairs, which no column takes, become U+FFFD."""
    try:
        return pa.array(values, of)
    except UnicodeEncodeError:
        return pa.array([_whole(value) for value in values], of)


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return [_whole(item) for item in value] if isinstance(value, list | tuple) else value


def placed(tables: Sequence[tuple[pa.Table, str]]) -> pa.Table:
    """Put tables together, each with its file, and add the columns that every staging query reads: `file` and `row`."""
    whole = pa.concat_tables([table for table, _ in tables])
    files = [pa.repeat(pa.scalar(file, pa.string()), table.num_rows) for table, file in tables]
    named = whole.append_column("file", pa.chunked_array(files, pa.string()))
    return named.append_column("row", pa.array(np.arange(whole.num_rows)))
