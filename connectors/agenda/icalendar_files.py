"""Calendars as iCalendar files (.ics, RFC 5545): meetings with their people; titles and texts are not kept.

Needs the extra `calendar`.
"""

from __future__ import annotations

import hashlib
import re
import warnings
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from connectors.agenda.icalendar_entries import Component, Cut, cut
from connectors.kit.addresses import email_account
from connectors.kit.modality.telling import BookedRooms, Told, kind_of, place_of, stated_kind
from connectors.kit.text import clean
from connectors.kit.times import day_given, named_zone
from influence.contract.connector import ConnectorError, MissingExtra, Unreadable
from influence.contract.files import Member
from influence.contract.records import Encounter, Evidence, Note, Record, SetAside

LARGEST_FILE = 64 * 1024 * 1024
LONGEST_PAST = timedelta(days=5 * 366)
"""How far back from `until` recurring meetings are listed."""
_LINE = "X-INFLUENCE-LINE"
_ADDRESS = re.compile(r"[^\s@<>:;,\"]{1,128}@[^\s@<>:;,\"]{1,253}")
_NOT_A_PERSON = frozenset(("ROOM", "RESOURCE", "GROUP"))
_CONFERENCE = re.compile("CONFERENCE|ONLINEMEETING|TEAMSMEETING|ZOOM|WEBEX")
_MAY_LINK = re.compile("URL$|X-(?!INFLUENCE)")
_KIND = re.compile(
    "X-(?!MICROSOFT-CDO-).*(?:KIND|MODE|MODALITY|FORMAT|(?:MEETING|EVENT|LOCATION|APPOINTMENT)-?TYPE)"
)
_NO = frozenset(("", "FALSE", "NO", "0", "NONE"))
_NO_MEETING = {
    "VTODO": "a to-do, not a meeting",
    "VJOURNAL": "a journal entry, not a meeting",
    "VFREEBUSY": "free and busy times, not a meeting",
    "VAVAILABILITY": "hours of availability, not a meeting",
}


class _NotAMeeting(ValueError):
    """Why an entry is set aside."""


@dataclass(frozen=True)
class Calendar:
    """Meetings with their time, people and place.

    `owner` is the account (or e-mail address) of the calendar's owner, if the file does not say it; `zone`
    the IANA zone for times that state none. Recurring meetings are listed for the five years up to `until`
    (ISO 8601, default now); what lies after it has not taken place. A meeting is online where its words or
    links say so, in person where its location is a place, and unknown where both or neither is told.
    """

    zone: str | None = None
    owner: str | None = None
    until: str | None = None

    name: ClassVar[str] = "calendar"
    needs: ClassVar[Mapping[str, str]] = {"icalendar": "calendar", "recurring_ical_events": "calendar"}
    title: ClassVar[str] = "calendars as iCalendar files (.ics)"
    source: ClassVar[str] = "Export a calendar from Outlook, Google or Apple Calendar as .ics."

    def recognises(self, member: Member, head: bytes) -> bool:  # noqa: ARG002 - a name proves nothing
        """Tell by the first line: a calendar, or an entry that stands alone."""
        first = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:40].upper()
        return bool(
            re.match(rb"BEGIN:(VCALENDAR|VEVENT|VTODO|VJOURNAL|VFREEBUSY|VTIMEZONE|VAVAILABILITY)\s", first)
        )

    def parse(self, member: Member) -> Iterator[Record]:
        """Yield an encounter for each time a meeting took place; every other entry is set aside with its reason.

        Raises:
            MissingExtra: the packages that read calendars are not installed.
            Unreadable: the file holds no entry, or is larger than 64 MiB.
            ConnectorError: `zone` or `until` is not what it should be.
        """
        _needs_extra()
        with member.open() as stream:
            content = stream.read(LARGEST_FILE + 1)
        if len(content) > LARGEST_FILE:
            raise Unreadable(f"{member.name}: the calendar is larger than 64 MiB; export it in parts")
        found = cut(content)
        if not (found.calendars or found.components):
            raise Unreadable(f"{member.name}: the file is no calendar; one begins with BEGIN:VCALENDAR")
        if all(component.kind == "VTIMEZONE" for component in found.components):
            raise Unreadable(f"{member.name}: the calendar holds no entry")
        reader = _Reader(found, self._owner(found), self._zone(found), day_given(self.until or ""))
        yield from reader.read()

    def _owner(self, found: Cut) -> str | None:
        if self.owner:
            return email_account(self.owner) if ":" not in self.owner else self.owner
        for name in ("X-WR-CALNAME", "ORGANIZER"):
            address = _ADDRESS.fullmatch(re.sub(r"(?i)^mailto:", "", found.value(name) or ""))
            if address:
                return email_account(address[0])
        return None

    def _zone(self, found: Cut) -> ZoneInfo | None:
        try:
            return named_zone(found.value("X-WR-TIMEZONE") or self.zone)
        except ConnectorError:
            return named_zone(self.zone)


