"""Slack: exports of workspaces, old and new, and the Web API."""

import json
import re
import zipfile
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.chat.slack import Slack
from connectors.chat.slack_records import Channel, MessageReader
from influence.contract.connector import ConnectorError, NotAuthorised, Unreadable
from influence.contract.files import names, open_export
from influence.contract.records import Activity, Deleted, Note, Person, SetAside, Verb
from influence.contract.testing import Remembered, member_of
from influence.store.store import Store
from tests.kit.live_contract import check_fetch, pulled, store_of
from tests.kit.local_service import serving

TOKEN = Remembered()


def read(path):
    assert Slack().claims(names(path))
    with open_export(path) as export:
        return list(Slack().parse_export(export))


def of(kind, records):
    return [record for _, record in records if isinstance(record, kind)]


def message(ts, user, text="", **more):
    return {"type": "message", "ts": ts, "user": user, "text": text, **more}


USERS = [
    {"id": "U0ANN", "name": "ann", "profile": {"real_name": "Ann Lee", "email": "ann@acme.example"}},
    {"id": "U0BOB", "name": "bob", "deleted": True, "profile": {"real_name": "Bob Ray"}},
    {"id": "U0CAI", "name": "cai", "profile": {"real_name": "Cai Poe"}},
]
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
    records = list(reader.read(row, Channel("C1", "team"), 1))
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


class Workspace:
    """A workspace as Slack's Web API answers for it, two items a page."""

    def __init__(self):
        self.users = [dict(one) for one in USERS]
        self.channels = [
            {"id": "C0TEAM", "name": "team", "is_member": True},
            {"id": "C0SHUT", "name": "shut", "is_member": False},
            {"id": "D0AB", "is_im": True, "user": "U0BOB"},
            {"id": "G0ABC", "is_mpim": True, "name": "mpdm"},
        ]
        self.messages = {
            "C0TEAM": [message(f"176760000{n}.000100", "U0ANN", f"no {n}") for n in range(5)],
            "D0AB": [message("1767600300.000100", "U0BOB", "a word?")],
            "G0ABC": [message("1767600400.000100", "U0CAI", "we three")],
        }
        self.threads = {}
        self.thread("C0TEAM", "1767600001.000100", [f"17676001{n}0.000100" for n in range(1, 4)])
        self.asked, self.busy, self.error = Counter(), 0, {}

    def thread(self, channel, root, stamps):
        first = next(one for one in self.messages[channel] if one["ts"] == root)
        self.threads[channel, root] = [
            message(ts, "U0BOB", "yes", thread_ts=root, parent_user_id="U0ANN") for ts in stamps
        ]
        first |= {"thread_ts": root, "reply_count": len(stamps), "latest_reply": stamps[-1]}

    def __call__(self, path, params, headers):
        method = path.rpartition("/")[2]
        self.asked[method] += 1
        if headers["Authorization"] != "Bearer placeholder":
            return 200, {}, {"ok": False, "error": "invalid_auth"}
        if self.busy:
            self.busy -= 1
            return 429, {"Retry-After": "0"}, {"ok": False, "error": "ratelimited"}
        if method in self.error:
            return 200, {}, {"ok": False, "error": self.error[method], "needed": "channels:history"}
        return 200, {}, self.answer(method, params)

    def answer(self, method, params):
        channel = params.get("channel")
        if method == "auth.test":
            return {"ok": True, "user_id": "U0ANN"}
        if method == "users.list":
            return paged("members", self.users, params)
        if method == "conversations.list":
            return paged("channels", self.channels, params)
        if method == "conversations.members":
            return paged("members", ["U0ANN", "U0BOB", "U0CAI"], params)
        if method == "conversations.replies":
            root = params["ts"]
            first = [one for one in self.messages[channel] if one["ts"] == root]
            return paged("messages", first + self.threads[channel, root], params)
        oldest = float(params["oldest"])
        newest_first = sorted(self.messages[channel], key=lambda one: one["ts"], reverse=True)
        return paged("messages", [one for one in newest_first if float(one["ts"]) > oldest], params)


def paged(name, rows, params):
    at = int(params.get("cursor", "0"))
    after = str(at + 2) if at + 2 < len(rows) else ""
    return {"ok": True, name: rows[at : at + 2], "response_metadata": {"next_cursor": after}}


@pytest.fixture
def slack():
    service = Workspace()
    with serving(service) as address:
        service.connector = Slack(address=f"{address}/api/")
        yield service


