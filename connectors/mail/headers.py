"""The header of a message of mail, decoded: its fields, its ids, and the accounts of who stands in it."""

from __future__ import annotations

import email
import re
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header

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
from connectors.kit.text import clean
from connectors.mail.mbox import RawMessage

LONGEST_DECODED = 20_000
"""Characters of a header that is decoded: the library's time grows with the square of it."""
_ID = re.compile(r"<([^<>\s]{1,500})>")


@dataclass(frozen=True)
class Message:
    """One message with its header read."""

    raw: RawMessage
    fields: dict[str, list[bytes]]

    def text(self, name: str) -> str:
        """Return the field decoded, or empty text."""
        values = self.fields.get(name)
        return decoded(values[0]) if values else ""

    def mailboxes(self, name: str) -> list[Mailbox]:
        """Return the entries of all fields of that name, each decoded only after it was split."""
        values = self.fields.get(name)
        if values is None:
            return []
        raw = ", ".join(map(_latin, values))
        return [
            Mailbox(display_name(_words(m.name)) if "=?" in m.name else m.name, m.address)
            for m in mailboxes(raw)
        ]

    @property
    def folder(self) -> str:
        """The last part of the folder of an Exchange export, in lower case."""
        return self.text("x-folder").rpartition("\\")[2].strip(" '_").lower()


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


def paired(message: Message, name: str) -> list[tuple[Mailbox, str]]:
    """Pair each addressee with the entry of the `X-` header at its place, where both lists are as long."""
    found = message.mailboxes(name)
    entries = exchange_entries(message.text(f"x-{name}")) if found else []
    if len(entries) != len(found):
        return [(mailbox, "") for mailbox in found]
    return [
        (m, entry if is_placeholder(m.address) or shares_a_name(display_name(entry), m.address) else "")
        for m, entry in zip(found, entries, strict=True)
    ]


def message_id(message: Message) -> str | None:
    """Return a message's id without its brackets; None where it has none."""
    value = message.text("message-id")
    found = _ID.search(value)
    return found[1] if found else clean(value, 500).strip("<> ").replace(" ", "") or None


def answered(message: Message) -> str | None:
    """Return the id of the message that this one answers: In-Reply-To, else the last of References."""
    found = _ID.findall(message.text("in-reply-to"))[:1] or _ID.findall(message.text("references"))[-1:]
    return found[0] if found and found[0] != message_id(message) else None


def _latin(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def decoded(value: bytes) -> str:
    """Return a field as text: UTF-8, else Latin-1, its encoded words read."""
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


def body_text(message: Message) -> str:
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
