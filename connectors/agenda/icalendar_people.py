"""Who an entry of a calendar names: the organiser, who was asked and did not decline, and whose calendar it is."""

from __future__ import annotations

import re
from typing import Any

from connectors.agenda.icalendar_entries import all_of
from connectors.kit.addresses import display_name, email_account
from connectors.kit.meetings import Absent
from connectors.kit.text import clean

_ADDRESS = re.compile(r"[^\s@<>()\[\]:;,\"']{1,128}@[^\s@<>()\[\]:;,\"']{1,253}")
_NOT_A_PERSON = frozenset(("ROOM", "RESOURCE", "GROUP"))
_ROOM_ADDRESS = re.compile(r"@(?:resource|group)\.calendar\.google\.com$", re.IGNORECASE)
_RECIPIENT = re.compile(r"cn=([^/=]{1,200})$", re.IGNORECASE)


def people_of(event: Any, owner: str | None) -> tuple[str, ...]:
    """Return the organiser, who did not decline, and the owner; rooms, lists and observers are not people.

    Raises:
        Absent: the owner declined.
    """
    attendees = [one for one in all_of(event, "ATTENDEE") if not is_no_person(one)]
    declined = {account_of(one) for one in attendees if parameter(one, "PARTSTAT") == "DECLINED"}
    if owner and owner in declined:
        raise Absent([owner])
    present = [one for one in attendees if parameter(one, "ROLE") != "NON-PARTICIPANT"]
    organisers = [one for one in all_of(event, "ORGANIZER") if not is_no_person(one)]
    found = (account_of(one) for one in (*organisers, *present))
    people = (account for account in (*found, owner) if account and account not in declined)
    return tuple(dict.fromkeys(people))


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
    """Return the account of an organiser or attendee: the e-mail address, else the name shown."""
    params = getattr(value, "params", {})
    for told in (str(value), str(params.get("EMAIL", ""))):
        if found := _ADDRESS.search(re.sub(r"(?i)^(?:mailto|smtp):", "", told.strip())):
            return email_account(found[0].rstrip("."))
    shown = str(params.get("CN", ""))
    if found := _ADDRESS.search(shown):
        return email_account(found[0].rstrip("."))
    recipient = _RECIPIENT.search(str(value))
    name = clean(
        display_name(shown.strip("'\" ")) or shown or (recipient[1] if recipient else ""), 200
    ).lower()
    return f"name:{name}" if name else None


def parameter(value: Any, name: str) -> str:
    """Return a parameter of a property, in upper case."""
    return str(getattr(value, "params", {}).get(name, "")).upper()
