"""WhatsApp: lines in the languages of telephones, the order of days, groups, and what is no message."""

from __future__ import annotations

import zipfile
from datetime import datetime
from pathlib import Path

import pytest

from connectors.chat.whatsapp import WhatsApp
from connectors.chat.whatsapp_lines import is_chat, read_line
from connectors.kit.day_order import DayOrder
from influence.contract.connector import ConnectorError, Unreadable
from influence.contract.files import names, open_export
from influence.contract.records import Activity, Note, Record, SetAside
from influence.contract.testing import member_of
from tests.kit.connector_records import recognised_by
from tests.kit.places import SHARED

BEGINS = "Messages and calls are end-to-end encrypted. Not even WhatsApp can read them."


def read(*lines: str, **options: str) -> list[Record]:
    member = member_of("\n".join(lines).encode(), "WhatsApp Chat with Bo.txt")
    return list(WhatsApp(**{"zone": "UTC", **options}).parse(member))


def acts(records: list[Record]) -> list[Activity]:
    return [one for one in records if isinstance(one, Activity)]


@pytest.mark.parametrize(
    "line",
    [
        "[1/5/26, 9:00:12 PM] Ann: x",
        "1/5/26, 9:00\u202fPM - Ann: x",
        "[05.01.26, 21:00:12] Ann: x",
        "05.01.26, 21:00 - Ann: x",
        "\u200e[2026-01-05 21:00:12] Ann: x",
        "2026-01-05 21:00 - Ann: x",
        "[05.01.2026 21.00.12] Ann: x",
        "05.01.2026 21.00 - Ann: x",
        "[5.1.2026 klo 21.00.12] Ann: x",
        "5.1.2026 klo 21.00 - Ann: x",
        "[05/01/2026 21:00:12] Ann : x",
        "05/01/2026 à 21:00 - Ann: x",
        "05/01/26, 9:00 p. m. - Ann: x",
        "2026/1/5 下午9:00 - Ann: x",
        "[5.01.2026 г., 21:00:12 ч.] Ann: x",
        "2026-01-05 21 h 00 - Ann: x",
        "[2026-01-05 21 h 00 min 12 s] Ann: x",
        "5/1/26, 9:00 μ.μ. - Ann: x",
        "٥\u200f/١\u200f/٢٠٢٦، ٩:٠٠ م - Ann: x",
        "5.1.2026, 9:00 MD - Ann: x",
        "5/1/2026, 9:00 PTG - Ann: x",
        "2026. 01. 05. du. 9:00 - Ann: x",
        "5/1/2569 21:00 - Ann: x",
        "[21:00:12 05/01/2026] Ann: x",
        "05/01/2026 21:00:12: Ann: x",
    ],
)
def test_a_line_is_read_as_each_telephone_writes_it(line: str) -> None:
    found = read_line(line)
    assert found is not None
    order = "month-first" if found.at.date[0] == 1 else "day-first"
    assert datetime(2026, 1, 5, 21, 0, found.at.clock[2]) == found.at.local(order)
    assert ("Ann", "x") == (found.sender, found.text.strip())


@pytest.mark.parametrize(
    "line", ["and so on", "[2026-01-05 09:00:12 Ann: x", "1/5/26, 25:00 - Ann: x", "[Ann] 1/5/26: x", ""]
)
def test_a_line_that_begins_with_no_time_goes_on_from_another(line: str) -> None:
    assert read_line(line) is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("\u200eimage omitted", "message"),
        ("\u200eBild weggelassen", "message"),
        ("\u200eimage absente", "message"),
        ("\u200ekuva jätettiin pois", "message"),
        ("\u200eизображение отсутствует", "message"),
        ("\u200egörüntü dahil edilmedi", "message"),
        ("\u200e<attached: 00000012-PHOTO-2026-01-05-09-00-12.jpg>", "message"),
        ("\u200eLocation: https://maps.example/?q=1,2", "message"),
        ("\u200ePOLL:\nWhen?\n\u200eOPTION: now", "message"),
        ("\u200eThis message was deleted.", "deleted"),
        ("Diese Nachricht wurde gelöscht.", "deleted"),
        ("Ce message a été supprimé", "deleted"),
        ("Denne besked blev slettet", "deleted"),
        ("Det här meddelandet har raderats", "deleted"),
        ("Denne meldingen ble slettet", "deleted"),
        ("Tämä viesti poistettiin", "deleted"),
        ("Данное сообщение удалено", "deleted"),
        ("此消息已删除", "deleted"),
        ("\u200eMissed voice call", "call"),
        ("\u200eVerpasster Sprachanruf", "call"),
        ("\u200eBo Ek joined using this group's invite link", "program"),
        ("\u200eBo Ek hat die Gruppe verlassen", "program"),
        ("\u200eLos mensajes y las llamadas están cifrados de extremo a extremo.", "program"),
        ("Bo Ek left the building", "message"),
    ],
)
def test_what_the_program_says_is_no_message(text: str, kind: str) -> None:
    found = read_line(f"[05.01.26, 09:00:12] Ann: {text}")
    assert found is not None
    assert kind == found.kind()


