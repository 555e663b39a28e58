"""Chat as exports hold it that are less usual: Slack's blocks, huddles and organisations; Zulip's own; Viva's names."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from connectors.chat.slack import Slack
from connectors.chat.yammer import Yammer
from connectors.chat.zulip import Zulip
from influence.contract.files import open_export
from influence.contract.records import Activity, Encounter, Modality, Note, Person, Record, Verb
from influence.contract.testing import member_of

USERS = [
    {"id": f"U{n}", "profile": {"real_name": name, "email": f"{name[:3].lower()}@acme.example"}}
    for n, name in enumerate(("Ann Lee", "Bob Ek"), 1)
]
CHANNELS = [{"id": "C1", "name": "büro"}]
BEGUN = "1767600000.000100"


def said(user: str = "U2", ts: str = "1767600001.000100", **more: Any) -> dict[str, Any]:
    return {"type": "message", "user": user, "text": "", "ts": ts, **more}


def export(folder: Path, messages: list[Any], **lists: Any) -> list[Record]:
    files = {"users": USERS, "channels": CHANNELS} | lists
    (folder / "büro").mkdir()
    for name, rows in files.items():
        if rows is not None:
            (folder / f"{name}.json").write_text(json.dumps(rows), "utf-8")
    (folder / "büro" / "2026-01-05.json").write_text(json.dumps(messages), "utf-8")
    with open_export(folder) as found:
        assert Slack().claims(list(found.files))
        return [record for _, record in Slack().parse_export(found)]


def mentions(records: list[Record]) -> list[tuple[str, ...]]:
    return [record.mentions for record in records if isinstance(record, Activity)]


@pytest.mark.parametrize(
    "block",
    [
        {
            "type": "rich_text",
            "elements": [{"type": "rich_text_section", "elements": [{"type": "user", "user_id": "U1"}]}],
        },
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_list",
                    "elements": [
                        {"type": "rich_text_section", "elements": [{"type": "user", "user_id": "U1"}]}
                    ],
                }
            ],
        },
        {"type": "section", "text": {"type": "mrkdwn", "text": "thanks <@U1>"}},
        {"type": "section", "fields": [{"type": "mrkdwn", "text": "to <@U1|ann>"}]},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "<@U1>"}]},
    ],
)
def test_who_is_named_in_a_block_is_named(block: Mapping[str, Any], tmp_path: Path) -> None:
    assert [("slack:U1",)] == mentions(export(tmp_path, [said(blocks=[block])]))


def test_who_is_named_in_text_and_block_is_named_once_and_nobody_names_themself(tmp_path: Path) -> None:
    block = {
        "type": "rich_text",
        "elements": [{"type": "user", "user_id": "U1"}, {"type": "user", "user_id": "U2"}],
    }
    assert [("slack:U1",)] == mentions(export(tmp_path, [said(text="<@U1>", blocks=[block])]))


def huddle(people: list[str]) -> dict[str, Any]:
    room = {"id": "R1", "date_start": 1767600000, "participants": [], "participant_history": people}
    return said("USLACKBOT", subtype="huddle_thread", room=room)


def test_a_huddle_is_an_online_meeting_of_those_who_were_in_it(tmp_path: Path) -> None:
    records = export(tmp_path, [huddle(["U1", "U2"])])
    (found,) = (record for record in records if isinstance(record, Encounter))
    assert (("slack:U1", "slack:U2"), Modality.ONLINE) == (found.people, found.kind)


def test_a_huddle_of_one_is_no_meeting_and_is_counted(tmp_path: Path) -> None:
    records = export(tmp_path, [huddle(["U1"])])
    assert not [record for record in records if isinstance(record, Encounter)]
    assert any(isinstance(record, Note) and "1 huddle_thread" in record.text for record in records)


def test_an_export_of_an_organisation_lists_its_people_under_another_name(tmp_path: Path) -> None:
    records = export(tmp_path, [said()], users=None, org_users=USERS)
    assert ["Ann Lee", "Bob Ek"] == [record.name for record in records if isinstance(record, Person)]


def test_somebody_of_another_workspace_is_named_by_the_first_message_that_tells_it(tmp_path: Path) -> None:
    told = {"real_name": "", "display_name": "", "name": "cy.ray"}
    guest = [said("U9"), said("U9", "1767600002.000100", user_profile=told), said("U9", "1767600003.000100")]
    records = export(tmp_path, guest)
    names = [
        record.name for record in records if isinstance(record, Person) and "slack:U9" in record.accounts
    ]
    assert ["cy.ray"] == names


def test_a_folder_in_a_zip_that_does_not_say_that_it_is_utf_8_is_its_channel(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("users.json", json.dumps(USERS))
        archive.writestr("channels.json", json.dumps(CHANNELS))
        archive.writestr("büro/2026-01-05.json", json.dumps([said(text="Hi")]))
    content = bytearray(packed.getvalue())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(mark)
        while at >= 0:
            content[at + flags + 1] &= ~0x08
            at = content.find(mark, at + 4)
    (tmp_path / "x.zip").write_bytes(content)
    with open_export(tmp_path / "x.zip") as found:
        records = [record for _, record in Slack().parse_export(found)]
    assert ["slack:C1:1767600001.000100"] == [one.id for one in records if isinstance(one, Activity)]


def test_a_dump_of_slackdump_is_read_and_the_form_with_names_is_named() -> None:
    answer = said(ts="1767600002.000100", text="Yes", thread_ts=BEGUN)
    first = said("U1", BEGUN, text="Plan", thread_ts=BEGUN, slackdump_thread_replies=[answer])
    member = member_of(json.dumps({"channel_id": "C1", "name": "general", "messages": [first]}).encode())
    assert Slack().recognises(member, member.head())
    records = list(Slack().parse(member))
    verbs = [(record.verb, record.parent) for record in records if isinstance(record, Activity)]
    assert [(Verb.MESSAGE, None), (Verb.REPLY, f"slack:C1:{BEGUN}")] == verbs
    assert any(isinstance(record, Note) and "slackdump export" in record.text for record in records)


def test_the_messages_of_viva_engage_name_their_senders() -> None:
    header = "id,replied_to_id,thread_id,sender_id,sender_type,sender_name,sender_email,body,created_at"
    rows = ["1,,1,7,User,Ann Lee,ann@acme.example,Hi,2026-01-05T09:00:00Z"]
    rows += ["2,1,1,8,Bot,Polly,,Vote,2026-01-05T10:00:00Z", "3,1,1,7,User,Ann Lee,,Yes,2026-01-05T11:00:00Z"]
    records = list(Yammer().parse(member_of("\n".join([header, *rows, ""]).encode(), "Messages.csv")))
    people = [(one.name, one.accounts, one.bot) for one in records if isinstance(one, Person)]
    ann = ("Ann Lee", ("yammer:7", "email:ann@acme.example"), None)
    assert [ann, ("Polly", ("yammer:8",), True)] == people


REALM = {
    "zerver_realm": [{"id": 1, "string_id": "acme"}],
    "zerver_userprofile": [
        {"id": 10, "full_name": "Ann Lee", "delivery_email": "ann@acme.example", "is_bot": False},
        {"id": 11, "full_name": "Bo Ek", "delivery_email": "bo@acme.example", "is_bot": False},
        {"id": 12, "full_name": "Cy Ray", "delivery_email": "cy@acme.example", "is_bot": False},
    ],
    "zerver_userprofile_crossrealm": [{"id": 3}],
    "zerver_stream": [{"id": 5, "name": "general"}],
    "zerver_recipient": [
        {"id": 1, "type": 2, "type_id": 5},
        {"id": 2, "type": 1, "type_id": 10},
        {"id": 3, "type": 3, "type_id": 4},
    ],
    "zerver_subscription": [{"recipient": 3, "user_profile": one} for one in (10, 11, 12)],
    "zerver_reaction": [{"user_profile": 10, "message": 101, "emoji_name": "+1"}],
}
MESSAGES = [
    {
        "id": 100,
        "sender": 10,
        "recipient": 1,
        "subject": "plan",
        "content": "Well?",
        "date_sent": 1767600000.5,
    },
    {
        "id": 101,
        "sender": 11,
        "recipient": 1,
        "subject": "plan",
        "content": "@**Ann Lee** yes",
        "date_sent": 1767600100,
    },
    {"id": 102, "sender": 11, "recipient": 2, "subject": "", "content": "hi", "date_sent": 1767600200},
    {"id": 103, "sender": 11, "recipient": 3, "subject": "", "content": "all", "date_sent": 1767600300},
    {"id": 104, "sender": 3, "recipient": 1, "subject": "plan", "content": "moved", "date_sent": 1767600400},
]


def test_the_own_export_of_zulip_is_read(tmp_path: Path) -> None:
    (tmp_path / "realm.json").write_text(json.dumps(REALM), "utf-8")
    (tmp_path / "messages-000001.json").write_text(json.dumps({"zerver_message": MESSAGES}), "utf-8")
    with open_export(tmp_path) as found:
        assert Zulip().claims(list(found.files))
        records = [record for _, record in Zulip().parse_export(found)]
    acts = {one.id.removeprefix("zulip:acme/"): one for one in records if isinstance(one, Activity)}
    assert ["100", "101", "101:+1:10", "102", "103", "104"] == sorted(acts)
    assert ("zulip:acme/100", ("zulip:acme/10",)) == (acts["101"].parent, acts["101"].mentions)
    assert ("zulip:acme/10",) == acts["102"].to
    assert ("zulip:acme/10", "zulip:acme/12") == acts["103"].to
    assert (None, "general") == (acts["104"].parent, acts["104"].channel)
    assert {"zulip:acme/3"} == {
        a for one in records if isinstance(one, Person) and one.bot for a in one.accounts
    }
