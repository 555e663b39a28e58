"""What decisions about a leader begin with: everything as it is now, what was decided, and who hears of a reading."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from influence.people.decisions import Decisions
from influence.reach.ego import Ego
from influence.reach.population import Population
from influence.times import Window


class AboutLeaders:
    """Decisions about leaders.

    `population` gives everything as it is now; `changed` is called after a change, and `reads` hears about whom
    somebody reads. A leader is an id, an account, an e-mail address or a full name; every method raises UnknownPerson
    for a name that nobody bears.
    """

    def __init__(
        self,
        population: Callable[[], Population],
        changed: Callable[[], None],
        reads: Callable[[str, Sequence[int]], None],
    ) -> None:
        self._population, self._changed, self._reads = population, changed, reads

    @property
    def _decisions(self) -> Decisions:
        return Decisions(self._population().engine)

    def _ego(self, leader: str, window: Window | None) -> Ego:
        """Return the leader in a window, or in all that the store holds."""
        population = self._population()
        return Ego(population, population.people.find(leader), window or population.whole_window())
