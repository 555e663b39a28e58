"""Contact cards (.vcf): vCard 2.1, 3.0 (RFC 2426) and 4.0 (RFC 6350), as phones and mail programs export them.

Who a person is becomes a claim; a card with a phone number is weak, undated evidence of having met.
The parser is our own: vobject 0.9.9, the usual one, stopped at four of ten exports by others (Android,
iPhone, Notes, Outlook). Photos, addresses, birthdays and notes are read past; no number is kept.
"""

from __future__ import annotations

import hashlib
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, ClassVar

from connectors.kit.addresses import display_name, email_account
from connectors.kit.line_blocks import BOM
from connectors.kit.text import clean
from influence.contract.connector import Unreadable
from influence.contract.files import Member
from influence.contract.records import Encounter, Evidence, Modality, Note, Person, Record, SetAside

LONGEST_LINE = 65_536
"""Bytes of one property that are held; a longer one is a picture."""
MOST_LINES = 5_000
"""Lines of one card that are held."""
_READ = frozenset(("FN", "N", "EMAIL", "TEL", "ORG", "UID", "KIND", "X-ADDRESSBOOKSERVER-KIND", "X-ABSHOWAS"))
_ADDRESS = re.compile(r"[^\s@<>:;,\"]{1,128}@[^\s@<>:;,\"]{1,253}")
_NO_PHONE = frozenset(("FAX", "PAGER", "TEXTPHONE"))
_NO_PERSON = {
    "group": "a group of contacts, not a person",
    "org": "the card of an organisation, not of a person",
    "company": "the card of an organisation, not of a person",
    "location": "the card of a place, not of a person",
    "application": "the card of a program, not of a person",
    "device": "the card of a device, not of a person",
}


@dataclass(frozen=True)
class ContactCards:
    """Who the contacts are, and which of them are known well enough to have a number.

    `owner` is the account (or e-mail address) of whoever keeps the contacts; without it the cards tell names
    and addresses only. A contact without an e-mail address is known by name: `name:ann lee`.
    """

    owner: str | None = None

    name: ClassVar[str] = "vcard"
    title: ClassVar[str] = "contact cards (.vcf)"
    source: ClassVar[str] = (
        "Export the contacts of a phone, Outlook, Google or Apple Contacts as vCard (.vcf)."
    )

    def recognises(self, member: Member, head: bytes) -> bool:  # noqa: ARG002 - a name proves nothing
        """Tell by the first line."""
        return bool(re.match(rb"BEGIN:VCARD\s", head.removeprefix(BOM).lstrip()[:40], re.IGNORECASE))

    def parse(self, member: Member) -> Iterator[Record]:
        """Yield a claim for each card of a person, and an encounter with the owner where there is a number.

        Raises:
            Unreadable: the file holds no card.
        """
        reader = _Reader(owner_account(self.owner))
        with member.open() as stream:
            for card in _cards(stream):
                yield from reader.read(card)
        if not reader.cards:
            raise Unreadable(f"{member.name}: the file holds no contact card; one begins with BEGIN:VCARD")
        if reader.ownerless:
            yield Note(
                f"{reader.ownerless:,} contacts with a phone number are no evidence of having met until it is said "
                "whose contacts they are; import with --set owner=ADDRESS"
            )


def owner_account(owner: str | None) -> str | None:
    """Return the account that an option `owner` names.

    >>> owner_account("Ann@acme.example"), owner_account("x:12")
    ('email:ann@acme.example', 'x:12')
    """
    return email_account(owner) if owner and ":" not in owner else owner


@dataclass
class _Card:
    """The lines of one card that are read: property, parameters in upper case, value as bytes."""

    line: int
    lines: list[tuple[str, str, bytes]] = field(default_factory=list)
    ended: bool = False

    def values(self, name: str) -> Iterator[tuple[str, str]]:
        """Yield the parameters and the decoded value of each property of that name."""
        for each, parameters, value in self.lines:
            if each == name:
                yield parameters, _decoded(parameters, value)

    def value(self, *names: str) -> str:
        """Return the first value that is not empty, or empty text."""
        found = (value for name in names for _, value in self.values(name) if value.strip())
        return next(found, "")


@dataclass
class _Reader:
    """Turns cards into records; remembers, for one file, which it has had."""

    owner: str | None
    cards: int = 0
    ownerless: int = 0
    had: dict[str, int] = field(default_factory=dict)

    def read(self, card: _Card) -> Iterator[Record]:
        self.cards += 1
        refusal = _refusal(card)
        name, accounts = _name(card), _accounts(card)
        key = card.value("UID") or "\x1f".join((name.lower(), *accounts))
        if refusal or not accounts:
            yield SetAside(refusal or "the card states neither a name nor an e-mail address", card.line)
        elif key in self.had:
            yield SetAside(f"a copy of the card on line {self.had[key]}", card.line)
        else:
            self.had[key] = card.line
            yield self._person(card, name, accounts)
            yield from self._encounter(card, accounts, key)

    def _person(self, card: _Card, name: str, accounts: tuple[str, ...]) -> Person:
        parts = [clean(_unescaped(part), 200) for part in _split(card.value("ORG"))]
        return Person(
            name=name or None,
            accounts=accounts,
            organisation=parts[0] if parts and parts[0] else None,
            department=parts[1] if len(parts) > 1 and parts[1] else None,
            line=card.line,
        )

    def _encounter(self, card: _Card, accounts: tuple[str, ...], key: str) -> Iterator[Encounter]:
        if self.owner in accounts or not _has_phone(card):
            return
        if self.owner is None:
            self.ownerless += 1
            return
        seed = f"{self.owner}\x1f{key}"
        yield Encounter(
            people=(self.owner, accounts[0]),
            kind=Modality.UNKNOWN,
            evidence=Evidence.CONTACT,
            id=f"vcard:{hashlib.sha256(seed.encode('utf-8', 'replace')).hexdigest()[:32]}",
            line=card.line,
        )


