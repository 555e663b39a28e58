"""Random draws in the shapes that people's behaviour has, all from one seeded generator."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import numpy as np

T = TypeVar("T")
BLOCK = 65_536
"""Uniform numbers drawn at once: a single draw from the generator costs ten times a list item."""


class Dice:
    """One stream of random draws; the same seed gives the same stream."""

    def __init__(self, seed: int) -> None:
        import numpy as np  # 60 ms that `influence --help` must not pay

        self._rng: np.random.Generator = np.random.Generator(np.random.PCG64(seed))
        self._stream = self._uniforms()

    def _uniforms(self) -> Iterator[float]:
        while True:
            yield from self._rng.random(BLOCK).tolist()

    def uniform(self) -> float:
        """Draw a number in [0, 1)."""
        return next(self._stream)

    def happens(self, chance: float) -> bool:
        """Tell whether an event of this probability happens."""
        return self.uniform() < chance

    def below(self, count: int) -> int:
        """Draw an integer in [0, count)."""
        return int(self.uniform() * count)

    def pick(self, of: Sequence[T]) -> T:
        """Draw one, all equally likely."""
        return of[self.below(len(of))]

    def some(self, of: Sequence[T], count: int) -> list[T]:
        """Draw `count` different ones (all, shuffled, where there are fewer)."""
        rest = list(of)
        return [rest.pop(self.below(len(rest))) for _ in range(min(count, len(rest)))]

    def count(self, mean: float, shape: float = 0.8) -> int:
        """Draw a heavy-tailed count: Poisson with a gamma-distributed mean (negative binomial)."""
        return int(self._rng.poisson(self._rng.gamma(shape, mean / shape))) if mean > 0 else 0

    def delay(self, median_hours: float, spread: float = 1.3) -> int:
        """Draw a log-normal waiting time in whole seconds, at least one."""
        return max(1, int(3600 * median_hours * self._rng.lognormal(0.0, spread)))

    def pareto(self, exponent: float = 1.6, cap: float = 30.0) -> float:
        """Draw a heavy-tailed weight in [1, cap]: few people do much, most do little."""
        return float(min(cap, (1.0 - self.uniform()) ** (-1.0 / exponent)))


class Urn:
    """Draws members in proportion to their weights; an empty urn draws None.

    >>> Urn([7], [1.0]).draw(Dice(1))
    7
    """

    def __init__(self, members: Sequence[int], weights: Sequence[float]) -> None:
        self._members = members
        self._sums = list(accumulate(weights))

    def draw(self, dice: Dice) -> int | None:
        """Draw one member."""
        if not self._members:
            return None
        place = bisect_right(self._sums, dice.uniform() * self._sums[-1])
        return self._members[min(place, len(self._members) - 1)]
