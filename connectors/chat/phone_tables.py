"""Calls and short messages as tables (CSV): told by what stands in the columns, whichever program wrote them.

A table is one of a telephone where a column holds numbers, one times, and one which way it went; or where two columns
hold numbers, from whom and to whom. Names of columns and ways are known in several languages.
"""

from __future__ import annotations

import contextlib
import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeAlias
from zoneinfo import ZoneInfo

from connectors.chat.phone_entries import Entry, Way
from connectors.kit.csv_files import header, plain
from connectors.kit.day_order import DayOrder, Written, read_written
from connectors.kit.months import spoken_moment
from connectors.kit.phones import is_number
from connectors.kit.text import clean

Row: TypeAlias = Mapping[str, str | None]
_ROLES = {
    "number": "number phonenumber phone address callernumber contactnumber mobilenumber phoneno telephone numero"
    " telephonenumber rufnummer telefonnummer nummer nummber numéro numérodetéléphone puhelinnumero senderid número"
    " númerodeteléfono teléfono telefono telefoonnummer telefone numer numertelefonu номер номертелефона"
    " numara telefonnumarası szám telefonszám číslo telefonníčíslo 電話番号 番号 전화번호 번호 电话号码 号码",
    "name": "name contact contactname cachedname callername sendername kontakt navn namn nimi nom"
    " nombre contacto nome contatto naam contato nazwa имя контакт"
    " isim i̇sim ad kişi név jméno 名前 連絡先 이름 연락처 姓名 联系人",
    "when": "date datetime calldate dateandtime messagedate timestamp time starttime datum dato päivämäärä"
    " tidpunkt tidspunkt datesent readabledate fecha fechayhora data dataeora datumentijd dataehora дата датаивремя"
    " tarih dátum időpont 日時 日付 날짜 일시 日期",
    "clock": "time calltime uhrzeit zeit tid klokkeslæt klokkeslett kellonaika heure clock hora ora"
    " tijd godzina czas время"
    " saat idő čas 時刻 시각 时间",
    "way": "type calltype direction incoming inout messagetype typ retning riktning richtung suunta sens tyyppi tipo"
    " dirección direzione richting direção kierunek rodzaj тип направление"
    " tür yön típus irány směr 種類 種別 方向 유형 종류 구분 类型",
    "length": "duration durationsec durationseconds durations callduration dauer varaktighet længde varighet"
    " kesto durée duración durata duur duração czastrwania длительность продолжительность"
    " längd lengde süre időtartam délka trvání délkahovoru 通話時間 통화시간 通话时长 时长",
    "text": "text body message content messagebody sms nachricht meddelande besked viesti melding"
    " mensaje texto messaggio testo bericht tekst mensagem wiadomość treść сообщение текст"
    " mesaj metin üzenet szöveg zpráva 本文 メッセージ 내용 内容",
    "from": "from sender fromnumber callerid source",
    "to": "to receiver recipient tonumber recipients destination",
    "talk": "chatsession chat conversation thread",
}
_NAMES = {name: role for role, names in _ROLES.items() for name in names.split()}
_CLOCKS = frozenset(_ROLES["clock"].split())
_WAYS = {
    Way.IN: "incoming in received inbox missed voicemail rejected declined answered true yes"
    " eingehend empfangen verpasst inkommande mottaget mottagen missat missad indgående modtaget mistet"
    " saapuva vastaanotettu vastaamaton entrant reçu manqué innkommende mottatt tapt ubesvart ubesvaret"
    " entrante recibido recibida perdida inentrata inarrivo ricevuta ricevuto persa inkomend ontvangen gemist recebida"
    " recebido przychodzące przychodzący odebrane odebrana nieodebrane"
    " входящий входящие входящее пропущенный полученное"
    " gelen cevapsız alınan bejövő nemfogadott fogadott příchozí zmeškané zmeškaný přijaté"
    " 着信 受信 不在着信 수신 부재중 부재중전화 받은전화 呼入 已接 未接 来电 接收",
    Way.OUT: "outgoing out sent dialed dialled outbox false no ausgehend gesendet utgående skickat skickad"
    " saliente enviado enviada inuscita effettuata inviato uitgaand verzonden efetuada realizada wychodzące wychodzący"
    " wysłane wysłana исходящий исходящие исходящее отправленное"
    " giden gönderilen kimenő odchozí odeslané 発信 送信 발신 건전화 呼出 已拨 去电 发送"
    " udgående sendt lähtevä lähetetty sortant envoyé",
}
_WAY_CALLED = {word: way for way, words in _WAYS.items() for word in words.split()}
_NUMBERED_WAYS = {"1": Way.IN, "2": Way.OUT, "3": Way.IN, "4": Way.IN, "5": Way.IN}
_MOST_TALKS = 100_000
_LOOKED_AT = 60
"""Rows by which a table is recognised."""


