"""The mentees beside others: who may stand beside them, how far everybody reaches in a window, and all together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from math import inf

import numpy as np

from influence.analysis.alike import active_weeks
from influence.analysis.report import Analysis
from influence.chance.in_differences import in_differences
from influence.contract.language import because
from influence.contract.programmed import Together
from influence.kernels.arrays import Floats, Ints
from influence.programmes.matching import Leaders, level, matched
from influence.reach.ego import Ego
from influence.reach.everybody import everybodys_reach
from influence.times import DAY, WEEK, Window

TOO_FEW_OTHERS = because("too few leaders like the mentees, who were not in the programme, are on record")
FEWEST_FITTED = 20
"""From fewer others it is not learned how what was low before rises, and what was high falls, by itself."""
LONGEST = 26
"""Weeks before the baseline that tell how far somebody usually reaches."""


@dataclass(frozen=True)
class Before:
    """Before the start: reach_4 in the baseline, in how many weeks they did anything, and the level before that.

    The level (`matching.level`) is None where that time is not on record, or nothing that they did.
    """

    reach: float
    weeks: int
    earlier: float | None = None

    @property
    def levels(self) -> tuple[float, ...]:
        """The level in the baseline, and the one before it where there is one."""
        return (level(self.reach, max(1, self.weeks)), *(() if self.earlier is None else (self.earlier,)))


@dataclass(frozen=True)
class Cohort:
    """The mentees (person codes) of a programme, its baseline of so many weeks, and what is on record before that."""

    analysis: Analysis
    mentees: Ints
    window: Window
    weeks: int

    def others(self, apart: Sequence[int] = ()) -> Ints:
        """Return who is of a mentee's organisation and was active in half of the weeks, by code.

        Mentees, bots and who reports to a mentee are left out, for what a programme does to a leader it may do to them;
        and those `apart`, such as the mentor.
        """
        inside = np.zeros(len(self.analysis.people), bool)
        out = {*self.mentees.tolist(), *apart, *self.analysis.bots}
        for mentee in self.mentees.tolist():
            ego = Ego(self.analysis, mentee, self.window)
            inside |= ego.inside
            out |= self._reports(mentee, ego.team)
        inside[list(out)] = False
        inside &= active_weeks(self.analysis, self.window, self.weeks) >= self.weeks / 2
        found: Ints = np.flatnonzero(inside)
        return found

    def _reports(self, leader: int, team: Set[int]) -> set[int]:
        """Return who of a team answers to the leader, not to somebody between; all where no chart tells."""
        people = self.analysis.people
        above = {code: people.manager(people.who[code]) for code in team}
        return {code for code, boss in above.items() if boss is None or boss == leader}

    def before(self, codes: Ints) -> list[Before]:
        """Return how far some people reached before the start."""
        reach, weeks = reach_and_weeks(self.analysis, self.window, self.weeks, codes)
        earlier = self._earlier(codes)
        return [
            Before(float(each), int(active), usual)
            for each, active, usual in zip(reach, weeks, earlier, strict=True)
        ]

    def _earlier(self, codes: Ints) -> list[float | None]:
        """Return the level of the half year before the baseline, or of what is on record of it: a window at least."""
        since = self.analysis.whole_window().since
        many = min(
            LONGEST, (self.window.since - since + DAY) // WEEK
        )  # what is on record begins within a day
        if many < self.weeks:
            return [None] * len(codes)
        window = Window(self.window.since - many * WEEK, self.window.since)
        reach, weeks = reach_and_weeks(self.analysis, window, many, codes)
        return [
            level(float(each), int(active)) if active else None
            for each, active in zip(reach, weeks, strict=True)
        ]

    def beside(self, mentees: Sequence[Before], others: Ints, before: Sequence[Before]) -> list[Ints]:
        """Return for each mentee the codes of those of the others who stand beside them."""
        usual = _mostly_usual(mentees)
        may = np.array([one.earlier is not None or not usual for one in before], bool)
        kept = [one for one, held in zip(before, may, strict=True) if held]
        rows = matched(
            self._told(self.mentees, mentees, usual=usual), self._told(others[may], kept, usual=usual)
        )
        return [others[may][row] for row in rows]

    def _told(self, codes: Ints, before: Sequence[Before], *, usual: bool) -> Leaders:
        levels = [_levels(one, usual=usual) for one in before]
        team = np.array([len(self.analysis.teams.of(code)) for code in codes.tolist()], np.int64)
        told = dict(self.analysis.people.told("department"))
        names = {name: n for n, name in enumerate(sorted(set(told.values())))}
        department = np.array([names.get(told.get(code, ""), -1) for code in codes.tolist()], np.int64)
        return Leaders(np.array(levels).reshape(len(codes), -1), team, department)


def reach_and_weeks(analysis: Analysis, window: Window, weeks: int, codes: Ints) -> tuple[Floats, Ints]:
    """Return reach_4 of some people in a window, and in how many of its weeks each did anything."""
    reach = everybodys_reach(analysis, window, leaders=codes).reach_4()[0]
    return reach[codes], active_weeks(analysis, window, weeks)[codes]


# --- what followed ----------------------------------------------------------------------------------------------


def together(
    beside: Mapping[str, Sequence[str]],
    before: Mapping[str, Before],
    now: Mapping[str, tuple[float, int]],
    least: int,
    seed: int = 1,
) -> Together:
    """Say how reach_4 for each active week moved among mentees, less how it moved among those beside them.

    `before` holds mentees, those beside them and all others by id; `now` their reach and active weeks. The change of
    each is `matching.level` now less before, so that the difference is a ratio; taken off is what the levels before let
    expect of it, learned by least squares from all who are no mentees (bias-corrected matching, Abadie and Imbens 2011,
    doi:10.1198/jbes.2009.07333): what was low by chance rises by itself. Who did nothing in one of the windows is left
    out, and so is a mentee with nobody beside. Nothing is told of fewer than `least` mentees.
    """
    left = _unexpected(beside.keys(), before, now)
    sets = [
        np.array([left[one] for one in (mentee, *others) if one in left])
        for mentee, others in beside.items()
        if mentee in left
    ]
    kept = [one for one in sets if len(one) > 1]
    counted = Together(mentees=len(kept), others=sum(len(one) - 1 for one in kept))
    if len(kept) < least:
        return replace(counted, reason=too_few(len(kept), least))
    found = in_differences(kept, seed=seed)
    if found is None or not np.isfinite(found.interval).all():
        return replace(counted, reason=TOO_FEW_OTHERS)
    low, high = (float(np.expm1(edge)) for edge in found.interval)
    return replace(counted, value=float(np.expm1(found.value)), interval=(low, high), p=found.p)


def _unexpected(
    mentees: Set[str], before: Mapping[str, Before], now: Mapping[str, tuple[float, int]]
) -> dict[str, float]:
    """Return by how much each level changed more than levels like theirs do by themselves."""
    active = [one for one, was in before.items() if was.weeks and now.get(one, (0.0, 0))[1]]
    change = np.array([level(*now[one]) - before[one].levels[0] for one in active])
    usual = _mostly_usual([before[one] for one in active if one in mentees])
    known = np.array([not usual or before[one].earlier is not None for one in active], bool)
    rows = [_levels(before[one], usual=usual) for one in active]
    fitted = known & np.array([one not in mentees for one in active], bool)
    if fitted.sum() < FEWEST_FITTED:
        return dict(zip(active, change.tolist(), strict=True))
    names = [one for one, held in zip(active, known, strict=True) if held]
    design = np.array([(1.0, *row) for row, held in zip(rows, known, strict=True) if held])
    learned = np.linalg.lstsq(design[fitted[known]], change[fitted], rcond=None)[0]
    left = change[known] - design @ learned
    return dict(zip(names, left.tolist(), strict=True))


def _mostly_usual(mentees: Sequence[Before]) -> bool:
    """Tell whether of half of the mentees at least the level before the baseline is known: then it counts for all."""
    return 2 * sum(one.earlier is not None for one in mentees) >= len(mentees) > 0


def _levels(one: Before, *, usual: bool) -> tuple[float, ...]:
    """Return the levels that count; one that is not known is like nobody's."""
    if not usual:
        return one.levels[:1]
    return one.levels if one.earlier is not None else (one.levels[0], inf)


def too_few(mentees: int, least: int) -> str:
    """Say that so many mentees beside whom others stand are too few."""
    if not mentees:
        return TOO_FEW_OTHERS
    return because(
        "too few: beside {n} of the mentees stand leaders like them, and at least {least} are needed",
        n=mentees,
        least=least,
    )
