"""Who responded to some people, asked of everybody's activity, however little of it is here."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from influence.kernels.arrays import Ints
from influence.network.log_tables import LogTables
from influence.network.reading import numbers
from influence.network.responses import Log
from influence.times import Window

_RESPONSES_TO = """
SELECT target, responder, count(DISTINCT item) AS times FROM (
    SELECT q.author AS target, i.author AS responder, i.item, i.time FROM link l JOIN item i USING (item)
        JOIN item q ON q.item = l.parent WHERE l.responds AND (NOT l.inferred OR i.counts)
    UNION ALL
    SELECT m.person, i.author, i.item, i.time FROM mentioned m JOIN item i USING (item)) given
JOIN wanted_people w ON w.person = given.target
WHERE responder <> target AND epoch_us(time) >= $since AND epoch_us(time) < $until GROUP BY target, responder
ORDER BY target, responder
"""


def responses_to(log: Log, people: Ints, window: Window) -> tuple[Ints, Ints, Ints]:
    """Return who responded to each of some people (codes) in a window: target, responder, how often; in this order.

    Those count that count in headlines. Where only what is near a leader is here, the whole log is asked.
    """
    if log.tables.near:
        return _asked(log.tables.whole, people, window)
    given = log.counted().within(window)
    given = given.where(np.isin(given.target, people))
    width = int(given.responder.max(initial=0)) + 1
    pairs, times = np.unique(given.target.astype(np.int64) * width + given.responder, return_counts=True)
    return pairs // width, pairs % width, times


def _asked(tables: LogTables, people: Ints, window: Window) -> tuple[Ints, Ints, Ints]:
    tables.engine.offer("wanted_people", pa.table({"person": pa.array(people, pa.int32())}))
    rows = tables.rows(_RESPONSES_TO, {"since": window.since, "until": window.until})
    return numbers(rows, "target"), numbers(rows, "responder"), numbers(rows, "times")
