"""Mastodon: archives, answers of the API, and pulls from a service that answers as Mastodon documents it."""

import itertools
import json
import zipfile
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest

from connectors.social.mastodon import Mastodon
from connectors.social.mastodon_records import time_of
from influence import Workspace
from influence.contract.connector import Changed, ConnectorError, NotAuthorised, StoppedShort, Unreadable
from influence.contract.files import open_export
from influence.contract.records import Activity, Note, Person, SetAside, Verb
from influence.contract.testing import Remembered, member_of
from tests.kit.live_contract import check_fetch
from tests.kit.live_replies import activities, ids, kept, looked_again, pull_again, pulled, replies
from tests.kit.loopback import free_port
from tests.kit.mastodon_service import ANSWER, FIRST, OLD, OTHER, number, person, status
from tests.kit.mastodon_service import Mastodon as MastodonServer
from tests.kit.places import PAYLOADS
from tests.kit.served import Said, served

NOW = datetime(2026, 1, 8, 9, tzinfo=UTC)
PORT = free_port()
HOST = f"127.0.0.1:{PORT}"
HOME = f"http://{HOST}"


class OurTime(Mastodon):
    clock = staticmethod(NOW.timestamp)


@pytest.fixture
def here():
    with served(service := MastodonServer().answer, PORT) as running:
        yield SimpleNamespace(service=service.__self__, asked=running.asked)


@contextmanager
def answering(answer):
    with served(answer, PORT):
        yield OurTime(server=HOME)


def at(item_id, host=HOST):
    return f"mastodon:{host}/{item_id}"


ONE = OurTime(server=HOME)


