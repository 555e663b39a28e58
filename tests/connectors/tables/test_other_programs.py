"""Tables of other programs: traces of Exchange, directories, and Viva Insights' person-to-person query."""

from __future__ import annotations

import pytest

from connectors.tables.chart import OrganisationChart
from connectors.tables.first_mapping import draft_mapping
from connectors.tables.mail_log import MailLog
from connectors.tables.mapped import Table
from connectors.tables.viva_insights import VivaInsights
from influence.contract.connector import ConnectorError, Unreadable
from influence.contract.files import Member
from influence.contract.records import Encounter, Note, Person, Rows, SetAside, Tie
from influence.contract.testing import HostileClaims, member_of
from tests.kit.connector_records import recognised_by


def table(*lines: str) -> Member:
    return member_of("\n".join((*lines, "")).encode())


def sent(*lines: str) -> list[tuple[str, str]]:
    member = table(*lines)
    found = [
        row
        for record in MailLog().parse(member)
        if isinstance(record, Rows)
        for row in record.table.to_pylist()
    ]
    return [(row["actor"], *row["to"]) for row in found]


BO_TO_TWO = [("email:bo@b.example", "email:ann@a.example"), ("email:bo@b.example", "email:cy@c.example")]


@pytest.mark.parametrize(
    "lines",
    [
        (
            "origin_timestamp_utc,sender_address,recipient_status,message_subject",
            '2026-01-05T09:00:00.0000000Z,bo@b.example,"ann@a.example##Receive, Deliver;cy@c.example##Receive, Send",x',
        ),
        ("Timestamp,Sender,Recipients", '2026-01-05T09:00:00Z,bo@b.example,"{ann@a.example, cy@c.example}"'),
        (
            "Received,SenderAddress,RecipientAddress",
            "2026-01-05 09:00:00Z,bo@b.example,ann@a.example;cy@c.example",
        ),
        ("DateTimeUtc,Sender,Recipient", "2026-01-05 09:00:00,bo@b.example,ann@a.example;cy@c.example"),
    ],
)
def test_a_trace_of_exchange_has_a_row_for_each_recipient(lines: tuple[str, ...]) -> None:
    member = table(*lines)
    assert MailLog().recognises(member, member.head())
    assert BO_TO_TWO == sent(*lines)


@pytest.mark.parametrize(
    "lines",
    [
        ("Date,From,To,Carrier", "2026-01-05 09:00,Oslo,Stockholm,SK"),
        ("Date,From,To,Amount", "2026-01-05T09:00:00Z,NO123,NO456,100"),
        ("timestamp,sender,receiver,text", "2026-01-05T09:00:00Z,+4711,+4722,hi"),
        ("Date,From,To", "2026-01-05,Oslo,Bergen"),
        ("time,sender,recipient,amount", "2026-01-05,17,18,100"),
    ],
)
def test_a_table_of_trips_payments_or_calls_is_no_mail(lines: tuple[str, ...]) -> None:
    member = table(*lines)
    assert not MailLog().recognises(member, member.head())


@pytest.mark.parametrize(
    "lines",
    [
        ("Sender;Recipient;EventDate", "17;37;2010-01-02 17:40:10"),
        ("Date,From,To", "2026-01-05,ann@a.example,bo@b.example"),
        ("Date,From,To,Size", "2026-01-05,Ann <ann@a.example>,,12"),
    ],
)
def test_a_log_of_mail_is_known_by_its_addresses_or_by_saying_nothing_else(lines: tuple[str, ...]) -> None:
    member = table(*lines)
    assert MailLog().recognises(member, member.head())


def test_one_recipient_stays_as_written() -> None:
    assert [("email:17", "email:3, 4")] == sent("Date,From,To", '2026-01-05T09:00:00Z,17,"3, 4"')


def people(*lines: str) -> list[Person]:
    member = member_of("\n".join((*lines, "")).encode())
    assert OrganisationChart().recognises(member, member.head())
    return [record for record in OrganisationChart().parse(member) if isinstance(record, Person)]


