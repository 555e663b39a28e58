"""Who moved a number from one period to another: new, returned, lapsed; by sphere, and by conversation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING

import numpy as np

from influence.contract.details.trend import ConversationMove, SphereMove
from influence.contract.findings import NETWORKED
from influence.kernels.arrays import Ints
from influence.measures.periods import FEWEST_DAYS, Periods
from influence.network.log_queries import activity_ids, described
from influence.times import DAY, moment

if TYPE_CHECKING:
    from influence.reach.ego import Ego
    from influence.reach.steps import Alter

DIGITS = 9
"""A difference in the last digits of a sum is none."""
NAMED, SHOWN = 3, 5
"""So many conversations are told of either kind, with so many responses each as evidence."""


@dataclass(frozen=True)
class Moves:
    """By how much everybody of two periods moved the number, by person code, each person in one of four kinds.

    `new` responded in the later period and never before, `returned` in the later one and before the earlier one,
    `lapsed` in the earlier one only; `anew` in both, weighed differently. `lapsed` is what was lost, above 0; the
    others are what was gained.
    """

    new: Mapping[int, float]
    returned: Mapping[int, float]
    lapsed: Mapping[int, float]
    anew: Mapping[int, float]

    def among(self, people: Iterable[int] | None = None) -> tuple[float, float, float, float]:
        """Return the sums of the four kinds over some people, or all."""
        kept = None if people is None else set(people)
        return tuple(  # type: ignore[return-value]  # there are four
            fsum(by for person, by in kind.items() if kept is None or person in kept)
            for kind in (self.new, self.returned, self.lapsed, self.anew)
        )


def moves(before: Iterable[Alter], now: Iterable[Alter], earlier: frozenset[int]) -> Moves:
    """Part what moved reach_4 from one period to another by who it was; `earlier` responded before the two.

    Σ new + Σ returned − Σ lapsed + Σ anew = reach_4(now) − reach_4(before): everybody outside the team counts with
    1 − m(v) of the period in which they responded, and those of both with the difference.

    >>> from influence.reach.steps import Alter
    >>> ann, bo = (Alter(person=n, step=4, m=0.25, known=True, depth=1, first=0) for n in (1, 2))
    >>> moves([ann], [bo], frozenset({2})).among()
    (0.0, 0.75, 0.75, 0.0)
    """
    was, later = ({one.person: one.unmet for one in found} for found in (before, now))
    came = {person: by for person, by in later.items() if person not in was}
    return Moves(
        new={person: by for person, by in came.items() if person not in earlier},
        returned={person: by for person, by in came.items() if person in earlier},
        lapsed={person: by for person, by in was.items() if person not in later},
        anew={person: by - was[person] for person, by in later.items() if person in was},
    )


def responded_before(periods: Periods) -> frozenset[int] | None:
    """Return who responded to the leader before the two periods, or between them; None if no week is on record then."""
    ever, since = periods.now.ever, periods.before.window.since
    if periods.now.population.recorded[0] > since - FEWEST_DAYS * DAY:
        return None
    kept = (ever.time < periods.now.window.since) & ~periods.before.window.holds(ever.time)
    return frozenset(np.unique(ever.person[kept]).tolist())


def who_moved(before: list[Alter], now: list[Alter]) -> tuple[int, int, int, int]:
    """Count who came, stayed, stayed away and was met since, of the people never met in either period."""
    earlier, later = ({alter.person for alter in found if alter.step == NETWORKED} for found in (before, now))
    gone = earlier - later
    met = gone & {alter.person for alter in now}
    return len(later - earlier), len(later & earlier), len(gone) - len(met), len(met)


def came_back(before: list[Alter], now: list[Alter], earlier: frozenset[int] | None) -> int | None:
    """Count those who came (as `who_moved` does) and had responded before; None where nothing is on record then."""
    if earlier is None:
        return None
    was, later = ({alter.person for alter in found if alter.step == NETWORKED} for found in (before, now))
    return len((later - was) & (earlier - {alter.person for alter in before}))


def by_sphere(periods: Periods, moved: Moves) -> tuple[SphereMove, ...]:
    """Return how many people never met of each sphere there were and are, the largest move first."""
    sums: dict[str, list[list[float]]] = defaultdict(lambda: [[], []])
    people: dict[str, set[int]] = defaultdict(set)
    for column, ego in enumerate((periods.before, periods.now)):
        for alter in ego.found:
            if alter.outside:
                sums[ego.spheres[alter.person]][column].append(alter.unmet)
                people[ego.spheres[alter.person]].add(alter.person)
    rows = []
    for sphere, (was, now) in sums.items():
        new, returned, lapsed, _ = moved.among(people[sphere])
        rows.append(SphereMove(sphere, fsum(was), fsum(now), new, returned, lapsed))
    return tuple(sorted(rows, key=lambda row: (-round(abs(row.now - row.was), DIGITS), row.sphere)))


# --- by which conversation ------------------------------------------------------------------------------------


def brought(periods: Periods, moved: Moves) -> tuple[ConversationMove, ...]:
    """Return the conversations by which most of those came who are new or returned: each by their first response."""
    return _by_conversation(periods.now, {**moved.new, **moved.returned})


def lost(periods: Periods, moved: Moves) -> tuple[ConversationMove, ...]:
    """Return the conversations by which most of those had come, in the earlier period, who lapsed."""
    return _by_conversation(periods.before, moved.lapsed)


def _by_conversation(ego: Ego, weight: Mapping[int, float]) -> tuple[ConversationMove, ...]:
    person, first = np.unique(ego.drawn.person, return_index=True)  # touches are in order of time
    rows: dict[int, list[int]] = defaultdict(list)
    for code, place in zip(person.tolist(), first.tolist(), strict=True):
        if weight.get(code):
            rows[int(ego.unit[place])].append(place)
    sums = {
        unit: round(fsum(weight[int(ego.drawn.person[place])] for place in places), DIGITS)
        for unit, places in rows.items()
    }
    most = sorted(rows, key=lambda unit: (-sums[unit], rows[unit][0]))[:NAMED]
    return tuple(_told(ego, unit, rows[unit], sums[unit]) for unit in most)


def _told(ego: Ego, unit: int, places: list[int], weighed: float) -> ConversationMove:
    items = ego.log.items
    first = int(np.flatnonzero(items.conversation == unit)[0]) if unit >= 0 else -1 - unit
    who = ego.people.who[int(items.author[first])]
    shown: Ints = ego.drawn.item[places[:SHOWN]]
    ids = activity_ids(ego.tables, shown)
    return ConversationMove(
        began=moment(int(items.time[first]), ego.settings.zone),
        begun_by=who.person,
        name=who.name,
        channel=next((row["channel"] for row in described(ego.tables, shown) if row["channel"]), None),
        people=len(places),
        weighed=weighed,
        evidence=tuple(ids[item] for item in shown.tolist()),
    )
