"""What could not be read is kept, with its file, line and reason."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from influence.contract.records import SetAside
from influence.contract.secrecy import hushed
from influence.store.engine import Engine, count
from influence.store.schema import arrow

_SAME = "q.file = r.file AND q.reason = r.reason AND q.line IS NOT DISTINCT FROM r.line"


def set_aside(engine: Engine, batch: int, aside: Sequence[tuple[SetAside, str]]) -> None:
    """Keep what could not be read, with its file, line and reason; what is kept already is not kept twice."""
    if not aside:
        return
    _offer(engine, aside)
    engine.run(
        "INSERT INTO quarantine SELECT ?, file, line, reason FROM refused r "
        f"WHERE NOT EXISTS (FROM quarantine q WHERE {_SAME})",
        [batch],
    )


def set_aside_before(engine: Engine, batch: int, aside: Sequence[tuple[SetAside, str]]) -> int:
    """Count the rows that an earlier batch kept: the same place in a file of the same name, for the same reason."""
    if not aside:
        return 0
    _offer(engine, aside)
    of = f"FROM refused r WHERE EXISTS (FROM quarantine q WHERE q.batch < {batch:d} AND {_SAME})"
    return count(engine, f"SELECT count(*) AS n {of}")


def _offer(engine: Engine, aside: Sequence[tuple[SetAside, str]]) -> None:
    table = pa.table(
        {
            "file": arrow([file for _, file in aside], pa.string()),
            "line": pa.array([row.line for row, _ in aside], pa.int64()),
            "reason": arrow([hushed(row.reason) for row, _ in aside], pa.string()),
        }
    )
    engine.offer("refused", table)
