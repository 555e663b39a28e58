"""What a mail answers, where only Outlook's Thread-Index says it.

The index of a mail that begins a thread has 22 bytes, that of each answer those of what it answers and five more
(MS-OXOMSG, PidTagConversationIndex). It names no id: the mail that bears the shorter index may stand anywhere in the
files, mostly among the sent mail of another folder.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from influence.contract.records import Activity, Verb

_BEGINNING, _STEP = 22, 5
_LONGEST = 4000
MOST_HELD = 20_000
"""Mails that wait for the one that they answer; those above are passed on without it."""
MOST_KNOWN = 2_000_000
"""Mails whose index is remembered."""
_FORWARDED = re.compile(
    r"\s*(?:fwd?|wg|vb|vl|tr|rv|enc|pd|doorst|fs|i"
    r"|\u8f6c\u53d1|\u8f49\u5bc4|\u8f49\u767c|\u8ee2\u9001)\s*[:\uff1a]",
    re.IGNORECASE,
)
"""Outlook lengthens the index of what is passed on, too."""


def thread_index(value: str) -> bytes | None:
    """Return the bytes of a Thread-Index; None where it is none.

    >>> len(thread_index("Adx+HwCqu8zd7v8AESIzRFVmd4iZqgECAwQF") or b"")
    27
    """
    try:
        found = base64.b64decode(re.sub(r"\s+", "", value[:_LONGEST]), validate=True)
    except (binascii.Error, ValueError):
        return None
    return found if len(found) >= _BEGINNING and (len(found) - _BEGINNING) % _STEP == 0 else None


@dataclass
class Threads:
    """The mails of some files by their Thread-Index; answers wait until what they answer was seen."""

    file: str = ""
    _known: dict[bytes, str] = field(default_factory=dict)
    _held: list[tuple[str, Activity, bytes]] = field(default_factory=list)

    def placed(self, mail: Activity, value: str) -> Iterator[Activity]:
        """Yield a mail, now or `at_end`; `value` is its Thread-Index."""
        index = thread_index(value) if value else None
        if index is None:
            yield mail
            return
        if len(self._known) < MOST_KNOWN:
            self._known.setdefault(index, mail.id)
        before = index[:-_STEP]
        if mail.parent or len(index) == _BEGINNING or _FORWARDED.match(mail.subject or ""):
            yield mail
        elif before in self._known or len(self._held) >= MOST_HELD:
            yield self._answering(mail, before)
        else:
            self._held.append((self.file, mail, before))

    def at_end(self) -> Iterator[tuple[str, Activity]]:
        """Yield what waited, each with the file that it stands in."""
        yield from ((file, self._answering(mail, before)) for file, mail, before in self._held)
        self._held.clear()

    def _answering(self, mail: Activity, before: bytes) -> Activity:
        parent = self._known.get(before)
        return replace(mail, parent=parent, verb=Verb.REPLY) if parent and parent != mail.id else mail
