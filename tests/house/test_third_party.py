"""A connector in somebody else's package is found by its entry point and works like our own."""

import json
import os
import subprocess
import sys

import pytest

NO_KEYRING = "keyring.backends.fail.Keyring"
CONNECTOR = '''
"""A guest book: one name and one time a line."""
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from influence.contract.records import Activity, SetAside, Verb


@dataclass(frozen=True)
class GuestBook:
    host: str = "guests:host"

    name: ClassVar[str] = "guest-book"
    title: ClassVar[str] = "a guest book"
    source: ClassVar[str] = "Write it down."

    def recognises(self, member, head):
        return head.startswith(b"GUESTS")

    def parse(self, member):
        with member.open() as stream:
            lines = stream.read().decode(errors="replace").splitlines()
        for line, text in enumerate(lines[1:], 2):
            name, _, when = text.partition(" ")
            try:
                yield Activity(f"guest:{line}", datetime.fromisoformat(when), f"guests:{name}", Verb.POST,
                               mentions=(self.host,), line=line)
            except ValueError:
                yield SetAside(f"{when!r} is no time", line)
'''

LIVE = '''
"""A bell that rings: every pull hears the rings since the last one."""
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import ClassVar

from influence.contract.connector import NotAuthorised, Reply
from influence.contract.records import Activity, Deleted, Verb
from influence.contract.files import Member
from datetime import UTC, datetime


@dataclass(frozen=True)
class Bell:
    rings: str = "rings.txt"

    name: ClassVar[str] = "bell"
    title: ClassVar[str] = "a bell"
    source: ClassVar[str] = "Connect it."
    secrets: ClassVar[tuple[str, ...]] = ("token",)
    reads: ClassVar[str] = "It hears who rings."
    revoke: ClassVar[str] = "Take the bell away."
    needs: ClassVar[Mapping[str, str]] = {}

    def signed_in_as(self, secret):
        return f"one who hears {self.rings}"

    def fetch(self, cursor, secret):
        if secret.get("token") != "placeholder-token":
            raise NotAuthorised("the bell does not know this token; connect again")
        for number, line in enumerate(open(self.rings, "rb").read().splitlines()):
            if number >= cursor.get("heard", 0):
                yield Reply(Member(f"ring-{number}", len(line), lambda line=line: BytesIO(line)),
                            {"heard": number + 1}, "1 of 1 requests left")

    def parse(self, member):
        words = member.open().read().decode().split()
        if words[0] == "gone":
            yield Deleted(f"bell:{words[1]}")
        else:
            yield Activity(f"bell:{words[1]}", datetime(2026, 1, 1, tzinfo=UTC), f"bell:{words[0]}", Verb.POST,
                           mentions=("bell:ann",))
'''

MEASURES = '''
"""How early in the day a leader speaks; and one that is broken."""
from influence.contract.findings import Finding
from influence.contract.measures import Definition, finds


@finds(first_hour=Definition("the hour of the leader's first item, in UTC", label="First <hour>", unit="hours",
                             meaning="When the leader's day begins."))
def first_hour(ego):
    """Say when the leader first speaks."""
    mine = ego.log.items.time[ego.log.items.author == ego.leader]
    if not len(mine):
        return {"first_hour": Finding("first_hour", None, "hours", reason="the leader said nothing with a time")}
    return {"first_hour": Finding("first_hour", float(mine[0] // 3_600_000_000 % 24), "hours")}


def broken(ego):
    """Say nothing."""
    return 1 / 0
'''

SULKING = '''
"""A source with an error of its own kind."""
from dataclasses import dataclass
from typing import ClassVar

from influence.contract.errors import InfluenceError


class Sulking(InfluenceError):
    """The source is in a mood."""


@dataclass(frozen=True)
class Mood:
    name: ClassVar[str] = "mood"
    title: ClassVar[str] = "a mood"
    source: ClassVar[str] = "Be patient."
    secrets: ClassVar[tuple[str, ...]] = ()
    reads: ClassVar[str] = "It reads nothing."
    revoke: ClassVar[str] = "Leave it alone."

    def fetch(self, cursor, secret):
        raise Sulking("the source is in a mood; try again tomorrow")
        yield

    def parse(self, member):
        yield from ()
'''