@pytest.mark.parametrize("with_entries", [True, False])
def test_a_manager_whom_a_directory_names_by_an_entry_is_found(with_entries: bool) -> None:
    ann, bo = (f'"CN={name},OU=Users,DC=acme,DC=example"' for name in ("Lee\\, Ann", "Ek\\, Bo"))
    header = "SamAccountName,DisplayName,Mail,Manager" + (",DistinguishedName" if with_entries else "")
    shown = ('"Lee, Ann"', '"Ek, Bo"') if with_entries else ("Ann Lee", "Bo Ek")
    ends = (f",{ann}", f",{bo}") if with_entries else ("", "")
    found = people(
        header, f"annl,{shown[0]},ann@a.example,{ends[0]}", f"boek,{shown[1]},bo@a.example,{ann}{ends[1]}"
    )
    assert [("Ann Lee", None), ("Bo Ek", "annl")] == [(one.name, one.manager) for one in found]


HEADER = (
    "PrimaryCollaborator_PersonId,SecondaryCollaborator_PersonId,MetricDate,StrongTieScore,"
    "PrimaryCollaborator_Organization"
)


def test_the_person_to_person_query_is_a_network() -> None:
    member = member_of(
        f"{HEADER}\n1,2,2026-01-05,0.5,Board\n1,3,2026-01-05,x,Board\n,3,2026-01-05,1,Board\n".encode()
    )
    assert VivaInsights().recognises(member, member.head())
    records = list(VivaInsights().parse(member))
    ties = [(one.source, one.target, one.weight, one.directed) for one in records if isinstance(one, Tie)]
    assert [("viva:1", "viva:2", 0.5, False)] == ties
    assert [3, 4] == [one.line for one in records if isinstance(one, SetAside)]
    assert [("viva:1", "Board")] == [
        (one.accounts[0], one.department) for one in records if isinstance(one, Person)
    ]


def test_another_table_is_no_such_query() -> None:
    member = member_of(b"PersonId,MetricDate\n1,2026-01-05\n")
    assert not VivaInsights().recognises(member, member.head())
    with pytest.raises(Unreadable, match="PrimaryCollaborator_PersonId"):
        list(VivaInsights().parse(member))


class TestHostile(HostileClaims):
    connector = VivaInsights()


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        (("1/5/2026 9:00:00 AM", "1/13/2026 9:00:00 PM"), ["2026-01-05T09:00:00", "2026-01-13T21:00:00"]),
        (("05.01.2026 09:00", "06.01.2026 09:00"), ["2026-01-05T09:00:00", "2026-01-06T09:00:00"]),
    ],
)
def test_the_dates_of_a_trace_are_read_in_the_order_that_all_of_them_tell(
    times: tuple[str, str], expected: list[str]
) -> None:
    rows = "".join(f"{time},bo@beta.example,ann@acme.example\n" for time in times)
    member = member_of(f"Received,SenderAddress,RecipientAddress\n{rows}".encode(), "trace.csv")
    assert ["mail-log"] == recognised_by(member)
    (found,) = (one for one in MailLog(zone="UTC").parse(member) if isinstance(one, Rows))
    assert expected == found.table.column("time").to_pylist()


def test_a_trace_whose_dates_do_not_tell_their_order_asks_for_it() -> None:
    table = b"Received,SenderAddress,RecipientAddress\n1/5/2026 9:00,bo@beta.example,ann@acme.example\n"
    with pytest.raises(ConnectorError, match="--set dates=day-first"):
        list(MailLog(zone="UTC").parse(member_of(table, "trace.csv")))


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Mitarbeiter;E-Mail;Vorgesetzter", "Bo Ek;bo@acme.example;Ann Lee"),
        ("Employee ID;Worker;Email - Work;Manager;Manager ID", "2;Bo Ek;bo@acme.example;Ann;1"),
        ("userPrincipalName;displayName;managerUserPrincipalName", "bo@acme.example;Bo Ek;ann@acme.example"),
    ],
)
def test_charts_of_other_programs_name_who_is_who(header: str, row: str) -> None:
    member = member_of(f"{header}\n{row}\n".encode(), "chart.csv")
    assert ["chart"] == recognised_by(member)
    (bo,) = (one for one in OrganisationChart().parse(member) if isinstance(one, Person))
    assert ("Bo Ek", ("email:bo@acme.example",)) == (bo.name, bo.accounts)
    assert bo.manager


def test_a_roster_is_no_chart() -> None:
    roster = member_of(b"date,person,manager\n2026-01-05,Ann,Bo\n", "roster.csv")
    assert recognised_by(roster) == []


def test_times_that_a_ready_made_mapping_does_not_guess_have_their_cure() -> None:
    table = b"Date,Person,Other Party,Place\n27-10-2021,Ann Lee,Bo Ek,Oslo\n"
    found = list(Table().parse(member_of(table, "register.csv")))
    assert ["influence import register.csv --map"] == [
        one.text.partition("by: ")[2] for one in found if isinstance(one, Note)
    ]


