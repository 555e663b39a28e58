"""The file of a programme, `programme.toml`: who, when, which goals; read with errors that name file, line and cure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from influence.contract.errors import InfluenceError
from influence.contract.measures import catalogue
from influence.contract.programmed import CHANGE, LEAST, MOST, Goal
from influence.contract.toml_text import NotToml, as_toml
from influence.contract.wording import is_share, plain
from influence.settings import FEWEST
from influence.times import EARLIEST, LATEST

FILE = "programme.toml"
DRAFT = """\
# A programme of leaders. `influence programme start` freezes what they are measured against; after that
# this file may say more, but what was agreed stays as it was.

name = {name}
mentor = {mentor}
start = {start}      # the first day of the programme
end = {end}        # the day after its last
window = "8w"           # so many weeks before the start are the baseline; the last so many are compared with it
# smallest_group = 5    # nothing is told of fewer mentees together; that of influence.toml if left out
{mentees}"""
MENTEE = """
[[mentees]]
who = {who}{called}
goals = [{{ measure = "reach_4", aim = "+20 %" }}]   # or "at least 60 %", "at most 5"; see: influence measures
"""
FEWEST_WEEKS, MOST_WEEKS = 4, 52
"""Of a window: what is told of fewer weeks is mostly which weeks they were."""
_FIELDS = ("name", "mentor", "start", "end", "window", "smallest_group", "mentees")
_OF_MENTEE = ("who", "goals")
_NUMBER = r"\d{1,9}(?:\.\d{1,9})?"
_AIM = re.compile(
    rf"(?P<sign>[+\-−]) ?(?P<part>{_NUMBER}) ?%|at (?P<side>least|most) (?P<value>{_NUMBER}) ?(?P<cent>%?)",
    re.ASCII,
)
_AIMS = 'should be such as "+20 %", "-20 %", "at least 60 %" or "at most 5"'


class PlanError(InfluenceError):
    """What is wrong in the file of a programme, in one sentence that names file, line and cure."""


@dataclass(frozen=True)
class Planned:
    """One mentee of the file: as they are called there, at which line, and their goals."""

    who: str
    goals: tuple[Goal, ...]
    line: int = 0


@dataclass(frozen=True)
class Plan:
    """What the file says: `weeks` is the length of a window."""

    name: str
    mentor: str
    start: date
    end: date
    weeks: int
    mentees: tuple[Planned, ...]
    smallest_group: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values, without the lines of the file."""
        body = asdict(self) | {"start": self.start.isoformat(), "end": self.end.isoformat()}
        body["mentees"] = [
            {"who": one.who, "goals": [asdict(goal) for goal in one.goals]} for one in self.mentees
        ]
        return body

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Plan:
        """Read it back: `Plan.from_json(p.as_json()).as_json() == p.as_json()`."""
        mentees = tuple(
            Planned(one["who"], tuple(Goal(**goal) for goal in one["goals"])) for one in body["mentees"]
        )
        start, end = date.fromisoformat(body["start"]), date.fromisoformat(body["end"])
        return cls(**{**body, "mentees": mentees, "start": start, "end": end})


def aim(words: str, share: bool) -> Goal | None:
    """Read what a goal aims at, of no measure yet; None where it cannot be read. A `share` is told in per cent.

    >>> aim("+20 %", share=False).amount, aim("at least 60 %", share=True).amount, aim("more", share=False)
    (0.2, 0.6, None)
    """
    found = _AIM.fullmatch(" ".join(words.split()))
    if found is None:
        return None
    if found["sign"]:
        part = float(found["part"]) / 100
        return Goal("", CHANGE, part if found["sign"] == "+" else -part)
    if bool(found["cent"]) != share:
        return None
    return Goal(
        "", LEAST if found["side"] == "least" else MOST, float(found["value"]) / (100 if share else 1)
    )


def read(path: Path) -> Plan:
    """Read the file of a programme.

    Raises:
        PlanError: it is not there, or something in it cannot be meant.
    """
    try:
        text = path.read_bytes().decode()
    except FileNotFoundError:
        raise PlanError(
            f"there is no {path}; `influence programme draft MENTEE…` writes one to fill in"
        ) from None
    except OSError as error:
        raise PlanError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise PlanError(f"{path} is not text in UTF-8; save it as such") from error
    return understood(path, text)


def text(path: Path) -> str:
    """Return what stands in a file, whether it can be meant or not; nothing where it cannot be read."""
    try:
        return path.read_text("utf-8", errors="replace")
    except OSError:
        return ""


def understood(path: Path, text: str) -> Plan:
    """Return what the text of a file says.

    Raises:
        PlanError: something in it cannot be meant; the line is that of the file at `path`.
    """
    return _Reading(path, text).plan()


