"""What a machine does to a workspace: full, closed to writing, in another zone, used twice, older."""

import errno
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from influence import Workspace
from influence.store.engine import _failed
from influence.store.store import Store
from tests.kit import small_company
from tests.kit.figures import measured
from tests.kit.served import served
from tests.kit.slack_service import SlackService
from tests.kit.stores import digests, make_older

STOPS = int(os.environ.get("INFLUENCE_STOPS", "1"))
STORE = "influence.duckdb"
LONG = STOPS > 50
ZONES = (
    *(
        "UTC",
        "Europe/Stockholm",
        "Europe/London",
        "America/New_York",
        "America/St_Johns",
        "America/Sao_Paulo",
    ),
    *(
        "Asia/Kolkata",
        "Asia/Kathmandu",
        "Asia/Tokyo",
        "Asia/Tehran",
        "Australia/Lord_Howe",
        "Australia/Eucla",
    ),
    *("Pacific/Kiritimati", "Pacific/Marquesas", "Pacific/Chatham", "Pacific/Pago_Pago", "Africa/Casablanca"),
    *("Africa/Cairo", "Antarctica/Troll", "America/Asuncion"),
)

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals, mounts and owners as on Linux")


@pytest.fixture(scope="module")
def filled(tmp_path_factory, commands):
    """A folder with a workspace `ws` of a small company, and its files."""
    place = tmp_path_factory.mktemp("filled")
    small_company.write(place / "files")
    assert 0 == commands("init", "ws", folder=place)[0]
    assert 0 == commands("import", "files", folder=place)[0]
    return place


@pytest.fixture
def room(filled, tmp_path):
    shutil.copytree(filled, tmp_path / "room")
    return tmp_path / "room"


def no_traceback(code, said):
    assert code in (0, 1), said
    assert "Traceback" not in said, said
    assert code == 0 or said.strip(), "it says why"


# --- older stores --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", range(1, 9))
def test_a_store_of_every_earlier_version_holds_the_same_afterwards(room, version):
    path = room / "ws" / STORE
    make_older(path, version)
    before = digests(path)
    Store(path).close()
    with duckdb.connect(str(path)) as store:
        assert [("10",)] == store.sql("SELECT value FROM meta WHERE key = 'version'").fetchall()
        columns = {name: store.sql(f"DESCRIBE {name}").fetchall() for name in before}
    after = digests(path)
    assert {name: rows for name, (rows, _) in before.items()} == {name: after[name][0] for name in before}
    assert all(columns.values())
    Store(path).close()
    assert after == digests(path)
    measured("migration", f"version {version}", rows=sum(rows for rows, _ in before.values()), lost=0)


def test_an_older_store_knows_its_files_again(room, commands):
    make_older(room / "ws" / STORE, 5)
    code, said, _ = commands("import", "files", folder=room)
    assert 0 == code
    assert " 0 stored" in said.replace("= 0 stored", " 0 stored"), said


# --- two at once ---------------------------------------------------------------------------------------------


def test_of_two_processes_one_wins_and_the_other_says_at_once_who(room, commands):
    script = (
        "import sys; from influence import Workspace; w = Workspace('ws'); print('open', flush=True); input()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", script], cwd=room, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert "open\n" == holder.stdout.readline()
        for words in (
            ["import", "files"],
            ["people"],
            ["report", "ann@acme.example"],
            ["doctor", "--repair"],
        ):
            begun = time.process_time()
            code, said, seconds = commands(*words, folder=room)
            assert 1 == code
            assert f"is in use by process {holder.pid}" in said
            measured("two processes", words[0], seconds=round(seconds, 2), limit=1)
            assert seconds < 5, "one second on a machine of its own"
            assert time.process_time() - begun < 1
    finally:
        holder.communicate("\n")
    assert 0 == commands("people", folder=room)[0]


# --- the disk ------------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path):
    """A disk of so many megabytes."""
    mounted = []

    def made(megabytes):
        place = tmp_path / f"disk-{megabytes}"
        place.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(place)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"a small disk cannot be mounted here: {done.stderr.strip()[:120]}")
        mounted.append(place)
        return place

    yield made
    for place in mounted:
        subprocess.run(["umount", "-l", str(place)], check=False)


