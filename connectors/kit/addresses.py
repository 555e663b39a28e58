"""Names and addresses as mail headers hold them, and which of them are no person's own."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple

from connectors.kit.text import NOT_SHOWN, clean, is_nobody

LONGEST_ENTRY = 2000
LONGEST_NAME = 200
REMEMBERED = 20_000
"""Names and addresses of which the answer is kept: a mailbox repeats few of them often."""
_OFTEN_REPEATED = 200
"""Characters of a whole header that may well come again."""
_ADDRESS = re.compile(r"[^\s@<>(),;:\"\[\]\\]{1,128}@[^\s@<>(),;:\"\[\]\\']{1,253}")
_BARE = re.compile(r"[^\s@<>(),;:\"\[\]\\#$]{1,128}@[^\s@<>(),;:\"\[\]\\#$]{1,253}")
_MASKED = re.compile(r"([\w.+-]{1,64}) at ([\w-]{1,63}(?:\.[\w-]{1,63}){1,8})\s*(.*)$", re.DOTALL)
"""As the archives of mailing lists write addresses: `ann at acme.com (Ann Lee)`."""
_GROUP = re.compile(r"^[^@<\",\[]{0,200}:(?!//)")
_PLACEHOLDER = re.compile(
    r"^(no[._-]?(?:e?mail|address)|undisclosed[._-]?recipients?|unknown(?:[._-]?organi[sz]er)?"
    r"|unlisted[._-]?recipients?|nobody|none)$"
)
_LIST_NAME = re.compile(
    r"^(dl|dg)[-_]|^all (enron|employees|staff|users|of)\b|\b(distribution|mailing) list\b|^everyone$|\bemployees$",
    re.IGNORECASE,
)
_NOTES = re.compile(r"[^<>@,;]{1,250}/[^<>@,;]{1,100}@[\w-]{1,60}", re.ASCII)
"""A name of Lotus Notes with its domain, which is no address of the Internet: `Ann Lee/Oslo/ACME@ACME`."""
_CANONICAL = re.compile(r"^\s*CN=(?=[^/]*(?:/|$))", re.IGNORECASE)
_EXCHANGE = re.compile(r"<\s*(/o=[^<>]{3,300})>", re.IGNORECASE)
_ENCAPSULATED = re.compile(
    r"(?<![^\s<:\"'])imcea(ex|smtp)-([^\s@<>\"',;]{1,900})@[^\s@<>(),;:\"]{1,253}", re.IGNORECASE
)
"""An address of another kind within an Internet address, as Exchange writes it to the outside."""
_ESCAPED = re.compile(r"\+([0-9a-f]{2})", re.IGNORECASE)
_BRACKETS = re.compile(r"<[^<>]{0,500}>?")
_ENTRY_END = re.compile(r">(?:@[\w.]{1,60})?\s*[,;]\s*")
_HOLDING, _MARK = re.compile(r'["<(]'), re.compile(r'["<>(),;]')
_REMARK = re.compile(r"\([^()]{0,200}\)|\[[^\[\]]{0,200}\]")


class Mailbox(NamedTuple):
    """One entry of an address header: the name shown and the address, lower-case; either may be empty."""

    name: str
    address: str


def mailboxes(value: str) -> tuple[Mailbox, ...]:
    """Split an address header into its entries; commas within quotes, brackets and remarks do not split.

    >>> [m.address for m in mailboxes('"Lee, Ann" <Ann@ACME.com>, team: bob@acme.com;')]
    ['ann@acme.com', 'bob@acme.com']
    """
    return _often(value) if len(value) <= _OFTEN_REPEATED else _split(value)


def _split(value: str) -> tuple[Mailbox, ...]:
    parts = _parts(value)
    if len(value) > LONGEST_ENTRY:
        parts = [part[:LONGEST_ENTRY] for part in parts]
    return tuple(filter(None, map(_mailbox, parts)))


_often = lru_cache(maxsize=REMEMBERED)(_split)


@lru_cache(maxsize=REMEMBERED)
def _mailbox(part: str) -> Mailbox | None:
    text = _GROUP.sub("", part).strip()
    if _NOTES.fullmatch(text):
        return Mailbox(display_name(text), "")
    inside = text[text.rfind("<") + 1 :] if "<" in text else text
    found = _ADDRESS.search(inside) or _ADDRESS.search(text)
    address = found[0].strip("'").rstrip(".").lower() if found else ""
    if whole := _ENCAPSULATED.search(inside):
        address = whole[0].lower()  # longer than other addresses are
    if masked := None if found else _MASKED.match(text):
        address, text = f"{masked[1]}@{masked[2]}".lower(), masked[3]
    name = display_name(text if "<" in text else _ADDRESS.sub("", text)) or _remark(text)
    return Mailbox(name, address) if address or name else None


def _remark(text: str) -> str:
    """Return the name of the old form `ann@acme.com (Ann Lee)`."""
    found = _REMARK.search(text)
    return display_name(found[0][1:-1]) if found else ""


def _parts(value: str) -> list[str]:
    if not _HOLDING.search(value):
        return value.replace(";", ",").split(",")
    found, start, quoted, depth = [], 0, False, 0
    for mark in _MARK.finditer(value):
        letter = mark[0]
        if letter == '"':
            quoted = not quoted
        elif quoted:
            continue
        elif letter in "<(":
            depth += 1
        elif letter in ">)":
            depth = max(0, depth - 1)
        elif depth == 0:
            found.append(value[start : mark.start()])
            start = mark.end()
    return [*found, value[start:]]


def exchange_entries(value: str) -> list[str]:
    """Split an `X-To` header of an Exchange or Notes export, in which names may hold commas.

    >>> exchange_entries("Lee, Ann </O=ACME/CN=ALEE>, Fox, Bob </O=ACME/CN=BFOX>")
    ['Lee, Ann </O=ACME/CN=ALEE>', 'Fox, Bob </O=ACME/CN=BFOX>']
    """
    if "<" not in value:
        return [part.strip()[:LONGEST_ENTRY] for part in _parts(value) if part.strip()]
    if value.count(">") == value.count(">, ") + value.endswith(">"):  # as nearly all are
        *closed, last = value.split(">, ")
    else:
        *closed, last = _ENTRY_END.split(value)
    entries = [one.strip(" ,;") for one in (*[f"{entry}>" for entry in closed], last)]
    return [entry[:LONGEST_ENTRY] for entry in entries if entry]


def exchange_account(entry: str) -> str | None:
    """Return the account of the Exchange distinguished name in an entry.

    >>> exchange_account("Lee, Ann </O=ACME/OU=NA/CN=RECIPIENTS/CN=ALEE>")
    'exchange:/o=acme/ou=na/cn=recipients/cn=alee'
    """
    found = _EXCHANGE.search(entry)
    return f"exchange:{found[1].strip().lower()}" if found else None


def _encapsulated(address: str) -> str | None:
    """Return the account that an address stands for which Exchange wrapped into an Internet address.

    In it a stroke is written `_`, and what is no letter or digit as `+` and two hexadecimal digits.
    """
    found = _ENCAPSULATED.fullmatch(address.strip())
    if not found:
        return None
    inner = _ESCAPED.sub(lambda code: chr(int(code[1], 16)), found[2].replace("_", "/")).strip().lower()
    if found[1].lower() == "ex":
        return f"exchange:{inner}" if inner.startswith("/o=") else None
    return f"email:{inner}" if _BARE.fullmatch(inner) else None


@lru_cache(maxsize=REMEMBERED)
def display_name(entry: str) -> str:
    """Return the name in an entry as it is said: first name first, without address, remark or Notes path.

    >>> display_name("Miller, Don (Asset Mktg) </O=ACME/CN=DMILLE2>")
    'Don Miller'
    >>> display_name("Ann Lee/HOU/ACME@ACME")
    'Ann Lee'
    """
    text = _REMARK.sub(" ", _BRACKETS.sub(" ", NOT_SHOWN.sub(" ", entry[:2000])))
    text = _CANONICAL.sub("", re.sub(r"@\s*\w+\s*$", "", text.strip(" \"',;")))
    if "," in text.partition("/")[2]:
        return ""  # two people in one entry
    text = text.split("/", 1)[0]
    text = re.sub(r"\s+", " ", text.replace('"', " ")).strip(" \"',;")
    last, comma, first = text.partition(", ")
    if comma and "," not in first and last and first:
        text = f"{first} {last}"
    return "" if "@" in text else text[:LONGEST_NAME].strip()


def email_account(address: str) -> str:
    """Write an address as an account; one that Exchange wrapped (`IMCEAEX-…`) as the account that it stands for.

    >>> email_account("Ann@ACME.com"), email_account("IMCEASMTP-bo+40ek+2Eexample@acme.com")
    ('email:ann@acme.com', 'email:bo@ek.example')
    >>> email_account("IMCEAEX-_O=ACME_OU=NEW+20YORK_CN=RECIPIENTS_CN=BEK@acme.com")
    'exchange:/o=acme/ou=new york/cn=recipients/cn=bek'
    """
    plain = address.strip().lower()
    return (plain.startswith("imcea") and _encapsulated(plain)) or f"email:{plain}"


def address_account(value: Any) -> str | None:
    """Return the account of an e-mail address; None for what is none (a guest's login name with `#EXT#`).

    >>> address_account("Ann@acme.com"), address_account("ann_fabrikam.com#EXT#@acme.com")
    ('email:ann@acme.com', None)
    """
    text = str(value or "").strip()
    return email_account(text) if _BARE.fullmatch(text) else None


@lru_cache(maxsize=REMEMBERED)
def is_placeholder(address: str) -> bool:
    """Tell an address that stands for many people or for nobody (`no.address@…`, undisclosed recipients).

    >>> is_placeholder("no.address@enron.com"), is_placeholder("ann@acme.com")
    (True, False)
    """
    local, _, domain = address.partition("@")
    left_over = (
        "40" + domain.partition(".")[0]
    )  # of `someone=40ENRON@ENRON.com`: the at sign of another system
    return bool(_PLACEHOLDER.match(local)) or local == left_over


def is_list_name(name: str) -> bool:
    """Tell a shown name that is a list's.

    >>> is_list_name("DL-Portland Desk"), is_list_name("Dell Allen")
    (True, False)
    """
    return bool(_LIST_NAME.search(name))


def unaddressed(name: str) -> str | None:
    """Return the account of somebody who is known by a shown name only.

    >>> unaddressed("Don Miller")
    'unaddressed:don miller'
    """
    shown = re.sub(r"\s+", " ", name).strip().lower()
    return f"unaddressed:{shown}" if shown else None


def named(shown: str) -> str | None:
    """Return the account of somebody who is known by a name: it is theirs who alone bear it; None for no one's name.

    >>> named("Ray, Cy (HR)"), named("Unknown"), named("All Staff"), named("Cy Ray; Di Poe"), named("/principals/7")
    ('name:cy ray', None, None, None, None)
    """
    name = clean(display_name(shown.strip("'\" ")), LONGEST_NAME).lower()
    if ";" in name or is_nobody(name) or is_list_name(name) or _PLACEHOLDER.match(name):
        return None
    return f"name:{name}" if any(map(str.isalpha, name)) else None


@lru_cache(maxsize=REMEMBERED)
def shares_a_name(name: str, address: str) -> bool:
    """Tell whether a word of the name (three letters or more) stands in the address.

    >>> shares_a_name("Don Miller", "dmiller@acme.com")
    True
    """
    local = address.partition("@")[0]
    return any(word[:5] in local for word in re.findall(r"[a-z]{3,}", name.lower()))
