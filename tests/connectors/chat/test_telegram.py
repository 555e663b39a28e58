"""Telegram: an export of all chats, who the owner is, and times of older versions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connectors.chat.telegram import Telegram
from influence.contract.connector import ConnectorError, Unreadable
from influence.contract.records import Activity, Note, Person, Record, SetAside, Verb
from influence.contract.testing import member_of
from tests.kit.connector_records import recognised_by
from tests.kit.places import SHARED


def message(number: int, who: str, **more: Any) -> dict[str, Any]:
    at = {"date": "2026-01-05T10:00:00", "date_unixtime": str(1_767_603_600 + number)}
    return {"id": number, "type": "message", **at, "from": who, "from_id": f"user{who}", "text": "x", **more}


def chat(number: int, kind: str, *messages: dict[str, Any]) -> dict[str, Any]:
    return {"name": "c", "type": kind, "id": number, "messages": list(messages)}


def read(body: dict[str, Any], **options: str) -> list[Record]:
    member = member_of(json.dumps(body).encode(), "result.json")
    assert ["telegram"] == recognised_by(member)
    return list(Telegram(**options).parse(member))


def acts(records: list[Record]) -> list[Activity]:
    return [one for one in records if isinstance(one, Activity)]


ELSEWHERE = message(2, "15", reply_to_message_id=7, reply_to_peer_id="channel99")
ALL = {
    "about": "Here is the data you requested.",
    "personal_information": {
        "user_id": 11,
        "first_name": "Ann",
        "last_name": "Lee",
        "phone_number": "+47 912 34 567",
        "username": "@annlee",
    },
    "frequent_contacts": {"about": "", "list": []},
    "chats": {
        "about": "",
        "list": [
            chat(12, "personal_chat", message(1, "12"), message(2, "11", reply_to_message_id=1)),
            chat(13, "bot_chat", message(1, "13")),
            chat(14, "public_channel", message(1, "14", from_id="channel14"), ELSEWHERE),
        ],
    },
    "left_chats": {"about": "", "list": [chat(16, "private_group", message(1, "12"))]},
}


def test_all_chats_are_read_and_the_owner_is_known() -> None:
    records = read(ALL)
    assert [
        ("telegram:user12", Verb.MESSAGE, ("telegram:user11",), None, None),
        ("telegram:user11", Verb.REPLY, ("telegram:user12",), "telegram:user11+12:1", None),
        ("telegram:user13", Verb.MESSAGE, ("telegram:user11",), None, None),
        ("telegram:channel14", Verb.POST, (), None, "telegram:14"),
        ("telegram:user15", Verb.REPLY, (), "telegram:99:7", "telegram:14"),
        ("telegram:user12", Verb.MESSAGE, (), None, "telegram:16"),
    ] == [(one.actor, one.verb, one.to, one.parent, one.channel) for one in acts(records)]
    assert 6 == len({one.id for one in acts(records)})
    people = [one for one in records if isinstance(one, Person)]
    accounts = ("telegram:user11", "telegram:@annlee", "phone:+4791234567")
    assert ("Ann Lee", accounts) == (people[0].name, people[0].accounts)
    assert ["telegram:user13"] == [one.accounts[0] for one in people if one.bot]


def test_in_one_chat_of_two_the_owner_is_who_is_not_the_other() -> None:
    told = acts(read(chat(12, "personal_chat", message(1, "12"), message(2, "11"))))
    assert [("telegram:user11",), ("telegram:user12",)] == [one.to for one in told]


def test_older_versions_number_their_users_alone() -> None:
    old = {**message(1, "12"), "from_id": 12}
    assert ["telegram:user12"] == [one.actor for one in acts(read(chat(9, "private_supergroup", old)))]


def test_times_of_older_versions_need_a_zone() -> None:
    old = chat(12, "private_group", {**message(1, "12"), "date_unixtime": None})
    assert ["--zone Europe/Oslo" in one.reason for one in read(old) if isinstance(one, SetAside)] == [True]
    assert ["2026-01-05T09:00:00+00:00"] == [
        one.time.isoformat() for one in acts(read(old, zone="Europe/Oslo"))
    ]
    with pytest.raises(ConnectorError, match="no time zone"):
        read(old, zone="Nowhere")


def test_mentions_by_name_and_calls() -> None:
    text = [{"type": "mention_name", "text": "Bo", "user_id": 12}, " come"]
    call = {"id": 3, "type": "service", "action": "phone_call", "from_id": "user11"}
    records = read(chat(9, "private_group", message(1, "11", text=text), call))
    assert [("telegram:user12",)] == [one.mentions for one in acts(records)]
    assert ["not read: 1 calls"] == [one.text for one in records if isinstance(one, Note)]


def test_what_is_none_is_said() -> None:
    with pytest.raises(Unreadable, match="no export of Telegram"):
        list(Telegram().parse(member_of(b'{"ok": true, "result": []}')))


def test_cut_in_the_middle_what_came_before_is_read() -> None:
    content = json.dumps(ALL).encode()
    records = list(Telegram().parse(member_of(content[: content.index(b"left_chats") - 40])))
    assert 4 == len(acts(records))
    assert ["breaks off" in one.reason for one in records if isinstance(one, SetAside)] == [True]


@pytest.mark.skipif(not SHARED.exists(), reason="the shared cases are not on this machine")
def test_the_case_is_read() -> None:
    member = member_of(SHARED / "cases/sources/telegram-result.json")
    assert ["telegram"] == recognised_by(member)
    assert [(Verb.MESSAGE, None), (Verb.REPLY, "telegram:1:1")] == [
        (one.verb, one.parent) for one in acts(list(Telegram().parse(member)))
    ]
