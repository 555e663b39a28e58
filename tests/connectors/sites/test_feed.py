"""Feeds: recordings of our own making, hostile ones, and a blog on loopback that is pulled again and again."""

import json
from pathlib import Path

import pytest

from connectors.kit import xml_elements
from connectors.sites import public_pages
from connectors.sites.feed import FeedReader
from connectors.sites.feed_pull import FeedPull
from influence import Workspace
from influence.contract.connector import ConnectorError, Gone, RateLimited, StoppedShort, Unreadable
from influence.contract.records import Activity, Note, Person, SetAside
from influence.contract.testing import HostileClaims, LiveClaims, Remembered, member_of
from tests.kit.blog_service import BlogService
from tests.kit.live_contract import check_fetch
from tests.kit.loopback import pull_into, rows
from tests.kit.served import Said, served

PAYLOADS = Path(__file__).parents[2] / "payloads"
ITEM = (
    "<item><title>Plans</title><link>https://a.example/1</link>"
    "<pubDate>Mon, 02 Mar 2026 10:00:00 +0100</pubDate></item>"
)


def rss(
    items=ITEM,
    about="<title>Ann's Blog</title><link>https://a.example/</link>",
    start="<?xml version='1.0'?>",
):
    spaces = (
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:thr="http://purl.org/syndication/thread/1.0" '
        'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
    )
    return f'{start}<rss version="2.0" {spaces}><channel>{about}{items}</channel></rss>'


def parsed(content, **options):
    content = content.encode() if isinstance(content, str) else content
    return list(FeedReader(**options).parse(member_of(content, "feed.xml")))


def activities(records):
    return [record for record in records if isinstance(record, Activity)]


def reasons(records):
    return [record.reason for record in records if isinstance(record, SetAside)]


def item(inside):
    return ITEM.replace("<title>", f"{inside}<title>")


class TestWhoWroteIt:
    def test_the_author_that_is_stated_else_the_feeds_else_the_feed_itself(self):
        stated = parsed(rss(item("<dc:creator>Ann Lee</dc:creator>")))
        assert ["blog:a.example/ann lee"] == [a.actor for a in activities(stated)]
        fed = parsed(rss(about="<link>https://a.example/</link><managingEditor>Bo Berg</managingEditor>"))
        assert ["blog:a.example/bo berg"] == [a.actor for a in activities(fed)]
        own = parsed(rss(about="<title>The Show</title><link>https://a.example/@show</link>"))
        assert [Person(name="The Show", accounts=("blog:a.example/@show",), line=1)] == [
            r for r in own if isinstance(r, Person)
        ]

    def test_the_feeds_author_is_told_also_behind_the_entries(self):
        after = rss(f"{ITEM}<managingEditor>Bo Berg</managingEditor>")
        assert ["blog:a.example/bo berg"] == [a.actor for a in activities(parsed(after))]

    @pytest.mark.parametrize(
        ("written", "accounts"),
        [
            ("ann@acme.example (Ann Lee)", ("blog:a.example/ann lee", "email:ann@acme.example")),
            ("noreply@blogger.example (Ann Lee)", ("blog:a.example/ann lee",)),
            ("ann@acme.example", ("email:ann@acme.example",)),
            ("Lee, Ann", ("blog:a.example/ann lee",)),
            ("Ann Lee, Bo Berg", ("blog:a.example/ann lee",)),
            ("/u/ann", ("blog:a.example/ann",)),
        ],
    )
    def test_names_and_addresses_are_told_apart(self, written, accounts):
        records = parsed(rss(item(f"<author>{written}</author>")))
        assert [accounts] == [r.accounts for r in records if isinstance(r, Person)]

    def test_accounts_of_social_services_that_name_no_author_are_the_feeds_own(self):
        about = "<title>Ann Lee</title><link>https://m.example/@ann</link><image><link>https://m.example/x</link></image>"
        records = parsed(rss(ITEM.replace("<title>Plans</title>", ""), about))
        assert [Person(name="Ann Lee", accounts=("blog:m.example/@ann",), line=1)] == [
            r for r in records if isinstance(r, Person)
        ]

    def test_in_atom_each_entry_names_its_own_author(self):
        entry = (
            "<entry><author><name>/u/{0}</name></author><id>t3_{0}</id><link href='https://r.example/{0}'/>"
            "<title>T</title><updated>2026-03-03T09:00:00+00:00</updated></entry>"
        )
        entries = entry.format("ann") + entry.format("bo")
        feed = f"<feed xmlns='http://www.w3.org/2005/Atom'><link href='https://r.example/'/>{entries}</feed>"
        assert ["blog:r.example/ann", "blog:r.example/bo"] == [a.actor for a in activities(parsed(feed))]

    def test_nobody_is_nobody(self):
        records = parsed(rss(item("<dc:creator>Anonymous</dc:creator>")))
        assert ["entry 'Plans': its author gives no name"] == reasons(records)


