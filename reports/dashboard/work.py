"""Long work that goes on while nobody looks: it says how far it is to whoever comes back."""

from __future__ import annotations

import itertools
import threading
from collections import deque
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeAlias

from influence.contract.errors import InfluenceError
from influence.contract.secrecy import hushed
from influence.contract.turns import Stop, waiting, working
from influence.contract.wording import plain

_LINES, _KEPT = 8, 50
_BY_HAND = "stopped by hand; nothing is lost"


class Stopped(InfluenceError):
    """The program ends, or somebody stopped it: whatever is not whole is left out, and the next run goes on there."""


@dataclass
class Work:
    """One piece of long work: of what `kind`, what it said last, and what became of it.

    Once it is over its `account`, if it gives one, says line by line what came of it. It `waits` while another has its
    turn at the workspace; `stopping` is set once somebody wants it to end.
    """

    number: int
    kind: str
    title: str
    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    lines: deque[str] = field(default_factory=lambda: deque(maxlen=_LINES))
    steps: int = 0
    ended: datetime | None = None
    failed: str = ""
    account: list[str] = field(default_factory=list)
    waits: bool = False
    stopping: threading.Event = field(default_factory=threading.Event)
    stopped: bool = False

    def age(self) -> float:
        """Return for how many seconds it has been over; 0 while it goes on."""
        return (datetime.now(UTC) - self.ended).total_seconds() if self.ended else 0.0

    @property
    def running(self) -> bool:
        """Whether it goes on."""
        return self.ended is None


Progress: TypeAlias = Callable[[str], None]
Do: TypeAlias = Callable[[Progress], list[str] | None]
"""What does some work: it is given what to tell how far it is, and returns its account."""


def _hushed(words: object) -> str:
    return hushed(str(words))


class Works:
    """All work of one server: each of a `kind` that excludes others of its kind; it tells things as `said` words them.

    >>> works = Works()
    >>> one = works.start("pull", "Mail", lambda tell: tell("half way"))
    >>> works.wait(one)
    >>> one.running, one.failed, list(one.lines)
    (False, '', ['half way'])
    """

    def __init__(self, said: Callable[[object], str] = _hushed) -> None:
        self._said = said
        self._all: list[Work] = []
        self._numbers = itertools.count(1)
        self._changed = threading.Condition()
        self._closing = False

    def start(self, kind: str, title: str, do: Do, *, reads: bool = False) -> Work:
        """Begin some work in a thread of its own; where one of its kind goes on, return that one instead.

        What only `reads` may be stopped between any two statements; the rest where it tells how far it is.
        """
        with self._changed:
            if going := self.running(kind):
                return going
            work = Work(next(self._numbers), kind, title)
            self._all = [*self._kept(), work]
        threading.Thread(
            target=self._run, args=(work, do, reads), name=f"work-{work.number}", daemon=True
        ).start()
        return work

    def _kept(self) -> list[Work]:
        """Return what goes on, and what ended last."""
        ended = [one for one in self._all if not one.running]
        return [one for one in self._all if one.running or one in ended[-_KEPT:]]

    def going(self) -> list[Work]:
        """Return what goes on, in the order in which it was begun."""
        return [one for one in list(self._all) if one.running]

    def stop(self, number: int) -> None:
        """Have some work end as soon as it may."""
        work = self.of(number)
        if work is not None and work.running:
            work.stopping.set()

    def forget(self, work: Work) -> None:
        """Let it be begun again, as if it had not been tried."""
        with self._changed:
            self._all = [one for one in self._all if one is not work]

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

    def _run(self, work: Work, do: Do, reads: bool) -> None:
        def tell(line: str) -> None:
            if self._closing:
                raise Stopped("stopped, because the program ends; nothing is lost")
            if work.stopping.is_set():
                raise Stopped(_BY_HAND)
            work.steps += 1
            if line.strip():
                work.lines.append(plain(self._said(line)))

        def wait() -> None:
            self._end(work)
            work.waits = True

        def go_on() -> None:
            work.waits = False

        try:
            with waiting(wait, go_on), working(lambda: self._end(work)) if reads else nullcontext():
                work.account = [plain(line) for line in do(tell) or []]
        except Stop:
            work.failed = _BY_HAND
        except InfluenceError as error:
            work.failed = plain(self._said(error))
        except Exception as error:  # a thread that dies says so on the page, or nobody learns of it
            work.failed = plain(self._said(f"{type(error).__name__}: {error}"))
        finally:
            with self._changed:
                work.ended, work.waits = datetime.now(UTC), False
                work.stopped = bool(work.failed) and work.stopping.is_set()
                self._changed.notify_all()

    def _end(self, work: Work) -> None:
        """End some work where somebody wants it to.

        Raises:
            Stop: somebody does.
        """
        if self._closing or work.stopping.is_set():
            raise Stop
