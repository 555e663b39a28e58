"""Slack live: the real slack_sdk against a service on this machine that answers as the Web API does."""

import json
import time
from dataclasses import replace
from email.utils import formatdate

import pytest

from connectors.chat.slack import Slack
from influence.contract.connector import ConnectorError, NotAuthorised, RateLimited, StoppedShort
from influence.contract.errors import SourceError
from influence.contract.records import Note
from influence.contract.testing import LiveClaims, Remembered
from tests.kit.live_contract import check_fetch, pulled, store_of
from tests.kit.logged import logged
from tests.kit.served import Said, served
from tests.kit.slack_service import SlackService, message


@pytest.fixture
def slack():
    service = SlackService()
    with served(service.answer) as here:
        service.url, service.asked = here.url, here.asked
        service.connector = Slack(address=f"{here.url}/api/")
        yield service


class TestPulling(LiveClaims):
    @pytest.fixture(autouse=True)
    def _service(self, slack):
        self.service = slack

    def make(self):
        return self.service.connector


class TestLive:
    def test_a_pull_brings_messages_threads_and_people(self, slack, tmp_path):
        workspace, total = pulled(tmp_path, slack.connector, Remembered())
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
        check_fetch(tmp_path, lambda: slack.connector, Remembered(), 6)

    def test_a_pull_cut_off_late_and_taken_up_is_as_one_that_was_not(self, slack, tmp_path):
        whole, _ = pulled(tmp_path / "whole", slack.connector, Remembered())
        replies = len(list(slack.connector.fetch({}, Remembered())))
        assert replies > 8
        for cut in range(6, replies):
            resumed, _ = pulled(tmp_path / f"cut-{cut}", slack.connector, Remembered(), cut=cut)
            assert store_of(whole) == store_of(resumed)
            resumed.close()
        whole.close()

    def test_a_second_pull_adds_nothing_and_then_what_changed(self, slack, tmp_path):
        workspace, _ = pulled(tmp_path, slack.connector, Remembered())
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
        workspace, _ = pulled(tmp_path, slack.connector, Remembered())
        slack.called.clear()
        again(workspace, replace(slack.connector, lookback="1"))
        assert 0 == slack.called["conversations.replies"]
        workspace.close()

    def test_a_channel_that_the_app_is_no_member_of_is_told(self, slack):
        notes = told(slack.connector)
        assert ["1 channels are not read: the app is not a member of them; /invite it there"] == notes

    def test_a_pull_can_be_limited_to_channels(self, slack, tmp_path):
        workspace, _ = pulled(tmp_path, replace(slack.connector, channels="#team; nowhere"), Remembered())
        assert 8 == len(store_of(workspace)["activities"])
        workspace.close()

    def test_it_waits_when_slack_is_busy(self, slack, tmp_path):
        slack.busy = [{"Retry-After": "0"}, {"Retry-After": formatdate(time.time() + 1, usegmt=True)}]
        workspace, total = pulled(tmp_path, slack.connector, Remembered())
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
        slack.lacking = {"channels:history", "groups:history", "im:history", "mpim:history"}
        with pytest.raises(NotAuthorised, match=r"lacks \w+:history"):
            list(slack.connector.fetch({}, Remembered()))

    def test_another_refusal_is_told_as_slack_says_it(self, slack):
        slack.error["conversations.list"] = "fatal_error"
        with pytest.raises(ConnectorError, match=r"Slack refuses conversations\.list \(fatal_error\)"):
            list(slack.connector.fetch({}, Remembered()))

    def test_neither_cursor_nor_names_hold_the_token(self, slack):
        for reply in slack.connector.fetch({}, Remembered()):
            assert "placeholder" not in json.dumps(reply.cursor) + reply.member.name + reply.note


def test_a_cursor_that_repeats_is_told_and_ends_the_pull(slack):
    def stuck(asked):
        told = slack.answer(asked)
        if "response_metadata" in told:
            told["response_metadata"]["next_cursor"] = "2"
        return told

    replies = []
    with served(stuck) as here, pytest.raises(StoppedShort, match=r"the list of users\.list"):
        replies.extend(Slack(address=f"{here.url}/api/").fetch({}, Remembered()))
    assert len(replies) < 40