class TestWhatItIs:
    def test_the_id_is_the_guid_else_the_link_and_an_edit_is_the_same_post(self):
        assert ["blog:https://a.example/1"] == [a.id for a in activities(parsed(rss()))]
        once = rss(item("<guid isPermaLink='false'>7</guid>"))
        again = once.replace("Plans", "Better plans").replace("a.example/1", "a.example/better")
        assert ["blog:a.example/7"] * 2 == [a.id for a in activities(parsed(once) + parsed(again))]

    def test_an_id_that_two_entries_share_stands_for_the_first(self):
        records = parsed(rss(ITEM + ITEM.replace("Plans", "Other")))
        assert 1 == len(activities(records))
        assert ["entry 'Other': an entry before it has the same id"] == reasons(records)

    def test_a_comment_answers_the_post_that_it_names(self):
        told = item(
            "<guid>c1</guid><dc:creator>Ben</dc:creator><thr:in-reply-to ref='tag:a.example,2026:1'/>"
        )
        found = activities(parsed(rss(told)))
        assert [("comment", "blog:tag:a.example,2026:1")] == [(a.verb, a.parent) for a in found]

    def test_a_feed_of_podcasts_is_read_and_its_picture_is_not_its_title(self):
        about = "<image><title>Logo</title></image><title>Show</title><link>https://a.example</link>"
        records = parsed(rss(item("<itunes:author>Ann Lee</itunes:author>"), about))
        assert ["blog:a.example/ann lee"] == [a.actor for a in activities(records)]

    def test_an_empty_feed_says_so(self):
        assert [Note("feed.xml: the feed holds no entry")] == parsed(rss(""))


class TestTimes:
    @pytest.mark.parametrize(
        ("written", "expected"),
        [
            ("Mon, 02 Mar 2026 10:00:00 GMT", "2026-03-02T10:00:00+00:00"),
            ("Mon, 02 Mar 2026 10:00:00 EST", "2026-03-02T15:00:00+00:00"),
            ("Mon, 02 Mar 2026 10:00:00 CET", "2026-03-02T09:00:00+00:00"),
            ("2 Mar 26 10:00 +0100", "2026-03-02T09:00:00+00:00"),
            ("2026-03-02T10:00:00+01:00", "2026-03-02T09:00:00+00:00"),
            ("2026-03-02T10:00:00.123456789Z", "2026-03-02T10:00:00.123456+00:00"),
        ],
    )
    def test_of_both_kinds_are_read(self, written, expected):
        content = rss(ITEM.replace("Mon, 02 Mar 2026 10:00:00 +0100", written))
        assert [expected] == [a.time.isoformat() for a in activities(parsed(content))]

    @pytest.mark.parametrize("written", ["Mon, 02 Mar 2026 10:00:00", "2026-03-02T10:00:00", "2026-03-02"])
    def test_without_a_zone_need_one(self, written):
        content = rss(ITEM.replace("Mon, 02 Mar 2026 10:00:00 +0100", written))
        told = f"entry 'Plans': its time {written!r} states no zone; give one as in zone=Europe/Oslo"
        assert [told] == reasons(parsed(content))
        assert 1 == len(activities(parsed(content, zone="Europe/Oslo")))

    @pytest.mark.parametrize(
        "written", ["", "soon", "Mon, 99 Mar 2026 10:00:00 GMT", "0001-01-01T00:00:00+14:00"]
    )
    def test_that_are_none_are_set_aside(self, written):
        records = parsed(rss(ITEM.replace("Mon, 02 Mar 2026 10:00:00 +0100", written)))
        assert [] == activities(records)
        assert 1 == len(reasons(records))

    def test_a_zone_that_is_none_is_refused(self):
        with pytest.raises(ConnectorError, match="is no time zone"):
            parsed(rss(), zone="Mars")


