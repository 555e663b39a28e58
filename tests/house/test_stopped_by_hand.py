"""Ctrl-C while a database is asked that no engine of ours stands before: no fault, and whoever comes next goes on."""

import os
import signal
import threading

import duckdb
import pytest
from click.testing import CliRunner

from influence import Workspace
from influence.cli import main
from influence.store import rewriting

LONG = "SELECT count(*) FROM range(10000000) a, range(100) b WHERE hash(a.range + b.range) = 1"
"""Some seconds: it is only stopped where a piece of it ends, and this is one piece."""


def stopped_while_asking(_):
    """Ask a question that takes long, and press Ctrl-C."""
    with duckdb.connect() as connection:
        threading.Timer(1, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
        connection.execute(LONG).fetchall()


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C as on Linux")
def test_forgetting_that_is_stopped_while_the_file_is_written_anew_says_so_and_is_ended_later(
    workspace, monkeypatch
):
    row = {"id": "a", "time": "2026-01-05T09:00:00Z", "actor": "x:1", "verb": "post"}
    held = workspace(activities=[row, row | {"id": "b", "actor": "x:2"}])
    held.close()
    with monkeypatch.context() as patched:
        patched.setattr(rewriting, "_settle", stopped_while_asking)
        done = CliRunner().invoke(main, ["forget", "x:1", "--yes", "-w", str(held.path)])
    assert (1, "Aborted!") == (done.exit_code, done.output.strip().splitlines()[-1])
    with Workspace(held.path) as again:
        assert ["x:2"] == [who.person for who in again.people()]
