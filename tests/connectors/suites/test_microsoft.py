"""Microsoft 365: Graph played over a real connection, answers in its documented shapes, recordings by others."""

import json
from datetime import UTC, datetime

import pytest

from connectors.agenda.icalendar_files import Calendar
from connectors.mail.files import Mail
from connectors.suites.microsoft import Microsoft
from connectors.suites.microsoft_records import Reading
from influence.contract.connector import Changed, ConnectorError, StoppedShort
from influence.contract.records import (
    Activity,
    Deleted,
    Encounter,
    Modality,
    Note,
    Person,
    SetAside,
    Unsaid,
    Verb,
)
from influence.contract.testing import LiveClaims, Remembered, member_of
from tests.kit.live_contract import check_fetch, check_turned_odd, pull_again, pulled, stored, turned_odd
from tests.kit.microsoft_service import MicrosoftService, address, event, mail, said
from tests.kit.places import PAYLOADS
from tests.kit.served import served


@pytest.fixture
def graph():
    service = MicrosoftService()
    with served(service.answer) as here:
        service.url, service.asked = here.url, here.asked
        yield service


def connector(service, **options):
    known = {"client_id": "app", "server": f"{service.url}/v1.0", "login": service.url, "until": "2026-02-20"}
    return Microsoft(**(known | options))


def read(name, **options):
    path = PAYLOADS / "microsoft" / name
    return list(Microsoft(**({"until": "2026-06-30"} | options)).parse(member_of(path)))


def entries(*events):
    return list(Microsoft(until="2026-06-30").parse(member_of(json.dumps({"value": list(events)}).encode())))


def acts(records):
    return {record.id: record for record in records if isinstance(record, Activity)}


# --- live -------------------------------------------------------------------------------------------------


class TestPulling(LiveClaims):
    @pytest.fixture(autouse=True)
    def _service(self, graph):
        self.service = graph

    def make(self):
        return connector(self.service)


@pytest.mark.parametrize(
    ("path", "parts", "name"),
    [
        ("/me/mailFolders/inbox-1/messages/delta", "mail,calendar", "mail"),
        ("/me/calendarView", "calendar,mail", "calendar"),
        ("/chats/19:c/messages", "chats,mail", "chats"),
    ],
)
def test_a_list_whose_pages_lead_round_is_told_and_the_other_parts_are_read(graph, path, parts, name):
    graph.graph.circle, replies = path, []
    with pytest.raises(StoppedShort, match=f"the list of {name} went round in a circle"):
        replies.extend(connector(graph, parts=parts).fetch({}, Remembered()))
    other = parts.partition(",")[2]
    assert any(reply.member.name.startswith(f"microsoft-{other}") for reply in replies)


@pytest.mark.parametrize("part", ["people", "mail", "calendar", "chats", "channels"])
def test_a_pull_cut_anywhere_and_resumed_reads_the_same(tmp_path, graph, part):
    check_fetch(tmp_path, lambda: connector(graph, parts=part), Remembered(), 5)


def test_a_second_pull_adds_nothing_and_a_third_what_is_new_and_changed(tmp_path, graph):
    workspace, first = pulled(tmp_path / "w", connector(graph), Remembered())
    assert 7 + 3 + 5 == len(stored(workspace))
    assert first.stored == 15 + 5 + 5
    assert 0 == pull_again(workspace, connector(graph), Remembered())
    played = graph.graph
    played.mail["inbox-1"].append(mail(8))
    played.chat.append(said(4, chat=True))
    played.channel[0]["replies"] = [said(30, replyToId="10")]
    played.channel[1] |= {
        "deletedDateTime": "2026-02-05T00:00:00.000Z",
        "lastModifiedDateTime": "2026-02-05T00:00:00.000Z",
    }
    played.events.append(event(6, iCalUId="uid-late"))
    assert 1 + 1 + 1 + 1 + 1 == pull_again(workspace, connector(graph), Remembered())
    rows = stored(workspace)
    assert ("reply", "microsoft:ann", "teams:19:general/10") == rows["teams:19:general/30"]
    assert "teams:19:general/11" not in rows
    assert "mail:m8@acme.example" in rows
    assert 0 == pull_again(workspace, connector(graph), Remembered())
    workspace.close()


