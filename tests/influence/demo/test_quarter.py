"""The invented company in weeks: nothing is lost, and nothing comes twice."""

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.quarter import BEGINS, lay_out
from influence.demo import Company


def test_every_row_comes_once_and_in_its_week(tmp_path):
    hours = [BEGINS + timedelta(hours=hour) for hour in (-900, -1, 0, 1, 167, 168, 335)]
    rows = pa.table({"time": pa.array([*hours, None], pa.timestamp("us", tz="UTC")), "id": range(8)})
    lay_out(Company(rows, pa.table({"person": ["a"]}), rows, {}, {}), tmp_path / "in", weeks=2)
    told = {
        place.name: pq.read_table(place / "activities.parquet")["id"].to_pylist()
        for place in (tmp_path / "in").iterdir()
    }
    assert {"base": [0, 1, 7], "week-01": [2, 3, 4], "week-02": [5, 6]} == told
    assert datetime(2026, 6, 1, tzinfo=UTC) == BEGINS
