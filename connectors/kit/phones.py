"""Telephone numbers as accounts: one number is one account, however it is written.

Reference: ITU-T E.164 (a plus and at most 15 digits). No table of ranges is kept: a number that states no country stays
as it is written, unless an option says in which country the telephone is.
"""

from __future__ import annotations

import re

from influence.contract.connector import ConnectorError

_COUNTRY = re.compile(r"(?:\+|00)?([1-9]\d{0,2})")
_PUNCTUATION = re.compile(r"[\s().\-\u2010-\u2015/\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
_TRUNK = {
    "39": "",
    "7": "8",
    "36": "06",
    "1": "1",
    "34": "",
    "45": "",
    "47": "",
    "30": "",
    "351": "",
    "420": "",
}
"""What stands before a number within its country where that is not 0; empty where nothing does."""
SHORTEST = 7
"""Digits below which a number is a service's own within its country."""


def country_given(told: str) -> str:
    """Return the digits of a country's calling code, as an option states it; empty where it states none.

    Raises:
        ConnectorError: it is none.

    >>> country_given("+47"), country_given("")
    ('47', '')
    """
    if not told:
        return ""
    found = _COUNTRY.fullmatch(told.strip())
    if found is None:
        raise ConnectorError(f"country is {told[:20]!r}; write the calling code of the country, as in +47")
    return found[1]


def is_number(told: str) -> bool:
    """Tell whether something is written as a telephone number.

    >>> is_number("+47 912 34 567"), is_number("(0)8-123 45"), is_number("Ann 2")
    (True, True, False)
    """
    return re.fullmatch(r"\+?[0-9]{2,20}", _bare(told)) is not None


def _bare(told: str) -> str:
    return _PUNCTUATION.sub("", told[:60])


def number_account(told: str, country: str = "") -> str | None:
    """Write a telephone number as an account; None for what is none (a word, a hidden number).

    >>> number_account("+47 912 34 567"), number_account("0047 91234567"), number_account("912 34 567", "47")
    ('phone:+4791234567', 'phone:+4791234567', 'phone:+4791234567')
    >>> number_account("08-123 456 78", "46"), number_account("08-123 456 78"), number_account("2929", "46")
    ('phone:+46812345678', 'phone:0812345678', 'phone:2929')
    >>> number_account("Private number") is None
    True
    """
    bare = _bare(told)
    if not is_number(bare):
        return None
    if bare.startswith("+"):
        return f"phone:{bare}" if 3 < len(bare) <= 16 else None
    if bare.startswith("00") and len(bare) >= 9:
        return f"phone:+{bare[2:]}"
    if not country or len(bare) < SHORTEST:
        return f"phone:{bare}"
    trunk = _TRUNK.get(country, "0")
    within = bare.removeprefix(trunk) if trunk and len(bare) > SHORTEST + len(trunk) else bare
    return f"phone:+{country}{within}"
