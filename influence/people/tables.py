"""Whose each account is, as a table that statements can join."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from influence.people.directory import People
from influence.store.engine import Engine, Parameters


@dataclass(frozen=True)
class PeopleTables:
    """An engine in which `account_person` says whose each account is: a statement that joins it asks for this.

    >>> from influence.store.store import Store
    >>> tables = PeopleTables.of(Store().engine, People([], {}))
    >>> tables.rows("SELECT count(*) AS n FROM account_person").to_pylist()
    [{'n': 0}]
    """

    engine: Engine
    people: People

    @classmethod
    def of(cls, engine: Engine, people: People) -> PeopleTables:
        """Offer the table of some people, in place of the one before."""
        engine.offer("account_person", people.table())
        return cls(engine, people)

    def rows(self, sql: str, params: Parameters = ()) -> pa.Table:
        """Run a query over the tables."""
        return self.engine.arrow(sql, params)
