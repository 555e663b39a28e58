"""A lake asked by Spark: it answers what a workspace answers, and no store is kept on this machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

from influence import settings
from influence.analysis.report import Analysis
from influence.people.linkage.run import who_is_who
from influence.rights.purpose import Purpose
from influence.store.kept import Kept
from influence.store.spark import SparkEngine, session
from influence.workspace.campaigning import Campaigning


class Cluster(Campaigning):
    """A lake (a folder, or an address that Spark can read) with the settings of a folder, through Spark.

    Reports go into the folder. With `keep` the lake keeps what was worked out of it for the next report.
    `master` and `remote` say which Spark: this machine's own if both are left out.

    Raises:
        LakeError: there is no lake, or it is not whole, or of another version.
        SettingsError: the settings cannot be read.
        SparkError: there is no Spark, or no Java.
    """

    def __init__(
        self,
        path: str | Path,
        lake: str,
        *,
        master: str | None = None,
        remote: str | None = None,
        basis: str | None = None,
        keep: bool = False,
    ) -> None:
        self.path, self._basis = Path(path), basis
        self.settings = settings.read(self.path / "influence.toml")
        self.engine = SparkEngine(session(master, remote), lake, master, keeps=keep)

    @cached_property
    def analysis(self) -> Analysis:
        """Everything in the lake, ready for questions; people are linked as they were when it was written."""
        kept = Kept(None, "")
        return Analysis(self.engine, self.settings, who_is_who(self.engine, kept), kept)

    def reads(self, command: str, codes: Sequence[int] = ()) -> None:  # noqa: ARG002 - a lake keeps no log
        """Refuse what the workspace is not for; nothing is recorded, since a lake is only read.

        Raises:
            PurposeError: the workspace is not for reports about one of them, and no basis was stated.
        """
        Purpose(self.settings.reports_for, self._basis).basis_for(self.analysis.people, codes)

    def releases(self, of: str, sets: Mapping[str, frozenset[str]], smallest: int) -> None:
        """Let every copy be given out: a lake is only read, so nothing can be kept of what was given before."""

    def close(self) -> None:
        """Let go of Spark."""
        self.engine.close()
