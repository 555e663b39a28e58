"""Text of others, made safe to keep and to show."""

from __future__ import annotations

import re

_NOT_SHOWN = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")


def clean(text: str, longest: int = 2000) -> str:
    """Return text on one line, without control characters, not longer than `longest`."""
    return re.sub(r"\s+", " ", _NOT_SHOWN.sub(" ", text[: longest * 2])).strip()[:longest]
