"""A lake asked by a real Spark answers what the workspace answers; what cannot be done is said in one sentence."""

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pyspark
import pytest

from influence import Narrowing, Workspace
from influence.analysis.report import Analysis
from influence.contract.records import (
    Activity,
    Encounter,
    Evidence,
    Exposure,
    Modality,
    Person,
    Tie,
    Unsaid,
    Verb,
)
from influence.network import doings
from influence.network.log_tables import LogTables
from influence.network.responses import read_log
from influence.network.subjects import subjects
from influence.network.ways import ways
from influence.people.linkage.run import who_is_who
from influence.people.parts import in_parts
from influence.store.kept import Kept
from influence.store.lake import LakeError
from influence.store.schema import added_since
from influence.store.spark import KEPT, SparkEngine, SparkError, session
from influence.store.spark_sql import spoken
from tests.influence.store.test_lake import of_store_7
from tests.kit.draws import LONG
from tests.kit.in_cluster import InCluster

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
pytestmark = pytest.mark.skipif(
    shutil.which("java") is None, reason="Java is not installed: apt-get install openjdk-17-jre-headless"
)


QUICK = {
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}
"""Of few rows, it is the making of programs that takes long, not their running."""


@pytest.fixture(scope="module", autouse=True)
def short_lived():
    """Let Java make no great effort for programs that run once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_SUBMIT_OPTS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        yield


@pytest.fixture(scope="module")
def port():
    """Where the Spark of these tests listens, as a Spark Connect server."""
    return free_port()


@pytest.fixture(scope="module")
def spark(port):
    plugin = "org.apache.spark.sql.connect.SparkConnectPlugin"
    told = {"spark.plugins": plugin, "spark.connect.grpc.binding.port": port, **QUICK}
    words = " ".join(f"--conf {name}={value}" for name, value in told.items())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_SUBMIT_ARGS", f"{words} pyspark-shell")
        made = session()
    yield made
    made.stop()


# --- every statement ----------------------------------------------------------------------------------------


def an_office(workspace):
    """Bring in a little of everything that a statement may ask for: mail, chat, threads, meetings, ties, numbers."""
    chance = random.Random(1)  # noqa: S311 - a log, and no secret
    mail = [f"email:p{n}@acme.example" for n in range(6)]
    with workspace.store.batch("everything", "activities") as batch:
        for n in range(160):
            when, one, other = START + timedelta(hours=7 * n), *chance.sample(mail, 2)
            kind = n % 8
            more = {
                0: {
                    "verb": Verb.MESSAGE,
                    "to": (other,),
                    "subject": f"plan {n % 3}",
                    "outbox": mail[0],
                    "tags": ("mail",),
                },
                1: {"verb": Verb.MESSAGE, "to": (other,), "subject": f"Re: plan {n % 3}", "typist": mail[5]},
                2: {"verb": Verb.MESSAGE, "channel": "hall", "actor": f"chat:{n % 4}"},
                3: {
                    "verb": Verb.POST,
                    "channel": "wall",
                    "actor": f"x:{n % 4}",
                    "tags": ("park", f"plan{n % 3}"),
                },
                4: {"verb": Verb.REPLY, "channel": "wall", "actor": f"x:{n % 3}", "parent": f"a{n - 1}"},
                5: {
                    "verb": Verb.POST,
                    "mentions": (f"x:{n % 4}",),
                    "actor": f"x:{n % 2}",
                    "conversation": f"talk {n % 3}",
                },
                6: {"verb": Verb.FOLLOW, "to": (f"x:{n % 4}",), "actor": f"x:{(n + 1) % 4}"},
                7: {
                    "verb": Verb.MESSAGE,
                    "to": (other,),
                    "actor": f"dm:{n % 3}",
                    "unsaid": Unsaid.DRAFT if n % 3 else None,
                },
            }[kind]
            made = {
                "actor": one,
                "text": "the budget of the week is here and it is long enough to be told",
                **more,
            }
            batch.add(Activity(f"a{n}", when, **made), "log")
        for n in range(60):
            people = (mail[0], *chance.sample(mail[1:], 2))
            place = [Modality.IN_PERSON, Modality.ONLINE, Modality.UNKNOWN][n % 3]
            evidence = [Evidence.CALENDAR, Evidence.EVENT, Evidence.DECLARED, Evidence.CONTACT][n % 4]
            batch.add(Encounter(people, place, evidence, START + timedelta(days=n - 40), id=f"e{n}"), "log")
        for n in range(6):
            accounts = (mail[n], f"x:{n}", f"chat:{n}", f"dm:{n}")
            batch.add(
                Person(f"p{n}", f"Person {n}", accounts, "Acme", "Sales", manager="p1" if n else None), "log"
            )
        for n in range(9):
            meaning = "met" if n % 3 else "influence"
            batch.add(Tie(mail[n % 5], mail[(n + 1) % 6], meaning, directed=bool(n % 2)), "log")
        everybody = tuple(f"email:all{n}@acme.example" for n in range(120))
        batch.add(Activity("all", START, mail[0], Verb.MESSAGE, to=everybody), "log")
        for one, other in (("r1", "r2"), ("r2", "r1")):  # a circle, as only broken logs have it
            batch.add(Activity(one, START, "x:3", Verb.REPLY, parent=other), "log")
        batch.add(Exposure("x1", START, "x:0", "x", "views", 12), "log")
        customers(batch, mail)
    for n in range(22):
        with workspace.store.batch(f"campaign {n}", "activities") as batch:
            when = START + timedelta(days=2, minutes=n)
            letter = {
                "to": (mail[0],),
                "subject": "save the park",
                "text": "please save the park by the river now",
            }
            batch.add(Activity(f"c{n}", when, f"email:s{n}@x.example", Verb.MESSAGE, **letter), "log")


def customers(batch, mail):
    """People outside who are told of in a table, ask somebody who is not the leader, and have met them."""
    for n in range(4):
        account, when = f"email:k{n}@buyer.example", START + timedelta(days=n)
        told = {"first_contact": date(2026, 1, 5), "outcome": "won" if n % 2 else "lost"}
        batch.add(Person(f"k{n}", f"Kim {n}", (account,), "Buyer", sphere="customer", **told), "log")
        batch.add(Activity(f"q{n}", when, account, Verb.MESSAGE, to=(mail[1],)), "log")
        batch.add(Activity(f"r{n}", when + timedelta(hours=1), mail[1], Verb.REPLY, parent=f"q{n}"), "log")
        met = Encounter((mail[1], account), Modality.IN_PERSON, Evidence.CALENDAR, when, id=f"k{n}")
        batch.add(met, "log")


ENOUGH = 3
"""So often the same statement is asked of both: some are asked for each leader or each month."""


class Both:
    """Two engines that are asked the same: the first answers, and what the second says otherwise is kept."""

    elsewhere = True

    def __init__(self, first, second):
        self.first, self.second = first, second
        self.other, self.rows, self.asked = {}, {}, Counter()

    def run(self, sql, params=()):
        self.first.run(sql, params)
        self.second.run(sql, params)
        if made := sql.split()[0] == "CREATE" and spoken(sql)[0]:
            self.arrow(f"SELECT * FROM {made}")  # noqa: S608 - a name of ours

    def slim(self):
        self.first.slim()

    def kept(self, _names, _matters):
        return False

    def keep(self, _names, _matters):
        """Nothing is."""

    def beside(self):
        other = Both(self.first.beside(), self.second.beside())
        other.other, other.rows, other.asked = self.other, self.rows, self.asked
        return other

    def offer(self, name, rows):
        self.first.offer(name, rows)
        self.second.offer(name, rows)

    def arrow(self, sql, params=()):
        found = self.first.arrow(sql, params)
        self.rows[sql] = max(self.rows.get(sql, 0), found.num_rows)
        self.asked[sql] += 1
        if self.asked[sql] > ENOUGH:
            return found
        other = self.second.arrow(sql, params)
        if (found.column_names, self.told(found)) != (other.column_names, self.told(other)):
            self.other[sql] = (params, self.told(found)[:3], self.told(other)[:3])
        return found

    @staticmethod
    def told(rows):
        plain = [
            [
                round(value, 9) if isinstance(value, float) else value
                for name, value in row.items()
                if name != "key"
            ]
            for row in rows.to_pylist()  # a digest is a UUID here and sixteen bytes there
        ]
        return sorted(map(repr, plain))


NO_ROWS = {
    # here no text is kept
    "SELECT i.item, a.text FROM item i JOIN activity_log a USING (seq) WHERE a.text IS NOT NULL AND "
    "regexp_matches(lower(a.text), $hint)",
    " ".join(doings._QUESTIONS.split()),
    # nobody here names anybody else
    " ".join(doings._NAMED.split()),
    # nobody here answers often enough for a habit to be learnt
    "SELECT i.source || ' ' || i.system AS place FROM item i JOIN wanted_items w USING (item) ORDER BY w.row",
    # who is linked by likelihood, and a fit of one's own, take more data than this; each statement reads one table
    "SELECT one, other, weight, reasons FROM link_log WHERE verdict = 'linked' AND run = (SELECT max(run) FROM "
    "link_log) ORDER BY weight DESC, one, other",
    "SELECT seq, fit FROM fit_log WHERE undoes IS NULL AND seq NOT IN (SELECT undoes FROM fit_log WHERE undoes IS "
    "NOT NULL) ORDER BY seq DESC LIMIT 1",
}


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """A workspace with a little of everything, and its lake."""
    folder = tmp_path_factory.mktemp("office")
    Workspace.create(folder / "w").close()
    (folder / "w" / "influence.toml").write_text(
        '[privacy]\nkeep_terms = true\n[topics]\nmoney = ["#plan1", "budg*", "long week"]\nwords = ["budget"]\n'
    )
    with Workspace(folder / "w") as workspace:
        an_office(workspace)
        workspace.curation.rename("p5", "Pia Five", because="she says so")
        workspace.review.writes_for("p5", "p0")
        workspace.export_lake(folder / "lake")
    return folder


def test_every_statement_has_the_same_answer(spark, office):
    with Workspace(office / "w") as workspace:
        both = Both(InCluster(workspace.store.engine.beside()), SparkEngine(spark, str(office / "lake")))
        asked = Analysis(both, workspace.settings, who_is_who(both, Kept(None, "")), Kept(None, ""))
        report = asked.about(asked.people.find("p0"), asked.whole_window())
        assert workspace.report("p0") == report
        near = asked.near([asked.people.find("p3")])
        there = near.about(asked.people.find("p3"), asked.whole_window(), ["exchange"])
        assert 0 < len(near.log.items) < len(asked.log.items)
        here = workspace.report("p3", measures=["exchange"])
        assert here == replace(there, reasons=here.reasons)
        subjects(asked.tables, workspace.settings.topics)
        assert sum(ways(asked.tables, asked.people.find("p0"), asked.whole_window()).values()) > 0
    assert {} == both.other
    assert {" ".join(sql.split()) for sql, rows in both.rows.items() if not rows} == NO_ROWS


def test_who_is_who_in_parts_is_the_same_on_a_cluster(spark, office):
    engine = SparkEngine(spark, str(office / "lake"))
    with Workspace(office / "w") as workspace:
        here = workspace.analysis.people
        there = in_parts(engine, 8)
    assert here.rows == there.rows
    assert here.table() == there.table()
    assert (dict(here.merged), sorted(map(str, here.links))) == (
        dict(there.merged),
        sorted(map(str, there.links)),
    )


def arrays(tables):
    """All that arrays hold of a log."""
    log = read_log(tables)
    parts = (log.items, log.links, log.responses)
    return [getattr(part, each.name).tolist() for part in parts for each in fields(part)]


class Asked(Exception):
    """What a lake was asked for: the names of tables, and what they are made of beside its files."""


def what_is_asked(engine, who, writing):
    def kept(*given):
        raise Asked(*given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "kept", kept)
        with pytest.raises(Asked) as asked:
            LogTables.of(engine, who, writing)
    return asked.value.args


@pytest.mark.skipif(not LONG, reason="half a minute of a processor: `make hostile` tries it")
def test_what_a_lake_keeps_is_used_again_and_never_once_anything_has_changed(
    spark, office, tmp_path, monkeypatch
):
    lake = tmp_path / "lake"
    shutil.copytree(office / "lake", lake)
    engine, made = SparkEngine(spark, str(lake), keeps=True), []
    monkeypatch.setattr(engine, "run", lambda sql, run=engine.run: (made.append(sql), run(sql)))
    with Workspace(office / "w") as workspace:
        people = workspace.analysis.people
        here = arrays(LogTables.of(workspace.store.engine.beside(), people, {}))
    assert here == arrays(LogTables.of(engine, people, {}))
    assert made
    made.clear()
    assert here == arrays(LogTables.of(engine, people, {}))
    assert [] == made
    assert "month=2026-01" in {each.name for each in (lake / KEPT).glob("*/link/*")}

    same = what_is_asked(engine, people, {})
    other = replace(people, account_person={**people.account_person, "x:3": 0})
    assert engine.kept(*same)
    assert not engine.kept(*what_is_asked(engine, people, {(1, 0): "yes"}))
    assert not engine.kept(*what_is_asked(engine, other, {}))
    with monkeypatch.context() as newer:
        newer.setattr("influence.store.spark.program", lambda: "another")
        assert not engine.kept(*same)
    for part in (lake / KEPT).glob("*/link/month=2026-01/*.parquet"):
        part.rename(tmp_path / part.name)
        assert not engine.kept(*same)
        (tmp_path / part.name).rename(part)
    assert engine.kept(*same)
    file = next((lake / "activities" / "month=2026-02").iterdir())
    pq.write_table(pq.read_table(file), file)  # the same rows, written at another time
    assert not engine.kept(*same)


PARTS = [
    Narrowing(tags=["plan*"], channels=["WALL"]),
    Narrowing(topics=["money"]),
    Narrowing(spheres=["department", "team"]),
]


OF_A_PART = () if LONG else ("four-steps", "tags", "exchange", "walls")
"""What is told of a part; all that there is takes a minute of a processor."""


@pytest.mark.parametrize("only", PARTS if LONG else PARTS[:1])
def test_a_part_of_a_lake_is_that_of_the_workspace(spark, office, only):
    with Workspace(office / "w") as workspace:
        here = workspace.report("p0", only=only, measures=OF_A_PART)
        engine = SparkEngine(spark, str(office / "lake"))
        asked = Analysis(engine, workspace.settings, who_is_who(engine, Kept(None, "")), Kept(None, ""))
        leader = asked.people.find("p0")
        there = asked.narrowed(only, [leader]).about(leader, workspace.window(None, None), OF_A_PART)
        assert 0 < here.narrowed.items < here.narrowed.of
        assert here == there
        assert workspace.report("p0", measures=["tags"]) == asked.about(
            leader, asked.whole_window(), ["tags"]
        )


def command(*words):
    """Run the command in a process of its own; what it says and fails with."""
    done = subprocess.run(
        [sys.executable, "-m", "influence", *map(str, words)], capture_output=True, text=True, timeout=900
    )
    return done.stdout, done.stderr, done.returncode


def whole_reports(workspace, leader, folder):
    """The whole report of a workspace, and that of its lake by Spark, as they are written."""
    workspace.export_lake(folder / "lake")
    [here] = workspace.write(workspace.report(leader), "json", folder / "here.json")
    there = folder / "there.json"
    asked = ("--engine", "spark", "--lake", folder / "lake", "--format", "json", "-o", there)
    _, errors, code = command("report", leader, "-w", workspace.path, *asked)
    assert ("", 0) == (errors, code)
    return here.read_text(), there.read_text()


@pytest.mark.skipif(not LONG, reason="two minutes of two processors: `make hostile` tries it")
def test_the_whole_report_of_the_demo_is_the_same(tmp_path):
    workspace, leader = Workspace.demo(tmp_path / "w")
    with workspace:
        here, there = whole_reports(workspace, leader, tmp_path)
    assert here == there
    campaign = next(iter(workspace.settings.campaigns))
    for asked in (("campaign", campaign), ("advise", leader)):
        words = (*asked, "--json", "-w", workspace.path)
        assert command(*words) == command(*words, "--engine", "spark", "--lake", tmp_path / "lake")


@pytest.mark.skipif(not LONG, reason="minutes of two processors: `make hostile` tries it")
def test_the_whole_report_of_lean_is_the_same(shared, tmp_path):
    with Workspace.create(tmp_path / "w") as workspace:
        workspace.import_path(shared / "data/lean_zulip/lean_zulip_activities.parquet")
        here, there = whole_reports(workspace, "zulip:Johan Commelin", tmp_path)
    assert here == there


# --- a server elsewhere -------------------------------------------------------------------------------------


HOME = Path(pyspark.__file__).parent


@contextmanager
def running(folder, *words):
    """Run a program of Spark's own in the background until the end of the block; what it says goes into a file."""
    known = {**os.environ, "SPARK_HOME": str(HOME)}
    with (
        (folder / f"{words[1].rpartition('.')[2]}.log").open("w") as said,
        subprocess.Popen(
            [HOME / "bin" / words[0], *words[1:]], stdout=said, stderr=said, env=known, start_new_session=True
        ) as process,
    ):
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def wait_for(port):
    until = time.monotonic() + 90
    while time.monotonic() < until:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.5)