@pytest.mark.parametrize(
    ("lines", "drafted"),
    [
        (
            (
                "number,opened_at,opened_by,caller_id,closed_at,closed_by",
                "I1,2026-01-05,Cy,Ann,2026-01-06,Bo",
            ),
            ['actor = "{caller_id}"', 'actor = "{closed_by}"'],
        ),
        (
            (
                "Ärendenr;Skapad;Anmälare;Handläggare;Avslutad;Avslutad av",
                "A1;2026-01-05;Ann;Bo;2026-01-06;Bo",
            ),
            ['actor = "{Anmälare}"', 'actor = "{Avslutad av}"'],
        ),
        (
            ("Datum;Teilnehmer;Ort", "05.01.2026;Ann Lee, Bo Ek;Raum 4", "13.01.2026;Ann Lee, Cy Ray;Teams"),
            ['separator = ","', 'people = ["name:{Teilnehmer}"]', 'place = "{Ort}"'],
        ),
        (
            ("No,Date,User,Language,Star Rating", "1,2026-01-05,Ann,en,5", "2,2026-01-06,Bo,sv,3"),
            ['actor = "{User}"', 'rating = "{Star Rating}"', "worst = 1", "best = 5"],
        ),
        (
            ("ann bo 1767603600", "bo ann 1767603700", "cy ann 1767603800"),
            ['actor = "{column 1}"', 'to = "{column 2}"'],
        ),
    ],
)
def test_a_first_mapping_finds_what_is_there(lines: tuple[str, ...], drafted: list[str]) -> None:
    told = [line.partition("  #")[0] for line in draft_mapping(table(*lines)).splitlines()]
    assert [one for one in drafted if one not in told] == []


def rows_of(*lines: str) -> list[dict[str, object]]:
    records = list(MailLog().parse(table(*lines)))
    return [row for record in records if isinstance(record, Rows) for row in record.table.to_pylist()]


@pytest.mark.parametrize("column", ["Status", "Delivery status", "EventId", "message_status"])
@pytest.mark.parametrize("word", ["Failed", "FAIL", "Bounced", "Rejected"])
def test_mail_that_was_not_delivered_is_set_aside(column: str, word: str) -> None:
    lines = (
        f"sender,recipient,time,{column}",
        "bo@b.example,ann@a.example,2026-01-05T09:00:00Z,Delivered",
        f"bo@b.example,cy@c.example,2026-01-05T09:00:00Z,{word}",
    )
    assert [["email:ann@a.example"]] == [row["to"] for row in rows_of(*lines)]
    asides = [one for one in MailLog().parse(table(*lines)) if isinstance(one, SetAside)]
    assert [(3, "the mail was not delivered, as the log says")] == [(one.line, one.reason) for one in asides]


@pytest.mark.parametrize("word", ["FilteredAsSpam", "Quarantined", "spam"])
def test_what_a_log_says_was_spam_is_counted_apart(word: str) -> None:
    lines = ("sender,recipient,time,status", f"x@x.example,ann@a.example,2026-01-05T09:00:00Z,{word}")
    assert ["spam"] == [row["unsaid"] for row in rows_of(*lines)]


def test_the_steps_of_one_mail_in_a_tracking_log_are_one_mail() -> None:
    steps = ("RECEIVE", "AGENTINFO", "SEND", "DELIVER")
    found = rows_of(
        "Timestamp,EventId,MessageId,Recipients,Sender",
        *(f"2026-01-05T09:00:0{n}Z,{step},<1@b>,ann@a.example,bo@b.example" for n, step in enumerate(steps)),
        "2026-01-05T09:00:00Z,SEND,<2@b>,ann@a.example,bo@b.example",
    )
    assert (5, 2) == (len(found), len({row["id"] for row in found}))


def asides_of(*lines: str) -> list[tuple[int | None, str]]:
    return [(one.line, one.reason) for one in MailLog().parse(table(*lines)) if isinstance(one, SetAside)]


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("Pending", "the mail was still on its way when the log was written"),
        ("450 4.2.1 try again", "the mail was still on its way when the log was written"),
        ("550 5.1.1 unknown user", "the mail was not delivered, as the log says"),
        ("DSN", "a notice that a mail server wrote, and nobody sent"),
        ("Purple", "the log says 'Purple', which is no known word for what became of a mail"),
    ],
)
def test_a_mail_is_not_believed_to_have_arrived_by_a_word_that_does_not_say_so(
    word: str, reason: str
) -> None:
    lines = (
        "sender,recipient,time,status",
        "bo@b.example,ann@a.example,2026-01-05T09:00:00Z,Delivered",
        f"bo@b.example,cy@c.example,2026-01-05T09:00:00Z,{word}",
        "bo@b.example,di@d.example,2026-01-05T09:00:00Z,",
    )
    assert [["email:ann@a.example"], ["email:di@d.example"]] == [row["to"] for row in rows_of(*lines)]
    assert [(3, reason)] == asides_of(*lines)


