"""Letters on paper: which of them the fonts of this machine can draw."""

from __future__ import annotations

import shutil
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typst import Fonts

BOX = "□"
"""Stands for a letter that no font here can draw."""
_ALWAYS_THERE = 0x250
"""Letters below this stand in every font that a document is set in."""
_OURS = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")
_TRIAL = b'#set document(title: "x")\n#sys.inputs.letters'


@contextmanager
def fonts() -> Iterator[Fonts]:
    """Give the fonts that a document is set in: those that come with its extra, the pictures' own, the machine's.

    Of matplotlib's own fonts only these two are offered: one of the others draws every letter there is as a box.
    """
    import matplotlib as mpl
    import typst

    held = Path(mpl.get_data_path()) / "fonts" / "ttf"
    with tempfile.TemporaryDirectory() as folder:
        for name in _OURS:
            shutil.copy(held / name, folder)
        yield typst.Fonts(include_system_fonts=True, font_paths=[folder])


def missing(texts: Iterable[str], offered: Fonts) -> frozenset[str]:
    """Return the letters in some texts that none of the fonts can draw."""
    letters = sorted(
        {letter for text in texts for letter in text if ord(letter) >= _ALWAYS_THERE and _drawn(letter)}
    )
    return frozenset(_missing(letters, offered))


def boxed(text: str, letters: frozenset[str]) -> str:
    """Put a box for each of these letters.

    >>> boxed("Ann 漢", frozenset("漢"))
    'Ann □'
    """
    return "".join(BOX if letter in letters else letter for letter in text) if letters else text


def _drawn(letter: str) -> bool:
    return unicodedata.category(letter) not in {"Cf", "Zs", "Zl", "Zp"}


def _missing(letters: Sequence[str], offered: Fonts) -> list[str]:
    if not letters or _can_draw(letters, offered):
        return []
    if len(letters) == 1:
        return [letters[0]]
    middle = len(letters) // 2
    return [*_missing(letters[:middle], offered), *_missing(letters[middle:], offered)]


def _can_draw(letters: Sequence[str], offered: Fonts) -> bool:
    """Try them: a document for readers of any kind (PDF/UA) may hold no letter without a shape."""
    import typst

    trial = typst.Compiler(_TRIAL, font_paths=offered, sys_inputs={"letters": " ".join(letters)})
    try:
        trial.compile(format="pdf", pdf_standards=["ua-1"], timestamp=0)
    except typst.TypstError:
        return False
    return True
