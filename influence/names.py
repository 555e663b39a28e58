"""Names as people write them, brought to one form; and whose an account is by the names given for it."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping


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
