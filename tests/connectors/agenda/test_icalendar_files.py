"""Calendars: who was there, how, and what was no meeting."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from connectors.agenda.icalendar_entries import _text
from connectors.agenda.icalendar_files import Calendar
from influence.contract.connector import ConnectorError, MissingExtra, Unreadable
from influence.contract.records import Encounter, Modality, Note, Record, SetAside
from influence.contract.testing import member_of
from tests.kit.connector_records import connector
from tests.kit.places import SHARED

FIXTURES = SHARED / "payloads" / "calendar-ics"
BOB = "ATTENDEE:mailto:bob@acme.example"
ANN = "ORGANIZER:mailto:ann@acme.example"


def ics(*lines: str, head: Iterable[str] = ()) -> bytes:
    event = ("BEGIN:VEVENT", "UID:1", "DTSTART:20260105T080000Z", *lines, "END:VEVENT")
    return "\r\n".join(("BEGIN:VCALENDAR", *head, *event, "END:VCALENDAR", "")).encode()


def read(content: bytes, **options: str) -> list[Record]:
    return list(connector("calendar", **options).parse(member_of(content, "c.ics")))


def meeting(*lines: str, **options: str) -> Encounter:
    return next(record for record in read(ics(*lines), **options) if isinstance(record, Encounter))


def set_aside(*lines: str, head: Iterable[str] = (), **options: str) -> list[str]:
    return [r.reason for r in read(ics(*lines, head=head), **options) if isinstance(r, SetAside)]


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        (("LOCATION:Oslo\\, room 2",), Modality.IN_PERSON),
        (("LOCATION:https://zoom.us/j/1",), Modality.ONLINE),
        (("LOCATION:Microsoft Teams-møte",), Modality.ONLINE),
        (("DESCRIPTION:Visioconférence",), Modality.ONLINE),
        (("X-GOOGLE-CONFERENCE:https://meet.google.com/a",), Modality.ONLINE),
        (("LOCATION:Oslo", "DESCRIPTION:or dial in 555"), Modality.UNKNOWN),
        (("LOCATION:TBD",), Modality.UNKNOWN),
        ((), Modality.UNKNOWN),
        (("ATTENDEE;CUTYPE=ROOM:mailto:room2@acme.example",), Modality.IN_PERSON),
    ],
)
def test_place_and_links_tell_how_people_met(lines: tuple[str, ...], kind: Modality) -> None:
    assert kind == meeting(ANN, BOB, *lines).kind


def test_neither_the_title_nor_the_text_nor_a_link_is_kept() -> None:
    kept = repr(
        meeting(ANN, BOB, "SUMMARY:hush", "DESCRIPTION:hush", "LOCATION:https://zoom.us/j/1?pwd=hush")
    )
    assert "hush" not in kept


def test_rooms_and_those_who_declined_were_not_there() -> None:
    found = meeting(
        ANN,
        BOB,
        "ATTENDEE;CUTYPE=ROOM:mailto:r@acme.example",
        "ATTENDEE;PARTSTAT=DECLINED:mailto:cy@acme.example",
    )
    assert found.people == ("email:ann@acme.example", "email:bob@acme.example")


def test_who_sent_somebody_else_was_not_there() -> None:
    sent = 'ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:di@acme.example":mailto:cy@acme.example'
    found = meeting(ANN, sent, "ATTENDEE;PARTSTAT=ACCEPTED:mailto:di@acme.example")
    assert ("email:ann@acme.example", "email:di@acme.example") == found.people


def test_a_day_that_is_added_to_a_series_is_at_its_time() -> None:
    found = [one for one in read(ics(ANN, BOB, "RDATE;VALUE=DATE:20260112")) if isinstance(one, Encounter)]
    assert [(5, 8), (12, 8)] == [(one.time.day, one.time.hour) for one in found]


def test_what_an_exception_rule_takes_out_is_no_meeting() -> None:
    rule = "RRULE:FREQ=DAILY;COUNT=4", "EXRULE:FREQ=DAILY;INTERVAL=2;COUNT=2"
    found = [one.time.day for one in read(ics(ANN, BOB, *rule)) if isinstance(one, Encounter)]
    assert 2 == len(found)
    assert 2 == found[1] - found[0]


def test_the_owner_is_there_though_not_listed() -> None:
    assert meeting(BOB, owner="Ann@acme.example").people == (
        "email:bob@acme.example",
        "email:ann@acme.example",
    )


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ((ANN, BOB, "STATUS:CANCELLED"), "the meeting was cancelled"),
        ((ANN, "ATTENDEE;PARTSTAT=DECLINED:mailto:bob@acme.example"), "the owner of the calendar declined"),
        ((), "the entry names fewer than two people"),
        ((ANN, BOB, "RRULE:FREQ=SECONDLY"), "the entry recurs more than once a day"),
        ((ANN, BOB, "RRULE:FREQ=NEVER"), "the rule by which the meeting recurs cannot be read"),
    ],
)
def test_what_was_no_meeting_is_set_aside_once_with_its_reason(lines: tuple[str, ...], reason: str) -> None:
    found = set_aside(*lines, owner="bob@acme.example")
    assert len(found) == 1
    assert found[0].startswith(reason)


def test_a_withdrawn_calendar_holds_no_meeting() -> None:
    assert ["the meeting was cancelled"] == set_aside(ANN, BOB, head=["METHOD:CANCEL"])


def test_a_meeting_that_recurs_for_ever_is_listed_for_five_years_to_the_day_named() -> None:
    found = [
        r for r in read(ics(ANN, BOB, "RRULE:FREQ=WEEKLY"), until="2040-01-01") if isinstance(r, Encounter)
    ]
    times = [encounter.time for encounter in found if encounter.time]
    assert 261 <= len(found) <= 263
    assert min(times) > datetime(2040, 1, 1, tzinfo=UTC) - timedelta(days=5 * 366)
    assert max(times) < datetime(2040, 1, 1, tzinfo=UTC)
    assert len({encounter.id for encounter in found}) == len(found)


def test_a_meeting_at_a_local_time_keeps_it_over_the_change_of_clocks() -> None:
    event = ics(ANN, BOB, "RRULE:FREQ=MONTHLY;COUNT=2").replace(
        b"DTSTART:20260105T080000Z", b"DTSTART;TZID=Europe/Oslo:20260315T090000"
    )
    assert [8, 7] == [r.time.hour for r in read(event) if isinstance(r, Encounter) and r.time]


def test_a_broken_entry_does_not_take_its_neighbours_down() -> None:
    broken = b"BEGIN:VEVENT\r\nDTSTART:nonsense\r\nEND:VEVENT\r\n"
    content = ics(ANN, BOB).replace(b"BEGIN:VCALENDAR\r\n", b"BEGIN:VCALENDAR\r\n" + broken)
    found = read(content)
    assert [("SetAside", 2), ("Encounter", 5)] == sorted(
        ((type(r).__name__, r.line) for r in found if isinstance(r, SetAside | Encounter)),
        key=lambda pair: pair[1] or 0,
    )


def test_two_files_may_call_different_zones_by_one_name() -> None:
    def placed(offset: str) -> int:
        zone = f"BEGIN:VTIMEZONE\nTZID:Ours\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:{offset}\n"
        zone += f"TZOFFSETTO:{offset}\nEND:STANDARD\nEND:VTIMEZONE"
        event = ics(ANN, BOB, head=zone.split("\n")).replace(
            b"DTSTART:20260105T080000Z", b"DTSTART;TZID=Ours:20260105T080000"
        )
        return next(r.time.hour for r in read(event) if isinstance(r, Encounter) and r.time)

    assert (7, 6) == (placed("+0100"), placed("+0200"))


def test_a_missing_extra_is_named_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "recurring_ical_events", None)
    with pytest.raises(MissingExtra, match=r"pip install 'networked-influence\[calendar\]'"):
        read(ics(ANN, BOB))


@pytest.mark.parametrize("option", [{"until": "soon"}, {"zone": "Oslo/../etc"}])
def test_an_option_that_means_nothing_is_refused(option: dict[str, str]) -> None:
    with pytest.raises(ConnectorError, match="write one as in"):
        read(ics(ANN, BOB), **option)


@pytest.mark.skipif(
    not FIXTURES.exists(), reason="the calendars of icalendar's own tests are not on this machine"
)
def test_each_calendar_of_the_librarys_own_tests_is_read_or_refused_with_a_reason() -> None:
    refused, reasons, files = [], set(), sorted(FIXTURES.rglob("*.ics"))
    for path in files:
        try:
            found = list(Calendar(until="2026-06-30").parse(member_of(path)))
        except Unreadable as error:
            refused.append(str(error))
            continue
        assert found, path.name
        reasons |= {record.reason.split(" (")[0] for record in found if isinstance(record, SetAside)}
    assert len(files) > 100
    assert all(told.endswith("the calendar holds no entry") for told in refused)
    assert "the start of the entry is missing or cannot be read" in reasons
    assert not {reason for reason in reasons if reason.startswith("the entry cannot be read")}


# --- zones, days, people, rules ---------------------------------------------------------------------------


def starting(start: str, *lines: str, **options: str) -> list[str]:
    event = ics(ANN, BOB, *lines).replace(b"DTSTART:20260105T080000Z", f"DTSTART{start}".encode())
    found = read(event, **options)
    return [r.time.isoformat()[:16] for r in found if isinstance(r, Encounter) and r.time]


@pytest.mark.parametrize(
    ("zone", "hour"),
    [
        ('"tzone://Microsoft/Utc"', "08"),
        ("GMT+0100", "07"),
        ("GMT+01:00", "07"),
        ('"(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna"', "06"),
        ('"(UTC-05:00) Eastern Time (US & Canada)"', "12"),
        ('"(GMT+05:30) Chennai, Kolkata, Mumbai, New Delhi"', "02"),
        ("W. Europe Standard Time", "06"),
        ('"W. Europe Standard Time 1"', "06"),
        ("/citadel.org/20210210_1/Europe/Berlin", "06"),
        ("europe/oslo", "06"),
        ('"Pacific Time (US & Canada); Tijuana"', "15"),
        ("US-Eastern", "12"),
        ("America/New_York-19740106", "12"),
        ('"Europe/Paris (Standard)"', "06"),
        ("Mitteleuropäische Zeit", "06"),
        ('"Customized Time Zone"', "23"),
    ],
)
def test_a_zone_whose_name_can_be_understood_is_never_the_one_named_for_others(zone: str, hour: str) -> None:
    [found] = starting(f";TZID={zone}:20260615T080000", zone="Asia/Tokyo")
    assert hour == found[11:13]


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        ("Our own", ["times in zones that are not known by their name are read in Asia/Tokyo: 'Our own'"]),
        ("Europe/Oslo", []),
    ],
)
def test_a_zone_that_no_name_tells_is_told(zone: str, told: list[str]) -> None:
    event = ics(ANN, BOB).replace(
        b"DTSTART:20260105T080000Z", f"DTSTART;TZID={zone}:20260105T090000".encode()
    )
    assert told == [one.text for one in read(event, zone="Asia/Tokyo") if isinstance(one, Note)]


@pytest.mark.parametrize(
    ("rule", "start", "last"),
    [
        ("UNTIL=20260107", ":20260105T080000Z", "2026-01-07T08:00"),
        ("UNTIL=20260107", ";TZID=America/New_York:20260105T210000", "2026-01-08T02:00"),
        ("UNTIL=20260107T080000", ";TZID=Europe/Oslo:20260105T080000", "2026-01-07T07:00"),
        ("UNTIL=20260107T070000Z", ";TZID=Europe/Oslo:20260105T080000", "2026-01-07T07:00"),
        ("UNTIL=20260107T065959Z", ";TZID=Europe/Oslo:20260105T080000", "2026-01-06T07:00"),
        ("UNTIL=20260107T070000Z", ":20260105T080000", "2026-01-07T07:00"),
        ("UNTIL=20260106T230000Z", ";VALUE=DATE:20260105", "2026-01-07T12:00"),
    ],
)
def test_the_last_day_of_a_rule_is_part_of_it(rule: str, start: str, last: str) -> None:
    found = starting(start, f"RRULE:FREQ=DAILY;{rule}", zone="Europe/Oslo", until="2026-06-30")
    assert last == max(found)


@pytest.mark.parametrize(
    ("lines", "times"),
    [
        ((), ["2026-01-09T12:00"]),
        (("DTEND;VALUE=DATE:20260112",), ["2026-01-09T12:00"]),
        (("TRANSP:TRANSPARENT",), []),
        (("X-MICROSOFT-CDO-BUSYSTATUS:OOF",), []),
        (("SUMMARY:Bo: parental leave",), []),
        (("SUMMARY:Hold",), []),
    ],
)
def test_a_day_with_guests_is_a_meeting_unless_it_is_only_marked(
    lines: tuple[str, ...], times: list[str]
) -> None:
    assert times == starting(";VALUE=DATE:20260109", *lines)


@pytest.mark.parametrize(
    ("line", "account"),
    [
        ("ATTENDEE;CN=\"'cy@beta.example'\":mailto:'Cy@beta.example'", "email:cy@beta.example"),
        ("ATTENDEE;CN=Cy Ray:mailto:/o=ExchangeLabs/ou=Group/cn=Recipients/cn=cray", "name:cy ray"),
        ('ATTENDEE;CN="Ray, Cy":invalid:nomail', "name:cy ray"),
        (
            "ATTENDEE:/o=ExchangeLabs/ou=Group/cn=Recipients/cn=cray",
            "exchange:/o=exchangelabs/ou=group/cn=recipients/cn=cray",
        ),
        ("ATTENDEE;CN=Cy Ray:mailto:Cy Ray", "name:cy ray"),
        ("ATTENDEE:MAILTO:Cy Ray", "name:cy ray"),
        ("ATTENDEE:mailto:Ray%2C%20Cy", "name:cy ray"),
        ("ATTENDEE:Cy Ray", "name:cy ray"),
        ("ATTENDEE;CN=Cy Ray:mailto:unknown@acme.example", "name:cy ray"),
        ("ATTENDEE;CN=Cy Ray/HQ/ACME@ACME:mailto:CN=Cy Ray/OU=HQ/O=ACME@ACME", "name:cy ray"),
        ("ATTENDEE:CN=Cy Ray/OU=HQ/O=ACME", "name:cy ray"),
        ("ATTENDEE:tel:+47-912-34-567", "phone:+4791234567"),
        ("ATTENDEE:mailto:cy.ray%40beta.example", "email:cy.ray@beta.example"),
        ("ATTENDEE;CN=Cy;EMAIL=cy@beta.example:urn:uuid:1", "email:cy@beta.example"),
        ("ATTENDEE:mailto:<cy@beta.example>", "email:cy@beta.example"),
        ("ATTENDEE:mailto:cy@beta.example?subject=Plan", "email:cy@beta.example"),
    ],
)
def test_guests_are_known_however_their_address_is_written(line: str, account: str) -> None:
    assert ("email:ann@acme.example", account) == meeting(ANN, line).people


@pytest.mark.parametrize(
    "line",
    [
        "ATTENDEE:invalid:nomail",
        "ATTENDEE;CN=Unknown:invalid:nomail",
        "ATTENDEE;CN=All Staff:invalid:nomail",
        'ATTENDEE;CN="Cy Ray;Di Poe":invalid:nomail',
        "ATTENDEE:urn:uuid:550e8400-e29b-41d4-a716-446655440000",
        "ATTENDEE:mailto:cray",
    ],
)
def test_a_guest_whom_nothing_tells_is_nobody_and_is_counted(line: str) -> None:
    found = read(ics(ANN, BOB, line))
    assert [2] == [len(one.people) for one in found if isinstance(one, Encounter)]
    assert ["not read: 1 guests of whom neither an address nor a name is told"] == [
        one.text for one in found if isinstance(one, Note)
    ]


def test_the_organiser_that_google_does_not_know_is_nobody() -> None:
    unknown = "ORGANIZER:mailto:unknownorganizer@calendar.google.com"
    assert ["the entry names fewer than two people"] == set_aside(unknown, BOB)


def test_people_who_are_known_by_name_alone_are_told() -> None:
    found = read(ics(ANN, "ATTENDEE;CN=Cy Ray:invalid:nomail", "RRULE:FREQ=DAILY;COUNT=3"))
    assert [
        "people known by their name alone: 1; each is the one person who bears it, where only one does"
    ] == [one.text for one in found if isinstance(one, Note) and "name" in one.text]


@pytest.mark.parametrize(
    "line",
    [
        "ATTENDEE;CUTYPE=RESOURCE:mailto:r@acme.example",
        "ATTENDEE:mailto:c_18@resource.calendar.google.com",
        "ATTENDEE;CUTYPE=GROUP:mailto:all@acme.example",
        "ORGANIZER:mailto:team@group.calendar.google.com",
    ],
)
def test_rooms_and_calendars_of_groups_are_no_people(line: str) -> None:
    assert {"email:ann@acme.example", "email:bob@acme.example"} == set(
        meeting("ATTENDEE:mailto:ann@acme.example", BOB, line).people
    )


@pytest.mark.parametrize(
    "rule", ["FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;COUNT=0", "FREQ=DAILY;INTERVAL=-1", "FREQ=DAILY;UNTIL=soon"]
)
def test_a_rule_that_goes_nowhere_is_set_aside_at_once(rule: str) -> None:
    [reason] = set_aside(ANN, BOB, f"RRULE:{rule}")
    assert reason.startswith("the rule by which the meeting recurs cannot be read")


@pytest.mark.parametrize("year", ["0001", "1850", "1969", "2101", "9999"])
@pytest.mark.parametrize("form", [":{}1231T235959", ":{}0101T000000Z", ";VALUE=DATE:{}0101"])
@pytest.mark.parametrize("rule", [(), ("RRULE:FREQ=YEARLY",)])
def test_an_entry_of_any_year_is_read_or_set_aside(year: str, form: str, rule: tuple[str, ...]) -> None:
    event = ics(ANN, BOB, *rule).replace(b":20260105T080000Z", form.format(year).encode())
    found = read(event, zone="Pacific/Auckland", until="2026-06-30")
    assert 1 == sum(isinstance(record, Encounter | SetAside) for record in found)


def test_a_title_and_a_text_of_a_megabyte_change_nothing() -> None:
    long = meeting(ANN, BOB, "SUMMARY:" + "a-" * 500_000, "DESCRIPTION:" + "\r\n ".join(["b" * 70] * 14_000))
    assert meeting(ANN, BOB).people == long.people


def test_which_time_is_changed_must_be_told() -> None:
    assert ["which time of a series the entry changes cannot be read"] == set_aside(
        ANN, BOB, "RECURRENCE-ID:soon"
    )


@pytest.mark.parametrize(
    ("lines", "met"),
    [
        (("STATUS:TENTATIVE",), 0),
        (("X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE",), 0),
        (("X-MICROSOFT-CDO-BUSYSTATUS:BUSY",), 1),
        (("SUMMARY:Canceled: plan",), 0),
        (("SUMMARY:Cancelled orders",), 1),
    ],
)
def test_what_stayed_tentative_is_no_meeting(lines: tuple[str, ...], met: int) -> None:
    asked = "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:bob@acme.example"
    found = read(ics(ANN, asked, *lines), owner="bob@acme.example")
    assert met == sum(isinstance(record, Encounter) for record in found)


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;BYSETPOS=5",
        "FREQ=DAILY;BYYEARDAY=366;BYMONTH=3",
        "FREQ=DAILY;BYMONTHDAY=31;BYMONTH=2",
        "FREQ=DAILY;BYMONTH=13",
        "FREQ=WEEKLY;BYMONTHDAY=31;BYMONTH=2",
        "FREQ=WEEKLY;BYWEEKNO=1;BYMONTH=7",
        "FREQ=MONTHLY;BYYEARDAY=1",
    ],
)
def test_a_rule_by_which_no_meeting_recurs_is_set_aside_without_a_search(rule: str) -> None:
    (reason,) = set_aside(ANN, BOB, f"RRULE:{rule}")
    assert reason.startswith("the rule by which the")


def test_a_crowd_that_meets_every_day_is_set_aside_and_the_others_are_read() -> None:
    crowd = [f"ATTENDEE:mailto:p{number}@acme.example" for number in range(2000)]
    two = ics(ANN, BOB, *crowd, "RRULE:FREQ=DAILY;COUNT=1200").replace(b"END:VCALENDAR\r\n", b"")
    records = read(
        two + ics(ANN, BOB, "RRULE:FREQ=DAILY;COUNT=2").replace(b"UID:1", b"UID:2"), until="2030-01-01"
    )
    assert [2, 2] == [len(record.people) for record in records if isinstance(record, Encounter)]
    (reason,) = (record.reason for record in records if isinstance(record, SetAside))
    assert "the calendar tells too much: this meeting of 2,002 people, 1,200 times" == reason


def test_a_letter_that_is_folded_in_two_does_not_turn_the_calendar_to_latin_1() -> None:
    before, letter, after = "SUMMARY:Møt".encode(), "ø".encode(), "te på kontoret".encode()
    content = before + letter[:1] + b"\r\n " + letter[1:] + after + b"\r\nLOCATION:\xf8\r\n"
    assert ["SUMMARY:Møt", " øte på kontoret", "LOCATION:ø"] == _text(content).splitlines()