def test_mail_is_asked_for_by_its_delta_link_the_second_time(graph):
    *_, last = connector(graph, parts="mail").fetch({}, Remembered())
    graph.asked.clear()
    assert [] == list(connector(graph, parts="mail").fetch(last.cursor, Remembered()))
    asked = [one.query for one in graph.asked if one.path.endswith("messages/delta")]
    assert [{"token": "inbox-1-5"}, {"token": "sent-1-2"}] == asked


def test_a_delta_link_that_ran_out_begins_anew(graph):
    *_, last = connector(graph, parts="mail").fetch({}, Remembered())
    graph.graph.forgotten.add("inbox-1-5")
    records = [
        record
        for reply in connector(graph, parts="mail").fetch(last.cursor, Remembered())
        for record in connector(graph).parse(reply.member)
    ]
    assert {f"mail:m{n}@acme.example" for n in range(1, 6)} == acts(records).keys()


def test_drafts_and_folders_that_are_gone_are_not_asked_for(graph):
    list(connector(graph, parts="mail").fetch({}, Remembered()))
    asked = {one.path.split("/")[4] for one in graph.asked if one.path.endswith("messages/delta")}
    assert {"inbox-1", "sent-1"} == asked


def test_a_channel_that_is_closed_is_passed_over_with_a_note(graph):
    graph.graph.closed.add("/teams/t1/channels/19:closed/messages")
    replies = list(connector(graph, parts="channels").fetch({}, Remembered()))
    assert [True] == ["channel passed over" in reply.note for reply in replies if reply.note]
    assert len(replies) > 1


def test_everybody_below_is_found_level_by_level(graph):
    replies = list(connector(graph, parts="people", levels="2").fetch({}, Remembered()))
    people = [record for reply in replies for record in Microsoft().parse(reply.member)]
    managers = {person.person: person.manager for person in people if person.manager}
    assert {
        "microsoft:ann": "microsoft:eve",
        "microsoft:bob": "microsoft:ann",
        "microsoft:cid": "microsoft:ann",
        "microsoft:dan": "microsoft:bob",
    } == managers
    fewer = list(connector(graph, parts="people", levels="0").fetch({}, Remembered()))
    assert 1 == len(fewer)


def test_the_permission_is_never_sent_to_another_place(graph):
    graph.graph.elsewhere = "https://evil.example"
    with pytest.raises(Changed, match=r"lies at 'evil\.example'"):
        list(connector(graph, parts="mail").fetch({}, Remembered()))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"parts": "mail,faxes"}, "parts has 'faxes'"),
        ({"levels": "all"}, "levels is 'all'"),
        ({"until": "soon"}, "until is 'soon'"),
        ({"client_id": ""}, "client_id is not set"),
    ],
)
def test_an_option_that_cannot_be_meant_is_named(graph, options, sentence):
    with pytest.raises(ConnectorError, match=sentence):
        list(connector(graph, **options).fetch({}, Remembered()))


# --- mail -------------------------------------------------------------------------------------------------


def test_a_mail_answers_what_its_headers_or_its_property_say():
    found = acts(read("mail.json"))
    assert (Verb.MESSAGE, None) == (found["mail:m1@acme.example"].verb, found["mail:m1@acme.example"].parent)
    assert "mail:m1@acme.example" == found["mail:m2@acme.example"].parent
    assert (Verb.REPLY, "mail:m2@acme.example") == (
        found["mail:m3@acme.example"].verb,
        found["mail:m3@acme.example"].parent,
    )


def test_nobody_writes_to_themselves_and_who_has_no_address_is_counted():
    records = read("mail.json")
    assert ("email:bob@acme.example", "exchange:/o=acme/ou=na/cn=recipients/cn=old") == acts(records)[
        "mail:m1@acme.example"
    ].to
    notes = [record.text for record in records if isinstance(record, Note)]
    assert "1 addressees without an address of their own were left out" in notes
    assert any("moved or deleted" in note for note in notes)


