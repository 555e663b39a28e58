"""What is kept in `worked-out` changes no number: a report is that of a copy of the workspace without it."""

import json
import os
import resource
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zlib import crc32

import pytest

from influence import Workspace
from influence.contract.records import Activity
from influence.met.calibration import FEATURES, Fit, accept
from influence.settings import DEFAULTS
from influence.store import kept as kept_module

ANN, BO, PAT, ZOE = (f"email:{name}@acme.example" for name in ("ann", "bo", "pat", "zoe"))
START = datetime(2026, 1, 5, 9, tzinfo=UTC)
PEOPLE = [
    {"name": "Ann Boss", "accounts": [ANN]},
    {"name": "Bo Chief", "accounts": [BO]},
    {"name": "Pat Aide", "accounts": [PAT]},
    {"person": "p9", "name": "Zoe Falk", "accounts": [ZOE]},
    {"name": "Zoe Falk", "accounts": ["slack:T1/zoe.falk"]},
    {"name": "Zoë Falk", "accounts": ["email:zoe.falk@home.example"], "organisation": "Acme"},
]
FIT = Fit((1.0, *[0.0] * (len(FEATURES) - 1)), -1.0, (-1.0, 1.0), (0.05, 0.9), 60, 0.1, 0.2)


def item(number, actor, verb="post", to=(), **more):
    time = (START + timedelta(hours=number)).isoformat()
    return {"id": f"i{number}", "time": time, "actor": actor, "verb": verb, "to": list(to)} | more


def rows():
    found = [item(0, ANN), item(1, PAT, "message", [BO], outbox=ANN, subject="plan")]
    found += [
        item(2, BO, "message", [PAT], subject="Re: plan"),
        item(3, ANN, mentions=["x:7"], channel="all"),
    ]
    found += [item(n, f"x:{n}", "reply", parent="i0") for n in range(4, 9)]
    found += [item(n, "slack:T1/zoe.falk", "reply", parent=f"i{n - 6}") for n in range(9, 12)]
    found += [item(n, "email:zoe.falk@home.example", "comment", parent="i3", channel="all") for n in (12, 13)]
    return [*found, item(14, "slack:T1/W/deploy_bot", "reply", parent="i0")]


@pytest.fixture(scope="module")
def reported(tmp_path_factory):
    """A workspace that was reported on, so that everything is kept; closed."""
    place = tmp_path_factory.mktemp("reported") / "here"
    with Workspace.create(place) as one:
        for kind, given in (("people", PEOPLE), ("activities", rows())):
            file = place.with_name(f"{kind}.jsonl")
            file.write_text("".join(json.dumps(row) + "\n" for row in given), encoding="utf-8")
            one.import_path(file, connector=kind)
        told(one)
    assert files(place)
    return place


@pytest.fixture
def made(reported, tmp_path):
    """A copy of it, with what is kept."""
    return Path(shutil.copytree(reported, tmp_path / "here"))


def files(place):
    return sorted((place / "worked-out").glob("*.arrow"))


def told(workspace):
    report = workspace.report("Ann Boss", measures=["four-steps"])
    people = workspace.analysis.people
    known = [(one, people.acts[code], people.why(code)) for code, one in enumerate(people.who)]
    return repr((report, known, sorted(people.account_person.items()), sorted(people.merged.items())))


def without_anything_kept(place):
    """Tell of a copy of the workspace that is not warm."""
    copy = place.with_name(f"copy of {place.name}")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(place, copy, ignore=shutil.ignore_patterns("worked-out"))
    with Workspace(copy) as one:
        return told(one)


def same_as_cold(place):
    with Workspace(place) as one:
        warm = told(one)
    assert without_anything_kept(place) == warm
    return warm


def brought_in(one):
    file = one.path / "more.jsonl"
    file.write_text(json.dumps(item(20, "x:20", "reply", parent="i0")) + "\n", encoding="utf-8")
    one.import_path(file, connector="activities")


def pulled(one):
    with one.store.batch("live", "door", live=True) as batch:
        batch.add(Activity("i21", START + timedelta(hours=21), "x:21", "reply", "i0"), "door")


def told_apart_less(one):
    one.close()
    text = DEFAULTS.replace("link = 0.9 ", "link = 0.3 ").replace("ask = 0.2 ", "ask = 0.1 ")
    (one.path / "influence.toml").write_text(text, encoding="utf-8")


