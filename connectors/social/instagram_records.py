"""What the export of an Instagram or Threads account tells, file by file.

In conversations people are known by the name they show, everywhere else by their username. Texts are written as UTF-8
taken for Latin-1 (`JosÃ©`), which is undone; names of fields are translated, so that they are told by their place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from connectors.kit.addresses import address_account
from connectors.kit.answers import each, mapping
from connectors.kit.json_files import document, holds, rows, search
from connectors.kit.lists import rows_of
from connectors.kit.repeats import Repeats
from connectors.kit.text import clean
from connectors.kit.times import seconds
from connectors.social.facebook_records import mended, no_message
from connectors.social.meta_reactions import told_apart
from influence.contract.files import Member
from influence.contract.records import Activity, Note, Person, Record, SetAside, Verb

AFTER = timedelta(microseconds=1)
"""Where the export does not tell when a reaction was made: just after its message, the earliest it can be."""
THREAD = re.compile(r"(?:.*/)?messages/[^/]+/([^/]+)/message_\d+\.json")
_PATH = re.compile(rb'"thread_path"\s{0,100}:\s{0,100}"([^"\\]{1,300})"')
_KINDS = {
    **dict.fromkeys(("comments_media_comments", "comments_reels_comments"), "comment"),
    **dict.fromkeys(
        (
            *("likes_media_likes", "likes_comment_likes", "story_activities_story_likes"),
            *("story_activities_emoji_story_reactions", "story_activities_emoji_quick_reactions"),
            "text_post_app_media_likes",
        ),
        "like",
    ),
    **dict.fromkeys(("relationships_following", "text_post_app_text_post_app_following"), "following"),
    **dict.fromkeys(("relationships_followers", "text_post_app_text_post_app_followers"), "follower"),
    **dict.fromkeys(("ig_stories", "ig_reels_media", "ig_igtv_media", "text_post_app_text_posts"), "post"),
    "profile_user": "profile",
}
"""The list that a file holds, and what its rows are."""
_BY_NAME = (
    (re.compile(r"(?:.*/)?(?:post_comments|reels_comments|story_comments)[^/]*\.json"), "comment"),
    (re.compile(r"(?:.*/)?(?:liked_posts|liked_comments|story_likes|liked_threads)[^/]*\.json"), "like"),
    (re.compile(r"(?:.*/)?followers(?:_\d+)?\.json"), "follower"),
    (re.compile(r"(?:.*/)?following\.json"), "following"),
    (re.compile(r"(?:.*/)?(?:posts|reels|stories|igtv_videos)(?:_\d+)?\.json"), "post"),
)
"""Files that hold a bare list: within an export their names tell."""
_NOBODY = re.compile(r"\binstagram", re.IGNORECASE)
"""All whose account is gone have one name, which holds Instagram's in every language: `Usuario de Instagram`."""
_LINK = re.compile(r"https?://(?:www\.)?(?:instagram\.com|threads\.(?:net|com)/@?)/?([\w.]{1,40})/?")
_USERNAME = re.compile(r"[\w.]{1,40}")
_MENTION = re.compile(r"(?<![\w.@/])@([\w.]{1,30})")
_FIRST_KEY = re.compile(rb'\s{0,1000}\{\s{0,1000}"(\w{1,60})"')
_COMMENT = re.compile(
    rb'"string_map_data"\s{0,50}:\s{0,50}\{\s{0,50}"[^"]{1,60}"\s{0,50}:\s{0,50}\{\s{0,50}"value"'
)
_FOLLOWER = re.compile(
    rb'"string_list_data"\s{0,50}:\s{0,50}\[\s{0,50}\{\s{0,50}"href"\s{0,50}:\s{0,50}"'
    rb"https:\\?/\\?/www\.instagram\.com"
)


def kind_of_head(head: bytes) -> str | None:
    """Tell by the beginning of a file what its rows are; None where that is no file of Instagram or Threads.

    >>> kind_of_head(b'{"likes_media_likes": [{"title": "bo"}]}'), kind_of_head(b'{"likes": []}')
    ('like', None)
    """
    found = _FIRST_KEY.match(head.removeprefix(b"\xef\xbb\xbf"))
    if found:
        return _KINDS.get(found[1].decode("ascii", "replace"))
    if not holds(
        head, (b'"string_map_data"', b'"media_list_data"'), (b'"string_list_data"', b'"media_list_data"')
    ):
        return None
    return (
        "comment" if _COMMENT.search(head[:4000]) else "follower" if _FOLLOWER.search(head[:4000]) else None
    )


