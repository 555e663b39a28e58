"""Mail: an mbox, a folder of them, a Maildir or single .eml files. Headers only; no text is kept.

References: RFC 5322 (messages), RFC 4155 (mbox), RFC 2919 and 2369 (lists), RFC 3834 (automatic mail).
"""

from __future__ import annotations

import email
import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.errors import HeaderParseError
from email.header import decode_header
from email.utils import parsedate_to_datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from connectors.kit.addresses import (
    Mailbox,
    display_name,
    email_account,
    exchange_account,
    exchange_entries,
    is_placeholder,
    mailboxes,
    shares_a_name,
    unaddressed,
)
from connectors.kit.called_off import refuse_called_off
from connectors.kit.exports import each_file
from connectors.kit.meetings import NoMeeting
from connectors.kit.text import clean
from connectors.kit.times import named_zone
from connectors.mail import exchange_calendar as calendar_folder
from connectors.mail.mbox import RawMessage, is_mbox, is_message, messages
from connectors.mail.people_in_headers import SENT_FOLDERS, Claims
from influence.contract.connector import Unreadable
from influence.contract.files import Export, Member
from influence.contract.records import Activity, Encounter, Note, Person, Record, SetAside, Verb

EARLIEST = datetime(1980, 1, 2, tzinfo=UTC)
"""Clocks that were never set say 1980-01-01; there was hardly any mail before."""
LONGEST_DECODED = 20_000
"""Characters of a header that is decoded: the library's time grows with the square of it."""
_ID = re.compile(r"<([^<>\s]{1,500})>")
_ONE_MAIL = re.compile(r"(^|/)(cur|new)/[^/]+$|\.eml$", re.IGNORECASE)
_LONGEST_TEXT = 5_000
"""Characters of a body that are looked at for words about meetings; the store drops them unless asked to keep them."""
_BOOKKEEPING = re.compile(
    r"(^|/)(tmp/[^/]+|dovecot[.-][^/]*|courierimap[^/]*|maildirfolder|maildirsize|subscriptions|\.[^/]+)$"
)
"""What mail servers keep beside the mail, and deliveries that were not finished."""
_CALENDARS = frozenset(("calendar", "kalender", "calendrier", "kalendar"))
_NO_MAIL = {
    "contacts": "a contact, not a mail",
    "kontakte": "a contact, not a mail",
    "kontakter": "a contact, not a mail",
    "tasks": "a task, not a mail",
    "to do": "a task, not a mail",
    "aufgaben": "a task, not a mail",
    "opgaver": "a task, not a mail",
    "oppgaver": "a task, not a mail",
    "notes": "a note, not a mail",
    "journal": "a journal entry, not a mail",
}


class _NotRead(ValueError):
    """Why a message is set aside."""


@dataclass(frozen=True)
class Mail:
    """Messages, replies and what their headers tell of people.

    `zone` is the IANA zone for dates that state none. A message is `Activity` with its header's date,
    sender, addressees and the message that it answers; a calendar entry of an Exchange export (folder
    `Calendar`) is `Encounter`, dated when it was entered; who owns which name and address is `Person`.
    """

    zone: str | None = None

    name: ClassVar[str] = "mail"
    title: ClassVar[str] = "mail as mbox, Maildir or .eml"
    source: ClassVar[str] = "Export a mailbox as mbox (Thunderbird, Apple Mail, Google Takeout, readpst)."

    def recognises(self, member: Member, head: bytes) -> bool:  # noqa: ARG002 - a name proves nothing
        """Tell an mbox by its first line and a single mail by its header."""
        return is_mbox(head) or is_message(head)

    def claims(self, names: Sequence[str]) -> bool:
        """Tell by the names whether a folder or archive holds single mails (Maildir, .eml) and nothing else."""
        return any(map(_ONE_MAIL.search, names)) and all(
            _ONE_MAIL.search(name) or _BOOKKEEPING.search(name) for name in names
        )

    def parse(self, member: Member) -> Iterator[Record]:
        """Yield one activity, encounter or set-aside row for each message, and claims on people.

        Raises:
            Unreadable: the file holds no message.
        """
        reader = self._reader()
        if not self.recognises(member, member.head()):
            raise Unreadable(f"{member.name}: the file holds no mail; an mbox begins with a line 'From …'")
        yield from reader.read_file(member)
        yield from reader.at_end()

    def parse_export(self, export: Export) -> Iterator[tuple[str, Record]]:
        """Read single mails as one mailbox, so that what many of them tell of a sender counts together."""
        reader, last = self._reader(), ""

        def read(member: Member) -> Iterator[Record]:
            if member.name.rpartition("/")[0].endswith("tmp"):
                yield SetAside("a delivery that was not finished")
            elif _BOOKKEEPING.search(member.name):
                return
            elif self.recognises(member, member.head()):
                yield from reader.read_file(member)
            else:
                yield SetAside("the file holds no mail")

        for last, record in each_file(export, export.files, read):
            yield last, record
        yield from ((last, record) for record in reader.at_end())

    def _reader(self) -> _Reader:
        return _Reader(named_zone(self.zone), datetime.now(UTC) + timedelta(days=2))


