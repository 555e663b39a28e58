"""Reddit: what a member gets who asks for their own data, a folder or zip of tables (CSV).

References: reddit.com/settings/data-request. Large tables come in parts (`comments_1.csv`); of some only the table of
headers comes, without the texts. The addresses from which somebody wrote (`ip`) are read nowhere.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from connectors.kit import csv_files as delimited
from connectors.kit.answers import At, each, identifier
from connectors.kit.exports import each_file
from connectors.kit.text import clean
from connectors.kit.times import moment
from connectors.social.reddit_records import (
    People,
    account,
    channel_of,
    full_name,
    is_nobody,
    mentions_in,
    url_of,
)
from influence.contract.connector import ConnectorError
from influence.contract.files import Export, Member
from influence.contract.records import Activity, Note, Record, SetAside, Verb
from influence.contract.unpacking import DAMAGED_MEMBER

_COLUMNS = {
    "messages": {"id", "permalink", "threadid", "date", "from", "to"},
    "comments": {"id", "permalink", "date", "subreddit", "link"},
    "posts": {"id", "permalink", "date", "subreddit"},
    "chats": {"messageid", "createdat", "username", "channelurl", "conversationtype"},
}
_OWN = {"ip", "gildings", "threadparentmessageid"}
"""Columns that only Reddit itself could fill: a table of others with a permalink and a subreddit is none of these."""
_READ = re.compile(r"(posts|comments|messages(_archive)?|chat_history)(_\d+)?\.csv")
_MOST_CHATS = 100_000
_HEADERS = re.compile(r"(post|comment|message|messages_archive)_headers(_\d+)?\.csv")
_VOTES = re.compile(r"(post|comment)_votes(_\d+)?\.csv")
_WHOSE = {"statistics.csv", "account.csv"}
_BESIDE = frozenset(
    (
        *("account.csv", "account_gender.csv", "approved_submitter_subreddits.csv", "chat_history.csv"),
        *("comment_headers.csv", "comment_votes.csv", "gilded_content.csv", "gold_received.csv"),
        *("hidden_posts.csv", "ip_logs.csv", "linked_identities.csv", "message_headers.csv", "messages.csv"),
        *("messages_archive.csv", "moderated_subreddits.csv", "multireddits.csv", "poll_votes.csv"),
        *("post_headers.csv", "post_votes.csv", "saved_comments.csv", "saved_posts.csv", "statistics.csv"),
        *("subscribed_subreddits.csv", "user_preferences.csv"),
    )
)
"""Tables of a data request, beside the posts and the comments."""
_LINK = re.compile(r"(?:/comments/|redd\.it/)([0-9a-z]{1,13})")
_Row: TypeAlias = Mapping[str, str | None]


def claims(names: Sequence[str]) -> bool:
    """Tell a data request by the names inside: three of its tables, the posts or the comments among them.

    >>> claims(["x/posts.csv", "x/comments.csv", "x/ip_logs.csv"]), claims(["posts.csv", "comments.csv"])
    (True, False)
    """
    inside = {re.sub(r"_\d+\.csv$", ".csv", _base(name)) for name in names}
    return (
        bool(inside & {"posts.csv", "comments.csv"})
        and len(inside & {"posts.csv", "comments.csv", *_BESIDE}) > 2
    )


def kind_of(head: bytes) -> str | None:
    """Tell by its columns which table of a data request it is: messages, comments, posts, chats, or none.

    >>> kind_of(b"id,permalink,date,ip,subreddit,gildings,title,url,body\\n")
    'posts'
    """
    columns = {delimited.plain(name) for name in delimited.header(head)[0]}
    if "author" in columns or not columns & _OWN:
        return None
    return next((kind for kind, wanted in _COLUMNS.items() if wanted <= columns), None)


def file(member: Member, owner: str) -> Iterator[Record]:
    """Yield the records of one table; `owner` is whose it is, empty where that is not known."""
    reader = _Reader(owner)
    yield from reader.read(member)
    yield from reader.notes()


def whole(export: Export, stated: str) -> Iterator[tuple[str, Record]]:
    """Yield the records of a data request: the owner's posts and comments, and the messages of both sides."""
    chosen = _chosen(export)
    reader = _Reader(stated or _owner(export, chosen))
    yield from each_file(export, chosen, reader.read)
    yield from ((export.name, note) for note in reader.notes())
    yield from ((export.name, note) for note in _left_out(export, chosen))


def _base(name: str) -> str:
    return name.rpartition("/")[2].lower()


