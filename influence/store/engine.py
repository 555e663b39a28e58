"""The seam under the store: what an engine of SQL must be able to do. Here DuckDB, embedded."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import duckdb
import pyarrow as pa

from influence.contract.errors import InfluenceError, by_hand
from influence.contract.turns import Turn, step


class EngineError(InfluenceError):
    """The database cannot be opened or written, in one sentence."""


class InUse(EngineError):
    """Another program holds the database."""


class Failed(EngineError):
    """A statement failed for want of room, or because the file is damaged."""


_READING, _WRITING = "1200MB", "250MB"
"""What DuckDB may hold in memory: a report joins everything, an import only streams. More goes to disk."""

SAVE = "save what can be read with influence doctor --repair"

Parameters: TypeAlias = Sequence[Any] | Mapping[str, Any]


class Engine(Protocol):
    """What the rest of the house asks of a database."""

    @property
    def elsewhere(self) -> bool:
        """Whether rows lie on other machines, and are better asked for than held here."""

    def run(self, sql: str, params: Parameters = ()) -> None:
        """Run a statement for its effect."""

    def append(self, sql: str, params: Parameters = ()) -> None:
        """Run a statement that adds many rows to one table."""

    def arrow(self, sql: str, params: Parameters = ()) -> pa.Table:
        """Run a query and return its rows."""

    def stream(self, sql: str, params: Parameters, rows: int) -> pa.RecordBatchReader:
        """Run a query and return its rows, so many at a time; no other statement runs until they are read."""

    def offer(self, name: str, rows: pa.Table) -> None:
        """Let SQL read `rows` under a name, in place of what stood there before."""

    def transaction(self) -> AbstractContextManager[None]:
        """Make everything in a `with` block land together or not at all."""

    def turn(self) -> None:
        """Within a transaction: let what was written so far land, and go on in a new one."""

    def beside(self) -> Engine:
        """Return another engine over the same data, whose temporary tables are its own."""

    def kept(self, names: Mapping[str, bool], matters: object) -> bool:
        """Let SQL read tables as they were kept, of the same rows and what else matters; tell whether they were."""

    def keep(self, names: Mapping[str, bool], matters: object) -> None:
        """Keep tables for another time, those that are true by the month of the items that they tell of."""

    def slim(self) -> None:
        """Let go of what was read from the file and is held only to be at hand."""

    def close(self) -> None:
        """Let go of what is held."""


def count(engine: Engine, sql: str) -> int:
    """Return the one number `n` of a query.

    >>> count(DuckEngine(), "SELECT 3 AS n")
    3
    """
    return int(engine.arrow(sql).column("n")[0].as_py())


class DuckEngine:
    """DuckDB over one file, or in memory; times are in UTC whatever the zone of the machine.

    Several threads may use it: a statement waits for the one before, and a whole transaction is one turn. Whoever needs
    several statements to see the same holds `alone`.

    >>> DuckEngine().arrow("SELECT 1 + 1 AS two").to_pylist()
    [{'two': 2}]
    """

    elsewhere = False

    def __init__(self, path: Path | None = None) -> None:
        if path is not None:
            _hide(path.with_name(f"{path.name}.wal"))
        try:
            with for_the_owner_alone():
                self._connection = duckdb.connect(str(path) if path else ":memory:")
        except (duckdb.Error, OSError) as error:
            raise _why_not(path, str(error)) from error
        self._settle()

    def _settle(self) -> None:
        self.alone = Turn()
        self._connection.execute("SET TimeZone = 'UTC'")
        self._connection.execute(f"SET memory_limit = '{_READING}'")
        self._connection.execute("SET enable_external_access = false")
        self._connection.execute("SET preserve_insertion_order = false")
        if duckdb.__version__.startswith("1."):  # 1.5.6 fails inside on row_number() = 1 over typed lists
            self._connection.execute("SET disabled_optimizers = 'top_n_window_elimination'")

    def run(self, sql: str, params: Parameters = ()) -> None:
        """Run a statement for its effect."""
        with self.alone, _told(), for_the_owner_alone():
            self._connection.execute(sql, _given(params))

    def append(self, sql: str, params: Parameters = ()) -> None:
        """Run a statement that adds many rows to one table, in one thread.

        Each thread leaves a group of rows that is not full; at the end all of them would be written once more.
        """
        with self.alone:
            self.run("SET threads = 1")
            try:
                self.run(sql, params)
            finally:
                self.run("RESET threads")

    def arrow(self, sql: str, params: Parameters = ()) -> pa.Table:
        """Run a query and return its rows."""
        step()
        with self.alone, _told():
            return self._connection.sql(sql, params=_given(params) or None).to_arrow_table()

    def stream(self, sql: str, params: Parameters, rows: int) -> pa.RecordBatchReader:
        """Run a query and return its rows, so many at a time; no other statement runs until they are read."""
        with _told():
            return self._connection.sql(sql, params=_given(params) or None).to_arrow_reader(rows)

    def offer(self, name: str, rows: pa.Table) -> None:
        """Let SQL read `rows` under a name, in place of what stood there before."""
        with self.alone, _told():
            self._connection.register(name, rows)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make everything in a `with` block land together or not at all."""
        with self.alone:
            yield from self._transaction()

    def _transaction(self) -> Iterator[None]:
        self.run(f"SET memory_limit = '{_WRITING}'")
        self.run("BEGIN TRANSACTION")
        try:
            yield
            self.run("COMMIT")
        except BaseException as error:
            with suppress(EngineError):  # a commit that failed has rolled back
                self.run("ROLLBACK")
            if isinstance(error, Failed):
                raise EngineError(f"nothing of this landed: {error}") from error
            raise
        finally:
            with suppress(EngineError):  # what failed has said so
                self.run(f"SET memory_limit = '{_READING}'")

    def turn(self) -> None:
        """Within a transaction: let what was written so far land, and go on in a new one."""
        self.run("COMMIT")
        self.run("BEGIN TRANSACTION")

    def beside(self) -> DuckEngine:
        """Return another engine over the same data, whose temporary tables are its own."""
        other = DuckEngine.__new__(DuckEngine)
        with self.alone:
            other._connection = self._connection.cursor()
        other._settle()
        return other

    def kept(self, _names: Mapping[str, bool], _matters: object) -> bool:
        """Nothing is: what was worked out here is kept as arrays."""
        return False

    def keep(self, _names: Mapping[str, bool], _matters: object) -> None:
        """Nothing is kept."""

    def slim(self) -> None:
        """Let go of what was read from the file and is held only to be at hand."""
        with suppress(EngineError):  # more than that is in use
            self.run(f"SET memory_limit = '{_WRITING}'")
        self.run(f"SET memory_limit = '{_READING}'")

    def close(self) -> None:
        """Let go of the file."""
        with self.alone, _told(), for_the_owner_alone():
            self._connection.close()


