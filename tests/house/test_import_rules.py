"""The directions of imports are kept, and the rules are seen to refuse."""

import importlib
import os
import pkgutil
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import connectors
import influence
import reports
from tests.kit.places import ROOT

LINTER = Path(sys.executable).with_name("lint-imports")


@pytest.fixture
def copied(tmp_path):
    """A copy of the house in which something may be built the wrong way."""
    for package in ("influence", "connectors", "reports"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def told(house):
    done = subprocess.run(
        [LINTER, "--no-cache"],
        cwd=house,
        env=os.environ | {"PYTHONPATH": str(house), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def build(house, room, line):
    file = house / room
    file.write_text(f"{file.read_text()}\n{line}\n")


def test_the_house_as_it_stands_is_kept(copied):
    code, output = told(copied)
    assert 0 == code, output
    assert "0 broken" in output


WRONG = [
    (
        "connectors/chat/slack.py",
        "import influence.kernels.arrays",
        "connectors and reports know the contract",
    ),
    (
        "connectors/chat/slack.py",
        "from influence import Workspace",
        "connectors and reports know the contract",
    ),
    ("reports/story/story.py", "import influence.kernels.arrays", "connectors and reports know the contract"),
    ("reports/story/story.py", "import influence.measures", "connectors and reports know the contract"),
    (
        "influence/workspace/workspace.py",
        "import connectors.chat.slack",
        "nobody names a connector or a report",
    ),
    ("connectors/chat/slack.py", "import connectors.mail.files", "families of connectors know the kit"),
    ("connectors/suites/google.py", "import connectors.agenda.vcard", "families of connectors know the kit"),
    ("connectors/kit/text.py", "import connectors.chat.slack", "the kit of the connectors knows no family"),
    ("influence/kernels/arrays.py", "import influence.reach.ego", "one way through the wings"),
    ("influence/people/names.py", "import influence.met.encounters", "one way through the wings"),
    ("reports/story/story.py", "import reports.formats.page", "a report is told, then drawn, then written"),
    (
        "reports/formats/page.py",
        "import reports.dashboard.pages",
        "a report is told, then drawn, then written",
    ),
    (
        "reports/formats/page.py",
        "import influence.workspace.workspace",
        "connectors and reports know the contract",
    ),
    ("reports/story/story.py", "from influence import Workspace", "connectors and reports know the contract"),
    ("reports/dashboard/pages.py", "import influence.settings", "connectors and reports know the contract"),
    ("reports/dashboard/desk.py", "import influence.store.store", "connectors and reports know the contract"),
    ("influence/cli/serving.py", "import reports.dashboard.serving", "nobody names a connector or a report"),
    ("influence/people/names.py", "import influence.people.identity", "no circle, in any wing"),
]


@pytest.mark.parametrize(("room", "line", "rule"), WRONG)
def test_what_is_built_the_wrong_way_is_refused(copied, room, line, rule):
    build(copied, room, line)
    code, output = told(copied)
    assert 1 == code, output
    broken = [each for each in output.splitlines() if "BROKEN" in each]
    assert any(rule in each for each in broken), output


def test_two_rooms_of_one_family_may_know_each_other(copied):
    build(copied, "connectors/chat/slack.py", "import connectors.chat.zulip")
    assert 0 == told(copied)[0]


def test_a_new_wing_must_find_its_place(copied):
    (copied / "influence/attic").mkdir()
    (copied / "influence/attic/__init__.py").write_text('"""Old things."""\n')
    code, output = told(copied)
    assert 1 == code
    assert "influence.attic" in output


def test_every_wing_says_what_it_is_for_and_what_it_may_use():
    wings = [
        module.name
        for package in (influence, connectors, reports)
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        if module.ispkg and module.name != "influence.contract.details"
    ]
    assert 25 < len(wings)
    for name in wings:
        said = importlib.import_module(name).__doc__
        assert "ay use " in said or "ses nothing" in said, name
