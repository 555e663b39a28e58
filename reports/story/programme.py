"""A programme in words: one mentee's sheet, what the mentor sees, what the sponsor sees. It ranks nobody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from influence.contract.language import in_figures, recognised, translated
from influence.contract.programmed import (
    CHANGE,
    GIVEN,
    LEAST,
    NOTE,
    TAKEN,
    Band,
    Ended,
    Exercise,
    Goal,
    Measured,
    Note,
    Programme,
    Sheet,
    Sought,
    Together,
)
from influence.contract.wording import counted, number, people, plain, span_of, whole
from reports.story.became import became
from reports.story.glossary import definition, headline_counts
from reports.story.weekly import WEEKS, value_of, within_of
from reports.story.wording import day, period, shortened

_LONGEST, _NOTES = 400, 12
_HEADLINE = "reach_4"


@dataclass(frozen=True)
class Row:
    """One measure: what it is called, before, now, what that says, and in short what it is."""

    label: str
    was: str
    now: str
    says: str
    means: str = ""


@dataclass(frozen=True)
class Part:
    """One part of a page: its title, lines, rows of a table; `marked` where it is to be done."""

    title: str
    lines: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    marked: bool = False


@dataclass(frozen=True)
class Told:
    """A page: what kind it is, whom or what it is about, when, its lead, its parts, and what stands at its foot."""

    kind: str
    who: str
    when: str
    lead: tuple[str, ...]
    parts: tuple[Part, ...]
    foot: tuple[str, ...]
    notice: str | None = None


def told(record: Sheet | Programme | Ended) -> Told:
    """Say a record of a programme."""
    if isinstance(record, Sheet):
        return told_sheet(record)
    return told_programme(record) if isinstance(record, Programme) else told_end(record)


# --- one mentee -------------------------------------------------------------------------------------------------


def told_sheet(sheet: Sheet) -> Told:
    """Say one mentee's sheet."""
    parts = (
        Part(
            translated("To practise next"), tuple(_exercise(sheet.exercise, sheet.no_exercise)), marked=True
        ),
        Part(translated("What was agreed"), (*_goals(sheet), *_of_ten_weeks(sheet))),
        Part(translated("Before and now"), _comparable(sheet), _rows(sheet)),
        Part(translated("The others, as a band"), tuple(_bands(sheet))),
        Part(translated("What was noted"), tuple(map(noted, sheet.notes[-_NOTES:]))),
    )
    return Told(
        kind=translated("{programme}: sheet for a talk").format(programme=plain(sheet.programme)),
        who=shortened(sheet.name or sheet.person, 80),
        when=_windows(sheet),
        lead=_lead(sheet),
        parts=tuple(part for part in parts if part.lines or part.rows),
        foot=(translated("It is for the two who talk: share it as you would a personnel file."), _caution()),
        notice=sheet.notice,
    )


def _windows(sheet: Sheet) -> str:
    if sheet.now is None:
        return translated("before the start: {before}").format(before=period(sheet.before))
    return translated("{now}, against {before} before the start").format(
        now=period(sheet.now), before=period(sheet.before)
    )


def _lead(sheet: Sheet) -> tuple[str, ...]:
    if sheet.reason is not None:
        return (_cannot_compare(sheet.reason),)
    if not sheet.goals:
        return (translated("No goal was agreed; what moved stands below."),)
    known = [one.reached for one in sheet.goals if one.reached is not None]
    if not known:
        return (translated("Whether what was agreed is reached cannot be told."),)
    pattern = (
        translated("Reached: {n} of {goals} agreed.")
        if len(known) == len(sheet.goals)
        else translated("Reached: {n} of {goals} of which it can be told.")
    )
    return (pattern.format(goals=counted(len(known), "goal", "goals"), n=number(sum(known))),)


def _cannot_compare(why: str) -> str:
    return translated("It cannot be told yet how this compares with the time before: {why}.").format(
        why=recognised(why)
    )


def _exercise(one: Exercise | None, why_not: str | None) -> Iterator[str]:
    if one is not None:
        yield recognised(one.does)
        yield translated("Why: {why}.").format(why=recognised(one.why))
    elif why_not:
        yield translated("Cannot tell: {why}.").format(why=recognised(why_not))


def _goals(sheet: Sheet) -> Iterator[str]:
    for one in sheet.goals:
        found = sheet.measure(one.goal.measure)
        if found is not None:
            yield _goal(one, found) if sheet.now else _goal_before(one, found)


