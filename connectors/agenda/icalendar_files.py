"""Calendars as iCalendar files (.ics, RFC 5545): meetings with their people; titles and texts are not kept.

Needs the extra `calendar`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, tzinfo
from typing import Any, ClassVar, overload
from zoneinfo import ZoneInfo

from connectors.agenda.icalendar_entries import (
    Cut,
    cut,
    line_of,
    read_event,
    start_of,
    stated,
    unknown_zone,
    without_guesses_told,
)
from connectors.agenda.icalendar_modality import books_room, told_of
from connectors.agenda.icalendar_people import guests_of, has_not_answered, people_of, untold_of
from connectors.agenda.icalendar_series import (
    LONGEST_PAST,
    Occurrence,
    occurrences,
    original_of,
    recurs,
    refuse_endless,
)
from connectors.kit.addresses import email_account
from connectors.kit.called_off import refuse_called_off, refuse_marked_day
from connectors.kit.meetings import (
    Name,
    NoMeeting,
    NotRead,
    day_of,
    meeting,
    name_of,
    no_meeting,
    refuse_after,
    refuse_alone,
    told_by_name,
    version_of,
)
from connectors.kit.modality.telling import BookedRooms, kind_of, place_of
from connectors.kit.times import day_given, named_zone
from connectors.kit.zones import zone_called
from influence.contract.connector import ConnectorError, MissingExtra, Unreadable
from influence.contract.files import Member
from influence.contract.records import Modality, Note, Record, SetAside, Withdrawn

LARGEST_FILE = 64 * 1024 * 1024
MOST_TOLD = 2_000_000
"""People of all times of all meetings of a file that recur; a person's calendar of five years has a tenth of it."""
_ADDRESS = re.compile(r"[^\s@<>:;,\"]{1,128}@[^\s@<>:;,\"]{1,253}")
_OLDER = "an older version of another entry of the file"


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
            stated = found.value("X-WR-TIMEZONE")
            return named_zone((stated and (zone_called(stated) or stated)) or self.zone)
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


@dataclass(frozen=True)
class _Content:
    """What an entry tells whenever it takes place."""

    people: tuple[str, ...]
    kind: Modality
    place: str | None
    guests: int


@dataclass
class _Entries:
    """The entries of one UID, by line: of each of its times the newest version, with its name."""

    uid: str
    events: dict[int, Any]
    names: dict[int, Name]
    whole: Name

    def of(self, occurrence: Occurrence, zone: ZoneInfo | None) -> Name:
        """Name one time of the series; those that one change moved all together go by their new time."""
        event, version = self.events[occurrence.line], self.names[occurrence.line].version
        if "RECURRENCE-ID" not in event:
            return name_of(self.uid, _placed(occurrence.original, zone), version or 0)
        if "RANGE" in event["RECURRENCE-ID"].params:
            return name_of(self.uid, _placed(occurrence.start, zone), version or 0)
        return self.names[occurrence.line]