def _needs_extra() -> None:
    try:
        import icalendar  # noqa: F401 - asks whether it is there; heavy
        import recurring_ical_events  # noqa: F401 - asks whether it is there; heavy
    except ImportError:
        raise MissingExtra(
            "calendars need packages that are not installed; run: pip install 'networked-influence[calendar]'"
        ) from None


@dataclass
class _Reader:
    """Reads the entries of one file."""

    found: Cut
    owner: str | None
    zone: ZoneInfo | None
    until: datetime
    recurring: bool = field(default=False)
    rooms: BookedRooms = field(default_factory=BookedRooms)

    def read(self) -> Iterator[Record]:
        """Yield what becomes of each entry; recurring ones by their series."""
        _know_zones(self.found)
        series: dict[str, list[Any]] = defaultdict(list)
        for component in self.found.components:
            try:
                if component.kind != "VTIMEZONE":
                    event = _event(component)
                    series[str(event.get("UID") or component.line)].append(event)
                    self.rooms.learn(_told(event))
            except _NotAMeeting as reason:
                yield SetAside(str(reason), component.line)
        for events in series.values():
            yield from self._series(events)
        if self.recurring:
            since = (self.until - LONGEST_PAST).date()
            yield Note(f"recurring meetings are listed from {since} to {self.until.date()}")

    def _series(self, events: list[Any]) -> Iterator[Record]:
        """Write out what recurs; what cannot be is set aside once, not at each of its times."""
        recurring = []
        for event in events:
            try:
                if "RRULE" in event or "RDATE" in event:
                    self._refuse_series(event)
                    recurring.append(event)
            except _NotAMeeting as reason:
                yield SetAside(str(reason), _line(event))
            except ValueError:  # the library keeps broken values and raises when one is read
                yield SetAside("the rule by which the meeting recurs cannot be read", _line(event))
        singles = [event for event in events if "RRULE" not in event and "RDATE" not in event]
        if recurring:
            yield from self._written_out(recurring, singles)
        else:
            yield from (self._record(event) for event in singles)

    def _refuse_series(self, event: Any) -> None:
        _refuse_endless(event)
        self._start(event)
        self._people(event)
        self._refuse_cancelled(event)

    def _written_out(self, recurring: list[Any], changed: list[Any]) -> Iterator[Record]:
        self.recurring = True
        try:
            occurrences = self._occurrences(recurring + changed)
        except _NotAMeeting as reason:
            yield from (SetAside(str(reason), _line(event)) for event in recurring + changed)
            return
        listed = {_line(occurrence) for occurrence in occurrences}
        for event in recurring + changed:
            if _line(event) not in listed:
                yield SetAside("the meeting did not take place in the years that are listed", _line(event))
        yield from (self._record(occurrence) for occurrence in occurrences)

    def _occurrences(self, events: list[Any]) -> list[Any]:
        import icalendar
        import recurring_ical_events

        calendar = icalendar.Calendar()
        for event in events:
            calendar.add_component(event)
        try:
            with _without_guesses_told():
                query = recurring_ical_events.of(calendar)
                found: list[Any] = query.between(self.until - LONGEST_PAST, self.until)
        except Exception as error:
            raise _NotAMeeting(
                f"the rule by which the meeting recurs cannot be read ({clean(str(error), 80)})"
            ) from None
        return found

    def _record(self, event: Any) -> Encounter | SetAside:
        try:
            return self._encounter(event)
        except _NotAMeeting as reason:
            return SetAside(str(reason), _line(event))
        except ValueError:  # the library keeps broken values and raises when one is read
            return SetAside("the entry holds a value that cannot be read", _line(event))

    def _encounter(self, event: Any) -> Encounter:
        time = self._time(event)
        self._refuse_cancelled(event)
        people = self._people(event)
        guests = sum(_number(one.params.get("X-NUM-GUESTS")) for one in _all(event, "ATTENDEE"))
        told = _told(event)
        seed = f"{event.get('UID') or event.to_ical().decode('utf-8', 'replace')}\x1f{time.isoformat()}"
        return Encounter(
            people=people,
            kind=kind_of(told, self.rooms),
            evidence=Evidence.CALENDAR,
            time=time,
            attendees=len(people) + guests if guests else None,
            place=place_of(told.locations),
            id=f"calendar:{hashlib.sha256(seed.encode()).hexdigest()[:32]}",
            line=_line(event),
        )

    def _refuse_cancelled(self, event: Any) -> None:
        method = (self.found.value("METHOD") or "").upper()
        if method == "CANCEL" or str(event.get("STATUS", "")).upper() == "CANCELLED":
            raise _NotAMeeting("the meeting was cancelled")

    def _time(self, event: Any) -> datetime:
        start = self._start(event)
        try:
            time = (start if start.tzinfo else start.replace(tzinfo=self.zone)).astimezone(UTC)
        except (OverflowError, ValueError):
            raise _NotAMeeting("the start of the entry cannot be meant") from None
        if time > self.until:
            raise _NotAMeeting(f"the meeting lies after {self.until.date()}")
        return time

    def _start(self, event: Any) -> datetime:
        start = _start_of(event)
        if start is None:
            raise _NotAMeeting("the start of the entry is missing or cannot be read")
        if not isinstance(start, datetime):
            raise _NotAMeeting("an all-day entry, not a meeting")
        if start.tzinfo is None and self.zone is None:
            raise _NotAMeeting("the start states no time zone that is known; import with --zone")
        return start

    def _people(self, event: Any) -> tuple[str, ...]:
        """Return the organiser, who did not decline, and the owner; rooms, lists and observers are not people."""
        attendees = [one for one in _all(event, "ATTENDEE") if _parameter(one, "CUTYPE") not in _NOT_A_PERSON]
        declined = {_account(one) for one in attendees if _parameter(one, "PARTSTAT") == "DECLINED"}
        if self.owner and self.owner in declined:
            raise _NotAMeeting("the owner of the calendar declined")
        present = [one for one in attendees if _parameter(one, "ROLE") != "NON-PARTICIPANT"]
        found = [_account(one) for one in (*_all(event, "ORGANIZER"), *present)]
        people = (account for account in (*found, self.owner) if account and account not in declined)
        found_once = tuple(dict.fromkeys(people))
        if len(found_once) < 2:
            raise _NotAMeeting("the entry names fewer than two people")
        return found_once


