"""Any table by a mapping: what a mapping says is read, what it cannot mean is refused, and the first draft reads."""

import json
import tomllib
from datetime import UTC, datetime
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.tables.first_mapping import draft_mapping
from connectors.tables.mapped import BY_NAME, Table
from connectors.tables.mapping import READY_MADE, BadMapping, ready_made
from influence import Workspace
from influence.contract.connector import ConnectorError, Unreadable
from influence.contract.records import Activity, Encounter, Note, Person, SetAside
from influence.contract.testing import member_of
from tests.kit.connector_records import recognised_by
from tests.kit.places import PAYLOADS

LEAST = '[[activity]]\ntime = "{When}"\nactor = "{Who}"\nverb = "post"\n'
ROWS = "When,Who\n2026-01-05T09:00:00Z,ann\n"


def table(tmp_path, mapping, content, name="log.csv", **options):
    """Read a table with a mapping of these words."""
    file = tmp_path / "mapping.toml"
    file.write_text(mapping, encoding="utf-8")
    content = content if isinstance(content, bytes) else content.encode()
    return list(Table(mapping=str(file), **options).parse(member_of(content, name)))


def of(records, kind):
    return [record for record in records if isinstance(record, kind)]


def workbook(rows, sheet="Sheet1"):
    """The bytes of an Excel workbook with these rows."""
    import io

    openpyxl = pytest.importorskip("openpyxl", reason="the extra `tables` is not installed (openpyxl)")
    book = openpyxl.Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


class TestWhatAMappingSays:
    def test_a_row_with_an_answer_in_it_is_two_activities(self, tmp_path):
        mapping = (
            'system = "hotel"\n[[activity]]\nid = "r{No}"\ntime = "{At}"\nactor = "{Guest}"\nverb = "post"\n'
            '[[activity]]\nwhen = "{Answer}"\nid = "a{No}"\ntime = "{At}"\nactor = "email:ann@acme.example"\n'
            'verb = "reply"\nparent = "r{No}"\n'
        )
        content = (
            "No,At,Guest,Answer\n1,2026-01-05T09:00:00Z,Bo Berg,Thanks\n2,2026-01-05T09:00:00Z,Cy Dahl,\n"
        )
        found = of(table(tmp_path, mapping, content), Activity)
        assert [("hotel:r1", None), ("hotel:a1", "hotel:r1"), ("hotel:r2", None)] == [
            (a.id, a.parent) for a in found
        ]
        assert ["hotel:bo berg", "email:ann@acme.example", "hotel:cy dahl"] == [a.actor for a in found]

    def test_people_who_are_told_by_name_are_people_with_that_name(self, tmp_path):
        found = of(table(tmp_path, LEAST, "When,Who\n2026-01-05T09:00:00Z,Ann  Lee\n"), Person)
        assert [("Ann Lee", ("table:ann lee",))] == [(p.name, p.accounts) for p in found]

    def test_a_value_is_never_taken_for_another_systems_account(self, tmp_path):
        found = of(table(tmp_path, LEAST, "When,Who\n2026-01-05T09:00:00Z,x:12345\n"), Activity)
        assert ["table:x:12345"] == [a.actor for a in found]

    def test_a_value_with_braces_is_a_value_and_no_template(self, tmp_path):
        found = of(table(tmp_path, LEAST, "When,Who,Secret\n2026-01-05T09:00:00Z,{Secret},shh\n"), Activity)
        assert ["table:{secret}"] == [a.actor for a in found]

    def test_a_time_without_a_zone_is_set_aside_unless_a_zone_is_given(self, tmp_path):
        content = "When,Who\n2026-07-01 12:00,ann\n"
        assert ["states no zone"] == [
            r.reason.split("' ")[1].split(":")[0] for r in of(table(tmp_path, LEAST, content), SetAside)
        ]
        oslo = of(table(tmp_path, LEAST, content, zone="Europe/Oslo"), Activity)
        named = of(table(tmp_path, 'zone = "Europe/Oslo"\n' + LEAST, content), Activity)
        assert [datetime(2026, 7, 1, 10, tzinfo=UTC)] == [a.time for a in oslo] == [a.time for a in named]

    def test_a_day_is_read_as_the_format_says(self, tmp_path):
        mapping = 'zone = "UTC"\ntime_format = "%m/%d/%Y"\n' + LEAST
        assert [3] == [
            a.time.month for a in of(table(tmp_path, mapping, "When,Who\n03/04/2026,ann\n"), Activity)
        ]

    @pytest.mark.parametrize("form", ["%Y-%m-%Y", "%d/%q", "%"])
    def test_a_format_by_which_no_time_can_be_read_is_refused(self, tmp_path, form):
        with pytest.raises(ConnectorError, match=f"time_format is '{form}'; write one such as"):
            table(tmp_path, f'time_format = "{form}"\n' + LEAST, "When,Who\n03/04/2026,ann\n")

    def test_a_meeting_is_told_from_a_call_as_in_calendars(self):
        rows = [("Oslo, room 4", "in_person"), ("https://zoom.us/j/1", "online"), ("tbd", "unknown")]
        content = "Date,Person,Other Party,Place\n" + "".join(f'2026-01-05,A B,C D,"{p}"\n' for p, _ in rows)
        found = of(Table(mapping="meetings").parse(member_of(content.encode())), Encounter)
        assert [kind for _, kind in rows] == [meeting.kind.value for meeting in found]

    def test_a_json_list_and_a_text_with_semicolons_are_the_same_people(self, tmp_path):
        mapping = LEAST + 'to = "{To}"\n'
        lines = [
            {"When": "2026-01-05T09:00:00Z", "Who": "ann", "To": to}
            for to in (["ben", "cy"], "ben; cy", "ben;cy")
        ]
        found = of(table(tmp_path, mapping, "\n".join(map(json.dumps, lines))), Activity)
        assert [("table:ben", "table:cy")] * 3 == [a.to for a in found]


