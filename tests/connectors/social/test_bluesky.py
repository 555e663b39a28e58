"""Bluesky: answers and repositories as files, pulls from a service of our own, and from a real server (PDS)."""

import itertools
import json
from collections import Counter
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.social.bluesky import Bluesky
from connectors.social.bluesky_car import Broken, decode, records
from connectors.social.bluesky_records import time_of
from influence.contract.connector import Changed, ConnectorError, Gone, RateLimited, StoppedShort, Unreadable
from influence.contract.records import Activity, Note, Person, SetAside, Verb
from influence.contract.testing import Remembered, member_of
from tests.kit.live_contract import check_fetch
from tests.kit.live_pds import Account, running
from tests.kit.live_replies import activities, ids, kept, looked_again, pull_again, pulled, replies
from tests.kit.places import PAYLOADS
from tests.kit.served import Said, served

NOW = datetime(2026, 1, 8, 9, tzinfo=UTC)
ANN, BOB, CAY = (f"did:plc:{name * 4}" for name in ("annlee", "bobfox", "caycay"))
POSTS = "app.bsky.feed.post"
_DIGITS = "234567abcdefghijklmnopqrstuvwxyz"


def tid(time):
    value = int(time.timestamp() * 1e6) << 10
    return "".join(_DIGITS[value >> shift & 31] for shift in range(60, -1, -5))


def uri(did, time, collection=POSTS):
    return f"at://{did}/{collection}/{tid(time)}"


OLD = datetime(2025, 9, 1, 9, tzinfo=UTC)
MORNING = datetime(2026, 1, 5, 9, tzinfo=UTC)
NOON = MORNING + timedelta(hours=3)
FIRST, REPLY, QUOTE = uri(ANN, MORNING), uri(BOB, NOON), uri(CAY, NOON)


def post(address, time, **more):
    return {
        "uri": address,
        "cid": "c",
        "value": {"$type": POSTS, "text": "…", "createdAt": time.isoformat(), **more},
    }


def profile(did):
    return {"did": did, "handle": f"{did[8:11]}.acme.example", "displayName": did[8:11].title()}


class Service:
    """A repository server and the view of the network, two records a page, a cursor even at the end."""

    def __init__(self):
        answers = {"root": {"uri": REPLY}, "parent": {"uri": REPLY}}
        self.records = {
            (ANN, POSTS): [
                post(uri(ANN, NOON), NOON, reply=answers),
                post(FIRST, MORNING),
                post(uri(ANN, OLD), OLD),
            ],
            (ANN, "app.bsky.feed.repost"): [self.repost(QUOTE, NOON)],
        }
        self.others = {
            REPLY: post(REPLY, NOON, reply={"root": {"uri": FIRST}, "parent": {"uri": FIRST}}),
            QUOTE: post(QUOTE, NOON, embed={"$type": "app.bsky.embed.record", "record": {"uri": FIRST}}),
        }
        self.counts = {FIRST: {"replyCount": 1, "likeCount": 3, "quoteCount": 1, "repostCount": 1}}
        self.likers, self.asked = [BOB, CAY, f"did:plc:{'deedee' * 4}"], []

    def repost(self, subject, time):
        address = uri(ANN, time, "app.bsky.feed.repost")
        return {"uri": address, "value": {"subject": {"uri": subject}, "createdAt": time.isoformat()}}

    def __call__(self, asked):
        assert "Authorization" not in asked.headers
        self.asked.append(asked.path.removeprefix("/xrpc/").rpartition(".")[2])
        self.wanted = [value for name, value in asked.pairs if name == "uris"]
        return Said(self.answer(self.asked[-1], asked.query), headers={"RateLimit-Remaining": "2999"})

    def answer(self, method, asked):
        if method == "resolveHandle":
            return {"did": ANN}
        if method == "describeRepo":
            return {"did": ANN, "handle": asked["repo"]}
        if method == "listRecords":
            rows = self.records.get((asked["repo"], asked["collection"]), [])
            rows = [row for row in rows if row["uri"].rpartition("/")[2] < asked.get("cursor", "~")][:2]
            return {"records": rows, **({"cursor": rows[-1]["uri"].rpartition("/")[2]} if rows else {})}
        if method == "getPosts":
            own = {row["uri"]: row for row in self.records[ANN, POSTS]}
            wanted = [(own | self.others).get(one) for one in self.wanted]
            return {"posts": [self.view(row) for row in wanted if row]}
        if method == "getPostThread":
            return {
                "thread": {
                    "post": self.view(post(FIRST, MORNING)),
                    "replies": [{"post": self.view(self.others[REPLY])}],
                }
            }
        if method == "getQuotes":
            quoting = [] if asked.get("cursor") else [self.view(self.others[QUOTE])]
            return {"uri": FIRST, "posts": quoting, **({"cursor": "end"} if quoting else {})}
        if method == "getRepostedBy":
            return {"uri": FIRST, "repostedBy": [profile(CAY)]}
        at = int(asked.get("cursor", 0))
        likes = [
            {"actor": profile(did), "createdAt": NOON.isoformat(), "indexedAt": NOON.isoformat()}
            for did in self.likers
        ]
        more = {"cursor": str(at + 2)} if likes[at:] else {}
        return {"uri": FIRST, "likes": likes[at : at + 2], **more}

    def view(self, row):
        counts = self.counts.get(row["uri"], {})
        return {
            "uri": row["uri"],
            "author": profile(row["uri"].split("/")[2]),
            "record": row["value"],
            **counts,
        }


