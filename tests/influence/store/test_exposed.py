"""Numbers that services tell of how widely something was shown."""

from datetime import UTC, datetime

import pytest

from influence import Workspace
from influence.contract.records import Exposure

DAY = datetime(2026, 11, 27, tzinfo=UTC)


def told(count, metric="impressions", time=DAY):
    return Exposure(f"linkedin:in/ann:{metric}", time, "linkedin:in/ann", "LinkedIn", metric, count)


def kept(workspace, *records):
    with workspace.store.batch("shown", "linkedin", live=True) as batch:
        for record in records:
            batch.add(record, "reply.json")
    return str(batch.summary)


def counts(workspace):
    return workspace.store.engine.arrow("SELECT count FROM exposure_log ORDER BY count").column(0).to_pylist()


def test_a_number_told_again_is_known_and_a_later_one_takes_its_place(tmp_path):
    with Workspace.create(tmp_path / "w") as workspace:
        first = kept(workspace, told(10), told(4, "reactions"))
        assert "2 read = 2 stored + 0 already known + 0 set aside" == first
        assert "1 read = 0 stored + 1 already known + 0 set aside" == kept(workspace, told(10))
        assert "1 read = 1 stored + 0 already known + 0 set aside" == kept(workspace, told(12))
        assert [4, 12] == counts(workspace)


def test_numbers_make_no_activity_and_no_person(tmp_path):
    with Workspace.create(tmp_path / "w") as workspace:
        kept(workspace, told(10))
        for table in ("activities", "encounters", "people_log", "tie_log"):
            assert [0] == workspace.store.engine.arrow(f"SELECT count(*) FROM {table}").column(0).to_pylist()  # noqa: S608 - our own words


@pytest.mark.parametrize("count", [-1, 2**63])
def test_what_is_no_count_is_no_record(count):
    with pytest.raises(ValueError, match="is no count"):
        told(count)


def test_a_time_has_a_zone():
    with pytest.raises(ValueError, match="has no zone"):
        told(1, time=datetime(2026, 11, 27))
