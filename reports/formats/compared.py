"""People side by side as a page, as a PDF, and as plain text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import groupby
from pathlib import Path

from markupsafe import Markup

from influence.contract.compared import Compared
from influence.contract.language import spoken, translated
from influence.contract.wording import plain
from reports.figures.intervals import interval_lines
from reports.formats.chapters import Cell, Table
from reports.formats.document import Data, finished, set_whole
from reports.formats.lines import paragraph
from reports.formats.markup import environment
from reports.formats.writing import write_whole
from reports.story.compared import Row, Told, ToldApart, told

_SIDES, _SENTENCES = 5, 24
"""Of a table on paper: so many people beside one another, and sentences told."""


def write_page(compared: Compared, path: Path) -> list[Path]:
    """Write a comparison as a page that opens offline, without scripts.

    Raises:
        OSError: the file cannot be written.
    """
    return [write_whole(path, as_page(compared))]


def write_text(compared: Compared, path: Path) -> list[Path]:
    """Write a comparison as plain text.

    Raises:
        OSError: the file cannot be written.
    """
    return [write_whole(path, as_text(compared))]


def write_document(compared: Compared, path: Path) -> list[Path]:
    """Write a comparison as a PDF.

    Raises:
        CannotWrite: the extra that sets documents is not installed.
        OSError: the file cannot be written.
    """
    return [write_whole(path, as_document(compared))]


def as_page(compared: Compared) -> str:
    """Return a comparison as a page."""
    said = told(compared)
    notice = plain(said.notice) if said.notice else ""
    return (
        environment()
        .get_template("compared.html")
        .render(language=spoken().code, said=said, notice=notice, drawn=[_drawn(one) for one in said.apart])
    )


def _drawn(one: ToldApart) -> list[Markup]:
    values = [held.value or 0.0 for held in one.held]
    return [Markup(line) for line in interval_lines(values, [held.interval for held in one.held], one.whole)]  # noqa: S704 (by an XML writer)


def as_text(compared: Compared) -> str:
    """Return a comparison as plain text: who does what, what is told apart, and the limits."""
    said = told(compared)
    lines = [*([plain(said.notice)] if said.notice else []), f"{said.who}, {said.when}"]
    lines += [
        translated("Who does what"),
        *(paragraph(one, "  - ") for one in said.roles),
        paragraph(said.ways),
    ]
    lines += [said.lead, *(paragraph(one.sentence, "  - ") for one in said.apart)]
    return "\n".join([*lines, *map(paragraph, (*said.notes, *said.limits))]) + "\n"


# --- on paper ---------------------------------------------------------------------------------------------------


def as_document(compared: Compared) -> bytes:
    """Return a comparison as a PDF; the same comparison gives the same bytes where the same fonts are installed.

    Raises:
        CannotWrite: the extra that sets documents is not installed.
    """
    until = compared.sides[-1].window.get("until")
    return set_whole(lambda: _contents(told(compared)), datetime.fromisoformat(until) if until else None)


def _contents(said: Told) -> Data:
    chapters = [
        _chapter("roles", translated("Who does what"), (*said.roles, said.ways)),
        _chapter("apart", translated("What tells them apart"), [one.sentence for one in said.apart]),
        _chapter("measures", translated("Every measure"), said.notes, list(_tables(said))),
        _chapter("limits", translated("What this cannot tell"), said.limits),
    ]
    return finished(
        {
            "language": spoken().code,
            "dense": True,
            "title": f"{said.kind}: {said.who}",
            "footer": {
                "about": f"{said.who} · {said.when}",
                "care": translated("It names people: share it as you would a personnel file."),
                "page": translated("Page {n} of {of}"),
            },
            "notice": plain(said.notice) if said.notice else "",
            "fonts": "",
            "cut": "",
            "opening": _opening(said),
            "chapters": [one for one in chapters if one["sentences"] or one["blocks"]],
            "words": {"title": "", "rows": []},
        }
    )


def _opening(said: Told) -> Data:
    return {
        "kind": said.kind,
        "who": said.who,
        "when": said.when,
        "number": "",
        "unit": "",
        "alt": "",
        "caption": said.lead,
        "range": [],
        "picture": None,
        "lines": [],
    }


def _chapter(key: str, title: str, sentences: Sequence[str], blocks: Sequence[Data] = ()) -> Data:
    return {
        "key": key,
        "question": title,
        "sentences": list(sentences[:_SENTENCES]),
        "untold": [],
        "listed": key != "measures",
        "more": "",
        "blocks": list(blocks),
        "aside": "",
    }


def _tables(said: Told) -> Iterator[Data]:
    """Return one table for so many people, in parts: who they are is said once on a page, not above each part."""
    for first in range(0, len(said.sides), _SIDES):
        sides = said.sides[first : first + _SIDES]
        table = Table(
            title="",
            heads=(translated("Measure"), *sides),
            wide=(3, *(2 for _ in sides)),
            numeric=(False, *(False for _ in sides)),
            rows=tuple(_parts(said.rows, slice(first, first + _SIDES))),
        )
        yield {"kind": "table", **asdict(table)}


def _parts(rows: Sequence[Row], sides: slice) -> Iterator[tuple[Cell, ...]]:
    for family, held in groupby(rows, key=lambda row: row.family):
        yield (Cell(translated(family)),)
        yield from ((Cell(row.label), *(Cell(str(one)) for one in row.values[sides])) for row in held)
