"""A report as a PDF of a few pages, for a board: tagged, its fonts inside, set from data and never from markup."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from influence.contract.findings import Report
from influence.contract.headline import CAUTION, mostly_unknown, unknown
from influence.contract.language import recognised, spoken, translated
from influence.contract.wording import counted, unbroken
from reports.figures.sureness import sureness_picture
from reports.figures.svg import Picture, house_style, to_svg
from reports.formats import lettering
from reports.formats.chapters import NAME, Chapter, Drawn, Table, chapters, drawn, with_short_names
from reports.formats.writing import encodable, needing, write_whole
from reports.story import glossary
from reports.story.brief import Brief, brief
from reports.story.doubt import doubts
from reports.story.sentences import Sentence, say
from reports.story.story import story
from reports.story.wording import care, isolated, notice, shortened

if TYPE_CHECKING:
    from typst import Fonts

PAGES = 6
_VIEW, _POINTS, _EDGE, _WIDTH = re.compile('viewBox="[^"]*"'), 72, 6, 470
"""Of pictures, in points: an inch, what is left at an edge, and how wide the page is."""
_SENTENCE, _PIECE, _SHORT = 1000, 600, 400
_SENTENCES, _LIMITS, _WORDS, _UNTOLD, _LEAST = 9, 8, 10, 2, 4
_TRIES = 8
_ROOMS, _FULL = (0.95, 0.75, 0.55, 1.25, 1.6), 1 / 3
"""Of dense tables: so much room above and below a row is tried, in mm, until the last page is so far full."""
_TEMPLATE = files("reports.formats") / "templates" / "document.typ"
_ON_PAGE_ONE = "beyond"
_ADDRESSES, _MARKUP = frozenset({"link"}), frozenset({"link", "host", "svg"})

Data = dict[str, Any]


def write_document(report: Report, path: Path) -> list[Path]:
    """Write the report as one PDF of at most six pages.

    Raises:
        CannotWrite: the extra that sets documents is not installed.
        OSError: the file cannot be written.
    """
    return [write_whole(path, document(report))]


def document(report: Report) -> bytes:
    """Return the report as a PDF; the same report gives the same bytes where the same fonts are installed.

    Raises:
        CannotWrite: the extra that sets documents is not installed.
    """
    return set_whole(lambda: contents(report), _until(report))


def set_whole(contents: Callable[[], Data], until: datetime | None) -> bytes:
    """Set contents as a PDF of the house, dated `until`: they are what `document.typ` is filled with.

    Raises:
        CannotWrite: the extra that sets documents is not installed.
    """
    with needing("pdf", "PDF documents"):
        import typst  # noqa: F401 (it is an extra)
    with lettering.fonts() as offered:
        data = contents()
        letters = lettering.missing(_texts(data, _ADDRESSES), offered)
        if letters:
            data["fonts"] = _no_font(data, letters)
        shown = _mapped(data, lambda text: lettering.boxed(text, letters), _ADDRESSES)
        return _fitted(shown, until, offered)


def contents(report: Report) -> Data:
    """Return everything that the document says and shows, ready to be set."""
    report = with_short_names(report)
    told, opening = {section.key: section for section in story(report)}, brief(report)
    with house_style():
        first = _opening(report, opening, told[_ON_PAGE_ONE].sentences if _ON_PAGE_ONE in told else ())
        body = [_chapter(one) for one in chapters(report, told.values())]
    data = {
        "language": spoken().code,
        "title": str(say("{who}: influence beyond the people met", who=opening.who)),
        "footer": {
            "about": f"{opening.who} · {opening.when}",
            "care": care(report),
            "page": translated("Page {n} of {of}"),
        },
        "notice": notice(report),
        "fonts": "",
        "cut": "",
        "opening": first,
        "chapters": [one for one in body if one["sentences"] or one["blocks"]],
    }
    data["words"] = _words(data)
    return finished(data)


def finished(data: Data) -> Data:
    """Return contents whose texts can be set: no halves of letters, and nothing that turns the direction."""
    shown: Data = _mapped(data, lambda text: unbroken(isolated(encodable(text))))
    return shown


def _mapped(value: Any, change: Callable[[str], str], as_they_are: frozenset[str] = _MARKUP) -> Any:
    """Change every text in the data; what stands under these keys stays as it is."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {
            key: one if key in as_they_are else _mapped(one, change, as_they_are)
            for key, one in value.items()
        }
    if isinstance(value, Sequence):
        return [_mapped(one, change, as_they_are) for one in value]
    return value