_hiding, _masks = threading.Lock(), [0, 0]
"""How many are writing, and what held before the first of them: the mask is one for the whole program."""


@contextmanager
def for_the_owner_alone() -> Iterator[None]:
    """Let whatever files the database makes meanwhile (its log of changes) be readable by their owner only."""
    with _hiding:
        if not _masks[0]:
            _masks[1] = os.umask(0o077)
        _masks[0] += 1
    try:
        yield
    finally:
        with _hiding:
            _masks[0] -= 1
            if not _masks[0]:
                os.umask(_masks[1])


def _hide(log: Path) -> None:
    """A log of changes that an older version left may be open to others."""
    with suppress(OSError):
        log.chmod(0o600)


@contextmanager
def _told() -> Iterator[None]:
    """Say what the database fails at in one sentence.

    Raises:
        EngineError: it fails.
    """
    try:
        yield
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        raise EngineError(
            f"the database is not as this version expects it ({_first_line(error)}): another version "
            "or another program made it; make a new workspace and import again"
        ) from error
    except (duckdb.Error, RuntimeError) as error:
        if by_hand(error):
            raise KeyboardInterrupt from error
        if isinstance(error, duckdb.Error):
            raise failure(error) from error
        raise


def failure(error: duckdb.Error) -> Failed:
    """Return what says in one sentence why the database failed."""
    if isinstance(error, duckdb.OutOfMemoryException):
        return Failed(f"the memory or the disk is full: {_first_line(error)}")
    return Failed(_failed(_first_line(error)))


_DAMAGE = re.compile("corrupt|checksum|deseriali|invalidated|not a valid", re.IGNORECASE)


def _failed(why: str) -> str:
    if re.search(r"no space|disk full|quota", why, re.IGNORECASE):
        return f"the disk is full: {why}"
    if _DAMAGE.search(why):
        return f"the database is damaged; put back a copy of it, or {SAVE}: {why}"
    return f"the database cannot be read or written: {why}"


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0][:300] if str(error) else type(error).__name__


def _given(params: Parameters) -> dict[str, Any] | list[Any]:
    return dict(params) if isinstance(params, Mapping) else list(params)


def _why_not(path: Path | None, message: str) -> EngineError:
    holder = re.search(r"PID (\d+)", message)
    if re.search(r"\block\b", message, re.IGNORECASE):  # damage is told of a "block"
        who = f"process {holder[1]}" if holder else "another program"
        return InUse(f"{path} is in use by {who}; wait until it is done, or stop it")
    if "permission" in message.lower():
        return EngineError(f"{path}: no permission to open it")
    why = (message.splitlines() or ["no reason is given"])[0][:300]
    if _DAMAGE.search(why):
        return EngineError(f"{path} is no database, or is damaged; put back a copy of it, or {SAVE}: {why}")
    return EngineError(f"{path} cannot be opened as a database: {why}")
