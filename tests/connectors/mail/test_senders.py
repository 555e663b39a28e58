"""Who a mail is by: the author behind a list, in whose sent mail it lay, in whose name it went out, who typed it."""

from __future__ import annotations

import pytest

from connectors.mail.files import Mail
from influence.contract.records import Activity, Person, Record
from influence.contract.testing import member_of

LIST = {"List_Id": "<team.lists.acme.example>", "List_Post": "<mailto:team@lists.acme.example>"}
TEAM = "email:team@lists.acme.example"


def mail(**fields: str) -> bytes:
    given = {
        "From": "Ann Lee <ann@acme.example>",
        "Date": "Mon, 5 Jan 2026 09:00:00 +0100",
        "To": "cy@gamma.example",
        "Subject": "Plan",
    } | {name.replace("_", "-"): value for name, value in fields.items()}
    header = "".join(f"{name}: {value}\n" for name, value in given.items() if value)
    return f"From x Mon Jan  5 09:00:00 2026\n{header}\nHello.\n\n".encode()


def read(*messages: bytes, file: str = "one.mbox") -> list[Record]:
    return list(Mail().parse(member_of(b"".join(messages), file)))


def activity(message: bytes, file: str = "one.mbox") -> Activity:
    return next(record for record in read(message, file=file) if isinstance(record, Activity))


def names(*messages: bytes) -> set[str | None]:
    return {record.name for record in read(*messages) if isinstance(record, Person)}


def bots(*messages: bytes) -> set[str]:
    return {one.accounts[0] for one in read(*messages) if isinstance(one, Person) and one.bot}


# --- behind a list ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "author"),
    [
        ({"X_Original_From": "Bo Ek <bo@beta.example>"}, "email:bo@beta.example"),
        ({"Author": "Bo Ek <bo@beta.example>"}, "email:bo@beta.example"),
        ({"Reply_To": "Bo Ek <bo@beta.example>"}, "email:bo@beta.example"),
        ({"Reply_To": "Team <team@lists.acme.example>, Bo Ek <bo@beta.example>"}, "email:bo@beta.example"),
        ({"Reply_To": "team@lists.acme.example", "Cc": "Bo Ek <bo@beta.example>"}, "email:bo@beta.example"),
        ({"X_Original_Sender": "bo@beta.example"}, "email:bo@beta.example"),
        ({"X_Original_Sender": "team-bounces@lists.acme.example"}, "unaddressed:bo ek"),
        ({"Reply_To": "Team <team@lists.acme.example>"}, "unaddressed:bo ek"),
        ({"Reply_To": "Eve Orr <eve@beta.example>"}, "unaddressed:bo ek"),
        ({"Reply_To": "Bo Ek <bo@beta.example>, Cy Ray <cy@gamma.example>"}, "unaddressed:bo ek"),
        ({}, "unaddressed:bo ek"),
    ],
)
def test_who_wrote_to_a_list_that_rewrites_from_is_the_author(fields: dict[str, str], author: str) -> None:
    assert author == activity(mail(From='"Bo Ek via Team" <team@lists.acme.example>', **LIST, **fields)).actor


@pytest.mark.parametrize(
    "shown",
    [
        "\"'Bo Ek' via Team\"",
        "'Bo Ek' via Team",
        "Bo Ek (via Team Mailing List)",
        "Bo Ek via Team",
        '"Ek, Bo via Team"',
        "=?utf-8?q?Bo_Ek_=C3=BCber_Team?=",
        "Bo Ek par Team",
        '"Bo Ek by way of Team"',
    ],
)
def test_the_name_of_an_author_is_what_stands_before_via(shown: str) -> None:
    message = mail(From=f"{shown} <team@lists.acme.example>", **LIST)
    assert "unaddressed:bo ek" == activity(message).actor
    assert {TEAM} == bots(message)
    assert not [name for name in names(message) if name and "Team" in name]


