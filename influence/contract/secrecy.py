"""Secrets that were handed out stand in no log: not in a library's debug level, not in the text of an error."""

from __future__ import annotations

import logging
import traceback
from typing import Any
from urllib.parse import quote

SHORTEST = 4
"""Characters of the shortest secret that is blanked: a shorter one would blank half of every sentence."""
BLANK = "…"
_known: set[str] = set()


def hush(*secrets: str) -> None:
    """Blank these words, from now on, in every record that any logger of this process makes."""
    _known.update(
        word
        for secret in secrets
        for word in (secret, quote(secret, safe="", errors="surrogatepass"))
        if len(secret) >= SHORTEST
    )
    make = logging.getLogRecordFactory()
    if _known and getattr(make, "hushes", None) is not _known:
        logging.setLogRecordFactory(_Hushing(make))


def hushed(text: str) -> str:
    """Return a text with every secret that was handed out blanked.

    >>> hush("tok-12345")
    >>> hushed("Authorization: Bearer tok-12345")
    'Authorization: Bearer …'
    """
    for secret in sorted(_known, key=len, reverse=True):
        text = text.replace(secret, BLANK)
    return text


class _Hushing:
    """Makes records as the process did before, and blanks them; handlers and filters see nothing else."""

    hushes = _known

    def __init__(self, make: Any) -> None:
        self._make = make

    def __call__(self, *given: Any, **more: Any) -> logging.LogRecord:
        record: logging.LogRecord = self._make(*given, **more)
        try:
            said = record.getMessage()
        except Exception:  # an ill-made call of a logger: it is told as it was, without what it was given
            said = str(record.msg)
        record.msg, record.args = hushed(said), None
        if record.exc_info and record.exc_info[0]:
            record.exc_text = hushed("".join(traceback.format_exception(*record.exc_info)).rstrip())
        return record
