"""Workbooks that nobody wrote in good faith: read by the rows that are there, within what a sheet holds."""

import io
import zipfile

import pytest

from connectors.kit import sheets
from influence.contract.connector import Unreadable
from influence.contract.records import SetAside
from influence.contract.testing import member_of

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{KIND}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{KIND}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="a" '
    f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
    '<sheet name="S" sheetId="1" r:id="a"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="a" '
    f'Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


def cell(place, text):
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def row(number, inside):
    return f'<row r="{number}">{inside}</row>'


def read(*rows, before="", after="</sheetData></worksheet>"):
    head = row(1, cell("A1", "time") + cell("B1", "actor"))
    sheet = f'{before}<worksheet xmlns="{MAIN}"><sheetData>{head}{"".join(rows)}{after}'
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in {**PARTS, "xl/worksheets/sheet1.xml": sheet}.items():
            packed.writestr(name, content)
    return list(sheets.rows(member_of(stream.getvalue()), ["time", "actor"]))


def test_rows_that_are_not_there_cost_nothing():
    last = sheets.MOST_ROWS
    assert [(2, {"time": "a"}), (last, {"time": "b"})] == read(
        row(2, cell("A2", "a")), row(last, cell(f"A{last}", "b"))
    )


@pytest.mark.parametrize("number", [0, -4, 1_048_577, 2_000_000_000, 10**30])
def test_a_row_outside_of_what_a_sheet_holds_is_set_aside(number):
    aside, after = read(row(number, cell("A1", "a")), row(5, cell("A5", "b")))
    assert SetAside(f"row {number:,} lies outside of what a sheet holds", sheets.MOST_ROWS) == aside
    assert (5, {"time": "b"}) == after


@pytest.mark.parametrize(
    "odd",
    ['<c r="A2" t="s"><v>99</v></c>', '<c r="ZZZZZ2"/>', '<c t="n"><v>x</v></c>', '<c t="d"><v>x</v></c>'],
)
def test_a_damaged_cell_costs_its_row_alone(odd):
    aside, after = read(row(2, odd), row(3, cell("A3", "b")))
    assert isinstance(aside, SetAside)
    assert (3, {"time": "b"}) == after


def test_cells_beyond_the_columns_are_not_read():
    assert [(3, {"time": "b"})] == read(row(2, "<c/>" * 40_000), row(3, cell("A3", "b")))


def test_what_stands_behind_the_rows_is_not_read():
    assert [(2, {"time": "a"})] == read(
        row(2, cell("A2", "a")), after='</sheetData><mergeCells><mergeCell ref="?"/></mergeCells></worksheet>'
    )


def test_entities_are_refused():
    laughs = '<!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    with pytest.raises(Unreadable, match="the workbook is damaged"):
        read(row(2, cell("A2", "&b;" * 10)), before=laughs)


def test_more_styles_than_fit_are_refused(monkeypatch):
    monkeypatch.setattr(sheets, "_MOST_STYLES", 100)
    monkeypatch.setitem(PARTS, "xl/styles.xml", "<a>" + "<b/>" * 200 + "</a>")
    with pytest.raises(Unreadable, match="more than 100 styles or texts"):
        read(row(2, cell("A2", "a")))
