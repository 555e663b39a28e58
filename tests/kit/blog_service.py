"""A blog on this machine, for trying the connectors `feed` and `wordpress` by hand or in tests."""

from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import sha256
from xml.sax.saxutils import escape

from tests.kit.served import Said, program

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:slash="http://purl.org/rss/1.0/modules/slash/" xmlns:wfw="http://wellformedweb.org/CommentAPI/" '
    'xmlns:atom="http://www.w3.org/2005/Atom"><channel>'
)


class BlogService:
    """A blog with posts by Ann Lee and comments by Ben Okri: pages, feeds in pages, and (if asked for) REST."""

    def __init__(self, posts=5, at_once=2, *, generator="Hand-made", rest=""):
        self.at_once, self.generator, self.rest = at_once, generator, rest
        self.posts = {number: f"Plan {number}" for number in range(1, posts + 1)}
        self.comments = {1: ["Brave"], posts: ["Yes", "No"]}
        self.counts, self.etags, self.moved, self.busy = True, True, "", set()

    def answer(self, asked):
        """Answer one request; see `served`."""
        if asked.path in self.busy:
            return Said(b"", 429, {"Retry-After": "900"})
        match asked.path.strip("/").split("/"):
            case [""] if "rest_route" not in asked.query:
                return Said(self.page().encode(), 200, {"Content-Type": "text/html", **self.link()})
            case ["old-feed"]:
                return Said(b"", 301, {"Location": self.moved})
            case ["feed"]:
                return self.fed(self.feed(asked, int(asked.query.get("paged") or 1)), asked)
            case ["post", number, "feed"] if int(number) in self.posts:
                return self.fed(self.answers(int(number)), asked)
            case [*_, "sites", "123", kind]:
                return self.listed(kind, asked)
        return Said(b"not here", 404)

    def listed(self, kind, asked):
        """Answer as the REST of WordPress.com does: all blogs on one host, each by its number, and no list of users."""
        if kind == "users":
            return Said({"code": "unauthorized"}, 401)
        where = f"http://{asked.headers['Host']}/wp/v2/sites/123/{kind}"
        rows = [self.post(number, where) for number in self.posts] if kind == "posts" else []
        return Said(rows if asked.query.get("page", "1") == "1" else [])

    def post(self, number, where):
        return {
            "id": number,
            "date_gmt": f"2026-01-{1 + number % 28:02}T09:00:00",
            "status": "publish",
            "author": 7,
            "title": {"rendered": self.posts[number]},
            "_links": {"self": [{"href": f"{where}/{number}"}]},
            "_embedded": {"author": [{"id": 7, "name": "Ann Lee"}]},
        }

    def link(self):
        return {"Link": f'<{self.rest}>; rel="https://api.w.org/"'} if self.rest else {}

    def page(self):
        return (
            "<!doctype html><html><head><title>Ann's Blog</title>"
            '<link rel="alternate" type="application/rss+xml" title="Posts" href="/feed/">'
            "<script>document.write('<link rel=alternate type=application/rss+xml href=/run/>')</script></head></html>"
        )

    def fed(self, text, asked):
        """Give a feed, or say that it has not changed."""
        if text is None:
            return Said(b"not here", 404)
        tag = f'"{sha256(text.encode()).hexdigest()[:12]}"'
        if self.etags and asked.headers.get("If-None-Match") == tag:
            return Said(b"", 304, {"ETag": tag})
        return Said(
            text.encode(),
            200,
            {"Content-Type": "application/rss+xml", **({"ETag": tag} if self.etags else {})},
        )

    def feed(self, asked, page):
        host = f"http://{asked.headers['Host']}"
        newest = sorted(self.posts, reverse=True)
        shown = newest[(page - 1) * self.at_once : page * self.at_once]
        if not shown and page > 1:
            return None
        more = page * self.at_once < len(newest) and "wordpress" not in self.generator
        following = f'<atom:link rel="next" href="{host}/feed/?paged={page + 1}"/>' if more else ""
        items = "".join(self.item(number, host) for number in shown)
        return (
            f"{HEAD}<title>Ann's Blog</title><link>{host}/</link><generator>{self.generator}</generator>"
            f"{following}{items}</channel></rss>"
        )

    def item(self, number, host):
        said = self.comments.get(number, [])
        count = f"<slash:comments>{len(said)}</slash:comments>" if self.counts else ""
        return (
            f"<item><title>{escape(self.posts[number])}</title><link>{host}/post/{number}/</link>"
            f'<guid isPermaLink="false">tag:blog.example,2026:{number}</guid><dc:creator>Ann Lee</dc:creator>'
            f"<pubDate>{self.day(number)}</pubDate>{count}<wfw:commentRss>/post/{number}/feed/</wfw:commentRss></item>"
        )

    def answers(self, number):
        items = "".join(
            f'<item><title>On it</title><guid isPermaLink="false">c-{number}-{at}</guid>'
            f"<link>/post/{number}/#c{at}</link><dc:creator>Ben Okri</dc:creator>"
            f"<pubDate>{self.day(number, 12)}</pubDate><description>{escape(words)}</description></item>"
            for at, words in enumerate(self.comments.get(number, []))
        )
        return f"{HEAD}<title>Comments</title><link>/post/{number}/</link>{items}</channel></rss>"

    def day(self, number, hour=9):
        return format_datetime(datetime(2026, 1 + number // 28, 1 + number % 28, hour, tzinfo=UTC))


class SignedBlog:
    """A WordPress as somebody who signed in sees it: two posts, five comments and their people, two on a page."""

    def __init__(self, at_once=2):
        self.at_once = at_once

    def answer(self, asked):
        """Answer one request; see `served`."""
        kind, _, one = asked.query.get("rest_route", "").removeprefix("/wp/v2/").partition("/")
        host = f"http://{asked.headers['Host']}/wp-json/wp/v2"
        rows = {
            "posts": [self.row("posts", number, host) for number in (1, 2)],
            "comments": [self.row("comments", number, host) for number in range(1, 6)],
            "users": [self.person(number, host) for number in (7, 8)],
        }.get(kind)
        if rows is None:
            return Said({"code": "rest_no_route"}, 404)
        if one:
            return next((row for row in rows if str(row["id"]) == one), Said({}, 404))
        page, pages = int(asked.query.get("page", 1)), -(-len(rows) // self.at_once)
        if page > pages:
            return Said({"code": "rest_post_invalid_page_number"}, 400)
        return Said(
            rows[(page - 1) * self.at_once : page * self.at_once], 200, {"X-WP-TotalPages": str(pages)}
        )

    def person(self, number, host):
        named = {"name": f"Person {number}", "slug": f"person-{number}"}
        return {"id": number, **named, **self.own("users", number, host)}

    def own(self, kind, number, host):
        return {"_links": {"self": [{"href": f"{host}/{kind}/{number}"}]}}

    def row(self, kind, number, host):
        fields = {"id": number, "date_gmt": f"2026-01-0{number}T09:00:00", **self.own(kind, number, host)}
        if kind == "posts":
            return {**fields, "status": "publish", "author": 7, "title": {"rendered": f"Plan {number}"}}
        return {
            **fields,
            "status": "approved",
            "post": 1,
            "parent": 0,
            "author": 8,
            "author_name": "Person 8",
        }


run = program(BlogService, "influence connect feed --set url={url}/   # then: influence pull feed")

if __name__ == "__main__":
    run()
