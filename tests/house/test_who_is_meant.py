"""A name that several people bear: listed with the commands that go on, or asked about on a terminal."""

import json
import os
import pty
import re
import shlex
import subprocess
import sys

import pytest
from click.testing import CliRunner

from influence.cli import main

PEOPLE = [
    {"person": "p1", "name": "Bo Ek", "accounts": ["email:bo@acme.example"]},
    {"person": "p 2", "name": "Bo Ek", "accounts": ["email:bo@beta.example", "slack:T1/U7"]},
    {"person": "p3", "name": "Ann Berg", "accounts": ["email:ann@acme.example"]},
]
ACTS = [
    {"id": "1", "time": "2026-01-05T09:00:00Z", "actor": "email:bo@beta.example", "verb": "post"},
    {
        "id": "2",
        "time": "2026-01-06T09:00:00Z",
        "actor": "email:ann@acme.example",
        "verb": "reply",
        "parent": "1",
    },
]


@pytest.fixture
def filled(workspace, tmp_path):
    """A workspace with two people called Bo Ek."""
    made = workspace(people=PEOPLE, activities=ACTS)
    made.close()
    return str(tmp_path / "workspace-0")


def typed(*words):
    done = CliRunner().invoke(main, words, catch_exceptions=False)
    return done.exit_code, done.stdout, done.stderr


@pytest.mark.parametrize(
    "command",
    [
        ("report", "Bo Ek", "-w"),
        ("advise", "Bo Ek", "-w"),
        ("compare", "ann@acme.example", "Bo Ek", "-w"),
        ("many", "Bo Ek", "-w"),
        ("met", "Bo Ek", "-w"),
        ("people", "show", "Bo Ek", "-w"),
        ("people", "merge", "ann@acme.example", "Bo Ek", "-w"),
        ("people", "rename", "Bo Ek", "Bosse", "-w"),
        ("people", "split", "Bo Ek", "slack:T1/U7", "-w"),
        ("people", "bot", "Bo Ek", "-w"),
        ("people", "sphere", "Bo Ek", "customer", "-w"),
    ],
)
def test_every_command_that_takes_a_person_lists_the_people_and_the_commands_and_does_nothing(
    filled, command
):
    code, out, error = typed(*command, filled)
    assert (1, "") == (code, out)
    assert "2 people are called 'Bo Ek'; say which:" in error
    assert "Bo Ek (p 2): email:bo@beta.example; slack:T1/U7, 1 activity" in error
    assert (
        shlex.join(["influence", *("p1" if word == "Bo Ek" else word for word in command), filled]) in error
    )
    assert [] == json.loads(typed("people", "decisions", "--json", "-w", filled)[1])


def test_the_command_that_is_listed_goes_on(filled):
    error = typed("people", "show", "Bo Ek", "-w", filled)[2]
    listed = next(line.strip() for line in error.splitlines() if "influence people show 'p 2'" in line)
    assert typed(*shlex.split(listed)[1:])[1].startswith("Bo Ek (p 2)")


@pytest.mark.parametrize(("answer", "told"), [("1", "Bo Ek (p 2)"), ("7\n2", "Bo Ek (p1)")])
def test_on_a_terminal_the_choice_is_numbered_and_the_command_goes_on(filled, answer, told):
    code, shown = at_a_terminal(f"{answer}\n", "people", "show", "Bo Ek", "-w", filled)
    assert 0 == code
    assert re.search(r"1  Bo Ek \(p 2\).*1 activity\s+2  Bo Ek \(p1\).*0 activities", shown)
    assert told in shown.rpartition("Which one?")[2]


def test_two_people_of_one_name_are_merged_by_choosing_twice(filled):
    code, shown = at_a_terminal("1\n2\n", "people", "merge", "Bo Ek", "Bo Ek", "-w", filled)
    assert 0 == code
    assert "same [" in shown


def at_a_terminal(answers, *words):
    """Run a command with a terminal as its input and error; return its exit code and all that was shown."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "influence", *words]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs) as running:
        os.close(theirs)
        os.write(ours, answers.encode())
        shown = b""
        while True:
            try:
                part = os.read(ours, 4096)
            except OSError:  # so a terminal says that nobody holds its other end
                break
            if not part:
                break
            shown += part
        code = running.wait(60)
    os.close(ours)
    return code, shown.decode(errors="replace")
