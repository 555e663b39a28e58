"""Reddit: dumps, pages of the API, and pulls by praw from a service that answers as Reddit documents it."""

import json
import logging
import re
import sys
import time
import warnings
from base64 import b64encode
from collections import Counter
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import islice

import pytest

from connectors.kit.limits import TRIES
from connectors.social.reddit import Reddit
from influence.contract.connector import (
    Changed,
    ConnectorError,
    NotAuthorised,
    RateLimited,
    StoppedShort,
    Unreadable,
)
from influence.contract.records import Activity, Deleted, Person, SetAside, Verb
from influence.contract.testing import LiveClaims, Remembered, member_of
from tests.kit.live_contract import check_fetch
from tests.kit.live_replies import activities, looked_again, pull_again, pulled, replies
from tests.kit.reddit_service import NOW, RECENTLY, RedditService, comment, listing, submission
from tests.kit.served import Said, served


@pytest.fixture
def service():
    made = RedditService()
    with served(made.answer) as here:
        made.url, made.waits = here.url, []
        yield made


def reddit(service, **options):
    """The connector, pointed at the service; its clock stands, and its waits are noted down."""
    body = {"clock": staticmethod(NOW.timestamp), "sleep": staticmethod(service.waits.append)}
    where = {"user": "ann", "server": service.url, "login": service.url}
    return type("Reddit", (Reddit,), body)(**{**where, **options})


def fetched(connector, cursor=None):
    """What a fetch yields before it ends, and how it ended."""
    found = []
    try:
        found.extend(connector.fetch(cursor or {}, Remembered()))
    except ConnectorError as error:
        return found, error
    return found, None


class TestClaims(LiveClaims):
    """What holds for every live connector."""

    @pytest.fixture(autouse=True)
    def _with(self, service):
        self.service = service

    def make(self):
        return reddit(self.service)


class TestLookingAgain:
    def test_all_that_is_stored_is_asked_again_whatever_its_age(self, service, tmp_path):
        workspace, _ = pulled(tmp_path / "w", reddit(service), Remembered())
        gone = service.submissions.pop()["data"]["name"]
        done, left = looked_again(workspace, reddit(service))
        assert f"reddit:{gone}" not in left
        assert 1 <= done.summary.deleted < len(left)
        workspace.close()


