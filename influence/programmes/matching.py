"""Leaders beside each mentee who were like them before the start: by reach, by size of the team, by department."""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import numpy as np

from influence.kernels.arrays import Floats, Ints

BESIDE = 5
"""So many others stand beside a mentee at most."""
ALIKE = 2.0
"""Half to twice as much reach, and half to twice as many people in the team, is alike."""
ANOTHER_DEPARTMENT = 0.25
"""What another department counts beside a difference in reach, as a logarithm of the ratio."""
HALF = 0.5
"""Is added to a number of people before a logarithm is taken of it: nobody is no ratio."""


@dataclass(frozen=True)
class Leaders:
    """Some leaders before the start, a row each: their levels, people in the team, department (−1: none).

    A level is the logarithm of reach for each active week; there is a column for the baseline, and one for the time
    before it where that is on record.
    """

    levels: Floats
    team: Ints
    department: Ints


def level(reach: float, weeks: int) -> float:
    """Return the logarithm of reach_4 for each active week, half a person added.

    >>> round(level(7.5, 8), 3)
    0.0
    """
    return log((reach + HALF) / weeks)


def matched(mentees: Leaders, others: Leaders) -> list[Ints]:
    """Return for each mentee the rows of up to five others like them, the likest first; each for one mentee alone.

    Like a mentee is who had half to twice their reach in the baseline, and in the time before it, and half to twice as
    many people in the team. The distance is the mean |difference of levels|, and a quarter more in another department.
    All mentees get their first before one gets a second: each round is the assignment of least distance over all
    (Hungarian method, Kuhn 1955, doi:10.1002/nav.3800020109). What followed is not looked at, so nobody is chosen for
    how it ended.

    >>> ann = Leaders(np.array([[1.4]]), np.array([6]), np.array([1]))
    >>> others = Leaders(np.array([[1.4], [3.7], [1.6], [1.4]]), np.array([5, 6, 7, 40]), np.array([2, 1, 1, 1]))
    >>> [rows.tolist() for rows in matched(ann, others)]
    [[2, 0]]
    """
    from scipy.optimize import linear_sum_assignment  # 0.2 s, and only a programme needs it

    apart = _distance(mentees, others)
    beside: list[list[int]] = [[] for _ in range(len(apart))]
    far = 1e6
    for _ in range(BESIDE):
        cost = np.where(np.isfinite(apart), apart, far)
        for mentee, other in zip(*linear_sum_assignment(cost), strict=True):
            if cost[mentee, other] < far:
                beside[mentee].append(int(other))
                apart[:, other] = np.inf
    return [np.array(rows, np.int64) for rows in beside]


def _distance(mentees: Leaders, others: Leaders) -> Floats:
    """Return how far each other is from each mentee (mentees × others), infinite where they are not alike."""
    levels = np.abs(mentees.levels[:, None, :] - others.levels[None, :, :])
    team = np.abs(np.log(mentees.team + 1.0)[:, None] - np.log(others.team + 1.0)[None, :])
    elsewhere = mentees.department[:, None] != others.department[None, :]
    near = log(ALIKE) + 1e-9
    alike = (levels <= near).all(axis=2) & (team <= near)
    found: Floats = np.where(alike, levels.mean(axis=2) + ANOTHER_DEPARTMENT * elsewhere, np.inf)
    return found
