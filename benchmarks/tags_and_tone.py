"""What tags and tone cost an import: processor time of the same file with both, and with neither.

    .venv/bin/python benchmarks/tags_and_tone.py FILE [RUNS]

FILE is anything that `influence import` reads, such as what `benchmarks/generated.py` writes. Each run is a process and
a workspace of its own, by turns; printed are all runs, and the ratio of their medians. A table of Parquet is the
dearest case, since nothing else of it has to be read; of other formats tags and tone are a smaller part.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from influence import Workspace
from influence.store import staging, toning

WITH, WITHOUT = "with", "without"


def leave_out() -> None:
    """Let this process stage neither tags nor tone."""
    nothing = {"tags": lambda *_: "NULL::VARCHAR[]", "stated_tone": lambda *_: "NULL::VARCHAR"}
    vars(staging).update(nothing, SAID=("nothing",))


def seconds(path: Path, mode: str) -> float:
    """Import a file into a new workspace and return the processor time that it took."""
    if mode == WITHOUT:
        leave_out()
    toning.tones(["the list of words is read before"])
    with tempfile.TemporaryDirectory() as folder, Workspace.create(Path(folder) / "w") as workspace:
        before = resource.getrusage(resource.RUSAGE_SELF)
        workspace.import_path(path)
        after = resource.getrusage(resource.RUSAGE_SELF)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main(path: Path, runs: int) -> None:
    """Run both by turns, each in a process of its own."""
    took: dict[str, list[float]] = {WITH: [], WITHOUT: []}
    for _ in range(runs):
        for mode, found in took.items():
            command = [sys.executable, __file__, str(path), mode]
            found.append(float(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
    for mode, found in took.items():
        print(f"{mode:<8}", *(f"{each:.2f}" for each in found), "s of processor time")
    print(f"ratio of the medians: {median(took[WITH]) / median(took[WITHOUT]):.2f}")


if __name__ == "__main__":
    if sys.argv[2:] in ([WITH], [WITHOUT]):
        print(seconds(Path(sys.argv[1]), sys.argv[2]))
    else:
        main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 3)
