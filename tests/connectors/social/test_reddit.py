"""Reddit: dumps, pages of the API, and pulls from a service that answers as Reddit documents it."""

import json
from collections import Counter
from datetime import UTC, datetime
from itertools import chain

import httpx
import pytest

from connectors.social.reddit import Reddit
from influence.contract.connector import Changed, ConnectorError, NotAuthorised, Unreadable
from influence.contract.records import Activity, Deleted, Person, SetAside, Verb
from influence.contract.testing import Remembered, member_of
from tests.kit.live_contract import check_fetch
from tests.kit.live_replies import activities, over, pull_again, pulled, replies

NOW = datetime(2026, 1, 8, 9, tzinfo=UTC)
LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC).timestamp()
RECENTLY = datetime(2026, 1, 6, 9, tzinfo=UTC).timestamp()


def submission(item_id, author, made, **more):
    data = {
        "id": item_id,
        "name": f"t3_{item_id}",
        "author": author,
        "created_utc": made,
        "title": "?",
        "num_comments": 0,
    }
    return {"kind": "t3", "data": {**data, "subreddit": "ChangeAtWork", **more}}


def comment(item_id, author, parent, made, link="t3_own1", **more):
    data = {
        "id": item_id,
        "name": f"t1_{item_id}",
        "author": author,
        "parent_id": parent,
        "link_id": link,
        "body": "…",
    }
    return {
        "kind": "t1",
        "data": {**data, "created_utc": made, "subreddit": "ChangeAtWork", "replies": "", **more},
    }


def listing(things, after=None):
    return {"kind": "Listing", "data": {"after": after, "children": things}}


class Service:
    """Reddit as its API documents it, two things a page; a long thread holds its rest back."""

    def __init__(self):
        self.submissions = [submission(f"own{n}", "ann", RECENTLY - n, num_comments=3 - n) for n in (1, 2, 3)]
        self.submissions.append(submission("old1", "ann", LONG_AGO))
        self.comments = [comment("annx", "ann", "t3_oth1", RECENTLY, "t3_oth1")]
        self.others = [submission("oth1", "bob", RECENTLY - 99)]
        self.threads = {
            "own1": [
                comment("bob1", "bob", "t3_own1", RECENTLY),
                comment("hid1", "cay", "t3_own1", RECENTLY),
            ],
            "own2": [comment("bob2", "bob", "t3_own2", RECENTLY, "t3_own2")],
            "oth1": [*self.comments, comment("dee1", "dee", "t1_annx", RECENTLY + 9, "t3_oth1")],
        }
        self.asked = []

    def __call__(self, request):
        if request.url.path == "/api/v1/access_token":
            assert request.headers["authorization"].startswith("Basic ")
            assert b"grant_type=client_credentials" == request.content
            return httpx.Response(200, json={"access_token": "short-lived"})
        assert "Bearer short-lived" == request.headers["authorization"]
        assert "u/ann" in request.headers["user-agent"]
        path, asked = request.url.path.strip("/").removesuffix(".json"), dict(request.url.params)
        self.asked.append(path)
        headers = {"x-ratelimit-remaining": "99.0"}
        return httpx.Response(200, json=self.answer(path, asked), headers=headers)

    def answer(self, path, asked):
        if path.startswith("user/ann/"):
            things = self.submissions if path.endswith("submitted") else self.comments
            start = int(asked.get("after", 0))
            return listing(things[start : start + 2], str(start + 2) if start + 2 < len(things) else None)
        if path == "api/info":
            every = [
                *self.submissions,
                *self.comments,
                *self.others,
                *chain.from_iterable(self.threads.values()),
            ]
            wanted = asked["id"].split(",")
            return listing(
                list({t["data"]["name"]: t for t in every if t["data"]["name"] in wanted}.values())
            )
        if path == "api/morechildren":
            things = [
                t for thread in self.threads.values() for t in thread if t["data"]["id"] in asked["children"]
            ]
            return {"json": {"errors": [], "data": {"things": things}}}
        link = path.split("/")[1]
        shown = [
            t
            for t in self.threads.get(link, ())
            if not t["data"]["id"].startswith("hid") or "comment" in asked
        ]
        held = [t["data"]["id"] for t in self.threads.get(link, ()) if t not in shown]
        more = [{"kind": "more", "data": {"count": len(held), "children": held, "parent_id": f"t3_{link}"}}]
        head = [t for t in [*self.submissions, *self.others] if t["data"]["id"] == link]
        return [listing(head), listing([*shown, *(more if held else [])])]


def reddit(service):
    return over(Reddit, service, now=NOW, user="ann")


class TestLive:
    def test_brings_items_threads_and_what_was_answered(self):
        one = reddit(Service())
        found = activities(one, replies(one))
        own = {"t3_own1", "t3_own2", "t3_own3", "t3_old1", "t1_annx"}
        others = {"t3_oth1", "t1_bob1", "t1_bob2", "t1_hid1", "t1_dee1"}
        assert {f"reddit:{item_id}" for item_id in own | others} == set(found)
        assert "reddit:t1_annx" == found["reddit:t1_dee1"].parent

    def test_cut_and_resumed_is_the_same_as_not_cut(self, tmp_path):
        count = len(replies(reddit(Service())))
        assert count > 6
        check_fetch(tmp_path, lambda: reddit(Service()), Remembered(), count)

    def test_a_second_pull_adds_nothing(self, tmp_path):
        service = Service()
        workspace, _ = pulled(tmp_path / "w", reddit(service), Remembered())
        assert 0 == pull_again(workspace, reddit(service))[0]
        workspace.close()

    def test_a_thread_that_grew_is_read_again_and_what_was_deleted_goes(self, tmp_path):
        service = Service()
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

    def test_a_thread_that_is_closed_to_us_is_passed_over(self):
        service = Service()

        def answer(request):
            if request.url.path.startswith("/comments/own1"):
                return httpx.Response(403)
            return service(request)

        one = reddit(answer)
        found = activities(one, replies(one))
        assert "reddit:t1_bob1" not in found
        assert "reddit:t1_bob2" in found

    def test_a_page_that_repeats_its_cursor_ends(self):
        def answer(request):
            if request.url.path == "/api/v1/access_token":
                return httpx.Response(200, json={"access_token": "short-lived"})
            thing = submission("old1", "ann", LONG_AGO + len(request.url.params))
            return httpx.Response(200, json=listing([thing], "again"))

        assert 4 == len(replies(reddit(answer)))

    def test_says_what_is_left(self):
        assert {"99.0 requests left"} == {reply.note for reply in replies(reddit(Service()))}

    def test_refusals_are_typed_and_hold_no_secret(self):
        with pytest.raises(NotAuthorised) as told:
            replies(reddit(lambda _: httpx.Response(401)))
        assert "placeholder" not in str(told.value)
        with pytest.raises(Changed, match="the sign-in has no 'access_token'"):
            replies(reddit(lambda _: httpx.Response(200, json={"error": "unsupported"})))
        with pytest.raises(ConnectorError, match="user=NAME"):
            replies(over(Reddit, Service(), user="../admin"))

    def test_no_secret_stands_in_names_or_cursors(self):
        for reply in replies(reddit(Service())):
            told = reply.member.name + json.dumps(reply.cursor) + reply.note
            assert "short-lived" not in told
            assert "placeholder" not in told


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