def test_an_exchange_name_is_no_address_and_claims_none():
    claimed = {
        account for record in read("mail.json") if isinstance(record, Person) for account in record.accounts
    }
    assert {"email:ann@acme.example", "email:bob@acme.example", "email:cid@fabrikam.example"} == claimed


def test_a_draft_without_a_date_and_mail_without_a_sender_are_set_aside():
    assert {"a draft that was never sent", "the message has no sender that can be read"} == {
        record.reason for record in read("mail.json") if isinstance(record, SetAside)
    }


def graph_mail(**more):
    given = {
        "id": "A",
        "internetMessageId": "<m1@acme.example>",
        "sentDateTime": "2026-03-02T09:00:00Z",
        "subject": "Plan",
        "from": person("Ann Lee", "ann@acme.example"),
        "sender": person("Ann Lee", "ann@acme.example"),
        "toRecipients": [person("Bob Lee", "bob@acme.example")],
    }
    return given | more


def person(name, address):
    return {"emailAddress": {"name": name, "address": address}}


def graph_act(*mails, **beside):
    answer = json.dumps({"value": list(mails), **beside}).encode()
    return next(one for one in Microsoft().parse(member_of(answer)) if isinstance(one, Activity))


def extended(name, value):
    return {"singleValueExtendedProperties": [{"id": name, "value": value}]}


def headers(**fields):
    told = [{"name": name.replace("_", "-"), "value": value} for name, value in fields.items()]
    return {"internetMessageHeaders": told}


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"isDraft": True}, Unsaid.DRAFT),
        ({"@odata.type": "#microsoft.graph.eventMessageResponse"}, Unsaid.CALENDAR_ANSWER),
        ({"meetingMessageType": "meetingTenativelyAccepted"}, Unsaid.CALENDAR_ANSWER),
        ({"meetingMessageType": "meetingRequest"}, None),
        ({"subject": "Automatic reply: Plan"}, Unsaid.AUTOMATIC),
        (headers(Auto_Submitted="auto-replied"), Unsaid.AUTOMATIC),
        (headers(Content_Type="multipart/report; report-type=disposition-notification"), Unsaid.RECEIPT),
        (
            {
                "singleValueExtendedProperties": [
                    {"id": "String 0x001A".replace("00", ""), "value": "REPORT.IPM.Note.IPNRN"}
                ]
            },
            Unsaid.RECEIPT,
        ),
    ],
)
def test_what_nobody_said_is_told_by_graph_or_by_the_header(more, expected):
    assert expected == graph_act(graph_mail(**more)).unsaid


def test_mail_of_the_folder_of_sent_mail_is_of_whom_signed_in():
    told = graph_act(graph_mail(), folder="Gesendete Elemente", owner="ann@acme.example")
    assert ("email:ann@acme.example", None) == (told.outbox, told.unsaid)
    assert graph_act(graph_mail(), folder="Inbox", owner="ann@acme.example").outbox is None


def test_a_delegate_who_sent_for_somebody_typed_it():
    told = graph_act(graph_mail(sender=person("Pia Aide", "pia@acme.example")))
    assert ("email:ann@acme.example", "email:pia@acme.example") == (told.actor, told.typist)


def test_the_author_behind_a_list_is_told_from_it():
    team = person("Bo Ek via Team", "team@lists.acme.example")
    listed = headers(List_Id="<team.lists.acme.example>", X_Original_From="Bo Ek <bo@beta.example>")
    assert "email:bo@beta.example" == graph_act(graph_mail(**{"from": team, "sender": team}, **listed)).actor


def test_a_pull_says_which_folder_is_of_sent_mail_and_whose(graph):
    graph.graph.names["sent-1"] = "Sent Items"
    found = [
        record
        for reply in connector(graph, parts="mail").fetch({}, Remembered())
        for record in connector(graph).parse(reply.member)
        if isinstance(record, Activity)
    ]
    assert {"mail:m6@acme.example", "mail:m7@acme.example"} == {one.id for one in found if one.outbox}