class TestLive:
    def test_brings_statuses_answers_and_reactions(self, here):
        found = activities(ONE, replies(ONE))
        reactions = {f"{at(FIRST)}/react/bob@other.example", f"{at(FIRST)}/react/cay@{HOST}"}
        shares = {f"{at(FIRST)}/share/feed@{HOST}", f"{at(OTHER)}/share/ann@{HOST}"}
        follow = f"mastodon:{HOST}/follow/dee@{HOST}/ann@{HOST}"
        assert {at(OLD), at(FIRST), at(ANSWER), at(OTHER), follow} | reactions | shares == set(found)
        assert at(FIRST) == found[at(ANSWER)].parent
        assert {"127.0.0.1"} == {one.headers["Host"].partition(":")[0] for one in here.asked}

    def test_it_says_who_signed_in(self, here):
        assert f"ann on {HOST}" == ONE.signed_in_as(Remembered())
        assert ["/api/v1/accounts/verify_credentials"] == [one.path for one in here.asked]

    @pytest.mark.usefixtures("here")
    def test_a_favourite_is_dated_by_its_notification_and_else_at_the_status(self):
        found = activities(ONE, replies(ONE))
        assert datetime(2026, 1, 5, 11, tzinfo=UTC) == found[f"{at(FIRST)}/react/cay@{HOST}"].time
        assert datetime(2026, 1, 5, 9, tzinfo=UTC) == found[f"{at(FIRST)}/react/bob@other.example"].time

    @pytest.mark.usefixtures("here")
    def test_a_bot_is_told(self):
        people = [r for reply in replies(ONE) for r in ONE.parse(reply.member) if isinstance(r, Person)]
        assert {f"mastodon:feed@{HOST}"} == {r.accounts[0] for r in people if r.bot}

    @pytest.mark.usefixtures("here")
    def test_cut_and_resumed_is_the_same_as_not_cut(self, tmp_path):
        count = len(replies(ONE))
        assert count >= 6
        check_fetch(tmp_path, lambda: ONE, Remembered(), count)

    def test_a_second_pull_adds_nothing_and_reads_no_old_page(self, here, tmp_path):
        workspace, _ = pulled(tmp_path / "w", ONE, Remembered())
        here.asked.clear()
        assert 0 == pull_again(workspace, ONE)[0]
        assert 1 == sum(one.path.endswith("/statuses") for one in here.asked)
        assert not [one.path for one in here.asked if one.path.endswith("ed_by")]
        workspace.close()

    def test_new_answers_come_and_deleted_statuses_and_boosts_go(self, here, tmp_path):
        workspace, _ = pulled(tmp_path / "w", ONE, Remembered())
        newer = number(datetime(2026, 1, 7, 9, tzinfo=UTC))
        late = number(datetime(2026, 1, 7, 10, tzinfo=UTC))
        here.service.mine = [status(newer, "ann", replies_count=1), here.service.mine[2]]
        here.service.answers = {newer: [status(late, "cay", in_reply_to_id=newer)]}
        _, known = pull_again(workspace, ONE)
        assert {at(newer), at(late), at(OLD)} <= known
        assert not {at(FIRST), f"{at(OTHER)}/share/ann@{HOST}"} & known
        workspace.close()

    def test_all_that_is_stored_is_asked_again_whatever_its_age(self, here, tmp_path):
        workspace, _ = pulled(tmp_path / "w", ONE, Remembered())
        here.service.mine[1] |= {"mentions": [person("dee")], "edited_at": "2026-01-07T09:00:00Z"}
        del here.service.mine[2]
        done, left = looked_again(workspace, ONE)
        assert (1, 1) == (done.summary.deleted, done.summary.changed)
        assert at(OLD) not in left
        assert [f"mastodon:dee@{HOST}"] == kept(workspace, at(FIRST))["mentions"]
        workspace.close()

    def test_an_edit_is_the_same_status_with_other_content(self, here, tmp_path):
        workspace, _ = pulled(tmp_path / "w", ONE, Remembered())
        here.service.mine[1] |= {"mentions": [person("dee")], "edited_at": "2026-01-07T09:00:00Z"}
        assert 1 == pull_again(workspace, ONE)[0]
        assert [f"mastodon:dee@{HOST}"] == kept(workspace, at(FIRST))["mentions"]
        workspace.close()

    @pytest.mark.parametrize("count", [1, 0], ids=["the same status", "nothing"])
    def test_a_list_that_leads_nowhere_is_told_and_gone_through_again(self, here, count, tmp_path):
        """What was recent is not withdrawn because the list did not come as far as there."""
        workspace, _ = pulled(tmp_path / "w", ONE, Remembered())
        known, honest = ids(workspace), here.service.page
        places = itertools.count(10**17, -1)
        link = {"Link": '<https://social.example/x?max_id={}>; rel="next"'}
        here.service.page = lambda *_: Said(
            here.service.mine[:count], headers={"Link": link["Link"].format(next(places))}
        )
        with pytest.raises(StoppedShort, match="the list of statuses"):
            pull_again(workspace, ONE)
        assert known == ids(workspace)
        assert 60 > sum(one.path.endswith("/statuses") for one in here.asked)
        here.service.page = honest
        here.service.mine.pop(0)
        assert f"{at(OTHER)}/share/ann@{HOST}" not in pull_again(workspace, ONE)[1]
        workspace.close()

    def test_a_first_pull_that_stopped_short_reads_all_at_the_next(self, here, tmp_path):
        honest = here.service.page
        circle = {"Link": f'<https://social.example/x?max_id={FIRST}>; rel="next"'}
        here.service.page = lambda *_: Said([here.service.mine[0]], headers=circle)
        with Workspace.create(tmp_path / "w") as workspace:
            with pytest.raises(StoppedShort):
                pull_again(workspace, ONE)
            here.service.page = honest
            assert {at(OLD), at(FIRST), at(ANSWER)} <= pull_again(workspace, ONE)[1]

    def test_refusals_are_typed(self):
        with answering(lambda _: Said(status=401)) as one, pytest.raises(NotAuthorised):
            replies(one)
        with (
            answering(lambda _: {"error": "?"}) as one,
            pytest.raises(Changed, match="the account has no 'id'"),
        ):
            replies(one)
        with pytest.raises(ConnectorError, match="say which server"):
            replies(Mastodon())
        with pytest.raises(ConnectorError, match=r"server is 'ann'; write its address"):
            Mastodon(server="ann").signed_in_as(Remembered())

    @pytest.mark.usefixtures("here")
    def test_no_token_stands_in_names_or_cursors(self):
        for reply in replies(ONE):
            assert "placeholder" not in reply.member.name + json.dumps(reply.cursor) + reply.note