def _refusal(card: _Card) -> str | None:
    if not card.ended:
        return "the card is cut off: its END:VCARD is missing"
    kind = card.value("KIND", "X-ADDRESSBOOKSERVER-KIND", "X-ABSHOWAS").strip().lower()
    return _NO_PERSON.get(kind)


def _name(card: _Card) -> str:
    """Return given and family name where the card has both (titles stay out), else the name as it is shown."""
    family, given, *_ = [*(clean(_unescaped(part), 100) for part in _split(card.value("N"))), "", ""]
    shown = f"{given} {family}" if given and family else clean(_unescaped(card.value("FN")), 200)
    return display_name(shown or given or family)


def _accounts(card: _Card) -> tuple[str, ...]:
    addresses = [_ADDRESS.search(_unescaped(value)) for _, value in card.values("EMAIL")]
    found = dict.fromkeys(email_account(address[0]) for address in addresses if address)
    name = re.sub(r"[\W_]+", " ", _name(card).lower()).strip()
    return tuple(found) or ((f"name:{name}",) if name else ())


def _has_phone(card: _Card) -> bool:
    return any(
        len(re.findall(r"\d", value)) >= 3 and not _NO_PHONE.intersection(re.split(r"[;,=]", parameters))
        for parameters, value in card.values("TEL")
    )


def _cards(stream: IO[bytes]) -> Iterator[_Card]:
    """Yield the cards of a file; a card inside a card (an agent's) is read past."""
    card: _Card | None = None
    depth = 0
    for number, name, parameters, value in _properties(stream):
        mark = value.strip().upper() == b"VCARD"
        if name == "BEGIN" and mark:
            depth += 1
            if depth == 1:
                card = _Card(number)
        elif name == "END" and mark and card is not None:
            depth -= 1
            if depth == 0:
                card.ended = True
                yield card
                card = None
        elif card is not None and depth == 1 and name in _READ and len(card.lines) < MOST_LINES:
            card.lines.append((name, parameters, value))
    if card is not None:
        yield card


def _properties(stream: IO[bytes]) -> Iterator[tuple[int, str, str, bytes]]:
    """Yield each property with the number of its first line, its name and parameters, and its raw value."""
    for number, line in _unfolded(stream):
        head, colon, value = _cut_at_colon(line)
        if colon:
            name, _, parameters = head.decode("latin-1").upper().partition(";")
            yield number, name.rpartition(".")[2].strip(), parameters, value


def _cut_at_colon(line: bytes) -> tuple[bytes, bytes, bytes]:
    """Cut at the first colon that does not stand within quotes."""
    found = re.match(rb'((?:[^":]|"[^"]*")*)(:)(.*)', line, re.DOTALL)
    return (found[1], found[2], found[3]) if found else line.partition(b":")


def _unfolded(stream: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Join what was folded: lines that begin with a blank, and soft breaks of quoted-printable."""
    started, whole = 0, bytearray()
    for number, line in _lines(stream):
        soft = whole.endswith(b"=") and _is_quoted_printable(whole)
        if soft:
            del whole[-1:]
        if whole and (soft or line[:1] in (b" ", b"\t")):
            whole += (line if soft else line[1:])[: max(0, LONGEST_LINE - len(whole))]
        else:
            if whole:
                yield started, bytes(whole)
            started, whole = number, bytearray(line)
    if whole:
        yield started, bytes(whole)


def _lines(stream: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield lines without their ends; of a line longer than 64 KiB the beginning."""
    number, beginning = 1, True
    while piece := stream.readline(LONGEST_LINE):
        if beginning:
            yield number, piece.removeprefix(BOM if number == 1 else b"").rstrip(b"\r\n")
        beginning = piece.endswith(b"\n")
        number += beginning


def _is_quoted_printable(line: bytes | bytearray) -> bool:
    return b"QUOTED-PRINTABLE" in bytes(line[:300]).partition(b":")[0].upper()


def _decoded(parameters: str, value: bytes) -> str:
    if "QUOTED-PRINTABLE" in parameters:
        value = quopri.decodestring(value)
    charset = re.search(r"CHARSET=\"?([\w.:-]{1,40})", parameters)
    for encoding in ("utf-8", charset[1] if charset else "latin-1"):
        try:
            return value.decode(encoding)
        except (ValueError, LookupError):  # `undefined` is an encoding of Python's, and fails at anything
            continue
    return value.decode("latin-1")


def _split(value: str) -> list[str]:
    """Split at semicolons that are not escaped."""
    return re.split(r"(?<!\\);", value)


def _unescaped(text: str) -> str:
    r"""Undo the escapes of a value.

    >>> _unescaped(r"Lee\, Ann\nOslo")
    'Lee, Ann Oslo'
    """
    return re.sub(r"\\(.)", lambda found: " " if found[1] in "nN" else found[1], text)
