"""Matrix: the events of rooms, and a real Synapse that is pulled, changed, cut off and pulled again."""

import importlib.util
import itertools
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from connectors.chat import matrix as matrix_module
from connectors.chat.matrix import Matrix
from influence import Workspace
from influence.cli import main
from influence.contract.connector import Changed, ConnectorError, NotAuthorised, StoppedShort
from influence.contract.errors import SourceError
from influence.contract.records import Activity, Deleted, Note, Person, SetAside, Verb
from influence.contract.testing import Remembered, member_of
from tests.kit.live_contract import check_fetch, pulled, store_of
from tests.kit.served import Said, served

ANN, BOB, CAS = "@ann:acme.example", "@bob:acme.example", "@cas:acme.example"
ROOM = "!room:acme.example"
START = 1_767_600_000_000


def event(number, sender=ANN, kind="m.room.message", *, unsigned=None, **content):
    body = {"msgtype": "m.text", "body": f"Number {number}"} if kind == "m.room.message" else {}
    return {
        "event_id": f"$e{number}",
        "origin_server_ts": START + number * 1000,
        "sender": sender,
        "type": kind,
        "content": body | content,
        **({"unsigned": unsigned} if unsigned else {}),
    }


def relation(**fields):
    return {"m.relates_to": {name.replace("m_", "m."): value for name, value in fields.items()}}


def page(*events, members=(ANN, BOB, CAS), originals=()):
    body = {
        "chunk": list(events),
        "room_id": ROOM,
        "members": {ROOM: {user: {"display_name": user[1:4].title()} for user in members}},
        "originals": list(originals),
    }
    return list(Matrix().parse(member_of(json.dumps(body).encode())))


def activities(records):
    return [one for one in records if isinstance(one, Activity)]


def activity(*events, **more):
    return activities(page(*events, **more))[-1]


def test_a_message_in_a_room_is_a_message_to_all_who_are_in_it():
    found = activity(event(1))
    assert (Verb.MESSAGE, None, f"matrix:{ROOM}", (), 2) == (
        found.verb,
        found.parent,
        found.channel,
        found.to,
        found.audience,
    )
    assert ("matrix:$e1", f"matrix:{ANN}", "2026-01-05T08:00:01+00:00") == (
        found.id,
        found.actor,
        found.time.isoformat(),
    )


def test_a_message_between_two_names_the_other():
    assert (f"matrix:{BOB}",) == activity(event(1), members=(ANN, BOB)).to


def test_an_answer_names_what_it_answers():
    found = activity(event(2, BOB, **relation(m_in_reply_to={"event_id": "$e1"})))
    assert (Verb.REPLY, "matrix:$e1", None) == (found.verb, found.parent, found.conversation)


@pytest.mark.parametrize(("falls_back", "parent"), [(True, "matrix:$e1"), (False, "matrix:$e4")])
def test_in_a_thread_only_a_true_answer_names_a_message_the_rest_the_root(falls_back, parent):
    found = activity(
        event(
            5,
            BOB,
            **relation(
                rel_type="m.thread",
                event_id="$e1",
                is_falling_back=falls_back,
                m_in_reply_to={"event_id": "$e4"},
            ),
        )
    )
    assert (Verb.REPLY, parent, "matrix:$e1") == (found.verb, found.parent, found.conversation)


def test_a_reaction_is_an_activity_of_its_own_without_text():
    found = activity(
        event(2, BOB, "m.reaction", **relation(rel_type="m.annotation", event_id="$e1", key="👍"))
    )
    assert (Verb.REACT, "matrix:$e1", None) == (found.verb, found.parent, found.text)


def test_people_are_mentioned_as_the_client_says_else_by_links_in_the_text():
    said = activity(event(1, **{"m.mentions": {"user_ids": [BOB, ANN, "everybody"]}}))
    assert (f"matrix:{BOB}",) == said.mentions
    linked = event(2, formatted_body=f'<a href="https://matrix.to/#/{CAS}">Cas</a>')
    assert (f"matrix:{CAS}",) == activity(linked).mentions
    linked["content"]["m.mentions"] = {}
    assert () == activity(linked).mentions


