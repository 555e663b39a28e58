"""Who is no single human being: bots, lists, shared mailboxes, deleted users; told by the signs, with the reason."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from influence.contract.no_person import BOT, DELETED, LIST, MAY_SHOW, SHARED, sign_of, sign_of_name

KINDS = (BOT, LIST, SHARED, DELETED)


def told_by(accounts: Sequence[str], name: str | None) -> tuple[str, str] | None:
    """Return what an account is and the sign that tells, or None for a person as far as the signs go.

    A person with several accounts is what most of them say.

    >>> told_by(["email:no-reply@acme.example"], None)
    ('bot', 'the address reads no-reply')
    >>> told_by(["reddit:[deleted]"], None)
    ('deleted user', 'a deleted user may be anybody')
    >>> told_by(["email:ann@acme.example"], "Ann Berg")
    """
    told = [sign_of(account) for account in accounts if not account.startswith("name:")]
    found = [one for one in told if one is not None]
    if found and len(found) * 2 > len(told):
        return found[0]
    return sign_of_name(name or "")


def signs(accounts: pa.Array) -> dict[int, tuple[str, str]]:
    """Return what the accounts are that show a sign, and the sign, by their place; `name:` accounts show none.

    >>> signs(pa.array(["x:1", "email:info@acme.example"]))
    {1: ('shared mailbox', 'the address reads info')}
    """
    rows = pc.indices_nonzero(pc.match_substring_regex(accounts, MAY_SHOW, ignore_case=True))
    told = zip(rows.to_pylist(), accounts.take(rows).to_pylist(), strict=True)
    found = ((row, told_by([account], None)) for row, account in told)
    return {row: sign for row, sign in found if sign is not None}
