"""YouTube, Hacker News and Facebook Pages: played over a real connection, and recordings by others."""

from contextlib import contextmanager
from itertools import count
from types import SimpleNamespace

import pytest

from connectors.social.facebook_page import FacebookPage
from connectors.social.hacker_news import HackerNews
from connectors.social.youtube import YouTube
from influence.contract.connector import Changed, ConnectorError, Gone, NotAuthorised, StoppedShort
from influence.contract.records import Activity, Deleted, Person, SetAside, Verb
from influence.contract.testing import Remembered, member_of
from tests.kit.connector_records import recognised_by
from tests.kit.live_contract import check_fetch, pulled
from tests.kit.live_replies import pull_again
from tests.kit.places import PAYLOADS
from tests.kit.served import Said, served

SECRET = Remembered()


@contextmanager
def playing(service, name="", value=""):
    """Serve to whom sends that header; the service, where it is, and what it was asked."""

    def answer(asked):
        return service(asked) if not name or asked.headers.get(name) == value else Said(status=401)

    with served(answer) as here:
        yield SimpleNamespace(answer=service, url=here.url, asked=here.asked)


def left_short(connector):
    """What a fetch brings before it says that a list was left; and what it says."""
    found = []
    with pytest.raises(StoppedShort) as told:
        found.extend(connector.fetch({}, SECRET))
    return found, str(told.value)


def read(connector, name):
    return list(connector.parse(member_of(PAYLOADS / connector.name / name)))


def acts(records):
    return {record.id: record for record in records if isinstance(record, Activity)}


def stored(workspace):
    """What is in the store by id: verb, actor and parent of each activity that is not deleted."""
    rows = workspace.store.engine.arrow("SELECT id, verb, actor, parent FROM activities WHERE NOT deleted")
    return {row["id"]: (row["verb"], row["actor"], row["parent"]) for row in rows.to_pylist()}


def pages(items, start, size):
    found = items[start : start + size]
    return found, start + size if start + size < len(items) else None


# --- YouTube ----------------------------------------------------------------------------------------------


class Channel:
    """A channel with videos and threads, newest first, two at a time; threads hold one reply themselves."""

    def __init__(self):
        self.videos = [video(n) for n in range(5, 0, -1)]
        self.threads = [thread(n) for n in range(5, 0, -1)]
        self.replies = {"T3": [comment(f"T3.{n}", n, parent="T3") for n in range(1, 6)]}
        self.threads[2]["snippet"]["totalReplyCount"] = 5

    def __call__(self, asked):
        path, query = asked.path, asked.query
        if path == "/channels":
            lists = {"relatedPlaylists": {"uploads": "UUann"}}
            one = {"id": "UCann", "contentDetails": lists, "snippet": {"title": "Ann's channel"}}
            return {"items": [one] if query["id"] == "UCann" else []}
        items = {
            "/playlistItems": self.videos,
            "/commentThreads": self.threads,
            "/comments": self.replies.get(query.get("parentId"), []),
        }[path]
        found, following = pages(items, int(query.get("pageToken", 0)), 2)
        kind = {"/playlistItems": "playlistItem", "/commentThreads": "commentThread"}.get(path, "comment")
        answer = {"kind": f"youtube#{kind}ListResponse", "items": found}
        return answer | ({"nextPageToken": str(following)} if following else {})


def video(number):
    snippet = {
        "publishedAt": f"2026-02-{number:02}T08:00:00Z",
        "channelId": "UCann",
        "title": f"Video {number}",
        "resourceId": {"videoId": f"V{number}"},
    }
    return {"kind": "youtube#playlistItem", "id": f"P{number}", "snippet": snippet}


def comment(name, day, *, parent=None):
    snippet = {
        "authorDisplayName": "@bob",
        "authorChannelId": {"value": "UCbob"},
        "textOriginal": "x",
        "publishedAt": f"2026-02-{day:02}T09:00:00Z",
        **({"parentId": parent} if parent else {"videoId": "V1"}),
    }
    return {"kind": "youtube#comment", "id": name, "snippet": snippet}


def thread(number):
    snippet = {"videoId": "V1", "totalReplyCount": 0, "topLevelComment": comment(f"T{number}", number)}
    return {"kind": "youtube#commentThread", "id": f"T{number}", "snippet": snippet}


@pytest.fixture
def channel():
    with playing(Channel(), "X-Goog-Api-Key", "placeholder") as service:
        yield service


def youtube(service, **options):
    return YouTube(**({"channel": "UCann", "server": service.url} | options))


def test_youtube_cut_anywhere_and_resumed_reads_the_same(tmp_path, channel):
    check_fetch(tmp_path, lambda: youtube(channel), SECRET, 6)