def test_an_author_whose_address_the_list_wrote_into_its_own_keeps_it() -> None:
    told = activity(mail(From="Bo Ek <bo=40beta.example@dmarc.ietf.example>", List_Id="<x.ietf.example>"))
    assert "email:bo@beta.example" == told.actor
    told = activity(
        mail(From="Bo Ek via groups <bo=beta.example@groups.example>", List_Id="<x.groups.example>")
    )
    assert "email:bo@beta.example" == told.actor


def test_without_a_lists_headers_its_name_in_the_address_tells() -> None:
    told = activity(mail(From="Bo Ek via Team <team@acme.example>", Reply_To="Bo Ek <bo@beta.example>"))
    assert "email:bo@beta.example" == told.actor


@pytest.mark.parametrize("word", ["durch", "par", "przez", "über"])
def test_a_lists_own_address_is_told_by_its_id(word: str) -> None:
    shown = f"Bo Ek {word} Team <team@lists.acme.example>"
    told = mail(From=shown, List_Id="Team <team.lists.acme.example>", Reply_To="Bo Ek <bo@beta.example>")
    assert "email:bo@beta.example" == activity(told).actor


def test_a_service_that_writes_for_somebody_is_a_program() -> None:
    message = mail(From="Bo Ek via DocSigner <dse@docsigner.example>", Reply_To="Bo Ek <bo@beta.example>")
    assert "email:dse@docsigner.example" == activity(message).actor
    assert {"email:dse@docsigner.example"} == bots(message)


@pytest.mark.parametrize("shown", ["Via Lund", "Olivia Rossi", "Ann via Nordica"])
def test_a_name_that_only_looks_like_a_lists_stays_a_name(shown: str) -> None:
    assert {shown} <= names(mail(From=f"{shown} <ann@acme.example>"))


def test_mail_to_a_list_that_leaves_from_alone_is_its_authors() -> None:
    assert "email:ann@acme.example" == activity(mail(Reply_To="team@lists.acme.example", **LIST)).actor


# --- sent mail --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "outbox"),
    [
        ("Sent", "mailbox:sent"),
        ("Profile/Sent.mbox", "mailbox:profile/sent"),
        ("Maildir/.Sent/cur/17.host:2,S", "mailbox:maildir/.sent"),
        ("Maildir/.Sent.2024/cur/17.host:2,S", "mailbox:maildir/.sent"),
        ("letters/Gesendete Elemente/1.eml", "mailbox:letters/gesendete elemente"),
        ("Ann@Acme.example/Sendte elementer.mbox", "email:ann@acme.example"),
        ("Inbox", None),
        ("Sent to lawyers.mbox", None),
    ],
)
def test_mail_in_a_folder_of_sent_mail_says_whose_mailbox_it_is(file: str, outbox: str | None) -> None:
    assert outbox == activity(mail(), file).outbox


def test_all_mail_of_an_exchange_exports_sent_folder_lies_in_its_mailbox() -> None:
    place = {"X_Folder": "\\Lee, Ann\\Sent Items", "X_Origin": "LEE-A", "X_FileName": "alee.pst"}
    own, aides = mail(**place), mail(From="Pia Aide <pia@acme.example>", **place)
    assert ["mailbox:lee-a"] * 2 == [one.outbox for one in read(own, aides) if isinstance(one, Activity)]


def test_mail_that_takeout_labels_sent_is_of_whom_the_rest_was_delivered_to() -> None:
    got = mail(From="Bo Ek <bo@beta.example>", X_Gmail_Labels="Inbox", Delivered_To="ann@acme.example")
    sent = mail(X_Gmail_Labels="Sent,Opened")
    found = [one.outbox for one in read(got, sent) if isinstance(one, Activity)]
    assert [None, "email:ann@acme.example"] == found
    assert "mailbox:all mail" == activity(sent, "All mail.mbox").outbox


def test_a_folder_without_a_bearers_name_joins_nobody() -> None:
    found = read(*[mail(Message_ID=f"<{n}@acme.example>") for n in range(9)], file="Sent")
    assert not [one for one in found if isinstance(one, Person) and "mailbox:sent" in one.accounts]