def test_a_column_of_which_no_word_is_known_takes_nothing_out_and_is_told() -> None:
    lines = ("Timestamp,EventId,Sender,Recipient", "2026-01-05T09:00:00Z,7781,bo@b.example,ann@a.example")
    notes = [one.text for one in MailLog().parse(table(*lines)) if isinstance(one, Note)]
    told = (
        "column 'EventId' holds no known word for what became of a mail ('7781'): every mail counts as sent"
    )
    assert (1, [told]) == (len(rows_of(*lines)), notes)


def test_steps_of_a_mail_that_failed_at_the_end_are_no_mail_that_arrived() -> None:
    def step(word: str, to: str, mail: str) -> str:
        return f"2026-01-05T09:00:00Z,{word},{mail},{to},bo@b.example"

    lines = (
        "Timestamp,EventId,MessageId,Recipients,Sender",
        step("RECEIVE", "ann@a.example;cy@c.example", "<1@b>"),
        step("DELIVER", "ann@a.example", "<1@b>"),
        step("FAIL", "Cy@c.example", "<1@b>"),
        step("RECEIVE", "cy@c.example", "<2@b>"),
        step("RECEIVE", "cy@c.example", ""),
    )
    found = {(row["to"][0], row["id"]) for row in rows_of(*lines)}  # type: ignore[index]
    assert ["email:ann@a.example", "email:cy@c.example", "email:cy@c.example"] == sorted(
        to for to, _ in found
    )
    assert [2, 4] == [line for line, _ in asides_of(*lines)]


def test_a_recipient_of_a_trace_whose_mail_failed_is_set_aside_alone() -> None:
    trace = "ann@a.example##Receive, Deliver;cy@c.example##Receive, Fail;di@d.example##Receive, Send"
    lines = (
        "origin_timestamp,sender_address,recipient_status",
        f'2026-01-05T09:00:00Z,bo@b.example,"{trace}"',
    )
    assert [["email:ann@a.example"], ["email:di@d.example"]] == [row["to"] for row in rows_of(*lines)]
    assert [(2, "the mail was not delivered, as the log says")] == asides_of(*lines)


@pytest.mark.parametrize(
    ("lines", "actor"),
    [
        (
            (
                "Task ID,Created At,Completed At,Name,Assignee Email",
                "1201,2026-01-05,2026-01-09,Plan,bo@acme.example",
                "1202,2026-01-06,2026-01-10,Report,cy@acme.example",
            ),
            'actor = ""',
        ),
        (
            (
                "Report Name,Employee,Transaction Date,Amount",
                "Oslo,Ann Lee,2026-01-05,12",
                "Bonn,Bo Ek,2026-01-06,9",
            ),
            'actor = "{Employee}"',
        ),
        (("Name,Date,Comment", "Ann Lee,2026-01-05,Good", "Bo Ek,2026-01-06,Fine"), 'actor = "{Name}"'),
    ],
)
def test_the_name_of_a_thing_is_no_person(lines: tuple[str, ...], actor: str) -> None:
    assert actor in draft_mapping(table(*lines))


CALENDLY = "User Email,Invitee Email,Start Date & Time,Location,Canceled"


def test_what_was_booked_with_calendly_is_a_meeting_unless_it_was_called_off() -> None:
    rows = [
        f"ann@acme.example,bo@beta.example,2026-01-0{day} 09:00 AM,Room 4,{off}"
        for day, off in ((5, "false"), (6, "true"))
    ]
    found = list(Table(zone="Europe/Oslo").parse(table(CALENDLY, *rows)))
    (met,) = (one for one in found if isinstance(one, Encounter))
    assert (("email:ann@acme.example", "email:bo@beta.example"), "2026-01-05T08:00:00+00:00") == (
        met.people,
        met.time.isoformat() if met.time else None,
    )
    assert [3] == [one.line for one in found if isinstance(one, SetAside)]
