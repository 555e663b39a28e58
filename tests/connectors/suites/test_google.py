"""Google Workspace: its services played over a real connection, answers in the shapes of its own documents."""

import json
import zipfile
from datetime import UTC, datetime

import pytest

from connectors.agenda.icalendar_files import Calendar
from connectors.mail.files import Mail
from connectors.suites.google import SCOPES, Google
from connectors.suites.google_records import Reading
from influence.contract.connector import Changed, ConnectorError
from influence.contract.records import (
    Activity,
    Deleted,
    Encounter,
    Evidence,
    Modality,
    Person,
    SetAside,
    Unsaid,
    Verb,
)
from influence.contract.testing import Remembered, member_of
from tests.kit.google_service import ANN, BOB, GoogleService, edit, event
from tests.kit.live_contract import check_fetch, check_turned_odd, pull_again, pulled, stored, turned_odd
from tests.kit.places import PAYLOADS
from tests.kit.served import served

TAKEOUT_MAIL = b"""From 1@xxx Mon Mar 02 08:00:00 +0000 2026
X-GM-THRID: 1
X-Gmail-Labels: Inbox,Opened
Message-ID: <g1@acme.example>
From: Ann Lund <ann@acme.example>
To: Bob Lee <bob@acme.example>
Subject: Plan for Oslo
Date: Mon, 2 Mar 2026 08:00:00 +0000

Hello
"""
TAKEOUT_CALENDAR = b"""BEGIN:VCALENDAR
PRODID:-//Google Inc//Google Calendar 70.9054//EN
X-WR-CALNAME:ann@acme.example
BEGIN:VEVENT
UID:uid-1@google.com
DTSTART:20260303T090000Z
ATTENDEE;CUTYPE=INDIVIDUAL;PARTSTAT=ACCEPTED:mailto:bob@acme.example
LOCATION:Storgata 1\\, Oslo
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture
def account():
    service = GoogleService()
    with served(service.answer) as here:
        service.url, service.asked = here.url, here.asked
        yield service


def connector(service, **options):
    known = {
        "client_id": "app",
        "server": service.url,
        "token_url": f"{service.url}/token",
        "until": "2026-02-20",
    }
    return Google(**(known | options))


def read(name, **options):
    path = PAYLOADS / "google" / name
    return list(Google(**({"until": "2026-06-30"} | options)).parse(member_of(path)))


def entries(*events):
    answer = {"kind": "calendar#events", "items": list(events)}
    return list(Google(until="2026-06-30").parse(member_of(json.dumps(answer).encode())))


def acts(records):
    return {record.id: record for record in records if isinstance(record, Activity)}


# --- live -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", list(SCOPES))
def test_a_pull_cut_anywhere_and_resumed_reads_the_same(tmp_path, account, part):
    check_fetch(tmp_path, lambda: connector(account, parts=part), Remembered(), 4)


def test_a_second_pull_adds_nothing_and_a_third_what_is_new(tmp_path, account):
    workspace, _ = pulled(tmp_path / "w", connector(account), Remembered())
    assert 119 + 5 == len(stored(workspace))
    assert 0 == pull_again(workspace, connector(account), Remembered())
    played = account
    played.mail.append("g121")
    played.history += 1
    played.acts.append(edit(6))
    played.events.append(event(6))
    assert 3 == pull_again(workspace, connector(account), Remembered())
    assert ("edit", f"google:{BOB}", "drive:F1") in stored(workspace).values()
    workspace.close()


def test_only_what_was_added_to_the_mailbox_is_asked_for_again(account):
    *_, last = connector(account, parts="mail").fetch({}, Remembered())
    assert {"mail": {"history": "120", "owner": "ann@acme.example"}} == last.cursor
    account.asked.clear()
    assert [] == list(connector(account, parts="mail").fetch(last.cursor, Remembered()))
    assert ["/mail/history"] == [one.path for one in account.asked if one.path != "/token"]


def test_a_history_that_was_forgotten_begins_anew(account):
    account.forgotten = 200
    replies = connector(account, parts="mail").fetch({"mail": {"history": "120"}}, Remembered())
    assert 119 == len(acts(r for reply in replies for r in Google().parse(reply.member)))


def test_a_drive_whose_people_are_not_told_keeps_their_numbers_and_says_so(account):
    account.silent = True
    replies = list(connector(account, parts="drive").fetch({}, Remembered()))
    assert {"Google tells nobody's name: the accounts in Drive stay numbers"} == {r.note for r in replies}
    found = acts(record for reply in replies for record in Google().parse(reply.member))
    assert {f"google:{BOB}"} == {one.actor for one in found.values()}


def test_only_the_headers_of_mail_are_asked_for(account):
    list(connector(account, parts="mail").fetch({}, Remembered()))
    formats = {one.query.get("format") for one in account.asked if "/messages/g" in one.path}
    assert {"metadata"} == formats


def test_meetings_to_come_are_not_asked_for(account):
    list(connector(account, parts="calendar", until="2026-02-03").fetch({}, Remembered()))
    asked = [one.query for one in account.asked if one.path.endswith("/events")]
    assert {"2026-02-03T00:00:00+00:00"} == {query["timeMax"] for query in asked}


@pytest.mark.parametrize(
    ("options", "sentence"),
    [({"parts": "photos"}, "parts has 'photos'"), ({"until": "soon"}, "until is 'soon'")],
)
def test_an_option_that_cannot_be_meant_is_named(account, options, sentence):
    with pytest.raises(ConnectorError, match=sentence):
        list(connector(account, **options).fetch({}, Remembered()))


# --- mail -------------------------------------------------------------------------------------------------


def test_mail_is_read_as_its_file_is_read():
    mbox = (
        b"Message-ID: <g1@acme.example>\nFrom: Ann Lund <ann@acme.example>\nSubject: Plan for Oslo\n"
        b'To: Bob Lee <bob@acme.example>, "Fox, Cid" <cid@fabrikam.example>\n'
        b"Date: Mon, 2 Mar 2026 08:00:00 +0000\n\nHi\n"
    )
    one = acts(Mail().parse(member_of(mbox)))["mail:g1@acme.example"]
    two = acts(read("gmail.json"))["mail:g1@acme.example"]
    assert (one.id, one.time, one.actor, one.to, one.subject) == (
        two.id,
        two.time,
        two.actor,
        two.to,
        two.subject,
    )


def test_a_message_without_a_date_has_the_one_of_the_mailbox():
    reply = acts(read("gmail.json"))["mail:g2@acme.example"]
    assert (Verb.REPLY, "mail:g1@acme.example", 2026) == (reply.verb, reply.parent, reply.time.year)


def test_what_has_no_sender_is_set_aside_also_among_drafts_and_spam():
    reasons = " ".join(record.reason for record in read("gmail.json") if isinstance(record, SetAside))
    for reason in ("never sent", "among the spam", "no sender"):
        assert reason in reasons


def gmail(labels, owner="ann@acme.example", **fields):
    told = {"From": "Ann Lund <ann@acme.example>", "Date": "Mon, 2 Mar 2026 08:00:00 +0000"} | fields
    headers = [{"name": name.replace("_", "-"), "value": value} for name, value in told.items()]
    answer = {"messages": [{"id": "1", "labelIds": labels, "payload": {"headers": headers}}], "owner": owner}
    return next(
        one for one in Google().parse(member_of(json.dumps(answer).encode())) if isinstance(one, Activity)
    )


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["DRAFT"], Unsaid.DRAFT),
        (["SPAM", "UNREAD"], Unsaid.SPAM),
        (["TRASH"], Unsaid.TRASH),
        (["INBOX", "Label_7"], None),
    ],
)
def test_gmails_own_labels_say_what_nobody_said(labels, expected):
    assert expected == gmail(labels).unsaid


def test_the_header_of_a_message_says_what_a_program_sent():
    assert Unsaid.AUTOMATIC == gmail(["INBOX"], Auto_Submitted="auto-replied").unsaid
    assert Unsaid.CALENDAR_ANSWER == gmail(["INBOX"], Content_Type="text/calendar; method=REPLY").unsaid


def test_sent_mail_is_of_whose_the_mailbox_is_and_no_header_says_otherwise():
    assert "email:ann@acme.example" == gmail(["SENT"]).outbox
    assert gmail(["INBOX"], X_Gmail_Labels="Sent", X_Mailbox_Owner="email:eve@beta.example").outbox is None


def test_a_pull_says_whose_mailbox_it_reads(account):
    told = {
        json.loads(reply.member.open().read())["owner"]
        for reply in connector(account, parts="mail").fetch({}, Remembered())
    }
    assert {"ann@acme.example"} == told


def test_a_header_cannot_smuggle_in_another():
    value = "x@acme.example\nTo: everybody@acme.example\n\nFrom y Mon Jan  5 09:00:00 2026"
    told = [{"name": "From", "value": value}, {"name": "Date", "value": "Mon, 2 Mar 2026 08:00:00 +0000"}]
    answer = {"messages": [{"id": "1", "payload": {"headers": told}}]}
    records = list(Google().parse(member_of(json.dumps(answer).encode())))
    assert 1 == sum(isinstance(record, Activity | SetAside) for record in records)
    assert all(record.to == () for record in acts(records).values())


# --- meetings ---------------------------------------------------------------------------------------------


def test_who_declined_and_rooms_and_calendars_are_no_people():
    one, two = (record for record in read("events.json") if isinstance(record, Encounter))
    assert ("email:ann@acme.example", "email:bob@acme.example") == one.people == two.people
    assert (4, Modality.IN_PERSON) == (one.attendees, one.kind)
    assert Modality.ONLINE is two.kind


def test_what_is_no_meeting_is_set_aside_with_its_reason():
    reasons = " ".join(record.reason for record in read("events.json") if isinstance(record, SetAside))
    for reason in (
        "cancelled",
        "all-day",
        "time of one's own",
        "owner of the calendar declined",
        "no time with a zone",
    ):
        assert reason in reasons


def test_a_meeting_has_the_same_id_as_in_takeouts_calendar_file():
    ics = (
        b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:uid-2@google.com\nDTSTART:20260304T090000Z\n"
        b"ATTENDEE:mailto:ann@acme.example\nATTENDEE:mailto:bob@acme.example\nEND:VEVENT\nEND:VCALENDAR\n"
    )
    (one,) = (r for r in Calendar(until="2026-06-30").parse(member_of(ics)) if isinstance(r, Encounter))
    _, two = (record for record in read("events.json") if isinstance(record, Encounter))
    assert one.id == two.id


def test_one_time_of_a_series_has_the_same_id_however_it_was_moved():
    ics = (
        b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:uid-9@google.com\nDTSTART;TZID=Europe/Oslo:20260305T090000\n"
        b"RECURRENCE-ID;TZID=Europe/Oslo:20260304T090000\nATTENDEE:mailto:ann@acme.example\n"
        b"ATTENDEE:mailto:bob@acme.example\nEND:VEVENT\nEND:VCALENDAR\n"
    )
    (one,) = (r for r in Calendar(until="2026-06-30").parse(member_of(ics)) if isinstance(r, Encounter))
    (two,) = entries(
        event(9) | {"iCalUID": "uid-9@google.com", "originalStartTime": {"dateTime": "2026-03-04T08:00:00Z"}}
    )
    assert (one.id, one.meeting) == (two.id, two.meeting)


@pytest.mark.parametrize(
    "more",
    [
        {"status": "cancelled"},
        {"status": "tentative"},
        {"summary": "Avböjt: Plan"},
        {"start": {"date": "2026-02-03"}, "transparency": "transparent"},
        {"start": {"date": "2026-02-03"}, "summary": "Ann: Urlaub"},
    ],
)
def test_what_a_version_says_is_no_meeting_withdraws_it(more):
    aside, gone = entries({**event(3), "sequence": 2, **more})
    (meeting,) = entries(event(3))
    assert isinstance(aside, SetAside)
    assert (meeting.id, True) == (gone.id, gone.version > 0)


def test_a_deleted_time_of_a_series_of_which_nothing_else_is_told_is_withdrawn():
    start = {"originalStartTime": {"dateTime": "2026-02-03T12:00:00Z"}}
    (meeting,) = entries(event(3) | start | {"iCalUID": "base@google.com"})
    _, gone = entries(
        {
            "kind": "calendar#event",
            "id": "base_2026",
            "recurringEventId": "base",
            "status": "cancelled",
            **start,
        }
    )
    assert meeting.id == gone.id


def test_a_day_with_guests_is_a_meeting_and_their_rooms_and_calendars_are_no_people():
    named = [{"email": f"{name}@acme.example"} for name in ("ann", "bob")]
    rooms = [{"email": "r@resource.calendar.google.com"}, {"email": "x@acme.example", "resource": True}]
    owner = {"email": "team@group.calendar.google.com"}
    (meeting,) = entries(
        event(3) | {"start": {"date": "2026-02-03"}, "attendees": named + rooms, "organizer": owner}
    )
    assert ("email:ann@acme.example", "email:bob@acme.example") == meeting.people
    assert "2026-02-03T12:00:00+00:00" == meeting.time.isoformat()


def test_a_guest_whose_address_google_does_not_know_is_known_by_name():
    asked = [{"displayName": "Cy Ray"}, {"displayName": "Di Poe", "responseStatus": "declined"}, {"id": "7"}]
    (meeting,) = entries(event(3) | {"attendees": asked, "organizer": {"email": "ann@acme.example"}})
    assert ("email:ann@acme.example", "name:cy ray") == meeting.people


def test_a_meeting_that_the_calendar_no_longer_shows_is_gone(tmp_path, account):
    workspace, _ = pulled(tmp_path / "w", connector(account, parts="calendar"), Remembered())
    account.events.pop(2)
    pull_again(workspace, connector(account, parts="calendar"), Remembered())
    left = workspace.store.engine.arrow("SELECT day(time) AS day FROM encounters ORDER BY day")
    assert [1, 2, 4, 5] == left["day"].to_pylist()
    assert 0 == pull_again(workspace, connector(account, parts="calendar"), Remembered())
    workspace.close()


@turned_odd
def test_an_entry_that_turns_odd_is_not_gone(tmp_path, account, odd, left):
    check_turned_odd(tmp_path, lambda: connector(account, parts="calendar"), account, odd, left)


# --- contacts ---------------------------------------------------------------------------------------------


def test_a_contact_with_a_phone_number_may_have_been_met_and_one_without_is_only_known():
    records = read("contacts.json")
    (met,) = (record for record in records if isinstance(record, Encounter))
    assert (("email:ann@acme.example", "email:bob@acme.example"), Evidence.CONTACT) == (
        met.people,
        met.evidence,
    )
    people = {record.name: record.accounts for record in records if isinstance(record, Person)}
    assert (f"google:{BOB}", "email:bob@acme.example", "email:bob@home.example") == people["Bob Lee"]
    assert ("email:cid@fabrikam.example",) == people["Cid Fox"]
    assert ["a contact without an e-mail address or account"] == [
        record.reason for record in records if isinstance(record, SetAside)
    ]


# --- Drive ------------------------------------------------------------------------------------------------


def test_edits_and_comments_answer_the_file_and_replies_the_discussion():
    records = read("drive.json")
    found = acts(records)
    assert (Verb.POST, f"google:{ANN}") == (found["drive:F1"].verb, found["drive:F1"].actor)
    comment, reply = found["drive:F1:D1"], found["drive:F1:C2"]
    assert (Verb.COMMENT, "drive:F1", (f"google:{ANN}",)) == (comment.verb, comment.parent, comment.mentions)
    assert (Verb.REPLY, "drive:F1:D1") == (reply.verb, reply.parent)
    assert {(Verb.EDIT, f"google:{BOB}", "drive:F1")} == {
        (one.verb, one.actor, one.parent) for one in found.values() if one.verb is Verb.EDIT
    }
    assert [(f"google:{BOB}",)] == [one.to for one in found.values() if one.verb is Verb.SHARE]


def test_a_deleted_reply_is_withdrawn_and_nobody_acts_for_a_deleted_user():
    records = read("drive.json")
    assert ["drive:F1:C3"] == [record.id for record in records if isinstance(record, Deleted)]
    reasons = [record.reason for record in records if isinstance(record, SetAside)]
    assert [
        "an act in Drive (move) that answers nobody",
        "an act in Drive (edit) by nobody who is named",
    ] == reasons


def test_takeout_is_read_by_the_connectors_of_its_files(tmp_path, workspace):
    place = tmp_path / "takeout.zip"
    with zipfile.ZipFile(place, "w") as archive:
        archive.writestr("Takeout/Mail/All mail Including Spam and Trash.mbox", TAKEOUT_MAIL)
        archive.writestr("Takeout/Calendar/ann@acme.example.ics", TAKEOUT_CALENDAR)
        archive.writestr("Takeout/archive_browser.html", "<!doctype html><title>Takeout</title>")
    one = workspace()
    done = one.import_path(place, options={"until": "2026-06-30"})
    assert {"mail": 1, "calendar": 1} == {name: rows.stored for name, rows in done.by_connector.items()}
    assert {"Takeout/archive_browser.html"} == set(done.unreadable)
    gmail = acts(read("gmail.json"))["mail:g1@acme.example"]
    assert {gmail.id: ("message", gmail.actor, None)} == stored(one)


@pytest.mark.parametrize("content", [b"[]", b"5", b'{"error": {"code": 403}}'])
def test_what_is_no_answer_is_told_as_changed(content):
    with pytest.raises(Changed):
        list(Google().parse(member_of(content)))


# --- the service's own documents --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "schema", "fields"),
    [
        ("gmail.v1", "Message", {"id", "threadId", "labelIds", "internalDate", "payload"}),
        ("gmail.v1", "MessagePart", {"headers"}),
        ("gmail.v1", "ListHistoryResponse", {"history", "historyId", "nextPageToken"}),
        ("gmail.v1", "History", {"messagesAdded"}),
        (
            "calendar.v3",
            "Event",
            {"iCalUID", "status", "start", "attendees", "organizer", "eventType", "hangoutLink"},
        ),
        ("calendar.v3", "EventAttendee", {"email", "responseStatus", "resource", "self", "additionalGuests"}),
        ("people.v1", "Person", {"names", "emailAddresses", "phoneNumbers", "organizations", "metadata"}),
        ("people.v1", "GetPeopleResponse", {"responses"}),
        ("driveactivity.v2", "DriveActivity", {"actors", "actions", "targets", "timestamp", "timeRange"}),
        ("driveactivity.v2", "FileComment", {"legacyCommentId", "legacyDiscussionId", "parent"}),
        ("driveactivity.v2", "Comment", {"post", "suggestion", "assignment", "mentionedUsers"}),
        ("driveactivity.v2", "PermissionChange", {"addedPermissions"}),
    ],
)
def test_every_field_that_is_read_stands_in_googles_own_document(shared, document, schema, fields):
    place = next((shared / "payloads" / "google-discovery").rglob(f"{document}.json"))
    known = json.loads(place.read_text("utf-8"))["schemas"][schema]["properties"]
    assert fields <= known.keys()


def test_every_permission_that_is_asked_for_stands_in_googles_own_documents(shared):
    places = (shared / "payloads" / "google-discovery").rglob("*.json")
    known = {
        scope
        for place in places
        for scope in json.loads(place.read_text("utf-8"))["auth"]["oauth2"]["scopes"]
    }
    asked = {f"https://www.googleapis.com/auth/{scope}" for part in SCOPES.values() for scope in part}
    assert asked <= known


def kinds_of(*events):
    answer = {"kind": "calendar#events", "items": list(events)}
    found = Reading(datetime(2026, 12, 31, tzinfo=UTC)).records(answer)
    return [one.kind.value for one in found if isinstance(one, Encounter)]


def test_a_calendar_of_google_tells_how_people_met():
    conference = {"conferenceData": {"entryPoints": [{"entryPointType": "video"}]}}
    room = {"email": "r@resource.calendar.google.com", "resource": True}
    booked = [*event(5)["attendees"], room]
    assert ["online", "online", "unknown", "unknown", "in_person", "in_person"] == kinds_of(
        event(1) | {"location": "Réunion Microsoft Teams"},
        event(2) | {"location": "Acme", **conference},
        event(3) | conference,
        event(4) | {"location": "Acme"},
        event(5) | {"location": "Fjellheimen", "attendees": booked},
        event(6) | {"location": "Room 4", "description": "https://docs.google.com/document/d/1"},
    )