def _know_zones(found: Cut) -> None:
    """Make the file's own time zones known, forgetting those of the file before."""
    import icalendar

    icalendar.use_zoneinfo()  # type: ignore[no-untyped-call] # the library leaves it so
    for component in found.of_kind("VTIMEZONE"):
        whole = b"BEGIN:VCALENDAR\r\n" + component.source() + b"END:VCALENDAR\r\n"
        try:
            with _without_guesses_told():
                icalendar.Calendar.from_ical(whole)
        except Exception:  # noqa: S112 - any fault of a zone shows again at each time that needs it
            continue


def _event(component: Component) -> Any:
    import icalendar

    if component.kind != "VEVENT":
        raise _NotAMeeting(_NO_MEETING.get(component.kind, f"{clean(component.kind, 40)} is no meeting"))
    if not component.ended:
        raise _NotAMeeting("the entry is cut off: its END:VEVENT is missing")
    try:
        with _without_guesses_told():
            event: Any = icalendar.Event.from_ical(component.source())
    except Exception as error:
        raise _NotAMeeting(f"the entry cannot be read ({clean(str(error), 80)})") from None
    if event.name != "VEVENT":
        raise _NotAMeeting("the entry cannot be read")
    event.add(_LINE, str(component.line))
    return event


@contextmanager
def _without_guesses_told() -> Iterator[None]:
    """The libraries warn of names of time zones that they had to guess; the guess is the right one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _refuse_endless(event: Any) -> None:
    """Refuse rules that are no meeting's and would take for ever to write out."""
    start = _start_of(event)
    if start is not None and start.year < 1970:
        raise _NotAMeeting("the entry recurs since before 1970")
    for rule in _all(event, "RRULE"):
        often = [str(freq).upper() for freq in rule.get("FREQ", [])]
        times = sum(len(rule.get(part, [])) for part in ("BYHOUR", "BYMINUTE", "BYSECOND"))
        if {"SECONDLY", "MINUTELY", "HOURLY"}.intersection(often) or times > 3:
            raise _NotAMeeting("the entry recurs more than once a day")
        if "DAILY" in often and rule.get("BYMONTHDAY"):
            raise _NotAMeeting(
                "the rule by which the entry recurs is not supported (daily, by day of the month)"
            )


