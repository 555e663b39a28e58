"""Slack: exports of workspaces, old and new, and answers of the Web API recorded by others."""

import json
import re
import zipfile
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.chat.slack import Slack
from connectors.chat.slack_records import Channel, MessageReader
from connectors.kit.answers import guarded
from influence.contract.connector import Unreadable
from influence.contract.files import names, open_export
from influence.contract.records import Activity, Deleted, Note, Person, SetAside, Verb
from influence.contract.testing import member_of
from influence.store.store import Store
from tests.kit.slack_service import USERS, message


def read(path):
    assert Slack().claims(names(path))
    with open_export(path) as export:
        return list(Slack().parse_export(export))


def of(kind, records):
    return [record for _, record in records if isinstance(record, kind)]


EXPORT = {
    "users.json": USERS,
    "channels.json": [{"id": "C0TEAM", "name": "team", "members": ["U0ANN", "U0BOB"]}],
    "groups.json": [{"id": "G0BOARD", "name": "board", "members": ["U0ANN"]}],
    "dms.json": [{"id": "D0AB", "members": ["U0ANN", "U0BOB"]}],
    "mpims.json": [{"id": "G0ABC", "name": "mpdm-ann--bob--cai-1", "members": ["U0ANN", "U0BOB", "U0CAI"]}],
    "team/2026-01-05.json": [
        message("1767600000.000100", "U0ANN", "Where next?", thread_ts="1767600000.000100"),
        message("1767600060.000200", "U0BOB", "Oslo", thread_ts="1767600000.000100", parent_user_id="U0ANN"),
        message("1767600120.000300", "U0CAI", "nonsense"),
        message("1767600130.000000", "U0CAI", "<@U0CAI> has joined the channel", subtype="channel_join"),
    ],
    "team/2026-01-06.json": [
        {
            "type": "message",
            "subtype": "message_deleted",
            "ts": "1767690000.000100",
            "deleted_ts": "1767600120.000300",
        },
        {
            "type": "message",
            "subtype": "message_changed",
            "ts": "1767690001.000100",
            "message": message(
                "1767600060.000200",
                "U0BOB",
                "Oslo, <@U0CAI>",
                thread_ts="1767600000.000100",
                edited={"user": "U0BOB", "ts": "1767690001.000000"},
            ),
        },
    ],
    "board/2026-01-05.json": [message("1767600200.000100", "U0ANN", "closed")],
    "D0AB/2026-01-05.json": [message("1767600300.000100", "U0ANN", "a word?")],
    "mpdm-ann--bob--cai-1/2026-01-05.json": [message("1767600400.000100", "U0CAI", "we three")],
    "integration_logs.json": [],
}


def written(folder, export=EXPORT):
    for name, content in export.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return folder


def zipped(path, export=EXPORT, top=""):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in export.items():
            archive.writestr(top + name, content if isinstance(content, bytes) else json.dumps(content))
    return path


def test_the_houston_workspace_is_read_whole(shared):
    records = read(shared / "data" / "slack_export_houston")
    said = [one for one in of(Activity, records) if one.verb is not Verb.REACT]
    notices = next(note.text for note in of(Note, records) if "notices" in note.text)
    left_out = sum(int(word) for word in notices.replace(",", "").split() if word.isdigit())
    assert (1382, 1031, 351) == (len(said) + left_out, len(said), left_out)
    assert 71 == len(of(Person, records))
    assert 198 == len(of(Activity, records)) - len(said)
    assert [] == of(SetAside, records)


def test_the_houston_workspace_names_575_people_and_155_of_them_are_named_by_another(shared):
    folder = shared / "data" / "slack_export_houston"
    rows = [row for day in folder.glob("*/*.json") for row in json.loads(day.read_text("utf-8"))]
    said = [row for row in rows if row.get("subtype") not in NOTICES]
    plain = sum(
        len(set(re.findall(r"<@(U\w+)", row["text"])) - {row.get("user", row.get("comment", {}).get("user"))})
        for row in said
    )
    assert 575 == sum(len(re.findall(r"<@U\w+", row["text"])) for row in rows)
    assert 155 == plain == sum(len(one.mentions) for one in of(Activity, read(folder)))


NOTICES = {
    *("channel_join", "channel_purpose", "channel_archive", "channel_leave", "channel_name", "channel_topic"),
    *("bot_add", "pinned_item"),
}


