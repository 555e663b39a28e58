"""What a report runs is compiled beside it: all of it, once, and nothing is said or raised where it cannot be."""

import os
import subprocess
import sys
from importlib import import_module

import pytest

from influence.kernels.ahead import _FOR_A_REPORT
from tests.kit.draws import LONG

ASKED = """
import atexit, sys
from pathlib import Path
asked = set()
sys.addaudithook(lambda event, given: asked.add(Path(str(given[0])).name) if event == "open" else None)
atexit.register(lambda: print(*(name for name in asked if name.startswith("influence.kernels.")), sep="\\n"))
"""
REPORT = "from influence.cli import main; main()"
EXAMPLES = "from influence.kernels import ahead; [ahead._run_examples(name) for name in ahead._FOR_A_REPORT]"
ONE = "from influence.kernels import ahead; ahead._FOR_A_REPORT = ('rows.joined',); ahead.compile_for_a_report()"


def ran(*words, **more):
    """Run Python; return what it said."""
    done = subprocess.run(
        [sys.executable, "-W", "error", *words],
        env=os.environ | more,
        capture_output=True,
        text=True,
        timeout=600,
        check=True,
    )
    return done.stdout + done.stderr


def loops_asked_for(program, *words):
    """Which kept loops a program looks for, whether they are there or not."""
    return {line for line in ran("-c", ASKED + program, *words).splitlines() if "influence.kernels." in line}


@pytest.mark.skipif(not LONG, reason="a whole report, traced: `make hostile` tries it")
def test_a_report_on_the_invented_company_finds_every_loop_that_it_runs(invented, tmp_path):
    workspace, leader = invented(tmp_path / "demo")
    workspace.close()
    run = loops_asked_for(REPORT, "report", leader, "-w", str(tmp_path / "demo"))
    assert run
    assert set() == run - loops_asked_for(EXAMPLES)


def test_it_is_done_once(tmp_path):
    assert "" == ran("-c", ONE, NUMBA_CACHE_DIR=str(tmp_path))
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    assert [path for path in kept if path.name.startswith("influence.kernels.")]
    assert "" == ran("-c", ONE, NUMBA_CACHE_DIR=str(tmp_path))
    assert kept == {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}


@pytest.mark.parametrize("name", _FOR_A_REPORT)
def test_each_loop_named_has_an_example_that_runs_it(name):
    room, function = name.split(".")
    assert ">>>" in getattr(import_module(f"influence.kernels.{room}"), function).__doc__


def test_a_folder_that_cannot_be_made_is_passed_over(tmp_path):
    (tmp_path / "closed").write_text("no folder")
    assert "" == ran("-m", "influence.kernels", "report", NUMBA_CACHE_DIR=str(tmp_path / "closed"))
    assert "" == ran(
        "-c",
        "from influence.kernels.ahead import compile_beside; compile_beside()",
        NUMBA_CACHE_DIR=str(tmp_path / "closed"),
    )
