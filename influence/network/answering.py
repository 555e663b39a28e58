"""How often each person answers each other: what was said to somebody in particular, and what they answered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from influence.kernels.arrays import Flags, Ints
from influence.network.log_tables import LogTables
from influence.network.reading import MADE
from influence.times import Window

_PAIRS = f"""
WITH directed AS (
    SELECT DISTINCT item, asker, person, time FROM (
        SELECT i.item, i.author AS asker, d.person, i.time FROM item i JOIN addressed d USING (item)
        WHERE i.addressees <= $few AND i.{MADE}
        UNION ALL
        SELECT i.item, i.author, m.person, i.time FROM item i JOIN mentioned m USING (item) WHERE i.{MADE}
        UNION ALL
        SELECT i.item, i.author, q.author, i.time FROM item i JOIN link l USING (item)
        JOIN item q ON q.item = l.parent WHERE l.responds AND (NOT l.inferred OR i.counts) AND i.{MADE})
    WHERE asker <> person AND epoch_us(time) >= $since AND epoch_us(time) < $asked),
answers AS (
    SELECT l.parent AS item, c.author AS person, min(c.item) AS answer FROM link l
    JOIN item c ON c.item = l.item JOIN item q ON q.item = l.parent
    WHERE l.responds AND (NOT l.inferred OR c.counts) AND c.time >= q.time
        AND epoch_us(c.time) - epoch_us(q.time) <= $within AND epoch_us(c.time) < $until
    GROUP BY l.parent, c.author)
SELECT d.asker, d.person, count(*)::BIGINT AS asked, count(a.answer)::BIGINT AS answered,
    max(coalesce(a.answer, -1))::BIGINT AS last
FROM directed d LEFT JOIN answers a USING (item, person)
GROUP BY d.asker, d.person ORDER BY d.asker, d.person
"""
_MET = """
WITH present AS (
    SELECT DISTINCT e.id, e.time, a.person
    FROM (SELECT id, time, unnest(people) AS account FROM encounters
        WHERE kind NOT IN ('never', 'online') AND array_length(people) <= $most) e
    JOIN account_person a USING (account))
SELECT one.person AS one, other.person AS other, max(epoch_us(one.time))::BIGINT AS last
FROM present one JOIN present other USING (id) JOIN wanted_people w ON w.person = other.person
WHERE one.person <> other.person AND (one.time IS NULL OR epoch_us(one.time) < $until)
GROUP BY one.person, other.person ORDER BY one.person, other.person
"""


@dataclass(frozen=True)
class Answers:
    """Of each pair (`asker`, `person`), sorted: how often one said something to the other, and how often that answered.

    `last` is the latest answer as an item, −1 where there is none. Arrays of one length.
    """

    asker: Ints
    person: Ints
    asked: Ints
    answered: Ints
    last: Ints

    def __len__(self) -> int:
        return len(self.asker)


def answers(tables: LogTables, window: Window, within: int, few: int) -> Answers:
    """Return who said what to whom in a window, and what was answered within so many microseconds.

    Said to somebody is an item addressed to at most `few` people of whom they are one, one that names them, or one that
    responds to theirs. What came too late in the window to be answered in that time is left out. However narrow a
    report is, it is asked of the whole log: who answers is told by all that was asked.
    """
    given = {"since": window.since, "asked": window.until - within, "until": window.until}
    rows = tables.whole.rows(_PAIRS, {**given, "within": within, "few": few})
    names = ("asker", "person", "asked", "answered", "last")
    return Answers(*(rows.column(name).to_numpy().astype(np.int64) for name in names))


def met_with(tables: LogTables, people: Ints, most: int, until: int) -> tuple[Ints, Ints, Ints]:
    """Return who was at an encounter before a moment with each of some people, online ones aside, and when last.

    Encounters of more than `most` people tell little of any two of them and are left out; the moment is in
    microseconds, −1 where none is dated. The pairs are sorted.
    """
    tables.engine.offer("wanted_people", pa.table({"person": np.unique(people).astype(np.int32)}))
    rows = tables.rows(_MET, {"most": most, "until": until})
    one, other = (rows.column(name).to_numpy().astype(np.int64) for name in ("one", "other"))
    last = rows.column("last").fill_null(-1).to_numpy().astype(np.int64)
    return one, other, last


def among(people: Ints, size: int) -> Flags:
    """Return by person code who is one of some people.

    >>> among(np.array([2]), 4).tolist()
    [False, False, True, False]
    """
    flags = np.zeros(size, bool)
    flags[people] = True
    return flags
