"""Discourse: the recordings of another project, and a small forum of our own on this machine, pulled twice."""

import json
from dataclasses import replace

import pytest

from connectors.sites.discourse import Discourse
from influence import Workspace
from influence.contract.connector import Changed, ConnectorError, StoppedShort
from influence.contract.records import Activity, Deleted, Person
from influence.contract.testing import Remembered, member_of
from tests.kit.live_contract import check_fetch
from tests.kit.loopback import pull_into, rows
from tests.kit.served import Said, served


def read(connector, body):
    return list(connector.parse(member_of(json.dumps(body).encode())))


def test_every_recorded_topic_is_read_with_the_parents_that_it_states(shared):
    folder = shared / "payloads/discourse/chaoss+grimoirelab-perceval/tests/data/discourse"
    members = {path.name: member_of(path) for path in sorted(folder.iterdir())}
    own = [name for name, member in members.items() if Discourse().recognises(member, member.head())]
    assert ["discourse_post.json", "discourse_topic_1148.json", "discourse_topic_1150.json"] == own
    for name in own:
        found = [r for r in Discourse().parse(members[name]) if isinstance(r, Activity)]
        body = json.loads((folder / name).read_text(encoding="utf-8"))
        posts = body["post_stream"]["posts"] if "post_stream" in body else [body]
        assert len(posts) == len(found)
        for post, activity in zip(posts, found, strict=True):
            topic, number, answered = post["topic_id"], post["post_number"], post["reply_to_post_number"]
            assert f"discourse:t/{topic}/{number}" == activity.id
            assert (None if number == 1 else f"discourse:t/{topic}/{answered or 1}") == activity.parent


def test_a_topic_that_was_not_read_whole_deletes_nothing(shared):
    folder = shared / "payloads/discourse/chaoss+grimoirelab-perceval/tests/data/discourse"
    records = Discourse().parse(member_of(folder / "discourse_topic_1148.json"))  # 20 of its 22 posts
    assert [] == [record for record in records if isinstance(record, Deleted)]


def test_a_forum_with_an_address_keeps_its_numbers_to_itself():
    body = Forum().topic(1)
    here, there = (
        {r.id for r in read(Discourse(url=f"https://{name}.example"), body) if isinstance(r, Activity)}
        for name in ("a", "b")
    )
    assert here
    assert set() == here & there


def test_whoever_has_a_number_below_nought_is_a_program_of_the_forum_and_nothing_of_it_is_lost():
    body = Forum().topic(1)
    number = {"system": -1, "discobot": -2, "gpt-helper": -1203}
    posts = body["post_stream"]["posts"]
    for post, (name, user) in zip(posts, number.items(), strict=False):
        post |= {"user_id": user, "username": name, "name": name}
    records = read(Discourse(), body)
    programs = {r.name for r in records if isinstance(r, Person) and r.bot}
    assert {name for name, _ in zip(number, posts, strict=False)} == programs
    assert len(posts) == sum(isinstance(r, Activity) for r in records)


def test_an_answer_of_another_shape_names_what_is_missing():
    with pytest.raises(Changed, match="has no 'post_stream'"):
        read(Discourse(), {"title": "x"})
    with pytest.raises(Changed, match="a list of items"):
        read(Discourse(), {"post_stream": {"posts": {}}})


class Forum:
    """A small forum: its list of topics by last change, twenty posts of a topic at once, and likes."""

    PEOPLE = ("ann", "ben", "cy")

    def __init__(self):
        self.posts = {
            1: [self.post(1, n, n % 3) for n in range(1, 26)],
            2: [self.post(2, 1, 1), self.post(2, 2, 0)],
        }
        self.bumped = {1: "2026-05-04T08:25:00.000Z", 2: "2026-05-05T08:02:00.000Z"}
        self.highest = {1: 25, 2: 2}
        self.liked = []

    def post(self, topic, number, who):
        at = f"2026-05-0{3 + topic}T08:{number:02d}:00.000Z"
        told = {"cooked": "<p>x</p>", "username": self.PEOPLE[who], "name": "", "user_id": 10 + who}
        parent = {
            "reply_to_post_number": number - 1 if number > 2 else None,
            "post_type": 1,
            "created_at": at,
        }
        return {"id": topic * 100 + number, "topic_id": topic, "post_number": number, **told, **parent}

    def topic(self, number):
        posts = self.posts[number]
        stream = {"posts": posts[:20], "stream": [post["id"] for post in posts]}
        return {
            "id": number,
            "archetype": "regular",
            "highest_post_number": self.highest[number],
            "post_stream": stream,
        }

    def answer(self, asked):
        path, params = asked.path, asked.query
        if path == "/latest.json":
            listed = (
                sorted(self.posts, key=self.bumped.get, reverse=True)
                if params.get("page", "0") == "0"
                else []
            )
            topics = [{"id": n, "bumped_at": self.bumped[n], **self.counts(n)} for n in listed]
            return {"topic_list": {"topics": topics}}
        if path == "/user_actions.json":
            mine = [row for row in self.liked if str(row["action_type"]) == params["filter"]]
            start = int(params["offset"])
            return {"user_actions": mine[start : start + 30]}
        number = int(path.split("/")[2].removesuffix(".json"))
        if number not in self.posts:
            return Said({}, 404)
        if path.endswith("posts.json"):
            return {"post_stream": {"posts": self.posts[number][20:]}}
        return self.topic(number)

    def counts(self, number):
        return {
            "posts_count": len(self.posts[number]),
            "like_count": 0,
            "highest_post_number": self.highest[number],
        }

    def like(self, minute, who, topic, post):
        at = f"2026-05-06T08:{minute:02d}:00.000Z"
        told = {"acting_user_id": 10 + who, "acting_username": self.PEOPLE[who], "action_type": 2}
        self.liked.insert(0, {"created_at": at, "topic_id": topic, "post_number": post, **told})