CHANGES = {
    "an import": brought_in,
    "a pull": pulled,
    "a merge": lambda one: one.curation.merge("x:4", "x:5"),
    "a merge that is undone": lambda one: one.curation.undo(one.curation.merge("x:4", "x:5").seq),
    "a rename": lambda one: one.curation.rename("x:4", "Eva Ny"),
    "a bot": lambda one: one.curation.bot("x:6"),
    "a sphere": lambda one: one.curation.sphere("x:7", "customer"),
    "somebody writes for the leader": lambda one: one.review.writes_for("Pat Aide", "Ann Boss"),
    "a declared meeting": lambda one: one.meetings.declare("Ann Boss", "x:4", met=True),
    "a fit": lambda one: accept(one.store.engine, FIT),
    "a linkage with other settings": told_apart_less,
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changes_the_report_is_that_of_a_workspace_without_anything_kept(made, change):
    before = [file.name for file in files(made)]
    with Workspace(made) as one:
        CHANGES[change](one)
    same_as_cold(made)
    assert not {*before} & {file.name for file in files(made)}


def test_a_second_report_starts_from_what_is_kept(made):
    before = [(file.name, file.stat().st_mtime_ns) for file in files(made)]
    same_as_cold(made)
    assert before == [(file.name, file.stat().st_mtime_ns) for file in files(made)]


def test_a_decision_leaves_nothing_of_what_was_worked_out_before(made):
    with Workspace(made) as one:
        one.curation.rename("Zoe Falk", "Somebody")
        assert [] == files(made)


def test_a_restored_backup_with_as_many_decisions_is_told_apart(made):
    shutil.copy(made / "influence.duckdb", made / "backup")
    for name in ("Eva Ny", "Eva Gammal"):
        shutil.copy(made / "backup", made / "influence.duckdb")
        with Workspace(made) as one:
            one.curation.rename("x:4", name)
            told(one)
    shutil.copy(made / "backup", made / "influence.duckdb")
    shutil.copytree(made / "worked-out", made / "aside")
    with Workspace(made) as one:
        one.curation.rename("x:4", "Eva Dritte")
    shutil.copytree(made / "aside", made / "worked-out", dirs_exist_ok=True)
    assert "Eva Dritte" in same_as_cold(made)


def test_a_newer_program_uses_nothing_of_an_older_one(tmp_path):
    package = Path(kept_module.__file__).parents[1]
    shutil.copytree(package, tmp_path / "influence", ignore=shutil.ignore_patterns("__pycache__"))
    say = "from influence.store.kept import stamp; from influence.store.store import Store as S; "
    say += "from influence.store import kept; print(hash(repr(kept.program())))"
    call = [sys.executable, "-c", say]
    ways = {"cwd": tmp_path, "env": os.environ | {"PYTHONPATH": str(tmp_path), "PYTHONHASHSEED": "0"}}
    seen = [subprocess.check_output(call, **ways), subprocess.check_output(call, **ways)]
    with (tmp_path / "influence/times.py").open("a") as file:
        file.write("# newer\n")
    seen.append(subprocess.check_output(call, **ways))
    assert seen[0] == seen[1] != seen[2]


@pytest.mark.parametrize("harm", [lambda data: data[: len(data) // 2], lambda data: changed(data)])
def test_what_is_damaged_is_made_anew(made, harm):
    for file in files(made):
        file.write_bytes(harm(file.read_bytes()))
    same_as_cold(made)
    sums = [f"{crc32(file.read_bytes()):08x}" for file in files(made)]
    assert [file.stem.rpartition("-")[2] for file in files(made)] == sums


def changed(data):
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 255]) + data[middle + 1 :]


def test_where_the_folder_may_not_be_written_the_numbers_are_the_same(made, capfd):
    shutil.rmtree(made / "worked-out")
    (made / "worked-out").write_text("a file where the folder would be", encoding="utf-8")
    same_as_cold(made)
    assert ("", "") == capfd.readouterr()


def test_a_disk_that_fills_while_it_is_written_harms_nothing(made):
    warm = same_as_cold(made)
    shutil.rmtree(made / "worked-out")
    say = "import sys; sys.path.insert(0, sys.argv[2]); from influence import Workspace; "
    say += "from tests.influence.workspace.test_worked_out import told; w = Workspace(sys.argv[1]); "
    say += "print(told(w)); w.close()"
    done = subprocess.run(
        [sys.executable, "-c", say, made, Path(__file__).parents[3]],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},  # Python would keep what it compiled, cut
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (3_000, 3_000)),
    )
    assert (warm + "\n", "") == (done.stdout, done.stderr)
    assert [] == [file for file in (made / "worked-out").iterdir() if file.stat().st_size >= 3_000]
    same_as_cold(made)


_WARMING = """
import sys; from pathlib import Path; import pyarrow as pa; from influence.store.kept import Kept
for n in range(40):
    made = Kept(Path(sys.argv[1]), "a").tables("log", ("x", "y"),
        lambda: {part: pa.table({"n": [7] * 50_000}) for part in "xy"}, n)
    assert [7, 7] == [made[part]["n"][-1].as_py() for part in "xy"]
"""


def test_two_processes_may_warm_one_folder_at_once(tmp_path):
    call = [sys.executable, "-c", _WARMING, tmp_path / "worked-out"]
    both = [subprocess.Popen(call, stderr=subprocess.PIPE) for _ in range(2)]
    assert [(None, b""), (None, b"")] == [one.communicate() for one in both]
    assert [0, 0] == [one.returncode for one in both]
    assert {".arrow"} == {file.suffix for file in (tmp_path / "worked-out").iterdir()}
