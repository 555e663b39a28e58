"""Outlook's own files, which are not read here: told by their first bytes, with the way to files that are."""

from __future__ import annotations

from connectors.kit.text import clean
from influence.contract.connector import Unreadable

_DATA_FILE = b"!BDN"
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""What an item saved from Outlook (.msg) begins with, and other files of older Office programs."""


def is_outlook(head: bytes) -> bool:
    """Tell an Outlook data file (.pst, .ost) or an item saved from Outlook (.msg).

    >>> is_outlook(b"!BDN" + bytes(60)), is_outlook(b"From ann@acme.example")
    (True, False)
    """
    return head.startswith((_DATA_FILE, _COMPOUND))


def refusal(name: str, head: bytes) -> Unreadable:
    """Return why such a file is refused, and what to do."""
    shown = clean(name, 100)
    if head.startswith(_DATA_FILE):
        return Unreadable(
            f"{shown}: this is an Outlook data file (.pst or .ost), which is not read as it is; turn it into mbox "
            "with: readpst -r -o mail FILE (package pst-utils or libpst), then import the folder mail"
        )
    return Unreadable(
        f"{shown}: this is an item saved from Outlook (.msg) or a file of an older Office program; save mail as "
        ".eml, or export the mailbox as .pst and turn that into mbox with readpst"
    )
