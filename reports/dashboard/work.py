"""Long work that goes on while nobody looks: it says how far it is to whoever comes back."""

from __future__ import annotations

import itertools
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeAlias

from influence.contract.errors import InfluenceError
from influence.contract.secrecy import hushed
from influence.contract.wording import plain

_LINES, _KEPT = 8, 50


class Stopped(InfluenceError):
    """The program ends: whatever is not whole is left out, and the next run goes on from there."""


@dataclass
class Work:
    """One piece of long work: of what `kind`, what it said last, and what became of it."""

    number: int
    kind: str
    title: str
    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    lines: deque[str] = field(default_factory=lambda: deque(maxlen=_LINES))
    steps: int = 0
    ended: datetime | None = None
    failed: str = ""
    result: Any = None

    @property
    def running(self) -> bool:
        """Whether it goes on."""
        return self.ended is None


Progress: TypeAlias = Callable[[str], None]


class Works:
    """All work of one server: each of a `kind` that excludes others of its kind.

    >>> works = Works()
    >>> one = works.start("pull", "Mail", lambda tell: tell("half way"))
    >>> works.wait(one)
    >>> one.running, one.failed, list(one.lines)
    (False, '', ['half way'])
    """

    def __init__(self) -> None:
        self._all: list[Work] = []
        self._numbers = itertools.count(1)
        self._changed = threading.Condition()
        self._closing = False

    def start(self, kind: str, title: str, do: Callable[[Progress], Any]) -> Work:
        """Begin some work in a thread of its own; where one of its kind goes on, return that one instead."""
        with self._changed:
            if going := self.running(kind):
                return going
            work = Work(next(self._numbers), kind, title)
            self._all = [*self._kept(), work]
        threading.Thread(target=self._run, args=(work, do), name=f"work-{work.number}", daemon=True).start()
        return work

    def _kept(self) -> list[Work]:
        """Return what goes on, and what ended last."""
        ended = [one for one in self._all if not one.running]
        return [one for one in self._all if one.running or one in ended[-_KEPT:]]

    def running(self, kind: str) -> Work | None:
        """Return the work of a kind that goes on."""
        return next((one for one in list(self._all) if one.kind == kind and one.running), None)

    def latest(self, kind: str) -> Work | None:
        """Return the work of a kind that was begun last."""
        return next((one for one in reversed(list(self._all)) if one.kind == kind), None)

    def of(self, number: int) -> Work | None:
        """Return the work of a number."""
        return next((one for one in list(self._all) if one.number == number), None)

    def wait(self, work: Work, seconds: float | None = None) -> None:
        """Wait until some work has ended."""
        with self._changed:
            self._changed.wait_for(lambda: not work.running, seconds)

    def close(self, seconds: float = 10) -> None:
        """Have all work stop at its next step, and wait for it."""
        self._closing = True
        for work in list(self._all):
            self.wait(work, seconds)

    def _run(self, work: Work, do: Callable[[Progress], Any]) -> None:
        def tell(line: str) -> None:
            if self._closing:
                raise Stopped("stopped, because the program ends; nothing is lost")
            work.steps += 1
            if line.strip():
                work.lines.append(hushed(plain(line)))

        try:
            work.result = do(tell)
        except InfluenceError as error:
            work.failed = hushed(plain(str(error)))
        except Exception as error:  # a thread that dies says so on the page, or nobody learns of it
            work.failed = hushed(plain(f"{type(error).__name__}: {error}"))
        finally:
            with self._changed:
                work.ended = datetime.now(UTC)
                self._changed.notify_all()
