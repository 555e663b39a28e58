"""Rows of any table by the names of its columns: CSV, JSON Lines, or the first sheet of an Excel workbook."""

from __future__ import annotations

import shutil
import tempfile
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import Any

from connectors.kit import csv_files as delimited
from connectors.kit.json_files import first_keys, line_rows
from connectors.kit.line_blocks import BOM
from connectors.kit.wide_text import in_utf8
from influence.contract.connector import MissingExtra, Unreadable
from influence.contract.files import Member
from influence.contract.records import SetAside

LARGEST_WORKBOOK = 1024 * 1024 * 1024
"""Bytes of a workbook once it is unpacked."""
MOST_COLUMNS = 1000
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
    member = in_utf8(member)
    head = member.head()
    if is_workbook(head):
        with _workbook(member, sheet) as rows:
            names = next(rows, (0, []))[1]
    elif head.removeprefix(BOM).lstrip().startswith((b"{", b"[")):
        names = first_keys(member)
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
    member = in_utf8(member)
    head = member.head()
    if is_workbook(head):
        yield from _of_workbook(member, sheet)
    elif head.removeprefix(BOM).lstrip().startswith((b"{", b"[")):
        yield from _of_json(member, wanted, lists)
    else:
        yield from _of_text(member)


def _of_text(member: Member) -> Iterator[tuple[int, Row] | SetAside]:
    for row in delimited.rows(member):
        if isinstance(row, SetAside):
            yield row
        else:
            yield row.line, {name: value for name, value in row.value.items() if name and value}


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
        names = [delimited.plain(name) for name in next(found, (0, []))[1]]
        doubled = [name for name in names if name and names.count(name) > 1]
        if doubled:
            raise Unreadable(f"{member.name}: the column {doubled[0][:60]!r} stands twice; rename one")
        for line, values in found:
            yield line, {name: value for name, value in zip(names, values, strict=False) if name and value}


@contextmanager
def _workbook(member: Member, sheet: str | None) -> Iterator[Iterator[tuple[int, list[str]]]]:
    """Open a workbook and give its rows that are not empty, the header first, each with its number."""
    try:
        import openpyxl  # 200 ms, and only workbooks need it
    except ImportError:
        raise MissingExtra("Excel workbooks need: pip install 'networked-influence[tables]'") from None
    with tempfile.TemporaryFile() as waiting, member.open() as stream, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of formats and checks of cells, which are not read
        shutil.copyfileobj(stream, waiting)
        book = None
        try:
            _refuse_bomb(member, waiting)
            book = openpyxl.load_workbook(waiting, read_only=True, data_only=True, keep_links=False)
            yield _sheet_rows(book, sheet, member)
        except Unreadable:
            raise
        except Exception as error:  # the library raises whatever a damaged part leads it to
            raise Unreadable(f"{member.name}: the workbook is damaged ({type(error).__name__})") from None
        finally:
            if book is not None:
                book.close()


def _refuse_bomb(member: Member, waiting: Any) -> None:
    with zipfile.ZipFile(waiting) as packed:
        if sum(info.file_size for info in packed.infolist()) > LARGEST_WORKBOOK:
            raise Unreadable(f"{member.name}: the workbook is larger than 1 GiB; save the sheet as CSV")


def _sheet_rows(book: Any, sheet: str | None, member: Member) -> Iterator[tuple[int, list[str]]]:
    if sheet is not None and sheet not in book.sheetnames:
        told = ", ".join(book.sheetnames)[:200]
        raise Unreadable(f"{member.name}: there is no sheet {sheet[:60]!r}; there are: {told}")
    page = book[sheet] if sheet is not None else book.worksheets[0]
    for number, cells in enumerate(page.iter_rows(values_only=True, max_col=MOST_COLUMNS), 1):
        values = [_cell(value) for value in cells]
        if any(values):
            yield number, values


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