class OurTime(Bluesky):
    clock = staticmethod(NOW.timestamp)


@pytest.fixture
def over():
    """Makes a connector over a service that answers by a function."""
    with ExitStack() as running:

        def made(answer, **options):
            url = running.enter_context(served(answer)).url
            return OurTime(**{"accounts": "ann.acme.example", "server": url, "view": url} | options)

        yield made


def at(address):
    return f"bluesky:{address}"


class TestLive:
    def test_brings_records_and_who_answered_them(self, over):
        one = over(Service())
        found = activities(one, replies(one))
        written = {at(each) for each in (FIRST, uri(ANN, NOON), uri(ANN, OLD), REPLY, QUOTE)}
        likes = {f"{at(FIRST)}/react/{did}" for did in (BOB, CAY, f"did:plc:{'deedee' * 4}")}
        assert written | likes | {f"{at(FIRST)}/share/{CAY}", f"{at(QUOTE)}/share/{ANN}"} == set(found)
        assert at(REPLY) == found[at(uri(ANN, NOON))].parent
        assert (Verb.QUOTE, at(FIRST)) == (found[at(QUOTE)].verb, found[at(QUOTE)].parent)
        assert NOON == found[f"{at(FIRST)}/react/{BOB}"].time

    def test_all_that_is_stored_is_asked_again_whatever_its_age(self, over, tmp_path):
        service = Service()
        workspace, _ = pulled(tmp_path / "w", over(service), Remembered())
        service.records[ANN, POSTS].pop()
        done, left = looked_again(workspace, over(service))
        assert 1 == done.summary.deleted
        assert at(uri(ANN, OLD)) not in left
        assert at(FIRST) in left
        workspace.close()

    def test_cut_and_resumed_is_the_same_as_not_cut(self, over, tmp_path):
        count = len(replies(over(Service())))
        assert count > 8
        check_fetch(tmp_path, lambda: over(Service()), Remembered(), count)

    def test_a_second_pull_adds_nothing_and_asks_no_reactions_again(self, over, tmp_path):
        service = Service()
        workspace, _ = pulled(tmp_path / "w", over(service), Remembered())
        service.asked.clear()
        assert 0 == pull_again(workspace, over(service))[0]
        assert not {"getLikes", "getPostThread", "getQuotes", "getRepostedBy"} & set(service.asked)
        workspace.close()

    def test_new_records_and_likes_come_and_deleted_ones_go(self, over, tmp_path):
        service = Service()
        workspace, _ = pulled(tmp_path / "w", over(service), Remembered())
        late = MORNING + timedelta(days=2)
        service.records[ANN, POSTS] = [post(uri(ANN, late), late), *service.records[ANN, POSTS][1:]]
        service.records[ANN, "app.bsky.feed.repost"] = []
        service.counts[FIRST]["likeCount"] = 4
        service.likers.append(ANN)
        _, known = pull_again(workspace, over(service))
        assert {at(uri(ANN, late)), f"{at(FIRST)}/react/{ANN}", at(FIRST), at(uri(ANN, OLD))} <= known
        assert not {at(uri(ANN, NOON)), f"{at(QUOTE)}/share/{ANN}"} & known
        workspace.close()

    def test_without_a_view_only_the_accounts_own_records_come(self, over):
        service = Service()
        replies(over(service, accounts=ANN, view=""))
        assert {"listRecords"} == set(service.asked)

    def test_it_says_that_it_signs_in_as_nobody(self, over):
        service = Service()
        one = over(service)
        assert "nobody: public records of ann.acme.example on 127.0.0.1" == one.signed_in_as(Remembered())
        assert ["describeRepo"] == service.asked
        with pytest.raises(ConnectorError, match="say whose records"):
            Bluesky().signed_in_as(Remembered())

    @pytest.mark.parametrize(
        ("rows", "place"),
        [([post(FIRST, MORNING)], "again"), ([], "again"), ([post(FIRST, MORNING)], None)],
        ids=["the same place", "the same place and nothing", "fresh places with the same rows"],
    )
    def test_lists_that_lead_nowhere_are_told_after_the_others_were_read(self, over, rows, place):
        places, found = itertools.count(), []

        def answer(asked):
            if not asked.query["collection"].endswith(("feed.post", "feed.like")):
                return {"records": []}
            return {"records": rows, "cursor": place or str(next(places))}

        with pytest.raises(StoppedShort, match="the list of records"):
            found.extend(over(answer, accounts=ANN, view="").fetch({}, Remembered()))
        assert 2 * 2 + 2 == len(found)
        assert f"{ANN}/{POSTS}" not in found[-1].cursor["marks"]

    def test_what_is_recent_is_not_withdrawn_because_a_list_stopped_short(self, over, tmp_path):
        service = Service()
        one = over(service)
        workspace, _ = pulled(tmp_path / "w", one, Remembered())
        known, honest = ids(workspace), service.answer
        circle = {"records": [], "cursor": "again"}
        service.answer = lambda method, asked: circle if method == "listRecords" else honest(method, asked)
        with pytest.raises(StoppedShort):
            pull_again(workspace, one)
        assert known == ids(workspace)
        del service.records[ANN, POSTS][0]
        service.answer = honest
        assert at(uri(ANN, NOON)) not in pull_again(workspace, one)[1]
        workspace.close()

    def test_refusals_are_typed(self, over):
        with pytest.raises(Gone):
            replies(over(lambda _: Said(status=404)))
        with pytest.raises(Changed, match=r"the answer about ann\.acme\.example has no 'did'"):
            replies(over(lambda _: {}))
        with pytest.raises(ConnectorError, match="say whose records"):
            replies(Bluesky())

    def test_a_thread_that_is_hidden_is_passed_over_and_a_wait_is_not(self, over):
        service = Service()

        def answer(status, **headers):
            def one(request):
                hidden = request.path.endswith("getPostThread")
                return Said(status=status, headers=headers) if hidden else service(request)

            return over(one)

        found = activities(answer(400), replies(answer(400)))
        assert at(QUOTE) in found
        assert at(FIRST) in found
        with pytest.raises(RateLimited):
            replies(answer(429, **{"retry-after": "900"}))

    def test_says_what_is_left(self, over):
        assert {"2999 requests left"} == {reply.note for reply in replies(over(Service()))}


