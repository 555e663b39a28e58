"""Calendars over CalDAV (RFC 4791): what the phone and the assistant keep, wherever the provider speaks it.

Needs the extras `calendar` and `live`. A reply is an .ics file, read as every other one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from connectors.agenda.dav import CALENDARS, Dav, signed_in_as
from connectors.agenda.dav_sync import Ids, Pull, Reading
from connectors.agenda.icalendar_files import Calendar
from connectors.agenda.icalendar_series import LONGEST_PAST
from connectors.agenda.vcard import owner_account
from connectors.kit.answers import as_member
from connectors.kit.deletions import are_tombstones, tombstones
from influence.contract.connector import Reply, Secret, Unreadable
from influence.contract.files import Member
from influence.contract.records import Encounter, Record, SetAside, Withdrawn

_CALENDAR = re.compile(rb"^BEGIN:VCALENDAR[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_RECURS = re.compile(r"^R(RULE|DATE)[;:]", re.IGNORECASE | re.MULTILINE)
_STARTS = re.compile(r"^(?:DTSTART|RECURRENCE-ID)[^:\r\n]{0,200}:(\d{8})", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class CalDav:
    """Meetings of all calendars of an account, with their time, people and place.

    `url` is the address that the provider states (or that of one calendar), `user` the name to sign in
    with, `owner` the e-mail address of the calendars' owner where that is another one, `zone` the IANA zone
    for times that state none.
    """

    url: str = ""
    user: str = ""
    owner: str | None = None
    zone: str | None = None

    name: ClassVar[str] = "caldav"
    needs: ClassVar[Mapping[str, str]] = {"httpx": "live", "icalendar": "calendar"}
    title: ClassVar[str] = "calendars, live over CalDAV"
    source: ClassVar[str] = "Connect with the CalDAV address of your provider and an app password."
    secrets: ClassVar[tuple[str, ...]] = ("password",)
    required: ClassVar[tuple[str, ...]] = ("url", "user")
    beforehand: ClassVar[str] = (
        "Make an app password at your provider and give that; it holds until you delete it. Google lets nobody in here "
        "with a password: for Google use the connector google."
    )
    reads: ClassVar[str] = "When you met whom and where; titles and texts of meetings are not kept."
    revoke: ClassVar[str] = "Delete the app password at your provider."

    def fetch(self, cursor: Mapping[str, Any], secret: Secret) -> Iterator[Reply]:
        """Yield new and changed meetings a hundred at a time, then what is gone.

        Meetings that recur or lie ahead are read anew at every pull, since they take place by and by.

        Raises:
            NotAuthorised, RateLimited, Changed: as they say.
            ConnectorError: there is no calendar at the address, or it cannot be synchronised.
        """
        out_of_sight = (datetime.now(UTC) - LONGEST_PAST + timedelta(days=2)).timestamp()
        reading = Reading(".ics", self._ids, _is_open, lambda time: time is not None and time < out_of_sight)
        yield from Pull(self._dav(secret), reading).replies(cursor)

    def signed_in_as(self, secret: Secret) -> str:
        """Look for the calendars, and say whose they are.

        Raises:
            NotAuthorised, RateLimited, Changed: as they say.
            ConnectorError: there is no calendar at the address.
        """
        with closing(self._dav(secret)) as dav:
            return signed_in_as(dav)

    def _dav(self, secret: Secret) -> Dav:
        return Dav(self.url, self.user, secret.get("password"), CALENDARS)

    def parse(self, member: Member) -> Iterator[Record]:
        """Yield an encounter for each time a meeting took place, or what is gone.

        Raises:
            MissingExtra: the packages that read calendars are not installed.
            Unreadable: it holds something else.
        """
        if are_tombstones(member):
            yield from tombstones(member)
            return
        reader = Calendar(zone=self.zone, owner=self._owner())
        for lines_before, text in _each_calendar(member):
            try:
                for record in reader.parse(as_member(member.name, text)):
                    yield _moved(record, lines_before)
            except Unreadable:
                yield SetAside("a calendar without an entry", lines_before + 1)

    def _owner(self) -> str | None:
        return owner_account(self.owner or (self.user if "@" in self.user else None))

    def _ids(self, text: str) -> Ids:
        return {
            record.id: int(record.time.timestamp()) if record.time else None
            for record in self.parse(as_member("resource", text.encode()))
            if isinstance(record, Encounter) and record.id
        }


def _each_calendar(member: Member) -> Iterator[tuple[int, bytes]]:
    """Cut a reply into its calendars, since each has its own time zones; with the lines before each."""
    with member.open() as stream:
        content = stream.read()
    if not content.strip():
        return
    starts = [found.start() for found in _CALENDAR.finditer(content)]
    if not starts:
        raise Unreadable(f"{member.name}: the reply holds no calendar; one begins with BEGIN:VCALENDAR")
    for start, end in zip(starts, [*starts[1:], len(content)], strict=True):
        yield content.count(b"\n", 0, start), content[start:end]


def _moved(record: Record, lines: int) -> Record:
    if isinstance(record, Encounter | SetAside | Withdrawn) and record.line is not None:
        return replace(record, line=record.line + lines)
    return record


def _is_open(text: str) -> bool:
    """Tell whether more of a resource takes place by and by: it recurs, or lies ahead."""
    yesterday = (datetime.now(UTC) - timedelta(days=1)).strftime("%Y%m%d")
    return bool(_RECURS.search(text)) or any(day >= yesterday for day in _STARTS.findall(text))
