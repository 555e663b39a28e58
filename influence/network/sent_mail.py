"""Whose sent mail holds what others wrote, and who typed what bears a leader's name.

May be asked of any `LogTables`; what a decision gave to a leader is told as it was written.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from influence.kernels.arrays import Ints
from influence.network.log_tables import LogTables
from influence.network.reading import MADE
from influence.times import Window

_FOLDERS = """
SELECT source, outbox, min(owner) AS owner, writer, list(item ORDER BY item) AS items FROM sent
GROUP BY source, outbox, writer ORDER BY source, outbox, writer
"""
_RECEIVED = """
SELECT i.source, d.person, count(*) AS mails FROM addressed d JOIN item i USING (item)
WHERE d.person IN (SELECT writer FROM sent WHERE owner IS NULL)
GROUP BY ALL ORDER BY ALL
"""
_STATED = """
SELECT author, typist, count(*) AS items FROM item
WHERE typist IS NOT NULL AND NOT decided GROUP BY ALL ORDER BY ALL
"""
_TYPED = f"""
SELECT typist, decided, count(*) AS items FROM item
WHERE author = $leader AND typist IS NOT NULL AND {MADE}
    AND epoch_us(time) >= $since AND epoch_us(time) < $until GROUP BY ALL ORDER BY items DESC, typist, decided
"""


@dataclass(frozen=True)
class SentFolder:
    """The sent mail of one mailbox: whose it is (None: no account tells), and the items of each who wrote in it."""

    source: str
    outbox: str
    owner: int | None
    items: dict[int, Ints]

    @property
    def size(self) -> int:
        """How many items lie in it, whoever wrote them."""
        return sum(map(len, self.items.values()))


def sent_folders(tables: LogTables) -> list[SentFolder]:
    """Return every sent folder with what each person wrote of it."""
    found: dict[tuple[str, str], SentFolder] = {}
    rows = tables.rows(_FOLDERS)
    for row, items in zip(rows.drop_columns("items").to_pylist(), _lists(rows.column("items")), strict=True):
        key = row["source"], row["outbox"]
        folder = found.setdefault(key, SentFolder(*key, row["owner"], {}))
        folder.items[row["writer"]] = items
    return list(found.values())


def _lists(column: pa.ChunkedArray) -> list[Ints]:
    """Return a column of lists as arrays, without a Python number for each item."""
    array = column.combine_chunks()
    items = np.asarray(array.flatten().to_numpy(), np.int64)
    ends = np.cumsum(array.value_lengths().to_numpy())
    return np.split(items, ends[:-1]) if len(ends) else []


def received(tables: LogTables) -> dict[tuple[str, int], int]:
    """Return how many mails of each source are addressed to whoever wrote in a sent folder without an owner."""
    return {(row["source"], row["person"]): row["mails"] for row in tables.rows(_RECEIVED).to_pylist()}


def stated_typists(tables: LogTables) -> dict[tuple[int, int], int]:
    """Return how many items somebody typed who is stated beside the author: (typist, author) and how many."""
    return {(row["typist"], row["author"]): row["items"] for row in tables.rows(_STATED).to_pylist()}


def typed_by_others(tables: LogTables, leader: int, window: Window) -> list[dict[str, Any]]:
    """Return who typed items of a leader in a window: `typist`, `decided` or stated, and how many, most first."""
    limits = {"leader": leader, "since": window.since, "until": window.until}
    return list(tables.rows(_TYPED, limits).to_pylist())
