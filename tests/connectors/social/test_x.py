"""X: archives, pages of the API, and pulls from a service that answers as X documents it."""

import json
import threading
import zipfile
from collections import Counter
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from connectors.social.x import X
from connectors.social.x_records import dated, time_of
from influence.contract.connector import Changed, ConnectorError, NotAuthorised, RateLimited, Unreadable
from influence.contract.files import open_export
from influence.contract.records import Activity, Deleted, Note, Person, SetAside, Verb
from influence.contract.testing import Remembered, member_of
from tests.kit.live_contract import check_fetch
from tests.kit.live_replies import activities, over, pull_again, pulled, replies
from tests.kit.places import SHARED

NOW = datetime(2026, 1, 6, 9, tzinfo=UTC)


def snowflake(time, extra=0):
    return str((int(time.timestamp() * 1000) - 1288834974657 << 22) + extra)


ANN, BOB, CAY = "1001", "1002", "1003"
OLD = snowflake(datetime(2025, 11, 1, 9, tzinfo=UTC))
FIRST = snowflake(datetime(2026, 1, 5, 9, tzinfo=UTC))
SECOND = snowflake(datetime(2026, 1, 5, 12, tzinfo=UTC))
REPLY = snowflake(datetime(2026, 1, 5, 10, tzinfo=UTC))
DEEP = snowflake(datetime(2026, 1, 5, 11, tzinfo=UTC))
QUOTE = snowflake(datetime(2026, 1, 5, 10, 30, tzinfo=UTC))


class Service:
    """X as its API documents it, two posts a page."""

    def __init__(self):
        self.posts = {}
        self.likers, self.refuses, self.asked = {FIRST: [BOB]}, set(), []
        for item_id, author, more in (
            (OLD, ANN, {}),
            (FIRST, ANN, {"public_metrics": {"reply_count": 1, "like_count": 1, "quote_count": 1}}),
            (SECOND, ANN, {}),
            (
                REPLY,
                BOB,
                {"referenced_tweets": [{"type": "replied_to", "id": FIRST}], "conversation_id": FIRST},
            ),
            (
                DEEP,
                CAY,
                {"referenced_tweets": [{"type": "replied_to", "id": REPLY}], "conversation_id": FIRST},
            ),
            (QUOTE, CAY, {"referenced_tweets": [{"type": "quoted", "id": FIRST}]}),
        ):
            time = time_of(item_id).isoformat(timespec="seconds")
            self.posts[item_id] = {
                "id": item_id,
                "author_id": author,
                "created_at": time,
                "text": "…",
                **more,
            }

    def __call__(self, request):
        path, asked = request.url.path.removeprefix("/2/"), dict(request.url.params)
        self.asked.append(path)
        assert request.headers["authorization"] == "Bearer placeholder"
        if path.rpartition("/")[2] in self.refuses:
            return httpx.Response(403, json={"title": "Forbidden"})
        headers = {"x-rate-limit-remaining": "88", "x-rate-limit-limit": "900"}
        return httpx.Response(200, json=self.answer(path, asked), headers=headers)

    def answer(self, path, asked):
        if path == "users/me":
            return {"data": {"id": ANN, "username": "annlee", "name": "Ann Lee"}}
        if path == "tweets":
            wanted = asked["ids"].split(",")
            lost = [item_id for item_id in wanted if item_id not in self.posts]
            problem = "https://api.twitter.com/2/problems/resource-not-found"
            errors = [{"resource_type": "tweet", "resource_id": item_id, "type": problem} for item_id in lost]
            return {
                "data": [self.posts[item_id] for item_id in wanted if item_id in self.posts],
                "errors": errors,
            }
        if path.endswith("liking_users"):
            liked = self.likers.get(path.split("/")[1], [])
            return {
                "data": [{"id": item_id, "username": f"user{item_id}", "name": "=1+1"} for item_id in liked]
            }
        return self.page(self.chosen(path, asked), asked)

    def chosen(self, path, asked):
        author = {f"users/{ANN}/tweets": ANN}.get(path)
        if path == "tweets/search/recent":
            wanted = [part.removeprefix("conversation_id:") for part in asked["query"].split(" OR ")]
            return [post for post in self.posts.values() if post.get("conversation_id") in wanted]
        if path.endswith("quote_tweets"):
            refers = {"type": "quoted", "id": path.split("/")[1]}
            return [post for post in self.posts.values() if refers in post.get("referenced_tweets", ())]
        if path.endswith("mentions"):
            return [post for post in self.posts.values() if post["id"] == REPLY]
        return [post for post in self.posts.values() if post["author_id"] == author]

    def page(self, posts, asked):
        posts = sorted(
            (p for p in posts if int(p["id"]) > int(asked.get("since_id", 0))), key=lambda p: -int(p["id"])
        )
        start = int(asked.get("pagination_token") or asked.get("next_token") or 0)
        meta = {"next_token": str(start + 2)} if start + 2 < len(posts) else {}
        return {"data": posts[start : start + 2], "meta": meta} if posts else {"meta": {"result_count": 0}}