@dataclass(frozen=True)
class _Message:
    """One message with its header read."""

    raw: RawMessage
    fields: dict[str, list[bytes]]

    def text(self, name: str) -> str:
        """Return the field decoded, or empty text."""
        return "".join(_decoded(value) for value in self.fields.get(name, ())[:1])

    def mailboxes(self, name: str) -> list[Mailbox]:
        """Return the entries of all fields of that name, each decoded only after it was split."""
        raw = ", ".join(_latin(value) for value in self.fields.get(name, ()))
        return [
            Mailbox(display_name(_words(m.name)) if "=?" in m.name else m.name, m.address)
            for m in mailboxes(raw)
        ]

    @property
    def folder(self) -> str:
        """The last part of the folder of an Exchange export, in lower case."""
        return self.text("x-folder").rpartition("\\")[2].strip(" '_").lower()


@dataclass
class _Reader:
    """Turns messages into records and remembers, for one file, what it has claimed and left out."""

    zone: ZoneInfo | None
    latest: datetime
    claims: Claims = field(default_factory=Claims)
    left_out: Counter[str] = field(default_factory=Counter)

    def read_file(self, member: Member) -> Iterator[Record]:
        """Read the messages of one file."""
        with member.open() as stream:
            for raw in messages(stream):
                yield from self.read(raw)

    def at_end(self) -> Iterator[Record]:
        """Tell what only all messages together tell."""
        yield from self.claims.at_end()
        yield from (Note(f"{count:,} {what}") for what, count in self.left_out.items())

    def read(self, raw: RawMessage) -> Iterator[Record]:
        message = _Message(raw, raw.fields())
        try:
            yield from self._records(message)
        except (_NotRead, NoMeeting) as reason:
            yield SetAside(str(reason), raw.line)

    def _records(self, message: _Message) -> Iterator[Record]:
        if message.raw.too_long:
            raise _NotRead("the header of the message is longer than 1 MiB")
        time = _time(message.text("date"), self.zone, self.latest)
        if message.folder in _CALENDARS and message.text("x-origin"):
            yield self._calendar_entry(message, time)
            return
        if message.folder in _NO_MAIL and not message.text("to"):
            raise _NotRead(_NO_MAIL[message.folder])
        sender = _sender(message)
        addressees = [(m, entry) for name in ("to", "cc", "bcc") for m, entry in _paired(message, name)]
        yield self._activity(message, time, sender, addressees)
        yield from self._claims(message, sender, addressees)

    def _activity(
        self, message: _Message, time: datetime, sender: str, addressees: list[tuple[Mailbox, str]]
    ) -> Activity:
        parent = _answered(message)
        subject = clean(message.text("subject"))
        text = _body_text(message)
        print_ = _fingerprint(text, time, sender, subject)
        return Activity(
            id=f"mail:{_message_id(message) or print_}",
            time=time,
            actor=sender,
            verb=Verb.REPLY if parent else Verb.MESSAGE,
            parent=f"mail:{parent}" if parent else None,
            to=self._accounts(addressees, sender),
            text=text[:_LONGEST_TEXT] or None,
            subject=subject or None,
            fingerprint=print_,
            line=message.raw.line,
        )

    def _accounts(self, entries: list[tuple[Mailbox, str]], without: str) -> tuple[str, ...]:
        found = [account_of(mailbox, entry) for mailbox, entry in entries]
        nameless = sum(account is None for account in found)
        if nameless:
            self.left_out["addressees with neither a name nor an address of their own were left out"] += (
                nameless
            )
        return tuple(dict.fromkeys(account for account in found if account and account != without))

    def _calendar_entry(self, message: _Message, time: datetime) -> Encounter:
        text = _body_text(message)
        asked = [pair for name in ("to", "cc") for pair in _paired(message, name)] if "When:" in text else []
        invited = [_said_name(mailbox, entry) for mailbox, entry in asked]
        owner = f"mailbox:{clean(message.text('x-origin')).lower()}"
        title = clean(message.text("subject"))
        refuse_called_off(title)
        return calendar_folder.encounter(owner, title, text, time, invited, message.raw.line)

    def _claims(
        self, message: _Message, sender: str, addressees: list[tuple[Mailbox, str]]
    ) -> Iterator[Person]:
        line = message.raw.line
        mailbox = next(iter(message.mailboxes("from")), Mailbox("", ""))
        shown = message.text("x-from")
        yield from self.claims.of_entries([(mailbox, shown), *addressees], line)
        for address in re.findall(r"mailto:([^\s<>?,;]{1,300}@[^\s<>?,;]{1,250})", message.text("list-post")):
            yield from self.claims.of_bot(email_account(address), line)
        self.claims.count_sender(sender, automatic=_is_automatic(message))
        origin = clean(message.text("x-origin")).lower()
        if origin and message.folder in SENT_FOLDERS:
            names = f"{origin} {clean(message.text('x-filename'))}"
            self.claims.count_sent(f"mailbox:{origin}", names, sender, display_name(shown) or mailbox.name)


