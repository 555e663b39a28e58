"""Rows of any table by the names of its columns: CSV, columns with blanks between, JSON, a sheet of a workbook."""

from __future__ import annotations

import re
import shutil
import tempfile
import warnings
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from functools import partial
from typing import Any

from connectors.kit import csv_files as delimited
from connectors.kit import json_tables, spaced_files
from connectors.kit.json_files import first_keys, line_rows
from connectors.kit.line_blocks import BOM
from influence.contract.connector import MissingExtra, Unreadable
from influence.contract.files import ArchiveError, Member, zip_of
from influence.contract.records import SetAside

LARGEST_WORKBOOK = 1024 * 1024 * 1024
"""Bytes of a workbook once it is unpacked."""
MOST_COLUMNS = 1000
MOST_ROWS = 1_048_576
"""Rows of a sheet, as Excel has them."""
_WIDEST = 16_384
"""Cells of a row, as Excel has them."""
_MOST_TEXTS, _MOST_STYLES = 20_000_000, 1_000_000
"""Elements of the part that holds the texts of cells, and of any other part that is no sheet."""
_NUMBER = re.compile(r"\d{1,20}(?:\.\d{1,20})?")
_DATED = re.compile(r"\d{4}-\d\d-\d\d|\d{1,2}[./-]\d{1,2}[./-]\d{4}|\d{1,2}[ -/][A-Za-z]{3}[ -/]\d{2,4}")
_ADDRESS = re.compile(r"[^\s@]{1,128}@[^\s@]{1,253}\.\w+")
Row = dict[str, str]
"""Values by the plain name of their column (`delimited.plain`); empty ones are absent."""


def is_workbook(head: bytes) -> bool:
    """Tell by its first bytes whether a file is an Excel workbook.

    >>> is_workbook(b"PK\\x03\\x04....xl/workbook.xml"), is_workbook(b"time,actor")
    (True, False)
    """
    return head.startswith(b"PK") and (b"xl/" in head or b"[Content_Types].xml" in head[:200])


def columns(member: Member, sheet: str | None = None) -> list[str]:
    """Read the names of the columns.

    Raises:
        Unreadable: it is no table, or damaged.
        MissingExtra: it is a workbook, and the package that reads those is not installed.
    """
    head = member.head()
    if is_workbook(head):
        with _workbook(member, sheet) as rows:
            header = next(rows, None)
            names = header[1] if isinstance(header, tuple) else []
    elif json_tables.is_document(member):
        names = json_tables.columns_of(member)
    elif _is_json(head):
        names = first_keys(member)
    elif spaced_files.is_spaced(head):
        names = spaced_files.columns_of(member)
    elif first := _row_in_place_of_header(member):
        names = spaced_files.numbered(len(first))
    else:
        names = delimited.columns_of(member)
    if not any(delimited.plain(name) for name in names):
        raise Unreadable(f"{member.name}: there is no header with the names of columns in it")
    return names


def rows(
    member: Member, wanted: Sequence[str], lists: Sequence[str] = (), sheet: str | None = None
) -> Iterator[tuple[int, Row] | SetAside]:
    """Yield each row with its line; `lists` are columns that may hold a list in JSON, joined by `;`.

    Raises:
        Unreadable, MissingExtra: as for `columns`.
    """
    head = member.head()
    if is_workbook(head):
        yield from _of_workbook(member, sheet)
    elif json_tables.is_document(member):
        yield from _plain_names(json_tables.rows(member))
    elif _is_json(head):
        yield from _of_json(member, wanted, lists)
    elif spaced_files.is_spaced(head):
        yield from _of_blanks(member)
    else:
        yield from _of_text(member)


def _is_json(head: bytes) -> bool:
    return head.removeprefix(BOM).lstrip().startswith(b"{")


