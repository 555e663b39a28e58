"""How the number moved against the period before, and what moved it: who is new, returned or lapsed, and by what."""

from __future__ import annotations

from dataclasses import replace
from math import fsum
from typing import TYPE_CHECKING

import numpy as np

from influence.chance.bootstrap import conversation_draws
from influence.chance.intervals import interval
from influence.contract.details.trend import AgainstBefore
from influence.contract.findings import Finding
from influence.contract.measures import Definition, finds, near_enough
from influence.kernels.arrays import Floats, Ints
from influence.measures.moves import (
    DIGITS,
    brought,
    by_sphere,
    came_back,
    lost,
    moves,
    responded_before,
    who_moved,
)
from influence.measures.periods import CannotCompare, Periods, periods
from influence.measures.reach import FEWEST_CONVERSATIONS, NO_CONVERSATIONS, TOO_FEW
from influence.reach.steps import Alter, headline
from influence.times import Window, day_at, moment

if TYPE_CHECKING:
    from influence.reach.ego import Ego

UNIT = "people more than before"


@near_enough
@finds(
    against_before=Definition(
        "how many more people never met responded than in the period of the same length before",
        label="Against the period before",
        meaning=(
            "Step 4 of this period less step 4 of the one of the same length right before it, or the one asked for; "
            "where nothing is on record before, the second half of this period less its first half. It is who is new, "
            "and who returned, less who lapsed, and what was learned of those who stayed. The 95 % interval redraws "
            "whole conversations of both periods 1,000 times."
        ),
        reading="Above 0: more than before. Where the interval holds 0, chance alone could have moved it.",
        unit=UNIT,
        family="From month to month",
    ),
)
def against_before(ego: Ego) -> dict[str, Finding]:
    """Compare reach_4 with that of the period of the same length before, each as `four_steps` finds it.

    value = reach_4(now) − reach_4(before). The 95 % interval is that of the difference in draws of the conversations of
    both periods together (`chance.conversation_draws`), so that how many there are of each may also be chance; where
    nobody never met responded in one of them, its draws are those of a score interval of nobody. `low` and `high` take
    all people of whom nothing tells as met or as unmet, whichever gives less and more; who had met the leader, has.
    `detail` parts the difference by who it was (`moves.moves`), exactly: new + returned − lapsed + anew = value.
    """
    try:
        compared = periods(ego)
    except CannotCompare as why:
        return {"against_before": Finding("against_before", None, UNIT, reason=str(why))}
    return {"against_before": _moved(compared)}


# --- how it moved, and what moved it --------------------------------------------------------------------------


def _moved(periods: Periods) -> Finding:
    was, now = headline(periods.before.found), headline(periods.now.found)
    value = round(now - was, DIGITS)
    low, high = least_and_most(periods.before.found, periods.now.found)
    within, why = _interval(periods, value)
    doubtful = any(map(_mostly_unknown, (periods.before.found, periods.now.found)))
    detail = replace(
        _by_whom(periods),
        was=was,
        now=now,
        apart=_apart(value, within, (low, high) if doubtful else None, _turns(periods)),
        mostly_unknown=doubtful or None,
        no_interval=why,
    )
    return Finding("against_before", value, UNIT, min(low, value), max(high, value), within, detail=detail)


def _by_whom(periods: Periods) -> AgainstBefore:
    """Return which periods they are and what moved the number, without the number."""
    zone = periods.now.settings.zone
    earlier = responded_before(periods)
    moved = moves(periods.before.found, periods.now.found, earlier or frozenset())
    new, returned, lapsed, anew = moved.among()
    came, stayed, stayed_away, met_since = who_moved(periods.before.found, periods.now.found)
    back = came_back(periods.before.found, periods.now.found, earlier)
    edges = (*_edges(periods.before.window), *_edges(periods.now.window))
    before_since, before_until, since, until = (moment(time, zone) for time in edges)
    return AgainstBefore(
        since=since,
        until=until,
        before_since=before_since,
        before_until=before_until,
        was=None,
        now=None,
        halves=periods.halves,
        apart=None,
        came=came,
        stayed=stayed,
        stayed_away=stayed_away,
        by_sphere=by_sphere(periods, moved),
        met_since=met_since,
        sources=periods.broken or None,
        covered=periods.coverage[1],
        before_covered=periods.coverage[0],
        record_since=None
        if earlier is None
        else day_at(int(periods.now.population.recorded[0]), zone).isoformat(),
        came_back=back,
        new=new,
        returned=returned,
        lapsed=lapsed,
        anew=anew,
        brought=brought(periods, moved) or None,
        lost=lost(periods, moved) or None,
    )