def test_a_forum_is_pulled_once_and_then_only_what_changed(tmp_path):
    forum = Forum()
    with served(forum.answer) as here, Workspace.create(tmp_path / "w") as workspace:
        connector = Discourse(url=here.url)
        assert ["topic-1.json", "topic-2.json"] == pull_into(workspace, connector)
        assert 27 == len(rows(workspace))
        assert [] == pull_into(workspace, connector)
        assert not any("Api-Key" in one.headers for one in here.asked)

        del forum.posts[1][4]
        forum.posts[2].append(forum.post(2, 3, 2))
        forum.highest[2], forum.bumped[2] = 3, "2026-05-05T09:00:00.000Z"
        assert ["topic-1.json", "topic-2.json"] == pull_into(workspace, connector)
        there = {identity.rpartition("/t/")[2] for (identity,) in rows(workspace)}
        assert "1/5" not in there
        assert "2/3" in there
        assert 27 == len(there)

        del forum.posts[2]
        assert ["topic-2-gone.json"] == pull_into(workspace, connector)
        assert 24 == len(rows(workspace))
        assert [] == pull_into(workspace, connector)


def test_likes_are_read_with_their_times_for_the_people_named(tmp_path):
    forum = Forum()
    for minute in range(40):
        forum.like(minute, 1 + minute % 2, 1, 1 + minute // 2)
    with served(forum.answer) as here, Workspace.create(tmp_path / "w") as workspace:
        connector = Discourse(url=here.url, user="ann", people="ann")
        pull_into(workspace, connector)
        assert 40 == sum(verb == "react" for verb, _ in rows(workspace, "verb, id"))
        forum.like(41, 1, 2, 1)
        assert 1 == len(pull_into(workspace, connector))
        assert 41 == sum(verb == "react" for verb, _ in rows(workspace, "verb, id"))
        assert {"placeholder"} == {one.headers["Api-Key"] for one in here.asked}


def test_a_pull_cut_at_any_reply_and_resumed_is_the_same(tmp_path):
    forum = Forum()
    for minute in range(40):
        forum.like(minute, 1, 1, 1 + minute // 2)
    with served(forum.answer) as here:
        check_fetch(tmp_path, lambda: Discourse(url=here.url, people="ann"), Remembered(), 4)


def test_it_says_who_signed_in_or_that_nobody_did():
    with served(Forum().answer) as here:
        place = here.url.removeprefix("http://")
        assert f"nobody: public pages of {place}" == Discourse(url=here.url).signed_in_as(Remembered())
        assert f"ann on {place}" == Discourse(url=here.url, user="ann").signed_in_as(Remembered())
    assert [(None, None), ("placeholder", "ann")] == [
        (one.headers["Api-Key"], one.headers["Api-Username"]) for one in here.asked
    ]


def test_a_list_of_topics_that_goes_round_is_gone_through_again_by_the_next_pull(tmp_path):
    forum = Forum()
    honest = forum.answer

    def circling(asked):
        told = honest(asked)
        if asked.path == "/latest.json":  # only the newest topic, on every page
            newest = max(forum.posts, key=forum.bumped.get)
            topic = {"id": newest, "bumped_at": forum.bumped[newest], **forum.counts(newest)}
            return {"topic_list": {"topics": [topic]}}
        return told

    with Workspace.create(tmp_path / "w") as workspace:
        with served(lambda asked: forum.answer(asked)) as here:
            forum.bumped[1] = "2026-01-01T08:00:00.000Z"  # long before what is looked at again
            connector, forum.answer = Discourse(url=here.url), circling
            with pytest.raises(StoppedShort, match="the list of topics went round in a circle"):
                pull_into(workspace, connector)
            assert 2 == len(rows(workspace))
            forum.answer = honest
            assert "topic-1.json" in pull_into(workspace, connector)
        assert 27 == len(rows(workspace))


def test_likes_that_go_round_are_gone_through_again_by_the_next_pull(tmp_path):
    forum = Forum()
    for minute in range(40):
        forum.like(minute, 1 + minute % 2, 1, 1 + minute // 2)
    honest = forum.answer

    def circling(asked):
        first = {**asked.query, "offset": "0"}
        return honest(replace(asked, query=first) if asked.path == "/user_actions.json" else asked)

    with Workspace.create(tmp_path / "w") as workspace, served(lambda asked: forum.answer(asked)) as here:
        connector, forum.answer = Discourse(url=here.url, people="ann"), circling
        with pytest.raises(StoppedShort, match="the list of likes went round in a circle"):
            pull_into(workspace, connector)
        forum.answer = honest
        pull_into(workspace, connector)
        assert 40 == sum(verb == "react" for verb, _ in rows(workspace, "verb, id"))


@pytest.mark.parametrize(
    ("options", "reason"), [({}, "the address is missing"), ({"days": "x"}, "no number of days")]
)
def test_what_cannot_be_meant_is_refused_before_anything_is_sent(options, reason):
    with pytest.raises(ConnectorError, match=reason):
        list(
            Discourse(**({"url": "https://f.example"} if options else {}), **options).fetch(
                {}, Remembered("")
            )
        )
