"""The whole road as a user walks it: import and report on real data, each command a fresh process.

`python benchmarks/road.py DATA`, where DATA holds `enron_executives/enron_executives.tar.xz` and
`lean_zulip/lean_zulip_activities.parquet`. Prints seconds and the largest memory; asserts nothing.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter


def timed(what: str, *words: str) -> None:
    """Run one command and print how long it took and how much memory it held at most."""
    begun = perf_counter()
    command = [sys.executable, "-m", "influence", *words]
    pid = os.posix_spawn(command[0], command, dict(os.environ), file_actions=_quiet())
    _, status, used = os.wait4(pid, 0)
    seconds = perf_counter() - begun
    failed = "" if os.waitstatus_to_exitcode(status) == 0 else "  FAILED"
    print(f"{what:<44}{seconds:>9.2f} s{_megabytes(used):>9.0f} MB{failed}")


def _quiet() -> list[tuple[int, int, str, int, int]]:
    return [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]


def _megabytes(used: resource.struct_rusage) -> float:
    return used.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


def main(data: Path) -> None:
    """Time `--help`, then import and report on each data set that is there."""
    subprocess.run([sys.executable, "-m", "influence", "--help"], check=True, stdout=subprocess.DEVNULL)
    timed("influence --help", "--help")
    with tempfile.TemporaryDirectory() as folder:
        mail = data / "enron_executives/enron_executives.tar.xz"
        place = f"{folder}/enron"
        timed("init", "init", place)
        timed("import 14,912 mails", "import", str(mail), "-w", place)
        window = ("--since", "2000-05-01", "--until", "2001-12-31", "--format", "html,json,csv")
        timed("report: Louise Kitchen (first, compiles)", "report", "Louise Kitchen", "-w", place, *window)
        timed("report: Louise Kitchen", "report", "Louise Kitchen", "-w", place, *window)
        log = data / "lean_zulip/lean_zulip_activities.parquet"
        place = f"{folder}/lean"
        timed("init", "init", place)
        timed("import 838,795 activities", "import", str(log), "-w", place)
        timed("report: the most active author", "report", "Mario Carneiro", "-w", place)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
