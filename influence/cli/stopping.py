"""Ctrl-C is heard wherever it comes: where Python could only tell of it, it is pressed again a moment later."""

from __future__ import annotations

import _thread
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_SOON_S = 0.05


@contextmanager
def heard() -> Iterator[None]:
    """Press Ctrl-C again where it came while a library called back, from where nothing can be raised.

    The compiler calls back for each loop that it reads: what was meant to stop a command would print a traceback, and
    the command would go on.
    """
    before, waiting = sys.unraisablehook, list[threading.Timer]()

    def again(told: sys.UnraisableHookArgs) -> None:
        if not issubclass(told.exc_type, KeyboardInterrupt):
            before(told)
            return
        waiting.append(threading.Timer(_SOON_S, _press))
        waiting[-1].daemon = True
        waiting[-1].start()

    sys.unraisablehook = again
    try:
        yield
    finally:
        sys.unraisablehook = before
        for timer in waiting:
            timer.cancel()


def _press() -> None:
    main = threading.main_thread().ident
    if main is not None and hasattr(signal, "pthread_kill"):  # it ends a wait too
        signal.pthread_kill(main, signal.SIGINT)
    else:
        _thread.interrupt_main()
