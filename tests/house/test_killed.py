"""Killed at any point, a source goes on: its token is the newest, and nothing is lost or doubled in the store."""

import os
import signal
import subprocess
import sys
import tomllib

import pytest

from influence import Workspace
from tests.kit.installed import install
from tests.kit.rotating_service import Rotating
from tests.kit.served import served

BELL = '''
"""A bell behind a service whose tokens change: it dies at the step that DIES_AT names."""
import json
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import ClassVar
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from influence.contract.connector import NotAuthorised, Reply
from influence.contract.files import Member
from influence.contract.records import Activity, Verb

steps = 0


def step():
    global steps
    steps += 1
    if steps == int(os.environ.get("DIES_AT", 0)):
        os.kill(os.getpid(), signal.SIGKILL)


def dying(call):
    def around(*given, **more):
        step()
        done = call(*given, **more)
        step()
        return done
    return around


os.fsync, os.replace = dying(os.fsync), dying(os.replace)


@dataclass(frozen=True)
class Bell:
    url: str = ""

    name: ClassVar[str] = "bell"
    title: ClassVar[str] = "a bell"
    source: ClassVar[str] = "Connect it."
    secrets: ClassVar[tuple[str, ...]] = ("refresh_token",)
    required: ClassVar[tuple[str, ...]] = ("url",)
    reads: ClassVar[str] = "It hears who rings."
    revoke: ClassVar[str] = "Take it away."
    needs: ClassVar[Mapping[str, str]] = {}

    def _ask(self, path, token=None, form=None):
        step()
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            with urlopen(Request(self.url + path, form, headers)) as answer:
                body = json.load(answer)
        except HTTPError as error:
            raise NotAuthorised(f"the bell says {error.code}") from error
        step()
        return body

    def _access(self, secret):
        tokens = self._ask("/token", form=f"refresh_token={secret.get('refresh_token')}".encode())
        secret.keep("refresh_token", tokens["refresh_token"])
        step()
        return tokens["access_token"]

    def signed_in_as(self, secret):
        self._ask("/rings?after=0", self._access(secret))
        return "the porter"

    def fetch(self, cursor, secret):
        after, more = cursor.get("after", 0), True
        while more:
            body = self._ask(f"/rings?after={after}", self._access(secret))
            after, more = body["next"], body["more"]
            content = json.dumps(body["rings"]).encode()
            yield Reply(Member(f"to-{after}", len(content), lambda content=content: BytesIO(content)), {"after": after})
            step()

    def parse(self, member):
        for ring in json.load(member.open()):
            step()
            yield Activity(ring, datetime(2026, 1, 1, tzinfo=UTC), f"bell:{ring}", Verb.POST)
'''
LONG = bool(os.environ.get("INFLUENCE_LONG"))
POINTS = range(1, 45) if LONG else (1, 5, 13, 21)

pytestmark = pytest.mark.skipif(os.name != "posix", reason="there is no SIGKILL")


@pytest.fixture
def run(tmp_path):
    """Type a command, which may die at a step."""
    install(tmp_path / "site", BELL, bell="Bell")
    calm = os.environ | {
        "PYTHONPATH": str(tmp_path / "site"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }

    def typed(*words, dies_at=0, answers=""):
        command = [sys.executable, "-m", "influence", *words]
        environment = os.environ | calm | {"DIES_AT": str(dies_at), "INFLUENCE_WORKSPACE": "ws"}
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, input=answers
        )

    assert 0 == typed("init").returncode
    return typed


def read(tmp_path, name):
    file = tmp_path / "ws" / name
    return tomllib.loads(file.read_text("utf-8")) if file.exists() else {}


def test_a_pull_killed_at_many_points_goes_on_with_tokens_that_rotate_and_loses_and_doubles_nothing(
    run, tmp_path
):
    bell = Rotating()
    with served(bell.answer) as here:
        done = run("connect", "bell", "--keep-in", "file", "--set", f"url={here.url}", answers="refresh-0\n")
        assert 0 == done.returncode, done.stderr
        for point in POINTS:
            bell.rings += [f"r{len(bell.rings) + more}" for more in range(3)]
            done = run("pull", dies_at=point)
            assert -signal.SIGKILL == done.returncode, (point, done.stdout, done.stderr)
        for _ in range(3):
            bell.rings += [f"r{len(bell.rings)}"]
            done = run("pull")
            assert 0 == done.returncode, done.stderr
    assert f"refresh-{bell.renewed}" == read(tmp_path, "secrets.toml")["bell"]["refresh_token"]
    with Workspace(tmp_path / "ws") as workspace:
        rows = workspace.store.engine.arrow("SELECT id FROM activity_log ORDER BY seq")["id"].to_pylist()
        assert sorted(bell.rings) == sorted(rows)
        assert {"after": len(bell.rings)} == workspace.store.cursor("bell")


def test_a_connect_killed_at_any_point_leaves_no_source_or_a_whole_one(run, tmp_path):
    bell = Rotating()
    words = ["connect", "bell", "--keep-in", "file"]
    with served(bell.answer) as here:
        for point in range(1, 40, 1 if LONG else 5):
            done = run(*words, "--set", f"url={here.url}", dies_at=point, answers=f"refresh-{bell.renewed}\n")
            if read(tmp_path, "influence.toml").get("sources"):
                assert 0 == run("pull").returncode
                assert 0 == run("disconnect", "bell").returncode
            if done.returncode == 0:
                break
            assert -signal.SIGKILL == done.returncode, (point, done.stderr)
        assert 0 == done.returncode
        assert {} == read(tmp_path, "secrets.toml")


def test_a_renewal_killed_at_any_point_leaves_the_source_as_it_was_or_as_it_is_now(run):
    bell = Rotating()
    with served(bell.answer) as here:
        words = ["connect", "bell", "--keep-in", "file", "--set", f"url={here.url}"]
        assert 0 == run(*words, answers="refresh-0\n").returncode
        for point in range(1, 40, 1 if LONG else 6):
            done = run(*words, dies_at=point, answers="\n")
            assert 0 == run("pull").returncode, point
            if done.returncode == 0:
                break
            assert -signal.SIGKILL == done.returncode, (point, done.stderr)
        assert 0 == done.returncode
