"""Submissions, comments and messages of Reddit as its API and the public dumps write them.

References: reddit.com/dev/api (things, listings, full names).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.kit.times import seconds
from influence.contract.records import Activity, Deleted, Note, Person, Record, SetAside, Verb

_NAME = re.compile(r"[\w-]{1,32}")
_FULL_NAME = re.compile(r"t[134]_[0-9a-z]{1,13}")
_MENTION = re.compile(r"(?<![\w/.])/?u/([A-Za-z0-9_-]{3,20})\b")
_NOBODY = {"[deleted]", "[removed]", "none", ""}
_PROGRAMS = re.compile(r"automoderator|.*-modteam", re.IGNORECASE)


def account(name: str) -> str:
    """Return the account of a Reddit name, which never changes and is not told apart by case.

    Raises:
        ValueError: it is no such name.

    >>> account("Ann_Lee")
    'reddit:ann_lee'
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name[:40]!r} is no name of a user")
    return f"reddit:{name.lower()}"


def full_name(value: Any) -> str:
    """Return the full name of a thing (`t1_…` a comment, `t3_…` a submission).

    Raises:
        ValueError: it is none.
    """
    if not _FULL_NAME.fullmatch(str(value)):
        raise ValueError(f"{str(value)[:40]!r} is no name of a post, comment or message")
    return str(value)


def things(value: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield every thing in an answer with its kind: listings, trees of replies and plain rows of a dump.

    >>> [kind for kind, _ in things({"kind": "Listing", "data": {"children": [{"kind": "t1", "data": {}}]}})]
    ['t1']
    """
    todo = [value]
    while todo:
        each = todo.pop()
        if isinstance(each, list):
            todo.extend(reversed(each))
        elif isinstance(each, Mapping) and isinstance(json := each.get("json"), Mapping):
            todo.append((json.get("data") or {}).get("things"))
        elif isinstance(each, Mapping):
            kind, data = _kind(each)
            if kind == "Listing":
                todo.append(data.get("children"))
                continue
            yield kind, data
            todo.append(data.get("replies"))
            crossed = data.get("crosspost_parent_list")
            if isinstance(crossed, list):
                todo.extend({"kind": "t3", "data": one} for one in crossed)
        elif each:
            yield "something odd", {}


def _kind(thing: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """Return the kind and content of a thing; the rows of dumps do not state their kind."""
    data = thing.get("data")
    if "kind" in thing and isinstance(data, Mapping):
        return str(thing["kind"]), data
    if "link_id" in thing:
        return "t1", thing
    return ("t3" if "title" in thing and "subreddit" in thing else "unknown"), thing


def is_nobody(name: str) -> bool:
    """Tell the name that stands for all who left.

    >>> is_nobody("[deleted]"), is_nobody("ann_lee")
    (True, False)
    """
    return name.lower() in _NOBODY


def mentions_in(text: str, actor: str) -> tuple[str, ...]:
    """Return the accounts of others that a text names.

    >>> mentions_in("u/bob and /u/Cay-D, r/u/fox", "reddit:bob")
    ('reddit:cay-d',)
    """
    found = dict.fromkeys(account(name) for name in _MENTION.findall(text))
    return tuple(one for one in found if one != actor)


def channel_of(subreddit: Any) -> str | None:
    """Return the channel of a community."""
    name = str(subreddit or "")
    return f"reddit:r/{name.lower()}" if _NAME.fullmatch(name) else None


def url_of(link: str) -> str | None:
    """Return the address of a path on Reddit."""
    return f"https://www.reddit.com{link}" if re.fullmatch(r"/[\w/%.-]{1,500}", link) else None


@dataclass
class People:
    """Claims on people, each made once."""

    made: set[str] = field(default_factory=set)

    def claim(self, name: str, line: int) -> Iterator[Person]:
        """Yield how a name is written, and that it is a program's, where it is new."""
        if name not in self.made:
            self.made.add(name)
            bot = True if _PROGRAMS.fullmatch(name) else None
            yield Person(name=name, accounts=(account(name),), bot=bot, line=line)


def read_thing(kind: str, thing: Mapping[str, Any], line: int, people: People) -> Iterator[Record]:
    """Read one thing; of somebody who left nothing is kept, since they are not one person.

    Raises:
        ValueError, KeyError, TypeError: it has another shape.
    """
    if kind == "more":
        yield Note(
            f"{thing.get('count', 'some')} comments are named by the page but not in it; a pull asks for them"
        )
        return
    if kind not in {"t1", "t3", "t4"}:
        yield SetAside(_TOLD.get(kind, "neither a post, a comment nor a message"), line)
        return
    item_id = full_name(thing.get("name") or f"{kind}_{thing['id']}")
    author = str(thing.get("author")) if thing.get("author") else ""
    if is_nobody(author):
        yield SetAside("its author is deleted; the deleted are not one person", line)
        yield Deleted(f"reddit:{item_id}", line)
        return
    yield from people.claim(author, line)
    yield _activity(kind, item_id, author, thing, line)


_TOLD = {
    "t2": "a user, not a post",
    "t5": "a community, not a post",
    "t6": "an award, not a post",
}


def _activity(kind: str, item_id: str, author: str, thing: Mapping[str, Any], line: int) -> Activity:
    text = "\n".join(str(thing[key]) for key in ("title", "selftext", "body") if thing.get(key))
    actor, conversation = account(author), None
    verb, parent = Verb.POST, None
    if kind == "t1":
        verb, parent, conversation = Verb.COMMENT, full_name(thing["parent_id"]), _link(thing)
    elif kind == "t3" and thing.get("crosspost_parent"):
        verb, parent = Verb.SHARE, full_name(thing["crosspost_parent"])
    elif kind == "t4":
        verb, parent = Verb.MESSAGE, thing.get("parent_id") and full_name(thing["parent_id"])
    return Activity(
        id=f"reddit:{item_id}",
        time=seconds(thing["created_utc"]),
        actor=actor,
        verb=verb,
        parent=f"reddit:{parent}" if parent else None,
        conversation=f"reddit:{conversation or item_id}" if kind != "t4" else None,
        to=_addressees(thing) if kind == "t4" else (),
        mentions=mentions_in(text, actor),
        channel=channel_of(thing.get("subreddit")),
        text=text or None,
        url=url_of(str(thing.get("permalink") or "")),
        line=line,
    )


def _link(comment: Mapping[str, Any]) -> str:
    """Return the submission under which a comment stands; the inbox tells it by an address only.

    >>> _link({"context": "/r/funny/comments/3hahrw/ba_dum/cu5tnfu/?context=3"})
    't3_3hahrw'
    """
    found = re.search(r"/comments/([0-9a-z]{1,13})/", str(comment.get("context")))
    return full_name(comment.get("link_id") or (found and f"t3_{found[1]}"))


def _addressees(message: Mapping[str, Any]) -> tuple[str, ...]:
    """Return whom a private message is for; a community's moderators are no person."""
    name = str(message.get("dest") or "")
    return (account(name),) if _NAME.fullmatch(name) else ()
