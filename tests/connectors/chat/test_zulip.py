"""Zulip: archives as JSON, and the REST API."""

import json
import zipfile
from base64 import b64decode
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.chat.zulip import Zulip
from connectors.chat.zulip_records import Turns
from influence.contract.connector import Changed, ConnectorError, NotAuthorised, StoppedShort, Unreadable
from influence.contract.files import names, open_export
from influence.contract.records import Activity, Note, Person, SetAside, Verb
from influence.contract.testing import Remembered, member_of
from tests.kit.live_contract import check_fetch, pulled, store_of
from tests.kit.served import Said, served

KEY = Remembered()
DAY = 86_400
START = 1_767_600_000


def read(path):
    assert Zulip().claims(names(path))
    with open_export(path) as export:
        return list(Zulip().parse_export(export))


def archived(number, name, content="<p>words</p>", time=None):
    return {
        "content": content,
        "id": number,
        "sender_full_name": name,
        "timestamp": START + (number if isinstance(number, int) else 0) if time is None else time,
    }


def topic(*rows):
    return list(Zulip().parse(member_of(json.dumps(rows).encode(), "1-general/a.20topic.json")))


class TestArchive:
    def test_a_public_archive_in_a_zip_is_read_whole(self, shared, tmp_path):
        folder = shared / "data" / "zulip_ncar"
        files = sorted(folder.rglob("*.json"))
        with zipfile.ZipFile(tmp_path / "archive.zip", "w") as packed:
            for file in files:
                packed.write(file, file.relative_to(folder).as_posix())
        rows = [
            row
            for file in files
            if file.parent != folder / "zulip_json"
            for row in json.loads(file.read_bytes())
        ]
        records = [record for _, record in read(tmp_path / "archive.zip")]
        said = [record for record in records if isinstance(record, Activity)]
        assert {f"zulip:{row['id']}-{row['timestamp']}" for row in rows} == {one.id for one in said}
        assert 6563 == len(rows) == len(said)
        assert [] == [record for record in records if isinstance(record, SetAside)]

    def test_its_answers_are_all_inferred_and_to_somebody_else_within_a_day(self, shared):
        said = {one.id: one for _, one in read(shared / "data" / "zulip_ncar") if isinstance(one, Activity)}
        answers = [one for one in said.values() if one.verb is Verb.REPLY]
        assert len(answers) > 4000
        for one in answers:
            parent = said[one.parent]
            assert one.inferred
            assert parent.actor != one.actor
            assert parent.conversation == one.conversation
            assert 0 <= (one.time - parent.time).total_seconds() <= DAY

    def test_the_topic_and_the_stream_are_named_as_people_wrote_them(self):
        (record,) = topic(archived(1, "Ann Lee"))
        assert ("zulip-topic:1/a topic", "general") == (record.conversation, record.channel)

    def test_what_is_only_quoted_names_nobody(self):
        named = '<span class="user-mention" data-user-id="7">@Bob Ray</span>'
        said = f"<blockquote><blockquote>{named}</blockquote>{named}</blockquote><p>Yes</p>"
        first, second = topic(archived(1, "Ann Lee", said), archived(2, "Ann Lee", f"<p>{named}</p>"))
        assert ((), ("zulip-name:Bob Ray",)) == (first.mentions, second.mentions)

    def test_a_group_that_is_named_is_nobody(self):
        (record,) = topic(
            archived(1, "Ann", '<span class="user-group-mention" data-user-group-id="3">@all</span>')
        )
        assert () == record.mentions

    @pytest.mark.parametrize(
        "row",
        [{"id": 1}, archived("one", "Ann"), archived(1, ""), archived(1, None), archived(1, "Ann", time=-5)],
    )
    def test_an_odd_message_is_set_aside(self, row):
        assert [SetAside] == [type(record) for record in topic(row)]

    def test_a_damaged_topic_is_set_aside_and_the_others_are_read(self, tmp_path):
        folder = tmp_path / "zulip_json" / "1-general"
        folder.mkdir(parents=True)
        (tmp_path / "zulip_json" / "stream_index.json").write_text('{"streams": {}}')
        (folder / "bad.json").write_text('{"not": "a list"}')
        (folder / "good.json").write_text(json.dumps([archived(1, "Ann Lee")]))
        kinds = Counter(type(record) for _, record in read(tmp_path))
        assert {SetAside: 1, Activity: 1} == dict(kinds)

    def test_another_list_is_no_topic(self):
        with pytest.raises(Unreadable, match="should be a JSON list"):
            list(Zulip().parse(member_of(b'{"a": 1}', "x.json")))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
