"""Names as people write them, brought to one form; and whose an account is by the names given for it."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping

_PUBLIC_WORDS = """
    gmail googlemail hotmail outlook live msn yahoo ymail aol icloud mac me proton protonmail gmx web mail telia tele2
    online comcast earthlink att sbcglobal verizon worldnet rr btinternet orange wanadoo free laposte t-online spray
    yandex qq 163
"""
PUBLIC_MAIL = frozenset(_PUBLIC_WORDS.split())
"""Who offers mail to everybody (the last label but one): two addresses there are no sign of one organisation."""

_SECOND_LEVEL = frozenset(("co", "com", "org", "ac", "gov", "net", "edu"))


def public_mail(domain: str) -> bool:
    """Tell whether a domain offers mail to everybody.

    >>> public_mail("gmail.com"), public_mail("yahoo.co.uk"), public_mail("mail.acme.example")
    (True, True, False)
    """
    return place_of(domain).partition(".")[0] in PUBLIC_MAIL


def place_of(domain: str) -> str:
    """Return the part of a domain that is an organisation's.

    >>> place_of("mail.acme.example"), place_of("a.ubs.co.uk")
    ('acme.example', 'ubs.co.uk')
    """
    labels = domain.lower().split(".")
    return ".".join(labels[-3:] if len(labels) > 2 and labels[-2] in _SECOND_LEVEL else labels[-2:])


def canonical_name(name: str | None) -> str:
    """Return a full name as `first last`, lower case, without accents, initials, titles and brackets.

    Empty where it is not a full name (one word, or more than four).

    >>> canonical_name("Kitchen, Louise"), canonical_name("John J. Lavorato"), canonical_name("Sales")
    ('louise kitchen', 'john lavorato', '')
    """
    plain = unicodedata.normalize("NFKD", name or "")
    plain = "".join(mark for mark in plain if not unicodedata.combining(mark))
    plain = re.sub(r"[(\[<].*|[@/].*|['\"]", "", plain)
    last, comma, first = plain.partition(",")
    words = re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", f"{first} {last}" if comma else plain)
    full = [word.lower() for word in words if len(word) > 1 and word.lower() not in _TITLES]
    return " ".join(full) if 2 <= len(full) <= 4 else ""


_TITLES = {"mr", "mrs", "ms", "dr", "prof", "jr", "sr", "ii", "iii", "phd"}


def domain_of(account: str) -> str | None:
    """Return the domain of an e-mail account.

    >>> domain_of("email:ann@acme.com"), domain_of("x:12")
    ('acme.com', None)
    """
    system, _, address = account.partition(":")
    return address.rpartition("@")[2] or None if system == "email" and "@" in address else None


def bearer_of(names: Mapping[str, int]) -> str | None:
    """Return whose an account is by the names given for it: last name and first letter; None if contested.

    Three quarters of the names must agree; without a full name it is the empty string.

    >>> bearer_of({"Lavorato, John": 3, "Theresa Lavorato": 1}), bearer_of({"Ann Berg": 1, "Bo Ek": 1})
    ('lavorato j', None)
    """
    votes: Counter[str] = Counter()
    for name, count in names.items():
        if full := canonical_name(name):
            votes[f"{full.split()[-1]} {full[0]}"] += count
    if not votes:
        return ""
    best, count = votes.most_common(1)[0]
    return best if count * 4 >= votes.total() * 3 else None


def initials(name: str) -> str:
    """Return the middle initials of a name, lower case.

    >>> initials("Taylor, Mark E."), initials("Mark Taylor")
    ('e', '')
    """
    return "".join(letter.lower() for letter in re.findall(r"(?<=\s)([A-Za-z])(?:\.|\b)(?!\w)", name))
