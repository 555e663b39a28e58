"""Items that a source gives no id: told apart by what they are, and by their number where several are alike."""

from __future__ import annotations

from collections import OrderedDict

KEPT = 100_000
"""Keys that are remembered: sources are written in the order of time, so that what is alike stands together."""


class Repeats:
    """Numbers items of the same key.

    >>> repeats = Repeats()
    >>> repeats.named("sms:1"), repeats.named("sms:1"), repeats.named("sms:2")
    ('sms:1', 'sms:1:2', 'sms:2')
    """

    def __init__(self) -> None:
        self._seen: OrderedDict[str, int] = OrderedDict()

    def named(self, key: str) -> str:
        """Return the key, with a number from its second time on."""
        count = self._seen.pop(key, 0) + 1
        self._seen[key] = count
        if len(self._seen) > KEPT:
            self._seen.popitem(last=False)
        return key if count == 1 else f"{key}:{count}"