def test_an_encrypted_message_counts_without_its_words():
    secret = event(
        2, BOB, "m.room.encrypted", ciphertext="AAAA", **relation(m_in_reply_to={"event_id": "$e1"})
    )
    found = activity(secret)
    assert (Verb.REPLY, "matrix:$e1", None) == (found.verb, found.parent, found.text)


def edit(number, of, text, sender=ANN):
    new = {"body": text, "m.mentions": {"user_ids": [BOB]}}
    return event(number, sender, **{"m.new_content": new}, **relation(rel_type="m.replace", event_id=of))


def test_an_edit_is_a_new_version_of_the_message_with_its_time_and_parent():
    original = event(2, **relation(m_in_reply_to={"event_id": "$e1"}))
    for found in (
        activities(page(edit(3, "$e2", "better"), originals=[original])),
        activities(page(original, edit(3, "$e2", "better"))),
    ):
        assert [("matrix:$e2", Verb.REPLY, "matrix:$e1", "better", (f"matrix:{BOB}",))] == [
            (one.id, one.verb, one.parent, one.text, one.mentions) for one in found
        ]


def test_the_latest_edit_wins_however_the_events_are_ordered():
    events = [event(2), edit(3, "$e2", "good"), edit(4, "$e2", "better")]
    for order in itertools.permutations(events):
        assert ["better"] == [one.text for one in activities(page(*order))]


def test_what_the_server_has_gathered_of_edits_is_used():
    gathered = {"m.relations": {"m.replace": edit(4, "$e2", "better")}}
    assert "better" == activity(event(2, unsigned=gathered)).text


def test_nobody_can_edit_what_another_wrote():
    found = page(event(2), edit(3, "$e2", "forged", BOB))
    assert ["Number 2"] == [one.text for one in activities(found)]
    assert ["1 edits are of messages that are not in this answer"] == notes(
        page(edit(3, "$e2", "forged", BOB), originals=[event(2)])
    )


def notes(records):
    return [one.text for one in records if isinstance(one, Note)]


@pytest.mark.parametrize("place", ["top", "content"])
def test_a_redaction_withdraws_in_old_and_new_rooms(place):
    one = event(3, kind="m.room.redaction")
    (one if place == "top" else one["content"])["redacts"] = "$e1"
    assert ["matrix:$e1"] == [gone.id for gone in page(one) if isinstance(gone, Deleted)]


def test_a_redaction_of_nothing_names_the_field():
    reason = "the redaction has no 'redacts': the service's answer no longer has the shape it had"
    assert [f"event 1 cannot be read: {reason}"] == [
        one.reason for one in page(event(3, kind="m.room.redaction")) if isinstance(one, SetAside)
    ]


def test_what_was_withdrawn_before_it_was_read_is_counted():
    found = page(event(1, unsigned={"redacted_because": {}}), event(2, kind="m.room.topic"))
    assert [] == activities(found)
    assert [
        "1 events are no messages (who joined, names, topics)",
        "1 messages were withdrawn before they were read",
    ] == notes(found)


def test_who_only_sends_notices_is_a_bot():
    three = [event(n, BOB, msgtype="m.notice") for n in range(3)]
    bots = {one.accounts for one in page(*three, event(9)) if isinstance(one, Person) and one.bot}
    assert {(f"matrix:{BOB}",)} == bots
    assert not [one for one in page(*three, event(9, BOB)) if isinstance(one, Person) and one.bot]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"sender": "ann"}, "event 1: its sender is no user"),
        ({"sender": None}, "event 1: its sender is no user"),
        ({"origin_server_ts": 10**30}, "event 1: its time cannot be meant"),
        ({"origin_server_ts": "yesterday"}, "event 1: its time cannot be read"),
    ],
)
def test_an_event_that_cannot_be_read_is_set_aside_and_the_rest_is_read(change, reason):
    found = page(event(1) | change, event(2))
    assert ["matrix:$e2"] == [one.id for one in activities(found)]
    assert [reason] == [one.reason for one in found if isinstance(one, SetAside)]


