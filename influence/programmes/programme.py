"""A programme of leaders: start it, show it, note what was advised, write the sheets, end it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from influence.analysis.alike import INACTIVE, CannotCompare, active_weeks, refuse_unlike
from influence.analysis.report import Analysis
from influence.contract.durably import replace as replace_file
from influence.contract.errors import InfluenceError
from influence.contract.findings import Report
from influence.contract.language import because, day_in_english
from influence.contract.programmed import (
    ADVICE,
    GIVEN,
    NOTE,
    TAKEN,
    Became,
    Ended,
    Note,
    Programme,
    Sheet,
    Together,
)
from influence.people.directory import UnknownPerson
from influence.programmes import plan as plans
from influence.programmes.baselines import Baseline, Baselines
from influence.programmes.cohort import Cohort, reach_and_weeks, together, too_few
from influence.programmes.exercises import EXERCISES, exercise
from influence.programmes.followed import added_up, became, followed
from influence.programmes.notes import Notes
from influence.programmes.plan import Plan, PlanError, Planned
from influence.programmes.sheets import TOLD, bands, baseline_of, measured, moved, sought
from influence.store.engine import Engine
from influence.times import Window, day_at, exact, moment, stated

ENDED = "programmes"
"""Of whom end reports tell is kept together: two programmes that differ by one mentee tell of that one."""


class ProgrammeError(InfluenceError):
    """What a programme cannot do now, in one sentence that names the cure."""


@dataclass(frozen=True)
class Programmes:
    """The programme of a file, over an analysis of what is in the store now; `reads` hears who is read about.

    `releases` hears of which sets of people an end report tells, and may refuse one that tells, with another, of few.
    """

    engine: Engine
    analysis: Analysis
    path: Path
    reads: Callable[[str, Sequence[int]], None] = lambda *_: None
    releases: Callable[[str, Mapping[str, frozenset[str]], int], None] = lambda *_: None

    # --- before it starts -----------------------------------------------------------------------------------

    @cached_property
    def file(self) -> Plan:
        """What the file says today.

        Raises:
            PlanError: it is not there, or something in it cannot be meant.
        """
        return plans.read(self.path)

    def draft(self, mentees: Sequence[str] = ()) -> Path:
        """Write a file to fill in, for some mentees; one that is there stays.

        Raises:
            ProgrammeError: there is one already.
            UnknownPerson: nobody is known by one of the names.
        """
        people = self.analysis.people
        text = self.example({people.told_as(one): people.who[people.find(one)].name for one in mentees})
        try:
            with self.path.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            raise ProgrammeError(
                f"{self.path} is there already; change it, or name another by --file"
            ) from None
        except OSError as error:
            raise ProgrammeError(f"{self.path} cannot be written: {error.strerror}") from error
        return self.path

    @property
    def text(self) -> str:
        """What stands in the file, whether it can be meant or not; nothing where there is none."""
        return plans.text(self.path)

    def correct(self, text: str) -> None:
        """Write the file anew as a whole, where all of it can be meant and no such programme was started.

        Raises:
            PlanError: something in it cannot be meant; the file is as it was.
            ProgrammeError: it was started, and what was agreed stays; or it cannot be written.
        """
        names = {plans.understood(self.path, text).name}
        with suppress(PlanError):  # what cannot be meant was not started either
            names.add(self.file.name)
        if begun := next((one for one in sorted(names) if self._baseline(one) is not None), None):
            raise ProgrammeError(f"the programme {begun!r} is started: what was agreed stays as it is")
        try:
            replace_file(self.path, text)
        except (OSError, UnicodeEncodeError) as error:
            raise ProgrammeError(f"{self.path} cannot be written: {error}") from error

    def example(self, mentees: Mapping[str, str] | None = None) -> str:
        """Return what such a file says, to fill in for some mentees, each with a name."""
        return plans.draft(mentees or {}, self._days)

    def _days(self) -> tuple[date, date]:
        """Return days to begin a draft with: the last Monday on record, else of today, and a quarter later."""
        last = self._last_day if self.analysis.dated else datetime.now(ZoneInfo(self._zone)).date()
        start = last - timedelta(days=last.weekday())
        return start, start + timedelta(weeks=13)

    @property
    def _last_day(self) -> date:
        """The day after the last on record."""
        until = self.analysis.whole_window().until
        return exact(until - 1).astimezone(ZoneInfo(self._zone)).date() + timedelta(days=1)

    @property
    def _zone(self) -> str:
        return self.analysis.settings.zone

    def _between(self, since: date, until: date) -> Window:
        return Window(stated(since, self._zone), stated(until, self._zone))

    def start(self) -> Programme:
        """Freeze what each mentee is measured against, and who stands beside them; it stays as it is.

        Raises:
            PlanError: the file cannot be meant, or a mentee is not in the data.
            ProgrammeError: it was started already, or the weeks before the start are not on record.
        """
        plan, kept = self.file, self._baseline(self.file.name)
        if kept is not None:
            raise ProgrammeError(
                f"the programme {plan.name!r} was started on {day_in_english(kept.taken)} and its baseline stays; "
                f"`influence programme show` says how it stands, and another programme needs another name"
            )
        if not self.analysis.dated:
            self.analysis.refuse_unsaid()
            raise ProgrammeError(
                "a network without times has no time before a start; bring in dated activity"
            )
        codes = self._mentees(plan)
        window = self._before(plan)
        cohort = Cohort(self.analysis, np.array(list(codes), np.int64), window, plan.weeks)
        others = cohort.others(self._mentor(plan))
        before = cohort.before(cohort.mentees), cohort.before(others)
        ids = [self.analysis.people.ids(each) for each in (cohort.mentees, others)]
        beside = map(self.analysis.people.ids, cohort.beside(before[0], others, before[1]))
        baseline = Baseline(
            plan=self._agreed_of(plan),
            window=window,
            reports={
                person: self._report(code, window, one)
                for person, (code, one) in zip(ids[0], codes.items(), strict=True)
            },
            beside=dict(zip(ids[0], beside, strict=True)),
            before=dict(zip([*ids[0], *ids[1]], [*before[0], *before[1]], strict=True)),
            taken=datetime.now(UTC),
        )
        Baselines(self.engine).keep(baseline)
        return self.show()

    def _mentees(self, plan: Plan) -> dict[int, Planned]:
        found: dict[int, Planned] = {}
        for one in plan.mentees:
            try:
                code = self.analysis.people.find(one.who)
            except UnknownPerson as why:
                raise PlanError(f"{self.path}, line {one.line}: {why}") from None
            if code in found:
                raise PlanError(
                    f"{self.path}, line {one.line}: {one.who!r} and {found[code].who!r} are one person; leave one out"
                )
            found[code] = one
        return found

    def _agreed_of(self, plan: Plan) -> Plan:
        """Return a plan as it is kept: where accounts are not held, under the ids of those whom the file names."""
        told = self.analysis.people.told_as
        mentees = tuple(replace(one, who=told(one.who)) for one in plan.mentees)
        return replace(plan, mentees=mentees, mentor=told(plan.mentor))

    def _mentor(self, plan: Plan) -> list[int]:
        try:
            code = self.analysis.people.known(plan.mentor)
        except UnknownPerson:
            return []
        return [] if code is None else [code]

    def _before(self, plan: Plan) -> Window:
        since = plan.start - timedelta(weeks=plan.weeks)
        if plan.start > self._last_day:
            raise ProgrammeError(
                f"{self.path}: the programme starts on {day_in_english(plan.start)} and what is on record ends on "
                f"{day_in_english(self._last_day - timedelta(days=1))}; bring in what is newer, or start it "
                "when the day has come"
            )
        first = day_at(self.analysis.whole_window().since, self._zone)
        if since < first:
            raise ProgrammeError(
                f"{self.path}: the baseline would begin on {day_in_english(since)} and what is on record begins on "
                f"{day_in_english(first)}; make the window shorter, the start later, or bring in what is older"
            )
        return self._between(since, plan.start)

    def _report(self, code: int, window: Window, one: Planned) -> Report:
        wanted = {*TOLD, *(rule.measure for rule in EXERCISES), *(goal.measure for goal in one.goals)}
        return self.analysis.about(code, window, sorted(wanted))

    @property
    def exercises(self) -> dict[str, str]:
        """What may be practised: what an exercise is called in a note, and what it is, in words of ours."""
        return {rule.name: rule.does for rule in EXERCISES}

    # --- how it stands ------------------------------------------------------------------------------------------

    def _baseline(self, name: str) -> Baseline | None:
        return Baselines(self.engine).of(name)

    @property
    def started(self) -> bool:
        """Whether the baseline of the programme was frozen.

        Raises:
            PlanError: the file cannot be meant.
        """
        return self._baseline(self.file.name) is not None

    @cached_property
    def baseline(self) -> Baseline:
        """What was frozen when the programme started.

        Raises:
            PlanError: the file cannot be meant.
            ProgrammeError: it was not started.
        """
        kept = self._baseline(self.file.name)
        if kept is None:
            raise ProgrammeError(
                f"the programme {self.file.name!r} is not started; `influence programme start` freezes its baseline"
            )
        return kept

    @property
    def notes(self) -> Notes:
        """What was noted of the mentees."""
        return Notes(self.engine, self.baseline.plan.name)

    @property
    def least(self) -> int:
        """Of fewer mentees together nothing is told: the stricter of the file and the settings."""
        return max(self.baseline.plan.smallest_group or 0, self.analysis.settings.smallest_group)

    def note(self, mentee: str, words: str, advice: str | None = None, about: str | None = None) -> Note:
        """Note something of a mentee; `advice` was given or taken, `about` an exercise or anything else.

        Raises:
            NoteError: it says nothing, or too much.
            ProgrammeError: it was not started, or this is nobody of its mentees.
        """
        kind = NOTE if advice is None else ADVICE[advice]
        return self.notes.keep(self._mentee(mentee), words, kind, about)

    def _mentee(self, words: str) -> str:
        """Return under which id the baseline of a mentee stands."""
        code = self.analysis.people.find(words)
        for person in self.baseline.reports:
            if self._code(person) == code:
                return person
        there = ", ".join(one.who for one in self.baseline.plan.mentees)
        raise ProgrammeError(f"{words!r} is no mentee of {self.baseline.plan.name!r}; there are: {there}")

    def _code(self, person: str) -> int | None:
        """Return the code by which somebody is known today, who may have been merged with another since."""
        return self.analysis.people.code.get(person)

    @cached_property
    def now(self) -> Window | None:
        """The window that is compared: the last whole weeks since the start; None where it would begin before it."""
        plan = self.baseline.plan
        weeks = (min(plan.end, self._last_day) - plan.start).days // 7
        if weeks < plan.weeks:
            return None
        until = plan.start + timedelta(weeks=weeks)
        return self._between(until - timedelta(weeks=plan.weeks), until)

    def show(self) -> Programme:
        """Say how each mentee stands against their own baseline, and all together against leaders like them.

        Raises:
            PlanError: the file cannot be meant.
            ProgrammeError: it was not started.
        """
        plan = self.baseline.plan
        return Programme(
            name=plan.name,
            mentor=plan.mentor,
            start=plan.start.isoformat(),
            end=plan.end.isoformat(),
            frozen=self.baseline.taken.isoformat(timespec="seconds"),
            sheets=tuple(self.sheets.values()),
            together=self.together,
            changed=self._agreed_of(self.file).as_json() != plan.as_json(),
            notice=self.analysis.settings.notice,
        )

    def sheet(self, mentee: str) -> Sheet:
        """Return what one mentee and the mentor talk about, without anybody else's data.

        Raises:
            PlanError: the file cannot be meant.
            ProgrammeError: it was not started, or this is nobody of its mentees.
        """
        person = self._mentee(mentee)
        self._heard([person])
        return self._sheets[person]

    def _heard(self, mentees: Iterable[str]) -> None:
        codes = [self._code(person) for person in mentees]
        self.reads("programme", [code for code in codes if code is not None])

    @property
    def sheets(self) -> dict[str, Sheet]:
        """The sheets of all mentees, by the ids of the baseline, in the order of the file."""
        self._heard(self.baseline.reports)
        return self._sheets

    @cached_property
    def _sheets(self) -> dict[str, Sheet]:
        alone = {person: self._alone(person, one) for person, one in self._agreed}
        found = {}
        for person, one in alone.items():
            shown, why = bands(alone, person, self.least)
            found[person] = replace(one, bands=shown, no_band=why) if one.reason is None else one
        return found

    @property
    def _agreed(self) -> list[tuple[str, Planned]]:
        return list(zip(self.baseline.reports, self.baseline.plan.mentees, strict=True))

    def _alone(self, person: str, agreed: Planned) -> Sheet:
        report, code = self.baseline.reports[person], self._code(person)
        sheet = Sheet(
            programme=self.baseline.plan.name,
            mentor=self.baseline.plan.mentor,
            person=person,
            name=str(report.leader["name"]),
            before=dict(report.window),
            notes=self._noted(person, code),
            notice=self.analysis.settings.notice,
        )
        if self.now is None or code is None:
            why = self._too_early() if code is not None else INACTIVE
            found, none = exercise(report, self._taken(sheet))
            weeks = self.baseline.before[person].weeks
            told = baseline_of(agreed.goals, report, weeks) if weeks else ()
            goals = sought(agreed.goals, told) if told else ()
            return replace(sheet, reason=why, exercise=found, no_exercise=none, measured=told, goals=goals)
        return self._compared(sheet, agreed, self._report(code, self.now, agreed), code)

    def _noted(self, person: str, code: int | None) -> tuple[Note, ...]:
        own = [one for one in self.notes.standing() if one.leader == person]
        return tuple(own) if code is None else followed(self.analysis, code, own)

    def _compared(self, sheet: Sheet, agreed: Planned, report: Report, code: int) -> Sheet:
        before, window = self.baseline.reports[sheet.person], self.now
        found, none = exercise(report, self._taken(sheet))
        sheet = replace(sheet, now=dict(report.window), exercise=found, no_exercise=none)
        active = 0 if window is None else int(active_weeks(self.analysis, window, self._weeks)[code])
        try:
            refuse_unlike(before, report)
        except CannotCompare as why:
            return replace(sheet, reason=str(why))
        weeks = self.baseline.before[sheet.person].weeks, active
        if not all(weeks):
            return replace(sheet, reason=INACTIVE)
        told = measured(agreed.goals, before, report, weeks)
        return replace(sheet, weeks=weeks, measured=told, goals=sought(agreed.goals, told))

    @property
    def _weeks(self) -> int:
        return self.baseline.plan.weeks

    def _taken(self, sheet: Sheet) -> set[str]:
        return {one.about for one in sheet.notes if one.kind == TAKEN and one.about}

    def _not_yet(self) -> str:
        """Say why all together cannot be told yet; or that they never will, which nobody should learn weeks later."""
        beside = sum(bool(others) for others in self.baseline.beside.values())
        return self._too_early() if beside >= self.least else too_few(beside, self.least)

    def _too_early(self) -> str:
        plan = self.baseline.plan
        return because(
            "too early: the first {weeks} weeks since the start are over on {day}",
            weeks=plan.weeks,
            day=plan.start + timedelta(weeks=plan.weeks),
        )

    @cached_property
    def together(self) -> Together:
        """How all mentees moved against leaders like them who were not in the programme."""
        if self.now is None:
            return Together(mentees=len(self.baseline.reports), reason=self._not_yet())
        refused = [one.reason for one in self._sheets.values() if one.reason and one.reason != INACTIVE]
        if refused:
            return Together(mentees=len(self.baseline.reports), reason=refused[0])
        codes = {person: code for person in self.baseline.before if (code := self._code(person)) is not None}
        held = np.array(list(codes.values()), np.int64)
        both = reach_and_weeks(self.analysis, self.now, self._weeks, held)
        now = {person: (float(r), int(n)) for person, r, n in zip(codes, *both, strict=True)}
        kept, seed = self.baseline, self.analysis.settings.seed
        return together(kept.beside, kept.before, now, self.least, seed)

    def ended(self) -> Ended:
        """Return what a sponsor may see: no name, and no number about too few.

        Raises:
            PlanError: the file cannot be meant.
            ProgrammeError: it was not started.
            TooAlike: with an end report given before, it would tell of fewer people than the smallest group.
        """
        self._heard(())
        plan, sheets = self.baseline.plan, [one for one in self._sheets.values() if one.reason is None]
        told = Ended(
            name=plan.name,
            start=plan.start.isoformat(),
            end=plan.end.isoformat(),
            now=None if self.now is None else self._edges(self.now),
            mentees=len(self.baseline.reports),
            together=self.together,
            notice=self.analysis.settings.notice,
        )
        if len(sheets) < self.least:
            return replace(told, reason=self._too_few(len(sheets)))
        goals = [one.reached for sheet in sheets for one in sheet.goals if one.reached is not None]
        with_goals = [sheet.person for sheet in sheets if any(one.reached is not None for one in sheet.goals)]
        sets = {"mentees": frozenset(sheet.person for sheet in sheets), "with goals": frozenset(with_goals)}
        self.releases(ENDED, sets, self.least)
        notes = [one.kind for one in self.notes.standing()]
        became = self.became([sheet.person for sheet in sheets])
        return replace(
            told,
            reached=sum(goals) if len(with_goals) >= self.least else None,
            agreed=len(goals) if len(with_goals) >= self.least else None,
            moved=moved(sheets, self.least),
            given=notes.count(GIVEN),
            taken=notes.count(TAKEN),
            became=became,
        )

    def became(self, leaders: Sequence[str], least: int | None = None) -> Became | None:
        """Say what became of advice about lines of the plans of some leaders (ids), those who are mentees, together.

        None if none was noted. Of fewer than `least` mentees (the smallest group) nothing is told.

        Raises:
            PlanError: the file cannot be meant.
            ProgrammeError: it was not started.
        """
        asked, notes = {self._code(one) for one in leaders}, self.notes.standing()
        codes = {one: code for one in self.baseline.reports if (code := self._code(one)) in asked}
        each = [
            became(self.analysis, code, [note for note in notes if note.leader == one])
            for one, code in codes.items()
            if code is not None
        ]
        return added_up(each, self.least if least is None else least)

    def _edges(self, window: Window) -> dict[str, str | None]:
        return {edge: moment(getattr(window, edge), self._zone) for edge in ("since", "until")}

    def _too_few(self, told: int) -> str:
        if self.now is None:
            return self._too_early()
        return because(
            "of {n} mentees the weeks can be compared; of fewer than {least} nothing is told, lest one be seen",
            n=told,
            least=self.least,
        )