FIELDS = (
    *("id", "timestamp", "sender_id", "sender_full_name", "content", "subject", "stream_id", "reactions"),
    *("display_recipient", "sender_realm_str"),
)


@settings(max_examples=300, deadline=None)
@given(changed=st.dictionaries(st.sampled_from(FIELDS), ANYTHING, max_size=4))
def test_no_message_however_odd_stops_the_reading(changed):
    kept = {"zulip": "messages", "site": "acme.example", "since": 0}
    kept["answer"] = {"messages": [said(1, 7) | changed, said(2, 8)]}
    records = list(Zulip().parse(member_of(json.dumps(kept).encode())))
    assert "zulip:acme.example/2" in {one.id for one in records if isinstance(one, Activity)}
    assert topic(archived(1, "Ann Lee") | changed)


class TestTurns:
    def test_the_parent_is_the_last_message_by_somebody_else(self):
        turns = Turns()
        found = [turns.parent(who, who + str(n), n) for n, who in enumerate("abbbca")]
        assert [None, "a0", "a0", "a0", "b3", "c4"] == found

    def test_a_message_after_more_than_a_day_answers_nothing(self):
        turns = Turns()
        turns.parent("ann", "1", 0)
        assert turns.parent("bob", "2", DAY + 1) is None
        assert "2" == turns.parent("cai", "3", DAY + 2)


class Organisation:
    """An organisation as Zulip's REST API answers for it, three messages a page."""

    def __init__(self):
        self.messages = [
            said(n, who, "grid" if n % 4 else "other") for n, who in enumerate([7, 8, 8, 9] * 3, 100)
        ]
        self.messages[4]["reactions"] = [
            {"emoji_name": "heart", "user_id": 8},
            {"emoji_name": "ok", "user": {"id": 9}},
        ]
        self.users = [
            {
                "user_id": n,
                "email": f"user{n}@acme.example",
                "delivery_email": None,
                "full_name": f"Person {n}",
            }
            for n in (7, 8, 9)
        ]
        self.page, self.busy, self.asked = 3, 0, []

    def __call__(self, asked):
        path, params, headers = asked.path, asked.query, asked.headers
        self.asked.append((path, params))
        if b64decode(headers["Authorization"].split()[1]) != b"ann@acme.example:placeholder":
            return Said({"result": "error", "msg": "Invalid API key"}, 401)
        if self.busy:
            self.busy -= 1
            return Said({"result": "error", "code": "RATE_LIMIT_HIT"}, 429, {"Retry-After": "0"})
        if path.endswith("/users/me"):
            return {"result": "success", "user_id": 7, "full_name": "Person 7"}
        if path.endswith("/users"):
            return {"result": "success", "members": self.users}
        after = [one for one in self.messages if one["id"] > int(params["anchor"])]
        page = after[: self.page]
        return {"result": "success", "messages": page, "found_newest": len(after) <= self.page}


def said(number, who, subject="grid", content="<p>words</p>", time=None):
    return {
        "id": number,
        "timestamp": START + number * 60 if time is None else time,
        "sender_id": who,
        "sender_full_name": f"Person {who}",
        "sender_realm_str": "",
        "type": "stream",
        "stream_id": 3,
        "display_recipient": "general",
        "subject": subject,
        "content": content,
        "reactions": [],
    }


