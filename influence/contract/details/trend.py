"""What belongs to the movement from month to month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from influence.contract.details.record import Detail


@dataclass(frozen=True)
class TrendSlope(
    Detail,
    of=("trend_slope", "weekly_slope"),
    nameless=("months", "left_out", "p", "direction", "weeks"),
):
    """How many months or weeks were used, which left out; p of no trend, its direction; which months sources lack."""

    months: int | None
    left_out: tuple[str, ...]
    p: float | None = None
    direction: str | None = None
    gaps: Mapping[str, tuple[str, ...]] | None = None
    weeks: int | None = None


@dataclass(frozen=True)
class LevelBreak(Detail, nameless=("month", "before", "after", "p")):
    """The first month or week of a new level, the medians before and after, p, and sources that begin or end there."""

    month: str
    before: float | None
    after: float | None
    p: float | None
    sources: tuple[str, ...]


@dataclass(frozen=True)
class TrendBreaks(Detail, of=("trend_breaks", "weekly_breaks"), nameless=("breaks",)):
    """The breaks, in order."""

    breaks: tuple[LevelBreak, ...]


@dataclass(frozen=True)
class SphereMove(Detail, nameless=("sphere",), counts=("was", "now")):
    """How many people never met responded from one sphere, before and in the period, weighed.

    Of what moved it are `new`, `returned` and `lapsed`, as for all spheres.
    """

    sphere: str
    was: float
    now: float
    new: float | None = None
    returned: float | None = None
    lapsed: float | None = None


@dataclass(frozen=True)
class ConversationMove(Detail):
    """A conversation by which people came, or by which those had come who lapsed: how many, and weighed.

    It is told when, by whom (an id and a name) and where it began; `evidence` are first responses in it.
    """

    began: str | None
    begun_by: str
    name: str
    channel: str | None
    people: int | None
    weighed: float | None
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class AgainstBefore(
    Detail,
    of=("against_before",),
    nameless=("was", "now", "halves", "apart", "mostly_unknown", "no_interval", "covered", "before_covered"),
    counts=("came", "stayed", "stayed_away", "met_since"),
):
    """Which two periods were compared, what the number was and is, and what moved it.

    The periods are [since, until) and the one of the same length before it; `halves`, where nothing is on record before
    the window, that they are its own two halves. `covered` and `before_covered` are the shares of them that the sources
    cover. `was` and `now` are reach_4 of each; `apart` whether their difference
    can be told from chance, None where that cannot be told, and `no_interval` then says why if it is not drawn again.
    `came` and `stayed_away` count people never met who responded in one of the two only, `stayed` those of both, and
    `met_since` those never met before, and met by their first response in the later one: `was` is about `stayed`,
    `stayed_away` and `met_since`, `now` about `stayed` and `came`. `by_sphere` stands with the largest move first.
    `mostly_unknown` says that of more than half of the people of one of the two nothing tells whether they have met the
    leader; `sources` are those whose data begins or ends in the two, so that the change may be one of what was seen.

    Of those who came, `came_back` had responded before the earlier period, and not in it; None where nothing is on
    record then, else that begins on the day `record_since`. Weighed, `now` − `was` = `new` + `returned` − `lapsed` +
    `anew`: who responded in the later period and never before, who had before the earlier one, who did in the earlier
    one only, and by how much those of both count more or less, since the leader met them or more is known. `brought`
    and `lost` are the conversations that brought most of the first two, and of those who lapsed.
    """

    since: str | None
    until: str | None
    before_since: str | None
    before_until: str | None
    was: float | None
    now: float | None
    halves: bool
    apart: bool | None
    came: int | None
    stayed: int | None
    stayed_away: int | None
    by_sphere: tuple[SphereMove, ...]
    met_since: int | None = None
    mostly_unknown: bool | None = None
    no_interval: str | None = None
    sources: tuple[str, ...] | None = None
    covered: float | None = None
    before_covered: float | None = None
    record_since: str | None = None
    came_back: int | None = None
    new: float | None = None
    returned: float | None = None
    lapsed: float | None = None
    anew: float | None = None
    brought: tuple[ConversationMove, ...] | None = None
    lost: tuple[ConversationMove, ...] | None = None