def test_what_two_write_is_to_the_other_and_lines_go_on() -> None:
    told = acts(
        read(f"13/1/26, 09:00 - {BEGINS}", "13/1/26, 09:00 - Ann: a", "b: c", "13/1/26, 09:01 - Bo: d")
    )
    assert [("a\nb: c", ("whatsapp-name:Bo",)), ("d", ("whatsapp-name:Ann",))] == [
        (one.text, one.to) for one in told
    ]
    assert {"whatsapp:Ann and Bo"} == {one.conversation for one in told}
    assert {None} == {one.channel for one in told}


def test_where_one_alone_writes_the_other_is_whom_the_file_names() -> None:
    assert [("whatsapp-name:Bo",)] == [one.to for one in acts(read("13/1/26, 09:00 - Ann: a"))]


def test_in_a_group_nobody_is_addressed_and_its_lines_are_counted() -> None:
    records = read(
        '13/1/26, 09:00 - Ann created group "Plan: B"',
        "13/1/26, 09:00 - Ann: a",
        "13/1/26, 09:01 - Bo: b @4791234567",
    )
    assert [(), ()] == [one.to for one in acts(records)]
    assert ["whatsapp:Plan: B"] * 2 == [one.channel for one in acts(records)]
    assert ("phone:+4791234567",) == acts(records)[1].mentions
    assert "1 lines of the program itself" in next(one.text for one in records if isinstance(one, Note))


def test_the_same_chat_exported_later_has_the_same_ids() -> None:
    lines = ["13/1/26, 09:00 - Ann: a", "13/1/26, 09:00 - Ann: a", "13/1/26, 09:01 - Bo: b"]
    first, later = acts(read(*lines)), acts(read(*lines, "14/1/26, 09:01 - Bo: c"))
    assert [one.id for one in first] == [one.id for one in later[:3]]
    assert 3 == len({one.id for one in first})


def test_the_order_of_days_is_told_by_the_whole_file() -> None:
    told = read("1/2/26, 09:00 - Ann: a", "1/3/26, 09:00 - Bo: b", "1/13/26, 09:01 - Bo: b")
    assert [1, 1, 1] == [one.time.month for one in acts(told)]
    by_the_way = read("1/2/26, 09:00 - Ann: a", "2/1/26, 09:00 - Bo: b", "3/1/26, 09:01 - Bo: b")
    assert [1, 2, 3] == [one.time.month for one in acts(by_the_way)]
    assert [1, 2, 3] == [
        one.time.day
        for one in acts(read("1.2.26, 09:00 - Ann: a", "2.3.26, 09:00 - Ann: b", "3.4.26, 09:00 - B: c"))
    ]


@pytest.mark.parametrize(
    "lines", [["1/2/26, 09:00 - Ann: a"], ["13/1/26, 09:00 - Ann: a", "1/13/26, 09:00 - Ann: a"]]
)
def test_an_order_that_nothing_tells_is_asked_for(lines: list[str]) -> None:
    with pytest.raises(ConnectorError, match="--set dates=day-first"):
        read(*lines)
    told = read(*lines, dates="month-first")
    assert 1 == len(acts(told))
    assert len(lines) - 1 == sum(isinstance(one, SetAside) for one in told)


def test_a_wrong_option_is_told() -> None:
    with pytest.raises(ConnectorError, match="write day-first or month-first"):
        DayOrder().decided("american", "chat.txt")
    with pytest.raises(Unreadable, match="--zone Europe/Oslo"):
        list(WhatsApp().parse(member_of(b"1/2/26, 09:00 - Ann: a")))
    with pytest.raises(ConnectorError, match="calling code"):
        read("1.2.26, 09:00 - Ann: a", country="Norway")


def test_what_stands_before_the_first_message_is_set_aside() -> None:
    assert [1] == [one.line for one in read("x", "13/1/26, 09:00 - Ann: a") if isinstance(one, SetAside)]


@pytest.mark.parametrize(
    "text",
    [
        b"[2026-01-05 09:00:12] INFO: started\n[2026-01-05 09:00:13] ERROR: ended\n",
        b"2026-01-05 09:00 - all fine\n",
        b"05/01/2026, 21:00 - Ann: lunch\n",
        b"Dear Ann, messages on WhatsApp are end-to-end encrypted.\n",
        b"2026-01-05 21:00:12 - requests: <Response [200]>\n",
        b"[2026-01-05 09:00:12] app: <no name given>\n",
    ],
)
def test_a_log_or_a_diary_is_not_taken_for_a_chat(text: bytes) -> None:
    assert not is_chat(text)


@pytest.mark.parametrize(
    "begins",
    [
        "05.01.2026, 21:00 - Сообщения и звонки защищены сквозным шифрованием.",
        "2026/1/5 21:00 - 訊息和通話經端對端加密。",
        "2026-01-05 21:00 - Wiadomości i połączenia są w pełni szyfrowane.",
        "05.01.26 21:00 - Ann: <Вложение пропущено>",
    ],
)
def test_a_chat_is_told_in_any_language_and_under_any_name(begins: str) -> None:
    assert is_chat(f"{begins}\n{begins[: begins.index(' - ')]} - Bo: x\n".encode())
    assert is_chat(b"05/01/2026, 21:00 - Ann: lunch\n", "WhatsApp Chat with Ann.txt")


