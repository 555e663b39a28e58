"""Text of others, made safe to keep and to show: odd characters, markup, and names that are nobody's."""

from __future__ import annotations

import html
import re
from typing import Any

NOT_SHOWN = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")
"""Characters that show nothing, or change how others are shown."""
ODD = re.compile("[\0\ud800-\udfff]")
"""Characters that are no text, and that no store takes: NUL, and halves of surrogate pairs."""
_HALVES = re.compile(
    rb"\xed[\xa0-\xbf][\x80-\xbf]"  # half of a surrogate pair
    rb"|(?:\xe0[\xa0-\xbf]|[\xe1-\xef][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]?|[\xf1-\xf4][\x80-\xbf]{1,2})"
    rb"(?![\x80-\xbf])"  # the beginning of a character
    rb'|[\xc2-\xf4](?=")'  # or one byte of it where a text was cut
)
_NOBODY = re.compile(
    r"(anonym\w*|guest|visitor|unknown|gast|g[äæ]st|invité|someone)\b(?!\s+(?:[a-z]|#?\d{1,9})$).*",
    re.IGNORECASE,
)
"""Not where a letter or a number behind the word tells one from another: `Guest A`."""
_TAG = re.compile(r"<[^<>]{0,5000}>")


def decoded(content: bytes) -> str:
    r"""Return UTF-8 as text, without its byte order mark; NUL and halves of characters become U+FFFD.

    Raises:
        UnicodeDecodeError: it is not UTF-8.

    >>> decoded(b'\xef\xbb\xbfcut \xf0\x9f\x98 and \x00')
    'cut \ufffd and \ufffd'
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = _HALVES.sub("\ufffd".encode(), content).decode("utf-8-sig")
    return text.replace("\0", "\ufffd") if "\0" in text else text


def clean(text: str, longest: int = 2000) -> str:
    """Return text on one line, without control characters, not longer than `longest`."""
    flat = text[: longest * 2]
    if (
        not flat.isprintable()
        and not (flat := flat.replace("\n", " ").replace("\r", " ").replace("\t", " ")).isprintable()
    ):
        flat = NOT_SHOWN.sub(" ", flat)
    return " ".join(flat.split())[:longest]


def words(markup: Any) -> str | None:
    """Return the text of a piece of HTML, without its tags.

    >>> words("<p>Good &amp; short</p>")
    'Good & short'
    """
    if not isinstance(markup, str):
        return None
    return clean(html.unescape(_TAG.sub(" ", markup)), 20_000) or None


def is_nobody(name: str) -> bool:
    """Tell a name that many strangers go by.

    >>> is_nobody("Anonymous Visitor"), is_nobody("Ann Lee"), is_nobody("Guest A")
    (True, False, False)
    """
    return not name or bool(_NOBODY.fullmatch(name))
