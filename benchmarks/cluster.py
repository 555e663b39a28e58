"""What a report of a generated log costs on each engine, and what comes to this machine for it.

`python -m benchmarks.cluster FOLDER 1000000 [SHARE]` makes the log (SHARE from 0 to 1: that part of all is done by
`x:0`), a workspace and its lake in FOLDER, unless they are there, and writes a line of JSON for each engine: seconds of
the processor of Python and of Java, the most memory of Python, bytes that came, the five statements that brought most.
Java's memory is `SPARK_DRIVER_MEMORY` at most; growth and skew are seen by asking for other numbers and shares.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa

from benchmarks.generated import write
from influence import Workspace
from influence.store.engine import Parameters
from influence.store.spark import SparkEngine
from influence.workspace.cluster import Cluster

LEADER = "x:0"
ENGINES = ("duckdb", "spark", "near")
"""`near` is Spark too, of which only what is near the leader is taken."""


def prepare(folder: Path, rows: int, share: float | None) -> None:
    """Make log, workspace and lake."""
    if (folder / "lake").exists():
        return
    write(rows, folder / "log", share)
    with Workspace.create(folder / "w") as workspace:
        workspace.import_path(folder / "log" / "activities.parquet")
        workspace.export_lake(folder / "lake")


def counting(ask: Callable[..., pa.Table], came: Counter[str]) -> Callable[..., pa.Table]:
    """Count the bytes that each statement brings."""

    def arrow(engine: SparkEngine, sql: str, params: Parameters = ()) -> pa.Table:
        rows = ask(engine, sql, params)
        came[" ".join(sql.split())[:120]] += rows.nbytes
        return rows

    return arrow


def measure(folder: Path, engine: str) -> dict[str, Any]:
    """Make the whole report by an engine, in a process of its own."""
    came: Counter[str] = Counter()
    SparkEngine.arrow = counting(SparkEngine.arrow, came)  # type: ignore[method-assign]  # it is counted
    with _opened(folder, engine) as asked:
        begun = time.monotonic()
        found = asked.report(LEADER)
        seconds = time.monotonic() - begun
        java = seconds_of_java(asked.engine) if isinstance(asked, Cluster) else 0.0
    return {
        "engine": engine,
        "reached": found.findings["reach_4"].value,
        "python_s": round(time.process_time(), 1),
        "java_s": round(java, 1),
        "clock_s": round(seconds, 1),
        "python_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "came_bytes": sum(came.values()),
        "most": came.most_common(5),
    }


def _opened(folder: Path, engine: str) -> Workspace | Cluster:
    if engine == "duckdb":
        return Workspace(folder / "w")
    return Cluster(folder / "w", str(folder / "lake"), near=engine == "near")


def seconds_of_java(engine: SparkEngine) -> float:
    """Return the seconds of the processor that the Java of a Spark on this machine has used."""
    java = engine._spark.sparkContext._jvm.java.lang.ProcessHandle.current().info()
    return float(java.totalCpuDuration().get().toMillis()) / 1000


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[2] in ENGINES:
        sys.stdout.write(json.dumps(measure(Path(sys.argv[1]), sys.argv[2])) + "\n")
    else:
        place, many, *part = sys.argv[1:]
        prepare(Path(place), int(many), float(part[0]) if part else None)
        for one in ENGINES:
            subprocess.run(
                [sys.executable, "-m", "benchmarks.cluster", place, one], check=True, env=os.environ
            )
