"""The contract of a connector, and the errors that it may raise.

A connector is a dataclass whose fields are its options (`influence import --set field=value`).
It says which files it can read (`recognises`) and turns one file into records (`parse`, pure).
A connector with a network adds `fetch(since)`, which yields raw replies for `parse`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from influence.contract.errors import SourceError
from influence.contract.files import Export, Member
from influence.contract.records import Record


class ConnectorError(SourceError):
    """A source that cannot be read, in one sentence that names the cure."""


class Unreadable(ConnectorError):
    """The file is not what it claims to be, or is damaged."""


class MissingExtra(ConnectorError):
    """An optional package is not installed; the sentence holds the command that installs it."""


class RateLimited(ConnectorError):
    """The service asks to wait `seconds` before the next request."""

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


class NotAuthorised(ConnectorError):
    """The service does not accept the sign-in; the sentence says how to renew it."""


class Gone(ConnectorError):
    """What was asked for is no longer there."""


class Changed(ConnectorError):
    """The service's answer no longer has the expected shape; the sentence names the field."""


class StoppedShort(ConnectorError):
    """A list that goes round in circles, or on and on with nothing: what came before is good, the rest is missing."""


@dataclass(frozen=True)
class Reply:
    """One raw reply of a service, as a file that `parse` reads; `cursor` says where to go on after it.

    `note` is for the person who waits: how much is left under the service's limit, and what it cost.
    """

    member: Member
    cursor: Mapping[str, Any]
    note: str = ""


class Secret(Protocol):
    """The secrets of one source, by name: read, and handed back where the service has renewed them."""

    def get(self, name: str) -> str:
        """Return a secret.

        Raises:
            SourceError: it is not known.
        """

    def keep(self, name: str, value: str) -> None:
        """Keep a renewed secret for good, before it is used: when this returns, it outlives a loss of power.

        Raises:
            SourceError: there is no place where it can be kept.
        """


class Connector(Protocol):
    """What a connector offers; a third party's is found by its entry point."""

    name: ClassVar[str]
    title: ClassVar[str]
    """One line for `influence connectors`: what it reads."""
    source: ClassVar[str]
    """How a user gets such a file, one sentence."""
    # `needs`, if there is one, maps a module that must be importable to the extra that brings it.
    # `ready_made`, if there is one, maps the name of each mapping that comes along to the table that it reads.

    def recognises(self, member: Member, head: bytes) -> bool:
        """Tell by its name and its first 64 KiB whether `member` is for this connector."""

    def parse(self, member: Member) -> Iterator[Record]:
        """Turn one file into records; what cannot be read is yielded as `SetAside`.

        Raises:
            Unreadable: nothing of the file can be read.
        """


class ExportConnector(Protocol):
    """A connector for exports whose files belong together (users here, messages there)."""

    name: ClassVar[str]
    title: ClassVar[str]
    source: ClassVar[str]
    # `each_has`, if there is one, names the file of which an export has one, that of its account or people: where
    # several lie side by side there are several exports, and each is read by itself.

    def claims(self, names: Sequence[str]) -> bool:
        """Tell by the names of the files inside whether a folder or archive is such an export."""

    def parse_export(self, export: Export) -> Iterator[tuple[str, Record]]:
        """Yield records, each with the name of the file it came from; a damaged file is set aside."""


class LiveConnector(Protocol):
    """A connector for a service: `fetch` is all its network, `parse` reads a raw reply as it reads a file."""

    name: ClassVar[str]
    title: ClassVar[str]
    source: ClassVar[str]
    secrets: ClassVar[tuple[str, ...]]
    """Names of the secrets that `influence connect` asks for, where there is no `sign_in`."""
    reads: ClassVar[str]
    """What it will read, one sentence in plain words."""
    revoke: ClassVar[str]
    """How to take the permission back, one sentence."""
    # Where its terms ask that what is deleted or edited there is deleted or edited here, whatever its age:
    # `stored`: how the ids begin about which it can ask; `look_again(ids, secret) -> Iterator[Reply]`: asks about them.
    # Where there are some:
    # `required`: options without which it reads nothing; `influence connect` asks for those that are not set.
    # `beforehand`: what a person must know before they sign in (approval, cost, how long it holds).
    # `sign_in(ask, given) -> Mapping[str, str]`: walks a person through the service's own sign-in, telling them
    #   by `ask` what to do, and returns the secrets to keep; `given` holds those named by the class's `given`,
    #   which `influence connect` asks for first.

    def signed_in_as(self, secret: Secret) -> str:
        """Make one cheap request and say who it signed in as, e.g. "ann_lee on X".

        Raises:
            RateLimited, NotAuthorised, Gone, Changed: as they say.
        """

    def fetch(self, cursor: Mapping[str, Any], secret: Secret) -> Iterator[Reply]:
        """Yield raw replies since `cursor` (empty at first), oldest first.

        Raises:
            RateLimited, NotAuthorised, Gone, Changed: as they say.
            StoppedShort: after all that could be read, where something could not.
        """

    def parse(self, member: Member) -> Iterator[Record]:
        """Turn one raw reply into records."""