@pytest.mark.usefixtures("spark")
def test_a_server_of_spark_connect_gives_the_same(port, office):
    asked = ("many", "--json", "-w", office / "w")
    there = command(
        *asked, "--engine", "spark", "--lake", office / "lake", "--remote", f"sc://127.0.0.1:{port}"
    )
    assert command(*asked) == there
    assert ("", 0) == there[1:]


@pytest.mark.skipif(not LONG, reason="a minute of a processor: `make hostile` tries it")
@pytest.mark.usefixtures("spark")
def test_what_is_near_those_compared_is_compared_alike(port, office):
    asked = ("compare", "p1", "p3", "--json", "-w", office / "w", "--measures", "reach_4,two_way")
    spark = ("--engine", "spark", "--lake", office / "lake", "--remote", f"sc://127.0.0.1:{port}", "--near")
    assert command(*asked) == command(*asked, *spark)
    _, error, code = command(*asked, *spark, "--tag", "plan1")
    assert code == 1
    assert "ask for a tag, a topic, a channel or a sphere without --near" in error


# --- what cannot be done ------------------------------------------------------------------------------------


def test_nobody_at_an_address_and_no_java_are_said_at_once(monkeypatch):
    with pytest.raises(SparkError, match=r"there is no Spark at sc://127\.0\.0\.1:1: .*refused"):
        session(remote="sc://127.0.0.1:1")
    with pytest.raises(SparkError, match=r"there is no Spark at spark://127\.0\.0\.1:1: .*refused"):
        session("spark://127.0.0.1:1")
    monkeypatch.setenv("JAVA_HOME", "/nowhere")
    with pytest.raises(SparkError, match="Spark needs Java 17 or newer, and there is none: install it"):
        session()


