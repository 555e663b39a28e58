"""WordPress: the recordings, hostile exports, and a real WordPress with its database, pulled twice."""

import base64
import json
import os
import shutil
import subprocess
import urllib.error
import urllib.parse
import urllib.request

import pytest

from connectors.sites.feed import FeedReader
from connectors.sites.wordpress import WordPress
from influence import Workspace
from influence.contract.connector import ConnectorError, NotAuthorised, RateLimited, StoppedShort, Unreadable
from influence.contract.records import Activity, Deleted, Person, SetAside
from influence.contract.testing import Remembered, member_of
from tests.kit.blog_service import BlogService
from tests.kit.live_contract import check_fetch
from tests.kit.loopback import free_port, needs, process, pull_into, responds, rows, wait_for
from tests.kit.served import Said, served

START = (
    b'<?xml version="1.0"?><rss xmlns:wp="http://wordpress.org/export/1.2/" '
    b'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><wp:base_blog_url>https://b.example</wp:base_blog_url>'
    b"<wp:author><wp:author_id>1</wp:author_id><wp:author_login>ann</wp:author_login></wp:author>"
)
ITEM = (
    b"<item><dc:creator>ann</dc:creator><wp:post_id>7</wp:post_id><wp:post_date_gmt>2026-01-05 09:00:00"
    b"</wp:post_date_gmt><wp:status>publish</wp:status><wp:post_type>post</wp:post_type></item>"
)


def parsed(content, name="file"):
    return list(WordPress().parse(member_of(content, name)))


def activities(records):
    return [record for record in records if isinstance(record, Activity)]


class TestTheRecordings:
    def test_a_guest_without_an_address_is_nobody_and_every_other_comment_counts(self, shared):
        records = parsed((shared / "payloads/wordpress/recorded-here/comments.edit.json").read_bytes())
        assert ["item 5: a guest wrote it who left no address, so nobody knows who it is"] == [
            r.reason for r in records if isinstance(r, SetAside)
        ]
        assert {"comment": 3, "reply": 2} == {
            verb: sum(a.verb == verb for a in activities(records)) for verb in ("comment", "reply")
        }

    def test_with_and_without_sign_in_the_same_people_write_the_same_comments(self, shared):
        folder = shared / "payloads/wordpress/recorded-here"
        edit, view = (
            activities(parsed((folder / f"comments.{kind}.json").read_bytes())) for kind in ("edit", "view")
        )
        assert [(a.id, a.parent) for a in edit] == [(a.id, a.parent) for a in view]
        claims = [r for r in parsed((folder / "comments.edit.json").read_bytes()) if isinstance(r, Person)]
        assert {a.actor for a in view} <= {account for claim in claims for account in claim.accounts}

    def test_the_feed_tells_the_same_replies_as_rest(self, shared):
        folder = shared / "payloads/wordpress/recorded-here"
        rest = {a.id: a for a in activities(parsed((folder / "comments.view.json").read_bytes()))}
        fed = {a.id: a for a in activities(parsed((folder / "comments.rss.xml").read_bytes()))}
        assert rest.keys() <= fed.keys()
        for identity, activity in rest.items():
            assert activity.time == fed[identity].time
            assert activity.verb == fed[identity].verb

    def test_every_file_is_recognised_and_read(self, shared):
        files = [
            path
            for path in (shared / "payloads/wordpress/recorded-here").iterdir()
            if path.suffix in {".json", ".xml"}
        ]
        assert 6 == len(files)
        for path in files:
            member = member_of(path)
            assert WordPress().recognises(member, member.head())
            assert any(isinstance(r, Activity | Person) for r in WordPress().parse(member))


