"""A presentation being filled: its template, its slides, and on each a title, texts that fit, a footer and notes."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from influence.contract.language import ENGLISH, spoken, translated
from influence.contract.wording import plain
from reports.figures import palette
from reports.formats.fitting import fit
from reports.formats.writing import CannotWrite, needing

POINT = 12_700
"""So many of a slide's units are a point."""
INCH = 72 * POINT
TITLE_SIZES, TEXT_SIZES, SMALL_SIZES, FOOTER_SIZES = (28, 16), (20, 14), (16, 12), (10, 7)
"""The largest and the smallest sizes of letters, in points."""
_INDENT = 30
"""So many points a bullet may take of a line."""
_WIDE, _HIGH = 12_192_000, 6_858_000
_LARGEST = 512 * 1024 * 1024
_TEMPLATE = b"presentationml.template.main+xml"
_PRESENTATION = b"presentationml.presentation.main+xml"
_ACCENTS = (palette.UNMET, palette.MET, "#4a5763", "#009e73", "#cc79a7", "#e69f00")
"""Colours that are told apart by everybody (Okabe and Ito), for charts that a reader adds."""


@dataclass(frozen=True)
class Room:
    """A rectangle on a slide."""

    left: int
    top: int
    width: int
    height: int

    @property
    def points(self) -> tuple[float, float]:
        """How much of it a text may take: what a frame keeps free at its edges is left out."""
        return (self.width - 0.2 * INCH) / POINT, (self.height - 0.1 * INCH) / POINT

    def beside(self, share: float) -> tuple[Room, Room]:
        """Divide it into a part at the left and one at the right, with a gap."""
        gap = self.width // 40
        first = int(share * self.width) - gap
        return (
            Room(self.left, self.top, first, self.height),
            Room(self.left + first + 2 * gap, self.top, self.width - first - 2 * gap, self.height),
        )

    def below(self, share: float) -> tuple[Room, Room]:
        """Divide it into an upper and a lower part."""
        first = int(share * self.height)
        return (
            Room(self.left, self.top, self.width, first),
            Room(self.left, self.top + first, self.width, self.height - first),
        )