class TestLive:
    def test_brings_posts_answers_quotes_and_likes(self):
        x = over(X, Service(), now=NOW)
        found = activities(x, replies(x))
        assert {OLD, FIRST, SECOND, REPLY, DEEP, QUOTE} == {
            item_id[2:] for item_id in found if "/" not in item_id
        }
        assert f"x:{FIRST}" == found[f"x:{REPLY}"].parent
        like = found[f"x:{FIRST}/react/{BOB}"]
        assert (f"x:{FIRST}", Verb.REACT, time_of(FIRST)) == (like.parent, like.verb, like.time)

    def test_cut_and_resumed_is_the_same_as_not_cut(self, tmp_path):
        count = len(replies(over(X, Service(), now=NOW)))
        assert count > 6
        check_fetch(tmp_path, lambda: over(X, Service(), now=NOW), Remembered(), count)

    def test_a_second_pull_adds_nothing_and_asks_for_no_reactions_again(self, tmp_path):
        service = Service()
        workspace, _ = pulled(tmp_path / "w", over(X, service, now=NOW), Remembered())
        service.asked.clear()
        assert 0 == pull_again(workspace, over(X, service, now=NOW))[0]
        assert not [path for path in service.asked if path.endswith(("liking_users", "quote_tweets"))]
        workspace.close()

    def test_what_is_new_comes_and_what_was_deleted_or_edited_goes(self, tmp_path):
        service = Service()
        workspace, _ = pulled(tmp_path / "w", over(X, service, now=NOW), Remembered())
        later = snowflake(datetime(2026, 1, 6, 8, tzinfo=UTC))
        edited = {**service.posts.pop(SECOND), "id": later, "edit_history_tweet_ids": [SECOND, later]}
        service.posts[later] = edited
        del service.posts[FIRST]
        _, known = pull_again(workspace, over(X, service, now=NOW))
        assert f"x:{later}" in known
        assert not {f"x:{SECOND}", f"x:{FIRST}"} & known
        assert f"x:{OLD}" in known
        workspace.close()

    def test_a_new_like_of_a_post_already_known_comes(self, tmp_path):
        service = Service()
        workspace, _ = pulled(tmp_path / "w", over(X, service, now=NOW), Remembered())
        service.likers[FIRST].append(CAY)
        service.posts[FIRST]["public_metrics"]["like_count"] = 2
        assert (1, True) == (lambda n, known: (n, f"x:{FIRST}/react/{CAY}" in known))(
            *pull_again(workspace, over(X, service, now=NOW))
        )
        workspace.close()

    def test_likes_that_x_does_not_give_are_passed_over_and_named(self):
        service = Service()
        service.refuses = {"liking_users"}
        found = replies(over(X, service, now=NOW))
        assert any("not given to this sign-in: liking_users" in reply.note for reply in found)
        assert [] == [reply for reply in found if "liking" in reply.member.name]

    def test_reactions_can_be_left_out(self):
        service = Service()
        replies(over(X, service, now=NOW, reactions="no"))
        assert [] == [path for path in service.asked if path.endswith(("liking_users", "retweeted_by"))]

    def test_says_what_is_left_and_what_it_cost(self):
        notes = [reply.note for reply in replies(over(X, Service(), now=NOW))]
        assert "88 of 900 requests left; about $0.001 so far" == notes[0]
        # What is one's own (the account, 3 posts); posts of others (2 answers, one of them twice, a quote); a liker.
        assert f"about ${4 * 0.001 + 4 * 0.005 + 0.010:.3f} so far" in notes[-1]

    def test_a_page_that_repeats_its_token_ends(self):
        def answer(request):
            if request.url.path == "/2/users/me":
                return httpx.Response(200, json={"data": {"id": ANN}})
            post = {"id": OLD, "author_id": ANN, "created_at": "2025-11-01T09:00:00Z"}
            return httpx.Response(200, json={"data": [post], "meta": {"next_token": "again"}})

        assert 5 == len(replies(over(X, answer, now=NOW)))

    def test_an_empty_page_with_a_token_ends(self):
        def answer(request):
            me = request.url.path == "/2/users/me"
            return httpx.Response(
                200, json={"data": {"id": ANN}} if me else {"data": [], "meta": {"next_token": "n"}}
            )

        assert 3 == len(replies(over(X, answer, now=NOW)))

    @pytest.mark.parametrize(
        ("reply", "error"),
        [
            (httpx.Response(401), NotAuthorised),
            (httpx.Response(429, headers={"x-rate-limit-reset": "99999999999"}), RateLimited),
            (httpx.Response(200, json={"user": {}}), Changed),
        ],
    )
    def test_each_refusal_has_its_type_and_holds_no_token(self, reply, error):
        with pytest.raises(error) as told:
            replies(over(X, lambda _: reply, now=NOW))
        assert "placeholder" not in str(told.value)

    def test_no_token_stands_in_names_or_cursors(self):
        for reply in replies(over(X, Service(), now=NOW)):
            assert "placeholder" not in reply.member.name + json.dumps(reply.cursor) + reply.note


