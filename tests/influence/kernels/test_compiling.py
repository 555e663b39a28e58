"""Compiled loops are kept where an installed package may write, and a damaged or closed folder changes no number."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PEEL = """
import numpy as np
from influence.kernels.centrality import core_number
print(core_number(np.array([0, 2, 4, 6]), np.array([1, 2, 0, 2, 0, 1])).tolist())
"""


def peeled(**environment):
    """Run one loop in a process of its own; return what it said."""
    kept = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PEEL],
        env=kept | environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    assert "" == done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def warm(tmp_path_factory):
    """A folder in which the loops of `PEEL` have been kept."""
    folder = tmp_path_factory.mktemp("compiled")
    assert "[2, 2, 2]\n" == peeled(NUMBA_CACHE_DIR=str(folder))
    return folder


def files(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_a_loop_is_read_by_the_next_process_and_written_once(warm):
    before = {path: path.stat().st_mtime_ns for path in files(warm)}
    assert "[2, 2, 2]\n" == peeled(NUMBA_CACHE_DIR=str(warm))
    assert before == {path: path.stat().st_mtime_ns for path in files(warm)}
    assert before


def test_only_its_owner_reads_the_folder(warm):
    assert 0 == (warm / "networked-influence").stat().st_mode & 0o077


def test_a_cut_file_is_compiled_anew(warm):
    for path in files(warm):
        path.write_bytes(path.read_bytes()[:-7])
    cut = {path: path.stat().st_size for path in files(warm)}
    assert "[2, 2, 2]\n" == peeled(NUMBA_CACHE_DIR=str(warm))
    assert {path: size + 7 for path, size in cut.items()} == {
        path: path.stat().st_size for path in files(warm)
    }


def test_where_no_folder_can_be_made_each_process_compiles_for_itself(tmp_path):
    closed = tmp_path / "closed"
    closed.write_text("no folder")
    assert "[2, 2, 2]\n" == peeled(XDG_CACHE_HOME=str(closed))


def test_a_folder_in_which_others_may_write_is_not_read(tmp_path):
    (tmp_path / "networked-influence").mkdir()
    Path(tmp_path / "networked-influence").chmod(0o777)
    assert "[2, 2, 2]\n" == peeled(NUMBA_CACHE_DIR=str(tmp_path))
    assert [] == files(tmp_path)
