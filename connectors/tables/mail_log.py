"""A mail log: a CSV with a sender, a recipient and a time; each row one message to one recipient."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from connectors.kit import csv_files as delimited
from connectors.kit.csv_files import plain
from influence.contract.connector import Unreadable
from influence.contract.files import Member
from influence.contract.records import Note, Record, Rows, SetAside, Verb

if TYPE_CHECKING:
    import pyarrow as pa

SYNONYMS = {
    "sender": (
        "sender",
        "from",
        "senderaddress",
        "senderid",
        "fromaddress",
        "mailfrom",
        "avsender",
        "absender",
    ),
    "recipient": (
        "recipient",
        "recipientaddress",
        "recipientid",
        "to",
        "toaddress",
        "receiver",
        "rcptto",
        "mottaker",
    ),
    "time": (
        "eventdate",
        "date",
        "time",
        "timestamp",
        "datetime",
        "sent",
        "senttime",
        "datesent",
        "received",
    ),
}


@dataclass(frozen=True)
class MailLog:
    """Who sent mail to whom and when, without subjects.

    `zone` is the IANA zone for times that state none. `system` is the system of senders and recipients
    that are no e-mail addresses: `17` becomes `email:17`.
    """

    zone: str | None = None
    system: str = "email"

    name: ClassVar[str] = "mail-log"
    title: ClassVar[str] = "a mail log: sender, recipient and time as CSV"
    source: ClassVar[str] = "Export the message trace of the mail server with sender, recipient and time."

    def recognises(self, member: Member, head: bytes) -> bool:  # noqa: ARG002 - a name proves nothing
        """Tell by the header: one column each for sender, recipient and time."""
        columns = delimited.header(head)[0]
        of_a_site = any("profile url" in name.lower() or plain(name) == "permalink" for name in columns)
        return not of_a_site and set(_roles(columns)) == set(SYNONYMS)

    def parse(self, member: Member) -> Iterator[Record]:
        """Yield the messages in chunks of 100,000 rows, bad rows set aside with their line.

        Raises:
            Unreadable: a column is missing, the file is not UTF-8, or it holds no row.
        """
        names = delimited.columns_of(member)
        roles = _roles(names)
        missing = [role for role in SYNONYMS if role not in roles]
        if missing:
            told = ", ".join(repr(name[:60]) for name in names[:12])
            raise Unreadable(
                f"{member.name}: line 1: a mail log needs a column {missing[0]}; there are: {told}"
            )
        unused = [name for at, name in enumerate(names) if at not in roles.values()]
        if unused:
            told = ", ".join(repr(name[:60]) for name in unused[:20])
            yield Note(f"columns that are not used: {told}")
        for item in delimited.tables(member, {at: role for role, at in roles.items()}):
            yield item if isinstance(item, SetAside) else self._rows(item)

    def _rows(self, table: pa.Table) -> Rows:
        import pyarrow as pa

        senders, recipients, times = (table.column(role).to_pylist() for role in SYNONYMS)
        actors = [self._account(sender) for sender in senders]
        addressees = [self._account(recipient) for recipient in recipients]
        columns = {
            "id": [_id(*row) for row in zip(actors, addressees, times, strict=True)],
            "time": times,
            "actor": actors,
            "verb": [Verb.MESSAGE.value] * len(actors),
        }
        arrays = {name: pa.array(values, pa.string()) for name, values in columns.items()}
        to = [[account] if account else [] for account in addressees]
        arrays |= {"to": pa.array(to, pa.list_(pa.string())), "line": table.column("line")}
        return Rows("activities", pa.table(arrays), self.zone)

    def _account(self, value: str | None) -> str | None:
        told = value.strip() if value else ""
        if not told:
            return None
        return f"email:{told.lower()}" if "@" in told else f"{self.system}:{told}"


def _roles(names: Sequence[str]) -> dict[str, int]:
    """Find the column of each role; where several would do, the one that stands first among the synonyms."""
    found = [plain(name) for name in names]
    return {
        role: found.index(next(word for word in words if word in found))
        for role, words in SYNONYMS.items()
        if any(word in found for word in words)
    }


def _id(sender: str | None, recipient: str | None, time: str | None) -> str:
    row = "\x1f".join((sender or "", recipient or "", time or ""))
    return f"mail-log:{hashlib.sha256(row.encode()).hexdigest()[:24]}"