def _of_ten_weeks(sheet: Sheet) -> Iterator[str]:
    """Say for how long what counts happenings is told, where the comparison does not say it yet."""
    if sheet.now is None and any(one.weekly for one in sheet.measured):
        yield _ten_weeks()


def _ten_weeks() -> str:
    pattern = translated(
        "What counts happenings is told for {weeks} active weeks: weeks in which the mentee did anything."
    )
    return pattern.format(weeks=WEEKS)


def _goal(one: Sought, found: Measured) -> str:
    """Say whether a goal was reached, and where chance alone may have reached it, that too."""
    said = _judged(one, found)
    by_chance = one.reached and found.was is not None and found.apart is False
    return f"{said} {translated('Chance alone may move so much.')}" if by_chance else said


def _judged(one: Sought, found: Measured) -> str:
    what, aim = _label(found.name), _aim(one.goal, found)
    if one.reached is None:
        why = _no_value(found)
        return translated("{what}, {aim}: cannot tell ({why}).").format(what=what, aim=aim, why=why)
    now, wanted = _value(found, found.now), _value(found, one.wanted)
    said = {"what": what, "aim": aim, "wanted": wanted, "now": _ranged(found, found.now, found.now_interval)}
    if not one.reached and now == wanted:
        return translated("{what}, {aim}: nearly, now {now}.").format(**said)
    if found.was is None:
        pattern = (
            translated("{what}, {aim}: reached. Wanted {wanted}, now {now}.")
            if one.reached
            else translated("{what}, {aim}: not yet. Wanted {wanted}, now {now}.")
        )
        return pattern.format(**said)
    pattern = (
        translated("{what}, {aim}: reached. Before {was}, wanted {wanted}, now {now}.")
        if one.reached
        else translated("{what}, {aim}: not yet. Before {was}, wanted {wanted}, now {now}.")
    )
    return pattern.format(**said, was=_value(found, found.was))


def _no_value(found: Measured) -> str:
    """Say why a goal cannot be judged."""
    if found.reason:
        return recognised(found.reason)
    if found.was is not None:
        return translated("there was hardly anything before the start of which this could be a share")
    return translated("no value")


def _goal_before(one: Sought, found: Measured) -> str:
    """Say what was agreed and how it was before the start, while the weeks since are too few."""
    what, aim = _label(found.name), _aim(one.goal, found)
    if one.wanted is None:
        why = _no_value(found)
        return translated("{what}, {aim}: cannot tell ({why}).").format(what=what, aim=aim, why=why)
    pattern = translated("{what}, {aim}: {was} before the start, wanted {wanted}.")
    return pattern.format(what=what, aim=aim, was=_value(found, found.was), wanted=_value(found, one.wanted))


def _aim(goal: Goal, found: Measured) -> str:
    if goal.kind == CHANGE:
        share = number(abs(goal.amount), "share")
        if goal.amount >= 0:
            return translated("{share} more than before").format(share=share)
        return translated("{share} less than before").format(share=share)
    value = _value(found, goal.amount)
    if goal.kind == LEAST:
        return translated("at least {value}").format(value=value)
    return translated("at most {value}").format(value=value)


def _comparable(sheet: Sheet) -> tuple[str, ...]:
    if sheet.weeks is None:
        return ()
    before, now = map(number, sheet.weeks)
    return (
        translated(
            "Windows of one length, covered alike. What counts happenings is told for {weeks} active weeks; there were "
            "{before} of them before, and {now} now."
        ).format(weeks=WEEKS, before=before, now=now),
        *_brackets(sheet),
    )


def _brackets(*sheets: Sheet) -> tuple[str, ...]:
    """Say what stands in brackets, where anything does."""
    ranged = any(one.now_interval for sheet in sheets for one in sheet.measured)
    return (translated("In brackets stands the 95 % interval."),) if ranged else ()


def _rows(sheet: Sheet) -> tuple[Row, ...]:
    return () if sheet.now is None else tuple(map(_row, sheet.measured))


def _row(one: Measured) -> Row:
    was, now = _ranged(one, one.was, one.was_interval), _ranged(one, one.now, one.now_interval)
    means = "" if one.name == _HEADLINE else definition(one.name).line
    return Row(_label(one.name), was, now, _says(one), means)