@dataclass
class _Reader:
    """Reads the entries of one file."""

    found: Cut
    owner: str | None
    zone: ZoneInfo | None
    until: datetime
    recurring: bool = field(default=False)
    told: int = 0
    unknown_zones: set[str] = field(default_factory=set)
    rooms: BookedRooms = field(default_factory=BookedRooms)
    named: set[str] = field(default_factory=set)
    untold: dict[int, int] = field(default_factory=dict)

    def read(self) -> Iterator[Record]:
        """Yield what becomes of each entry; recurring ones by their series."""
        zones = _know_zones(self.found)
        meetings: dict[str, dict[int, Any]] = defaultdict(dict)
        for component in self.found.components:
            try:
                if component.kind != "VTIMEZONE":
                    event = read_event(component, zones)
                    uid = str(event.get("UID") or component.source().decode())
                    meetings[uid][component.line] = event
                    self.unknown_zones |= unknown_zone(event)
                    if books_room(event):
                        self.rooms.learn(told_of(event))
            except NoMeeting as reason:
                yield SetAside(str(reason), component.line)
        for uid, events in meetings.items():
            yield from self._meeting(uid, events)
        if self.recurring:
            since = (self.until - LONGEST_PAST).date()
            yield Note(f"recurring meetings are listed from {since} to {self.until.date()}")
        if self.unknown_zones and self.zone:
            names = ", ".join(map(repr, sorted(self.unknown_zones)[:5]))
            yield Note(f"times in zones that are not known by their name are read in {self.zone}: {names}")
        yield from told_by_name(len(self.named), sum(self.untold.values()))

    def _meeting(self, uid: str, events: dict[int, Any]) -> Iterator[Record]:
        """Read what one UID tells; what cannot be written out is set aside once, not at each of its times."""
        versions = {line: self._version(event) for line, event in events.items()}
        kept = _newest(events, versions)
        yield from (SetAside(_OLDER, line) for line in events.keys() - kept.keys())
        entries = self._named(uid, kept, versions)
        series, refused = self._series(kept)
        for line, reason in refused.items():
            apart = [name.id for one, name in entries.names.items() if one not in refused]
            yield from no_meeting(reason, entries.names[line], line, apart)
        rest = {line: event for line, event in kept.items() if line not in refused}
        if series:
            yield from self._written_out(replace(entries, events=rest))
            return
        for line, event in rest.items():
            yield from self._record(line, self._told(event), entries.names[line], start_of(event))

    def _named(self, uid: str, events: dict[int, Any], versions: dict[int, int]) -> _Entries:
        """Name each entry; one time of a series that is told with it is of the series' version, if not of a later."""
        whole = [event for event in events.values() if "RECURRENCE-ID" not in event]
        least = max((versions[line_of(event)] for event in whole), default=0)
        names = {
            line: name_of(uid, _placed(original_of(event, whole), self.zone), max(least, versions[line]))
            for line, event in events.items()
        }
        return _Entries(uid, events, names, name_of(uid, version=least))

    def _series(self, events: dict[int, Any]) -> tuple[list[int], dict[int, NoMeeting]]:
        """Tell which entries recur, and which of them are no meetings at any of their times."""
        series, refused = [], dict[int, NoMeeting]()
        for line, event in events.items():
            if recurs(event):
                reason = self._refusal(event)
                if reason is None:
                    series.append(line)
                else:
                    refused[line] = reason
        return series, refused

    def _refusal(self, event: Any) -> NoMeeting | None:
        try:
            refuse_endless(event)
        except NoMeeting as reason:
            return reason
        except ValueError:  # the library keeps broken values and raises when one is read
            return NotRead("the rule by which the meeting recurs cannot be read")
        told = self._told(event)
        return told if isinstance(told, NoMeeting) else None

    def _written_out(self, entries: _Entries) -> Iterator[Record]:
        """Yield each time of a series in the years that are listed, and that these are all."""
        self.recurring = True
        since = self.until - LONGEST_PAST
        try:
            found = occurrences(entries.events.values(), since, self.until, self.zone)
        except NotRead as reason:
            yield from (SetAside(str(reason), line) for line in entries.events)
            return
        lines = {one.line for one in found}
        for line in entries.events.keys() - lines:
            yield SetAside("the meeting did not take place in the years that are listed", line)
        told = {line: self._told(entries.events[line]) for line in lines}
        people = max((len(one.people) for one in told.values() if isinstance(one, _Content)), default=0)
        if self.told + len(found) * people > MOST_TOLD:
            large = f"the calendar tells too much: this meeting of {people:,} people, {len(found):,} times"
            yield from (SetAside(large, line) for line in lines)
            return
        self.told += len(found) * people
        listed = [(one, entries.of(one, self.zone)) for one in found]
        for one, name in listed:
            yield from self._record(one.line, told[one.line], name, one.start)
        whole, but = entries.whole, tuple(name.id for _, name in listed)
        line = min(entries.events)
        yield Withdrawn(whole.meeting, whole.id, whole.version, since, self.until, but, line=line)

    def _record(
        self, line: int, told: _Content | NoMeeting, name: Name, start: date | None
    ) -> Iterator[Record]:
        if isinstance(told, NoMeeting):
            yield from no_meeting(told, name, line)
            return
        try:
            time = self._time(start)
            yield replace(meeting(name, time, told.people, told.kind, told.place, told.guests), line=line)
        except NoMeeting as reason:
            yield from no_meeting(reason, name, line)

    def _told(self, event: Any) -> _Content | NoMeeting:
        """Return what an entry tells, or why it is no meeting."""
        try:
            self._refuse_called_off(event)
            start = self._start(event)
            people = people_of(event, self.owner)
            self.named.update(one for one in people if one.startswith("name:"))
            self.untold[line_of(event)] = untold_of(event)
            if _is_of_days(event, start):
                _refuse_marked_days(event, people)
            refuse_alone(people)
            how = told_of(event)
            return _Content(people, kind_of(how, self.rooms), place_of(how.locations), guests_of(event))
        except NoMeeting as reason:
            return reason
        except ValueError:  # the library keeps broken values and raises when one is read
            return NotRead("the entry holds a value that cannot be read")

    @property
    def _method(self) -> str:
        return (self.found.value("METHOD") or "").upper()

    def _version(self, event: Any) -> int:
        """Order the versions of an entry; what a guest answers tells less than what the organiser sends."""
        changed = stated(event, "LAST-MODIFIED") or stated(event, "DTSTAMP")
        if self._method == "REPLY" or not isinstance(changed, datetime):
            changed = None
        sequence = 0 if self._method == "REPLY" else event.get("SEQUENCE")
        return version_of(sequence, _placed(changed, UTC) if changed else None)

    def _refuse_called_off(self, event: Any) -> None:
        status = str(event.get("STATUS", "")).upper()
        if self._method == "CANCEL" or status in {"CANCELLED", "CANCELED"}:
            raise NoMeeting("the meeting was cancelled")
        if self._method in {"COUNTER", "DECLINECOUNTER", "REFRESH"}:
            raise NotRead("a question about a meeting, not a meeting")
        if status == "TENTATIVE" or (_busy(event) == "TENTATIVE" and has_not_answered(event, self.owner)):
            raise NoMeeting("a tentative entry that was never confirmed")
        refuse_called_off(str(event.get("SUMMARY", "")))

    def _time(self, start: date | None) -> datetime:
        if not isinstance(start, datetime):
            return refuse_after(self.until, day_of(start or date.max))
        try:
            time = _placed(start, self.zone).astimezone(UTC)
        except (OverflowError, ValueError):
            raise NotRead("the start of the entry cannot be meant") from None
        return refuse_after(self.until, time)

    def _start(self, event: Any) -> date:
        start = start_of(event)
        if start is None:
            raise NotRead("the start of the entry is missing or cannot be read")
        if isinstance(start, datetime) and start.tzinfo is None and self.zone is None:
            raise NotRead("the start states no time zone that is known; import with --zone")
        return start