@pytest.fixture
def archive(tmp_path):
    path = tmp_path / "archive.zip"
    actor = {
        "id": "https://social.example/users/ann",
        "preferredUsername": "ann",
        "name": "Ann Lee",
        "type": "Person",
    }
    likes = [f"https://other.example/users/bob/statuses/{OTHER}", "https://pleroma.example/objects/0a-1b"]
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("actor.json", json.dumps(actor))
        packed.write(PAYLOADS / "mastodon/outbox.json", "outbox.json")
        packed.writestr("likes.json", json.dumps({"type": "OrderedCollection", "orderedItems": likes}))
        packed.writestr("bookmarks.json", "{}")
    return path


def test_an_archive_gives_statuses_boosts_and_favourites(archive):
    with open_export(archive) as export:
        assert Mastodon().claims(list(export.files))
        told = list(Mastodon().parse_export(export))
    found = {r.id: r for _, r in told if isinstance(r, Activity)}
    assert 5 == len(found)
    assert {"mastodon:ann@social.example"} == {r.actor for r in found.values()}
    like = found[f"mastodon:other.example/{OTHER}/react/ann@social.example"]
    assert (Verb.REACT, time_of(OTHER)) == (like.verb, like.time)
    (aside,) = [r for _, r in told if isinstance(r, SetAside)]
    assert "does not say when" in aside.reason
    assert any("1 other files" in r.text for _, r in told if isinstance(r, Note))


def test_a_direct_status_is_a_message_to_its_people_and_mentions_nobody():
    one = status(FIRST, "ann", visibility="direct", mentions=[person("bob@other.example")])
    (found,) = [r for r in Mastodon().parse(member_of(json.dumps([one]).encode())) if isinstance(r, Activity)]
    assert (Verb.MESSAGE, ("mastodon:bob@other.example",), ()) == (found.verb, found.to, found.mentions)


def test_a_quote_has_what_it_quotes_as_its_parent():
    quoted = status(OTHER, "bob@other.example")
    one = status(FIRST, "ann", quote={"state": "accepted", "quoted_status": quoted})
    found = {
        r.id: r for r in Mastodon().parse(member_of(json.dumps(one).encode())) if isinstance(r, Activity)
    }
    assert (Verb.QUOTE, at(OTHER, "social.example")) == (
        found[at(FIRST, "social.example")].verb,
        found[at(FIRST, "social.example")].parent,
    )
    assert at(OTHER, "social.example") in found


def test_a_page_of_strangers_needs_the_name_of_the_server():
    member = member_of(json.dumps([status(OTHER, "bob@other.example")]).encode())
    assert [True] == [
        isinstance(r, SetAside) and "--set server" in r.reason for r in Mastodon().parse(member)
    ]
    assert at(OTHER, "social.example") in {
        r.id for r in Mastodon(server="https://social.example").parse(member) if isinstance(r, Activity)
    }


def test_every_recorded_answer_parses_or_its_refusal_is_right(shared):
    yaml = pytest.importorskip("yaml")
    counted, verbs = Counter(), Counter()
    for file in shared.glob("payloads/mastodon/**/*.yaml"):
        for exchange in yaml.load(file.read_text("utf-8"), Loader=yaml.CSafeLoader)["interactions"]:
            body = exchange["response"]["body"].get("string") or b""
            address = urlsplit(exchange["request"]["uri"])
            content = body if isinstance(body, bytes) else body.encode()
            one = Mastodon(server=f"{address.scheme}://{address.netloc}")
            try:
                records = list(one.parse(member_of(content, f"{address.path.strip('/')}.json")))
            except Unreadable:
                counted["not JSON"] += 1
                assert not content.strip().startswith((b"{", b"[")), address.path
                continue
            counted.update(type(r).__name__ for r in records)
            verbs.update(r.verb for r in records if isinstance(r, Activity))
            refused = {r.reason for r in records if isinstance(r, SetAside)}
            known = (
                "neither a status, a notification nor an account",
                "a notification of",
                "the status cannot be read: it is no object",
            )
            assert all(reason.startswith(known) for reason in refused), (address.path, refused)
            holds = exchange["request"]["method"] == "GET" and b'"account"' in content
            if holds and "/statuses" in address.path and not address.path.endswith("/history"):
                assert any(isinstance(r, Activity | Person) for r in records), address.path
    assert counted["Activity"] > 300
    assert {Verb.POST, Verb.REPLY, Verb.SHARE, Verb.REACT, Verb.MESSAGE, Verb.QUOTE} <= set(verbs)