def test_a_mail_has_the_same_id_and_people_as_in_a_mailbox_file():
    mbox = (
        b"Message-ID: <m2@acme.example>\nFrom: Bob Lee <bob@acme.example>\nTo: Ann Lund <ann@acme.example>\n"
        b"Date: Mon, 2 Mar 2026 09:00:00 +0000\nIn-Reply-To: <m1@acme.example>\nSubject: Re: Plan for Oslo\n\nHi\n"
    )
    one = next(record for record in Mail().parse(member_of(mbox)) if isinstance(record, Activity))
    two = acts(read("mail.json"))["mail:m2@acme.example"]
    assert (one.id, one.time, one.actor, one.verb, one.parent, one.to, one.subject) == (
        two.id,
        two.time,
        two.actor,
        two.verb,
        two.parent,
        two.to,
        two.subject,
    )


# --- meetings ---------------------------------------------------------------------------------------------


def test_a_room_is_no_person_and_who_declined_was_not_there():
    one, two = (record for record in read("events.json") if isinstance(record, Encounter))
    assert ("email:ann@acme.example", "email:bob@acme.example") == one.people
    assert (Modality.IN_PERSON, "Room 4, Oslo") == (one.kind, one.place)
    assert (Modality.ONLINE, None) == (two.kind, two.place)
    assert "2026-03-04T08:00:00+00:00" == two.time.isoformat()


def test_what_is_no_meeting_is_set_aside_with_its_reason():
    reasons = " ".join(record.reason for record in read("events.json") if isinstance(record, SetAside))
    for reason in ("all-day", "was cancelled", "owner of the calendar declined", "'Nowhere Standard Time'"):
        assert reason in reasons


def test_a_meeting_to_come_has_not_taken_place():
    assert not [r for r in read("events.json", until="2026-03-01") if isinstance(r, Encounter)]


def test_a_meeting_has_the_same_id_as_in_a_calendar_file():
    ics = (
        b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:uid-1\nDTSTART:20260303T090000Z\nORGANIZER:mailto:ann@acme.example\n"
        b"ATTENDEE:mailto:bob@acme.example\nLOCATION:Room 4\\, Oslo\nEND:VEVENT\nEND:VCALENDAR\n"
    )
    (one,) = (r for r in Calendar(until="2026-06-30").parse(member_of(ics)) if isinstance(r, Encounter))
    two = next(record for record in read("events.json") if isinstance(record, Encounter))
    assert (one.id, one.people, one.kind, one.place) == (two.id, two.people, two.kind, two.place)


def test_one_time_of_a_series_has_the_same_id_however_exchange_writes_it():
    uid = "040000008200E00074C5B7101A82E008{}B0C5D0E7AA2ADC010000000000000000100000001D"
    ics = "\n".join(
        [
            *(
                "BEGIN:VCALENDAR",
                "BEGIN:VEVENT",
                f"UID:{uid.format('00000000')}",
                "RRULE:FREQ=WEEKLY;COUNT=2",
            ),
            *(
                "DTSTART:20260203T120000Z",
                "ORGANIZER:mailto:ann@acme.example",
                "ATTENDEE:mailto:bob@acme.example",
            ),
            *("END:VEVENT", "END:VCALENDAR", ""),
        ]
    )
    times = [
        r.id for r in Calendar(until="2026-06-30").parse(member_of(ics.encode())) if isinstance(r, Encounter)
    ]
    moved = {"type": "exception", "originalStart": "2026-02-10T12:00:00Z", "iCalUId": uid.format("07EA020A")}
    plain = {"type": "occurrence", "iCalUId": uid.format("07EA0203")}
    found = entries(event(3, **plain), event(12, **moved))
    assert times == [one.id for one in found]


def test_a_guest_without_an_address_is_known_by_name_and_is_no_account_of_mail():
    asked = [
        person("Cy Ray", ""),
        person("Di Poe", None),
        person("Eva Rot", "undisclosed-recipients@acme.example"),
        {**person("Flo Lund", ""), "status": {"response": "declined"}},
        {**person("Room 7", ""), "type": "resource"},
    ]
    (meeting,) = entries(event(3, attendees=asked))
    assert ("email:ann@acme.example", "name:cy ray", "name:di poe", "name:eva rot") == meeting.people