class TestLive:
    def test_brings_items_threads_and_what_was_answered(self, service):
        one = reddit(service)
        found = activities(one, replies(one))
        own = {"t3_own1", "t3_own2", "t3_own3", "t3_old1", "t1_annx"}
        others = {"t3_oth1", "t1_bob1", "t1_bob2", "t1_hid1", "t1_dee1"}
        assert {f"reddit:{item_id}" for item_id in own | others} == set(found)
        assert "reddit:t1_annx" == found["reddit:t1_dee1"].parent

    def test_cut_and_resumed_is_the_same_as_not_cut(self, service, tmp_path):
        count = len(replies(reddit(service)))
        assert count > 6
        check_fetch(tmp_path, lambda: reddit(service), Remembered(), count)

    def test_a_second_pull_adds_nothing(self, service, tmp_path):
        workspace, _ = pulled(tmp_path / "w", reddit(service), Remembered())
        assert 0 == pull_again(workspace, reddit(service))[0]
        workspace.close()

    def test_a_thread_that_grew_is_read_again_and_what_was_deleted_goes(self, service, tmp_path):
        workspace, _ = pulled(tmp_path / "w", reddit(service), Remembered())
        service.threads["own1"].append(comment("eve1", "eve", "t1_bob1", RECENTLY + 50))
        service.submissions[0]["data"]["num_comments"] = 3
        service.submissions.pop(2)
        service.comments[0]["data"]["author"] = "[deleted]"
        _, known = pull_again(workspace, reddit(service))
        assert "reddit:t1_eve1" in known
        assert not {"reddit:t3_own3", "reddit:t1_annx"} & known
        assert {"reddit:t3_own1", "reddit:t3_old1", "reddit:t1_dee1"} <= known
        workspace.close()

    def test_a_thread_that_is_closed_to_us_is_passed_over(self, service):
        service.instead["comments/own1"] = Said({}, 403)
        one = reddit(service)
        found = activities(one, replies(one))
        assert "reddit:t1_bob1" not in found
        assert "reddit:t1_bob2" in found

    def test_where_the_app_is_no_longer_known_no_thread_is_passed_over(self, service):
        service.instead["comments/own1"] = Said({}, 401)
        found, ended = fetched(reddit(service))
        assert isinstance(ended, NotAuthorised)
        service.instead.clear()
        rest, ended = fetched(reddit(service), found[-1].cursor)
        assert ended is None
        assert "reddit:t1_bob1" in activities(reddit(service), rest)

    def test_a_page_that_repeats_its_cursor_ends_and_is_told_and_the_next_pull_goes_on(self, service):
        service.instead["user/ann/submitted"] = listing(service.submissions[:2], "again")
        found, ended = fetched(reddit(service))
        assert isinstance(ended, StoppedShort)
        assert "the list of submitted went round in a circle" in str(ended)
        assert "reddit:t1_annx" in activities(reddit(service), found)
        assert "submitted" not in found[-1].cursor["marks"]
        service.instead.clear()
        rest, ended = fetched(reddit(service), found[-1].cursor)
        assert ended is None
        assert {"reddit:t3_own3", "reddit:t3_old1"} <= activities(reddit(service), rest).keys()

    def test_no_extra_is_needed(self, service, monkeypatch):
        monkeypatch.setitem(sys.modules, "httpx", None)
        assert {} == Reddit.needs
        assert replies(reddit(service))

    def test_says_what_is_left(self, service):
        assert {"99 requests left"} == {reply.note for reply in replies(reddit(service))}

    def test_says_whom_it_reads_and_that_it_signed_in_for_nobody(self, service):
        assert "the app alone, reading u/Ann (account of 2019)" == reddit(service).signed_in_as(Remembered())
        service.instead["user/ann/about"] = {"data": {"name": "Ann", "is_suspended": True}}
        assert "the app alone, reading u/Ann (suspended)" == reddit(service).signed_in_as(Remembered())

    def test_no_secret_stands_in_names_or_cursors(self, service):
        for reply in replies(reddit(service)):
            told = reply.member.name + json.dumps(reply.cursor) + reply.note
            assert "short-lived" not in told
            assert "placeholder" not in told

    def test_what_brings_the_token_is_handed_to_nobody(self, service):
        for reply in replies(reddit(service)):
            with reply.member.open() as stream:
                assert b"short-lived" not in stream.read()

    def test_half_a_surrogate_pair_in_a_text_is_replaced(self, service):
        service.submissions[0]["data"]["title"] = "cut \ud83d"
        found = activities(reddit(service), replies(reddit(service)))
        assert "cut \ufffd" == found["reddit:t3_own1"].text


