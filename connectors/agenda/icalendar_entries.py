"""The entries of an iCalendar file (RFC 5545) as they stand: which component begins on which line.

One broken entry does not take the others down: each is cut out by its BEGIN and END and read alone.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Container, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from connectors.kit.line_blocks import BOM
from connectors.kit.meetings import NotRead
from connectors.kit.text import clean
from connectors.kit.zones import zone_called

_FOLDED_LETTER = re.compile(rb"([\xc2-\xf4][\x80-\xbf]{0,2})(\r?\n[ \t])([\x80-\xbf]{1,3})")
"""A letter of several bytes between which a program folded the line: it counted bytes, as RFC 5545 has it."""
_NO_EVENT = {
    "VTODO": "a to-do, not a meeting",
    "VJOURNAL": "a journal entry, not a meeting",
    "VFREEBUSY": "free and busy times, not a meeting",
    "VAVAILABILITY": "hours of availability, not a meeting",
}

LINE = "X-INFLUENCE-LINE"
"""The property under which an entry bears the line on which it stands."""
DEEPEST = 20
"""Components within one another; a calendar has three."""


@dataclass
class Component:
    """One component directly below the calendar, with its lines as they stand."""

    kind: str
    line: int
    lines: list[str] = field(default_factory=list)
    ended: bool = False

    def source(self, zones: Container[str] = ()) -> bytes:
        """Return the component as a file of its own: what is read of it, with its `zones` and those that are known."""
        text = "\r\n".join(self.lines) + "\r\n"
        text = _UNREAD.sub("", _FOLD.sub("", text) if "\r\n " in text or "\r\n\t" in text else text)
        if "TZID=" in text:
            text = _ZONED.sub(lambda found: _with_known_zone(found, zones), text)
        return text.encode("utf-8")


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


_FOLD = re.compile(r"\r\n[ \t]")
_UNREAD = re.compile(
    r"^(?:(?:DTEND|CREATED|CLASS|PRIORITY|COMMENT|CATEGORIES|ATTACH|GEO|CONTACT|RELATED-TO)[;:].*"
    r"|BEGIN:VALARM\r\n(?:(?!(?:END|BEGIN):VALARM)[^\n]*\n)*END:VALARM[ \t]*)\r\n",
    re.IGNORECASE | re.MULTILINE,
)
"""What takes time to parse, a third of most entries, and is not read."""
_ZONED = re.compile(
    r"^(?P<before>(?:DTSTART|DTEND|RECURRENCE-ID|EXDATE|RDATE)(?:;[\w-]+=[^;:\r\n]*)*?;TZID=)(?P<zone>\"[^\"\r\n]*\"|[^;\"\r\n]*?)"
    r"(?=(?:;[\w-]+=[^;:\r\n]*)*:\d{8})",
    re.IGNORECASE | re.MULTILINE,
)


def _with_known_zone(found: re.Match[str], zones: Container[str]) -> str:
    stated = found["zone"].strip('"')
    known = None if stated in zones else zone_called(stated)
    return f"{found['before']}{known or found['zone']}"


def read_event(component: Component, zones: Container[str]) -> Any:
    """Return an entry as the library reads it; `zones` are those that the file itself describes.

    Raises:
        NotRead: it is no event, or is broken.
    """
    import icalendar

    if component.kind != "VEVENT":
        raise NotRead(_NO_EVENT.get(component.kind, f"{clean(component.kind, 40)} is no meeting"))
    if not component.ended:
        raise NotRead("the entry is cut off: its END:VEVENT is missing")
    try:
        with without_guesses_told():
            event: Any = icalendar.Event.from_ical(component.source(zones))
    except Exception as error:
        raise NotRead(f"the entry cannot be read ({clean(str(error), 80)})") from None
    if event.name != "VEVENT":
        raise NotRead("the entry cannot be read")
    if "RECURRENCE-ID" in event and stated(event, "RECURRENCE-ID") is None:
        raise NotRead("which time of a series the entry changes cannot be read")
    event.add(LINE, str(component.line))
    return event


@contextmanager
def without_guesses_told() -> Iterator[None]:
    """The libraries warn of names of time zones that they had to guess; the guess is the right one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def line_of(event: Any) -> int:
    """Return the line on which an entry begins."""
    return int(str(event[LINE]))


def start_of(event: Any) -> date | None:
    """Return the start of an entry: a moment, or a day; None where it cannot be read."""
    return stated(event, "DTSTART")


def unknown_zone(event: Any) -> set[str]:
    """Return the name of the zone in which an entry starts where nothing tells what it means."""
    named = getattr(event.get("DTSTART"), "params", {}).get("TZID")
    start = start_of(event)
    is_open = isinstance(start, datetime) and start.tzinfo is None
    return {clean(str(named), 60)} if named and is_open else set()


def stated(event: Any, name: str) -> date | None:
    """Return the moment or day that a property states."""
    try:
        found = getattr(event.get(name), "dt", None)
    except ValueError:  # the library keeps broken values and raises when one is read
        return None
    return found if isinstance(found, date) else None


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


def all_of(event: Any, name: str) -> list[Any]:
    """Return every property of that name of an entry that was read."""
    found = event.get(name)
    if found is None:
        return []
    return found if isinstance(found, list) else [found]


def _add(component: Component | None, line: str) -> None:
    if component is not None and line.strip():
        component.lines.append(line)


def _line(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("latin-1")


def _text(content: bytes) -> str:
    """Decode and normalise line ends, so that only these end a line (a name may hold U+2028)."""
    content = content.removeprefix(BOM)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        whole = _FOLDED_LETTER.sub(rb"\2\1\3", content)
        text = "\n".join(map(_line, whole.replace(b"\r\n", b"\n").split(b"\n")))
    for odd in "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029\0":
        text = text.replace(odd, " ")
    return text