def _value(found: Measured, value: float | None) -> str:
    return value_of(value, found.unit, weekly=found.weekly)


def _ranged(found: Measured, value: float | None, interval: tuple[float, float] | None) -> str:
    """Word a value, and behind it in brackets between what it lies."""
    within = within_of(value, interval, found.unit, weekly=found.weekly)
    return f"{_value(found, value)} ({within})" if within else _value(found, value)


def _says(one: Measured) -> str:
    if one.was is None or one.now is None:
        return recognised(one.reason) if one.reason else ""
    if one.apart is None:
        return translated("whether chance alone may move so much cannot be told")
    if one.apart:
        return translated("more than chance may move")
    return translated("chance alone may move so much")


def _label(name: str) -> str:
    """Call a measure by name; the headline by what it counts, since no step 1 to 3 stands beside it here."""
    if name != _HEADLINE:
        return definition(name).label or name
    words = headline_counts()
    return words[:1].upper() + words[1:]


def _bands(sheet: Sheet) -> Iterator[str]:
    if sheet.no_band:
        yield translated("Not shown: {why}.").format(why=recognised(sheet.no_band))
        return
    goals = {one.goal.measure for one in sheet.goals} or {"reach_4"}
    for one in sheet.bands:
        if one.measure in goals:
            yield translated("{what}: half of {n} others moved by {range} of what each had before.").format(
                what=_label(one.measure), n=people(one.people), range=_range(one)
            )


def _range(one: Band) -> str:
    return span_of(_moved(one.low), _moved(one.high))


def _moved(share: float) -> str:
    """Word by what share something moved, with its sign.

    >>> _moved(0.2), _moved(-0.05), _moved(0.001)
    ('+20 %', '−5 %', '0 %')
    """
    per_cent = whole(abs(share) * 100)
    sign = "" if not per_cent else "+" if share > 0 else "−"
    return f"{sign}{in_figures(f'{per_cent:,} %')}"


def noted(one: Note) -> str:
    """Say what was noted, and what has followed."""
    patterns = {
        NOTE: translated("{day}: {words}"),
        GIVEN: translated("{day}, advice given: {words}"),
        TAKEN: translated("{day}, advice taken: {words}"),
    }
    said = patterns.get(one.kind, patterns[NOTE]).format(
        day=day(one.noted), words=shortened(plain(one.words), _LONGEST)
    )
    if not one.followed:
        return said
    return translated("{note} Since then: {followed}.").format(
        note=said.rstrip(".") + ".", followed=recognised(plain(one.followed))
    )


# --- all together ---------------------------------------------------------------------------------------------


def told_programme(programme: Programme) -> Told:
    """Say a programme as its mentor sees it: each mentee in the order of the file, and all together."""
    return Told(
        kind=translated("Programme, mentor {mentor}").format(mentor=plain(programme.mentor)),
        who=shortened(programme.name, 80),
        when=_from_to(programme.start, programme.end),
        lead=(*_together(programme.together), *_of_all(programme)),
        parts=tuple(_mentee(sheet, _shared(programme)) for sheet in programme.sheets),
        foot=(
            translated("The baseline was frozen on {day} and stays as it is.").format(
                day=day(programme.frozen)
            ),
            _ten_weeks(),
            *_brackets(*programme.sheets),
            *([_changed()] if programme.changed else []),
            translated("It names people: share it as you would a personnel file."),
            _caution(),
        ),
        notice=programme.notice,
    )


def _changed() -> str:
    return translated("The programme's file was changed since; what was agreed at the start counts.")


def _from_to(start: str, end: str) -> str:
    return period({"since": f"{start}T00:00:00", "until": f"{end}T00:00:00"})


def _shared(programme: Programme) -> str | None:
    """Return the reason for which of no mentee anything can be compared."""
    reasons = {sheet.reason for sheet in programme.sheets}
    return reasons.pop() if len(reasons) == 1 else None


def _of_all(programme: Programme) -> Iterator[str]:
    why = _shared(programme)
    if why is not None and why != programme.together.reason:
        yield _cannot_compare(why)


def _mentee(sheet: Sheet, told_of_all: str | None) -> Part:
    """Say one mentee's part; why nothing can be compared is left out where it was said of all."""
    lines = (
        *(() if sheet.reason and sheet.reason == told_of_all else _lead(sheet)),
        *_goals(sheet),
        *_practises(sheet),
        *_advised(sheet.notes),
    )
    return Part(shortened(sheet.name or sheet.person, 80), lines)


