"""When anything is on record: at all, and of a system from when on, and in which weeks it is silent."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pyarrow as pa

from influence.kernels.arrays import Flags, Ints
from influence.network.log_tables import LogTables
from influence.network.reading import numbers

_FIRST = """
SELECT max(first)::BIGINT AS first FROM (SELECT min(epoch_us(time)) AS first FROM item
    WHERE system IN (SELECT unnest($systems)) GROUP BY system) s
"""
_HEARD = """
SELECT w.row, count(DISTINCT i.system) AS systems FROM item i
JOIN wanted_weeks w ON epoch_us(i.time) >= w.since AND epoch_us(i.time) < w.until
WHERE i.system IN (SELECT unnest($systems)) GROUP BY w.row
"""


_HOURS = """
SELECT unnest([min(epoch_us(time)), max(epoch_us(time))]) AS time FROM item GROUP BY epoch_us(time) // 3_600_000_000
ORDER BY time
"""


def hours_recorded(tables: LogTables) -> Ints:
    """Return of each hour in which anything was done the first moment and the last, in order, in microseconds."""
    return numbers(tables.whole.rows(_HOURS), "time")


def heard_from(tables: LogTables, systems: Collection[str]) -> int:
    """Return from when on all of some systems are on record, in microseconds."""
    return int(tables.whole.rows(_FIRST, {"systems": sorted(systems)}).column("first")[0].as_py())


def heard_in(tables: LogTables, systems: Collection[str], since: Ints, until: Ints) -> Flags:
    """Tell in which spans [since, until) anybody did anything in every one of some systems."""
    whole, spans = tables.whole, {"row": np.arange(len(since)), "since": since, "until": until}
    whole.engine.offer("wanted_weeks", pa.table(spans))
    rows = whole.rows(_HEARD, {"systems": sorted(systems)})
    heard = np.zeros(len(since), bool)
    heard[numbers(rows, "row")] = numbers(rows, "systems") == len(systems)
    return heard
