"""Text in UTF-16 or UTF-32 (Excel's "Unicode text") read as UTF-8; it is known by its byte order mark."""

from __future__ import annotations

import codecs
import io
from dataclasses import replace
from typing import IO, Any, cast

from influence.contract.files import Member

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def head_in_utf8(head: bytes) -> bytes:
    """Return the first bytes of a file as they are, or as UTF-8 where they are wider text.

    >>> head_in_utf8("time;name".encode("utf-16")), head_in_utf8(b"time")
    (b'time;name', b'time')
    """
    wide = _encoding(head)
    return head if wide is None else codecs.getincrementaldecoder(wide)("replace").decode(head).encode()


def in_utf8(member: Member) -> Member:
    """Return a file as it is, or as UTF-8 where it is wider text."""
    with member.open() as stream:
        wide = _encoding(stream.read(4))
    if wide is None:
        return member
    return replace(member, open=lambda: cast("IO[bytes]", io.BufferedReader(_InUtf8(member.open(), wide))))


def _encoding(head: bytes) -> str | None:
    return next((name for mark, name in _MARKS if head.startswith(mark)), None)


class _InUtf8(io.RawIOBase):
    """A stream of wider text as UTF-8; half of a surrogate pair stays what it is, so that its line can be refused."""

    def __init__(self, stream: IO[bytes], encoding: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)("surrogatepass")
        self._ready, self._is_done = b"", False

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer; 0 is the end."""
        place = memoryview(buffer)
        while not self._ready and not self._is_done:
            raw = self._stream.read(len(place))
            self._is_done = not raw
            self._ready = self._told(raw)
        some = self._ready[: len(place)]
        self._ready = self._ready[len(some) :]
        place[: len(some)] = some
        return len(some)

    def _told(self, raw: bytes) -> bytes:
        try:
            text = self._decoder.decode(raw, final=not raw)
        except UnicodeDecodeError:  # no such character, or the file ends within one
            self._decoder.errors = "replace"
            text = self._decoder.decode(raw, final=not raw)
        return text.encode("utf-8", "surrogatepass")

    def close(self) -> None:
        """Close what it reads, too."""
        self._stream.close()
        super().close()