class TestLimits:
    """Reddit is never waited for in silence, nor without end."""

    def test_where_nothing_is_left_it_says_so_and_waits(self, service):
        service.limit |= {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1"}
        found = list(islice(reddit(service).fetch({}, Remembered()), 2))
        assert "0 requests left; the next one waits 1 seconds" == found[0].note
        assert [1.0] == service.waits

    def test_a_wait_of_more_than_two_minutes_ends_the_pull(self, service):
        service.limit |= {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "590"}
        found, ended = fetched(reddit(service))
        assert 1 == len(found)
        assert isinstance(ended, RateLimited)
        assert 590 == ended.seconds
        assert "reddit gives nothing more for 590 seconds; pull again after that" == str(ended)
        assert [] == service.waits

    @pytest.mark.parametrize("says", ["2", lambda: datetime.now(UTC) + timedelta(seconds=2)])
    def test_a_busy_answer_is_waited_for(self, service, says):
        said = says if isinstance(says, str) else format_datetime(says(), usegmt=True)
        service.instead["user/ann/submitted"] = [Said({}, 429, {"Retry-After": said})]
        assert len(replies(reddit(service))) > 6
        assert [True] == [0 < wait < 3 for wait in service.waits]

    def test_a_limit_that_says_no_end_is_asked_five_times(self, service):
        service.instead["user/ann/submitted"] = Said({}, 429)
        _, ended = fetched(reddit(service))
        assert isinstance(ended, RateLimited)
        assert TRIES == len(service.asked)

    def test_praw_s_own_pace_is_told(self, service):
        service.limit |= {"x-ratelimit-used": "99", "x-ratelimit-reset": "302"}  # 2 seconds, by praw
        found = list(islice(reddit(service).fetch({}, Remembered()), 2))
        assert "99 requests left" == found[0].note
        assert re.fullmatch(r"99 requests left; waited [2-9] seconds to keep within them", found[1].note)

    def test_a_slow_sign_in_is_no_wait_for_the_limit(self, service, monkeypatch):
        signed = service._token
        monkeypatch.setattr(service, "_token", lambda asked: time.sleep(1.6) or signed(asked))
        assert "99 requests left" == next(reddit(service).fetch({}, Remembered())).note


class TestSignIn:
    """The app signs in by itself."""

    def test_a_token_that_ends_in_the_middle_of_a_pull_is_asked_for_anew(self, service):
        whole = [one.member.name for one in replies(reddit(service))]
        pull = reddit(service).fetch({}, Remembered())
        before = list(islice(pull, 3))
        service.token = "ended"  # noqa: S105
        assert whole == [one.member.name for one in (*before, *pull)]
        assert 3 == service.signed_in

    @pytest.mark.parametrize(
        ("path", "reply", "error", "words"),
        [
            ("api/v1/access_token", Said({}, 401), NotAuthorised, "does not accept the sign-in (401)"),
            ("api/v1/access_token", Said({"error": "unsupported"}), NotAuthorised, "(unsupported)"),
            ("api/v1/access_token", Said({"token": "none"}), Changed, "has no 'expires_in'"),
            ("api/v1/access_token", Said(b"<html>"), Changed, "the sign-in is not JSON"),
            ("api/v1/access_token", Said([]), Changed, "no longer has the shape"),
            ("user/ann/submitted", Said({}, 401), NotAuthorised, "does not accept the sign-in (401)"),
            ("user/ann/submitted", Said({}, 403), NotAuthorised, "does not accept the sign-in (403)"),
            ("user/ann/submitted", Said({}, 404), ConnectorError, "is not there (404)"),
            ("user/ann/submitted", Said({}, 418), ConnectorError, "refuses the request (418)"),
            ("user/ann/submitted", Said(b"<html>"), Changed, "is not JSON"),
            ("user/ann/submitted", Said({}), Changed, "has no 'data'"),
            (
                "user/ann/submitted",
                Said([], 200, {"x-ratelimit-remaining": "1"}),
                Changed,
                "x-ratelimit-used",
            ),
            ("user/ann/submitted", Said(b"", 204), ConnectorError, ""),
            (
                "user/ann/submitted",
                Said({}, 302, {"Location": "http://127.0.0.9:1/"}),
                ConnectorError,
                "sends us on to 127.0.0.9:1",
            ),
        ],
    )
    def test_each_refusal_is_one_sentence_without_a_secret(self, service, path, reply, error, words):
        service.instead[path] = reply
        _, ended = fetched(reddit(service))
        assert isinstance(ended, error)
        assert words in str(ended)
        assert "placeholder" not in str(ended)
        assert "\n" not in str(ended)

    def test_a_service_that_is_not_there_is_named(self, monkeypatch):
        monkeypatch.setattr("connectors.kit.sessions.FIRST_WAIT", 0.01)
        at_once = type("Reddit", (Reddit,), {"sleep": staticmethod(print)})
        with pytest.raises(ConnectorError, match=r"127\.0\.0\.1 cannot be reached: .*Connection refused"):
            at_once("ann", "http://127.0.0.1:9", "http://127.0.0.1:9").signed_in_as(Remembered())

    def test_nobody_is_asked_without_a_user_or_where_the_way_is_open(self, service):
        with pytest.raises(ConnectorError, match="user=NAME"):
            replies(reddit(service, user=None))
        with pytest.raises(ConnectorError, match=r"user is '../admin'; write the name"):
            replies(reddit(service, user="../admin"))
        with pytest.raises(ConnectorError, match="is not https"):
            replies(reddit(service, login="http://acme.example"))
        assert [] == service.asked

    @pytest.mark.parametrize(
        "planted",
        [
            "[DEFAULT]\noauth_url=http://127.0.0.1:1\nreddit_url=http://127.0.0.1:1\nshort_url=x\n",
            "[DEFAULT]\nusername=eve\npassword=eve\nrefresh_token=eve\nwindow_size=x\nratelimit_seconds=x\n",
            "no settings at all\n",
            "[other]\nclient_id=eve\nclient_secret=eve\nuser_agent=eve\n",
        ],
    )
    def test_a_praw_ini_in_the_current_folder_changes_nothing(self, service, planted, tmp_path, monkeypatch):
        (tmp_path / "praw.ini").write_text(planted)
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("praw_username", "eve")
        monkeypatch.setenv("praw_site", "other")
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert len(replies(reddit(service))) > 6
        assert 1 == service.signed_in


def test_no_secret_and_no_token_stands_in_any_log(service, caplog):
    caplog.set_level(logging.DEBUG)
    service.app = ("the-app", "s3cret-of-the-app")
    known = {"client_id": "the-app", "client_secret": "s3cret-of-the-app"}
    pull = reddit(service).fetch({}, Remembered(**known))
    next(pull)
    service.token = "ended"  # noqa: S105
    list(pull)
    service.app = ("another", "another")
    with pytest.raises(NotAuthorised):
        list(reddit(service).fetch({}, Remembered(**known)))
    assert {"prawcore", "urllib3"} <= {record.name.partition(".")[0] for record in caplog.records}
    for one in ("s3cret-of-the-app", "short-lived", b64encode(b"the-app:s3cret-of-the-app").decode()):
        assert one not in caplog.text


def read(*values):
    return list(Reddit().parse(member_of("\n".join(map(json.dumps, values)).encode())))


def test_a_deleted_author_is_nobody_and_what_was_known_of_the_item_goes():
    records = read(
        comment("gone1", "[deleted]", "t3_own1", RECENTLY), comment("gone2", None, "t3_own1", RECENTLY)
    )
    assert ["reddit:t1_gone1", "reddit:t1_gone2"] == [r.id for r in records if isinstance(r, Deleted)]
    assert [] == [r for r in records if isinstance(r, Activity | Person)]
    assert 2 == sum(isinstance(r, SetAside) for r in records)


def test_a_mention_is_a_name_not_a_path():
    (_, one) = read(
        comment("a1", "ann", "t3_own1", RECENTLY, body="u/bob /u/Cay-D https://x.example/u/eve r/u/fox u/ann")
    )
    assert ("reddit:bob", "reddit:cay-d") == one.mentions


def test_a_crosspost_shares_and_brings_the_original():
    original = submission("orig", "bob", RECENTLY)["data"]
    records = read(
        submission("copy", "ann", RECENTLY, crosspost_parent="t3_orig", crosspost_parent_list=[original])
    )
    found = {r.id: r for r in records if isinstance(r, Activity)}
    assert (Verb.SHARE, "reddit:t3_orig") == (found["reddit:t3_copy"].verb, found["reddit:t3_copy"].parent)
    assert "reddit:bob" == found["reddit:t3_orig"].actor


def test_a_private_message_is_for_somebody_and_no_response():
    data = {
        "name": "t4_m1",
        "author": "ann",
        "dest": "bob",
        "created_utc": RECENTLY,
        "body": "Hi",
        "subject": "Hi",
    }
    one = next(r for r in read({"kind": "t4", "data": data}) if isinstance(r, Activity))
    assert (Verb.MESSAGE, ("reddit:bob",)) == (one.verb, one.to)


@pytest.mark.parametrize(
    ("name", "items", "deleted"), [("test_replace__all_large", 1_429, 172), ("test_replace__all", 542, 16)]
)
def test_every_item_of_a_real_thread_is_read_and_every_parent_found(shared, name, items, deleted):
    file = shared / f"data/reddit_thread/{name}.jsonl"
    records = list(Reddit().parse(member_of(file)))
    kept = {r.id: r for r in records if isinstance(r, Activity)}
    gone = {r.id for r in records if isinstance(r, Deleted)}
    assert (items, deleted) == (len(kept) + len(gone), len(gone))
    assert deleted == sum(isinstance(r, SetAside) for r in records)
    assert all(r.parent in kept or r.parent in gone for r in kept.values() if r.verb is Verb.COMMENT)
    assert 1 == sum(r.verb is Verb.POST for r in kept.values())


RIGHTLY_REFUSED = {
    "the item cannot be read: '<USERNAME>' is no name of a user",
    "neither a post, a comment nor a message",
    "its author is deleted; the deleted are not one person",
    "a community, not a post",
    "a user, not a post",
}


def test_every_recorded_answer_parses_or_its_refusal_is_right(shared):
    counted, reasons = Counter(), set()
    for file in shared.glob("payloads/reddit/**/*.json"):
        for exchange in json.loads(file.read_text("utf-8"))["interactions"]:
            body = exchange["response"]["body"].get("string") or ""
            if not body.strip():
                continue
            try:
                records = list(Reddit().parse(member_of(body.encode())))
            except Unreadable:
                counted["not JSON"] += 1
                continue
            counted.update(type(record).__name__ for record in records)
            reasons.update(r.reason for r in records if isinstance(r, SetAside))
    assert reasons <= RIGHTLY_REFUSED
    assert counted["Activity"] > 2_500
    assert counted["not JSON"] < 20