@pytest.fixture
def zulip():
    service = Organisation()
    with served(service) as here:
        service.connector = Zulip(site=here.url, email="ann@acme.example")
        yield service


def again(workspace, connector):
    for reply in connector.fetch(workspace.store.cursor("source"), KEY):
        with workspace.store.batch("source", connector.name) as batch:
            for record in connector.parse(reply.member):
                batch.add(record, reply.member.name)
            batch.remember(reply.cursor)


def stored(workspace):
    rows = workspace.store.engine.arrow("SELECT id, parent, mentions FROM activities ORDER BY id").to_pylist()
    return {row["id"].rpartition("/")[2]: row for row in rows}


class TestLive:
    def test_a_pull_brings_messages_reactions_and_people(self, zulip, tmp_path):
        workspace, total = pulled(tmp_path, zulip.connector, KEY)
        assert (14, 0) == (len(stored(workspace)), total.aside)
        assert 3 == len(store_of(workspace)["people"])
        workspace.close()

    def test_the_pages_of_a_pull_make_no_difference_to_what_is_inferred(self, zulip, tmp_path):
        small, _ = pulled(tmp_path / "small", zulip.connector, KEY)
        zulip.page = 100
        large, _ = pulled(tmp_path / "large", zulip.connector, KEY)
        assert store_of(large) == store_of(small)
        assert 7 == sum(row["parent"] is not None for name, row in stored(small).items() if ":" not in name)
        small.close()
        large.close()

    def test_a_pull_cut_off_anywhere_and_taken_up_is_as_one_that_was_not(self, zulip, tmp_path):
        check_fetch(tmp_path, lambda: zulip.connector, KEY, 6)

    def test_a_second_pull_adds_nothing_and_then_what_changed(self, zulip, tmp_path):
        workspace, _ = pulled(tmp_path, zulip.connector, KEY)
        before = store_of(workspace)
        again(workspace, zulip.connector)
        assert before == store_of(workspace)
        zulip.messages[5]["content"] = '<span class="user-mention" data-user-id="9">@Person 9</span>'
        gone = zulip.messages.pop(7)
        zulip.messages.append(said(200, 9))
        zulip.messages[-2]["reactions"].append({"emoji_name": "tada", "user_id": 7})
        again(workspace, zulip.connector)
        now = stored(workspace)
        assert [f"zulip:{workspace_site(zulip)}/9"] == now["105"]["mentions"]
        assert str(gone["id"]) not in now
        assert {"200", "111:tada:7"} <= now.keys()
        again(workspace, zulip.connector)
        assert now == stored(workspace)
        workspace.close()

    def test_a_message_deleted_at_the_end_is_gone_too(self, zulip, tmp_path):
        workspace, _ = pulled(tmp_path, zulip.connector, KEY)
        del zulip.messages[-2:]
        again(workspace, zulip.connector)
        assert {"110", "111"} & stored(workspace).keys() == set()
        workspace.close()

    def test_what_is_older_than_the_look_back_is_not_read_again(self, zulip, tmp_path):
        zulip.messages.append(said(300, 7, time=START + 30 * DAY))
        workspace, _ = pulled(tmp_path, zulip.connector, KEY)
        zulip.asked.clear()
        again(workspace, zulip.connector)
        anchors = [int(params["anchor"]) for path, params in zulip.asked if path.endswith("messages")]
        assert [299] == anchors
        workspace.close()

    def test_inference_at_the_edge_of_the_look_back_stays_as_it_was(self, zulip, tmp_path):
        hours = [said(500 + n, 7 + n % 3, time=START + 40 * DAY + n * 7200) for n in range(80)]
        zulip.messages, zulip.page = hours, 9
        workspace, _ = pulled(tmp_path, zulip.connector, KEY)
        before = store_of(workspace)
        again(workspace, zulip.connector)
        again(workspace, zulip.connector)
        assert before == store_of(workspace)
        workspace.close()

    def test_a_direct_message_is_to_the_others(self, zulip, tmp_path):
        people = [{"id": n, "full_name": f"Person {n}"} for n in (7, 8)]
        direct = said(150, 7) | {"type": "private", "stream_id": None, "display_recipient": people}
        zulip.messages.append(direct)
        workspace, _ = pulled(tmp_path, zulip.connector, KEY)
        (row,) = workspace.store.engine.arrow(
            "SELECT addressees, channel FROM activities WHERE id LIKE '%/150'"
        ).to_pylist()
        assert {"addressees": [f"zulip:{workspace_site(zulip)}/8"], "channel": None} == row
        workspace.close()

    def test_it_waits_when_zulip_is_busy(self, zulip, tmp_path):
        zulip.busy = 2
        workspace, total = pulled(tmp_path, zulip.connector, KEY)
        assert 14 == total.stored
        workspace.close()

    def test_a_key_that_is_not_accepted_is_an_error_without_the_key(self, zulip):
        with pytest.raises(NotAuthorised, match="connect again") as error:
            list(zulip.connector.fetch({}, Remembered("wrong-key")))
        assert "wrong-key" not in str(error.value)

    def test_an_organisation_without_messages_ends_at_once(self, zulip):
        zulip.messages = []
        assert 2 == len(list(zulip.connector.fetch({}, KEY)))

    def test_neither_cursor_nor_names_hold_the_key(self, zulip):
        for reply in zulip.connector.fetch({}, KEY):
            assert "placeholder" not in json.dumps(reply.cursor) + reply.member.name + reply.note


