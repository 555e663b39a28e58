"""Who is no single human being: bots, lists, shared mailboxes, deleted users; told by the signs, with the reason."""

from __future__ import annotations

import re
from collections.abc import Sequence

BOT, LIST, SHARED, DELETED = "bot", "list", "shared mailbox", "deleted user"
KINDS = (BOT, LIST, SHARED, DELETED)

_NOBODY = {"[deleted]", "[removed]", "deleted user", "deleted-user", "deleted_user", "deactivated user"}
_SIGNS = (
    (
        BOT,
        re.compile(r"(do[-_.]?)?not?[-_.]?reply|no[-_.]?response|mailer-daemon|postmaster|bounces?([-+].*)?"),
    ),
    (BOT, re.compile(r".*\[bot\]|(alerts?|notifications?|notify|cron|daemon|automailer|auto-?confirm)")),
    (
        LIST,
        re.compile(r"(newsletters?|announce|all|everyone|list|.+[-_.](list|announce|all|users|newsletter))"),
    ),
    (
        SHARED,
        re.compile(
            r"(info|sales|support|service|office|contact|kontakt|hello|help|help-?desk|service-?desk)"
        ),
    ),
    (
        SHARED,
        re.compile(r"(admin|webmaster|accounts?|billing|invoices?|faktura|hr|jobs|careers|press|reception)"),
    ),
)
_LIST_DOMAIN = re.compile(r"(lists?|groups|listserv|mailman)\..+")


def told_by(accounts: Sequence[str], name: str | None) -> tuple[str, str] | None:
    """Return what an account is and the sign that tells, or None for a person as far as the signs go.

    A person with several accounts is what most of them say.

    >>> told_by(["email:no-reply@acme.example"], None)
    ('bot', 'the address reads no-reply')
    >>> told_by(["reddit:[deleted]"], None)
    ('deleted user', 'a deleted user may be anybody')
    >>> told_by(["email:ann@acme.example"], "Ann Berg")
    """
    told = [_sign(account) for account in accounts if not account.startswith("name:")]
    found = [one for one in told if one is not None]
    if found and len(found) * 2 > len(told):
        return found[0]
    if (name or "").casefold() in _NOBODY:
        return DELETED, "a deleted user may be anybody"
    return None


def _sign(account: str) -> tuple[str, str] | None:
    system, _, identifier = account.partition(":")
    word = identifier.casefold().rpartition("/")[2]
    if word in _NOBODY or account == "github:ghost":
        return DELETED, "a deleted user may be anybody"
    local, _, domain = word.partition("@")
    if system == "email" and _LIST_DOMAIN.fullmatch(domain):
        return LIST, f"a mailing list of {domain}"
    for kind, sign in _SIGNS:
        if (system == "email" or kind == BOT) and sign.fullmatch(local):
            return kind, f"the address reads {local}"
    return None