def test_a_missing_field_is_named():
    broken = event(1)
    del broken["event_id"]
    [reason] = [one.reason for one in page(broken) if isinstance(one, SetAside)]
    assert "the event has no 'event_id'" in reason


@pytest.mark.parametrize(
    "body", ["[]", '{"next_batch": 1, "rooms": {"join": {"!a": {}}}}', '{"chunk": 3}', "{}"]
)
def test_an_answer_of_another_shape_is_refused(body):
    with pytest.raises(Changed):
        list(Matrix().parse(member_of(body.encode())))


def test_an_export_of_element_is_read():
    messages = [event(1) | {"room_id": ROOM}, event(2, BOB, **relation(m_in_reply_to={"event_id": "$e1"}))]
    body = {"room_name": "Plans", "exported_by": ANN, "messages": messages}
    found = activities(Matrix().parse(member_of(json.dumps(body).encode())))
    assert [Verb.MESSAGE, Verb.REPLY] == [one.verb for one in found]
    assert f"matrix:{ROOM}" == found[0].channel


def test_the_sync_that_was_recorded_here_is_read(shared):
    path = shared / "payloads" / "matrix" / "recorded-here" / "sync_initial.json"
    if not path.exists():
        pytest.skip("../shared/payloads/matrix is not here")
    found = list(Matrix().parse(member_of(path)))
    assert [Verb.MESSAGE, Verb.REACT] == [one.verb for one in activities(found)]
    assert 1 == sum(isinstance(one, Deleted) for one in found)
    assert {"ceo", "eng1"} == {one.name for one in found if isinstance(one, Person)}
    assert Matrix().recognises(member_of(path), member_of(path).head())


# --- what a server may do wrong -----------------------------------------------------------------------


class Tokens(Remembered):
    """Secrets of which only those that were given are known; it remembers each that is kept."""

    def __init__(self, **known):
        super().__init__("", **known)
        self.kept = []

    def get(self, name):
        if name not in self.known:
            raise SourceError(f"the {name} is not known")
        return self.known[name]

    def keep(self, name, value):
        self.kept.append(name)
        super().keep(name, value)


PASTED = Tokens(access_token="placeholder")  # noqa: S106 - of nobody


class Home:
    """A home server that answers each path from its own list, the last for ever."""

    def __init__(self, answers):
        self.answers, self.asked = answers, []

    def __call__(self, asked):
        self.asked.append(asked)
        given = self.answers.get(asked.path.rsplit("/", 1)[1], [{"joined": {}}])
        return given.pop(0) if len(given) > 1 else given[0]

    def count(self, last):
        return sum(one.path.endswith(f"/{last}") for one in self.asked)


def fetched(answers, cursor=None):
    """Fetch from a server; the replies, the server, and why a list was left."""
    home, found, short = Home(answers), [], ""
    with served(home) as here:
        try:
            found.extend(Matrix(here.url).fetch(cursor or {}, PASTED))
        except StoppedShort as left:
            short = str(left)
    return found, home, short


def synced(then, *events, limited=True, room=ROOM):
    timeline = {"events": list(events), "limited": limited, "prev_batch": "p9"}
    return {"next_batch": then, "rooms": {"join": {room: {"timeline": timeline}}}}


@pytest.mark.parametrize(
    "pages",
    [
        [{"chunk": [event(1)], "end": "p8"}, {"chunk": [], "end": "p8"}],
        [{"chunk": [], "end": "p8"}, {"chunk": [event(1)]}],
        [{"chunk": [event(1)]}],
        [{"chunk": []}],
        [Said(status=403)],
    ],
    ids=[
        "an empty page that names itself",
        "an empty page in the middle",
        "no cursor",
        "a page past the end",
        "a room left",
    ],
)
def test_going_back_in_a_room_ends_at_its_beginning(pages):
    syncs = [synced("s1", event(2)), {"next_batch": "s2"}]
    found, _, short = fetched({"sync": syncs, "messages": list(pages)})
    assert "" == short
    assert [] == found[-1].cursor["gaps"]
    assert 1 + len(pages) == len(found)


