"""What everybody did, asked of the whole log at once: to whom each item was written, and in which channel it stands."""

from __future__ import annotations

import numpy as np

from influence.kernels.arrays import Flags, Ints
from influence.network.log_tables import LogTables
from influence.network.reading import MADE, numbers
from influence.times import Window

_WRITTEN_BY_ALL = f"""
SELECT d.item, d.person FROM addressed d JOIN item i USING (item)
WHERE i.author <> d.person AND i.addressees <= $most AND i.{MADE}
    AND epoch_us(i.time) >= $since AND epoch_us(i.time) < $until
ORDER BY d.item, d.person
"""


def written_to_few_by_all(tables: LogTables, most: int, window: Window) -> tuple[Ints, Ints]:
    """Return everybody's items of a window to at most so many addressees: item and addressee, in order of time."""
    rows = tables.rows(_WRITTEN_BY_ALL, {"most": most, "since": window.since, "until": window.until})
    return numbers(rows, "item"), numbers(rows, "person")


_CHANNELS = """
WITH place AS (
    SELECT source, system, channel, row_number() OVER (ORDER BY source, system, channel) - 1 AS number
    FROM item WHERE channel IS NOT NULL GROUP BY source, system, channel)
SELECT TRY_CAST(i.item AS INTEGER) AS item, TRY_CAST(p.number AS INTEGER) AS channel FROM item i JOIN place p
    ON p.source = i.source AND p.system = i.system AND p.channel = i.channel
"""
"""Channels are numbered, then looked up: a window over all items would sort them all."""


def channel_by_item(tables: LogTables, items: int) -> Ints:
    """Return the channel of each of so many items as a number; -1 where it stands in none."""
    rows = tables.rows(_CHANNELS)
    found = np.full(items, -1, np.int64)
    found[numbers(rows, "item")] = numbers(rows, "channel")
    return found


_NAMED = """
SELECT DISTINCT m.item, m.person FROM mentioned m JOIN item i USING (item) WHERE m.person <> i.author ORDER BY ALL
"""


def named_by_item(tables: LogTables) -> tuple[Ints, Ints]:
    """Return whom each item names besides its author: item and person."""
    rows = tables.rows(_NAMED)
    return numbers(rows, "item"), numbers(rows, "person")


_QUESTIONS = r"""
SELECT item, regexp_matches(regexp_replace(own, 'https?://\S+', '', 'g'), '[?？؟՞፧]')::INTEGER AS asks
FROM (SELECT i.item, regexp_replace(a.text, '(?m)^\s*>.*$', '', 'g') AS own
    FROM item i JOIN activity_log a USING (seq) WHERE a.text IS NOT NULL)
ORDER BY item
"""


def asks_by_item(tables: LogTables) -> tuple[Ints, Flags]:
    """Return items whose text is kept, and whether it asks: a question mark outside links and quoted lines."""
    rows = tables.rows(_QUESTIONS)
    return numbers(rows, "item"), numbers(rows, "asks").astype(np.bool_)