class TestHostileFeeds(HostileClaims):
    connector = FeedReader()

    def test_a_page_is_no_feed(self):
        page = b"<!doctype html><html><head><title>Plans</title></head></html>"
        assert not FeedReader().recognises(member_of(page), page)
        with pytest.raises(Unreadable, match="is no feed"):
            parsed(page)

    def test_an_entity_bomb_is_refused_unread(self):
        records = parsed(rss(start='<!DOCTYPE rss [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'))
        assert [] == activities(records)
        assert "it declares a document type" in str(reasons(records))

    def test_a_file_of_this_machine_is_never_read(self, tmp_path):
        secret = tmp_path / "secret"
        secret.write_text("never shown", encoding="utf-8")
        content = rss(start=f'<!DOCTYPE rss SYSTEM "{secret.as_uri()}">').replace("Plans", "&x; Plans")
        assert "never shown" not in str(parsed(content))

    def test_rss_0_91_may_name_its_document_type(self):
        start = (
            '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://my.netscape.example/rss-0.91.dtd">'
        )
        assert 1 == len(activities(parsed(rss(start=start).replace('"2.0"', '"0.91"'))))

    def test_single_characters_do_not_cost_the_rest(self):
        told = ITEM.replace("Plans", "R&D&nbsp;&#xD83D; \x01 \ufffd")
        content = rss(told + ITEM.replace("/1", "/2")).encode().replace("\ufffd".encode(), b"\xed\xa0\xbd")
        assert 2 == len(activities(parsed(content)))

    def test_mended_the_same_wherever_a_file_is_cut_into_chunks(self, monkeypatch):
        content = rss(
            item("<dc:creator><![CDATA[A&B]]></dc:creator>").replace("Plans", "R&D &eacute; &#xD83D;")
        )
        whole = parsed(content)
        for size in (1, 2, 3, 5, 17):
            monkeypatch.setattr(xml_elements, "_CHUNK", size)
            assert whole == parsed(content)

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "windows-1252"])
    def test_encodings_are_as_declared(self, encoding):
        start = f"<?xml version='1.0' encoding='{encoding}'?>"
        content = rss(item("<dc:creator>Åse Moe</dc:creator>"), start=start).encode(encoding)
        assert ["blog:a.example/åse moe"] == [a.actor for a in activities(parsed(content))]

    def test_a_wrong_encoding_costs_its_letters_alone(self):
        content = rss(ITEM + item("<dc:creator>Åse</dc:creator>").replace("/1", "/2")).encode("latin-1")
        ids = [a.id for a in activities(parsed(content))]
        assert ["blog:https://a.example/1", "blog:https://a.example/2"] == ids

    def test_names_that_differ_by_letters_of_windows_alone_are_two(self):
        content = rss(
            "".join(item(f"<dc:creator>{who}</dc:creator>").replace("/1", who) for who in ("Björn", "Bjårn"))
        )
        found = activities(parsed(content.encode("windows-1252")))
        assert ["blog:a.example/björn", "blog:a.example/bjårn"] == [one.actor for one in found]

    def test_four_thousand_entries_are_not_held_in_memory(self):
        import tracemalloc

        content = rss("".join(ITEM.replace("/1", f"/{n}") for n in range(4_000))).encode()
        tracemalloc.start()
        count = sum(isinstance(r, Activity) for r in FeedReader().parse(member_of(content)))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert 4_000 == count
        assert peak < 3_000_000  # held, they take 3.6 MB

    def test_half_a_surrogate_pair_in_json_is_no_end(self):
        feed = {"version": "https://jsonfeed.org/version/1.1", "home_page_url": "https://a.example"}
        feed["items"] = [{"id": "1", "title": "\ud83d", "date_published": "2026-03-02T10:00:00Z"}, 7]
        records = parsed(json.dumps(feed))
        assert ["blog:a.example/1"] == [a.id for a in activities(records)]
        assert ["entry 2 is no object"] == reasons(records)


class TestWhoseFileItIs:
    def test_every_kind_of_feed_is_recognised(self):
        files = [path for path in (PAYLOADS / "feed").iterdir() if not path.name.endswith(".expected.json")]
        assert len(files) >= 4
        for path in files:
            assert FeedReader().recognises(member_of(path), path.read_bytes())

    def test_the_feeds_of_wordpress_are_its_own_connectors(self):
        head = (PAYLOADS / "wordpress/comments-feed.xml").read_bytes()
        assert not FeedReader().recognises(member_of(head), head)

    @pytest.mark.parametrize(
        "other", [b"<html>", b"<calls count='1'>", b'{"version": "1.1", "items": []}', b"<feed>"]
    )
    def test_other_files_are_not(self, other):
        assert not FeedReader().recognises(member_of(other), other)