@pytest.mark.parametrize(
    ("pages", "asked"),
    [
        ([{"chunk": [event(1)], "end": "p9"}], 2),
        ([{"chunk": [event(1)], "end": "p8"}, {"chunk": [event(0)], "end": "p9"}] * 2, 3),
        ([{"chunk": [], "end": f"p{n}"} for n in range(100, 200)], 50),
    ],
    ids=["a circle of one", "a circle of two", "empty pages without end"],
)
def test_a_room_that_leads_nowhere_is_left_and_the_others_are_read(pages, asked):
    other = synced("s2", event(7), limited=False, room="!other:acme.example")
    syncs = [synced("s1", event(2)), other, {"next_batch": "s3"}]
    found, home, short = fetched({"sync": syncs, "messages": pages, "joined_members": [{"joined": {}}]}, {
        "since": "s0", "rooms": [ROOM, "!other:acme.example"], "gaps": []
    })  # fmt: skip
    assert asked == home.count("messages")
    assert "the list of older messages" in short
    assert "sync.json" == found[-1].member.name
    assert "s2" == found[-1].cursor["since"]
    assert [ROOM] == [gap["room"] for gap in found[-1].cursor["gaps"]], "the next pull goes through it again"


def test_a_sync_that_repeats_itself_is_left_and_told():
    found, home, short = fetched(
        {"sync": [synced("s1", event(2), limited=False)], "messages": [{"chunk": []}]}
    )
    assert "the list of sync went round in a circle" in short
    assert 3 >= home.count("sync")
    assert ["sync.json", f"messages {ROOM} p9.json"] == [reply.member.name for reply in found[:2]]


def test_the_gap_to_the_sync_before_is_filled_and_no_more():
    cursor = {"since": "s1", "rooms": [ROOM], "gaps": []}
    answers = {"sync": [synced("s2", event(9)), {"next_batch": "s3"}], "messages": [{"chunk": [event(8)]}]}
    found, home, _ = fetched(answers, cursor)
    [page_asked] = [one for one in home.asked if one.path.endswith("/messages")]
    assert {"from": "p9", "to": "s1", "dir": "b", "limit": "100"} == dict(page_asked.query)
    assert 2 == len(found)


def test_a_token_refused_in_the_middle_loses_nothing_of_what_is_still_to_be_read():
    answers = {
        "sync": [synced("s1", event(2))],
        "messages": [Said(status=401)],
        "whoami": [Said(status=401)],
    }
    with pytest.raises(NotAuthorised):
        fetched(answers, {"since": "s0", "rooms": [ROOM], "gaps": [{"room": ROOM, "from": "p9", "to": ""}]})


def test_an_answer_that_is_no_json_is_told():
    with pytest.raises(Changed, match="sync is not JSON"):
        fetched({"sync": [Said(b"<html>")]})


def test_a_sync_without_a_cursor_names_the_field():
    with pytest.raises(Changed, match="the sync has no 'next_batch'"):
        fetched({"sync": [{"rooms": {}}]})


# --- signing in -----------------------------------------------------------------------------------------


def test_a_token_that_was_pasted_is_kept_and_it_is_said_how_long_it_holds():
    said = []
    kept = Matrix().sign_in(said.append, {"access_token": "placeholder"})
    assert {"access_token": "placeholder", "refresh_token": "", "password": ""} == kept
    assert ["The token holds as long as its session: until you sign that out, or the server ends it."] == said


