"""`influence serve` as it is typed: what it says, who can see its link, and that a pull begun there loses nothing."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
from click.testing import CliRunner

from influence import Workspace
from influence.cli import main
from tests.kit.blog_service import BlogService
from tests.kit.command_line import influence, said
from tests.kit.dashboard import PEOPLE, Visitor, activities, open_dashboard
from tests.kit.live_contract import store_of
from tests.kit.places import COMPILED
from tests.kit.served import served

LINK = re.compile(r"http://127\.0\.0\.1:(\d+)/\?token=(\S+)")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a small workspace `w`."""
    place = tmp_path_factory.mktemp("serve")
    with Workspace.create(place / "w") as made:
        for kind, rows in {"activities": activities(), "people": PEOPLE}.items():
            file = place / f"{kind}.jsonl"
            file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
            made.import_path(file, connector=kind)
    return place


def typed(folder, *words):
    """What the command says where nothing comes to be served, and how it ends."""
    words = ["serve", "--no-browser", "--port", "0", "-w", str(folder / "w"), *words]
    done = CliRunner().invoke(main, words, catch_exceptions=False)
    return done.exit_code, done.output


@contextmanager
def serving(folder, *words, **how):
    """Serve until the block ends; gives the process and a visitor who came in by the link that it printed."""
    with influence(folder, "serve", "--no-browser", "--port", "0", *words, **how) as running:
        found = LINK.search(running.stdout.readline())
        visitor = Visitor(int(found[1]))
        running.stdout.readline()
        until = time.monotonic() + 30
        while True:
            try:
                visitor.enter(found[0])
                break
            except ConnectionError:
                assert time.monotonic() < until
                time.sleep(0.1)
        yield running, visitor


def test_its_link_is_in_no_argument_and_no_log_another_command_says_who_holds_it_and_ctrl_c_ends_it(folder):
    with serving(folder) as (running, visitor):
        assert 200 == visitor.get("/").status
        token = visitor.cookie.partition("=")[2]
        visitor.get("/leader/ann?token=guess-of-somebody")
        arguments = subprocess.run(
            ["ps", "axww", "-o", "args"], capture_output=True, text=True, check=True
        ).stdout
        assert "token" not in "".join(line for line in arguments.splitlines() if "influence serve" in line)
        other = CliRunner().invoke(main, ["report", "ann", "-w", str(folder / "w")])
        assert (1, True) == (other.exit_code, f"is in use by process {running.pid}" in other.output)
        running.send_signal(signal.SIGINT)
        told, _ = running.communicate(timeout=30)
    assert (0, "") == (running.returncode, told)
    assert token not in told
    assert not list((folder / "w").glob(".dashboard*"))


def test_the_browser_gets_the_link_by_a_file_that_is_its_owners_alone_and_does_not_stay(folder):
    program = folder / "browser"
    program.write_text(
        f"#!{sys.executable}\nimport os, stat, sys\nfrom urllib.parse import unquote\n"
        "place = unquote(sys.argv[-1].removeprefix('file://'))\n"
        "print(oct(stat.S_IMODE(os.stat(place).st_mode)), *sys.argv[1:], open(place).read(), "
        f"file=open({str(folder / 'seen')!r}, 'w'))\n"
    )
    program.chmod(0o755)
    known = {"PATH": os.environ["PATH"], "HOME": str(folder), "BROWSER": f"{program} %s"}
    command = [sys.executable, "-u", "-m", "influence", "serve", "--port", "0", "-w", str(folder / "w")]
    with subprocess.Popen(command, env=COMPILED | known, text=True, stdout=subprocess.PIPE) as running:
        told = running.stdout.readline()
        time.sleep(0.5)
        running.send_signal(signal.SIGINT)
        rest, _ = running.communicate(timeout=30)
    seen = (folder / "seen").read_text()
    mode, argument = seen.split()[:2]
    assert "0o600" == mode
    assert argument.startswith("file://")
    assert "token" not in argument
    assert LINK.search(seen)
    assert not LINK.search(told + rest)
    assert not list((folder / "w").glob(".dashboard*"))


def test_a_port_in_use_is_one_sentence(folder):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = (
            f"Error: port {port} is in use by another program, perhaps another dashboard; choose another with"
        )
        assert (1, f"{told} --port\n") == typed(folder, "--port", str(port))


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--for", "nobody-here", "--read-only"), 1, "nobody-here"),
        (("--for", "ann"), 2, "--read-only"),
        (("--port", "70000"), 2, "70000"),
        (("--language", "xx"), 1, "xx"),
    ],
)
def test_what_cannot_be_meant_is_told_and_nothing_is_served(folder, words, code, told):
    ended, words_said = typed(folder, *words)
    assert code == ended
    assert told in words_said
    assert "token" not in words_said
    assert "Traceback" not in words_said


