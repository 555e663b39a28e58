"""X through the command line: the connection lasts over pulls that are killed, stopped and refused."""

import os
import signal
import subprocess
import sys
import threading
import tomllib
import urllib.request
from contextlib import contextmanager

import pytest

from influence import Workspace
from tests.kit.live_replies import ids
from tests.kit.served import served
from tests.kit.x_service import ANN, DEEP, FIRST, OLD, QUOTE, REPLY, SECOND, XService

EVERY_POST = {f"x:{item}" for item in (OLD, FIRST, REPLY, DEEP, QUOTE, SECOND)}


@pytest.fixture
def service():
    made = XService()
    with served(made.answer) as here:
        made.url = here.url
        yield made


@contextmanager
def influence(folder, *words):
    """Run the command in a process of its own."""
    known = {"PATH": os.environ["PATH"], "HOME": str(folder), "INFLUENCE_WORKSPACE": str(folder / "w")}
    command = [sys.executable, "-u", "-m", "influence", *words]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=known,
        text=True,
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def said(folder, *words):
    """What a command says, and how it ends."""
    with influence(folder, *words) as running:
        told, _ = running.communicate(timeout=60)
        return running.returncode, told


def connected(folder, service):
    """Connect X as a person does: start, open the address that is told in a browser, say yes."""
    if not (folder / "w").exists():
        assert 0 == said(folder, "init", str(folder / "w"))[0]
    where = ("--set", f"server={service.url}", "--set", f"login={service.url}/i/oauth2/authorize")
    app = ("--set", "client_id=the-app", "--set", "port=0", "--keep-in", "file")
    with influence(folder, "connect", "x", *app, *where) as running:
        running.stdin.write("\n")  # a native app has no secret
        running.stdin.flush()
        told = ""
        for line in running.stdout:
            told += line
            if "Open http" in line:
                urllib.request.urlopen(line.partition("Open ")[2].strip()).close()  # noqa: S310 - an address of ours
        assert 0 == running.wait(60), told
    return told


def kept(folder):
    return tomllib.loads((folder / "w/secrets.toml").read_text())["x"]


def posts(folder):
    workspace = Workspace(folder / "w")
    found = {one for one in ids(workspace) if "/" not in one}
    workspace.close()
    return found


class Held:
    """Holds an answer back until it is let go; `reached` says that it was asked for."""

    def __init__(self, answer):
        self._answer, self.reached, self.go = answer, threading.Event(), threading.Event()

    def __call__(self, asked):
        self.reached.set()
        self.go.wait(30)
        return self._answer(asked)


def test_tokens_rotate_over_three_pulls_with_a_kill_in_between(tmp_path, service):
    told = connected(tmp_path, service)
    assert "Connected as 'x'" in told
    assert ("access-1", "refresh-1") == (kept(tmp_path)["token"], kept(tmp_path)["refresh_token"])

    service.token = "ended"  # noqa: S105 - two hours later
    page = Held(lambda _: None)
    service.instead[f"users/{ANN}/mentions"] = page
    with influence(tmp_path, "pull", "x") as running:
        assert page.reached.wait(60)
        running.send_signal(signal.SIGKILL)
        assert -signal.SIGKILL == running.wait(60)
    page.go.set()
    service.instead.clear()
    assert ("access-2", "refresh-2") == (kept(tmp_path)["token"], kept(tmp_path)["refresh_token"])

    for n in (3, 4):
        service.token = "ended"  # noqa: S105
        code, told = said(tmp_path, "pull", "x")
        assert 0 == code, told
        assert (f"access-{n}", f"refresh-{n}") == (kept(tmp_path)["token"], kept(tmp_path)["refresh_token"])
        assert f"access-{n}" not in told
    assert posts(tmp_path) >= EVERY_POST


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_stopped_while_the_new_tokens_are_on_their_way_they_are_kept_first(tmp_path, service, stop):
    connected(tmp_path, service)
    service.token = "ended"  # noqa: S105
    service._tokens = Held(service._tokens)
    with influence(tmp_path, "pull", "x") as running:
        assert service._tokens.reached.wait(60)
        running.send_signal(stop)
        with pytest.raises(subprocess.TimeoutExpired):
            running.wait(1)
        service._tokens.go.set()
        assert 0 != running.wait(60)
    assert ("access-2", "refresh-2") == (kept(tmp_path)["token"], kept(tmp_path)["refresh_token"])
    code, told = said(tmp_path, "pull", "x")
    assert 0 == code, told
    assert posts(tmp_path) >= EVERY_POST
    assert 2 == service.renewals


def test_a_permission_that_was_taken_back_is_one_sentence_and_what_came_before_is_kept(tmp_path, service):
    connected(tmp_path, service)

    def take_back(asked):
        service.token = service.refresh_token = "taken back"  # noqa: S105
        service.instead.clear()
        return service.answer(asked)

    service.instead[f"users/{ANN}/mentions"] = take_back
    code, told = said(tmp_path, "pull", "x")
    assert 1 == code
    assert "X no longer accepts the permission (invalid_request); connect again" in told
    assert "Traceback" not in told
    assert {f"x:{SECOND}", f"x:{FIRST}"} <= posts(tmp_path)
