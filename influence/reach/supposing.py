"""How many people would come or go in a leader's report if somebody wrote for the leader, or were the leader too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from influence.network.log_tables import LogTables
from influence.network.responses import read_log
from influence.people.decisions import Decisions, writers
from influence.people.directory import People
from influence.reach.ego import Ego
from influence.reach.population import Population
from influence.reach.steps import first_and_depth, touches

MOST = 40
"""So many suppositions are worked out at most."""
_ITEMS = 4_000_000
"""Each reads the whole log, so that of a large one fewer are worked out: so many items in all, but three at least."""


class Supposing:
    """Reads the log as it would be by an answer that nobody has given yet; the tables in use stay as they are.

    What is asked for beyond the largest number of suppositions is None.
    """

    def __init__(self, population: Population) -> None:
        self._now = population
        self._engine = population.engine.beside()
        self._engine.run("CREATE TEMP TABLE activities AS SELECT * EXCLUDE (text, url) FROM main.activities")
        self._writing = writers(population.people, Decisions(population.engine).standing())
        self._left = max(3, min(MOST, _ITEMS // (len(population.log.items) + 1)))

    def written(self, ego: Ego, writer: int, leader: int) -> int | None:
        """Return how many people outside the ego's team would come or go if somebody wrote for a leader."""
        return self._moved(ego, ego.people, {**self._writing, (writer, leader): "yes"})

    def joined(self, ego: Ego, others: Sequence[int]) -> int | None:
        """Return how many people outside the team would come or go if the leader were these people too."""
        same = dict.fromkeys(others, ego.leader)
        owners = {account: same.get(code, code) for account, code in ego.people.account_person.items()}
        return self._moved(ego, replace(ego.people, account_person=owners), self._writing)

    def _moved(self, ego: Ego, people: People, writing: dict[tuple[int, int], str]) -> int | None:
        if not self._left:
            return None
        self._left -= 1
        log = read_log(LogTables.of(self._engine, people, writing))
        drawn = touches(log, ego.leader, ego.window, ego.passing, ego.nobody, ego.drawn.undated)
        after = first_and_depth(drawn)[0].keys() - ego.team
        return len(after ^ {alter.person for alter in ego.found if alter.outside})

    def close(self) -> None:
        """Let go of the second engine."""
        self._engine.close()
