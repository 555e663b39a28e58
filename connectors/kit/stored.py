"""What a service says now of items that were stored, whatever their age: its terms may ask to take that over."""

from __future__ import annotations

from collections.abc import Iterable

from connectors.kit.paging import Task


def asked_again(kind: str, stored: Iterable[str], at_once: int) -> list[Task]:
    """Return the tasks that ask for stored items, so many at once.

    >>> asked_again("posts", ["3", "1", "2", "1"], 2)
    [['posts', ['1', '2'], None, None], ['posts', ['3'], None, None]]
    """
    items = sorted(set(stored))
    return [[kind, items[at : at + at_once], None, None] for at in range(0, len(items), at_once)]
