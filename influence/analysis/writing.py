"""Giving out: reports and networks as files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from inspect import signature
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile

from influence.analysis.questions import Questions, WorkspaceError
from influence.analysis.without_names import without_names as copy_without_names
from influence.contract import plugins
from influence.contract.errors import InfluenceError
from influence.contract.findings import Report
from influence.contract.language import ENGLISH, known, speaking
from influence.contract.narrowing import EVERYTHING, Narrowing
from influence.contract.wording import file_name
from influence.network.writing import NETWORK_FORMATS, write_network

REPORTS = "reports"
FORMATS = "influence.formats"
_NOBODY = Report({"person": "nobody", "name": ""}, {"since": None, "until": None}, {})


class Writing(Questions):
    """Writes what the questions found; reports go into the workspace's own folder unless a place is named."""

    path: Path

    def write(
        self,
        report: Report,
        kind: str,
        path: Path | None = None,
        *,
        language: str = ENGLISH,
        template: Path | None = None,
        without_names: bool = False,
    ) -> list[Path]:
        """Write a report in a format (`html`, `json`, `csv` …) and return the files written.

        `template` is a document of the user's own that the format fills, if it can. `without_names` writes the copy for
        others, as `Workspace.without_names` makes it.

        Raises:
            PluginError: there is no such format.
            UnknownLanguage: there is no such language.
            WorkspaceError: the place may not be written, or the format takes no template.
        """
        writer = plugins.load(FORMATS, kind)
        options = _template(writer, kind, template)
        if path is None:
            ending = f"-without-names.{kind}" if without_names else f".{kind}"
            path = self.path / REPORTS / f"{file_name(report.leader['name'])}{ending}"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with speaking(language):
                told = self.without_names(report) if without_names else report
                return list(writer(told, path, **options))
        except OSError as error:
            raise WorkspaceError(f"{path} cannot be written: {error.strerror}") from error

    def without_names(self, report: Report) -> Report:
        """Return a copy of a report for others, in which nobody but the leader can be told.

        Groups of fewer people than `[privacy] smallest_shown` says are merged or left out.
        """
        return copy_without_names(report, self.settings.smallest_shown)

    def rehearse(
        self,
        kinds: Sequence[str],
        path: Path | None = None,
        *,
        language: str = ENGLISH,
        template: Path | None = None,
    ) -> None:
        """Refuse what could not be written, before the long work: each format writes a report of nobody.

        Raises:
            PluginError: there is no such format.
            UnknownLanguage: there is no such language.
            WorkspaceError: no format is named, the place may not be written, or no format takes the template.
            InfluenceError: a format cannot work here; it says why.
        """
        if not kinds:
            raise WorkspaceError(f"no format is named; there are: {', '.join(plugins.names(FORMATS))}")
        writers = {kind: plugins.load(FORMATS, kind) for kind in kinds}
        spoken = known(language)
        if template is not None and not any(map(takes_template, writers.values())):
            raise WorkspaceError(f"no template is taken by {', '.join(kinds)}")
        _refuse_unwritable(path or self.path / REPORTS / "report")
        with TemporaryDirectory() as folder, speaking(spoken):
            for kind, writer in writers.items():
                given = template if takes_template(writer) else None
                refused = _refused(writer, Path(folder) / f"report.{kind}", _template(writer, kind, given))
                if refused is not None:
                    raise refused

    def write_network(
        self,
        path: str | Path,
        kind: str,
        since: str | date | None = None,
        until: str | date | None = None,
        *,
        digital: bool = False,
        only: Narrowing = EVERYTHING,
    ) -> int:
        """Write the response network, as `graphml`, `gexf` or `parquet`, and return how many people are in it.

        `digital` leaves out the ties between people known to have met, `only` whatever is no part of what is asked for.

        Raises:
            WorkspaceError: there is no such format, or the place may not be written.
        """
        if kind not in NETWORK_FORMATS:
            raise WorkspaceError(
                f"there is no network format {kind!r}; there are: {', '.join(NETWORK_FORMATS)}"
            )
        network = self.digital_network(since, until, only) if digital else self.network(since, until, only)
        place = Path(path)
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            write_network(network, place, kind)
        except OSError as error:
            raise WorkspaceError(f"{place} cannot be written: {error.strerror}") from error
        return len(network)


def takes_template(writer: Callable[..., Sequence[Path]]) -> bool:
    """Tell whether a format fills a document of the user's own."""
    return "template" in signature(writer).parameters


def _template(writer: Callable[..., Sequence[Path]], kind: str, template: Path | None) -> dict[str, Path]:
    """Return what a format is given beside the report: a template, if it takes one."""
    if template is None:
        return {}
    if not takes_template(writer):
        raise WorkspaceError(f"the format {kind} takes no template")
    return {"template": template}


def _refused(
    writer: Callable[..., Sequence[Path]], path: Path, options: dict[str, Path]
) -> InfluenceError | None:
    """Write a report of nobody and return what the format refuses, if it does."""
    try:
        writer(_NOBODY, path, **options)
    except InfluenceError as error:
        return error
    except Exception:
        return None  # a format that cannot tell of nobody may still tell of somebody
    return None


def _refuse_unwritable(path: Path) -> None:
    """Refuse a place where no file can be made."""
    if path.is_dir():
        raise WorkspaceError(f"{path} cannot be written: it is a folder; name a file in it")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise WorkspaceError(f"{path} cannot be written: {error.strerror}") from error