class Authority(BaseHTTPRequestHandler):
    """Gives a token for the code that the browser brought, to who knows the verifier."""

    def do_POST(self):
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        given = {"access_token": "for-two-hours"} if form["code"] == ["c1"] and form["code_verifier"] else {}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(given).encode())

    def log_message(self, *_):
        """Write nothing."""


def test_the_permission_is_given_in_the_browser_for_reading_only():
    opened = []

    def browser(told):
        asked = parse_qs(urlsplit(told.removeprefix("Open ")).query)
        opened.append(asked)
        back = urlencode({"code": "c1", "state": asked["state"][0]})
        threading.Thread(target=httpx.get, args=(f"{asked['redirect_uri'][0]}?{back}",)).start()

    with HTTPServer(("127.0.0.1", 0), Authority) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        kind = type("X", (X,), {"address": f"http://127.0.0.1:{server.server_port}", "port": 0})
        assert {"token": "for-two-hours"} == kind(client_id="app").sign_in(browser, {})
        server.shutdown()
    (asked,) = opened
    assert (["tweet.read users.read like.read"], ["S256"]) == (asked["scope"], asked["code_challenge_method"])
    with pytest.raises(ConnectorError, match="client_id is not set"):
        X().sign_in(browser, {})


def test_a_beginning_without_a_zone_is_refused_before_anything_is_asked():
    service = Service()
    with pytest.raises(ConnectorError, match="since is '2026-01-01'; write a time with its zone"):
        replies(over(X, service, since="2026-01-01"))
    assert [] == service.asked


def script(name, *rows):
    """A file of the archive: a value given to a name of the page that shows it."""
    return f"window.YTD.{name} = {json.dumps(rows, indent=1)}"


TWEET = {"id_str": FIRST, "created_at": "Mon Jan 05 09:00:00 +0000 2026", "full_text": "Why?"}
MESSAGE = {
    "recipientId": BOB,
    "senderId": ANN,
    "id": "77",
    "createdAt": "2026-01-05T09:00:00.000Z",
    "text": "Hi",
}
MESSAGE["reactions"] = [{"senderId": BOB, "reactionKey": "like", "createdAt": "2026-01-05T09:01:00.000Z"}]
FILES = {
    "account.js": script(
        "account.part0", {"account": {"accountId": ANN, "username": "annlee", "email": "a@b.example"}}
    ),
    "tweets.js": script("tweets.part0", {"tweet": TWEET}),
    "tweets-part1.js": script("tweets.part1", {"tweet": TWEET}),
    "like.js": script("like.part0", {"like": {"tweetId": QUOTE}}, {"like": {"tweetId": "12"}}),
    "direct-messages.js": script(
        "direct_messages.part0",
        {
            "dmConversation": {
                "conversationId": f"{ANN}-{BOB}",
                "messages": [
                    {"messageCreate": MESSAGE},
                    {"joinConversation": {}},
                    {"messageCreate": {"id": "odd"}},
                ],
            }
        },
    ),
    "follower.js": script("follower.part0", {"follower": {"accountId": CAY}}),
    "deleted-tweets.js": script(
        "deleted_tweets.part0", {"tweet": {**TWEET, "id_str": SECOND, "deleted_at": "…"}}
    ),
    "ad-impressions.js": script("ad_impressions.part0"),
    "like-part1.js": "window.YTD.like.part1 = [ {",
}


