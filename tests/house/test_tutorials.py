"""Every command of the tutorials runs, on invented files such as their readers have, and says what they show."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

import pytest
import tomlkit
from click.testing import CliRunner

from influence.cli import main
from tests.kit import tutorial_data
from tests.kit.places import COMPILED, ROOT

TUTORIALS = ROOT / "docs/tutorials"
HOMES = {
    "executive": tutorial_data.executive,
    "mentor": tutorial_data.mentor,
    "comms-lead": tutorial_data.comms_lead,
}
BLOCK = re.compile(
    r"(?:<!-- (?P<mark>not run|fails): [^>]*-->\n)?^```(?P<kind>\w+)\n(?P<body>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)
TYPED = "m\nn\ns\n"
"""What is answered where a command asks."""
QUICKER = "[chance]\ndraws = 50\n"


@dataclass
class Reader:
    """Somebody who types what a tutorial says; `heard` is what the last commands said."""

    where: pytest.MonkeyPatch
    heard: str = ""

    def sh(self, body, fails):
        """Run the commands of a block one by one."""
        self.heard = ""
        for line in body.splitlines():
            command, *words = shlex.split(line, comments=True)
            words = [str(Path(word).expanduser()) for word in words]
            if command == "cd":
                self.where.chdir(words[0])
                self.toml(QUICKER)
                continue
            assert "influence" == command
            done = CliRunner().invoke(main, words, input=TYPED)
            assert int(fails) == done.exit_code, f"{line}\n{done.output}"
            self.heard += done.output

    def text(self, body, _=False):
        """See that each line shown was said; … stands for anything."""
        for line in body.splitlines():
            assert re.search(".*".join(map(re.escape, line.split("…"))), self.heard), f"{line}\n{self.heard}"

    def toml(self, body, _=False):
        """Write the settings shown into those of the workspace."""
        settings = tomlkit.parse(Path("influence.toml").read_text("utf-8"))
        for section, values in tomlkit.parse(body).items():
            settings[section].update(values)
        Path("influence.toml").write_text(tomlkit.dumps(settings), "utf-8")

    def python(self, body, _=False):
        """Run what a notebook would."""
        exec(compile(body, "tutorial", "exec"), {})  # noqa: S102 - our own page


@pytest.mark.parametrize("name", sorted(HOMES))
def test_every_command_of_a_tutorial_runs_and_says_what_is_shown(name, tmp_path, monkeypatch):
    for variable, value in (COMPILED | {"HOME": str(tmp_path)}).items():
        monkeypatch.setenv(variable, value)
    monkeypatch.chdir(tmp_path)
    HOMES[name](tmp_path)
    reader = Reader(monkeypatch)
    page = (TUTORIALS / f"{name}.md").read_text("utf-8")
    tried = [block for block in BLOCK.finditer(page) if block["mark"] != "not run"]
    for block in tried:
        getattr(reader, block["kind"])(block["body"], block["mark"] == "fails")
    assert {"sh", "text"} <= {block["kind"] for block in tried}


def test_only_what_asks_a_service_is_left_out():
    for name in HOMES:
        for block in BLOCK.finditer((TUTORIALS / f"{name}.md").read_text("utf-8")):
            if block["mark"] == "not run":
                assert re.search(r"^influence (connect|pull) ", block["body"], re.MULTILINE), name


def test_every_tutorial_is_tried():
    assert set(HOMES) == {page.stem for page in TUTORIALS.glob("*.md")}
