"""Mail as other programs write it: dates, Apple's and Outlook's files, threads of Outlook, patches within a mail."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from connectors.mail.dates import NoDate, sent_at
from connectors.mail.files import Mail
from influence import Workspace
from influence.contract.connector import Unreadable
from influence.contract.records import Activity, SetAside, Unsaid, Verb
from influence.contract.testing import member_of

LATEST = datetime(2030, 1, 1, tzinfo=UTC)
ANN, BO = "Ann Lee <ann@acme.example>", "Bo Ek <bo@beta.example>"


def mail(
    who: str, to: str, number: str, *, line: str = "From x Mon Jan  5 09:00:00 2026", **fields: str
) -> bytes:
    given = {
        "From": who,
        "To": to,
        "Date": f"Mon, {len(number) + 4} Jan 2026 09:00:00 +0000",
        "Subject": "Plan",
        "Message-ID": f"<{number}@acme.example>",
    } | {name.replace("_", "-"): value for name, value in fields.items() if name != "body"}
    header = "".join(f"{name}: {value}\n" for name, value in given.items())
    return f"{line}\n{header}\n{fields.get('body', 'Hello.')}\n\n".encode()


def said(content: bytes) -> list[Activity]:
    return [record for record in Mail().parse(member_of(content)) if isinstance(record, Activity)]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Thu, 10 Jul 1997 14:53:31 PST8PDT", "1997-07-10T21:53:31"),
        ("Sat, 1 Mar 2025 12:00:00 GMT-0500", "2025-03-01T17:00:00"),
        ("Sat, 1 Mar 2025 12:00:00 -05", "2025-03-01T17:00:00"),
        ("Sat, 1 Mar 2025 12:00:00 MSK", "2025-03-01T09:00:00"),
        ("Tue, 1 Jul 2025 12:00:00 Eastern Daylight Time", "2025-07-01T16:00:00"),
        ("Sat Mar  1 12:00:00 CET 2025", "2025-03-01T11:00:00"),
        ("2025-03-01T12:00:00.250+01:00", "2025-03-01T11:00:00"),
        ("2025/03/01 12:00:00 +0100", "2025-03-01T11:00:00"),
        ("Sat, 1 Mar 2025 12:00:00 -429496729500", "2025-03-01T12:00:00"),
        ("Sat, 1 Mar 2025 12:00:00 +9900", "2025-03-01T12:00:00"),
        ("Saturday, March 1, 2025 1:05:06 PM GMT", "2025-03-01T13:05:06"),
        ("sam., 1 mars 2025 12:00:00 +0100", "2025-03-01T11:00:00"),
        ("Sa, 1 Okt 2022 12:00:00 +0200", "2022-10-01T10:00:00"),
        ("Sat, 1 Mar 2025 12:00:60 +0100", "2025-03-01T11:00:59"),
    ],
)
def test_a_date_is_read_as_it_was_meant(written: str, meant: str) -> None:
    assert meant == sent_at(written, None, LATEST).replace(microsecond=0, tzinfo=None).isoformat()


def test_a_date_without_a_zone_is_not_guessed() -> None:
    with pytest.raises(NoDate, match="states no time zone"):
        sent_at("2025-03-01T12:00:00", None, LATEST)


def apple(content: bytes, flags: int = 1) -> bytes:
    noted = f'<?xml version="1.0"?><plist><dict><key>flags</key><integer>{flags}</integer></dict></plist>'
    return f"{len(content)}      \n".encode() + content + noted.encode()


def test_a_mail_of_apple_mail_is_read_without_what_the_program_noted() -> None:
    own = mail(ANN, BO, "a").split(b"\n", 1)[1]
    (found,) = said(apple(own))
    assert ("mail:a@acme.example", "Hello.\n\n", None) == (found.id, found.text, found.unsaid)


def test_the_flags_of_apple_mail_tell_a_draft_and_what_was_deleted() -> None:
    own = mail(ANN, BO, "a").split(b"\n", 1)[1]
    kinds = [one.unsaid for flags in (1 << 6, 1 << 1) for one in said(apple(own, flags))]
    assert [Unsaid.DRAFT, Unsaid.TRASH] == kinds


@pytest.mark.parametrize("begins", [b"!BDN" + bytes(100), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100)])
def test_a_file_of_outlook_is_refused_with_the_way_to_one_that_is_read(begins: bytes) -> None:
    member = member_of(begins)
    with pytest.raises(Unreadable, match="readpst"):
        list(Mail().parse(member))


def index(*steps: bytes) -> str:
    return base64.b64encode(b"\x01" + bytes(range(21)) + b"".join(steps)).decode()


def test_an_answer_in_outlook_is_known_by_the_index_of_its_thread_in_either_order() -> None:
    first = mail(ANN, BO, "a", Thread_Index=index())
    answer = mail(BO, ANN, "bb", Subject="RE: Plan", Thread_Index=index(b"12345"))
    again = mail(ANN, BO, "ccc", Subject="RE: Plan", Thread_Index=index(b"12345", b"67890"))
    for order in ((first, answer, again), (again, answer, first)):
        parents = {one.id: (one.verb, one.parent) for one in said(b"".join(order))}
        assert {
            "mail:a@acme.example": (Verb.MESSAGE, None),
            "mail:bb@acme.example": (Verb.REPLY, "mail:a@acme.example"),
            "mail:ccc@acme.example": (Verb.REPLY, "mail:bb@acme.example"),
        } == parents


def test_what_is_passed_on_or_answers_what_is_not_there_is_no_reply() -> None:
    first = mail(ANN, BO, "a", Thread_Index=index())
    passed = mail(BO, ANN, "bb", Subject="WG: Plan", Thread_Index=index(b"12345"))
    lost = mail(BO, ANN, "ccc", Subject="RE: Plan", Thread_Index=index(b"xxxxx", b"67890"))
    assert [None, None, None] == [one.parent for one in said(first + passed + lost)]


PATCH = "From cb83a0f2b1c1d4e5f60718293a4b5c6d7e8f9012 Mon Sep 17 00:00:00 2001\nFrom: Zoe <zoe@d.example>\nDate: x"


def test_a_patch_within_a_mail_is_no_mail() -> None:
    found = said(mail(ANN, BO, "a", body=f"See:\n\n{PATCH}\n\n---\n f.py | 2") + mail(BO, ANN, "bb"))
    assert ["mail:a@acme.example", "mail:bb@acme.example"] == [one.id for one in found]


def test_a_mail_that_is_attached_unquoted_belongs_to_the_mail_around_it() -> None:
    inner = mail("Zoe <zoe@d.example>", BO, "z").decode()
    parts = f"--zz\nContent-Type: text/plain\n\nSee\n\n--zz\nContent-Type: text/plain\n\n{inner}--zz--"
    outer = mail(ANN, BO, "a", Content_Type='multipart/mixed; boundary="zz"', body=parts)
    assert ["a", "bb"] == [one.id[5:].partition("@")[0] for one in said(outer + mail(BO, ANN, "bb"))]


def test_a_mail_whose_parts_are_never_closed_does_not_swallow_the_next() -> None:
    outer = mail(ANN, BO, "a", Content_Type='multipart/mixed; boundary="zz"', body="--zz\n\nSee")
    assert 2 == len(said(outer + mail(BO, ANN, "bb")))


@pytest.mark.parametrize(
    "line",
    [
        *("From -", "From - ", "From ann@acme.example", "From MAILER-DAEMON"),
        *("From ann@acme.example 2026-01-05 09:00:00", "From ann@acme.example 2026-01-05T09:00:00+00:00"),
        *(
            "From - 2026/01/05 09:00",
            "From Ann Lee <ann@acme.example> 05.01.2026 09:00",
            "From ann@acme.example 1767603600",
        ),
        "From ann@acme.example Mo Jän  5 09:00:00 2026",
    ],
)
def test_a_line_that_begins_a_mail_needs_no_date(line: str) -> None:
    assert 2 == len(said(mail(ANN, BO, "a", line=line) + mail(BO, ANN, "bb", line=line)))


def test_a_byte_order_mark_does_not_hide_the_first_mail() -> None:
    assert 2 == len(said(b"\xef\xbb\xbf" + mail(ANN, BO, "a") + mail(BO, ANN, "bb")))


@pytest.mark.parametrize(
    "subject",
    [
        "RES: Plan",
        "RÉP: Plan",
        "Odp: Plan",
        "YNT: Plan",
        "回复：Plan",
        "答复: Plan",
        "Re : Plan",
        "Vá: Plan",
        "Отв: Plan",
        "[EXTERNAL] Re: Plan",
        "EXT: AW: Plan",
        "[External Email] SV: Plan",
        "Re[2]: Plan",
        "R: Plan",
        "返信: Plan",
    ],
)
def test_an_answer_is_known_by_its_subject_in_many_languages(subject: str, tmp_path) -> None:
    (tmp_path / "a.mbox").write_bytes(mail(ANN, BO, "a") + mail(BO, ANN, "bb", Subject=subject))
    workspace = Workspace.create(tmp_path / "w")
    with workspace:
        workspace.import_path(tmp_path / "a.mbox")
        assert 1 == len(workspace.analysis.log.counted("all").responder)


@pytest.mark.parametrize(
    "subject", ["Result: Plan", "External relations: Plan", "FW: Plan", "Resource: Plan", "Plan"]
)
def test_another_beginning_is_no_answer(subject: str, tmp_path) -> None:
    (tmp_path / "a.mbox").write_bytes(mail(ANN, BO, "a") + mail(BO, ANN, "bb", Subject=subject))
    workspace = Workspace.create(tmp_path / "w")
    with workspace:
        workspace.import_path(tmp_path / "a.mbox")
        assert 0 == len(workspace.analysis.log.counted("all").responder)


def journal(*parts: str) -> bytes:
    within = "".join(f"--b\n{part}\n" for part in parts)
    kind = f"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n{within}--b--"
    header = (
        "From: journal@acme.example\nTo: archive@acme.example\nSubject: Plan\nMessage-ID: <j@acme.example>"
    )
    return f"{header}\nDate: Mon, 5 Jan 2026 09:00:05 +0000\nX-MS-Journal-Report:\n{kind}\n".encode()


ENVELOPE = "Content-Type: text/plain\n\nSender: ann@acme.example\nRecipient: bo@beta.example\n"


def test_a_report_of_a_journal_is_the_mail_that_it_encloses() -> None:
    enclosed = mail(ANN, BO, "1").partition(b"\n")[2].decode()
    (found,) = said(journal(ENVELOPE, f"Content-Type: message/rfc822\n\n{enclosed}"))
    assert ("mail:1@acme.example", "email:ann@acme.example", ("email:bo@beta.example",)) == (
        found.id,
        found.actor,
        found.to,
    )


def test_a_report_of_a_journal_without_its_mail_is_nobodys_and_told() -> None:
    (aside,) = Mail().parse(member_of(journal(ENVELOPE)))
    assert isinstance(aside, SetAside)
    assert "a report of a journal" in aside.reason


def test_empty_lines_before_a_mail_are_passed_over() -> None:
    content = b"\r\n\n" + mail(ANN, BO, "1").partition(b"\n")[2]
    assert Mail().recognises(member_of(content), content)
    assert ["mail:1@acme.example"] == [one.id for one in said(content)]