def test_a_server_without_passwords_says_how_to_get_a_token():
    with (
        served(lambda _: {"flows": [{"type": "m.login.sso"}, {"type": "m.login.token"}]}) as here,
        pytest.raises(ConnectorError, match=r"no sign-in by name and password: .* copy the access token"),
    ):
        Matrix(here.url, "ann").sign_in(print, {"password": "placeholder"})
    assert ["GET"] == [one.method for one in here.asked], "the password is not sent"
    for given in ({}, {"password": "placeholder"}):
        with pytest.raises(ConnectorError, match="give an access token, or --set user="):
            Matrix(here.url).sign_in(print, given)


def test_a_token_that_cannot_be_kept_is_not_renewed():
    class Nowhere(Tokens):
        def keep(self, name, _):
            raise SourceError(f"the {name} comes from the environment")

    with (
        served(lambda _: Said({"errcode": "M_UNKNOWN_TOKEN"}, 401)) as here,
        pytest.raises(SourceError, match="comes from the environment"),
    ):
        Matrix(here.url).signed_in_as(Nowhere(access_token="a-1", refresh_token="r-1"))  # noqa: S106
    assert ["/_matrix/client/v3/account/whoami"] == [one.path for one in here.asked]


def test_a_renewal_that_is_refused_ends_in_one_sentence_without_a_token():
    with served(lambda _: Said({"errcode": "M_UNKNOWN_TOKEN"}, 401)) as here:
        secret = Tokens(access_token="a-1-secret", refresh_token="r-1-secret")  # noqa: S106
        with pytest.raises(NotAuthorised, match=r"does not renew the sign-in .401.; connect again") as told:
            list(Matrix(here.url).fetch({}, secret))
    assert "secret" not in str(told.value)
    assert "a-1-secret" == secret.known["access_token"]


# --- a real server --------------------------------------------------------------------------------------


def _synapse():
    """Return the Python that has Synapse: this one, or that of the program on the path."""
    if importlib.util.find_spec("synapse") is not None:
        return sys.executable
    program = os.environ.get("SYNAPSE_HOMESERVER") or shutil.which("synapse_homeserver")
    return str(Path(program).parent / "python") if program else None


class Server:
    """A Synapse of our own, and people who talk in its rooms."""

    def __init__(self, url):
        self.url, self.clients, self._count = url, [], itertools.count(1)

    def user(self, name):
        client = httpx.Client(base_url=f"{self.url}/_matrix/client/v3", timeout=20)
        self.clients.append(client)
        given = {"username": name, "password": "placeholder", "auth": {"type": "m.login.dummy"}}
        answer = client.post("/register", json=given).raise_for_status().json()
        client.headers["Authorization"] = f"Bearer {answer['access_token']}"
        return User(client, answer["user_id"], answer["access_token"], self._count)


class User:
    def __init__(self, client, user_id, token, count):
        self.client, self.id, self.token, self._count = client, user_id, token, count

    def ask(self, method, path, body):
        return self.client.request(method, path, json=body).raise_for_status().json()

    def room(self, *guests):
        room = self.ask("POST", "/createRoom", {"preset": "public_chat"})["room_id"]
        for guest in guests:
            guest.ask("POST", f"/join/{room}", {})
        return room

    def send(self, room, body, kind="m.room.message", **more):
        content = {"msgtype": "m.text", "body": body, **more} if kind == "m.room.message" else more
        return self.ask("PUT", f"/rooms/{room}/send/{kind}/{next(self._count)}", content)["event_id"]

    def redact(self, room, event_id):
        self.ask("PUT", f"/rooms/{room}/redact/{event_id}/{next(self._count)}", {})


