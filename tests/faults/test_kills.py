"""Killed at any moment, a command leaves a store that is finished by the same command: nothing lost, nothing double.

`INFLUENCE_KILLS` says how often each is killed (`make trust`: 500); the moments are drawn at random over the whole run.
"""

import json
import os
import random
import shutil
import signal
from dataclasses import dataclass

import pytest

from tests.kit import small_company
from tests.kit.figures import measured
from tests.kit.served import served
from tests.kit.slack_service import SlackService
from tests.kit.stores import digests, holds_no_orphans, make_older

KILLS = int(os.environ.get("INFLUENCE_KILLS", "1"))
LONG = KILLS > 50
SEED = int(os.environ.get("INFLUENCE_SEED", "1"))
STORE = "influence.duckdb"
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
    return place


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
    "report": Case("read", (("report", ANN, "--format", "json,html" if LONG else "json"),)),
    "forget": Case("read", (("forget", "eva@buyer.example", "--yes"),), already="nobody here is called"),
    "track": Case("read", (("track", ANN, "--every", "week"),)),
}
if not LONG:
    for slow in ("report", "track", "pull", "forget"):  # pulls and forgetting are killed elsewhere too
        del CASES[slow]


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


@pytest.mark.parametrize("name", CASES)
def test_what_is_killed_is_finished_by_the_same_command(rooms, commands, name):
    case, chance = CASES[name], random.Random(f"{name} {SEED}")  # noqa: S311 - it only picks moments
    died = landed = 0
    with served(SlackService().answer) as here:

        def begin(way):
            return fresh(rooms, case, name, here.url, way[1])

        def finish(place, way):
            code, said, seconds = commands(*way[0], folder=place, **KEYS)
            assert code == 0 or (case.already and case.already in said), said
            whole(place)
            return told(place, case), seconds

        known = {}
        for way in case.ways():
            place = begin(way)  # once, and again as where the kill came after all had landed
            known[way] = [finish(place, way), finish(place, way)]
        took = {way: [seconds] for way, [(_, seconds), _] in known.items()}
        for n in range(KILLS):
            way = chance.choice(case.ways())
            place, (once, _), (twice, _) = begin(way), *known[way]
            moment = chance.random() * max(took[way][-5:])  # how long it takes changes with what runs beside
            code, said, _ = commands(*way[0], folder=place, after=moment, **KEYS)
            assert code in (-signal.SIGKILL, 0), said
            died += code != 0
            whole(place)
            ended, seconds = finish(place, way)
            took[way].append(seconds)
            assert ended in (once, twice), (n, way, differing(ended, once), differing(ended, twice))
            landed += ended == twice != once
            assert holds_no_orphans(place / "ws" / STORE)[1:] == (0, 0)
            if n + 1 == KILLS or n % 50 == 49:  # a run that is stopped has tried these
                measured("kills", name, kills=n + 1, died=died, landed=landed, lost=0, double=0, seed=SEED)
    assert died or not LONG


def differing(ended, expected):
    """Which tables and files are not as they should be."""
    tables = {name: (rows, expected[0].get(name)) for name, rows in ended[0].items()}
    return {name: pair for name, pair in tables.items() if pair[0] != pair[1]}, set(ended[1]) ^ set(
        expected[1]
    )
