"""What people outside an organisation wrote to it: letters to few, of which anybody inside is an addressee."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from influence.kernels.arrays import Flags, Ints
from influence.network.log_tables import LogTables
from influence.times import Window

_LETTERS = """
SELECT DISTINCT i.item FROM item i JOIN addressed d USING (item)
JOIN side_people a ON a.person = i.author JOIN side_people b ON b.person = d.person
WHERE a.asking AND b.inside AND i.addressees <= $few AND i.verb IN ('post', 'message', 'reply', 'comment', 'quote')
    AND epoch_us(i.time) >= $since AND epoch_us(i.time) < $until
ORDER BY i.item
"""


def letters_to(tables: LogTables, asking: Flags, inside: Flags, few: int, window: Window) -> Ints:
    """Return the items of a window by people `asking` to at most `few`, one of them `inside` (flags by person)."""
    person = np.arange(len(inside), dtype=np.int32)
    tables.engine.offer(
        "side_people", pa.table({"person": person, "asking": asking, "inside": inside & ~asking})
    )
    rows = tables.rows(_LETTERS, {"few": few, "since": window.since, "until": window.until})
    item: Ints = rows.column("item").to_numpy().astype(np.int64)
    return item
