"""How far one machine goes: a log that is brought in, and the headline of it, each a process of its own.

`python -m benchmarks.headline FOLDER 100` makes a log of so many million activities in FOLDER, as Parquet in stretches
of ten million by the same two million people, unless it is there; then it brings it in and asks for reach_4 of `x:3`,
who is heard as few are. It writes a line of JSON for each step: seconds of the processor and on the clock, and memory.
With a last word `lake`, `spark`, `near` or `whole` it does that step alone: it writes the lake, asks Spark for the same
of it, or for the report of what is near the leader (Java, `SPARK_DRIVER_MEMORY` at most, is a process of its own and
told beside Python), or makes the whole report.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.cluster import seconds_of_java
from benchmarks.generated import activities
from influence import Workspace
from influence.workspace.cluster import Cluster

STRETCH = 10_000_000
LEADER = "x:3"


def write(folder: Path, millions: int) -> None:
    """Write activities in order of time, ten million a file; an answer goes to an item of its own stretch."""
    (folder / "log").mkdir(parents=True, exist_ok=True)
    stretches = millions * 1_000_000 // STRETCH
    for number in range(stretches):
        path = folder / "log" / f"part-{number:03}.parquet"
        if not path.exists():
            pq.write_table(_of_stretch(number, stretches), path)


def _of_stretch(number: int, stretches: int) -> pa.Table:
    rows = activities(STRETCH, seed=number + 1)
    moment = rows["time"].cast(pa.int64())
    begins = moment[0].as_py()
    later = pc.divide(pc.subtract(moment, begins), stretches)
    moment = pc.add(later, begins + number * (2 * 365 * 86_400 * 1_000_000 // stretches))
    named = {name: pc.binary_join_element_wise(f"{number}", rows[name], "") for name in ("id", "parent")}
    named["time"] = moment.cast(pa.timestamp("us", "UTC"))
    for name, column in named.items():
        rows = rows.set_column(rows.schema.get_field_index(name), name, column)
    return rows


def bring_in(folder: Path) -> None:
    """Bring the log into a workspace."""
    with Workspace.create(folder / "w") as workspace:
        workspace.import_path(folder / "log")


def headline(folder: Path) -> None:
    """Ask for the headline alone."""
    with Workspace(folder / "w") as workspace:
        sys.stderr.write(f"{workspace.report(LEADER, measures=['reach_4']).findings['reach_4']}\n")


def whole(folder: Path) -> None:
    """Make the whole report."""
    with Workspace(folder / "w") as workspace:
        sys.stderr.write(f"{len(workspace.report(LEADER).findings)} findings\n")


def lake(folder: Path) -> None:
    """Write the lake."""
    with Workspace(folder / "w") as workspace:
        workspace.export_lake(folder / "lake")


def by_spark(folder: Path) -> None:
    """Ask Spark for the headline alone."""
    with Cluster(folder / "w", str(folder / "lake")) as asked:
        sys.stderr.write(f"{asked.report(LEADER, measures=['reach_4']).findings['reach_4']}\n")
        sys.stderr.write(f"Java: {seconds_of_java(asked.engine):.1f} s of the processor\n")


def near_by_spark(folder: Path) -> None:
    """Make the report of what is near the leader by Spark."""
    with Cluster(folder / "w", str(folder / "lake"), near=True) as asked:
        report = asked.report(LEADER)
        told = sum(one.value is not None for one in report.findings.values())
        sys.stderr.write(f"{told} of {len(report.findings)} findings, {report.findings['reach_4']}\n")
        sys.stderr.write(f"Java: {seconds_of_java(asked.engine):.1f} s of the processor\n")


def measure(step: Callable[[], None]) -> dict[str, float]:
    """Run one step in this process."""
    begun = time.monotonic()
    step()
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "processor_s": round(used.ru_utime + used.ru_stime, 1),
        "clock_s": round(time.monotonic() - begun, 1),
        "memory_mb": used.ru_maxrss // 1024,
    }


if __name__ == "__main__":
    place, many, *only = sys.argv[1:]
    steps = {
        "write": partial(write, Path(place), int(many)),
        "bring_in": partial(bring_in, Path(place)),
        "headline": partial(headline, Path(place)),
    }
    beside = {
        name: partial(step, Path(place))
        for name, step in (("lake", lake), ("spark", by_spark), ("near", near_by_spark), ("whole", whole))
    }
    if only:
        sys.stdout.write(json.dumps({"step": only[0], **measure({**steps, **beside}[only[0]])}) + "\n")
    else:
        for one in steps:
            subprocess.run([sys.executable, "-m", "benchmarks.headline", place, many, one], check=True)
