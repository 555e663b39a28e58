"""What somebody mostly does: answer, begin, connect, broadcast or listen; each act of theirs is one of these."""

from __future__ import annotations

from influence.network.log_tables import LogTables
from influence.times import Window

FEW = 8
"""What is addressed to more people asks nobody in particular."""
_COUNTS = "l.responds AND (NOT l.inferred OR c.counts)"
_WAYS = f"""
WITH mine AS (
    SELECT item, verb, addressees FROM item
    WHERE author = $leader AND epoch_us(time) >= $since AND epoch_us(time) < $until),
answer AS (
    SELECT DISTINCT l.item FROM link l JOIN item c ON c.item = l.item JOIN item q ON q.item = l.parent
    WHERE c.author = $leader AND q.author <> $leader AND {_COUNTS}),
answered AS (
    SELECT DISTINCT l.parent AS item FROM link l JOIN item c ON c.item = l.item JOIN item q ON q.item = l.parent
    WHERE q.author = $leader AND c.author <> $leader AND {_COUNTS}),
named AS (SELECT item, count(*) AS people FROM mentioned WHERE person <> $leader GROUP BY item)
SELECT CASE
    WHEN m.verb IN ('react', 'follow', 'view') THEN 'listens'
    WHEN m.verb IN ('share', 'quote') OR coalesce(n.people, 0) > 1 THEN 'connects'
    WHEN r.item IS NOT NULL THEN 'answers'
    WHEN coalesce(m.addressees, 0) > $few THEN 'broadcasts'
    WHEN coalesce(m.addressees, 0) > 0 OR a.item IS NOT NULL THEN 'begins'
    ELSE 'broadcasts' END AS way, count(*) AS times
FROM mine m LEFT JOIN named n ON n.item = m.item LEFT JOIN answer r ON r.item = m.item
LEFT JOIN answered a ON a.item = m.item GROUP BY way ORDER BY way
"""


def ways(tables: LogTables, leader: int, window: Window) -> dict[str, int]:
    """Return how often somebody answers, begins, connects, broadcasts and listens in a window, each act once.

    In this order: a reaction, follow or view listens; a share or quote, or an item that names two others, connects; a
    response to somebody else answers; an item to a few, or one to nobody by name that somebody answered, begins; the
    rest, to many or to nobody and unanswered, broadcasts.
    """
    given = {"leader": leader, "since": window.since, "until": window.until, "few": FEW}
    return {row["way"]: row["times"] for row in tables.rows(_WAYS, given).to_pylist()}
