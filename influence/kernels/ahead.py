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

from influence.kernels.kept import AT_WORK, folder

_WHOLE, _REPORT = "whole", "report"
_FOR_A_REPORT = (
    *("spread.draw_reverse_sets", "spread.greedy_choice", "spread.gain_of_acts"),
    *("conversations.conversation_root", "conversations.conversation_depth", "conversations.respect_time"),
    *("cascades.grow_trees", "cascades.depths", "cascades.subtree_sizes", "rows.sorted_rows", "rows.joined"),
    *("chance.local_contacts", "chance.follow", "chance.follow_by_chance"),
    *("chance.activations", "chance.shuffled_activations", "everybody.everybodys_depth"),
    *("everybody.evidence_of_pairs", "everybody.cover", "triangles.structural_holes", "centrality.pagerank"),
    *("centrality.dependencies", "centrality.core_number", "sets_of_people.grown", "sets_of_people.sizes"),
    *("communities.elections", "swaps.tie_table", "swaps.swap_ties", "chance.taken_up"),
)
"""Whose examples compile all that a report runs, in the order in which it comes to them.

But for the little that it comes to before one of these could be ready.
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
        process = Popen(  # noqa: S603 - Python itself, and a word of ours
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
            for name in named or _rooms():
                if named:  # nobody waits for what stands back for every other
                    _say(kept, name.partition(".")[0])
                _run_examples(name)
            (kept / wanted).touch()


def _done(kept: Path, wanted: str) -> bool:
    return (kept / _WHOLE).exists() or (kept / wanted).exists()


@contextmanager
def _alone(kept: Path) -> Iterator[bool]:
    if _at_work(kept):
        yield False
        return
    with suppress(OSError):
        (kept / AT_WORK).touch()
    try:
        yield True
    finally:
        (kept / AT_WORK).unlink(missing_ok=True)


def _at_work(kept: Path) -> bool:
    try:
        return time() - (kept / AT_WORK).stat().st_mtime < _GIVEN_UP
    except OSError:
        return False


def _say(kept: Path, room: str) -> None:
    with suppress(OSError):
        (kept / AT_WORK).write_text(f"{os.getpid()} {room}", encoding="ascii")


def _rooms() -> list[str]:
    import influence.kernels as kernels

    return [room.name for room in iter_modules(kernels.__path__) if room.name not in _NO_LOOPS]


def _run_examples(name: str) -> None:
    """Run the examples of a module, or of one function of it."""
    from doctest import DocTestFinder, DocTestRunner

    room, _, function = name.partition(".")
    module = import_module(f"influence.kernels.{room}")
    for test in DocTestFinder().find(getattr(module, function) if function else module, name, module):
        DocTestRunner(verbose=False).run(test, out=lambda _: None)
