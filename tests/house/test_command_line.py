"""The commands as a user types them: what they print, what they write, and how they fail."""

import json
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import duckdb
import networkx as nx
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from influence.cli import main
from influence.contract.language import languages
from influence.contract.plugins import names

LOG = """id,time,actor,verb,parent,to,mentions
1,2026-01-05T09:00:00Z,email:ann@acme.example,post,,email:bo@acme.example,
2,2026-01-06T09:00:00+01:00,email:bo@acme.example,reply,1,,
3,1767780000,x:cia,share,2,,
4,2026-02-01T09:00:00Z,x:dan,post,,,email:ann@acme.example
"""


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Type a command in a fresh folder; returns (exit code, output, error)."""
    monkeypatch.chdir(tmp_path)

    def typed(*words):
        done = CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)
        return done.exit_code, done.stdout, done.stderr

    return typed


@pytest.fixture
def filled(run, tmp_path):
    """The same, with a small log in the workspace `ws`."""
    (tmp_path / "log.csv").write_text(LOG, encoding="utf-8")
    assert 0 == run("init", "ws")[0]
    assert 0 == run("import", "log.csv", "-w", "ws")[0]
    return run


def contents(folder):
    with duckdb.connect(str(folder / "ws/influence.duckdb"), read_only=True) as store:
        return store.sql("SELECT count(*) FROM activity_log").fetchall()[0][0]


def test_what_is_mostly_unknown_is_shown_as_a_range_in_whole_people_wherever_it_is_printed(filled):
    _, out, _ = filled("report", "ann@acme.example", "-w", "ws")
    assert "answers would settle it: the command “influence met ann@acme.example label” asks" in out
    assert 0 == filled("report", "bo@acme.example", "-w", "ws")[0]
    code, compared, _ = filled("compare", "ann@acme.example", "bo@acme.example", "-w", "ws")
    assert 0 == code
    assert "reach_4        0 to 3 people: of most of them nothing tells whether they have met" in compared
    assert "beyond_share   cannot tell: of more than half of the people outside the team" in compared
    code, many, _ = filled("many", "-w", "ws")
    assert 0 == code
    for printed in (out, compared, many):
        assert not re.search(r"\d\.\d+ (people|person)", printed)


def test_a_log_becomes_a_report_in_three_formats(filled, tmp_path):
    code, out, _ = filled("report", "ann@acme.example", "-w", "ws", "--format", "html,json,csv")
    assert 0 == code
    assert "reached 0 to 3 people never met: of all 3 people outside the team nothing tells" in out
    names = {
        "ann-acme-example.html",
        "ann-acme-example.json",
        "ann-acme-example.csv",
        "ann-acme-example-findings.csv",
    }
    assert names == {file.name for file in (tmp_path / "ws/reports").iterdir()}
    body = json.loads((tmp_path / "ws/reports/ann-acme-example.json").read_text(encoding="utf-8"))
    assert "influence.report/1" == body["schema"]
    assert 2 == body["people"]["x:cia"]["depth"]


def test_formats_and_languages_are_listed_by_help(run):
    _, out, _ = run("report", "--help")
    told = " ".join(out.split())
    assert f"One, or several with commas: {', '.join(names('influence.formats'))}." in told
    assert f"In which language: {', '.join(languages())}." in told


def test_each_of_several_formats_gets_its_own_ending(filled, tmp_path):
    words = ("report", "ann@acme.example", "-w", "ws", "--format", "json,csv,json", "-o", "out/ann.html")
    code, out, _ = filled(*words, "--measures", "four-steps")
    assert 0 == code
    assert {"ann.json", "ann.csv", "ann-findings.csv"} == {file.name for file in (tmp_path / "out").iterdir()}
    assert 1 == out.count("ann.json")


def test_what_cannot_be_written_is_refused_before_anybody_is_looked_for(filled, tmp_path):
    (tmp_path / "own.txt").write_text("no presentation")
    (tmp_path / "folder").mkdir()
    for words, told in (
        (("--format", "docx"), "there is no format 'docx'"),
        (("--format", ","), "no format is named; there are: csv"),
        (("--language", "tlh"), "there is no language 'tlh' here; there are: en"),
        (("--format", "json,csv", "--template", "own.txt"), "no template is taken by json, csv"),
        (("-o", "log.csv/report.html"), "log.csv/report.html cannot be written"),
        (("-o", "folder"), "folder cannot be written: it is a folder; name a file in it"),
    ):
        code, _, error = filled("report", "nobody at all", "-w", "ws", *words)
        assert 1 == code
        assert told in error


def test_a_copy_without_names_lies_beside_the_report(filled, tmp_path):
    words = ("report", "ann@acme.example", "-w", "ws", "--format", "json", "--measures", "four-steps")
    assert 0 == filled(*words)[0]
    code, out, _ = filled(*words, "--without-names")
    assert 0 == code
    assert "ann-acme-example-without-names.json" in out
    copy = (tmp_path / "ws/reports/ann-acme-example-without-names.json").read_text(encoding="utf-8")
    assert "Names are left out; groups below 10 people are merged." in copy
    assert not re.search(r"x:(?:bo|cia|dan)", copy)


def test_importing_twice_adds_nothing_and_the_line_adds_up(filled):
    _, out, _ = filled("import", "log.csv", "-w", "ws")
    assert "log.csv: 4 read = 0 stored + 4 already known + 0 set aside" in out


def test_json_summaries_add_up(filled):
    _, out, _ = filled("import", "log.csv", "-w", "ws", "--json")
    found = json.loads(out)
    assert found["read"] == found["stored"] + found["known"] + found["aside"]


def test_what_is_set_aside_is_listed_with_file_line_and_reason(filled, tmp_path):
    (tmp_path / "bad.csv").write_text(
        'time,actor,verb\n2026-01-01T09:00:00,x:1,post\n"2026-01-01T09:00:00Z",x:1,shouted\nnonsense,x:1,post\n'
        "2026-01-01T09:00:00Z,ann,post\n2026-01-01T09:00:00Z,x:1,post\n"
    )
    assert "5 read = 1 stored + 0 already known + 4 set aside" in filled("import", "bad.csv", "-w", "ws")[1]
    _, out, _ = filled("doctor", "-w", "ws")
    assert (
        "bad.csv, line 2: time '2026-01-01T09:00:00' has no zone: add one to it, or import with --zone" in out
    )
    assert "bad.csv, line 3: verb 'shouted' is not one of: post, reply" in out
    assert "bad.csv, line 4: time 'nonsense' is not a date and time" in out
    assert "bad.csv, line 5: actor: 'ann' is not an account" in out


def test_a_zone_mends_times_without_one(filled, tmp_path):
    (tmp_path / "local.csv").write_text("time,actor,verb\n2026-07-01 12:00,x:1,post\n")
    filled("import", "local.csv", "-w", "ws", "--zone", "Europe/Stockholm")
    with duckdb.connect(str(tmp_path / "ws/influence.duckdb"), read_only=True) as store:
        rows = store.sql("SELECT epoch(time) FROM activity_log WHERE source = 'local.csv'").fetchall()
    assert [(1_782_900_000.0,)] == rows  # 10:00 UTC


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["report", "Anne", "-w", "ws"], 1, "nobody here is called 'Anne'; did you mean"),
        (["report", "x:dan", "-w", "ws", "--since", "2026-02-01", "--until", "2026-01-01"], 1, "reversed"),
        (
            ["report", "x:dan", "-w", "ws", "--since", "2020-01-01", "--until", "2020-02-01"],
            1,
            "nothing happened",
        ),
        (["report", "x:dan", "-w", "ws", "--since", "yesterday"], 1, "is not a date such as 2026-01-31"),
        (
            ["report", "x:dan", "-w", "ws", "--format", "docx"],
            1,
            "there is no format 'docx'; there are: csv, ",
        ),
        (
            ["report", "x:dan", "-w", "nowhere"],
            1,
            "is not a workspace; make one with: influence init nowhere",
        ),
        (["import", "gone.csv", "-w", "ws"], 1, "gone.csv: there is no such file or folder"),
        (["import", "9" * 5000, "-w", "ws"], 1, "9…: no file or folder has so long a name"),
        (["import", "log.csv", "-w", "ws", "--zone", "Mars"], 1, "'Mars' is not a time zone"),
        (
            ["import", "log.csv", "-w", "ws", "--as", "letters"],
            1,
            "there is no connector 'letters'; there are: activ",
        ),
        (["import", "log.csv", "-w", "ws", "--set", "colour=red"], 1, "no connector has an option 'colour'"),
        (["import", "log.csv", "-w", "ws", "--set", "zone"], 2, "should be OPTION=VALUE"),
        (["import", "log.csv", "-w", "ws", "--as", "people"], 1, "log.csv"),
        (["init", "ws"], 1, "is a workspace already"),
        (["conquer"], 2, "No such command"),
    ],
)
def test_a_mistake_gives_one_clear_sentence(filled, tmp_path, words, code, told):
    before = contents(tmp_path)
    got, _, error = filled(*words)
    assert code == got
    assert told in error
    assert "Traceback" not in error
    assert before == contents(tmp_path)


def test_wrong_columns_name_what_was_expected_and_the_nearest_found(filled, tmp_path):
    (tmp_path / "wrong.csv").write_text("tiem,actor,verb\n2026-01-01T09:00:00Z,x:1,post\n")
    code, _, error = filled("import", "wrong.csv", "-w", "ws", "--as", "activities")
    assert 1 == code
    assert "tiem" in error
    assert "time" in error


@pytest.mark.parametrize(
    "body",
    [
        b"time,actor,verb\n2026-01-01T09:00:00Z,x:\xe5,post\n",
        b"\x00" * 5000,
        b"",
    ],
    ids=["latin-1", "zeros", "empty"],
)
def test_what_is_not_text_leaves_the_workspace_unharmed(filled, tmp_path, body):
    (tmp_path / "odd.csv").write_bytes(body)
    before = contents(tmp_path)
    _, out, error = filled("import", "odd.csv", "-w", "ws", "--as", "activities")
    assert "Traceback" not in error
    assert "odd.csv" in out + error
    assert before == contents(tmp_path)


def test_a_line_of_100_megabytes_is_set_aside(filled, tmp_path):
    with (tmp_path / "long.jsonl").open("wb") as file:
        file.write(b'{"time": "2026-01-01T09:00:00Z", "actor": "x:1", "verb": "post"}\n{"text": "')
        for _ in range(100):
            file.write(b"a" * 1_000_000)
        file.write(b'"}\n{"time": "2026-01-02T09:00:00Z", "actor": "x:1", "verb": "post"}\n')
    _, out, _ = filled("import", "long.jsonl", "-w", "ws", "--as", "activities")
    assert "3 read = 2 stored + 0 already known + 1 set aside" in out


def test_a_cut_off_archive_adds_nothing(filled, tmp_path):
    with tarfile.open(tmp_path / "whole.tar.xz", "w:xz") as archive:
        (tmp_path / "more.csv").write_text(
            "id,time,actor,verb\n"
            + "".join(f"m{n},2026-01-01T09:00:00Z,x:{n * 7919 % 9973},post\n" for n in range(20_000))
        )
        archive.add(tmp_path / "log.csv", "log.csv")
        archive.add(tmp_path / "more.csv", "more.csv")
    whole = (tmp_path / "whole.tar.xz").read_bytes()
    (tmp_path / "cut.tar.xz").write_bytes(whole[: len(whole) * 2 // 3])
    before = contents(tmp_path)
    code, _, error = filled("import", "cut.tar.xz", "-w", "ws")
    assert 1 == code
    assert "cut.tar.xz: the archive is damaged or cut off" in error
    assert before == contents(tmp_path)


def test_a_damaged_file_in_an_archive_is_set_aside_and_the_rest_goes_in(filled, tmp_path):
    with zipfile.ZipFile(tmp_path / "some.zip", "w") as archive:
        archive.writestr("bad.csv", "id,time,actor,verb\nb1,2026-01-01T09:00:00Z,x:damaged,post\n")
        archive.writestr("good.csv", "id,time,actor,verb\ng1,2026-01-01T09:00:00Z,x:whole,post\n")
    broken = (tmp_path / "some.zip").read_bytes().replace(b"x:damaged", b"x:dxmaged", 1)
    (tmp_path / "some.zip").write_bytes(broken)
    code, out, error = filled("import", "some.zip", "-w", "ws")
    assert 0 == code
    assert "1 read = 1 stored" in out
    assert "not readable: bad.csv: the file is damaged: Bad CRC-32" in error
    assert "bad.csv: the file is damaged" in filled("doctor", "-w", "ws")[1]


def test_a_long_import_that_fails_or_is_killed_leaves_nothing(filled, tmp_path):
    rows = "".join(f"m{n},2026-01-01T09:00:00Z,x:{n % 9973},post\n" for n in range(500_000))
    (tmp_path / "whole").mkdir()
    (tmp_path / "whole/a.csv").write_text("id,time,actor,verb\n" + rows)
    script = (
        "import os, sys; from influence import Workspace; from influence.store.store import Batch\n"
        "turn = Batch._turn\n"
        "def stop(self):\n"
        "    turn(self)\n"
        "    if self._turned: os._exit(9) if sys.argv[1] == 'killed' else sys.exit('failed')\n"
        "Batch._turn = stop\n"
        "Workspace('ws').import_path('whole')"
    )
    before = contents(tmp_path)
    for how, code in (("fails", 1), ("killed", 9)):
        done = subprocess.run(
            [sys.executable, "-c", script, how], cwd=tmp_path, capture_output=True, check=False
        )
        assert code == done.returncode, done.stderr
        assert 0 == filled("doctor", "-w", "ws")[0]
        assert before == contents(tmp_path)
    assert "500,000 read = 500,000 stored" in filled("import", "whole", "-w", "ws")[1]


def test_a_workspace_of_a_newer_version_is_left_alone(filled, tmp_path):
    with duckdb.connect(str(tmp_path / "ws/influence.duckdb")) as store:
        store.execute("UPDATE meta SET value = '99' WHERE key = 'version'")
    code, _, error = filled("report", "x:dan", "-w", "ws")
    assert 1 == code
    assert "was made by a newer version of influence" in error
    assert "pip install --upgrade" in error


def test_a_database_of_another_program_is_told_from_a_workspace(run, tmp_path):
    (tmp_path / "ws").mkdir()
    with duckdb.connect(str(tmp_path / "ws/influence.duckdb")) as other:
        other.execute("CREATE TABLE guests (name VARCHAR)")
    code, _, error = run("people", "-w", "ws")
    assert 1 == code
    assert "another version or another program made it" in error


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written(run, tmp_path):
    (tmp_path / "locked").mkdir(mode=0o500)
    code, _, error = run("init", "locked/ws")
    assert 1 == code
    assert "cannot be written: Permission denied" in error


def test_a_report_where_no_folder_can_be_says_so(filled):
    code, _, error = filled("report", "x:dan", "-w", "ws", "-o", "log.csv/report.html")
    assert 1 == code
    assert "log.csv/report.html cannot be written" in error


def test_a_second_writer_is_told_who_holds_the_workspace(filled, tmp_path):
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import duckdb,sys; c=duckdb.connect(sys.argv[1]); print(1, flush=True); input()",
            str(tmp_path / "ws/influence.duckdb"),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        holder.stdout.readline()
        code, _, error = filled("people", "-w", "ws")
    finally:
        holder.communicate(b"\n")
    assert 1 == code
    assert f"is in use by process {holder.pid}" in error


@pytest.mark.parametrize("kind", ["graphml", "gexf", "parquet"])
def test_the_network_is_written_for_other_programs(filled, tmp_path, kind):
    assert 0 == filled("network", "-w", "ws", "--format", kind, "-o", f"net.{kind}")[0]
    file = tmp_path / f"net.{kind}"
    if kind == "parquet":
        ties = {(row["source"], row["target"]) for row in pq.read_table(file).to_pylist()}
    else:
        ET.parse(file)  # noqa: S314 - our own file
        ties = set({"graphml": nx.read_graphml, "gexf": nx.read_gexf}[kind](file).edges)
    assert ("email:ann@acme.example", "email:bo@acme.example") in ties


def test_listings_are_machine_readable(filled):
    people = json.loads(filled("people", "-w", "ws", "--json")[1])
    assert {"email:ann@acme.example", "email:bo@acme.example", "x:cia", "x:dan"} == {
        one["person"] for one in people
    }
    assert {"activities", "mail", "calendar"} <= {
        row["name"] for row in json.loads(filled("connectors", "--json")[1])
    }
    listed = {row["name"]: row["state"] for row in json.loads(filled("connectors", "--json")[1])}
    assert ("ready", "not read as it is") == (listed["tripadvisor"], listed["older Excel .xls"])
    assert "Outlook .pst, .ost" not in listed  # the connector outlook reads it
    assert 1 == len(json.loads(filled("doctor", "-w", "ws", "--json")[1])["imports"])


def test_the_demo_tells_that_it_is_invented_and_names_its_report(run, tmp_path):
    code, out, _ = run("demo", "-o", "try")
    assert 0 == code
    page = out.strip().splitlines()[-1].partition(": ")[2]
    body = Path(page).read_text(encoding="utf-8")
    assert str(tmp_path) in page
    assert 2 <= body.count("Invented company")
    # each setting in its own section: the brand is no voice to compare the leader with
    settings = tomllib.loads(Path("try/influence.toml").read_text(encoding="utf-8"))
    named = settings["brand"]["accounts"], settings["voices"]["accounts"]
    assert (["x:vindhall"], ["x:sofia_gronlund", "x:tessa_okafor"]) == named


def test_python_m_influence_is_the_command(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "influence", "--version"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=True,
    )
    assert done.stdout.startswith("influence, version ")


def test_help_loads_nothing_heavy(tmp_path):
    script = (
        "import sys; from influence.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "heavy = {'duckdb', 'numpy', 'numba', 'pyarrow', 'networkx', 'matplotlib', 'sklearn', 'scipy', 'rich',\n"
        "         'tomlkit', 'keyring', 'httpx', 'requests', 'tweepy', 'praw', 'connectors'}\n"
        "print('loaded:', sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=tmp_path, check=True
    )
    assert "loaded: []" in done.stdout


@pytest.mark.parametrize(
    "words", [("track", "x"), ("digest",), ("forget", "x"), ("serve",), ("programme", "show")], ids=" ".join
)
def test_what_is_not_asked_of_spark_says_so(run, words):
    code, out, error = run(*words, "--engine", "spark")
    assert (2, "") == (code, out)
    assert "this is not asked of Spark: advise, campaign, compare, many, network, report, tags are;" in error


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["compare", "x", "y", "--near"], "--keep and --near go with --engine spark"),
        (
            ["report", "x", "--near", "--engine", "spark", "--lake", "l", "--audience", "sphere:customer"],
            "--audience asks what everybody did: leave --near out",
        ),
    ],
)
def test_what_is_near_is_asked_of_spark_and_of_no_audience(run, words, told):
    code, out, error = run(*words)
    assert (2, "") == (code, out)
    assert told in error


@pytest.mark.parametrize("words", [("import", ""), ("import", "--lake", "")])
def test_an_empty_path_is_not_taken_for_this_folder(run, words):
    code, out, error = run(*words)
    assert (2, "") == (code, out)
    assert "a path is empty; for this folder write ." in error
