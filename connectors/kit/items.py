"""Items of a service's answer, one by one: an odd one is set aside, and the rest of the answer is read."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from connectors.kit.http import from_json
from connectors.kit.text import clean
from influence.contract.connector import Changed
from influence.contract.files import Member
from influence.contract.records import Record, SetAside

_ODD = (Changed, ValueError, TypeError, KeyError, AttributeError, OverflowError)
_NOBODY = re.compile(r"(anonym\w*|guest|visitor|unknown|gast|g[äæ]st|invité|someone)\b.*", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{0,5000}>")


class LeftOut(ValueError):
    """Why an item is no activity of a person, in a few words."""


def answer(member: Member) -> Any:
    """Read a raw answer as JSON.

    Raises:
        Changed: it is not JSON, or is nested beyond all measure.
    """
    try:
        return from_json(member)
    except RecursionError:
        raise Changed(f"{member.name} is not the service's answer: it is nested too deep") from None


def each_item(rows: Any, what: str, read: Callable[[Any], Iterable[Record]]) -> Iterator[Record]:
    """Turn each item into records; one that cannot be read is set aside with its number.

    Raises:
        Changed: the items are no list.

    >>> [one.reason for one in each_item([{}], "comment", lambda row: row["id"])]
    ["comment 1 cannot be read: KeyError: 'id'"]
    """
    if not isinstance(rows, Sequence) or isinstance(rows, str):
        raise Changed(f"where a list of items ({what}) should be there is none: the answer has changed")
    for number, row in enumerate(rows, 1):
        yield from guarded(partial(read, row), _called(row, what, number))


def guarded(read: Callable[[], Iterable[Record]], what: str, line: int = 1) -> Iterator[Record]:
    """Yield what is read; where it cannot be, the reason. `what` names the item in it."""
    try:
        yield from list(read())
    except LeftOut as reason:
        yield SetAside(f"{what}: {reason}", line)
    except Changed as error:
        yield SetAside(clean(str(error), 300), line)
    except _ODD as error:
        yield SetAside(f"{what} cannot be read: {type(error).__name__}: {clean(str(error), 120)}", line)


def _called(row: Any, what: str, number: int) -> str:
    known = row.get("id") if isinstance(row, Mapping) else None
    return f"{what} {known if isinstance(known, int) else number}"


def moment(value: Any, zone: str = "") -> datetime:
    """Read a time as services write it; `zone` (`Z`) is added where it states none.

    Raises:
        ValueError: it is no time, or states no zone.

    >>> moment("2026-01-05T09:00:00", "Z").isoformat()
    '2026-01-05T09:00:00+00:00'
    """
    text = value if isinstance(value, str) else ""
    stated = bool(re.search(r"(Z|[+-]\d\d:?\d\d)$", text))
    found = datetime.fromisoformat(text if stated else text + zone)
    if found.tzinfo is None:
        raise ValueError(f"the time {text[:40]!r} states no zone")
    return found.astimezone(UTC)


def whole(value: Any, what: str) -> int:
    """Return a number that the service gave an item, also where it is written as text.

    Raises:
        Changed: it is none.

    >>> whole("12", "the ticket's id")
    12
    """
    if isinstance(value, bool) or not re.fullmatch(r"\d{1,18}", str(value)):
        raise Changed(f"{what} is {str(value)[:40]!r}, which is no number: the answer has changed")
    return int(value)


def words(markup: Any) -> str | None:
    """Return the text of a piece of HTML, without its tags.

    >>> words("<p>Good &amp; short</p>")
    'Good & short'
    """
    if not isinstance(markup, str):
        return None
    return clean(html.unescape(_TAG.sub(" ", markup)), 20_000) or None


def is_nobody(name: str) -> bool:
    """Tell a name that many strangers go by.

    >>> is_nobody("Anonymous Visitor"), is_nobody("Ann Lee")
    (True, False)
    """
    return not name or bool(_NOBODY.fullmatch(name))
