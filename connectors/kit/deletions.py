"""Replies that only say what is gone: a connector whose service lists deletions makes them, and reads them back.

They are a kind of file of their own, never part of what people wrote, so that no message can withdraw another.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from connectors.kit.answers import as_member, needed_list, read
from influence.contract.files import Member
from influence.contract.records import Deleted

_BEGINNING = b'{"gone":'


def as_tombstones(name: str, ids: Iterable[str]) -> Member:
    """Write the ids of what is gone as a reply.

    >>> [one.id for one in tombstones(as_tombstones("gone", ["mail:1@acme.example"]))]
    ['mail:1@acme.example']
    """
    return as_member(name, json.dumps({"gone": list(ids)}, separators=(",", ":")).encode())


def are_tombstones(member: Member) -> bool:
    """Tell whether a reply says what is gone.

    >>> are_tombstones(as_member("page", b"BEGIN:VCALENDAR"))
    False
    """
    return member.head().startswith(_BEGINNING)


def tombstones(member: Member) -> Iterator[Deleted]:
    """Yield what is gone.

    Raises:
        Changed: the reply is not what `as_tombstones` writes.
    """
    for gone in needed_list(read(member), "gone", member.name):
        yield Deleted(str(gone), line=1)
