"""A presentation being filled: its template, its slides, and on each a title, texts that fit, a footer and notes."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from influence.contract.language import ENGLISH, spoken, translated
from influence.contract.wording import plain, unbroken
from reports.formats.fitting import fit
from reports.formats.template import (
    BODIES,
    FEET,
    WIDE,
    Room,
    downwards,
    emptied,
    house,
    kind,
    layouts,
    read_template,
    room_of,
    rooms,
)
from reports.formats.writing import CannotWrite, needing

TITLE_SIZES, TEXT_SIZES, SMALL_SIZES, FOOTER_SIZES = (28, 16), (20, 12), (16, 12), (10, 7)
"""The largest and the smallest sizes of letters, in points."""
_INDENT = 30
"""So many points a bullet may take of a line."""
_RIGHT = r"\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"
_FROM_RIGHT = re.compile(rf"[{_RIGHT}](?:[{_RIGHT}\W]*[{_RIGHT}])?")


@dataclass(frozen=True)
class Page:
    """One slide, the room under its title, and how wide it is against a usual one: letters may be so much smaller."""

    slide: Any
    room: Room
    scale: float = 1.0

    @property
    def _body(self) -> Any:
        """The placeholder for text that is still empty; None where there is none."""
        for shape in self.slide.placeholders:
            if kind(shape) in BODIES and not shape.text_frame.text and not downwards(shape):
                return shape
        return None

    def write(
        self,
        texts: Sequence[str],
        room: Room | None = None,
        sizes: tuple[float, float] = TEXT_SIZES,
        *,
        accent: bool = False,
    ) -> None:
        """Write paragraphs as large as they fit; what stands in a line before a text is its label, in bold.

        `accent` takes the first colour of the template.
        """
        if not texts:
            return
        place = room or self.room
        frame = self._body or self.slide.shapes.add_textbox(0, 0, 0, 0)
        frame.left, frame.top, frame.width, frame.height = place.left, place.top, place.width, place.height
        width, height = place.points
        indent = _INDENT if frame.is_placeholder else 0.0
        fitted = fit(texts, (width - indent, height), self._scaled(sizes), translated("More in the notes."))
        _fill(frame.text_frame, fitted.texts, fitted.size)
        if accent:
            _stressed(frame.text_frame)

    def _scaled(self, sizes: tuple[float, float]) -> tuple[float, float]:
        return sizes[0], min(sizes[0], sizes[1] * self.scale)

    def columns(
        self,
        columns: Sequence[Sequence[str]],
        room: Room | None = None,
        sizes: tuple[float, float] = TEXT_SIZES,
    ) -> None:
        """Write two columns of paragraphs in one size."""
        rooms = (room or self.room).beside(0.5)
        size = min(
            fit(texts, (place.points[0] - _INDENT, place.points[1]), self._scaled(sizes)).size
            for texts, place in zip(columns, rooms, strict=True)
        )
        for texts, place in zip(columns, rooms, strict=True):
            self.write(texts, place, (size, sizes[1]))

    def tell(self, notes: Sequence[str]) -> None:
        """Write the speaker's notes, one line each, nothing twice."""
        frame = self.slide.notes_slide.notes_text_frame
        if frame is not None:
            lines = dict.fromkeys(_in_order(line.replace("\n", ": ")) for line in notes)
            frame.text = "\n".join(lines)
            _speak(frame)

    def finish(self) -> None:
        """Take away the placeholders that nothing filled."""
        for shape in list(self.slide.placeholders):
            if shape.has_text_frame and not shape.text_frame.text:
                shape._element.getparent().remove(shape._element)