# --- what stands on page one, and after it --------------------------------------------------------------------


def _opening(report: Report, said: Brief, beyond: Sequence[Sentence]) -> Data:
    lines: list[tuple[str, Sentence | None]] = [(one.label, one.sentence) for one in said.answers]
    lines += [
        (translated("Start this week"), said.start),
        (translated("Stop"), said.stop),
        (translated("What moved"), said.moved),
        (translated("How far to trust it"), said.trust),
    ]
    sure = drawn("sureness", sureness_picture(report), 0.95, _key_of_range(report))
    number = f"{said.number.text} {said.number.unit}".rstrip() if said.number.known else said.number.text
    return {
        "kind": translated("Networked leadership · influence report"),
        "who": said.who,
        "when": said.when,
        "number": said.number.text,
        "unit": said.number.unit if said.number.known else "",
        "alt": number,
        "caption": _sentence(beyond[0]) if beyond else "",
        "range": [_sentence(each) for each in _ranges(report, said)],
        "picture": _picture(sure[0]) if sure else None,
        "lines": [{"label": label, "text": _sentence(text)} for label, text in lines if text],
    }


def _ranges(report: Report, said: Brief) -> tuple[Sentence, ...]:
    """Return the one range, and what another run would give: the picture shows both."""
    more = tuple(each for each in doubts(report)[1:] if each != said.range)
    return ((said.range,) if said.range else ()) + more


def _key_of_range(report: Report) -> str:
    if mostly_unknown(report):
        return translated("Line: the range, from all of whom nothing tells met to none of them met.")
    if not unknown(report)[0]:
        return translated("Diamond: the number. Pale bar: such a window run again.")
    return translated(
        "Diamond: the number. Dark line: the range, from all of whom nothing tells met to none of them met. Pale bar: "
        "such a window run again."
    )


def _chapter(one: Chapter) -> Data:
    section = one.section
    listed = section.key == "limits"
    sentences = [_sentence(each) for each in section.sentences if listed or str(each) not in _once()]
    if section.key == _ON_PAGE_ONE:
        sentences = []
    most = _LIMITS if listed else _SENTENCES
    left = len(sentences) - most
    return {
        "key": section.key,
        "question": section.question,
        "sentences": sentences[:most],
        "untold": [_sentence(each) for each in section.untold[:_UNTOLD]],
        "listed": listed,
        "more": str(say("{n} more stand on the page.", n=counted(left, "sentence", "sentences")))
        if left > 0
        else "",
        "blocks": [*map(_picture, one.pictures), *map(_table, one.tables)],
        "aside": shortened(one.aside, _SENTENCE),
    }


def _once() -> frozenset[str]:
    """Return the caution that stands among the limits already."""
    return frozenset({recognised(CAUTION)})


def _sentence(sentence: Sentence) -> str:
    return shortened("".join(_piece(span.text) for span in sentence.spans), _SENTENCE)


def _piece(text: str) -> str:
    return text if len(text) <= _PIECE else shortened(text, _PIECE)


def _picture(one: Drawn) -> Data:
    svg, width = _trimmed(to_svg(one.picture, one.key), one.picture)
    return {
        "kind": "picture",
        "svg": svg.replace("<svg ", '<svg font-family="DejaVu Sans" ', 1),
        "alt": shortened(f"{one.picture.title}: {one.picture.description}", _SENTENCE),
        "width": min(_WIDTH, width * one.scale),
        "caption": one.caption,
    }


