"""Who is in a group that the log tells: who acted in a channel, took part in a subject, was written to.

A group is the same however narrow a report is: it is asked of the whole log.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from influence.kernels.arrays import Flags, Ints
from influence.network.log_tables import LogTables
from influence.network.reading import numbers
from influence.network.responses import read_log
from influence.times import Window

_IN_CHANNEL = """
SELECT DISTINCT author FROM item
WHERE lower(channel) = $channel AND epoch_us(time) >= $since AND epoch_us(time) < $until
"""


def in_channel(tables: LogTables, name: str, window: Window) -> set[int]:
    """Return who did anything in a channel in a window, whatever the case of its name."""
    rows = tables.whole.rows(
        _IN_CHANNEL, {"channel": name.lower(), "since": window.since, "until": window.until}
    )
    return set(rows.column("author").to_pylist())


def channels(tables: LogTables) -> set[str]:
    """Return the names of all channels."""
    rows = tables.whole.rows("SELECT DISTINCT channel FROM item WHERE channel IS NOT NULL")
    return set(rows.column("channel").to_pylist())


def took_part(tables: LogTables, about: Flags, window: Window, leader: int) -> set[int]:
    """Return who made one of some items of the whole log in a window, or responded in it to one not by the leader."""
    log = read_log(tables)
    made = np.unique(log.items.author[about & window.holds(log.items.time)])
    given = log.counted()
    counts = (given.parent >= 0) & about[given.parent] & (given.target != leader) & window.holds(given.time)
    return {*made.tolist(), *given.responder[counts].tolist()}


def acted(tables: LogTables, people: Ints) -> Flags:
    """Tell which of some people ever did anything."""
    flags: Flags = np.isin(people, numbers(tables.whole.log["item"], "author"))
    return flags


def addressed(tables: LogTables, people: Ints) -> set[int]:
    """Return those of some people to whom anything was ever addressed."""
    tables = tables.whole
    tables.engine.offer("wanted_people", pa.table({"person": pa.array(people.tolist(), pa.int32())}))
    rows = tables.rows("SELECT DISTINCT person FROM addressed JOIN wanted_people USING (person)")
    return set(rows.column("person").to_pylist())