@pytest.fixture
def archive(tmp_path):
    path = tmp_path / "twitter-2026.zip"
    with zipfile.ZipFile(path, "w") as packed:
        for name, content in FILES.items():
            packed.writestr(f"twitter-2026/data/{name}", content)
    return path


class TestNewArchive:
    def test_gives_the_owner_posts_likes_and_messages(self, archive):
        with open_export(archive) as export:
            assert X().claims(list(export.files))
            records = [record for _, record in X().parse_export(export)]
        found = {record.id: record for record in records if isinstance(record, Activity)}
        messages = {"x-message:77", "x-message:77/react/1002"}
        assert {f"x:{FIRST}", f"x:{QUOTE}/react/1001"} | messages == set(found)
        assert {"x:1001"} == {record.actor for name, record in found.items() if "/react/1002" not in name}
        assert ("x:1002",) == found["x-message:77"].to
        assert [("x:1001", "x-handle:annlee")] == [r.accounts for r in records if isinstance(r, Person)]
        assert [f"x:{SECOND}"] == [r.id for r in records if isinstance(r, Deleted)]

    def test_tells_what_it_does_not_read(self, archive):
        with open_export(archive) as export:
            told = list(X().parse_export(export))
        notes = {record.text for _, record in told if isinstance(record, Note)}
        assert "1 follows are not read: the archive does not say when they were" in notes
        assert "1 posts stand more than once; each is counted once" in notes
        assert "1 other files of the archive hold no posts, likes or messages" in notes
        aside = {name.rpartition("/")[2]: r.reason for name, r in told if isinstance(r, SetAside)}
        assert "a like has no time, and the post is from before numbers told it" == aside["like.js"]
        reasons = [r.reason for name, r in told if isinstance(r, SetAside) and "direct" in name]
        assert [
            "a change of a group conversation, not a message",
            "the message cannot be read:",
        ] == [reason.partition(" '")[0] for reason in reasons]
        assert "not the JSON that it should be" in aside["like-part1.js"]

    def test_a_file_of_it_alone_needs_its_owner(self):
        member = member_of(FILES["tweets.js"].encode(), "tweets.js")
        (refused,) = X().parse(member)
        assert "name its --set owner" in refused.reason
        assert f"x:{FIRST}" in {r.id for r in X(owner="1001").parse(member) if isinstance(r, Activity)}
        with pytest.raises(ConnectorError, match="owner is 'annlee'; write the number"):
            list(X(owner="annlee").parse(member))


def test_both_ways_of_writing_a_date_are_the_same_moment():
    assert datetime(2010, 4, 1, 12, tzinfo=UTC) == dated("2010-04-01 12:00:00 +0000")
    assert datetime(2010, 4, 1, 12, tzinfo=UTC) == dated("Thu Apr 01 13:00:00 +0100 2010")
    with pytest.raises(Changed, match="no time with a zone"):
        dated("2010-04-01 12:00:00")


def test_an_answer_that_also_quotes_responds_to_both():
    page = {
        "data": [
            {
                "id": REPLY,
                "author_id": BOB,
                "created_at": "2026-01-05T10:00:00Z",
                "referenced_tweets": [{"type": "quoted", "id": DEEP}, {"type": "replied_to", "id": FIRST}],
            }
        ],
        "includes": {"tweets": [{"id": DEEP, "author_id": CAY, "created_at": "2026-01-05T09:30:00Z"}]},
    }
    found = {r.id: r for r in X().parse(member_of(json.dumps(page).encode())) if isinstance(r, Activity)}
    assert (Verb.REPLY, f"x:{FIRST}", ("x:1003",)) == (
        found[f"x:{REPLY}"].verb,
        found[f"x:{REPLY}"].parent,
        found[f"x:{REPLY}"].mentions,
    )