def kind_in_export(member: Member) -> str | None:
    """Tell what the rows of a file of an export are, by its beginning, else by its name."""
    if THREAD.fullmatch(member.name):
        return "thread"
    by_name = next((kind for pattern, kind in _BY_NAME if pattern.fullmatch(member.name)), None)
    return kind_of_head(member.head()) or (by_name if member.head().lstrip()[:1] == b"[" else None)


def is_nobody(name: str) -> bool:
    """Tell the name that Instagram gives to all whose account is gone."""
    return not name or _NOBODY.search(name) is not None


@dataclass
class Told:
    """What the files have told so far: whose export it is, who was named, and what was left out."""

    owner: str = ""
    shown: str = ""
    named: set[str] = field(default_factory=set)
    left_out: dict[str, int] = field(default_factory=dict)
    repeats: Repeats = field(default_factory=Repeats)

    def notes(self) -> Iterator[Note]:
        """Yield what was left out."""
        if self.left_out:
            yield Note(", ".join(f"{count:,} {what}" for what, count in self.left_out.items()))

    def leave_out(self, what: str) -> None:
        """Count something that is no activity."""
        self.left_out[what] = self.left_out.get(what, 0) + 1

    def whose(self) -> str:
        """Return the account of the owner.

        Raises:
            ValueError: it is not known.
        """
        if not self.owner:
            raise ValueError("whose export it is cannot be told; name the account with --set owner=annlee")
        return f"instagram:{self.owner}"

    def speaker(self, name: str) -> str:
        """Return the account of somebody in a conversation: the owner's own, or the name that is shown."""
        return f"instagram:{self.owner}" if self.owner and name == self.shown else f"instagram-name:{name}"

    def claim(self, name: str, line: int) -> Iterator[Person]:
        """Yield somebody of a conversation who was not named before."""
        if name not in self.named:
            self.named.add(name)
            yield Person(name=name, accounts=(self.speaker(name),), line=line)


# --- conversations ----------------------------------------------------------------------------------------


def participants(member: Member) -> list[str]:
    """Return who takes part in a conversation, by the names that are shown."""
    names = (
        _shown(row.value.get("name")) for row in rows(member, "participants") if not isinstance(row, SetAside)
    )
    return list(dict.fromkeys(name for name in names if not is_nobody(name)))


def _shown(value: Any) -> str:
    return clean(mended(value), 200) if isinstance(value, str) else ""


def thread(member: Member, told: Told) -> Iterator[Record]:
    """Yield the messages of one conversation, their reactions, and who takes part."""
    found, folder = search(member, _PATH), THREAD.fullmatch(member.name)
    path = found[1].decode("utf-8", "replace") if found else folder[1] if folder else member.name
    names = participants(member)
    for name in names:
        yield from told.claim(name, 1)
    talk = f"instagram:{clean(path.rpartition('/')[2], 200)}"
    reader = _Messages(told, talk, names)
    said = each(rows(member, "messages"), lambda at: reader.read(at.value, at.line), "the message")
    yield from told_apart(said, told.leave_out)


@dataclass(frozen=True)
class _Messages:
    told: Told
    talk: str
    names: Sequence[str]

    def read(self, row: Mapping[str, Any], line: int) -> Iterator[Record]:
        sender = _shown(row.get("sender_name"))
        if what := no_message(row, sender):
            self.told.leave_out(f"{what} were left out")
            return
        if is_nobody(sender):
            raise ValueError("the message has no sender who can be told from others: the account is deleted")
        milliseconds, content = row.get("timestamp_ms"), row.get("content")
        if not isinstance(milliseconds, int):
            raise ValueError("the message has no time")
        yield from self.told.claim(sender, line)
        actor = self.told.speaker(sender)
        said = Activity(
            id=self.told.repeats.named(f"{self.talk}:{milliseconds}:{sender}"),
            time=seconds(milliseconds / 1000),
            actor=actor,
            verb=Verb.MESSAGE,
            to=tuple(self.told.speaker(name) for name in self.names if name != sender),
            conversation=self.talk,
            text=mended(content) if isinstance(content, str) else None,
            line=line,
        )
        yield said
        for reaction in rows_of(row, "reactions"):
            yield from self._reaction(reaction, said)

    def _reaction(self, row: Mapping[str, Any], to: Activity) -> Iterator[Record]:
        name = _shown(row.get("actor"))
        if is_nobody(name):
            raise ValueError("a reaction to the message is by nobody who can be told from others")
        at = row.get("timestamp")
        made = seconds(at) if isinstance(at, int) and at > 0 else to.time + AFTER
        yield Activity(
            id=f"{to.id}:reaction:{name}",
            time=max(made, to.time + AFTER),
            actor=self.told.speaker(name),
            verb=Verb.REACT,
            parent=to.id,
            conversation=to.conversation,
            reaction=_shown(row.get("reaction"))[:40] or None,
            line=to.line,
        )


