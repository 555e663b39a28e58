"""Lists that stand deep within a document: an export of many conversations, each with its messages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from connectors.kit.answers import At
from connectors.kit.json_files import elements_within, keys_within
from connectors.kit.json_window import Damaged, Window
from influence.contract.connector import Unreadable
from influence.contract.files import Member
from influence.contract.records import SetAside

DEEPEST = 8
"""How many objects may stand within each other around the rows."""


class Within(NamedTuple):
    """A row, and what the objects tell in which it stands: the values that stand before it."""

    told: Mapping[str, Any]
    row: At | SetAside


@dataclass(frozen=True)
class Places:
    """Where rows stand: the `rows` are lists under that name; `around` names what leads there; `told` what is kept."""

    rows: str
    around: frozenset[str]
    told: frozenset[str]


def nested(member: Member, places: Places) -> Iterator[Within]:
    """Yield each row with what is told around it; no more is held than one row.

    A document that breaks off gives the rows before the break, then the reason.

    Raises:
        Unreadable: there is no such list.

    >>> from connectors.kit.answers import as_member
    >>> file = as_member("all.json", b'{"chats": [{"id": 1, "messages": [{"text": "a"}]}, {"id": 2, "messages": []}]}')
    >>> places = Places("messages", frozenset({"chats"}), frozenset({"id"}))
    >>> [(one.told, one.row.value) for one in nested(file, places)]
    [({'id': 1}, {'text': 'a'})]
    """
    with member.open() as stream:
        walk = _Walk(Window(stream), places)
        walk.window.skip_space()
        try:
            if walk.window.takes("{"):
                yield from walk.inside({}, 0)
        except Damaged:
            if walk.found:
                window = walk.window
                why = f"the JSON breaks off or is damaged here; what follows is not read{window.place()}"
                yield Within({}, SetAside(why, window.line))
        if not walk.found:
            raise Unreadable(f"{member.name}: the file should hold the list {places.rows!r}, and does not")


@dataclass
class _Walk:
    window: Window
    places: Places
    found: bool = False

    def inside(self, before: Mapping[str, Any], depth: int) -> Iterator[Within]:
        """Yield the rows of an object that has been opened.

        Raises:
            Damaged: it breaks off.
        """
        told = dict(before)
        for key in keys_within(self.window):
            if key == self.places.rows and self.window.takes("["):
                self.found = True
                yield from (Within(told, _row(one)) for one in elements_within(self.window))
            elif key in self.places.around and depth < DEEPEST and self.window.takes("{"):
                yield from self.inside(told, depth + 1)
            elif key in self.places.around and depth < DEEPEST and self.window.takes("["):
                yield from self._each(told, depth)
            elif key in self.places.told:
                value = self.window.value()
                told[key] = value.value if isinstance(value, At) else None
            else:
                self.window.pass_over()

    def _each(self, told: Mapping[str, Any], depth: int) -> Iterator[Within]:
        while True:
            self.window.skip_space()
            if self.window.takes("]"):
                return
            if self.window.takes("{"):
                yield from self.inside(told, depth + 1)
            elif self.window.ended():
                raise Damaged("has no end")
            else:
                self.window.pass_over()


def _row(found: At | SetAside) -> At | SetAside:
    is_row = isinstance(found, SetAside) or isinstance(found.value, dict)
    return found if is_row else SetAside("the row is no JSON object", found.line)