def refusal(read):
    """Read something; returns the sentence by which it is refused, or `read`."""
    try:
        read()
    except (ConnectorError, Broken) as error:
        return str(error)
    return "read"


class TestRepositoryFile:
    CONTENT = (PAYLOADS / "bluesky/repository.car").read_bytes()

    def test_holds_what_the_server_lists(self):
        listed = list(Bluesky().parse(member_of(PAYLOADS / "bluesky/records.json")))
        exported = list(Bluesky().parse(member_of(self.CONTENT)))
        assert 2 == len(listed)
        without_line = {
            (r.id, r.time, r.verb, r.parent, r.mentions) for r in exported if isinstance(r, Activity)
        }
        assert {(r.id, r.time, r.verb, r.parent, r.mentions) for r in listed} <= without_line
        assert [1] == [r.text.count("app.bsky.graph.block") for r in exported if isinstance(r, Note)]

    def test_whose_it_is_stands_in_it(self):
        did, entries = records(self.CONTENT)
        assert did.startswith("did:plc:")
        assert 7 == len(list(entries))

    @pytest.mark.parametrize("end", [1, 40, 200, 700, -1])
    def test_cut_off_is_refused_in_a_sentence(self, end):
        with pytest.raises(Unreadable, match=r"export it again$|should be$|must be$"):
            list(Bluesky().parse(member_of(self.CONTENT[:end])))

    @settings(max_examples=200, deadline=None)
    @given(place=st.integers(0, 10_000), byte=st.integers(0, 255))
    def test_any_broken_byte_is_read_or_refused(self, place, byte):
        place %= len(self.CONTENT)
        content = self.CONTENT[:place] + bytes([byte]) + self.CONTENT[place + 1 :]
        assert refusal(lambda: list(Bluesky().parse(member_of(content, "file")))).startswith(
            ("file: ", "read")
        )

    @settings(max_examples=200, deadline=None)
    @given(st.binary(max_size=60))
    def test_any_bytes_are_a_value_or_refused(self, content):
        assert refusal(lambda: decode(content)).startswith(("a value", "a text", "read"))

    def test_values_nested_for_ever_are_refused(self):
        with pytest.raises(Broken, match="nested too deep"):
            decode(b"\x81" * 100_000)


