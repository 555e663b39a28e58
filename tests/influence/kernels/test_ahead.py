"""What a report runs is compiled beside it: all of it, once, and nothing is said or raised where it cannot be."""

import os
import subprocess
import sys
from importlib import import_module

import pytest

from influence.kernels.ahead import _FOR_A_REPORT


def ran(*words, folder, **more):
    """Run Python with loops kept in a folder; return what it said."""
    done = subprocess.run(
        [sys.executable, "-W", "error", *words],
        env=os.environ | {"NUMBA_CACHE_DIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=600,
        check=True,
        **more,
    )
    return done.stdout + done.stderr


def loops(folder):
    return {path.name for path in folder.rglob("influence.kernels.*") if path.is_file()}


@pytest.fixture(scope="module")
def beside(tmp_path_factory):
    """A folder in which the loops of a report have been compiled ahead of it."""
    folder = tmp_path_factory.mktemp("beside")
    assert "" == ran("-m", "influence.kernels", "report", folder=folder)
    return folder


def test_a_report_on_the_invented_company_finds_every_loop_that_it_runs(beside, invented, tmp_path):
    workspace, leader = invented(tmp_path / "demo")
    workspace.close()
    before = loops(beside)
    ran("-m", "influence", "report", leader, "-w", str(tmp_path / "demo"), folder=beside)
    assert before
    assert set() == loops(beside) - before


def test_it_is_done_once(beside):
    kept = {path: path.stat().st_mtime_ns for path in beside.rglob("*")}
    assert "" == ran("-m", "influence.kernels", "report", folder=beside)
    assert kept == {path: path.stat().st_mtime_ns for path in beside.rglob("*")}


@pytest.mark.parametrize("name", _FOR_A_REPORT)
def test_each_loop_named_has_an_example_that_runs_it(name):
    room, function = name.split(".")
    assert ">>>" in getattr(import_module(f"influence.kernels.{room}"), function).__doc__


def test_a_folder_that_cannot_be_made_is_passed_over(tmp_path):
    (tmp_path / "closed").write_text("no folder")
    assert "" == ran("-m", "influence.kernels", "report", folder=tmp_path / "closed")
    assert "" == ran(
        "-c",
        "from influence.kernels.ahead import compile_beside; compile_beside()",
        folder=tmp_path / "closed",
    )
