"""Kinds that are known and not read: each proved by what stands in it, and never in place of a connector."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from influence.contract.testing import member_of
from influence.contract.unread_kinds import KINDS, refusal, unread_kind
from influence.store.importing import ReadingError
from influence.workspace.workspace import Workspace
from tests.kit.connector_records import payloads
from tests.kit.places import SHARED

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def wide(text: str) -> bytes:
    return text.encode("utf-16-le")


@pytest.mark.parametrize(
    ("name", "head", "kind"),
    [
        ("a", b"!BDN" + bytes(60), "Outlook .pst, .ost"),
        ("a", OLE + wide("__properties_version1.0"), "Outlook .msg"),
        ("a", OLE + wide("Workbook"), "older Excel .xls"),
        ("a", OLE, "older Office"),
        (
            "a",
            b'<?xml version="1.0"?><emails elementCount="1"><email><OPFMessageCopySubject/>',
            "Outlook for Mac .olm",
        ),
        (
            "a",
            b'"Subject","Body","From: (Name)","From: (Address)","From: (Type)","To: (Name)"\r\n',
            "Outlook mail as CSV",
        ),
        ("a", b'"Subject","Start Date","Start Time","End Date","End Time"\r\n', "Outlook calendar as CSV"),
        ("a", b"First Name,Middle Name,Last Name,Title,E-mail Address\r\n", "contacts as CSV"),
        ("a", b' ["vcalendar", [], []]', "jCal, xCal"),
        ("a", b"\x01\x01\x01\x01\nFrom: ann@acme.example\n", "MMDF"),
        ("a", b"\x78\x9f\x3e\x22" + bytes(9), "winmail.dat"),
        ("a", b"\x1a\x00\x00\x04\x00\x00" + bytes(9), "Notes .nsf"),
        ("signal-2026-01-05-09-00-00.backup", bytes(99), "Signal backup"),
        ("x/msgstore.db.crypt15", bytes(99), "WhatsApp backup"),
        ("a", b"SQLite format 3\x00", "database of a telephone"),
        ("a", b'<!DOCTYPE html><title>Exported Data</title><div class="page_wrap">', "Telegram as HTML"),
        ("a", b'<html><div class="pam _3-95 _2ph- _a6-g uiBoxWhite">', "Facebook, Instagram as HTML"),
        ("a", b'{"conversations": [{"conversation_id": {}, "self_conversation_state": {}}]}', "Hangouts"),
        ("Items_0.csv", b"Export Item Id,Item Identity,Location\n", "Purview report"),
        ("Export_Loadfile_1.csv", b"File ID,Custodian\n", "Purview load file"),
        ("a", b"[LINE] Chat history with Bo\n", "LINE"),
        ("a", "Bo 님과 카카오톡 대화\n".encode(), "KakaoTalk"),
        ("a", b"09:00:12\t From Ann Lee to Everyone:\n\thello\n", "chat of a Zoom meeting"),
        ("a", b"Name (Original Name),User Email,Join Time\n", "who attended, Zoom, Teams"),
        ("a", b"WEBVTT\n\n00:00:00.000 --> 00:00:04.000\n", "transcript of a meeting"),
        ("a", b"api_id,name,first_name,last_name,email,phone_number\n", "guests of an event"),
        (
            "a",
            b"Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME\n",
            "subscribers, answers to a form",
        ),
        ("a", b"post_id,post_date,is_published,email_sent_at,inbox_sent_at\n", "Substack"),
        ("a", b'[{"header": "Search", "products": [], "activityControls": []}]', "Google My Activity"),
        ("a", b'<?xml version="1.0" ?><!DOCTYPE html><div class="hChatLog hfeed">', "Google Voice"),
        ("a", b'{"Direct Messages": {}, "Profile And Settings": {}}', "TikTok"),
        ("a", b'{"bo": [{"Media Type": "TEXT", "Conversation Title": null, "IsSender": true}]}', "Snapchat"),
        ("a", b'[{"renoteId": null, "replyId": null, "visibility": "public"}]', "Misskey"),
        ("a", b'{"name": "Board", "closed": false, "url": "https://trello.com/b/x"}', "Trello"),
        ("a", b"PK\x03\x04" + bytes(30) + b"word/document.xml", "Word document"),
        ("a", b"%PDF-1.7", "PDF"),
        ("a", b"PK\x03\x04" + bytes(30), "zip that was cut off"),
        ("a", b"{\\rtf1", "RTF"),
        ("a", b"\x28\xb5\x2f\xfd", "7z, RAR, Zstandard"),
        ("a", b"  <!doctype HTML><p>", "web page"),
    ],
)
def test_a_kind_is_told_by_its_marks(name: str, head: bytes, kind: str) -> None:
    found = unread_kind(name, head)
    assert found is not None
    assert kind == found.name
    told = refusal(name, head)
    assert told is not None
    assert re.fullmatch(r"this is [^\n]{10,400}[\w)]", told), told


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        ('"Betreff","Beginnt am","Beginnt um","Endet am"\r\n'.encode("cp1252"), "Outlook calendar as CSV"),
        ('"Ämne","Startdatum","Starttid","Slutdatum"\r\n'.encode("cp1252"), "Outlook calendar as CSV"),
        *(
            (f'{line},"x"\r\n'.encode(code), kind)
            for code in ("utf-8", "cp1252")
            for line, kind in (
                ('"Oggetto","Data inizio","Ora inizio"', "Outlook calendar as CSV"),
                ('"Asunto","Fecha de comienzo","Comienzo"', "Outlook calendar as CSV"),
                ('"Onderwerp","Begindatum","Begintijd"', "Outlook calendar as CSV"),
                ('"Aihe","Alkamispäivä","Alkamisaika"', "Outlook calendar as CSV"),
                ('"Assunto","Data de início","Hora de início"', "Outlook calendar as CSV"),
                ('"Betreff","Text","Von: (Name)","Von: (Adresse)","Von: (Typ)"', "Outlook mail as CSV"),
                ('"Ämne","Brödtext","Från: (namn)","Från: (adress)","Från: (typ)"', "Outlook mail as CSV"),
                ('"Objet","Corps","De : (nom)","De : (adresse)","De : (type)"', "Outlook mail as CSV"),
                ('"Asunto","Cuerpo","De: (nombre)","De: (dirección)","De: (tipo)"', "Outlook mail as CSV"),
            )
        ),
        (b'<?xml version="1.0"?>\n<icalendar xmlns="urn:ietf:params:xml:ns:icalendar-2.0">', "jCal, xCal"),
        ('"Konu","Başlangıç Tarihi","Başlangıç Saati","x"\r\n'.encode(), "Outlook calendar as CSV"),
        ('"件名","開始日","開始時刻","終了日"\r\n'.encode(), "Outlook calendar as CSV"),
        ('"Тема","Дата начала","Время начала","x"\r\n'.encode(), "Outlook calendar as CSV"),
        ('"Temat","Data rozpoczęcia","Czas rozpoczęcia","x"\r\n'.encode(), "Outlook calendar as CSV"),
        ('"Anrede","Vorname","Weitere Vornamen","Nachname"\r\n'.encode("cp1252"), "contacts as CSV"),
        ('"Titel","Förnamn","Mellannamn","Efternamn"\r\n'.encode(), "contacts as CSV"),
        (b"1. Summary\r\nMeeting title\tWeekly\r\n", "who attended, Zoom, Teams"),
        *(
            (f"1. {word}\r\nx\tWeekly\r\n".encode(), "who attended, Zoom, Teams")
            for word in ("Zusammenfassung", "Sammanfattning", "Sammendrag", "Resumen", "Résumé", "Yhteenveto")
        ),
        (b"Full Name\tUser Action\tTimestamp\r\n", "who attended, Zoom, Teams"),
        (b"First name,Last name,Email,Duration,Time joined,Time exited\n", "who attended, Zoom, Teams"),
        (
            member_of(b"\xff\xfe" + wide("1. Summary\nMeeting title\tWeekly\n")).head(),
            "who attended, Zoom, Teams",
        ),
    ],
)
def test_a_kind_is_told_in_other_languages_too(head: bytes, kind: str) -> None:
    found = unread_kind("a.csv", head)
    assert found is not None
    assert kind == found.name


def test_every_kind_is_tried_and_named_once() -> None:
    marks = test_a_kind_is_told_by_its_marks.pytestmark[0].args[1]  # type: ignore[attr-defined]
    assert [kind.name for kind in KINDS] == [kind for _, _, kind in marks]


def test_nothing_that_a_connector_reads_is_of_such_a_kind() -> None:
    read = [path for path in payloads() if path.parent.name != "outlook"]  # read where its extra is installed
    assert [] == [path.name for path in read if unread_kind("unnamed", path.read_bytes()[:65_536])]


def test_an_import_says_the_name_and_the_cure(tmp_path: Path) -> None:
    (tmp_path / "mail.pst").write_bytes(b"!BDN" + bytes(60))
    (tmp_path / "log.csv").write_text("time,actor,verb\n2026-01-05T09:00:00Z,x:1,post\n")
    with Workspace.create(tmp_path / "w") as workspace:
        with pytest.raises(ReadingError, match=r"mail\.pst: this is an Outlook data file .* readpst"):
            workspace.import_path(tmp_path / "mail.pst")
        done = workspace.import_path(tmp_path)
    assert 1 == done.summary.stored
    assert "mail.pst" in done.unreadable
    assert "mail.pst" not in done.not_recognised


@pytest.mark.skipif(not SHARED.exists(), reason="the shared cases are not on this machine")
@pytest.mark.parametrize("name", ["first-bytes-of-a.pst", "first-bytes-of-a.msg"])
def test_the_cases_are_named(name: str) -> None:
    told = refusal(name, (SHARED / "cases/sources" / name).read_bytes())
    assert told is not None
    assert "readpst" in told
