"""Microsoft Purview: the report beside the mails of an eDiscovery export."""

from __future__ import annotations

import pytest

from connectors.mail.purview import Purview
from influence.contract.connector import ConnectorError, Unreadable
from influence.contract.records import Activity, Note, Record, SetAside, Unsaid
from influence.contract.testing import member_of
from tests.kit.connector_records import recognised_by
from tests.kit.places import PAYLOADS

RESULTS = "Item Identity,Subject or Title,Sender or Created by,Recipients in To line,Sent,Type"
LOADED = "File_class,Email_sender,Email_to,Email_date_sent,Email_message_ID,In_reply_to_ID,Email_subject"
ANN, BO = "Ann Lee <ann@acme.example>", "Bo Ek <bo@acme.example>"


def read(header: str, *rows: str, **options: str) -> list[Record]:
    member = member_of("\n".join((header, *rows, "")).encode(), "a.csv")
    assert ["purview"] == recognised_by(member)
    return list(Purview(**options).parse(member))


def mails(records: list[Record]) -> list[Activity]:
    return [one for one in records if isinstance(one, Activity)]


def notes(records: list[Record]) -> str:
    return " | ".join(one.text for one in records if isinstance(one, Note))


def test_a_mail_of_a_load_file_is_the_same_as_in_the_mailbox_and_answers_what_it_says() -> None:
    one, two = mails(
        read(
            LOADED,
            f"Email,{BO},{ANN},2026-01-15T13:04:05Z,<m1@acme.example>,,Plan",
            f"Email,{ANN},{BO},2026-01-15T14:04:05Z,<m2@acme.example>,<m1@acme.example>,RE: Plan",
        )
    )
    assert ("mail:m1@acme.example", "email:bo@acme.example", ("email:ann@acme.example",)) == (
        one.id,
        one.actor,
        one.to,
    )
    assert (one.id, "2026-01-15T14:04:05+00:00") == (two.parent, two.time.isoformat())


def test_a_mail_that_two_mailboxes_hold_is_one_and_that_it_has_no_number_is_told() -> None:
    row = f"{BO},{ANN},1/15/2026 1:04:05 PM,IPM.Note"
    found = read(RESULTS, f"A,Plan,{row}", f"B,Plan,{row}", f"C,Other,{row}")
    one, same, other = mails(found)
    assert (True, False) == (one.id == same.id, one.id == other.id)
    assert "2026-01-15T13:04:05+00:00" == one.time.isoformat()
    assert "would count twice" in notes(found)


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("IPM.Appointment", "1 items of the kind IPM.Appointment"),
        ("Document", "1 items of the kind Document"),
        ("IPM.SkypeTeams.Message", "1 items of the kind IPM.SkypeTeams.Message"),
        ("Ziplok", "1 items of the kind Ziplok"),
    ],
)
def test_what_is_no_mail_or_of_an_unknown_word_is_counted_by_it(kind: str, told: str) -> None:
    found = read(RESULTS, f"A,Plan,{BO},{ANN},2026-01-15 13:04:05,{kind}")
    assert ([], f"not read: {told}") == (mails(found), notes(found))


def test_what_was_never_sent_is_counted() -> None:
    found = read(RESULTS, f"A,Plan,{BO},{ANN},,IPM.Note")
    assert ([], "not read: 1 items that were never sent") == (mails(found), notes(found))


def test_an_answer_of_a_calendar_is_told_apart() -> None:
    row = f"A,Accepted: Board,{BO},{ANN},2026-01-15 13:04:05,IPM.Schedule.Meeting.Resp.Pos"
    assert [Unsaid.CALENDAR_ANSWER] == [one.unsaid for one in mails(read(RESULTS, row))]


def test_several_people_and_names_of_exchange_stand_in_one_field() -> None:
    to = f'"{ANN}; ""Ray, Cy"" <cy@beta.example>; Di Poe </O=ACME/CN=RECIPIENTS/CN=DPOE>"'
    (mail,) = mails(read(RESULTS, f"A,Plan,{BO},{to},2026-01-15 13:04:05,IPM.Note"))
    assert (
        "email:ann@acme.example",
        "email:cy@beta.example",
        "exchange:/o=acme/cn=recipients/cn=dpoe",
    ) == mail.to


def test_who_sent_it_and_when_must_be_read() -> None:
    found = read(
        RESULTS,
        f"A,Plan,,{ANN},2026-01-15 13:04:05,IPM.Note",
        f"B,Plan,{BO},{ANN},soon,IPM.Note",
        f"C,Plan,{BO},{ANN},2026-01-15 13:04:05,IPM.Note",
    )
    assert [2, 3] == [one.line for one in found if isinstance(one, SetAside)]
    assert [4] == [one.line for one in mails(found)]


def test_dates_that_can_be_read_in_two_ways_are_asked_about() -> None:
    rows = [f"A,Plan,{BO},{ANN},{day}/2026 1:04:05 PM,IPM.Note" for day in ("1/5", "2/3", "1/6")]
    with pytest.raises(ConnectorError, match="--set dates=month-first"):
        read(RESULTS, *rows)
    (first, *_) = mails(read(RESULTS, *rows, dates="month-first"))
    assert "2026-01-05T13:04:05+00:00" == first.time.isoformat()


def test_a_list_without_senders_is_refused() -> None:
    with pytest.raises(Unreadable, match="no columns of a sender"):
        list(Purview().parse(member_of(b"Export Item Id,Path\n1,a\n", "a.csv")))


def test_the_payloads_are_recognised_by_their_columns_alone() -> None:
    for name in ("results.csv", "load-file.csv"):
        content = (PAYLOADS / "purview" / name).read_bytes()
        assert ["purview"] == recognised_by(member_of(content, "x.csv"))
