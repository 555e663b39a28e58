"""The entries of an iCalendar file (RFC 5545) as they stand: which component begins on which line.

One broken entry does not take the others down: each is cut out by its BEGIN and END and read alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from connectors.kit.csv_files import BOM

DEEPEST = 20
"""Components within one another; a calendar has three."""


@dataclass
class Component:
    """One component directly below the calendar, with its lines as they stand."""

    kind: str
    line: int
    lines: list[str] = field(default_factory=list)
    ended: bool = False

    def source(self) -> bytes:
        """Return the component as a file of its own would hold it."""
        return ("\r\n".join(self.lines) + "\r\n").encode("utf-8")


@dataclass
class Cut:
    """A calendar file cut into the calendars' own properties and the components below them."""

    calendars: int = 0
    properties: list[str] = field(default_factory=list)
    components: list[Component] = field(default_factory=list)

    def of_kind(self, kind: str) -> Iterator[Component]:
        """Yield the whole components of a kind."""
        return (component for component in self.components if component.kind == kind and component.ended)

    def value(self, name: str) -> str | None:
        """Return the first value of a property of the calendar itself."""
        for line in self.properties:
            key, colon, value = line.partition(":")
            if colon and key.split(";", 1)[0].upper() == name:
                return value.strip()
        return None


def cut(content: bytes) -> Cut:
    """Cut a file into its components; folded lines stay folded.

    >>> cut(b"BEGIN:VCALENDAR\\nMETHOD:PUBLISH\\nBEGIN:VEVENT\\nEND:VEVENT\\nEND:VCALENDAR").components[0].line
    3
    """
    found = Cut()
    inside: list[str] = []
    for number, line in enumerate(_text(content).splitlines(), 1):
        mark, _, name = line.strip().upper().partition(":")
        component = found.components[-1] if found.components and not found.components[-1].ended else None
        if mark == "BEGIN" and name == "VCALENDAR" and not inside:
            found.calendars += 1
        elif mark == "BEGIN" and len(inside) < DEEPEST:
            if not inside:
                component = Component(name, number)
                found.components.append(component)
            inside.append(name)
            _add(component, line)
        elif mark == "END" and name in inside:
            _add(component, line)
            del inside[inside.index(name) :]
            if component is not None and not inside:
                component.ended = True
        elif inside:
            _add(component, line)
        elif line.strip() and mark != "END":
            found.properties.append(line)
    return found


def _add(component: Component | None, line: str) -> None:
    if component is not None and line.strip():
        component.lines.append(line)


def _text(content: bytes) -> str:
    """Decode and normalise line ends, so that only these end a line (a name may hold U+2028)."""
    content = content.removeprefix(BOM)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    for odd in "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029\0":
        text = text.replace(odd, " ")
    return text
