"""LinkedIn: the data export of a member (zip or folder), and live how often their posts were shown.

A connection is no encounter: it says that two accounts follow each other since a day, not that people met.
Reference: LinkedIn Help, Download your account data.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import IO, Any, ClassVar, TypeAlias
from urllib.parse import unquote

from connectors.kit import csv_files as delimited
from connectors.kit.addresses import email_account
from connectors.kit.answers import At, each, shape_expected
from connectors.kit.exports import each_file
from connectors.kit.months import month_called
from connectors.kit.paging import walk
from connectors.kit.text import clean
from connectors.kit.yes_no import YES, is_yes
from connectors.social import linkedin_statistics
from influence.contract.connector import ConnectorError, Reply, Secret, Unreadable
from influence.contract.files import Export, Member
from influence.contract.records import Activity, Note, Person, Record, SetAside, Verb

_READ = (
    *("profile.csv", "email addresses.csv", "connections.csv", "messages.csv", "comments.csv"),
    *("reactions.csv", "shares.csv"),
)
_ITS_OWN = frozenset(
    (
        *("connections.csv", "reactions.csv", "shares.csv", "email addresses.csv"),
        *("invitations.csv", "registration.csv", "rich_media.csv"),
    )
)
"""Names that the exports of other services do not have: messages, comments and profiles are in many."""
_TOLD_BY = frozenset(("connections.csv", "messages.csv", "comments.csv", "reactions.csv", "shares.csv"))
_OTHERS = frozenset(
    (
        "profile.csv",
        "email addresses.csv",
        "invitations.csv",
        "registration.csv",
        "rich_media.csv",
        "skills.csv",
    )
)
_CONNECTIONS = re.compile(rb'^(?:\xef\xbb\xbf)?"?First Name"?,"?Last Name"?,', re.MULTILINE)
_TRANSLATED = re.compile(
    rb'^(?:\xef\xbb\xbf)?(?:[^,\r\n]{1,60},){2}"?URL"?,(?:[^,\r\n]{1,80},){3}[^,\r\n]{1,60}\r?\n'
    rb'(?=\s{0,20}(?:[^,\r\n]{0,200},){2}"?https?://[a-z.]{0,10}linkedin\.com/in/)',
    re.MULTILINE,
)
"""The header of the connections in another language: the addresses of profiles below it tell what it is."""
_ORDER = ("firstname", "lastname", "url", "emailaddress", "company", "position", "connectedon")
_MESSAGES = re.compile(rb'(?:\xef\xbb\xbf)?"?CONVERSATION ID"?,"?CONVERSATION TITLE"?,"?FROM"?,')
_TRANSLATED_MESSAGES = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:[^,\r\n]{1,60},){7,11}[^,\r\n]{1,60}\r?\n"
    rb'"?[\w=+/-]{3,200}"?,(?:"[^"\r\n]{0,300}"|[^",\r\n]{0,300}),(?:"[^"\r\n]{0,200}"|[^",\r\n]{0,200}),'
    rb'"?https?://[a-z.]{0,10}linkedin\.com/in/'
)
"""The messages in another language: below the header stand an id, a title, a name and the address of a profile."""
_ORDER_OF_MESSAGES = (
    *("conversationid", "conversationtitle", "from", "senderprofileurl", "to", "recipientprofileurls"),
    *("date", "subject", "content", "folder", "attachments"),
)
_ORDERS = {
    "profile.csv": ("firstname", "lastname"),
    "email addresses.csv": ("emailaddress",),
    "comments.csv": ("date", "link", "message"),
    "reactions.csv": ("date", "type", "link"),
    "shares.csv": ("date", "sharelink", "sharecommentary", "sharedurl"),
}
"""Columns of the other files, whose header may be in another language: their order is the same in all."""
_PROFILE = re.compile(r"linkedin\.com/(in|company|school|pub)/([^/?#\s,]{1,200})", re.IGNORECASE)
_URN = re.compile(r"urn:li:\w{1,40}:[\w-]{1,40}")
_DAY = re.compile(r"(\d{1,2})\.? (?:de )?([^\W\d_]{3,12})\.? (?:de )?(\d{4})")
_NUMBERED_DAY = re.compile(r"(\d{4})\D{1,3}(\d{1,2})\D{1,3}(\d{1,2})\D?")
_Row: TypeAlias = Mapping[str, str | None]


@dataclass(frozen=True)
class LinkedIn:
    """Messages, connections, and the member's own posts, comments and reactions; live, how often posts were shown.

    `owner` is the address of the member's profile: live always, else where the export does not tell whose it is.
    `version` is the month of LinkedIn's interface.
    """

    owner: str = ""
    version: str = "202608"
    server: str = linkedin_statistics.SERVER
    login: str = linkedin_statistics.SIGN_IN

    name: ClassVar[str] = "linkedin"
    title: ClassVar[str] = "LinkedIn: the data export of a member; live, how often their posts were shown"
    each_has: ClassVar[frozenset[str]] = frozenset(("Profile.csv",))
    source: ClassVar[str] = (
        "Ask for it under Settings, Data privacy, Get a copy of your data, the larger archive."
    )
    secrets: ClassVar[tuple[str, ...]] = ("access_token", "refresh_token", "client_id", "client_secret")
    required: ClassVar[tuple[str, ...]] = ("owner",)
    reads: ClassVar[str] = (
        "Five totals of your own posts: impressions, members reached, reactions, comments, reshares. They name nobody."
    )
    revoke: ClassVar[str] = "In LinkedIn: Settings & Privacy, Data privacy, Permitted services, Remove."
    beforehand: ClassVar[str] = (
        "It needs an application of your own that LinkedIn has approved for its Community Management API, with "
        "r_member_postAnalytics; most members have none, and the data export needs none. Make the token with the "
        "token generator of LinkedIn's developer portal: it holds for 60 days, then connect again. Only applications "
        "approved for it get a refresh token (365 days); leave that and the client empty otherwise. LinkedIn's "
        "rules let data on members' activity be stored for 48 hours and name no time for such totals: find out "
        "what holds for your application. Each pull replaces the totals of the one before."
    )

    def claims(self, names: Sequence[str]) -> bool:
        """Tell by the names inside: two files of the export, one that is read, and one that only LinkedIn has."""
        inside = {_base(name) for name in names}
        return bool(inside & _TOLD_BY and inside & _ITS_OWN) and len(inside & (_TOLD_BY | _OTHERS)) > 1

    def recognises(self, member: Member, head: bytes) -> bool:  # noqa: ARG002 - a name proves nothing
        """Tell the messages and the connections by their header, and saved answers by how they begin."""
        if head.startswith(linkedin_statistics.BEGINS):
            return True
        return _are_messages(head) or _connections_at(head) is not None

    def parse_export(self, export: Export) -> Iterator[tuple[str, Record]]:
        """Yield the owner, the connections, the messages, and what the owner did.

        Where it cannot be told whose export it is, of the connections only the people are kept.

        Raises:
            ConnectorError: `owner` is no address of a profile.
        """
        files = {_base(name): name for name in export.files if _base(name) in _READ}
        reader = _Reader()
        reader.owner, claim = _owner(export, files, self._stated_owner())
        if claim.accounts:
            yield export.name, claim
        for base in _READ:
            yield from each_file(export, [files[base]] if base in files else [], reader.read)
        yield from ((export.name, note) for note in reader.notes())
        left = sorted(set(export.files) - set(files.values()))
        if left:
            shown = ", ".join(clean(name.rpartition("/")[2], 60) for name in left[:5])
            more = ", …" if len(left) > 5 else ""
            yield export.name, Note(f"files that are not read: {len(left)} ({shown}{more})")

    def parse(self, member: Member) -> Iterator[Record]:
        """Yield the records of the messages or the connections alone, or of an answer.

        Raises:
            Changed: an answer is none of LinkedIn's any more.
            Unreadable: it is neither, or cannot be read.
            ConnectorError: `owner` is no address of a profile.
        """
        head = member.head()
        if head.startswith(linkedin_statistics.BEGINS):
            with shape_expected():
                yield from linkedin_statistics.records(member)
            return
        reader = _Reader(self._stated_owner())
        if not self.recognises(member, head):
            raise Unreadable(
                f"{member.name}: this alone is neither messages.csv nor Connections.csv; import the whole export"
            )
        yield from reader.read(member)
        yield from reader.notes()

    def signed_in_as(self, secret: Secret) -> str:
        """Ask for one number: LinkedIn does not say whose token it is, so the owner is as stated.

        Raises:
            RateLimited, NotAuthorised, ConnectorError: as they say.
        """
        self._statistics(secret).answer("IMPRESSION")
        account = self._stated_owner().partition(":")[2]
        return f"a member of LinkedIn, whose posts are taken for those of {account} as you say"

    def fetch(self, cursor: Mapping[str, Any], secret: Secret) -> Iterator[Reply]:
        """Yield LinkedIn's five totals of the member's own posts.

        Raises:
            RateLimited, NotAuthorised, Changed, ConnectorError: as they say.
        """
        begin = [[metric] for metric in linkedin_statistics.METRICS]
        yield from walk(cursor, lambda _: begin, self._statistics(secret).ask)

    def _statistics(self, secret: Secret) -> linkedin_statistics.Statistics:
        if not (owner := self._stated_owner()):
            raise ConnectorError(
                "owner is not set: give the address of your profile with --set owner=https://www.linkedin.com/in/ann-lee"
            )
        return linkedin_statistics.Statistics(owner, secret, self.version, self.server, self.login)

    def _stated_owner(self) -> str:
        account = account_of(self.owner)
        if self.owner and account is None:
            raise ConnectorError(
                f"owner {self.owner[:60]!r} is no address of a profile; "
                "write one as in https://www.linkedin.com/in/ann-lee"
            )
        return account or ""


def account_of(address: str) -> str | None:
    """Return the account of a profile's address; None where it is none.

    >>> account_of("https://www.linkedin.com/in/Ann-Lee/"), account_of("acme.com")
    ('linkedin:in/ann-lee', None)
    """
    found = _PROFILE.search(address)
    if found is None:
        return None
    slug = clean(unquote(found[2]), 200)
    return f"linkedin:{found[1].lower()}/{slug if slug.startswith('ACoA') else slug.lower()}"


def _base(name: str) -> str:
    return name.rpartition("/")[2].lower()


def _connections_at(head: bytes) -> int | None:
    """Return where the header of the connections begins, below the notes that LinkedIn puts before it."""
    found = _CONNECTIONS.search(head[:4000])
    line = head[found.start() :].split(b"\n", 1)[0] if found else b""
    if found and b"Connected On" in line:
        return found.start()
    translated = _TRANSLATED.search(head[:4000])
    return translated.start() if translated else None


def _are_messages(head: bytes) -> bool:
    """Tell the messages by their header, in another language by what stands below it."""
    return _MESSAGES.match(head) is not None or _TRANSLATED_MESSAGES.match(head) is not None


def _rows(member: Member) -> Iterator[At | SetAside]:
    """Yield each row with its line and its columns in plain lower case; a file without rows yields none."""
    head = member.head()
    start = _connections_at(head) or 0
    below = head[:start].count(b"\n")
    order: Sequence[str] | None = None
    if _TRANSLATED.match(head, start) and not _CONNECTIONS.match(head, start):
        order = _ORDER
    elif not _MESSAGES.match(head) and _TRANSLATED_MESSAGES.match(head):
        order = _ORDER_OF_MESSAGES
    elif usual := _ORDERS.get(_base(member.name)):
        order = None if usual[0] in map(delimited.plain, delimited.header(head)[0]) else usual
    table = Member(member.name, member.size, lambda: _from(member, start))
    if b"\n" not in head[start:].strip() and delimited.is_utf8(head):
        return
    try:
        for row in delimited.rows(table):
            if isinstance(row, SetAside):
                yield SetAside(row.reason, (row.line or 0) + below)
            else:
                yield At(row.line + below, _in_english(row.value, order) if order else row.value)
    except Unreadable as reason:
        yield SetAside(str(reason), 1)


def _in_english(row: _Row, order: Sequence[str]) -> _Row:
    """Call the columns by their English names: their order is the same in all languages."""
    return dict(zip(order, row.values(), strict=False))


def _from(member: Member, start: int) -> IO[bytes]:
    stream = member.open()
    stream.read(start)
    return stream


def _owner(export: Export, files: Mapping[str, str], stated: str) -> tuple[str, Person]:
    """Tell whose export it is: as stated, else by the profile's name among senders, else who is in every message."""
    name, addresses = "", []
    for _, row in _whole_rows(export, files, "profile.csv"):
        name = clean(f"{row.get('firstname') or ''} {row.get('lastname') or ''}", 200)
    for _, row in _whole_rows(export, files, "email addresses.csv"):
        address = clean(row.get("emailaddress") or "", 320)
        if "@" in address and (row.get("confirmed") or "yes").strip().lower() in YES:
            addresses.append(email_account(address))
    account = stated or _among_messages(export, files, name) or (f"linkedin-name:{name}" if name else "")
    mine = (account, *dict.fromkeys(addresses)) if account else ()
    return account, Person(name=name or None, accounts=mine)