def roles_of(columns: Sequence[str]) -> dict[str, str]:
    """Return which of the columns tells what: by role the plain name of the first column that is called so.

    >>> roles_of(["Contact", "Phone Number", "Date", "Time", "Call Type", "Duration"])["clock"]
    'time'
    """
    found: dict[str, str] = {}
    for name in map(plain, columns):
        role = _NAMES.get(name)
        if name in _CLOCKS and "when" in found:
            role = "clock"
        if role and role not in found:
            found[role] = name
    return found


def is_log(head: bytes) -> bool:
    """Tell a table of calls or messages by its columns and by what stands in its first rows.

    >>> is_log(b"Number,Date,Type,Duration\\n+4711222333,2026-01-05 09:00,Incoming,61\\n")
    True
    >>> is_log(b"Date,From,To,Amount\\n2026-01-05,NO123,NO456,100\\n")
    False
    """
    columns, delimiter = header(head)
    roles = roles_of(columns)
    if len(columns) < 3 or "when" not in roles or len(set(map(plain, columns))) < len(columns):
        return False
    text = head.decode("utf-8", "replace").lstrip("\ufeff\r\n")
    rows = list(_some_rows(text, [plain(one) for one in columns], delimiter))
    if not rows or not any(_is_time(time_of(row, roles)) for row in rows):
        return False
    if {"from", "to"} <= set(roles):
        sides = [row.get(roles[side]) or "" for row in rows for side in ("from", "to")]
        return all(map(_is_person, sides)) and ("text" in roles or all(one.startswith("+") for one in sides))
    if not {"number", "way"} <= set(roles) or not {"length", "text"} & set(roles):
        return False
    numbers = [row.get(roles["number"]) or "" for row in rows]
    known = sum(_way(row, roles) is not None for row in rows)
    if "talk" in roles:
        numbers = [one for one in numbers if one]
    are_numbers = bool(numbers) and sum(map(is_number, numbers)) * 2 >= len(numbers)
    return are_numbers and known * 2 > len(rows)


def _some_rows(text: str, columns: Sequence[str], delimiter: str) -> Iterator[Row]:
    """Yield the first whole rows of a table."""
    lines = text.split("\n")
    with contextlib.suppress(csv.Error):
        for row in list(csv.reader(lines[1 : _LOOKED_AT + 1], delimiter=delimiter))[: _LOOKED_AT - 1]:
            if len(row) == len(columns):
                yield dict(zip(columns, row, strict=True))


def _is_person(told: str) -> bool:
    return is_number(told) and len(re.sub(r"\D", "", told)) >= 4


def time_of(row: Row, roles: Mapping[str, str]) -> str:
    """Return when, as it is written: in one column or in two."""
    clock = row.get(roles["clock"]) if "clock" in roles else None
    return " ".join(part.strip() for part in (row.get(roles["when"]), clock) if part)


def _is_time(told: str) -> bool:
    return re.fullmatch(r"\d{10}|\d{13}", told) is not None or bool(
        _iso(told) or read_written(told) or _spoken(told)
    )


def _iso(told: str) -> datetime | None:
    with contextlib.suppress(ValueError):
        return datetime.fromisoformat(told.strip())
    return None


def _spoken(told: str) -> datetime | None:
    with contextlib.suppress(ValueError):
        return spoken_moment(told, UTC)
    return None


def _way(row: Row, roles: Mapping[str, str]) -> Way | None:
    """Return which way an entry went; a column that is called incoming says yes or no."""
    told = (row.get(roles["way"]) or "").strip()
    if roles["way"] == "incoming" and told in {"0", "1"}:
        return Way.IN if told == "1" else Way.OUT
    if told in _NUMBERED_WAYS:
        return _NUMBERED_WAYS[told] if told in {"1", "2"} or "length" in roles else None
    first = plain(re.split(r"[\s_-]", told, maxsplit=1)[0])
    return _WAY_CALLED.get(plain(told)) or (_WAY_CALLED.get(first) if len(first) > 3 else None)


