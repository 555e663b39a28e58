"""Slack: the export of a workspace (zip or folder), and the Web API with the token of an internal app.

The API is asked by slack_sdk (`slack_api`); here stands what is asked for, and what it says.
References: Slack, How to read Slack data exports; Slack API, conversations.history, conversations.replies,
users.list, Rate limits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar
from unicodedata import normalize

from connectors.chat.slack_records import Channel, MessageReader, person
from connectors.kit.answers import each, needed, needed_list, read, shape_expected, written
from connectors.kit.exports import each_file, name_in_zip
from connectors.kit.json_files import rows
from connectors.kit.lists import texts
from connectors.kit.paging import Answer, State, Task, everything, walk
from connectors.kit.text import clean
from influence.contract.connector import Changed, ConnectorError, MissingExtra, Reply, Secret, Unreadable
from influence.contract.files import Export, Member
from influence.contract.records import Deleted, Note, Person, Record, SetAside

if TYPE_CHECKING:
    from connectors.chat.slack_api import Api, Page

LISTS = ("channels.json", "groups.json", "dms.json", "mpims.json")
PEOPLE = ("users.json", "org_users.json")
"""Who is in the workspace, and who is in the organisation that it belongs to (Enterprise Grid)."""
_USERS = re.compile(r"((?:.*/)?)(?:org_)?users\.json")
_TEAM = re.compile(r"teams/[^/]+/")
_OF_TEAM = re.compile(r"teams/[^/]+/([^/]+)")
"""The export of an organisation (Enterprise Grid) holds each of its workspaces with lists of its own."""
_DIRECT = {"dms.json", "mpims.json"}
_DAY = re.compile(r"(?:.*/)?([^/]+)/\d{4}-\d\d-\d\d\.json")
_REPLY = re.compile(rb'\s*\{"slack": ?"[a-z]+\.[a-z]+"')
_DUMP = re.compile(
    rb'\s*\{\s*"(?:channel_id"\s*:\s*"[A-Z0-9]{2,40}"|name"\s*:\s*"[^"]{0,200}"\s*,\s*"messages"\s*:\s*\[\s*\{)'
)
_NO_NAMES = (
    "a dump of slackdump tells neither names nor addresses; make its other form, slackdump export, which does"
)
_KINDS = {
    "public_channel": "the public channels",
    "private_channel": "the private channels",
    "mpim": "the direct messages among several",
    "im": "the direct messages",
}
"""The types of conversations; each is asked for alone, since an app may lack the permission for some."""


@dataclass(frozen=True)
class Slack:
    """Messages, threads, mentions and reactions of a workspace, and its people.

    A message is `Activity` with verb message (in a thread: reply to the first message of the thread); each
    reaction of each user is a react to its message. `lookback` is how many days are read again at each pull,
    for edits and late answers; `channels` limits a pull to these names or ids, separated by `;`; `client_id`
    is that of the app, where its tokens rotate; `address` is that of the API, for workspaces on another one
    than slack.com.
    """

    lookback: str = "7"
    channels: str = ""
    client_id: str = ""
    address: str = "https://slack.com/api/"

    name: ClassVar[str] = "slack"
    title: ClassVar[str] = "Slack: the export of a workspace, or live with the token of an internal app"
    each_has: ClassVar[frozenset[str]] = frozenset(("users.json", "org_users.json"))
    source: ClassVar[str] = "An owner of the workspace exports it under Settings, Import/Export Data, Export."
    needs: ClassVar[Mapping[str, str]] = {"slack_sdk": "slack"}
    secrets: ClassVar[tuple[str, ...]] = ("token", "refresh_token", "client_secret")
    beforehand: ClassVar[str] = (
        "You make an app of your own in the workspace (docs/connectors/slack.md); an owner of the workspace may have "
        "to approve it. Its token lasts until it is taken back. Only where the app has token rotation, leave the "
        "token empty, give the refresh token and the client's secret, and set its client_id too (--set client_id=…)."
    )
    reads: ClassVar[str] = (
        "It reads the people, the channels that the app is a member of, their messages, threads and reactions."
    )
    revoke: ClassVar[str] = "Remove the app from the workspace under api.slack.com/apps, Settings, Uninstall."

    def claims(self, names: Sequence[str]) -> bool:
        """Tell by the names inside: a list of users beside a list of channels or conversations."""
        return _root(names) is not None

    def recognises(self, member: Member, head: bytes) -> bool:  # noqa: ARG002 - a name proves nothing
        """Tell an answer of the API as `fetch` keeps it, with its method and channel; or a dump by slackdump."""
        return _REPLY.match(head) is not None or _is_dump(head)

    def parse_export(self, export: Export) -> Iterator[tuple[str, Record]]:
        """Yield people, then all days of all channels; deletions last, since a later day may tell them.

        Raises:
            Unreadable: there is no list of users beside a list of channels in it.
        """
        root = _root(list(export.files))
        if root is None:
            raise Unreadable(f"{export.name}: a Slack export has users.json and channels.json, this has not")
        yield from _Workspace(export, root).records()

    def parse(self, member: Member) -> Iterator[Record]:
        """Yield the records of one kept answer of the API.

        Raises:
            Unreadable: it is no such answer; a single day of an export tells neither channel nor people.
            Changed: the answer has another shape than it had.
        """
        with shape_expected():
            head = member.head()
            if _is_dump(head):
                reader = MessageReader()
                yield from _dumped(member, reader)
                yield from reader.notes()
                yield Note(_NO_NAMES)
                return
            if not _REPLY.match(head):
                raise Unreadable(
                    f"{member.name}: this alone tells neither its channel nor its people; import the whole "
                    "zip or folder of the Slack export"
                )
            kept = read(member)
            yield from _answer_records(kept["slack"], kept, needed(kept, "answer", member.name))

    def fetch(self, cursor: Mapping[str, Any], secret: Secret) -> Iterator[Reply]:
        """Yield people and channels, then each channel's new messages and the threads among them.

        Raises:
            RateLimited, NotAuthorised, Changed: as they say.
            ConnectorError: `lookback` is no number of days, or Slack refuses for another reason.
        """
        if not re.fullmatch(r"\d{1,4}", self.lookback):
            raise ConnectorError(f"lookback {self.lookback[:20]!r} is no number of days; write one as in 7")
        wanted = {one.strip().removeprefix("#") for one in self.channels.split(";") if one.strip()}
        pull = _Pull(self._api(secret), int(self.lookback) * 86_400, wanted)
        yield from walk(cursor, pull.begin, pull.ask, keeps_tasks=False)

    def signed_in_as(self, secret: Secret) -> str:
        """Ask who it is, and in which workspace.

        Raises:
            RateLimited, NotAuthorised, Changed: as they say.
        """
        answer = self._api(secret).page("auth.test").answer
        user, team = needed(answer, "user", "auth.test"), needed(answer, "team", "auth.test")
        return f"{clean(str(user), 100)} in {clean(str(team), 100)}'s Slack"

    def _api(self, secret: Secret) -> Api:
        try:
            from connectors.chat.slack_api import Api, rotated  # an extra, and 0.1 s with requests
        except ImportError:
            raise MissingExtra("Slack needs: pip install 'networked-influence[slack]'") from None
        if not self.client_id:
            return Api(self.address, secret.get("token"))

        def renewed() -> str:
            return rotated(self.address, self.client_id, secret)

        return Api(self.address, renewed(), renewed)


def _is_dump(head: bytes) -> bool:
    return _DUMP.match(head) is not None and all(word in head for word in (b'"messages"', b'"ts"', b'"type"'))


def _dumped(member: Member, reader: MessageReader) -> Iterator[Record]:
    """Read a channel as slackdump writes it for itself: each thread stands within its first message."""
    kept = read(member)
    identity = str(
        kept.get("channel_id") or member.name.rpartition("/")[2].partition(".")[0].partition("-")[0]
    )
    channel = Channel(clean(identity, 40), clean(str(kept.get("name") or ""), 100) or None)
    for message in needed_list(kept, "messages", member.name):
        yield from each([message], lambda one: _message_records(one, channel, reader), "the message", "ts")
        replies = message.get("slackdump_thread_replies") if isinstance(message, Mapping) else None
        answers = replies if isinstance(replies, list) else []
        yield from each(answers, lambda one: _message_records(one, channel, reader), "the message", "ts")


def _root(names: Sequence[str]) -> str | None:
    """Return the folder of the export inside the archive (mostly empty text); None where there is none."""
    present = set(names)
    roots = [str(users[1]) for name in names if (users := _USERS.fullmatch(name))]
    found = [root for root in roots if any(root + one in present for one in LISTS)]
    return min(found, key=len, default=None)


@dataclass
class _Workspace:
    """One export while it is read."""

    export: Export
    root: str
    reader: MessageReader = field(default_factory=MessageReader)
    channels: dict[str, Channel] = field(default_factory=dict)

    def records(self) -> Iterator[tuple[str, Record]]:
        users = self._there(PEOPLE)
        yield from each_file(self.export, users, self._users)
        lists = self._there(LISTS)
        yield from each_file(self.export, lists, self._channels)
        days = [name for name in self.export.files if name.startswith(self.root) and _DAY.fullmatch(name)]
        dumps = [name for name in self.export.files if self._is_dump(name)]
        for name in dumps:
            yield from each_file(self.export, [name], self._dumped)
        deleted: list[tuple[str, Record]] = []
        for name, record in each_file(self.export, days, self._day):
            if isinstance(record, Deleted):
                deleted.append((name, record))
            else:
                yield name, record
        yield from deleted
        yield from ((self.export.name, note) for note in self.reader.notes())
        yield from self._not_read({*users, *lists, *days, *dumps})

    def _there(self, wanted: Sequence[str]) -> list[str]:
        """Return the lists of these names: of the export itself, then of each workspace of an organisation in it."""
        begins = len(self.root)
        inside = [name for name in self.export.files if name.startswith(self.root) and name.endswith(".json")]
        return [
            *(self.root + one for one in wanted if self.root + one in self.export.files),
            *(one for one in inside if (found := _OF_TEAM.fullmatch(one, begins)) and found[1] in wanted),
        ]

    def _is_dump(self, name: str) -> bool:
        """Tell a channel that slackdump wrote for itself beside the lists."""
        is_beside = name.endswith(".json") and "/" not in name.removeprefix(self.root)
        return is_beside and _is_dump(self.export.member(name).head())

    def _dumped(self, member: Member) -> Iterator[Record]:
        yield from _dumped(member, self.reader)

    def _users(self, member: Member) -> Iterator[Record]:
        for record in each(rows(member), lambda at: [person(at.value, at.line)], "the user"):
            if isinstance(record, Person):
                self.reader.listed = True
                self.reader.known.update(record.accounts)
            yield record

    def _channels(self, member: Member) -> Iterator[Record]:
        within, name = self._place(member.name)
        yield from each(
            rows(member), lambda at: self._known(at.value, within, direct=name in _DIRECT), "the channel"
        )

    def _known(self, row: Mapping[str, Any], within: str, *, direct: bool) -> Iterator[Record]:
        if not isinstance(row.get("id"), str):
            yield SetAside("the channel has no id")
            return
        channel = _channel(row, direct=direct)
        self.channels[within + normalize("NFC", str(row.get("name") or channel.id))] = channel

    def _place(self, name: str) -> tuple[str, str]:
        """Return in which workspace of an organisation a file lies (mostly empty text), and its name in there."""
        told = normalize("NFC", name_in_zip(name[len(self.root) :]))
        team = _TEAM.match(told)
        within = team[0] if team else ""
        return within, told.removeprefix(within)

    def _day(self, member: Member) -> Iterator[Record]:
        within, name = self._place(member.name)
        folder = name.rsplit("/", 2)[-2]
        known = self.channels.get(within + folder) or self.channels.get(folder)
        channel = known or Channel(f"#{within}{folder}", clean(folder, 100))
        yield from each(rows(member), lambda at: self.reader.read(at.value, channel, at.line), "the message")

    def _not_read(self, read: set[str]) -> Iterator[tuple[str, Record]]:
        left = [name for name in self.export.files if name not in read]
        if left:
            shown = ", ".join(clean(name.rpartition("/")[2], 60) for name in left[:5])
            more = ", …" if len(left) > 5 else ""
            yield (
                self.export.name,
                Note(f"files that hold no messages were not read: {len(left)} ({shown}{more})"),
            )


def _channel(row: Mapping[str, Any], *, direct: bool, self_id: str = "") -> Channel:
    """Make a channel of its row; a direct message has members and no name."""
    identity = clean(str(row["id"]), 40)
    if not direct:
        name = row.get("name")
        return Channel(identity, clean(name, 100) if isinstance(name, str) else None)
    members = row.get("members")
    listed = texts(members, "members") if members is not None else [row.get("user"), self_id]
    return Channel(
        identity, None, tuple(f"slack:{one}" for one in listed if isinstance(one, str) and one.isalnum())
    )


def _answer_records(method: str, kept: Mapping[str, Any], answer: Any) -> Iterator[Record]:
    if not isinstance(answer, Mapping):
        raise Changed(f"Slack's answer to {method} is no JSON object")
    if answer.get("ok") is not True:
        yield _refused(method, kept, answer)
    elif method == "users.list":
        yield from (
            person(user, 1) if isinstance(user, Mapping) else SetAside("the user is no JSON object", 1)
            for user in needed_list(answer, "members", f"Slack's answer to {method}")
        )
    elif method == "conversations.list":
        yield from _closed(needed_list(answer, "channels", f"Slack's answer to {method}"))
    elif method in {"conversations.history", "conversations.replies"}:
        yield from _page_records(
            needed(kept, "channel", "the kept answer"),
            needed_list(answer, "messages", f"Slack's answer to {method}"),
        )
    else:
        raise Changed(f"the kept answer is of {clean(method, 40)!r}, which is not read here")


def _refused(method: str, kept: Mapping[str, Any], answer: Mapping[str, Any]) -> Note:
    """Say what Slack does not give: a channel, or all of a kind for which the app has no permission."""
    error, place = clean(str(answer.get("error")), 60), kept.get("channel")
    if error == "missing_scope":
        what = _KINDS.get(str(kept.get("kind")), "the people" if method == "users.list" else method)
        lacks = clean(str(answer.get("needed") or "a permission"), 80)
        return Note(f"{what} are not read: the app lacks {lacks}; Slack says {error!r}")
    called = clean(str(place.get("name") or place.get("id")), 100) if isinstance(place, Mapping) else method
    return Note(f"{called} is not read: Slack says {error!r}")


def _closed(channels: Iterable[Any]) -> Iterator[Note]:
    closed = sum(isinstance(one, Mapping) and not _is_open(one) for one in channels)
    if closed:
        yield Note(f"{closed:,} channels are not read: the app is not a member of them; /invite it there")


def _is_open(channel: Mapping[str, Any]) -> bool:
    return channel.get("is_member") is True or channel.get("is_im") is True or channel.get("is_mpim") is True


def _page_records(place: Any, messages: Iterable[Any]) -> Iterator[Record]:
    where = "the kept answer's channel"
    members = tuple(str(one) for one in needed_list(place, "members", where))
    name = place.get("name")
    channel = Channel(str(needed(place, "id", where)), name if isinstance(name, str) else None, members)
    reader = MessageReader()
    yield from each(messages, lambda one: _message_records(one, channel, reader), "the message", "ts")
    yield from reader.notes()


def _message_records(message: Any, channel: Channel, reader: MessageReader) -> Iterator[Record]:
    if isinstance(message, Mapping):
        yield from reader.read(message, channel, 1)
    else:
        yield SetAside("the message is no JSON object", 1)


@dataclass
class _Pull:
    """One pull. The cursor holds the newest message read of each channel (`read`), and where it stands (`at`)."""

    api: Api
    again: int
    wanted: set[str]
    self_id: str = ""
    channels: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)

    def begin(self, state: State) -> list[Task]:
        """Plan a pull: people and channels, then each channel."""
        state.setdefault("read", {})
        self.self_id = str(self.api.page("auth.test").answer.get("user_id") or "")
        return [["users.list", ""], *(["conversations.list", kind, ""] for kind in _KINDS), ["channels"]]

    def ask(self, task: Task, state: State) -> Answer:
        """Ask for a page of a list, or for what comes next in a channel."""
        match task:
            case ["users.list", str(cursor)]:
                page = self.api.page("users.list", cursor)
                return self._listed(page, "members", "people", ["users.list", page.after])
            case ["conversations.list", str(kind), str(cursor)]:
                page = self.api.page("conversations.list", cursor, types=kind)
                found = {str(needed(row, "id", "the channel")): row for row in page.rows("channels")}
                self.channels |= found
                self.kinds |= dict.fromkeys(found, kind)
                self._lacking(page, kind, _KINDS)
                return self._listed(page, "channels", "channels", [page.method, kind, page.after], kind)
            case ["channels"]:
                return Answer(None, [["place", row] for row in self._open(state.get("at"))])
            case ["place", row] if self.kinds[str(row["id"])] in self.refused:
                return Answer(None)
            case ["place", row]:
                return Answer(None, [["channel", self._place(row), True]])
        _, channel, first = task
        if first and state.get("at", {}).get("channel") != channel.id:
            state["at"] = self._start(channel, state["read"].get(channel.id, "0"))
        at = state["at"]
        answer = self._thread(channel, at, state) if at["threads"] else self._history(channel, at, state)
        more = ["channel", channel, False] if "at" in state else None
        return replace(answer, more=more, afresh={"read": state["read"]})

    def _listed(self, page: Page, rows: str, what: str, after: Task, kind: str = "") -> Answer:
        found = page.rows(rows)
        more = after if page.after else None
        held, note = (what, kind, found) if found else None, f"{len(found):,} {what}"
        return Answer(_kept(page, kind=kind), note=note, more=more, empty=not found, held=held)

    def _lacking(self, page: Page, kind: str, kinds: Iterable[str]) -> None:
        """Note that a kind of conversations is not given.

        Raises:
            NotAuthorised: none of the kinds is.
        """
        if page.error == "missing_scope":
            self.refused.add(kind)
            if self.refused >= set(kinds):
                raise page.refusal()

    def _open(self, at: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
        """Return the channels to read, the one first in which the last pull was cut off."""
        rows = {number: row for number, row in self.channels.items() if _is_open(row)}
        order = sorted(rows, key=lambda one: (at is None or one != at["channel"], one))
        named = [one for one in order if not self.wanted or {one, str(rows[one].get("name"))} & self.wanted]
        return [rows[number] for number in named]

    def _place(self, row: Mapping[str, Any]) -> Channel:
        if row.get("is_mpim") is not True:
            return _channel(row, direct=row.get("is_im") is True, self_id=self.self_id)
        method = "conversations.members"
        members = everything(
            "",
            lambda cursor: self.api.page(method, cursor, channel=row["id"]),
            lambda page: (
                [] if page.error else needed_list(page.answer, "members", f"Slack's answer to {method}")
            ),
            lambda page, _: page.after or None,
        )
        return _channel({**row, "members": list(members)}, direct=True)

    def _start(self, channel: Channel, newest: str) -> dict[str, Any]:
        oldest = f"{max(0.0, float(newest) - self.again):.6f}"
        return {"channel": channel.id, "oldest": oldest, "newest": newest, "page": "", "threads": []}

    def _history(self, channel: Channel, at: dict[str, Any], state: State) -> Answer:
        page = self.api.page("conversations.history", at["page"], channel=channel.id, oldest=at["oldest"])
        messages, kind = page.rows("messages"), self.kinds[channel.id]
        self._lacking(page, kind, {self.kinds[str(row["id"])] for row in self._open(None)})
        stamps = [str(message["ts"]) for message in messages if "ts" in message]
        roots = [str(m["ts"]) for m in messages if m.get("reply_count") and m.get("thread_ts") == m.get("ts")]
        newest = max([at["newest"], *stamps], key=_number)
        at |= {"page": page.after or None, "threads": [[root, ""] for root in roots], "newest": newest}
        _go_on(at, state)
        note = f"{channel.name or 'direct messages'}: {len(messages):,} messages"
        empty, held = not messages and "at" in state, (channel.id, stamps) if stamps else None
        return Answer(_kept(page, channel, kind), note=note, empty=empty, held=held)

    def _thread(self, channel: Channel, at: dict[str, Any], state: State) -> Answer:
        (root, cursor), *others = at["threads"]
        page = self.api.page("conversations.replies", cursor, channel=channel.id, ts=root)
        messages = page.rows("messages")
        at["threads"] = [[root, page.after], *others] if page.after else others
        _go_on(at, state)
        note = f"{channel.name or 'direct messages'}: {len(messages):,} in a thread"
        empty, held = not messages and "at" in state, (channel.id, root, messages) if messages else None
        return Answer(_kept(page, channel), note=note, empty=empty, held=held)


def _go_on(at: Mapping[str, Any], state: State) -> None:
    """Where nothing is left in a channel, note that it is read up to its newest message."""
    if not at["threads"] and not at["page"]:
        state["read"][at["channel"]] = at["newest"]
        del state["at"]


def _kept(page: Page, channel: Channel | None = None, kind: str = "") -> Member:
    """Keep an answer with the method, the channel and the kind of conversations that it belongs to."""
    told: dict[str, Any] = {"slack": page.method}
    if channel is not None:
        told["channel"] = {"id": channel.id, "name": channel.name, "members": channel.members}
    where = f"{page.method} {channel.id}" if channel else page.method
    return written(f"{where}.json", {**told, **({"kind": kind} if kind else {}), "answer": page.answer})


def _number(ts: str) -> float:
    return float(ts) if re.fullmatch(r"\d{1,11}(\.\d{1,9})?", ts) else 0.0
