"""A report as a workbook: one sheet for each thing that a reader sorts, filters or adds up; numbers are numbers."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any

from influence.contract.findings import Finding, Month, Reached, Report, Week
from influence.contract.language import message, translated
from influence.contract.wording import number, plain
from reports.formats.columns import moment_of, zone_of
from reports.formats.tables import defused
from reports.formats.writing import dateless, needing, write_whole
from reports.story.brief import brief
from reports.story.evidence import certainty, in_order, names
from reports.story.sentences import say, told
from reports.story.story import story
from reports.story.wording import notice, shortened

if TYPE_CHECKING:
    from openpyxl import Workbook

Cell = str | int | float | datetime | None

LONGEST = 32_767
"""So many characters, as UTF-16 counts them, fit into a cell."""
MOST_ROWS = 1_048_576
"""So many rows fit into a sheet."""
_EARLIEST = 1900
"""Before this year a workbook knows no dates."""
_WIDEST, _NARROWEST = 70, 9
_MEASURED = 200
"""So many rows say how wide a column is."""
_CERTAINTY = {"met": message("met"), "unmet": message("never met"), "unknown": message("unknown")}


@dataclass(frozen=True)
class Sheet:
    """A table with its title, its columns, and its rows."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]


def write_workbook(report: Report, path: Path) -> list[Path]:
    """Write the report as a workbook (`.xlsx`): summary, numbers, people, spheres, months, conversations, and limits.

    Times stand in the window's zone. No cell holds a formula: a text that would be run gets a `'` in front.

    Raises:
        CannotWrite: the extra `tables` is not installed.
        OSError: the file cannot be written.
    """
    with needing("tables", "Excel workbooks"):
        from openpyxl import Workbook  # 200 ms, and only workbooks need it
    with tempfile.TemporaryFile(dir=path.parent) as stream:
        book = Workbook(write_only=True)
        book.properties.title, book.properties.creator = brief(report).who[:200], "influence"
        for sheet in sheets(report):
            _write(book, sheet)
        book.save(stream)
        stream.seek(0)
        return [write_whole(path, dateless(stream.read()))]


def sheets(report: Report) -> tuple[Sheet, ...]:
    """Draw up the sheets, in their order; what does not fit into one is said on the first."""
    others = (
        _numbers(report),
        _people(report),
        _spheres(report),
        _months(report),
        _weeks(report),
        _conversations(report),
        _coverage(report),
        _limits(report),
    )
    return (_summary(report, [sheet for sheet in others if len(sheet.rows) >= MOST_ROWS]), *others)


def _write(book: Workbook, sheet: Sheet) -> None:
    """Write one sheet, row by row: what was written is not kept in memory."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    page = book.create_sheet(sheet.title[:31])
    page.freeze_panes = "A2"
    for place, width in enumerate(_widths(sheet), start=1):
        page.column_dimensions[get_column_letter(place)].width = width
    rows = sheet.rows[: MOST_ROWS - 1]
    page.auto_filter.ref = f"A1:{get_column_letter(len(sheet.columns))}{len(rows) + 1}"
    head = [WriteOnlyCell(page, column) for column in sheet.columns]
    for cell in head:
        cell.font, cell.fill = Font(bold=True, color="FFFFFF"), PatternFill("solid", fgColor="17212B")
        cell.alignment = Alignment(vertical="top", wrap_text=True)
    page.append(head)
    for row in rows:
        page.append([_cell(page, WriteOnlyCell, cell) for cell in row])


def _cell(page: object, make: Any, value: Cell) -> object:
    """Return a value as the library takes it: every text that it could take for something else is marked as text."""
    if not isinstance(value, str):
        return value
    if not value:
        return None
    if value[0].isalnum() and value.isprintable() and len(value) < LONGEST // 2:
        return value  # nearly every text: nothing in it has to be changed
    text = _fitting(str(defused(plain(value))))
    if not text.startswith("#"):
        return text
    cell = make(page, text)
    cell.data_type = "s"
    return cell


def _fitting(text: str) -> str:
    """Shorten a text to what a cell holds.

    >>> len(_fitting("x" * 40_000)), len(_fitting("\U0001f600" * 40_000).encode("utf-16-le")) // 2 <= LONGEST
    (32767, True)
    """
    if len(text) <= LONGEST // 2 or len(text.encode("utf-16-le")) // 2 <= LONGEST:
        return text
    astral = any(ord(letter) > 0xFFFF for letter in text)
    return shortened(text, LONGEST // 2 if astral else LONGEST)


def _widths(sheet: Sheet) -> Iterator[float]:
    for place, column in enumerate(sheet.columns):
        shown = [len(_shown(row[place])) for row in sheet.rows[:_MEASURED]]
        yield min(_WIDEST, max(_NARROWEST, len(column) + 3, *shown, 0) + 1)


def _shown(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return "2026-01-01 00:00:00"
    return f"{cell:.10g}" if isinstance(cell, float) else "" if cell is None else str(cell)


def _when(time: str | None, zone: tzinfo) -> Cell:
    """Return a time as a workbook's own date, which has no zone; one that it cannot hold stays text."""
    moment = moment_of(time, zone)
    if moment is None or moment.year < _EARLIEST:
        return time
    return moment.replace(tzinfo=None, microsecond=0)