def test_youtube_gives_all_replies_of_a_thread_and_a_second_pull_only_what_is_new(tmp_path, channel):
    workspace, _ = pulled(tmp_path / "w", youtube(channel), SECRET)
    rows = stored(workspace)
    assert 5 + 5 + 5 == len(rows)
    assert ("reply", "youtube:UCbob", "youtube:T3") == rows["youtube:T3.5"]
    assert 0 == pull_again(workspace, youtube(channel))[0]
    channel.answer.threads.insert(0, thread(6))
    channel.asked.clear()
    assert 1 == pull_again(workspace, youtube(channel, again="0.5"))[0]
    assert 2 == sum(one.path == "/commentThreads" for one in channel.asked)
    workspace.close()


def test_youtube_keeps_its_key_out_of_every_address(channel):
    list(youtube(channel).fetch({}, SECRET))
    assert not any("placeholder" in f"{one.path}{one.query}" for one in channel.asked)


def test_youtube_without_such_a_channel_says_so(channel):
    with pytest.raises(Gone, match="no channel 'UCnobody'"):
        list(youtube(channel, channel="UCnobody").fetch({}, SECRET))
    with pytest.raises(ConnectorError, match="begins with UC"):
        list(youtube(channel, channel="@ann").fetch({}, SECRET))
    with pytest.raises(NotAuthorised):
        list(youtube(channel).fetch({}, Remembered(api_key="wrong")))


def test_youtube_says_whose_videos_it_reads(channel):
    who = "nobody: public videos of Ann's channel on YouTube, asked for with your API key"
    assert who == youtube(channel).signed_in_as(SECRET)
    assert ["/channels"] == [one.path for one in channel.asked]


def test_youtube_leaves_lists_that_lead_nowhere_and_goes_through_them_again():
    honest, tokens = Channel(), count()

    def circling(asked):
        if asked.path == "/playlistItems":
            return {"kind": "youtube#x", "items": honest.videos[:2], "nextPageToken": str(next(tokens))}
        if asked.path == "/comments":
            return {"kind": "youtube#x", "items": honest.replies["T3"][:2], "nextPageToken": "again"}
        return honest(asked)

    with playing(circling) as here:
        found, told = left_short(youtube(here))
    assert "the list of videos went round in a circle" in told
    assert "the list of comments went round in a circle" in told
    assert {} == found[-1].cursor["videos"], "the mark did not move, and the place is given up"
    assert {"since": "2026-02-05T09:00:00.000Z"} == found[-1].cursor["comments"]


def test_youtube_comments_answer_the_video_and_replies_the_comment():
    records = read(YouTube(), "threads.json")
    found = acts(records)
    assert (Verb.COMMENT, "youtube:V1") == (found["youtube:T1"].verb, found["youtube:T1"].parent)
    assert (Verb.REPLY, "youtube:T1") == (found["youtube:T1.R1"].verb, found["youtube:T1.R1"].parent)
    assert ["youtube:T2 names no author"] == [r.reason for r in records if isinstance(r, SetAside)]
    (post,) = acts(read(YouTube(), "videos.json")).values()
    assert ("youtube:V1", "youtube:UCann", 59) == (post.id, post.actor, post.time.minute)


def test_youtube_recordings_by_others_are_read_or_their_refusal_is_right(shared):
    kinds = {}
    for path in sorted((shared / "payloads" / "youtube").rglob("*.json")):
        records = list(YouTube().parse(member_of(path)))
        kinds[f"{path.parent.name}/{path.name}"] = {type(record) for record in records}
    for name, found in kinds.items():
        if name.startswith(("comment", "comments")):
            assert {Activity, Person} == found, name
        elif name.startswith("subscriptions") and "zero" not in name:
            assert {Activity} == found, name
    assert {SetAside} == kinds["members/members_data.json"] == kinds["members/membership_levels.json"]
    assert set() == kinds["subscriptions/subscription_zero.json"]


# --- Hacker News ------------------------------------------------------------------------------------------


