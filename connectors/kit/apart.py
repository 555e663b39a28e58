"""What of an export is nobody's activity, or does not say whose: counted by kind and told, never dropped unsaid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from influence.contract.records import Note

_NAMED = 6
"""So many kinds are named, the most frequent."""


def not_read(apart: Counter[str]) -> Iterator[Note]:
    """Say how many of each kind were not read; nothing where there were none.

    >>> [note.text for note in not_read(Counter({"calls": 1200, "drafts": 3}))]
    ['not read: 1,200 calls, 3 drafts']
    >>> next(not_read(Counter("aaabbccddeeffgh"))).text
    'not read: 3 a, 2 b, 2 c, 2 d, 2 e, 2 f, 2 of other kinds'
    """
    if apart:
        named = apart.most_common(_NAMED)
        left = apart.total() - sum(count for _, count in named)
        told = [f"{count:,} {what}" for what, count in named]
        yield Note("not read: " + ", ".join([*told, *([f"{left:,} of other kinds"] if left else [])]))
