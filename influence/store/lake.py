"""A lake: all that a store holds as Parquet files, by month, for another workspace, machine or engine.

`lake.json` lists every file with its rows, so that one that is missing, cut or of another kind is never read past.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from errno import EEXIST, ENOTEMPTY
from itertools import chain, islice
from pathlib import Path, PurePosixPath
from tempfile import mkdtemp

import pyarrow as pa
import pyarrow.parquet as pq

from influence.contract import durably
from influence.contract.errors import InfluenceError
from influence.store.engine import Engine, Parameters, count
from influence.store.schema import KINDS, VERSION, added_since
from influence.store.store import Store

SCHEMA = "influence.lake/1"
TOLD, SECRET = "lake.json", "secret"
OLDEST = 7
"""The oldest store whose lakes are read: since then nothing came but columns, which stay empty."""
LOGS = {
    "activities": "activity_log",
    "encounters": "encounter_log",
    "people": "people_log",
    "ties": "tie_log",
    "copies": "copies",
    "terms": "term_log",
    "exposure": "exposure_log",
    "sent": "sent_log",
    "aside": "quarantine",
    "decisions": "decision_log",
    "fits": "fit_log",
    "links": "link_log",
    "batches": "batches",
}
"""The folders of a lake and the tables of the store; the batches come last, since nothing counts without them.

Cursors are not among them: a live source goes on where it is connected."""
_BY_MONTH = ("activities", "encounters")
_AT_THE_END = ("decisions", "fits", "links", "batches")
"""What no sweep would take away again: read in the last turn."""
_OF_ONE_FILE = ("version", "secret", "sealed", "readings", "rewrite", "taken")
"""What `meta` tells of this file alone: another store has a key, readings and forgotten people of its own."""
_ROWS, _FILE = 65_536, 4_000_000
"""Rows that are held at a time, and rows of one file."""
_MONTHS = "SELECT DISTINCT date_trunc('month', time) AS month FROM {log} ORDER BY month NULLS FIRST"
_IN_MONTH = "WHERE time >= $month AND time < $month + INTERVAL 1 MONTH "
_UNDATED = "WHERE time IS NULL "
_HELD = "SELECT (SELECT count(*) FROM batches) + (SELECT count(*) FROM decision_log) AS n"


class LakeError(InfluenceError):
    """A lake cannot be written or read, in one sentence."""


@dataclass(frozen=True)
class Lake:
    """What a lake tells of itself: each file with its rows, what the store knew beside its rows, and its version."""

    folder: str
    files: Mapping[str, int]
    meta: Mapping[str, str]
    store: int = VERSION

    def of(self, kind: str) -> dict[str, int]:
        """Return the files of a kind with their rows."""
        return {file: rows for file, rows in self.files.items() if file.startswith(f"{kind}/")}

    def lacking(self, columns: Iterable[str], log: str, found: Collection[str], where: object) -> list[str]:
        """Return which columns of a table are not among those found, since they came later than the lake.

        Raises:
            LakeError: another column is not there, `where` it should be.
        """
        later, lacking = added_since(self.store), [name for name in columns if name not in found]
        if missing := [name for name in lacking if name not in later[log]]:
            raise LakeError(f"{where} has no column {missing[0]!r}")
        return lacking

    @property
    def rows(self) -> dict[str, int]:
        """How many rows there are of each kind, of those that there are."""
        return {kind: rows for kind in LOGS if (rows := sum(self.of(kind).values()))}

    def __str__(self) -> str:
        """What was brought in and decided, in one line."""
        return ", ".join(f"{self.rows.get(kind, 0):,} {kind}" for kind in (*KINDS, "decisions"))


def write_lake(engine: Engine, folder: Path, progress: Callable[[str], None] = lambda _: None) -> Lake:
    """Write all that a store holds into a new folder; it appears whole or not at all.

    Files are `KIND/part-0.parquet`, of activities and encounters `KIND/month=2026-01/part-0.parquet`, in the order in
    which rows came in. Digests are 16 bytes; moments are UTC.

    Raises:
        LakeError: there is something in the folder already, or it cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise LakeError(f"{folder} holds something already; name a folder that is new or empty")
    try:
        with _appearing(folder) as waiting:
            files: dict[str, int] = {}
            for kind in LOGS:
                for part, which, month in _parts(engine, kind):
                    progress(part)
                    rows = _stream(engine, LOGS[kind], which, month)
                    files |= _written(rows, waiting, part)
            lake = Lake(str(folder), files, _meta(engine))
            _tell(engine, lake, waiting)
    except (OSError, pa.ArrowException) as error:
        raise LakeError(f"{folder} cannot be written: {str(error).splitlines()[0][:200]}") from error
    return lake


