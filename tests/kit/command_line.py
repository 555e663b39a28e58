"""The command in a process of its own, over a workspace in a folder; nothing of the tests is in there with it."""

import os
import subprocess
import sys
import threading
import urllib.request
from contextlib import contextmanager

from tests.kit.places import COMPILED


@contextmanager
def influence(folder, *words, terminal=subprocess.PIPE):
    """Run a command until the block ends; it reads from a `terminal` where one is given."""
    home = {"PATH": os.environ["PATH"], "HOME": str(folder), "INFLUENCE_WORKSPACE": str(folder / "w")}
    command = [sys.executable, "-u", "-m", "influence", *words]
    pipes = {"stdin": terminal, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(command, env=COMPILED | home, text=True, **pipes) as running:
        try:
            yield running
        finally:
            running.kill()


def said(folder, *words, answers=""):
    """What a command says, and how it ends; `answers` are typed as it runs."""
    with influence(folder, *words) as running:
        told, _ = running.communicate(answers, timeout=60)
        return running.returncode, told


def connected(folder, name, options, typed):
    """Connect as a person does: start, type what is asked for, and say yes in a browser where one is needed."""
    if not (folder / "w").exists():
        assert 0 == said(folder, "init", str(folder / "w"))[0]
    told = ""
    with influence(folder, "connect", name, "--keep-in", "file", *options) as running:
        running.stdin.write(typed)
        running.stdin.flush()
        for line in running.stdout:
            told += line
            if "Open http://127.0.0.1" in line:
                urllib.request.urlopen(line.partition("Open ")[2].strip()).close()  # noqa: S310 - an address of ours
        assert 0 == running.wait(60), told
    return told


class Held:
    """Holds an answer back until it is let go; `reached` says that it was asked for."""

    def __init__(self, answer):
        self._answer, self.reached, self.go = answer, threading.Event(), threading.Event()

    def __call__(self, *asked):
        self.reached.set()
        self.go.wait(30)
        return self._answer(*asked)
