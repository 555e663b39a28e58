"""What an e-mail address tells of its owner: the box it ends in, the login it hides, and whether it was mangled."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

_LOGIN = r"([a-z\d](?:[a-z\d_.-]{0,60}[a-z\d])?)(?:\[bot\])?"
_GITHUB = re.compile(rf"(?:(\d{{1,12}})\+)?{_LOGIN}@users\.noreply\.github\.com")
_PRIVATE = re.compile(rf"\d{{1,12}}-{_LOGIN}@users\.noreply\.gitlab\.com|{_LOGIN}@noreply\.codeberg\.org")
"""The addresses that code hosts give to who keeps theirs private: the number of the account, and its login."""
_GMAIL = re.compile(r"@(?:gmail|googlemail)\.com")
_TAGGED = re.compile(r"@(?:outlook|hotmail|live|icloud|me|mac|fastmail|proton|protonmail|pm)\.(?:com|me)")
"""Providers who drop what follows a plus sign (Google also drops dots)."""
MAY_BE_OWNED = (
    r"^github(-login)?:|@users\.noreply\.github\.com"
    r"|@(gmail|googlemail|outlook|hotmail|live|icloud|me|mac|fastmail|proton|protonmail|pm)\.(com|me)"
)
"""Stands in every account that `one_owner` may join to another, and in some that it does not."""
_MANGLED = re.compile(
    r"^['\"]*\.|\.['\"]*$|\.\.|^['\"]|['\"]$|\.['\"]|['\"]\.|^imcea[a-z]*-|^(?:smtp|mailto)\b"
)


def mangled(account: str) -> bool:
    """Tell whether an export broke an e-mail address, so that what stands before the @ says nothing.

    >>> [mangled(f"email:{each}") for each in ("l..tamm@acme.example", ".tamm@acme.example", "'bo@x.example'")]
    [True, True, True]
    >>> mangled("email:40acme@acme.example"), mangled("email:o'brien@acme.example"), mangled("slack:T1/.U")
    (True, False, False)
    """
    system, _, address = account.partition(":")
    local, _, domain = address.lower().rpartition("@")
    at_sign = f"40{domain.partition('.')[0]}"  # of `someone=40ACME@ACME.example`
    return system == "email" and (bool(_MANGLED.search(local)) or local == at_sign)


def login_of(address: str) -> str | None:
    """Return the login of whoever hides behind a private address of a code host; None for any other address.

    >>> login_of("1234+bo-ek@users.noreply.github.com"), login_of("bo@ek.example")
    ('bo-ek', None)
    """
    low = address.lower()
    if hidden := _GITHUB.fullmatch(low):
        return hidden[2]
    return hidden[1] or hidden[2] if (hidden := _PRIVATE.fullmatch(low)) else None


def local_part(address: str) -> str:
    """Return what stands before the @, without a tag; the login of a private address of a code host.

    >>> local_part("bo.ek+news@acme.example"), local_part("1234+boek@users.noreply.github.com")
    ('bo.ek', 'boek')
    """
    local = address.lower().rpartition("@")[0]
    return login_of(address) or local.partition("+")[0] or local


def one_owner(accounts: Iterable[str]) -> Mapping[str, list[str]]:
    """Return the accounts that can only be one person's, by what they are: one mailbox, or one account of GitHub.

    A mailbox at Google is the same with and without dots; at several providers a tag after a plus sign is dropped.
    A private address of GitHub is the account of that number, else of that login if no two numbers claim it.

    >>> one_owner(["email:bo.ek@gmail.com", "email:boek+news@googlemail.com", "email:bo@acme.example"])
    {'the mailbox boek@gmail.com': ['email:bo.ek@gmail.com', 'email:boek+news@googlemail.com']}
    >>> one_owner(["email:7+boek@users.noreply.github.com", "github-login:boek"])
    {'the account boek of GitHub': ['email:7+boek@users.noreply.github.com', 'github-login:boek']}
    """
    found: dict[str, list[str]] = defaultdict(list)
    numbers: dict[str, set[str]] = defaultdict(set)
    known = sorted(accounts)
    for account in known:
        private = _private(account)
        if private and private[0]:
            numbers[private[1]].add(private[0])
    for account in known:
        for owner in _owners(account, numbers):
            found[owner].append(account)
    return {owner: together for owner, together in found.items() if len(together) > 1}


def owners_at_most(account: str) -> list[str]:
    """Return whose an account may be for `one_owner`, whatever other accounts there are.

    >>> owners_at_most("email:bo.ek@gmail.com"), owners_at_most("x:1")
    (['the mailbox boek@gmail.com'], [])
    """
    return _owners(account, {})


def _private(account: str) -> tuple[str | None, str] | None:
    """Return number and login of a private address of GitHub."""
    found = _GITHUB.fullmatch(account.removeprefix("email:"))
    return (found[1], found[2]) if found else None


def _owners(account: str, numbers: Mapping[str, set[str]]) -> list[str]:
    system, _, identifier = account.partition(":")
    if private := _private(account):
        number, login = private
    elif system in {"github", "github-login"}:
        number = identifier if system == "github" and identifier.isdecimal() else None
        login = "" if number else identifier.lower()
    elif system == "email":
        return [f"the mailbox {box}"] if (box := _mailbox(identifier)) else []
    else:
        return []
    of_number = [f"the account number {number} of GitHub"] if number else []
    return [
        *of_number,
        *([f"the account {login} of GitHub"] if login and len(numbers.get(login, ())) < 2 else []),
    ]


def _mailbox(address: str) -> str | None:
    local, _, domain = address.rpartition("@")
    plain = local.partition("+")[0]
    if _GMAIL.fullmatch(f"@{domain}"):
        return f"{plain.replace('.', '')}@gmail.com" if plain.strip(".") else None
    return f"{plain}@{domain}" if plain and _TAGGED.fullmatch(f"@{domain}") else None
