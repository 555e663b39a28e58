"""What WordPress answers over REST (posts, comments, users), as records."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from connectors.kit.addresses import display_name, email_account
from connectors.kit.answers import LeftOut, each, mapping, needed, needed_list, read, whole
from connectors.kit.lists import objects, rows_of
from connectors.kit.text import clean, is_nobody, words
from connectors.kit.times import moment
from influence.contract.connector import Changed
from influence.contract.files import Member
from influence.contract.records import Activity, Deleted, Person, Record, SetAside, Verb

SYSTEM = "wordpress"
PEOPLES_COMMENTS = frozenset(("comment", "review", ""))
"""Types of comments that people write; pingbacks and the notes of plug-ins are others."""
TAXONOMIES = frozenset(("category", "post_tag"))
"""What names a post; others tell its format or its language."""
UNNAMED = "uncategorized"
"""The category that WordPress gives where the author gives none."""
_HOSTED = re.compile(r"/(?:rest/|wp-json/)?wp/v2/sites/([\w.-]{1,200})")
"""Where WordPress.com has the REST of its blogs, each by its number."""
_HASH = re.compile(r"/avatar/([0-9a-f]{32,64})\b")


def records(member: Member) -> Iterator[Record]:
    """Turn one answer into records; `{"gone": [{"kind", "id"}], "site"}` tells what is no longer there.

    Raises:
        Changed: it is no answer of WordPress.
    """
    found = read(member)
    if isinstance(found, Mapping) and "gone" in found:
        site = str(needed(found, "site", "the answer"))
        yield from each(needed_list(found, "gone", "the answer"), partial(_gone, site), "what is gone,")
        return
    if not isinstance(found, list):
        raise Changed(f"{member.name} is no list of posts, comments or users: the answer has changed")
    yield from each(found, _item, "item")


def _gone(site: str, row: Any) -> list[Record]:
    kind = str(needed(row, "kind", "the item"))
    return [Deleted(item_id(site, kind, whole(needed(row, "id", "the item"), "the id")))]


def item_id(site: str, kind: str, number: int) -> str:
    """Write the id of a post or a comment.

    >>> item_id("blog.acme.example", "comments", 7)
    'wordpress:blog.acme.example/comment-7'
    """
    return f"{SYSTEM}:{site}/{'comment' if kind == 'comments' else 'post'}-{number}"


def site_of(address: str) -> str:
    """Return the blog's address, by which its ids and accounts are told from those of another blog.

    >>> site_of("https://acme.example/blog/wp-json/wp/v2/posts/1"), site_of("https://Blog.example/?p=1")
    ('acme.example/blog', 'blog.example')
    >>> site_of("https://acme.example/blog/index.php?rest_route=/wp/v2/posts/1")
    'acme.example/blog'
    >>> site_of("https://public-api.wordpress.com/wp/v2/sites/123/posts/1")
    'wordpress.com/123'
    """
    where = urlsplit(address)
    if hosted := _HOSTED.match(where.path):
        return f"{where.netloc.lower().removeprefix('public-api.')}/{hosted[1]}"
    rest = "/wp-json" in where.path or "rest_route=" in where.query
    path = where.path.split("/wp-json", 1)[0] if rest else ""
    if not where.netloc:
        raise Changed("an item does not say which blog it is of: the answer has changed")
    return f"{where.netloc.lower()}{path.removesuffix('/index.php').rstrip('/')}"


def _item(row: Any) -> Iterable[Record]:
    if not isinstance(row, Mapping):
        raise Changed("an item is no object: the answer has changed")
    if "author_name" in row and "post" in row:
        return _comment(row)
    if "date_gmt" in row and "author" in row:
        return _post(row)
    if "slug" in row and "name" in row and "date_gmt" not in row:
        return _user(row)
    raise Changed("an item is neither post nor comment nor user: the answer has changed")


def _site(row: Mapping[str, Any]) -> str:
    own = rows_of(row.get("_links"), "self")
    return site_of(str(own[0]["href"]) if own else str(needed(row, "link", "an item")))


def _post(row: Mapping[str, Any]) -> Iterator[Record]:
    number, site = whole(needed(row, "id", "the post"), "the post's id"), _site(row)
    if row.get("status", "publish") != "publish":
        yield from _withdrawn(
            item_id(site, "posts", number), f"the post is not published ({clean(str(row['status']), 20)})"
        )
        return
    title, body = row.get("title") or {}, row.get("content") or {}
    yield from _embedded(row, site)
    yield Activity(
        id=item_id(site, "posts", number),
        time=moment(needed(row, "date_gmt", f"post {number}"), zone="Z"),
        actor=f"{SYSTEM}:{site}/{_author(row, number)}",
        verb=Verb.POST,
        conversation=item_id(site, "posts", number),
        channel=f"{SYSTEM}:{site}",
        text=words(f"{title.get('rendered', '')} {body.get('rendered', '')}"),
        url=clean(str(row.get("link") or "")) or None,
        tags=_terms(row),
        line=1,
    )


def _embedded(row: Mapping[str, Any], site: str) -> Iterator[Person]:
    """Yield the author whom a blog tells beside the post, where it lists no users."""
    for author in rows_of(row.get("_embedded"), "author"):
        if isinstance(author.get("id"), int) and author.get("name"):
            yield from person(
                display_name(str(author["name"])), accounts_of(site, author["id"], None, _avatar(author))
            )


def _terms(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the categories and tags of a post, where the blog tells their names beside it."""
    lists = mapping(row.get("_embedded")).get("wp:term")
    terms = [term for one in lists for term in objects(one, "wp:term")] if isinstance(lists, list) else []
    named = (one for one in terms if one.get("taxonomy") in TAXONOMIES and one.get("slug") != UNNAMED)
    return tuple(dict.fromkeys(filter(None, (words(str(one.get("name") or "")) for one in named))))


