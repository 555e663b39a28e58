"""Tags, marks and kinds of reactions that a service states come through as fields, in whatever shape it writes them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from influence.contract.files import Member
from influence.contract.records import Activity, SetAside
from influence.contract.testing import member_of
from tests.kit.connector_records import connector


def activities(name: str, member: Member, **options: Any) -> list[Activity]:
    return [one for one in connector(name, **options).parse(member) if isinstance(one, Activity)]


def answer(value: Any, name: str = "answer.json") -> Member:
    return member_of(json.dumps(value).encode(), name)


X_OF_ARCHIVE = {
    "id_str": "1900000000000000000",
    "created_at": "Sat Mar 01 10:00:00 +0000 2025",
    "full_text": "We act",
    "user": {"id_str": "7", "screen_name": "ann"},
    "entities": {"hashtags": [{"text": "Climate", "indices": [0, 1]}, {"text": "Climate"}, {"text": 7}]},
}
X_OF_NOW = {
    "id": "1900000000000000001",
    "author_id": "7",
    "created_at": "2025-03-01T10:00:00.000Z",
    "text": "We act",
    "entities": {"hashtags": [{"tag": "Climate"}]},
    "note_tweet": {"text": "We act, at length", "entities": {"hashtags": [{"tag": "AI"}]}},
}
MASTODON = {
    "id": "117020576916218297",
    "created_at": "2026-08-01T13:51:39.000Z",
    "account": {"acct": "ann", "url": "https://social.example/@ann", "display_name": "Ann"},
    "visibility": "public",
    "content": "<p>We act</p>",
    "tags": [{"name": "climate", "url": "https://social.example/tags/climate"}],
}
OUTBOX = {
    "type": "Create",
    "actor": "https://social.example/users/ann",
    "published": "2026-08-01T13:51:39Z",
    "object": {
        "id": "https://social.example/users/ann/statuses/117020576916218297",
        "published": "2026-08-01T13:51:39Z",
        "content": "We act",
        "to": ["https://www.w3.org/ns/activitystreams#Public"],
        "tag": [
            {"type": "Hashtag", "name": "#climate", "href": "https://social.example/tags/climate"},
            {"type": "Mention", "name": "@bo@other.example", "href": "https://other.example/users/bo"},
        ],
    },
}
DISCOURSE = {
    "id": 5,
    "archetype": "regular",
    "tags": ["climate", {"id": 3, "name": "energy"}, 7],
    "post_stream": {
        "stream": [11, 12],
        "posts": [
            {"id": 10 + number, "topic_id": 5, "post_number": number, "user_id": 1, "username": "ann"}
            | {"created_at": "2026-03-01T10:00:00Z", "cooked": "<p>We act</p>"}
            for number in (1, 2)
        ],
    },
    "highest_post_number": 2,
}
WORDPRESS = [
    {
        "id": 7,
        "date_gmt": "2026-03-01T10:00:00",
        "author": 1,
        "link": "https://blog.example/?p=7",
        "title": {"rendered": "Act"},
        "content": {"rendered": "<p>now</p>"},
        "_embedded": {
            "wp:term": [
                [{"taxonomy": "category", "name": "Climate &amp; energy", "slug": "climate-energy"}],
                [{"taxonomy": "post_tag", "name": "AI", "slug": "ai"}],
                [{"taxonomy": "post_format", "name": "Aside", "slug": "post-format-aside"}],
                [{"taxonomy": "category", "name": "Allgemein", "slug": "uncategorized"}],
            ]
        },
    }
]
FEED_JSON = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Ann",
    "home_page_url": "https://blog.example/",
    "items": [
        {"id": "1", "url": "https://blog.example/1", "date_published": "2026-03-01T10:00:00Z"}
        | {"content_text": "We act", "authors": [{"name": "Ann Lee"}], "tags": ["Climate", 7, "AI"]}
    ],
}
ISSUE = {
    "url": "https://api.github.com/repos/acme/site/issues/7",
    "number": 7,
    "title": "Act",
    "body": "now",
    "created_at": "2026-03-01T10:00:00Z",
    "updated_at": "2026-03-01T10:00:00Z",
    "user": {"id": 1, "login": "ann"},
    "labels": [{"name": "climate"}, {"name": "AI"}],
}


@pytest.mark.parametrize(
    ("name", "member", "tags"),
    [
        ("x", answer(X_OF_ARCHIVE), [("Climate",)]),
        ("x", answer({"data": [X_OF_NOW]}), [("Climate", "AI")]),
        ("mastodon", answer([MASTODON]), [("climate",)]),
        ("mastodon", answer({"orderedItems": [OUTBOX]}, "outbox.json"), [("#climate",)]),
        ("discourse", answer(DISCOURSE), [("climate", "energy"), ()]),
        ("wordpress", answer(WORDPRESS), [("Climate & energy", "AI")]),
        ("feed", answer(FEED_JSON), [("Climate", "AI")]),
        ("github", answer([ISSUE]), [("climate", "AI")]),
    ],
)
def test_tags_that_a_service_states(name: str, member: Member, tags: list[tuple[str, ...]]) -> None:
    assert tags == [one.tags for one in activities(name, member)]


RSS = b"""<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
<link>https://blog.example/</link><item><guid>https://blog.example/1</guid><link>https://blog.example/1</link>
<pubDate>Sun, 01 Mar 2026 10:00:00 GMT</pubDate><dc:creator>Ann Lee</dc:creator><title>Act</title>
<category>Climate</category><category domain="x"> AI </category><dc:subject>Climate</dc:subject></item>
</channel></rss>"""
ATOM = b"""<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><link href="https://blog.example/"/>
<entry><id>tag:1</id><link href="https://blog.example/1"/><updated>2026-03-01T10:00:00Z</updated>
<author><name>Ann Lee</name></author><title>Act</title><category term="climate" label="Climate"/>
<category term="ai"/></entry></feed>"""


@pytest.mark.parametrize(("content", "tags"), [(RSS, ("Climate", "AI")), (ATOM, ("Climate", "ai"))])
def test_categories_of_a_feed(content: bytes, tags: tuple[str, ...]) -> None:
    [post] = activities("feed", member_of(content, "feed.xml"))
    assert tags == post.tags


EXPORT = """<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/"><channel>
<wp:base_blog_url>https://blog.example</wp:base_blog_url><wp:author><wp:author_id>1</wp:author_id>
<wp:author_login>ann</wp:author_login></wp:author><item><title>Act</title><dc:creator>ann</dc:creator>
<wp:post_id>7</wp:post_id><wp:post_date_gmt>2026-03-01 10:00:00</wp:post_date_gmt><wp:status>publish</wp:status>
<wp:post_type>post</wp:post_type><category domain="category" nicename="climate">Climate</category>
<category domain="post_tag" nicename="ai">AI</category><category domain="post_format" nicename="aside">Aside</category>
<category domain="category" nicename="uncategorized">Uncategorized</category></item></channel></rss>"""


def test_categories_and_tags_of_an_export_of_wordpress() -> None:
    [post] = activities("wordpress", member_of(EXPORT.encode(), "export.xml"))
    assert post.tags == ("Climate", "AI")


MAPPING = """
version = 1
system = "reviews"
zone = "UTC"
[[activity]]
id = "{ID}"
time = "{When}"
actor = "{Who}"
verb = "{What}"
tags = "{Labels}"
rating = "{Mark}"
reaction = "{Kind}"
[rating]
worst = 6
best = 1
"""
TABLE = b"""ID,When,Who,What,Labels,Mark,Kind
1,2026-03-01,ann,post,Climate; AI ;;Climate,2,
2,2026-03-02,bo,post,,6,love
3,2026-03-03,cy,react,,,Love
4,2026-03-04,di,post,,7,
5,2026-03-05,ed,post,,very good,
"""


def test_a_mapping_states_what_the_worst_mark_is_and_what_the_best(tmp_path: Any) -> None:
    mapping = tmp_path / "reviews.toml"
    mapping.write_text(MAPPING)
    records = list(connector("table", mapping=str(mapping)).parse(member_of(TABLE, "reviews.csv")))
    found = [(one.tags, one.rating, one.reaction) for one in records if isinstance(one, Activity)]
    nothing: tuple[str, ...] = ()
    assert found == [
        (("Climate", "AI"), 0.8, None),
        (nothing, 0.0, None),
        (nothing, None, "love"),
        (nothing, None, None),
        (nothing, None, None),
    ]
    assert [one.reason for one in records if isinstance(one, SetAside)] == [
        "the rating '7' is no mark from 6 (the worst) to 1 (the best); the rest of the row is read",
        "the rating 'very good' is no mark from 6 (the worst) to 1 (the best); the rest of the row is read",
    ]


@pytest.mark.parametrize(
    "said", ["", "[rating]\nworst = 1\n", "[rating]\nworst = 1\nbest = 1\n", "rating = 5\n"]
)
def test_a_mapping_with_marks_and_no_scale_is_refused(said: str, tmp_path: Any) -> None:
    mapping = tmp_path / "reviews.toml"
    top = said if said.startswith("rating") else ""
    mapping.write_text(top + MAPPING.partition("[rating]")[0] + ("" if top else said))
    with pytest.raises(Exception, match="which mark is the worst and which the best"):
        list(connector("table", mapping=str(mapping)).parse(member_of(TABLE, "reviews.csv")))
