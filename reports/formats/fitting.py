"""How much room a text takes on a slide: an estimate that is too large rather than too small, for any font."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from reports.story.wording import shortened

_WIDE, _USUAL, _BROAD = 1.05, 0.56, 0.75
"""Widths of letters in parts of the size: East Asian letters and signs, most letters, capitals and figures."""
_BROADEST = frozenset("mwMW@%—")
LINE = 1.25
"""From line to line, in parts of the size."""
APART = 0.5
"""Between paragraphs, in parts of the size."""
_SHORTEST = 24


@dataclass(frozen=True)
class Fitted:
    """The texts that fit, and their size in points; `whole` is False where something had to be cut or left out."""

    texts: tuple[str, ...]
    size: float
    whole: bool


def width(text: str, size: float) -> float:
    """Estimate the width of a text in points.

    >>> width("", 20), round(width("report", 20)), round(width("報告", 20))
    (0, 67, 42)
    """
    return size * sum(map(_letter, text))


def lines(text: str, size: float, room: float) -> int:
    """Estimate into how many lines a text breaks in so much room; a word that is wider breaks inside.

    >>> lines("one two", 20, 1000), lines("one two", 20, 50), lines("x" * 99, 20, 112), lines("one\\ntwo", 20, 1000)
    (1, 2, 10, 2)
    """
    return sum(_of_one(line, size, room) for line in text.split("\n"))


def _of_one(text: str, size: float, room: float) -> int:
    count, used, space = 1, 0.0, width(" ", size)
    for word in _pieces(text):
        needed = width(word, size)
        if used and used + space + needed <= room:
            used += space + needed
            continue
        count += bool(used)
        further = max(0, int(-(-needed // room)) - 1)
        count += further
        used = needed - further * room if further else needed
    return count


def height(texts: Sequence[str], size: float, room: float) -> float:
    """Estimate the height of paragraphs in points."""
    apart = APART * size * max(0, len(texts) - 1)
    return apart + LINE * size * sum(lines(text, size, room) for text in texts)


def fit(
    texts: Sequence[str], room: tuple[float, float], sizes: tuple[float, float], ending: str = ""
) -> Fitted:
    """Choose the size, from the largest to the smallest, at which the texts fit a room of (width, height) in points.

    Where even the smallest is too large, `ending` stands for the last texts, and a first one that alone is too long is
    cut.

    >>> fit(["Short."], (400, 100), (20, 12)).size
    20
    >>> fit(["A long text. " * 60, "Another."], (300, 60), (20, 12)).whole
    False
    """
    largest, smallest = sizes
    size = largest
    while size > smallest and height(texts, size, room[0]) > room[1]:
        size -= 1
    if height(texts, size, room[0]) <= room[1]:
        return Fitted(tuple(texts), size, True)
    kept, last = list(texts), [ending] if ending else []
    while len(kept) > 1 and height([*kept, *last], size, room[0]) > room[1]:
        kept.pop()
    if height([*kept, *last], size, room[0]) > room[1]:
        kept, last = [_cut(kept[0], size, room)], []
    return Fitted((*kept, *last), size, False)


def _cut(text: str, size: float, room: tuple[float, float]) -> str:
    """Cut a text that is too long by itself; a label, which stands in a line before it, stays."""
    label, line, said = text.rpartition("\n")
    longest = len(said)
    while longest > _SHORTEST and height([text], size, room[0]) > room[1]:
        longest = longest * 9 // 10
        text = f"{label}{line}{shortened(said, longest)}"
    return text


def _letter(letter: str) -> float:
    if unicodedata.combining(letter) or letter == "\u200d":
        return 0.0
    if unicodedata.east_asian_width(letter) in "WF":
        return _WIDE
    if letter in _BROADEST:
        return 1.0
    return _BROAD if letter.isupper() or letter.isdecimal() else _USUAL if letter != " " else 0.32


def _pieces(text: str) -> list[str]:
    """Return what a line may break between: words, and each East Asian letter by itself."""
    pieces: list[str] = []
    for word in text.split():
        held = ""
        for letter in word:
            if unicodedata.east_asian_width(letter) in "WF":
                pieces += [held, letter] if held else [letter]
                held = ""
            else:
                held += letter
        pieces += [held] if held else []
    return pieces