class TestHostileExports:
    def test_an_export_with_entities_is_refused_unread(self):
        bomb = b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><rss>&b;</rss>'
        with pytest.raises(Unreadable, match="declares a document type"):
            parsed(bomb)

    def test_a_file_of_this_machine_is_never_read_by_an_entity(self, tmp_path):
        secret = tmp_path / "secret"
        secret.write_text("never shown", encoding="utf-8")
        with pytest.raises(Unreadable) as told:
            parsed(f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{secret.as_uri()}">]><rss>&x;</rss>'.encode())
        assert "never shown" not in str(told.value)

    def test_what_comes_before_the_damage_is_kept_and_the_damage_told(self):
        records = parsed(START + ITEM + b"<item><wp:post_id>8</wp:other>")
        assert ["wordpress:b.example/post-7"] == [a.id for a in activities(records)]
        assert ["the file cannot be read from line 1 on: mismatched tag: line 1, column"] == [
            r.reason.rsplit(" ", 1)[0] for r in records if isinstance(r, SetAside)
        ]

    def test_an_export_of_four_thousand_posts_is_not_held_in_memory(self):
        import tracemalloc

        content = START + ITEM * 4_000 + b"</channel></rss>"
        tracemalloc.start()
        count = sum(isinstance(r, Activity) for r in WordPress().parse(member_of(content)))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert 4_000 == count
        assert peak < 2_000_000  # held, they take 3.1 MB

    def test_deep_nesting_is_refused(self):
        with pytest.raises(Unreadable, match="nested deeper"):
            parsed(b"<rss>" + b"<a>" * 10_000)


class TestAClosedBlog:
    FEED = (
        b'<?xml version="1.0"?><rss xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><link>https://b.example</link>'
        b"<generator>https://wordpress.org/?v=6.8</generator><item><link>https://b.example/plans/</link>"
        b"<dc:creator>Ann Lee</dc:creator><pubDate>Mon, 02 Mar 2026 10:00:00 +0000</pubDate></item></channel></rss>"
    )

    def answer(self, asked):
        return Said(self.FEED) if asked.path.endswith("feed/") else Said(b"", 404)

    def test_is_read_from_its_feeds_once(self, tmp_path):
        with served(self.answer) as blog, Workspace.create(tmp_path / "w") as workspace:
            assert ["feed.xml", "comments-feed.xml"] == pull_into(workspace, WordPress(url=blog.url))
            assert [] == pull_into(workspace, WordPress(url=blog.url))
            assert [("wordpress-name:b.example/ann lee",)] == rows(workspace, "actor")

    def test_says_that_nobody_is_signed_in_and_the_feeds_are_read(self):
        with served(self.answer) as blog:
            who = WordPress(url=blog.url).signed_in_as(Remembered())
            assert f"nobody: {blog.url}/feed/ (its REST is closed: the feeds are read)" == who

    def test_without_feeds_says_what_was_tried(self):
        with (
            served(lambda _: Said(b"", 404)) as blog,
            pytest.raises(ConnectorError, match=r"no feed was found .* feed/, \?feed=rss2;"),
        ):
            list(WordPress(url=blog.url).fetch({}, Remembered()))

    def test_refuses_a_password_that_is_wrong_in_a_sentence_without_it(self):
        with served(lambda _: Said({}, 401)) as blog:
            connector = WordPress(url=blog.url, user="ann")
            with pytest.raises(NotAuthorised, match="does not accept the sign-in") as told:
                list(connector.fetch({}, Remembered("never shown")))
            assert "never shown" not in str(told.value)

    def test_a_blog_without_an_address_is_asked_for_it(self):
        with pytest.raises(ConnectorError, match="the blog's address is missing"):
            list(WordPress().fetch({}, Remembered("")))


class TestABlogWhoseRestLiesElsewhere:
    """As WordPress.com has it: the page says by its `Link` header where."""

    @pytest.fixture
    def address(self):
        with served(BlogService().answer) as elsewhere:
            blog = BlogService(rest=f"{elsewhere.url}/wp/v2/sites/123")
            with served(blog.answer) as here:
                yield here.url

    def test_is_found_and_told_from_other_blogs_there(self, address, tmp_path):
        with Workspace.create(tmp_path / "w") as workspace:
            assert ["posts-1.json"] == pull_into(workspace, WordPress(url=address))
            (actor,) = {actor for (actor,) in rows(workspace, "actor")}
            assert actor.endswith("/123/7")
            names = workspace.store.engine.arrow("SELECT name FROM people_log").to_pylist()
            assert {"Ann Lee"} == {row["name"] for row in names}
            assert [] == pull_into(workspace, WordPress(url=address))

    def test_is_named_when_asked_who_is_signed_in(self, address):
        who = WordPress(url=address).signed_in_as(Remembered())
        assert who.startswith("nobody: the public pages of http://127.0.0.1:")
        assert who.endswith("/wp/v2/sites/123")

    def test_never_gets_the_sign_in_of_the_blog(self):
        with served(BlogService().answer) as elsewhere:
            blog = BlogService(rest=f"{elsewhere.url}/wp/v2/sites/123")
            told = pytest.raises(NotAuthorised, match="another host, where the sign-in is not sent")
            with served(blog.answer) as here, told:
                list(WordPress(url=here.url, user="ann").fetch({}, Remembered("never sent")))
            assert [] == elsewhere.asked

    def test_named_by_the_person_it_does(self):
        with served(BlogService().answer) as here:
            list(WordPress(url=f"{here.url}/wp/v2/sites/123", user="ann").fetch({}, Remembered("sent")))
            assert all("Authorization" in asked.headers for asked in here.asked)


class Pages:
    """A blog of comments only, two on a page."""

    def __init__(self, count):
        self.comments = {n: self.comment(n) for n in range(1, count + 1)}
        self.total, self.busy, self.circles = True, set(), False

    def comment(self, number):
        return {
            "id": number,
            "post": 1,
            "parent": 0,
            "author": 10 + number,
            "author_name": f"Person {number}",
            "date_gmt": "2026-01-05T09:00:00",
            "status": "approved",
            "_links": {"self": [{"href": f"https://b.example/wp-json/wp/v2/comments/{number}"}]},
        }

    def answer(self, asked):
        params = asked.query
        kind, _, one = params["rest_route"].removeprefix("/wp/v2/").partition("/")
        if one:
            return self.comments[int(one)] if int(one) in self.comments else Said({}, 404)
        rows = list(self.comments.values()) if kind == "comments" else []
        number, pages = 1 if self.circles else int(params.get("page", 1)), max(1, (len(rows) + 1) // 2)
        if number in self.busy:
            return Said({}, 429, {"Retry-After": "900"})
        if number > pages:
            return Said({"code": "rest_post_invalid_page_number"}, 400)
        headers = {"X-WP-TotalPages": str(pages)} if self.total else {}
        return Said(rows[2 * number - 2 : 2 * number], headers=headers)


class TestManyPages:
    @pytest.fixture(autouse=True)
    def two_on_a_page(self, monkeypatch):
        monkeypatch.setattr("connectors.sites.wordpress.AT_ONCE", 2)

    @pytest.mark.parametrize("total", [True, False])
    @pytest.mark.parametrize("count", [3, 4])
    def test_all_are_read_and_a_page_past_the_end_stops(self, tmp_path, total, count):
        blog = Pages(count)
        blog.total = total
        with served(blog.answer) as here, Workspace.create(tmp_path / "w") as workspace:
            assert 2 == len(pull_into(workspace, WordPress(url=here.url)))
            assert count == len(rows(workspace))
            assert [] == pull_into(workspace, WordPress(url=here.url))

    def test_only_the_pages_that_changed_come_again_and_what_vanished_is_gone(self, tmp_path):
        blog = Pages(6)
        with served(blog.answer) as here, Workspace.create(tmp_path / "w") as workspace:
            pull_into(workspace, WordPress(url=here.url))
            blog.comments[7] = blog.comment(7)
            assert ["comments-4.json"] == pull_into(workspace, WordPress(url=here.url))
            del blog.comments[6]
            assert "comments-gone.json" in pull_into(workspace, WordPress(url=here.url))
            assert 6 == len(rows(workspace))
            assert [] == pull_into(workspace, WordPress(url=here.url))

    def test_a_list_that_goes_round_in_a_circle_stops_short_and_nothing_is_called_gone(self, tmp_path):
        blog = Pages(6)
        blog.total = False
        with served(blog.answer) as here, Workspace.create(tmp_path / "w") as workspace:
            pull_into(workspace, WordPress(url=here.url))
            blog.circles = True
            del blog.comments[6]
            with pytest.raises(StoppedShort, match="the list of comments goes round in a circle"):
                pull_into(workspace, WordPress(url=here.url))
            assert 6 == len(rows(workspace))

    def test_a_wait_in_the_middle_deletes_nothing_and_goes_on_later(self, tmp_path):
        blog = Pages(6)
        with served(blog.answer) as here, Workspace.create(tmp_path / "w") as workspace:
            pull_into(workspace, WordPress(url=here.url))
            blog.busy.add(2)
            with pytest.raises(RateLimited):
                pull_into(workspace, WordPress(url=here.url))
            assert 6 == len(rows(workspace))
            blog.busy.clear()
            assert [] == pull_into(workspace, WordPress(url=here.url))

    def test_a_pull_cut_at_any_page_and_resumed_is_the_same(self, tmp_path):
        blog = Pages(9)
        with served(blog.answer) as here:
            check_fetch(tmp_path, lambda: WordPress(url=here.url), Remembered(), 5)


CONFIG = """<?php
define('DB_NAME','wp');define('DB_USER','root');define('DB_PASSWORD','');define('DB_HOST','localhost:{socket}');
define('DB_CHARSET','utf8mb4');define('DB_COLLATE','');
foreach(['AUTH_KEY','SECURE_AUTH_KEY','LOGGED_IN_KEY','NONCE_KEY','AUTH_SALT','SECURE_AUTH_SALT','LOGGED_IN_SALT',
'NONCE_SALT'] as $k) define($k,$k);
$table_prefix='wp_';define('WP_HOME','{url}');define('WP_SITEURL','{url}');
define('WP_HTTP_BLOCK_EXTERNAL',true);define('DISABLE_WP_CRON',true);define('WP_ENVIRONMENT_TYPE','local');
if(!defined('ABSPATH')) define('ABSPATH',__DIR__.'/'); require_once ABSPATH.'wp-settings.php';
"""
INSTALL = """<?php define('WP_INSTALLING',true); $_SERVER['HTTP_HOST']='127.0.0.1'; require '{site}/wp-load.php';
require ABSPATH.'wp-admin/includes/upgrade.php';
wp_install('Plans','ann','ann@acme.example',true,'','placeholder'); update_option('timezone_string','Europe/Oslo');
foreach([['ann',0],['ben','ben@acme.example']] as [$login,$mail]) {{
  $id = $mail ? wp_insert_user(['user_login'=>$login,'user_email'=>$mail,'user_pass'=>'placeholder','role'=>'editor',
    'display_name'=>'Ben Okri']) : 1;
  [$pw]=WP_Application_Passwords::create_new_application_password($id,['name'=>'test']); echo $pw,"\\n"; }}
"""


class Blog:
    """A real WordPress: what a person does with it, by its own interface."""

    def __init__(self, url, passwords, site):
        self.url, self.passwords, self.site = url, passwords, site

    def ask(self, user, method, path, body=None):
        """Use REST as somebody."""
        pair = base64.b64encode(f"{user}:{self.passwords[user]}".encode()).decode()
        request = urllib.request.Request(  # noqa: S310 - an address of ours
            f"{self.url}/?rest_route=/wp/v2/{path}",
            data=json.dumps(body or {}).encode() if method != "GET" else None,
            headers={"Authorization": f"Basic {pair}", "Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=30) as reply:  # noqa: S310 - an address of ours
            return json.load(reply)

    def visit(self, post, name, email, words):
        """Write a comment as a guest, by the form under the post."""
        form = {"comment_post_ID": post, "author": name, "email": email, "comment": words}
        data = urllib.parse.urlencode(form).encode()
        with urllib.request.urlopen(f"{self.url}/wp-comments-post.php", data, timeout=30):  # noqa: S310 - an address of ours
            pass

    def connector(self, user="ann"):
        return WordPress(url=self.url, user=user)

    @property
    def secret(self):
        return Remembered(self.passwords["ann"])


@pytest.fixture(scope="module")
def blog(tmp_path_factory):
    needs("mariadb-server", "mariadbd", "mariadb-install-db")
    needs("php-cli", "php")
    needs("wordpress", "/usr/share/wordpress/wp-load.php")
    base = tmp_path_factory.mktemp("wp")
    me = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()
    database = ["--no-defaults", f"--user={me}", f"--datadir={base}/data"]
    with (base / "install.log").open("wb") as log:
        subprocess.run(
            ["mariadb-install-db", *database, "--auth-root-authentication-method=normal", "--skip-test-db"],
            check=True,
            stdout=log,
            stderr=log,
        )
    socket, port = base / "m.sock", free_port()
    site, url = base / "site", f"http://127.0.0.1:{port}"
    serve = ["mariadbd", *database, f"--socket={socket}", f"--pid-file={base}/m.pid", "--skip-networking"]
    with process(serve, base / "database.log"):
        sql = ["mariadb", "--no-defaults", "-uroot", f"--socket={socket}", "-e", "create database wp"]
        wait_for(lambda: subprocess.run(sql, capture_output=True, check=True), "MariaDB")
        shutil.copytree("/usr/share/wordpress", site, ignore=shutil.ignore_patterns("wp-config.php"))
        (site / "wp-config.php").write_text(CONFIG.format(socket=socket, url=url), encoding="utf-8")
        (base / "install.php").write_text(INSTALL.format(site=site), encoding="utf-8")
        made = subprocess.run(["php", base / "install.php"], capture_output=True, text=True, check=True)
        ann, ben = made.stdout.strip().splitlines()[-2:]
        env = {**os.environ, "PHP_CLI_SERVER_WORKERS": "2"}
        with process(["php", "-S", f"127.0.0.1:{port}", "-t", site], base / "site.log", env=env):
            wait_for(lambda: responds(f"{url}/?rest_route=/wp/v2/posts"), "WordPress")
            yield Blog(url, {"ann": ann, "ben": ben}, site)


def test_a_real_blog_pulled_changed_and_pulled_again(blog, tmp_path):
    post = blog.ask("ann", "POST", "posts", {"title": "Plans", "content": "Open", "status": "publish"})["id"]
    other = blog.ask("ann", "POST", "posts", {"title": "Old", "content": "Old", "status": "publish"})["id"]
    blog.visit(post, "Cy Dahl", "cy@customer.example", "May I quote it?")
    comment = blog.ask("ben", "POST", "comments", {"post": post, "content": "Brave"})["id"]
    reply = blog.ask("ann", "POST", "comments", {"post": post, "parent": comment, "content": "Thanks"})["id"]
    site = blog.url.removeprefix("http://")
    at = f"wordpress:{site}"
    with Workspace.create(tmp_path / "w") as workspace:
        first = pull_into(workspace, blog.connector(), blog.secret)
        assert ["users-1.json", "posts-1.json", "comments-1.json"] == first
        found = {identity: rest for identity, *rest in rows(workspace, "id, actor, verb, parent")}
        assert [f"{at}/2", "comment", f"{at}/post-{post}"] == found[f"{at}/comment-{comment}"]
        assert [f"{at}/1", "reply", f"{at}/comment-{comment}"] == found[f"{at}/comment-{reply}"]
        assert "email:cy@customer.example" not in {actor for actor, *_ in found.values()}
        assert [] == pull_into(workspace, blog.connector(), blog.secret)

        held = blog.ask("ann", "GET", "comments&status=hold&context=edit")
        assert ["Cy Dahl"] == [row["author_name"] for row in held]
        blog.ask("ann", "POST", f"comments/{held[0]['id']}", {"status": "approved"})
        blog.ask("ann", "DELETE", f"comments/{reply}&force=true")
        blog.ask("ann", "DELETE", f"posts/{other}")
        pull_into(workspace, blog.connector(), blog.secret)
        found = {identity: rest for identity, *rest in rows(workspace, "id, actor, verb, parent")}
        assert ["email:cy@customer.example", "comment", f"{at}/post-{post}"] == found[
            f"{at}/comment-{held[0]['id']}"
        ]
        assert f"{at}/comment-{reply}" not in found
        assert f"{at}/post-{other}" not in found
        assert [] == pull_into(workspace, blog.connector(), blog.secret)
        with Workspace.create(tmp_path / "fresh") as fresh:
            pull_into(fresh, blog.connector(), blog.secret)
            assert rows(fresh, "id, actor, verb, parent, time") == rows(
                workspace, "id, actor, verb, parent, time"
            )


def test_a_pull_of_a_real_blog_cut_at_any_page_and_resumed_is_the_same(blog, tmp_path):
    check_fetch(tmp_path, blog.connector, blog.secret, 3)


def test_without_sign_in_held_comments_and_addresses_are_not_seen(blog, tmp_path):
    with Workspace.create(tmp_path / "w") as workspace:
        pull_into(workspace, WordPress(url=blog.url))
        assert rows(workspace)
        accounts = workspace.store.engine.arrow("SELECT accounts FROM people_log").to_pylist()
        assert not [a for row in accounts for a in row["accounts"] if a.startswith("email:")]


def test_times_of_a_blog_in_oslo_are_in_utc(blog):
    post = blog.ask(
        "ann", "POST", "posts", {"title": "x", "status": "publish", "date": "2026-07-01T12:00:00"}
    )
    records = parsed(json.dumps([post]).encode())
    assert ["2026-07-01T10:00:00+00:00"] == [a.time.isoformat() for a in activities(records)]
    assert [] == [r for r in records if isinstance(r, Deleted)]


def test_who_is_signed_in_is_told_by_the_name_that_the_blog_shows(blog):
    assert f"ann on {blog.url}/" == blog.connector().signed_in_as(blog.secret)
    assert f"nobody: the public pages of {blog.url}/?rest_route=/" == WordPress(url=blog.url).signed_in_as(
        Remembered()
    )


CLOSED = """<?php
add_filter('rest_authentication_errors', fn() => new WP_Error('closed', 'closed', ['status' => 401]));
add_filter('option_posts_per_rss', fn() => 2);
add_filter('pre_option_template', fn() => 'plain');
add_filter('pre_option_stylesheet', fn() => 'plain');
add_theme_support('automatic-feed-links');
"""
THEME = {"style.css": "/* Theme Name: Plain */", "index.php": "<html><head><?php wp_head(); ?></head></html>"}


def test_a_real_blog_whose_rest_is_closed_is_read_from_its_feeds_to_the_end(blog, tmp_path):
    for number in range(5):
        made = {"title": f"Plan {number}", "status": "publish", "date": f"2026-0{number + 1}-01T12:00:00"}
        post = blog.ask("ann", "POST", "posts", made)["id"]
    comment = blog.ask("ben", "POST", "comments", {"post": post, "content": "Brave"})["id"]
    plugins = blog.site / "wp-content" / "mu-plugins"
    plugins.mkdir(exist_ok=True)
    (plugins / "closed.php").write_text(CLOSED, encoding="utf-8")
    theme = blog.site / "wp-content" / "themes" / "plain"
    theme.mkdir(parents=True)
    for name, content in THEME.items():
        (theme / name).write_text(content, encoding="utf-8")
    try:
        with Workspace.create(tmp_path / "w") as workspace:
            pull_into(workspace, WordPress(url=blog.url))
            found = rows(workspace, "id, verb, parent")
            assert sum(verb == "post" for _, verb, _ in found) >= 5
            assert f"/comment-{comment}" in " ".join(identity for identity, *_ in found)
            assert {parent for _, verb, parent in found if verb == "comment"} <= {
                identity for identity, *_ in found
            }
            assert [] == pull_into(workspace, WordPress(url=blog.url))
        with Workspace.create(tmp_path / "f") as workspace:
            pull_into(workspace, FeedReader(url=blog.url))
            again = rows(workspace, "id, verb, parent")
            assert [verb for _, verb, _ in found].count("post") == [verb for _, verb, _ in again].count(
                "post"
            )
            assert {parent for _, verb, parent in again if verb == "comment"} <= {
                identity for identity, *_ in again
            }
    finally:
        (plugins / "closed.php").unlink()


@pytest.mark.parametrize("odd", [b"\x0b", b"\x00"[:0] + b"\x1f", b"\xef\xbf\xbf", b"\xe9", b"&nbsp;", b"R&D"])
def test_one_odd_letter_costs_nothing_else(odd: bytes) -> None:
    title = ITEM.replace(b"<wp:post_id>7<", b"<title>Caf" + odd + b"</title><wp:post_id>8<")
    records = parsed(START + title + ITEM + b"</channel></rss>")
    assert 2 == sum(isinstance(record, Activity) for record in records)
    assert not [record for record in records if isinstance(record, SetAside)]
