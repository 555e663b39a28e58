"""Microsoft Purview: the table that an eDiscovery export writes beside the mails: who wrote each to whom, and when.

Two shapes: the results of a content search (Results.csv), whose columns have the names of the page, and the load file
of a review set, whose columns have the exported names of "Document metadata fields in eDiscovery" at Microsoft Learn.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, ClassVar

from connectors.kit.addresses import Mailbox, exchange_account, exchange_entries, mailboxes
from connectors.kit.answers import At, each
from connectors.kit.apart import not_read
from connectors.kit.csv_files import header, plain, rows
from connectors.kit.day_order import DayOrder, read_written
from connectors.kit.text import clean
from connectors.mail.graph_mail import MailReading
from influence.contract.connector import Unreadable
from influence.contract.files import Member
from influence.contract.records import Activity, Note, Person, Record, SetAside

_COLUMNS = {
    "sender": ("senderorcreatedby", "emailsender"),
    "to": ("recipientsintoline", "emailto"),
    "cc": ("recipientsinccline", "emailcc"),
    "bcc": ("recipientsinbccline", "emailbcc"),
    "everybody": ("emailrecipients",),
    "sent": ("sent", "emaildatesent"),
    "subject": ("subjectortitle", "emailsubject", "subjecttitle", "subject"),
    "class": ("itemclass", "type"),
    "kind": ("fileclass",),
    "id": ("emailmessageid", "internetmessageid"),
    "answers": ("inreplytoid",),
}
_MARKS = (
    frozenset(("senderorcreatedby", "recipientsintoline", "sent")),
    frozenset(("emailsender", "emaildatesent", "emailto")),
    frozenset(("emailsender", "emaildatesent", "emailrecipients")),
)
_MAIL = re.compile(
    r"(?:report\.)?ipm\.(?:note|schedule)\b.*|e-?mails?|e-post|courrier électronique", re.IGNORECASE
)
_COPIES_COUNT = (
    "the report names no Message-ID: a mail that a mailbox holds too would count twice; "
    "bring in one of the two"
)
_MOST_KINDS = 1000


@dataclass(frozen=True)
class Purview:
    """The mails that the report of an eDiscovery export lists, without their text; its times are UTC.

    `dates` is `day-first` or `month-first` where the dates of the file do not tell.
    """

    dates: str = ""

    name: ClassVar[str] = "purview"
    title: ClassVar[str] = (
        "Microsoft Purview: the report of an eDiscovery export (Results.csv, Export_load_file.csv)"
    )
    source: ClassVar[str] = "It lies beside the mails of the export; the mails themselves tell more."

    def recognises(self, member: Member, head: bytes) -> bool:  # noqa: ARG002 - a name proves nothing
        """Tell by columns that only these reports have."""
        there = set(map(plain, header(head)[0]))
        return any(there >= marks for marks in _MARKS)

    def parse(self, member: Member) -> Iterator[Record]:
        """Yield each mail; documents, attachments, chats and what has no date of sending are counted by kind.

        Raises:
            Unreadable: it is no such report, or holds no row.
            ConnectorError: the dates do not tell their order.
        """
        if not self.recognises(member, member.head()):
            raise Unreadable(
                f"{member.name}: the table has no columns of a sender, recipients and when it was sent"
            )
        columns = set(map(plain, header(member.head())[0]))
        roles = {role: next((one for one in names if one in columns), "") for role, names in _COLUMNS.items()}
        report = _Report(roles, self._order(member, roles["sent"]))
        yield from each(rows(member), report.read, "")
        yield from report.reading.at_end()
        yield from report.notes()

    def _order(self, member: Member, sent: str) -> str:
        order = DayOrder()
        for row in rows(member.up_to_damage()):
            if isinstance(row, At) and (written := read_written(row.value.get(sent) or "")):
                order.learn(written)
        return order.decided(self.dates, member.name)


@dataclass
class _Report:
    """Reads the rows of one report as Graph's mail is read: who is a list, a program, somebody's typist."""

    roles: Mapping[str, str]
    order: str
    reading: MailReading = field(default_factory=MailReading)
    apart: Counter[str] = field(default_factory=Counter)
    unnumbered: int = 0

    def read(self, at: At) -> Iterator[Record]:
        """Yield what one row tells.

        Raises:
            ValueError: the sender or the time cannot be read.
        """
        row = {
            role: (at.value.get(column) or "").strip() if column else ""
            for role, column in self.roles.items()
        }
        if (what := _no_mail(row)) is not None:
            self.apart[
                what if what in self.apart or len(self.apart) < _MOST_KINDS else "items of other kinds"
            ] += 1
            return
        sent = self._time(row["sent"])
        if not row["id"]:
            self.unnumbered += 1
        for record in self.reading.records(_as_graphs(row, sent)):
            if isinstance(record, Activity | Person | SetAside):
                yield replace(record, line=at.line)
            else:
                yield record

    def notes(self) -> Iterator[Note]:
        """Yield what is no mail, and that mails may be told twice."""
        yield from not_read(self.apart)
        if self.unnumbered:
            yield Note(_COPIES_COUNT)

    def _time(self, told: str) -> str:
        with suppress(ValueError):
            found = datetime.fromisoformat(told)
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).isoformat()
        written = read_written(told)
        if written is None:
            raise ValueError(f"when it was sent cannot be read: {clean(told, 40)!r}")
        return written.local(self.order).replace(tzinfo=UTC).isoformat()


def _no_mail(row: Mapping[str, str]) -> str | None:
    """Return what a row is that is no mail that was sent; None for a mail. An unknown word is told itself."""
    for told in (row["kind"], row["class"]):
        if told and not _MAIL.fullmatch(told):
            return f"items of the kind {clean(told, 40)}"
    if not row["sent"] or row["sent"].startswith("0001-"):
        return "items that were never sent"
    return None


def _as_graphs(row: Mapping[str, str], sent: str) -> Mapping[str, Any]:
    """Write a row in the fields of Graph; a mail without a Message-ID is known by all that the row says of it."""
    senders, to, cc, bcc = (_people(row[role]) for role in ("sender", "to", "cc", "bcc"))
    seed = "\x1f".join(
        (row["sender"].lower(), sent, row["subject"], *(one.address for one in (*to, *cc, *bcc)))
    )
    made = f"purview-{hashlib.sha256(seed.encode('utf-8', 'replace')).hexdigest()[:32]}"
    extended = (("String 0x1042", row["answers"]), ("String 0x1a", row["class"]))
    return {
        "internetMessageId": row["id"] or made,
        "sentDateTime": sent,
        "subject": row["subject"],
        "from": _graphs(senders[0]) if senders else None,
        "toRecipients": [*map(_graphs, to or ([] if cc or bcc else _people(row["everybody"])))],
        "ccRecipients": [*map(_graphs, cc)],
        "bccRecipients": [*map(_graphs, bcc)],
        "singleValueExtendedProperties": [{"id": name, "value": value} for name, value in extended if value],
    }


def _graphs(mailbox: Mailbox) -> Mapping[str, Any]:
    return {"emailAddress": {"name": mailbox.name, "address": mailbox.address}}


def _people(told: str) -> list[Mailbox]:
    """Return who stands in a field: `Ann Lee <ann@acme.example>; …`, also by the names that Exchange has for them.

    >>> _people("Ann Lee <ann@acme.example>; Bo Ek </O=ACME/CN=BEK>")
    [Mailbox(name='Ann Lee', address='ann@acme.example'), Mailbox(name='Bo Ek', address='/o=acme/cn=bek')]
    """
    found = list[Mailbox]()
    for entry in exchange_entries(told.replace(">;", ">,")):
        known = exchange_account(entry)
        if known:
            found.append(Mailbox(clean(entry.partition("<")[0], 200), known.partition(":")[2]))
        else:
            found.extend(mailboxes(entry))
    return found
