"""What was worked out once is kept beside the store, so that the next command starts from it.

A table is kept under what it was made of: the program, all that was brought in and decided, and whatever else
matters. One made of anything else is never used, and one that is damaged is made anew; nothing is lost with it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path

import pyarrow as pa

from influence.store.engine import Engine

_MOST = 12
"""Tables of one name that are kept: one for each of the windows that were asked about last."""
_STATE = """
SELECT 'batches' AS log, to_json(b)::VARCHAR AS row FROM batches b
UNION ALL SELECT 'decisions', coalesce(max(seq), 0)::VARCHAR FROM decision_log
UNION ALL SELECT 'links', coalesce(max(run), 0)::VARCHAR FROM link_log
UNION ALL SELECT 'fits', coalesce(max(seq), 0)::VARCHAR FROM fit_log
ORDER BY ALL
"""


class Kept:
    """Tables that were worked out, in a folder that may be deleted at any time; without a folder nothing is kept.

    >>> kept = Kept(None, "")
    >>> kept.table("answer", lambda: pa.table({"n": [42]})).to_pylist()
    [{'n': 42}]
    """

    def __init__(self, folder: Path | None, stamp: str) -> None:
        self._folder, self._stamp = folder, stamp

    def table(self, name: str, make: Callable[[], pa.Table], *matters: object) -> pa.Table:
        """Return the table `name` as it was made before, read where it lies, or make it and keep it.

        `matters` is what it depends on beside the store: settings and windows, whose `repr` tells one from another.
        """
        if self._folder is None:
            return make()
        told = sha256(repr(matters).encode()).hexdigest()[:16]
        place = self._folder / f"{self._stamp}-{name}-{told}.arrow"
        found = _read(place)
        if found is None:
            found = make()
            with suppress(
                OSError
            ):  # a full disk, a folder that may not be written: it is made anew next time
                self._write(place, name, found)
        return found

    def _write(self, place: Path, name: str, table: pa.Table) -> None:
        place.parent.mkdir(mode=0o700, exist_ok=True)
        waiting = place.with_suffix(f".{os.getpid()}")
        try:
            descriptor = os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                with pa.ipc.new_file(file, table.schema) as rows:
                    rows.write_table(table)
                file.flush()
                os.fsync(file.fileno())
            waiting.replace(place)
        finally:
            waiting.unlink(missing_ok=True)
        self._tidy(name)

    def _tidy(self, name: str) -> None:
        """Take away what nobody will ask for again."""
        files = list(self._folder.glob("*.arrow")) if self._folder else []
        alike = [file for file in files if file.name.startswith(f"{self._stamp}-{name}-")]
        stale = [file for file in files if not file.name.startswith(f"{self._stamp}-")]
        oldest = sorted(alike, key=lambda file: file.stat().st_mtime)[:-_MOST]
        for file in (*stale, *oldest):
            with suppress(OSError):  # another process was quicker, or still reads it
                file.unlink()


def _read(place: Path) -> pa.Table | None:
    """Return a table whose columns lie in the file and are only read where they are used; None where it is none."""
    try:
        with pa.memory_map(str(place)) as file:
            table = pa.ipc.open_file(file).read_all()
        table.validate()
    except (OSError, pa.ArrowException):
        return None
    return table


def stamp(engine: Engine) -> str:
    """Return a word for the program and all that was brought in and decided: it differs where any of these does."""
    rows = engine.arrow(_STATE).to_pylist()
    return sha256(repr((_program(), rows)).encode()).hexdigest()[:24]


@cache
def _program() -> list[tuple[str, int, int]]:
    """List the files of the program by size and age: a changed program works everything out anew."""
    root = Path(__file__).parents[1]
    files = [(file, file.stat()) for file in sorted(root.rglob("*.py"))]
    return [(str(file.relative_to(root)), seen.st_size, seen.st_mtime_ns) for file, seen in files]