def _chosen(export: Export) -> list[str]:
    """Return the tables that are read; those of headers where the whole one is not there."""
    full = [name for name in export.files if _READ.fullmatch(_base(name))]
    there = {_base(name)[:4] for name in full}
    headers = [name for name in export.files if _HEADERS.fullmatch(_base(name))]
    return sorted(full) + sorted(name for name in headers if _base(name)[:4] not in there)


def _left_out(export: Export, chosen: Sequence[str]) -> Iterator[Note]:
    rest = [name for name in export.files if name not in chosen and _base(name) not in _WHOSE]
    votes = sum(1 for name in rest if _VOTES.fullmatch(_base(name)) for _ in _whole_rows(export, name))
    if votes:
        yield Note(f"{votes:,} votes are not read: they have no time")
    if rest:
        shown = ", ".join(clean(_base(name), 60) for name in sorted(rest)[:5])
        yield Note(f"files that are not read: {len(rest):,} ({shown}{', …' if len(rest) > 5 else ''})")


def _owner(export: Export, chosen: Sequence[str]) -> str:
    """Tell whose data it is: as the statistics or the account say, else who is in every message."""
    for name in export.files:
        if _base(name) in _WHOSE:
            for row in _whole_rows(export, name):
                is_name = row.get("statistic") in {"account name", "account_name"}
                told = row.get("value") if is_name else row.get("accountname")
                if told and not is_nobody(told):
                    return _plain(told)
    present: Counter[str] = Counter()
    total = 0
    for name in chosen:
        if _base(name).startswith("message"):
            for row in _whole_rows(export, name):
                total += 1
                present.update({_plain(row.get(side) or "").lower() for side in ("from", "to")})
    always = [one for one, count in present.items() if one and count == total]
    return always[0] if len(always) == 1 else ""


def _whole_rows(export: Export, name: str) -> Iterator[_Row]:
    """Yield the rows that can be read; what cannot be is set aside when the file is read for its records."""
    with suppress(ConnectorError, ValueError, OSError, *DAMAGED_MEMBER):
        yield from (row.value for row in _rows(export.member(name)) if isinstance(row, At))


def _rows(member: Member) -> Iterator[At | SetAside]:
    """Yield each row with its line; a table with a header alone yields none."""
    if b"\n" in member.head().strip():
        yield from delimited.rows(member)


def _plain(name: str) -> str:
    return re.sub(r"^/?u/", "", name.strip())