def _edges(window: Window) -> tuple[int, int]:
    return window.since, window.until


def least_and_most(before: list[Alter], now: list[Alter]) -> tuple[float, float]:
    """Return the least and the most that the difference may be, whomever of the unknown the leader has met.

    >>> ann = Alter(person=1, step=4, m=0.1, known=False, depth=1, first=0)
    >>> least_and_most([ann], [ann]), least_and_most([], [ann])
    ((-1.0, 0.0), (0.0, 1.0))
    """
    (least_was, most_was), (least_now, most_now) = map(_bounds, (before, now))
    earlier = {alter.person for alter in before if alter.outside and not alter.known}
    both = sum(alter.outside and not alter.known and alter.person in earlier for alter in now)
    return least_now - most_was, most_now - least_was - both


def _bounds(found: list[Alter]) -> tuple[float, float]:
    """Return reach_4 with everybody of whom nothing tells as met, and as unmet."""
    surely = fsum(alter.unmet for alter in found if alter.known)
    return surely, surely + sum(alter.outside and not alter.known for alter in found)


def _mostly_unknown(found: list[Alter]) -> bool:
    outside = [alter for alter in found if alter.outside]
    return 2 * sum(not alter.known for alter in outside) > len(outside)


def _turns(periods: Periods) -> bool:
    """Whether the answer turns round where all the unknown are met in both periods, or none is."""
    value = headline(periods.now.found) - headline(periods.before.found)
    was, now = _bounds(periods.before.found), _bounds(periods.now.found)
    return any(value * (after - earlier) < 0 for earlier, after in zip(was, now, strict=True))


def _apart(
    value: float,
    within: tuple[float, float] | None,
    doubt: tuple[float, float] | None,
    turns: bool,
) -> bool | None:
    if within is None:
        return None
    if within[0] <= 0 <= within[1] or not value:
        return False
    return None if turns or (doubt is not None and doubt[0] <= 0 <= doubt[1]) else True


def _interval(periods: Periods, value: float) -> tuple[tuple[float, float] | None, str | None]:
    """Return the 95 % interval of the difference, or why there is none."""
    before, now = periods.before, periods.now
    if before.drawn.undated or now.drawn.undated:
        return None, NO_CONVERSATIONS
    unit = np.concatenate([before.unit, now.unit])
    silent = _silent(periods, unit)
    if len(np.unique(unit)) + silent < FEWEST_CONVERSATIONS:
        return None, TOO_FEW
    person, weight = _people(before, now)
    chance = now.settings
    drawn = conversation_draws(unit, person, weight, silent=silent, draws=chance.draws, seed=chance.seed)
    was, later = (
        drawn[:, column] if weight[:, column].any() else of_nobody(chance.draws, chance.seed + 1 + column)
        for column in (0, 1)
    )
    low, high = interval(later - was)
    return (min(low, value), max(high, value)), None


def _silent(periods: Periods, unit: Ints) -> int:
    """Count the leader's conversations in both periods that drew no response in either."""
    items, leader = periods.now.log.items, periods.now.leader
    mine = (items.author == leader) & periods.holds(items.time)
    return len(np.setdiff1d(items.conversation[mine], unit))


def _people(before: Ego, now: Ego) -> tuple[Ints, Floats]:
    """Return whose each touch of the two periods is, and what each of these people adds to reach_4 of either.

    Somebody of both periods is two, each with their own weight.
    """
    person, weight, known = [], np.zeros((len(before.found) + len(now.found), 2)), 0
    for column, ego in enumerate((before, now)):
        place = {alter.person: known + row for row, alter in enumerate(ego.found)}
        person += [place[one] for one in ego.drawn.person.tolist()]
        weight[known : known + len(place), column] = [alter.unmet for alter in ego.found]
        known += len(place)
    return np.array(person, np.int64), weight


def of_nobody(draws: int, seed: int) -> Floats:
    """Return draws of a count of which none was seen: what a score interval gives to 0, y = z² above it.

    >>> bool(3.4 < np.quantile(of_nobody(100_000, 1), 0.975) < 4.3)
    True
    """
    steps = np.random.default_rng(seed).standard_normal(draws)
    return np.maximum(steps, 0.0) ** 2