def test_a_channel_that_gives_the_same_page_by_ever_new_cursors_is_left_and_told(slack):
    def stuck(asked):
        if not asked.path.endswith("conversations.history") or asked.form["channel"] != "C0TEAM":
            return slack.answer(asked)
        told = slack._method("conversations.history", {"channel": "C0TEAM", "oldest": "0"})
        told["response_metadata"]["next_cursor"] = f"c{len(told)}{asked.form.get('cursor')}"
        return told

    replies = []
    with served(stuck) as here, pytest.raises(StoppedShort, match="the list of channel"):
        replies.extend(Slack(address=f"{here.url}/api/").fetch({}, Remembered()))
    assert "conversations.history D0AB.json" in {one.member.name for one in replies}
    assert "C0TEAM" not in replies[-1].cursor["read"]


def test_a_look_back_that_is_no_number_is_refused():
    with pytest.raises(ConnectorError, match="no number of days"):
        list(Slack(lookback="a week").fetch({}, Remembered()))


# --- permissions that an app lacks ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lacking", "told"),
    [
        ("im:read", "the direct messages are not read: the app lacks im:read"),
        ("mpim:history", "the direct messages among several are not read: the app lacks mpim:history"),
        ("groups:read", "the private channels are not read: the app lacks groups:read"),
        ("users:read", "the people are not read: the app lacks users:read"),
    ],
)
def test_a_permission_that_the_app_lacks_is_told_and_the_rest_is_read(slack, tmp_path, lacking, told):
    slack.lacking = {lacking}
    workspace, total = pulled(tmp_path, slack.connector, Remembered())
    assert total.stored >= 8
    assert [f"{told}; Slack says 'missing_scope'"] == [note for note in notes(slack) if "lacks" in note]
    workspace.close()


def test_the_lists_of_each_type_are_asked_for_alone(slack):
    list(slack.connector.fetch({}, Remembered()))
    asked = {one.form["types"] for one in slack.asked if one.path.endswith("conversations.list")}
    assert {"public_channel", "private_channel", "mpim", "im"} == asked


def test_an_app_that_may_read_nothing_is_refused(slack):
    slack.lacking = {f"{kind}:read" for kind in ("channels", "groups", "im", "mpim")}
    with pytest.raises(NotAuthorised, match="the app lacks"):
        list(slack.connector.fetch({}, Remembered()))


# --- waiting, and answers that are none -------------------------------------------------------------------


def test_a_wait_beyond_reason_ends_the_pull_with_the_seconds(slack):
    slack.busy = [{"Retry-After": "900"}]
    with pytest.raises(RateLimited, match="asks to wait 900 seconds") as error:
        list(slack.connector.fetch({}, Remembered()))
    assert 900 == error.value.seconds


def test_a_slack_that_is_busy_for_ever_ends_the_pull(slack):
    slack.busy = [{"Retry-After": "0"}] * 50
    with pytest.raises(RateLimited, match="pull again after that"):
        list(slack.connector.fetch({}, Remembered()))
    assert 45 == len(slack.busy)


@pytest.mark.parametrize(
    "body", [b"<html>", b"", b"[]", b"null", b'{"ok": tr', b'{"a":[' * 50_000, b"\xff\xfe{"]
)
def test_what_is_no_answer_ends_in_a_sentence(body):
    with served(lambda _: Said(body)) as here, pytest.raises(ConnectorError, match=r"^.{20,300}$"):
        Slack(address=f"{here.url}/api/").signed_in_as(Remembered())


def test_an_answer_larger_than_is_read_is_hung_up_while_it_comes(slack):
    passed = []

    def endless():
        for _ in range(3 * 1024):
            passed.append(1)
            yield b" " * 1024 * 1024

    def large(asked):
        return Said(endless()) if asked.path.endswith("users.list") else slack.answer(asked)

    with served(large) as here, pytest.raises(ConnectorError, match="more than 64 MiB"):
        list(Slack(address=f"{here.url}/api/").fetch({}, Remembered()))
    assert len(passed) < 100


def test_a_slack_that_cannot_be_reached_is_told(monkeypatch):
    monkeypatch.setattr("connectors.kit.sessions.FIRST_WAIT", 0.01)
    with pytest.raises(ConnectorError, match="Slack cannot be reached"):
        Slack(address="http://127.0.0.1:9/api/").signed_in_as(Remembered())