@pytest.fixture
def blog():
    service = BlogService()
    with served(service.answer) as here:
        service.here, service.url = here, f"{here.url}/"
        yield service


@pytest.fixture
def kept(tmp_path):
    with Workspace.create(tmp_path / "w") as made:
        yield made


class TestPulled(LiveClaims):
    @pytest.fixture(autouse=True)
    def _blog(self, blog):
        self.url = blog.url

    def make(self):
        return FeedReader(url=self.url)


def paths(blog):
    return [asked.path for asked in blog.here.asked]


class TestABlogOnLoopback:
    def test_is_found_from_its_page_and_read_as_far_as_it_goes(self, blog, kept):
        pull_into(kept, FeedReader(url=blog.url))
        found = rows(kept, "id, verb, actor, parent")
        assert 5 == sum(verb == "post" for _, verb, *_ in found)
        host = blog.url.split("/")[2]
        at_five = [row for row in found if row[3] == "blog:tag:blog.example,2026:5"]
        assert [("comment", f"blog:{host}/ben okri")] * 2 == [row[1:3] for row in at_five]
        assert "/run/" not in paths(blog)

    def test_where_nothing_is_new_one_request_says_so(self, blog, kept):
        pull_into(kept, FeedReader(url=blog.url))
        del blog.here.asked[:]
        assert [] == pull_into(kept, FeedReader(url=blog.url))
        assert ["/feed/"] == paths(blog)

    def test_without_etags_too(self, blog, kept):
        blog.etags = False
        pull_into(kept, FeedReader(url=blog.url))
        assert [] == pull_into(kept, FeedReader(url=blog.url))

    def test_a_new_post_costs_the_pages_that_are_new(self, blog, kept):
        pull_into(kept, FeedReader(url=blog.url))
        del blog.here.asked[:]
        blog.posts[6] = "Plan 6"
        pull_into(kept, FeedReader(url=blog.url))
        assert 6 == len(rows(kept, "id")) - 3
        assert ["/feed/", "/feed/"] == [path for path in paths(blog) if path == "/feed/"]

    def test_a_new_comment_is_fetched_by_the_count_that_the_feed_tells(self, blog, kept):
        pull_into(kept, FeedReader(url=blog.url))
        del blog.here.asked[:]
        blog.comments[4] = ["New"]
        pull_into(kept, FeedReader(url=blog.url))
        assert 4 == sum(verb == "comment" for (verb,) in rows(kept, "verb"))
        assert ["/post/4/feed/"] == [path for path in paths(blog) if path.startswith("/post/")]

    def test_and_where_it_tells_no_count_by_asking_each(self, blog, kept):
        blog.counts = False
        pull_into(kept, FeedReader(url=blog.url))
        blog.comments[2] = ["New"]
        pull_into(kept, FeedReader(url=blog.url))
        assert 4 == sum(verb == "comment" for (verb,) in rows(kept, "verb"))

    def test_an_edited_post_is_the_same_post(self, blog, kept):
        pull_into(kept, FeedReader(url=blog.url))
        before = rows(kept, "id, time")
        blog.posts[5] = "A better plan"
        assert ["feed.xml"] == pull_into(kept, FeedReader(url=blog.url))
        assert before == rows(kept, "id, time")

    def test_cut_anywhere_and_resumed_it_is_the_same(self, blog, tmp_path):
        check_fetch(tmp_path, lambda: FeedReader(url=blog.url), Remembered(), 6)

    def test_a_wait_in_the_middle_loses_nothing(self, blog, kept):
        blog.busy.add("/post/1/feed/")
        with pytest.raises(RateLimited):
            pull_into(kept, FeedReader(url=blog.url))
        blog.busy.clear()
        pull_into(kept, FeedReader(url=blog.url))
        assert 8 == len(rows(kept, "id"))

    def test_pages_are_numbered_where_wordpress_does_not_tell_them(self, blog, kept):
        blog.generator = "https://wordpress.org/?v=6.8"
        pull_into(kept, FeedReader(url=blog.url))
        assert 5 == sum(verb == "post" for (verb,) in rows(kept, "verb"))
        assert [] == pull_into(kept, FeedReader(url=blog.url))

    def test_a_feed_that_has_moved_says_where(self, blog):
        blog.moved = f"{blog.url}feed/"
        replies = list(FeedReader(url=f"{blog.url}old-feed").fetch({}, Remembered()))
        assert f"{blog.url}feed/" in json.dumps([reply.cursor for reply in replies])
        pull = FeedPull(blog.url, public_pages.PublicPages(blog.url))
        answer = pull.ask(["feed", f"{blog.url}old-feed"], {})
        assert f"sent on to {blog.url}feed/; if it has moved, connect again with that" == answer.note

    def test_says_who_it_is(self, blog):
        who = FeedReader(url=blog.url).signed_in_as(Remembered())
        assert f'nobody: the feed "Ann\'s Blog" at {blog.url}feed/' == who


