"""A report as a PDF of a few pages, for a board: tagged, its fonts inside, set from data and never from markup."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from influence.contract.findings import EgoNetwork, Reached, Report
from influence.contract.headline import CAUTION, mostly_unknown, unknown
from influence.contract.language import recognised, spoken, translated
from influence.contract.wording import counted, plain
from reports.figures.sureness import sureness_picture
from reports.figures.svg import Picture, house_style, to_svg
from reports.formats import lettering
from reports.formats.chapters import Chapter, Table, chapters
from reports.formats.writing import encodable, needing, write_whole
from reports.story import glossary
from reports.story.brief import Brief, brief
from reports.story.doubt import doubts
from reports.story.sentences import Sentence, say
from reports.story.story import story
from reports.story.wording import isolated, shortened

if TYPE_CHECKING:
    from typst import Fonts

PAGES = 6
NAME = 60
"""So many characters of a name are shown."""
_SENTENCE, _PIECE = 1000, 600
_SENTENCES, _LIMITS, _WORDS, _LEAST = 9, 8, 10, 3
_TRIES = 8
_TEMPLATE = files("reports.formats") / "templates" / "document.typ"
_ON_PAGE_ONE = "beyond"

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
    with needing("pdf", "documents"), lettering.fonts() as offered:
        data = contents(report)
        letters = lettering.missing(_texts(data), offered)
        if letters:
            data["fonts"] = _no_font(data, letters)
        shown = _mapped(data, lambda text: lettering.boxed(text, letters))
        return _fitted(shown, _until(report), offered)


def contents(report: Report) -> Data:
    """Return everything that the document says and shows, ready to be set."""
    report = _with_short_names(report)
    told, opening = {section.key: section for section in story(report)}, brief(report)
    with house_style():
        first = _opening(report, opening, told[_ON_PAGE_ONE].sentences if _ON_PAGE_ONE in told else ())
        body = [_chapter(one) for one in chapters(report, told.values())]
    data = {
        "language": spoken().code,
        "title": str(say("{who}: influence beyond the people met", who=opening.who)),
        "footer": {
            "about": f"{opening.who} · {opening.when}",
            "care": translated("It names people: share it as you would a personnel file."),
            "page": translated("Page {n} of {of}"),
        },
        "notice": plain(report.notice or ""),
        "fonts": "",
        "cut": "",
        "opening": first,
        "chapters": [one for one in body if one["sentences"] or one["blocks"]],
    }
    data["words"] = _words(data)
    finished: Data = _mapped(data, lambda text: lettering.breakable(isolated(encodable(text))))
    return finished


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    """Change every text in the data; addresses and pictures stay as they are."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {key: one if key in {"link", "svg"} else _mapped(one, change) for key, one in value.items()}
    if isinstance(value, Sequence):
        return [_mapped(one, change) for one in value]
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
        "picture": _picture("sureness", sureness_picture(report), 100, _key_of_range(report)),
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
    sentences = [_sentence(each) for each in section.sentences if str(each) not in _once()]
    if section.key == _ON_PAGE_ONE:
        sentences = []
    most = _LIMITS if section.key == "limits" else _SENTENCES
    left = len(sentences) - most
    pictures = [_picture(each.key, each.picture, each.width, each.caption) for each in one.pictures]
    return {
        "key": section.key,
        "question": section.question,
        "sentences": sentences[:most],
        "listed": section.key == "limits",
        "more": str(say("{n} more stand on the page.", n=counted(left, "sentence", "sentences")))
        if left > 0
        else "",
        "blocks": [*[each for each in pictures if each], *map(_table, one.tables)],
    }


def _once() -> frozenset[str]:
    """Return the caution that stands among the limits already."""
    return frozenset({recognised(CAUTION)})


def _sentence(sentence: Sentence) -> str:
    return shortened("".join(_piece(span.text) for span in sentence.spans), _SENTENCE)


def _piece(text: str) -> str:
    return text if len(text) <= _PIECE else shortened(text, _PIECE)


def _picture(key: str, picture: Picture | None, width: int, caption: str) -> Data | None:
    if picture is None:
        return None
    svg = to_svg(picture, key).replace("<svg ", '<svg font-family="DejaVu Sans" ', 1)
    alt = shortened(f"{picture.title}: {picture.description}", _SENTENCE)
    return {"kind": "picture", "svg": svg, "alt": alt, "width": width, "caption": caption}


def _table(table: Table) -> Data:
    rows = [[asdict(cell) for cell in row] for row in table.rows]
    return {"kind": "table", **asdict(table), "rows": rows}


def _words(data: Data) -> Data:
    """Return the words of the glossary that the document uses, with their meanings."""
    said = " ".join(_texts(data)).casefold()
    used = [{"word": word, "meaning": meaning} for word, meaning in glossary.WORDS if word.casefold() in said]
    return {"title": translated("Words"), "rows": used[:_WORDS]}


# --- names and letters ----------------------------------------------------------------------------------------


def _with_short_names(report: Report) -> Report:
    """Shorten the names that no page has room for."""
    return replace(
        report,
        leader={key: _name(text) if key == "name" else text for key, text in report.leader.items()},
        people=tuple(_reached(one) for one in report.people),
        names={person: _name(name) for person, name in report.names.items()},
        network=EgoNetwork(),
        notice=shortened(report.notice, _PIECE) if report.notice else None,
    )


def _name(name: str) -> str:
    return name if len(name) <= NAME else shortened(name, NAME)


def _reached(one: Reached) -> Reached:
    if len(one.name) <= NAME and len(one.sphere) <= NAME:
        return one
    return replace(one, name=_name(one.name))


def _texts(data: Data) -> list[str]:
    found: list[str] = []

    def keep(text: str) -> str:
        found.append(text)
        return text

    _mapped(data, keep)
    return found


def _no_font(data: Data, letters: frozenset[str]) -> str:
    words = {word for text in _texts(data) for word in text.split() if not letters.isdisjoint(word)}
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
    for _ in range(_TRIES):
        made, pages = _set(data, until, offered)
        if pages <= PAGES:
            break
        data = _shorter(data)
    return made


def _set(data: Data, until: datetime | None, offered: Fonts) -> tuple[bytes, int]:
    """Return the PDF and how many pages it has."""
    import typst

    dated = [until.year, until.month, until.day] if until else None
    said = json.dumps({**data, "date": dated}, ensure_ascii=False)
    with as_file(_TEMPLATE) as template:
        setter = typst.Compiler(str(template), font_paths=offered, sys_inputs={"said": said})
        made = cast("bytes", setter.compile(format="pdf", pdf_standards=["ua-1"], timestamp=until or 0))
        return made, int(setter.query("<pages>", field="value", one=True))


def _shorter(data: Data) -> Data:
    """Take a row of each table, a sentence of each section, and some of each picture's width; and say so."""
    chapters_left = [
        {
            **one,
            "sentences": one["sentences"][: max(_LEAST, len(one["sentences"]) - 1)],
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
        return {**block, "width": max(50, round(block["width"] * 0.9))}
    return {**block, "rows": block["rows"][: max(_LEAST, len(block["rows"]) - 1)]}


def _until(report: Report) -> datetime | None:
    """Return the period's end, which dates the document: a clock would make two of one report differ."""
    try:
        moment = datetime.fromisoformat(report.window.get("until") or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
