"""What could not be read is kept, with its file, line and reason."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from influence.contract.records import SetAside
from influence.contract.secrecy import hushed
from influence.store.engine import Engine
from influence.store.schema import arrow


def set_aside(engine: Engine, batch: int, aside: Sequence[tuple[SetAside, str]]) -> None:
    """Keep what could not be read, with its file, line and reason; what is kept already is not kept twice."""
    if not aside:
        return
    table = pa.table(
        {
            "file": arrow([file for _, file in aside], pa.string()),
            "line": pa.array([row.line for row, _ in aside], pa.int64()),
            "reason": arrow([hushed(row.reason) for row, _ in aside], pa.string()),
        }
    )
    engine.offer("refused", table)
    engine.run(
        "INSERT INTO quarantine SELECT ?, file, line, reason FROM refused r WHERE NOT EXISTS "
        "(FROM quarantine q WHERE q.file = r.file AND q.reason = r.reason AND q.line IS NOT DISTINCT FROM r.line)",
        [batch],
    )
