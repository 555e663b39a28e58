"""Commands that are killed at a moment of our choosing, from a process in which everything is imported already.

A process of its own for each command would take a second to start; here one is begun, and forks for each. It is a
program too: it reads commands as JSON, a line each, and tells how each ended.
"""

import importlib
import json
import os
import pkgutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from contextlib import suppress
from pathlib import Path

_FEW = 20
"""So many kills take less time than what is loaded ahead for them."""
_LONGEST = 600
"""Seconds after which a command hangs: beside others that take the processors one has needed over two minutes."""
HOUSES = ("influence", "connectors", "reports")


class Commands:
    """Runs commands, each in a fork; use it as `with Commands() as commands`."""

    def __init__(self):
        known = os.environ | {
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
            "INFLUENCE_WORKSPACE": "ws",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.kit.killed"],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=known,
        )

    def __enter__(self):
        assert "ready\n" == self._process.stdout.readline()
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(20)

    def __call__(self, *words, folder, after=None, by=signal.SIGKILL, **environment):
        """Run a command in a folder; send a signal `after` so many seconds. Give its exit code (or minus the signal),
        what it said, and how many seconds it took."""
        asked = {"words": [str(word) for word in words], "folder": str(folder), "after": after, "by": int(by)}
        asked["environment"] = environment
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return tuple(json.loads(self._process.stdout.readline()))


def _everything():
    """Import all rooms, so that no fork has to."""
    for house in HOUSES:
        found = importlib.import_module(house)
        for room in pkgutil.walk_packages(found.__path__, f"{house}."):
            if not room.name.endswith("__main__"):
                importlib.import_module(room.name)


def _warm():
    """Report and track once, so that no fork has to load the loops: of a report of few people that is the most."""
    from click.testing import CliRunner

    from influence.cli import main
    from tests.kit import small_company

    with tempfile.TemporaryDirectory() as place:
        small_company.write(Path(place, "files"))
        for words in (
            ["init", f"{place}/ws"],
            ["import", f"{place}/files", "-w", f"{place}/ws"],
            ["report", "ann@acme.example", "--format", "json,html", "-w", f"{place}/ws"],
            ["track", "ann@acme.example", "--every", "week", "-w", f"{place}/ws"],
        ):
            done = CliRunner().invoke(main, words)
            assert 0 == done.exit_code, done.output


def _in_a_fork(words, folder, environment, log):
    """Be the command, to its end."""
    from influence.cli import main

    os.chdir(folder)
    os.environ.update(environment)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for stream in (1, 2):
        os.dup2(output, stream)
    os.close(output)
    sys.stdin = open(os.devnull)  # noqa: PTH123, SIM115 - it lives as long as the process
    code = 130
    with suppress(KeyboardInterrupt):  # before the command has begun, or once it has ended
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        code = _ended(main, words)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _ended(main, words):
    try:
        main(words)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0 if ended.code is None else 1
    except BaseException:
        traceback.print_exc()
    return 70


def _run(words, folder, after, by, environment):
    descriptor, log = tempfile.mkstemp()  # not in the folder: its disk may be full
    os.close(descriptor)
    begun = time.monotonic()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # until the fork is the command
    child = os.fork()
    if not child:
        _in_a_fork(words, folder, environment, log)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    sent = False
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            break
        spent = time.monotonic() - begun
        if after is not None and not sent and spent >= after:
            os.kill(child, by)
            sent = True
        if spent > _LONGEST:
            os.kill(child, signal.SIGKILL)
        time.sleep(0.0005 if after is not None and not sent else 0.005)
    spent = time.monotonic() - begun
    code = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
    said = Path(log).read_text("utf-8", "replace")
    Path(log).unlink()
    return code, said, spent


if __name__ == "__main__":
    _everything()
    if int(os.environ.get("INFLUENCE_KILLS", "1")) > _FEW:
        _warm()
    print("ready", flush=True)  # noqa: T201 - it is answered so
    for line in sys.stdin:
        asked = json.loads(line)
        told = _run(**asked)
        print(json.dumps(told), flush=True)  # noqa: T201
