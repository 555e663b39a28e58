"""What a note of advice may be about: the exercises, and the lines of the leader's plan where it is worked out."""

from __future__ import annotations

from dataclasses import dataclass

from influence.contract.errors import InfluenceError
from influence.contract.findings import Report
from influence.contract.language import recognised, spoken
from influence.contract.wording import plain
from reports.dashboard.desk import Desk
from reports.dashboard.view import View
from reports.dashboard.whole import known_whole, whole
from reports.dashboard.work import Work
from reports.story import plan as planning
from reports.story.wording import shortened

_LONGEST = 100
"""So many letters of a line stand in a choice."""


@dataclass(frozen=True)
class Choice:
    """One thing that a note may be about: its name, what a note of it says, and what it is called in a list."""

    name: str
    words: str
    label: str


@dataclass(frozen=True)
class Choices:
    """What a mentee's note may be about. `lines` are empty, and `known` False, while the plan is not worked out."""

    exercises: tuple[Choice, ...] = ()
    lines: tuple[Choice, ...] = ()
    known: bool = False
    why: str = ""

    def named(self, name: str) -> Choice | None:
        """Return the choice of a name."""
        return next((one for one in (*self.exercises, *self.lines) if one.name == name), None)


def choices(desk: Desk, mentee: str, *, plan: bool) -> Choices | Work:
    """Return what a note about a mentee may be about; with `plan`, the work on it where it is not there yet."""
    practised = desk.workspace.programme().exercises
    exercises = tuple(_choice(name, name, recognised(does)) for name, does in practised.items())
    try:
        found = whole(desk, mentee, View()) if plan else known_whole(desk, mentee, View())
    except InfluenceError as error:
        return Choices(exercises, known=True, why=desk.said(error))
    if isinstance(found, Work):
        return found
    if found is None:
        return Choices(exercises)
    return Choices(exercises, desk.kept(("plan", mentee, spoken().code), lambda: _lines(found)), known=True)


def _lines(report: Report) -> tuple[Choice, ...]:
    return tuple(_choice(one.line, one.kind, plain(str(one.words))) for one in planning.plan(report))


def _choice(name: str, kind: str, does: str) -> Choice:
    return Choice(name, does, shortened(f"{kind}: {does}", _LONGEST))
