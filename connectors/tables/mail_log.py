"""A mail log: a CSV with a sender, a recipient and a time; each row one message to one recipient."""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from connectors.kit import csv_files as delimited
from connectors.kit.csv_files import plain
from connectors.kit.day_order import DayOrder, Written, read_written
from connectors.tables.mail_status import Fates
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
        "recipients",
        "recipientstatus",
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
        "origintimestamputc",
        "origintimestamp",
        "receivedutc",
        "datetimeutc",
        "timestamputc",
        "dateutc",
        "receiveddate",
    ),
}
_BESIDE = {
    "message": ("messageid", "internetmessageid", "msgid"),
    "status": ("status", "deliverystatus", "messagestatus", "eventid"),
}
"""Columns that say more where there are such: which mail it is (a tracking log writes every step of its way), and what
became of it."""
_ADDRESS = re.compile(r"(?<![^\s@])[^\s@]{1,128}+@[^\s@]")
_LOOKED_AT = 50
"""Rows that are looked at for proof that a table is mail."""
_SEVERAL = re.compile(r"##|;|^\{|@[^@]*[,\s][^@]*@")


@dataclass(frozen=True)
class MailLog:
    """Who sent mail to whom and when, without subjects.

    `zone` is the IANA zone for times that state none, `dates` is `day-first` or `month-first` where the dates of the
    log do not tell. `system` is the system of senders and recipients
    that are no e-mail addresses: `17` becomes `email:17`.
    """

    zone: str | None = None
    system: str = "email"
    dates: str = ""

    name: ClassVar[str] = "mail-log"
    title: ClassVar[str] = "a mail log: sender, recipient and time as CSV"
    source: ClassVar[str] = "Export the message trace of the mail server with sender, recipient and time."

    def recognises(self, member: Member, head: bytes) -> bool:  # noqa: ARG002 - a name proves nothing
        """Tell by the header, one column each for sender, recipient and time, and by proof that it is mail.

        That is an address among the first senders and recipients; or a table of a sender, a recipient, a time and
        nothing else. `Date, From, To` are of trips and payments too.
        """
        columns, delimiter = delimited.header(head)
        roles = _roles(columns)
        of_a_site = any("profile url" in name.lower() or plain(name) == "permalink" for name in columns)
        if of_a_site or set(roles) != set(SYNONYMS):
            return False
        named = plain(columns[roles["sender"]]), plain(columns[roles["recipient"]])
        is_bare = len(columns) == len(SYNONYMS) and named[0][:6] == "sender" and named[1][:9] == "recipient"
        return is_bare or _holds_addresses(head, delimiter, (roles["sender"], roles["recipient"]))

    def parse(self, member: Member) -> Iterator[Record]:
        """Yield the messages in chunks of 100,000 rows, bad rows set aside with their line.

        Raises:
            Unreadable: a column is missing, the file is not UTF-8, or it holds no row.
            ConnectorError: the dates do not tell their order.
        """
        names = delimited.columns_of(member)
        roles = _roles(names)
        missing = [role for role in SYNONYMS if role not in roles]
        if missing:
            told = ", ".join(repr(name[:60]) for name in names[:12])
            raise Unreadable(
                f"{member.name}: line 1: a mail log needs a column {missing[0]}; there are: {told}"
            )
        roles |= _roles(names, _BESIDE)
        unused = [name for at, name in enumerate(names) if at not in roles.values()]
        if unused:
            told = ", ".join(repr(name[:60]) for name in unused[:20])
            yield Note(f"columns that are not used: {told}")
        zone = "UTC" if plain(names[roles["time"]]).endswith("utc") else self.zone
        order, fates = self._order(member, roles["time"]), _fates(member, roles)
        if "status" in roles and not fates.is_known:
            yield Note(
                f"column {names[roles['status']][:60]!r} holds no known word for what became of a mail "
                f"({', '.join(map(repr, fates.strange)) or 'it is empty'}): every mail counts as sent"
            )
            del roles["status"]
        for item in delimited.tables(member, {at: role for role, at in roles.items()}):
            if isinstance(item, SetAside):
                yield item
                continue
            delivered, others = fates.apart(_one_each(item))
            yield from others
            yield self._rows(delivered, zone, order)

    def _order(self, member: Member, time: int) -> str:
        """Return the order of the days, told by all dates that begin with no year; empty where there are none."""
        order, any_written = DayOrder(), False
        for item in delimited.tables(member.up_to_damage(), {time: "time"}):
            if isinstance(item, SetAside):
                continue
            for told in item.column("time").unique().to_pylist():
                if told and (written := _written(told)):
                    any_written = True
                    order.learn(written)
            if not any_written:
                return ""
        return order.decided(self.dates, member.name) if any_written else ""

    def _rows(self, table: pa.Table, zone: str | None, order: str) -> Rows:
        import pyarrow as pa

        actors, addressees = (self._accounts(table.column(role)) for role in ("sender", "recipient"))
        times = _in_order(table.column("time"), order) if order else table.column("time")
        # a mail that is numbered is one, however many steps of its way are written
        numbered = _numbers(table)
        moments = (mail or time for mail, time in zip(numbered, times.to_pylist(), strict=True))
        told = zip(actors.to_pylist(), addressees.to_pylist(), moments, strict=True)
        until = np.cumsum(addressees.is_valid().to_numpy(zero_copy_only=False), dtype=np.int32)
        columns = {
            "id": pa.array([_id(*row) for row in told], pa.string()),
            "time": times,
            "actor": actors,
            "verb": pa.repeat(Verb.MESSAGE.value, len(table)),
            "to": pa.ListArray.from_arrays(pa.array(np.append(np.int32(0), until)), addressees.drop_null()),
            "line": table.column("line"),
        }
        if "unsaid" in table.column_names:
            columns["unsaid"] = table.column("unsaid")
        return Rows("activities", pa.table(columns), zone)

    def _accounts(self, column: pa.ChunkedArray) -> pa.Array:
        """Write the account of each value; few stand in many rows."""
        import pyarrow as pa

        encoded = column.combine_chunks().dictionary_encode()
        accounts = [self._account(value) for value in encoded.dictionary.to_pylist()]
        return pa.array(accounts, pa.string()).take(encoded.indices)

    def _account(self, value: str | None) -> str | None:
        told = value.strip() if value else ""
        if not told:
            return None
        return f"email:{told.lower()}" if "@" in told else f"{self.system}:{told}"