class TestLive:
    def test_a_pull_brings_messages_threads_and_people(self, slack, tmp_path):
        workspace, total = pulled(tmp_path, slack.connector, TOKEN)
        stored = store_of(workspace)
        assert (10, 0) == (len(stored["activities"]), total.aside)
        assert 3 == len(stored["people"])
        parents = workspace.store.engine.arrow("SELECT parent FROM activities WHERE verb = 'reply'")
        assert {"slack:C0TEAM:1767600001.000100"} == set(parents.column("parent").to_pylist())
        to = workspace.store.engine.arrow(
            "SELECT addressees FROM activities WHERE text IS NULL AND channel IS NULL"
        )
        assert {("slack:U0ANN",), ("slack:U0ANN", "slack:U0BOB")} == {
            tuple(sorted(x)) for x in to[0].to_pylist()
        }
        workspace.close()

    def test_a_pull_cut_off_anywhere_and_taken_up_is_as_one_that_was_not(self, slack, tmp_path):
        check_fetch(tmp_path, lambda: slack.connector, TOKEN, 6)

    def test_a_pull_cut_off_late_and_taken_up_is_as_one_that_was_not(self, slack, tmp_path):
        whole, _ = pulled(tmp_path / "whole", slack.connector, TOKEN)
        replies = len(list(slack.connector.fetch({}, TOKEN)))
        assert replies > 8
        for cut in range(6, replies):
            resumed, _ = pulled(tmp_path / f"cut-{cut}", slack.connector, TOKEN, cut=cut)
            assert store_of(whole) == store_of(resumed)
            resumed.close()
        whole.close()

    def test_a_second_pull_adds_nothing_and_then_what_changed(self, slack, tmp_path):
        workspace, _ = pulled(tmp_path, slack.connector, TOKEN)
        before = store_of(workspace)
        again(workspace, slack.connector)
        assert before == store_of(workspace)
        slack.messages["C0TEAM"][0]["text"] = "no 0, <@U0CAI>"
        slack.messages["C0TEAM"].append(message("1767700000.000100", "U0CAI", "new"))
        slack.thread("C0TEAM", "1767600002.000100", ["1767700001.000100"])
        slack.messages["C0TEAM"][1] |= {"subtype": "tombstone", "user": "USLACKBOT"}
        again(workspace, slack.connector)
        rows = workspace.store.engine.arrow("SELECT id, mentions FROM activities").to_pylist()
        now = {row["id"].rpartition(":")[2]: row["mentions"] for row in rows}
        assert ["slack:U0CAI"] == now["1767600000.000100"]
        assert {"1767700000.000100", "1767700001.000100"} <= now.keys()
        assert "1767600001.000100" not in now
        workspace.close()

    def test_what_is_older_than_the_look_back_is_not_asked_for_again(self, slack, tmp_path):
        slack.messages["C0TEAM"].append(message("1770000000.000100", "U0CAI", "weeks later"))
        workspace, _ = pulled(tmp_path, slack.connector, TOKEN)
        slack.asked.clear()
        again(workspace, replace(slack.connector, lookback="1"))
        assert 0 == slack.asked["conversations.replies"]
        workspace.close()

    def test_a_channel_that_the_app_is_no_member_of_is_told(self, slack):
        notes = told(slack.connector)
        assert ["1 channels are not read: the app is not a member of them; /invite it there"] == notes

    def test_a_pull_can_be_limited_to_channels(self, slack, tmp_path):
        workspace, _ = pulled(tmp_path, replace(slack.connector, channels="#team; nowhere"), TOKEN)
        assert 8 == len(store_of(workspace)["activities"])
        workspace.close()

    def test_it_waits_when_slack_is_busy(self, slack, tmp_path):
        slack.busy = 2
        workspace, total = pulled(tmp_path, slack.connector, TOKEN)
        assert 10 == total.stored
        workspace.close()

    def test_a_channel_that_closed_meanwhile_is_told_and_the_others_are_read(self, slack):
        slack.error["conversations.replies"] = "thread_not_found"
        notes = told(slack.connector)
        assert "team is not read: Slack says 'thread_not_found'" in notes

    def test_a_token_that_is_not_accepted_is_an_error_without_the_token(self, slack):
        with pytest.raises(NotAuthorised, match="connect again") as error:
            list(slack.connector.fetch({}, Remembered("wrong-token")))
        assert "wrong-token" not in str(error.value)

    def test_a_missing_permission_is_named(self, slack):
        slack.error["conversations.history"] = "missing_scope"
        with pytest.raises(NotAuthorised, match="lacks channels:history"):
            list(slack.connector.fetch({}, TOKEN))

    def test_another_refusal_is_told_as_slack_says_it(self, slack):
        slack.error["conversations.list"] = "fatal_error"
        with pytest.raises(ConnectorError, match=r"Slack refuses conversations\.list \(fatal_error\)"):
            list(slack.connector.fetch({}, TOKEN))

    def test_neither_cursor_nor_names_hold_the_token(self, slack):
        for reply in slack.connector.fetch({}, TOKEN):
            assert "placeholder" not in json.dumps(reply.cursor) + reply.member.name + reply.note


def test_a_cursor_that_repeats_ends_the_pull():
    service = Workspace()

    def stuck(path, params, headers):
        status, more, body = service(path, params, headers)
        if "response_metadata" in body:
            body["response_metadata"]["next_cursor"] = "2"
        return status, more, body

    with serving(stuck) as address:
        replies = list(Slack(address=f"{address}/api/").fetch({}, TOKEN))
    assert len(replies) < 40


def test_a_look_back_that_is_no_number_is_refused():
    with pytest.raises(ConnectorError, match="no number of days"):
        list(Slack(lookback="a week").fetch({}, TOKEN))


def again(workspace, connector):
    for reply in connector.fetch(workspace.store.cursor("source"), TOKEN):
        with workspace.store.batch("source", connector.name) as batch:
            for record in connector.parse(reply.member):
                batch.add(record, reply.member.name)
            batch.remember(reply.cursor)


def told(connector):
    replies = connector.fetch({}, TOKEN)
    return [r.text for reply in replies for r in connector.parse(reply.member) if isinstance(r, Note)]
