"""A connector in somebody else's package is found by its entry point and works like our own."""

import json
import os
import subprocess
import sys

import pytest

CONNECTOR = '''
"""A guest book: one name and one time a line."""
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from influence.activity import Activity, SetAside, Verb


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
            for line, text in enumerate(stream.read().decode().splitlines()[1:], 2):
                name, _, when = text.partition(" ")
                try:
                    yield Activity(f"guest:{line}", datetime.fromisoformat(when), f"guests:{name}", Verb.POST,
                                   mentions=(self.host,), line=line)
                except ValueError:
                    yield SetAside(f"{when!r} is no time", line)
'''


@pytest.fixture
def run(tmp_path):
    """Run `influence` where the package guest-book is installed (its code and its metadata on the path)."""
    site = tmp_path / "site"
    metadata = site / "guest_book-1.0.dist-info"
    metadata.mkdir(parents=True)
    (site / "guest_book.py").write_text(CONNECTOR)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: guest-book\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[influence.connectors]\nguest-book = guest_book:GuestBook\n")

    def typed(*words):
        command = [sys.executable, "-m", "influence", *map(str, words)]
        environment = os.environ | {"PYTHONPATH": str(site)}
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )

    return typed


def test_a_third_partys_connector_is_listed_and_reads(run, tmp_path):
    (tmp_path / "book.txt").write_text("GUESTS\nbo 2026-01-05T09:00:00+01:00\ncia yesterday\n")
    listed = {row["name"]: row for row in json.loads(run("connectors", "--json").stdout)}
    assert ("a guest book", "ready") == (listed["guest-book"]["reads"], listed["guest-book"]["state"])
    assert 0 == run("init", "ws").returncode
    done = run("import", "book.txt", "-w", "ws", "--set", "host=guests:ann")
    assert "2 read = 1 stored + 0 already known + 1 set aside" in done.stdout, done.stderr
    assert "reached 0.9 people never met" in run("report", "guests:ann", "-w", "ws").stdout


def test_two_packages_of_one_name_are_an_error_that_names_both(run, tmp_path):
    other = tmp_path / "site/other-1.0.dist-info"
    other.mkdir()
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 1.0\n")
    (other / "entry_points.txt").write_text("[influence.connectors]\nguest-book = other_book:GuestBook\n")
    done = run("connectors")
    assert 1 == done.returncode
    assert "two packages offer the name 'guest-book'" in done.stderr
    assert "other_book:GuestBook" in done.stderr
