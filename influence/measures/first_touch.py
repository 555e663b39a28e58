"""Customers are influenced before anybody of the company speaks with them: who responded before any contact with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from influence.contract.details.first_touch import FirstTouch, Touched
from influence.contract.findings import Finding
from influence.contract.language import because
from influence.contract.measures import Definition, finds, near_enough
from influence.kernels.arrays import NEVER, Flags, Ints
from influence.measures.asked import ASKED_AT_ONCE
from influence.measures.contact import ORDER
from influence.measures.reach import NO_TIMES
from influence.met.coverage import COVERED, ENOUGH, months_kept
from influence.network.contacts import Contacts, contacts_outside
from influence.people.stated import Stated, told_by_tables
from influence.times import DAY, stated

if TYPE_CHECKING:
    from influence.reach.ego import Ego

NAME, UNIT = "first_touch", "people"
NOBODY_OUTSIDE = because("nobody of a sphere outside the organisation responded in this window")
NO_SOURCE = because(
    "no source covers what others of the organisation exchange with people outside, such as their mail, the "
    "meetings of sales or a people table with first contacts, so nobody can tell who was first"
)


@dataclass(frozen=True)
class Touch:
    """One person outside: code, sphere, first response, first contact (`NEVER`: none), and if that would be known.

    `stated` tells that the contact is a day that a people table states, at its beginning.
    """

    person: int
    sphere: str
    response: int
    contact: int
    covered: bool
    stated: bool = False

    @property
    def first(self) -> bool:
        """Whether the response came before any contact that is on record; a letter of response is none before it."""
        return self.response < self.contact if self.stated else self.response <= self.contact

    @property
    def ahead(self) -> float | None:
        """Days from the response to the contact; None where there was none, or it came first."""
        return (self.contact - self.response) / DAY if self.response < self.contact < NEVER else None


@near_enough
@finds(
    first_touch=Definition(
        "how many people outside responded to the leader before anybody of the organisation had been in contact",
        label="Before anybody here spoke with them",
        meaning=(
            "People outside the organisation whose first response to the leader came before anybody of the "
            "organisation had written to them, heard from them or met them, as far as is on record. The upper bound "
            "adds those of whom no source would tell."
        ),
        reading="High among customers: they were influenced before anybody of the organisation spoke with them.",
        unit="people",
        family="How far",
    ),
)
def first_touch(ego: Ego) -> dict[str, Finding]:
    """Count who responded to the leader before any contact with the organisation, by sphere, customers first.

    first_touch = |{v outside: first response ≤ first contact, covered}|. Outside is who is in a known sphere other than
    team, department and company. A contact is a letter either way between v and anybody of those three spheres, to at
    most eight people, a dated encounter of the two (online too), or the day that a people table states as
    `first_contact`, from its beginning in the zone of the workspace: who responded on that day was not first. Whether
    there was one is *covered* if in half of the twelve months before the response or more there are four contacts or
    more in which the leader took no part (as a calendar covers, `met.coverage`): a leader's own mailbox tells nothing
    about what others exchange. Covered at any time is also of whom a people table states the day, and whom a table
    lists that states it of four people or more of their sphere. `high` adds those who responded first, and of whom
    that is not covered. `ahead` is the median of days by which they were ahead, of those in contact since. None where
    nobody's is covered.
    """
    if not ego.dated:
        return {NAME: Finding(NAME, None, UNIT, reason=NO_TIMES)}
    found, no_sphere = _touched(ego)
    if not found:
        return {NAME: Finding(NAME, None, UNIT, reason=NOBODY_OUTSIDE)}
    detail = _detail(ego, found, no_sphere)
    if not any(touch.covered for touch in found):
        return {NAME: Finding(NAME, None, UNIT, reason=NO_SOURCE, detail=detail)}
    sure = sum(touch.first and touch.covered for touch in found)
    most = sum(touch.first for touch in found)
    return {NAME: Finding(NAME, float(sure), UNIT, float(sure), float(most), detail=detail)}


def _touched(ego: Ego) -> tuple[list[Touch], int]:
    """Return everybody outside who responded, and how many responded of whom no sphere is known."""
    dated = [alter for alter in ego.found if alter.first is not None and alter.outside]
    spheres = [ego.spheres[alter.person] for alter in dated]
    kept = [n for n, alter in enumerate(dated) if not ego.inside[alter.person] and spheres[n] != "unknown"]
    if not kept:
        return [], spheres.count("unknown")
    contacts = contacts_outside(ego.tables, ego.leader, ego.inside, ASKED_AT_ONCE)
    person = np.array([dated[n].person for n in kept], np.int64)
    response = np.array([dated[n].first for n in kept], np.int64)
    told = told_by_tables(ego.tables)
    on_record, by_table = first_contact(contacts, person), _stated_contact(ego, told, person)
    covered = covers(contacts.time[~contacts.leaders], response) | _listed(ego, told, person)
    rows = zip(kept, on_record.tolist(), by_table.tolist(), covered.tolist(), strict=True)
    touches = [
        Touch(dated[n].person, spheres[n], dated[n].first or 0, min(at, day), sure, day < NEVER and day <= at)
        for n, at, day, sure in rows
    ]
    return touches, spheres.count("unknown")


def first_contact(contacts: Contacts, person: Ints) -> Ints:
    """Return when each person was first in contact; `NEVER` where that is not on record.

    >>> held = Contacts(np.array([7, 7]), np.array([3, 5]), np.zeros(2, bool))
    >>> first_contact(held, np.array([7, 8])).tolist() == [3, NEVER]
    True
    """
    who, row = np.unique(contacts.outsider, return_index=True)  # contacts are in order of time
    found = np.full(len(person), NEVER, np.int64)
    if not len(who):
        return found
    place = np.minimum(np.searchsorted(who, person), len(who) - 1)
    there = who[place] == person
    found[there] = contacts.time[row[place[there]]]
    return found


def _stated_contact(ego: Ego, told: Stated, person: Ints) -> Ints:
    """Return when the first day of contact that a people table states begins; `NEVER` where none does."""
    days = [told.contact.get(code) for code in person.tolist()]
    return np.array([NEVER if day is None else stated(day, ego.settings.zone) for day in days], np.int64)


def _listed(ego: Ego, told: Stated, person: Ints) -> Flags:
    """Tell of whom a people table states the first contact, or would if there had been one."""
    known = set(told.contact)
    for members in told.listed.values():
        stating = Counter(ego.spheres[code] for code in members if code in told.contact)
        known |= {code for code in members if stating[ego.spheres[code]] >= ENOUGH}
    return np.isin(person, sorted(known))


def covers(times: Ints, at: Ints) -> Flags:
    """Tell before which moments at least half of twelve months hold four contacts or more; `times` ascend.

    >>> from influence.met.coverage import MONTH
    >>> covers(np.arange(0, 6 * MONTH, 7 * DAY), np.array([6 * MONTH, 13 * MONTH])).tolist()
    [True, False]
    """
    kept: Flags = months_kept(times, at).mean(axis=1) >= COVERED
    return kept


def _detail(ego: Ego, found: Sequence[Touch], no_sphere: int) -> FirstTouch:
    present = {touch.sphere for touch in found}
    order = [one for one in ORDER if one in present] + sorted(present - set(ORDER))
    days = _days_ahead(found)
    return FirstTouch(
        {sphere: _of_sphere(ego, [touch for touch in found if touch.sphere == sphere]) for sphere in order},
        median(days) if days else None,
        len(days),
        no_sphere,
    )


def _of_sphere(ego: Ego, found: Sequence[Touch]) -> Touched:
    days = _days_ahead(found)
    return Touched(
        len(found),
        tuple(sorted(ego.reached[touch.person].person for touch in found if touch.first and touch.covered)),
        sum(touch.first and not touch.covered for touch in found),
        median(days) if days else None,
    )


def _days_ahead(found: Sequence[Touch]) -> list[float]:
    return [touch.ahead for touch in found if touch.covered and touch.ahead is not None]