@contextmanager
def _appearing(folder: Path) -> Iterator[Path]:
    """Give a folder to fill, which is then called as it should be."""
    whole = folder.resolve()
    whole.parent.mkdir(parents=True, exist_ok=True)
    waiting = Path(mkdtemp(prefix=f".{whole.name}.", dir=whole.parent))  # for its owner alone
    try:
        yield waiting
        try:
            if whole.exists():
                whole.rmdir()  # not every system puts a folder in the place of an empty one
            waiting.rename(whole)
        except OSError as error:
            if error.errno not in {ENOTEMPTY, EEXIST}:
                raise
            raise LakeError(
                f"{folder} was filled by another program meanwhile; what it wrote stays: name another folder"
            ) from error
    finally:
        shutil.rmtree(waiting, ignore_errors=True)


def _parts(engine: Engine, kind: str) -> Iterator[tuple[str, str, Parameters]]:
    """Yield the folders of a kind, each with the condition for what goes into it."""
    if kind not in _BY_MONTH:
        yield kind, "", ()
        return
    for month in engine.arrow(_MONTHS.format(log=LOGS[kind]))["month"].to_pylist() or [None]:
        if month is None:
            yield f"{kind}/month=undated", _UNDATED, ()
        else:
            yield f"{kind}/month={month:%Y-%m}", _IN_MONTH, {"month": month}


def columns_of(engine: Engine, log: str) -> dict[str, str]:
    """Return the columns of a table of the store with their types."""
    rows = engine.arrow(f"SELECT column_name, column_type FROM (DESCRIBE {log})")
    return dict(zip(rows["column_name"].to_pylist(), rows["column_type"].to_pylist(), strict=True))


def _given(engine: Engine, log: str) -> str:
    """Return the columns as a lake has them: digests as bytes, since few readers know a UUID."""
    return ", ".join(
        f"unhex(replace({name}::VARCHAR, '-', '')) AS {name}" if kind == "UUID" else name
        for name, kind in columns_of(engine, log).items()
    )


def _stream(engine: Engine, log: str, which: str, month: Parameters) -> pa.RecordBatchReader:
    """Return the rows of a month, or all, in the order in which they came in."""
    order = "seq" if "seq" in columns_of(engine, log) else "ALL"
    return engine.stream(f"SELECT {_given(engine, log)} FROM {log} {which}ORDER BY {order}", month, _ROWS)


