"""The comments that somebody wrote at YouTube, as the table that Google Takeout holds of them (comments.csv)."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.kit.answers import At, NoJson, each, identifier, mapping, parsed
from connectors.kit.csv_files import header, plain, rows
from connectors.kit.text import clean
from connectors.kit.times import moment
from influence.contract.files import Member
from influence.contract.records import Activity, Record, Verb

_COLUMNS = frozenset(("commentid", "channelid", "commentcreatetimestamp", "parentcommentid", "videoid"))


def is_table(head: bytes) -> bool:
    """Tell the table by its columns.

    >>> is_table(b"Comment ID,Channel ID,Comment Create Timestamp,Price,Parent Comment ID,Video ID,Comment Text")
    True
    """
    return set(map(plain, header(head)[0])) >= _COLUMNS


def records(member: Member) -> Iterator[Record]:
    """Yield each comment; it answers another, else the film or the post on which it stands."""
    yield from each(rows(member), _comment, "")


def _comment(at: At) -> Iterator[Record]:
    row = at.value
    answered = row.get("parentcommentid")
    about = answered or row.get("videoid") or row.get("postid")
    yield Activity(
        id=f"youtube:{identifier(row.get('commentid'), 'the id of the comment')}",
        time=moment(row.get("commentcreatetimestamp"), "when it was written", zone="Z"),
        actor=f"youtube:{identifier(row.get('channelid'), 'the id of a channel')}",
        verb=Verb.REPLY if answered else Verb.COMMENT,
        parent=f"youtube:{identifier(about, 'what it is on')}" if about else None,
        text=_text(row.get("commenttext") or ""),
        line=at.line,
    )


def _text(told: str) -> str | None:
    """Return the words of a comment, which stand in pieces of JSON: `{"text":"Good "},{"text":"idea"}`.

    >>> _text('{"text":"Good "},{"text":"idea"}'), _text("Good idea")
    ('Good idea', 'Good idea')
    """
    try:
        pieces = parsed(f"[{told}]") if told.startswith("{") else []
        words = [mapping(one).get("text") for one in pieces]
    except NoJson:
        words = []
    return clean("".join(map(str, filter(None, words))) or told, 20_000) or None
