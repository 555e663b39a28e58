"""The seam under the store: what an engine of SQL must be able to do. Here DuckDB, embedded."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import duckdb
import pyarrow as pa

from influence.contract.errors import InfluenceError


class EngineError(InfluenceError):
    """The database cannot be opened or written, in one sentence."""


class InUse(EngineError):
    """Another program holds the database."""


_READING, _WRITING = "1200MB", "250MB"
"""What DuckDB may hold in memory: a report joins everything, an import only streams. More goes to disk."""

Parameters: TypeAlias = Sequence[Any] | Mapping[str, Any]


class Engine(Protocol):
    """What the rest of the house asks of a database."""

    def run(self, sql: str, params: Parameters = ()) -> None:
        """Run a statement for its effect."""

    def arrow(self, sql: str, params: Parameters = ()) -> pa.Table:
        """Run a query and return its rows."""

    def offer(self, name: str, rows: pa.Table) -> None:
        """Let SQL read `rows` under a name, in place of what stood there before."""

    def transaction(self) -> AbstractContextManager[None]:
        """Make everything in a `with` block land together or not at all."""

    def turn(self) -> None:
        """Within a transaction: let what was written so far land, and go on in a new one."""

    def beside(self) -> Engine:
        """Return another engine over the same data, whose temporary tables are its own."""

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

    >>> DuckEngine().arrow("SELECT 1 + 1 AS two").to_pylist()
    [{'two': 2}]
    """

    def __init__(self, path: Path | None = None) -> None:
        try:
            self._connection = duckdb.connect(str(path) if path else ":memory:")
        except duckdb.IOException as error:
            raise _why_not(path, str(error)) from error
        self._settle()

    def _settle(self) -> None:
        self._connection.execute("SET TimeZone = 'UTC'")
        self._connection.execute(f"SET memory_limit = '{_READING}'")
        self._connection.execute("SET enable_external_access = false")
        self._connection.execute("SET preserve_insertion_order = false")
        if duckdb.__version__.startswith("1."):  # 1.5.6 fails inside on row_number() = 1 over typed lists
            self._connection.execute("SET disabled_optimizers = 'top_n_window_elimination'")

    def run(self, sql: str, params: Parameters = ()) -> None:
        """Run a statement for its effect."""
        self._connection.execute(sql, _given(params))

    def arrow(self, sql: str, params: Parameters = ()) -> pa.Table:
        """Run a query and return its rows."""
        try:
            return self._connection.sql(sql, params=_given(params) or None).to_arrow_table()
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            raise EngineError(
                f"the database is not as this version expects it ({str(error).splitlines()[0]}): another version "
                "or another program made it; make a new workspace and import again"
            ) from error

    def offer(self, name: str, rows: pa.Table) -> None:
        """Let SQL read `rows` under a name, in place of what stood there before."""
        self._connection.register(name, rows)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make everything in a `with` block land together or not at all."""
        self._connection.execute(f"SET memory_limit = '{_WRITING}'")
        self._connection.execute("BEGIN TRANSACTION")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException as error:
            with suppress(duckdb.TransactionException):  # a commit that failed has rolled back
                self._connection.execute("ROLLBACK")
            if isinstance(error, duckdb.IOException | duckdb.OutOfMemoryException):
                why = str(error).splitlines()[0]
                raise EngineError(f"the database cannot be written, nothing of this landed: {why}") from error
            raise
        finally:
            self._connection.execute(f"SET memory_limit = '{_READING}'")

    def turn(self) -> None:
        """Within a transaction: let what was written so far land, and go on in a new one."""
        self._connection.execute("COMMIT")
        self._connection.execute("BEGIN TRANSACTION")

    def beside(self) -> DuckEngine:
        """Return another engine over the same data, whose temporary tables are its own."""
        other = DuckEngine.__new__(DuckEngine)
        other._connection = self._connection.cursor()
        other._settle()
        return other

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()


def _given(params: Parameters) -> dict[str, Any] | list[Any]:
    return dict(params) if isinstance(params, Mapping) else list(params)


def _why_not(path: Path | None, message: str) -> EngineError:
    holder = re.search(r"PID (\d+)", message)
    if "lock" in message.lower():
        who = f"process {holder[1]}" if holder else "another program"
        return InUse(f"{path} is in use by {who}; wait until it is done, or stop it")
    if "permission" in message.lower():
        return EngineError(f"{path}: no permission to open it")
    return EngineError(f"{path} cannot be opened as a database: {message.splitlines()[0]}")
