"""Who an entry of a calendar names: the organiser, who was asked and did not decline, and whose calendar it is."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

from connectors.agenda.icalendar_entries import all_of
from connectors.kit.addresses import email_account, is_placeholder, named
from connectors.kit.meetings import Absent
from connectors.kit.phones import number_account
from connectors.kit.text import clean

_ADDRESS = re.compile(r"[^\s@<>()\[\]:;,\"']{1,128}@[^\s@<>()\[\]:;,\"']{1,253}")
_ABSENT = frozenset(("DECLINED", "DELEGATED"))
"""Who answered so does not come; whom they sent instead is listed as another guest (RFC 5545, 3.2.12)."""
_NOT_A_PERSON = frozenset(("ROOM", "RESOURCE", "GROUP"))
_ROOM_ADDRESS = re.compile(r"@(?:resource|group)\.calendar\.google\.com$", re.IGNORECASE)
_DIRECTORY = re.compile(r"^(?:/o=|cn=)", re.IGNORECASE)
"""As Exchange and Notes call people: X.500, which may hold an @ and is no e-mail address."""
_FULL_NAME = re.compile(r"[^\W\d_][^:/@=<>]{0,100} [^:/@=<>]{1,100}")
"""A name that stands in place of an address; one word alone may be anything."""


def people_of(event: Any, owner: str | None) -> tuple[str, ...]:
    """Return the organiser, who did not decline, and the owner; rooms, lists and observers are not people.

    Raises:
        Absent: the owner declined, or sent somebody else.
    """
    attendees = [one for one in all_of(event, "ATTENDEE") if not is_no_person(one)]
    declined = {account_of(one) for one in attendees if parameter(one, "PARTSTAT") in _ABSENT}
    if owner and owner in declined:
        raise Absent([owner])
    present = [one for one in attendees if parameter(one, "ROLE") != "NON-PARTICIPANT"]
    organisers = [one for one in all_of(event, "ORGANIZER") if not is_no_person(one)]
    found = (account_of(one) for one in (*organisers, *present))
    people = (account for account in (*found, owner) if account and account not in declined)
    return tuple(dict.fromkeys(people))


def untold_of(event: Any) -> int:
    """Return how many of those who were asked nobody can tell: neither an address nor a name stands there."""
    asked = (one for one in all_of(event, "ATTENDEE") if not is_no_person(one))
    return sum(account_of(one) is None for one in asked)


def guests_of(event: Any) -> int:
    """Return how many people were brought along by those who are named."""
    numbers = (str(one.params.get("X-NUM-GUESTS", "")) for one in all_of(event, "ATTENDEE"))
    return sum(int(number) for number in numbers if re.fullmatch(r"\d{1,5}", number))


def has_room(event: Any) -> bool:
    """Tell whether a room or another resource was booked for it."""
    booked = (one for one in all_of(event, "ATTENDEE") if is_no_person(one))
    return any(parameter(one, "CUTYPE") != "GROUP" for one in booked)


def has_not_answered(event: Any, owner: str | None) -> bool:
    """Tell whether the owner was asked and has not said a word."""
    answers = {account_of(one): parameter(one, "PARTSTAT") for one in all_of(event, "ATTENDEE")}
    return owner in answers and answers[owner] in {"", "NEEDS-ACTION"}


def is_no_person(value: Any) -> bool:
    """Tell a room, a resource, a list, or a calendar that is nobody's."""
    return parameter(value, "CUTYPE") in _NOT_A_PERSON or bool(
        _ROOM_ADDRESS.search(str(value).strip("'\"> "))
    )


def account_of(value: Any) -> str | None:
    """Return the account of an organiser or attendee: the address, else the name, else what Exchange calls them.

    A name is no address: it is an account of its own (`name:`), which is theirs who alone bear it. None where
    nothing tells who it is.
    """
    params = getattr(value, "params", {})
    written, shown = _written(str(value)), str(params.get("CN", ""))
    addresses = ("" if _DIRECTORY.search(written) else written, str(params.get("EMAIL", "")))
    for told in (*addresses, "" if "/" in shown else shown):
        found = _ADDRESS.search(_written(told))
        if found and not is_placeholder(found[0].rstrip(".").lower()):
            return email_account(found[0].rstrip("."))
    if account := named(shown):
        return account
    if written.lower().startswith("/o="):
        return f"exchange:{clean(written, 500).lower()}"
    if written.lower().startswith("cn="):
        return named(written[3:])
    if number := re.fullmatch(r"(?i)tel:(.{1,60})", written):
        return number_account(number[1])
    return named(written) if _FULL_NAME.fullmatch(written) else None


def _written(value: str) -> str:
    """Return an address as it was before it was written as an URI (RFC 6068)."""
    told = value.strip().strip("'\"")
    kind = re.match(r"(?i)(?:mailto|smtp|ex):", told)
    return unquote(told[kind.end() :].partition("?")[0]).strip() if kind else told


def parameter(value: Any, name: str) -> str:
    """Return a parameter of a property, in upper case."""
    return str(getattr(value, "params", {}).get(name, "")).upper()
