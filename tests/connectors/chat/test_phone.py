"""Calls and short messages: which way they went, numbers however they are written, tables of many programs."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest

from connectors.chat import phone_backup
from connectors.chat.phone import Phone
from connectors.kit.phones import number_account
from influence.contract.connector import ConnectorError, Unreadable
from influence.contract.records import Activity, Person, Record, SetAside
from influence.contract.testing import member_of
from tests.kit.connector_records import recognised_by
from tests.kit.places import SHARED

OWN, BO = "+4790000000", "+4791234567"


def read(text: str, **options: str) -> list[Record]:
    member = member_of(text.encode(), "log")
    assert ["phone"] == recognised_by(member)
    return list(Phone(**{"owner": OWN, "zone": "UTC", **options}).parse(member))


def ways(records: list[Record]) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.actor, one.to) for one in records if isinstance(one, Activity)]


IN, OUT = (f"phone:{BO}", (f"phone:{OWN}",)), (f"phone:{OWN}", (f"phone:{BO}",))


@pytest.mark.parametrize(
    ("header", "told", "way"),
    [
        ("Call type,Date,Duration,Number,Contact", "Outgoing,2026-01-05 09:00,00:01:00,{},Bo Ek", OUT),
        ("Number,Type,Date,Duration", "{},1,1767603600000,61", IN),
        ("Number,Type,Date,Duration", "{},2,1767603600000,61", OUT),
        ("Phone Number;Incoming;Date;Time;Duration", "{};1;05.01.2026;09:00;61", IN),
        ("Phone Number;Incoming;Date;Time;Duration", "{};false;05.01.2026;09:00;61", OUT),
        ("Rufnummer;Richtung;Datum;Uhrzeit;Dauer", "{};eingehend;05.01.2026;09:00;61", IN),
        ("Nummer,Riktning,Datum,Tid,Varaktighet", "{},Utgående,2026-01-05,09:00,61", OUT),
        ("Numéro,Sens,Date,Heure,Durée", "{},reçu,05/01/2026,09:00:00,61", IN),
        ("Puhelinnumero;Suunta;Päivämäärä;Kellonaika;Kesto", "{};lähtevä;5.1.2026;9.00;61", OUT),
        ("Tarih,Tür,Numara,Süre", "2026-01-05 09:00,Cevapsız,{},0", IN),
        ("日時,種類,電話番号,通話時間", "2026/01/05 09:00,発信,{},61", OUT),
        ("Dátum,Típus,Telefonszám,Időtartam", "2026-01-05 09:00,Kimenő,{},61", OUT),
        ("Número,Tipo,Fecha,Hora,Duración", "{},Saliente,05/01/2026,09:00,61", OUT),
        ("Numero;Tipo;Data;Ora;Durata", "{};In uscita;05/01/2026;09:00;61", OUT),
        ("Номер;Тип;Дата;Время;Длительность", "{};Входящий;05.01.2026;09:00;61", IN),
        ("Date,Number,Type,Message", '"Jan 5, 2026 9:00:00 AM",{},Received,Hi', IN),
        ("Date,Number,Direction,Body", "2026-01-05T10:00:00+01:00,{},Outgoing SMS,Hi", OUT),
    ],
)
def test_a_table_is_read_whichever_program_wrote_it(
    header: str, told: str, way: tuple[str, tuple[str, ...]]
) -> None:
    records = read(f"{header}\n{told.format(BO)}\n", dates="day-first")
    assert [way] == ways(records)
    assert {datetime(2026, 1, 5, 9, tzinfo=UTC)} == {one.time for one in records if isinstance(one, Activity)}


def test_where_the_owner_wrote_the_conversation_tells_to_whom() -> None:
    header = "Chat Session,Message Date,Service,Type,Sender ID,Sender Name,Text\n"
    rows = f"Bo,2026-01-05 09:00:00,SMS,Outgoing,,,yo\nBo,2026-01-05 09:01:00,SMS,Incoming,{BO},Bo,hi\n"
    assert [OUT, IN] == ways(read(header + rows))
    alone = read(header + rows + "Cy,2026-01-05 09:00:00,SMS,Outgoing,,,yo\n")
    assert ["the row does not tell to whom it went"] == [
        one.reason for one in alone if isinstance(one, SetAside)
    ]


def test_the_backups_of_super_backup_are_read() -> None:
    calls = (
        f'<alllogs count="1"><log number="{BO}" date="1767603600000" type="2" name="Bo" dur="61"/></alllogs>'
    )
    texts = (
        f'<allsms count="1"><sms address="{BO}" date="1767603600000" type="1" body="x" name="Bo"/></allsms>'
    )
    assert [OUT] == ways(read(calls))
    assert [IN] == ways(read(texts))


def test_messages_between_two_numbers_need_no_owner() -> None:
    told = read("timestamp,sender,receiver,text\n2026-01-05T09:00:00Z,+4711222333,+4722333444,hi\n", owner="")
    assert [("phone:+4711222333", ("phone:+4722333444",))] == ways(told)


@pytest.mark.parametrize(
    "table",
    [
        "Date,From,To,Amount,Note\n2026-01-05T09:00:00Z,NO123,NO456,100,rent\n",
        "Date,From,To,Amount\n2026-01-05,1234567890,9876543210,100\n",
        "Date,From,To,Carrier,Price\n2026-01-05 09:00,Oslo,Stockholm,SK,120\n",
        "Number,Date,Type,Text\n17,2026-01-05,Invoice,rent\n",
        "Name,Phone,Date\nAnn,+4791234567,2026-01-05\n",
        "timestamp,sender,receiver,text\n2026-01-05T09:00:00Z,ann,bo,hi\n",
        "Number,Date,Type,Duration\n",
    ],
)
def test_a_table_of_something_else_is_not_taken_for_a_log(table: str) -> None:
    member = member_of(table.encode(), "calls.csv")
    assert not Phone().recognises(member, member.head())
    with pytest.raises(Unreadable, match="no calls or messages"):
        list(Phone(owner=OWN, zone="UTC").parse(member))


CALLS = f"Number,Type,Date,Duration\n{BO},{{}},2026-01-05 09:00,61\n"


def test_a_row_that_does_not_tell_its_way_is_set_aside() -> None:
    records = read(
        CALLS.format("Incoming") + f"{BO},Sideways,2026-01-05 09:00,61\n{BO},Missed,soon,61\n", zone="UTC"
    )
    assert [(3, True), (4, False)] == [
        (one.line, "Sideways" in one.reason) for one in records if isinstance(one, SetAside)
    ]


@pytest.mark.parametrize(
    ("options", "cure"),
    [
        ({"owner": ""}, "--set owner="),
        ({"owner": "me"}, "--set owner="),
        ({"country": "Norway"}, "calling code"),
        ({"zone": ""}, "is no time zone"),
    ],
)
def test_what_the_log_does_not_say_is_asked_for(options: dict[str, str], cure: str) -> None:
    with pytest.raises(ConnectorError, match=cure):
        read(CALLS.format("Incoming"), **options)


def test_a_table_without_a_zone_and_an_order_asks_for_them() -> None:
    with pytest.raises(ConnectorError, match="--zone"):
        list(Phone(owner=OWN).parse(member_of(CALLS.format("Missed").encode())))
    with pytest.raises(ConnectorError, match="--set dates="):
        read(f"Number,Type,Date,Duration\n{BO},Missed,05/01/2026 09:00,61\n")


@pytest.mark.parametrize(
    ("told", "country", "account"),
    [
        ("(0)8 12 34 56 78", "46", "phone:+46812345678"),
        ("06 12345678", "39", "phone:+390612345678"),
        ("8 912 345 67 89", "7", "phone:+79123456789"),
        ("+1 (212) 555-0100", "47", "phone:+12125550100"),
        ("113", "47", "phone:113"),
        ("\u202a+47\u00a0912\u00a034\u00a0567\u202c", "", "phone:+4791234567"),
        ("0047 912 34 567", "", "phone:+4791234567"),
        ("+1", "", None),
        ("-2", "", None),
        ("Bo Ek 1", "", None),
    ],
)
def test_one_number_is_one_account(told: str, country: str, account: str | None) -> None:
    assert account == number_account(told, country)


@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 64])
def test_pictures_in_a_backup_are_not_held(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phone_backup, "_CHUNK", chunk)
    picture = b"A" * 300_000
    content = (
        b'<smses count="2"><mms date="1767603600000" msg_box="1" address="+4791234567"><parts>'
        + b'<part ct="image/jpeg" data="'
        + picture
        + b'"/><part ct="text/plain" text="data = x" data=\'"\'/></parts><addrs/></mms>'
        + b'<sms address="+4791234567" date="1767603600001" type="2" body="data=&quot;x&quot;"/></smses>'
    )
    light = phone_backup._WithoutMedia(io.BytesIO(content)).read()
    assert content.replace(picture, b"") == light
    if chunk == 64:
        records = list(Phone(owner=OWN).parse(member_of(content)))
        assert ["data = x", 'data="x"'] == [one.text for one in records if isinstance(one, Activity)]


def test_a_picture_larger_than_an_item_may_be_loses_nothing() -> None:
    content = b'<smses><mms date="1767603600000" msg_box="2" address="+4791234567"><parts><part ct="image/jpeg" data="'
    content += b"A" * 20_000_000 + b'"/></parts></mms><sms address="+4791234567" date="1" type="1" body="x"/>'
    content += b'<sms address="+4791234567" date="1767603600001" type="9" body="x"/></smses>'
    records = list(Phone(owner=OWN).parse(member_of(content)))
    assert [OUT] == ways(records)
    assert 2 == sum(isinstance(one, SetAside) for one in records)


def test_a_service_that_signs_with_a_word_is_a_program() -> None:
    text = (
        '<smses><sms address="DHL" date="1767603600000" type="1" body="x" contact_name="(Unknown)"/></smses>'
    )
    assert [True] == [one.bot for one in read(text) if isinstance(one, Person)]


@pytest.mark.skipif(not SHARED.exists(), reason="the shared cases are not on this machine")
@pytest.mark.parametrize(
    ("name", "way"),
    [
        ("calls-20260105.xml", ("phone:+4790000000", ("phone:+4711",))),
        ("sms-20260105.xml", ("phone:+4711", ("phone:+4790000000",))),
        ("signal.csv", ("phone:+4711", ("phone:+4722",))),
    ],
)
def test_the_cases_are_read(name: str, way: tuple[str, tuple[str, ...]]) -> None:
    member = member_of(SHARED / "cases/sources" / name)
    assert ["phone"] == recognised_by(member)
    assert [way] == ways(list(Phone(owner=OWN).parse(member)))


def test_a_reaction_that_came_as_a_text_is_one_where_what_it_quotes_was_written() -> None:
    header = "Date,Number,Direction,Body\n"
    rows = [
        f"2026-01-05T09:00:00Z,{BO},Outgoing,See you at nine",
        f"2026-01-05T09:01:00Z,{BO},Incoming,Liked “See you at nine”",
        f"2026-01-05T09:02:00Z,{BO},Incoming,👍 to “\u200aSee you at nine\u200a”",
        f"2026-01-05T09:03:00Z,{BO},Incoming,Loved “Dune”",
        f"2026-01-05T09:04:00Z,{BO},Outgoing,Liked “See you at nine”",
    ]
    first, *rest = (one for one in read(header + "\n".join(rows) + "\n") if isinstance(one, Activity))
    assert [
        ("react", "👍", first.id),
        ("react", "👍", first.id),
        ("message", None, None),
        ("message", None, None),
    ] == [(one.verb.value, one.reaction, one.parent) for one in rest]