@pytest.mark.parametrize("spare", [64] if not LONG else [0, 16, 64, 128, 256, 400, 700, 1000, 1500, 2500])
@pytest.mark.parametrize(
    "words", [("import", "../files"), ("report", "ann@acme.example")][: 2 if LONG else 1]
)
def test_a_full_disk_is_told_and_the_store_is_whole_when_there_is_room_again(
    filled, small_disk, commands, spare, words
):
    disk = small_disk(12)
    shutil.copytree(filled, disk / "room")
    small_company.write(disk / "files", messages=900)
    room = disk / "room"
    before = digests(room / "ws" / STORE)
    free = shutil.disk_usage(disk).free // 1024
    (disk / "filler").write_bytes(b"\1" * max(0, free - spare) * 1024)
    code, said, _ = commands(*words, folder=room)
    if "no space" not in said.lower() or code != 1:
        no_traceback(code, said)
    assert "Traceback" not in said, said
    (disk / "filler").unlink()
    if code and words[0] == "import":
        assert before == digests(room / "ws" / STORE)
    code, said, _ = commands(*words, folder=room)
    assert 0 == code, said
    measured("disk", f"full, {spare} KB free: {words[0]}", told=1)


def test_a_folder_that_may_not_be_written_is_told_to_an_ordinary_user(room):
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    if shutil.which("setpriv") is None:
        pytest.skip("setpriv (Debian: util-linux) is not installed")
    python = os.path.realpath(sys.executable)
    if subprocess.run(
        ["setpriv", "--reuid=65534", "--clear-groups", python, "-c", ""], capture_output=True, check=False
    ).returncode:
        pytest.skip("nobody may not run the Python of this machine")
    for path in (room, *room.rglob("*")):
        os.chown(path, 65534, 65534)
        path.chmod(0o555 if path.is_dir() else 0o444)
    for parent in room.parents:
        if parent != Path("/") and parent.stat().st_mode & 0o5 != 0o5:
            parent.chmod(parent.stat().st_mode | 0o5)
    paths = os.pathsep.join([str(Path(__file__).parents[2]), *(one for one in sys.path if one)])
    known = {
        "PATH": os.environ["PATH"],
        "HOME": "/nonexistent",
        "PYTHONPATH": paths,
        "INFLUENCE_WORKSPACE": "ws",
    }
    tried = (
        ["import", "files"],
        ["init", "new"],
        ["people"],
        ["report", "ann@acme.example"],
        ["connect", "zulip"],
    )
    for words in tried if LONG else tried[:1]:
        done = subprocess.run(
            ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", python, "-m", "influence", *words],
            cwd=room, env=known, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert done.returncode in (1, 2), done.stdout
        assert "Traceback" not in done.stderr, done.stderr
        assert re.search(
            "permission|cannot be written|may not|needs|nothing without", done.stderr, re.IGNORECASE
        ), done.stderr
    measured("disk", "closed to writing, as an ordinary user", told=1)


def test_a_quota_is_told_as_a_full_disk_and_what_was_there_stays(tmp_path):
    assert "the disk is full" in _failed(f"write: {os.strerror(errno.EDQUOT)}")
    (tmp_path / "settings").write_text("before")
    script = (
        "import resource, signal\nfrom pathlib import Path\nfrom influence.contract import durably\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "durably.replace(Path('settings'), 'x' * 9000)\n"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "OSError" in done.stderr
    assert "before" == (tmp_path / "settings").read_text()
    assert ["settings"] == [path.name for path in tmp_path.iterdir()]


# --- clocks and zones ----------------------------------------------------------------------------------------


def test_a_store_is_the_same_whatever_the_zone_of_the_machine(filled, tmp_path):
    script = (
        "import os, shutil, sys, time\nfrom pathlib import Path\nfrom influence import Workspace\n"
        "for zone in sys.argv[1:]:\n"
        "    os.environ['TZ'] = zone; time.tzset()\n"
        "    place = Path(zone.replace('/', '-')); shutil.copytree('empty', place)  # one secret for all\n"
        "    workspace = Workspace(place)\n"
        "    workspace.import_path('files'); workspace.close()\n"
    )
    shutil.copytree(filled / "files", tmp_path / "files")
    Workspace.create(tmp_path / "empty").close()
    zones = ZONES if LONG else ZONES[-2:] + ZONES[:1]
    subprocess.run([sys.executable, "-c", script, *zones], cwd=tmp_path, check=True)
    kinds = ("activity_log", "encounter_log", "people_log", "copies", "sent_log")
    found = {
        zone: {
            name: rows
            for name, rows in digests(tmp_path / zone.replace("/", "-") / STORE, but=("key",)).items()
            if name in kinds
        }
        for zone in zones
    }
    assert [found["UTC"]] * len(zones) == list(found.values())
    measured("zones", "import", zones=len(zones), differ=0)


@pytest.mark.skipif(not LONG, reason="a report in each zone takes minutes: make trust")
def test_reports_and_snapshots_are_the_same_whatever_the_zone_of_the_machine(filled, tmp_path):
    script = (
        "import json, os, shutil, sys, time\nfrom pathlib import Path\nfrom influence import Workspace\n"
        "from influence.tracking.snapshots import Snapshots\n"
        "for zone in sys.argv[1:]:\n"
        "    os.environ['TZ'] = zone; time.tzset()\n"
        "    place = Path(zone.replace('/', '-')); shutil.copytree('room', place)\n"
        "    with Workspace(place) as workspace:\n"
        "        told = workspace.report('ann@acme.example').as_json()\n"
        "        workspace.tracking.take('ann@acme.example', over='4w')\n"
        "        [seen] = Snapshots(workspace.store.engine).of(told['leader']['person'])\n"
        "    seen = [repr(seen.window), seen.report.as_json()['findings']]\n"
        "    told = {'findings': told['findings'], 'people': told['people'], 'seen': seen}\n"
        "    Path(f'{place}.json').write_text(json.dumps(told, sort_keys=True, default=str))\n"
    )
    shutil.copytree(filled / "ws", tmp_path / "room")
    subprocess.run([sys.executable, "-c", script, *ZONES], cwd=tmp_path, check=True)
    told = {(tmp_path / f"{zone.replace('/', '-')}.json").read_text("utf-8") for zone in ZONES}
    assert 1 == len(told)
    measured("zones", "report and track", zones=len(ZONES), differ=0)


CLOCK = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>
int clock_gettime(clockid_t which, struct timespec *told) {
    static int (*own)(clockid_t, struct timespec *);
    if (!own) own = dlsym(RTLD_NEXT, "clock_gettime");
    int done = own(which, told);
    const char *off = getenv("CLOCK_IS_OFF");
    if (!done && which == CLOCK_REALTIME && off) told->tv_sec += atol(off);
    return done;
}
"""
"""Stands before the C library: the clock of a program that loads it is wrong by so many seconds."""


@pytest.fixture(scope="module")
def wrong_clock(tmp_path_factory):
    """A library with which a command's clock is wrong by as much as the environment says."""
    compiler = shutil.which("cc")
    if compiler is None or sys.platform != "linux":
        pytest.skip("a C compiler (Debian: gcc) and Linux are needed to set a clock wrong")
    place = tmp_path_factory.mktemp("clock")
    (place / "clock.c").write_text(CLOCK)
    command = [compiler, "-shared", "-fPIC", "-o", place / "clock.so", place / "clock.c", "-ldl"]
    subprocess.run(command, check=True)
    return place / "clock.so"


@pytest.mark.skipif(not LONG, reason="each is a program of its own: make trust")
def test_a_clock_that_is_a_day_off_loses_nothing_and_moves_no_number(filled, wrong_clock, tmp_path):
    told = {}
    with served(SlackService().answer) as here:
        for off in (0, 86_400, -86_400):
            room = tmp_path / str(off)
            shutil.copytree(filled, room)
            with (room / "ws/influence.toml").open("a") as settings:
                settings.write(f'\n[sources.slack]\nconnector = "slack"\naddress = "{here.url}/api/"\n')
            known = os.environ | {"LD_PRELOAD": str(wrong_clock), "INFLUENCE_SLACK_TOKEN": "placeholder"}
            known |= {"INFLUENCE_WORKSPACE": "ws"}
            words = (["pull"], ["track", "ann@acme.example", "--over", "4w"], ["report", "ann@acme.example"])
            for number, command in enumerate((*words, ["pull"])):
                wrong = str(off if number < len(words) else -off)  # and the other way round at the end
                done = subprocess.run(
                    [sys.executable, "-m", "influence", *command],
                    cwd=room, env=known | {"CLOCK_IS_OFF": wrong}, capture_output=True, text=True, check=False,
                )  # fmt: skip
                assert 0 == done.returncode, (off, command, done.stderr)
            logs = ("activity_log", "encounter_log", "people_log")
            found = digests(room / "ws" / STORE, but=("key", "batch"))
            told[off] = {name: found[name] for name in logs}
    assert told[0] == told[86_400] == told[-86_400]
    measured("clock", "a day ahead, a day behind, and turned round between pulls", told="0 lost, 0 differ")