def test_a_program_that_names_a_group_in_any_quotes_is_nobody() -> None:
    found = read_line("2026-01-05 21:00 - Ann ändrade ämnet från ”Plan: A” till ”Plan: B”")
    assert found is not None
    assert "program" == found.kind()


def test_a_zip_is_read_with_its_text_alone(tmp_path: Path) -> None:
    file = tmp_path / "WhatsApp Chat - Bo.zip"
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr(
            "_chat.txt", f"[13/01/2026, 14:29:00] Bo: \u200e{BEGINS}\n[13/01/2026, 14:30:00] Ann: a\n"
        )
        packed.writestr("00000002-PHOTO-2026-01-13-14-30-00.jpg", b"\xff\xd8")
    assert WhatsApp().claims(names(file))
    with open_export(file) as export:
        found = [record for _, record in WhatsApp(zone="UTC").parse_export(export)]
    assert [("whatsapp-name:Bo",)] == [one.to for one in acts(found)]
    assert any("1 pictures" in one.text for one in found if isinstance(one, Note))


@pytest.mark.parametrize(
    "inside", [["_chat.txt", "mails.csv"], ["a.txt", "b.jpg"], ["_chat.txt", "x/_chat.txt"]]
)
def test_a_folder_of_other_things_is_not_claimed(inside: list[str]) -> None:
    assert not WhatsApp().claims(inside)


@pytest.mark.skipif(not SHARED.exists(), reason="the shared cases are not on this machine")
def test_the_case_is_read() -> None:
    member = member_of(SHARED / "cases/sources/whatsapp_chat.txt")
    assert ["whatsapp"] == recognised_by(member)
    told = acts(list(WhatsApp(zone="UTC").parse(member)))
    assert 7 == len(told)
    assert "This is line one\nthat wraps to line two" == told[2].text
    assert 5 == [one.text for one in told].count(None)


@pytest.mark.parametrize("date", ["15/10/04", "15/10/1404"])
def test_a_year_of_another_calendar_is_set_aside_and_told(date: str) -> None:
    proof = "Messages and calls are end-to-end encrypted. Not even WhatsApp can read or listen to them."
    records = read(f"{date}, 08:59 - {proof}", f"{date}, 09:00 - Ann: a")
    assert [] == acts(records)
    assert any("another calendar" in one.reason for one in records if isinstance(one, SetAside))


RE_SAVED = "\n".join(
    (
        f"05.01.26, 09:00 - {BEGINS}",
        "05.01.26, 09:00 - Björn: hej",
        "05.01.26, 09:01 - Bjårn: hå",
        "13.01.26, 09:02 - Ann: tack",
    )
)


def test_a_chat_that_was_saved_anew_in_another_coding_is_asked_about_and_nobody_is_joined() -> None:
    member = member_of(RE_SAVED.encode("windows-1252"), "WhatsApp Chat with Bo.txt")
    assert ["whatsapp"] == recognised_by(member)
    with pytest.raises(Unreadable, match=r"names cannot be told apart.*--set encoding=windows-1252"):
        list(WhatsApp(zone="UTC").parse(member))
    told = acts(list(WhatsApp(zone="UTC", encoding="windows-1252").parse(member)))
    assert ["whatsapp-name:Björn", "whatsapp-name:Bjårn", "whatsapp-name:Ann"] == [one.actor for one in told]


def test_such_a_chat_in_a_zip_is_read_in_its_coding(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "WhatsApp Chat - Bo.zip", "w") as archive:
        archive.writestr("_chat.txt", RE_SAVED.encode("cp1252"))
    with open_export(tmp_path / "WhatsApp Chat - Bo.zip") as export:
        found = [record for _, record in WhatsApp(zone="UTC", encoding="cp1252").parse_export(export)]
    assert "whatsapp-name:Björn" == acts(found)[0].actor


def test_a_single_letter_that_is_damaged_asks_nothing() -> None:
    content = RE_SAVED.encode().replace("hå".encode(), b"h\xe5")
    assert 3 == len(acts(list(WhatsApp(zone="UTC").parse(member_of(content, "WhatsApp.txt")))))


def test_an_encoding_that_there_is_not_is_told() -> None:
    with pytest.raises(Unreadable, match="there is no encoding 'rot13'"):
        read("05.01.26, 09:00 - Ann: x", encoding="rot13")


def test_who_only_deleted_what_they_wrote_is_still_the_other_of_two() -> None:
    chat = "05.01.26, 09:00 - Bo Ek: Hei\n05.01.26, 09:01 - Ann Lee: This message was deleted\n"
    found = WhatsApp(zone="Europe/Oslo").parse(member_of(chat.encode(), "WhatsApp Chat with Ann.txt"))
    assert [("whatsapp-name:Ann Lee",)] == [one.to for one in found if isinstance(one, Activity)]
