"""Mail: an mbox, a folder of them, a Maildir or single .eml files. Headers only; no text is kept.

References: RFC 5322 (messages), RFC 4155 (mbox), RFC 2919 and 2369 (lists), RFC 3834 (automatic mail).
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

from connectors.kit.addresses import Mailbox, display_name, email_account
from connectors.kit.called_off import refuse_called_off
from connectors.kit.exports import each_file
from connectors.kit.meetings import NoMeeting
from connectors.kit.text import clean
from connectors.kit.times import named_zone
from connectors.mail import exchange_calendar as calendar_folder
from connectors.mail import proton
from connectors.mail.apple import apple_mail, is_apple_mail
from connectors.mail.dates import NoDate, names_unknown_zone, sent_at
from connectors.mail.folders import Place, delivered_to, place_in, place_live, place_of
from connectors.mail.headers import Message, account_of, answered, body, message_id, paired
from connectors.mail.mbox import RawMessage, as_text, divided, is_mbox, is_message, messages
from connectors.mail.mime import Part, TooDeep, enclosed
from connectors.mail.people_in_headers import Claims
from connectors.mail.senders import Sender, sender_of
from connectors.mail.threads import Threads
from connectors.mail.unsaid import is_by_person, unsaid_by
from influence.contract.connector import ConnectorError, Unreadable
from influence.contract.files import Export, Member
from influence.contract.records import Activity, Encounter, Note, Person, Record, SetAside, Unsaid, Verb
from influence.contract.unread_kinds import refusal

_ONE_MAIL = re.compile(r"(^|/)(cur|new)/[^/]+$|\.emlx?$", re.IGNORECASE)
_LONGEST_TEXT = 5_000
"""Characters of a body that are looked at for words about meetings; the store drops them unless asked to keep them."""
_NO_LETTERS = bytes(code for code in range(128) if not chr(code).isalnum())
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


_JOURNAL = "x-ms-journal-report"
"""Stands over the report in which a journal of Exchange encloses each mail that went through (MS Learn, Journaling)."""
_IN_TRASH = "mails lie in the trash; where what was read is thrown away they count with --set trash=counts"


class _NotRead(ValueError):
    """Why a message is set aside."""


@dataclass(frozen=True)
class Mail:
    """Messages, replies and what their headers tell of people.

    `zone` is the IANA zone for dates that state none; `trash` is `counts` where people throw away what they have
    read, so that what lies in the trash was said all the same. A message is `Activity` with its header's date,
    sender, addressees and the message that it answers; a calendar entry of an Exchange export (folder
    `Calendar`) is `Encounter`, dated when it was entered; who owns which name and address is `Person`.
    """

    zone: str | None = None
    trash: str | None = None

    name: ClassVar[str] = "mail"
    title: ClassVar[str] = "mail as mbox, Maildir or .eml"
    source: ClassVar[str] = "Export a mailbox as mbox (Thunderbird, Apple Mail, Google Takeout, readpst)."

    def __post_init__(self) -> None:
        if self.trash not in {None, "counts"}:
            raise ConnectorError(f"trash is {self.trash!r}; say counts, or leave it out")

    def recognises(self, member: Member, head: bytes) -> bool:  # noqa: ARG002 - a name proves nothing
        """Tell an mbox by its first line and a single mail by its header."""
        return is_mbox(head) or is_message(head) or is_apple_mail(head)

    def claims(self, names: Sequence[str]) -> bool:
        """Tell by the names whether a folder or archive holds single mails (Maildir, .eml) and nothing else."""
        held = frozenset(names)
        return any(map(_ONE_MAIL.search, names)) and all(
            _ONE_MAIL.search(name) or _BOOKKEEPING.search(name) or proton.is_beside(name, held)
            for name in names
        )

    def parse(self, member: Member) -> Iterator[Record]:
        """Yield one activity, encounter or set-aside row for each message, and claims on people.

        Raises:
            Unreadable: the file holds no message.
        """
        yield from self._parse(member, live=False)

    def parse_live(self, member: Member) -> Iterator[Record]:
        """Read messages that a live connector wrote down, with where each lay and whose the mailbox is.

        Raises:
            Unreadable: the file holds no message.
        """
        yield from self._parse(member, live=True)

    def _parse(self, member: Member, *, live: bool) -> Iterator[Record]:
        reader = self._reader()
        if not self.recognises(member, member.head()):
            if known := refusal(member.name, member.head()):
                raise Unreadable(f"{member.name}: {known}")
            raise Unreadable(f"{member.name}: the file holds no mail; an mbox begins with a line 'From …'")
        yield from reader.read_file(member, live=live)
        yield from (record for _, record in reader.threads.at_end())
        yield from reader.at_end()

    def parse_export(self, export: Export) -> Iterator[tuple[str, Record]]:
        """Read single mails as one mailbox, so that what many of them tell of a sender counts together."""
        reader, last = self._reader(), ""

        def read(member: Member) -> Iterator[Record]:
            if member.name.rpartition("/")[0].endswith("tmp"):
                yield SetAside("a delivery that was not finished")
            elif _BOOKKEEPING.search(member.name) or proton.is_beside(member.name, export.files):
                return
            elif self.recognises(member, member.head()):
                yield from reader.read_file(member, lay_in=proton.lay_in(export, member.name))
            else:
                yield SetAside(refusal(member.name, member.head()) or "the file holds no mail")

        for last, record in each_file(export, export.files, read):
            yield last, record
        yield from reader.threads.at_end()
        yield from ((last, record) for record in reader.at_end())

    def _reader(self) -> _Reader:
        latest = datetime.now(UTC) + timedelta(days=2)
        return _Reader(named_zone(self.zone), latest, trash_counts=self.trash is not None)


@dataclass(frozen=True)
class _Read:
    """What the header of one message tells: who it is by, to whom it went, where it lay, and whether it was said.

    `written` is what its header says of how it was written, wherever it lies.
    """

    message: Message
    sender: Sender
    actor: str
    addressees: list[tuple[Mailbox, str]]
    place: Place
    written: Unsaid | None

    @property
    def unsaid(self) -> Unsaid | None:
        return self.place.unsaid or self.written


@dataclass
class _Reader:
    """Turns messages into records and remembers, for one file, what it has claimed and left out."""

    zone: ZoneInfo | None
    latest: datetime
    trash_counts: bool = False
    claims: Claims = field(default_factory=Claims)
    threads: Threads = field(default_factory=Threads)
    left_out: Counter[str] = field(default_factory=Counter)
    place: Place | None = None
    owner: str | None = None

    def read_file(
        self, member: Member, *, live: bool = False, lay_in: Unsaid | None = None
    ) -> Iterator[Record]:
        """Read the messages of one file; `lay_in` is what is told of it beside it."""
        self.place = None if live else place_of(member.name)
        if self.place and lay_in:
            self.place = replace(self.place, unsaid=lay_in)
        self.owner = None if live else delivered_to(member.head())
        self.threads.file = member.name
        with member.open() as stream:
            own = apple_mail(stream) if is_apple_mail(member.head()) else stream
            for raw in messages(own):
                yield from self.read(raw)

    def at_end(self) -> Iterator[Record]:
        """Tell what only all messages together tell."""
        yield from self.claims.at_end()
        if self.trash_counts:
            del self.left_out[_IN_TRASH]
        yield from (Note(f"{count:,} {what}") for what, count in self.left_out.items())

    def read(self, raw: RawMessage) -> Iterator[Record]:
        try:
            yield from self._records(_enclosed(Message(raw, raw.fields())))
        except (_NotRead, NoDate, NoMeeting) as reason:
            yield SetAside(str(reason), raw.line)
        except TooDeep:
            yield SetAside("the parts of the message are nested too deep", raw.line)

    def _records(self, message: Message) -> Iterator[Record]:
        if message.raw.too_long:
            raise _NotRead("the header of the message is longer than 1 MiB")
        time = sent_at(message.text("date"), self.zone, self.latest)
        if self.zone and names_unknown_zone(message.text("date")):
            self.left_out[f"mails name a time zone that is not known, and are read in {self.zone}"] += 1
        if message.folder in _CALENDARS and message.text("x-origin"):
            yield self._calendar_entry(message, time)
            return
        if message.folder in _NO_MAIL and not message.text("to"):
            raise _NotRead(_NO_MAIL[message.folder])
        sender = sender_of(message)
        actor = account_of(sender.author, sender.entry) if sender else None
        if sender is None or actor is None:
            raise _NotRead("the message has no sender that can be read")
        addressees = [(m, entry) for name in ("to", "cc", "bcc") for m, entry in paired(message, name)]
        place = place_in(message, self.place, self.owner) if self.place else place_live(message)
        if place.unsaid is Unsaid.TRASH:
            self.left_out[_IN_TRASH] += 1
            place = replace(place, unsaid=None if self.trash_counts else Unsaid.TRASH)
        written = unsaid_by(message, message.raw.body)
        read = _Read(message, sender, actor, addressees, place, written)
        yield from self.threads.placed(self._activity(read, time), message.text("thread-index"))
        if read.unsaid is not Unsaid.SPAM:
            yield from self._claims(read)

    def _activity(self, read: _Read, time: datetime) -> Activity:
        message = read.message
        parent = answered(message)
        subject = clean(message.text("subject"))
        content = body(message)
        print_ = _fingerprint(content, time, read.actor, subject)
        outbox, typist = _account(read.sender.outbox), _account(read.sender.typist)
        return Activity(
            id=f"mail:{message_id(message) or print_}",
            time=time,
            actor=read.actor,
            verb=Verb.REPLY if parent else Verb.MESSAGE,
            parent=f"mail:{parent}" if parent else None,
            to=self._accounts(read.addressees, read.actor),
            text=_beginning(content),
            subject=subject or None,
            fingerprint=print_,
            outbox=outbox or read.place.outbox,
            typist=typist if typist != read.actor else None,
            unsaid=read.unsaid,
            line=message.raw.line,
        )

    def _accounts(self, entries: list[tuple[Mailbox, str]], without: str) -> tuple[str, ...]:
        found = [account_of(mailbox, entry) for mailbox, entry in entries]
        if nameless := found.count(None):
            self.left_out["addressees with neither a name nor an address of their own were left out"] += (
                nameless
            )
        others = dict.fromkeys(account for account in found if account is not None)
        others.pop(without, None)
        return tuple(others)

    def _calendar_entry(self, message: Message, time: datetime) -> Encounter:
        text = as_text(body(message))
        asked = [pair for name in ("to", "cc") for pair in paired(message, name)] if "When:" in text else []
        invited = [_said_name(mailbox, entry) for mailbox, entry in asked]
        owner = f"mailbox:{clean(message.text('x-origin')).lower()}"
        title = clean(message.text("subject"))
        refuse_called_off(title)
        return calendar_folder.encounter(owner, title, text, time, invited, message.raw.line)

    def _claims(self, read: _Read) -> Iterator[Person]:
        sender, line = read.sender, read.message.raw.line
        named = [(sender.author, sender.entry), *((one, "") for one in (sender.outbox, sender.typist) if one)]
        own = [(mailbox, entry) for mailbox, entry in named if mailbox.address not in sender.lists]
        yield from self.claims.of_entries([*own, *read.addressees], line)
        for address in sender.lists:
            yield from self.claims.of_bot(email_account(address), line)
        if not (read.written and is_by_person(read.message, read.written)):
            self.claims.count_sender(read.actor, automatic=read.written is not None)
        if read.place.names and read.place.outbox and read.unsaid is None:
            name = display_name(sender.entry) or sender.author.name
            self.claims.count_sent(read.place.outbox, read.place.names, read.actor, name)


def _enclosed(message: Message) -> Message:
    """Return the mail of which a journal of Exchange reports; any other message is itself.

    Raises:
        _NotRead: the report encloses none.
    """
    if _JOURNAL not in message.fields:
        return message
    raw = message.raw
    found = enclosed(Part(message.text("content-type"), "", raw.body))
    if not found:
        raise _NotRead(
            "a report of a journal (X-MS-Journal-Report) in which there is no mail that can be read"
        )
    inside = divided(raw.line, found)
    return Message(inside, inside.fields())


def _account(mailbox: Mailbox | None) -> str | None:
    return account_of(mailbox, "") if mailbox else None


def _said_name(mailbox: Mailbox, entry: str) -> str:
    """Return the full name of an addressee, as shown or as `first.last@` tells it."""
    shown = display_name(entry) or display_name(mailbox.name)
    return shown or mailbox.address.partition("@")[0].replace(".", " ").replace("_", " ").title()


def _beginning(content: bytes) -> str | None:
    begins = content[: 4 * _LONGEST_TEXT]  # a character has four bytes at most
    text = begins.decode("ascii") if begins.isascii() else as_text(content)
    return text[:_LONGEST_TEXT] or None


def _fingerprint(content: bytes, time: datetime, sender: str, subject: str) -> str:
    """Digest what copies of one message share: sender, minute, subject and body, letters and digits only.

    Copies in a Notes and in an Exchange folder agree to the minute, not to the second.
    """
    minute = time.isoformat()[:16]
    seed = "\x1f".join((sender, minute, _letters(subject), "")).encode("utf-8", "replace")
    if content.isascii():
        letters = content.lower().translate(None, _NO_LETTERS)
    else:
        letters = _letters(as_text(content)).encode("utf-8", "replace")
    return hashlib.sha256(seed + letters).hexdigest()[:40]


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.lower())
