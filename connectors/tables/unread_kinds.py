"""Stated kinds of meetings that are not understood: counted by value, and told at the end of a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from connectors.kit.text import clean
from influence.contract.records import Note

SHOWN = 20
"""Values that are named."""
MOST_VALUES = 100_000
"""Different values that are counted each for itself."""
_LONGEST = 60


class UnreadKinds:
    """How often each kind that is not understood stands in a table."""

    def __init__(self) -> None:
        self._rows: Counter[str] = Counter()
        self._beyond = 0

    def count(self, value: str) -> None:
        """Count a row with this value."""
        shown = clean(value, _LONGEST)
        if shown in self._rows or len(self._rows) < MOST_VALUES:
            self._rows[shown] += 1
        else:
            self._beyond += 1

    def notes(self) -> Iterator[Note]:
        """Yield one note that names the values, the most frequent first, and says how to set them.

        >>> kinds = UnreadKinds()
        >>> kinds.count("Steering group")
        >>> next(kinds.notes()).text
        "kinds that are not understood are unknown: 'Steering group' (1); say under [kinds] what they mean"
        """
        if not self._rows:
            return
        named = self._rows.most_common(SHOWN)
        told = ", ".join(f"{value!r} ({rows:,})" for value, rows in named)
        others = len(self._rows) - len(named)
        if others:
            least = "at least " if self._beyond else ""
            rows = self._rows.total() + self._beyond - sum(rows for _, rows in named)
            told += f", and {least}{others:,} more in {rows:,} rows"
        yield Note(f"kinds that are not understood are unknown: {told}; say under [kinds] what they mean")
