"""What a campaign did: who took part, how far beyond it went, what travelled, and whether it was more than before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from influence.contract.errors import InfluenceError
from influence.contract.findings import Finding
from influence.contract.narrowing import Narrowing

SUBJECT, EVERYTHING_THERE = "subject", "everything"
"""What is counted by week: who responds to what is on the campaign's subject, or to anything where it ran."""
DURING, BEFORE, AFTER = "during", "before", "after"


class CampaignError(InfluenceError):
    """A campaign that cannot be told of; the sentence names the cure."""


@dataclass(frozen=True)
class Stated:
    """A campaign as the settings or the options state it: what is part of it, from when to when, beside whom.

    `until` is the first day after it, None where it goes on; `voices` replace those of `[voices]`, if there are any.
    """

    name: str
    only: Narrowing = field(default_factory=Narrowing)
    since: str = ""
    until: str | None = None
    voices: tuple[str, ...] = ()

    @property
    def marks(self) -> tuple[str, ...]:
        """What belongs to it: tags with their sign, topics, channels."""
        return (*(f"#{one}" for one in self.only.tags), *self.only.topics, *self.only.channels)

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values, without what is empty."""
        asked = {name: list(named) for name, named in asdict(self.only).items() if named}
        body = {"name": self.name, **asked, "since": self.since, "until": self.until}
        return body | ({"voices": list(self.voices)} if self.voices else {})


@dataclass(frozen=True)
class OfSphere:
    """How many people of a sphere posted, and how many only responded; a sphere of None holds all too small to tell.

    In a copy for others it is told how many took part `together`, and not which of the two they did.
    """

    sphere: str | None
    posted: int | None
    responded: int | None
    together: int | None = None

    @property
    def people(self) -> int:
        """How many of it took part at all."""
        return (self.posted or 0) + (self.responded or 0) if self.together is None else self.together


@dataclass(frozen=True)
class TookPart:
    """Who took part: `posted` began something in it, `responded` only responded; `posts` and `responses` are theirs.

    `names` are those who posted, by the alphabet; empty in a copy without names.
    """

    posted: int
    responded: int
    posts: int
    responses: int
    spheres: tuple[OfSphere, ...] = ()
    names: tuple[str, ...] = ()

    @property
    def people(self) -> int:
        """How many took part at all."""
        return self.posted + self.responded


@dataclass(frozen=True)
class NewPeople:
    """Of those who took part: who had done nothing on record before, and who had never responded to anybody here.

    `weeks` is how many weeks are on record before; with none nobody can tell, and both counts are None. So they are
    where a copy for others leaves them out: `reason` says so.
    """

    weeks: int
    active: int | None = None
    responding: int | None = None
    reason: str | None = None


@dataclass(frozen=True)
class ToneOfCampaign:
    """How many who responded took it how, by most of what each did; `by_words` responses are told by words alone.

    Where a copy for others leaves it out, `reason` says so.
    """

    welcomed: int = 0
    neutral: int = 0
    hostile: int = 0
    unknown: int = 0
    storm: bool = False
    by_words: int = 0
    reason: str | None = None

    @property
    def told(self) -> int:
        """Of how many it is told."""
        return self.welcomed + self.neutral + self.hostile


@dataclass(frozen=True)
class Travelled:
    """A post and what grew from it: `people` who responded, `passed_on` responses to responses, `depth` in hands.

    `id` names the activity as evidence, and a link and the channel say where it stands; empty in a copy without names.
    """

    day: str
    people: int
    responses: int
    passed_on: int
    depth: int
    id: str = ""
    channel: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class Times:
    """By how many times something is more than expected, with the 95 % interval; 1 is as expected."""

    times: float
    low: float
    high: float


@dataclass(frozen=True)
class CampaignWeek:
    """Seven days counted from the campaign's first: how many `people` responded, what is `fitted` and `expected`.

    `part` is before, during or after; `people` is None where a source is silent or the week is not whole.
    """

    since: str
    part: str
    people: int | None
    fitted: float | None = None
    expected: float | None = None


@dataclass(frozen=True)
class AgainstBefore:
    """The campaign against the weeks before: `changed` where the interval of `mean` leaves out 1.

    `counts` tells what is counted, `of` weeks `before` and `during`. Where it cannot be told `reason` says why.
    """

    counts: str = SUBJECT
    before: int = 0
    during: int = 0
    mean: Times | None = None
    level: Times | None = None
    slope: Times | None = None
    after: Times | None = None
    correlation: float | None = None
    yearly: bool = False
    reason: str | None = None

    @property
    def changed(self) -> bool | None:
        """Whether it was another level than before; None where that cannot be told."""
        return None if self.mean is None else self.mean.low > 1 or self.mean.high < 1


@dataclass(frozen=True)
class Share:
    """A part of all responses to the campaign's people and to the voices: `ours` of `of`, with the interval."""

    part: str
    share: float | None
    interval: tuple[float, float] | None
    of: int


@dataclass(frozen=True)
class AgainstVoices:
    """Share of voice before, during and after, against named voices together; `apart` compares during with before.

    `voices` are as the settings name them, `missing` those whom nobody here is; `reason` where it cannot be told.
    """

    voices: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    shares: tuple[Share, ...] = ()
    apart: bool | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Remained:
    """Of those who responded during (`of`), how many `came_back` in the four weeks after, and of the new among them.

    `share` is that part with its interval; `reason` says why nothing can be told yet.
    """

    of: int = 0
    came_back: int = 0
    share: float | None = None
    interval: tuple[float, float] | None = None
    new: int = 0
    new_came_back: int = 0
    reason: str | None = None


@dataclass(frozen=True)
class Campaigned:
    """A campaign told: of the organisation, or of one `leader`.

    `window` is what is told of it, [since, until); `ends` the day on which it ends where that is still to come
    (`running`; None: open). `beyond` are people who responded and whom nobody who posted (or the leader) had met.
    """

    stated: Stated
    window: Mapping[str, str | None]
    items: int
    took_part: TookPart
    new: NewPeople
    beyond: Finding
    tone: ToneOfCampaign
    travelled: tuple[Travelled, ...]
    before: AgainstBefore
    voices: AgainstVoices
    remained: Remained
    weeks: tuple[CampaignWeek, ...] = ()
    running: bool = False
    leader: Mapping[str, str] | None = None
    unread: tuple[str, ...] = ()
    nameless: bool = False
    notice: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        body = {one: _plain(_value(getattr(self, one))) for one in self.__dataclass_fields__}
        return {"schema": "influence.campaign/1", **body, "changed": self.before.changed}


def _value(value: Any) -> Any:
    if isinstance(value, Stated | Finding):
        return value.as_json()
    return asdict(value) if hasattr(value, "__dataclass_fields__") else value


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(_value(one)) for name, one in value.items()}
    return [_plain(_value(one)) for one in value] if isinstance(value, list | tuple) else value
