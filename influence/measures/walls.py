"""Walls between departments: whether people respond across them as often as chance alone would have it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from influence.chance.p_values import p_value
from influence.contract.details.organisation import Between, Walls
from influence.contract.findings import Finding
from influence.contract.language import because
from influence.contract.measures import Definition, finds
from influence.kernels.arrays import Flags, Floats, Ints
from influence.times import Window

if TYPE_CHECKING:
    from influence.reach.ego import Ego

NAME, UNIT = "walls", "index"
FEWEST_PAIRS = 20
DRAWS = 999
MOST_ENDS = 20_000_000
"""So many ends of ties are drawn again in all; in a larger network there are fewer draws."""
FEWEST_DRAWS = 99
NO_DEPARTMENTS = because(
    "fewer than two departments of the leader's organisation are known; a people table or an organisation chart "
    "states them"
)
TOO_FEW = because("too few people of known departments respond to one another")


@dataclass(frozen=True)
class Ties:
    """Pairs of people who responded, `one` < `other`, and everybody's department by person code (−1: none)."""

    one: Ints
    other: Ints
    department: Ints

    def __len__(self) -> int:
        return len(self.one)

    def where(self, kept: Flags) -> Ties:
        """Return the pairs that a mask chooses."""
        return Ties(self.one[kept], self.other[kept], self.department)

    @property
    def across(self) -> Flags:
        """Which pairs are of two departments."""
        flags: Flags = self.department[self.one] != self.department[self.other]
        return flags


@finds(
    walls=Definition(
        "whether people respond to their own department or across departments: from −1 to 1",
        label="Across departments",
        meaning=(
            "Of all pairs of people of the organisation who respond to one another, those of two departments less "
            "those of one, over all of them (the E-I index): −1, all within; 1, all across."
        ),
        reading="Below what chance would give: there are walls between departments.",
        unit="index",
        family="Leadership for the many",
    ),
)
def walls(ego: Ego) -> dict[str, Finding]:
    """Return the E-I index of the organisation: (E − I) / (E + I).

    E and I count the pairs of people of two departments, and of one, of whom one responded to the other in the window;
    the people are those of the leader's spheres team, department and company whose department is stated, the leader
    too. By chance: the ends of the pairs are drawn again at random, so that everybody keeps their number of ties (the
    configuration model, in which nobody is tied to themselves); `p` is two-sided.
    Departments of fewer people than `smallest_group` stand together in `between`.

    Sources: Krackhardt & Stern 1988, doi:10.2307/2786835; Newman, Strogatz & Watts 2001,
    doi:10.1103/PhysRevE.64.026118.
    """
    department, names = departments(ego)
    if len(names) < 2:
        return {NAME: Finding(NAME, None, UNIT, reason=NO_DEPARTMENTS)}
    every = ties(ego, department, ego.window)
    people = len(np.unique([every.one, every.other]))
    if len(every) < FEWEST_PAIRS:
        return {NAME: Finding(NAME, None, UNIT, reason=TOO_FEW, detail=Walls(people, len(every)))}
    shown, merged = _large(department, names, ego.settings.smallest_group)
    value, drawn, between = _compared(every, shown, ego.settings.seed)
    mine = (every.one == ego.leader) | (every.other == ego.leader)
    first, second = (index(ties(ego, department, half)) for half in ego.window.halves)
    low, middle, high = np.quantile(drawn, [0.025, 0.5, 0.975]).tolist()
    detail = Walls(
        people,
        len(every),
        by_chance=(low, middle, high),
        p=min(1.0, 2 * min(p_value(value, drawn), p_value(-value, -drawn))),
        without_leader=index(every.where(~mine)),
        first_half=first,
        second_half=second,
        departments=len(names),
        merged=merged,
        between=between,
    )
    return {NAME: Finding(NAME, value, UNIT, detail=detail)}


def departments(ego: Ego) -> tuple[Ints, list[str]]:
    """Number the departments of the leader's organisation: everybody's by person code, −1 where none is known."""
    own = ego.inside.copy()
    own[sorted(ego.bots)] = False
    stated = {code: name for code, name in ego.people.told("department") if name and own[code]}
    names = sorted(set(stated.values()))
    number = {name: place for place, name in enumerate(names)}
    found = np.full(len(ego.people), -1, np.int64)
    found[list(stated)] = [number[name] for name in stated.values()]
    return found, names


def ties(ego: Ego, department: Ints, window: Window) -> Ties:
    """Return the pairs of people of known departments of whom one responded to the other in a window."""
    responses = ego.responses.within(window)
    source = np.concatenate([responses.target.astype(np.int64), ego.ties.source])
    target = np.concatenate([responses.responder.astype(np.int64), ego.ties.target])
    kept = (department[source] >= 0) & (department[target] >= 0) & (source != target)
    source, target, n = source[kept], target[kept], len(department)
    pairs = np.unique(np.minimum(source, target) * n + np.maximum(source, target))
    return Ties(pairs // n, pairs % n, department)


def index(among: Ties) -> float | None:
    """Return (E − I) / (E + I); None where there are no pairs.

    >>> one, other = np.array([0, 0, 1]), np.array([1, 2, 2])
    >>> round(index(Ties(one, other, np.array([0, 0, 1]))), 3)  # two across, one within
    0.333
    """
    return 2 * float(among.across.mean()) - 1 if len(among) else None


def by_chance(every: Ties, seed: int = 1) -> Iterator[Ties]:
    """Draw the pairs again, everybody keeping their number of ties."""
    random, n = np.random.default_rng(seed), len(every)
    ends = np.concatenate([every.one, every.other])
    for _ in range(min(DRAWS, max(FEWEST_DRAWS, MOST_ENDS // len(ends)))):
        drawn = random.permutation(ends)
        again = Ties(drawn[:n], drawn[n:], every.department)
        yield again.where(again.one != again.other)


def _large(department: Ints, names: list[str], smallest: int) -> tuple[dict[int, str], int]:
    """Name the departments of enough people, and count the others."""
    people = np.bincount(department[department >= 0], minlength=len(names))
    shown = {place: name for place, name in enumerate(names) if people[place] >= smallest}
    return shown, len(names) - len(shown)


def _compared(every: Ties, shown: dict[int, str], seed: int) -> tuple[float, Floats, tuple[Between, ...]]:
    """Return the index, that of each draw by chance, and of every two departments what is and what chance gives."""
    place = np.full(int(every.department.max()) + 1, -1)
    place[list(shown)] = np.arange(len(shown))
    names, drawn, expected = list(shown.values()), [], np.zeros((len(shown), len(shown)))
    for again in by_chance(every, seed):
        drawn.append(again.across.mean())
        expected += _counts(again, place, len(names))
    seen, expected = _counts(every, place, len(names)), expected / len(drawn)
    rows = tuple(
        Between(names[a], names[b], int(seen[a, b]), float(expected[a, b]))
        for a in range(len(names))
        for b in range(a, len(names))
    )
    return 2 * float(every.across.mean()) - 1, 2 * np.array(drawn) - 1, rows


def _counts(among: Ties, place: Ints, n: int) -> Floats:
    one, other = place[among.department[among.one]], place[among.department[among.other]]
    kept = (one >= 0) & (other >= 0)
    low, high = np.minimum(one, other)[kept], np.maximum(one, other)[kept]
    return np.bincount(low * n + high, minlength=n * n).reshape(n, n).astype(np.float64)