@pytest.fixture(scope="module")
def synapse(tmp_path_factory):
    python = _synapse()
    if python is None:
        pytest.skip("Synapse is not here: pip install matrix-synapse (synapse_homeserver on the path)")
    base = tmp_path_factory.mktemp("synapse")
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    command = [python, "-m", "synapse.app.homeserver", "--config-path", str(base / "homeserver.yaml")]
    generate = ["--server-name", "acme.example", "--generate-config", "--report-stats=no"]
    subprocess.run(
        [*command, *generate, "--data-directory", str(base)], check=True, capture_output=True, cwd=base
    )
    plenty = "{per_second: 10000, burst_count: 10000}"
    written = (base / "homeserver.yaml").read_text().replace("port: 8008", f"port: {port}")
    written = (
        written.partition("trusted_key_servers:")[0]
        + f"""
trusted_key_servers: []
enable_registration: true
enable_registration_without_verification: true
rc_message: {plenty}
rc_registration: {plenty}
rc_joins: {{local: {plenty}}}
rc_room_creation: {plenty}
rc_login: {{address: {plenty}, account: {plenty}, failed_attempts: {plenty}}}
refreshable_access_token_lifetime: 2s
"""
    )
    (base / "homeserver.yaml").write_text(written)
    with (base / "log").open("wb") as log:
        running = subprocess.Popen(command, stdout=log, stderr=log, cwd=base)
    server = Server(f"http://127.0.0.1:{port}")
    try:
        for _ in range(300):
            with socket.socket() as one:
                if one.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield server
    finally:
        for client in server.clients:
            client.close()
        running.terminate()
        running.wait(30)


def replies(synapse, user, cursor):
    return list(Matrix(synapse.url).fetch(cursor, Tokens(access_token=user.token)))


def records(synapse, user, cursor):
    found = replies(synapse, user, cursor)
    read = [record for reply in found for record in Matrix().parse(reply.member)]
    return read, (found[-1].cursor if found else cursor)


def test_a_room_is_read_back_to_its_beginning_and_then_only_what_is_new(synapse, monkeypatch):
    monkeypatch.setitem(matrix_module._SYNC_FILTER["room"]["timeline"], "limit", 10)
    monkeypatch.setattr(matrix_module, "PAGE", 30)
    ann, bob = synapse.user("ann"), synapse.user("bob")
    room = ann.room(bob)
    sent = [ann.send(room, f"Number {n}") for n in range(130)]
    answered = bob.send(room, "yes", **relation(m_in_reply_to={"event_id": sent[3]}))
    read, cursor = records(synapse, ann, {})
    found = {one.id: one for one in activities(read)}
    assert {f"matrix:{one}" for one in [*sent, answered]} == set(found)
    assert f"matrix:{sent[3]}" == found[f"matrix:{answered}"].parent
    assert (f"matrix:{bob.id}",) == found[f"matrix:{sent[0]}"].to
    assert [] == replies(synapse, ann, cursor)
    last = bob.send(room, "one more")
    read, cursor = records(synapse, ann, cursor)
    assert [f"matrix:{last}"] == [one.id for one in activities(read)]
    assert [] == cursor["gaps"]


def test_edits_become_new_versions_and_redactions_tombstones(synapse, tmp_path):
    cas, dan = synapse.user("cas"), synapse.user("dan")
    room = cas.room(dan)
    first, second = (cas.send(room, f"Number {n}") for n in range(2))
    liked = dan.send(room, "", "m.reaction", **relation(rel_type="m.annotation", event_id=first, key="+"))
    connector, token = Matrix(synapse.url), Tokens(access_token=cas.token)
    workspace, summary = pulled(tmp_path / "w", connector, token)
    assert 3 == summary.stored
    for text, users in (("draft", []), ("final", [dan.id])):
        new = {"msgtype": "m.text", "body": text, "m.mentions": {"user_ids": users}}
        cas.send(room, text, **{"m.new_content": new}, **relation(rel_type="m.replace", event_id=first))
    cas.redact(room, second)
    dan.redact(room, liked)
    for reply in connector.fetch(workspace.store.cursor("source"), token):
        with workspace.store.batch("source", "matrix") as batch:
            for record in connector.parse(reply.member):
                batch.add(record, reply.member.name)
            batch.remember(reply.cursor)
    left = workspace.store.engine.arrow("SELECT id, mentions FROM activities").to_pylist()
    assert [{"id": f"matrix:{first}", "mentions": [f"matrix:{dan.id}"]}] == left
    fresh, _ = pulled(tmp_path / "fresh", connector, token)
    same = [one["activities"] for one in (store_of(workspace), store_of(fresh))]
    assert same[0] == same[1]
    workspace.close()
    fresh.close()