def test_where_the_extra_is_missing_it_says_how_to_get_it(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    told = "Error: Pages that are served need: pip install 'networked-influence[dashboard]'\n"
    assert (1, told) == typed(folder)


class Slow(BlogService):
    """A blog that says when it was asked for its second page, and is slow with it."""

    def __init__(self):
        super().__init__(posts=9, at_once=2)
        self.asked_again, self.slow = 0, True

    def answer(self, asked):
        if asked.path.strip("/") == "feed" and asked.query.get("paged"):
            self.asked_again += 1
            time.sleep(1.5 if self.slow else 0)
        return super().answer(asked)


def wait(check, seconds=30):
    until = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < until
        time.sleep(0.05)


def fed(place, url):
    """A workspace whose one source is that feed."""
    with Workspace.create(place / "w") as made:
        source = f'\n[sources.feed]\nconnector = "feed"\nurl = "{url}"\n'
        (made.path / "influence.toml").write_text((made.path / "influence.toml").read_text() + source)
    return place


def test_a_pull_begun_on_a_page_goes_on_without_it_and_killed_in_the_middle_loses_nothing(tmp_path):
    blog = Slow()
    with served(blog.answer) as here:
        with serving(fed(tmp_path / "killed", here.url)) as (running, visitor):
            assert 303 == visitor.post("/pull").status  # nobody looks any more
            wait(lambda: blog.asked_again >= 2)
            assert "It goes on, also if you close this page." in visitor.get("/sources").text
            assert 303 == visitor.post("/pull", {"source": "feed"}).status, "one at a time"
            running.kill()
            running.wait()
        blog.slow = False
        with (
            Workspace(fed(tmp_path / "whole", here.url) / "w") as whole,
            Workspace(tmp_path / "killed/w") as killed,
        ):
            landed = len(killed.store.imports())
            assert not whole.pull()["feed"].failed
            assert not killed.pull()["feed"].failed
            assert 0 < landed < len(killed.store.imports())
            expected = store_of(whole)
            assert expected["activities"]
            assert expected == store_of(killed)


def test_progress_comes_as_it_goes_and_a_page_that_comes_back_hears_the_end(tmp_path):
    blog = Slow()
    with (
        served(blog.answer) as here,
        Workspace(fed(tmp_path, here.url) / "w") as workspace,
        open_dashboard(workspace) as opened,
    ):
        visitor = opened.visitor()
        visitor.post("/pull")
        number = re.search(r'data-events="/progress/(\d+)"', visitor.get("/sources").text)[1]
        stream = visitor.get(f"/progress/{number}")
        assert "It is done." in visitor.get("/sources").text
        assert "never so far" not in visitor.get("/sources").text
    assert "text/event-stream" in stream.headers["content-type"]
    told = [
        json.loads(line.removeprefix("data: "))
        for line in stream.text.splitlines()
        if line.startswith("data: ")
    ]
    assert told[0]["running"]
    assert not told[-1]["running"]
    assert "It is done." == told[-1]["state"]
    assert any("feed" in line for line in told[-1]["lines"])


@pytest.mark.skipif(os.name != "posix", reason="a terminal as on Linux")
def test_about_whom_it_is_not_for_a_page_says_so_and_the_terminal_is_not_waited_for(folder, tmp_path):
    shutil.copytree(folder / "w", tmp_path / "w")
    with Workspace(tmp_path / "w") as held:
        held.change_setting("purpose", "for", ["ann"])
    typing, terminal = os.openpty()
    with serving(tmp_path, terminal=terminal) as (_, visitor):
        assert "On what basis" not in visitor.get("/leader/ann").text
        assert "this workspace is not for reports about" in visitor.get("/leader/eve").text
    with serving(tmp_path, "--basis", "a review of the works council", terminal=terminal) as (_, visitor):
        assert "this workspace is not for reports about" not in visitor.get("/leader/eve").text
    os.close(typing)
    os.close(terminal)
    for words in (("met", "eve"), ("programme", "draft", "eve", "-w", str(tmp_path / "w"))):
        code, told = said(tmp_path, *words, "--basis", "a review")
        assert 0 == code, told
    with Workspace(tmp_path / "w") as held:
        told = {(one.command, one.leaders, one.basis) for one in held.readings.all()}
    assert ("report", ("eve",), "a review of the works council") in told
    assert ("met", ("eve",), "a review") in told