def test_a_time_without_a_zone_is_told_by_the_key_of_the_record():
    row = post(FIRST, MORNING)
    row["value"]["createdAt"] = "2026-01-05 10:00"
    (one,) = Bluesky().parse(member_of(json.dumps(row).encode()))
    assert MORNING == one.time == time_of(FIRST.rpartition("/")[2])


def test_a_quoted_list_is_no_post():
    embed = {"$type": "app.bsky.embed.record", "record": {"uri": f"at://{BOB}/app.bsky.graph.list/3k"}}
    (one,) = Bluesky().parse(member_of(json.dumps(post(FIRST, MORNING, embed=embed)).encode()))
    assert (Verb.POST, None) == (one.verb, one.parent)


def test_a_handle_that_does_not_belong_to_its_account_is_no_claim():
    (one,) = Bluesky().parse(member_of(json.dumps({"did": ANN, "handle": "handle.invalid"}).encode()))
    assert (f"bluesky:{ANN}",) == one.accounts


def test_recordings_of_others_are_read(shared):
    counted = Counter()
    for file in [*shared.glob("payloads/bluesky/**/*.json"), *shared.glob("payloads/bluesky/**/*.car")]:
        found = list(Bluesky().parse(member_of(file)))
        assert [] == [r for r in found if isinstance(r, SetAside)], file.name
        counted.update(type(r).__name__ for r in found)
    assert {"Activity": 14, "Person": 7} == {kind: counted[kind] for kind in ("Activity", "Person")}


class TestRealServer:
    """The PDS that Bluesky runs, with accounts and traffic made through its own interface."""

    @pytest.fixture(scope="class")
    @classmethod
    def server(cls, tmp_path_factory):
        with running(tmp_path_factory.mktemp("pds")) as address:
            yield address

    def test_traffic_comes_changes_come_and_deletions_go(self, server, tmp_path):
        with httpx.Client(base_url=server, timeout=30) as client:
            ann, bob = Account(client, "ann.test"), Account(client, "bob.test")
            first = ann.write(POSTS, text="What slows us down?", createdAt="2026-01-05T09:00:00Z")
            ref = {"uri": first["uri"], "cid": first["cid"]}
            answer = {"root": ref, "parent": ref}
            reply = bob.write(POSTS, text="Approvals", createdAt="2026-01-05T10:00:00Z", reply=answer)
            like = bob.write("app.bsky.feed.like", subject=ref, createdAt="2026-01-05T10:01:00Z")
            bob.write("app.bsky.feed.repost", subject=ref, createdAt="2026-01-05T10:02:00Z")
            follow = bob.write("app.bsky.graph.follow", subject=ann.did, createdAt="2026-01-05T10:03:00Z")

            def connector():
                return Bluesky(accounts="ann.test;bob.test", server=server, view="")

            workspace, _ = pulled(tmp_path / "w", connector(), Remembered())
            reactions = {f"{at(first['uri'])}/{verb}/{bob.did}" for verb in ("react", "share")}
            assert {at(first["uri"]), at(reply["uri"]), at(follow["uri"])} | reactions == ids(workspace)
            assert (0, ids(workspace)) == pull_again(workspace, connector())

            bob.delete(like["uri"])
            bob.change(
                reply["uri"], text="Approvals, @ann.test", createdAt="2026-01-05T11:00:00Z", reply=answer
            )
            second = ann.write(POSTS, text="And what else?", createdAt="2026-01-06T09:00:00Z")
            _, known = pull_again(workspace, connector())
            assert at(second["uri"]) in known
            assert f"{at(first['uri'])}/react/{bob.did}" not in known
            assert datetime(2026, 1, 5, 11, tzinfo=UTC) == kept(workspace, at(reply["uri"]))["time"]
            assert (0, known) == pull_again(workspace, connector())
            workspace.close()
            exported = Bluesky().parse(member_of(bob.export(), "repo.car"))
            own = {r.id for r in exported if isinstance(r, Activity)}
            assert {one for one in known if bob.did in one} == own

    def test_a_repository_of_several_pages_is_read_whole_wherever_it_is_cut(self, server, tmp_path):
        with httpx.Client(base_url=server, timeout=30) as client:
            cay = Account(client, "cay.test")
            written = {
                cay.write(POSTS, text=str(n), createdAt="2026-01-05T09:00:00Z")["uri"] for n in range(130)
            }

            def connector():
                return Bluesky(accounts=cay.did, server=server, view="")

            who = f"nobody: public records of cay.test on {server.removeprefix('http://').partition(':')[0]}"
            assert who == connector().signed_in_as(Remembered())
            assert {at(each) for each in written} == set(activities(connector(), replies(connector())))
            check_fetch(tmp_path, connector, Remembered(), len(replies(connector())))
            assert 130 == len(
                [r for r in Bluesky().parse(member_of(cay.export())) if not isinstance(r, Person)]
            )
