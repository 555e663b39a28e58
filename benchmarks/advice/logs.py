"""Five published logs as histories: who did what when, and who answered whom."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from benchmarks.beside.inputs import MissingInput
from influence import Workspace
from influence.advice.history import History
from influence.advice.likely import Record, Weights
from influence.reach.population import Population
from influence.times import Window, stated


@dataclass(frozen=True)
class Source:
    """A published log: its files below the folder of data, how it is imported, and from when to when it is whole."""

    files: tuple[str, ...]
    options: dict[str, str]
    since: str = ""
    until: str = ""
    zone: str = "UTC"


SOURCES = {
    "Lean": Source(("lean_zulip/lean_zulip_activities.parquet",), {}),
    "manufacturing": Source(
        ("manufacturing_email/communication.csv", "manufacturing_email/reportsto.csv"),
        {},
        zone="Europe/Warsaw",
    ),
    "Houston": Source(("slack_export_houston",), {}),
    "Enron": Source(
        ("enron_executives/enron_executives.tar.xz",), {"trash": "counts"}, "2000-05-01", "2002-01-01"
    ),
    "NCAR": Source(("zulip_ncar/zulip_json",), {}),
}
NEVER_LEARNED = "NCAR"
"""Nothing was chosen and nothing learned from it: opened once, when all was done."""


@dataclass(frozen=True)
class Log:
    """A log that was read, in the window in which it is whole."""

    name: str
    history: History
    window: Window

    def until(self, part: float, told: Weights | None = None) -> Record:
        """Return the record as it was when a part of the window had passed."""
        until = int(self.window.since + (self.window.until - self.window.since) * part)
        more = {} if told is None else {"told": told}
        return Record(self.history.before(until), self.window.since, until, **more)


def read(name: str, data: Path, folder: Path) -> Log:
    """Import a log if that has not been done, and read its history.

    Raises:
        MissingInput: it is not among the data.
    """
    source, place = SOURCES[name], folder / name.lower()
    if not (place / "influence.toml").exists():
        _imported(source, data, place)
    with Workspace(place) as workspace:
        population = workspace.analysis
        window = window_of(source, population)
        return Log(name, History.of(population, window), window)


def window_of(source: Source, population: Population, part: float = 1.0) -> Window:
    """Return the window in which a log is whole, or the part of it that had passed."""
    whole = population.whole_window()
    since = stated(source.since, "UTC") if source.since else whole.since
    until = stated(source.until, "UTC") if source.until else whole.until
    return Window(since, int(since + (until - since) * part))


def _imported(source: Source, data: Path, place: Path) -> None:
    missing = [file for file in source.files if not (data / file).exists()]
    if missing:
        raise MissingInput(f"{missing[0]} is not at hand: --data names the folder that holds it")
    with Workspace.create(place) as workspace:
        for file in source.files:
            workspace.import_path(data / file, options=source.options, zone=source.zone)