def _written(rows: pa.RecordBatchReader, folder: Path, part: str) -> dict[str, int]:
    """Write rows into files of not too many, and return how many are in each.

    Where there are none there is a file without rows: it tells every engine the columns.
    """
    (folder / part).mkdir(parents=True)
    files: dict[str, int] = {}
    first = next(rows, pa.RecordBatch.from_pylist([], rows.schema))
    while first is not None:
        file = f"{part}/part-{len(files)}.parquet"
        with pq.ParquetWriter(folder / file, rows.schema, compression="zstd") as writer:
            files[file] = 0
            for batch in chain([first], islice(rows, _FILE // _ROWS)):
                writer.write_batch(batch)
                files[file] += batch.num_rows
        first = next(rows, None)
    return files


def _meta(engine: Engine) -> dict[str, str]:
    rows = engine.arrow(f"SELECT key, value FROM meta WHERE key NOT IN {_OF_ONE_FILE} ORDER BY key")
    return {row["key"]: row["value"] for row in rows.to_pylist()}


def _secret(engine: Engine) -> str:
    return str(engine.arrow("SELECT value FROM meta WHERE key = 'secret'")["value"][0].as_py())


def _tell(engine: Engine, lake: Lake, folder: Path) -> None:
    told = {"schema": SCHEMA, "store": VERSION, "meta": dict(lake.meta), "files": dict(lake.files)}
    durably.replace(folder / SECRET, _secret(engine) + "\n")
    durably.replace(folder / TOLD, json.dumps(told, indent=1) + "\n")


def open_lake(folder: Path) -> Lake:
    """Read what a lake in a folder of this machine tells of itself.

    Raises:
        LakeError: it is none, or of another version.
    """
    try:
        return told_by(str(folder), (folder / TOLD).read_text("utf-8"))
    except UnicodeDecodeError as error:
        raise LakeError(f"{folder / TOLD} is not text: {error}") from error
    except OSError as error:
        raise LakeError(f"{folder} is no lake: its {TOLD} cannot be read ({error.strerror})") from error


def told_by(folder: str, text: str) -> Lake:
    """Return the lake of which `lake.json` tells in these words.

    Raises:
        LakeError: they are no such words, or of another version.
    """
    try:
        told = json.loads(text)
        files = {_inside(file): int(rows) for file, rows in told["files"].items()}
        meta = {str(key): str(value) for key, value in told["meta"].items()}
        schema, store = told["schema"], int(told["store"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise LakeError(
            f"{folder}/{TOLD} is not what `influence export --parquet` writes: {error}"
        ) from error
    if schema != SCHEMA or not OLDEST <= store <= VERSION:
        raise LakeError(
            f"{folder} was made by another version of influence ({schema}, store {store}; this one reads {SCHEMA}, "
            f"store {OLDEST} to {VERSION}); write it anew with this version: influence export --parquet"
        )
    return Lake(folder, files, meta, store)


def lacks_secret(folder: str) -> LakeError:
    """Return what is said of a lake without its secret."""
    return LakeError(
        f"{folder} lacks its file {SECRET!r}, without which the subjects of mail that it holds cannot be told from "
        "others; put it there too"
    )


def _inside(file: str) -> str:
    """Refuse a file that is none of a lake's kinds, or lies elsewhere."""
    way = PurePosixPath(file)
    if way.is_absolute() or ".." in way.parts or len(way.parts) < 2 or way.parts[0] not in LOGS:
        raise ValueError(f"it names the file {file[:100]!r}")
    return file


def take_lake(store: Store, folder: Path, progress: Callable[[str], None] = lambda _: None) -> Lake:
    """Bring a whole lake into a store that holds nothing yet: afterwards it holds what the other one held.

    Raises:
        LakeError: the store holds something, or the lake lacks a file, a column or a row, or is of another version.
        EngineError: the store cannot be written.
    """
    lake, engine = open_lake(folder), store.engine
    if count(engine, _HELD):
        raise LakeError(
            "this workspace holds something already; a lake goes into a new one: influence init NEW"
        )
    try:
        secret = (folder / SECRET).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise lacks_secret(str(folder)) from None
    try:
        with engine.transaction():
            _take(engine, lake, progress)
            engine.run("UPDATE meta SET value = ? WHERE key = 'secret'", [secret])
            for key, value in lake.meta.items():
                engine.run("INSERT INTO meta VALUES (?, ?)", [key, value])
    except BaseException:
        store.sweep()
        raise
    return lake


def _take(engine: Engine, lake: Lake, progress: Callable[[str], None]) -> None:
    """Bring in every file; what a sweep takes away if it is cut off lands in turns, the rest with the batches."""
    for kind, log in LOGS.items():
        for file, rows in lake.of(kind).items():
            progress(file)
            _take_file(engine, log, Path(lake.folder) / file, lake, rows)
            if kind not in _AT_THE_END:
                engine.turn()


def _take_file(engine: Engine, log: str, path: Path, lake: Lake, told: int) -> None:
    expected = engine.arrow(f"SELECT {_given(engine, log)} FROM {log} LIMIT 0").schema
    types = columns_of(engine, log)
    try:
        with pq.ParquetFile(path) as file:
            lacking = lake.lacking(expected.names, log, file.schema_arrow.names, path)
            _refuse_changed(path, file, told)
            there = pa.schema([field for field in expected if field.name not in lacking])
            columns = ", ".join(
                f"hex({name})::UUID AS {name}" if types[name] == "UUID" else name for name in there.names
            )
            for batch in file.iter_batches(_ROWS, columns=there.names):
                rows = pa.Table.from_batches([batch]).select(there.names).cast(there)
                engine.offer("brought", rows)
                engine.append(f"INSERT INTO {log} BY NAME SELECT {columns} FROM brought")
    except (OSError, pa.ArrowException) as error:
        raise LakeError(f"{path} cannot be read: {str(error).splitlines()[0][:200]}") from error


def _refuse_changed(path: Path, file: pq.ParquetFile, told: int) -> None:
    if file.metadata.num_rows != told:
        raise LakeError(
            f"{path} holds {file.metadata.num_rows:,} rows where {TOLD} tells of {told:,}: "
            "it was changed after it was written"
        )
