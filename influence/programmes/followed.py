"""What followed advice about a line of a plan: whether who it is about has responded since; of one, and of all."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

import numpy as np

from influence.contract.language import because
from influence.contract.plan import line
from influence.contract.programmed import GIVEN, TAKEN, Became, Note
from influence.contract.wording import counted
from influence.kernels.arrays import Ints
from influence.measures.asked import inbound
from influence.network.log_queries import activity_ids
from influence.reach.ego import Ego
from influence.times import DAY, day_at

if TYPE_CHECKING:
    from influence.reach.population import Population

_LINE = re.compile(r"(reach|answer)-[0-9a-f]{6}")
JUDGED = 28
"""Days after a note within which a response counts, whenever it was noted."""
NOTHING_SINCE = because("nothing is on record after it was noted")
NOBODY = because("nobody on record is who this line is about")


def followed(population: Population, leader: int, notes: Sequence[Note]) -> tuple[Note, ...]:
    """Return notes about one leader, those of advice taken about a line of a plan with what followed.

    A line `reach-…` is about a person, `answer-…` about something said to the leader, and so about who said it. What
    follows is their first response to the leader since the note; it may have come anyway.
    """
    about = {one.about for one in notes if one.kind == TAKEN and _of_a_line(one)}
    if not about or not population.dated:
        return tuple(notes)
    ego = Ego(population, leader, population.whole_window())
    whom = _whom(ego, about)
    return tuple(
        replace(one, followed=_since(ego, one, whom.get(one.about or ""))) if one.about in about else one
        for one in notes
    )


def became(population: Population, leader: int, notes: Sequence[Note]) -> Became:
    """Return what became of advice about one leader's lines: of what was taken, and of what was given and was not.

    Each line counts once, from its first note as taken, or else as given; a line about nobody on record is left out.
    All have the same days, so that what was noted long ago has had no more time.
    """
    found = Became(JUDGED)
    lines = {**_firsts(notes, GIVEN), **_firsts(notes, TAKEN)}
    if not lines or not population.dated:
        return found
    ego = Ego(population, leader, population.whole_window())
    whom, end = _whom(ego, set(lines)), int(population.recorded[-1])
    for about, note in lines.items():
        if about not in whom:
            continue
        until = _noted(note) + JUDGED * DAY
        later = _responses(ego, whom[about], _noted(note))
        came = int(len(later) > 0 and int(later.min()) <= until)
        if until > end:
            found = replace(found, waiting=found.waiting + 1)
        elif note.kind == TAKEN:
            found = replace(found, taken=found.taken + 1, came=found.came + came, mentees=1)
        else:
            left, left_came = (found.left or 0) + 1, (found.left_came or 0) + came
            found = replace(found, left=left, left_came=left_came, left_mentees=1)
    return found


def added_up(each: Sequence[Became], least: int) -> Became | None:
    """Add up what became of advice of several leaders; None where none was about a line.

    Nothing is told of advice of fewer than `least` leaders: of what was taken, and of what was not. Of one leader alone
    (`least` 1) all is told, also that nothing can be judged yet.
    """
    names = ("taken", "came", "mentees", "left", "left_came", "left_mentees", "waiting")
    total = Became(JUDGED, **{name: sum(getattr(one, name) for one in each) for name in names})
    if not (total.mentees or total.left_mentees or total.waiting):
        return None
    if total.mentees < least and least > 1:
        return Became(JUDGED, left=None, left_came=None, reason=_too_few(total.mentees, least))
    return total if total.left_mentees >= least else replace(total, left=None, left_came=None, left_mentees=0)


def _too_few(mentees: int, least: int) -> str:
    return because(
        "too few: of {n} the days after advice that was taken are over; at least {least} are needed",
        n=counted(mentees, "leader", "leaders"),
        least=least,
    )


def _of_a_line(note: Note) -> bool:
    return bool(note.about and _LINE.fullmatch(note.about))


def _firsts(notes: Sequence[Note], kind: str) -> dict[str, Note]:
    """Return the first note of a kind about each line."""
    return {one.about or "": one for one in reversed(notes) if one.kind == kind and _of_a_line(one)}


def _whom(ego: Ego, about: Set[str | None]) -> dict[str, int]:
    """Return about whom lines are."""
    return {name: person for name, person in (*_people(ego), *_askers(ego)) if name in about}


def _people(ego: Ego) -> list[tuple[str, int]]:
    return [(line("reach", ego.person, who.person), code) for code, who in enumerate(ego.people.who)]


def _askers(ego: Ego) -> list[tuple[str, int]]:
    said = inbound(ego)
    ids = activity_ids(ego.tables, said.item)
    rows = zip(said.item.tolist(), said.person.tolist(), strict=True)
    return [(line("answer", ego.person, ids[item]), person) for item, person in rows]


def _since(ego: Ego, note: Note, person: int | None) -> str:
    noted, end = _noted(note), int(ego.population.recorded[-1])
    if person is None:
        return NOBODY
    if noted >= end:
        return NOTHING_SINCE
    name = ego.people.who[person].name
    later = _responses(ego, person, noted)
    if not len(later):
        return because("{name} has not responded up to {day}", name=name, day=_day(ego, end))
    return because("{name} responded on {day}", name=name, day=_day(ego, int(np.min(later))))


def _noted(note: Note) -> int:
    return int(datetime.fromisoformat(note.noted).timestamp() * 1_000_000)


def _responses(ego: Ego, person: int, since: int) -> Ints:
    """Return when somebody responded to the leader since a moment."""
    of = ego.responses
    times: Ints = of.time[(of.target == ego.leader) & (of.responder == person) & (of.time >= since)]
    return times


def _day(ego: Ego, at: int) -> date:
    return day_at(at, ego.settings.zone)