def test_java_writes_nothing_of_its_own_where_a_report_may_be_written(spark):
    told = spark.sparkContext._jvm.java.lang.management.ManagementFactory.getRuntimeMXBean()
    assert "-Xlog:disable" in list(told.getInputArguments())


def test_a_lake_is_only_read(spark, office):
    engine = SparkEngine(spark, str(office / "lake"))
    for change in (engine.append, engine.turn, engine.transaction):
        with pytest.raises(SparkError, match="a lake is only read"):
            change()


def test_a_lake_that_is_not_whole_is_refused_by_name(spark, office, tmp_path):
    with pytest.raises(LakeError, match=f"{tmp_path} is no lake: it has no lake.json"):
        SparkEngine(spark, str(tmp_path))
    lake = tmp_path / "lake"
    shutil.copytree(office / "lake", lake)
    file = lake / "ties" / "part-0.parquet"
    rows = pq.read_table(file)
    pq.write_table(rows.slice(1), file)
    with pytest.raises(LakeError, match=r"ties holds 8 rows where lake\.json tells of 9"):
        SparkEngine(spark, str(lake))
    pq.write_table(rows.drop_columns("meaning"), file)
    with pytest.raises(LakeError, match="ties has no column 'meaning'"):
        SparkEngine(spark, str(lake))
    file.write_bytes(b"PAR1 and no more")
    with pytest.raises(SparkError, match=r"Spark failed: .*part-0\.parquet"):
        SparkEngine(spark, str(lake))
    file.unlink()
    with pytest.raises(LakeError, match=r"a file of the lake is not there: .*part-0\.parquet"):
        SparkEngine(spark, str(lake))
    (lake / "secret").unlink()
    with pytest.raises(LakeError, match="lacks its file 'secret'"):
        SparkEngine(spark, str(lake))


