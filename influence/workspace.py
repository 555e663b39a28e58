"""A workspace: a folder with settings and a store. Every command of the program is a method here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from influence import settings
from influence.analysis.report import Analysis
from influence.contract import plugins
from influence.contract.errors import InfluenceError
from influence.contract.findings import Finding, Report
from influence.corrections.meetings import Meetings
from influence.corrections.people import Curation
from influence.network.network import Network
from influence.people.directory import Who
from influence.people.linkage.run import told, who_is_who
from influence.reach.ego import Ego
from influence.secrets import Secrets
from influence.store.importing import Imported, made, pull, read_path
from influence.store.store import Store
from influence.times import Window, microseconds

if TYPE_CHECKING:
    from influence.advice.adviser import Advice
    from influence.analysis.comparison import Comparison

SETTINGS, DATABASE, REPORTS = "influence.toml", "influence.duckdb", "reports"


class WorkspaceError(InfluenceError):
    """Something the user can mend, in one sentence."""


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
        self.store = Store(
            self.path / DATABASE, keep_text=self.settings.keep_text, keep_terms=self.settings.keep_terms
        )

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
        invented = invented.replace("keep_terms = false", "keep_terms = true")
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
        progress: Callable[[str], None] = lambda _: None,
    ) -> Imported:
        """Bring in a file, a folder or an archive; the kind of each file is recognised, or named.

        Everything lands, or nothing does. `zone` is for times that state none; `options` are the
        connector's own.

        Raises:
            ArchiveError: the path cannot be opened.
            ReadingError: the kind is not recognised, an option is unknown, or nothing is readable.
        """
        if zone is not None:
            settings.zone_name(zone, "--zone")
        done = read_path(
            self.store, Path(path), connector=connector, zone=zone, options=options or {}, progress=progress
        )
        self._forget_analysis()
        return done

    def connect(self, name: str, connector: str, options: Mapping[str, str]) -> None:
        """Remember a live source under a name, in the settings; its secrets are kept elsewhere (`Secrets`).

        Raises:
            ReadingError: the connector is not a live one, or an option is unknown.
            SettingsError: there is a source of that name already.
        """
        made(connector, options, live=True)
        settings.add_source(self.path / SETTINGS, name, connector, options)
        self.settings = settings.read(self.path / SETTINGS)

    def pull(
        self, names: Sequence[str] = (), *, progress: Callable[[str], None] = lambda _: None
    ) -> dict[str, Imported]:
        """Fetch what is new from the sources named, or from all; each reply lands with its cursor, or not at all.

        Raises:
            WorkspaceError: there is no such source.
            SourceError: a service refuses, is gone, or has changed; what came before it is kept.
        """
        done = {}
        for name in names or sorted(self.settings.sources):
            if name not in self.settings.sources:
                known = (
                    ", ".join(sorted(self.settings.sources)) or "none yet; add one with: influence connect"
                )
                raise WorkspaceError(f"there is no source {name!r}; there are: {known}")
            source = dict(self.settings.sources[name])
            connector = made(source.pop("connector"), source, live=True)
            done[name] = pull(self.store, name, connector, Secrets(self.path, name).get, progress=progress)
        self._forget_analysis()
        return done

    # --- asking -----------------------------------------------------------------------------------------

    @cached_property
    def analysis(self) -> Analysis:
        """Everything in the store, ready for questions; read when it is first needed, people linked anew if need be."""
        engine = self.store.engine
        return Analysis(
            engine, self.settings, who_is_who(engine, sure=self.settings.link, ask=self.settings.ask)
        )

    def report(
        self,
        leader: str,
        since: str | date | None = None,
        until: str | date | None = None,
        *,
        measures: Sequence[str] = (),
    ) -> Report:
        """Report on a leader (an id, an account, an e-mail address or a full name) in [since, until).

        `measures` names those that are wanted, or findings of theirs; all if left out. The headline is always there.

        Raises:
            PluginError: there is no such measure.
            UnknownPerson: nobody is known by that name.
            WorkspaceError: a date cannot be read, or the window is reversed.
            EmptyWindow: nothing happened in the window.
        """
        code = self.analysis.people.find(leader)
        return self.analysis.about(code, self.window(since, until), measures)

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
        return microseconds(when)

    def people(self) -> Sequence[Who]:
        """List everybody: id, name, accounts, and what the sources say of them."""
        return self.analysis.people.who

    @property
    def curation(self) -> Curation:
        """Setting right who is who: merge, split, rename, bots, spheres, and the queue of questions."""
        return Curation(self.store.engine, lambda: self.analysis.people, self._forget_analysis)

    @property
    def meetings(self) -> Meetings:
        """Who has met whom, how sure, and why: list, explain, declare, label, fit."""
        return Meetings(lambda: self.analysis, self._forget_analysis)

    def _forget_analysis(self) -> None:
        """Everything is read anew when it is next asked for."""
        self.__dict__.pop("analysis", None)

    def network(self, since: str | date | None = None, until: str | date | None = None) -> Network:
        """Return the response network of a window; it opens as a networkx graph."""
        return self.analysis.network(self.window(since, until))

    def digital_network(self, since: str | date | None = None, until: str | date | None = None) -> Network:
        """Return the part of the response network of a window that joins people not known to have met."""
        from influence.reach.acquaintance import digital_network

        return digital_network(self.analysis, self.window(since, until))

    def acquaintance(
        self, since: str | date | None = None, until: str | date | None = None
    ) -> dict[str, int]:
        """Count the ties of a window's response network, and how many join people who have met, or have not."""
        from influence.reach.acquaintance import acquaintance

        return acquaintance(self.analysis, self.window(since, until)).counts()

    def organisation(
        self, since: str | date | None = None, until: str | date | None = None, cohort: Sequence[str] = ()
    ) -> dict[str, Finding]:
        """Say how far leadership is spread over everybody here, or over a cohort: leadership for the many.

        Raises:
            UnknownPerson: nobody is known by a name of the cohort.
        """
        from influence.measures.many import organisation

        codes = [self.analysis.people.find(one) for one in cohort] or None
        return organisation(self.analysis, self.window(since, until), codes)

    def compare(
        self, leaders: Sequence[str], since: str | date | None = None, until: str | date | None = None
    ) -> Comparison:
        """Compare people in one window, and say who cannot be told apart; it ranks nobody.

        Raises:
            UnknownPerson: nobody is known by one of the names.
            CohortError: there are fewer than two of them.
        """
        from influence.analysis.comparison import compare

        window = self.window(since, until)
        return compare([Ego(self.analysis, self.analysis.people.find(one), window) for one in leaders])

    def advise(self, leader: str, since: str | date | None = None, until: str | date | None = None) -> Advice:
        """Return what a leader might do next, and how such advice did on the last third of the window.

        Raises:
            UnknownPerson: nobody is known by that name.
            WorkspaceError: there are no times to learn from.
        """
        from influence.advice.adviser import advise

        code = self.analysis.people.find(leader)
        if not self.analysis.dated:
            raise WorkspaceError(
                "a network without times gives nothing to learn from; bring in dated activity"
            )
        return advise(Ego(self.analysis, code, self.window(since, until)))

    def doctor(self) -> dict[str, Any]:
        """Return what was set aside (file, line, reason), accounts claimed twice, doubts, and the imports so far."""
        batches = self.store.engine.arrow(
            "SELECT batch, strftime(done, '%Y-%m-%d %H:%M') AS done, source, connector, read, stored, known, aside "
            "FROM batches ORDER BY batch"
        ).to_pylist()
        return {
            "quarantine": self.store.quarantine(),
            "conflicts": list(self.analysis.people.conflicts),
            "doubts": self.meetings.doubts(),
            "linkage": told(self.store.engine),
            "imports": batches,
        }

    def write_network(
        self,
        path: str | Path,
        kind: str,
        since: str | date | None = None,
        until: str | date | None = None,
        *,
        digital: bool = False,
    ) -> int:
        """Write the response network, as `graphml`, `gexf` or `parquet`, and return how many people are in it.

        `digital` leaves out the ties between people known to have met.

        Raises:
            WorkspaceError: there is no such format, or the place may not be written.
        """
        if kind not in _NETWORK_FORMATS:
            raise WorkspaceError(
                f"there is no network format {kind!r}; there are: {', '.join(_NETWORK_FORMATS)}"
            )
        network = self.digital_network(since, until) if digital else self.network(since, until)
        place = Path(path)
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
