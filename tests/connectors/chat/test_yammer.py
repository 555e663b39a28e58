"""Viva Engage (Yammer): a network played over a real connection, its export, and recordings by others."""

import zipfile
from contextlib import contextmanager

import pytest

from connectors.chat.yammer import Pace, Yammer
from influence.contract.connector import Changed, ConnectorError, StoppedShort
from influence.contract.files import open_export
from influence.contract.records import Activity, Deleted, Person, SetAside, Verb
from influence.contract.testing import LiveClaims, Remembered, member_of
from tests.kit.live_contract import check_fetch, pull_again, pulled, store_of, stored
from tests.kit.microsoft_service import MicrosoftService, message
from tests.kit.places import PAYLOADS
from tests.kit.served import served


def read(content, **options):
    return list(Yammer(**options).parse(member_of(content)))


def acts(records):
    return {record.id: record for record in records if isinstance(record, Activity)}


@pytest.fixture
def network():
    with playing(MicrosoftService()) as service:
        yield service


@contextmanager
def playing(service):
    with served(service.answer) as here:
        service.url, service.asked = here.url, here.asked
        yield service


def connector(service, **options):
    return Yammer(client_id="app", server=f"{service.url}/api/v1", login=service.url, **options)


class TestPulling(LiveClaims):
    @pytest.fixture(autouse=True)
    def _service(self, network):
        self.service = network

    def make(self):
        return connector(self.service)


def test_it_says_who_signed_in_and_in_which_network(network):
    assert "Ann Lund in Acme" == connector(network).signed_in_as(Remembered())


def test_a_pull_cut_anywhere_and_resumed_reads_the_same(tmp_path, network):
    check_fetch(tmp_path, lambda: connector(network), Remembered(), 3)


def test_a_second_pull_asks_only_for_the_last_days_and_adds_what_is_new_and_changed(tmp_path, network):
    secret = Remembered()
    workspace, first = pulled(tmp_path / "w", connector(network, again="3"), secret)
    assert 45 == first.stored
    network.network.messages[46] = message(46, likers=3)
    network.network.messages[45]["replied_to_id"] = 2
    network.asked.clear()
    assert 1 + 3 + 1 == pull_again(workspace, connector(network, again="3"), secret)
    rows = stored(workspace)
    assert 45 + 1 + 3 == len(rows)
    assert "yammer:2" == rows["yammer:45"][2]
    assert {"yammer:46:like:100", "yammer:46:like:101", "yammer:46:like:102"} <= rows.keys()
    assert 1 == sum(one.path.endswith("messages.json") for one in network.asked)
    workspace.close()


def test_an_interrupted_pull_goes_on_and_then_looks_for_what_came_meanwhile(network):
    secret = Remembered()
    replies = connector(network).fetch({}, secret)
    cursor = next(replies).cursor
    assert {"older_than", "newest", "newest_time"} == cursor.keys()
    network.network.messages[46] = message(46)
    found = [
        record
        for reply in connector(network).fetch(cursor, secret)
        for record in Yammer().parse(reply.member)
    ]
    assert {f"yammer:{number}" for number in [*range(1, 26), 46]} <= acts(found).keys()


def test_a_sweep_over_what_the_one_before_it_read_is_no_circle(network):
    replies = connector(network).fetch({}, Remembered())
    cursor = next(replies).cursor
    names = [reply.member.name for reply in connector(network, again="300").fetch(cursor, Remembered())]
    assert ["yammer-25.json", "yammer-5.json", "yammer-45.json", "yammer-25.json", "yammer-5.json"] == names


def test_no_more_than_ten_requests_are_made_in_thirty_seconds():
    clock, waits = [0.0], []

    def sleep(seconds):
        waits.append(seconds)
        clock[0] += seconds

    pace = Pace(lambda: clock[0], sleep)
    for _ in range(12):
        pace.wait()
        clock[0] += 1.0
    assert [20.0, 0.0] == waits


