"""Loops are compiled by a process of their own: ahead, while somebody imports, or beside the first report.

Nothing here loads numba until it compiles.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from subprocess import DEVNULL, Popen
from threading import Thread
from time import time

from influence.kernels.kept import folder

_WHOLE, _REPORT, _AT_WORK = "whole", "report", "at-work"
_FOR_A_REPORT = (
    *("conversations.conversation_root", "conversations.conversation_depth"),
    *("chance.local_contacts", "chance.follow", "chance.follow_by_chance"),
    *("cascades.grow_trees", "cascades.depths", "cascades.subtree_sizes", "rows.sorted_rows", "rows.joined"),
    *("chance.activations", "chance.shuffled_activations", "everybody.everybodys_depth"),
    *("everybody.evidence_of_pairs", "everybody.cover", "triangles.structural_holes", "centrality.pagerank"),
    *("centrality.dependencies", "centrality.core_number", "sets_of_people.grown", "sets_of_people.sizes"),
    *("communities.elections", "conversations.respect_time"),
    *("spread.draw_reverse_sets", "spread.gain_of_acts", "spread.greedy_choice"),
)
"""Whose examples compile all that a report runs, in the order in which it comes to them.

But for those of `spread`: it comes to them so early that it compiles them itself, and both would do the same work.
"""
_NO_LOOPS = ("__main__", "ahead")
_GIVEN_UP = 600
"""After so many seconds a process that has left no word is taken for dead."""


def compile_ahead() -> None:
    """Start compiling what is not compiled yet, at the lowest priority, and return at once; say and raise nothing.

    Only where somebody sits at a terminal: whoever runs a command by a script gains nothing by it.
    """
    if sys.stderr.isatty():
        _start(_WHOLE)


def compile_beside() -> None:
    """Start compiling what a report runs and is not compiled yet, and return at once; say and raise nothing.

    The report goes on meanwhile, reads each loop that is kept by then, and compiles for itself what is not.
    On one core nothing would be won.
    """
    if (os.cpu_count() or 1) > 1:
        _start(_REPORT)


def _start(wanted: str) -> None:
    kept = folder()
    if kept is None or _done(kept, wanted) or _at_work(kept):
        return
    with suppress(OSError):
        process = Popen(
            [sys.executable, "-m", "influence.kernels", wanted],
            stdin=DEVNULL,
            stdout=DEVNULL,
            stderr=DEVNULL,
            cwd=kept,
            start_new_session=True,  # it goes on when the command ends, and a terminal that closes does not end it
        )
        Thread(target=process.wait, daemon=True).start()  # else it would stay a zombie until the command ends


def compile_all() -> None:
    """Run the examples of all loops, each of which is then compiled and kept; one process at a time does it."""
    if hasattr(os, "nice"):
        os.nice(19)
    _compile(_WHOLE, ())


def compile_for_a_report() -> None:
    """Run the examples of the loops of a report, in the order in which it comes to them, at no lower priority."""
    _compile(_REPORT, _FOR_A_REPORT)


def _compile(wanted: str, named: Sequence[str]) -> None:
    kept = folder()
    if kept is None or _done(kept, wanted):
        return
    with _alone(kept) as alone:
        if alone:
            # an eighth of the time goes into collecting what a compiler keeps anyway, and this process ends soon
            gc.disable()
            _run_examples(named)
            (kept / wanted).touch()


def _done(kept: Path, wanted: str) -> bool:
    return (kept / _WHOLE).exists() or (kept / wanted).exists()


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


def _run_examples(named: Sequence[str]) -> None:
    """Run the examples of the functions named, in this order, or of all."""
    from doctest import DocTestFinder, DocTestRunner

    import influence.kernels as kernels

    runner, finder = DocTestRunner(verbose=False), DocTestFinder()
    for name in named or [room.name for room in iter_modules(kernels.__path__) if room.name not in _NO_LOOPS]:
        room, _, function = name.partition(".")
        module = import_module(f"influence.kernels.{room}")
        for test in finder.find(getattr(module, function) if function else module, name, module):
            runner.run(test, out=lambda _: None)
