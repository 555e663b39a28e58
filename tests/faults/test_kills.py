"""Killed or stopped by hand at any moment, a command leaves a store that is finished by the same command.

Nothing is lost, nothing double. `INFLUENCE_KILLS` says how often each is killed (`make trust`: 500), `INFLUENCE_STOPS`
how often it is stopped by Ctrl-C (100); the moments are drawn at random over the whole run.
"""

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass

import pytest

from tests.kit import programme_log, small_company
from tests.kit.dashboard import Visitor
from tests.kit.figures import measured
from tests.kit.served import served
from tests.kit.slack_service import SlackService
from tests.kit.stores import digests, holds_no_orphans, make_older

KILLS = int(os.environ.get("INFLUENCE_KILLS", "1"))
STOPS = int(os.environ.get("INFLUENCE_STOPS", "1"))
LONG = max(KILLS, STOPS) > 10
SEED = int(os.environ.get("INFLUENCE_SEED", "1"))
STORE = "influence.duckdb"
LINK = re.compile(r"http://127\.0\.0\.1:(\d+)/\?token=(\S+)")
KEYS = {"INFLUENCE_SLACK_TOKEN": "placeholder", "INFLUENCE_RIGHTS_KEY": "the same for all"}

pytestmark = pytest.mark.skipif(os.name != "posix", reason="there is no SIGKILL")


@pytest.fixture(scope="module")
def rooms(tmp_path_factory, commands):
    """Workspaces to begin with: an empty one, and one that holds a small company."""
    place = tmp_path_factory.mktemp("rooms")
    small_company.write(place / "files")
    for name in ("empty", "filled"):
        (place / name).mkdir()
        assert 0 == commands("init", "ws", folder=place / name)[0]
    code, said, _ = commands("import", place / "files", folder=place / "filled")
    assert 0 == code, said
    shutil.copytree(place / "filled", place / "read")
    assert 0 == commands("people", folder=place / "read")[0]  # who is who is worked out
    if LONG:
        shutil.copytree(place / "read", place / "tracked")
        assert 0 == commands("track", ANN, "--every", "week", folder=place / "tracked")[0]
        prepare_programme(place / "mentored", commands)
    return place


def prepare_programme(place, commands):
    """A workspace with the file of a programme that is to be started."""
    place.mkdir()
    assert 0 == commands("init", "ws", folder=place)[0]
    for kind in ("people", "activities"):
        rows = "".join(json.dumps(row) + "\n" for row in getattr(programme_log, kind)())
        (place / f"{kind}.jsonl").write_text(rows, "utf-8")
        code, said, _ = commands("import", f"{kind}.jsonl", "--as", kind, folder=place)
        assert 0 == code, said
    (place / "ws/programme.toml").write_text(programme_log.file(), "utf-8")
    assert 0 == commands("people", folder=place)[0]


@dataclass
class Case:
    """A command to be killed: in which room it begins, its words (one of these), and what may differ in the end.

    `already` is what it says, with exit code 1, where all was done before the kill.
    """

    begins: str
    commands: tuple
    but: tuple = ()
    already: str = ""
    versions: tuple = (9,)
    apart: tuple = ()
    """Tables that say who was shown what: who stops a command after its work has landed was shown nothing."""

    def ways(self):
        """Each command, over a store of each version."""
        return [(words, version) for words in self.commands for version in self.versions]


ANN = "ann@acme.example"
CASES = {
    "import": Case("empty", (("import", "../files"),)),
    "pull": Case("empty", (("pull",),), but=("batch", "cursor")),
    "decisions": Case(
        "read",
        (
            ("people", "merge", "dan@acme.example", "x:1", "--because", "told", "--basis", "consent"),
            ("people", "rename", "bo@acme.example", "Bo Ek"),
            ("met", ANN, "declare", "eva@buyer.example", "--met"),
        )[: 3 if LONG else 1],
        already="one person already",
    ),
    "migration": Case("filled", (("people", "decisions"),), versions=tuple(range(1, 9)) if LONG else (1, 6)),
    "linkage": Case("filled", (("people",),)),
    "report": Case("read", (("report", ANN, "--format", "json,html" if LONG else "json"),)),
    "forget": Case("read", (("forget", "eva@buyer.example", "--yes"),), already="nobody here is called"),
    "track": Case("read", (("track", ANN, "--every", "week"),)),
    "digest": Case("tracked", (("digest", "--format", "txt"),)),
    "programme": Case(
        "mentored", (("programme", "start"),), already="was started", apart=("meta", "reading_log")
    ),
}
SLOW = {"report", "track", "pull", "forget", "digest", "programme"}  # some are killed elsewhere too
NAMES = [name for name in CASES if LONG or name not in SLOW]