@dataclass(frozen=True)
class Deck:
    """A presentation, the layouts of it that are used, and what stands at the foot of every slide."""

    presentation: Any
    opening: Any
    content: Any
    foot: str
    left_out: int = 0

    def page(self, title: str, *, opening: bool = False) -> Page:
        """Add a slide with a title."""
        layout = self.opening if opening else self.content
        slide = self.presentation.slides.add_slide(layout)
        place, room = rooms(self.presentation, layout)
        heading = slide.shapes.title
        if place != room_of(heading):
            heading.left, heading.top, heading.width, heading.height = (
                place.left,
                place.top,
                place.width,
                place.height,
            )
        fitted = fit([plain(title)], place.points, TITLE_SIZES)
        _fill(heading.text_frame, fitted.texts, fitted.size, bold=None)
        self._write_foot(slide, layout)
        return Page(slide, room, min(1.0, self.presentation.slide_width / WIDE))

    def bytes(self) -> bytes:
        """Return the presentation as a file holds it."""
        stream = io.BytesIO()
        self.presentation.save(stream)
        return stream.getvalue()

    def _write_foot(self, slide: Any, layout: Any) -> None:
        """Fill the layout's own footer and number; where it has none, stand small at the lower edge."""
        footed = False
        for shape in layout.placeholders:
            what = kind(shape)
            if what not in FEET:
                continue
            copy = deepcopy(shape._element)
            copy.nvSpPr.cNvPr.set("id", str(1 + max(each.shape_id for each in slide.shapes)))
            slide.shapes._spTree.append(copy)
            if what == "FOOTER":
                footed = True
                own = slide.shapes[-1]
                fitted = fit([self.foot], room_of(shape).points, FOOTER_SIZES)
                _fill(own.text_frame, fitted.texts, fitted.size)
        if not footed:
            height = self.presentation.slide_height
            across = self.presentation.slide_width
            room = Room(across // 20, height - 2 * height // 45, across * 9 // 10, 2 * height // 45)
            box = slide.shapes.add_textbox(room.left, room.top, room.width, room.height)
            fitted = fit([self.foot], room.points, FOOTER_SIZES)
            _fill(box.text_frame, fitted.texts, fitted.size)


def opened(template: Path | None, foot: str) -> Deck:
    """Open a presentation to fill: the house's own, or a template of the user's.

    A template gives its masters, layouts and fonts; slides that stand in it are left out, and counted.

    Raises:
        CannotWrite: `python-pptx` is not installed, or the template is none, with what to do.
    """
    with needing("slides", "Slides"):
        from pptx import Presentation  # 300 ms, and only slides need it
    if template is None:
        presentation, left_out = house(Presentation()), 0
    else:
        presentation = read_template(Presentation, template)
        left_out = emptied(presentation)
    opening, content = layouts(presentation)
    if opening is None or content is None:
        name = template.name if template else "the template"
        raise CannotWrite(
            f"{name} has no slide layout with a title and room for text; add one in its slide master, or leave "
            "--template out"
        )
    presentation.core_properties.language = language_tag()
    return Deck(presentation, opening, content, plain(foot), left_out)


def language_tag() -> str:
    """Return the language spoken as documents name it.

    >>> language_tag()
    'en-GB'
    """
    code = spoken().code
    if code == ENGLISH:
        return "en-GB"
    from babel.core import get_global

    parts = str(get_global("likely_subtags").get(code, code)).split("_")
    return f"{parts[0]}-{parts[-1]}" if len(parts) > 1 else code


def _fill(frame: Any, texts: Sequence[str], size: float, *, bold: bool | None = True) -> None:
    """Write paragraphs of one size; a label stands in bold in a line of its own."""
    from pptx.util import Pt

    frame.clear()  # a layout's own footer may hold a sample
    frame.word_wrap = True
    for place, text in enumerate(texts):
        paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
        label, _, said = text.rpartition("\n")
        for run_text, is_label in _runs(_in_order(label), _in_order(said)):
            if run_text == "\n":
                paragraph.add_line_break()
                continue
            run = paragraph.add_run()
            run.text, run.font.size = run_text, Pt(size)
            if is_label and bold:
                run.font.bold = True
        if place:
            paragraph.space_before = Pt(round(size / 2))
    _speak(frame)


def _in_order(text: str) -> str:
    """Clean a text, and mark where letters written from right to left end, so that what follows stays in its place."""
    return _FROM_RIGHT.sub("\\g<0>\u200e", unbroken(plain(text)))


def _stressed(frame: Any) -> None:
    from pptx.enum.dml import MSO_THEME_COLOR

    font = frame.paragraphs[0].runs[0].font
    font.bold, font.color.theme_color = True, MSO_THEME_COLOR.ACCENT_1


def _runs(label: str, said: str) -> Iterator[tuple[str, bool]]:
    if label:
        yield label, True
        yield "\n", False
    yield said, False


def _speak(frame: Any) -> None:
    """Say in which language a text is, so that a screen reader and a spelling checker take it as such."""
    tag = language_tag()
    for paragraph in frame.paragraphs:
        for run in paragraph.runs:
            run._r.get_or_add_rPr().set("lang", tag)
