"""What a printed report shows beside its sentences: few pictures, and tables of few rows, section by section."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from influence.contract.findings import WEEK, EgoNetwork, Reached, Report
from influence.contract.headline import mostly_unknown
from influence.contract.language import translated
from influence.contract.wording import counted, number
from reports.figures.rings import rings_picture
from reports.figures.robustness import robustness_picture
from reports.figures.spheres import spheres_picture
from reports.figures.svg import Picture
from reports.figures.trend import trend_picture
from reports.story import advice, evidence
from reports.story.introductions import chain_rows
from reports.story.next_to_respond import next_rows
from reports.story.plan import takes
from reports.story.sentences import Number, Section, say
from reports.story.waiting import worth_rows
from reports.story.wording import days, shortened

NAME = 60
"""So many characters of a name are shown, and of any text in a cell."""
_NOTICE, _HOST, _WHY, _CHAIN = 200, 40, 160, 280
_SMALL = 0.75
"""So large are most pictures: their letters are those of a table."""
CONVERSATIONS = 5
"""So many are named, those that brought most."""
_ROWS = 5
_SPHERES, _SOURCES = 9, 6


@dataclass(frozen=True)
class Cell:
    """A text in a table, and the address that the host shown behind it leads to, if it does."""

    text: str
    link: str = ""
    host: str = ""


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
    """A picture, to what part of its size it is shown, and what its marks mean."""

    key: str
    picture: Picture
    scale: float
    caption: str


@dataclass(frozen=True)
class Chapter:
    """A section with what is shown beside it; `aside` stands at its end, smaller."""

    section: Section
    pictures: tuple[Drawn, ...] = ()
    tables: tuple[Table, ...] = ()
    aside: str = ""


def chapters(report: Report, sections: Iterable[Section]) -> tuple[Chapter, ...]:
    """Put pictures and tables to the sections; a section that has none stands alone."""
    return tuple(_chapter(report, section) for section in sections)


def _chapter(report: Report, section: Section) -> Chapter:
    pictures = _PICTURES.get(section.key, _no_pictures)(report)
    tables = _TABLES.get(section.key, _no_tables)(report, section)
    aside = advice.tried(report) if section.key == "takes" else ""
    return Chapter(section, pictures, tuple(table for table in tables if table.rows), aside)


def with_short_names(report: Report) -> Report:
    """Shorten the names that no page has room for."""
    return replace(
        report,
        leader={key: _name(text) if key == "name" else text for key, text in report.leader.items()},
        people=tuple(_reached(one) for one in report.people),
        names={person: _name(name) for person, name in report.names.items()},
        network=EgoNetwork(),
        notice=shortened(report.notice, _NOTICE) if report.notice else None,
    )


def _name(name: str) -> str:
    return name if len(name) <= NAME else shortened(name, NAME)


def _reached(one: Reached) -> Reached:
    if len(one.name) <= NAME and len(one.sphere) <= NAME:
        return one
    return replace(one, name=_name(one.name))


# --- pictures -----------------------------------------------------------------------------------------------


def _no_pictures(_: Report) -> tuple[Drawn, ...]:
    return ()


def drawn(key: str, picture: Picture | None, scale: float, caption: str) -> tuple[Drawn, ...]:
    """Make a picture ready to be shown; none of none."""
    return (Drawn(key, picture, scale, caption),) if picture else ()


def _rings(report: Report) -> tuple[Drawn, ...]:
    caption = translated(
        "Rings: who is near and who is beyond. Angles: whose world they belong to. Each person stands once."
    )
    return drawn("rings", rings_picture(report), 0.6, caption)


def _wings(report: Report) -> tuple[Drawn, ...]:
    caption = translated(
        "People never met, by sphere. Right: those who responded to the leader, of all who are known there. Left: "
        "those to whom the leader responded."
    )
    return drawn("wings", spheres_picture(report), _SMALL, caption)


def _again(report: Report) -> tuple[Drawn, ...]:
    caption = translated(
        "The number (diamond) and what it would be under other choices (dots). Pale band: such a window run again."
    )
    return drawn("counted_again", robustness_picture(report), _SMALL, caption)


def _months(report: Report) -> tuple[Drawn, ...]:
    if report.by == WEEK:
        caption = translated(
            "Never met (orange) within its range, alone where of most people nothing tells; met (blue, circles). Whole "
            "weeks, Monday to Sunday."
        )
    elif mostly_unknown(report):
        caption = translated(
            "Never met (orange) within its range, alone in months in which of most people nothing tells; met (blue, "
            "circles)."
        )
    else:
        caption = translated("Never met (orange, diamonds) with its range; met (blue, circles).")
    return drawn("trend_chart", trend_picture(report), _SMALL, caption)


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
    return (
        *(_next(report) or _advice(report)),
        *_chains(report),
        *(_worth(report) or (_waiting(report),)),
        _held(report),
    )


def _next(report: Report) -> tuple[Table, ...]:
    """List who is likely to respond next, with the reasons that carried their place."""
    rows = tuple(
        (*_cells(row.who, row.sphere, row.likely), Cell(shortened(row.why, _WHY)))
        for row in next_rows(report)[:_ROWS]
    )
    if not rows:
        return ()
    heads = (translated("Who"), translated("Sphere"), translated("Likely"), translated("Why"))
    title = translated("Who is likely to respond next")
    return (Table(heads, (False, False, True, False), (4, 3, 2, 8), rows, title),)


def _advice(report: Report) -> tuple[Table, ...]:
    """List whom the forecast names, if it has shown skill."""
    if not report.known("advice"):
        return ()
    heads = (translated("With whom"), translated("Expected gain"), translated("Why"))
    title = translated("With whom one more exchange is expected to bring most")
    return (Table(heads, (False, False, False), (4, 5, 7), _advised(report, forecast=True), title),)


def _held(report: Report) -> Table:
    """List the conversations, spheres, topics and habits that held when tested, whatever the forecast's skill."""
    heads = (translated("Where, on what, or how"), translated("Difference"), translated("Why"))
    title = translated("What held when tested")
    note = translated(
        "Found before the last third of the record and again in it; told is the last third. Associations: what else "
        "was going on may be why."
    )
    return Table(heads, (False, False, False), (4, 5, 7), _advised(report, forecast=False), title, note)


