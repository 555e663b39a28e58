"""Turns at what one alone may use at a time: how long somebody waits for theirs, and how long work is ended early."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeAlias, TypeVar

_One = TypeVar("_One")
_EVERY_S = 0.2
Check: TypeAlias = Callable[[], None]
"""Is called again and again while something lasts; it ends that by raising."""


class Stop(BaseException):
    """Somebody ended some work, as Ctrl-C ends a command: whatever takes errors for answers lets it through."""


_waiting: ContextVar[tuple[Check, Check] | None] = ContextVar("waiting", default=None)
_working: ContextVar[Check | None] = ContextVar("working", default=None)


class Turn:
    """A lock that the same thread may take again; who waits for it may be told to wait no longer.

    >>> turn = Turn()
    >>> with turn, turn:
    ...     pass
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()

    def __enter__(self) -> Turn:
        if (told := _waiting.get()) is None:
            self._lock.acquire()
        elif not self._lock.acquire(blocking=False):
            check, ended = told
            check()
            while not self._lock.acquire(timeout=_EVERY_S):
                check()
            ended()
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.release()


@contextmanager
def waiting(check: Check, ended: Check = lambda: None) -> Iterator[None]:
    """Within it, whoever waits for a turn calls `check` again and again, and `ended` once they have it."""
    token = _waiting.set((check, ended))
    try:
        yield
    finally:
        _waiting.reset(token)


@contextmanager
def working(check: Check) -> Iterator[None]:
    """Within it, work that only reads asks this at every `step`."""
    token = _working.set(check)
    try:
        yield
    finally:
        _working.reset(token)


def step() -> None:
    """Say that work goes on, where it may be ended: nothing is half written."""
    check = _working.get()
    if check is not None:
        check()


def steps(each: Iterable[_One]) -> Iterator[_One]:
    """Go through what is worked out one after the other, with a `step` before each.

    >>> list(steps(map(str, range(3))))
    ['0', '1', '2']
    """
    for one in each:
        step()
        yield one