# --- who, and whose token ---------------------------------------------------------------------------------


def test_it_says_who_signed_in_and_where(slack):
    assert "ann in Acme's Slack" == slack.connector.signed_in_as(Remembered())


def test_a_token_taken_back_in_the_middle_of_a_pull_is_one_sentence_and_the_next_goes_on(slack):
    whole = list(slack.connector.fetch({}, Remembered()))
    fetched = slack.connector.fetch({}, Remembered())
    before = [next(fetched) for _ in range(8)]
    slack.tokens.clear()
    with pytest.raises(NotAuthorised, match="connect again"):
        list(fetched)
    slack.tokens.add("another")
    rest = list(slack.connector.fetch(before[-1].cursor, Remembered("another")))
    assert {one.member.name for one in whole} == {one.member.name for one in [*before, *rest]}


class TestRotation:
    def test_each_pull_exchanges_the_token_that_the_one_before_it_was_given(self, slack):
        secret = Remembered()
        for _ in range(3):
            assert list(rotating(slack).fetch({}, secret))
        sent = [one.form["refresh_token"] for one in slack.asked if one.path.endswith("oauth.v2.access")]
        assert ["placeholder", *slack.handed[1:4:2]] == sent
        assert slack.handed[-1] == secret.get("refresh_token")

    def test_a_token_is_kept_before_it_is_used(self, slack):
        secret, when = Remembered(), []
        keep = secret.keep

        def noted(name, value):
            when.append(sum(not one.path.endswith("oauth.v2.access") for one in slack.asked))
            keep(name, value)

        secret.keep = noted
        list(rotating(slack).fetch({}, secret))
        assert [0, 0] == when

    def test_where_nothing_can_be_kept_the_token_that_is_good_is_not_used_up(self, slack):
        class Nothing(Remembered):
            def keep(self, *_):
                raise SourceError("there is no place where it can be kept")

        with pytest.raises(SourceError, match="no place"):
            list(rotating(slack).fetch({}, Nothing()))
        assert [] == slack.asked

    def test_a_token_whose_time_is_over_in_the_middle_of_a_pull_is_exchanged_and_the_pull_goes_on(
        self, slack
    ):
        whole = len(list(rotating(slack).fetch({}, secret := Remembered())))
        fetched = rotating(slack).fetch({}, secret)
        next(fetched)
        slack.tokens.clear()
        assert whole - 1 == len(list(fetched))

    def test_a_refresh_token_that_is_no_longer_good_says_to_connect_again(self, slack):
        with pytest.raises(NotAuthorised, match=r"invalid_refresh_token.*connect again"):
            list(rotating(slack).fetch({}, Remembered("other")))


def rotating(slack):
    return replace(slack.connector, client_id="app")


# --- what must not get out --------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_service_that_sends_us_on_to_another_host_never_shows_it_the_token(status):
    with served(lambda _: {"ok": True}) as other:
        away = Said({}, status, {"Location": f"{other.url}/api/auth.test"})
        with served(lambda _: away) as here, pytest.raises(ConnectorError, match="sends us on"):
            Slack(address=f"{here.url}/api/").signed_in_as(Remembered())
        assert [] == other.asked


def test_an_address_that_is_not_https_is_refused():
    with pytest.raises(ConnectorError, match="is not https"):
        Slack(address="http://slack.example/api/").signed_in_as(Remembered())


def test_no_token_stands_in_any_log(slack):
    with logged() as text:
        list(rotating(slack).fetch({}, Remembered()))
        slack.tokens.clear()
        with pytest.raises(NotAuthorised):
            list(slack.connector.fetch({}, Remembered("wrong-token")))
    assert "Sending a request" in text.getvalue()
    words = [*slack.handed, "wrong-token", "placeholder"]
    assert [] == [word for word in words if word in text.getvalue()]


def notes(slack):
    return told(slack.connector)


def again(workspace, connector):
    for reply in connector.fetch(workspace.store.cursor("source"), Remembered()):
        with workspace.store.batch("source", connector.name) as batch:
            for record in connector.parse(reply.member):
                batch.add(record, reply.member.name)
            batch.remember(reply.cursor)


def told(connector):
    replies = connector.fetch({}, Remembered())
    return [r.text for reply in replies for r in connector.parse(reply.member) if isinstance(r, Note)]