def _start_of(event: Any) -> date | None:
    try:
        start = getattr(event.get("DTSTART"), "dt", None)
    except ValueError:  # the library keeps broken values and raises when one is read
        return None
    return start if isinstance(start, date) else None


def _all(event: Any, name: str) -> list[Any]:
    found = event.get(name)
    if found is None:
        return []
    return found if isinstance(found, list) else [found]


def _line(event: Any) -> int:
    return int(str(event[_LINE]))


def _number(value: Any) -> int:
    return int(value) if value is not None and re.fullmatch(r"\d{1,5}", str(value)) else 0


def _parameter(value: Any, name: str) -> str:
    return str(getattr(value, "params", {}).get(name, "")).upper()


def _account(value: Any) -> str | None:
    """Return the account of an organiser or attendee: the e-mail address, else the name shown."""
    params = getattr(value, "params", {})
    for told in (str(value), str(params.get("EMAIL", ""))):
        if found := _ADDRESS.search(re.sub(r"(?i)^mailto:", "", told)):
            return email_account(found[0])
    name = clean(str(params.get("CN", "")), 200).lower()
    return f"name:{name}" if name else None


def _told(event: Any) -> Told:
    """Return what an entry tells about how people met."""
    fields = [name for name in event if _CONFERENCE.search(name)]
    rooms = any(_parameter(one, "CUTYPE") == "ROOM" for one in _all(event, "ATTENDEE"))
    return Told(
        locations=tuple(str(one) for one in _all(event, "LOCATION")),
        title=str(event.get("SUMMARY", "")),
        text=str(event.get("DESCRIPTION", "")),
        links=tuple(str(one) for name in event if _MAY_LINK.match(name) for one in _all(event, name)),
        online=any(str(one).strip().upper() not in _NO for name in fields for one in _all(event, name)),
        room=rooms or "RESOURCES" in event,
        stated=next((kind for kind in map(stated_kind, _stated(event)) if kind), None),
    )


def _stated(event: Any) -> Iterator[str]:
    """Yield what fields of a calendar's own say of the kind of a meeting."""
    yield from (str(one) for name in event if _KIND.fullmatch(name) for one in _all(event, name))