def test_an_empty_network_ends_at_once():
    with playing(MicrosoftService(messages=0)) as service:
        assert [] == list(connector(service).fetch({}, Remembered()))


def test_a_service_that_repeats_its_page_is_told_and_what_lies_behind_it_is_asked_for_again(network):
    def same(asked):
        if asked.path.endswith("messages.json"):
            return {"messages": [message(7)], "meta": {"older_available": True}}
        return network.answer(asked)

    replies = []
    with served(same) as here, pytest.raises(StoppedShort, match="the list of sweep"):
        replies.extend(Yammer("app", server=f"{here.url}/api/v1", login=here.url).fetch({}, Remembered()))
    rest = ids_of(connector(network).fetch(replies[-1].cursor, Remembered()))
    assert {f"yammer:{number}" for number in range(1, 7)} <= rest.keys()


def ids_of(replies):
    return acts(record for reply in replies for record in Yammer().parse(reply.member))


def test_a_missing_client_id_says_how_to_give_one(network):
    with pytest.raises(ConnectorError, match="client_id is not set"):
        next(Yammer(server=network.url).fetch({}, Remembered()))


def test_no_token_stands_in_a_reply_or_its_cursor(network):
    for reply in connector(network).fetch({}, Remembered()):
        told = reply.member.name + str(reply.cursor) + reply.member.open().read().decode()
        assert "placeholder" not in told
        assert "access" not in told


# --- what an answer says ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def answer():
    return list(Yammer().parse(member_of(PAYLOADS / "yammer" / "messages.json")))


def test_a_reply_names_whom_it_answers_and_mentions_but_nobody_mentions_themselves(answer):
    reply = acts(answer)["yammer:505"]
    assert (Verb.REPLY, "yammer:501", "yammer:501") == (reply.verb, reply.parent, reply.conversation)
    assert ("yammer:12",) == reply.mentions


def test_a_shared_message_is_a_share_and_a_private_one_has_an_addressee(answer):
    assert (Verb.SHARE, "yammer:400") == (acts(answer)["yammer:501"].verb, acts(answer)["yammer:501"].parent)
    assert ("yammer:11",) == acts(answer)["yammer:502"].to


def test_likes_come_from_the_whole_list_where_the_message_names_fewer(answer):
    likes = [one for one in acts(answer).values() if one.verb is Verb.REACT]
    assert {
        ("yammer:13", "yammer:505"),
        ("yammer:11", "yammer:501"),
        ("yammer:13", "yammer:501"),
    } == {(one.actor, one.parent) for one in likes}


def test_what_the_service_wrote_and_what_has_no_time_is_set_aside_with_its_reason(answer):
    reasons = [one.reason for one in answer if isinstance(one, SetAside)]
    assert any("yammer:503 was written by the service itself" in reason for reason in reasons)
    assert any("yesterday" in reason for reason in reasons)


def test_a_bot_is_a_bot_and_a_deleted_user_keeps_no_name(answer):
    people = [one for one in answer if isinstance(one, Person)]
    assert [True] == [one.bot for one in people if one.accounts == ("yammer:99",)]
    first = next(one for one in people if one.accounts == ("yammer:13",))
    assert first.name is None
    assert ("yammer:11", "email:bob@acme.example") in {one.accounts for one in people}


@pytest.mark.parametrize(
    "content",
    [b'{"messages": [5, null, "x"]}', b'{"messages": [{"id": {}, "sender_id": 1}]}'],
)
def test_an_answer_of_another_shape_loses_nothing_silently(content):
    records = read(content)
    assert records
    assert all(isinstance(record, SetAside) for record in records)


def test_where_no_list_is_the_service_has_changed():
    with pytest.raises(Changed, match="'messages' is no list"):
        read(b'{"messages": 5}')


def test_what_is_not_json_is_told_as_changed():
    with pytest.raises(Changed, match="is not JSON"):
        read(b'{"messages": [')