def _newest(events: dict[int, Any], versions: dict[int, int]) -> dict[int, Any]:
    """Keep of the entries of one UID the newest version of each time; of equal ones the last."""
    if len(events) == 1:
        return events
    found: dict[date | None, int] = {}
    for line, event in events.items():
        time = stated(event, "RECURRENCE-ID")
        if time not in found or versions[line] >= versions[found[time]]:
            found[time] = line
    return {line: events[line] for line in sorted(found.values())}


@overload
def _placed(time: datetime, zone: tzinfo | None) -> datetime: ...
@overload
def _placed(time: date | None, zone: tzinfo | None) -> date | None: ...
def _placed(time: date | None, zone: tzinfo | None) -> date | None:
    """Give a time of day that states no zone the one that is known for it."""
    return time.replace(tzinfo=zone) if isinstance(time, datetime) and time.tzinfo is None else time


def _busy(event: Any) -> str:
    return str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper()


def _is_of_days(event: Any, start: date) -> bool:
    return (
        not isinstance(start, datetime) or str(event.get("X-MICROSOFT-CDO-ALLDAYEVENT", "")).upper() == "TRUE"
    )


def _refuse_marked_days(event: Any, people: Sequence[str]) -> None:
    """Refuse an entry of whole days that is no meeting of several people: most mark the days only."""
    free = str(event.get("TRANSP", "")).upper() == "TRANSPARENT"
    if free or len(people) < 2 or _busy(event) in {"FREE", "OOF", "WORKINGELSEWHERE"}:
        raise (NoMeeting if people else NotRead)("an all-day entry, not a meeting")
    refuse_marked_day(str(event.get("SUMMARY", "")))


def _know_zones(found: Cut) -> frozenset[str]:
    """Make the file's own time zones known, forgetting those of the file before; return their names."""
    import icalendar

    icalendar.use_zoneinfo()  # type: ignore[no-untyped-call] # the library leaves it so
    names = set()
    for component in found.of_kind("VTIMEZONE"):
        whole = b"BEGIN:VCALENDAR\r\n" + component.source() + b"END:VCALENDAR\r\n"
        try:
            with without_guesses_told():
                calendar = icalendar.Calendar.from_ical(whole)
            names |= {str(zone.get("TZID")) for zone in calendar.walk("VTIMEZONE")}
        except Exception:  # noqa: S112 - any fault of a zone shows again at each time that needs it
            continue
    return frozenset(names)