def test_a_lake_of_an_older_store_lacks_only_what_came_later(spark, office, tmp_path):
    lake = tmp_path / "lake"
    shutil.copytree(office / "lake", lake)
    of_store_7(lake)
    rows = SparkEngine(spark, str(lake)).arrow("SELECT * FROM activities ORDER BY seq")
    there = SparkEngine(spark, str(office / "lake")).arrow("SELECT * FROM activities ORDER BY seq")
    assert there.schema.types == rows.select(there.column_names).schema.types
    later = sorted(added_since(7)["activity_log"])
    assert [len(rows)] * len(later) == [rows.column(name).null_count for name in later]
    assert (
        there.drop_columns(later).to_pylist()
        == rows.select(there.drop_columns(later).column_names).to_pylist()
    )


def test_a_file_that_goes_in_the_middle_is_named(spark, office, tmp_path):
    lake = tmp_path / "lake"
    shutil.copytree(office / "lake", lake)
    engine = SparkEngine(spark, str(lake))
    [file] = (lake / "activities" / "month=2026-01").iterdir()
    file.unlink()
    with pytest.raises(LakeError, match=r"a file of the lake is not there: .*month=2026-01"):
        engine.arrow("SELECT max(actor) AS actor FROM activity_log")


ALL = "FROM activity_log a, activity_log b, activity_log c, activity_log d, activity_log e"
ENDLESS = f"SELECT count(*) AS n {ALL} WHERE concat(a.id, b.id, c.id) <> concat(d.id, e.id)"
MUCH = "SELECT repeat(id, 5000000) AS word FROM activity_log"
ASKS = """
import os, sys
from influence.contract.errors import InfluenceError
from influence.store import spark
spark._LOOK, spark._GONE = 0.5, 3.0
lake, master, *queries = sys.argv[1:]
engine = spark.SparkEngine(spark.session(master or None), lake, master)
print("works", flush=True)
for sql in queries:
    try:
        engine.arrow(sql)
    except InfluenceError as error:
        print(error, flush=True)
os._exit(0)
"""


