"""A workspace: a folder with settings and a store. Every command of the program is a method here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from influence import plugins, settings
from influence.activity import Note, Record, Rows, SetAside, SourceError
from influence.analysis import Analysis
from influence.archive import Member, members
from influence.findings import Report
from influence.network import Network
from influence.people import Who
from influence.steps import Window
from influence.store import Batch, Store, Summary

SETTINGS, DATABASE, REPORTS = "influence.toml", "influence.duckdb", "reports"
_AT_ONCE = 20_000
"""Records that are kept in memory before they go to the store."""


class WorkspaceError(Exception):
    """Something the user can mend, in one sentence."""


@dataclass
class Imported:
    """What an import did: the rows by connector, files that no connector knows, and notes."""

    summary: Summary = field(default_factory=Summary)
    by_connector: dict[str, Summary] = field(default_factory=dict)
    not_recognised: list[str] = field(default_factory=list)
    unreadable: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


class Workspace:
    """A folder made by `influence init`.

    >>> import tempfile
    >>> workspace = Workspace.create(Path(tempfile.mkdtemp()) / "acme")
    >>> workspace.doctor()["quarantine"]
    []
    >>> workspace.close()
    """

    def __init__(self, path: str | Path = ".") -> None:
        self.path = Path(path)
        if not (self.path / DATABASE).exists():
            raise WorkspaceError(f"{self.path} is not a workspace; make one with: influence init {self.path}")
        self.settings = settings.read(self.path / SETTINGS)
        self.store = Store(self.path / DATABASE, keep_text=self.settings.keep_text)

    @classmethod
    def create(cls, path: str | Path) -> Workspace:
        """Make a workspace in a folder, which may hold other files already.

        Raises:
            WorkspaceError: there is a workspace already, or the folder may not be written.
        """
        folder = Path(path)
        if (folder / DATABASE).exists():
            raise WorkspaceError(f"{folder} is a workspace already")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if not (folder / SETTINGS).exists():
                (folder / SETTINGS).write_text(settings.DEFAULTS, encoding="utf-8")
        except OSError as error:
            raise WorkspaceError(f"{folder} cannot be written: {error.strerror}") from error
        Store(folder / DATABASE).close()
        return cls(folder)

    @classmethod
    def demo(cls, path: str | Path, seed: int = 1) -> tuple[Workspace, str]:
        """Make a workspace that holds an invented company; return it and the leader to report on.

        Raises:
            WorkspaceError: there is a workspace already, or the folder may not be written.
        """
        from influence import demo  # only the demo needs it

        company = demo.build(seed)
        folder = Path(path)
        cls.create(folder).close()
        invented = settings.DEFAULTS.replace('# notice = "..."        ', f'notice = "{company.notice}"  ')
        (folder / SETTINGS).write_text(invented, encoding="utf-8")
        workspace = cls(folder)
        for file in demo.write(company, folder / "invented"):
            workspace.import_path(file)
        return workspace, company.leaders["beyond"]

    def close(self) -> None:
        """Let go of the files."""
        self.store.close()

    def __enter__(self) -> Workspace:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- bringing activity in ---------------------------------------------------------------------------

    def import_path(
        self,
        path: str | Path,
        *,
        connector: str | None = None,
        zone: str | None = None,
        options: Mapping[str, str] | None = None,
        progress: Callable[[Member], None] = lambda _: None,
    ) -> Imported:
        """Bring in a file, a folder or an archive; the kind of each file is recognised, or named.

        Everything lands, or nothing does. `zone` is for times that state none; `options` are the
        connector's own.

        Raises:
            ArchiveError: the path cannot be opened.
            WorkspaceError: the kind is not recognised, an option is unknown, or a file is unreadable.
        """
        path = Path(path)
        if zone is not None:
            settings.zone_name(zone, "--zone")
        known = _connectors(connector, zone, options or {})
        done = Imported()
        with self.store.batch(path.name, connector or "recognised") as batch:
            for member in members(path):
                progress(member)
                self._import_member(member, known, batch, done, forced=connector is not None)
            done.summary = batch.summary
            if not done.summary.read:
                raise WorkspaceError(_nothing_read(path, done))
        self.__dict__.pop("analysis", None)
        return done

    def _import_member(
        self, member: Member, known: Mapping[str, Any], batch: Batch, done: Imported, *, forced: bool
    ) -> None:
        name, connector = _recognised(member, known, forced=forced)
        if connector is None:
            done.not_recognised.append(member.name)
            batch.set_aside([SetAside("a file of no known kind")], member.name, counted=False)
            return
        before = batch.summary
        try:
            _take_in(connector.parse(member), batch, member.name, done.notes)
        except (SourceError, ValueError, OSError, EOFError, pa.ArrowException) as error:
            reason = str(error) if isinstance(error, SourceError) else f"cannot be read as {name}: {error}"
            done.unreadable[member.name] = reason
            batch.set_aside([SetAside(reason)], member.name, counted=False)
        done.by_connector[name] = done.by_connector.get(name, Summary()) + (batch.summary - before)

    # --- asking -----------------------------------------------------------------------------------------

    @cached_property
    def analysis(self) -> Analysis:
        """Everything in the store, ready for questions; read when it is first needed."""
        return Analysis(self.store.engine, self.settings)

    def report(self, leader: str, since: str | date | None = None, until: str | date | None = None) -> Report:
        """Report on a leader (an id, an account, an e-mail address or a full name) in [since, until).

        Raises:
            UnknownPerson: nobody is known by that name.
            WorkspaceError: a date cannot be read, or the window is reversed.
            EmptyWindow: nothing happened in the window.
        """
        code = self.analysis.people.find(leader)
        return self.analysis.about(code, self.window(since, until))

    def window(self, since: str | date | None, until: str | date | None) -> Window:
        """Return [since, until) as microseconds; a date without a zone is in the zone of the workspace."""
        whole = self.analysis.whole_window()
        start = whole.since if since is None else self._moment(since, "--since")
        end = whole.until if until is None else self._moment(until, "--until")
        if start >= end:
            raise WorkspaceError(
                f"the window is empty or reversed: since {since} is not before until {until}"
            )
        return Window(start, end)

    def _moment(self, given: str | date, option: str) -> int:
        try:
            when = datetime.fromisoformat(given if isinstance(given, str) else given.isoformat())
        except ValueError:
            raise WorkspaceError(f"{option} {given!r} is not a date such as 2026-01-31") from None
        if when.tzinfo is None:
            when = when.replace(tzinfo=ZoneInfo(self.settings.zone))
        elapsed = when.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
        return (elapsed.days * 86_400 + elapsed.seconds) * 1_000_000 + elapsed.microseconds

    def people(self) -> Sequence[Who]:
        """List everybody: id, name, accounts, and what the sources say of them."""
        return self.analysis.people.who

    def network(self, since: str | date | None = None, until: str | date | None = None) -> Network:
        """Return the response network of a window; it opens as a networkx graph."""
        return self.analysis.network(self.window(since, until))

    def doctor(self) -> dict[str, Any]:
        """Return what was set aside (file, line, reason), accounts claimed twice, and the imports so far."""
        batches = self.store.engine.arrow(
            "SELECT batch, strftime(done, '%Y-%m-%d %H:%M') AS done, source, connector, read, stored, known, aside "
            "FROM batches ORDER BY batch"
        ).to_pylist()
        return {
            "quarantine": self.store.quarantine(),
            "conflicts": list(self.analysis.people.conflicts),
            "imports": batches,
        }

    def write_network(
        self,
        path: str | Path,
        kind: str,
        since: str | date | None = None,
        until: str | date | None = None,
    ) -> int:
        """Write the response network as `graphml`, `gexf` or `parquet` and return how many people are in it.

        Raises:
            WorkspaceError: there is no such format, or the place may not be written.
        """
        if kind not in _NETWORK_FORMATS:
            raise WorkspaceError(
                f"there is no network format {kind!r}; there are: {', '.join(_NETWORK_FORMATS)}"
            )
        network, place = self.network(since, until), Path(path)
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            _write_network(network, place, kind)
        except OSError as error:
            raise WorkspaceError(f"{place} cannot be written: {error.strerror}") from error
        return len(network)

    # --- giving out -------------------------------------------------------------------------------------

    def write(self, report: Report, kind: str, path: Path | None = None) -> list[Path]:
        """Write a report in a format (`html`, `json`, `csv` …) and return the files written.

        Raises:
            PluginError: there is no such format.
            WorkspaceError: the place may not be written.
        """
        writer = plugins.load("influence.formats", kind)
        place = path or self.path / REPORTS / f"{_file_name(report.leader['name'])}.{kind}"
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            return list(writer(report, place))
        except OSError as error:
            raise WorkspaceError(f"{place} cannot be written: {error.strerror}") from error


_NETWORK_FORMATS = ("graphml", "gexf", "parquet")


def _write_network(network: Network, place: Path, kind: str) -> None:
    if kind == "parquet":
        import pyarrow.parquet as pq

        sources = np.repeat(np.arange(len(network)), np.diff(network.indptr))
        names = pa.array(network.nodes, pa.string())
        ties = {
            "source": names.take(pa.array(sources)),
            "target": names.take(pa.array(network.indices)),
            "weight": pa.array(network.weights),
        }
        pq.write_table(pa.table(ties), place)
        return
    import networkx as nx

    {"graphml": nx.write_graphml, "gexf": nx.write_gexf}[kind](network.graph(), place)


def _file_name(name: str) -> str:
    """Make a safe file name of a person's name: letters, digits and dashes only."""
    return "-".join("".join(c if c.isalnum() else " " for c in name.lower()).split())[:80] or "report"


