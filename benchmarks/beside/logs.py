"""What a user waits for: imports and reports as whole commands, beside what DuckDB, Polars and pandas need at least."""

from __future__ import annotations

import mailbox
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.beside import inputs
from benchmarks.beside.work import Inputs, Prepare, Timed, Work

LEADER = "x:3"
_STORE = "influence.duckdb"


def _influence(*words: str, **settings: str) -> None:
    environment = os.environ | settings
    command = [sys.executable, "-m", "influence", *words]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)


def our_import(name: str) -> Prepare:
    """Import a file into a new workspace by the command that a user gives."""

    def prepare(place: Path) -> Timed:
        folder = tempfile.mkdtemp(dir=place)
        _influence("init", folder)

        def timed() -> None:
            _influence("import", str(place / name), "-w", folder)
            shutil.rmtree(folder)

        return timed

    return prepare


def duckdb_import(read: str) -> Prepare:
    """Read a file, remove rows that stand twice, and write them to a file of DuckDB."""

    def prepare(place: Path) -> Timed:
        import duckdb

        with tempfile.TemporaryDirectory(dir=place) as folder:
            file = Path(folder) / "plain.duckdb"
        source = read.format(place=place)

        def timed() -> None:
            file.parent.mkdir()
            with duckdb.connect(str(file)) as engine:
                engine.execute(f"CREATE TABLE log AS SELECT DISTINCT ON (id) * FROM {source}")  # noqa: S608 -- ours
            shutil.rmtree(file.parent)

        return timed

    return prepare


def frame(library: str, read: str, name: str, **options: Any) -> Prepare:
    """Read a file into a table of Polars or pandas; nothing is checked and nothing kept."""

    def prepare(place: Path) -> Timed:
        from importlib import import_module

        reader = getattr(import_module(library), read)
        return lambda: reader(place / name, **options)

    return prepare


def scan(name: str) -> Prepare:
    """Read every byte once: nobody is quicker."""

    def prepare(place: Path) -> Timed:
        def timed() -> None:
            with (place / name).open("rb") as file:
                while file.read(1 << 20):
                    pass

        return timed

    return prepare


def _imports(name: str, read: str, goal: float, **readers: Prepare) -> Work:
    peers = {"DuckDB, read, dedup and write": duckdb_import(read), **readers, "a scan": scan(name)}
    return Work(f"import {name}", _log, our_import(name), peers, goal, "DuckDB, read, dedup and write")


# --- mail -----------------------------------------------------------------------------------------------------


def by_mailbox(place: Path) -> Timed:
    """Parse every message by Python's own `mailbox`, and look at four headers."""

    def timed() -> int:
        return sum(
            sum(message[header] is not None for header in ("From", "To", "Date", "Message-ID"))
            for message in mailbox.mbox(place / "mail.mbox", create=False)
        )

    return timed


# --- reports --------------------------------------------------------------------------------------------------


def workspace(place: Path) -> Path:
    """Return a workspace that holds the log, or the mail, made once."""
    folder = place / "workspace"
    if not (folder / _STORE).exists():
        mail = place / "mail.mbox"
        _influence("init", str(folder))
        _influence("import", str(mail if mail.exists() else place / "activities.parquet"), "-w", str(folder))
    return folder


def report(*words: str, about: str = LEADER, anew: bool = False, compile_again: bool = False) -> Prepare:
    """Write a report as JSON; `anew`: nothing is kept of an earlier one; `compile_again`: as after an install."""

    def prepare(place: Path) -> Timed:
        folder = workspace(place)
        settings = {}
        if anew:
            shutil.rmtree(folder / "worked-out", ignore_errors=True)
        if compile_again:
            settings["NUMBA_CACHE_DIR"] = tempfile.mkdtemp()
        out = ("--format", "json", "-o", str(place / "report.json"))
        return lambda: _influence("report", about, "-w", str(folder), *words, *out, **settings)

    return prepare


def who_whom_month(place: Path) -> Timed:
    """Count in DuckDB, on the same store, who answered whom in which month: what no report can do without."""
    import duckdb

    file = workspace(place) / _STORE

    def timed() -> int:
        with duckdb.connect(str(file), read_only=True) as engine:
            rows = engine.execute("""
                SELECT p.actor AS who, a.actor AS whom, date_trunc('month', a.time) AS month, count(*) AS n
                FROM activities a JOIN activities p ON p.id = a.parent GROUP BY ALL""").to_arrow_table()
        return int(rows.num_rows)

    return timed


def _log(given: Inputs) -> Path:
    return inputs.log(given.folder, 1_000_000 if given.full else 200_000)


def _larger(given: Inputs) -> Path:
    return inputs.log(given.folder, 5_000_000 if given.full else 1_000_000)


def _mail(given: Inputs) -> Path:
    return inputs.mailbox(given.folder, given.data)


def _lean(given: Inputs) -> Path:
    source = inputs.published(given.data, "lean_zulip/lean_zulip_activities.parquet")
    place = given.folder / "lean"
    place.mkdir(exist_ok=True)
    if not (place / "activities.parquet").exists():
        shutil.copy(source, place / "activities.parquet")
    return place


_QUERY = "DuckDB, who whom month"
_HEADLINE = ("--measures", "reach_4")
_reports: Callable[..., Work] = partial(Work, peers={_QUERY: who_whom_month})
WORKS = [
    _imports(
        "activities.jsonl",
        "read_json('{place}/activities.jsonl', format='newline_delimited')",
        1 / 3,
        Polars=frame("polars", "read_ndjson", "activities.jsonl"),
        pandas=frame("pandas", "read_json", "activities.jsonl", lines=True),
    ),
    _imports(
        "activities.csv",
        "read_csv('{place}/activities.csv')",
        1 / 3,
        Polars=frame("polars", "read_csv", "activities.csv"),
        pandas=frame("pandas", "read_csv", "activities.csv"),
    ),
    _imports(
        "activities.parquet",
        "'{place}/activities.parquet'",
        1 / 2,
        Polars=frame("polars", "read_parquet", "activities.parquet"),
        pandas=frame("pandas", "read_parquet", "activities.parquet"),
    ),
    Work(
        "import a larger activities.parquet",
        _larger,
        our_import("activities.parquet"),
        {"DuckDB, read, dedup and write": duckdb_import("'{place}/activities.parquet'")},
        1 / 2,
        "DuckDB, read, dedup and write",
    ),
    Work(
        "import 14,476 mails (mbox)",
        _mail,
        our_import("mail.mbox"),
        {"Python's mailbox": by_mailbox, "a scan": scan("mail.mbox")},
        1 / 1.5,
        "Python's mailbox",
    ),
    _reports("headline, first", _log, report(*_HEADLINE, anew=True), goal=1 / 5, beside=_QUERY),
    _reports("headline, again", _log, report(*_HEADLINE), goal=1 / 5, beside=_QUERY),
    _reports("headline of a larger log, first", _larger, report(*_HEADLINE, anew=True)),
    _reports("whole report, first", _log, report(anew=True)),
    _reports("whole report, again", _log, report()),
    _reports("whole report, first after an install", _log, report(anew=True, compile_again=True)),
    _reports("whole report of a larger log, first", _larger, report(anew=True)),
    _reports("whole report, Lean's Zulip (838,795)", _lean, report(about="Mario Carneiro", anew=True)),
    _reports("whole report, four executives' mail (Enron)", _mail, report(about="Louise Kitchen", anew=True)),
]
