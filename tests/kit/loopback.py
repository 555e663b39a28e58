"""Real servers on this machine for the tests of live connectors, and pulls from them."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from contextlib import contextmanager

import pytest

from influence.contract.testing import Remembered


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def needs(package, *programs):
    """Skip, with the name of the missing package, where a program or a file of it is not here."""
    for program in programs:
        found = os.path.exists(program) if program.startswith("/") else shutil.which(program)  # noqa: PTH110
        if not found:
            pytest.skip(f"the Debian package {package} is not installed ({program} is missing)")


@contextmanager
def process(command, log, **more):
    """Run a server in a process group of its own, and end it with its children."""
    with log.open("ab") as output:
        running = subprocess.Popen(
            command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, start_new_session=True, **more
        )
    try:
        yield running
    finally:
        try:
            os.killpg(running.pid, signal.SIGTERM)
            running.wait(20)
        except ProcessLookupError:
            running.wait(1)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)
            running.wait(5)


def wait_for(check, what, seconds=40):
    """Wait until `check` is true; it may raise while the server is still starting."""
    last = None
    for _ in range(seconds * 5):
        try:
            if check():
                return
        except (OSError, subprocess.CalledProcessError) as error:
            last = error
        time.sleep(0.2)
    pytest.fail(f"{what} did not start: {last}")


def responds(address):
    with urllib.request.urlopen(address, timeout=5) as reply:  # noqa: S310 - an address of ours
        return reply.status == 200


def pull_into(workspace, connector, secret=None):
    """Pull as the command does, into a workspace that may have been pulled into before; give the replies' names."""
    secret = secret or Remembered()
    names = []
    for reply in connector.fetch(workspace.store.cursor("source"), secret):
        with workspace.store.batch("source", connector.name) as batch:
            for record in connector.parse(reply.member):
                batch.add(record, reply.member.name)
            batch.remember(reply.cursor)
        names.append(reply.member.name)
    return names


def rows(workspace, columns="id"):
    """The activities that count, as sorted tuples."""
    found = workspace.store.engine.arrow(f"SELECT {columns} FROM activities WHERE NOT deleted").to_pylist()  # noqa: S608 - our own words
    return sorted(tuple(row.values()) for row in found)