def _trimmed(svg: str, picture: Picture) -> tuple[str, float]:
    """Cut the empty edges of a picture off, so that its letters have room; return how wide it is then, in points."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")  # the document's fonts draw the text
        inked = picture.figure.get_tightbbox()
    left, top = _POINTS * inked.x0 - _EDGE, _POINTS * (picture.figure.get_figheight() - inked.y1) - _EDGE / 2
    wide, high = _POINTS * inked.width + 2 * _EDGE, _POINTS * inked.height + _EDGE
    return _VIEW.sub(f'viewBox="{left:.1f} {top:.1f} {wide:.1f} {high:.1f}"', svg, count=1), wide


def _table(table: Table) -> Data:
    rows = [[asdict(cell) for cell in row] for row in table.rows]
    return {"kind": "table", **asdict(table), "rows": rows}


def _words(data: Data) -> Data:
    """Return the words of the glossary that the document uses, with their meanings."""
    said = " ".join(_texts(data)).casefold()
    used = [
        {"word": word, "meaning": meaning}
        for _, word, meaning in glossary.words()
        if re.search(rf"\b{re.escape(word.casefold())}\b", said)
    ]
    return {"title": translated("Words"), "rows": used[:_WORDS]}


# --- names and letters ----------------------------------------------------------------------------------------


def _texts(data: Data, apart: frozenset[str] = _MARKUP) -> list[str]:
    found: list[str] = []

    def keep(text: str) -> str:
        found.append(text)
        return text

    _mapped(data, keep, apart)
    return found


def _no_font(data: Data, letters: frozenset[str]) -> str:
    words = {
        "".join(letter for letter in word if letter in letters or letter.isalnum())
        for text in _texts(data)
        for word in text.split()
        if not letters.isdisjoint(word)
    }
    return str(
        say(
            "No font on this machine has the letters of {n} here, which are shown as boxes; a package of fonts such as "
            "fonts-noto-cjk brings them.",
            n=counted(len(words), "word", "words"),
        )
    )


# --- setting it -----------------------------------------------------------------------------------------------


def _fitted(data: Data, until: datetime | None, offered: Fonts) -> bytes:
    """Set it; where that takes more pages than a board reads, again with shorter lists and smaller pictures."""
    setting = _well_filled if data.get("dense") else _set
    for _ in range(_TRIES):
        made = setting(data, until, offered)
        if made.pages <= PAGES:
            break
        data = _shorter(data)
    return made.pdf


@dataclass(frozen=True)
class _Made:
    """A PDF, how many pages it has, and what part of the last one is filled."""

    pdf: bytes
    pages: int
    filled: float


def _well_filled(data: Data, until: datetime | None, offered: Fonts) -> _Made:
    """Set dense tables with such room between rows that no page is nearly empty; else so that the last is fullest."""
    tried: list[_Made] = []
    for room in _ROOMS:
        made = _set({**data, "room": room}, until, offered)
        if made.pages == 1 or made.filled >= _FULL:
            return made
        tried.append(made)
    return max(tried, key=lambda one: one.filled)


def _set(data: Data, until: datetime | None, offered: Fonts) -> _Made:
    """Return the PDF, how many pages it has, and how far the last one is filled."""
    import typst

    dated = [until.year, until.month, until.day] if until else None
    said = json.dumps({**data, "date": dated}, ensure_ascii=False)
    with as_file(_TEMPLATE) as template:
        setter = typst.Compiler(str(template), font_paths=offered, sys_inputs={"said": said})
        try:
            made = setter.compile(format="pdf", pdf_standards=["ua-1"], timestamp=until or 0)
        except (
            typst.TypstError
        ):  # a letter that the text has a font for and a picture has none: tagged all the same
            made = setter.compile(format="pdf", timestamp=until or 0)
        pages, filled = json.loads(setter.query("<end>", field="value", one=True))
        return _Made(cast("bytes", made), int(pages), float(filled))


def _shorter(data: Data) -> Data:
    """Take a row of each table, a sentence of each section, and some of each picture's width; and say so."""
    chapters_left = [
        {
            **one,
            "sentences": [
                each if len(each) <= _SHORT else shortened(each, _SHORT)
                for each in one["sentences"][: max(_LEAST, len(one["sentences"]) - 1)]
            ],
            "blocks": [_shorter_block(block) for block in one["blocks"]],
        }
        for one in data["chapters"]
    ]
    words = {**data["words"], "rows": data["words"]["rows"][:-2]}
    cut = translated(
        "To fit these pages, lists and sections are shortened; the page and the tables hold all."
    )
    return {**data, "chapters": chapters_left, "words": words, "cut": cut}


def _shorter_block(block: Data) -> Data:
    if block["kind"] == "picture":
        return {**block, "width": block["width"] * 0.95}
    rows = block["rows"][: max(_LEAST, len(block["rows"]) - 1)]
    return {**block, "rows": [[_shorter_cell(cell) for cell in row] for row in rows]}


def _shorter_cell(cell: Data) -> Data:
    """Take a fifth of a text that is longer than a name."""
    text = cell["text"]
    return cell if len(text) <= NAME else {**cell, "text": shortened(text, max(NAME, 4 * len(text) // 5))}


def _until(report: Report) -> datetime | None:
    """Return the period's end, which dates the document: a clock would make two of one report differ."""
    try:
        moment = datetime.fromisoformat(report.window.get("until") or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
