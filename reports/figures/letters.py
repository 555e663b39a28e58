"""How wide words will be, before a reader's own fonts draw them; and words that fit."""

from __future__ import annotations

import unicodedata
from functools import cache

from matplotlib.font_manager import FontProperties, findfont, get_font

from influence.contract.wording import plain

SMALL = 11.5
"""The smallest letters of any picture, in points: on a telephone 390 pixels wide one point is one pixel."""
BOLD = 1.13
"""How much wider bold letters are."""
LINE = 1.35
"""The height of a line, in sizes of its letters."""
_WIDE, _OTHER, _MORE = 1.0, 0.7, 1.02
_TO_THE_LEFT = frozenset({"R", "AL"})
_MARK = "\u200e"


def wide(words: str, size: float = SMALL) -> float:
    """Return how many points wide a line is at most: by DejaVu Sans, wider than what readers have, and a little more.

    >>> wide(""), wide("山") > wide("m") > wide("i"), wide("nn", 20) == 2 * wide("n", 20)
    (0.0, True, True)
    """
    return size * _MORE * sum(map(_advance, words))


def fitted(text: str, room: float, size: float = SMALL) -> str:
    """Clean a text and cut it to a width in points, the last letter an ellipsis where something was cut.

    >>> fitted("Ada", 100), fitted("Maximiliane von Hohenberg", 90)
    ('Ada', 'Maximiliane…')
    """
    text = plain(text)
    if wide(text, size) > room:
        left, kept = room - wide("…", size), 0
        while kept < len(text) and (left := left - wide(text[kept], size)) >= 0:
            kept += 1
        text = f"{text[:kept].rstrip()}…"
    return text


def followed(name: str, more: str) -> str:
    """Put more behind a name: a mark keeps it there where the name runs from right to left.

    >>> followed("Ada", " · 3")
    'Ada · 3'
    """
    turned = any(unicodedata.bidirectional(letter) in _TO_THE_LEFT for letter in name)
    return f"{name}{_MARK if turned else ''}{more}"


def wrapped(text: str, room: float, size: float = SMALL) -> list[str]:
    """Break a text of ours into lines of a width in points.

    >>> wrapped("nobody responded", 75)
    ['nobody', 'responded']
    """
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and wide(longer, size) <= room:
            lines[-1] = longer
        else:
            lines.append(fitted(word, room, size))
    return lines


@cache
def _advance(letter: str) -> float:
    """Return the width of a letter, as a part of its size."""
    if unicodedata.east_asian_width(letter) in "WF":
        return _WIDE
    if unicodedata.combining(letter) or unicodedata.category(letter) == "Cf":
        return 0.0
    font = get_font(findfont(FontProperties(family="DejaVu Sans")))
    font.set_size(100, 72)
    if not font.get_char_index(ord(letter)):
        return _OTHER
    return float(font.load_char(ord(letter)).linearHoriAdvance) / 65536 / 100
