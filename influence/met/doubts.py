"""Encounters and declarations that cannot be meant as they stand; all are kept, and none is guessed at."""

from __future__ import annotations

from collections.abc import Container
from datetime import datetime
from typing import Any

from influence.people.tables import PeopleTables

_AHEAD = """
SELECT id, time, CASE WHEN time > $now THEN 'which is yet to come' ELSE 'after the last activity' END AS why
FROM encounters WHERE time > (SELECT max(time) FROM activities) OR time > $now ORDER BY time, id
"""

_ALONE = """
SELECT e.id, min(p.person) AS person
FROM (SELECT id, unnest(people) AS account FROM encounters WHERE coalesce(attendees, 1) = 1 AND evidence <> 'message') e
LEFT JOIN account_person p USING (account)
GROUP BY e.id HAVING count(DISTINCT p.person) = 1 AND count(p.person) = count(*) ORDER BY e.id
"""

_STRANGE = """
SELECT count(DISTINCT id) AS encounters, count(DISTINCT account) AS names, min(account) AS example
FROM (SELECT id, unnest(people) AS account FROM encounters)
ANTI JOIN account_person p USING (account) WHERE starts_with(account, 'name:')
"""

_CONTRADICTING = """
WITH said AS (
    SELECT id, CASE WHEN kind IN ('never', 'online') THEN 0 ELSE 1 END AS met, unnest(people) AS account
    FROM encounters WHERE (evidence = 'declared' OR kind = 'never') AND len(people) <= 100),
who AS (SELECT DISTINCT id, met, person FROM said JOIN account_person USING (account))
SELECT a.person AS one, b.person AS other FROM who a JOIN who b ON a.id = b.id AND a.person < b.person
GROUP BY ALL HAVING min(a.met) <> max(a.met) ORDER BY ALL
"""
"""Pairs within one declaration; one that names hundreds of people is a crowd and declares nothing of a pair."""


def ahead(tables: PeopleTables, now: datetime) -> list[dict[str, Any]]:
    """Return the encounters after the last activity or after now: `id`, `time`, `why`."""
    return list(tables.rows(_AHEAD, {"now": now}).to_pylist())


def alone(tables: PeopleTables) -> list[tuple[str, str]]:
    """Return the encounters in which somebody meets themselves only: id and person."""
    who = tables.people.who
    return [(row["id"], who[row["person"]].person) for row in tables.rows(_ALONE).to_pylist()]


def strange(tables: PeopleTables) -> tuple[int, int, str | None]:
    """Return how many encounters name people in words whom nobody here is called, how many names, and one of these."""
    row = tables.rows(_STRANGE).to_pylist()[0]
    return row["encounters"], row["names"], row["example"]


def contradicting(tables: PeopleTables, decided: Container[tuple[int, int]]) -> list[tuple[str, str]]:
    """Return the pairs declared both met and never met, those aside about whom a command `decided`."""
    who = tables.people.who
    pairs = [(row["one"], row["other"]) for row in tables.rows(_CONTRADICTING).to_pylist()]
    return [(who[one].person, who[other].person) for one, other in pairs if (one, other) not in decided]
