"""The generic tables, mail logs and organisation charts."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors.kit.line_blocks import BLOCK
from influence.contract.connector import Unreadable
from influence.contract.files import Member, members
from influence.contract.records import Note, Person, Record, Rows, SetAside
from influence.contract.testing import member_of
from tests.kit.connector_records import connector, recognised_by
from tests.kit.places import SHARED

HEADER = b"time,actor,verb\n"
ROW = b"2026-01-05T09:00:00Z,x:1,post\n"


def records(name: str, content: bytes, **options: Any) -> list[Record]:
    return list(connector(name, **options).parse(member_of(content, "log.csv")))


def rows(found: list[Record]) -> list[dict[str, Any]]:
    return [row for record in found if isinstance(record, Rows) for row in record.table.to_pylist()]


def parquet(**columns: Any) -> bytes:
    made = io.BytesIO()
    pq.write_table(pa.table(columns), made)
    return made.getvalue()


def refusal(name: str, content: bytes) -> str:
    with pytest.raises(Unreadable) as error:
        records(name, content)
    return str(error.value)


def test_rows_come_in_chunks_that_fit_the_memory() -> None:
    tables = [r.table for r in records("activities", HEADER + ROW * 500_000) if isinstance(r, Rows)]
    assert sum(table.num_rows for table in tables) == 500_000
    assert max(table.nbytes for table in tables) < 3 * BLOCK


def test_a_row_over_several_lines_stands_on_the_line_where_it_starts() -> None:
    found = rows(records("activities", b'time,actor,verb,text\n1,x:1,post,"a\nb\n"\n\n2,x:2,post,c\n'))
    assert [row["line"] for row in found] == [2, 6]


def test_the_zone_is_handed_on() -> None:
    assert [r.zone for r in records("activities", HEADER + ROW, zone="Europe/Oslo")] == ["Europe/Oslo"]


def test_a_quote_that_is_never_closed_is_told_with_its_line_and_costs_no_other_row() -> None:
    found = records("activities", HEADER + ROW + b'1,"x:1,post\n' + ROW)
    assert [2, 4] == [row["line"] for row in rows(found)]
    assert ["a quote opens here and is not closed in the 2 lines that follow"] == [
        r.reason for r in found if isinstance(r, SetAside)
    ]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
@pytest.mark.parametrize("order", ["", "-le", "-be"])
def test_what_excel_writes_as_unicode_text_is_read(encoding: str, order: str) -> None:
    mark = "\ufeff" if order else ""
    lines = '{"time": 1, "actor": "x:å", "verb": "post"}\n' * 3
    member = member_of((mark + "time\tactor\tverb\n1\tx:å😀\tpost\n").encode(encoding + order))
    assert ["activities"] == recognised_by(member)
    found = rows(list(connector("activities").parse(member)))
    assert [{"time": "1", "actor": "x:å😀", "verb": "post", "line": 2}] == found
    assert ["x:å"] * 3 == [
        row["actor"] for row in rows(records("activities", (mark + lines).encode(encoding + order)))
    ]


def test_of_wide_text_that_is_damaged_the_row_is_set_aside() -> None:
    content = "time,actor,verb\n1,x:1,post\n1,x:\ud83d,post\n1,x:2,post\n".encode("utf-16", "surrogatepass")
    found = records("activities", content + b"\0")
    assert ["x:1", "x:2"] == [row["actor"] for row in rows(found)]
    assert [("line 3 is not UTF-8", 3), ("line 5 is not UTF-8", 5)] == [
        (one.reason, one.line) for one in found if isinstance(one, SetAside)
    ]


def test_parquet_keeps_its_types_and_counts_its_rows() -> None:
    content = parquet(
        Time=[1.5, 2.5], actor=["x:1", "x:2"], VERB=["post", "post"], targets=[["x:3"], None], odd=[1, 2]
    )
    found = records("activities", content)
    table = next(r.table for r in found if isinstance(r, Rows))
    assert [1, 2] == table.column("line").to_pylist()
    assert pa.float64() == table.schema.field("time").type
    assert [["x:3"], None] == table.column("mentions").to_pylist()
    assert ["columns that are not used: 'odd'"] == [r.text for r in found if isinstance(r, Note)]


def test_parquet_within_a_zip_is_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "log.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../log.parquet", parquet(time=[1], actor=["x:1"], verb=["post"]))
    for member in members(tmp_path / "log.zip"):
        assert ["activities"] == recognised_by(member)
        assert len(rows(list(connector("activities").parse(member)))) == 1


@pytest.mark.parametrize(
    "body",
    [HEADER + ROW * 20_000, b'{"time": 1, "actor": "x:1", "verb": "post"}\n' * 20_000],
    ids=["csv", "json"],
)
def test_what_stands_before_the_damage_of_a_packed_file_is_read(body: bytes) -> None:
    packed = gzip.compress(body)[:-8] + b"damaged!"
    member = Member("log", len(body), lambda: gzip.GzipFile(fileobj=io.BytesIO(packed)))
    found: list[Record] = []
    with pytest.raises(OSError, match="CRC"):
        found.extend(connector("activities").parse(member))
    assert len(rows(found)) > 10_000


def test_wrong_columns_are_refused_with_the_nearest_that_is_there() -> None:
    told = refusal("activities", b"tme,actr,verbs,x\n1,2,3,4\n")
    assert told == (
        "log.csv: line 1: activities need the columns time, actor, verb; "
        "missing: time (is it 'tme'?), actor (is it 'actr'?), verb (is it 'verbs'?)"
    )


@pytest.mark.parametrize(
    ("content", "cure"),
    [
        (b"", "the file is empty"),
        (HEADER, "no row below it"),
        (b"time,actor,verb,Time\n1,2,3,4\n", "stands twice"),
        (HEADER.decode().encode("utf-16-le"), "no row below it"),
        (b'[{"time": 1}]', "write JSON Lines"),
        (b"PAR1" + b"x" * 50, "get it again"),
        (
            parquet(
                time=pa.array([], pa.string()),
                actor=pa.array([], pa.string()),
                verb=pa.array([], pa.string()),
            ),
            "row",
        ),
    ],
    ids=[
        "empty",
        "header only",
        "doubled",
        "utf-16 without its mark",
        "json array",
        "damaged parquet",
        "parquet without rows",
    ],
)
def test_a_file_of_which_nothing_can_be_read_is_refused_with_the_cure(content: bytes, cure: str) -> None:
    assert cure in refusal("activities", content)


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("person,name,manager", "people"),
        ("person,manager", "chart"),
        ("person,name,manager,email", "chart"),
        ("person,accounts,manager,email", "people"),
        ("people;kind", "encounters"),
        ("source,target,layer", "ties"),
        ("sender,recipient,date", "mail-log"),
        ("from,to,date", None),
        ("a,b,c", None),
        ("source,target", None),
    ],
)
def test_a_header_is_recognised_by_one_connector_at_most(header: str, name: str | None) -> None:
    assert ([name] if name else []) == recognised_by(member_of(header.encode() + b"\n1,2,3\n"))


def test_a_log_of_numbers_belongs_to_the_system_that_was_named() -> None:
    found = rows(
        records("mail-log", b"Sender;Recipient;EventDate\n17;37;2010-01-02 17:40:10\n", system="staff")
    )
    assert ("staff:17", ["staff:37"]) == (found[0]["actor"], found[0]["to"])


def test_a_manager_is_found_by_id_by_address_and_by_a_name_that_one_person_has() -> None:
    chart = b"""id,name,email,manager
