"""What was worked out once is kept beside the store, so that the next command starts from it.

A table is kept under what it was made of: the program, all that was brought in and decided, and whatever else
matters. One made of anything else is never used, and one that is damaged is made anew; nothing is lost with it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from time import time
from zlib import crc32

import duckdb
import pyarrow as pa

from influence.store.engine import Engine

_MOST = 12
"""Tables of one name that are kept: one for each of the windows that were asked about last."""
_ROWS, _BYTES = 122_880, 1 << 20
"""Rows that are written together, so that they can be read in turn; bytes that are summed together."""
_UNFINISHED = 3_600
"""Seconds after which a file that was never finished is nobody's any more."""
_STATE = """
SELECT 'batches' AS log, to_json(b)::VARCHAR AS row FROM batches b
UNION ALL SELECT 'decisions', to_json(d)::VARCHAR FROM decision_log d
UNION ALL SELECT 'fits', to_json(f)::VARCHAR FROM fit_log f
UNION ALL SELECT 'links', concat_ws(' ', max(run), count(*), sum(hash(l))) FROM link_log l
UNION ALL SELECT 'meta', key || ' ' || value FROM meta WHERE key IN ('secret', 'taken', 'version')
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
        return self.tables(name, ("",), lambda: {"": make()}, *matters)[""]

    def tables(
        self, name: str, parts: Sequence[str], make: Callable[[], Mapping[str, pa.Table]], *matters: object
    ) -> Mapping[str, pa.Table]:
        """Return the tables that are made together, `name` with each of its `parts`, as `table` does one."""
        if self._folder is None:
            return make()
        told = sha256(repr(matters).encode()).hexdigest()[:16]
        ways = {part: f"{self._stamp}-{name}{part and f'.{part}'}-{told}" for part in parts}
        found = {part: table for part, way in ways.items() if (table := self._read(way)) is not None}
        if len(found) < len(ways):
            found = dict(make())
            with suppress(OSError):  # a full disk, a folder that may not be written: made anew next time
                for part, way in ways.items():
                    found[part] = self._written(way, found[part])
                self._tidy(list(ways.values()))
        return found

    def _read(self, way: str) -> pa.Table | None:
        for place in sorted(self._folder.glob(f"{way}-*.arrow")) if self._folder else ():
            table = _read(place)
            if table is not None:
                return table
            _unlink(place)
        return None

    def _written(self, way: str, table: pa.Table) -> pa.Table:
        """Write a table, and return it as it lies in its file: what was made of it need not stay in memory."""
        folder = self._folder or Path()
        folder.mkdir(mode=0o700, exist_ok=True)
        waiting = folder / f"{way}.{os.getpid()}"
        try:
            descriptor = os.open(waiting, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w+b") as file:
                with pa.ipc.new_file(file, table.schema) as rows:
                    rows.write_table(table, _ROWS)
                file.flush()
                os.fsync(file.fileno())
            place = waiting.replace(folder / f"{way}-{_sum(waiting)}.arrow")
            return _mapped(place)
        finally:
            waiting.unlink(missing_ok=True)

    def _tidy(self, ways: Sequence[str]) -> None:
        """Take away what nobody will ask for again."""
        self.forget_older()
        for way in ways:
            alike = [*self._folder.glob(f"{way.rpartition('-')[0]}-*.arrow")] if self._folder else []
            _unlink(*sorted(alike, key=lambda file: file.stat().st_mtime)[:-_MOST])

    def forget_older(self) -> None:
        """Take away what was worked out before something came in or was decided, and what was never finished."""
        with suppress(OSError):  # there is no such folder, or another process was quicker
            files = [*self._folder.iterdir()] if self._folder else []
            _unlink(*(file for file in files if not self._holds(file)))

    def _holds(self, file: Path) -> bool:
        ended = file.suffix == ".arrow" or time() - file.stat().st_mtime < _UNFINISHED
        return file.name.startswith(f"{self._stamp}-") and ended


def _unlink(*files: Path) -> None:
    for file in files:
        with suppress(OSError):  # another process was quicker, or still reads it
            file.unlink()


def _read(place: Path) -> pa.Table | None:
    """Return a table whose columns lie in the file and are only read where they are used; None where it is damaged."""
    try:
        if not place.stem.endswith(f"-{_sum(place)}"):
            return None
        table = _mapped(place)
        table.validate()
    except (OSError, pa.ArrowException):
        return None
    return table


def _mapped(place: Path) -> pa.Table:
    with pa.memory_map(str(place)) as file:
        return pa.ipc.open_file(file).read_all()


def _sum(place: Path) -> str:
    """Return the sum of a file, which stands in its name: a file that was cut or changed no longer bears it."""
    total = 0
    with place.open("rb") as file:
        while part := file.read(_BYTES):
            total = crc32(part, total)
    return f"{total:08x}"


def stamp(engine: Engine) -> str:
    """Return a word for the program and all that was brought in and decided: it differs where any of these does."""
    rows = engine.arrow(_STATE).to_pylist()
    return sha256(repr((program(), rows)).encode()).hexdigest()[:24]


@cache
def program() -> list[tuple[str, int, int] | tuple[str, str]]:
    """List the files of the program by size and age: a changed program works everything out anew."""
    root = Path(__file__).parents[1]
    files = [(file, file.stat()) for file in sorted(root.rglob("*.py"))]
    own = [(str(file.relative_to(root)), seen.st_size, seen.st_mtime_ns) for file, seen in files]
    return [*own, ("duckdb", duckdb.__version__), ("pyarrow", pa.__version__)]
