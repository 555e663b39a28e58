"""A tournament says who has the most, whatever changes; of equals the first."""

import numpy as np
import pytest

from influence.kernels.tournament import replay, seated


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9, 100])
def test_the_winner_is_who_numpy_finds_after_every_change(size):
    random = np.random.default_rng(size)
    value = random.integers(0, 4, size).astype(float)  # few numbers, so that there are many equals
    winner = seated(value)
    assert np.argmax(value) == winner[1]
    for _ in range(200):
        changed = int(random.integers(size))
        value[changed] = random.integers(-1, 4)
        replay(winner, value, changed)
        assert np.argmax(value) == winner[1]


def test_among_nobody_nobody_wins():
    assert -1 == seated(np.empty(0))[1]