@dataclass
class Talks:
    """Who takes part in each conversation: some programs leave out the number where the owner wrote."""

    numbers: dict[str, dict[str, None]] = field(default_factory=dict)

    def learn(self, row: Row, roles: Mapping[str, str]) -> None:
        """Look at one more row: who wrote in which conversation."""
        talk, number = row.get(roles.get("talk", "")), row.get(roles.get("number", ""))
        if talk and number and len(self.numbers) < _MOST_TALKS:
            self.numbers.setdefault(talk, {}).setdefault(number)

    def others(self, row: Row, roles: Mapping[str, str]) -> tuple[str, ...]:
        """Return whom a row without a number went to: all others of its conversation, else what that is called."""
        talk = row.get(roles.get("talk", "")) or ""
        known = tuple(self.numbers.get(talk, ()))
        return known or ((talk,) if is_number(talk) or "@" in talk else ())


def entry_of(row: Row, roles: Mapping[str, str], line: int, talks: Talks) -> Entry:
    """Read a row.

    Raises:
        ValueError: it tells no way, or no number.
    """
    kind = "text" if "text" in roles else "call"
    when, text = time_of(row, roles), row.get(roles["text"]) if "text" in roles else None
    if {"from", "to"} <= set(roles):
        sender, to = row.get(roles["from"]) or "", row.get(roles["to"]) or ""
        if not sender or not to:
            raise ValueError("the row does not tell from whom and to whom")
        many = tuple(one.strip() for one in re.split(r"[;|]", to) if one.strip())
        return Entry(kind, when, Way.OUT, many, (), text, sender, line)
    way = _way(row, roles)
    if way is None:
        told = clean(row.get(roles["way"]) or "", 30)
        raise ValueError(f"which way it went is {told!r}, which is not known: incoming or outgoing")
    number, name = row.get(roles["number"]) or "", clean(row.get(roles.get("name", "")) or "", 200)
    if not number and way is Way.OUT:
        if not (others := talks.others(row, roles)):
            raise ValueError("the row does not tell to whom it went")
        return Entry(kind, when, way, others, (), text, "", line)
    named = (name,) if name and not is_number(name) and plain(name) not in {"unknown", "null"} else ()
    return Entry(kind, when, way, (number,), named, text, "", line)


def learn(told: str, order: DayOrder) -> None:
    """Look at one more time, for the order of its days."""
    if not _iso(told) and (written := read_written(told)):
        order.learn(written)


def states_no_zone(told: str) -> bool:
    """Tell whether a time needs a zone to be a moment.

    >>> states_no_zone("2026-01-05 09:00"), states_no_zone("1767603600000"), states_no_zone("2026-01-05T09:00:00Z")
    (True, False, False)
    """
    found = _iso(told)
    return not re.fullmatch(r"\d{10}|\d{13}", told.strip()) and (found is None or found.tzinfo is None)


def moment_of(told: str, order: str, zone: ZoneInfo | None) -> datetime:
    """Read a time of a log: seconds or milliseconds since 1970, ISO 8601, three numbers, or words.

    Raises:
        ValueError: it is none.

    >>> moment_of("1767603600000", "", None).isoformat()
    '2026-01-05T09:00:00+00:00'
    """
    bare = told.strip()
    if re.fullmatch(r"\d{10}|\d{13}", bare):
        return datetime.fromtimestamp(int(bare) / (1000 if len(bare) == 13 else 1), UTC)
    found = _iso(bare) or _local(read_written(bare), order) or _spoken(bare)
    if found is None:
        raise ValueError(f"the time {clean(bare, 40)!r} cannot be read")
    if _iso(bare) is None:
        found = found.replace(tzinfo=None)
    if found.tzinfo is None and zone is None:
        raise ValueError(
            f"the time {clean(bare, 40)!r} states no zone; say which it is, as in --zone Europe/Oslo"
        )
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)


def _local(written: Written | None, order: str) -> datetime | None:
    return written.local(order) if written is not None else None
