"""Replies that only say what is gone: a connector whose service lists deletions makes them, and reads them back.

They are a kind of file of their own, never part of what people wrote, so that no message can withdraw another.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.kit.answers import ODD_SHAPES, as_member, each, needed_list, read
from connectors.kit.meetings import Name
from connectors.kit.paging import Answer, State, Task
from connectors.kit.text import clean
from influence.contract.connector import Changed
from influence.contract.files import Member
from influence.contract.records import Deleted, Encounter, Record

_BEGINNING = b'{"gone":'


def as_tombstones(name: str, ids: Iterable[str]) -> Member:
    """Write the ids of what is gone as a reply.

    >>> [one.id for one in tombstones(as_tombstones("gone", ["mail:1@acme.example"]))]
    ['mail:1@acme.example']
    """
    return as_member(name, json.dumps({"gone": list(ids)}, separators=(",", ":")).encode())


def are_tombstones(member: Member) -> bool:
    """Tell whether a reply says what is gone.

    >>> are_tombstones(as_member("page", b"BEGIN:VCALENDAR"))
    False
    """
    return member.head().startswith(_BEGINNING)


def tombstones(member: Member) -> Iterator[Record]:
    """Yield what is gone.

    Raises:
        Changed: the reply is not what `as_tombstones` writes.
    """
    yield from each(needed_list(read(member), "gone", member.name), _gone, "what is gone,")


def _gone(item: Any) -> list[Record]:
    if not isinstance(item, str) or not item:
        raise Changed(f"{clean(str(item), 40)!r} is no id")
    return [Deleted(item)]


@dataclass(frozen=True)
class Window:
    """A stretch of a calendar that is read whole, again and again: what it no longer shows is gone.

    The place of the part in the cursor holds the meetings that were `held` at the last pull, those `seen` so far in
    this one, whether one of them was `unnamed`, and those `gone` that are still to be told.
    """

    part: str

    def see(
        self, place: State, records: Iterable[Record], items: Iterable[Any], name: Callable[[Any], Name]
    ) -> None:
        """Note the meetings of one page, with their times (seconds since 1970).

        An item that is shown is not gone, whether or not it can be read: it keeps its earlier time.
        """
        held, shown = place.get("held", {}), set[str]()
        for item in items:
            try:
                shown.add(name(item).id)
            except ODD_SHAPES:
                place["unnamed"] = True
        times = {one.id: one.time for one in records if isinstance(one, Encounter) and one.id and one.time}
        place["seen"] = {
            **place.get("seen", {}),
            **{one: held[one] for one in shown if one in held},
            **{one: int(time.timestamp()) for one, time in times.items()},
        }

    def closed(self, place: State, since: datetime, again: datetime) -> State:
        """Return what is kept of a window read from `since` to its end; the next one begins at `again`.

        Where an item bore no name that can be read, it may be any of those that are missing: none is gone.
        """
        held, seen = place.get("held", {}), place.get("seen", {})
        missing = sorted(one for one, time in held.items() if time >= since.timestamp() and one not in seen)
        gone = [] if place.get("unnamed") else missing
        left = {one: time for one, time in {**held, **seen}.items() if time >= again.timestamp()}
        return {"held": {one: time for one, time in left.items() if one not in gone}, "gone": gone}

    def told(self, task: Task, state: State) -> Answer | None:
        """Tell what is gone where that is still to be done; then the task goes on, if it was asked for more."""
        place: Mapping[str, object] = state.get(self.part, {})
        gone = place.get("gone")
        if not isinstance(gone, list):
            return Answer(None) if task[1:] else None
        state[self.part] = {name: value for name, value in place.items() if name != "gone"}
        member = as_tombstones(f"{self.part}-gone.json", gone)
        return Answer(member, [] if task[1:] else [task], note=f"{len(gone):,} meetings are gone")
