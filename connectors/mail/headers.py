"""The header of a message of mail, decoded: its fields, its ids, and the accounts of who stands in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header
from functools import lru_cache

from connectors.kit.addresses import (
    REMEMBERED,
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
from connectors.mail.mime import Part, first_text

LONGEST_DECODED = 20_000
"""Characters of a header that is decoded: the library's time grows with the square of it."""
_ID = re.compile(r"<([^<>\s]{1,500})>")
_BARE_ID = re.compile(r"\s*([^<>\s@]{1,250}@[^<>\s@]{1,250})\s*")
"""An id to which a program gave no brackets, alone in its field."""


@dataclass(frozen=True)
class Message:
    """One message with its header read."""

    raw: RawMessage
    fields: dict[str, list[str]]

    def text(self, name: str) -> str:
        """Return the field decoded, or empty text."""
        values = self.fields.get(name)
        return _words(values[0]) if values else ""

    def mailboxes(self, name: str) -> Sequence[Mailbox]:
        """Return the entries of all fields of that name, each decoded only after it was split."""
        values = self.fields.get(name)
        if values is None:
            return ()
        whole = ", ".join(values)
        found = mailboxes(whole)
        return found if "=?" not in whole else [_with_words(one) for one in found]

    @property
    def folder(self) -> str:
        """The last part of the folder of an Exchange export, in lower case."""
        return self.text("x-folder").rpartition("\\")[2].strip(" '_").lower()


@lru_cache(maxsize=REMEMBERED)
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
    return [(mailbox, _own_entry(mailbox, entry)) for mailbox, entry in zip(found, entries, strict=True)]


@lru_cache(maxsize=REMEMBERED)
def _own_entry(mailbox: Mailbox, entry: str) -> str:
    is_own = is_placeholder(mailbox.address) or shares_a_name(display_name(entry), mailbox.address)
    return entry if is_own else ""


def message_id(message: Message) -> str | None:
    """Return a message's id without its brackets; None where it has none."""
    value = message.text("message-id")
    found = _ID.search(value)
    return found[1] if found else clean(value, 500).strip("<> ").replace(" ", "") or None


def answered(message: Message) -> str | None:
    """Return the id of the message that this one answers: In-Reply-To, else the last of References."""
    stated = message.text("in-reply-to")
    found = _ID.findall(stated)[:1] or _ID.findall(message.text("references"))[-1:]
    if not found and (bare := _BARE_ID.fullmatch(stated)):
        found = [bare[1]]
    return found[0] if found and found[0] != message_id(message) else None


def _with_words(mailbox: Mailbox) -> Mailbox:
    return Mailbox(display_name(_words(mailbox.name)), mailbox.address) if "=?" in mailbox.name else mailbox


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


def body(message: Message) -> bytes:
    """Return the first text of the body, unpacked as far as it can be.

    Raises:
        TooDeep: parts lie within each other deeper than is read.
    """
    kind = message.text("content-type")
    packing = message.text("content-transfer-encoding").strip().lower()
    if "multipart" not in kind.lower() and packing not in {"quoted-printable", "base64"}:
        return message.raw.body
    return first_text(Part(kind, packing, message.raw.body))
