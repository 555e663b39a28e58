"""Messages of an mbox or a single mail file, one at a time, with bounded memory.

Of each message the header and the first part of the body are held; attachments are read past.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

LONGEST_HEADER = 1024 * 1024
LONGEST_BODY = 1024 * 1024
"""Bytes of a body that are held; what follows is read past."""
_STEP = 65_536
_SEPARATOR = re.compile(
    rb"From \S.{0,200}(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec).{0,20}\d{1,2}:\d\d.{0,40}\d{4}"
)
_FIELD = re.compile(rb"[!-9;-~]{1,200}:")
_MAIL_FIELDS = ("from", "to", "date", "subject", "message-id", "received", "return-path", "mime-version")


@dataclass
class RawMessage:
    """One message as bytes, and the line of the file on which it starts.

    `too_long` is true where the header alone is longer than `LONGEST_HEADER`.
    """

    line: int
    header: bytearray = field(default_factory=bytearray)
    body: bytearray = field(default_factory=bytearray)
    in_body: bool = False
    too_long: bool = False

    def add(self, piece: bytes, *, starts_line: bool) -> None:
        """Add a line, or a piece of a very long one."""
        if self.in_body:
            self.body += piece[: max(0, LONGEST_BODY - len(self.body))]
        elif starts_line and piece in (b"\n", b"\r\n"):
            self.in_body = True
        elif len(self.header) + len(piece) > LONGEST_HEADER:
            self.too_long = True
        else:
            self.header += piece

    def fields(self) -> dict[str, list[bytes]]:
        """Return the header's fields by their lower-case names, folded lines joined."""
        found: dict[str, list[bytes]] = {}
        for line in re.split(rb"\r?\n(?![ \t])", bytes(self.header)):
            name, colon, value = line.partition(b":")
            if colon and _FIELD.match(line):
                key = name.decode("ascii", "replace").lower()
                found.setdefault(key, []).append(re.sub(rb"\r?\n[ \t]+", b" ", value).strip())
        return found


def is_mbox(head: bytes) -> bool:
    """Tell an mbox by its first line.

    >>> is_mbox(b"From ann@acme.com Mon Jan  5 09:00:00 2026\\nFrom: ann@acme.com\\n\\nHello\\n")
    True
    """
    first, _, rest = head.lstrip(b"\r\n").partition(b"\n")
    return bool(_SEPARATOR.match(first) and _FIELD.match(rest))


def is_message(head: bytes) -> bool:
    """Tell a single mail (.eml, Maildir) by its header: From, and two more of the usual fields.

    >>> is_message(b"Subject: Budget\\nFrom: ann@acme.com\\nDate: Mon, 5 Jan 2026 09:00:00 +0100\\n\\nHello\\n")
    True
    """
    if not _FIELD.match(head):
        return False
    raw = RawMessage(1)
    for line in head.splitlines(keepends=True):
        if not (_FIELD.match(line) or line[:1] in b" \t\r\n"):
            return False
        raw.add(line, starts_line=True)
        if raw.in_body:
            break
    known = set(raw.fields()).intersection(_MAIL_FIELDS)
    return "from" in known and len(known) >= 3


def messages(stream: IO[bytes]) -> Iterator[RawMessage]:
    """Yield the messages of an mbox, or the single mail that the stream holds."""
    raw: RawMessage | None = None
    after_blank, waiting = True, b""
    for number, starts_line, piece in _pieces(stream):
        if waiting:
            if starts_line and _FIELD.match(piece):
                if raw is not None:
                    yield raw
                raw = RawMessage(number - 1)
            elif raw is not None:
                raw.add(waiting, starts_line=True)
            waiting = b""
        if starts_line and after_blank and _SEPARATOR.match(piece):
            waiting = piece
        else:
            if raw is None and piece.strip():
                raw = RawMessage(number)
            if raw is not None:
                raw.add(piece, starts_line=starts_line)
        after_blank = starts_line and not piece.strip()
    if raw is not None:
        yield raw


def _pieces(stream: IO[bytes]) -> Iterator[tuple[int, bool, bytes]]:
    """Yield lines with their numbers; a line longer than 64 KiB comes in pieces."""
    number, starts_line = 1, True
    while piece := stream.readline(_STEP):
        yield number, starts_line, piece
        starts_line = piece.endswith(b"\n")
        number += starts_line