def _practises(sheet: Sheet) -> Iterator[str]:
    """Say the exercise, what it is called where a note tells what it is about, and why it is this one."""
    lines = tuple(_exercise(sheet.exercise, sheet.no_exercise))
    if sheet.exercise is not None:
        pattern = translated("To practise next (“{name}” in notes): {exercise}")
        lines = (pattern.format(name=sheet.exercise.name, exercise=lines[0]), *lines[1:])
    yield from lines


def _advised(notes: Sequence[Note]) -> Iterator[str]:
    given, taken = (sum(one.kind == kind for one in notes) for kind in (GIVEN, TAKEN))
    if given or taken:
        yield translated("Advice given {given}, taken {taken}.").format(
            given=counted(given, "time", "times"), taken=counted(taken, "time", "times")
        )


def _together(one: Together) -> Iterator[str]:
    if one.value is None or one.interval is None:
        yield translated(
            "Whether the mentees moved otherwise than leaders like them cannot be told: {why}."
        ).format(why=recognised(one.reason or ""))
        return
    parts = {
        "mentees": counted(one.mentees, "mentee", "mentees"),
        "others": counted(one.others, "leader", "leaders"),
        "moved": _moved(one.value),
        "range": span_of(*map(_moved, one.interval)),
    }
    if one.apart:
        pattern = translated(
            "People never met who responded, for each active week: {mentees} moved by {moved} against {others} like "
            "them who were not in the programme ({range} with 95 % certainty). That is consistent with the programme "
            "having made a difference; it does not show that it did."
        )
    else:
        pattern = translated(
            "People never met who responded, for each active week: {mentees} and {others} like them who were not in "
            "the programme cannot be told apart ({range} with 95 % certainty)."
        )
    yield pattern.format(**parts)


def _caution() -> str:
    return translated("A response is consistent with influence; it never proves it.")


# --- for the sponsor --------------------------------------------------------------------------------------------


def told_end(ended: Ended) -> Told:
    """Say a programme as its sponsor may see it: no name, and nothing about too few."""
    parts = (
        Part(translated("Beside leaders like them"), tuple(_together(ended.together))),
        Part(translated("What was agreed"), tuple(_agreed(ended))),
        Part(translated("How the mentees moved"), tuple(map(_band_of_all, ended.moved))),
        Part(translated("What was advised"), tuple(_advice(ended))),
    )
    lead = translated("A programme with {mentees}, told without names.").format(
        mentees=counted(ended.mentees, "mentee", "mentees")
    )
    why = () if ended.reason is None else (_not_told(ended.reason),)
    return Told(
        kind=translated("End report"),
        who=shortened(ended.name, 80),
        when=_from_to(ended.start, ended.end) if ended.now is None else _so_far(ended),
        lead=(lead, *why),
        parts=tuple(part for part in parts if part.lines),
        foot=(translated("Nobody is named, and nothing is told of few: do not ask who it was."), _caution()),
        notice=ended.notice,
    )


def _so_far(ended: Ended) -> str:
    pattern = translated("{programme}; the weeks compared are {now}")
    return pattern.format(programme=_from_to(ended.start, ended.end), now=period(ended.now or {}))


def _not_told(why: str) -> str:
    return translated("Of the mentees by themselves nothing is told: {why}.").format(why=recognised(why))


def _agreed(ended: Ended) -> Iterator[str]:
    if ended.agreed is not None and ended.reached is not None:
        goals = counted(ended.agreed, "goal", "goals")
        yield translated("Reached: {n} of {goals} of which it can be told.").format(
            goals=goals, n=number(ended.reached)
        )
        yield translated(
            "Chance alone may reach a goal: whether the mentees moved otherwise than leaders like them stands above."
        )


def _band_of_all(one: Band) -> str:
    return translated("{what}: half of {n} mentees moved by {range} of what each had before.").format(
        what=_label(one.measure), n=people(one.people), range=_range(one)
    )


def _advice(ended: Ended) -> Iterator[str]:
    if ended.given is not None and ended.taken is not None:
        yield translated("Advice was given {given}, and noted as taken {taken}.").format(
            given=counted(ended.given, "time", "times"), taken=counted(ended.taken, "time", "times")
        )
    if ended.became is not None:
        yield from became(ended.became)
