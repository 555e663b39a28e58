"""Loops are compiled ahead, by a process of their own that stands back for every other, while somebody imports.

Nothing here loads numba until it compiles.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from subprocess import DEVNULL, Popen
from threading import Thread
from time import time

from influence.kernels.kept import folder

_WHOLE, _AT_WORK = "whole", "at-work"
_GIVEN_UP = 600
"""After so many seconds a process that has left no word is taken for dead."""


def compile_ahead() -> None:
    """Start compiling what is not compiled yet, at the lowest priority, and return at once; say and raise nothing.

    Only where somebody sits at a terminal: whoever runs a command by a script gains nothing by it.
    """
    if not sys.stderr.isatty():
        return
    kept = folder()
    if kept is None or (kept / _WHOLE).exists() or _at_work(kept):
        return
    with suppress(OSError):
        process = Popen(
            [sys.executable, "-m", "influence.kernels"],
            stdin=DEVNULL,
            stdout=DEVNULL,
            stderr=DEVNULL,
            cwd=kept,
            start_new_session=True,  # it goes on when the command ends, and a terminal that closes does not end it
        )
        Thread(target=process.wait, daemon=True).start()  # else it would stay a zombie until the command ends


def compile_all() -> None:
    """Run the examples of all loops, each of which is then compiled and kept; one process at a time does it."""
    kept = folder()
    if kept is None or (kept / _WHOLE).exists():
        return
    if hasattr(os, "nice"):
        os.nice(19)
    with _alone(kept) as alone:
        if alone:
            _run_examples()
            (kept / _WHOLE).touch()


@contextmanager
def _alone(kept: Path) -> Iterator[bool]:
    if _at_work(kept):
        yield False
        return
    with suppress(OSError):
        (kept / _AT_WORK).touch()
    try:
        yield True
    finally:
        (kept / _AT_WORK).unlink(missing_ok=True)


def _at_work(kept: Path) -> bool:
    try:
        return time() - (kept / _AT_WORK).stat().st_mtime < _GIVEN_UP
    except OSError:
        return False


def _run_examples() -> None:
    from doctest import DocTestFinder, DocTestRunner

    import influence.kernels as kernels

    runner = DocTestRunner(verbose=False)
    for found in iter_modules(kernels.__path__):
        if found.name not in ("__main__", "ahead"):
            module = import_module(f"influence.kernels.{found.name}")
            for test in DocTestFinder().find(module):
                runner.run(test, out=lambda _: None)