def test_a_room_that_is_asked_like_a_person_is_no_person():
    asked = [{**address(name), "type": "required"} for name in ("bob", "hall", "lobby")]
    places = {
        "location": {"displayName": "Hall", "locationUri": "hall@acme.example"},
        "locations": [
            {"displayName": "Lobby", "uniqueId": "Lobby@acme.example", "uniqueIdType": "directory"}
        ],
    }
    (meeting,) = entries(event(3, attendees=asked, **places))
    assert ("email:ann@acme.example", "email:bob@acme.example") == meeting.people


@pytest.mark.parametrize(
    "more",
    [
        {"isCancelled": True},
        {"subject": "Annulé : Plan"},
        {"showAs": "tentative", "responseStatus": {"response": "notResponded"}},
        {"isAllDay": True, "showAs": "oof"},
        {"isAllDay": True, "subject": "Hold"},
    ],
)
def test_what_a_version_says_is_no_meeting_withdraws_it(more):
    aside, gone = entries(event(3, lastModifiedDateTime="2026-02-04T08:00:00Z", **more))
    (meeting,) = entries(event(3))
    assert isinstance(aside, SetAside)
    assert (meeting.id, True) == (gone.id, gone.version > 0)


def test_a_day_with_guests_is_a_meeting_at_its_date_wherever_it_begins():
    start = {"dateTime": "2026-02-03T00:00:00.0000000", "timeZone": "W. Europe Standard Time"}
    (meeting,) = entries(event(3, isAllDay=True, showAs="busy", start=start))
    assert "2026-02-03T12:00:00+00:00" == meeting.time.isoformat()


def test_a_meeting_that_the_calendar_no_longer_shows_is_gone(tmp_path, graph):
    workspace, _ = pulled(tmp_path / "w", connector(graph, parts="calendar"), Remembered())
    graph.graph.events.pop(2)
    pull_again(workspace, connector(graph, parts="calendar"), Remembered())
    left = workspace.store.engine.arrow("SELECT day(time) AS day FROM encounters ORDER BY day")
    assert [1, 2, 4, 5] == left["day"].to_pylist()
    assert 0 == pull_again(workspace, connector(graph, parts="calendar"), Remembered())
    workspace.close()


@turned_odd
def test_an_entry_that_turns_odd_is_not_gone(tmp_path, graph, odd, left):
    check_turned_odd(tmp_path, lambda: connector(graph, parts="calendar"), graph.graph, odd, left)


# --- Teams ------------------------------------------------------------------------------------------------


def test_a_reply_in_a_channel_answers_its_root_and_a_deleted_one_is_withdrawn():
    records = read("channel.json")
    where = "teams:19:general@thread.tacv2/"
    found = acts(records)
    assert (Verb.REPLY, where + "1772600000001") == (
        found[where + "1772600000002"].verb,
        found[where + "1772600000002"].parent,
    )
    assert [where + "1772600000003"] == [record.id for record in records if isinstance(record, Deleted)]
    assert ("microsoft:u-bob",) == found[where + "1772600000001"].mentions
    assert "Ideas, Bob Lee ?" == found[where + "1772600000001"].text


def test_a_reaction_has_its_own_time_and_one_by_nobody_is_set_aside():
    records = read("channel.json")
    (like,) = (one for one in acts(records).values() if one.verb is Verb.REACT)
    assert ("microsoft:u-cid", "2026-03-04T05:10:00+00:00") == (like.actor, like.time.isoformat())
    assert any("names nobody" in record.reason for record in records if isinstance(record, SetAside))


def test_a_program_is_a_bot_and_an_event_of_teams_is_no_message():
    records = read("channel.json")
    assert ["microsoft:b-1"] == [r.accounts[0] for r in records if isinstance(r, Person) and r.bot]
    assert any("an event of Teams itself" in r.reason for r in records if isinstance(r, SetAside))


def test_a_message_in_a_group_reaches_its_other_members():
    message, _ = acts(read("chat.json")).values()
    assert ("microsoft:u-bob", "microsoft:u-cid") == message.to
    assert ("microsoft:u-bob", "email:bob@acme.example") in {
        record.accounts for record in read("chat.json") if isinstance(record, Person)
    }


