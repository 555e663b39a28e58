"""X through the command line: the connection lasts over pulls that are killed, stopped and refused."""

import signal
import subprocess
import tomllib

import pytest

from influence import Workspace
from tests.kit import command_line
from tests.kit.command_line import Held, influence, said
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


def connected(folder, service):
    where = ("--set", f"server={service.url}", "--set", f"login={service.url}/i/oauth2/authorize")
    app = ("--set", "client_id=the-app", "--set", "port=0")
    empty = "\n"  # a native app has no secret
    return command_line.connected(folder, "x", (*app, *where), empty)


def kept(folder):
    return tomllib.loads((folder / "w/secrets.toml").read_text())["x"]


def posts(folder):
    workspace = Workspace(folder / "w")
    found = {one for one in ids(workspace) if "/" not in one}
    workspace.close()
    return found


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
