"""A lake asked by Spark: it answers what a workspace answers, and no store is kept on this machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

from influence import settings
from influence.analysis.report import Analysis
from influence.contract.narrowing import Narrowing, NarrowingError
from influence.people.linkage.run import who_is_who
from influence.rights.purpose import Purpose
from influence.store.kept import Kept
from influence.store.spark import SparkEngine, session
from influence.workspace.campaigning import Campaigning


class Cluster(Campaigning):
    """A lake (a folder, or an address that Spark can read) with the settings of a folder, through Spark.

    Reports go into the folder. With `keep` the lake keeps what was worked out of it for the next report. With `near`
    only what is near the leaders who are asked about comes to this machine; measures that need everybody say so.
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
        near: bool = False,
    ) -> None:
        self.path, self._basis, self._near = Path(path), basis, near
        self.settings = settings.read(self.path / "influence.toml")
        self.engine = SparkEngine(session(master, remote), lake, master, keeps=keep)

    @cached_property
    def analysis(self) -> Analysis:
        """Everything in the lake, ready for questions; people are linked as they were when it was written."""
        kept = Kept(None, "")
        return Analysis(self.engine, self.settings, who_is_who(self.engine, kept), kept)

    def part(self, only: Narrowing, seen_from: Sequence[int] = ()) -> Analysis:
        """Return the part of the analysis that is asked for, or what is near some leaders (by code).

        Raises:
            NarrowingError: as for a workspace; or both are asked for.
        """
        if not self._near or not seen_from:
            return super().part(only, seen_from)
        if only:
            raise NarrowingError(
                "what is near a leader is taken by whole conversations: ask for a tag, a topic, a channel or a sphere "
                "without --near"
            )
        place = only, tuple(sorted(set(seen_from)))
        if place not in self._parts:
            self._parts[place] = self.analysis.near(place[1])
        return self._parts[place]

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