def test_a_message_that_quotes_another_in_a_chat_answers_it():
    first, second = acts(read("chat.json")).values()
    assert (Verb.MESSAGE, None) == (first.verb, first.parent)
    assert (Verb.REPLY, first.id) == (second.verb, second.parent)


def test_a_chat_of_two_tells_by_its_id_who_they_are():
    two = ["00000000-0000-0000-0000-00000000000a", "00000000-0000-0000-0000-00000000000b"]
    where = f"19:{two[0]}_{two[1]}@unq.gbl.spaces"
    one = said(1, chatId=where, **{"from": {"user": {"id": two[0]}}})
    (message,) = acts(Microsoft().parse(member_of(json.dumps([one]).encode()))).values()
    assert (f"microsoft:{two[1]}",) == message.to


def test_a_guest_has_no_address_at_our_place():
    people = {record.person: record.accounts for record in read("people.json")}
    assert ("microsoft:u-gus", "email:gus@fabrikam.example") == people["microsoft:u-gus"]


@pytest.mark.parametrize("content", [b"5", b'"text"', b"null"])
def test_what_is_no_answer_is_told_as_changed(content):
    with pytest.raises(Changed, match=r"neither an item nor a list|where a list should be"):
        list(Microsoft().parse(member_of(content)))


# --- recordings by others ---------------------------------------------------------------------------------


def recordings(shared):
    folders = [shared / "payloads" / "ms-graph", shared / "payloads" / "ms-teams" / "vercel+chat-extracted"]
    return sorted(path for folder in folders for path in folder.rglob("*.json"))


def test_every_recording_by_others_is_read_or_its_refusal_is_right(shared):
    kinds, aside = {}, {}
    for path in recordings(shared):
        records = list(Microsoft(until="2027-01-01").parse(member_of(path)))
        kinds[path.name] = {type(r).__name__ for r in records if not isinstance(r, SetAside | Note)}
        aside[path.name] = " ".join(record.reason for record in records if isinstance(record, SetAside))
    nothing = {name for name, found in kinds.items() if not found}
    assert {
        "calendar-list.1.json",
        "chat-list.1.json",
        "event-get.1.json",
        "event-list.1.json",
        "message-list.2.json",
        "message-list.3.json",
        "chat-member-list.1.json",
    } >= nothing
    assert all(aside[name] for name in nothing)
    assert {"Activity", "Person"} == kinds["TEAMS_RAW_MESSAGES.json"]
    assert {"Activity", "Person"} == kinds["chat-message-list.1.json"]


def kinds_of(*events):
    found = Reading(datetime(2026, 12, 31, tzinfo=UTC)).records({"value": list(events)})
    return [one.kind.value for one in found if isinstance(one, Encounter)]


def test_a_calendar_of_microsoft_tells_how_people_met():
    teams = {"location": {"displayName": "Microsoft Teams-Besprechung"}, "isOnlineMeeting": True}
    street = {"displayName": "Acme", "address": {"street": "Storgata 1", "city": "Oslo"}}
    assert ["online", "online", "unknown", "in_person", "in_person", "unknown"] == kinds_of(
        event(1, subject="Plan", **teams),
        event(2, subject="Plan", location={"displayName": "Acme"}, onlineMeetingProvider="teamsForBusiness"),
        event(3, subject="Plan", isOnlineMeeting=True),
        event(4, subject="Plan", location=street),
        event(5, subject="Plan", location={"displayName": "Acme", "locationType": "conferenceRoom"}),
        event(6, subject="Plan", location={"displayName": "Acme"}, onlineMeetingProvider="unknown"),
    )


@pytest.mark.parametrize(("place", "met"), [("conferenceRoom", 2), ("default", 3)])
def test_a_room_that_has_no_address_is_told_by_its_name(place, met):
    attendees = [
        {"emailAddress": {"name": name, "address": f"{name[:2].lower()}@acme.example"}, "type": "required"}
        for name in ("Bo Ek", "Fjord")
    ]
    told = event(
        1, subject="Plan", attendees=attendees, location={"displayName": "Fjord", "locationType": place}
    )
    (found,) = entries(told)
    assert met == len(found.people)