def fresh(rooms, case, name, url, version):
    """A workspace to begin with, as it was."""
    place = rooms / "trial"
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(rooms / case.begins, place)
    if name == "pull":
        with (place / "ws/influence.toml").open("a") as settings:
            settings.write(f'\n[sources.slack]\nconnector = "slack"\naddress = "{url}/api/"\n')
    if name == "migration":
        make_older(place / "ws" / STORE, version)
    return place


def told(place, case):
    """What the store and the folder of reports hold."""
    tables = digests(place / "ws" / STORE, but=case.but)
    if case.but:
        tables = {name: rows for name, rows in tables.items() if name not in ("batches", "cursors")}
    tables = {name: rows for name, rows in tables.items() if name not in case.apart}
    return tables, sorted(path.name for path in (place / "ws").rglob("*") if "worked-out" not in path.parts)


def whole(place):
    """Every report that is there can be read to its end; what was being written bears another name."""
    for path in (place / "ws").rglob("reports/*"):
        if path.name.startswith("."):
            continue
        content = path.read_text("utf-8")
        match path.suffix:
            case ".json":
                json.loads(content)
            case ".html":
                assert content.rstrip().endswith("</html>"), path.name
            case _:
                assert content.endswith("\n"), path.name


class Tried:
    """A command that is ended at moments of its run, each time in a workspace as it was, and typed again."""

    def __init__(self, rooms, commands, name, url):
        self.rooms, self.commands, self.name, self.url, self.case = rooms, commands, name, url, CASES[name]
        self.known, self.took = {}, {}
        for way in self.case.ways():
            place = self.begin(way)  # once, and again as where the end came after all had landed
            self.known[way] = [self.finish(place, way), self.finish(place, way)]
            self.took[way] = [self.known[way][0][1]]

    def begin(self, way):
        return fresh(self.rooms, self.case, self.name, self.url, way[1])

    def finish(self, place, way):
        """Type it again: what is held in the end, and how many seconds it took."""
        code, said, seconds = self.commands(*way[0], folder=place, **KEYS)
        assert code == 0 or (self.case.already and self.case.already in said), said
        whole(place)
        return told(place, self.case), seconds

    def end(self, n, chance, by):
        """End it at a moment, and finish it: how it ended, what it said, and whether all had landed."""
        way = chance.choice(self.case.ways())
        place, [(once, _), (twice, _)] = self.begin(way), self.known[way]
        moment = chance.random() * max(self.took[way][-5:])  # how long it takes changes with what runs beside
        code, said, _ = self.commands(*way[0], folder=place, after=moment, by=by, **KEYS)
        whole(place)
        ended, seconds = self.finish(place, way)
        self.took[way].append(seconds)
        assert ended in (once, twice), (n, way, differing(ended, once), differing(ended, twice))
        assert holds_no_orphans(place / "ws" / STORE)[1:] == (0, 0)
        return code, said, ended == twice != once


@pytest.mark.parametrize("name", NAMES)
def test_what_is_killed_is_finished_by_the_same_command(rooms, commands, name):
    chance, died, landed = random.Random(f"{name} {SEED}"), 0, 0  # noqa: S311 - it only picks moments
    with served(SlackService().answer) as here:
        tried = Tried(rooms, commands, name, here.url)
        for n in range(KILLS):
            code, said, all_landed = tried.end(n, chance, signal.SIGKILL)
            assert code in (-signal.SIGKILL, 0), said
            died, landed = died + (code != 0), landed + all_landed
            if n + 1 == KILLS or n % 50 == 49:  # a run that is stopped has tried these
                measured("kills", name, kills=n + 1, died=died, landed=landed, lost=0, double=0, seed=SEED)
    assert died or not LONG


@pytest.mark.parametrize("name", NAMES)
def test_what_is_stopped_by_hand_says_so_and_is_finished_by_the_same_command(rooms, commands, name):
    chance, stopped = random.Random(f"{name} by hand {SEED}"), 0  # noqa: S311 - it only picks moments
    with served(SlackService().answer) as here:
        tried = Tried(rooms, commands, name, here.url)
        for n in range(STOPS):
            code, said, _ = tried.end(n, chance, signal.SIGINT)
            assert code in (0, 1, 130), said
            assert "Traceback" not in said, said
            stopped += code != 0
            if n + 1 == STOPS or n % 10 == 9:
                measured("stopped by hand", name, stops=n + 1, stopped=stopped, lost=0, seed=SEED)
    assert stopped or not LONG


