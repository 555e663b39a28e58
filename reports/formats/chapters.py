"""What a printed report shows beside its sentences: few pictures, and tables of few rows, section by section."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from influence.contract.findings import Conversation, Report
from influence.contract.headline import mostly_unknown
from influence.contract.language import translated
from influence.contract.wording import counted, number, plain
from reports.figures.rings import rings_picture
from reports.figures.robustness import robustness_picture
from reports.figures.spheres import spheres_picture
from reports.figures.svg import Picture
from reports.figures.trend import trend_picture
from reports.story import advice, evidence
from reports.story.sentences import Number, Section, say
from reports.story.wording import day, days, shortened

CELL = 90
"""So many characters of a text stand in a cell."""
_ROWS = 5
_SPHERES, _SOURCES = 9, 6


@dataclass(frozen=True)
class Cell:
    """A text in a table, and the address that it leads to, if it does."""

    text: str
    link: str = ""


@dataclass(frozen=True)
class Table:
    """A few rows under their heads; `numeric` tells which columns hold numbers, `wide` how wide each is beside others.

    `title` names it where the section alone does not; `note` says what is not shown.
    """

    heads: tuple[str, ...]
    numeric: tuple[bool, ...]
    wide: tuple[int, ...]
    rows: tuple[tuple[Cell, ...], ...]
    title: str = ""
    note: str = ""


@dataclass(frozen=True)
class Drawn:
    """A picture, how much of the page's width it takes, and what its marks mean."""

    key: str
    picture: Picture
    width: int
    caption: str


@dataclass(frozen=True)
class Chapter:
    """A section with what is shown beside it."""

    section: Section
    pictures: tuple[Drawn, ...] = ()
    tables: tuple[Table, ...] = ()


def chapters(report: Report, sections: Iterable[Section]) -> tuple[Chapter, ...]:
    """Put pictures and tables to the sections; a section that has none stands alone."""
    return tuple(_chapter(report, section) for section in sections)


def _chapter(report: Report, section: Section) -> Chapter:
    pictures = _PICTURES.get(section.key, _no_pictures)(report)
    tables = _TABLES.get(section.key, _no_tables)(report, section)
    return Chapter(section, pictures, tuple(table for table in tables if table.rows))


# --- pictures -----------------------------------------------------------------------------------------------


def _no_pictures(_: Report) -> tuple[Drawn, ...]:
    return ()


def _drawn(key: str, picture: Picture | None, width: int, caption: str) -> tuple[Drawn, ...]:
    return (Drawn(key, picture, width, caption),) if picture else ()


def _rings(report: Report) -> tuple[Drawn, ...]:
    caption = translated(
        "Rings: who is near and who is beyond. Angles: whose world they belong to. Each person stands once."
    )
    return _drawn("rings", rings_picture(report), 74, caption)


def _wings(report: Report) -> tuple[Drawn, ...]:
    caption = translated(
        "People never met, by sphere. Right: those who responded to the leader, of all who are known there. Left: "
        "those to whom the leader responded."
    )
    return _drawn("wings", spheres_picture(report), 60, caption)


def _again(report: Report) -> tuple[Drawn, ...]:
    caption = translated(
        "The number (diamond) and what it would be under other choices (dots). Pale band: such a window run again."
    )
    return _drawn("counted_again", robustness_picture(report), 60, caption)


def _months(report: Report) -> tuple[Drawn, ...]:
    if mostly_unknown(report):
        caption = translated(
            "Never met (orange) within its range, alone in months in which of most people nothing tells; met (blue, "
            "circles)."
        )
    else:
        caption = translated("Never met (orange, diamonds) with its range; met (blue, circles).")
    return _drawn("trend_chart", trend_picture(report), 88, caption)


_PICTURES: dict[str, Callable[[Report], tuple[Drawn, ...]]] = {
    "people": _rings,
    "spheres": _wings,
    "chance": _again,
    "trend": _months,
}


# --- tables -------------------------------------------------------------------------------------------------


def _no_tables(_report: Report, _section: Section) -> tuple[Table, ...]:
    return ()


def _steps(_: Report, section: Section) -> tuple[Table, ...]:
    heads = (translated("Step"), translated("Number"), translated("Range"), translated("If run again"))
    rows = tuple(_cells(*_number(one)) for one in section.numbers)
    return (Table(heads, (False, True, True, True), (4, 3, 3, 3), rows),)


def _number(one: Number) -> tuple[str, str, str, str]:
    if not one.known:
        return one.label, one.text, "–", "–"
    return one.label, f"{one.text} {one.unit}".rstrip(), one.bounds or "–", one.interval or "–"


