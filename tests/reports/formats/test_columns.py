from datetime import UTC, datetime

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from influence.contract.findings import Reached, Report
from reports.formats.columns import write_parquet
from tests.kit.sample_report import LEADER, WINDOW, empty_report, sample_report


def test_parquet_holds_every_person_and_finding_typed(tmp_path):
    report = sample_report()
    people, findings = write_parquet(report, tmp_path / "mara.parquet")
    assert ("mara.parquet", "mara-findings.parquet") == (people.name, findings.name)
    held = pq.read_table(people)
    assert sorted(one.person for one in report.people) == sorted(held["person"].to_pylist())
    kinds = {field.name: field.type for field in held.schema}
    assert (pa.timestamp("us", "UTC"), pa.list_(pa.string())) == (kinds["first_response"], kinds["months"])
    assert list(report.findings) == pq.read_table(findings)["finding"].to_pylist()


def test_duckdb_reads_the_times_and_the_lists(tmp_path):
    report = sample_report()
    people, findings = write_parquet(report, tmp_path / "report.parquet")
    with duckdb.connect() as held:
        first, ids = held.execute(
            "select min(first_response), sum(len(evidence)) from read_parquet(?)", [str(people)]
        ).fetchone()
        value = held.execute(
            "select value from read_parquet(?) where finding = 'reach_4'", [str(findings)]
        ).fetchone()
    assert min(datetime.fromisoformat(one.first_response) for one in report.people) == first.astimezone(UTC)
    assert sum(len(one.evidence) for one in report.people) == ids
    assert (report.value("reach_4"),) == value


def test_times_stand_in_the_windows_zone_and_what_is_no_time_is_null(tmp_path):
    people = (
        Reached("p1", "Ada", 4, 0.0, True, 1, "public", 1, "2026-01-05T14:03:00+01:00"),
        Reached("p2", "Bao", 4, 0.0, True, 1, "public", 1, "last week"),
    )
    report = Report(LEADER, {**WINDOW, "zone": "Europe/Oslo"}, {}, people)
    (path, _) = write_parquet(report, tmp_path / "report.parquet")
    held = pq.read_table(path)
    assert pa.timestamp("us", "Europe/Oslo") == held.schema.field("first_response").type
    by_person = dict(zip(held["person"].to_pylist(), held["first_response"].to_pylist(), strict=True))
    assert by_person["p1"] == datetime(2026, 1, 5, 13, 3, tzinfo=UTC)
    assert by_person["p2"] is None


def test_the_tables_of_a_report_of_nobody_have_their_columns(tmp_path):
    people, findings = write_parquet(empty_report(), tmp_path / "report.parquet")
    assert (0, True) == (pq.read_table(people).num_rows, "meaning" in pq.read_table(findings).column_names)