def _number(value: float | None) -> float | None:
    """Return a value as a cell holds it; what is no finite number is empty."""
    return value if value is not None and abs(value) < float("inf") else None


def _summary(report: Report, cut: Iterable[Sheet]) -> Sheet:
    """Say the first screen in rows: what, and the sentence."""
    said = brief(report)
    rows: list[tuple[str, str | None]] = [
        (translated("Who"), said.who),
        (translated("When"), said.when),
        (said.number.label, said.number.shown),
        *((translated("Why"), said.number.reason) for _ in [0] if not said.number.known),
        (translated("Range"), _line(said.range)),
        *((answer.label, _line(answer.sentence)) for answer in said.answers),
        (translated("Start this week"), _line(said.start)),
        (translated("Stop"), _line(said.stop)),
        (translated("Movement"), _line(said.moved)),
        (translated("Trust"), _line(said.trust)),
        (translated("Notice"), notice(report)),
        (translated("Time zone"), str(zone_of(report))),
        *((translated("Left out"), _cut(sheet)) for sheet in cut),
    ]
    return Sheet(
        translated("Summary"),
        (translated("What"), translated("Answer")),
        [row for row in rows if row[1]],
    )


def _line(sentence: object) -> str | None:
    return str(sentence) if sentence is not None else None


def _cut(sheet: Sheet) -> str:
    pattern = (
        "The sheet {sheet} holds the first {held} of {all} rows; a sheet holds no more. The CSV holds all."
    )
    held, rows = (number(count, "rows") for count in (MOST_ROWS - 1, len(sheet.rows)))
    return str(say(pattern, sheet=sheet.title, held=held, all=rows))


def _numbers(report: Report) -> Sheet:
    columns = (
        translated("Number"),
        translated("Shown"),
        translated("Value"),
        translated("Unit"),
        translated("Low"),
        translated("High"),
        translated("Interval from"),
        translated("Interval to"),
        translated("Reason"),
        translated("Meaning"),
        translated("Finding"),
    )
    return Sheet(
        translated("Numbers"), columns, [_finding(report, each) for each in report.findings.values()]
    )


def _finding(report: Report, finding: Finding) -> tuple[Cell, ...]:
    words = told(report, finding)
    first, last = finding.interval or (None, None)
    return (
        words.label,
        words.shown,
        _number(finding.value),
        finding.unit,
        _number(finding.low),
        _number(finding.high),
        _number(first),
        _number(last),
        words.reason,
        words.meaning,
        finding.name,
    )


