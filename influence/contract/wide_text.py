"""Text as programs of Windows save it, read as other text is: in UTF-16, or with a line of their own on top."""

from __future__ import annotations

import codecs
import io
import re
from typing import IO, Any, cast

from influence.contract.unpacking import Unpacked

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HALF = b"\xed\xa0\x80"
"""Half of a surrogate pair, written as UTF-8 would write it."""
_LOOKED_AT = 64
_SIGN = rb"[\t\r\n -~]"
_UNMARKED = (
    (re.compile(rb"(?:" + _SIGN + rb"\0){8}"), "utf-16-le"),
    (re.compile(rb"(?:\0" + _SIGN + rb"){8}"), "utf-16-be"),
)
"""Eight letters in two bytes each, with which text begins that has lost its mark."""
_ON_TOP = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:#TYPE [^\r\n]{1,500}|sep=[^\r\n]|\"sep=[^\r\n]\")\r?\n", re.IGNORECASE
)
"""What Export-Csv of PowerShell and Excel write over the header of a table."""
_LONGEST_ON_TOP = 600
_DECLARED = re.compile(
    rb"(?:\xef\xbb\xbf)?(<\?xml\b[^<>]{1,200}?\bencoding\s*=\s*)(\"[^\"<>]{1,40}\"|'[^'<>]{1,40}')"
)
"""What XML says of the bytes that it is written in."""
_WIDE = re.compile(rb".utf-?(?:16|32)", re.IGNORECASE)


def as_plain_text(stream: IO[bytes]) -> IO[bytes]:
    """Return a stream as it is; of wider text as UTF-8, and a line that a program wrote over a table as an empty one.

    XML that says itself how wide it is says UTF-8 then; programs that write it into a text of their own leave it
    saying UTF-16 in a file that is not.

    >>> as_plain_text(io.BytesIO(b"sep=;\\r\\nTime;Name\\r\\n")).read()
    b'\\nTime;Name\\r\\n'
    >>> as_plain_text(io.BytesIO("time;name".encode("utf-16"))).read()
    b'time;name'
    """
    told = _buffered(stream)
    wide = _encoding(told.peek(_LOOKED_AT)[:_LOOKED_AT])
    if wide is not None:
        told = as_utf8(told, wide)
    declared = _DECLARED.match(told.peek(_LONGEST_ON_TOP)[:_LONGEST_ON_TOP])
    if declared and (wide or _WIDE.match(declared[2])):
        told.read(declared.end())
        return Unpacked(_After(declared[1] + b'"UTF-8"', told))
    if found := _ON_TOP.match(told.peek(_LONGEST_ON_TOP)[:_LONGEST_ON_TOP]):
        told.read(found.end())
        return Unpacked(_After(b"\n", told))  # so that its lines have their numbers
    return told


def as_utf8(stream: IO[bytes], encoding: str) -> io.BufferedReader:
    """Return text in another encoding as UTF-8.

    >>> as_utf8(io.BytesIO("Björn".encode("windows-1252")), "windows-1252").read().decode()
    'Björn'
    """
    return Unpacked(_InUtf8(stream, encoding))


def _buffered(stream: IO[bytes]) -> io.BufferedReader:
    if isinstance(stream, io.BufferedReader):
        return stream
    return io.BufferedReader(cast("io.RawIOBase", stream))


class _After(io.RawIOBase):
    """A stream with some bytes before it."""

    def __init__(self, first: bytes, stream: IO[bytes]) -> None:
        self._first, self._stream = first, stream

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer; 0 is the end."""
        place = memoryview(buffer)
        some, self._first = self._first or self._stream.read(len(place)), b""
        place[: len(some)] = some
        return len(some)

    def close(self) -> None:
        """Close what it reads, too."""
        self._stream.close()
        super().close()


def _encoding(head: bytes) -> str | None:
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    return marked or next((name for pattern, name in _UNMARKED if pattern.match(head)), None)


class _InUtf8(io.RawIOBase):
    """A stream of wider text as UTF-8; half of a character stays no text, so that its line can be refused."""

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
        except UnicodeDecodeError:
            if not raw:  # the file ends within a character
                return _HALF
            self._decoder.errors = "replace"
            text = self._decoder.decode(raw, final=not raw)
        return text.encode("utf-8", "surrogatepass")

    def close(self) -> None:
        """Close what it reads, too."""
        self._stream.close()
        super().close()
