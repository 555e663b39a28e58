"""Apple Mail's own files (.emlx): the size of the mail, the mail, and behind it what the program noted of it."""

from __future__ import annotations

import io
import re
from typing import IO

from connectors.mail.mbox import LONGEST_BODY, LONGEST_HEADER, is_message

_SIZE = re.compile(rb"(\d{1,10})[ \t]*\r?\n")
_FLAGS = re.compile(rb"<key>flags</key>\s{0,100}<integer>(\d{1,20})</integer>")
_DELETED, _DRAFT = 1 << 1, 1 << 6
_LONGEST_NOTE = 64 * 1024


def is_apple_mail(head: bytes) -> bool:
    r"""Tell such a file: a line with a number, then the header of a mail.

    >>> is_apple_mail(b"70        \nFrom: ann@acme.com\nTo: bo@acme.com\nDate: Mon, 5 Jan 2026 09:00:00 +0000\n\nHi")
    True
    """
    size = _SIZE.match(head)
    return size is not None and is_message(head[size.end() :])


def apple_mail(stream: IO[bytes]) -> IO[bytes]:
    """Return the mail alone, its flags written into its header as Thunderbird writes them.

    Of a very long mail the beginning is read, as of every other.
    """
    size = _SIZE.fullmatch(stream.readline(64))
    length = int(size[1]) if size else 0
    mail = stream.read(min(length, LONGEST_HEADER + LONGEST_BODY))
    for left in range(length - len(mail), 0, -_LONGEST_NOTE):
        stream.read(min(left, _LONGEST_NOTE))
    flags = _FLAGS.search(stream.read(_LONGEST_NOTE))
    told = int(flags[1]) if flags else 0
    draft = b"X-Mozilla-Draft-Info: 1\n" if told & _DRAFT else b""
    deleted = b"X-Mozilla-Status: 0008\n" if told & _DELETED else b""
    return io.BytesIO(draft + deleted + mail)
