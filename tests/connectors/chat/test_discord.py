"""Discord: conversations of two, what was passed on, and a member's own data package."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from connectors.chat.discord import Discord
from influence.contract.connector import Unreadable
from influence.contract.files import names, open_export
from influence.contract.records import Activity, Note, Person, Record, SetAside, Verb
from influence.contract.testing import member_of
from tests.kit.connector_records import recognised_by
from tests.kit.places import SHARED


def message(number: str, who: str, **more: Any) -> dict[str, Any]:
    author = {"id": who, "name": f"n{who}", "isBot": False}
    return {
        "id": number,
        "type": "Default",
        "timestamp": "2026-01-05T09:00:00+00:00",
        "content": "x",
        "author": author,
        **more,
    }


def channel(kind: str, *messages: dict[str, Any]) -> bytes:
    place = {"id": "7", "type": kind, "name": "c"}
    return json.dumps({"guild": {"id": "0"}, "channel": place, "messages": list(messages)}).encode()


def read(content: bytes) -> list[Record]:
    member = member_of(content, "c.json")
    assert ["discord"] == recognised_by(member)
    return list(Discord().parse(member))


def test_what_two_say_is_to_the_other() -> None:
    told = [
        one
        for one in read(channel("DirectTextChat", message("1", "5"), message("2", "6")))
        if isinstance(one, Activity)
    ]
    assert [("discord:6",), ("discord:5",)] == [one.to for one in told]
    assert {None} == {one.channel for one in told}


def test_what_was_passed_on_is_a_share_and_deleted_users_have_no_name() -> None:
    forward = message(
        "2", "6", forwardedMessage={"content": "y"}, reference={"type": "Forward", "messageId": "1"}
    )
    gone = message("3", "9", author={"id": "9", "name": "Deleted User 9f"})
    records = read(channel("GuildTextChat", message("1", "5"), forward, gone, message("4", "5", author={})))
    told = [one for one in records if isinstance(one, Activity)]
    assert (Verb.SHARE, "discord:1") == (told[1].verb, told[1].parent)
    assert [None] == [
        one.name for one in records if isinstance(one, Person) and one.accounts == ("discord:9",)
    ]
    assert 1 == sum(isinstance(one, SetAside) for one in records)


def test_a_data_package_is_the_owners_words(tmp_path: Path) -> None:
    file = tmp_path / "package.zip"
    direct = {"id": "10000", "type": "DM", "recipients": ["5", "6"]}
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr(
            "account/user.json", json.dumps({"id": "5", "username": "ann", "email": "ann@acme.example"})
        )
        packed.writestr("messages/index.json", "{}")
        packed.writestr("messages/c10000/channel.json", json.dumps(direct))
        said = [{"ID": 1, "Timestamp": "2026-01-05 09:00:00", "Contents": "hi"}, {"ID": 2}]
        packed.writestr("messages/c10000/messages.json", json.dumps(said))
        table = "ID,Timestamp,Contents,Attachments\n3,2026-01-05 09:01:00.5+00:00,yes,\n"
        packed.writestr("messages/c20000/messages.csv", table)
    assert Discord().claims(names(file))
    with open_export(file) as export:
        records = [record for _, record in Discord().parse_export(export)]
    told = [one for one in records if isinstance(one, Activity)]
    assert [("discord:1", ("discord:6",), None), ("discord:3", (), "discord:20000")] == [
        (one.id, one.to, one.channel) for one in told
    ]
    assert {"discord:5"} == {one.actor for one in told}
    assert ("discord:5", "email:ann@acme.example") == next(
        one.accounts for one in records if isinstance(one, Person)
    )
    assert 1 == sum(isinstance(one, SetAside) for one in records)
    assert any("files that are not read" in one.text for one in records if isinstance(one, Note))


def test_a_data_package_in_another_language_has_other_folders() -> None:
    assert Discord().claims(["Konto/user.json", "Nachrichten/c12345/messages.json"])
    assert not Discord().claims(["users/user.json", "messages/inbox/messages.json"])


def test_what_is_none_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="no channel of DiscordChatExporter"):
        list(Discord().parse(member_of(b'[{"ID": 1}]')))
    file = tmp_path / "package.zip"
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("account/user.json", "[]")
        packed.writestr("messages/c10000/messages.json", "[]")
    with open_export(file) as export, pytest.raises(Unreadable, match="whose data package"):
        list(Discord().parse_export(export))


@pytest.mark.skipif(not SHARED.exists(), reason="the shared cases are not on this machine")
def test_the_case_is_read() -> None:
    member = member_of(SHARED / "cases/sources/discord-export.json")
    assert ["discord"] == recognised_by(member)
    told = [one for one in Discord().parse(member) if isinstance(one, Activity)]
    assert [(Verb.MESSAGE, None), (Verb.REPLY, "discord:10")] == [(one.verb, one.parent) for one in told]