# --- what the owner did -----------------------------------------------------------------------------------


def profile(member: Member, told: Told) -> Iterator[Record]:
    """Yield who the owner is; fields are translated, so a username is told by how it looks."""
    body = document(member)
    row = next(iter(rows_of(body, "profile_user")), {})
    values = {
        key: _shown(mapping(one).get("value")) for key, one in mapping(row.get("string_map_data")).items()
    }
    mails = [account for one in values.values() if (account := address_account(one))]
    told.owner = told.owner or values.get("Username", "").lower() or _like_a_username(list(values.values()))
    told.shown = told.shown or values.get("Name", "")
    if not told.owner:
        yield SetAside("the profile tells no username", 1)
        return
    told.named.add(told.shown)
    yield Person(name=told.shown or None, accounts=(told.whose(), *mails[:3]), line=1)


def _like_a_username(values: Sequence[str]) -> str:
    """Return the one value that can be nothing else: lower case, no blank, and letters in it."""
    fit = [
        one for one in values if _USERNAME.fullmatch(one) and one == one.lower() and re.search("[a-z]", one)
    ]
    fit = [one for one in fit if one not in {"true", "false"}]
    return fit[0] if len(fit) == 1 else ""


def own(member: Member, kind: str, told: Told) -> Iterator[Record]:
    """Yield what the owner did, by the kind of the file."""
    readers: dict[str, Callable[[Mapping[str, Any], int, Told], Iterator[Record]]] = {
        "comment": _comment,
        "like": _like,
        "post": _post,
        "following": _following,
        "follower": _follower,
    }
    read = readers[kind]
    service = "threads" if b'"text_post_app' in member.head()[:200] else "instagram"
    found = rows(member, *_KINDS)
    for record in each(found, lambda at: read(at.value, at.line, told), "the row"):
        if isinstance(record, Activity) and record.id.startswith("#"):
            key = f"{service}:{record.id[1:]}"
            yield _renamed(record, told.repeats.named(key), service)
        else:
            yield record


def _renamed(record: Activity, name: str, service: str) -> Activity:
    return replace(record, id=name, channel=f"{service}:feed" if record.verb is Verb.POST else None)