def _whole_rows(export: Export, files: Mapping[str, str], base: str) -> Iterator[At]:
    """Yield the rows that can be read; what cannot be is set aside when the file is read for its records."""
    with suppress(ValueError, OSError):
        for row in _rows(export.member(files[base])) if base in files else ():
            if not isinstance(row, SetAside):
                yield row


def _among_messages(export: Export, files: Mapping[str, str], name: str) -> str | None:
    present: Counter[str] = Counter()
    total = 0
    for _, row in _whole_rows(export, files, "messages.csv"):
        sender = account_of(row.get("senderprofileurl") or "")
        if sender and name and clean(row.get("from") or "", 200).lower() == name.lower():
            return sender
        total += 1
        present.update({one for one in (sender, *_recipients(row)) if one})
    always = [account for account, count in present.items() if count == total]
    return always[0] if len(always) == 1 else None


def _recipients(row: _Row) -> tuple[str, ...]:
    found = (account_of(part) for part in (row.get("recipientprofileurls") or "").split(","))
    return tuple(dict.fromkeys(account for account in found if account))


@dataclass
class _Reader:
    """Reads one export, whose owner it knows."""

    owner: str = ""
    drafts: int = 0
    people_only: int = 0
    claimed: set[tuple[str, str]] = field(default_factory=set)
    numbers: Counter[str] = field(default_factory=Counter)

    def read(self, member: Member) -> Iterator[Record]:
        """Yield the records of one file, whose kind its header tells, or else its name."""
        kinds = {
            "connections.csv": self._connection,
            "messages.csv": self._message,
            "comments.csv": self._comment,
            "reactions.csv": self._reaction,
            "shares.csv": self._share,
        }
        head = member.head()
        told = "messages.csv" if _are_messages(head) else _base(member.name)
        read = kinds.get("connections.csv" if _connections_at(head) is not None else told, self._nothing)
        yield from each(_rows(member), lambda at: read(at.line, at.value), "")

    def _nothing(self, line: int, row: _Row) -> Iterator[Record]:  # noqa: ARG002 - as the others
        """Yield nothing of the files that tell only whose export it is."""
        yield from ()

    def notes(self) -> Iterator[Note]:
        """Yield what was left out."""
        if self.drafts:
            yield Note(f"{self.drafts:,} drafts were left out")
        if self.people_only:
            yield Note(
                f"of {self.people_only:,} connections only the people are kept: whose they are is not known; "
                "import the whole export, or name the owner with --set owner=…"
            )

    def _connection(self, line: int, row: _Row) -> Iterator[Record]:
        name = clean(f"{row.get('firstname') or ''} {row.get('lastname') or ''}", 200)
        address = clean(row.get("emailaddress") or "", 320)
        mail = (email_account(address),) if "@" in address else ()
        account = account_of(row.get("url") or "") or next(iter(mail), None)
        if account is None:
            raise ValueError("the connection has no profile: the member has left LinkedIn or hides it")
        company = clean(row.get("company") or "", 200)
        yield Person(
            name=name or None,
            accounts=tuple(dict.fromkeys((account, *mail))),
            organisation=company or None,
            line=line,
        )
        if not self.owner:
            self.people_only += 1
            return
        yield Activity(
            id=f"linkedin:connection:{account}",
            time=_day(row.get("connectedon") or ""),
            actor=account,
            verb=Verb.FOLLOW,
            to=(self.owner,),
            line=line,
        )

    def _message(self, line: int, row: _Row) -> Iterator[Record]:
        if any(
            is_yes(row.get(name) or "no", "whether the message is a draft")
            for name in ("ismessagedraft", "isconversationdraft")
        ):
            self.drafts += 1
            return
        sender, name = account_of(row.get("senderprofileurl") or ""), clean(row.get("from") or "", 200)
        if sender is None:
            raise ValueError(
                "the message has no sender with a profile: the member has left, or it is advertising"
            )
        time, conversation = _moment(row.get("date") or ""), clean(row.get("conversationid") or "", 200)
        if name and (name, sender) not in self.claimed:
            self.claimed.add((name, sender))
            yield Person(name=name, accounts=(sender,), line=line)
        yield Activity(
            id=self._numbered(f"linkedin:message:{conversation}:{time:%Y%m%dT%H%M%S}:{sender}"),
            time=time,
            actor=sender,
            verb=Verb.MESSAGE,
            conversation=f"linkedin:{conversation}" if conversation else None,
            to=tuple(one for one in _recipients(row) if one != sender),
            text=row.get("content"),
            line=line,
        )

    def _comment(self, line: int, row: _Row) -> Iterator[Record]:
        yield self._own("comment", Verb.COMMENT, row, line, row.get("link"), row.get("message"))

    def _reaction(self, line: int, row: _Row) -> Iterator[Record]:
        kind = clean(row.get("type") or "", 40).lower()
        acted = self._own(f"reaction-{kind}", Verb.REACT, row, line, row.get("link"))
        yield replace(acted, reaction=kind or None)

    def _share(self, line: int, row: _Row) -> Iterator[Record]:
        link, shared = row.get("sharelink"), row.get("sharedurl") or ""
        verb = Verb.SHARE if "linkedin.com/" in shared and _post(shared) else Verb.POST
        yield self._own("post", verb, row, line, link, row.get("sharecommentary"))

    def _own(
        self, kind: str, verb: Verb, row: _Row, line: int, link: str | None, text: str | None = None
    ) -> Activity:
        """Make an act of the owner. The post that it belongs to is its conversation: whose it was is not told."""
        if not self.owner:
            raise ValueError("whose act it is cannot be told; name the owner with --set owner=…")
        time, post = _moment(row.get("date") or ""), _post(link or "")
        return Activity(
            id=self._numbered(f"linkedin:{kind}:{post or clean(link or '', 200)}:{time:%Y%m%dT%H%M%S}"),
            time=time,
            actor=self.owner,
            verb=verb,
            conversation=f"linkedin:{post}" if post else None,
            text=text,
            url=clean(link, 2000) if link and link.startswith("https://") else None,
            line=line,
        )

    def _numbered(self, identity: str) -> str:
        """Return the id, with a number where another row of the same second has it."""
        self.numbers[identity] += 1
        return identity if self.numbers[identity] == 1 else f"{identity}:{self.numbers[identity]}"


def _post(link: str) -> str | None:
    found = _URN.search(unquote(link))
    return found[0] if found else None


def _moment(text: str) -> datetime:
    """Read a time, which LinkedIn writes in UTC."""
    try:
        found = datetime.fromisoformat(re.sub(r" ?UTC$", "", text.strip()))
    except ValueError:
        raise ValueError(f"the date {clean(text, 40)!r} cannot be read") from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _day(text: str) -> datetime:
    """Read a day as LinkedIn writes it, `15 Jan 2024`, in its members' languages; it begins at midnight UTC.

    >>> _day("05 janv. 2026") == _day("2026年1月5日") == _day("5 de enero de 2026")
    True
    """
    if numbered := _NUMBERED_DAY.fullmatch(text.strip()):
        return datetime(int(numbered[1]), int(numbered[2]), int(numbered[3]), tzinfo=UTC)
    found = _DAY.fullmatch(text.strip())
    month = month_called(found[2]) if found else None
    if found is None or month is None:
        raise ValueError(f"the day {clean(text, 40)!r} on which they connected cannot be read")
    return datetime(int(found[3]), month, int(found[1]), tzinfo=UTC)
