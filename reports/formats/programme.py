"""A programme as text, as a page to print and as JSON: a mentee's sheet, the mentor's overview, the end report."""

from __future__ import annotations

import json
from pathlib import Path

from influence.contract.language import spoken, translated
from influence.contract.programmed import Ended, Programme, Sheet
from influence.contract.wording import plain
from reports.formats.lines import paragraph
from reports.formats.markup import environment
from reports.formats.writing import write_whole
from reports.story.programme import Part, Row, told

Record = Sheet | Programme | Ended


def write_text(record: Record, path: Path) -> list[Path]:
    """Write it as plain text.

    Raises:
        OSError: the file cannot be written.
    """
    return [write_whole(path, as_text(record))]


def write_page(record: Record, path: Path) -> list[Path]:
    """Write it as a page that opens offline, without scripts, and prints.

    Raises:
        OSError: the file cannot be written.
    """
    return [write_whole(path, as_page(record))]


def write_json(record: Record, path: Path) -> list[Path]:
    """Write it as JSON: all of the record.

    Raises:
        OSError: the file cannot be written.
    """
    return [write_whole(path, json.dumps(record.as_json(), ensure_ascii=False, indent=1) + "\n")]


def as_page(record: Record) -> str:
    """Return it as a page."""
    said = told(record)
    return (
        environment()
        .get_template("programme.html")
        .render(language=spoken().code, said=said, notice=plain(said.notice) if said.notice else "")
    )


def as_text(record: Record) -> str:
    """Return it as plain text."""
    said = told(record)
    lines = [plain(said.notice), ""] if said.notice else []
    lines += [said.kind, f"{said.who}, {said.when}", *map(paragraph, said.lead)]
    for part in said.parts:
        lines += ["", part.title, *_part(part)]
    return "\n".join([*lines, "", *map(paragraph, said.foot)]) + "\n"


def _part(part: Part) -> list[str]:
    return [*(paragraph(line, "  - ") for line in part.lines), *map(_row, part.rows)]


def _row(one: Row) -> str:
    pattern = translated("{what}: {was} before, {now} now")
    said = pattern.format(what=one.label, was=one.was, now=one.now)
    return paragraph(f"{said}; {one.says}" if one.says else said, "  - ")