def _people(report: Report) -> Sheet:
    columns = (
        translated("Name"),
        translated("Step"),
        translated("Met"),
        translated("Chance of having met"),
        translated("Sphere"),
        translated("Organisation"),
        translated("Responses"),
        translated("First response"),
        translated("Depth"),
        translated("Months"),
        translated("Tags"),
        translated("Community"),
        translated("Person"),
        translated("Evidence"),
    )
    zone = zone_of(report)
    return Sheet(
        translated("People"), columns, [_person(reached, zone) for reached in in_order(report.people)]
    )


def _person(reached: Reached, zone: tzinfo) -> tuple[Cell, ...]:
    return (
        reached.name or reached.person,
        reached.step,
        translated(_CERTAINTY[certainty(reached)]),
        _number(reached.m),
        reached.sphere,
        reached.organisation,
        reached.responses,
        _when(reached.first_response, zone),
        reached.depth,
        "; ".join(reached.months),
        "; ".join(reached.tags),
        reached.community,
        reached.person,
        "; ".join(reached.evidence),
    )


def _spheres(report: Report) -> Sheet:
    columns = (
        translated("Sphere"),
        translated("People who responded"),
        translated("Never met"),
        translated("People known"),
        translated("Share of those known"),
    )
    rows = [
        (row.sphere, row.people, _number(row.value), row.known, _number(row.share)) for row in report.spheres
    ]
    return Sheet(translated("Spheres"), columns, rows)


def _months(report: Report) -> Sheet:
    columns = (translated("Month"), *_reached())
    return Sheet(translated("Months"), columns, [_month(row) for row in report.trend])


def _weeks(report: Report) -> Sheet:
    columns = (translated("Week"), translated("Part"), *_reached())
    rows = [
        (row.week, None if row.whole else translated("in part"), *_month(row)[1:]) for row in report.weekly
    ]
    return Sheet(translated("Weeks"), columns, rows)


def _reached() -> tuple[str, ...]:
    return (
        translated("Team"),
        translated("Met"),
        translated("Never met"),
        translated("Never met, at least"),
        translated("Never met, at most"),
        translated("Responses"),
    )


def _month(row: Month | Week) -> tuple[Cell, ...]:
    numbers = (row.reach_2, row.reach_3, row.reach_4, row.low, row.high)
    return (row.name, *map(_number, numbers), row.responses)


def _conversations(report: Report) -> Sheet:
    columns = (
        translated("Began"),
        translated("Begun by"),
        translated("Channel"),
        translated("Words"),
        translated("Tags"),
        translated("Responses"),
        translated("People"),
        translated("Never met"),
        translated("Depth"),
        translated("Conversation"),
        translated("Evidence"),
    )
    who, zone = names(report), zone_of(report)
    rows = [
        (
            _when(one.began, zone),
            who.get(one.begun_by, one.begun_by),
            one.channel,
            ", ".join(one.words),
            "; ".join(one.tags),
            one.responses,
            one.people,
            _number(one.unmet),
            one.depth,
            one.id,
            "; ".join(one.evidence),
        )
        for one in report.conversations
    ]
    return Sheet(translated("Conversations"), columns, rows)


def _coverage(report: Report) -> Sheet:
    columns = (
        translated("Source"),
        translated("System"),
        translated("Activities"),
        translated("First"),
        translated("Last"),
        translated("What answers what"),
        translated("Set aside"),
        translated("Months missing"),
    )
    zone = zone_of(report)
    rows = [
        (
            row.source,
            row.system,
            row.activities,
            _when(row.first, zone),
            _when(row.last, zone),
            row.parents,
            row.set_aside,
            "; ".join(row.missing_months),
        )
        for row in report.coverage
    ]
    return Sheet(translated("Coverage"), columns, rows)


def _limits(report: Report) -> Sheet:
    told_ = [
        str(sentence)
        for section in story(report)
        if section.key == "limits"
        for sentence in section.sentences
    ]
    return Sheet(translated("Limits"), (translated("Limit"),), [(each,) for each in told_])
