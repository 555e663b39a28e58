"""What is tried over all leaders of a record: found before its last third and again in it, or it is not shown."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pyarrow as pa

from influence.advice.habits_compared import Comparison, Effect, effects
from influence.chance.p_values import discoveries
from influence.chance.pooled import Pooled, pooled
from influence.contract.turns import steps
from influence.times import Window

if TYPE_CHECKING:
    from influence.reach.population import Population

FEWEST_LEADERS, FEWEST_ON_A_SIDE = 5, 10
"""So many leaders with so many of what is compared on one side, and as many on the other, are needed."""
LEAST = 0.1
"""What changes by less who comes is nothing to act on, however surely it does."""
Compare: TypeAlias = Callable[[Window], Comparison]
"""Compares what lies in a part of the window; nothing outside of that part is looked at for what came."""


@dataclass(frozen=True)
class Tried:
    """Something that was tried: what it came to before the last third and in it, and whether it holds.

    `leaders` is of how many leaders enough was on record before the last third. It holds where it is among what may be
    discovered of all that is tried with it (Benjamini and Hochberg, 5 %), and the last third says the same: its whole
    interval lies on that side of none, and its share is a tenth or more.
    """

    name: str
    leaders: int
    before: Pooled | None
    last: Pooled | None
    holds: bool


def found_twice(window: Window, compared: Mapping[str, Compare]) -> tuple[Tried, ...]:
    """Try some comparisons together: what is found before the last third of a window must be found in it again."""
    cut = window.until - (window.until - window.since) // 3
    first, last = Window(window.since, cut), Window(cut, window.until)
    before = {name: summed(effects(compare(first))) for name, compare in steps(compared.items())}
    p = {name: one.p for name, (one, _) in before.items() if one is not None}
    found = dict(zip(p, discoveries(list(p.values())), strict=True))
    return tuple(
        _tried(name, before[name], compare, last, found=found.get(name, False))
        for name, compare in steps(compared.items())
    )


def _tried(
    name: str, first: tuple[Pooled | None, int], compare: Compare, last: Window, *, found: bool
) -> Tried:
    before, leaders = first
    again = summed(effects(compare(last)))[0] if before is not None else None
    return Tried(name, leaders, before, again, found and before is not None and _agree(before, again))


def _agree(before: Pooled, again: Pooled | None) -> bool:
    if again is None:
        return False
    low, high = again.interval
    return abs(again.value) >= LEAST and (low > 0 if before.value > 0 else high < 0)


def summed(of: Sequence[Effect]) -> tuple[Pooled | None, int]:
    """Pool the effects of leaders of whom enough is on record; None where there are too few of them.

    The variance of a share is taken as φ over how many people came in what was compared, with one φ for all leaders
    (the mean of variance times people, by people; 1 at least, as of people who come one by one by chance). A leader's
    own variance would go with their own effect, as counts are skewed, and draw the mean down.
    """
    enough = [one for one in of if min(one.kept, one.like) >= FEWEST_ON_A_SIDE]
    if len(enough) < FEWEST_LEADERS:
        return None, len(enough)
    worth, variance = (np.array([getattr(one, name) for one in enough]) for name in ("worth", "variance"))
    phi = max(float((variance * worth) @ worth / worth.sum()), 1.0)
    return pooled(np.array([one.share for one in enough]), phi / worth), len(enough)


# --- kept -------------------------------------------------------------------------------------------------------


def kept(
    population: Population, window: Window, name: str, make: Callable[[], tuple[Tried, ...]]
) -> tuple[Tried, ...]:
    """Return what was tried on a window; what was found of it before is taken from what is kept."""

    def table() -> pa.Table:
        return pa.table({"tried": [json.dumps([asdict(one) for one in make()])]})

    matters = window.since, window.until, repr(population.settings)
    held = population.kept.table(name, table, *matters)
    return tuple(_read(row) for row in json.loads(held.column("tried")[0].as_py()))


def _read(row: Mapping[str, Any]) -> Tried:
    sides = {
        name: row[name] and Pooled(**row[name] | {"interval": tuple(row[name]["interval"])})
        for name in ("before", "last")
    }
    return Tried(row["name"], row["leaders"], sides["before"], sides["last"], row["holds"])
