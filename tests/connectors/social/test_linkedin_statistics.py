"""LinkedIn's totals of a member's own posts: pulled from a service on loopback, and what becomes of them."""

import json

import pytest

from connectors.social.linkedin import LinkedIn
from influence import Workspace
from influence.contract.connector import Changed, ConnectorError, NotAuthorised
from influence.contract.records import Exposure, Note, Person
from influence.contract.testing import LiveClaims, Remembered, member_of
from tests.kit.linkedin_service import LinkedInService
from tests.kit.loopback import pull_into
from tests.kit.served import Said, served

OWNER = "https://www.linkedin.com/in/Ann-Lee"


@pytest.fixture
def linkedin():
    service = LinkedInService()
    with served(service.answer) as here:
        service.here = here
        service.connector = LinkedIn(owner=OWNER, server=here.url, login=here.url)
        yield service


class TestPulled(LiveClaims):
    @pytest.fixture(autouse=True)
    def _served(self, linkedin):
        self.connector = linkedin.connector

    def make(self):
        return self.connector


class TestTotals:
    def test_are_counts_of_the_owner_and_no_people(self, linkedin):
        replies = list(linkedin.connector.fetch({}, Remembered()))
        records = [record for reply in replies for record in linkedin.connector.parse(reply.member)]
        told = [(r.account, r.metric, r.count) for r in records if isinstance(r, Exposure)]
        assert ("linkedin:in/ann-lee", "impressions", 12_345) in told
        assert 5 == len(told)
        assert {Person(accounts=("linkedin:in/ann-lee",), line=1)} == {
            r for r in records if isinstance(r, Person)
        }

    def test_are_shown_apart_and_a_later_one_takes_the_place_of_the_one_before(self, linkedin, workspace):
        post = {
            "id": "linkedin:1",
            "time": "2026-01-05T09:00:00Z",
            "actor": "linkedin:in/ann-lee",
            "verb": "post",
        }
        reply = {
            **post,
            "id": "linkedin:2",
            "actor": "linkedin:in/bo",
            "verb": "reply",
            "parent": "linkedin:1",
        }
        made = workspace(activities=[post, {**reply, "time": "2026-01-06T09:00:00Z"}])
        before = made.report("linkedin:in/ann-lee").findings
        assert before["shown"].value is None
        pull_into(made, linkedin.connector)
        linkedin.counts["IMPRESSION"] = 20_000
        pull_into(made, linkedin.connector)
        report = made.report("linkedin:in/ann-lee")
        assert 20_000 == report.findings["shown"].value
        (said,) = report.findings["shown"].as_json()["said"]
        told = "LinkedIn says: 20,000 impressions, 6,789 members reached, 210 reactions, 34 comments, 5 reshares ("
        assert said.startswith(told)
        others = {name: one for name, one in report.findings.items() if name != "shown"}
        assert {name: one for name, one in before.items() if name != "shown"} == others

    def test_of_somebody_else_are_not_the_leaders(self, linkedin, workspace):
        post = {"id": "x:1", "time": "2026-01-05T09:00:00Z", "actor": "x:1", "verb": "post"}
        made = workspace(activities=[post])
        pull_into(made, linkedin.connector)
        assert made.report("x:1").findings["shown"].value is None

    def test_come_into_a_store_that_was_made_before_there_were_any(self, linkedin, tmp_path):
        with Workspace.create(tmp_path / "w") as made:
            made.store.engine.run("DROP TABLE exposure_log; DROP TABLE sent_log")
            made.store.engine.run("UPDATE meta SET value = '4' WHERE key = 'version'")
        with Workspace(tmp_path / "w") as again:
            pull_into(again, linkedin.connector)
            assert [{"n": 5}] == again.store.engine.arrow(
                "SELECT count(*) AS n FROM exposure_log"
            ).to_pylist()

    def test_that_linkedin_does_not_tell_are_noted(self, linkedin):
        del linkedin.counts["RESHARE"]
        replies = list(linkedin.connector.fetch({}, Remembered()))
        records = [record for reply in replies for record in linkedin.connector.parse(reply.member)]
        assert Note("LinkedIn tells no reshares") in records

    @pytest.mark.parametrize("count", [-1, "many", 1.5, None, 2**70, True])
    def test_that_are_no_counts_are_refused(self, count):
        told = {"statistics_of": "linkedin:in/ann-lee", "metric": "IMPRESSION", "said": "2026-11-27"}
        body = json.dumps(told | {"answer": {"elements": [{"count": count}]}}).encode()
        with pytest.raises(Changed):
            list(LinkedIn().parse(member_of(body)))


class TestTheToken:
    def test_is_renewed_where_linkedin_allows_it_and_kept_before_it_is_used(self, linkedin):
        linkedin.accepts, linkedin.renews = "ran-out-elsewhere", True
        secret = Remembered()
        replies = list(linkedin.connector.fetch({}, secret))
        assert 5 == len(replies)
        assert {"access_token": "renewed-token", "refresh_token": "next-refresh"} == secret.known

    def test_that_cannot_be_renewed_is_told_with_its_life(self, linkedin):
        linkedin.accepts = "another"
        with pytest.raises(NotAuthorised, match="holds for 60 days, and its application must have r_member"):
            linkedin.connector.signed_in_as(Remembered())

    def test_goes_to_no_other_host(self):
        moved = Said(b"", 302, {"Location": "https://evil.example/rest"})
        with served(lambda _: moved) as here:
            connector = LinkedIn(owner=OWNER, server=here.url, login=here.url)
            with pytest.raises(ConnectorError, match="the sign-in is not sent there"):
                connector.signed_in_as(Remembered())


def test_a_version_that_has_ended_is_told(linkedin):
    linkedin.version = "202708"
    with pytest.raises(ConnectorError, match="no longer knows the version 202608"):
        linkedin.connector.signed_in_as(Remembered())


def test_whose_posts_they_are_must_be_said(linkedin):
    with pytest.raises(ConnectorError, match="owner is not set"):
        LinkedIn().signed_in_as(Remembered())
    told = "a member of LinkedIn, whose posts are taken for those of in/ann-lee as you say"
    assert told == linkedin.connector.signed_in_as(Remembered())


class TestOtherExports:
    REDDIT = ("account.csv", "comments.csv", "messages.csv", "posts.csv")

    def test_of_messages_and_comments_are_not_linkedins(self):
        assert not LinkedIn().claims(self.REDDIT)
        assert not LinkedIn().claims(("Profile.csv", "messages.csv", "comments.csv"))

    def test_with_a_file_that_only_linkedin_has_are(self):
        assert LinkedIn().claims(("messages.csv", "Connections.csv"))
        assert LinkedIn().claims(("x/Comments.csv", "x/Email Addresses.csv"))

    def test_messages_of_another_service_are_told_by_their_columns(self):
        other = b"id,permalink,thread_id,date,ip,from,to,subject,body\nm1,,m0,2026-01-03 09:00:00 UTC,,a,b,hi,hello\n"
        assert not LinkedIn().recognises(member_of(other, "messages.csv"), other)
