"""Text as programs of Windows save it, read as other text is: in UTF-16, or with a line of their own on top."""

from __future__ import annotations

import codecs
import io
import re
from dataclasses import replace
from typing import IO, Any, cast

from influence.contract.files import Member

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
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


def as_plain_text(member: Member) -> Member:
    """Return a file as it is; wider text as UTF-8, and a line that a program wrote over a table as an empty one.

    XML says itself how it is written, and stays as it is.

    >>> from influence.contract.testing import member_of
    >>> as_plain_text(member_of(b"sep=;\\r\\nTime;Name\\r\\n")).open().read()
    b'\\nTime;Name\\r\\n'
    """
    with member.open() as stream:
        begins = stream.read(_LOOKED_AT)
    if b"<" not in begins[:8]:
        member = in_utf8(member, begins)
    if begins[:9].lstrip(b'\xef\xbb\xbf\xfe\xff"\0').lower()[:1] not in {b"#", b"s"}:
        return member
    with member.open() as stream:
        found = _ON_TOP.match(stream.read(_LONGEST_ON_TOP))
    return member if found is None else replace(member, open=lambda: _without_top(member, found.end()))


def _without_top(member: Member, end: int) -> IO[bytes]:
    """Open a file with its first bytes as an empty line, so that its lines have their numbers."""
    stream = member.open()
    stream.read(end)
    return cast("IO[bytes]", io.BufferedReader(_After(b"\n", stream)))


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


def head_in_utf8(head: bytes) -> bytes:
    """Return the first bytes of a file as they are, or as UTF-8 where they are wider text.

    >>> head_in_utf8("time;name".encode("utf-16")), head_in_utf8(b"time")
    (b'time;name', b'time')
    """
    wide = _encoding(head)
    return head if wide is None else codecs.getincrementaldecoder(wide)("replace").decode(head).encode()


def in_utf8(member: Member, begins: bytes | None = None) -> Member:
    """Return a file as it is, or as UTF-8 where it is wider text; `begins` is its first bytes, where they are known."""
    if begins is None:
        with member.open() as stream:
            begins = stream.read(_LOOKED_AT)
    wide = _encoding(begins)
    if wide is None:
        return member
    return replace(member, open=lambda: cast("IO[bytes]", io.BufferedReader(_InUtf8(member.open(), wide))))


def _encoding(head: bytes) -> str | None:
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    return marked or next((name for pattern, name in _UNMARKED if pattern.match(head)), None)


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