def account_of(mailbox: Mailbox, entry: str) -> str | None:
    """Return the account of somebody in a header: e-mail, else Exchange, else the shown name; None for nobody.

    >>> account_of(Mailbox("", "no.address@acme.com"), "Miller, Don (Asset Mktg)")
    'unaddressed:don miller'
    """
    if mailbox.address and not is_placeholder(mailbox.address):
        return email_account(mailbox.address)
    if re.search(r"undisclosed|unlisted", mailbox.name, re.IGNORECASE):
        return None
    return exchange_account(entry) or unaddressed(display_name(entry) or mailbox.name)


def _sender(message: _Message) -> str:
    found = message.mailboxes("from") or message.mailboxes("sender")
    if not found:
        raise _NotRead("the message has no sender that can be read")
    account = account_of(found[0], message.text("x-from"))
    if account is None:
        raise _NotRead("the message has no sender that can be read")
    return account


def _paired(message: _Message, name: str) -> list[tuple[Mailbox, str]]:
    """Pair each addressee with the entry of the `X-` header at its place, where both lists are as long."""
    found = message.mailboxes(name)
    entries = exchange_entries(message.text(f"x-{name}")) if found else []
    if len(entries) != len(found):
        return [(mailbox, "") for mailbox in found]
    return [
        (m, entry if is_placeholder(m.address) or shares_a_name(display_name(entry), m.address) else "")
        for m, entry in zip(found, entries, strict=True)
    ]


