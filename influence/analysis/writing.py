"""Giving out: reports and networks as files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from inspect import signature
from pathlib import Path

from influence.analysis.questions import Questions, WorkspaceError
from influence.contract import plugins
from influence.contract.findings import Report
from influence.contract.language import ENGLISH, speaking
from influence.network.writing import NETWORK_FORMATS, write_network

REPORTS = "reports"


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
    ) -> list[Path]:
        """Write a report in a format (`html`, `json`, `csv` …) and return the files written.

        `template` is a document of the user's own that the format fills, if it can.

        Raises:
            PluginError: there is no such format.
            UnknownLanguage: there is no such language.
            WorkspaceError: the place may not be written, or the format takes no template.
        """
        writer = plugins.load("influence.formats", kind)
        place = path or self.path / REPORTS / f"{_file_name(report.leader['name'])}.{kind}"
        options = _template(writer, kind, template)
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            with speaking(language):
                return list(writer(report, place, **options))
        except OSError as error:
            raise WorkspaceError(f"{place} cannot be written: {error.strerror}") from error

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
        if kind not in NETWORK_FORMATS:
            raise WorkspaceError(
                f"there is no network format {kind!r}; there are: {', '.join(NETWORK_FORMATS)}"
            )
        network = self.digital_network(since, until) if digital else self.network(since, until)
        place = Path(path)
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            write_network(network, place, kind)
        except OSError as error:
            raise WorkspaceError(f"{place} cannot be written: {error.strerror}") from error
        return len(network)


def _template(writer: Callable[..., Sequence[Path]], kind: str, template: Path | None) -> dict[str, Path]:
    """Return what a format is given beside the report: a template, if it takes one."""
    if template is None:
        return {}
    if "template" not in signature(writer).parameters:
        raise WorkspaceError(f"the format {kind} takes no template")
    return {"template": template}


def _file_name(name: str) -> str:
    """Make a safe file name of a person's name: letters, digits and dashes only."""
    return "-".join("".join(c if c.isalnum() else " " for c in name.lower()).split())[:80] or "report"
