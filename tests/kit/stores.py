"""What a store holds, as digests to compare; and stores as earlier versions of the program made them."""

import re
import zlib
from hashlib import sha256

import duckdb

from influence.store.schema import LATER, TABLES, added_since

CLOCKS = {"done", "decided", "taken", "noted", "read", "chained"}
"""Columns that tell when something was done here, and what follows from that."""
_DRAWN = re.compile(r"(?<=forgotten:)[0-9a-f-]{36}|(?<='taken', ')[^']+|(?<='readings', ')[^']+")
"""What is no fact of the rows: ids drawn at random, when something was taken out, and the seal of a log with clocks."""
_MADE = "CREATE TABLE (?:IF NOT EXISTS )?(\\w+)"


def digests(path, *, but=()):
    """Of each table in a store the number of its rows and a digest of all of them, but for clocks and columns `but`."""
    found = {}
    with duckdb.connect(str(path)) as store:
        for (table,) in store.sql("SELECT table_name FROM duckdb_tables() ORDER BY ALL").fetchall():
            left_out = (CLOCKS | set(but)) - ({"read"} if table == "batches" else set())
            names = [name for name, *_ in store.sql(f"DESCRIBE {table}").fetchall() if name not in left_out]
            listed = ", ".join(f'"{name}"' for name in names)
            rows = store.sql(f"SELECT {listed} FROM {table}").fetchall()  # noqa: S608 - the store's own names
            lines = sorted(_DRAWN.sub("", repr([_plain(value) for value in row])) for row in rows)
            found[table] = (len(lines), sha256("\n".join(lines).encode()).hexdigest()[:16])
    return found


def _plain(value):
    return zlib.decompress(value) if isinstance(value, bytes) else value


def holds_no_orphans(path):
    """Whether every row belongs to a batch that is in the book, and the book counts exactly the rows that are there."""
    with duckdb.connect(str(path)) as store:
        logs = ("activity_log", "encounter_log", "people_log", "tie_log")
        rows = sum(store.sql(f"SELECT count(*) FROM {log}").fetchall()[0][0] for log in logs)  # noqa: S608
        lost = sum(
            store.sql(
                f"SELECT count(*) FROM {log} WHERE batch NOT IN (SELECT batch FROM batches)"  # noqa: S608
            ).fetchall()[0][0]
            for log in logs
        )
        doubled = sum(
            store.sql(f"SELECT count(*) - count(DISTINCT key) FROM {log}").fetchall()[0][0]  # noqa: S608
            for log in logs[:1]
        )
    return rows, lost, doubled


def make_older(path, version):
    """Turn a store into one as an earlier version made it: without the tables and columns that came later."""
    tables = {
        table for later in range(version + 1, max(LATER) + 1) for table in re.findall(_MADE, LATER[later])
    }
    first = set(re.findall(_MADE, TABLES))
    with duckdb.connect(str(path)) as store:
        for (view,) in store.sql("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall():
            store.execute(f"DROP VIEW {view}")
        for table in tables - first:
            store.execute(f"DROP TABLE IF EXISTS {table}")
        for table, columns in added_since(version).items():
            for column in columns:
                store.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        if version < 7:  # keys were text
            for table in ("activity_log", "encounter_log", "people_log", "tie_log", "term_log"):
                if table not in tables:
                    store.execute(f"ALTER TABLE {table} ALTER key SET DATA TYPE VARCHAR")
        store.execute("UPDATE meta SET value = ? WHERE key = 'version'", [str(version)])