# --- the network data export ------------------------------------------------------------------------------


@pytest.fixture
def export(tmp_path):
    place = tmp_path / "export.zip"
    with zipfile.ZipFile(place, "w") as archive:
        for name in ("Messages.csv", "Users.csv"):
            archive.write(PAYLOADS / "yammer" / name, f"export-1/{name}")
        archive.writestr("export-1/Groups.csv", "id,name\n77,Strategy\n")
        archive.writestr("export-1/Surprise.csv", "id\n1\n")
    return place


def test_an_export_is_claimed_by_its_tables_and_nothing_else_is(export):
    with open_export(export) as opened:
        assert Yammer().claims(list(opened.files))
    assert not Yammer().claims(["Messages.csv"])
    assert not Yammer().claims(["users.json", "channels.json"])


def test_an_export_gives_messages_people_and_tombstones(export):
    with open_export(export) as opened:
        records = [record for _, record in Yammer().parse_export(opened)]
    found = acts(records)
    assert {"yammer:601", "yammer:602", "yammer:603"} == found.keys()
    assert ("yammer:12",) == found["yammer:602"].mentions
    assert (Verb.MESSAGE, ("yammer:11",)) == (found["yammer:603"].verb, found["yammer:603"].to)
    assert ["yammer:604"] == [one.id for one in records if isinstance(one, Deleted)]
    assert ("yammer:12", "email:ann@acme.example") in {r.accounts for r in records if isinstance(r, Person)}


def test_an_unknown_file_of_an_export_is_set_aside_by_name(export):
    with open_export(export) as opened:
        aside = [name for name, record in Yammer().parse_export(opened) if isinstance(record, SetAside)]
    assert "export-1/Surprise.csv" in aside


def test_a_damaged_table_is_set_aside_and_the_rest_is_read(tmp_path):
    place = tmp_path / "export"
    place.mkdir()
    (place / "Messages.csv").write_bytes(b"\xff\xfe\0broken")
    (place / "Users.csv").write_bytes((PAYLOADS / "yammer" / "Users.csv").read_bytes())
    with open_export(place) as opened:
        records = list(Yammer().parse_export(opened))
    assert ["Messages.csv"] == [name for name, record in records if isinstance(record, SetAside)]
    assert 3 == sum(isinstance(record, Person) for _, record in records)


def test_a_table_brought_in_twice_adds_nothing(workspace):
    one = workspace()
    one.import_path(PAYLOADS / "yammer" / "Messages.csv", connector="yammer")
    before = store_of(one)
    assert 3 == len(before["activities"])
    one.import_path(PAYLOADS / "yammer" / "Messages.csv", connector="yammer")
    assert before == store_of(one)


# --- recordings by others ---------------------------------------------------------------------------------


def test_the_messages_recorded_by_others_are_read(shared):
    place = next((shared / "payloads" / "yammer").rglob("yammer-messages.json"))
    records = list(Yammer().parse(member_of(place)))
    found = acts(records)
    reasons = [one.reason for one in records if isinstance(one, SetAside)]
    assert all("was written by the service itself" in reason for reason in reasons)
    assert "yammer:81093061" == found["yammer:81844397"].parent
    assert Verb.SHARE is found["yammer:83957686"].verb
    assert "yammer:5700203" == found["yammer:84402777:like:5700203"].actor


def test_every_recording_by_others_is_read_or_its_refusal_is_right(shared):
    read_of = {}
    for place in sorted((shared / "payloads" / "yammer").rglob("*.json")):
        member = member_of(place)
        if Yammer().recognises(member, member.head()):
            records = list(Yammer().parse(member))
            read_of[place.name] = {type(record) for record in records}
    assert {Activity} == read_of["engage-message-get.2.json"]
    assert {Activity, Person, SetAside} == read_of["yammer-messages.json"]
    assert {Person} == set.union(*(kinds for name, kinds in read_of.items() if "user-list" in name))