@dataclass
class _Reader:
    """Reads one data request, whose owner it knows."""

    owner: str
    people: People = field(default_factory=People)
    seen: set[str] = field(default_factory=set)
    doubles: int = 0
    between: Mapping[str, set[str]] = field(default_factory=dict)

    def read(self, member: Member) -> Iterator[Record]:
        """Yield the records of one table, whose kind its columns tell."""
        kind = kind_of(member.head())
        if kind is None:
            yield SetAside(
                "the columns are not those of a data request's posts, comments, messages or chats", 1
            )
            return
        if kind == "chats":
            self.between = _writers(member)
        read_one = {
            "posts": self._post,
            "comments": self._comment,
            "messages": self._message,
            "chats": self._chat,
        }[kind]
        for record in each(_rows(member), lambda at: read_one(at.value, at.line), f"the {kind[:-1]}"):
            if isinstance(record, Activity) and record.id in self.seen:
                self.doubles += 1
                continue
            if isinstance(record, Activity):
                self.seen.add(str(record.id))
            yield record

    def notes(self) -> Iterator[Note]:
        """Yield what was left out."""
        if self.doubles:
            yield Note(f"{self.doubles:,} items stand more than once; each is counted once")

    def _post(self, row: _Row, line: int) -> Iterator[Record]:
        item = _named("t3", row)
        yield from self._own(row, line, item, verb=Verb.POST, conversation=item)

    def _comment(self, row: _Row, line: int) -> Iterator[Record]:
        found = _LINK.search(row.get("link") or "") or _LINK.search(row.get("permalink") or "")
        link = f"t3_{found[1]}" if found else None
        parent = _parent(row.get("parent") or "", link)
        yield from self._own(
            row, line, _named("t1", row), verb=Verb.COMMENT, parent=parent, conversation=link
        )

    def _own(
        self,
        row: _Row,
        line: int,
        item: str,
        *,
        verb: Verb,
        conversation: str | None,
        parent: str | None = None,
    ) -> Iterator[Record]:
        if not self.owner:
            raise ValueError(
                "whose it is is not told; import the whole data request, or name the account with --set user=…"
            )
        yield from self.people.claim(self.owner, line)
        refers = {"parent": parent, "conversation": conversation}
        yield self._activity(item, self.owner, row, line, verb=verb, **refers)

    def _message(self, row: _Row, line: int) -> Iterator[Record]:
        sender, addressee = _plain(row.get("from") or ""), _plain(row.get("to") or "")
        if is_nobody(sender):
            raise ValueError("the message has no sender: they are deleted, or it is Reddit's own")
        names = [
            one for one in (sender, addressee) if re.fullmatch(r"[\w-]{1,32}", one) and not is_nobody(one)
        ]
        for name in names:
            yield from self.people.claim(name, line)
        thread = row.get("threadid")
        to = tuple(account(name) for name in names[1:] if account(name) != account(sender))
        yield self._activity(
            *(_named("t4", row), sender, row, line),
            verb=Verb.MESSAGE,
            conversation=full_name(f"t4_{_bare(thread)}") if thread else None,
            to=to,
        )

    def _chat(self, row: _Row, line: int) -> Iterator[Record]:
        sender, channel = _plain(row.get("username") or ""), clean(row.get("channelurl") or "", 200)
        if is_nobody(sender):
            raise ValueError("the message has no sender: they are deleted, or it is Reddit's own")
        yield from self.people.claim(sender, line)
        answers = clean(row.get("threadparentmessageid") or "", 200)
        others = self.between.get(channel, set()) | ({self.owner} if channel in self.between else set())
        to = {account(one) for one in others if one} - {account(sender)}
        actor = account(sender)
        text = row.get("message") or ""
        yield Activity(
            id=f"reddit:chat:{identifier(row.get('messageid'), 'the message_id')}",
            time=moment(row.get("createdat"), zone="Z"),
            actor=actor,
            verb=Verb.REPLY if answers else Verb.MESSAGE,
            parent=f"reddit:chat:{answers}" if answers else None,
            conversation=f"reddit:chat:{channel}" if channel else None,
            to=tuple(sorted(to)) if len(to) == 1 else (),
            mentions=mentions_in(text, actor),
            channel=channel_of(row.get("subreddit")),
            text=text or None,
            line=line,
        )

    def _activity(
        self, item: str, name: str, row: _Row, line: int, *, parent: str | None = None, **more: Any
    ) -> Activity:
        text = "\n".join(part for key in ("title", "subject", "body") if (part := row.get(key)))
        actor, conversation = account(name), more.pop("conversation")
        return Activity(
            id=f"reddit:{item}",
            time=moment(row.get("date"), zone="Z"),
            actor=actor,
            parent=f"reddit:{parent}" if parent else None,
            conversation=f"reddit:{conversation}" if conversation else None,
            mentions=mentions_in(text, actor),
            channel=channel_of(row.get("subreddit")),
            text=text or None,
            url=url_of((row.get("permalink") or "").removeprefix("https://www.reddit.com")),
            line=line,
            **more,
        )


def _writers(member: Member) -> dict[str, set[str]]:
    """Return who writes in each chat of two, as the table calls it direct."""
    found: dict[str, set[str]] = {}
    for row in _rows(member):
        if isinstance(row, At) and (row.value.get("conversationtype") or "").lower() == "direct":
            channel = clean(row.value.get("channelurl") or "", 200)
            if channel in found or len(found) < _MOST_CHATS:
                found.setdefault(channel, set()).add(_plain(row.value.get("username") or ""))
    return {
        channel: {one for one in names if not is_nobody(one)} for channel, names in found.items() if channel
    }


def _bare(value: str | None) -> str:
    return re.sub(r"^t\d_", "", (value or "").strip().lower())


def _named(kind: str, row: _Row) -> str:
    return full_name(f"{kind}_{_bare(row.get('id'))}")


def _parent(told: str, link: str | None) -> str | None:
    """Return what a comment answers: as told, with or without its kind; where nothing is told, the submission.

    >>> _parent("t1_abc", "t3_x1"), _parent("abc", "t3_x1"), _parent("x1", "t3_x1"), _parent("", "t3_x1")
    ('t1_abc', 't1_abc', 't3_x1', 't3_x1')
    """
    named = told.strip().lower()
    if not named or f"t3_{named}" == link:
        return link
    return full_name(named if re.match(r"t[13]_", named) else f"t1_{named}")