class TestHostileBlogs:
    def pulled(self, answer):
        with served(answer) as here:
            return list(FeedReader(url=here.url).fetch({}, Remembered())), here.asked

    def test_a_blog_without_a_feed_says_what_was_tried(self):
        with pytest.raises(
            ConnectorError, match=r"no feed was found .*feed/, feed.xml, .*give its own address"
        ):
            self.pulled(lambda asked: Said(b"<html></html>") if asked.path == "/" else Said(b"", 404))

    def test_a_page_that_names_itself_as_the_next_stops_short_and_keeps_what_came(self, tmp_path):
        link = '<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="next" href="/"/>'
        with (
            served(lambda _: Said(rss(link + ITEM).encode())) as here,
            Workspace.create(tmp_path / "w") as workspace,
        ):
            with pytest.raises(StoppedShort, match="in a circle"):
                pull_into(workspace, FeedReader(url=here.url))
            assert 1 == len(rows(workspace))

    def test_pages_that_never_end_are_left(self, monkeypatch):
        monkeypatch.setattr("connectors.sites.feed_pull.MOST_PAGES", 5)

        def endless(asked):
            number = int(asked.query.get("n", 0))
            link = f'<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="next" href="/?n={number + 1}"/>'
            return Said(rss(link + ITEM.replace("/1", f"/{number}")).encode())

        with pytest.raises(StoppedShort, match="more than 5 pages"):
            self.pulled(endless)

    def test_a_next_page_on_another_host_is_not_asked_and_that_is_said(self):
        link = '<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="next" href="https://evil.example/"/>'
        with pytest.raises(StoppedShort, match="on another host, which is not asked"):
            self.pulled(lambda _: Said(rss(link + ITEM).encode()))

    def test_a_blog_of_the_web_does_not_lead_into_ones_own_network(self):
        pages = public_pages.PublicPages("https://ann.example/")
        for inside in (
            "http://127.0.0.1:8080/admin",
            "https://10.0.0.1/feed",
            "https://printer.local/",
            "http://[::1]/",
        ):
            with pytest.raises(ConnectorError, match="no address of the web"):
                pages.get(inside)

    def test_a_time_outside_the_calendar_or_still_to_come_stops_no_pull(self):
        odd = "".join(
            ITEM.replace("/1", f"/{n}").replace("Mon, 02 Mar 2026 10:00:00 +0100", time)
            for n, time in enumerate(["0001-01-01T00:00:00+14:00", "9999-12-31T00:00:00Z", "soon", ""])
        )
        replies, _ = self.pulled(lambda _: Said(rss(odd + ITEM.replace("/1", "/9")).encode()))
        assert ["2026-03-02T09:00:00+00:00"] == [
            one["newest"] for one in replies[-1].cursor["feeds"].values()
        ]

    def test_what_is_no_address_is_refused(self):
        odd = ("http://a.example:b/", "http://a\0.example/", "http://\udcff.example/")
        for url in ("", "ann.example", "file:///etc/passwd", "https://[", *odd):
            with pytest.raises(ConnectorError, match="is no address of a blog"):
                FeedReader(url=url).signed_in_as(Remembered())

    def test_a_feed_that_became_a_page_is_told_and_the_cursor_is_safe(self, blog, kept):
        pull_into(kept, FeedReader(url=f"{blog.url}feed/"))
        blog.feed = lambda *_: "<html>gone</html>"
        with pytest.raises(ConnectorError, match="gives no feed any more"):
            pull_into(kept, FeedReader(url=f"{blog.url}feed/"))

    def test_a_feed_that_is_gone_is_told(self, blog, kept):
        pull_into(kept, FeedReader(url=f"{blog.url}feed/"))
        blog.feed = lambda *_: None
        with pytest.raises(Gone):
            pull_into(kept, FeedReader(url=f"{blog.url}feed/"))
