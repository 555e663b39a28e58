"""Templates of presentations: read, emptied, and understood: which layouts serve, and where they leave room."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reports.figures import palette
from reports.formats.writing import CannotWrite

POINT = 12_700
"""So many of a slide's units are a point."""
INCH = 72 * POINT
WIDE, _HIGH = 12_192_000, 6_858_000
"""A usual slide, 13⅓ by 7½ inches."""
_LARGEST = 512 * 1024 * 1024
_TEMPLATE = b"presentationml.template.main+xml"
_PRESENTATION = b"presentationml.presentation.main+xml"
_ACCENTS = (palette.UNMET, palette.MET, "#4a5763", "#009e73", "#cc79a7", "#e69f00")
"""Colours that are told apart by everybody (Okabe and Ito), for charts that a reader adds."""
_TITLES, FEET = frozenset({"TITLE", "CENTER_TITLE"}), frozenset({"FOOTER", "SLIDE_NUMBER"})
BODIES = frozenset({"BODY", "OBJECT", "SUBTITLE"})


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


def read_template(open_: Any, template: Path) -> Any:
    """Open a template with the library's own function.

    Raises:
        CannotWrite: it is none, or it is damaged.
    """
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


def emptied(presentation: Any) -> int:
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


def house(presentation: Any) -> Any:
    """Make the library's own blank presentation wide, calm, and of the colours of every picture."""
    narrow = presentation.slide_width
    presentation.slide_width, presentation.slide_height = WIDE, _HIGH
    master = presentation.slide_master
    for held in (master, *presentation.slide_layouts):
        for shape in held.shapes:
            if shape._element.spPr.xfrm is not None:
                shape.left, shape.width = (each * WIDE // narrow for each in (shape.left, shape.width))
    edge, across = int(0.6 * INCH), WIDE - int(1.2 * INCH)
    for shape in master.placeholders:
        shape.left, shape.top, shape.width, shape.height = {
            "TITLE": (edge, int(0.35 * INCH), across, int(1.0 * INCH)),
            "BODY": (edge, int(1.5 * INCH), across, int(5.2 * INCH)),
            "FOOTER": (edge, int(6.95 * INCH), int(9.5 * INCH), int(0.35 * INCH)),
            "SLIDE_NUMBER": (WIDE - edge - INCH, int(6.95 * INCH), INCH, int(0.35 * INCH)),
        }.get(kind(shape), (shape.left, shape.top, shape.width, shape.height))
        if kind(shape) == "FOOTER":
            _aligned(shape, "l")
    for shape in presentation.slide_layouts[0].placeholders:
        if kind(shape) == "CENTER_TITLE":
            shape.left, shape.top, shape.width, shape.height = edge, int(0.9 * INCH), across, int(1.2 * INCH)
        if kind(shape) == "SUBTITLE":
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


def layouts(presentation: Any) -> tuple[Any, Any]:
    """Choose the layouts by what they hold, since names differ: one that opens, and one for a title and a text."""
    every = [layout for master in presentation.slide_masters for layout in master.slide_layouts]
    titled = [layout for layout in every if _has(layout, *_TITLES)]
    if not titled:
        return None, None
    content = max(titled, key=lambda layout: _suits(presentation, layout))
    opening = [layout for layout in titled if _opens(presentation, layout)]
    return (opening or [content])[0], content


def _opens(presentation: Any, layout: Any) -> bool:
    """Whether a layout opens a show: a title, and under it room for a few lines."""
    return any(
        kind(shape) == "SUBTITLE" and _holds_lines(presentation, room_of(shape))
        for shape in layout.placeholders
    )


def _holds_lines(presentation: Any, room: Room) -> bool:
    wide = 5 * room.width >= 2 * presentation.slide_width
    return wide and 10 * room.height >= int(presentation.slide_height)


def _suits(presentation: Any, layout: Any) -> tuple[bool, bool, int]:
    """Weigh a layout for content: one large text of its own, under a title that does not open the show."""
    bodies = [shape for shape in layout.placeholders if kind(shape) in BODIES]
    others = [
        shape for shape in layout.placeholders if kind(shape) in {"PICTURE", "TABLE", "CHART", "MEDIA_CLIP"}
    ]
    areas = [(shape.width or 0) * (shape.height or 0) for shape in bodies]
    one = len(bodies) == 1 and not others and not _has(layout, "SUBTITLE", "CENTER_TITLE")
    usable = one and _usable(presentation, layout, bodies[0])
    return usable, not others and not bodies, max(areas, default=0)


def _usable(presentation: Any, layout: Any, shape: Any) -> bool:
    """Whether a placeholder is large, lies on the slide and under the title, and is not written downwards."""
    room, title = room_of(shape), room_of(_title_of(layout))
    return bool(
        2 * room.width >= presentation.slide_width
        and 5 * room.height >= 2 * presentation.slide_height
        and room.left >= 0
        and room.top + room.height <= presentation.slide_height
        and title.top + title.height <= room.top + room.height // 10
        and not downwards(shape)
    )


def _body_room(presentation: Any, layout: Any) -> Room | None:
    """Return the room for what a slide says; None where the layout has none of its own."""
    for shape in layout.placeholders:
        room = room_of(shape)
        if kind(shape) == "SUBTITLE" and _holds_lines(presentation, room):
            return room
        if kind(shape) in BODIES and _usable(presentation, layout, shape):
            feet = [room_of(foot).top for foot in layout.placeholders if kind(foot) in FEET]
            under = min(
                (top for top in feet if top > room.top + room.height // 2), default=presentation.slide_height
            )
            return Room(room.left, room.top, room.width, min(room.height, under - room.top))
    return None


def rooms(presentation: Any, layout: Any) -> tuple[Room, Room]:
    """Return the room of the title and the room under it; where the layout leaves none, both in a plain way."""
    title, room = room_of(_title_of(layout)), _body_room(presentation, layout)
    if room is not None:
        return title, room
    across, high = presentation.slide_width, presentation.slide_height
    edge, under = across // 20, title.top + title.height
    if not title.width or under > high // 3 or 5 * title.width < 2 * across:
        title = Room(edge, high // 20, across - 2 * edge, high // 7)
        under = title.top + title.height
    return title, Room(edge, under + high // 40, across - 2 * edge, high * 9 // 10 - under - high // 40)


def _title_of(layout: Any) -> Any:
    return next(shape for shape in layout.placeholders if kind(shape) in _TITLES)


def downwards(shape: Any) -> bool:
    """Whether a placeholder's text is written downwards."""
    return any(found.get("orient") == "vert" for found in shape._element.iter("{*}ph"))


def room_of(shape: Any) -> Room:
    """Return where a shape lies; an empty room where nothing says."""
    held = (shape.left, shape.top, shape.width, shape.height)
    return Room(0, 0, 0, 0) if None in held else Room(*held)


def _has(layout: Any, *kinds: str) -> bool:
    return any(kind(shape) in kinds for shape in layout.placeholders)


def kind(shape: Any) -> str:
    """Name what a placeholder is for; placeholders of a standing text count as what they lie on."""
    try:
        return str(shape.placeholder_format.type.name)
    except (AttributeError, ValueError):
        return ""
