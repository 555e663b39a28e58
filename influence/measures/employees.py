"""People trust people more than brands: what employees draw from outside, beside the organisation's own accounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from influence.contract.details.brand import EmployeesAgainstBrand, Pair
from influence.contract.findings import Finding
from influence.contract.language import because
from influence.contract.measures import Definition, finds
from influence.measures.brand import (
    BRAND_MORE,
    ITSELF,
    NO_BRAND,
    NO_RESPONSE,
    NOT_HERE,
    PERSON_MORE,
    SILENT,
    TOO_LITTLE,
    Drawn,
    Ratio,
    drawn_by,
    rate_ratio,
    side_of,
    systems_of,
    verdict_of,
)
from influence.measures.reach import NO_TIMES
from influence.network.log_queries import items_by, system_of

if TYPE_CHECKING:
    from influence.reach.ego import Ego

NAME = "employees_against_brand"
UNIT = "times the brand's responses per item"
LEADER, EMPLOYEES, BRAND = "leader", "employees", "brand"
FIRST_MORE, SECOND_MORE = because("the first draws more"), because("the second draws more")
_SAYS = {PERSON_MORE: FIRST_MORE, BRAND_MORE: SECOND_MORE}
EVERYBODY_SILENT = because("no employee but the leader made an item where the brand makes any")


@dataclass(frozen=True)
class Authors:
    """Who made items, by person code: the leader, the other employees, the organisation's own accounts."""

    leader: set[int]
    employees: set[int]
    brand: set[int]


@finds(
    employees_against_brand=Definition(
        "how many times the brand's responses per item from outside the other employees draw together",
        label="Employees against brand",
        meaning=(
            "How many times the responses per item of the organisation's own accounts an item by its employees, the "
            "leader aside, draws from people outside the organisation, in the systems in which the brand acts."
        ),
        reading="Above 1: employees out-draw the brand. Where the interval holds 1 they cannot be told apart.",
        unit=UNIT,
        family="Exchange",
    ),
)
def employees_against_brand(ego: Ego) -> dict[str, Finding]:
    """Compare what items by employees, by the leader and by the organisation's own accounts draw from outside.

    Each side's rate is counted responses by people outside (of no sphere team, department or company, no bots) to its
    items of the window / those items, in the systems in which the brand makes items: what is written inside reaches
    nobody outside. The value is the employees' rate over the brand's, with the interval of
    `brand.rate_ratio`; `detail` has the three sides and every two of them compared, with intervals that hold for all
    three comparisons together (Bonferroni). Employees are all people of the leader's spheres team, department and
    company but the leader; of fewer than `smallest_group` who made an item, nothing is told.
    """
    brand = ego.settings.brand
    reason = NO_BRAND if not brand else None if ego.dated else NO_TIMES
    if reason is not None:
        return {NAME: Finding(NAME, None, UNIT, reason=reason)}
    codes, _ = ego.people.owners(brand)
    if not codes or ego.leader in codes:
        return {NAME: Finding(NAME, None, UNIT, reason=ITSELF if codes else NOT_HERE)}
    authors, systems = _authors(ego, codes), systems_of(ego, codes)
    sides = {
        name: _outside(ego, drawn_by(ego, group, codes, systems))
        for name, group in ((LEADER, authors.leader), (EMPLOYEES, authors.employees), (BRAND, authors.brand))
    }
    if not sides[BRAND].items:
        return {NAME: Finding(NAME, None, UNIT, reason=SILENT)}
    writing, least = _writing(ego, authors.employees, systems), ego.settings.smallest_group
    if writing < least:
        return {NAME: Finding(NAME, None, UNIT, reason=_too_few(writing, least))}
    return {NAME: _finding(ego, sides, writing)}


def _authors(ego: Ego, brand: set[int]) -> Authors:
    return Authors({ego.leader}, set(np.flatnonzero(ego.inside).tolist()) - ego.nobody - brand, brand)


def _outside(ego: Ego, drawn: Drawn) -> Drawn:
    kept = ~ego.inside[drawn.responder]
    return Drawn(drawn.items, drawn.item[kept], drawn.responder[kept])


def _writing(ego: Ego, employees: set[int], systems: frozenset[str]) -> int:
    """Count the employees who made an item in the window, in the systems that count."""
    made = items_by(ego.tables, sorted(employees), ego.window)
    made = made[np.isin(system_of(ego.tables, made), sorted(systems))]
    return len(np.unique(ego.log.items.author[made]))


def _too_few(writing: int, least: int) -> str:
    if not writing:
        return EVERYBODY_SILENT
    return because(
        "fewer than {least} employees made an item where the brand makes any, and nothing is told of so few",
        least=least,
    )


def _finding(ego: Ego, sides: Mapping[str, Drawn], writing: int) -> Finding:
    pairs = tuple(_pair(ego, sides, *names) for names in combinations(sides, 2))
    asked = next(pair for pair in pairs if (pair.one, pair.other) == (EMPLOYEES, BRAND))
    ratio = _ratio(ego, sides[EMPLOYEES], sides[BRAND])
    detail = EmployeesAgainstBrand(
        asked.verdict,
        writing,
        side_of(sides[LEADER]),
        side_of(sides[EMPLOYEES]),
        side_of(sides[BRAND]),
        pairs=pairs,
        spheres=_by_sphere(ego, sides),
        at_least=ratio.low if ratio.high is None else None,
    )
    edges = (ratio.low, ratio.high) if ratio.high is not None and asked.verdict != TOO_LITTLE else None
    reason = NO_RESPONSE if ratio.value is None else None
    return Finding(NAME, ratio.value, UNIT, interval=edges, reason=reason, detail=detail)


def _ratio(ego: Ego, one: Drawn, other: Drawn, comparisons: int = 1) -> Ratio:
    chance = ego.settings
    share, draws = 1 - 0.05 / comparisons, chance.draws * comparisons
    return rate_ratio(one.counts(), other.counts(), share=share, draws=draws, seed=chance.seed)


def _pair(ego: Ego, sides: Mapping[str, Drawn], one: str, other: str) -> Pair:
    """Compare two sides, with an interval that holds for all three comparisons together."""
    first, second = sides[one], sides[other]
    if not first.items or not second.items:
        return Pair(one, other, None, None, TOO_LITTLE)
    ratio = _ratio(ego, first, second, comparisons=3)
    verdict = verdict_of(ratio, first, second)
    return Pair(one, other, ratio.value, (ratio.low, ratio.high), _SAYS.get(verdict, verdict))


def _by_sphere(ego: Ego, sides: Mapping[str, Drawn]) -> dict[str, tuple[float, float, float]]:
    """Return the rates of the three sides in each sphere, in responses per item."""
    sphere = np.array(ego.spheres)
    names = np.unique(np.concatenate([sphere[drawn.responder] for drawn in sides.values()])).tolist()
    rates = [
        [float((sphere[drawn.responder] == name).sum()) / max(drawn.items, 1) for drawn in sides.values()]
        for name in names
    ]
    return {
        name: (leader, employees, brand)
        for name, (leader, employees, brand) in zip(names, rates, strict=True)
    }
