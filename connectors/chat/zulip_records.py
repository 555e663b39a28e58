"""What a Zulip message says: whom it names, and which message of its topic it seems to answer.

Zulip has topics and no replies: the message before it in the topic by somebody else, within 24 hours, is
taken for its parent, and marked as inferred.
Reference: Zulip API, Get messages, Message formatting.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from connectors.kit.text import clean

LONGEST_WAIT = 24 * 3600
"""Seconds within which a message is taken for an answer to the one before it."""
SYSTEM_BOTS = {"notification bot", "welcome bot", "reminder bot", "email gateway", "zulip feedback bot"}
_QUOTE = re.compile(r"(</?blockquote>)")
_MENTION = re.compile(
    r'<span class="user-mention[^"<>]{0,60}" data-user-id="(\d{1,18})">@?([^<>]{1,200})</span>'
)
Turn: TypeAlias = tuple[str, str, int]
"""A message as a possible parent: who wrote it, its id, its time in seconds."""


@dataclass
class Turns:
    """One topic as it is read: its last message, and the last one before that by somebody else."""

    last: Turn | None = None
    other: Turn | None = None

    def parent(self, author: str, identity: str, time: int) -> str | None:
        """Take the next message and return the id of the one that it seems to answer.

        >>> turns = Turns()
        >>> [turns.parent(*m) for m in [("ann", "1", 0), ("bob", "2", 60), ("bob", "3", 90), ("ann", "4", 95)]]
        [None, '1', '1', '3']
        """
        if self.last is not None and self.last[0] != author:
            self.other = self.last
        self.last = (author, identity, time)
        near = self.other is not None and 0 <= time - self.other[2] <= LONGEST_WAIT
        return self.other[1] if self.other is not None and near else None

    def is_over(self, now: int) -> bool:
        """Tell whether nothing of it can be answered any more."""
        return self.last is None or now - self.last[2] > LONGEST_WAIT


def mentions(content: str) -> Iterator[tuple[str, str]]:
    """Yield id and name of each person named in a message's HTML; what is only quoted names nobody.

    >>> list(mentions('<blockquote>x</blockquote><span class="user-mention" data-user-id="7">@Ann Lee</span>'))
    [('7', 'Ann Lee')]
    """
    if "user-mention" not in content:
        return
    for found in _MENTION.finditer(own_words(content)):
        yield found[1], clean(html.unescape(found[2]), 200)


def own_words(content: str) -> str:
    """Return the HTML without what it quotes: those are another's words.

    >>> own_words("<p>Ann said</p><blockquote><p>No</p></blockquote><p>Yes</p>")
    '<p>Ann said</p><p>Yes</p>'
    """
    depth, own = 0, []
    for part in _QUOTE.split(content):
        if part == "<blockquote>":
            depth += 1
        elif part == "</blockquote>":
            depth = max(0, depth - 1)
        elif not depth:
            own.append(part)
    return "".join(own)
