"""What belongs to the share of an intended audience that was reached."""

from __future__ import annotations

from dataclasses import dataclass

from influence.contract.details.record import Detail


@dataclass(frozen=True)
class Audience(Detail):
    """One intended audience: how many people of it are in the data, how many are not, and who of them responded.

    `share` is `reached` of `people`, with its interval; of the `absent` it cannot be told, nor of the `unclear`, whose
    name several people have. `team`, `met` and `never_met` add up to `reached`, weighed; `never_met` is at least
    `least` and at most `most`, whomever of the `unknown` the leader has met. `reason` says why nothing else is told.
    """

    name: str
    people: int | None
    absent: int | None
    unclear: int | None
    reached: int | None = None
    share: float | None = None
    interval: tuple[float, float] | None = None
    team: float | None = None
    met: float | None = None
    never_met: float | None = None
    least: float | None = None
    most: float | None = None
    unknown: int | None = None
    reason: str | None = None


@dataclass(frozen=True)
class AudienceShare(Detail, of=("audience_share",)):
    """The audiences, in the order in which they were named: that of the value is the first."""

    audiences: tuple[Audience, ...]
