"""Numbers that services tell of how widely something was shown: the latest of each, in place of the one before."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from influence.contract.records import Exposure
from influence.store.engine import Engine, count
from influence.store.schema import arrow
from influence.store.summary import Summary

_COLUMNS = "id, time, account, service, metric, count"
_SAME = f"SELECT count(*) AS n FROM told t SEMI JOIN (SELECT {_COLUMNS} FROM exposure_log) USING ({_COLUMNS})"
_THERE = "SELECT count(*) AS n FROM told t SEMI JOIN exposure_log USING (id)"


def keep_exposures(engine: Engine, batch: int, source: str, records: Sequence[Exposure]) -> Summary:
    """Keep what is told, of one id the last; what says nothing new is known."""
    latest = list({record.id: record for record in records}.values())
    fields = _COLUMNS.split(", ")
    types = [pa.string(), pa.timestamp("us", "UTC"), pa.string(), pa.string(), pa.string(), pa.int64()]
    told = {
        name: arrow([getattr(record, name) for record in latest], kind)
        for name, kind in zip(fields, types, strict=True)
    }
    engine.offer("told", pa.table(told))
    there, same = count(engine, _THERE), count(engine, _SAME)
    engine.run("DELETE FROM exposure_log WHERE id IN (SELECT id FROM told)")
    engine.run(f"INSERT INTO exposure_log SELECT ?, ?, {_COLUMNS} FROM told", [batch, source])
    stored = len(latest) - same
    known = len(records) - stored
    return Summary(len(records), stored, known, new=len(latest) - there, changed=there - same)