def test_half_a_surrogate_pair_in_a_name_becomes_text():
    line = {"data": [{"id": "7", "username": "odd", "name": "\ud83d", "created_at": "2026-01-05T10:00:00Z"}]}
    (person,) = X().parse(member_of(json.dumps(line).encode()))
    assert "\ufffd" == person.name


class TestRealArchive:
    """Alan Levine's own archive: 94,939 posts with two ways of writing dates, 310 of them twice."""

    @pytest.fixture(scope="class")
    @classmethod
    def told(cls):
        path = SHARED / "data/twitter_archive_levine/cogdog_twitter_archive.tar.xz"
        if not path.is_file():
            pytest.skip("../shared is not here: the archive published by its owner is needed")
        with open_export(path) as export:
            own = set()
            for name, member in export.files.items():
                if "/tweets/" in name:
                    with member.open() as stream:
                        text = stream.read().decode()
                    own.update(row["id_str"] for row in json.loads(text[text.index("[") :]))
            records = [record for _, record in X().parse_export(export)]
        posts = [r for r in records if isinstance(r, Activity) and r.id[2:] in own]
        return records, posts

    def test_every_post_reply_and_mention_is_read(self, told):
        records, posts = told
        assert [] == [r for r in records if isinstance(r, SetAside)]
        assert 94_939 == len(posts)
        assert 50_983 == sum(post.verb is Verb.REPLY for post in posts)
        assert 92_991 == sum(len(post.mentions) for post in posts)

    def test_posts_that_are_quoted_or_reposted_are_there_with_their_authors(self, told):
        records, _ = told
        ids = {r.id for r in records if isinstance(r, Activity)}
        shared = [r for r in records if isinstance(r, Activity) and r.verb is Verb.SHARE and r.parent]
        assert len(shared) > 800
        assert all(r.parent in ids for r in shared)


REFUSED = {
    "counts.jsonl": {"neither a post nor a user"},
    "lists.jsonl": {"neither a post nor a user"},
    "users_compliance.jsonl": {"a user who left or is protected; what they wrote is not told here"},
    "streaming_output_with_error.jsonl": {"the line is not JSON: Expecting ',' delimiter: line 1 column 45"},
    "tweet.js": {"the post cannot be read: it does not say whose it is"},
    "manifest.js": {"the post cannot be read: it is no page of posts or users"},
    "profile.js": {"the post cannot be read: it is no page of posts or users"},
}


def test_every_recording_of_others_parses_or_its_refusal_is_right(shared):
    files = [*shared.glob("data/twitter_api/*.jsonl"), *shared.glob("payloads/twitter-*/**/*.js*")]
    assert len(files) >= 40
    for file in files:
        records = list(X().parse(member_of(file)))
        refused = {r.reason.split(" (")[0].split(": import")[0] for r in records if isinstance(r, SetAside)}
        assert REFUSED.get(file.name, set()) == refused, file.name
        if file.name not in REFUSED:
            assert any(isinstance(r, Activity | Deleted | Person) for r in records), file.name


def test_recorded_answers_of_the_api_are_read(shared):
    yaml = pytest.importorskip("yaml")
    counted = Counter()
    for file in shared.glob("payloads/twitter-x-v2/tweepy+tweepy/cassettes/*.yaml"):
        for exchange in yaml.load(file.read_text("utf-8"), Loader=yaml.CSafeLoader)["interactions"]:
            body = exchange["response"]["body"]["string"]
            if exchange["request"]["method"] != "GET":
                continue
            name = exchange["request"]["uri"].split("?")[0].partition("/2/")[2] + ".json"
            content = body if isinstance(body, bytes) else body.encode()
            try:
                records = list(X().parse(member_of(content, name)))
            except Unreadable:
                counted["not JSON"] += 1
                continue
            counted.update(type(record).__name__ for record in records)
    assert counted["Activity"] > 50
    assert counted["Person"] > 50
