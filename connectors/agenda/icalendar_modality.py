"""What an entry of a calendar tells about how people met: its places, its words, its links, its own fields."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from connectors.agenda.icalendar_entries import all_of
from connectors.agenda.icalendar_people import has_room
from connectors.kit.modality.telling import Told, stated_kind

_CONFERENCE = re.compile("CONFERENCE|ONLINEMEETING|TEAMSMEETING|ZOOM|WEBEX")
_MAY_LINK = re.compile("URL$|X-(?!INFLUENCE)")
_KIND = re.compile(
    "X-(?!MICROSOFT-CDO-).*(?:KIND|MODE|MODALITY|FORMAT|(?:MEETING|EVENT|LOCATION|APPOINTMENT)-?TYPE)"
)
_NO = frozenset(("", "FALSE", "NO", "0", "NONE"))


def told_of(event: Any) -> Told:
    """Return what an entry tells about how people met."""
    fields = [name for name in event if _CONFERENCE.search(name)]
    return Told(
        locations=tuple(str(one) for one in all_of(event, "LOCATION")),
        title=str(event.get("SUMMARY", "")),
        text=str(event.get("DESCRIPTION", "")),
        links=tuple(str(one) for name in event if _MAY_LINK.match(name) for one in all_of(event, name)),
        online=any(str(one).strip().upper() not in _NO for name in fields for one in all_of(event, name)),
        room=books_room(event),
        stated=next((kind for kind in map(stated_kind, _stated(event)) if kind), None),
    )


def books_room(event: Any) -> bool:
    """Tell whether a room or another resource was booked for it."""
    return has_room(event) or "RESOURCES" in event


def _stated(event: Any) -> Iterator[str]:
    """Yield what fields of a calendar's own say of the kind of a meeting."""
    yield from (str(one) for name in event if _KIND.fullmatch(name) for one in all_of(event, name))
