"""The contract of a connector, and the errors that it may raise.

A connector is a dataclass whose fields are its options (`influence import --set field=value`).
It says which files it can read (`recognises`) and turns one file into records (`parse`, pure).
A connector with a network adds `fetch(since)`, which yields raw replies for `parse`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import ClassVar, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from influence.activity import Record, SourceError
from influence.archive import Member


class ConnectorError(SourceError):
    """A source that cannot be read, in one sentence that names the cure."""


class Unreadable(ConnectorError):
    """The file is not what it claims to be, or is damaged."""


class MissingExtra(ConnectorError):
    """An optional package is not installed; the sentence holds the command that installs it."""


class Connector(Protocol):
    """What a connector offers; a third party's is found by its entry point."""

    name: ClassVar[str]
    title: ClassVar[str]
    """One line for `influence connectors`: what it reads."""
    source: ClassVar[str]
    """How a user gets such a file, one sentence."""

    def recognises(self, member: Member, head: bytes) -> bool:
        """Tell by its name and its first 64 KiB whether `member` is for this connector."""

    def parse(self, member: Member) -> Iterator[Record]:
        """Turn one file into records; what cannot be read is yielded as `SetAside`.

        Raises:
            Unreadable: nothing of the file can be read.
        """


def named_zone(name: str | None) -> ZoneInfo | None:
    """Return the IANA zone of that name, or None for None.

    Raises:
        ConnectorError: there is no such zone.

    >>> named_zone("Europe/Oslo")
    zoneinfo.ZoneInfo(key='Europe/Oslo')
    """
    if name is None:
        return None
    with contextlib.suppress(ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo(name)
    raise ConnectorError(f"{name[:60]!r} is no time zone; write one as in Europe/Oslo or UTC")