def _connectors(name: str | None, zone: str | None, options: Mapping[str, str]) -> dict[str, Any]:
    names = [name] if name else plugins.names("influence.connectors")
    made = {each: _made(plugins.load("influence.connectors", each), zone, options) for each in names}
    known = {one.name for each in made.values() if is_dataclass(each) for one in fields(each)}
    for option in options.keys() - known:
        raise WorkspaceError(f"no connector has an option {option!r}; there are: {', '.join(sorted(known))}")
    return made


def _made(connector: Any, zone: str | None, options: Mapping[str, str]) -> Any:
    taken = {one.name: options[one.name] for one in fields(connector) if one.name in options}
    if zone is not None and "zone" in {one.name for one in fields(connector)}:
        taken["zone"] = zone
    return connector(**taken)


def _recognised(member: Member, known: Mapping[str, Any], *, forced: bool) -> tuple[str, Any]:
    if forced:
        return next(iter(known.items()))
    head = member.head()
    for name, connector in known.items():
        if connector.recognises(member, head):
            return name, connector
    return "", None


def _take_in(records: Iterator[Record], batch: Batch, file: str, notes: list[str]) -> None:
    """Pass records on to the store in portions, so that memory stays bounded."""
    waiting: list[Any] = []
    aside: list[SetAside] = []
    for record in records:
        match record:
            case Rows():
                batch.rows(record, file)
            case SetAside():
                aside.append(record)
            case Note():
                notes.append(f"{file}: {record.text}")
            case _:
                waiting.append(record)
        if len(waiting) >= _AT_ONCE:
            batch.records(waiting, file)
            waiting.clear()
    batch.records(waiting, file)
    batch.set_aside(aside, file)


def _nothing_read(path: Path, done: Imported) -> str:
    if done.unreadable:
        file, reason = next(iter(done.unreadable.items()))
        return reason if file in reason else f"{file}: {reason}"
    if done.by_connector:
        return f"{path}: there is nothing in it"
    return f"{path}: no file in it is of a known kind; `influence connectors` lists the kinds, --as names one"
