from dataclasses import replace
from datetime import datetime

import pytest

from influence.contract.findings import Reached, Report
from reports.formats import workbook
from reports.formats.workbook import write_workbook
from reports.story.brief import brief
from tests.kit.sample_report import LEADER, WINDOW, empty_report, sample_report

openpyxl = pytest.importorskip("openpyxl", reason="the extra `tables` is not installed (openpyxl)")
SHEETS = ["Summary", "Numbers", "People", "Spheres", "Months", "Weeks", "Conversations", "Coverage", "Limits"]


def read(report, folder):
    (path,) = write_workbook(report, folder / "report.xlsx")
    return openpyxl.load_workbook(path)


def rows(book, sheet):
    head, *held = book[sheet].iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in held]


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    return read(sample_report(), tmp_path_factory.mktemp("book"))


def test_every_sheet_has_its_row_of_names_frozen_and_filtered(book):
    assert SHEETS == book.sheetnames
    for sheet in book:
        assert ("A2", True) == (sheet.freeze_panes, bool(sheet.auto_filter.ref))
        assert all(sheet.column_dimensions[letter].width >= 9 for letter in "AB"[: sheet.max_column])


def test_the_summary_says_what_the_first_screen_says(book):
    said = brief(sample_report())
    held = {row["What"]: row["Answer"] for row in rows(book, "Summary")}
    assert said.number.shown == held[said.number.label]
    assert str(said.range) == held["Range"]
    for answer in said.answers:
        assert str(answer.sentence) == held[answer.label]


def test_numbers_are_numbers_and_times_are_dates(book):
    report = sample_report()
    held = {row["Finding"]: row for row in rows(book, "Numbers")}
    assert report.value("reach_4") == pytest.approx(held["reach_4"]["Value"])
    people = {row["Person"]: row for row in rows(book, "People")}
    one = report.people[0]
    assert (
        datetime.fromisoformat(one.first_response).replace(tzinfo=None)
        == people[one.person]["First response"]
    )
    assert (one.responses, one.step) == (people[one.person]["Responses"], people[one.person]["Step"])
    assert len(report.people) == len(people)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "＝", "#N/A", "\x01="])
def test_no_cell_is_ever_a_formula_or_an_error(start, tmp_path):
    person = Reached(f"{start}p", f"{start}HYPERLINK(A1)", 4, 0.0, True, 1, start, 1)
    book = read(Report(LEADER, WINDOW, {}, (person,), reasons=(f"{start}1",)), tmp_path)
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert not kinds & {"f", "e"}
    assert not any(str(row["Name"]).startswith(("=", "+", "-", "@")) for row in rows(book, "People"))


def test_a_cell_holds_what_a_cell_can_hold(tmp_path):
    names = ["x" * 40_000, "😀" * 40_000, "a\x00\ud800b"]
    people = tuple(Reached(f"p{n}", name, 4, 0.0, True, 1, "s", 1) for n, name in enumerate(names))
    held = [row["Name"] for row in rows(read(Report(LEADER, WINDOW, {}, people), tmp_path), "People")]
    assert all(len(name.encode("utf-16-le")) // 2 <= workbook.LONGEST for name in held)
    assert ["…", "…", "ab"] == [held[0][-1], held[1][-1], held[2]]


def test_a_time_before_the_calendar_of_workbooks_stays_text(tmp_path):
    person = Reached("p1", "Ada", 4, 0.0, True, 1, "s", 1, "1799-01-01T00:00:00+00:00")
    (row,) = rows(read(Report(LEADER, WINDOW, {}, (person,)), tmp_path), "People")
    assert "1799-01-01T00:00:00+00:00" == row["First response"]


def test_more_rows_than_a_sheet_holds_are_left_out_and_said(tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "MOST_ROWS", 31)
    book = read(sample_report(), tmp_path)
    said = {row["What"]: row["Answer"] for row in rows(book, "Summary")}["Left out"]
    assert 30 == len(rows(book, "People"))
    assert "The sheet People holds the first 30 of 56 rows; a sheet holds no more. The CSV holds all." == said


def test_a_report_of_nobody_has_every_sheet(tmp_path):
    book = read(replace(empty_report(), findings={}), tmp_path)
    assert SHEETS == book.sheetnames
    assert "cannot tell" == rows(book, "Summary")[2]["Answer"]
