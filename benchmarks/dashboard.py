"""How fast the dashboard answers on a log of any length, and whether it stays as small as it began.

`python -m benchmarks.dashboard [ACTIVITIES] [--seconds 60] [--soak 10000]` makes a workspace of generated activities
(`benchmarks/generated.py`; 1,000,000 if left out), serves it in a process of its own, and prints: how soon the first
page is there after the start, what filters take at the server (median and 95th percentile of 50 that nobody asked for
before, and again once known; on the clock, and of the
server's processor), how many read views are answered in a second by four visitors, and how much memory the
server holds before, during and after the soak. The machine's load stands beside each: the figures are of that moment.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from statistics import median, quantiles

import pyarrow.parquet as pq

from benchmarks.generated import activities
from influence import Workspace
from tests.kit.dashboard import Visitor

VISITORS = 4
LEADER = "x:100"


def main() -> None:
    """Measure and print."""
    words = ArgumentParser(description=__doc__)
    words.add_argument("activities", nargs="?", type=int, default=1_000_000)
    words.add_argument("--workspace", type=Path, help="one made before, by this program")
    words.add_argument("--seconds", type=float, default=60)
    words.add_argument("--soak", type=int, default=10_000)
    given = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = given.workspace or _made(Path(folder) / "w", given.activities)
        with _served(place) as (server, visitor, began):
            _first_views(visitor, began)
            _filters(visitor, server)
            _rate(visitor, server, given.seconds)
            _soak(visitor, server, given.soak)


def _made(place: Path, count: int) -> Path:
    """Make a workspace, and have everything worked out once that a second start finds kept."""
    file = place.with_suffix(".parquet")
    pq.write_table(activities(count), file)
    with Workspace.create(place) as workspace:
        workspace.import_path(file)
        workspace.glance(LEADER)
    return place


@contextmanager
def _served(place: Path) -> Iterator[tuple[subprocess.Popen[str], Visitor, float]]:
    command = [
        sys.executable,
        "-u",
        "-m",
        "influence",
        "serve",
        "--no-browser",
        "--port",
        "0",
        "-w",
        str(place),
    ]
    with subprocess.Popen(command, text=True, stdout=subprocess.PIPE) as server:
        try:
            said = server.stdout.readline() if server.stdout else ""
            found = re.search(r"http://127\.0\.0\.1:(\d+)/\S+", said)
            if found is None:
                raise SystemExit(f"it did not start: {said}")
            began, visitor = time.perf_counter(), Visitor(int(found[1]))
            while not visitor.cookie:
                try:
                    visitor.enter(found[0])
                except ConnectionError:
                    time.sleep(0.01)
            yield server, visitor, began
        finally:
            server.kill()


def _first_views(visitor: Visitor, began: float) -> None:
    _say(f"overview, from the link on: {time.perf_counter() - began:.2f} s")
    took, _ = _timed(lambda: visitor.get(f"/leader/{LEADER}"))
    _say(f"the first leader, which waits until everything is read: {took:.2f} s")


def _filters(visitor: Visitor, server: subprocess.Popen[str]) -> None:
    """Ask for fifty views of each kind, and say beside the clock what the server's processor took of it."""
    windows = [
        f"since=2025-{1 + n % 6:02}-{1 + n % 27:02}&until=2025-{7 + n % 6:02}-{1 + n % 26:02}"
        for n in range(50)
    ]
    for kind, views in {
        "a window": windows,
        "a channel": [f"channel=c{n}" for n in range(50)],
        "a channel in a window": [f"channel=c{n % 10}&{windows[n]}" for n in range(50)],
    }.items():
        for time_ in ("new", "known"):
            took, before = [], _processor(server)
            for view in views:
                seconds, answer = _timed(lambda view=view: visitor.get(f"/leader/{LEADER}?{view}"))  # type: ignore[misc]
                if answer != 200:
                    raise SystemExit(f"{view} was answered with {answer}")
                took.append(1000 * seconds)
            own = 1000 * (_processor(server) - before) / len(views)
            slow = quantiles(took, n=20)[-1]
            _say(
                f"{kind}, {time_}: median {median(took):.0f} ms, 95 % within {slow:.0f} ms, {own:.0f} ms of processor"
            )


def _rate(visitor: Visitor, server: subprocess.Popen[str], seconds: float) -> None:
    """Ask for read views by several visitors at once, each on a connection that stays."""
    paths = [
        "/",
        f"/leader/{LEADER}",
        "/sources",
        "/settings",
        f"/leader/{LEADER}?since=2025-01-01&until=2025-07-01",
        "/aside",
    ]
    until = time.perf_counter() + seconds

    def ask(number: int) -> tuple[int, int]:
        asking = HTTPConnection("127.0.0.1", visitor.port, timeout=60)
        answered = wrong = 0
        while time.perf_counter() < until:
            status = _asked(asking, visitor, paths[(number + answered) % len(paths)])
            answered, wrong = answered + 1, wrong + (status != 200)
        return answered, wrong

    began, before = time.perf_counter(), _processor(server)
    with ThreadPoolExecutor(VISITORS) as pool:
        counts = list(pool.map(ask, range(VISITORS)))
    took = time.perf_counter() - began
    answered, wrong = (sum(column) for column in zip(*counts, strict=True))
    own = 1000 * (_processor(server) - before) / answered
    _say(
        f"read views: {answered / took:.0f} a second over {took:.0f} s, {wrong} errors, {own:.1f} ms of processor each"
    )


def _soak(visitor: Visitor, server: subprocess.Popen[str], requests: int) -> None:
    """Ask for many views, of which one in twenty nobody asked for before, and watch the memory."""
    asking = HTTPConnection("127.0.0.1", visitor.port, timeout=60)
    held, wrong = [_memory(server)], 0
    for number in range(requests):
        day, month = 1 + number // 20 % 28, 1 + number // 560 % 12
        path = (
            f"/leader/{LEADER}?since=2024-{month:02}-{day:02}"
            if number % 20 == 0
            else "/"
            if number % 2
            else "/aside"
        )
        wrong += _asked(asking, visitor, path) != 200
        if number % (requests // 10 or 1) == 0:
            held.append(_memory(server))
    held.append(_memory(server))
    told = ", ".join(f"{one:.0f}" for one in held)
    _say(f"soak of {requests:,} requests: {wrong} errors; the server held {told} MB")


def _asked(asking: HTTPConnection, visitor: Visitor, path: str) -> int:
    asking.request("GET", path, headers={"Cookie": visitor.cookie})
    reply = asking.getresponse()
    reply.read()
    return reply.status


def _timed(ask: Callable[[], object]) -> tuple[float, int]:
    began = time.perf_counter()
    answer = ask()
    return time.perf_counter() - began, int(getattr(answer, "status", 0))


def _memory(server: subprocess.Popen[str]) -> float:
    pages = int(Path(f"/proc/{server.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / 1e6


def _processor(server: subprocess.Popen[str]) -> float:
    """Return the seconds of processor that the server has taken: of these other programs take nothing."""
    told = Path(f"/proc/{server.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


def _say(words: str) -> None:
    print(f"{words}  (load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors)", flush=True)


if __name__ == "__main__":
    main()
