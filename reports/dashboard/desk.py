"""The workspace as several sit at it: one works at a time, and what one has worked out is there for the others.

A narrower door (`only`) shows some leaders and nobody else; nothing is written through one that is `read_only`.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeVar

from influence.contract.errors import InfluenceError
from influence.contract.findings import Report
from influence.contract.language import message, translated
from influence.workspace.workspace import Workspace
from reports.dashboard.view import View
from reports.dashboard.work import Progress, Work, Works

T = TypeVar("T")
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


class Desk:
    """A workspace that several threads ask."""

    def __init__(
        self, workspace: Workspace, only: Sequence[str] = (), *, read_only: bool = False, language: str = "en"
    ) -> None:
        self.workspace, self.read_only, self.language = workspace, read_only, language
        self.works = Works()
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._one = threading.Lock()
        self._state = 0
        self.only = tuple(workspace.who(one).person for one in only)

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
        with self.workspace.alone:
            who = self.workspace.who(words)
        return who.person, who.name

    def _one_shown(self, words: str) -> tuple[str, str]:
        """Look for somebody among those who are shown, and nowhere else: how long it takes tells of nobody else."""
        shown = self.kept("shown", self._shown)
        try:
            who = shown.who[shown.find(words)]
        except InfluenceError:
            raise NotShown(translated(_NOT_SHOWN)) from None
        return who.person, who.name

    def _shown(self) -> Any:
        people = self.workspace.analysis.people
        return people.among(sorted({people.find(one) for one in self.only}))

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
            InfluenceError: it was tried, and came to nothing.
        """
        if (found := self.known(key)) is not None:
            return found  # type: ignore[no-any-return]
        kind = f"{key!r} {self._state}"
        tried = self.works.latest(kind)
        if tried is not None and tried.failed:
            raise InfluenceError(tried.failed)
        return self.works.start(kind, title, lambda tell: self._lasting(key, make, tell))

    def _lasting(self, key: Hashable, make: Callable[[Workspace], T], tell: Progress) -> None:
        tell("")
        self.kept(key, lambda: make(self.workspace))

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
