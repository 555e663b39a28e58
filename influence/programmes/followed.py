"""What followed advice that was taken: whether who the line of a plan is about has responded since."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from influence.contract.language import because
from influence.contract.plan import line
from influence.contract.programmed import TAKEN, Note
from influence.measures.asked import inbound
from influence.network.log_queries import activity_ids
from influence.reach.ego import Ego
from influence.times import moment

if TYPE_CHECKING:
    from influence.reach.population import Population

_LINE = re.compile(r"(reach|answer)-[0-9a-f]{6}")
NOTHING_SINCE = because("nothing is on record after it was noted")
NOBODY = because("nobody on record is who this line is about")


def followed(population: Population, leader: int, notes: Sequence[Note]) -> tuple[Note, ...]:
    """Return notes about one leader, those of advice taken about a line of a plan with what followed.

    A line `reach-…` is about a person, `answer-…` about something said to the leader, and so about who said it. What
    follows is their first response to the leader since the note; it may have come anyway.
    """
    about = [one.about for one in notes if one.kind == TAKEN and one.about and _LINE.fullmatch(one.about)]
    if not about or not population.dated:
        return tuple(notes)
    ego = Ego(population, leader, population.whole_window())
    whom = {name: person for name, person in (*_people(ego), *_askers(ego)) if name in about}
    return tuple(
        replace(one, followed=_since(ego, one, whom.get(one.about or ""))) if one.about in about else one
        for one in notes
    )


def _people(ego: Ego) -> list[tuple[str, int]]:
    return [(line("reach", ego.person, who.person), code) for code, who in enumerate(ego.people.who)]


def _askers(ego: Ego) -> list[tuple[str, int]]:
    said = inbound(ego)
    ids = activity_ids(ego.tables, said.item)
    rows = zip(said.item.tolist(), said.person.tolist(), strict=True)
    return [(line("answer", ego.person, ids[item]), person) for item, person in rows]


def _since(ego: Ego, note: Note, person: int | None) -> str:
    noted = int(datetime.fromisoformat(note.noted).timestamp() * 1_000_000)
    end = int(ego.population.recorded[-1])
    if person is None:
        return NOBODY
    if noted >= end:
        return NOTHING_SINCE
    name = ego.people.who[person].name
    came = ego.responses.where((ego.responses.target == ego.leader) & (ego.responses.responder == person))
    later = came.time[came.time >= noted]
    if not len(later):
        return because("{name} has not responded up to {day}", name=name, day=_day(ego, end))
    return because("{name} responded on {day}", name=name, day=_day(ego, int(np.min(later))))


def _day(ego: Ego, at: int) -> str:
    return str(moment(at, ego.settings.zone))[:10]
