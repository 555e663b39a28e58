"""A workspace: a folder with settings and a store. Every command of the program is a method here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from influence import settings
from influence.analysis.questions import WorkspaceError
from influence.analysis.report import Analysis
from influence.contract import durably, plugins
from influence.contract.campaigned import Stated
from influence.contract.tracked import Digest
from influence.corrections.meetings import Meetings
from influence.corrections.people import Curation
from influence.corrections.review import Review
from influence.corrections.waiting import Waiting
from influence.corrections.whose_mail import others_write
from influence.people.linkage.run import link_what_came, told, who_is_who
from influence.programmes.plan import FILE as PROGRAMME
from influence.programmes.plan import PlanError
from influence.programmes.programme import ProgrammeError, Programmes
from influence.secrets.keeping import Secrets
from influence.secrets.keys import pseudonym_key, pseudonym_key_made
from influence.secrets.places import PATIENCE, InKeyring
from influence.store.importing import Imported, read_path
from influence.store.kept import Kept, stamp
from influence.store.lake import Lake, take_lake, write_lake
from influence.store.pseudonyms import Pseudonyms
from influence.store.pulling import Pulled, look_again, pull
from influence.store.recognising import GROUP, made
from influence.store.repairing import Repaired, repair
from influence.store.store import Store
from influence.tracking.sending import SECRETS as SENDING
from influence.tracking.sending import NotSent, password_of, send
from influence.tracking.tracking import Tracking
from influence.workspace.campaigning import Campaigning
from influence.workspace.connecting import Connecting, Disconnected, disconnect
from influence.workspace.duties import DATABASE, SETTINGS, WORKED_OUT, Duties


class Workspace(Duties, Campaigning):
    """A folder made by `influence init`.

    >>> import tempfile
    >>> workspace = Workspace.create(Path(tempfile.mkdtemp()) / "acme")
    >>> workspace.doctor()["quarantine"]
    []
    >>> workspace.close()
    """

    def __init__(
        self, path: str | Path = ".", *, basis: str | None = None, ask: Callable[[str], str] | None = None
    ) -> None:
        if not (Path(path) / DATABASE).exists():
            raise WorkspaceError(f"{path} is not a workspace; make one with: influence init {path}")
        self._open(Path(path), basis, ask)

    def _open(self, path: Path, basis: str | None = None, ask: Callable[[str], str] | None = None) -> None:
        """Open what is in a folder; where there is no store in it, an empty one is made."""
        self.path = path
        self.settings = settings.read(path / SETTINGS)
        self._basis, self._ask = basis, ask
        self.unrecorded = ""
        self._pseudonyms = Pseudonyms(partial(pseudonym_key, self.path))
        self._read: set[tuple[str, tuple[str, ...]]] = set()
        self.store = Store(
            self.path / DATABASE,
            keep_text=self.settings.keep_text,
            keep_terms=self.settings.keep_terms,
            key=self._key,
            pseudonyms=self._pseudonyms if self.settings.pseudonymous else None,
        )

    @classmethod
    def create(
        cls, path: str | Path, reports_for: Sequence[str] = (), *, pseudonymous: bool = False
    ) -> Workspace:
        """Make a workspace in a folder, which may hold other files already; for reports about some people, or all.

        A `pseudonymous` one holds keyed pseudonyms in place of accounts, and no names.

        Raises:
            SecretError: there is no place outside the workspace for the key of the pseudonyms.
            WorkspaceError: there is a workspace already, or the folder may not be written.
        """
        folder = Path(path)
        if (folder / DATABASE).exists():
            raise WorkspaceError(f"{folder} is a workspace already")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if not (folder / SETTINGS).exists():
                durably.replace(folder / SETTINGS, settings.DEFAULTS)
            if reports_for:
                settings.set_purpose(folder / SETTINGS, reports_for)
            if pseudonymous:
                pseudonym_key_made(folder)
                settings.change(folder / SETTINGS, "privacy", "pseudonymous", True)
        except OSError as error:
            raise WorkspaceError(f"{folder} cannot be written: {error.strerror}") from error
        made = cls.__new__(cls)
        made._open(folder)
        return made

    @classmethod
    def demo(cls, path: str | Path, seed: int = 1) -> tuple[Workspace, str]:
        """Make a workspace that holds an invented company; return it and the leader to report on.

        Raises:
            WorkspaceError: there is a workspace already, or the folder may not be written.
        """
        import tomlkit  # only the demo needs these two

        from influence import demo

        company = demo.build(seed)
        folder = Path(path)
        cls.create(folder).close()
        invented: Any = tomlkit.parse(
            settings.DEFAULTS.replace('# notice = "..."        ', f'notice = "{company.notice}"  ')
        )
        invented["privacy"]["keep_terms"] = True
        invented["brand"]["accounts"] = list(company.brand)
        invented["voices"]["accounts"] = list(company.voices)
        invented["audiences"] |= {name: list(held) for name, held in company.audiences.items()}
        invented["topics"] |= company.topics
        invented["campaigns"] |= {name: dict(one) for name, one in company.campaigns.items()}
        durably.replace(folder / SETTINGS, tomlkit.dumps(invented))
        workspace = cls(folder)
        demo.write(company, folder / "invented")
        workspace.import_path(folder / "invented")
        return workspace, company.leaders["beyond"]

    def close(self) -> None:
        """Let go of the files."""
        for part in self._parts.values():
            part.engine.close()
        self.store.close()

    @staticmethod
    def repair(path: str | Path) -> Repaired:
        """Save what can be read of a damaged store into a new one beside it; the damaged one is left as it is.

        Raises:
            WorkspaceError: there is no store.
            StoreError: nothing of it can be read, or there is no room for the new one.
            InUse: another program holds it.
        """
        store = Path(path) / DATABASE
        if not store.exists():
            raise WorkspaceError(f"{path} is not a workspace: there is no {DATABASE} in it")
        return repair(store, store.with_suffix(".repaired.duckdb"))

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
        done.notes += others_write(self.store.engine) if done.summary.new else []
        self.prune()
        self._forget_analysis()
        return done

    def import_lake(self, folder: str | Path, *, progress: Callable[[str], None] = lambda _: None) -> Lake:
        """Bring back all that `export_lake` wrote, into a workspace that holds nothing yet.

        Raises:
            LakeError: the workspace holds something, or the lake is not whole, or of another version.
        """
        if self.settings.pseudonymous:
            raise WorkspaceError(
                "a lake holds names; a workspace of pseudonyms takes files and live sources only"
            )
        try:
            return take_lake(self.store, Path(folder), progress)
        finally:
            self._forget_analysis()

    def export_lake(self, folder: str | Path, *, progress: Callable[[str], None] = lambda _: None) -> Lake:
        """Write all that the workspace holds into a new folder, as Parquet files by month.

        Raises:
            LakeError: there is something in the folder already, or it cannot be written.
        """
        engine = self.store.engine
        link_what_came(
            engine, sure=self.settings.link, ask=self.settings.ask
        )  # whoever reads a lake links nobody
        return write_lake(engine, Path(folder), progress)

    def connecting(self, name: str, connector: str, options: Mapping[str, str]) -> Connecting:
        """Begin to connect a live source under a name, or to renew the one of that name; nothing is written yet.

        Of a source that is there, options that are not given stay; an empty one goes back to its default.

        Raises:
            ReadingError: the connector is not a live one, or an option is unknown.
            SettingsError: the name cannot be one, or is that of a source of another connector.
        """
        return Connecting(self.path, self.path / SETTINGS, name, connector, options)

    def disconnect(self, name: str) -> Disconnected:
        """Forget the secrets and the cursor of a source and take it out of the settings; what it brought stays.

        Raises:
            WorkspaceError: there is no such source.
        """
        done = disconnect(self.path, self.path / SETTINGS, self.store, name)
        if done is None:
            raise WorkspaceError(self._no_source(name))
        self.settings = settings.read(self.path / SETTINGS)
        return done

    def pull(
        self,
        names: Sequence[str] = (),
        *,
        progress: Callable[[str], None] = lambda _: None,
        ended: Callable[[str, Pulled], None] = lambda *_: None,
    ) -> dict[str, Pulled]:
        """Fetch what is new from the sources named, or from all; each reply lands with its cursor, or not at all.

        A source that fails stops no other: its `failed` says why, and what came before is kept. `ended` is told of
        each as it ends. Nobody is asked anything: a keyring that is locked fails after `PATIENCE` seconds.

        Raises:
            WorkspaceError: there is no such source.
        """
        sources = self.sources()
        for name in names:
            if name not in sources:
                raise WorkspaceError(self._no_source(name))
        done, keyring = {}, InKeyring(self.path, PATIENCE)
        try:
            for name in dict.fromkeys(names or sorted(sources)):
                options = dict(sources[name])
                make = partial(made, options.pop("connector"), options, live=True)
                done[name] = pull(self.store, name, make, Secrets(self.path, name, keyring), progress)
                done[name].notes += others_write(self.store.engine) if done[name].summary.new else []
                ended(name, done[name])
            self.prune()
        finally:  # who stops it in the middle has what came before
            self._forget_analysis()
        return done

    def comply(
        self, names: Sequence[str] = (), *, progress: Callable[[str], None] = lambda _: None
    ) -> dict[str, Pulled | None]:
        """Ask the sources named, or all, what became of everything that is stored of them, and take it over.

        What was deleted there says nothing here any more: the file is written anew without it. None where a connector
        cannot ask that. A source that fails stops no other: its `failed` says why.

        Raises:
            WorkspaceError: there is no such source.
        """
        sources = settings.read(self.path / SETTINGS).sources
        for name in names:
            if name not in sources:
                raise WorkspaceError(self._no_source(name))
        if self.settings.pseudonymous:
            raise WorkspaceError("a workspace of pseudonyms holds no ids by which services could be asked")
        self._let_go()
        done, keyring, emptied = dict[str, Pulled | None](), InKeyring(self.path, PATIENCE), 0
        for name in dict.fromkeys(names or sorted(sources)):
            options = dict(sources[name])
            make = partial(made, options.pop("connector"), options, live=True)
            done[name] = look_again(self.store, name, make, Secrets(self.path, name, keyring), progress)
            if done[name] is not None:
                emptied += self.store.empty_deleted(plugins.load(GROUP, sources[name]["connector"]).stored)
        if emptied:
            self.store.rewrite()
        self._let_go()
        return done

    def _no_source(self, name: str) -> str:
        known = ", ".join(sorted(settings.read(self.path / SETTINGS).sources))
        there = f"there are: {known}" if known else "there is none yet: influence connect NAME adds one"
        return f"there is no source {name!r}; {there}"

    # --- asking -----------------------------------------------------------------------------------------

    @cached_property
    def analysis(self) -> Analysis:
        """Everything in the store, ready for questions; read when it is first needed, people linked anew if need be."""
        engine = self.store.engine
        joining = link_what_came(engine, sure=self.settings.link, ask=self.settings.ask)
        kept = self._kept()
        people = who_is_who(engine, kept, joining)
        if self.settings.pseudonymous:
            people.pseudonym = self._pseudonyms.of
        return Analysis(engine, self.settings, people, kept)

    @property
    def curation(self) -> Curation:
        """Setting right who is who: merge, split, rename, bots, spheres."""
        return Curation(self.store.engine, lambda: self.analysis.people, self._forget_analysis)

    @property
    def review(self) -> Review:
        """Who writes for whom, and what is to be asked about people, first what moves most."""
        return Review(lambda: self.analysis, self.curation, self._forget_analysis)

    def open_about(self, person: str) -> Sequence[str]:
        """Return what is to be asked about a person, first what moves most."""
        return self.review.open_about(person)

    @property
    def meetings(self) -> Meetings:
        """Who has met whom, how sure, and why: list, explain, declare, label, fit."""
        return Meetings(lambda: self.analysis, self._forget_analysis, self.reads)

    @property
    def tracking(self) -> Tracking:
        """Week after week: take a leader's snapshot, and say what moved since the one before."""
        return Tracking(self.store.engine, self.analysis, self.reads)

    def programme(self, file: str | Path | None = None) -> Programmes:
        """Return the programme of a file (`programme.toml` of the workspace): start it, show it, note, write sheets."""
        place = self.path / PROGRAMME if file is None else Path(file)
        return Programmes(self.store.engine, self.analysis, place, self.reads, self.releases)

    def digest(self, leaders: Sequence[str] = ()) -> Digest:
        """Return one page about the last snapshots of some leaders, or of all of whom there is one.

        Where a programme was started it tells what became of advice that mentees among them took: of one leader for
        that leader, of several all together and of no fewer than the smallest group.

        Raises:
            NothingTracked: of one of them, or of nobody, there is a snapshot.
            UnknownPerson: nobody is known by one of the names.
        """
        tracked = self.tracking.latest(leaders)
        people = [str(one.report.leader["person"]) for one in tracked]
        try:
            became = self.programme().became(people, 1 if len(people) == 1 else None)
        except (PlanError, ProgrammeError):  # there is none, or it was not started
            became = None
        return Digest(tracked, self.settings.notice, became=became)

    @property
    def waiting(self) -> Waiting:
        """What waits for a leader, by what an answer is worth: list, mark as done, put off."""
        return Waiting(lambda: self.analysis, self._forget_analysis, self.reads)

    def send(self, mail: bytes, ask: Callable[[str], str] | None = None) -> list[str]:
        """Hand a mail in at the server of the settings and return to whom it goes; `ask` is for its password.

        Raises:
            NotSent: no server is set, nobody is named, or the server cannot be reached or refuses.
        """
        if self.settings.mail is None:
            raise NotSent(f"{self.path / SETTINGS} names no server that sends mail: set host under [mail]")
        secrets = Secrets(self.path, SENDING, InKeyring(self.path, PATIENCE))
        return send(mail, self.settings.mail, password_of(secrets, ask))

    @property
    def alone(self) -> AbstractContextManager[object]:
        """Within it no other thread reads or writes the store: for what must see one state of it."""
        return self.store.engine.alone

    @property
    def ready(self) -> bool:
        """Whether everything was read already, so that a question is answered at once."""
        return "analysis" in self.__dict__

    def sources(self) -> Mapping[str, Mapping[str, str]]:
        """Return the live sources of the settings with their options; secrets are none."""
        return settings.read(self.path / SETTINGS).sources

    def settings_held(self) -> dict[str, Any]:
        """Return the settings as the file holds them, over those that a new workspace has.

        Raises:
            SettingsError: the file cannot be read.
        """
        return settings.held(self.path / SETTINGS)

    def settings_told(self) -> str:
        """Return the settings of a new workspace, with what each is for."""
        return settings.DEFAULTS

    def change_setting(self, section: str, name: str, value: settings.Value | None) -> None:
        """Set one setting of `influence.toml` (None: take it out); everything is worked out anew by it.

        Raises:
            SettingsError: there is no such setting, it cannot have this value, or the file cannot be written.
        """
        with self.alone:
            self.settings = settings.change(self.path / SETTINGS, section, name, value)
            self.store.keep(text=self.settings.keep_text, terms=self.settings.keep_terms)
            self._forget_analysis()

    def write_campaign(self, name: str, typed: settings.Typed, before: Stated | None = None) -> None:
        """Write a campaign into `influence.toml`, or correct the one that stood there `before`.

        Raises:
            SettingsError: it cannot be meant, its name is taken, or somebody changed it meanwhile.
        """
        with self.alone:
            self._have_campaigns(settings.set_campaign(self.path / SETTINGS, name, typed, before))

    def remove_campaign(self, before: Stated) -> None:
        """Take a campaign out of `influence.toml`.

        Raises:
            SettingsError: somebody changed it meanwhile.
        """
        with self.alone:
            self._have_campaigns(settings.remove_campaign(self.path / SETTINGS, before))

    def _have_campaigns(self, found: settings.Settings) -> None:
        """Take settings over of which campaigns changed; where a person changed more, everything is worked out anew."""
        same = replace(found, campaigns=self.settings.campaigns) == self.settings
        self.settings = found
        if not same:
            self.store.keep(text=found.keep_text, terms=found.keep_terms)
            self._forget_analysis()

    def _forget_analysis(self) -> None:
        """Everything is read anew when it is next asked for; what was worked out of an older store lies nowhere."""
        with self.alone:
            for worked_out in ("analysis", "_parts", "_egos"):
                self.__dict__.pop(worked_out, None)
            self._kept().forget_older()

    def _kept(self) -> Kept:
        return Kept(self.path / WORKED_OUT, stamp(self.store.engine))

    def doctor(self) -> dict[str, Any]:
        """Return what was set aside (file, line, reason), accounts claimed twice, doubts, and the imports so far."""
        return {
            "quarantine": self.store.quarantine(),
            "conflicts": list(self.analysis.people.conflicts),
            "doubts": self.meetings.doubts(),
            "linkage": told(self.store.engine),
            "imports": self.store.imports(),
            "readings": self._readings_checked(),
        }