def test_pages_that_are_stopped_by_hand_at_any_moment_leave_the_store_and_the_folder_as_they_were(rooms):
    chance, before = random.Random(f"serve {SEED}"), told(rooms / "read", CASES["linkage"])  # noqa: S311 - moments
    for n in range(STOPS):
        place = rooms / "served"
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(rooms / "read", place)
        code, said = stopped_serving(place, 4 * chance.random())
        assert code in (0, 1, -signal.SIGINT), said  # before Python reads the command, the signal ends it
        assert code < 0 or "Traceback" not in said, said
        assert before == told(place, CASES["linkage"])
        if n + 1 == STOPS or n % 10 == 9:
            measured("stopped by hand", "serve", stops=n + 1, stopped=n + 1, lost=0, seed=SEED)


@pytest.mark.parametrize("work", ["/pull", "/leader/ann@acme.example"])
def test_pages_that_are_ended_while_long_work_runs_lose_nothing_and_leave_no_process(rooms, commands, work):
    chance, once = random.Random(f"work {work} {SEED}"), WORKS[work]  # noqa: S311 - it only picks moments
    with served(SlackService().answer) as here:
        tried = Tried(rooms, commands, once, here.url)
        [way] = tried.case.ways()
        for n in range(STOPS):
            place, by = tried.begin(way), chance.choice((signal.SIGINT, signal.SIGTERM))
            longest = max(one - STARTS for one in tried.took[way][-5:])
            code, said, left = ended_at_work(place, work, max(longest, 1) * chance.random(), by)
            assert code in (0, 1, -by), (by, said)
            assert "Traceback" not in said, said
            assert [] == left, by
            ended, seconds = tried.finish(place, way)
            tried.took[way].append(seconds)
            expected = tried.known[way][0][0]
            of_work = {table: rows for table, rows in ended[0].items() if table not in READ}
            assert of_work == {table: expected[0][table] for table in of_work}, differing(ended, expected)
            assert holds_no_orphans(place / "ws" / STORE)[1:] == (0, 0)
            if n + 1 == STOPS or n % 10 == 9:
                stops = {"stops": n + 1, "stopped": n + 1, "lost": 0, "by": "Ctrl-C or SIGTERM"}
                measured("stopped by hand", f"serve at {work}", seed=SEED, **stops)


WORKS = {"/pull": "pull", "/leader/ann@acme.example": "linkage"}
"""What a page begins that takes long, and the command that stores the same."""
READ = {"reading_log", "meta"}
"""Who read about a leader stands there for the page alone, and by what it is sealed."""
STARTS = 0.5
"""Seconds in which a command has not begun its work yet."""


def ended_at_work(place, work, moment, by):
    """Begin long work on a page, end the process by a signal; return how it ended, what it said, and what is left."""
    command = [sys.executable, "-u", "-m", "influence", "serve", "--no-browser", "--port", "0"]
    known = os.environ | KEYS | {"INFLUENCE_WORKSPACE": "ws"}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "start_new_session": True}
    with subprocess.Popen(command, cwd=place, env=known, **pipes) as running:
        try:
            link = LINK.search(running.stdout.readline())
            visitor = Visitor(int(link[1]))
            running.stdout.readline()
            visitor.enter(link[0])
            asking = visitor.post(work) if work == "/pull" else visitor.get(work)
            assert asking.status in (200, 303), asking.text
            time.sleep(moment)
            running.send_signal(by)
            said, _ = running.communicate(timeout=60)
        finally:
            running.kill()
    left = ["ps", "-o", "args=", "-s", str(running.pid)]
    rest = subprocess.run(left, capture_output=True, text=True, check=False).stdout.splitlines()
    return running.returncode, said, rest


def stopped_serving(place, moment):
    """Begin a process of its own, press Ctrl-C there at a moment, and return how it ended and what it said."""
    command = [sys.executable, "-m", "influence", "serve", "--no-browser", "--port", "0"]
    known = os.environ | KEYS | {"INFLUENCE_WORKSPACE": "ws"}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(command, cwd=place, env=known, **pipes) as running:
        time.sleep(moment)
        running.send_signal(signal.SIGINT)
        said, _ = running.communicate(timeout=60)
        return running.returncode, said


def differing(ended, expected):
    """Which tables and files are not as they should be."""
    tables = {name: (rows, expected[0].get(name)) for name, rows in ended[0].items()}
    return {name: pair for name, pair in tables.items() if pair[0] != pair[1]}, set(ended[1]) ^ set(
        expected[1]
    )
