"""A compiled tournament: who has the largest of many values that change one by one."""

from __future__ import annotations

import numpy as np

from influence.kernels.arrays import Floats, Ints
from influence.kernels.compiling import compiled


@compiled
def seated(value: Floats) -> Ints:
    """Play every match: place 1 then holds the position of the largest value, of equals the first. O(values).

    The winner of place p has met that of place p ^ 1, and stands at p // 2 too; −1 is nobody.

    >>> seated(np.array([3.0, 5.0, 5.0])).tolist()
    [-1, 1, 1, 2, 0, 1, 2, -1]
    """
    size = 1
    while size < value.size:
        size *= 2
    winner = np.full(2 * size, -1, np.int64)
    for i in range(value.size):
        winner[size + i] = i
    for place in range(size - 1, 0, -1):
        _play(winner, value, place)
    return winner


@compiled
def replay(winner: Ints, value: Floats, changed: int) -> None:
    """Play the matches of one position again, after its value has changed. O(log values).

    >>> value = np.array([3.0, 5.0])
    >>> winner = seated(value)
    >>> value[0] = 6.0
    >>> replay(winner, value, 0)
    >>> winner[1].item()
    0
    """
    place = (winner.size // 2 + changed) // 2
    while place > 0:
        _play(winner, value, place)
        place //= 2


@compiled
def _play(winner: Ints, value: Floats, place: int) -> None:
    one, other = winner[2 * place], winner[2 * place + 1]
    # who stands on the left comes first, and wins among equals; nobody stands on the right only
    winner[place] = one if other < 0 or value[one] >= value[other] else other