1,Ann Lee,ann@acme.example,
2,Bob Fox,bob@acme.example,1
3,Cy Young,,ANN@acme.example
4,Di Orr,,bob fox
5,Bo Twin,,Cy Young
6,Bo Twin,,Bo Twin
"""
    managers = [r.manager for r in records("chart", chart) if isinstance(r, Person)]
    assert managers == [None, "1", "1", "2", "3", "Bo Twin"]


@pytest.mark.parametrize(
    "chart",
    [
        "Employee ID,Worker,Email - Work,Manager\n1,Ann Lee,ann@acme.example,\n2,Bo Ek,bo@acme.example,Ann Lee (1)\n",
        'Employee #,First Name,Last Name,Work Email,Reporting to\n1,Ann,Lee,,\n2,Bo,Ek,bo@acme.example,"Lee, Ann"\n',
        "Name,E-Mail,Vorgesetzter\nAnn Lee,ann@acme.example,\nBo Ek,bo@acme.example,Ann Lee\n",
    ],
)
def test_a_manager_is_found_as_staff_systems_write_them(chart: str) -> None:
    assert ["chart"] == recognised_by(member_of(chart.encode(), "staff.csv"))
    first, second = (one for one in records("chart", chart.encode()) if isinstance(one, Person))
    assert ("Ann Lee", "Bo Ek", first.person) == (first.name, second.name, second.manager)


def test_a_list_of_customers_with_who_looks_after_them_is_no_chart() -> None:
    customers = b"Name,Email,Responsable\nBo Ek,bo@beta.example,Ann Lee\n"
    assert [] == recognised_by(member_of(customers, "customers.csv"))
    leave = b"Name,Email,Manager,Type,From,To\nBo Ek,bo@beta.example,Ann Lee,Leave,2026-01-05,2026-01-06\n"
    assert [] == recognised_by(member_of(leave, "leave.csv"))


def test_managers_in_a_circle_are_left_out_and_told() -> None:
    found = records("chart", b"id,manager\n1,2\n2,3\n3,1\n4,1\n5,5\n")
    assert [None, None, None, "1", None] == [r.manager for r in found if isinstance(r, Person)]
    assert [
        "line 2, 3, 4: manage each other in a circle; these managers are left out",
        "line 6: manages themself; that manager is left out",
    ] == [r.text for r in found if isinstance(r, Note)]


MANUFACTURING = SHARED / "data" / "manufacturing_email"


@pytest.mark.skipif(
    not MANUFACTURING.exists(), reason="the manufacturing company's mail is not on this machine"
)
class TestManufacturingCompany:
    def test_every_line_of_the_log_is_one_message(self) -> None:
        member = member_of(MANUFACTURING / "communication.csv")
        assert ["mail-log"] == recognised_by(member)
        lines = (MANUFACTURING / "communication.csv").read_text().count("\n")
        found = list(connector("mail-log", zone="Europe/Warsaw").parse(member))
        assert lines - 1 <= sum(r.table.num_rows for r in found if isinstance(r, Rows)) <= lines

    def test_the_head_of_the_company_is_the_person_with_most_reports(self) -> None:
        member = member_of(MANUFACTURING / "reportsto.csv")
        assert ["chart"] == recognised_by(member)
        people = [r for r in connector("chart").parse(member) if isinstance(r, Person)]
        reports = {"7", "27", "36", "69", "70", "85", "104", "121", "148", "156", "163"}
        assert reports == {person.person for person in people if person.manager == "86"}
        assert [None] == [person.manager for person in people if person.person == "86"]


ZULIP = SHARED / "data" / "lean_zulip" / "lean_zulip_activities.parquet"


@pytest.mark.skipif(not ZULIP.exists(), reason="the Lean Zulip archive is not on this machine")
def test_the_zulip_archive_is_read_to_its_last_row() -> None:
    member = member_of(ZULIP)
    assert ["activities"] == recognised_by(member)
    tables = [r.table for r in connector("activities").parse(member) if isinstance(r, Rows)]
    assert sum(table.num_rows for table in tables) == 838_795
    assert tables[-1].column("line")[-1].as_py() == 838_795
    assert "mentions" in tables[0].column_names