def _plain_names(found: Iterator[tuple[int, Row] | SetAside]) -> Iterator[tuple[int, Row] | SetAside]:
    for one in found:
        if isinstance(one, SetAside):
            yield one
        else:
            yield one[0], {delimited.plain(name): value for name, value in one[1].items()}


def _of_blanks(member: Member) -> Iterator[tuple[int, Row] | SetAside]:
    names = [delimited.plain(name) for name in spaced_files.columns_of(member)]
    for row in spaced_files.rows(member):
        yield row if isinstance(row, SetAside) else (row[0], dict(zip(names, row[1], strict=True)))


def _row_in_place_of_header(member: Member) -> list[str] | None:
    """Return the first row of a table without a header: numbers alone, or times and addresses as the next one has."""
    first, delimiter = delimited.header(member.head())
    if len(first) < 2:
        return None
    if all(map(_NUMBER.fullmatch, first)) and len(set(first)) < len(first):
        return first
    second, _ = delimited.header(member.head().partition(b"\n")[2])
    alike = zip(first, second, strict=False) if delimiter else ()
    return first if any(_is_value(one) and _is_value(other) for one, other in alike) else None


def _is_value(text: str) -> bool:
    return _DATED.match(text) is not None or _ADDRESS.fullmatch(text) is not None


def _of_text(member: Member) -> Iterator[tuple[int, Row] | SetAside]:
    if first := _row_in_place_of_header(member):
        names = [delimited.plain(name) for name in spaced_files.numbered(len(first))]
        yield 1, _filled(names, first)
        for found in delimited.listed_rows(member):
            yield found if isinstance(found, SetAside) else (found.line, _filled(names, found.value))
        return
    for row in delimited.rows(member):
        if isinstance(row, SetAside):
            yield row
        else:
            yield row.line, {name: value for name, value in row.value.items() if name and value}


def _filled(names: Sequence[str], values: Sequence[str | None]) -> Row:
    return {name: value for name, value in zip(names, values, strict=False) if name and value}


def _of_json(
    member: Member, wanted: Sequence[str], lists: Sequence[str]
) -> Iterator[tuple[int, Row] | SetAside]:
    keys = {name.lower() for name in (*wanted, *first_keys(member))}
    plain = {delimited.plain(name) for name in wanted}
    used = frozenset(key for key in keys if delimited.plain(key) in plain)
    many = {delimited.plain(name) for name in lists}
    for item in line_rows(member, used, frozenset(key for key in used if delimited.plain(key) in many)):
        if isinstance(item, SetAside):
            yield item
        else:
            told = {delimited.plain(key): value for key, value in item.value.items() if value}
            yield (
                item.line,
                {key: ";".join(value) if isinstance(value, list) else value for key, value in told.items()},
            )


def _of_workbook(member: Member, sheet: str | None) -> Iterator[tuple[int, Row] | SetAside]:
    with _workbook(member, sheet) as found:
        header = next(found, (0, []))
        names = [delimited.plain(name) for name in header[1]] if isinstance(header, tuple) else []
        doubled = [name for name in names if name and names.count(name) > 1]
        if doubled:
            raise Unreadable(f"{member.name}: the column {doubled[0][:60]!r} stands twice; rename one")
        for row in found:
            if isinstance(row, SetAside):
                yield row
                continue
            line, values = row
            yield line, {name: value for name, value in zip(names, values, strict=False) if name and value}


@contextmanager
def _workbook(member: Member, sheet: str | None) -> Iterator[Iterator[tuple[int, list[str]] | SetAside]]:
    """Open a workbook and give its rows that are not empty, the header first, each with its number."""
    try:
        from openpyxl.reader.excel import ExcelReader  # 200 ms, and only workbooks need it
    except ImportError:
        raise MissingExtra("Excel workbooks need: pip install 'networked-influence[tables]'") from None
    with tempfile.TemporaryFile() as waiting, member.open() as stream, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of formats and checks of cells, which are not read
        shutil.copyfileobj(stream, waiting)
        try:
            _refuse_bomb(member, waiting)
            reader = ExcelReader(waiting, read_only=True, data_only=True, keep_links=False)
            with reader.archive:
                yield _sheet_rows(reader, sheet, member)
        except Unreadable:
            raise
        except ArchiveError as error:
            raise Unreadable(str(error)) from None
        except Exception as error:  # the library raises whatever a damaged part leads it to
            raise Unreadable(f"{member.name}: the workbook is damaged ({type(error).__name__})") from None


