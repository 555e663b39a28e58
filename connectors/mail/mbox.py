"""Messages of an mbox or a single mail file, one at a time, with bounded memory.

Of each message the header and the first part of the body are held; attachments are read past.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import IO

LONGEST_HEADER = 1024 * 1024
LONGEST_BODY = 1024 * 1024
"""Bytes of a body that are held; what follows is read past."""
_STEP = 1024 * 1024
"""Bytes that are read at once."""
_LONGEST_LINE = 65_536
_HELD = LONGEST_HEADER + LONGEST_BODY + 2 * _LONGEST_LINE
"""Bytes of the beginning of a message that are held while its end is looked for."""
_SEPARATOR = re.compile(
    rb"From (?:\S.{0,200}(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec).{0,20}\d{1,2}:\d\d.{0,40}\d{4}"
    rb"|(?P<loose>(?:-|nobody|MAILER-DAEMON|[^\s@]{1,64}@[^\s@]{1,200}|[0-9a-fA-F-]{32,36}|[^<>\r\n]{1,100}<[^\s<>]{1,250}>)"
    rb"(?:[ \t][^\r\n]{0,30}?(?:\d{1,2}[:.]\d\d|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{9,11})[^\r\n]{0,40})?"
    rb"[ \t]*\r?(?=\n|\Z)))"
)
_PATCH = re.compile(rb"From [0-9a-f]{40,64} Mon Sep 17 00:00:00 2001\r?(?=\n|\Z)")
"""What git writes over every patch, of whatever day it is."""
_OF_MAIL = re.compile(
    rb"(?:from|to|date|subject|message-id|received|return-path|mime-version|delivered-to|reply-to|x-[\w-]{1,60}):",
    re.IGNORECASE,
)
"""What a message begins with where the line over it has no date, or one that is not as mbox has it."""
_BOUNDARY = re.compile(rb"boundary\s*=\s*(?:\"([^\"\r\n]{1,200})\"|([^\s;\"]{1,200}))", re.IGNORECASE)
_MOST_WITHIN = 100
"""Lines of one message that are looked at for standing within its parts: each is sought in all of it."""
_MARK = b"\xef\xbb\xbf"
"""The byte order mark that some programs of Windows put before a text."""
_FIELD = re.compile(rb"[!-9;-~]{1,200}:")
_LONGEST_NAME = 200
_BLANK_LINES = re.compile(rb"(?:[ \t\r\v\f]*\n)*")
_FOLD = re.compile(rb"\n[ \t]+")
_SPACE = " \t\n\r\v\f"
_MAIL_FIELDS = ("from", "to", "date", "subject", "message-id", "received", "return-path", "mime-version")


@dataclass(frozen=True, slots=True)
class RawMessage:
    """One message as bytes, and the line of the file on which it starts.

    `too_long` is true where the header alone is longer than `LONGEST_HEADER`.
    """

    line: int
    header: bytes = b""
    body: bytes = b""
    too_long: bool = False

    def fields(self) -> dict[str, list[str]]:
        """Return the header's fields by their lower-case names, folded lines joined; UTF-8, else Latin-1."""
        header = self.header.replace(b"\r\n", b"\n")
        if b"\n " in header or b"\n\t" in header:
            header = _FOLD.sub(b" ", header)
        try:
            lines = header.decode().split("\n")
        except UnicodeDecodeError:
            lines = list(map(as_text, header.split(b"\n")))
        found: dict[str, list[str]] = {}
        for line in lines:
            name, colon, value = line.partition(":")
            if colon and len(name) <= _LONGEST_NAME and (key := _key(name)):
                found.setdefault(key, []).append(value.strip(_SPACE))
        return found


@lru_cache(maxsize=1000)
def _key(name: str) -> str:
    """Return the name of a field in lower case, and nothing where it cannot be one."""
    return name.lower() if _FIELD.fullmatch(f"{name}:".encode()) else ""


def as_text(value: bytes) -> str:
    """Return what others wrote as text: UTF-8, else Latin-1.

    >>> as_text("é".encode()), as_text("é".encode("latin-1"))
    ('é', 'é')
    """
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def is_mbox(head: bytes) -> bool:
    """Tell an mbox by its first line.

    >>> is_mbox(b"From ann@acme.com Mon Jan  5 09:00:00 2026\\nFrom: ann@acme.com\\n\\nHello\\n")
    True
    """
    head = head.removeprefix(_MARK).lstrip(b"\r\n")
    return _begins(head, 0, head.find(b"\n"))


def _begins(text: bytes, at: int, end: int) -> bool:
    """Tell whether the line from `at` to `end` begins a message: what follows is a header."""
    found = _SEPARATOR.match(text, at, end) if end >= 0 else None
    if found is None:
        return False
    return (_OF_MAIL if found["loose"] else _FIELD).match(text, end + 1) is not None


