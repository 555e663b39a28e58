"""When everybody first acted in each system: mail, a chat, a social network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from influence.kernels.arrays import Ints
from influence.network.log_tables import LogTables

_FIRST = """
SELECT system, author, epoch_us(min(time)) AS first FROM item
WHERE verb NOT IN ('view', 'follow') AND epoch_us(time) < $until GROUP BY system, author ORDER BY system, author
"""


@dataclass(frozen=True)
class Adopters:
    """Who ever acted in one system, sorted by person code, and the moment of their first act in microseconds."""

    system: str
    person: Ints
    first: Ints


def adopters(tables: LogTables, until: int) -> list[Adopters]:
    """Return of every system who had acted in it before a moment, and when first."""
    rows = tables.rows(_FIRST, {"until": until})
    system = np.array(rows.column("system").to_pylist(), str)
    person, first = (rows.column(name).to_numpy().astype(np.int64) for name in ("author", "first"))
    return [
        Adopters(str(name), person[system == name], first[system == name])
        for name in np.unique(system).tolist()
    ]