def _advised(report: Report, *, forecast: bool) -> tuple[tuple[Cell, ...], ...]:
    return tuple(
        (
            *_cells(row.who, f"{row.gain} ({row.interval})" if row.interval else row.gain),
            Cell(shortened(row.why, _WHY)),
        )
        for _, group in advice.advice_rows(report)
        for row in group[:_ROWS]
        if row.forecast == forecast
    )[: 2 * _ROWS]


def _chains(report: Report) -> tuple[Table, ...]:
    """List who could introduce the leader to whom, with what is on record of every hop."""
    rows = tuple(
        (*_cells(row.who, row.sphere), Cell(shortened(row.words, _CHAIN)), *_cells(row.likely))
        for row in chain_rows(report)[:_ROWS]
    )
    if not rows:
        return ()
    heads = (translated("To whom"), translated("Sphere"), translated("Who, and why"), translated("Likely"))
    title = translated("Who could introduce the leader")
    return (Table(heads, (False, False, False, True), (4, 2, 9, 2), rows, title),)


def _worth(report: Report) -> tuple[Table, ...]:
    """List whom to answer first, why there, and what it takes; the page has the command that marks it as done."""
    rows = tuple(
        (
            _linked(row.who, *(each.link for each in row.evidence)),
            *(*_cells(row.sphere), Cell(shortened(row.why, _WHY)), *_cells(row.days)),
        )
        for row in worth_rows(report)[:_ROWS]
    )
    if not rows:
        return ()
    heads = (translated("Who"), translated("Sphere"), translated("Why here"), translated("Waiting"))
    title, spent = translated("Whom to answer first"), takes(report)
    return (
        Table(heads, (False, False, False, True), (4, 2, 9, 2), rows, title, str(spent) if spent else ""),
    )


def _waiting(report: Report) -> Table:
    heads = (translated("Who"), translated("Sphere"), translated("How"), translated("Waiting"))
    rows = tuple(
        (_linked(row.who, *(each.link for each in row.evidence)), *_cells(row.sphere, row.how, row.days))
        for row in advice.waiting_rows(report)[:_ROWS]
    )
    title = translated("Where others have waited longest")
    note = translated("Texts are not kept, so some of these may need no answer.")
    return Table(heads, (False, False, False, True), (5, 3, 4, 3), rows, title, note)


def _conversations(report: Report, _: Section) -> tuple[Table, ...]:
    """List the conversations that brought most people never met."""
    ranged = mostly_unknown(report)
    heads = (
        translated("About"),
        translated("Began"),
        translated("Begun by"),
        translated("Responses"),
        translated("People"),
        *(() if ranged else (translated("Never met"),)),
    )
    shown = evidence.conversations(report)[0][:CONVERSATIONS]
    rows = tuple(map(_conversation, shown))
    numbers = 2 if ranged else 3
    title = translated("Those that brought most people") if rows else ""
    return (Table(heads, (*[False] * 3, *[True] * numbers), (6, 3, 4, *[3] * numbers), rows, title),)


def _conversation(one: evidence.ConversationRow) -> tuple[Cell, ...]:
    unmet = (one.unmet,) if one.unmet else ()
    rest = _cells(one.began, one.begun_by, one.responses, one.people, *unmet)
    return (_linked(one.name, *(each.link for each in one.evidence)), *rest)


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
    return tuple(Cell(shortened(text, NAME)) for text in texts)


def _more(left: int) -> str:
    return str(say("{n} more are not shown here.", n=counted(left, "row", "rows"))) if left > 0 else ""


def _linked(text: str, *links: evidence.Link | None) -> Cell:
    """Make a cell that leads to the first address that may be followed."""
    link = next((one for one in links if one), None)
    text = shortened(text, NAME)
    return Cell(text, link.address, shortened(link.host, _HOST)) if link else Cell(text)