@dataclass(frozen=True)
class _Reading:
    """One file while it is read: its path and text, to name the line at which something is wrong."""

    path: Path
    text: str

    def plan(self) -> Plan:
        body = self._parsed()
        self._only(body, _FIELDS, 1, "the file")
        start, end = self._day(body, "start"), self._day(body, "end")
        if end <= start:
            raise self._wrong("end", f"end {end} is not after start {start}; name a later day")
        return Plan(
            name=self._words(body, "name"),
            mentor=self._words(body, "mentor"),
            start=start,
            end=end,
            weeks=self._weeks(body, start, end),
            mentees=self._mentees(body),
            smallest_group=self._group(body),
        )

    # --- the whole ------------------------------------------------------------------------------------------

    def _parsed(self) -> dict[str, Any]:
        try:
            return as_toml(self.text)
        except NotToml as error:
            raise PlanError(f"{error.within(self.path)} is not readable as TOML: {error.why}") from error

    def _only(self, body: Mapping[str, Any], known: Sequence[str], line: int, where: str) -> None:
        for key in body:
            if key not in known:
                at = self._at(key, line)
                raise PlanError(f"{self.path}, line {at}: {where} has no {key!r}; it has: {', '.join(known)}")

    def _wrong(self, key: str, why: str, after: int = 1) -> PlanError:
        return PlanError(f"{self.path}, line {self._at(key, after)}: {why}")

    def _at(self, key: str, after: int = 1) -> int:
        """Return the first line from one on in which a word stands, that line itself where none does."""
        lines = self.text.splitlines()
        held = re.compile(rf"(?<![\w-]){re.escape(key)}(?![\w-])")
        rows = range(after, len(lines) + 1)
        return next((n for n in rows if held.search(lines[n - 1].partition(" #")[0])), after)

    def _words(self, body: Mapping[str, Any], key: str) -> str:
        value = body.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self._wrong(key, f'{key} should be said in quotes, such as {key} = "…"')
        return " ".join(value.split())

    def _day(self, body: Mapping[str, Any], key: str) -> date:
        value = body.get(key)
        day = value.date() if isinstance(value, datetime) else value
        if isinstance(day, date) and EARLIEST.year < day.year < LATEST.year:
            return day
        raise self._wrong(key, f"{key} should be a day without quotes, such as {key} = 2026-01-31")

    def _weeks(self, body: Mapping[str, Any], start: date, end: date) -> int:
        words = body.get("window", "8w")
        found = re.fullmatch(r"([1-9]\d?)w", words, re.ASCII) if isinstance(words, str) else None
        weeks = int(found[1]) if found else 0
        if not FEWEST_WEEKS <= weeks <= MOST_WEEKS:
            raise self._wrong(
                "window", f'window should be {FEWEST_WEEKS} to {MOST_WEEKS} weeks, such as window = "8w"'
            )
        if (end - start).days < 7 * weeks:
            raise self._wrong(
                "window",
                f"the programme is shorter than its window of {weeks} weeks, so that a window compared would begin "
                "before the start; make the window shorter or the programme longer",
            )
        return weeks

    def _group(self, body: Mapping[str, Any]) -> int | None:
        value = body.get("smallest_group")
        if value is None:
            return None
        if type(value) is not int or value < FEWEST["smallest_group"]:
            raise self._wrong(
                "smallest_group", f"smallest_group should be {FEWEST['smallest_group']} or more"
            )
        return value

    # --- mentees and their goals --------------------------------------------------------------------------------

    def _mentees(self, body: Mapping[str, Any]) -> tuple[Planned, ...]:
        rows = body.get("mentees")
        if not isinstance(rows, list) or not rows or not all(isinstance(one, dict) for one in rows):
            raise self._wrong("mentees", "no mentee is named; name each in a part of its own, [[mentees]]")
        begins = [
            n for n, line in enumerate(self.text.splitlines(), 1) if "mentees" in line.partition("#")[0]
        ]
        begins += [1] * (len(rows) - len(begins))
        found = [self._mentee(one, line) for one, line in zip(rows, begins, strict=False)]
        seen: set[str] = set()
        for one in found:
            if one.who.casefold() in seen:
                raise PlanError(f"{self.path}, line {one.line}: {one.who!r} is a mentee twice; leave one out")
            seen.add(one.who.casefold())
        return tuple(found)

    def _mentee(self, body: Mapping[str, Any], line: int) -> Planned:
        self._only(body, _OF_MENTEE, line, "a mentee")
        who, at = body.get("who"), self._at("who", line)
        if not isinstance(who, str) or not who.strip():
            raise PlanError(
                f'{self.path}, line {at}: say who the mentee is, such as who = "ann@acme.example"'
            )
        goals = body.get("goals", [])
        if not isinstance(goals, list) or not all(isinstance(one, dict) for one in goals):
            raise self._wrong(
                "goals", 'goals should be such as [{ measure = "reach_4", aim = "+20 %" }]', line
            )
        return Planned(who.strip(), tuple(self._goal(one, at) for one in goals), at)

    def _goal(self, body: Mapping[str, Any], after: int) -> Goal:
        line = self._at("goals", after)
        name, words = body.get("measure"), body.get("aim")
        if not isinstance(name, str) or not name:
            raise PlanError(
                f'{self.path}, line {line}: a goal names no measure; say measure = "reach_4" or another of '
                "`influence measures`"
            )
        at = self._at(name, line)
        units = _units()
        if name not in units:
            near = get_close_matches(name, units, n=1)
            cure = f"did you mean {near[0]!r}?" if near else "`influence measures` lists them"
            raise PlanError(f"{self.path}, line {at}: there is no measure {name!r}; {cure}")
        goal = aim(words, is_share(units[name])) if isinstance(words, str) else None
        if goal is None:
            raise PlanError(f"{self.path}, line {at}: the aim of {name}, {words!r}, {_AIMS}")
        return Goal(name, goal.kind, goal.amount)


def _units() -> dict[str, str]:
    """Return the unit of every finding that a goal may be about."""
    return {name: words.unit for measure in catalogue() for name, words in measure.finds.items()}


def draft(mentees: Mapping[str, str], days: Callable[[], tuple[date, date]]) -> str:
    """Return a file to fill in for some mentees, each with a name; `days` gives a first and a last day."""
    start, end = days()
    rows = "".join(
        MENTEE.format(who=_quoted(one), called=f"  # {plain(name)}" if name != one else "")
        for one, name in (mentees or {"ann@acme.example": "ann@acme.example"}).items()
    )
    return DRAFT.format(
        name=_quoted("A programme"), mentor=_quoted("Its mentor"), start=start, end=end, mentees=rows
    )


def _quoted(words: str) -> str:
    import tomlkit  # the command line must not wait for it

    return tomlkit.item(words).as_string()