def test_a_zip_of_another_workspace_is_read_whole(shared):
    archive = shared / "payloads/slack-export/hfaran+slack-export-viewer/tests/testarchive.zip"
    records = read(archive)
    assert 147 == sum(one.verb is not Verb.REACT for one in of(Activity, records))
    assert 94 == sum(one.actor.startswith("slack:B") for one in of(Activity, records))
    assert 3 == sum(one.bot is True for one in of(Person, records) if one.accounts[0].startswith("slack:B"))
    assert [] == of(SetAside, records)


class TestExport:
    def test_an_answer_in_a_thread_answers_its_first_message(self, tmp_path):
        found = {one.id: one for one in of(Activity, read(written(tmp_path)))}
        answer = found["slack:C0TEAM:1767600060.000200"]
        assert (Verb.REPLY, "slack:C0TEAM:1767600000.000100") == (answer.verb, answer.parent)

    def test_a_direct_message_is_to_the_others_and_a_channel_is_to_nobody(self, tmp_path):
        found = {one.text: one for one in of(Activity, read(written(tmp_path)))}
        assert (("slack:U0BOB",), None) == (found["a word?"].to, found["a word?"].channel)
        assert ("slack:U0ANN", "slack:U0BOB") == found["we three"].to
        assert ((), "board") == (found["closed"].to, found["closed"].channel)

    def test_what_was_deleted_is_gone_and_what_was_edited_is_new(self, tmp_path):
        records = read(written(tmp_path / "export"))
        assert ["slack:C0TEAM:1767600120.000300"] == [one.id for one in of(Deleted, records)]
        store = Store()
        with store.batch("export", "slack") as batch:
            for file, record in records:
                batch.add(record, file)
        kept = {
            row["id"]: row["mentions"]
            for row in store.engine.arrow("SELECT id, mentions FROM activities").to_pylist()
        }
        assert ["slack:U0CAI"] == kept["slack:C0TEAM:1767600060.000200"]
        assert "slack:C0TEAM:1767600120.000300" not in kept
        store.close()

    def test_notices_are_counted_and_files_that_are_not_read_are_named(self, tmp_path):
        told = " | ".join(note.text for note in of(Note, read(written(tmp_path))))
        assert "1 channel_join" in told
        assert "not read: 1 (integration_logs.json)" in told

    def test_a_zip_with_a_folder_at_its_top_is_read_as_a_folder_is(self, tmp_path):
        plain = read(written(tmp_path / "export"))
        packed = read(zipped(tmp_path / "export.zip", top="Acme Slack export Jan 2026/"))
        ids = [[record.id for record in of(Activity, records)] for records in (plain, packed)]
        assert sorted(ids[0]) == sorted(ids[1])
        assert len(set(ids[0])) >= 6

    def test_a_damaged_day_is_set_aside_and_the_other_days_are_read(self, tmp_path):
        whole = {one.id for one in of(Activity, read(written(tmp_path / "whole")))}
        damaged = EXPORT | {
            "board/2026-01-05.json": b'[{"type": "message", "ts": ',
            "D0AB/2026-01-05.json": b"\xff\xfe\x00",
        }
        records = read(zipped(tmp_path / "damaged.zip", damaged))
        assert 2 == len(whole - {one.id for one in of(Activity, records)})
        assert {"board/2026-01-05.json", "D0AB/2026-01-05.json"} == {
            file for file, record in records if isinstance(record, SetAside)
        }

    def test_a_member_whose_packed_bytes_are_broken_is_set_aside(self, tmp_path):
        archive = zipped(tmp_path / "export.zip")
        with zipfile.ZipFile(archive) as opened:
            info = opened.getinfo("board/2026-01-05.json")
        body = bytearray(archive.read_bytes())
        start = info.header_offset + 30 + len(info.filename)
        body[start : start + 6] = b"\xff" * 6
        archive.write_bytes(bytes(body))
        records = read(archive)
        assert ["board/2026-01-05.json"] == [f for f, one in records if isinstance(one, SetAside)]
        assert "a word?" in {one.text for one in of(Activity, records)}

    def test_half_characters_and_nul_bytes_reach_the_store_as_question_marks(self, tmp_path):
        day = b'[{"type":"message","user":"U0ANN","ts":"1767600200.000100","text":"a\\ud83d b\\u0000c \\ud83d\\ude00"}]'
        records = read(written(tmp_path, EXPORT | {"board/2026-01-05.json": day}))
        assert "a\ufffd b\ufffdc 😀" in {one.text for one in of(Activity, records)}

    def test_a_deactivated_person_keeps_an_account_of_their_own(self, tmp_path):
        people = {one.name: one for one in of(Person, read(written(tmp_path)))}
        assert ("slack:U0BOB",) == people["Bob Ray"].accounts

    def test_a_day_alone_is_refused_since_it_tells_no_channel(self):
        with pytest.raises(Unreadable, match="import the whole zip or folder"):
            list(Slack().parse(member_of(json.dumps(EXPORT["team/2026-01-05.json"]).encode(), "day.json")))

    def test_a_folder_of_another_kind_is_not_claimed(self):
        assert not Slack().claims(["users.json", "posts.json", "general/2026-01-05.json"])


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (message("0000000000.000000", "U0ANN"), "time"),
        (message("yesterday", "U0ANN"), "time"),
        (message(None, "U0ANN"), "time"),
        (message("1767600000.000100", None), "author"),
        (message("1767600000.000100", {"id": "U0ANN"}), "author"),
        (message("1767600000.000100", "../../etc"), "author"),
    ],
)
def test_an_odd_message_is_set_aside_with_its_reason(row, reason):
    (record,) = MessageReader().read(row, Channel("C1", "team"), 3)
    assert isinstance(record, SetAside)
    assert (reason in record.reason, 3) == (True, record.line)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