def _author(row: Mapping[str, Any], number: int) -> int:
    author = whole(needed(row, "author", f"post {number}"), "the author")
    if author == 0:
        raise LeftOut("its author is no longer known")
    return author


def _comment(row: Mapping[str, Any]) -> Iterator[Record]:
    number, site = whole(needed(row, "id", "the comment"), "the comment's id"), _site(row)
    own = item_id(site, "comments", number)
    if str(row.get("status", "approved")) not in {"approved", "approve", "1"}:
        yield from _withdrawn(own, f"the comment is not approved ({clean(str(row['status']), 20)})")
        return
    refuse_programs(str(row.get("type", "comment")))
    accounts = accounts_of(
        site, whole(row.get("author", 0), "the author"), row.get("author_email"), _avatar(row)
    )
    name = display_name(str(row.get("author_name") or ""))
    if not accounts:
        raise LeftOut("a guest wrote it who left no address, so nobody knows who it is")
    yield from person(name, accounts)
    post = item_id(site, "posts", whole(needed(row, "post", f"comment {number}"), "the post"))
    parent = whole(row.get("parent", 0), "the comment's parent")
    body = row.get("content") or {}
    yield Activity(
        id=own,
        time=moment(needed(row, "date_gmt", f"comment {number}"), zone="Z"),
        actor=accounts[0],
        verb=Verb.REPLY if parent else Verb.COMMENT,
        parent=item_id(site, "comments", parent) if parent else post,
        conversation=post,
        channel=f"{SYSTEM}:{site}",
        text=words(body.get("rendered")),
        url=clean(str(row.get("link") or "")) or None,
        line=1,
    )


def _withdrawn(identity: str, reason: str) -> Iterator[Record]:
    yield Deleted(identity, line=1)
    yield SetAside(f"{identity}: {reason}", line=1)


def refuse_programs(kind: str) -> None:
    """Refuse a comment that no person wrote.

    Raises:
        LeftOut: it is another site's link, or a program's note.
    """
    if kind in {"pingback", "trackback"}:
        raise LeftOut(f"a {kind}: another site linked here, no person wrote")
    if kind not in PEOPLES_COMMENTS:
        raise LeftOut(f"a program wrote it (comment type {clean(kind, 30)!r})")


def accounts_of(site: str, user: int, email: Any, avatar: str | None = None) -> tuple[str, ...]:
    """Return the accounts of who wrote a comment, the one they act by first; guests have user 0.

    Where addresses are hidden, the digest of a guest's address in the picture's link still tells one
    guest from another.

    >>> accounts_of("blog.example", 0, "Ann@acme.example")
    ('email:ann@acme.example',)
    """
    found = [f"{SYSTEM}:{site}/{user}"] if user else []
    if isinstance(email, str) and re.fullmatch(r"[^\s@;:]{1,128}@[^\s@;:]{1,253}", email):
        found.append(email_account(email))
    return (*found, *([f"gravatar:{avatar}"] if avatar else []))


def person(name: str, accounts: tuple[str, ...]) -> Iterator[Person]:
    """Yield what the name and the accounts of one comment tell of its author."""
    shown = "" if is_nobody(name) else name
    if shown or len(accounts) > 1:
        yield Person(name=shown or None, accounts=accounts, line=1)


def _avatar(row: Mapping[str, Any]) -> str | None:
    pictures = row.get("author_avatar_urls") or row.get("avatar_urls") or {}
    found = _HASH.search(" ".join(str(link) for link in pictures.values()))
    return found[1] if found else None


def _user(row: Mapping[str, Any]) -> Iterator[Record]:
    number, site = whole(needed(row, "id", "the user"), "the user's id"), _site(row)
    accounts = accounts_of(site, number, row.get("email"), _avatar(row))
    yield Person(
        name=display_name(str(row.get("name") or row["slug"])) or None,
        accounts=accounts,
        line=1,
    )
