"""A live source on its way in and on its way out: nothing of it is written before all is known to work."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from influence import settings
from influence.contract import plugins
from influence.contract.errors import InfluenceError
from influence.contract.secrecy import hush
from influence.contract.wording import plain
from influence.secrets.keeping import Secrets, Tried, held_by_environment
from influence.secrets.places import SecretError
from influence.store.pulling import faults_of
from influence.store.recognising import GROUP, ReadingError, checked, made
from influence.store.store import Store


class Connecting:
    """The settings and secrets of one source while a person connects it, or renews what it has.

    The secrets are in memory until the service has said whom it knows by them; then they are kept, all at once, and
    the settings are written last. So a kill at any point leaves no source, or a whole one.

    Raises:
        ReadingError: the connector is not a live one, or an option is unknown.
        SettingsError: the name cannot be one, or is that of a source of another connector.
    """

    def __init__(self, folder: Path, file: Path, name: str, connector: str, given: Mapping[str, str]) -> None:
        known = settings.read(file).sources.get(settings.checked_name(name))
        if known is not None and known["connector"] != connector:
            raise settings.SettingsError(
                f"{file}: there is a source {name!r} already, of the connector {known['connector']!r}: give this "
                f"one another name with --name, or take that one out with: influence disconnect {name}"
            )
        self.name, self.connector, self.renews = name, connector, known is not None
        self._file, self.secrets = file, Secrets(folder, name)
        merged = {key: value for key, value in (known or {}).items() if key != "connector"} | dict(given)
        self.options = {key: value for key, value in merged.items() if value}
        self.kind = checked(connector, self.options, live=True)

    @property
    def missing(self) -> list[str]:
        """The options without which the connector reads nothing, and that nobody has set."""
        return [
            option
            for option in getattr(self.kind, "required", ())
            if not (self.options.get(option) or getattr(self.kind, option, None))
        ]

    @cached_property
    def live(self) -> Any:
        """The connector with its options.

        Raises:
            ReadingError: options that it needs are not set.
            SourceError: it does not take one.
        """
        if self.missing:
            raise ReadingError(
                f"{self.connector!r} reads nothing without {', '.join(f'--set {one}=…' for one in self.missing)}"
            )
        with faults_of(self.connector):
            return made(self.connector, self.options, live=True)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the secrets that it may have."""
        return names_of(self.kind)

    def sign_in(self, ask: Callable[[str], None], given: Mapping[str, str]) -> dict[str, str]:
        """Walk a person through the service's own sign-in; what was not given anew is what is kept.

        Raises:
            SourceError: it came to nothing.
        """
        hush(*given.values())
        kept = {
            name: self.secrets.get(name)
            for name in getattr(self.kind, "given", ())
            if self.secrets.knows(name)
        }
        with faults_of(self.connector):
            return {**given, **self.live.sign_in(ask, {**kept, **given})}

    def tried(self, given: Mapping[str, str]) -> tuple[Tried, str | None]:
        """Ask the service whom it knows by these secrets; None where the connector cannot tell.

        Raises:
            SourceError: the service refuses, or a secret is missing.
        """
        secrets = Tried(self.secrets, given)
        if not callable(getattr(self.live, "signed_in_as", None)):
            return secrets, None
        with faults_of(self.connector):
            who = plain(str(self.live.signed_in_as(secrets)))
        return secrets, who

    def kept_in(self) -> str | None:
        """Say where its secrets are kept so far: "keyring", "file", or nowhere."""
        return next(iter(self.secrets.kept_in(self.names)), None)

    def keep(self, secrets: Mapping[str, str], place: str) -> list[str]:
        """Keep the secrets in "keyring" or "file" and nowhere else, then write the settings; return what is in doubt.

        Raises:
            SecretError: the place refuses; nothing has changed.
            SettingsError: the settings cannot be written; the secrets are as they were.
        """
        kept, elsewhere = self.secrets.places[place], self.kept_in()
        moved = {}
        if elsewhere is not None and elsewhere != place:
            moved = self.secrets.read_in(elsewhere, self.names)
        together = {name: value for name, value in moved.items() if name in self.names} | dict(secrets)
        before = self.secrets.read_in(place, self.names) if together else {}
        if together:
            self.secrets.keep_in(place, together)
        try:
            settings.set_source(self._file, self.name, self.connector, self.options)
        except InfluenceError:
            if together:
                kept.write(self.name, before) if before else kept.forget(self.name, self.names)
            raise
        return _forgotten(self.secrets, self.names, but=place) if together else []


@dataclass(frozen=True)
class Disconnected:
    """What became of a source that was taken out.

    `forgotten` says where its secrets were, `variables` which of the environment still hold one, `stays` how much of
    what is shown it brought, `revoke` how to take the permission back, and `doubts` what could not be forgotten.
    """

    connector: str
    forgotten: Sequence[str]
    variables: Sequence[str]
    stays: int
    revoke: str
    doubts: Sequence[str]


def disconnect(folder: Path, file: Path, store: Store, name: str) -> Disconnected | None:
    """Forget the secrets and the cursor of a source and take it out of the settings, in this order.

    What was brought in stays. None where there is no such source and nothing is kept of one.

    Raises:
        SettingsError: the settings cannot be read or written.
    """
    sources, secrets = settings.read(file).sources, Secrets(folder, name)
    connector = sources.get(name, {}).get("connector", "")
    names, revoke = _taken_back(connector)
    kept = secrets.kept_in(names)
    if not connector and not kept and not store.cursor(name):
        return None
    doubts = _forgotten(secrets, names)
    store.forget_cursor(name)
    if connector:
        settings.remove_source(file, name)
    return Disconnected(
        connector,
        [secrets.places[place].told for place in kept],
        held_by_environment(secrets, [Secrets(folder, other) for other in sources if other != name]),
        store.shown_of(name),
        revoke,
        doubts,
    )


def names_of(kind: Any) -> tuple[str, ...]:
    """Return the names of the secrets that a connector may have."""
    return tuple(dict.fromkeys((*getattr(kind, "given", ()), *getattr(kind, "secrets", ()))))


def _taken_back(connector: str) -> tuple[tuple[str, ...], str]:
    """Return what a connector keeps and how to take its permission back; nothing where it is not installed any more."""
    try:
        kind = plugins.load(GROUP, connector)
    except plugins.PluginError:
        return (), ""
    return names_of(kind), getattr(kind, "revoke", "")


def _forgotten(secrets: Secrets, names: Sequence[str], but: str | None = None) -> list[str]:
    """Forget secrets; return in words what could not be."""
    try:
        secrets.forget(names, but=but)
    except SecretError as error:
        return [f"{error}: whether it holds a secret still is not known"]
    return []