def _time(value: str, zone: ZoneInfo | None, latest: datetime) -> datetime:
    if not value.strip():
        raise _NotRead("the message has no date")
    told = clean(value, 60)
    try:
        time = parsedate_to_datetime(value[:200])
    except (TypeError, ValueError, IndexError, OverflowError):
        raise _NotRead(f"the date {told!r} cannot be read") from None
    if re.search(r"\b0\d{3}\b(?!\s*$)", re.sub(r"[+-]\d{4}", "", value)):
        raise _NotRead(f"the year of the date {told!r} cannot be meant")
    if time.tzinfo is None:
        time = _placed(time, value, zone, told)
    try:
        time = time.astimezone(UTC)
    except (OverflowError, ValueError):
        raise _NotRead(f"the date {told!r} cannot be meant") from None
    if not EARLIEST <= time <= latest:
        raise _NotRead(f"the date {told!r} cannot be meant: mail is dated from 1980 to now")
    return time


def _placed(time: datetime, value: str, zone: ZoneInfo | None, told: str) -> datetime:
    if "-0000" in value:
        return time.replace(tzinfo=UTC)
    if zone is None:
        raise _NotRead(f"the date {told!r} states no time zone; import with --zone")
    return time.replace(tzinfo=zone)


def _latin(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _decoded(value: bytes) -> str:
    return _words(_latin(value))


def _words(text: str) -> str:
    """Decode the encoded words of a header (RFC 2047); what cannot be decoded stays as it is."""
    if "=?" not in text or len(text) > LONGEST_DECODED:
        return text
    try:
        return "".join(_word(part, charset) for part, charset in decode_header(text))
    except (HeaderParseError, ValueError):
        return text


def _word(part: bytes | str, charset: str | None) -> str:
    if isinstance(part, str):
        return part
    try:
        return part.decode(charset or "latin-1", "replace")
    except (LookupError, ValueError):
        return part.decode("latin-1")


def _message_id(message: _Message) -> str | None:
    value = message.text("message-id")
    found = _ID.search(value)
    return found[1] if found else clean(value, 500).strip("<> ").replace(" ", "") or None


def _said_name(mailbox: Mailbox, entry: str) -> str:
    """Return the full name of an addressee, as shown or as `first.last@` tells it."""
    shown = display_name(entry) or display_name(mailbox.name)
    return shown or mailbox.address.partition("@")[0].replace(".", " ").replace("_", " ").title()


def _answered(message: _Message) -> str | None:
    """Return the id of the message that this one answers: In-Reply-To, else the last of References."""
    found = _ID.findall(message.text("in-reply-to"))[:1] or _ID.findall(message.text("references"))[-1:]
    return found[0] if found and found[0] != _message_id(message) else None


def _is_automatic(message: _Message) -> bool:
    submitted = message.text("auto-submitted").strip().lower()
    bulk = message.text("precedence").strip().lower() in {"bulk", "junk", "auto_reply"}
    listed = "list-id" in message.fields or "list-post" in message.fields
    return submitted not in {"", "no"} or "x-autoreply" in message.fields or (bulk and not listed)


def _fingerprint(text: str, time: datetime, sender: str, subject: str) -> str:
    """Digest what copies of one message share: sender, minute, subject and body, letters and digits only.

    Copies in a Notes and in an Exchange folder agree to the minute, not to the second.
    """
    minute = time.strftime("%Y-%m-%dT%H:%M")
    words = [re.sub(r"[\W_]+", "", text.lower()) for text in (subject, text)]
    return hashlib.sha256("\x1f".join((sender, minute, *words)).encode("utf-8", "replace")).hexdigest()[:40]


def _body_text(message: _Message) -> str:
    """Return the first text of the body, decoded as far as it can be."""
    kind = message.text("content-type").lower()
    encoding = message.text("content-transfer-encoding").strip().lower()
    if "multipart" not in kind and encoding not in {"quoted-printable", "base64"}:
        return _latin(bytes(message.raw.body))
    parsed = email.message_from_bytes(bytes(message.raw.header) + b"\n" + bytes(message.raw.body))
    for part in parsed.walk():
        if part.get_content_maintype() == "text":
            content = part.get_payload(decode=True)
            return _latin(content) if isinstance(content, bytes) else ""
    return ""