TESTS = '''
"""The claims of the house, kept by a package that is not of it."""
import json
from pathlib import Path

import pytest
from bell import Bell
from clock import first_hour
from guest_book import GuestBook

from influence import Workspace
from influence.contract.testing import (
    ConnectorClaims,
    HostileClaims,
    LiveClaims,
    MeasureClaims,
    PayloadClaims,
    Remembered,
)

ROWS = [
    {"id": "1", "time": "2026-01-05T09:00:00+02:00", "actor": "x:ann", "verb": "post"},
    {"id": "2", "time": "2026-01-06T09:00:00Z", "actor": "x:bo", "verb": "reply", "parent": "1"},
]


class TestBook(ConnectorClaims, PayloadClaims, HostileClaims):
    connector = GuestBook()
    payload = Path("book.txt")


class TestBell(ConnectorClaims, LiveClaims):
    connector = Bell()

    def make(self):
        return Bell(rings="rings.txt")

    def secret(self):
        return Remembered("placeholder-token")


class TestFirstHour(MeasureClaims):
    measure = staticmethod(first_hour)

    @pytest.fixture(autouse=True)
    def _workspace(self, tmp_path):
        (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\\n" for row in ROWS))
        with Workspace.create(tmp_path / "ws") as self.workspace:
            self.workspace.import_path(tmp_path / "rows.jsonl")
            yield

    def egos(self):
        later = ("2030-01-01", "2031-01-01")
        return [self.workspace.ego("x:ann"), self.workspace.ego("x:bo"), self.workspace.ego("x:bo", *later)]
'''


@pytest.fixture
def run(tmp_path):
    """Run `influence` where the package guest-book is installed (its code and its metadata on the path)."""
    site = tmp_path / "site"
    metadata = site / "guest_book-1.0.dist-info"
    metadata.mkdir(parents=True)
    (site / "guest_book.py").write_text(CONNECTOR)
    (site / "bell.py").write_text(LIVE)
    (site / "clock.py").write_text(MEASURES)
    (site / "sulking.py").write_text(SULKING)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: guest-book\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(
        "[influence.connectors]\nguest-book = guest_book:GuestBook\nbell = bell:Bell\nmood = sulking:Mood\n"
        "[influence.measures]\nfirst-hour = clock:first_hour\nbroken = clock:broken\n"
    )

    def typed(*words, answers="", module="influence"):
        command = [sys.executable, "-m", module, *map(str, words)]
        environment = os.environ | {"PYTHONPATH": str(site), "PYTHON_KEYRING_BACKEND": NO_KEYRING}
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, input=answers
        )

    return typed


def test_a_third_partys_connector_is_listed_and_reads(run, tmp_path):
    (tmp_path / "book.txt").write_text("GUESTS\nbo 2026-01-05T09:00:00+01:00\ncia yesterday\n")
    listed = {row["name"]: row for row in json.loads(run("connectors", "--json").stdout)}
    assert ("a guest book", "ready") == (listed["guest-book"]["reads"], listed["guest-book"]["state"])
    assert 0 == run("init", "ws").returncode
    done = run("import", "book.txt", "-w", "ws", "--set", "host=guests:ann")
    assert "2 read = 1 stored + 0 already known + 1 set aside" in done.stdout, done.stderr
    assert "reached 0 to 1 people never met" in run("report", "guests:ann", "-w", "ws").stdout


def test_a_live_source_is_connected_pulled_and_goes_on_where_it_stopped(run, tmp_path):
    assert 0 == run("init", "ws").returncode
    (tmp_path / "rings.txt").write_text("bo 1\ncia 2\n")
    done = run(
        "connect", "bell", "--name", "door", "--keep-in", "file", "-w", "ws", answers="placeholder-token\n"
    )
    assert "It hears who rings." in done.stdout, done.stderr
    assert "To take it back: Take the bell away." in done.stdout
    assert 0o600 == (tmp_path / "ws/secrets.toml").stat().st_mode & 0o777
    assert "placeholder-token" not in (tmp_path / "ws/influence.toml").read_text() + done.stdout
    assert "Signed in as one who hears rings.txt." in done.stdout
    assert "door: 2 new, 0 changed, 0 deleted; 1 of 1 requests left\n" == run("pull", "-w", "ws").stdout
    assert "door: 0 new, 0 changed, 0 deleted\n" == run("pull", "door", "-w", "ws").stdout
    (tmp_path / "rings.txt").write_text("bo 1\ncia 2\ngone 1\nbo 1\n")
    assert "door: 1 new, 0 changed, 1 deleted; " in run("pull", "door", "-w", "ws").stdout
    assert "reached 0 to 2 people never met" in run("report", "bell:ann", "-w", "ws").stdout
    assert b"placeholder-token" not in (tmp_path / "ws/influence.duckdb").read_bytes()


