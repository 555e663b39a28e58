"""Calendars: how people met, told by places, links, booked rooms and properties of a program's own."""

from __future__ import annotations

import csv

import pytest

from influence.contract.records import Encounter, Modality
from influence.contract.testing import member_of
from tests.kit.connector_records import connector
from tests.kit.places import ROOT

WHO = ("ORGANIZER:mailto:ann@acme.example", "ATTENDEE:mailto:bob@acme.example")


def kinds(*events: tuple[str, ...]) -> list[Modality]:
    lines = ["BEGIN:VCALENDAR"]
    for number, event in enumerate(events):
        lines += ["BEGIN:VEVENT", f"UID:{number}", "DTSTART:20260105T080000Z", *WHO, *event, "END:VEVENT"]
    content = "\r\n".join((*lines, "END:VCALENDAR", "")).encode()
    found = connector("calendar").parse(member_of(content, "c.ics"))
    return [record.kind for record in found if isinstance(record, Encounter)]


def test_one_file_may_hold_every_language() -> None:
    with (ROOT / "benchmarks/modality_phrases.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if "," not in row["phrase"]]
    found = kinds(*((f"LOCATION:{row['phrase']}",) for row in rows))
    assert [row["label"] for row in rows] == [kind.value for kind in found]
    assert len({row["language"] for row in rows}) >= 13


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        (("LOCATION:Réunion Microsoft Teams", "RRULE:FREQ=WEEKLY;COUNT=1"), Modality.ONLINE),
        (("X-MICROSOFT-SKYPETEAMSMEETINGURL:https://teams.microsoft.com/l/meetup-join/1",), Modality.ONLINE),
        (("CONFERENCE;VALUE=URI;FEATURE=AUDIO:tel:+47-22",), Modality.ONLINE),
        (("URL:https://acme.zoom.us/j/1",), Modality.ONLINE),
        (('X-ALT-DESC;FMTTYPE=text/html:<a href="https://acme.zoom.us/j/1">Join</a>',), Modality.ONLINE),
        (("X-ACME-ROOM:https://acme.example/rooms/1",), Modality.UNKNOWN),
        (("LOCATION:Oslo", "X-MICROSOFT-ONLINEMEETINGEXTERNALLINK:"), Modality.IN_PERSON),
        (("LOCATION:Oslo", "X-GOOGLE-CONFERENCE:https://meet.google.com/a"), Modality.UNKNOWN),
        (("RESOURCES:Room 4\\, projector",), Modality.IN_PERSON),
        (("LOCATION:Oslo", "X-MEETING-TYPE:Videokonferenz"), Modality.ONLINE),
        (("LOCATION:Teams", "X-ATTENDANCE-MODE:in person"), Modality.IN_PERSON),
        (("LOCATION:Oslo", "X-EVENT-TYPE:Sync"), Modality.IN_PERSON),
        (("LOCATION:virtual power plant\\, Boardroom",), Modality.IN_PERSON),
        (("LOCATION:small remote communities",), Modality.UNKNOWN),
        (("LOCATION:/", "SUMMARY:Plan"), Modality.UNKNOWN),
        (("SUMMARY:Video conference: Plan",), Modality.ONLINE),
        (("SUMMARY:Online safety",), Modality.UNKNOWN),
        (
            ("LOCATION:Room 4", "DESCRIPTION:We discuss the webinar and remote work " + "at length " * 30),
            Modality.IN_PERSON,
        ),
    ],
)
def test_an_entry_tells_how_people_met(lines: tuple[str, ...], kind: Modality) -> None:
    assert [kind] == kinds(lines)


def test_a_place_for_which_rooms_are_booked_is_a_room_in_all_entries_of_the_file() -> None:
    booked = ("LOCATION:Fjellheimen", "ATTENDEE;CUTYPE=ROOM:mailto:fjell@acme.example")
    person, unknown = Modality.IN_PERSON, Modality.UNKNOWN
    assert [person, person, person, unknown] == kinds(
        ("LOCATION:Fjellheimen",), booked, booked, ("LOCATION:Tåkeheimen",)
    )