def _refuse_bomb(member: Member, waiting: Any) -> None:
    """Refuse what would not fit into memory: the library holds styles and texts of cells there, as they are."""
    with zip_of(waiting, member.name) as packed:
        parts = packed.infolist()
        if sum(part.file_size for part in parts) > LARGEST_WORKBOOK:
            raise Unreadable(f"{member.name}: the workbook is larger than 1 GiB; save the sheet as CSV")
        for part in parts:
            most = _MOST_TEXTS if "sharedstrings" in part.filename.lower() else _MOST_STYLES
            if "/worksheets/" not in part.filename and part.file_size > most and _tags(packed, part) > most:
                raise Unreadable(
                    f"{member.name}: the workbook holds more than {most:,} styles or texts; save the sheet as CSV"
                )


def _tags(packed: zipfile.ZipFile, part: zipfile.ZipInfo) -> int:
    with packed.open(part) as stream:
        return sum(piece.count(b"<") for piece in iter(partial(stream.read, 1024 * 1024), b""))


def _sheet_rows(reader: Any, sheet: str | None, member: Member) -> Iterator[tuple[int, list[str]] | SetAside]:
    """Yield the rows that are there: between two of them there may be a million that are not."""
    from openpyxl.styles.stylesheet import apply_stylesheet

    reader.read_manifest()
    reader.read_strings()
    reader.read_workbook()
    apply_stylesheet(reader.archive, reader.wb)
    there = {
        one.name: rel.target
        for one, rel in reader.parser.find_sheets()
        if rel.target in reader.valid_files and "chartsheet" not in rel.Type
    }
    if sheet is not None and sheet not in there:
        raise Unreadable(
            f"{member.name}: there is no sheet {sheet[:60]!r}; there are: {', '.join(there)[:200]}"
        )
    with reader.archive.open(there[sheet] if sheet is not None else next(iter(there.values()))) as source:
        for number, cells in _elements(source, reader):
            if isinstance(cells, Exception):
                yield SetAside(f"row {number:,} is damaged ({type(cells).__name__})", min(number, MOST_ROWS))
            elif not 1 <= number <= MOST_ROWS:
                yield SetAside(f"row {number:,} lies outside of what a sheet holds", MOST_ROWS)
            elif any(values := _values(cells)):
                yield number, values


def _elements(source: Any, reader: Any) -> Iterator[tuple[int, Any]]:
    """Yield each row with its number: its cells, or why they cannot be read; not more than a sheet holds."""
    from openpyxl.worksheet import _reader as xml
    from openpyxl.xml.functions import iterparse

    book = reader.wb
    parser = xml.WorkSheetParser(
        source,
        reader.shared_strings,
        data_only=True,
        epoch=book.epoch,
        date_formats=book._date_formats,
        timedelta_formats=book._timedelta_formats,
    )
    count = 0
    for _, element in iterparse(source):
        if element.tag == xml.DATA_TAG or count > MOST_ROWS:
            return
        elif element.tag == xml.ROW_TAG:
            count += 1
            del element[_WIDEST:]
            try:
                yield parser.parse_row(element)
            except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError) as error:
                yield parser.row_counter, error
            element.clear()


def _values(cells: Sequence[Mapping[str, Any]]) -> list[str]:
    placed = {cell["column"]: _cell(cell["value"]) for cell in cells if 1 <= cell["column"] <= MOST_COLUMNS}
    return [placed.get(column, "") for column in range(1, max(placed, default=0) + 1)]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
