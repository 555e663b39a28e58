"""The workspace as several sit at it: one works at a time, and what one has worked out is there for the others.

A narrower door (`only`) shows some leaders and nobody else; nothing is written through one that is `read_only`.
"""

from __future__ import annotations

import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from influence.contract.errors import InfluenceError
from influence.contract.findings import Report
from influence.contract.language import message, speaking, translated
from influence.contract.secrecy import hushed
from influence.contract.turns import waiting
from influence.contract.wording import ASKS
from influence.workspace.workspace import Workspace
from reports.dashboard.view import View
from reports.dashboard.work import Progress, Work, Works

T = TypeVar("T")
_LATELY_S = 10
KEPT = 256
"""So many answers are kept, of those that were asked for last."""
_NOT_SHOWN = message("There is no such page here.")


def _kind(key: Hashable) -> Hashable:
    """Return of what kind a key is: a name alone, or the first of its parts."""
    return key[0] if isinstance(key, tuple) else key


class NotShown(InfluenceError):
    """What this door does not show; it is not told whether it is there."""


class ReadOnly(InfluenceError):
    """Something would be written through a door that only shows."""


class Busy(Exception):
    """Long work has its turn at the workspace; no error of anybody's, so nothing that asks takes it for an answer."""


class Desk:
    """A workspace that several threads ask."""

    def __init__(
        self, workspace: Workspace, only: Sequence[str] = (), *, read_only: bool = False, language: str = "en"
    ) -> None:
        self.workspace, self.read_only, self.language = workspace, read_only, language
        self.works = Works(self.said)
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._one = threading.Lock()
        self._state = 0
        self.only = tuple(workspace.who(one).person for one in only)

    def said(self, words: object) -> str:
        """Return an error, or how far something is, as a page says it: no secret, of files here the name alone.

        What a terminal calls by an option or a command is called as the field or the page is.
        """
        folder, told = self.workspace.path, hushed(str(words))
        with speaking(self.language):
            here = {
                "--since ": f"{translated('From')}: ",
                "--until ": f"{translated('Up to, not including')}: ",
                ASKS: translated("the page “{page}” asks").format(page=translated("People")),
            }
        for there, label in here.items():
            told = told.replace(there, label)
        return told if folder == Path() else told.replace(f"{folder}{os.sep}", "")

    # --- asking -----------------------------------------------------------------------------------------------

    def kept(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what was made for a key since the workspace changed last, or make it now, alone at the desk."""
        if (found := self.known(key)) is not None:
            return found  # type: ignore[no-any-return]  # what a key holds is what its `make` made
        with self.workspace.alone:
            if (found := self.known(key)) is not None:
                return found  # type: ignore[no-any-return]
            state, made = self._state, make()
        with self._one:
            if state == self._state:
                self._kept[key] = made
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
        return made

    def known(self, key: Hashable) -> Any:
        """Return what was made for a key since the workspace changed last; None where nothing was."""
        with self._one:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def changed(self, *kinds: str) -> None:
        """Forget what was worked out before something changed; only these kinds where no other hangs on it."""
        with self._one:
            self._state += 1
            for key in [key for key in self._kept if not kinds or _kind(key) in kinds]:
                del self._kept[key]

    @property
    def narrow(self) -> bool:
        """Whether it shows some leaders only."""
        return bool(self.only)

    def person(self, words: str) -> tuple[str, str]:
        """Return the id and the name of somebody who may be shown.

        Raises:
            NotShown: this door does not show them, whether they are there or not.
            UnknownPerson: nobody is known by that name.
        """
        if self.narrow:
            return self._one_shown(words)
        return self.kept(("person", words), lambda: self._anybody(words))

    def _anybody(self, words: str) -> tuple[str, str]:
        who = self.workspace.who(words)
        return who.person, who.name

    def _one_shown(self, words: str) -> tuple[str, str]:
        """Look for somebody among those who are shown, and nowhere else: how long it takes tells of nobody else."""
        find = self.kept("shown", lambda: self.workspace.who_among(self.only))
        try:
            who = find(words)
        except InfluenceError:
            raise NotShown(translated(_NOT_SHOWN)) from None
        return who.person, who.name

    def open_to_all(self) -> None:
        """Refuse what is about everybody where only some are shown.

        Raises:
            NotShown: that is so.
        """
        if self.narrow:
            raise NotShown(translated(_NOT_SHOWN))

    def glance(self, person: str, view: View) -> Report:
        """Return what a view shows of a leader at a glance.

        Raises:
            InfluenceError: the window or a filter cannot be meant; the sentence says what can.
        """
        return self.kept(("glance", person, view), lambda: self.look(person, view))

    def look(self, person: str, view: View) -> Report:
        """Return the same without keeping it: of a leader who reached many it is large."""
        return self.workspace.glance(person, view.since or None, view.until or None, view.only)

    def lasting(self, key: Hashable, title: str, make: Callable[[Workspace], T]) -> T | Work:
        """Return what takes long if it was worked out already, else the work that does so beside.

        Raises:
            InfluenceError: it was tried, and came to nothing, or was stopped: then it begins when it is asked for next.
        """
        if (found := self.known(key)) is not None:
            return found  # type: ignore[no-any-return]
        kind = f"{key!r} {self._state}"
        tried = self.works.latest(kind)
        if tried is not None and tried.stopped:
            if tried.age() < _LATELY_S:  # pages that wait come back by themselves, and would begin it at once
                raise InfluenceError(translated("This was stopped. Open the page anew, and it begins again."))
            self.works.forget(tried)
            tried = None
        if tried is not None and tried.failed:
            raise InfluenceError(tried.failed)
        return self.works.start(kind, title, lambda tell: self._lasting(key, make, tell), reads=True)

    def _lasting(self, key: Hashable, make: Callable[[Workspace], T], tell: Progress) -> None:
        tell("")
        self.kept(key, lambda: make(self.workspace))

    @contextmanager
    def patient(self, seconds: float) -> Iterator[None]:
        """Let whoever asks wait no longer than this for long work that has its turn; for all else as long as it takes.

        Raises:
            Busy: it goes on still.
        """
        until = time.monotonic() + seconds

        def check() -> None:
            if time.monotonic() >= until and self.works.going():
                raise Busy

        with waiting(check):
            yield

    # --- changing ---------------------------------------------------------------------------------------------

    def change(self, do: Callable[[Workspace], T], *kinds: str) -> T:
        """Let somebody change something, alone at the desk; then everything, or all of some kinds, is asked anew.

        Raises:
            ReadOnly: nothing may be changed through this door.
        """
        self.may_change()
        with self.workspace.alone:
            try:
                return do(self.workspace)
            finally:
                self.changed(*kinds)

    def may_change(self) -> None:
        """Refuse where nothing may be changed.

        Raises:
            ReadOnly: that is so.
        """
        if self.read_only or self.narrow:
            raise ReadOnly(translated("This door only shows: nothing can be changed through it."))

    def close(self) -> None:
        """Have all work end at its next step."""
        self.works.close()
