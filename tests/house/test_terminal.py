"""Names of others, and of files, cannot steer the terminal that shows them; and no file of ours is for everybody."""

import json
import re
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner

from influence.cli import main

HOSTILE = "Ann\x1b]0;own\x07\x1b[2J\x9b31m\x7f\u202eeeL\u2066\r\nforged\x85line\u2028\ud800"
STEERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    log = [
        {
            "id": f"o{day}\x1b[5m",
            "time": f"2026-01-{day:02d}T10:00:00Z",
            "actor": f"x:{day % 3}",
            "verb": "reply",
            "parent": f"o{day - 1}\x1b[5m",
            "mentions": [f"x:{(day + 1) % 3}"],
        }
        for day in range(1, 13)
    ]
    odd = folder / "log\x1b[31m\n.jsonl"
    odd.write_text("\n".join(map(json.dumps, [*log, {"time": "no\x1b[1mtime", "actor": "x:1\x9b"}])), "utf-8")
    everybody = [
        {"person": f"p{n}", "accounts": [f"x:{n}"], "name": HOSTILE + str(n), "organisation": HOSTILE}
        for n in range(3)
    ]
    (folder / "people.jsonl").write_text("\n".join(map(json.dumps, everybody)), "utf-8")
    typed(folder, "init")
    typed(folder, "import", odd)
    typed(folder, "import", folder / "people.jsonl", "--as", "people")
    return folder


def typed(folder, *words, answers=""):
    done = CliRunner().invoke(
        main, [*map(str, words), "-w", str(folder)], input=answers, catch_exceptions=False
    )
    return done.exit_code, done.output


@pytest.mark.parametrize(
    "words",
    [
        ("people",),
        ("people", "show", "p1"),
        ("people", "show", HOSTILE[:-1]),
        ("people", "--json"),
        ("people", "review"),
        ("doctor",),
        ("doctor", "--json"),
        ("met", "p1"),
        ("met", "p1", "label"),
        ("conflicts",),
        ("ties", "\x1b[31m"),
        ("import", "gone\x1b[31m\n"),
        ("pull", "gone\x1b[31m"),
        ("\x1b[31m\u202e",),
        ("--\x1b[31m",),
        ("report", "p1", "--since", "\x1b[31m"),
    ],
    ids=repr,
)
def test_no_text_of_others_steers_the_terminal(hostile, words):
    _, told = typed(hostile, *words)
    assert None is STEERS.search(told), told
    assert [] == [line for line in told.split("\n") if line.startswith(("forged", "line"))]


def test_json_loses_no_character_of_a_name(hostile):
    _, told = typed(hostile, "people", "--json")
    found = {one["person"]: one["name"] for one in json.loads(told)}
    assert HOSTILE.replace("\ud800", "\ufffd") + "1" == found["p1"]


def test_settings_and_exports_of_names_are_for_their_owner_alone(hostile):
    assert 0 == typed(hostile, "network", "--output", hostile / "ties.graphml")[0]
    modes = {
        file: stat.S_IMODE(Path(hostile / file).stat().st_mode) for file in ("influence.toml", "ties.graphml")
    }
    assert {"influence.toml": 0o600, "ties.graphml": 0o600} == modes
