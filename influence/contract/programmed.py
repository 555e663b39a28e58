"""What a programme of leaders tells: each mentee against their own baseline, the cohort as a band, all together.

Reports read these records. A `Sheet` holds one mentee and nobody else's data; an `Ended` holds no name at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

Kind = Literal["change", "least", "most"]
CHANGE: Kind = "change"
LEAST: Kind = "least"
MOST: Kind = "most"
NOTE, GIVEN, TAKEN = "note", "advice given", "advice taken"
ADVICE = {"given": GIVEN, "taken": TAKEN}
"""What a note may be about, as it is asked for, and the kind of the note."""
"""The kinds of notes that a mentor keeps."""


@dataclass(frozen=True)
class Goal:
    """What was agreed of one measure: a `change` by a share of the baseline, or a value of at `least`, or at `most`.

    >>> Goal("reach_4", "change", 0.2).wanted(10.0), Goal("waiting_on_leader", "most", 5).wanted(None)
    (12.0, 5)
    """

    measure: str
    kind: Kind
    amount: float

    def wanted(self, was: float | None) -> float | None:
        """Return the value aimed at; None where it hangs on a baseline that has none, or is 0: a share of it is 0."""
        if self.kind != CHANGE:
            return self.amount
        return was * (1 + self.amount) if was else None

    def reached(self, was: float | None, now: float | None) -> bool | None:
        """Tell whether a value is as far as was agreed; None where that cannot be told.

        >>> Goal("waiting_on_leader", "change", -0.5).reached(8.0, 4.0)
        True
        """
        wanted = self.wanted(was)
        if wanted is None or now is None:
            return None
        falls = self.kind == MOST or (self.kind == CHANGE and self.amount < 0)
        return now <= wanted if falls else now >= wanted


@dataclass(frozen=True)
class Measured:
    """One measure in the baseline and in the window now, each with its 95 % interval.

    What counts happenings is told for each active week (`weekly`): a week in which the mentee did anything. `apart`
    tells whether the two differ by more than chance may, None where that cannot be told; `reason` says why a value is
    missing.
    """

    name: str
    unit: str
    weekly: bool
    was: float | None
    now: float | None
    was_interval: tuple[float, float] | None = None
    now_interval: tuple[float, float] | None = None
    apart: bool | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Sought:
    """An agreed goal: the value that it wanted, and whether it is reached."""

    goal: Goal
    wanted: float | None
    reached: bool | None


@dataclass(frozen=True)
class Band:
    """Where the middle half of at least `smallest_group` other mentees moved, as a share of each one's own baseline."""

    measure: str
    low: float
    high: float
    people: int


@dataclass(frozen=True)
class Exercise:
    """One thing to practise next: its `name`, what to do, the measure that calls for it, and why, in words."""

    name: str
    measure: str
    does: str
    why: str


@dataclass(frozen=True)
class Note:
    """What a mentor noted of a mentee: a note, advice given or advice taken, and what it was about.

    `followed` is what is on record since, where it is advice taken about a line of a plan.
    """

    seq: int
    noted: str
    author: str
    leader: str
    kind: str
    about: str | None
    words: str
    followed: str | None = None


@dataclass(frozen=True)
class Became:
    """What became of advice about lines of plans: whether who it is about responded within so many `days` of the note.

    `came` of `taken` that was taken and can be judged, about `mentees` people; `left_came` of `left` that was given and
    not taken, None where that is of too few people. Of `waiting` the days are not over. `reason` says why nothing of it
    is told.
    """

    days: int
    taken: int = 0
    came: int = 0
    mentees: int = 0
    left: int | None = 0
    left_came: int | None = 0
    left_mentees: int = 0
    waiting: int = 0
    reason: str | None = None


@dataclass(frozen=True)
class Sheet:
    """What one mentee and the mentor talk about. Of others it holds at most a band that hides each of them.

    `before` and `now` are the windows compared, `weeks` the active weeks in each; `reason` says why they cannot be
    compared, `no_band` and `no_exercise` why there is none.
    """

    programme: str
    mentor: str
    person: str
    name: str
    before: Mapping[str, str | None]
    now: Mapping[str, str | None] | None = None
    weeks: tuple[int, int] | None = None
    measured: tuple[Measured, ...] = ()
    goals: tuple[Sought, ...] = ()
    bands: tuple[Band, ...] = ()
    no_band: str | None = None
    exercise: Exercise | None = None
    no_exercise: str | None = None
    notes: tuple[Note, ...] = ()
    reason: str | None = None
    notice: str | None = None

    def measure(self, name: str) -> Measured | None:
        """Return what is told of one measure."""
        return next((one for one in self.measured if one.name == name), None)

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)


@dataclass(frozen=True)
class Together:
    """How the mentees moved against matched leaders who were not in the programme.

    `value` is by what share reach_4 for each active week grew more than theirs (0.2: a fifth more), with its 95 %
    `interval` and p by randomisation; None where `reason` says why nothing can be told. `mentees` and `others` are how
    many are compared.
    """

    value: float | None = None
    interval: tuple[float, float] | None = None
    p: float | None = None
    mentees: int = 0
    others: int = 0
    reason: str | None = None

    @property
    def apart(self) -> bool:
        """Whether the interval leaves 0 out: what followed differs."""
        return self.interval is not None and not self.interval[0] <= 0 <= self.interval[1]


@dataclass(frozen=True)
class Programme:
    """A programme as its mentor sees it: a sheet for each mentee, in the order of the file, and all together.

    `frozen` is when the baseline was kept; `changed` tells that the file has been changed since.
    """

    name: str
    mentor: str
    start: str
    end: str
    frozen: str
    sheets: tuple[Sheet, ...]
    together: Together
    changed: bool = False
    notice: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)


@dataclass(frozen=True)
class Ended:
    """A programme as its sponsor may see it: no name, and no number about fewer people than the smallest group.

    `reached` of `agreed` goals that can be told of, of `mentees` people; `moved` are bands of all mentees. Where they
    are too few both are None, and `reason` says so. `became` tells of advice about lines of plans, if any was noted.
    """

    name: str
    start: str
    end: str
    now: Mapping[str, str | None] | None
    mentees: int
    together: Together
    reached: int | None = None
    agreed: int | None = None
    moved: tuple[Band, ...] = ()
    given: int | None = None
    taken: int | None = None
    became: Became | None = None
    reason: str | None = None
    notice: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)