def asking(*words, **more):
    """Ask in a process of its own, since Spark is one for a whole process."""
    known = {**os.environ, **more}
    return subprocess.Popen(
        [sys.executable, "-c", ASKS, *words], stdout=subprocess.PIPE, text=True, env=known
    )


@pytest.mark.skipif(not LONG, reason="half a minute: `make hostile` tries it")
def test_a_driver_without_memory_says_how_to_give_it_more(office):
    lake = office / "lake"
    before = {file: file.read_bytes() for file in lake.rglob("*") if file.is_file()}
    with asking(str(lake), "", MUCH, "SELECT 1 AS n", SPARK_DRIVER_MEMORY="512m") as asked:
        works, *errors = asked.communicate(timeout=200)[0].splitlines()
    assert works == "works"
    assert ["SPARK_DRIVER_MEMORY=8g" in error for error in errors] == [True, True]
    assert before == {file: file.read_bytes() for file in lake.rglob("*") if file.is_file()}


@pytest.mark.skipif(not LONG, reason="half a minute: `make hostile` tries it")
def test_a_cluster_that_is_gone_in_the_middle_is_said(office, tmp_path):
    port = free_port()
    url = f"spark://127.0.0.1:{port}"
    deploy, own = "org.apache.spark.deploy", ("--webui-port", "0", "--host", "127.0.0.1")
    work = ("--work-dir", str(tmp_path / "work"), "--cores", "2", "--memory", "2g")
    with running(tmp_path, "spark-class", f"{deploy}.master.Master", *own, "--port", str(port)) as master:
        wait_for(port)
        with (
            running(tmp_path, "spark-class", f"{deploy}.worker.Worker", *own, *work, url) as worker,
            asking(str(office / "lake"), url, ENDLESS) as asked,
        ):
            assert asked.stdout.readline() == "works\n"
            for process in (master, worker):
                os.killpg(process.pid, signal.SIGKILL)
            assert asked.communicate(timeout=100)[0] == (
                f"the Spark at {url} is gone in the middle of the work; the lake is as it was: ask again when it is "
                "there\n"
            )