def is_message(head: bytes) -> bool:
    """Tell a single mail (.eml, Maildir) by its header: From, and two more of the usual fields.

    >>> is_message(b"Subject: Budget\\nFrom: ann@acme.com\\nDate: Mon, 5 Jan 2026 09:00:00 +0100\\n\\nHello\\n")
    True
    """
    head = head.removeprefix(_MARK).lstrip(b"\r\n")
    if not _FIELD.match(head):
        return False
    raw = divided(1, head)
    if not all(_FIELD.match(line) or line[:1] in b" \t\r\n" for line in raw.header.splitlines(keepends=True)):
        return False
    known = set(raw.fields()).intersection(_MAIL_FIELDS)
    return "from" in known and len(known) >= 3


def messages(stream: IO[bytes]) -> Iterator[RawMessage]:
    """Yield the messages of an mbox, or the single mail that the stream holds."""
    for line, content in _cut(stream):
        if _SEPARATOR.match(content):
            yield divided(line, content, content.index(b"\n") + 1)
            continue
        blank = _BLANK_LINES.match(content)
        start = blank.end() if blank else 0
        if content[start:].strip():
            yield divided(line + content.count(b"\n", 0, start), content, start)


def divided(line: int, content: bytes, start: int = 0) -> RawMessage:
    """Divide a message at its first empty line."""
    end = content.find(b"\n\n", start)
    packed = content.find(b"\n\r\n", start, end if end >= 0 else len(content))
    end, body = (packed, packed + 3) if packed >= 0 else (end, end + 2)
    if end < 0:
        end = body = len(content)
    header = content[start : end + 1]
    too_long = len(header) > LONGEST_HEADER
    return RawMessage(line, b"" if too_long else header, content[body : body + LONGEST_BODY], too_long)


def _cut(stream: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield what lies between the lines that begin a message, each with the number of its first line.

    Of a very long one the beginning comes, and its end.
    """
    text, line, at = b"", 1, 0
    lines_left_out, within, ended = 0, 0, False
    while not ended:
        block = stream.read(_STEP)
        ended = not block
        text, begin = text + (block if text or line > 1 else block.removeprefix(_MARK)), 0
        while True:
            at, is_start = _next_start(text, at, ended=ended)
            if not is_start:
                break
            if begin < at and within < _MOST_WITHIN and _is_within(text, begin, at):
                at, within = at + 1, within + 1
                continue
            if at > begin:
                content = text[begin:at]
                yield line, content
                line += content.count(b"\n") + lines_left_out
                lines_left_out = 0
            begin, at, within = at, at + 1, 0
        text, at = text[begin:], at - begin
        if len(text) > _HELD + _STEP:
            left_out = len(text) - _HELD - 2 * _LONGEST_LINE
            lines_left_out += text.count(b"\n", _HELD, _HELD + left_out)
            text, at = text[:_HELD] + text[_HELD + left_out :], at - left_out
    if text:
        yield line, text


def _next_start(text: bytes, at: int, *, ended: bool) -> tuple[int, bool]:
    """Return where the next line that begins a message stands; else the place from which more must be read."""
    while True:
        if at == 0 and text.startswith(b"From "):
            found = 0
        else:
            found = text.find(b"\nFrom ", max(at - 1, 0)) + 1
            if not found:
                return max(at, len(text) - 5), False
        if _is_after_blank(text, found):
            end = text.find(b"\n", found, found + _LONGEST_LINE)
            whole = ended or len(text) - found > _LONGEST_LINE
            if not whole and (end < 0 or len(text) - end <= _LONGEST_LINE - 1000):
                return found, False
            if _begins(text, found, end):
                return found, True
        at = found + 1


def _is_after_blank(text: bytes, at: int) -> bool:
    """Tell whether the line before a place is empty, or there is none."""
    return at == 0 or not text[text.rfind(b"\n", 0, at - 1) + 1 : at].strip()


def _is_within(text: bytes, begin: int, at: int) -> bool:
    """Tell a line that would begin a message and stands in a part of the one before: a patch, or a mail attached.

    That one has parts, has not ended them yet, and goes on with them soon after.
    """
    if _PATCH.match(text, at) and not _PATCH.match(text, begin):
        return True
    head = text.find(b"\n\n", begin, at), text.find(b"\n\r\n", begin, at)
    ends = min((one for one in head if one >= 0), default=at)
    found = _BOUNDARY.search(text, begin, min(ends, begin + _LONGEST_LINE))
    if found is None:
        return False
    line = b"\n--" + (found[1] or found[2])
    if text.rfind(line + b"--", ends, at) >= 0 or text.find(line, ends - 1, at) < 0:
        return False
    return text.find(line, at, at + _LONGEST_LINE) >= 0