@dataclass(frozen=True)
class Page:
    """One slide, and the room under its title that nothing fills yet."""

    slide: Any
    room: Room

    @property
    def _body(self) -> Any:
        """The placeholder for text that is still empty; None where there is none."""
        for shape in self.slide.placeholders:
            if _kind(shape) in _BODIES and not shape.text_frame.text:
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
        fitted = fit(texts, (width - indent, height), sizes, translated("More in the notes."))
        _fill(frame.text_frame, fitted.texts, fitted.size)
        if accent:
            _stressed(frame.text_frame)

    def columns(
        self,
        columns: Sequence[Sequence[str]],
        room: Room | None = None,
        sizes: tuple[float, float] = TEXT_SIZES,
    ) -> None:
        """Write two columns of paragraphs in one size."""
        rooms = (room or self.room).beside(0.5)
        size = min(
            fit(texts, (place.points[0] - _INDENT, place.points[1]), sizes).size
            for texts, place in zip(columns, rooms, strict=True)
        )
        for texts, place in zip(columns, rooms, strict=True):
            self.write(texts, place, (size, sizes[1]))

    def tell(self, notes: Sequence[str]) -> None:
        """Write the speaker's notes, one line each."""
        frame = self.slide.notes_slide.notes_text_frame
        if frame is not None:
            frame.text = "\n".join(map(_in_order, notes))
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
        room = _body_room(self.presentation, layout)
        heading = slide.shapes.title
        fitted = fit([plain(title)], _room_of(heading, room).points, TITLE_SIZES)
        _fill(heading.text_frame, fitted.texts, fitted.size, bold=None)
        self._write_foot(slide, layout)
        return Page(slide, room)

    def bytes(self) -> bytes:
        """Return the presentation as a file holds it."""
        stream = io.BytesIO()
        self.presentation.save(stream)
        return stream.getvalue()

    def _write_foot(self, slide: Any, layout: Any) -> None:
        """Fill the layout's own footer and number; where it has none, stand small at the lower edge."""
        footed = False
        for shape in layout.placeholders:
            kind = _kind(shape)
            if kind not in {"FOOTER", "SLIDE_NUMBER"}:
                continue
            copy = deepcopy(shape._element)
            slide.shapes._spTree.append(copy)
            if kind == "FOOTER":
                footed = True
                own = slide.shapes[-1]
                fitted = fit([self.foot], _room_of(shape, None).points, FOOTER_SIZES)
                _fill(own.text_frame, fitted.texts, fitted.size)
        if not footed:
            height = self.presentation.slide_height
            across = self.presentation.slide_width
            room = Room(across // 20, height - 2 * height // 45, across * 9 // 10, 2 * height // 45)
            box = slide.shapes.add_textbox(room.left, room.top, room.width, room.height)
            fitted = fit([self.foot], room.points, FOOTER_SIZES)
            _fill(box.text_frame, fitted.texts, fitted.size)


_RIGHT = r"\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"
_FROM_RIGHT = re.compile(rf"[{_RIGHT}](?:[{_RIGHT}\W]*[{_RIGHT}])?")
_BODIES = frozenset({"BODY", "OBJECT", "SUBTITLE"})


def opened(template: Path | None, foot: str) -> Deck:
    """Open a presentation to fill: the house's own, or a template of the user's.

    A template gives its masters, layouts and fonts; slides that stand in it are left out, and counted.

    Raises:
        CannotWrite: `python-pptx` is not installed, or the template is none, with what to do.
    """
    with needing("slides", "Slides"):
        from pptx import Presentation  # 300 ms, and only slides need it
    if template is None:
        presentation, left_out = _house(Presentation()), 0
    else:
        presentation = _read(Presentation, template)
        left_out = _emptied(presentation)
    opening, content = _layouts(presentation)
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


def _read(open_: Any, template: Path) -> Any:
    held = _as_presentation(template)
    try:
        presentation = open_(io.BytesIO(held))
        list(presentation.slide_layouts)
    except Exception as error:  # the library raises whatever a damaged part leads it to
        raise CannotWrite(
            f"{template.name} is damaged and cannot be filled ({type(error).__name__})"
        ) from None
    return presentation


def _as_presentation(template: Path) -> bytes:
    """Return a template's bytes; a `.potx` is called a presentation, since nothing else tells the two apart."""
    no_template = f"{template.name} is no PowerPoint presentation or template (.pptx, .potx)"
    try:
        held = template.read_bytes()
    except OSError as error:
        raise CannotWrite(f"{template} cannot be read: {error.strerror}") from None
    try:
        with zipfile.ZipFile(io.BytesIO(held)) as packed:
            if sum(info.file_size for info in packed.infolist()) > _LARGEST:
                raise CannotWrite(f"{template.name} is larger than 512 MiB unpacked; use a smaller template")
            kinds = packed.read("[Content_Types].xml")
            if b"macroEnabled" in kinds:
                raise CannotWrite(f"{template.name} holds macros; save it as .pptx or .potx first")
            if _TEMPLATE in kinds:
                return _renamed(packed, kinds.replace(_TEMPLATE, _PRESENTATION))
    except (zipfile.BadZipFile, KeyError):
        raise CannotWrite(f"{no_template}, or it is protected by a password") from None
    except (RuntimeError, NotImplementedError, zlib.error, EOFError) as error:
        raise CannotWrite(
            f"{template.name} is damaged and cannot be filled ({type(error).__name__})"
        ) from None
    if _PRESENTATION not in kinds:
        raise CannotWrite(no_template)
    return held


def _renamed(packed: zipfile.ZipFile, kinds: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as copy:
        for info in packed.infolist():
            copy.writestr(
                info.filename, kinds if info.filename == "[Content_Types].xml" else packed.read(info)
            )
    return stream.getvalue()


def _emptied(presentation: Any) -> int:
    """Take out a template's own slides, and what names them (sections, shows); return how many there were."""
    slides = presentation.slides._sldIdLst
    held = list(slides)
    for each in held:
        presentation.part.drop_rel(each.rId)
        slides.remove(each)
    root = presentation.part._element
    for tag in ("custShowLst", "ext"):
        for found in list(root.iter(f"{{*}}{tag}")):
            if tag == "custShowLst" or found.find("{*}sectionLst") is not None:
                found.getparent().remove(found)
    return len(held)


def _house(presentation: Any) -> Any:
    """Make the library's own blank presentation wide, calm, and of the colours of every picture."""
    narrow = presentation.slide_width
    presentation.slide_width, presentation.slide_height = _WIDE, _HIGH
    master = presentation.slide_master
    for held in (master, *presentation.slide_layouts):
        for shape in held.shapes:
            if shape._element.spPr.xfrm is not None:
                shape.left, shape.width = (each * _WIDE // narrow for each in (shape.left, shape.width))
    edge, across = int(0.6 * INCH), _WIDE - int(1.2 * INCH)
    for shape in master.placeholders:
        shape.left, shape.top, shape.width, shape.height = {
            "TITLE": (edge, int(0.35 * INCH), across, int(1.0 * INCH)),
            "BODY": (edge, int(1.5 * INCH), across, int(5.2 * INCH)),
            "FOOTER": (edge, int(6.95 * INCH), int(9.5 * INCH), int(0.35 * INCH)),
            "SLIDE_NUMBER": (_WIDE - edge - INCH, int(6.95 * INCH), INCH, int(0.35 * INCH)),
        }.get(_kind(shape), (shape.left, shape.top, shape.width, shape.height))
        if _kind(shape) == "FOOTER":
            _aligned(shape, "l")
    for shape in presentation.slide_layouts[0].placeholders:
        if _kind(shape) == "CENTER_TITLE":
            shape.left, shape.top, shape.width, shape.height = edge, int(0.9 * INCH), across, int(1.2 * INCH)
        if _kind(shape) == "SUBTITLE":
            for colour in list(shape._element.iter("{*}solidFill")):
                colour.getparent().remove(colour)
            shape.left, shape.top, shape.width, shape.height = edge, int(2.2 * INCH), across, int(4.4 * INCH)
            _aligned(shape, "l")
    style = master._element.find(".//{*}titleStyle/{*}lvl1pPr")
    style.set("algn", "l")
    style.find("{*}defRPr").set("b", "1")
    _coloured(master)
    return presentation


def _aligned(shape: Any, way: str) -> None:
    for level in shape._element.iter("{*}lvl1pPr"):
        level.set("algn", way)


def _coloured(master: Any) -> None:
    from pptx.opc.constants import RELATIONSHIP_TYPE

    theme = master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    text = theme.blob.decode()
    colours = {"dk1": palette.INK, "dk2": palette.MUTED, "lt2": palette.TEAM_BAND}
    colours |= {f"accent{place}": colour for place, colour in enumerate(_ACCENTS, start=1)}
    for name, colour in colours.items():
        new = f'<a:{name}><a:srgbClr val="{colour[1:].upper()}"/></a:{name}>'
        text = re.sub(f"<a:{name}>.*?</a:{name}>", new, text, count=1)
    theme._blob = text.encode()


def _layouts(presentation: Any) -> tuple[Any, Any]:
    """Choose the layouts by what they hold, since names differ: one that opens, and one for a title and a text."""
    every = [layout for master in presentation.slide_masters for layout in master.slide_layouts]
    titled = [layout for layout in every if _has(layout, "TITLE", "CENTER_TITLE")]
    if not titled:
        return None, None
    content = max(titled, key=lambda layout: _suits(presentation, layout))
    opening = [layout for layout in titled if _opens(presentation, layout)]
    return (opening or [content])[0], content


def _opens(presentation: Any, layout: Any) -> bool:
    """Whether a layout opens a show: a title, and under it room for a few lines."""
    return any(
        _kind(shape) == "SUBTITLE" and _holds_lines(presentation, _room_of(shape, None))
        for shape in layout.placeholders
    )


def _holds_lines(presentation: Any, room: Room) -> bool:
    wide = 5 * room.width >= 2 * presentation.slide_width
    return wide and 10 * room.height >= int(presentation.slide_height)


def _suits(presentation: Any, layout: Any) -> tuple[bool, bool, int]:
    """Weigh a layout for content: one large text of its own, under a title that does not open the show."""
    bodies = [shape for shape in layout.placeholders if _kind(shape) in _BODIES]
    others = [
        shape for shape in layout.placeholders if _kind(shape) in {"PICTURE", "TABLE", "CHART", "MEDIA_CLIP"}
    ]
    areas = [(shape.width or 0) * (shape.height or 0) for shape in bodies]
    one = len(bodies) == 1 and not others and not _has(layout, "SUBTITLE", "CENTER_TITLE")
    usable = one and _usable(presentation, _room_of(bodies[0], None))
    return usable, not others and not bodies, max(areas, default=0)


def _usable(presentation: Any, room: Room) -> bool:
    return (
        2 * room.width >= presentation.slide_width
        and 5 * room.height >= 2 * presentation.slide_height
        and room.left >= 0
        and room.top + room.height <= presentation.slide_height
    )


def _body_room(presentation: Any, layout: Any) -> Room:
    """Return the room for what a slide says: that of the layout's text, or else what is free under its title."""
    for shape in layout.placeholders:
        room = _room_of(shape, None)
        if _kind(shape) == "SUBTITLE" and _holds_lines(presentation, room):
            return room
        if _kind(shape) in _BODIES and _usable(presentation, room):
            return room
    across, high = presentation.slide_width, presentation.slide_height
    title = next(shape for shape in layout.placeholders if _kind(shape) in {"TITLE", "CENTER_TITLE"})
    under = (title.top or 0) + (title.height or 0)
    top = under + high // 40 if under < high // 2 else high // 4
    return Room(across // 20, top, across * 9 // 10, high * 9 // 10 - top)


def _room_of(shape: Any, otherwise: Room | None) -> Room:
    held = (shape.left, shape.top, shape.width, shape.height)
    if None in held:
        return otherwise or Room(0, 0, 0, 0)
    return Room(*held)


def _has(layout: Any, *kinds: str) -> bool:
    return any(_kind(shape) in kinds for shape in layout.placeholders)


def _kind(shape: Any) -> str:
    """Name what a placeholder is for; placeholders of a standing text count as what they lie on."""
    try:
        return str(shape.placeholder_format.type.name)
    except (AttributeError, ValueError):
        return ""


def _fill(frame: Any, texts: Sequence[str], size: float, *, bold: bool | None = True) -> None:
    """Write paragraphs of one size; a label stands in bold in a line of its own."""
    from pptx.util import Pt

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
    return _FROM_RIGHT.sub("\\g<0>\u200e", plain(text))


def _stressed(frame: Any) -> None:
    from pptx.enum.dml import MSO_THEME_COLOR

    for run in frame.paragraphs[0].runs:
        run.font.bold, run.font.color.theme_color = True, MSO_THEME_COLOR.ACCENT_1


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