FIELDS = (
    *("type", "subtype", "ts", "thread_ts", "user", "bot_id", "text", "reactions", "comment", "user_profile"),
    *("username", "message", "deleted_ts"),
)


@settings(max_examples=300, deadline=None)
@given(
    changed=st.dictionaries(st.sampled_from(FIELDS), ANYTHING, max_size=4),
    reaction=st.dictionaries(st.sampled_from(["name", "users", "count"]), ANYTHING, max_size=3),
)
def test_no_message_however_odd_stops_the_reading(changed, reaction):
    row = message("1767600000.000100", "U0ANN", "words", reactions=[reaction]) | changed
    reader = MessageReader()
    records = list(guarded(lambda: reader.read(row, Channel("C1", "team"), 1), "the message"))
    assert records or reader.left_out


def test_reactions_without_their_makers_are_counted():
    reader = MessageReader()
    row = message("1767600000.000100", "U0ANN", reactions=[{"name": "ok", "users": ["U0BOB"], "count": 60}])
    records = list(reader.read(row, Channel("C1", "team"), 1))
    assert ["slack:U0BOB"] == [one.actor for one in records if one.verb is Verb.REACT]
    assert ["reactions whose makers Slack does not list were left out: 59"] == [
        note.text for note in reader.notes()
    ]


METHODS = {
    "slack_history": "conversations.history",
    "conversations.history": "conversations.history",
    "conversations.replies": "conversations.replies",
    "users.list": "users.list",
}


def test_every_recording_is_refused_alone_and_the_answers_of_the_methods_that_are_asked_are_read(shared):
    files = sorted((shared / "payloads" / "slack").rglob("*.json"))
    assert 58 == len(files)
    found = Counter()
    for file in files:
        with pytest.raises(Unreadable, match="import the whole"):
            list(Slack().parse(member_of(file)))
        method = next((METHODS[start] for start in METHODS if file.stem.startswith(start)), None)
        if method is not None:
            answer = json.loads(file.read_text("utf-8"))
            kept = {"slack": method, "channel": {"id": "C1", "name": "c", "members": []}, "answer": answer}
            found.update(type(one).__name__ for one in Slack().parse(member_of(json.dumps(kept).encode())))
    assert {"Activity": 11, "Person": 2, "Note": 5, "SetAside": 1} == dict(found)


def test_a_blank_answer_of_each_method_that_is_asked_is_read_when_it_says_it_is_well(shared):
    folder = shared / "payloads/slack/slackapi+java-slack-sdk/json-logs/samples/api"
    for method in ("conversations.history", "conversations.replies", "users.list"):
        answer = json.loads((folder / f"{method}.json").read_text("utf-8")) | {"ok": True}
        kept = {"slack": method, "channel": {"id": "C1", "name": "c", "members": []}, "answer": answer}
        records = list(Slack().parse(member_of(json.dumps(kept).encode())))
        blank = {"the message's time '0000000000.000000' cannot be meant"}
        assert blank >= {one.reason for one in records if isinstance(one, SetAside)}
        assert records


def test_the_messages_of_a_recorded_thread_answer_its_first(shared):
    file = shared / "payloads/slack/vercel+chat-extracted/SLACK_RAW_MESSAGES.json"
    reader = MessageReader()
    found = [
        one
        for row in json.loads(file.read_text("utf-8"))
        for one in reader.read(row, Channel("C1"), 1)
        if isinstance(one, Activity)
    ]
    assert [None] + ["slack:C1:1767463909.801009"] * (len(found) - 1) == [one.parent for one in found]
    assert len(found) >= 10


