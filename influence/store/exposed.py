"""Numbers that services tell of how widely something was shown: the latest of each, in place of the one before."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from influence.contract.records import Exposure
from influence.store.engine import Engine, count

_COLUMNS = "id, time, account, service, metric, count"
_SAME = f"SELECT count(*) AS n FROM told t SEMI JOIN (SELECT {_COLUMNS} FROM exposure_log) USING ({_COLUMNS})"


def keep_exposures(engine: Engine, batch: int, source: str, records: Sequence[Exposure]) -> int:
    """Keep what is told, of one id the last; return how many say something new."""
    latest = list({record.id: record for record in records}.values())
    fields = _COLUMNS.split(", ")
    types = [pa.string(), pa.timestamp("us", "UTC"), pa.string(), pa.string(), pa.string(), pa.int64()]
    told = {
        name: pa.array([getattr(record, name) for record in latest], kind)
        for name, kind in zip(fields, types, strict=True)
    }
    engine.offer("told", pa.table(told))
    new = len(latest) - count(engine, _SAME)
    engine.run("DELETE FROM exposure_log WHERE id IN (SELECT id FROM told)")
    engine.run(f"INSERT INTO exposure_log SELECT ?, ?, {_COLUMNS} FROM told", [batch, source])
    return new
