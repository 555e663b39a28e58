"""What a workspace owes the people in it: it keeps who read about them, tells and forgets them, lets go of the old."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from influence import settings
from influence.analysis.questions import WorkspaceError
from influence.analysis.writing import REPORTS, Writing
from influence.contract.findings import Report
from influence.rights.access import About, about
from influence.rights.forgetting import Place, Receipt, forget
from influence.rights.purpose import Purpose
from influence.rights.readings import Readings
from influence.rights.released import Released, cells_of
from influence.rights.retention import Pruned, prune, rules
from influence.rights.traces import Traces, traces
from influence.secrets.keys import VARIABLE, key_made, key_of
from influence.secrets.places import FILE, SecretError
from influence.store.engine import EngineError
from influence.store.store import Store

SETTINGS, DATABASE, WORKED_OUT, COPIES = "influence.toml", "influence.duckdb", "worked-out", ".brought"
"""What lies in a workspace, beside its reports and its secrets."""


class Duties(Writing):
    """A workspace as the people in it may call on it: one that answers questions of others keeps account of it."""

    path: Path
    store: Store
    settings: settings.Settings
    unrecorded: str
    _basis: str | None
    _ask: Callable[[str], str] | None
    _read: set[tuple[str, tuple[str, ...]]]

    def reads(self, command: str, codes: Sequence[int] = ()) -> None:
        """Record that somebody reads about leaders (by code), each command about the same leaders once.

        Where that cannot be kept, `unrecorded` says why.

        Raises:
            PurposeError: the workspace is not for reports about one of them, and no basis was stated.
        """
        people = self.analysis.people
        leaders = [people.who[code].person for code in codes]  # a code is somebody else's once people changed
        if (command, tuple(leaders)) in self._read:
            return
        basis = Purpose(self.settings.reports_for, self._basis, self._ask).basis_for(people, codes)
        try:
            Readings(self.store.engine, self._key).record(command, leaders, basis)
        except (EngineError, SecretError) as error:  # a folder that may only be read is read all the same
            self.unrecorded = str(error)
        self._basis = self._basis or basis
        self._read.add((command, tuple(leaders)))

    def without_names(self, report: Report) -> Report:
        """Return a copy of a report for others; see `Writing.without_names`.

        Raises:
            TooAlike: with a copy given before, it would tell of fewer people than `[privacy] smallest_shown`.
        """
        smallest = self.settings.smallest_shown
        released = Released(self.store.engine, self._key)
        released.grant(report.leader["person"], cells_of(report, smallest), smallest)
        return super().without_names(report)

    def releases(self, of: str, sets: Mapping[str, frozenset[str]], smallest: int) -> None:
        """Keep of which sets of people something given to others tells.

        Raises:
            TooAlike: with what was given before, it would tell of fewer people than `smallest`.
        """
        Released(self.store.engine, self._key).grant(of, sets, smallest)

    @property
    def readings(self) -> Readings:
        """Who read whose report: the log, and whether it is as it was written."""
        return Readings(self.store.engine, self._key)

    def access(self, person: str) -> About:
        """Return all that is held about somebody: rows by source and kind, accounts, decisions, snapshots, who read.

        Raises:
            UnknownPerson: nobody is known by that name.
        """
        code = self.analysis.people.find(person)
        self.reads("access", [code])
        return about(self.store.engine, self._traces(code), self._place, self.readings)

    def to_be_forgotten(self, person: str) -> Traces:
        """Return by what somebody would be known and taken out; nothing is changed.

        Raises:
            UnknownPerson: nobody is known by that name.
        """
        return self._traces(self.analysis.people.find(person))

    def forget(self, person: str, *, reports: bool = False) -> Receipt:
        """Take somebody out of every table, file and worked-out table for good, and keep them out of what comes in.

        `reports` also takes away the reports that name them, and those that nobody can look into. It cannot be undone.

        Raises:
            ForgetError: they would be named still; nothing was taken out of the store.
            UnknownPerson: nobody is known by that name.
            WorkspaceError: a file cannot be taken away.
        """
        whom = self.to_be_forgotten(person)
        key = self._key()
        self._let_go()
        try:
            return forget(self.store, self._place, whom, key, reports=reports)
        except OSError as error:
            raise WorkspaceError(f"{error.filename} cannot be taken away: {error.strerror}") from error
        finally:
            self.settings = settings.read(self.path / SETTINGS)
            self._let_go()

    def prune(self, *, rehearse: bool = False) -> Pruned:
        """Take out what is older than `[retention]` says, for good; or only count it.

        Raises:
            RetentionError: a rule cannot be meant.
        """
        wanted = rules(self.settings.retention)
        if wanted and not rehearse:
            self._let_go()
        return prune(self.store, wanted, rehearse=rehearse)

    def _key(self) -> bytes:
        """Return the key of the workspace, the one with which everything was marked; the first time it is made.

        Raises:
            SecretError: it is nowhere, or is another one.
        """
        key = key_of(self.path) if self.store.is_sealed else key_made(self.path)
        if not self.store.is_sealed_with(key):
            raise SecretError(
                f"the key of {self.path} is another than the one with which it was sealed; put its secrets.toml "
                f"back, or set {VARIABLE} to what it was"
            )
        return key

    def _traces(self, code: int) -> Traces:
        return traces(self.analysis.people, code)

    @property
    def copies(self) -> Path:
        """Return where files lie that were sent here, while they are read."""
        return self.path / COPIES

    @property
    def _place(self) -> Place:
        return Place(
            folder=self.path,
            settings=self.path / SETTINGS,
            database=self.path / DATABASE,
            reports=self.path / REPORTS,
            passing=(self.path / WORKED_OUT, self.copies),
            secrets=self.path / FILE,
        )

    def _let_go(self) -> None:
        """Let go of everything that was read from the store: its file is to be written anew."""
        for part in self._parts.values():
            part.engine.close()
        self._forget_analysis()

    @abstractmethod
    def _forget_analysis(self) -> None:
        """Everything is read anew when it is next asked for."""

    def _readings_checked(self) -> list[str]:
        try:
            return self.readings.broken()
        except SecretError as error:
            return [f"the log of readings cannot be checked: {error}"]