class News:
    """The search: what a person wrote, newest first; and whole discussions."""

    def __init__(self, hits):
        self.hits = [(1_772_000_000 + n * 3600, 1000 + n // 3) for n in range(hits)]
        self.late = []

    def __call__(self, asked):
        path, query = asked.path, asked.query
        if path.startswith("/users/"):
            return {"username": path.removeprefix("/users/"), "karma": 7}
        if path == "/search_by_date":
            before, after = 10**12, 0
            for limit in filter(None, query.get("numericFilters", "").split(",")):
                if "<=" in limit:
                    before = int(limit.partition("<=")[2])
                else:
                    after = int(limit.partition(">")[2])
            found = sorted((h for h in self.hits if after < h[0] <= before), reverse=True)
            return {"hits": [hit(*one) for one in found[: int(query["hitsPerPage"])]]}
        story = int(path.rpartition("/")[2])
        said = [item(time, "comment", "ann", story) for time, of in self.hits if of == story]
        said += [item(time, "comment", "bob", story) for time, of in self.late if of == story]
        return {**item(story, "story", "eve", None), "children": said}


def hit(time, story):
    return {"objectID": str(time), "created_at_i": time, "story_id": story, "author": "ann"}


def item(number, kind, author, parent):
    seconds = number if number > 10**6 else 1_771_000_000
    return {
        "id": number,
        "type": kind,
        "author": author,
        "created_at_i": seconds,
        "parent_id": parent,
        "story_id": parent or number,
        "children": [],
    }


@pytest.fixture
def news():
    with playing(News(50)) as service:
        yield service


def test_hacker_news_cut_anywhere_and_resumed_reads_the_same(tmp_path, news):
    check_fetch(tmp_path, lambda: HackerNews("ann", server=news.url), SECRET, 3)


def test_hacker_news_finds_late_answers_in_discussions_that_are_open(tmp_path, news):
    one = HackerNews("ann", again="1", server=news.url)
    workspace, _ = pulled(tmp_path / "w", one, SECRET)
    assert 50 + 17 == len(stored(workspace))
    assert 0 == pull_again(workspace, one)[0]
    news.answer.late = [(1_772_900_000, 1016), (1_772_900_001, 1000)]
    assert 1 == pull_again(workspace, one)[0]
    workspace.close()


def test_hacker_news_of_a_name_that_is_none_is_refused(news):
    with pytest.raises(ConnectorError, match="user is 'ann,story'"):
        list(HackerNews("ann,story", server=news.url).fetch({}, SECRET))


def test_hacker_news_says_whose_discussions_it_reads(news):
    one = HackerNews("ann", server=news.url)
    assert "nobody: public discussions of ann on Hacker News" == one.signed_in_as(SECRET)
    with pytest.raises(ConnectorError, match="give a name on Hacker News"):
        HackerNews(server=news.url).signed_in_as(SECRET)


def test_hacker_news_leaves_a_list_that_goes_round():
    service = News(50)
    service.hits = [(1_772_000_000, 1000 + n) for n in range(25)]
    with playing(service) as here:
        found, told = left_short(HackerNews("ann", server=here.url))
    assert "the list of discussions went round in a circle" in told
    assert {} == found[-1].cursor


def test_hacker_news_removes_what_was_deleted_and_sets_aside_what_is_no_comment():
    records = read(HackerNews(), "discussion.json")
    found = acts(records)
    assert ["hackernews:1000", "hackernews:1001", "hackernews:1002"] == list(found)
    assert "hackernews:1001" == found["hackernews:1002"].parent
    assert ["hackernews:1003"] == [record.id for record in records if isinstance(record, Deleted)]
    assert 1 == sum(isinstance(record, SetAside) for record in records)


def test_hacker_news_says_the_same_in_both_interfaces():
    (plain,) = acts(read(HackerNews(), "item.json")).values()
    search = acts(read(HackerNews(), "discussion.json"))["hackernews:1002"]
    assert (plain.id, plain.time, plain.actor, plain.parent) == (
        search.id,
        search.time,
        search.actor,
        search.parent,
    )


def test_hacker_news_reads_a_discussion_however_deep_it_is():
    content = b'{"items":[' + b'{"id":1,"author":"a","type":"comment","time":1772442000,"children":[' * 300
    content += b"]}" * 300 + b"]}"
    assert 1 == len(acts(HackerNews().parse(member_of(content))))


# --- Facebook Pages ---------------------------------------------------------------------------------------


class Page:
    """A Page: posts newest first, two at a time; comments and reactions beyond the first page asked for apart."""

    def __init__(self):
        self.posts = [post(n) for n in range(5, 0, -1)]
        self.comments = [said(f"c{n}", n) for n in range(1, 5)]
        self.posts[2]["comments"] = self._page(self.comments[:2], "2")

    def _page(self, items, after):
        link = "https://graph.facebook.com/next?access_token=placeholder"
        paging = {"cursors": {"before": "0", "after": after}} | ({"next": link} if after else {})
        return {"data": items, "paging": paging}

    def __call__(self, asked):
        path, query = asked.path, asked.query
        start = int(query.get("after", 0))
        if path == "/100/feed":
            found, following = pages(self.posts, start, 2)
        elif path.endswith("/comments"):
            found, following = pages(self.comments, start, 2)
        else:
            return {"id": "100", "name": "Acme"}
        return self._page(found, str(following) if following else None)


def said(name, day):
    return {
        "id": name,
        "from": {"id": "201", "name": "Bob"},
        "message": "x",
        "created_time": f"2026-02-{day:02}T09:00:00+0000",
    }


def post(number):
    return {**said(f"100_{number}", number), "from": {"id": "100", "name": "Acme"}}


@pytest.fixture
def page():
    with playing(Page(), "Authorization", "Bearer placeholder") as service:
        yield service


def test_facebook_cut_anywhere_and_resumed_reads_the_same(tmp_path, page):
    check_fetch(tmp_path, lambda: FacebookPage("100", server=page.url), SECRET, 3)


def test_facebook_gives_all_comments_and_a_second_pull_only_what_is_new_and_changed(tmp_path, page):
    one = FacebookPage("100", again="2", server=page.url)
    workspace, _ = pulled(tmp_path / "w", one, SECRET)
    rows = stored(workspace)
    assert 5 + 4 == len(rows)
    assert ("comment", "facebook:201", "facebook:100_3") == rows["facebook:c4"]
    assert 0 == pull_again(workspace, one)[0]
    page.answer.posts.insert(0, post(6))
    page.answer.posts[1]["reactions"] = {"data": [{"id": "202", "name": "Cid", "type": "LIKE"}]}
    page.asked.clear()
    assert 2 == pull_again(workspace, one)[0]
    assert 3 >= sum(one.path.endswith("/feed") for one in page.asked)
    workspace.close()


def test_facebook_says_which_page_it_reads(page):
    assert "the Page Acme (100)" == FacebookPage("100", server=page.url).signed_in_as(SECRET)
    with pytest.raises(NotAuthorised):
        FacebookPage("100", server=page.url).signed_in_as(Remembered("wrong"))


def test_facebook_leaves_lists_that_lead_nowhere_and_goes_through_them_again():
    honest = Page()

    def circling(asked):
        found = honest(asked)
        if asked.path.endswith(("/feed", "/comments")):
            found["paging"] = {"cursors": {"after": "2"}, "next": "x"}
        return found

    with playing(circling) as here:
        found, told = left_short(FacebookPage("100", server=here.url))
    assert 1 == told.count("the list of feed went round in a circle")
    assert {"unread": [[["feed"], 1]]} == found[-1].cursor


def test_facebook_keeps_no_link_that_holds_the_token(page):
    for reply in FacebookPage("100", server=page.url).fetch({}, SECRET):
        assert b"placeholder" not in reply.member.open().read()
        assert "placeholder" not in str(reply.cursor)


def test_facebook_comments_answer_the_post_and_answers_the_comment():
    records = read(FacebookPage(), "feed.json")
    found = acts(records)
    assert (Verb.COMMENT, "facebook:100_1") == (found["facebook:1_11"].verb, found["facebook:1_11"].parent)
    assert (Verb.REPLY, "facebook:1_11") == (found["facebook:1_12"].verb, found["facebook:1_12"].parent)
    assert ("facebook:201",) == found["facebook:100_1"].mentions
    assert {"facebook:100_1", "facebook:1_11"} == {a.parent for a in found.values() if a.verb is Verb.REACT}
    reasons = " ".join(record.reason for record in records if isinstance(record, SetAside))
    for reason in ("facebook:1_13 names no author", "names nobody", "'in March'"):
        assert reason in reasons


def test_facebook_recordings_by_others_are_read_or_their_refusal_is_right(shared):
    refused = set()
    for path in sorted((shared / "payloads" / "facebook").glob("*/testdata/facebook/apidata/*/*.json")):
        try:
            records = list(FacebookPage().parse(member_of(path)))
        except Changed:
            refused.add(path.name)
            continue
        assert all(isinstance(record, Activity | Person | SetAside) for record in records), path.name
        if path.parent.name in {"posts", "comments"}:
            assert records, path.name
    assert set() == refused


TAKEOUT = (
    "Comment ID,Channel ID,Comment Create Timestamp,Price,Parent Comment ID,Post ID,Video ID,Comment Text"
)


def test_comments_out_of_takeout_answer_a_comment_or_else_the_film_as_youtubes_own_do():
    rows = (
        'U1,UCann,2026-01-05T09:00:00+00:00,0,,,v1,"{""text"":""Good ""},{""text"":""idea""}"',
        "U2,UCann,2026-01-05T10:00:00+00:00,0,U9,,v1,Yes",
        "U3,,2026-01-05T10:00:00+00:00,0,U9,,v1,Yes",
    )
    member = member_of("\n".join((TAKEOUT, *rows, "")).encode(), "comments.csv")
    assert ["youtube"] == recognised_by(member)
    found = list(YouTube().parse(member))
    assert [
        ("youtube:U1", "youtube:UCann", Verb.COMMENT, "youtube:v1", "Good idea"),
        ("youtube:U2", "youtube:UCann", Verb.REPLY, "youtube:U9", "Yes"),
    ] == [(one.id, one.actor, one.verb, one.parent, one.text) for one in found if isinstance(one, Activity)]
    assert [4] == [one.line for one in found if isinstance(one, SetAside)]