class TestWorkbooks:
    HEADER = (
        "Request ID",
        "Created",
        "Requester",
        "Subject",
        "Answered",
        "Answered By",
        "Approved",
        "Approved By",
    )

    def test_a_workbook_is_read_like_the_same_table_as_text(self):
        day = datetime(2026, 9, 1, 8)
        content = workbook(
            [self.HEADER, (7, day, "eva@acme.example", "x", day, "dag@acme.example", None, None)]
        )
        assert ["table"] == recognised_by(member_of(content, "unnamed"))
        found = of(Table().parse(member_of(content)), Activity)
        assert [
            ("requests:request-7", "2026-09-01T08:00:00+00:00"),
            ("requests:answer-7", "2026-09-01T08:00:00+00:00"),
        ] == [(a.id, a.time.isoformat()) for a in found]
        assert [2, 2] == [a.line for a in found]

    def test_a_workbook_that_is_cut_off_is_refused_in_a_sentence(self):
        content = workbook([("When", "Who"), ("2026-01-05", "ann")])
        with pytest.raises(Unreadable, match="the workbook is damaged"):
            list(Table(mapping="ideas").parse(member_of(content[: len(content) // 2], "x.xlsx")))

    def test_another_sheet_is_named_in_the_mapping(self, tmp_path):
        content = workbook([("When", "Who"), ("2026-01-05T09:00:00Z", "ann")], sheet="Log")
        assert 1 == len(of(table(tmp_path, 'sheet = "Log"\n' + LEAST, content), Activity))
        with pytest.raises(Unreadable, match="there is no sheet 'Blog'; there are: Log"):
            table(tmp_path, 'sheet = "Blog"\n' + LEAST, content)

    def test_a_formula_is_never_computed_here(self, tmp_path):
        content = workbook([("When", "Who"), ("2026-01-05T09:00:00Z", '=HYPERLINK("https://x.example")')])
        assert ["table: the actor"] == [
            r.reason.replace("the row", "table").split(" is")[0]
            for r in of(table(tmp_path, LEAST, content), SetAside)
        ]


@pytest.mark.parametrize(
    ("mapping", "reason"),
    [
        ("[[activity]\n", "the mapping is no TOML"),
        ("a = " + "9" * 5000, "the mapping is no TOML: a number in it is longer"),
        ("", r"needs at least one \[\[activity\]\]"),
        (LEAST + 'whom = "x"\n', r"\[\[activity\]\] 1: 'whom' is not known"),
        ("[[activity]]\n" + 'time = "{When}"\nactor = "{Who}"\n', "verb is missing: say which column"),
        (
            LEAST + '[verbs]\nIdea = "shout"\n',
            r"\[verbs\] 'Idea' is 'shout', which is not one of: comment, edit",
        ),
        (LEAST.replace("{Who}", "{Whom}"), "names the column 'Whom', and the file has: 'When', 'Who'"),
        ('zone = "Oslo"\n' + LEAST, "'Oslo' is no time zone"),
        ('system = "a b"\n' + LEAST, "write one word"),
        ("[activity]\n" + LEAST.split("\n", 1)[1], r"under \[\[activity\]\], in two brackets"),
    ],
)
def test_a_mapping_that_cannot_be_meant_is_refused_with_its_place(tmp_path, mapping, reason):
    with pytest.raises(ConnectorError, match=reason):
        table(tmp_path, mapping, ROWS)


def test_a_mapping_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(
        BadMapping, match="'nowhere' is neither a mapping file nor one of: tripadvisor, ideas"
    ):
        list(Table(mapping="nowhere").parse(member_of(ROWS.encode())))


def test_a_table_that_no_mapping_is_known_for_says_how_to_write_one():
    with pytest.raises(Unreadable, match=r"influence import log\.csv --map"):
        list(Table().parse(member_of(ROWS.encode(), "log.csv")))


@pytest.mark.parametrize("name", READY_MADE)
def test_a_ready_made_mapping_reads_and_says_its_columns(name):
    assert set(ready_made(name).recognised_by) <= set(ready_made(name).columns()) | {"Rating"}


@pytest.mark.parametrize(
    "header",
    [
        "Nummer,Erstellt,Anrufer,Kurzbeschreibung,Geschlossen,Geschlossen von",
        "Numéro,Créé,Appelant,Description brève,Fermé,Fermé par",
        "Número,Creado,Solicitante,Breve descripción,Cerrado,Cerrado por",
        "Nummer,Skapad,Anmälare,Kort beskrivning,Stängd,Stängd av",
    ],
)
def test_a_list_of_servicenow_in_another_language_is_the_same_list(header):
    content = f"{header}\nINC1,2026-01-05 09:00:00,Ann Lee,help,2026-01-06 09:00:00,Bo Berg\n"
    member = member_of(content.encode(), "incident.csv")
    assert ["table"] == recognised_by(member)
    assert [("servicenow:ann lee", None), ("servicenow:bo berg", "servicenow:INC1")] == [
        (one.actor, one.parent) for one in of(Table(zone="UTC").parse(member), Activity)
    ]


DRAFTED = {
    "reviews": (
        "Review number,Review date,Reviewer,Stars,Review text,Owner response,Response date,Responded by\n"
        "11,03/02/2026,Bo Berg,5,Good,Thanks,17/02/2026,ann@acme.example\n12,28/02/2026,Cy Dahl,1,Bad,,,\n",
        [("post", "bo berg", None), ("reply", "ann@acme.example", "11"), ("post", "cy dahl", None)],
    ),
    "ideas": (
        "Key,Kind,Created at,Author e-mail,Parent,Body\n"
        "1,Idea,2026-02-03T10:00:00Z,ann@acme.example,,Go\n2,Vote,2026-02-03T11:00:00Z,ben@acme.example,1,\n"
        "3,Comment,2026-02-03T12:00:00Z,cy@acme.example,1,Yes\n",
        [
            ("post", "ann@acme.example", None),
            ("react", "ben@acme.example", "1"),
            ("comment", "cy@acme.example", "1"),
        ],
    ),
    "requests, where the one who closes them did not open them": (
        "number,sys_created_on,caller_id,closed_at,closed_by\n"
        "INC1,2026-01-05 09:00:00,Ann Lee,2026-01-06 09:00:00,Bo Berg\nINC2,2026-01-05 10:00:00,Cy Dahl,,\n",
        [("post", "ann lee", None), ("reply", "bo berg", "INC1"), ("post", "cy dahl", None)],
    ),
    "messages of two numbers": (
        "timestamp,sender,receiver,text\n2026-01-05T09:00:00Z,+4711,+4722,hi\n2026-01-05T10:00:00Z,+4722,+4711,yo\n",
        [("message", "+4711", None), ("message", "+4722", None)],
    ),
    "follows": (
        "User1,User2,Date_followed,Interest\nann,bo,2026-01-05 09:00:00,4\n",
        [("follow", "ann", None)],
    ),
    "one JSON document": (
        '{"page": 1, "comments": [\n {"id": 1, "user": {"username": "ann"}, "createdAt": "2026-01-05T09:00:00Z"},\n'
        ' {"id": 2, "user": {"username": "bo"}, "createdAt": "2026-01-05T10:00:00Z", "parentId": 1}]}',
        [("post", "ann", None), ("post", "bo", "1")],
    ),
    "dates of Jira": (
        "Issue key,Created,Reporter,Assignee\nA-1,05/Jan/26 9:00 AM,ann,bo\n",
        [("post", "ann", None)],
    ),
    "blanks between the columns": (
        "time sender recipient\n1767603600 7 9\n1767603700 9 7\n",
        [("message", "7", None), ("message", "9", None)],
    ),
    "a service desk in German": (
        "Ticketnummer;Erstellt am;Anforderer;Betreff;Bearbeiter;Gelöst am\n"
        "T1;27.01.2026 09:00;Ann Lee;x;Bo Berg;28.01.2026 09:00\nT2;28.01.2026 09:00;Ann Lee;x;Bo Berg;\n",
        [("post", "ann lee", None), ("reply", "bo berg", "T1"), ("post", "ann lee", None)],
    ),
    "calls of small numbers": (
        "timestamp,caller,callee,duration\n1767603600,6,11,200\n1767603700,2,15,-1\n",
        [("message", "6", None), ("message", "2", None)],
    ),
    "contacts without a header, the time first": (
        "1767603600 1005 1010\n1767603620 1004 1011\n",
        [("post", "1005", None), ("post", "1004", None)],
    ),
    "edits of a wiki": (
        "rev_id\tpage_title\tuser_text\trev_timestamp\tcomment\n1\tOslo\tAnn\t20260105090000\ttypo\n"
        "2\tOslo\tBo\t20260105090100\ttypo\n",
        [("edit", "ann", None), ("edit", "bo", None)],
    ),
    "commits": (
        "commit,author_email,author_date,subject\n0a1,ann@acme.example,2026-01-05T09:00:00+01:00,fix\n",
        [("post", "ann@acme.example", None)],
    ),
    "tasks of Salesforce": (
        "Id,WhoId,Subject,ActivityDate,OwnerId,Type\n00T1,0031,x,2026-01-05,0051,Call\n"
        "00T2,0032,x,2026-01-06,0051,Email\n",
        [("message", "0051", None), ("message", "0051", None)],
    ),
    "Norwegian": (
        "ID;Dato;Bruker;Beskrivelse\n"
        "A1;31.01.2026 14:30;ann@acme.example;Hei\nA2;01.02.2026 08:00;ben@acme.example;Ja\n",
        [("post", "ann@acme.example", None), ("post", "ben@acme.example", None)],
    ),
}


@pytest.mark.parametrize("name", DRAFTED)
def test_the_first_mapping_reads_the_table_it_was_drafted_for(tmp_path, name):
    content, expected = DRAFTED[name]
    draft = draft_mapping(member_of(content.encode(), "export.csv"))
    records = table(tmp_path, draft, content)
    assert [] == of(records, SetAside)
    assert expected == [
        (a.verb.value, a.actor.split(":", 1)[1], a.parent and a.parent.split(":", 1)[1])
        for a in of(records, Activity)
    ]


CALLS = "phone,date,time,{0}\n5551234560,2026/01/05,10:32:30,{1}\n5551234510,2026/01/05,13:05:00,{2}\n"


@pytest.mark.parametrize(
    ("column", "came", "went"),
    [("incoming_call", "true", "false"), ("Direction", "Inbound", "Outbound"), ("is_from_me", "0", "1")],
)
def test_a_column_of_directions_turns_a_row_round(tmp_path, column, came, went):
    content = CALLS.format(column, came, went)
    draft = draft_mapping(member_of(content.encode(), "calls.csv"))
    calls = of(table(tmp_path, draft, content, owner="ann@acme.example"), Activity)
    assert [
        ("calls:5551234560", ("email:ann@acme.example",), datetime(2026, 1, 5, 10, 32, 30, tzinfo=UTC)),
        ("email:ann@acme.example", ("calls:5551234510",), datetime(2026, 1, 5, 13, 5, tzinfo=UTC)),
    ] == [(call.actor, call.to, call.time) for call in calls]


@pytest.mark.parametrize(
    ("column", "came", "went"), [("Direction", "Inbound", "Outbound"), ("is_from_me", "0", "1")]
)
def test_a_direction_that_is_no_known_word_is_set_aside_and_goes_neither_way(tmp_path, column, came, went):
    draft = draft_mapping(member_of(CALLS.format(column, came, went).encode(), "calls.csv"))
    records = table(tmp_path, draft, CALLS.format(column, came, "Internal"), owner="ann@acme.example")
    assert 1 == len(of(records, Activity))
    assert ["the row: which way it went is not known from 'internal'"] == [
        one.reason for one in of(records, SetAside)
    ]


def test_rows_that_are_meetings_among_others_are_encounters(tmp_path):
    content = (
        "Date,Owner,Contact,Type\n2026-01-05T09:00:00Z,ann@acme.example,bo@buyer.example,Meeting\n"
        "2026-01-06T09:00:00Z,ann@acme.example,bo@buyer.example,Email\n"
    )
    records = table(tmp_path, draft_mapping(member_of(content.encode(), "crm.csv")), content)
    assert [("email:ann@acme.example", "email:bo@buyer.example")] == [
        one.people for one in of(records, Encounter)
    ]
    assert ["message"] == [one.verb.value for one in of(records, Activity)]


PIPEDRIVE = (
    "Activity - Subject,Activity - Type,Activity - Due date,Activity - Assigned to user,Activity - Creator,"
    "Deal - Title,Person - Name,Person - Email - Work,Activity - Add time,Activity - Marked as done time\n"
    "Ring Bo,call,2026-01-05,ann@acme.example,di@acme.example,Deal,Bo Ek,bo@beta.example,2026-01-04 08:00:00,"
    "2026-01-05 09:30:00\n"
    "Eat,lunch,2026-01-06,ann@acme.example,di@acme.example,Deal,Bo Ek,bo@beta.example,2026-01-04 08:00:00,"
    "2026-01-06 13:00:00\n"
)


def test_of_a_list_of_what_was_done_the_one_who_did_it_is_who_acts(tmp_path):
    records = table(tmp_path, draft_mapping(member_of(PIPEDRIVE.encode(), "activities.csv")), PIPEDRIVE)
    (call,) = of(records, Activity)
    assert ("email:ann@acme.example", ("email:bo@beta.example",), "message") == (
        call.actor,
        call.to,
        call.verb.value,
    )
    assert "2026-01-05T09:30" == call.time.isoformat()[:16]
    assert [("email:ann@acme.example", "email:bo@beta.example")] == [
        one.people for one in of(records, Encounter)
    ]


def test_a_register_leaves_out_what_did_not_take_place_and_its_addresses_are_addresses(tmp_path):
    content = (
        "Meeting name,Meeting start time,Attendees,Meeting location,Meeting outcome\n"
        "Demo,2026-01-05T09:00:00Z,ann@acme.example;bo@beta.example,Oslo,Completed\n"
        "Demo,2026-01-06T09:00:00Z,ann@acme.example;cy@beta.example,Oslo,No show\n"
    )
    records = table(tmp_path, draft_mapping(member_of(content.encode(), "meetings.csv")), content)
    assert [("email:ann@acme.example", "email:bo@beta.example")] == [
        one.people for one in of(records, Encounter)
    ]


def test_a_day_that_another_column_tells_is_no_doubt():
    content = (
        b"Case,Contact Name,Contact Email,Source,Opened,Closed\n1,Bo,bo@x.example,Email,1/5/2026,1/16/2026\n"
    )
    draft = draft_mapping(member_of(content, "cases.csv"))
    assert 'time_format = ["%m/%d/%Y"]' in draft
    assert 'actor = "{Contact Email}"' in draft
    assert "\nto = " not in draft


def test_days_that_may_be_months_are_a_doubt_that_is_said_and_others_are_none():
    doubtful = draft_mapping(member_of(b"Date,Who,With\n05-01-2026,Ann,Bo\n", "a.csv"))
    settled = draft_mapping(member_of(b"Date,Who,With\n05-01-2026,Ann,Bo\n27-10-2021,Ann,Bo\n", "a.csv"))
    assert "# CHECK: 03-04-2026 is read as 3 April" in doubtful
    assert "is read as 3 April" not in settled


def test_a_table_without_a_header_has_numbered_columns_and_loses_no_row(tmp_path):
    content = "1;ann@acme.example;15/07/2019 11:20\n2;bo@acme.example;16/07/2019 11:20\n"
    draft = draft_mapping(member_of(content.encode(), "a.csv"))
    assert ["email:ann@acme.example", "email:bo@acme.example"] == [
        one.actor for one in of(table(tmp_path, draft, content), Activity)
    ]


def test_every_guess_says_why():
    content = (
        "number,opened_at,caller_id,closed_at,closed_by,title\n1,2026-01-05,Ann Lee,2026-01-06,Bo Berg,Help\n"
    )
    guessed = [
        line
        for line in draft_mapping(member_of(content.encode(), "a.csv")).splitlines()
        if line.startswith(("actor", "to ", "verb", "subject", "zone", "system"))
    ]
    assert 7 == len(guessed)
    assert all("# CHECK: " in line for line in guessed)


@pytest.mark.parametrize(
    ("content", "people"),
    [
        (
            "Minister,Date,Name of organisation or individual,Purpose of meeting\nAnn Lee,27/01/2026,Beta Ltd,talk\n",
            ("name:ann lee", "name:beta ltd"),
        ),
        (
            "NAMELAST,NAMEFIRST,UIN,APPT_START_DATE,VISITEE_NAMELAST,VISITEE_NAMEFIRST,MEETING_ROOM\n"
            "Lee,Ann,U1,1/27/2026 9:30,Ek,Bo,West\n",
            ("name:ann lee", "name:bo ek"),
        ),
        (
            'Date;Heure;Organisateur;Participants;Lieu\n27/01/2026;09h00;Ann Lee;"Bo Ek, Cy Ra";Salle 4\n',
            ("name:ann lee", "name:bo ek", "name:cy ra"),
        ),
        (
            "BookingID,Room,BookedBy,StartTime,Attendees\n"
            "1,Room 1,ann@acme.example,2026-01-05 09:00,bo@acme.example;cy@acme.example\n",
            ("email:ann@acme.example", "email:bo@acme.example", "email:cy@acme.example"),
        ),
        (
            'Date,Employee,Met with,Where\n2026-01-05,"Lee, Ann","Ek, Bo",Oslo\n',
            ("name:lee, ann", "name:ek, bo"),
        ),
    ],
    ids=["ministers", "visitors", "réunions", "bookings", "family names first"],
)
def test_registers_of_other_shapes_are_of_encounters(tmp_path, content, people):
    draft = draft_mapping(member_of(content.encode(), "register.csv"))
    assert [people] == [meeting.people for meeting in of(table(tmp_path, draft, content), Encounter)]


def test_a_direction_turns_two_who_stand_beside_it_but_not_where_they_say_it():
    rows = "2026-01-05T09:00:00Z,ann@acme.example,bo@buyer.example,INBOUND\n"
    turned = draft_mapping(member_of(f"Date,Assigned to,Contact,Direction\n{rows}".encode(), "crm.csv"))
    said = draft_mapping(member_of(f"Date,Caller,Recipient,Direction\n{rows}".encode(), "crm.csv"))
    assert 'incoming = "{Direction}"  # CHECK' in turned
    assert "incoming" not in said


def test_rows_that_one_rule_reads_are_not_set_aside_by_another(tmp_path):
    mapping = (
        LEAST.replace('verb = "post"', 'verb = "{Type}"')
        + '[verbs]\n"Meeting" = "skip"\n'
        + '[[encounter]]\nwhen = "{Type}"\nis = ["Meeting"]\ntime = "{When}"\npeople = ["{Who}", "x:1"]\n'
    )
    row = "When,Who,Type\n2026-01-05T09:00:00Z,ann,{}\n"
    assert [Encounter] == [type(one) for one in table(tmp_path, mapping, row.format("Meeting"))]
    (left, *_) = of(table(tmp_path, mapping.partition("[[enc")[0], row.format("Meeting")), SetAside)
    assert "the mapping leaves out" in left.reason


def test_several_in_the_field_of_who_did_it_are_set_aside_and_none_is_chosen(tmp_path):
    found = table(tmp_path, LEAST, "When,Who\n2026-01-05T09:00:00Z,ann@acme.example; bo@acme.example\n")
    assert ["the row: the actor names 2 people in one field, and one of them did it"] == [
        one.reason for one in of(found, SetAside)
    ]
    assert [] == of(found, Activity)


def test_the_first_mapping_of_a_register_of_meetings_is_of_encounters(tmp_path):
    content = "Meeting date,Employee,Met with,Where\n2026-03-01,Ann Lee,Bo Berg;Cy Dahl,Oslo\n"
    draft = draft_mapping(member_of(content.encode(), "register.csv"))
    assert [("name:ann lee", "name:bo berg", "name:cy dahl")] == [
        meeting.people for meeting in of(table(tmp_path, draft, content), Encounter)
    ]


@pytest.mark.parametrize(
    "header",
    [
        "Dato,Sted,Deltakere,Tema",
        "Data,Miejsce,Uczestnicy,Temat",
        "Tarih,Yer,Katılımcılar,Konu",
        "Fecha,Lugar,Asistentes,Asunto",
        "Datum,Plats,Deltagare,Ämne",
        "Päivämäärä,Paikka,Osallistujat,Aihe",
        "Data,Luogo,Partecipanti,Oggetto",
        "Datum,Plaats,Deelnemers,Onderwerp",
        "Дата,Место,Участники,Тема",
        "日付,場所,参加者,件名",
    ],
)
def test_a_register_is_known_in_other_languages(tmp_path, header):
    content = f"{header}\n27.10.2021,Oslo,Ann Lee;Bo Ek,Budget\n"
    found = of(table(tmp_path, draft_mapping(member_of(content.encode(), "m.csv")), content), Encounter)
    assert [(("name:ann lee", "name:bo ek"), "Oslo")] == [(one.people, one.place) for one in found]


def test_what_the_first_mapping_does_not_know_it_asks_for(tmp_path):
    draft = draft_mapping(member_of(b"Colour,Size\nred,4\nblue,5\n", "shop.csv"))
    assert 2 == draft.count("# CHECK: no column looks like it")
    with pytest.raises(BadMapping, match="time is missing"):
        table(tmp_path, draft, "Colour,Size\nred,4\n")


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=5),
    st.lists(st.text(max_size=30), min_size=5, max_size=5),
    st.text(max_size=40),
)
def test_no_name_or_value_of_a_column_can_break_out_of_the_first_mapping(names, values, file):
    line = json.dumps({f"type {name}": value for name, value in zip(names, values, strict=False)})
    try:
        draft = draft_mapping(member_of(line.encode(), file))
    except ConnectorError:
        return
    body = tomllib.loads(draft)
    assert {"version", "system", "zone"} <= body.keys()
    assert body.keys() <= {
        "version",
        "system",
        "zone",
        "time_format",
        "separator",
        "activity",
        "encounter",
        "verbs",
    }


def test_a_table_goes_into_a_workspace_with_its_mapping_and_says_what_it_did_not_use(tmp_path):
    file = tmp_path / "log.csv"
    file.write_text("When,Who,Mood\n2026-01-05T09:00:00Z,ann,good\n", encoding="utf-8")
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(LEAST, encoding="utf-8")
    with Workspace.create(tmp_path / "w") as workspace:
        done = workspace.import_path(file, connector="table", options={"mapping": str(mapping)})
        assert 1 == done.summary.stored
        assert ["log.csv: columns that the mapping does not use: 'Mood'"] == done.notes


def test_a_long_table_is_not_held_in_memory(tmp_path):
    import tracemalloc

    content = (ROWS + "2026-01-05T09:00:00Z,ben\n" * 300_000).encode()
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(LEAST, encoding="utf-8")
    records = Table(mapping=str(mapping)).parse(member_of(content))
    tracemalloc.start()
    first = sum(1 for _ in islice(records, 1000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert 1000 == first
    assert peak < 60_000_000


def test_two_of_one_name_are_two_where_a_view_of_zendesk_tells_their_numbers():
    for view in ("zendesk-numbers", "zendesk-report"):
        member = member_of(PAYLOADS / f"table/{view}.csv")
        assert ["table"] == recognised_by(member)
        opened = [one.actor for one in of(Table(zone="UTC").parse(member), Activity) if one.parent is None]
        assert ["zendesk:user:361", "zendesk:user:362"] == opened


def test_a_number_and_an_address_that_a_row_tells_are_one_person(tmp_path):
    mapping = LEAST + 'also = "{Mail}"\nname = "{Name}"\n'
    found = table(tmp_path, mapping, "When,Who,Name,Mail\n2026-01-05T09:00:00Z,7,Ann Lee,Ann@acme.example\n")
    assert [("Ann Lee", ("table:7", "email:ann@acme.example"))] == [
        (one.name, one.accounts) for one in of(found, Person)
    ]


@pytest.mark.parametrize(("who", "notes"), [("Ann Lee", [BY_NAME]), ("ann@acme.example", []), ("7", [])])
def test_where_people_are_told_by_names_alone_it_is_said(tmp_path, who, notes):
    found = table(tmp_path, LEAST, f"When,Who\n2026-01-05T09:00:00Z,{who}\n")
    assert notes == [one.text for one in of(found, Note)]


@pytest.mark.parametrize("who", ["system", "System"])
def test_what_servicenow_closed_by_itself_nobody_answered(who):
    header = "number,sys_created_on,caller_id,short_description,closed_at,closed_by"
    rows = f"{header}\n1,2026-01-05 09:00:00,Ann Lee,x,2026-01-06 09:00:00,{who}\n"
    read = list(Table(mapping="servicenow", zone="UTC").parse(member_of(rows.encode())))
    assert ["servicenow:ann lee"] == [one.actor for one in of(read, Activity)]
