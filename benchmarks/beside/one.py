"""One side does one piece of work, in a process of its own: `python -m benchmarks.beside.one WORK SIDE INPUT`."""

from __future__ import annotations

import json
import re
import resource
import sys
from pathlib import Path
from time import perf_counter

from benchmarks.beside.all import WORKS
from benchmarks.beside.work import OURS


def main(name: str, side: str, place: Path) -> None:
    """Prepare, then do the work once and print seconds, seconds of the processor, the most memory and the answer."""
    work = WORKS[name]
    prepare = work.ours if side == OURS else work.peers[side]
    timed = prepare(place)
    before, begun = _processor(), perf_counter()
    result = timed()
    told = {"wall": perf_counter() - begun, "cpu": _processor() - before, "mb": _memory()}
    told["answer"] = work.judge(place, result) if work.judge else None
    print(json.dumps(told))


def _processor() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def _memory() -> float:
    """Return the most memory of this process, or of one that it started, in MB."""
    own, children = (
        resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    status = Path("/proc/self/status")
    if (
        status.exists()
    ):  # what Linux tells of a process elsewhere begins with the memory of the one that started it
        own = int(re.search(r"VmHWM:\s+(\d+)", status.read_text())[1])  # type: ignore[index]
    return max(own, children) / (1e6 if sys.platform == "darwin" else 1e3)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
