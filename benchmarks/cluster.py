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

    def arrow(sql: str, params: Parameters = ()) -> pa.Table:
        rows = ask(sql, params)
        came[" ".join(sql.split())[:120]] += rows.nbytes
        return rows

    return arrow


def measure(folder: Path, engine: str) -> dict[str, Any]:
    """Make the whole report by an engine, in a process of its own."""
    came: Counter[str] = Counter()
    opened = Workspace(folder / "w") if engine == "duckdb" else Cluster(folder / "w", str(folder / "lake"))
    with opened as asked:
        if isinstance(asked, Cluster):
            asked.engine.arrow = counting(asked.engine.arrow, came)  # type: ignore[method-assign]
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


def seconds_of_java(engine: SparkEngine) -> float:
    """Return the seconds of the processor that the Java of a Spark on this machine has used."""
    java = engine._spark.sparkContext._jvm.java.lang.ProcessHandle.current().info()
    return float(java.totalCpuDuration().get().toMillis()) / 1000


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[2] in {"duckdb", "spark"}:
        sys.stdout.write(json.dumps(measure(Path(sys.argv[1]), sys.argv[2])) + "\n")
    else:
        place, many, *part = sys.argv[1:]
        prepare(Path(place), int(many), float(part[0]) if part else None)
        for one in ("duckdb", "spark"):
            subprocess.run(
                [sys.executable, "-m", "benchmarks.cluster", place, one], check=True, env=os.environ
            )
