"""A report as JSON and as CSV: everything that was found, for other programs and for spreadsheets."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from influence.contract.details.record import Detail
from influence.contract.findings import Finding, MetEvidence, Reached, Report
from influence.contract.wording import harmless
from reports.formats.writing import write_whole
from reports.story.evidence import in_order
from reports.story.sentences import told

FORMULA_STARTS = frozenset("=+-@\t\r\n＝＋－＠")
"""What makes a spreadsheet take a cell for a formula; the last four are the full-width forms."""

PEOPLE_COLUMNS = (
    "person",
    "name",
    "step",
    "m",
    "known",
    "depth",
    "sphere",
    "organisation",
    "responses",
    "first_response",
    "evidence",
    "met",
)
FINDING_COLUMNS = (
    "finding",
    "shown",
    "value",
    "unit",
    "low",
    "high",
    "interval_low",
    "interval_high",
    "reason",
    "detail",
)

Cell = str | int | float | None


def write_json(report: Report, path: Path) -> list[Path]:
    """Write the report as JSON, schema version 1; `Report.from_json` reads it back.

    Raises:
        OSError: the file cannot be written.
    """
    return [write_whole(path, report.to_json() + "\n")]


def write_csv(report: Report, path: Path) -> list[Path]:
    """Write the table of evidence, one person a row, and beside it `<stem>-findings.csv`.

    `shown` is a number as the page shows it: whole people, a range where of most of them nothing tells. Lists in a
    cell are `;`-separated; a text that a spreadsheet would run as a formula gets a `'` in front, and what would steer a
    terminal is left out.

    Raises:
        OSError: a file cannot be written.
    """
    people = _as_csv(PEOPLE_COLUMNS, (_person_row(reached) for reached in in_order(report.people)))
    findings = _as_csv(
        FINDING_COLUMNS, (finding_row(report, finding) for finding in report.findings.values())
    )
    beside = path.with_name(f"{path.stem}-findings.csv")
    return [write_whole(path, people), write_whole(beside, findings)]


def defused(cell: Cell) -> Cell:
    """Put a `'` before a text that a spreadsheet would run; NUL, which some programs pass over, is left out.

    >>> defused("=HYPERLINK(1)"), defused("Ann"), defused(-1.5)
    ("'=HYPERLINK(1)", 'Ann', -1.5)
    """
    if not isinstance(cell, str):
        return cell
    text = cell.replace("\0", "")
    return f"'{text}" if {text.lstrip(" ")[:1], text.lstrip()[:1]} & FORMULA_STARTS else text


def _as_csv(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([defused(_shown(cell)) for cell in row] for row in rows)
    return text.getvalue()


def _shown(cell: Cell) -> Cell:
    """Leave out of a text what steers a terminal that the file is shown on, and keep it on its line."""
    return harmless(cell) if isinstance(cell, str) else cell


def _person_row(reached: Reached) -> list[Cell]:
    return [
        reached.person,
        reached.name,
        reached.step,
        reached.m,
        "yes" if reached.known else "no",
        reached.depth,
        reached.sphere,
        reached.organisation,
        reached.responses,
        reached.first_response,
        ";".join(reached.evidence),
        ";".join(_met_words(piece) for piece in reached.met),
    ]


def _met_words(piece: MetEvidence) -> str:
    return " ".join((piece.evidence, piece.kind, piece.time or "undated", f"{piece.strength:g}"))


def finding_row(report: Report, finding: Finding) -> list[Cell]:
    """Return a finding as `FINDING_COLUMNS` name it."""
    words = told(report, finding)
    first, last = finding.interval or (None, None)
    held = finding.detail.as_json() if isinstance(finding.detail, Detail) else finding.detail
    detail = json.dumps(held, ensure_ascii=False, sort_keys=True) if held else None
    return [
        finding.name,
        words.shown,
        finding.value,
        finding.unit,
        finding.low,
        finding.high,
        first,
        last,
        finding.reason,
        detail,
    ]
