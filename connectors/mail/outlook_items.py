"""An item of Outlook as the mail that it is: its own header where it came over the net, else one from its properties.

References: MS-OXPROPS (the numbers of properties), MS-OXOMSG (mail), MS-OXOABK (recipients).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.utils import format_datetime

from connectors.kit.text import clean

CLASS, SUBJECT, SENT, INDEX, HEADER, BODY = 0x001A, 0x0037, 0x0039, 0x0071, 0x007D, 0x1000
DELIVERED = 0x0E06
MESSAGE_ID, REFERENCES, IN_REPLY_TO = 0x1035, 0x1039, 0x1042
_SENDER = ((0x5D01, 0x0C1F), 0x0C1A)
_OWNER = ((0x5D02, 0x0065), 0x0042)
_RECIPIENT_KIND, _RECIPIENT_NAME, _RECIPIENT_ADDRESSES = 0x0C15, 0x3001, (0x39FE, 0x3003)
PROPERTIES = frozenset(
    (
        *(CLASS, SUBJECT, SENT, DELIVERED, INDEX, HEADER, BODY, MESSAGE_ID, REFERENCES, IN_REPLY_TO),
        *(*_SENDER[0], _SENDER[1], *_OWNER[0], _OWNER[1]),
    )
)
"""The properties of an item that are read."""
RECIPIENT = frozenset((_RECIPIENT_KIND, _RECIPIENT_NAME, *_RECIPIENT_ADDRESSES))
"""Those of a recipient."""
TEXTS, TIME, NUMBER, BYTES = frozenset((0x1E, 0x1F)), 0x40, 0x03, 0x102
"""Kinds of values (MS-OXCDATA)."""
_LONGEST = 1024 * 1024
_NO_YEAR = 1601
_FIELD = re.compile(r"[!-9;-~]{1,100}:")
_KINDS = {1: "To", 2: "Cc", 3: "Bcc"}
_NO_MAIL = {
    "ipm.appointment": "an appointment, not a mail: save the calendar as iCalendar (.ics)",
    "ipm.contact": "a contact, not a mail: save contacts as vCard (.vcf)",
    "ipm.distlist": "a list of contacts, not a mail",
    "ipm.task": "a task, not a mail",
    "ipm.stickynote": "a note, not a mail",
    "ipm.activity": "a journal entry, not a mail",
}
_MAIL, _OTHER = ("ipm.note", "ipm.schedule", "report."), "an item of another program, not a mail"
Value = str | bytes | int | datetime


@dataclass(frozen=True)
class Item:
    """What an item of Outlook says: its properties by number, and its recipients as kind, name and address."""

    properties: Mapping[int, Value]
    recipients: Sequence[tuple[int, str, str]] = field(default=())

    def text(self, number: int) -> str:
        """Return a property that is a text; empty where there is none."""
        found = self.properties.get(number)
        return found[:_LONGEST].rstrip("\0") if isinstance(found, str) else ""


def recipient(told: Mapping[int, Value]) -> tuple[int, str, str]:
    """Return the kind, name and address of a recipient, by their properties.

    >>> recipient({0x0C15: 2, 0x3001: "Bo Ek", 0x39FE: "bo@acme.example"})
    (2, 'Bo Ek', 'bo@acme.example')
    """
    kind = told.get(_RECIPIENT_KIND)
    address = next((str(told[number]) for number in _RECIPIENT_ADDRESSES if told.get(number)), "")
    return (kind if isinstance(kind, int) else 1, str(told.get(_RECIPIENT_NAME) or ""), address)


def no_mail(item: Item) -> str | None:
    """Say why an item is no mail; None where it is one.

    >>> no_mail(Item({CLASS: "IPM.Contact"})), no_mail(Item({CLASS: "IPM.Note"}))
    ('a contact, not a mail: save contacts as vCard (.vcf)', None)
    """
    kind = item.text(CLASS).lower()
    if kind.startswith(_MAIL):
        return None
    return next((why for begins, why in _NO_MAIL.items() if kind.startswith(begins)), _OTHER)


def as_mail(item: Item) -> bytes:
    r"""Write an item as a mail (RFC 5322).

    >>> sent = Item({SUBJECT: "Plan", 0x0C1A: "Ann Lee", 0x0C1F: "ann@acme.example"}, [(1, "Bo Ek", "bo@acme.example")])
    >>> as_mail(sent)
    b'From: Ann Lee <ann@acme.example>\r\nTo: Bo Ek <bo@acme.example>\r\nSubject: Plan\r\n\r\n'
    """
    own = item.text(HEADER).replace("\0", "").strip()
    lines = _own_lines(own) if own else []
    named = {line.partition(":")[0].lower() for line in lines}
    lines += [f"{name}: {value}" for name, value in _made(item) if value and name.lower() not in named]
    header = "\r\n".join(line for line in lines if not line.lower().startswith(("content-", "mime-version:")))
    body = item.text(BODY).replace("\r\n", "\n").replace("\n", "\r\n")
    plain = body.isascii()
    told = "" if plain else "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"
    return f"{header}\r\n{told}\r\n{body}".encode("utf-8", "replace")


def _own_lines(header: str) -> list[str]:
    """Return the fields of a header, each with the lines that go on from it; a first line that is none is left out."""
    fields: list[str] = []
    for line in header.replace("\r\n", "\n").split("\n"):
        if line[:1] in {" ", "\t"} and fields:
            fields[-1] += f"\r\n{line}"
        elif _FIELD.match(line):
            fields.append(line)
    return fields


def _made(item: Item) -> list[tuple[str, str]]:
    index = item.properties.get(INDEX)
    kinds = {
        kind: [_entry(name, address) for one, name, address in item.recipients if one == kind]
        for kind in _KINDS
    }
    owner, sender = _by(item, _OWNER), _by(item, _SENDER)
    return [
        ("From", owner or sender),
        ("Sender", sender if owner and sender != owner else ""),
        *((name, ", ".join(filter(None, kinds[kind]))) for kind, name in _KINDS.items()),
        ("Date", _date(item)),
        ("Subject", clean(item.text(SUBJECT).lstrip("\x01\x02\x03\x04\x05\x06"))),
        ("Message-ID", clean(item.text(MESSAGE_ID))),
        ("In-Reply-To", clean(item.text(IN_REPLY_TO))),
        ("References", clean(item.text(REFERENCES), 20_000)),
        ("Thread-Index", base64.b64encode(index).decode() if isinstance(index, bytes) else ""),
    ]


def _date(item: Item) -> str:
    """Return when it was sent, else delivered; programs write 1601 where they do not know."""
    told = [one for number in (SENT, DELIVERED) if isinstance(one := item.properties.get(number), datetime)]
    return next((format_datetime(one) for one in told if one.year > _NO_YEAR), "")


def _by(item: Item, properties: tuple[tuple[int, ...], int]) -> str:
    addresses, name = properties
    found = next((text for number in addresses if (text := item.text(number))), "")
    return _entry(item.text(name), found)


def _entry(name: str, address: str) -> str:
    """Write one person of a header; an address of Exchange stands as it does in headers of its exports."""
    name, address = clean(name, 200), clean(address, 500)
    if "@" in address:
        local, _, domain = address.rpartition("@")
        try:
            return str(Address(name if name != address else "", local, domain))
        except (ValueError, IndexError):
            return f"<{address}>"
    if address.lower().startswith("/o="):
        return f'"{name}" <{address}>' if name else f"<{address}>"
    return f'"{name}"' if name else ""