def test_a_secret_that_is_wrong_missing_or_open_to_others_is_a_clear_error(run, tmp_path):
    run("init", "ws")
    (tmp_path / "rings.txt").write_text("bo 1\n")
    run("connect", "bell", "--keep-in", "file", "-w", "ws", answers="another\n")
    assert "the bell does not know this token" in run("pull", "-w", "ws").stderr
    (tmp_path / "ws/secrets.toml").chmod(0o644)
    assert "can be read by others; make it yours alone with: chmod 600" in run("pull", "-w", "ws").stderr
    (tmp_path / "ws/secrets.toml").unlink()
    assert "set INFLUENCE_BELL_TOKEN" in run("pull", "-w", "ws").stderr
    assert "there is a source 'bell' already" in run("connect", "mood", "--name", "bell", "-w", "ws").stderr
    assert "reads files only" in run("connect", "mail", "-w", "ws").stderr


def test_two_packages_of_one_name_are_an_error_that_names_both(run, tmp_path):
    other = tmp_path / "site/other-1.0.dist-info"
    other.mkdir()
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 1.0\n")
    (other / "entry_points.txt").write_text("[influence.connectors]\nguest-book = other_book:GuestBook\n")
    done = run("connectors")
    assert 1 == done.returncode
    assert "two packages offer the name 'guest-book'" in done.stderr
    assert "other_book:GuestBook" in done.stderr


def test_a_third_partys_measure_is_listed_and_stands_in_the_report_and_a_broken_one_says_so(run, tmp_path):
    (tmp_path / "rows.jsonl").write_text(
        '{"id": "1", "time": "2026-01-05T09:00:00+02:00", "actor": "x:ann", "verb": "post"}\n'
        '{"id": "2", "time": "2026-01-06T09:00:00Z", "actor": "x:bo", "verb": "reply", "parent": "1"}\n'
    )
    assert "the hour of the leader's first item, in UTC" in run("measures").stdout
    run("init", "ws")
    run("import", "rows.jsonl", "-w", "ws")
    done = run("report", "x:ann", "-w", "ws", "--format", "json,html", "--measures", "first_hour,broken")
    assert 0 == done.returncode, done.stderr
    found = json.loads((tmp_path / "ws/reports/ann.json").read_text())["findings"]
    assert 7.0 == found["first_hour"]["value"]
    assert "the measure broken of clock failed: division by zero" == found["broken"]["reason"]
    assert {"reach_4", "first_hour"} <= found.keys()
    assert "pagerank" not in found
    page = (tmp_path / "ws/reports/ann.html").read_text()
    assert "First &lt;hour&gt;" in page
    assert "When the leader&#39;s day begins." in page


def test_a_measure_that_is_not_there_is_a_clear_error(run, tmp_path):
    (tmp_path / "rows.jsonl").write_text(
        '{"id": "1", "time": "2026-01-05T09:00:00Z", "actor": "x:ann", "verb": "post"}\n'
    )
    run("init", "ws")
    run("import", "rows.jsonl", "-w", "ws")
    done = run("report", "x:ann", "-w", "ws", "--measures", "charisma")
    assert 1 == done.returncode
    assert "there is no measure 'charisma'; `influence measures` lists them" in done.stderr


def test_an_error_of_a_kind_that_the_house_does_not_know_is_one_sentence(run):
    run("init", "ws")
    run("connect", "mood", "-w", "ws")
    done = run("pull", "-w", "ws")
    assert 1 == done.returncode
    assert "mood: failed: the source is in a mood; try again tomorrow\n" == done.stderr


def test_a_third_party_tries_its_own_connectors_and_measures_by_the_claims_of_the_house(run, tmp_path):
    (tmp_path / "book.txt").write_text("GUESTS\nbo 2026-01-05T09:00:00+01:00\ncia yesterday\n")
    expected = [
        {
            "record": "Activity",
            "id": "guest:2",
            "time": "2026-01-05T09:00:00+01:00",
            "actor": "guests:bo",
            "verb": "post",
            "mentions": ["guests:host"],
            "line": 2,
        },
        {"record": "SetAside", "reason": "'yesterday' is no time", "line": 3},
    ]
    (tmp_path / "book.txt.expected.json").write_text(json.dumps(expected))
    (tmp_path / "rings.txt").write_text("bo 1\ncia 2\ngone 1\n")
    (tmp_path / "test_package.py").write_text(TESTS)
    done = run("-q", "-p", "no:cacheprovider", "test_package.py", module="pytest")
    assert 0 == done.returncode, done.stdout
    assert "17 passed" in done.stdout