def _strings(row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the values of a row in their order, whatever they are called in the language of the account."""
    listed = rows_of(row, "string_list_data")
    mapped = [mapping(one) for one in mapping(row.get("string_map_data")).values()]
    return [*listed, *mapped, *_labelled(row)]


def _labelled(row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the values of the newer shape, in which each has a label and may hold others."""
    found, waiting = list[Mapping[str, Any]](), rows_of(row, "label_values")[::-1]
    while waiting and len(found) < 100:
        one = waiting.pop()
        found.append(one)
        waiting.extend(rows_of(one, "dict")[::-1])
    return found


def _when(row: Mapping[str, Any]) -> int:
    """Return the seconds since 1970 that a row states.

    Raises:
        ValueError: it states none.
    """
    stated = [
        row.get("timestamp"),
        row.get("creation_timestamp"),
        *(one.get("timestamp") for one in _strings(row)),
    ]
    stated += [one.get("creation_timestamp") for one in rows_of(row, "media")]
    found = next((one for one in stated if isinstance(one, int) and 1_000_000_000 < one < 2**33), None)
    if found is None:
        raise ValueError("the row tells no time")
    return found


def _whom(row: Mapping[str, Any]) -> str:
    """Return the username that a row names: as its title, by a label, or in a link."""
    values = {str(one.get("label")): _shown(one.get("value")) for one in _labelled(row)}
    labelled = values.get("Username") or _like_a_username(list(dict.fromkeys(values.values())))
    title = _shown(row.get("title"))
    for told in (labelled, title, *(_shown(one.get("value")) for one in rows_of(row, "string_list_data"))):
        if _USERNAME.fullmatch(told):
            return told.lower()
    links = [_LINK.fullmatch(_shown(one.get("href")).partition("?")[0]) for one in _strings(row)]
    found = next((link[1].lower() for link in links if link), "")
    return found if found not in {"p", "reel", "stories", "_u"} else ""


def _url(row: Mapping[str, Any]) -> str | None:
    links = [_shown(one.get("href")) for one in _strings(row)]
    return next(
        (clean(link, 500) for link in links if re.match(r"https?://\S+/(?:p|reel|post)/", link)), None
    )


def _mentions(text: str, *without: str) -> tuple[str, ...]:
    named = dict.fromkeys(f"instagram:{one.rstrip('.').lower()}" for one in _MENTION.findall(text))
    return tuple(one for one in named if one not in without)


def _comment(row: Mapping[str, Any], line: int, told: Told) -> Iterator[Record]:
    """Read a comment: of the values the first is its text, the second whose post it is on."""
    values = [_shown_text(one.get("value")) for one in _strings(row) if isinstance(one.get("value"), str)]
    text, owner = [*values, "", ""][:2]
    whom = owner.lower() if _USERNAME.fullmatch(owner) else ""
    named = tuple(dict.fromkeys((*((f"instagram:{whom}",) if whom else ()), *_mentions(text))))
    if not whom:
        told.leave_out("comments do not tell whom they answer")
    yield _act(row, line, told, "comment", Verb.COMMENT, mentions=named, text=text or None)


def _shown_text(value: Any) -> str:
    return mended(value) if isinstance(value, str) else ""


def _like(row: Mapping[str, Any], line: int, told: Told) -> Iterator[Record]:
    whom = _whom(row)
    signs = [_shown(one.get("value")) for one in rows_of(row, "string_list_data")]
    sign = next((one for one in signs if one and not _USERNAME.fullmatch(one)), "")
    named = (f"instagram:{whom}",) if whom else ()
    yield _act(
        row,
        line,
        told,
        f"like:{whom}",
        Verb.REACT,
        mentions=named,
        url=_url(row),
        reaction=sign[:40] or "like",
    )


def _post(row: Mapping[str, Any], line: int, told: Told) -> Iterator[Record]:
    media = rows_of(row, "media")
    titles = (_shown_text(one.get("title")) for one in (row, *media))
    text = next((one for one in titles if one), "")
    is_reply = any(mapping(one.get("text_app_post")).get("is_reply") is True for one in (row, *media))
    if is_reply:
        told.leave_out("answers on Threads do not tell what they answer")
    verb = Verb.REPLY if is_reply else Verb.POST
    yield _act(row, line, told, "post", verb, mentions=_mentions(text), text=text or None)


def _following(row: Mapping[str, Any], line: int, told: Told) -> Iterator[Record]:
    whom = _whom(row)
    if not whom:
        raise ValueError("the row does not tell who is followed")
    yield _act(row, line, told, f"follows:{whom}", Verb.FOLLOW, to=(f"instagram:{whom}",))


def _follower(row: Mapping[str, Any], line: int, told: Told) -> Iterator[Record]:
    whom = _whom(row)
    if not whom:
        raise ValueError("the row does not tell who follows")
    at = _when(row)
    to = (told.whose(),)
    yield Activity(
        f"#{told.owner}:followed:{whom}:{at}", seconds(at), f"instagram:{whom}", Verb.FOLLOW, to=to, line=line
    )


def _act(row: Mapping[str, Any], line: int, told: Told, kind: str, verb: Verb, **more: Any) -> Activity:
    at, actor = _when(row), told.whose()
    for name in ("mentions", "to"):
        more[name] = tuple(one for one in more.get(name, ()) if one != actor)
    return Activity(f"#{told.owner}:{kind}:{at}", seconds(at), actor, verb, line=line, **more)