def test_what_comes_in_a_rush_between_two_pulls_is_not_missed(synapse, monkeypatch):
    monkeypatch.setitem(matrix_module._SYNC_FILTER["room"]["timeline"], "limit", 20)
    monkeypatch.setattr(matrix_module, "PAGE", 20)
    eve, fay = synapse.user("eve"), synapse.user("fay")
    room = eve.room(fay)
    before = eve.send(room, "first")
    _, cursor = records(synapse, eve, {})
    sent = [fay.send(room, f"Number {n}") for n in range(120)]
    read, _ = records(synapse, eve, cursor)
    found = [one.id for one in activities(read)]
    assert {f"matrix:{one}" for one in sent} == set(found) - {f"matrix:{before}"}


def test_a_room_joined_later_is_read_from_its_beginning_and_one_left_keeps_what_was_read(synapse):
    gus, hal = synapse.user("gus"), synapse.user("hal")
    home = hal.room()
    hal.send(home, "alone")
    _, cursor = records(synapse, hal, {})
    room = gus.room()
    sent = [gus.send(room, f"Number {n}") for n in range(110)]
    hal.ask("POST", f"/join/{room}", {})
    read, cursor = records(synapse, hal, cursor)
    assert {f"matrix:{one}" for one in sent} == {one.id for one in activities(read)}
    hal.ask("POST", f"/rooms/{room}/leave", {})
    gus.send(room, "gone already")
    read, _ = records(synapse, hal, cursor)
    assert [] == activities(read)
    assert [] == [one for one in read if isinstance(one, Deleted)]


def test_a_pull_cut_anywhere_and_resumed_equals_one_that_was_not(synapse, tmp_path, monkeypatch):
    monkeypatch.setitem(matrix_module._SYNC_FILTER["room"]["timeline"], "limit", 10)
    monkeypatch.setattr(matrix_module, "PAGE", 9)
    ida, jan = synapse.user("ida"), synapse.user("jan")
    for _ in range(2):
        room = ida.room(jan)
        sent = [ida.send(room, f"Number {n}") for n in range(40)]
        jan.send(
            room, "x", **{"m.new_content": {"body": "y"}}, **relation(rel_type="m.replace", event_id=sent[2])
        )
        ida.send(
            room, "x", **{"m.new_content": {"body": "y"}}, **relation(rel_type="m.replace", event_id=sent[2])
        )
    found = len(replies(synapse, ida, {}))
    assert found > 6
    check_fetch(tmp_path, lambda: Matrix(synapse.url), Tokens(access_token=ida.token), found)


def test_a_token_that_was_revoked_is_told_in_a_sentence_without_it(synapse):
    kim = synapse.user("kim")
    kim.ask("POST", "/logout", {})
    with pytest.raises(NotAuthorised, match="does not accept the sign-in") as told:
        replies(synapse, kim, {})
    assert kim.token not in str(told.value)


def test_nothing_of_the_token_is_in_what_is_kept(synapse):
    lea = synapse.user("lea")
    lea.send(lea.room(), "hello")
    for reply in replies(synapse, lea, {}):
        kept = reply.member.open().read().decode() + json.dumps(reply.cursor) + reply.member.name + reply.note
        assert lea.token not in kept


def test_it_says_who_signed_in(synapse):
    pia = synapse.user("pia")
    place = synapse.url.removeprefix("http://")
    assert f"@pia:acme.example on {place}" == Matrix(synapse.url).signed_in_as(Tokens(access_token=pia.token))


PASSWORD = {"password": "placeholder"}


def signed_in(synapse, name):
    """Sign in with the password; the tokens are good for two seconds."""
    said = []
    tokens = Matrix(synapse.url, name).sign_in(said.append, PASSWORD)
    assert "" == tokens.pop("password"), "what is empty is not kept"
    assert {"access_token", "refresh_token"} == set(tokens)
    assert ["is renewed at every pull" in one for one in said] == [True]
    return Tokens(**tokens)


