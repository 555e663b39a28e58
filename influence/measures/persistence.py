"""Whether exchange beyond has become a habit: in how many weeks it took place, and in how long a run."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from influence.contract.details.persistence import Persistence
from influence.contract.findings import Finding
from influence.contract.language import because
from influence.contract.measures import Definition, finds, near_enough
from influence.kernels.arrays import Flags, Ints
from influence.measures.asked import Acts, acts_of, prompted
from influence.measures.periods import CannotCompare, on_record
from influence.measures.reach import NO_TIMES
from influence.times import WEEK, weeks

if TYPE_CHECKING:
    from influence.reach.ego import Ego

FEWEST_WEEKS = 4
"""In fewer weeks there is no habit to be seen."""
NAME, UNIT = "persistence", "share"


@near_enough
@finds(
    persistence=Definition(
        "in what part of the weeks the leader and somebody never met turned to one another",
        label="Weeks with an exchange",
        meaning=(
            "The part of the whole weeks in which the leader and somebody never met turned to one another: one "
            "responded, and the other wrote, named or answered within seven days."
        ),
        reading="High: exchange beyond is a habit.",
        unit="share",
        family="Exchange",
    ),
)
def persistence(ego: Ego) -> dict[str, Finding]:
    """Return the share of whole weeks (Monday to Monday in the workspace's zone) with an exchange beyond.

    An exchange is a first-hand response to the leader by somebody outside the team, and an act of the leader towards
    the same person (an item to at most eight people, one that names them, or a response) within seven days of it; it
    falls into the week of the later of the two. Beyond are the people in step 4 by row; `low` leaves out those of whom
    nothing tells whether they have met. `detail` has the weeks, the longest run of them, and the weeks since the last.
    A share of all weeks of a window has no interval: none was left out.
    """
    if not ego.dated:
        return {NAME: Finding(NAME, None, UNIT, reason=NO_TIMES)}
    try:
        edges = weeks(on_record(ego, ego.window), ego.settings.zone)
    except CannotCompare as why:
        return {NAME: Finding(NAME, None, UNIT, reason=str(why))}
    if len(edges) <= FEWEST_WEEKS:
        return {NAME: Finding(NAME, None, UNIT, reason=_too_short(len(edges) - 1))}
    beyond = [alter for alter in ego.found if alter.outside and (not alter.known or alter.m < 0.5)]
    person, time = exchanges(ego, np.array([alter.person for alter in beyond], np.int64))
    sure = np.isin(person, [alter.person for alter in beyond if alter.known])
    held = _weeks_held(time, edges)
    least = float(_weeks_held(time[sure], edges).mean())
    value = float(held.mean())
    inside = (time >= edges[0]) & (time < edges[-1])
    detail = Persistence(
        weeks=len(held),
        held=int(held.sum()),
        longest=longest_run(held),
        since_last=_since_last(held),
        people=len(np.unique(person[inside])),
        shown=tuple(held.tolist()),
    )
    return {NAME: Finding(NAME, value, UNIT, least, value, detail=detail)}


def _too_short(whole: int) -> str:
    return because(
        "too little to say: {why}",
        why=because(
            "{n} whole weeks in this window, {least} are needed", n=max(whole, 0), least=FEWEST_WEEKS
        ),
    )


def exchanges(ego: Ego, people: Ints) -> tuple[Ints, Ints]:
    """Return each exchange with some people: with whom, and the moment in microseconds at which it went both ways."""
    drawn = ego.drawn
    kept = (drawn.depth == 1) & np.isin(drawn.person, people)
    acts = acts_of(ego)
    mine = ~acts.bulk & np.isin(acts.person, people)
    given = Acts(acts.person[mine], acts.time[mine], acts.bulk[mine])
    taken = Acts(drawn.person[kept].astype(np.int64), drawn.time[kept], np.zeros(int(kept.sum()), bool))
    person, time = np.concatenate([taken.person, given.person]), np.concatenate([taken.time, given.time])
    both = [prompted(one.person, one.time, other, WEEK) for one, other in ((taken, given), (given, taken))]
    went = np.concatenate(both)
    return person[went], time[went]


def _weeks_held(time: Ints, edges: Ints) -> Flags:
    place = np.searchsorted(edges, time, side="right") - 1
    inside = (place >= 0) & (place < len(edges) - 1)
    held: Flags = np.bincount(place[inside], minlength=len(edges) - 1) > 0
    return held


def longest_run(held: Flags) -> int:
    """Return the most weeks in a row.

    >>> longest_run(np.array([True, True, False, True]))
    2
    """
    return max((sum(1 for _ in run) for there, run in groupby(held.tolist()) if there), default=0)


def _since_last(held: Flags) -> int | None:
    """Return how many whole weeks passed since the last exchange; None where there was none."""
    last = np.flatnonzero(held)
    return len(held) - 1 - int(last[-1]) if len(last) else None