def _spheres(report: Report, _: Section) -> tuple[Table, ...]:
    heads = (
        translated("Sphere"),
        translated("Responded"),
        translated("Never met"),
        translated("Share of those known"),
        translated("Known"),
    )
    every = evidence.spheres(report)
    rows = tuple(_cells(row.sphere, row.people, row.unmet, row.share, row.known) for row in every[:_SPHERES])
    return (Table(heads, (False, *[True] * 4), (5, 3, 3, 4, 3), rows, note=_more(len(every) - len(rows))),)


def _takes(report: Report, _: Section) -> tuple[Table, ...]:
    return (*_advice(report), _waiting(report))


def _advice(report: Report) -> tuple[Table, ...]:
    """List whom and where the forecast names, if it has shown skill."""
    if not report.known("advice"):
        return ()
    heads = (translated("With whom, or where"), translated("Expected gain"), translated("Why"))
    rows = tuple(
        _cells(row.who, f"{row.gain} ({row.interval})" if row.interval else row.gain, shortened(row.why, 160))
        for _, group in advice.advice_rows(report)
        for row in group[:_ROWS]
        if row.forecast
    )[: 2 * _ROWS]
    title = translated("Where one more exchange is expected to bring most")
    return (Table(heads, (False, False, False), (4, 4, 8), rows, title),)


def _waiting(report: Report) -> Table:
    heads = (translated("Who"), translated("Sphere"), translated("How"), translated("Waiting"))
    rows = tuple(
        (Cell(shortened(row.who, CELL), _link(row.evidence)), *_cells(row.sphere, row.how, row.days))
        for row in advice.waiting_rows(report)[:_ROWS]
    )
    title = translated("Where others have waited longest")
    note = translated("Texts are not kept, so some of these may need no answer.")
    return Table(heads, (False, False, False, True), (5, 3, 4, 3), rows, title, note)


def _conversations(report: Report, _: Section) -> tuple[Table, ...]:
    """List the conversations that brought most people never met."""
    ranged = mostly_unknown(report)
    heads = (
        translated("About")
        if any(one.words or one.tags for one in report.conversations)
        else translated("Where"),
        translated("Began"),
        translated("Begun by"),
        translated("Responses"),
        translated("People"),
        *(() if ranged else (translated("Never met"),)),
    )
    who = evidence.names(report)
    most = sorted(report.conversations, key=lambda one: (-one.unmet, -one.responses, one.began or "", one.id))
    rows = tuple(_conversation(report, one, who, ranged=ranged) for one in most[:_ROWS])
    numbers = 2 if ranged else 3
    title = translated("Those that brought most people") if rows else ""
    return (Table(heads, (*[False] * 3, *[True] * numbers), (6, 3, 4, *[3] * numbers), rows, title),)


def _conversation(
    report: Report, one: Conversation, who: dict[str, str], *, ranged: bool
) -> tuple[Cell, ...]:
    links = (
        evidence.safe_link(report.responses[each].url) for each in one.evidence if each in report.responses
    )
    link = next((link.address for link in links if link), "")
    unmet = () if ranged else (number(one.unmet),)
    begun = who.get(one.begun_by, plain(one.begun_by))
    rest = _cells(day(one.began), begun, number(one.responses), number(one.people), *unmet)
    return (Cell(shortened(named(one), CELL), link), *rest)


def named(one: Conversation) -> str:
    """Name a conversation by its words, else its tags, else where it took place.

    >>> named(Conversation("c1", None, "p1", 3, 2, 1.0, "Chat", words=("prices", "delivery")))
    'prices, delivery'
    """
    return ", ".join(map(plain, one.words[:4] or one.tags[:4])) or plain(one.channel or "") or "–"


def _coverage(report: Report, _: Section) -> tuple[Table, ...]:
    heads = (
        translated("Source"),
        translated("System"),
        translated("Activities"),
        translated("From, to"),
        translated("Missing months"),
        translated("Set aside"),
    )
    every = sorted(report.coverage, key=lambda row: (-row.activities, row.source, row.system))
    rows = tuple(
        _cells(
            row.source,
            row.system,
            number(row.activities),
            days(row.first, row.last) if row.first else translated("no dated activity"),
            number(len(row.missing_months)),
            number(row.set_aside),
        )
        for row in every[:_SOURCES]
    )
    numeric = (False, False, True, False, True, True)
    return (Table(heads, numeric, (4, 3, 3, 6, 3, 3), rows, note=_more(len(every) - len(rows))),)


_TABLES: dict[str, Callable[[Report, Section], tuple[Table, ...]]] = {
    "people": _steps,
    "spheres": _spheres,
    "takes": _takes,
    "conversations": _conversations,
    "coverage": _coverage,
}


def _cells(*texts: str) -> tuple[Cell, ...]:
    return tuple(Cell(shortened(text, CELL * 2)) for text in texts)


def _more(left: int) -> str:
    return str(say("{n} more are not shown here.", n=counted(left, "row", "rows"))) if left > 0 else ""


def _link(rows: Sequence[evidence.ResponseRow]) -> str:
    return next((row.link.address for row in rows if row.link), "")