def test_a_token_that_ended_is_renewed_pull_after_pull(synapse):
    quy = synapse.user("quy")
    room, secret, cursor = quy.room(), signed_in(synapse, "quy"), {}
    seen = {tuple(secret.known.values())}
    for n in range(3):
        sent = quy.send(room, f"Number {n}")
        time.sleep(2.3)
        found = list(Matrix(synapse.url).fetch(cursor, secret))
        cursor = found[-1].cursor
        read = [one.id for reply in found for one in activities(Matrix().parse(reply.member))]
        assert f"matrix:{sent}" in read
        seen.add(tuple(secret.known.values()))
    assert 4 == len(seen)
    assert "@quy:acme.example" in Matrix(synapse.url).signed_in_as(secret)


def test_a_token_that_ends_in_the_middle_of_a_pull_is_renewed_and_the_pull_goes_on(synapse, monkeypatch):
    monkeypatch.setitem(matrix_module._SYNC_FILTER["room"]["timeline"], "limit", 5)
    monkeypatch.setattr(matrix_module, "PAGE", 5)
    rob = synapse.user("rob")
    room = rob.room()
    sent = [rob.send(room, f"Number {n}") for n in range(20)]
    secret, found = signed_in(synapse, "rob"), []
    for reply in Matrix(synapse.url).fetch({}, secret):
        found += [one.id for one in activities(Matrix().parse(reply.member))]
        time.sleep(0.7)
    assert {f"matrix:{one}" for one in sent} == set(found)
    assert {"access_token", "refresh_token"} <= set(secret.kept)


@pytest.mark.parametrize("lost", [1, 2, 3], ids=["before all", "before both", "between the two"])
def test_a_renewal_that_is_cut_off_anywhere_locks_nobody_out(synapse, lost):
    """The first `keep` is the rehearsal, the second and third keep the new tokens."""
    name = f"sam{lost}"
    synapse.user(name)
    secret = signed_in(synapse, name)
    time.sleep(2.3)

    class Killed(Tokens):
        def keep(self, key, value):
            if len(self.kept) == lost - 1:
                raise KeyboardInterrupt
            super().keep(key, value)

    cut = Killed(**secret.known)
    with pytest.raises(KeyboardInterrupt):
        Matrix(synapse.url).signed_in_as(cut)
    assert f"@{name}:acme.example" in Matrix(synapse.url).signed_in_as(Tokens(**cut.known))


def test_a_password_that_is_wrong_is_told_in_a_sentence_without_it(synapse):
    synapse.user("tom")
    with pytest.raises(NotAuthorised, match="does not accept the name 'tom' with that password") as told:
        Matrix(synapse.url, "tom").sign_in(print, {"password": "not-the-word"})
    assert "not-the-word" not in str(told.value)


def test_through_the_command_line_the_password_is_not_kept_and_the_tokens_are(synapse, tmp_path):
    una = synapse.user("una")
    una.send(una.room(), "hello")
    folder = tmp_path / "w"
    Workspace.create(folder).close()
    options = [*("--set", f"server={synapse.url}"), *("--set", "user=una"), *("--keep-in", "file")]
    command = ["connect", "matrix", *options, "-w", str(folder)]
    done = CliRunner().invoke(main, command, input="\nplaceholder\n")
    assert 0 == done.exit_code, done.output
    assert "renewed at every pull" in done.output
    kept = (folder / "secrets.toml").read_text()
    assert "placeholder" not in kept
    assert {"access_token", "refresh_token"} <= set(re.findall(r"(?m)^\"?(\w+)\"? = \"[^\"]", kept))
    time.sleep(2.3)
    pulled_once = CliRunner().invoke(main, ["pull", "-w", str(folder)])
    assert 0 == pulled_once.exit_code, pulled_once.output
    assert kept != (folder / "secrets.toml").read_text(), "the renewed tokens are kept"
