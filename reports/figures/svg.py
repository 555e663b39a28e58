"""A matplotlib figure as SVG inside a page: no style attributes, no dates, names as text and nothing else.

A page's content-security policy refuses style attributes, so they become presentation attributes, which a
style sheet can also override (dark mode). Text stays text: the reader's own fonts draw names of any script. What a
mark tells is its title, which `charts.js` shows to a pointer, a finger and the keyboard alike.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree as ET  # reads only what matplotlib has just written

from matplotlib import rcParams, style
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager

from influence.contract.wording import plain
from reports.figures.room import TOLD

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
_SETTINGS: dict[str, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "influence",
    "text.parse_math": False,
    "text.usetex": False,
}
_FONTS = (
    *(
        "DejaVu Sans",
        "Noto Sans CJK SC",
        "Noto Sans CJK JP",
        "Droid Sans Fallback",
        "Noto Sans Arabic",
        "Noto Sans Hebrew",
    ),
    *("Noto Sans", "Arial Unicode MS", "Hiragino Sans", "Microsoft YaHei", "Yu Gothic", "Segoe UI"),
)
"""Where a PNG has its letters from, those that are there; an SVG leaves them to the reader."""
_NO_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}
_INHERITED = (
    *(
        "fill",
        "fill-opacity",
        "stroke",
        "stroke-opacity",
        "stroke-width",
        "stroke-linejoin",
        "stroke-linecap",
    ),
    *("font-size", "font-weight", "text-anchor"),
)
_SHOWN_ALONE = {f"{{{SVG}}}{name}" for name in ("defs", "title", "desc")}
MOST_STOPS = 60
"""More marks than this are not stops of the keyboard: the tables hold the same."""
_SIZE = re.compile(r"(?:(bold|\d{3}) )?(?:italic )?([\d.]+)px")
_DIGITS = re.compile(r"-?(?<!\d)\d+\.\d{3,}")


@dataclass(frozen=True)
class Picture:
    """A figure with its name and its description; `names` are shown over the marks with that link."""

    figure: Figure
    title: str
    description: str
    names: Mapping[str, str] = field(default_factory=dict)


@contextmanager
def house_style() -> Iterator[None]:
    """Draw with our own settings, whatever the user's: no text is ever read as mathematics or as TeX.

    Figures must be made and turned to SVG inside it.
    """
    there = {font.name for font in fontManager.ttflist}
    fonts = {"font.sans-serif": [name for name in _FONTS if name in there]}
    with style.context(["default", _SETTINGS | fonts]):
        yield
        live = rcParams["interactive"]
    rcParams["interactive"] = live  # a notebook may have switched it on as the first figure was made


def to_png(picture: Picture, across: int = 1600) -> bytes:
    """Turn a picture into a PNG that many pixels wide.

    Letters of scripts for which this machine has no font are boxes; an SVG leaves them to the reader's fonts.
    """
    target = io.BytesIO()
    with house_style(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        dots = across / picture.figure.get_figwidth()
        picture.figure.savefig(target, format="png", dpi=dots, metadata={"Software": None})
    return target.getvalue()


def to_svg(picture: Picture, key: str, classes: str = "") -> str:
    """Turn a picture into inline SVG; `key` keeps its ids apart from those of other pictures."""
    root = ET.fromstring(_drawn(picture.figure))  # noqa: S314 (our own output)
    _remove(root, "metadata", "style", "clipPath")
    told = _told(root)
    _own_ids(root, key)
    for element in root.iter():
        _presentation(element)
    _gather(root)
    _name_links(root, picture.names)
    _describe(root, picture, key, classes or f"picture {key}", "group" if told or picture.names else "img")
    return _serialised(root)


def _told(root: ET.Element) -> int:
    """Give every mark that tells something its words as its title; return how many there are."""
    told = [element for element in root.iter() if element.attrib.get("id", "").startswith(TOLD)]
    for element in told:
        title = ET.Element(f"{{{SVG}}}title")
        title.text = element.attrib.pop("id").removeprefix(TOLD)
        element.insert(0, title)
        element.attrib |= {"role": "img", "class": "told"}
        if len(told) <= MOST_STOPS:
            element.attrib["tabindex"] = "0"
    return len(told)


def _gather(element: ET.Element) -> None:
    """Write what all the children of an element have in common once, on the element: half of the bytes."""
    for child in element:
        _gather(child)
    alike = [child for child in element if child.tag not in _SHOWN_ALONE]
    if element.tag in _SHOWN_ALONE or not alike:
        return
    for name in _INHERITED:
        values = {child.attrib.get(name) for child in alike}
        if name not in element.attrib and len(values) == 1 and (value := values.pop()) is not None:
            element.attrib[name] = value
            for child in alike:
                del child.attrib[name]


def _drawn(figure: Figure) -> bytes:
    target = io.BytesIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")  # the browser's fonts draw the text
        figure.savefig(target, format="svg", metadata=_NO_METADATA)
    return target.getvalue()


def _remove(root: ET.Element, *names: str) -> None:
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in {f"{{{SVG}}}{name}" for name in names}:
                parent.remove(child)


def _own_ids(root: ET.Element, key: str) -> None:
    """Prefix the ids that something in the picture points to, and drop the rest."""
    ids = {element.attrib["id"] for element in root.iter() if "id" in element.attrib}
    used = set()
    for element in root.iter():
        for name, value in list(element.attrib.items()):
            target = _target(name, value)
            if target in ids:
                used.add(target)
                element.attrib[name] = value.replace(f"#{target}", f"#{key}-{target}")
    for element in root.iter():
        own = element.attrib.pop("id", None)
        if own in used:
            element.attrib["id"] = f"{key}-{own}"


def _target(name: str, value: str) -> str | None:
    if name == f"{{{XLINK}}}href" and value.startswith("#"):
        return value[1:]
    found = re.fullmatch(r"url\(#([^)]+)\)", value)
    return found[1] if found else None


def _presentation(element: ET.Element) -> None:
    if (reference := element.attrib.pop(f"{{{XLINK}}}href", None)) is not None:
        element.attrib["href"] = reference
    for declaration in element.attrib.pop("style", "").split(";"):
        name, _, value = (part.strip() for part in declaration.partition(":"))
        if name == "font":
            _font(element, value)
        elif name and name != "font-family":  # the reader's own, or the document's
            element.attrib[name] = value
    element.attrib.pop("clip-path", None)  # nothing is drawn beyond its frame
    if element.attrib.get("transform", "").startswith(("rotate(-0 ", "rotate(0 ")):
        del element.attrib["transform"]
    for name in {"d", "x", "y", "transform", "viewBox"} & element.attrib.keys():
        element.attrib[name] = _DIGITS.sub(_two_digits, element.attrib[name])


def _two_digits(found: re.Match[str]) -> str:
    return f"{float(found[0]):.2f}"


def _font(element: ET.Element, value: str) -> None:
    found = _SIZE.match(value)
    if found:
        element.attrib["font-size"] = found[2]
        if found[1]:
            element.attrib["font-weight"] = found[1]


def _name_links(root: ET.Element, names: Mapping[str, str]) -> None:
    """Show a name over each linked mark; keyboard and screen reader take the same links in the table instead."""
    for link in root.iter(f"{{{SVG}}}a"):
        link.attrib |= {"tabindex": "-1", "aria-hidden": "true"}
        name = names.get(link.attrib.get("href", ""))
        if name:
            title = ET.Element(f"{{{SVG}}}title")
            title.text = plain(name)
            link.insert(0, title)


def _describe(root: ET.Element, picture: Picture, key: str, classes: str, role: str) -> None:
    for name, text in (("desc", picture.description), ("title", picture.title)):
        element = ET.Element(f"{{{SVG}}}{name}", {"id": f"{key}-{name}"})
        element.text = plain(text)
        root.insert(0, element)
    for size in ("width", "height"):
        root.attrib.pop(size, None)
    root.attrib |= {"role": role, "aria-labelledby": f"{key}-title {key}-desc", "class": classes}


def _serialised(root: ET.Element) -> str:
    for element in root.iter():
        element.tag = element.tag.rsplit("}", 1)[-1]
        if element.tag not in {"text", "title", "desc", "tspan"}:
            element.text = None
        element.tail = None
    root.attrib["xmlns"] = SVG
    return ET.tostring(root, encoding="unicode", short_empty_elements=True)