def workspace_site(service):
    return service.connector.site.removeprefix("http://")


def test_a_page_that_never_ends_and_brings_nothing_new_is_left_and_told():
    service = Organisation()

    def stuck(asked):
        body = service(asked)
        if "messages" in body:
            return body | {"messages": service.messages[:2], "found_newest": False}
        return body

    found = []
    with (
        served(stuck) as here,
        pytest.raises(StoppedShort, match="the list of messages went round in a circle"),
    ):
        found.extend(Zulip(site=here.url, email="ann@acme.example").fetch({}, KEY))
    assert 3 <= len(found) < 6
    assert "done" not in found[-1].cursor, "the next pull goes on there"


def test_it_says_who_signed_in(zulip):
    said = zulip.connector.signed_in_as(KEY)
    assert f"Person 7 (ann@acme.example) on {workspace_site(zulip)}" == said
    with pytest.raises(NotAuthorised):
        zulip.connector.signed_in_as(Remembered("wrong-key"))


@pytest.mark.parametrize(
    "options", [{}, {"site": "acme.example"}, {"email": "a@b.example"}, {"lookback": "x"}]
)
def test_a_live_source_without_site_or_email_is_refused(options):
    with pytest.raises(ConnectorError, match="--set site="):
        list(Zulip(**options).fetch({}, KEY))


def test_a_changed_answer_names_the_field():
    kept = json.dumps(
        {"zulip": "messages", "site": "acme.example", "since": 0, "answer": {"result": "success"}}
    )
    with pytest.raises(Changed, match="Zulip's answer has no 'messages'"):
        list(Zulip().parse(member_of(kept.encode())))


def test_what_zulip_itself_says_answers_nothing_and_is_a_bots():
    kept = {
        "zulip": "messages",
        "site": "acme.example",
        "since": 0,
        "answer": {"messages": [said(1, 7), said(2, 3) | {"sender_realm_str": "zulipinternal"}, said(3, 8)]},
    }
    records = list(Zulip().parse(member_of(json.dumps(kept).encode())))
    parents = [one.parent for one in records if isinstance(one, Activity)]
    assert [None, None, "zulip:acme.example/1"] == parents
    assert [True] == [one.bot for one in records if isinstance(one, Person)]
    assert [] == [one for one in records if isinstance(one, Note)]
