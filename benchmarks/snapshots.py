"""How large a year of weekly snapshots is, and how soon a digest of all of them is there.

`python -m benchmarks.snapshots [WORKSPACE] [--leaders 20] [--weeks 52]` takes real snapshots of a few leaders of the
invented company (or of WORKSPACE, in which some are taken already), keeps each again for every leader and week of a
year with its window moved, and prints what the store grew by and how long `influence digest` takes in a process of its
own (on the clock, and of the processor). Each snapshot is compressed by itself: the second is as large as the first.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from influence import Workspace
from influence.contract.findings import Report
from influence.times import WEEK, Window, exact
from influence.tracking.snapshots import Snapshots

TAKEN = 4
"""Of so many leaders a snapshot is really taken, of those who are answered most."""


def main() -> None:
    """Measure and print."""
    words = ArgumentParser(description=__doc__)
    words.add_argument("workspace", nargs="?", type=Path)
    words.add_argument("--leaders", type=int, default=20)
    words.add_argument("--weeks", type=int, default=52)
    given = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = given.workspace or Path(folder) / "w"
        store = place / "influence.duckdb"
        people = _begun(place, given.workspace is None)
        before = store.stat().st_size
        told = _filled(place, people[: given.leaders], given.weeks)
        grown = store.stat().st_size - before
        print(f"{given.leaders} leaders, {given.weeks} weeks: {told:,} snapshots")
        print(f"the store grew by {grown / 1e6:,.1f} MB, {grown / told / 1e3:,.1f} kB each")
        for kind in ("html", "eml"):
            print(f"a digest of all as {kind}: {_timed(place, kind)}")


def _begun(place: Path, fresh: bool) -> list[str]:
    """Make the workspace where there is none, take a few snapshots, and return whom others answer."""
    with Workspace.demo(place)[0] if fresh else Workspace(place) as workspace:
        people = [who.person for who in workspace.analysis.people.who]
        if fresh:
            for one in workspace.heard()[:TAKEN]:
                workspace.tracking.take(one.person)
        return people


def _filled(place: Path, people: Sequence[str], weeks: int) -> int:
    """Keep what was taken for each person and week; return how many snapshots there are."""
    with Workspace(place) as workspace:
        snapshots = Snapshots(workspace.store.engine)
        taken = [one for person in snapshots.leaders() for one in snapshots.of(person)]
        for n, person in enumerate(people):
            for week in range(weeks):
                one = taken[(n + week) % len(taken)]
                window = Window(
                    *(edge - (weeks - week) * WEEK for edge in (one.window.since, one.window.until))
                )
                snapshots.keep(_moved(one.report, person, window), window)
        return sum(len(snapshots.of(person)) for person in snapshots.leaders())


def _moved(report: Report, person: str, window: Window) -> Report:
    edges = {"since": exact(window.since).isoformat(), "until": exact(window.until).isoformat()}
    leader = {**report.leader, "person": person}
    return replace(report, leader=leader, window={**report.window, **edges})


def _timed(place: Path, kind: str) -> str:
    """Write a digest of all leaders, and return how long it took."""
    before, began = os.times(), time.monotonic()
    command = [sys.executable, "-m", "influence", "digest", "-w", str(place), "--format", kind, "-o", "-"]
    done = subprocess.run(command, check=True, capture_output=True)
    used = os.times()
    processor = used.children_user + used.children_system - before.children_user - before.children_system
    return f"{time.monotonic() - began:.1f} s (processor {processor:.1f} s), {len(done.stdout):,} bytes"


if __name__ == "__main__":
    main()