def _fates(member: Member, roles: Mapping[str, int]) -> Fates:
    """Return what the log says became of its mails, by all of its rows."""
    fates = Fates()
    used = {roles[role]: role for role in ("recipient", "message", "status") if role in roles}
    for item in delimited.tables(member.up_to_damage(), used):
        if not isinstance(item, SetAside):
            fates.learn(_one_each(item))
            if ("message" if fates.is_known else "status") not in roles:
                break  # the rest can tell neither which mails failed nor a word that is known
    return fates


def _numbers(table: pa.Table) -> list[str]:
    """Return the number that each mail has; empty text where it has none."""
    if "message" not in table.column_names:
        return [""] * len(table)
    return [(one or "").strip().strip("<>") for one in table.column("message").to_pylist()]


def _written(told: str) -> Written | None:
    """Return a date that begins with no year, as the pages and commands of Exchange write it; None for any other."""
    found = read_written(told.strip())
    return None if found is None or found.year_first else found


def _in_order(times: pa.ChunkedArray, order: str) -> pa.Array:
    """Write dates of numbers alone so that the year comes first; what is none stays as it is."""
    import pyarrow as pa

    encoded = times.combine_chunks().dictionary_encode()
    told = [_year_first(value, order) for value in encoded.dictionary.to_pylist()]
    return pa.array(told, pa.string()).take(encoded.indices)


def _year_first(told: str, order: str) -> str:
    with suppress(ValueError, OverflowError):
        if written := _written(told):
            return written.local(order).isoformat() + told.strip()[written.end :].strip()
    return told


def _holds_addresses(head: bytes, delimiter: str, places: tuple[int, int]) -> bool:
    """Tell whether one of the first rows has an e-mail address in one of two columns."""
    lines = head.decode("utf-8", "replace").replace("\0", " ").splitlines()[1 : _LOOKED_AT + 1]
    with suppress(csv.Error):
        for row in csv.reader(lines, delimiter=delimiter):
            if any(_ADDRESS.search(row[place]) for place in places if place < len(row)):
                return True
    return False


def _one_each(table: pa.Table) -> pa.Table:
    """Give each recipient a row of their own, where a trace of Exchange lists several in one field.

    It writes `ann@acme.example##Receive, Deliver;bo@…`, with what became of the mail to each, and its commands
    `{ann@acme.example, bo@…}`.
    """
    import pyarrow as pa

    told = table.column("recipient").to_pylist()
    if not any(value and _SEVERAL.search(value) for value in told):
        return table
    found = [_recipients(value or "") or [(None, None)] for value in told]
    rows = [row for row, each in enumerate(found) for _ in each]
    listed, statuses = (
        pa.array(each, pa.string()) for each in zip(*(one for each in found for one in each), strict=True)
    )
    table = table.take(rows).set_column(table.column_names.index("recipient"), "recipient", listed)
    if statuses.null_count == len(statuses) or "status" in table.column_names:
        return table
    return table.append_column("status", statuses)


def _recipients(value: str) -> list[tuple[str | None, str | None]]:
    """Return who is listed in a field, each with what became of the mail to them, where that is said.

    >>> _recipients("ann@a.example##Receive, Deliver;bo@b.example"), _recipients("{ann@a.example, bo@b.example}")
    ([('ann@a.example', 'Receive, Deliver'), ('bo@b.example', None)], [('ann@a.example', None), ('bo@b.example', None)])
    """
    if "##" in value or ";" in value:
        parts = [part.partition("##")[::2] for part in value.split(";")]
    else:
        parts = [
            (part, "") for part in (re.split(r"[,\s]+", value.strip("{} ")) if "@" in value else [value])
        ]
    return [(who.strip(), status.strip() or None) for who, status in parts if who.strip()]


def _roles(names: Sequence[str], wanted: Mapping[str, Sequence[str]] = SYNONYMS) -> dict[str, int]:
    """Find the column of each role; where several would do, the one that stands first among the synonyms."""
    found = [plain(name) for name in names]
    return {
        role: found.index(next(word for word in words if word in found))
        for role, words in wanted.items()
        if any(word in found for word in words)
    }


def _id(sender: str | None, recipient: str | None, time: str | None) -> str:
    row = "\x1f".join((sender or "", recipient or "", time or ""))
    return f"mail-log:{hashlib.sha256(row.encode()).hexdigest()[:24]}"