def test_the_recorded_events_of_edits_and_deletions_are_understood(shared):
    events = shared / "payloads/slack/slackapi+java-slack-sdk/json-logs/samples/events"
    deleted = json.loads((events / "MessageDeletedPayload.json").read_text("utf-8"))["event"]
    (record,) = MessageReader().read(deleted | {"deleted_ts": "1767600000.000100"}, Channel("C1"), 1)
    assert Deleted("slack:C1:1767600000.000100", 1) == record
    changed = json.loads((events / "MessageChangedPayload.json").read_text("utf-8"))["event"]
    changed["message"] |= {"ts": "1767600000.000100", "user": "U0ANN"}
    records = list(MessageReader().read(changed, Channel("C1"), 1))
    assert ["slack:C1:1767600000.000100"] == [r.id for r in records if isinstance(r, Activity)][:1]


def by_app(ts, user, app):
    return message(ts, user, "A poll") | {"bot_id": "B0APP", "bot_profile": {"id": "B0APP", "name": app}}


def test_who_writes_by_an_app_and_is_on_no_list_of_users_is_the_app(tmp_path):
    day = [
        by_app("1767600000.000100", "U0POLL", "Pollster"),
        by_app("1767600001.000100", "U0ANN", "Pollster"),
    ]
    written(tmp_path, {**EXPORT, "team/2026-01-05.json": day})
    bots = [(one.name, one.accounts) for one in of(Person, read(tmp_path)) if one.bot]
    assert ("Pollster", ("slack:U0POLL",)) in bots
    assert "slack:U0ANN" not in {accounts[0] for _, accounts in bots}


def test_an_app_is_told_by_its_number_alone(tmp_path):
    posted = message("1767600000.000100", "U0POLL", "A poll") | {"bot_id": "B0APP", "username": "Pollster"}
    written(tmp_path, {**EXPORT, "team/2026-01-05.json": [posted]})
    assert ("Pollster", True) in {(one.name, one.bot) for one in of(Person, read(tmp_path))}


def test_a_channel_of_slackdump_beside_the_lists_is_read(tmp_path):
    dump = {"channel_id": "C9", "name": "team", "messages": [message("1767600000.000100", "U0ANN", "Plan")]}
    written(tmp_path, {**EXPORT, "C9.json": dump})
    assert "slack:C9:1767600000.000100" in {one.id for one in of(Activity, read(tmp_path))}


def test_a_folder_that_a_mac_wrote_is_that_of_its_channel(tmp_path):
    channels = [{"id": "C9", "name": "b\u00fcro", "members": []}]
    said = [message("1767600000.000100", "U0ANN", "Plan")]
    written(tmp_path, {**EXPORT, "channels.json": channels, "bu\u0308ro/2026-01-05.json": said})
    assert "slack:C9:1767600000.000100" in {one.id for one in of(Activity, read(tmp_path))}


def test_the_two_ids_of_somebody_in_an_enterprise_grid_are_one_persons(tmp_path):
    user = {"id": "U1", "profile": {"real_name": "Eva Ek"}, "enterprise_user": {"id": "W1", "teams": ["T1"]}}
    written(tmp_path, {**EXPORT, "users.json": [*USERS, user]})
    assert ("slack:U1", "slack:W1") in {one.accounts for one in of(Person, read(tmp_path))}


def test_channels_of_one_name_in_the_workspaces_of_an_organisation_are_two(tmp_path):
    files = {"org_users.json": USERS, "channels.json": [{"id": "C0", "name": "general"}]}
    for n, place in enumerate(("", "teams/Acme Ö/", "teams/T2/")):
        files |= {
            f"{place}channels.json": [{"id": f"C{n}", "name": "general"}],
            f"{place}dms.json": [{"id": f"D{n}", "members": ["U0ANN", "U0BO"]}],
            f"{place}general/2026-01-05.json": [message(f"176760000{n}.000100", "U0ANN", "Plan")],
            f"{place}D{n}/2026-01-05.json": [message(f"176760001{n}.000100", "U0ANN", "Plan")],
        }
    written(tmp_path, files)
    found = of(Activity, read(tmp_path))
    assert {f"slack:C{n}:176760000{n}.000100" for n in range(3)} == {
        one.id for one in found if one.channel == "general"
    }
    assert {("slack:U0BO",)} == {one.to for one in found if one.channel is None}
