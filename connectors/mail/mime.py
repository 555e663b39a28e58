"""The first text of a message of several parts (RFC 2045, 2046), in time that grows with its length and no faster.

The standard library reads every part, calls itself for parts within parts, and needs the square of the length of a
long header. Here the parts before the first text are looked at, and attachments are not.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

DEEPEST = 50
"""Parts within each other: a letter that was forwarded ten times has thirty."""
LONGEST_KIND = 2_000
"""Characters of the type of a message or part that are looked at."""
_PARAMETER = re.compile(r';\s*([^\s=;"]{1,50})\s*=\s*("(?:[^"\\]|\\.)*"|[^;"]*)')
_HEADER = re.compile(rb"(?:(?:[!-9;-~]*:|[ \t]|From )[^\n]*\n)*")
_FIELD = re.compile(
    rb"^(content-type|content-transfer-encoding):((?:[^\n]|\n(?=[ \t]))*)", re.IGNORECASE | re.MULTILINE
)


class TooDeep(ValueError):
    """Parts of a message lie within each other deeper than is read."""


@dataclass(frozen=True, slots=True)
class Part:
    """A message or a part of one: its type and packing as its header states them, and its content."""

    kind: str
    packing: str
    content: bytes

    @property
    def main_kind(self) -> str:
        """What it is at all; a text where it does not say."""
        main, slash, rest = self.kind[:LONGEST_KIND].partition(";")[0].strip().lower().partition("/")
        return main if slash and "/" not in rest else "text"

    def unpacked(self) -> bytes:
        """Its content as it was before it was made safe for the way, as far as that can be told."""
        if self.packing == "quoted-printable":
            return binascii.a2b_qp(self.content)
        return _from_base64(self.content) if self.packing == "base64" else self.content

    def inside(self) -> Iterator[Part]:
        """The parts directly within it."""
        if self.main_kind == "message":
            yield _part(self.content, "")
        elif self.main_kind == "multipart" and (mark := _boundary(self.kind)):
            unsaid = "message/rfc822" if "/digest" in self.kind[:100].lower() else ""
            for piece in _pieces(self.content, mark):
                yield _part(piece, unsaid)


def first_text(message: Part) -> bytes:
    r"""Return the first text in a message, unpacked; nothing where it holds none.

    Raises:
        TooDeep: as it says.

    >>> body = b"--x\nContent-Type: text/plain\n\nHello\n--x\nContent-Type: text/html\n\n<p>Hello\n--x--\n"
    >>> first_text(Part('multipart/alternative; boundary="x"', "", body))
    b'Hello'
    """
    within = [iter([message])]
    while within:
        part = next(within[-1], None)
        if part is None:
            within.pop()
        elif part.main_kind == "text":
            return part.unpacked()
        elif len(within) > DEEPEST:
            raise TooDeep
        else:
            within.append(part.inside())
    return b""


def enclosed(message: Part) -> bytes:
    r"""Return the first message that is enclosed in another as one of its parts; nothing where none is.

    >>> body = b"--x\n\nLook\n--x\nContent-Type: message/rfc822\n\nFrom: ann@acme.example\n\nHi\n--x--\n"
    >>> enclosed(Part("multipart/mixed; boundary=x", "", body))
    b'From: ann@acme.example\n\nHi'
    """
    return next((part.unpacked() for part in message.inside() if part.main_kind == "message"), b"")


def _part(content: bytes, unsaid: str) -> Part:
    """Read the header of a part; `unsaid` is its type where it states none."""
    found = _HEADER.match(content)
    end = found.end() if found else 0
    stated: dict[str, str] = {}
    for name, value in _FIELD.findall(content, 0, end):
        stated.setdefault(name.lower().decode(), value.strip().decode("latin-1"))
    body = content[end:].removeprefix(b"\r").removeprefix(b"\n")
    packing = stated.get("content-transfer-encoding", "").lower()
    return Part(stated.get("content-type", unsaid), packing, body)


def _boundary(kind: str) -> bytes:
    for name, value in _PARAMETER.findall(kind[:LONGEST_KIND]):
        if name.lower() == "boundary":
            bare = value.strip()
            bare = re.sub(r"\\(.)", r"\1", bare[1:-1]) if bare.startswith('"') else bare
            return str(bare).rstrip().encode("latin-1", "replace")
    return b""


def _pieces(content: bytes, mark: bytes) -> Iterator[bytes]:
    """Yield what lies between the lines of a boundary, up to the one that ends them all."""
    whole, line = b"\n" + content, b"\n--" + mark
    begin, at = 0, whole.find(line)
    while at >= 0:
        end = whole.find(b"\n", at + 1)
        end = end if end >= 0 else len(whole)
        rest = whole[at + len(line) : end].rstrip(b" \t\r")
        if rest in {b"", b"--"}:
            if begin:
                yield whole[begin:at].removesuffix(b"\r")
            if rest:
                return
            begin = end + 1
        at = whole.find(line, end)
    if begin:
        yield whole[begin:].removesuffix(b"\n").removesuffix(b"\r")


def _from_base64(content: bytes) -> bytes:
    packed = b"".join(content.split())
    for added in (b"=" * (-len(packed) % 4), b"=="):
        with suppress(binascii.Error):
            return b64decode(packed + added)
    return packed
