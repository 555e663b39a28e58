"""The records that everything speaks: activities, encounters, people and ties.

A connector yields these; the store keeps them; nothing else crosses that door.
An account is written `system:identifier` (`x:12345`, `email:ann@acme.com`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import pyarrow as pa


class Verb(StrEnum):
    """What somebody did."""

    POST = "post"
    REPLY = "reply"
    COMMENT = "comment"
    SHARE = "share"
    QUOTE = "quote"
    REACT = "react"
    MESSAGE = "message"
    EDIT = "edit"
    FOLLOW = "follow"
    VIEW = "view"


RESPONSE_VERBS = (Verb.REPLY, Verb.COMMENT, Verb.SHARE, Verb.QUOTE, Verb.REACT, Verb.EDIT)


class Unsaid(StrEnum):
    """Why something that lies in a mailbox is nobody's word to anybody."""

    AUTOMATIC = "automatic"
    RECEIPT = "receipt"
    CALENDAR_ANSWER = "calendar answer"
    DRAFT = "draft"
    SPAM = "spam"
    TRASH = "trash"


class Tone(StrEnum):
    """How a response takes what it answers; None where nothing tells."""

    WELCOMED = "welcomed"
    NEUTRAL = "neutral"
    HOSTILE = "hostile"


class Modality(StrEnum):
    """How people were together."""

    IN_PERSON = "in_person"
    ONLINE = "online"
    UNKNOWN = "unknown"
    NEVER = "never"


class Evidence(StrEnum):
    """What tells that people were together."""

    DECLARED = "declared"
    CALENDAR = "calendar"
    EVENT = "event"
    CONTACT = "contact"
    MESSAGE = "message"


SPHERES = (
    "team",
    "department",
    "company",
    "customer",
    "partner",
    "industry",
    "media",
    "public",
    "unknown",
)


@dataclass(frozen=True, slots=True)
class Activity:
    """One thing that somebody did at one time.

    `subject` links replies of mail without reply headers; the store keeps only a keyed digest of it.
    `fingerprint` tells copies of one message apart from different messages that look alike.
    `outbox` is the account in whose sent mail it lay or in whose name it went out, whoever the actor is; `typist`
    the account that typed it, where that is stated and not the actor's. `unsaid` says that a program or nobody
    said it: it is kept and counted, and is never a response and never addressed to anybody. `deleted` withdraws
    the activity of that id.
    `tags` are those that the service states, without `#`; the store adds those of the text. `rating` is a mark from 0
    (the worst that can be given) to 1 (the best), `reaction` the service's own word for a kind of reaction.

    Raises:
        ValueError: the time has no zone.

    >>> from datetime import UTC
    >>> Activity("m1", datetime(2026, 1, 5, tzinfo=UTC), "email:ann@acme.com", Verb.MESSAGE).verb.value
    'message'
    """

    id: str
    time: datetime
    actor: str
    verb: Verb
    parent: str | None = None
    conversation: str | None = None
    to: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    channel: str | None = None
    audience: int | None = None
    text: str | None = None
    url: str | None = None
    subject: str | None = None
    inferred: bool = False
    fingerprint: str | None = None
    outbox: str | None = None
    typist: str | None = None
    unsaid: Unsaid | None = None
    tags: tuple[str, ...] = ()
    rating: float | None = None
    reaction: str | None = None
    deleted: bool = False
    line: int | None = None

    def __post_init__(self) -> None:
        if self.time.tzinfo is None:
            raise ValueError(f"time {self.time.isoformat()} has no zone")


@dataclass(frozen=True, slots=True)
class Encounter:
    """Evidence that people were together: who (accounts), when (None: undated), where, how.

    `attendees` is the stated number of people where more came than are listed. `meeting` is the meeting or
    series of which this is one time, as calendars know it, and `version` orders what they say of it: the highest
    holds, of equal ones the later import. A meeting that is no series bears the `id` of its one time.
    """

    people: tuple[str, ...]
    kind: Modality
    evidence: Evidence
    time: datetime | None = None
    attendees: int | None = None
    place: str | None = None
    id: str | None = None
    meeting: str | None = None
    version: int | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What a version of a meeting says is no encounter, whichever version was or will be brought in besides.

    `id` is one time of the `meeting`; the meeting itself stands for all its times from `since` to `until`, `but`
    for those listed. Where `absent` is given, only what counts that account in is withdrawn. It is no row of a
    file: why the entry is no meeting stands in a `SetAside` beside it.
    """

    meeting: str
    id: str
    version: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    but: tuple[str, ...] = ()
    absent: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """What a source says of one human being (or a bot); `accounts` given together belong together.

    A source that knows accounts but no person leaves `person` empty. `first_contact` is the day on which somebody of
    the user's organisation was first in contact with them, `outcome` what became of it, in the source's own word.
    """

    person: str | None = None
    name: str | None = None
    accounts: tuple[str, ...] = ()
    organisation: str | None = None
    department: str | None = None
    site: str | None = None
    manager: str | None = None
    sphere: str | None = None
    bot: bool | None = None
    first_contact: date | None = None
    outcome: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Tie:
    """One line of an undated network.

    `meaning` is `influence` (the target responded to the source) or `met` (they have met).
    """

    source: str
    target: str
    meaning: str
    weight: float = 1.0
    layer: str | None = None
    directed: bool = True
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Exposure:
    """A number that a service tells of how widely an account's items were shown: a count, and never people.

    `metric` is the service's own word (`impressions`, `members reached`), `service` its name. Said at `time`; what
    the same `id` tells later takes its place.

    Raises:
        ValueError: the time has no zone, or the count is no count.
    """

    id: str
    time: datetime
    account: str
    service: str
    metric: str
    count: int
    line: int | None = None

    def __post_init__(self) -> None:
        if self.time.tzinfo is None:
            raise ValueError(f"time {self.time.isoformat()} has no zone")
        if not 0 <= self.count < 2**63:
            raise ValueError(f"{str(self.count)[:40]} is no count")


@dataclass(frozen=True, slots=True)
class Deleted:
    """The activity or encounter of that id is gone from its source: it becomes a tombstone and counts no more."""

    id: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class SetAside:
    """What could not be read: kept in the quarantine with its place and its reason, never dropped."""

    reason: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """What the user should know of a file although no row of it was lost (a column that is not used)."""

    text: str


@dataclass(frozen=True)
class Rows:
    """Many rows of one kind at once, columns as found plus `line`; the store checks and converts them.

    `kind` is `activities`, `encounters`, `people` or `ties`. `zone` is for times that state none.
    """

    kind: str
    table: pa.Table
    zone: str | None = None


Record: TypeAlias = (
    Activity | Encounter | Withdrawn | Person | Tie | Exposure | Deleted | SetAside | Note | Rows
)