def test_no_sender_can_name_a_mailbox_that_only_a_live_connector_names() -> None:
    assert (
        activity(mail(X_Mailbox_Owner="email:eve@beta.example", X_Gmail_Labels="Sent")).outbox
        == "mailbox:one"
    )


# --- in whose name, and typed by whom -----------------------------------------------------------------------


def told(message: bytes) -> tuple[str, str | None, str | None]:
    found = activity(message)
    return found.actor, found.outbox, found.typist


ANN, PIA = "email:ann@acme.example", "email:pia@acme.example"


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ('"Pia Aide on behalf of Ann Lee" <pia@acme.example>', (PIA, "unaddressed:ann lee", None)),
        ('"Aide, Pia On Behalf Of Lee, Ann" <pia@acme.example>', (PIA, "unaddressed:ann lee", None)),
        ('"Pia Aide on behalf of Ann Lee" <ann@acme.example>', (ANN, ANN, "unaddressed:pia aide")),
        ('"Pia Aide" <pia@acme.example> on behalf of "Ann Lee" <ann@acme.example>', (PIA, ANN, None)),
        ('"Pia Aide im Auftrag von Ann Lee" <pia@acme.example>', (PIA, "unaddressed:ann lee", None)),
        ('"Ann Lee (sent by Pia Aide)" <ann@acme.example>', (ANN, None, "unaddressed:pia aide")),
        ('"Ann Lee [Sent by: Pia Aide]" <ann@acme.example>', (ANN, None, "unaddressed:pia aide")),
    ],
)
def test_two_names_in_from_are_a_writer_and_in_whose_name(
    shown: str, expected: tuple[str, str | None, str | None]
) -> None:
    assert expected == told(mail(From=shown))
    assert names(mail(From=shown)) <= {"Ann Lee", "Pia Aide"}


@pytest.mark.parametrize(
    "sender",
    [
        "Pia Aide <pia@acme.example>",
        "pia@acme.example",
        "pia@mail.acme.example",
        "Pia Aide <pia.aide@agency.example>",
    ],
)
def test_another_person_in_sender_typed_it(sender: str) -> None:
    typist = activity(mail(Sender=sender)).typist
    assert typist is not None
    assert typist.startswith("email:pia")


@pytest.mark.parametrize(
    "more",
    [
        {"Sender": "ann@acme.example"},
        {"Sender": "Ann Lee <ann.lee@home.example>"},
        {"Sender": "ann@home.example"},
        {"Sender": "ann+news@acme.example"},
        {"Sender": "no-reply@acme.example"},
        {"Sender": "owner-team@acme.example"},
        {"Sender": "team-bounces@acme.example"},
        {"Sender": "bounce=ann=x@acme.example"},
        {"Sender": "Docs Calendar <docs-calendar@docs.example>"},
        {"Sender": "0100018b@mailer.service.example"},
        {"Sender": "0100018b-77f2@mail.acme.example"},
        {"Sender": "www-data@web.acme.example"},
        {"Sender": "Acme <info@acme.example>"},
        {"Sender": "Pia Aide <pia@acme.example>", **LIST},
        {"Sender": "Team <team@lists.acme.example>", **LIST},
    ],
)
def test_a_list_a_program_or_another_address_of_the_author_typed_nothing(more: dict[str, str]) -> None:
    assert (ANN, None, None) == told(mail(**more))


def test_a_hostile_sender_takes_no_time() -> None:
    long = " on behalf of" * 20_000 + " via " * 20_000 + "'" * 50_000
    assert activity(mail(From=f"{long} <ann@acme.example>")).actor


def test_a_surname_before_a_comma_that_nobody_quoted_is_no_person() -> None:
    message = mail(From="Smith, John <john@acme.example>")
    assert "email:john@acme.example" == activity(message).actor
    assert "John Smith" in names(message)
