"""Influenced before first contact: who responded before the leader had ever met them, customers first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import TYPE_CHECKING

from influence.contract.details.contact import BeforeContact, FirstContacts
from influence.contract.findings import Finding
from influence.contract.measures import Definition, finds, near_enough
from influence.measures.reach import NO_TIMES
from influence.met.known import Met
from influence.reach.steps import Alter
from influence.times import DAY

if TYPE_CHECKING:
    from influence.reach.ego import Ego

ORDER = ("customer", "partner", "industry", "media", "public", "company", "department")
"""The spheres in which a first contact by influence counts most come first; others follow by name."""


@near_enough
@finds(
    before_contact=Definition(
        "how many people responded before the leader had met them, by sphere, customers first",
        label="Before first contact",
        meaning=(
            "People outside the team who responded before they had met the leader: those met later, and "
            "those never met so far. The upper bound adds those of whom nothing is known."
        ),
        reading=(
            "High among customers and partners: they knew the leader by what was written before anybody "
            "shook hands."
        ),
        unit="people",
        family="How far",
    ),
)
def before_contact(ego: Ego) -> dict[str, Finding]:
    """Count who was influenced before first contact: those met later, and those never met so far."""
    ids = {code: who.person for code, who in ego.reached.items()}
    now = int(ego.population.recorded[-1]) if ego.dated else 0
    return {"before_contact": responded_before_contact(ego.found, ego.met, ids, ego.spheres, now)}


def responded_before_contact(
    found: Sequence[Alter], met: Met, ids: Mapping[int, str], spheres: Sequence[str], now: int
) -> Finding:
    """Return how many people outside the team responded before they had met the leader. Unit: people.

    before_contact = |{v : m(v) < 0.5 at the first response, v known}|: those whose first dated encounter came
    afterwards (`met_later`), and those without any by `now`, the last activity in microseconds (`never_met`).
    `high` adds the people about whom nothing is known (`unknown`). `detail` has `by_sphere`, customers first, with
    people's ids; `days_ahead`, the median of days from first response to first encounter; and `customers`.

    >>> responded_before_contact([], None, {}, [], 0).value
    0.0
    """
    dated = [alter for alter in found if alter.first is not None]
    if found and not dated:
        return Finding("before_contact", None, "people", reason=NO_TIMES)
    ways = {alter.person: way for alter in dated if (way := _way(alter, met, now)) is not None}
    by_sphere = _by_sphere(ways, ids, spheres)
    sure = sum(way != "unknown" for way in ways.values())
    ahead = [
        (first - (alter.first or 0)) / DAY
        for alter in dated
        if ways.get(alter.person) == "met_later" and (first := met.first(alter.person)) is not None
    ]
    customers = by_sphere.get("customer", FirstContacts((), (), ()))
    detail = BeforeContact(
        by_sphere,
        days_ahead=median(ahead) if ahead else None,
        customers=len(customers.met_later) + len(customers.never_met),
    )
    return Finding("before_contact", float(sure), "people", float(sure), float(len(ways)), detail=detail)


def _way(alter: Alter, met: Met, now: int) -> str | None:
    """Say how somebody stood to the leader when they first responded; None for the team and those met before."""
    if not alter.outside or (alter.known and alter.m >= 0.5):
        return None
    if not alter.known:
        return "unknown"
    first = met.first(alter.person)
    if first is None or first > now:
        return "never_met"
    return "met_later" if alter.first is not None and alter.first < first else None


def _by_sphere(
    ways: Mapping[int, str], ids: Mapping[int, str], spheres: Sequence[str]
) -> dict[str, FirstContacts]:
    present = {spheres[code] for code in ways}
    order = [sphere for sphere in ORDER if sphere in present] + sorted(present - set(ORDER))
    return {
        sphere: FirstContacts(
            *(
                tuple(sorted(ids[code] for code in ways if ways[code] == way and spheres[code] == sphere))
                for way in ("met_later", "never_met", "unknown")
            )
        )
        for sphere in order
    }
