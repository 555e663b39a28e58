"""A lake asked by Spark: it answers what a workspace answers, and no store is kept on this machine."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from influence import settings
from influence.analysis.report import Analysis
from influence.analysis.writing import Writing
from influence.people.linkage.run import who_is_who
from influence.store.kept import Kept
from influence.store.spark import SparkEngine, session


class Cluster(Writing):
    """A lake (a folder, or an address that Spark can read) with the settings of a folder, through Spark.

    Reports go into the folder. `master` and `remote` say which Spark: this machine's own if both are left out.

    Raises:
        LakeError: there is no lake, or it is not whole, or of another version.
        SettingsError: the settings cannot be read.
        SparkError: there is no Spark, or no Java.
    """

    def __init__(
        self, path: str | Path, lake: str, *, master: str | None = None, remote: str | None = None
    ) -> None:
        self.path = Path(path)
        self.settings = settings.read(self.path / "influence.toml")
        self.engine = SparkEngine(session(master, remote), lake, master)

    @cached_property
    def analysis(self) -> Analysis:
        """Everything in the lake, ready for questions; people are linked as they were when it was written."""
        kept = Kept(None, "")
        return Analysis(self.engine, self.settings, who_is_who(self.engine, kept), kept)

    def close(self) -> None:
        """Let go of Spark."""
        self.engine.close()
