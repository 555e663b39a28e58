"""A damaged store: what can still be read of it is saved into a new one beside it, and what is lost is counted.

DuckDB keeps a checksum with every block of 256 KB. A block that does not fit its own costs the rows that lie in it, no
others: each table is read in stretches, and a stretch that fails is halved until what is left is a handful of rows.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from influence.store.engine import DuckEngine, Engine, EngineError, count
from influence.store.schema import OF_BATCHES, VERSION
from influence.store.store import Store, StoreError

_STRETCH, _SMALLEST = 122_880, 2_048
"""Rows that DuckDB keeps in one group, and in one vector: less than that is not read alone."""
_DISPENSABLE = {
    "text",
    "url",
    "subject",
    "channel",
    "audience",
    "place",
    "tags",
    "rating",
    "reaction",
    "tone",
}
"""Columns without which a row is still what it was, only poorer; without any other it would tell something else."""

_POSITION = re.compile(r"entry at byte position (\d{1,18})")
"""Where DuckDB says that the log of changes is damaged."""


@dataclass
class SavedTable:
    """What became of one table: how many rows it had (None where nothing tells), how many were saved, and how whole."""

    name: str
    rows: int | None = None
    saved: int = 0
    poorer: int = 0
    """Of those that were saved: how many without one of the columns that can be spared."""

    @property
    def lost(self) -> int | None:
        """How many rows are gone; None where nothing tells."""
        return None if self.rows is None else self.rows - self.saved


@dataclass
class Repaired:
    """What came of a repair: `path` is the new store, None where nothing was damaged and none was made."""

    path: Path | None
    tables: list[SavedTable] = field(default_factory=list)
    changes_lost: bool = False
    """Whether the log of the last changes could not be read, so that they are gone."""
    batches_lost: int = 0
    """How many imports are no longer in the book, whose rows were saved."""
    secret_lost: bool = False
    """Whether what makes a row known again is gone: the same file would come in a second time."""

    @property
    def whole(self) -> bool:
        """Whether nothing was lost."""
        parts = any(one.lost != 0 or one.poorer for one in self.tables)
        return not (parts or self.changes_lost or self.secret_lost)


def repair(path: Path, beside: Path) -> Repaired:
    """Save what can be read of a store into a new one; the damaged file itself is left as it is.

    Raises:
        StoreError: nothing of it can be read; there is a file in the place of the new store; the folder has no room.
        InUse: another program holds it.
    """
    if beside.exists():
        raise StoreError(f"{beside} is there already: move it away, then repair again")
    room = path.with_name(f".{path.name}.repairing")
    shutil.rmtree(room, ignore_errors=True)  # what a repair that was killed has left
    try:
        room.mkdir(mode=0o700)
        _copy(path, room / path.name)
        done = _saved(room / path.name, room / "new.duckdb")
        if not done.whole:
            (room / "new.duckdb").replace(beside)
            done.path = beside
        return done
    except OSError as error:
        raise StoreError(f"{path.parent} cannot be written: {error.strerror}") from error
    finally:
        shutil.rmtree(room, ignore_errors=True)


def _copy(path: Path, to: Path) -> None:
    """Copy a store and the log of its last changes, while no other program writes."""
    with _held(path):
        for name in ("", ".wal"):
            with suppress(FileNotFoundError):
                shutil.copyfile(path.with_name(path.name + name), to.with_name(to.name + name))
                to.with_name(to.name + name).chmod(0o600)


@contextmanager
def _held(path: Path) -> Iterator[None]:
    """Let no other program open a store meanwhile; DuckDB opens none that is locked.

    Raises:
        InUse: another program holds it.
    """
    if os.name != "posix":  # there a file that is open elsewhere cannot be copied at all
        yield
        return
    import fcntl

    with path.open("rb") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            DuckEngine(path).close()  # says who holds it
        yield


def _saved(copy: Path, new: Path) -> Repaired:
    """Read all that can be read of a copy, and keep it in a new store.

    Raises:
        StoreError: nothing of it can be read.
    """
    reading = _Reading(copy)
    store = Store(new)
    try:
        done = Repaired(None, changes_lost=reading.changes_lost)
        done.secret_lost = not _take_meta(reading, store.engine)
        done.tables = [_take(name, reading, store.engine) for name in _tables(store.engine)]
        done.batches_lost = _enter_missing_batches(store.engine)
    finally:
        store.close()
        reading.close()
    return done


class _Reading:
    """A damaged store while it is read; one that an error has shut is opened again."""

    def __init__(self, copy: Path) -> None:
        self._copy, self.changes_lost = copy, False
        self._engine = self._opened()

    def _opened(self) -> DuckEngine:
        log = self._copy.with_name(f"{self._copy.name}.wal")
        try:
            return DuckEngine(self._copy)
        except EngineError as error:
            if not log.exists():
                raise StoreError(f"nothing of it can be read: {error}") from error
            _cut(log, str(error))
        self.changes_lost = True
        return self._opened()

    def close(self) -> None:
        """Let go of the file."""
        with suppress(EngineError):
            self._engine.close()

    def try_to(self, sql: str, params: Sequence[int] = ()) -> pa.Table | None:
        """Return the rows of a query, or None where a block of them is damaged."""
        try:
            return self._engine.arrow(sql, params)
        except EngineError as error:
            if "invalidated" in str(error):  # after some errors nothing more is answered
                self.close()
                self._engine = self._opened()
            return None

    def columns(self, table: str) -> list[str]:
        """Return the columns that a table has there; none where it is not there."""
        found = self.try_to(f"SELECT column_name AS c FROM duckdb_columns() WHERE table_name = '{table}'")
        return [] if found is None else found["c"].to_pylist()

    def number(self, sql: str) -> int | None:
        """Return the one number of a query, or None."""
        found = self.try_to(sql)
        return None if found is None else int(found.column(0)[0].as_py() or 0)


def _cut(log: Path, why: str) -> None:
    """Cut a log of changes before the first that is damaged, or take it away where nothing tells which that is."""
    first = _POSITION.search(why)
    if first and 0 < int(first[1]) < log.stat().st_size:
        os.truncate(log, int(first[1]))
    else:
        log.unlink()


def _tables(engine: Engine) -> list[str]:
    """Return the tables of a new store, but for what tells of the store itself."""
    found = engine.arrow("SELECT table_name AS t FROM duckdb_tables() WHERE NOT temporary ORDER BY t")
    return [name for name in found["t"].to_pylist() if name != "meta"]


def _take_meta(reading: _Reading, engine: Engine) -> bool:
    """Take over the secret by which rows are known again, and say whether it could be read.

    Raises:
        StoreError: a newer version of the program made the store.
    """
    rows = reading.try_to("SELECT key, value FROM meta")
    told = {row["key"]: row["value"] for row in rows.to_pylist()} if rows is not None else {}
    if int(told.get("version", 0)) > VERSION:
        raise StoreError("a newer version of influence made it: repair it with that version")
    if secret := told.get("secret"):
        engine.run("UPDATE meta SET value = ? WHERE key = 'secret'", [secret])
    return bool(secret)


def _take(name: str, reading: _Reading, engine: Engine) -> SavedTable:
    """Save the rows of one table."""
    new = engine.arrow(f"SELECT column_name AS c FROM duckdb_columns() WHERE table_name = '{name}'")
    here = [column for column in reading.columns(name) if column in set(new["c"].to_pylist())]
    done = SavedTable(name, reading.number(f"SELECT count(*) FROM {name}") if here else 0)
    last = reading.number(f"SELECT max(rowid) FROM {name}") if here and done.rows else None
    for begin in range(0, (last or 0) + 1 if done.rows else 0, _STRETCH):
        for rows, poorer in _stretch(name, here, reading, begin, begin + _STRETCH):
            engine.offer("saved", rows)
            engine.run(f"INSERT INTO {name} BY NAME SELECT * FROM saved")
            done.saved += rows.num_rows
            done.poorer += rows.num_rows if poorer else 0
    return done


def _stretch(
    name: str, columns: Sequence[str], reading: _Reading, begin: int, end: int
) -> Iterator[tuple[pa.Table, bool]]:
    """Yield what can be read of the rows from `begin` to before `end`, and whether a column of them is missing."""
    rows = _read(name, columns, reading, begin, end)
    if rows is not None:
        yield rows, False
    elif end - begin > _SMALLEST:
        middle = (begin + end) // 2
        yield from _stretch(name, columns, reading, begin, middle)
        yield from _stretch(name, columns, reading, middle, end)
    else:
        spared = [
            column
            for column in columns
            if column not in _DISPENSABLE or _read(name, [column], reading, begin, end) is not None
        ]
        if len(spared) < len(columns) and (rows := _read(name, spared, reading, begin, end)) is not None:
            yield rows, True


def _read(name: str, columns: Sequence[str], reading: _Reading, begin: int, end: int) -> pa.Table | None:
    listed = ", ".join(f'"{column}"' for column in columns)
    return reading.try_to(
        f"SELECT {listed} FROM {name} WHERE rowid >= ? AND rowid < ? ORDER BY rowid",
        [begin, end],
    )


def _enter_missing_batches(engine: Engine) -> int:
    """Enter in the book the imports whose line is lost: rows of a batch that is not in it would be swept away."""
    used = " UNION ".join(f"SELECT batch FROM {log}" for log in OF_BATCHES)
    missing = f"FROM ({used}) u WHERE batch IS NOT NULL AND batch NOT IN (SELECT batch FROM batches)"
    lost = count(engine, f"SELECT count(*) AS n {missing}")
    if lost:
        engine.run(
            f"INSERT INTO batches SELECT batch, now(), 'repaired', 'repaired', 0, 0, 0, 0, 0 {missing}"
        )
    return lost
