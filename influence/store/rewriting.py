"""The file of the store written anew: a database keeps the bytes of what was deleted, a new file never had them."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

import duckdb

from influence.contract import durably
from influence.store.engine import EngineError, failure, for_the_owner_alone

OWED = "rewrite"
"""What stands in `meta` from the moment that rows were taken out for good until the file is written anew."""
_ROOM = "250MB"


def rewrite(path: Path) -> None:
    """Write all that a database shows into a new file, and let that take the old one's place.

    Nobody may have it open. Killed at any point, the old file is there or the new one; what is left beside it is taken
    away by `sweep`.

    Raises:
        EngineError: there is no room for it, or it cannot be read; the old file is as it was.
    """
    sweep(path)
    waiting = _waiting(path)
    try:
        with for_the_owner_alone():
            _copy(path, waiting)
            waiting.chmod(path.stat().st_mode & 0o777)
            durably.take_the_place(waiting, path)
    except duckdb.Error as error:
        raise failure(error) from error
    except OSError as error:
        raise EngineError(f"{path} cannot be written anew: {error.strerror or error}") from error
    finally:
        sweep(path)


def _copy(path: Path, waiting: Path) -> None:
    _settle(path)
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"SET memory_limit = '{_ROOM}'")
        connection.execute(f"SET temp_directory = {_quoted(_spilled(path))}")
        connection.execute("SET preserve_insertion_order = false")
        connection.execute(f"ATTACH {_quoted(path)} AS before (READ_ONLY)")
        connection.execute(f"ATTACH {_quoted(waiting)} AS after")
        connection.execute("COPY FROM DATABASE before TO after")
        connection.execute("DELETE FROM after.meta WHERE key = ?", [OWED])
        connection.execute("CHECKPOINT after")
        connection.execute("DETACH after")
        connection.execute("DETACH before")


def _settle(path: Path) -> None:
    """Bring what its log of changes holds into the database: a new file must not find the log of the old one."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("FORCE CHECKPOINT")
    if path.with_name(f"{path.name}.wal").exists():
        raise EngineError(f"{path} still has a log of changes; stop whatever else uses it, and try again")


def sweep(path: Path) -> None:
    """Take away what a writing that was stopped, or a question larger than memory, left beside the database."""
    waiting = _waiting(path)
    for file in (waiting, waiting.with_name(f"{waiting.name}.wal")):
        with suppress(OSError):
            file.unlink(missing_ok=True)
    for folder in (_spilled(path), path.with_name(f"{path.name}.tmp")):
        shutil.rmtree(folder, ignore_errors=True)


def _waiting(path: Path) -> Path:
    return path.with_name(f".{path.name}.new")


def _spilled(path: Path) -> Path:
    return path.with_name(f".{path.name}.spilled")


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
